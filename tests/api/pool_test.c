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
