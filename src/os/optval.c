/* SPDX-License-Identifier: MIT */
/* The values of options, turned around: what Windows and Linux hold against
 * each other kind by kind, booleans and numbers, times, linger, interfaces and
 * groups. The table in opt.c says which option is of which kind and has judged
 * the length before anything here is called.
 * Invariant: what arrives as bytes may be unaligned, so it is copied first. */
#include "os/opt.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/time.h>

/* ---- the kernel's two calls ---- */

static int
fetch(const struct ws_opt_call *c, void *value, socklen_t len)
{
    const struct ws_option *o = c->option;

    return getsockopt(c->fd, o->sys_level, o->sys_name, value, &len)
               ? ws_err(WS_OP_OPTION, errno)
               : 0;
}

static int
store_as(const struct ws_opt_call *c, int name, const void *value,
         socklen_t len)
{
    return setsockopt(c->fd, c->option->sys_level, name, value, len)
               ? ws_err(WS_OP_OPTION, errno)
               : 0;
}

static int
store(const struct ws_opt_call *c, const void *value, socklen_t len)
{
    return store_as(c, c->option->sys_name, value, len);
}

/* ---- numbers ---- */

static int
get_int(const struct ws_opt_call *c, uint32_t *value)
{
    return fetch(c, value, sizeof *value);
}

static int
set_int(const struct ws_opt_call *c, uint32_t value)
{
    return store(c, &value, sizeof value);
}

static int
get_bool(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_int(c, &v);

    if (!err)
        *value = v != 0;
    return err;
}

static int
set_bool(const struct ws_opt_call *c, uint32_t value)
{
    return set_int(c, value != 0);
}

/* Linux doubles what is set, to have room for its book-keeping. */
static int
get_buffer(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_int(c, &v);

    if (!err)
        *value = v / 2;
    return err;
}

static int
set_buffer(const struct ws_opt_call *c, uint32_t value)
{
    return set_int(c, value > INT_MAX / 2 ? INT_MAX / 2 : value);
}

/* Two wishes, one switch: it is on as long as one of them is. */
static const struct wishes {
    int level, wish[2], sys_name;
} wishes[] = {
    {IPPROTO_IP,   {WS_WISH_TOS, WS_WISH_ECN},     IP_RECVTOS     },
    {IPPROTO_IPV6, {WS_WISH_TCLASS, WS_WISH_ECN6}, IPV6_RECVTCLASS},
};

static int
set_wish(const struct ws_opt_call *c, uint32_t value)
{
    const struct wishes *w = &wishes[c->option->sys_level == IPPROTO_IPV6];
    int other = w->wish[c->option->sys_name == w->wish[0]];
    uint32_t on = 0;
    socklen_t len = sizeof on;
    int err = set_bool(c, value);

    if (!err && getsockopt(c->fd, w->level, other, &on, &len))
        err = ws_err(WS_OP_OPTION, errno);
    on = on || value;
    return err ? err : store_as(c, w->sys_name, &on, sizeof on);
}

static int
get_time(const struct ws_opt_call *c, uint32_t *value)
{
    struct timeval tv;
    int err = fetch(c, &tv, sizeof tv);
    int64_t ms;

    if (err)
        return err;
    ms = (int64_t)tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000;
    *value = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    return 0;
}

static int
set_time(const struct ws_opt_call *c, uint32_t value)
{
    struct timeval tv = {
        .tv_sec = value / 1000,
        .tv_usec = (suseconds_t)(value % 1000) * 1000,
    };

    return store(c, &tv, sizeof tv);
}

/* Windows' struct is two 16-bit numbers: one of 32 bits to us. */
static int
get_linger(const struct ws_opt_call *c, uint32_t *value)
{
    struct linger l;
    int err = fetch(c, &l, sizeof l);

    if (!err)
        *value = (l.l_onoff != 0) | (uint32_t)(l.l_linger & 0xffff) << 16;
    return err;
}

static int
set_linger(const struct ws_opt_call *c, uint32_t value)
{
    struct linger l = {
        .l_onoff = (value & 0xffff) != 0,
        .l_linger = (int)(value >> 16),
    };

    return store(c, &l, sizeof l);
}

static int
get_dontlinger(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_linger(c, &v);

    if (!err)
        *value = !(v & 0xffff);
    return err;
}

static int
set_dontlinger(const struct ws_opt_call *c, uint32_t value)
{
    uint32_t v;
    int err = get_linger(c, &v);

    return err ? err : set_linger(c, (v & 0xffff0000) | !value);
}

static int
get_dontfragment(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_int(c, &v);

    if (!err)
        *value = v == IP_PMTUDISC_DO;
    return err;
}

static int
set_dontfragment(const struct ws_opt_call *c, uint32_t value)
{
    return set_int(c, value ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
}

/* Path MTU discovery, by Winsock's number. The numbers of both IP levels are
 * equal, here as there. */
static const unsigned char discovery[] = {
    [WS_IP_PMTUDISC_NOT_SET] = IP_PMTUDISC_WANT,
    [WS_IP_PMTUDISC_DO] = IP_PMTUDISC_DO,
    [WS_IP_PMTUDISC_DONT] = IP_PMTUDISC_DONT,
    [WS_IP_PMTUDISC_PROBE] = IP_PMTUDISC_PROBE,
};

static int
get_discovery(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v, i;
    int err = get_int(c, &v);

    if (err)
        return err;
    for (i = 0; i < sizeof discovery && discovery[i] != v; i++)
        ;
    *value = i < sizeof discovery ? i : WS_IP_PMTUDISC_NOT_SET;
    return 0;
}

static int
set_discovery(const struct ws_opt_call *c, uint32_t value)
{
    return value < sizeof discovery ? set_int(c, discovery[value]) : WS_EINVAL;
}

/* Seconds there, milliseconds here. */
static int
get_seconds(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_int(c, &v);

    if (!err)
        *value = v / 1000 + (v % 1000 != 0);
    return err;
}

static int
set_seconds(const struct ws_opt_call *c, uint32_t value)
{
    return value > INT_MAX / 1000 ? WS_EINVAL : set_int(c, value * 1000);
}

/* An interface's number in network order here, in the host's there. */
static int
get_swapped(const struct ws_opt_call *c, uint32_t *value)
{
    uint32_t v;
    int err = get_int(c, &v);

    if (!err)
        *value = ntohl(v);
    return err;
}

static int
set_swapped(const struct ws_opt_call *c, uint32_t value)
{
    return set_int(c, htonl(value));
}

/* What fits into one datagram behind its headers. */
static int
get_message_size(const struct ws_opt_call *c, uint32_t *value)
{
    *value = c->family == WS_AF_INET6 ? 65535 - 8 : 65535 - 20 - 8;
    return 0;
}

/* ---- interfaces and groups ---- */

/* Windows takes the number of an interface where an IPv4 address stands: in
 * network order, and known by its first byte, 0. Gives 0 for an address. */
static int
index_of(uint32_t interface)
{
    uint32_t host = ntohl(interface);

    return host >> 24 ? 0 : (int)host;
}

static int
set_interface(const struct ws_opt_call *c, uint32_t value)
{
    struct ip_mreqn m = {.imr_ifindex = index_of(value)};

    if (!m.imr_ifindex)
        m.imr_address.s_addr = value;
    return store(c, &m, sizeof m);
}

/* struct ip_mreq: group, interface. */
static int
set_membership(const struct ws_opt_call *c, const void *value, int len)
{
    uint32_t in[2];
    struct ip_mreqn m = {.imr_ifindex = 0};

    (void)len;
    memcpy(in, value, sizeof in);
    m.imr_multiaddr.s_addr = in[0];
    m.imr_ifindex = index_of(in[1]);
    if (!m.imr_ifindex)
        m.imr_address.s_addr = in[1];
    return store(c, &m, sizeof m);
}

/* The names that take an interface's number, for those that do not. */
static int
by_index(int name)
{
    switch (name) {
    case IP_ADD_SOURCE_MEMBERSHIP: return MCAST_JOIN_SOURCE_GROUP;
    case IP_DROP_SOURCE_MEMBERSHIP: return MCAST_LEAVE_SOURCE_GROUP;
    case IP_BLOCK_SOURCE: return MCAST_BLOCK_SOURCE;
    default: return MCAST_UNBLOCK_SOURCE;
    }
}

static int
set_source_by_index(const struct ws_opt_call *c, const uint32_t in[3])
{
    struct group_source_req g = {.gsr_interface = (uint32_t)index_of(in[2])};
    struct sockaddr_in sa = {.sin_family = AF_INET};

    sa.sin_addr.s_addr = in[0];
    memcpy(&g.gsr_group, &sa, sizeof sa);
    sa.sin_addr.s_addr = in[1];
    memcpy(&g.gsr_source, &sa, sizeof sa);
    return store_as(c, by_index(c->option->sys_name), &g, sizeof g);
}

/* struct ip_mreq_source: group, source, interface; here the last two stand the
 * other way round. */
static int
set_source(const struct ws_opt_call *c, const void *value, int len)
{
    uint32_t in[3];
    struct ip_mreq_source m;

    (void)len;
    memcpy(in, value, sizeof in);
    if (index_of(in[2]))
        return set_source_by_index(c, in);
    m.imr_multiaddr.s_addr = in[0];
    m.imr_sourceaddr.s_addr = in[1];
    m.imr_interface.s_addr = in[2];
    return store(c, &m, sizeof m);
}

/* struct ipv6_mreq is the same in both worlds. */
static int
set_membership6(const struct ws_opt_call *c, const void *value, int len)
{
    struct ipv6_mreq m;

    (void)len;
    memcpy(&m, value, sizeof m);
    return store(c, &m, sizeof m);
}

/* Replaces the family at the head of a sockaddr_storage. */
static int
translate(struct sockaddr_storage *sa)
{
    int family = ws_addr_family_out(sa->ss_family);

    if (family != AF_INET && family != AF_INET6)
        return WS_EAFNOSUPPORT;
    sa->ss_family = (sa_family_t)family;
    return 0;
}

static int
set_group(const struct ws_opt_call *c, const void *value, int len)
{
    struct group_req g;
    int err;

    (void)len;
    memcpy(&g, value, sizeof g);
    err = translate(&g.gr_group);
    return err ? err : store(c, &g, sizeof g);
}

static int
set_group_source(const struct ws_opt_call *c, const void *value, int len)
{
    struct group_source_req g;
    int err;

    (void)len;
    memcpy(&g, value, sizeof g);
    err = translate(&g.gsr_group);
    if (!err)
        err = translate(&g.gsr_source);
    return err ? err : store(c, &g, sizeof g);
}

_Static_assert(sizeof(struct ip_mreqn) == 12, "the kernel's");
_Static_assert(sizeof(struct ipv6_mreq) == 20, "as on Windows");
_Static_assert(sizeof(struct group_req) == 136, "as on Windows");
_Static_assert(sizeof(struct group_source_req) == 264, "as on Windows");

/* IPv4 options travel as they are. */
static int
get_raw(const struct ws_opt_call *c, void *value, int *len)
{
    unsigned char all[40];
    socklen_t size = sizeof all;

    if (getsockopt(c->fd, c->option->sys_level, c->option->sys_name, all,
                   &size))
        return ws_err(WS_OP_OPTION, errno);
    if ((int)size < *len)
        *len = (int)size;
    memcpy(value, all, (size_t)*len);
    return 0;
}

static int
set_raw(const struct ws_opt_call *c, const void *value, int len)
{
    return store(c, value, (socklen_t)len);
}

#define NUMBER(name)                                                           \
    {                                                                          \
        .get = get_##name, .set = set_##name                                   \
    }
#define STRUCT(name)                                                           \
    {                                                                          \
        .set_bytes = set_##name                                                \
    }

const struct ws_opt_value ws_opt_values[] = {
    [INT] = NUMBER(int),
    [BOOL] = NUMBER(bool),
    [BUFFER] = NUMBER(buffer),
    [TIME] = NUMBER(time),
    [LINGER] = NUMBER(linger),
    [DONTLINGER] = NUMBER(dontlinger),
    [DONTFRAG] = NUMBER(dontfragment),
    [PMTUD] = NUMBER(discovery),
    [SECONDS] = NUMBER(seconds),
    [SWAPPED] = NUMBER(swapped),
    [MSGSIZE] = {.get = get_message_size},
    [IFACE] = { .get = get_int,   .set = set_interface},
    [MREQ] = STRUCT(membership),
    [SOURCE] = STRUCT(source),
    [MREQ6] = STRUCT(membership6),
    [GROUP] = STRUCT(group),
    [GSOURCE] = STRUCT(group_source),
    [WISH] = { .get = get_bool,        .set = set_wish},
    [RAWBYTES] = { .set_bytes = set_raw,   .get_bytes = get_raw},
};
