/* SPDX-License-Identifier: MIT */
/* The queue of requests: see backlog.h. The kernel's accept queue is the part
 * of it that nobody has looked at yet, so that a plain accept costs what it
 * costs without us. */
#include "kit/backlog.h"

#include "base/clock.h"
#include "kit/block.h"
#include "kit/ovl.h"
#include "kit/sock.h"
#include "w32/thread.h"

#include <stdlib.h>

int
ws_backlog_new(struct ws_backlog **out)
{
    struct ws_backlog *b = calloc(1, sizeof(*b));

    if (!b)
        return WSAENOBUFS;
    ws_list_init(&b->deferred);
    ws_list_init(&b->judging);
    ws_list_init(&b->options);
    *out = b;
    return 0;
}

/* The peer's connection ends with a reset. */
static void
refuse(struct ws_peer *peer)
{
    ws_os_abortive(peer->fd);
    ws_os_close(peer->fd);
    free(peer);
}

void
ws_backlog_free(struct ws_backlog *b)
{
    struct ws_list *node;

    if (!b)
        return;
    while ((node = ws_list_pop(&b->deferred)))
        refuse(WS_CONTAINER_OF(node, struct ws_peer, node));
    while ((node = ws_list_pop(&b->options)))
        free(WS_CONTAINER_OF(node, struct ws_late_option, node));
    free(b);
}

bool
ws_backlog_ready(struct ws_sock *listener)
{
    bool ready;

    ws_lock(&listener->lock);
    ready = !ws_list_empty(&listener->backlog->deferred);
    ws_unlock(&listener->lock);
    return ready;
}

static struct ws_peer *
pop_deferred(struct ws_sock *listener)
{
    struct ws_list *node;

    ws_lock(&listener->lock);
    node = ws_list_pop(&listener->backlog->deferred);
    ws_unlock(&listener->lock);
    return node ? WS_CONTAINER_OF(node, struct ws_peer, node) : NULL;
}

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
    ws_list_init(&peer->node);
    peer->deferred = false;
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
    struct ws_peer *peer = pop_deferred(listener);
    int err = peer ? 0 : take_new(listener, &peer);

    if (!err && ws_os_withdrawn(peer->fd)) {
        refuse(peer);
        err = WSAECONNRESET;
    }
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
        if (WS_CONTAINER_OF(it, struct ws_peer, node)->order > peer->order) {
            at = it;
            break;
        }
    }
    ws_list_insert(at, &peer->node);
}

static void
put_back(struct ws_sock *listener, struct ws_peer *peer)
{
    ws_lock(&listener->lock);
    ws_backlog_put_back(listener, peer);
    ws_unlock(&listener->lock);
}

/* ---- for the engine ---- */

static int
try_new(struct ws_sock *listener, bool nonblocking, struct ws_peer **out)
    WS_REQUIRES(listener->lock)
{
    struct ws_peer *peer = malloc(sizeof(*peer));
    int err;

    if (!peer)
        return WSAENOBUFS;
    ws_list_init(&peer->node);
    peer->deferred = false;
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
    struct ws_list *node = ws_list_pop(&listener->backlog->deferred);
    struct ws_peer *peer = NULL;
    int err = 0;

    if (node)
        peer = WS_CONTAINER_OF(node, struct ws_peer, node);
    else
        err = try_new(listener, nonblocking, &peer);
    if (!err && node && ws_os_withdrawn(peer->fd)) {
        refuse(peer);
        return ws_backlog_try(listener, nonblocking, out);
    }
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
    if (!verdict)
        free(peer);
    else if (keeps_place(verdict) && !atomic_load(&listener->closing))
        put_back(listener, peer);
    else
        refuse(peer);
}
