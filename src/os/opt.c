/* SPDX-License-Identifier: MIT */
/* Socket options that the kernel keeps. One table says of each where it is
 * valid and which lengths it has (what Windows does), and what it is called
 * here; how values are turned around is optval.c's. Options that have a
 * meaning of Winsock's own are kit's and do not appear.
 * Invariant: no value is read before its length was judged. */
#include "os/opt.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

/* The C library's headers lack these. */
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { STREAM = 1, DGRAM = 2, RAW = 4, MSG = DGRAM | RAW, ANY = 7 };
enum { RO = 1, WO = 2, RW = 3 };

/* clang-format off */

#define SOL(name, kind, min, ret, types, access, sys)                          \
    {WS_SOL_SOCKET, WS_##name, kind, min, ret, types, access, SOL_SOCKET, sys}
#define TCP(name, kind, min, ret, access, sys)                                 \
    {WS_IPPROTO_TCP, WS_##name, kind, min, ret, STREAM, access,                \
     IPPROTO_TCP, sys}
#define UDP(name, kind, min, ret, access, sys_level, sys)                      \
    {WS_IPPROTO_UDP, WS_##name, kind, min, ret, DGRAM, access, sys_level, sys}
#define IP4(name, kind, min, ret, types, access, sys)                          \
    {WS_IPPROTO_IP, WS_##name, kind, min, ret, types, access, IPPROTO_IP, sys}
#define IP6(name, kind, min, ret, types, access, sys)                          \
    {WS_IPPROTO_IPV6, WS_##name, kind, min, ret, types, access,                \
     IPPROTO_IPV6, sys}

static const struct ws_option options[] = {
/*      name here             kind     min ret types  access   name there */
    SOL(SO_KEEPALIVE,         BOOL,       1, 1, STREAM, RW, SO_KEEPALIVE),
    SOL(SO_DONTROUTE,         BOOL,       1, 1, ANY,    RW, SO_DONTROUTE),
    SOL(SO_BROADCAST,         BOOL,       0, 4, MSG,    RW, SO_BROADCAST),
    SOL(SO_LINGER,            LINGER,     4, 4, STREAM, RW, SO_LINGER),
    SOL(SO_DONTLINGER,        DONTLINGER, 0, 4, STREAM, RW, SO_LINGER),
    SOL(SO_OOBINLINE,         BOOL,       0, 4, STREAM, RW, SO_OOBINLINE),
    SOL(SO_SNDBUF,            BUFFER,     4, 4, ANY,    RW, SO_SNDBUF),
    SOL(SO_RCVBUF,            BUFFER,     4, 4, ANY,    RW, SO_RCVBUF),
    SOL(SO_SNDTIMEO,          TIME,       4, 4, ANY,    RW, SO_SNDTIMEO),
    SOL(SO_RCVTIMEO,          TIME,       4, 4, ANY,    RW, SO_RCVTIMEO),
    SOL(SO_TYPE,              INT,        4, 4, ANY,    RO, SO_TYPE),
    SOL(SO_MAX_MSG_SIZE,      MSGSIZE,    4, 4, MSG,    RO, 0),

    TCP(TCP_NODELAY,          BOOL,       1, 1, RW, TCP_NODELAY),
    TCP(TCP_KEEPALIVE,        INT,        4, 4, RW, TCP_KEEPIDLE),
    TCP(TCP_MAXSEG,           INT,        4, 4, RO, TCP_MAXSEG),
    TCP(TCP_MAXRT,            SECONDS,    4, 4, RW, TCP_USER_TIMEOUT),
    TCP(TCP_MAXRTMS,          INT,        4, 4, RW, TCP_USER_TIMEOUT),
    TCP(TCP_KEEPCNT,          INT,        4, 4, RW, TCP_KEEPCNT),
    TCP(TCP_KEEPINTVL,        INT,        4, 4, RW, TCP_KEEPINTVL),

    UDP(UDP_NOCHECKSUM,       BOOL,       1, 4, RW, SOL_SOCKET, SO_NO_CHECK),
    UDP(UDP_SEND_MSG_SIZE,    INT,        4, 4, RW, IPPROTO_UDP, UDP_SEGMENT),

    IP4(IP_OPTIONS,           RAWBYTES,   0, 0, ANY,    RW, IP_OPTIONS),
    IP4(IP_HDRINCL,           BOOL,       1, 4, RAW,    RW, IP_HDRINCL),
    IP4(IP_TOS,               INT,        1, 4, ANY,    RW, IP_TOS),
    IP4(IP_TTL,               INT,        1, 4, ANY,    RW, IP_TTL),
    IP4(IP_MULTICAST_IF,      IFACE,      4, 4, MSG,    RW, IP_MULTICAST_IF),
    IP4(IP_MULTICAST_TTL,     INT,        1, 4, MSG,    RW, IP_MULTICAST_TTL),
    IP4(IP_MULTICAST_LOOP,    BOOL,       1, 4, MSG,    RW, IP_MULTICAST_LOOP),
    IP4(IP_ADD_MEMBERSHIP,    MREQ,       8, 0, MSG,    WO, IP_ADD_MEMBERSHIP),
    IP4(IP_DROP_MEMBERSHIP,   MREQ,       8, 0, MSG,    WO, IP_DROP_MEMBERSHIP),
    IP4(IP_ADD_SOURCE_MEMBERSHIP,  SOURCE, 12, 0, MSG,  WO,
                                                  IP_ADD_SOURCE_MEMBERSHIP),
    IP4(IP_DROP_SOURCE_MEMBERSHIP, SOURCE, 12, 0, MSG,  WO,
                                                  IP_DROP_SOURCE_MEMBERSHIP),
    IP4(IP_BLOCK_SOURCE,      SOURCE,    12, 0, MSG,    WO, IP_BLOCK_SOURCE),
    IP4(IP_UNBLOCK_SOURCE,    SOURCE,    12, 0, MSG,    WO, IP_UNBLOCK_SOURCE),
    IP4(IP_DONTFRAGMENT,      DONTFRAG,   1, 4, ANY,    RW, IP_MTU_DISCOVER),
    IP4(IP_PKTINFO,           BOOL,       4, 4, MSG,    RW, IP_PKTINFO),
    IP4(IP_RECVTTL,           BOOL,       4, 4, MSG,    RW, IP_RECVTTL),
    IP4(IP_RECVIF,            NONE,       4, 4, MSG,    RW, 0),
    IP4(IP_RECVDSTADDR,       NONE,       4, 4, MSG,    RW, 0),
    IP4(IP_UNICAST_IF,        INT,        4, 4, ANY,    RW, IP_UNICAST_IF),
    IP4(IP_RECVTOS,           WISH,       4, 4, MSG,    RW, WS_WISH_TOS),
    IP4(IP_ECN,               WISH,       4, 4, MSG,    RW, WS_WISH_ECN),
    IP4(IP_MTU_DISCOVER,      PMTUD,      4, 4, ANY,    RW, IP_MTU_DISCOVER),
    IP4(IP_MTU,               INT,        4, 4, ANY,    RO, IP_MTU),
    IP4(MCAST_JOIN_GROUP,     GROUP,    136, 0, MSG,    WO, MCAST_JOIN_GROUP),
    IP4(MCAST_LEAVE_GROUP,    GROUP,    136, 0, MSG,    WO, MCAST_LEAVE_GROUP),
    IP4(MCAST_BLOCK_SOURCE,   GSOURCE,  264, 0, MSG,    WO, MCAST_BLOCK_SOURCE),
    IP4(MCAST_UNBLOCK_SOURCE, GSOURCE,  264, 0, MSG,    WO,
                                                  MCAST_UNBLOCK_SOURCE),
    IP4(MCAST_JOIN_SOURCE_GROUP,   GSOURCE, 264, 0, MSG, WO,
                                                  MCAST_JOIN_SOURCE_GROUP),
    IP4(MCAST_LEAVE_SOURCE_GROUP,  GSOURCE, 264, 0, MSG, WO,
                                                  MCAST_LEAVE_SOURCE_GROUP),

    IP6(IPV6_HDRINCL,         BOOL,       1, 4, RAW,    RW, IPV6_HDRINCL),
    IP6(IPV6_UNICAST_HOPS,    INT,        1, 4, ANY,    RW, IPV6_UNICAST_HOPS),
    IP6(IPV6_MULTICAST_IF,    INT,        4, 4, MSG,    RW, IPV6_MULTICAST_IF),
    IP6(IPV6_MULTICAST_HOPS,  INT,        1, 4, MSG,    RW,
                                                  IPV6_MULTICAST_HOPS),
    IP6(IPV6_MULTICAST_LOOP,  BOOL,       1, 4, MSG,    RW,
                                                  IPV6_MULTICAST_LOOP),
    IP6(IPV6_ADD_MEMBERSHIP,  MREQ6,     20, 0, MSG,    WO, IPV6_JOIN_GROUP),
    IP6(IPV6_DROP_MEMBERSHIP, MREQ6,     20, 0, MSG,    WO, IPV6_LEAVE_GROUP),
    IP6(IPV6_DONTFRAG,        BOOL,       1, 4, ANY,    RW, IPV6_DONTFRAG),
    IP6(IPV6_PKTINFO,         BOOL,       4, 4, MSG,    RW, IPV6_RECVPKTINFO),
    IP6(IPV6_HOPLIMIT,        BOOL,       4, 4, MSG,    RW, IPV6_RECVHOPLIMIT),
    IP6(IPV6_RECVIF,          NONE,       4, 4, MSG,    RW, 0),
    IP6(IPV6_RECVDSTADDR,     NONE,       4, 4, MSG,    RW, 0),
    IP6(IPV6_CHECKSUM,        INT,        4, 4, RAW,    RW, IPV6_CHECKSUM),
    IP6(IPV6_UNICAST_IF,      SWAPPED,    4, 4, ANY,    RW, IPV6_UNICAST_IF),
    IP6(IPV6_RECVRTHDR,       BOOL,       4, 4, MSG,    RW, IPV6_RECVRTHDR),
    IP6(IPV6_TCLASS,          INT,        1, 4, ANY,    RW, IPV6_TCLASS),
    IP6(IPV6_RECVTCLASS,      WISH,       4, 4, MSG,    RW, WS_WISH_TCLASS),
    IP6(IPV6_ECN,             WISH,       4, 4, MSG,    RW, WS_WISH_ECN6),
    IP6(IPV6_MTU_DISCOVER,    PMTUD,      4, 4, ANY,    RW, IPV6_MTU_DISCOVER),
    IP6(IPV6_MTU,             INT,        4, 4, ANY,    RO, IPV6_MTU),
    IP6(MCAST_JOIN_GROUP,     GROUP,    136, 0, MSG,    WO, MCAST_JOIN_GROUP),
    IP6(MCAST_LEAVE_GROUP,    GROUP,    136, 0, MSG,    WO, MCAST_LEAVE_GROUP),
    IP6(MCAST_BLOCK_SOURCE,   GSOURCE,  264, 0, MSG,    WO, MCAST_BLOCK_SOURCE),
    IP6(MCAST_UNBLOCK_SOURCE, GSOURCE,  264, 0, MSG,    WO,
                                                  MCAST_UNBLOCK_SOURCE),
    IP6(MCAST_JOIN_SOURCE_GROUP,   GSOURCE, 264, 0, MSG, WO,
                                                  MCAST_JOIN_SOURCE_GROUP),
    IP6(MCAST_LEAVE_SOURCE_GROUP,  GSOURCE, 264, 0, MSG, WO,
                                                  MCAST_LEAVE_SOURCE_GROUP),
};

/* clang-format on */

/* ---- the two calls ---- */

static unsigned
type_bit(int type)
{
    return type == WS_SOCK_STREAM  ? STREAM
           : type == WS_SOCK_DGRAM ? DGRAM
                                   : RAW;
}

/* Whether a socket has such a level at all. */
static bool
has_level(int level, int family, int type)
{
    switch (level) {
    case WS_SOL_SOCKET:
    case WS_IPPROTO_IP: return true;
    case WS_IPPROTO_IPV6: return family == WS_AF_INET6;
    case WS_IPPROTO_TCP: return type == WS_SOCK_STREAM;
    case WS_IPPROTO_UDP: return type == WS_SOCK_DGRAM;
    default: return false;
    }
}

static const struct ws_option *
find(int level, int name)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i].name == name && options[i].level == level)
            return &options[i];
    return NULL;
}

/* Looks an option up and judges it in the order that Windows shows: level,
 * name, direction, type. */
static int
look_up(struct ws_opt_call *c, int type, int level, int name, unsigned access)
{
    const struct ws_option *o;

    if (!has_level(level, c->family, type))
        return WS_EINVAL;
    o = find(level, name);
    if (!o || !(o->access & access))
        return WS_ENOPROTOOPT;
    if (!(o->types & type_bit(type)))
        return level == WS_SOL_SOCKET ? WS_ENOPROTOOPT : WS_EINVAL;
    c->option = o;
    return o->kind == NONE ? WS_ENOPROTOOPT : 0;
}

/* The short forms of a number are its first bytes. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as on Windows");

int
ws_os_getopt(int fd, int family, int type, int level, int name, void *value,
             int *len)
{
    struct ws_opt_call c = {.fd = fd, .family = family};
    const struct ws_opt_value *k;
    uint32_t v = 0;
    int err;

    if (!value || !len || *len <= 0)
        return WS_EFAULT;
    err = look_up(&c, type, level, name, RO);
    if (err)
        return err;
    k = &ws_opt_values[c.option->kind];
    if (k->get_bytes)
        return k->get_bytes(&c, value, len);
    err = k->get(&c, &v);
    if (err)
        return err;
    if (*len > c.option->ret)
        *len = c.option->ret;
    memcpy(value, &v, (size_t)*len);
    return 0;
}

int
ws_os_setopt(int fd, int family, int type, int level, int name,
             const void *value, int len)
{
    struct ws_opt_call c = {.fd = fd, .family = family};
    const struct ws_opt_value *k;
    uint32_t v = 0;
    int err;

    if (!value || len < 0)
        return WS_EFAULT;
    err = look_up(&c, type, level, name, WO);
    if (err)
        return err;
    if (len < c.option->min)
        return WS_EFAULT;
    k = &ws_opt_values[c.option->kind];
    if (k->set_bytes)
        return k->set_bytes(&c, value, len);
    memcpy(&v, value, (size_t)(len < c.option->ret ? len : c.option->ret));
    return k->set(&c, v);
}
