/* SPDX-License-Identifier: MIT */
/* closesocket from another thread: blocked calls end with an error, and calls
 * that race with a close thousands of times neither hang nor reach a stranger's
 * socket. Each race is bounded by its number of turns. */
#include "net.h"

#include <string.h>

/* A thread that says it is about to block, and then does. */
struct blocker {
    SOCKET s;
    void (*call)(struct blocker *b);
    HANDLE ready;
    int result;
    DWORD error;
    fd_set set;
};

static DWORD WINAPI
run_blocker(void *context)
{
    struct blocker *b = context;

    SetEvent(b->ready);
    b->call(b);
    b->error = b->result == SOCKET_ERROR ? (DWORD)WSAGetLastError() : 0;
    return 0;
}

static HANDLE
block(struct blocker *b, SOCKET s, void (*call)(struct blocker *b))
{
    HANDLE thread;

    memset(b, 0, sizeof *b);
    b->s = s;
    b->call = call;
    b->ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(run_blocker, b);
    REQUIRE(net_signalled(b->ready, SOON));
    /* Nearly always the thread blocks now; if not, the call meets a socket
     * that is closed already, which must end as well. */
    CHECK(!net_signalled(thread, NEVER));
    return thread;
}

static void
end(struct blocker *b, HANDLE thread)
{
    net_join(thread);
    CloseHandle(b->ready);
}

static void
call_recv(struct blocker *b)
{
    char byte;

    b->result = recv(b->s, &byte, 1, 0);
}

static void
call_WSARecv(struct blocker *b)
{
    char byte;
    WSABUF buf = {1, &byte};
    DWORD got, flags = 0;

    b->result = WSARecv(b->s, &buf, 1, &got, &flags, NULL, NULL);
}

static void
call_send(struct blocker *b)
{
    static char block[1 << 20];

    do {
        b->result = send(b->s, block, sizeof block, 0);
    } while (b->result != SOCKET_ERROR);
}

static void
call_select(struct blocker *b)
{
    FD_ZERO(&b->set);
    FD_SET(b->s, &b->set);
    b->result = select(0, &b->set, NULL, NULL, NULL);
}

static void
call_select_exceptional(struct blocker *b)
{
    FD_ZERO(&b->set);
    FD_SET(b->s, &b->set);
    b->result = select(0, NULL, NULL, &b->set, NULL);
}

TEST(closing_ends_a_blocked_recv, "CLS-8 G-6")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_recv);
    net_close(pair[0]);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    net_check_closed(b.error);
    net_close(pair[1]);
}

TEST(closing_ends_a_blocked_WSARecv, "CLS-8 G-6")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET6, pair);
    thread = block(&b, pair[0], call_WSARecv);
    net_close(pair[0]);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    net_check_closed(b.error);
    net_close(pair[1]);
}

TEST(closing_ends_a_blocked_datagram_receive, "CLS-8 G-6")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct blocker b;
    HANDLE thread = block(&b, s, call_recv);

    net_close(s);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    net_check_closed(b.error);
}

TEST(closing_ends_a_blocked_send, "CLS-8 G-6")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    WINE_HANGS("the send goes on waiting");
    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_send);
    net_close(pair[0]);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    net_check_closed(b.error);
    net_close(pair[1]);
}

TEST(the_peer_sees_the_end_when_a_blocked_socket_is_closed, "CLS-6 CLS-8")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_recv);
    net_close(pair[0]);
    net_expect_end(pair[1]);
    end(&b, thread);
    net_close(pair[1]);
}

TEST(several_blocked_calls_end_together, "CLS-8")
{
    enum { COUNT = 4 };
    SOCKET pair[2];
    struct blocker b[COUNT];
    HANDLE threads[COUNT];

    net_pair(AF_INET, pair);
    for (int i = 0; i < COUNT; i++)
        threads[i] = block(&b[i], pair[0], i % 2 ? call_recv : call_select);
    net_close(pair[0]);
    for (int i = 0; i < COUNT; i++)
        end(&b[i], threads[i]);
    CHECK_EQ(b[1].result, SOCKET_ERROR);
    net_check_closed(b[1].error);
    net_close(pair[1]);
}

TEST(closing_a_selected_socket_makes_it_readable, "SEL-8 CLS-8")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_select);
    net_close(pair[0]);
    end(&b, thread);
    if (b.result == SOCKET_ERROR) {
        CHECK_EQ(b.error, WSAENOTSOCK);
    } else {
        CHECK_EQ(b.result, 1);
        CHECK(FD_ISSET(pair[0], &b.set));
    }
    net_close(pair[1]);
}

TEST(closing_a_socket_selected_as_exceptional_is_told, "SEL-8")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_select_exceptional);
    net_close(pair[0]);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    CHECK_EQ(b.error, WSAENOTSOCK);
    net_close(pair[1]);
}

TEST(a_shutdown_ends_a_blocked_recv_at_the_other_side, "CLS-2")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_recv);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    end(&b, thread);
    CHECK_EQ(b.result, 0);
    net_close_pair(pair);
}

TEST(a_reset_ends_a_blocked_recv, "CLS-12")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = block(&b, pair[0], call_recv);
    net_abort(pair[1]);
    end(&b, thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    CHECK_ONE_OF(b.error, WSAECONNRESET, WSAECONNABORTED);
    net_close(pair[0]);
}

/* Races. "turn" is one round of a worker; the main thread closes the socket of
 * each round at a moment that varies from round to round. */

struct race {
    HANDLE start, done;
    SOCKET s;
    volatile LONG stop;
    void (*call)(SOCKET s);
};

static DWORD WINAPI
race_worker(void *context)
{
    struct race *r = context;

    for (;;) {
        WaitForSingleObject(r->start, INFINITE);
        if (r->stop)
            return 0;
        r->call(r->s);
        SetEvent(r->done);
    }
}

/* Lets a varying time go by without sleeping. */
static void
dither(int turn)
{
    for (volatile int i = 0; i < turn % 17 * 40; i++)
        continue;
}

static void
run_race(int turns, SOCKET (*make)(SOCKET *other), void (*call)(SOCKET))
{
    struct race r = {CreateEventA(NULL, FALSE, FALSE, NULL),
                     CreateEventA(NULL, FALSE, FALSE, NULL), 0, 0, call};
    HANDLE thread = net_thread(race_worker, &r);

    if (t_is_wine())
        turns /= 10;
    for (int i = 0; i < turns; i++) {
        SOCKET other = INVALID_SOCKET;

        r.s = make(&other);
        SetEvent(r.start);
        dither(i);
        net_close(r.s);
        REQUIRE(net_signalled(r.done, SOON));
        if (other != INVALID_SOCKET)
            net_close(other);
    }
    r.stop = 1;
    SetEvent(r.start);
    net_join(thread);
    CloseHandle(r.start);
    CloseHandle(r.done);
}

static SOCKET
make_connected(SOCKET *other)
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    *other = pair[1];
    return pair[0];
}

static SOCKET
make_listener(SOCKET *other)
{
    (void)other;
    return net_listener(AF_INET);
}

static SOCKET
make_datagram(SOCKET *other)
{
    (void)other;
    return net_bound(AF_INET, SOCK_DGRAM);
}

static SOCKET
make_idle(SOCKET *other)
{
    (void)other;
    return net_socket(AF_INET, SOCK_STREAM);
}

static void
try_recv(SOCKET s)
{
    char byte;

    CHECK_EQ(recv(s, &byte, 1, 0), SOCKET_ERROR);
    net_check_closed((DWORD)WSAGetLastError());
}

static void
try_accept(SOCKET s)
{
    CHECK(accept(s, NULL, NULL) == INVALID_SOCKET);
    net_check_closed((DWORD)WSAGetLastError());
}

static void
try_select(SOCKET s)
{
    fd_set set;
    int n;

    FD_ZERO(&set);
    FD_SET(s, &set);
    n = select(0, &set, NULL, NULL, NULL);
    CHECK(n == 1 || (n == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK));
}

static void
try_short_calls(SOCKET s)
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    u_long on = 1;
    int value, len = sizeof value;

    getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &len);
    ioctlsocket(s, FIONBIO, &on);
    bind(s, &addr.u.any, addr.len);
    listen(s, 1);
    getsockname(s, &addr.u.any, &addr.len);
    accept(s, NULL, NULL);
    shutdown(s, SD_BOTH);
}

static void
try_select_events(SOCKET s)
{
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS ne;

    for (int i = 0; i < 5; i++) {
        WSAEventSelect(s, event, FD_READ | FD_CLOSE | FD_ACCEPT);
        WSAEnumNetworkEvents(s, event, &ne);
    }
    WSACloseEvent(event);
}

static void
try_double_close(SOCKET s)
{
    int result = closesocket(s);

    CHECK(result == 0 || WSAGetLastError() == WSAENOTSOCK);
}

TEST(recv_races_with_close, "CLS-8")
{
    run_race(2000, make_connected, try_recv);
}

TEST(a_datagram_receive_races_with_close, "CLS-8")
{
    run_race(3000, make_datagram, try_recv);
}

TEST(accept_races_with_close, "CLS-8 ACC-9")
{
    run_race(3000, make_listener, try_accept);
}

TEST(select_races_with_close, "SEL-8")
{
    run_race(2000, make_connected, try_select);
}

TEST(short_calls_race_with_close, "CLS-8 G-3")
{
    run_race(3000, make_idle, try_short_calls);
}

TEST(event_registration_races_with_close, "EVT-6 CLS-9")
{
    run_race(2000, make_connected, try_select_events);
}

TEST(two_closes_race_and_one_wins, "CLS-8 G-3")
{
    struct race r = {CreateEventA(NULL, FALSE, FALSE, NULL),
                     CreateEventA(NULL, FALSE, FALSE, NULL), 0, 0,
                     try_double_close};
    HANDLE thread = net_thread(race_worker, &r);
    int turns = t_is_wine() ? 200 : 3000;

    for (int i = 0; i < turns; i++) {
        r.s = net_socket(AF_INET, SOCK_STREAM);
        SetEvent(r.start);
        dither(i);
        try_double_close(r.s);
        REQUIRE(net_signalled(r.done, SOON));
        CHECK_ERR(closesocket(r.s) == SOCKET_ERROR, WSAENOTSOCK);
    }
    r.stop = 1;
    SetEvent(r.start);
    net_join(thread);
    CloseHandle(r.start);
    CloseHandle(r.done);
}

struct reader {
    SOCKET s;
    HANDLE ready;
    int strangers;
};

static void CALLBACK
say_ready(ULONG_PTR event)
{
    SetEvent((HANDLE)event);
}

/* The APC runs inside of recv, when it has begun to wait: a close after that
 * meets the call and not the time before it. */
static DWORD WINAPI
read_own(void *context)
{
    struct reader *r = context;
    char bytes[8];

    QueueUserAPC(say_ready, GetCurrentThread(), (ULONG_PTR)r->ready);
    r->strangers += recv(r->s, bytes, sizeof bytes, 0) > 0;
    return 0;
}

TEST(a_blocked_call_never_reads_from_a_stranger, "CLS-8 CLS-10")
{
    struct reader r = {0, CreateEventA(NULL, FALSE, FALSE, NULL), 0};
    int turns = t_is_wine() ? 50 : 1000;

    for (int i = 0; i < turns; i++) {
        SOCKET own[2], other[2];
        HANDLE thread;

        net_pair(AF_INET, own);
        r.s = own[0];
        thread = net_thread(read_own, &r);
        REQUIRE(net_signalled(r.ready, SOON));
        dither(i);
        net_close(own[0]);
        /* One of these may well get the number that has just become free. */
        net_pair(AF_INET, other);
        net_send(other[0], "secret");
        net_send(other[1], "secret");
        net_join(thread);
        net_expect(other[0], "secret");
        net_expect(other[1], "secret");
        net_close_pair(other);
        net_close(own[1]);
    }
    CHECK_EQ(r.strangers, 0);
    CloseHandle(r.ready);
}

static int CALLBACK
agree(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
      LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g, (void)data;
    return CF_ACCEPT;
}

static DWORD WINAPI
serve_until_closed(void *listener)
{
    SOCKET s;

    while ((s = WSAAccept(*(SOCKET *)listener, NULL, NULL, agree, 0)) !=
           INVALID_SOCKET)
        closesocket(s);
    return (DWORD)WSAGetLastError();
}

TEST(a_served_listener_may_be_closed_at_any_time, "CLS-8 ACC-9 CND-13")
{
    int turns = t_is_wine() ? 20 : 300;

    for (int i = 0; i < turns; i++) {
        SOCKET listener = net_listener(AF_INET), clients[3];
        HANDLE thread = net_thread(serve_until_closed, &listener);

        for (int j = 0; j < 3; j++)
            clients[j] = net_start_connect(listener);
        dither(i);
        net_close(listener);
        net_check_closed(net_join(thread));
        for (int j = 0; j < 3; j++)
            net_close(clients[j]);
    }
}
