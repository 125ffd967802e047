/* SPDX-License-Identifier: MIT */
/* Waits whose end calls back: RegisterWaitForSingleObject. Up to 63 of them
 * share a thread that waits for all their objects; the callbacks run in the
 * pool. A wait that has fired stands back until its callback has returned, so
 * an object that stays signalled neither floods the pool nor keeps the others
 * of its thread waiting.
 *
 * The handle is the address of the record; one that is on no list is no handle
 * any more. Everything is guarded by 'lock', under which nothing else is taken:
 * references go and events are set outside of it. */
#include "w32/error.h"
#include "w32/event.h"
#include "w32/handle.h"
#include "w32/wait.h"

#include "base/clock.h"

#include <stdlib.h>

#define PATIENCE 5000 /* ms that a thread stays without a wait */
#define MOST (WS_WAIT_MAX - 1)

struct group {
    struct ws_list node;
    struct ws_list waits;
    unsigned count;
    struct ws_event *changed; /* its waits are not what they were */
};

struct registered {
    struct ws_list node; /* in its group; nowhere once unregistered */
    struct group *group;
    uint64_t id;              /* tells records at one address apart */
    struct ws_object *object; /* a reference */
    WAITORTIMERCALLBACK callback;
    PVOID context;
    DWORD ms;
    ULONG flags;
    int64_t due;
    bool armed, running, timed_out;
    bool gone;             /* unregistered while it ran: freed by who runs it */
    bool awaited;          /* or by who waits for that */
    struct ws_event *told; /* when it has been: a reference or NULL */
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static struct ws_list groups = WS_LIST_INIT(groups);
static uint64_t ids;
static atomic_uint returns; /* of callbacks that somebody waits for */

static void
free_wait(struct registered *w)
{
    ws_object_unref(w->object);
    ws_event_unref(w->told);
    free(w);
}

/* Its thread is to look again; the group may go as soon as the lock has been
 * dropped. */
static struct ws_event *
changed_of(const struct group *g) WS_REQUIRES(lock)
{
    ws_object_ref(&g->changed->object);
    return g->changed;
}

static void
tell(struct ws_event *changed)
{
    if (changed)
        ws_event_set(changed);
    ws_event_unref(changed);
}

/* ---- the callback ---- */

/* It has returned. */
static void
settle(struct registered *w)
{
    struct ws_event *changed = NULL;
    bool last, awaited;

    ws_lock(&lock);
    w->running = false;
    last = w->gone;
    awaited = w->awaited;
    if (!last && !(w->flags & WT_EXECUTEONLYONCE)) {
        w->armed = true;
        w->due = ws_deadline(w->ms);
        changed = changed_of(w->group);
    }
    if (awaited)
        atomic_fetch_add(&returns, 1);
    ws_unlock(&lock);
    if (awaited) {
        ws_futex_wake(&returns, INT32_MAX); /* and it is not ours any more */
        return;
    }
    tell(changed);
    if (last && w->told)
        ws_event_set(w->told);
    if (last)
        free_wait(w);
}

static DWORD WINAPI
call(LPVOID arg)
{
    struct registered *w = arg;

    w->callback(w->context, (BOOLEAN)w->timed_out);
    settle(w);
    return 0;
}

static void
fire(struct registered *w)
{
    if (w->flags & WT_EXECUTEINWAITTHREAD ||
        !QueueUserWorkItem(call, w, w->flags & WT_EXECUTELONGFUNCTION))
        call(w);
}

/* ---- the thread of a group ---- */

struct round {
    struct ws_object *objects[WS_WAIT_MAX]; /* the first says "changed" */
    uint64_t id[WS_WAIT_MAX];
    unsigned count;
    int64_t deadline;
};

static void
begin_round(struct group *g, struct round *r)
{
    ws_lock(&lock);
    r->objects[0] = &g->changed->object;
    ws_object_ref(r->objects[0]);
    r->count = 1;
    r->deadline = g->count ? WS_NEVER : ws_deadline(PATIENCE);
    WS_LIST_EACH (it, &g->waits) {
        struct registered *w = WS_CONTAINER_OF(it, struct registered, node);

        if (!w->armed)
            continue;
        r->objects[r->count] = w->object;
        r->id[r->count++] = w->id;
        ws_object_ref(w->object);
        if (w->due < r->deadline)
            r->deadline = w->due;
    }
    ws_unlock(&lock);
}

static void
stand_back(struct registered *w, bool timed_out) WS_REQUIRES(lock)
{
    w->armed = false;
    w->running = true;
    w->timed_out = timed_out;
}

/* The wait that has ended: that of 'id', or one whose time is over. */
static struct registered *
take_ended(struct group *g, uint64_t id, int64_t now)
{
    struct registered *found = NULL;

    ws_lock(&lock);
    WS_LIST_EACH (it, &g->waits) {
        struct registered *w = WS_CONTAINER_OF(it, struct registered, node);

        if (w->armed && (id ? w->id == id : w->due <= now)) {
            stand_back(w, !id);
            found = w;
            break;
        }
    }
    ws_unlock(&lock);
    return found;
}

/* Of an unused group. */
static bool
dissolve(struct group *g)
{
    bool empty;

    ws_lock(&lock);
    empty = ws_list_empty(&g->waits);
    if (empty)
        ws_list_remove(&g->node);
    ws_unlock(&lock);
    if (empty) {
        ws_event_unref(g->changed);
        free(g);
    }
    return empty;
}

static void
serve(void *arg)
{
    struct group *g = arg;
    struct registered *w;
    struct round r;
    DWORD result;

    for (;;) {
        begin_round(g, &r);
        if (ws_wait(r.objects, r.count, false, false, r.deadline, &result))
            result = WAIT_TIMEOUT;
        for (unsigned i = 0; i < r.count; i++)
            ws_object_unref(r.objects[i]);
        if (result == WAIT_TIMEOUT && r.count == 1 && dissolve(g))
            return;
        if (result >= WAIT_ABANDONED_0 && result < WAIT_ABANDONED_0 + r.count)
            result -= WAIT_ABANDONED_0;
        if (result > 0 && result < r.count)
            if ((w = take_ended(g, r.id[result], 0)))
                fire(w);
        while ((w = take_ended(g, 0, ws_now())))
            fire(w);
    }
}

/* ---- registering ---- */

static int
make_group(struct group **out)
{
    struct group *g = calloc(1, sizeof(*g));
    int err =
        g ? ws_event_new(false, false, &g->changed) : ERROR_NOT_ENOUGH_MEMORY;

    if (err) {
        free(g);
        return err;
    }
    ws_list_init(&g->node);
    ws_list_init(&g->waits);
    *out = g;
    return 0;
}

static struct group *
group_with_room(void) WS_REQUIRES(lock)
{
    WS_LIST_EACH (it, &groups) {
        struct group *g = WS_CONTAINER_OF(it, struct group, node);

        if (g->count < MOST)
            return g;
    }
    return NULL;
}

static void
enter(struct registered *w, struct group *g) WS_REQUIRES(lock)
{
    w->id = ++ids;
    w->group = g;
    w->armed = true;
    ws_list_append(&g->waits, &w->node);
    g->count++;
}

static bool
leave(struct registered *w) WS_REQUIRES(lock)
{
    WS_LIST_EACH (group, &groups) {
        struct group *g = WS_CONTAINER_OF(group, struct group, node);

        WS_LIST_EACH (it, &g->waits) {
            if (it != &w->node)
                continue;
            ws_list_remove(it);
            g->count--;
            return true;
        }
    }
    return false;
}

static int
start_group(struct registered *w)
{
    struct group *g;
    int err = make_group(&g);

    if (err)
        return err;
    ws_lock(&lock);
    enter(w, g);
    ws_list_append(&groups, &g->node);
    ws_unlock(&lock);
    err = ws_thread_start(serve, g, 0);
    if (err) {
        ws_lock(&lock);
        leave(w);
        ws_unlock(&lock);
        dissolve(g);
    }
    return err;
}

/* It may fire before this returns. */
static int
join(struct registered *w)
{
    struct ws_event *changed = NULL;
    struct group *g;

    ws_lock(&lock);
    g = group_with_room();
    if (g) {
        enter(w, g);
        changed = changed_of(g);
    }
    ws_unlock(&lock);
    tell(changed);
    return changed ? 0 : start_group(w);
}

BOOL WINAPI
RegisterWaitForSingleObject(PHANDLE out, HANDLE object,
                            WAITORTIMERCALLBACK callback, PVOID context,
                            ULONG ms, ULONG flags)
{
    struct registered *w = NULL;
    int err = out && callback ? 0 : ERROR_INVALID_PARAMETER;

    if (!err) {
        w = calloc(1, sizeof(*w));
        err = w ? 0 : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!err)
        err = ws_handle_ref(object, WS_KIND_ANY, &w->object);
    if (!err && !w->object->ops->signalled)
        err = ERROR_INVALID_HANDLE;
    if (!err) {
        w->callback = callback;
        w->context = context;
        w->ms = ms;
        w->flags = flags;
        w->due = ws_deadline(ms);
        *out = w; /* before it can fire */
        err = join(w);
    }
    if (err && w)
        free_wait(w);
    return ws_w32_bool(err);
}

/* ---- unregistering ---- */

/* The wait is off its list. Whoever is told of the end frees it: this thread,
 * at once or after having waited, or the one that runs the callback. */
static int
end(struct registered *w, bool running, bool wait)
{
    unsigned seen;

    while (running && wait) {
        seen = atomic_load(&returns);
        ws_lock(&lock);
        running = w->running;
        ws_unlock(&lock);
        if (running)
            ws_futex_wait(&returns, seen, WS_NEVER);
    }
    if (running)
        return ERROR_IO_PENDING;
    if (w->told)
        ws_event_set(w->told);
    free_wait(w);
    return 0;
}

BOOL WINAPI
UnregisterWaitEx(HANDLE handle, HANDLE completion)
{
    bool wait = completion == INVALID_HANDLE_VALUE, running = false, found;
    struct registered *w = handle;
    struct ws_event *told = NULL, *changed = NULL;
    int err = 0;

    if (completion && !wait)
        err = ws_event_ref(completion, &told);
    if (err)
        return ws_w32_bool(err);
    ws_lock(&lock);
    found = leave(w);
    if (found) {
        changed = changed_of(w->group);
        w->told = told;
        running = w->gone = w->running;
        w->awaited = running && wait;
    }
    ws_unlock(&lock);
    tell(changed);
    if (!found) {
        ws_event_unref(told);
        return ws_w32_bool(ERROR_INVALID_HANDLE);
    }
    return ws_w32_bool(end(w, running, wait));
}

BOOL WINAPI
UnregisterWait(HANDLE handle)
{
    return UnregisterWaitEx(handle, NULL);
}
