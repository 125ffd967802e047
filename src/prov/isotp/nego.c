/* SPDX-License-Identifier: MIT */
/* The negotiation of a connection: what we propose, what we answer, and whether
 * the answer we got is one. ISO 8073's tables 3 and 4, as far as a transport
 * that has classes 0 and 2 without flow control can follow them. Quality of
 * service is judged in qos.c.
 * Invariant: a CC holds no parameter that its CR did not have. */
#include "prov/isotp/nego.h"

#include "prov/isotp/qos.h"

#include <string.h>

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What a CR or CC says of the TPDU size, or "silent". */
static uint32_t
size_of(const struct ws_tpdu *t, uint32_t silent)
{
    if (t->has & HAS_PREFERRED)
        return t->preferred * 128u;
    return t->has & HAS_SIZE ? ws_tpdu_size(t->size) : silent;
}

/* Some peers count the packet's header into the size, so it is left room. */
static void
set_size(struct ws_nego_terms *terms, uint32_t size)
{
    terms->size = size;
    terms->segment = size - (uint32_t)TPDU_DT_HEAD(terms->klass);
}

static bool
fits_profile(size_t data, enum ws_tpdu_profile profile)
{
    return data <=
           (profile == TPDU_RDP ? TPDU_DATA_CONNECT_RDP : TPDU_DATA_CONNECT);
}

static int
encode(const struct ws_tpdu *t, enum ws_tpdu_profile profile, uint8_t *out,
       size_t room, size_t *len)
{
    size_t n = ws_tpdu_encode(t, profile, out, room);

    if (!n)
        return WSAEMSGSIZE;
    *len = n;
    return 0;
}

/* ---- the calling end ---- */

static void
fill_cr(const struct ws_nego_offer *o, struct ws_tpdu *cr)
{
    static const uint8_t class0 = 0;

    cr->calling = o->calling;
    cr->called = o->called;
    if (o->size) {
        cr->has |= HAS_SIZE;
        cr->size = o->size;
    }
    if (o->expedited) {
        cr->has |= HAS_OPTIONS;
        cr->options = TPDU_USE_EXPEDITED;
    }
    if (o->classes == NEGO_CLASS0)
        return;
    cr->option = TPDU_CLASS2;
    cr->has |= o->has & HAS_QOS;
    cr->qos = o->qos;
    if (o->classes == NEGO_CLASS2_OR_0)
        cr->alternatives = (struct ws_octets){&class0, 1};
}

/* What can go when a CR is too long, in this order. */
static const unsigned spare[] = {0, HAS_AVERAGE, HAS_ERRORS};

int
ws_nego_cr(const struct ws_nego_offer *o, uint8_t *out, size_t room,
           size_t *len)
{
    struct ws_tpdu cr = {.code = TPDU_CR, .src = o->ours, .data = o->data};

    if (!fits_profile(o->data.len, o->profile) ||
        o->calling.len > TPDU_SELECTOR || o->called.len > TPDU_SELECTOR)
        return WSAEMSGSIZE;
    if (o->profile == TPDU_RDP)
        return encode(&cr, TPDU_RDP, out, room, len);
    fill_cr(o, &cr);
    for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]); i++) {
        size_t n;

        cr.has &= ~spare[i];
        n = ws_tpdu_encode(&cr, TPDU_STD, out, room);
        if (n && n <= TPKT_HEAD + NEGO_CR_MOST) {
            *len = n;
            return 0;
        }
    }
    return WSAEMSGSIZE;
}

/* The class of a CC, or a DR reason, negative. In class 0 the other bits have
 * no meaning. */
static int
confirm_class(const struct ws_nego_offer *o, uint8_t option)
{
    if (TPDU_CLASS(option) == 0)
        return o->classes == NEGO_CLASS2 && o->profile == TPDU_STD
                   ? -REASON_NEGOTIATION
                   : 0;
    if (option == TPDU_CLASS2 && o->classes != NEGO_CLASS0 &&
        o->profile == TPDU_STD)
        return 2;
    return -REASON_PROTOCOL;
}

int
ws_nego_confirm(const struct ws_nego_offer *o, const struct ws_tpdu *cc,
                struct ws_nego_terms *out)
{
    struct ws_nego_terms terms = {.klass = confirm_class(o, cc->option)};
    uint32_t offered = o->size ? ws_tpdu_size(o->size) : TPDU_SIZE_ANY;

    if (terms.klass < 0)
        return -terms.klass;
    /* Servers of class 0 answer with reference 0 and get away with it. */
    if (terms.klass == 2 && cc->dst != o->ours)
        return REASON_MISMATCH;
    if (terms.klass == 2 && !ws_qos_within(o->has, &o->qos, cc))
        return REASON_PROTOCOL;
    terms.expedited = o->expedited && cc->has & HAS_OPTIONS &&
                      cc->options & TPDU_USE_EXPEDITED;
    set_size(&terms, least(offered, size_of(cc, offered)));
    terms.has = cc->has & HAS_QOS;
    terms.qos = cc->qos;
    *out = terms;
    return 0;
}

/* ---- the called end ---- */

/* Whether a list of alternative classes is one that the standard has: none of
 * them above the preferred class, and no options. */
static bool
check_alternatives(const struct ws_tpdu *cr, const uint8_t *octets,
                   struct ws_tpdu_fault *fault)
{
    int preferred = TPDU_CLASS(cr->option);

    for (size_t i = 0; i < cr->alternatives.len; i++) {
        const uint8_t *at = cr->alternatives.at + i;
        size_t where = (size_t)(at - octets);

        if (preferred && !(*at & 0x0f) && TPDU_CLASS(*at) <= preferred)
            continue;
        fault->cause = CAUSE_VALUE;
        fault->upto = preferred ? where + 1 : where - 1; /* its code */
        return false;
    }
    return true;
}

/* Class 0 is in every answer to class 1, also to an alternative one. */
static bool
allows_class0(const struct ws_tpdu *cr)
{
    if (TPDU_CLASS(cr->option) < 2)
        return true;
    for (size_t i = 0; i < cr->alternatives.len; i++)
        if (TPDU_CLASS(cr->alternatives.at[i]) < 2)
            return true;
    return false;
}

static int
choose_class(const struct ws_tpdu *cr, const struct ws_nego_policy *policy)
{
    if (policy->profile == TPDU_RDP)
        return 0;
    if (TPDU_CLASS(cr->option) >= 2 && cr->option & TPDU_NO_FLOW &&
        policy->class2)
        return 2;
    return allows_class0(cr) ? 0 : -1;
}

int
ws_nego_judge(const struct ws_tpdu *cr, const uint8_t *octets,
              const struct ws_nego_policy *policy, struct ws_nego_terms *out,
              struct ws_tpdu_fault *fault)
{
    struct ws_nego_terms terms = {.klass = choose_class(cr, policy)};
    uint32_t size = size_of(cr, TPDU_SIZE_ANY);

    if (!check_alternatives(cr, octets, fault))
        return -1;
    if (terms.klass < 0)
        return REASON_NEGOTIATION;
    if (cr->called.len > TPDU_SELECTOR)
        return REASON_NO_TSAP;
    terms.expedited = policy->expedited && cr->has & HAS_OPTIONS &&
                      cr->options & TPDU_USE_EXPEDITED;
    set_size(&terms, policy->size >= 128 ? least(size, policy->size) : size);
    if (terms.klass == 2) {
        terms.has = cr->has & HAS_QOS;
        terms.qos = cr->qos;
    }
    *out = terms;
    return 0;
}

/* The size parameter, in the form that the CR had and no larger. */
static void
answer_size(const struct ws_tpdu *cr, uint32_t size, struct ws_tpdu *cc)
{
    if (cr->has & HAS_PREFERRED) {
        cc->has |= HAS_PREFERRED;
        cc->preferred = (uint16_t)least(cr->preferred, size / 128);
    } else if (cr->has & HAS_SIZE) {
        cc->has |= HAS_SIZE;
        cc->size = cr->size;
        while (ws_tpdu_size(cc->size) > size && cc->size > 7)
            cc->size--;
    }
}

int
ws_nego_cc(const struct ws_tpdu *cr, const struct ws_nego_terms *terms,
           enum ws_tpdu_profile profile, uint16_t ours, struct ws_octets data,
           uint8_t *out, size_t room, size_t *len)
{
    struct ws_tpdu cc = {.code = TPDU_CC, .dst = cr->src, .src = ours};

    if (!fits_profile(data.len, profile))
        return WSAEMSGSIZE;
    cc.data = data;
    cc.calling = cr->calling;
    cc.called = cr->called;
    answer_size(cr, terms->size, &cc);
    if (terms->expedited) {
        cc.has |= HAS_OPTIONS;
        cc.options = TPDU_USE_EXPEDITED;
    }
    if (terms->klass == 2) {
        cc.option = TPDU_CLASS2;
        cc.has |= terms->has & HAS_QOS;
        cc.qos = terms->qos;
    }
    return encode(&cc, profile, out, room, len);
}

int
ws_nego_refusal(const struct ws_tpdu *cr, uint8_t reason, struct ws_octets data,
                uint8_t *out, size_t room, size_t *len)
{
    struct ws_tpdu dr = {.code = TPDU_DR, .dst = cr->src, .reason = reason};

    if (data.len > TPDU_DATA_DISC)
        return WSAEMSGSIZE;
    dr.data = data;
    return encode(&dr, TPDU_STD, out, room, len);
}

uint8_t
ws_nego_user_reason(const struct ws_tpdu *cr)
{
    return TPDU_CLASS(cr->option) >= 2 ? REASON_NORMAL : REASON_UNSPECIFIED;
}
