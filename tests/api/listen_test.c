/* SPDX-License-Identifier: MIT */
/* listen(): which sockets may, which backlog, and what the queue then does. */
#include "net.h"

#include <string.h>

TEST(listen_needs_a_bound_socket, "LSN-1 BND-11")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(listen(s, 5) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    net_close(s);
}

TEST(listen_on_a_connected_socket_fails, "LSN-1")
{
    SOCKET pair[2];

    WINE_DIFFERS("the error is WSAEINVAL");
    net_pair(AF_INET, pair);
    CHECK_ERR(listen(pair[0], 5) == SOCKET_ERROR, WSAEISCONN);
    CHECK_ERR(listen(pair[1], 5) == SOCKET_ERROR, WSAEISCONN);
    net_send(pair[0], "still there");
    net_expect(pair[1], "still there");
    net_close_pair(pair);
}

TEST(listen_on_a_bound_datagram_socket_fails, "LSN-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);

    CHECK_ERR(listen(s, 5) == SOCKET_ERROR, WSAEOPNOTSUPP);
    net_close(s);
}

TEST(listen_on_an_unbound_datagram_socket_fails, "LSN-1")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);

    WINE_DIFFERS("it finds out first that the socket is not bound");
    CHECK_ERR(listen(s, 5) == SOCKET_ERROR, WSAEOPNOTSUPP);
    net_close(s);
}

TEST(listen_on_no_socket_fails, "G-3")
{
    CHECK_ERR(listen(INVALID_SOCKET, 5) == SOCKET_ERROR, WSAENOTSOCK);
}

static void
try_backlog(int backlog)
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), client, server;

    CHECK_EQ(listen(s, backlog), 0);
    client = net_start_connect(s);
    CHECK(net_readable(s, SOON));
    server = accept(s, NULL, NULL);
    CHECK(server != INVALID_SOCKET);
    net_close(server);
    net_close(client);
    net_close(s);
}

TEST(SOMAXCONN_is_a_backlog, "LSN-2")
{
    try_backlog(SOMAXCONN);
}

TEST(a_hint_is_a_backlog, "LSN-4 AMB-4")
{
    try_backlog(SOMAXCONN_HINT(1000));
    try_backlog(SOMAXCONN_HINT(1));
    try_backlog(SOMAXCONN_HINT(1000000));
}

TEST(a_backlog_out_of_range_is_replaced_silently, "LSN-3")
{
    try_backlog(-5);
    try_backlog(100000);
    try_backlog((int)0x80000000);
}

TEST(a_backlog_of_0_still_queues_one, "LSN-3 AMB-3 LSN-8")
{
    try_backlog(0);
}

TEST(a_queue_takes_as_many_as_the_backlog, "LSN-2 PQ-1")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), clients[10];

    REQUIRE_EQ(listen(listener, 10), 0);
    for (int i = 0; i < 10; i++)
        clients[i] = net_client(listener);
    for (int i = 0; i < 10; i++) {
        SOCKET s = accept(listener, NULL, NULL);

        CHECK(net_same(net_peer(s), net_name(clients[i])));
        net_close(s);
        net_close(clients[i]);
    }
    net_close(listener);
}

TEST(SOMAXCONN_queues_several_hundred, "LSN-2")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), clients[300];

    REQUIRE_EQ(listen(listener, SOMAXCONN), 0);
    for (int i = 0; i < 300; i++)
        clients[i] = net_client(listener);
    for (int i = 0; i < 300; i++) {
        SOCKET s = accept(listener, NULL, NULL);

        REQUIRE_ERR(s != INVALID_SOCKET, net_error());
        net_close(s);
        net_close(clients[i]);
    }
    net_close(listener);
}

TEST(a_full_queue_refuses, "LSN-5 AMB-2")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), clients[20], s;
    struct net_addr addr;
    int n = 0;

    WINE_DIFFERS("the kernel below it drops instead of refusing");
    DEVIATES("the kernel drops the request of a full queue");
    REQUIRE_EQ(listen(listener, 1), 0);
    addr = net_name(listener);
    do {
        s = net_socket(AF_INET, SOCK_STREAM);
        clients[n++] = s;
        net_nonblocking(s, 1);
        connect(s, &addr.u.any, addr.len);
    } while (n < 20 && net_writable(s, 300));
    CHECK(net_exceptional(s, 1500));
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    while (n > 0)
        net_close(clients[--n]);
    net_close(listener);
}

TEST(listen_again_succeeds, "LSN-6")
{
    SOCKET listener = net_listener(AF_INET);

    CHECK_EQ(listen(listener, 1), 0);
    CHECK_EQ(listen(listener, 50), 0);
    CHECK_EQ(listen(listener, SOMAXCONN), 0);
    CHECK_EQ(listen(listener, 0), 0);
    net_close(listener);
}

TEST(listen_again_keeps_what_is_queued, "LSN-6 AMB-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET a = net_client(listener), b = net_client(listener), s;

    CHECK_EQ(listen(listener, 1), 0);
    s = accept(listener, NULL, NULL);
    CHECK(net_same(net_peer(s), net_name(a)));
    net_close(s);
    s = accept(listener, NULL, NULL);
    CHECK(net_same(net_peer(s), net_name(b)));
    net_close(s);
    net_close(a);
    net_close(b);
    net_close(listener);
}

TEST(a_queued_caller_is_connected, "PQ-1b PQ-11")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);

    CHECK(net_same(net_peer(client), net_name(listener)));
    net_send(client, "nobody reads this yet");
    net_close(client);
    net_close(listener);
}

TEST(SO_ACCEPTCONN_tells_who_listens, "LSN-8")
{
    SOCKET s = net_bound(AF_INET6, SOCK_STREAM);

    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    REQUIRE_EQ(listen(s, 1), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ACCEPTCONN), 1);
    net_close(s);
}

TEST(SO_ACCEPTCONN_cannot_be_set, "LSN-8")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_ERR(net_set(s, SOL_SOCKET, SO_ACCEPTCONN, 1) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_ACCEPTCONN, 0) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    REQUIRE_EQ(listen(s, 1), 0);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_ACCEPTCONN, 0) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(a_strange_backlog_does_not_hide_an_unbound_socket, "LSN-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(listen(s, -2) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(listen(s, 0) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
}

TEST(a_listening_socket_cannot_connect, "LSN-8 CON-5")
{
    SOCKET listener = net_listener(AF_INET), other = net_listener(AF_INET);
    struct net_addr addr = net_name(other);

    CHECK_ERR(connect(listener, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(net_client(listener));
    net_close(other);
    net_close(listener);
}

TEST(a_socket_may_listen_after_a_failed_connect, "LSN-9")
{
    struct net_addr nobody = net_nobody(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), client;

    WINE_DIFFERS("listen gives WSAEINVAL");
    CHECK_ERR(connect(s, &nobody.u.any, nobody.len) == SOCKET_ERROR,
              WSAECONNREFUSED);
    REQUIRE_EQ(listen(s, 5), 0);
    client = net_client(s);
    CHECK(net_readable(s, SOON));
    net_close(client);
    net_close(s);
}

TEST(two_listeners_of_one_port_are_refused, "LSN-1 BND-6")
{
    SOCKET a = net_listener(AF_INET);
    SOCKET b = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(a);

    if (bind(b, &addr.u.any, addr.len) == 0)
        CHECK_ERR(listen(b, 5) == SOCKET_ERROR, WSAEADDRINUSE);
    else
        CHECK_EQ(WSAGetLastError(), WSAEADDRINUSE);
    net_close(a);
    net_close(b);
}

TEST(a_listener_survives_the_lack_of_descriptors, "LSN-7 ACC-8")
{
    SOCKET listener, client, s, more[64];
    int old, n = 0;

    if (!T_NATIVE)
        SKIP("the number of descriptors cannot be limited here");
    listener = net_listener(AF_INET);
    client = net_client(listener);
    old = t_fd_limit(64);
    while (n < 64 && (s = socket(AF_INET, SOCK_DGRAM, 0)) != INVALID_SOCKET)
        more[n++] = s;
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAEMFILE);
    CHECK_ERR(accept(listener, NULL, NULL) == INVALID_SOCKET, WSAEMFILE);
    t_fd_limit(old);
    while (n > 0)
        net_close(more[--n]);
    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(client)));
    net_close(s);
    net_close(client);
    net_close(listener);
}
