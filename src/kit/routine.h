/* SPDX-License-Identifier: MIT */
/* Completion routines of one socket are not nested in a thread (CR-2): one that
 * waits alertably is not interrupted by another of the same socket, which comes
 * when it has returned. */
#ifndef WS_KIT_ROUTINE_H
#define WS_KIT_ROUTINE_H

#include "base/list.h"
#include "w32/apc.h"

#include <stdbool.h>
#include <stdint.h>

/* A routine that runs; on the stack of whoever runs it. */
struct ws_routine {
    struct ws_routine *outer;
    uint32_t owner;
    struct ws_list held; /* APCs of routines that have to wait for it */
};

/* A routine of the socket 'owner' (its generation) is about to run. False: it
 * may not now, and 'apc', which is in no queue, will be queued again. */
bool ws_routine_begin(struct ws_routine *r, uint32_t owner, struct ws_apc *apc);
void ws_routine_end(struct ws_routine *r);

#endif
