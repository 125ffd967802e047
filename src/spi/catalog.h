/* SPDX-License-Identifier: MIT */
/* The catalog: which protocols there are, in which order they are tried, and
 * whose they are. It is read without a lock: a change publishes a new view, and
 * neither views nor entries are ever freed, since a socket's route may point to
 * an entry without holding a reference. */
#ifndef WS_SPI_CATALOG_H
#define WS_SPI_CATALOG_H

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

#include <stdatomic.h>
#include <stdbool.h>

struct ws_table;

/* No catalog has more entries. */
#define WS_CATALOG_MAX 256

/* One protocol. 'info' and 'path' are fixed; the rest is what provider.c knows
 * about the provider's life under this entry. */
struct ws_entry {
    WSAPROTOCOL_INFOA info; /* name in UTF-8 */
    const char *path;       /* the provider's library, unexpanded */

    atomic_uint state;                   /* provider.c's enum */
    atomic_uint starter;                 /* the thread that starts it */
    _Atomic(const WSPPROC_TABLE *) proc; /* NULL unless it is started */
    struct ws_table *tables;             /* all that it ever gave us */
    _Atomic(FARPROC) poll;               /* its WSAPoll, once asked for */
};

struct ws_catalog {
    const struct ws_catalog *older;
    size_t count;
    struct ws_entry *entries[];
};

/* Makes sure that there is a catalog: the built-in one. WSAENOBUFS. */
int ws_catalog_load(void);

/* The current view; NULL before ws_catalog_load. */
const struct ws_catalog *ws_catalog_view(void);

/* Appends an entry, a copy of 'info', and gives it the next free id; '*id'
 * tells it. WSAENOBUFS. */
int ws_catalog_add(const WSAPROTOCOL_INFOA *info, const char *path, DWORD *id);

/* NULL if there is none. */
struct ws_entry *ws_catalog_by_id(DWORD id);
struct ws_entry *ws_catalog_by_provider(const GUID *provider);

/* The first entry in order that serves a family. WSAEAFNOSUPPORT. */
int ws_catalog_for_family(int af, struct ws_entry **out);

/* The first entry that serves the triple (CAT-1 to CAT-4), or which of the
 * three is to blame (CAT-11). */
int ws_catalog_match(int af, int type, int protocol, struct ws_entry **out);

/* The entry that a description names (CAT-6, CAT-8). WSAEAFNOSUPPORT,
 * WSAEINVAL. */
int ws_catalog_named(const WSAPROTOCOL_INFOA *info, int af,
                     struct ws_entry **out);

/* The entries whose protocol is in the zero-terminated list (NULL: all), with
 * or without the hidden and layered ones; stores at most 'room' and returns how
 * many there are. */
size_t ws_catalog_list(const INT *protocols, bool hidden,
                       const struct ws_entry **out, size_t room);

#endif
