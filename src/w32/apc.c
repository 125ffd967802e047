/* SPDX-License-Identifier: MIT */
/* Queueing and running user APCs. A thread that could run one now is woken: an
 * alertable wait by the dispatcher, a blocking system call by a signal. The
 * queue is guarded by the dispatcher lock; routines run without it. */
#include "w32/apc.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/wait.h"

#include <ws2/winbase.h>

#include <stdlib.h>

int
ws_apc_queue_locked(struct ws_thread *t, struct ws_apc *apc)
{
    if (t->ended)
        return ERROR_GEN_FAILURE;
    ws_list_append(&t->apcs, &apc->node);
    /* Pairs with ws_thread_block, which stores 'where' and then loads this:
     * one of the two sees the other. */
    atomic_fetch_add(&t->pending, 1);
    if (!t->wait || ws_wait_alertable(t->wait))
        ws_thread_wake(t);
    return 0;
}

int
ws_apc_queue(struct ws_thread *t, struct ws_apc *apc)
{
    int err;

    ws_lock(&ws_dispatcher);
    err = ws_apc_queue_locked(t, apc);
    ws_unlock(&ws_dispatcher);
    return err;
}

bool
ws_apc_cancel(struct ws_thread *t, struct ws_apc *apc)
{
    WS_LIST_EACH (it, &t->apcs) {
        if (it != &apc->node)
            continue;
        ws_list_remove(it);
        atomic_fetch_sub(&t->pending, 1);
        return true;
    }
    return false;
}

static struct ws_apc *
next(struct ws_thread *t)
{
    struct ws_list *node;

    ws_lock(&ws_dispatcher);
    node = ws_list_pop(&t->apcs);
    if (node)
        atomic_fetch_sub(&t->pending, 1);
    ws_unlock(&ws_dispatcher);
    return node ? WS_CONTAINER_OF(node, struct ws_apc, node) : NULL;
}

unsigned
ws_apc_run(void)
{
    struct ws_thread *t = ws_thread_self();
    struct ws_apc *apc;
    unsigned count = 0;

    while (atomic_load(&t->pending) && (apc = next(t))) {
        apc->run(apc, false);
        count++;
    }
    return count;
}

/* ---- Win32 ---- */

struct user_apc {
    struct ws_apc apc;
    PAPCFUNC routine;
    ULONG_PTR data;
};

static void
run_user(struct ws_apc *apc, bool dead)
{
    struct user_apc user = *WS_CONTAINER_OF(apc, struct user_apc, apc);

    free(WS_CONTAINER_OF(apc, struct user_apc, apc));
    if (!dead)
        user.routine(user.data);
}

static int
queue_user(struct ws_thread *t, PAPCFUNC routine, ULONG_PTR data)
{
    struct user_apc *user = malloc(sizeof(*user));
    int err;

    if (!user)
        return ERROR_NOT_ENOUGH_MEMORY;
    user->apc.run = run_user;
    user->routine = routine;
    user->data = data;
    err = ws_apc_queue(t, &user->apc);
    if (err)
        free(user);
    return err;
}

DWORD WINAPI
QueueUserAPC(PAPCFUNC routine, HANDLE thread, ULONG_PTR data)
{
    struct ws_thread *t = NULL;
    int err = routine ? ws_thread_ref(thread, &t) : ERROR_INVALID_PARAMETER;

    if (!err)
        err = queue_user(t, routine, data);
    if (t)
        ws_object_unref(&t->object);
    return (DWORD)ws_w32_bool(err);
}
