/* SPDX-License-Identifier: MIT */
/* Messages with control data: see msg.h. One try is the same for both ways of
 * calling; what it got goes straight into the caller's record. */
#include "kit/msg.h"

#include "kit/bind.h"
#include "kit/block.h"
#include "kit/ovl.h"
#include "kit/sockaddr.h"
#include "kit/xfer.h"

#define FEW 4

struct msg_op {
    struct ws_ovl op;
    struct ws_vec vec;
    struct ws_iov few[FEW];
    WSAMSG *msg;
    struct ws_addr to; /* 'len' 0: none */
    int flags;
};

static struct msg_op *
msg_of(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct msg_op, op);
}

static void
clean(struct ws_ovl *op)
{
    ws_vec_free(&msg_of(op)->vec);
}

/* ---- one try ---- */

/* Cut data and cut control data are both an error that comes with a result. */
static int
recv_once(struct ws_sock *s, struct msg_op *m, int flags)
{
    WSAMSG *msg = m->msg;
    struct ws_os_control control = {msg->Control.buf, msg->Control.len, 0};
    struct ws_addr from = {.len = 0};
    size_t moved = 0;
    int out, err;

    do {
        out = flags;
        err = ws_os_recvmsg(s->fd, m->vec.at, m->vec.left, &out, &from,
                            &control, &moved);
    } while (ws_xfer_unheard(s, err));
    if (err)
        return err;
    ws_vec_advance(&m->vec, moved);
    if (from.len && msg->name && msg->namelen >= from.len)
        ws_sockaddr_give(&from, msg->name, &msg->namelen);
    msg->Control.len = (ULONG)control.used;
    msg->dwFlags = (DWORD)out;
    return out & (MSG_TRUNC | MSG_CTRUNC) ? WSAEMSGSIZE : 0;
}

static int
send_once(struct ws_sock *s, struct msg_op *m, int flags)
{
    struct ws_os_control control = {m->msg->Control.buf, m->msg->Control.len,
                                    0};
    size_t moved = 0;
    int err;

    do
        err = ws_os_sendmsg(s->fd, m->vec.at, m->vec.left, flags,
                            m->to.len ? &m->to : NULL, &control, &moved);
    while (ws_xfer_unheard(s, err));
    if (!err)
        ws_vec_advance(&m->vec, moved);
    return err;
}

/* ---- overlapped ---- */

static int
try_recv(struct ws_ovl *op)
{
    struct msg_op *m = msg_of(op);
    int err = recv_once(op->sock, m, m->flags | WS_OS_DONTWAIT);

    op->sock->lanes.dry = err == WSAEWOULDBLOCK;
    op->moved = ws_vec_moved(&m->vec);
    op->flags = m->msg->dwFlags;
    return err;
}

static int
try_send(struct ws_ovl *op)
{
    struct msg_op *m = msg_of(op);
    int err = send_once(op->sock, m, m->flags | WS_OS_DONTWAIT);

    op->moved = ws_vec_moved(&m->vec);
    return err;
}

static const struct ws_ovl_ops recv_ops = {.attempt = try_recv, .clean = clean};
static const struct ws_ovl_ops send_ops = {.attempt = try_send, .clean = clean};

/* ---- at once, or blocking ---- */

static int
now(struct ws_sock *s, struct msg_op *m, DWORD *moved,
    int (*once)(struct ws_sock *s, struct msg_op *m, int flags))
{
    struct ws_block b = ws_block_begin(s);
    int err;

    do
        err = once(s, m, m->flags | ws_block_enter(&b));
    while (ws_block_again(&b, &err));
    *moved = ws_vec_moved(&m->vec);
    return err;
}

/* ---- both ---- */

struct way {
    const struct ws_ovl_ops *ops;
    enum ws_lane lane;
    int (*once)(struct ws_sock *s, struct msg_op *m, int flags);
};

static const struct way receiving = {&recv_ops, LANE_RECV, recv_once};
static const struct way sending = {&send_ops, LANE_SEND, send_once};

static int
fill(struct msg_op *m, WSAMSG *msg, int flags, const struct ws_addr *to)
{
    int err =
        ws_vec_init(&m->vec, msg->lpBuffers, msg->dwBufferCount, m->few, FEW);

    m->msg = msg;
    m->flags = flags;
    m->to = *to;
    return err;
}

static int
run(struct ws_sock *s, const struct way *way, WSAMSG *msg, int flags,
    const struct ws_addr *to, DWORD *moved, const struct ws_ovl_route *route)
{
    struct msg_op here = {.msg = msg};
    struct ws_ovl *op;
    int err;

    if (!route->user || !s->overlapped) {
        err = fill(&here, msg, flags, to);
        if (err)
            return err;
        err = now(s, &here, moved, way->once);
        ws_vec_free(&here.vec);
        return err;
    }
    err = ws_ovl_new(s, sizeof(here), way->ops, way->lane, route, &op);
    if (err)
        return err;
    err = fill(msg_of(op), msg, flags, to);
    if (!err)
        return ws_ovl_start(op, moved, &msg->dwFlags);
    ws_ovl_free(op);
    return err;
}

/* MSG-1. */
int
ws_msg_recv(struct ws_sock *s, LPWSAMSG msg, DWORD *moved, LPWSAOVERLAPPED ov,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_ovl_route route = {ov, routine};
    struct ws_addr nobody = {.len = 0};
    bool overlapped = ov && s->overlapped;
    int err;

    if (ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    if (!msg || (!moved && !overlapped))
        return WSAEFAULT;
    err = ws_xfer_may_recv(s, msg->dwFlags & MSG_PEEK, overlapped);
    if (!err)
        err = run(s, &receiving, msg, (int)(msg->dwFlags & MSG_PEEK), &nobody,
                  moved, &route);
    return err;
}

/* MSG-2. The socket gets its name even when the call fails for want of a place
 * for the count. */
int
ws_msg_send(struct ws_sock *s, LPWSAMSG msg, DWORD flags, DWORD *moved,
            LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_ovl_route route = {ov, routine};
    struct ws_addr to = {.len = 0};
    int err = 0;

    if (ws_sock_is_circuit(s))
        return WSAEINVAL;
    if (!msg)
        return WSAEFAULT;
    ws_bind_implicitly(s);
    if (!moved && !(ov && s->overlapped))
        return WSAEFAULT;
    if (msg->name)
        err = ws_sockaddr_take(s->family, msg->name, msg->namelen, &to);
    if (!err)
        err = ws_xfer_may_send(s, flags, to.len ? &to : NULL);
    if (!err)
        err = run(s, &sending, msg, (int)flags, &to, moved, &route);
    return err;
}
