/* SPDX-License-Identifier: MIT */
/* Changes of addresses and routes: see change.h. Each wait is an operation in a
 * lane of its own, which nobody works off: closing the socket and cancelling
 * find it there as they find any other. It is on the list of all such waits as
 * well, with the state that it saw; what the kernel tells makes everybody look
 * again, and who sees another state is taken out of its lane to end well.
 *
 * One descriptor tells for all, open while there is a wait. */
#include "kit/change.h"

#include "base/clock.h"
#include "kit/watch.h"
#include "w32/event.h"
#include "w32/overlap.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

struct wait {
    struct ws_ovl op;
    struct ws_list node; /* in 'waits', from before its start to its end */
    struct ws_addr to;   /* len 0: about the addresses */
    uint64_t state;      /* a digest of what held at the beginning */
    atomic_bool fired;   /* it holds no longer */
    bool silent;         /* tells network events, and no user's record */
    WSAOVERLAPPED own;   /* which it has instead */
};

/* Below the engine's: the descriptor is watched under it. */
static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_PROVIDER);
static struct ws_list waits = WS_LIST_INIT(waits);
static struct ws_watch *telling; /* while the list has an entry */

static struct wait *
wait_of(const struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct wait, op);
}

/* ---- what is waited for ---- */

static uint64_t
digest(uint64_t so_far, const void *data, size_t size)
{
    const unsigned char *at = data;

    for (size_t i = 0; i < size; i++) /* FNV-1a */
        so_far = (so_far ^ at[i]) * 0x100000001b3;
    return so_far;
}

static uint64_t
state_of_addresses(int family)
{
    uint64_t state = 0xcbf29ce484222325;
    struct ws_os_ifaddr *all;
    size_t count;

    if (ws_os_ifaddrs(family, &all, &count))
        return 0;
    for (size_t i = 0; i < count; i++) {
        state = digest(state, all[i].addr.bytes, (size_t)all[i].addr.len);
        state = digest(state, &all[i].index, sizeof(all[i].index));
    }
    free(all);
    return state;
}

static uint64_t
state_of_route(const struct ws_addr *to)
{
    struct ws_addr local = {.len = 0};
    int err = ws_os_route(to, &local);

    return digest(digest(0, &err, sizeof(err)), local.bytes, (size_t)local.len);
}

static uint64_t
state_of(const struct ws_sock *s, const struct ws_addr *to)
{
    return to->len ? state_of_route(to) : state_of_addresses(s->family);
}

/* ---- being told ---- */

static bool fired(const struct ws_ovl *op, const void *arg);

/* Marks the next wait whose state has gone, and gives its socket, with a
 * reference. A wait on the list has not ended, so it still has one. */
static struct ws_sock *
find_changed(void)
{
    struct ws_sock *s = NULL;

    ws_lock(&lock);
    WS_LIST_EACH (it, &waits) {
        struct wait *w = WS_CONTAINER_OF(it, struct wait, node);

        if (atomic_load(&w->fired) || state_of(w->op.sock, &w->to) == w->state)
            continue;
        atomic_store(&w->fired, true);
        s = w->op.sock;
        ws_object_ref(&s->object);
        break;
    }
    ws_unlock(&lock);
    return s;
}

static void
look_around(void)
{
    struct ws_sock *s;

    while ((s = find_changed())) {
        ws_ovl_cancel_if(s, fired, NULL);
        ws_sock_unref(s);
    }
}

static void
ready(struct ws_watch *w, unsigned bits)
{
    (void)bits;
    if (ws_os_changes_read(w->fd))
        look_around();
}

static void
release(struct ws_watch *w)
{
    ws_os_close(w->fd);
    free(w);
}

static const struct ws_watch_ops telling_ops = {ready, release};

static int
start_telling(void) WS_REQUIRES(lock)
{
    struct ws_watch *w = calloc(1, sizeof(*w));
    int err, fd;

    if (!w)
        return WSAENOBUFS;
    err = ws_os_changes_open(&fd);
    if (err) {
        free(w);
        return err;
    }
    ws_watch_init(w, &telling_ops, fd);
    err = ws_watch_start(w);
    if (err)
        ws_watch_unref(w);
    else
        telling = w;
    return err;
}

static int
enlist(struct wait *w)
{
    int err = 0;

    ws_lock(&lock);
    if (!telling)
        err = start_telling();
    if (!err) {
        w->state = state_of(w->op.sock, &w->to);
        ws_list_append(&waits, &w->node);
    }
    ws_unlock(&lock);
    return err;
}

static void
delist(struct wait *w)
{
    struct ws_watch *last = NULL;

    ws_lock(&lock);
    ws_list_remove(&w->node); /* which may be done twice */
    if (ws_list_empty(&waits)) {
        last = telling;
        telling = NULL;
    }
    ws_unlock(&lock);
    if (last)
        ws_watch_stop(last);
    ws_watch_unref(last);
}

/* ---- the operation ---- */

/* There is nothing to try. */
static int
attempt(struct ws_ovl *op)
{
    (void)op;
    return WSAEWOULDBLOCK;
}

static void
tell_events(struct wait *w)
{
    struct ws_addr local;

    if (!w->to.len)
        ws_netev_tell(w->op.sock, FD_ADDRESS_LIST_CHANGE_BIT, 0);
    else
        ws_netev_tell(w->op.sock, FD_ROUTING_INTERFACE_CHANGE_BIT,
                      ws_os_route(&w->to, &local) ? WSAENETUNREACH : 0);
}

/* A wait for network events has no record of a user's to write: it is over
 * here. */
static bool
ended(struct ws_ovl *op)
{
    struct wait *w = wait_of(op);

    delist(w); /* who is on the list has its socket, which goes now */
    if (atomic_load(&w->fired))
        op->err = 0;
    if (!w->silent)
        return true;
    if (!op->err)
        tell_events(w);
    ws_ovl_drop(op);
    return false;
}

/* For one that never started. */
static void
clean(struct ws_ovl *op)
{
    delist(wait_of(op));
}

static const struct ws_ovl_ops ops = {
    .attempt = attempt, .ended = ended, .clean = clean};

static bool
fired(const struct ws_ovl *op, const void *arg)
{
    (void)arg;
    return op->ops == &ops && atomic_load(&wait_of(op)->fired);
}

/* What changes between the look at the state and the start of the operation
 * finds nothing in the lane, and so is taken up afterwards. */
static int
begin(struct wait *w)
{
    struct ws_ovl *op = &w->op;
    struct ws_sock *s = op->sock;
    int err = enlist(w);

    if (err)
        ws_ovl_free(op);
    else
        err = ws_ovl_start(op, NULL, NULL);
    if (err == WSA_IO_PENDING)
        ws_ovl_cancel_if(s, fired, NULL);
    return err;
}

static int
make(struct ws_sock *s, const struct ws_addr *to,
     const struct ws_ovl_route *route, struct wait **out)
{
    struct ws_ovl *op;
    int err = ws_ovl_new(s, sizeof(struct wait), &ops, LANE_OTHER, route, &op);

    if (err)
        return err;
    *out = wait_of(op);
    ws_list_init(&(*out)->node);
    if (to)
        (*out)->to = *to;
    return 0;
}

/* ---- the three ways to wait ---- */

struct question {
    bool routes;
};

static bool
asks_same(const struct ws_ovl *op, const void *arg)
{
    const struct question *q = arg;
    const struct wait *w = wait_of(op);

    return op->ops == &ops && w->silent && (w->to.len > 0) == q->routes;
}

/* What is told by no record of a user's and by no packet. */
static WSAOVERLAPPED nobodys = {.hEvent = (HANDLE)(ULONG_PTR)1};

/* The latest question counts. */
static int
arm(struct ws_sock *s, const struct ws_addr *to)
{
    struct ws_ovl_route route = {&nobodys, NULL};
    struct question q = {to != NULL};
    struct wait *w;
    int err = make(s, to, &route, &w);

    if (err)
        return err;
    w->silent = true;
    w->op.user = &w->own;
    ws_ovl_cancel_if(s, asks_same, &q);
    ws_netev_arm(s, to ? FD_ROUTING_INTERFACE_CHANGE : FD_ADDRESS_LIST_CHANGE);
    err = begin(w);
    return err == WSA_IO_PENDING ? WSAEWOULDBLOCK : err;
}

static int
sleep_until(struct ws_event *event, const WSAOVERLAPPED *ov)
{
    struct ws_object *on = &event->object;
    DWORD result;
    int err = 0;

    while (!err && ws_overlap_status(ov) == WS_STATUS_PENDING)
        err = ws_wait(&on, 1, false, true, WS_NEVER, &result);
    if (!err && ws_overlap_status(ov))
        err = WSAEINTR; /* closed by another thread */
    return err;
}

static int
block(struct ws_sock *s, const struct ws_addr *to)
{
    WSAOVERLAPPED ov = nobodys;
    struct ws_ovl_route route = {&ov, NULL};
    struct ws_event *event = NULL;
    struct wait *w;
    int err = ws_event_new(true, false, &event) ? WSAENOBUFS : 0;

    if (!err)
        err = make(s, to, &route, &w);
    if (!err) {
        ws_object_ref(&event->object);
        w->op.event = event;
        err = begin(w);
    }
    if (err == WSA_IO_PENDING)
        err = sleep_until(event, &ov);
    ws_event_unref(event);
    return err;
}

int
ws_change_await(struct ws_sock *s, const struct ws_addr *to,
                const struct ws_ovl_route *route)
{
    struct wait *w;
    int err;

    if (!route)
        return atomic_load(&s->nonblocking) ? arm(s, to) : block(s, to);
    err = make(s, to, route, &w);
    return err ? err : begin(w);
}
