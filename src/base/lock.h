/* SPDX-License-Identifier: MIT */
/* Mutual exclusion and sleeping. One mutex type, never recursive, each with a
 * rank: a thread may only take a higher rank than any it holds, which debug
 * builds assert. It is a futex word, taken and given back in place where nobody
 * contends, because every operation takes several. No lock is held across user
 * code, a provider's entry point, a blocking system call, or free. This is the
 * only room that knows pthreads. */
#ifndef WS_BASE_LOCK_H
#define WS_BASE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __clang__
#define WS_ANNOTATE(x) __attribute__((x))
#else
#define WS_ANNOTATE(x)
#endif

/* Clang 14 lets a field name no sibling, so fields say only "guarded" and
 * functions name the lock that they need. */
#define WS_GUARDED WS_ANNOTATE(guarded_var)
#define WS_REQUIRES(...) WS_ANNOTATE(requires_capability(__VA_ARGS__))
#define WS_EXCLUDES(...) WS_ANNOTATE(locks_excluded(__VA_ARGS__))
#define WS_ACQUIRES(...) WS_ANNOTATE(acquire_capability(__VA_ARGS__))
#define WS_UNCHECKED WS_ANNOTATE(no_thread_safety_analysis)
#define WS_RELEASES(...) WS_ANNOTATE(release_capability(__VA_ARGS__))

/* The order in which locks nest; a new lock needs a line here. */
enum ws_rank {
    WS_RANK_STARTUP = 1,
    WS_RANK_CATALOG,
    WS_RANK_PROVIDER,
    WS_RANK_SOCKET,
    WS_RANK_NAMES,
    WS_RANK_ENGINE,
    WS_RANK_DISPATCHER,
    WS_RANK_QUEUE,
    WS_RANK_HANDLE,
    WS_RANK_LEAF, /* takes nothing else, ever */
};

struct WS_ANNOTATE(capability("mutex")) ws_lock {
    atomic_uint word; /* enum ws_lock_word */
    enum ws_rank rank;
};

enum ws_lock_word {
    WS_LOCK_FREE,
    WS_LOCK_TAKEN,
    WS_LOCK_AWAITED, /* taken, and somebody may sleep on it */
};

#define WS_LOCK_INIT(r)                                                        \
    {                                                                          \
        .word = WS_LOCK_FREE, .rank = (r)                                      \
    }

#ifdef WS_DEBUG
void ws_lock_rank_take(enum ws_rank rank);
void ws_lock_rank_drop(enum ws_rank rank);
#else
#define ws_lock_rank_take(rank) ((void)0)
#define ws_lock_rank_drop(rank) ((void)0)
#endif
void ws_lock_slowly(struct ws_lock *l);
void ws_lock_wake(struct ws_lock *l);

void ws_lock_init(struct ws_lock *l, enum ws_rank rank);
void ws_lock_destroy(struct ws_lock *l);

WS_UNCHECKED static inline void
ws_lock(struct ws_lock *l) WS_ACQUIRES(*l)
{
    unsigned was = WS_LOCK_FREE;

    ws_lock_rank_take(l->rank);
    if (!atomic_compare_exchange_strong_explicit(&l->word, &was, WS_LOCK_TAKEN,
                                                 memory_order_acquire,
                                                 memory_order_relaxed))
        ws_lock_slowly(l);
}

WS_UNCHECKED static inline void
ws_unlock(struct ws_lock *l) WS_RELEASES(*l)
{
    ws_lock_rank_drop(l->rank);
    if (atomic_exchange_explicit(&l->word, WS_LOCK_FREE,
                                 memory_order_release) == WS_LOCK_AWAITED)
        ws_lock_wake(l);
}

/* A place for one thread to sleep. A wake that comes before the sleep is kept,
 * so there is none to lose; two wakes are one. */
struct ws_park {
    atomic_uint state;
};

/* Sleeps until ws_unpark or the absolute 'deadline' (ws_now's clock, or
 * WS_NEVER). Returns false when the deadline passed first. */
bool ws_park(struct ws_park *p, int64_t deadline);
void ws_unpark(struct ws_park *p);

/* A user-space lock of one word in the style of a slim reader/writer lock:
 * what the Win32 SRW locks and critical sections are made of. */
void ws_futex_wait(atomic_uint *word, unsigned expected, int64_t deadline);
void ws_futex_wake(atomic_uint *word, int count);

/* Starts a detached thread with 'stack' bytes (0 = default). Returns 0 or
 * ERROR_NOT_ENOUGH_MEMORY's number, 8. */
int ws_thread_start(void (*run)(void *arg), void *arg, size_t stack);

/* Ends the calling thread, whoever started it: its destructors run. */
_Noreturn void ws_thread_exit(void);

/* Runs 'dtor' with the thread's 'value' when a thread ends. */
struct ws_tls {
    pthread_key_t key;
};
int ws_tls_init(struct ws_tls *t, void (*dtor)(void *value));
void *ws_tls_get(const struct ws_tls *t);
int ws_tls_set(const struct ws_tls *t, void *value);

/* Once per process; 'once' starts as WS_ONCE_INIT. A load where it is done. */
struct ws_once {
    pthread_once_t once;
    atomic_bool done;
};
#define WS_ONCE_INIT                                                           \
    {                                                                          \
        .once = PTHREAD_ONCE_INIT                                              \
    }
void ws_once_slowly(struct ws_once *once, void (*fn)(void));

static inline void
ws_once_run(struct ws_once *once, void (*fn)(void))
{
    if (!atomic_load_explicit(&once->done, memory_order_acquire))
        ws_once_slowly(once, fn);
}

#endif
