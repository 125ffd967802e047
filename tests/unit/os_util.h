/* SPDX-License-Identifier: MIT */
/* What the tests of src/os share: loopback addresses, listeners, connected
 * pairs, a connection that nobody answers, and a thread of which one can tell
 * that it sleeps in the kernel. Failures end the test here.
 * Invariant: nothing here sleeps or names a port. */
#ifndef OS_UTIL_H
#define OS_UTIL_H

#include "t.h"

#include "base/clock.h"
#include "os/os.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline struct ws_addr
loopback(int family, int port)
{
    struct ws_addr a = {.len = ws_addr_size(family)};
    struct sockaddr_in *in = (void *)a.bytes;

    a.family = (uint16_t)family;
    in->sin_port = htons((uint16_t)port);
    if (family == WS_AF_INET)
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        a.bytes[8 + 15] = 1;
    return a;
}

static inline int
port_number(const struct ws_addr *a)
{
    return a->bytes[2] << 8 | a->bytes[3];
}

static inline int
make(int family, int type, bool nonblock)
{
    int fd = -1;

    REQUIRE_EQ(ws_os_socket(family, type, 0, nonblock, false, &fd), 0);
    return fd;
}

static inline int
make_bound(int family, int type, bool nonblock, struct ws_addr *name)
{
    int fd = make(family, type, nonblock);

    *name = loopback(family, 0);
    REQUIRE_EQ(ws_os_bind(fd, name), 0);
    REQUIRE_EQ(ws_os_name(fd, name), 0);
    return fd;
}

static inline int
make_listener(int family, int backlog, struct ws_addr *name)
{
    int fd = make_bound(family, WS_SOCK_STREAM, false, name);

    REQUIRE_EQ(ws_os_listen(fd, backlog), 0);
    return fd;
}

/* A listener that does not answer any more: its queue of one is full, and the
 * kernel drops the next ones' packets. */
struct deaf {
    int listener, queued;
    struct ws_addr name;
};

static inline struct deaf
make_deaf(int family)
{
    struct deaf d;

    d.listener = make_listener(family, 0, &d.name);
    d.queued = make(family, WS_SOCK_STREAM, false);
    REQUIRE_EQ(ws_os_connect(d.queued, &d.name), 0);
    return d;
}

static inline void
close_deaf(const struct deaf *d)
{
    ws_os_close(d->queued);
    ws_os_close(d->listener);
}

static inline void
make_pair(int family, int fd[2])
{
    struct ws_addr name;
    int l = make_listener(family, 1, &name);

    fd[0] = make(family, WS_SOCK_STREAM, false);
    REQUIRE_EQ(ws_os_connect(fd[0], &name), 0);
    REQUIRE_EQ(ws_os_accept(l, false, &fd[1], NULL), 0);
    ws_os_close(l);
}

/* Waits until one of 'want' holds. */
static inline uint16_t
await(int fd, uint16_t want)
{
    struct ws_os_poll p = {.fd = fd, .want = want};
    size_t n = 0;

    REQUIRE_EQ(ws_os_poll(&p, 1, ws_deadline(10000), &n), 0);
    REQUIRE_EQ(n, 1);
    return p.ready;
}

static inline int
put(int fd, const char *text)
{
    struct ws_iov iov = {(void *)(uintptr_t)text, strlen(text)};
    size_t n = 0;
    int err = ws_os_send(fd, &iov, 1, 0, NULL, &n);

    if (!err)
        REQUIRE_EQ(n, iov.len);
    return err;
}

/* ---- a thread that sleeps in the kernel ---- */

struct sleeper {
    int (*body)(struct sleeper *s);
    int fd;
    struct ws_addr to;
    int err;         /* what 'body' returned */
    size_t moved;    /* for the bodies' use */
    atomic_int tid;  /* 0 before it is about to sleep */
    atomic_int done; /* it has returned */
    pthread_t thread;
};

static inline void *
sleeper_main(void *p)
{
    struct sleeper *s = p;

    atomic_store(&s->tid, gettid());
    s->err = s->body(s);
    atomic_store(&s->done, 1);
    return NULL;
}

/* Starts 'body' and returns when it waits in the kernel. */
static inline void
sleeper_start(struct sleeper *s)
{
    char path[64], line[256], *state;
    FILE *f;
    int asleep = 0;

    atomic_store(&s->tid, 0);
    atomic_store(&s->done, 0);
    REQUIRE_EQ(pthread_create(&s->thread, NULL, sleeper_main, s), 0);
    while (!asleep) {
        sched_yield();
        REQUIRE(!atomic_load(&s->done));
        if (!atomic_load(&s->tid))
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%d/stat",
                 atomic_load(&s->tid));
        f = fopen(path, "r");
        REQUIRE(f && fgets(line, sizeof line, f));
        fclose(f);
        state = strrchr(line, ')');
        asleep = state && state[1] && state[2] == 'S';
    }
}

static inline int
sleeper_join(struct sleeper *s)
{
    pthread_join(s->thread, NULL);
    return s->err;
}

#endif
