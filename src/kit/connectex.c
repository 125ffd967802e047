/* SPDX-License-Identifier: MIT */
/* ConnectEx is one operation in two phases: the attempt, then its data. The
 * attempt belongs to it alone ('waiting'), so that no other call settles it.
 * DisconnectEx ends our sending; to be reusable it also waits for the peer's
 * end and then puts a fresh socket under the old number. */
#include "kit/connectex.h"

#include "kit/bind.h"
#include "kit/block.h"
#include "kit/carry.h"
#include "kit/shut.h"
#include "kit/sockaddr.h"
#include "kit/transport.h"
#include "kit/xfer.h"

#include <mswsock.h>

struct connect_op {
    struct ws_ovl op;
    struct ws_iov one; /* the first data */
    struct ws_vec left;
    int failed; /* the attempt ended in the call that made it */
    bool connected;
};

static struct connect_op *
connect_of(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct connect_op, op);
}

/* ---- the attempt ---- */

/* Under the socket's lock, as every attempt; the analysis does not see that the
 * two names of it are one. */
WS_UNCHECKED static int
end_attempt(struct connect_op *c)
{
    struct ws_sock *s = c->op.sock;
    unsigned want;
    int err = c->failed ? c->failed : ws_sock_attempt(s, &want);

    if (err == WSAEWOULDBLOCK)
        return err;
    ws_sock_attempt_ended(s, err);
    s->waiting = false;
    c->connected = !err;
    if (!err)
        atomic_store(&s->context, CONTEXT_CONNECTED);
    return err;
}

/* Unchecked for the same reason. */
WS_UNCHECKED static int
send_first(struct connect_op *c)
{
    struct ws_sock *s = c->op.sock;
    struct ws_vec *v = &c->left;
    int err = 0;

    if (s->transport && v->total)
        err = ws_carry_try_send(s, v, 0);
    while (!s->transport && !err && v->moved < v->total) {
        size_t moved = 0;

        err = ws_os_send(s->fd, v->at, 1, WS_OS_DONTWAIT, NULL, &moved);
        if (!err)
            ws_vec_advance(v, moved);
    }
    c->op.moved = ws_vec_moved(v);
    return err;
}

static int
try_connect(struct ws_ovl *op)
{
    struct connect_op *c = connect_of(op);
    int err = c->connected ? 0 : end_attempt(c);

    return err ? err : send_first(c);
}

/* Cancelled before its end: nobody owns the attempt any more. */
static void
let_go(struct ws_ovl *op)
{
    struct ws_sock *s = op->sock;

    if (!s || connect_of(op)->connected)
        return;
    ws_lock(&s->lock);
    s->waiting = false;
    ws_unlock(&s->lock);
}

static bool
connect_ended(struct ws_ovl *op)
{
    struct connect_op *c = connect_of(op);

    let_go(op);
    if (op->err && c->connected && op->sock->transport) {
        ws_lock(&op->sock->lock);
        ws_carry_give_up(op->sock, &c->left);
        ws_unlock(&op->sock->lock);
    }
    return true;
}

static const struct ws_ovl_ops connect_ops = {
    .attempt = try_connect,
    .ended = connect_ended,
};

/* The kernel must not block us, whatever the mode is. */
static int
connect_now(struct ws_sock *s, void *to)
{
    bool blocks = !atomic_load(&s->nonblocking);
    int err;

    ws_lock(&s->lock);
    ws_sock_set_peer(s, to);
    ws_unlock(&s->lock);
    if (blocks)
        ws_os_nonblock(s->fd, true);
    err = ws_os_connect(s->fd, to);
    if (blocks)
        ws_os_nonblock(s->fd, false);
    return err == WSAEWOULDBLOCK ? 0 : err;
}

static int
may_connect(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    switch (ws_sock_state(s)) {
    case SOCK_CONNECTED: return WSAEISCONN;
    case SOCK_IDLE:
    case SOCK_FAILED: break;
    default: return WSAEINVAL;
    }
    return s->bound && atomic_load(&s->context) == CONTEXT_WHOLE ? 0
                                                                 : WSAEINVAL;
}

static int
claim(struct ws_sock *s)
{
    int err;

    ws_lock(&s->lock);
    err = may_connect(s);
    if (!err) {
        s->waiting = true;
        ws_sock_move(s, SOCK_CONNECTING);
        ws_netev_attempt(s);
    }
    ws_unlock(&s->lock);
    return err;
}

int
ws_connectex_by(struct ws_sock *s, int (*start)(struct ws_sock *, void *),
                void *arg, const void *data, DWORD size, LPOVERLAPPED ov)
{
    struct ws_ovl_route route = {ov, NULL};
    WSABUF first = {data ? size : 0, (CHAR *)data};
    struct connect_op *c;
    struct ws_ovl *op;
    int err = ws_ovl_new(s, sizeof(*c), &connect_ops, LANE_SEND, &route, &op);

    if (err)
        return err;
    err = claim(s);
    if (err) {
        ws_ovl_free(op);
        return err;
    }
    c = connect_of(op);
    ws_vec_init(&c->left, &first, 1, &c->one, 1);
    c->failed = start(s, arg);
    op->always_pends = true;
    return ws_ovl_start(op, NULL, NULL);
}

int
ws_connectex(struct ws_sock *s, const struct ws_addr *to, const void *data,
             DWORD size, LPOVERLAPPED ov)
{
    struct ws_addr copy = *to;

    if (!ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    if (ws_sockaddr_is_wildcard(to) || !ws_sockaddr_port(to))
        return WSAEADDRNOTAVAIL;
    return ws_connectex_by(s, connect_now, &copy, data, size, ov);
}

int
ws_connectex_update(struct ws_sock *s)
{
    unsigned char connected = CONTEXT_CONNECTED;

    if (ws_sock_state(s) != SOCK_CONNECTED)
        return WSAENOTCONN;
    atomic_compare_exchange_strong(&s->context, &connected, CONTEXT_WHOLE);
    return 0;
}

/* ---- letting go ---- */

int
ws_disconnectex_recycle(struct ws_sock *s)
{
    int fd;
    int err;

    if (s->transport)
        return s->transport->renew(s);
    err = ws_os_socket(s->family, s->type, s->protocol,
                       atomic_load(&s->nonblocking), false, &fd);
    if (!err && s->family == AF_INET6)
        err = ws_os_v6only(fd, s->v6only);
    if (err)
        return err;
    ws_lock(&s->lock);
    err = ws_sock_replace(s, fd);
    if (!err) {
        ws_sock_move(s, SOCK_IDLE);
        s->peer_len = 0;
        s->bound = s->home != NULL;
        atomic_store(&s->context, CONTEXT_WHOLE);
        ws_bind_again(s);
    }
    ws_unlock(&s->lock);
    return err;
}

/* What still comes is nobody's: the connection is being given up. Reads until
 * its end, which is 0, or until there is no more for now. A message may be
 * empty, and is no end. Under the lock where there is a transport, which the
 * analysis cannot see. */
WS_UNCHECKED static int
drain(struct ws_sock *s)
{
    char waste[4096];
    struct ws_iov one = {waste, sizeof(waste)};
    size_t moved;
    int err;

    do {
        int flags = s->transport ? 0 : WS_OS_DONTWAIT | WS_OS_STREAM;

        moved = 0;
        err = s->transport ? s->transport->recv(s, &one, 1, &flags, &moved)
                           : ws_os_recv(s->fd, &one, 1, &flags, NULL, &moved);
    } while (!err && (moved || s->type == SOCK_SEQPACKET));
    return err == WSAEWOULDBLOCK ? err : 0;
}

static int
try_drain(struct ws_ovl *op)
{
    int err = drain(op->sock);

    op->sock->lanes.dry = err == WSAEWOULDBLOCK;
    return err;
}

static bool
drained(struct ws_ovl *op)
{
    if (!op->err)
        op->err = ws_disconnectex_recycle(op->sock);
    return true;
}

static int
try_nothing(struct ws_ovl *op)
{
    (void)op;
    return 0;
}

static const struct ws_ovl_ops drain_ops = {
    .attempt = try_drain,
    .ended = drained,
};

static const struct ws_ovl_ops nothing_ops = {.attempt = try_nothing};

static int
drain_now(struct ws_sock *s)
{
    int err;

    ws_lock(&s->lock);
    err = drain(s);
    ws_unlock(&s->lock);
    return err;
}

/* DEX-1 without OVERLAPPED: the same, waiting. */
static int
wait_for_end(struct ws_sock *s)
{
    const unsigned more = WS_IO_IN | WS_IO_RDHUP;

    while (drain_now(s) == WSAEWOULDBLOCK && !ws_block_poll(s->fd, more)) {
    }
    return ws_disconnectex_recycle(s);
}

int
ws_disconnectex(struct ws_sock *s, LPOVERLAPPED ov, DWORD flags)
{
    bool reuse = flags & TF_REUSE_SOCKET;
    struct ws_ovl_route route = {ov, NULL};
    struct ws_ovl *op;
    int err = ws_sock_settle(s) == SOCK_CONNECTED ? 0 : WSAENOTCONN;

    if (!err && ov)
        err = ws_ovl_new(s, sizeof(*op), reuse ? &drain_ops : &nothing_ops,
                         LANE_RECV, &route, &op);
    if (err)
        return err;
    ws_shut_sending(s);
    if (!ov)
        return reuse ? wait_for_end(s) : 0;
    op->always_pends = op->eager = true;
    return ws_ovl_start(op, NULL, NULL);
}
