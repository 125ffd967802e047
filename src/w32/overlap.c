/* SPDX-License-Identifier: MIT */
/* Results and cancelling. A result is read from the OVERLAPPED alone; only who
 * waits for it needs a handle. Cancelling is the object's business; it never
 * waits, and an operation that is cancelled ends by the same route as any. */
#include "w32/overlap.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/thread.h"
#include "w32/wait.h"

#include "base/clock.h"

/* ---- results ---- */

static int
wait_for(HANDLE h, DWORD ms, bool alertable)
{
    DWORD result = WAIT_OBJECT_0;
    int err = ws_wait_handles(&h, 1, NULL, false, alertable, ws_deadline(ms),
                              &result);

    if (err || result == WAIT_OBJECT_0)
        return err;
    return (int)result;
}

int
ws_overlap_wait(HANDLE h, OVERLAPPED *ov, DWORD ms, bool alertable,
                LONG *status)
{
    LONG now = ws_overlap_status(ov);
    int err = 0;

    if (now == WS_STATUS_PENDING && !ms) {
        ws_wait_poll(); /* nobody may have waited, and so looked, yet */
        now = ws_overlap_status(ov);
        err = now == WS_STATUS_PENDING ? ERROR_IO_INCOMPLETE : 0;
    } else if (now == WS_STATUS_PENDING) {
        HANDLE event = ws_overlap_event(ov);

        err = wait_for(event ? event : h, ms, alertable);
        now = ws_overlap_status(ov);
    }
    if (!err)
        *status = now;
    return err;
}

BOOL WINAPI
GetOverlappedResultEx(HANDLE h, LPOVERLAPPED ov, LPDWORD moved, DWORD ms,
                      BOOL alertable)
{
    LONG status = 0;
    int err = ov && moved ? ws_overlap_wait(h, ov, ms, alertable, &status)
                          : ERROR_INVALID_PARAMETER;

    if (err)
        return ws_w32_bool(err);
    *moved = (DWORD)ov->InternalHigh;
    return status >= 0 || ws_w32_bool(ws_status_win32(status));
}

BOOL WINAPI
GetOverlappedResult(HANDLE h, LPOVERLAPPED ov, LPDWORD moved, BOOL wait)
{
    return GetOverlappedResultEx(h, ov, moved, wait ? INFINITE : 0, FALSE);
}

/* ---- cancelling ---- */

static int
cancel(HANDLE h, LPOVERLAPPED which, struct ws_thread *issuer)
{
    struct ws_object *o;
    int err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (err)
        return err;
    if (o->ops->cancel)
        err = o->ops->cancel(o, which, issuer);
    else
        err = o->ops->read ? ERROR_NOT_FOUND : ERROR_INVALID_HANDLE;
    ws_object_unref(o);
    return err;
}

BOOL WINAPI
CancelIoEx(HANDLE h, LPOVERLAPPED which)
{
    return ws_w32_bool(cancel(h, which, NULL));
}

BOOL WINAPI
CancelIo(HANDLE h)
{
    int err = cancel(h, NULL, ws_thread_self());

    return ws_w32_bool(err == ERROR_NOT_FOUND ? 0 : err);
}

BOOL WINAPI
CancelSynchronousIo(HANDLE thread)
{
    struct ws_thread *t;
    int err = ws_thread_ref(thread, &t);

    if (err)
        return ws_w32_bool(err);
    err = ws_thread_cancel(t);
    ws_object_unref(&t->object);
    return ws_w32_bool(err);
}
