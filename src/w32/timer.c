/* SPDX-License-Identifier: MIT */
/* Waitable timers: an object that an alarm signals. The routine is queued as an
 * APC to the thread that set the timer; the record is part of the timer, so it
 * is queued at most once at a time, and holds a reference while it is. Under
 * the dispatcher lock but for the record, which is the queue's meanwhile. */
#include "w32/apc.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/sync.h"
#include "w32/wait.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#include <stdlib.h>

#define NS_PER_MS 1000000
#define NS_PER_STEP 100

struct timer {
    struct ws_object object;
    struct ws_alarm alarm;
    bool manual, set;
    int64_t period; /* 0: once */
    /* The routine, if any, and the thread that it runs in, with a reference. */
    PTIMERAPCROUTINE routine;
    void *arg;
    struct ws_thread *thread;
    FILETIME when; /* that it rang last */
    bool queued;   /* 'apc' is, and holds a reference on the timer */
    struct ws_apc apc;
};

static struct timer *
timer_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct timer, object);
}

static void
timer_free(struct ws_object *o)
{
    free(timer_of(o));
}

static bool
timer_signalled(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    return timer_of(o)->set;
}

static bool
timer_consume(struct ws_object *o, struct ws_thread *who)
{
    struct timer *t = timer_of(o);

    (void)who;
    t->set = t->manual;
    return false;
}

/* Takes the timer off; the thread whose reference it held comes back. */
static struct ws_thread *
stop(struct timer *t) WS_REQUIRES(ws_dispatcher)
{
    struct ws_thread *thread = t->thread;

    ws_alarm_cancel(&t->alarm);
    if (t->queued && thread && ws_apc_cancel(thread, &t->apc)) {
        t->queued = false;
        ws_object_unref(&t->object); /* never the last: the caller has one */
    }
    t->routine = NULL;
    t->thread = NULL;
    return thread;
}

static void
timer_closing(struct ws_object *o)
{
    struct timer *t = timer_of(o);
    struct ws_thread *thread;

    ws_lock(&ws_dispatcher);
    thread = stop(t);
    ws_unlock(&ws_dispatcher);
    if (thread)
        ws_object_unref(&thread->object);
}

static const struct ws_object_ops timer_ops = {
    .kind = WS_KIND_TIMER,
    .closing = timer_closing,
    .free = timer_free,
    .signalled = timer_signalled,
    .consume = timer_consume,
};

static void
ring(struct ws_alarm *a) WS_REQUIRES(ws_dispatcher)
{
    struct timer *t = WS_CONTAINER_OF(a, struct timer, alarm);
    int64_t now = ws_now();

    t->set = true;
    GetSystemTimeAsFileTime(&t->when);
    if (t->period) {
        int64_t next = a->due + t->period;

        ws_alarm_set(a, next > now ? next : now + t->period);
    }
    if (t->routine && !t->queued && !ws_apc_queue_locked(t->thread, &t->apc)) {
        t->queued = true;
        ws_object_ref(&t->object);
    }
    if (ws_wait_watched(&t->object))
        ws_wait_update(&t->object);
}

static void
run(struct ws_apc *apc, bool dead)
{
    struct timer *t = WS_CONTAINER_OF(apc, struct timer, apc);
    PTIMERAPCROUTINE routine;
    FILETIME when;
    void *arg;

    ws_lock(&ws_dispatcher);
    t->queued = false;
    routine = t->routine;
    arg = t->arg;
    when = t->when;
    ws_unlock(&ws_dispatcher);
    ws_object_unref(&t->object);
    if (routine && !dead)
        routine(arg, when.dwLowDateTime, when.dwHighDateTime);
}

/* ---- Win32 ---- */

HANDLE WINAPI
CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCSTR name)
{
    struct timer *t = NULL;
    int err = ws_sync_nameless(name);

    (void)attributes;
    if (!err) {
        t = calloc(1, sizeof(*t));
        err = t ? 0 : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (err)
        return ws_sync_handle(err, NULL);
    ws_object_init(&t->object, &timer_ops);
    ws_alarm_init(&t->alarm, ring);
    t->manual = manual;
    t->apc.run = run;
    return ws_sync_handle(0, &t->object);
}

/* Negative is from now; positive is a FILETIME, turned into a distance once. */
static int64_t
due_from(LONGLONG steps)
{
    FILETIME file;
    LONGLONG now;

    if (steps > 0) {
        GetSystemTimeAsFileTime(&file);
        now = (LONGLONG)file.dwHighDateTime << 32 | file.dwLowDateTime;
        steps = steps > now ? now - steps : 0;
    }
    if (-steps > (WS_NEVER - ws_now()) / NS_PER_STEP)
        return WS_NEVER;
    return ws_now() - steps * NS_PER_STEP;
}

static struct ws_thread *
start(struct timer *t, int64_t due, int64_t period, PTIMERAPCROUTINE routine,
      void *arg)
{
    struct ws_thread *self = ws_thread_self(), *old;

    if (routine)
        ws_object_ref(&self->object);
    ws_lock(&ws_dispatcher);
    old = stop(t);
    t->set = false;
    t->period = period;
    t->routine = routine;
    t->arg = arg;
    t->thread = routine ? self : NULL;
    ws_alarm_set(&t->alarm, due);
    if (ws_wait_watched(&t->object))
        ws_wait_update(&t->object);
    ws_unlock(&ws_dispatcher);
    return old;
}

/* A routine must run even if its thread blocks in a socket call, where it rings
 * no alarms: then the background thread does. */
BOOL WINAPI
SetWaitableTimer(HANDLE h, const LARGE_INTEGER *due, LONG period,
                 PTIMERAPCROUTINE routine, LPVOID arg, BOOL resume)
{
    struct ws_thread *old = NULL;
    struct ws_object *o = NULL;
    int err = due && period >= 0 ? 0 : ERROR_INVALID_PARAMETER;

    (void)resume; /* nothing here wakes the machine, which is allowed */
    if (!err)
        err = ws_handle_ref(h, WS_KIND_TIMER, &o);
    if (!err && routine)
        err = ws_wait_keep_alarms();
    if (!err)
        old = start(timer_of(o), due_from(due->QuadPart),
                    (int64_t)period * NS_PER_MS, routine, arg);
    if (old)
        ws_object_unref(&old->object);
    ws_object_unref(o);
    return ws_w32_bool(err);
}

BOOL WINAPI
CancelWaitableTimer(HANDLE h)
{
    struct ws_object *o = NULL;
    int err = ws_handle_ref(h, WS_KIND_TIMER, &o);

    if (!err)
        timer_closing(o);
    ws_object_unref(o);
    return ws_w32_bool(err);
}
