/* SPDX-License-Identifier: MIT */
/* Everything at once: threads wait, set, queue and post at random, with an
 * engine that comes and goes, and in the end the books must balance. What was
 * given to a semaphore was taken from it; each APC ran; each message arrived.
 */
#include "t.h"

#include "engine.h"
#include "w32/event.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>

#define THREADS 5
#define SEMAPHORES 6
#define TURNS 1500

static HANDLE semaphores[SEMAPHORES], events[4], timer, mutex;
static HANDLE threads[THREADS];
static DWORD ids[THREADS];
static atomic_int given[SEMAPHORES], taken[SEMAPHORES];
static atomic_int queued, ran, posted, received;

static void CALLBACK
run_apc(ULONG_PTR data)
{
    (void)data;
    atomic_fetch_add(&ran, 1);
}

static void
release(void *arg)
{
    ReleaseSemaphore(arg, 1, NULL);
}

static void
take(DWORD result, unsigned s)
{
    if (result == WAIT_OBJECT_0)
        atomic_fetch_add(&taken[s], 1);
}

static void
receive(void)
{
    MSG msg;

    while (PeekMessageA(&msg, NULL, WM_APP, WM_APP, PM_REMOVE))
        atomic_fetch_add(&received, 1);
}

/* ---- what a thread may do; 'r' is random, 's' a semaphore ---- */

static void
wait_one(unsigned r, unsigned s)
{
    take(WaitForSingleObjectEx(semaphores[s], r % 5, r & 1), s);
}

static void
wait_any(unsigned r, unsigned s)
{
    HANDLE h[3] = {semaphores[s], events[r % 4], timer};

    take(WaitForMultipleObjectsEx(3, h, FALSE, r % 4, TRUE), s);
}

static void
wait_both(unsigned r, unsigned s)
{
    unsigned other = (s + 1) % SEMAPHORES;
    HANDLE h[2] = {semaphores[s], semaphores[other]};
    DWORD result = WaitForMultipleObjects(2, h, TRUE, r % 3);

    take(result, s);
    take(result, other);
}

static void
wait_with_messages(unsigned r, unsigned s)
{
    DWORD flags = MWMO_ALERTABLE | (r & 16 ? MWMO_INPUTAVAILABLE : 0);

    take(MsgWaitForMultipleObjectsEx(1, &semaphores[s], r % 4, QS_ALLINPUT,
                                     flags),
         s);
}

static void
give_by_engine(unsigned r, unsigned s)
{
    (void)r;
    atomic_fetch_add(&given[s], 1);
    engine_post(release, semaphores[s]);
}

static void
give(unsigned r, unsigned s)
{
    (void)r;
    atomic_fetch_add(&given[s], 1);
    release(semaphores[s]);
}

static void
turn_event(unsigned r, unsigned s)
{
    if (s % 2)
        SetEvent(events[r % 4]);
    else
        ResetEvent(events[r % 4]);
}

static void
set_timer(unsigned r, unsigned s)
{
    LARGE_INTEGER due = {.QuadPart = -(LONGLONG)(r % 20000)};

    SetWaitableTimer(timer, &due, (LONG)s % 3, NULL, NULL, FALSE);
}

static void
hold_mutex(unsigned r, unsigned s)
{
    (void)s;
    if (WaitForSingleObject(mutex, r % 3) == WAIT_OBJECT_0)
        ReleaseMutex(mutex);
}

static void
queue_apc(unsigned r, unsigned s)
{
    (void)s;
    if (QueueUserAPC(run_apc, threads[r % THREADS], 1))
        atomic_fetch_add(&queued, 1);
}

static void
post(unsigned r, unsigned s)
{
    (void)s;
    if (PostThreadMessageA(ids[r % THREADS], WM_APP, 0, 0))
        atomic_fetch_add(&posted, 1);
}

static void
look(unsigned r, unsigned s)
{
    (void)s;
    receive();
    SleepEx(r % 2, TRUE);
}

static void
disturb_engine(unsigned r, unsigned s)
{
    (void)s;
    atomic_store(&engine.busy, r % 3);
    if (r % 3)
        ws_wait_elect();
}

static void (*const deeds[])(unsigned r, unsigned s) = {
    wait_one, wait_any,   wait_both,      wait_with_messages, give_by_engine,
    give,     turn_event, set_timer,      hold_mutex,         queue_apc,
    post,     look,       disturb_engine,
};

static DWORD
storm(LPVOID seed)
{
    unsigned state = (unsigned)(ULONG_PTR)seed * 7919 + 1;

    for (int i = 0; i < TURNS; i++) {
        unsigned r;

        state = state * 1103515245 + 12345;
        r = state >> 12;
        deeds[r % WS_ARRAY_LEN(deeds)](r, r / 64 % SEMAPHORES);
    }
    return 0;
}

/* APCs and messages that come after a thread's storm are still counted: until
 * 'calm', which no storm touches, nobody ends. */
static HANDLE over, calm;

static DWORD
weather(LPVOID seed)
{
    storm(seed);
    ReleaseSemaphore(over, 1, NULL);
    while (WaitForSingleObjectEx(calm, INFINITE, TRUE) != WAIT_OBJECT_0)
        ;
    receive();
    while (SleepEx(0, TRUE) == WAIT_IO_COMPLETION)
        ;
    return 0;
}

static void
make_all(void)
{
    engine_start();
    for (int i = 0; i < SEMAPHORES; i++)
        semaphores[i] = CreateSemaphoreA(NULL, 0, 1000000, NULL);
    for (int i = 0; i < 4; i++)
        events[i] = CreateEventA(NULL, i % 2 == 0, FALSE, NULL);
    timer = CreateWaitableTimerA(NULL, FALSE, NULL);
    mutex = CreateMutexA(NULL, FALSE, NULL);
    over = CreateSemaphoreA(NULL, 0, THREADS, NULL);
    calm = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (ULONG_PTR i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, weather, (LPVOID)i, CREATE_SUSPENDED,
                                  &ids[i]);
}

static void
run_all(void)
{
    for (int i = 0; i < THREADS; i++)
        ResumeThread(threads[i]);
    for (int i = 0; i < THREADS; i++)
        REQUIRE_EQ(WaitForSingleObject(over, INFINITE), WAIT_OBJECT_0);
    SetEvent(calm);
    REQUIRE_EQ(WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE), 0);
    atomic_store(&engine.busy, true);
    ws_wait_poll();
}

static void
balance(void)
{
    for (unsigned i = 0; i < SEMAPHORES; i++) {
        while (WaitForSingleObject(semaphores[i], 0) == WAIT_OBJECT_0)
            atomic_fetch_add(&taken[i], 1);
        CHECK_EQ(taken[i], given[i]);
    }
    CHECK_EQ(ran, queued);
    CHECK_EQ(received, posted);
    CHECK(queued > 0 && posted > 0);
}

TEST_BARE(a_storm_of_everything_loses_nothing)
{
    make_all();
    run_all();
    balance();
}

TEST_BARE(a_storm_with_a_background_driver_loses_nothing)
{
    make_all();
    REQUIRE(!ws_wait_keep());
    run_all();
    while (atomic_load(&engine.jobs)) /* the background thread's */
        SwitchToThread();
    balance();
}
