/* SPDX-License-Identifier: MIT */
/* What the tests of the gate share: a network name space of their own, in which
 * they have CAP_NET_RAW, gates, and plain Linux clients that connect without
 * blocking, so that a test needs no second thread.
 * Invariant: nothing here waits for more than some seconds, and nothing leaves
 * the name space. */
#ifndef GATE_UTIL_H
#define GATE_UTIL_H

#include "os_util.h"

#include "os/syngate.h"
#include "os/syngate_in.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { GATE_SOON = 8000, GATE_NEVER = 120 }; /* milliseconds */

static inline void
write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0)
        t_note("%s: %s", path, strerror(errno));
    close(fd);
}

/* A name space of the user's own where he is root, if he is not so anyway. */
static inline int
enter_as_user(void)
{
    char map[64];
    unsigned uid = getuid(), gid = getgid();

    if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
        return -1;
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", gid);
    write_file("/proc/self/gid_map", map);
    return 0;
}

static inline void
lo_up(void)
{
    struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0);
    REQUIRE_EQ(ioctl(fd, SIOCSIFFLAGS, &r), 0);
    close(fd);
}

static inline void
enter_net(void)
{
    if (unshare(CLONE_NEWNET) && enter_as_user())
        SKIP("no CAP_NET_RAW, and no name spaces of our own");
    lo_up();
}

__attribute__((constructor)) static void
arrange_net(void)
{
    t_around(enter_net, NULL);
}

/* ---- gates ---- */

struct post {
    struct ws_syngate_tap *tap;
    struct ws_syngate *gate;
    int fd;
    struct ws_addr name;
};

static inline struct ws_addr
wildcard(int family, int port)
{
    struct ws_addr a = loopback(family, port);

    memset(a.bytes + 4, 0, (size_t)a.len - 4);
    return a;
}

static inline void
post_at(struct post *p, struct ws_syngate_tap *tap, const struct ws_addr *name,
        bool only6, int backlog)
{
    p->tap = tap;
    p->fd = make(name->family, WS_SOCK_STREAM, false);
    if (name->family == WS_AF_INET6)
        REQUIRE_EQ(ws_os_v6only(p->fd, only6), 0);
    REQUIRE_EQ(ws_os_reuseaddr(p->fd, true), 0); /* as kit listens */
    REQUIRE_EQ(ws_os_bind(p->fd, name), 0);
    REQUIRE_EQ(ws_os_name(p->fd, &p->name), 0);
    REQUIRE_EQ(ws_syngate_open(tap, p->fd, backlog, p, &p->gate), 0);
}

static inline struct post
make_post(int family, int backlog)
{
    struct ws_addr name = loopback(family, 0);
    struct post p;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &name, true, backlog);
    return p;
}

static inline void
close_gate(struct post *p)
{
    ws_syngate_close(p->gate);
    ws_os_close(p->fd);
}

static inline void
close_post(struct post *p)
{
    close_gate(p);
    ws_syngate_tap_close(p->tap);
}

/* The next event that means something, or WS_SYN_NOTHING after 'ms'. */
static inline struct ws_syngate_event
next_event(struct ws_syngate_tap *tap, int ms)
{
    struct ws_syngate_event e = {.kind = WS_SYN_NOTHING};
    int64_t deadline = ws_deadline((uint32_t)ms);
    struct pollfd p[2] = {{.events = POLLIN}, {.events = POLLIN}};
    int fds[2], err;

    for (;;) {
        err = ws_syngate_read(tap, &e);
        if (!err && e.kind != WS_SYN_NOTHING)
            return e;
        if (!err)
            continue;
        REQUIRE_EQ(err, WS_EWOULDBLOCK);
        ws_syngate_tap_fds(tap, fds);
        p[0].fd = fds[0];
        p[1].fd = fds[1];
        e.kind = WS_SYN_NOTHING;
        if (poll(p, 2, ws_clock_ms_left(deadline)) == 0)
            return e;
    }
}

static inline uint64_t
next_request(struct ws_syngate_tap *tap)
{
    struct ws_syngate_event e = next_event(tap, GATE_SOON);

    REQUIRE_EQ(e.kind, WS_SYN_NEW);
    return e.id;
}

/* Admits, and waits for what has to come. */
static inline int
admit(struct post *p, uint64_t id, int *fd)
{
    int64_t deadline = ws_deadline(GATE_SOON);
    struct pollfd all[3] = {
        {.fd = p->fd, .events = POLLIN},
        {.events = POLLIN          },
        {.events = POLLIN}
    };
    struct ws_syngate_event e;
    int fds[2], err;

    while ((err = ws_syngate_admit(p->gate, id, false, deadline, fd)) ==
           WS_EWOULDBLOCK) {
        while (!ws_syngate_read(p->tap, &e))
            ;
        ws_syngate_tap_fds(p->tap, fds);
        all[1].fd = fds[0];
        all[2].fd = fds[1];
        poll(all, 3, 1000);
    }
    return err;
}

/* ---- clients ---- */

static inline int
knock_from(const struct ws_addr *from, const struct ws_addr *to)
{
    int fd = make(to->family, WS_SOCK_STREAM, true);
    int err;

    if (from) {
        REQUIRE_EQ(ws_os_reuseaddr(fd, true), 0);
        REQUIRE_EQ(ws_os_bind(fd, from), 0);
    }
    err = ws_os_connect(fd, to);
    if (err != WS_EWOULDBLOCK)
        REQUIRE_EQ(err, 0);
    return fd;
}

static inline int
knock(const struct ws_addr *to)
{
    return knock_from(NULL, to);
}

/* What became of his connect, -1 after 'ms' if nothing yet. */
static inline int
outcome(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    if (poll(&p, 1, ms) == 0)
        return -1;
    return ws_os_take_error(fd, WS_OP_CONNECT);
}

static inline void
check_talk(int client, int server)
{
    char got[8] = "";
    struct ws_iov iov = {got, sizeof got};
    size_t n = 0;
    int flags = 0;

    REQUIRE_EQ(put(client, "hello"), 0);
    await(server, WS_IO_IN);
    REQUIRE_EQ(ws_os_recv(server, &iov, 1, &flags, NULL, &n), 0);
    CHECK_EQ(n, 5);
    CHECK_MEM(got, "hello", 5);
}

/* The process that was forked ended well. */
static inline void
join_child(pid_t child)
{
    int status = -1;

    REQUIRE_EQ(waitpid(child, &status, 0), child);
    REQUIRE_EQ(status, 0);
}

#endif
