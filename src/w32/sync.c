/* SPDX-License-Identifier: MIT */
/* Mutexes and semaphores. Their state is guarded by the dispatcher lock and
 * changes hands inside it: a mutex is its new owner's before the owner wakes.
 * An owner holds a reference, since the handle may be closed meanwhile. */
#include "w32/sync.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/wait.h"

#include <ws2/winbase.h>

#include <stdlib.h>

/* ---- what the Create functions share ---- */

int
ws_sync_nameless(const char *name)
{
    return name && *name ? ERROR_NOT_SUPPORTED : 0;
}

HANDLE
ws_sync_handle(int err, struct ws_object *o)
{
    HANDLE h = NULL;

    if (!err) {
        err = ws_handle_open(o, &h);
        ws_object_unref(o);
    }
    return ws_w32_handle(err, h);
}

/* ---- mutexes ---- */

struct mutex {
    struct ws_object object;
    struct ws_list owned; /* in the owner's list */
    struct ws_thread *owner;
    unsigned depth;
    bool abandoned;
};

static struct mutex *
mutex_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct mutex, object);
}

static void
mutex_free(struct ws_object *o)
{
    free(mutex_of(o));
}

static bool
mutex_signalled(struct ws_object *o, struct ws_thread *who)
{
    struct ws_thread *owner = mutex_of(o)->owner;

    return !owner || owner == who;
}

static bool
mutex_consume(struct ws_object *o, struct ws_thread *who)
{
    struct mutex *m = mutex_of(o);
    bool abandoned = m->abandoned;

    m->depth++;
    m->abandoned = false;
    if (!m->owner) {
        m->owner = who;
        ws_list_append(&who->mutexes, &m->owned);
        ws_object_ref(o);
    }
    return abandoned;
}

static const struct ws_object_ops mutex_ops = {
    .kind = WS_KIND_MUTEX,
    .free = mutex_free,
    .signalled = mutex_signalled,
    .consume = mutex_consume,
};

/* Nobody owns it any more; the first who waits gets it. */
static void
disown(struct mutex *m) WS_REQUIRES(ws_dispatcher)
{
    ws_list_remove(&m->owned);
    m->owner = NULL;
    m->depth = 0;
    if (ws_wait_watched(&m->object))
        ws_wait_update(&m->object);
}

/* The mutex goes on under its next owner, so the list is taken apart one by
 * one and the reference dropped without the lock. */
void
ws_mutex_abandon(struct ws_thread *t)
{
    struct mutex *m;

    do {
        m = NULL;
        ws_lock(&ws_dispatcher);
        if (!ws_list_empty(&t->mutexes)) {
            m = WS_CONTAINER_OF(t->mutexes.next, struct mutex, owned);
            m->abandoned = true;
            disown(m);
        }
        ws_unlock(&ws_dispatcher);
        ws_object_unref(m ? &m->object : NULL);
    } while (m);
}

static int
mutex_new(struct ws_thread *owner, struct mutex **out)
{
    struct mutex *m = calloc(1, sizeof(*m));

    if (!m)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_init(&m->object, &mutex_ops);
    ws_list_init(&m->owned);
    if (owner) {
        ws_lock(&ws_dispatcher);
        mutex_consume(&m->object, owner);
        ws_unlock(&ws_dispatcher);
    }
    *out = m;
    return 0;
}

HANDLE WINAPI
CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL taken, LPCSTR name)
{
    struct mutex *m;
    int err = ws_sync_nameless(name);

    (void)attributes;
    if (!err)
        err = mutex_new(taken ? ws_thread_self() : NULL, &m);
    return ws_sync_handle(err, err ? NULL : &m->object);
}

/* '*free' says that the owner's reference is to be dropped. */
static int
release(struct mutex *m, struct ws_thread *who, bool *free)
{
    int err = 0;

    ws_lock(&ws_dispatcher);
    if (m->owner != who) {
        err = ERROR_NOT_OWNER;
    } else if (--m->depth == 0) {
        disown(m);
        *free = true;
    }
    ws_unlock(&ws_dispatcher);
    return err;
}

BOOL WINAPI
ReleaseMutex(HANDLE h)
{
    struct ws_thread *who = ws_thread_self();
    struct ws_object *o;
    bool free = false;
    int err = ws_handle_ref(h, WS_KIND_MUTEX, &o);

    if (err)
        return ws_w32_bool(err);
    err = release(mutex_of(o), who, &free);
    if (free)
        ws_object_unref(o);
    ws_object_unref(o);
    return ws_w32_bool(err);
}

/* ---- semaphores ---- */

struct semaphore {
    struct ws_object object;
    LONG count, most;
};

static struct semaphore *
semaphore_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct semaphore, object);
}

static void
semaphore_free(struct ws_object *o)
{
    free(semaphore_of(o));
}

static bool
semaphore_signalled(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    return semaphore_of(o)->count > 0;
}

static bool
semaphore_consume(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    semaphore_of(o)->count--;
    return false;
}

static const struct ws_object_ops semaphore_ops = {
    .kind = WS_KIND_SEMAPHORE,
    .free = semaphore_free,
    .signalled = semaphore_signalled,
    .consume = semaphore_consume,
};

static int
semaphore_new(LONG count, LONG most, struct semaphore **out)
{
    struct semaphore *s;

    if (count < 0 || most <= 0 || count > most)
        return ERROR_INVALID_PARAMETER;
    s = malloc(sizeof(*s));
    if (!s)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_init(&s->object, &semaphore_ops);
    s->count = count;
    s->most = most;
    *out = s;
    return 0;
}

HANDLE WINAPI
CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most,
                 LPCSTR name)
{
    struct semaphore *s;
    int err = ws_sync_nameless(name);

    (void)attributes;
    if (!err)
        err = semaphore_new(count, most, &s);
    return ws_sync_handle(err, err ? NULL : &s->object);
}

static int
add(struct semaphore *s, LONG count, LONG *before)
{
    int err = 0;

    ws_lock(&ws_dispatcher);
    if (count > s->most - s->count) {
        err = ERROR_TOO_MANY_POSTS;
    } else {
        *before = s->count;
        s->count += count;
        if (ws_wait_watched(&s->object))
            ws_wait_update(&s->object);
    }
    ws_unlock(&ws_dispatcher);
    return err;
}

BOOL WINAPI
ReleaseSemaphore(HANDLE h, LONG count, LPLONG previous)
{
    struct ws_object *o;
    LONG before = 0;
    int err = count > 0 ? 0 : ERROR_INVALID_PARAMETER;

    if (!err)
        err = ws_handle_ref(h, WS_KIND_SEMAPHORE, &o);
    if (err)
        return ws_w32_bool(err);
    err = add(semaphore_of(o), count, &before);
    ws_object_unref(o);
    if (!err && previous)
        *previous = before;
    return ws_w32_bool(err);
}
