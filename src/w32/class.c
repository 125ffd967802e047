/* SPDX-License-Identifier: MIT */
/* Window classes and atoms. Atoms are never taken back, so a number, once
 * told, keeps its meaning for the life of the process. */
#include "w32/error.h"
#include "w32/window.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIRST_ATOM 0xC000u
#define MOST_ATOMS 0x4000u

struct atom {
    struct ws_list node;
    ATOM number;
    char name[];
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_QUEUE);
static struct ws_list atoms = WS_LIST_INIT(atoms);
static struct ws_list classes = WS_LIST_INIT(classes);
static unsigned atom_count;

/* ---- atoms ---- */

static ATOM
find_atom(const char *name) WS_REQUIRES(lock)
{
    WS_LIST_EACH (it, &atoms) {
        struct atom *a = WS_CONTAINER_OF(it, struct atom, node);

        if (!strcasecmp(a->name, name))
            return a->number;
    }
    return 0;
}

static struct atom *
atom_new(const char *name)
{
    size_t size = strlen(name) + 1;
    struct atom *a = malloc(sizeof(*a) + size);

    if (a)
        memcpy(a->name, name, size);
    return a;
}

int
ws_atom_add(const char *name, ATOM *out)
{
    struct atom *a = atom_new(name);
    int err = 0;

    if (!a)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_lock(&lock);
    *out = find_atom(name);
    if (!*out && atom_count == MOST_ATOMS)
        err = ERROR_NOT_ENOUGH_MEMORY;
    if (!*out && !err) {
        *out = a->number = (ATOM)(FIRST_ATOM + atom_count++);
        ws_list_append(&atoms, &a->node);
        a = NULL;
    }
    ws_unlock(&lock);
    free(a);
    return err;
}

/* A small "pointer" is an atom already. */
static ATOM
atom_of(const char *name) WS_REQUIRES(lock)
{
    if ((ULONG_PTR)name >> 16 == 0)
        return (ATOM)(ULONG_PTR)name;
    return find_atom(name);
}

/* ---- classes ---- */

static struct ws_class *
find_class(ATOM atom) WS_REQUIRES(lock)
{
    WS_LIST_EACH (it, &classes) {
        struct ws_class *c = WS_CONTAINER_OF(it, struct ws_class, node);

        if (atom && c->atom == atom)
            return c;
    }
    return NULL;
}

static int
enter_class(struct ws_class *c)
{
    int err = 0;

    ws_lock(&lock);
    if (find_class(c->atom))
        err = ERROR_CLASS_ALREADY_EXISTS;
    else
        ws_list_append(&classes, &c->node);
    ws_unlock(&lock);
    return err;
}

static int
class_new(const char *name, const struct ws_class *model, ATOM *out)
{
    struct ws_class *c = malloc(sizeof(*c));
    int err;

    if (!c)
        return ERROR_NOT_ENOUGH_MEMORY;
    *c = *model;
    ws_list_init(&c->node);
    c->windows = 0;
    err = ws_atom_add(name, &c->atom);
    if (!err)
        err = enter_class(c);
    if (!err)
        *out = c->atom;
    else
        free(c);
    return err;
}

/* The system's own classes that programs make invisible windows of. */
static void
register_known(void)
{
    static const char *const known[] = {"button", "static", "edit", "message"};
    const struct ws_class model = {.proc = DefWindowProcA};
    ATOM atom;

    for (size_t i = 0; i < WS_ARRAY_LEN(known); i++)
        class_new(known[i], &model, &atom);
}

static void
know(void)
{
    static struct ws_once once = WS_ONCE_INIT;

    ws_once_run(&once, register_known);
}

int
ws_class_register(const char *name, const struct ws_class *model, ATOM *out)
{
    if ((ULONG_PTR)name >> 16 == 0 || !*name || strlen(name) > 255)
        return ERROR_INVALID_PARAMETER;
    if (!model->proc || model->extra < 0)
        return ERROR_INVALID_PARAMETER;
    know();
    return class_new(name, model, out);
}

int
ws_class_unregister(const char *name)
{
    struct ws_class *c;
    int err = 0;

    know();
    ws_lock(&lock);
    c = find_class(atom_of(name));
    if (!c)
        err = ERROR_CLASS_DOES_NOT_EXIST;
    else if (c->windows)
        err = ERROR_CLASS_HAS_WINDOWS;
    else
        ws_list_remove(&c->node);
    ws_unlock(&lock);
    if (!err)
        free(c);
    return err;
}

int
ws_class_use(const char *name, struct ws_class **out)
{
    struct ws_class *c;

    know();
    ws_lock(&lock);
    c = find_class(atom_of(name));
    if (c)
        c->windows++;
    ws_unlock(&lock);
    if (!c)
        return ERROR_CANNOT_FIND_WND_CLASS;
    *out = c;
    return 0;
}

void
ws_class_release(struct ws_class *c)
{
    ws_lock(&lock);
    c->windows--;
    ws_unlock(&lock);
}

/* ---- Win32 ---- */

static ATOM
end(int err, ATOM atom)
{
    return ws_w32_bool(err) ? atom : 0;
}

ATOM WINAPI
RegisterClassExA(const WNDCLASSEXA *wc)
{
    struct ws_class model;
    ATOM atom = 0;
    int err;

    if (!wc || wc->cbSize != sizeof(*wc))
        return end(ERROR_INVALID_PARAMETER, 0);
    model = (struct ws_class){.proc = wc->lpfnWndProc,
                              .extra = wc->cbWndExtra,
                              .instance = wc->hInstance};
    err = ws_class_register(wc->lpszClassName, &model, &atom);
    return end(err, atom);
}

ATOM WINAPI
RegisterClassA(const WNDCLASSA *wc)
{
    struct ws_class model;
    ATOM atom = 0;
    int err;

    if (!wc)
        return end(ERROR_INVALID_PARAMETER, 0);
    model = (struct ws_class){.proc = wc->lpfnWndProc,
                              .extra = wc->cbWndExtra,
                              .instance = wc->hInstance};
    err = ws_class_register(wc->lpszClassName, &model, &atom);
    return end(err, atom);
}

BOOL WINAPI
UnregisterClassA(LPCSTR name, HINSTANCE instance)
{
    (void)instance;
    return ws_w32_bool(ws_class_unregister(name));
}

UINT WINAPI
RegisterWindowMessageA(LPCSTR name)
{
    ATOM atom = 0;
    int err =
        name && *name ? ws_atom_add(name, &atom) : ERROR_INVALID_PARAMETER;

    return end(err, atom);
}
