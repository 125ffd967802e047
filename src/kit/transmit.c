/* SPDX-License-Identifier: MIT */
/* Sending files: the kernel moves them from the page cache to the socket. An
 * operation tries parcel after parcel until the socket is full. Where there are
 * messages, datagrams or a transport's, they are put together in memory, a long
 * one of a transport's piece by piece. */
#include "kit/transmit.h"

#include "base/clock.h"
#include "kit/block.h"
#include "kit/carry.h"
#include "kit/connectex.h"
#include "kit/shut.h"
#include "kit/transport.h"
#include "kit/xfer.h"

#include <mswsock.h>
#include <stdlib.h>
#include <string.h>

/* One call to the kernel moves so much at the most, so that one connection
 * does not keep the engine from the others. */
#define PIECE (16u << 20)

/* The longest datagram, and the longest piece of a message. */
#define DATAGRAM 65535

struct transmit_op {
    struct ws_ovl op;
    DWORD flags;
    size_t count, at;
    /* The message or piece of one that is put together, or waits for room. */
    char *message;
    size_t filled, most;
    size_t gone; /* of it */
    bool split, ready;
    bool ends;  /* what is ready is the end of a message */
    bool begun; /* there was a piece before it */
    struct ws_parcel parcels[];
};

static struct transmit_op *
transmit_of(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct transmit_op, op);
}

static void
drop_parcels(const struct ws_parcel *parcels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ws_object_unref(parcels[i].file);
}

/* ---- one parcel ---- */

static int
send_memory(struct ws_sock *s, struct ws_parcel *p, size_t *moved)
{
    int err = 0;

    *moved = 0;
    if (p->memory.len)
        err = ws_os_send(s->fd, &p->memory, 1, WS_OS_DONTWAIT, NULL, moved);
    p->memory.base = (char *)p->memory.base + *moved;
    p->memory.len -= *moved;
    return err;
}

/* The end of the file before its due is the end of the parcel. */
static int
send_piece(struct ws_sock *s, struct ws_parcel *p, size_t *moved)
{
    size_t piece = p->left < PIECE ? (size_t)p->left : PIECE;
    int err;

    *moved = 0;
    err = ws_os_sendfile(s->fd, p->fd, &p->offset, piece, moved);
    if (!err && !*moved)
        p->left = 0;
    else if (p->left != UINT64_MAX)
        p->left -= *moved;
    return err;
}

static bool
is_sent(const struct ws_parcel *p)
{
    return p->file ? p->left == 0 : p->memory.len == 0;
}

/* ---- messages ---- */

/* Moves what fits of a parcel into the message. */
static int
take_memory(struct transmit_op *t, struct ws_parcel *p)
{
    size_t room = t->most - t->filled;
    size_t size = p->memory.len < room ? p->memory.len : room;

    if (size)
        memcpy(t->message + t->filled, p->memory.base, size);
    p->memory.base = (char *)p->memory.base + size;
    p->memory.len -= size;
    t->filled += size;
    return 0;
}

static int
take_piece(struct transmit_op *t, struct ws_parcel *p)
{
    size_t room = t->most - t->filled, moved = 0;
    size_t size = p->left < room ? (size_t)p->left : room;
    int err =
        ws_os_read_at(p->fd, t->message + t->filled, size, p->offset, &moved);

    if (!err && !moved)
        p->left = 0;
    else if (p->left != UINT64_MAX)
        p->left -= moved;
    p->offset += (int64_t)moved;
    t->filled += moved;
    return err;
}

/* Until a parcel ends it, or it is full. */
static int
put_together(struct transmit_op *t)
{
    int err = 0;

    while (!err && !t->ready) {
        struct ws_parcel *p = &t->parcels[t->at];

        if (t->filled == t->most && !is_sent(p)) {
            t->ready = t->split;
            t->ends = false;
            err = t->split ? 0 : WSAEMSGSIZE;
        } else if (!is_sent(p)) {
            err = p->file ? take_piece(t, p) : take_memory(t, p);
        } else {
            t->ready = t->ends = p->ends || t->at + 1 == t->count;
            t->at++;
        }
    }
    return err;
}

/* Unchecked because the analysis cannot see whose lock an attempt is made
 * under. Of a transport's messages an empty one is none. */
WS_UNCHECKED static int
send_message(struct ws_sock *s, struct transmit_op *t, size_t *moved)
{
    struct ws_iov iov = {t->message + t->gone, t->filled - t->gone};
    int flags = t->ends ? 0 : MSG_PARTIAL | WS_CARRY_HOLDS;

    if (!s->transport)
        return ws_os_send(s->fd, &iov, 1, WS_OS_DONTWAIT, NULL, moved);
    if (!t->filled && !t->begun)
        return 0;
    return s->transport->send(s, t, &iov, 1, flags, false, moved);
}

static int
try_messages(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);
    int err = 0;

    while (!err && (t->ready || t->at < t->count)) {
        size_t moved = 0;

        err = put_together(t);
        if (!err)
            err = send_message(op->sock, t, &moved);
        op->moved += (DWORD)moved;
        t->gone += moved;
        if (!err && t->gone == t->filled) {
            t->begun = !t->ends;
            t->ready = false;
            t->filled = t->gone = 0;
        }
    }
    return err;
}

/* A message that was begun does not go on. */
static void
give_up(struct ws_sock *s, const struct transmit_op *t)
{
    if (!s->transport)
        return;
    ws_lock(&s->lock);
    s->transport->cut(s, t);
    ws_unlock(&s->lock);
}

/* ---- all of it ---- */

static int
try_transmit(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);
    struct ws_sock *s = op->sock;
    int err = 0;

    if (t->message)
        return try_messages(op);
    while (!err && t->at < t->count) {
        struct ws_parcel *p = &t->parcels[t->at];
        size_t moved = 0;

        if (!is_sent(p))
            err =
                p->file ? send_piece(s, p, &moved) : send_memory(s, p, &moved);
        op->moved += (DWORD)moved;
        if (!err && is_sent(p))
            t->at++;
    }
    return err ? ws_xfer_lost(s, err, SOCK_SHUT_SEND) : 0;
}

/* ---- the end ---- */

static int
conclude(struct ws_sock *s, DWORD flags)
{
    if (!(flags & TF_DISCONNECT))
        return 0;
    ws_shut_sending(s);
    return flags & TF_REUSE_SOCKET ? ws_disconnectex_recycle(s) : 0;
}

static bool
transmitted(struct ws_ovl *op)
{
    if (op->err)
        give_up(op->sock, transmit_of(op));
    else
        op->err = conclude(op->sock, transmit_of(op)->flags);
    return true;
}

static void
clean(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);

    drop_parcels(t->parcels, t->count);
    free(t->message);
}

static const struct ws_ovl_ops transmit_ops = {
    .attempt = try_transmit,
    .ended = transmitted,
    .clean = clean,
};

/* ---- without OVERLAPPED ---- */

/* Where a transport carries messages an operation's may be under way, which
 * goes first. */
static int
wait_for_room(struct ws_sock *s)
{
    struct ws_block b;
    int err;

    if (!s->transport)
        return ws_block_poll(s->fd, WS_IO_OUT);
    b = ws_block_begin(NULL);
    err = ws_carry_wait(s, &b, WS_IO_OUT, WS_NEVER);
    if (!err)
        ws_ovl_ready(s, WS_IO_OUT);
    return err;
}

static int
try_locked(struct ws_sock *s, struct transmit_op *t)
{
    int err;

    ws_lock(&s->lock);
    err = try_transmit(&t->op);
    ws_unlock(&s->lock);
    return err;
}

static int
transmit_now(struct ws_sock *s, struct transmit_op *t)
{
    int err;

    t->op.sock = s;
    do {
        err = s->transport ? try_locked(s, t) : try_transmit(&t->op);
    } while (err == WSAEWOULDBLOCK && !(err = wait_for_room(s)));
    if (err)
        give_up(s, t);
    return err ? err : conclude(s, t->flags);
}

/* ---- starting ---- */

static int
make(struct ws_sock *s, size_t count, LPOVERLAPPED ov, struct transmit_op **out)
{
    struct ws_ovl_route route = {ov, NULL};
    size_t size = sizeof(struct transmit_op) + count * sizeof(struct ws_parcel);
    struct ws_ovl *op = NULL;
    int err = 0;

    if (ov)
        err = ws_ovl_new(s, size, &transmit_ops, LANE_SEND, &route, &op);
    else
        *out = calloc(1, size);
    if (op)
        *out = transmit_of(op);
    return err || *out ? err : WSAENOBUFS;
}

static int
prepare_messages(const struct ws_sock *s, struct transmit_op *t, DWORD most)
{
    bool small = !s->transport && most && most < DATAGRAM;

    t->split = small || s->transport;
    t->most = small ? most : DATAGRAM;
    t->message = malloc(t->most);
    return t->message ? 0 : WSAENOBUFS;
}

static void
drop(struct transmit_op *t, bool overlapped)
{
    if (overlapped) {
        ws_ovl_free(&t->op);
    } else {
        clean(&t->op);
        free(t);
    }
}

int
ws_transmit(struct ws_sock *s, const struct ws_parcel *parcels, size_t count,
            DWORD most, DWORD flags, LPOVERLAPPED ov)
{
    struct transmit_op *t = NULL;
    int err = ws_xfer_may_send(s, 0, NULL);

    if (!err)
        err = make(s, count, ov, &t);
    if (err) {
        drop_parcels(parcels, count);
        return err;
    }
    memcpy(t->parcels, parcels, count * sizeof(*parcels));
    t->count = count;
    t->flags = flags;
    if (!ws_sock_is_circuit(s) || s->transport)
        err = prepare_messages(s, t, most);
    if (!err && ov) {
        t->op.always_pends = true;
        return ws_ovl_start(&t->op, NULL, NULL);
    }
    if (!err)
        err = transmit_now(s, t);
    drop(t, ov != NULL);
    return err;
}
