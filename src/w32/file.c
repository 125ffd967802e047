/* SPDX-License-Identifier: MIT */
/* ReadFile and WriteFile, which leave the work to the object, and the standard
 * handles, which are the process's descriptors 0, 1 and 2: made once, they
 * stay. What a file is stands in disk.c. */
#include "w32/file.h"
#include "w32/error.h"
#include "w32/handle.h"

#include <ws2/winbase.h>

/* ---- the standard handles ---- */

static HANDLE standard[3];

static void
open_standard(void)
{
    for (int fd = 0; fd < 3; fd++) {
        struct ws_object *o = NULL;

        standard[fd] = INVALID_HANDLE_VALUE;
        if (!ws_file_wrap(fd, &o))
            ws_handle_open(o, &standard[fd]);
        ws_object_unref(o);
    }
}

HANDLE WINAPI
GetStdHandle(DWORD which)
{
    static struct ws_once once = WS_ONCE_INIT;
    DWORD fd = STD_INPUT_HANDLE - which;

    if (fd > 2) {
        ws_error_last = ERROR_INVALID_HANDLE;
        return INVALID_HANDLE_VALUE;
    }
    ws_once_run(&once, open_standard);
    return standard[fd];
}

/* ---- any object ---- */

static int
check(const void *buf, DWORD size, const DWORD *moved, const OVERLAPPED *ov)
{
    if (!moved && !ov)
        return ERROR_INVALID_PARAMETER;
    return buf || !size ? 0 : ERROR_NOACCESS;
}

/* With a reference, if it can do 'out' (write) or its opposite. */
static int
ref(HANDLE h, bool out, struct ws_object **object)
{
    struct ws_object *o;
    int err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (err)
        return err;
    if (out ? !o->ops->write : !o->ops->read) {
        ws_object_unref(o);
        return ERROR_INVALID_HANDLE;
    }
    *object = o;
    return 0;
}

BOOL WINAPI
ReadFile(HANDLE h, LPVOID buf, DWORD size, LPDWORD moved, LPOVERLAPPED ov)
{
    struct ws_object *o = NULL;
    DWORD got = 0;
    int err = check(buf, size, moved, ov);

    if (moved)
        *moved = 0;
    if (!err)
        err = ref(h, false, &o);
    if (!err)
        err = o->ops->read(o, buf, size, &got, ov);
    if (moved && err != ERROR_IO_PENDING)
        *moved = got;
    ws_object_unref(o);
    return ws_w32_bool(err);
}

BOOL WINAPI
WriteFile(HANDLE h, LPCVOID buf, DWORD size, LPDWORD moved, LPOVERLAPPED ov)
{
    struct ws_object *o = NULL;
    DWORD put = 0;
    int err = check(buf, size, moved, ov);

    if (moved)
        *moved = 0;
    if (!err)
        err = ref(h, true, &o);
    if (!err)
        err = o->ops->write(o, buf, size, &put, ov);
    if (moved && err != ERROR_IO_PENDING)
        *moved = put;
    ws_object_unref(o);
    return ws_w32_bool(err);
}

BOOL WINAPI
WriteConsoleA(HANDLE h, const VOID *buf, DWORD count, LPDWORD written,
              LPVOID reserved)
{
    DWORD ignored;

    (void)reserved;
    return WriteFile(h, buf, count, written ? written : &ignored, NULL);
}
