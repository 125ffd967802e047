/* SPDX-License-Identifier: MIT */
/* The engine on epoll: one edge-triggered set per process and one eventfd that
 * ends a wait early. epoll looks at each descriptor again when it reports it,
 * so what a reader has already drained is not told. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "io/io.h"
#include "os/os.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BATCH 64
#define WAKE_COOKIE UINT64_MAX

static struct ws_lock opening = WS_LOCK_INIT(WS_RANK_ENGINE);
static unsigned users; /* under 'opening' */
static const struct ws_io_sink *told;
static atomic_int set = -1, wake = -1;
static atomic_uint watched;
static atomic_uint driving; /* rounds in progress */
static atomic_bool woken;   /* the eventfd has been written and not yet read */

static const struct bit {
    uint32_t epoll;
    unsigned ours;
} bits[] = {
    {EPOLLIN,    WS_IO_IN   },
    {EPOLLOUT,   WS_IO_OUT  },
    {EPOLLPRI,   WS_IO_PRI  },
    {EPOLLRDHUP, WS_IO_RDHUP},
    {EPOLLHUP,   WS_IO_HUP  },
    {EPOLLERR,   WS_IO_ERR  },
};

static unsigned
translate(uint32_t events)
{
    unsigned ready = 0;

    for (size_t i = 0; i < WS_ARRAY_LEN(bits); i++)
        if (events & bits[i].epoll)
            ready |= bits[i].ours;
    return ready;
}

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
open_set(void)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);
    int ev = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = ep < 0 || ev < 0 ? ws_err(WS_OP_OTHER, errno) : 0;

    atomic_store(&set, ep);
    atomic_store(&wake, ev);
    if (!err)
        err = add(ev, EPOLLIN, WAKE_COOKIE);
    if (err) {
        close(ep);
        close(ev);
    }
    return err;
}

int
ws_io_open(const struct ws_io_sink *sink)
{
    int err = 0;

    ws_lock(&opening);
    if (users == 0)
        err = open_set();
    if (!err) {
        told = sink;
        users++;
    }
    ws_unlock(&opening);
    return err;
}

/* Waits for a round in progress to end, since nobody may close what another
 * thread sleeps on. The round is woken and no new one finds the set. */
static void
drain_rounds(void)
{
    ws_io_wake();
    while (atomic_load(&driving))
        sched_yield();
}

void
ws_io_close(void)
{
    int ep = -1;

    ws_lock(&opening);
    if (--users == 0) {
        ep = atomic_exchange(&set, -1);
        drain_rounds();
        close(ep);
        close(atomic_exchange(&wake, -1));
        atomic_store(&woken, false);
    }
    ws_unlock(&opening);
}

int
ws_io_watch(int fd, uint64_t cookie)
{
    int err =
        add(fd, EPOLLET | EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP, cookie);

    if (!err)
        atomic_fetch_add(&watched, 1);
    return err;
}

void
ws_io_unwatch(void)
{
    atomic_fetch_sub(&watched, 1);
}

bool
ws_io_busy(void)
{
    return atomic_load_explicit(&watched, memory_order_relaxed) > 0;
}

/* Read first: a wake that comes between the two lines and finds the flag still
 * up may be dropped, because this round returns to its caller now anyway. */
static void
clear_wake(void)
{
    uint64_t count;

    if (read(atomic_load(&wake), &count, sizeof(count)) > 0)
        atomic_store(&woken, false);
}

static void
round_on(int ep, int64_t deadline)
{
    struct epoll_event ev[BATCH];
    int n = epoll_wait(ep, ev, BATCH, ws_clock_ms_left(deadline));

    for (int i = 0; i < n; i++) {
        if (ev[i].data.u64 == WAKE_COOKIE)
            clear_wake();
        else
            told->ready(ev[i].data.u64, translate(ev[i].events));
    }
}

void
ws_io_drive(int64_t deadline)
{
    int ep;

    atomic_fetch_add(&driving, 1);
    ep = atomic_load(&set);
    if (ep >= 0)
        round_on(ep, deadline);
    atomic_fetch_sub(&driving, 1);
}

/* The flag saves the system call when several wake the same round. */
void
ws_io_wake(void)
{
    uint64_t one = 1;

    if (atomic_exchange(&woken, true))
        return;
    if (write(atomic_load(&wake), &one, sizeof(one)) < 0)
        atomic_store(&woken, false);
}
