/* SPDX-License-Identifier: MIT */
/* The engine on io_uring: one ring per process, one multishot poll per watched
 * descriptor, entered by whoever drives. No operation of a socket goes through
 * it. Two things differ from epoll and are mended here. A poll tells what woke
 * it, not what holds; so each descriptor is looked at again before it is told.
 * A poll keeps the file open; so "unwatch" ends when the kernel has let go.
 *
 * The ring is one that any thread may enter. A poll's completions run in the
 * thread that armed it, so drivers arm, and nobody else: a thread that never
 * drives is never interrupted. When the one that armed exits, its polls are
 * cancelled, and the next driver arms them again. Invariant: a slot that is
 * ARMED or LEAVING has one request in the kernel, which carries its serial. */
#define _GNU_SOURCE
#include "io/backend.h"
#include "io/ring.h"
#include "os/os.h"

#include <errno.h>

#ifndef WS_HAS_RING

static int
refuse(const struct ws_io_sink *sink)
{
    (void)sink;
    return ws_err(WS_OP_OTHER, ENOSYS);
}

const struct ws_io_backend ws_io_uring = {.name = "uring", .open = refuse};

#else

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"

#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define SUBMISSIONS 256
#define COMPLETIONS 8192 /* also sizes the kernel's table of polls */
#define BATCH 16         /* what os polls without allocating */
#define EVENTS (POLLIN | POLLOUT | POLLPRI | POLLRDHUP)
#define LIMIT (1 << 20) /* no descriptor is higher, unless fs.nr_open is */
#define WAKE UINT64_MAX

enum state {
    FREE,
    UNARMED, /* on the list of that name */
    ARMED,   /* on the list "fresh" if it has something to tell */
    LEAVING, /* cancelled, and the kernel has not confirmed it yet */
};

struct slot {
    struct ws_list node;
    uint64_t cookie;
    uint32_t serial; /* rises with each poll, tells their completions apart */
    int fd;
    enum state state;
};

/* Never held while a thread sleeps; the ring's queues and all slots are under
 * it. A descriptor's number finds its slot, so that watching and completing
 * allocate nothing. */
static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static struct ws_ring ring;
static bool is_open;       /* 'ring' is */
static bool sleeping;      /* a driver enters the kernel or is there */
static struct slot *slots; /* LIMIT, of memory that is there when touched */
static struct ws_list unarmed = WS_LIST_INIT(unarmed);
static struct ws_list fresh = WS_LIST_INIT(fresh);
static atomic_bool woken; /* a WAKE is under way */
static const struct ws_io_sink *told;

/* ---- slots ---- */

static struct slot *
find(int fd) WS_REQUIRES(lock)
{
    return is_open && (unsigned)fd < LIMIT ? &slots[fd] : NULL;
}

static void
move(struct slot *s, enum state to, struct ws_list *list) WS_REQUIRES(lock)
{
    s->state = to;
    ws_list_remove(&s->node);
    if (list)
        ws_list_append(list, &s->node);
}

static uint64_t
data_of(const struct slot *s)
{
    return (uint64_t)s->serial << 32 | (uint32_t)s->fd;
}

/* ---- the ring's two queues ---- */

static struct io_uring_sqe *
next_entry(void) WS_REQUIRES(lock)
{
    struct io_uring_sqe *sqe = ws_ring_next(&ring);

    if (sqe)
        return sqe;
    ws_ring_submit(&ring);
    return ws_ring_next(&ring);
}

/* What cannot be submitted now stays in the queue for the next time. */
static void
arm_all(void) WS_REQUIRES(lock)
{
    struct io_uring_sqe *sqe;

    while (!ws_list_empty(&unarmed) && (sqe = next_entry())) {
        struct slot *s = WS_CONTAINER_OF(unarmed.next, struct slot, node);

        s->serial++;
        sqe->opcode = IORING_OP_POLL_ADD;
        sqe->fd = s->fd;
        sqe->len = IORING_POLL_ADD_MULTI;
        sqe->poll32_events = EVENTS;
        sqe->user_data = data_of(s);
        move(s, ARMED, NULL);
    }
    if (!ws_ring_submitted(&ring))
        ws_ring_submit(&ring);
}

/* A poll has ended: it was cancelled, the thread that armed it is gone, or the
 * completion queue was full. One that could not start has nothing to watch:
 * somebody closed the descriptor. */
static void
ended(struct slot *s, int result) WS_REQUIRES(lock)
{
    bool lives = result >= 0 || result == -ECANCELED || result == -ENOMEM;

    if (s->state == ARMED && lives)
        move(s, UNARMED, &unarmed);
    else
        move(s, FREE, NULL);
}

/* Whether it was a wake. */
static bool
take(const struct io_uring_cqe *cqe) WS_REQUIRES(lock)
{
    struct slot *s;

    if (cqe->user_data == WAKE) {
        atomic_store(&woken, false);
        return true;
    }
    s = find((int)(uint32_t)cqe->user_data);
    if (!s || s->serial != cqe->user_data >> 32)
        return false;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        ended(s, cqe->res);
    else if (s->state == ARMED)
        move(s, ARMED, &fresh);
    return false;
}

/* Whether there was a wake. Reaping needs no system call but after an overflow:
 * what the kernel could not put into the queue it brings when asked. */
static bool
reap(void) WS_REQUIRES(lock)
{
    const struct io_uring_cqe *cqe;
    bool woke = false;

    ws_ring_relieve(&ring);
    for (; (cqe = ws_ring_peek(&ring)); ws_ring_seen(&ring))
        woke |= take(cqe);
    return woke;
}

/* The flag saves the system call when several wake the same round. */
static void
wake_locked(void) WS_REQUIRES(lock)
{
    struct io_uring_sqe *sqe;

    if (!is_open || atomic_exchange(&woken, true))
        return;
    sqe = next_entry();
    if (!sqe) {
        atomic_store(&woken, false);
        return;
    }
    sqe->opcode = IORING_OP_NOP;
    sqe->user_data = WAKE;
    ws_ring_submit(&ring);
}

static void
wake(void)
{
    if (atomic_load(&woken))
        return;
    ws_lock(&lock);
    wake_locked();
    ws_unlock(&lock);
}

/* ---- life ---- */

static int
open_ring(const struct ws_io_sink *sink)
{
    struct ws_ring r;
    void *memory;
    int err = ws_ring_open(&r, SUBMISSIONS, COMPLETIONS, 0);

    if (err)
        return ws_err(WS_OP_OTHER, err);
    memory = mmap(NULL, LIMIT * sizeof(*slots), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        ws_ring_close(&r);
        return ws_err(WS_OP_OTHER, ENOMEM);
    }
    told = sink;
    ws_lock(&lock);
    slots = memory;
    ring = r;
    is_open = true;
    ws_unlock(&lock);
    return 0;
}

static void
close_ring(void)
{
    ws_lock(&lock);
    is_open = false;
    atomic_store(&woken, false);
    ws_ring_close(&ring);
    munmap(slots, LIMIT * sizeof(*slots));
    ws_list_init(&unarmed);
    ws_list_init(&fresh);
    ws_unlock(&lock);
}

/* ---- watching ---- */

/* A slot is in use already if the socket made for it could not be finished, or
 * if somebody closed its descriptor: what it was watched for is replaced. */
static int
watch(int fd, uint64_t cookie)
{
    struct slot *s;

    ws_lock(&lock);
    s = find(fd);
    if (s) {
        if (s->state == ARMED)
            ws_ring_cancel(&ring, data_of(s));
        if (s->state == FREE)
            ws_list_init(&s->node);
        s->serial++;
        s->cookie = cookie;
        s->fd = fd;
        move(s, UNARMED, &unarmed);
        if (sleeping)
            wake_locked();
    }
    ws_unlock(&lock);
    return s ? 0 : ws_err(WS_OP_OTHER, ENOMEM);
}

#define PATIENCE 1000 /* turns; then the descriptor is closed all the same */

/* Waits until the kernel has let go of what 's' watched. Any thread may reap;
 * what it takes from under a driver who is asleep or about to be, it tells. */
static void
await_leaving(struct slot *s) WS_REQUIRES(lock)
{
    bool woke = reap();

    for (int turn = 0; s->state == LEAVING && turn < PATIENCE; turn++) {
        ws_unlock(&lock);
        sched_yield();
        ws_lock(&lock);
        if (!is_open)
            return;
        woke |= reap();
    }
    if (woke ||
        (sleeping && !(ws_list_empty(&fresh) && ws_list_empty(&unarmed))))
        wake_locked();
}

static void
unwatch(int fd, uint64_t cookie)
{
    struct slot *s;

    ws_lock(&lock);
    s = find(fd);
    if (s && s->cookie == cookie && s->state == ARMED) {
        ws_ring_cancel(&ring, data_of(s));
        move(s, LEAVING, NULL);
        await_leaving(s);
    } else if (s && s->cookie == cookie && s->state == UNARMED) {
        move(s, FREE, NULL);
    }
    ws_unlock(&lock);
}

/* ---- driving ---- */

/* Up to BATCH descriptors that have something to tell. */
static size_t
collect(struct ws_os_poll *polls, uint64_t *cookies) WS_REQUIRES(lock)
{
    size_t count = 0;

    while (count < BATCH && !ws_list_empty(&fresh)) {
        struct slot *s = WS_CONTAINER_OF(fresh.next, struct slot, node);

        move(s, ARMED, NULL);
        cookies[count] = s->cookie;
        polls[count++] = (struct ws_os_poll){
            .fd = s->fd,
            .want = WS_IO_IN | WS_IO_OUT | WS_IO_PRI,
        };
    }
    return count;
}

/* What holds now, for those that were woken. */
static void
look_again(struct ws_os_poll *polls, size_t count)
{
    size_t some;
    int tries = 8; /* signals */

    while (ws_os_poll(polls, count, 0, &some) && --tries)
        continue;
}

static size_t
gather(struct ws_os_poll *polls, uint64_t *cookies, int64_t deadline)
{
    size_t count;
    bool woke;

    ws_lock(&lock);
    arm_all();
    woke = reap();
    count = collect(polls, cookies);
    sleeping = !woke && !count && deadline > 0;
    woke = !sleeping;
    ws_unlock(&lock);
    if (woke)
        return count;

    ws_ring_wait(&ring, deadline);
    ws_lock(&lock);
    sleeping = false;
    reap();
    count = collect(polls, cookies);
    ws_unlock(&lock);
    return count;
}

static unsigned
drive(int64_t deadline)
{
    struct ws_os_poll polls[BATCH];
    uint64_t cookies[BATCH];
    size_t count = gather(polls, cookies, deadline);

    if (count)
        look_again(polls, count);
    for (size_t i = 0; i < count; i++)
        if (polls[i].ready && !(polls[i].ready & WS_IO_NVAL))
            told->ready(cookies[i], polls[i].ready);
    return (unsigned)count;
}

const struct ws_io_backend ws_io_uring = {
    .name = "uring",
    .open = open_ring,
    .close = close_ring,
    .watch = watch,
    .unwatch = unwatch,
    .drive = drive,
    .wake = wake,
};

#endif
