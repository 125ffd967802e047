/* SPDX-License-Identifier: MIT */
/* Overlapped sending and receiving: an operation keeps its buffers and how far
 * it has come, and is tried whenever the engine says that the descriptor is
 * ready. A receive that got less than it asked for has drained a stream, so
 * the next one is not even tried before new data was told of: that saves the
 * system call that would say "not yet". Not so once the peer's end or urgent
 * data were told of, at which a receive stops too, and no second word comes. */
#include "kit/carry.h"
#include "kit/ovl.h"
#include "kit/sockaddr.h"
#include "kit/xfer.h"

#include <stdlib.h>

#define FEW 2

struct transfer {
    struct ws_ovl op;
    struct ws_vec vec;
    struct ws_iov few[FEW];
    int flags;
    union {
        const struct ws_addr *to; /* 'room' or NULL */
        struct {
            struct sockaddr *from; /* or NULL */
            INT *from_len;
        };
    };
    struct ws_addr room[]; /* for one, where there is one: it is large */
};

_Static_assert(sizeof(struct transfer) <= WS_SPARE, "kept, not allocated");

static struct transfer *
transfer_of(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct transfer, op);
}

static void
clean(struct ws_ovl *op)
{
    ws_vec_free(&transfer_of(op)->vec);
}

static int
new_transfer(struct ws_sock *s, const struct ws_ovl_ops *ops, enum ws_lane lane,
             const WSABUF *bufs, DWORD count, const struct ws_addr *to,
             const struct ws_ovl_route *route, struct transfer **out)
{
    struct transfer *t;
    struct ws_ovl *op;
    size_t size = sizeof(*t) + (to ? sizeof(*to) : 0);
    int err = ws_ovl_new_raw(s, size, ops, lane, route, &op);

    if (err)
        return err;
    t = transfer_of(op);
    t->to = NULL; /* nor 'from' */
    if (to) {
        *t->room = *to;
        t->to = t->room;
    }
    err = ws_vec_init(&t->vec, bufs, count, t->few, FEW);
    if (err)
        ws_ovl_free(op);
    else
        *out = t;
    return err;
}

/* ---- where a transport carries messages ---- */

/* Unchecked because the analysis cannot see whose lock an attempt is made
 * under. */
WS_UNCHECKED static int
carry_out(struct ws_ovl *op)
{
    struct transfer *t = transfer_of(op);
    int err = ws_carry_try_send(op->sock, &t->vec, t->flags);

    op->moved = ws_vec_moved(&t->vec);
    return err;
}

WS_UNCHECKED static int
carry_in(struct ws_ovl *op)
{
    struct transfer *t = transfer_of(op);
    int flags = t->flags;
    int err = ws_carry_try_recv(op->sock, &t->vec, &flags);

    op->sock->lanes.dry = err == WSAEWOULDBLOCK;
    op->moved = ws_vec_moved(&t->vec);
    op->flags = (DWORD)flags & MSG_PARTIAL;
    return err;
}

/* A message that was begun and cancelled. */
static bool
carried_out(struct ws_ovl *op)
{
    struct ws_sock *s = op->sock;

    if (op->err) {
        ws_lock(&s->lock);
        ws_carry_give_up(s, &transfer_of(op)->vec);
        ws_unlock(&s->lock);
    }
    return true;
}

static const struct ws_ovl_ops carry_out_ops = {
    .attempt = carry_out,
    .ended = carried_out,
    .clean = clean,
};

static const struct ws_ovl_ops carry_in_ops = {
    .attempt = carry_in,
    .clean = clean,
};

/* ---- sending ---- */

/* A stream sends all of it, in as many pieces as the kernel takes; what was
 * moved before a failure does not count (the operation failed). */
static int
try_send(struct ws_ovl *op)
{
    struct transfer *t = transfer_of(op);
    struct ws_sock *s = op->sock;
    int err;

    do {
        size_t moved = 0;

        err =
            ws_os_send(s->fd, t->vec.at, t->vec.left, t->flags, t->to, &moved);
        if (ws_xfer_unheard(s, err))
            continue;
        if (!err)
            ws_vec_advance(&t->vec, moved);
    } while (!err && t->vec.moved < t->vec.total);
    op->moved = ws_vec_moved(&t->vec);
    return err ? ws_xfer_lost(s, err, SOCK_SHUT_SEND) : 0;
}

static const struct ws_ovl_ops send_ops = {.attempt = try_send, .clean = clean};

static int
begin_send(struct ws_sock *s, const WSABUF *bufs, DWORD count, DWORD flags,
           const struct ws_addr *to, DWORD *sent,
           const struct ws_ovl_route *route)
{
    const struct ws_ovl_ops *ops = s->transport ? &carry_out_ops : &send_ops;
    struct transfer *t;
    int err = ws_xfer_may_send(s, flags, to);

    if (ws_sock_is_circuit(s))
        to = NULL;
    if (!err)
        err = new_transfer(s, ops, LANE_SEND, bufs, count, to, route, &t);
    if (err)
        return err;
    t->flags = (int)flags | WS_OS_DONTWAIT;
    if (!ws_sock_is_circuit(s))
        s->bound = true;
    return ws_ovl_start(&t->op, sent, NULL);
}

int
ws_xfer_send_via(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                 DWORD flags, const struct ws_addr *to, DWORD *sent,
                 LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_ovl_route route = {ov, routine};

    if (ov && s->overlapped) /* SOC-3 */
        return begin_send(s, bufs, count, flags, to, sent, &route);
    return sent ? ws_xfer_send(s, bufs, count, flags, to, sent) : WSAEFAULT;
}

/* ---- receiving ---- */

/* Nothing is asked for: it ends when there is something (OVL-14). */
static int
wait_for_data(struct ws_sock *s)
{
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_IN | WS_IO_RDHUP};
    size_t count = 0;
    int err = ws_os_poll(&p, 1, 0, &count);

    return err || count ? err : WSAEWOULDBLOCK;
}

static int
recv_once(struct transfer *t, int *flags, struct ws_addr *from)
{
    struct ws_sock *s = t->op.sock;
    size_t moved = 0;
    int err;

    do {
        *flags = t->flags;
        err = ws_os_recv(s->fd, t->vec.at, t->vec.left, flags,
                         t->from ? from : NULL, &moved);
    } while (ws_xfer_unheard(s, err));
    if (err == WSAEINVAL && t->flags & MSG_OOB)
        err = WSAEWOULDBLOCK; /* no urgent data yet */
    if (err)
        return err;
    ws_vec_advance(&t->vec, moved);
    return moved || !ws_sock_is_circuit(s) ? 0
                                           : ws_xfer_lost(s, 0, SOCK_SHUT_RECV);
}

/* Whether a receive goes on after it got something. */
static bool
wants_more(const struct transfer *t, size_t before)
{
    return t->flags & MSG_WAITALL && t->vec.moved > before &&
           t->vec.moved < t->vec.total;
}

static int
try_recv(struct ws_ovl *op)
{
    struct transfer *t = transfer_of(op);
    struct ws_sock *s = op->sock;
    struct ws_addr from;
    int flags = 0, err;
    size_t before;

    from.len = 0;
    if (!t->vec.total && ws_sock_is_circuit(s))
        return wait_for_data(s);
    do {
        before = t->vec.moved;
        err = recv_once(t, &flags, &from);
    } while (!err && wants_more(t, before));

    s->lanes.dry = err == WSAEWOULDBLOCK ||
                   (!err && ws_sock_is_circuit(s) && !(t->flags & MSG_OOB) &&
                    !s->brink && t->vec.moved < t->vec.total);
    op->moved = ws_vec_moved(&t->vec);
    if (!err && from.len)
        ws_sockaddr_give(&from, t->from, t->from_len);
    if (!err && flags & WS_OS_TRUNC)
        err = WSAEMSGSIZE;
    return ws_xfer_lost(s, err, SOCK_SHUT_RECV);
}

static const struct ws_ovl_ops recv_ops = {.attempt = try_recv, .clean = clean};

static int
begin_recv(struct ws_sock *s, const WSABUF *bufs, DWORD count, DWORD *flags,
           struct sockaddr *from, INT *from_len, DWORD *got,
           const struct ws_ovl_route *route)
{
    const struct ws_ovl_ops *ops = s->transport ? &carry_in_ops : &recv_ops;
    struct transfer *t;
    int err = ws_xfer_may_recv(s, *flags, true);

    if (!err)
        err = new_transfer(s, ops, LANE_RECV, bufs, count, NULL, route, &t);
    if (err)
        return err;
    t->flags = (int)(*flags & (MSG_OOB | MSG_WAITALL)) | WS_OS_DONTWAIT;
    if (s->transport)
        t->flags |= (int)*flags & MSG_PARTIAL;
    t->op.eager = *flags & MSG_OOB;
    if (ws_sock_is_circuit(s)) {
        t->flags |= WS_OS_STREAM;
    } else {
        t->from = from;
        t->from_len = from_len;
    }
    err = ws_ovl_start(&t->op, got, flags);
    if (err == WSA_IO_PENDING && !ws_netev_idle(s))
        ws_netev_received(s, WSAEWOULDBLOCK, false, false); /* EVT-37 */
    return err;
}

/* Apart, because room for an address makes a call dearer that has none. */
static __attribute__((noinline)) int
recv_now(struct ws_sock *s, const WSABUF *bufs, DWORD count, DWORD *flags,
         struct sockaddr *from, INT *from_len, DWORD *got)
{
    struct ws_addr a;
    int err;

    a.len = 0;
    err = ws_xfer_recv(s, bufs, count, flags, from ? &a : NULL, got);
    if (a.len && (!err || err == WSAEMSGSIZE))
        ws_sockaddr_give(&a, from, from_len);
    return err;
}

int
ws_xfer_recv_via(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                 DWORD *flags, struct sockaddr *from, INT *from_len, DWORD *got,
                 LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_ovl_route route = {ov, routine};

    if (ov && s->overlapped)
        return begin_recv(s, bufs, count, flags, from, from_len, got, &route);
    if (!got)
        return WSAEFAULT; /* OVL-8 */
    return recv_now(s, bufs, count, flags, from, from_len, got);
}
