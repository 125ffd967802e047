/* SPDX-License-Identifier: MIT */
/* The handle table: two arrays of pages, one indexed by kernel descriptor, one
 * by the slot number inside a high-range handle. Pages are made on first use
 * and never freed, so a look-up needs no lock to find its slot. A slot is one
 * word, a pointer whose lowest bit is a lock; while it is set the pointer
 * stays, and so does the table's reference, and another can be taken. The bit
 * is held for a few instructions and nothing is called under it. */
#include "w32/handle.h"
#include "w32/error.h"

#include <ws2/winerror.h>

#include <sched.h>
#include <stdlib.h>

#define PAGE_BITS 10
#define PAGE_SLOTS (1u << PAGE_BITS)
#define PAGES 1024u
#define LOW_SLOTS ((uintptr_t)PAGES << PAGE_BITS)
#define LOCKED ((uintptr_t)1)

/* A high handle: bit 30, eight bits of generation, twenty of slot, 00. */
#define HIGH (1u << 30)
#define SLOT_BITS 20
#define SLOT_MASK ((1u << SLOT_BITS) - 1)
#define GENERATION_MASK 0xffu

struct slot {
    atomic_uintptr_t word;
};

/* The generation changes under the slot's bit, 'next' under the table lock. */
struct high_slot {
    struct slot slot;
    atomic_uint generation;
    unsigned next; /* in the free list, as number + 1 */
};

static _Atomic(struct slot *) low_pages[PAGES];
static _Atomic(struct high_slot *) high_pages[PAGES];

/* The free list of the high range; a freed slot goes to its tail, so that a
 * stale handle meets its old slot again as late as possible. */
static struct ws_lock table = WS_LOCK_INIT(WS_RANK_HANDLE);
static unsigned free_head, free_tail, page_count;

/* ---- a slot ---- */

static __attribute__((noinline)) struct ws_object *
enter_slowly(struct slot *s)
{
    uintptr_t was;
    int spins = 0;

    for (;;) {
        was = atomic_fetch_or_explicit(&s->word, LOCKED, memory_order_acquire);
        if (!(was & LOCKED))
            return (struct ws_object *)was;
        while (atomic_load_explicit(&s->word, memory_order_relaxed) & LOCKED)
            if (++spins > 64)
                sched_yield();
    }
}

static inline struct ws_object *
enter(struct slot *s)
{
    uintptr_t o =
        atomic_load_explicit(&s->word, memory_order_relaxed) & ~LOCKED;

    if (!atomic_compare_exchange_strong_explicit(&s->word, &o, o | LOCKED,
                                                 memory_order_acquire,
                                                 memory_order_relaxed))
        return enter_slowly(s);
    return (struct ws_object *)o;
}

static inline void
leave(struct slot *s, struct ws_object *o)
{
    atomic_store_explicit(&s->word, (uintptr_t)o, memory_order_release);
}

/* One handle less; the last one runs what 'closing' says. */
static void
drop_handle(struct ws_object *o, void (*closing)(struct ws_object *))
{
    if (atomic_fetch_sub(&o->handles, 1) != 1)
        return;
    if (closing)
        closing(o);
    ws_object_unref(o);
}

/* ---- numbers ---- */

static inline struct slot *
low_slot(uintptr_t fd)
{
    struct slot *page;

    if (fd >= LOW_SLOTS)
        return NULL;
    page =
        atomic_load_explicit(&low_pages[fd >> PAGE_BITS], memory_order_acquire);
    return page ? &page[fd & (PAGE_SLOTS - 1)] : NULL;
}

static inline struct high_slot *
high_slot(unsigned number)
{
    struct high_slot *page = atomic_load_explicit(
        &high_pages[number >> PAGE_BITS], memory_order_acquire);

    return page ? &page[number & (PAGE_SLOTS - 1)] : NULL;
}

static HANDLE
high_handle(unsigned number, unsigned generation)
{
    return (HANDLE)(uintptr_t)(HIGH | generation << (SLOT_BITS + 2) |
                               number << 2);
}

/* Where a handle points: a slot, and for high ones the generation that it must
 * have. */
struct place {
    struct slot *slot;
    struct high_slot *high;
    unsigned generation;
};

static inline struct place
find(HANDLE h)
{
    uintptr_t n = (uintptr_t)h;
    struct place p = {NULL, NULL, 0};

    if (n < LOW_SLOTS) {
        p.slot = low_slot(n);
    } else if ((n & ~(uintptr_t)(HIGH - 1)) == HIGH && !(n & 3)) {
        p.high = high_slot((unsigned)n >> 2 & SLOT_MASK);
        p.slot = p.high ? &p.high->slot : NULL;
        p.generation = (unsigned)n >> (SLOT_BITS + 2) & GENERATION_MASK;
    }
    return p;
}

static inline bool
fits(const struct place *p, const struct ws_object *o, enum ws_kind kind)
{
    return o && (!p->high || p->high->generation == p->generation) &&
           (kind == WS_KIND_ANY || o->ops->kind == kind);
}

/* ---- the free list ---- */

static void
push_free(unsigned number) WS_REQUIRES(table)
{
    high_slot(number)->next = 0;
    if (free_tail)
        high_slot(free_tail - 1)->next = number + 1;
    else
        free_head = number + 1;
    free_tail = number + 1;
}

static int
pop_free(unsigned *number) WS_REQUIRES(table)
{
    if (!free_head)
        return ERROR_NO_SYSTEM_RESOURCES;
    *number = free_head - 1;
    free_head = high_slot(*number)->next;
    if (!free_head)
        free_tail = 0;
    return 0;
}

/* Makes 'page' the next one, unless there are free slots by now. */
static bool
grow(struct high_slot *page)
{
    bool used = false;

    ws_lock(&table);
    if (!free_head && page_count < PAGES) {
        atomic_store_explicit(&high_pages[page_count], page,
                              memory_order_release);
        for (unsigned i = 0; i < PAGE_SLOTS; i++)
            push_free(page_count * PAGE_SLOTS + i);
        page_count++;
        used = true;
    }
    ws_unlock(&table);
    return used;
}

static int
take_number(unsigned *number)
{
    struct high_slot *page;
    int err;

    ws_lock(&table);
    err = pop_free(number);
    ws_unlock(&table);
    if (!err)
        return 0;

    page = calloc(PAGE_SLOTS, sizeof(*page));
    if (!page)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!grow(page))
        free(page);
    ws_lock(&table);
    err = pop_free(number);
    ws_unlock(&table);
    return err;
}

static void
give_number(unsigned number)
{
    ws_lock(&table);
    push_free(number);
    ws_unlock(&table);
}

/* ---- the table's face ---- */

/* Puts 'o', whose handle has been counted, into a high slot. */
static int
install(struct ws_object *o, HANDLE *out)
{
    struct high_slot *h;
    unsigned number;
    int err = take_number(&number);

    if (err)
        return err;
    h = high_slot(number);
    enter(&h->slot);
    *out = high_handle(number, h->generation);
    leave(&h->slot, o);
    return 0;
}

/* The table's reference comes with the first handle and goes with the last. */
static void
add_handle(struct ws_object *o)
{
    if (atomic_fetch_add(&o->handles, 1) == 0)
        ws_object_ref(o);
}

int
ws_handle_open(struct ws_object *o, HANDLE *out)
{
    int err;

    add_handle(o);
    err = install(o, out);
    if (err)
        drop_handle(o, NULL);
    return err;
}

int
ws_handle_duplicate(HANDLE h, HANDLE *out)
{
    struct ws_object *o;
    unsigned handles;
    int err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (err)
        return err;
    /* Once the last handle is gone none is added. */
    handles = atomic_load(&o->handles);
    while (handles &&
           !atomic_compare_exchange_weak(&o->handles, &handles, handles + 1))
        ;
    err = handles ? install(o, out) : ERROR_INVALID_HANDLE;
    if (err && handles)
        drop_handle(o, o->ops->closing);
    ws_object_unref(o);
    return err;
}

static int
make_low_page(unsigned index)
{
    struct slot *page, *none = NULL;

    if (atomic_load_explicit(&low_pages[index], memory_order_acquire))
        return 0;
    page = calloc(PAGE_SLOTS, sizeof(*page));
    if (!page)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!atomic_compare_exchange_strong(&low_pages[index], &none, page))
        free(page);
    return 0;
}

int
ws_handle_bind(int fd, struct ws_object *o)
{
    struct ws_object *stale;
    struct slot *s;
    int err;

    if (!ws_handle_is_fd((HANDLE)(intptr_t)fd))
        return ERROR_NO_SYSTEM_RESOURCES;
    err = make_low_page((unsigned)fd >> PAGE_BITS);
    if (err)
        return err;
    add_handle(o);
    s = low_slot((uintptr_t)fd);
    stale = enter(s);
    leave(s, o);
    if (stale)
        drop_handle(stale, stale->ops->orphaned ? stale->ops->orphaned
                                                : stale->ops->closing);
    return 0;
}

bool
ws_handle_names(HANDLE h, const struct ws_object *o)
{
    struct place p = find(h);

    return p.slot && (atomic_load(&p.slot->word) & ~LOCKED) == (uintptr_t)o &&
           (!p.high || atomic_load(&p.high->generation) == p.generation);
}

struct ws_object *
ws_handle_peek(HANDLE h)
{
    struct place p = find(h);
    struct ws_object *o;
    bool waitable;

    if (!p.slot)
        return NULL;
    o = enter(p.slot);
    waitable = fits(&p, o, WS_KIND_ANY) && o->ops->signalled;
    leave(p.slot, o);
    return waitable ? o : NULL;
}

/* With a reference: of 'kind', and with just these operations unless they are
 * NULL. */
static inline struct ws_object *
ref_if(HANDLE h, enum ws_kind kind, const struct ws_object_ops *ops)
{
    struct place p = find(h);
    struct ws_object *o;
    bool fit;

    /* An empty slot is told without its lock. */
    if (!p.slot || !atomic_load_explicit(&p.slot->word, memory_order_relaxed))
        return NULL;
    o = enter(p.slot);
    fit = fits(&p, o, kind) && (!ops || o->ops == ops);
    if (fit)
        ws_object_ref(o);
    leave(p.slot, o);
    return fit ? o : NULL;
}

int
ws_handle_ref(HANDLE h, enum ws_kind kind, struct ws_object **out)
{
    struct ws_object *o = ref_if(h, kind, NULL);

    if (!o)
        return ERROR_INVALID_HANDLE;
    *out = o;
    return 0;
}

struct ws_object *
ws_handle_ref_like(HANDLE h, const struct ws_object_ops *ops)
{
    return ref_if(h, WS_KIND_ANY, ops);
}

int
ws_handle_close(HANDLE h, enum ws_kind kind)
{
    struct place p = find(h);
    struct ws_object *o;
    bool fit;

    if (!p.slot)
        return ERROR_INVALID_HANDLE;
    o = enter(p.slot);
    fit = fits(&p, o, kind);
    if (fit && p.high)
        p.high->generation = (p.high->generation + 1) & GENERATION_MASK;
    leave(p.slot, fit ? NULL : o);
    if (!fit)
        return ERROR_INVALID_HANDLE;
    if (p.high)
        give_number((unsigned)(uintptr_t)h >> 2 & SLOT_MASK);
    drop_handle(o, o->ops->closing);
    return 0;
}

/* ---- all handles ---- */

/* The handle in a slot, if the slot has one of 'kind'. */
static bool
peek(unsigned number, bool high, enum ws_kind kind, HANDLE *out)
{
    struct high_slot *h = high ? high_slot(number) : NULL;
    struct slot *s = high ? &h->slot : low_slot(number);
    struct ws_object *o;
    bool match;

    if (!atomic_load_explicit(&s->word, memory_order_relaxed))
        return false;
    o = enter(s);
    match = o && (kind == WS_KIND_ANY || o->ops->kind == kind);
    *out =
        high ? high_handle(number, h->generation) : (HANDLE)(uintptr_t)number;
    leave(s, o);
    return match;
}

static unsigned
each(bool high, enum ws_kind kind, bool close)
{
    unsigned found = 0;
    HANDLE h;

    for (unsigned n = 0; n < PAGES * PAGE_SLOTS; n++) {
        if (high ? !high_slot(n) : !low_slot(n))
            n |= PAGE_SLOTS - 1; /* no such page */
        else if (peek(n, high, kind, &h))
            found += !close || !ws_handle_close(h, kind);
    }
    return found;
}

void
ws_handle_close_all(enum ws_kind kind)
{
    each(false, kind, true);
    each(true, kind, true);
}

unsigned
ws_handle_count(enum ws_kind kind)
{
    return each(false, kind, false) + each(true, kind, false);
}

bool
ws_handle_is_fd(HANDLE h)
{
    return (uintptr_t)h < LOW_SLOTS;
}
