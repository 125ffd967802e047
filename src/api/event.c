/* SPDX-License-Identifier: MIT */
/* Event objects under their Winsock names, and the registrations that signal
 * them or post messages. The objects are the Win32 ones; a socket's record of
 * events is the provider's. */
#include "api/border.h"

#include "base/clock.h"
#include "spi/upcall.h"
#include "w32/handle.h"
#include "w32/wait.h"

WSAEVENT WSAAPI
WSACreateEvent(void)
{
    HANDLE h = WSA_INVALID_EVENT;
    int err = ws_route_started();

    if (!err)
        err = ws_upcall_event(&h);
    return ws_api_pointer(err, h);
}

BOOL WSAAPI
WSACloseEvent(WSAEVENT h)
{
    int err = ws_route_started();

    if (!err)
        err = ws_handle_close(h, WS_KIND_EVENT);
    return ws_api_bool(err);
}

BOOL WSAAPI
WSASetEvent(WSAEVENT h)
{
    int code = 0;
    int err = ws_route_started();

    if (!err && !ws_upcalls.lpWPUSetEvent(h, &code))
        err = ws_spi_code(code);
    return ws_api_bool(err);
}

BOOL WSAAPI
WSAResetEvent(WSAEVENT h)
{
    int code = 0;
    int err = ws_route_started();

    if (!err && !ws_upcalls.lpWPUResetEvent(h, &code))
        err = ws_spi_code(code);
    return ws_api_bool(err);
}

DWORD WSAAPI
WSAWaitForMultipleEvents(DWORD count, const WSAEVENT *events, BOOL all,
                         DWORD ms, BOOL alertable)
{
    DWORD result = WSA_WAIT_FAILED;
    int err = ws_route_started();

    if (!err && (!events || count == 0 || count > WSA_MAXIMUM_WAIT_EVENTS))
        err = WSA_INVALID_PARAMETER;
    if (!err)
        err = ws_wait_handles(events, count, NULL, all, alertable,
                              ws_deadline(ms), &result);
    return ws_api_int(err) ? WSA_WAIT_FAILED : result;
}

int WSAAPI
WSAEventSelect(SOCKET s, WSAEVENT h, LONG events)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPEventSelect(s, h, events, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
WSAEnumNetworkEvents(SOCKET s, WSAEVENT h, LPWSANETWORKEVENTS events)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPEnumNetworkEvents(s, h, events, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
WSAAsyncSelect(SOCKET s, HWND window, u_int message, LONG events)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPAsyncSelect(s, window, message, events, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}
