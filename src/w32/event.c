/* SPDX-License-Identifier: MIT */
/* Event objects. Setting one that nobody waits for and nobody polls is two
 * uncontended atomic operations and no system call; everything else is the
 * dispatcher's work. The state is guarded by the dispatcher lock. */
#include "w32/event.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/sync.h"
#include "w32/wait.h"

#include <ws2/winbase.h>

#include <stdlib.h>

static struct ws_event *
event_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_event, object);
}

static void
event_free(struct ws_object *o)
{
    free(event_of(o));
}

static bool
event_signalled(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    return event_of(o)->set;
}

static bool
event_consume(struct ws_object *o, struct ws_thread *who)
{
    struct ws_event *e = event_of(o);

    (void)who;
    e->set = e->manual;
    return false;
}

static const struct ws_object_ops event_ops = {
    .kind = WS_KIND_EVENT,
    .free = event_free,
    .signalled = event_signalled,
    .consume = event_consume,
};

int
ws_event_new(bool manual, bool set, struct ws_event **out)
{
    struct ws_event *e = malloc(sizeof(*e));

    if (!e)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_init(&e->object, &event_ops);
    e->manual = manual;
    e->set = set;
    *out = e;
    return 0;
}

int
ws_event_ref(HANDLE h, struct ws_event **out)
{
    struct ws_object *o;
    int err = ws_handle_ref(h, WS_KIND_EVENT, &o);

    if (!err)
        *out = event_of(o);
    return err;
}

void
ws_event_unref(struct ws_event *e)
{
    if (e)
        ws_object_unref(&e->object);
}

static void
change(struct ws_event *e, bool set)
{
    ws_lock(&ws_dispatcher);
    e->set = set;
    if (ws_wait_watched(&e->object))
        ws_wait_update(&e->object);
    ws_unlock(&ws_dispatcher);
}

void
ws_event_set(struct ws_event *e)
{
    change(e, true);
}

void
ws_event_reset(struct ws_event *e)
{
    change(e, false);
}

/* ---- Win32 ---- */

HANDLE WINAPI
CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set,
             LPCSTR name)
{
    struct ws_event *e;
    int err = ws_sync_nameless(name);

    (void)attributes;
    if (!err)
        err = ws_event_new(manual, set, &e);
    return ws_sync_handle(err, err ? NULL : &e->object);
}

static BOOL
change_handle(HANDLE h, bool set)
{
    struct ws_event *e = NULL;
    int err = ws_event_ref(h, &e);

    if (!err)
        change(e, set);
    ws_event_unref(e);
    return ws_w32_bool(err);
}

BOOL WINAPI
SetEvent(HANDLE h)
{
    return change_handle(h, true);
}

BOOL WINAPI
ResetEvent(HANDLE h)
{
    return change_handle(h, false);
}
