/* SPDX-License-Identifier: MIT */
/* The exported waits: handles become objects, time-outs become deadlines, and
 * ws_wait does the rest. A wait holds a reference on each object, so closing a
 * handle while somebody waits on it is harmless; what is signalled already is
 * found without any. */
#include "w32/wait.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/thread.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#include <sched.h>

static int
ref(HANDLE h, struct ws_object **out)
{
    struct ws_thread *self;
    int err;

    if (h != GetCurrentThread())
        return ws_handle_ref(h, WS_KIND_ANY, out);
    err = ws_thread_ref(h, &self);
    if (!err)
        *out = &self->object;
    return err;
}

int
ws_wait_handles(const HANDLE *handles, unsigned count, struct ws_object *last,
                bool all, bool alertable, int64_t deadline, DWORD *result)
{
    struct ws_object *objects[WS_WAIT_MAX + 1];
    unsigned have = 0;
    int err = 0;

    if (count > WS_WAIT_MAX || (count && !handles) || !(count || last))
        return ERROR_INVALID_PARAMETER;
    if (!all && ws_wait_look(handles, count, result))
        return 0;
    while (!err && have < count) {
        err = ref(handles[have], &objects[have]);
        have += !err;
    }
    objects[have] = last;
    if (!err)
        err = ws_wait(objects, count + (last != NULL), all, alertable, deadline,
                      result);
    while (have)
        ws_object_unref(objects[--have]);
    return err;
}

static DWORD
end(int err, DWORD result)
{
    return ws_w32_bool(err) ? result : WAIT_FAILED;
}

DWORD WINAPI
WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all,
                         DWORD timeout, BOOL alertable)
{
    DWORD result = 0;
    int err = ws_wait_handles(handles, count, NULL, all, alertable,
                              ws_deadline(timeout), &result);

    return end(err, result);
}

DWORD WINAPI
WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all,
                       DWORD timeout)
{
    return WaitForMultipleObjectsEx(count, handles, all, timeout, FALSE);
}

DWORD WINAPI
WaitForSingleObjectEx(HANDLE h, DWORD timeout, BOOL alertable)
{
    struct ws_object *o = NULL;
    DWORD result = 0;
    int err = ref(h, &o);

    if (!err)
        err = ws_wait(&o, 1, false, alertable, ws_deadline(timeout), &result);
    ws_object_unref(o);
    return end(err, result);
}

DWORD WINAPI
WaitForSingleObject(HANDLE h, DWORD timeout)
{
    return WaitForSingleObjectEx(h, timeout, FALSE);
}

/* A sleep is a wait for nothing. */
DWORD WINAPI
SleepEx(DWORD timeout, BOOL alertable)
{
    DWORD result = 0;

    if (!timeout && !alertable)
        sched_yield();
    else
        ws_wait(NULL, 0, false, alertable, ws_deadline(timeout), &result);
    return result == WAIT_IO_COMPLETION ? result : 0;
}

VOID WINAPI
Sleep(DWORD timeout)
{
    SleepEx(timeout, FALSE);
}
