/* SPDX-License-Identifier: MIT */
/* Addresses of ISO transport from any octets and any text. What is taken is
 * given in both structures and printed, and taken from each of them again as
 * the same; of what a caller hands in, nothing behind its length is read. */
#include "fuzz.h"

#include "prov/isotp/isoaddr.h"

static void
check_same(const struct ws_isoaddr *a, const struct ws_isoaddr *b)
{
    WANT(a->tsel_len == b->tsel_len && a->tsel_len <= ISO_MAX_TSEL_LENGTH);
    WANT(!memcmp(a->tsel, b->tsel, a->tsel_len));
    WANT(a->family == b->family && !memcmp(a->ip, b->ip, sizeof(a->ip)));
    WANT(a->port == b->port && a->has_port == b->has_port);
}

static void
check_all(const struct ws_isoaddr *a)
{
    struct guarded text = guarded_new(ISOADDR_TEXT);
    char *out = (char *)text.bytes;
    struct ws_isoaddr again;
    SOCKADDR_TP tp;
    SOCKADDR_OSITP osi;

    ws_isoaddr_give(a, &tp);
    WANT(!ws_isoaddr_take((struct sockaddr *)&tp, sizeof(tp), &again));
    check_same(a, &again);
    ws_isoaddr_give_osi(a, &osi);
    WANT(!ws_isoaddr_take((struct sockaddr *)&osi, sizeof(osi), &again));
    check_same(a, &again);
    WANT(a->profile == again.profile);
    WANT(ws_isoaddr_print(a, out) == strlen(out));
    WANT(!ws_isoaddr_parse(out, &again));
    check_same(a, &again);
    guarded_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guarded g = guarded_new(size + 1);
    struct ws_isoaddr a;

    memcpy(g.bytes, data, size);
    g.bytes[size] = '\0';
    if (!ws_isoaddr_parse((const char *)g.bytes, &a))
        check_all(&a);
    guarded_free(&g);
    g = guarded_new(size);
    memcpy(g.bytes, data, size);
    if (!ws_isoaddr_take((const struct sockaddr *)g.bytes, (int)size, &a))
        check_all(&a);
    guarded_free(&g);
    return 0;
}
