/* SPDX-License-Identifier: MIT */
/* The two sides of a call into a provider: what its error code means to us, and
 * how an up-call hands ours to it. */
#ifndef WS_SPI_BORDER_H
#define WS_SPI_BORDER_H

#include <ws2/winsock2.h>

/* The code of a call that failed. A provider that forgot to say why has failed
 * in a way that nobody can name. */
static inline int
ws_spi_code(int code)
{
    return code ? code : WSASYSCALLFAILURE;
}

/* The end of an up-call: 0, or SOCKET_ERROR and '*errp'. */
static inline int
ws_upcall_int(int err, INT *errp)
{
    if (err && errp)
        *errp = err;
    return err ? SOCKET_ERROR : 0;
}

static inline BOOL
ws_upcall_bool(int err, INT *errp)
{
    return ws_upcall_int(err, errp) == 0;
}

static inline SOCKET
ws_upcall_socket(int err, SOCKET s, INT *errp)
{
    return ws_upcall_int(err, errp) ? INVALID_SOCKET : s;
}

#endif
