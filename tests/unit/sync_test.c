/* SPDX-License-Identifier: MIT */
/* Mutexes, semaphores, and the locks without a handle. */
#include "t.h"

#include "w32/handle.h"

#include <ws2/winbase.h>

#include <stdatomic.h>

#define TURNS 20000

static void
join_and_close(HANDLE *threads, DWORD count)
{
    CHECK_EQ(WaitForMultipleObjects(count, threads, TRUE, INFINITE), 0);
    while (count)
        CloseHandle(threads[--count]);
}

/* ---- mutexes and semaphores ---- */

TEST_BARE(a_mutex_counts_for_its_owner)
{
    HANDLE m = CreateMutexA(NULL, TRUE, NULL);

    CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(m));
    CHECK(ReleaseMutex(m));
    CHECK(!ReleaseMutex(m));
    CHECK_EQ(GetLastError(), ERROR_NOT_OWNER);
    CloseHandle(m);
}

static DWORD
take_and_die(LPVOID m)
{
    return WaitForSingleObject(m, INFINITE);
}

static DWORD
try_mutex(LPVOID m)
{
    return WaitForSingleObject(m, 0);
}

TEST_BARE(a_mutex_of_a_dead_thread_is_told_as_abandoned_once)
{
    HANDLE m = CreateMutexA(NULL, FALSE, NULL), other;
    HANDLE t = CreateThread(NULL, 0, take_and_die, m, 0, NULL);
    HANDLE both[2];
    DWORD code;

    WaitForSingleObject(t, INFINITE);
    other = CreateEventA(NULL, FALSE, FALSE, NULL);
    both[0] = other;
    both[1] = m;
    CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_ABANDONED_0 + 1);
    CHECK_EQ(WaitForSingleObject(m, 0), WAIT_OBJECT_0);
    CloseHandle(t);
    t = CreateThread(NULL, 0, try_mutex, m, 0, NULL);
    WaitForSingleObject(t, INFINITE);
    GetExitCodeThread(t, &code);
    CHECK_EQ(code, WAIT_TIMEOUT);
    CloseHandle(t);
    CloseHandle(other);
    CloseHandle(m);
}

static HANDLE mutex;
static unsigned plain;

static DWORD
count_with_mutex(LPVOID arg)
{
    (void)arg;
    for (int i = 0; i < TURNS / 10; i++) {
        WaitForSingleObject(mutex, INFINITE);
        plain++;
        ReleaseMutex(mutex);
    }
    return 0;
}

TEST_BARE(a_mutex_excludes)
{
    HANDLE t[4];

    mutex = CreateMutexA(NULL, FALSE, NULL);
    for (int i = 0; i < 4; i++)
        t[i] = CreateThread(NULL, 0, count_with_mutex, NULL, 0, NULL);
    join_and_close(t, 4);
    CHECK_EQ(plain, TURNS / 10 * 4);
    CloseHandle(mutex);
}

TEST_BARE(a_semaphore_holds_its_limits)
{
    HANDLE s = CreateSemaphoreA(NULL, 1, 3, NULL);
    LONG before = -1;

    CHECK(ReleaseSemaphore(s, 2, &before));
    CHECK_EQ(before, 1);
    CHECK(!ReleaseSemaphore(s, 1, &before));
    CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
    CHECK_EQ(before, 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
    CHECK(!ReleaseSemaphore(s, 0, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(s);
    CHECK(CreateSemaphoreA(NULL, 2, 1, NULL) == NULL);
    CHECK(CreateSemaphoreA(NULL, -1, 1, NULL) == NULL);
}

TEST_BARE(names_are_refused_and_wrong_kinds_too)
{
    HANDLE s = CreateSemaphoreA(NULL, 0, 1, NULL);

    CHECK(CreateEventA(NULL, FALSE, FALSE, "name") == NULL);
    CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
    CHECK(CreateMutexW(NULL, FALSE, L"name") == NULL);
    CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
    CHECK(!SetEvent(s));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!ReleaseMutex(s));
    CHECK(CloseHandle(s));
    CHECK(!CloseHandle(s));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK_EQ(ws_handle_count(WS_KIND_ANY), 0);
}

/* ---- critical sections ---- */

static CRITICAL_SECTION section;

static DWORD
count_in_section(LPVOID arg)
{
    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        plain++;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    return 0;
}

static DWORD
try_section(LPVOID arg)
{
    (void)arg;
    return (DWORD)TryEnterCriticalSection(&section);
}

TEST_BARE(a_critical_section_excludes_and_counts)
{
    HANDLE t[3];
    DWORD code;

    InitializeCriticalSectionAndSpinCount(&section, 100);
    for (int i = 0; i < 3; i++)
        t[i] = CreateThread(NULL, 0, count_in_section, NULL, 0, NULL);
    join_and_close(t, 3);
    CHECK_EQ(plain, TURNS * 3);
    CHECK(TryEnterCriticalSection(&section));
    t[0] = CreateThread(NULL, 0, try_section, NULL, 0, NULL);
    WaitForSingleObject(t[0], INFINITE);
    GetExitCodeThread(t[0], &code);
    CHECK_EQ(code, FALSE);
    CloseHandle(t[0]);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

/* ---- SRW locks ---- */

static SRWLOCK srw = SRWLOCK_INIT;

static DWORD
write_and_read(LPVOID arg)
{
    unsigned seen, bad = 0;

    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        if (i % 4 == 0) {
            AcquireSRWLockExclusive(&srw);
            plain++;
            ReleaseSRWLockExclusive(&srw);
        } else {
            AcquireSRWLockShared(&srw);
            seen = plain;
            bad += seen != plain;
            ReleaseSRWLockShared(&srw);
        }
    }
    return bad;
}

TEST_BARE(an_srw_lock_has_one_writer_or_many_readers)
{
    HANDLE t[3];

    for (int i = 0; i < 3; i++)
        t[i] = CreateThread(NULL, 0, write_and_read, NULL, 0, NULL);
    join_and_close(t, 3);
    CHECK_EQ(plain, TURNS / 4 * 3);
    CHECK(srw.Ptr == NULL);
    AcquireSRWLockShared(&srw);
    CHECK(TryAcquireSRWLockShared(&srw));
    CHECK(!TryAcquireSRWLockExclusive(&srw));
    ReleaseSRWLockShared(&srw);
    ReleaseSRWLockShared(&srw);
    CHECK(TryAcquireSRWLockExclusive(&srw));
    CHECK(!TryAcquireSRWLockShared(&srw));
    ReleaseSRWLockExclusive(&srw);
}

/* ---- condition variables ---- */

static CONDITION_VARIABLE not_empty = CONDITION_VARIABLE_INIT;
static CONDITION_VARIABLE not_full = CONDITION_VARIABLE_INIT;
static unsigned filled;
static atomic_uint eaten;

static DWORD
eat(LPVOID arg)
{
    (void)arg;
    for (;;) {
        AcquireSRWLockExclusive(&srw);
        while (!filled)
            SleepConditionVariableSRW(&not_empty, &srw, INFINITE, 0);
        if (filled > 1000) { /* the end */
            ReleaseSRWLockExclusive(&srw);
            return 0;
        }
        filled--;
        ReleaseSRWLockExclusive(&srw);
        WakeConditionVariable(&not_full);
        atomic_fetch_add(&eaten, 1);
    }
}

TEST_BARE(no_wake_of_a_condition_is_lost)
{
    HANDLE t[3];

    for (int i = 0; i < 3; i++)
        t[i] = CreateThread(NULL, 0, eat, NULL, 0, NULL);
    for (int i = 0; i < TURNS; i++) {
        AcquireSRWLockExclusive(&srw);
        while (filled == 4)
            SleepConditionVariableSRW(&not_full, &srw, INFINITE, 0);
        filled++;
        ReleaseSRWLockExclusive(&srw);
        WakeConditionVariable(&not_empty);
    }
    while (atomic_load(&eaten) < TURNS)
        SwitchToThread();
    AcquireSRWLockExclusive(&srw);
    filled = 1001;
    ReleaseSRWLockExclusive(&srw);
    WakeAllConditionVariable(&not_empty);
    join_and_close(t, 3);
}

TEST_BARE(a_condition_times_out_with_the_lock_held)
{
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK(!SleepConditionVariableCS(&not_empty, &section, 5));
    CHECK_EQ(GetLastError(), ERROR_TIMEOUT);
    CHECK(!SleepConditionVariableCS(&not_empty, &section, 0));
    CHECK(section.RecursionCount == 1);
    LeaveCriticalSection(&section);
}

/* ---- once ---- */

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static atomic_int inits;
static int made;

static BOOL CALLBACK
init(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    CHECK(o == &once);
    if (atomic_fetch_add(&inits, 1) < (int)(ULONG_PTR)parameter)
        return FALSE;
    made = 1;
    *context = &made;
    return TRUE;
}

static DWORD
use(LPVOID failures)
{
    PVOID context = NULL;

    while (!InitOnceExecuteOnce(&once, init, failures, &context))
        ;
    return context == &made && made == 1 ? 0 : 1;
}

TEST_BARE(once_means_once_even_after_failures)
{
    HANDLE t[4];

    for (int i = 0; i < 4; i++)
        t[i] = CreateThread(NULL, 0, use, (LPVOID)3, 0, NULL);
    for (int i = 0; i < 4; i++) {
        DWORD code;

        WaitForSingleObject(t[i], INFINITE);
        GetExitCodeThread(t[i], &code);
        CHECK_EQ(code, 0);
        CloseHandle(t[i]);
    }
    CHECK_EQ(inits, 4);
}
