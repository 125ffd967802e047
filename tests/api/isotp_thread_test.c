/* SPDX-License-Identifier: MIT */
/* ISO transport from both ends, and from several threads at a time: who sleeps
 * in one call hears of what others do in theirs. */
#include "isotp_util.h"

#ifndef _WIN32

struct pair {
    SOCKET listener, a, b; /* 'a' called, 'b' was called */
};

static DWORD WINAPI
accept_one(void *arg)
{
    struct pair *p = arg;

    p->b = accept(p->listener, NULL, NULL);
    return p->b == INVALID_SOCKET;
}

static struct pair
iso_pair(void)
{
    struct pair p = {socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0),
                     socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0),
                     INVALID_SOCKET};
    SOCKADDR_TP sa = iso_address("pair", net_loopback(AF_INET, 0));
    int len = sizeof sa;
    HANDLE thread;

    REQUIRE_EQ(bind(p.listener, (struct sockaddr *)&sa, sizeof sa), 0);
    REQUIRE_EQ(listen(p.listener, 4), 0);
    REQUIRE_EQ(getsockname(p.listener, (struct sockaddr *)&sa, &len), 0);
    thread = net_thread(accept_one, &p);
    REQUIRE_EQ(connect(p.a, (struct sockaddr *)&sa, len), 0);
    REQUIRE_EQ(net_join(thread), 0);
    return p;
}

static void
end_pair(struct pair *p)
{
    if (p->a != INVALID_SOCKET)
        net_close(p->a);
    if (p->b != INVALID_SOCKET)
        net_close(p->b);
    net_close(p->listener);
}

TEST(two_ends_talk_and_part_in_peace, "CDT-9")
{
    struct pair p = iso_pair();
    WSABUF bye = {3, "bye"}, room = {8, (char[8]){0}};

    net_send(p.a, "question");
    iso_expect(p.b, "question");
    net_send(p.b, "answer");
    iso_expect(p.a, "answer");
    REQUIRE_EQ(WSASendDisconnect(p.a, &bye), 0);
    CHECK_ERR(recv(p.b, room.buf, 8, 0) < 0, WSAEDISCON);
    REQUIRE_EQ(WSARecvDisconnect(p.b, &room), 0);
    CHECK_EQ(room.len, 3);
    CHECK_MEM(room.buf, "bye", 3);
    bye = (WSABUF){4, "ciao"};
    REQUIRE_EQ(WSASendDisconnect(p.b, &bye), 0);
    CHECK_ERR(recv(p.a, room.buf, 8, 0) < 0, WSAEDISCON);
    room.len = 8;
    REQUIRE_EQ(WSARecvDisconnect(p.a, &room), 0);
    CHECK_EQ(room.len, 4);
    CHECK_MEM(room.buf, "ciao", 4);
    end_pair(&p);
}

/* ---- several receivers ---- */

enum { RECEIVERS = 4, MESSAGES = 4000 };

struct crowd {
    SOCKET s;
    volatile LONG got, wrong;
};

static DWORD WINAPI
receive_some(void *arg)
{
    struct crowd *c = arg;
    char message[64];

    for (;;) {
        DWORD flags = 0;
        int n = iso_recv(c->s, message, sizeof message, &flags);

        if (n < 0)
            return (DWORD)net_error();
        if (n != 1 + message[0] || flags)
            InterlockedIncrement(&c->wrong);
        InterlockedIncrement(&c->got);
    }
}

TEST(each_message_goes_to_one_of_several_receivers)
{
    struct pair p = iso_pair();
    struct crowd c = {p.b, 0, 0};
    HANDLE threads[RECEIVERS];
    char message[64] = "";

    for (int i = 0; i < RECEIVERS; i++)
        threads[i] = net_thread(receive_some, &c);
    for (int i = 0; i < MESSAGES; i++) {
        message[0] = (char)(i % 60);
        REQUIRE_EQ(send(p.a, message, 1 + message[0], 0), 1 + message[0]);
    }
    shutdown(p.a, SD_SEND);
    for (int i = 0; i < RECEIVERS; i++)
        CHECK_EQ(net_join(threads[i]), WSAEDISCON);
    CHECK_EQ(c.got, MESSAGES);
    CHECK_EQ(c.wrong, 0);
    end_pair(&p);
}

static DWORD WINAPI
select_and_receive(void *arg)
{
    struct crowd *c = arg;
    char message[64];

    for (;;) {
        DWORD flags = 0;
        int n;

        if (!net_readable(c->s, SOON))
            return 1;
        n = iso_recv(c->s, message, sizeof message, &flags);
        if (n < 0)
            return (DWORD)net_error();
        InterlockedIncrement(&c->got);
    }
}

TEST(who_selects_hears_of_what_another_has_read_ahead)
{
    struct pair p = iso_pair();
    struct crowd c = {p.b, 0, 0};
    HANDLE threads[2];
    char message[8] = {7};

    threads[0] = net_thread(select_and_receive, &c);
    threads[1] = net_thread(receive_some, &c);
    for (int i = 0; i < MESSAGES; i++)
        REQUIRE_EQ(send(p.a, message, 8, 0), 8);
    shutdown(p.a, SD_SEND);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(net_join(threads[i]), WSAEDISCON);
    CHECK_EQ(c.got, MESSAGES);
    end_pair(&p);
}

TEST(operations_and_blocking_receives_share_a_stream)
{
    struct pair p = iso_pair();
    struct crowd c = {p.b, 0, 0};
    HANDLE thread = net_thread(receive_some, &c);
    WSAOVERLAPPED ov = {.hEvent = WSACreateEvent()};
    char message[8] = {7}, room[8];
    WSABUF one = {sizeof room, room};
    LONG mine = 0;

    for (int i = 0; i < 500; i++) {
        DWORD flags = 0, moved = 0;

        if (WSARecv(p.b, &one, 1, NULL, &flags, &ov, NULL))
            REQUIRE_EQ(net_error(), WSA_IO_PENDING);
        for (int k = 0; k < 3; k++)
            REQUIRE_EQ(send(p.a, message, 8, 0), 8);
        for (int k = 0; !net_signalled(ov.hEvent, 20); k++) {
            REQUIRE(k < 500);
            REQUIRE_EQ(send(p.a, message, 8, 0), 8);
            mine--; /* so that both get something */
        }
        REQUIRE(WSAGetOverlappedResult(p.b, &ov, &moved, FALSE, &flags));
        CHECK_EQ(moved, 8);
        mine++;
    }
    shutdown(p.a, SD_SEND);
    CHECK_EQ(net_join(thread), WSAEDISCON);
    CHECK_EQ(c.got + mine, 1500);
    WSACloseEvent(ov.hEvent);
    end_pair(&p);
}

/* ---- two messages in one segment ---- */

#define BOTH "0300000802f08061 0300000802f08062"

struct sleeper {
    SOCKET s;
    char got; /* the message, of one octet */
};

static DWORD WINAPI
receive_one(void *arg)
{
    struct sleeper *me = arg;
    DWORD flags = 0;

    return iso_recv(me->s, &me->got, 1, &flags) == 1 ? 0 : (DWORD)net_error();
}

/* By then it sleeps in the call, most probably; what is to happen does not
 * depend on it. */
static HANDLE
start_to_receive(struct sleeper *who)
{
    HANDLE thread = net_thread(receive_one, who);

    Sleep(30);
    return thread;
}

TEST(two_who_sleep_get_a_message_each, "CDT-9")
{
    struct iso_rig r = iso_open();
    struct sleeper one = {r.iso, 0}, two = {r.iso, 0};
    HANDLE first = start_to_receive(&one), second = start_to_receive(&two);

    iso_say(r.peer, BOTH);
    CHECK_EQ(net_join(first), 0);
    CHECK_EQ(net_join(second), 0);
    CHECK_EQ(one.got + two.got, 'a' + 'b');
    iso_end(&r);
}

TEST(who_selects_hears_of_what_came_with_anothers_message)
{
    struct iso_rig r = iso_open();
    struct sleeper one = {r.iso, 0}, two = {r.iso, 0};
    HANDLE first = start_to_receive(&one);

    CHECK(!net_readable(r.iso, 30));
    iso_say(r.peer, BOTH);
    CHECK_EQ(net_join(first), 0);
    CHECK(net_readable(r.iso, SOON));
    CHECK_EQ(net_join(net_thread(receive_one, &two)), 0);
    CHECK_EQ(one.got + two.got, 'a' + 'b');
    iso_end(&r);
}

TEST(an_operation_gets_what_came_with_a_sleepers_message, "OVL-7")
{
    struct iso_rig r = iso_open();
    struct sleeper one = {r.iso, 0};
    HANDLE first = start_to_receive(&one);
    WSAOVERLAPPED ov = {.hEvent = WSACreateEvent()};
    DWORD flags = 0, moved = 0;
    char got = 0;
    WSABUF room = {1, &got};

    REQUIRE_ERR(WSARecv(r.iso, &room, 1, NULL, &flags, &ov, NULL) ==
                    SOCKET_ERROR,
                WSA_IO_PENDING);
    iso_say(r.peer, BOTH);
    CHECK_EQ(net_join(first), 0);
    REQUIRE(WSAGetOverlappedResult(r.iso, &ov, &moved, TRUE, &flags));
    CHECK_EQ(one.got + got, 'a' + 'b');
    WSACloseEvent(ov.hEvent);
    iso_end(&r);
}

TEST(who_sleeps_hears_of_a_reset)
{
    struct iso_rig r = iso_open();
    struct sleeper one = {r.iso, 0};
    HANDLE first = start_to_receive(&one);

    net_abort(r.peer);
    r.peer = INVALID_SOCKET;
    CHECK_EQ(net_join(first), WSAECONNRESET);
    iso_end(&r);
}

/* ---- several senders ---- */

static DWORD WINAPI
send_some(void *arg)
{
    SOCKET s = *(SOCKET *)arg;
    static char message[30000];

    for (int i = 0; i < 200; i++)
        if (send(s, message, sizeof message, 0) != (int)sizeof message)
            return (DWORD)net_error();
    return 0;
}

TEST(messages_of_several_senders_do_not_mix)
{
    struct pair p = iso_pair();
    HANDLE threads[3];
    static char message[40000];

    for (int i = 0; i < 3; i++)
        threads[i] = net_thread(send_some, &p.a);
    for (int i = 0; i < 600; i++) {
        DWORD flags = 0;

        REQUIRE_EQ(iso_recv(p.b, message, sizeof message, &flags), 30000);
    }
    for (int i = 0; i < 3; i++)
        CHECK_EQ(net_join(threads[i]), 0);
    end_pair(&p);
}

/* ---- closing under somebody ---- */

static DWORD WINAPI
send_for_ever(void *arg)
{
    SOCKET s = *(SOCKET *)arg;
    static char message[100000];

    while (send(s, message, sizeof message, 0) == (int)sizeof message)
        ;
    return (DWORD)net_error();
}

TEST(closing_ends_calls_that_sleep, "CLS-8")
{
    for (int sends = 0; sends < 2; sends++) {
        struct pair p = iso_pair();
        struct crowd c = {p.a, 0, 0};
        HANDLE thread = sends ? net_thread(send_for_ever, &p.a)
                              : net_thread(receive_some, &c);

        Sleep(50);
        net_close(p.a);
        net_check_closed(net_join(thread));
        p.a = INVALID_SOCKET;
        end_pair(&p);
    }
}

TEST(a_timed_linger_lets_all_of_it_go, "CLS-4")
{
    struct pair p = iso_pair();
    struct linger l = {1, 5};
    static char message[60000];
    DWORD flags = 0;

    REQUIRE_EQ(setsockopt(p.a, SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l), 0);
    REQUIRE_EQ(send(p.a, message, sizeof message, 0), (int)sizeof message);
    net_close(p.a);
    p.a = INVALID_SOCKET;
    CHECK_EQ(iso_recv(p.b, message, sizeof message, &flags),
             (int)sizeof message);
    CHECK_ERR(recv(p.b, message, 1, 0) < 0, WSAEDISCON);
    end_pair(&p);
}

#endif
