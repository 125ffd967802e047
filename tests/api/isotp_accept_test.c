/* SPDX-License-Identifier: MIT */
/* The called end of ISO transport: names and ports, requests, the condition
 * function and what it makes of them on the wire. The callers are plain TCP
 * sockets that speak octet by octet, so that nothing of ours can agree with
 * itself in a mistake. */
#include "net.h"

#ifdef _WIN32

TEST(windows_has_no_iso_transport_over_tcp)
{
    SKIP("there is no such provider");
}

#else

#include <wshisotp.h>

#include <string.h>

enum { PACKET = 512 };

struct octets {
    int len;
    unsigned char at[PACKET];
};

/* ---- the caller's side ---- */

static struct octets
hex(const char *text)
{
    struct octets o;
    unsigned value;

    o.len = 0;
    for (; *text; text += 2) {
        while (*text == ' ')
            text++;
        REQUIRE(o.len < PACKET && sscanf(text, "%2x", &value) == 1);
        o.at[o.len++] = (unsigned char)value;
    }
    return o;
}

static void
put(struct octets *o, const void *from, int len)
{
    REQUIRE(o->len + len <= PACKET);
    if (len)
        memcpy(o->at + o->len, from, (size_t)len);
    o->len += len;
}

static void
put_selector(struct octets *o, int code, const char *text)
{
    unsigned char head[2];

    if (!text)
        return;
    head[0] = (unsigned char)code;
    head[1] = (unsigned char)strlen(text);
    put(o, head, 2);
    put(o, text, head[1]);
}

/* Writes the length of the header and that of the packet. */
static void
close_packet(struct octets *o, int data)
{
    o->at[4] = (unsigned char)(o->len - 5 - data);
    o->at[2] = (unsigned char)(o->len >> 8);
    o->at[3] = (unsigned char)o->len;
}

/* A request; NULL: without it. Its reference is 0x0042. */
static struct octets
request(const char *calling, const char *called, const char *data)
{
    struct octets o = hex("03000000 00 e0 0000 0042 00");
    int len = data ? (int)strlen(data) : 0;

    put_selector(&o, 0xc1, calling);
    put_selector(&o, 0xc2, called);
    put(&o, data, len);
    close_packet(&o, len);
    return o;
}

static SOCKET
dial(int port)
{
    struct net_addr to = net_loopback(AF_INET, port);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    DWORD patience = SOON;

    REQUIRE_ERR(!connect(s, &to.u.any, to.len), net_error());
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof patience);
    net_set(s, IPPROTO_TCP, TCP_NODELAY, 1);
    return s;
}

static void
say(SOCKET s, struct octets o)
{
    REQUIRE_EQ(send(s, (char *)o.at, o.len, 0), o.len);
}

static SOCKET
call(int port, struct octets o)
{
    SOCKET s = dial(port);

    say(s, o);
    return s;
}

/* One whole packet. */
static struct octets
hear(SOCKET s)
{
    struct octets o;

    o.len = recv(s, (char *)o.at, 4, MSG_WAITALL);
    REQUIRE_EQ(o.len, 4);
    REQUIRE_EQ(o.at[0], 3);
    REQUIRE(o.at[3] > 4);
    o.len += recv(s, (char *)o.at + 4, o.at[3] - 4, MSG_WAITALL);
    REQUIRE_EQ(o.len, o.at[3]);
    return o;
}

/* What it hears is that, but for the other end's reference (octets 8, 9). */
static void
expect(SOCKET s, struct octets want)
{
    struct octets got = hear(s);

    REQUIRE_EQ(got.len, want.len);
    if (got.len > 9)
        memcpy(want.at + 8, got.at + 8, 2);
    CHECK_MEM(got.at, want.at, (size_t)want.len);
}

static void
expect_refusal(SOCKET s, int reason)
{
    struct octets got = hear(s);

    CHECK_EQ(got.at[5], 0x80);
    CHECK_EQ(got.at[10], reason);
    net_expect_end(s);
    net_close(s);
}

static int
is_quiet(SOCKET s)
{
    return !net_readable(s, NEVER);
}

/* ---- the called side ---- */

static SOCKADDR_TP
at(const char *tsap, int port)
{
    struct net_addr in = net_loopback(AF_INET, port);
    SOCKADDR_TP sa;

    REQUIRE(ISO_SET_TP_INET(&sa, tsap, (int)strlen(tsap), &in.u.any));
    return sa;
}

static SOCKET
iso_socket(void)
{
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP2);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    return s;
}

static int
port_of(SOCKET s)
{
    SOCKADDR_STORAGE inet;
    SOCKADDR_TP sa;
    int len = sizeof sa;

    REQUIRE_ERR(!getsockname(s, (struct sockaddr *)&sa, &len), net_error());
    REQUIRE(ISO_GET_TP_INET(&sa, &inet));
    return ntohs(((struct sockaddr_in *)&inet)->sin_port);
}

static int
bind_to(SOCKET s, const char *tsap, int port)
{
    SOCKADDR_TP sa = at(tsap, port);

    return bind(s, (struct sockaddr *)&sa, sizeof sa);
}

/* Port 0: any; blocking. */
static SOCKET
listener_at(const char *tsap, int port, int backlog)
{
    SOCKET s = iso_socket();

    REQUIRE_ERR(!bind_to(s, tsap, port), net_error());
    REQUIRE_ERR(!listen(s, backlog), net_error());
    return s;
}

static SOCKET
listener(const char *tsap)
{
    return listener_at(tsap, 0, 16);
}

struct judge {
    int answer, calls;
    const char *data; /* what it says, NULL: leaves the room alone */
    void (*deed)(struct judge *j);
    SOCKET client;
    /* What it saw. */
    SOCKADDR_TP caller, callee;
    char caller_data[256];
    int caller_len, room;
    int has_qos;
    QOS qos;
};

static int CALLBACK
condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR context)
{
    struct judge *j = (struct judge *)context;

    (void)group_qos, (void)g;
    j->calls++;
    REQUIRE_EQ(caller->len, sizeof j->caller);
    memcpy(&j->caller, caller->buf, caller->len);
    REQUIRE_EQ(callee->len, sizeof j->callee);
    memcpy(&j->callee, callee->buf, callee->len);
    REQUIRE(caller_data && callee_data);
    j->caller_len = (int)caller_data->len;
    memcpy(j->caller_data, caller_data->buf, caller_data->len);
    memset(caller_data->buf, 'x', caller_data->len);
    j->room = (int)callee_data->len;
    j->has_qos = qos != NULL;
    if (qos)
        j->qos = *qos;
    if (j->data) {
        callee_data->len = (ULONG)strlen(j->data);
        memcpy(callee_data->buf, j->data, callee_data->len);
    }
    if (j->deed)
        j->deed(j);
    return j->answer;
}

static struct judge
judge(int answer, const char *data)
{
    struct judge j;

    memset(&j, 0, sizeof j);
    j.answer = answer;
    j.data = data;
    return j;
}

static SOCKET
ask(SOCKET s, struct judge *j)
{
    return WSAAccept(s, NULL, NULL, condition, (DWORD_PTR)j);
}

static SOCKET
take(SOCKET s)
{
    SOCKET conn = accept(s, NULL, NULL);

    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    return conn;
}

/* ---- requests and verdicts ---- */

TEST(a_request_is_shown_before_there_is_an_answer, "CDT-4 PQ-1b")
{
    SOCKET s = listener("srv");
    SOCKET c = call(port_of(s), request("cli", "srv", "hello"));
    struct judge j = judge(CF_ACCEPT, "come in");
    struct octets cc = hex("03000000 00 d0 0042 0000 00");
    SOCKADDR_STORAGE inet;
    SOCKET conn = ask(s, &j);

    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    CHECK_EQ(j.caller_len, 5);
    CHECK_MEM(j.caller_data, "hello", 5);
    CHECK_EQ(j.room, 32);
    CHECK_EQ(j.has_qos, 0);
    CHECK_EQ(j.caller.tp_tsel_len, 3);
    CHECK_MEM(j.caller.tp_addr, "cli", 3);
    CHECK_EQ(j.callee.tp_tsel_len, 3);
    CHECK_MEM(j.callee.tp_addr, "srv", 3);
    REQUIRE_EQ(ISO_GET_TP_INET(&j.caller, &inet), sizeof(struct sockaddr_in));
    CHECK_EQ(ntohs(((struct sockaddr_in *)&inet)->sin_port),
             net_port(net_name(c)));

    put_selector(&cc, 0xc1, "cli");
    put_selector(&cc, 0xc2, "srv");
    put(&cc, "come in", 7);
    close_packet(&cc, 7);
    expect(c, cc);
    net_close(c);
    net_close(conn);
    net_close(s);
}

TEST(a_plain_accept_says_no_more_than_it_has_to)
{
    SOCKET s = listener("");
    SOCKET c = call(port_of(s), hex("0300000b06e00000004200"));
    SOCKADDR_TP from;
    int len = sizeof from;
    SOCKET conn = accept(s, (struct sockaddr *)&from, &len);

    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    CHECK_EQ(len, sizeof from);
    CHECK_EQ(from.tp_family, AF_ISO);
    CHECK_EQ(from.tp_tsel_len, 0);
    expect(c, hex("0300000b06d00042000000"));
    net_close(c);
    net_close(conn);
    net_close(s);
}

TEST(a_condition_function_that_does_not_reply_sends_nothing)
{
    SOCKET s = listener("");
    SOCKET c = call(port_of(s), hex("0300000b06e00000004200"));
    struct judge j = judge(CF_ACCEPT, NULL);
    SOCKET conn = ask(s, &j);

    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    expect(c, hex("0300000b06d00042000000"));
    net_close(c);
    net_close(conn);
    net_close(s);
}

TEST(a_rejection_is_a_dr_with_data, "CDT-4 PQ-10")
{
    SOCKET s = listener("");
    SOCKET c = call(port_of(s), hex("0300000b06e00000004200"));
    struct judge j = judge(CF_REJECT, "not today");
    struct octets dr = hex("03000000 00 80 0042 0000 00");

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAECONNREFUSED);
    put(&dr, "not today", 9);
    close_packet(&dr, 9);
    expect(c, dr);
    net_expect_end(c);
    net_close(c);
    net_close(s);
}

TEST(a_rejection_in_class_2_has_the_users_reason)
{
    SOCKET s = listener("");
    SOCKET c = call(port_of(s), hex("0300000b06e00000004221"));
    struct judge j = judge(CF_REJECT, "");

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAECONNREFUSED);
    expect_refusal(c, 0x80);
    net_close(s);
}

TEST(a_reply_that_is_too_long_lets_nobody_in)
{
    SOCKET s = listener("");
    SOCKET c = call(port_of(s), hex("0300000b06e00000004200"));
    struct judge j = judge(CF_ACCEPT, "a reply of more than thirty-two octets");

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAEINVAL);
    expect_refusal(c, 0);
    net_close(s);
}

TEST(a_deferred_request_waits_in_silence, "PQ-2 PQ-5 CND-16")
{
    SOCKET s = listener("");
    SOCKET a = call(port_of(s), request("a", NULL, "1"));
    struct judge j = judge(CF_DEFER, "early");
    SOCKET b, conn;

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSATRY_AGAIN);
    b = call(port_of(s), request("b", NULL, "2"));
    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_EQ(j.calls, 2);
    CHECK_MEM(j.caller_data, "1", 1);
    CHECK(is_quiet(a));
    conn = take(s); /* without an answer of the function's */
    expect(a, hex("0300000e09d00042000000 c10161"));
    net_close(conn);
    conn = take(s);
    expect(b, hex("0300000e09d00042000000 c10162"));
    net_close(conn);
    net_close(a);
    net_close(b);
    net_close(s);
}

/* ---- what wakes nobody ---- */

TEST(only_a_complete_request_makes_the_listener_ready, "PQ-1")
{
    SOCKET s = listener("");
    SOCKET silent = dial(port_of(s)), slow = dial(port_of(s));
    struct octets cr = request("abc", NULL, "data");
    int i;

    for (i = 0; i < cr.len - 1; i++)
        REQUIRE_EQ(send(slow, (char *)cr.at + i, 1, 0), 1);
    CHECK(!net_readable(s, NEVER));
    net_nonblocking(s, 1);
    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    REQUIRE_EQ(send(slow, (char *)cr.at + i, 1, 0), 1);
    CHECK(net_readable(s, SOON));
    net_close(take(s));
    net_close(silent);
    net_close(slow);
    net_close(s);
}

TEST(fd_accept_is_told_for_each_complete_request, "EVT-10 PQ-3")
{
    SOCKET s = listener("");
    WSAEVENT event = WSACreateEvent();
    struct judge j = judge(CF_DEFER, NULL);
    SOCKET silent, a, b;

    REQUIRE(!WSAEventSelect(s, event, FD_ACCEPT));
    silent = dial(port_of(s));
    CHECK_EQ(net_events(s, event, FD_ACCEPT, NEVER), 0);
    a = call(port_of(s), request("a", NULL, NULL));
    CHECK_EQ(net_events(s, event, FD_ACCEPT, SOON), FD_ACCEPT);
    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSATRY_AGAIN);
    b = call(port_of(s), request("b", NULL, NULL));
    CHECK_EQ(net_events(s, event, FD_ACCEPT, NEVER), 0);
    net_close(take(s));
    CHECK_EQ(net_events(s, event, FD_ACCEPT, SOON), FD_ACCEPT);
    net_close(take(s));
    net_close(silent);
    net_close(a);
    net_close(b);
    net_close(s);
    WSACloseEvent(event);
}

TEST(poll_sees_a_request)
{
    SOCKET s = listener("");
    WSAPOLLFD p;
    SOCKET c;

    p.fd = s;
    p.events = POLLRDNORM;
    CHECK_EQ(WSAPoll(&p, 1, NEVER), 0);
    c = call(port_of(s), request(NULL, NULL, NULL));
    CHECK_EQ(WSAPoll(&p, 1, SOON), 1);
    CHECK_EQ(p.revents, POLLRDNORM);
    net_close(take(s));
    net_close(c);
    net_close(s);
}

static DWORD WINAPI
accept_one(LPVOID context)
{
    SOCKET s = accept((SOCKET)(ULONG_PTR)context, NULL, NULL);

    if (s == INVALID_SOCKET)
        return (DWORD)net_error();
    net_close(s);
    return 0;
}

TEST(a_blocked_accept_is_woken_by_a_request_and_by_closing)
{
    SOCKET s = listener("");
    HANDLE t = net_thread(accept_one, (LPVOID)(ULONG_PTR)s);
    SOCKET c = call(port_of(s), request(NULL, NULL, NULL));

    CHECK_EQ(net_join(t), 0);
    net_close(c);
    t = net_thread(accept_one, (LPVOID)(ULONG_PTR)s);
    CHECK(!net_signalled(t, NEVER));
    net_close(s);
    net_check_closed(net_join(t));
}

TEST(who_says_nothing_is_dropped_in_time)
{
    SOCKET s = iso_socket(), silent, half;
    DWORD ms = 150;

    REQUIRE(!setsockopt(s, SOL_ISOTP, ISO_OPT_HEADER_TIMEOUT, (char *)&ms,
                        sizeof ms));
    REQUIRE(!bind_to(s, "", 0) && !listen(s, 5));
    silent = dial(port_of(s));
    half = call(port_of(s), hex("0300000b06"));
    net_expect_end(silent);
    CHECK(recv(half, (char *)&ms, 1, 0) <= 0);
    net_close(silent);
    net_close(half);
    net_close(s);
}

/* ---- names ---- */

TEST(selectors_share_a_port, "BND-7")
{
    SOCKET a = listener("one"), b, c, other = iso_socket();
    int port = port_of(a);
    struct net_addr in = net_loopback(AF_INET, port);
    SOCKET tcp = net_socket(AF_INET, SOCK_STREAM);

    b = listener_at("two", port, 5);
    CHECK_EQ(port_of(b), port);
    CHECK_ERR(bind_to(other, "one", port), WSAEADDRINUSE);
    CHECK_ERR(bind(tcp, &in.u.any, in.len), WSAEADDRINUSE);
    c = call(port, request(NULL, "two", NULL));
    net_close(take(b));
    net_nonblocking(a, 1);
    CHECK_ERR(accept(a, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    net_close(c);
    net_close(a);
    REQUIRE(!bind_to(other, "one", port)); /* its name is free again */
    net_close(other);
    c = call(port, request(NULL, "two", NULL)); /* and the port is not */
    net_close(take(b));
    net_close(c);
    net_close(b);
    net_close(tcp);
}

TEST(a_selector_that_nobody_has_is_unknown)
{
    SOCKET a = listener("one"), b = iso_socket();

    expect_refusal(call(port_of(a), request(NULL, "two", NULL)), 3);
    expect_refusal(call(port_of(a), request(NULL, NULL, NULL)), 3);
    REQUIRE(!bind_to(b, "two", port_of(a)));
    expect_refusal(call(port_of(a), request(NULL, "two", NULL)), 2);
    net_close(a);
    net_close(b);
}

TEST(the_empty_selector_takes_what_has_no_other)
{
    SOCKET a = listener("one"), b = listener_at("", port_of(a), 5);
    SOCKET c = call(port_of(a), request(NULL, "two", NULL));
    SOCKET d = call(port_of(a), request(NULL, NULL, NULL));
    SOCKET e = call(port_of(a), request(NULL, "one", NULL));

    net_close(take(b));
    net_close(take(b));
    net_close(take(a));
    net_close(c);
    net_close(d);
    net_close(e);
    net_close(a);
    net_close(b);
}

TEST(a_port_of_somebody_else_cannot_be_shared, "BND-7")
{
    SOCKET tcp = net_listener(AF_INET), s = iso_socket();

    CHECK_ERR(bind_to(s, "one", net_port(net_name(tcp))), WSAEADDRINUSE);
    net_close(tcp);
    net_close(s);
}

TEST(any_address_is_that_of_both_families)
{
    SOCKET s = iso_socket(), c, conn;
    SOCKADDR_TP sa;
    SOCKADDR_STORAGE inet;
    struct net_addr six;
    int len = sizeof sa;
    DWORD port = 0;

    REQUIRE(!setsockopt(s, SOL_ISOTP, ISO_OPT_PORT, (char *)&port, 4));
    REQUIRE(ISO_SET_TP_INET(&sa, "x", 1, NULL));
    REQUIRE_ERR(!bind(s, (struct sockaddr *)&sa, sizeof sa), net_error());
    REQUIRE(!listen(s, 5));
    c = call(port_of(s), request(NULL, "x", NULL));
    net_close(take(s));
    net_close(c);
    six = net_loopback(AF_INET6, port_of(s));
    c = net_socket(AF_INET6, SOCK_STREAM);
    REQUIRE(!connect(c, &six.u.any, six.len));
    say(c, request(NULL, "x", NULL));
    conn = accept(s, (struct sockaddr *)&sa, &len);
    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    CHECK_EQ(ISO_GET_TP_INET(&sa, &inet), sizeof(struct sockaddr_in6));
    net_close(conn);
    net_close(c);
    net_close(s);
}

TEST(a_port_is_free_as_soon_as_its_last_name_is)
{
    SOCKET a = listener("one");
    int port = port_of(a);
    SOCKET c = call(port, request(NULL, "one", NULL)), conn = take(a);

    hear(c);
    net_close(a);
    a = listener_at("one", port, 5); /* beside the connection */
    net_close(conn);
    net_close(c);
    net_close(a);
}

TEST(listen_needs_a_name, "LSN-1")
{
    SOCKET s = iso_socket();

    CHECK_ERR(listen(s, 5), WSAEINVAL);
    REQUIRE(!bind_to(s, "x", 0));
    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEINVAL);
    CHECK(!listen(s, 5));
    CHECK(!listen(s, 1)); /* LSN-6 */
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ACCEPTCONN), 1);
    net_close(s);
}

/* ---- the queue ---- */

TEST(beyond_the_backlog_callers_are_told_to_come_later, "LSN-5")
{
    SOCKET s = listener_at("", 0, 2);
    SOCKET a = call(port_of(s), request("a", NULL, NULL));
    SOCKET b = call(port_of(s), request("b", NULL, NULL));

    CHECK(net_readable(s, SOON));
    CHECK(is_quiet(b));
    expect_refusal(call(port_of(s), request("c", NULL, NULL)), 1);
    net_close(take(s));
    net_close(take(s));
    net_close(a);
    net_close(b);
    net_close(s);
}

TEST(who_has_left_makes_room_for_who_comes)
{
    SOCKET s = listener_at("", 0, 1);
    SOCKET a = call(port_of(s), request("a", NULL, NULL)), b;

    CHECK(net_readable(s, SOON));
    net_abort(a);
    b = call(port_of(s), request("b", NULL, NULL));
    CHECK(is_quiet(b));
    net_close(take(s));
    net_close(b);
    net_close(s);
}

TEST(a_caller_who_has_hung_up_is_reported, "PQ-6 PQ-7")
{
    SOCKET s = listener("");
    SOCKET a = call(port_of(s), request("a", NULL, NULL));
    SOCKET b = call(port_of(s), request("b", NULL, NULL));

    CHECK(net_readable(s, SOON));
    CHECK(is_quiet(b));
    net_abort(a);
    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAECONNRESET);
    net_close(take(s));
    net_close(b);
    net_close(s);
}

TEST(a_caller_who_did_not_wait_is_reported_otherwise, "PQ-6")
{
    SOCKET s = listener("");
    SOCKET a = call(port_of(s), request("a", NULL, NULL));
    struct judge j = judge(CF_DEFER, NULL);

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_close(a);
    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAEACCES);
    net_nonblocking(s, 1);
    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAEWOULDBLOCK);
    CHECK_EQ(j.calls, 1);
    net_close(s);
}

static void
hang_up(struct judge *j)
{
    net_abort(j->client);
}

TEST(a_caller_may_hang_up_while_he_is_judged, "CND-17")
{
    SOCKET s = listener("");
    struct judge j = judge(CF_ACCEPT, "too late");

    j.client = call(port_of(s), request("a", NULL, NULL));
    j.deed = hang_up;
    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSAECONNRESET);
    net_close(s);
}

TEST(closing_the_listener_refuses_who_waits, "PQ-9")
{
    SOCKET s = listener("");
    SOCKET a = call(port_of(s), request("a", NULL, NULL));
    SOCKET b = call(port_of(s), request("b", NULL, NULL));
    SOCKET silent = dial(port_of(s));
    struct judge j = judge(CF_DEFER, NULL);

    CHECK_ERR(ask(s, &j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK(is_quiet(b));
    net_close(s);
    expect_refusal(a, 2);
    expect_refusal(b, 2);
    net_expect_end(silent);
    net_close(silent);
}

/* ---- what is no request ---- */

TEST(what_is_no_request_is_answered_as_the_standard_says)
{
    static const struct {
        const char *said, *heard; /* NULL: nothing */
    } all[] = {
        {"474554202f20485454502f312e300d0a", NULL},
        {"0400000b06e00000004200",           NULL},
        {"03000004",                         NULL},
        {"0300ffff06e00000004200",           NULL},
        {"0300000702f080",                   NULL},
    };
    SOCKET s = listener("");
    size_t i;

    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
        SOCKET c = call(port_of(s), hex(all[i].said));
        char octet;

        if (all[i].heard)
            expect(c, hex(all[i].heard));
        CHECK(recv(c, &octet, 1, 0) <= 0);
        net_close(c);
    }
    CHECK(!net_readable(s, 0));
    net_close(s);
}

TEST(a_class_that_is_not_to_be_had_is_negotiated_down_or_refused)
{
    SOCKET s = listener("");

    /* 2 with explicit flow control and nothing else */
    expect_refusal(call(port_of(s), hex("0300000b06e00000004220")), 0x82);
    net_close(s);
}

/* ---- who comes in numbers ---- */

TEST(silent_callers_are_bounded_and_shut_nobody_out)
{
    enum { MANY = 2000 };
    static SOCKET all[MANY];
    SOCKET s = listener(""), c;
    int i, count = 0, old = t_fd_limit(4096), gone = 0;
    struct net_addr to = net_loopback(AF_INET, port_of(s));

    (void)old;
    for (i = 0; i < MANY; i++) {
        all[count] = socket(AF_INET, SOCK_STREAM, 0);
        if (all[count] == INVALID_SOCKET)
            break;
        if (connect(all[count], &to.u.any, to.len)) {
            net_close(all[count]);
            break;
        }
        count++;
    }
    c = call(port_of(s), request("a", NULL, NULL));
    CHECK(net_readable(s, SOON));
    net_close(take(s));
    for (i = 0; i < count; i++)
        gone += net_readable(all[i], 0);
    t_note("%d silent callers, %d of them sent away", count, gone);
    CHECK(count < 600 || gone > 0);
    for (i = 0; i < count; i++)
        net_close(all[i]);
    net_close(c);
    net_close(s);
}

TEST(who_says_nothing_goes_first_when_descriptors_run_out)
{
    enum { MANY = 200 };
    static SOCKET all[MANY];
    SOCKET s = listener(""), c = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr to = net_loopback(AF_INET, port_of(s));
    struct octets cr = request("a", NULL, NULL);
    int i, count = 0, old = t_fd_limit(96);

    while (count < MANY) {
        all[count] = socket(AF_INET, SOCK_STREAM, 0);
        if (all[count] == INVALID_SOCKET)
            break;
        REQUIRE_ERR(!connect(all[count], &to.u.any, to.len), net_error());
        count++;
    }
    CHECK(count < MANY);
    REQUIRE_ERR(!connect(c, &to.u.any, to.len), net_error());
    say(c, cr);
    REQUIRE(count > 4); /* both ends share what there is */
    for (i = 0; i < 4; i++)
        net_close(all[i]);
    CHECK(net_readable(s, SOON));
    for (i = 4; i < count; i++)
        net_close(all[i]);
    if (old > 0)
        t_fd_limit(old);
    net_close(take(s));
    net_close(c);
    net_close(s);
}

/* ---- accepting in other ways ---- */

TEST(acceptex_takes_a_held_request, "AEX-11")
{
    LPFN_ACCEPTEX accept_ex;
    GUID id = WSAID_ACCEPTEX;
    SOCKET s = listener("srv"), conn = iso_socket(), c;
    char area[2 * (sizeof(SOCKADDR_TP) + 16)];
    struct sockaddr *local, *remote;
    int local_len, remote_len;
    OVERLAPPED ov;
    DWORD n;

    REQUIRE_ERR(!WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                          &accept_ex, sizeof accept_ex, &n, NULL, NULL),
                net_error());
    memset(&ov, 0, sizeof ov);
    ov.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    CHECK_ERR(
        !accept_ex(s, conn, area, 0, sizeof area / 2, sizeof area / 2, &n, &ov),
        WSA_IO_PENDING);
    c = call(port_of(s), request("cli", "srv", NULL));
    REQUIRE(net_signalled(ov.hEvent, SOON));
    hear(c);
    GetAcceptExSockaddrs(area, 0, sizeof area / 2, sizeof area / 2, &local,
                         &local_len, &remote, &remote_len);
    CHECK_EQ(local_len, sizeof(SOCKADDR_TP));
    CHECK_MEM(((SOCKADDR_TP *)local)->tp_addr, "srv", 3);
    CHECK_MEM(((SOCKADDR_TP *)remote)->tp_addr, "cli", 3);
    CHECK(!setsockopt(conn, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&s,
                      sizeof s));
    net_send(conn, "hi");
    expect(c, hex("03000009 02f080 6869"));
    CloseHandle(ov.hEvent);
    net_close(conn);
    net_close(c);
    net_close(s);
}

TEST(what_is_sent_behind_the_request_is_there_after_accept, "PQ-11")
{
    SOCKET s = listener("");
    struct octets o = request("a", NULL, NULL),
                  dt = hex("0300000a 02f080 616263");
    char room[16];
    SOCKET c, conn;

    put(&o, dt.at, dt.len);
    c = call(port_of(s), o);
    conn = take(s);
    CHECK_EQ(recv(conn, room, sizeof room, 0), 3);
    CHECK_MEM(room, "abc", 3);
    net_close(conn);
    net_close(c);
    net_close(s);
}

TEST(an_accepted_socket_has_the_listeners_ways, "INH-1 INH-5")
{
    SOCKET s = listener(""), c, conn;
    SOCKADDR_TP name;
    int len = sizeof name;

    net_set(s, SOL_SOCKET, SO_RCVBUF, 20000);
    net_nonblocking(s, 1);
    c = call(port_of(s), request("a", NULL, NULL));
    CHECK(net_readable(s, SOON));
    conn = take(s);
    CHECK_EQ(net_int(conn, SOL_SOCKET, SO_RCVBUF), 20000);
    CHECK_EQ(net_int(conn, SOL_SOCKET, SO_TYPE), SOCK_SEQPACKET);
    CHECK_ERR(recv(conn, (char *)&name, 1, 0) < 0, WSAEWOULDBLOCK);
    REQUIRE(!getpeername(conn, (struct sockaddr *)&name, &len));
    CHECK_EQ(name.tp_tsel_len, 1);
    CHECK_EQ(name.tp_addr[0], 'a');
    net_close(conn);
    net_close(c);
    net_close(s);
}

/* ---- quality of service ---- */

TEST(an_offer_is_shown_and_the_answer_is_on_the_wire, "QOS-14")
{
    SOCKET s = listener("");
    /* 250000, at least 125000 to us; 1000000, at least 500000 from us */
    SOCKET c = call(port_of(s), hex("0300001c 17 e0 0000 0042 21 c70100"
                                    "890c 03d090 01e848 0f4240 07a120"));
    struct judge j = judge(CF_ACCEPT, NULL);
    struct octets cc;
    SOCKET conn = ask(s, &j);
    char room[sizeof(QOS) + 256];
    QOS qos;
    DWORD n;

    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    REQUIRE(j.has_qos);
    CHECK_EQ(j.qos.ReceivingFlowspec.PeakBandwidth, 250000);
    CHECK_EQ(j.qos.SendingFlowspec.PeakBandwidth, 1000000);
    cc = hear(c);
    CHECK_EQ(cc.at[5], 0xd0);
    CHECK_EQ(cc.at[10], 0x21);
    REQUIRE(!WSAIoctl(conn, SIO_GET_QOS, NULL, 0, room, sizeof room, &n, NULL,
                      NULL));
    memcpy(&qos, room, sizeof qos);
    CHECK_EQ(qos.SendingFlowspec.PeakBandwidth, 1000000);
    net_close(conn);
    net_close(c);
    net_close(s);
}

/* ---- RDP ---- */

static const char cookie[] = "Cookie: mstshash=alice\r\n";

static SOCKET
rdp_listener(void)
{
    SOCKET s = iso_socket();
    DWORD profile = ISO_PROFILE_RDP;

    REQUIRE(!setsockopt(s, SOL_ISOTP, ISO_OPT_PROFILE, (char *)&profile,
                        sizeof profile));
    REQUIRE(!bind_to(s, "", 0) && !listen(s, 5));
    return s;
}

static struct octets
rdp_request(void)
{
    struct octets o = hex("03000000 00 e0 0000 0000 00");
    struct octets nego = hex("0100080003000000");

    put(&o, cookie, (int)strlen(cookie));
    put(&o, nego.at, nego.len);
    close_packet(&o, 0);
    return o;
}

TEST(an_rdp_client_is_known_by_its_cookie)
{
    SOCKET s = rdp_listener(), c = call(port_of(s), rdp_request());
    struct judge j = judge(CF_ACCEPT, "\2\1\10\1\1\1\1\1");
    SOCKET conn;

    conn = ask(s, &j);
    REQUIRE_ERR(conn != INVALID_SOCKET, net_error());
    CHECK_EQ(j.caller_len, strlen(cookie) + 8);
    CHECK_MEM(j.caller_data, cookie, strlen(cookie));
    CHECK_EQ(j.room, 248);
    expect(c, hex("03000013 0e d0 0000 0000 00 0201080101010101"));
    net_close(conn);
    net_close(c);
    net_close(s);
}

TEST(a_connection_can_be_taken_out_of_iso_transport)
{
    SOCKET s = rdp_listener(), c = call(port_of(s), rdp_request());
    SOCKET conn = take(s);
    ISO_DETACHED d;
    DWORD n;

    hear(c);
    CHECK_ERR(WSAIoctl(conn, SIO_ISOTP_DETACH, NULL, 0, &d, 8, &n, NULL, NULL),
              WSAEFAULT);
    REQUIRE_ERR(!WSAIoctl(conn, SIO_ISOTP_DETACH, NULL, 0, &d, sizeof d, &n,
                          NULL, NULL),
                net_error());
    CHECK_EQ(n, sizeof d);
    CHECK_EQ(d.octets, 0);
    net_send(c, "\26\3\1");
    net_expect(d.tcp, "\26\3\1");
    net_send(d.tcp, "raw");
    net_expect(c, "raw");
    CHECK_ERR(send(conn, "x", 1, 0) < 0, WSAENOTCONN);
    net_close(conn);
    net_send(d.tcp, "still");
    net_expect(c, "still");
    net_close(d.tcp);
    net_expect_end(c);
    net_close(c);
    net_close(s);
}

/* ---- options ---- */

TEST(options_of_iso_transport_have_their_times)
{
    static const struct {
        int name;
        DWORD value, again; /* a value that is refused */
    } all[] = {
        {ISO_OPT_PROFILE,        ISO_PROFILE_RDP, 2      },
        {ISO_OPT_TS1,            1000,            0      },
        {ISO_OPT_TS2,            2000,            0      },
        {ISO_OPT_HEADER_TIMEOUT, 3000,            0      },
        {ISO_OPT_TPDU_SIZE,      1024,            1000   },
        {ISO_OPT_PORT,           0,               0x10000},
    };
    SOCKET s = iso_socket();
    size_t i;

    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK(!setsockopt(s, SOL_ISOTP, all[i].name, (char *)&all[i].value, 4));
        CHECK_EQ(net_int(s, SOL_ISOTP, all[i].name), all[i].value);
        if (all[i].again)
            CHECK_ERR(
                setsockopt(s, SOL_ISOTP, all[i].name, (char *)&all[i].again, 4),
                WSAEINVAL);
        CHECK_ERR(setsockopt(s, SOL_ISOTP, all[i].name, (char *)&i, 3),
                  WSAEFAULT);
    }
    CHECK_ERR(setsockopt(s, SOL_ISOTP, ISO_OPT_CLASS, (char *)&i, 4),
              WSAENOPROTOOPT);
    CHECK_ERR(setsockopt(s, SOL_ISOTP, 99, (char *)&i, 4), WSAENOPROTOOPT);
    CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_OOBINLINE, (char *)&i, 4),
              WSAENOPROTOOPT);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_MAX_MSG_SIZE), -1);
    REQUIRE(!bind_to(s, "x", 0) && !listen(s, 1));
    CHECK_ERR(setsockopt(s, SOL_ISOTP, ISO_OPT_PROFILE, (char *)&i, 4),
              WSAEINVAL);
    net_close(s);
}

TEST(connect_data_are_also_options, "CDT-2")
{
    SOCKET s = listener(""), c = call(port_of(s), request("a", NULL, "hello"));
    SOCKET conn;
    char room[32];
    int len = sizeof room;

    REQUIRE(!setsockopt(s, SOL_SOCKET, SO_CONNDATA, "hi", 2));
    conn = take(s);
    expect(c, hex("03000010 09 d0 0042 0000 00 c10161 6869"));

    REQUIRE(!getsockopt(conn, SOL_SOCKET, SO_CONNDATA, room, &len));
    CHECK_EQ(len, 5);
    CHECK_MEM(room, "hello", 5);
    len = 2;
    CHECK_ERR(getsockopt(conn, SOL_SOCKET, SO_CONNDATA, room, &len), WSAEFAULT);
    net_close(conn);
    net_close(c);
    net_close(s);
}

#endif
