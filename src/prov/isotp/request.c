/* SPDX-License-Identifier: MIT */
/* Requests: from the packet to the verdict. What a caller asks for is shown to
 * whoever listens, and what he says is written on the wire: a CC, a DR, or, as
 * long as he defers, nothing.
 * Invariant: a request that is in the backlog, or out of it to be judged, owns
 * its caller, and its octets stay where they are: all views are into them. */
#include "prov/isotp/isotp.h"

#include "base/clock.h"
#include "kit/backlog.h"
#include "kit/qos.h"
#include "prov/isotp/listen.h"

#include <stdlib.h>
#include <string.h>

enum { DATA_MOST = TPDU_DATA_CONNECT_RDP };
#define LOOK_NS 20000000

struct request {
    struct ws_peer peer;
    struct ws_isocaller *caller;
    struct ws_tpdu cr;
    struct ws_nego_terms terms;
    struct ws_isoaddr called, calling; /* the ends */
    struct ws_circuit *circuit;        /* between the CC and the socket */
    bool answered;                     /* by a CC */
    bool noted;     /* a condition function has had its say */
    int64_t looked; /* when the kernel was asked about the caller */
    size_t answer_len;
    uint8_t answer[DATA_MOST]; /* the callee's data */
    uint8_t shown[DATA_MOST];  /* the caller's, for the condition function */
};

static struct request *
request_of(struct ws_peer *p)
{
    return WS_CONTAINER_OF(p, struct request, peer);
}

static enum ws_tpdu_profile
profile_of(const struct request *r)
{
    return r->caller->machine.profile;
}

static ULONG
room_of(const struct request *r)
{
    return profile_of(r) == TPDU_RDP ? TPDU_DATA_CONNECT_RDP
                                     : TPDU_DATA_CONNECT;
}

/* ---- is it still there ---- */

/* The kernel knows before the engine does. Of many who wait it is not asked
 * each time that another one comes. */
static bool
has_left(struct request *r)
{
    struct ws_os_poll p = {.fd = r->caller->watch.fd, .want = WS_IO_IN};
    bool queued = !ws_list_empty(&r->peer.node);
    int64_t now = ws_now();
    size_t count = 0;

    if (atomic_load(&r->caller->left))
        return true;
    if (queued && now - r->looked < LOOK_NS)
        return false;
    r->looked = now;
    return !ws_os_poll(&p, 1, 0, &count) &&
           p.ready & (WS_IO_RDHUP | WS_IO_HUP | WS_IO_ERR);
}

/* PQ-6. One whose connection was never made a socket of is lost, too. */
static int
gone(struct ws_peer *p)
{
    struct request *r = request_of(p);

    if (r->answered)
        return r->circuit ? 0 : WSAECONNABORTED;
    if (!has_left(r))
        return 0;
    return p->deferred ? WSAEACCES : WSAECONNRESET;
}

/* ---- the condition function ---- */

/* What the reply's room is filled with, so that one who leaves it, and its
 * length, alone has not replied. */
static uint8_t
blank(size_t at)
{
    return (uint8_t)(0xa5 ^ at * 7);
}

static bool
is_untouched(const struct request *r, const WSABUF *reply)
{
    if (reply->buf != (const CHAR *)r->answer || reply->len != room_of(r))
        return false;
    for (size_t i = 0; i < reply->len; i++)
        if (r->answer[i] != blank(i))
            return false;
    return true;
}

static void
brief(struct ws_peer *p, struct ws_interview *i)
{
    struct request *r = request_of(p);

    if (r->cr.data.len)
        memcpy(r->shown, r->cr.data.at, r->cr.data.len);
    for (size_t at = 0; at < sizeof(r->answer); at++)
        r->answer[at] = blank(at);
    i->caller = (WSABUF){(ULONG)r->cr.data.len, (CHAR *)r->shown};
    i->callee = (WSABUF){room_of(r), (CHAR *)r->answer};
}

/* A refusal takes other data than a connection does. */
static int
note(struct ws_peer *p, int verdict, const struct ws_interview *i)
{
    struct request *r = request_of(p);
    ULONG most = verdict ? TPDU_DATA_DISC : room_of(r);

    r->noted = true;
    r->answer_len = 0;
    if (is_untouched(r, &i->callee))
        return 0;
    if (i->callee.len && !i->callee.buf)
        return WSAEFAULT;
    if (i->callee.len > most)
        return WSAEINVAL;
    memmove(r->answer, i->callee.buf, i->callee.len);
    r->answer_len = i->callee.len;
    return 0;
}

static struct ws_octets
answer_of(const struct request *r)
{
    return (struct ws_octets){r->answer, r->answer_len};
}

/* ---- names ---- */

static void
name(struct ws_isoaddr *a, const struct ws_addr *tcp,
     const struct ws_octets *selector)
{
    size_t len =
        selector->len < sizeof(a->tsel) ? selector->len : sizeof(a->tsel);

    memset(a, 0, sizeof(*a));
    ws_isotp_from_tcp(tcp, a);
    if (len)
        memcpy(a->tsel, selector->at, len);
    a->tsel_len = (uint8_t)len;
}

/* Both ends as ISO knows them. */
static void
name_ends(struct request *r)
{
    struct ws_addr local;

    if (ws_os_name(r->caller->watch.fd, &local))
        local = r->caller->from; /* it has gone, which will be noticed */
    name(&r->called, &local, &r->cr.called);
    name(&r->calling, &r->caller->from, &r->cr.calling);
    ws_isotp_name(&r->called, &r->peer.local);
    ws_isotp_name(&r->calling, &r->peer.remote);
}

/* ---- letting in ---- */

/* What the callee wants is held to what was proposed; both ends then have the
 * numbers of the wire. */
static void
agree(struct request *r)
{
    struct ws_qos *q = r->peer.qos;

    if (!q || !(r->terms.has & HAS_QOS))
        return;
    ws_nego_select(&r->terms, &q->asked.send, &q->asked.recv);
    ws_nego_to_spec(r->terms.has, &r->terms.qos, true, &q->agreed.send,
                    &q->agreed.recv);
}

static int
send_cc(struct request *r)
{
    uint8_t out[TPKT_CONTROL];
    struct ws_iov one = {out, 0};
    size_t moved = 0;
    int err =
        ws_nego_cc(&r->cr, &r->terms, profile_of(r), r->caller->machine.ours,
                   answer_of(r), out, sizeof(out), &one.len);

    if (!err)
        err = ws_os_send(r->caller->watch.fd, &one, 1, WS_OS_DONTWAIT, NULL,
                         &moved);
    return !err && moved < one.len ? WSAECONNRESET : err;
}

/* Who accepts without a condition function answers by SO_CONNDATA (CDT-2). */
static void
answer_by_option(struct ws_sock *listener, struct request *r)
    WS_REQUIRES(listener->lock)
{
    struct ws_octets ours = ws_isotp_text_get(listener->circuit->conn_ours);

    if (r->noted || ours.len > room_of(r))
        return;
    if (ours.len)
        memcpy(r->answer, ours.at, ours.len);
    r->answer_len = ours.len;
}

static int
make_circuit(struct ws_sock *listener, struct request *r)
    WS_REQUIRES(listener->lock)
{
    struct ws_circuit *c = ws_isotp_circuit_new(&listener->circuit->set);
    int err = c ? 0 : WSAENOBUFS;

    if (!err)
        err = ws_isotp_text_set(&c->conn_theirs, r->cr.data.at, r->cr.data.len);
    if (!err)
        err = ws_isotp_text_set(&c->conn_ours, r->answer, r->answer_len);
    if (err) {
        ws_isotp_circuit_free(c);
        return err;
    }
    c->own = r->called;
    c->peer = r->calling;
    c->has_own = c->has_peer = true;
    r->circuit = c;
    return 0;
}

/* A fresh connection has room for the CC. One that has none is no more. */
static int
admit(struct ws_sock *listener, struct ws_peer *p) WS_REQUIRES(listener->lock)
{
    struct request *r = request_of(p);
    int err = gone(p);

    answer_by_option(listener, r);
    if (!err)
        err = make_circuit(listener, r);
    if (err)
        return err;
    agree(r);
    err = send_cc(r);
    if (err) {
        ws_isotp_circuit_free(r->circuit);
        r->circuit = NULL;
        return p->deferred ? WSAEACCES : WSAECONNRESET;
    }
    ws_isomach_open(&r->caller->machine, &r->cr, &r->terms);
    ws_isotp_circuit_open(r->circuit, &r->caller->machine, &r->terms,
                          (struct ws_octets){NULL, 0});
    ws_watch_stop(&r->caller->watch);
    ws_isotp_inherit(listener, r->caller->watch.fd);
    r->answered = true;
    p->fd = r->caller->watch.fd;
    return 0;
}

static void
adopt(struct ws_peer *p, struct ws_sock *conn)
{
    struct request *r = request_of(p);
    struct ws_circuit *c = r->circuit;

    r->circuit = NULL;
    if (c)
        ws_isotp_attach(conn, c);
}

/* ---- turning away ---- */

/* A listener that closes leaves a selector without anybody at it. */
static uint8_t
reason_of(const struct request *r, int verdict)
{
    switch (verdict) {
    case WSAECONNREFUSED:
    case WSAEINVAL:
    case WSAEFAULT: return ws_nego_user_reason(&r->cr);
    case WSAEMFILE:
    case WSAENOBUFS: return REASON_CONGESTION;
    default: return REASON_NO_ENTITY;
    }
}

static void
refuse(struct ws_isocaller *c, const struct ws_tpdu *cr, uint8_t reason,
       struct ws_octets data)
{
    uint8_t out[TPKT_CONTROL];
    size_t len = 0;

    ws_nego_refusal(cr, reason, data, out, sizeof(out), &len);
    ws_isocaller_leave(c, out, len);
}

static void
turn_away(struct request *r, int verdict)
{
    struct ws_octets data = {NULL, 0};

    if (verdict == WSAECONNREFUSED)
        data = answer_of(r);
    if (r->answered)
        ws_os_abortive(r->caller->watch.fd);
    if (r->answered || atomic_load(&r->caller->left))
        ws_isocaller_drop(r->caller);
    else
        refuse(r->caller, &r->cr, reason_of(r, verdict), data);
}

static void
end(struct ws_peer *p, int verdict)
{
    struct request *r = request_of(p);

    if (verdict) {
        turn_away(r, verdict);
    } else {
        atomic_store(&r->caller->taken, true);
        ws_isocaller_drop(r->caller);
    }
    ws_isotp_circuit_free(r->circuit);
    free(r);
}

static const struct ws_peer_ops peer_ops = {
    .gone = gone,
    .brief = brief,
    .note = note,
    .admit = admit,
    .adopt = adopt,
    .end = end,
};

/* ---- coming ---- */

/* What was proposed, from the callee's view. What cannot be a flow spec of
 * Winsock's is not worth a refusal: it is shown as less. */
static int
offer(struct request *r)
{
    QOS q;
    int err;

    if (!(r->terms.has & HAS_QOS))
        return 0;
    memset(&q, 0, sizeof(q));
    ws_nego_to_spec(r->terms.has, &r->terms.qos, true, &q.SendingFlowspec,
                    &q.ReceivingFlowspec);
    err = ws_qos_take(&q, NULL, &r->peer.qos);
    if (!err || err == WSAENOBUFS)
        return err;
    q.SendingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
    q.ReceivingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
    return ws_qos_take(&q, NULL, &r->peer.qos) == WSAENOBUFS ? WSAENOBUFS : 0;
}

static int
new_request(struct ws_isocaller *c, const struct ws_isomach_event *ev,
            const struct ws_nego_terms *terms, struct request **out)
{
    struct request *r = calloc(1, sizeof(*r));
    int err;

    if (!r)
        return WSAENOBUFS;
    r->caller = c;
    r->cr = ev->tpdu;
    r->terms = *terms;
    r->peer.ops = &peer_ops;
    r->peer.fd = -1;
    ws_list_init(&r->peer.node);
    name_ends(r);
    err = offer(r);
    if (err)
        free(r);
    else
        *out = r;
    return err;
}

/* The listener's own quality of service, if it has asked for any, is all that
 * it will pace. */
static bool
is_feasible(struct ws_sock *listener, const struct ws_nego_terms *terms)
{
    ULONG rate = QOS_NOT_SPECIFIED;

    ws_lock(&listener->lock);
    if (listener->qos)
        rate = listener->qos->asked.send.TokenRate;
    ws_unlock(&listener->lock);
    return rate >= POSITIVE_INFINITY_RATE || ws_nego_feasible(terms, rate);
}

/* Into the queue: 0 or the reason why not. */
static uint8_t
queue(struct ws_isocaller *c, const struct ws_isomach_event *ev,
      struct ws_sock *listener, const struct ws_nego_terms *terms)
{
    struct request *r;
    int err;

    if (new_request(c, ev, terms, &r))
        return REASON_CONGESTION;
    err = ws_isocaller_hold(c) ? ws_backlog_arrive(listener, &r->peer)
                               : WSAENOTSOCK;
    if (!err)
        return 0;
    ws_qos_free(r->peer.qos);
    free(r);
    return err == WSAENOBUFS ? REASON_BUSY : REASON_NO_ENTITY;
}

/* The reader allowed what any listener may; this one is asked what he does. */
static uint8_t
consider(struct ws_isocaller *c, const struct ws_isomach_event *ev,
         const struct ws_isocallee *callee)
{
    struct ws_sock *listener = NULL;
    struct ws_tpdu_fault fault;
    struct ws_nego_terms terms;
    int reason = ws_nego_judge(&ev->tpdu, c->octets + TPKT_HEAD,
                               &callee->policy, &terms, &fault);

    if (reason)
        return reason > 0 ? (uint8_t)reason : REASON_PROTOCOL;
    if (ws_sock_ref(callee->handle, &listener))
        return REASON_NO_ENTITY;
    if (listener->generation != callee->generation)
        reason = REASON_NO_ENTITY;
    else if (!is_feasible(listener, &terms))
        reason = REASON_NEGOTIATION;
    else
        reason = queue(c, ev, listener, &terms);
    ws_sock_unref(listener);
    return (uint8_t)reason;
}

/* Who has ended his sending already wants nothing any more. */
void
ws_isorequest_come(struct ws_isocaller *c, const struct ws_isomach_event *ev)
{
    struct ws_isocallee callee;
    uint8_t reason = ws_isoport_find(c, &ev->tpdu.called, &callee);

    if (atomic_load(&c->left)) {
        ws_isocaller_drop(c);
        return;
    }
    if (!reason)
        reason = consider(c, ev, &callee);
    if (reason)
        refuse(c, &ev->tpdu, reason, (struct ws_octets){NULL, 0});
}
