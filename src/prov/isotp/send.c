/* SPDX-License-Identifier: MIT */
/* The sending side of a circuit: messages become TPDUs, several of them and
 * their headers in one system call. What the descriptor does not take is the
 * caller's to bring again, from where it stopped, which may be within a header;
 * only the rest of what a non-blocking call has sent is kept here, and then
 * what has to follow it.
 * Invariant: between 'rest' and the octets sent there is nothing missing. */
#include "prov/isotp/isotp.h"

#include "os/os.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

/* ---- what waits ---- */

/* As much as goes now. Anything but "not now" ends the connection. */
static int
push(struct ws_sock *s, const struct ws_iov *v, size_t count, size_t *moved)
    WS_REQUIRES(s->lock)
{
    int err = ws_os_send(s->fd, v, count, WS_OS_DONTWAIT, NULL, moved);

    if (!err)
        return 0;
    *moved = 0;
    if (err == WSAEWOULDBLOCK || err == WSAEINTR || err == WSAENOBUFS)
        return WSAEWOULDBLOCK;
    if (err == WSAESHUTDOWN)
        err = WSAECONNRESET; /* we have not ended it, so it was the peer */
    atomic_store(&s->broken, err);
    return err;
}

static int
more_rest(struct ws_circuit *c, size_t len)
{
    uint8_t *grown;

    if (c->rest_at) {
        memmove(c->rest, c->rest + c->rest_at, c->rest_len);
        c->rest_at = 0;
    }
    grown = realloc(c->rest, c->rest_len + len);
    if (!grown)
        return WSAENOBUFS;
    if (!c->rest_len)
        ws_wait_pending(1); /* somebody must hear of the room for it */
    c->rest = grown;
    return 0;
}

static int
keep_rest(struct ws_sock *s, const void *octets, size_t len)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int err = more_rest(c, len);

    if (err)
        return err;
    memcpy(c->rest + c->rest_len, octets, len);
    c->rest_len += len;
    ws_wait_keep();
    return ws_sock_watch(s);
}

void
ws_isotp_drop_rest(struct ws_circuit *c)
{
    if (c->rest_len)
        ws_wait_pending(-1);
    free(c->rest);
    c->rest = NULL;
    c->rest_at = c->rest_len = 0;
}

void
ws_isotp_flush(struct ws_sock *s)
{
    struct ws_circuit *c = s->circuit;
    int err = 0;

    while (!err && c->rest_len) {
        struct ws_iov one = {c->rest + c->rest_at, c->rest_len};
        size_t moved = 0;

        err = push(s, &one, 1, &moved);
        c->rest_at += moved;
        if (moved == c->rest_len || (err && err != WSAEWOULDBLOCK))
            ws_isotp_drop_rest(c);
        else
            c->rest_len -= moved;
    }
    if (c->ends && !c->rest_len) {
        c->ends = false;
        ws_os_shutdown(s->fd, SD_SEND);
    }
}

int
ws_isotp_say(struct ws_sock *s, const void *octets, size_t len)
{
    struct ws_iov one = {(void *)octets, len};
    size_t moved = 0;
    int err;

    ws_isotp_flush(s);
    err = s->circuit->rest_len ? WSAEWOULDBLOCK : push(s, &one, 1, &moved);
    if (err && err != WSAEWOULDBLOCK)
        return err;
    return moved < len ? keep_rest(s, (const char *)octets + moved, len - moved)
                       : 0;
}

/* ---- TPDUs ---- */

enum { BATCH = 16, PIECES = 3 * BATCH };

/* A message's rest, as the caller gave it, and where in it we are. */
struct source {
    const struct ws_iov *v;
    size_t count, at; /* 'at' octets into the first piece */
    size_t left;
    bool last; /* its last octet is that of the TSDU */
};

/* What goes in one system call. */
struct batch {
    struct ws_iov pieces[PIECES];
    size_t count, octets;
    uint8_t heads[BATCH][9];
    unsigned tpdus;
};

static void
add(struct batch *b, void *base, size_t len)
{
    b->pieces[b->count++] = (struct ws_iov){base, len};
    b->octets += len;
}

/* 'n' octets of the source, or as many as there are places for pieces. */
static size_t
add_data(struct batch *b, struct source *from, size_t n)
{
    size_t sum = 0;

    while (sum < n && b->count < PIECES) {
        size_t part = from->v->len - from->at;

        if (part > n - sum)
            part = n - sum;
        if (part)
            add(b, (char *)from->v->base + from->at, part);
        sum += part;
        from->at += part;
        if (from->at == from->v->len && from->count > 1) {
            from->v++;
            from->count--;
            from->at = 0;
        }
    }
    from->left -= sum;
    return sum;
}

static size_t
put_head(const struct ws_circuit *c, enum ws_tpdu_code code, size_t len,
         bool eot, uint8_t *out)
{
    return ws_tpdu_put_head(code, c->mach.klass, c->mach.theirs, len, eot, out,
                            9);
}

/* The TPDU that is under way first. Where places run out within one, the rest
 * of it is the next batch's. */
static void
fill_batch(struct ws_circuit *c, struct source *from, bool begins,
           struct batch *b)
{
    size_t want;

    b->count = b->octets = 0;
    b->tpdus = 0;
    if (c->head_len > c->head_at)
        add(b, c->head + c->head_at, (size_t)(c->head_len - c->head_at));
    if (c->head_len && add_data(b, from, c->tpdu_left) < c->tpdu_left)
        return;
    while ((from->left || begins) && b->tpdus < BATCH &&
           b->count + 1 < PIECES) {
        uint8_t *head = b->heads[b->tpdus++];

        begins = false;
        want = from->left < c->terms.segment ? from->left : c->terms.segment;
        add(b, head,
            put_head(c, TPDU_DT, want, from->last && want == from->left, head));
        if (add_data(b, from, want) < want)
            return;
    }
}

/* Octets of a batch that have gone: how far the TPDUs are. Gives those that
 * were the message's. */
static size_t
account(struct ws_circuit *c, struct batch *b, size_t left, size_t gone)
{
    size_t data = 0, part;

    if (c->head_len) {
        part = (size_t)(c->head_len - c->head_at);
        part = part < gone ? part : gone;
        c->head_at = (uint8_t)(c->head_at + part);
        gone -= part;
        part = c->tpdu_left < gone ? c->tpdu_left : gone;
        c->tpdu_left -= part;
        gone -= part;
        data += part;
        if (c->head_at == c->head_len && !c->tpdu_left)
            c->head_len = 0;
    }
    for (unsigned i = 0; gone; i++) {
        size_t head = (size_t)TPDU_DT_HEAD(c->mach.klass);
        size_t len =
            left - data < c->terms.segment ? left - data : c->terms.segment;

        part = head < gone ? head : gone;
        gone -= part;
        memcpy(c->head, b->heads[i], head);
        c->head_len = (uint8_t)head;
        c->head_at = (uint8_t)part;
        part = len < gone ? len : gone;
        gone -= part;
        data += part;
        c->tpdu_left = len - part;
        if (c->head_at == head && !c->tpdu_left)
            c->head_len = 0;
    }
    return data;
}

/* ---- messages ---- */

static size_t
total(const struct ws_iov *v, size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += v[i].len;
    return sum;
}

static void
skip_sent(struct source *from, size_t n)
{
    from->left -= n;
    while (n) {
        size_t part = from->v->len - from->at;

        if (part > n)
            part = n;
        from->at += part;
        n -= part;
        if (from->at == from->v->len && from->count > 1) {
            from->v++;
            from->count--;
            from->at = 0;
        }
    }
}

/* Goes on with a message as long as the descriptor takes it. 'begins': it has
 * no octets, and its TPDU is still to be made. */
static int
go_on(struct ws_sock *s, struct source *from, bool begins, size_t *moved)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int err = 0;

    while (!err && (from->left || c->head_len || begins)) {
        struct source next = *from;
        size_t gone = 0, data;
        struct batch b;

        fill_batch(c, &next, begins, &b);
        err = push(s, b.pieces, b.count, &gone);
        data = account(c, &b, from->left, gone);
        skip_sent(from, data);
        *moved += data;
        begins = begins && !gone;
        if (!err && gone < b.octets)
            err = WSAEWOULDBLOCK;
    }
    return err;
}

/* What a non-blocking call has left is kept, with its headers. */
static int
keep_message(struct ws_sock *s, struct source *from) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int err = 0;

    while (!err && (from->left || c->head_len)) {
        size_t left = from->left;
        struct batch b;

        fill_batch(c, from, false, &b);
        for (size_t i = 0; i < b.count && !err; i++)
            err = keep_rest(s, b.pieces[i].base, b.pieces[i].len);
        account(c, &b, left, b.octets);
    }
    return err;
}

static int
send_message(struct ws_sock *s, const void *sender, struct source from,
             bool once, bool holds, size_t *moved) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    bool begun = c->sender == sender;
    bool begins = !from.left && from.last && !c->head_len;
    size_t whole = from.left;
    int err = go_on(s, &from, begins, moved);

    begun |= *moved || c->head_len;
    if (err == WSAEWOULDBLOCK && once && begun) {
        err = keep_message(s, &from);
        if (!err)
            *moved = whole;
    }
    c->sender = begun && (err || holds) ? sender : NULL;
    return err;
}

/* ---- expedited data ---- */

static int
gather(const struct ws_iov *v, size_t count, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        memcpy(out + len, v[i].base, v[i].len);
        len += v[i].len;
    }
    return (int)len;
}

/* Between two TPDUs, also of somebody else's message. It is so short that what
 * does not go is kept. */
static int
send_expedited(struct ws_sock *s, const struct ws_iov *v, size_t count,
               size_t *moved) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    uint8_t tpdu[9 + TPDU_DATA_ED];
    size_t len = total(v, count), head;

    if (!c->mach.expedited)
        return WSAEOPNOTSUPP;
    if (!len || len > TPDU_DATA_ED)
        return WSAEMSGSIZE;
    if (c->head_len)
        return WSAEWOULDBLOCK;
    head = put_head(c, TPDU_ED, len, true, tpdu);
    gather(v, count, tpdu + head);
    *moved = len;
    return ws_isotp_say(s, tpdu, head + len);
}

/* ---- the face ---- */

static int
may_send(struct ws_sock *s, const void *sender) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int broken = atomic_load(&s->broken);

    if (c->detached)
        return WSAENOTCONN;
    if (broken)
        return broken;
    if (c->mach.state != ISOMACH_OPEN)
        return WSAECONNRESET; /* the peer has disconnected */
    ws_isotp_flush(s);
    return c->rest_len || (c->sender && c->sender != sender) ? WSAEWOULDBLOCK
                                                             : 0;
}

int
ws_isotp_send(struct ws_sock *s, const void *sender, const struct ws_iov *v,
              size_t count, int flags, bool once, size_t *moved)
{
    struct source from = {.v = v, .count = count, .left = total(v, count)};
    bool oob = flags & MSG_OOB;
    int err = may_send(s, oob ? s->circuit->sender : sender);

    if (err)
        return err;
    if (oob)
        return send_expedited(s, v, count, moved);
    from.last = !(flags & MSG_PARTIAL);
    return send_message(s, sender, from, once, flags & WS_CARRY_HOLDS, moved);
}

/* Once a message has begun, the peer has to be told that it will not end. */
void
ws_isotp_cut(struct ws_sock *s, const void *sender)
{
    if (s->circuit->sender != sender)
        return;
    s->circuit->sender = NULL;
    ws_isotp_break(s, WSAECONNABORTED);
}
