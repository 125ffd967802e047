/* SPDX-License-Identifier: MIT */
/* The reference counter. It counts, and says who was the last; what happens
 * then is the owner's business. Orders are the textbook ones: a new reference
 * needs none, a dropped one publishes, the last one sees all that was done. */
#ifndef WS_BASE_REF_H
#define WS_BASE_REF_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>

struct ws_ref {
    atomic_uint count;
};

static inline void
ws_ref_init(struct ws_ref *r)
{
    atomic_init(&r->count, 1);
}

static inline void
ws_ref_get(struct ws_ref *r)
{
    unsigned was =
        atomic_fetch_add_explicit(&r->count, 1, memory_order_relaxed);

    assert(was > 0);
    (void)was;
}

/* True for the one caller who dropped the last reference. An acquire-release
 * decrement, not a release with a fence: thread sanitizers know no fences. */
static inline bool
ws_ref_put(struct ws_ref *r)
{
    return atomic_fetch_sub_explicit(&r->count, 1, memory_order_acq_rel) == 1;
}

/* True while somebody besides the caller holds a reference: a hint only. */
static inline bool
ws_ref_shared(struct ws_ref *r)
{
    return atomic_load_explicit(&r->count, memory_order_relaxed) > 1;
}

#endif
