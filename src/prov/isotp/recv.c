/* SPDX-License-Identifier: MIT */
/* The receiving side of a circuit: the data of DTs in the user's buffers. What
 * has been read with a header is copied, so that a short message costs one
 * system call; what is left of a long one goes straight to the user, with the
 * next header behind. No message is ever held whole. */
#include "prov/isotp/isotp.h"

#include "os/os.h"

#include <string.h>

/* ---- the user's buffers ---- */

/* How far a receive has come in them. */
struct place {
    const struct ws_iov *v;
    size_t count, done; /* 'done' octets of the first one */
};

static size_t
room_in(const struct ws_iov *v, size_t count)
{
    size_t room = 0;

    for (size_t i = 0; i < count; i++)
        room += v[i].len;
    return room;
}

static void
skip_full(struct place *p)
{
    while (p->count && p->done == p->v->len) {
        p->v++;
        p->count--;
        p->done = 0;
    }
}

static void
put(struct place *p, const uint8_t *from, size_t n)
{
    while (n) {
        size_t part;

        skip_full(p);
        part = p->v->len - p->done < n ? p->v->len - p->done : n;
        memcpy((char *)p->v->base + p->done, from, part);
        p->done += part;
        from += part;
        n -= part;
    }
}

static void
step(struct place *p, size_t n)
{
    while (n) {
        size_t part;

        skip_full(p);
        part = p->v->len - p->done < n ? p->v->len - p->done : n;
        p->done += part;
        n -= part;
    }
}

enum { PIECES = 16 };

/* The next '*n' octets of room as pieces, fewer if those are too many. */
static size_t
pieces_of(const struct place *p, size_t *n, struct ws_iov out[PIECES])
{
    struct place q = *p;
    size_t count = 0, sum = 0;

    skip_full(&q);
    while (q.count && sum < *n && count < PIECES - 1) {
        size_t part = q.v->len - q.done;

        if (part > *n - sum)
            part = *n - sum;
        out[count++] = (struct ws_iov){(char *)q.v->base + q.done, part};
        sum += part;
        q.done += part;
        skip_full(&q);
    }
    *n = sum;
    return count;
}

/* Up to 'n' octets of the front, which are not ahead, from the descriptor; and
 * if that is all of it, the next header too. */
static int
take_direct(struct ws_sock *s, struct place *p, size_t n, size_t *moved)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_iov pieces[PIECES];
    size_t count = pieces_of(p, &n, pieces), asked = n, got;
    int err;

    if (n == c->front_left && !s->awaited) {
        pieces[count++] = (struct ws_iov){c->ahead, sizeof(c->ahead)};
        asked += sizeof(c->ahead);
    }
    err = ws_isotp_read(s, pieces, count, 0, asked, &got);
    if (got > n) {
        c->ahead_end = (uint16_t)(got - n);
        got = n;
    }
    step(p, got);
    c->front_left -= got;
    *moved += got;
    return err;
}

/* Of the front at most 'n' octets. */
static int
take(struct ws_sock *s, struct place *p, size_t n, size_t *moved)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    size_t part = n < ws_isotp_ahead(c) ? n : ws_isotp_ahead(c);

    put(p, ws_isotp_ahead_at(c), part);
    ws_isotp_use_ahead(c, part);
    c->front_left -= part;
    *moved += part;
    return part < n ? take_direct(s, p, n - part, moved) : 0;
}

/* ---- receiving ---- */

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A look at what is there of the front, of which nothing is taken off. */
static int
peek(struct ws_sock *s, struct place *p, size_t room, size_t *moved,
     bool *whole) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    size_t n = least(c->front_left, room), part = least(n, ws_isotp_ahead(c)),
           got = 0;
    struct ws_iov pieces[PIECES];
    int err = 0;

    put(p, ws_isotp_ahead_at(c), part);
    n -= part;
    if (n) {
        size_t count = pieces_of(p, &n, pieces);

        err = ws_isotp_read(s, pieces, count, MSG_PEEK, n, &got);
    }
    *moved = part + got;
    *whole = c->front_eot && *moved == c->front_left;
    return *moved ? 0 : err;
}

/* What a receive gives that has nothing: the reason. */
static int
reason_of(struct ws_sock *s, int err) WS_REQUIRES(s->lock)
{
    int ended = s->circuit->ended;

    if (!ended)
        return err;
    return ended == WSAEDISCON && s->type == SOCK_STREAM ? 0 : ended;
}

/* Messages without end: their ends do not show, and of no octets there are
 * none. */
static bool
goes_on(const struct ws_sock *s, bool eot, size_t moved, size_t room)
{
    if (moved == room && room)
        return false;
    return s->type == SOCK_STREAM || !eot;
}

/* The last read got less than it could have: to read on would be for nothing,
 * and new octets will be told of. The end is not, if it has been already. */
static bool
is_dry(const struct ws_sock *s)
{
    return s->circuit->drained && !ws_isotp_ahead(s->circuit) && !s->brink;
}

static int
recv_data(struct ws_sock *s, struct place *p, size_t room, int *flags,
          size_t *moved) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    bool eot = false;
    int err;

    do {
        err = ws_isotp_look(s, true);
        if (err || !c->front)
            break;
        if (!room && c->front_left) {
            *flags |= s->type == SOCK_STREAM ? 0 : MSG_PARTIAL;
            return 0;
        }
        err = take(s, p, least(c->front_left, room - *moved), moved);
        if (c->front && !c->front_left) {
            c->front = false;
            eot = c->front_eot;
        }
        if (!err && is_dry(s))
            err = WSAEWOULDBLOCK;
    } while (!err && !c->ended && goes_on(s, eot, *moved, room));
    if (s->type == SOCK_STREAM)
        return *moved ? 0 : reason_of(s, err);
    if (!eot && *moved)
        *flags |= MSG_PARTIAL;
    return eot || *moved ? 0 : reason_of(s, err);
}

static int
peek_data(struct ws_sock *s, struct place *p, size_t room, int *flags,
          size_t *moved) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    bool whole = false;
    int err;

    err = ws_isotp_look(s, true);
    if (!c->front)
        return reason_of(s, err);
    if (room && c->front_left)
        err = peek(s, p, room, moved, &whole);
    else
        whole = !c->front_left;
    if (!whole && s->type != SOCK_STREAM)
        *flags |= MSG_PARTIAL;
    return *moved || !room || whole ? 0 : reason_of(s, err);
}

/* The rest of one that did not fit comes next. */
static int
recv_expedited(struct ws_sock *s, struct place *p, size_t room, int *flags,
               size_t *moved) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_isotp_expedited *e;
    size_t n;

    if (!c->ed_count)
        ws_isotp_look(s, true);
    if (!c->ed_count)
        ws_isotp_scout(s);
    e = c->ed;
    if (!c->ed_count)
        return c->ended && c->ended != WSAEDISCON ? c->ended : WSAEWOULDBLOCK;
    n = least(e->len, room);
    put(p, e->octets, n);
    *moved = n;
    if (n < e->len)
        *flags |= MSG_PARTIAL;
    if (*flags & MSG_PEEK)
        return 0;
    e->len = (uint8_t)(e->len - n);
    if (e->len)
        memmove(e->octets, e->octets + n, e->len);
    else
        memmove(e, e + 1, --c->ed_count * sizeof(*e));
    return 0;
}

int
ws_isotp_recv(struct ws_sock *s, const struct ws_iov *v, size_t count,
              int *flags, size_t *moved)
{
    struct ws_circuit *c = s->circuit;
    struct place p = {v, count, 0};
    size_t room = room_in(v, count);
    int asked = *flags;

    *flags &= ~MSG_PARTIAL;
    if (c->detached)
        return WSAENOTCONN;
    if (c->rest_len)
        ws_isotp_flush(s);
    if (asked & MSG_OOB)
        return recv_expedited(s, &p, room, flags, moved);
    if (asked & WS_CARRY_WAITS && c->drained && !ws_isotp_ahead(c) &&
        !c->ended && !(c->front && !c->front_left))
        return WSAEWOULDBLOCK;
    if (asked & MSG_PEEK)
        return peek_data(s, &p, room, flags, moved);
    return recv_data(s, &p, room, flags, moved);
}

/* ---- readiness ---- */

static void
look_ahead(struct ws_sock *s, unsigned ready) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    const unsigned news = WS_IO_IN | WS_IO_RDHUP | WS_IO_HUP | WS_IO_ERR;

    if (!c->front && !c->ended) {
        if (ready & news && !s->awaited)
            ws_isotp_look(s, true);
        else if (ws_isotp_ahead(c))
            ws_isotp_look(s, false);
    }
    if (ready & WS_IO_IN)
        ws_isotp_scout(s);
}

unsigned
ws_isotp_sift(struct ws_sock *s, unsigned ready)
{
    struct ws_circuit *c = s->circuit;
    unsigned means = 0;

    if (c->detached)
        return 0;
    if (ready & WS_IO_OUT)
        ws_isotp_flush(s);
    look_ahead(s, ready);
    if (c->front)
        means |= WS_IO_IN;
    else if (!c->ended && s->awaited)
        means |= ready & WS_IO_IN; /* they have not looked yet */
    if (c->ed_count)
        means |= WS_IO_PRI;
    if (c->ended && !c->front)
        means |= c->ended == WSAEDISCON ? WS_IO_RDHUP : WS_IO_ERR;
    if (ready & WS_IO_ERR && c->front) {
        atomic_store(&s->broken, WSAECONNRESET);
        means |= WS_IO_ERR;
    }
    if (!c->rest_len && (!c->ended || c->ended == WSAEDISCON))
        means |= ready & WS_IO_OUT;
    return means;
}
