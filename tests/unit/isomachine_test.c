/* SPDX-License-Identifier: MIT */
/* The receiver's state machine: every vector of iso_vectors.inc, at once and an
 * octet at a time, and what a single packet cannot show: the order of TPDUs. */
#include "iso_util.h"

#include "prov/isotp/machine.h"

enum { OURS = 0x4431, PEER = 0x0100, PEER_NEW = 0x1234 };

enum where { WAIT_CR, SENT0, SENT2, SENT20, OPEN0, OPEN2 };
enum how { std, rdp, exp };

static const struct vector {
    const char *name;
    enum where where;
    enum how how;
    const char *octets, *verdict, *reply, *what;
} vectors[] = {
#define VECTOR(name, where, how, octets, verdict, reply, what)                 \
    {#name, where, how, octets, verdict, reply, what},
#include "iso_vectors.inc"
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* ---- the states ---- */

static struct ws_nego_offer offer;

static void
put_in(struct ws_isomach *m, enum where where, enum how how)
{
    static const enum ws_nego_classes classes[] = {
        [SENT0] = NEGO_CLASS0,
        [SENT2] = NEGO_CLASS2,
        [SENT20] = NEGO_CLASS2_OR_0,
    };
    struct ws_nego_policy policy = {.class2 = true, .expedited = how == exp};
    struct ws_nego_terms terms = {.klass = where == OPEN2 ? 2 : 0,
                                  .expedited = how == exp};
    struct ws_tpdu cr = {.src = PEER};

    policy.profile = how == rdp ? TPDU_RDP : TPDU_STD;
    ws_isomach_listen(m, &policy, OURS);
    if (where == OPEN0 || where == OPEN2)
        ws_isomach_open(m, &cr, &terms);
    if (where >= SENT0 && where <= SENT20) {
        offer = (struct ws_nego_offer){
            .classes = classes[where], .profile = policy.profile, .ours = PEER};
        ws_isomach_call(m, &offer);
    }
}

/* What a listener with the selectors 0102 and none does with a CR. */
static const char *
answer_cr(const struct ws_isomach *m, struct ws_isomach_event *ev)
{
    const struct ws_octets none = {NULL, 0};
    const struct ws_octets *called = &ev->tpdu.called;
    int err;

    if (called->len && memcmp(called->at, "\x01\x02", 2)) {
        err = ws_nego_refusal(&ev->tpdu, REASON_NO_TSAP, none, ev->reply,
                              sizeof(ev->reply), &ev->reply_len);
        REQUIRE_EQ(err, 0);
        return "DR+CLOSE";
    }
    err = ws_nego_cc(&ev->tpdu, &ev->terms, m->profile, m->ours, none,
                     ev->reply, sizeof(ev->reply), &ev->reply_len);
    REQUIRE_EQ(err, 0);
    return "ACCEPT";
}

static const char *
name_disc(const struct ws_isomach_event *ev, enum where where)
{
    if (where < OPEN0 && where != WAIT_CR)
        return ev->graceful ? "a graceful refusal" : "DISC(refused)";
    return ev->graceful ? "DISC(graceful)" : "DISC(reset)";
}

/* The verdict on the event, in the words of the vectors. */
static const char *
name_event(const struct ws_isomach *m, struct ws_isomach_event *ev,
           enum where where)
{
    switch (ev->what) {
    case ISOMACH_NEED: return "WAIT";
    case ISOMACH_CR: return answer_cr(m, ev);
    case ISOMACH_CC:
    case ISOMACH_DATA:
    case ISOMACH_EXPEDITED: return "ACCEPT";
    case ISOMACH_IGNORE: return ev->reply_len ? "DC+IGN" : "IGNORE";
    case ISOMACH_DISC: return name_disc(ev, where);
    case ISOMACH_FAULT:
        return !ev->reply_len                     ? "CLOSE"
               : (ev->reply[5] & 0xf0) == TPDU_ER ? "ER+CLOSE"
                                                  : "DR+CLOSE";
    default: return "something else";
    }
}

#define SAME(a, b) t_text(__FILE__, __LINE__, #a, a, b)

static void
judge(const struct vector *v, size_t step)
{
    uint8_t octets[HEX_MOST], *shown = NULL;
    size_t all = hex(v->octets, octets), have = 0;
    struct ws_isomach m;
    struct ws_isomach_event ev;
    int as_it_should;

    put_in(&m, v->where, v->how);
    do {
        have = have + step < all ? have + step : all;
        free(shown);
        shown = malloc(have); /* so that a sanitizer sees its end */
        REQUIRE(shown != NULL);
        memcpy(shown, octets, have);
        ws_isomach_feed(&m, shown, have, &ev);
        CHECK(ev.what != ISOMACH_NEED || ev.need > have);
    } while (ev.what == ISOMACH_NEED && have < all);
    as_it_should = SAME(name_event(&m, &ev, v->where), v->verdict) &
                   SAME(unhex(ev.reply, ev.reply_len), v->reply);
    if (!as_it_should)
        t_note("%s: %s", v->name, v->what);
    if (!ev.close && ev.what != ISOMACH_NEED)
        CHECK_EQ(ev.used + ev.payload, all);
    free(shown);
}

static void
judge_all(enum where first, enum where last)
{
    int done = 0;

    for (size_t i = 0; i < VECTORS; i++) {
        if (vectors[i].where < first || vectors[i].where > last)
            continue;
        judge(&vectors[i], HEX_MOST);
        judge(&vectors[i], 1);
        done++;
    }
    CHECK(done > 0);
}

TEST_BARE(a_server_meets_every_first_packet_as_the_vectors_say)
{
    judge_all(WAIT_CR, WAIT_CR);
}

TEST_BARE(a_client_meets_every_answer_as_the_vectors_say)
{
    judge_all(SENT0, SENT20);
}

TEST_BARE(a_connection_of_class_0_meets_every_packet_as_the_vectors_say)
{
    judge_all(OPEN0, OPEN0);
}

TEST_BARE(a_connection_of_class_2_meets_every_packet_as_the_vectors_say)
{
    judge_all(OPEN2, OPEN2);
}

/* ---- one at a time ---- */

static uint8_t octets[HEX_MOST];
static size_t octet_count;

/* Feeds the octets of "text" to "m". */
static struct ws_isomach_event *
feed(struct ws_isomach *m, const char *text)
{
    static struct ws_isomach_event ev;

    octet_count = hex(text, octets);
    ws_isomach_feed(m, octets, octet_count, &ev);
    return &ev;
}

static const char *
reply_of(const struct ws_isomach_event *ev)
{
    return unhex(ev->reply, ev->reply_len);
}

TEST_BARE(octets_are_asked_for_as_the_packet_tells_how_many_there_are)
{
    struct ws_isomach m;

    put_in(&m, WAIT_CR, std);
    CHECK_EQ(feed(&m, "")->need, 1);
    CHECK_EQ(feed(&m, "03")->need, 4);
    CHECK_EQ(feed(&m, "0300000b")->need, 6);
    CHECK_EQ(feed(&m, "0300000b06e0")->need, 11);
    CHECK_EQ(m.state, ISOMACH_WAIT_CR);
    put_in(&m, OPEN0, std);
    CHECK_EQ(feed(&m, "0300ffff")->need, 6);
    CHECK_EQ(feed(&m, "0300ffff02f0")->need, 7);
}

TEST_BARE(a_payload_is_told_of_before_any_of_it_is_there)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN0, std);
    ev = feed(&m, "0300ffff02f000");
    CHECK_EQ(ev->what, ISOMACH_DATA);
    CHECK_EQ(ev->used, 7);
    CHECK_EQ(ev->payload, 0xffff - 7);
    CHECK(!ev->eot);
    put_in(&m, OPEN2, std);
    ev = feed(&m, "0300000a04f0443180");
    CHECK_EQ(ev->used, 9);
    CHECK_EQ(ev->payload, 1);
    CHECK(ev->eot);
}

TEST_BARE(a_request_tells_who_calls_whom_with_what)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, WAIT_CR, exp);
    ev = feed(&m, "03000024 14e00000000a00 c60101 c206747374 73656c c0010b"
                  "63616c6c65722d64617461");
    REQUIRE_EQ(ev->what, ISOMACH_CR);
    CHECK_EQ(ev->tpdu.called.len, 6);
    CHECK(!memcmp(ev->tpdu.called.at, "tstsel", 6));
    CHECK(!ev->tpdu.calling.at);
    CHECK_EQ(ev->data.len, 11);
    CHECK(!memcmp(ev->data.at, "caller-data", 11));
    CHECK(ev->terms.expedited);
    CHECK_EQ(ev->terms.klass, 0);
    CHECK_EQ(ev->terms.segment, 2041);
    CHECK_EQ(m.state, ISOMACH_PENDING);
}

TEST_BARE(a_routing_token_of_200_octets_is_taken_in_the_rdp_profile)
{
    uint8_t cr[HEX_MOST];
    struct ws_isomach m;
    struct ws_isomach_event ev;

    hex("030000db d6e0000000000000", cr);
    cr[3] = 4 + 1 + 0xd6;
    memset(cr + 11, 'x', 0xd6 - 6);
    put_in(&m, WAIT_CR, rdp);
    ws_isomach_feed(&m, cr, cr[3], &ev);
    CHECK_EQ(ev.what, ISOMACH_CR);
    CHECK_EQ(ev.data.len, 0xd6 - 6);
}

TEST_BARE(octets_behind_the_header_are_an_error_in_the_rdp_profile)
{
    struct ws_isomach m;

    put_in(&m, WAIT_CR, rdp);
    CHECK_STR(reply_of(feed(&m, "0300000c 06e0000000010041")),
              "030000130e70000103c10806e0000000010041");
}

TEST_BARE(an_answer_opens_the_connection_in_the_class_it_names)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, SENT20, std);
    ev = feed(&m, "0300000b 06d00100123421");
    CHECK_EQ(ev->what, ISOMACH_CC);
    CHECK_EQ(m.state, ISOMACH_OPEN);
    CHECK_EQ(m.klass, 2);
    CHECK_EQ(m.theirs, PEER_NEW);
    CHECK_EQ(m.ours, PEER);
    CHECK_EQ(feed(&m, "0300000a 04f001008041")->what, ISOMACH_DATA);
}

TEST_BARE(a_confirm_and_the_first_data_may_come_in_one_segment)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, SENT0, std);
    ev = feed(&m, "0300000b06d00100123400 0300000802f08041");
    CHECK_EQ(ev->what, ISOMACH_CC);
    CHECK_EQ(ev->used, 11);
    ws_isomach_feed(&m, octets + 11, octet_count - 11, ev);
    CHECK_EQ(ev->what, ISOMACH_DATA);
    CHECK_EQ(ev->payload, 1);
}

TEST_BARE(class_2_may_put_several_tpdus_into_one_packet)
{
    struct ws_isomach m;
    struct ws_isomach_event ev;
    /* Two DCs that nobody asked for, an EA, and a DT with two octets */
    size_t all = hex("0300001c 05c044310100 05c044310100 0420443100"
                     "04f0443180 4142",
                     octets),
           at = 0, events = 0;

    put_in(&m, OPEN2, exp);
    do {
        ws_isomach_feed(&m, octets + at, all - at, &ev);
        at += ev.used;
        events++;
        if (ev.what != ISOMACH_DATA)
            CHECK_EQ(ws_isomach_end(&m, 0), WSAECONNRESET); /* in a packet */
    } while (ev.what == ISOMACH_IGNORE);
    CHECK_EQ(events, 4);
    CHECK_EQ(ev.what, ISOMACH_DATA);
    CHECK_EQ(ev.payload, 2);
    CHECK_EQ(at + 2, all);
    CHECK_EQ(ws_isomach_end(&m, 0), WSAEDISCON);
}

TEST_BARE(another_connections_data_are_passed_over_in_class_2)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN2, exp);
    ev = feed(&m, "0300040004f0123400");
    CHECK_EQ(ev->what, ISOMACH_IGNORE);
    CHECK_EQ(ev->payload, 0x400 - 9);
    ev = feed(&m, "0300000904701234 02");
    CHECK_EQ(ev->what, ISOMACH_IGNORE);
    CHECK_EQ(m.state, ISOMACH_OPEN);
}

TEST_BARE(disconnect_data_come_with_the_reason)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN0, std);
    ev = feed(&m, "0300000e068044310100 80 627965");
    CHECK_EQ(ev->what, ISOMACH_DISC);
    CHECK(ev->graceful);
    CHECK_EQ(ev->error, WSAEDISCON);
    CHECK_EQ(ev->reason, REASON_NORMAL);
    CHECK_EQ(ev->data.len, 3);
    CHECK(!memcmp(ev->data.at, "bye", 3));
    CHECK_EQ(m.state, ISOMACH_ENDED);
    CHECK_EQ(feed(&m, "0300000802f08041")->what, ISOMACH_FAULT);
}

TEST_BARE(a_disruptive_release_of_class_2_is_a_reset)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN2, std);
    ev = feed(&m, "0300000e098044310100 80 e00100");
    CHECK_EQ(ev->error, WSAECONNRESET);
    CHECK(!ev->graceful);
    put_in(&m, OPEN2, std);
    ev = feed(&m, "0300000e098044310100 80 e00180");
    CHECK_EQ(ev->error, WSAEDISCON);
    CHECK_STR(reply_of(ev), "0300000a05c001004431");
}

TEST_BARE(an_er_in_class_2_is_answered_by_a_dr)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN2, std);
    ev = feed(&m, "0300000904704431 02");
    CHECK_EQ(ev->what, ISOMACH_DISC);
    CHECK(ev->by_error);
    CHECK_EQ(ev->error, WSAECONNRESET);
    CHECK_STR(reply_of(ev), "0300000b06800100443185");
}

/* ---- leaving ---- */

static const struct ws_octets nothing = {NULL, 0};

static const char *
release(struct ws_isomach *m, bool graceful, struct ws_octets data)
{
    static uint8_t out[TPKT_CONTROL];
    size_t len = 0;

    REQUIRE_EQ(ws_isomach_release(m, REASON_NORMAL, graceful, data, out,
                                  sizeof(out), &len),
               0);
    CHECK_EQ(m->state, ISOMACH_CLOSING);
    return unhex(out, len);
}

TEST_BARE(a_release_says_in_class_2_whether_data_come_first)
{
    const struct ws_octets bye = {(const uint8_t *)"bye", 3};
    struct ws_isomach m;

    put_in(&m, OPEN0, std);
    CHECK_STR(release(&m, true, bye), "0300000e06800100443180627965");
    put_in(&m, OPEN2, std);
    CHECK_STR(release(&m, true, bye), "0300001109800100443180e00180627965");
    put_in(&m, OPEN2, std);
    CHECK_STR(release(&m, false, nothing), "0300000b06800100443180");
}

TEST_BARE(disconnect_data_of_65_octets_are_refused)
{
    uint8_t many[65] = {0}, out[TPKT_CONTROL];
    struct ws_isomach m;
    size_t len = 0;

    put_in(&m, OPEN0, std);
    CHECK_EQ(ws_isomach_release(&m, 0, true, (struct ws_octets){many, 65}, out,
                                sizeof(out), &len),
             WSAEMSGSIZE);
    CHECK_EQ(m.state, ISOMACH_OPEN);
    CHECK_EQ(len, 0);
    CHECK_EQ(ws_isomach_release(&m, 0, true, (struct ws_octets){many, 64}, out,
                                sizeof(out), &len),
             0);
    CHECK_EQ(len, 11 + 64);
}

TEST_BARE(a_dc_ends_what_our_dr_began)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN2, std);
    release(&m, true, nothing);
    CHECK_EQ(feed(&m, "0300000a 05c099990100")->what, ISOMACH_IGNORE);
    CHECK_EQ(feed(&m, "0300000a 04f044318041")->what, ISOMACH_DATA);
    ev = feed(&m, "0300000a 05c044310100");
    CHECK_EQ(ev->what, ISOMACH_RELEASED);
    CHECK(ev->close);
    CHECK_EQ(m.state, ISOMACH_ENDED);
}

TEST_BARE(a_dr_that_crosses_ours_ends_it_and_brings_its_data)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN2, std);
    release(&m, true, nothing);
    ev = feed(&m, "0300000e0680443101008062 7965");
    CHECK_EQ(ev->what, ISOMACH_DISC);
    CHECK(ev->graceful);
    CHECK_EQ(ev->data.len, 3);
    CHECK_EQ(ev->reply_len, 0);
    put_in(&m, OPEN0, std);
    release(&m, true, nothing);
    CHECK_EQ(feed(&m, "0300000b 06804431010080")->what, ISOMACH_DISC);
}

TEST_BARE(nothing_is_answered_to_mistakes_once_we_leave)
{
    struct ws_isomach m;
    struct ws_isomach_event *ev;

    put_in(&m, OPEN0, std);
    release(&m, true, nothing);
    ev = feed(&m, "0300000b06e00000000200");
    CHECK_EQ(ev->what, ISOMACH_FAULT);
    CHECK_EQ(ev->reply_len, 0);
}

TEST_BARE(a_release_may_follow_the_peers_own_with_data)
{
    struct ws_isomach m;
    uint8_t out[TPKT_CONTROL];
    size_t len = 0;

    put_in(&m, OPEN2, std);
    feed(&m, "0300000b 06804431010080");
    CHECK_EQ(m.state, ISOMACH_ENDED);
    CHECK_EQ(ws_isomach_release(&m, REASON_NORMAL, true, nothing, out,
                                sizeof(out), &len),
             0);
    CHECK_STR(unhex(out, len), "0300000e09800100443180e00180");
    CHECK_EQ(m.state, ISOMACH_ENDED);
}

/* ---- errors ---- */

TEST_BARE(the_end_of_the_stream_is_graceful_between_packets_alone)
{
    struct ws_isomach m;

    put_in(&m, OPEN0, std);
    CHECK_EQ(ws_isomach_end(&m, 0), WSAEDISCON);
    CHECK_EQ(ws_isomach_end(&m, 1), WSAECONNRESET);
    put_in(&m, WAIT_CR, std);
    CHECK_EQ(ws_isomach_end(&m, 0), WSAECONNRESET);
    put_in(&m, SENT0, std);
    CHECK_EQ(ws_isomach_end(&m, 0), WSAECONNREFUSED);
}

TEST_BARE(a_refusal_is_told_to_connect_by_its_reason)
{
    static const struct {
        uint8_t reason;
        int calling, demanding, open;
    } want[] = {
        {0x00, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAEDISCON   },
        {0x01, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAECONNRESET},
        {0x02, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAECONNRESET},
        {0x03, WSAEADDRNOTAVAIL, WSAEADDRNOTAVAIL, WSAECONNRESET},
        {0x80, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAEDISCON   },
        {0x81, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAECONNRESET},
        {0x82, WSAECONNREFUSED,  WSAEOPNOTSUPP,    WSAECONNRESET},
        {0x84, WSAECONNABORTED,  WSAECONNABORTED,  WSAECONNRESET},
        {0x85, WSAECONNABORTED,  WSAECONNABORTED,  WSAECONNRESET},
        {0x88, WSAECONNREFUSED,  WSAECONNREFUSED,  WSAECONNRESET},
        {0x8a, WSAECONNABORTED,  WSAECONNABORTED,  WSAECONNRESET},
    };

    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        uint8_t reason = want[i].reason;

        CHECK_EQ(ws_isomach_error(reason, false, true, false), want[i].calling);
        CHECK_EQ(ws_isomach_error(reason, false, true, true),
                 want[i].demanding);
        CHECK_EQ(ws_isomach_error(reason, false, false, false), want[i].open);
    }
    CHECK_EQ(ws_isomach_error(3, true, true, false), WSAECONNREFUSED);
    CHECK_EQ(ws_isomach_error(0, true, false, false), WSAECONNRESET);
}

TEST_BARE(quality_of_service_that_is_refused_is_not_supported)
{
    struct ws_isomach m;

    put_in(&m, SENT2, std);
    offer.has = HAS_PRIORITY;
    CHECK_EQ(feed(&m, "0300000b 06800100000082")->error, WSAEOPNOTSUPP);
}
