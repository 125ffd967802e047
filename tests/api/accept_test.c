/* SPDX-License-Identifier: MIT */
/* accept(), and WSAAccept() without a condition function: the queue's order,
 * the peer's address, the states in which nothing can be accepted, and requests
 * whose caller has gone.
 * Condition functions are in condition_test.c. */
#include "net.h"

#include <string.h>

TEST(an_empty_queue_would_block, "ACC-2 ACC-8")
{
    SOCKET listener = net_listener(AF_INET);

    net_nonblocking(listener, 1);
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    CHECK_ERR(WSAAccept(listener, NULL, NULL, NULL, 0) == INVALID_SOCKET,
              WSAEWOULDBLOCK);
    net_close(listener);
}

TEST(accept_needs_a_listener, "ACC-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM), pair[2];

    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEINVAL);
    net_close(s);
    s = net_bound(AF_INET, SOCK_STREAM);
    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEINVAL);
    net_close(s);
    net_pair(AF_INET, pair);
    CHECK_ERR(accept(pair[0], NULL, NULL) == INVALID_SOCKET, WSAEINVAL);
    net_close_pair(pair);
}

TEST(accept_on_a_datagram_socket_is_not_supported, "ACC-8")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);

    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEOPNOTSUPP);
    net_close(s);
}

TEST(accept_on_no_socket_fails, "G-3")
{
    CHECK_ERR(accept(INVALID_SOCKET, NULL, NULL) == INVALID_SOCKET,
              WSAENOTSOCK);
    CHECK_ERR(WSAAccept(INVALID_SOCKET, NULL, NULL, NULL, 0) == INVALID_SOCKET,
              WSAENOTSOCK);
}

TEST(the_listener_goes_on_listening, "ACC-3")
{
    SOCKET listener = net_listener(AF_INET);

    for (int i = 0; i < 20; i++) {
        SOCKET client = net_client(listener);
        SOCKET server = accept(listener, NULL, NULL);

        REQUIRE_ERR(server != INVALID_SOCKET, net_error());
        CHECK(server != listener);
        net_close(client);
        net_close(server);
    }
    CHECK_EQ(net_int(listener, SOL_SOCKET, SO_ACCEPTCONN), 1);
    net_close(listener);
}

TEST(requests_are_served_in_order_of_arrival, "PQ-1")
{
    SOCKET listener = net_listener(AF_INET), clients[8];

    for (int i = 0; i < 8; i++)
        clients[i] = net_client(listener);
    for (int i = 0; i < 8; i++) {
        SOCKET s = i % 2 ? accept(listener, NULL, NULL)
                         : WSAAccept(listener, NULL, NULL, NULL, 0);

        REQUIRE(s != INVALID_SOCKET);
        CHECK(net_same(net_peer(s), net_name(clients[i])));
        net_close(s);
        net_close(clients[i]);
    }
    net_close(listener);
}

static void
check_address(int family, SOCKET (*take)(SOCKET, struct net_addr *))
{
    SOCKET listener = net_listener(family), client = net_client(listener);
    struct net_addr addr;
    SOCKET server;

    memset(&addr, 0x55, sizeof addr);
    addr.len = sizeof addr.u;
    server = take(listener, &addr);
    REQUIRE_ERR(server != INVALID_SOCKET, net_error());
    CHECK_EQ(addr.len, net_name(client).len);
    CHECK(net_same(addr, net_name(client)));
    CHECK(net_same(addr, net_peer(server)));
    net_close(server);
    net_close(client);
    net_close(listener);
}

static SOCKET
by_accept(SOCKET listener, struct net_addr *addr)
{
    return accept(listener, &addr->u.any, &addr->len);
}

static SOCKET
by_WSAAccept(SOCKET listener, struct net_addr *addr)
{
    return WSAAccept(listener, &addr->u.any, &addr->len, NULL, 0);
}

TEST(accept_tells_the_callers_address, "ACC-4 INH-9")
{
    check_address(AF_INET, by_accept);
    check_address(AF_INET6, by_accept);
}

TEST(WSAAccept_tells_the_callers_address, "ACC-4")
{
    check_address(AF_INET, by_WSAAccept);
    check_address(AF_INET6, by_WSAAccept);
}

TEST(an_address_may_be_left_unasked, "ACC-5 AMB-15")
{
    SOCKET listener = net_listener(AF_INET), clients[3], s;
    struct net_addr addr;
    int len = sizeof addr.u;

    memset(&addr, 0x55, sizeof addr);
    for (int i = 0; i < 3; i++)
        clients[i] = net_client(listener);
    s = accept(listener, NULL, NULL);
    CHECK(s != INVALID_SOCKET);
    net_close(s);
    s = accept(listener, NULL, &len);
    CHECK(s != INVALID_SOCKET);
    net_close(s);
    s = accept(listener, &addr.u.any, NULL);
    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(addr.u.any.sa_family, 0x5555);
    net_close(s);
    for (int i = 0; i < 3; i++)
        net_close(clients[i]);
    net_close(listener);
}

TEST(no_room_for_the_address_is_a_fault, "ACC-6")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);
    struct net_addr addr;

    addr.len = 0;
    REQUIRE(net_readable(listener, SOON));
    CHECK_ERR(accept(listener, &addr.u.any, &addr.len) == INVALID_SOCKET,
              WSAEFAULT);
    CHECK_EQ(addr.len, 0);
    net_close(client);
    net_close(listener);
}

TEST(short_room_for_the_address_loses_no_request, "ACC-6 AMB-16")
{
    SOCKET listener = net_listener(AF_INET6), client = net_client(listener), s;
    struct net_addr addr;

    WINE_HANGS("it consumes the request");
    addr.len = 16;
    CHECK_ERR(accept(listener, &addr.u.any, &addr.len) == INVALID_SOCKET,
              WSAEFAULT);
    CHECK_EQ(addr.len, 16);
    CHECK_ERR(WSAAccept(listener, &addr.u.any, &addr.len, NULL, 0) ==
                  INVALID_SOCKET,
              WSAEFAULT);
    net_nonblocking(listener, 1);
    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(client)));
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(data_sent_before_the_accept_are_there_after_it, "PQ-11")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener), s;

    net_send(client, "early");
    s = accept(listener, NULL, NULL);
    net_expect(s, "early");
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_caller_that_ended_gracefully_is_still_accepted, "PQ-1 PQ-11")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener), s;

    net_send(client, "last words");
    net_close(client);
    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    net_expect(s, "last words");
    net_expect_end(s);
    net_close(s);
    net_close(listener);
}

TEST(a_caller_that_has_reset_is_not_handed_out, "PQ-6 ACC-8 AMB-5")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);

    WINE_DIFFERS("it hands out a dead socket");
    net_nonblocking(listener, 1);
    net_abort(client);
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAECONNRESET,
              WSAEACCES);
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    net_close(listener);
}

TEST(a_dead_request_gives_way_to_the_next, "PQ-7 PQ-6")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET a = net_client(listener), b = net_client(listener), s;

    WINE_DIFFERS("it hands out a dead socket");
    net_nonblocking(listener, 1);
    net_abort(a);
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAECONNRESET,
              WSAEACCES);
    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(b)));
    net_close(s);
    net_close(b);
    net_close(listener);
}

TEST(closing_the_listener_resets_what_is_queued, "PQ-9")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET a = net_client(listener), b = net_client(listener);

    WINE_DIFFERS("the error of the reset is lost");
    net_close(listener);
    net_expect_reset(a);
    net_expect_reset(b);
    net_close(a);
    net_close(b);
}

struct blocked {
    SOCKET listener;
    HANDLE ready;
    SOCKET result;
    DWORD error;
};

static DWORD WINAPI
blocking_accept(void *context)
{
    struct blocked *b = context;

    SetEvent(b->ready);
    b->result = accept(b->listener, NULL, NULL);
    b->error = b->result == INVALID_SOCKET ? (DWORD)WSAGetLastError() : 0;
    return b->error;
}

static HANDLE
start_accept(struct blocked *b, SOCKET listener)
{
    HANDLE thread;

    b->listener = listener;
    b->ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(blocking_accept, b);
    REQUIRE(net_signalled(b->ready, SOON));
    CloseHandle(b->ready);
    return thread;
}

TEST(a_blocked_accept_gets_the_next_caller, "ACC-2")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct blocked b;
    HANDLE thread = start_accept(&b, listener);

    CHECK(!net_signalled(thread, NEVER));
    client = net_client(listener);
    CHECK_EQ(net_join(thread), 0);
    CHECK(net_same(net_peer(b.result), net_name(client)));
    net_close(b.result);
    net_close(client);
    net_close(listener);
}

TEST(closing_the_listener_ends_a_blocked_accept, "ACC-9 CLS-8")
{
    SOCKET listener = net_listener(AF_INET);
    struct blocked b;
    HANDLE thread = start_accept(&b, listener);
    DWORD error;

    net_signalled(thread, NEVER);
    net_close(listener);
    error = net_join(thread);
    net_check_closed(error);
}

TEST(several_blocked_accepts_share_the_callers, "PQ-8 ACC-2")
{
    SOCKET listener = net_listener(AF_INET), clients[3];
    struct blocked b[3];
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start_accept(&b[i], listener);
    for (int i = 0; i < 3; i++)
        clients[i] = net_client(listener);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(net_join(threads[i]), 0);
        net_send(b[i].result, "hello");
    }
    for (int i = 0; i < 3; i++) {
        net_expect(clients[i], "hello");
        net_close(clients[i]);
        net_close(b[i].result);
    }
    net_close(listener);
}

static int apc_runs;

static void CALLBACK
count_apc(ULONG_PTR unused)
{
    (void)unused;
    apc_runs++;
}

static DWORD WINAPI
call_later(void *context)
{
    SOCKET client;

    /* Time enough for the other thread to be waiting; were it late, the APC
     * would still run in its accept. */
    net_signalled(((HANDLE *)context)[1], NEVER);
    client = net_client(*(SOCKET *)context);
    net_expect_end(client);
    net_close(client);
    return 0;
}

TEST(an_apc_runs_while_accept_waits, "ACC-2 HOOK-5")
{
    union {
        SOCKET s;
        HANDLE handle;
    } context[2];
    SOCKET s;
    HANDLE thread;

    WINE_DIFFERS("a blocking accept is not alertable");
    context[0].s = net_listener(AF_INET);
    context[1].handle = CreateEventA(NULL, TRUE, FALSE, NULL);
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    thread = net_thread(call_later, context);
    s = accept(context[0].s, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(apc_runs, 1);
    net_close(s);
    CHECK_EQ(net_join(thread), 0);
    net_close(context[0].s);
    CloseHandle(context[1].handle);
}

TEST(many_requests_come_and_go, "ACC-1 ACC-3")
{
    SOCKET listener = net_listener(AF_INET6);

    for (int i = 0; i < 200; i++) {
        SOCKET client = net_client(listener);
        SOCKET server = accept(listener, NULL, NULL);

        net_send(server, "x");
        net_expect(client, "x");
        net_abort(client);
        net_close(server);
    }
    net_close(listener);
}
