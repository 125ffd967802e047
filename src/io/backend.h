/* SPDX-License-Identifier: MIT */
/* What a back-end of the engine gives to io.c, which counts users and rounds,
 * so that a back-end is opened once, closed once, and never under somebody who
 * drives it. It is chosen when the engine opens and stays until it closes. */
#ifndef WS_IO_BACKEND_H
#define WS_IO_BACKEND_H

#include "io/io.h"

struct ws_io_backend {
    const char *name; /* as in WS2_IO */

    /* Finds out all that may be forbidden or missing here, and on failure
     * leaves nothing behind. 0 or a Winsock error number. */
    int (*open)(const struct ws_io_sink *sink);
    void (*close)(void); /* no round is in progress, and none will come */

    /* As in io.h. 'wake' may come during and after 'close', and the rest, but
     * not 'drive', after it. */
    int (*watch)(int fd, uint64_t cookie);
    void (*unwatch)(int fd, uint64_t cookie);
    void (*forget)(int fd); /* before 'unwatch'; NULL: that is enough */
    unsigned (*drive)(int64_t deadline);
    void (*wake)(void);
};

extern const struct ws_io_backend ws_io_epoll;
extern const struct ws_io_backend ws_io_uring;

#endif
