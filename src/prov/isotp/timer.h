/* SPDX-License-Identifier: MIT */
/* Moments at which something of this provider is over: all in one list by time,
 * behind one descriptor that the engine watches. Many share a duration, so that
 * a new one mostly goes to the end.
 * Invariant: what rings is held from before it leaves the list until it has
 * rung, so that its owner may let it go at any time. */
#ifndef WS_PROV_ISOTP_TIMER_H
#define WS_PROV_ISOTP_TIMER_H

#include "base/list.h"

#include <stdint.h>

struct ws_isotimer;

struct ws_isotimer_ops {
    /* Takes a reference on what the timer is in. Under the timers' lock. */
    void (*hold)(struct ws_isotimer *t);
    /* It is over; gives the reference back. In whatever thread drives the
     * engine, no lock held, and never two at a time. */
    void (*ring)(struct ws_isotimer *t);
};

struct ws_isotimer {
    const struct ws_isotimer_ops *ops;
    struct ws_list node;
    int64_t due;
};

void ws_isotimer_init(struct ws_isotimer *t, const struct ws_isotimer_ops *ops);

/* Once, at 'due' (monotonic ns); another call sets another moment. Under any
 * lock below the leaves. WSAENOBUFS, WSAEMFILE: it will not ring. */
int ws_isotimer_set(struct ws_isotimer *t, int64_t due);

/* It rings no more, unless it is at it. Before the owner's last reference goes.
 */
void ws_isotimer_cancel(struct ws_isotimer *t);

/* The provider ends: nothing is watched any more, nothing rings. */
void ws_isotimer_stop(void);

#endif
