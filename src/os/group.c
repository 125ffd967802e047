/* SPDX-License-Identifier: MIT */
/* Multicast groups beyond their options: joining by address, and what Windows
 * does otherwise. There a socket hears the groups that it has joined itself and
 * no others, also when it is bound to one address; the kernel delivers a
 * group's datagrams to sockets that are bound to the wildcard or to the group.
 * Invariant: a socket that is made wider hears nothing that its own address
 * and its groups would not have brought it. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

/* ---- joining ---- */

/* The number of the interface that has this address, 0 if there is none. */
static int
interface_of(const struct ws_addr *a)
{
    struct ws_os_ifaddr *all;
    size_t count, offset = a->family == WS_AF_INET ? 4 : 8;
    size_t size = a->family == WS_AF_INET ? 4 : 16;
    int index = 0;

    if (ws_os_ifaddrs(a->family, &all, &count))
        return 0;
    for (size_t i = 0; i < count && !index; i++)
        if (!memcmp(all[i].addr.bytes + offset, a->bytes + offset, size))
            index = (int)all[i].index;
    free(all);
    return index;
}

static int
join4(int fd, const struct sockaddr_in *group, const struct ws_addr *via)
{
    struct ip_mreqn m = {.imr_multiaddr = group->sin_addr};
    socklen_t len = sizeof m.imr_address;

    if (via)
        memcpy(&m.imr_address, via->bytes + 4, sizeof m.imr_address);
    else
        (void)getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m.imr_address, &len);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m);
}

static int
join6(int fd, const struct sockaddr_in6 *group, const struct ws_addr *via)
{
    struct ipv6_mreq m = {group->sin6_addr, group->sin6_scope_id};
    socklen_t len = sizeof m.ipv6mr_interface;

    if (!m.ipv6mr_interface && via)
        m.ipv6mr_interface = (unsigned)interface_of(via);
    if (!m.ipv6mr_interface)
        (void)getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
                         &m.ipv6mr_interface, &len);
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m);
}

bool
ws_os_is_group(const struct ws_addr *a)
{
    return a->family == WS_AF_INET ? a->bytes[4] >> 4 == 0xe
                                   : a->bytes[8] == 0xff;
}

int
ws_os_join_group(int fd, const struct ws_addr *group, const struct ws_addr *via)
{
    union ws_sockaddr sa;
    socklen_t len;
    int err = ws_addr_out(group, &sa, &len);

    if (err)
        return err;
    if (sa.any.sa_family == AF_INET ? join4(fd, &sa.in, via)
                                    : join6(fd, &sa.in6, via))
        return errno == EADDRINUSE ? WS_EISCONN : ws_err(WS_OP_OPTION, errno);
    return 0;
}

int
ws_os_group_via(int fd, const struct ws_addr *via)
{
    int index = interface_of(via), result;

    if (via->family == WS_AF_INET)
        result = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, via->bytes + 4, 4);
    else
        result = setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
                            sizeof index);
    return result ? ws_err(WS_OP_OPTION, errno) : 0;
}

int
ws_os_own_groups(int fd, int family)
{
    static const int off;

    if (family == WS_AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off,
                         sizeof off); /* younger than the other */
    if (!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off) ||
        (family == WS_AF_INET6 && errno == ENOPROTOOPT))
        return 0; /* a raw socket of IPv6 has no IPv4 in it */
    return ws_err(WS_OP_OPTION, errno);
}

/* ---- making wider ---- */

/* What a program can have set on a datagram socket before it joins. Sizes of
 * buffers read back doubled. */
static const struct {
    int level, name;
    int family; /* 0: any */
    int divide;
} kept[] = {
    {SOL_SOCKET,   SO_BROADCAST,        0,        1},
    {SOL_SOCKET,   SO_DONTROUTE,        0,        1},
    {SOL_SOCKET,   SO_NO_CHECK,         0,        1},
    {SOL_SOCKET,   SO_TIMESTAMPNS,      0,        1},
    {SOL_SOCKET,   SO_RCVBUF,           0,        2},
    {SOL_SOCKET,   SO_SNDBUF,           0,        2},
    {IPPROTO_IPV6, IPV6_V6ONLY,         AF_INET6, 1},
    {IPPROTO_IP,   IP_TOS,              0,        1},
    {IPPROTO_IP,   IP_TTL,              0,        1},
    {IPPROTO_IP,   IP_MULTICAST_TTL,    0,        1},
    {IPPROTO_IP,   IP_MULTICAST_LOOP,   0,        1},
    {IPPROTO_IP,   IP_MULTICAST_ALL,    0,        1},
    {IPPROTO_IP,   IP_PKTINFO,          0,        1},
    {IPPROTO_IP,   IP_RECVTTL,          0,        1},
    {IPPROTO_IP,   IP_RECVTOS,          0,        1},
    {IPPROTO_IP,   IP_RECVERR,          0,        1},
    {IPPROTO_IP,   IP_MTU_DISCOVER,     0,        1},
    {IPPROTO_IP,   WS_WISH_TOS,         0,        1},
    {IPPROTO_IP,   WS_WISH_ECN,         0,        1},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS,   AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_MULTICAST_ALL,  AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO,    AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT,   AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_TCLASS,         AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_RECVTCLASS,     AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_RECVERR,        AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER,   AF_INET6, 1},
    {IPPROTO_IPV6, IPV6_DONTFRAG,       AF_INET6, 1},
    {IPPROTO_IPV6, WS_WISH_TCLASS,      AF_INET6, 1},
    {IPPROTO_IPV6, WS_WISH_ECN6,        AF_INET6, 1},
};

static void
copy_time(int from, int to, int name)
{
    struct timeval tv;
    socklen_t len = sizeof tv;

    if (!getsockopt(from, SOL_SOCKET, name, &tv, &len))
        (void)setsockopt(to, SOL_SOCKET, name, &tv, len);
}

/* What cannot be read or set is not there, and so need not be kept. */
static void
copy_options(int from, int to, int domain)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        int value;
        socklen_t len = sizeof value;

        if ((kept[i].family && kept[i].family != domain) ||
            getsockopt(from, kept[i].level, kept[i].name, &value, &len))
            continue;
        value /= kept[i].divide;
        (void)setsockopt(to, kept[i].level, kept[i].name, &value, sizeof value);
    }
    copy_time(from, to, SO_RCVTIMEO);
    copy_time(from, to, SO_SNDTIMEO);
}

#define TAKE BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)
#define WORD(offset)                                                           \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + (offset))
#define EQUAL(value, then, otherwise)                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define MASK(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)

static int
attach(int fd, struct sock_filter *code, size_t count)
{
    struct sock_fprog program = {(unsigned short)count, code};

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                      sizeof program);
}

/* Only what went to this address, or to a group. */
static int
only_for(int fd, const union ws_sockaddr *sa)
{
    uint32_t a[4];

    if (sa->any.sa_family == AF_INET) {
        struct sock_filter v4[] = {WORD(16),
                                   EQUAL(ntohl(sa->in.sin_addr.s_addr), 2, 0),
                                   MASK(0xf0000000),
                                   EQUAL(0xe0000000, 0, 1),
                                   TAKE,
                                   DROP};

        return attach(fd, v4, sizeof v4 / sizeof v4[0]);
    }
    memcpy(a, &sa->in6.sin6_addr, sizeof a);
    struct sock_filter v6[] = {WORD(24),
                               EQUAL(ntohl(a[0]), 0, 6),
                               WORD(28),
                               EQUAL(ntohl(a[1]), 0, 7),
                               WORD(32),
                               EQUAL(ntohl(a[2]), 0, 5),
                               WORD(36),
                               EQUAL(ntohl(a[3]), 2, 3), /* else: a group? */
                               MASK(0xff000000),
                               EQUAL(0xff000000, 0, 1),
                               TAKE,
                               DROP};

    return attach(fd, v6, sizeof v6 / sizeof v6[0]);
}

/* Two sockets of one port for a moment, which both have to agree to. */
static int
bind_beside(int fd, int beside, union ws_sockaddr *sa, socklen_t len)
{
    int was = 0, on = 1, result;
    socklen_t size = sizeof was;

    (void)getsockopt(beside, SOL_SOCKET, SO_REUSEADDR, &was, &size);
    (void)setsockopt(beside, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    result = bind(fd, &sa->any, len);
    if (!was)
        (void)setsockopt(result ? beside : fd, SOL_SOCKET, SO_REUSEADDR, &was,
                         sizeof was);
    return result;
}

static void
make_wild(union ws_sockaddr *sa)
{
    if (sa->any.sa_family == AF_INET) {
        sa->in.sin_addr.s_addr = INADDR_ANY;
    } else {
        sa->in6.sin6_addr = in6addr_any;
        sa->in6.sin6_scope_id = 0;
    }
}

int
ws_os_wider(int fd, int *out)
{
    union ws_sockaddr sa = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof sa;
    int made, err = 0;

    if (getsockname(fd, &sa.any, &len))
        return ws_err(WS_OP_NAME, errno);
    made = socket(sa.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        return ws_err(WS_OP_SOCKET, errno);
    copy_options(fd, made, sa.any.sa_family);
    if (only_for(made, &sa))
        err = ws_err(WS_OP_OPTION, errno);
    make_wild(&sa);
    if (!err && bind_beside(made, fd, &sa, len))
        err = ws_err(WS_OP_BIND, errno);
    if (err)
        close(made);
    else
        *out = made;
    return err;
}
