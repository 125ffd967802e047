/* SPDX-License-Identifier: MIT */
/* Who may send which TPDU when, and what is answered. In class 0 a mistake is
 * answered by an ER, in class 2 by a DR, before the first CR or in place of a
 * CC mostly by nothing; an ER is never answered by an ER.
 * Invariant: as long as more octets are asked for, nothing has changed. */
#include "prov/isotp/machine.h"

#include <string.h>

enum { FIRST_MOST = TPKT_HEAD + 1 + TPDU_LI_MOST + TPDU_DATA_CONNECT };

/* The TPDU at the front: where it is, how much of it is there, and how much of
 * the packet it may take. */
struct front {
    const uint8_t *tpdu;
    size_t have, size, lead; /* lead: the packet's header before it */
};

/* ---- events ---- */

static void
begin(struct ws_isomach_event *ev, enum ws_isomach_what what, size_t used)
{
    ev->what = what;
    ev->need = 0;
    ev->used = used;
    ev->payload = 0;
    ev->eot = ev->graceful = ev->by_error = ev->close = false;
    ev->reason = 0;
    ev->error = 0;
    ev->data = (struct ws_octets){NULL, 0};
    ev->reply_len = 0;
}

/* Asks for octets if the first "size" of the TPDU are not there yet. */
static bool
lacks(const struct front *f, size_t size, struct ws_isomach_event *ev)
{
    if (f->have >= size)
        return false;
    begin(ev, ISOMACH_NEED, 0);
    ev->need = f->lead + size;
    return true;
}

static void
end_with(struct ws_isomach *m, struct ws_isomach_event *ev,
         enum ws_isomach_what what, int error)
{
    begin(ev, what, 0);
    ev->error = error;
    ev->close = true;
    m->state = ISOMACH_ENDED;
}

static void
fail(struct ws_isomach *m, struct ws_isomach_event *ev)
{
    end_with(m, ev, ISOMACH_FAULT,
             m->state == ISOMACH_SENT ? WSAECONNREFUSED : WSAECONNABORTED);
}

static void
answer_er(struct ws_isomach_event *ev, uint16_t dst,
          const struct ws_tpdu_fault *fault, const struct front *f)
{
    ev->reply_len =
        ws_tpdu_put_er(dst, fault, f->tpdu, ev->reply, sizeof(ev->reply));
}

static void
answer_dr(struct ws_isomach_event *ev, uint16_t dst, uint16_t src,
          uint8_t reason)
{
    ev->reply_len =
        ws_tpdu_put_dr(dst, src, reason, ev->reply, sizeof(ev->reply));
}

/* The other end's DR or ER. */
static void
disconnect(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
           struct ws_isomach_event *ev)
{
    bool calling = m->state == ISOMACH_SENT;

    end_with(m, ev, ISOMACH_DISC, 0);
    ev->used = f->lead + f->size;
    ev->reason = t->reason;
    ev->by_error = t->code == TPDU_ER;
    ev->data = t->data;
    ev->error = ws_isomach_error(t->reason, ev->by_error, calling,
                                 calling && m->offer->has & HAS_QOS);
    if (!calling && t->has & HAS_CLEARING && t->clearing != TPDU_NONDISRUPTIVE)
        ev->error = WSAECONNRESET;
    ev->graceful = ev->error == WSAEDISCON;
}

/* ---- before the connection ---- */

static bool
is_too_much(const struct ws_isomach *m, const struct ws_tpdu *t,
            const struct front *f, struct ws_tpdu_fault *fault)
{
    *fault = (struct ws_tpdu_fault){CAUSE_VALUE, f->size};
    return m->profile == TPDU_STD && t->data.len > TPDU_DATA_CONNECT;
}

static void
take_cr(struct ws_isomach *m, const struct front *f,
        struct ws_isomach_event *ev)
{
    struct ws_tpdu *cr = &ev->tpdu;
    struct ws_tpdu_fault fault;
    int reason = -1;

    if (ws_tpdu_decode(f->tpdu, f->size, 0, m->profile, cr, &fault) &&
        !is_too_much(m, cr, f, &fault))
        reason = ws_nego_judge(cr, f->tpdu, &m->policy, &ev->terms, &fault);
    if (reason) {
        fail(m, ev);
        if (reason > 0)
            answer_dr(ev, cr->src, 0, (uint8_t)reason);
        else if (f->size >= 6) /* else it has no reference to answer to */
            answer_er(ev, cr->src, &fault, f);
        return;
    }
    begin(ev, ISOMACH_CR, f->lead + f->size);
    ev->data = cr->data;
    m->state = ISOMACH_PENDING;
}

/* Nothing but a CR is answered, and only one of a possible size awaited. */
static void
await_cr(struct ws_isomach *m, const struct front *f,
         struct ws_isomach_event *ev)
{
    if (f->lead + f->size > FIRST_MOST) {
        fail(m, ev);
        return;
    }
    if (lacks(f, 2, ev))
        return;
    if ((f->tpdu[1] & 0xf0) != TPDU_CR)
        fail(m, ev);
    else if (!lacks(f, f->size, ev))
        take_cr(m, f, ev);
}

static void
take_cc(struct ws_isomach *m, const struct front *f,
        struct ws_isomach_event *ev)
{
    struct ws_tpdu *cc = &ev->tpdu;
    struct ws_tpdu_fault fault;
    int reason;

    if (!ws_tpdu_decode(f->tpdu, f->size, 0, m->profile, cc, &fault) ||
        is_too_much(m, cc, f, &fault)) {
        fail(m, ev);
        if (fault.upto > 1) /* else it is no CC at all */
            answer_er(ev, cc->src, &fault, f);
        return;
    }
    reason = ws_nego_confirm(m->offer, cc, &ev->terms);
    if (reason) {
        fail(m, ev);
        if (reason != REASON_NEGOTIATION)
            answer_dr(ev, cc->src, m->ours, (uint8_t)reason);
        return;
    }
    begin(ev, ISOMACH_CC, f->lead + f->size);
    ev->data = cc->data;
    ws_isomach_open(m, cc, &ev->terms);
}

/* Some servers refuse with a DT; a CR comes from a socket that is connected to
 * itself. */
static void
await_cc(struct ws_isomach *m, const struct front *f,
         struct ws_isomach_event *ev)
{
    struct ws_tpdu *t = &ev->tpdu;
    struct ws_tpdu_fault fault;
    uint8_t code;

    if (f->lead + f->size > TPKT_CONTROL) {
        fail(m, ev);
        return;
    }
    if (lacks(f, f->size, ev))
        return;
    code = f->tpdu[1];
    if ((code & 0xf0) == TPDU_CC)
        take_cc(m, f, ev);
    else if ((code == TPDU_DR || code == TPDU_ER) &&
             ws_tpdu_decode(f->tpdu, f->size, 0, m->profile, t, &fault) &&
             t->data.len <= TPDU_DATA_DISC)
        disconnect(m, f, t, ev);
    else
        fail(m, ev);
}

/* ---- on the connection ---- */

/* What was wrong with a TPDU; once we are leaving, nobody wants to know. */
static void
protest(struct ws_isomach *m, const struct front *f,
        const struct ws_tpdu_fault *fault, struct ws_isomach_event *ev)
{
    bool silent =
        m->state == ISOMACH_CLOSING || (f->size > 1 && f->tpdu[1] == TPDU_ER);

    fail(m, ev);
    if (silent)
        return;
    if (m->klass)
        answer_dr(ev, m->theirs, m->ours, REASON_PROTOCOL);
    else
        answer_er(ev, m->theirs, fault, f);
}

static void
protest_at(struct ws_isomach *m, const struct front *f,
           enum ws_tpdu_cause cause, size_t upto, struct ws_isomach_event *ev)
{
    struct ws_tpdu_fault fault = {(uint8_t)cause, upto};

    protest(m, f, &fault, ev);
}

/* An event of the first "size" octets, and of a payload behind them. A packet
 * may hold another TPDU behind. */
static void
pass(struct ws_isomach *m, const struct front *f, enum ws_isomach_what what,
     size_t size, size_t payload, struct ws_isomach_event *ev)
{
    begin(ev, what, f->lead + size);
    ev->payload = payload;
    m->rest = f->size - size - payload;
}

/* Class 2 names the connection in each TPDU: another one's is passed over. */
static bool
is_ours(const struct ws_isomach *m, const struct ws_tpdu *t)
{
    return !m->klass || t->dst == m->ours;
}

static void
on_dt(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    bool ours = is_ours(m, t);

    if (ours && !t->data.len && !t->eot) {
        protest_at(m, f, CAUSE_VALUE, t->head, ev);
        return;
    }
    pass(m, f, ours ? ISOMACH_DATA : ISOMACH_IGNORE, t->head, t->data.len, ev);
    ev->eot = t->eot;
}

static void
on_ed(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    if (!is_ours(m, t))
        pass(m, f, ISOMACH_IGNORE, t->head, t->data.len, ev);
    else if (!t->data.len || t->data.len > TPDU_DATA_ED)
        protest_at(m, f, CAUSE_VALUE, t->head, ev);
    else if (!lacks(f, f->size, ev)) {
        pass(m, f, ISOMACH_EXPEDITED, f->size, 0, ev);
        ev->data = t->data;
    }
}

static void
on_ea(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    pass(m, f, ISOMACH_IGNORE, t->head, 0, ev);
}

static void
answer_dc(struct ws_isomach_event *ev, const struct ws_tpdu *dr)
{
    ev->reply_len =
        ws_tpdu_put_dc(dr->src, dr->dst, ev->reply, sizeof(ev->reply));
}

/* Class 2 confirms, also what is of no connection; not where our own DR has
 * crossed the peer's. */
static void
on_dr(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    bool confirmed = m->klass && m->state == ISOMACH_OPEN;

    if (m->klass && (t->dst != m->ours || t->src != m->theirs)) {
        pass(m, f, ISOMACH_IGNORE, t->head, t->data.len, ev);
        answer_dc(ev, t);
    } else if (t->data.len > TPDU_DATA_DISC) {
        protest_at(m, f, CAUSE_VALUE, t->head, ev);
    } else if (!lacks(f, f->size, ev)) {
        disconnect(m, f, t, ev);
        if (confirmed)
            answer_dc(ev, t);
    }
}

static void
on_dc(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    bool ends = m->state == ISOMACH_CLOSING && t->dst == m->ours;

    if (ends) {
        end_with(m, ev, ISOMACH_RELEASED, WSAEDISCON);
        ev->used = f->lead + t->head;
    } else {
        pass(m, f, ISOMACH_IGNORE, t->head, 0, ev);
    }
}

static void
on_er(struct ws_isomach *m, const struct front *f, const struct ws_tpdu *t,
      struct ws_isomach_event *ev)
{
    bool told = m->klass && m->state == ISOMACH_OPEN;
    struct front er = {f->tpdu, f->have, t->head, f->lead};

    if (!is_ours(m, t)) {
        pass(m, f, ISOMACH_IGNORE, t->head, 0, ev);
        return;
    }
    disconnect(m, &er, t, ev);
    if (told)
        answer_dr(ev, m->theirs, m->ours, REASON_PROTOCOL);
}

/* All that may come on a connection, by class. */
static const struct rule {
    uint8_t code;
    bool in[2]; /* class 0, class 2 */
    bool expedited;
    void (*on)(struct ws_isomach *, const struct front *,
               const struct ws_tpdu *, struct ws_isomach_event *);
} rules[] = {
    {TPDU_DT, {true, true},  false, on_dt},
    {TPDU_ED, {true, true},  true,  on_ed},
    {TPDU_EA, {false, true}, true,  on_ea},
    {TPDU_DR, {true, true},  false, on_dr},
    {TPDU_DC, {false, true}, false, on_dc},
    {TPDU_ER, {true, true},  false, on_er},
};

static const struct rule *
find_rule(const struct ws_isomach *m, uint8_t code)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (rules[i].code == code && rules[i].in[m->klass != 0] &&
            (m->expedited || !rules[i].expedited))
            return &rules[i];
    return NULL;
}

static void
await_data(struct ws_isomach *m, const struct front *f,
           struct ws_isomach_event *ev)
{
    struct ws_tpdu_fault fault;
    struct ws_tpdu t;
    const struct rule *rule;
    size_t li;

    if (lacks(f, f->size < 2 ? f->size : 2, ev))
        return;
    li = f->tpdu[0];
    if (!li || li > TPDU_LI_MOST || li + 1 > f->size) {
        protest_at(m, f, CAUSE_VALUE, 1, ev);
        return;
    }
    rule = find_rule(m, f->tpdu[1]);
    if (!rule)
        protest_at(m, f, CAUSE_TYPE, 2, ev);
    else if (lacks(f, li + 1, ev))
        return;
    else if (!ws_tpdu_decode(f->tpdu, f->size, m->klass, m->profile, &t,
                             &fault))
        protest(m, f, &fault, ev);
    else
        rule->on(m, f, &t, ev);
}

/* ---- the face ---- */

void
ws_isomach_listen(struct ws_isomach *m, const struct ws_nego_policy *p,
                  uint16_t ours)
{
    *m = (struct ws_isomach){.state = ISOMACH_WAIT_CR,
                             .profile = p->profile,
                             .ours = ours,
                             .policy = *p};
}

void
ws_isomach_call(struct ws_isomach *m, const struct ws_nego_offer *offer)
{
    *m = (struct ws_isomach){.state = ISOMACH_SENT,
                             .profile = offer->profile,
                             .ours = offer->ours,
                             .offer = offer};
}

void
ws_isomach_open(struct ws_isomach *m, const struct ws_tpdu *t,
                const struct ws_nego_terms *terms)
{
    m->state = ISOMACH_OPEN;
    m->theirs = t->src;
    m->klass = terms->klass;
    m->expedited = terms->expedited;
    m->offer = NULL;
}

/* A wrong first octet is enough to know. */
void
ws_isomach_feed(struct ws_isomach *m, const uint8_t *octets, size_t have,
                struct ws_isomach_event *ev)
{
    struct front f = {octets, have, m->rest, 0};
    long packet;

    if (m->state == ISOMACH_ENDED || m->state == ISOMACH_PENDING) {
        fail(m, ev);
        return;
    }
    if (!m->rest) {
        packet = ws_tpdu_packet(octets, have);
        if (packet < 0) {
            fail(m, ev);
            return;
        }
        f.lead = TPKT_HEAD;
        f.size = (size_t)packet - TPKT_HEAD;
        if (!packet) {
            begin(ev, ISOMACH_NEED, 0);
            ev->need = have ? TPKT_HEAD : 1;
            return;
        }
        f.tpdu += TPKT_HEAD;
        f.have -= TPKT_HEAD;
    }
    if (m->state == ISOMACH_WAIT_CR)
        await_cr(m, &f, ev);
    else if (m->state == ISOMACH_SENT)
        await_cc(m, &f, ev);
    else
        await_data(m, &f, ev);
}

int
ws_isomach_release(struct ws_isomach *m, uint8_t reason, bool graceful,
                   struct ws_octets data, uint8_t *out, size_t room,
                   size_t *len)
{
    struct ws_tpdu dr = {.code = TPDU_DR,
                         .dst = m->theirs,
                         .src = m->ours,
                         .reason = reason,
                         .data = data};
    size_t n;

    if (m->klass && graceful) {
        dr.has = HAS_CLEARING;
        dr.clearing = TPDU_NONDISRUPTIVE;
    }
    n = data.len <= TPDU_DATA_DISC ? ws_tpdu_encode(&dr, TPDU_STD, out, room)
                                   : 0;
    if (!n)
        return WSAEMSGSIZE;
    if (m->state == ISOMACH_OPEN)
        m->state = ISOMACH_CLOSING;
    *len = n;
    return 0;
}
