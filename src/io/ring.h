/* SPDX-License-Identifier: MIT */
/* An io_uring and its two queues, by the kernel's own header and system calls:
 * so a program that links this library, also statically, needs no other. What
 * is asked of the kernel is uring.c's affair. Everything here but ws_ring_wait
 * wants one thread at a time. Functions return 0 or an errno. */
#ifndef WS_IO_RING_H
#define WS_IO_RING_H

#include <linux/version.h>

/* The first whose header has all that is used here, some of it as it lies on
 * machines of this byte order. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0) &&                           \
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WS_HAS_RING 1

#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ws_ring {
    int fd;
    void *queues, *entries;
    size_t queues_size, entries_size;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    unsigned tail; /* ours; the kernel sees it when it is submitted */
    atomic_uint *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail;
    unsigned sq_mask, cq_mask;
};

/* 'flags' are IORING_SETUP_*. Fails where something that is used here is
 * forbidden, or the kernel does not have it. */
int ws_ring_open(struct ws_ring *r, unsigned submissions, unsigned completions,
                 unsigned flags);
void ws_ring_close(struct ws_ring *r);

/* The next free entry, cleared, for the caller to fill; NULL if there is none.
 * It goes with the next ws_ring_submit. */
struct io_uring_sqe *ws_ring_next(struct ws_ring *r);
bool ws_ring_submitted(struct ws_ring *r); /* nothing waits for it */
int ws_ring_submit(struct ws_ring *r);

/* The oldest completion, or NULL; and done with it. */
const struct io_uring_cqe *ws_ring_peek(struct ws_ring *r);
void ws_ring_seen(struct ws_ring *r);

/* Fetches what the kernel had no room for in the queue. */
void ws_ring_relieve(struct ws_ring *r);

/* Sleeps until there is a completion, or until the deadline (base/clock.h), or
 * until a signal. */
void ws_ring_wait(const struct ws_ring *r, int64_t deadline);

/* Cancels the request with this user data, whoever made it. Its completion
 * comes when its thread has run. ENOENT: there is none. */
int ws_ring_cancel(const struct ws_ring *r, uint64_t data);

#endif
#endif
