/* SPDX-License-Identifier: MIT */
/* The thread's last error: one slot for GetLastError and WSAGetLastError, and
 * the borders that set it. Success leaves it alone, except where a statement
 * of the documents says otherwise. */
#ifndef WS_W32_ERROR_H
#define WS_W32_ERROR_H

#include "w32/object.h"

#include <ws2/windef.h>

extern WS_TLS DWORD ws_error_last;

/* A Win32 function's end: TRUE, or FALSE with the last error. */
static inline BOOL
ws_w32_bool(int err)
{
    if (err)
        ws_error_last = (DWORD)err;
    return !err;
}

/* The same for functions that return a handle: NULL on failure. */
static inline HANDLE
ws_w32_handle(int err, HANDLE h)
{
    if (err)
        ws_error_last = (DWORD)err;
    return err ? NULL : h;
}

#endif
