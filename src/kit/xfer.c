/* SPDX-License-Identifier: MIT */
/* The way of the data. With one buffer, a connected socket and nobody to tell
 * of events, it is a look-up, a few loads and the system call. */
#include "kit/xfer.h"

#include "kit/block.h"
#include "kit/carry.h"
#include "kit/vec.h"

#define FEW 16

/* A stream needs its connection; a pending attempt may just have ended. */
static int
need_connection(struct ws_sock *s)
{
    enum ws_sock_state state = ws_sock_state(s);

    if (state == SOCK_CONNECTING)
        state = ws_sock_settle(s);
    return state == SOCK_CONNECTED ? 0 : WSAENOTCONN;
}

/* A connection that was lost is lost in every later call; the kernel tells it
 * once, to whom comes first, and calls it EPIPE afterwards, or the end. */
int
ws_xfer_lost(struct ws_sock *s, int err, unsigned our_end)
{
    if (!ws_sock_is_circuit(s))
        return err;
    if (err == WSAESHUTDOWN && !(atomic_load(&s->shut) & our_end))
        err = WSAECONNRESET;
    if (err == WSAECONNRESET || err == WSAECONNABORTED || err == WSAENETRESET)
        atomic_store(&s->broken, err);
    return err ? err : atomic_load(&s->broken);
}

/* Whether a datagram call is to be made again, because what ended it was an
 * earlier datagram's failure that the program does not want to hear of. */
bool
ws_xfer_unheard(struct ws_sock *s, int err)
{
    return err == WSAECONNRESET && !ws_sock_is_circuit(s) &&
           atomic_load(&s->deaf);
}

/* ---- sending ---- */

int
ws_xfer_may_send(struct ws_sock *s, DWORD flags, const struct ws_addr *to)
{
    DWORD known = MSG_DONTROUTE | (ws_sock_is_circuit(s) ? MSG_OOB : 0) |
                  (s->transport ? MSG_PARTIAL : 0);
    int err = 0;

    if (flags & ~known)
        return WSAEOPNOTSUPP;
    if (ws_sock_is_circuit(s) || !to)
        err = need_connection(s);
    if (!err && atomic_load(&s->shut) & SOCK_SHUT_SEND)
        err = WSAESHUTDOWN;
    return err;
}

/* Until all is taken, or it fails; what was moved before is then what counts.
 * A non-blocking stream tries once. */
static int
send_all(struct ws_sock *s, struct ws_vec *v, int flags,
         const struct ws_addr *to)
{
    struct ws_block b = ws_block_begin(s);
    int err;

    do {
        size_t moved = 0;

        do
            err = ws_os_send(s->fd, v->at, v->left, flags | ws_block_enter(&b),
                             to, &moved);
        while (ws_block_again(&b, &err) || ws_xfer_unheard(s, err));
        if (!err)
            ws_vec_advance(v, moved);
    } while (!err && b.blocking && v->moved < v->total);
    return v->moved ? 0 : err ? ws_xfer_lost(s, err, SOCK_SHUT_SEND) : 0;
}

int
ws_xfer_send(struct ws_sock *s, const WSABUF *bufs, DWORD count, DWORD flags,
             const struct ws_addr *to, DWORD *sent)
{
    struct ws_iov few[FEW];
    struct ws_vec v;
    int err = ws_xfer_may_send(s, flags, to);

    if (!err)
        err = ws_vec_init(&v, bufs, count, few, FEW);
    if (err)
        return err;
    if (s->transport)
        err = ws_carry_send(s, &v, (int)flags);
    else
        err = send_all(s, &v, (int)flags, ws_sock_is_circuit(s) ? NULL : to);
    if (!err) {
        *sent = ws_vec_moved(&v);
        if (!ws_sock_is_circuit(s))
            s->bound = true; /* BND-11 */
    }
    ws_vec_free(&v);
    if (!ws_netev_idle(s))
        ws_netev_sent(s, err);
    return err;
}

/* ---- receiving ---- */

int
ws_xfer_may_recv(struct ws_sock *s, DWORD flags, bool overlapped)
{
    DWORD known =
        MSG_PUSH_IMMEDIATE | MSG_PARTIAL | (overlapped ? 0 : MSG_PEEK);
    int err = 0;

    if (ws_sock_is_circuit(s))
        known |= MSG_OOB;
    if (s->type == SOCK_STREAM)
        known |= MSG_WAITALL;
    if (flags & ~known)
        return WSAEOPNOTSUPP;
    if (flags & MSG_WAITALL && (flags & (MSG_PEEK | MSG_OOB | MSG_PARTIAL) ||
                                (!overlapped && atomic_load(&s->nonblocking))))
        return WSAEOPNOTSUPP;
    if (flags & MSG_OOB && s->oobinline)
        return WSAEINVAL;
    if (ws_sock_is_circuit(s))
        err = need_connection(s);
    else if (!s->bound)
        err = WSAEINVAL; /* CON-16b */
    if (!err && atomic_load(&s->shut) & SOCK_SHUT_RECV)
        err = WSAESHUTDOWN;
    return err;
}

/* Urgent data is there or not; nobody waits for it. The kernel's word for "not
 * there" is EINVAL. */
static int
recv_urgent(struct ws_sock *s, struct ws_vec *v, int *flags)
{
    size_t moved = 0;
    int err;

    *flags |= WS_OS_DONTWAIT;
    err = ws_os_recv(s->fd, v->at, v->left, flags, NULL, &moved);
    if (!err)
        ws_vec_advance(v, moved);
    return err == WSAEINVAL ? WSAEWOULDBLOCK : err;
}

static int
recv_some(struct ws_sock *s, struct ws_vec *v, int *flags, struct ws_addr *from)
{
    struct ws_block b = ws_block_begin(s);
    bool wait_all = *flags & MSG_WAITALL;
    size_t moved;
    int err, f;

    do {
        moved = 0;
        do {
            f = *flags | ws_block_enter(&b);
            err = ws_os_recv(s->fd, v->at, v->left, &f, from, &moved);
        } while (ws_block_again(&b, &err) || ws_xfer_unheard(s, err));
        if (!err)
            ws_vec_advance(v, moved);
    } while (!err && moved && wait_all && v->moved < v->total);
    *flags = f;
    if (!err && !v->moved && v->total && atomic_load(&s->closing))
        err = WSAEINTR; /* ended by closesocket, not by the peer */
    if (v->moved || (!err && !v->total))
        return 0;
    return ws_xfer_lost(s, err, SOCK_SHUT_RECV);
}

/* Whether the socket may still hold something after this receive. Less than
 * asked for means that a stream was drained; of messages there may be more, or
 * their end. */
static bool
may_hold_more(struct ws_sock *s, const struct ws_vec *v, int err, DWORD flags)
{
    if (err)
        return err == WSAEDISCON;
    return !ws_sock_is_circuit(s) || s->transport || v->moved == v->total ||
           flags & (MSG_PEEK | MSG_OOB);
}

int
ws_xfer_recv(struct ws_sock *s, const WSABUF *bufs, DWORD count, DWORD *flags,
             struct ws_addr *from, DWORD *got)
{
    int f = (int)(*flags & (MSG_PEEK | MSG_OOB | MSG_WAITALL)) |
            (ws_sock_is_circuit(s) ? WS_OS_STREAM : 0) |
            (s->transport ? (int)*flags & MSG_PARTIAL : 0);
    struct ws_iov few[FEW];
    struct ws_vec v;
    int err = ws_xfer_may_recv(s, *flags, false);

    if (!err)
        err = ws_vec_init(&v, bufs, count, few, FEW);
    if (err)
        return err;
    if (s->transport)
        err = ws_carry_recv(s, &v, &f);
    else if (f & MSG_OOB)
        err = recv_urgent(s, &v, &f);
    else
        err = recv_some(s, &v, &f, ws_sock_is_circuit(s) ? NULL : from);
    if (!ws_netev_idle(s))
        ws_netev_received(s, err, may_hold_more(s, &v, err, *flags),
                          *flags & MSG_OOB);
    if (!err) {
        *got = ws_vec_moved(&v);
        *flags &= ~(DWORD)MSG_PARTIAL;
        if (s->transport)
            *flags |= (DWORD)f & MSG_PARTIAL;
        if (f & WS_OS_TRUNC)
            err = WSAEMSGSIZE;
    }
    ws_vec_free(&v);
    return err;
}
