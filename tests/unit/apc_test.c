/* SPDX-License-Identifier: MIT */
/* APCs: in alertable waits and blocking calls, and nowhere else. */
#include "t.h"

#include "w32/apc.h"

#include <ws2/winbase.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static atomic_int runs;

static void CALLBACK
count(ULONG_PTR data)
{
    atomic_fetch_add(&runs, (int)data);
}

TEST_BARE(an_apc_runs_in_an_alertable_wait_only, "CR-1")
{
    HANDLE h = CreateEventA(NULL, TRUE, FALSE, NULL);

    REQUIRE(QueueUserAPC(count, GetCurrentThread(), 1));
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    Sleep(1);
    CHECK_EQ(runs, 0);
    CHECK_EQ(WaitForSingleObjectEx(h, INFINITE, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(runs, 1);
    CHECK_EQ(SleepEx(0, TRUE), 0);
    CloseHandle(h);
}

TEST_BARE(all_queued_apcs_run_in_order_in_one_wait)
{
    for (int i = 0; i < 5; i++)
        REQUIRE(QueueUserAPC(count, GetCurrentThread(), 1));
    CHECK_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(runs, 5);
}

TEST_BARE(a_signalled_object_comes_before_a_queued_apc)
{
    HANDLE h = CreateEventA(NULL, FALSE, TRUE, NULL);

    REQUIRE(QueueUserAPC(count, GetCurrentThread(), 1));
    CHECK_EQ(WaitForSingleObjectEx(h, 0, TRUE), WAIT_OBJECT_0);
    CHECK_EQ(runs, 0);
    CHECK_EQ(WaitForSingleObjectEx(h, 0, TRUE), WAIT_IO_COMPLETION);
    CloseHandle(h);
}

static DWORD
end_at_once(LPVOID arg)
{
    (void)arg;
    return 3;
}

TEST_BARE(a_thread_that_has_ended_takes_no_apc)
{
    HANDLE h = CreateThread(NULL, 0, end_at_once, NULL, 0, NULL);

    WaitForSingleObject(h, INFINITE);
    CHECK(!QueueUserAPC(count, h, 1));
    CHECK_EQ(GetLastError(), ERROR_GEN_FAILURE);
    CloseHandle(h);
    CHECK(!QueueUserAPC(count, h, 1));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

#define TURNS 3000

static DWORD
sleep_until_enough(LPVOID arg)
{
    (void)arg;
    while (atomic_load(&runs) < TURNS)
        if (SleepEx(INFINITE, TRUE) != WAIT_IO_COMPLETION)
            return 1;
    return 0;
}

TEST_BARE(no_apc_is_lost_to_a_sleeper)
{
    HANDLE h = CreateThread(NULL, 0, sleep_until_enough, NULL, 0, NULL);
    DWORD code;

    for (int i = 0; i < TURNS; i++) {
        REQUIRE(QueueUserAPC(count, h, 1));
        if (i % 8 == 0)
            SwitchToThread();
    }
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    GetExitCodeThread(h, &code);
    CHECK_EQ(code, 0);
    CHECK_EQ(runs, TURNS);
    CloseHandle(h);
}

/* ---- blocking system calls ---- */

static int pipe_fds[2];

/* What a blocking socket call does: block in the kernel, and run APCs when
 * interrupted, until there is data. */
static DWORD
read_a_byte(LPVOID arg)
{
    struct ws_thread *t = ws_thread_self();
    char c;

    (void)arg;
    for (;;) {
        ssize_t got = -1;

        if (ws_thread_block(t)) {
            got = read(pipe_fds[0], &c, 1);
            ws_thread_unblock(t);
        }
        ws_apc_run();
        if (got == 1)
            return 0;
    }
}

TEST_BARE(an_apc_interrupts_a_blocking_call_whenever_it_comes)
{
    HANDLE h;

    REQUIRE(!pipe(pipe_fds));
    h = CreateThread(NULL, 0, read_a_byte, NULL, 0, NULL);
    for (int i = 0; i < TURNS; i++) {
        REQUIRE(QueueUserAPC(count, h, 1));
        for (int j = 0; j < i % 30; j++)
            SwitchToThread();
        while (atomic_load(&runs) <= i)
            SwitchToThread();
    }
    REQUIRE(write(pipe_fds[1], "x", 1) == 1);
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(runs, TURNS);
    CloseHandle(h);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* The worst case made certain: the signal is spent before the call blocks. */
static DWORD
dawdle_then_read(LPVOID started)
{
    struct ws_thread *t = ws_thread_self();
    char c;

    REQUIRE(ws_thread_block(t));
    SetEvent(started);
    while (!atomic_load(&t->pending))
        sched_yield();
    usleep(3000);
    CHECK_EQ(read(pipe_fds[0], &c, 1), -1);
    ws_thread_unblock(t);
    CHECK_EQ(ws_apc_run(), 1);
    return 0;
}

TEST_BARE(an_apc_that_comes_just_before_the_call_interrupts_it_too)
{
    HANDLE h, started = CreateEventA(NULL, FALSE, FALSE, NULL);

    REQUIRE(!pipe(pipe_fds));
    h = CreateThread(NULL, 0, dawdle_then_read, started, 0, NULL);
    WaitForSingleObject(started, INFINITE);
    REQUIRE(QueueUserAPC(count, h, 1));
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(runs, 1);
    CloseHandle(h);
    CloseHandle(started);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* ---- timers ---- */

static int ticks;

static void CALLBACK
tick(LPVOID arg, DWORD low, DWORD high)
{
    CHECK(low || high);
    ticks++;
    if (ticks == 3)
        CancelWaitableTimer(arg);
}

TEST_BARE(a_timer_s_routine_runs_each_period)
{
    HANDLE h = CreateWaitableTimerA(NULL, FALSE, NULL);
    LARGE_INTEGER due = {.QuadPart = -10000};

    REQUIRE(SetWaitableTimer(h, &due, 2, tick, h, FALSE));
    while (ticks < 3)
        CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(SleepEx(10, TRUE), 0);
    CloseHandle(h);
}

TEST_BARE(a_timer_signals_at_its_time_and_not_after_it_was_cancelled)
{
    HANDLE h = CreateWaitableTimerA(NULL, TRUE, NULL);
    LARGE_INTEGER due = {.QuadPart = -100000}; /* 10 ms */
    ULONGLONG before = GetTickCount64();

    REQUIRE(SetWaitableTimer(h, &due, 0, NULL, NULL, FALSE));
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CHECK(GetTickCount64() - before >= 9);
    REQUIRE(SetWaitableTimer(h, &due, 0, NULL, NULL, FALSE));
    CHECK(CancelWaitableTimer(h));
    CHECK_EQ(WaitForSingleObject(h, 20), WAIT_TIMEOUT);
    CloseHandle(h);
}

/* The timer is set while somebody sleeps on it already. */
static DWORD
wait_timer(LPVOID h)
{
    return WaitForSingleObject(h, 5000);
}

TEST_BARE(setting_a_timer_reaches_who_waits_for_it)
{
    HANDLE h = CreateWaitableTimerA(NULL, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, wait_timer, h, 0, NULL);
    LARGE_INTEGER due = {.QuadPart = -20000};
    DWORD code;

    Sleep(5);
    REQUIRE(SetWaitableTimer(h, &due, 0, NULL, NULL, FALSE));
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CHECK_EQ(code, WAIT_OBJECT_0);
    CloseHandle(thread);
    CloseHandle(h);
}
