/* SPDX-License-Identifier: MIT */
/* The ends of a connection: by our user, by an error, by handing the descriptor
 * out. What is on its way when a socket is closed goes on its way without it
 * (drain.c); an error is told to the peer by a reset. */
#include "prov/isotp/isotp.h"

#include "base/clock.h"
#include "kit/qos.h"
#include "os/os.h"
#include "prov/isotp/listen.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

/* ---- errors ---- */

void
ws_isotp_break(struct ws_sock *s, int err)
{
    struct ws_circuit *c = s->circuit;

    if (!atomic_load(&s->broken))
        atomic_store(&s->broken, err);
    c->ended = atomic_load(&s->broken);
    ws_isotp_stop_waiting(c);
    c->front = false;
    c->front_left = c->skip = 0;
    c->ahead_at = c->ahead_end = 0;
    c->head_len = 0;
    c->ends = false;
    ws_isotp_drop_rest(c);
    ws_os_disconnect(s->fd);
}

/* ---- the graceful end ---- */

static bool
has_open_connection(const struct ws_circuit *c)
{
    return c->mach.state == ISOMACH_OPEN || c->mach.state == ISOMACH_CLOSING ||
           c->ended == WSAEDISCON;
}

/* In class 0 there need not be a DR: FIN says as much. In class 2 there must,
 * or the answer to the peer's. */
static void
say_goodbye(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    bool data = c->disc_ours || c->reason_ours >= 0;
    bool first = c->mach.state == ISOMACH_OPEN;
    uint8_t reason =
        c->reason_ours >= 0 ? (uint8_t)c->reason_ours : REASON_NORMAL;
    uint8_t dr[TPKT_CONTROL];
    size_t len = 0;

    if (data || (c->mach.klass && first))
        ws_isomach_release(&c->mach, reason, true,
                           ws_isotp_text_get(c->disc_ours), dr, sizeof(dr),
                           &len);
    if (len)
        ws_isotp_say(s, dr, len);
    else if (c->reply_len)
        ws_isotp_say(s, c->reply, c->reply_len);
    c->reply_len = 0;
    if (c->mach.state == ISOMACH_OPEN)
        c->mach.state = ISOMACH_CLOSING;
}

/* Somebody has to look at the clock, also when our user does not. */
static void
await_dc(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    if (!c->set.ts2)
        return;
    if (!c->awaits_dc)
        ws_wait_pending(1);
    c->awaits_dc = true;
    ws_wait_keep();
    ws_isotimer_set(&c->timer, ws_now() + (int64_t)c->set.ts2 * 1000000);
}

void
ws_isotp_stop_waiting(struct ws_circuit *c)
{
    if (!c->awaits_dc)
        return;
    c->awaits_dc = false;
    ws_wait_pending(-1);
    ws_isotimer_cancel(&c->timer);
}

/* The DC may be behind data that our user has not received; then it is he who
 * takes his time. Half a header is nothing to be received. */
static bool
has_unread(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    uint32_t queued = 0;

    ws_isotp_sift(s, WS_IO_IN);
    ws_os_queued(s->fd, &queued);
    return queued || (c->front && (ws_isotp_ahead(c) || !c->front_left));
}

void
ws_isotp_overdue(struct ws_sock *s)
{
    bool unread = s->circuit->awaits_dc && has_unread(s);

    if (!s->circuit->awaits_dc) /* as it has come */
        return;
    if (unread)
        await_dc(s);
    else
        ws_isotp_break(s, WSAECONNABORTED);
}

int
ws_isotp_release(struct ws_sock *s)
{
    struct ws_circuit *c = s->circuit;

    if (c->said_last || c->detached || !has_open_connection(c))
        return 0;
    c->said_last = true;
    if (c->head_len || c->sender) { /* amid a message there is no such end */
        ws_isotp_break(s, WSAECONNABORTED);
        return 0;
    }
    say_goodbye(s);
    if (!c->mach.klass || c->ended)
        c->ends = true;
    else
        await_dc(s);
    ws_isotp_flush(s);
    return 0;
}

static int
shut(struct ws_sock *s, bool ends) WS_REQUIRES(s->lock)
{
    if (s->circuit->detached)
        return WSAENOTCONN;
    return ends ? ws_isotp_release(s) : 0;
}

/* ---- closing ---- */

static bool
is_abortive(struct ws_sock *s, int *seconds)
{
    bool on = false;

    *seconds = 0;
    if (ws_os_linger(s->fd, &on, seconds) || !on)
        *seconds = 0;
    return on && !*seconds;
}

/* Class 2 says it in words, too. */
static void
abort_connection(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_octets none = {NULL, 0};
    uint8_t dr[TPKT_CONTROL];
    size_t len;

    if (c->mach.klass && c->mach.state == ISOMACH_OPEN && !c->head_len &&
        !ws_isomach_release(&c->mach, REASON_NORMAL, false, none, dr,
                            sizeof(dr), &len))
        ws_isotp_say(s, dr, len);
    c->ended = WSAECONNABORTED;
    ws_isotp_drop_rest(c);
}

/* SO_LINGER with a time: what waits here goes to the kernel first, which does
 * the waiting for the rest of the way when the descriptor is closed. */
static void
send_waiting(struct ws_sock *s, int seconds)
{
    int64_t deadline = ws_now() + (int64_t)seconds * 1000000000;
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_OUT};
    size_t waits = 1, ready;

    while (waits && ws_now() < deadline) {
        ws_lock(&s->lock);
        ws_isotp_flush(s);
        waits = s->circuit->rest_len;
        ws_unlock(&s->lock);
        if (waits)
            ws_os_poll(&p, 1, deadline, &ready);
    }
}

/* The connection leaves its socket, with what still has to go. */
static void
hand_over(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int fd;

    if (!ws_os_dup(s->fd, &fd))
        ws_isotp_drain(fd, c->rest ? c->rest + c->rest_at : NULL, c->rest_len,
                       c->set.ts2);
    ws_isotp_drop_rest(c);
    c->ends = false;
    c->detached = true; /* for who is still inside */
}

static void
close_connection(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    ws_isotp_release(s);
    if (has_open_connection(s->circuit))
        hand_over(s);
}

static bool
has_connection(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    return ws_sock_state(s) == SOCK_CONNECTED && !s->circuit->detached &&
           !atomic_load(&s->broken) && has_open_connection(s->circuit);
}

/* The peer broke the rules or was told of a mistake of his own: our last words
 * are on their way, and unread octets would make a reset of them. */
static bool
has_answered(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    return ws_sock_state(s) == SOCK_CONNECTED && !s->circuit->detached &&
           s->circuit->mach.state == ISOMACH_ENDED;
}

static void
closing(struct ws_sock *s)
{
    int seconds;
    bool lingers = false;

    ws_lock(&s->lock);
    if (has_connection(s)) {
        if (is_abortive(s, &seconds)) {
            abort_connection(s);
        } else if (seconds) {
            ws_isotp_release(s);
            lingers = true;
        } else {
            close_connection(s);
        }
    } else if (has_answered(s) && !is_abortive(s, &seconds)) {
        hand_over(s);
    }
    ws_isotp_stop_waiting(s->circuit);
    ws_isotimer_cancel(&s->circuit->timer);
    ws_unlock(&s->lock);
    if (lingers)
        send_waiting(s, seconds);
    ws_isotp_unclaim(s);
}

static void
release(struct ws_sock *s)
{
    ws_isotp_unclaim(s);
    ws_isotp_circuit_free(s->circuit);
}

/* ---- anew ---- */

/* The name that was bound is the socket's again, but for the host where the
 * connection has put its own. */
static void
take_name_back(struct ws_circuit *c)
{
    c->has_own = c->named;
    c->own.family = ISOADDR_ANY;
    c->own.has_port = false;
    if (c->place)
        ws_isoplace_get(c->place, &c->own);
}

static void
forget_connection(struct ws_circuit *c)
{
    ws_isotp_text_set(&c->conn_theirs, NULL, 0);
    ws_isotp_text_set(&c->disc_ours, NULL, 0);
    ws_isotp_text_set(&c->disc_theirs, NULL, 0);
    c->reason_ours = c->reason_theirs = -1;
    c->mach.state = ISOMACH_ENDED;
    c->ended = 0;
    c->has_peer = c->detached = c->front = c->blocks = false;
    c->said_last = c->ends = false;
    c->ahead_at = c->ahead_end = c->head_len = c->reply_len = 0;
    c->front_left = c->skip = c->scouted = 0;
    c->ed_count = 0;
    c->foreseen = 0;
    c->sender = NULL;
    take_name_back(c);
}

static int
renew(struct ws_sock *s)
{
    int err;

    ws_lock(&s->lock);
    close_connection(s);
    ws_isotp_stop_waiting(s->circuit);
    err = ws_isotp_fresh(s, AF_INET);
    if (!err) {
        forget_connection(s->circuit);
        ws_sock_move(s, SOCK_IDLE);
        s->peer_len = 0;
        s->bound = s->circuit->named;
        atomic_store(&s->context, CONTEXT_WHOLE);
    }
    ws_unlock(&s->lock);
    return err;
}

/* ---- handing out ---- */

static int
may_detach(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    if (ws_sock_state(s) != SOCK_CONNECTED || c->detached || c->said_last ||
        c->ended || c->mach.state != ISOMACH_OPEN)
        return WSAENOTCONN;
    return c->rest_len || c->sender || s->awaited ? WSAEINPROGRESS : 0;
}

/* A DT's header that was taken off is put back in front of its data: what the
 * new owner reads is what came. */
static size_t
give_back(struct ws_circuit *c, uint8_t *unread)
{
    size_t len = (size_t)(c->ahead_end - c->ahead_at), head = 0;

    if (c->front)
        head =
            ws_tpdu_put_head(TPDU_DT, c->mach.klass, c->mach.ours,
                             c->front_left, c->front_eot, unread, ISOTP_AHEAD);
    memcpy(unread + head, c->ahead + c->ahead_at, len);
    return head + len;
}

int
ws_isotp_detach(struct ws_sock *s, int *fd, uint8_t *unread, size_t *len)
{
    int own = -1, empty = -1;
    int err;

    ws_sock_settle(s);
    ws_lock(&s->lock);
    err = may_detach(s);
    if (!err)
        err = ws_isotp_socket(AF_INET, false, &empty);
    if (!err)
        err = ws_os_dup(s->fd, &own);
    if (!err)
        err = ws_sock_replace(s, empty);
    if (!err) {
        ws_os_nonblock(own, atomic_load(&s->nonblocking));
        *len = give_back(s->circuit, unread);
        s->circuit->detached = true;
        s->circuit->front = false;
        s->circuit->ahead_at = s->circuit->ahead_end = 0;
        *fd = own;
        own = empty = -1;
    }
    ws_unlock(&s->lock);
    if (own >= 0)
        ws_os_close(own);
    if (err && empty >= 0)
        ws_os_close(empty);
    return err;
}

const struct ws_transport ws_isotp_transport = {
    .attempt = ws_isotp_attempt,
    .send = ws_isotp_send,
    .cut = ws_isotp_cut,
    .recv = ws_isotp_recv,
    .lend = ws_isotp_lend,
    .give_back = ws_isotp_give_back,
    .sift = ws_isotp_sift,
    .shut = shut,
    .renew = renew,
    .closing = closing,
    .release = release,
};
