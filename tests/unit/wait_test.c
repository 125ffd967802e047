/* SPDX-License-Identifier: MIT */
/* The dispatcher: what a wait means, who drives, and the races between those
 * who set, those who wait and those who close. */
#include "t.h"

#include "engine.h"
#include "w32/event.h"

#include <ws2/winbase.h>

#include <unistd.h>

static HANDLE
auto_event(void)
{
    return CreateEventA(NULL, FALSE, FALSE, NULL);
}

static HANDLE
manual_event(BOOL set)
{
    return CreateEventA(NULL, TRUE, set, NULL);
}

static void
close_handles(HANDLE *h, unsigned count)
{
    while (count)
        CHECK(CloseHandle(h[--count]));
}

static void
set_job(void *arg)
{
    SetEvent(arg);
}

/* ---- meaning ---- */

TEST_BARE(the_lowest_signalled_index_is_told, "CR-8")
{
    HANDLE h[4] = {auto_event(), auto_event(), auto_event(), auto_event()};

    SetEvent(h[3]);
    SetEvent(h[1]);
    CHECK_EQ(WaitForMultipleObjects(4, h, FALSE, 0), WAIT_OBJECT_0 + 1);
    CHECK_EQ(WaitForMultipleObjects(4, h, FALSE, 0), WAIT_OBJECT_0 + 3);
    CHECK_EQ(WaitForMultipleObjects(4, h, FALSE, 0), WAIT_TIMEOUT);
    close_handles(h, 4);
}

TEST_BARE(a_manual_event_stays_set_until_it_is_reset)
{
    HANDLE h = manual_event(TRUE);

    for (int i = 0; i < 3; i++)
        CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
    CHECK(ResetEvent(h));
    CHECK_EQ(WaitForSingleObject(h, 1), WAIT_TIMEOUT);
    CloseHandle(h);
}

TEST_BARE(wait_all_takes_nothing_until_it_can_take_all, "CR-8")
{
    HANDLE h[2] = {auto_event(), auto_event()};

    SetEvent(h[0]);
    CHECK_EQ(WaitForMultipleObjects(2, h, TRUE, 1), WAIT_TIMEOUT);
    CHECK_EQ(WaitForSingleObject(h[0], 0), WAIT_OBJECT_0);
    SetEvent(h[0]);
    SetEvent(h[1]);
    CHECK_EQ(WaitForMultipleObjects(2, h, TRUE, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(h[0], 0), WAIT_TIMEOUT);
    CHECK_EQ(WaitForSingleObject(h[1], 0), WAIT_TIMEOUT);
    close_handles(h, 2);
}

TEST_BARE(wrong_arguments_of_a_wait_are_told, "CR-8")
{
    HANDLE h[65], e = manual_event(TRUE);

    for (int i = 0; i < 65; i++)
        h[i] = e;
    CHECK_EQ(WaitForMultipleObjects(65, h, FALSE, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(WaitForMultipleObjects(0, h, FALSE, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(WaitForMultipleObjects(2, h, TRUE, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(WaitForMultipleObjects(64, h, FALSE, 0), WAIT_OBJECT_0);
    CloseHandle(e);
    CHECK_EQ(WaitForSingleObject(e, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

TEST_BARE(a_handle_twice_in_a_wait_for_any_is_allowed)
{
    HANDLE h[3] = {auto_event(), auto_event(), NULL};
    HANDLE timer = CreateWaitableTimerA(NULL, FALSE, NULL);
    LARGE_INTEGER due = {.QuadPart = -20000};

    h[2] = h[1];
    h[0] = timer;
    SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
    CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, INFINITE), WAIT_OBJECT_0);
    SetEvent(h[1]);
    CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, INFINITE), WAIT_OBJECT_0 + 1);
    CloseHandle(timer);
    CloseHandle(h[1]);
}

TEST_BARE(a_time_out_comes_in_time)
{
    HANDLE h = auto_event();
    ULONGLONG before = GetTickCount64();

    CHECK_EQ(WaitForSingleObject(h, 30), WAIT_TIMEOUT);
    CHECK(GetTickCount64() - before >= 29);
    CloseHandle(h);
}

/* ---- races between setting and waiting ---- */

#define TURNS 5000

static HANDLE pair[2], back[2];

static DWORD
set_pair(LPVOID arg)
{
    ULONG_PTR i = (ULONG_PTR)arg;

    for (int n = 0; n < TURNS; n++) {
        SetEvent(pair[i]);
        WaitForSingleObject(back[i], INFINITE);
    }
    return 0;
}

TEST_BARE(no_set_is_lost_to_a_wait_for_all)
{
    HANDLE threads[2];

    for (ULONG_PTR i = 0; i < 2; i++) {
        pair[i] = auto_event();
        back[i] = auto_event();
        threads[i] = CreateThread(NULL, 0, set_pair, (LPVOID)i, 0, NULL);
    }
    for (int i = 0; i < TURNS; i++) {
        REQUIRE_EQ(WaitForMultipleObjects(2, pair, TRUE, INFINITE), 0);
        SetEvent(back[i % 2]);
        SetEvent(back[1 - i % 2]);
    }
    CHECK_EQ(WaitForMultipleObjects(2, threads, TRUE, INFINITE), 0);
    close_handles(threads, 2);
    close_handles(pair, 2);
    close_handles(back, 2);
}

static HANDLE one;
static atomic_uint taken;

static DWORD
take_one(LPVOID quit)
{
    HANDLE h[2] = {one, quit};

    while (WaitForMultipleObjects(2, h, FALSE, INFINITE) == WAIT_OBJECT_0)
        atomic_fetch_add(&taken, 1);
    return 0;
}

TEST_BARE(a_set_of_an_auto_reset_event_wakes_exactly_one)
{
    HANDLE threads[4], quit = manual_event(FALSE);

    one = auto_event();
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, take_one, quit, 0, NULL);
    for (unsigned i = 0; i < TURNS; i++) {
        SetEvent(one);
        while (atomic_load(&taken) == i)
            SwitchToThread();
        REQUIRE_EQ(atomic_load(&taken), i + 1);
    }
    SetEvent(quit);
    CHECK_EQ(WaitForMultipleObjects(4, threads, TRUE, INFINITE), 0);
    CHECK_EQ(taken, TURNS);
    close_handles(threads, 4);
    CloseHandle(quit);
    CloseHandle(one);
}

static DWORD
wait_once(LPVOID h)
{
    return WaitForSingleObject(h, 5000);
}

TEST_BARE(closing_a_handle_does_not_disturb_a_wait_on_its_object)
{
    for (int i = 0; i < 300; i++) {
        HANDLE h = auto_event(), copy, thread;
        DWORD code;

        DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0,
                        FALSE, DUPLICATE_SAME_ACCESS);
        thread = CreateThread(NULL, 0, wait_once, copy, 0, NULL);
        if (i % 2)
            SwitchToThread();
        CloseHandle(copy);
        SetEvent(h);
        WaitForSingleObject(thread, INFINITE);
        GetExitCodeThread(thread, &code);
        CHECK(code == WAIT_OBJECT_0 || code == WAIT_FAILED);
        CloseHandle(thread);
        CloseHandle(h);
    }
}

/* ---- who drives ---- */

TEST_BARE(a_waiter_drives_and_is_not_woken_for_its_own_event)
{
    HANDLE h = auto_event();

    engine_start();
    engine_post(set_job, h);
    CHECK_EQ(WaitForSingleObject(h, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(engine.wakes, 0);
    CHECK(engine.rounds > 0);
    CloseHandle(h);
}

TEST_BARE(a_wait_that_only_looks_sees_what_the_engine_has)
{
    HANDLE h = auto_event();

    engine_start();
    engine_post(set_job, h);
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CloseHandle(h);
}

TEST_BARE(waits_that_are_satisfied_at_once_do_not_starve_the_engine)
{
    HANDLE h = manual_event(TRUE), late = auto_event();
    bool seen = false;

    engine_start();
    engine_post(set_job, late);
    for (int i = 0; i < 100; i++) {
        HANDLE both[2] = {late, h};

        seen |= WaitForMultipleObjects(2, both, FALSE, 0) == WAIT_OBJECT_0;
    }
    CHECK(seen);
    CloseHandle(late);
    CloseHandle(h);
}

static void
release_job(void *arg)
{
    ReleaseSemaphore(arg, 1, NULL);
}

static DWORD
take_turns(LPVOID semaphore)
{
    for (int i = 0; i < TURNS; i++)
        if (WaitForSingleObject(semaphore, INFINITE) != WAIT_OBJECT_0)
            return 1;
    return 0;
}

/* Time-outs make leaders leave all the time; the others must be led on. */
static DWORD
take_turns_impatiently(LPVOID semaphore)
{
    for (int i = 0; i < TURNS;)
        i += WaitForSingleObject(semaphore, i % 3) == WAIT_OBJECT_0;
    return 0;
}

static void
feed_all(LPTHREAD_START_ROUTINE (*routine)(int), bool through_engine)
{
    HANDLE semaphores[4], threads[4];

    for (int i = 0; i < 4; i++) {
        semaphores[i] = CreateSemaphoreA(NULL, 0, TURNS, NULL);
        threads[i] = CreateThread(NULL, 0, routine(i), semaphores[i], 0, NULL);
    }
    for (int i = 0; i < TURNS * 4; i++) {
        if (through_engine || i % 3)
            engine_post(release_job, semaphores[i % 4]);
        else
            ReleaseSemaphore(semaphores[i % 4], 1, NULL);
        if (i % 64 == 0)
            SwitchToThread();
    }
    for (int i = 0; i < 4; i++)
        CHECK_EQ(WaitForSingleObject(threads[i], INFINITE), WAIT_OBJECT_0);
    close_handles(threads, 4);
    close_handles(semaphores, 4);
}

static LPTHREAD_START_ROUTINE
patient(int i)
{
    (void)i;
    return take_turns;
}

static LPTHREAD_START_ROUTINE
mixed(int i)
{
    return i % 2 ? take_turns : take_turns_impatiently;
}

TEST_BARE(followers_get_their_events_from_the_leader)
{
    engine_start();
    feed_all(patient, true);
}

TEST_BARE(leaders_that_leave_are_replaced)
{
    engine_start();
    feed_all(mixed, false);
}

static DWORD
wait_long(LPVOID h)
{
    return WaitForSingleObject(h, INFINITE);
}

TEST_BARE(an_engine_that_becomes_busy_gets_a_sleeper_to_drive_it)
{
    engine_start();
    for (int i = 0; i < 500; i++) {
        HANDLE h = auto_event(), thread;

        atomic_store(&engine.busy, false);
        thread = CreateThread(NULL, 0, wait_long, h, 0, NULL);
        for (int j = 0; j < i % 50; j++)
            SwitchToThread();
        atomic_store(&engine.busy, true);
        ws_wait_elect();
        engine_post(set_job, h);
        while (WaitForSingleObject(thread, 0) != WAIT_OBJECT_0)
            SwitchToThread();
        CloseHandle(thread);
        CloseHandle(h);
    }
}

TEST_BARE(a_leader_is_woken_by_another_thread_s_event)
{
    engine_start();
    for (int i = 0; i < 1000; i++) {
        HANDLE h = auto_event();
        HANDLE thread = CreateThread(NULL, 0, wait_long, h, 0, NULL);

        for (int j = 0; j < i % 20; j++)
            SwitchToThread();
        SetEvent(h);
        CHECK_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
        CloseHandle(thread);
        CloseHandle(h);
    }
}

/* ---- poll descriptors ---- */

TEST_BARE(a_poll_descriptor_follows_the_state)
{
    HANDLE h = auto_event();
    struct ws_event *e;
    int fd, again;

    REQUIRE(!ws_event_ref(h, &e));
    REQUIRE(!ws_wait_fd(&e->object, &fd));
    REQUIRE(!ws_wait_fd(&e->object, &again));
    CHECK_EQ(fd, again);
    CHECK(!readable(fd, 0));
    SetEvent(h);
    CHECK(readable(fd, 0));
    CHECK(readable(fd, 0));
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
    CHECK(!readable(fd, 0));
    SetEvent(h);
    ResetEvent(h);
    CHECK(!readable(fd, 0));
    CloseHandle(h);
    ws_event_unref(e);
    CHECK_EQ(close(fd), -1);
}

TEST_BARE(somebody_drives_while_a_host_polls_descriptors)
{
    HANDLE h = auto_event();
    struct ws_event *e;
    int fd;

    engine_start();
    REQUIRE(!ws_event_ref(h, &e));
    REQUIRE(!ws_wait_fd(&e->object, &fd));
    for (int i = 0; i < 200; i++) {
        engine_post(set_job, h);
        REQUIRE(readable(fd, 5000));
        CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
    }
    CloseHandle(h);
    while (ws_ref_shared(&e->object.refs)) /* by who has just set it */
        SwitchToThread();
    ws_event_unref(e);
}
