/* SPDX-License-Identifier: MIT */
/* The queue of requests: see backlog.h. The kernel's accept queue is the part
 * of it that nobody has looked at yet, so that a plain accept costs what it
 * costs without us. */
#include "kit/backlog.h"

#include "kit/block.h"
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

/* A "not now" from a listener that blocks is SO_RCVTIMEO's, which the
 * documents do not give to accept: the wait goes on. */
static int
wait_for_peer(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_block b = ws_block_begin(listener);
    int err;

    do {
        ws_block_enter_after_apcs(&b);
        err = ws_os_accept(listener->fd, !b.blocking, &peer->fd, &peer->remote);
        if (err == WSAEWOULDBLOCK && b.blocking)
            err = WSAEINTR;
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
static void
put_back(struct ws_sock *listener, struct ws_peer *peer)
{
    struct ws_list *at = &listener->backlog->deferred;

    peer->deferred = true;
    ws_lock(&listener->lock);
    WS_LIST_EACH (it, &listener->backlog->deferred) {
        if (WS_CONTAINER_OF(it, struct ws_peer, node)->order > peer->order) {
            at = it;
            break;
        }
    }
    ws_list_insert(at, &peer->node);
    ws_unlock(&listener->lock);
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
