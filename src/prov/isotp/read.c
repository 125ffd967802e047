/* SPDX-License-Identifier: MIT */
/* Octets of the descriptor and what they mean to the circuit: TPDUs are taken
 * off the stream up to the next DT, whose data is recv.c's to take; what the
 * others say is noted and answered. Headers are read into a small buffer of the
 * circuit's, with what follows them.
 * Invariant: what is ahead begins where a TPDU, or the data of the one at the
 * front, goes on. */
#include "prov/isotp/isotp.h"

#include "os/os.h"

#include <stdlib.h>
#include <string.h>

/* ---- octets ---- */

/* The connection is over for the receiver: with WSAEDISCON in peace. */
static void
end(struct ws_sock *s, int err) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    c->ended = err;
    ws_isotp_stop_waiting(c);
    if (!ws_isotp_ahead(c)) {
        c->front = false;
        c->front_left = 0;
    }
    if (err != WSAEDISCON)
        atomic_store(&s->broken, err);
}

static void
end_of_stream(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    end(s,
        ws_isomach_end(&c->mach, ws_isotp_ahead(c) + c->front_left + c->skip));
}

/* A receive has ended so: 0 if it brought something, or the end of all. */
static int
brought(struct ws_sock *s, size_t moved, int err) WS_REQUIRES(s->lock)
{
    if (err == WSAEWOULDBLOCK || err == WSAEINTR)
        return WSAEWOULDBLOCK;
    if (err)
        end(s, err);
    else if (!moved)
        end_of_stream(s);
    return 0;
}

/* One read. 0 with 'got' above 0, or with the circuit ended. */
int
ws_isotp_read(struct ws_sock *s, struct ws_iov *v, size_t count, int flags,
              size_t asked, size_t *got)
{
    struct ws_circuit *c = s->circuit;
    int f = flags | WS_OS_DONTWAIT | WS_OS_STREAM;
    size_t moved = 0;
    int err = s->borrower ? WSAEWOULDBLOCK
                          : ws_os_recv(s->fd, v, count, &f, NULL, &moved);

    *got = moved;
    if (!(flags & MSG_PEEK))
        c->scouted -= moved < c->scouted ? moved : c->scouted;
    c->drained = err || moved < asked;
    return brought(s, moved, err);
}

_Static_assert((int)ISOTP_AHEAD <= WS_CARRY_LENT, "what is lent is room ahead");

/* Between messages only, of which a small one then comes in one piece, and not
 * with expedited data, which are looked for in the kernel's buffer. */
size_t
ws_isotp_lend(struct ws_sock *s)
{
    struct ws_circuit *c = s->circuit;

    if (c->front || c->skip || ws_isotp_ahead(c) || c->ended || c->detached ||
        c->mach.expedited)
        return 0;
    if (!c->blocks)
        c->blocks = !ws_os_nonblock(s->fd, false);
    return c->blocks ? sizeof(c->ahead) : 0;
}

void
ws_isotp_give_back(struct ws_sock *s, const void *octets, size_t count, int err)
{
    struct ws_circuit *c = s->circuit;

    if (c->ended || ws_sock_state(s) != SOCK_CONNECTED)
        return; /* it was for a connection that is no more */
    if (brought(s, count, err) || !count)
        return;
    memcpy(c->ahead, octets, count);
    c->ahead_at = 0;
    c->ahead_end = (uint16_t)count;
    c->drained = count < sizeof(c->ahead);
}

/* Reads behind what is ahead, so that there is more of it: all that comes, or,
 * while others sleep on the descriptor, only what is needed. */
int
ws_isotp_fill(struct ws_sock *s, size_t need)
{
    struct ws_circuit *c = s->circuit;
    struct ws_iov one;
    size_t got;
    int err;

    if (c->ahead_at) {
        memmove(c->ahead, ws_isotp_ahead_at(c), ws_isotp_ahead(c));
        c->ahead_end = (uint16_t)ws_isotp_ahead(c);
        c->ahead_at = 0;
    }
    one.base = c->ahead + c->ahead_end;
    one.len = sizeof(c->ahead) - c->ahead_end;
    if (s->awaited && need > ws_isotp_ahead(c) &&
        need - ws_isotp_ahead(c) < one.len)
        one.len = need - ws_isotp_ahead(c);
    err = ws_isotp_read(s, &one, 1, 0, one.len, &got);
    c->ahead_end = (uint16_t)(c->ahead_end + got);
    return err;
}

/* ---- TPDUs ---- */

int
ws_isotp_keep_expedited(struct ws_circuit *c, struct ws_octets data)
{
    struct ws_isotp_expedited *e;

    if (!c->ed)
        c->ed = calloc(ISOTP_EXPEDITED, sizeof(*c->ed));
    if (!c->ed)
        return WSAENOBUFS;
    if (c->ed_count == ISOTP_EXPEDITED)
        memmove(c->ed, c->ed + 1, --c->ed_count * sizeof(*c->ed));
    e = &c->ed[c->ed_count++];
    e->len = (uint8_t)data.len;
    memcpy(e->octets, data.at, data.len);
    return 0;
}

/* The answer to a graceful end waits for what our user says to it: his
 * disconnect data may go in its place. */
static void
on_disconnect(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    ws_isotp_text_set(&c->disc_theirs, ev->data.at, ev->data.len);
    if (!ev->by_error)
        c->reason_theirs = ev->reason;
    if (ev->graceful && ev->reply_len <= sizeof(c->reply)) {
        memcpy(c->reply, ev->reply, ev->reply_len);
        c->reply_len = (uint8_t)ev->reply_len;
    }
    if (c->said_last) {
        c->ends = true;
        ws_isotp_flush(s);
    }
    end(s, ev->graceful ? WSAEDISCON : ev->error);
}

/* The last word, if there is a place for it: between TPDUs. */
static void
say_last(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    if (ev->reply_len && !c->head_len)
        ws_isotp_say(s, ev->reply, ev->reply_len);
    c->ends = true;
    ws_isotp_flush(s);
}

/* Where messages have no ends an empty one is nothing. */
static void
on_data(struct ws_sock *s, size_t payload, bool eot) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    c->front = payload || s->type != SOCK_STREAM;
    c->front_left = payload;
    c->front_eot = eot;
}

static void
on_event(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    switch (ev->what) {
    case ISOMACH_DATA: on_data(s, ev->payload, ev->eot); break;
    case ISOMACH_IGNORE:
        c->skip = ev->payload;
        if (ev->reply_len && !c->head_len)
            ws_isotp_say(s, ev->reply, ev->reply_len);
        break;
    case ISOMACH_EXPEDITED:
        if (c->foreseen)
            c->foreseen--;
        else if (ws_isotp_keep_expedited(c, ev->data))
            ws_isotp_break(s, WSAENOBUFS);
        break;
    case ISOMACH_DISC:
        on_disconnect(s, ev);
        if (!ev->graceful)
            say_last(s, ev);
        break;
    case ISOMACH_RELEASED:
        end(s, WSAEDISCON);
        say_last(s, ev);
        break;
    case ISOMACH_FAULT:
        end(s, ev->error);
        say_last(s, ev);
        break;
    default: break;
    }
}

/* A DT of class 0, which is what comes nearly always: the machine would say the
 * same of it. */
static bool
is_plain(const struct ws_circuit *c, const uint8_t *p)
{
    size_t size = (size_t)(p[2] << 8 | p[3]);

    return !c->mach.klass && p[0] == 3 && p[4] == 2 && p[5] == TPDU_DT &&
           (size > 7 || (size == 7 && p[6] & 0x80)) &&
           (c->mach.state == ISOMACH_OPEN || c->mach.state == ISOMACH_CLOSING);
}

static bool
take_plain(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    const uint8_t *p = ws_isotp_ahead_at(c);

    if (ws_isotp_ahead(c) < 7 || !is_plain(c, p))
        return false;
    on_data(s, (size_t)(p[2] << 8 | p[3]) - 7, p[6] & 0x80);
    ws_isotp_use_ahead(c, 7);
    return true;
}

/* Needs 'n' octets in all. */
static int
need(struct ws_sock *s, size_t n, bool reads) WS_REQUIRES(s->lock)
{
    return reads ? ws_isotp_fill(s, n) : WSAEWOULDBLOCK;
}

static int
pass_over(struct ws_sock *s, bool reads) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    size_t n = ws_isotp_ahead(c) < c->skip ? ws_isotp_ahead(c) : c->skip;

    ws_isotp_use_ahead(c, n);
    c->skip -= n;
    return c->skip ? need(s, c->skip, reads) : 0;
}

int
ws_isotp_look(struct ws_sock *s, bool reads)
{
    struct ws_circuit *c = s->circuit;
    struct ws_isomach_event ev;
    int err = 0;

    while (!err && !c->front && !c->ended) {
        if (c->skip) {
            err = pass_over(s, reads);
            continue;
        }
        if (take_plain(s))
            continue;
        ws_isomach_feed(&c->mach, ws_isotp_ahead_at(c), ws_isotp_ahead(c), &ev);
        if (ev.what == ISOMACH_NEED) {
            err = need(s, ev.need < TPKT_LEAST ? TPKT_LEAST : ev.need, reads);
            continue;
        }
        on_event(s, &ev);
        ws_isotp_use_ahead(c, ev.used);
    }
    return err;
}
