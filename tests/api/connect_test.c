/* SPDX-License-Identifier: MIT */
/* connect() and WSAConnect() on stream sockets: every state of the socket, how
 * the end of an attempt shows, and what the socket is called meanwhile.
 * Datagram sockets are in udp_test.c. */
#include "net.h"

#include <string.h>

static int
start(SOCKET s, struct net_addr addr)
{
    return connect(s, &addr.u.any, addr.len);
}

/* An attempt that nobody answers soon: to a listener whose queue is full. The
 * sockets live to the end of the process. */
static struct net_addr
silent_address(void)
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM);

    REQUIRE_EQ(listen(listener, 1), 0);
    for (int i = 0; i < 8; i++) {
        SOCKET s = net_start_connect(listener);

        if (!net_writable(s, NEVER) && !net_exceptional(s, 0))
            return net_name(listener);
    }
    SKIP("the system's queues have no end here");
}

/* A non-blocking attempt that is still going on. */
static SOCKET
pending_connect(void)
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr silent = silent_address();

    net_nonblocking(s, 1);
    REQUIRE_ERR(start(s, silent) == SOCKET_ERROR, WSAEWOULDBLOCK);
    return s;
}

static void
connect_and_talk(int family)
{
    SOCKET listener = net_listener(family);
    SOCKET client = net_socket(family, SOCK_STREAM), server;

    REQUIRE_EQ(start(client, net_name(listener)), 0);
    server = accept(listener, NULL, NULL);
    net_send(client, "question");
    net_expect(server, "question");
    net_send(server, "answer");
    net_expect(client, "answer");
    net_close(client);
    net_close(server);
    net_close(listener);
}

TEST(a_blocking_connect_ends_connected, "CON-2")
{
    connect_and_talk(AF_INET);
    connect_and_talk(AF_INET6);
}

TEST(WSAConnect_without_extras_is_connect, "CON-2")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);

    CHECK_EQ(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, NULL, NULL), 0);
    CHECK(net_same(net_peer(s), addr));
    net_close(s);
    net_close(listener);
}

TEST(both_ends_know_both_names, "CON-19 INH-9")
{
    SOCKET pair[2];

    net_pair(AF_INET6, pair);
    CHECK(net_same(net_name(pair[0]), net_peer(pair[1])));
    CHECK(net_same(net_peer(pair[0]), net_name(pair[1])));
    CHECK_EQ(net_name(pair[1]).u.in6.sin6_addr.s6_addr[15], 1);
    net_close_pair(pair);
}

TEST(a_non_blocking_connect_is_finished_when_writable, "CON-3 CON-4 SEL-6")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_start_connect(listener);

    CHECK(net_writable(s, SOON));
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 0);
    CHECK(net_same(net_peer(s), net_name(listener)));
    net_close(s);
    net_close(listener);
}

TEST(a_refused_connect_says_so, "CON-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    net_close(s);
    s = net_socket(AF_INET6, SOCK_STREAM);
    CHECK_ERR(start(s, net_nobody(AF_INET6)) == SOCKET_ERROR, WSAECONNREFUSED);
    net_close(s);
}

TEST(a_refused_non_blocking_connect_is_exceptional, "CON-4 SEL-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    net_nonblocking(s, 1);
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAEWOULDBLOCK);
    CHECK(net_exceptional(s, SOON));
    CHECK(!net_writable(s, 0));
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    net_close(s);
}

TEST(the_error_of_a_failed_attempt_stays, "CON-8 AMB-22")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    net_nonblocking(s, 1);
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAEWOULDBLOCK);
    REQUIRE(net_exceptional(s, SOON));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    CHECK(net_exceptional(s, 0));
    net_close(s);
}

TEST(a_successful_attempt_clears_the_error, "CON-8 CON-5")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_HANGS("the second attempt reports the end of the first");
    net_nonblocking(s, 1);
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAEWOULDBLOCK);
    REQUIRE(net_exceptional(s, SOON));
    CHECK(start(s, net_name(listener)) == 0 || net_error() == WSAEWOULDBLOCK);
    CHECK(net_writable(s, SOON));
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 0);
    CHECK(!net_exceptional(s, 0));
    net_close(s);
    net_close(listener);
}

TEST(a_failed_blocking_connect_leaves_no_SO_ERROR, "CON-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("SO_ERROR holds the failure of the attempt");
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 0);
    net_close(s);
}

TEST(a_failed_blocking_connect_is_exceptional, "CON-8 SEL-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    CHECK(net_exceptional(s, 0));
    net_close(s);
}

TEST(a_failed_attempt_may_be_repeated, "CON-5")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("the next attempt fails with WSAECONNABORTED");
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    CHECK_EQ(start(s, net_name(listener)), 0);
    CHECK(net_same(net_peer(s), net_name(listener)));
    net_close(s);
    net_close(listener);
}

TEST(a_failed_socket_keeps_its_port, "CON-5 BND-12")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr name = net_name(s);

    WINE_DIFFERS("the next attempt fails with WSAECONNABORTED");
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    CHECK(net_same(net_name(s), name));
    CHECK_EQ(start(s, net_name(listener)), 0);
    CHECK(net_same(net_name(s), name));
    net_close(s);
    net_close(listener);
}

TEST(a_refused_socket_may_try_again_without_blocking, "CON-19b")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_HANGS("the next attempt fails");
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    net_nonblocking(s, 1);
    CHECK(start(s, net_name(listener)) == 0 || net_error() == WSAEWOULDBLOCK);
    CHECK(net_writable(s, SOON));
    CHECK(net_same(net_peer(s), net_name(listener)));
    net_close(s);
    net_close(listener);
}

TEST(a_connected_socket_cannot_connect, "CON-5 CON-10")
{
    SOCKET listener = net_listener(AF_INET), pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(start(pair[0], net_name(listener)) == SOCKET_ERROR, WSAEISCONN);
    CHECK_ERR(start(pair[1], net_name(listener)) == SOCKET_ERROR, WSAEISCONN);
    net_nonblocking(pair[1], 1);
    CHECK_ERR(start(pair[1], net_name(listener)) == SOCKET_ERROR, WSAEISCONN);
    net_close_pair(pair);
    net_close(listener);
}

TEST(a_shut_down_socket_cannot_connect, "CON-5 CON-10")
{
    SOCKET listener = net_listener(AF_INET), pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[1], SD_BOTH), 0);
    CHECK_ERR(start(pair[1], net_name(listener)) == SOCKET_ERROR, WSAEISCONN);
    net_expect_end(pair[0]);
    CHECK_ERR(start(pair[1], net_name(listener)) == SOCKET_ERROR, WSAEISCONN);
    net_close_pair(pair);
    net_close(listener);
}

TEST(a_second_connect_during_an_attempt_is_told, "CON-5 AMB-20")
{
    SOCKET s = pending_connect(), listener = net_listener(AF_INET);

    CHECK_ERR(start(s, net_name(listener)) == SOCKET_ERROR, WSAEALREADY);
    CHECK_ERR(start(s, net_name(listener)) == SOCKET_ERROR, WSAEALREADY);
    net_close(s);
    net_close(listener);
}

TEST(a_pending_socket_has_names, "CON-19")
{
    SOCKET s = pending_connect();

    CHECK(net_port(net_name(s)) != 0);
    net_close(s);
}

TEST(a_pending_socket_has_a_peer, "CON-19 AMB-21")
{
    SOCKET s = pending_connect();
    struct net_addr peer = {{{0}}, sizeof peer.u};

    WINE_DIFFERS("getpeername gives WSAENOTCONN");
    CHECK_EQ(getpeername(s, &peer.u.any, &peer.len), 0);
    CHECK(net_port(peer) != 0);
    net_close(s);
}

TEST(a_pending_socket_moves_no_data, "CON-19")
{
    SOCKET s = pending_connect();
    char byte = 0;

    WINE_DIFFERS("it gives WSAEWOULDBLOCK");
    CHECK_ERR(send(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(recv(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK(!net_writable(s, 0));
    CHECK(!net_exceptional(s, 0));
    net_close(s);
}

TEST(a_pending_attempt_may_be_closed, "CON-5")
{
    SOCKET s = pending_connect();

    net_close(s);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST(a_connect_that_nobody_answers_goes_on, "CON-3 CON-4")
{
    SOCKET s = pending_connect();

    CHECK(!net_writable(s, NEVER));
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 0);
    net_close(s);
}

TEST(an_address_that_is_short_is_refused, "CON-7 G-4")
{
    SOCKET listener = net_listener(AF_INET6);
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);
    struct net_addr addr = net_name(listener);

    WINE_DIFFERS("a NULL address crashes it");
    CHECK_ERR(connect(s, NULL, addr.len) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(connect(s, &addr.u.any, 0) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(connect(s, &addr.u.any, 16) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(connect(s, &addr.u.any, -1) == SOCKET_ERROR, WSAEFAULT);
    CHECK_EQ(start(s, addr), 0);
    net_close(s);
    net_close(listener);
}

TEST(an_ipv4_address_that_is_short_is_refused, "CON-7")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);

    WINE_DIFFERS("the error is WSAEADDRNOTAVAIL");
    CHECK_ERR(connect(s, &addr.u.any, 15) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(connect(s, &addr.u.any, 2) == SOCKET_ERROR, WSAEFAULT);
    net_close(s);
    net_close(listener);
}

TEST(a_foreign_family_is_refused, "CON-7")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);
    struct net_addr addr = net_name(listener);

    WINE_DIFFERS("it passes the kernel's error on");
    addr.len = sizeof addr.u.storage;
    CHECK_ERR(start(s, addr) == SOCKET_ERROR, WSAEAFNOSUPPORT);
    addr.u.any.sa_family = 0xdead;
    CHECK_ERR(start(s, addr) == SOCKET_ERROR, WSAEAFNOSUPPORT);
    net_close(s);
    net_close(listener);
}

TEST(port_0_is_not_available, "CON-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("the error is WSAECONNREFUSED");
    CHECK_ERR(start(s, net_loopback(AF_INET, 0)) == SOCKET_ERROR,
              WSAEADDRNOTAVAIL);
    net_close(s);
    s = net_socket(AF_INET6, SOCK_STREAM);
    CHECK_ERR(start(s, net_loopback(AF_INET6, 0)) == SOCKET_ERROR,
              WSAEADDRNOTAVAIL);
    net_close(s);
}

TEST(the_all_zero_address_is_not_available, "CON-7")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr any = net_wildcard(AF_INET, net_port(net_name(listener)));

    WINE_DIFFERS("the kernel below it takes the address for loopback");
    CHECK_ERR(start(s, any) == SOCKET_ERROR, WSAEADDRNOTAVAIL);
    net_close(s);
    net_close(listener);
}

TEST(connect_data_need_a_protocol_that_has_them, "CON-7 CON-11 CDT-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    WSABUF data = {5, (char *)"hello"};

    WINE_DIFFERS("it ignores the caller's data");
    CHECK_ERR(WSAConnect(s, &addr.u.any, addr.len, &data, NULL, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAEPROTONOSUPPORT);
    CHECK(!net_readable(listener, NEVER));
    net_close(s);
    net_close(listener);
}

TEST(a_group_flow_spec_is_invalid, "CON-7 CON-14")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    QOS qos;

    WINE_DIFFERS("it ignores flow specs");
    memset(&qos, 0, sizeof qos);
    CHECK_ERR(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, NULL, &qos) ==
                  SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
    net_close(listener);
}

TEST(callee_data_come_back_empty, "CON-12")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    char room[16];
    WSABUF data = {sizeof room, room};

    WINE_DIFFERS("it ignores the callee's data");
    CHECK_EQ(WSAConnect(s, &addr.u.any, addr.len, NULL, &data, NULL, NULL), 0);
    CHECK_EQ(data.len, 0);
    net_close(s);
    net_close(listener);
}

TEST(SO_CONNECT_TIME_counts_from_the_connection, "CON-23")
{
    SOCKET pair[2], s = net_socket(AF_INET, SOCK_STREAM);

    net_pair(AF_INET, pair);
    CHECK_EQ((DWORD)net_int(s, SOL_SOCKET, SO_CONNECT_TIME), 0xffffffff);
    CHECK((DWORD)net_int(pair[0], SOL_SOCKET, SO_CONNECT_TIME) < 20);
    CHECK((DWORD)net_int(pair[1], SOL_SOCKET, SO_CONNECT_TIME) < 20);
    net_close_pair(pair);
    net_close(s);
}

TEST(getpeername_of_an_unconnected_socket_fails, "OTH-2")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr addr = {{{0}}, sizeof addr.u};

    WINE_DIFFERS("it looks at the pointers first");
    CHECK_ERR(getpeername(s, &addr.u.any, &addr.len) == SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_ERR(getpeername(s, NULL, NULL) == SOCKET_ERROR, WSAENOTCONN);
    REQUIRE_EQ(listen(s, 1), 0);
    CHECK_ERR(getpeername(s, &addr.u.any, &addr.len) == SOCKET_ERROR,
              WSAENOTCONN);
    net_close(s);
}

TEST(getpeername_into_a_short_buffer_fails, "OTH-2")
{
    SOCKET pair[2];
    struct net_addr addr;
    int len = sizeof addr.u.in - 1;

    net_pair(AF_INET, pair);
    CHECK_ERR(getpeername(pair[0], &addr.u.any, &len) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, sizeof addr.u.in - 1);
    CHECK_ERR(getpeername(pair[0], NULL, &len) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(getpeername(pair[0], &addr.u.any, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close_pair(pair);
}

TEST(unconnected_sockets_move_no_data, "RCV-6 SND-5")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    char byte = 0;

    WINE_HANGS("it passes the kernel's errors on");
    CHECK_ERR(send(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(recv(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    net_close(s);
    s = net_listener(AF_INET);
    CHECK_ERR(send(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(recv(s, &byte, 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    net_close(s);
}

static int apc_runs;

static void CALLBACK
count_apc(ULONG_PTR unused)
{
    (void)unused;
    apc_runs++;
}

TEST(an_apc_runs_while_connect_waits, "CON-2 HOOK-5")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("a blocking connect is not alertable");
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    CHECK_ERR(start(s, net_nobody(AF_INET)) == SOCKET_ERROR, WSAECONNREFUSED);
    if (apc_runs == 0)
        SKIP("the attempt ended before connect had to wait");
    CHECK_EQ(apc_runs, 1);
    net_close(s);
}

static DWORD WINAPI
blocking_connect(void *context)
{
    struct net_addr silent = silent_address();
    SOCKET s = *(SOCKET *)context;

    SetEvent(((HANDLE *)context)[1]);
    return start(s, silent) == 0 ? 0 : (DWORD)WSAGetLastError();
}

TEST(closing_the_socket_ends_a_blocked_connect, "CON-21 CLS-8")
{
    union {
        SOCKET s;
        HANDLE handle;
    } context[2];
    HANDLE thread;
    DWORD error;

    context[0].s = net_socket(AF_INET, SOCK_STREAM);
    context[1].handle = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(blocking_connect, context);
    REQUIRE(net_signalled(context[1].handle, SOON));
    net_close(context[0].s);
    error = net_join(thread);
    net_check_closed(error);
    CloseHandle(context[1].handle);
}
