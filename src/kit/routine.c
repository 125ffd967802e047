/* SPDX-License-Identifier: MIT */
/* Routines that run, innermost first, by thread: see routine.h. No lock: all of
 * it is the thread's own. */
#include "kit/routine.h"

#include "w32/thread.h"

static WS_TLS struct ws_routine *running;

bool
ws_routine_begin(struct ws_routine *r, uint32_t owner, struct ws_apc *apc)
{
    for (struct ws_routine *at = running; at; at = at->outer) {
        if (at->owner == owner) {
            ws_list_append(&at->held, &apc->node);
            return false;
        }
    }
    *r = (struct ws_routine){.outer = running, .owner = owner};
    ws_list_init(&r->held);
    running = r;
    return true;
}

void
ws_routine_end(struct ws_routine *r)
{
    struct ws_list *node;

    running = r->outer;
    while ((node = ws_list_pop(&r->held))) {
        struct ws_apc *apc = WS_CONTAINER_OF(node, struct ws_apc, node);

        if (ws_apc_queue(ws_thread_self(), apc))
            apc->run(apc, true); /* the thread is ending */
    }
}
