/* SPDX-License-Identifier: MIT */
/* Control handlers: signals become calls in a thread of their own. */
#include "t.h"

#include <ws2/winbase.h>

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static HANDLE called;
static atomic_uint order, first_seen, second_seen, event, caller;

static BOOL CALLBACK
first(DWORD type)
{
    atomic_store(&event, type);
    atomic_store(&first_seen, atomic_fetch_add(&order, 1) + 1);
    SetEvent(called);
    return TRUE;
}

static BOOL CALLBACK
second(DWORD type)
{
    (void)type;
    atomic_store(&caller, GetCurrentThreadId());
    atomic_store(&second_seen, atomic_fetch_add(&order, 1) + 1);
    return FALSE;
}

TEST_BARE(handlers_run_last_one_first_until_one_answers)
{
    called = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(SetConsoleCtrlHandler(first, TRUE));
    REQUIRE(SetConsoleCtrlHandler(second, TRUE));
    kill(getpid(), SIGQUIT);
    CHECK_EQ(WaitForSingleObject(called, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(event, CTRL_BREAK_EVENT);
    CHECK_EQ(second_seen, 1);
    CHECK_EQ(first_seen, 2);
    CHECK(caller != GetCurrentThreadId());
    CHECK(SetConsoleCtrlHandler(second, FALSE));
    CHECK(!SetConsoleCtrlHandler(second, FALSE));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    kill(getpid(), SIGINT);
    CHECK_EQ(WaitForSingleObject(called, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(event, CTRL_C_EVENT);
    CHECK_EQ(second_seen, 1);
    CloseHandle(called);
}

TEST_BARE(control_c_can_be_ignored)
{
    called = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(SetConsoleCtrlHandler(NULL, TRUE));
    kill(getpid(), SIGINT);
    REQUIRE(SetConsoleCtrlHandler(first, TRUE));
    kill(getpid(), SIGTERM);
    CHECK_EQ(WaitForSingleObject(called, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(event, CTRL_SHUTDOWN_EVENT);
    CHECK_EQ(WaitForSingleObject(called, 20), WAIT_TIMEOUT);
    CloseHandle(called);
}

TEST_BARE(control_events_can_be_made)
{
    called = CreateEventA(NULL, FALSE, FALSE, NULL);
    REQUIRE(SetConsoleCtrlHandler(first, TRUE));
    CHECK(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
    CHECK_EQ(WaitForSingleObject(called, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(event, CTRL_C_EVENT);
    CHECK(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, GetCurrentProcessId()));
    CHECK_EQ(WaitForSingleObject(called, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(event, CTRL_BREAK_EVENT);
    CHECK(!GenerateConsoleCtrlEvent(CTRL_CLOSE_EVENT, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 1));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(called);
}
