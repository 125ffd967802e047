/* SPDX-License-Identifier: MIT */
/* SO_CONDITIONAL_ACCEPT: the caller's connection does not come about before the
 * application has decided. What the caller sees meanwhile is the point of each
 * test. Where the system cannot hold a SYN (no privilege; Wine) the handshake
 * comes first, as the documents allow (SCA-6), and there is nothing to see. */
#include "ovl.h"

#include <string.h>

static int answer;    /* of the condition function */
static int questions; /* how often it was asked */
static struct net_addr seen_caller, seen_callee;

static void
keep(struct net_addr *addr, const WSABUF *buf)
{
    memset(addr, 0, sizeof *addr);
    REQUIRE(buf && buf->len <= sizeof addr->u);
    memcpy(&addr->u, buf->buf, buf->len);
    addr->len = (int)buf->len;
}

static int CALLBACK
condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller_data, (void)sqos, (void)gqos, (void)callee_data, (void)g;
    (void)data;
    questions++;
    keep(&seen_caller, caller);
    keep(&seen_callee, callee);
    return answer;
}

static SOCKET
ask(SOCKET listener, int what)
{
    answer = what;
    return WSAAccept(listener, NULL, NULL, condition, 0);
}

static SOCKET
conditional_for(int backlog, struct net_addr at, int family)
{
    SOCKET s = net_socket(family, SOCK_STREAM);

    WINE_HANGS("it does not know the option");
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), 0);
    REQUIRE_ERR(bind(s, &at.u.any, at.len) == 0, net_error());
    REQUIRE_ERR(listen(s, backlog) == 0, net_error());
    return s;
}

/* A caller whose request waits at the listener. Ends the test where requests
 * cannot wait. */
static SOCKET
caller_of(SOCKET listener)
{
    SOCKET s = net_start_connect(listener);

    CHECK(net_readable(listener, SOON));
    if (net_writable(s, NEVER))
        SKIP("this system lets nobody hold a SYN (CAP_NET_RAW)");
    return s;
}

static SOCKET
conditional(int family)
{
    return conditional_for(16, net_loopback(family, 0), family);
}

static void
check_talk(SOCKET s, SOCKET caller)
{
    REQUIRE(net_writable(caller, SOON));
    CHECK_EQ(net_int(caller, SOL_SOCKET, SO_ERROR), 0);
    net_nonblocking(s, 0);
    net_nonblocking(caller, 0);
    net_send(caller, "ping");
    net_expect(s, "ping");
    net_send(s, "pong");
    net_expect(caller, "pong");
}

static void
check_refused(SOCKET caller)
{
    CHECK(net_exceptional(caller, SOON));
    CHECK_EQ(net_int(caller, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
}

static void
end(SOCKET a, SOCKET b, SOCKET c)
{
    net_close(a);
    net_close(b);
    net_close(c);
}

/* ---- the three answers ---- */

static void
check_accepted(int family)
{
    SOCKET listener = conditional(family), caller = caller_of(listener), s;

    s = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(questions, 1);
    check_talk(s, caller);
    CHECK(net_same(seen_caller, net_name(caller)));
    CHECK(net_same(seen_callee, net_peer(caller)));
    CHECK(net_same(net_peer(s), net_name(caller)));
    CHECK(net_same(net_name(s), net_name(listener)));
    end(s, caller, listener);
}

TEST(the_caller_waits_for_the_condition_function, "SCA-3 PQ-1b CND-3 CND-7")
{
    check_accepted(AF_INET);
}

TEST(a_caller_over_ipv6_waits_as_well, "SCA-3 PQ-1b")
{
    check_accepted(AF_INET6);
}

TEST(who_is_rejected_has_never_been_connected, "SCA-3 PQ-10")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener);

    CHECK_ERR(ask(listener, CF_REJECT) == INVALID_SOCKET, WSAECONNREFUSED);
    check_refused(caller);
    net_nonblocking(listener, 1);
    CHECK_ERR(ask(listener, CF_ACCEPT) == INVALID_SOCKET, WSAEWOULDBLOCK);
    CHECK_EQ(questions, 1);
    net_close(caller);
    net_close(listener);
}

TEST(who_is_deferred_hears_nothing_until_accepted, "SCA-3 PQ-2 CND-16")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener), s;

    CHECK_ERR(ask(listener, CF_DEFER) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK(!net_writable(caller, NEVER));
    CHECK(!net_exceptional(caller, 0));
    s = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(questions, 2);
    check_talk(s, caller);
    end(s, caller, listener);
}

TEST(who_is_deferred_can_be_rejected_later, "SCA-3 PQ-2 PQ-10")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener);

    CHECK_ERR(ask(listener, CF_DEFER) == INVALID_SOCKET, WSATRY_AGAIN);
    CHECK_ERR(ask(listener, CF_REJECT) == INVALID_SOCKET, WSAECONNREFUSED);
    check_refused(caller);
    net_close(caller);
    net_close(listener);
}

TEST(requests_are_served_in_order, "PQ-1")
{
    SOCKET listener = conditional(AF_INET), first = caller_of(listener);
    SOCKET second = net_start_connect(listener), s, t;

    CHECK(!net_writable(second, NEVER));
    s = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(first)));
    check_talk(s, first);
    CHECK(!net_writable(second, 0));
    t = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(t != INVALID_SOCKET, net_error());
    check_talk(t, second);
    end(s, first, listener);
    net_close(t);
    net_close(second);
}

/* ---- everything that accepts ---- */

TEST(plain_accept_lets_everybody_in, "SCA-5")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener), s;

    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    check_talk(s, caller);
    end(s, caller, listener);
}

static int
begin_accept_ex(SOCKET listener, SOCKET s, struct op *op)
{
    op_init(op, 0);
    return accept_ex(listener, s, op->data, 0, &op->bytes, &op->ov);
}

static void
check_accept_ex(SOCKET listener, SOCKET s, struct op *op, SOCKET caller)
{
    REQUIRE_EQ(op_end(listener, op), 0);
    REQUIRE_EQ(update_accept(s, listener), 0);
    check_talk(s, caller);
    op_done(op);
    end(s, caller, listener);
}

TEST(acceptex_lets_everybody_in, "SCA-8")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    CHECK_ONE_OF(begin_accept_ex(listener, s, &op), 0, WSA_IO_PENDING);
    check_accept_ex(listener, s, &op, caller);
}

TEST(an_acceptex_that_waits_lets_the_next_caller_in, "SCA-8")
{
    SOCKET listener = conditional(AF_INET), caller;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    REQUIRE_EQ(begin_accept_ex(listener, s, &op), WSA_IO_PENDING);
    caller = net_start_connect(listener);
    check_accept_ex(listener, s, &op, caller);
}

static DWORD WINAPI
accept_waiting(void *listener)
{
    SOCKET s = ask(*(SOCKET *)listener, CF_ACCEPT);

    if (s == INVALID_SOCKET)
        return (DWORD)net_error();
    net_send(s, "hello");
    net_close(s);
    return 0;
}

TEST(a_blocked_accept_is_woken_by_a_request, "ACC-2 SCA-3")
{
    SOCKET listener = conditional(AF_INET), caller;
    HANDLE thread = net_thread(accept_waiting, &listener);

    caller = net_client(listener);
    net_expect(caller, "hello");
    CHECK_EQ(net_join(thread), 0);
    net_close(caller);
    net_close(listener);
}

TEST(closing_the_listener_ends_a_blocked_accept, "ACC-9")
{
    SOCKET listener = conditional(AF_INET);
    HANDLE thread = net_thread(accept_waiting, &listener);

    CHECK(!net_signalled(thread, NEVER));
    net_close(listener);
    CHECK_ONE_OF(net_join(thread), WSAEINTR, WSAENOTSOCK);
}

/* ---- being told ---- */

TEST(a_request_is_told_by_an_event, "EVT-17 SCA-3")
{
    SOCKET listener = conditional(AF_INET), caller, s;
    WSAEVENT event = WSACreateEvent();

    REQUIRE_EQ(WSAEventSelect(listener, event, FD_ACCEPT), 0);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, NEVER), 0);
    caller = net_start_connect(listener);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, SOON), FD_ACCEPT);
    s = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    REQUIRE_EQ(WSAEventSelect(s, NULL, 0), 0);
    check_talk(s, caller);
    CHECK(WSACloseEvent(event));
    end(s, caller, listener);
}

TEST(a_deferred_request_is_not_told_again, "PQ-3 PQ-4")
{
    SOCKET listener = conditional(AF_INET), caller, other, s;
    WSAEVENT event = WSACreateEvent();

    REQUIRE_EQ(WSAEventSelect(listener, event, FD_ACCEPT), 0);
    caller = net_start_connect(listener);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, SOON), FD_ACCEPT);
    CHECK_ERR(ask(listener, CF_DEFER) == INVALID_SOCKET, WSATRY_AGAIN);
    other = net_start_connect(listener);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, NEVER), 0);
    s = ask(listener, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, SOON), FD_ACCEPT);
    CHECK(WSACloseEvent(event));
    end(s, caller, other);
    net_close(listener);
}

TEST(a_request_makes_select_and_poll_say_readable, "SEL-3 POL-4")
{
    SOCKET listener = conditional(AF_INET), caller;
    WSAPOLLFD p = {listener, POLLRDNORM, 0};

    CHECK(!net_readable(listener, 0));
    CHECK_EQ(WSAPoll(&p, 1, 0), 0);
    caller = caller_of(listener);
    CHECK(net_readable(listener, 0));
    CHECK_EQ(WSAPoll(&p, 1, SOON), 1);
    CHECK_EQ(p.revents, POLLRDNORM);
    net_close(caller);
    net_close(listener);
}

/* ---- the end, and beside each other ---- */

TEST(closing_the_listener_refuses_who_waits, "PQ-9")
{
    SOCKET listener = conditional(AF_INET), caller = caller_of(listener);
    SOCKET other = net_start_connect(listener);

    CHECK_ERR(ask(listener, CF_DEFER) == INVALID_SOCKET, WSATRY_AGAIN);
    net_close(listener);
    check_refused(caller);
    check_refused(other);
    net_close(caller);
    net_close(other);
}

TEST(conditional_listeners_live_side_by_side, "SCA-3")
{
    SOCKET a = conditional(AF_INET), b = conditional(AF_INET6);
    SOCKET to_a = caller_of(a), to_b = caller_of(b), s;

    CHECK_ERR(ask(a, CF_REJECT) == INVALID_SOCKET, WSAECONNREFUSED);
    check_refused(to_a);
    s = ask(b, CF_ACCEPT);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    check_talk(s, to_b);
    end(s, to_a, to_b);
    net_close(a);
    net_close(b);
}

TEST(who_calls_a_plain_listener_beside_is_not_held, "BND-8 SCA-3")
{
    SOCKET listener = conditional_for(16, net_wildcard(AF_INET, 0), AF_INET);
    SOCKET plain = net_socket(AF_INET, SOCK_STREAM), caller, s;
    struct net_addr at = net_loopback(AF_INET, net_port(net_name(listener)));

    REQUIRE_ERR(bind(plain, &at.u.any, at.len) == 0, net_error());
    REQUIRE_ERR(listen(plain, 16) == 0, net_error());
    caller = net_client(plain);
    CHECK(!net_readable(listener, NEVER));
    s = accept(plain, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    check_talk(s, caller);
    end(s, caller, listener);
    net_close(plain);
}

TEST(the_port_of_a_conditional_listener_is_taken, "BND-7 SCA-3")
{
    SOCKET listener = conditional(AF_INET);
    struct net_addr at = net_name(listener);
    SOCKET other = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(bind(other, &at.u.any, at.len) == SOCKET_ERROR, WSAEADDRINUSE);
    net_close(other);
    net_close(listener);
}

static HANDLE both_asked;
static LONG asked;

/* Lets nobody in before two callers are being looked at. */
static int CALLBACK
wait_for_another(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
                 LPWSABUF callee, LPWSABUF callee_data, GROUP *g,
                 DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g, (void)data;
    if (InterlockedIncrement(&asked) == 2)
        SetEvent(both_asked);
    return net_signalled(both_asked, SOON) ? CF_ACCEPT : CF_REJECT;
}

static DWORD WINAPI
accept_with_another(void *listener)
{
    SOCKET s = WSAAccept(*(SOCKET *)listener, NULL, NULL, wait_for_another, 0);

    if (s == INVALID_SOCKET)
        return (DWORD)net_error();
    net_close(s);
    return 0;
}

TEST(a_second_listen_makes_room_for_more, "LSN-6 SCA-3")
{
    SOCKET listener = conditional_for(1, net_loopback(AF_INET, 0), AF_INET);
    SOCKET caller[2];
    HANDLE thread[2];

    both_asked = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < 2; i++)
        thread[i] = net_thread(accept_with_another, &listener);
    caller[0] = net_start_connect(listener);
    REQUIRE_ERR(listen(listener, 2) == 0, net_error());
    caller[1] = net_start_connect(listener);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(net_join(thread[i]), 0);
        CHECK(net_writable(caller[i], SOON));
    }
    CHECK(CloseHandle(both_asked));
    end(caller[0], caller[1], listener);
}

TEST(the_same_caller_can_come_again, "SCA-3")
{
    SOCKET listener = conditional(AF_INET), caller, s;

    for (int i = 0; i < 8; i++) {
        caller = net_start_connect(listener);
        if (i % 2) {
            CHECK(net_readable(listener, SOON));
            ask(listener, CF_REJECT);
            check_refused(caller);
        } else {
            s = ask(listener, CF_ACCEPT);
            REQUIRE_ERR(s != INVALID_SOCKET, net_error());
            check_talk(s, caller);
            net_close(s);
        }
        net_close(caller);
    }
    net_close(listener);
}
