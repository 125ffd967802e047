/* SPDX-License-Identifier: MIT */
/* Critical sections: a futex word in 'LockCount', the owner's thread number in
 * 'OwningThread'. Free is 0, so that a section of zeroes works too. Entering a
 * free one is a single atomic exchange; a waiter neither drives the engine nor
 * is alertable, as on Windows. */
#include "w32/error.h"
#include "w32/thread.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#include <string.h>

enum { FREE, TAKEN, CONTENDED };

#define MOST_SPINS 4000u

static atomic_uint *
word_of(CRITICAL_SECTION *cs)
{
    return (atomic_uint *)&cs->LockCount;
}

/* Others may look while the owner writes, but only the owner finds itself. */
static bool
is_mine(CRITICAL_SECTION *cs, HANDLE self)
{
    return __atomic_load_n(&cs->OwningThread, __ATOMIC_RELAXED) == self;
}

static void
set_owner(CRITICAL_SECTION *cs, HANDLE owner)
{
    __atomic_store_n(&cs->OwningThread, owner, __ATOMIC_RELAXED);
}

static HANDLE
self_number(void)
{
    return (HANDLE)(ULONG_PTR)GetCurrentThreadId();
}

static bool
try_word(atomic_uint *word)
{
    unsigned was = FREE;

    return atomic_compare_exchange_strong_explicit(
        word, &was, TAKEN, memory_order_acquire, memory_order_relaxed);
}

static void
take_word(atomic_uint *word, ULONG_PTR spins)
{
    while (spins-- && atomic_load_explicit(word, memory_order_relaxed) != FREE)
        YieldProcessor();
    if (try_word(word))
        return;
    /* Whoever has slept leaves it contended: others may sleep still. */
    while (atomic_exchange_explicit(word, CONTENDED, memory_order_acquire) !=
           FREE)
        ws_futex_wait(word, CONTENDED, WS_NEVER);
}

static void
give_word(atomic_uint *word)
{
    if (atomic_exchange_explicit(word, FREE, memory_order_release) == CONTENDED)
        ws_futex_wake(word, 1);
}

BOOL WINAPI
InitializeCriticalSectionEx(LPCRITICAL_SECTION cs, DWORD spins, DWORD flags)
{
    if (flags & ~(DWORD)CRITICAL_SECTION_NO_DEBUG_INFO)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    memset(cs, 0, sizeof(*cs));
    spins &= 0xffffff; /* the top byte is flags of old */
    cs->SpinCount = spins < MOST_SPINS ? spins : MOST_SPINS;
    return TRUE;
}

BOOL WINAPI
InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION cs, DWORD spins)
{
    return InitializeCriticalSectionEx(cs, spins, 0);
}

VOID WINAPI
InitializeCriticalSection(LPCRITICAL_SECTION cs)
{
    InitializeCriticalSectionEx(cs, 0, 0);
}

VOID WINAPI
EnterCriticalSection(LPCRITICAL_SECTION cs)
{
    HANDLE self = self_number();

    if (!is_mine(cs, self)) {
        take_word(word_of(cs), cs->SpinCount);
        set_owner(cs, self);
    }
    cs->RecursionCount++;
}

BOOL WINAPI
TryEnterCriticalSection(LPCRITICAL_SECTION cs)
{
    HANDLE self = self_number();

    if (!is_mine(cs, self)) {
        if (!try_word(word_of(cs)))
            return FALSE;
        set_owner(cs, self);
    }
    cs->RecursionCount++;
    return TRUE;
}

VOID WINAPI
LeaveCriticalSection(LPCRITICAL_SECTION cs)
{
    if (--cs->RecursionCount > 0)
        return;
    cs->RecursionCount = 0;
    set_owner(cs, NULL);
    give_word(word_of(cs));
}

VOID WINAPI
DeleteCriticalSection(LPCRITICAL_SECTION cs)
{
    memset(cs, 0, sizeof(*cs));
}
