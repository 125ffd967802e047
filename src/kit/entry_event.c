/* SPDX-License-Identifier: MIT */
/* Registrations for network events, socket options, and quality of service by
 * name: entries over kit/netev.c, kit/opt.c and kit/qosname.c. */
#include "kit/entry.h"

#include "kit/border.h"
#include "kit/opt.h"
#include "kit/qosname.h"
#include "w32/event.h"

#include <mswsock.h>

static int WSPAPI
entry_event_select(SOCKET handle, WSAEVENT event, LONG mask, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_event *e = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && mask && ws_event_ref(event, &e))
        err = WSAEINVAL; /* EVT-7 */
    if (!err)
        err = ws_netev_select(s, e, mask);
    ws_event_unref(e);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_async_select(SOCKET handle, HWND window, unsigned int message, LONG mask,
                   LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_netev_async(s, window, message, mask);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_enum_network_events(SOCKET handle, WSAEVENT event, LPWSANETWORKEVENTS out,
                          LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_event *e = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && !out)
        err = WSAEFAULT;
    if (!err && event && ws_event_ref(event, &e))
        err = WSAEINVAL;
    if (!err)
        ws_netev_enum(s, e, out);
    ws_event_unref(e);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* SO_OPENTYPE is the process's, and any number may stand for the socket. */
static bool
is_open_type(int level, int name, const void *value, INT len)
{
    return level == SOL_SOCKET && name == SO_OPENTYPE && value &&
           len >= (INT)sizeof(DWORD);
}

static int WSPAPI
entry_getsockopt(SOCKET handle, int level, int name, char *value, LPINT len,
                 LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (len && is_open_type(level, name, value, *len))
        err = ws_opt_open_type(false, value);
    else if (!err)
        err = ws_opt_get(s, level, name, value, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_setsockopt(SOCKET handle, int level, int name, const char *value, int len,
                 LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (is_open_type(level, name, value, len))
        err = ws_opt_open_type(true, (char *)value);
    else if (!err)
        err = ws_opt_set(s, level, name, value, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static BOOL WSPAPI
entry_get_qos_by_name(SOCKET handle, LPWSABUF name, LPQOS qos, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_qosname_find(name, qos);
    ws_sock_unref(s);
    return ws_spi_bool(err, errp);
}

void
ws_entry_events(WSPPROC_TABLE *t)
{
    t->lpWSPEventSelect = entry_event_select;
    t->lpWSPAsyncSelect = entry_async_select;
    t->lpWSPEnumNetworkEvents = entry_enum_network_events;
    t->lpWSPGetSockOpt = entry_getsockopt;
    t->lpWSPSetSockOpt = entry_setsockopt;
    t->lpWSPGetQOSByName = entry_get_qos_by_name;
}
