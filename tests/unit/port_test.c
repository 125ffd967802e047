/* SPDX-License-Identifier: MIT */
/* Completion ports: what the calls return, the order of packets and threads,
 * the limit, the end; who drives and who is woken; and the background thread,
 * which must stay out of the way. */
#include "t.h"

#include "engine.h"
#include "w32/handle.h"
#include "w32/port.h"
#include "w32/status.h"
#include "w32/thread.h"

#include <ws2/ws2ext.h>

#include <sched.h>
#include <unistd.h>

static HANDLE
new_port(DWORD limit)
{
    HANDLE h = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, limit);

    REQUIRE(h);
    return h;
}

static void
post(HANDLE port, ULONG_PTR key)
{
    REQUIRE(PostQueuedCompletionStatus(port, (DWORD)key * 2, key,
                                       (LPOVERLAPPED)(key * 16)));
}

/* The key of the next packet, or -1 with the error. */
static LONG_PTR
take(HANDLE port, DWORD ms)
{
    LPOVERLAPPED ov = (LPOVERLAPPED)1;
    ULONG_PTR key = 77;
    DWORD moved = 78;

    if (GetQueuedCompletionStatus(port, &moved, &key, &ov, ms)) {
        CHECK_EQ(moved, key * 2);
        CHECK_EQ((ULONG_PTR)ov, key * 16);
        return (LONG_PTR)key;
    }
    CHECK(!ov);
    CHECK_EQ(key, 77);
    CHECK_EQ(moved, 78);
    return -1;
}

/* A packet with a status, as operations post them. */
static atomic_uint released;

static void
release(struct ws_packet *packet)
{
    free(packet);
    atomic_fetch_add(&released, 1);
}

static void
post_status(HANDLE port, ULONG_PTR key, LONG status)
{
    struct ws_packet *packet = calloc(1, sizeof *packet);
    struct ws_port *p;

    REQUIRE(!ws_port_ref(port, &p));
    packet->key = key;
    packet->user = (LPOVERLAPPED)(key * 16);
    packet->moved = (DWORD)key * 2;
    packet->status = status;
    packet->release = release;
    ws_port_post(p, packet);
    ws_port_unref(p);
}

/* ---- the calls ---- */

TEST_BARE(packets_arrive_unchanged_and_in_order, "IOCP-9 IOCP-10")
{
    HANDLE port = new_port(1);

    for (ULONG_PTR i = 1; i <= 100; i++)
        post(port, i);
    SetLastError(4711);
    for (LONG_PTR i = 1; i <= 100; i++)
        CHECK_EQ(take(port, 0), i);
    CHECK_EQ(GetLastError(), 4711);
    CHECK(CloseHandle(port));
}

TEST_BARE(a_time_out_touches_only_the_overlapped_pointer, "IOCP-7")
{
    HANDLE port = new_port(0);
    ULONGLONG before = GetTickCount64();

    CHECK_EQ(take(port, 0), -1);
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    CHECK_EQ(take(port, 30), -1);
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    CHECK(GetTickCount64() - before >= 29);
    CloseHandle(port);
    CHECK_EQ(take(port, 0), -1);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

/* Not for the call that is long over, either. */
TEST_BARE(a_plain_wait_for_a_port_takes_no_packet, "IOCP-7")
{
    HANDLE port = new_port(0);

    CHECK_EQ(take(port, 1), -1);
    post(port, 5);
    CHECK_EQ(WaitForSingleObject(port, 0), WAIT_OBJECT_0);
    CHECK_EQ(take(port, 0), 5);
    CHECK(CloseHandle(port));
}

TEST_BARE(a_failed_packet_is_false_with_its_error, "IOCP-7 ST-2")
{
    HANDLE port = new_port(0);
    LPOVERLAPPED ov = NULL;
    ULONG_PTR key = 0;
    DWORD moved = 0;

    post_status(port, 9, ws_status_of(WSAECONNRESET));
    CHECK(!GetQueuedCompletionStatus(port, &moved, &key, &ov, 0));
    CHECK_EQ(GetLastError(), ERROR_NETNAME_DELETED);
    CHECK_EQ(key, 9);
    CHECK_EQ(moved, 18);
    CHECK_EQ((ULONG_PTR)ov, 144);
    post_status(port, 9, WS_STATUS_BUFFER_OVERFLOW);
    CHECK(!GetQueuedCompletionStatus(port, &moved, &key, &ov, 0));
    CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
    CHECK_EQ(released, 2);
    CloseHandle(port);
}

TEST_BARE(wrong_arguments_are_told, "IOCP-1")
{
    HANDLE port = new_port(0), event = CreateEventA(NULL, FALSE, FALSE, NULL);
    OVERLAPPED_ENTRY e;
    ULONG n;

    CHECK(!CreateIoCompletionPort(INVALID_HANDLE_VALUE, port, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!CreateIoCompletionPort(event, port, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!CreateIoCompletionPort(event, event, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!CreateIoCompletionPort(NULL, NULL, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!PostQueuedCompletionStatus(event, 0, 0, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!GetQueuedCompletionStatusEx(port, &e, 0, &n, 0, FALSE));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!SetFileCompletionNotificationModes(event, 1));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(!SetFileCompletionNotificationModes(event, 4));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(ws_handle_count(WS_KIND_PORT), 1);
    CloseHandle(event);
    CloseHandle(port);
}

static VOID
note_apc(ULONG_PTR arg)
{
    ++*(int *)arg;
}

TEST_BARE(the_ex_form_takes_many_and_is_alertable, "IOCP-8")
{
    HANDLE port = new_port(0);
    OVERLAPPED_ENTRY e[8];
    ULONG n = 99;
    int ran = 0;

    CHECK(!GetQueuedCompletionStatusEx(port, e, 8, &n, 0, FALSE));
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    CHECK_EQ(n, 0);
    for (ULONG_PTR i = 1; i <= 10; i++)
        post(port, i);
    post_status(port, 11, WS_STATUS_CANCELLED);
    QueueUserAPC(note_apc, GetCurrentThread(), (ULONG_PTR)&ran);
    CHECK(GetQueuedCompletionStatusEx(port, e, 8, &n, INFINITE, TRUE));
    CHECK_EQ(n, 8);
    CHECK_EQ(e[7].lpCompletionKey, 8);
    CHECK(GetQueuedCompletionStatusEx(port, e, 8, &n, INFINITE, TRUE));
    CHECK_EQ(n, 3);
    CHECK_EQ(e[2].Internal, 0xC0000120);
    CHECK_EQ(e[2].dwNumberOfBytesTransferred, 22);
    CHECK_EQ(ran, 0);
    CHECK(!GetQueuedCompletionStatusEx(port, e, 8, &n, INFINITE, TRUE));
    CHECK_EQ(GetLastError(), WAIT_IO_COMPLETION);
    CHECK_EQ(ran, 1);
    CloseHandle(port);
}

/* ---- threads ---- */

static HANDLE shared;

struct waiter {
    HANDLE thread;
    LONG_PTR key;
    DWORD error;
};

static DWORD
wait_body(LPVOID arg)
{
    struct waiter *w = arg;

    w->key = take(shared, 10000);
    w->error = GetLastError();
    return 0;
}

/* Waits until the thread stands in the list of the port's waiters. */
static void
await_parked(struct ws_thread *t)
{
    bool parked = false;

    while (!parked) {
        SwitchToThread();
        ws_lock(&ws_dispatcher);
        parked = t->wait && atomic_load(&t->where) != WS_RUNNING;
        ws_unlock(&ws_dispatcher);
    }
}

static void
start_waiter(struct waiter *w, LPTHREAD_START_ROUTINE body)
{
    struct ws_thread *t;

    w->thread = CreateThread(NULL, 0, body, w, 0, NULL);
    REQUIRE(!ws_thread_ref(w->thread, &t));
    await_parked(t);
    ws_object_unref(&t->object);
}

static void
join(struct waiter *w)
{
    CHECK_EQ(WaitForSingleObject(w->thread, 10000), WAIT_OBJECT_0);
    CloseHandle(w->thread);
}

TEST_BARE(the_newest_waiter_gets_the_next_packet, "IOCP-10")
{
    struct waiter w[3];

    shared = new_port(8);
    for (int i = 0; i < 3; i++)
        start_waiter(&w[i], wait_body);
    for (ULONG_PTR i = 1; i <= 3; i++)
        post(shared, i);
    for (int i = 0; i < 3; i++) {
        join(&w[i]);
        CHECK_EQ(w[i].key, 3 - i);
    }
    CloseHandle(shared);
}

TEST_BARE(closing_a_port_wakes_its_waiters, "IOCP-7")
{
    struct waiter w[3];

    shared = new_port(0);
    for (int i = 0; i < 3; i++)
        start_waiter(&w[i], wait_body);
    CHECK(CloseHandle(shared));
    for (int i = 0; i < 3; i++) {
        join(&w[i]);
        CHECK_EQ(w[i].key, -1);
        CHECK_EQ(w[i].error, ERROR_ABANDONED_WAIT_0);
    }
}

TEST_BARE(packets_of_a_closed_port_are_released)
{
    HANDLE port = new_port(0);
    struct ws_packet *late = calloc(1, sizeof *late);
    struct ws_port *p;

    post_status(port, 1, 0);
    post(port, 2);
    REQUIRE(!ws_port_ref(port, &p));
    CloseHandle(port);
    CHECK_EQ(released, 1);
    late->release = release;
    ws_port_post(p, late);
    CHECK_EQ(released, 2);
    ws_port_unref(p);
}

/* ---- the limit ---- */

static HANDLE go[2];
static atomic_uint got;

/* Takes a packet, then works until it is told to go on, without any wait that
 * the port would see, then sleeps on an event. */
static atomic_bool leave_work;

static DWORD
work_then_sleep(LPVOID arg)
{
    struct waiter *w = arg;

    w->key = take(shared, 10000);
    atomic_fetch_add(&got, 1);
    while (!atomic_load(&leave_work))
        SwitchToThread();
    WaitForSingleObject(go[0], 10000);
    return 0;
}

static void
await_got(unsigned count)
{
    while (atomic_load(&got) < count)
        SwitchToThread();
    for (int i = 0; i < 200; i++)
        SwitchToThread();
    CHECK_EQ(got, count);
}

static void
check_that_one_runs_at_a_time(DWORD limit)
{
    struct waiter w[3];

    shared = new_port(limit);
    go[0] = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < 3; i++)
        start_waiter(&w[i], work_then_sleep);
    for (ULONG_PTR i = 1; i <= 3; i++)
        post(shared, i);
    await_got(1);
    CHECK_EQ(take(shared, 1), -1); /* nor may one that comes */
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    atomic_store(&leave_work, true); /* each sleeps, the next one may run */
    await_got(3);
    SetEvent(go[0]);
    for (int i = 0; i < 3; i++)
        join(&w[i]);
    CHECK_EQ(w[2].key, 1);
    CloseHandle(go[0]);
    CloseHandle(shared);
}

TEST_BARE(no_more_threads_run_than_the_port_allows, "IOCP-10")
{
    check_that_one_runs_at_a_time(1);
}

TEST_BARE(a_port_without_a_limit_counts_the_process_s_own_processors, "IOCP-1")
{
    SYSTEM_INFO info;
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    REQUIRE_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    check_that_one_runs_at_a_time(0);
    GetSystemInfo(&info);
    CHECK_EQ(info.dwNumberOfProcessors, 1);
    CHECK_EQ(info.dwActiveProcessorMask, 1);
}

static DWORD
take_and_end(LPVOID arg)
{
    ((struct waiter *)arg)->key = take(shared, 10000);
    return 0;
}

TEST_BARE(a_thread_that_ends_makes_room_for_another, "IOCP-10")
{
    struct waiter w[4];

    shared = new_port(1);
    for (int i = 0; i < 4; i++)
        start_waiter(&w[i], take_and_end);
    for (ULONG_PTR i = 1; i <= 4; i++)
        post(shared, i);
    for (int i = 0; i < 4; i++)
        join(&w[i]);
    CloseHandle(shared);
}

TEST_BARE(a_thread_counts_for_one_port_at_a_time)
{
    HANDLE a = new_port(1), b = new_port(1);

    post(a, 1);
    post(a, 2);
    post(b, 3);
    CHECK_EQ(take(a, 0), 1);
    CHECK_EQ(take(a, 0), 2); /* it has come back */
    CHECK_EQ(take(b, 0), 3);
    CHECK_EQ(take(b, 0), -1);
    post(a, 4);
    CHECK_EQ(take(a, 0), 4);
    CloseHandle(a);
    CloseHandle(b);
}

/* ---- races ---- */

#define TURNS 20000

static atomic_ullong sum;

static DWORD
take_all(LPVOID many)
{
    OVERLAPPED_ENTRY e[8];
    LPOVERLAPPED ov;
    ULONG_PTR key;
    DWORD moved;
    ULONG n;

    for (;;) {
        if (many) {
            if (!GetQueuedCompletionStatusEx(shared, e, 8, &n, INFINITE, FALSE))
                return GetLastError();
        } else {
            n = 1;
            if (!GetQueuedCompletionStatus(shared, &moved, &key, &ov, INFINITE))
                return GetLastError();
            e[0].lpCompletionKey = key;
        }
        while (n)
            atomic_fetch_add(&sum, e[--n].lpCompletionKey);
    }
}

static DWORD
post_some(LPVOID arg)
{
    for (ULONG_PTR i = (ULONG_PTR)arg; i < TURNS; i += 2)
        PostQueuedCompletionStatus(shared, 0, i + 1, NULL);
    return 0;
}

static void
job_post(void *arg)
{
    post(shared, (ULONG_PTR)arg);
}

static void
exchange(DWORD limit, bool through_engine)
{
    const unsigned long long whole =
        (unsigned long long)TURNS * (TURNS + 1) / 2;
    HANDLE takers[4], posters[2];

    shared = new_port(limit);
    atomic_store(&sum, 0);
    for (ULONG_PTR i = 0; i < 4; i++)
        takers[i] = CreateThread(NULL, 0, take_all, (LPVOID)(i & 1), 0, NULL);
    if (through_engine) {
        for (ULONG_PTR i = 0; i < TURNS; i++)
            engine_post(job_post, (void *)(i + 1));
    } else {
        for (ULONG_PTR i = 0; i < 2; i++)
            posters[i] = CreateThread(NULL, 0, post_some, (LPVOID)i, 0, NULL);
        WaitForMultipleObjects(2, posters, TRUE, INFINITE);
        CloseHandle(posters[0]);
        CloseHandle(posters[1]);
    }
    while (atomic_load(&sum) != whole)
        SwitchToThread();
    CloseHandle(shared);
    CHECK_EQ(WaitForMultipleObjects(4, takers, TRUE, 10000), WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++)
        CloseHandle(takers[i]);
}

TEST_BARE(every_packet_is_taken_once)
{
    exchange(1, false);
    exchange(2, false);
    exchange(100, false);
}

TEST_BARE(every_packet_of_the_engine_is_taken_once)
{
    engine_start();
    exchange(1, true);
    exchange(2, true);
    exchange(100, true);
}

TEST_BARE(closing_races_with_posting_and_taking)
{
    for (int i = 0; i < 300; i++) {
        HANDLE threads[2];

        shared = new_port(0);
        threads[0] = CreateThread(NULL, 0, take_all, NULL, 0, NULL);
        threads[1] = CreateThread(NULL, 0, take_all, (LPVOID)1, 0, NULL);
        for (ULONG_PTR n = 0; n < 20; n++)
            PostQueuedCompletionStatus(shared, 0, n, NULL);
        CloseHandle(shared);
        CHECK_EQ(WaitForMultipleObjects(2, threads, TRUE, 10000), 0);
        CloseHandle(threads[0]);
        CloseHandle(threads[1]);
    }
}

/* ---- who drives ---- */

TEST_BARE(a_waiter_takes_what_it_drives_without_a_wake_up)
{
    shared = new_port(0);
    engine_start();
    for (ULONG_PTR i = 1; i <= 100; i++) {
        LPOVERLAPPED ov;
        ULONG_PTR key;
        DWORD moved;

        engine_post(job_post, (void *)i);
        REQUIRE(GetQueuedCompletionStatus(shared, &moved, &key, &ov, INFINITE));
        CHECK_EQ(key, i);
    }
    CHECK_EQ(engine.wakes, 0);
    CHECK(engine.rounds <= 101);
    CloseHandle(shared);
}

TEST_BARE(the_leader_keeps_what_it_drives)
{
    struct waiter w[3];

    shared = new_port(8);
    engine_start();
    start_waiter(&w[0], wait_body); /* leads */
    start_waiter(&w[1], wait_body);
    post_status(shared, 1, 0); /* from outside: the newest */
    join(&w[1]);
    CHECK_EQ(w[1].key, 1);
    start_waiter(&w[2], wait_body);
    engine_post(job_post, (void *)2);
    WaitForSingleObject(w[0].thread, 10000);
    CloseHandle(shared);
    join(&w[0]);
    join(&w[2]);
    CHECK(w[0].error != ERROR_ABANDONED_WAIT_0);
    CHECK_EQ(w[2].error, ERROR_ABANDONED_WAIT_0);
}

static DWORD
take_many(LPVOID arg)
{
    struct waiter *w = arg;

    for (w->key = 0; take(shared, 10000) == 1; w->key++)
        while (w->key % 10 == 0 && !atomic_load(&leave_work))
            SwitchToThread();
    return 0;
}

TEST_BARE(a_worker_too_many_is_left_asleep)
{
    struct waiter w[2];

    shared = new_port(1);
    engine_start();
    start_waiter(&w[0], take_many);
    start_waiter(&w[1], take_many);
    engine_post(job_post, (void *)1);
    for (int i = 0; i < 200; i++)
        SwitchToThread();
    atomic_store(&leave_work, true);
    for (int i = 0; i < 500; i++)
        engine_post(job_post, (void *)1);
    engine_post(job_post, (void *)2);
    while (engine.jobs)
        SwitchToThread(); /* a wait of ours would drive beside the worker */
    CHECK_EQ(WaitForSingleObject(w[0].thread, 10000), WAIT_OBJECT_0);
    CHECK_EQ(w[0].key, 501);
    CHECK_EQ(w[1].key, 0);
    post(shared, 2);
    join(&w[0]);
    join(&w[1]);
    CloseHandle(shared);
}

TEST_BARE(who_could_take_nothing_does_not_drive)
{
    struct waiter w;

    shared = new_port(1);
    engine_start();
    post(shared, 1);
    CHECK_EQ(take(shared, 0), 1); /* and works on it */
    start_waiter(&w, wait_body);
    engine_post(job_post, (void *)2);
    for (int i = 0; i < 200; i++)
        SwitchToThread();
    CHECK_EQ(engine.jobs, 1);
    CHECK(!engine.driving);
    join(&w); /* by a wait, which lets the other one run */
    CHECK_EQ(w.key, 2);
    CloseHandle(shared);
}

TEST_BARE(the_engine_gets_its_turn_while_packets_are_there)
{
    HANDLE port = shared = new_port(0);
    bool seen = false;

    engine_start();
    engine_post(job_post, (void *)1000);
    for (int i = 0; i < 100 && !seen; i++) {
        LPOVERLAPPED ov;
        ULONG_PTR key;
        DWORD moved;

        PostQueuedCompletionStatus(port, 0, 1, NULL);
        REQUIRE(GetQueuedCompletionStatus(port, &moved, &key, &ov, 0));
        seen = key == 1000;
    }
    CHECK(seen);
    CloseHandle(port);
}

/* How many packets are taken between two turns of the engine. */
static int
packets_between_turns(HANDLE port)
{
    unsigned before;
    int count = 0;

    ws_wait_poll();
    for (before = engine.rounds; engine.rounds == before; count++) {
        REQUIRE(count < 10000);
        post(port, 1);
        CHECK_EQ(take(port, 0), 1);
    }
    return count;
}

/* Each descriptor may have made two. A queue that grows by each round grows
 * until all connections are in it. */
TEST_BARE(what_a_round_brought_is_worked_off_before_the_next)
{
    HANDLE port = new_port(0);
    int idle, busy;

    engine_start();
    idle = packets_between_turns(port);
    atomic_store(&engine.tells, 64);
    busy = packets_between_turns(port);
    CHECK(busy > 2 * 64 + idle);
    atomic_store(&engine.tells, 0);
    CHECK_EQ(packets_between_turns(port), idle);
    CHECK(CloseHandle(port));
}

TEST_BARE(a_poll_descriptor_tells_of_packets, "")
{
    HANDLE port = new_port(1);
    int fd = ws2_port_fd(port);

    REQUIRE(fd >= 0);
    CHECK(!readable(fd, 0));
    post(port, 1);
    post(port, 2);
    CHECK(readable(fd, 0));
    CHECK_EQ(take(port, 0), 1);
    CHECK(readable(fd, 0)); /* although as many threads run as may */
    CHECK_EQ(take(port, 0), 2);
    CHECK(!readable(fd, 0));
    CHECK_EQ(ws2_port_fd(NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(port);
}

/* ---- the background thread ---- */

static atomic_uint done_by_keeper;
static struct ws_thread *self;

static void
job_count(void *arg)
{
    (void)arg;
    if (ws_thread_current != self)
        atomic_fetch_add(&done_by_keeper, 1);
}

static void
await_keeper(unsigned count)
{
    ULONGLONG until = GetTickCount64() + 5000;

    while (atomic_load(&done_by_keeper) < count && GetTickCount64() < until)
        SwitchToThread();
    CHECK(atomic_load(&done_by_keeper) >= count);
}

static void
start_keeper(void)
{
    self = ws_thread_self();
    engine_start();
    REQUIRE(!ws_wait_keep());
}

TEST_BARE(work_in_flight_goes_on_when_nobody_waits)
{
    start_keeper();
    engine_post(job_count, NULL);
    ws_wait_pending(1);
    await_keeper(1);
    engine_post(job_count, NULL); /* it is there now */
    await_keeper(2);
    ws_wait_pending(-1);
}

TEST_BARE(it_comes_back_after_it_has_slept)
{
    start_keeper();
    for (unsigned i = 1; i <= 3; i++) {
        ws_wait_pending(1);
        engine_post(job_count, NULL);
        await_keeper(i);
        ws_wait_pending(-1);
        Sleep(150); /* many ticks: it goes to sleep for good */
    }
    engine_post(job_count, NULL);
    Sleep(50); /* our own sleep drives */
    CHECK_EQ(done_by_keeper, 3);
}

/* One turn of a loop that waits. */
static void
turn(void)
{
    LPOVERLAPPED ov;
    ULONG_PTR key;
    DWORD moved;

    engine_post(job_count, NULL);
    engine_post(job_post, (void *)1);
    REQUIRE(GetQueuedCompletionStatus(shared, &moved, &key, &ov, 5000));
}

/* On a busy machine this thread may be away for so long that the keeper is
 * right to step in; but not often. */
TEST_BARE(a_waiter_takes_the_lead_from_it)
{
    unsigned before;

    shared = new_port(0);
    start_keeper();
    ws_wait_pending(1);
    for (unsigned i = 0; i < 5; i++) {
        before = atomic_load(&done_by_keeper);
        engine_post(job_count, NULL);
        await_keeper(before + 1);
        before = atomic_load(&done_by_keeper);
        CHECK_EQ(take(shared, 1), -1); /* makes it leave */
        for (int n = 0; n < 1000; n++)
            turn();
        CHECK(atomic_load(&done_by_keeper) - before < 20);
    }
    ws_wait_pending(-1);
    CloseHandle(shared);
}

TEST_BARE(a_loop_that_waits_never_sees_it)
{
    shared = new_port(0);
    start_keeper();
    ws_wait_pending(1);
    for (int i = 0; i < 20000; i++) {
        turn();
        ws_wait_pending(1); /* the count passes 0 all the time */
        ws_wait_pending(-2);
        ws_wait_pending(1);
    }
    CHECK(atomic_load(&done_by_keeper) < 20);
    CHECK(atomic_load(&engine.wakes) < 20);
    ws_wait_pending(-1);
    CloseHandle(shared);
}
