/* SPDX-License-Identifier: MIT */
/* What the two halves of the dispatcher share: the record of a wait, and who of
 * the waiting threads sits in the engine. Private to wait.c and lead.c; the
 * rest of the house includes w32/wait.h. */
#ifndef WS_W32_LEAD_H
#define WS_W32_LEAD_H

#include "w32/thread.h"
#include "w32/wait.h"

struct ws_wait_block {
    struct ws_list node; /* in the object's waits */
    struct ws_wait *wait;
    unsigned index;
};

struct ws_wait {
    struct ws_thread *thread;
    struct ws_object *const *objects;
    struct ws_wait_block *blocks; /* listed once the wait must sleep */
    unsigned count;
    bool all, alertable;
    bool timed; /* an alarm can satisfy it */
    bool listed, looked, slept;
    bool keeper; /* the background thread */
    /* Stored last by who completes the wait; then the record is the sleeper's
     * own again, and it may return without taking the lock. */
    atomic_bool done;
    int64_t deadline;
    DWORD result;
};

/* The threads that sleep without driving, the newest last. */
extern struct ws_list ws_parked;
extern struct ws_thread *ws_leader;

/* Becomes the leader if there is something to lead and nobody does, or if this
 * thread has been chosen. */
bool ws_lead(struct ws_wait *w) WS_REQUIRES(ws_dispatcher);

/* One round in the engine, as the leader. */
void ws_lead_drive(int64_t deadline);

/* Gives leadership up, if 't' has it, to somebody who sleeps. */
void ws_lead_resign(struct ws_thread *t) WS_REQUIRES(ws_dispatcher);

/* Chooses a leader, if one is needed and there is somebody. */
void ws_lead_promote(void) WS_REQUIRES(ws_dispatcher);

#endif
