/* SPDX-License-Identifier: MIT */
/* The queue of requests: see backlog.h. The kernel's accept queue is the part
 * of it that nobody has looked at yet, so that a plain accept costs what it
 * costs without us. */
#include "kit/backlog.h"

#include "base/clock.h"
#include "kit/block.h"
#include "kit/gate.h"
#include "kit/ovl.h"
#include "kit/qos.h"
#include "kit/sock.h"
#include "w32/event.h"
#include "w32/wait.h"

#include <stdlib.h>

/* ---- peers ---- */

/* It ends as 'verdict' says: 0 its connection is somebody's now. */
void
ws_backlog_lost(struct ws_peer *peer, int verdict)
{
    ws_qos_free(peer->qos);
    peer->qos = NULL;
    if (peer->ops) {
        peer->ops->end(peer, verdict);
        return;
    }
    if (verdict) {
        ws_os_abortive(peer->fd);
        ws_os_close(peer->fd);
    }
    free(peer);
}

/* PQ-6. Of a connection that stands already the kernel says only that it is
 * over; a held request may also have timed out. */
int
ws_backlog_gone(struct ws_peer *peer)
{
    if (peer->ops)
        return peer->ops->gone(peer);
    return ws_os_withdrawn(peer->fd) ? WSAECONNRESET : 0;
}

static struct ws_peer *
peer_of(struct ws_list *node)
{
    return WS_CONTAINER_OF(node, struct ws_peer, node);
}

/* ---- the queue ---- */

int
ws_backlog_new(struct ws_backlog **out)
{
    struct ws_backlog *b = calloc(1, sizeof(*b));

    if (!b)
        return WSAENOBUFS;
    ws_list_init(&b->arrived);
    ws_list_init(&b->deferred);
    ws_list_init(&b->judging);
    ws_list_init(&b->options);
    *out = b;
    return 0;
}

static void
refuse_all(struct ws_list *peers)
{
    struct ws_list *node;

    while ((node = ws_list_pop(peers)))
        ws_backlog_lost(peer_of(node), WSAECONNABORTED);
}

void
ws_backlog_free(struct ws_backlog *b)
{
    struct ws_list *node;

    if (!b)
        return;
    refuse_all(&b->deferred);
    refuse_all(&b->arrived);
    while ((node = ws_list_pop(&b->options)))
        free(WS_CONTAINER_OF(node, struct ws_late_option, node));
    ws_backlog_release(b);
    ws_gate_free(b->gate);
    free(b);
}

bool
ws_backlog_ready(struct ws_sock *listener)
{
    struct ws_backlog *b = listener->backlog;
    bool ready;

    ws_lock(&listener->lock);
    ready = !ws_list_empty(&b->deferred) || !ws_list_empty(&b->arrived);
    ws_unlock(&listener->lock);
    return ready;
}

/* ---- held requests ---- */

int
ws_backlog_hold(struct ws_backlog *b, unsigned limit)
{
    bool fresh = !b->bell;
    int err = 0;

    if (fresh && (ws_wait_keep() || ws_event_new(true, false, &b->bell)))
        return WSAENOBUFS;
    if (fresh) /* requests are to come in while nobody waits, too */
        ws_wait_pending(1);
    if (b->gate)
        err = ws_gate_limit(b->gate, limit);
    if (!err)
        b->limit = limit;
    return err;
}

void
ws_backlog_release(struct ws_backlog *b)
{
    if (b->bell)
        ws_wait_pending(-1);
    ws_event_unref(b->bell);
    b->bell = NULL;
}

int
ws_backlog_fd(struct ws_sock *listener, int *fd)
{
    return ws_wait_fd(&listener->backlog->bell->object, fd) ? WSAENOBUFS : 0;
}

/* A caller who has gone is not worth the place of one who has come: only that
 * an accept would have said so is lost. */
static struct ws_peer *
take_gone(struct ws_backlog *b)
{
    WS_LIST_EACH (it, &b->arrived) {
        struct ws_peer *peer = peer_of(it);

        if (!ws_backlog_gone(peer))
            continue;
        ws_list_remove(it);
        b->count--;
        return peer;
    }
    return NULL;
}

static int
queue(struct ws_sock *listener, struct ws_peer *peer, struct ws_peer **evicted)
    WS_REQUIRES(listener->lock)
{
    struct ws_backlog *b = listener->backlog;

    if (atomic_load(&listener->closing))
        return WSAENOTSOCK;
    if (b->count >= b->limit)
        *evicted = take_gone(b);
    if (b->count >= b->limit)
        return WSAENOBUFS;
    peer->order = b->next_order++;
    b->count++;
    ws_list_append(&b->arrived, &peer->node);
    ws_event_set(b->bell);
    return 0;
}

int
ws_backlog_arrive(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_peer *evicted = NULL;
    int err;

    ws_lock(&listener->lock);
    err = queue(listener, peer, &evicted);
    ws_unlock(&listener->lock);
    if (evicted)
        ws_backlog_lost(evicted, WSAECONNRESET);
    if (err)
        return err;
    if (!ws_ovl_ready(listener, WS_IO_IN))
        ws_netev_ready(listener, WS_IO_IN);
    return 0;
}

void
ws_backlog_close(struct ws_sock *listener)
{
    struct ws_backlog *b;

    ws_lock(&listener->lock); /* another thread may just begin to listen */
    b = listener->backlog;
    ws_unlock(&listener->lock);
    if (!b || !b->bell)
        return;
    ws_gate_close(b->gate);
    ws_event_set(b->bell);
}

/* The head of both lists. */
static struct ws_peer *
pop(struct ws_backlog *b)
{
    struct ws_list *node = ws_list_pop(&b->deferred);

    if (node) {
        b->count--;
        return peer_of(node);
    }
    node = ws_list_pop(&b->arrived);
    if (!node)
        return NULL;
    b->count--;
    if (ws_list_empty(&b->arrived))
        ws_event_reset(b->bell);
    return peer_of(node);
}

static struct ws_peer *
pop_waiting(struct ws_sock *listener)
{
    struct ws_peer *peer;

    ws_lock(&listener->lock);
    peer = pop(listener->backlog);
    ws_unlock(&listener->lock);
    return peer;
}

/* Waits for the bell; who waits drives, so the request comes in this thread.
 * APCs run meanwhile (ACC-2). */
static int
wait_for_bell(struct ws_sock *listener)
{
    struct ws_object *bell = &listener->backlog->bell->object;
    DWORD result;
    int err = ws_wait(&bell, 1, false, true, WS_NEVER, &result);

    if (!err && atomic_load(&listener->closing))
        err = WSAEINTR;
    return err;
}

static int
take_held(struct ws_sock *listener, struct ws_peer **out)
{
    int err = 0;

    ws_wait_poll();
    while (!err && !(*out = pop_waiting(listener))) {
        if (atomic_load(&listener->nonblocking))
            err = WSAEWOULDBLOCK;
        else
            err = wait_for_bell(listener);
    }
    return err;
}

/* ---- the kernel's queue ---- */

/* A listener that AcceptEx uses does not block in the kernel, although its mode
 * says so; it waits here. */
static int
wait_readable(struct ws_sock *listener)
{
    struct ws_os_poll p = {.fd = listener->fd, .want = WS_IO_IN};
    size_t count = 0;
    int err = ws_os_poll(&p, 1, WS_NEVER, &count);

    return err ? err : WSAEINTR;
}

/* A "not now" from a listener that blocks is SO_RCVTIMEO's, which the
 * documents do not give to accept, or says that it does not block in the
 * kernel: the wait goes on. */
static int
wait_for_peer(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_block b = ws_block_begin(listener);
    int err;

    do {
        ws_ovl_ready(listener, WS_IO_IN); /* who was posted before us (PQ-8) */
        ws_block_enter_after_apcs(&b);
        err = ws_os_accept(listener->fd, !b.blocking, &peer->fd, &peer->remote);
        if (err == WSAEWOULDBLOCK && b.blocking)
            err = wait_readable(listener);
    } while (ws_block_again(&b, &err));
    return err;
}

static int
take_new(struct ws_sock *listener, struct ws_peer **out)
{
    struct ws_peer *peer = malloc(sizeof(*peer));
    int err;

    if (!peer)
        return WSAENOBUFS;
    *peer = (struct ws_peer){.fd = -1};
    ws_list_init(&peer->node);
    err = wait_for_peer(listener, peer);
    if (err) {
        free(peer);
        return err;
    }
    ws_lock(&listener->lock);
    peer->order = listener->backlog->next_order++;
    ws_unlock(&listener->lock);
    *out = peer;
    return 0;
}

int
ws_backlog_take(struct ws_sock *listener, struct ws_peer **out)
{
    struct ws_peer *peer = NULL;
    int err;

    if (ws_backlog_held(listener))
        err = take_held(listener, &peer);
    else if ((peer = pop_waiting(listener)))
        err = 0;
    else
        err = take_new(listener, &peer);
    if (!err && (err = ws_backlog_gone(peer)))
        ws_backlog_lost(peer, err);
    if (!err)
        *out = peer;
    return err;
}

/* Before the first that came later; several threads may hold heads. */
void
ws_backlog_put_back(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_list *at = &listener->backlog->deferred;

    peer->deferred = true;
    WS_LIST_EACH (it, &listener->backlog->deferred) {
        if (peer_of(it)->order > peer->order) {
            at = it;
            break;
        }
    }
    listener->backlog->count++;
    ws_list_insert(at, &peer->node);
}

static void
put_back(struct ws_sock *listener, struct ws_peer *peer)
{
    ws_lock(&listener->lock);
    ws_backlog_put_back(listener, peer);
    ws_unlock(&listener->lock);
}

/* ---- letting in ---- */

/* Longer than any handshake that succeeds: the caller sends its part again
 * after 1, 3 and 7 seconds. */
#define HANDSHAKE_NS 10000000000

int
ws_backlog_admit(struct ws_sock *listener, struct ws_peer *peer)
{
    return peer->ops && peer->fd < 0 ? peer->ops->admit(listener, peer) : 0;
}

static int
admit_once(struct ws_sock *listener, struct ws_peer *peer)
{
    int err;

    ws_lock(&listener->lock);
    err = ws_backlog_admit(listener, peer);
    ws_unlock(&listener->lock);
    return err;
}

int
ws_backlog_admit_waiting(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_os_poll p = {.fd = listener->fd, .want = WS_IO_IN};
    int64_t deadline = ws_now() + HANDSHAKE_NS;
    int err = admit_once(listener, peer);

    while (err == WSAEWOULDBLOCK && ws_now() < deadline) {
        size_t count = 0;
        int lost = ws_backlog_gone(peer);

        if (lost)
            return lost;
        ws_os_poll(&p, 1, ws_now() + 10000000, &count);
        ws_wait_poll(); /* the engine hears of a caller who leaves */
        err = admit_once(listener, peer);
    }
    return err == WSAEWOULDBLOCK ? WSAEACCES : err;
}

/* ---- for the engine ---- */

static int
try_new(struct ws_sock *listener, bool nonblocking, struct ws_peer **out)
    WS_REQUIRES(listener->lock)
{
    struct ws_peer *peer;
    int err;

    if (ws_backlog_held(listener))
        return WSAEWOULDBLOCK;
    peer = malloc(sizeof(*peer));
    if (!peer)
        return WSAENOBUFS;
    *peer = (struct ws_peer){.fd = -1};
    ws_list_init(&peer->node);
    err = ws_os_accept(listener->fd, nonblocking, &peer->fd, &peer->remote);
    if (err) {
        free(peer);
        return err;
    }
    peer->order = listener->backlog->next_order++;
    *out = peer;
    return 0;
}

int
ws_backlog_try(struct ws_sock *listener, bool nonblocking, struct ws_peer **out)
{
    struct ws_peer *peer = pop(listener->backlog);
    int err = 0;

    while (peer && (err = ws_backlog_gone(peer))) {
        ws_backlog_lost(peer, err);
        peer = pop(listener->backlog);
    }
    err = peer ? 0 : try_new(listener, nonblocking, &peer);
    if (err == WSAEMFILE)
        err = WSAEWOULDBLOCK; /* it keeps its place until a number is free */
    if (!err)
        *out = peer;
    return err;
}

/* Verdicts that are no fault of the peer's leave it where it was. */
static bool
keeps_place(int verdict)
{
    return verdict == WSATRY_AGAIN || verdict == WSAEMFILE ||
           verdict == WSAENOBUFS;
}

void
ws_backlog_settle(struct ws_sock *listener, struct ws_peer *peer, int verdict)
{
    if (!peer)
        return;
    if (keeps_place(verdict) && !atomic_load(&listener->closing))
        put_back(listener, peer);
    else
        ws_backlog_lost(peer, verdict);
}
