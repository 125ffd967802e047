/* SPDX-License-Identifier: MIT */
/* Strangers in great numbers: TCP connections to an ISO port whose callers say
 * nothing, or begin a request and never end it. They come from children, since
 * no process may have so many descriptors; a child says by bytes in a pipe how
 * far it is. What the strangers cost is looked at while they come. */
#include "api/net.h"

#include "base/clock.h"
#include "os/os.h"

#include <dirent.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wshisotp.h>

enum {
    CHILDREN = 2,
    EACH = 5000,
    KEPT = 512,         /* of a port, at most: docs/isotp.md */
    PLACES = KEPT + 64, /* descriptors with what else the test has */
    COST = 2048         /* octets of memory for each of those who are kept */
};

/* ---- the strangers ---- */

struct child {
    pid_t pid;
    int orders[2], reports[2];
};

static int
call_in(uint16_t port)
{
    static const unsigned char ip[] = {127, 0, 0, 1};
    struct ws_addr to = {.len = 16};
    int fd;

    to.family = AF_INET;
    to.bytes[2] = (unsigned char)(port >> 8);
    to.bytes[3] = (unsigned char)port;
    memcpy(to.bytes + 4, ip, sizeof ip);
    if (ws_os_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP, false, false, &fd))
        return -1;
    return ws_os_connect(fd, &to) ? -1 : fd;
}

/* Every second one has begun to speak, but there is no CR in it. */
static int
come(uint16_t port, struct ws_os_poll *all)
{
    struct ws_iov half = {(void *)"\3\0\0\26\21\340\0", 7};
    size_t moved;

    for (int i = 0; i < EACH; i++) {
        all[i] = (struct ws_os_poll){call_in(port), WS_IO_IN, 0};
        if (all[i].fd < 0)
            return 1;
        if (i % 2)
            ws_os_send(all[i].fd, &half, 1, 0, NULL, &moved);
    }
    return 0;
}

static void
live(const struct child *c)
{
    static struct ws_os_poll all[EACH];
    uint16_t port;
    int gone = 0;
    size_t count;
    char word;

    if (read(c->orders[0], &port, sizeof port) != sizeof port ||
        come(port, all) || write(c->reports[1], "c", 1) != 1 ||
        read(c->orders[0], &word, 1) != 1 || ws_os_poll(all, EACH, 0, &count))
        _exit(1);
    for (int i = 0; i < EACH; i++)
        gone += all[i].ready != 0;
    _exit(write(c->reports[1], &gone, sizeof gone) != sizeof gone ||
          read(c->orders[0], &word, 1));
}

/* Before the library is started in this process. */
static void
breed(struct child all[CHILDREN])
{
    for (int i = 0; i < CHILDREN; i++) {
        struct child *c = &all[i];

        REQUIRE(!pipe(c->orders) && !pipe(c->reports));
        c->pid = fork();
        REQUIRE(c->pid >= 0);
        if (!c->pid) {
            for (int j = 0; j <= i; j++)
                close(all[j].orders[1]);
            t_fd_limit(EACH + 100);
            live(c);
        }
        close(c->orders[0]);
        close(c->reports[1]);
    }
}

static void
order(struct child all[CHILDREN], const void *word, size_t size)
{
    for (int i = 0; i < CHILDREN; i++)
        REQUIRE_EQ(write(all[i].orders[1], word, size), size);
}

static void
bury(struct child all[CHILDREN])
{
    for (int i = 0; i < CHILDREN; i++)
        close(all[i].orders[1]);
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;

        waitpid(all[i].pid, &status, 0);
        CHECK_EQ(status, 0);
        close(all[i].reports[0]);
    }
}

/* ---- who is called ---- */

static SOCKET
listener(const char *selector, uint16_t *port)
{
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0);
    struct net_addr in = net_loopback(AF_INET, *port);
    SOCKADDR_STORAGE tcp;
    SOCKADDR_TP sa;
    int len = sizeof sa;

    REQUIRE(ISO_SET_TP_INET(&sa, selector, (int)strlen(selector), &in.u.any));
    REQUIRE_ERR(!bind(s, (struct sockaddr *)&sa, sizeof sa), net_error());
    REQUIRE_ERR(!listen(s, 16), net_error());
    REQUIRE(!getsockname(s, (struct sockaddr *)&sa, &len));
    REQUIRE(ISO_GET_TP_INET(&sa, &tcp));
    *port = ntohs(((struct sockaddr_in *)&tcp)->sin_port);
    return s;
}

static int
places(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    REQUIRE(dir != NULL);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static SOCKET accepted;

static DWORD WINAPI
accept_one(LPVOID s)
{
    accepted = accept(*(SOCKET *)s, NULL, NULL);
    return 0;
}

/* Whoever waits drives; it is to wait in vain until all have come. */
static void
wait_in_vain(struct child all[CHILDREN], WSAEVENT event, int *most)
{
    size_t before = mallinfo2().uordblks;

    for (int i = 0; i < CHILDREN; i++) {
        struct ws_os_poll p = {all[i].reports[0], WS_IO_IN, 0};
        size_t count = 0;
        char word;

        while (!count) {
            CHECK(!net_signalled(event, 5));
            if (places() > *most)
                *most = places();
            CHECK(mallinfo2().uordblks < before + (size_t)KEPT * COST);
            REQUIRE_EQ(ws_os_poll(&p, 1, ws_now(), &count), 0);
        }
        REQUIRE_EQ(read(all[i].reports[0], &word, 1), 1);
    }
}

static void
call_properly(uint16_t port, const char *selector)
{
    unsigned char cr[16] = {3, 0, 0, 0, 0, 0xe0, 0, 0, 0, 1, 0, 0xc2};
    size_t len = strlen(selector);
    struct ws_iov one = {cr, 13 + len};
    size_t moved = 0;
    int fd = call_in(port);

    cr[3] = (unsigned char)(13 + len);
    cr[4] = (unsigned char)(8 + len);
    cr[12] = (unsigned char)len;
    memcpy(cr + 13, selector, len);
    REQUIRE(fd >= 0);
    REQUIRE_EQ(ws_os_send(fd, &one, 1, 0, NULL, &moved), 0);
    REQUIRE_EQ(ws_os_recv(fd, &one, 1, &(int){0}, NULL, &moved), 0);
    CHECK_EQ(cr[5], 0xd0);
    ws_os_close(fd);
}

static DWORD WINAPI
call_one(LPVOID port)
{
    call_properly(*(uint16_t *)port, "a");
    return 0;
}

TEST_BARE(ten_thousand_who_never_call_are_bounded_and_wake_nobody, "PQ-1")
{
    struct child all[CHILDREN];
    uint16_t port = 0;
    SOCKET quiet, blocked;
    HANDLE waiter, caller;
    WSAEVENT event;
    int most = 0, old = t_fd_limit(PLACES + 200);
    WSADATA data;

    breed(all);
    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    event = WSACreateEvent();
    blocked = listener("a", &port);
    quiet = listener("b", &port);
    REQUIRE_EQ(WSAEventSelect(quiet, event, FD_ACCEPT), 0);
    waiter = net_thread(accept_one, &blocked);
    order(all, &port, sizeof port);
    wait_in_vain(all, event, &most);
    CHECK(most < PLACES);
    CHECK(!net_signalled(waiter, 0));

    caller = net_thread(call_one, &port);
    net_join(waiter);
    net_join(caller);
    CHECK(accepted != INVALID_SOCKET);
    CHECK(!net_signalled(event, 0));
    order(all, "?", 1);
    for (int i = 0; i < CHILDREN; i++) {
        int gone = 0;

        REQUIRE_EQ(read(all[i].reports[0], &gone, sizeof gone), sizeof gone);
        CHECK(gone >= EACH - KEPT);
        t_note("%d of %d sent away", gone, EACH);
    }
    bury(all);
    net_close(accepted);
    net_close(blocked);
    net_close(quiet);
    WSACloseEvent(event);
    CHECK_EQ(WSACleanup(), 0);
    if (old > 0)
        t_fd_limit(old);
}
