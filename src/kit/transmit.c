/* SPDX-License-Identifier: MIT */
/* Sending files: the kernel moves them from the page cache to the socket. An
 * operation tries parcel after parcel until the socket is full. */
#include "kit/transmit.h"

#include "base/clock.h"
#include "kit/block.h"
#include "kit/connectex.h"
#include "kit/xfer.h"

#include <mswsock.h>
#include <stdlib.h>
#include <string.h>

/* One call to the kernel moves so much at the most, so that one connection
 * does not keep the engine from the others. */
#define PIECE (16u << 20)

/* The longest datagram. */
#define DATAGRAM 65535

struct transmit_op {
    struct ws_ovl op;
    DWORD flags;
    size_t count, at;
    /* Datagrams: the one that is being put together, or waits for room. */
    char *datagram;
    size_t filled, most;
    bool split, ready;
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

/* ---- datagrams ---- */

/* Moves what fits of a parcel into the datagram. */
static int
take_memory(struct transmit_op *t, struct ws_parcel *p)
{
    size_t room = t->most - t->filled;
    size_t size = p->memory.len < room ? p->memory.len : room;

    if (size)
        memcpy(t->datagram + t->filled, p->memory.base, size);
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
        ws_os_read_at(p->fd, t->datagram + t->filled, size, p->offset, &moved);

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
            err = t->split ? 0 : WSAEMSGSIZE;
        } else if (!is_sent(p)) {
            err = p->file ? take_piece(t, p) : take_memory(t, p);
        } else {
            t->ready = p->ends || t->at + 1 == t->count;
            t->at++;
        }
    }
    return err;
}

static int
try_datagrams(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);
    int err = 0;

    while (!err && (t->ready || t->at < t->count)) {
        struct ws_iov iov = {t->datagram, 0};
        size_t moved = 0;

        err = put_together(t);
        iov.len = t->filled;
        if (!err)
            err =
                ws_os_send(op->sock->fd, &iov, 1, WS_OS_DONTWAIT, NULL, &moved);
        if (!err) {
            op->moved += (DWORD)moved;
            t->ready = false;
            t->filled = 0;
        }
    }
    return err;
}

/* ---- all of it ---- */

static int
try_transmit(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);
    struct ws_sock *s = op->sock;
    int err = 0;

    if (t->datagram)
        return try_datagrams(op);
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
    atomic_fetch_or(&s->shut, SOCK_SHUT_SEND);
    ws_os_shutdown(s->fd, SD_SEND);
    return flags & TF_REUSE_SOCKET ? ws_disconnectex_recycle(s) : 0;
}

static bool
transmitted(struct ws_ovl *op)
{
    if (!op->err)
        op->err = conclude(op->sock, transmit_of(op)->flags);
    return true;
}

static void
clean(struct ws_ovl *op)
{
    struct transmit_op *t = transmit_of(op);

    drop_parcels(t->parcels, t->count);
    free(t->datagram);
}

static const struct ws_ovl_ops transmit_ops = {
    .attempt = try_transmit,
    .ended = transmitted,
    .clean = clean,
};

/* ---- without OVERLAPPED ---- */

static int
wait_for_room(struct ws_sock *s)
{
    struct ws_block b = ws_block_begin(NULL);
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_OUT};
    size_t count;
    int err;

    do {
        ws_block_enter_after_apcs(&b);
        err = ws_os_poll(&p, 1, WS_NEVER, &count);
    } while (ws_block_again(&b, &err));
    return err;
}

static int
transmit_now(struct ws_sock *s, struct transmit_op *t)
{
    int err;

    t->op.sock = s;
    do {
        err = try_transmit(&t->op);
    } while (err == WSAEWOULDBLOCK && !(err = wait_for_room(s)));
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
prepare_datagrams(struct transmit_op *t, DWORD most)
{
    t->split = most && most < DATAGRAM;
    t->most = t->split ? most : DATAGRAM;
    t->datagram = malloc(t->most);
    return t->datagram ? 0 : WSAENOBUFS;
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
    if (!ws_sock_is_circuit(s))
        err = prepare_datagrams(t, most);
    if (!err && ov) {
        t->op.always_pends = true;
        return ws_ovl_start(&t->op, NULL, NULL);
    }
    if (!err)
        err = transmit_now(s, t);
    drop(t, ov != NULL);
    return err;
}
