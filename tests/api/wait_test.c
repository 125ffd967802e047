/* SPDX-License-Identifier: MIT */
/* Waiting for events, mutexes, semaphores and threads, by Winsock's names and
 * by Win32's: any, all, with a time, alertable, and what a wait takes away. */
#include "net.h"

#include <string.h>

static HANDLE
manual(BOOL set)
{
    HANDLE event = CreateEventA(NULL, TRUE, set, NULL);

    REQUIRE(event != NULL);
    return event;
}

static HANDLE
automatic(BOOL set)
{
    HANDLE event = CreateEventA(NULL, FALSE, set, NULL);

    REQUIRE(event != NULL);
    return event;
}

static DWORD
look(HANDLE object)
{
    return WaitForSingleObject(object, 0);
}

TEST(a_winsock_event_is_manual_and_not_set, "EVT-9")
{
    WSAEVENT event = WSACreateEvent();

    REQUIRE(event != WSA_INVALID_EVENT);
    CHECK_EQ(look(event), WAIT_TIMEOUT);
    CHECK(WSASetEvent(event));
    CHECK_EQ(look(event), WAIT_OBJECT_0);
    CHECK_EQ(look(event), WAIT_OBJECT_0);
    CHECK(WSAResetEvent(event));
    CHECK_EQ(look(event), WAIT_TIMEOUT);
    CHECK(WSACloseEvent(event));
}

TEST(a_closed_event_is_invalid, "CR-8")
{
    WSAEVENT event = WSACreateEvent();

    CHECK(WSACloseEvent(event));
    CHECK_ERR(!WSASetEvent(event), WSA_INVALID_HANDLE);
    CHECK_ERR(!WSAResetEvent(event), WSA_INVALID_HANDLE);
    CHECK_ERR(!WSACloseEvent(event), WSA_INVALID_HANDLE);
    CHECK_ERR(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE) ==
                  WSA_WAIT_FAILED,
              WSA_INVALID_HANDLE);
}

TEST(a_stale_handle_never_means_a_new_object, "CR-8")
{
    WSAEVENT old = WSACreateEvent(), young;

    WINE_DIFFERS("it uses the number again at once");
    CHECK(WSACloseEvent(old));
    young = WSACreateEvent();
    CHECK(old != young);
    CHECK_ERR(!WSASetEvent(old), WSA_INVALID_HANDLE);
    CHECK_EQ(look(young), WAIT_TIMEOUT);
    WSACloseEvent(young);
}

TEST(a_wait_of_no_time_looks, "CR-8")
{
    WSAEVENT events[2] = {manual(FALSE), manual(FALSE)};

    CHECK_EQ(WSAWaitForMultipleEvents(2, events, FALSE, 0, FALSE),
             WSA_WAIT_TIMEOUT);
    SetEvent(events[1]);
    CHECK_EQ(WSAWaitForMultipleEvents(2, events, FALSE, 0, FALSE),
             WSA_WAIT_EVENT_0 + 1);
    CloseHandle(events[0]);
    CloseHandle(events[1]);
}

TEST(a_wait_ends_when_its_time_is_over, "CR-8")
{
    WSAEVENT event = manual(FALSE);
    ULONGLONG start = GetTickCount64();

    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 60, FALSE),
             WSA_WAIT_TIMEOUT);
    CHECK(GetTickCount64() - start >= 50);
    CloseHandle(event);
}

TEST(the_lowest_index_wins, "CR-8")
{
    WSAEVENT events[4];

    for (int i = 0; i < 4; i++)
        events[i] = manual(i != 0);
    CHECK_EQ(WSAWaitForMultipleEvents(4, events, FALSE, SOON, FALSE), 1);
    ResetEvent(events[1]);
    CHECK_EQ(WSAWaitForMultipleEvents(4, events, FALSE, SOON, FALSE), 2);
    for (int i = 0; i < 4; i++)
        CloseHandle(events[i]);
}

TEST(sixty_four_events_can_be_waited_for, "CR-8")
{
    WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];

    for (int i = 0; i < WSA_MAXIMUM_WAIT_EVENTS; i++)
        events[i] = manual(FALSE);
    SetEvent(events[63]);
    CHECK_EQ(WSAWaitForMultipleEvents(64, events, FALSE, SOON, FALSE), 63);
    for (int i = 0; i < 64; i++)
        SetEvent(events[i]);
    CHECK_EQ(WSAWaitForMultipleEvents(64, events, TRUE, SOON, FALSE), 0);
    for (int i = 0; i < 64; i++)
        CloseHandle(events[i]);
}

TEST(sixty_five_events_are_too_many, "CR-8")
{
    WSAEVENT events[65];

    for (int i = 0; i < 65; i++)
        events[i] = manual(TRUE);
    CHECK_ERR(WSAWaitForMultipleEvents(65, events, FALSE, 0, FALSE) ==
                  WSA_WAIT_FAILED,
              WSA_INVALID_PARAMETER);
    CHECK_ERR(WSAWaitForMultipleEvents(0, events, FALSE, 0, FALSE) ==
                  WSA_WAIT_FAILED,
              WSA_INVALID_PARAMETER);
    for (int i = 0; i < 65; i++)
        CloseHandle(events[i]);
}

TEST(one_bad_handle_fails_the_wait_and_takes_nothing, "CR-8")
{
    HANDLE events[2] = {automatic(TRUE), NULL};

    CHECK_ERR(WaitForMultipleObjects(2, events, FALSE, 0) == WAIT_FAILED,
              ERROR_INVALID_HANDLE);
    CHECK_EQ(look(events[0]), WAIT_OBJECT_0);
    CloseHandle(events[0]);
}

TEST(a_wait_for_all_needs_all, "CR-8")
{
    WSAEVENT events[3] = {manual(TRUE), manual(FALSE), manual(TRUE)};

    CHECK_EQ(WSAWaitForMultipleEvents(3, events, TRUE, 0, FALSE),
             WSA_WAIT_TIMEOUT);
    SetEvent(events[1]);
    CHECK_EQ(WSAWaitForMultipleEvents(3, events, TRUE, 0, FALSE),
             WSA_WAIT_EVENT_0);
    for (int i = 0; i < 3; i++)
        CloseHandle(events[i]);
}

TEST(a_wait_for_all_that_fails_takes_nothing, "CR-8")
{
    HANDLE events[2] = {automatic(TRUE), automatic(FALSE)};

    CHECK_EQ(WaitForMultipleObjects(2, events, TRUE, 0), WAIT_TIMEOUT);
    CHECK_EQ(look(events[0]), WAIT_OBJECT_0);
    SetEvent(events[0]);
    SetEvent(events[1]);
    CHECK_EQ(WaitForMultipleObjects(2, events, TRUE, 0), WAIT_OBJECT_0);
    CHECK_EQ(look(events[0]), WAIT_TIMEOUT);
    CHECK_EQ(look(events[1]), WAIT_TIMEOUT);
    CloseHandle(events[0]);
    CloseHandle(events[1]);
}

TEST(a_wait_for_any_takes_only_the_one_it_reports, "CR-8")
{
    HANDLE events[2] = {automatic(TRUE), automatic(TRUE)};

    CHECK_EQ(WaitForMultipleObjects(2, events, FALSE, 0), WAIT_OBJECT_0);
    CHECK_EQ(look(events[0]), WAIT_TIMEOUT);
    CHECK_EQ(look(events[1]), WAIT_OBJECT_0);
    CloseHandle(events[0]);
    CloseHandle(events[1]);
}

TEST(an_auto_reset_event_lets_one_waiter_through, "CR-8")
{
    HANDLE event = automatic(FALSE);

    SetEvent(event);
    SetEvent(event);
    CHECK_EQ(look(event), WAIT_OBJECT_0);
    CHECK_EQ(look(event), WAIT_TIMEOUT);
    CloseHandle(event);
}

struct shared {
    HANDLE object;
    LONG woken;
    HANDLE ready;
};

static DWORD WINAPI
wait_and_count(void *context)
{
    struct shared *shared = context;
    DWORD result = WaitForSingleObject(shared->object, INFINITE);

    InterlockedIncrement(&shared->woken);
    return result;
}

TEST(a_manual_event_wakes_all_waiters, "CR-8")
{
    struct shared shared = {manual(FALSE), 0, NULL};
    HANDLE threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = net_thread(wait_and_count, &shared);
    CHECK_EQ(WaitForMultipleObjects(4, threads, FALSE, NEVER), WAIT_TIMEOUT);
    SetEvent(shared.object);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(net_join(threads[i]), WAIT_OBJECT_0);
    CHECK_EQ(shared.woken, 4);
    CloseHandle(shared.object);
}

TEST(an_auto_reset_event_wakes_one_waiter_at_a_time, "CR-8")
{
    struct shared shared = {automatic(FALSE), 0, NULL};
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = net_thread(wait_and_count, &shared);
    for (int i = 0; i < 3; i++) {
        DWORD first;

        SetEvent(shared.object);
        first = WaitForMultipleObjects((DWORD)(3 - i), threads, FALSE, SOON);
        REQUIRE(first < (DWORD)(3 - i));
        CHECK_EQ(shared.woken, i + 1);
        CHECK_EQ(net_join(threads[first]), WAIT_OBJECT_0);
        threads[first] = threads[2 - i];
    }
    CloseHandle(shared.object);
}

static DWORD WINAPI
set_it(void *event)
{
    return SetEvent(event) ? 0 : 1;
}

TEST(another_thread_ends_the_wait, "CR-8")
{
    WSAEVENT event = WSACreateEvent();
    HANDLE thread = net_thread(set_it, event);

    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, WSA_INFINITE, FALSE),
             WSA_WAIT_EVENT_0);
    CHECK_EQ(net_join(thread), 0);
    WSACloseEvent(event);
}

/* Alertable waits */

static int apcs;
static ULONG_PTR apc_data;

static void CALLBACK
note_apc(ULONG_PTR data)
{
    apcs++;
    apc_data = data;
}

TEST(an_alertable_wait_ends_with_an_apc, "CR-1 CR-8")
{
    WSAEVENT event = manual(FALSE);

    REQUIRE(QueueUserAPC(note_apc, GetCurrentThread(), 42));
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, SOON, TRUE),
             WSA_WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 1);
    CHECK_EQ(apc_data, 42);
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 0, TRUE),
             WSA_WAIT_TIMEOUT);
    CloseHandle(event);
}

TEST(a_wait_that_is_not_alertable_runs_no_apc, "CR-1")
{
    WSAEVENT event = manual(TRUE);

    REQUIRE(QueueUserAPC(note_apc, GetCurrentThread(), 1));
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, SOON, FALSE), 0);
    ResetEvent(event);
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 20, FALSE),
             WSA_WAIT_TIMEOUT);
    CHECK_EQ(apcs, 0);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 1);
    CloseHandle(event);
}

TEST(all_queued_apcs_run_in_order, "CR-1")
{
    for (ULONG_PTR i = 1; i <= 5; i++)
        REQUIRE(QueueUserAPC(note_apc, GetCurrentThread(), i));
    CHECK_EQ(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 5);
    CHECK_EQ(apc_data, 5);
    CHECK_EQ(SleepEx(0, TRUE), 0);
}

static DWORD WINAPI
sleep_alertably(void *event)
{
    SetEvent(event);
    return SleepEx(INFINITE, TRUE);
}

TEST(an_apc_from_another_thread_wakes_a_sleeper, "CR-1")
{
    HANDLE event = manual(FALSE);
    HANDLE thread = net_thread(sleep_alertably, event);

    REQUIRE(net_signalled(event, SOON));
    CHECK(QueueUserAPC(note_apc, thread, 9));
    CHECK_EQ(net_join(thread), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 1);
    CloseHandle(event);
}

TEST(an_apc_queued_inside_an_apc_runs_too, "CR-1")
{
    HANDLE event = manual(FALSE);

    REQUIRE(QueueUserAPC(note_apc, GetCurrentThread(), 1));
    REQUIRE(QueueUserAPC(note_apc, GetCurrentThread(), 2));
    CHECK_EQ(WaitForSingleObjectEx(event, SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 2);
    CloseHandle(event);
}

/* Other objects */

TEST(a_thread_is_signalled_when_it_ends, "CR-8")
{
    struct shared shared = {manual(FALSE), 0, NULL};
    HANDLE thread = net_thread(wait_and_count, &shared);

    CHECK_EQ(look(thread), WAIT_TIMEOUT);
    SetEvent(shared.object);
    CHECK_EQ(WaitForSingleObject(thread, SOON), WAIT_OBJECT_0);
    CHECK_EQ(look(thread), WAIT_OBJECT_0);
    CHECK_EQ(net_join(thread), 0);
    CloseHandle(shared.object);
}

TEST(a_semaphore_counts, "CR-8")
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 2, 3, NULL);
    LONG before = -1;

    REQUIRE(semaphore != NULL);
    CHECK_EQ(look(semaphore), WAIT_OBJECT_0);
    CHECK_EQ(look(semaphore), WAIT_OBJECT_0);
    CHECK_EQ(look(semaphore), WAIT_TIMEOUT);
    CHECK(ReleaseSemaphore(semaphore, 2, &before));
    CHECK_EQ(before, 0);
    CHECK_ERR(!ReleaseSemaphore(semaphore, 2, NULL), ERROR_TOO_MANY_POSTS);
    CHECK_EQ(look(semaphore), WAIT_OBJECT_0);
    CHECK_EQ(look(semaphore), WAIT_OBJECT_0);
    CHECK_EQ(look(semaphore), WAIT_TIMEOUT);
    CloseHandle(semaphore);
}

TEST(a_semaphore_needs_sensible_counts, "CR-8")
{
    CHECK_ERR(CreateSemaphoreA(NULL, 2, 1, NULL) == NULL,
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(CreateSemaphoreA(NULL, -1, 1, NULL) == NULL,
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(CreateSemaphoreA(NULL, 0, 0, NULL) == NULL,
              ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI
try_mutex(void *mutex)
{
    DWORD result = look(mutex);

    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED)
        ReleaseMutex(mutex);
    return result;
}

static DWORD WINAPI
abandon_mutex(void *mutex)
{
    return look(mutex);
}

TEST(a_mutex_belongs_to_a_thread, "CR-8")
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL);

    REQUIRE(mutex != NULL);
    CHECK_EQ(net_join(net_thread(try_mutex, mutex)), WAIT_TIMEOUT);
    CHECK_EQ(look(mutex), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK_EQ(net_join(net_thread(try_mutex, mutex)), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    CHECK_EQ(net_join(net_thread(try_mutex, mutex)), WAIT_OBJECT_0);
    CHECK_ERR(!ReleaseMutex(mutex), ERROR_NOT_OWNER);
    CloseHandle(mutex);
}

TEST(a_mutex_whose_owner_ended_is_abandoned, "CR-8")
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);

    CHECK_EQ(net_join(net_thread(abandon_mutex, mutex)), WAIT_OBJECT_0);
    CHECK_EQ(look(mutex), WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
    CHECK_EQ(look(mutex), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CloseHandle(mutex);
}

TEST(objects_of_all_kinds_go_into_one_wait, "CR-8")
{
    HANDLE objects[4] = {manual(FALSE), CreateSemaphoreA(NULL, 0, 1, NULL),
                         CreateMutexA(NULL, FALSE, NULL), NULL};

    objects[3] = net_thread(set_it, objects[0]);
    CHECK_EQ(WaitForMultipleObjects(4, objects, TRUE, NEVER), WAIT_TIMEOUT);
    ReleaseSemaphore(objects[1], 1, NULL);
    CHECK_EQ(WaitForMultipleObjects(4, objects, TRUE, SOON), WAIT_OBJECT_0);
    CHECK_EQ(look(objects[1]), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(objects[2]));
    for (int i = 0; i < 4; i++)
        CloseHandle(objects[i]);
}

TEST(a_duplicated_handle_is_the_same_object, "DUP-3")
{
    HANDLE event = manual(FALSE), copy = NULL;
    HANDLE self = GetCurrentProcess();

    REQUIRE(DuplicateHandle(self, event, self, &copy, 0, FALSE,
                            DUPLICATE_SAME_ACCESS));
    CHECK(copy != event);
    SetEvent(copy);
    CHECK_EQ(look(event), WAIT_OBJECT_0);
    CHECK(CloseHandle(event));
    CHECK_EQ(look(copy), WAIT_OBJECT_0);
    CHECK_EQ(look(event), WAIT_FAILED);
    CHECK(CloseHandle(copy));
}

TEST(CloseHandle_of_nothing_fails, "G-3")
{
    CHECK_ERR(!CloseHandle(NULL), ERROR_INVALID_HANDLE);
    CHECK_EQ(WaitForSingleObject(NULL, 0), WAIT_FAILED);
}

/* Set against wait, thousands of times: no wake-up may be lost. */

struct ping {
    HANDLE ping, pong;
    int turns;
};

static DWORD WINAPI
answer_pings(void *context)
{
    struct ping *p = context;

    for (int i = 0; i < p->turns; i++) {
        if (WaitForSingleObject(p->ping, SOON) != WAIT_OBJECT_0)
            return 1;
        SetEvent(p->pong);
    }
    return 0;
}

TEST(no_wakeup_is_lost_between_two_threads, "CR-8")
{
    struct ping p = {automatic(FALSE), automatic(FALSE), 2000};
    HANDLE thread = net_thread(answer_pings, &p);

    for (int i = 0; i < p.turns; i++) {
        SetEvent(p.ping);
        REQUIRE_EQ(WaitForSingleObject(p.pong, SOON), WAIT_OBJECT_0);
    }
    CHECK_EQ(net_join(thread), 0);
    CloseHandle(p.ping);
    CloseHandle(p.pong);
}

struct crowd {
    HANDLE semaphores[2];
    LONG got;
};

static DWORD WINAPI
take_both(void *context)
{
    struct crowd *c = context;

    while (WaitForMultipleObjects(2, c->semaphores, TRUE, NEVER) ==
           WAIT_OBJECT_0)
        InterlockedIncrement(&c->got);
    return 0;
}

TEST(waits_for_all_by_several_threads_take_each_pair_once, "CR-8")
{
    struct crowd c = {
        {CreateSemaphoreA(NULL, 0, 1000, NULL),
         CreateSemaphoreA(NULL, 0, 1000, NULL)},
        0
    };
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = net_thread(take_both, &c);
    for (int i = 0; i < 500; i++) {
        ReleaseSemaphore(c.semaphores[i % 2], 1, NULL);
        ReleaseSemaphore(c.semaphores[(i + 1) % 2], 1, NULL);
    }
    for (int i = 0; i < 3; i++)
        net_join(threads[i]);
    CHECK_EQ(c.got, 500);
    CloseHandle(c.semaphores[0]);
    CloseHandle(c.semaphores[1]);
}
