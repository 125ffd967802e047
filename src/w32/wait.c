/* SPDX-License-Identifier: MIT */
/* The dispatcher. A wait is a record on the caller's stack, listed at each of
 * its objects from the moment that it must sleep; who changes an object
 * satisfies the waits that it can, with all that follows, before it lets go of
 * the lock. What a sleeper does is decided in step(), always under the lock.
 *
 * Why no wake-up is lost. (1) A wait looks at its objects and is listed in one
 * hold of the lock, so a change comes before the look or finds the record.
 * (2) Parking remembers a wake that comes between the unlock and the sleep;
 * the engine's wake() promises the same for a round. (3) Leadership (lead.c)
 * changes under the lock only, and whoever gives it up, in whatever way its
 * wait ends, hands it to somebody who sleeps: step() and complete() are the
 * ways. (4) The engine tells ws_wait_elect that it has become busy after it
 * has; a waiter asks busy() and lists itself as parked in one hold of the lock.
 * Waking once too often is harmless everywhere: the sleeper looks again. */
#include "w32/wait.h"
#include "w32/apc.h"
#include "w32/handle.h"
#include "w32/lead.h"
#include "w32/poll.h"
#include "w32/port.h"

#include "base/clock.h"

#include <ws2/winbase.h>

struct ws_lock ws_dispatcher = WS_LOCK_INIT(WS_RANK_DISPATCHER);

static void
wake_if_timed(struct ws_thread *t) WS_REQUIRES(ws_dispatcher)
{
    if (t && t->wait && t->wait->timed)
        ws_thread_wake(t);
}

void
ws_wait_wake_timed(void)
{
    wake_if_timed(ws_leader);
    WS_LIST_EACH (it, &ws_parked)
        wake_if_timed(WS_CONTAINER_OF(it, struct ws_thread, parked));
}

/* ---- satisfying ---- */

static bool
signalled(const struct ws_wait *w, unsigned i) WS_REQUIRES(ws_dispatcher)
{
    struct ws_object *o = w->objects[i];

    return o->ops->signalled(o, w->thread);
}

/* Takes what object 'i' gives; true if it was abandoned. */
static bool
consume(const struct ws_wait *w, unsigned i) WS_REQUIRES(ws_dispatcher)
{
    struct ws_object *o = w->objects[i];
    bool abandoned = o->ops->consume && o->ops->consume(o, w->thread);

    if (o->poll_fd)
        ws_poll_sync(o);
    return abandoned;
}

static void
take_one(struct ws_wait *w, unsigned i) WS_REQUIRES(ws_dispatcher)
{
    w->result = (consume(w, i) ? WAIT_ABANDONED_0 : WAIT_OBJECT_0) + i;
}

static bool
satisfy_any(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (signalled(w, i)) {
            take_one(w, i);
            return true;
        }
    }
    return false;
}

/* All or nothing: looking and taking are one hold of the lock. */
static bool
satisfy_all(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    bool abandoned = false;

    for (unsigned i = 0; i < w->count; i++)
        if (!signalled(w, i))
            return false;
    for (unsigned i = 0; i < w->count; i++)
        abandoned |= consume(w, i);
    w->result = abandoned ? WAIT_ABANDONED_0 : WAIT_OBJECT_0;
    return w->count > 0;
}

static bool
satisfy(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    return w->all ? satisfy_all(w) : satisfy_any(w);
}

/* An object stands at most once in a wait's list entries: of several indices
 * the lowest is the one to report. So an object's list may be walked while the
 * waits on it end. */
static void
list(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    for (unsigned i = 0; i < w->count; i++) {
        struct ws_wait_block *b = &w->blocks[i];
        struct ws_list *waits = &w->objects[i]->waits;
        bool lifo = w->objects[i]->ops->lifo;
        struct ws_list *newest = lifo ? waits->next : waits->prev;
        bool again =
            newest != waits &&
            WS_CONTAINER_OF(newest, struct ws_wait_block, node)->wait == w;

        b->wait = w;
        b->index = i;
        ws_list_init(&b->node);
        if (!again)
            ws_list_insert(lifo ? waits->next : waits, &b->node);
    }
    w->listed = true;
    w->thread->wait = w;
    ws_port_rest(w->thread);
}

static void
unlist(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    for (unsigned i = 0; w->listed && i < w->count; i++)
        ws_list_remove(&w->blocks[i].node);
    w->thread->wait = NULL;
    ws_port_resume(w->thread);
}

/* Ends the wait of a sleeper, for it: the record is not ours after the store.
 * The thread's block still is, because no thread ends without the lock. */
static void
complete(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    struct ws_thread *t = w->thread;

    unlist(w);
    if (atomic_load(&t->where) != WS_PARKED) {
        atomic_store(&w->done, true);
        ws_thread_wake(t);
        return;
    }
    ws_list_remove(&t->parked);
    atomic_store(&t->where, WS_RUNNING);
    ws_lead_resign(t); /* it had been promoted and has not taken office yet */
    atomic_store_explicit(&w->done, true, memory_order_release);
    ws_unpark(&t->park);
}

/* The calling thread, if it drives on behalf of a wait on 'o', comes first. */
static void
prefer_self(struct ws_object *o) WS_REQUIRES(ws_dispatcher)
{
    struct ws_thread *t = ws_thread_current;

    if (!t || !t->wait || t != ws_leader)
        return;
    for (unsigned i = 0; i < t->wait->count; i++) {
        struct ws_list *node = &t->wait->blocks[i].node;

        if (t->wait->objects[i] != o || ws_list_empty(node))
            continue;
        ws_list_remove(node);
        ws_list_prepend(&o->waits, node);
    }
}

void
ws_wait_update(struct ws_object *o)
{
    if (o->ops->lifo)
        prefer_self(o);
    WS_LIST_EACH (it, &o->waits) {
        struct ws_wait_block *b =
            WS_CONTAINER_OF(it, struct ws_wait_block, node);
        struct ws_wait *w = b->wait;

        if (!signalled(w, b->index)) {
            if (o->ops->lifo)
                break; /* nor is it for the others */
            continue;
        }
        if (!w->all)
            take_one(w, b->index);
        else if (!satisfy_all(w))
            continue;
        complete(w);
    }
    if (o->poll_fd)
        ws_poll_sync(o);
}

bool
ws_wait_alertable(const struct ws_wait *w)
{
    return w->alertable;
}

/* ---- waiting ---- */

enum step { OVER, DRIVE, PARK };

static bool
expired(const struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    if (!w->deadline)
        return true;
    return w->slept && w->deadline != WS_NEVER && ws_now() >= w->deadline;
}

/* Whether the wait is over, and with what. */
static bool
over(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    if (atomic_load(&w->done) || (!w->listed && satisfy(w)))
        return true;
    if (w->alertable && !ws_list_empty(&w->thread->apcs)) {
        w->result = WAIT_IO_COMPLETION;
        return true;
    }
    w->result = WAIT_TIMEOUT;
    return false;
}

/* What a waiter does next; called under the lock, first and after each sleep. A
 * wait that only looks lets the engine look once. */
static enum step
step(struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    struct ws_thread *t = w->thread;
    bool end;

    atomic_store_explicit(&t->where, WS_RUNNING, memory_order_relaxed);
    ws_list_remove(&t->parked);
    if (w->timed)
        ws_alarm_ring();
    end = over(w);
    if (!end && expired(w)) {
        if (!w->deadline && !w->looked) {
            w->looked = true;
            if (ws_lead(w))
                return DRIVE;
        }
        end = true;
    }
    if (end) {
        if (!atomic_load(&w->done))
            unlist(w);
        ws_lead_resign(t);
        return OVER;
    }
    if (!w->listed)
        list(w);
    if (atomic_load(&w->done)) {
        ws_lead_resign(t);
        return OVER; /* this thread's going to sleep set free a packet for it */
    }
    w->slept = true;
    if (ws_lead(w))
        return DRIVE;
    ws_list_append(&ws_parked, &t->parked);
    atomic_store(&t->where, WS_PARKED);
    return PARK;
}

static DWORD
run(struct ws_wait *w)
{
    struct ws_thread *t = w->thread;
    int64_t until;
    enum step next;

    for (;;) {
        ws_lock(&ws_dispatcher);
        next = step(w);
        until = w->deadline;
        if (w->timed && until && ws_alarm_first() < until)
            until = ws_alarm_first();
        ws_unlock(&ws_dispatcher);

        if (next == OVER)
            return w->result;
        if (next == DRIVE) {
            t->undriven = 0;
            ws_lead_drive(until);
        } else if (ws_park(&t->park, until) &&
                   atomic_load_explicit(&w->done, memory_order_acquire)) {
            return w->result;
        }
    }
}

/* All are looked at: a handle that nobody can wait for fails the whole wait,
 * wherever it stands, and then nothing is taken; ws_wait says what is wrong.
 * The first that is signalled is left in '*chosen', which lives while the lock
 * is held, even if its handle is closed meanwhile. */
static unsigned
first_signalled(const HANDLE *handles, unsigned count, struct ws_thread *who,
                struct ws_object **chosen) WS_REQUIRES(ws_dispatcher)
{
    unsigned first = count;

    for (unsigned i = 0; i < count; i++) {
        struct ws_object *o = ws_handle_peek(handles[i]);

        if (!o)
            return count;
        if (first == count && o->ops->signalled(o, who)) {
            first = i;
            *chosen = o;
        }
    }
    return first;
}

bool
ws_wait_look(const HANDLE *handles, unsigned count, DWORD *result)
{
    struct ws_object *chosen = NULL;
    struct ws_wait w = {.thread = ws_thread_self(), .objects = &chosen};
    unsigned first;

    ws_lock(&ws_dispatcher);
    first = first_signalled(handles, count, w.thread, &chosen);
    if (chosen && first < count) {
        take_one(&w, 0);
        *result = w.result + first;
    }
    ws_unlock(&ws_dispatcher);
    if (first < count)
        ws_wait_fairly();
    return first < count;
}

static int
check(struct ws_object *const *objects, unsigned count, bool all, bool *timed)
{
    for (unsigned i = 0; i < count; i++) {
        const struct ws_object_ops *ops = objects[i]->ops;

        if (!ops->signalled)
            return ERROR_INVALID_HANDLE;
        *timed |= ops->kind == WS_KIND_TIMER || ops->kind == WS_KIND_QUEUE;
        for (unsigned j = 0; all && j < i; j++)
            if (objects[i] == objects[j])
                return ERROR_INVALID_PARAMETER;
    }
    return 0;
}

int
ws_wait(struct ws_object *const *objects, unsigned count, bool all,
        bool alertable, int64_t deadline, DWORD *result)
{
    struct ws_wait_block blocks[WS_WAIT_MAX + 1];
    struct ws_wait w = {
        .thread = ws_thread_self(),
        .objects = objects,
        .blocks = blocks,
        .count = count,
        .all = all,
        .alertable = alertable,
        .timed = alertable,
        .deadline = deadline,
    };
    int err = check(objects, count, all, &w.timed);

    if (err)
        return err;
    *result = run(&w);
    if (w.result == WAIT_IO_COMPLETION)
        ws_apc_run();
    if (!w.slept)
        ws_wait_fairly();
    return 0;
}
