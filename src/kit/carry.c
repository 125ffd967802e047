/* SPDX-License-Identifier: MIT */
/* A transport's messages, carried: see carry.h. Between two tries the thread
 * waits for the descriptor in the kernel, where closing and APCs reach it; one
 * that waits for a message, and is alone, sleeps in the receive itself. A
 * transport may read ahead; who sleeps on the descriptor would not hear of what
 * others have read for him, so such sleepers are counted ('awaited'). */
#include "kit/carry.h"

#include "base/clock.h"
#include "kit/ovl.h"
#include "kit/transport.h"
#include "w32/thread.h"

#include <sched.h>

int
ws_carry_wait(struct ws_sock *s, struct ws_block *b, unsigned want,
              int64_t deadline)
{
    struct ws_os_poll p = {.fd = s->fd, .want = (uint16_t)want};
    int err = 0;

    atomic_fetch_add(&s->sleepers, 1);
    if (atomic_load(&s->closing))
        err = WSAEINTR; /* who closes may not have seen us */
    while (!err) {
        size_t count = 0;

        ws_block_enter_after_apcs(b);
        err = ws_os_poll(&p, 1, deadline, &count);
        if (!err && !count)
            err = WSAEWOULDBLOCK; /* which becomes WSAETIMEDOUT */
        if (!ws_block_again(b, &err))
            break;
        err = 0;
    }
    atomic_fetch_sub(&s->sleepers, 1);
    if (!err && atomic_load(&s->closing))
        err = WSAEINTR;
    return err;
}

bool
ws_carry_sleeps(struct ws_sock *s)
{
    bool sleeps;

    ws_lock(&s->lock);
    sleeps = s->awaited || atomic_load(&s->sleepers);
    ws_unlock(&s->lock);
    return sleeps;
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

static void
give_up(struct ws_sock *s, const struct ws_vec *v)
{
    ws_lock(&s->lock);
    ws_carry_give_up(s, v);
    ws_unlock(&s->lock);
}

/* An operation's message may be under way, which goes first. */
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
        err = ws_carry_wait(s, &b, WS_IO_OUT, deadline);
        if (!err)
            ws_ovl_ready(s, WS_IO_OUT);
    } while (!err);
    if (err)
        give_up(s, v);
    return err;
}

/* ---- receiving ---- */

static int
try_recv(struct ws_sock *s, struct ws_vec *v, int *flags) WS_REQUIRES(s->lock)
{
    size_t moved = 0;
    int err = s->transport->recv(s, v->at, v->left, flags, &moved);

    if (!err)
        ws_vec_advance(v, moved);
    return err;
}

/* What was 'asked' for is not all there after a try that ended with 'flags'. */
static bool
lacks(const struct ws_vec *v, int asked, int flags, size_t before)
{
    bool goes_on = flags & MSG_PARTIAL && !(asked & MSG_PARTIAL);
    bool all = asked & MSG_WAITALL && v->moved > before;

    return (goes_on || all) && !(asked & (MSG_OOB | MSG_PEEK)) &&
           v->moved < v->total;
}

/* As one try of something that can wait: WSAEWOULDBLOCK while it is to. What
 * has come of a message that does not go on is given before its end is. */
static int
try_for_all(struct ws_sock *s, struct ws_vec *v, int asked, int *flags)
    WS_REQUIRES(s->lock)
{
    size_t before;
    int err;

    do {
        before = v->moved;
        *flags = asked;
        err = try_recv(s, v, flags);
    } while (!err && lacks(v, asked, *flags, before));
    if (err && err != WSAEWOULDBLOCK && v->moved) {
        *flags = MSG_PARTIAL;
        err = 0;
    }
    return err;
}

int
ws_carry_try_recv(struct ws_sock *s, struct ws_vec *v, int *flags)
{
    return try_for_all(s, v, *flags, flags);
}

/* A receive took more off the descriptor than it gave, or kept others from
 * reading when the engine told them to: operations that wait for the engine's
 * word would not get it. */
static void
pass_on(struct ws_sock *s)
{
    const unsigned news = WS_IO_PRI | WS_IO_RDHUP | WS_IO_ERR;

    if (atomic_load(&s->watched)) /* as whoever has operations is */
        ws_ovl_ready(s, WS_IO_IN | (ws_netev_meaning(s, 0) & news));
}

static int
wait_to_recv(struct ws_sock *s, struct ws_block *b, int64_t deadline)
{
    int err = ws_carry_wait(s, b, WS_IO_IN, deadline);

    ws_lock(&s->lock);
    s->awaited--;
    ws_unlock(&s->lock);
    return err;
}

/* A borrower takes off the descriptor more than he gives, and others who sleep
 * on it would not hear of that. So he is called back before somebody else does,
 * and the descriptor of such a socket is lent no more. */
void
ws_carry_recall(struct ws_sock *s)
{
    while (s->borrower) {
        atomic_store(&s->recalled, true);
        ws_lock(&ws_dispatcher);
        ws_thread_wake(s->borrower);
        ws_unlock(&ws_dispatcher);
        ws_unlock(&s->lock);
        sched_yield();
        ws_lock(&s->lock);
    }
}

/* Operations that were there before have their chance. */
static size_t
borrow(struct ws_sock *s, struct ws_thread *who) WS_REQUIRES(s->lock)
{
    size_t room = 0;

    if (!atomic_load(&s->recalled) && ws_list_empty(&s->lanes.lane[LANE_RECV]))
        room = s->transport->lend(s);
    if (room)
        s->borrower = who;
    return room;
}

/* Sleeps in the receive. What it brings goes to the transport, but for what is
 * meant for this thread alone: that the socket closes, or CancelSynchronousIo.
 */
static int
recv_lent(struct ws_sock *s, struct ws_block *b, size_t room)
{
    uint8_t octets[WS_CARRY_LENT];
    struct ws_iov one = {octets, room};
    bool again = true, blocked = false;
    size_t moved = 0;
    int err = WSAEWOULDBLOCK;

    while (again && !atomic_load(&s->recalled) && !atomic_load(&s->closing)) {
        int flags = WS_OS_STREAM | ws_block_enter(b);

        err = ws_os_recv(s->fd, &one, 1, &flags, NULL, &moved);
        blocked = err != WSAEWOULDBLOCK;
        again = ws_block_again(b, &err);
    }
    if (again || !blocked) /* called back, or the mode was changed under us */
        err = WSAEWOULDBLOCK;
    if (atomic_load(&s->closing))
        err = WSAEINTR;

    ws_lock(&s->lock);
    s->awaited--;
    s->borrower = NULL;
    s->transport->give_back(s, octets, moved, err);
    if (err == WSAEWOULDBLOCK)
        atomic_store(&s->recalled, true);
    ws_unlock(&s->lock);
    return err == WSAEINTR ? err : 0;
}

static int
recv_waiting(struct ws_sock *s, struct ws_vec *v, int asked, int *flags)
{
    struct ws_block b = ws_block_begin(s);
    int64_t deadline = deadline_of(s->recv_timeout);
    int hint = WS_CARRY_WAITS;
    int err;

    for (;;) {
        size_t lent = 0;

        ws_lock(&s->lock);
        ws_carry_recall(s);
        err = try_for_all(s, v, asked | hint, flags);
        if (err == WSAEWOULDBLOCK && !s->awaited++ && deadline == WS_NEVER)
            lent = borrow(s, b.self);
        ws_unlock(&s->lock);
        if (err != WSAEWOULDBLOCK)
            return err;
        err = lent ? recv_lent(s, &b, lent) : wait_to_recv(s, &b, deadline);
        if (err && v->moved && !atomic_load(&s->closing)) {
            *flags = MSG_PARTIAL;
            return 0;
        }
        if (err)
            return err;
        hint = lent ? WS_CARRY_WAITS : 0;
    }
}

int
ws_carry_recv(struct ws_sock *s, struct ws_vec *v, int *flags)
{
    int asked = *flags;
    int err;

    if (asked & MSG_OOB || atomic_load(&s->nonblocking)) {
        ws_lock(&s->lock);
        err = try_recv(s, v, flags);
        ws_unlock(&s->lock);
    } else {
        err = recv_waiting(s, v, asked, flags);
    }
    pass_on(s);
    return err;
}
