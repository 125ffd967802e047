/* SPDX-License-Identifier: MIT */
/* The up-calls (WPU*): what a provider asks of us. Each validates everything,
 * since a provider may be a stranger, and none of them takes a lock that is
 * held while a provider is called. */
#include "spi/upcall.h"

#include "base/lock.h"
#include "base/utf.h"
#include "spi/border.h"
#include "spi/pseudo.h"
#include "spi/route.h"
#include "w32/apc.h"
#include "w32/event.h"
#include "w32/handle.h"
#include "w32/msgq.h"

#include <stdlib.h>
#include <string.h>

/* ---- sockets ---- */

static SOCKET WSPAPI
modify_ifs_handle(DWORD id, SOCKET proposed, LPINT errp)
{
    struct ws_entry *e = ws_catalog_by_id(id);

    return ws_upcall_socket(e ? ws_route_set(proposed, e) : WSAEINVAL, proposed,
                            errp);
}

static SOCKET WSPAPI
create_socket_handle(DWORD id, DWORD_PTR context, LPINT errp)
{
    struct ws_entry *e = ws_catalog_by_id(id);
    SOCKET s = INVALID_SOCKET;
    int err = e ? ws_pseudo_open(e, context, &s) : WSAEINVAL;

    return ws_upcall_socket(err, s, errp);
}

static int WSPAPI
close_socket_handle(SOCKET s, LPINT errp)
{
    return ws_upcall_int(ws_pseudo_close(s), errp);
}

static int WSPAPI
query_socket_handle_context(SOCKET s, PDWORD_PTR context, LPINT errp)
{
    return ws_upcall_int(context ? ws_pseudo_context(s, context) : WSAEFAULT,
                         errp);
}

static int WSPAPI
fd_is_set(SOCKET s, fd_set *set)
{
    for (u_int i = 0; set && i < set->fd_count; i++) {
        if (set->fd_array[i] == s)
            return 1;
    }
    return 0;
}

/* ---- the catalog ---- */

static int WSPAPI
get_provider_path(LPGUID id, WCHAR *path, LPINT len, LPINT errp)
{
    struct ws_entry *e;
    size_t need;

    if (!id || !len)
        return ws_upcall_int(WSAEFAULT, errp);
    e = ws_catalog_by_provider(id);
    if (!e)
        return ws_upcall_int(WSAEINVAL, errp);
    need =
        ws_utf_to_wide(e->path, strlen(e->path) + 1, NULL, 0, sizeof(WCHAR), 0);
    if (!path || *len < 0 || (size_t)*len < need) {
        *len = (INT)need;
        return ws_upcall_int(WSAEFAULT, errp);
    }
    ws_utf_to_wide(e->path, strlen(e->path) + 1, path, need, sizeof(WCHAR), 0);
    *len = (INT)need;
    return 0;
}

/* No hook: it belongs to Winsock 1.1 (HOOK-1), so whoever blocks waits in the
 * system. */
static int WSPAPI
query_blocking_callback(DWORD id, LPBLOCKINGCALLBACK *callback,
                        PDWORD_PTR context, LPINT errp)
{
    if (!ws_catalog_by_id(id))
        return ws_upcall_int(WSAEINVAL, errp);
    if (!callback || !context)
        return ws_upcall_int(WSAEFAULT, errp);
    *callback = NULL;
    *context = 0;
    return 0;
}

/* ---- events and messages ---- */

int
ws_upcall_event(HANDLE *out)
{
    struct ws_event *e;
    int err = ws_event_new(true, false, &e);

    if (err)
        return WSA_NOT_ENOUGH_MEMORY;
    err = ws_handle_open(&e->object, out);
    ws_event_unref(e);
    return err ? WSA_NOT_ENOUGH_MEMORY : 0;
}

static WSAEVENT WSPAPI
create_event(LPINT errp)
{
    HANDLE h = WSA_INVALID_EVENT;

    return ws_upcall_int(ws_upcall_event(&h), errp) ? WSA_INVALID_EVENT : h;
}

static BOOL WSPAPI
close_event(WSAEVENT h, LPINT errp)
{
    return ws_upcall_bool(ws_handle_close(h, WS_KIND_EVENT), errp);
}

static BOOL WSPAPI
set_event(WSAEVENT h, LPINT errp)
{
    struct ws_event *e = NULL;
    int err = ws_event_ref(h, &e);

    if (!err)
        ws_event_set(e);
    ws_event_unref(e);
    return ws_upcall_bool(err, errp);
}

static BOOL WSPAPI
reset_event(WSAEVENT h, LPINT errp)
{
    struct ws_event *e = NULL;
    int err = ws_event_ref(h, &e);

    if (!err)
        ws_event_reset(e);
    ws_event_unref(e);
    return ws_upcall_bool(err, errp);
}

static BOOL WSPAPI
post_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return ws_msgq_post(window, message, wparam, lparam) == 0;
}

/* ---- threads ---- */

/* A provider's function on its way to a thread. */
struct apc {
    struct ws_apc apc;
    LPWSAUSERAPC function;
    DWORD_PTR context;
};

static void
run_apc(struct ws_apc *apc, bool dead)
{
    struct apc *a = WS_CONTAINER_OF(apc, struct apc, apc);
    struct apc copy = *a;

    free(a);
    if (!dead)
        copy.function(copy.context);
}

/* With a reference. */
static int
find_thread(const WSATHREADID *id, struct ws_thread **out)
{
    struct ws_object *o;

    if (!id || ws_handle_ref(id->ThreadHandle, WS_KIND_THREAD, &o))
        return WSAEFAULT;
    *out = WS_CONTAINER_OF(o, struct ws_thread, object);
    return 0;
}

static int WSPAPI
queue_apc(LPWSATHREADID id, LPWSAUSERAPC function, DWORD_PTR context,
          LPINT errp)
{
    struct ws_thread *t = NULL;
    struct apc *a = calloc(1, sizeof(*a));
    int err = a ? find_thread(id, &t) : WSAENOBUFS;

    if (!err && !function)
        err = WSAEFAULT;
    if (!err) {
        a->apc.run = run_apc;
        a->function = function;
        a->context = context;
        err = ws_apc_queue(t, &a->apc) ? WSAEFAULT : 0;
    }
    if (err)
        free(a);
    if (t)
        ws_object_unref(&t->object);
    return ws_upcall_int(err, errp);
}

static int WSPAPI
open_current_thread(LPWSATHREADID id, LPINT errp)
{
    HANDLE h;

    if (!id)
        return ws_upcall_int(WSAEFAULT, errp);
    if (ws_handle_open(&ws_thread_self()->object, &h))
        return ws_upcall_int(WSAENOBUFS, errp);
    id->ThreadHandle = h;
    id->Reserved = 0;
    return 0;
}

static int WSPAPI
close_thread(LPWSATHREADID id, LPINT errp)
{
    if (!id || ws_handle_close(id->ThreadHandle, WS_KIND_THREAD))
        return ws_upcall_int(WSAEFAULT, errp);
    id->ThreadHandle = NULL;
    return 0;
}

/* The handle under which a thread names itself to providers; made once, and
 * closed when the thread ends. */
static struct ws_tls own_thread;
static struct ws_once own_once = WS_ONCE_INIT;

static void
close_own(void *value)
{
    ws_handle_close(value, WS_KIND_THREAD);
}

static void
init_own(void)
{
    if (ws_tls_init(&own_thread, close_own))
        abort();
}

int
ws_upcall_thread(WSATHREADID *out)
{
    WSATHREADID id = {0};

    ws_once_run(&own_once, init_own);
    id.ThreadHandle = ws_tls_get(&own_thread);
    if (!id.ThreadHandle) {
        if (open_current_thread(&id, NULL))
            return WSAENOBUFS;
        if (ws_tls_set(&own_thread, id.ThreadHandle)) {
            close_thread(&id, NULL);
            return WSAENOBUFS;
        }
    }
    *out = id;
    return 0;
}

/* ---- the table ---- */

const WSPUPCALLTABLE ws_upcalls = {
    .lpWPUCloseEvent = close_event,
    .lpWPUCloseSocketHandle = close_socket_handle,
    .lpWPUCreateEvent = create_event,
    .lpWPUCreateSocketHandle = create_socket_handle,
    .lpWPUFDIsSet = fd_is_set,
    .lpWPUGetProviderPath = get_provider_path,
    .lpWPUModifyIFSHandle = modify_ifs_handle,
    .lpWPUPostMessage = post_message,
    .lpWPUQueryBlockingCallback = query_blocking_callback,
    .lpWPUQuerySocketHandleContext = query_socket_handle_context,
    .lpWPUQueueApc = queue_apc,
    .lpWPUResetEvent = reset_event,
    .lpWPUSetEvent = set_event,
    .lpWPUOpenCurrentThread = open_current_thread,
    .lpWPUCloseThread = close_thread,
};
