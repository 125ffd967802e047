/* SPDX-License-Identifier: MIT */
/* Wrong handles, missing pointers, wrong states: the documented error, and
 * nothing changed. What belongs to one call alone stands in that call's file;
 * here are the sweeps over many calls. */
#include "net.h"

#include <string.h>

static struct net_addr addr;
static char octet;
static DWORD count, flags;
static fd_set set;
static WSANETWORKEVENTS events;
static u_long number = 1;

static WSABUF
buf(void)
{
    WSABUF b = {1, &octet};

    return b;
}

/* Each call that takes a socket, for one that must be refused. */
static void
refuse_everywhere(SOCKET s, int error)
{
    WSABUF b = buf();
    int len = sizeof addr.u;

    addr = net_loopback(AF_INET, 9);
    CHECK_ERR(bind(s, &addr.u.any, addr.len) == SOCKET_ERROR, error);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, error);
    CHECK_ERR(accept(s, NULL, NULL) == INVALID_SOCKET, error);
    CHECK_ERR(WSAAccept(s, NULL, NULL, NULL, 0) == INVALID_SOCKET, error);
    CHECK_ERR(connect(s, &addr.u.any, addr.len) == SOCKET_ERROR, error);
    CHECK_ERR(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, NULL, NULL) ==
                  SOCKET_ERROR,
              error);
    CHECK_ERR(shutdown(s, SD_BOTH) == SOCKET_ERROR, error);
    CHECK_ERR(getsockname(s, &addr.u.any, &len) == SOCKET_ERROR, error);
    CHECK_ERR(getpeername(s, &addr.u.any, &len) == SOCKET_ERROR, error);
    CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&count, &len) ==
                  SOCKET_ERROR,
              error);
    CHECK_ERR(net_set(s, SOL_SOCKET, SO_KEEPALIVE, 1) == SOCKET_ERROR, error);
    CHECK_ERR(ioctlsocket(s, FIONREAD, &number) == SOCKET_ERROR, error);
    CHECK_ERR(WSAIoctl(s, FIONBIO, &number, 4, NULL, 0, &count, NULL, NULL) ==
                  SOCKET_ERROR,
              error);
    CHECK_ERR(send(s, &octet, 1, 0) == SOCKET_ERROR, error);
    CHECK_ERR(recv(s, &octet, 1, 0) == SOCKET_ERROR, error);
    CHECK_ERR(sendto(s, &octet, 1, 0, &addr.u.any, addr.len) == SOCKET_ERROR,
              error);
    CHECK_ERR(recvfrom(s, &octet, 1, 0, &addr.u.any, &len) == SOCKET_ERROR,
              error);
    CHECK_ERR(WSASend(s, &b, 1, &count, 0, NULL, NULL) == SOCKET_ERROR, error);
    flags = 0;
    CHECK_ERR(WSARecv(s, &b, 1, &count, &flags, NULL, NULL) == SOCKET_ERROR,
              error);
    CHECK_ERR(WSASendTo(s, &b, 1, &count, 0, &addr.u.any, addr.len, NULL,
                        NULL) == SOCKET_ERROR,
              error);
    CHECK_ERR(WSARecvFrom(s, &b, 1, &count, &flags, NULL, NULL, NULL, NULL) ==
                  SOCKET_ERROR,
              error);
    CHECK_ERR(WSAEventSelect(s, NULL, 0) == SOCKET_ERROR, error);
    CHECK_ERR(WSAEnumNetworkEvents(s, NULL, &events) == SOCKET_ERROR, error);
    CHECK_ERR(WSASendDisconnect(s, NULL) == SOCKET_ERROR, error);
    CHECK_ERR(WSARecvDisconnect(s, NULL) == SOCKET_ERROR, error);
    FD_ZERO(&set);
    FD_SET(s, &set);
    CHECK_ERR(select(0, &set, NULL, NULL, NULL) == SOCKET_ERROR, error);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, error);
}

TEST(INVALID_SOCKET_is_no_socket_anywhere, "G-3")
{
    refuse_everywhere(INVALID_SOCKET, WSAENOTSOCK);
}

TEST(a_closed_descriptor_is_no_socket_anywhere, "G-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    net_close(s);
    refuse_everywhere(s, WSAENOTSOCK);
}

TEST(strange_numbers_are_no_sockets_anywhere, "G-3")
{
    refuse_everywhere((SOCKET)0x7ffffff0, WSAENOTSOCK);
    refuse_everywhere((SOCKET)0xdeadbeef, WSAENOTSOCK);
    refuse_everywhere((SOCKET)-5, WSAENOTSOCK);
}

TEST(a_number_beyond_32_bits_is_not_cut_to_a_socket, "G-3")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0] + 0x100000000ull, &octet, 1, 0) == SOCKET_ERROR,
              WSAENOTSOCK);
    CHECK_ERR(closesocket(pair[0] + 0x100000000ull) == SOCKET_ERROR,
              WSAENOTSOCK);
    net_send(pair[0], "x");
    net_expect(pair[1], "x");
    net_close_pair(pair);
}

TEST(an_event_is_no_socket, "G-3")
{
    WSAEVENT event = WSACreateEvent();

    refuse_everywhere((SOCKET)event, WSAENOTSOCK);
    CHECK(WSACloseEvent(event));
}

TEST(a_descriptor_that_is_no_socket_is_refused, "G-3")
{
    if (!T_NATIVE)
        SKIP("standard output is a native descriptor only there");
    refuse_everywhere(1, WSAENOTSOCK);
}

TEST(a_socket_is_no_event, "CR-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK(!WSASetEvent((WSAEVENT)s));
    CHECK(!WSAResetEvent((WSAEVENT)s));
    net_close(s);
}

TEST(missing_buffers_are_faults, "G-4 SND-5 RCV-6")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], NULL, 4, 0) == SOCKET_ERROR, WSAEFAULT);
    net_send(pair[0], "data");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], NULL, 4, 0) == SOCKET_ERROR, WSAEFAULT);
    net_expect(pair[1], "data");
    net_close_pair(pair);
}

TEST(unreadable_memory_is_a_fault, "G-4 SND-5 RCV-6")
{
    SOCKET pair[2];
    char *nowhere = (char *)(ULONG_PTR)0x10;

    net_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], nowhere, 4, 0) == SOCKET_ERROR, WSAEFAULT);
    net_send(pair[0], "data");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], nowhere, 4, 0) == SOCKET_ERROR, WSAEFAULT);
    net_expect(pair[1], "data");
    net_close_pair(pair);
}

TEST(missing_buffer_arrays_are_faults, "G-4")
{
    SOCKET pair[2];
    DWORD in_flags = 0;

    net_pair(AF_INET, pair);
    CHECK_ERR(WSASend(pair[0], NULL, 1, &count, 0, NULL, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(WSARecv(pair[0], NULL, 1, &count, &in_flags, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    net_send(pair[0], "x");
    net_expect(pair[1], "x");
    net_close_pair(pair);
}

TEST(missing_flags_are_a_fault, "OVL-8 G-4")
{
    SOCKET pair[2];
    WSABUF b = buf();

    net_pair(AF_INET, pair);
    CHECK_ERR(WSARecv(pair[0], &b, 1, &count, NULL, NULL, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close_pair(pair);
}

TEST(negative_lengths_move_nothing, "G-4")
{
    SOCKET pair[2];

    WINE_DIFFERS("it takes the length for a great one");
    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    CHECK(send(pair[0], &octet, -1, 0) == SOCKET_ERROR);
    CHECK(recv(pair[0], &octet, -1, 0) == SOCKET_ERROR);
    net_send(pair[1], "x");
    net_expect(pair[0], "x");
    net_close_pair(pair);
}

TEST(missing_names_are_faults, "G-4 BND-1 CON-7 OTH-2")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    int len = sizeof addr.u;

    WINE_DIFFERS("a NULL pointer crashes it");
    CHECK_ERR(getsockname(s, NULL, &len) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(getsockname(s, &addr.u.any, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_EQ(len, sizeof addr.u);
    net_close(s);
}

TEST(missing_numbers_are_faults, "G-4")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_ERR(ioctlsocket(s, FIONBIO, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(ioctlsocket(s, SIOCATMARK, NULL) == SOCKET_ERROR, WSAEFAULT);
    net_close(s);
}

TEST(strange_ioctls_are_refused, "IOC-2")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_ERR(ioctlsocket(s, 0, &number) == SOCKET_ERROR, WSAEOPNOTSUPP,
              WSAEINVAL);
    CHECK_ERR(ioctlsocket(s, 0x12345678, &number) == SOCKET_ERROR,
              WSAEOPNOTSUPP, WSAEINVAL);
    net_close(s);
}

TEST(strange_message_flags_are_refused, "RCV-6 SND-5")
{
    SOCKET pair[2];

    WINE_DIFFERS("it ignores them");
    net_pair(AF_INET, pair);
    CHECK_ERR(send(pair[0], "x", 1, 0x40000000) == SOCKET_ERROR, WSAEOPNOTSUPP,
              WSAEINVAL);
    net_send(pair[0], "y");
    REQUIRE(net_readable(pair[1], SOON));
    CHECK_ERR(recv(pair[1], &octet, 1, 0x40000000) == SOCKET_ERROR,
              WSAEOPNOTSUPP, WSAEINVAL);
    net_expect(pair[1], "y");
    net_close_pair(pair);
}

TEST(a_wrong_call_does_not_change_the_socket, "BND-2 LSN-1 CON-5")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct net_addr name = net_name(listener);

    WINE_HANGS("a send on a listener never returns");
    CHECK_EQ(bind(listener, &name.u.any, name.len), SOCKET_ERROR);
    CHECK_EQ(connect(listener, &name.u.any, name.len), SOCKET_ERROR);
    CHECK_EQ(shutdown(listener, SD_BOTH), SOCKET_ERROR);
    CHECK_EQ(send(listener, "x", 1, 0), SOCKET_ERROR);
    CHECK(net_same(net_name(listener), name));
    CHECK_EQ(net_int(listener, SOL_SOCKET, SO_ACCEPTCONN), 1);
    client = net_client(listener);
    CHECK(net_readable(listener, SOON));
    net_close(client);
    net_close(listener);
}

TEST(a_connected_socket_survives_wrong_calls, "BND-2 LSN-1 CON-5 ACC-8")
{
    SOCKET pair[2];
    struct net_addr name;

    net_pair(AF_INET, pair);
    name = net_name(pair[0]);
    CHECK_EQ(bind(pair[0], &name.u.any, name.len), SOCKET_ERROR);
    CHECK_EQ(listen(pair[0], 1), SOCKET_ERROR);
    CHECK_EQ(connect(pair[0], &name.u.any, name.len), SOCKET_ERROR);
    CHECK(accept(pair[0], NULL, NULL) == INVALID_SOCKET);
    CHECK_EQ(shutdown(pair[0], 17), SOCKET_ERROR);
    CHECK_EQ(WSAEventSelect(pair[0], NULL, FD_READ), SOCKET_ERROR);
    net_send(pair[0], "fine");
    net_expect(pair[1], "fine");
    net_send(pair[1], "fine too");
    net_expect(pair[0], "fine too");
    net_close_pair(pair);
}

TEST(a_refused_registration_does_not_make_non_blocking, "EVT-7 EVT-1")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(WSAEventSelect(pair[0], NULL, FD_READ), SOCKET_ERROR);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 20), 0);
    CHECK_ERR(recv(pair[0], &octet, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    net_close_pair(pair);
}

TEST(blocking_hooks_are_gone, "HOOK-1")
{
    WINE_DIFFERS("it still offers some of them");
    CHECK(!WSAIsBlocking());
    CHECK_ERR(WSACancelBlockingCall() == SOCKET_ERROR, WSAEOPNOTSUPP);
    CHECK_ERR(WSAUnhookBlockingHook() == SOCKET_ERROR, WSAEOPNOTSUPP);
}
