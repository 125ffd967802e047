/* SPDX-License-Identifier: MIT */
/* The trap of a gate: see syntrap.h. A listener drops SYNs when its queue is
 * full, so it gets a queue of one place and a caller of our own, who is gone
 * again at once: the kernel counts him until he is accepted, which he never is.
 * Until he is there it hears only packets that no router has passed on, and
 * that say so by the highest hop count there is; few systems begin with that.
 * Where we cannot call ourselves, because a packet filter is in the way, a
 * listener that wants every caller to sign drops those who do not. */
#include "os/syntrap.h"

#include "os/sys.h"
#include "os/ws_const.h"

#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What has to be waited for happens within the call on an idle machine. */
enum { TRIES = 3, PATIENCE_MS = 60 };

enum { MOST_HOPS = 255 };

static int
set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

/* ---- a full queue ---- */

/* What a caller gets before the queue is full is the promise of a place (a
 * cookie), which the kernel honours later at any listener of the pair. A kernel
 * that cannot do this leaves the promise to be reset: synadmit.c. */
static void
hear_neighbours(int trap)
{
    set(trap, IPPROTO_IP, IP_MINTTL, MOST_HOPS);
    set(trap, IPPROTO_IPV6, IPV6_MINHOPCOUNT, MOST_HOPS);
}

static void
be_neighbour(int fd)
{
    set(fd, IPPROTO_IP, IP_TTL, MOST_HOPS);
    set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, MOST_HOPS);
}

static bool
aim(int trap, union ws_sockaddr *sa, socklen_t *len)
{
    static const struct in6_addr any6 = IN6ADDR_ANY_INIT,
                                 self6 = IN6ADDR_LOOPBACK_INIT;
    struct in6_addr *a = &sa->in6.sin6_addr;

    *len = sizeof *sa;
    memset(sa, 0, sizeof *sa);
    if (getsockname(trap, &sa->any, len))
        return false;
    if (sa->any.sa_family == AF_INET) {
        if (!sa->in.sin_addr.s_addr)
            sa->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else if (!memcmp(a, &any6, sizeof *a)) {
        *a = self6;
    }
    return true;
}

/* Somebody else in the queue shows before our own call gets nowhere. */
static bool
connected(int fd, int trap, int64_t deadline)
{
    struct pollfd p[2] = {
        {.fd = fd,   .events = POLLOUT},
        {.fd = trap, .events = POLLIN }
    };

    return poll(p, 2, ws_clock_ms_left(deadline)) > 0 &&
           p[0].revents == POLLOUT;
}

/* What we send is acknowledged by the connection in the queue and by nothing
 * else, so then it is ours that is in the queue. */
static bool
acknowledged(int fd, int64_t deadline)
{
    int left = 1;

    if (send(fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
        return false;
    while (!ioctl(fd, SIOCOUTQ, &left) && left && ws_now() < deadline)
        poll(NULL, 0, 1);
    return !left;
}

/* A caller from where 'own' says; from a port of the kernel's choice the first
 * time, which 'own' says then. */
static int
make_caller(union ws_sockaddr sa, socklen_t len, struct ws_synpkt_end *own)
{
    struct ws_addr name;
    uint32_t scope;
    int fd =
        socket(sa.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    be_neighbour(fd);
    sa.in.sin_port = htons(own->port); /* at the same place in sin6 */
    if (bind(fd, &sa.any, len) || ws_os_name(fd, &name)) {
        close(fd);
        return -1;
    }
    ws_synpkt_end(&name, own, &scope);
    return fd;
}

static bool
call(int trap, struct ws_synpkt_end *own)
{
    int64_t deadline = ws_deadline(PATIENCE_MS);
    union ws_sockaddr sa;
    socklen_t len;
    bool done = false;
    int fd;

    if (!aim(trap, &sa, &len))
        return false;
    fd = make_caller(sa, len, own);
    if (fd < 0)
        return false;
    if (!connect(fd, &sa.any, len) || errno == EINPROGRESS)
        done = connected(fd, trap, deadline) && acknowledged(fd, deadline);
    ws_os_abortive(fd);
    close(fd);
    return done;
}

/* Callers who came between our listening and our own call, as near as we are.
 * They have been told that they are connected, and are reset. */
static int
clear(int trap)
{
    int count = 0, fd;

    while ((fd = accept4(trap, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        ws_os_abortive(fd);
        close(fd);
        count++;
    }
    return count;
}

static bool
fill(int trap, struct ws_synpkt_end *own)
{
    for (int i = 0; i < TRIES; i++) {
        if (call(trap, own))
            return true;
        if (!clear(trap))
            break;
    }
    return false;
}

/* ---- a wish for signatures ---- */

static bool
want_signed(int trap, const void *everybody, size_t size)
{
    struct tcp_md5sig sig = {
        .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
        .tcpm_keylen = 1,
        .tcpm_key = "x",
    };

    memcpy(&sig.tcpm_addr, everybody, size);
    return !setsockopt(trap, IPPROTO_TCP, TCP_MD5SIG_EXT, &sig, sizeof sig);
}

static bool
demand(int trap, int domain)
{
    static const struct sockaddr_in all4 = {.sin_family = AF_INET};
    static const struct sockaddr_in6 all6 = {.sin6_family = AF_INET6};
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
    int only = 0;
    socklen_t len = sizeof only;

    if (domain == AF_INET)
        return want_signed(trap, &all4, sizeof all4);
    mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
    getsockopt(trap, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len);
    return want_signed(trap, &all6, sizeof all6) &&
           (only || want_signed(trap, &mapped, sizeof mapped));
}

/* ---- the pair ---- */

/* SO_REUSEADDR, because what is in TIME_WAIT did not hinder 'fd', either. */
static int
bind_beside(int fd, int trap, int domain)
{
    union ws_sockaddr sa;
    socklen_t len = sizeof sa;
    int only = 0;
    socklen_t only_len = sizeof only;

    if (getsockname(fd, &sa.any, &len) ||
        set(trap, SOL_SOCKET, SO_REUSEADDR, 1) ||
        set(trap, SOL_SOCKET, SO_REUSEPORT, 1))
        return -1;
    if (domain == AF_INET6 &&
        (getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &only_len) ||
         set(trap, IPPROTO_IPV6, IPV6_V6ONLY, only)))
        return -1;
    return bind(trap, &sa.any, len);
}

/* Listening comes before the program: a socket that has one already may not
 * listen beside another. Without it the trap gets everything, which is right
 * while it is alone. */
static int
arm(int fd, int trap, int domain, const struct ws_synbpf *selector,
    struct ws_synpkt_end *own)
{
    int err;

    if (bind_beside(fd, trap, domain))
        return ws_err(WS_OP_BIND, errno);
    hear_neighbours(trap);
    if (listen(trap, 0))
        return ws_err(WS_OP_LISTEN, errno);
    err = ws_syntrap_select(trap, selector);
    if (err)
        return err;
    if (!fill(trap, own) && !demand(trap, domain))
        return WS_EOPNOTSUPP;
    return 0;
}

static int
make_above(int domain, int floor, int *out)
{
    int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int high = fd;

    if (fd >= 0 && fd < floor) {
        high = fcntl(fd, F_DUPFD_CLOEXEC, floor + 1);
        close(fd);
    }
    if (high < 0)
        return ws_err(WS_OP_SOCKET, errno);
    *out = high;
    return 0;
}

int
ws_syntrap_open(int fd, const struct ws_synbpf *selector, int *trap,
                struct ws_synpkt_end *own)
{
    int domain = AF_INET, made = -1;
    socklen_t len = sizeof domain;
    int err;

    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len))
        return ws_err(WS_OP_OPTION, errno);
    memset(own, 0, sizeof *own);
    err = make_above(domain, fd, &made);
    if (err)
        return err;
    err = arm(fd, made, domain, selector, own);
    if (err)
        close(made);
    else
        *trap = made;
    return err;
}

int
ws_syntrap_select(int trap, const struct ws_synbpf *selector)
{
    int err = ws_synbpf_attach(trap, SO_ATTACH_REUSEPORT_CBPF, selector);

    return err ? err == ENOPROTOOPT || err == EINVAL ? WS_EOPNOTSUPP
                                                     : ws_err(WS_OP_OPTION, err)
               : 0;
}
