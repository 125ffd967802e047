/* SPDX-License-Identifier: MIT */
/* From a socket to its provider. Every call passes through here, so a look-up
 * is a few loads and takes no lock: descriptors index pages of slots, a slot
 * points to the catalog entry, the entry to the provider's table. All three
 * live as long as the process, so a route needs no reference and is never given
 * back. Whether a socket is really open the provider knows, not the route: one
 * that is left over only leads to the provider's WSAENOTSOCK. */
#ifndef WS_SPI_ROUTE_H
#define WS_SPI_ROUTE_H

#include "spi/catalog.h"

#define WS_ROUTE_SLOTS 1024u
#define WS_ROUTE_PAGES (1u << 18)
#define WS_ROUTE_MAX ((SOCKET)WS_ROUTE_SLOTS * WS_ROUTE_PAGES)

struct ws_route_slot {
    _Atomic(struct ws_entry *) entry;
    unsigned
        serial; /* counts the sockets that had this number; route.c's lock */
};

#define WS_HIDDEN __attribute__((visibility("hidden")))

extern WS_HIDDEN _Atomic(struct ws_route_slot *) ws_route_pages[WS_ROUTE_PAGES];

/* From start-up to the last clean-up. */
extern WS_HIDDEN atomic_bool ws_route_open;

/* The routes of handles that are not descriptors; also says why a descriptor
 * has none. */
int ws_route_other(SOCKET s, struct ws_entry **out);

/* 0 while Winsock is started, else WSANOTINITIALISED. */
static inline int
ws_route_started(void)
{
    return atomic_load_explicit(&ws_route_open, memory_order_acquire)
               ? 0
               : WSANOTINITIALISED;
}

/* The entry that 's' was made under. WSANOTINITIALISED, WSAENOTSOCK. */
static inline int
ws_route_entry(SOCKET s, struct ws_entry **out)
{
    struct ws_route_slot *page;
    struct ws_entry *e = NULL;

    if (s < WS_ROUTE_MAX) {
        page = atomic_load_explicit(&ws_route_pages[s / WS_ROUTE_SLOTS],
                                    memory_order_acquire);
        if (page)
            e = atomic_load_explicit(&page[s % WS_ROUTE_SLOTS].entry,
                                     memory_order_acquire);
    }
    if (__builtin_expect(!e, 0))
        return ws_route_other(s, out);
    *out = e;
    return 0;
}

/* The table of the provider that serves 's'; errors as above. */
static inline int
ws_route(SOCKET s, const WSPPROC_TABLE **proc)
{
    const WSPPROC_TABLE *p;
    struct ws_entry *e;
    int err = ws_route_entry(s, &e);

    if (__builtin_expect(err != 0, 0))
        return err;
    p = atomic_load_explicit(&e->proc, memory_order_acquire);
    if (__builtin_expect(!p, 0))
        return ws_route_started() ? WSANOTINITIALISED : WSAENOTSOCK;
    *proc = p;
    return 0;
}

/* Sets or replaces the route of a descriptor. WSAEINVAL for what is none,
 * WSAENOBUFS. */
int ws_route_set(SOCKET s, struct ws_entry *entry);

/* A close in two steps: the route ends when the provider has closed the socket,
 * unless the kernel has given the number away again by then and it is another
 * socket's route. */
unsigned ws_route_serial(SOCKET s);
void ws_route_drop(SOCKET s, unsigned serial);

/* Ends all routes. */
void ws_route_clear(void);

#endif
