/* SPDX-License-Identifier: MIT */
/* The options that the house sets for itself, whatever the program asked for
 * or not: what bind, close, QoS and a few ioctls are made of. Values are the
 * house's, in the units of os.h; options of a program go through opt.c. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>

#ifndef SO_MAX_PACING_RATE
#define SO_MAX_PACING_RATE 47
#endif

static int
set(int fd, int level, int name, const void *value, socklen_t len)
{
    return setsockopt(fd, level, name, value, len) ? ws_err(WS_OP_OPTION, errno)
                                                   : 0;
}

static int
set_int(int fd, int level, int name, int value)
{
    return set(fd, level, name, &value, sizeof value);
}

int
ws_os_reuseaddr(int fd, bool on)
{
    return set_int(fd, SOL_SOCKET, SO_REUSEADDR, on);
}

int
ws_os_reuseport(int fd, bool on)
{
    return set_int(fd, SOL_SOCKET, SO_REUSEPORT, on);
}

/* The kernel spreads connections over a group; a program that always answers
 * "number 0" makes it take the first. It needs no privilege. */
int
ws_os_first_listener(int fd)
{
    struct sock_filter first[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {1, first};

    return set(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
               sizeof program);
}

int
ws_os_v6only(int fd, bool on)
{
    return set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, on);
}

int
ws_os_linger(int fd, bool *on, int *seconds)
{
    struct linger l;
    socklen_t len = sizeof l;

    if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len))
        return ws_err(WS_OP_OPTION, errno);
    *on = l.l_onoff != 0;
    *seconds = l.l_linger;
    return 0;
}

int
ws_os_abortive(int fd)
{
    static const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    return set(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

/* The kernel counts in seconds: rounded up, and not beyond what it takes. */
static int
keepalive_seconds(uint32_t ms)
{
    uint32_t s = ms / 1000 + (ms % 1000 != 0);

    return s < 1 ? 1 : s > 32767 ? 32767 : (int)s;
}

int
ws_os_keepalive_vals(int fd, bool on, uint32_t time_ms, uint32_t every_ms)
{
    int err = 0;

    if (on) {
        err =
            set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_seconds(time_ms));
        if (!err)
            err = set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL,
                          keepalive_seconds(every_ms));
    }
    return err ? err : set_int(fd, SOL_SOCKET, SO_KEEPALIVE, on);
}

int
ws_os_pacing(int fd, uint64_t bytes_per_second)
{
    return set(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &bytes_per_second,
               sizeof bytes_per_second);
}

int
ws_os_dscp(int fd, int family, int dscp)
{
    int err = 0;

    if (dscp < 0 || dscp > 63)
        return WS_EINVAL;
    if (family == WS_AF_INET6)
        err = set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
    if (family == WS_AF_ISO) /* over either of them */
        set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
    /* A dual-mode socket speaks IPv4, too. */
    return err ? err : set_int(fd, IPPROTO_IP, IP_TOS, dscp << 2);
}

int
ws_os_priority(int fd, int priority)
{
    return set_int(fd, SOL_SOCKET, SO_PRIORITY, priority);
}

int
ws_os_udp_errors(int fd, int family, bool on)
{
    int err = 0;

    if (family == WS_AF_INET6)
        err = set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, on);
    return err ? err : set_int(fd, IPPROTO_IP, IP_RECVERR, on);
}

int
ws_os_timestamps(int fd, bool on)
{
    return set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, on);
}
