/* SPDX-License-Identifier: MIT */
/* TPDUs to structures and back, by themselves: every field, every boundary, and
 * the octets of real programs. */
#include "iso_util.h"

#include "prov/isotp/tpdu.h"

static uint8_t in[HEX_MOST], out[HEX_MOST];
static struct ws_tpdu t;
static struct ws_tpdu_fault fault;

/* Decodes a whole packet. */
static bool
decode(const char *text, int klass, enum ws_tpdu_profile profile)
{
    size_t len = hex(text, in);
    uint8_t *own = malloc(len); /* so that a sanitizer sees its end */
    bool good;

    REQUIRE(own != NULL);
    memcpy(own, in, len);
    REQUIRE_EQ(ws_tpdu_packet(own, len), (long)len);
    good = ws_tpdu_decode(own + TPKT_HEAD, len - TPKT_HEAD, klass, profile, &t,
                          &fault);
    free(own);
    if (good) /* the views are to be looked at */
        ws_tpdu_decode(in + TPKT_HEAD, len - TPKT_HEAD, klass, profile, &t,
                       &fault);
    return good;
}

static bool
is_text(struct ws_octets octets, const char *text)
{
    return octets.at && octets.len == strlen(text) &&
           !memcmp(octets.at, text, octets.len);
}

static const char *
encode(enum ws_tpdu_profile profile)
{
    return unhex(out, ws_tpdu_encode(&t, profile, out, sizeof(out)));
}

/* A request of class 2 with all there is, as a dissector reads it, too. */
#define FULL                                                                   \
    "03000065"                                                                 \
    "4ae00000010021"                                                           \
    "c0010d"                                                                   \
    "f00201ff"                                                                 \
    "c103636c69"                                                               \
    "c203737276"                                                               \
    "c60101"                                                                   \
    "c70100"                                                                   \
    "8918"                                                                     \
    "03d09001e848"                                                             \
    "0f424007a120"                                                             \
    "01e84801e848"                                                             \
    "07a12007a120"                                                             \
    "8808"                                                                     \
    "0014003200140064"                                                         \
    "87020001"                                                                 \
    "860309060c"                                                               \
    "63616c6c65722d646174612d32322d6f6374657473"                               \
    "21"

TEST_BARE(a_full_request_is_read_field_by_field)
{
    REQUIRE(decode(FULL, 0, TPDU_STD));
    CHECK_EQ(t.code, TPDU_CR);
    CHECK_EQ(t.src, 0x0100);
    CHECK_EQ(t.option, TPDU_CLASS2);
    CHECK_EQ(t.has, HAS_SIZE | HAS_PREFERRED | HAS_OPTIONS | HAS_QOS);
    CHECK_EQ(t.size, 13);
    CHECK_EQ(t.preferred, 511);
    CHECK_EQ(t.options, 1);
    CHECK(is_text(t.calling, "cli"));
    CHECK(is_text(t.called, "srv"));
    CHECK_EQ(t.alternatives.len, 1);
    CHECK_EQ(t.data.len, 22);
    CHECK_EQ(t.head, 0x4b);
}

TEST_BARE(quality_of_service_is_read_in_both_directions)
{
    REQUIRE(decode(FULL, 0, TPDU_STD));
    CHECK_EQ(t.qos.peak[0], 250000);
    CHECK_EQ(t.qos.peak_least[0], 125000);
    CHECK_EQ(t.qos.peak[1], 1000000);
    CHECK_EQ(t.qos.peak_least[1], 500000);
    CHECK_EQ(t.qos.average[0], 125000);
    CHECK_EQ(t.qos.average[1], 500000);
    CHECK_EQ(t.qos.delay[0], 20);
    CHECK_EQ(t.qos.delay_most[0], 50);
    CHECK_EQ(t.qos.delay[1], 20);
    CHECK_EQ(t.qos.delay_most[1], 100);
    CHECK_EQ(t.qos.priority, 1);
    CHECK_EQ(t.qos.error_target, 9);
    CHECK_EQ(t.qos.error_least, 6);
    CHECK_EQ(t.qos.sdu, 12);
}

/* Packets that come out as they went in. */
static const struct {
    const char *octets;
    int klass;
    enum ws_tpdu_profile profile;
} round_trips[] = {
    {FULL,                                                           0, TPDU_STD},
    {"0300000b 06d00000443100",                                      0, TPDU_STD},
    {"03000016 11e00000000100 c0010d c1020001 c2020001",             0, TPDU_STD},
    {"0300001c 0cd0000a000500 c0010b c60101 63616c6c65652d64617461", 0,
     TPDU_STD                                                                   },
    {"03000011 09800100443180 e00180 627965",                        2, TPDU_STD},
    {"0300001a 06800000000080 726566757365642d62792d75736572",       0, TPDU_STD},
    {"0300000a 05c001004431",                                        2, TPDU_STD},
    {"0300002b 26e00000000000 436f6f6b69653a206d737473686173683d616c696365"
     "0d0a 0100080003000000",                                   0, TPDU_RDP},
    {"03000013 0ed00000123400 0200080001000000",                     0, TPDU_RDP},
};

TEST_BARE(what_was_read_is_written_as_the_same_octets)
{
    for (size_t i = 0; i < sizeof(round_trips) / sizeof(round_trips[0]); i++) {
        size_t len;

        REQUIRE(decode(round_trips[i].octets, round_trips[i].klass,
                       round_trips[i].profile));
        len = hex(round_trips[i].octets, in);
        CHECK_STR(encode(round_trips[i].profile), unhex(in, len));
    }
}

TEST_BARE(no_room_and_too_long_a_header_write_nothing)
{
    uint8_t selector[255] = {0};

    t = (struct ws_tpdu){.code = TPDU_CR, .src = 1};
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_STD, out, 10), 0);
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_STD, out, 11), 11);
    t.calling = (struct ws_octets){selector, 246};
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_STD, out, sizeof(out)), 11 + 248);
    t.calling.len = 247;
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_STD, out, sizeof(out)), 0);
    t.calling.at = NULL;
    t.data = (struct ws_octets){selector, 248};
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_RDP, out, sizeof(out)), 11 + 248);
    t.data.len = 249;
    CHECK_EQ(ws_tpdu_encode(&t, TPDU_RDP, out, sizeof(out)), 0);
}

TEST_BARE(a_packet_is_known_by_its_first_octet_and_its_length)
{
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"", 0), 0);
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"\2", 1), -1);
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"\3\0\0", 3), 0);
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"\3\0\0\6", 4), -1);
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"\3\xff\0\7", 4), 7);
    CHECK_EQ(ws_tpdu_packet((const uint8_t *)"\3\0\xff\xff", 4), 0xffff);
}

TEST_BARE(sizes_are_powers_of_two_and_one_private_value)
{
    CHECK_EQ(ws_tpdu_size(6), 0);
    CHECK_EQ(ws_tpdu_size(7), 128);
    CHECK_EQ(ws_tpdu_size(11), 2048);
    CHECK_EQ(ws_tpdu_size(13), 8192);
    CHECK_EQ(ws_tpdu_size(15), 32768);
    CHECK_EQ(ws_tpdu_size(16), TPDU_SIZE_ANY);
    CHECK_EQ(ws_tpdu_size(17), 0);
    CHECK_EQ(ws_tpdu_size(255), 0);
}

TEST_BARE(the_heads_of_data_are_seven_octets_and_nine)
{
    CHECK_STR(unhex(out, ws_tpdu_put_head(TPDU_DT, 0, 0, 2041, false, out, 7)),
              "0300080002f000");
    CHECK_STR(unhex(out, ws_tpdu_put_head(TPDU_DT, 2, 0x4431, 1, true, out, 9)),
              "0300000a04f0443180");
    CHECK_STR(unhex(out, ws_tpdu_put_head(TPDU_ED, 0, 0, 7, true, out, 7)),
              "0300000e021080");
    CHECK_EQ(ws_tpdu_put_head(TPDU_DT, 0, 0, 0xffff - 6, true, out, 7), 0);
    CHECK_EQ(ws_tpdu_put_head(TPDU_DT, 0, 0, 0xffff - 7, true, out, 7), 7);
    CHECK_EQ(ws_tpdu_put_head(TPDU_DT, 2, 0, 1, true, out, 8), 0);
}

TEST_BARE(an_er_has_as_much_of_the_rejected_octets_as_it_can)
{
    uint8_t bad[300];
    struct ws_tpdu_fault far = {CAUSE_VALUE, 287};
    size_t len;

    memset(bad, 'b', sizeof(bad));
    len = ws_tpdu_put_er(0x0102, &far, bad, out, sizeof(out));
    CHECK_EQ(len, TPKT_HEAD + 1 + TPDU_LI_MOST);
    CHECK_EQ(out[4], TPDU_LI_MOST);
    CHECK_EQ(out[10], 248);
}

TEST_BARE(of_two_parameters_the_later_counts_if_it_is_good)
{
    REQUIRE(decode("03000011 0ce00000000100 c0010b c00107", 0, TPDU_STD));
    CHECK_EQ(t.size, 7);
    REQUIRE(decode("03000011 0ce00000000100 c0010b c001ff", 0, TPDU_STD));
    CHECK_EQ(t.size, 11);
}

TEST_BARE(a_selector_of_33_octets_is_kept_for_the_called_end_alone)
{
    char text[200];

    snprintf(text, sizeof(text), "0300002e 29e00000000100 c121%066d", 0);
    REQUIRE(decode(text, 0, TPDU_STD));
    CHECK(!t.calling.at);
    snprintf(text, sizeof(text), "0300002e 29e00000000100 c221%066d", 0);
    REQUIRE(decode(text, 0, TPDU_STD));
    CHECK_EQ(t.called.len, 33);
    snprintf(text, sizeof(text), "0300002e 29d00001000100 c221%066d", 0);
    CHECK(!decode(text, 0, TPDU_STD));
    CHECK_EQ(fault.cause, CAUSE_VALUE);
}

TEST_BARE(a_bad_value_is_an_error_in_a_cc_and_passed_over_in_a_cr)
{
    /* throughput of 11 octets */
    REQUIRE(decode("03000018 13e00000010021 890b 0000010000010000010000", 0,
                   TPDU_STD));
    CHECK_EQ(t.has, 0);
    CHECK(!decode("03000018 13d00000010021 890b 0000010000010000010000", 0,
                  TPDU_STD));
    CHECK_EQ(fault.cause, CAUSE_VALUE);
    CHECK_EQ(fault.upto, 20);
}

TEST_BARE(an_average_beyond_its_target_takes_the_peak_with_it)
{
    REQUIRE(decode("03000025 20e00000010021 8918 000002000001000002000001"
                   "000001000002000001000001",
                   0, TPDU_STD));
    CHECK_EQ(t.has & HAS_QOS, 0);
    CHECK_EQ(t.qos.peak[0], 0);
}

TEST_BARE(data_have_one_header_length_in_each_class)
{
    CHECK(decode("0300000802f08041", 0, TPDU_STD));
    CHECK(t.eot);
    CHECK_EQ(t.data.len, 1);
    CHECK(!decode("0300000802f08041", 2, TPDU_STD));
    CHECK(decode("0300000a04f044310041", 2, TPDU_STD));
    CHECK_EQ(t.dst, 0x4431);
    CHECK(!t.eot);
    CHECK(!decode("0300000a04f044310041", 0, TPDU_STD));
    CHECK_EQ(fault.upto, 1);
}
