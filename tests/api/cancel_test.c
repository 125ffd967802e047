/* SPDX-License-Identifier: MIT */
/* Operations that are cancelled, or whose socket is closed: each ends exactly
 * once, by its own route and with the documented status; nothing that was not
 * meant is touched, and no data are lost. */
#include "ovl.h"

#include <stdlib.h>

/* ---- CancelIoEx ---- */

TEST(a_cancelled_operation_ends_as_aborted, "IOCP-12 OVL-10")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    CHECK(CancelIoEx((HANDLE)pair[0], &op.ov));
    CHECK_EQ(op_end(pair[0], &op), WSA_OPERATION_ABORTED);
    CHECK_EQ(op_status(&op), STATUS_OF_CANCELLED);
    CHECK_EQ(op.ov.InternalHigh, 0);
    CHECK_ERR(!GetOverlappedResult((HANDLE)pair[0], &op.ov, &op.bytes, FALSE),
              ERROR_OPERATION_ABORTED);
    op_done(&op);
    net_close_pair(pair);
}

TEST(one_of_several_is_cancelled, "IOCP-12 OVL-7")
{
    SOCKET pair[2];
    struct op a, b, c;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &a, 1);
    op_pend(pair[0], &b, 1);
    op_pend(pair[0], &c, 1);
    CHECK(CancelIoEx((HANDLE)pair[0], &b.ov));
    CHECK_EQ(op_end(pair[0], &b), WSA_OPERATION_ABORTED);
    CHECK(op_pending(&a));
    CHECK(op_pending(&c));
    net_send(pair[1], "xy");
    op_expect(pair[0], &a, "x");
    op_expect(pair[0], &c, "y");
    op_done(&a);
    op_done(&b);
    op_done(&c);
    net_close_pair(pair);
}

TEST(cancelling_the_first_lets_the_next_go_on, "IOCP-12 OVL-7")
{
    SOCKET pair[2];
    struct op a, b;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &a, 1);
    op_pend(pair[0], &b, 1);
    CHECK(CancelIoEx((HANDLE)pair[0], &a.ov));
    net_send(pair[1], "x");
    op_expect(pair[0], &b, "x");
    CHECK_EQ(op_end(pair[0], &a), WSA_OPERATION_ABORTED);
    op_done(&a);
    op_done(&b);
    net_close_pair(pair);
}

/* Begins a send that fills the socket and pends. */
static char *
pend_send(SOCKET s, struct op *op)
{
    const ULONG size = 8 << 20;
    char *bytes = calloc(1, size);

    REQUIRE(bytes != NULL);
    op_init(op, size);
    op->buf.buf = bytes;
    REQUIRE_EQ(op_send(s, op), WSA_IO_PENDING);
    return bytes;
}

TEST(all_of_a_socket_are_cancelled_at_once, "IOCP-12")
{
    SOCKET pair[2];
    struct op in[3], out;
    char *bytes;

    net_pair(AF_INET, pair);
    for (int i = 0; i < 3; i++)
        op_pend(pair[0], &in[i], 10);
    bytes = pend_send(pair[0], &out);
    CHECK(CancelIoEx((HANDLE)pair[0], NULL));
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(op_end(pair[0], &in[i]), WSA_OPERATION_ABORTED);
        op_done(&in[i]);
    }
    CHECK_EQ(op_end(pair[0], &out), WSA_OPERATION_ABORTED);
    op_done(&out);
    free(bytes);
    net_close_pair(pair);
}

TEST(where_nothing_pends_nothing_is_found, "IOCP-12")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("with NULL it counts as cancelled");
    net_pair(AF_INET, pair);
    op_init(&op, 10);
    CHECK_ERR(!CancelIoEx((HANDLE)pair[0], &op.ov), ERROR_NOT_FOUND);
    CHECK_ERR(!CancelIoEx((HANDLE)pair[0], NULL), ERROR_NOT_FOUND);
    op_done(&op);
    net_close_pair(pair);
}

TEST(another_sockets_operation_is_not_found, "IOCP-12")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    CHECK_ERR(!CancelIoEx((HANDLE)pair[1], &op.ov), ERROR_NOT_FOUND);
    CHECK(op_pending(&op));
    net_send(pair[1], "x");
    op_expect(pair[0], &op, "x");
    op_done(&op);
    net_close_pair(pair);
}

TEST(what_has_ended_cannot_be_cancelled, "IOCP-13")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_send(pair[1], "x");
    op_expect(pair[0], &op, "x");
    CHECK_ERR(!CancelIoEx((HANDLE)pair[0], &op.ov), ERROR_NOT_FOUND);
    CHECK_EQ(op_result(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 1);
    op_done(&op);
    net_close_pair(pair);
}

TEST(what_is_no_handle_cannot_be_cancelled, "IOCP-12")
{
    CHECK_ERR(!CancelIoEx((HANDLE)(ULONG_PTR)0xdeadbeec, NULL),
              ERROR_INVALID_HANDLE);
    CHECK_ERR(!CancelIo((HANDLE)(ULONG_PTR)0xdeadbeec), ERROR_INVALID_HANDLE);
}

TEST(cancelling_loses_no_data, "IOCP-12 RCV-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    for (int i = 0; i < 50; i++) {
        int err;

        op_pend(pair[0], &op, 10);
        net_send(pair[1], "x");
        CancelIoEx((HANDLE)pair[0], &op.ov);
        err = op_end(pair[0], &op);
        if (err) {
            CHECK_EQ(err, WSA_OPERATION_ABORTED);
            net_expect(pair[0], "x");
        } else {
            CHECK_EQ(op.bytes, 1);
        }
        op_done(&op);
    }
    net_close_pair(pair);
}

TEST(a_cancelled_send_frees_the_way, "IOCP-12 OVL-7")
{
    SOCKET pair[2];
    struct op a, b;
    char *bytes;

    net_pair(AF_INET, pair);
    bytes = pend_send(pair[0], &a);
    op_text(&b, "behind");
    CHECK_EQ(op_send(pair[0], &b), WSA_IO_PENDING);
    CHECK(CancelIoEx((HANDLE)pair[0], &a.ov));
    CHECK_EQ(op_end(pair[0], &a), WSA_OPERATION_ABORTED);
    free(bytes); /* nobody reads it any more */
    while (!net_signalled(b.ov.hEvent, 0)) {
        char buf[65536];

        REQUIRE(net_readable(pair[1], SOON));
        REQUIRE(recv(pair[1], buf, sizeof buf, 0) > 0);
    }
    CHECK_EQ(op_end(pair[0], &b), 0);
    CHECK_EQ(b.bytes, 6);
    op_done(&a);
    op_done(&b);
    net_close_pair(pair);
}

TEST(a_cancelled_operation_gives_a_packet, "IOCP-12 IOCP-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    op_pend(pair[0], &op, 10);
    CHECK(CancelIoEx((HANDLE)pair[0], &op.ov));
    port_expect(port, 3, &op.ov, ERROR_OPERATION_ABORTED, 0);
    CHECK(port_empty(port));
    op_done(&op);
    net_close_pair(pair);
    port_close(port);
}

TEST(a_cancelled_operation_runs_its_routine, "IOCP-12 CR-4")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    CHECK(CancelIoEx((HANDLE)pair[0], &op.ov));
    CHECK_EQ(told.count, 0);
    await_told(1);
    CHECK_EQ(told.error, WSA_OPERATION_ABORTED);
    CHECK_EQ(told.bytes, 0);
    CHECK_EQ(SleepEx(0, TRUE), 0);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_cancelled_datagram_receive_leaves_the_next_datagram, "IOCP-12 RCV-2")
{
    SOCKET pair[2];
    struct op op;

    net_udp_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    CHECK(CancelIoEx((HANDLE)pair[0], &op.ov));
    CHECK_EQ(op_end(pair[0], &op), WSA_OPERATION_ABORTED);
    net_send(pair[1], "whole");
    net_expect(pair[0], "whole");
    op_done(&op);
    net_close_pair(pair);
}

/* ---- CancelIo ---- */

struct foreign {
    SOCKET s;
    HANDLE begun, leave;
    struct op op;
};

static DWORD WINAPI
begin_and_stay(void *context)
{
    struct foreign *f = context;

    op_pend(f->s, &f->op, 1);
    SetEvent(f->begun);
    return WaitForSingleObject(f->leave, 2 * SOON);
}

TEST(CancelIo_is_for_the_own_thread, "IOCP-12")
{
    SOCKET pair[2];
    struct foreign f;
    struct op mine;
    HANDLE thread;

    net_pair(AF_INET, pair);
    f.s = pair[0];
    f.begun = CreateEventA(NULL, TRUE, FALSE, NULL);
    f.leave = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(begin_and_stay, &f);
    REQUIRE(net_signalled(f.begun, SOON));
    op_pend(pair[0], &mine, 1);
    CHECK(CancelIo((HANDLE)pair[0]));
    CHECK_EQ(op_end(pair[0], &mine), WSA_OPERATION_ABORTED);
    CHECK(op_pending(&f.op));
    net_send(pair[1], "x");
    op_expect(pair[0], &f.op, "x");
    SetEvent(f.leave);
    net_join(thread);
    CloseHandle(f.begun);
    CloseHandle(f.leave);
    op_done(&mine);
    op_done(&f.op);
    net_close_pair(pair);
}

TEST(CancelIoEx_is_for_the_whole_process, "IOCP-12")
{
    SOCKET pair[2];
    struct foreign f;
    HANDLE thread;

    net_pair(AF_INET, pair);
    f.s = pair[0];
    f.begun = CreateEventA(NULL, TRUE, FALSE, NULL);
    f.leave = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(begin_and_stay, &f);
    REQUIRE(net_signalled(f.begun, SOON));
    CHECK(CancelIoEx((HANDLE)pair[0], NULL));
    CHECK_EQ(op_end(pair[0], &f.op), WSA_OPERATION_ABORTED);
    SetEvent(f.leave);
    net_join(thread);
    CloseHandle(f.begun);
    CloseHandle(f.leave);
    op_done(&f.op);
    net_close_pair(pair);
}

TEST(CancelIo_succeeds_where_nothing_pends, "IOCP-12")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK(CancelIo((HANDLE)s));
    net_close(s);
}

/* ---- CancelSynchronousIo ---- */

struct blocker {
    SOCKET s;
    HANDLE ready;
    int result;
    DWORD error;
};

static DWORD WINAPI
receive_blocking(void *context)
{
    struct blocker *b = context;
    char byte;

    SetEvent(b->ready);
    b->result = recv(b->s, &byte, 1, 0);
    b->error = (DWORD)net_error();
    return 0;
}

TEST(a_blocking_call_of_another_thread_can_be_cancelled, "G-6")
{
    SOCKET pair[2];
    struct blocker b;
    HANDLE thread;

    WINE_HANGS("a receive cannot be cancelled that way");
    net_pair(AF_INET, pair);
    b.s = pair[0];
    b.ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(receive_blocking, &b);
    REQUIRE(net_signalled(b.ready, SOON));
    CHECK(!net_signalled(thread, NEVER));
    CHECK(CancelSynchronousIo(thread));
    net_join(thread);
    CHECK_EQ(b.result, SOCKET_ERROR);
    CHECK_ONE_OF(b.error, WSAEINTR, WSA_OPERATION_ABORTED);
    net_send(pair[1], "x");
    net_expect(pair[0], "x");
    CloseHandle(b.ready);
    net_close_pair(pair);
}

TEST(a_thread_that_does_not_block_has_nothing_to_cancel, "G-6")
{
    CHECK_ERR(!CancelSynchronousIo(GetCurrentThread()), ERROR_NOT_FOUND,
              ERROR_INVALID_HANDLE);
}

TEST(CancelSynchronousIo_leaves_overlapped_work_alone, "G-6 IOCP-12")
{
    SOCKET pair[2];
    struct foreign f;
    HANDLE thread;

    net_pair(AF_INET, pair);
    f.s = pair[0];
    f.begun = CreateEventA(NULL, TRUE, FALSE, NULL);
    f.leave = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(begin_and_stay, &f);
    REQUIRE(net_signalled(f.begun, SOON));
    CHECK_ERR(!CancelSynchronousIo(thread), ERROR_NOT_FOUND);
    CHECK(op_pending(&f.op));
    net_send(pair[1], "x");
    op_expect(pair[0], &f.op, "x");
    SetEvent(f.leave);
    net_join(thread);
    CloseHandle(f.begun);
    CloseHandle(f.leave);
    op_done(&f.op);
    net_close_pair(pair);
}

/* ---- closesocket ---- */

TEST(closing_ends_every_operation, "IOCP-6 RCV-6")
{
    SOCKET pair[2];
    struct op in[3], out;
    char *bytes;

    WINE_HANGS("another status");
    net_pair(AF_INET, pair);
    for (int i = 0; i < 3; i++)
        op_pend(pair[0], &in[i], 10);
    bytes = pend_send(pair[0], &out);
    net_close(pair[0]);
    for (int i = 0; i < 3; i++) {
        CHECK(net_signalled(in[i].ov.hEvent, SOON));
        CHECK_EQ(op_status(&in[i]), STATUS_OF_CANCELLED);
        op_done(&in[i]);
    }
    CHECK(net_signalled(out.ov.hEvent, SOON));
    CHECK_EQ(op_status(&out), STATUS_OF_CANCELLED);
    op_done(&out);
    free(bytes);
    net_close(pair[1]);
}

TEST(the_peer_sees_the_end_of_a_socket_with_work_pending, "IOCP-6 CLS-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_close(pair[0]);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    net_expect_end(pair[1]);
    op_done(&op);
    net_close(pair[1]);
}

TEST(nothing_that_comes_later_reaches_a_cancelled_buffer, "IOCP-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    memset(op.data, '#', sizeof op.data);
    net_close(pair[0]);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    send(pair[1], "late", 4, 0);
    Sleep(20);
    CHECK_EQ(op.data[0], '#');
    op_done(&op);
    net_close(pair[1]);
}

TEST(a_closed_socket_has_no_results, "G-3 CR-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_close(pair[0]);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(pair[0], &op), WSAENOTSOCK);
    op_done(&op);
    net_close(pair[1]);
}

TEST(closing_runs_every_routine_once, "IOCP-6 CR-4")
{
    SOCKET pair[2];
    struct op ops[3];

    WINE_DIFFERS("another error");
    net_pair(AF_INET, pair);
    for (int i = 0; i < 3; i++) {
        op_init(&ops[i], 10);
        CHECK_EQ(op_recv_told(pair[0], &ops[i]), WSA_IO_PENDING);
    }
    net_close(pair[0]);
    CHECK_EQ(told.count, 0);
    await_told(3);
    CHECK_EQ(told.error, WSA_OPERATION_ABORTED);
    CHECK_EQ(SleepEx(NEVER, TRUE), 0);
    for (int i = 0; i < 3; i++)
        op_done(&ops[i]);
    net_close(pair[1]);
}

TEST(closing_a_datagram_socket_ends_its_receives, "IOCP-6")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct op op;

    WINE_DIFFERS("another status");
    op_pend(s, &op, 10);
    net_close(s);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_status(&op), STATUS_OF_CANCELLED);
    op_done(&op);
}

TEST(a_number_that_is_used_again_has_no_past, "IOCP-6")
{
    SOCKET pair[2], fresh[2];
    struct op old, op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &old, 10);
    net_close_pair(pair);
    CHECK(net_signalled(old.ov.hEvent, SOON));
    net_pair(AF_INET, fresh);
    op_pend(fresh[0], &op, 10);
    CHECK_ERR(!CancelIoEx((HANDLE)fresh[0], &old.ov), ERROR_NOT_FOUND);
    net_send(fresh[1], "x");
    op_expect(fresh[0], &op, "x");
    op_done(&old);
    op_done(&op);
    net_close_pair(fresh);
}

TEST(a_hard_close_ends_operations_too, "IOCP-6 CLS-9")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("the peer sees an orderly end");
    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_abort(pair[0]);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    net_expect_reset(pair[1]);
    op_done(&op);
    net_close(pair[1]);
}

/* The last cleanup ends operations without a word; it must leave nothing that
 * still writes. */
TEST_BARE(the_last_cleanup_ends_operations_silently, "G-12")
{
    SOCKET pair[2];
    struct op op;

    net_start();
    net_pair(AF_INET, pair);
    op_init(&op, 10);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_stop();
    net_start();
    CHECK_ERR(closesocket(pair[0]) == SOCKET_ERROR, WSAENOTSOCK);
    net_stop();
}

TEST(cancelling_twice_ends_it_once, "IOCP-12 IOCP-13")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 3);
    op_pend(pair[0], &op, 10);
    CHECK(CancelIoEx((HANDLE)pair[0], &op.ov));
    CHECK_ERR(!CancelIoEx((HANDLE)pair[0], &op.ov), ERROR_NOT_FOUND);
    net_close(pair[0]);
    port_expect(port, 3, &op.ov, ERROR_OPERATION_ABORTED, 0);
    CHECK(port_empty(port));
    op_done(&op);
    net_close(pair[1]);
    port_close(port);
}
