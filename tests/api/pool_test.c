/* SPDX-License-Identifier: MIT */
/* The thread pool: callbacks of completed operations, here of files, and work
 * items. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0600
#endif
#include "t.h"

#include <string.h>
#include <windows.h>

static HANDLE event;
static volatile LONG calls;

static HANDLE
overlapped_file(void)
{
    char directory[MAX_PATH], path[MAX_PATH];
    HANDLE h;

    REQUIRE(GetTempPathA(sizeof directory, directory));
    REQUIRE(GetTempFileNameA(directory, "pool", 0, path));
    h = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                    FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    REQUIRE(h != INVALID_HANDLE_VALUE);
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    calls = 0;
    return h;
}

static void
start_write(HANDLE h, OVERLAPPED *ov)
{
    memset(ov, 0, sizeof *ov);
    if (!WriteFile(h, "hello", 5, NULL, ov))
        CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
}

static VOID CALLBACK
bound(DWORD error, DWORD moved, LPOVERLAPPED ov)
{
    CHECK_EQ(error, 0);
    CHECK_EQ(moved, 5);
    CHECK(ov);
    SetEvent(event);
}

TEST_BARE(a_bound_routine_runs_for_each_operation)
{
    HANDLE h = overlapped_file(), other;
    OVERLAPPED ov;

    CHECK(BindIoCompletionCallback(h, bound, 0));
    CHECK(!BindIoCompletionCallback(h, bound, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    for (int i = 0; i < 5; i++) {
        start_write(h, &ov);
        CHECK_EQ(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    }
    CloseHandle(event);
    other = overlapped_file();
    CHECK(BindIoCompletionCallback(other, bound, 0));
    start_write(other, &ov);
    CHECK_EQ(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    CloseHandle(h);
    CloseHandle(other);
    CloseHandle(event);
}

static VOID CALLBACK
counted(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID ov, ULONG error,
        ULONG_PTR moved, PTP_IO io)
{
    CHECK(instance && ov && io);
    CHECK(context == &calls);
    CHECK_EQ(error, 0);
    CHECK_EQ(moved, 5);
    InterlockedIncrement(&calls);
    SetEvent(event);
}

TEST_BARE(a_pool_io_counts_what_was_started)
{
    HANDLE h = overlapped_file();
    OVERLAPPED ov[20];
    PTP_IO io = CreateThreadpoolIo(h, counted, (PVOID)&calls, NULL);

    REQUIRE(io);
    CHECK(!CreateThreadpoolIo(h, counted, NULL, NULL));
    WaitForThreadpoolIoCallbacks(io, FALSE); /* nothing is there */
    StartThreadpoolIo(io);
    CancelThreadpoolIo(io);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    for (int i = 0; i < 20; i++) {
        StartThreadpoolIo(io);
        start_write(h, &ov[i]);
    }
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CHECK_EQ(calls, 20);
    CloseHandle(h);
    CloseThreadpoolIo(io);
    CloseHandle(event);
}

TEST_BARE(closing_a_pool_io_lets_what_was_started_end)
{
    HANDLE h = overlapped_file();
    OVERLAPPED ov;
    PTP_IO io = CreateThreadpoolIo(h, counted, (PVOID)&calls, NULL);

    REQUIRE(io);
    StartThreadpoolIo(io);
    start_write(h, &ov);
    CHECK_EQ(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    CloseThreadpoolIo(io);
    CloseHandle(h);
    CloseHandle(event);
}

/* Each blocks until all are there, so there must be a thread for each. */
#define MANY 10

static DWORD WINAPI
meet(LPVOID arg)
{
    if (InterlockedIncrement(&calls) == MANY)
        SetEvent(arg);
    CHECK_EQ(WaitForSingleObject(arg, 10000), WAIT_OBJECT_0);
    if (!InterlockedDecrement(&calls))
        SetEvent(event);
    return 0;
}

TEST_BARE(work_items_that_block_get_threads_enough)
{
    HANDLE all = CreateEventA(NULL, TRUE, FALSE, NULL);

    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    for (int i = 0; i < MANY; i++)
        CHECK(QueueUserWorkItem(meet, all, WT_EXECUTELONGFUNCTION));
    CHECK_EQ(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    CHECK(!QueueUserWorkItem(NULL, NULL, 0) || !T_NATIVE);
    CloseHandle(all);
    CloseHandle(event);
}

/* ---- registered waits ---- */

struct registered {
    HANDLE wait, object, done;
    volatile LONG fired, timed_out;
};

static VOID CALLBACK
fired(PVOID context, BOOLEAN timed_out)
{
    struct registered *r = context;

    InterlockedIncrement(timed_out ? &r->timed_out : &r->fired);
    SetEvent(r->done);
}

static void
await(struct registered *r)
{
    CHECK_EQ(WaitForSingleObject(r->done, 5000), WAIT_OBJECT_0);
}

static void
register_event(struct registered *r, BOOL manual, DWORD ms, DWORD flags)
{
    memset(r, 0, sizeof *r);
    r->object = CreateEventA(NULL, manual, FALSE, NULL);
    r->done = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(
        RegisterWaitForSingleObject(&r->wait, r->object, fired, r, ms, flags));
}

static void
unregister(struct registered *r)
{
    CHECK(UnregisterWaitEx(r->wait, INVALID_HANDLE_VALUE));
    CloseHandle(r->object);
    CloseHandle(r->done);
}

TEST_BARE(a_registered_wait_calls_back_each_time)
{
    static const DWORD flags[] = {WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD,
                                  WT_EXECUTELONGFUNCTION};
    struct registered r;

    for (int i = 0; i < 3; i++) {
        register_event(&r, FALSE, INFINITE, flags[i]);
        CHECK_EQ(WaitForSingleObject(r.done, 50), WAIT_TIMEOUT);
        for (int n = 1; n <= 5; n++) {
            SetEvent(r.object);
            await(&r);
            CHECK_EQ(r.fired, n);
        }
        unregister(&r);
        CHECK_EQ(r.timed_out, 0);
    }
}

TEST_BARE(a_wait_may_be_for_once)
{
    struct registered r;

    register_event(&r, TRUE, INFINITE, WT_EXECUTEONLYONCE);
    SetEvent(r.object);
    await(&r);
    CHECK_EQ(WaitForSingleObject(r.done, 100), WAIT_TIMEOUT);
    CHECK_EQ(r.fired, 1);
    unregister(&r);
}

TEST_BARE(a_registered_wait_runs_out_of_time)
{
    struct registered r;

    WINE_HANGS("it runs out only once");
    register_event(&r, FALSE, 20, WT_EXECUTEDEFAULT);
    await(&r);
    await(&r);
    CHECK(r.timed_out >= 2);
    CHECK_EQ(r.fired, 0);
    unregister(&r);
}

TEST_BARE(what_is_unregistered_calls_no_more)
{
    struct registered r;

    register_event(&r, FALSE, INFINITE, WT_EXECUTEDEFAULT);
    CHECK(UnregisterWait(r.wait));
    SetEvent(r.object);
    CHECK_EQ(WaitForSingleObject(r.done, 100), WAIT_TIMEOUT);
    CloseHandle(r.object);
    CloseHandle(r.done);
}

static VOID CALLBACK
linger(PVOID context, BOOLEAN timed_out)
{
    struct registered *r = context;

    (void)timed_out;
    SetEvent(r->done);
    WaitForSingleObject(r->object, 200);
    InterlockedIncrement(&r->fired);
}

static void
register_lingering(struct registered *r, HANDLE go)
{
    memset(r, 0, sizeof *r);
    r->object = CreateEventA(NULL, TRUE, FALSE, NULL); /* ends the callback */
    r->done = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(RegisterWaitForSingleObject(&r->wait, go, linger, r, INFINITE,
                                        WT_EXECUTEONLYONCE));
    SetEvent(go);
    await(r);
}

TEST_BARE(a_callback_that_runs_is_waited_for)
{
    HANDLE go = CreateEventA(NULL, FALSE, FALSE, NULL);
    struct registered r;

    register_lingering(&r, go);
    CHECK_EQ(r.fired, 0);
    CHECK(UnregisterWaitEx(r.wait, INVALID_HANDLE_VALUE));
    CHECK_EQ(r.fired, 1);
    CloseHandle(r.object);
    CloseHandle(r.done);
    CloseHandle(go);
}

TEST_BARE(a_callback_that_runs_is_pending)
{
    HANDLE go = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE told = CreateEventA(NULL, FALSE, FALSE, NULL);
    struct registered r;

    register_lingering(&r, go);
    CHECK(!UnregisterWaitEx(r.wait, told));
    CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
    SetEvent(r.object);
    CHECK_EQ(WaitForSingleObject(told, 5000), WAIT_OBJECT_0);
    CHECK_EQ(r.fired, 1);
    CloseHandle(r.object);
    CloseHandle(r.done);
    CloseHandle(told);
    CloseHandle(go);
}

TEST_BARE(an_idle_wait_tells_its_end_at_once)
{
    HANDLE told = CreateEventA(NULL, FALSE, FALSE, NULL);
    struct registered r;

    register_event(&r, FALSE, INFINITE, WT_EXECUTEDEFAULT);
    CHECK(UnregisterWaitEx(r.wait, told));
    CHECK_EQ(WaitForSingleObject(told, 5000), WAIT_OBJECT_0);
    CloseHandle(r.object);
    CloseHandle(r.done);
    CloseHandle(told);
}

TEST_BARE(more_than_64_waits_are_served)
{
    enum { WAITS = 150 };
    static struct registered r[WAITS];

    for (int i = 0; i < WAITS; i++)
        register_event(&r[i], i % 2, INFINITE, WT_EXECUTEONLYONCE);
    for (int i = WAITS; i-- > 0;) {
        SetEvent(r[i].object);
        await(&r[i]);
    }
    for (int i = 0; i < WAITS; i++) {
        CHECK_EQ(r[i].fired, 1);
        unregister(&r[i]);
    }
}

TEST_BARE(an_object_that_stays_signalled_keeps_nobody_waiting)
{
    struct registered busy, r;

    WINE_HANGS("it fires only when the object is set");
    register_event(&busy, TRUE, INFINITE, WT_EXECUTEDEFAULT);
    register_event(&r, FALSE, INFINITE, WT_EXECUTEDEFAULT);
    SetEvent(busy.object);
    await(&busy);
    SetEvent(r.object);
    await(&r);
    await(&busy);
    unregister(&busy);
    unregister(&r);
}

TEST_BARE(a_wait_is_registered_for_an_object)
{
    struct registered r;
    HANDLE wait = NULL;

    WINE_DIFFERS("any handle is taken");
    CHECK(!RegisterWaitForSingleObject(&wait, (HANDLE)(ULONG_PTR)0x7ffffff0,
                                       fired, &r, INFINITE, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
#if T_NATIVE
    CHECK(!RegisterWaitForSingleObject(&wait, NULL, NULL, NULL, INFINITE, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!UnregisterWait(NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
#endif
}
