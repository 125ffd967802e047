/* SPDX-License-Identifier: MIT */
/* TPDUs from any octets. What is read lies within what was given; what was well
 * formed is written again and read as the same; a CR that is acceptable has an
 * answer that the caller accepts. The header alone is shown of what carries a
 * payload. */
#include "fuzz.h"

#include "prov/isotp/nego.h"

static void
check_view(struct ws_octets view, const uint8_t *octets, size_t size)
{
    if (!view.at)
        WANT(view.len == 0);
    else
        WANT(view.at >= octets && view.len <= size &&
             view.at + view.len <= octets + size);
}

static void
check_views(const struct ws_tpdu *t, const uint8_t *octets, size_t size)
{
    check_view(t->calling, octets, size);
    check_view(t->called, octets, size);
    check_view(t->alternatives, octets, size);
    check_view(t->data, octets, size);
    WANT(t->head >= 3 && t->head <= size);
}

static int
same(struct ws_octets a, struct ws_octets b)
{
    return !a.at == !b.at && a.len == b.len &&
           (!a.len || !memcmp(a.at, b.at, a.len));
}

/* Writing leaves out what a CR may have and nobody looks at. */
static void
check_again(const struct ws_tpdu *t, int klass, enum ws_tpdu_profile profile)
{
    uint8_t out[TPKT_CONTROL + 256];
    size_t len = ws_tpdu_encode(t, profile, out, sizeof(out));
    struct ws_tpdu again;
    struct ws_tpdu_fault fault;

    WANT(len >= TPKT_LEAST && ws_tpdu_packet(out, len) == (long)len);
    WANT(ws_tpdu_decode(out + TPKT_HEAD, len - TPKT_HEAD, klass, profile,
                        &again, &fault));
    WANT(again.code == t->code && again.dst == t->dst);
    WANT(again.src == t->src && again.reason == t->reason);
    WANT(again.option == t->option && again.has == t->has);
    WANT(again.size == t->size && again.preferred == t->preferred);
    WANT(again.options == t->options && again.clearing == t->clearing);
    WANT(same(again.calling, t->calling) && same(again.called, t->called));
    WANT(same(again.alternatives, t->alternatives));
    WANT(same(again.data, t->data));
    WANT(!memcmp(&again.qos, &t->qos, sizeof(again.qos)));
}

/* Both ends of a connection: the answer to a CR as the caller sees it. */
static void
check_answer(const struct ws_tpdu *cr, const uint8_t *octets,
             enum ws_tpdu_profile profile, struct in *in)
{
    struct ws_nego_policy policy = {profile, in_byte(in) & 1, in_byte(in) & 1,
                                    in_word(in)};
    struct ws_nego_offer offer = {.profile = profile, .ours = cr->src};
    struct ws_nego_terms terms, agreed;
    struct ws_tpdu_fault fault;
    struct ws_tpdu cc;
    uint8_t out[TPKT_CONTROL];
    FLOWSPEC s, r;
    size_t len = 0;
    int err = ws_nego_judge(cr, octets, &policy, &terms, &fault);

    if (err)
        return;
    in_bytes(in, &s, sizeof(s));
    in_bytes(in, &r, sizeof(r));
    ws_nego_select(&terms, &s, &r);
    if (ws_nego_cc(cr, &terms, profile, 1, (struct ws_octets){NULL, 0}, out,
                   sizeof(out), &len))
        WANT(!"an answer");
    WANT(ws_tpdu_decode(out + TPKT_HEAD, len - TPKT_HEAD, 0, profile, &cc,
                        &fault));
    offer.classes = terms.klass ? NEGO_CLASS2 : NEGO_CLASS0;
    offer.has = cr->has & HAS_QOS;
    offer.qos = cr->qos;
    WANT(ws_nego_confirm(&offer, &cc, &agreed) == 0);
    WANT(agreed.klass == terms.klass && agreed.size <= TPDU_SIZE_ANY);
    WANT(agreed.segment >= 128 - 9 && agreed.segment < agreed.size);
    ws_nego_to_spec(agreed.has, &agreed.qos, false, &s, &r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct in in = {data, data + size};
    unsigned flags = in_byte(&in);
    int klass = flags & 1 ? 2 : 0;
    enum ws_tpdu_profile profile = flags & 2 ? TPDU_RDP : TPDU_STD;
    size_t all = (size_t)(in.end - in.at), shown = all;
    struct ws_tpdu t;
    struct ws_tpdu_fault fault = {0, 0};
    struct guarded g;

    if (all < 3 || all > 65531)
        return 0;
    if (in.at[1] < 0xd0 || in.at[1] > 0xef)
        shown = 1u + (in.at[0] ? in.at[0] : 1);
    if (shown > all)
        shown = all;
    g = guarded_new(shown);
    memcpy(g.bytes, in.at, shown);
    if (!ws_tpdu_decode(g.bytes, all, klass, profile, &t, &fault)) {
        WANT(fault.cause >= CAUSE_CODE && fault.cause <= CAUSE_VALUE);
        WANT(fault.upto >= 1 && fault.upto <= all);
    } else {
        check_views(&t, g.bytes, all);
        if (t.code == TPDU_CR)
            check_answer(&t, g.bytes, profile, &in);
        if (shown == all && t.data.len <= TPDU_DATA_DISC &&
            (t.code == TPDU_CR || t.code == TPDU_CC || t.code == TPDU_DR))
            check_again(&t, klass, profile);
    }
    guarded_free(&g);
    return 0;
}
