/* SPDX-License-Identifier: MIT */
/* What the machine's interfaces are, and which of them leads where. It asks
 * the kernel each time and remembers nothing. Invariant: a list that is handed
 * out is one block, complete, and in the kernel's order. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    unsigned theirs;
    uint32_t ours;
} flag_bits[] = {
    {IFF_UP,          WS_IFF_UP          },
    {IFF_BROADCAST,   WS_IFF_BROADCAST   },
    {IFF_LOOPBACK,    WS_IFF_LOOPBACK    },
    {IFF_POINTOPOINT, WS_IFF_POINTTOPOINT},
    {IFF_MULTICAST,   WS_IFF_MULTICAST   },
};

static uint32_t
flags_in(unsigned flags)
{
    uint32_t ours = 0;

    for (size_t i = 0; i < sizeof flag_bits / sizeof flag_bits[0]; i++)
        if (flags & flag_bits[i].theirs)
            ours |= flag_bits[i].ours;
    return ours;
}

/* Leaves 'a' empty where there is no address. */
static void
take(const struct sockaddr *sa, struct ws_addr *a)
{
    socklen_t len = 0;

    if (sa && sa->sa_family == AF_INET)
        len = sizeof(struct sockaddr_in);
    else if (sa && sa->sa_family == AF_INET6)
        len = sizeof(struct sockaddr_in6);
    if (len)
        (void)ws_addr_in(sa, len, a);
}

static bool
wanted(const struct ifaddrs *i, int family)
{
    return i->ifa_addr && i->ifa_addr->sa_family == family;
}

static void
fill(const struct ifaddrs *i, struct ws_os_ifaddr *out)
{
    take(i->ifa_addr, &out->addr);
    take(i->ifa_netmask, &out->netmask);
    if (i->ifa_flags & IFF_BROADCAST)
        take(i->ifa_broadaddr, &out->broadcast);
    out->flags = flags_in(i->ifa_flags);
    out->index = if_nametoindex(i->ifa_name);
}

int
ws_os_ifaddrs(int family, struct ws_os_ifaddr **out, size_t *count)
{
    int domain = ws_addr_family_out(family);
    struct ifaddrs *list, *i;
    struct ws_os_ifaddr *all;
    size_t n = 0;

    if (domain != AF_INET && domain != AF_INET6)
        return WS_EAFNOSUPPORT;
    if (getifaddrs(&list))
        return ws_err(WS_OP_OTHER, errno);
    for (i = list; i; i = i->ifa_next)
        n += wanted(i, domain);
    all = calloc(n + 1, sizeof *all);
    if (all) {
        *out = all;
        *count = n;
        for (i = list; i; i = i->ifa_next)
            if (wanted(i, domain))
                fill(i, all++);
    }
    freeifaddrs(list);
    return all ? 0 : WS_ENOBUFS;
}

int
ws_os_route(const struct ws_addr *to, struct ws_addr *local)
{
    union ws_sockaddr sa;
    socklen_t len;
    int err = ws_addr_out(to, &sa, &len);
    int s;

    if (err)
        return err;
    if (sa.any.sa_family == AF_UNIX)
        return WS_EAFNOSUPPORT;
    s = socket(sa.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return ws_err(WS_OP_SOCKET, errno);
    /* Connecting a datagram socket sends nothing and asks the routing table. */
    (void)setsockopt(s, SOL_SOCKET, SO_BROADCAST, &(int){1}, sizeof(int));
    if (connect(s, &sa.any, len))
        err = ws_err(WS_OP_CONNECT, errno);
    len = sizeof sa;
    if (!err && getsockname(s, &sa.any, &len))
        err = ws_err(WS_OP_NAME, errno);
    close(s);
    if (err)
        return err;
    sa.in.sin_port = 0; /* at the same place in sin6 */
    return ws_addr_in(&sa.any, len, local);
}

uint32_t
ws_os_ifindex(const char *name)
{
    char *end;
    unsigned long n;

    if (*name >= '0' && *name <= '9') {
        n = strtoul(name, &end, 10);
        return *end || n > UINT32_MAX ? 0 : (uint32_t)n;
    }
    return if_nametoindex(name);
}
