/* SPDX-License-Identifier: MIT */
/* Threads and what Winsock programs use around them: exit codes, APCs, thread
 * local slots, critical sections, SRW locks, condition variables, interlocked
 * operations and clocks. */
#include "net.h"

#include <process.h>

#include <string.h>

static DWORD WINAPI
give_back(void *value)
{
    return (DWORD)(ULONG_PTR)value;
}

static DWORD WINAPI
leave_early(void *unused)
{
    (void)unused;
    ExitThread(77);
    return 1;
}

TEST(a_thread_gives_its_result)
{
    CHECK_EQ(net_join(net_thread(give_back, (void *)1234)), 1234);
    CHECK_EQ(net_join(net_thread(give_back, (void *)0xffffffff)), 0xffffffff);
    CHECK_EQ(net_join(net_thread(leave_early, NULL)), 77);
}

static DWORD WINAPI
wait_for(void *event)
{
    WaitForSingleObject(event, INFINITE);
    return 5;
}

static DWORD WINAPI
wait_for_first_set_second(void *context)
{
    HANDLE *events = context;

    WaitForSingleObject(events[0], INFINITE);
    SetEvent(events[1]);
    return 0;
}

TEST(a_running_thread_is_still_active)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = net_thread(wait_for, event);
    DWORD code = 0;

    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, STILL_ACTIVE);
    SetEvent(event);
    CHECK_EQ(net_join(thread), 5);
    CloseHandle(event);
}

TEST(a_suspended_thread_starts_when_resumed)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    HANDLE thread =
        CreateThread(NULL, 0, wait_for, event, CREATE_SUSPENDED, NULL);

    REQUIRE(thread != NULL);
    CHECK(!net_signalled(thread, NEVER));
    CHECK_EQ(ResumeThread(thread), 1);
    CHECK_EQ(net_join(thread), 5);
    CloseHandle(event);
}

static DWORD WINAPI
tell_id(void *id)
{
    *(DWORD *)id = GetCurrentThreadId();
    return 0;
}

TEST(a_thread_knows_its_number)
{
    DWORD outside = 0, inside = 0;
    HANDLE thread = CreateThread(NULL, 0, tell_id, &inside, 0, &outside);

    REQUIRE(thread != NULL);
    CHECK_EQ(net_join(thread), 0);
    CHECK_EQ(inside, outside);
    CHECK(inside != GetCurrentThreadId());
    CHECK(inside != 0);
}

static unsigned __stdcall crt_thread(void *value)
{
    if (*(int *)value == 1)
        _endthreadex(33);
    return 44;
}

TEST(beginthreadex_starts_a_thread)
{
    int end = 1, go = 0;
    HANDLE a = (HANDLE)_beginthreadex(NULL, 0, crt_thread, &end, 0, NULL);
    HANDLE b = (HANDLE)_beginthreadex(NULL, 0, crt_thread, &go, 0, NULL);

    REQUIRE(a && b);
    CHECK_EQ(net_join(a), 33);
    CHECK_EQ(net_join(b), 44);
}

static void __cdecl crt_procedure(void *event)
{
    SetEvent(event);
}

TEST(beginthread_starts_a_thread)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    CHECK(_beginthread(crt_procedure, 0, event) != (uintptr_t)-1);
    CHECK(net_signalled(event, SOON));
    CloseHandle(event);
}

TEST(a_thread_outlives_its_handle)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE done = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE both[2] = {event, done};

    CHECK(CloseHandle(net_thread(wait_for_first_set_second, both)));
    SetEvent(event);
    CHECK(net_signalled(done, SOON));
    CloseHandle(event);
    CloseHandle(done);
}

static DWORD tls;

static DWORD WINAPI
own_slot(void *value)
{
    if (TlsGetValue(tls) != NULL)
        return 1;
    TlsSetValue(tls, value);
    return TlsGetValue(tls) == value ? 0 : 2;
}

TEST(each_thread_has_its_own_slot)
{
    tls = TlsAlloc();
    REQUIRE(tls != TLS_OUT_OF_INDEXES);
    CHECK(TlsGetValue(tls) == NULL);
    CHECK(TlsSetValue(tls, &tls));
    CHECK_EQ(net_join(net_thread(own_slot, (void *)1)), 0);
    CHECK_EQ(net_join(net_thread(own_slot, (void *)2)), 0);
    CHECK(TlsGetValue(tls) == &tls);
    CHECK(TlsFree(tls));
}

TEST(a_new_slot_is_empty_again)
{
    DWORD slot = TlsAlloc();

    TlsSetValue(slot, &slot);
    CHECK(TlsFree(slot));
    slot = TlsAlloc();
    CHECK(TlsGetValue(slot) == NULL);
    CHECK(TlsFree(slot));
}

TEST(sixty_slots_are_there)
{
    DWORD slots[60];

    for (int i = 0; i < 60; i++) {
        slots[i] = TlsAlloc();
        REQUIRE(slots[i] != TLS_OUT_OF_INDEXES);
        TlsSetValue(slots[i], (void *)(ULONG_PTR)(i + 1));
    }
    for (int i = 0; i < 60; i++) {
        CHECK(TlsGetValue(slots[i]) == (void *)(ULONG_PTR)(i + 1));
        TlsFree(slots[i]);
    }
}

/* Locks */

struct counter {
    CRITICAL_SECTION section;
    SRWLOCK srw;
    int value, srw_value;
};

static DWORD WINAPI
add_thousand(void *context)
{
    struct counter *c = context;

    for (int i = 0; i < 1000; i++) {
        EnterCriticalSection(&c->section);
        EnterCriticalSection(&c->section);
        c->value++;
        LeaveCriticalSection(&c->section);
        LeaveCriticalSection(&c->section);
        AcquireSRWLockExclusive(&c->srw);
        c->srw_value++;
        ReleaseSRWLockExclusive(&c->srw);
    }
    return 0;
}

TEST(locks_exclude_other_threads)
{
    struct counter c = {.value = 0};
    HANDLE threads[4];

    InitializeCriticalSection(&c.section);
    InitializeSRWLock(&c.srw);
    for (int i = 0; i < 4; i++)
        threads[i] = net_thread(add_thousand, &c);
    for (int i = 0; i < 4; i++)
        net_join(threads[i]);
    CHECK_EQ(c.value, 4000);
    CHECK_EQ(c.srw_value, 4000);
    DeleteCriticalSection(&c.section);
}

static DWORD WINAPI
try_section(void *section)
{
    if (!TryEnterCriticalSection(section))
        return 0;
    LeaveCriticalSection(section);
    return 1;
}

TEST(a_critical_section_belongs_to_a_thread)
{
    CRITICAL_SECTION section;

    CHECK(InitializeCriticalSectionAndSpinCount(&section, 100));
    CHECK(TryEnterCriticalSection(&section));
    CHECK(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    CHECK_EQ(net_join(net_thread(try_section, &section)), 0);
    LeaveCriticalSection(&section);
    CHECK_EQ(net_join(net_thread(try_section, &section)), 1);
    DeleteCriticalSection(&section);
}

static DWORD WINAPI
try_shared(void *lock)
{
    if (!TryAcquireSRWLockShared(lock))
        return 0;
    ReleaseSRWLockShared(lock);
    return 1;
}

TEST(readers_share_an_srw_lock)
{
    SRWLOCK lock = SRWLOCK_INIT;

    AcquireSRWLockShared(&lock);
    CHECK_EQ(net_join(net_thread(try_shared, &lock)), 1);
    CHECK(!TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
    CHECK(TryAcquireSRWLockExclusive(&lock));
    CHECK_EQ(net_join(net_thread(try_shared, &lock)), 0);
    ReleaseSRWLockExclusive(&lock);
}

struct mailbox {
    CRITICAL_SECTION section;
    CONDITION_VARIABLE changed;
    int letters;
};

static DWORD WINAPI
fetch(void *context)
{
    struct mailbox *m = context;
    BOOL ok = TRUE;

    EnterCriticalSection(&m->section);
    while (ok && m->letters == 0)
        ok = SleepConditionVariableCS(&m->changed, &m->section, SOON);
    m->letters -= ok;
    LeaveCriticalSection(&m->section);
    return ok ? 0 : (DWORD)GetLastError();
}

TEST(a_condition_variable_wakes_one_or_all)
{
    struct mailbox m = {.letters = 0};
    HANDLE threads[3];

    InitializeCriticalSection(&m.section);
    InitializeConditionVariable(&m.changed);
    for (int i = 0; i < 3; i++)
        threads[i] = net_thread(fetch, &m);
    EnterCriticalSection(&m.section);
    m.letters = 1;
    LeaveCriticalSection(&m.section);
    WakeConditionVariable(&m.changed);
    CHECK(WaitForMultipleObjects(3, threads, FALSE, SOON) <= 2);
    EnterCriticalSection(&m.section);
    m.letters += 2;
    LeaveCriticalSection(&m.section);
    WakeAllConditionVariable(&m.changed);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(net_join(threads[i]), 0);
    CHECK_EQ(m.letters, 0);
    DeleteCriticalSection(&m.section);
}

TEST(a_condition_variable_that_nobody_wakes_times_out)
{
    CRITICAL_SECTION section;
    CONDITION_VARIABLE never = CONDITION_VARIABLE_INIT;
    SRWLOCK lock = SRWLOCK_INIT;

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK_ERR(!SleepConditionVariableCS(&never, &section, 20), ERROR_TIMEOUT);
    LeaveCriticalSection(&section);
    AcquireSRWLockExclusive(&lock);
    CHECK_ERR(!SleepConditionVariableSRW(&never, &lock, 20, 0), ERROR_TIMEOUT);
    ReleaseSRWLockExclusive(&lock);
    DeleteCriticalSection(&section);
}

static LONG once_runs;

static BOOL CALLBACK
run_once(PINIT_ONCE once, void *parameter, void **context)
{
    (void)once, (void)context;
    InterlockedIncrement(&once_runs);
    return parameter != NULL;
}

TEST(an_init_once_runs_once)
{
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;

    CHECK(InitOnceExecuteOnce(&once, run_once, &once, NULL));
    CHECK(InitOnceExecuteOnce(&once, run_once, &once, NULL));
    CHECK_EQ(once_runs, 1);
}

TEST(interlocked_operations_give_the_documented_values)
{
    volatile LONG v = 10;
    void *p = NULL, *q = &p;

    CHECK_EQ(InterlockedIncrement(&v), 11);
    CHECK_EQ(InterlockedDecrement(&v), 10);
    CHECK_EQ(InterlockedExchangeAdd(&v, 5), 10);
    CHECK_EQ(InterlockedExchange(&v, 20), 15);
    CHECK_EQ(InterlockedCompareExchange(&v, 30, 20), 20);
    CHECK_EQ(InterlockedCompareExchange(&v, 40, 20), 30);
    CHECK_EQ(v, 30);
    CHECK(InterlockedExchangePointer(&p, q) == NULL);
    CHECK(p == q);
}

/* Clocks */

TEST(clocks_go_forward)
{
    LARGE_INTEGER frequency, a, b;
    ULONGLONG start = GetTickCount64();
    DWORD start32 = GetTickCount();

    CHECK(QueryPerformanceFrequency(&frequency));
    CHECK(frequency.QuadPart > 0);
    CHECK(QueryPerformanceCounter(&a));
    Sleep(30);
    CHECK(QueryPerformanceCounter(&b));
    CHECK(b.QuadPart - a.QuadPart >= frequency.QuadPart / 50);
    CHECK(GetTickCount64() - start >= 15);
    CHECK(GetTickCount() - start32 >= 15);
}

TEST(SleepEx_without_an_apc_gives_0)
{
    CHECK_EQ(SleepEx(1, FALSE), 0);
    CHECK_EQ(SleepEx(1, TRUE), 0);
    CHECK_EQ(SleepEx(0, TRUE), 0);
}

TEST(messages_of_errors_can_be_formatted)
{
    char text[256];

    CHECK(FormatMessageA(
              FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
              WSAECONNREFUSED, 0, text, sizeof text, NULL) > 10);
    CHECK(FormatMessageA(
              FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
              ERROR_INVALID_HANDLE, 0, text, sizeof text, NULL) > 10);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM |
                             FORMAT_MESSAGE_IGNORE_INSERTS,
                         NULL, 0x3fffffff, 0, text, sizeof text, NULL) == 0);
}

TEST(a_message_buffer_can_be_allocated)
{
    char *text = NULL;
    DWORD len = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM |
                                   FORMAT_MESSAGE_ALLOCATE_BUFFER |
                                   FORMAT_MESSAGE_IGNORE_INSERTS,
                               NULL, WSAEWOULDBLOCK, 0, (LPSTR)&text, 0, NULL);

    WINE_DIFFERS("it has no text for this error");
    REQUIRE(len > 0 && text);
    CHECK_EQ(strlen(text), len);
    CHECK(LocalFree(text) == NULL);
}

TEST(a_thread_may_use_its_parents_sockets)
{
    for (int i = 0; i < 20; i++) {
        SOCKET pair[2];

        net_pair(AF_INET, pair);
        net_send(pair[0], "x");
        CHECK_EQ(net_join(net_thread(give_back, (void *)(ULONG_PTR)i)), i);
        net_expect(pair[1], "x");
        net_close_pair(pair);
    }
}

TEST(the_version_is_told_in_either_structure)
{
    OSVERSIONINFOEXA v = {.dwOSVersionInfoSize = sizeof(OSVERSIONINFOA)};

    v.wProductType = 77;
    CHECK(GetVersionExA((LPOSVERSIONINFOA)&v));
    CHECK_EQ(v.dwPlatformId, VER_PLATFORM_WIN32_NT);
    CHECK(v.dwMajorVersion >= 6);
    CHECK_EQ(v.wProductType, 77);
    v.dwOSVersionInfoSize = sizeof v;
    CHECK(GetVersionExA((LPOSVERSIONINFOA)&v));
    CHECK(v.wProductType != 77);
    v.dwOSVersionInfoSize = 3;
    CHECK(!GetVersionExA((LPOSVERSIONINFOA)&v));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}
