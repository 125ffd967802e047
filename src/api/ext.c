/* SPDX-License-Identifier: MIT */
/* What is exported for providers, and the bridge from a socket to its
 * descriptor. Adopting a descriptor is in builtin.c, since only a provider in
 * the tree can do it. */
#include "api/border.h"

#include "spi/pseudo.h"
#include "w32/event.h"
#include "w32/handle.h"

#include <ws2/ws2ext.h>

/* The base provider's handle, which a layer must not hide (IFS-5). */
int
ws2_socket_fd(SOCKET s)
{
    const WSPPROC_TABLE *p;
    SOCKET base = INVALID_SOCKET;
    DWORD got = 0;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPIoctl(s, SIO_BASE_HANDLE, NULL, 0, &base, sizeof(base),
                              &got, NULL, NULL, NULL, &code))
        err = ws_spi_code(code);
    if (!err && !ws_handle_is_fd((HANDLE)base))
        err = WSAENOTSOCK;
    return ws_api_count(err, (int)base);
}

/* Ends an overlapped operation of a provider without kernel handles. 'Internal'
 * is written last: from then on the structure is the application's again. */
static int
complete(LPWSAOVERLAPPED ov, DWORD error, DWORD moved)
{
    struct ws_event *event = NULL;
    HANDLE h = (HANDLE)((ULONG_PTR)ov->hEvent & ~(ULONG_PTR)1);

    if (h && ws_event_ref(h, &event))
        return WSA_INVALID_HANDLE;
    ov->InternalHigh = moved;
    ov->OffsetHigh = error;
    __atomic_store_n(&ov->Internal, (ULONG_PTR)error, __ATOMIC_RELEASE);
    if (event)
        ws_event_set(event);
    ws_event_unref(event);
    return 0;
}

int WSPAPI
WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED ov, DWORD error,
                             DWORD moved, LPINT errp)
{
    struct ws_entry *e;
    int err = ws_pseudo_entry(s, &e) ? WSAEINVAL : 0;

    if (!err && !ov)
        err = WSAEFAULT;
    if (!err)
        err = complete(ov, error, moved);
    return ws_upcall_int(err, errp);
}
