/* SPDX-License-Identifier: MIT */
/* bind() and getsockname(): argument checks, ports, and who may share a port
 * with whom.
 * The conflict tests let the system choose the port of the first socket. */
#include "net.h"

#include <string.h>

TEST(a_bound_socket_knows_its_port, "BND-3")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(s);

    CHECK(net_port(addr) != 0);
    CHECK_EQ(addr.u.in.sin_family, AF_INET);
    CHECK_EQ(addr.u.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(addr.len, sizeof addr.u.in);
    net_close(s);
}

TEST(an_ipv6_socket_is_bound_the_same_way, "BND-3")
{
    SOCKET s = net_bound(AF_INET6, SOCK_DGRAM);
    struct net_addr addr = net_name(s);

    CHECK(net_port(addr) != 0);
    CHECK_EQ(addr.u.in6.sin6_family, AF_INET6);
    CHECK_EQ(addr.u.in6.sin6_addr.s6_addr[15], 1);
    CHECK_EQ(addr.len, sizeof addr.u.in6);
    net_close(s);
}

TEST(a_wildcard_address_stays_until_the_socket_is_connected, "BND-4 CON-19")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr any = net_wildcard(AF_INET, 0), addr = net_name(listener);

    REQUIRE_EQ(bind(s, &any.u.any, any.len), 0);
    CHECK_EQ(net_name(s).u.in.sin_addr.s_addr, htonl(INADDR_ANY));
    REQUIRE_EQ(connect(s, &addr.u.any, addr.len), 0);
    CHECK_EQ(net_name(s).u.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    net_close(s);
    net_close(listener);
}

TEST(bind_without_an_address_fails, "BND-1 G-4")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(bind(s, NULL, sizeof(struct sockaddr_in)) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(bind(s, NULL, 0) == SOCKET_ERROR, WSAEFAULT);
    net_close(s);
}

static void
check_lengths(int family)
{
    struct net_addr addr = net_loopback(family, 0);
    SOCKET s = net_socket(family, SOCK_STREAM);

    for (int len = 0; len < addr.len; len++)
        CHECK_ERR(bind(s, &addr.u.any, len) == SOCKET_ERROR, WSAEFAULT);
    CHECK_EQ(bind(s, &addr.u.any, addr.len), 0);
    net_close(s);
}

TEST(an_ipv4_address_that_is_a_byte_short_is_refused, "BND-1")
{
    check_lengths(AF_INET);
}

TEST(an_ipv6_address_that_is_a_byte_short_is_refused, "BND-1")
{
    check_lengths(AF_INET6);
}

TEST(an_address_longer_than_needed_is_taken, "BND-1")
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_EQ(bind(s, &addr.u.any, sizeof addr.u.storage), 0);
    net_close(s);
}

TEST(an_address_of_another_family_is_refused, "BND-1 AMB-27")
{
    struct net_addr v4 = net_loopback(AF_INET, 0),
                    v6 = net_loopback(AF_INET6, 0);
    SOCKET s4 = net_socket(AF_INET, SOCK_STREAM);
    SOCKET s6 = net_socket(AF_INET6, SOCK_STREAM);

    WINE_DIFFERS("the errors are WSAEOPNOTSUPP and WSAEINVAL");
    v4.len = sizeof v4.u.storage;
    CHECK_ERR(bind(s4, &v6.u.any, v6.len) == SOCKET_ERROR, WSAEAFNOSUPPORT,
              WSAEFAULT);
    CHECK_ERR(bind(s6, &v4.u.any, v4.len) == SOCKET_ERROR, WSAEAFNOSUPPORT,
              WSAEFAULT);
    v4.u.any.sa_family = 0xdead;
    CHECK_ERR(bind(s4, &v4.u.any, v4.len) == SOCKET_ERROR, WSAEAFNOSUPPORT,
              WSAEFAULT);
    net_close(s4);
    net_close(s6);
}

TEST(a_failed_bind_leaves_the_socket_unbound, "BND-1 BND-5")
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    int len = sizeof addr.u;

    CHECK_ERR(bind(s, &addr.u.any, 3) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(getsockname(s, &addr.u.any, &len) == SOCKET_ERROR, WSAEINVAL);
    addr = net_loopback(AF_INET, 0);
    CHECK_EQ(bind(s, &addr.u.any, addr.len), 0);
    net_close(s);
}

TEST(a_bound_socket_cannot_be_bound_again, "BND-2")
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    int port = net_port(net_name(s));

    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(net_port(net_name(s)), port);
    net_close(s);
    s = net_bound(AF_INET6, SOCK_DGRAM);
    addr = net_loopback(AF_INET6, 0);
    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
}

TEST(a_connected_socket_cannot_be_bound, "BND-2")
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(bind(pair[0], &addr.u.any, addr.len) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(bind(pair[1], &addr.u.any, addr.len) == SOCKET_ERROR, WSAEINVAL);
    net_close_pair(pair);
}

TEST(an_unbound_socket_has_no_name, "BND-5 OTH-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = {{{0}}, sizeof addr.u};

    CHECK_ERR(getsockname(s, &addr.u.any, &addr.len) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
    s = net_socket(AF_INET6, SOCK_DGRAM);
    CHECK_ERR(getsockname(s, &addr.u.any, &addr.len) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
}

TEST(getsockname_into_a_short_buffer_fails, "OTH-2")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr addr;
    int len = sizeof addr.u.in - 1;

    memset(&addr, 0x55, sizeof addr);
    CHECK_ERR(getsockname(s, &addr.u.any, &len) == SOCKET_ERROR, WSAEFAULT);
    CHECK_EQ(addr.u.any.sa_family, 0x5555);
    len = 0;
    CHECK_ERR(getsockname(s, &addr.u.any, &len) == SOCKET_ERROR, WSAEFAULT);
    len = sizeof addr.u.in;
    CHECK_EQ(getsockname(s, &addr.u.any, &len), 0);
    CHECK_EQ(len, sizeof addr.u.in);
    net_close(s);
}

TEST(an_address_that_is_not_ours_is_refused, "BND-6")
{
    struct net_addr addr = net_loopback(AF_INET, 0);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    addr.u.in.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 */
    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEADDRNOTAVAIL);
    net_close(s);
}

TEST(an_ipv6_address_that_is_not_ours_is_refused, "BND-6")
{
    struct net_addr addr = net_loopback(AF_INET6, 0);
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);

    addr.u.in6.sin6_addr.s6_addr[0] = 0x20; /* 2001:db8::1 */
    addr.u.in6.sin6_addr.s6_addr[1] = 0x01;
    addr.u.in6.sin6_addr.s6_addr[2] = 0x0d;
    addr.u.in6.sin6_addr.s6_addr[3] = 0xb8;
    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEADDRNOTAVAIL);
    net_close(s);
}

TEST(one_address_and_port_are_taken_once, "BND-6")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM);
    SOCKET b = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(a);

    CHECK_ERR(bind(b, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEADDRINUSE);
    net_close(a);
    CHECK_EQ(bind(b, &addr.u.any, addr.len), 0);
    net_close(b);
}

TEST(tcp_and_udp_do_not_share_ports, "BND-6")
{
    SOCKET a = net_bound(AF_INET, SOCK_STREAM);
    SOCKET b = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(a);

    CHECK_EQ(bind(b, &addr.u.any, addr.len), 0);
    net_close(a);
    net_close(b);
}

TEST(a_datagram_socket_is_bound_by_its_first_send, "BND-11")
{
    SOCKET to = net_bound(AF_INET, SOCK_DGRAM);
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(to), from = {{{0}}, sizeof from.u};
    char byte;

    CHECK_EQ(sendto(s, "x", 1, 0, &addr.u.any, addr.len), 1);
    CHECK(net_port(net_name(s)) != 0);
    CHECK_EQ(net_name(s).u.in.sin_addr.s_addr, htonl(INADDR_ANY));
    REQUIRE(net_readable(to, SOON));
    CHECK_EQ(recvfrom(to, &byte, 1, 0, &from.u.any, &from.len), 1);
    CHECK_EQ(net_port(from), net_port(net_name(s)));
    net_close(s);
    net_close(to);
}

TEST(connect_binds_a_stream_socket, "BND-11 CON-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_client(listener);

    CHECK(net_port(net_name(s)) != 0);
    net_close(s);
    net_close(listener);
}

TEST(connect_keeps_the_port_of_an_earlier_bind, "BND-12 CON-19")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr mine = net_name(s), addr = net_name(listener);

    REQUIRE_EQ(connect(s, &addr.u.any, addr.len), 0);
    CHECK(net_same(net_name(s), mine));
    net_close(s);
    net_close(listener);
}

TEST(V6ONLY_is_on_by_default, "BND-9")
{
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);
    struct net_addr addr;

    CHECK_EQ(net_int(s, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    CHECK_EQ(net_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    CHECK_EQ(net_int(s, IPPROTO_IPV6, IPV6_V6ONLY), 0);
    addr = net_wildcard(AF_INET6, 0);
    REQUIRE_EQ(bind(s, &addr.u.any, addr.len), 0);
    net_close(s);
}

TEST(V6ONLY_cannot_change_after_bind, "BND-9")
{
    SOCKET s = net_bound(AF_INET6, SOCK_STREAM);

    CHECK_ERR(net_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK_EQ(net_int(s, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    net_close(s);
}

TEST(both_families_share_a_wildcard_port, "BND-9")
{
    SOCKET a = net_socket(AF_INET6, SOCK_STREAM);
    SOCKET b = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr any = net_wildcard(AF_INET6, 0);

    REQUIRE_EQ(bind(a, &any.u.any, any.len), 0);
    any = net_wildcard(AF_INET, net_port(net_name(a)));
    CHECK_EQ(bind(b, &any.u.any, any.len), 0);
    CHECK_EQ(listen(a, 1), 0);
    CHECK_EQ(listen(b, 1), 0);
    net_close(a);
    net_close(b);
}

TEST(a_dual_mode_listener_takes_ipv4_clients, "BND-9 BND-4")
{
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM), client, server;
    struct net_addr addr = net_wildcard(AF_INET6, 0), peer;

    REQUIRE_EQ(net_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    REQUIRE_EQ(bind(s, &addr.u.any, addr.len), 0);
    REQUIRE_EQ(listen(s, 1), 0);
    addr = net_loopback(AF_INET, net_port(net_name(s)));
    client = net_socket(AF_INET, SOCK_STREAM);
    REQUIRE_EQ(connect(client, &addr.u.any, addr.len), 0);
    peer.len = sizeof peer.u;
    server = accept(s, &peer.u.any, &peer.len);
    REQUIRE(server != INVALID_SOCKET);
    CHECK_EQ(peer.u.any.sa_family, AF_INET6);
    CHECK(IN6_IS_ADDR_V4MAPPED(&peer.u.in6.sin6_addr));
    CHECK_EQ(net_port(peer), net_port(net_name(client)));
    net_close(server);
    net_close(client);
    net_close(s);
}

TEST(the_two_kinds_of_sharing_exclude_each_other, "BND-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
    s = net_socket(AF_INET, SOCK_STREAM);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_REUSEADDR, 1) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE), 1);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_REUSEADDR), 0);
    net_close(s);
}

static SOCKET
reusing(int on)
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_REUSEADDR, on), 0);
    return s;
}

TEST(sockets_that_both_reuse_share_an_address, "BND-7")
{
    SOCKET a = reusing(1), b = reusing(1);
    struct net_addr addr = net_loopback(AF_INET, 0);

    REQUIRE_EQ(bind(a, &addr.u.any, addr.len), 0);
    addr = net_name(a);
    CHECK_EQ(bind(b, &addr.u.any, addr.len), 0);
    net_close(a);
    net_close(b);
}

TEST(of_two_sharing_listeners_the_first_gets_the_calls, "BND-7")
{
    SOCKET a = reusing(1), b = reusing(1), client;
    struct net_addr addr = net_loopback(AF_INET, 0);

    WINE_DIFFERS("the second listen fails");
    REQUIRE_EQ(bind(a, &addr.u.any, addr.len), 0);
    addr = net_name(a);
    REQUIRE_EQ(bind(b, &addr.u.any, addr.len), 0);
    REQUIRE_EQ(listen(a, 1), 0);
    REQUIRE_EQ(listen(b, 1), 0);
    client = net_client(b);
    CHECK(net_readable(a, SOON));
    CHECK(!net_readable(b, 0));
    net_close(client);
    net_close(a);
    client = net_client(b);
    CHECK(net_readable(b, SOON));
    net_close(client);
    net_close(b);
}

TEST(reuse_on_the_second_socket_alone_is_refused, "BND-7")
{
    SOCKET a = reusing(0), b = reusing(1);
    struct net_addr addr = net_loopback(AF_INET, 0);

    REQUIRE_EQ(bind(a, &addr.u.any, addr.len), 0);
    addr = net_name(a);
    CHECK_ERR(bind(b, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEACCES);
    net_close(a);
    net_close(b);
}

TEST(reuse_on_the_first_socket_alone_is_refused, "BND-7")
{
    SOCKET a = reusing(1), b = reusing(0);
    struct net_addr addr = net_loopback(AF_INET, 0);

    REQUIRE_EQ(bind(a, &addr.u.any, addr.len), 0);
    addr = net_name(a);
    CHECK_ERR(bind(b, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEACCES,
              WSAEADDRINUSE);
    net_close(a);
    net_close(b);
}

/* The rows of BND-8. */
enum kind { ANY4, LO4, ANY6, LO6, MAPPED_LO, MAPPED_ANY };

struct row {
    enum kind first;
    int first_exclusive;
    enum kind second;
    int second_exclusive;
    int error;
};

static struct net_addr
address(enum kind kind, int port)
{
    struct net_addr addr;

    if (kind == ANY4 || kind == ANY6)
        return net_wildcard(kind == ANY4 ? AF_INET : AF_INET6, port);
    if (kind == LO4 || kind == LO6)
        return net_loopback(kind == LO4 ? AF_INET : AF_INET6, port);
    addr = net_wildcard(AF_INET6, port);
    addr.u.in6.sin6_addr.s6_addr[10] = 0xff;
    addr.u.in6.sin6_addr.s6_addr[11] = 0xff;
    if (kind == MAPPED_LO) {
        addr.u.in6.sin6_addr.s6_addr[12] = 127;
        addr.u.in6.sin6_addr.s6_addr[15] = 1;
    }
    return addr;
}

static int
try_bind(SOCKET s, enum kind kind, int port)
{
    struct net_addr addr = address(kind, port);

    return bind(s, &addr.u.any, addr.len);
}

static SOCKET
make(enum kind kind, int exclusive)
{
    int family = kind == ANY4 || kind == LO4 ? AF_INET : AF_INET6;
    SOCKET s = net_socket(family, SOCK_STREAM);

    if (family == AF_INET6)
        REQUIRE_EQ(net_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    if (exclusive)
        REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
    return s;
}

static void
check_row(struct row r)
{
    SOCKET a = make(r.first, r.first_exclusive);
    SOCKET b = make(r.second, r.second_exclusive);

    REQUIRE_EQ(try_bind(a, r.first, 0), 0);
    if (r.error)
        CHECK_ERR(try_bind(b, r.second, net_port(net_name(a))) == SOCKET_ERROR,
                  r.error);
    else
        CHECK_EQ(try_bind(b, r.second, net_port(net_name(a))), 0);
    net_close(a);
    net_close(b);
}

TEST(two_wildcard_binds_collide, "BND-8")
{
    check_row((struct row){ANY4, 0, ANY4, 0, WSAEADDRINUSE});
    check_row((struct row){ANY4, 0, ANY4, 1, WSAEADDRINUSE});
}

TEST(two_loopback_binds_collide, "BND-8")
{
    check_row((struct row){LO4, 0, LO4, 0, WSAEADDRINUSE});
    check_row((struct row){LO4, 1, LO4, 0, WSAEADDRINUSE});
    check_row((struct row){LO4, 0, LO4, 1, WSAEADDRINUSE});
}

TEST(a_specific_bind_goes_beside_a_wildcard_bind, "BND-8")
{
    check_row((struct row){ANY4, 0, LO4, 0, 0});
    check_row((struct row){ANY4, 0, LO4, 1, 0});
}

TEST(a_wildcard_bind_goes_beside_a_specific_bind, "BND-8")
{
    check_row((struct row){LO4, 0, ANY4, 0, 0});
    check_row((struct row){LO4, 1, ANY4, 0, 0});
}

TEST(an_exclusive_wildcard_bind_collides_with_a_specific_one, "BND-8")
{
    check_row((struct row){LO4, 0, ANY4, 1, WSAEADDRINUSE});
}

TEST(an_exclusive_wildcard_bind_keeps_others_out, "BND-8")
{
    check_row((struct row){ANY4, 1, LO4, 0, WSAEACCES});
    check_row((struct row){ANY4, 1, LO4, 1, WSAEACCES});
}

TEST(an_exclusive_dual_mode_wildcard_keeps_ipv4_out, "BND-8")
{
    check_row((struct row){ANY6, 1, LO4, 0, WSAEACCES});
    check_row((struct row){ANY6, 1, ANY4, 0, WSAEACCES});
}

TEST(a_dual_mode_wildcard_lets_an_ipv4_wildcard_in, "BND-8")
{
    check_row((struct row){ANY6, 0, ANY4, 0, 0});
    check_row((struct row){ANY6, 0, ANY4, 1, 0});
}

TEST(an_exclusive_dual_mode_wildcard_collides_with_ipv4, "BND-8")
{
    check_row((struct row){LO4, 0, ANY6, 1, WSAEADDRINUSE});
}

TEST(ipv6_loopback_does_not_touch_ipv4, "BND-8")
{
    check_row((struct row){LO6, 0, ANY4, 1, 0});
    check_row((struct row){LO6, 1, LO4, 1, 0});
}

TEST(mapped_addresses_collide_with_ipv4, "BND-8")
{
    check_row((struct row){MAPPED_LO, 0, ANY4, 1, WSAEADDRINUSE});
    check_row((struct row){MAPPED_LO, 0, LO4, 0, WSAEADDRINUSE});
    check_row((struct row){MAPPED_ANY, 0, ANY4, 0, WSAEADDRINUSE});
    check_row((struct row){LO4, 0, MAPPED_LO, 0, WSAEADDRINUSE});
}

TEST(the_more_specific_listener_gets_the_calls, "BND-8")
{
    SOCKET any = make(ANY4, 0), lo = make(LO4, 0), client;

    WINE_DIFFERS("the second bind fails");
    REQUIRE_EQ(try_bind(any, ANY4, 0), 0);
    REQUIRE_EQ(listen(any, 1), 0);
    REQUIRE_EQ(try_bind(lo, LO4, net_port(net_name(any))), 0);
    REQUIRE_EQ(listen(lo, 1), 0);
    client = net_client(lo);
    CHECK(net_readable(lo, SOON));
    CHECK(!net_readable(any, 0));
    net_close(client);
    net_close(any);
    net_close(lo);
}

TEST(a_port_is_free_again_after_its_listener_closed, "BND-6")
{
    SOCKET listener = net_listener(AF_INET), client, server, s;
    struct net_addr addr = net_name(listener);

    client = net_client(listener);
    server = accept(listener, NULL, NULL);
    /* The server closes first, and so holds the port in its time of waiting;
     * Windows lets a new listener in all the same. */
    net_close(server);
    net_close(client);
    net_close(listener);
    s = net_socket(AF_INET, SOCK_STREAM);
    CHECK_EQ(bind(s, &addr.u.any, addr.len), 0);
    CHECK_EQ(listen(s, 1), 0);
    net_close(s);
}

TEST(a_wrong_scope_is_not_available, "BND-1")
{
    struct net_addr addr = net_wildcard(AF_INET6, 0);
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);

    addr.u.in6.sin6_addr.s6_addr[0] = 0xfe; /* fe80::1 on interface 77777 */
    addr.u.in6.sin6_addr.s6_addr[1] = 0x80;
    addr.u.in6.sin6_addr.s6_addr[15] = 1;
    addr.u.in6.sin6_scope_id = 77777;
    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, WSAEADDRNOTAVAIL);
    net_close(s);
}
