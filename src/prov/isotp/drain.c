/* SPDX-License-Identifier: MIT */
/* Connections that nobody owns any more and that are not over: last octets are
 * still to go, or the peer has not ended yet. To close such a descriptor would
 * reset the connection, and with it lose what we said last. So it is read until
 * its end, for a limited time, by whoever drives the engine.
 * Invariant: who took a connection out of the list ends it, once. */
#include "prov/isotp/isotp.h"

#include "base/clock.h"
#include "kit/watch.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>
#include <ws2tcpip.h>

struct drain {
    struct ws_watch watch; /* with the descriptor, closed with the last word */
    struct ws_isotimer timer;
    struct ws_list node;
    atomic_bool cut; /* time is up */
    uint32_t ms;     /* from the last octet that went; 0: for ever */
    size_t at, len;
    uint8_t last[];
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_NAMES);
static struct ws_list drains = WS_LIST_INIT(drains);

static struct drain *
drain_of(struct ws_watch *w)
{
    return WS_CONTAINER_OF(w, struct drain, watch);
}

/* ---- the descriptor ---- */

/* Sends what it takes; when that is all, FIN. False: the connection is lost. */
static bool
send_last(int fd, const uint8_t *last, size_t len, size_t *at)
{
    int err = 0;

    while (!err && *at < len) {
        struct ws_iov one = {(void *)(last + *at), len - *at};
        size_t moved = 0;

        err = ws_os_send(fd, &one, 1, WS_OS_DONTWAIT, NULL, &moved);
        if (!err)
            *at += moved;
    }
    if (*at == len)
        ws_os_shutdown(fd, SD_SEND);
    return !err || err == WSAEWOULDBLOCK;
}

/* Reads as long as there is something: true at the end. */
static bool
read_away(int fd)
{
    char waste[16384];
    struct ws_iov one = {waste, sizeof(waste)};
    size_t moved;
    int err;

    do {
        int flags = WS_OS_DONTWAIT | WS_OS_STREAM;

        moved = 0;
        err = ws_os_recv(fd, &one, 1, &flags, NULL, &moved);
    } while (!err && moved);
    return err != WSAEWOULDBLOCK && err != WSAEINTR;
}

/* ---- in the background ---- */

static bool
leave_list(struct drain *d)
{
    bool mine;

    ws_lock(&lock);
    mine = !ws_list_empty(&d->node);
    ws_list_remove(&d->node);
    if (mine)
        ws_isotimer_cancel(&d->timer);
    ws_unlock(&lock);
    return mine;
}

/* Its time begins anew, unless it has been ended. */
static int
extend(struct drain *d)
{
    int64_t due = ws_now() + (int64_t)d->ms * 1000000;
    int err = 0;

    ws_lock(&lock);
    if (d->ms && !ws_list_empty(&d->node))
        err = ws_isotimer_set(&d->timer, due);
    ws_unlock(&lock);
    return err;
}

static void
finish(struct drain *d)
{
    if (!leave_list(d))
        return;
    ws_watch_stop(&d->watch);
    ws_wait_pending(-1);
    ws_watch_unref(&d->watch);
}

static void
ready(struct ws_watch *w, unsigned bits)
{
    struct drain *d = drain_of(w);
    bool lost = atomic_load(&d->cut);

    (void)bits;
    if (!lost && d->at < d->len) {
        size_t before = d->at;

        lost = !send_last(w->fd, d->last, d->len, &d->at);
        if (d->at > before)
            extend(d);
    }
    if (lost || read_away(w->fd))
        finish(d);
}

static void
release(struct ws_watch *w)
{
    ws_os_close(w->fd);
    free(drain_of(w));
}

static const struct ws_watch_ops watch_ops = {.ready = ready, .free = release};

static void
hold(struct ws_isotimer *t)
{
    ws_watch_ref(&WS_CONTAINER_OF(t, struct drain, timer)->watch);
}

static void
ring(struct ws_isotimer *t)
{
    struct drain *d = WS_CONTAINER_OF(t, struct drain, timer);

    atomic_store(&d->cut, true);
    finish(d);
    ws_watch_unref(&d->watch);
}

static const struct ws_isotimer_ops timer_ops = {.hold = hold, .ring = ring};

static struct drain *
new_drain(int fd, const uint8_t *last, size_t len, uint32_t ms)
{
    struct drain *d = malloc(sizeof(*d) + len);

    if (!d)
        return NULL;
    memset(d, 0, sizeof(*d));
    ws_watch_init(&d->watch, &watch_ops, fd);
    ws_isotimer_init(&d->timer, &timer_ops);
    ws_list_init(&d->node);
    d->ms = ms;
    d->len = len;
    if (len)
        memcpy(d->last, last, len);
    return d;
}

/* Once it is watched, another thread may end it: a reference is held. */
static void
start(struct drain *d)
{
    ws_lock(&lock);
    ws_list_append(&drains, &d->node);
    ws_unlock(&lock);
    ws_wait_pending(1);
    ws_watch_ref(&d->watch);
    if (ws_wait_keep() || extend(d) || ws_watch_start(&d->watch))
        finish(d);
    ws_watch_unref(&d->watch);
}

void
ws_isotp_drain(int fd, const void *last, size_t len, uint32_t ms)
{
    size_t at = 0;
    struct drain *d = NULL;

    if (send_last(fd, last, len, &at) && !(at == len && read_away(fd)))
        d = new_drain(fd, (const uint8_t *)last + at, len - at, ms);
    if (d)
        start(d);
    else
        ws_os_close(fd);
}

void
ws_isotp_drain_stop(void)
{
    struct drain *d;

    do {
        struct ws_list *first;

        d = NULL;
        ws_lock(&lock);
        first = drains.next;
        if (first != &drains) {
            d = WS_CONTAINER_OF(first, struct drain, node);
            ws_watch_ref(&d->watch);
        }
        ws_unlock(&lock);
        if (d) {
            finish(d);
            ws_watch_unref(&d->watch);
        }
    } while (d);
}
