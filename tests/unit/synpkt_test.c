/* SPDX-License-Identifier: MIT */
/* First packets as octets: what is read from them, what is refused, what is
 * built. And the table of requests, which is as pure. The checksums are proved
 * by summing up again, and by a packet that was worked out by hand. */
#include "t.h"

#include "os/synpkt.h"
#include "os/syntable.h"
#include "os/ws_const.h"

#include <stdlib.h>
#include <string.h>

enum { MARK = 0x12345678 };

/* A SYN from 10.1.2.3:4660 to 10.9.0.1:80, with MSS 1460. Checksums: IP's is
 * the kernel's affair and TCP's is not looked at. */
static const uint8_t syn4[] = {
    0x45, 0x10, 0,    44,   0x00, 0x07, 0x40, 0, 64, 6, 0, 0, 10, 1,    2,
    3,    10,   9,    0,    1,    0x12, 0x34, 0, 80, 1, 2, 3, 4,  0,    0,
    0,    0,    0x60, 0xc2, 0xfa, 0xf0, 0,    0, 0,  9, 2, 4, 5,  0xb4,
};

static const uint8_t remote6[16] = {0xfd, 0x77, [15] = 2};
static const uint8_t local6[16] = {0xfd, 0x77, [15] = 1};
static const uint8_t link6[16] = {0xfe, 0x80, [15] = 2};

static struct ws_synpkt
parsed4(const uint8_t *octets, size_t size)
{
    struct ws_synpkt p;

    REQUIRE(ws_synpkt_parse4(octets, size, &p));
    return p;
}

/* The sum that a receiver makes over a TCP segment: it has to be 0xffff. */
static unsigned
sum_up(const uint8_t *addresses, size_t size, const uint8_t *t, size_t len)
{
    uint32_t s = 6 + (uint32_t)len;

    for (size_t i = 0; i < size; i += 2)
        s += (uint32_t)(addresses[i] << 8 | addresses[i + 1]);
    for (size_t i = 0; i + 1 < len; i += 2)
        s += (uint32_t)(t[i] << 8 | t[i + 1]);
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}

TEST(a_syn_is_read)
{
    struct ws_synpkt p = parsed4(syn4, sizeof syn4);

    CHECK(!p.v6);
    CHECK_EQ(p.flags, 0xc2); /* with the wish for ECN */
    CHECK_EQ(p.isn, 0x01020304);
    CHECK_EQ(p.remote.port, 0x1234);
    CHECK_EQ(p.local.port, 80);
    CHECK_EQ(p.window, 0xfaf0);
    CHECK_EQ(p.tos, 0x10);
    CHECK_EQ(p.mark, 0x00070009);
    CHECK_EQ(p.options_len, 4);
    CHECK_MEM(p.options, syn4 + 40, 4);
    CHECK(ws_synpkt_mapped(p.remote.ip) && ws_synpkt_mapped(p.local.ip));
    CHECK_MEM(p.remote.ip + 12, syn4 + 12, 4);
}

TEST(the_same_syn_comes_out_with_a_mark)
{
    uint8_t out[WS_SYNPKT_BUILT];
    struct ws_synpkt p = parsed4(syn4, sizeof syn4), again;

    REQUIRE_EQ(ws_synpkt_syn(&p, MARK, out), sizeof syn4);
    again = parsed4(out, sizeof syn4);
    CHECK_EQ(again.mark, MARK);
    again.mark = p.mark;
    CHECK_MEM(&again, &p, sizeof p);
    CHECK_EQ(sum_up(out + 12, 8, out + 20, 24), 0xffff);
}

TEST(what_is_built_over_ipv6_is_read_again)
{
    uint8_t out[WS_SYNPKT_BUILT];
    struct ws_synpkt p, again;

    REQUIRE(ws_synpkt_parse6(syn4 + 20, 24, remote6, local6, 7, 0, &p));
    CHECK(p.v6);
    CHECK_EQ(p.scope, 0); /* it matters for link-local addresses alone */
    REQUIRE_EQ(ws_synpkt_syn(&p, MARK, out), 64);
    CHECK_EQ(out[0] >> 4, 6);
    CHECK_EQ(out[4] << 8 | out[5], 24);
    CHECK_EQ(out[6], 6);
    CHECK_MEM(out + 8, remote6, 16);
    CHECK_MEM(out + 24, local6, 16);
    CHECK_EQ(sum_up(out + 8, 32, out + 40, 24), 0xffff);
    REQUIRE(ws_synpkt_parse6(out + 40, 24, out + 8, out + 24, 0,
                             (uint32_t)(out[2] << 8 | out[3]), &again));
    CHECK_EQ(again.mark, MARK);
    REQUIRE(ws_synpkt_parse6(syn4 + 20, 24, link6, local6, 7, 0, &p));
    CHECK_EQ(p.scope, 7);
}

TEST(a_refusal_answers_the_number)
{
    struct ws_synpkt p = parsed4(syn4, sizeof syn4);
    uint8_t out[WS_SYNPKT_BUILT];

    p.isn = 0xffffffff;
    REQUIRE_EQ(ws_synpkt_refusal(&p, out), 40);
    CHECK_EQ(out[20 + 13], WS_SYNPKT_RST | WS_SYNPKT_ACK);
    CHECK_MEM(out + 20 + 4, "\0\0\0\0\0\0\0\0", 8); /* 0 acknowledges it */
    CHECK_MEM(out + 12, syn4 + 16, 4);
    CHECK_MEM(out + 16, syn4 + 12, 4);
    CHECK_MEM(out + 20, "\0\120\022\064", 4);
    CHECK_EQ(sum_up(out + 12, 8, out + 20, 20), 0xffff);
    REQUIRE(ws_synpkt_parse6(syn4 + 20, 24, remote6, local6, 0, 0, &p));
    REQUIRE_EQ(ws_synpkt_refusal(&p, out), 60);
    CHECK_MEM(out + 8, local6, 16);
    CHECK_EQ(sum_up(out + 8, 32, out + 40, 20), 0xffff);
}

TEST(a_reset_is_read)
{
    uint8_t rst[sizeof syn4];
    struct ws_synpkt p;

    memcpy(rst, syn4, sizeof rst);
    rst[33] = WS_SYNPKT_RST;
    p = parsed4(rst, sizeof rst);
    CHECK_EQ(p.flags, WS_SYNPKT_RST);
    CHECK_EQ(p.isn, 0x01020304);
    CHECK_EQ(p.options_len, 0);
}

/* One octet is changed each time. */
static const struct {
    const char *what;
    uint8_t at, value;
} wrongs[] = {
    {"another version",             0,  0x65},
    {"a header too short",          0,  0x44},
    {"a header longer than it all", 0,  0x4f},
    {"less than its headers",       3,  43  },
    {"more to come",                6,  0x20},
    {"a later fragment",            7,  1   },
    {"UDP",                         9,  17  },
    {"from nobody",                 12, 0   },
    {"from a group",                12, 224 },
    {"from everybody",              12, 255 },
    {"to a group",                  16, 239 },
    {"a TCP header too short",      32, 0x40},
    {"a TCP header that goes on",   32, 0x70},
    {"an answer",                   33, 0x12},
    {"the end as well",             33, 0x03},
    {"a reset as well",             33, 0x06},
    {"a plain acknowledgement",     33, 0x10},
    {"nothing at all",              33, 0x00},
    {"a signature of RFC 2385",     40, 19  },
    {"a signature of RFC 5925",     40, 29  },
};

TEST(what_is_no_plain_syn_or_reset_is_refused)
{
    struct ws_synpkt p;

    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        uint8_t bad[sizeof syn4];

        memcpy(bad, syn4, sizeof bad);
        bad[wrongs[i].at] = wrongs[i].value;
        if (ws_synpkt_parse4(bad, sizeof bad, &p))
            t_note("%s", wrongs[i].what);
        CHECK(!ws_synpkt_parse4(bad, sizeof bad, &p));
    }
}

TEST(ports_of_zero_are_refused)
{
    struct ws_synpkt p;

    for (int at = 20; at <= 22; at += 2) {
        uint8_t bad[sizeof syn4];

        memcpy(bad, syn4, sizeof bad);
        bad[at] = bad[at + 1] = 0;
        CHECK(!ws_synpkt_parse4(bad, sizeof bad, &p));
    }
}

TEST(every_shorter_packet_is_refused)
{
    for (size_t size = 0; size < sizeof syn4; size++) {
        uint8_t *exact = malloc(size + 1);
        struct ws_synpkt p;

        REQUIRE(exact != NULL);
        memcpy(exact, syn4, size);
        CHECK(!ws_synpkt_parse4(exact, size, &p));
        if (size >= 20)
            CHECK(!ws_synpkt_parse6(exact + 20, size - 20, remote6, local6, 0,
                                    0, &p));
        free(exact);
    }
}

TEST(mapped_addresses_do_not_come_over_ipv6)
{
    static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
    static const uint8_t group[16] = {0xff, 2, [15] = 1}, none[16];
    struct ws_synpkt p;

    CHECK(!ws_synpkt_parse6(syn4 + 20, 24, mapped, local6, 0, 0, &p));
    CHECK(!ws_synpkt_parse6(syn4 + 20, 24, remote6, mapped, 0, 0, &p));
    CHECK(!ws_synpkt_parse6(syn4 + 20, 24, group, local6, 0, 0, &p));
    CHECK(!ws_synpkt_parse6(syn4 + 20, 24, none, local6, 0, 0, &p));
}

/* IP options go, data go, fast open goes, all else stays as it is. */
TEST(what_cannot_be_said_twice_is_left_out)
{
    static const uint8_t options[] = {
        2, 4, 5, 0xb4, 34, 6, 1, 2, 3, 4, 1, 3, 3, 7, 254, 6, 0xf9, 0x89, 1, 2,
    };
    static const uint8_t want[] = {
        2, 4, 5, 0xb4, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7, 1, 1, 1, 1, 1, 1,
    };
    uint8_t packet[24 + 40 + 9] = {0}, out[WS_SYNPKT_BUILT];
    struct ws_synpkt p;

    memcpy(packet, syn4, 20);
    packet[0] = 0x46;
    packet[3] = sizeof packet;
    memcpy(packet + 24, syn4 + 20, 20);
    packet[24 + 12] = 0xa0;
    packet[24 + 13] = 0x22; /* URG, which would give the mark a meaning */
    memcpy(packet + 44, options, sizeof options);
    p = parsed4(packet, sizeof packet);
    CHECK_EQ(p.options_len, sizeof want);
    CHECK_MEM(p.options, want, sizeof want);
    CHECK_EQ(ws_synpkt_syn(&p, MARK, out), 60);
    CHECK_EQ(out[0], 0x45);
    CHECK_EQ(out[20 + 13], 0x02);
    /* The data may be cut off, the options may not. */
    parsed4(packet, 64);
    CHECK(!ws_synpkt_parse4(packet, 63, &p));
}

TEST(malformed_options_end_where_they_begin)
{
    static const uint8_t lengths[] = {0, 1, 5, 255};
    uint8_t bad[sizeof syn4];

    for (size_t i = 0; i < sizeof lengths; i++) {
        struct ws_synpkt p;

        memcpy(bad, syn4, sizeof bad);
        bad[41] = lengths[i];
        p = parsed4(bad, sizeof bad);
        CHECK_EQ(p.options_len, 4);
        CHECK_MEM(p.options, "\0\0\0\0", 4);
    }
}

TEST(names_go_both_ways)
{
    struct ws_synpkt p = parsed4(syn4, sizeof syn4);
    struct ws_synpkt_end end;
    struct ws_addr a;
    uint32_t scope = 9;

    ws_synpkt_name(&p.remote, 0, WS_AF_INET, &a);
    CHECK_EQ(a.len, 16);
    CHECK_EQ(a.family, WS_AF_INET);
    CHECK_MEM(a.bytes + 2, "\022\064\012\001\002\003", 6);
    ws_synpkt_end(&a, &end, &scope);
    CHECK_EQ(scope, 0);
    CHECK_MEM(end.ip, p.remote.ip, 16);
    CHECK_EQ(end.port, p.remote.port);
    ws_synpkt_name(&p.remote, 0, WS_AF_INET6, &a); /* of a dual listener */
    CHECK_EQ(a.len, 28);
    ws_synpkt_end(&a, &end, &scope);
    CHECK_MEM(end.ip, p.remote.ip, 16);
    memcpy(end.ip, link6, 16);
    ws_synpkt_name(&end, 5, WS_AF_INET6, &a);
    ws_synpkt_end(&a, &end, &scope);
    CHECK_EQ(scope, 5);
}

/* ---- the table ---- */

static struct ws_synpkt
caller(unsigned number)
{
    struct ws_synpkt p = parsed4(syn4, sizeof syn4);

    p.remote.ip[14] = (uint8_t)(number >> 8);
    p.remote.ip[15] = (uint8_t)number;
    return p;
}

TEST(a_table_holds_as_many_as_it_may)
{
    enum { MANY = 100 };
    struct ws_syntable t;
    struct ws_synreq *r[MANY];
    struct ws_synpkt p = caller(MANY);
    uint64_t id;

    REQUIRE_EQ(ws_syntable_open(&t, MANY, 42), 0);
    for (unsigned i = 0; i < MANY; i++) {
        struct ws_synpkt c = caller(i);

        CHECK(!ws_syntable_find(&t, &c));
        r[i] = ws_syntable_add(&t, &c);
        REQUIRE(r[i] != NULL);
    }
    CHECK(!ws_syntable_add(&t, &p));
    for (unsigned i = 0; i < MANY; i++) {
        struct ws_synpkt c = caller(i);

        CHECK(ws_syntable_find(&t, &c) == r[i]);
        CHECK(ws_syntable_by_id(&t, ws_syntable_id(&t, r[i])) == r[i]);
    }
    id = ws_syntable_id(&t, r[7]);
    ws_syntable_remove(&t, r[7]);
    CHECK(!ws_syntable_by_id(&t, id));
    CHECK(ws_syntable_add(&t, &p) == r[7]);
    CHECK(ws_syntable_id(&t, r[7]) != id);
    CHECK(!ws_syntable_by_id(&t, id));
    CHECK(!ws_syntable_by_id(&t, 0));
    CHECK(!ws_syntable_by_id(&t, UINT64_MAX));
    CHECK_EQ(t.used, MANY);
    for (unsigned i = 0; i < MANY; i++)
        ws_syntable_remove(&t, r[i]);
    CHECK_EQ(t.used, 0);
    ws_syntable_close(&t);
}

TEST(ends_differ_by_address_port_and_scope)
{
    struct ws_synpkt p = caller(1), other;
    struct ws_syntable t;

    REQUIRE_EQ(ws_syntable_open(&t, 4, 1), 0);
    REQUIRE(ws_syntable_add(&t, &p) != NULL);
    other = p;
    other.isn++;
    CHECK(ws_syntable_find(&t, &other) != NULL);
    other = p;
    other.remote.port++;
    CHECK(!ws_syntable_find(&t, &other));
    other = p;
    other.local.ip[15]++;
    CHECK(!ws_syntable_find(&t, &other));
    other = p;
    other.scope++;
    CHECK(!ws_syntable_find(&t, &other));
    ws_syntable_close(&t);
}

TEST(the_past_is_remembered_for_a_while)
{
    struct ws_synpkt p = caller(0), later = caller(0);
    struct ws_syntable t;

    REQUIRE_EQ(ws_syntable_open(&t, 4, 1), 0);
    CHECK_EQ(ws_syntable_fate(&t, &p), WS_SYNFATE_UNKNOWN);
    ws_syntable_settle(&t, &p, WS_SYNFATE_REFUSED);
    CHECK_EQ(ws_syntable_fate(&t, &p), WS_SYNFATE_REFUSED);
    later.isn++;
    CHECK_EQ(ws_syntable_fate(&t, &later), WS_SYNFATE_UNKNOWN);
    ws_syntable_settle(&t, &later, WS_SYNFATE_ADMITTED);
    CHECK_EQ(ws_syntable_fate(&t, &later), WS_SYNFATE_ADMITTED);
    for (unsigned i = 1; i < WS_SYNTABLE_PAST; i++) {
        struct ws_synpkt c = caller(i);

        ws_syntable_settle(&t, &c, WS_SYNFATE_REFUSED);
    }
    CHECK_EQ(ws_syntable_fate(&t, &p), WS_SYNFATE_UNKNOWN);
    CHECK_EQ(ws_syntable_fate(&t, &later), WS_SYNFATE_ADMITTED);
    ws_syntable_close(&t);
}
