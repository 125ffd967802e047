/* SPDX-License-Identifier: MIT */
/* A piece of a file into a stream, without a copy and without blocking. The
 * kernel's call blocks as the socket's descriptor does, and that flag belongs
 * to all who use it; so no more is sent than the socket has room for, which is
 * then filled to the brim, for each wake-up costs more than a call.
 * Invariant: SIGPIPE, which this call cannot be told not to raise, never
 * reaches the program. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

/* Less room than this is as good as none: it is not worth a call. */
#define LITTLE (64u << 10)

/* A socket that is found full by poll is one that the engine will be told
 * about. */
static bool
is_full(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return fd >= 0 && poll(&p, 1, 0) <= 0;
}

/* What can be sent at once. poll calls a socket full while a third of it is
 * free, so it is asked only about the rest. */
static size_t
room(int fd)
{
    uint32_t mem[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof mem;
    uint32_t size, used, most;

    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len))
        return 1; /* no socket: the call itself will say so */
    size = mem[SK_MEMINFO_SNDBUF];
    used = mem[SK_MEMINFO_WMEM_QUEUED];
    /* A quarter is for the kernel's own records of what it keeps. */
    most = size > used + 4 ? (size - used) / 4 * 3 : 1;
    return most < LITTLE && is_full(fd) ? 0 : most;
}

/* SIGPIPE held back. Linux has a mask for each thread, and a signal of this
 * kind is for the thread that wrote. */
struct quiet {
    sigset_t pipe, old, before;
};

static void
quiet_begin(struct quiet *q)
{
    sigemptyset(&q->pipe);
    sigaddset(&q->pipe, SIGPIPE);
    sigemptyset(&q->before);
    sigprocmask(SIG_BLOCK, &q->pipe, &q->old);
    if (sigismember(&q->old, SIGPIPE))
        sigpending(&q->before);
}

/* Takes the signal away if it 'came' and was not there before. */
static void
quiet_end(const struct quiet *q, bool came)
{
    static const struct timespec at_once = {0, 0};

    if (came && !sigismember(&q->before, SIGPIPE))
        sigtimedwait(&q->pipe, NULL, &at_once);
    sigprocmask(SIG_SETMASK, &q->old, NULL);
}

/* Fills the socket, beginning with 'most' bytes. The last error, or 0. */
static int
fill(int fd, int file, off_t *at, off_t end, size_t most)
{
    ssize_t n;

    do {
        size_t left = (size_t)(end - *at);

        n = sendfile(fd, file, at, left < most ? left : most);
    } while (n > 0 && *at < end && (most = room(fd)));
    return n < 0 ? errno : 0;
}

int
ws_os_sendfile(int fd, int file, int64_t *offset, size_t count, size_t *moved)
{
    size_t most = room(fd);
    off_t at = *offset;
    struct quiet q;
    int e;

    if (!most)
        return WS_EWOULDBLOCK;
    quiet_begin(&q);
    e = fill(fd, file, &at, at + (off_t)count, most);
    quiet_end(&q, e == EPIPE);
    if (e && (e != EAGAIN || at == *offset))
        return ws_err(WS_OP_SEND, e);
    *moved = (size_t)(at - *offset);
    *offset = at;
    return 0;
}

int
ws_os_read_at(int file, void *buf, size_t size, int64_t offset, size_t *moved)
{
    ssize_t n = pread(file, buf, size, offset);

    if (n < 0)
        return ws_err(WS_OP_OTHER, errno);
    *moved = (size_t)n;
    return 0;
}
