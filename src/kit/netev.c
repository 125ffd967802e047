/* SPDX-License-Identifier: MIT */
/* Network events. The rules stand in one table, in the order in which Windows
 * reports: what readiness, in what phase of the socket's life, raises which
 * event. Around it three things happen: the engine brings readiness; a
 * registration asks what holds already; a call re-enables an event and asks
 * whether it still holds.
 *
 * An event that has been told is disarmed until its re-enabling call. In
 * message mode a disarmed event is silent. In event mode new readiness tells
 * READ, OOB and ACCEPT again once the record has been fetched (EVT-33).
 *
 * The rule for FD_ACCEPT: told when a request arrives; told again after each
 * accept that leaves another one waiting; silent from CF_DEFER until an accept
 * ends in anything but WSATRY_AGAIN (PQ-3, PQ-4, spec 2.8). */
#include "kit/netev.h"

#include "kit/backlog.h"
#include "kit/sock.h"
#include "kit/transport.h"
#include "w32/event.h"
#include "w32/msgq.h"
#include "w32/wait.h"

#include <string.h>

/* Phases: what a readiness bit can mean just now. */
enum {
    LISTENING = 1,
    STREAM = 2, /* connected */
    DGRAM = 4,  /* bound, or connected */
};

enum kind { ONCE, LEVEL };

static const struct rule {
    unsigned phases;
    unsigned ready; /* any of these WS_IO_* bits */
    int bit;
    enum kind kind; /* LEVEL: new readiness tells it again in event mode */
} rules[] = {
    {LISTENING,      WS_IO_IN,                            FD_ACCEPT_BIT, LEVEL},
    {STREAM,         WS_IO_PRI,                           FD_OOB_BIT,    LEVEL},
    {STREAM | DGRAM, WS_IO_IN,                            FD_READ_BIT,   LEVEL},
    {STREAM | DGRAM, WS_IO_OUT,                           FD_WRITE_BIT,  ONCE },
    {STREAM,         WS_IO_RDHUP | WS_IO_HUP | WS_IO_ERR, FD_CLOSE_BIT,  ONCE },
};

#define KNOWN_EVENTS FD_ALL_EVENTS
#define LASTING (FD_READ | FD_WRITE | FD_OOB | FD_ACCEPT | FD_CLOSE | UNREADY)

/* Told by who makes them, not by readiness. */
#define UNREADY (FD_QOS | FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE)

void
ws_netev_init(struct ws_netev *ne)
{
    ne->armed = LASTING;
}

bool
ws_netev_idle(struct ws_sock *s)
{
    return !atomic_load(&s->netev.interest);
}

static unsigned
phase(struct ws_sock *s)
{
    enum ws_sock_state state = ws_sock_state(s);

    if (!ws_sock_is_circuit(s)) /* EVT-39 */
        return s->bound || s->netev.window ? DGRAM : 0;
    return state == SOCK_LISTENING   ? LISTENING
           : state == SOCK_CONNECTED ? STREAM
                                     : 0;
}

/* ---- telling ---- */

/* A full message queue refuses; the event stays armed then, and the next
 * readiness or re-enabling call tries again (EVT-29). */
static void
tell(struct ws_sock *s, int bit, int err)
{
    struct ws_netev *ne = &s->netev;
    long ev = 1L << bit;

    if (ne->window) {
        if (!ws_msgq_post(ne->window, ne->message, (WPARAM)s->fd,
                          WSAMAKESELECTREPLY(ev, err)))
            ne->armed &= ~ev;
        return;
    }
    ne->armed &= ~ev;
    ne->record |= ev;
    ne->error[bit] = (short)err;
    ws_event_set(ne->event);
}

static bool
may_tell(const struct ws_netev *ne, const struct rule *r, bool fresh)
{
    long ev = 1L << r->bit;

    if (!(ne->interest & ev))
        return false;
    if (ne->armed & ev)
        return true;
    return fresh && r->kind == LEVEL && ne->event && !(ne->record & ev);
}

/* The end of a connection is told when what came before it has been read, so
 * that nobody closes over unread data (EVT-20); who does not read is told at
 * once. While data is left "in" means data, afterwards it means the end. */
static unsigned
without_end(struct ws_sock *s, unsigned ready)
{
    uint32_t unread = 0;

    if (ready & (WS_IO_ERR | WS_IO_HUP))
        ready &= ~(unsigned)WS_IO_OUT;
    if (!(ready & WS_IO_RDHUP))
        return ready;
    if (ws_os_queued(s->fd, &unread) || !unread)
        return ready & ~(unsigned)WS_IO_IN;
    if (s->netev.interest & FD_READ && !(ready & WS_IO_ERR)) {
        ready &= ~(unsigned)(WS_IO_RDHUP | WS_IO_HUP);
        s->netev.missed |= WS_IO_RDHUP;
    }
    return ready;
}

static bool
has_request(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    return !ws_list_empty(&s->backlog->deferred) ||
           !ws_list_empty(&s->backlog->arrived);
}

/* Between the descriptor and the rules stands whoever gives the octets on it
 * their meaning. A request that a transport holds is told by the queue alone.
 */
static unsigned
meaning(struct ws_sock *s, unsigned ready) WS_REQUIRES(s->lock)
{
    unsigned now = phase(s);

    if (now & LISTENING && ws_backlog_held(s))
        return has_request(s) ? WS_IO_IN : 0;
    if (now & STREAM && s->transport)
        return s->transport->sift(s, ready);
    return now & STREAM ? without_end(s, ready) : ready;
}

unsigned
ws_netev_meaning(struct ws_sock *s, unsigned ready)
{
    if (!s->transport)
        return ready;
    ws_lock(&s->lock);
    ready = s->transport->sift(s, ready);
    ws_unlock(&s->lock);
    return ready;
}

/* FD_CLOSE says how. */
static int
code_of(struct ws_sock *s, int bit, unsigned ready)
{
    int broken = atomic_load(&s->broken);

    if (bit != FD_CLOSE_BIT || !(ready & WS_IO_ERR))
        return 0;
    return s->transport && broken ? broken : WSAECONNRESET;
}

static void
apply(struct ws_sock *s, unsigned ready, bool fresh) WS_REQUIRES(s->lock)
{
    struct ws_netev *ne = &s->netev;
    unsigned now = phase(s);

    ready = meaning(s, ready);
    if (s->oobinline)
        ready &= ~(unsigned)WS_IO_PRI;
    if (now & LISTENING && s->backlog->silent)
        return;
    for (size_t i = 0; i < WS_ARRAY_LEN(rules); i++) {
        const struct rule *r = &rules[i];

        if (!(r->phases & now) || !(r->ready & ready))
            continue;
        if (may_tell(ne, r, fresh))
            tell(s, r->bit, code_of(s, r->bit, ready));
        else if (r->kind == LEVEL)
            ne->missed |= ready & r->ready;
    }
}

/* Asks the kernel what holds now. A stream that was never connected has
 * nothing to ask: it would say "hung up". */
static void
look(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_os_poll p = {.fd = s->fd,
                           .want = WS_IO_IN | WS_IO_OUT | WS_IO_PRI};
    size_t count = 0;
    unsigned ready = 0;

    s->netev.missed = 0;
    if (!s->netev.interest || !phase(s))
        return;
    if (!ws_os_poll(&p, 1, 0, &count) && count > 0)
        ready = p.ready;
    if (phase(s) & LISTENING && has_request(s))
        ready |= WS_IO_IN;
    apply(s, ready, false);
}

void
ws_netev_ready(struct ws_sock *s, unsigned ready)
{
    ws_sock_settle(s); /* an attempt to connect that has ended is told there */
    if (ws_netev_idle(s) && !s->transport)
        return;
    ws_lock(&s->lock);
    apply(s, ready, true);
    ws_unlock(&s->lock);
}

void
ws_netev_recheck(struct ws_sock *s)
{
    if (ws_netev_idle(s))
        return;
    ws_lock(&s->lock);
    look(s);
    ws_unlock(&s->lock);
}

/* ---- what readiness does not tell ---- */

void
ws_netev_tell(struct ws_sock *s, int bit, int err)
{
    ws_lock(&s->lock);
    if (s->netev.interest & s->netev.armed & 1L << bit)
        tell(s, bit, err);
    ws_unlock(&s->lock);
}

void
ws_netev_arm(struct ws_sock *s, long events)
{
    ws_lock(&s->lock);
    s->netev.armed |= events;
    ws_unlock(&s->lock);
}

/* ---- attempts to connect ---- */

void
ws_netev_attempt(struct ws_sock *s)
{
    s->netev.armed |= FD_CONNECT | FD_WRITE;
}

void
ws_netev_connected(struct ws_sock *s, int err)
{
    struct ws_netev *ne = &s->netev;

    if (ne->interest & ne->armed & FD_CONNECT)
        tell(s, FD_CONNECT_BIT, err);
    if (!err && ne->interest & ne->armed & FD_WRITE)
        tell(s, FD_WRITE_BIT, 0);
}

/* ---- re-enabling ---- */

void
ws_netev_received(struct ws_sock *s, int err, bool more, bool oob)
{
    struct ws_netev *ne = &s->netev;

    ws_lock(&s->lock);
    ne->armed |= FD_READ | (oob ? FD_OOB : 0);
    if (err == WSAECONNRESET || err == WSAECONNABORTED) {
        if (ws_sock_is_circuit(s) && ne->interest & ne->armed & FD_CLOSE)
            tell(s, FD_CLOSE_BIT, err);
    } else if (more || ne->missed) {
        look(s);
    }
    ws_unlock(&s->lock);
}

/* The kernel tells of room only after a send was refused for want of it, and
 * may have done so before we got here: so look. */
void
ws_netev_sent(struct ws_sock *s, int err)
{
    if (err != WSAEWOULDBLOCK)
        return;
    ws_lock(&s->lock);
    s->netev.armed |= FD_WRITE;
    look(s);
    ws_unlock(&s->lock);
}

void
ws_netev_accepted(struct ws_sock *s, bool deferred)
{
    ws_lock(&s->lock);
    s->backlog->silent = deferred;
    if (!deferred) {
        s->netev.armed |= FD_ACCEPT;
        look(s);
    }
    ws_unlock(&s->lock);
}

/* ---- registering ---- */

/* Any registration makes the socket non-blocking, also mask 0 (EVT-1). The
 * old event object is handed back: it is dropped outside of the lock. */
static int
install(struct ws_sock *s, struct ws_event *event, HWND window,
        unsigned message, long mask, struct ws_event **old) WS_REQUIRES(s->lock)
{
    struct ws_netev *ne = &s->netev;
    int err = ws_sock_set_mode(s, true);

    if (!err && mask && atomic_load(&s->closing))
        err = WSAENOTSOCK; /* what is installed now nobody would cancel */
    if (!err && mask)
        err = ws_sock_watch(s);
    if (err)
        return err;
    *old = ne->event;
    ne->interest = mask;
    ne->event = mask ? event : NULL;
    ne->window = mask ? window : NULL;
    ne->message = message;
    atomic_store(&ne->enumerated, ws_wait_round());
    if (ne->event)
        ws_object_ref(&ne->event->object);
    return 0;
}

/* Event mode: what was told and enumerated is not told again, what was told
 * and not yet enumerated is (EVT-32, EVT-35). */
static void
resume_events(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_netev *ne = &s->netev;

    if (ne->record & ne->interest)
        ws_event_set(ne->event);
    if (ws_sock_state(s) == SOCK_CONNECTED &&
        ne->interest & ne->armed & FD_CONNECT)
        tell(s, FD_CONNECT_BIT, 0); /* EVT-38 */
    look(s);
}

/* Message mode: every condition that holds is posted again (EVT-32). */
static void
resume_messages(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    s->netev.record = 0;
    s->netev.armed |= LASTING;
    look(s);
}

static int
check(long mask, bool target)
{
    if (mask & ~(long)KNOWN_EVENTS)
        return WSAEINVAL;
    return mask && !target ? WSAEINVAL : 0;
}

int
ws_netev_select(struct ws_sock *s, struct ws_event *event, long mask)
{
    struct ws_event *old = NULL;
    int err = check(mask, event);

    if (err)
        return err;
    ws_lock(&s->lock);
    err = install(s, event, NULL, 0, mask, &old);
    if (!err && mask)
        resume_events(s);
    ws_unlock(&s->lock);
    ws_event_unref(old);
    return err;
}

int
ws_netev_async(struct ws_sock *s, HWND window, unsigned message, long mask)
{
    struct ws_event *old = NULL;
    int err = check(mask, ws_msgq_is_window(window));

    if (err)
        return err;
    ws_lock(&s->lock);
    err = install(s, NULL, window, message, mask, &old);
    if (!err && mask)
        resume_messages(s);
    ws_unlock(&s->lock);
    ws_event_unref(old);
    return err;
}

void
ws_netev_cancel(struct ws_sock *s)
{
    struct ws_event *old;

    ws_lock(&s->lock);
    old = s->netev.event;
    s->netev.event = NULL;
    s->netev.window = NULL;
    s->netev.interest = 0;
    ws_unlock(&s->lock);
    ws_event_unref(old);
}

/* The listener's lock is not held while the new socket's is: both have one
 * rank. The new socket can send, which is known without asking; what else
 * holds the engine tells, which finds a fresh descriptor ready (INH-3, 4). */
int
ws_netev_inherit(struct ws_sock *conn, struct ws_sock *listener)
{
    struct ws_netev *from = &listener->netev;
    struct ws_event *event, *old = NULL;
    unsigned message;
    long interest;
    HWND window;
    int err = 0;

    ws_lock(&listener->lock);
    interest = from->interest;
    window = from->window;
    message = from->message;
    event = from->event;
    if (event)
        ws_object_ref(&event->object);
    ws_unlock(&listener->lock);

    if (interest) {
        ws_lock(&conn->lock);
        err = install(conn, event, window, message, interest, &old);
        if (!err && interest & FD_WRITE)
            tell(conn, FD_WRITE_BIT, 0);
        ws_unlock(&conn->lock);
    }
    ws_event_unref(event);
    return err;
}

/* ---- fetching ---- */

static long
fetch(struct ws_sock *s, struct ws_event *event, WSANETWORKEVENTS *out)
{
    struct ws_netev *ne = &s->netev;
    long told;

    ws_lock(&s->lock);
    told = ne->record & ne->interest;
    for (int bit = 0; bit < FD_MAX_EVENTS; bit++)
        if (told & 1L << bit)
            out->iErrorCode[bit] = ne->error[bit];
    ne->record &= ~told;
    if (event)
        ws_event_reset(event);
    ws_unlock(&s->lock);
    out->lNetworkEvents = (LONG)told;
    return told;
}

/* Nothing recorded may mean that nobody has waited, and so looked, yet. A
 * program that goes through all its sockets after a wait does not pay for it.
 */
void
ws_netev_enum(struct ws_sock *s, struct ws_event *event, WSANETWORKEVENTS *out)
{
    unsigned since = atomic_exchange(&s->netev.enumerated, ws_wait_round());

    if (!fetch(s, event, out) && ws_wait_poll_since(since))
        fetch(s, event, out);
}
