/* SPDX-License-Identifier: MIT */
/* A piece of a file into a stream, without a copy and without blocking. The
 * kernel's call blocks as the socket's descriptor does, and that flag belongs
 * to all who use it; so no more is sent than the socket has room for.
 * Invariant: SIGPIPE, which this call cannot be told not to raise, never
 * reaches the program. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

/* What can be sent at once. A socket that is found full by poll is one that
 * the engine will be told about. */
static size_t
room(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    uint32_t mem[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof mem;
    uint32_t size, used;

    if (fd >= 0 && poll(&p, 1, 0) <= 0)
        return 0;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len))
        return 1; /* no socket: the call itself will say so */
    size = mem[SK_MEMINFO_SNDBUF];
    used = mem[SK_MEMINFO_WMEM_QUEUED];
    /* A quarter is for the kernel's own records of what it keeps. */
    return size > used + 4 ? (size - used) / 4 * 3 : 1;
}

/* Sends with SIGPIPE held back, and takes it away if it came. Linux has a mask
 * for each thread, and a signal of this kind is for the thread that wrote. */
static ssize_t
send_quietly(int fd, int file, off_t *offset, size_t count)
{
    static const struct timespec at_once = {0, 0};
    sigset_t pipe, old, before;
    ssize_t n;
    int e;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&before);
    sigprocmask(SIG_BLOCK, &pipe, &old);
    if (sigismember(&old, SIGPIPE))
        sigpending(&before);
    n = sendfile(fd, file, offset, count);
    e = errno;
    if (n < 0 && e == EPIPE && !sigismember(&before, SIGPIPE))
        sigtimedwait(&pipe, NULL, &at_once);
    sigprocmask(SIG_SETMASK, &old, NULL);
    errno = e;
    return n;
}

int
ws_os_sendfile(int fd, int file, int64_t *offset, size_t count, size_t *moved)
{
    size_t most = room(fd);
    off_t at = *offset;
    ssize_t n;

    if (!most)
        return WS_EWOULDBLOCK;
    n = send_quietly(fd, file, &at, count < most ? count : most);
    if (n < 0)
        return ws_err(WS_OP_SEND, errno);
    *offset = at;
    *moved = (size_t)n;
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
