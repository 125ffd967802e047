/* SPDX-License-Identifier: MIT */
/* The life of an object between its first reference and its last. What it is
 * and does is in its operations. Nothing is freed under a lock: who drops a
 * reference that may be the last holds none. */
#include "w32/object.h"
#include "w32/wait.h"

void
ws_object_init(struct ws_object *o, const struct ws_object_ops *ops)
{
    o->ops = ops;
    ws_ref_init(&o->refs);
    atomic_init(&o->handles, 0);
    ws_list_init(&o->waits);
    o->poll_fd = 0;
    o->poll_set = false;
}

void
ws_object_end(struct ws_object *o)
{
    if (o->ops->signalled) { /* somebody may be looking at it: ws_handle_peek */
        ws_lock(&ws_dispatcher);
        ws_unlock(&ws_dispatcher);
    }
    ws_wait_forget(o);
    o->ops->free(o);
}
