/* SPDX-License-Identifier: MIT */
/* What the tests of ISO transport share: octets written as hexadecimal digits,
 * and a comparison that names them when it fails. */
#ifndef ISO_UTIL_H
#define ISO_UTIL_H

#include "t.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX_MOST 1024

/* Digits to octets; blanks are passed over. */
static inline size_t
hex(const char *text, uint8_t out[HEX_MOST])
{
    size_t n = 0;

    while (*text) {
        char pair[3] = {0};

        if (*text == ' ') {
            text++;
            continue;
        }
        REQUIRE(text[1] && n < HEX_MOST);
        memcpy(pair, text, 2);
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
        text += 2;
    }
    return n;
}

/* Octets to digits, for a comparison that can be read. */
static inline const char *
unhex(const uint8_t *octets, size_t len)
{
    static char text[2][2 * HEX_MOST + 1];
    static int turn;
    char *out = text[turn ^= 1];

    REQUIRE(len <= HEX_MOST);
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", octets[i]);
    out[2 * len] = '\0';
    return out;
}

#endif
