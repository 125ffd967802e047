/* SPDX-License-Identifier: MIT */
/* The bridges to a host's event loop that belong to this room: a descriptor
 * for a handle, and one for the calling thread's message queue. */
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/queue.h"
#include "w32/wait.h"

#include <ws2/ws2ext.h>

static int
end(int err, int fd)
{
    return ws_w32_bool(err) ? fd : -1;
}

int
ws2_handle_fd(HANDLE h)
{
    struct ws_object *o = NULL;
    int fd = -1, err = ws_handle_ref(h, WS_KIND_ANY, &o);

    if (!err && o->ops->kind == WS_KIND_SOCKET)
        err = WSAENOTSOCK;
    if (!err)
        err = ws_wait_fd(o, &fd);
    ws_object_unref(o);
    return end(err, fd);
}

int
ws2_msgqueue_fd(void)
{
    struct ws_msgq *q = NULL;
    int fd = -1, err = ws_queue_self(&q);

    if (!err)
        err = ws_wait_fd(&q->object, &fd);
    ws_queue_unref(q);
    return end(err, fd);
}
