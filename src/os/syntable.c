/* SPDX-License-Identifier: MIT */
/* The requests that a gate holds: see syntable.h. Chained hashing in arrays,
 * in which a request keeps its place; the seed, which nobody outside knows,
 * keeps callers from choosing their bucket. The past is a ring of hashes that
 * nobody can compute. */
#include "os/syntable.h"

#include "os/ws_const.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

static uint64_t
stir(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint64_t
stir_ip(uint64_t h, const uint8_t ip[16])
{
    uint64_t half[2];

    memcpy(half, ip, sizeof half);
    return stir(stir(h, half[0]), half[1]);
}

/* Of the two ends; the local port is the gate's. */
static uint64_t
key_of(const struct ws_syntable *t, const struct ws_synpkt *p)
{
    uint64_t h = stir_ip(stir_ip(t->seed, p->remote.ip), p->local.ip);

    return stir(h, (uint64_t)p->scope << 16 | p->remote.port);
}

static uint64_t
past_key(const struct ws_syntable *t, const struct ws_synpkt *p)
{
    return stir(stir(key_of(t, p), p->isn), t->seed);
}

static bool
same_ends(const struct ws_synpkt *a, const struct ws_synpkt *b)
{
    return a->remote.port == b->remote.port && a->scope == b->scope &&
           !memcmp(a->remote.ip, b->remote.ip, sizeof a->remote.ip) &&
           !memcmp(a->local.ip, b->local.ip, sizeof a->local.ip);
}

static uint32_t *
bucket_of(struct ws_syntable *t, const struct ws_synpkt *p)
{
    return &t->bucket[(key_of(t, p) >> 32) & t->mask];
}

/* ---- memory ---- */

int
ws_syntable_open(struct ws_syntable *t, uint32_t limit, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    t->seed = seed;
    return ws_syntable_limit(t, limit);
}

void
ws_syntable_close(struct ws_syntable *t)
{
    free(t->pool);
    free(t->bucket);
    memset(t, 0, sizeof *t);
}

static void
put_in_bucket(struct ws_syntable *t, uint32_t at)
{
    struct ws_synreq *r = &t->pool[at - 1];
    uint32_t *head = bucket_of(t, &r->syn);

    r->next = *head;
    *head = at;
}

static void
add_free(struct ws_syntable *t, uint32_t at)
{
    t->pool[at - 1].next = t->free;
    t->free = at;
}

/* Into more buckets, 'fresh' ones; and what is new is free. */
static void
spread(struct ws_syntable *t, uint32_t *fresh, uint32_t buckets, uint32_t size)
{
    free(t->bucket);
    t->bucket = fresh;
    t->mask = buckets - 1;
    for (uint32_t at = 1; at <= t->size; at++)
        if (t->pool[at - 1].state != WS_SYNREQ_FREE)
            put_in_bucket(t, at);
    for (uint32_t at = size; at > t->size; at--) {
        t->pool[at - 1] = (struct ws_synreq){.generation = 1};
        add_free(t, at);
    }
    t->size = size;
}

static int
grow(struct ws_syntable *t, uint32_t size)
{
    uint32_t buckets = 16, *fresh;
    struct ws_synreq *pool = realloc(t->pool, size * sizeof *pool);

    if (!pool)
        return WS_ENOBUFS;
    t->pool = pool;
    while (buckets < size)
        buckets *= 2;
    fresh = calloc(buckets, sizeof *fresh);
    if (!fresh)
        return WS_ENOBUFS;
    spread(t, fresh, buckets, size);
    return 0;
}

int
ws_syntable_limit(struct ws_syntable *t, uint32_t limit)
{
    int err = limit > t->size ? grow(t, limit) : 0;

    if (!err)
        t->limit = limit;
    return err;
}

/* ---- requests ---- */

struct ws_synreq *
ws_syntable_find(struct ws_syntable *t, const struct ws_synpkt *p)
{
    uint32_t at = *bucket_of(t, p);

    while (at && !same_ends(&t->pool[at - 1].syn, p))
        at = t->pool[at - 1].next;
    return at ? &t->pool[at - 1] : NULL;
}

uint64_t
ws_syntable_id(const struct ws_syntable *t, const struct ws_synreq *r)
{
    return (uint64_t)r->generation << 32 | (uint64_t)(r - t->pool + 1);
}

struct ws_synreq *
ws_syntable_by_id(struct ws_syntable *t, uint64_t id)
{
    uint32_t index = (uint32_t)id;
    struct ws_synreq *r;

    if (!index || index > t->size)
        return NULL;
    r = &t->pool[index - 1];
    return r->state != WS_SYNREQ_FREE && ws_syntable_id(t, r) == id ? r : NULL;
}

struct ws_synreq *
ws_syntable_add(struct ws_syntable *t, const struct ws_synpkt *p)
{
    uint32_t at = t->free;
    struct ws_synreq *r;

    if (!at || t->used >= t->limit)
        return NULL;
    r = &t->pool[at - 1];
    t->free = r->next;
    *r = (struct ws_synreq){
        .syn = *p,
        .state = WS_SYNREQ_HELD,
        .generation = r->generation,
        .fd = -1,
    };
    put_in_bucket(t, at);
    t->used++;
    return r;
}

void
ws_syntable_remove(struct ws_syntable *t, struct ws_synreq *r)
{
    uint32_t *link = bucket_of(t, &r->syn), at = (uint32_t)(r - t->pool) + 1;

    while (*link != at)
        link = &t->pool[*link - 1].next;
    *link = r->next;
    r->state = WS_SYNREQ_FREE;
    r->generation++;
    add_free(t, at);
    t->used--;
}

/* ---- the past ---- */

void
ws_syntable_settle(struct ws_syntable *t, const struct ws_synpkt *p,
                   enum ws_synfate fate)
{
    t->past[t->oldest].key = past_key(t, p);
    t->past[t->oldest].fate = fate;
    t->oldest = (t->oldest + 1) % WS_SYNTABLE_PAST;
}

enum ws_synfate
ws_syntable_fate(const struct ws_syntable *t, const struct ws_synpkt *p)
{
    uint64_t key = past_key(t, p);

    for (uint32_t i = 0; i < WS_SYNTABLE_PAST; i++)
        if (t->past[i].key == key)
            return t->past[i].fate;
    return WS_SYNFATE_UNKNOWN;
}
