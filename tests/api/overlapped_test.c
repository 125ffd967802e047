/* SPDX-License-Identifier: MIT */
/* WSASend, WSARecv, WSASendTo and WSARecvFrom with OVERLAPPED: what is told at
 * once, what later, by event or by routine; order, pieces, ends and errors. */
#include "ovl.h"

#include <stdlib.h>

/* ---- at once or later ---- */

TEST(a_receive_pends_until_data_come, "OVL-2 OVL-3")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 100);
    CHECK(op_pending(&op));
    net_send(pair[1], "hello");
    op_expect(pair[0], &op, "hello");
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_receive_of_what_is_there_ends_at_once_and_is_told_all_the_same, "OVL-2")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    net_send(pair[1], "hello");
    REQUIRE(net_readable(pair[0], SOON));
    op_init(&op, 100);
    CHECK_EQ(op_recv(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 5);
    op_expect(pair[0], &op, "hello");
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_send_ends_at_once_where_there_is_room, "OVL-2 SND-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET6, pair);
    op_text(&op, "hello");
    CHECK_EQ(op_send(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 5);
    op_expect(pair[0], &op, "hello");
    net_expect(pair[1], "hello");
    op_done(&op);
    net_close_pair(pair);
}

TEST(beginning_resets_the_event, "OVL-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    REQUIRE(WSASetEvent(op.ov.hEvent));
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    CHECK(op_pending(&op));
    net_send(pair[1], "x");
    op_expect(pair[0], &op, "x");
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_call_that_fails_begins_nothing, "OVL-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_DIFFERS("a stream without a connection counts as reset");
    op_init(&op, 10);
    op.bytes = 77;
    CHECK_EQ(op_recv(s, &op), WSAENOTCONN);
    CHECK_EQ(op_send(s, &op), WSAENOTCONN);
    CHECK_EQ(op.bytes, 77);
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    op_done(&op);
    net_close(s);
}

TEST(non_blocking_sockets_pend_too, "OVL-5")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    op_pend(pair[0], &op, 10);
    net_send(pair[1], "x");
    op_expect(pair[0], &op, "x");
    op_done(&op);
    net_close_pair(pair);
}

TEST(the_list_of_buffers_may_go_away, "OVL-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    memset(&op.buf, 0xee, sizeof op.buf);
    net_send(pair[1], "hello");
    op_expect(pair[0], &op, "hello");
    op_done(&op);
    net_close_pair(pair);
}

TEST(the_status_is_pending_and_then_final, "OVL-10")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    CHECK_EQ(op_status(&op), STATUS_OF_PENDING);
    net_send(pair[1], "four");
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op.ov.Internal, 0);
    CHECK_EQ(op.ov.InternalHigh, 4);
    op_done(&op);
    net_close_pair(pair);
}

TEST(the_byte_count_may_be_missing_with_an_overlapped, "OVL-8")
{
    SOCKET pair[2];
    struct op in, out;
    DWORD flags = 0;

    net_pair(AF_INET, pair);
    op_init(&in, 10);
    op_text(&out, "hi");
    CHECK_ERR(WSARecv(pair[0], &in.buf, 1, NULL, &flags, &in.ov, NULL) ==
                  SOCKET_ERROR,
              WSA_IO_PENDING);
    CHECK_EQ(WSASend(pair[1], &out.buf, 1, NULL, 0, &out.ov, NULL), 0);
    op_expect(pair[0], &in, "hi");
    CHECK_EQ(op_end(pair[1], &out), 0);
    CHECK_ERR(WSASend(pair[1], &out.buf, 1, NULL, 0, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    op_done(&in);
    op_done(&out);
    net_close_pair(pair);
}

TEST(a_routine_without_an_overlapped_is_ignored, "OVL-3")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("the routine runs");
    net_pair(AF_INET, pair);
    op_text(&op, "hello");
    CHECK_EQ(WSASend(pair[0], &op.buf, 1, &op.bytes, 0, NULL, tell), 0);
    CHECK_EQ(op.bytes, 5);
    CHECK_EQ(SleepEx(NEVER, TRUE), 0);
    CHECK_EQ(told.count, 0);
    op_done(&op);
    net_close_pair(pair);
}

TEST(both_directions_pend_at_once, "OVL-7")
{
    SOCKET pair[2];
    struct op in, out;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &in, 10);
    op_text(&out, "ping");
    CHECK_EQ(op_send(pair[0], &out), 0);
    net_expect(pair[1], "ping");
    CHECK(op_pending(&in));
    net_send(pair[1], "pong");
    op_expect(pair[0], &in, "pong");
    op_done(&in);
    op_done(&out);
    net_close_pair(pair);
}

/* ---- order ---- */

enum { SEVERAL = 20 };

TEST(receives_are_filled_in_the_order_of_posting, "OVL-7")
{
    static struct op ops[SEVERAL];
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    for (int i = 0; i < SEVERAL; i++)
        op_pend(pair[0], &ops[i], 1);
    net_send(pair[1], "abcdefghijklmnopqrst");
    for (int i = 0; i < SEVERAL; i++) {
        char want[2] = {(char)('a' + i), 0};

        op_expect(pair[0], &ops[i], want);
        op_done(&ops[i]);
    }
    net_close_pair(pair);
}

TEST(a_receive_behind_a_pending_one_waits_for_its_turn, "OVL-7")
{
    SOCKET pair[2];
    struct op first, second;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &first, 10);
    op_pend(pair[0], &second, 10);
    net_send(pair[1], "one");
    op_expect(pair[0], &first, "one");
    CHECK(op_pending(&second));
    net_send(pair[1], "two");
    op_expect(pair[0], &second, "two");
    op_done(&first);
    op_done(&second);
    net_close_pair(pair);
}

enum { PIECE = 256 * 1024, PIECES = 16 };

static char *
pattern(size_t size, unsigned seed)
{
    char *p = malloc(size);

    REQUIRE(p != NULL);
    for (size_t i = 0; i < size; i++)
        p[i] = (char)((i + seed) * 31 >> 3);
    return p;
}

/* Takes "size" bytes from a blocking socket and compares them. */
static void
take(SOCKET s, const char *want, size_t size)
{
    static char buf[65536];
    size_t got = 0;

    while (got < size) {
        size_t left = size - got;
        int n =
            recv(s, buf, left < sizeof buf ? (int)left : (int)sizeof buf, 0);

        REQUIRE_ERR(n > 0, net_error());
        REQUIRE(!memcmp(buf, want + got, (size_t)n));
        got += (size_t)n;
    }
}

TEST(sends_go_out_in_the_order_of_posting, "OVL-7 SND-1")
{
    static struct op ops[PIECES];
    char *bytes[PIECES];
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    for (int i = 0; i < PIECES; i++) {
        int err;

        bytes[i] = pattern(PIECE, (unsigned)i);
        op_init(&ops[i], PIECE);
        ops[i].buf.buf = bytes[i];
        err = op_send(pair[0], &ops[i]);
        CHECK(err == 0 || err == WSA_IO_PENDING);
    }
    for (int i = 0; i < PIECES; i++)
        take(pair[1], bytes[i], PIECE);
    for (int i = 0; i < PIECES; i++) {
        CHECK_EQ(op_end(pair[0], &ops[i]), 0);
        CHECK_EQ(ops[i].bytes, PIECE);
        op_done(&ops[i]);
        free(bytes[i]);
    }
    net_close_pair(pair);
}

TEST(a_send_larger_than_the_socket_ends_when_all_is_taken, "SND-1")
{
    const ULONG size = 8 << 20;
    char *bytes = pattern(size, 7);
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, size);
    op.buf.buf = bytes;
    CHECK_EQ(op_send(pair[0], &op), WSA_IO_PENDING);
    CHECK(op_pending(&op));
    take(pair[1], bytes, size);
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, size);
    op_done(&op);
    free(bytes);
    net_close_pair(pair);
}

/* ---- many pieces ---- */

TEST(pieces_are_gathered_and_scattered, "SND-2 RCV-1")
{
    SOCKET pair[2];
    struct op in, out;
    WSABUF to[3], from[2];

    net_pair(AF_INET, pair);
    op_init(&in, 0);
    op_text(&out, "hello world");
    to[0] = (WSABUF){3, in.data};
    to[1] = (WSABUF){0, NULL};
    to[2] = (WSABUF){90, in.data + 3};
    from[0] = (WSABUF){6, out.data};
    from[1] = (WSABUF){5, out.data + 6};
    CHECK_ERR(WSARecv(pair[0], to, 3, &in.bytes, &in.flags, &in.ov, NULL) ==
                  SOCKET_ERROR,
              WSA_IO_PENDING);
    CHECK_EQ(WSASend(pair[1], from, 2, &out.bytes, 0, &out.ov, NULL), 0);
    CHECK_EQ(out.bytes, 11);
    op_expect(pair[0], &in, "hello world");
    op_done(&in);
    op_done(&out);
    net_close_pair(pair);
}

enum { MANY = 3000 };

TEST(very_many_pieces_go_in_one_operation, "SND-2 RCV-1")
{
    static WSABUF to[MANY], from[MANY];
    static char got[MANY];
    char *bytes = pattern(MANY, 3);
    SOCKET pair[2];
    struct op in, out;

    WINE_HANGS("no more pieces than the kernel takes");
    net_pair(AF_INET, pair);
    op_init(&in, 0);
    op_init(&out, 0);
    for (int i = 0; i < MANY; i++) {
        to[i] = (WSABUF){1, got + i};
        from[i] = (WSABUF){1, bytes + i};
    }
    in.flags = MSG_WAITALL;
    CHECK_ERR(WSARecv(pair[0], to, MANY, &in.bytes, &in.flags, &in.ov, NULL) ==
                  SOCKET_ERROR,
              WSA_IO_PENDING);
    CHECK_EQ(WSASend(pair[1], from, MANY, &out.bytes, 0, &out.ov, NULL), 0);
    CHECK_EQ(out.bytes, MANY);
    CHECK_EQ(op_end(pair[0], &in), 0);
    CHECK_EQ(in.bytes, MANY);
    CHECK_MEM(got, bytes, MANY);
    op_done(&in);
    op_done(&out);
    free(bytes);
    net_close_pair(pair);
}

TEST(no_buffer_at_all_is_invalid_with_an_overlapped, "RCV-7")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("it pends");
    net_pair(AF_INET, pair);
    op_init(&op, 1);
    CHECK_ERR(WSARecv(pair[0], &op.buf, 0, &op.bytes, &op.flags, &op.ov,
                      NULL) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK(!net_signalled(op.ov.hEvent, 0));
    op_done(&op);
    net_close_pair(pair);
}

/* ---- nothing ---- */

TEST(an_empty_receive_waits_for_data_and_takes_none, "OVL-14")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 0);
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    net_send(pair[1], "data");
    op_expect(pair[0], &op, "");
    net_expect(pair[0], "data");
    op_done(&op);
    net_close_pair(pair);
}

TEST(an_empty_receive_ends_at_once_if_there_are_data, "OVL-14")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    net_send(pair[1], "data");
    REQUIRE(net_readable(pair[0], SOON));
    op_init(&op, 0);
    CHECK_EQ(op_recv(pair[0], &op), 0);
    op_expect(pair[0], &op, "");
    net_expect(pair[0], "data");
    op_done(&op);
    net_close_pair(pair);
}

TEST(an_empty_receive_ends_with_the_connection, "OVL-14 RCV-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 0);
    net_close(pair[1]);
    op_expect(pair[0], &op, "");
    op_done(&op);
    net_close(pair[0]);
}

TEST(an_empty_send_sends_nothing_on_a_stream, "OVL-14")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_EQ(op_send(pair[0], &op), 0);
    op_expect(pair[0], &op, "");
    CHECK(!net_readable(pair[1], NEVER));
    op_done(&op);
    net_close_pair(pair);
}

TEST(an_empty_send_is_an_empty_datagram, "OVL-14")
{
    SOCKET pair[2];
    struct op in, out;

    net_udp_pair(AF_INET, pair);
    op_pend(pair[1], &in, 10);
    op_init(&out, 0);
    CHECK_EQ(op_send(pair[0], &out), 0);
    op_expect(pair[1], &in, "");
    op_done(&in);
    op_done(&out);
    net_close_pair(pair);
}

/* ---- ends and errors ---- */

TEST(an_orderly_end_is_a_success_without_bytes, "RCV-1 IOCP-11")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    op_expect(pair[0], &op, "");
    op_done(&op);
    net_close_pair(pair);
}

TEST(every_pending_receive_ends_with_the_connection, "RCV-1 OVL-7")
{
    SOCKET pair[2];
    struct op a, b;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &a, 10);
    op_pend(pair[0], &b, 10);
    net_close(pair[1]);
    op_expect(pair[0], &a, "");
    op_expect(pair[0], &b, "");
    op_done(&a);
    op_done(&b);
    net_close(pair[0]);
}

/* One readiness tells of both; there is no second. */
TEST(the_end_is_found_behind_data_that_came_with_it, "RCV-1 OVL-5")
{
    SOCKET pair[2];
    struct op a, b;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &a, 10);
    net_send(pair[1], "abc");
    net_close(pair[1]);
    op_expect(pair[0], &a, "abc");
    op_init(&b, 10);
    op_recv(pair[0], &b);
    op_expect(pair[0], &b, "");
    op_done(&a);
    op_done(&b);
    net_close(pair[0]);
}

TEST(the_end_is_found_though_the_engine_told_of_it_before, "RCV-1 EVT-37")
{
    WSAEVENT event = WSACreateEvent();
    SOCKET pair[2];
    struct op a, b;

    WINE_HANGS("the end is not told of over unread data");
    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_CLOSE), 0);
    net_send(pair[1], "abc");
    net_close(pair[1]);
    CHECK(net_signalled(event, SOON));
    op_init(&a, 10);
    op_init(&b, 10);
    op_recv(pair[0], &a);
    op_expect(pair[0], &a, "abc");
    op_recv(pair[0], &b);
    op_expect(pair[0], &b, "");
    op_done(&a);
    op_done(&b);
    WSACloseEvent(event);
    net_close(pair[0]);
}

TEST(what_follows_urgent_data_is_found, "RCV-4 RCV-1")
{
    SOCKET pair[2];
    struct op a, b;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &a, 10);
    net_send(pair[1], "abc");
    CHECK_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    net_send(pair[1], "def");
    op_expect(pair[0], &a, "abc");
    op_init(&b, 10);
    op_recv(pair[0], &b);
    op_expect(pair[0], &b, "def");
    op_done(&a);
    op_done(&b);
    net_close_pair(pair);
}

TEST(a_reset_ends_a_pending_receive, "RCV-6 CLS-12")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_abort(pair[1]);
    CHECK_EQ(op_end(pair[0], &op), WSAECONNRESET);
    CHECK_EQ(op_status(&op), 0xC000020D);
    CHECK_EQ(op.ov.InternalHigh, 0);
    op_done(&op);
    net_close(pair[0]);
}

TEST(a_reset_ends_a_pending_send, "SND-5")
{
    const ULONG size = 8 << 20;
    char *bytes = pattern(size, 1);
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, size);
    op.buf.buf = bytes;
    REQUIRE_EQ(op_send(pair[0], &op), WSA_IO_PENDING);
    net_abort(pair[1]);
    CHECK_ONE_OF(op_end(pair[0], &op), WSAECONNRESET, WSAECONNABORTED);
    op_done(&op);
    free(bytes);
    net_close(pair[0]);
}

TEST(nothing_is_sent_after_the_own_shutdown, "SND-5 CLS-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    op_text(&op, "x");
    CHECK_EQ(op_send(pair[0], &op), WSAESHUTDOWN);
    CHECK(!net_signalled(op.ov.hEvent, 0));
    op_done(&op);
    net_close_pair(pair);
}

TEST(nothing_is_received_after_the_own_shutdown, "RCV-6 CLS-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    op_init(&op, 10);
    CHECK_EQ(op_recv(pair[0], &op), WSAESHUTDOWN);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_connection_goes_on_after_the_peers_end, "RCV-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    op_text(&op, "still here");
    CHECK_EQ(op_send(pair[0], &op), 0);
    net_expect(pair[1], "still here");
    op_done(&op);
    net_close_pair(pair);
}

TEST(what_is_no_socket_begins_nothing, "G-3")
{
    struct op op;

    op_init(&op, 10);
    CHECK_EQ(op_recv((SOCKET)0xdeadbeec, &op), WSAENOTSOCK);
    CHECK_EQ(op_send(INVALID_SOCKET, &op), WSAENOTSOCK);
    op_done(&op);
}

/* ---- flags ---- */

TEST(MSG_WAITALL_pends_until_it_is_full, "RCV-1")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("the flag is ignored");
    net_pair(AF_INET, pair);
    op_init(&op, 6);
    op.flags = MSG_WAITALL;
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "abc");
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    net_send(pair[1], "defg");
    op_expect(pair[0], &op, "abcdef");
    net_expect(pair[0], "g");
    op_done(&op);
    net_close_pair(pair);
}

TEST(MSG_WAITALL_gives_what_there_was_at_the_end, "RCV-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 6);
    op.flags = MSG_WAITALL;
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "abc");
    net_close(pair[1]);
    op_expect(pair[0], &op, "abc");
    op_done(&op);
    net_close(pair[0]);
}

TEST(urgent_data_pass_pending_receives, "RCV-4")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 1);
    op.flags = MSG_OOB;
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    CHECK_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    op_expect(pair[0], &op, "!");
    op_done(&op);
    net_close_pair(pair);
}

TEST(urgent_data_can_be_sent, "SND-4")
{
    SOCKET pair[2];
    struct op op;
    char byte = 0;

    net_pair(AF_INET, pair);
    op_text(&op, "!");
    CHECK_EQ(WSASend(pair[0], &op.buf, 1, &op.bytes, MSG_OOB, &op.ov, NULL), 0);
    REQUIRE(net_exceptional(pair[1], SOON));
    CHECK_EQ(recv(pair[1], &byte, 1, MSG_OOB), 1);
    CHECK_EQ(byte, '!');
    op_done(&op);
    net_close_pair(pair);
}

TEST(the_flags_of_a_receive_come_with_its_result, "CR-7")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_send(pair[1], "x");
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    op.flags = 0xffff;
    CHECK_EQ(op_result(pair[0], &op), 0);
    CHECK_EQ(op.flags, 0);
    op_done(&op);
    net_close_pair(pair);
}

/* ---- datagrams ---- */

TEST(a_datagram_comes_with_its_sender_at_the_end, "RCV-5")
{
    static const int families[] = {AF_INET, AF_INET6};

    for (int i = 0; i < 2; i++) {
        SOCKET a = net_bound(families[i], SOCK_DGRAM);
        SOCKET b = net_bound(families[i], SOCK_DGRAM);
        struct net_addr from = {{{0}}, sizeof from.u}, to = net_name(b);
        struct op in, out;

        op_init(&in, 100);
        CHECK_ERR(WSARecvFrom(b, &in.buf, 1, &in.bytes, &in.flags, &from.u.any,
                              &from.len, &in.ov, NULL) == SOCKET_ERROR,
                  WSA_IO_PENDING);
        op_text(&out, "hello");
        CHECK_EQ(WSASendTo(a, &out.buf, 1, &out.bytes, 0, &to.u.any, to.len,
                           &out.ov, NULL),
                 0);
        CHECK_EQ(out.bytes, 5);
        op_expect(b, &in, "hello");
        CHECK(net_same(from, net_name(a)));
        CHECK_EQ(from.len, to.len);
        op_done(&in);
        op_done(&out);
        net_close(a);
        net_close(b);
    }
}

TEST(datagrams_go_to_receives_one_by_one, "RCV-2 OVL-7")
{
    static struct op ops[SEVERAL];
    SOCKET pair[2];

    net_udp_pair(AF_INET, pair);
    for (int i = 0; i < SEVERAL; i++)
        op_pend(pair[0], &ops[i], 10);
    for (int i = 0; i < SEVERAL; i++) {
        char text[3] = {(char)('a' + i), '.', 0};

        net_send(pair[1], text);
    }
    for (int i = 0; i < SEVERAL; i++) {
        char text[3] = {(char)('a' + i), '.', 0};

        op_expect(pair[0], &ops[i], text);
        op_done(&ops[i]);
    }
    net_close_pair(pair);
}

TEST(a_datagram_too_long_fills_the_buffer_and_fails, "RCV-2 RCV-3")
{
    SOCKET pair[2];
    struct op op;

    net_udp_pair(AF_INET, pair);
    op_pend(pair[0], &op, 3);
    net_send(pair[1], "too long");
    CHECK_EQ(op_end(pair[0], &op), WSAEMSGSIZE);
    CHECK_EQ(op_status(&op), 0x80000005);
    CHECK_EQ(op.ov.InternalHigh, 3);
    CHECK_MEM(op.data, "too", 4);
    SetLastError(0);
    CHECK_ERR(!GetOverlappedResult((HANDLE)pair[0], &op.ov, &op.bytes, FALSE),
              ERROR_MORE_DATA);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_datagram_too_long_that_is_there_fails_at_once, "RCV-2")
{
    SOCKET pair[2];
    struct op op;
    int err;

    net_udp_pair(AF_INET, pair);
    net_send(pair[1], "too long");
    REQUIRE(net_readable(pair[0], SOON));
    op_init(&op, 3);
    err = op_recv(pair[0], &op);
    CHECK_ONE_OF(err, WSAEMSGSIZE, WSA_IO_PENDING);
    if (err == WSA_IO_PENDING)
        CHECK_EQ(op_end(pair[0], &op), WSAEMSGSIZE);
    CHECK_MEM(op.data, "too", 4);
    op_done(&op);
    net_close_pair(pair);
}

TEST(sending_to_someone_binds, "SND-3 BND-11")
{
    SOCKET a = net_socket(AF_INET, SOCK_DGRAM);
    SOCKET b = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr to = net_name(b);
    struct op op;

    op_text(&op, "hello");
    CHECK_EQ(
        WSASendTo(a, &op.buf, 1, &op.bytes, 0, &to.u.any, to.len, &op.ov, NULL),
        0);
    CHECK_EQ(op_end(a, &op), 0);
    CHECK(net_port(net_name(a)) != 0);
    net_expect(b, "hello");
    op_done(&op);
    net_close(a);
    net_close(b);
}

TEST(an_address_overrides_the_default_peer, "SND-3")
{
    SOCKET pair[2], third = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr to = net_name(third);
    struct op op;

    net_udp_pair(AF_INET, pair);
    op_text(&op, "elsewhere");
    CHECK_EQ(WSASendTo(pair[0], &op.buf, 1, &op.bytes, 0, &to.u.any, to.len,
                       &op.ov, NULL),
             0);
    net_expect(third, "elsewhere");
    op_done(&op);
    net_close(third);
    net_close_pair(pair);
}

TEST(a_datagram_to_nobody_is_refused, "SND-3")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct op op;

    WINE_DIFFERS("another error");
    op_text(&op, "x");
    CHECK_ONE_OF(op_send(s, &op), WSAENOTCONN, WSAEDESTADDRREQ);
    op_done(&op);
    net_close(s);
}

TEST(an_unbound_datagram_socket_receives_nothing, "RCV-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct op op;

    WINE_DIFFERS("it pends");
    op_init(&op, 10);
    CHECK_EQ(op_recv(s, &op), WSAEINVAL);
    op_done(&op);
    net_close(s);
}

TEST(a_datagram_beyond_the_limit_is_refused_whole, "SND-2")
{
    char *bytes = pattern(70000, 1);
    SOCKET pair[2];
    struct op op;

    net_udp_pair(AF_INET, pair);
    op_init(&op, 70000);
    op.buf.buf = bytes;
    CHECK_EQ(op_send(pair[0], &op), WSAEMSGSIZE);
    op_done(&op);
    free(bytes);
    net_close_pair(pair);
}

TEST(the_peers_absence_ends_a_pending_receive, "RCV-6")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("the error of an earlier datagram is not told");
    net_udp_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_close(pair[1]);
    net_send(pair[0], "anybody?");
    CHECK_EQ(op_end(pair[0], &op), WSAECONNRESET);
    op_done(&op);
    net_close(pair[0]);
}

/* ---- asking for the result ---- */

TEST(a_pending_operation_is_incomplete, "CR-6")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    CHECK_EQ(op_result(pair[0], &op), WSA_IO_INCOMPLETE);
    CHECK(!HasOverlappedIoCompleted(&op.ov));
    net_send(pair[1], "x");
    op_expect(pair[0], &op, "x");
    CHECK(HasOverlappedIoCompleted(&op.ov));
    op_done(&op);
    net_close_pair(pair);
}

static DWORD WINAPI
send_late(void *context)
{
    SOCKET *s = context;

    Sleep(NEVER);
    net_send(*s, "late");
    return 0;
}

TEST(asking_can_wait, "CR-6")
{
    SOCKET pair[2];
    struct op op;
    HANDLE thread;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    thread = net_thread(send_late, &pair[1]);
    CHECK(WSAGetOverlappedResult(pair[0], &op.ov, &op.bytes, TRUE, &op.flags));
    CHECK_EQ(op.bytes, 4);
    net_join(thread);
    op_done(&op);
    net_close_pair(pair);
}

TEST(asking_waits_for_the_socket_where_there_is_no_event, "CR-6")
{
    SOCKET pair[2];
    struct op op;
    HANDLE thread, event;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    event = op.ov.hEvent;
    op.ov.hEvent = NULL;
    CHECK_EQ(op_recv(pair[0], &op), WSA_IO_PENDING);
    thread = net_thread(send_late, &pair[1]);
    CHECK(GetOverlappedResult((HANDLE)pair[0], &op.ov, &op.bytes, TRUE));
    CHECK_EQ(op.bytes, 4);
    net_join(thread);
    op.ov.hEvent = event;
    op_done(&op);
    net_close_pair(pair);
}

static void CALLBACK
count_apc(ULONG_PTR counter)
{
    ++*(int *)counter;
}

TEST(asking_does_not_wait_alertably, "CR-6")
{
    SOCKET pair[2];
    struct op op;
    HANDLE thread;
    int apcs = 0;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), (ULONG_PTR)&apcs));
    thread = net_thread(send_late, &pair[1]);
    CHECK(WSAGetOverlappedResult(pair[0], &op.ov, &op.bytes, TRUE, &op.flags));
    CHECK_EQ(apcs, 0);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apcs, 1);
    net_join(thread);
    op_done(&op);
    net_close_pair(pair);
}

TEST(an_event_is_waited_for_among_others, "CR-8 OVL-3")
{
    SOCKET pair[2];
    struct op ops[2];
    WSAEVENT events[2];

    net_pair(AF_INET, pair);
    for (int i = 0; i < 2; i++) {
        op_pend(pair[i], &ops[i], 10);
        events[i] = ops[i].ov.hEvent;
    }
    CHECK_EQ(WSAWaitForMultipleEvents(2, events, FALSE, NEVER, FALSE),
             WSA_WAIT_TIMEOUT);
    net_send(pair[0], "x");
    CHECK_EQ(WSAWaitForMultipleEvents(2, events, FALSE, SOON, FALSE),
             WSA_WAIT_EVENT_0 + 1);
    op_expect(pair[1], &ops[1], "x");
    net_send(pair[1], "y");
    op_expect(pair[0], &ops[0], "y");
    op_done(&ops[0]);
    op_done(&ops[1]);
    net_close_pair(pair);
}

TEST(work_proceeds_while_nobody_waits, "OVL-2")
{
    SOCKET pair[2];
    struct op op;
    DWORD start;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 10);
    net_send(pair[1], "x");
    start = GetTickCount();
    while (!HasOverlappedIoCompleted(&op.ov) && GetTickCount() - start < SOON)
        SwitchToThread();
    op_expect(pair[0], &op, "x");
    op_done(&op);
    net_close_pair(pair);
}

/* ---- routines ---- */

TEST(a_routine_is_told_everything, "CR-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    CHECK_EQ(SleepEx(0, TRUE), 0);
    net_send(pair[1], "four");
    await_told(1);
    CHECK_EQ(told.error, 0);
    CHECK_EQ(told.bytes, 4);
    CHECK(told.ov == &op.ov);
    CHECK_EQ(told.flags, 0);
    CHECK_EQ(told.thread, GetCurrentThreadId());
    CHECK_MEM(op.data, "four", 4);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_routine_waits_for_an_alertable_wait, "CR-1 CR-3")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    net_send(pair[1], "data");
    REQUIRE(net_readable(pair[0], SOON));
    op_init(&op, 10);
    CHECK_EQ(op_recv_told(pair[0], &op), 0);
    CHECK_EQ(told.count, 0);
    Sleep(NEVER);
    CHECK_EQ(told.count, 0);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(told.count, 1);
    CHECK_EQ(told.bytes, 4);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_routine_leaves_the_event_alone, "CR-4 OVL-3")
{
    SOCKET pair[2];
    struct op op;
    HANDLE event;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    event = op.ov.hEvent;
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "x");
    await_told(1);
    CHECK(!net_signalled(event, 0));
    op.ov.hEvent = (HANDLE)(ULONG_PTR)0x1235; /* anything of the program's */
    op.flags = 0;
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "y");
    await_told(2);
    CHECK_EQ(op.ov.hEvent == (HANDLE)(ULONG_PTR)0x1235, 1);
    op.ov.hEvent = event;
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_send_has_a_routine_too, "CR-1 CR-3")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_text(&op, "hello");
    CHECK_EQ(WSASend(pair[0], &op.buf, 1, &op.bytes, 0, &op.ov, tell), 0);
    await_told(1);
    CHECK_EQ(told.bytes, 5);
    net_expect(pair[1], "hello");
    op_done(&op);
    net_close_pair(pair);
}

TEST(routines_run_in_the_order_of_completion, "CR-1")
{
    SOCKET pair[2];
    struct op a, b;

    net_pair(AF_INET, pair);
    op_init(&a, 1);
    op_init(&b, 1);
    CHECK_EQ(op_recv_told(pair[0], &a), WSA_IO_PENDING);
    CHECK_EQ(op_recv_told(pair[0], &b), WSA_IO_PENDING);
    net_send(pair[1], "ab");
    await_told(2);
    CHECK(told.ov == &b.ov);
    CHECK_MEM(b.data, "b", 1);
    op_done(&a);
    op_done(&b);
    net_close_pair(pair);
}

TEST(a_routine_hears_of_a_reset, "CR-4")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_abort(pair[1]);
    await_told(1);
    CHECK_EQ(told.error, WSAECONNRESET);
    CHECK_EQ(told.bytes, 0);
    op_done(&op);
    net_close(pair[0]);
}

TEST(a_routine_hears_of_a_datagram_too_long, "RCV-3 CR-4")
{
    SOCKET pair[2];
    struct op op;

    net_udp_pair(AF_INET, pair);
    op_init(&op, 3);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "too long");
    await_told(1);
    CHECK_EQ(told.error, WSAEMSGSIZE);
    CHECK_EQ(told.bytes, 3);
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_routine_hears_of_the_own_close, "CR-4")
{
    SOCKET pair[2];
    struct op op;

    WINE_DIFFERS("another error");
    net_pair(AF_INET, pair);
    op_init(&op, 3);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_close(pair[0]);
    await_told(1);
    CHECK_EQ(told.error, WSA_OPERATION_ABORTED);
    CHECK_EQ(told.bytes, 0);
    op_done(&op);
    net_close(pair[1]);
}

static DWORD WINAPI
sleep_alertably(void *context)
{
    (void)context;
    return SleepEx(NEVER, TRUE);
}

TEST(only_the_issuing_thread_runs_its_routine, "CR-1")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 3);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "x");
    CHECK_EQ(net_join(net_thread(sleep_alertably, NULL)), 0);
    CHECK_EQ(told.count, 0);
    await_told(1);
    op_done(&op);
    net_close_pair(pair);
}

TEST(waiting_for_events_alertably_runs_routines, "CR-1 CR-8")
{
    SOCKET pair[2];
    WSAEVENT event = WSACreateEvent();
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 3);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "x");
    CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, SOON, TRUE),
             WSA_WAIT_IO_COMPLETION);
    CHECK_EQ(told.count, 1);
    op_done(&op);
    WSACloseEvent(event);
    net_close_pair(pair);
}

TEST(a_blocking_call_runs_routines_while_it_waits, "CR-1 HOOK-5")
{
    SOCKET pair[2], other[2];
    struct op op;
    HANDLE thread;
    char byte;

    net_pair(AF_INET, pair);
    net_pair(AF_INET, other);
    op_init(&op, 3);
    CHECK_EQ(op_recv_told(pair[0], &op), WSA_IO_PENDING);
    net_send(pair[1], "x");
    thread = net_thread(send_late, &other[1]);
    CHECK_EQ(recv(other[0], &byte, 1, 0), 1);
    CHECK_EQ(told.count, 1);
    net_join(thread);
    op_done(&op);
    net_close_pair(pair);
    net_close_pair(other);
}

/* Sends back what came and receives again, all from routines. */
static struct chain {
    SOCKET s;
    struct op op;
    int turns;
} chain;

static void CALLBACK chain_received(DWORD error, DWORD bytes, WSAOVERLAPPED *ov,
                                    DWORD flags);

static void CALLBACK
chain_sent(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    struct op *op = &chain.op;

    (void)flags;
    CHECK_EQ(error, 0);
    CHECK_EQ(bytes, op->buf.len);
    op->buf.len = sizeof op->data;
    op->flags = 0;
    CHECK_ONE_OF(op_error(WSARecv(chain.s, &op->buf, 1, NULL, &op->flags, ov,
                                  chain_received)),
                 0, WSA_IO_PENDING);
}

static void CALLBACK
chain_received(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    struct op *op = &chain.op;

    (void)flags;
    CHECK_EQ(error, 0);
    chain.turns++;
    op->buf.len = bytes;
    if (bytes)
        CHECK_ONE_OF(
            op_error(WSASend(chain.s, &op->buf, 1, NULL, 0, ov, chain_sent)), 0,
            WSA_IO_PENDING);
}

TEST(routines_begin_further_operations, "CR-1 CR-3")
{
    SOCKET pair[2];
    int turns;

    net_pair(AF_INET, pair);
    chain.s = pair[0];
    op_init(&chain.op, sizeof chain.op.data);
    CHECK_ERR(WSARecv(pair[0], &chain.op.buf, 1, NULL, &chain.op.flags,
                      &chain.op.ov, chain_received) == SOCKET_ERROR,
              WSA_IO_PENDING);
    for (turns = 0; turns < 50; turns++) {
        net_send(pair[1], "ping");
        while (!net_readable(pair[1], 0))
            SleepEx(10, TRUE);
        net_expect(pair[1], "ping");
    }
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    while (chain.turns <= turns)
        REQUIRE_EQ(SleepEx(SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(chain.turns, turns + 1);
    op_done(&chain.op);
    net_close_pair(pair);
}

/* ---- files of the Win32 world ---- */

TEST(ReadFile_and_WriteFile_take_sockets, "OVL-1")
{
    SOCKET pair[2];
    struct op in, out;

    net_pair(AF_INET, pair);
    op_init(&in, 10);
    op_text(&out, "hello");
    CHECK_ERR(!ReadFile((HANDLE)pair[0], in.data, 10, NULL, &in.ov),
              ERROR_IO_PENDING);
    CHECK_ONE_OF(
        bool_error(WriteFile((HANDLE)pair[1], "hello", 5, NULL, &out.ov)), 0,
        ERROR_IO_PENDING);
    op_expect(pair[0], &in, "hello");
    CHECK_EQ(op_end(pair[1], &out), 0);
    CHECK_EQ(out.bytes, 5);
    op_done(&in);
    op_done(&out);
    net_close_pair(pair);
}

TEST(a_call_may_be_synchronous_while_others_pend, "OVL-3")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_pend(pair[0], &op, 3);
    net_send(pair[0], "out");
    net_expect(pair[1], "out");
    net_send(pair[1], "in...more");
    op_expect(pair[0], &op, "in.");
    net_expect(pair[0], "..more");
    op_done(&op);
    net_close_pair(pair);
}

TEST(a_record_may_be_used_again_when_its_operation_has_ended, "OVL-9")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 10);
    for (int i = 0; i < 20; i++) {
        int sent_before = i % 2;

        if (sent_before)
            net_send(pair[1], "abc");
        CHECK_ONE_OF(op_recv(pair[0], &op), 0, WSA_IO_PENDING);
        if (!sent_before)
            net_send(pair[1], "abc");
        op_expect(pair[0], &op, "abc");
    }
    op_done(&op);
    net_close_pair(pair);
}

TEST(each_of_many_operations_has_its_own_record, "OVL-9 OVL-13")
{
    enum { SO_MANY = 300 };
    static struct op ops[SO_MANY];
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    for (int i = 0; i < SO_MANY; i++)
        op_pend(pair[0], &ops[i], 1);
    for (int i = 0; i < SO_MANY; i++) {
        char digit[2] = {(char)('0' + i % 10), 0};

        net_send(pair[1], digit);
        op_expect(pair[0], &ops[i], digit);
        op_done(&ops[i]);
    }
    net_close_pair(pair);
}

/* ---- routines that wait ---- */

static struct nesting {
    int depth, deepest, count;
} nesting;

/* Its alertable wait would run the next routine at once, if it might. */
static void CALLBACK
wait_inside(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    (void)error, (void)bytes, (void)ov, (void)flags;
    nesting.count++;
    if (++nesting.depth > nesting.deepest)
        nesting.deepest = nesting.depth;
    SleepEx(20, TRUE);
    nesting.depth--;
}

static int
recv_nesting(SOCKET s, struct op *op)
{
    return op_error(
        WSARecv(s, &op->buf, 1, &op->bytes, &op->flags, &op->ov, wait_inside));
}

TEST(routines_of_one_socket_are_not_nested, "CR-2")
{
    struct op ops[3];
    SOCKET pair[2];

    WINE_DIFFERS("they are");
    net_pair(AF_INET, pair);
    net_send(pair[1], "abc");
    REQUIRE(net_readable(pair[0], SOON));
    for (int i = 0; i < 3; i++) {
        op_init(&ops[i], 1);
        CHECK_ONE_OF(recv_nesting(pair[0], &ops[i]), 0, WSA_IO_PENDING);
    }
    for (int i = 0; i < 10 && nesting.count < 3; i++)
        REQUIRE_EQ(SleepEx(SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(nesting.count, 3);
    CHECK_EQ(nesting.deepest, 1);
    for (int i = 0; i < 3; i++)
        op_done(&ops[i]);
    net_close_pair(pair);
}

TEST(routines_of_different_sockets_may_be_nested, "CR-2")
{
    SOCKET pair[2], other[2];
    struct op ops[2];

    net_pair(AF_INET, pair);
    net_pair(AF_INET, other);
    net_send(pair[1], "a");
    net_send(other[1], "a");
    REQUIRE(net_readable(pair[0], SOON) && net_readable(other[0], SOON));
    op_init(&ops[0], 1);
    op_init(&ops[1], 1);
    CHECK_ONE_OF(recv_nesting(pair[0], &ops[0]), 0, WSA_IO_PENDING);
    CHECK_ONE_OF(recv_nesting(other[0], &ops[1]), 0, WSA_IO_PENDING);
    for (int i = 0; i < 10 && nesting.count < 2; i++)
        REQUIRE_EQ(SleepEx(SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(nesting.count, 2);
    CHECK_EQ(nesting.deepest, 2);
    op_done(&ops[0]);
    op_done(&ops[1]);
    net_close_pair(pair);
    net_close_pair(other);
}
