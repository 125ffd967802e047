/* SPDX-License-Identifier: MIT */
/* CloseHandle, DuplicateHandle and the information about a handle. Sockets and
 * windows stand in the same table but are closed by their own functions. */
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/thread.h"

#include <ws2/winbase.h>

#include <fcntl.h>

/* Finds what CloseHandle may close. */
static int
ref(HANDLE h, struct ws_object **out)
{
    struct ws_object *o;
    int err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (err)
        return err;
    if (o->ops->kind == WS_KIND_SOCKET || o->ops->kind == WS_KIND_WINDOW) {
        ws_object_unref(o);
        return ERROR_INVALID_HANDLE;
    }
    *out = o;
    return 0;
}

static bool
is_pseudo(HANDLE h)
{
    return h == GetCurrentThread() || h == GetCurrentProcess();
}

BOOL WINAPI
CloseHandle(HANDLE h)
{
    struct ws_object *o = NULL;
    int err;

    if (is_pseudo(h)) /* documented to do nothing */
        return TRUE;
    err = ref(h, &o);
    if (!err)
        err = ws_handle_close(h, o->ops->kind);
    ws_object_unref(o);
    return ws_w32_bool(err);
}

static int
duplicate(HANDLE h, HANDLE *out)
{
    struct ws_object *o = NULL;
    int err;

    if (h == GetCurrentThread())
        return ws_handle_open(&ws_thread_self()->object, out);
    err = ref(h, &o);
    if (!err)
        err = ws_handle_duplicate(h, out);
    ws_object_unref(o);
    return err;
}

BOOL WINAPI
DuplicateHandle(HANDLE from, HANDLE h, HANDLE to, LPHANDLE out, DWORD access,
                BOOL inherit, DWORD options)
{
    HANDLE copy = NULL;
    int err = ERROR_INVALID_PARAMETER;

    (void)access;
    (void)inherit;
    if (from != GetCurrentProcess() || to != GetCurrentProcess())
        err = ERROR_INVALID_HANDLE;
    else if (!(options &
               ~(DWORD)(DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS)))
        err = duplicate(h, &copy);
    if (!err && options & DUPLICATE_CLOSE_SOURCE)
        CloseHandle(h);
    if (!err && out)
        *out = copy;
    else if (!err)
        CloseHandle(copy);
    return ws_w32_bool(err);
}

/* ---- information ----
 * Only what is a descriptor, a socket, can go to a child process. */

static int
flags_of(HANDLE h, DWORD *flags)
{
    struct ws_object *o;
    int fd_flags, err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (err)
        return err;
    ws_object_unref(o);
    fd_flags =
        ws_handle_is_fd(h) ? fcntl((int)(ULONG_PTR)h, F_GETFD) : FD_CLOEXEC;
    if (fd_flags < 0)
        return ERROR_INVALID_HANDLE;
    *flags = fd_flags & FD_CLOEXEC ? 0 : HANDLE_FLAG_INHERIT;
    return 0;
}

BOOL WINAPI
GetHandleInformation(HANDLE h, LPDWORD flags)
{
    if (!flags)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    return ws_w32_bool(flags_of(h, flags));
}

BOOL WINAPI
SetHandleInformation(HANDLE h, DWORD mask, DWORD flags)
{
    DWORD old = 0;
    int err =
        mask & ~(DWORD)(HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE)
            ? ERROR_INVALID_PARAMETER
            : flags_of(h, &old);

    if (err || (flags & mask) == (old & mask))
        return ws_w32_bool(err);
    if (mask & flags & HANDLE_FLAG_PROTECT_FROM_CLOSE || !ws_handle_is_fd(h))
        return ws_w32_bool(ERROR_NOT_SUPPORTED);
    err = fcntl((int)(ULONG_PTR)h, F_SETFD,
                flags & HANDLE_FLAG_INHERIT ? 0 : FD_CLOEXEC);
    return ws_w32_bool(err ? ERROR_INVALID_HANDLE : 0);
}
