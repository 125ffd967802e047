/* SPDX-License-Identifier: MIT */
/* Poll descriptors: an eventfd that holds 1 while the object is signalled and 0
 * while it is not, so that any kind of readiness loop may watch it. It is
 * written only when the state turns, under the dispatcher lock, and never
 * blocks. Programs that use these wait elsewhere, so a background thread drives
 * the engine for them. */
#include "w32/poll.h"
#include "w32/wait.h"

#include <ws2/winerror.h>

#include <sys/eventfd.h>
#include <unistd.h>

void
ws_poll_sync(struct ws_object *o)
{
    bool set = o->ops->signalled(o, NULL);
    int fd = o->poll_fd - 1;
    eventfd_t value = 1;

    if (set == o->poll_set)
        return;
    o->poll_set = set;
    if (set)
        eventfd_write(fd, value);
    else
        eventfd_read(fd, &value);
}

/* Gives 'fd' to the object unless it has one by now; tells which it has. */
static int
settle(struct ws_object *o, int fd)
{
    ws_lock(&ws_dispatcher);
    if (!o->poll_fd) {
        o->poll_fd = fd + 1;
        ws_poll_sync(o);
    }
    fd = o->poll_fd - 1;
    ws_unlock(&ws_dispatcher);
    return fd;
}

int
ws_wait_fd(struct ws_object *o, int *fd)
{
    int made, err;

    if (!o->ops->signalled)
        return ERROR_INVALID_HANDLE;
    err = ws_wait_keep_driving();
    if (err)
        return err;
    made = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made < 0)
        return ERROR_TOO_MANY_OPEN_FILES;
    *fd = settle(o, made);
    if (*fd != made)
        close(made);
    return 0;
}

/* The last reference is gone, so nobody else looks. */
void
ws_wait_forget(struct ws_object *o)
{
    if (o->poll_fd)
        close(o->poll_fd - 1);
}
