/* SPDX-License-Identifier: MIT */
/* The engine on epoll: one edge-triggered set per process and one eventfd that
 * ends a wait early. epoll looks at each descriptor again when it reports it,
 * so what a reader has already drained is not told. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "io/backend.h"
#include "os/os.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAKE_COOKIE UINT64_MAX
#define ROUND 64 /* descriptors */

static const struct ws_io_sink *told;
static atomic_int set = -1, waker = -1;
static atomic_bool woken; /* the eventfd has been written and not yet read */

_Static_assert(EPOLLIN == WS_IO_IN && EPOLLPRI == WS_IO_PRI &&
                   EPOLLOUT == WS_IO_OUT && EPOLLERR == WS_IO_ERR &&
                   EPOLLHUP == WS_IO_HUP && EPOLLRDHUP == WS_IO_RDHUP,
               "not translated");

/* A descriptor is in the set already if the socket made for it could not be
 * finished and another one is made now: what it was watched for is replaced. */
static int
add(int fd, uint32_t events, uint64_t cookie)
{
    struct epoll_event ev = {.events = events, .data.u64 = cookie};
    int ep = atomic_load(&set);

    if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0)
        return 0;
    if (errno == EEXIST && epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev) == 0)
        return 0;
    return ws_err(WS_OP_OTHER, errno == ENOSPC ? ENOMEM : errno);
}

static int
open_set(const struct ws_io_sink *sink)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);
    int ev = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = ep < 0 || ev < 0 ? ws_err(WS_OP_OTHER, errno) : 0;

    told = sink;
    atomic_store(&set, ep);
    atomic_store(&waker, ev);
    if (!err)
        err = add(ev, EPOLLIN, WAKE_COOKIE);
    if (err) {
        close(ep);
        close(ev);
    }
    return err;
}

static void
close_set(void)
{
    close(atomic_exchange(&set, -1));
    close(atomic_exchange(&waker, -1));
    atomic_store(&woken, false);
}

static int
watch(int fd, uint64_t cookie)
{
    return add(fd, EPOLLET | EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP,
               cookie);
}

/* The set forgets a descriptor by itself when it is closed. */
static void
unwatch(int fd, uint64_t cookie)
{
    (void)fd;
    (void)cookie;
}

static void
forget(int fd)
{
    epoll_ctl(atomic_load(&set), EPOLL_CTL_DEL, fd, NULL);
}

/* Read first: a wake that comes between the two lines and finds the flag still
 * up may be dropped, because this round returns to its caller now anyway. */
static void
clear_wake(void)
{
    uint64_t count;

    if (read(atomic_load(&waker), &count, sizeof(count)) > 0)
        atomic_store(&woken, false);
}

static unsigned
drive(int64_t deadline)
{
    struct epoll_event ev[ROUND];
    int ms = ws_clock_ms_left(deadline);
    int n = epoll_wait(atomic_load(&set), ev, ROUND, ms);

    for (int i = 0; i < n; i++) {
        if (ev[i].data.u64 == WAKE_COOKIE)
            clear_wake();
        else
            told->ready(ev[i].data.u64, ev[i].events);
    }
    return n > 0 ? (unsigned)n : 0;
}

/* The flag saves the system call when several wake the same round. */
static void
wake(void)
{
    uint64_t one = 1;

    if (atomic_exchange(&woken, true))
        return;
    if (write(atomic_load(&waker), &one, sizeof(one)) < 0)
        atomic_store(&woken, false);
}

const struct ws_io_backend ws_io_epoll = {
    .name = "epoll",
    .open = open_set,
    .close = close_set,
    .watch = watch,
    .unwatch = unwatch,
    .forget = forget,
    .drive = drive,
    .wake = wake,
};
