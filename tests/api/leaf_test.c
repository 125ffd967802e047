/* SPDX-License-Identifier: MIT */
/* WSAJoinLeaf on IP multicast: members, senders, both; and what of groups is
 * otherwise on Windows than on the systems that this library is for. All of it
 * happens on the loopback interface. */
#include "net.h"

#include <string.h>

#define NO_LEAVES WINE_DIFFERS("WSAJoinLeaf is not implemented")

enum {
    LEAF = WSA_FLAG_OVERLAPPED | WSA_FLAG_MULTIPOINT_C_LEAF |
           WSA_FLAG_MULTIPOINT_D_LEAF,
};

static SOCKET
leaf(int family)
{
    SOCKET s = WSASocketW(family, SOCK_DGRAM, 0, NULL, 0, LEAF);

    REQUIRE(s != INVALID_SOCKET);
    return s;
}

/* A leaf that is bound to the loopback address, or to the wildcard one; its
 * groups are those of the loopback interface. */
static SOCKET
leaf_at(struct net_addr at)
{
    SOCKET s = leaf(AF_INET);
    struct in_addr loopback;

    loopback.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(bind(s, &at.u.any, at.len), 0);
    REQUIRE_EQ(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, (char *)&loopback,
                          sizeof loopback),
               0);
    return s;
}

static struct net_addr
group_at(int last, int port)
{
    struct net_addr a = net_wildcard(AF_INET, port);

    a.u.in.sin_addr.s_addr = htonl(0xefff0200u + (unsigned)last);
    return a;
}

static SOCKET
join(SOCKET s, struct net_addr group, DWORD how)
{
    return WSAJoinLeaf(s, &group.u.any, group.len, NULL, NULL, NULL, NULL, how);
}

/* A socket that sends to groups of the loopback interface. */
static SOCKET
talker(void)
{
    return leaf_at(net_loopback(AF_INET, 0));
}

static int
tell(SOCKET from, const char *text, struct net_addr to)
{
    return sendto(from, text, (int)strlen(text), 0, &to.u.any, to.len);
}

TEST(a_member_hears_its_group, "JL-1 JL-2 JL-7 BND-11")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(1, net_port(net_name(s)));

    NO_LEAVES;
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    net_expect(s, "all");
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    net_close(s);
    net_close(from);
}

TEST(a_member_bound_to_one_address_hears_its_group, "JL-7 BND-1")
{
    SOCKET s = leaf_at(net_loopback(AF_INET, 0)), from = talker();
    struct net_addr own = net_name(s), group = group_at(2, net_port(own));

    NO_LEAVES;
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    CHECK(net_same(net_name(s), own));
    REQUIRE_EQ(tell(from, "all", group), 3);
    net_expect(s, "all");
    REQUIRE_EQ(tell(from, "one", own), 3);
    net_expect(s, "one");
    net_close(s);
    net_close(from);
}

TEST(a_member_bound_to_one_address_hears_no_other, "JL-7")
{
    SOCKET s = leaf_at(net_loopback(AF_INET, 0)), from = talker();
    struct net_addr other = net_name(s);

    NO_LEAVES;
    REQUIRE(join(s, group_at(3, 9), JL_RECEIVER_ONLY) == s);
    other.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    REQUIRE_EQ(tell(from, "no", other), 2);
    REQUIRE_EQ(tell(from, "yes", net_name(s)), 3);
    net_expect(s, "yes");
    net_close(s);
    net_close(from);
}

TEST(a_membership_by_option_works_beside_an_address, "JL-7")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM), from = talker();
    struct net_addr group = group_at(4, net_port(net_name(s)));
    struct ip_mreq m;

    m.imr_multiaddr = group.u.in.sin_addr;
    m.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    WINE_HANGS("it passes on the system's own binding");
    REQUIRE_EQ(
        setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&m, sizeof m), 0);
    REQUIRE_EQ(tell(from, "all", group), 3);
    net_expect(s, "all");
    CHECK_ERR(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&m,
                         sizeof m) == SOCKET_ERROR,
              WSAEADDRNOTAVAIL, WSAEINVAL);
    net_close(s);
    net_close(from);
}

TEST(options_stay_when_a_bound_socket_joins, "JL-7 OTH-3")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);

    NO_LEAVES;
    REQUIRE_EQ(net_set(s, IPPROTO_IP, IP_TTL, 37), 0);
    REQUIRE_EQ(net_set(s, IPPROTO_IP, IP_MULTICAST_TTL, 9), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_BROADCAST, 1), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_RCVBUF, 20000), 0);
    REQUIRE_EQ(net_set(s, IPPROTO_IP, IP_PKTINFO, 1), 0);
    net_nonblocking(s, 1);
    REQUIRE(join(s, group_at(5, 9), JL_RECEIVER_ONLY) == s);
    CHECK_EQ(net_int(s, IPPROTO_IP, IP_TTL), 37);
    CHECK_EQ(net_int(s, IPPROTO_IP, IP_MULTICAST_TTL), 9);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_BROADCAST), 1);
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_RCVBUF), 20000);
    CHECK_EQ(net_int(s, IPPROTO_IP, IP_PKTINFO), 1);
    CHECK_ERR(recv(s, (char[1]){0}, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close(s);
}

TEST(a_sender_sends_to_its_group, "JL-1 JL-7")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(6, net_port(net_name(s)));

    NO_LEAVES;
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE(join(from, group, JL_SENDER_ONLY) == from);
    CHECK(net_same(net_peer(from), group));
    CHECK_EQ(send(from, "all", 3, 0), 3);
    net_expect(s, "all");
    net_close(s);
    net_close(from);
}

TEST(a_sender_is_no_member, "JL-7")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(7, net_port(net_name(s)));

    NO_LEAVES;
    REQUIRE(join(s, group, JL_SENDER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    CHECK(!net_readable(s, NEVER));
    net_close(s);
    net_close(from);
}

TEST(a_leaf_of_both_kinds_hears_what_it_sends, "JL-1 JL-7")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(8, net_port(net_name(s)));

    NO_LEAVES;
    REQUIRE(join(s, group, JL_BOTH) == s);
    CHECK_EQ(send(s, "self", 4, 0), 4);
    net_expect(s, "self");
    REQUIRE_EQ(tell(from, "other", group), 5);
    net_expect(s, "other");
    net_close(s);
    net_close(from);
}

TEST(an_overlapped_send_knows_the_group, "JL-1")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0));
    struct net_addr group = group_at(9, net_port(net_name(s)));
    WSABUF buf = {3, (char *)"all"};
    WSAOVERLAPPED ov;
    DWORD sent = 0, flags;

    NO_LEAVES;
    memset(&ov, 0, sizeof ov);
    REQUIRE(join(s, group, JL_BOTH) == s);
    REQUIRE_EQ(WSASend(s, &buf, 1, NULL, 0, &ov, NULL), 0);
    REQUIRE(WSAGetOverlappedResult(s, &ov, &sent, TRUE, &flags));
    CHECK_EQ(sent, 3);
    net_expect(s, "all");
    net_close(s);
}

TEST(one_socket_may_join_several_groups, "JL-7")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    int port = net_port(net_name(s));

    NO_LEAVES;
    REQUIRE(join(s, group_at(10, port), JL_RECEIVER_ONLY) == s);
    REQUIRE(join(s, group_at(11, port), JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "ten", group_at(10, port)), 3);
    net_expect(s, "ten");
    REQUIRE_EQ(tell(from, "eleven", group_at(11, port)), 6);
    net_expect(s, "eleven");
    net_close(s);
    net_close(from);
}

TEST(the_groups_of_others_are_not_heard, "JL-7")
{
    SOCKET s = leaf(AF_INET), other = leaf(AF_INET), from = talker();
    struct net_addr any = net_wildcard(AF_INET, 0), group;

    NO_LEAVES;
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    REQUIRE_EQ(net_set(other, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    REQUIRE_EQ(
        net_set(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(INADDR_LOOPBACK)),
        0);
    REQUIRE_EQ(bind(s, &any.u.any, any.len), 0);
    any = net_wildcard(AF_INET, net_port(net_name(s)));
    REQUIRE_EQ(bind(other, &any.u.any, any.len), 0);
    group = group_at(12, net_port(net_name(s)));
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    net_expect(s, "all");
    CHECK(!net_readable(other, NEVER));
    net_close(s);
    net_close(other);
    net_close(from);
}

TEST(joining_raises_FD_CONNECT, "JL-3 JL-5")
{
    static const DWORD ways[] = {JL_RECEIVER_ONLY, JL_BOTH, JL_SENDER_ONLY};

    NO_LEAVES;
    for (int i = 0; i < 3; i++) {
        SOCKET s = leaf_at(net_wildcard(AF_INET, 0));
        WSAEVENT event = WSACreateEvent();

        REQUIRE_EQ(WSAEventSelect(s, event, FD_CONNECT), 0);
        CHECK(!net_signalled(event, 0));
        REQUIRE(join(s, group_at(13, 9), ways[i]) == s);
        CHECK_EQ(net_events(s, event, FD_CONNECT, SOON), FD_CONNECT);
        WSACloseEvent(event);
        net_close(s);
    }
}

TEST(a_join_that_fails_raises_nothing, "JL-5")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0));
    WSAEVENT event = WSACreateEvent();

    REQUIRE_EQ(WSAEventSelect(s, event, FD_CONNECT), 0);
    CHECK(join(s, net_loopback(AF_INET, 9), JL_RECEIVER_ONLY) ==
          INVALID_SOCKET);
    CHECK(!net_signalled(event, 0));
    WSACloseEvent(event);
    net_close(s);
}

TEST(data_after_a_join_are_told_of, "JL-7 EVT-12")
{
    SOCKET s = leaf_at(net_loopback(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(14, net_port(net_name(s)));
    WSAEVENT event = WSACreateEvent();

    NO_LEAVES;
    REQUIRE_EQ(WSAEventSelect(s, event, FD_READ), 0);
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    CHECK_EQ(net_events(s, event, FD_READ, SOON), FD_READ);
    net_expect(s, "all");
    WSACloseEvent(event);
    net_close(s);
    net_close(from);
}

TEST(a_receive_that_pends_hears_the_group, "JL-7 OVL-1")
{
    SOCKET s = leaf_at(net_loopback(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(15, net_port(net_name(s)));
    char data[8];
    WSABUF buf = {sizeof data, data};
    WSAOVERLAPPED ov;
    DWORD got = 0, flags = 0;

    NO_LEAVES;
    memset(&ov, 0, sizeof ov);
    ov.hEvent = WSACreateEvent();
    CHECK_ERR(WSARecv(s, &buf, 1, NULL, &flags, &ov, NULL) == SOCKET_ERROR,
              WSA_IO_PENDING);
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    REQUIRE(net_signalled(ov.hEvent, SOON));
    REQUIRE(WSAGetOverlappedResult(s, &ov, &got, FALSE, &flags));
    CHECK_EQ(got, 3);
    WSACloseEvent(ov.hEvent);
    net_close(s);
    net_close(from);
}

TEST(nobody_joins_twice, "JL-4")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();

    NO_LEAVES;
    REQUIRE(join(s, group_at(16, 9), JL_RECEIVER_ONLY) == s);
    CHECK_ERR(join(s, group_at(16, 9), JL_RECEIVER_ONLY) == INVALID_SOCKET,
              WSAEISCONN);
    REQUIRE(join(from, group_at(16, 9), JL_SENDER_ONLY) == from);
    CHECK_ERR(join(from, group_at(16, 9), JL_SENDER_ONLY) == INVALID_SOCKET,
              WSAEISCONN);
    net_close(s);
    net_close(from);
}

TEST(what_is_no_group_cannot_be_joined, "JL-1")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), six = leaf(AF_INET6);
    struct net_addr group = group_at(17, 9), one = net_loopback(AF_INET6, 9);

    NO_LEAVES;
    CHECK_ERR(join(s, net_loopback(AF_INET, 9), JL_BOTH) == INVALID_SOCKET,
              WSAEADDRNOTAVAIL);
    CHECK_ERR(join(s, net_wildcard(AF_INET, 9), JL_BOTH) == INVALID_SOCKET,
              WSAEADDRNOTAVAIL);
    CHECK_ERR(join(six, one, JL_BOTH) == INVALID_SOCKET, WSAEADDRNOTAVAIL);
    CHECK_ERR(join(six, group, JL_BOTH) == INVALID_SOCKET, WSAEAFNOSUPPORT,
              WSAEFAULT);
    group.len = 15;
    CHECK_ERR(join(s, group, JL_BOTH) == INVALID_SOCKET, WSAEFAULT);
    net_close(s);
    net_close(six);
}

TEST(a_join_is_judged_by_its_arguments, "JL-1 CON-7 G-3")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0));
    SOCKET tcp = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr group = group_at(18, 9);
    WSABUF data = {4, (char *)"data"};

    NO_LEAVES;
    CHECK_ERR(join(s, group, 0) == INVALID_SOCKET, WSAEINVAL);
    CHECK_ERR(join(s, group, 8) == INVALID_SOCKET, WSAEINVAL);
    CHECK_ERR(join(tcp, group, JL_BOTH) == INVALID_SOCKET, WSAEOPNOTSUPP);
    CHECK_ERR(WSAJoinLeaf(s, &group.u.any, group.len, &data, NULL, NULL, NULL,
                          JL_BOTH) == INVALID_SOCKET,
              WSAEPROTONOSUPPORT);
    CHECK_ERR(WSAJoinLeaf(s, NULL, group.len, NULL, NULL, NULL, NULL,
                          JL_BOTH) == INVALID_SOCKET,
              WSAEFAULT);
    CHECK_ERR(join((SOCKET)0x7ffffff0, group, JL_BOTH) == INVALID_SOCKET,
              WSAENOTSOCK);
    net_close(s);
    net_close(tcp);
}

TEST(a_join_does_not_block, "JL-3")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0)), from = talker();
    struct net_addr group = group_at(19, net_port(net_name(s)));

    NO_LEAVES;
    net_nonblocking(s, 1);
    REQUIRE(join(s, group, JL_RECEIVER_ONLY) == s);
    REQUIRE_EQ(tell(from, "all", group), 3);
    REQUIRE(net_readable(s, SOON));
    net_expect(s, "all");
    net_close(s);
    net_close(from);
}

TEST(an_unbound_leaf_is_bound_by_joining, "JL-7 BND-11")
{
    SOCKET s = leaf(AF_INET);

    NO_LEAVES;
    REQUIRE_EQ(
        net_set(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(INADDR_LOOPBACK)),
        0);
    REQUIRE(join(s, group_at(20, 9), JL_RECEIVER_ONLY) == s);
    CHECK(net_port(net_name(s)) != 0);
    net_close(s);
}

TEST(a_group_of_IPv6_is_joined_by_interface, "JL-7")
{
    SOCKET s = leaf(AF_INET6);
    struct net_addr group = net_loopback(AF_INET6, 9);

    NO_LEAVES;
    memset(&group.u.in6.sin6_addr, 0, 16);
    group.u.in6.sin6_addr.s6_addr[0] = 0xff;
    group.u.in6.sin6_addr.s6_addr[1] = 0x11; /* never leaves the interface */
    group.u.in6.sin6_addr.s6_addr[15] = 0x33;
    group.u.in6.sin6_scope_id = 1;
    CHECK(join(s, group, JL_RECEIVER_ONLY) == s);
    CHECK_ERR(join(s, group, JL_RECEIVER_ONLY) == INVALID_SOCKET, WSAEISCONN);
    net_close(s);
}

TEST(loopback_and_scope_have_codes_of_their_own, "JL-7 IOC-1")
{
    SOCKET s = leaf_at(net_wildcard(AF_INET, 0));
    SOCKET tcp = net_socket(AF_INET, SOCK_STREAM);
    DWORD scope = 5, off = 0, bytes;

    WINE_DIFFERS("it has no such codes");
    CHECK_EQ(WSAIoctl(s, SIO_MULTICAST_SCOPE, &scope, sizeof scope, NULL, 0,
                      &bytes, NULL, NULL),
             0);
    CHECK_EQ(net_int(s, IPPROTO_IP, IP_MULTICAST_TTL), 5);
    CHECK_EQ(WSAIoctl(s, SIO_MULTIPOINT_LOOPBACK, &off, sizeof off, NULL, 0,
                      &bytes, NULL, NULL),
             0);
    CHECK_EQ(net_int(s, IPPROTO_IP, IP_MULTICAST_LOOP), 0);
    CHECK_ERR(WSAIoctl(tcp, SIO_MULTICAST_SCOPE, &scope, sizeof scope, NULL, 0,
                       &bytes, NULL, NULL) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close(s);
    net_close(tcp);
}
