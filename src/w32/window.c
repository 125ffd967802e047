/* SPDX-License-Identifier: MIT */
/* Windows: making, ending, their numbers. The state of a window is guarded by
 * the dispatcher lock and copied out of it; the window procedure runs with no
 * lock held and may do anything, this very window's end included, so every
 * caller holds a reference meanwhile. */
#include "w32/window.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/msgq.h"
#include "w32/queue.h"
#include "w32/wait.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <string.h>

static struct ws_list windows = WS_LIST_INIT(windows);
static unsigned long last_serial;

static struct ws_window *
window_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_window, object);
}

static void
window_free(struct ws_object *o)
{
    struct ws_window *w = window_of(o);

    ws_queue_unref(w->queue);
    free(w);
}

static const struct ws_object_ops window_ops = {
    .kind = WS_KIND_WINDOW,
    .free = window_free,
};

/* ---- finding ---- */

int
ws_window_ref(HWND h, struct ws_window **out)
{
    struct ws_object *o;

    if (ws_handle_ref(h, WS_KIND_WINDOW, &o))
        return ERROR_INVALID_WINDOW_HANDLE;
    *out = window_of(o);
    return 0;
}

void
ws_window_unref(struct ws_window *w)
{
    if (w)
        ws_object_unref(&w->object);
}

struct ws_window *
ws_window_after(unsigned long serial)
{
    struct ws_window *found = NULL;

    ws_lock(&ws_dispatcher);
    WS_LIST_EACH (it, &windows) {
        struct ws_window *w = WS_CONTAINER_OF(it, struct ws_window, node);

        if (w->serial <= serial)
            continue;
        found = w;
        ws_object_ref(&w->object);
        break;
    }
    ws_unlock(&ws_dispatcher);
    return found;
}

static struct ws_window *
find(HWND h) WS_REQUIRES(ws_dispatcher)
{
    WS_LIST_EACH (it, &windows) {
        struct ws_window *w = WS_CONTAINER_OF(it, struct ws_window, node);

        if (w->handle == h)
            return w;
    }
    return NULL;
}

bool
ws_window_within(HWND h, HWND top)
{
    struct ws_window *w;

    while (h && h != top) {
        w = find(h);
        h = w && w->style & WS_CHILD ? (HWND)w->parent : NULL;
    }
    return h != NULL;
}

LRESULT
ws_window_call(struct ws_window *w, UINT msg, WPARAM wparam, LPARAM lparam)
{
    LONG_PTR proc;

    ws_lock(&ws_dispatcher);
    proc = w->proc;
    ws_unlock(&ws_dispatcher);
    return ((WNDPROC)proc)(w->handle, msg, wparam, lparam);
}

/* ---- making ---- */

static int
check_parent(const CREATESTRUCTA *cs)
{
    struct ws_window *parent = NULL;
    int err = 0;

    if (!cs->hwndParent)
        return cs->style & WS_CHILD ? ERROR_TLW_WITH_WSCHILD : 0;
    if (cs->hwndParent != HWND_MESSAGE)
        err = ws_window_ref(cs->hwndParent, &parent);
    ws_window_unref(parent);
    return err;
}

/* Fills in what the window's maker said. Takes over 'class'. */
static struct ws_window *
window_new(struct ws_class *class, const CREATESTRUCTA *cs)
{
    struct ws_window *w = calloc(1, sizeof(*w) + (size_t) class->extra);

    if (!w)
        return NULL;
    ws_object_init(&w->object, &window_ops);
    ws_list_init(&w->node);
    w->class = class;
    w->proc = (LONG_PTR) class->proc;
    w->instance = (LONG_PTR)cs->hInstance;
    w->parent = (LONG_PTR)cs->hwndParent;
    w->id = (LONG_PTR)cs->hMenu;
    w->style = cs->style;
    w->ex_style = (LONG_PTR)cs->dwExStyle;
    w->extra = (size_t) class->extra;
    return w;
}

static int
enter(struct ws_window *w)
{
    int err = ws_queue_self(&w->queue);
    HANDLE h;

    if (!err)
        err = ws_handle_open(&w->object, &h);
    if (err)
        return err;
    ws_lock(&ws_dispatcher);
    w->handle = h;
    w->serial = ++last_serial;
    ws_list_append(&windows, &w->node);
    ws_unlock(&ws_dispatcher);
    return 0;
}

static int
make(const char *class_name, const CREATESTRUCTA *cs, struct ws_window **out)
{
    struct ws_class *class = NULL;
    struct ws_window *w = NULL;
    int err = check_parent(cs);

    if (!err)
        err = ws_class_use(class_name, &class);
    if (err)
        return err;
    w = window_new(class, cs);
    err = w ? enter(w) : ERROR_NOT_ENOUGH_MEMORY;
    if (err) {
        ws_class_release(class);
        ws_window_unref(w);
        return err;
    }
    *out = w;
    return 0;
}

/* Takes the window out of everything, once; true for who did it. */
static bool
leave(struct ws_window *w)
{
    bool listed;

    ws_lock(&ws_dispatcher);
    listed = !ws_list_empty(&w->node);
    ws_list_remove(&w->node);
    ws_unlock(&ws_dispatcher);
    if (!listed)
        return false;
    ws_handle_close(w->handle, WS_KIND_WINDOW);
    ws_queue_forget(w->queue, w->handle);
    ws_class_release(w->class);
    return true;
}

static void destroy(struct ws_window *w);

HWND
ws_window_create(const char *class_name, const CREATESTRUCTA *show)
{
    struct ws_window *w = NULL;
    HWND h;

    if (!ws_w32_bool(make(class_name, show, &w)))
        return NULL;
    h = w->handle;
    if (!ws_window_call(w, WM_NCCREATE, 0, (LPARAM)show)) {
        ws_window_call(w, WM_NCDESTROY, 0, 0);
        leave(w);
        h = NULL;
    } else if (ws_window_call(w, WM_CREATE, 0, (LPARAM)show) == -1) {
        destroy(w);
        h = NULL;
    }
    if (h && !ws_msgq_is_window(h)) /* it has ended itself meanwhile */
        h = NULL;
    ws_window_unref(w);
    return h;
}

HWND WINAPI
CreateWindowExA(DWORD ex_style, LPCSTR class, LPCSTR name, DWORD style, int x,
                int y, int width, int height, HWND parent, HMENU menu,
                HINSTANCE instance, LPVOID param)
{
    CREATESTRUCTA cs = {param, instance, menu,        parent, height, width,
                        y,     x,        (LONG)style, name,   class,  ex_style};

    return ws_window_create(class, &cs);
}

/* ---- ending ---- */

/* The next window after 'serial' that goes when 'parent' does. */
static struct ws_window *
child_after(HWND parent, unsigned long serial)
{
    struct ws_window *w;

    while ((w = ws_window_after(serial))) {
        bool child;

        ws_lock(&ws_dispatcher);
        child = (HWND)w->parent == parent;
        ws_unlock(&ws_dispatcher);
        if (child)
            return w;
        serial = w->serial;
        ws_window_unref(w);
    }
    return NULL;
}

static void
destroy_children(HWND parent)
{
    struct ws_window *w;
    unsigned long serial = 0;

    while ((w = child_after(parent, serial))) {
        serial = w->serial;
        if (w->queue->thread == ws_thread_self())
            destroy(w);
        ws_window_unref(w);
    }
}

static void
destroy(struct ws_window *w)
{
    bool dying;

    ws_lock(&ws_dispatcher);
    dying = w->dying;
    w->dying = true;
    ws_unlock(&ws_dispatcher);
    if (dying)
        return;
    ws_window_call(w, WM_DESTROY, 0, 0);
    destroy_children(w->handle);
    ws_window_call(w, WM_NCDESTROY, 0, 0);
    leave(w);
}

BOOL WINAPI
DestroyWindow(HWND h)
{
    struct ws_window *w = NULL;
    int err = ws_window_ref(h, &w);

    if (!err && w->queue->thread != ws_thread_self())
        err = ERROR_ACCESS_DENIED;
    if (!err)
        destroy(w);
    ws_window_unref(w);
    return ws_w32_bool(err);
}

void
ws_window_end(struct ws_msgq *q)
{
    struct ws_window *w;
    unsigned long serial = 0;

    while ((w = ws_window_after(serial))) {
        serial = w->serial;
        if (w->queue == q)
            leave(w);
        ws_window_unref(w);
    }
}

/* ---- the numbers of a window ---- */

static const struct field {
    int index;
    size_t offset;
} fields[] = {
    {GWLP_WNDPROC,    offsetof(struct ws_window, proc)    },
    {GWLP_HINSTANCE,  offsetof(struct ws_window, instance)},
    {GWLP_HWNDPARENT, offsetof(struct ws_window, parent)  },
    {GWLP_ID,         offsetof(struct ws_window, id)      },
    {GWL_STYLE,       offsetof(struct ws_window, style)   },
    {GWL_EXSTYLE,     offsetof(struct ws_window, ex_style)},
    {GWLP_USERDATA,   offsetof(struct ws_window, user)    },
};

/* Where a number of 'size' bytes lies; NULL: there is none of this index. The
 * procedure and other pointers are not had in 32 bits. */
static void *
field(struct ws_window *w, int index, size_t size)
{
    if (index >= 0 && (size_t)index + size <= w->extra)
        return w->bytes + index;
    for (size_t i = 0; i < WS_ARRAY_LEN(fields); i++)
        if (fields[i].index == index &&
            (size == sizeof(LONG_PTR) || index < GWLP_HWNDPARENT))
            return (char *)w + fields[i].offset;
    return NULL;
}

/* Reads a number and, unless 'new' is NULL, puts another in its place. */
static LONG_PTR
exchange(HWND h, int index, size_t size, const LONG_PTR *new)
{
    struct ws_window *w = NULL;
    LONG_PTR old = 0;
    void *at = NULL;
    int err = ws_window_ref(h, &w);

    if (!err)
        at = field(w, index, size);
    if (!err && !at)
        err = ERROR_INVALID_INDEX;
    if (at) {
        ws_lock(&ws_dispatcher);
        memcpy(&old, at, size);
        if (new)
            memcpy(at, new, size);
        ws_unlock(&ws_dispatcher);
    }
    ws_window_unref(w);
    return ws_w32_bool(err) ? old : 0;
}

LONG_PTR WINAPI
GetWindowLongPtrA(HWND h, int index)
{
    return exchange(h, index, sizeof(LONG_PTR), NULL);
}

LONG_PTR WINAPI
GetWindowLongPtrW(HWND h, int index)
{
    return exchange(h, index, sizeof(LONG_PTR), NULL);
}

LONG_PTR WINAPI
SetWindowLongPtrA(HWND h, int index, LONG_PTR value)
{
    return exchange(h, index, sizeof(value), &value);
}

LONG_PTR WINAPI
SetWindowLongPtrW(HWND h, int index, LONG_PTR value)
{
    return exchange(h, index, sizeof(value), &value);
}

LONG WINAPI
GetWindowLongA(HWND h, int index)
{
    return (LONG)exchange(h, index, sizeof(LONG), NULL);
}

LONG WINAPI
GetWindowLongW(HWND h, int index)
{
    return GetWindowLongA(h, index);
}

LONG WINAPI
SetWindowLongA(HWND h, int index, LONG value)
{
    LONG_PTR wide = value;

    return (LONG)exchange(h, index, sizeof(LONG), &wide);
}

LONG WINAPI
SetWindowLongW(HWND h, int index, LONG value)
{
    return SetWindowLongA(h, index, value);
}

/* ---- what needs no picture ---- */

bool
ws_msgq_is_window(HWND h)
{
    struct ws_window *w = NULL;
    int err = ws_window_ref(h, &w);

    ws_window_unref(w);
    return !err;
}

BOOL WINAPI
IsWindow(HWND h)
{
    return ws_msgq_is_window(h);
}

BOOL WINAPI
ShowWindow(HWND h, int how)
{
    LONG_PTR style, was = exchange(h, GWL_STYLE, sizeof(was), NULL);

    style = how == SW_HIDE ? was & ~(LONG_PTR)WS_VISIBLE : was | WS_VISIBLE;
    if (!ws_msgq_is_window(h))
        return FALSE;
    exchange(h, GWL_STYLE, sizeof(style), &style);
    return (was & WS_VISIBLE) != 0;
}

BOOL WINAPI
UpdateWindow(HWND h)
{
    return ws_w32_bool(ws_msgq_is_window(h) ? 0 : ERROR_INVALID_WINDOW_HANDLE);
}

LRESULT WINAPI
DefWindowProcA(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    (void)wparam;
    (void)lparam;
    switch (msg) {
    case WM_NCCREATE:
    case WM_QUERYENDSESSION:
    case WM_ERASEBKGND: return TRUE;
    case WM_CLOSE: DestroyWindow(h); return 0;
    default: return 0;
    }
}

LRESULT WINAPI
DefWindowProcW(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return DefWindowProcA(h, msg, wparam, lparam);
}
