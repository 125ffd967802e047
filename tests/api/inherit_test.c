/* SPDX-License-Identifier: MIT */
/* What an accepted socket takes over from its listener and what it does not.
 * The registrations of network events are looked at in both modes' files too.
 */
#include "net.h"

#include <string.h>

/* A listener, after "prepare" had its way with the socket; a client and the
 * accepted socket. */
struct trio {
    SOCKET listener, client, server;
};

static struct trio
trio(void (*prepare)(SOCKET))
{
    struct trio t;

    t.listener = net_bound(AF_INET, SOCK_STREAM);
    prepare(t.listener);
    REQUIRE_EQ(listen(t.listener, 4), 0);
    t.client = net_client(t.listener);
    REQUIRE(net_readable(t.listener, SOON));
    t.server = accept(t.listener, NULL, NULL);
    REQUIRE_ERR(t.server != INVALID_SOCKET, net_error());
    return t;
}

static void
end(struct trio t)
{
    net_close(t.server);
    net_close(t.client);
    net_close(t.listener);
}

static void
set_booleans(SOCKET s)
{
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_OOBINLINE, 1), 0);
    REQUIRE_EQ(net_set(s, IPPROTO_TCP, TCP_NODELAY, 1), 0);
}

TEST(boolean_options_are_inherited, "INH-5")
{
    struct trio t = trio(set_booleans);

    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_OOBINLINE), 1);
    CHECK_EQ(net_int(t.server, IPPROTO_TCP, TCP_NODELAY), 1);
    end(t);
}

static void
set_reuse(SOCKET s)
{
    /* After bind, where it changes nothing else. */
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
}

TEST(SO_REUSEADDR_is_inherited, "INH-5")
{
    struct trio t = trio(set_reuse);

    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_REUSEADDR), 1);
    end(t);
}

static void
set_times(SOCKET s)
{
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_RCVTIMEO, 1234), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_SNDTIMEO, 4321), 0);
}

TEST(time_outs_are_inherited, "INH-5 CLS-13")
{
    struct trio t = trio(set_times);

    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_RCVTIMEO), 1234);
    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_SNDTIMEO), 4321);
    end(t);
}

static void
set_buffers(SOCKET s)
{
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_RCVBUF, 20000), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_SNDBUF, 30000), 0);
}

TEST(buffer_sizes_are_inherited, "INH-5")
{
    struct trio t = trio(set_buffers);

    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_RCVBUF), 20000);
    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_SNDBUF), 30000);
    end(t);
}

static void
set_linger(SOCKET s)
{
    struct linger l = {1, 7};

    REQUIRE_EQ(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l), 0);
}

TEST(SO_LINGER_is_inherited, "INH-5")
{
    struct trio t = trio(set_linger);
    struct linger l = {0, 0};
    int len = sizeof l;

    CHECK_EQ(getsockopt(t.server, SOL_SOCKET, SO_LINGER, (char *)&l, &len), 0);
    CHECK_EQ(l.l_onoff, 1);
    CHECK_EQ(l.l_linger, 7);
    end(t);
}

static void
set_nonblocking(SOCKET s)
{
    net_nonblocking(s, 1);
}

TEST(the_non_blocking_mode_is_inherited, "INH-1")
{
    struct trio t = trio(set_nonblocking);
    char byte;

    CHECK_ERR(recv(t.server, &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    end(t);
}

static void
set_blocking(SOCKET s)
{
    net_nonblocking(s, 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_RCVTIMEO, 50), 0);
}

TEST(the_blocking_mode_is_inherited, "INH-1")
{
    struct trio t = trio(set_blocking);
    char byte;

    CHECK_ERR(recv(t.server, &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    end(t);
}

static void
set_nothing(SOCKET s)
{
    (void)s;
}

TEST(the_accepted_socket_does_not_listen, "INH-6")
{
    struct trio t = trio(set_nothing);

    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_ACCEPTCONN), 0);
    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_ERROR), 0);
    end(t);
}

TEST(the_accepted_socket_is_of_the_same_protocol, "INH-1")
{
    struct trio t = trio(set_nothing);
    WSAPROTOCOL_INFOA a, b;
    int len = sizeof a;

    CHECK_EQ(
        getsockopt(t.listener, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&a, &len),
        0);
    CHECK_EQ(
        getsockopt(t.server, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&b, &len),
        0);
    CHECK_EQ(a.dwCatalogEntryId, b.dwCatalogEntryId);
    end(t);
}

TEST(the_accepted_socket_is_the_one_called, "INH-9")
{
    struct trio t = trio(set_nothing);

    CHECK(net_same(net_name(t.server), net_peer(t.client)));
    CHECK(net_same(net_peer(t.server), net_name(t.client)));
    end(t);
}

TEST(options_of_the_accepted_socket_are_its_own, "INH-5")
{
    struct trio t = trio(set_booleans);

    REQUIRE_EQ(net_set(t.server, SOL_SOCKET, SO_KEEPALIVE, 0), 0);
    CHECK_EQ(net_int(t.server, SOL_SOCKET, SO_KEEPALIVE), 0);
    CHECK_EQ(net_int(t.listener, SOL_SOCKET, SO_KEEPALIVE), 1);
    net_nonblocking(t.server, 1);
    net_close(t.client);
    t.client = net_client(t.listener);
    end(t);
}

/* The event that all listeners of this file register. */
static WSAEVENT event;

static void
register_all(SOCKET s)
{
    event = WSACreateEvent();
    REQUIRE_EQ(
        WSAEventSelect(s, event, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE), 0);
}

static void
register_reads(SOCKET s)
{
    event = WSACreateEvent();
    REQUIRE_EQ(WSAEventSelect(s, event, FD_ACCEPT | FD_READ | FD_CLOSE), 0);
}

TEST(the_event_registration_is_inherited, "INH-2 EVT-46 EVT-47")
{
    struct trio t = trio(register_reads);

    net_enum(t.listener, event, NULL);
    CHECK(!net_signalled(event, 0));
    net_send(t.client, "x");
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(t.listener, NULL, NULL), 0);
    CHECK_EQ(net_enum(t.server, event, NULL), FD_READ);
    end(t);
    WSACloseEvent(event);
}

TEST(an_inherited_FD_WRITE_comes_at_once, "INH-3 EVT-44")
{
    struct trio t = trio(register_all);

    CHECK_EQ(net_events(t.server, event, FD_WRITE, SOON), FD_WRITE);
    end(t);
    WSACloseEvent(event);
}

TEST(data_that_are_there_already_raise_an_inherited_FD_READ, "INH-4 AMB-17")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), client, server;

    register_reads(listener);
    REQUIRE_EQ(listen(listener, 4), 0);
    client = net_client(listener);
    net_send(client, "early");
    REQUIRE(net_readable(listener, SOON));
    net_enum(listener, event, NULL);
    server = accept(listener, NULL, NULL);
    REQUIRE(server != INVALID_SOCKET);
    CHECK_EQ(net_events(server, event, FD_READ, SOON), FD_READ);
    net_close(server);
    net_close(client);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(a_caller_gone_already_raises_an_inherited_FD_CLOSE, "INH-4 AMB-17")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), server;

    register_reads(listener);
    REQUIRE_EQ(listen(listener, 4), 0);
    net_close(net_client(listener));
    REQUIRE(net_readable(listener, SOON));
    net_enum(listener, event, NULL);
    server = accept(listener, NULL, NULL);
    REQUIRE(server != INVALID_SOCKET);
    CHECK_EQ(net_events(server, event, FD_CLOSE, SOON) & FD_CLOSE, FD_CLOSE);
    net_close(server);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(an_inherited_registration_can_be_replaced, "INH-2 EVT-48")
{
    struct trio t = trio(register_reads);
    WSAEVENT own = WSACreateEvent();

    net_enum(t.listener, event, NULL);
    REQUIRE_EQ(WSAEventSelect(t.server, own, FD_READ), 0);
    net_send(t.client, "x");
    CHECK(net_signalled(own, SOON));
    CHECK(!net_signalled(event, 0));
    CHECK_EQ(net_enum(t.server, own, NULL), FD_READ);
    end(t);
    WSACloseEvent(own);
    WSACloseEvent(event);
}

TEST(an_inherited_registration_can_be_dropped, "INH-2 EVT-4")
{
    struct trio t = trio(register_reads);
    u_long off = 0;
    char byte;

    CHECK_ERR(ioctlsocket(t.server, FIONBIO, &off) == SOCKET_ERROR, WSAEINVAL);
    REQUIRE_EQ(WSAEventSelect(t.server, NULL, 0), 0);
    CHECK_EQ(ioctlsocket(t.server, FIONBIO, &off), 0);
    net_send(t.client, "x");
    CHECK_EQ(recv(t.server, &byte, 1, 0), 1);
    end(t);
    WSACloseEvent(event);
}

TEST(the_listeners_record_is_not_inherited, "EVT-46 INH-7")
{
    struct trio t = trio(register_reads);

    CHECK_EQ(net_enum(t.server, NULL, NULL) & FD_ACCEPT, 0);
    end(t);
    WSACloseEvent(event);
}

static int CALLBACK
reject(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g, (void)data;
    return CF_REJECT;
}

TEST(a_rejected_request_registers_nothing, "EVT-50")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), client;

    WINE_DIFFERS("the discarded socket raises FD_WRITE");
    register_all(listener);
    REQUIRE_EQ(listen(listener, 4), 0);
    client = net_client(listener);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, SOON), FD_ACCEPT);
    CHECK_ERR(WSAAccept(listener, NULL, NULL, reject, 0) == INVALID_SOCKET,
              WSAECONNREFUSED);
    CHECK(!net_signalled(event, NEVER));
    net_close(client);
    net_close(listener);
    WSACloseEvent(event);
}

static int CALLBACK
agree(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
      LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g;
    *(int *)data += 1;
    return *(int *)data == 1 ? CF_DEFER : CF_ACCEPT;
}

TEST(a_deferred_request_inherits_as_well, "INH-1 INH-2 INH-5")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), client, server;
    int calls = 0;
    char byte;

    set_booleans(listener);
    register_reads(listener);
    REQUIRE_EQ(listen(listener, 4), 0);
    client = net_client(listener);
    REQUIRE(net_readable(listener, SOON));
    CHECK_ERR(WSAAccept(listener, NULL, NULL, agree, (DWORD_PTR)&calls) ==
                  INVALID_SOCKET,
              WSATRY_AGAIN);
    server = WSAAccept(listener, NULL, NULL, agree, (DWORD_PTR)&calls);
    REQUIRE(server != INVALID_SOCKET);
    CHECK_EQ(net_int(server, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_ERR(recv(server, &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_send(client, "x");
    CHECK_EQ(net_events(server, event, FD_READ, SOON), FD_READ);
    net_close(server);
    net_close(client);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(the_listeners_options_of_the_moment_count, "INH-5")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener), s;

    REQUIRE(net_readable(listener, SOON));
    REQUIRE_EQ(net_set(listener, SOL_SOCKET, SO_RCVTIMEO, 77), 0);
    s = accept(listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_RCVTIMEO), 77);
    net_close(s);
    net_close(client);
    net_close(listener);
}
