/* SPDX-License-Identifier: MIT */
/* Files into streams without blocking, and numbers that come to name another
 * socket. */
#include "os_util.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>

enum { BIG = 8 << 20 };

/* An open file of 'size' bytes that tell their place. */
static int
file_of(size_t size)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    unsigned char *p;

    REQUIRE(fd >= 0);
    REQUIRE_EQ(ftruncate(fd, (off_t)size), 0);
    p = mmap(NULL, size, PROT_WRITE, MAP_SHARED, fd, 0);
    REQUIRE(p != MAP_FAILED);
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char)(i % 251);
    munmap(p, size);
    return fd;
}

/* Sends until there is no more room or no more file; gives the error. */
static int
fill(int fd, int file, int64_t *offset)
{
    size_t moved;
    int err;

    do {
        moved = 0;
        err = ws_os_sendfile(fd, file, offset, BIG, &moved);
    } while (!err && moved);
    return err;
}

/* Takes what is there and judges it; gives how much. */
static size_t
drain(int fd, size_t at)
{
    static unsigned char buf[1 << 16];
    struct ws_iov iov = {buf, sizeof buf};
    size_t n = 0, sum = 0;
    int flags = WS_OS_DONTWAIT | WS_OS_STREAM;

    while (!ws_os_recv(fd, &iov, 1, &flags, NULL, &n) && n) {
        REQUIRE_EQ(buf[0], (at + sum) % 251);
        REQUIRE_EQ(buf[n - 1], (at + sum + n - 1) % 251);
        sum += n;
    }
    return sum;
}

TEST(a_file_arrives_from_its_offset_to_its_end, "TF-1")
{
    int64_t offset = 500;
    size_t moved = 99;
    int fd[2], file = file_of(1000);

    make_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_sendfile(fd[0], file, &offset, 200, &moved), 0);
    CHECK_EQ(moved, 200);
    CHECK_EQ(offset, 700);
    CHECK_EQ(ws_os_sendfile(fd[0], file, &offset, 1000, &moved), 0);
    CHECK_EQ(moved, 300);
    CHECK_EQ(ws_os_sendfile(fd[0], file, &offset, 1000, &moved), 0);
    CHECK_EQ(moved, 0);
    CHECK_EQ(offset, 1000);
    CHECK_EQ(lseek(file, 0, SEEK_CUR), 0);
    await(fd[1], WS_IO_IN);
    CHECK_EQ(drain(fd[1], 500), 500);
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
    close(file);
}

TEST(a_full_socket_does_not_block_a_blocking_descriptor, "TF-1")
{
    static const int sizes[] = {0, 1, 20000, 1 << 20};
    int file = file_of(BIG);

    for (int i = 0; i < 4; i++) {
        int fd[2];
        int64_t offset = 0;
        size_t got = 0;

        make_pair(WS_AF_INET6, fd);
        if (sizes[i])
            REQUIRE_EQ(ws_os_setopt(fd[0], WS_AF_INET6, 1, WS_SOL_SOCKET,
                                    WS_SO_SNDBUF, &sizes[i], 4),
                       0);
        while (got < BIG) {
            int err = fill(fd[0], file, &offset);

            CHECK(err == WS_EWOULDBLOCK || (!err && offset == BIG));
            await(fd[1], WS_IO_IN);
            got += drain(fd[1], got);
        }
        CHECK_EQ(offset, BIG);
        ws_os_close(fd[0]);
        ws_os_close(fd[1]);
    }
    close(file);
}

/* Being told of room by edges needs the kernel to know that one was missing. */
TEST(room_after_a_refusal_is_an_event, "TF-1")
{
    struct epoll_event ev = {.events = EPOLLOUT | EPOLLET};
    int fd[2], file = file_of(BIG), ep = epoll_create1(EPOLL_CLOEXEC);
    int64_t offset = 0;
    size_t got;

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &ev), 0);
    REQUIRE_EQ(epoll_wait(ep, &ev, 1, 10000), 1);
    REQUIRE_EQ(fill(fd[0], file, &offset), WS_EWOULDBLOCK);
    while (epoll_wait(ep, &ev, 1, 0))
        ;
    got = drain(fd[1], 0);
    for (int i = 0; i < 100 && got < (size_t)offset; i++) {
        await(fd[1], WS_IO_IN);
        got += drain(fd[1], got);
    }
    CHECK_EQ(epoll_wait(ep, &ev, 1, 10000), 1);
    CHECK_EQ(ws_os_sendfile(fd[0], file, &offset, 1, &got), 0);
    close(ep);
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
    close(file);
}

TEST(a_file_to_a_dead_peer_is_an_error_and_no_signal, "TF-1")
{
    int fd[2], file = file_of(10), blocked;
    int64_t offset = 0;
    size_t moved = 99;
    sigset_t set, old;

    for (blocked = 0; blocked < 2; blocked++) {
        sigemptyset(&set);
        sigaddset(&set, SIGPIPE);
        pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
        make_pair(WS_AF_INET, fd);
        REQUIRE_EQ(ws_os_abortive(fd[1]), 0);
        ws_os_close(fd[1]);
        await(fd[0], WS_IO_HUP);
        CHECK_EQ(ws_os_take_error(fd[0], WS_OP_SEND), WS_ECONNRESET);
        CHECK_EQ(ws_os_sendfile(fd[0], file, &offset, 10, &moved),
                 WS_ESHUTDOWN);
        ws_os_close(fd[0]);
        sigpending(&set);
        CHECK(!sigismember(&set, SIGPIPE));
        pthread_sigmask(SIG_BLOCK, NULL, &old);
        CHECK_EQ(sigismember(&old, SIGPIPE), blocked);
    }
    CHECK_EQ(moved, 99);
    CHECK_EQ(offset, 0);
    close(file);
}

TEST(a_file_goes_nowhere_without_a_socket_or_a_connection, "TF-1 G-3")
{
    int file = file_of(10), s = make(WS_AF_INET, WS_SOCK_STREAM, false), err;
    int64_t offset = 0;
    size_t moved = 99;

    err = ws_os_sendfile(s, file, &offset, 10, &moved);
    CHECK(err == WS_ENOTCONN || err == WS_ESHUTDOWN);
    CHECK_EQ(ws_os_sendfile(-1, file, &offset, 10, &moved), WS_ENOTSOCK);
    CHECK_EQ(moved, 99);
    ws_os_close(s);
    close(file);
}

/* ---- ws_os_replace ---- */

TEST(a_number_comes_to_name_another_socket, "AEX-1")
{
    int fd[2], fresh = make(WS_AF_INET, WS_SOCK_STREAM, false);
    char c = 0;
    struct ws_iov iov = {&c, 1};
    size_t n = 0;
    int flags = 0;

    for (int inherit = 0; inherit < 2; inherit++) {
        make_pair(WS_AF_INET, fd);
        REQUIRE_EQ(ws_os_inherit(fresh, inherit), 0);
        CHECK_EQ(ws_os_replace(fresh, fd[1]), 0);
        CHECK_EQ(fcntl(fd[1], F_GETFD), -1);
        CHECK_EQ(fcntl(fresh, F_GETFD), inherit ? 0 : FD_CLOEXEC);
        REQUIRE_EQ(put(fd[0], "x"), 0);
        CHECK_EQ(ws_os_recv(fresh, &iov, 1, &flags, NULL, &n), 0);
        CHECK_EQ(c, 'x');
        ws_os_close(fd[0]);
    }
    CHECK_EQ(ws_os_replace(fresh, -1), WS_ENOTSOCK);
    CHECK_EQ(ws_os_replace(-1, fresh), WS_ENOTSOCK);
    CHECK(fcntl(fresh, F_GETFD) >= 0);
    ws_os_close(fresh);
}

static void *
look_all_the_time(void *arg)
{
    struct sleeper *s = arg;
    long seen = 0;

    while (!atomic_load(&s->done)) {
        seen += fcntl(s->fd, F_GETFD) < 0;
        atomic_fetch_add(&s->tid, 1);
    }
    return (void *)seen;
}

TEST(nobody_sees_a_number_without_a_socket, "AEX-1")
{
    struct sleeper s = {.fd = make(WS_AF_INET, WS_SOCK_STREAM, false)};
    void *missed = NULL;

    REQUIRE_EQ(pthread_create(&s.thread, NULL, look_all_the_time, &s), 0);
    while (!atomic_load(&s.tid))
        sched_yield();
    for (int i = 0; i < 2000; i++) {
        int by = make(WS_AF_INET, WS_SOCK_STREAM, false);

        REQUIRE_EQ(ws_os_replace(s.fd, by), 0);
    }
    atomic_store(&s.done, 1);
    pthread_join(s.thread, &missed);
    CHECK(!missed);
    ws_os_close(s.fd);
}
