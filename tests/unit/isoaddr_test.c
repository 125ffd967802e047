/* SPDX-License-Identifier: MIT */
/* Addresses of ISO transport: the NSAP forms, both structures, and texts. */
#include "iso_util.h"

#include "prov/isotp/isoaddr.h"

_Static_assert(sizeof(SOCKADDR_TP) == 72, "SOCKADDR_TP");
_Static_assert(offsetof(SOCKADDR_TP, tp_addr_type) == 2, "tp_addr_type");
_Static_assert(offsetof(SOCKADDR_TP, tp_taddr_len) == 4, "tp_taddr_len");
_Static_assert(offsetof(SOCKADDR_TP, tp_tsel_len) == 6, "tp_tsel_len");
_Static_assert(offsetof(SOCKADDR_TP, tp_addr) == 8, "tp_addr");
_Static_assert(sizeof(SOCKADDR_OSITP) == 140, "SOCKADDR_OSITP");
_Static_assert(offsetof(SOCKADDR_OSITP, tp_optname_len) == 12,
               "tp_optname_len");
_Static_assert(offsetof(SOCKADDR_OSITP, tp_addr) == 14, "tp_addr");
_Static_assert(AF_ISO == 7 && ISOPROTO_TP0 == 25 && ISOPROTO_TP2 == 27 &&
                   ISOPROTO_TP == 29 && ISOPROTO_INTRAISIS == 35,
               "numbers");

static struct ws_isoaddr a;
static SOCKADDR_TP tp;
static SOCKADDR_OSITP osi;

static int
take_nsap(const char *text)
{
    uint8_t nsap[HEX_MOST];
    size_t len = hex(text, nsap);

    a = (struct ws_isoaddr){.port = ISOADDR_PORT};
    return ws_isoaddr_take_nsap(nsap, len, &a);
}

static int
take(const void *sa, int len)
{
    return ws_isoaddr_take((const struct sockaddr *)sa, len, &a);
}

/* ---- NSAP ---- */

TEST_BARE(ipv4_is_read_from_decimal_digits)
{
    REQUIRE_EQ(take_nsap("540072872203127000000001"), 0);
    CHECK_EQ(a.family, ISOADDR_INET);
    CHECK_MEM(a.ip, "\x7f\0\0\1", 4);
    CHECK_EQ(a.port, 102);
    CHECK(!a.has_port);
    REQUIRE_EQ(take_nsap("54007287220312700000000100102f"), 0);
    CHECK_EQ(a.port, 102);
    CHECK(a.has_port);
    REQUIRE_EQ(take_nsap("5400728722031270000000010010200001"), 0);
    CHECK_EQ(a.port, 102);
    REQUIRE_EQ(take_nsap("54007287220319216825500165535f"), 0);
    CHECK_MEM(a.ip, "\xc0\xa8\xff\1", 4);
    CHECK_EQ(a.port, 65535);
}

TEST_BARE(ipv6_is_read_with_and_without_its_last_octet)
{
    REQUIRE_EQ(take_nsap("350000 00000000000000000000000000000001 00"), 0);
    CHECK_EQ(a.family, ISOADDR_INET6);
    CHECK_EQ(a.ip[15], 1);
    CHECK_EQ(a.port, 102);
    REQUIRE_EQ(take_nsap("350000 00000000000000000000000000000001"), 0);
    CHECK(!a.has_port);
    REQUIRE_EQ(take_nsap("350000 00000000000000000000000000000001 00 03389f"),
               0);
    CHECK_EQ(a.port, 3389);
}

TEST_BARE(other_network_addresses_cannot_be_reached)
{
    static const char *const texts[] = {
        "49",
        "5400728722",
        "540072872201127000000001",           /* X.25 */
        "540072872203256000000001",           /* no octet */
        "54007287220312700000000a",           /* no digits */
        "54007287220312700000000165536f",     /* no port */
        "540072872203127000000001001020",     /* no filler */
        "5400728722031270000000010010200002", /* UDP's set */
        "350001 00000000000000000000000000000001 00",
        "350000 000000000000000000000000000000",
        "350000 00000000000000000000000000000001 00 0338",
        "350000 00000000000000000000000000000001 00 03389f 00",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (take_nsap(texts[i]) != WSAEADDRNOTAVAIL)
            t_fail(__FILE__, __LINE__, texts[i]);
}

TEST_BARE(network_addresses_are_written_as_the_rfcs_have_them)
{
    uint8_t nsap[ISO_MAX_INET_LENGTH];

    a = (struct ws_isoaddr){
        .family = ISOADDR_INET, .ip = {127, 0, 0, 1}
    };
    CHECK_STR(unhex(nsap, ws_isoaddr_give_nsap(&a, nsap)),
              "540072872203127000000001");
    a.has_port = true;
    a.port = 102;
    CHECK_STR(unhex(nsap, ws_isoaddr_give_nsap(&a, nsap)),
              "54007287220312700000000100102f");
    a = (struct ws_isoaddr){
        .family = ISOADDR_INET6, .ip = {0x20, 0x01}
    };
    CHECK_STR(unhex(nsap, ws_isoaddr_give_nsap(&a, nsap)),
              "3500002001000000000000000000000000000000");
    a = (struct ws_isoaddr){.family = ISOADDR_ANY};
    CHECK_EQ(ws_isoaddr_give_nsap(&a, nsap), 0);
}

/* ---- structures ---- */

TEST_BARE(an_address_of_tcp_and_a_selector_make_one)
{
    struct sockaddr_in host = {.sin_family = AF_INET};
    SOCKADDR_STORAGE back;

    host.sin_port = htons(4321);
    memcpy(&host.sin_addr, "\x7f\0\0\1", 4);
    REQUIRE(ISO_SET_TP_INET(&tp, "\1\2", 2, (struct sockaddr *)&host));
    REQUIRE_EQ(take(&tp, sizeof(tp)), 0);
    CHECK_EQ(a.tsel_len, 2);
    CHECK_MEM(a.tsel, "\1\2", 2);
    CHECK_EQ(a.port, 4321);
    CHECK(a.has_port);
    CHECK_EQ(ISO_GET_TP_INET(&tp, &back), sizeof(host));
    CHECK_MEM(&back, &host, sizeof(host));
}

TEST_BARE(an_address_of_ipv6_and_a_selector_make_one)
{
    struct sockaddr_in6 host = {.sin6_family = AF_INET6};
    SOCKADDR_STORAGE back;

    host.sin6_port = htons(102);
    memset(&host.sin6_addr, 0xab, 16);
    REQUIRE(ISO_SET_TP_INET(&tp, "0123456789abcdef0123456789abcdef", 32,
                            (struct sockaddr *)&host));
    CHECK_EQ(tp.tp_taddr_len, 32 + 23);
    REQUIRE_EQ(take(&tp, sizeof(tp)), 0);
    CHECK_EQ(a.family, ISOADDR_INET6);
    CHECK_EQ(ISO_GET_TP_INET(&tp, &back), sizeof(host));
    CHECK_MEM(&back, &host, sizeof(host));
}

TEST_BARE(no_address_is_the_wildcard)
{
    SOCKADDR_STORAGE back;

    REQUIRE(ISO_SET_TP_INET(&tp, "x", 1, NULL));
    REQUIRE_EQ(take(&tp, sizeof(tp)), 0);
    CHECK_EQ(a.family, ISOADDR_ANY);
    CHECK_EQ(a.port, 102);
    CHECK_EQ(ISO_GET_TP_INET(&tp, &back), 0);
}

TEST_BARE(what_cannot_be_an_address_is_refused_when_made)
{
    struct sockaddr other = {.sa_family = AF_UNIX};
    char many[33] = {0};

    CHECK(!ISO_SET_TP_INET(&tp, "x", 1, &other));
    CHECK_EQ(take(&tp, sizeof(tp)), WSAEAFNOSUPPORT);
    CHECK(!ISO_SET_TP_INET(&tp, many, 33, NULL));
    ISO_SET_TP_ADDR(&tp, many, 33, many, 33);
    CHECK_EQ(take(&tp, sizeof(tp)), WSAEINVAL);
}

TEST_BARE(an_address_may_be_shorter_than_its_structure)
{
    ISO_SET_TP_ADDR(&tp, "ab", 2, "", 0);
    CHECK_EQ(take(&tp, 10), 0);
    CHECK_EQ(take(&tp, 9), WSAEFAULT);
    CHECK_EQ(take(&tp, 7), WSAEFAULT);
    CHECK_EQ(take(&tp, 1), WSAEFAULT);
    CHECK_EQ(take(NULL, 72), WSAEFAULT);
    tp.tp_addr_type = ISO_NON_HIERARCHICAL;
    CHECK_EQ(take(&tp, 72), WSAEADDRNOTAVAIL);
    tp.tp_addr_type = ISO_HIERARCHICAL;
    tp.tp_tsel_len = 3; /* beyond all of it */
    CHECK_EQ(take(&tp, 72), WSAEINVAL);
    tp.tp_family = AF_INET;
    CHECK_EQ(take(&tp, 72), WSAEAFNOSUPPORT);
}

TEST_BARE(the_longer_structure_names_a_profile)
{
    const struct ws_isoaddr want = {
        .tsel = "tsel",
        .tsel_len = 4,
        .family = ISOADDR_INET,
        .profile = ISOADDR_RDP,
        .ip = {10, 0, 0, 7},
        .port = 3389,
        .has_port = true
    };

    ws_isoaddr_give_osi(&want, &osi);
    CHECK_EQ(osi.tp_tsel_len, 4);
    CHECK_EQ(osi.tp_nsap_len, 15);
    CHECK_EQ(osi.tp_optname_len, 3);
    CHECK_MEM(osi.tp_addr + 19, "rdp", 3);
    REQUIRE_EQ(take(&osi, sizeof(osi)), 0);
    CHECK_MEM(&a, &want, sizeof(a));
    osi.tp_addr[19] = 'x';
    CHECK_EQ(take(&osi, sizeof(osi)), WSAEINVAL);
    osi.tp_optname_len = 0;
    osi.tp_snet_len = 3;
    CHECK_EQ(take(&osi, sizeof(osi)), WSAEADDRNOTAVAIL);
    osi.tp_snet_len = 0xffff;
    CHECK_EQ(take(&osi, sizeof(osi)), WSAEINVAL);
}

/* ---- texts ---- */

static const struct {
    const char *text, *printed; /* NULL: as it was */
} texts[] = {
    {"\"tsel\"/Internet=127.0.0.1+102",         NULL                          },
    {"#0102/Internet=127.0.0.1+102",            NULL                          },
    {"#0102/Internet=127.0.0.1",                NULL                          },
    {"Internet=10.0.0.7+3389",                  NULL                          },
    {"/Internet=10.0.0.7+3389",                 "Internet=10.0.0.7+3389"      },
    {"\"a/b\"/Internet=[::1]+102",              NULL                          },
    {"\"a\"/internet=fe80::7",                  "\"a\"/Internet=[fe80::7]"    },
    {"\"a\"/Internet=1.2.3.4+7+1",              "\"a\"/Internet=1.2.3.4+7"    },
    {"'4142'H/Internet=1.2.3.4",                "\"AB\"/Internet=1.2.3.4"     },
    {"#fF22/NS+54007287220312700000000100102f", "#ff22/Internet=127.0.0.1+102"},
    {"\"tsel\"",                                "\"tsel\"/"                   },
    {"\"tsel\"/",                               NULL                          },
    {"/",                                       NULL                          },
};

TEST_BARE(texts_are_read_and_printed)
{
    char out[ISOADDR_TEXT];

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *want = texts[i].printed;
        struct ws_isoaddr again;
        size_t len;

        REQUIRE_EQ(ws_isoaddr_parse(texts[i].text, &a), 0);
        len = ws_isoaddr_print(&a, out);
        CHECK_EQ(len, strlen(out));
        CHECK_STR(out, want ? want : texts[i].text);
        REQUIRE_EQ(ws_isoaddr_parse(out, &again), 0);
        CHECK_MEM(&a, &again, sizeof(a));
    }
}

TEST_BARE(the_longest_text_has_room)
{
    char out[ISOADDR_TEXT];
    struct ws_isoaddr again;

    a = (struct ws_isoaddr){.family = ISOADDR_INET6,
                            .tsel_len = 32,
                            .port = 65535,
                            .has_port = true};
    memset(a.ip, 0xff, 16);
    memset(a.tsel, 0xee, 32);
    CHECK(ws_isoaddr_print(&a, out) < ISOADDR_TEXT);
    REQUIRE_EQ(ws_isoaddr_parse(out, &again), 0);
    CHECK_MEM(&a, &again, sizeof(a));
}

TEST_BARE(what_is_no_address_is_invalid)
{
    static const char *const wrong[] = {
        "",
        "tsel/Internet=127.0.0.1",
        "\"tsel",
        "\"tsel\"Internet=127.0.0.1",
        "\"0123456789abcdef0123456789abcdefX\"/",
        "#",
        "#010/",
        "#0g/",
        "#0102'H/",
        "'0102/",
        "Internet=",
        "Internet=localhost",
        "Internet=127.0.0",
        "Internet=127.0.0.1+",
        "Internet=127.0.0.1+65536",
        "Internet=127.0.0.1+-1",
        "Internet=127.0.0.1+102+2",
        "Internet=127.0.0.1+102+1+1",
        "Internet=127.0.0.1:102",
        "Internet=[127.0.0.1]+102",
        "Internet=[::1",
        "NS+",
        "NS+49",
        "NS+540072872203127000000001f",
        "127.0.0.1",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (ws_isoaddr_parse(wrong[i], &a) != WSAEINVAL)
            t_fail(__FILE__, __LINE__, wrong[i]);
}
