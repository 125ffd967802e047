/* SPDX-License-Identifier: MIT */
/* The exported calls on completion ports. What a port is and does is port.c's;
 * here arguments are checked and packets turned into what the caller sees. A
 * successful call leaves the last error alone. */
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/port.h"
#include "w32/status.h"
#include "w32/wait.h"

#include <ws2/ws2ext.h>

#include <stdlib.h>

/* ---- making and attaching ---- */

static int
attach(HANDLE file, struct ws_port *p, ULONG_PTR key)
{
    struct ws_object *o;
    int err = ws_handle_ref(file, WS_KIND_ANY, &o);

    if (err)
        return err;
    err = o->ops->attach ? o->ops->attach(o, p, key) : ERROR_INVALID_HANDLE;
    ws_object_unref(o);
    return err;
}

/* A new port, with 'file' attached unless that is INVALID_HANDLE_VALUE. */
static int
create(HANDLE file, ULONG_PTR key, DWORD limit, HANDLE *out)
{
    struct ws_port *p;
    int err = ws_port_new(limit, &p);

    if (err)
        return err;
    if (file != INVALID_HANDLE_VALUE)
        err = attach(file, p, key);
    if (!err)
        err = ws_port_open(p, out);
    ws_port_unref(p);
    return err;
}

HANDLE WINAPI
CreateIoCompletionPort(HANDLE file, HANDLE port, ULONG_PTR key, DWORD limit)
{
    struct ws_port *p = NULL;
    HANDLE made = port;
    int err;

    if (!port) {
        err = create(file, key, limit, &made);
    } else if (file == INVALID_HANDLE_VALUE) {
        err = ERROR_INVALID_PARAMETER;
    } else {
        err = ws_port_ref(port, &p);
        if (!err)
            err = attach(file, p, key);
        ws_port_unref(p);
    }
    return ws_w32_handle(err, made);
}

BOOL WINAPI
SetFileCompletionNotificationModes(HANDLE file, UCHAR modes)
{
    const UCHAR known =
        FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
    struct ws_object *o = NULL;
    int err = modes & ~known ? ERROR_INVALID_PARAMETER
                             : ws_handle_ref(file, WS_KIND_ANY, &o);

    if (!err)
        err = o->ops->modes ? o->ops->modes(o, modes) : ERROR_INVALID_HANDLE;
    ws_object_unref(o);
    return ws_w32_bool(err);
}

/* ---- taking ---- */

static struct ws_packet *
next(struct ws_take *take)
{
    struct ws_list *node = ws_list_pop(&take->packets);

    return node ? WS_CONTAINER_OF(node, struct ws_packet, node) : NULL;
}

BOOL WINAPI
GetQueuedCompletionStatus(HANDLE port, LPDWORD moved, PULONG_PTR key,
                          LPOVERLAPPED *ov, DWORD ms)
{
    struct ws_take take = {.max = 1};
    struct ws_packet *packet;
    LONG status;
    int err = ov ? 0 : ERROR_INVALID_PARAMETER;

    if (err)
        return ws_w32_bool(err);
    *ov = NULL;
    ws_list_init(&take.packets);
    err = ws_port_take_from(port, ms, false, &take);
    if (err)
        return ws_w32_bool(err);
    packet = next(&take);
    if (moved)
        *moved = packet->moved;
    if (key)
        *key = packet->key;
    *ov = packet->user;
    status = packet->status;
    packet->release(packet);
    return status >= 0 || ws_w32_bool(ws_status_win32(status));
}

BOOL WINAPI
GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries,
                            ULONG count, PULONG removed, DWORD ms,
                            BOOL alertable)
{
    struct ws_take take = {.max = count};
    struct ws_packet *packet;
    ULONG i = 0;
    int err = entries && count && removed ? 0 : ERROR_INVALID_PARAMETER;

    if (err)
        return ws_w32_bool(err);
    *removed = 0;
    ws_list_init(&take.packets);
    err = ws_port_take_from(port, ms, alertable, &take);
    while (!err && (packet = next(&take))) {
        entries[i++] = (OVERLAPPED_ENTRY){
            .lpCompletionKey = packet->key,
            .lpOverlapped = packet->user,
            .Internal = (ULONG)packet->status,
            .dwNumberOfBytesTransferred = packet->moved,
        };
        packet->release(packet);
    }
    *removed = i;
    return ws_w32_bool(err);
}

/* ---- posting ---- */

static void
release_posted(struct ws_packet *packet)
{
    free(packet);
}

BOOL WINAPI
PostQueuedCompletionStatus(HANDLE port, DWORD moved, ULONG_PTR key,
                           LPOVERLAPPED ov)
{
    struct ws_packet *packet;
    struct ws_port *p;
    int err = ws_port_ref(port, &p);

    if (err)
        return ws_w32_bool(err);
    packet = malloc(sizeof(*packet));
    if (packet) {
        *packet = (struct ws_packet){
            .key = key, .user = ov, .moved = moved, .release = release_posted};
        ws_port_post(p, packet);
    } else {
        err = ERROR_NOT_ENOUGH_MEMORY;
    }
    ws_port_unref(p);
    return ws_w32_bool(err);
}

/* ---- for a host's loop ---- */

int
ws2_port_fd(HANDLE port)
{
    struct ws_object *o = NULL;
    int fd = -1, err = ws_handle_ref(port, WS_KIND_PORT, &o);

    if (!err)
        err = ws_wait_fd(o, &fd);
    ws_object_unref(o);
    return ws_w32_bool(err) ? fd : -1;
}
