/* SPDX-License-Identifier: MIT */
/* The choice of the engine's back-end, and what they have in common: who uses
 * the engine, how much is watched, who drives. epoll serves unless WS2_IO says
 * "uring"; where io_uring is forbidden or missing, that is found out here, at
 * the start, said in the trace, and epoll serves all the same. Why epoll is the
 * default stands in docs/engine.md. */
#define _GNU_SOURCE
#include "io/io.h"
#include "base/lock.h"
#include "base/trace.h"
#include "io/backend.h"
#include "os/os.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct ws_lock opening = WS_LOCK_INIT(WS_RANK_ENGINE);
static unsigned users; /* under 'opening' */
static const struct ws_io_backend *_Atomic chosen;
static atomic_uint watched;
static atomic_uint driving; /* rounds in progress */

static const struct ws_io_backend *
wanted(void)
{
    const char *name = secure_getenv("WS2_IO");

    if (name && !strcmp(name, ws_io_uring.name))
        return &ws_io_uring;
    if (name && *name && strcmp(name, ws_io_epoll.name) != 0)
        ws_trace("io: WS2_IO=%s is neither uring nor epoll: epoll", name);
    return &ws_io_epoll;
}

static int
open_one(const struct ws_io_sink *sink)
{
    const struct ws_io_backend *b = wanted();
    int err = b->open(sink);

    if (err && b != &ws_io_epoll) {
        ws_trace("io: no %s here (%d): epoll", b->name, err);
        b = &ws_io_epoll;
        err = b->open(sink);
    }
    if (!err)
        atomic_store(&chosen, b);
    return err;
}

int
ws_io_open(const struct ws_io_sink *sink)
{
    int err = 0;

    ws_lock(&opening);
    if (users == 0)
        err = open_one(sink);
    if (!err)
        users++;
    ws_unlock(&opening);
    return err;
}

/* Waits for a round in progress to end, since nobody may close what another
 * thread sleeps on. The round is woken and no new one finds the back-end. */
static void
drain_rounds(const struct ws_io_backend *b)
{
    b->wake();
    while (atomic_load(&driving))
        sched_yield();
}

void
ws_io_close(void)
{
    const struct ws_io_backend *b;

    ws_lock(&opening);
    if (--users == 0) {
        b = atomic_exchange(&chosen, NULL);
        drain_rounds(b);
        b->close();
    }
    ws_unlock(&opening);
}

const char *
ws_io_name(void)
{
    const struct ws_io_backend *b = atomic_load(&chosen);

    return b ? b->name : "";
}

int
ws_io_watch(int fd, uint64_t cookie)
{
    const struct ws_io_backend *b = atomic_load(&chosen);
    int err = b ? b->watch(fd, cookie) : ws_err(WS_OP_OTHER, EBADF);

    if (!err)
        atomic_fetch_add(&watched, 1);
    return err;
}

void
ws_io_unwatch(int fd, uint64_t cookie)
{
    const struct ws_io_backend *b = atomic_load(&chosen);

    if (b)
        b->unwatch(fd, cookie);
    atomic_fetch_sub(&watched, 1);
}

void
ws_io_forget(int fd, uint64_t cookie)
{
    const struct ws_io_backend *b = atomic_load(&chosen);

    if (b && b->forget)
        b->forget(fd);
    ws_io_unwatch(fd, cookie);
}

bool
ws_io_busy(void)
{
    return atomic_load_explicit(&watched, memory_order_relaxed) > 0;
}

unsigned
ws_io_drive(int64_t deadline)
{
    const struct ws_io_backend *b;
    unsigned told = 0;

    atomic_fetch_add(&driving, 1);
    b = atomic_load(&chosen);
    if (b)
        told = b->drive(deadline);
    atomic_fetch_sub(&driving, 1);
    return told;
}

void
ws_io_wake(void)
{
    const struct ws_io_backend *b = atomic_load(&chosen);

    if (b)
        b->wake();
}
