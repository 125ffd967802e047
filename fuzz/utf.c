/* SPDX-License-Identifier: MIT */
/* The transcoder of both widths. Whatever the bytes: the count does not depend
 * on the room, what is stored is a whole prefix, nothing is written behind it.
 * Strictly accepted text comes back unchanged, by either width; leniently
 * accepted text is strictly right afterwards. */
#include "fuzz.h"

#include "base/utf.h"

#define BAD ((size_t)-1)

/* The same into less room gives the same count and a prefix of the same. */
static void
check_room(const uint8_t *data, size_t len, int width, int strict,
           const void *whole, size_t need, size_t room)
{
    struct guarded g = guarded_new(room * (size_t)width);
    size_t same = 0, size = room * (size_t)width;

    WANT(ws_utf_to_wide((const char *)data, len, g.bytes, room, width,
                        strict) == need);
    if (need != BAD && room >= need)
        WANT(!memcmp(g.bytes, whole, need * (size_t)width));
    while (same < size && same < need * (size_t)width &&
           g.bytes[same] == ((const uint8_t *)whole)[same])
        same++;
    for (; need != BAD && same < size; same++) /* at most half a pair less */
        WANT(g.bytes[same] == ZONE_BYTE);
    guarded_free(&g);
}

static void
check_back(const void *wide, size_t count, int width, const char *text,
           size_t len)
{
    size_t need = ws_utf_from_wide(wide, count, width, NULL, 0, 1);
    struct guarded g = guarded_new(len);

    WANT(need == len);
    WANT(ws_utf_from_wide(wide, count, width, (char *)g.bytes, len, 1) == len);
    WANT(!len || !memcmp(g.bytes, text, len));
    guarded_free(&g);
}

static void
from_utf8(const uint8_t *data, size_t len, int width, size_t room)
{
    size_t strict = ws_utf_to_wide((const char *)data, len, NULL, 0, width, 1);
    size_t loose = ws_utf_to_wide((const char *)data, len, NULL, 0, width, 0);
    struct guarded g = guarded_new(loose * (size_t)width);

    WANT(loose <= len);
    WANT(strict == BAD || strict == loose);
    WANT(ws_utf_to_wide((const char *)data, len, g.bytes, loose, width, 0) ==
         loose);
    if (strict != BAD)
        check_back(g.bytes, loose, width, (const char *)data, len);
    WANT(ws_utf_from_wide(g.bytes, loose, width, NULL, 0, 1) != BAD);
    check_room(data, len, width, 0, g.bytes, loose, room);
    check_room(data, len, width, 1, g.bytes, strict, room);
    guarded_free(&g);
}

/* The bytes as wide units of whatever value. */
static void
from_wide(const uint8_t *data, size_t size, int width)
{
    size_t count = size / (size_t)width;
    size_t strict = ws_utf_from_wide(data, count, width, NULL, 0, 1);
    size_t loose = ws_utf_from_wide(data, count, width, NULL, 0, 0);
    struct guarded text = guarded_new(loose);
    struct guarded back = guarded_new(count * (size_t)width);
    size_t units;

    WANT(strict == BAD || strict == loose);
    WANT(ws_utf_from_wide(data, count, width, (char *)text.bytes, loose, 0) ==
         loose);
    units =
        ws_utf_to_wide((char *)text.bytes, loose, back.bytes, count, width, 1);
    WANT(units == count);
    if (strict != BAD && count)
        WANT(!memcmp(back.bytes, data, count * (size_t)width));
    guarded_free(&back);
    guarded_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room;

    if (!size)
        return 0;
    room = *data++ % 16u;
    size--;
    for (int width = 2; width <= 4; width += 2) {
        from_utf8(data, size, width, room);
        from_wide(data, size, width);
    }
    return 0;
}
