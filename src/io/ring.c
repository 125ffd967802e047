/* SPDX-License-Identifier: MIT */
/* An io_uring, by system calls: see ring.h. */
#define _GNU_SOURCE
#include "io/ring.h"

#ifdef WS_HAS_RING

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FEATURES                                                               \
    (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG)

static int
enter(const struct ws_ring *r, unsigned submit, unsigned wait, unsigned flags,
      const void *arg, size_t size)
{
    long n = syscall(SYS_io_uring_enter, r->fd, submit, wait, flags, arg, size);

    return n < 0 ? errno : 0;
}

/* ---- life ---- */

static void *
map(int fd, size_t size, off_t what)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_POPULATE, fd, what);

    return p == MAP_FAILED ? NULL : p;
}

static void
lay_out(struct ws_ring *r, const struct io_uring_params *p)
{
    char *q = r->queues;
    unsigned *order = (unsigned *)(q + p->sq_off.array);

    r->sq_head = (atomic_uint *)(q + p->sq_off.head);
    r->sq_tail = (atomic_uint *)(q + p->sq_off.tail);
    r->sq_flags = (atomic_uint *)(q + p->sq_off.flags);
    r->cq_head = (atomic_uint *)(q + p->cq_off.head);
    r->cq_tail = (atomic_uint *)(q + p->cq_off.tail);
    r->cqes = (struct io_uring_cqe *)(q + p->cq_off.cqes);
    r->sqes = r->entries;
    r->sq_mask = p->sq_entries - 1;
    r->cq_mask = p->cq_entries - 1;
    for (unsigned i = 0; i < p->sq_entries; i++)
        order[i] = i; /* entries are used in turn */
}

static int
map_queues(struct ws_ring *r, const struct io_uring_params *p)
{
    size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned);
    size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);

    r->queues_size = sq > cq ? sq : cq;
    r->entries_size = p->sq_entries * sizeof(struct io_uring_sqe);
    r->queues = map(r->fd, r->queues_size, IORING_OFF_SQ_RING);
    r->entries = map(r->fd, r->entries_size, IORING_OFF_SQES);
    if (!r->queues || !r->entries)
        return ENOMEM;
    lay_out(r, p);
    return 0;
}

/* What a filter may forbid or an older kernel may lack, each tried once, so
 * that no later call fails for that. */
static int
try_out(struct ws_ring *r)
{
    struct io_uring_sqe *sqe = ws_ring_next(r);
    int err = ws_ring_cancel(r, 0);

    if (err != ENOENT)
        return err ? err : ENOSYS;
    sqe->opcode = IORING_OP_NOP;
    err = ws_ring_submit(r);
    if (!err)
        ws_ring_wait(r, ws_now() + 1000000000);
    if (!err && !ws_ring_peek(r))
        err = ENOSYS;
    if (!err)
        ws_ring_seen(r);
    return err;
}

int
ws_ring_open(struct ws_ring *r, unsigned submissions, unsigned completions,
             unsigned flags)
{
    struct io_uring_params p = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | flags,
        .cq_entries = completions,
    };
    int err;

    memset(r, 0, sizeof(*r));
    r->fd = (int)syscall(SYS_io_uring_setup, submissions, &p);
    if (r->fd < 0)
        return errno;
    err = (p.features & FEATURES) == FEATURES ? map_queues(r, &p) : ENOSYS;
    if (!err)
        err = try_out(r);
    if (err)
        ws_ring_close(r);
    return err;
}

void
ws_ring_close(struct ws_ring *r)
{
    if (r->entries)
        munmap(r->entries, r->entries_size);
    if (r->queues)
        munmap(r->queues, r->queues_size);
    close(r->fd);
}

/* ---- asking ---- */

struct io_uring_sqe *
ws_ring_next(struct ws_ring *r)
{
    unsigned head = atomic_load_explicit(r->sq_head, memory_order_acquire);
    struct io_uring_sqe *sqe;

    if (r->tail - head > r->sq_mask)
        return NULL;
    sqe = &r->sqes[r->tail++ & r->sq_mask];
    memset(sqe, 0, sizeof(*sqe));
    return sqe;
}

bool
ws_ring_submitted(struct ws_ring *r)
{
    return atomic_load_explicit(r->sq_head, memory_order_acquire) == r->tail;
}

int
ws_ring_submit(struct ws_ring *r)
{
    unsigned head = atomic_load_explicit(r->sq_head, memory_order_acquire);

    atomic_store_explicit(r->sq_tail, r->tail, memory_order_release);
    return enter(r, r->tail - head, 0, 0, NULL, 0);
}

int
ws_ring_cancel(const struct ws_ring *r, uint64_t data)
{
    struct io_uring_sync_cancel_reg which = {
        .addr = data,
        .fd = -1,
        .timeout = {.tv_nsec = 10000000},
    };
    long n = syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_SYNC_CANCEL,
                     &which, 1);

    return n < 0 ? errno : 0;
}

/* ---- being told ---- */

const struct io_uring_cqe *
ws_ring_peek(struct ws_ring *r)
{
    unsigned head = atomic_load_explicit(r->cq_head, memory_order_relaxed);
    unsigned tail = atomic_load_explicit(r->cq_tail, memory_order_acquire);

    return head == tail ? NULL : &r->cqes[head & r->cq_mask];
}

void
ws_ring_seen(struct ws_ring *r)
{
    unsigned head = atomic_load_explicit(r->cq_head, memory_order_relaxed);

    atomic_store_explicit(r->cq_head, head + 1, memory_order_release);
}

void
ws_ring_relieve(struct ws_ring *r)
{
    unsigned flags = atomic_load_explicit(r->sq_flags, memory_order_relaxed);

    if (flags & IORING_SQ_CQ_OVERFLOW)
        enter(r, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
}

void
ws_ring_wait(const struct ws_ring *r, int64_t deadline)
{
    int64_t left = deadline == WS_NEVER ? 0 : deadline - ws_now();
    struct timespec until = ws_clock_timespec(left > 0 ? left : 0);
    struct __kernel_timespec ts = {until.tv_sec, until.tv_nsec};
    struct io_uring_getevents_arg arg = {
        .ts = deadline == WS_NEVER ? 0 : (uint64_t)(uintptr_t)&ts,
    };

    enter(r, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg,
          sizeof(arg));
}

#endif
