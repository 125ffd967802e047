/* SPDX-License-Identifier: MIT */
/* Bytes in and out, and readiness. One piece of a stream is the hot path: a
 * single send or recv, nothing allocated, no table looked at. Everything that
 * is rare stands behind it: many pieces, errors of earlier datagrams.
 * Invariant: no call here can raise SIGPIPE. */
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <sys/uio.h>

#define COLD __attribute__((cold, noinline))

_Static_assert(sizeof(struct ws_iov) == sizeof(struct iovec) &&
                   offsetof(struct ws_iov, len) ==
                       offsetof(struct iovec, iov_len),
               "a list of pieces goes to the kernel as it is");
_Static_assert((int)MSG_OOB == (int)WS_MSG_OOB, "passed on");
_Static_assert((int)MSG_PEEK == (int)WS_MSG_PEEK, "passed on");
_Static_assert((int)MSG_DONTROUTE == (int)WS_MSG_DONTROUTE, "passed on");

enum {
    PASSED_ON = WS_MSG_OOB | WS_MSG_PEEK | WS_MSG_DONTROUTE,
    HINTS = WS_OS_STREAM | WS_OS_TRUNC,
    KNOWN = PASSED_ON | WS_MSG_WAITALL | WS_OS_DONTWAIT | HINTS,
    DATAGRAM_MAX = 65535,
};

static inline int
flags_out(int flags)
{
    return (flags & PASSED_ON) | (flags & WS_MSG_WAITALL ? MSG_WAITALL : 0) |
           (flags & WS_OS_DONTWAIT ? MSG_DONTWAIT : 0) | MSG_NOSIGNAL;
}

/* ---- many pieces ---- */

static bool
is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) &&
           type == SOCK_STREAM;
}

/* The bytes of all pieces; anything above DATAGRAM_MAX is just too many. */
static size_t
total(const struct iovec *iov, size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count && sum <= DATAGRAM_MAX; i++)
        sum +=
            iov[i].iov_len > DATAGRAM_MAX ? DATAGRAM_MAX + 1u : iov[i].iov_len;
    return sum;
}

/* Copies between the pieces and one block of 'size' bytes. */
static void
copy(const struct iovec *iov, size_t count, char *block, size_t size, bool out)
{
    for (size_t i = 0; i < count && size; i++) {
        size_t n = iov[i].iov_len < size ? iov[i].iov_len : size;

        if (n)
            memcpy(out ? block : iov[i].iov_base, out ? iov[i].iov_base : block,
                   n);
        block += n;
        size -= n;
    }
}

typedef ssize_t message_call(int, struct msghdr *, int);

static ssize_t
send_message(int fd, struct msghdr *m, int flags)
{
    return sendmsg(fd, m, flags);
}

/* More pieces than the kernel takes. Gives -1 and errno as 'call' does. */
static COLD ssize_t
transfer_many(message_call *call, int fd, struct msghdr *m, int flags)
{
    struct iovec *all = m->msg_iov;
    size_t count = m->msg_iovlen;
    struct iovec one = {NULL, total(all, count)};
    bool out = call == send_message;
    ssize_t n;

    m->msg_iovlen = IOV_MAX;
    if (is_stream(fd))
        return call(fd, m, flags);
    if (one.iov_len > DATAGRAM_MAX && out) {
        errno = EMSGSIZE;
        return -1;
    }
    one.iov_base = malloc(one.iov_len + 1);
    if (!one.iov_base)
        return -1;
    if (out)
        copy(all, count, one.iov_base, one.iov_len, true);
    m->msg_iov = &one;
    m->msg_iovlen = 1;
    n = call(fd, m, flags);
    if (!out && n > 0)
        copy(all, count, one.iov_base, (size_t)n, false);
    free(one.iov_base);
    m->msg_iov = all;
    return n;
}

static inline ssize_t
transfer(message_call *call, int fd, struct msghdr *m, int flags)
{
    if (__builtin_expect(m->msg_iovlen > IOV_MAX, 0))
        return transfer_many(call, fd, m, flags);
    return call(fd, m, flags);
}

/* ---- send and recv ---- */

/* An ICMP error that IP_RECVERR let through is reported and also queued, and a
 * queue that is not empty reads as an error for ever. One report, one entry. */
static void
drop_queued_error(int fd)
{
    struct msghdr m = {.msg_iovlen = 0};

    (void)recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);
}

static COLD int
failed(int fd, enum ws_op op)
{
    int e = errno;

    if (e == EAGAIN || e == EINTR)
        return ws_err(op, e);
    drop_queued_error(fd);
    return ws_err(op, e);
}

/* Windows tells a socket without urgent data that there are none yet; Linux
 * says EINVAL for that and for urgent data that are delivered in line. */
static COLD int
recv_failed(int fd, int flags, enum ws_op op)
{
    int in_line = 1;
    socklen_t len = sizeof in_line;

    if (errno == EINVAL && (flags & WS_MSG_OOB) &&
        !getsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &in_line, &len))
        return in_line ? WS_EINVAL : WS_EWOULDBLOCK;
    return failed(fd, op);
}

static struct msghdr
message(const struct ws_iov *iov, size_t count)
{
    return (struct msghdr){
        .msg_iov = (struct iovec *)(void *)(uintptr_t)iov,
        .msg_iovlen = count,
    };
}

static int
send_pieces(int fd, struct msghdr *m, int flags, const struct ws_addr *to,
            size_t *moved)
{
    union ws_sockaddr sa;
    ssize_t n;
    int err;

    if (to) {
        err = ws_addr_out(to, &sa, &m->msg_namelen);
        if (err)
            return err;
        m->msg_name = &sa;
    }
    n = transfer(send_message, fd, m, flags_out(flags));
    m->msg_name = NULL;
    if (n < 0)
        return failed(fd, to ? WS_OP_SENDTO : WS_OP_SEND);
    *moved = (size_t)n;
    return 0;
}

int
ws_os_send(int fd, const struct ws_iov *iov, size_t count, int flags,
           const struct ws_addr *to, size_t *moved)
{
    struct msghdr m;
    ssize_t n;

    if (flags & ~KNOWN)
        return WS_EOPNOTSUPP;
    if (count != 1 || to) {
        m = message(iov, count);
        return send_pieces(fd, &m, flags, to, moved);
    }
    n = send(fd, iov->base, iov->len, flags_out(flags));
    if (__builtin_expect(n < 0, 0))
        return failed(fd, WS_OP_SEND);
    *moved = (size_t)n;
    return 0;
}

static int
recv_pieces(int fd, struct msghdr *m, int flags, struct ws_addr *from,
            size_t *moved)
{
    ssize_t n;

    m->msg_name = from ? from->bytes : NULL;
    m->msg_namelen = from ? sizeof from->bytes : 0;
    n = transfer(recvmsg, fd, m, flags_out(flags));
    if (n < 0)
        return recv_failed(fd, flags, from ? WS_OP_RECVFROM : WS_OP_RECV);
    if (from)
        ws_addr_adopt(from, m->msg_namelen);
    *moved = (size_t)n;
    return 0;
}

static int
recv_any(int fd, const struct ws_iov *iov, size_t count, int *flags,
         struct ws_addr *from, size_t *moved)
{
    struct msghdr m = message(iov, count);
    int err = recv_pieces(fd, &m, *flags, from, moved);

    if (!err)
        *flags = (*flags & ~WS_OS_TRUNC) |
                 (m.msg_flags & MSG_TRUNC ? WS_OS_TRUNC : 0);
    return err;
}

int
ws_os_recv(int fd, const struct ws_iov *iov, size_t count, int *flags,
           struct ws_addr *from, size_t *moved)
{
    ssize_t n;

    if (*flags & ~KNOWN)
        return WS_EOPNOTSUPP;
    if (count != 1 || !(*flags & WS_OS_STREAM))
        return recv_any(fd, iov, count, flags, from, moved);
    n = recv(fd, iov->base, iov->len, flags_out(*flags));
    if (__builtin_expect(n < 0, 0))
        return recv_failed(fd, *flags, WS_OP_RECV);
    *flags &= ~WS_OS_TRUNC;
    *moved = (size_t)n;
    return 0;
}

/* ---- with control data ---- */

int
ws_os_sendmsg(int fd, const struct ws_iov *iov, size_t count, int flags,
              const struct ws_addr *to, const struct ws_os_control *control,
              size_t *moved)
{
    struct msghdr m = message(iov, count);
    union ws_sys_control room;
    int err = 0;

    if (flags & ~KNOWN)
        return WS_EOPNOTSUPP;
    if (control && control->size)
        err = ws_control_out(fd, control, &room, &m);
    return err ? err : send_pieces(fd, &m, flags, to, moved);
}

int
ws_os_recvmsg(int fd, const struct ws_iov *iov, size_t count, int *flags,
              struct ws_addr *from, struct ws_os_control *control,
              size_t *moved)
{
    struct ws_os_control none = {NULL, 0, 0};
    struct msghdr m = message(iov, count);
    union ws_sys_control room;
    int err;

    if (*flags & ~KNOWN)
        return WS_EOPNOTSUPP;
    m.msg_control = room.bytes;
    m.msg_controllen = sizeof room.bytes;
    err = recv_pieces(fd, &m, *flags, from, moved);
    if (!err)
        *flags = ws_control_in(fd, &m, control ? control : &none) |
                 (m.msg_flags & MSG_TRUNC ? WS_MSG_TRUNC : 0);
    return err;
}

int
ws_os_take_error(int fd, enum ws_op op)
{
    int e;
    socklen_t len = sizeof e;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len))
        return ws_err(op, errno);
    if (e)
        drop_queued_error(fd);
    return ws_err(op, e);
}

/* ---- what is there ---- */

static int
counted(int fd, unsigned long request, uint32_t *bytes)
{
    int n = 0;

    if (ioctl(fd, request, &n))
        return ws_err(WS_OP_OTHER, errno);
    *bytes = (uint32_t)n;
    return 0;
}

int
ws_os_queued(int fd, uint32_t *bytes)
{
    return counted(fd, FIONREAD, bytes);
}

int
ws_os_unsent(int fd, uint32_t *bytes)
{
    return counted(fd, SIOCOUTQ, bytes);
}

int
ws_os_atmark(int fd, bool *at)
{
    uint32_t n = 0;
    int err = counted(fd, SIOCATMARK, &n);

    if (!err)
        *at = n != 0;
    return err;
}

/* ---- readiness ---- */

_Static_assert(POLLIN == WS_IO_IN && POLLPRI == WS_IO_PRI &&
                   POLLOUT == WS_IO_OUT && POLLERR == WS_IO_ERR &&
                   POLLHUP == WS_IO_HUP && POLLNVAL == WS_IO_NVAL &&
                   POLLRDHUP == WS_IO_RDHUP,
               "not translated");

/* Whoever wants to read is told of the end; to whoever wants to write, the end
 * of the other direction would be an answer that never changes. */
static short
events(uint16_t want)
{
    return (short)(want & WS_IO_IN ? want | WS_IO_RDHUP : want);
}

static int
wait_for(struct pollfd *fds, size_t count, int64_t deadline)
{
    struct timespec left, *timeout = NULL;
    int64_t now;

    if (deadline != WS_NEVER) {
        now = deadline > 0 ? ws_now() : 0;
        left = ws_clock_timespec(deadline > now ? deadline - now : 0);
        timeout = &left;
    }
    return ppoll(fds, count, timeout, NULL);
}

int
ws_os_poll(struct ws_os_poll *list, size_t count, int64_t deadline,
           size_t *ready)
{
    struct pollfd few[16];
    struct pollfd *fds =
        count <= sizeof few / sizeof few[0] ? few : calloc(count, sizeof *fds);
    int err = 0, n;

    if (!fds)
        return WS_ENOBUFS;
    for (size_t i = 0; i < count; i++)
        fds[i] = (struct pollfd){list[i].fd, events(list[i].want), 0};
    n = wait_for(fds, count, deadline);
    if (n < 0)
        err = ws_err(WS_OP_OTHER, errno);
    for (size_t i = 0; !err && i < count; i++)
        list[i].ready = (uint16_t)fds[i].revents;
    if (!err)
        *ready = (size_t)n;
    if (fds != few)
        free(fds);
    return err;
}
