/* SPDX-License-Identifier: MIT */
/* The dispatcher: one lock, under which the state of every waitable object
 * changes and waits are satisfied. Whoever waits drives the I/O: of all
 * waiting threads one, the leader, sits in the engine; the others sleep on a
 * word of their own; a leader who leaves promotes one of them. */
#ifndef WS_W32_WAIT_H
#define WS_W32_WAIT_H

#include "w32/object.h"

#include <ws2/windef.h>

struct ws_wait;

#define WS_WAIT_MAX 64

/* Waits for one ('all' false) or all of 'count' (0 .. WS_WAIT_MAX + 1, the one
 * more is a message queue) objects. The caller holds a reference on each. The
 * result is WAIT_OBJECT_0 + index, WAIT_ABANDONED_0 + index, WAIT_TIMEOUT, or
 * WAIT_IO_COMPLETION when 'alertable' and at least one APC ran. Errors:
 * ERROR_INVALID_HANDLE for an object that cannot be waited for,
 * ERROR_INVALID_PARAMETER for the same object twice with 'all'. Even a wait
 * that need not or may not block lets the engine look, now and then or if
 * nothing is signalled, so that polling sees new events and nobody starves. */
int ws_wait(struct ws_object *const *objects, unsigned count, bool all,
            bool alertable, int64_t deadline, DWORD *result);

/* The same for handles, the pseudo handle GetCurrentThread() included, with
 * the checks of the documents: 1 .. WS_WAIT_MAX of them
 * (ERROR_INVALID_PARAMETER), each open and waitable (ERROR_INVALID_HANDLE). A
 * 'last' that is not NULL is waited for as well, with the last index. */
int ws_wait_handles(const HANDLE *handles, unsigned count,
                    struct ws_object *last, bool all, bool alertable,
                    int64_t deadline, DWORD *result);

/* The state of 'o' has changed: satisfies every wait that can be, oldest first
 * (newest first for a "lifo" object, and before all the calling thread's own,
 * if that is driving meanwhile: it need not be woken), and updates its poll
 * descriptor if it has one. */
void ws_wait_update(struct ws_object *o) WS_REQUIRES(ws_dispatcher);

/* Whether anybody would notice: who changes a state need not call
 * ws_wait_update otherwise. */
static inline bool
ws_wait_watched(const struct ws_object *o)
{
    return !ws_list_empty(&o->waits) || o->poll_fd;
}

bool ws_wait_alertable(const struct ws_wait *w) WS_REQUIRES(ws_dispatcher);

/* A moment at which the state of an object changes by itself. Armed ones stand
 * in one list by time; every waiter whom they may concern sleeps no longer than
 * until the first, and rings all that are due. */
struct ws_alarm {
    struct ws_list node;
    int64_t due;
    /* Under the dispatcher lock, no longer armed; may arm it again. */
    void (*ring)(struct ws_alarm *a);
};
void ws_alarm_init(struct ws_alarm *a, void (*ring)(struct ws_alarm *a));
void ws_alarm_set(struct ws_alarm *a, int64_t due) WS_REQUIRES(ws_dispatcher);
void ws_alarm_cancel(struct ws_alarm *a) WS_REQUIRES(ws_dispatcher);

/* When the first is due (WS_NEVER: none), and ringing those that are. */
int64_t ws_alarm_first(void) WS_REQUIRES(ws_dispatcher);
void ws_alarm_ring(void) WS_REQUIRES(ws_dispatcher);

/* Lets every sleeper whom an alarm may concern look at the list again. */
void ws_wait_wake_timed(void) WS_REQUIRES(ws_dispatcher);

/* Starts the keeper, a background thread that drives the engine when operations
 * are in flight and nobody has waited for some time. It stays out of the way of
 * who does wait. Cheap once it runs. ERROR_NOT_ENOUGH_MEMORY. */
int ws_wait_keep(void);

/* The same, and from now on it also rings the alarms; or drives the engine
 * whenever nobody else does, at once. */
int ws_wait_keep_alarms(void);
int ws_wait_keep_driving(void);

/* Counts the operations in flight for the keeper, which sleeps for good while
 * there is none. Any thread, under any lock below the dispatcher's. */
void ws_wait_pending(int delta);

/* A descriptor that is readable while 'o' is signalled, made on demand and
 * owned by the object. From the first one on, a background thread drives the
 * engine whenever nobody else does. */
int ws_wait_fd(struct ws_object *o, int *fd);

/* Called by ws_object_unref before free: gives the descriptor back. */
void ws_wait_forget(struct ws_object *o);

/* Ends the round of 't', which is driving, unless it is the caller. */
void ws_wait_wake_leader(struct ws_thread *t) WS_REQUIRES(ws_dispatcher);

/* ---- what the engine gives to the dispatcher ---- */

struct ws_driver {
    /* Whether there is anything that a waiting thread should drive. Called
     * under the dispatcher lock; a plain atomic load. */
    bool (*busy)(void);

    /* One round: sleeps until something happened, 'wake' was called, or the
     * deadline (0: only looks), and hands out what happened (which may set
     * events, post messages, queue APCs); on how many descriptors. One thread
     * at a time; no lock held. */
    unsigned (*drive)(int64_t deadline);

    /* Makes a round in progress, or the next one, return at once. Any thread,
     * under any lock; never blocks. */
    void (*wake)(void);
};
void ws_wait_set_driver(const struct ws_driver *driver);

/* The engine has become busy: a sleeping waiter must go and drive. */
void ws_wait_elect(void);

/* Whether one of the handles is signalled now: takes the first and tells which
 * one. It references nothing, which makes it cheap for many handles; a wait
 * that may sleep is ws_wait's. */
bool ws_wait_look(const HANDLE *handles, unsigned count, DWORD *result);

/* After something that might have been a wait but was there at once: now and
 * then lets the engine look. */
void ws_wait_fairly(void);

/* Lets the engine look once without waiting, unless a leader is at it. */
void ws_wait_poll(void);

/* The engine's rounds are counted. The second looks once too, but not if a
 * round has ended since round 'since' and only just: it has told everything.
 * Says whether it looked. */
unsigned ws_wait_round(void);
bool ws_wait_poll_since(unsigned since);

#endif
