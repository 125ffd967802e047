/* SPDX-License-Identifier: MIT */
/* Sockets that are called: their names, and how they listen. Whom they hear of
 * comes by request.c, and the queue, the condition function and accepting are
 * the kit's, as for every provider.
 * Invariant: a place is claimed at most once in a socket's life, and given back
 * as soon as that closes. */
#include "prov/isotp/listen.h"

#include "base/clock.h"
#include "kit/backlog.h"
#include "kit/border.h"
#include "prov/isotp/isotp.h"
#include "w32/wait.h"

enum {
    BACKLOG_LARGEST = 1024,
    BACKLOG_REASONABLE = 256, /* SOMAXCONN: a descriptor waits with each */
};

/* ---- bind ---- */

static bool
names_port(const struct ws_circuit *c)
{
    return c->own.has_port || c->set.has_port;
}

/* The name as it is told has a port, for which "any address" has no place. */
static int
claim(struct ws_circuit *c)
{
    struct ws_isoaddr a = c->own;
    int err;

    if (!a.has_port && c->set.has_port)
        a.port = c->set.port;
    err = ws_isoplace_bind(&a, &c->place);
    if (err)
        return err;
    ws_isoplace_get(c->place, &c->own);
    return 0;
}

int
ws_isotp_claim(struct ws_sock *s)
{
    return names_port(s->circuit) ? claim(s->circuit) : 0;
}

void
ws_isotp_unclaim(struct ws_sock *s)
{
    struct ws_isotp_place *place;

    ws_lock(&s->lock);
    place = s->circuit->place;
    s->circuit->place = NULL;
    ws_unlock(&s->lock);
    ws_isoplace_drop(place);
}

/* ---- listen ---- */

/* LSN-3, LSN-4: what is out of range becomes the nearest legal value, without
 * a word. */
static unsigned
legal_backlog(int backlog)
{
    if (backlog == SOMAXCONN)
        return BACKLOG_REASONABLE;
    if (backlog < 0 && backlog >= -BACKLOG_LARGEST)
        return (unsigned)-backlog;
    if (backlog < 0 || backlog > BACKLOG_LARGEST)
        return BACKLOG_LARGEST;
    return backlog ? (unsigned)backlog : 1;
}

static int
may_listen(struct ws_sock *s)
{
    switch (ws_sock_settle(s)) {
    case SOCK_CONNECTED: return WSAEISCONN;
    case SOCK_CONNECTING: return WSAEINVAL;
    default: return s->bound ? 0 : WSAEINVAL;
    }
}

static int64_t
header_of(const struct ws_circuit *c)
{
    return c->set.header_ms ? (int64_t)c->set.header_ms * 1000000 : WS_NEVER;
}

/* Requests that come meanwhile wait for the socket's lock. */
static int
open_place(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    const struct ws_isocallee me = {
        .handle = (SOCKET)s->fd,
        .generation = s->generation,
        .policy =
            {
                     .profile = c->set.profile,
                     .class2 =
                    s->protocol == ISOPROTO_TP2 && c->set.profile == TPDU_STD,
                     .expedited = c->set.expedited,
                     .size = ws_tpdu_size(c->set.size),
                     },
    };
    int err = c->place ? 0 : claim(c);

    return err ? err : ws_isoplace_listen(c->place, &me, header_of(c));
}

static int
start_listening(struct ws_sock *s, unsigned backlog) WS_REQUIRES(s->lock)
{
    struct ws_backlog *queue = NULL;
    int err = ws_backlog_new(&queue);

    if (!err)
        err = ws_backlog_hold(queue, backlog);
    if (!err)
        err = open_place(s);
    if (err) {
        ws_backlog_free(queue);
        return err;
    }
    s->backlog = queue;
    ws_sock_move(s, SOCK_LISTENING);
    return 0;
}

static int
listen_at(struct ws_sock *s, int backlog)
{
    int err = may_listen(s);

    if (err)
        return err;
    ws_lock(&s->lock);
    if (atomic_load(&s->closing))
        err = WSAENOTSOCK;
    else if (ws_sock_state(s) == SOCK_LISTENING)
        err = ws_backlog_hold(s->backlog, legal_backlog(backlog));
    else
        err = start_listening(s, legal_backlog(backlog));
    ws_unlock(&s->lock);
    return err;
}

/* ---- the entry ---- */

static int WSPAPI
entry_listen(SOCKET handle, int backlog, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = listen_at(s, backlog);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

void
ws_isotp_listen_entries(WSPPROC_TABLE *t)
{
    t->lpWSPListen = entry_listen;
}

/* Ports go with their sockets; what they leave behind is the clock. */
void
ws_isotp_listen_stop(void)
{
    ws_isotimer_stop();
}
