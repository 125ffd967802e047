/* SPDX-License-Identifier: MIT */
/* ReadFile and WriteFile, which leave the work to the object, and the standard
 * handles, which are the process's descriptors 0, 1 and 2. There are no other
 * files here. The standard handles are made once and stay. */
#include "w32/error.h"
#include "w32/handle.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <unistd.h>

struct file {
    struct ws_object object;
    int fd;
};

static struct file *
file_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct file, object);
}

/* The descriptor is the process's, not ours to close. */
static void
file_free(struct ws_object *o)
{
    free(file_of(o));
}

static int
file_read(struct ws_object *o, void *buf, uint32_t size, uint32_t *moved)
{
    ssize_t got = read(file_of(o)->fd, buf, size);

    if (got < 0)
        return ERROR_READ_FAULT;
    *moved = (uint32_t)got;
    return 0;
}

static int
file_write(struct ws_object *o, const void *buf, uint32_t size, uint32_t *moved)
{
    while (*moved < size) {
        ssize_t put =
            write(file_of(o)->fd, (const char *)buf + *moved, size - *moved);

        if (put < 0)
            return ERROR_WRITE_FAULT;
        *moved += (uint32_t)put;
    }
    return 0;
}

static const struct ws_object_ops file_ops = {
    .kind = WS_KIND_FILE,
    .free = file_free,
    .read = file_read,
    .write = file_write,
};

/* ---- the standard handles ---- */

static HANDLE standard[3];

static void
open_standard(void)
{
    for (int fd = 0; fd < 3; fd++) {
        struct file *f = malloc(sizeof(*f));

        standard[fd] = INVALID_HANDLE_VALUE;
        if (!f)
            continue;
        ws_object_init(&f->object, &file_ops);
        f->fd = fd;
        ws_handle_open(&f->object, &standard[fd]);
        ws_object_unref(&f->object);
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
check(const void *buf, DWORD size, const DWORD *moved, const OVERLAPPED *ovl)
{
    if (ovl)
        return ERROR_NOT_SUPPORTED;
    if (!moved)
        return ERROR_INVALID_PARAMETER;
    return buf || !size ? 0 : ERROR_NOACCESS;
}

BOOL WINAPI
ReadFile(HANDLE h, LPVOID buf, DWORD size, LPDWORD moved, LPOVERLAPPED ovl)
{
    struct ws_object *o = NULL;
    int err = check(buf, size, moved, ovl);

    if (moved)
        *moved = 0;
    if (!err)
        err = ws_handle_ref(h, WS_KIND_ANY, &o);
    if (!err)
        err = o->ops->read ? o->ops->read(o, buf, size, moved)
                           : ERROR_INVALID_HANDLE;
    ws_object_unref(o);
    return ws_w32_bool(err);
}

BOOL WINAPI
WriteFile(HANDLE h, LPCVOID buf, DWORD size, LPDWORD moved, LPOVERLAPPED ovl)
{
    struct ws_object *o = NULL;
    int err = check(buf, size, moved, ovl);

    if (moved)
        *moved = 0;
    if (!err)
        err = ws_handle_ref(h, WS_KIND_ANY, &o);
    if (!err)
        err = o->ops->write ? o->ops->write(o, buf, size, moved)
                            : ERROR_INVALID_HANDLE;
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
