/* SPDX-License-Identifier: MIT */
/* The result of an overlapped operation as its OVERLAPPED tells it, and the
 * order in which that may be read and written: Internal is published last,
 * and whoever finds it no longer pending sees all the rest. */
#ifndef WS_W32_OVERLAP_H
#define WS_W32_OVERLAP_H

#include "w32/status.h"

#include <ws2/winbase.h>

#include <stdbool.h>

static inline LONG
ws_overlap_status(const OVERLAPPED *ov)
{
    return (LONG)__atomic_load_n(&ov->Internal, __ATOMIC_ACQUIRE);
}

/* The structure is the caller's again from here on. */
static inline void
ws_overlap_publish(OVERLAPPED *ov, LONG status)
{
    __atomic_store_n(&ov->Internal, (ULONG)status, __ATOMIC_RELEASE);
}

/* Bit 0 of the event only keeps a packet off the port (IOCP-2). */
static inline HANDLE
ws_overlap_event(const OVERLAPPED *ov)
{
    return (HANDLE)((ULONG_PTR)ov->hEvent & ~(ULONG_PTR)1);
}

/* How 'ov' ended. If it has not, waits for its event or, without one, for 'h';
 * the status may then still be WS_STATUS_PENDING, if that was signalled by
 * something else (CR-6). Errors, which leave '*status' alone:
 * ERROR_IO_INCOMPLETE when 'ms' is 0, WAIT_TIMEOUT, WAIT_IO_COMPLETION,
 * ERROR_INVALID_HANDLE. */
int ws_overlap_wait(HANDLE h, OVERLAPPED *ov, DWORD ms, bool alertable,
                    LONG *status);

#endif
