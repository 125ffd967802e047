/* SPDX-License-Identifier: MIT */
/* Timers: see timer.h. The descriptor is set for the first of them, and left
 * alone when that one is cancelled: it then comes for nothing, which costs less
 * than setting it for each connection. */
#include "prov/isotp/timer.h"

#include "base/clock.h"
#include "base/lock.h"
#include "kit/watch.h"
#include "os/os.h"

#include <ws2/winsock2.h>

#include <stdlib.h>

struct clock {
    struct ws_watch watch;
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_ENGINE);
static struct ws_list timers = WS_LIST_INIT(timers);
static struct clock *clock_; /* NULL until one is set */
static int64_t armed = WS_NEVER;

static struct ws_isotimer *
timer_of(struct ws_list *node)
{
    return WS_CONTAINER_OF(node, struct ws_isotimer, node);
}

static void
arm(int64_t due) WS_REQUIRES(lock)
{
    armed = due;
    if (clock_)
        ws_os_timer_set(clock_->watch.fd, due);
}

/* The next that is due, held; NULL and the clock set if none is. */
static struct ws_isotimer *
take_due(int64_t now)
{
    struct ws_isotimer *t = NULL;

    ws_lock(&lock);
    if (!ws_list_empty(&timers) && timer_of(timers.next)->due <= now) {
        t = timer_of(ws_list_pop(&timers));
        t->ops->hold(t);
    } else {
        arm(ws_list_empty(&timers) ? WS_NEVER : timer_of(timers.next)->due);
    }
    ws_unlock(&lock);
    return t;
}

static void
ready(struct ws_watch *w, unsigned bits)
{
    int64_t now = ws_now();
    struct ws_isotimer *t;

    (void)w;
    if (!(bits & WS_IO_IN))
        return;
    while ((t = take_due(now)))
        t->ops->ring(t);
}

static void
release(struct ws_watch *w)
{
    ws_os_close(w->fd);
    free(WS_CONTAINER_OF(w, struct clock, watch));
}

static const struct ws_watch_ops ops = {.ready = ready, .free = release};

static int
start(void) WS_REQUIRES(lock)
{
    struct clock *c = calloc(1, sizeof(*c));
    int fd = -1;
    int err = c ? ws_os_timer(&fd) : WSAENOBUFS;

    if (err) {
        free(c);
        return err;
    }
    ws_watch_init(&c->watch, &ops, fd);
    err = ws_watch_start(&c->watch);
    if (err)
        ws_watch_unref(&c->watch);
    else
        clock_ = c;
    return err;
}

void
ws_isotimer_init(struct ws_isotimer *t, const struct ws_isotimer_ops *o)
{
    t->ops = o;
    t->due = WS_NEVER;
    ws_list_init(&t->node);
}

int
ws_isotimer_set(struct ws_isotimer *t, int64_t due)
{
    struct ws_list *at;
    int err;

    ws_lock(&lock);
    err = clock_ ? 0 : start();
    ws_list_remove(&t->node);
    t->due = due;
    if (!err && due != WS_NEVER) {
        for (at = timers.prev; at != &timers && timer_of(at)->due > due;)
            at = at->prev;
        ws_list_insert(at->next, &t->node);
        if (due < armed)
            arm(due);
    }
    ws_unlock(&lock);
    return err;
}

void
ws_isotimer_cancel(struct ws_isotimer *t)
{
    ws_lock(&lock);
    ws_list_remove(&t->node);
    ws_unlock(&lock);
}

void
ws_isotimer_stop(void)
{
    struct clock *c;

    ws_lock(&lock);
    c = clock_;
    clock_ = NULL;
    armed = WS_NEVER;
    ws_unlock(&lock);
    if (!c)
        return;
    ws_watch_stop(&c->watch);
    ws_watch_unref(&c->watch);
}
