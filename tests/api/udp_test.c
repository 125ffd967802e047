/* SPDX-License-Identifier: MIT */
/* Datagrams: message boundaries, default peers and how they are changed and
 * dropped, too long messages, addresses, and implicit binding. */
#include "net.h"

#include <string.h>

static int
send_to(SOCKET s, const char *text, struct net_addr to)
{
    return sendto(s, text, (int)strlen(text), 0, &to.u.any, to.len);
}

/* Makes "s" the sender of the datagram that "to" has received. */
static void
expect_from(SOCKET to, const char *text, SOCKET s)
{
    struct net_addr from = {{{0}}, sizeof from.u};
    char buf[100];
    int len = (int)strlen(text);

    REQUIRE(net_readable(to, SOON));
    CHECK_EQ(recvfrom(to, buf, sizeof buf, 0, &from.u.any, &from.len), len);
    CHECK_MEM(buf, text, (size_t)len);
    CHECK_EQ(net_port(from), net_port(net_name(s)));
    CHECK_EQ(from.len, net_name(to).len);
}

TEST(a_datagram_carries_its_senders_address, "RCV-5")
{
    static const int families[] = {AF_INET, AF_INET6};

    for (int i = 0; i < 2; i++) {
        SOCKET a = net_bound(families[i], SOCK_DGRAM);
        SOCKET b = net_bound(families[i], SOCK_DGRAM);

        CHECK_EQ(send_to(a, "hello", net_name(b)), 5);
        expect_from(b, "hello", a);
        net_close(a);
        net_close(b);
    }
}

TEST(datagrams_keep_their_boundaries, "RCV-2")
{
    SOCKET pair[2];
    char buf[100];

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "one");
    net_send(pair[0], "three");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 3);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 5);
    net_close_pair(pair);
}

TEST(a_datagram_too_long_is_cut_and_told, "RCV-2")
{
    SOCKET pair[2];
    char buf[4] = {0};

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "too long");
    net_send(pair[0], "next");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], buf, 3, 0) == SOCKET_ERROR, WSAEMSGSIZE);
    CHECK_MEM(buf, "too", 4);
    net_expect(pair[1], "next");
    net_close_pair(pair);
}

TEST(a_datagram_too_long_still_has_a_sender, "RCV-2 RCV-5")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr from = {{{0}}, sizeof from.u};
    char buf[4];

    CHECK_EQ(send_to(a, "too long", net_name(b)), 8);
    REQUIRE(net_readable(b, SOON));
    CHECK_ERR(recvfrom(b, buf, 4, 0, &from.u.any, &from.len) == SOCKET_ERROR,
              WSAEMSGSIZE);
    CHECK(net_same(from, net_name(a)));
    net_close(a);
    net_close(b);
}

TEST(WSARecv_tells_of_a_datagram_too_long, "RCV-2")
{
    SOCKET pair[2];
    char buf[4] = {0};
    WSABUF wsabuf = {3, buf};
    DWORD got = 0, flags = 0;

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "too long");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(WSARecv(pair[1], &wsabuf, 1, &got, &flags, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAEMSGSIZE);
    CHECK_MEM(buf, "too", 4);
    net_close_pair(pair);
}

TEST(a_peek_at_a_datagram_too_long_leaves_it, "RCV-2 RCV-4")
{
    SOCKET pair[2];
    char buf[4];

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "too long");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], buf, 4, MSG_PEEK) == SOCKET_ERROR, WSAEMSGSIZE);
    net_expect(pair[1], "too long");
    net_close_pair(pair);
}

TEST(an_empty_datagram_is_a_datagram, "OVL-14")
{
    SOCKET pair[2];
    char byte;

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(send(pair[0], NULL, 0, 0), 0);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], &byte, 1, 0), 0);
    CHECK(!net_readable(pair[1], 0));
    net_close_pair(pair);
}

TEST(buffers_make_one_datagram, "SND-2 RCV-2")
{
    WSABUF out[2] = {
        {3, (char *)"abc"},
        {2, (char *)"de" }
    };
    char a[1], b[10];
    WSABUF in[2] = {
        {1,        a},
        {sizeof b, b}
    };
    SOCKET pair[2];
    DWORD count, flags = 0;

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(WSASend(pair[0], out, 2, &count, 0, NULL, NULL), 0);
    CHECK_EQ(count, 5);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(WSARecv(pair[1], in, 2, &count, &flags, NULL, NULL), 0);
    CHECK_EQ(count, 5);
    CHECK_MEM(a, "a", 1);
    CHECK_MEM(b, "bcde", 4);
    net_close_pair(pair);
}

TEST(WSASendTo_and_WSARecvFrom_move_datagrams, "SND-3 RCV-5")
{
    SOCKET a = net_bound(AF_INET6, SOCK_DGRAM);
    SOCKET b = net_bound(AF_INET6, SOCK_DGRAM);
    struct net_addr to = net_name(b), from = {{{0}}, sizeof from.u};
    char text[] = "hello";
    WSABUF buf = {5, text};
    DWORD count, flags = 0;

    CHECK_EQ(WSASendTo(a, &buf, 1, &count, 0, &to.u.any, to.len, NULL, NULL),
             0);
    CHECK_EQ(count, 5);
    REQUIRE(net_readable(b, SOON));
    CHECK_EQ(WSARecvFrom(b, &buf, 1, &count, &flags, &from.u.any, &from.len,
                         NULL, NULL),
             0);
    CHECK_EQ(count, 5);
    CHECK(net_same(from, net_name(a)));
    net_close(a);
    net_close(b);
}

TEST(a_datagram_too_large_to_send_is_refused, "SND-2")
{
    static char huge[70000];
    SOCKET pair[2];

    net_udp_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], huge, sizeof huge, 0) == SOCKET_ERROR, WSAEMSGSIZE);
    CHECK(!net_readable(pair[1], NEVER));
    net_close_pair(pair);
}

TEST(SO_MAX_MSG_SIZE_tells_the_largest_datagram, "OTH-4 SND-2")
{
    static char huge[65536];
    SOCKET pair[2];
    int max;

    net_udp_pair(AF_INET, pair);
    max = net_int(pair[0], SOL_SOCKET, SO_MAX_MSG_SIZE);
    CHECK(max >= 65467 && max <= 65527);
    CHECK_EQ(send(pair[0], huge, 65467, 0), 65467);
    net_close_pair(pair);
}

TEST(connect_fixes_the_peer, "CON-15")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    SOCKET stranger = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(b);

    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK(net_same(net_peer(a), addr));
    net_send(a, "x");
    expect_from(b, "x", a);
    CHECK_EQ(send_to(stranger, "no", net_name(a)), 2);
    CHECK_EQ(send_to(b, "yes", net_name(a)), 3);
    expect_from(a, "yes", b);
    CHECK(!net_readable(a, 0));
    net_close(a);
    net_close(b);
    net_close(stranger);
}

TEST(connect_may_be_repeated, "CON-15")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    SOCKET c = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(b);

    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    addr = net_name(c);
    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK(net_same(net_peer(a), addr));
    net_send(a, "x");
    expect_from(c, "x", a);
    net_close(a);
    net_close(b);
    net_close(c);
}

TEST(connect_binds_an_unbound_socket, "BND-11 CON-15")
{
    SOCKET a = net_socket(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(b);

    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK(net_port(net_name(a)) != 0);
    CHECK_EQ(net_name(a).u.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    net_close(a);
    net_close(b);
}

static void
check_unconnected(SOCKET s, SOCKET other)
{
    struct net_addr peer = {{{0}}, sizeof peer.u};

    CHECK_ERR(getpeername(s, &peer.u.any, &peer.len) == SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_EQ(send_to(s, "free", net_name(other)), 4);
    expect_from(other, "free", s);
}

TEST(connect_to_the_zero_address_drops_the_peer, "CON-16 AMB-23")
{
    SOCKET pair[2], stranger = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr zero = net_wildcard(AF_INET, 0);

    net_udp_pair(AF_INET, pair);
    WINE_DIFFERS("it connects to the zero address");
    REQUIRE_EQ(connect(pair[0], &zero.u.any, zero.len), 0);
    check_unconnected(pair[0], stranger);
    net_close_pair(pair);
    net_close(stranger);
}

TEST(connect_to_no_family_drops_the_peer, "CON-16 AMB-23")
{
    SOCKET pair[2], stranger = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr zero = net_wildcard(AF_INET, 0);

    net_udp_pair(AF_INET, pair);
    zero.u.any.sa_family = AF_UNSPEC;
    WINE_DIFFERS("the socket loses its address");
    REQUIRE_EQ(connect(pair[0], &zero.u.any, zero.len), 0);
    check_unconnected(pair[0], stranger);
    net_close_pair(pair);
    net_close(stranger);
}

TEST(a_dropped_peer_lets_strangers_in, "CON-16")
{
    SOCKET pair[2], stranger = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr none = net_wildcard(AF_INET, 0), name;

    net_udp_pair(AF_INET, pair);
    name = net_name(pair[0]);
    none.u.any.sa_family = AF_UNSPEC;
    REQUIRE_EQ(connect(pair[0], &none.u.any, none.len), 0);
    WINE_HANGS("the socket loses its address");
    CHECK_EQ(net_port(net_name(pair[0])), net_port(name));
    CHECK_EQ(send_to(stranger, "hi", net_loopback(AF_INET, net_port(name))), 2);
    expect_from(pair[0], "hi", stranger);
    net_close_pair(pair);
    net_close(stranger);
}

TEST(an_address_overrides_the_default_peer_for_one_call, "SND-3")
{
    SOCKET pair[2], third = net_bound(AF_INET, SOCK_DGRAM);

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(send_to(pair[0], "aside", net_name(third)), 5);
    expect_from(third, "aside", pair[0]);
    net_send(pair[0], "main");
    net_expect(pair[1], "main");
    net_close_pair(pair);
    net_close(third);
}

TEST(an_unbound_socket_cannot_receive, "CON-16b RCV-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    char byte;

    WINE_HANGS("it waits for a datagram");
    CHECK_ERR(recv(s, &byte, 1, 0) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(recvfrom(s, &byte, 1, 0, NULL, NULL) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
}

TEST(a_send_needs_a_peer, "CON-16b SND-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);

    WINE_DIFFERS("it passes the kernel's error on");
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(sendto(s, "x", 1, 0, NULL, 0) == SOCKET_ERROR, WSAENOTCONN);
    net_close(s);
    s = net_bound(AF_INET6, SOCK_DGRAM);
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    net_close(s);
}

TEST(a_bound_unconnected_socket_may_receive, "CON-16b")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);

    CHECK_EQ(send_to(a, "x", net_name(b)), 1);
    net_expect(b, "x");
    net_close(a);
    net_close(b);
}

TEST(nobody_at_the_port_resets_a_connected_socket, "RCV-6 IOC-8")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(b);
    char byte;

    WINE_DIFFERS("it tells nobody");
    net_close(b);
    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK_EQ(send(a, "x", 1, 0), 1);
    REQUIRE_EQ(net_set(a, SOL_SOCKET, SO_RCVTIMEO, 2000), 0);
    CHECK_ERR(recv(a, &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET);
    net_close(a);
}

TEST(SIO_UDP_CONNRESET_silences_the_reset, "RCV-6 IOC-8")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(b);
    BOOL off = FALSE;
    DWORD bytes = 0;
    char byte;

    net_close(b);
    CHECK_EQ(WSAIoctl(a, 0x9800000c /* SIO_UDP_CONNRESET */, &off, sizeof off,
                      NULL, 0, &bytes, NULL, NULL),
             0);
    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK_EQ(send(a, "x", 1, 0), 1);
    REQUIRE_EQ(net_set(a, SOL_SOCKET, SO_RCVTIMEO, NEVER), 0);
    CHECK_ERR(recv(a, &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    net_close(a);
}

TEST(a_broadcast_needs_permission, "CON-16b AMB-24 SND-5")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr all = net_wildcard(AF_INET, 9);

    all.u.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    CHECK_ERR(send_to(s, "x", all) == SOCKET_ERROR, WSAEACCES);
    net_close(s);
}

/* The documents list WSAEACCES, Windows lets it pass. */
TEST(a_connect_to_the_broadcast_address_may_need_leave, "CON-16b AMB-24")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr all = net_wildcard(AF_INET, 9);

    all.u.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    CHECK(connect(s, &all.u.any, all.len) == 0 || net_error() == WSAEACCES);
    net_set(s, SOL_SOCKET, SO_BROADCAST, 1);
    CHECK_EQ(connect(s, &all.u.any, all.len), 0);
    net_close(s);
}

TEST(MSG_OOB_is_not_for_datagrams, "RCV-4")
{
    SOCKET pair[2];
    char byte;

    net_udp_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], "x", 1, MSG_OOB) == SOCKET_ERROR, WSAEOPNOTSUPP);
    WINE_HANGS("it waits for a datagram");
    CHECK_ERR(recv(pair[1], &byte, 1, MSG_OOB) == SOCKET_ERROR, WSAEOPNOTSUPP);
    net_close_pair(pair);
}

TEST(a_short_address_buffer_is_a_fault, "RCV-6")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr from;
    char byte;
    int len = 4;

    WINE_DIFFERS("it cuts the address");
    CHECK_EQ(send_to(a, "x", net_name(b)), 1);
    REQUIRE(net_readable(b, SOON));
    CHECK_ERR(recvfrom(b, &byte, 1, 0, &from.u.any, &len) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(a);
    net_close(b);
}

TEST(an_address_that_is_short_is_refused, "SND-5")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr to = net_loopback(AF_INET, 9);

    CHECK_ERR(sendto(s, "x", 1, 0, &to.u.any, 15) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(sendto(s, "x", 1, 0, &to.u.any, 2) == SOCKET_ERROR, WSAEFAULT);
    net_close(s);
}

TEST(an_address_of_another_family_is_refused, "SND-5")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr to = net_loopback(AF_INET6, 9);

    WINE_DIFFERS("it passes the kernel's error on");
    CHECK_ERR(send_to(s, "x", to) == SOCKET_ERROR, WSAEAFNOSUPPORT);
    net_close(s);
}

TEST(accept_is_not_for_datagrams, "ACC-8 LSN-1")
{
    SOCKET s = net_bound(AF_INET6, SOCK_DGRAM);

    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, WSAEOPNOTSUPP);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAEOPNOTSUPP);
    net_close(s);
}

TEST(a_blocking_receive_waits_for_a_datagram, "RCV-2 CLS-13")
{
    SOCKET pair[2];
    char byte;

    net_udp_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 40), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    net_send(pair[1], "x");
    net_expect(pair[0], "x");
    net_nonblocking(pair[0], 1);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close_pair(pair);
}
