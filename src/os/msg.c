/* SPDX-License-Identifier: MIT */
/* Control data of datagrams, between Winsock's form and the kernel's. One table
 * says which messages there are, how they are called here and there, and which
 * way they go; what is not in it is refused on the way out and left out on the
 * way in. Messages look alike in both worlds, what they hold does not.
 * Invariant: a program's control data are copied before they are judged and
 * nothing is read beyond the size that it gave. */
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/clock.h"

#include <netinet/udp.h>
#include <string.h>
#include <time.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* WSACMSGHDR on a 64-bit machine. */
struct head {
    uint64_t len; /* with this head, without the padding behind */
    int32_t level, type;
};
_Static_assert(sizeof(struct head) == 16, "as on Windows");
_Static_assert(sizeof(struct head) == CMSG_LEN(0), "and here");

/* What can be inside; all of it is copied, so alignment does not matter. */
union content {
    uint32_t number;
    struct {
        uint32_t address, interface;
    } info; /* IN_PKTINFO */
    struct in_pktinfo sys_info;
    struct in6_pktinfo info6; /* the same in both worlds */
    uint16_t small;
    uint64_t stamp;
    struct timespec sys_stamp;
    unsigned char byte, bytes[24];
};
_Static_assert(sizeof(struct in6_pktinfo) == 20, "as on Windows");

enum { IN = 1, OUT = 2, BOTH = 3 };
enum shape { NUMBER, INFO, INFO6, SMALL, STAMP };

/* The size of each shape here. */
static const unsigned char sizes[] = {
    [NUMBER] = 4, [INFO] = 8, [INFO6] = 20, [SMALL] = 4, [STAMP] = 8};

static const struct kind {
    int level, type; /* Winsock's */
    int sys_level, sys_type;
    unsigned char shape, ways;
    unsigned char bits; /* of the number that it is about */
    int wish;           /* told only if this was asked for */
} kinds[] = {
/* clang-format off */
#define IP(name, sys, shape, ways, bits, wish)                                 \
    {WS_IPPROTO_IP, WS_##name, IPPROTO_IP, sys, shape, ways, bits, wish}
#define IP6(name, sys, shape, ways, bits, wish)                                \
    {WS_IPPROTO_IPV6, WS_##name, IPPROTO_IPV6, sys, shape, ways, bits, wish}
#define UDP(name, sys, shape, ways, bits, wish)                                \
    {WS_IPPROTO_UDP, WS_##name, IPPROTO_UDP, sys, shape, ways, bits, wish}
#define SOL(name, sys, shape, ways, bits, wish)                                \
    {WS_SOL_SOCKET, WS_##name, SOL_SOCKET, sys, shape, ways, bits, wish}
/*      name here           name there     shape   ways  bits  wish */
    IP( IP_PKTINFO,         IP_PKTINFO,    INFO,   BOTH, 0,    0),
    IP( IP_TTL,             IP_TTL,        NUMBER, BOTH, 0xff, 0),
    IP( IP_RECVTTL,         IP_TTL,        NUMBER, OUT,  0xff, 0),
    IP( IP_TOS,             IP_TOS,        NUMBER, BOTH, 0xff, WS_WISH_TOS),
    IP( IP_ECN,             IP_TOS,        NUMBER, BOTH, 0x03, WS_WISH_ECN),
    IP6(IPV6_PKTINFO,       IPV6_PKTINFO,  INFO6,  BOTH, 0,    0),
    IP6(IPV6_HOPLIMIT,      IPV6_HOPLIMIT, NUMBER, BOTH, 0xff, 0),
    IP6(IPV6_TCLASS,        IPV6_TCLASS,   NUMBER, BOTH, 0xff, WS_WISH_TCLASS),
    IP6(IPV6_ECN,           IPV6_TCLASS,   NUMBER, BOTH, 0x03, WS_WISH_ECN6),
    UDP(UDP_SEND_MSG_SIZE,  UDP_SEGMENT,   SMALL,  OUT,  0,    0),
    SOL(SO_TIMESTAMP,       SCM_TIMESTAMPNS, STAMP, IN,  0,    0),
#undef IP
#undef IP6
#undef UDP
#undef SOL
    /* clang-format on */
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static size_t
aligned(size_t len)
{
    return (len + 7) & ~(size_t)7;
}

/* ---- out ---- */

static struct cmsghdr *
find(struct msghdr *m, int level, int type)
{
    struct cmsghdr *c;

    for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == level && c->cmsg_type == type)
            return c;
    return NULL;
}

/* A message that is there already is replaced, so each kind takes its room
 * once and all of them together fit. */
static void
store(struct msghdr *m, const struct kind *k, const void *data, size_t len)
{
    struct cmsghdr *c = find(m, k->sys_level, k->sys_type);

    if (!c) {
        c = (void *)((char *)m->msg_control + m->msg_controllen);
        m->msg_controllen += CMSG_SPACE(len);
        c->cmsg_len = CMSG_LEN(len);
        c->cmsg_level = k->sys_level;
        c->cmsg_type = k->sys_type;
    }
    memcpy(CMSG_DATA(c), data, len);
}

/* The number that a message changes some bits of: that of a message before it,
 * or what the socket has anyway. */
static uint32_t
number_before(int fd, struct msghdr *m, const struct kind *k)
{
    struct cmsghdr *c = find(m, k->sys_level, k->sys_type);
    uint32_t v = 0;
    socklen_t len = sizeof v;

    if (c)
        memcpy(&v, CMSG_DATA(c), sizeof v);
    else if (k->bits != 0xff)
        getsockopt(fd, k->sys_level, k->sys_type, &v, &len);
    return v;
}

static int
number_out(int fd, struct msghdr *m, const struct kind *k, uint32_t v)
{
    if (v > k->bits)
        return WS_EINVAL;
    v |= number_before(fd, m, k) & ~(uint32_t)k->bits;
    store(m, k, &v, sizeof v);
    return 0;
}

static int
content_out(int fd, struct msghdr *m, const struct kind *k,
            const union content *in)
{
    union content out;

    switch ((enum shape)k->shape) {
    case NUMBER: return number_out(fd, m, k, in->number);
    case INFO6: store(m, k, &in->info6, sizeof in->info6); return 0;
    case INFO:
        memset(&out, 0, sizeof out);
        out.sys_info.ipi_ifindex = (int)in->info.interface;
        out.sys_info.ipi_spec_dst.s_addr = in->info.address;
        store(m, k, &out.sys_info, sizeof out.sys_info);
        return 0;
    case SMALL:
        if (in->number > UINT16_MAX)
            return WS_EINVAL;
        out.small = (uint16_t)in->number;
        store(m, k, &out.small, sizeof out.small);
        return 0;
    case STAMP: break;
    }
    return WS_EINVAL;
}

static int
message_out(int fd, struct msghdr *m, const struct head *h, const char *data)
{
    union content content;

    for (int i = 0; i < KINDS; i++) {
        const struct kind *k = &kinds[i];

        if (k->level != h->level || k->type != h->type || !(k->ways & OUT))
            continue;
        if (h->len - sizeof *h != sizes[k->shape])
            return WS_EINVAL;
        memcpy(&content, data, sizes[k->shape]);
        return content_out(fd, m, k, &content);
    }
    return WS_EINVAL;
}

int
ws_control_out(int fd, const struct ws_os_control *from,
               union ws_sys_control *room, struct msghdr *m)
{
    const char *at = from->buf;
    size_t left = from->size;
    struct head h;
    int err = left < sizeof h ? WS_EINVAL : 0;

    memset(room, 0, sizeof *room);
    m->msg_control = room->bytes;
    m->msg_controllen = 0;
    while (!err && left >= sizeof h) {
        memcpy(&h, at, sizeof h);
        if (h.len < sizeof h || h.len > left)
            return WS_EINVAL;
        err = message_out(fd, m, &h, at + sizeof h);
        if (aligned(h.len) >= left)
            break;
        at += aligned(h.len);
        left -= aligned(h.len);
    }
    return err;
}

/* ---- in ---- */

static bool
wished(int fd, const struct kind *k)
{
    int on = 0;
    socklen_t len = sizeof on;

    return !k->wish ||
           (!getsockopt(fd, k->sys_level, k->wish, &on, &len) && on != 0);
}

/* Gives MSG_CTRUNC if there is no room. */
static int
give(struct ws_os_control *to, const struct kind *k, const void *data)
{
    struct head h = {sizeof h + sizes[k->shape], k->level, k->type};
    char *at = (char *)to->buf + to->used;
    size_t left = to->size - to->used;

    if (left < h.len)
        return WS_MSG_CTRUNC;
    memcpy(at, &h, sizeof h);
    memcpy(at + sizeof h, data, sizes[k->shape]);
    to->used += aligned(h.len) < left ? aligned(h.len) : left;
    return 0;
}

/* The kernel tells where a datagram went to, and which address of ours that
 * stands for: another one only if it went to many. */
static int
info_in(struct ws_os_control *to, const struct kind *k,
        const struct in_pktinfo *in)
{
    union content out;
    int flags = 0;

    if (IN_MULTICAST(ntohl(in->ipi_addr.s_addr)))
        flags = WS_MSG_MCAST;
    else if (in->ipi_addr.s_addr != in->ipi_spec_dst.s_addr)
        flags = WS_MSG_BCAST;
    out.info.address = in->ipi_addr.s_addr;
    out.info.interface = (uint32_t)in->ipi_ifindex;
    return flags | give(to, k, &out);
}

/* A socket of both families may get to hear of an IPv4 datagram twice. */
static int
info6_in(struct msghdr *m, struct ws_os_control *to, const struct kind *k,
         const struct in6_pktinfo *in)
{
    if (IN6_IS_ADDR_V4MAPPED(&in->ipi6_addr) && find(m, IPPROTO_IP, IP_PKTINFO))
        return 0;
    return (IN6_IS_ADDR_MULTICAST(&in->ipi6_addr) ? WS_MSG_MCAST : 0) |
           give(to, k, in);
}

/* Some numbers are a byte there. */
static int
number_in(struct ws_os_control *to, const struct kind *k,
          const union content *in, size_t len)
{
    union content out = {.number = len < 4 ? in->byte : in->number};

    out.number &= k->bits;
    return give(to, k, &out);
}

static int64_t
nanoseconds(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

/* How far the calendar is ahead of our clock. It may be set, so that is looked
 * up each time; whoever loses the processor between the two looks again. */
static int64_t
calendar_lead(void)
{
    int64_t before, gap, least = INT64_MAX, lead = 0;
    struct timespec calendar;

    for (int tries = 0; tries < 5 && least > 10000; tries++) {
        before = ws_now();
        clock_gettime(CLOCK_REALTIME, &calendar);
        gap = ws_now() - before;
        if (gap >= least)
            continue;
        least = gap;
        lead = nanoseconds(&calendar) - before;
    }
    return lead;
}

/* The kernel's clock here is the calendar's. */
static int
stamp_in(struct ws_os_control *to, const struct kind *k,
         const struct timespec *in)
{
    uint64_t out = (uint64_t)((nanoseconds(in) - calendar_lead()) / 100);

    return give(to, k, &out);
}

static int
content_in(struct msghdr *m, struct ws_os_control *to, const struct kind *k,
           const union content *in, size_t len)
{
    switch ((enum shape)k->shape) {
    case NUMBER: return number_in(to, k, in, len);
    case INFO: return info_in(to, k, &in->sys_info);
    case INFO6: return info6_in(m, to, k, &in->info6);
    case STAMP: return stamp_in(to, k, &in->sys_stamp);
    case SMALL: break;
    }
    return 0;
}

int
ws_control_in(int fd, struct msghdr *m, struct ws_os_control *to)
{
    int flags = m->msg_flags & MSG_CTRUNC ? WS_MSG_CTRUNC : 0;
    struct cmsghdr *c;

    to->used = 0;
    for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        size_t len = c->cmsg_len - CMSG_LEN(0);
        union content in = {.bytes = {0}};

        memcpy(&in, CMSG_DATA(c), len < sizeof in ? len : sizeof in);
        for (int i = 0; i < KINDS; i++) {
            const struct kind *k = &kinds[i];

            if (k->sys_level == c->cmsg_level && k->sys_type == c->cmsg_type &&
                k->ways & IN && wished(fd, k))
                flags |= content_in(m, to, k, &in, len);
        }
    }
    return flags;
}
