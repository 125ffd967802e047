/* SPDX-License-Identifier: MIT */
/* select() with counted sets: what is ready, what is refused, and that sets may
 * be larger than FD_SETSIZE. */
#include "net.h"

#include <stdlib.h>
#include <string.h>

static struct timeval no_time;

TEST(select_of_nothing_is_invalid, "SEL-1")
{
    struct timeval time = {0, 1000};
    fd_set empty;

    FD_ZERO(&empty);
    CHECK_ERR(select(0, NULL, NULL, NULL, &time) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(select(0, &empty, &empty, &empty, &time) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK_ERR(select(99, &empty, NULL, NULL, NULL) == SOCKET_ERROR, WSAEINVAL);
}

TEST(select_refuses_what_is_no_socket, "SEL-2 G-3")
{
    SOCKET pair[2], closed = net_socket(AF_INET, SOCK_STREAM);
    fd_set set, before;

    net_pair(AF_INET, pair);
    net_close(closed);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    FD_SET(closed, &set);
    before = set;
    CHECK_ERR(select(0, &set, NULL, NULL, &no_time) == SOCKET_ERROR,
              WSAENOTSOCK);
    CHECK_EQ(set.fd_count, 2);
    CHECK(set.fd_array[0] == before.fd_array[0]);
    CHECK(set.fd_array[1] == before.fd_array[1]);
    net_close_pair(pair);
}

TEST(select_times_out_with_empty_sets, "SEL-4")
{
    struct timeval time = {0, 20000};
    SOCKET pair[2];
    fd_set set;

    net_pair(AF_INET, pair);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    CHECK_EQ(select(0, &set, NULL, NULL, &time), 0);
    CHECK_EQ(set.fd_count, 0);
    CHECK_EQ(time.tv_sec, 0);
    CHECK_EQ(time.tv_usec, 20000);
    net_close_pair(pair);
}

TEST(a_negative_time_is_invalid, "SEL-4")
{
    struct timeval time = {-1, 0};
    SOCKET pair[2];
    fd_set set;

    WINE_DIFFERS("it polls");
    net_pair(AF_INET, pair);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    CHECK_ERR(select(0, &set, NULL, NULL, &time) == SOCKET_ERROR, WSAEINVAL);
    net_close_pair(pair);
}

TEST(data_make_a_socket_readable, "SEL-5")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK(!net_readable(pair[0], 0));
    net_send(pair[1], "x");
    CHECK(net_readable(pair[0], SOON));
    net_expect(pair[0], "x");
    CHECK(!net_readable(pair[0], 0));
    net_close_pair(pair);
}

TEST(the_end_makes_a_socket_readable, "SEL-5")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    CHECK(net_readable(pair[0], SOON));
    net_expect_end(pair[0]);
    CHECK(net_readable(pair[0], 0));
    net_close_pair(pair);
}

TEST(a_request_makes_a_listener_readable, "SEL-5")
{
    SOCKET listener = net_listener(AF_INET), client, s;

    CHECK(!net_readable(listener, 0));
    client = net_client(listener);
    CHECK(net_readable(listener, SOON));
    CHECK(!net_writable(listener, 0));
    s = accept(listener, NULL, NULL);
    CHECK(!net_readable(listener, 0));
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_connected_socket_is_writable, "SEL-6")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK(net_writable(pair[0], 0));
    CHECK(net_writable(pair[1], 0));
    net_close_pair(pair);
}

TEST(an_unbound_datagram_socket_is_writable, "SEL-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);

    CHECK(net_writable(s, 0));
    CHECK(!net_readable(s, 0));
    net_close(s);
}

TEST(an_idle_stream_socket_is_nothing, "SEL-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK(!net_writable(s, 0));
    CHECK(!net_readable(s, 0));
    CHECK(!net_exceptional(s, 0));
    net_close(s);
    s = net_bound(AF_INET6, SOCK_STREAM);
    CHECK(!net_writable(s, 0));
    CHECK(!net_readable(s, 0));
    net_close(s);
}

TEST(a_full_socket_is_not_writable, "SEL-6")
{
    static char block[100000];
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    while (send(pair[0], block, sizeof block, 0) > 0)
        continue;
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    CHECK(!net_writable(pair[0], 0));
    net_close_pair(pair);
}

TEST(urgent_data_are_exceptional, "SEL-7")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    CHECK(!net_exceptional(pair[0], 0));
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    CHECK(net_exceptional(pair[0], SOON));
    CHECK(!net_readable(pair[0], 0));
    CHECK_EQ(recv(pair[0], &byte, 1, MSG_OOB), 1);
    CHECK(!net_exceptional(pair[0], 0));
    net_close_pair(pair);
}

TEST(urgent_data_inline_are_readable, "SEL-5 SEL-7")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    CHECK(net_readable(pair[0], SOON));
    CHECK(!net_exceptional(pair[0], 0));
    net_close_pair(pair);
}

TEST(the_result_counts_sockets_in_all_sets, "SEL-4")
{
    SOCKET a[2], b[2];
    fd_set readable, writable;

    net_pair(AF_INET, a);
    net_pair(AF_INET, b);
    net_send(a[1], "x");
    REQUIRE(net_readable(a[0], SOON));
    FD_ZERO(&readable);
    FD_SET(a[0], &readable);
    FD_SET(b[0], &readable);
    FD_ZERO(&writable);
    FD_SET(a[0], &writable);
    FD_SET(b[0], &writable);
    CHECK_EQ(select(0, &readable, &writable, NULL, &no_time), 3);
    CHECK_EQ(readable.fd_count, 1);
    CHECK(FD_ISSET(a[0], &readable));
    CHECK(!FD_ISSET(b[0], &readable));
    CHECK_EQ(writable.fd_count, 2);
    net_close_pair(a);
    net_close_pair(b);
}

TEST(nfds_is_ignored, "SEL-1")
{
    SOCKET pair[2];
    fd_set set;

    net_pair(AF_INET, pair);
    for (int nfds = -1; nfds <= 1; nfds++) {
        FD_ZERO(&set);
        FD_SET(pair[0], &set);
        CHECK_EQ(select(nfds, NULL, &set, NULL, &no_time), 1);
    }
    net_close_pair(pair);
}

TEST(a_socket_may_stand_in_a_set_twice, "SEL-9")
{
    SOCKET pair[2];
    fd_set set;

    net_pair(AF_INET, pair);
    set.fd_count = 2;
    set.fd_array[0] = set.fd_array[1] = pair[0];
    CHECK(select(0, NULL, &set, NULL, &no_time) >= 1);
    CHECK(FD_ISSET(pair[0], &set));
    net_close_pair(pair);
}

TEST(the_set_macros_keep_their_rules, "SEL-10")
{
    fd_set set;

    FD_ZERO(&set);
    for (SOCKET s = 4; s < 4 + 100; s++)
        FD_SET(s, &set);
    CHECK_EQ(set.fd_count, FD_SETSIZE);
    FD_SET(4, &set);
    CHECK_EQ(set.fd_count, FD_SETSIZE);
    CHECK(FD_ISSET(4, &set));
    CHECK(!FD_ISSET(103, &set));
    FD_CLR(4, &set);
    FD_CLR(4, &set);
    CHECK_EQ(set.fd_count, FD_SETSIZE - 1);
    CHECK_EQ(set.fd_array[0], 5);
    CHECK(!__WSAFDIsSet(4, &set));
    CHECK(__WSAFDIsSet(5, &set));
}

TEST(a_set_may_hold_more_than_64, "SEL-1")
{
    enum { COUNT = 150 };
    struct {
        u_int count;
        SOCKET array[COUNT];
    } *set = calloc(1, sizeof *set);
    SOCKET s[COUNT], sender = net_bound(AF_INET, SOCK_DGRAM);

    for (int i = 0; i < COUNT; i++) {
        s[i] = net_bound(AF_INET, SOCK_DGRAM);
        set->array[i] = s[i];
    }
    set->count = COUNT;
    for (int i = 0; i < COUNT; i += 50) {
        struct net_addr to = net_name(s[i]);

        sendto(sender, "x", 1, 0, &to.u.any, to.len);
        REQUIRE(net_readable(s[i], SOON));
    }
    CHECK_EQ(select(0, (fd_set *)set, NULL, NULL, &no_time), 3);
    CHECK_EQ(set->count, 3);
    CHECK(set->array[2] == s[100]);
    for (int i = 0; i < COUNT; i++)
        net_close(s[i]);
    net_close(sender);
    free(set);
}

static DWORD WINAPI
send_later(void *context)
{
    SOCKET s = *(SOCKET *)context;

    net_readable(s, 30);
    return send(s, "x", 1, 0) == 1 ? 0 : 1;
}

TEST(select_without_a_time_waits_for_ever, "SEL-4")
{
    SOCKET pair[2];
    HANDLE thread;
    fd_set set;

    net_pair(AF_INET, pair);
    thread = net_thread(send_later, &pair[1]);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    CHECK_EQ(select(0, &set, NULL, NULL, NULL), 1);
    CHECK_EQ(net_join(thread), 0);
    net_close_pair(pair);
}

static int apcs;

static void CALLBACK
count_apc(ULONG_PTR unused)
{
    (void)unused;
    apcs++;
}

TEST(an_apc_runs_while_select_waits, "SEL-8")
{
    struct timeval time = {0, 50000};
    SOCKET pair[2];
    fd_set set;

    net_pair(AF_INET, pair);
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    CHECK_EQ(select(0, &set, NULL, NULL, &time), 0);
    CHECK_EQ(apcs, 1);
    net_close_pair(pair);
}

TEST(both_families_go_into_one_select, "SEL-3")
{
    SOCKET a[2], b[2];
    fd_set set;

    net_pair(AF_INET, a);
    net_udp_pair(AF_INET6, b);
    net_send(b[1], "x");
    REQUIRE(net_readable(b[0], SOON));
    FD_ZERO(&set);
    FD_SET(a[0], &set);
    FD_SET(b[0], &set);
    CHECK_EQ(select(0, &set, NULL, NULL, NULL), 1);
    CHECK(FD_ISSET(b[0], &set));
    net_close_pair(a);
    net_close_pair(b);
}
