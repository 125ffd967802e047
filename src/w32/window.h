/* SPDX-License-Identifier: MIT */
/* Windows and their classes: a window is a handle, a procedure and some
 * numbers, and belongs to the thread that made it. Names of classes and of
 * registered messages share one table of atoms.
 *
 * Who holds a reference on a window: the handle table; each call in progress;
 * each message that another thread has sent to it. */
#ifndef WS_W32_WINDOW_H
#define WS_W32_WINDOW_H

#include "w32/object.h"

#include <ws2/winuser.h>

struct ws_msgq;

/* ---- atoms and classes: class.c ---- */

/* What counts of a WNDCLASS. */
struct ws_class {
    struct ws_list node;
    ATOM atom;
    WNDPROC proc;
    int extra;
    HINSTANCE instance;
    unsigned windows; /* a class goes after its last window only */
};

/* 0xC000..0xFFFF for a name, upper and lower case being the same. */
int ws_atom_add(const char *name, ATOM *out);

/* 'name' is text or an atom, in UTF-8. */
int ws_class_register(const char *name, const struct ws_class *model,
                      ATOM *out);
int ws_class_unregister(const char *name);
/* Counts the window. ERROR_CANNOT_FIND_WND_CLASS. */
int ws_class_use(const char *name, struct ws_class **out);
void ws_class_release(struct ws_class *c);

/* ---- windows: window.c ---- */

struct ws_window {
    struct ws_object object;
    struct ws_list node; /* all windows, in order of 'serial' */
    unsigned long serial;
    HWND handle;
    struct ws_msgq *queue; /* holds a reference */
    struct ws_class *class;
    /* All that follows: dispatcher lock. */
    bool dying; /* DestroyWindow has begun */
    LONG_PTR proc, instance, parent, id, style, ex_style, user;
    size_t extra;
    unsigned char bytes[];
};

/* ERROR_INVALID_WINDOW_HANDLE. */
int ws_window_ref(HWND h, struct ws_window **out);
void ws_window_unref(struct ws_window *w); /* NULL is taken */

/* The next window in order of creation after 'serial', with a reference. */
struct ws_window *ws_window_after(unsigned long serial);

/* Whether 'h' is 'top' or below it. */
bool ws_window_within(HWND h, HWND top) WS_REQUIRES(ws_dispatcher);

/* Calls the window procedure; no lock held, in the window's thread. */
LRESULT ws_window_call(struct ws_window *w, UINT msg, WPARAM wparam,
                       LPARAM lparam);

/* CreateWindowEx: the messages carry 'show', a CREATESTRUCT of the caller's
 * kind, whose texts are used nowhere else. */
HWND ws_window_create(const char *class_name, const CREATESTRUCTA *show);

/* The windows of a thread that has ended. */
void ws_window_end(struct ws_msgq *q);

#endif
