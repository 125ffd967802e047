/* SPDX-License-Identifier: MIT */
/* The life of a socket: made, named, connected, accepted, shut down, closed.
 * It smooths what Linux does otherwise where one descriptor suffices to do so;
 * states, back-logs and who may call what when are kit's. No function keeps
 * anything: all state is the kernel's. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define SAME(name) _Static_assert((int)(name) == (int)WS_##name, "passed on")
_Static_assert((int)SHUT_RD == (int)WS_SD_RECEIVE, "passed on");
_Static_assert((int)SHUT_WR == (int)WS_SD_SEND, "passed on");
_Static_assert((int)SHUT_RDWR == (int)WS_SD_BOTH, "passed on");
SAME(SOCK_STREAM);
SAME(SOCK_DGRAM);
SAME(SOCK_RAW);

int
ws_os_socket(int family, int type, int protocol, bool nonblock, bool inherit,
             int *fd)
{
    int domain = ws_addr_family_out(family);
    int s;

    if (domain < 0)
        return WS_EAFNOSUPPORT;
    if (type < WS_SOCK_STREAM || type > WS_SOCK_RAW)
        return WS_ESOCKTNOSUPPORT;
    if (nonblock)
        type |= SOCK_NONBLOCK;
    if (!inherit)
        type |= SOCK_CLOEXEC;
    s = socket(domain, type, protocol);
    if (s < 0)
        return ws_err(WS_OP_SOCKET, errno);
    *fd = s;
    return 0;
}

void
ws_os_close(int fd)
{
    /* Linux frees the number even when a signal cut the lingering short. */
    close(fd);
}

static int
set_flag(int fd, int get, int set, int flag, bool on)
{
    int flags = fcntl(fd, get);

    if (flags >= 0 && !(flags & flag) != !on)
        flags = fcntl(fd, set, flags ^ flag);
    return flags < 0 ? ws_err(WS_OP_OTHER, errno) : 0;
}

int
ws_os_nonblock(int fd, bool on)
{
    return set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}

int
ws_os_inherit(int fd, bool on)
{
    return set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, !on);
}

int
ws_os_dup(int fd, int *out)
{
    int s = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (s < 0)
        return ws_err(WS_OP_OTHER, errno);
    *out = s;
    return 0;
}

int
ws_os_replace(int fd, int by)
{
    int flags = fcntl(fd, F_GETFD), result;

    if (flags < 0)
        return ws_err(WS_OP_OTHER, errno);
    /* EBUSY: another thread is just being given the number, which it was for
     * the moment between its closing and our call. */
    do
        result = dup3(by, fd, flags & FD_CLOEXEC ? O_CLOEXEC : 0);
    while (result < 0 && (errno == EINTR || errno == EBUSY));
    if (result < 0)
        return ws_err(WS_OP_OTHER, errno);
    close(by);
    return 0;
}

static bool
asked(int fd, int level, int name, int *value)
{
    socklen_t len = sizeof *value;

    return !getsockopt(fd, level, name, value, &len);
}

bool
ws_os_describe(int fd, int *family, int *type, int *protocol, bool *nonblock,
               bool *listening)
{
    int domain, kind, number, queue, flags;

    if (!asked(fd, SOL_SOCKET, SO_DOMAIN, &domain) ||
        !asked(fd, SOL_SOCKET, SO_TYPE, &kind) ||
        !asked(fd, SOL_SOCKET, SO_PROTOCOL, &number) ||
        !asked(fd, SOL_SOCKET, SO_ACCEPTCONN, &queue) ||
        ws_addr_family_in(domain) < 0)
        return false;
    flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return false;
    *family = ws_addr_family_in(domain);
    *type = kind;
    *protocol = number;
    *nonblock = (flags & O_NONBLOCK) != 0;
    *listening = queue != 0;
    return true;
}

/* ---- bind and listen ---- */

/* The number of the interface that 'address' belongs to, 0 if none. */
static unsigned
interface_of(const struct in6_addr *address)
{
    struct ifaddrs *list, *i;
    const struct sockaddr_in6 *sa;
    unsigned index = 0;

    if (getifaddrs(&list))
        return 0;
    for (i = list; i && !index; i = i->ifa_next) {
        sa = (const struct sockaddr_in6 *)(const void *)i->ifa_addr;
        if (sa && sa->sin6_family == AF_INET6 &&
            !memcmp(&sa->sin6_addr, address, sizeof *address))
            index = if_nametoindex(i->ifa_name);
    }
    freeifaddrs(list);
    return index;
}

/* Linux wants a scope for link-local addresses, and ignores it for others;
 * Windows finds the scope that is missing, and refuses one that is wrong. */
static int
settle_scope(struct sockaddr_in6 *sa)
{
    bool local = IN6_IS_ADDR_LINKLOCAL(&sa->sin6_addr);
    unsigned index;

    if (IN6_IS_ADDR_UNSPECIFIED(&sa->sin6_addr) ||
        IN6_IS_ADDR_V4MAPPED(&sa->sin6_addr) || local == !!sa->sin6_scope_id)
        return 0;
    index = interface_of(&sa->sin6_addr);
    if (sa->sin6_scope_id && index != sa->sin6_scope_id)
        return WS_EADDRNOTAVAIL;
    sa->sin6_scope_id = index;
    return 0;
}

int
ws_os_bind(int fd, const struct ws_addr *a)
{
    union ws_sockaddr sa;
    socklen_t len;
    int err = ws_addr_out(a, &sa, &len);

    if (!err && sa.any.sa_family == AF_INET6)
        err = settle_scope(&sa.in6);
    if (!err && bind(fd, &sa.any, len))
        err = ws_err(WS_OP_BIND, errno);
    return err;
}

/* Makes a stream socket in any state closed; a datagram socket loses its peer.
 */
static int
dissolve(int fd)
{
    const struct sockaddr none = {.sa_family = AF_UNSPEC};

    return connect(fd, &none, sizeof none);
}

static bool
closed(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) &&
           info.tcpi_state == TCP_CLOSE;
}

/* The port of 'fd' in network byte order, 0 if there is none. */
static in_port_t
port_of(int fd, union ws_sockaddr *sa, socklen_t *len)
{
    *len = sizeof *sa;
    memset(sa, 0, sizeof *sa);
    if (getsockname(fd, &sa->any, len) ||
        (sa->any.sa_family != AF_INET && sa->any.sa_family != AF_INET6))
        return 0;
    return sa->in.sin_port; /* at the same place in sin6 */
}

/* A failed attempt to connect leaves two traces: the kernel takes the port
 * away again if it had chosen it, and, after a non-blocking one, believes in
 * the attempt until it is told otherwise. */
static int
listen_again(int fd, int backlog, in_port_t port)
{
    union ws_sockaddr sa;
    socklen_t len;

    dissolve(fd);
    port_of(fd, &sa, &len);
    sa.in.sin_port = port;
    if (port && bind(fd, &sa.any, len) && errno != EINVAL)
        return -1; /* EINVAL: bound all the time */
    return listen(fd, backlog);
}

int
ws_os_listen(int fd, int backlog)
{
    union ws_sockaddr sa;
    socklen_t len;
    in_port_t port = port_of(fd, &sa, &len);
    int result = listen(fd, backlog);
    bool again = result ? errno == EINVAL && closed(fd)
                        : port && port_of(fd, &sa, &len) != port;

    if (again)
        result = listen_again(fd, backlog, port);
    return result ? ws_err(WS_OP_LISTEN, errno) : 0;
}

/* ---- accept and connect ---- */

int
ws_os_accept(int fd, bool nonblock, int *out, struct ws_addr *peer)
{
    int flags = SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0);
    socklen_t len = sizeof peer->bytes;
    int s = accept4(fd, peer ? (struct sockaddr *)(void *)peer->bytes : NULL,
                    peer ? &len : NULL, flags);

    if (s < 0)
        return ws_err(WS_OP_ACCEPT, errno);
    if (peer)
        ws_addr_adopt(peer, len);
    *out = s;
    return 0;
}

/* Linux says EADDRNOTAVAIL both for an address that no way leads to and when
 * the local port is in use towards this peer, or no port is left; Windows has
 * WSAEADDRINUSE for the latter. If a datagram finds the way, it is the port. */
static int
port_trouble(const struct ws_addr *a)
{
    struct ws_addr local;

    return ws_os_route(a, &local) ? WS_EADDRNOTAVAIL : WS_EADDRINUSE;
}

int
ws_os_connect(int fd, const struct ws_addr *a)
{
    union ws_sockaddr sa;
    socklen_t len;
    int err = ws_addr_out(a, &sa, &len);

    if (err || !connect(fd, &sa.any, len))
        return err;
    /* The last attempt failed and its error was read already: the kernel says
     * so once more before it starts another one. */
    if (errno == ECONNABORTED && !connect(fd, &sa.any, len))
        return 0;
    if (errno == EADDRNOTAVAIL)
        return port_trouble(a);
    return ws_err(WS_OP_CONNECT, errno);
}

int
ws_os_disconnect(int fd)
{
    return dissolve(fd) ? ws_err(WS_OP_CONNECT, errno) : 0;
}

/* ---- ends ---- */

int
ws_os_shutdown(int fd, int how)
{
    if (how < WS_SD_RECEIVE || how > WS_SD_BOTH)
        return WS_EINVAL;
    return shutdown(fd, how) ? ws_err(WS_OP_OTHER, errno) : 0;
}

void
ws_os_abort_waiters(int fd)
{
    static const struct timeval at_once = {0, 1};
    int seconds;
    bool reset;

    /* For those who are about to enter the kernel. */
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &at_once, sizeof at_once);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once);

    /* A peer that is to see a reset must not see an orderly end before it. */
    if (!ws_os_linger(fd, &reset, &seconds) && reset && !seconds)
        dissolve(fd);

    /* The first shutdown of a listener or of an attempt makes the socket an
     * unconnected one, which the second one closes for good: it fails, but
     * leaves its mark all the same. */
    shutdown(fd, SHUT_RDWR);
    shutdown(fd, SHUT_RDWR);
}

typedef int name_call(int, struct sockaddr *, socklen_t *);

static int
name_by(name_call *call, int fd, struct ws_addr *a)
{
    union ws_sockaddr sa;
    socklen_t len = sizeof sa;

    if (call(fd, &sa.any, &len))
        return ws_err(WS_OP_NAME, errno);
    return ws_addr_in(&sa.any, len, a);
}

int
ws_os_name(int fd, struct ws_addr *a)
{
    return name_by(getsockname, fd, a);
}

int
ws_os_peer(int fd, struct ws_addr *a)
{
    return name_by(getpeername, fd, a);
}

bool
ws_os_withdrawn(int fd)
{
    struct sockaddr sa;
    socklen_t len = sizeof sa;

    /* A reset closes the connection, and a closed one has no peer. */
    return getpeername(fd, &sa, &len) && errno == ENOTCONN;
}
