/* SPDX-License-Identifier: MIT */
/* Descriptors that the engine watches for a transport and that are no user's
 * sockets: a listener shared by many, a connection whose request has not come,
 * a tap. A watch is found by a number, not by its address, so what the engine
 * tells late finds nothing.
 *
 * Who holds a reference: its maker, until he lets it go; the table, while it is
 * watched; the engine's thread, while it is in 'ready'. */
#ifndef WS_KIT_WATCH_H
#define WS_KIT_WATCH_H

#include "base/ref.h"

#include <stdbool.h>
#include <stdint.h>

struct ws_watch;

struct ws_watch_ops {
    /* The descriptor is ready (WS_IO_*). In whatever thread drives the engine,
     * with no lock held, one thread at a time. It may come once more while
     * ws_watch_stop is under way in another thread. */
    void (*ready)(struct ws_watch *w, unsigned bits);
    /* The last reference has gone. */
    void (*free)(struct ws_watch *w);
};

struct ws_watch {
    const struct ws_watch_ops *ops;
    struct ws_ref refs;
    int fd;
    uint32_t slot; /* in the table + 1; 0: not watched. The table's lock */
};

/* One reference, the caller's; not yet watched. */
void ws_watch_init(struct ws_watch *w, const struct ws_watch_ops *ops, int fd);

/* WSAENOBUFS, or what the engine says. */
int ws_watch_start(struct ws_watch *w);

/* The descriptor is told of no more and may be closed. Stopping twice, or what
 * was not started, does nothing. The table's reference goes. */
void ws_watch_stop(struct ws_watch *w);

void ws_watch_ref(struct ws_watch *w);
void ws_watch_unref(struct ws_watch *w); /* NULL is taken */

/* The engine's word, from drive.c: whether the cookie is a watch's, which has
 * then been told. */
bool ws_watch_told(uint64_t cookie, unsigned bits);

#endif
