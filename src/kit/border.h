/* SPDX-License-Identifier: MIT */
/* The border of a provider in the tree: a handle becomes a socket on the way
 * in, a code becomes *lpErrno on the way out, and nothing else does either. */
#ifndef WS_KIT_BORDER_H
#define WS_KIT_BORDER_H

#include "kit/sock.h"

/* A WSP function's end: 0, or SOCKET_ERROR with the code. */
static inline int
ws_spi_int(int err, LPINT errp)
{
    if (!err)
        return 0;
    if (errp)
        *errp = err;
    return SOCKET_ERROR;
}

static inline SOCKET
ws_spi_socket(int err, SOCKET s, LPINT errp)
{
    if (!err)
        return s;
    if (errp)
        *errp = err;
    return INVALID_SOCKET;
}

static inline BOOL
ws_spi_bool(int err, LPINT errp)
{
    return ws_spi_int(err, errp) == 0;
}

#endif
