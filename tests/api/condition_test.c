/* SPDX-License-Identifier: MIT */
/* Conditional acceptance, the reason for WSAAccept: the condition function sees
 * the head of the queue and its answer decides the caller's fate.
 * The judge of these tests remembers what it saw and answers from a script; an
 * optional deed runs inside of it. */
#include "net.h"

#include <mswsock.h>

#include <string.h>

enum { MAX_CALLS = 8 };

struct judge {
    SOCKET listener;
    int answers[MAX_CALLS]; /* what to return, call by call */
    void (*deed)(struct judge *j);
    void *context;
    /* What it saw. */
    int calls;
    DWORD thread;
    struct net_addr caller[MAX_CALLS], callee[MAX_CALLS];
    int caller_len[MAX_CALLS], callee_len[MAX_CALLS];
    LPWSABUF caller_data, callee_data;
    ULONG caller_data_len, callee_data_len;
    LPQOS sqos, gqos;
    GROUP *g;
    GROUP group;
};

static void
keep(struct net_addr *addr, int *len, const WSABUF *buf)
{
    memset(addr, 0, sizeof *addr);
    *len = buf && buf->buf ? (int)buf->len : -1;
    if (*len >= 0 && *len <= (int)sizeof addr->u)
        memcpy(&addr->u, buf->buf, buf->len);
    addr->len = *len;
}

static int CALLBACK
condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    struct judge *j = (struct judge *)data;
    int n = j->calls++;

    REQUIRE(n < MAX_CALLS);
    j->thread = GetCurrentThreadId();
    keep(&j->caller[n], &j->caller_len[n], caller);
    keep(&j->callee[n], &j->callee_len[n], callee);
    j->caller_data = caller_data;
    j->caller_data_len = caller_data ? caller_data->len : 0;
    j->callee_data = callee_data;
    j->callee_data_len = callee_data ? callee_data->len : 0;
    j->sqos = sqos;
    j->gqos = gqos;
    j->g = g;
    j->group = g ? *g : 0;
    if (j->deed)
        j->deed(j);
    return j->answers[n];
}

/* A judge of one listener who gives the answers a, b, c and accepts then. */
static struct judge
judge(int family, int a, int b, int c)
{
    struct judge j;

    memset(&j, 0, sizeof j);
    j.listener = net_listener(family);
    j.answers[0] = a;
    j.answers[1] = b;
    j.answers[2] = c;
    net_nonblocking(j.listener, 1);
    return j;
}

static SOCKET
ask(struct judge *j)
{
    return WSAAccept(j->listener, NULL, NULL, condition, (DWORD_PTR)j);
}

/* The next request is that of "client". */
static void
take(SOCKET listener, SOCKET client)
{
    SOCKET s = accept(listener, NULL, NULL);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(client)));
    net_nonblocking(s, 0);
    net_send(s, "welcome");
    net_expect(client, "welcome");
    net_close(s);
}

static void
check_parties(int family, int size)
{
    struct judge j = judge(family, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(j.calls, 1);
    CHECK_EQ(j.caller_len[0], size);
    CHECK_EQ(j.callee_len[0], size);
    CHECK(net_same(j.caller[0], net_name(client)));
    CHECK(net_same(j.callee[0], net_peer(client)));
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(the_condition_function_sees_both_parties, "CND-3 CND-7 AMB-12")
{
    check_parties(AF_INET, 16);
}

TEST(the_condition_function_sees_both_ipv6_parties, "CND-3 CND-7 AMB-12")
{
    WINE_DIFFERS("it has room for IPv4 addresses only");
    check_parties(AF_INET6, 28);
}

TEST(the_condition_function_runs_in_the_callers_thread, "CND-2 ACC-1")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    CHECK_EQ(j.thread, GetCurrentThreadId());
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(tcp_offers_no_connect_data, "CND-4 CND-8 ACC-11 AMB-11")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    WINE_DIFFERS("the lengths are not set");
    /* An old reading of the documents gives an empty buffer here. */
    CHECK(j.caller_data == NULL || j.caller_data_len == 0);
    CHECK(j.callee_data == NULL || j.callee_data_len == 0);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(the_callee_data_is_a_buffer_without_room, "CND-8 AMB-11")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    WINE_DIFFERS("the lengths are not set");
    CHECK(j.caller_data == NULL);
    CHECK(j.callee_data != NULL);
    CHECK_EQ(j.callee_data_len, 0);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(tcp_offers_no_flow_specs, "CND-5 CND-6")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    CHECK(j.sqos == NULL);
    CHECK(j.gqos == NULL);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(the_group_is_a_pointer_to_0, "CND-9 AMB-13")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    CHECK(j.g != NULL);
    CHECK_EQ(j.group, 0);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

static DWORD_PTR seen_data;

static int CALLBACK
note_data(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g;
    seen_data = data;
    return CF_ACCEPT;
}

TEST(the_callback_data_arrive_unchanged, "CND-10")
{
    static const DWORD_PTR values[] = {0, 1, (DWORD_PTR)0xfedcba9876543210ull,
                                       ~(DWORD_PTR)0};
    SOCKET listener = net_listener(AF_INET);

    for (int i = 0; i < 4; i++) {
        SOCKET client = net_client(listener);
        SOCKET s = WSAAccept(listener, NULL, NULL, note_data, values[i]);

        REQUIRE(s != INVALID_SOCKET);
        CHECK_EQ(seen_data, values[i]);
        net_close(s);
        net_close(client);
    }
    net_close(listener);
}

TEST(without_a_request_nobody_is_asked, "ACC-1 ACC-2")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAEWOULDBLOCK);
    CHECK_EQ(j.calls, 0);
    net_close(j.listener);
}

TEST(CF_ACCEPT_gives_a_working_socket, "CND-1 ACC-3")
{
    struct judge j = judge(AF_INET6, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s = ask(&j);

    REQUIRE(s != INVALID_SOCKET);
    net_send(client, "knock");
    net_expect(s, "knock");
    net_send(s, "come in");
    net_expect(client, "come in");
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(CF_ACCEPT_tells_the_address, "ACC-4 ACC-7")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s;
    struct net_addr addr = {{{0}}, sizeof addr.u};

    s = WSAAccept(j.listener, &addr.u.any, &addr.len, condition, (DWORD_PTR)&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(addr, net_name(client)));
    CHECK_EQ(addr.len, sizeof addr.u.in);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(CF_REJECT_refuses_the_accept, "ACC-8 CND-1")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET client = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    CHECK_EQ(j.calls, 1);
    net_close(client);
    net_close(j.listener);
}

TEST(CF_REJECT_resets_the_caller, "ACC-12 AMB-19")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    net_expect_reset(client);
    net_close(client);
    net_close(j.listener);
}

TEST(CF_REJECT_resets_even_a_caller_who_sent_data, "ACC-12")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    net_send(client, "please");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    net_expect_reset(client);
    net_close(client);
    net_close(j.listener);
}

TEST(after_CF_REJECT_the_next_is_at_the_head, "PQ-10 PQ-1")
{
    struct judge j = judge(AF_INET, CF_REJECT, CF_ACCEPT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(j.caller[0], net_name(a)));
    CHECK(net_same(j.caller[1], net_name(b)));
    CHECK(net_same(net_peer(s), net_name(b)));
    net_close(s);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(one_accept_asks_once_even_if_it_rejects, "ACC-1 CND-16")
{
    struct judge j = judge(AF_INET, CF_REJECT, CF_REJECT, CF_REJECT);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    CHECK_EQ(j.calls, 1);
    take(j.listener, b);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(a_rejected_queue_ends_empty, "PQ-10")
{
    struct judge j = judge(AF_INET, CF_REJECT, CF_REJECT, CF_ACCEPT);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAEWOULDBLOCK);
    CHECK_EQ(j.calls, 2);
    CHECK(!net_readable(j.listener, 0));
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(a_rejection_writes_no_address, "ACC-7 AMB-9")
{
    struct judge j = judge(AF_INET, CF_REJECT, CF_DEFER, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);
    struct net_addr addr;

    WINE_DIFFERS("it writes the address before it asks");
    memset(&addr, 0x55, sizeof addr);
    addr.len = sizeof addr.u;
    CHECK_ERR(WSAAccept(j.listener, &addr.u.any, &addr.len, condition,
                        (DWORD_PTR)&j) == INVALID_SOCKET,
              WSAECONNREFUSED);
    CHECK_ERR(WSAAccept(j.listener, &addr.u.any, &addr.len, condition,
                        (DWORD_PTR)&j) == INVALID_SOCKET,
              WSATRY_AGAIN);
    CHECK_EQ(addr.u.any.sa_family, 0x5555);
    CHECK_EQ(addr.len, sizeof addr.u);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(CF_DEFER_says_try_again, "ACC-8 CND-1")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_EQ(j.calls, 1);
    net_close(client);
    net_close(j.listener);
}

TEST(a_deferred_caller_hears_nothing, "PQ-2")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_ACCEPT, 0);
    SOCKET client = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK(!net_readable(client, NEVER));
    net_send(client, "still here");
    s = ask(&j);
    net_expect(s, "still here");
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(a_deferred_request_keeps_the_head, "PQ-1 PQ-2 CND-16")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_DEFER, CF_ACCEPT);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    for (int i = 0; i < 3; i++)
        CHECK(net_same(j.caller[i], net_name(a)));
    CHECK(net_same(net_peer(s), net_name(a)));
    net_close(s);
    take(j.listener, b);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(accept_takes_the_deferred_request, "PQ-5")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    take(j.listener, a);
    take(j.listener, b);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(a_blocking_accept_takes_the_deferred_request_at_once, "PQ-5 ACC-2")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_ACCEPT, 0);
    SOCKET client = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_nonblocking(j.listener, 0);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(client)));
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(a_deferred_request_may_be_rejected_later, "CND-16 PQ-10")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_REJECT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    net_expect_reset(a);
    take(j.listener, b);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(data_sent_while_deferred_are_readable, "PQ-5 PQ-11")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_send(client, "meanwhile");
    s = accept(j.listener, NULL, NULL);
    net_expect(s, "meanwhile");
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(a_listener_with_a_deferred_head_is_readable, "PQ-12 AMB-6")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("select does not see the request that it keeps");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK(net_readable(j.listener, 0));
    net_close(client);
    net_close(j.listener);
}

TEST(closing_the_listener_resets_the_deferred_caller, "PQ-9 AMB-7")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_close(j.listener);
    net_expect_reset(b);
    net_expect_reset(a);
    net_close(a);
    net_close(b);
}

TEST(listen_again_keeps_the_deferred_request, "LSN-6 PQ-2")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener);

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_EQ(listen(j.listener, 1), 0);
    take(j.listener, client);
    net_close(client);
    net_close(j.listener);
}

TEST(any_other_answer_is_invalid, "CND-1 AMB-10")
{
    static const int answers[] = {17, 3, -1};

    WINE_DIFFERS("the error is WSAEFAULT");
    for (int i = 0; i < 3; i++) {
        struct judge j = judge(AF_INET, answers[i], 0, 0);
        SOCKET client = net_client(j.listener);

        CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAEINVAL);
        CHECK_EQ(j.calls, 1);
        net_close(client);
        net_close(j.listener);
    }
}

TEST(an_invalid_answer_harms_no_later_request, "CND-1 PQ-1")
{
    struct judge j = judge(AF_INET, 17, CF_REJECT, CF_ACCEPT);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;

    CHECK(ask(&j) == INVALID_SOCKET);
    /* Its request may be pending still or be gone, nobody says. */
    s = ask(&j);
    if (s == INVALID_SOCKET)
        s = ask(&j);
    REQUIRE(s != INVALID_SOCKET || j.calls == 2);
    if (s != INVALID_SOCKET) {
        CHECK(net_same(net_peer(s), net_name(b)));
        net_close(s);
    }
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

static void
bad_group(struct judge *j)
{
    *j->g = 0x7ffffff0;
}

TEST(an_invalid_group_fails_the_accept, "CND-9 ACC-8")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("it ignores groups");
    j.deed = bad_group;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAEINVAL);
    net_close(client);
    net_close(j.listener);
}

TEST(short_room_for_the_address_asks_nobody, "ACC-6 ACC-13")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener);
    struct net_addr addr;
    int len = 15;

    WINE_DIFFERS("it asks first and loses the request then");
    CHECK_ERR(WSAAccept(j.listener, &addr.u.any, &len, condition,
                        (DWORD_PTR)&j) == INVALID_SOCKET,
              WSAEFAULT);
    CHECK_EQ(j.calls, 0);
    CHECK_EQ(len, 15);
    take(j.listener, client);
    net_close(client);
    net_close(j.listener);
}

TEST(an_address_may_be_left_unasked_with_a_condition, "ACC-5")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, CF_ACCEPT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;
    struct net_addr addr;
    int len = 0;

    s = WSAAccept(j.listener, NULL, &len, condition, (DWORD_PTR)&j);
    CHECK(s != INVALID_SOCKET);
    net_close(s);
    s = WSAAccept(j.listener, &addr.u.any, NULL, condition, (DWORD_PTR)&j);
    CHECK(s != INVALID_SOCKET);
    net_close(s);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(the_callee_is_told_behind_a_wildcard, "CND-7 BND-4")
{
    struct net_addr any = net_wildcard(AF_INET, 0), addr;
    struct judge j;
    SOCKET client, s;

    memset(&j, 0, sizeof j);
    j.listener = net_socket(AF_INET, SOCK_STREAM);
    REQUIRE_EQ(bind(j.listener, &any.u.any, any.len), 0);
    REQUIRE_EQ(listen(j.listener, 4), 0);
    addr = net_loopback(AF_INET, net_port(net_name(j.listener)));
    addr.u.in.sin_addr.s_addr = htonl(0x7f000203); /* 127.0.2.3 */
    client = net_socket(AF_INET, SOCK_STREAM);
    REQUIRE_EQ(connect(client, &addr.u.any, addr.len), 0);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(j.callee[0], addr));
    CHECK(net_same(net_name(s), addr));
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(the_condition_sees_the_address_before_the_decision, "CND-7 CND-16")
{
    struct judge j = judge(AF_INET6, CF_DEFER, CF_REJECT, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("it has room for IPv4 addresses only");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    for (int i = 0; i < 2; i++) {
        CHECK(net_same(j.caller[i], net_name(client)));
        CHECK(net_same(j.callee[i], net_name(j.listener)));
        CHECK_EQ(j.caller[i].u.any.sa_family, AF_INET6);
    }
    net_close(client);
    net_close(j.listener);
}

/* Deeds inside of the condition function. */

static void
use_winsock(struct judge *j)
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[0], "inside");
    net_expect(pair[1], "inside");
    net_close_pair(pair);
    CHECK(net_same(net_name(j->listener), j->callee[0]));
    CHECK_EQ(net_int(j->listener, SOL_SOCKET, SO_ACCEPTCONN), 1);
}

TEST(other_calls_work_inside_the_condition, "CND-11 AMB-14")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s;

    j.deed = use_winsock;
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(j.calls, 1);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

static void
set_options(struct judge *j)
{
    CHECK_EQ(net_set(j->listener, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    CHECK_EQ(listen(j->listener, 3), 0);
    net_nonblocking(j->listener, 1);
    WSASetLastError(4711);
}

TEST(the_listener_may_be_changed_inside_the_condition, "CND-11")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET client = net_client(j.listener);

    j.deed = set_options;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    CHECK_EQ(net_int(j.listener, SOL_SOCKET, SO_KEEPALIVE), 1);
    net_close(client);
    net_close(j.listener);
}

struct nested {
    SOCKET accepted;
    int error;
};

static void
accept_inside(struct judge *j)
{
    struct nested *nested = j->context;

    if (j->calls > 1)
        return;
    nested->accepted = accept(j->listener, NULL, NULL);
    nested->error = net_error();
}

TEST(a_nested_accept_never_takes_the_same_request, "CND-12 AMB-14")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;
    struct nested nested = {INVALID_SOCKET, 0};

    WINE_DIFFERS("the nested call takes the next request");
    j.deed = accept_inside;
    j.context = &nested;
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(a)));
    CHECK(nested.accepted == INVALID_SOCKET);
    CHECK(nested.error == WSAEINPROGRESS || nested.error == WSAEWOULDBLOCK);
    net_close(s);
    take(j.listener, b);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

TEST(a_nested_accept_on_a_blocking_listener_does_not_hang, "CND-12")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s;
    struct nested nested = {INVALID_SOCKET, 0};

    WINE_HANGS("the nested call waits for ever");
    net_nonblocking(j.listener, 0);
    j.deed = accept_inside;
    j.context = &nested;
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(nested.accepted == INVALID_SOCKET);
    CHECK_EQ(nested.error, WSAEINPROGRESS);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

struct other {
    struct judge judge;
    SOCKET client, accepted;
};

static void
ask_another(struct judge *j)
{
    struct other *o = j->context;

    o->accepted = ask(&o->judge);
}

TEST(another_listener_may_be_asked_inside_the_condition, "CND-11 CND-12")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    struct other o;
    SOCKET client = net_client(j.listener), s;

    o.judge = judge(AF_INET6, CF_ACCEPT, 0, 0);
    o.client = net_client(o.judge.listener);
    j.deed = ask_another;
    j.context = &o;
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    REQUIRE(o.accepted != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(client)));
    CHECK(net_same(net_peer(o.accepted), net_name(o.client)));
    net_close(o.accepted);
    net_close(o.client);
    net_close(o.judge.listener);
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

static void
close_listener(struct judge *j)
{
    net_close(j->listener);
}

TEST(the_listener_may_be_closed_inside_the_condition, "CND-13")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_HANGS("it hands the connection out all the same");
    j.deed = close_listener;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAENOTSOCK, WSAEINTR);
    net_expect_reset(client);
    net_close(client);
}

TEST(closing_inside_and_rejecting_is_safe, "CND-13 PQ-9")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    j.deed = close_listener;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED, WSAENOTSOCK,
              WSAEINTR);
    net_expect_reset(a);
    net_expect_reset(b);
    net_close(a);
    net_close(b);
}

TEST(closing_inside_and_deferring_is_safe, "CND-13 PQ-9")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener);

    WINE_DIFFERS("the error of the reset is lost");
    j.deed = close_listener;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN, WSAENOTSOCK, WSAEINTR);
    net_expect_reset(client);
    net_close(client);
}

static void
connect_inside(struct judge *j)
{
    *(SOCKET *)j->context = net_client(j->listener);
}

TEST(a_caller_may_come_while_the_condition_runs, "CND-2 PQ-1")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET a = net_client(j.listener), b = INVALID_SOCKET, s;

    j.deed = connect_inside;
    j.context = &b;
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(a)));
    take(j.listener, b);
    net_close(s);
    net_close(a);
    net_close(b);
    net_close(j.listener);
}

static void
abort_caller(struct judge *j)
{
    net_abort(*(SOCKET *)j->context);
}

TEST(a_caller_who_withdraws_while_judged_is_noticed, "CND-17")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    WINE_DIFFERS("it hands out a dead socket");
    j.deed = abort_caller;
    j.context = &a;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNRESET, WSAEACCES);
    take(j.listener, b);
    net_close(b);
    net_close(j.listener);
}

TEST(a_caller_who_withdraws_while_deferred_is_noticed, "PQ-6 PQ-7")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_ACCEPT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener);

    WINE_DIFFERS("it hands out a dead socket");
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_abort(a);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNRESET, WSAEACCES);
    CHECK_EQ(j.calls, 1);
    take(j.listener, b);
    net_close(b);
    net_close(j.listener);
}

TEST(a_caller_who_withdraws_while_queued_is_noticed, "PQ-6 PQ-7")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, CF_ACCEPT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;

    WINE_DIFFERS("it hands out a dead socket");
    net_abort(a);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNRESET, WSAEACCES);
    CHECK_EQ(j.calls, 0);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(b)));
    net_close(s);
    net_close(b);
    net_close(j.listener);
}

TEST(a_later_caller_who_withdraws_does_not_touch_the_head, "PQ-6 PQ-2")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_ACCEPT, 0);
    SOCKET a = net_client(j.listener), b = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_abort(b);
    s = ask(&j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(a)));
    net_close(s);
    net_close(a);
    net_close(j.listener);
}

TEST(a_deferred_caller_who_ended_gracefully_is_accepted, "PQ-5 PQ-11")
{
    struct judge j = judge(AF_INET, CF_DEFER, CF_ACCEPT, 0);
    SOCKET client = net_client(j.listener), s;

    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    net_send(client, "gone");
    net_close(client);
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    net_expect(s, "gone");
    net_expect_end(s);
    net_close(s);
    net_close(j.listener);
}

static void
scribble(struct judge *j)
{
    j->callee_data->len = 0x7fffffff;
}

TEST(a_length_from_the_condition_is_not_trusted, "CND-14 CND-8")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    SOCKET client = net_client(j.listener), s;

    j.deed = scribble;
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    net_send(client, "fine");
    net_expect(s, "fine");
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

TEST(descriptor_exhaustion_loses_no_request, "ACC-8 ACC-13 LSN-7")
{
    struct judge j;
    SOCKET client, s, more[64];
    int old, n = 0;

    if (!T_NATIVE)
        SKIP("the number of descriptors cannot be limited here");
    j = judge(AF_INET, CF_ACCEPT, CF_ACCEPT, 0);
    client = net_client(j.listener);
    old = t_fd_limit(64);
    while (n < 64 && (s = socket(AF_INET, SOCK_DGRAM, 0)) != INVALID_SOCKET)
        more[n++] = s;
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAEMFILE);
    CHECK_EQ(j.calls, 0);
    t_fd_limit(old);
    while (n > 0)
        net_close(more[--n]);
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(client)));
    net_close(s);
    net_close(client);
    net_close(j.listener);
}

struct later {
    SOCKET listener;
    HANDLE ready;
    SOCKET client;
};

static DWORD WINAPI
come_later(void *context)
{
    struct later *l = context;

    net_signalled(l->ready, NEVER);
    l->client = net_client(l->listener);
    return 0;
}

TEST(a_blocking_accept_asks_when_the_caller_comes, "ACC-1 ACC-2")
{
    struct judge j = judge(AF_INET, CF_ACCEPT, 0, 0);
    struct later l = {j.listener, CreateEventA(NULL, TRUE, FALSE, NULL), 0};
    HANDLE thread;
    SOCKET s;

    net_nonblocking(j.listener, 0);
    thread = net_thread(come_later, &l);
    s = ask(&j);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_join(thread), 0);
    CHECK_EQ(j.calls, 1);
    CHECK_EQ(j.thread, GetCurrentThreadId());
    CHECK(net_same(j.caller[0], net_name(l.client)));
    net_close(s);
    net_close(l.client);
    net_close(j.listener);
    CloseHandle(l.ready);
}

TEST(a_blocking_accept_that_defers_returns, "ACC-8 PQ-2")
{
    struct judge j = judge(AF_INET, CF_DEFER, 0, 0);
    SOCKET client = net_client(j.listener);

    net_nonblocking(j.listener, 0);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSATRY_AGAIN);
    take(j.listener, client);
    net_close(client);
    net_close(j.listener);
}

TEST(a_blocking_accept_that_rejects_returns, "ACC-8 PQ-10")
{
    struct judge j = judge(AF_INET, CF_REJECT, 0, 0);
    SOCKET client = net_client(j.listener);

    net_nonblocking(j.listener, 0);
    CHECK_ERR(ask(&j) == INVALID_SOCKET, WSAECONNREFUSED);
    net_close(client);
    net_close(j.listener);
}

struct team {
    SOCKET listener;
    LONG accepted, rejected, deferred;
    HANDLE done;
};

static int CALLBACK
every_third(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
            LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    struct sockaddr_in *from = (struct sockaddr_in *)caller->buf;

    (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g, (void)data;
    return ntohs(from->sin_port) % 3 == 0 ? CF_REJECT : CF_ACCEPT;
}

static DWORD WINAPI
serve(void *context)
{
    struct team *team = context;

    for (;;) {
        SOCKET s = WSAAccept(team->listener, NULL, NULL, every_third, 0);

        if (s != INVALID_SOCKET) {
            InterlockedIncrement(&team->accepted);
            send(s, "y", 1, 0);
            closesocket(s);
        } else if (WSAGetLastError() == WSAECONNREFUSED) {
            InterlockedIncrement(&team->rejected);
        } else {
            return (DWORD)WSAGetLastError();
        }
    }
}

TEST(several_threads_judge_one_queue, "CND-2 PQ-1 ACC-9")
{
    enum { CLIENTS = 90, THREADS = 3 };
    struct team team = {net_listener(AF_INET), 0, 0, 0, NULL};
    HANDLE threads[THREADS];
    int welcome = 0, expected = 0;

    for (int i = 0; i < THREADS; i++)
        threads[i] = net_thread(serve, &team);
    for (int i = 0; i < CLIENTS; i++) {
        SOCKET client = net_client(team.listener);
        char byte = 0;

        expected += net_port(net_name(client)) % 3 != 0;
        welcome += recv(client, &byte, 1, 0) == 1 && byte == 'y';
        net_close(client);
    }
    net_close(team.listener);
    for (int i = 0; i < THREADS; i++) {
        DWORD error = net_join(threads[i]);

        net_check_closed(error);
    }
    CHECK_EQ(welcome, expected);
    CHECK_EQ(team.accepted, expected);
    CHECK_EQ(team.rejected, CLIENTS - expected);
}

/* SO_CONDITIONAL_ACCEPT as far as it does not need a held request. */

TEST(SO_CONDITIONAL_ACCEPT_is_off_and_can_be_set, "SCA-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("it does not know the option");
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), 0);
    CHECK_EQ(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), 1);
    CHECK_EQ(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 0), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), 0);
    net_close(s);
}

TEST(SO_CONDITIONAL_ACCEPT_needs_four_bytes, "SCA-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    int on = 1;

    WINE_DIFFERS("it does not know the option");
    CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&on,
                         3) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT), 0);
    net_close(s);
}

TEST(SO_CONDITIONAL_ACCEPT_is_of_tcp_alone, "SCA-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);

    CHECK_ERR(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(SO_CONDITIONAL_ACCEPT_comes_too_late_for_a_listener, "SCA-2 LSN-11 AMB-18")
{
    SOCKET s = net_listener(AF_INET);

    WINE_DIFFERS("it does not know the option");
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
}

TEST(accept_takes_all_on_a_conditional_listener, "SCA-5")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), client;

    WINE_DIFFERS("it does not know the option");
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), 0);
    REQUIRE_EQ(listen(s, 4), 0);
    client = net_start_connect(s);
    net_nonblocking(client, 0);
    take(s, client);
    net_close(client);
    net_close(s);
}
