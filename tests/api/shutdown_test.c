/* SPDX-License-Identifier: MIT */
/* shutdown(), closesocket(), linger, and how the end of a connection shows at
 * the other side. Closing from another thread is in close_race_test.c. */
#include "net.h"

#include <string.h>

TEST(a_direction_out_of_range_is_invalid, "CLS-1")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(shutdown(pair[0], 3) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(shutdown(pair[0], -1) == SOCKET_ERROR, WSAEINVAL);
    net_send(pair[0], "x");
    net_expect(pair[1], "x");
    net_close_pair(pair);
}

TEST(shutdown_needs_a_connection, "CLS-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_ERR(shutdown(s, SD_SEND) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(shutdown(s, SD_RECEIVE) == SOCKET_ERROR, WSAENOTCONN);
    REQUIRE_EQ(listen(s, 1), 0);
    CHECK_ERR(shutdown(s, SD_SEND) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(shutdown(s, SD_BOTH) == SOCKET_ERROR, WSAENOTCONN);
    net_close(net_client(s));
    net_close(s);
}

TEST(shutdown_may_be_repeated, "CLS-1")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    CHECK_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    CHECK_EQ(shutdown(pair[0], SD_BOTH), 0);
    CHECK_EQ(shutdown(pair[0], SD_BOTH), 0);
    net_close_pair(pair);
}

TEST(an_unconnected_datagram_socket_may_be_shut_down, "CLS-1")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);

    CHECK_EQ(shutdown(s, SD_RECEIVE), 0);
    CHECK_EQ(shutdown(s, SD_SEND), 0);
    net_close(s);
}

TEST(nothing_can_be_sent_after_SD_SEND, "CLS-2")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_ERR(send(pair[0], "x", 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    CHECK_ERR(send(pair[0], "x", 1, MSG_OOB) == SOCKET_ERROR, WSAESHUTDOWN);
    net_close_pair(pair);
}

TEST(the_peer_reads_all_and_then_the_end, "CLS-2 RCV-1 CDT-10")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[0], "first");
    net_send(pair[0], "last");
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    net_expect(pair[1], "firstlast");
    net_expect_end(pair[1]);
    net_expect_end(pair[1]);
    net_close_pair(pair);
}

TEST(the_other_direction_survives_SD_SEND, "CLS-2")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    net_expect_end(pair[1]);
    net_send(pair[1], "answer");
    net_expect(pair[0], "answer");
    net_close_pair(pair);
}

TEST(nothing_can_be_received_after_SD_RECEIVE, "CLS-2")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    CHECK_ERR(recvfrom(pair[0], &byte, 1, 0, NULL, NULL) == SOCKET_ERROR,
              WSAESHUTDOWN);
    net_close_pair(pair);
}

TEST(SD_RECEIVE_hides_queued_data_too, "CLS-2")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    net_send(pair[1], "queued");
    REQUIRE(net_readable(pair[0], SOON));
    REQUIRE_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    net_close_pair(pair);
}

TEST(the_peer_is_not_told_of_SD_RECEIVE, "CLS-2")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_RECEIVE), 0);
    net_send(pair[1], "still possible");
    CHECK(!net_readable(pair[1], NEVER));
    net_send(pair[0], "this way too");
    net_expect(pair[1], "this way too");
    net_close_pair(pair);
}

TEST(datagram_sockets_obey_shutdown_as_well, "CLS-2")
{
    SOCKET pair[2];
    struct net_addr addr;
    char byte;

    net_udp_pair(AF_INET, pair);
    addr = net_name(pair[1]);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_ERR(send(pair[0], "x", 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    CHECK_ERR(sendto(pair[0], "x", 1, 0, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSAESHUTDOWN);
    REQUIRE_EQ(shutdown(pair[1], SD_RECEIVE), 0);
    CHECK_ERR(recv(pair[1], &byte, 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    net_close_pair(pair);
}

TEST(names_survive_SD_BOTH, "CLS-3")
{
    SOCKET pair[2];
    struct net_addr name, peer;

    net_pair(AF_INET, pair);
    name = net_name(pair[0]);
    peer = net_peer(pair[0]);
    REQUIRE_EQ(shutdown(pair[0], SD_BOTH), 0);
    CHECK(net_same(net_name(pair[0]), name));
    CHECK(net_same(net_peer(pair[0]), peer));
    net_close_pair(pair);
}

TEST(names_survive_the_end_of_both_directions, "CLS-3")
{
    SOCKET pair[2];
    struct net_addr peer;

    WINE_DIFFERS("getpeername gives WSAENOTCONN");
    net_pair(AF_INET, pair);
    peer = net_peer(pair[0]);
    REQUIRE_EQ(shutdown(pair[0], SD_BOTH), 0);
    REQUIRE_EQ(shutdown(pair[1], SD_BOTH), 0);
    REQUIRE(net_readable(pair[0], SOON));
    CHECK(net_same(net_peer(pair[0]), peer));
    CHECK(net_same(net_peer(pair[1]), net_name(pair[0])));
    net_close_pair(pair);
}

TEST(shutdown_does_not_close, "CLS-5")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_BOTH), 0);
    CHECK_EQ(net_int(pair[0], SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    net_close_pair(pair);
}

TEST(a_close_sends_what_is_queued, "CLS-6")
{
    SOCKET pair[2];

    net_pair(AF_INET6, pair);
    net_send(pair[0], "farewell");
    net_close(pair[0]);
    net_expect(pair[1], "farewell");
    net_expect_end(pair[1]);
    net_close(pair[1]);
}

TEST(linger_0_resets, "CLS-6 CDT-10")
{
    SOCKET pair[2];

    WINE_DIFFERS("the error of the reset is lost");
    net_pair(AF_INET, pair);
    net_abort(pair[0]);
    net_expect_reset(pair[1]);
    net_close(pair[1]);
}

TEST(linger_with_time_waits_and_ends_gracefully, "CLS-6")
{
    SOCKET pair[2];
    struct linger l = {1, 5};

    net_pair(AF_INET, pair);
    REQUIRE_EQ(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l),
               0);
    net_send(pair[0], "bye");
    net_close(pair[0]);
    net_expect(pair[1], "bye");
    net_expect_end(pair[1]);
    net_close(pair[1]);
}

TEST(linger_with_time_on_a_non_blocking_socket_may_not_close, "CLS-6")
{
    static char block[65536];
    SOCKET pair[2];
    struct linger l = {1, 5};

    WINE_HANGS("it closes in the background");
    net_pair(AF_INET, pair);
    REQUIRE_EQ(setsockopt(pair[0], SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l),
               0);
    net_nonblocking(pair[0], 1);
    /* More than the peer's window can hold, so that data must wait. */
    for (int i = 0; i < 1000; i++) {
        if (send(pair[0], block, sizeof block, 0) == SOCKET_ERROR)
            break;
    }
    CHECK_ERR(closesocket(pair[0]) == SOCKET_ERROR, WSAEWOULDBLOCK);
    CHECK_EQ(net_int(pair[0], SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    net_abort(pair[0]);
    net_close(pair[1]);
}

TEST(closing_with_unread_data_resets, "CLS-7")
{
    SOCKET pair[2];

    WINE_DIFFERS("a receive that waits loses the error of the reset");
    net_pair(AF_INET, pair);
    net_send(pair[1], "never read");
    REQUIRE(net_readable(pair[0], SOON));
    net_close(pair[0]);
    net_expect_reset(pair[1]);
    net_close(pair[1]);
}

TEST(sending_to_a_closed_peer_fails_in_the_end, "CLS-12 AMB-49")
{
    SOCKET pair[2];
    char byte;

    WINE_HANGS("the error of the reset is lost");
    net_pair(AF_INET, pair);
    net_close(pair[0]);
    net_expect_end(pair[1]);
    CHECK_EQ(send(pair[1], "x", 1, 0), 1);
    for (int i = 0; i < 1000 && send(pair[1], "y", 1, 0) != SOCKET_ERROR; i++)
        continue;
    CHECK_ERR(send(pair[1], "z", 1, 0) == SOCKET_ERROR, WSAECONNRESET,
              WSAECONNABORTED);
    CHECK_ERR(recv(pair[1], &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET,
              WSAECONNABORTED);
    net_close(pair[1]);
}

TEST(a_reset_makes_readable_and_writable, "CLS-12")
{
    SOCKET pair[2];
    char byte;

    WINE_DIFFERS("select takes the error away");
    net_pair(AF_INET, pair);
    net_abort(pair[0]);
    CHECK(net_readable(pair[1], SOON));
    CHECK(net_writable(pair[1], 0));
    CHECK_EQ(recv(pair[1], &byte, 1, 0), SOCKET_ERROR);
    CHECK_ERR(recv(pair[1], &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET,
              WSAECONNABORTED);
    CHECK_ERR(send(pair[1], &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET,
              WSAECONNABORTED);
    net_close(pair[1]);
}

TEST(a_reset_is_told_again_and_again, "CLS-12")
{
    SOCKET pair[2];
    char byte;

    WINE_DIFFERS("the second receive gives 0");
    net_pair(AF_INET, pair);
    net_abort(pair[0]);
    REQUIRE(net_readable(pair[1], SOON));
    for (int i = 0; i < 3; i++)
        CHECK_ERR(recv(pair[1], &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET);
    net_close(pair[1]);
}

TEST(a_reset_does_not_show_in_the_exceptional_set, "CLS-12")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_abort(pair[0]);
    REQUIRE(net_readable(pair[1], SOON));
    CHECK(!net_exceptional(pair[1], 0));
    net_close(pair[1]);
}

TEST(WSASendDisconnect_ends_sending, "CDT-5 CDT-6")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(WSASendDisconnect(pair[0], NULL), 0);
    CHECK_ERR(send(pair[0], "x", 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    net_expect_end(pair[1]);
    net_send(pair[1], "still open");
    net_expect(pair[0], "still open");
    net_close_pair(pair);
}

TEST(WSASendDisconnect_needs_a_connection, "CDT-6")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_ERR(WSASendDisconnect(s, NULL) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(WSASendDisconnect(INVALID_SOCKET, NULL) == SOCKET_ERROR,
              WSAENOTSOCK);
    net_close(s);
}

TEST(WSASendDisconnect_has_no_data_on_tcp, "CDT-6 CDT-1")
{
    SOCKET pair[2];
    WSABUF data = {3, (char *)"bye"};

    WINE_DIFFERS("it ignores the data");
    net_pair(AF_INET, pair);
    CHECK_ERR(WSASendDisconnect(pair[0], &data) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_send(pair[0], "x");
    net_close_pair(pair);
}

TEST(WSARecvDisconnect_ends_receiving, "CDT-7 CDT-8")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    CHECK_EQ(WSARecvDisconnect(pair[0], NULL), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    net_send(pair[0], "x");
    net_expect(pair[1], "x");
    net_close_pair(pair);
}

TEST(WSARecvDisconnect_has_no_data_on_tcp, "CDT-8 CDT-1")
{
    SOCKET pair[2];
    char room[8];
    WSABUF data = {sizeof room, room};

    WINE_DIFFERS("it ignores the buffer");
    net_pair(AF_INET, pair);
    CHECK_ERR(WSARecvDisconnect(pair[0], &data) == SOCKET_ERROR,
              WSAENOPROTOOPT);
    net_close_pair(pair);
}

TEST(the_graceful_close_of_the_book_works, "CDT-9")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[1], "request");
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    net_expect(pair[0], "request");
    net_expect_end(pair[0]);
    net_send(pair[0], "response");
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    net_expect(pair[1], "response");
    net_expect_end(pair[1]);
    net_close_pair(pair);
}

TEST(a_socket_of_any_kind_can_be_closed, "CLS-8 G-3")
{
    SOCKET pair[2], s = net_socket(AF_INET6, SOCK_DGRAM);

    net_close(s);
    net_close(net_bound(AF_INET, SOCK_STREAM));
    net_close(net_listener(AF_INET6));
    net_udp_pair(AF_INET6, pair);
    net_close_pair(pair);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAENOTSOCK);
}
