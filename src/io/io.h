/* SPDX-License-Identifier: MIT */
/* The engine: learns from the kernel which descriptors became ready and tells
 * the one sink above it. It knows descriptors and cookies, not sockets.
 *
 * The contract that every back-end keeps, and that operations ride on:
 *  - A descriptor is watched once, for its whole life. Readiness is told on
 *    each change (edge), so a caller tries first and waits only after it was
 *    told "not now".
 *  - Nothing runs by itself. Whoever waits calls ws_io_drive, one thread at a
 *    time, and the sink runs in that thread with no lock held.
 *  - What is told may be stale: the descriptor may have been closed, and its
 *    number reused, since. The cookie, not the number, says whose it was. */
#ifndef WS_IO_IO_H
#define WS_IO_IO_H

#include <stdbool.h>
#include <stdint.h>

/* 'ready' are WS_IO_* bits of os/os.h. */
struct ws_io_sink {
    void (*ready)(uint64_t cookie, unsigned ready);
};

/* Opens the engine on first use; every call after that only counts, and as
 * many closes end it. Returns 0 or a Winsock error number. */
int ws_io_open(const struct ws_io_sink *sink);
void ws_io_close(void);

/* The back-end that serves, by its name in WS2_IO; "" while it is closed. */
const char *ws_io_name(void);

/* Starts watching 'fd'. A descriptor that is ready already is told at the next
 * round. 0 or a Winsock error number. */
int ws_io_watch(int fd, uint64_t cookie);

/* Ends it, with what ws_io_watch was given. To be called while the descriptor
 * is still open and its number nobody else's: a back-end may keep the file open
 * for itself, so that closing the descriptor would not end the connection, and
 * lets it go here. May take as long as a thread needs to be scheduled. */
void ws_io_unwatch(int fd, uint64_t cookie);

/* The same where the descriptor lives on, as somebody else's. */
void ws_io_forget(int fd, uint64_t cookie);

/* Whether any descriptor is watched: an atomic load. */
bool ws_io_busy(void);

/* One round; see struct ws_driver in w32/wait.h. */
unsigned ws_io_drive(int64_t deadline);

/* Makes the round in progress, or the next one, return at once. */
void ws_io_wake(void);

#endif
