/* SPDX-License-Identifier: MIT */
/* getsockopt and setsockopt: defaults, values that come back, lengths, and the
 * errors of what is unknown, read-only or of another protocol. Tables rather
 * than single tests where the rule is the same. */
#include "net.h"

#include <string.h>

enum { TCP = SOCK_STREAM, UDP = SOCK_DGRAM };

static int
get(SOCKET s, int level, int option, void *value, int *len)
{
    return getsockopt(s, level, option, value, len);
}

struct option {
    int family, type, level, option, value;
};

/* Each entry is set to its value and read back. */
static void
check_kept(const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option *o = &options[i];
        SOCKET s = net_socket(o->family, o->type);
        int value = -1, len = sizeof value;

        if (net_set(s, o->level, o->option, o->value) ||
            get(s, o->level, o->option, &value, &len))
            t_note("level %#x, option %#x: error %d", o->level, o->option,
                   net_error());
        if (len == 1)
            value = *(unsigned char *)&value;
        CHECK_EQ(value, o->value);
        net_close(s);
    }
}

#define CHECK_KEPT(...)                                                        \
    do {                                                                       \
        static const struct option options[] = {__VA_ARGS__};                  \
        check_kept(options, sizeof options / sizeof options[0]);               \
    } while (0)

TEST(boolean_options_of_tcp_are_kept, "OTH-4 OTH-3")
{
    CHECK_KEPT({AF_INET, TCP, SOL_SOCKET, SO_KEEPALIVE, 1},
               {AF_INET, TCP, SOL_SOCKET, SO_REUSEADDR, 1},
               {AF_INET, TCP, SOL_SOCKET, SO_OOBINLINE, 1},
               {AF_INET, TCP, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1},
               {AF_INET, TCP, SOL_SOCKET, SO_DONTROUTE, 1},
               {AF_INET, TCP, IPPROTO_TCP, TCP_NODELAY, 1},
               {AF_INET6, TCP, IPPROTO_TCP, TCP_NODELAY, 1},
               {AF_INET6, TCP, SOL_SOCKET, SO_KEEPALIVE, 1},
               {AF_INET6, TCP, IPPROTO_IPV6, IPV6_V6ONLY, 0});
}

TEST(options_of_udp_are_kept, "OTH-4 OTH-3")
{
    CHECK_KEPT({AF_INET, UDP, SOL_SOCKET, SO_BROADCAST, 1},
               {AF_INET, UDP, SOL_SOCKET, SO_REUSEADDR, 1},
               {AF_INET, UDP, IPPROTO_IP, IP_MULTICAST_TTL, 7},
               {AF_INET, UDP, IPPROTO_IP, IP_MULTICAST_LOOP, 0},
               {AF_INET6, UDP, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 9},
               {AF_INET6, UDP, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0},
               {AF_INET6, UDP, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33});
}

TEST(the_time_to_live_is_kept, "OTH-3")
{
    CHECK_KEPT({AF_INET, TCP, IPPROTO_IP, IP_TTL, 5},
               {AF_INET, UDP, IPPROTO_IP, IP_TTL, 255});
}

TEST(IP_DONTFRAGMENT_is_kept, "OTH-3")
{
    CHECK_KEPT({AF_INET, UDP, IPPROTO_IP, IP_DONTFRAGMENT, 1});
}

TEST(buffer_sizes_are_kept_exactly, "OTH-4 INH-5")
{
    CHECK_KEPT({AF_INET, TCP, SOL_SOCKET, SO_RCVBUF, 16384},
               {AF_INET, TCP, SOL_SOCKET, SO_SNDBUF, 32768},
               {AF_INET6, UDP, SOL_SOCKET, SO_RCVBUF, 100000},
               {AF_INET6, UDP, SOL_SOCKET, SO_SNDBUF, 100000});
}

TEST(a_buffer_size_of_0_is_allowed, "SND-6")
{
    CHECK_KEPT({AF_INET, TCP, SOL_SOCKET, SO_SNDBUF, 0},
               {AF_INET, UDP, SOL_SOCKET, SO_RCVBUF, 0});
}

TEST(time_outs_are_kept_in_milliseconds, "CLS-13 OTH-4")
{
    CHECK_KEPT({AF_INET, TCP, SOL_SOCKET, SO_RCVTIMEO, 1},
               {AF_INET, TCP, SOL_SOCKET, SO_RCVTIMEO, 1999},
               {AF_INET, UDP, SOL_SOCKET, SO_SNDTIMEO, 86400000},
               {AF_INET, UDP, SOL_SOCKET, SO_RCVTIMEO, 0});
}

TEST(fresh_sockets_have_the_usual_defaults, "OTH-4")
{
    SOCKET s = net_socket(AF_INET, TCP);

    CHECK_EQ(net_int(s, SOL_SOCKET, SO_KEEPALIVE), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_REUSEADDR), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_OOBINLINE), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DONTLINGER), 1);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_RCVTIMEO), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_SNDTIMEO), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 0);
    CHECK_EQ(net_int(s, IPPROTO_TCP, TCP_NODELAY), 0);
    CHECK(net_int(s, SOL_SOCKET, SO_RCVBUF) > 0);
    CHECK(net_int(s, SOL_SOCKET, SO_SNDBUF) > 0);
    net_close(s);
}

TEST(SO_TYPE_tells_the_type, "OTH-4")
{
    SOCKET t = net_socket(AF_INET, TCP), u = net_socket(AF_INET6, UDP);

    CHECK_EQ(net_int(t, SOL_SOCKET, SO_TYPE), TCP);
    CHECK_EQ(net_int(u, SOL_SOCKET, SO_TYPE), UDP);
    net_close(t);
    net_close(u);
}

TEST(SO_TYPE_cannot_be_set, "OTH-5")
{
    SOCKET t = net_socket(AF_INET, TCP), u = net_socket(AF_INET, UDP);

    WINE_DIFFERS("the errors are others");
    CHECK_ERR(net_set(t, SOL_SOCKET, SO_TYPE, UDP) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    CHECK_ERR(net_set(u, SOL_SOCKET, SO_TYPE, TCP) == SOCKET_ERROR, WSAEINVAL);
    net_close(t);
    net_close(u);
}

TEST(linger_and_dontlinger_are_two_views, "OTH-4 CLS-6")
{
    SOCKET s = net_socket(AF_INET, TCP);
    struct linger l = {1, 9};
    int len = sizeof l;

    REQUIRE_EQ(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DONTLINGER), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_DONTLINGER, 1), 0);
    CHECK_EQ(get(s, SOL_SOCKET, SO_LINGER, &l, &len), 0);
    CHECK_EQ(l.l_onoff, 0);
    CHECK_EQ(len, 4);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_DONTLINGER, 0), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DONTLINGER), 0);
    net_close(s);
}

TEST(SO_ERROR_can_be_stored, "OTH-4 AMB-22")
{
    SOCKET s = net_socket(AF_INET, TCP);

    WINE_DIFFERS("the value is not kept");
    CHECK_EQ(net_set(s, SOL_SOCKET, SO_ERROR, 1234), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_ERROR), 1234);
    net_close(s);
}

TEST(SO_ERROR_needs_four_bytes, "OTH-5")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value, len = 3;

    CHECK_ERR(get(s, SOL_SOCKET, SO_ERROR, &value, &len) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
    len = 4;
    CHECK_ERR(get(s, SOL_SOCKET, SO_ERROR, &value, &len) == SOCKET_ERROR,
              WSAENOTSOCK);
}

TEST(SO_DEBUG_is_a_stored_boolean, "OTH-4")
{
    SOCKET s = net_socket(AF_INET, TCP);

    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DEBUG), 0);
    WINE_DIFFERS("it asks the kernel, which refuses");
    CHECK_EQ(net_set(s, SOL_SOCKET, SO_DEBUG, 27), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_DEBUG), 1);
    net_close(s);
}

TEST(any_true_value_reads_as_1, "OTH-3")
{
    static const int options[] = {SO_BROADCAST, SO_REUSEADDR, SO_KEEPALIVE};
    SOCKET s;

    for (int i = 0; i < 3; i++) {
        s = net_socket(AF_INET, options[i] == SO_BROADCAST ? UDP : TCP);
        REQUIRE_EQ(net_set(s, SOL_SOCKET, options[i], 0x55), 0);
        CHECK_EQ(net_int(s, SOL_SOCKET, options[i]), 1);
        net_close(s);
    }
}

TEST(unknown_options_of_known_levels_are_no_options, "OTH-3")
{
    static const int levels[] = {SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP};
    SOCKET s = net_socket(AF_INET, TCP);
    int value = 0, len;

    for (int i = 0; i < 3; i++) {
        len = sizeof value;
        CHECK_ERR(get(s, levels[i], 0x5eef, &value, &len) == SOCKET_ERROR,
                  WSAENOPROTOOPT);
        CHECK_ERR(net_set(s, levels[i], 0x5eef, 1) == SOCKET_ERROR,
                  WSAENOPROTOOPT);
    }
    net_close(s);
}

TEST(an_unknown_level_is_invalid, "OTH-3")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value = 0, len = sizeof value;

    CHECK_ERR(get(s, 0x1234, 1, &value, &len) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(net_set(s, 0x1234, 1, 1) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
}

TEST(a_missing_value_is_a_fault, "OTH-3 G-4")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value, len = sizeof value;

    CHECK_ERR(get(s, SOL_SOCKET, SO_TYPE, NULL, &len) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(get(s, SOL_SOCKET, SO_TYPE, &value, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, NULL, 4) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
}

TEST(a_socket_is_asked_for_before_the_pointers, "G-3 OTH-3")
{
    WINE_DIFFERS("setsockopt looks at the pointer first");
    CHECK_ERR(getsockopt(INVALID_SOCKET, SOL_SOCKET, SO_TYPE, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAENOTSOCK);
    CHECK_ERR(setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_KEEPALIVE, NULL, 0) ==
                  SOCKET_ERROR,
              WSAENOTSOCK);
}

TEST(no_room_for_an_option_is_a_fault, "OTH-3")
{
    static const int options[] = {SO_TYPE,     SO_KEEPALIVE, SO_RCVBUF,
                                  SO_RCVTIMEO, SO_LINGER,    SO_REUSEADDR};
    SOCKET s = net_socket(AF_INET, TCP);
    int value;

    for (int i = 0; i < 6; i++) {
        int len = 0;

        CHECK_ERR(get(s, SOL_SOCKET, options[i], &value, &len) == SOCKET_ERROR,
                  WSAEFAULT);
        len = -1;
        CHECK_ERR(get(s, SOL_SOCKET, options[i], &value, &len) == SOCKET_ERROR,
                  WSAEFAULT);
    }
    net_close(s);
}

TEST(some_options_have_one_byte, "OTH-3")
{
    SOCKET s = net_socket(AF_INET6, TCP);
    int value = 0, len = 4;

    CHECK_EQ(get(s, SOL_SOCKET, SO_KEEPALIVE, &value, &len), 0);
    CHECK_EQ(len, 1);
    len = 4;
    CHECK_EQ(get(s, IPPROTO_TCP, TCP_NODELAY, &value, &len), 0);
    CHECK_EQ(len, 1);
    len = 4;
    CHECK_EQ(get(s, SOL_SOCKET, SO_DONTROUTE, &value, &len), 0);
    CHECK_EQ(len, 1);
    len = 4;
    CHECK_EQ(get(s, IPPROTO_IPV6, IPV6_V6ONLY, &value, &len), 0);
    CHECK_EQ(len, 1);
    net_close(s);
}

TEST(other_options_have_four_bytes, "OTH-3")
{
    static const int options[] = {SO_TYPE,      SO_RCVBUF,     SO_SNDBUF,
                                  SO_RCVTIMEO,  SO_ERROR,      SO_REUSEADDR,
                                  SO_OOBINLINE, SO_DONTLINGER, SO_ACCEPTCONN};
    SOCKET s = net_socket(AF_INET, TCP);

    for (int i = 0; i < 9; i++) {
        int value, len = sizeof value;

        CHECK_EQ(get(s, SOL_SOCKET, options[i], &value, &len), 0);
        CHECK_EQ(len, 4);
    }
    net_close(s);
}

TEST(booleans_may_be_set_with_one_byte, "OTH-3")
{
    SOCKET t = net_socket(AF_INET, TCP), u = net_socket(AF_INET, UDP);
    char on = 1;

    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_KEEPALIVE, &on, 1), 0);
    CHECK_EQ(net_int(t, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(setsockopt(t, IPPROTO_TCP, TCP_NODELAY, &on, 1), 0);
    CHECK_EQ(net_int(t, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, &on, 1), 0);
    CHECK_EQ(net_int(t, SOL_SOCKET, SO_REUSEADDR), 1);
    CHECK_EQ(setsockopt(u, SOL_SOCKET, SO_BROADCAST, &on, 1), 0);
    CHECK_EQ(net_int(u, SOL_SOCKET, SO_BROADCAST), 1);
    net_close(t);
    net_close(u);
}

TEST(numbers_cannot_be_set_with_two_bytes, "OTH-3")
{
    static const int options[] = {SO_RCVBUF, SO_SNDBUF, SO_RCVTIMEO,
                                  SO_SNDTIMEO, SO_LINGER};
    SOCKET s = net_socket(AF_INET, TCP);
    int value = 5000;

    for (int i = 0; i < 5; i++) {
        CHECK_ERR(setsockopt(s, SOL_SOCKET, options[i], (char *)&value, 2) ==
                      SOCKET_ERROR,
                  WSAEFAULT);
        CHECK_ERR(setsockopt(s, SOL_SOCKET, options[i], (char *)&value, 0) ==
                      SOCKET_ERROR,
                  WSAEFAULT);
    }
    net_close(s);
}

TEST(a_value_longer_than_needed_is_taken, "OTH-3")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value[4] = {5000, 1, 1, 1};

    CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)value, 16), 0);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_RCVTIMEO), 5000);
    CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)value, 16), 0);
    net_close(s);
}

TEST(no_bytes_at_all_are_taken_for_some_booleans, "OTH-3")
{
    SOCKET t = net_socket(AF_INET, TCP), u = net_socket(AF_INET, UDP);
    int on = 1;

    CHECK_EQ(setsockopt(u, SOL_SOCKET, SO_BROADCAST, (char *)&on, 0), 0);
    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_DONTLINGER, (char *)&on, 0), 0);
    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_OOBINLINE, (char *)&on, 0), 0);
    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_REUSEADDR, (char *)&on, 0), 0);
    CHECK_EQ(setsockopt(t, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, 0), 0);
    CHECK_ERR(setsockopt(t, SOL_SOCKET, SO_KEEPALIVE, (char *)&on, 0) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    net_close(t);
    net_close(u);
}

TEST(low_water_marks_do_not_exist, "OTH-6")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value, len = sizeof value;

    CHECK_ERR(get(s, SOL_SOCKET, SO_RCVLOWAT, &value, &len) == SOCKET_ERROR,
              WSAENOPROTOOPT, WSAEINVAL);
    CHECK_ERR(get(s, SOL_SOCKET, SO_SNDLOWAT, &value, &len) == SOCKET_ERROR,
              WSAENOPROTOOPT, WSAEINVAL);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_RCVLOWAT, 1) == SOCKET_ERROR,
              WSAENOPROTOOPT, WSAEINVAL);
    CHECK_ERR(get(s, SOL_SOCKET, SO_USELOOPBACK, &value, &len) == SOCKET_ERROR,
              WSAENOPROTOOPT, WSAEINVAL);
    net_close(s);
}

TEST(a_stream_has_no_message_size, "OTH-6")
{
    SOCKET s = net_socket(AF_INET, TCP);
    int value, len = sizeof value;

    WINE_DIFFERS("it tells a size");
    CHECK_ERR(get(s, SOL_SOCKET, SO_MAX_MSG_SIZE, &value, &len) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(connect_data_options_do_not_exist_on_tcp, "CDT-2 CDT-3")
{
    SOCKET s = net_socket(AF_INET, TCP);
    char room[16];
    int len;

    for (int option = 0x7000; option <= 0x7003; option++) {
        len = sizeof room;
        CHECK_ERR(get(s, SOL_SOCKET, option, room, &len) == SOCKET_ERROR,
                  WSAENOPROTOOPT);
        CHECK_ERR(setsockopt(s, SOL_SOCKET, option, room, sizeof room) ==
                      SOCKET_ERROR,
                  WSAENOPROTOOPT);
    }
    net_close(s);
}

TEST(SO_BROADCAST_belongs_to_datagrams, "OTH-4 OTH-3")
{
    SOCKET s = net_socket(AF_INET, TCP);

    WINE_DIFFERS("it takes the option everywhere");
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_BROADCAST, 1) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(SO_KEEPALIVE_belongs_to_streams, "OTH-4 OTH-3")
{
    SOCKET s = net_socket(AF_INET, UDP);

    WINE_DIFFERS("it takes the option everywhere");
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_KEEPALIVE, 1) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(tcp_options_belong_to_tcp, "OTH-3")
{
    SOCKET s = net_socket(AF_INET, UDP);
    int value, len = sizeof value;

    CHECK(net_set(s, IPPROTO_TCP, TCP_NODELAY, 1) == SOCKET_ERROR);
    CHECK(get(s, IPPROTO_TCP, TCP_NODELAY, &value, &len) == SOCKET_ERROR);
    net_close(s);
}

TEST(SO_OPENTYPE_needs_no_socket, "OTH-4")
{
    int value = -1, len = sizeof value;

    CHECK_EQ(get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, &value, &len), 0);
    CHECK_EQ(value, 0);
    CHECK_EQ(net_set(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE,
                     SO_SYNCHRONOUS_NONALERT),
             0);
    CHECK_EQ(get(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, &value, &len), 0);
    CHECK_EQ(value, SO_SYNCHRONOUS_NONALERT);
}

TEST(update_options_need_the_right_partner, "OTH-4 AEX-8")
{
    SOCKET s = net_socket(AF_INET, TCP), other = net_bound(AF_INET, TCP);

    WINE_DIFFERS("it takes the option without effect");
    CHECK(setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&other,
                     sizeof other) == SOCKET_ERROR);
    net_close(s);
    net_close(other);
}

TEST(a_multicast_group_is_joined_and_left_once, "JL-7 OTH-3")
{
    SOCKET s = net_bound(AF_INET, UDP);
    struct ip_mreq group;

    group.imr_multiaddr.s_addr = htonl(0xefff0102); /* 239.255.1.2 */
    group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&group,
                        sizeof group),
             0);
    CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&group,
                        sizeof group),
             0);
    CHECK_ERR(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&group,
                         sizeof group) == SOCKET_ERROR,
              WSAEADDRNOTAVAIL, WSAEINVAL);
    net_close(s);
}

TEST(a_multicast_datagram_reaches_its_group, "JL-7")
{
    SOCKET to = net_socket(AF_INET, UDP), from = net_bound(AF_INET, UDP);
    struct net_addr any = net_wildcard(AF_INET, 0), addr;
    struct ip_mreq group;
    struct in_addr loopback;

    loopback.s_addr = htonl(INADDR_LOOPBACK);
    group.imr_multiaddr.s_addr = htonl(0xefff0103); /* 239.255.1.3 */
    group.imr_interface = loopback;
    REQUIRE_EQ(bind(to, &any.u.any, any.len), 0);
    REQUIRE_EQ(setsockopt(to, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&group,
                          sizeof group),
               0);
    REQUIRE_EQ(setsockopt(from, IPPROTO_IP, IP_MULTICAST_IF, (char *)&loopback,
                          sizeof loopback),
               0);
    addr = net_wildcard(AF_INET, net_port(net_name(to)));
    addr.u.in.sin_addr = group.imr_multiaddr;
    CHECK_EQ(sendto(from, "all", 3, 0, &addr.u.any, addr.len), 3);
    net_expect(to, "all");
    net_close(to);
    net_close(from);
}

TEST(membership_cannot_be_read, "OTH-3")
{
    SOCKET s = net_socket(AF_INET, TCP);
    char room[16];
    int len = sizeof room;

    CHECK_ERR(get(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, room, &len) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    len = sizeof room;
    CHECK_ERR(get(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, room, &len) ==
                  SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close(s);
}

TEST(datagram_options_of_ip_are_invalid_on_tcp, "OTH-3")
{
    static const int options[] = {IP_HDRINCL, IP_MULTICAST_IF, IP_MULTICAST_TTL,
                                  IP_MULTICAST_LOOP, IP_PKTINFO};
    SOCKET s = net_socket(AF_INET, TCP);

    for (int i = 0; i < 5; i++) {
        int value, len = sizeof value;

        CHECK_ERR(get(s, IPPROTO_IP, options[i], &value, &len) == SOCKET_ERROR,
                  WSAEINVAL);
    }
    net_close(s);
}
