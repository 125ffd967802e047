/* SPDX-License-Identifier: MIT */
/* Moving bytes over streams: send and recv and their WSA forms, arrays of
 * buffers, flags, empty buffers and time-outs. Datagrams are in udp_test.c. */
#include "net.h"

#include <string.h>

static int
wsa_send(SOCKET s, WSABUF *bufs, DWORD count, DWORD flags)
{
    DWORD sent = 0xdead;

    if (WSASend(s, bufs, count, &sent, flags, NULL, NULL) == SOCKET_ERROR)
        return SOCKET_ERROR;
    return (int)sent;
}

static int
wsa_recv(SOCKET s, WSABUF *bufs, DWORD count, DWORD flags)
{
    DWORD got = 0xdead;

    if (WSARecv(s, bufs, count, &got, &flags, NULL, NULL) == SOCKET_ERROR)
        return SOCKET_ERROR;
    return (int)got;
}

TEST(bytes_arrive_in_order, "RCV-1 SND-1")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    for (int i = 0; i < 100; i++)
        net_send(pair[0], "abcdefghij");
    for (int i = 0; i < 100; i++)
        net_expect(pair[1], "abcdefghij");
    net_close_pair(pair);
}

TEST(recv_gives_what_is_there, "RCV-1")
{
    SOCKET pair[2];
    char buf[100];

    net_pair(AF_INET, pair);
    net_send(pair[0], "five!");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, sizeof buf, 0), 5);
    CHECK_MEM(buf, "five!", 5);
    net_close_pair(pair);
}

static char big[4 * 1024 * 1024];

static DWORD WINAPI
receive_big(void *context)
{
    SOCKET s = *(SOCKET *)context;
    static char buf[65536];
    DWORD total = 0;
    int n;

    while ((n = recv(s, buf, sizeof buf, 0)) > 0) {
        for (int i = 0; i < n; i++) {
            if (buf[i] != (char)((total + (DWORD)i) % 251))
                return 0;
        }
        total += (DWORD)n;
    }
    return total;
}

TEST(a_blocking_send_takes_everything, "SND-1")
{
    SOCKET pair[2];
    HANDLE thread;

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i % 251);
    net_pair(AF_INET, pair);
    thread = net_thread(receive_big, &pair[1]);
    CHECK_EQ(send(pair[0], big, sizeof big, 0), sizeof big);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(net_join(thread), sizeof big);
    net_close_pair(pair);
}

TEST(a_blocking_gather_takes_everything, "SND-1 SND-2")
{
    WSABUF bufs[3] = {
        {1000001, big          },
        {999999,  big + 1000001},
        {0,       NULL         }
    };
    SOCKET pair[2];
    HANDLE thread;

    bufs[2].len = sizeof big - 2000000;
    bufs[2].buf = big + 2000000;
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i % 251);
    net_pair(AF_INET, pair);
    thread = net_thread(receive_big, &pair[1]);
    CHECK_EQ(wsa_send(pair[0], bufs, 3, 0), sizeof big);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(net_join(thread), sizeof big);
    net_close_pair(pair);
}

TEST(a_full_socket_would_block, "SND-1 SND-5")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    for (int i = 0; i < 100; i++) {
        if (send(pair[0], big, sizeof big, 0) == SOCKET_ERROR)
            break;
    }
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    CHECK_ERR(send(pair[0], "x", 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(a_non_blocking_send_takes_all_or_nothing, "SND-1 EVT-40 AMB-44")
{
    SOCKET pair[2];
    int n;

    WINE_DIFFERS("it sends a part");
    DEVIATES("a non-blocking send may send a part");
    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    for (int i = 0; i < 100; i++) {
        n = send(pair[0], big, 1000000, 0);
        if (n == SOCKET_ERROR)
            break;
        CHECK_EQ(n, 1000000);
    }
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(nothing_there_would_block, "RCV-6")
{
    SOCKET pair[2];
    char byte;
    WSABUF buf = {1, &byte};

    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    CHECK_ERR(recvfrom(pair[0], &byte, 1, 0, NULL, NULL) == SOCKET_ERROR,
              WSAEWOULDBLOCK);
    CHECK_ERR(wsa_recv(pair[0], &buf, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    CHECK_ERR(recv(pair[0], &byte, 1, MSG_PEEK) == SOCKET_ERROR,
              WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(buffers_are_gathered_in_order, "SND-2")
{
    WSABUF bufs[4] = {
        {3, (char *)"one"  },
        {0, NULL           },
        {4, (char *)"two " },
        {5, (char *)"three"}
    };
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(wsa_send(pair[0], bufs, 4, 0), 12);
    net_expect(pair[1], "onetwo three");
    net_close_pair(pair);
}

TEST(buffers_are_filled_in_order, "RCV-1")
{
    char a[3], b[4], c[20];
    WSABUF bufs[3] = {
        {sizeof a, a},
        {sizeof b, b},
        {sizeof c, c}
    };
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[0], "123456789");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(wsa_recv(pair[1], bufs, 3, 0), 9);
    CHECK_MEM(a, "123", 3);
    CHECK_MEM(b, "4567", 4);
    CHECK_MEM(c, "89", 2);
    net_close_pair(pair);
}

TEST(many_buffers_go_at_once, "SND-2 RCV-1")
{
    enum { COUNT = 1500 };
    static WSABUF bufs[COUNT];
    static char out[COUNT], in[COUNT];
    SOCKET pair[2];
    int got = 0;

    WINE_HANGS("it passes the kernel's limit of 1024 on");
    for (int i = 0; i < COUNT; i++) {
        out[i] = (char)i;
        bufs[i].len = 1;
        bufs[i].buf = &out[i];
    }
    net_pair(AF_INET, pair);
    CHECK_EQ(wsa_send(pair[0], bufs, COUNT, 0), COUNT);
    for (int i = 0; i < COUNT; i++)
        bufs[i].buf = &in[i];
    while (got < COUNT) {
        int n = wsa_recv(pair[1], bufs + got, (DWORD)(COUNT - got), 0);

        REQUIRE(n > 0);
        got += n;
    }
    CHECK_MEM(in, out, COUNT);
    net_close_pair(pair);
}

TEST(no_buffer_at_all_is_invalid, "RCV-7")
{
    SOCKET pair[2];
    char byte;
    WSABUF buf = {1, &byte};

    WINE_DIFFERS("it takes an empty array");
    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    CHECK_ERR(wsa_recv(pair[0], NULL, 0, 0) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(wsa_recv(pair[0], &buf, 0, 0) == SOCKET_ERROR, WSAEINVAL);
    net_close_pair(pair);
}

TEST(an_empty_send_sends_nothing, "OVL-14")
{
    SOCKET pair[2];
    WSABUF buf = {0, NULL};

    net_pair(AF_INET, pair);
    CHECK_EQ(send(pair[0], "x", 0, 0), 0);
    CHECK_EQ(wsa_send(pair[0], &buf, 1, 0), 0);
    CHECK(!net_readable(pair[1], NEVER));
    net_close_pair(pair);
}

TEST(an_empty_receive_takes_nothing, "OVL-14 RCV-7")
{
    SOCKET pair[2];
    char byte;
    WSABUF buf = {0, NULL};

    net_pair(AF_INET, pair);
    net_send(pair[0], "x");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], &byte, 0, 0), 0);
    CHECK_EQ(wsa_recv(pair[1], &buf, 1, 0), 0);
    net_expect(pair[1], "x");
    net_close_pair(pair);
}

TEST(a_peek_leaves_the_data, "RCV-4")
{
    SOCKET pair[2];
    char buf[8] = {0};
    WSABUF wsabuf = {sizeof buf, buf};

    net_pair(AF_INET, pair);
    net_send(pair[0], "peek");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, 2, MSG_PEEK), 2);
    CHECK_EQ(recv(pair[1], buf, sizeof buf, MSG_PEEK), 4);
    CHECK_EQ(wsa_recv(pair[1], &wsabuf, 1, MSG_PEEK), 4);
    CHECK_MEM(buf, "peek", 4);
    net_expect(pair[1], "peek");
    net_close_pair(pair);
}

static DWORD WINAPI
send_in_pieces(void *context)
{
    SOCKET s = *(SOCKET *)context;

    for (int i = 0; i < 5; i++) {
        if (send(s, "ab", 2, 0) != 2)
            return 1;
        Sleep(10);
    }
    return 0;
}

TEST(MSG_WAITALL_waits_for_all, "RCV-1")
{
    SOCKET pair[2];
    char buf[10];
    HANDLE thread;

    WINE_DIFFERS("it ignores the flag");
    net_pair(AF_INET, pair);
    thread = net_thread(send_in_pieces, &pair[0]);
    CHECK_EQ(recv(pair[1], buf, 10, MSG_WAITALL), 10);
    CHECK_MEM(buf, "ababababab", 10);
    CHECK_EQ(net_join(thread), 0);
    net_close_pair(pair);
}

TEST(MSG_WAITALL_ends_with_the_connection, "RCV-1")
{
    SOCKET pair[2];
    char buf[10];

    net_pair(AF_INET, pair);
    net_send(pair[0], "abc");
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(recv(pair[1], buf, 10, MSG_WAITALL), 3);
    net_close_pair(pair);
}

TEST(MSG_WAITALL_does_not_go_with_other_flags, "RCV-1")
{
    SOCKET pair[2];
    char buf[4];

    WINE_HANGS("it combines them");
    net_pair(AF_INET, pair);
    net_send(pair[0], "abcd");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], buf, 4, MSG_WAITALL | MSG_PEEK) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    CHECK_ERR(recv(pair[1], buf, 4, MSG_WAITALL | MSG_OOB) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_expect(pair[1], "abcd");
    net_close_pair(pair);
}

TEST(MSG_PUSH_IMMEDIATE_is_a_hint, "RCV-4")
{
    SOCKET pair[2];
    char buf[4];

    net_pair(AF_INET, pair);
    net_send(pair[0], "abcd");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_EQ(recv(pair[1], buf, 4, 0x20 /* MSG_PUSH_IMMEDIATE */), 4);
    net_close_pair(pair);
}

TEST(urgent_data_pass_the_others, "RCV-4")
{
    SOCKET pair[2];
    char byte = 0;

    net_pair(AF_INET, pair);
    net_send(pair[0], "normal");
    CHECK_EQ(send(pair[0], "!", 1, MSG_OOB), 1);
    REQUIRE(net_exceptional(pair[1], SOON));
    CHECK_EQ(recv(pair[1], &byte, 1, MSG_OOB), 1);
    CHECK_EQ(byte, '!');
    net_expect(pair[1], "normal");
    net_close_pair(pair);
}

TEST(urgent_data_inline_keep_their_place, "RCV-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[1], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    net_send(pair[0], "ab");
    CHECK_EQ(send(pair[0], "!", 1, MSG_OOB), 1);
    net_send(pair[0], "cd");
    net_expect(pair[1], "ab");
    net_expect(pair[1], "!cd");
    net_close_pair(pair);
}

TEST(urgent_data_inline_cannot_be_taken_out, "RCV-4")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[1], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    CHECK_EQ(send(pair[0], "!", 1, MSG_OOB), 1);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], &byte, 1, MSG_OOB) == SOCKET_ERROR, WSAEINVAL);
    net_close_pair(pair);
}

TEST(the_result_does_not_say_partial, "RCV-2")
{
    SOCKET pair[2];
    char byte;
    WSABUF buf = {1, &byte};
    DWORD got, flags = 0;

    net_pair(AF_INET, pair);
    net_send(pair[0], "xy");
    CHECK_EQ(WSARecv(pair[1], &buf, 1, &got, &flags, NULL, NULL), 0);
    CHECK_EQ(got, 1);
    CHECK_EQ(flags, 0);
    net_close_pair(pair);
}

TEST(MSG_PARTIAL_cannot_be_sent, "SND-4")
{
    SOCKET pair[2];

    WINE_DIFFERS("it ignores the flag");
    net_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], "x", 1, MSG_PARTIAL) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close_pair(pair);
}

TEST(addresses_are_ignored_on_streams, "CLS-14 RCV-5 SND-3")
{
    SOCKET pair[2];
    struct net_addr addr, nowhere = net_wildcard(AF_INET, 1);
    char byte;
    int len = sizeof addr.u;

    net_pair(AF_INET, pair);
    memset(&addr, 0x55, sizeof addr);
    CHECK_EQ(sendto(pair[0], "x", 1, 0, &nowhere.u.any, nowhere.len), 1);
    CHECK_EQ(recvfrom(pair[1], &byte, 1, 0, &addr.u.any, &len), 1);
    CHECK_EQ(addr.u.any.sa_family, 0x5555);
    CHECK_EQ(len, sizeof addr.u);
    net_close_pair(pair);
}

TEST(even_a_foreign_address_is_ignored_on_streams, "CLS-14 SND-3")
{
    SOCKET pair[2];
    struct net_addr other = net_loopback(AF_INET6, 9);

    WINE_HANGS("it looks at the address");
    net_pair(AF_INET, pair);
    other.u.any.sa_family = 0xdead;
    CHECK_EQ(sendto(pair[0], "x", 1, 0, &other.u.any, other.len), 1);
    CHECK_EQ(sendto(pair[0], "y", 1, 0, &other.u.any, 0), 1);
    net_expect(pair[1], "xy");
    net_close_pair(pair);
}

TEST(a_receive_times_out, "CLS-13")
{
    SOCKET pair[2];
    char byte;
    WSABUF buf = {1, &byte};
    ULONGLONG start;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 60), 0);
    start = GetTickCount64();
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    CHECK(GetTickCount64() - start >= 45);
    CHECK_ERR(wsa_recv(pair[0], &buf, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    CHECK_ERR(recvfrom(pair[0], &byte, 1, 0, NULL, NULL) == SOCKET_ERROR,
              WSAETIMEDOUT);
    net_close_pair(pair);
}

TEST(a_receive_time_does_not_delay_data, "CLS-13")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 1000000), 0);
    net_send(pair[1], "x");
    net_expect(pair[0], "x");
    net_close_pair(pair);
}

TEST(a_send_times_out, "CLS-13")
{
    SOCKET pair[2];
    int n;

    WINE_DIFFERS("now and then the send goes on");
    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_SNDTIMEO, 60), 0);
    do {
        n = send(pair[0], big, sizeof big, 0);
    } while (n > 0);
    CHECK_EQ(WSAGetLastError(), WSAETIMEDOUT);
    net_close_pair(pair);
}

TEST(a_time_of_0_is_no_time_limit, "CLS-13")
{
    SOCKET pair[2];
    char buf[10];
    HANDLE thread;
    int got = 0;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[1], SOL_SOCKET, SO_RCVTIMEO, 5), 0);
    REQUIRE_EQ(net_set(pair[1], SOL_SOCKET, SO_RCVTIMEO, 0), 0);
    thread = net_thread(send_in_pieces, &pair[0]);
    while (got < 10) {
        int n = recv(pair[1], buf, 10, 0);

        REQUIRE_ERR(n > 0, net_error());
        got += n;
    }
    CHECK_EQ(net_join(thread), 0);
    net_close_pair(pair);
}

TEST(byte_counts_are_needed, "OVL-8")
{
    SOCKET pair[2];
    char byte = 'x';
    WSABUF buf = {1, &byte};
    DWORD flags = 0;

    net_pair(AF_INET, pair);
    CHECK_ERR(WSASend(pair[0], &buf, 1, NULL, 0, NULL, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_send(pair[1], "y");
    REQUIRE(net_readable(pair[0], SOON));
    WINE_HANGS("it takes the data without counting");
    CHECK_ERR(WSARecv(pair[0], &buf, 1, NULL, &flags, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    net_expect(pair[0], "y");
    CHECK(!net_readable(pair[1], 0));
    net_close_pair(pair);
}

static int apcs;

static void CALLBACK
count_apc(ULONG_PTR unused)
{
    (void)unused;
    apcs++;
}

TEST(an_apc_runs_while_recv_waits, "CR-1 HOOK-5")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 50), 0);
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    CHECK_EQ(apcs, 1);
    net_close_pair(pair);
}

TEST(a_receive_that_finds_data_runs_no_apc, "CR-5")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    net_send(pair[1], "x");
    REQUIRE(net_readable(pair[0], SOON));
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    CHECK_EQ(recv(pair[0], &byte, 1, 0), 1);
    CHECK_EQ(apcs, 0);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    net_close_pair(pair);
}

TEST(both_directions_work_at_once, "RCV-1 SND-1")
{
    SOCKET pair[2];
    HANDLE a, b;

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i % 251);
    net_pair(AF_INET6, pair);
    a = net_thread(receive_big, &pair[0]);
    CHECK_EQ(send(pair[1], big, 1000000, 0), 1000000);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    CHECK_EQ(net_join(a), 1000000);
    b = net_thread(receive_big, &pair[1]);
    CHECK_EQ(send(pair[0], big, 1000000, 0), 1000000);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(net_join(b), 1000000);
    net_close_pair(pair);
}
