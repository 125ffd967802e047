/* SPDX-License-Identifier: MIT */
/* Expedited data behind ordinary data that nobody has received yet. All share
 * one pipe, so they are found by looking ahead in the kernel's buffer. Nothing
 * is taken off there, so that what a peer may send is still bounded by what our
 * user receives, and no message is held here. When the receiver comes by what
 * was kept before its turn, it passes it over.
 * Invariant: each of the first 'foreseen' expedited TPDUs behind what has been
 * received has been kept. */
#include "prov/isotp/isotp.h"

#include "os/os.h"

#include <string.h>

/* Octets of the stream, from 'at' octets behind what has been received. */
struct window {
    size_t at, len;
    uint8_t octets[4096];
};

enum { STRIDE = 16384, STRIDES = ISOTP_SIGHT / STRIDE };

_Static_assert(sizeof(((struct window *)0)->octets) >= TPKT_CONTROL,
               "no event needs more");

/* The kernel's octets from 'from' on, behind what is in the window already.
 * What lies before them is copied to no purpose, many times into one place. */
static void
peek(struct ws_sock *s, struct window *w, size_t from)
{
    uint8_t waste[STRIDE];
    struct ws_iov v[STRIDES + 2];
    int flags = MSG_PEEK | WS_OS_DONTWAIT | WS_OS_STREAM;
    size_t count = 0, moved = 0, left = from;

    for (; left > STRIDE; left -= STRIDE)
        v[count++] = (struct ws_iov){waste, STRIDE};
    if (left)
        v[count++] = (struct ws_iov){waste, left};
    v[count++] =
        (struct ws_iov){w->octets + w->len, sizeof(w->octets) - w->len};
    if (!ws_os_recv(s->fd, v, count, &flags, NULL, &moved) && moved > from)
        w->len += moved - from;
}

static void
look_at(struct ws_sock *s, size_t at, struct window *w) WS_REQUIRES(s->lock)
{
    const struct ws_circuit *c = s->circuit;
    size_t ahead = ws_isotp_ahead(c);

    w->at = at;
    w->len = at < ahead ? ahead - at : 0;
    if (w->len)
        memcpy(w->octets, ws_isotp_ahead_at(c) + at, w->len);
    peek(s, w, at < ahead ? 0 : at - ahead);
}

/* Steps from TPDU to TPDU in the window: where it stopped. 'known' expedited
 * ones have been kept. False: nothing behind that is of any interest. */
static bool
walk(struct ws_circuit *c, const struct window *w, struct ws_isomach *m,
     size_t *at, unsigned *known)
{
    struct ws_isomach_event ev;

    while (*at < w->at + w->len) {
        size_t in = *at - w->at;

        ws_isomach_feed(m, w->octets + in, w->len - in, &ev);
        if (ev.what == ISOMACH_NEED)
            return true;
        if (ev.what == ISOMACH_EXPEDITED && *known)
            --*known;
        else if (ev.what == ISOMACH_EXPEDITED) {
            if (ws_isotp_keep_expedited(c, ev.data))
                return false;
            c->foreseen++;
        } else if (ev.what != ISOMACH_DATA && ev.what != ISOMACH_IGNORE)
            return false;
        *at += ev.used + ev.payload;
        c->scout_rest = m->rest;
    }
    return true;
}

/* A turn that brings nothing new ends at a TPDU that has not come whole. */
void
ws_isotp_scout(struct ws_sock *s)
{
    struct ws_circuit *c = s->circuit;
    size_t ahead = ws_isotp_ahead(c), at = ahead + c->scouted, before;
    struct ws_isomach m = c->mach;
    unsigned known = 0;
    uint32_t queued = 0;
    struct window w;

    if (!c->front || c->ended || !c->mach.expedited)
        return;
    if (c->scouted) {
        m.rest = c->scout_rest;
    } else {
        at = c->front_left;
        known = c->foreseen;
        c->scout_rest = m.rest;
    }
    ws_os_queued(s->fd, &queued);
    do {
        before = at;
        if (at >= ahead + queued || at >= ISOTP_SIGHT)
            break;
        look_at(s, at, &w);
    } while (walk(c, &w, &m, &at, &known) && at > before);
    c->scouted = at > ahead ? at - ahead : 0;
}
