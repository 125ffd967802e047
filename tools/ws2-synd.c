/* SPDX-License-Identifier: MIT */
/* ws2-synd: gives raw sockets to programs that hold SYNs and have no
 * CAP_NET_RAW of their own; it is the one to have it (setcap cap_net_raw+ep).
 * What it gives hears first packets of TCP connections and resets, nothing
 * else, and cannot be widened: its filter is locked. What it cannot take away
 * is that a raw socket sends packets from any address.
 *
 * Who may ask: its own user, root, and the members of its group, as the socket
 * in the file system says, too (mode 0660); and only from its own network name
 * space. It listens where WS2_SYND says, or at /run/ws2-synd.sock. */
#include "os/synsock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { GROUPS = 64 };

static bool
in_group(int peer, const struct ucred *who)
{
    gid_t list[GROUPS];
    socklen_t len = sizeof list;

    if (who->gid == getegid())
        return true;
    if (getsockopt(peer, SOL_SOCKET, SO_PEERGROUPS, list, &len))
        return false;
    for (size_t i = 0; i < len / sizeof *list; i++)
        if (list[i] == getegid())
            return true;
    return false;
}

/* The connection belongs to the name space of who made it. */
static int
judge(int peer, int listener)
{
    struct ucred who;
    socklen_t len = sizeof who;

    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &len))
        return errno;
    if (!ws_synsock_same_net(peer, listener))
        return EXDEV;
    if (who.uid == 0 || who.uid == geteuid() || in_group(peer, &who))
        return 0;
    return EACCES;
}

static int
make_locked(bool v6, uint32_t mark, int *fd)
{
    static const int one = 1;
    int err = ws_synsock_open(v6, mark, fd);

    if (!err && setsockopt(*fd, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof one)) {
        err = errno;
        close(*fd);
        *fd = -1;
    }
    return err;
}

static void
answer(int peer, int err, const int *fd, size_t count)
{
    struct ws_synd_reply reply = {WS_SYND_MAGIC, err};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control = {.bytes = ""};
    struct iovec iov = {&reply, sizeof reply};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

    if (!err) {
        m.msg_control = &control;
        m.msg_controllen = CMSG_SPACE(count * sizeof *fd);
        control.align.cmsg_level = SOL_SOCKET;
        control.align.cmsg_type = SCM_RIGHTS;
        control.align.cmsg_len = CMSG_LEN(count * sizeof *fd);
        memcpy(CMSG_DATA(&control.align), fd, count * sizeof *fd);
    }
    sendmsg(peer, &m, MSG_NOSIGNAL); /* who has gone needs none */
}

static void
serve(int peer, int listener)
{
    static const struct timeval patience = {1, 0};
    struct ws_synd_request request;
    int fd[2] = {-1, -1}, err = judge(peer, listener);

    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (!err && (recv(peer, &request, sizeof request, 0) != sizeof request ||
                 request.magic != WS_SYND_MAGIC))
        err = EPROTO;
    if (!err)
        err = make_locked(false, request.mark, &fd[0]);
    if (!err)
        make_locked(true, request.mark, &fd[1]); /* if there is IPv6 */
    answer(peer, err, fd, fd[1] < 0 ? 1 : 2);
    for (int i = 0; i < 2; i++)
        if (fd[i] >= 0)
            close(fd[i]);
}

/* Descriptor 3 if systemd made the socket. Else one of a helper that died is
 * replaced, and one of a helper that lives is let be. */
static int
open_listener(const char *path)
{
    const char *pid = getenv("LISTEN_PID");
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int s;

    if (pid && atol(pid) == getpid())
        return 3;
    s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s < 0 || strlen(path) >= sizeof sa.sun_path)
        return -1;
    memcpy(sa.sun_path, path, strlen(path));
    if (!connect(s, (struct sockaddr *)&sa, sizeof sa)) {
        errno = EADDRINUSE;
        return -1;
    }
    if (errno == ECONNREFUSED)
        unlink(path);
    umask(0117);
    if (bind(s, (struct sockaddr *)&sa, sizeof sa) || listen(s, 16))
        return -1;
    return s;
}

int
main(void)
{
    const char *path = getenv("WS2_SYND");
    int listener, peer;

    if (!path || !*path)
        path = WS_SYND_PATH;
    listener = open_listener(path);
    while (listener >= 0) {
        peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            break;
        serve(peer, listener);
        close(peer);
    }
    fprintf(stderr, "ws2-synd: %s: %s\n", path, strerror(errno));
    return 1;
}
