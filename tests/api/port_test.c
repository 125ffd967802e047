/* SPDX-License-Identifier: MIT */
/* Completion ports with sockets: who is attached to what, which operations give
 * a packet and which do not, what packets say, how threads wait for them. */
#include "ovl.h"

#include <stdlib.h>

#ifndef FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 2
#endif

/* An operation without an event, as servers have them. */
static void
bare(struct op *op, ULONG len)
{
    memset(op, 0, sizeof *op);
    op->buf.buf = op->data;
    op->buf.len = len;
}

static void
bare_pend(SOCKET s, struct op *op, ULONG len)
{
    bare(op, len);
    REQUIRE_EQ(op_recv(s, op), WSA_IO_PENDING);
}

/* ---- ports and who is attached ---- */

TEST(a_port_is_made_and_closed, "IOCP-1")
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 7, 1);

    CHECK(port != NULL && port != INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(port));
}

TEST(a_port_can_be_made_around_a_socket, "IOCP-1")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = CreateIoCompletionPort((HANDLE)pair[0], NULL, 5, 0);
    REQUIRE(port != NULL);
    bare_pend(pair[0], &op, 10);
    net_send(pair[1], "x");
    port_expect(port, 5, &op.ov, 0, 1);
    net_close_pair(pair);
    port_close(port);
}

TEST(a_socket_is_attached_once_for_life, "IOCP-1")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 1), other = port_new();

    CHECK_ERR(!CreateIoCompletionPort((HANDLE)s, other, 1, 0),
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(!CreateIoCompletionPort((HANDLE)s, port, 2, 0),
              ERROR_INVALID_PARAMETER);
    port_close(port);
    CHECK_ERR(!CreateIoCompletionPort((HANDLE)s, other, 1, 0),
              ERROR_INVALID_PARAMETER);
    net_close(s);
    port_close(other);
}

TEST(what_is_no_handle_is_not_attached, "IOCP-1")
{
    HANDLE port = port_new();
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(
        !CreateIoCompletionPort((HANDLE)(ULONG_PTR)0xdeadbeec, port, 1, 0),
        ERROR_INVALID_HANDLE);
    CHECK_ERR(
        !CreateIoCompletionPort((HANDLE)s, (HANDLE)(ULONG_PTR)0xdeadbeec, 1, 0),
        ERROR_INVALID_HANDLE);
    net_close(s);
    port_close(port);
}

TEST(what_is_no_port_gives_no_packets, "IOCP-7")
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    struct packet p = port_next(event, 0);

    CHECK(!p.holds);
    CHECK(!p.ov);
    CHECK_ONE_OF(p.error, ERROR_INVALID_HANDLE);
    CHECK_ERR(!PostQueuedCompletionStatus(event, 1, 2, NULL),
              ERROR_INVALID_HANDLE);
    CloseHandle(event);
}

TEST(one_port_serves_many_sockets, "IOCP-1 IOCP-2")
{
    enum { N = 8 };
    static struct op ops[N];
    SOCKET pairs[N][2];
    HANDLE port = port_new();

    for (int i = 0; i < N; i++) {
        net_pair(AF_INET, pairs[i]);
        port_attach(port, pairs[i][0], (ULONG_PTR)(100 + i));
        bare_pend(pairs[i][0], &ops[i], 10);
    }
    for (int i = N - 1; i >= 0; i--) {
        net_send(pairs[i][1], "xy");
        port_expect(port, (ULONG_PTR)(100 + i), &ops[i].ov, 0, 2);
    }
    for (int i = 0; i < N; i++)
        net_close_pair(pairs[i]);
    port_close(port);
}

/* ---- which operations give packets ---- */

TEST(success_at_once_gives_a_packet_all_the_same, "IOCP-2 OVL-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare(&op, 5);
    CHECK_EQ(op_send(pair[0], &op), 0);
    port_expect(port, 3, &op.ov, 0, 5);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(a_packet_comes_for_each_operation, "IOCP-2")
{
    enum { N = 10 };
    static struct op in[N];
    SOCKET pair[2];
    HANDLE port;
    struct op out;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    for (int i = 0; i < N; i++)
        bare_pend(pair[0], &in[i], 1);
    net_send(pair[1], "0123456789");
    for (int i = 0; i < N; i++) {
        port_expect(port, 3, &in[i].ov, 0, 1);
        CHECK_EQ(in[i].data[0], '0' + i);
    }
    bare(&out, 1);
    CHECK_EQ(op_send(pair[0], &out), 0);
    port_expect(port, 3, &out.ov, 0, 1);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(synchronous_calls_give_no_packet, "IOCP-2 OVL-3")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare(&op, 5);
    CHECK_EQ(WSASend(pair[0], &op.buf, 1, &op.bytes, 0, NULL, NULL), 0);
    net_send(pair[1], "abc");
    net_expect(pair[0], "abc");
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(calls_that_fail_give_no_packet, "OVL-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    bare(&op, 5);
    CHECK_EQ(op_send(pair[0], &op), WSAESHUTDOWN);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(a_marked_event_keeps_the_packet_away, "IOCP-2")
{
    SOCKET pair[2];
    HANDLE port, event = WSACreateEvent();
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare(&op, 5);
    op.ov.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK(port_empty(port));
    WSACloseEvent(event);
    net_close_pair(pair);
    port_close(port);
}

TEST(event_and_port_are_both_told, "OVL-3 IOCP-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    op_pend(pair[0], &op, 5);
    net_send(pair[1], "x");
    CHECK(net_signalled(op.ov.hEvent, SOON));
    port_expect(port, 3, &op.ov, 0, 1);
    op_done(&op);
    net_close_pair(pair);
    port_close(port);
}

TEST(routine_and_port_exclude_each_other, "OVL-4")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare(&op, 5);
    CHECK_EQ(op_recv_told(pair[0], &op), WSAEINVAL);
    CHECK_ERR(WSASend(pair[0], &op.buf, 1, &op.bytes, 0, &op.ov, tell) ==
                  SOCKET_ERROR,
              WSAEINVAL);
    CHECK(port_empty(port));
    CHECK_EQ(SleepEx(0, TRUE), 0);
    net_close_pair(pair);
    port_close(port);
}

TEST(a_packet_goes_to_a_port_that_came_later, "IOCP-4")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    bare_pend(pair[0], &op, 5);
    port = port_of(pair[0], 3);
    net_send(pair[1], "x");
    port_expect(port, 3, &op.ov, 0, 1);
    net_close_pair(pair);
    port_close(port);
}

/* ---- success without packets ---- */

static HANDLE
skipping(SOCKET s)
{
    HANDLE port = port_of(s, 3);

    REQUIRE(SetFileCompletionNotificationModes(
        (HANDLE)s, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    return port;
}

TEST(success_at_once_can_be_kept_off_the_port, "IOCP-3")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = skipping(pair[0]);
    bare(&op, 5);
    CHECK_EQ(op_send(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 5);
    CHECK_EQ(op.ov.Internal, 0);
    CHECK_EQ(op.ov.InternalHigh, 5);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(what_pended_gives_a_packet_in_any_case, "IOCP-3")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = skipping(pair[0]);
    bare_pend(pair[0], &op, 5);
    net_send(pair[1], "x");
    port_expect(port, 3, &op.ov, 0, 1);
    net_close_pair(pair);
    port_close(port);
}

TEST(notification_modes_are_never_taken_away, "IOCP-3")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = skipping(pair[0]);
    CHECK(SetFileCompletionNotificationModes((HANDLE)pair[0], 0));
    CHECK(SetFileCompletionNotificationModes((HANDLE)pair[0],
                                             FILE_SKIP_SET_EVENT_ON_HANDLE));
    bare(&op, 5);
    CHECK_EQ(op_send(pair[0], &op), 0);
    CHECK(port_empty(port));
    net_close_pair(pair);
    port_close(port);
}

TEST(unknown_notification_modes_are_refused, "IOCP-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("they are taken");
    CHECK_ERR(!SetFileCompletionNotificationModes((HANDLE)s, 0x80),
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(
        !SetFileCompletionNotificationModes((HANDLE)(ULONG_PTR)0xdeadbeec, 1),
        ERROR_INVALID_HANDLE);
    net_close(s);
}

/* ---- how operations end ---- */

TEST(an_orderly_end_is_a_packet_without_bytes, "IOCP-11")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare_pend(pair[0], &op, 5);
    net_close(pair[1]);
    port_expect(port, 3, &op.ov, 0, 0);
    net_close(pair[0]);
    port_close(port);
}

TEST(a_reset_is_a_failed_packet, "IOCP-7 IOCP-11 ST-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare_pend(pair[0], &op, 5);
    net_abort(pair[1]);
    port_expect(port, 3, &op.ov, ERROR_NETNAME_DELETED, 0);
    CHECK_EQ(op_result(pair[0], &op), WSAECONNRESET);
    net_close(pair[0]);
    port_close(port);
}

TEST(a_datagram_too_long_is_a_failed_packet, "RCV-3 ST-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_udp_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare_pend(pair[0], &op, 3);
    net_send(pair[1], "too long");
    port_expect(port, 3, &op.ov, ERROR_MORE_DATA, 3);
    CHECK_MEM(op.data, "too", 4);
    net_close_pair(pair);
    port_close(port);
}

TEST(closing_gives_a_packet_for_each_pending_operation, "IOCP-6")
{
    enum { N = 5 };
    static struct op ops[N];
    SOCKET pair[2];
    HANDLE port;
    int seen[N] = {0};

    WINE_DIFFERS("another status");
    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    for (int i = 0; i < N; i++)
        bare_pend(pair[0], &ops[i], 5);
    net_close(pair[0]);
    for (int i = 0; i < N; i++) {
        struct packet p = port_next(port, SOON);
        struct op *op = (struct op *)p.ov;

        REQUIRE(op >= ops && op < ops + N);
        seen[op - ops]++;
        CHECK(!p.holds);
        CHECK_EQ(p.error, ERROR_OPERATION_ABORTED);
        CHECK_EQ(p.key, 3);
        CHECK_EQ(p.bytes, 0);
        CHECK_EQ(op_status(op), STATUS_OF_CANCELLED);
    }
    for (int i = 0; i < N; i++)
        CHECK_EQ(seen[i], 1);
    CHECK(port_empty(port));
    net_close(pair[1]);
    port_close(port);
}

TEST(closing_an_idle_socket_gives_no_packet, "IOCP-6")
{
    SOCKET pair[2];
    HANDLE port;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    net_close_pair(pair);
    CHECK(port_empty(port));
    port_close(port);
}

TEST(a_packet_survives_its_socket, "IOCP-2 IOCP-6")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare(&op, 4);
    CHECK_EQ(op_send(pair[0], &op), 0);
    net_close_pair(pair);
    port_expect(port, 3, &op.ov, 0, 4);
    port_close(port);
}

TEST(a_port_may_go_before_its_sockets, "IOCP-7")
{
    SOCKET pair[2];
    HANDLE port;
    struct op ops[2];

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare_pend(pair[0], &ops[0], 1);
    op_pend(pair[0], &ops[1], 1);
    port_close(port);
    net_send(pair[1], "ab");
    op_expect(pair[0], &ops[1], "b");
    CHECK_EQ(op_result(pair[0], &ops[0]), 0);
    op_done(&ops[1]);
    net_close_pair(pair);
}

/* ---- waiting ---- */

TEST(a_wait_that_ends_without_a_packet_sets_nothing, "IOCP-7")
{
    HANDLE port = port_new();
    DWORD start = GetTickCount();
    struct packet p = port_next(port, 50);

    CHECK(!p.holds);
    CHECK(!p.ov);
    CHECK_EQ(p.error, WAIT_TIMEOUT);
    CHECK_EQ(p.key, 0xbeef);
    CHECK_EQ(p.bytes, 0xdead);
    CHECK(GetTickCount() - start >= 30);
    p = port_next(port, 0);
    CHECK(!p.holds && !p.ov);
    CHECK_EQ(p.error, WAIT_TIMEOUT);
    port_close(port);
}

TEST(success_leaves_the_last_error_alone, "IOCP-7 G-8")
{
    HANDLE port = port_new();
    struct packet p;

    REQUIRE(PostQueuedCompletionStatus(port, 1, 2, NULL));
    p = port_next(port, 0);
    CHECK(p.holds);
    CHECK_EQ(p.error, 0xcafe);
    port_close(port);
}

TEST(what_is_posted_comes_out_unchanged, "IOCP-9")
{
    HANDLE port = port_new();
    struct packet p;

    REQUIRE(PostQueuedCompletionStatus(port, 0xffffffff, ~(ULONG_PTR)0,
                                       (OVERLAPPED *)(ULONG_PTR)0x13579));
    p = port_next(port, 0);
    CHECK(p.holds);
    CHECK_EQ(p.bytes, 0xffffffff);
    CHECK(p.key == ~(ULONG_PTR)0);
    CHECK(p.ov == (OVERLAPPED *)(ULONG_PTR)0x13579);
    REQUIRE(PostQueuedCompletionStatus(port, 0, 0, NULL));
    p = port_next(port, 0);
    CHECK(p.holds);
    CHECK(!p.ov);
    port_close(port);
}

TEST(packets_come_in_the_order_of_queueing, "IOCP-10")
{
    HANDLE port = port_new();

    for (ULONG_PTR i = 0; i < 100; i++)
        REQUIRE(PostQueuedCompletionStatus(port, 0, i, NULL));
    for (ULONG_PTR i = 0; i < 100; i++)
        CHECK_EQ(port_next(port, 0).key, i);
    port_close(port);
}

/* A thread that waits for one packet. */
struct waiter {
    HANDLE port, ready;
    struct packet got;
};

static DWORD WINAPI
wait_once(void *context)
{
    struct waiter *w = context;

    SetEvent(w->ready);
    w->got = port_next(w->port, SOON);
    return 0;
}

static HANDLE
start_waiter(struct waiter *w, HANDLE port)
{
    HANDLE thread;

    w->port = port;
    w->ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(wait_once, w);
    REQUIRE(net_signalled(w->ready, SOON));
    CHECK(!net_signalled(thread, NEVER)); /* it waits by now */
    return thread;
}

static void
end_waiter(struct waiter *w, HANDLE thread)
{
    net_join(thread);
    CloseHandle(w->ready);
}

TEST(a_waiting_thread_is_woken_by_a_posted_packet, "IOCP-9")
{
    HANDLE port = port_new();
    struct waiter w;
    HANDLE thread = start_waiter(&w, port);

    REQUIRE(PostQueuedCompletionStatus(port, 11, 22, NULL));
    end_waiter(&w, thread);
    CHECK(w.got.holds);
    CHECK_EQ(w.got.bytes, 11);
    CHECK_EQ(w.got.key, 22);
    port_close(port);
}

TEST(a_waiting_thread_is_woken_by_an_operation, "IOCP-2")
{
    SOCKET pair[2];
    HANDLE port, thread;
    struct waiter w;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    thread = start_waiter(&w, port);
    bare_pend(pair[0], &op, 10); /* begun while it waits */
    net_send(pair[1], "xyz");
    end_waiter(&w, thread);
    CHECK(w.got.holds);
    CHECK_EQ(w.got.bytes, 3);
    CHECK(w.got.ov == &op.ov);
    net_close_pair(pair);
    port_close(port);
}

TEST(closing_a_port_wakes_who_waits, "IOCP-7")
{
    HANDLE port = port_new();
    struct waiter w[2];
    HANDLE threads[2];

    WINE_HANGS("they wait to the end of their time");
    for (int i = 0; i < 2; i++)
        threads[i] = start_waiter(&w[i], port);
    port_close(port);
    for (int i = 0; i < 2; i++) {
        end_waiter(&w[i], threads[i]);
        CHECK(!w[i].got.holds);
        CHECK(!w[i].got.ov);
        CHECK_EQ(w[i].got.error, ERROR_ABANDONED_WAIT_0);
    }
}

TEST(the_last_to_wait_is_the_first_to_be_woken, "IOCP-10")
{
    HANDLE port = port_new();
    struct waiter w[3];
    HANDLE threads[3];

    WINE_HANGS("the first to wait is the first to be woken");
    for (int i = 0; i < 3; i++)
        threads[i] = start_waiter(&w[i], port);
    REQUIRE(PostQueuedCompletionStatus(port, 0, 77, NULL));
    CHECK(net_signalled(threads[2], SOON));
    for (int i = 0; i < 2; i++)
        REQUIRE(PostQueuedCompletionStatus(port, 0, 0, NULL));
    for (int i = 0; i < 3; i++)
        end_waiter(&w[i], threads[i]);
    CHECK_EQ(w[2].got.key, 77);
    port_close(port);
}

/* Takes a packet, and is busy until it is told to stop. */
struct busy {
    HANDLE port, taken;
    volatile LONG stop;
};

static DWORD WINAPI
work(void *context)
{
    struct busy *b = context;
    struct packet p = port_next(b->port, SOON);

    CHECK(p.holds);
    SetEvent(b->taken);
    while (!InterlockedCompareExchange(&b->stop, 0, 0))
        SwitchToThread();
    return 0;
}

static DWORD WINAPI
work_and_wait(void *context)
{
    struct busy *b = context;
    struct packet p = port_next(b->port, SOON);

    CHECK(p.holds);
    SetEvent(b->taken);
    while (!InterlockedCompareExchange(&b->stop, 0, 0))
        Sleep(10);
    return 0;
}

/* Whether a second thread gets a packet while the first has one. */
static int
second_runs(LPTHREAD_START_ROUTINE body)
{
    struct busy b = {NULL, CreateEventA(NULL, TRUE, FALSE, NULL), 0};
    struct waiter w;
    HANDLE first, second;
    int runs;

    b.port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    first = net_thread(body, &b);
    REQUIRE(PostQueuedCompletionStatus(b.port, 0, 1, NULL));
    REQUIRE(net_signalled(b.taken, SOON));
    second = start_waiter(&w, b.port);
    REQUIRE(PostQueuedCompletionStatus(b.port, 0, 2, NULL));
    runs = net_signalled(second, NEVER);
    InterlockedExchange(&b.stop, 1);
    net_join(first);
    end_waiter(&w, second);
    CHECK_EQ(w.got.key, 2);
    CloseHandle(b.taken);
    port_close(b.port);
    return runs;
}

TEST(no_more_threads_run_than_the_port_allows, "IOCP-10")
{
    WINE_DIFFERS("the limit is ignored");
    CHECK(!second_runs(work));
}

TEST(a_thread_that_waits_makes_room_for_another, "IOCP-10")
{
    CHECK(second_runs(work_and_wait));
}

/* ---- many packets at once ---- */

TEST(several_packets_are_taken_at_once, "IOCP-8")
{
    HANDLE port = port_new();
    OVERLAPPED_ENTRY e[4];
    ULONG n = 0;

    for (ULONG_PTR i = 1; i <= 6; i++)
        REQUIRE(PostQueuedCompletionStatus(port, (DWORD)i, i,
                                           (OVERLAPPED *)(i * 16)));
    for (ULONG_PTR first = 1, want = 4; first <= 5; first += 4, want = 2) {
        REQUIRE(GetQueuedCompletionStatusEx(port, e, 4, &n, SOON, FALSE));
        REQUIRE_EQ(n, want);
        for (ULONG i = 0; i < n; i++) {
            CHECK_EQ(e[i].lpCompletionKey, first + i);
            CHECK_EQ(e[i].dwNumberOfBytesTransferred, first + i);
            CHECK_EQ((ULONG_PTR)e[i].lpOverlapped, (first + i) * 16);
        }
    }
    CHECK_ERR(!GetQueuedCompletionStatusEx(port, e, 4, &n, 0, FALSE),
              WAIT_TIMEOUT);
    port_close(port);
}

TEST(failed_operations_are_no_failure_of_taking, "IOCP-8")
{
    SOCKET pair[2];
    HANDLE port;
    OVERLAPPED_ENTRY e[4];
    struct op op;
    ULONG n = 0;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    bare_pend(pair[0], &op, 5);
    net_abort(pair[1]);
    REQUIRE(GetQueuedCompletionStatusEx(port, e, 4, &n, SOON, FALSE));
    REQUIRE_EQ(n, 1);
    CHECK_EQ(e[0].lpCompletionKey, 3);
    CHECK(e[0].lpOverlapped == &op.ov);
    CHECK_EQ(e[0].dwNumberOfBytesTransferred, 0);
    CHECK_EQ((DWORD)op.ov.Internal, 0xC000020D);
    net_close(pair[0]);
    port_close(port);
}

static void CALLBACK
count_apc(ULONG_PTR counter)
{
    ++*(int *)counter;
}

TEST(an_alertable_wait_ends_with_an_apc, "IOCP-8")
{
    HANDLE port = port_new();
    OVERLAPPED_ENTRY e[4];
    ULONG n = 0;
    int apcs = 0;

    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), (ULONG_PTR)&apcs));
    CHECK_ERR(!GetQueuedCompletionStatusEx(port, e, 4, &n, 0, FALSE),
              WAIT_TIMEOUT);
    CHECK_EQ(apcs, 0);
    SetLastError(0);
    CHECK(!GetQueuedCompletionStatusEx(port, e, 4, &n, SOON, TRUE));
    CHECK_ONE_OF(GetLastError(), WAIT_IO_COMPLETION, 0);
    CHECK_EQ(apcs, 1);
    port_close(port);
}

TEST(a_plain_wait_runs_no_apc, "IOCP-7")
{
    HANDLE port = port_new();
    int apcs = 0;

    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), (ULONG_PTR)&apcs));
    CHECK(port_empty(port));
    CHECK_EQ(apcs, 0);
    SleepEx(0, TRUE);
    CHECK_EQ(apcs, 1);
    port_close(port);
}

/* ---- in all ---- */

struct issue {
    SOCKET s;
    struct op op;
};

static DWORD WINAPI
issue_and_end(void *context)
{
    struct issue *i = context;

    bare_pend(i->s, &i->op, 10);
    return 0;
}

TEST(an_operation_outlives_its_thread, "OVL-12")
{
    SOCKET pair[2];
    HANDLE port;
    struct issue i;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    i.s = pair[0];
    net_join(net_thread(issue_and_end, &i));
    CHECK(port_empty(port));
    net_send(pair[1], "x");
    port_expect(port, 3, &i.op.ov, 0, 1);
    net_close_pair(pair);
    port_close(port);
}

TEST(an_ioctl_with_an_overlapped_gives_a_packet, "IOC-3 OVL-1")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 3);
    struct op op;
    u_long on = 1;

    bare(&op, 0);
    CHECK_EQ(
        WSAIoctl(s, FIONBIO, &on, sizeof on, NULL, 0, &op.bytes, &op.ov, NULL),
        0);
    port_expect(port, 3, &op.ov, 0, 0);
    net_close(s);
    port_close(port);
}

TEST(an_unknown_ioctl_fails_by_packet, "IOC-2 ST-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 3);
    struct op op;

    bare(&op, 0);
    CHECK_ERR(WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, &op.bytes, &op.ov,
                       NULL) == SOCKET_ERROR,
              WSA_IO_PENDING);
    port_expect(port, 3, &op.ov, ERROR_NOT_SUPPORTED, 0);
    net_close(s);
    port_close(port);
}

/* One thread, one port, both ends of some connections: each byte comes back. */
TEST(an_echo_server_in_one_loop, "IOCP-2 OVL-7")
{
    enum { N = 6, TURNS = 60 };
    static struct echo {
        struct op in, out;
        SOCKET s;
        int turns;
    } ends[2 * N];
    HANDLE port = port_new();
    int open = 2 * N;

    memset(ends, 0, sizeof ends);
    for (int i = 0; i < N; i++) {
        SOCKET pair[2];

        net_pair(i % 2 ? AF_INET6 : AF_INET, pair);
        for (int k = 0; k < 2; k++) {
            struct echo *e = &ends[2 * i + k];

            e->s = pair[k];
            port_attach(port, e->s, (ULONG_PTR)e);
            bare_pend(e->s, &e->in, 100);
        }
        bare(&ends[2 * i].out, 7);
        CHECK_EQ(op_send(ends[2 * i].s, &ends[2 * i].out), 0);
    }
    while (open) {
        struct packet p = port_next(port, SOON);
        struct echo *e = (struct echo *)p.key;

        REQUIRE(p.holds);
        if (p.ov == &e->out.ov)
            continue;
        CHECK(p.ov == &e->in.ov);
        if (p.bytes && e->turns++ < TURNS) {
            bare(&e->out, p.bytes);
            CHECK_ONE_OF(op_send(e->s, &e->out), 0, WSA_IO_PENDING);
            bare(&e->in, 100);
            CHECK_ONE_OF(op_recv(e->s, &e->in), 0, WSA_IO_PENDING);
        } else {
            net_close(e->s);
            open--;
        }
    }
    port_close(port);
}
