/* SPDX-License-Identifier: MIT */
/* The engine's contract (io/io.h), held against both back-ends, and the choice
 * between them: WS2_IO, and an io_uring that a filter forbids. No sockets of
 * ours, only pairs of descriptors. */
#include "t.h"

#include "base/clock.h"
#include "io/io.h"
#include "os/os.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOON (ws_now() + INT64_C(5000000000))
#define COOKIE 0x123456789abcdef0

static struct {
    atomic_uint count, ready; /* of COOKIE */
    atomic_uint strangers;
} told;

static void
hear(uint64_t cookie, unsigned ready)
{
    if (cookie != COOKIE) {
        atomic_fetch_add(&told.strangers, 1);
        return;
    }
    atomic_store(&told.ready, ready);
    atomic_fetch_add(&told.count, 1);
}

static const struct ws_io_sink sink = {.ready = hear};

/* Drives until COOKIE was told 'ready', or it takes too long. */
static bool
hears(unsigned ready)
{
    int64_t end = SOON;

    while (ws_now() < end) {
        if (atomic_exchange(&told.ready, 0) & ready)
            return true;
        ws_io_drive(end);
    }
    return false;
}

/* Whether a round that only looks brings nothing. */
static bool
silent(void)
{
    unsigned before = atomic_load(&told.count);

    ws_io_drive(0);
    return atomic_load(&told.count) == before;
}

static void
make_pair(int fd[2])
{
    REQUIRE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd));
}

static void
say(int fd)
{
    CHECK_EQ(write(fd, "x", 1), 1);
}

static void
empty(int fd)
{
    char buf[64];

    while (read(fd, buf, sizeof buf) > 0)
        continue;
}

static void
open_engine(const char *name)
{
    setenv("WS2_IO", name, 1);
    REQUIRE_EQ(ws_io_open(&sink), 0);
}

/* Runs 'body' on a pair, its first end watched, with epoll and, where it is
 * allowed, with io_uring. */
static void
on_both(void (*body)(int mine, int other))
{
    static const char *const names[] = {"epoll", "uring"};
    int fd[2];

    for (int i = 0; i < 2; i++) {
        open_engine(names[i]);
        t_note("on %s", ws_io_name());
        make_pair(fd);
        REQUIRE_EQ(ws_io_watch(fd[0], COOKIE), 0);
        CHECK(hears(WS_IO_OUT));
        body(fd[0], fd[1]);
        ws_io_unwatch(fd[0], COOKIE);
        close(fd[0]);
        close(fd[1]);
        ws_io_close();
    }
}

static void
need_uring(void)
{
    open_engine("uring");
    if (strcmp(ws_io_name(), "uring") != 0)
        SKIP("io_uring is not allowed here");
}

/* ---- what is told ---- */

static void
tell_changes(int mine, int other)
{
    CHECK(silent());
    say(other);
    CHECK(hears(WS_IO_IN));
    CHECK(silent());
    empty(mine);
    say(other);
    CHECK(hears(WS_IO_IN));
    shutdown(other, SHUT_WR);
    CHECK(hears(WS_IO_RDHUP));
    CHECK_EQ(atomic_load(&told.strangers), 0);
}

TEST_BARE(each_change_is_told_once_with_its_cookie)
{
    on_both(tell_changes);
}

static void
drain_first(int mine, int other)
{
    say(other);
    empty(mine);
    ws_io_drive(0);
    CHECK(!(atomic_load(&told.ready) & WS_IO_IN));
}

TEST_BARE(what_has_been_drained_is_not_told)
{
    on_both(drain_first);
}

/* Each byte is a completion, and there is no room for so many. */
static void
flood(int mine, int other)
{
    for (int i = 0; i < 20000; i++) {
        say(other);
        empty(mine);
    }
    say(other);
    CHECK(hears(WS_IO_IN));
    empty(mine);
    while (!silent())
        continue;
    say(other);
    CHECK(hears(WS_IO_IN));
}

TEST_BARE(more_changes_than_there_is_room_for_lose_none)
{
    on_both(flood);
}

/* ---- waking ---- */

static void *
drive_for_long(void *arg)
{
    (void)arg;
    ws_io_drive(SOON);
    return NULL;
}

static void
wake_up(int mine, int other)
{
    int64_t end = SOON;
    pthread_t thread;

    (void)mine;
    (void)other;
    ws_io_wake();
    ws_io_drive(end);
    REQUIRE(!pthread_create(&thread, NULL, drive_for_long, NULL));
    ws_io_wake();
    pthread_join(thread, NULL);
    CHECK(ws_now() < end);
}

TEST_BARE(a_wake_ends_the_round_in_progress_or_the_next_one)
{
    on_both(wake_up);
}

/* ---- drivers that come and go ---- */

static void *
hear_room(void *arg)
{
    CHECK_EQ(ws_io_watch(*(int *)arg, COOKIE), 0);
    CHECK(hears(WS_IO_OUT));
    return NULL;
}

/* The thread that had the engine watch and drove it is gone. */
static void
outlive(int mine, int other)
{
    pthread_t thread;

    ws_io_unwatch(mine, COOKIE);
    REQUIRE(!pthread_create(&thread, NULL, hear_room, &mine));
    pthread_join(thread, NULL);
    say(other);
    CHECK(hears(WS_IO_IN));
}

TEST_BARE(a_driver_who_goes_leaves_the_watching_behind)
{
    on_both(outlive);
}

static atomic_bool resting, enough;

static void *
drive_and_rest(void *arg)
{
    CHECK_EQ(ws_io_watch(*(int *)arg, COOKIE), 0);
    CHECK(hears(WS_IO_OUT));
    atomic_store(&resting, true);
    while (!atomic_load(&enough))
        usleep(100);
    return NULL;
}

/* The thread that drove does other things now, for long. */
static void
leave_elsewhere(int mine, int other)
{
    pthread_t thread;

    atomic_store(&resting, false);
    atomic_store(&enough, false);
    ws_io_unwatch(mine, COOKIE);
    REQUIRE(!pthread_create(&thread, NULL, drive_and_rest, &mine));
    while (!atomic_load(&resting))
        usleep(100);
    say(other);
    CHECK(hears(WS_IO_IN));
    atomic_store(&enough, true);
    pthread_join(thread, NULL);
}

TEST_BARE(a_driver_who_does_other_things_holds_nothing_back)
{
    on_both(leave_elsewhere);
}

/* ---- letting go ---- */

static void
close_now(int mine, int other)
{
    char byte;

    ws_io_unwatch(mine, COOKIE);
    close(mine);
    CHECK_EQ(read(other, &byte, 1), 0);
    REQUIRE_EQ(dup2(other, mine), mine); /* for the rest to close */
    CHECK_EQ(ws_io_watch(mine, COOKIE), 0);
}

TEST_BARE(what_is_no_longer_watched_ends_when_it_is_closed)
{
    on_both(close_now);
}

static atomic_bool leave;

static void *
keep_driving(void *arg)
{
    (void)arg;
    while (!atomic_load(&leave))
        ws_io_drive(SOON);
    return NULL;
}

/* Another thread sleeps in the engine, which armed what is closed here. The
 * kernel may be some instants behind, never a round. */
TEST_BARE(what_another_thread_watches_can_be_closed)
{
    pthread_t thread;
    int64_t end;
    int fd[2];
    char byte;

    need_uring();
    REQUIRE(!pthread_create(&thread, NULL, keep_driving, NULL));
    for (int i = 0; i < 500; i++) {
        make_pair(fd);
        REQUIRE_EQ(ws_io_watch(fd[0], COOKIE), 0);
        if (i % 2)
            say(fd[1]);
        ws_io_unwatch(fd[0], COOKIE);
        close(fd[0]);
        end = SOON;
        while (read(fd[1], &byte, 1) < 0 && errno == EAGAIN && ws_now() < end)
            continue;
        CHECK(ws_now() < end);
        close(fd[1]);
    }
    atomic_store(&leave, true);
    ws_io_wake();
    pthread_join(thread, NULL);
    ws_io_close();
}

/* Somebody closed it, and the number is another's now. */
TEST_BARE(a_number_that_is_watched_again_is_watched_for_its_new_owner)
{
    int fd[2], next[2];

    need_uring();
    make_pair(fd);
    REQUIRE_EQ(ws_io_watch(fd[0], COOKIE + 1), 0);
    ws_io_drive(SOON);
    make_pair(next);
    REQUIRE_EQ(dup2(next[0], fd[0]), fd[0]);
    REQUIRE_EQ(ws_io_watch(fd[0], COOKIE), 0);
    CHECK(hears(WS_IO_OUT));
    ws_io_unwatch(fd[0], COOKIE + 1); /* the late word of the old owner */
    say(next[1]);
    CHECK(hears(WS_IO_IN));
    ws_io_unwatch(fd[0], COOKIE);
    close(fd[0]);
    close(fd[1]);
    close(next[0]);
    close(next[1]);
    ws_io_close();
}

/* ---- the choice ---- */

TEST_BARE(epoll_serves_unless_the_environment_says_otherwise)
{
    unsetenv("WS2_IO");
    CHECK_EQ(ws_io_open(&sink), 0);
    CHECK_STR(ws_io_name(), "epoll");
    ws_io_close();
    open_engine("kqueue");
    CHECK_STR(ws_io_name(), "epoll");
    ws_io_close();
    CHECK_STR(ws_io_name(), "");
}

TEST_BARE(the_engine_that_was_chosen_stays_until_it_is_closed)
{
    need_uring();
    open_engine("epoll"); /* counts only */
    CHECK_STR(ws_io_name(), "uring");
    ws_io_close();
    CHECK_STR(ws_io_name(), "uring");
    ws_io_close();
    open_engine("epoll");
    CHECK_STR(ws_io_name(), "epoll");
    ws_io_close();
}

/* From here on the process may not make this system call. */
static void
forbid(unsigned number, unsigned error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {4, filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        SKIP("no system call filters here");
}

static void
falls_back(void)
{
    open_engine("uring");
    CHECK_STR(ws_io_name(), "epoll");
    ws_io_close();
    on_both(tell_changes);
}

TEST_BARE(a_forbidden_ring_is_found_out_at_the_start)
{
    forbid(SYS_io_uring_setup, EPERM);
    falls_back();
}

TEST_BARE(a_ring_that_may_be_made_but_not_entered_is_found_out_at_the_start)
{
    forbid(SYS_io_uring_enter, ENOSYS);
    falls_back();
}

TEST_BARE(a_ring_that_cannot_let_go_is_found_out_at_the_start)
{
    forbid(SYS_io_uring_register, EPERM);
    falls_back();
}
