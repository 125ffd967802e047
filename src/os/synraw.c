/* SPDX-License-Identifier: MIT */
/* A tap's raw sockets in use: see synraw.h. IPv4 comes with its header and
 * IPv6 without, as raw sockets have it; both are sent with theirs. */
#include "os/synraw.h"

#include "os/synsock.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { V4, V6 };

/* Neither half may be 0: the kernel would fill in an identification. */
static uint32_t
make_mark(void)
{
    uint32_t mark = 0;

    if (getrandom(&mark, sizeof mark, 0) != sizeof mark)
        ws_trace("syngate: no random numbers");
    return mark | 0x00010001;
}

void
ws_synraw_init(struct ws_synraw *raw)
{
    raw->fd[V4] = raw->fd[V6] = -1;
    raw->mark = make_mark();
    raw->tier = WS_SYNGATE_NONE;
}

void
ws_synraw_close(struct ws_synraw *raw)
{
    for (int i = V4; i <= V6; i++)
        if (raw->fd[i] >= 0)
            close(raw->fd[i]);
    raw->fd[V4] = raw->fd[V6] = -1;
}

/* ---- where they come from ---- */

static int
from_helper(struct ws_synraw *raw, bool v6, char *why, size_t size)
{
    int got[2] = {-1, -1};
    int err = ws_synhelp_ask(raw->mark, got, why, size);

    if (err)
        return err;
    for (int i = V4; i <= V6; i++)
        if (raw->fd[i] < 0)
            raw->fd[i] = got[i];
        else if (got[i] >= 0)
            close(got[i]);
    raw->tier = WS_SYNGATE_HELPER;
    return raw->fd[v6] >= 0 ? 0 : WS_EAFNOSUPPORT;
}

int
ws_synraw_need(struct ws_synraw *raw, bool v6, char *why, size_t size)
{
    int err;

    if (raw->fd[v6] >= 0)
        return 0;
    err = ws_synsock_open(v6, raw->mark, &raw->fd[v6]);
    if (err == EPERM || err == EACCES)
        return from_helper(raw, v6, why, size);
    if (err) {
        snprintf(why, why ? size : 0, "a raw socket cannot be had: errno %d",
                 err);
        return ws_err(WS_OP_SOCKET, err);
    }
    snprintf(why, why ? size : 0, "this process has CAP_NET_RAW");
    raw->tier = WS_SYNGATE_OWN;
    return 0;
}

/* What the helper hands over hears every port, and cannot be changed. */
int
ws_synraw_hear(const struct ws_synraw *raw, bool v6, const uint16_t *ports,
               size_t count)
{
    int err = 0;

    if (raw->fd[v6] >= 0 && raw->tier == WS_SYNGATE_OWN)
        err = ws_synsock_ports(raw->fd[v6], v6, raw->mark, ports, count);
    return err ? ws_err(WS_OP_OPTION, err) : 0;
}

/* ---- reading ---- */

/* No error is worse than having nothing: raw sockets that are not connected
 * have none to tell, and whoever reads until the end must come to it. */

static int
read4(int fd, struct ws_synpkt *out)
{
    uint8_t packet[WS_SYNPKT_HEARD];
    ssize_t n = recv(fd, packet, sizeof packet, MSG_DONTWAIT);

    if (n < 0)
        return WS_EWOULDBLOCK;
    return ws_synpkt_parse4(packet, (size_t)n, out) ? 0 : WS_EINVAL;
}

static const struct in6_pktinfo *
find_pktinfo(struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
            return (const struct in6_pktinfo *)(const void *)CMSG_DATA(c);
    return NULL;
}

static int
read6(int fd, struct ws_synpkt *out)
{
    uint8_t segment[WS_SYNPKT_HEARD];
    union {
        struct cmsghdr align;
        char bytes[256];
    } control;
    struct sockaddr_in6 from = {0};
    struct iovec iov = {segment, sizeof segment};
    struct msghdr m = {&from,    sizeof from,    &iov, 1,
                       &control, sizeof control, 0};
    ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
    const struct in6_pktinfo *info;

    if (n < 0)
        return WS_EWOULDBLOCK;
    info = find_pktinfo(&m);
    if (!info ||
        !ws_synpkt_parse6(segment, (size_t)n, from.sin6_addr.s6_addr,
                          info->ipi6_addr.s6_addr, info->ipi6_ifindex, 0, out))
        return WS_EINVAL;
    return 0;
}

int
ws_synraw_read(const struct ws_synraw *raw, bool v6, struct ws_synpkt *out)
{
    if (raw->fd[v6] < 0)
        return WS_EWOULDBLOCK;
    return (v6 ? read6 : read4)(raw->fd[v6], out);
}

/* ---- sending ---- */

static int
send_to(const struct ws_synraw *raw, const struct ws_synpkt *p,
        const struct ws_synpkt_end *to, const uint8_t *packet, size_t size)
{
    union ws_sockaddr sa = {0};
    socklen_t len = sizeof sa.in;

    if (p->v6) {
        len = sizeof sa.in6;
        sa.in6.sin6_family = AF_INET6;
        memcpy(&sa.in6.sin6_addr, to->ip, 16);
        sa.in6.sin6_scope_id = ws_synpkt_link_local(to->ip) ? p->scope : 0;
    } else {
        sa.in.sin_family = AF_INET;
        memcpy(&sa.in.sin_addr, to->ip + 12, 4);
    }
    if (sendto(raw->fd[p->v6], packet, size, MSG_DONTWAIT | MSG_NOSIGNAL,
               &sa.any, len) < 0)
        return ws_err(WS_OP_SENDTO, errno);
    return 0;
}

int
ws_synraw_inject(const struct ws_synraw *raw, const struct ws_synpkt *p)
{
    uint8_t packet[WS_SYNPKT_BUILT];

    return send_to(raw, p, &p->local, packet,
                   ws_synpkt_syn(p, raw->mark, packet));
}

/* A refusal that is lost is as if the network had lost it: the client asks
 * again, and is refused again. */
void
ws_synraw_refuse(const struct ws_synraw *raw, const struct ws_synpkt *p)
{
    uint8_t packet[WS_SYNPKT_BUILT];
    int err = send_to(raw, p, &p->remote, packet, ws_synpkt_refusal(p, packet));

    if (err)
        ws_trace("syngate: a refusal was not sent: %d", err);
}
