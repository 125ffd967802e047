/* SPDX-License-Identifier: MIT */
/* Transcoding: a decoder and an encoder for each form, one code point at a
 * time, and two loops that join them. */
#include "base/utf.h"

#include <stdint.h>
#include <string.h>

#define BAD 0xffffffffu
#define REPLACEMENT 0xfffdu

struct in {
    const unsigned char *at, *end;
    int width; /* 1, 2 or 4 bytes a unit */
};

static uint32_t
unit(const unsigned char *p, int width)
{
    uint16_t u16;
    uint32_t u32;

    switch (width) {
    case 1: return *p;
    case 2: memcpy(&u16, p, 2); return u16;
    default: memcpy(&u32, p, 4); return u32;
    }
}

static int
is_scalar(uint32_t c)
{
    return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

/* Reads one UTF-8 character. A bad one consumes its first byte only, so that
 * the next good one is found again. */
static uint32_t
next_utf8(struct in *in)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint32_t c = *in->at++;
    int more = c < 0x80 ? 0 : c < 0xc2 ? -1 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

    if (more <= 0)
        return more ? BAD : c;
    if (c > 0xf4 || in->end - in->at < more)
        return BAD;
    c &= 0x3fu >> more;
    for (int i = 0; i < more; i++) {
        if ((in->at[i] & 0xc0) != 0x80)
            return BAD;
        c = c << 6 | (in->at[i] & 0x3f);
    }
    if (c < least[more] || !is_scalar(c))
        return BAD;
    in->at += more;
    return c;
}

static uint32_t
next_wide(struct in *in)
{
    uint32_t c = unit(in->at, in->width), low;

    in->at += in->width;
    if (in->width == 4 || c < 0xd800 || c > 0xdfff)
        return is_scalar(c) ? c : BAD;
    if (c > 0xdbff || in->at == in->end)
        return BAD;
    low = unit(in->at, 2);
    if (low < 0xdc00 || low > 0xdfff)
        return BAD;
    in->at += 2;
    return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* Each encoder stores into 'out' if the 'count' units that it returns fit. */
static size_t
put_utf8(uint32_t c, unsigned char *out, size_t room)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t count = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (count > room)
        return count;
    for (size_t i = count - 1; i > 0; i--, c >>= 6)
        out[i] = (unsigned char)(0x80 | (c & 0x3f));
    out[0] = (unsigned char)(count == 1 ? c : lead[count] | c);
    return count;
}

static size_t
put_wide(uint32_t c, unsigned char *out, size_t room, int width)
{
    uint16_t pair[2] = {(uint16_t)c, 0};
    size_t count = width == 2 && c > 0xffff ? 2 : 1;

    if (count > room)
        return count;
    if (count == 2) {
        pair[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
        pair[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    if (width == 4)
        memcpy(out, &c, 4);
    else
        memcpy(out, pair, count * 2);
    return count;
}

/* The one loop. Once something did not fit nothing more is stored, so that
 * what was stored is a prefix. */
static size_t
transcode(struct in in, unsigned char *out, size_t room, int width, int strict)
{
    size_t need = 0, stored = 0;

    while (in.at < in.end) {
        uint32_t c = in.width == 1 ? next_utf8(&in) : next_wide(&in);
        size_t left = stored == need ? room - stored : 0, count;
        unsigned char *at = left ? out + stored * (size_t)width : NULL;

        if (c == BAD && strict)
            return (size_t)-1;
        if (c == BAD)
            c = REPLACEMENT;
        if (width == 1)
            count = put_utf8(c, at, left);
        else
            count = put_wide(c, at, left, width);
        if (count <= left)
            stored += count;
        need += count;
    }
    return need;
}

size_t
ws_utf_to_wide(const char *in, size_t len, void *out, size_t room, int width,
               int strict)
{
    const unsigned char *at = (const unsigned char *)in;

    return transcode((struct in){at, at + len, 1}, out, room, width, strict);
}

size_t
ws_utf_from_wide(const void *in, size_t len, int width, char *out, size_t room,
                 int strict)
{
    const unsigned char *at = in;
    struct in from = {at, at + len * (size_t)width, width};

    return transcode(from, (unsigned char *)out, room, 1, strict);
}

size_t
ws_utf_wide_len(const void *s, int width)
{
    const unsigned char *at = s;
    size_t len = 0;

    while (unit(at + len * (size_t)width, width))
        len++;
    return len;
}
