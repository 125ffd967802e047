/* SPDX-License-Identifier: MIT */
/* Control data of datagrams: what is told after it was asked for, what can be
 * sent along, room that is missing, and control data that make no sense. */
#include "os_util.h"

#include <netinet/ip.h>

struct message {
    uint64_t len;
    int32_t level, type;
    unsigned char data[24];
};

static int
option(int fd, int family, int level, int name, uint32_t value)
{
    return ws_os_setopt(fd, family, WS_SOCK_DGRAM, level, name, &value, 4);
}

/* Sends one byte with control data; gives the error. */
static int
send_with(int fd, const struct ws_addr *to, const void *control, size_t size)
{
    struct ws_iov iov = {(char[]){"x"}, 1};
    struct ws_os_control c = {(void *)(uintptr_t)control, size, 0};
    size_t n = 0;

    return ws_os_sendmsg(fd, &iov, 1, 0, to, &c, &n);
}

/* Receives a byte; gives the flags. */
static int
recv_with(int fd, struct ws_os_control *c, struct ws_addr *from)
{
    char byte;
    struct ws_iov iov = {&byte, 1};
    size_t n = 0;
    int flags = 0;

    await(fd, WS_IO_IN);
    REQUIRE_EQ(ws_os_recvmsg(fd, &iov, 1, &flags, from, c, &n), 0);
    CHECK_EQ(n, 1);
    return flags;
}

/* The data of one message among those received, NULL if it is not there. */
static const void *
look(const struct ws_os_control *c, int level, int type, size_t size)
{
    const char *at = c->buf, *end = at + c->used;

    while (at < end) {
        const struct message *m = (const void *)at;

        CHECK_EQ((uintptr_t)at % 8, 0);
        REQUIRE(m->len >= 16 && m->len <= (size_t)(end - at));
        if (m->level == level && m->type == type) {
            CHECK_EQ(m->len, 16 + size);
            return m->data;
        }
        at += (m->len + 7) & ~7u;
    }
    return NULL;
}

static long
number(const struct ws_os_control *c, int level, int type)
{
    const uint32_t *v = look(c, level, type, 4);

    return v ? (long)*v : -1;
}

struct both {
    int fd, family;
    struct ws_addr name;
    uint64_t room[32];
    struct ws_os_control c;
};

static struct both
both(int family)
{
    struct both b = {.family = family};

    b.fd = make_bound(family, WS_SOCK_DGRAM, false, &b.name);
    return b;
}

static int
loop(struct both *b, const void *control, size_t size)
{
    b->c = (struct ws_os_control){b->room, sizeof b->room, 0};
    CHECK_EQ(send_with(b->fd, &b->name, control, size), 0);
    return recv_with(b->fd, &b->c, NULL);
}

TEST(nothing_is_told_unasked, "MSG-1")
{
    struct both b = both(WS_AF_INET);

    CHECK_EQ(loop(&b, NULL, 0), 0);
    CHECK_EQ(b.c.used, 0);
    ws_os_close(b.fd);
}

TEST(the_sender_comes_with_it, "MSG-1 RCV-5")
{
    struct both b = both(WS_AF_INET6);
    struct ws_addr from;

    b.c = (struct ws_os_control){b.room, sizeof b.room, 0};
    REQUIRE_EQ(send_with(b.fd, &b.name, NULL, 0), 0);
    recv_with(b.fd, &b.c, &from);
    CHECK_EQ(from.len, 28);
    CHECK_MEM(from.bytes, b.name.bytes, 28);
    ws_os_close(b.fd);
}

TEST(IP_PKTINFO_tells_address_and_interface, "MSG-1")
{
    struct both b = both(WS_AF_INET);
    const unsigned char *data;

    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_PKTINFO, 1), 0);
    CHECK_EQ(loop(&b, NULL, 0), 0);
    CHECK_EQ(b.c.used, 24);
    data = look(&b.c, WS_IPPROTO_IP, WS_IP_PKTINFO, 8);
    REQUIRE(data);
    CHECK_MEM(data, b.name.bytes + 4, 4);
    CHECK_EQ(*(const uint32_t *)(const void *)(data + 4), ws_os_ifindex("lo"));
    ws_os_close(b.fd);
}

TEST(IPV6_PKTINFO_tells_address_and_interface, "MSG-1")
{
    struct both b = both(WS_AF_INET6);
    const unsigned char *data;

    REQUIRE_EQ(option(b.fd, 23, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, 1), 0);
    CHECK_EQ(loop(&b, NULL, 0), 0);
    data = look(&b.c, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, 20);
    REQUIRE(data);
    CHECK_MEM(data, b.name.bytes + 8, 16);
    CHECK_EQ(*(const uint32_t *)(const void *)(data + 16), ws_os_ifindex("lo"));
    ws_os_close(b.fd);
}

static const struct sample {
    int family, level;
    int option, type; /* what is switched on, what is told then */
    int sent;         /* the message that sets it */
    uint32_t value;
} samples[] = {
    {2,  WS_IPPROTO_IP,   WS_IP_RECVTTL,      WS_IP_TTL,        WS_IP_TTL,        7   },
    {2,  WS_IPPROTO_IP,   WS_IP_RECVTTL,      WS_IP_TTL,        WS_IP_RECVTTL,    8   },
    {2,  WS_IPPROTO_IP,   WS_IP_RECVTOS,      WS_IP_TOS,        WS_IP_TOS,        0xb9},
    {2,  WS_IPPROTO_IP,   WS_IP_ECN,          WS_IP_ECN,        WS_IP_ECN,        2   },
    {23, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT,   WS_IPV6_HOPLIMIT, WS_IPV6_HOPLIMIT,
     9                                                                                },
    {23, WS_IPPROTO_IPV6, WS_IPV6_RECVTCLASS, WS_IPV6_TCLASS,   WS_IPV6_TCLASS,
     0xb9                                                                             },
    {23, WS_IPPROTO_IPV6, WS_IPV6_ECN,        WS_IPV6_ECN,      WS_IPV6_ECN,      3   },
};

TEST(numbers_travel_out_and_in, "MSG-1 MSG-2")
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *s = &samples[i];
        struct both b = both(s->family);
        struct message m = {20, s->level, s->sent, {0}};

        memcpy(m.data, &s->value, 4);
        REQUIRE_EQ(option(b.fd, s->family, s->level, s->option, 1), 0);
        CHECK_EQ(loop(&b, &m, 24), 0);
        CHECK_EQ(b.c.used, 24); /* this alone */
        CHECK_EQ(number(&b.c, s->level, s->type), s->value);
        ws_os_close(b.fd);
    }
}

TEST(traffic_class_and_congestion_bits_are_switched_apart, "MSG-1")
{
    static const struct {
        int family, level, tos, told, ecn;
    } worlds[] = {
        {2,  WS_IPPROTO_IP,   WS_IP_RECVTOS,      WS_IP_TOS,      WS_IP_ECN  },
        {23, WS_IPPROTO_IPV6, WS_IPV6_RECVTCLASS, WS_IPV6_TCLASS, WS_IPV6_ECN},
    };

    for (int w = 0; w < 2; w++) {
        int family = worlds[w].family, level = worlds[w].level;
        struct both b = both(family);

        for (unsigned wish = 0; wish < 8; wish++) {
            unsigned tos = (wish ^ wish >> 1) & 1,
                     ecn = (wish ^ wish >> 1) >> 1 & 1;

            CHECK_EQ(option(b.fd, family, level, worlds[w].tos, tos), 0);
            CHECK_EQ(option(b.fd, family, level, worlds[w].ecn, ecn), 0);
            loop(&b, NULL, 0);
            CHECK_EQ(number(&b.c, level, worlds[w].told), tos ? 0 : -1);
            CHECK_EQ(number(&b.c, level, worlds[w].ecn), ecn ? 0 : -1);
        }
        ws_os_close(b.fd);
    }
}

TEST(congestion_bits_leave_the_class_alone, "MSG-2")
{
    struct both b = both(WS_AF_INET);
    struct message m[] = {
        {20, WS_IPPROTO_IP, WS_IP_TOS, {0x40}},
        {20, WS_IPPROTO_IP, WS_IP_ECN, {1}   },
    };
    char packed[48];

    memcpy(packed, &m[0], 24);
    memcpy(packed + 24, &m[1], 24);
    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_RECVTOS, 1), 0);
    loop(&b, packed, sizeof packed);
    CHECK_EQ(number(&b.c, WS_IPPROTO_IP, WS_IP_TOS), 0x41);
    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_TOS, 0x80), 0);
    loop(&b, &m[1], 20);
    CHECK_EQ(number(&b.c, WS_IPPROTO_IP, WS_IP_TOS), 0x81);
    ws_os_close(b.fd);
}

TEST(the_source_address_can_be_chosen, "MSG-2")
{
    static const unsigned char other[] = {127, 0, 0, 77};
    struct both b = both(WS_AF_INET);
    struct message m = {
        24, WS_IPPROTO_IP, WS_IP_PKTINFO, {127, 0, 0, 77}
    };
    struct ws_addr any = loopback(WS_AF_INET, 0), from;
    int s = make(WS_AF_INET, WS_SOCK_DGRAM, false);

    memset(any.bytes + 4, 0, 4);
    REQUIRE_EQ(ws_os_bind(s, &any), 0);
    REQUIRE_EQ(send_with(s, &b.name, &m, 24), 0);
    recv_with(b.fd, NULL, &from);
    CHECK_MEM(from.bytes + 4, other, 4);
    ws_os_close(s);
    ws_os_close(b.fd);
}

TEST(what_does_not_fit_is_left_out_and_told, "MSG-1")
{
    static const size_t sizes[] = {0, 1, 16, 23, 24, 25, 39, 40, 44, 48};
    struct both b = both(WS_AF_INET);
    char room[64];

    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_PKTINFO, 1), 0);
    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_RECVTTL, 1), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = sizes[i];
        struct ws_os_control c = {room, size, 99};

        memset(room, '-', sizeof room);
        REQUIRE_EQ(send_with(b.fd, &b.name, NULL, 0), 0);
        CHECK_EQ(recv_with(b.fd, &c, NULL), size < 44 ? WS_MSG_CTRUNC : 0);
        CHECK_EQ(c.used, size < 20 ? 0 : size < 44 ? 24 - (size < 24) : size);
        for (size_t k = size; k < sizeof room; k++)
            REQUIRE_EQ(room[k], '-');
    }
    REQUIRE_EQ(send_with(b.fd, &b.name, NULL, 0), 0);
    CHECK_EQ(recv_with(b.fd, NULL, NULL), WS_MSG_CTRUNC);
    ws_os_close(b.fd);
}

TEST(a_cut_datagram_says_so, "MSG-1 RCV-2")
{
    struct both b = both(WS_AF_INET);
    struct ws_iov out = {(char[]){"abc"}, 3}, in = {b.room, 2};
    size_t n = 0;
    int flags = WS_MSG_PEEK;

    for (int i = 0; i < 2; i++, flags = 0) {
        if (!i)
            CHECK_EQ(ws_os_sendmsg(b.fd, &out, 1, 0, &b.name, NULL, &n), 0);
        CHECK_EQ(ws_os_recvmsg(b.fd, &in, 1, &flags, NULL, NULL, &n), 0);
        CHECK_EQ(flags, WS_MSG_TRUNC);
        CHECK_EQ(n, 2);
    }
    flags = WS_OS_DONTWAIT;
    CHECK_EQ(ws_os_recvmsg(b.fd, &in, 1, &flags, NULL, NULL, &n),
             WS_EWOULDBLOCK);
    flags = 0x40;
    CHECK_EQ(ws_os_recvmsg(b.fd, &in, 1, &flags, NULL, NULL, &n),
             WS_EOPNOTSUPP);
    ws_os_close(b.fd);
}

/* A socket that all interfaces reach, with the loopback one as way out. */
static struct both
everywhere(void)
{
    static const unsigned char lo[] = {127, 0, 0, 1};
    struct both b = {.family = WS_AF_INET};
    struct ws_addr any = loopback(WS_AF_INET, 0);

    b.fd = make(WS_AF_INET, WS_SOCK_DGRAM, false);
    memset(any.bytes + 4, 0, 4);
    REQUIRE_EQ(ws_os_bind(b.fd, &any), 0);
    REQUIRE_EQ(ws_os_name(b.fd, &b.name), 0);
    REQUIRE_EQ(
        ws_os_setopt(b.fd, 2, 2, WS_IPPROTO_IP, WS_IP_MULTICAST_IF, lo, 4), 0);
    REQUIRE_EQ(option(b.fd, 2, WS_SOL_SOCKET, WS_SO_BROADCAST, 1), 0);
    REQUIRE_EQ(option(b.fd, 2, WS_IPPROTO_IP, WS_IP_PKTINFO, 1), 0);
    return b;
}

TEST(a_datagram_to_a_group_and_to_all_is_marked, "MSG-1")
{
    static const unsigned char to[][4] = {
        {127, 0,   0,   1  },
        {239, 1,   2,   3  },
        {127, 255, 255, 255},
    };
    static const int marks[] = {0, WS_MSG_MCAST, WS_MSG_BCAST};
    struct both b = everywhere();
    unsigned char join[136] = {0};
    uint32_t lo = ws_os_ifindex("lo");

    memcpy(join, &lo, 4);
    join[8] = WS_AF_INET;
    memcpy(join + 12, to[1], 4);
    REQUIRE_EQ(ws_os_setopt(b.fd, 2, 2, WS_IPPROTO_IP, WS_MCAST_JOIN_GROUP,
                            join, sizeof join),
               0);
    for (int i = 0; i < 3; i++) {
        memcpy(b.name.bytes + 4, to[i], 4);
        CHECK_EQ(loop(&b, NULL, 0), marks[i]);
        CHECK_MEM(look(&b.c, WS_IPPROTO_IP, WS_IP_PKTINFO, 8), to[i], 4);
    }
    ws_os_close(b.fd);
}

TEST(a_socket_of_both_families_is_told_in_one_way, "MSG-1")
{
    struct ws_addr any = loopback(WS_AF_INET6, 0), to;
    struct both b = both(WS_AF_INET);
    uint64_t room[32];
    struct ws_os_control c = {room, sizeof room, 0};
    int s = make(WS_AF_INET6, WS_SOCK_DGRAM, false);

    REQUIRE_EQ(ws_os_v6only(s, false), 0);
    memset(any.bytes + 8, 0, 16);
    REQUIRE_EQ(ws_os_bind(s, &any), 0);
    REQUIRE_EQ(ws_os_name(s, &any), 0);
    to = loopback(WS_AF_INET, port_number(&any));
    REQUIRE_EQ(option(s, 23, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, 1), 0);
    REQUIRE_EQ(send_with(b.fd, &to, NULL, 0), 0);
    recv_with(s, &c, NULL);
    CHECK(look(&c, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, 20));
    REQUIRE_EQ(option(s, 23, WS_IPPROTO_IP, WS_IP_PKTINFO, 1), 0);
    REQUIRE_EQ(send_with(b.fd, &to, NULL, 0), 0);
    recv_with(s, &c, NULL);
    CHECK(look(&c, WS_IPPROTO_IP, WS_IP_PKTINFO, 8));
    CHECK_EQ(c.used, 24);
    ws_os_close(s);
    ws_os_close(b.fd);
}

/* ---- what makes no sense ---- */

TEST(malformed_control_data_are_refused, "MSG-2")
{
    static const struct message bad[] = {
        {0,          WS_IPPROTO_IP,  WS_IP_TTL,            {1}            }, /* no head */
        {15,         WS_IPPROTO_IP,  WS_IP_TTL,            {1}            },
        {16,         WS_IPPROTO_IP,  WS_IP_TTL,            {1}            }, /* no data */
        {19,         WS_IPPROTO_IP,  WS_IP_TTL,            {1}            },
        {24,         WS_IPPROTO_IP,  WS_IP_TTL,            {1}            }, /* too many */
        {41,         WS_IPPROTO_IP,  WS_IP_TTL,            {1}            }, /* beyond the end */
        {UINT64_MAX, WS_IPPROTO_IP,  WS_IP_TTL,            {1}            },
        {20,         WS_IPPROTO_IP,  WS_IP_TTL,            {0}            }, /* not a TTL */
        {20,         WS_IPPROTO_IP,  WS_IP_TTL,            {0, 1}         },
        {20,         WS_IPPROTO_IP,  WS_IP_ECN,            {4}            },
        {20,         WS_IPPROTO_IP,  WS_IP_TOS,            {0, 0, 0, 0x80}},
        {20,         WS_IPPROTO_IP,  77,                   {1}            }, /* unknown */
        {20,         77,             WS_IP_TTL,            {1}            },
        {20,         WS_IPPROTO_UDP, WS_UDP_SEND_MSG_SIZE, {0, 0, 1}      },
    };
    struct both b = both(WS_AF_INET);

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_EQ(send_with(b.fd, &b.name, &bad[i], 40), WS_EINVAL);
    for (size_t size = 1; size < 20; size++) {
        struct message m = {20, WS_IPPROTO_IP, WS_IP_TTL, {1}};

        CHECK_EQ(send_with(b.fd, &b.name, &m, size), WS_EINVAL);
    }
    ws_os_close(b.fd);
}

/* Anything at all, in memory that ends where it ends. */
TEST(any_bytes_whatever_are_judged_without_harm, "MSG-2")
{
    struct both b = both(WS_AF_INET6);
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)(rand_r(&seed) % 120);
        unsigned char *bytes = malloc(size ? size : 1);
        struct ws_iov none = {NULL, 0};
        struct ws_os_control c = {bytes, size, 0};
        size_t n;

        REQUIRE(bytes);
        for (size_t k = 0; k < size; k++) {
            int r = rand_r(&seed);

            bytes[k] = r & 64 ? 0 : (unsigned char)(r & 1024 ? r % 50 : r >> 8);
        }
        if (size >= 16 && i % 4)
            memcpy(bytes, (uint64_t[]){16 + (uint64_t)(i % 3) * 4}, 8);
        /* Nowhere to go: what passes is refused by the kernel. */
        CHECK(ws_os_sendmsg(b.fd, &none, 0, WS_OS_DONTWAIT, NULL, &c, &n) != 0);
        free(bytes);
    }
    ws_os_close(b.fd);
}

TEST(every_message_at_once_fits, "MSG-2")
{
    static const struct message all[] = {
        {24, WS_IPPROTO_IP,   WS_IP_PKTINFO,    {127, 0, 0, 1}},
        {20, WS_IPPROTO_IP,   WS_IP_TTL,        {5}           },
        {20, WS_IPPROTO_IP,   WS_IP_TOS,        {8}           },
        {36, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO,  {0}           },
        {20, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, {5}           },
        {20, WS_IPPROTO_IPV6, WS_IPV6_TCLASS,   {8}           },
    };
    struct both b = both(WS_AF_INET6);
    char many[100 * 40];
    size_t size = 0;

    for (int i = 0; i < 60; i++) {
        const struct message *m = &all[i % 6];

        memset(many + size, 0, 40);
        memcpy(many + size, m, m->len);
        size += (m->len + 7) & ~7u;
    }
    REQUIRE_EQ(option(b.fd, 23, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, 1), 0);
    loop(&b, many, size);
    CHECK_EQ(number(&b.c, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT), 5);
    ws_os_close(b.fd);
}

TEST(many_datagrams_go_at_once, "MSG-2")
{
    struct both b = both(WS_AF_INET);
    struct message m = {20, WS_IPPROTO_UDP, WS_UDP_SEND_MSG_SIZE, {2}};
    struct ws_iov out = {(char[]){"aabbc"}, 5}, in = {b.room, 9};
    struct ws_os_control c = {&m, 24, 0};
    size_t n = 0;
    int flags = 0;

    REQUIRE_EQ(ws_os_sendmsg(b.fd, &out, 1, 0, &b.name, &c, &n), 0);
    for (int i = 0; i < 3; i++) {
        await(b.fd, WS_IO_IN);
        CHECK_EQ(ws_os_recvmsg(b.fd, &in, 1, &flags, NULL, NULL, &n), 0);
        CHECK_EQ(n, i < 2 ? 2 : 1);
        flags = 0;
    }
    ws_os_close(b.fd);
}
