/* SPDX-License-Identifier: MIT */
/* TransmitFile and TransmitPackets: files and memory in order, from where to
 * where, what is counted, what happens to the connection afterwards. */
#include "file.h"

#include <stdio.h>
#include <stdlib.h>

/* Wine's TransmitFile reads and sends in pieces by itself. */
#define NO_PACKETS "TransmitPackets is missing"

/* Receives "count" bytes of the file from its byte "first" on. */
static void
expect_file(SOCKET s, DWORD first, DWORD count)
{
    static char buf[65536];

    while (count) {
        int n =
            recv(s, buf, count < sizeof buf ? (int)count : (int)sizeof buf, 0);

        REQUIRE_ERR(n > 0, net_error());
        for (int i = 0; i < n; i++)
            REQUIRE_EQ((unsigned char)buf[i], (first + (DWORD)i) % 251);
        first += (DWORD)n;
        count -= (DWORD)n;
    }
}

static void
nothing_more(SOCKET s)
{
    CHECK(!net_readable(s, NEVER));
}

/* ---- TransmitFile ---- */

TEST(a_whole_file_goes_out, "TF-1")
{
    HANDLE file = file_of(10000);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, 0), 0);
    expect_file(pair[1], 0, 10000);
    nothing_more(pair[1]);
    net_close_pair(pair);
    file_done(file);
}

TEST(the_exported_TransmitFile_is_the_same, "TF-1 EXT-1")
{
    HANDLE file = file_of(1000);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK(TransmitFile(pair[0], file, 0, 0, NULL, NULL, 0));
    expect_file(pair[1], 0, 1000);
    net_close_pair(pair);
    file_done(file);
}

TEST(it_begins_where_the_file_stands, "TF-1")
{
    HANDLE file = file_of(1000);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(SetFilePointer(file, 300, NULL, FILE_BEGIN), 300);
    CHECK_EQ(transmit(pair[0], file, 200, NULL, NULL, 0), 0);
    expect_file(pair[1], 300, 200);
    nothing_more(pair[1]);
    net_close_pair(pair);
    file_done(file);
}

TEST(an_overlapped_says_where_it_begins, "TF-1")
{
    HANDLE file = file_of(1000);
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    op.ov.Offset = 700;
    CHECK_ONE_OF(transmit(pair[0], file, 0, &op.ov, NULL, 0), 0,
                 WSA_IO_PENDING);
    expect_file(pair[1], 700, 300);
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 300);
    op_done(&op);
    net_close_pair(pair);
    file_done(file);
}

TEST(head_file_and_tail_are_one, "TF-2")
{
    HANDLE file = file_of(500);
    TRANSMIT_FILE_BUFFERS around = {(void *)"head", 4, (void *)"tail!", 5};
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_ONE_OF(transmit(pair[0], file, 0, &op.ov, &around, 0), 0,
                 WSA_IO_PENDING);
    net_expect(pair[1], "head");
    expect_file(pair[1], 0, 500);
    net_expect(pair[1], "tail!");
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 509);
    op_done(&op);
    net_close_pair(pair);
    file_done(file);
}

TEST(without_a_file_head_and_tail_go_out, "TF-1 TF-2")
{
    TRANSMIT_FILE_BUFFERS around = {(void *)"head", 4, (void *)"tail!", 5};
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_ONE_OF(transmit(pair[0], NULL, 0, &op.ov, &around, 0), 0,
                 WSA_IO_PENDING);
    net_expect(pair[1], "headtail!");
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 9);
    nothing_more(pair[1]);
    op_done(&op);
    net_close_pair(pair);
}

TEST(an_empty_file_is_no_error, "TF-1")
{
    HANDLE file = file_of(0);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, 0), 0);
    nothing_more(pair[1]);
    net_close_pair(pair);
    file_done(file);
}

TEST(a_file_larger_than_the_socket_ends_when_all_is_taken, "TF-1 SND-1")
{
    const DWORD size = 8 << 20;
    HANDLE file = file_of(size);
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_EQ(transmit(pair[0], file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    CHECK(op_pending(&op));
    expect_file(pair[1], 0, size);
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, size);
    op_done(&op);
    net_close_pair(pair);
    file_done(file);
}

static DWORD WINAPI
transmit_blocking(void *context)
{
    SOCKET *pair = context;
    HANDLE file = file_of(8 << 20);

    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, 0), 0);
    file_done(file);
    return 0;
}

TEST(without_an_overlapped_it_blocks, "TF-1")
{
    SOCKET pair[2];
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = net_thread(transmit_blocking, pair);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK(!net_signalled(thread, NEVER));
    expect_file(pair[1], 0, 8 << 20);
    net_join(thread);
    net_close_pair(pair);
}

TEST(a_transmission_keeps_its_turn_among_sends, "OVL-7 TF-2")
{
    const DWORD size = 6 << 20;
    HANDLE file = file_of(size);
    SOCKET pair[2];
    struct op before, op, after;

    net_pair(AF_INET, pair);
    op_text(&before, "before");
    op_init(&op, 0);
    op_text(&after, "after");
    CHECK_EQ(op_send(pair[0], &before), 0);
    CHECK_EQ(transmit(pair[0], file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    CHECK_ONE_OF(op_send(pair[0], &after), 0, WSA_IO_PENDING);
    net_expect(pair[1], "before");
    expect_file(pair[1], 0, size);
    net_expect(pair[1], "after");
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op_end(pair[0], &after), 0);
    op_done(&before);
    op_done(&op);
    op_done(&after);
    net_close_pair(pair);
    file_done(file);
}

TEST(a_transmission_gives_one_packet, "TF-2 IOCP-2")
{
    HANDLE file = file_of(500), port;
    TRANSMIT_FILE_BUFFERS around = {(void *)"head", 4, (void *)"tail!", 5};
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    port = port_of(pair[0], 6);
    op_init(&op, 0);
    CHECK_ONE_OF(transmit(pair[0], file, 0, &op.ov, &around, 0), 0,
                 WSA_IO_PENDING);
    port_expect(port, 6, &op.ov, 0, 509);
    CHECK(port_empty(port));
    op_done(&op);
    net_close_pair(pair);
    port_close(port);
    file_done(file);
}

TEST(the_connection_can_be_ended_behind_it, "TF-1")
{
    HANDLE file = file_of(500);
    SOCKET pair[2];

    WINE_HANGS("it goes on");
    net_pair(AF_INET, pair);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, TF_DISCONNECT), 0);
    expect_file(pair[1], 0, 500);
    net_expect_end(pair[1]);
    CHECK_ERR(send(pair[0], "x", 1, 0) == SOCKET_ERROR, WSAESHUTDOWN,
              WSAENOTCONN);
    net_close_pair(pair);
    file_done(file);
}

TEST(using_it_again_needs_ending_it, "TF-1")
{
    SOCKET pair[2];

    WINE_DIFFERS("it does not");
    net_pair(AF_INET, pair);
    CHECK_EQ(transmit(pair[0], NULL, 0, NULL, NULL, TF_REUSE_SOCKET),
             WSAEINVAL);
    net_close_pair(pair);
}

TEST(an_accepted_socket_is_free_after_its_last_file, "TF-1 DEX-3")
{
    HANDLE file = file_of(500);
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    WINE_HANGS("sockets cannot be used again");
    for (int i = 0; i < 2; i++) {
        struct op op;

        op_init(&op, 0);
        REQUIRE_EQ(accept_ex(listener, s, op.data, 0, &op.bytes, &op.ov),
                   WSA_IO_PENDING);
        client = net_client(listener);
        REQUIRE_EQ(op_end(listener, &op), 0);
        op_done(&op);
        op_init(&op, 0);
        CHECK_ONE_OF(
            transmit(s, file, 0, &op.ov, NULL, TF_DISCONNECT | TF_REUSE_SOCKET),
            0, WSA_IO_PENDING);
        expect_file(client, 0, 500);
        net_expect_end(client);
        net_close(client);
        CHECK_EQ(op_end(s, &op), 0);
        CHECK_EQ(op.bytes, 500);
        op_done(&op);
    }
    net_close(s);
    net_close(listener);
    file_done(file);
}

TEST(hints_change_nothing, "TF-1")
{
    HANDLE file = file_of(500);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, TF_USE_SYSTEM_THREAD), 0);
    REQUIRE_EQ(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, TF_USE_KERNEL_APC), 0);
    REQUIRE_EQ(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, TF_WRITE_BEHIND), 0);
    for (int i = 0; i < 3; i++)
        expect_file(pair[1], 0, 500);
    net_close_pair(pair);
    file_done(file);
}

TEST(nothing_is_transmitted_without_a_connection, "TF-1")
{
    HANDLE file = file_of(500);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(transmit(s, file, 0, NULL, NULL, 0), WSAENOTCONN);
    CHECK_EQ(transmit(s, file, 0, &op.ov, NULL, 0), WSAENOTCONN);
    CHECK(!net_signalled(op.ov.hEvent, 0));
    op_done(&op);
    net_close(s);
    file_done(file);
}

TEST(nothing_is_transmitted_after_the_own_shutdown, "TF-1 CLS-1")
{
    HANDLE file = file_of(500);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(transmit(pair[0], file, 0, NULL, NULL, 0), WSAESHUTDOWN);
    net_close_pair(pair);
    file_done(file);
}

TEST(files_do_not_go_as_datagrams, "TF-1")
{
    HANDLE file = file_of(500);
    SOCKET pair[2];

    WINE_DIFFERS("they do");
    net_udp_pair(AF_INET, pair);
    CHECK_ONE_OF(transmit(pair[0], file, 0, NULL, NULL, 0), WSAEINVAL,
                 WSAEOPNOTSUPP);
    net_close_pair(pair);
    file_done(file);
}

TEST(what_is_no_file_is_not_transmitted, "TF-1")
{
    SOCKET pair[2];
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    net_pair(AF_INET, pair);
    CHECK_ONE_OF(
        transmit(pair[0], (HANDLE)(ULONG_PTR)0xdeadbeec, 0, NULL, NULL, 0),
        ERROR_INVALID_HANDLE, WSAEINVAL, WSAENOTSOCK);
    CHECK_ONE_OF(transmit(pair[0], event, 0, NULL, NULL, 0),
                 ERROR_INVALID_HANDLE, WSAEINVAL, WSAENOTSOCK);
    nothing_more(pair[1]);
    CloseHandle(event);
    net_close_pair(pair);
}

TEST(what_is_no_socket_transmits_nothing, "TF-1 G-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    LPFN_TRANSMITFILE function =
        EXTENSION(s, LPFN_TRANSMITFILE, WSAID_TRANSMITFILE);

    CHECK_ERR(!function(INVALID_SOCKET, NULL, 0, 0, NULL, NULL, 0),
              WSAENOTSOCK);
    net_close(s);
}

TEST(too_many_bytes_are_refused, "TF-1")
{
    HANDLE file = file_of(500);
    SOCKET pair[2];

    WINE_DIFFERS("they are taken");
    net_pair(AF_INET, pair);
    CHECK_ONE_OF(transmit(pair[0], file, 0x7fffffff, NULL, NULL, 0), WSAEINVAL,
                 ERROR_INVALID_PARAMETER);
    nothing_more(pair[1]);
    net_close_pair(pair);
    file_done(file);
}

TEST(closing_ends_a_pending_transmission, "IOCP-6 TF-1")
{
    HANDLE file = file_of(8 << 20), port;
    SOCKET pair[2];
    struct op op;

    WINE_HANGS("another status");
    net_pair(AF_INET, pair);
    port = port_of(pair[0], 6);
    op_init(&op, 0);
    CHECK_EQ(transmit(pair[0], file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    net_close(pair[0]);
    port_expect(port, 6, &op.ov, ERROR_OPERATION_ABORTED, 0);
    CHECK(port_empty(port));
    op_done(&op);
    net_close(pair[1]);
    port_close(port);
    file_done(file);
}

TEST(a_reset_ends_a_pending_transmission, "TF-1 SND-5")
{
    HANDLE file = file_of(8 << 20);
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_EQ(transmit(pair[0], file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    net_abort(pair[1]);
    CHECK_ONE_OF(op_end(pair[0], &op), WSAECONNRESET, WSAECONNABORTED);
    op_done(&op);
    net_close(pair[0]);
    file_done(file);
}

TEST(the_handle_of_the_file_may_be_closed_meanwhile, "TF-1")
{
    const DWORD size = 8 << 20;
    HANDLE file = file_of(size);
    SOCKET pair[2];
    struct op op;

    WINE_HANGS("it needs the handle");
    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_EQ(transmit(pair[0], file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    file_done(file);
    expect_file(pair[1], 0, size);
    CHECK_EQ(op_end(pair[0], &op), 0);
    op_done(&op);
    net_close_pair(pair);
}

/* ---- TransmitPackets ---- */

static int
transmit_packets(SOCKET s, TRANSMIT_PACKETS_ELEMENT *elements, DWORD count,
                 DWORD size, OVERLAPPED *ov, DWORD flags)
{
    if (t_is_wine())
        SKIP(NO_PACKETS);
    return bool_error(EXTENSION(s, LPFN_TRANSMITPACKETS, WSAID_TRANSMITPACKETS)(
        s, elements, count, size, ov, flags));
}

static TRANSMIT_PACKETS_ELEMENT
memory(const char *text, ULONG flags)
{
    TRANSMIT_PACKETS_ELEMENT e;

    memset(&e, 0, sizeof e);
    e.dwElFlags = TP_ELEMENT_MEMORY | flags;
    e.cLength = (ULONG)strlen(text);
    e.pBuffer = (void *)text;
    return e;
}

static TRANSMIT_PACKETS_ELEMENT
piece(HANDLE file, LONGLONG offset, ULONG len)
{
    TRANSMIT_PACKETS_ELEMENT e;

    memset(&e, 0, sizeof e);
    e.dwElFlags = TP_ELEMENT_FILE;
    e.cLength = len;
    e.nFileOffset.QuadPart = offset;
    e.hFile = file;
    return e;
}

TEST(memory_and_files_go_out_in_order, "TP-1")
{
    HANDLE file = file_of(1000);
    TRANSMIT_PACKETS_ELEMENT e[] = {memory("one", 0), piece(file, 100, 50),
                                    memory("two", 0), piece(file, 900, 0)};
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_ONE_OF(transmit_packets(pair[0], e, 4, 0, &op.ov, 0), 0,
                 WSA_IO_PENDING);
    net_expect(pair[1], "one");
    expect_file(pair[1], 100, 50);
    net_expect(pair[1], "two");
    expect_file(pair[1], 900, 100);
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 156);
    nothing_more(pair[1]);
    op_done(&op);
    net_close_pair(pair);
    file_done(file);
}

TEST(packets_can_be_transmitted_synchronously, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e[] = {memory("one", 0), memory("two", 0)};
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], e, 2, 0, NULL, 0), 0);
    net_expect(pair[1], "onetwo");
    net_close_pair(pair);
}

TEST(the_connection_can_be_ended_behind_packets, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e = memory("bye", 0);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 0, NULL, TF_DISCONNECT), 0);
    net_expect(pair[1], "bye");
    net_expect_end(pair[1]);
    net_close_pair(pair);
}

TEST(an_element_is_either_memory_or_file, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e = memory("bye", TP_ELEMENT_FILE);
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 0, NULL, 0), WSAEINVAL);
    e.dwElFlags = 0;
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 0, NULL, 0), WSAEINVAL);
    nothing_more(pair[1]);
    net_close_pair(pair);
}

TEST(packets_need_a_connection, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e = memory("x", 0);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_EQ(transmit_packets(s, &e, 1, 0, NULL, 0), WSAENOTCONN);
    net_close(s);
}

TEST(marks_divide_datagrams, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e[] = {memory("on", 0),
                                    memory("e", TP_ELEMENT_EOP),
                                    memory("two", TP_ELEMENT_EOP)};
    SOCKET pair[2];
    char buf[20];

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], e, 3, 0xffffffff, NULL, 0), 0);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 3);
    CHECK_MEM(buf, "one", 3);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 3);
    CHECK_MEM(buf, "two", 3);
    net_close_pair(pair);
}

TEST(datagrams_are_made_of_files_too, "TP-1")
{
    HANDLE file = file_of(1000);
    TRANSMIT_PACKETS_ELEMENT e[] = {piece(file, 100, 50), memory("end", 0)};
    SOCKET pair[2];
    struct op op;
    char buf[100];

    net_udp_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_ONE_OF(transmit_packets(pair[0], e, 2, 0xffffffff, &op.ov, 0), 0,
                 WSA_IO_PENDING);
    CHECK_EQ(op_end(pair[0], &op), 0);
    CHECK_EQ(op.bytes, 53);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 53);
    CHECK_MEM(buf + 50, "end", 3);
    op_done(&op);
    net_close_pair(pair);
    file_done(file);
}

TEST(a_size_divides_datagrams, "TP-1")
{
    TRANSMIT_PACKETS_ELEMENT e = memory("abcdefgh", 0);
    SOCKET pair[2];
    char buf[20];

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 3, NULL, 0), 0);
    for (int i = 0; i < 3; i++) {
        REQUIRE(net_readable(pair[1], SOON));
        CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), i < 2 ? 3 : 2);
        CHECK_EQ(buf[0], "adg"[i]);
    }
    CHECK(!net_readable(pair[1], NEVER));
    net_close_pair(pair);
}

TEST(a_datagram_has_a_greatest_size, "TP-1")
{
    HANDLE file = file_of(70000);
    TRANSMIT_PACKETS_ELEMENT e = piece(file, 0, 0);
    SOCKET pair[2];

    net_udp_pair(AF_INET, pair);
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 0xffffffff, NULL, 0),
             WSAEMSGSIZE);
    CHECK_EQ(transmit_packets(pair[0], &e, 1, 0, NULL, TF_DISCONNECT),
             WSAEINVAL);
    CHECK(!net_readable(pair[1], NEVER));
    net_close_pair(pair);
    file_done(file);
}
