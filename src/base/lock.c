/* SPDX-License-Identifier: MIT */
/* Mutexes with ranks, parking, thread start and thread-local values; why the
 * mutex is our own: docs/architecture.md. Nothing here knows Winsock. A pthread
 * call that fails here can only fail because we misuse it, so it is asserted,
 * not returned. */
#define _GNU_SOURCE
#include "base/lock.h"
#include "base/clock.h"

#include <assert.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef WS_DEBUG
static _Thread_local unsigned held; /* one bit a rank */

void
ws_lock_rank_take(enum ws_rank rank)
{
    assert(held >> rank == 0 && "locks are taken in rank order");
    held |= 1u << rank;
}

void
ws_lock_rank_drop(enum ws_rank rank)
{
    assert(held & 1u << rank);
    held &= ~(1u << rank);
}
#endif

void
ws_lock_init(struct ws_lock *l, enum ws_rank rank)
{
    atomic_init(&l->word, WS_LOCK_FREE);
    l->rank = rank;
}

void
ws_lock_destroy(struct ws_lock *l)
{
    assert(atomic_load(&l->word) == WS_LOCK_FREE);
    (void)l;
}

/* Locks are held for a few instructions, so looking again for a moment is
 * mostly cheaper than sleeping. */
#define LOOKS 40

static void
relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void
ws_lock_slowly(struct ws_lock *l)
{
    for (int i = 0; i < LOOKS; i++) {
        unsigned was = WS_LOCK_FREE;

        if (atomic_load_explicit(&l->word, memory_order_relaxed) == was &&
            atomic_compare_exchange_weak_explicit(&l->word, &was, WS_LOCK_TAKEN,
                                                  memory_order_acquire,
                                                  memory_order_relaxed))
            return;
        relax();
    }
    /* Whoever has slept leaves it awaited: others may sleep still. */
    while (atomic_exchange_explicit(&l->word, WS_LOCK_AWAITED,
                                    memory_order_acquire) != WS_LOCK_FREE)
        ws_futex_wait(&l->word, WS_LOCK_AWAITED, WS_NEVER);
}

void
ws_lock_wake(struct ws_lock *l)
{
    ws_futex_wake(&l->word, 1);
}

void
ws_futex_wait(atomic_uint *word, unsigned expected, int64_t deadline)
{
    struct timespec ts, *until = NULL;

    if (deadline != WS_NEVER) {
        ts = ws_clock_timespec(deadline);
        until = &ts;
    }
    /* The bitset form takes an absolute time on the monotonic clock. */
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
            until, NULL, FUTEX_BITSET_MATCH_ANY);
}

void
ws_futex_wake(atomic_uint *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL,
            0);
}

enum { IDLE, SLEEPING, WOKEN };

bool
ws_park(struct ws_park *p, int64_t deadline)
{
    unsigned idle = IDLE;

    if (atomic_compare_exchange_strong(&p->state, &idle, SLEEPING)) {
        do {
            ws_futex_wait(&p->state, SLEEPING, deadline);
        } while (atomic_load(&p->state) == SLEEPING && ws_now() < deadline);
    }
    return atomic_exchange(&p->state, IDLE) == WOKEN;
}

void
ws_unpark(struct ws_park *p)
{
    if (atomic_exchange(&p->state, WOKEN) == SLEEPING)
        ws_futex_wake(&p->state, 1);
}

struct start {
    void (*run)(void *arg);
    void *arg;
};

static void *
trampoline(void *arg)
{
    struct start start = *(struct start *)arg;

    free(arg);
    start.run(start.arg);
    return NULL;
}

/* Windows rounds a stack size up; Linux refuses one that is too small. */
static size_t
stack_size(size_t asked)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t least = (size_t)PTHREAD_STACK_MIN + 64 * 1024;

    if (asked < least)
        asked = least;
    return (asked + page - 1) / page * page;
}

int
ws_thread_start(void (*run)(void *arg), void *arg, size_t stack)
{
    struct start *start = malloc(sizeof(*start));
    pthread_attr_t attr;
    pthread_t thread;
    int err;

    if (!start)
        return 8;
    start->run = run;
    start->arg = arg;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (stack)
        pthread_attr_setstacksize(&attr, stack_size(stack));
    err = pthread_create(&thread, &attr, trampoline, start);
    pthread_attr_destroy(&attr);
    if (err)
        free(start);
    return err ? 8 : 0;
}

void
ws_thread_exit(void)
{
    pthread_exit(NULL);
}

int
ws_tls_init(struct ws_tls *t, void (*dtor)(void *value))
{
    return pthread_key_create(&t->key, dtor) ? 8 : 0;
}

void *
ws_tls_get(const struct ws_tls *t)
{
    return pthread_getspecific(t->key);
}

int
ws_tls_set(const struct ws_tls *t, void *value)
{
    return pthread_setspecific(t->key, value) ? 8 : 0;
}

void
ws_once_slowly(struct ws_once *once, void (*fn)(void))
{
    pthread_once(&once->once, fn);
    atomic_store_explicit(&once->done, true, memory_order_release);
}
