/* SPDX-License-Identifier: MIT */
/* The steps of an attempt to call: TCP's connection, the CR, and the peer's
 * answer to it, each of which waits for the descriptor. Who waits is the
 * caller's business: connect itself, the engine, an operation.
 * Invariant: as long as an attempt lasts 'call' is there, and only then. */
#include "prov/isotp/call.h"

#include "base/clock.h"
#include "kit/ovl.h"
#include "kit/qos.h"
#include "os/os.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

/* ---- the end of an attempt ---- */

static void
give_callee(WSABUF *callee, struct ws_octets data)
{
    if (!callee)
        return;
    if (data.len > callee->len)
        data.len = callee->len;
    if (data.len)
        memcpy(callee->buf, data.at, data.len);
    callee->len = (ULONG)data.len;
}

void
ws_isotp_call_forget(struct ws_circuit *c)
{
    ws_isotp_stop_waiting(c);
    ws_isotimer_cancel(&c->timer);
    if (c->call && c->call->pends)
        ws_wait_pending(-1);
    free(c->call);
    c->call = NULL;
}

/* The descriptor is an unconnected one again. */
int
ws_isocall_fail(struct ws_sock *s, int err)
{
    struct ws_circuit *c = s->circuit;
    struct ws_octets none = {NULL, 0};

    give_callee(c->call->callee, none);
    ws_isotp_call_forget(c);
    c->has_peer = false;
    c->front = false;
    c->ahead_at = c->ahead_end = 0;
    ws_os_disconnect(s->fd);
    ws_os_take_error(s->fd, WS_OP_CONNECT);
    return err;
}

/* Last words to a peer whose answer is of no use; he hears them before the
 * connection ends. */
static int
fail_saying(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    int fd;

    if (ev->reply_len && !ws_os_dup(s->fd, &fd))
        ws_isotp_drain(fd, ev->reply, ev->reply_len, s->circuit->set.ts2);
    return ws_isocall_fail(s, ev->error);
}

/* What the callee has agreed to, from our view. */
static void
settle_quality(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    const struct ws_nego_terms *t = &s->circuit->terms;

    if (!s->qos)
        return;
    ws_nego_to_spec(t->has, &t->qos, false, &s->qos->agreed.send,
                    &s->qos->agreed.recv);
    ws_qos_apply(s->fd,
                 s->circuit->peer.family == ISOADDR_INET6 ? AF_INET6 : AF_INET,
                 s->qos);
}

/* The name that the socket has from now on: TCP's, with our selector. */
static void
settle_name(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_addr tcp;

    if (!ws_os_name(s->fd, &tcp))
        ws_isotp_from_tcp(&tcp, &c->own);
    c->has_own = true;
}

static int
succeed(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_isotp_call *call = c->call;

    if (call->guaranteed && !ev->terms.has)
        return ws_isocall_fail(s, WSAEOPNOTSUPP);
    c->terms = ev->terms;
    c->ended = 0;
    c->said_last = c->ends = false;
    c->reason_theirs = -1;
    ws_isotp_text_set(&c->disc_theirs, NULL, 0);
    ws_isotp_text_set(&c->conn_theirs, ev->data.at, ev->data.len);
    give_callee(call->callee, ev->data);
    settle_name(s);
    settle_quality(s);
    ws_isotp_call_forget(c);
    return 0;
}

static int
refused(struct ws_sock *s, const struct ws_isomach_event *ev)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    c->reason_theirs = ev->by_error ? -1 : ev->reason;
    ws_isotp_text_set(&c->disc_theirs, ev->data.at, ev->data.len);
    give_callee(c->call->callee, ev->data);
    c->call->callee = NULL;
    return fail_saying(s, ev);
}

/* ---- steps ---- */

/* Before the answer there is no connection to be reset: it is a refusal. */
static int
refusal(int err)
{
    return err == WSAECONNRESET || err == WSAECONNABORTED || err == WSAESHUTDOWN
               ? WSAECONNREFUSED
               : err;
}

int
ws_isocall_request(struct ws_sock *s)
{
    struct ws_circuit *c = s->circuit;
    uint8_t cr[TPKT_CONTROL];
    size_t len = 0;
    int err = ws_nego_cr(&c->call->offer, cr, sizeof(cr), &len);

    c->ended = 0;
    c->front = c->drained = false;
    c->ahead_at = c->ahead_end = 0;
    if (!err)
        err = refusal(ws_isotp_say(s, cr, len));
    if (err)
        return ws_isocall_fail(s, err);
    ws_isomach_call(&c->mach, &c->call->offer);
    c->call->phase = CALL_ANSWER;
    return 0;
}

static int
await_tcp(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_OUT};
    size_t count = 0;
    int err = ws_os_poll(&p, 1, 0, &count);

    if (!err && !count)
        return WSAEWOULDBLOCK;
    if (!err)
        err = ws_os_take_error(s->fd, WS_OP_CONNECT);
    return err ? ws_isocall_fail(s, err) : ws_isocall_request(s);
}

static int
await_answer(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_isomach_event ev;
    int err;

    for (;;) {
        ws_isomach_feed(&c->mach, c->ahead + c->ahead_at,
                        (size_t)(c->ahead_end - c->ahead_at), &ev);
        if (ev.what != ISOMACH_NEED)
            break;
        err = ws_isotp_fill(s, ev.need);
        if (!err && c->ended)
            err = refusal(c->ended == WSAEDISCON ? WSAECONNREFUSED : c->ended);
        if (err)
            return err == WSAEWOULDBLOCK ? err : ws_isocall_fail(s, err);
    }
    c->ahead_at = (uint16_t)(c->ahead_at + ev.used);
    switch (ev.what) {
    case ISOMACH_CC: return succeed(s, &ev);
    case ISOMACH_DISC: return refused(s, &ev);
    default: return fail_saying(s, &ev);
    }
}

int
ws_isotp_attempt(struct ws_sock *s, unsigned *want)
{
    struct ws_isotp_call *call = s->circuit->call;
    int err = 0;

    if (!call)
        return WSAECONNABORTED;
    if (atomic_load(&call->late))
        return ws_isocall_fail(s, WSAETIMEDOUT);
    *want = WS_IO_OUT;
    if (call->phase == CALL_TCP)
        err = await_tcp(s);
    if (err)
        return err;
    *want = WS_IO_IN;
    err = await_answer(s);
    if (err != WSAEWOULDBLOCK)
        atomic_store(&s->broken, 0);
    return err;
}

/* ---- the time that it may take ---- */

static struct ws_circuit *
circuit_of(struct ws_isotimer *t)
{
    return WS_CONTAINER_OF(t, struct ws_circuit, timer);
}

static void
hold(struct ws_isotimer *t)
{
    ws_object_ref(&circuit_of(t)->sock->object);
}

/* Whose attempt it is looks at it now: nobody's in particular, or an
 * operation's. Where there is none it is the end that takes its time. */
static void
ring(struct ws_isotimer *t)
{
    struct ws_sock *s = circuit_of(t)->sock;
    bool late;

    ws_lock(&s->lock);
    late = s->circuit->call && ws_now() >= s->circuit->call->deadline;
    if (late)
        atomic_store(&s->circuit->call->late, true);
    else if (!s->circuit->call)
        ws_isotp_overdue(s);
    ws_unlock(&s->lock);
    if (late && !ws_ovl_ready(s, WS_IO_OUT))
        ws_sock_settle(s);
    ws_sock_unref(s);
}

static const struct ws_isotimer_ops timer_ops = {.hold = hold, .ring = ring};

void
ws_isotp_call_prepare(struct ws_circuit *c)
{
    ws_isotimer_init(&c->timer, &timer_ops);
}
