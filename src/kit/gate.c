/* SPDX-License-Identifier: MIT */
/* Conditional listeners: see gate.h. One tap serves all gates of the process;
 * it and they are guarded by one lock, which is taken inside a listener's and
 * never around one. What the tap tells is passed on in the thread that drives
 * the engine, with no lock held.
 *
 * Who holds what: a peer belongs to the backlog, or to the thread that judges
 * it; the gate's table finds it by the number of its request. A gate lives as
 * long as its listener's backlog, and says nothing more once it is shut. */
#include "kit/gate.h"

#include "base/clock.h"
#include "base/trace.h"
#include "kit/backlog.h"
#include "kit/ovl.h"
#include "kit/watch.h"
#include "os/syngate.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <ws2/ws2ext.h>

#define BUCKETS 64
#define HANDSHAKE_NS                                                           \
    20000000000 /* after which a caller who was let in is lost */

struct ws_gate {
    struct ws_sock *listener; /* found, not held: closing comes first */
    struct ws_syngate *gate;  /* NULL once shut */
    struct ws_list asking[BUCKETS];
};

struct caller {
    struct ws_peer peer;
    struct ws_list node; /* in 'asking' */
    struct ws_gate *gate;
    uint64_t id;
    int64_t deadline; /* of the handshake, once let in */
    int gone;         /* why he is there no more, or 0 */
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_ENGINE);
static struct ws_syngate_tap *tap; /* while there are gates */
static struct ws_watch *ears[3];   /* IPv4, IPv6, the clock; made on demand */
static unsigned gates;
static int64_t clock_due = WS_NEVER; /* what the clock is set to */
enum { CLOCK = 2 };

static void
set_clock(int64_t when) WS_REQUIRES(lock)
{
    if (when != clock_due)
        ws_os_timer_set(ears[CLOCK]->fd, when);
    clock_due = when;
}

static struct caller *
caller_of(struct ws_peer *p)
{
    return WS_CONTAINER_OF(p, struct caller, peer);
}

static struct ws_list *
bucket(struct ws_gate *g, uint64_t id)
{
    return &g->asking[id % BUCKETS];
}

static struct caller *
find(struct ws_gate *g, uint64_t id) WS_REQUIRES(lock)
{
    WS_LIST_EACH (it, bucket(g, id)) {
        struct caller *c = WS_CONTAINER_OF(it, struct caller, node);

        if (c->id == id)
            return c;
    }
    return NULL;
}

/* ---- what an accept does with a request ---- */

static int
gone(struct ws_peer *p)
{
    struct caller *c = caller_of(p);
    int err;

    if (p->fd >= 0)
        return ws_os_withdrawn(p->fd) ? WSAECONNRESET : 0;
    ws_lock(&lock);
    err = c->gone;
    ws_unlock(&lock);
    return err;
}

/* TCP carries no data with a request. */
static void
brief(struct ws_peer *p, struct ws_interview *i)
{
    (void)p, (void)i;
}

static int
note(struct ws_peer *p, int verdict, const struct ws_interview *i)
{
    (void)p, (void)i;
    return verdict == WSAECONNREFUSED ? 0 : verdict;
}

static int
let_in(struct caller *c, bool nonblocking) WS_REQUIRES(lock)
{
    if (c->gone || !c->gate->gate)
        return c->gone ? c->gone : WSAECONNRESET;
    if (!c->deadline)
        c->deadline = ws_now() + HANDSHAKE_NS;
    return ws_syngate_admit(c->gate->gate, c->id, nonblocking, c->deadline,
                            &c->peer.fd);
}

static int
admit(struct ws_sock *listener, struct ws_peer *p)
{
    int err;

    ws_lock(&lock);
    err = let_in(caller_of(p), atomic_load(&listener->nonblocking));
    ws_unlock(&lock);
    return err == WSAETIMEDOUT ? WSAEACCES : err;
}

static void
adopt(struct ws_peer *p, struct ws_sock *conn)
{
    (void)p, (void)conn; /* a connection like any other */
}

static void
end(struct ws_peer *p, int verdict)
{
    struct caller *c = caller_of(p);

    ws_lock(&lock);
    ws_list_remove(&c->node);
    if (verdict && p->fd < 0 && !c->gone && c->gate->gate) {
        ws_syngate_refuse(c->gate->gate, c->id);
        if (c->deadline) /* the handshake may end all the same: swept up */
            set_clock(ws_now());
    }
    ws_unlock(&lock);
    if (verdict && p->fd >= 0) {
        ws_os_abortive(p->fd);
        ws_os_close(p->fd);
    }
    free(c);
}

static const struct ws_peer_ops caller_ops = {
    .gone = gone,
    .brief = brief,
    .note = note,
    .admit = admit,
    .adopt = adopt,
    .end = end,
};

/* ---- what the tap tells ---- */

static struct caller *
new_caller(struct ws_gate *g, const struct ws_syngate_event *ev)
    WS_REQUIRES(lock)
{
    struct caller *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    ws_list_init(&c->peer.node);
    c->peer.ops = &caller_ops;
    c->peer.fd = -1;
    c->peer.remote = ev->remote;
    c->peer.local = ev->local;
    c->gate = g;
    c->id = ev->id;
    ws_list_append(bucket(g, ev->id), &c->node);
    return c;
}

/* Passing on what happened needs the listener, whom closing cannot have freed
 * while his gate is open: with a reference. */
static struct ws_sock *
take_note(const struct ws_syngate_event *ev, struct caller **fresh)
    WS_REQUIRES(lock)
{
    struct ws_gate *g = ev->owner;
    struct caller *c = NULL;

    if (ev->kind == WS_SYN_NEW) {
        *fresh = new_caller(g, ev);
        if (!*fresh) {
            ws_syngate_forget(g->gate, ev->id); /* he will ask again */
            return NULL;
        }
    } else if (ev->kind != WS_SYN_RETRANSMIT) {
        c = find(g, ev->id);
        if (c)
            c->gone = ev->kind == WS_SYN_GAVE_UP ? WSAEACCES : WSAECONNRESET;
    }
    ws_object_ref(&g->listener->object);
    return g->listener;
}

/* A listener that has no room leaves him asking; what else happened may end a
 * handshake that an operation waits for. */
static void
pass_on(struct ws_sock *listener, struct caller *fresh)
{
    if (!fresh) {
        ws_ovl_ready(listener, WS_IO_IN);
    } else if (ws_backlog_arrive(listener, &fresh->peer)) {
        ws_lock(&lock);
        if (fresh->gate->gate)
            ws_syngate_forget(fresh->gate->gate, fresh->id);
        fresh->gone = WSAEACCES; /* so nothing is sent to him */
        ws_unlock(&lock);
        end(&fresh->peer, WSAENOBUFS);
    }
    ws_sock_unref(listener);
}

/* Takes the next event by 'next' and passes it on. */
static bool
step(int (*next)(struct ws_syngate_event *ev, int64_t *when), int64_t *when,
     enum ws_syngate_kind *kind)
{
    struct ws_syngate_event ev;
    struct caller *fresh = NULL;
    struct ws_sock *listener = NULL;
    int err;

    ws_lock(&lock);
    err = next(&ev, when);
    if (!err && ev.kind != WS_SYN_NOTHING)
        listener = take_note(&ev, &fresh);
    ws_unlock(&lock);
    if (listener)
        pass_on(listener, fresh);
    if (!err)
        *kind = ev.kind;
    return !err;
}

static int
next_heard(struct ws_syngate_event *ev, int64_t *when)
{
    (void)when;
    return tap ? ws_syngate_read(tap, ev) : WSAEWOULDBLOCK;
}

static int
next_expired(struct ws_syngate_event *ev, int64_t *when)
{
    return tap ? ws_syngate_expire(tap, ws_now(), ev, when) : WSAEWOULDBLOCK;
}

/* Who stopped asking long ago has gone. */
static void
expire(void)
{
    enum ws_syngate_kind kind;
    int64_t when = WS_NEVER;

    while (step(next_expired, &when, &kind))
        ;
    ws_lock(&lock);
    if (ears[CLOCK])
        set_clock(when);
    ws_unlock(&lock);
}

static void
hear(struct ws_watch *w, unsigned bits)
{
    enum ws_syngate_kind kind;
    bool first = false;

    (void)w;
    if (!(bits & WS_IO_IN)) /* room to send, after each SYN that we sent */
        return;
    while (step(next_heard, NULL, &kind))
        first |= kind == WS_SYN_NEW;
    if (first)
        expire(); /* sets the clock */
}

static void
ring(struct ws_watch *w, unsigned bits)
{
    (void)w, (void)bits;
    expire();
}

static void
free_watch(struct ws_watch *w)
{
    free(w);
}

static const struct ws_watch_ops ear_ops = {.ready = hear, .free = free_watch};
static const struct ws_watch_ops clock_ops = {.ready = ring,
                                              .free = free_watch};

/* ---- gates ---- */

static int
watch(int i, int fd, const struct ws_watch_ops *watch_ops) WS_REQUIRES(lock)
{
    struct ws_watch *w;
    int err;

    if (ears[i] || fd < 0)
        return 0;
    w = malloc(sizeof(*w));
    if (!w)
        return WSAENOBUFS;
    ws_watch_init(w, watch_ops, fd);
    err = ws_watch_start(w);
    if (err)
        ws_watch_unref(w);
    else
        ears[i] = w;
    return err;
}

static int
listen_to_tap(void) WS_REQUIRES(lock)
{
    int fds[2], clock = -1, err;

    ws_syngate_tap_fds(tap, fds);
    err = ears[CLOCK] ? 0 : ws_os_timer(&clock);
    if (!err)
        err = watch(CLOCK, clock, &clock_ops);
    if (err && clock >= 0)
        ws_os_close(clock);
    if (!err)
        err = watch(0, fds[0], &ear_ops);
    if (!err)
        err = watch(1, fds[1], &ear_ops);
    return err;
}

/* Nothing is left to hear. What is being told in another thread finds nothing
 * any more. */
static void
close_tap(void) WS_REQUIRES(lock)
{
    int clock = ears[CLOCK] ? ears[CLOCK]->fd : -1;

    for (size_t i = 0; i < WS_ARRAY_LEN(ears); i++) {
        if (ears[i])
            ws_watch_stop(ears[i]);
        ws_watch_unref(ears[i]);
        ears[i] = NULL;
    }
    if (clock >= 0)
        ws_os_close(clock);
    clock_due = WS_NEVER;
    ws_syngate_tap_close(tap);
    tap = NULL;
}

static void
shut_gate(struct ws_gate *g) WS_REQUIRES(lock)
{
    if (!g->gate)
        return;
    ws_syngate_close(g->gate);
    g->gate = NULL;
    gates--;
}

static int
open_gate(struct ws_gate *g, int fd, int backlog) WS_REQUIRES(lock)
{
    int err = tap ? 0 : ws_syngate_tap_open(&tap);

    if (!err)
        err = ws_syngate_open(tap, fd, backlog, g, &g->gate);
    if (!err) {
        gates++;
        err = listen_to_tap();
    }
    if (err)
        shut_gate(g);
    if (!gates)
        close_tap();
    return err;
}

int
ws_gate_open(struct ws_sock *s, struct ws_backlog *queue, int backlog)
{
    struct ws_gate *g = calloc(1, sizeof(*g));
    int err;

    if (!g)
        return WSAENOBUFS;
    g->listener = s;
    for (int i = 0; i < BUCKETS; i++)
        ws_list_init(&g->asking[i]);
    err = ws_backlog_hold(queue, (unsigned)backlog);
    if (!err) {
        ws_lock(&lock);
        err = open_gate(g, s->fd, backlog);
        ws_unlock(&lock);
    }
    if (err) { /* DEVIATION: holding a SYN takes a privilege here */
        ws_trace("conditional accept: no gate (%d), the handshake comes first",
                 err);
        ws_backlog_release(queue);
        free(g);
        return err;
    }
    queue->gate = g;
    s->unblocked = true;
    return 0;
}

int
ws_gate_limit(struct ws_gate *g, unsigned backlog)
{
    int err = 0;

    ws_lock(&lock);
    if (g->gate)
        err = ws_syngate_limit(g->gate, (int)backlog);
    ws_unlock(&lock);
    return err;
}

unsigned
ws_gate_tier(struct ws_gate *g)
{
    enum ws_syngate_tier tier;

    (void)g; /* one tap, one way to have come by it */
    ws_lock(&lock);
    tier = tap ? ws_syngate_tap_tier(tap) : WS_SYNGATE_NONE;
    ws_unlock(&lock);
    return tier == WS_SYNGATE_OWN      ? WS2_CONDITIONAL_OWN
           : tier == WS_SYNGATE_HELPER ? WS2_CONDITIONAL_HELPER
                                       : WS2_CONDITIONAL_NOT_HELD;
}

void
ws_gate_close(struct ws_gate *g)
{
    if (!g)
        return;
    ws_lock(&lock);
    shut_gate(g);
    if (!gates)
        close_tap();
    ws_unlock(&lock);
}

void
ws_gate_free(struct ws_gate *g)
{
    ws_gate_close(g);
    free(g);
}
