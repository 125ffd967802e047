/* SPDX-License-Identifier: MIT */
/* A transport's messages, carried: see carry.h. Between two tries the thread
 * waits for the descriptor in the kernel, where closing and APCs reach it. */
#include "kit/carry.h"

#include "base/clock.h"
#include "kit/block.h"
#include "kit/transport.h"

static int
wait_for(struct ws_sock *s, struct ws_block *b, unsigned want, int64_t deadline)
{
    struct ws_os_poll p = {.fd = s->fd, .want = (uint16_t)want};
    int err;

    do {
        size_t count = 0;

        ws_block_enter_after_apcs(b);
        err = ws_os_poll(&p, 1, deadline, &count);
        if (!err && !count)
            err = WSAEWOULDBLOCK; /* which becomes WSAETIMEDOUT */
    } while (ws_block_again(b, &err));
    if (!err && atomic_load(&s->closing))
        err = WSAEINTR;
    return err;
}

static int64_t
deadline_of(DWORD timeout)
{
    return timeout ? ws_deadline(timeout) : WS_NEVER;
}

/* ---- sending ---- */

static int
try_send(struct ws_sock *s, struct ws_vec *v, int flags, bool once)
    WS_REQUIRES(s->lock)
{
    int err;

    do {
        size_t moved = 0;

        err = s->transport->send(s, v, v->at, v->left, flags, once, &moved);
        if (!err)
            ws_vec_advance(v, moved);
    } while (!err && v->moved < v->total);
    return err;
}

int
ws_carry_try_send(struct ws_sock *s, struct ws_vec *v, int flags)
{
    return try_send(s, v, flags, false);
}

void
ws_carry_give_up(struct ws_sock *s, const struct ws_vec *v)
{
    s->transport->cut(s, v);
}

int
ws_carry_send(struct ws_sock *s, struct ws_vec *v, int flags)
{
    struct ws_block b = ws_block_begin(s);
    int64_t deadline = deadline_of(s->send_timeout);
    int err;

    do {
        ws_lock(&s->lock);
        err = try_send(s, v, flags, !b.blocking);
        ws_unlock(&s->lock);
        if (err != WSAEWOULDBLOCK || !b.blocking)
            break;
        err = wait_for(s, &b, WS_IO_OUT, deadline);
    } while (!err);
    if (err) {
        ws_lock(&s->lock);
        ws_carry_give_up(s, v);
        ws_unlock(&s->lock);
    }
    return err;
}

/* ---- receiving ---- */

int
ws_carry_try_recv(struct ws_sock *s, struct ws_vec *v, int *flags)
{
    size_t moved = 0;
    int err = s->transport->recv(s, v->at, v->left, flags, &moved);

    if (!err)
        ws_vec_advance(v, moved);
    return err;
}

int
ws_carry_recv(struct ws_sock *s, struct ws_vec *v, int *flags)
{
    struct ws_block b = ws_block_begin(s);
    int64_t deadline = deadline_of(s->recv_timeout);
    bool waits = b.blocking && !(*flags & MSG_OOB);
    const int asked = *flags;
    int err;

    do {
        ws_lock(&s->lock);
        *flags = asked;
        err = ws_carry_try_recv(s, v, flags);
        ws_unlock(&s->lock);
        if (err != WSAEWOULDBLOCK || !waits)
            break;
        err = wait_for(s, &b, WS_IO_IN, deadline);
    } while (!err);
    return err;
}
