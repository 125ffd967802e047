/* SPDX-License-Identifier: MIT */
/* A caller, from TCP's accept on: its request is read, octet by octet if it
 * comes so, and not one octet beyond it; what follows stays with the kernel
 * until somebody has answered. While it waits it is only watched for leaving.
 * Invariant: a caller takes a fixed amount of memory, and who says nothing has
 * his place for a limited time, and while nobody else needs it. */
#include "prov/isotp/listen.h"

#include "base/clock.h"
#include "prov/isotp/isotp.h"

#include <stdlib.h>

enum { LEAVE_MS = 2000 }; /* for the other end to go, too */

static struct ws_isocaller *
caller_of(struct ws_watch *w)
{
    return WS_CONTAINER_OF(w, struct ws_isocaller, watch);
}

/* ---- stages ---- */

static void
part(struct ws_isocaller *c) WS_REQUIRES(ws_isohall)
{
    if (!c->crowd)
        return;
    ws_list_remove(&c->node);
    c->crowd->count--;
    c->crowd = NULL;
}

static bool
join(struct ws_isocaller *c, struct ws_isocrowd *crowd) WS_REQUIRES(ws_isohall)
{
    if (crowd->closed)
        return false;
    c->crowd = crowd;
    ws_list_append(&crowd->list, &c->node);
    crowd->count++;
    return true;
}

/* False: it is over, which is for ever. */
static bool
move(struct ws_isocaller *c, enum ws_isostage to)
{
    bool lives;

    ws_lock(&ws_isohall);
    lives = c->stage != ISO_OVER;
    if (lives) {
        c->stage = to;
        part(c);
    }
    ws_unlock(&ws_isohall);
    return lives;
}

static enum ws_isostage
stage_of(struct ws_isocaller *c)
{
    enum ws_isostage stage;

    ws_lock(&ws_isohall);
    stage = c->stage;
    ws_unlock(&ws_isohall);
    return stage;
}

bool
ws_isocaller_hold(struct ws_isocaller *c)
{
    bool lives = move(c, ISO_PENDING);

    ws_isotimer_cancel(&c->timer);
    return lives;
}

void
ws_isocaller_drop(struct ws_isocaller *c)
{
    if (!move(c, ISO_OVER))
        return;
    ws_isotimer_cancel(&c->timer);
    ws_watch_stop(&c->watch);
    ws_watch_unref(&c->watch);
}

void
ws_isocaller_leave(struct ws_isocaller *c, const uint8_t *words, size_t len)
{
    ws_watch_ref(&c->watch);
    ws_isocaller_drop(c);
    if (!atomic_exchange(&c->taken, true))
        ws_isotp_drain(c->watch.fd, words, len, LEAVE_MS);
    ws_watch_unref(&c->watch);
}

/* ---- hearing ---- */

static struct ws_isocaller *
oldest(struct ws_isocrowd *crowd, unsigned most)
{
    struct ws_isocaller *c = NULL;

    ws_lock(&ws_isohall);
    if (crowd->count > most) {
        c = WS_CONTAINER_OF(crowd->list.next, struct ws_isocaller, node);
        ws_watch_ref(&c->watch);
    }
    ws_unlock(&ws_isohall);
    return c;
}

/* The shortest packet is read at one go; WSAEDISCON: the end. */
static int
read_up_to(struct ws_isocaller *c, size_t need)
{
    size_t least = need > TPKT_LEAST ? need : TPKT_LEAST, moved = 0;
    struct ws_iov one = {c->octets + c->have, least - c->have};
    int flags = WS_OS_DONTWAIT | WS_OS_STREAM;
    int err = ws_os_recv(c->watch.fd, &one, 1, &flags, NULL, &moved);

    c->have += moved;
    return !err && !moved ? WSAEDISCON : err;
}

static void
hear(struct ws_isocaller *c)
{
    struct ws_isomach_event ev;
    int err = 0;

    ws_isomach_feed(&c->machine, c->octets, c->have, &ev);
    while (!err && ev.what == ISOMACH_NEED) {
        err = read_up_to(c, ev.need);
        if (!err)
            ws_isomach_feed(&c->machine, c->octets, c->have, &ev);
    }
    if (err == WSAEWOULDBLOCK)
        return;
    if (err || (ev.what != ISOMACH_CR && !ev.reply_len))
        ws_isocaller_drop(c);
    else if (ev.what != ISOMACH_CR)
        ws_isocaller_leave(c, ev.reply, ev.reply_len);
    else
        ws_isorequest_come(c, &ev);
}

static void
ready(struct ws_watch *w, unsigned bits)
{
    struct ws_isocaller *c = caller_of(w);

    if (bits & (WS_IO_RDHUP | WS_IO_HUP | WS_IO_ERR))
        atomic_store(&c->left, true);
    if (!(bits & ~(unsigned)WS_IO_OUT))
        return;
    if (stage_of(c) == ISO_UNHEARD)
        hear(c);
}

static void
release(struct ws_watch *w)
{
    struct ws_isocaller *c = caller_of(w);

    if (!atomic_load(&c->taken))
        ws_os_close(w->fd);
    free(c);
}

static const struct ws_watch_ops watch_ops = {.ready = ready, .free = release};

/* ---- time ---- */

static void
hold(struct ws_isotimer *t)
{
    ws_watch_ref(&WS_CONTAINER_OF(t, struct ws_isocaller, timer)->watch);
}

/* A request may have become complete just now. */
static void
ring(struct ws_isotimer *t)
{
    struct ws_isocaller *c = WS_CONTAINER_OF(t, struct ws_isocaller, timer);

    if (stage_of(c) != ISO_PENDING)
        ws_isocaller_drop(c);
    ws_watch_unref(&c->watch);
}

static const struct ws_isotimer_ops timer_ops = {.hold = hold, .ring = ring};

/* ---- coming and going ---- */

static struct ws_isocaller *
new_caller(int fd, const struct ws_addr *from, enum ws_tpdu_profile profile)
{
    /* All that the listeners of the port may allow; the one that is called is
     * asked again. */
    const struct ws_nego_policy any = {
        .profile = profile, .class2 = true, .expedited = true};
    struct ws_isocaller *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    ws_watch_init(&c->watch, &watch_ops, fd);
    ws_isotimer_init(&c->timer, &timer_ops);
    ws_list_init(&c->node);
    c->from = *from;
    ws_isomach_listen(&c->machine, &any, ws_isotp_reference());
    return c;
}

/* Somebody who is about to go may have spoken just now. */
bool
ws_isocaller_evict(struct ws_isocrowd *unheard, unsigned most)
{
    struct ws_isocaller *c = oldest(unheard, most);

    if (!c)
        return false;
    hear(c);
    if (stage_of(c) == ISO_UNHEARD)
        ws_isocaller_drop(c);
    ws_watch_unref(&c->watch);
    return true;
}

/* Mostly the request is there already, or nearly. */
void
ws_isocaller_meet(struct ws_isocrowd *crowd, int fd, const struct ws_addr *from,
                  enum ws_tpdu_profile profile, int64_t header)
{
    struct ws_isocaller *c = new_caller(fd, from, profile);
    int err = 0;

    if (!c) {
        ws_os_close(fd);
        return;
    }
    ws_watch_ref(&c->watch);
    ws_lock(&ws_isohall);
    err = join(c, crowd) ? 0 : WSAENOTSOCK;
    ws_unlock(&ws_isohall);
    if (!err && header != WS_NEVER)
        err = ws_isotimer_set(&c->timer, ws_now() + header);
    if (!err)
        err = ws_watch_start(&c->watch);
    if (err)
        ws_isocaller_drop(c);
    else if (stage_of(c) == ISO_UNHEARD)
        hear(c);
    ws_isocaller_evict(crowd, ISO_UNHEARD_MOST);
    ws_watch_unref(&c->watch);
}

void
ws_isocaller_dismiss(struct ws_isocrowd *crowd)
{
    struct ws_isocaller *c;

    ws_lock(&ws_isohall);
    crowd->closed = true;
    ws_unlock(&ws_isohall);
    while ((c = oldest(crowd, 0))) {
        ws_isocaller_drop(c);
        ws_watch_unref(&c->watch);
    }
}
