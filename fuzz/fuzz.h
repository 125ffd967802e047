/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: the entry point, a reader of the input, a
 * judgement that ends the program, and memory with guards on both sides. Each
 * target is a pure function of its input, so that a finding can be replayed.
 * Invariant: a reader never leaves its input; past the end it gives zeros. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WANT(cond)                                                             \
    ((cond)                                                                    \
         ? (void)0                                                             \
         : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond), \
            abort()))

struct in {
    const uint8_t *at, *end;
};

static inline unsigned
in_byte(struct in *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static inline uint32_t
in_word(struct in *in)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++)
        v |= (uint32_t)in_byte(in) << 8 * i;
    return v;
}

static inline void
in_bytes(struct in *in, void *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)out)[i] = (uint8_t)in_byte(in);
}

/* ---- guarded memory ---- */

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_ASAN 1
#endif
#endif

#ifdef FUZZ_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { ZONE = 16, ZONE_BYTE = 0xa5 };

/* "size" bytes between two red zones, which are looked at in the end and which
 * a sanitizer watches meanwhile. */
struct guarded {
    uint8_t *all, *bytes;
    size_t size;
};

static inline struct guarded
guarded_new(size_t size)
{
    struct guarded g = {malloc(size + 2 * ZONE), NULL, size};

    WANT(g.all);
    memset(g.all, ZONE_BYTE, size + 2 * ZONE);
    g.bytes = g.all + ZONE;
    ASAN_POISON_MEMORY_REGION(g.all, ZONE);
    ASAN_POISON_MEMORY_REGION(g.bytes + size, ZONE);
    return g;
}

static inline void
guarded_free(struct guarded *g)
{
    ASAN_UNPOISON_MEMORY_REGION(g->all, g->size + 2 * ZONE);
    for (size_t i = 0; i < ZONE; i++) {
        WANT(g->all[i] == ZONE_BYTE);
        WANT(g->bytes[g->size + i] == ZONE_BYTE);
    }
    free(g->all);
}

#endif
