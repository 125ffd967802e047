/* SPDX-License-Identifier: MIT */
/* SRW locks, condition variables and one-time initialisation: each is a word or
 * two inside a pointer-sized variable that starts as zero, with a futex.
 *
 * The SRW word: a bit that says somebody sleeps, a bit for the one writer, and
 * above them the number of readers. While somebody sleeps no new reader comes
 * in, so writers are not starved; whoever makes the lock free clears the word
 * and wakes all. */
#include "w32/error.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#include <limits.h>

#define WAITING 1u
#define WRITER 2u
#define READER 4u

/* ---- SRW locks ---- */

static atomic_uint *
srw_word(PSRWLOCK lock)
{
    return (atomic_uint *)&lock->Ptr;
}

/* Adds 'what' if none of 'against' is set: one attempt. */
static bool
try_add(atomic_uint *word, unsigned against, unsigned what, unsigned *seen)
{
    *seen = atomic_load_explicit(word, memory_order_relaxed);
    while (!(*seen & against))
        if (atomic_compare_exchange_weak_explicit(word, seen, *seen + what,
                                                  memory_order_acquire,
                                                  memory_order_relaxed))
            return true;
    return false;
}

static void
add(atomic_uint *word, unsigned against, unsigned what)
{
    unsigned seen;

    while (!try_add(word, against, what, &seen)) {
        if (!(seen & WAITING) &&
            !atomic_compare_exchange_strong(word, &seen, seen | WAITING))
            continue;
        ws_futex_wait(word, seen | WAITING, WS_NEVER);
    }
}

static void
drop(atomic_uint *word, unsigned what)
{
    unsigned was = atomic_load_explicit(word, memory_order_relaxed), left;

    do {
        left = was - what;
        if (left == WAITING)
            left = 0;
    } while (!atomic_compare_exchange_weak_explicit(
        word, &was, left, memory_order_release, memory_order_relaxed));
    if (was - what == WAITING)
        ws_futex_wake(word, INT_MAX);
}

VOID WINAPI
InitializeSRWLock(PSRWLOCK lock)
{
    lock->Ptr = NULL;
}

VOID WINAPI
AcquireSRWLockExclusive(PSRWLOCK lock)
{
    add(srw_word(lock), ~0u, WRITER);
}

BOOLEAN WINAPI
TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    unsigned seen;

    return try_add(srw_word(lock), ~0u, WRITER, &seen);
}

VOID WINAPI
ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    drop(srw_word(lock), WRITER);
}

VOID WINAPI
AcquireSRWLockShared(PSRWLOCK lock)
{
    add(srw_word(lock), WRITER | WAITING, READER);
}

BOOLEAN WINAPI
TryAcquireSRWLockShared(PSRWLOCK lock)
{
    unsigned seen;

    return try_add(srw_word(lock), WRITER | WAITING, READER, &seen);
}

VOID WINAPI
ReleaseSRWLockShared(PSRWLOCK lock)
{
    drop(srw_word(lock), READER);
}

/* ---- condition variables: a count of wakes, and one of sleepers ---- */

struct condition {
    atomic_uint wakes, sleepers;
};

_Static_assert(sizeof(struct condition) <= sizeof(CONDITION_VARIABLE),
               "a condition fits into its variable");

static struct condition *
condition_of(PCONDITION_VARIABLE cv)
{
    return (struct condition *)cv;
}

VOID WINAPI
InitializeConditionVariable(PCONDITION_VARIABLE cv)
{
    cv->Ptr = NULL;
}

/* The caller gives its lock up after this, so a wake after that is seen. */
static unsigned
lie_down(struct condition *c)
{
    atomic_fetch_add(&c->sleepers, 1);
    return atomic_load(&c->wakes);
}

static int
sleep_on(struct condition *c, unsigned wakes, DWORD timeout)
{
    int64_t deadline = ws_deadline(timeout);

    if (deadline && atomic_load(&c->wakes) == wakes)
        ws_futex_wait(&c->wakes, wakes, deadline);
    atomic_fetch_sub(&c->sleepers, 1);
    if (deadline == WS_NEVER || atomic_load(&c->wakes) != wakes)
        return 0;
    return ws_now() < deadline ? 0 : ERROR_TIMEOUT;
}

BOOL WINAPI
SleepConditionVariableCS(PCONDITION_VARIABLE cv, PCRITICAL_SECTION cs,
                         DWORD timeout)
{
    unsigned wakes = lie_down(condition_of(cv));
    int err;

    LeaveCriticalSection(cs);
    err = sleep_on(condition_of(cv), wakes, timeout);
    EnterCriticalSection(cs);
    return ws_w32_bool(err);
}

BOOL WINAPI
SleepConditionVariableSRW(PCONDITION_VARIABLE cv, PSRWLOCK lock, DWORD timeout,
                          ULONG flags)
{
    bool shared = flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
    unsigned wakes = lie_down(condition_of(cv));
    int err;

    drop(srw_word(lock), shared ? READER : WRITER);
    err = sleep_on(condition_of(cv), wakes, timeout);
    add(srw_word(lock), shared ? WRITER | WAITING : ~0u,
        shared ? READER : WRITER);
    return ws_w32_bool(err);
}

static void
wake(struct condition *c, int count)
{
    atomic_fetch_add(&c->wakes, 1);
    if (atomic_load(&c->sleepers))
        ws_futex_wake(&c->wakes, count);
}

VOID WINAPI
WakeConditionVariable(PCONDITION_VARIABLE cv)
{
    wake(condition_of(cv), 1);
}

VOID WINAPI
WakeAllConditionVariable(PCONDITION_VARIABLE cv)
{
    wake(condition_of(cv), INT_MAX);
}

/* ---- once: two bits of state, and the context above them ---- */

#define ONCE_RUNNING ((uintptr_t)1)
#define ONCE_DONE ((uintptr_t)2)
#define ONCE_AWAITED ((uintptr_t)3) /* running, and somebody sleeps */
#define ONCE_STATE ((uintptr_t)3)

static atomic_uintptr_t *
once_word(PINIT_ONCE once)
{
    return (atomic_uintptr_t *)&once->Ptr;
}

/* The half of the word that has the state in it. */
static atomic_uint *
once_futex(PINIT_ONCE once)
{
    return (atomic_uint *)&once->Ptr + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

VOID WINAPI
InitOnceInitialize(PINIT_ONCE once)
{
    once->Ptr = NULL;
}

/* Takes the turn to initialise, or waits until somebody has done it: then
 * false, and the context is in '*word'. */
static bool
take_turn(PINIT_ONCE once, uintptr_t *word)
{
    *word = atomic_load_explicit(once_word(once), memory_order_acquire);
    while ((*word & ONCE_STATE) != ONCE_DONE) {
        if (*word == 0) {
            if (atomic_compare_exchange_weak(once_word(once), word,
                                             ONCE_RUNNING))
                return true;
        } else if (*word == ONCE_AWAITED ||
                   atomic_compare_exchange_weak(once_word(once), word,
                                                ONCE_AWAITED)) {
            ws_futex_wait(once_futex(once), (unsigned)ONCE_AWAITED, WS_NEVER);
            *word = atomic_load(once_word(once));
        }
    }
    return false;
}

static void
end_turn(PINIT_ONCE once, uintptr_t word)
{
    if (atomic_exchange(once_word(once), word) == ONCE_AWAITED)
        ws_futex_wake(once_futex(once), INT_MAX);
}

BOOL WINAPI
InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN init, PVOID parameter,
                    LPVOID *context)
{
    PVOID made = NULL;
    uintptr_t word;

    if (take_turn(once, &word)) {
        if (!init(once, parameter, &made)) {
            end_turn(once, 0);
            return FALSE; /* with the last error of 'init' */
        }
        word = ((uintptr_t)made & ~ONCE_STATE) | ONCE_DONE;
        end_turn(once, word);
    }
    if (context)
        *context = (LPVOID)(word & ~ONCE_STATE);
    return TRUE;
}
