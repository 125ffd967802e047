/* SPDX-License-Identifier: MIT */
/* The loop around a system call that may block: see block.h. */
#include "kit/block.h"

#include "base/clock.h"
#include "kit/sock.h"
#include "os/os.h"
#include "w32/apc.h"
#include "w32/thread.h"

struct ws_block
ws_block_begin(struct ws_sock *s)
{
    bool blocking =
        !s || !atomic_load_explicit(&s->nonblocking, memory_order_relaxed);

    return (struct ws_block){
        .sock = s,
        .self = blocking ? ws_thread_self() : NULL,
        .blocking = blocking,
    };
}

int
ws_block_enter(struct ws_block *b)
{
    b->entered = b->blocking && ws_thread_block(b->self);
    return b->blocking && !b->entered ? WS_OS_DONTWAIT : 0;
}

void
ws_block_enter_after_apcs(struct ws_block *b)
{
    while (ws_block_enter(b))
        ws_apc_run();
}

static bool
closed(const struct ws_block *b)
{
    return b->sock && atomic_load(&b->sock->closing);
}

bool
ws_block_again(struct ws_block *b, int *err)
{
    bool entered = b->entered;

    if (entered)
        ws_thread_unblock(b->self);
    b->entered = false;
    if (!b->blocking)
        return false;
    if (closed(b)) {
        if (*err)
            *err = WSAEINTR;
        return false;
    }
    if (*err == WSAEINTR && ws_thread_cancelled(b->self))
        return false; /* CancelSynchronousIo */
    if (*err == WSAEINTR || (*err == WSAEWOULDBLOCK && !entered)) {
        ws_apc_run();
        return true;
    }
    if (*err == WSAEWOULDBLOCK)
        *err =
            WSAETIMEDOUT; /* a blocking descriptor says so for nothing else */
    return false;
}

int
ws_block_poll(int fd, unsigned want)
{
    struct ws_block b = ws_block_begin(NULL);
    struct ws_os_poll p = {.fd = fd, .want = (uint16_t)want};
    size_t count;
    int err;

    do {
        ws_block_enter_after_apcs(&b);
        err = ws_os_poll(&p, 1, WS_NEVER, &count);
    } while (ws_block_again(&b, &err));
    return err;
}
