/* SPDX-License-Identifier: MIT */
/* User APCs: queued to a thread by anyone, run by that thread, in alertable
 * waits and in blocking socket calls only, with no lock held. The record is
 * part of whatever queues it, so queueing cannot fail. */
#ifndef WS_W32_APC_H
#define WS_W32_APC_H

#include "w32/thread.h"

struct ws_apc {
    struct ws_list node;
    /* Runs in the thread; afterwards the record is its own again (it may free
     * itself in here). When the thread ends first, 'run' is called with 'dead'
     * true from the ending thread, only to free. */
    void (*run)(struct ws_apc *apc, bool dead);
};

/* ERROR_GEN_FAILURE if the thread has ended. */
int ws_apc_queue(struct ws_thread *t, struct ws_apc *apc);
int ws_apc_queue_locked(struct ws_thread *t, struct ws_apc *apc)
    WS_REQUIRES(ws_dispatcher);

/* Takes it back; false if it is running or has run. */
bool ws_apc_cancel(struct ws_thread *t, struct ws_apc *apc)
    WS_REQUIRES(ws_dispatcher);

/* Runs all that are queued to the calling thread; says how many. */
unsigned ws_apc_run(void);

#endif
