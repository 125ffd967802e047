/* SPDX-License-Identifier: MIT */
/* The table of routes: pages that are made on demand and kept. Writers share a
 * lock, readers take none. A slot's serial number rises with each socket that
 * gets the number, so that a late close cannot cut off a newer socket. */
#include "spi/route.h"

#include "base/lock.h"
#include "spi/pseudo.h"

#include <stdlib.h>

_Atomic(struct ws_route_slot *) ws_route_pages[WS_ROUTE_PAGES];
atomic_bool ws_route_open;

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static size_t pages_end; /* no page at or above this index; the lock's */

int
ws_route_other(SOCKET s, struct ws_entry **out)
{
    int err = ws_route_started();

    return err ? err : ws_pseudo_entry(s, out);
}

static struct ws_route_slot *
find(SOCKET s)
{
    struct ws_route_slot *page = NULL;

    if (s < WS_ROUTE_MAX)
        page = atomic_load_explicit(&ws_route_pages[s / WS_ROUTE_SLOTS],
                                    memory_order_relaxed);
    return page ? &page[s % WS_ROUTE_SLOTS] : NULL;
}

static struct ws_route_slot *
find_or_make(SOCKET s) WS_REQUIRES(lock)
{
    struct ws_route_slot *slot = find(s), *page;
    size_t index = s / WS_ROUTE_SLOTS;

    if (slot)
        return slot;
    page = calloc(WS_ROUTE_SLOTS, sizeof(*page));
    if (!page)
        return NULL;
    atomic_store_explicit(&ws_route_pages[index], page, memory_order_release);
    if (index >= pages_end)
        pages_end = index + 1;
    return &page[s % WS_ROUTE_SLOTS];
}

int
ws_route_set(SOCKET s, struct ws_entry *entry)
{
    struct ws_route_slot *slot;

    if (s >= WS_ROUTE_MAX)
        return WSAEINVAL;
    ws_lock(&lock);
    slot = find_or_make(s);
    if (slot) {
        slot->serial++;
        atomic_store_explicit(&slot->entry, entry, memory_order_release);
    }
    ws_unlock(&lock);
    return slot ? 0 : WSAENOBUFS;
}

unsigned
ws_route_serial(SOCKET s)
{
    struct ws_route_slot *slot;
    unsigned serial = 0;

    ws_lock(&lock);
    slot = find(s);
    if (slot)
        serial = slot->serial;
    ws_unlock(&lock);
    return serial;
}

void
ws_route_drop(SOCKET s, unsigned serial)
{
    struct ws_route_slot *slot;

    ws_lock(&lock);
    slot = find(s);
    if (slot && slot->serial == serial)
        atomic_store_explicit(&slot->entry, NULL, memory_order_release);
    ws_unlock(&lock);
}

void
ws_route_clear(void)
{
    ws_lock(&lock);
    for (size_t i = 0; i < pages_end * WS_ROUTE_SLOTS; i++) {
        struct ws_route_slot *slot = find(i);

        if (slot)
            atomic_store_explicit(&slot->entry, NULL, memory_order_release);
    }
    ws_unlock(&lock);
}
