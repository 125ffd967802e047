/* SPDX-License-Identifier: MIT */
/* What two ends agree on: classes by the table of ISO 8073, sizes, and quality
 * of service from one FLOWSPEC to the other's. */
#include "iso_util.h"

#include "prov/isotp/nego.h"

enum { NONE = -1, ER = -1, DR = -2 };

static uint8_t in[HEX_MOST], out[HEX_MOST];
static size_t len;
static struct ws_tpdu cr, cc;
static struct ws_tpdu_fault fault;
static struct ws_nego_terms terms;
static const struct ws_octets nothing = {NULL, 0};

static struct ws_octets
octets(const char *text)
{
    return (struct ws_octets){(const uint8_t *)text, strlen(text)};
}

/* Decodes a packet into "t". */
static void
decode(const uint8_t *packet, size_t size, struct ws_tpdu *t)
{
    REQUIRE(ws_tpdu_decode(packet + TPKT_HEAD, size - TPKT_HEAD, 0, TPDU_STD, t,
                           &fault));
}

static int
judge(const char *text, bool class2)
{
    struct ws_nego_policy policy = {.class2 = class2};
    size_t size = hex(text, in);

    decode(in, size, &cr);
    return ws_nego_judge(&cr, in + TPKT_HEAD, &policy, &terms, &fault);
}

/* ---- classes ---- */

static const struct {
    int preferred, alternative; /* alternative: NONE or a class */
    bool no_flow;
    int class2, class0; /* answer if we have class 2, and if we do not */
} table[] = {
    {0, NONE, false, 0,  0 },
    {0, NONE, true,  0,  0 }, /* has no meaning there */
    {0, 0,    false, ER, ER},
    {1, NONE, false, 0,  0 },
    {1, 0,    false, 0,  0 },
    {1, 1,    false, 0,  0 },
    {1, 2,    false, ER, ER},
    {2, NONE, true,  2,  DR},
    {2, 0,    true,  2,  0 },
    {2, NONE, false, DR, DR},
    {2, 0,    false, 0,  0 },
    {2, 3,    true,  ER, ER},
    {3, NONE, true,  2,  DR},
    {3, 0,    true,  2,  0 },
    {3, 2,    true,  2,  DR},
    {3, 0,    false, 0,  0 },
    {3, NONE, false, DR, DR},
    {4, NONE, true,  2,  DR},
    {4, 3,    true,  2,  DR},
    {4, 0,    false, 0,  0 },
    {4, 2,    false, DR, DR},
};

static int
answer(size_t row, bool class2)
{
    char text[64];
    int option = table[row].preferred << 4 | (table[row].no_flow ? 1 : 0), got;

    if (table[row].alternative == NONE)
        snprintf(text, sizeof(text), "0300000b06e000000001%02x", option);
    else
        snprintf(text, sizeof(text), "0300000e09e000000001%02xc701%02x", option,
                 table[row].alternative << 4);
    got = judge(text, class2);
    if (got == REASON_NEGOTIATION)
        return DR;
    return got ? ER : terms.klass;
}

TEST_BARE(classes_are_answered_as_the_table_has_it)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(answer(i, true), table[i].class2);
        CHECK_EQ(answer(i, false), table[i].class0);
    }
}

/* ---- the request ---- */

static struct ws_nego_offer
offer_of(enum ws_nego_classes classes)
{
    return (struct ws_nego_offer){.classes = classes, .ours = 0x0100};
}

static const char *
request(const struct ws_nego_offer *o)
{
    len = 0;
    return ws_nego_cr(o, out, sizeof(out), &len) ? "too long" : unhex(out, len);
}

TEST_BARE(a_request_without_wishes_has_eleven_octets)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);

    CHECK_STR(request(&o), "0300000b06e00000010000");
    o = offer_of(NEGO_CLASS2);
    CHECK_STR(request(&o), "0300000b06e00000010021");
    o = offer_of(NEGO_CLASS2_OR_0);
    CHECK_STR(request(&o), "0300000e09e00000010021c70100");
}

TEST_BARE(a_request_says_what_the_offer_has)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);

    o.calling = octets("\1\1");
    o.called = octets("\1\2");
    o.size = 10;
    CHECK_STR(request(&o), "0300001611e00000010000c0010ac1020101c2020102");
    o.expedited = true;
    o.data = octets("hi");
    CHECK_STR(request(&o),
              "0300001b14e00000010000c0010ac1020101c2020102c601016869");
}

TEST_BARE(a_request_of_rdp_is_its_data_and_nothing_else)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);
    char many[250];

    o.profile = TPDU_RDP;
    o.expedited = true;
    o.size = 10;
    o.data = octets("Cookie: mstshash=alice\r\n");
    CHECK_STR(request(&o), "030000231ee00000010000"
                           "436f6f6b69653a206d737473686173683d616c6963650d0a");
    memset(many, 'x', sizeof(many));
    o.data = (struct ws_octets){(uint8_t *)many, 248};
    CHECK(strcmp(request(&o), "too long") != 0);
    CHECK_EQ(out[4], TPDU_LI_MOST);
    o.data.len = 249;
    CHECK_STR(request(&o), "too long");
}

TEST_BARE(connect_data_have_32_octets_at_most)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);

    o.data = octets("0123456789abcdef0123456789abcdef");
    CHECK(strcmp(request(&o), "too long") != 0);
    o.data.len++;
    CHECK_STR(request(&o), "too long");
    o.data = nothing;
    o.called = octets("0123456789abcdef0123456789abcdefX");
    CHECK_STR(request(&o), "too long");
}

/* All of quality of service but the error rate leaves 72 octets; each selector
 * takes two more than it has. */
static struct ws_nego_offer
full_offer(size_t calling, size_t called, size_t data)
{
    static const uint8_t zeros[64];
    struct ws_nego_offer o = offer_of(NEGO_CLASS2_OR_0);

    o.size = 13;
    o.expedited = true;
    o.has = HAS_QOS & ~(unsigned)HAS_ERRORS;
    o.calling = (struct ws_octets){zeros, calling};
    o.called = (struct ws_octets){zeros, called};
    o.data = (struct ws_octets){zeros, data};
    return o;
}

TEST_BARE(a_request_has_128_octets_at_most)
{
    struct ws_nego_offer o = full_offer(18, 18, 32);

    request(&o);
    CHECK_EQ(len, TPKT_HEAD + 128);
    decode(out, len, &cr);
    CHECK_EQ(cr.has & HAS_QOS, o.has);
}

TEST_BARE(the_average_goes_first_when_a_request_is_too_long)
{
    struct ws_nego_offer o = full_offer(18, 19, 32);

    o.has |= HAS_ERRORS;
    request(&o);
    CHECK_EQ(len, TPKT_HEAD + 128 + 1 + 5 - 12);
    decode(out, len, &cr);
    CHECK_EQ(cr.has & HAS_QOS, HAS_QOS & ~(unsigned)HAS_AVERAGE);
}

TEST_BARE(the_error_rate_goes_next_and_then_it_is_too_long)
{
    struct ws_nego_offer o = full_offer(18, 29, 32);

    o.has |= HAS_ERRORS;
    request(&o);
    decode(out, len, &cr);
    CHECK_EQ(cr.has & HAS_QOS, HAS_THROUGHPUT | HAS_DELAY | HAS_PRIORITY);
    o = full_offer(18, 30, 32);
    CHECK(strcmp(request(&o), "too long") != 0);
    o = full_offer(18, 31, 32);
    CHECK_STR(request(&o), "too long");
}

/* ---- the answer ---- */

static const char *
confirm(const char *request_text, bool expedited, const char *data)
{
    struct ws_nego_policy policy = {.class2 = true, .expedited = expedited};
    size_t size = hex(request_text, in);

    decode(in, size, &cr);
    REQUIRE_EQ(ws_nego_judge(&cr, in + TPKT_HEAD, &policy, &terms, &fault), 0);
    REQUIRE_EQ(ws_nego_cc(&cr, &terms, TPDU_STD, 0x4431, octets(data), out,
                          sizeof(out), &len),
               0);
    return unhex(out, len);
}

TEST_BARE(an_answer_says_nothing_that_was_not_asked)
{
    CHECK_STR(confirm("0300000b06e00000000000", true, ""),
              "0300000b06d00000443100");
    CHECK_STR(confirm("0300000b06e00000000000", true, "hi"),
              "0300000d06d000004431006869");
}

TEST_BARE(selectors_and_size_come_back_as_they_were)
{
    /* a PLC's client, in the order that it uses */
    CHECK_STR(
        confirm("0300001611e00000000100c0010ac1020100c2020102", false, ""),
        "0300001611d00001443100c0010ac1020100c2020102");
    /* the preferred size stands for both */
    CHECK_STR(confirm("030000140fe00000000100c0010df00201ffc200", false, ""),
              "030000110cd00001443100f00201ffc200");
}

TEST_BARE(expedited_data_are_agreed_to_when_both_want_them)
{
    CHECK_STR(confirm("0300000e09e00000000100c60101", true, ""),
              "0300000e09d00001443100c60101");
    CHECK_STR(confirm("0300000e09e00000000100c60101", false, ""),
              "0300000b06d00001443100");
    /* the second connection of RFC 2126 is declined */
    CHECK_STR(confirm("0300000e09e00000000121c60159", true, ""),
              "0300000e09d00001443121c60101");
}

TEST_BARE(a_listener_may_lower_the_size)
{
    struct ws_nego_policy policy = {.size = 1024};
    size_t size = hex("0300000e09e00000000100c0010d", in);

    decode(in, size, &cr);
    REQUIRE_EQ(ws_nego_judge(&cr, in + TPKT_HEAD, &policy, &terms, &fault), 0);
    CHECK_EQ(terms.size, 1024);
    ws_nego_cc(&cr, &terms, TPDU_STD, 0x4431, nothing, out, sizeof(out), &len);
    CHECK_STR(unhex(out, len), "0300000e09d00001443100c0010a");
}

TEST_BARE(a_tpdu_of_2048_octets_carries_2041)
{
    judge("0300000e09e00000000100c0010b", true);
    CHECK_EQ(terms.segment, 2041);
    judge("0300000e09e00000000121c0010b", true);
    CHECK_EQ(terms.segment, 2039);
    judge("0300000b06e00000000100", true);
    CHECK_EQ(terms.size, 65531);
    CHECK_EQ(terms.segment, 65524);
}

TEST_BARE(a_refusal_has_no_reference_of_ours)
{
    judge("0300000b06e00000000100", true);
    CHECK_EQ(ws_nego_user_reason(&cr), REASON_UNSPECIFIED);
    REQUIRE_EQ(ws_nego_refusal(&cr, REASON_NO_ENTITY, octets("refused-by-user"),
                               out, sizeof(out), &len),
               0);
    CHECK_STR(unhex(out, len),
              "0300001a06800001000002726566757365642d62792d75736572");
    judge("0300000b06e00000000121", true);
    CHECK_EQ(ws_nego_user_reason(&cr), REASON_NORMAL);
}

static int
settle(const struct ws_nego_offer *o, const char *text)
{
    size_t size = hex(text, in);

    decode(in, size, &cc);
    return ws_nego_confirm(o, &cc, &terms);
}

TEST_BARE(the_smaller_size_holds_whoever_said_it)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);

    o.size = 11;
    CHECK_EQ(settle(&o, "0300000e09d00100123400c0010a"), 0);
    CHECK_EQ(terms.size, 1024);
    CHECK_EQ(settle(&o, "0300000e09d00100123400c0010d"), 0);
    CHECK_EQ(terms.size, 2048);
    CHECK_EQ(settle(&o, "0300000b06d00100123400"), 0);
    CHECK_EQ(terms.size, 2048);
}

TEST_BARE(expedited_data_need_the_peers_word)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS0);

    CHECK_EQ(settle(&o, "0300000e09d00100123400c60101"), 0);
    CHECK(!terms.expedited);
    o.expedited = true;
    CHECK_EQ(settle(&o, "0300000e09d00100123400c60101"), 0);
    CHECK(terms.expedited);
    CHECK_EQ(settle(&o, "0300000b06d00100123400"), 0);
    CHECK(!terms.expedited);
}

/* ---- quality of service ---- */

static FLOWSPEC
spec(SERVICETYPE type, ULONG rate, ULONG peak)
{
    const ULONG any = QOS_NOT_SPECIFIED;

    return (FLOWSPEC){rate, any, peak, any, any, type, any, any};
}

static struct ws_tpdu_qos qos;

TEST_BARE(specifications_without_demands_send_nothing, "QOS-3 QOS-6")
{
    FLOWSPEC none = spec(SERVICETYPE_BESTEFFORT, QOS_NOT_SPECIFIED,
                         QOS_NOT_SPECIFIED),
             silent = spec(SERVICETYPE_NOTRAFFIC, 0, 0);

    CHECK_EQ(ws_nego_from_spec(&none, &none, &qos), 0);
    CHECK_EQ(ws_nego_from_spec(&silent, &silent, &qos), 0);
}

TEST_BARE(a_rate_becomes_throughput_and_its_floor_by_service_type)
{
    FLOWSPEC s = spec(SERVICETYPE_GUARANTEED, 250000, QOS_NOT_SPECIFIED),
             r = spec(SERVICETYPE_CONTROLLEDLOAD, 1000, 5000);

    CHECK_EQ(ws_nego_from_spec(&s, &r, &qos),
             HAS_THROUGHPUT | HAS_AVERAGE | HAS_PRIORITY);
    CHECK_EQ(qos.peak[0], 250000);
    CHECK_EQ(qos.peak_least[0], 250000);
    CHECK_EQ(qos.average_least[0], 250000);
    CHECK_EQ(qos.peak[1], 5000);
    CHECK_EQ(qos.peak_least[1], 1000);
    CHECK_EQ(qos.average[1], 1000);
    CHECK_EQ(qos.average_least[1], 0);
    CHECK_EQ(qos.priority, 1);
}

TEST_BARE(equal_peak_and_average_take_the_short_form)
{
    FLOWSPEC s = spec(SERVICE_CONTROLLEDLOAD, 9000, 9000);

    CHECK_EQ(ws_nego_from_spec(&s, &s, &qos), HAS_THROUGHPUT | HAS_PRIORITY);
    CHECK_EQ(qos.priority, 2);
}

TEST_BARE(rates_are_clamped_at_24_bits)
{
    FLOWSPEC s = spec(SERVICETYPE_GUARANTEED, 20000000, POSITIVE_INFINITY_RATE);

    ws_nego_from_spec(&s, &s, &qos);
    CHECK_EQ(qos.peak[0], NEGO_RATE_MOST);
    CHECK_EQ(qos.average_least[1], NEGO_RATE_MOST);
    terms.has = HAS_THROUGHPUT;
    terms.qos = qos;
    CHECK_EQ(ws_nego_rate(&terms, false), 0); /* no limit */
}

TEST_BARE(microseconds_become_milliseconds_upwards)
{
    FLOWSPEC s = spec(SERVICETYPE_BESTEFFORT, QOS_NOT_SPECIFIED,
                      QOS_NOT_SPECIFIED),
             r = s;

    s.Latency = 19001;
    s.DelayVariation = 30000;
    CHECK_EQ(ws_nego_from_spec(&s, &r, &qos), HAS_DELAY | HAS_PRIORITY);
    CHECK_EQ(qos.delay[0], 20);
    CHECK_EQ(qos.delay_most[0], 50);
    CHECK_EQ(qos.delay[1], 65535);
    s.Latency = 0xfffffffe;
    s.DelayVariation = 0xfffffffe;
    ws_nego_from_spec(&s, &r, &qos);
    CHECK_EQ(qos.delay_most[0], 65535);
}

TEST_BARE(the_greatest_message_fits_one_tpdu)
{
    FLOWSPEC s = spec(SERVICETYPE_GUARANTEED, 1000, 1000), r = s;

    CHECK_EQ(ws_nego_size_for(&s, &r), 0);
    s.MaxSduSize = 119;
    CHECK_EQ(ws_nego_size_for(&s, &r), 7);
    r.MaxSduSize = 120;
    CHECK_EQ(ws_nego_size_for(&s, &r), 8);
    s.MaxSduSize = 8184;
    CHECK_EQ(ws_nego_size_for(&s, &r), 0);
    s.MaxSduSize = 4000;
    CHECK(ws_nego_from_spec(&s, &r, &qos) & HAS_ERRORS);
    CHECK_EQ(qos.sdu, 12);
}

TEST_BARE(both_ends_read_the_same_numbers_swapped, "QOS-14")
{
    FLOWSPEC s = spec(SERVICETYPE_GUARANTEED, 100000, 200000),
             r = spec(SERVICETYPE_GUARANTEED, 50000, 60000), cs, crv, ds, drv;
    unsigned has;

    s.Latency = 20000;
    s.DelayVariation = 5000;
    has = ws_nego_from_spec(&s, &r, &qos);
    ws_nego_to_spec(has, &qos, false, &cs, &crv);
    ws_nego_to_spec(has, &qos, true, &ds, &drv);
    CHECK_MEM(&cs, &drv, sizeof(cs));
    CHECK_MEM(&crv, &ds, sizeof(ds));
    CHECK_EQ(cs.TokenRate, 100000);
    CHECK_EQ(cs.PeakBandwidth, 200000);
    CHECK_EQ(cs.Latency, 20000);
    CHECK_EQ(cs.DelayVariation, 5000);
    CHECK_EQ(cs.ServiceType, SERVICETYPE_GUARANTEED);
    CHECK_EQ(crv.TokenRate, 50000);
    CHECK_EQ(crv.Latency, QOS_NOT_SPECIFIED);
}

TEST_BARE(a_direction_without_traffic_stays_one)
{
    FLOWSPEC s = spec(SERVICETYPE_GUARANTEED, 100000, 200000),
             r = spec(SERVICETYPE_NOTRAFFIC, 0, 0), back[2];
    unsigned has = ws_nego_from_spec(&s, &r, &qos);

    CHECK_EQ(qos.peak[1], 0);
    ws_nego_to_spec(has, &qos, false, &back[0], &back[1]);
    CHECK_EQ(back[1].ServiceType, SERVICETYPE_NOTRAFFIC);
    CHECK_EQ(back[0].ServiceType, SERVICETYPE_GUARANTEED);
}

TEST_BARE(without_parameters_the_service_is_best_effort)
{
    FLOWSPEC s, r;

    ws_nego_to_spec(0, &qos, false, &s, &r);
    CHECK_EQ(s.ServiceType, SERVICETYPE_BESTEFFORT);
    CHECK_EQ(r.TokenRate, QOS_NOT_SPECIFIED);
}

static void
propose(ULONG rate, ULONG peak, ULONG latency)
{
    FLOWSPEC s = spec(SERVICETYPE_CONTROLLEDLOAD, rate, peak);

    s.Latency = latency;
    s.DelayVariation = 50000;
    terms = (struct ws_nego_terms){.klass = 2};
    terms.has = ws_nego_from_spec(&s, &s, &terms.qos);
}

TEST_BARE(a_selection_stays_within_the_proposal, "CND-5")
{
    FLOWSPEC less = spec(SERVICETYPE_BESTEFFORT, 10, 10),
             more = spec(SERVICETYPE_GUARANTEED, 900000, 900000);

    propose(1000, 5000, 20000);
    more.Latency = 1000;
    ws_nego_select(&terms, &more, &more);
    CHECK_EQ(terms.qos.peak[0], 5000);
    CHECK_EQ(terms.qos.average[0], 1000);
    CHECK_EQ(terms.qos.delay[0], 20);
    CHECK_EQ(terms.qos.priority, 2);
    less.Latency = 900000;
    ws_nego_select(&terms, &less, &less);
    CHECK_EQ(terms.qos.peak[0], 1000); /* the least acceptable */
    CHECK_EQ(terms.qos.average[0], 10);
    CHECK_EQ(terms.qos.delay[1], 70);
    CHECK_EQ(terms.qos.priority, 4);
}

TEST_BARE(the_called_end_selects_from_its_own_view)
{
    FLOWSPEC s = spec(SERVICETYPE_CONTROLLEDLOAD, 2000, 2000),
             r = spec(SERVICETYPE_CONTROLLEDLOAD, 3000, 3000);

    propose(1000, 5000, 20000);
    ws_nego_select(&terms, &s, &r);
    CHECK_EQ(terms.qos.peak[1], 2000);
    CHECK_EQ(terms.qos.peak[0], 3000);
    CHECK_EQ(ws_nego_rate(&terms, true), 1000);
}

TEST_BARE(an_unchanged_specification_changes_nothing)
{
    struct ws_tpdu_qos before;
    FLOWSPEC s, r;

    propose(1000, 5000, 20000);
    before = terms.qos;
    ws_nego_to_spec(terms.has, &terms.qos, true, &s, &r);
    ws_nego_select(&terms, &s, &r);
    CHECK_MEM(&terms.qos, &before, sizeof(before));
}

TEST_BARE(a_minimum_that_cannot_be_kept_is_not_feasible)
{
    propose(1000, 5000, 20000);
    CHECK(ws_nego_feasible(&terms, 1000));
    CHECK(!ws_nego_feasible(&terms, 999));
}

/* The answer to a proposal of 1000 to 5000 octets per second, after "change".
 */
static int
answer_with(void (*change)(struct ws_tpdu_qos *))
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS2);

    propose(1000, 5000, 20000);
    o.has = terms.has;
    o.qos = terms.qos;
    cr = (struct ws_tpdu){.code = TPDU_CR, .src = o.ours};
    change(&terms.qos);
    REQUIRE_EQ(ws_nego_cc(&cr, &terms, TPDU_STD, 0x4431, nothing, out,
                          sizeof(out), &len),
               0);
    decode(out, len, &cc);
    return ws_nego_confirm(&o, &cc, &terms);
}

static void
keep(struct ws_tpdu_qos *q)
{
    (void)q;
}

static void
raise_peak(struct ws_tpdu_qos *q)
{
    q->peak[1]++;
}

static void
lower_peak(struct ws_tpdu_qos *q)
{
    q->peak[0] = 999;
    q->peak_least[0] = 0;
}

static void
hurry(struct ws_tpdu_qos *q)
{
    q->delay[0]--;
}

static void
prefer(struct ws_tpdu_qos *q)
{
    q->priority--;
}

TEST_BARE(an_answer_outside_of_the_proposal_is_a_protocol_error)
{
    CHECK_EQ(answer_with(keep), 0);
    CHECK_EQ(terms.qos.peak[0], 5000);
    CHECK_EQ(answer_with(raise_peak), REASON_PROTOCOL);
    CHECK_EQ(answer_with(lower_peak), REASON_PROTOCOL);
    CHECK_EQ(answer_with(hurry), REASON_PROTOCOL);
    CHECK_EQ(answer_with(prefer), REASON_PROTOCOL);
}

TEST_BARE(an_answer_with_what_nobody_asked_for_is_a_protocol_error)
{
    struct ws_nego_offer o = offer_of(NEGO_CLASS2);

    CHECK_EQ(settle(&o, "0300000b06d00100123421"), 0);
    CHECK_EQ(terms.has, 0);
    CHECK_EQ(settle(&o, "0300000f0ad0010012342187020001"), REASON_PROTOCOL);
}
