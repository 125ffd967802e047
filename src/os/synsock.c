/* SPDX-License-Identifier: MIT */
/* The raw sockets of a tap: see synsock.h. It speaks errno and not Winsock's
 * numbers, and includes nothing of the house but the programs, because the
 * helper that runs with the capability is made of it, too. */
#include "os/synsock.h"

#include "os/synbpf.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

enum { ROOM = 1 << 20 }; /* for bursts; the kernel gives what it may */

static int
set_one(int fd, int level, int name)
{
    static const int one = 1;

    return setsockopt(fd, level, name, &one, sizeof one) ? errno : 0;
}

/* The filter is on: this ends as soon as what came before it is read. */
static void
drain(int fd)
{
    char c;

    while (recv(fd, &c, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0)
        ;
}

static int
prepare(int fd, bool v6, uint32_t mark)
{
    static const int room = ROOM;
    int err = ws_synsock_ports(fd, v6, mark, NULL, 0);

    if (err)
        return err;
    drain(fd);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (!v6)
        return set_one(fd, IPPROTO_IP, IP_HDRINCL);
    err = set_one(fd, IPPROTO_IPV6, IPV6_HDRINCL);
    return err ? err : set_one(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

int
ws_synsock_open(bool v6, uint32_t mark, int *fd)
{
    int s = socket(v6 ? AF_INET6 : AF_INET,
                   SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    int err;

    if (s < 0)
        return errno;
    err = prepare(s, v6, mark);
    if (err)
        close(s);
    else
        *fd = s;
    return err;
}

int
ws_synsock_ports(int fd, bool v6, uint32_t mark, const uint16_t *ports,
                 size_t count)
{
    struct ws_synbpf b;

    ws_synbpf_tap(&b, v6, mark, ports, count);
    return ws_synbpf_attach(fd, SO_ATTACH_FILTER, &b);
}

bool
ws_synsock_same_net(int fd, int other)
{
    uint64_t a = 0, b = 0;
    socklen_t len = sizeof a, other_len = sizeof b;

    return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &a, &len) ||
           getsockopt(other, SOL_SOCKET, SO_NETNS_COOKIE, &b, &other_len) ||
           a == b;
}
