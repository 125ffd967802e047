/* SPDX-License-Identifier: MIT */
/* AcceptEx. It waits in the listener's lane of receives, takes the head of the
 * backlog (a deferred one too, PQ-5), gives the new connection the number of
 * the waiting socket, and, where data is wanted, goes on as a receive on it.
 * An address area that is too short fails it, and the request stays. */
#include "kit/acceptex.h"

#include "kit/accept.h"
#include "kit/backlog.h"
#include "kit/sockaddr.h"
#include "kit/transport.h"

#include <stdlib.h>
#include <string.h>

/* What precedes an address in its block, and the room that blocks have beyond
 * the address (AEX-2). */
struct block_head {
    INT len, unused;
};
#define BLOCK_SPARE 16

struct accept_op {
    struct ws_ovl op;
    struct ws_sock *conn; /* a reference */
    struct ws_accept_area area;
    struct ws_peer *peer; /* between attempt and ended */
};

static struct accept_op *
accept_of(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct accept_op, op);
}

/* ---- the address area ---- */

static void
store_address(char *block, DWORD size, const struct ws_addr *a)
{
    struct block_head head = {a->len, 0};

    if (size < sizeof(head) + (size_t)a->len)
        return;
    memcpy(block, &head, sizeof(head));
    memcpy(block + sizeof(head), a->bytes, (size_t)a->len);
}

static void
find_address(char *block, DWORD size, struct sockaddr **out, INT *len)
{
    struct block_head head;

    if (!out || !len || size < sizeof(head))
        return;
    memcpy(&head, block, sizeof(head));
    *out = (struct sockaddr *)(void *)(block + sizeof(head));
    *len = head.len;
}

void
ws_acceptex_addresses(const struct ws_accept_area *area,
                      struct sockaddr **local, INT *local_len,
                      struct sockaddr **remote, INT *remote_len)
{
    char *at = area->buffer + area->data;

    find_address(at, area->local, local, local_len);
    find_address(at + area->local, area->remote, remote, remote_len);
}

/* AEX-5: length 0 for the local one means that it is not wanted. */
static bool
has_room(const struct ws_accept_area *area, int family)
{
    DWORD need = (DWORD)ws_addr_size(family) + BLOCK_SPARE;

    return (!area->local || area->local >= need) && area->remote >= need;
}

/* ---- the first data ---- */

static int
try_first_data(struct ws_ovl *op)
{
    struct accept_op *a = accept_of(op);
    struct ws_iov one = {a->area.buffer, a->area.data};
    int flags = WS_OS_DONTWAIT | WS_OS_STREAM;
    struct ws_sock *s = op->sock;
    size_t moved = 0;
    int err;

    if (s->transport) {
        flags = 0;
        err = s->transport->recv(s, &one, 1, &flags, &moved);
        if (err == WSAEDISCON)
            err = 0; /* the end, as of a stream */
    } else {
        err = ws_os_recv(s->fd, &one, 1, &flags, NULL, &moved);
    }
    op->moved = (DWORD)moved;
    return err;
}

static void
clean(struct ws_ovl *op)
{
    struct accept_op *a = accept_of(op);
    struct ws_sock *conn = a->conn, *acceptor = NULL;

    if (!conn)
        return;
    ws_lock(&conn->lock);
    if (atomic_load(&conn->context) == CONTEXT_AWAITED) {
        atomic_store(&conn->context, CONTEXT_WHOLE);
        acceptor = conn->acceptor;
        conn->acceptor = NULL;
    }
    ws_unlock(&conn->lock);
    ws_sock_unref(acceptor);
    ws_sock_unref(conn);
}

static const struct ws_ovl_ops data_ops = {
    .attempt = try_first_data,
    .clean = clean,
};

/* ---- the connection ---- */

/* From here on 'peer' owns no descriptor. */
static int
become(struct ws_sock *conn, struct ws_peer *peer, struct ws_sock **acceptor)
{
    int err;

    ws_lock(&conn->lock);
    err = atomic_load(&conn->closing) ? WSA_OPERATION_ABORTED
                                      : ws_sock_replace(conn, peer->fd);
    if (!err) {
        peer->fd = -1;
        conn->bound = true;
        ws_sock_set_peer(conn, &peer->remote);
        ws_sock_stamp(conn);
        ws_sock_move(conn, SOCK_CONNECTED);
        conn->accepted_by = conn->acceptor ? conn->acceptor->generation : 0;
        atomic_store(&conn->context, CONTEXT_ACCEPTED);
        *acceptor = conn->acceptor;
        conn->acceptor = NULL;
    }
    ws_unlock(&conn->lock);
    return err;
}

static void
store_names(struct accept_op *a)
{
    char *at = a->area.buffer + a->area.data;
    struct ws_addr local = a->peer->local;

    if (local.len || !ws_os_name(a->conn->fd, &local))
        store_address(at, a->area.local, &local);
    store_address(at + a->area.local, a->area.remote, &a->peer->remote);
}

/* A request whose handshake goes on stays with the operation; one that was
 * lost over it makes room for the next. */
static int
next_peer(struct ws_sock *listener, struct accept_op *a)
    WS_REQUIRES(listener->lock)
{
    bool nonblocking = atomic_load(&a->conn->nonblocking);
    int err;

    do {
        err = 0;
        if (!a->peer)
            err = ws_backlog_try(listener, nonblocking, &a->peer);
        if (err)
            return err;
        if (!has_room(&a->area, listener->family)) {
            ws_backlog_put_back(listener, a->peer);
            a->peer = NULL;
            return ERROR_INSUFFICIENT_BUFFER;
        }
        err = ws_backlog_admit(listener, a->peer);
        if (err && err != WSAEWOULDBLOCK) {
            ws_backlog_lost(a->peer, err);
            a->peer = NULL;
        }
    } while (!a->peer);
    return err;
}

/* Unchecked because the analysis cannot see that the listener is op->sock,
 * whose lock an attempt is made under. */
WS_UNCHECKED static int
try_accept(struct ws_ovl *op)
{
    struct accept_op *a = accept_of(op);
    struct ws_sock *listener = op->sock;
    int err = next_peer(listener, a);

    listener->lanes.dry = err == WSAEWOULDBLOCK;
    if (!err)
        listener->backlog->silent = false;
    return err;
}

static bool
accepted(struct ws_ovl *op)
{
    struct accept_op *a = accept_of(op);
    struct ws_sock *listener = op->sock, *acceptor = NULL;

    if (op->err) { /* cancelled, maybe amid a handshake: another may go on */
        ws_backlog_settle(listener, a->peer, WSATRY_AGAIN);
        a->peer = NULL;
        return true;
    }
    ws_accept_hand_over(listener, a->peer, a->conn);
    op->err = become(a->conn, a->peer, &acceptor);
    if (!op->err)
        store_names(a);
    ws_backlog_settle(listener, a->peer, op->err);
    a->peer = NULL;
    if (!ws_netev_idle(listener))
        ws_netev_accepted(listener, false);
    ws_sock_unref(acceptor);
    if (op->err || !a->area.data)
        return true;
    ws_ovl_move_on(op, a->conn, &data_ops, LANE_RECV);
    return false;
}

static const struct ws_ovl_ops accept_ops = {
    .attempt = try_accept,
    .ended = accepted,
    .clean = clean,
};

/* ---- starting ---- */

static int
check_area(const struct ws_accept_area *area)
{
    return area->buffer && area->remote ? 0 : WSAEFAULT;
}

/* A fresh socket of the same protocol that nobody else is waiting with. */
static int
reserve(struct ws_sock *listener, struct ws_sock *conn)
{
    bool fit = conn != listener && ws_sock_is_circuit(conn) &&
               conn->family == listener->family;

    ws_lock(&conn->lock);
    fit = fit && !conn->bound && ws_sock_state(conn) == SOCK_IDLE &&
          atomic_load(&conn->context) == CONTEXT_WHOLE;
    if (fit) {
        atomic_store(&conn->context, CONTEXT_AWAITED);
        conn->acceptor = listener;
        ws_object_ref(&listener->object);
    }
    ws_unlock(&conn->lock);
    return fit ? 0 : WSAEINVAL;
}

/* The engine must not block in accept, whatever the listener's mode is or
 * becomes. */
static int
unblock(struct ws_sock *listener)
{
    int err = 0;

    ws_lock(&listener->lock);
    if (!listener->unblocked && !atomic_load(&listener->nonblocking))
        err = ws_os_nonblock(listener->fd, true);
    listener->unblocked = !err;
    ws_unlock(&listener->lock);
    return err;
}

int
ws_acceptex(struct ws_sock *listener, struct ws_sock *conn,
            const struct ws_accept_area *area, LPOVERLAPPED ov)
{
    struct ws_ovl_route route = {ov, NULL};
    struct accept_op *a;
    struct ws_ovl *op;
    int err = check_area(area);

    if (!err && ws_sock_state(listener) != SOCK_LISTENING)
        err = WSAEINVAL;
    if (!err)
        err = unblock(listener);
    if (!err)
        err = reserve(listener, conn);
    if (err)
        return err;
    err = ws_ovl_new(listener, sizeof(*a), &accept_ops, LANE_RECV, &route, &op);
    if (err) {
        ws_acceptex_abandon(conn);
        return err;
    }
    a = accept_of(op);
    a->area = *area;
    a->conn = conn;
    ws_object_ref(&conn->object);
    op->always_pends = true;
    return ws_ovl_start(op, NULL, NULL);
}

/* ---- afterwards ---- */

int
ws_acceptex_update(struct ws_sock *conn, struct ws_sock *listener)
{
    unsigned char accepted_one = CONTEXT_ACCEPTED;

    if (ws_sock_state(conn) != SOCK_CONNECTED)
        return WSAENOTCONN;
    if (ws_sock_state(listener) != SOCK_LISTENING ||
        listener->generation != conn->accepted_by)
        return WSAEINVAL;
    ws_accept_inherit(conn, listener);
    atomic_compare_exchange_strong(&conn->context, &accepted_one,
                                   CONTEXT_WHOLE);
    return 0;
}

static bool
awaits(const struct ws_ovl *op, const void *conn)
{
    return op->ops == &accept_ops &&
           WS_CONTAINER_OF(op, struct accept_op, op)->conn == conn;
}

void
ws_acceptex_abandon(struct ws_sock *conn)
{
    struct ws_sock *acceptor;

    ws_lock(&conn->lock);
    acceptor = conn->acceptor;
    conn->acceptor = NULL;
    if (acceptor)
        atomic_store(&conn->context, CONTEXT_WHOLE);
    ws_unlock(&conn->lock);
    if (acceptor)
        ws_ovl_cancel_if(acceptor, awaits, conn);
    ws_sock_unref(acceptor);
}
