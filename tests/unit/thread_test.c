/* SPDX-License-Identifier: MIT */
/* Threads: beginnings, ends, exit codes, blocks of foreign threads; TLS. */
#include "t.h"

#include "w32/handle.h"
#include "w32/thread.h"

#include <ws2/process.h>
#include <ws2/winbase.h>

#include <pthread.h>

static DWORD
give_back(LPVOID arg)
{
    return (DWORD)(ULONG_PTR)arg;
}

TEST_BARE(a_thread_s_result_is_its_exit_code)
{
    DWORD id = 0, code = 0;
    HANDLE h = CreateThread(NULL, 0, give_back, (LPVOID)77, 0, &id);

    CHECK(id != 0 && id != GetCurrentThreadId());
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(h, &code));
    CHECK_EQ(code, 77);
    CloseHandle(h);
    CHECK_EQ(ws_handle_count(WS_KIND_THREAD), 0);
}

static DWORD
leave_early(LPVOID arg)
{
    ExitThread((DWORD)(ULONG_PTR)arg);
}

TEST_BARE(exit_thread_gives_the_code_too)
{
    HANDLE h = CreateThread(NULL, 0, leave_early, (LPVOID)5, 0, NULL);
    DWORD code;

    WaitForSingleObject(h, INFINITE);
    GetExitCodeThread(h, &code);
    CHECK_EQ(code, 5);
    CloseHandle(h);
}

TEST_BARE(a_suspended_thread_starts_when_resumed)
{
    HANDLE h = CreateThread(NULL, 0, give_back, NULL, CREATE_SUSPENDED, NULL);
    DWORD code;

    CHECK_EQ(WaitForSingleObject(h, 10), WAIT_TIMEOUT);
    GetExitCodeThread(h, &code);
    CHECK_EQ(code, STILL_ACTIVE);
    CHECK_EQ(ResumeThread(h), 1);
    CHECK_EQ(ResumeThread(h), 0);
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CloseHandle(h);
    CHECK_EQ(ResumeThread(h), (DWORD)-1);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static unsigned
add_one(void *arg)
{
    return *(unsigned *)arg + 1;
}

static HANDLE done;

static void
signal_done(void *arg)
{
    *(int *)arg = 1;
    SetEvent(done);
    _endthread();
}

TEST_BARE(the_c_run_time_s_threads_are_the_same_threads)
{
    unsigned n = 41, id;
    HANDLE h = (HANDLE)_beginthreadex(NULL, 0, add_one, &n, 0, &id);
    DWORD code;
    int seen = 0;

    REQUIRE(h != NULL);
    WaitForSingleObject(h, INFINITE);
    GetExitCodeThread(h, &code);
    CHECK_EQ(code, 42);
    CloseHandle(h);

    done = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(_beginthread(signal_done, 0, &seen) != (uintptr_t)-1);
    WaitForSingleObject(done, INFINITE);
    CHECK_EQ(seen, 1);
    while (ws_handle_count(WS_KIND_THREAD)) /* it closes its own handle */
        SwitchToThread();
    CloseHandle(done);
}

TEST_BARE(wrong_arguments_make_no_thread)
{
    CHECK(CreateThread(NULL, 0, NULL, NULL, 0, NULL) == NULL);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(CreateThread(NULL, 0, give_back, NULL, 0x80, NULL) == NULL);
    CHECK(!GetExitCodeThread((HANDLE)0x1234, &(DWORD){0}));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static DWORD
keep_a_handle_to_itself(LPVOID out)
{
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(),
                    GetCurrentProcess(), out, 0, FALSE, DUPLICATE_SAME_ACCESS);
    CHECK(CloseHandle(GetCurrentThread()));
    CHECK_EQ(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
    return 9;
}

TEST_BARE(a_thread_can_give_a_real_handle_to_itself_away)
{
    HANDLE own = NULL;
    HANDLE h = CreateThread(NULL, 0, keep_a_handle_to_itself, &own, 0, NULL);
    DWORD code;

    WaitForSingleObject(h, INFINITE);
    CloseHandle(h);
    REQUIRE(own != NULL);
    CHECK_EQ(WaitForSingleObject(own, 0), WAIT_OBJECT_0);
    GetExitCodeThread(own, &code);
    CHECK_EQ(code, 9);
    CloseHandle(own);
}

static void *
foreign(void *out)
{
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(),
                    GetCurrentProcess(), out, 0, FALSE, 0);
    return NULL;
}

TEST_BARE(a_foreign_thread_gets_a_block_and_its_end_is_seen)
{
    pthread_t t;
    HANDLE h = NULL;

    pthread_create(&t, NULL, foreign, &h);
    pthread_join(t, NULL);
    REQUIRE(h != NULL);
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CloseHandle(h);
}

TEST_BARE(many_threads_come_and_go)
{
    for (int i = 0; i < 300; i++) {
        HANDLE h[4];

        for (int j = 0; j < 4; j++)
            h[j] = CreateThread(NULL, 1, give_back, NULL, 0, NULL);
        REQUIRE_EQ(WaitForMultipleObjects(4, h, TRUE, INFINITE), 0);
        for (int j = 0; j < 4; j++)
            CloseHandle(h[j]);
    }
    CHECK_EQ(ws_handle_count(WS_KIND_THREAD), 0);
}

/* ---- TLS ---- */

static DWORD slot;

static DWORD
use_slot(LPVOID value)
{
    if (TlsGetValue(slot) != NULL)
        return 1;
    TlsSetValue(slot, value);
    SwitchToThread();
    return TlsGetValue(slot) != value;
}

TEST_BARE(a_slot_has_a_value_for_each_thread)
{
    HANDLE h[2];
    DWORD code;

    slot = TlsAlloc();
    REQUIRE(slot != TLS_OUT_OF_INDEXES);
    CHECK(TlsSetValue(slot, &slot));
    for (ULONG_PTR i = 0; i < 2; i++)
        h[i] = CreateThread(NULL, 0, use_slot, (LPVOID)(i + 1), 0, NULL);
    for (int i = 0; i < 2; i++) {
        WaitForSingleObject(h[i], INFINITE);
        GetExitCodeThread(h[i], &code);
        CHECK_EQ(code, 0);
        CloseHandle(h[i]);
    }
    SetLastError(5);
    CHECK(TlsGetValue(slot) == &slot);
    CHECK_EQ(GetLastError(), 0);
    CHECK(TlsFree(slot));
}

TEST_BARE(a_freed_slot_is_refused_and_empty_when_it_comes_again)
{
    DWORD slots[2000], count = 0, first = TlsAlloc();

    CHECK(TlsSetValue(first, &count));
    CHECK(TlsFree(first));
    CHECK(!TlsFree(first));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(TlsGetValue(first) == NULL);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    while ((slots[count] = TlsAlloc()) != TLS_OUT_OF_INDEXES) {
        CHECK(TlsGetValue(slots[count]) == NULL);
        count++;
    }
    CHECK(count >= TLS_MINIMUM_AVAILABLE);
    while (count)
        CHECK(TlsFree(slots[--count]));
    CHECK(!TlsSetValue(99999, NULL));
}
