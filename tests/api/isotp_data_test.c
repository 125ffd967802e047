/* SPDX-License-Identifier: MIT */
/* Messages over ISO transport, and the end of the connection: what goes over
 * the wire, octet by octet, and what of it the user sees in every way of
 * receiving. How connections come to be is in isotp_call_test.c. */
#include "isotp_util.h"

#include <stdlib.h>

#ifndef _WIN32

#define DT "02f080"  /* header of the last DT of a message */
#define DT0 "02f000" /* of another one */

/* ---- receiving ---- */

TEST(each_receive_gives_one_message)
{
    struct iso_rig r = iso_open();
    DWORD flags = 0;
    char got[8];

    iso_say(r.peer, "0300000a" DT "616263 03000009" DT "6465 03000007" DT
                    "03000008" DT "66");
    iso_expect(r.iso, "abc");
    iso_expect(r.iso, "de");
    CHECK_EQ(iso_recv(r.iso, got, sizeof got, &flags), 0);
    CHECK_EQ(flags, 0);
    iso_expect(r.iso, "f");
    iso_end(&r);
}

TEST(a_message_in_several_tpdus_is_one_message)
{
    struct iso_rig r = iso_open();

    iso_say(r.peer, "0300000a" DT0 "616263 03000009" DT0 "6465 03000007" DT);
    iso_expect(r.iso, "abcde");
    iso_say(r.peer, "0300000a" DT0 "616263 03000009" DT "6465");
    iso_expect(r.iso, "abcde");
    iso_end(&r);
}

TEST(a_message_longer_than_the_buffer_comes_in_parts)
{
    struct iso_rig r = iso_open();
    char got[3];
    DWORD flags = 0;

    iso_say(r.peer, "0300000d" DT "616263646566 03000008" DT "78");
    CHECK_EQ(iso_recv(r.iso, got, 3, &flags), 3);
    CHECK_EQ(flags, MSG_PARTIAL);
    CHECK_MEM(got, "abc", 3);
    flags = 0;
    CHECK_EQ(iso_recv(r.iso, got, 2, &flags), 2);
    CHECK_EQ(flags, MSG_PARTIAL);
    flags = 0;
    CHECK_EQ(iso_recv(r.iso, got, 3, &flags), 1);
    CHECK_EQ(flags, 0);
    CHECK_EQ(got[0], 'f');
    iso_expect(r.iso, "x");
    iso_end(&r);
}

TEST(who_gets_no_flags_is_told_by_an_error_that_a_message_was_cut)
{
    struct iso_rig r = iso_open();
    char got[3];

    iso_say(r.peer, "0300000d" DT "616263646566 03000008" DT "78");
    CHECK_ERR(recv(r.iso, got, 2, 0) == SOCKET_ERROR, WSAEMSGSIZE);
    CHECK_MEM(got, "ab", 2);
    CHECK_ERR(recv(r.iso, got, 3, 0) == SOCKET_ERROR, WSAEMSGSIZE);
    CHECK_MEM(got, "cde", 3);
    CHECK_EQ(recv(r.iso, got, 3, 0), 1);
    CHECK_EQ(got[0], 'f');
    iso_expect(r.iso, "x");
    iso_end(&r);
}

TEST(with_msg_partial_a_receive_takes_what_is_there)
{
    struct iso_rig r = iso_open();
    char got[16];
    DWORD flags = MSG_PARTIAL;

    iso_say(r.peer, "0300000a" DT0 "616263");
    CHECK_EQ(iso_recv(r.iso, got, sizeof got, &flags), 3);
    CHECK_EQ(flags, MSG_PARTIAL);
    iso_say(r.peer, "03000008" DT "64");
    flags = MSG_PARTIAL;
    CHECK_EQ(iso_recv(r.iso, got, sizeof got, &flags), 1);
    CHECK_EQ(flags, 0);
    iso_end(&r);
}

struct say {
    SOCKET peer;
    const char *hex;
    int step; /* octets at a time */
};

static DWORD WINAPI
say_slowly(void *arg)
{
    struct say *s = arg;
    unsigned char octets[256];
    int size = (int)iso_hex(s->hex, octets, sizeof octets);

    net_set(s->peer, IPPROTO_TCP, TCP_NODELAY, 1);
    for (int i = 0; i < size; i += s->step) {
        int n = size - i < s->step ? size - i : s->step;

        send(s->peer, (char *)octets + i, n, 0);
        Sleep(1);
    }
    return 0;
}

TEST(messages_do_not_depend_on_how_they_were_cut)
{
    for (int step = 1; step < 12; step += 3) {
        struct iso_rig r = iso_open();
        struct say s = {r.peer,
                        "0300000a" DT0 "616263 03000009" DT "6465 03000007" DT
                        "0300000a" DT "78797a",
                        step};
        HANDLE thread = net_thread(say_slowly, &s);

        iso_expect(r.iso, "abcde");
        iso_expect(r.iso, "");
        iso_expect(r.iso, "xyz");
        net_join(thread);
        iso_end(&r);
    }
}

TEST(a_peek_takes_nothing, "RCV-4")
{
    struct iso_rig r = iso_open();
    char got[8];
    DWORD flags = MSG_PEEK;

    iso_say(r.peer, "0300000a" DT "616263");
    CHECK_EQ(iso_recv(r.iso, got, sizeof got, &flags), 3);
    CHECK_MEM(got, "abc", 3);
    flags = MSG_PEEK;
    CHECK_EQ(iso_recv(r.iso, got, 2, &flags), 2);
    CHECK_EQ(flags & MSG_PARTIAL, MSG_PARTIAL);
    iso_expect(r.iso, "abc");
    iso_end(&r);
}

TEST(a_stream_view_has_no_messages)
{
    struct iso_rig r = iso_open_at(AF_INET, SOCK_STREAM);
    char got[16];
    DWORD flags = MSG_WAITALL;

    iso_say(r.peer, "0300000a" DT "616263 03000007" DT "03000009" DT "6465");
    CHECK_EQ(iso_recv(r.iso, got, 5, &flags), 5);
    CHECK_MEM(got, "abcde", 5);
    net_send(r.iso, "xy");
    iso_hear(r.peer, "03000009" DT "7879");
    shutdown(r.peer, SD_SEND);
    net_expect_end(r.iso);
    iso_end(&r);
}

TEST(a_non_blocking_receive_says_that_there_is_nothing)
{
    struct iso_rig r = iso_open();
    char got[8];
    DWORD flags = 0;

    net_nonblocking(r.iso, 1);
    CHECK_ERR(iso_recv(r.iso, got, sizeof got, &flags) == -1, WSAEWOULDBLOCK);
    iso_say(r.peer, "030000");
    CHECK(!net_readable(r.iso, NEVER));
    iso_say(r.peer, "08" DT);
    iso_say(r.peer, "61");
    REQUIRE(net_readable(r.iso, SOON));
    Sleep(20);
    iso_expect(r.iso, "a");
    CHECK(!net_readable(r.iso, 0));
    iso_end(&r);
}

TEST(a_receive_ends_at_its_time_out, "CLS-13")
{
    struct iso_rig r = iso_open();
    char got[8];
    DWORD flags = 0;

    net_set(r.iso, SOL_SOCKET, SO_RCVTIMEO, 50);
    CHECK_ERR(iso_recv(r.iso, got, sizeof got, &flags) == -1, WSAETIMEDOUT);
    iso_end(&r);
}

/* ---- large and many ---- */

enum { MUCH = 3 << 20 };

static unsigned char
pattern(size_t i)
{
    return (unsigned char)(i * 7 + i / 251);
}

/* MUCH octets as DTs of 'size' octets of data; the last one ends it if 'eot'.
 */
static void
say_much(SOCKET peer, size_t size, int eot)
{
    static unsigned char packet[65535];
    size_t sent = 0;

    while (sent < MUCH) {
        size_t n = MUCH - sent < size ? MUCH - sent : size;

        memcpy(packet, "\3\0\0\0\2\360\0", 7);
        packet[2] = (unsigned char)((n + 7) >> 8);
        packet[3] = (unsigned char)(n + 7);
        if (eot && sent + n == MUCH)
            packet[6] = 0x80;
        for (size_t i = 0; i < n; i++)
            packet[7 + i] = pattern(sent + i);
        if (send(peer, (char *)packet, (int)n + 7, 0) != (int)n + 7)
            return;
        sent += n;
    }
}

struct much {
    SOCKET peer;
    size_t size;
    int eot;
};

static DWORD WINAPI
say_much_thread(void *arg)
{
    struct much *m = arg;

    say_much(m->peer, m->size, m->eot);
    return 0;
}

TEST(a_large_message_arrives_whole)
{
    static const size_t sizes[] = {65528, 2041, 121};
    unsigned char *got = malloc(MUCH);

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct iso_rig r = iso_open();
        struct much m = {r.peer, sizes[i], 1};
        HANDLE thread = net_thread(say_much_thread, &m);
        DWORD flags = 0;
        size_t wrong = 0;

        CHECK_EQ(iso_recv(r.iso, got, MUCH, &flags), MUCH);
        CHECK_EQ(flags, 0);
        for (size_t k = 0; k < MUCH; k++)
            wrong += got[k] != pattern(k);
        CHECK_EQ(wrong, 0);
        net_join(thread);
        iso_end(&r);
    }
    free(got);
}

TEST(a_message_without_end_takes_no_memory)
{
    struct iso_rig r = iso_open();
    struct much m = {r.peer, 2041, 0};
    HANDLE thread = net_thread(say_much_thread, &m);
    size_t got = 0;
    char room[10000];

    while (got < MUCH) {
        DWORD flags = MSG_PARTIAL;
        int n = iso_recv(r.iso, room, sizeof room, &flags);

        REQUIRE(n > 0);
        REQUIRE_EQ(flags, MSG_PARTIAL);
        got += (size_t)n;
    }
    net_join(thread);
    iso_end(&r);
}

static DWORD WINAPI
say_nothing_often(void *arg)
{
    SOCKET *peer = arg;
    char many[7 * 1000];

    for (int i = 0; i < 1000; i++)
        memcpy(many + 7 * i, "\3\0\0\7\2\360\200", 7);
    for (int i = 0; i < 100; i++)
        if (send(*peer, many, sizeof many, 0) != (int)sizeof many)
            return 1;
    return 0;
}

TEST(a_hundred_thousand_empty_messages_are_received)
{
    struct iso_rig r = iso_open();
    HANDLE thread = net_thread(say_nothing_often, &r.peer);
    int count = 0;

    for (; count < 100000; count++) {
        char got[4];
        DWORD flags = 0;

        if (iso_recv(r.iso, got, sizeof got, &flags) != 0 || flags)
            break;
    }
    CHECK_EQ(count, 100000);
    CHECK_EQ(net_join(thread), 0);
    iso_end(&r);
}

/* ---- sending ---- */

TEST(each_send_is_one_message)
{
    struct iso_rig r = iso_open();
    WSABUF two[] = {
        {2, "ab"},
        {1, "c" }
    };
    DWORD sent = 0;

    net_send(r.iso, "abc");
    iso_hear(r.peer, "0300000a" DT "616263");
    REQUIRE_EQ(WSASend(r.iso, two, 2, &sent, 0, NULL, NULL), 0);
    CHECK_EQ(sent, 3);
    iso_hear(r.peer, "0300000a" DT "616263");
    REQUIRE_EQ(send(r.iso, "", 0, 0), 0);
    iso_hear(r.peer, "03000007" DT);
    REQUIRE_EQ(send(r.iso, "x", 1, MSG_PARTIAL), 1);
    REQUIRE_EQ(send(r.iso, "", 0, MSG_PARTIAL), 0);
    REQUIRE_EQ(send(r.iso, "y", 1, 0), 1);
    iso_hear(r.peer, "03000008" DT0 "78 03000008" DT "79");
    iso_end(&r);
}

TEST(a_message_is_cut_at_the_size_that_was_agreed)
{
    struct iso_rig r = iso_rig();
    unsigned char data[300], got[400];

    memset(data, 'q', sizeof data);
    iso_option(r.iso, SOL_ISOTP, ISO_OPT_TPDU_SIZE, 1024);
    iso_dial(&r);
    iso_confirm(&r, 0, "c00107", "");
    REQUIRE(net_writable(r.iso, SOON));
    net_nonblocking(r.iso, 0);
    REQUIRE_EQ(send(r.iso, (char *)data, 300, 0), 300);
    iso_read(r.peer, got, 300 + 3 * 7);
    CHECK_MEM(got, "\3\0\0\200\2\360\0q", 8);
    CHECK_MEM(got + 128, "\3\0\0\200\2\360\0q", 8);
    CHECK_MEM(got + 256, "\3\0\0\101\2\360\200q", 8);
    iso_end(&r);
}

static DWORD WINAPI
read_message(void *arg)
{
    SOCKET *peer = arg;
    static unsigned char packet[65536];
    size_t total = 0, size;

    do {
        size = iso_packet(*peer, packet, sizeof packet);
        for (size_t i = 7; i < size; i++, total++)
            if (packet[i] != pattern(total))
                return 1;
    } while (packet[6] == 0);
    return total == MUCH ? 0 : 2;
}

/* Little is on its way at a time. */
static void
narrow(struct iso_rig *r)
{
    net_set(r->iso, SOL_SOCKET, SO_SNDBUF, 16384);
    net_set(r->peer, SOL_SOCKET, SO_RCVBUF, 16384);
}

static char *
much(void)
{
    char *data = malloc(MUCH);

    REQUIRE(data);
    for (size_t i = 0; i < MUCH; i++)
        data[i] = (char)pattern(i);
    return data;
}

TEST(a_large_message_is_sent_whole)
{
    char *data = much();

    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        struct iso_rig r = iso_open();
        HANDLE thread;

        narrow(&r);
        net_nonblocking(r.iso, nonblocking);
        if (nonblocking) {
            CHECK_EQ(send(r.iso, data, MUCH, 0), MUCH);
            CHECK_ERR(send(r.iso, data, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
            CHECK(!net_writable(r.iso, 0));
        }
        thread = net_thread(read_message, &r.peer);
        if (!nonblocking)
            CHECK_EQ(send(r.iso, data, MUCH, 0), MUCH);
        CHECK_EQ(net_join(thread), 0);
        CHECK(net_writable(r.iso, SOON));
        iso_end(&r);
    }
    free(data);
}

TEST(closing_lets_a_kept_message_go_on, "CLS-4")
{
    char *data = much();
    struct iso_rig r = iso_open();
    HANDLE thread;

    narrow(&r);
    net_nonblocking(r.iso, 1);
    CHECK_EQ(send(r.iso, data, MUCH, 0), MUCH);
    net_close(r.iso);
    r.iso = INVALID_SOCKET;
    thread = net_thread(read_message, &r.peer);
    CHECK_EQ(net_join(thread), 0);
    net_expect_end(r.peer);
    iso_end(&r);
    free(data);
}

/* ---- overlapped ---- */

TEST(an_overlapped_receive_ends_with_its_message, "OVL-1")
{
    struct iso_rig r = iso_open();
    WSAOVERLAPPED ov = {.hEvent = WSACreateEvent()};
    char got[16];
    WSABUF one = {sizeof got, got};
    DWORD moved = 0, flags = 0;

    REQUIRE_ERR(WSARecv(r.iso, &one, 1, NULL, &flags, &ov, NULL) != 0,
                WSA_IO_PENDING);
    iso_say(r.peer, "0300000a" DT0 "616263");
    CHECK(!net_signalled(ov.hEvent, NEVER));
    iso_say(r.peer, "03000008" DT "64 03000008" DT "65");
    REQUIRE(net_signalled(ov.hEvent, SOON));
    REQUIRE(WSAGetOverlappedResult(r.iso, &ov, &moved, FALSE, &flags));
    CHECK_EQ(moved, 4);
    CHECK_EQ(flags, 0);
    CHECK_MEM(got, "abcd", 4);
    flags = 0;
    REQUIRE_EQ(WSARecv(r.iso, &one, 1, &moved, &flags, &ov, NULL), 0);
    CHECK_EQ(moved, 1);
    WSACloseEvent(ov.hEvent);
    iso_end(&r);
}

TEST(several_messages_end_several_receives_at_a_port, "IOCP-1")
{
    struct iso_rig r = iso_open();
    HANDLE port = CreateIoCompletionPort((HANDLE)r.iso, NULL, 7, 0);
    WSAOVERLAPPED ov[4];
    char got[4][8];

    memset(ov, 0, sizeof ov);
    REQUIRE(port);
    for (int i = 0; i < 4; i++) {
        WSABUF one = {sizeof got[i], got[i]};
        DWORD flags = 0;

        REQUIRE_ERR(WSARecv(r.iso, &one, 1, NULL, &flags, &ov[i], NULL) != 0,
                    WSA_IO_PENDING);
    }
    iso_say(r.peer, "03000008" DT "61 03000009" DT "6262 03000007" DT
                    "0300000a" DT "646464");
    for (int i = 0; i < 4; i++) {
        static const DWORD sizes[] = {1, 2, 0, 3};
        DWORD moved = 99;
        ULONG_PTR key;
        OVERLAPPED *which;

        REQUIRE(GetQueuedCompletionStatus(port, &moved, &key, &which, SOON));
        CHECK(which == &ov[i]);
        CHECK_EQ(moved, sizes[i]);
    }
    CloseHandle(port);
    iso_end(&r);
}

static DWORD routine_moved, routine_error, routine_calls;

static void CALLBACK
on_completion(DWORD error, DWORD moved, WSAOVERLAPPED *ov, DWORD flags)
{
    (void)ov, (void)flags;
    routine_error = error;
    routine_moved = moved;
    routine_calls++;
}

TEST(an_overlapped_send_ends_when_all_is_gone, "OVL-5 CR-1")
{
    char *data = much();
    struct iso_rig r = iso_open();
    WSABUF one = {MUCH, data};
    WSAOVERLAPPED ov;
    HANDLE thread;

    narrow(&r);
    memset(&ov, 0, sizeof ov);
    if (WSASend(r.iso, &one, 1, NULL, 0, &ov, on_completion))
        CHECK_EQ(net_error(), WSA_IO_PENDING);
    thread = net_thread(read_message, &r.peer);
    for (int i = 0; i < 50 && !routine_calls; i++)
        SleepEx(100, TRUE);
    CHECK_EQ(routine_calls, 1);
    CHECK_EQ(routine_error, 0);
    CHECK_EQ(routine_moved, MUCH);
    CHECK_EQ(net_join(thread), 0);
    iso_end(&r);
    free(data);
}

TEST(cancelling_a_message_on_its_way_ends_the_connection)
{
    char *data = much();
    struct iso_rig r = iso_open();
    WSABUF one = {MUCH, data};
    WSAOVERLAPPED ov = {.hEvent = WSACreateEvent()};
    DWORD moved, flags;
    int n;

    narrow(&r);
    REQUIRE_ERR(WSASend(r.iso, &one, 1, NULL, 0, &ov, NULL) != 0,
                WSA_IO_PENDING);
    REQUIRE(CancelIoEx((HANDLE)r.iso, &ov));
    REQUIRE(net_signalled(ov.hEvent, SOON));
    CHECK_ERR(!WSAGetOverlappedResult(r.iso, &ov, &moved, FALSE, &flags),
              WSA_OPERATION_ABORTED);
    CHECK_ERR(send(r.iso, "x", 1, 0) == SOCKET_ERROR, WSAECONNABORTED);
    CHECK_ERR(recv(r.iso, data, 1, 0) == SOCKET_ERROR, WSAECONNABORTED);
    do
        n = recv(r.peer, data, MUCH, 0);
    while (n > 0);
    CHECK_ERR(n < 0, WSAECONNRESET);
    WSACloseEvent(ov.hEvent);
    iso_end(&r);
    free(data);
}

TEST(a_message_waits_for_the_one_before)
{
    char *data = much();
    struct iso_rig r = iso_open();
    WSABUF one = {MUCH, data}, two = {1, "z"};
    WSAOVERLAPPED ov[2] = {{.hEvent = WSACreateEvent()},
                           {.hEvent = WSACreateEvent()}};
    HANDLE thread;

    narrow(&r);
    REQUIRE_ERR(WSASend(r.iso, &one, 1, NULL, 0, &ov[0], NULL) != 0,
                WSA_IO_PENDING);
    REQUIRE_ERR(WSASend(r.iso, &two, 1, NULL, 0, &ov[1], NULL) != 0,
                WSA_IO_PENDING);
    thread = net_thread(read_message, &r.peer);
    REQUIRE(net_signalled(ov[0].hEvent, SOON));
    REQUIRE(net_signalled(ov[1].hEvent, SOON));
    CHECK_EQ(net_join(thread), 0);
    iso_hear(r.peer, "03000008" DT "7a");
    for (int i = 0; i < 2; i++)
        WSACloseEvent(ov[i].hEvent);
    iso_end(&r);
    free(data);
}

/* ---- expedited data ---- */

static struct iso_rig
open_expedited(void)
{
    struct iso_rig r = iso_rig();

    iso_option(r.iso, SOL_SOCKET, SO_EXPEDITED, 1);
    iso_dial(&r);
    CHECK_MEM(r.cr + r.cr_size - 3, "\306\1\1", 3);
    iso_confirm(&r, 0, "c60101", "");
    REQUIRE(net_writable(r.iso, SOON));
    net_nonblocking(r.iso, 0);
    return r;
}

TEST(expedited_data_show_at_once)
{
    struct iso_rig r = open_expedited();
    WSAEVENT event = WSACreateEvent();
    char got[16];

    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_OOB | FD_READ), 0);
    iso_say(r.peer, "0300000b 02 10 80 75726721");
    CHECK_EQ(net_events(r.iso, event, FD_OOB, SOON), FD_OOB);
    iso_say(r.peer, "03000008" DT "61");
    CHECK(net_events(r.iso, event, FD_READ, SOON) & FD_READ);
    CHECK(net_exceptional(r.iso, 0));
    CHECK_EQ(recv(r.iso, got, sizeof got, MSG_OOB), 4);
    CHECK_MEM(got, "urg!", 4);
    CHECK_ERR(recv(r.iso, got, sizeof got, MSG_OOB) < 0, WSAEWOULDBLOCK);
    iso_expect(r.iso, "a");
    WSACloseEvent(event);
    iso_end(&r);
}

TEST(expedited_data_are_seen_behind_what_has_not_been_received)
{
    struct iso_rig r = open_expedited();
    WSAEVENT event = WSACreateEvent();
    char got[16];

    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_OOB | FD_READ), 0);
    iso_say(r.peer, "03000009" DT "6161");
    CHECK_EQ(net_events(r.iso, event, FD_READ, SOON), FD_READ);
    CHECK(!net_exceptional(r.iso, 0));
    iso_say(r.peer, "03000008" DT "62 03000008 02 10 00 31");
    CHECK(net_events(r.iso, event, FD_OOB, SOON) & FD_OOB);
    CHECK(net_exceptional(r.iso, 0));
    CHECK_EQ(recv(r.iso, got, sizeof got, MSG_OOB), 1);
    CHECK_EQ(got[0], '1');
    CHECK_ERR(recv(r.iso, got, sizeof got, MSG_OOB) < 0, WSAEWOULDBLOCK);
    CHECK(!net_exceptional(r.iso, 0));
    iso_expect(r.iso, "aa");
    iso_say(r.peer, "03000008 02 10 00 32 03000008" DT "63");
    iso_expect(r.iso, "b");
    CHECK(net_events(r.iso, event, FD_OOB, SOON) & FD_OOB);
    iso_expect(r.iso, "c");
    CHECK_EQ(recv(r.iso, got, sizeof got, MSG_OOB), 1);
    CHECK_EQ(got[0], '2');
    WSACloseEvent(event);
    iso_end(&r);
}

/* Received up to its last octet but 'left' ones. */
static void
receive_most(SOCKET s, int size, int left)
{
    static char part[70000];
    DWORD flags = MSG_PARTIAL;

    while (size > left) {
        int got = iso_recv(s, part, (size_t)(size - left), &flags);

        REQUIRE(got > 0);
        size -= got;
        flags = MSG_PARTIAL;
    }
}

static void
expect_expedited(SOCKET s, char want)
{
    char got = 0;

    CHECK(net_exceptional(s, SOON));
    CHECK_EQ(recv(s, &got, 1, MSG_OOB), 1);
    CHECK_EQ(got, want);
}

TEST(expedited_data_are_seen_wherever_the_receiver_is)
{
    struct iso_rig r = open_expedited();
    static char payload[60000];

    iso_say(r.peer, "0300ea67" DT);
    REQUIRE_EQ(send(r.peer, payload, sizeof payload, 0), sizeof payload);
    iso_say(r.peer, "03000008 02 10 00 31");
    expect_expedited(r.iso, '1');
    receive_most(r.iso, sizeof payload, 50000);
    iso_say(r.peer, "03000009" DT "6161 03000008 02 10 00 32");
    expect_expedited(r.iso, '2');
    receive_most(r.iso, 50000, 10);
    iso_say(r.peer, "03000008 02 10 00 33");
    expect_expedited(r.iso, '3');
    receive_most(r.iso, 10, 0);
    iso_say(r.peer, "03000008 02 10 00 34");
    expect_expedited(r.iso, '4');
    iso_expect(r.iso, "aa");
    CHECK_ERR(recv(r.iso, payload, 1, MSG_OOB) < 0, WSAEWOULDBLOCK);
    iso_end(&r);
}

static DWORD WINAPI
say_expedited_later(LPVOID peer)
{
    Sleep(50);
    iso_say(*(SOCKET *)peer, "03000008 02 10 00 31");
    return 0;
}

TEST(a_select_for_expedited_data_does_not_mind_unread_data, "SEL-7")
{
    struct iso_rig r = open_expedited();
    char got[4];
    HANDLE thread;

    iso_say(r.peer, "03000008" DT "61");
    REQUIRE(net_readable(r.iso, SOON));
    CHECK(!net_exceptional(r.iso, 0));
    thread = net_thread(say_expedited_later, &r.peer);
    CHECK(net_exceptional(r.iso, SOON));
    CHECK_EQ(recv(r.iso, got, sizeof got, MSG_OOB), 1);
    net_join(thread);
    iso_expect(r.iso, "a");
    iso_end(&r);
}

/* Messages of all lengths with expedited data among them. */
enum { MIXED = 400, EACH = 40 };

static int
length_of(int i)
{
    return i % 7 == 3 ? 9000 + i * 31 : i * 37 % 250;
}

static DWORD WINAPI
say_mixed(LPVOID peer)
{
    static unsigned char packet[32768];

    for (int i = 0; i < MIXED; i++) {
        int size = 7 + length_of(i);

        memcpy(packet, "\3\0\0\0\2\360\200", 7);
        packet[2] = (unsigned char)(size >> 8);
        packet[3] = (unsigned char)size;
        memset(packet + 7, i, (size_t)size - 7);
        REQUIRE_EQ(send(*(SOCKET *)peer, (char *)packet, size, 0), size);
        memcpy(packet, "\3\0\0\10\2\20\200", 7);
        packet[7] = (unsigned char)(i / EACH);
        if (i % EACH == EACH - 1)
            REQUIRE_EQ(send(*(SOCKET *)peer, (char *)packet, 8, 0), 8);
    }
    return 0;
}

/* Receives one message in pieces, and what is expedited between them. */
static int
recv_mixed(SOCKET s, unsigned char *out, size_t piece, int size, int *next)
{
    int have = 0, part;
    char urgent;

    do {
        DWORD flags = MSG_PARTIAL;

        if (recv(s, &urgent, 1, MSG_OOB) == 1)
            CHECK_EQ(urgent, (*next)++);
        part = iso_recv(s, out + have, piece, &flags);
        REQUIRE(part >= 0);
        have += part;
    } while (have < size);
    return have;
}

TEST(expedited_data_come_once_and_in_order_whatever_lies_before_them)
{
    static unsigned char got[32768];
    struct iso_rig r = open_expedited();
    HANDLE thread = net_thread(say_mixed, &r.peer);
    int next = 0;
    char urgent;

    for (int i = 0; i < MIXED; i++) {
        int size = length_of(i);
        size_t piece = 1 + (size_t)(i * 53 % 3000);

        CHECK_EQ(recv_mixed(r.iso, got, piece, size, &next), size);
        CHECK(!size || (got[0] == i % 256 && got[size - 1] == i % 256));
    }
    while (recv(r.iso, &urgent, 1, MSG_OOB) == 1)
        CHECK_EQ(urgent, next++);
    CHECK_EQ(next, MIXED / EACH);
    net_join(thread);
    iso_end(&r);
}

TEST(expedited_data_is_sent_in_the_form_of_rfc_1006)
{
    struct iso_rig r = open_expedited();
    char data[17] = "0123456789abcdef";

    CHECK_EQ(send(r.iso, "!", 1, MSG_OOB), 1);
    iso_hear(r.peer, "03000008 02 10 80 21");
    CHECK_EQ(send(r.iso, data, 16, MSG_OOB), 16);
    CHECK_ERR(send(r.iso, data, 17, MSG_OOB) < 0, WSAEMSGSIZE);
    CHECK_ERR(send(r.iso, data, 0, MSG_OOB) < 0, WSAEMSGSIZE);
    iso_end(&r);
}

TEST(expedited_data_has_to_be_agreed_on)
{
    struct iso_rig r = iso_open();

    CHECK_ERR(send(r.iso, "!", 1, MSG_OOB) < 0, WSAEOPNOTSUPP);
    iso_say(r.peer, "03000008 02 10 80 21");
    CHECK_ERR(recv(r.iso, (char[4]){0}, 4, 0) < 0, WSAECONNABORTED);
    iso_end(&r);
}

/* ---- the peer ends ---- */

static const struct end {
    const char *hex; /* said, then FIN */
    int error, code;
} ends[] = {
    {"",                              WSAEDISCON,      0              },
    {"0300000b 06 80 0000 0000 80",   WSAEDISCON,      0              },
    {"0300000b 06 80 0000 0000 00",   WSAEDISCON,      0              },
    {"0300000b 06 80 0000 0000 01",   WSAECONNRESET,   WSAECONNRESET  },
    {"0300000b 06 80 0000 0000 85",   WSAECONNRESET,   WSAECONNRESET  },
    {"0300000d 08 70 0000 02 c10104", WSAECONNRESET,   WSAECONNRESET  },
    {"0300",                          WSAECONNRESET,   WSAECONNRESET  },
    {"0300000a" DT "61",              WSAECONNRESET,   WSAECONNRESET  },
    {"02000008",                      WSAECONNABORTED, WSAECONNABORTED},
    {"03000008 02 f1 80 61",          WSAECONNABORTED, WSAECONNABORTED},
    {"0300000b 06 e0 0000 1234 00",   WSAECONNABORTED, WSAECONNABORTED},
};

TEST(each_end_has_its_error_for_who_waits, "CDT-10")
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct iso_rig r = iso_open();
        char got[8];
        DWORD flags = 0;
        int n, error;

        iso_say(r.peer, ends[i].hex);
        shutdown(r.peer, SD_SEND);
        n = iso_recv(r.iso, got, sizeof got, &flags);
        if (n == 1 && flags & MSG_PARTIAL) /* what came of a message */
            n = iso_recv(r.iso, got, sizeof got, &flags);
        error = n < 0 ? net_error() : 0;
        if (error != ends[i].error)
            t_note("end %s:", ends[i].hex);
        CHECK_EQ(error, ends[i].error);
        CHECK_ERR(iso_recv(r.iso, got, sizeof got, &flags) < 0, ends[i].error);
        iso_end(&r);
    }
}

TEST(each_end_has_its_code_for_events, "CDT-11 EVT-20")
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct iso_rig r = iso_open();
        WSAEVENT event = WSACreateEvent();
        WSANETWORKEVENTS ne;
        char got[8];

        if (strstr(ends[i].hex, "0a" DT))
            continue; /* there is something to read first */
        REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_READ | FD_CLOSE), 0);
        iso_say(r.peer, ends[i].hex);
        shutdown(r.peer, SD_SEND);
        REQUIRE(net_signalled(event, SOON));
        net_enum(r.iso, event, &ne);
        if (ne.lNetworkEvents != FD_CLOSE ||
            ne.iErrorCode[FD_CLOSE_BIT] != ends[i].code)
            t_note("end %s:", ends[i].hex);
        CHECK_EQ(ne.lNetworkEvents, FD_CLOSE);
        CHECK_EQ(ne.iErrorCode[FD_CLOSE_BIT], ends[i].code);
        CHECK_ERR(recv(r.iso, got, sizeof got, 0) < 0, ends[i].error);
        WSACloseEvent(event);
        iso_end(&r);
    }
}

TEST(the_end_is_told_behind_the_data, "EVT-20")
{
    struct iso_rig r = iso_open();
    WSAEVENT event = WSACreateEvent();

    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_READ | FD_CLOSE), 0);
    iso_say(r.peer, "03000008" DT "61 03000008" DT "62"
                    "0300000b 06 80 0000 0000 80");
    CHECK_EQ(net_events(r.iso, event, FD_READ, SOON), FD_READ);
    iso_expect(r.iso, "a");
    CHECK_EQ(net_events(r.iso, event, FD_READ, SOON), FD_READ);
    iso_expect(r.iso, "b");
    CHECK_EQ(net_events(r.iso, event, FD_CLOSE, SOON), FD_CLOSE);
    WSACloseEvent(event);
    iso_end(&r);
}

TEST(a_reset_by_the_peer_is_told, "CDT-10")
{
    struct iso_rig r = iso_open();
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS ne;
    char got[8];

    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_READ | FD_CLOSE), 0);
    net_abort(r.peer);
    r.peer = INVALID_SOCKET;
    REQUIRE(net_signalled(event, SOON));
    net_enum(r.iso, event, &ne);
    CHECK_EQ(ne.iErrorCode[FD_CLOSE_BIT], WSAECONNRESET);
    CHECK_ERR(recv(r.iso, got, sizeof got, 0) < 0, WSAECONNRESET);
    CHECK_ERR(send(r.iso, got, 1, 0) < 0, WSAECONNRESET);
    WSACloseEvent(event);
    iso_end(&r);
}

TEST(a_broken_rule_is_answered_by_an_er)
{
    struct iso_rig r = iso_open();

    iso_say(r.peer, "03000008 02 f1 80 61");
    CHECK_ERR(recv(r.iso, (char[4]){0}, 4, 0) < 0, WSAECONNABORTED);
    iso_hear(r.peer, "0300000d 08 70 0a0b 02 c102 02f1");
    net_expect_end(r.peer);
    iso_end(&r);
}

/* To close over unread octets would take back what has not arrived. */
TEST(an_er_outlives_the_socket)
{
    struct iso_rig r = iso_open();
    static char rest[20000];
    static unsigned char packet[sizeof rest + 7];
    int count = 0;

    net_nonblocking(r.iso, 1);
    while (send(r.iso, rest, sizeof rest, 0) == sizeof rest)
        count++;
    iso_say(r.peer, "0300000b 02 40 80 75726721");
    REQUIRE_EQ(send(r.peer, rest, sizeof rest, 0), sizeof rest);
    REQUIRE(net_readable(r.iso, SOON));
    CHECK_ERR(recv(r.iso, rest, 1, 0) < 0, WSAECONNABORTED);
    net_close(r.iso);
    r.iso = INVALID_SOCKET;
    while (count--)
        iso_packet(r.peer, packet, sizeof packet);
    iso_hear(r.peer, "0300000d 08 70 0a0b 02 c1 02 02 40");
    net_expect_end(r.peer);
    iso_end(&r);
}

TEST(the_end_is_readable_in_select_and_poll, "SEL-2 POL-4")
{
    struct iso_rig r = iso_open();
    WSAPOLLFD p = {r.iso, POLLIN, 0};

    CHECK(!net_readable(r.iso, 0));
    CHECK_EQ(WSAPoll(&p, 1, 0), 0);
    iso_say(r.peer, "03000008" DT "61");
    CHECK_EQ(WSAPoll(&p, 1, SOON), 1);
    CHECK_EQ(p.revents, POLLRDNORM);
    iso_expect(r.iso, "a");
    iso_say(r.peer, "0300000b 06 80 0000 0000 80");
    CHECK(net_readable(r.iso, SOON));
    CHECK_EQ(WSAPoll(&p, 1, 0), 1);
    CHECK(p.revents & POLLHUP);
    iso_end(&r);
}

/* ---- we end ---- */

TEST(closing_is_a_fin_in_class_0, "CLS-4")
{
    struct iso_rig r = iso_open();

    net_send(r.iso, "bye");
    net_close(r.iso);
    r.iso = INVALID_SOCKET;
    iso_hear(r.peer, "0300000a" DT "627965");
    net_expect_end(r.peer);
    /* It goes on to be read, so that nothing is reset. */
    iso_say(r.peer, "03000008" DT "61");
    CHECK(net_writable(r.peer, 0));
    CHECK_EQ(net_int(r.peer, SOL_SOCKET, SO_ERROR), 0);
    iso_end(&r);
}

TEST(an_abortive_close_is_a_reset, "CLS-5")
{
    struct iso_rig r = iso_open();

    net_abort(r.iso);
    r.iso = INVALID_SOCKET;
    net_expect_reset(r.peer);
    iso_end(&r);
}

TEST(disconnect_data_goes_both_ways, "CDT-5 CDT-8 CDT-9")
{
    struct iso_rig r = iso_open();
    char room[64];
    WSABUF ours = {3, "bye"}, theirs = {sizeof room, room};

    REQUIRE_EQ(WSASendDisconnect(r.iso, &ours), 0);
    CHECK_ERR(send(r.iso, "x", 1, 0) < 0, WSAESHUTDOWN);
    iso_hear(r.peer, "0300000e 06 80 0a0b");
    iso_read(r.peer, (unsigned char *)room, 2);
    iso_hear(r.peer, "80 627965");
    iso_say(r.peer, "0300000f 06 80 0000 0000 80 6369616f");
    shutdown(r.peer, SD_SEND);
    CHECK_ERR(recv(r.iso, room, sizeof room, 0) < 0, WSAEDISCON);
    REQUIRE_EQ(WSARecvDisconnect(r.iso, &theirs), 0);
    CHECK_EQ(theirs.len, 4);
    CHECK_MEM(room, "ciao", 4);
    CHECK_ERR(recv(r.iso, room, sizeof room, 0) < 0, WSAESHUTDOWN);
    iso_end(&r);
}

TEST(the_answer_to_a_disconnect_may_carry_data, "CDT-9")
{
    struct iso_rig r = iso_open();
    char room[64];
    WSABUF ours = {2, "ok"}, theirs = {2, room};

    iso_say(r.peer, "0300000e 06 80 0000 0000 80 656e64");
    CHECK_ERR(recv(r.iso, room, sizeof room, 0) < 0, WSAEDISCON);
    CHECK_ERR(WSARecvDisconnect(r.iso, &theirs) != 0, WSAEFAULT);
    theirs.len = sizeof room;
    REQUIRE_EQ(WSARecvDisconnect(r.iso, &theirs), 0);
    CHECK_EQ(theirs.len, 3);
    REQUIRE_EQ(WSASendDisconnect(r.iso, &ours), 0);
    iso_hear(r.peer, "0300000d 06 80 0a0b");
    iso_read(r.peer, (unsigned char *)room, 2);
    iso_hear(r.peer, "80 6f6b");
    net_expect_end(r.peer);
    iso_end(&r);
}

TEST(before_the_peers_disconnect_there_is_no_data, "CDT-8")
{
    struct iso_rig r = iso_open();
    char room[64];
    WSABUF theirs = {sizeof room, room}, long_one = {65, (char[65]){0}};

    CHECK_ERR(WSASendDisconnect(r.iso, &long_one) != 0, WSAEMSGSIZE);
    REQUIRE_EQ(WSARecvDisconnect(r.iso, &theirs), 0);
    CHECK_EQ(theirs.len, 0);
    iso_end(&r);
}

/* ---- class 2 ---- */

static struct iso_rig
open_class_2(void)
{
    struct iso_rig r = iso_rig_at(AF_INET, SOCK_SEQPACKET, ISOPROTO_TP2);

    iso_dial(&r);
    iso_confirm(&r, 0x21, "", "");
    REQUIRE(net_writable(r.iso, SOON));
    net_nonblocking(r.iso, 0);
    CHECK_EQ(net_int(r.iso, SOL_ISOTP, ISO_OPT_CLASS), 2);
    return r;
}

static void
say_to(struct iso_rig *r, const char *before, const char *after)
{
    char hex[256];

    snprintf(hex, sizeof hex, "%s%02x%02x%s", before, r->cr[8], r->cr[9],
             after);
    iso_say(r->peer, hex);
}

TEST(class_2_names_the_connection_in_each_tpdu)
{
    struct iso_rig r = open_class_2();

    net_send(r.iso, "hi");
    iso_hear(r.peer, "0300000b 04 f0 0a0b 80 6869");
    say_to(&r, "0300000a 04 f0", "80 61");
    iso_expect(r.iso, "a");
    iso_say(r.peer, "0300000a 04 f0 0000 80 62"); /* another's, most likely */
    say_to(&r, "0300000a 04 f0", "80 63");
    iso_expect(r.iso, "c");
    iso_end(&r);
}

TEST(class_2_is_released_by_dr_and_dc)
{
    struct iso_rig r = open_class_2();
    char hex[128];

    REQUIRE_EQ(shutdown(r.iso, SD_SEND), 0);
    snprintf(hex, sizeof hex, "0300000e 09 80 0a0b %02x%02x 80 e00180", r.cr[8],
             r.cr[9]);
    iso_hear(r.peer, hex);
    CHECK(!net_readable(r.peer, NEVER));
    say_to(&r, "0300000a 05 c0", "0a0b");
    CHECK_ERR(recv(r.iso, hex, 1, 0) < 0, WSAEDISCON);
    net_expect_end(r.peer);
    iso_end(&r);
}

TEST(a_release_in_class_2_is_confirmed)
{
    struct iso_rig r = open_class_2();
    char hex[128];

    say_to(&r, "0300000b 06 80", "0a0b 80");
    CHECK_ERR(recv(r.iso, hex, 1, 0) < 0, WSAEDISCON);
    net_close(r.iso);
    snprintf(hex, sizeof hex, "0300000a 05 c0 0a0b %02x%02x", r.cr[8], r.cr[9]);
    iso_hear(r.peer, hex);
    net_expect_end(r.peer);
    r.iso = INVALID_SOCKET;
    iso_end(&r);
}

/* Our DR has gone, and the peer does not answer it. */
static struct iso_rig
leave_class_2(DWORD patience)
{
    struct iso_rig r = open_class_2();

    iso_option(r.iso, SOL_ISOTP, ISO_OPT_TS2, patience);
    REQUIRE_EQ(shutdown(r.iso, SD_SEND), 0);
    iso_read(r.peer, (unsigned char[14]){0}, 14);
    return r;
}

TEST(a_release_that_nobody_confirms_is_given_up)
{
    struct iso_rig r = leave_class_2(100);
    char got[4];

    CHECK_ERR(recv(r.iso, got, sizeof got, 0) < 0, WSAECONNABORTED);
    net_expect_reset(r.peer);
    iso_end(&r);
}

TEST(a_release_that_is_half_confirmed_is_given_up)
{
    struct iso_rig r = leave_class_2(100);
    char got[4];

    iso_say(r.peer, "0300000a 05");
    CHECK_ERR(recv(r.iso, got, sizeof got, 0) < 0, WSAECONNABORTED);
    iso_end(&r);
}

TEST(a_release_that_is_given_up_is_told_as_an_event, "EVT-20")
{
    struct iso_rig r = leave_class_2(100);
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS told;

    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_CLOSE), 0);
    REQUIRE(net_signalled(event, SOON));
    REQUIRE_EQ(WSAEnumNetworkEvents(r.iso, event, &told), 0);
    CHECK_EQ(told.lNetworkEvents, FD_CLOSE);
    CHECK_EQ(told.iErrorCode[FD_CLOSE_BIT], WSAECONNABORTED);
    WSACloseEvent(event);
    iso_end(&r);
}

TEST(who_has_not_received_is_not_given_up)
{
    struct iso_rig r = leave_class_2(20);
    char got[4];

    say_to(&r, "0300000a 04 f0", "80 61");
    REQUIRE(net_readable(r.iso, SOON));
    Sleep(100);
    iso_option(r.iso, SOL_ISOTP, ISO_OPT_TS2, 0);
    say_to(&r, "0300000a 05 c0", "0a0b");
    iso_expect(r.iso, "a");
    CHECK_ERR(recv(r.iso, got, sizeof got, 0) < 0, WSAEDISCON);
    iso_end(&r);
}

#endif
