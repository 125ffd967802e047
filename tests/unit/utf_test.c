/* SPDX-License-Identifier: MIT */
/* UTF-8 to and from both widths: every character, every kind of malformed
 * input, every size of room. */
#include "t.h"

#include "base/list.h"
#include "base/utf.h"

#include <stdint.h>
#include <string.h>

static int
is_scalar(uint32_t c)
{
    return c < 0xd800 || (c > 0xdfff && c < 0x110000);
}

TEST_BARE(every_character_survives_both_ways_in_both_widths)
{
    for (uint32_t c = 0; c < 0x110000; c += c < 0x11000 ? 1 : 13) {
        unsigned char utf8[4], wide[4];
        uint32_t back = 0;
        size_t len, units;

        if (!is_scalar(c))
            continue;
        len = ws_utf_from_wide(&c, 1, 4, (char *)utf8, 4, 1);
        REQUIRE(len >= 1 && len <= 4);
        REQUIRE_EQ(ws_utf_to_wide((char *)utf8, len, &back, 1, 4, 1), 1);
        REQUIRE_EQ(back, c);
        units = ws_utf_to_wide((char *)utf8, len, wide, 2, 2, 1);
        REQUIRE_EQ(units, c > 0xffff ? 2 : 1);
        memset(utf8, 0, sizeof(utf8));
        REQUIRE_EQ(ws_utf_from_wide(wide, units, 2, (char *)utf8, 4, 1), len);
        REQUIRE_EQ(ws_utf_to_wide((char *)utf8, len, &back, 1, 4, 1), 1);
        REQUIRE_EQ(back, c);
    }
}

static const char *const bad[] = {
    "\x80",     /* a continuation alone */
    "\xc0\x80", /* overlong forms */
    "\xc1\xbf",
    "\xe0\x80\x80",
    "\xf0\x80\x80\x80",
    "\xe2\x82", /* cut off */
    "\xf0\x9f\x98",
    "\xc3",
    "\xed\xa0\x80",     /* a surrogate */
    "\xf4\x90\x80\x80", /* above the last */
    "\xf8\x88\x80\x80",
    "\xff",
    "\xe2\x28\xa1",
};

TEST_BARE(malformed_input_is_refused_or_replaced)
{
    for (size_t i = 0; i < WS_ARRAY_LEN(bad); i++) {
        uint32_t wide[8];
        size_t len = strlen(bad[i]), got;

        CHECK_EQ(ws_utf_to_wide(bad[i], len, wide, 8, 4, 1), (size_t)-1);
        got = ws_utf_to_wide(bad[i], len, wide, 8, 4, 0);
        REQUIRE(got >= 1 && got <= len);
        CHECK_EQ(wide[0], 0xfffd);
    }
}

TEST_BARE(lone_surrogates_are_refused_or_replaced)
{
    static const uint16_t lone[][2] = {
        {0xd800, 'a'   },
        {0xdc00, 'a'   },
        {'a',    0xd800},
        {0xdc00, 0xd800}
    };
    char out[8];

    for (size_t i = 0; i < WS_ARRAY_LEN(lone); i++) {
        CHECK_EQ(ws_utf_from_wide(lone[i], 2, 2, out, 8, 1), (size_t)-1);
        CHECK(ws_utf_from_wide(lone[i], 2, 2, out, 8, 0) >= 4);
    }
    CHECK_EQ(ws_utf_from_wide(&(uint32_t){0xd800}, 1, 4, out, 8, 1),
             (size_t)-1);
    CHECK_EQ(ws_utf_from_wide(&(uint32_t){0x110000}, 1, 4, out, 8, 1),
             (size_t)-1);
}

TEST_BARE(no_part_of_a_character_is_stored)
{
    static const char text[] = "a\xe2\x82\xac\xf0\x9f\x98\x80z";

    for (size_t room = 0; room <= 10; room++) {
        char out[12];
        uint16_t wide[12];
        size_t stored;

        memset(out, '#', sizeof(out));
        memset(wide, 0x23, sizeof(wide));
        CHECK_EQ(ws_utf_to_wide(text, 9, wide, room, 2, 1), 5);
        CHECK_EQ(wide[room < 5 ? room : 5], 0x2323);
        CHECK(room != 3 || wide[2] == 0x2323);
        ws_utf_to_wide(text, 9, wide, 12, 2, 1);
        CHECK_EQ(ws_utf_from_wide(wide, 5, 2, out, room, 1), 9);
        stored = room < 1 ? 0 : room < 4 ? 1 : room < 8 ? 4 : room < 9 ? 8 : 9;
        CHECK_MEM(out, text, stored);
        CHECK_EQ(out[stored], '#');
    }
}

TEST_BARE(wide_lengths_count_units)
{
    CHECK_EQ(ws_utf_wide_len((const uint16_t[]){'a', 'b', 0, 'c'}, 2), 2);
    CHECK_EQ(ws_utf_wide_len((const uint32_t[]){0x10000, 0}, 4), 1);
    CHECK_EQ(ws_utf_wide_len((const uint32_t[]){0}, 4), 0);
}
