/* SPDX-License-Identifier: MIT */
/* Watched descriptors that are no sockets: see watch.h. The cookie is a slot of
 * the table, marked apart from a descriptor's number, and the slot's serial
 * number, which rises with each use. */
#include "kit/watch.h"

#include "base/lock.h"
#include "io/io.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <ws2/winsock2.h>

#define MARK 0x80000000u /* no descriptor has this bit */

struct slot {
    struct ws_watch *watch; /* NULL: free, and 'next' is */
    uint32_t serial, next;
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static struct slot *slots;
static uint32_t count, vacant; /* 'vacant' is an index + 1; 0: none */

void
ws_watch_init(struct ws_watch *w, const struct ws_watch_ops *ops, int fd)
{
    w->ops = ops;
    ws_ref_init(&w->refs);
    w->fd = fd;
    w->slot = 0;
}

void
ws_watch_ref(struct ws_watch *w)
{
    ws_ref_get(&w->refs);
}

void
ws_watch_unref(struct ws_watch *w)
{
    if (w && ws_ref_put(&w->refs))
        w->ops->free(w);
}

static int
grow(void) WS_REQUIRES(lock)
{
    uint32_t more = count ? count * 2 : 16;
    struct slot *table = realloc(slots, more * sizeof(*table));

    if (!table)
        return WSAENOBUFS;
    for (uint32_t i = more; i-- > count;) {
        table[i] = (struct slot){.next = vacant};
        vacant = i + 1;
    }
    slots = table;
    count = more;
    return 0;
}

static uint64_t
cookie_of(const struct slot *s) WS_REQUIRES(lock)
{
    return (uint64_t)s->serial << 32 | MARK | (uint32_t)(s - slots);
}

static int
enter(struct ws_watch *w, uint64_t *cookie)
{
    struct slot *s;
    int err = 0;

    ws_lock(&lock);
    if (!vacant)
        err = grow();
    if (!err) {
        w->slot = vacant;
        s = &slots[vacant - 1];
        vacant = s->next;
        s->watch = w;
        ws_watch_ref(w);
        *cookie = cookie_of(s);
    }
    ws_unlock(&lock);
    return err;
}

static bool
leave(struct ws_watch *w, uint64_t *cookie)
{
    bool entered;

    ws_lock(&lock);
    entered = w->slot;
    if (entered) {
        struct slot *s = &slots[w->slot - 1];

        *cookie = cookie_of(s);
        s->watch = NULL;
        s->serial++;
        s->next = vacant;
        vacant = w->slot;
        w->slot = 0;
    }
    ws_unlock(&lock);
    return entered;
}

int
ws_watch_start(struct ws_watch *w)
{
    uint64_t cookie;
    int err = enter(w, &cookie);

    if (err)
        return err;
    err = ws_io_watch(w->fd, cookie);
    if (!err)
        ws_wait_elect();
    else if (leave(w, &cookie))
        ws_watch_unref(w);
    return err;
}

void
ws_watch_stop(struct ws_watch *w)
{
    uint64_t cookie;

    if (!leave(w, &cookie))
        return;
    ws_io_forget(w->fd, cookie);
    ws_watch_unref(w);
}

bool
ws_watch_told(uint64_t cookie, unsigned bits)
{
    uint32_t index = (uint32_t)cookie & ~MARK;
    struct ws_watch *w = NULL;

    if (!((uint32_t)cookie & MARK))
        return false;
    ws_lock(&lock);
    if (index < count && slots[index].serial == (uint32_t)(cookie >> 32))
        w = slots[index].watch;
    if (w)
        ws_watch_ref(w);
    ws_unlock(&lock);
    if (w)
        w->ops->ready(w, bits);
    ws_watch_unref(w);
    return true;
}
