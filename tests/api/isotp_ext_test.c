/* SPDX-License-Identifier: MIT */
/* Extension functions and overlapped control codes on ISO sockets: what is
 * transmitted is a message, and a connection that was let go leaves a socket
 * that can be used again. The peer is a TCP socket that says and hears octets.
 */
#include "isotp_util.h"

#ifndef _WIN32

#include "file.h"

#include <stdio.h>
#include <stdlib.h>

#define DT "02f080"

/* ---- files ---- */

/* The peer hears one message, in class 0; its octets. */
static size_t
hear_message(SOCKET peer, unsigned char *out, size_t room)
{
    static unsigned char packet[65536];
    size_t size, sum = 0;

    do {
        size = iso_packet(peer, packet, sizeof packet);
        REQUIRE_EQ(packet[5], 0xf0);
        REQUIRE(sum + size - 7 <= room);
        memcpy(out + sum, packet + 7, size - 7);
        sum += size - 7;
    } while (!(packet[6] & 0x80));
    return sum;
}

enum { LONG_FILE = 300000 };

static unsigned char heard[LONG_FILE + 100];

static void
check_file(const unsigned char *at, DWORD size)
{
    for (DWORD i = 0; i < size; i++)
        REQUIRE_EQ(at[i], i % 251);
}

TEST(a_file_with_what_is_around_it_is_one_message, "TF-1 TF-2")
{
    TRANSMIT_FILE_BUFFERS around = {(void *)"head", 4, (void *)"tail", 4};
    struct iso_rig r = iso_open();
    HANDLE file = file_of(LONG_FILE);
    struct op op;

    op_init(&op, 0);
    CHECK_ONE_OF(transmit(r.iso, file, 0, &op.ov, &around, 0), 0,
                 WSA_IO_PENDING);
    REQUIRE_EQ(hear_message(r.peer, heard, sizeof heard), LONG_FILE + 8);
    CHECK_MEM(heard, "head", 4);
    check_file(heard + 4, LONG_FILE);
    CHECK_MEM(heard + 4 + LONG_FILE, "tail", 4);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(r.iso, &op), 0);
    CHECK_EQ(op.bytes, LONG_FILE + 8);
    net_send(r.iso, "z");
    iso_hear(r.peer, "03000008" DT "7a");
    op_done(&op);
    iso_end(&r);
    file_done(file);
}

TEST(a_file_is_sent_by_a_call_that_waits, "TF-1")
{
    struct iso_rig r = iso_open_at(AF_INET, SOCK_STREAM);
    HANDLE file = file_of(3);

    CHECK_EQ(transmit(r.iso, file, 0, NULL, NULL, 0), 0);
    iso_hear(r.peer, "0300000a" DT "000102");
    CHECK_EQ(transmit(r.iso, NULL, 0, NULL, NULL, 0), 0);
    net_send(r.iso, "z");
    iso_hear(r.peer, "03000008" DT "7a");
    iso_end(&r);
    file_done(file);
}

TEST(a_file_may_end_where_a_piece_of_it_does, "TF-1")
{
    enum { PIECES = 2 * 65535 };
    struct iso_rig r = iso_open();
    HANDLE file = file_of(PIECES);
    struct op op;

    op_init(&op, 0);
    CHECK_ONE_OF(transmit(r.iso, file, 0, &op.ov, NULL, 0), 0, WSA_IO_PENDING);
    CHECK_EQ(hear_message(r.peer, heard, sizeof heard), PIECES);
    check_file(heard, PIECES);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    op_done(&op);
    iso_end(&r);
    file_done(file);
}

static DWORD WINAPI
send_after(LPVOID s)
{
    return send(*(SOCKET *)s, "z", 1, 0) == 1;
}

TEST(no_message_gets_into_a_file, "TF-1")
{
    struct iso_rig r = iso_open();
    HANDLE file = file_of(LONG_FILE), thread;
    struct op op;

    net_set(r.iso, SOL_SOCKET, SO_SNDBUF, 4096);
    op_init(&op, 0);
    CHECK_EQ(transmit(r.iso, file, 0, &op.ov, NULL, 0), WSA_IO_PENDING);
    thread = net_thread(send_after, &r.iso);
    Sleep(20);
    CHECK_EQ(hear_message(r.peer, heard, sizeof heard), LONG_FILE);
    check_file(heard, LONG_FILE);
    iso_hear(r.peer, "03000008" DT "7a");
    CHECK_EQ(net_join(thread), 1);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    op_done(&op);
    iso_end(&r);
    file_done(file);
}

TEST(a_file_that_is_cancelled_on_its_way_ends_the_connection)
{
    struct iso_rig r = iso_open();
    TRANSMIT_FILE_BUFFERS around = {calloc(1, 32 << 20), 32 << 20, NULL, 0};
    struct op op;

    op_init(&op, 0);
    REQUIRE_EQ(transmit(r.iso, NULL, 0, &op.ov, &around, 0), WSA_IO_PENDING);
    REQUIRE(CancelIoEx((HANDLE)r.iso, &op.ov));
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(r.iso, &op), WSA_OPERATION_ABORTED);
    CHECK_ERR(send(r.iso, "z", 1, 0) < 0, WSAECONNABORTED);
    op_done(&op);
    iso_end(&r);
    free(around.Head);
}

TEST(packets_are_messages_up_to_each_end, "TP-1")
{
    struct iso_rig r = iso_open();
    HANDLE file = file_of(2);
    TRANSMIT_PACKETS_ELEMENT all[4] = {
        {.dwElFlags = TP_ELEMENT_MEMORY,                  .cLength = 2,   .pBuffer = "ab"},
        {.dwElFlags = TP_ELEMENT_MEMORY | TP_ELEMENT_EOP,
         .cLength = 2,
         .pBuffer = "cd"                                                                 },
        {.dwElFlags = TP_ELEMENT_FILE,                    .hFile = file },
        {.dwElFlags = TP_ELEMENT_MEMORY,                                   .cLength = 1, .pBuffer = "e"               },
    };

    CHECK_EQ(
        bool_error(EXTENSION(r.iso, LPFN_TRANSMITPACKETS,
                             WSAID_TRANSMITPACKETS)(r.iso, all, 4, 0, NULL, 0)),
        0);
    iso_hear(r.peer, "0300000b" DT "61626364 0300000a" DT "000165");
    iso_end(&r);
    file_done(file);
}

/* Another call of the socket, to the same peer. */
static void
call_again(struct iso_rig *r)
{
    net_close(r->peer);
    iso_dial(r);
    iso_confirm(r, 0, "", "");
    REQUIRE(net_writable(r->iso, SOON));
    net_nonblocking(r->iso, 0);
    net_send(r->iso, "z");
    iso_hear(r->peer, "03000008" DT "7a");
}

TEST(transmitting_may_end_the_connection, "TF-1")
{
    TRANSMIT_FILE_BUFFERS around = {(void *)"bye", 3, NULL, 0};
    struct iso_rig r = iso_open();

    CHECK_EQ(transmit(r.iso, NULL, 0, NULL, &around, TF_DISCONNECT), 0);
    iso_hear(r.peer, "0300000a" DT "627965");
    net_expect_end(r.peer);
    CHECK_ERR(send(r.iso, "z", 1, 0) < 0, WSAESHUTDOWN);
    iso_end(&r);
}

TEST(transmitting_may_leave_a_fresh_socket, "TF-1 DEX-3")
{
    TRANSMIT_FILE_BUFFERS around = {(void *)"bye", 3, NULL, 0};
    struct iso_rig r = iso_open();

    CHECK_EQ(transmit(r.iso, NULL, 0, NULL, &around,
                      TF_DISCONNECT | TF_REUSE_SOCKET),
             0);
    iso_hear(r.peer, "0300000a" DT "627965");
    net_expect_end(r.peer);
    call_again(&r);
    iso_end(&r);
}

/* ---- DisconnectEx ---- */

TEST(disconnectex_ends_sending_alone, "DEX-1 DEX-2")
{
    struct iso_rig r = iso_open();
    SOCKADDR_TP peer;
    int len = sizeof peer;

    CHECK_EQ(disconnect_ex(r.iso, NULL, 1), WSAEINVAL);
    CHECK_EQ(disconnect_ex(r.iso, NULL, 0), 0);
    CHECK_EQ(disconnect_ex(r.iso, NULL, 0), 0);
    net_expect_end(r.peer);
    CHECK_ERR(send(r.iso, "z", 1, 0) < 0, WSAESHUTDOWN);
    iso_say(r.peer, "03000008" DT "61");
    iso_expect(r.iso, "a");
    CHECK_EQ(getpeername(r.iso, (struct sockaddr *)&peer, &len), 0);
    iso_end(&r);
}

TEST(a_socket_that_was_let_go_calls_again, "DEX-3")
{
    struct iso_rig r = iso_open();
    SOCKADDR_TP peer;
    int len = sizeof peer;
    struct op op;

    op_init(&op, 0);
    iso_say(r.peer, "03000008" DT "61 03000007" DT "03000009 02f000 6161");
    REQUIRE_EQ(disconnect_ex(r.iso, &op.ov, TF_REUSE_SOCKET), WSA_IO_PENDING);
    net_expect_end(r.peer);
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    REQUIRE_EQ(shutdown(r.peer, SD_SEND), 0);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(r.iso, &op), 0);
    CHECK_ERR(getpeername(r.iso, (struct sockaddr *)&peer, &len) != 0,
              WSAENOTCONN);
    call_again(&r);
    op_done(&op);
    iso_end(&r);
}

TEST(a_socket_is_let_go_by_a_call_that_waits, "DEX-3")
{
    struct iso_rig r = iso_open();

    REQUIRE_EQ(shutdown(r.peer, SD_SEND), 0);
    CHECK_EQ(disconnect_ex(r.iso, NULL, TF_REUSE_SOCKET), 0);
    net_expect_end(r.peer);
    call_again(&r);
    iso_end(&r);
}

TEST(letting_go_in_class_2_waits_for_the_answer, "DEX-3")
{
    struct iso_rig r = iso_rig_at(AF_INET, SOCK_SEQPACKET, ISOPROTO_TP2);
    char hex[64];
    struct op op;

    iso_dial(&r);
    iso_confirm(&r, 0x21, "", "");
    REQUIRE(net_writable(r.iso, SOON));
    op_init(&op, 0);
    REQUIRE_EQ(disconnect_ex(r.iso, &op.ov, TF_REUSE_SOCKET), WSA_IO_PENDING);
    snprintf(hex, sizeof hex, "0300000e 09 80 0a0b %02x%02x 80 e00180", r.cr[8],
             r.cr[9]);
    iso_hear(r.peer, hex);
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    snprintf(hex, sizeof hex, "0300000a 05 c0 %02x%02x 0a0b", r.cr[8], r.cr[9]);
    iso_say(r.peer, hex);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    net_expect_end(r.peer);
    op_done(&op);
    iso_end(&r);
}

TEST(an_accepted_socket_that_was_let_go_is_accepted_again, "DEX-3 AEX-11")
{
    static const char cr[] = "0300000b 06 e0 0000 0042 00";
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0), conn, peer;
    SOCKADDR_TP me = iso_address("", net_loopback(AF_INET, 0));
    unsigned char packet[64];
    SOCKADDR_STORAGE tcp;
    int len = sizeof me;
    struct op op;

    conn = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0);
    REQUIRE_EQ(bind(s, (struct sockaddr *)&me, sizeof me), 0);
    REQUIRE_EQ(listen(s, 4), 0);
    REQUIRE_EQ(getsockname(s, (struct sockaddr *)&me, &len), 0);
    REQUIRE(ISO_GET_TP_INET(&me, &tcp));
    for (int i = 0; i < 2; i++) {
        char area[2 * (sizeof(SOCKADDR_TP) + 16)];
        DWORD n;

        op_init(&op, 0);
        REQUIRE_EQ(bool_error(EXTENSION(s, LPFN_ACCEPTEX, WSAID_ACCEPTEX)(
                       s, conn, area, 0, sizeof area / 2, sizeof area / 2, &n,
                       &op.ov)),
                   WSA_IO_PENDING);
        peer = net_socket(AF_INET, SOCK_STREAM);
        REQUIRE_EQ(connect(peer, (struct sockaddr *)&tcp, 16), 0);
        iso_say(peer, cr);
        REQUIRE(net_signalled(op.ov.hEvent, SOON));
        CHECK_EQ(op_result(s, &op), 0);
        iso_packet(peer, packet, sizeof packet);
        CHECK_EQ(packet[5], 0xd0);
        REQUIRE_EQ(shutdown(peer, SD_SEND), 0);
        CHECK_EQ(disconnect_ex(conn, NULL, TF_REUSE_SOCKET), 0);
        net_expect_end(peer);
        net_close(peer);
        op_done(&op);
    }
    net_close(conn);
    net_close(s);
}

/* ---- control codes ---- */

TEST(control_codes_may_be_overlapped, "IOC-2 IOC-3")
{
    struct iso_rig r = iso_open();
    struct op op;
    u_long unread = 0;

    iso_say(r.peer, "03000009" DT "6161");
    REQUIRE(net_readable(r.iso, SOON));
    op_init(&op, 0);
    CHECK_EQ(op_error(WSAIoctl(r.iso, FIONREAD, NULL, 0, &unread, sizeof unread,
                               &op.bytes, &op.ov, NULL)),
             0);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(r.iso, &op), 0);
    CHECK_EQ(op.bytes, 4);
    CHECK_EQ(*(DWORD *)&unread, 2);
    CHECK_EQ(op_error(WSAIoctl(r.iso, SIO_GET_QOS, NULL, 0, NULL, 0, &op.bytes,
                               &op.ov, NULL)),
             WSAEFAULT);
    CHECK_EQ(op_error(WSAIoctl(r.iso, 0x98001234, NULL, 0, NULL, 0, &op.bytes,
                               &op.ov, NULL)),
             WSA_IO_PENDING);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_result(r.iso, &op), WSAEOPNOTSUPP);
    op_done(&op);
    iso_end(&r);
}

TEST(a_call_that_fails_at_once_has_begun, "OVL-11")
{
    struct iso_rig r = iso_rig();
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(bool_error(EXTENSION(r.iso, LPFN_CONNECTEX, WSAID_CONNECTEX)(
                 r.iso, (struct sockaddr *)&r.to, sizeof r.to, NULL, 0, NULL,
                 &op.ov)),
             WSAEINVAL);
    CHECK_EQ(op.ov.Internal, STATUS_OF_PENDING);
    op_done(&op);
    iso_end(&r);
}

#endif
