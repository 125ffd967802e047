/* SPDX-License-Identifier: MIT */
/* Network events recorded on event objects: registration, the record, what
 * raises an event first and what enables it again, and the error codes.
 * Where the documents and Windows differ, the tests follow Windows (the
 * statements EVT-32 to EVT-45). */
#include "net.h"

#include <string.h>

static WSAEVENT
new_event(void)
{
    WSAEVENT event = WSACreateEvent();

    REQUIRE(event != WSA_INVALID_EVENT);
    return event;
}

static void
choose(SOCKET s, WSAEVENT event, long mask)
{
    REQUIRE_ERR(WSAEventSelect(s, event, mask) == 0, net_error());
}

/* Exactly these events come, within the time; the error of each is 0. */
#define EXPECT(s, event, mask) CHECK_EQ(net_events(s, event, mask, SOON), mask)
#define EXPECT_NONE(s, event)                                                  \
    do {                                                                       \
        CHECK(!net_signalled(event, NEVER));                                   \
        CHECK_EQ(net_enum(s, event, NULL), 0);                                 \
    } while (0)

/* A connected pair whose accepted end has the registration; enumerated until
 * FD_WRITE came, if it was asked for. */
static WSAEVENT
watched_pair(SOCKET pair[2], long mask)
{
    WSAEVENT event = new_event();

    net_pair(AF_INET, pair);
    choose(pair[0], event, mask);
    if (mask & FD_WRITE)
        CHECK(net_events(pair[0], event, FD_WRITE, SOON) & FD_WRITE);
    return event;
}

static void
end_pair(SOCKET pair[2], WSAEVENT event)
{
    net_close_pair(pair);
    REQUIRE(WSACloseEvent(event));
}

/* Registration */

TEST(a_registration_makes_the_socket_non_blocking, "EVT-1")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;

    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    end_pair(pair, event);
}

TEST(a_registration_of_nothing_makes_non_blocking_too, "EVT-1 EVT-3")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    CHECK_EQ(WSAEventSelect(pair[0], NULL, 0), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(a_cancelled_registration_leaves_the_socket_non_blocking, "EVT-3")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;

    choose(pair[0], NULL, 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    end_pair(pair, event);
}

TEST(a_registered_socket_cannot_be_made_blocking, "EVT-4 IOC-3")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    u_long off = 0, on = 1;

    CHECK_ERR(ioctlsocket(pair[0], FIONBIO, &off) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(ioctlsocket(pair[0], FIONBIO, &on), 0);
    choose(pair[0], event, 0);
    CHECK_EQ(ioctlsocket(pair[0], FIONBIO, &off), 0);
    end_pair(pair, event);
}

TEST(a_new_mask_replaces_the_old_one, "EVT-2 EVT-14")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    choose(pair[0], event, FD_CLOSE);
    net_send(pair[1], "x");
    EXPECT_NONE(pair[0], event);
    net_expect(pair[0], "x");
    net_close(pair[1]);
    EXPECT(pair[0], event, FD_CLOSE);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(a_new_event_object_replaces_the_old_one, "EVT-2")
{
    SOCKET pair[2];
    WSAEVENT old = watched_pair(pair, FD_READ), event = new_event();

    choose(pair[0], event, FD_READ);
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK(!net_signalled(old, 0));
    EXPECT(pair[0], event, FD_READ);
    WSACloseEvent(old);
    end_pair(pair, event);
}

TEST(a_cancelled_registration_is_silent, "EVT-3")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    choose(pair[0], event, 0);
    net_send(pair[1], "x");
    net_close(pair[1]);
    CHECK(!net_signalled(event, NEVER));
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(closing_the_socket_ends_its_registration, "EVT-6 CLS-9")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    net_close(pair[0]);
    CHECK(!net_signalled(event, NEVER));
    net_close(pair[1]);
    WSACloseEvent(event);
}

TEST(a_registration_needs_an_event_object, "EVT-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_ERR(WSAEventSelect(s, NULL, FD_READ) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(WSAEventSelect(INVALID_SOCKET, NULL, 0) == SOCKET_ERROR,
              WSAENOTSOCK);
    net_close(s);
}

TEST(a_closed_event_object_is_refused, "EVT-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();

    WSACloseEvent(event);
    CHECK_ERR(WSAEventSelect(s, event, FD_READ) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
}

TEST(unknown_bits_of_the_mask_are_refused, "EVT-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();

    WINE_DIFFERS("it ignores unknown bits");
    CHECK_ERR(WSAEventSelect(s, event, 0x400) == SOCKET_ERROR, WSAEINVAL);
    net_close(s);
    WSACloseEvent(event);
}

TEST(one_event_object_serves_many_sockets, "EVT-10")
{
    SOCKET a[2], b[2];
    WSAEVENT event = watched_pair(a, FD_READ);

    net_pair(AF_INET6, b);
    choose(b[0], event, FD_READ);
    net_send(b[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(a[0], NULL, NULL), 0);
    EXPECT(b[0], event, FD_READ);
    net_send(a[1], "x");
    CHECK(net_signalled(event, SOON));
    EXPECT(a[0], event, FD_READ);
    net_close_pair(b);
    end_pair(a, event);
}

TEST(an_auto_reset_event_may_be_registered, "EVT-9")
{
    SOCKET pair[2];
    WSAEVENT event = CreateEventA(NULL, FALSE, FALSE, NULL);

    net_pair(AF_INET, pair);
    choose(pair[0], event, FD_READ);
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK(!net_signalled(event, 0));
    CHECK_EQ(net_enum(pair[0], NULL, NULL), FD_READ);
    end_pair(pair, event);
}

TEST(the_event_object_stays_set_until_enumerated, "EVT-9 EVT-13")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    for (int i = 0; i < 3; i++)
        CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], event, NULL), FD_READ);
    CHECK(!net_signalled(event, 0));
    end_pair(pair, event);
}

/* The record */

TEST(the_record_is_cleared_by_reading_it, "EVT-13 EVT-11")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], event, NULL), FD_READ);
    CHECK_EQ(net_enum(pair[0], event, NULL), 0);
    end_pair(pair, event);
}

TEST(enumeration_without_an_event_resets_nothing, "EVT-13 EVT-17")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], NULL, NULL), FD_READ);
    CHECK(net_signalled(event, 0));
    CHECK(WSAResetEvent(event));
    CHECK(!net_signalled(event, 0));
    end_pair(pair, event);
}

TEST(enumeration_resets_whichever_event_it_is_given, "EVT-16")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ), other = new_event();

    WSASetEvent(other);
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], other, NULL), FD_READ);
    CHECK(!net_signalled(other, 0));
    CHECK(net_signalled(event, 0));
    WSACloseEvent(other);
    end_pair(pair, event);
}

TEST(enumeration_writes_only_the_errors_of_its_events, "EVT-13")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    WSANETWORKEVENTS ne;

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    memset(&ne, 0x55, sizeof ne);
    REQUIRE_EQ(WSAEnumNetworkEvents(pair[0], event, &ne), 0);
    CHECK_EQ(ne.lNetworkEvents, FD_READ);
    CHECK_EQ(ne.iErrorCode[FD_READ_BIT], 0);
    CHECK_EQ(ne.iErrorCode[FD_WRITE_BIT], 0x55555555);
    CHECK_EQ(ne.iErrorCode[FD_CLOSE_BIT], 0x55555555);
    end_pair(pair, event);
}

TEST(a_failed_enumeration_clears_nothing, "EVT-13 EVT-15")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    WINE_DIFFERS("a NULL pointer crashes it");
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    CHECK_ERR(WSAEnumNetworkEvents(pair[0], event, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK(net_signalled(event, 0));
    CHECK_EQ(net_enum(pair[0], event, NULL), FD_READ);
    end_pair(pair, event);
}

TEST(enumeration_of_no_socket_fails, "EVT-15 G-3")
{
    WSANETWORKEVENTS ne;

    CHECK_ERR(WSAEnumNetworkEvents(INVALID_SOCKET, NULL, &ne) == SOCKET_ERROR,
              WSAENOTSOCK);
}

TEST(enumeration_without_a_registration_gives_nothing, "EVT-15 AMB-34")
{
    SOCKET pair[2];
    WSANETWORKEVENTS ne;

    net_pair(AF_INET, pair);
    memset(&ne, 0x55, sizeof ne);
    CHECK_EQ(WSAEnumNetworkEvents(pair[0], NULL, &ne), 0);
    CHECK_EQ(ne.lNetworkEvents, 0);
    net_close_pair(pair);
}

TEST(events_that_are_not_selected_are_not_told, "EVT-11 EVT-14")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_CLOSE);

    net_send(pair[1], "x");
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

/* FD_READ */

TEST(arriving_data_raise_FD_READ, "EVT-11 EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    EXPECT_NONE(pair[0], event);
    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(data_that_are_there_raise_FD_READ_at_selection, "EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = new_event();

    net_pair(AF_INET, pair);
    net_send(pair[1], "x");
    REQUIRE(net_readable(pair[0], SOON));
    choose(pair[0], event, FD_READ);
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(FD_READ_comes_once_until_something_is_received, "EVT-12")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "xy");
    EXPECT(pair[0], event, FD_READ);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(a_receive_that_leaves_data_raises_FD_READ_again, "EVT-12 EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;

    WINE_DIFFERS("now and then it signals once more");
    net_send(pair[1], "xy");
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(a_peek_enables_FD_READ_again, "EVT-24")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;

    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, MSG_PEEK), 1);
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(each_receiving_call_enables_FD_READ_again, "EVT-12")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;
    WSABUF buf = {1, &byte};
    DWORD got, flags = 0;

    net_send(pair[1], "wxyz");
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(recvfrom(pair[0], &byte, 1, 0, NULL, NULL), 1);
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(WSARecv(pair[0], &buf, 1, &got, &flags, NULL, NULL), 0);
    EXPECT(pair[0], event, FD_READ);
    flags = 0;
    REQUIRE_EQ(
        WSARecvFrom(pair[0], &buf, 1, &got, &flags, NULL, NULL, NULL, NULL), 0);
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(looking_does_not_enable_FD_READ, "EVT-24 EVT-26 SEL-9")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    WSAPOLLFD poll;
    u_long count;

    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    CHECK_EQ(ioctlsocket(pair[0], FIONREAD, &count), 0);
    CHECK_EQ(net_readable(pair[0], 0), 1);
    poll.fd = pair[0];
    poll.events = POLLRDNORM;
    CHECK_EQ(WSAPoll(&poll, 1, 0), 1);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(select_does_not_take_an_event_away, "EVT-26 SEL-9")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_readable(pair[0], SOON));
    CHECK(net_readable(pair[0], 0));
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(new_data_raise_FD_READ_even_without_a_receive, "EVT-33 AMB-33")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    WINE_HANGS("FD_READ waits for a receive");
    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    net_send(pair[1], "y");
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(a_failing_receive_does_not_signal, "EVT-42 AMB-37")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    char byte;

    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    EXPECT_NONE(pair[0], event);
    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(reselecting_does_not_tell_FD_READ_again, "EVT-32 AMB-32")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    choose(pair[0], event, FD_READ);
    EXPECT_NONE(pair[0], event);
    choose(pair[0], event, 0);
    choose(pair[0], event, FD_READ);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(reselecting_signals_what_was_not_enumerated, "EVT-32 EVT-35")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    WSAResetEvent(event);
    choose(pair[0], event, FD_READ);
    CHECK(net_signalled(event, SOON));
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(an_event_kept_outside_the_mask_shows_when_selected_again, "EVT-14 EVT-35")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    choose(pair[0], event, FD_CLOSE);
    CHECK_EQ(net_enum(pair[0], event, NULL), 0);
    choose(pair[0], event, FD_READ | FD_CLOSE);
    EXPECT(pair[0], event, FD_READ);
    end_pair(pair, event);
}

TEST(a_mask_without_the_bit_leaves_the_event_object_alone, "EVT-35")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    choose(pair[0], event, FD_CLOSE);
    CHECK(net_signalled(event, 0));
    end_pair(pair, event);
}

TEST(datagrams_raise_FD_READ, "EVT-12 EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = new_event();
    char byte;

    net_udp_pair(AF_INET, pair);
    choose(pair[0], event, FD_READ);
    net_send(pair[1], "x");
    EXPECT(pair[0], event, FD_READ);
    net_send(pair[1], "y");
    REQUIRE(net_readable(pair[0], SOON));
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    EXPECT(pair[0], event, FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    WINE_DIFFERS("now and then it reports what has been read since");
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

/* FD_WRITE */

TEST(a_connected_socket_reports_FD_WRITE_once, "EVT-18 EVT-40")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_WRITE);

    net_send(pair[0], "x");
    net_send(pair[0], "y");
    EXPECT_NONE(pair[0], event);
    choose(pair[0], event, FD_WRITE);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

/* Sends until nothing goes; gives the number of bytes. */
static int
fill(SOCKET s)
{
    static char block[100000];
    int total = 0, n;

    while ((n = send(s, block, sizeof block, 0)) > 0)
        total += n;
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    return total;
}

static void
drain(SOCKET s, int total)
{
    static char block[100000];

    while (total > 0) {
        int n = recv(s, block, sizeof block, 0);

        REQUIRE_ERR(n > 0, net_error());
        total -= n;
    }
}

TEST(FD_WRITE_comes_back_when_there_is_room_again, "EVT-19 EVT-40 AMB-31")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_WRITE);
    int total = fill(pair[0]);

    EXPECT_NONE(pair[0], event);
    drain(pair[1], total);
    EXPECT(pair[0], event, FD_WRITE);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(FD_WRITE_comes_back_time_and_again, "EVT-19")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_WRITE);

    for (int i = 0; i < 3; i++) {
        drain(pair[1], fill(pair[0]));
        EXPECT(pair[0], event, FD_WRITE);
    }
    end_pair(pair, event);
}

TEST(an_unconnected_stream_socket_reports_nothing, "EVT-39 EVT-45")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();

    choose(s, event, FD_READ | FD_WRITE | FD_CLOSE | FD_CONNECT);
    EXPECT_NONE(s, event);
    net_close(s);
    WSACloseEvent(event);
}

TEST(a_bound_datagram_socket_reports_FD_WRITE_once, "EVT-39")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    WSAEVENT event = new_event();

    choose(s, event, FD_READ | FD_WRITE);
    EXPECT(s, event, FD_WRITE);
    choose(s, event, FD_READ | FD_WRITE);
    EXPECT_NONE(s, event);
    net_close(s);
    WSACloseEvent(event);
}

TEST(an_unbound_datagram_socket_reports_nothing, "EVT-39")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    WSAEVENT event = new_event();

    WINE_DIFFERS("it reports FD_WRITE at once");
    choose(s, event, FD_READ | FD_WRITE);
    EXPECT_NONE(s, event);
    net_close(s);
    WSACloseEvent(event);
}

TEST(binding_a_datagram_socket_raises_FD_WRITE, "EVT-39")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    WSAEVENT event = new_event();
    struct net_addr addr = net_loopback(AF_INET, 0);

    WINE_HANGS("it reports FD_WRITE before");
    choose(s, event, FD_READ | FD_WRITE);
    CHECK_EQ(net_enum(s, event, NULL), 0);
    REQUIRE_EQ(bind(s, &addr.u.any, addr.len), 0);
    EXPECT(s, event, FD_WRITE);
    net_close(s);
    WSACloseEvent(event);
}

/* FD_CONNECT */

TEST(a_connection_raises_FD_CONNECT_and_FD_WRITE, "EVT-25 EVT-22")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();
    struct net_addr addr = net_name(listener);

    choose(s, event, FD_CONNECT | FD_WRITE | FD_READ | FD_CLOSE);
    CHECK(connect(s, &addr.u.any, addr.len) == 0 ||
          net_error() == WSAEWOULDBLOCK);
    EXPECT(s, event, FD_CONNECT | FD_WRITE);
    EXPECT_NONE(s, event);
    net_send(s, "x");
    net_close(s);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(a_refusal_raises_FD_CONNECT_with_its_error, "EVT-11 CON-4 CON-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();
    struct net_addr addr = net_nobody(AF_INET);
    WSANETWORKEVENTS ne;

    choose(s, event, FD_CONNECT | FD_WRITE | FD_READ | FD_CLOSE);
    CHECK_ERR(connect(s, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSAEWOULDBLOCK);
    REQUIRE(net_signalled(event, SOON));
    CHECK_EQ(net_enum(s, event, &ne), FD_CONNECT);
    CHECK_EQ(ne.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
    EXPECT_NONE(s, event);
    net_close(s);
    WSACloseEvent(event);
}

TEST(each_attempt_raises_its_own_FD_CONNECT, "EVT-12 CON-5")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAEVENT event = new_event();
    struct net_addr nobody = net_nobody(AF_INET), addr = net_name(listener);
    WSANETWORKEVENTS ne;

    WINE_HANGS("the second attempt fails");
    choose(s, event, FD_CONNECT);
    CHECK_EQ(connect(s, &nobody.u.any, nobody.len), SOCKET_ERROR);
    REQUIRE(net_signalled(event, SOON));
    CHECK_EQ(net_enum(s, event, &ne), FD_CONNECT);
    CHECK_EQ(ne.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
    CHECK(connect(s, &addr.u.any, addr.len) == 0 ||
          net_error() == WSAEWOULDBLOCK);
    REQUIRE(net_signalled(event, SOON));
    CHECK_EQ(net_enum(s, event, &ne), FD_CONNECT);
    CHECK_EQ(ne.iErrorCode[FD_CONNECT_BIT], 0);
    net_close(s);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(selecting_a_connected_socket_reports_FD_CONNECT, "EVT-38 AMB-35")
{
    SOCKET pair[2];
    WSAEVENT event = new_event();

    net_pair(AF_INET, pair);
    choose(pair[1], event, FD_CONNECT | FD_WRITE | FD_READ);
    EXPECT(pair[1], event, FD_CONNECT | FD_WRITE);
    EXPECT_NONE(pair[1], event);
    end_pair(pair, event);
}

TEST(a_datagram_connect_raises_FD_CONNECT, "CON-17 EVT-25 EVT-39")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM);
    SOCKET b = net_bound(AF_INET, SOCK_DGRAM);
    WSAEVENT event = new_event();
    struct net_addr addr = net_name(b);

    WINE_HANGS("it reports nothing for datagram sockets");
    choose(a, event, FD_CONNECT | FD_WRITE);
    net_events(a, event, FD_WRITE, SOON);
    REQUIRE_EQ(connect(a, &addr.u.any, addr.len), 0);
    CHECK(net_events(a, event, FD_CONNECT, SOON) & FD_CONNECT);
    net_close(a);
    net_close(b);
    WSACloseEvent(event);
}

/* FD_ACCEPT */

struct gate {
    SOCKET listener;
    WSAEVENT event;
};

static struct gate
gate(void)
{
    struct gate g = {net_listener(AF_INET), new_event()};

    choose(g.listener, g.event, FD_ACCEPT);
    return g;
}

static void
close_gate(struct gate g)
{
    net_close(g.listener);
    WSACloseEvent(g.event);
}

TEST(a_request_raises_FD_ACCEPT, "EVT-11 ACC-1")
{
    struct gate g = gate();
    SOCKET client;

    EXPECT_NONE(g.listener, g.event);
    client = net_client(g.listener);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    EXPECT_NONE(g.listener, g.event);
    net_close(client);
    close_gate(g);
}

TEST(FD_ACCEPT_may_be_selected_before_listen, "LSN-10")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), client;
    WSAEVENT event = new_event();

    choose(s, event, FD_ACCEPT);
    REQUIRE_EQ(listen(s, 4), 0);
    CHECK(!net_signalled(event, 0));
    client = net_client(s);
    EXPECT(s, event, FD_ACCEPT);
    net_close(client);
    net_close(s);
    WSACloseEvent(event);
}

TEST(a_waiting_request_raises_FD_ACCEPT_at_selection, "EVT-18")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);
    WSAEVENT event = new_event();

    REQUIRE(net_readable(listener, SOON));
    choose(listener, event, FD_ACCEPT);
    EXPECT(listener, event, FD_ACCEPT);
    net_close(client);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(accept_with_more_pending_raises_FD_ACCEPT_again, "EVT-34 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), s;

    CHECK(net_signalled(g.event, SOON));
    CHECK_EQ(net_enum(g.listener, g.event, NULL), FD_ACCEPT);
    s = accept(g.listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    net_close(s);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    s = accept(g.listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    net_close(s);
    EXPECT_NONE(g.listener, g.event);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(a_further_request_raises_FD_ACCEPT_without_accept, "EVT-33 AMB-33")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b;

    WINE_HANGS("FD_ACCEPT waits for an accept");
    EXPECT(g.listener, g.event, FD_ACCEPT);
    b = net_client(g.listener);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(reselecting_does_not_tell_FD_ACCEPT_again, "EVT-32")
{
    struct gate g = gate();
    SOCKET client = net_client(g.listener);

    EXPECT(g.listener, g.event, FD_ACCEPT);
    choose(g.listener, g.event, FD_ACCEPT);
    EXPECT_NONE(g.listener, g.event);
    choose(g.listener, g.event, 0);
    choose(g.listener, g.event, FD_ACCEPT);
    EXPECT_NONE(g.listener, g.event);
    net_close(client);
    close_gate(g);
}

TEST(an_emptied_queue_raises_no_FD_ACCEPT, "EVT-36")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener), s;
    WSAEVENT event = new_event();

    s = accept(listener, NULL, NULL);
    choose(listener, event, FD_ACCEPT);
    EXPECT_NONE(listener, event);
    net_close(s);
    net_close(client);
    net_close(listener);
    WSACloseEvent(event);
}

TEST(a_failed_accept_enables_FD_ACCEPT_again, "PQ-4")
{
    struct gate g = gate();
    SOCKET client, s;

    CHECK_ERR(accept(g.listener, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    client = net_client(g.listener);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    s = accept(g.listener, NULL, NULL);
    CHECK(s != INVALID_SOCKET);
    CHECK_ERR(accept(g.listener, NULL, NULL) == INVALID_SOCKET, WSAEWOULDBLOCK);
    net_close(s);
    net_close(client);
    client = net_client(g.listener);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    net_close(client);
    close_gate(g);
}

static int CALLBACK
answer(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g;
    return (int)data;
}

static void
defer(SOCKET listener)
{
    CHECK_ERR(WSAAccept(listener, NULL, NULL, answer, CF_DEFER) ==
                  INVALID_SOCKET,
              WSATRY_AGAIN);
}

TEST(a_deferral_does_not_raise_FD_ACCEPT_again, "PQ-3 PQ-4")
{
    struct gate g = gate();
    SOCKET client = net_client(g.listener);

    EXPECT(g.listener, g.event, FD_ACCEPT);
    defer(g.listener);
    EXPECT_NONE(g.listener, g.event);
    defer(g.listener);
    EXPECT_NONE(g.listener, g.event);
    net_close(client);
    close_gate(g);
}

TEST(a_deferred_head_silences_those_behind_it, "PQ-3 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), c;

    WINE_DIFFERS("it reports the others");
    CHECK(net_signalled(g.event, SOON));
    CHECK_EQ(net_enum(g.listener, g.event, NULL), FD_ACCEPT);
    defer(g.listener);
    EXPECT_NONE(g.listener, g.event);
    c = net_client(g.listener);
    EXPECT_NONE(g.listener, g.event);
    net_close(a);
    net_close(b);
    net_close(c);
    close_gate(g);
}

TEST(accepting_the_deferred_head_raises_FD_ACCEPT_for_the_next, "PQ-3 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), s;

    CHECK(net_signalled(g.event, SOON));
    CHECK_EQ(net_enum(g.listener, g.event, NULL), FD_ACCEPT);
    defer(g.listener);
    net_enum(g.listener, g.event, NULL);
    s = WSAAccept(g.listener, NULL, NULL, answer, CF_ACCEPT);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(a)));
    EXPECT(g.listener, g.event, FD_ACCEPT);
    net_close(s);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(rejecting_raises_FD_ACCEPT_for_the_next, "PQ-10 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener);

    CHECK(net_signalled(g.event, SOON));
    CHECK_EQ(net_enum(g.listener, g.event, NULL), FD_ACCEPT);
    CHECK_ERR(WSAAccept(g.listener, NULL, NULL, answer, CF_REJECT) ==
                  INVALID_SOCKET,
              WSAECONNREFUSED);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    CHECK_ERR(WSAAccept(g.listener, NULL, NULL, answer, CF_REJECT) ==
                  INVALID_SOCKET,
              WSAECONNREFUSED);
    EXPECT_NONE(g.listener, g.event);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(after_a_deferral_is_over_new_requests_are_told, "PQ-3")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b, s;

    EXPECT(g.listener, g.event, FD_ACCEPT);
    defer(g.listener);
    s = accept(g.listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    net_close(s);
    EXPECT_NONE(g.listener, g.event);
    b = net_client(g.listener);
    EXPECT(g.listener, g.event, FD_ACCEPT);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(a_deferred_caller_who_gives_up_does_not_silence_the_next, "PQ-3 PQ-6 PQ-7")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), s;

    WINE_DIFFERS("it hands out a dead socket");
    CHECK(net_signalled(g.event, SOON));
    CHECK_EQ(net_enum(g.listener, g.event, NULL), FD_ACCEPT);
    defer(g.listener);
    net_enum(g.listener, g.event, NULL);
    net_abort(a);
    /* The one accept that meets the dead request fails, unless the provider
     * has dropped it by itself; either way the next request is told. */
    s = WSAAccept(g.listener, NULL, NULL, answer, CF_ACCEPT);
    if (s == INVALID_SOCKET) {
        CHECK_ONE_OF(WSAGetLastError(), WSAECONNRESET, WSAEACCES);
        EXPECT(g.listener, g.event, FD_ACCEPT);
        s = WSAAccept(g.listener, NULL, NULL, answer, CF_ACCEPT);
    }
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK(net_same(net_peer(s), net_name(b)));
    EXPECT_NONE(g.listener, g.event);
    net_close(s);
    net_close(b);
    close_gate(g);
}

/* Refuses every third caller by its port, and defers every second one of the
 * others at the first meeting. */
static int CALLBACK
strict(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    int port = ntohs(((struct sockaddr_in *)caller->buf)->sin_port);
    int *deferred = (int *)data;

    (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g;
    if (port % 3 == 0)
        return CF_REJECT;
    if (port % 2 == 0 && *deferred != port) {
        *deferred = port;
        return CF_DEFER;
    }
    *deferred = 0;
    return CF_ACCEPT;
}

struct callers {
    SOCKET listener;
    int welcome, refused, wrong;
};

static DWORD WINAPI
call_many(void *context)
{
    struct callers *c = context;

    for (int i = 0; i < 60; i++) {
        SOCKET s = net_client(c->listener);
        int port = net_port(net_name(s)), n;
        char byte = 0;

        n = recv(s, &byte, 1, 0);
        if (port % 3 == 0 ? n == SOCKET_ERROR : n == 1 && byte == 'y')
            port % 3 == 0 ? c->refused++ : c->welcome++;
        else
            c->wrong++;
        net_close(s);
    }
    return 0;
}

TEST(an_event_driven_gate_decides_about_everybody,
     "PQ-2 PQ-3 PQ-4 PQ-10 CND-16")
{
    struct gate g = gate();
    struct callers callers[2] = {
        {g.listener, 0, 0, 0},
        {g.listener, 0, 0, 0}
    };
    HANDLE waits[3] = {NULL, NULL, g.event};
    int deferred = 0, running = 2;

    WINE_DIFFERS("the error of a rejection is lost");
    for (int i = 0; i < 2; i++)
        waits[i] = net_thread(call_many, &callers[i]);
    while (running) {
        SOCKET s;

        REQUIRE(WaitForMultipleObjects(3, waits, FALSE, SOON) != WAIT_TIMEOUT);
        net_enum(g.listener, g.event, NULL);
        do {
            s = WSAAccept(g.listener, NULL, NULL, strict, (DWORD_PTR)&deferred);
            if (s != INVALID_SOCKET) {
                CHECK_EQ(send(s, "y", 1, 0), 1);
                net_close(s);
            }
        } while (s != INVALID_SOCKET || WSAGetLastError() != WSAEWOULDBLOCK);
        running = !net_signalled(waits[0], 0) + !net_signalled(waits[1], 0);
        if (running == 1 && net_signalled(waits[0], 0))
            waits[0] = waits[1];
    }
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(callers[i].wrong, 0);
        CHECK_EQ(callers[i].welcome + callers[i].refused, 60);
    }
    close_gate(g);
}

/* FD_CLOSE */

TEST(a_graceful_end_raises_FD_CLOSE, "EVT-21 CDT-10")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);
    WSANETWORKEVENTS ne;

    net_close(pair[1]);
    REQUIRE(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], event, &ne), FD_CLOSE);
    CHECK_EQ(ne.iErrorCode[FD_CLOSE_BIT], 0);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(FD_CLOSE_comes_once, "EVT-12 EVT-41")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    EXPECT(pair[0], event, FD_CLOSE);
    net_expect_end(pair[0]);
    EXPECT_NONE(pair[0], event);
    choose(pair[0], event, FD_READ | FD_CLOSE);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(an_end_behind_data_is_never_lost, "EVT-20 EVT-41 AMB-29")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);
    long seen;

    net_send(pair[1], "last words");
    net_close(pair[1]);
    seen = net_events(pair[0], event, FD_READ, SOON);
    CHECK(seen & FD_READ);
    net_expect(pair[0], "last words");
    if (!(seen & FD_CLOSE))
        CHECK(net_events(pair[0], event, FD_CLOSE, SOON) & FD_CLOSE);
    net_expect_end(pair[0]);
    EXPECT_NONE(pair[0], event);
    net_close(pair[0]);
    WSACloseEvent(event);
}

/* The documents promise FD_CLOSE after the last data, Windows gives it at once
 * (AMB-29): a program may count on neither, but on getting it once. */
TEST(FD_CLOSE_is_told_once_by_when_the_data_are_read, "EVT-20 EVT-41 AMB-29")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);
    long told;
    int closes;

    net_send(pair[1], "xy");
    net_close(pair[1]);
    REQUIRE(net_signalled(event, SOON));
    told = net_enum(pair[0], event, NULL);
    CHECK(told & FD_READ);
    closes = (told & FD_CLOSE) != 0;
    net_expect(pair[0], "xy");
    closes += net_signalled(event, NEVER) &&
              net_enum(pair[0], event, NULL) & FD_CLOSE;
    CHECK_EQ(closes, 1);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(a_reset_raises_FD_CLOSE_with_an_error, "EVT-27 AMB-30")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);
    WSANETWORKEVENTS ne;

    WINE_DIFFERS("the error is 0");
    net_abort(pair[1]);
    REQUIRE(net_signalled(event, SOON));
    CHECK(net_enum(pair[0], event, &ne) & FD_CLOSE);
    CHECK_ONE_OF(ne.iErrorCode[FD_CLOSE_BIT], WSAECONNABORTED, WSAECONNRESET);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(an_end_that_happened_before_raises_FD_CLOSE_at_selection, "EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = new_event();

    net_pair(AF_INET, pair);
    net_close(pair[1]);
    REQUIRE(net_readable(pair[0], SOON));
    choose(pair[0], event, FD_READ | FD_CLOSE);
    EXPECT(pair[0], event, FD_CLOSE);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(FD_CLOSE_missing_from_the_mask_comes_when_selected, "EVT-41b EVT-14")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    net_close(pair[1]);
    REQUIRE(net_readable(pair[0], SOON));
    CHECK_EQ(net_enum(pair[0], event, NULL), 0);
    choose(pair[0], event, FD_READ | FD_CLOSE);
    EXPECT(pair[0], event, FD_CLOSE);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(the_peers_SD_RECEIVE_raises_nothing, "EVT-41")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[1], SD_RECEIVE), 0);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(the_own_shutdown_raises_nothing_before_the_peers_end, "EVT-21 EVT-41b")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    EXPECT_NONE(pair[0], event);
    net_expect_end(pair[1]);
    net_close(pair[1]);
    EXPECT(pair[0], event, FD_CLOSE);
    net_close(pair[0]);
    WSACloseEvent(event);
}

TEST(the_own_SD_BOTH_raises_nothing_before_the_peers_end, "EVT-41b")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[1], SD_RECEIVE), 0);
    REQUIRE_EQ(shutdown(pair[0], SD_BOTH), 0);
    EXPECT_NONE(pair[0], event);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    WINE_HANGS("FD_CLOSE does not come after SD_BOTH");
    EXPECT(pair[0], event, FD_CLOSE);
    end_pair(pair, event);
}

/* FD_OOB */

TEST(urgent_data_raise_FD_OOB, "EVT-18 AMB-38")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ | FD_OOB);
    char byte = 0;

    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    EXPECT(pair[0], event, FD_OOB);
    CHECK_EQ(recv(pair[0], &byte, 1, MSG_OOB), 1);
    CHECK_EQ(byte, '!');
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(urgent_data_inline_raise_FD_READ_alone, "AMB-38")
{
    SOCKET pair[2];
    WSAEVENT event;

    WINE_DIFFERS("it reports FD_OOB as well");
    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    event = new_event();
    choose(pair[0], event, FD_READ | FD_OOB);
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    EXPECT(pair[0], event, FD_READ);
    net_expect(pair[0], "!");
    end_pair(pair, event);
}

TEST(unread_urgent_data_raise_FD_OOB_at_selection, "EVT-18")
{
    SOCKET pair[2];
    WSAEVENT event = new_event();

    net_pair(AF_INET, pair);
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    REQUIRE(net_exceptional(pair[0], SOON));
    choose(pair[0], event, FD_OOB);
    EXPECT(pair[0], event, FD_OOB);
    end_pair(pair, event);
}

TEST(a_second_urgent_byte_raises_FD_OOB_again, "EVT-33 EVT-43")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_OOB);

    WINE_HANGS("FD_OOB waits for a receive");
    REQUIRE_EQ(send(pair[1], "1", 1, MSG_OOB), 1);
    EXPECT(pair[0], event, FD_OOB);
    REQUIRE_EQ(send(pair[1], "2", 1, MSG_OOB), 1);
    EXPECT(pair[0], event, FD_OOB);
    end_pair(pair, event);
}

/* Waiting and many sockets */

TEST(an_event_wakes_a_thread_that_waits_for_it, "EVT-11 CR-8")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);

    for (int i = 0; i < 100; i++) {
        net_send(pair[1], "x");
        REQUIRE_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, SOON, FALSE), 0);
        CHECK_EQ(net_enum(pair[0], event, NULL), FD_READ);
        net_expect(pair[0], "x");
    }
    end_pair(pair, event);
}

static DWORD WINAPI
send_hundred(void *context)
{
    SOCKET s = *(SOCKET *)context;

    for (int i = 0; i < 100; i++)
        send(s, "x", 1, 0);
    return 0;
}

TEST(no_byte_is_missed_by_a_program_that_follows_the_rules, "EVT-12 EVT-17")
{
    SOCKET pair[2];
    WSAEVENT event = watched_pair(pair, FD_READ);
    HANDLE thread = net_thread(send_hundred, &pair[1]);
    int total = 0;
    char byte;

    while (total < 100) {
        REQUIRE(net_signalled(event, SOON));
        if (net_enum(pair[0], event, NULL) & FD_READ)
            total += recv(pair[0], &byte, 1, 0) == 1;
    }
    net_join(thread);
    EXPECT_NONE(pair[0], event);
    end_pair(pair, event);
}

TEST(many_sockets_on_one_event_are_all_served, "EVT-10 EVT-11")
{
    enum { COUNT = 40 };
    SOCKET pairs[COUNT][2];
    WSAEVENT event = new_event();
    int served = 0;

    for (int i = 0; i < COUNT; i++) {
        net_pair(AF_INET, pairs[i]);
        choose(pairs[i][0], event, FD_READ);
    }
    for (int i = 0; i < COUNT; i += 3)
        net_send(pairs[i][1], "x");
    while (served < (COUNT + 2) / 3) {
        REQUIRE(net_signalled(event, SOON));
        WSAResetEvent(event);
        for (int i = 0; i < COUNT; i++) {
            if (net_enum(pairs[i][0], NULL, NULL) & FD_READ) {
                CHECK_EQ(i % 3, 0);
                served++;
            }
        }
    }
    for (int i = 0; i < COUNT; i++)
        net_close_pair(pairs[i]);
    WSACloseEvent(event);
}
