/* SPDX-License-Identifier: MIT */
/* The table of options: every line can be read and set as it says, the
 * lengths are those that Windows takes and returns, and what does not belong
 * to a socket is refused in the documented order. */
#include "os_util.h"

#include <errno.h>
#include <netinet/tcp.h>

/* A socket with what the calls want to know of it. */
struct sock {
    int fd, family, type;
};

static struct sock
sock(int family, int type)
{
    struct sock s = {-1, family, type};

    if (ws_os_socket(family, type, type == WS_SOCK_RAW ? 255 : 0, true, false,
                     &s.fd))
        SKIP("raw sockets are not permitted");
    return s;
}

static int
set(const struct sock *s, int level, int name, const void *value, int len)
{
    return ws_os_setopt(s->fd, s->family, s->type, level, name, value, len);
}

static int
get(const struct sock *s, int level, int name, void *value, int *len)
{
    return ws_os_getopt(s->fd, s->family, s->type, level, name, value, len);
}

static int
set_number(const struct sock *s, int level, int name, uint32_t value)
{
    return set(s, level, name, &value, sizeof value);
}

/* The value, or the negative error. */
static long
number(const struct sock *s, int level, int name)
{
    uint32_t value = 0;
    int len = sizeof value;
    int err = get(s, level, name, &value, &len);

    return err ? -err : (long)value;
}

/* ---- everything that is a number, there and back ---- */

static const struct sample {
    int family, type, level, name;
    uint32_t value, read;
} samples[] = {
    {2,  1, WS_SOL_SOCKET,   WS_SO_KEEPALIVE,        1,          1         },
    {2,  1, WS_SOL_SOCKET,   WS_SO_KEEPALIVE,        0xff00,     0         },
    {2,  2, WS_SOL_SOCKET,   WS_SO_DONTROUTE,        1,          1         },
    {2,  2, WS_SOL_SOCKET,   WS_SO_BROADCAST,        0x1000,     1         },
    {2,  1, WS_SOL_SOCKET,   WS_SO_LINGER,           0x00050001, 0x00050001},
    {2,  1, WS_SOL_SOCKET,   WS_SO_LINGER,           0xffff0100, 0xffff0001},
    {2,  1, WS_SOL_SOCKET,   WS_SO_DONTLINGER,       1,          1         },
    {2,  1, WS_SOL_SOCKET,   WS_SO_DONTLINGER,       0,          0         },
    {2,  1, WS_SOL_SOCKET,   WS_SO_OOBINLINE,        2,          1         },
    {2,  1, WS_SOL_SOCKET,   WS_SO_SNDBUF,           16384,      16384     },
    {2,  2, WS_SOL_SOCKET,   WS_SO_RCVBUF,           20000,      20000     },
    {2,  1, WS_SOL_SOCKET,   WS_SO_SNDTIMEO,         1000,       1000      },
    {2,  2, WS_SOL_SOCKET,   WS_SO_RCVTIMEO,         20500,      20500     },
    {2,  1, WS_SOL_SOCKET,   WS_SO_RCVTIMEO,         0,          0         },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_NODELAY,         1,          1         },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_KEEPALIVE,       77,         77        },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_MAXRT,           9,          9         },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_MAXRTMS,         1234,       1234      },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_KEEPCNT,         5,          5         },
    {2,  1, WS_IPPROTO_TCP,  WS_TCP_KEEPINTVL,       6,          6         },
    {2,  2, WS_IPPROTO_UDP,  WS_UDP_NOCHECKSUM,      1,          1         },
    {2,  2, WS_IPPROTO_UDP,  WS_UDP_SEND_MSG_SIZE,   1200,       1200      },
    {2,  3, WS_IPPROTO_IP,   WS_IP_HDRINCL,          1,          1         },
    {2,  1, WS_IPPROTO_IP,   WS_IP_TOS,              0x10,       0x10      },
    {2,  1, WS_IPPROTO_IP,   WS_IP_TTL,              33,         33        },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MULTICAST_TTL,    9,          9         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MULTICAST_LOOP,   0,          0         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MULTICAST_IF,     0x0100007f, 0x0100007f},
    {2,  2, WS_IPPROTO_IP,   WS_IP_DONTFRAGMENT,     1,          1         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_DONTFRAGMENT,     0,          0         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_PKTINFO,          7,          1         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_RECVTTL,          1,          1         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_RECVTOS,          1,          1         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_UNICAST_IF,       0x01000000, 0x01000000},
    {2,  2, WS_IPPROTO_IP,   WS_IP_MTU_DISCOVER,     0,          0         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MTU_DISCOVER,     1,          1         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MTU_DISCOVER,     2,          2         },
    {2,  2, WS_IPPROTO_IP,   WS_IP_MTU_DISCOVER,     3,          3         },
    {23, 3, WS_IPPROTO_IPV6, WS_IPV6_HDRINCL,        1,          1         },
    {23, 1, WS_IPPROTO_IPV6, WS_IPV6_UNICAST_HOPS,   12,         12        },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_MULTICAST_IF,   1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_MULTICAST_HOPS, 4,          4         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_MULTICAST_LOOP, 0,          0         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_DONTFRAG,       1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO,        1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT,       1,          1         },
    {23, 3, WS_IPPROTO_IPV6, WS_IPV6_CHECKSUM,       2,          2         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_UNICAST_IF,     1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_RECVRTHDR,      1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_TCLASS,         0x20,       0x20      },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_RECVTCLASS,     1,          1         },
    {23, 2, WS_IPPROTO_IPV6, WS_IPV6_MTU_DISCOVER,   2,          2         },
    {23, 2, WS_IPPROTO_IP,   WS_IP_TTL,              44,         44        },
};

TEST(what_was_set_is_read_back, "OTH-3 OTH-4 CLS-13")
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *t = &samples[i];
        struct sock s = {-1, t->family, t->type};

        if (ws_os_socket(t->family, t->type, t->type == 3 ? 255 : 0, true,
                         false, &s.fd))
            continue; /* raw, and not permitted */
        t_note("level %d, option %d", t->level, t->name);
        CHECK_EQ(set_number(&s, t->level, t->name, t->value), 0);
        CHECK_EQ(number(&s, t->level, t->name), t->read);
        ws_os_close(s.fd);
    }
}

TEST(the_kernel_hears_what_windows_said)
{
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);
    struct linger l;
    struct timeval tv;
    socklen_t len = sizeof l;
    int n;

    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_LINGER, 0x00070001), 0);
    REQUIRE(!getsockopt(s.fd, SOL_SOCKET, SO_LINGER, &l, &len));
    CHECK(l.l_onoff == 1 && l.l_linger == 7);
    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_RCVTIMEO, 2500), 0);
    len = sizeof tv;
    REQUIRE(!getsockopt(s.fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
    CHECK(tv.tv_sec == 2 && tv.tv_usec == 500000);
    CHECK_EQ(set_number(&s, WS_IPPROTO_TCP, WS_TCP_MAXRT, 3), 0);
    len = sizeof n;
    REQUIRE(!getsockopt(s.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &n, &len));
    CHECK_EQ(n, 3000);
    ws_os_close(s.fd);
}

/* ---- lengths ---- */

TEST(short_values_are_taken_where_windows_takes_them, "OTH-3")
{
    static const struct {
        int level, name, min;
    } rows[] = {
        {WS_SOL_SOCKET,  WS_SO_DONTLINGER, 0},
        {WS_SOL_SOCKET,  WS_SO_OOBINLINE,  0},
        {WS_SOL_SOCKET,  WS_SO_KEEPALIVE,  1},
        {WS_SOL_SOCKET,  WS_SO_DONTROUTE,  1},
        {WS_SOL_SOCKET,  WS_SO_LINGER,     4},
        {WS_SOL_SOCKET,  WS_SO_RCVBUF,     4},
        {WS_SOL_SOCKET,  WS_SO_SNDTIMEO,   4},
        {WS_IPPROTO_TCP, WS_TCP_NODELAY,   1},
        {WS_IPPROTO_TCP, WS_TCP_KEEPALIVE, 4},
        {WS_IPPROTO_IP,  WS_IP_TTL,        1},
        {WS_IPPROTO_IP,  WS_IP_TOS,        1},
    };
    unsigned char value[8] = {1};
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int len = -1; len <= 8; len++)
            CHECK_EQ(set(&s, rows[i].level, rows[i].name, value, len),
                     len < rows[i].min ? WS_EFAULT : 0);
    ws_os_close(s.fd);
}

TEST(only_the_bytes_that_count_are_looked_at, "OTH-3")
{
    unsigned char value[8] = {0, 1, 1, 1, 1, 1, 1, 1};
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);
    struct sock u = sock(WS_AF_INET, WS_SOCK_DGRAM);

    CHECK_EQ(set(&s, WS_SOL_SOCKET, WS_SO_KEEPALIVE, value, 8), 0);
    CHECK_EQ(number(&s, WS_SOL_SOCKET, WS_SO_KEEPALIVE), 0);
    CHECK_EQ(set(&u, WS_SOL_SOCKET, WS_SO_BROADCAST, value, 1), 0);
    CHECK_EQ(number(&u, WS_SOL_SOCKET, WS_SO_BROADCAST), 0);
    CHECK_EQ(set(&u, WS_SOL_SOCKET, WS_SO_BROADCAST, value, 2), 0);
    CHECK_EQ(number(&u, WS_SOL_SOCKET, WS_SO_BROADCAST), 1);
    CHECK_EQ(set(&u, WS_SOL_SOCKET, WS_SO_BROADCAST, value + 1, 0), 0);
    CHECK_EQ(number(&u, WS_SOL_SOCKET, WS_SO_BROADCAST), 0);
    ws_os_close(s.fd);
    ws_os_close(u.fd);
}

TEST(the_length_returned_is_windows_own, "OTH-3")
{
    static const struct {
        int level, name, len;
    } rows[] = {
        {WS_SOL_SOCKET,  WS_SO_KEEPALIVE, 1},
        {WS_SOL_SOCKET,  WS_SO_DONTROUTE, 1},
        {WS_IPPROTO_TCP, WS_TCP_NODELAY,  1},
        {WS_SOL_SOCKET,  WS_SO_LINGER,    4},
        {WS_SOL_SOCKET,  WS_SO_RCVTIMEO,  4},
        {WS_SOL_SOCKET,  WS_SO_OOBINLINE, 4},
        {WS_IPPROTO_IP,  WS_IP_TTL,       4},
    };
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int room = -1; room <= 8; room++) {
            unsigned char value[8] = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa};
            int len = room;
            int want = room < rows[i].len ? room : rows[i].len;
            int err = get(&s, rows[i].level, rows[i].name, value, &len);

            CHECK_EQ(err, room <= 0 ? WS_EFAULT : 0);
            CHECK_EQ(len, room <= 0 ? room : want);
            CHECK_EQ(value[want < 0 ? 0 : want],
                     want == 8 || want > 5 ? 0 : 0xaa);
        }
    ws_os_close(s.fd);
}

TEST(null_pointers_are_faults, "OTH-3")
{
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);
    int len = 4;
    char value[4];

    CHECK_EQ(get(&s, WS_SOL_SOCKET, WS_SO_TYPE, NULL, &len), WS_EFAULT);
    CHECK_EQ(get(&s, WS_SOL_SOCKET, WS_SO_TYPE, value, NULL), WS_EFAULT);
    CHECK_EQ(set(&s, WS_SOL_SOCKET, WS_SO_KEEPALIVE, NULL, 4), WS_EFAULT);
    ws_os_close(s.fd);
}

/* ---- validity ---- */

TEST(what_does_not_belong_is_refused_in_order, "OTH-3 OTH-6")
{
    static const struct {
        int type, level, name, on_get, on_set;
    } rows[] = {
        {1, 12345,           1,                    WS_EINVAL,      WS_EINVAL     },
        {1, WS_SOL_SOCKET,   0x7777,               WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {1, WS_SOL_SOCKET,   0x1004,               WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {1, WS_SOL_SOCKET,   WS_SO_MAX_MSG_SIZE,   WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {2, WS_SOL_SOCKET,   WS_SO_LINGER,         WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {1, WS_SOL_SOCKET,   WS_SO_BROADCAST,      WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {2, WS_IPPROTO_TCP,  WS_TCP_NODELAY,       WS_EINVAL,      WS_EINVAL     },
        {1, WS_IPPROTO_UDP,  WS_UDP_NOCHECKSUM,    WS_EINVAL,      WS_EINVAL     },
        {1, WS_IPPROTO_IP,   -1,                   WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {1, WS_IPPROTO_IP,   WS_IP_HDRINCL,        WS_EINVAL,      WS_EINVAL     },
        {2, WS_IPPROTO_IP,   WS_IP_HDRINCL,        WS_EINVAL,      WS_EINVAL     },
        {1, WS_IPPROTO_IP,   WS_IP_MULTICAST_TTL,  WS_EINVAL,      WS_EINVAL     },
        {1, WS_IPPROTO_IP,   WS_IP_PKTINFO,        WS_EINVAL,      WS_EINVAL     },
        {1, WS_IPPROTO_IP,   WS_IP_RECVIF,         WS_EINVAL,      WS_EINVAL     },
        {2, WS_IPPROTO_IP,   WS_IP_RECVIF,         WS_ENOPROTOOPT, WS_ENOPROTOOPT},
        {1, WS_IPPROTO_IP,   WS_IP_ADD_MEMBERSHIP, WS_ENOPROTOOPT, WS_EINVAL     },
        {2, WS_IPPROTO_IP,   WS_IP_ADD_MEMBERSHIP, WS_ENOPROTOOPT, WS_EFAULT     },
        {1, WS_IPPROTO_IP,   WS_IP_MTU,            WS_ENOTCONN,    WS_ENOPROTOOPT},
        {2, WS_IPPROTO_IP,   WS_IP_MTU,            WS_ENOTCONN,    WS_ENOPROTOOPT},
        {1, WS_IPPROTO_IPV6, WS_IPV6_TCLASS,       WS_EINVAL,      WS_EINVAL     },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sock s = sock(WS_AF_INET, rows[i].type);

        t_note("level %d, option %d", rows[i].level, rows[i].name);
        CHECK_EQ(number(&s, rows[i].level, rows[i].name), -rows[i].on_get);
        CHECK_EQ(set_number(&s, rows[i].level, rows[i].name, 1),
                 rows[i].on_set);
        ws_os_close(s.fd);
    }
}

TEST(the_greatest_datagram_is_known, "OTH-4")
{
    struct sock u4 = sock(WS_AF_INET, WS_SOCK_DGRAM);
    struct sock u6 = sock(WS_AF_INET6, WS_SOCK_DGRAM);

    CHECK_EQ(number(&u4, WS_SOL_SOCKET, WS_SO_MAX_MSG_SIZE), 65507);
    CHECK_EQ(number(&u6, WS_SOL_SOCKET, WS_SO_MAX_MSG_SIZE), 65527);
    CHECK_EQ(number(&u6, WS_SOL_SOCKET, WS_SO_TYPE), WS_SOCK_DGRAM);
    ws_os_close(u4.fd);
    ws_os_close(u6.fd);
}

TEST(values_out_of_range_are_refused_or_clamped, "SND-6")
{
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);

    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_RCVBUF, 0), 0);
    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_SNDBUF, 0xffffffff), 0);
    CHECK(number(&s, WS_SOL_SOCKET, WS_SO_SNDBUF) > 65536);
    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_RCVTIMEO, 0xffffffff), 0);
    CHECK_EQ(number(&s, WS_SOL_SOCKET, WS_SO_RCVTIMEO), 0xffffffff);
    CHECK_EQ(set_number(&s, WS_IPPROTO_IP, WS_IP_TTL, 256), WS_EINVAL);
    CHECK_EQ(set_number(&s, WS_IPPROTO_IP, WS_IP_MTU_DISCOVER, 4), WS_EINVAL);
    CHECK_EQ(set_number(&s, WS_IPPROTO_TCP, WS_TCP_MAXRT, 0xffffffff),
             WS_EINVAL);
    ws_os_close(s.fd);
}

TEST(dontlinger_keeps_the_time, "CLS-6")
{
    struct sock s = sock(WS_AF_INET, WS_SOCK_STREAM);

    CHECK_EQ(number(&s, WS_SOL_SOCKET, WS_SO_DONTLINGER), 1);
    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_LINGER, 0x00090001), 0);
    CHECK_EQ(number(&s, WS_SOL_SOCKET, WS_SO_DONTLINGER), 0);
    CHECK_EQ(set_number(&s, WS_SOL_SOCKET, WS_SO_DONTLINGER, 1), 0);
    CHECK_EQ(number(&s, WS_SOL_SOCKET, WS_SO_LINGER), 0x00090000);
    ws_os_close(s.fd);
}

TEST(ip_options_travel_as_they_are)
{
    static const unsigned char record[] = {7, 7, 4, 0, 0, 0, 0, 0};
    unsigned char back[40];
    int len = sizeof back;
    struct sock s = sock(WS_AF_INET, WS_SOCK_DGRAM);

    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_OPTIONS, record, sizeof record), 0);
    CHECK_EQ(get(&s, WS_IPPROTO_IP, WS_IP_OPTIONS, back, &len), 0);
    CHECK_EQ(len, sizeof record);
    CHECK_MEM(back, record, 4);
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_OPTIONS, record, 0), 0);
    len = sizeof back;
    CHECK_EQ(get(&s, WS_IPPROTO_IP, WS_IP_OPTIONS, back, &len), 0);
    CHECK_EQ(len, 0);
    ws_os_close(s.fd);
}

/* ---- groups: a datagram to one proves that it was joined ---- */

#define GROUP "\357\1\2\3" /* 239.1.2.3 */
#define LOCAL "\177\0\0\1"

/* Sends to the group and then to the socket itself, both by loopback; whether
 * the former is what arrives first. */
static bool
heard(const struct sock *s, const struct ws_addr *group)
{
    char got = 0;
    struct ws_iov out = {(char[]){"gs"}, 1}, in = {&got, 1};
    struct ws_addr to = *group, self = loopback(WS_AF_INET, 0), name;
    size_t n = 0;
    int flags = 0, count = 0;

    REQUIRE_EQ(ws_os_name(s->fd, &name), 0);
    memcpy(to.bytes + 2, name.bytes + 2, 2);
    memcpy(self.bytes + 2, name.bytes + 2, 2);
    REQUIRE_EQ(ws_os_send(s->fd, &out, 1, 0, &to, &n), 0);
    out.base = (char *)out.base + 1;
    REQUIRE_EQ(ws_os_send(s->fd, &out, 1, 0, &self, &n), 0);
    while (got != 's') {
        await(s->fd, WS_IO_IN);
        REQUIRE_EQ(ws_os_recv(s->fd, &in, 1, &flags, NULL, &n), 0);
        count++;
    }
    return count == 2;
}

static struct sock
group_socket(int family)
{
    struct sock s = sock(family, WS_SOCK_DGRAM);
    struct ws_addr any = loopback(family, 0);
    int lo = (int)ws_os_ifindex("lo");

    memset(any.bytes + 4, 0, (size_t)any.len - 4);
    REQUIRE_EQ(ws_os_bind(s.fd, &any), 0);
    if (family == WS_AF_INET)
        REQUIRE_EQ(set(&s, WS_IPPROTO_IP, WS_IP_MULTICAST_IF, LOCAL, 4), 0);
    else
        REQUIRE_EQ(set(&s, WS_IPPROTO_IPV6, WS_IPV6_MULTICAST_IF, &lo, 4), 0);
    /* Otherwise a socket hears whatever the machine has joined. */
    if (family == WS_AF_INET)
        (void)setsockopt(s.fd, IPPROTO_IP, IP_MULTICAST_ALL, &(int){0}, 4);
    return s;
}

static struct ws_addr
group4(void)
{
    struct ws_addr a = loopback(WS_AF_INET, 0);

    memcpy(a.bytes + 4, GROUP, 4);
    return a;
}

TEST(a_group_is_joined_by_address_and_by_number)
{
    unsigned char by_address[] = GROUP LOCAL, by_number[] = GROUP "\0\0\0\0";
    const unsigned char *forms[] = {by_address, by_number};
    struct sock s = group_socket(WS_AF_INET);
    struct ws_addr group = group4();

    by_number[7] = (unsigned char)ws_os_ifindex("lo");
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, forms[i], 8), 0);
        CHECK(heard(&s, &group));
        CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_DROP_MEMBERSHIP, forms[i], 8), 0);
    }
    CHECK(!heard(&s, &group));
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_DROP_MEMBERSHIP, by_address, 8),
             WS_EADDRNOTAVAIL);
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, by_address, 7),
             WS_EFAULT);
    by_number[7] = 250;
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, by_number, 8),
             WS_EADDRNOTAVAIL);
    ws_os_close(s.fd);
}

TEST(a_source_stands_before_the_interface)
{
    /* group, source, interface: here the last two differ */
    unsigned char by_number[] = GROUP LOCAL "\0\0\0\0";
    unsigned char stranger[] = GROUP "\300\0\2\1" LOCAL;
    unsigned char local[] = GROUP LOCAL LOCAL;
    struct sock s = group_socket(WS_AF_INET);
    struct ws_addr group = group4();

    by_number[11] = (unsigned char)ws_os_ifindex("lo");
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_SOURCE_MEMBERSHIP, stranger, 12),
             0);
    CHECK(!heard(&s, &group)); /* we are not that source */
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_SOURCE_MEMBERSHIP, by_number, 12),
             0);
    CHECK(heard(&s, &group));
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_DROP_SOURCE_MEMBERSHIP, local, 12),
             0);
    CHECK(!heard(&s, &group));
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_SOURCE_MEMBERSHIP, local, 11),
             WS_EFAULT);
    ws_os_close(s.fd);
}

TEST(a_source_can_be_blocked_and_unblocked)
{
    unsigned char join[] = GROUP LOCAL, source[] = GROUP LOCAL LOCAL;
    struct sock s = group_socket(WS_AF_INET);
    struct ws_addr group = group4();

    REQUIRE_EQ(set(&s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, join, 8), 0);
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_BLOCK_SOURCE, source, 12), 0);
    CHECK(!heard(&s, &group));
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_IP_UNBLOCK_SOURCE, source, 12), 0);
    CHECK(heard(&s, &group));
    ws_os_close(s.fd);
}

TEST(an_ipv6_group_is_joined_both_ways)
{
    struct sock s = group_socket(WS_AF_INET6);
    struct ws_addr group = loopback(WS_AF_INET6, 0);
    uint32_t lo = ws_os_ifindex("lo");
    unsigned char mreq[20], req[136] = {0};

    memset(group.bytes + 8, 0, 16);
    memcpy(group.bytes + 8, "\xff\x12", 2);
    group.bytes[23] = 0x77;
    memcpy(mreq, group.bytes + 8, 16);
    memcpy(mreq + 16, &lo, 4);
    memcpy(req, &lo, 4);
    memcpy(req + 8, group.bytes, 28);
    /* The loopback interface has no route to IPv6 groups; that the one form
     * undoes what the other did proves as much. */
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_IPV6_ADD_MEMBERSHIP, mreq, 20), 0);
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_MCAST_LEAVE_GROUP, req, 136), 0);
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_MCAST_LEAVE_GROUP, req, 136),
             WS_EADDRNOTAVAIL);
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_MCAST_JOIN_GROUP, req, 136), 0);
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_IPV6_DROP_MEMBERSHIP, mreq, 20), 0);
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_MCAST_LEAVE_GROUP, req, 135),
             WS_EFAULT);
    req[8] = AF_INET6; /* not Winsock's number */
    CHECK_EQ(set(&s, WS_IPPROTO_IPV6, WS_MCAST_JOIN_GROUP, req, 136),
             WS_EAFNOSUPPORT);
    ws_os_close(s.fd);
}

TEST(a_source_group_is_joined_by_the_protocol_independent_name)
{
    struct sock s = group_socket(WS_AF_INET);
    struct ws_addr group = group4(), source = loopback(WS_AF_INET, 0);
    uint32_t lo = ws_os_ifindex("lo");
    unsigned char req[264] = {0};

    memcpy(req, &lo, 4);
    memcpy(req + 8, group.bytes, 16);
    memcpy(req + 136, source.bytes, 16);
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_MCAST_JOIN_SOURCE_GROUP, req, 263),
             WS_EFAULT);
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_MCAST_JOIN_SOURCE_GROUP, req, 264), 0);
    CHECK(heard(&s, &group));
    CHECK_EQ(set(&s, WS_IPPROTO_IP, WS_MCAST_LEAVE_SOURCE_GROUP, req, 264), 0);
    ws_os_close(s.fd);
}

/* ---- what the house sets for itself ---- */

static long
kernel(int fd, int level, int name)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, name, &value, &len) ? -errno : value;
}

TEST(the_house_sets_what_it_says, "IOC-8")
{
    struct sock s = sock(WS_AF_INET6, WS_SOCK_STREAM);
    uint64_t rate = 0;
    socklen_t len = sizeof rate;
    bool on;
    int seconds;

    CHECK_EQ(ws_os_reuseaddr(s.fd, true), 0);
    CHECK_EQ(kernel(s.fd, SOL_SOCKET, SO_REUSEADDR), 1);
    CHECK_EQ(ws_os_v6only(s.fd, true), 0);
    CHECK_EQ(kernel(s.fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    CHECK_EQ(ws_os_abortive(s.fd), 0);
    CHECK_EQ(ws_os_linger(s.fd, &on, &seconds), 0);
    CHECK(on && !seconds);
    CHECK_EQ(ws_os_keepalive_vals(s.fd, true, 1001, 0), 0);
    CHECK_EQ(kernel(s.fd, IPPROTO_TCP, TCP_KEEPIDLE), 2);
    CHECK_EQ(kernel(s.fd, IPPROTO_TCP, TCP_KEEPINTVL), 1);
    CHECK_EQ(kernel(s.fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(ws_os_keepalive_vals(s.fd, true, UINT32_MAX, UINT32_MAX), 0);
    CHECK_EQ(ws_os_keepalive_vals(s.fd, false, 0, 0), 0);
    CHECK_EQ(kernel(s.fd, SOL_SOCKET, SO_KEEPALIVE), 0);
    CHECK_EQ(ws_os_pacing(s.fd, 123456), 0);
    REQUIRE(!getsockopt(s.fd, SOL_SOCKET, 47, &rate, &len));
    CHECK_EQ(rate, 123456);
    CHECK_EQ(ws_os_pacing(s.fd, UINT64_MAX), 0);
    CHECK_EQ(ws_os_dscp(s.fd, WS_AF_INET6, 46), 0);
    CHECK_EQ(kernel(s.fd, IPPROTO_IPV6, IPV6_TCLASS), 46 << 2);
    CHECK_EQ(kernel(s.fd, IPPROTO_IP, IP_TOS), 46 << 2);
    CHECK_EQ(ws_os_dscp(s.fd, WS_AF_INET6, 64), WS_EINVAL);
    ws_os_close(s.fd);
}
