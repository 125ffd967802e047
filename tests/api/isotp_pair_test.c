/* SPDX-License-Identifier: MIT */
/* Both ends of ISO transport: what the one says arrives at the other, as the
 * API gives it to both. Every octet on the wire is isotp_call_test's and
 * isotp_accept_test's business. */
#include "net.h"

#ifdef _WIN32

TEST_BARE(iso_transport_is_tested_where_it_is)
{
    SKIP("this system has no ISO transport");
}

#else

#include <wshisotp.h>

#include <string.h>

/* ---- a listener with somebody who decides ---- */

struct end {
    SOCKET listener, conn;
    SOCKADDR_TP name;
    int answer, error;
    const char *reply;
    DWORD hold; /* ms that a request is deferred for */
    ULONGLONG since;
    ULONG rate; /* what it wants to send at most, 0: as offered */
    int has_qos, caller_len;
    char caller[256];
    QOS qos;
};

static int CALLBACK
condition(LPWSABUF caller, LPWSABUF data, LPQOS qos, LPQOS group_qos,
          LPWSABUF callee, LPWSABUF reply, GROUP *g, DWORD_PTR context)
{
    struct end *e = (struct end *)context;

    (void)caller, (void)group_qos, (void)callee, (void)g;
    if (!e->since)
        e->since = GetTickCount64();
    if (GetTickCount64() - e->since < e->hold)
        return CF_DEFER;
    e->caller_len = (int)data->len;
    memcpy(e->caller, data->buf, data->len);
    e->has_qos = qos != NULL;
    if (qos && e->rate)
        qos->SendingFlowspec.TokenRate = qos->SendingFlowspec.PeakBandwidth =
            e->rate;
    if (qos)
        e->qos = *qos;
    reply->len = e->reply ? (ULONG)strlen(e->reply) : 0;
    memcpy(reply->buf, e->reply ? e->reply : "", reply->len);
    return e->answer;
}

static DWORD WINAPI
decide(LPVOID context)
{
    struct end *e = context;

    do {
        e->conn = WSAAccept(e->listener, NULL, NULL, condition, (DWORD_PTR)e);
        e->error = e->conn == INVALID_SOCKET ? net_error() : 0;
        if (e->error == WSATRY_AGAIN)
            Sleep(5); /* a deferred head is not told of again */
    } while (e->error == WSATRY_AGAIN);
    return 0;
}

static SOCKET
iso(int type, int protocol)
{
    SOCKET s = socket(AF_ISO, type, protocol);
    DWORD patience = SOON;

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof patience);
    return s;
}

static void
open_listener(struct end *e, int type, int answer, const char *reply)
{
    struct net_addr in = net_loopback(AF_INET, 0);
    int len = sizeof e->name;

    memset(e, 0, sizeof *e);
    e->answer = answer;
    e->reply = reply;
    e->listener = iso(type, ISOPROTO_TP2);
    e->conn = INVALID_SOCKET;
    REQUIRE(ISO_SET_TP_INET(&e->name, "srv", 3, &in.u.any));
    REQUIRE(!bind(e->listener, (struct sockaddr *)&e->name, sizeof e->name));
    REQUIRE(!getsockname(e->listener, (struct sockaddr *)&e->name, &len));
    REQUIRE(!listen(e->listener, 5));
}

static int
call(SOCKET s, const struct end *e, const char *said, char *heard, int *len,
     QOS *qos)
{
    WSABUF caller, callee;
    int result;

    caller.buf = (char *)said;
    caller.len = said ? (ULONG)strlen(said) : 0;
    callee.buf = heard;
    callee.len = heard ? (ULONG)*len : 0;
    result =
        WSAConnect(s, (struct sockaddr *)&e->name, sizeof e->name,
                   said ? &caller : NULL, heard ? &callee : NULL, qos, NULL);
    if (heard)
        *len = (int)callee.len;
    return result;
}

/* A connection; [0] is the accepted end. */
static void
pair(SOCKET both[2], int type, BOOL expedited)
{
    DWORD on = (DWORD)expedited;
    HANDLE judge;
    struct end e;

    open_listener(&e, type, CF_ACCEPT, NULL);
    net_close(e.listener);
    e.listener = iso(type, ISOPROTO_TP0);
    setsockopt(e.listener, SOL_SOCKET, SO_EXPEDITED, (char *)&on, sizeof on);
    REQUIRE(!bind(e.listener, (struct sockaddr *)&e.name, sizeof e.name));
    REQUIRE(!listen(e.listener, 5));
    judge = net_thread(decide, &e);
    both[1] = iso(type, ISOPROTO_TP0);
    setsockopt(both[1], SOL_SOCKET, SO_EXPEDITED, (char *)&on, sizeof on);
    REQUIRE_ERR(!call(both[1], &e, NULL, NULL, NULL, NULL), net_error());
    net_join(judge);
    both[0] = e.conn;
    REQUIRE(e.conn != INVALID_SOCKET);
    net_close(e.listener);
}

/* ---- connecting ---- */

TEST(connect_carries_data_both_ways, "CDT-4 CON-11 CON-12")
{
    struct end e;
    HANDLE judge;
    SOCKET s;
    char heard[64];
    int len = sizeof heard;

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, "welcome");
    judge = net_thread(decide, &e);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP0);
    REQUIRE_ERR(!call(s, &e, "it is me", heard, &len, NULL), net_error());
    net_join(judge);
    CHECK_EQ(e.error, 0);
    CHECK_EQ(e.caller_len, 8);
    CHECK_MEM(e.caller, "it is me", 8);
    CHECK_EQ(len, 7);
    CHECK_MEM(heard, "welcome", 7);
    CHECK_EQ(e.has_qos, 0);
    net_close(s);
    net_close(e.conn);
    net_close(e.listener);
}

TEST(connect_lasts_until_the_other_end_has_decided, "PQ-1b")
{
    enum { HOLD = 300 };
    struct end e;
    HANDLE judge;
    SOCKET s;
    ULONGLONG start = GetTickCount64();

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    e.hold = HOLD;
    judge = net_thread(decide, &e);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP0);
    REQUIRE_ERR(!call(s, &e, NULL, NULL, NULL, NULL), net_error());
    CHECK(GetTickCount64() - start >= HOLD - 20);
    net_join(judge);
    net_close(s);
    net_close(e.conn);
    net_close(e.listener);
}

TEST(a_refusal_and_its_data_reach_the_caller, "CDT-4")
{
    struct end e;
    HANDLE judge;
    SOCKET s;
    char data[64];
    int len = sizeof data;

    open_listener(&e, SOCK_SEQPACKET, CF_REJECT, "no");
    judge = net_thread(decide, &e);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP0);
    CHECK_ERR(call(s, &e, NULL, NULL, NULL, NULL), WSAECONNREFUSED);
    net_join(judge);
    CHECK_EQ(e.error, WSAECONNREFUSED);
    REQUIRE(!getsockopt(s, SOL_SOCKET, SO_DISCDATA, data, &len));
    CHECK_EQ(len, 2);
    CHECK_MEM(data, "no", 2);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DISCOPT), 0);
    net_close(s);
    net_close(e.listener);
}

TEST(a_selector_that_nobody_has_cannot_be_called)
{
    struct end e;
    SOCKET s = iso(SOCK_SEQPACKET, ISOPROTO_TP0);

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    e.name.tp_addr[0] = 'x';
    CHECK_ERR(call(s, &e, NULL, NULL, NULL, NULL), WSAEADDRNOTAVAIL);
    net_close(s);
    net_close(e.listener);
}

TEST(a_caller_who_gives_up_is_noticed, "PQ-6")
{
    struct end e;
    SOCKET s;

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP0);
    net_nonblocking(s, 1);
    CHECK_ERR(call(s, &e, NULL, NULL, NULL, NULL), WSAEWOULDBLOCK);
    /* The listener is ready once the request is there, which the caller's end
     * sends when it is driven. */
    CHECK(!net_writable(s, NEVER));
    CHECK(net_readable(e.listener, SOON));
    net_close(s);
    decide(&e);
    CHECK_EQ(e.error, WSAECONNRESET);
    net_close(e.listener);
}

/* ---- messages ---- */

TEST(a_message_is_a_message_whatever_its_length)
{
    enum { LONG_ONE = 200000 };
    static char out[LONG_ONE], in[LONG_ONE];
    SOCKET s[2];
    int got = 0, n, i;

    for (i = 0; i < LONG_ONE; i++)
        out[i] = (char)(i * 7);
    pair(s, SOCK_SEQPACKET, FALSE);
    net_nonblocking(s[0], 0);
    CHECK_EQ(send(s[1], "a", 1, 0), 1);
    CHECK_EQ(send(s[1], "", 0, 0), 0);
    CHECK_EQ(send(s[1], "bc", 2, 0), 2);
    CHECK_EQ(recv(s[0], in, sizeof in, 0), 1);
    CHECK_EQ(recv(s[0], in, sizeof in, 0), 0);
    CHECK_EQ(recv(s[0], in, sizeof in, 0), 2);
    CHECK_EQ(send(s[0], out, 50000, 0), 50000);
    while (got < 50000 && (n = recv(s[1], in + got, 50000 - got, 0)) > 0)
        got += n;
    CHECK_EQ(got, 50000);
    CHECK_MEM(in, out, 50000);
    net_close(s[0]);
    net_close(s[1]);
}

TEST(a_message_that_does_not_fit_comes_in_pieces, "RCV-2")
{
    SOCKET s[2];
    char room[8];
    WSABUF buf;
    DWORD n, flags = 0;

    pair(s, SOCK_SEQPACKET, FALSE);
    REQUIRE_EQ(send(s[1], "abcdef", 6, 0), 6);
    REQUIRE_EQ(send(s[1], "gh", 2, 0), 2);
    buf.buf = room;
    buf.len = 4;
    REQUIRE(!WSARecv(s[0], &buf, 1, &n, &flags, NULL, NULL));
    CHECK_EQ(n, 4);
    CHECK_EQ(flags, MSG_PARTIAL);
    CHECK_MEM(room, "abcd", 4);
    buf.len = sizeof room;
    flags = 0;
    REQUIRE(!WSARecv(s[0], &buf, 1, &n, &flags, NULL, NULL));
    CHECK_EQ(n, 2);
    CHECK_EQ(flags, 0);
    CHECK_MEM(room, "ef", 2);
    CHECK_EQ(recv(s[0], room, 8, 0), 2);
    net_close(s[0]);
    net_close(s[1]);
}

TEST(a_stream_knows_no_messages)
{
    SOCKET s[2];

    pair(s, SOCK_STREAM, FALSE);
    net_send(s[1], "ab");
    net_send(s[1], "cd");
    net_expect(s[0], "abcd");
    net_close(s[1]);
    net_expect_end(s[0]);
    net_close(s[0]);
}

TEST(expedited_data_reach_who_asks_for_them)
{
    SOCKET s[2];
    char room[16];

    pair(s, SOCK_SEQPACKET, TRUE);
    CHECK_EQ(net_int(s[0], SOL_SOCKET, SO_EXPEDITED), 1);
    REQUIRE_EQ(send(s[1], "hot", 3, MSG_OOB), 3);
    REQUIRE_EQ(send(s[1], "plain", 5, 0), 5);
    CHECK(net_exceptional(s[0], SOON));
    CHECK_EQ(recv(s[0], room, sizeof room, MSG_OOB), 3);
    CHECK_MEM(room, "hot", 3);
    CHECK_EQ(recv(s[0], room, sizeof room, 0), 5);
    CHECK_ERR(send(s[1], "more than sixteen", 17, MSG_OOB) < 0, WSAEMSGSIZE);
    net_close(s[0]);
    net_close(s[1]);
}

/* ---- the end ---- */

TEST(a_release_brings_its_data_and_is_no_error, "CDT-5 CDT-7 CDT-10")
{
    SOCKET s[2];
    char room[64];
    WSABUF data;

    pair(s, SOCK_SEQPACKET, FALSE);
    REQUIRE_EQ(send(s[1], "last", 4, 0), 4);
    data.buf = (char *)"bye";
    data.len = 3;
    REQUIRE_ERR(!WSASendDisconnect(s[1], &data), net_error());
    CHECK_EQ(recv(s[0], room, sizeof room, 0), 4);
    CHECK_ERR(recv(s[0], room, sizeof room, 0) < 0, WSAEDISCON);
    data.buf = room;
    data.len = sizeof room;
    REQUIRE_ERR(!WSARecvDisconnect(s[0], &data), net_error());
    CHECK_EQ(data.len, 3);
    CHECK_MEM(room, "bye", 3);
    net_close(s[0]);
    net_close(s[1]);
}

TEST(fd_close_is_told_with_the_way_it_ended, "EVT-20 CDT-11")
{
    SOCKET s[2];
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS ne;

    pair(s, SOCK_SEQPACKET, FALSE);
    REQUIRE(!WSAEventSelect(s[0], event, FD_CLOSE));
    net_abort(s[1]);
    REQUIRE(net_signalled(event, SOON));
    REQUIRE(!WSAEnumNetworkEvents(s[0], event, &ne));
    CHECK_EQ(ne.lNetworkEvents, FD_CLOSE);
    CHECK_EQ(ne.iErrorCode[FD_CLOSE_BIT], WSAECONNRESET);
    net_close(s[0]);
    WSACloseEvent(event);
}

/* ---- quality of service ---- */

static FLOWSPEC
rate(ULONG octets)
{
    FLOWSPEC f;

    memset(&f, 0xff, sizeof f); /* QOS_NOT_SPECIFIED */
    f.TokenRate = octets;
    f.ServiceType = SERVICETYPE_CONTROLLEDLOAD;
    return f;
}

static void
get_qos(SOCKET s, QOS *out)
{
    char room[sizeof(QOS) + 256];
    DWORD n;

    REQUIRE_ERR(
        !WSAIoctl(s, SIO_GET_QOS, NULL, 0, room, sizeof room, &n, NULL, NULL),
        net_error());
    memcpy(out, room, sizeof *out);
}

TEST(both_ends_have_the_same_numbers, "QOS-11 QOS-14 CON-13")
{
    struct end e;
    HANDLE judge;
    SOCKET s;
    QOS asked, here, there;

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    judge = net_thread(decide, &e);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP2);
    memset(&asked, 0, sizeof asked);
    asked.SendingFlowspec = rate(300000);
    asked.ReceivingFlowspec = rate(600000);
    REQUIRE_ERR(!call(s, &e, NULL, NULL, NULL, &asked), net_error());
    net_join(judge);
    CHECK_EQ(e.has_qos, 1);
    CHECK_EQ(e.qos.ReceivingFlowspec.TokenRate, 300000);
    CHECK_EQ(e.qos.SendingFlowspec.TokenRate, 600000);
    get_qos(s, &here);
    get_qos(e.conn, &there);
    CHECK_EQ(here.SendingFlowspec.TokenRate, 300000);
    CHECK_EQ(here.SendingFlowspec.TokenRate, there.ReceivingFlowspec.TokenRate);
    CHECK_EQ(here.ReceivingFlowspec.TokenRate, there.SendingFlowspec.TokenRate);
    CHECK_EQ(net_int(s, SOL_ISOTP, ISO_OPT_CLASS), 2);
    net_close(s);
    net_close(e.conn);
    net_close(e.listener);
}

TEST(a_callee_who_wants_more_gets_what_was_offered, "QOS-14")
{
    struct end e;
    HANDLE judge;
    SOCKET s;
    QOS asked, there;

    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    e.rate = 5000000;
    judge = net_thread(decide, &e);
    s = iso(SOCK_SEQPACKET, ISOPROTO_TP2);
    memset(&asked, 0, sizeof asked);
    asked.SendingFlowspec = rate(300000);
    asked.ReceivingFlowspec = rate(600000);
    REQUIRE_ERR(!call(s, &e, NULL, NULL, NULL, &asked), net_error());
    net_join(judge);
    get_qos(e.conn, &there);
    CHECK_EQ(there.SendingFlowspec.TokenRate, 600000);
    net_close(s);
    net_close(e.conn);
    net_close(e.listener);
}

/* ---- coming and going ---- */

struct crowd {
    SOCKET listener;
    LONG stop, accepted;
};

static DWORD WINAPI
let_in(LPVOID context)
{
    struct crowd *c = context;

    while (!InterlockedCompareExchange(&c->stop, 0, 0)) {
        SOCKET s = accept(c->listener, NULL, NULL);

        if (s != INVALID_SOCKET) {
            InterlockedIncrement(&c->accepted);
            net_close(s);
        } else if (net_error() == WSAEWOULDBLOCK) {
            net_readable(c->listener, 20);
        } else {
            CHECK_ERR(s == INVALID_SOCKET, WSAECONNRESET);
        }
    }
    return 0;
}

TEST(callers_who_come_and_go_leave_nothing_behind)
{
    enum { MANY = 300 };
    static const char half[] = {3, 0, 0, 11, 6};
    static const char whole[] = {3, 0, 0, 11, 6, (char)0xe0, 0, 0, 0, 1, 0};
    struct end e;
    struct crowd c;
    HANDLE judge;
    SOCKADDR_STORAGE to;
    SOCKADDR_TP any;
    int i, len;

    memset(&c, 0, sizeof c);
    open_listener(&e, SOCK_SEQPACKET, CF_ACCEPT, NULL);
    c.listener = iso(SOCK_SEQPACKET, ISOPROTO_TP0);
    REQUIRE((len = ISO_GET_TP_INET(&e.name, &to)) > 0);
    REQUIRE(ISO_SET_TP_INET(&any, NULL, 0, (struct sockaddr *)&to));
    REQUIRE(!bind(c.listener, (struct sockaddr *)&any, sizeof any));
    REQUIRE(!listen(c.listener, 8));
    net_nonblocking(c.listener, 1);
    judge = net_thread(let_in, &c);
    for (i = 0; i < MANY; i++) {
        SOCKET s = net_socket(AF_INET, SOCK_STREAM);

        REQUIRE_ERR(!connect(s, (struct sockaddr *)&to, len), net_error());
        if (i % 3)
            send(s, i % 3 == 1 ? half : whole,
                 i % 3 == 1 ? (int)sizeof half : (int)sizeof whole, 0);
        if (i % 2)
            net_abort(s);
        else
            net_close(s);
    }
    InterlockedExchange(&c.stop, 1);
    net_join(judge);
    t_note("%d of %d were let in", (int)c.accepted, MANY / 3);
    net_close(c.listener);
    net_close(e.listener);
}

#endif
