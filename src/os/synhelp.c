/* SPDX-License-Identifier: MIT */
/* Asking ws2-synd for raw sockets, where this process may not make its own. It
 * waits for the answer, but only so long: it happens once, when the first
 * conditional listener opens. Invariant: what is not a raw socket of TCP in
 * our own name space is not taken. */
#include "os/synraw.h"

#include "os/synsock.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE = 2 }; /* seconds */

/* The environment is read here because only the room that knows Unix sockets
 * has a use for the name of one. */
static const char *
helper_path(void)
{
    const char *path = secure_getenv("WS2_SYND");

    return path && *path ? path : WS_SYND_PATH;
}

static int
open_connection(const char *path, int *fd)
{
    static const struct timeval patience = {PATIENCE, 0};
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int s;

    if (strlen(path) >= sizeof sa.sun_path)
        return ENAMETOOLONG;
    memcpy(sa.sun_path, path, strlen(path));
    s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s < 0)
        return errno;
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(s, (struct sockaddr *)&sa, sizeof sa)) {
        int err = errno;

        close(s);
        return err;
    }
    *fd = s;
    return 0;
}

static void
take_fds(struct msghdr *m, int fd[2])
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(fd, CMSG_DATA(c),
                   c->cmsg_len >= CMSG_LEN(2 * sizeof *fd) ? 2 * sizeof *fd
                                                           : sizeof *fd);
}

static int
talk(int s, uint32_t mark, int fd[2])
{
    struct ws_synd_request request = {WS_SYND_MAGIC, mark};
    struct ws_synd_reply reply = {0, 0};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec iov = {&reply, sizeof reply};
    struct msghdr m = {NULL, 0, &iov, 1, &control, sizeof control, 0};
    ssize_t n;

    if (send(s, &request, sizeof request, MSG_NOSIGNAL) < 0)
        return errno;
    n = recvmsg(s, &m, MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno;
    take_fds(&m, fd);
    if (n != sizeof reply || reply.magic != WS_SYND_MAGIC)
        return EPROTO;
    return reply.error ? reply.error : fd[0] < 0 ? EPROTO : 0;
}

static bool
is(int fd, int name, int value)
{
    int got = -1;
    socklen_t len = sizeof got;

    return !getsockopt(fd, SOL_SOCKET, name, &got, &len) && got == value;
}

static bool
sound(int fd, int domain, int own)
{
    return is(fd, SO_DOMAIN, domain) && is(fd, SO_TYPE, SOCK_RAW) &&
           is(fd, SO_PROTOCOL, IPPROTO_TCP) && ws_synsock_same_net(fd, own);
}

static void
drop(int fd[2])
{
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
}

/* A socket of the calling thread's name space, to compare with. */
static int
check(int fd[2])
{
    int own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int err = 0;

    if (own < 0)
        return errno;
    if (!sound(fd[0], AF_INET, own) ||
        (fd[1] >= 0 && !sound(fd[1], AF_INET6, own)))
        err = EXDEV;
    close(own);
    return err;
}

int
ws_synhelp_ask(uint32_t mark, int fd[2], char *why, size_t size)
{
    const char *path = helper_path();
    int got[2] = {-1, -1}, s = -1;
    int err = open_connection(path, &s);

    if (!err) {
        err = talk(s, mark, got);
        close(s);
    }
    if (!err)
        err = check(got);
    if (err) {
        drop(got);
        snprintf(why, why ? size : 0,
                 "no CAP_NET_RAW, and no help from %s: errno %d", path, err);
        return WS_EACCES;
    }
    memcpy(fd, got, sizeof got);
    snprintf(why, why ? size : 0, "%s gave raw sockets", path);
    return 0;
}
