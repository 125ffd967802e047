/* SPDX-License-Identifier: MIT */
/* The border between the house and the application: where an error number
 * becomes a return value and the thread's last error. An exported call looks
 * up, calls, settles and returns through one of these; success leaves the last
 * error alone. */
#ifndef WS_API_BORDER_H
#define WS_API_BORDER_H

/* We define the functions that these macros would cover. */
#define WS2_NO_ULONG

#include "spi/border.h"
#include "spi/route.h"
#include "w32/error.h"

#include <ws2/winsock2.h>

static inline int
ws_api_int(int err)
{
    if (__builtin_expect(!err, 1))
        return 0;
    ws_error_last = (DWORD)err;
    return SOCKET_ERROR;
}

/* For calls whose success is a number. */
static inline int
ws_api_count(int err, int count)
{
    return ws_api_int(err) ? SOCKET_ERROR : count;
}

static inline BOOL
ws_api_bool(int err)
{
    return ws_api_int(err) == 0;
}

static inline SOCKET
ws_api_socket(int err, SOCKET s)
{
    return ws_api_int(err) ? INVALID_SOCKET : s;
}

static inline void *
ws_api_pointer(int err, void *p)
{
    return ws_api_int(err) ? NULL : p;
}

#endif
