/* SPDX-License-Identifier: MIT */
/* ioctlsocket and WSAIoctl: blocking mode, counts of bytes, the urgent mark,
 * keep-alive times, base handles and extension functions. */
#include "net.h"

#include <mstcpip.h>

#include <string.h>

/* What the headers of mingw lack. */
#ifndef SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER
#define SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER _WSAIORW(IOC_WS2, 36)
#endif

static int
control(SOCKET s, DWORD code, void *in, DWORD in_len, void *out, DWORD out_len,
        DWORD *bytes)
{
    return WSAIoctl(s, code, in, in_len, out, out_len, bytes, NULL, NULL);
}

static u_long
unread(SOCKET s)
{
    u_long count = 0xdead;

    REQUIRE_EQ(ioctlsocket(s, FIONREAD, &count), 0);
    return count;
}

TEST(FIONBIO_switches_the_mode, "SOC-2 IOC-3")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    net_nonblocking(pair[0], 1);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_nonblocking(pair[0], 0);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_RCVTIMEO, 20), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    net_close_pair(pair);
}

TEST(any_true_value_makes_non_blocking, "IOC-3")
{
    SOCKET pair[2];
    u_long value = 0xff00;
    char byte;

    net_pair(AF_INET, pair);
    CHECK_EQ(ioctlsocket(pair[0], FIONBIO, &value), 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(WSAIoctl_switches_the_mode_too, "IOC-3")
{
    SOCKET pair[2];
    u_long on = 1;
    DWORD bytes = 0xdead;
    char byte;

    net_pair(AF_INET, pair);
    CHECK_EQ(control(pair[0], FIONBIO, &on, sizeof on, NULL, 0, &bytes), 0);
    CHECK_EQ(bytes, 0);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(a_mode_of_three_bytes_is_a_fault, "IOC-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    u_long on = 1;
    DWORD bytes;

    CHECK_ERR(control(s, FIONBIO, &on, 3, NULL, 0, &bytes) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(control(s, FIONBIO, &on, 4, NULL, 0, &bytes), 0);
    net_close(s);
}

TEST(a_byte_count_is_always_needed, "IOC-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    u_long value = 1;

    CHECK_ERR(control(s, FIONBIO, &value, sizeof value, NULL, 0, NULL) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(control(s, 0xdeadbeef, NULL, 0, NULL, 0, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
}

TEST(an_unknown_code_is_not_supported, "IOC-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    DWORD bytes = 0xdead;

    CHECK_ERR(control(s, 0xdeadbeef, NULL, 0, NULL, 0, &bytes) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    CHECK_EQ(bytes, 0);
    net_close(s);
}

TEST(known_codes_without_support_are_not_supported, "IOC-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    u_long value = 1;
    DWORD bytes = 0;

    CHECK_ERR(control(s, SIO_FLUSH, NULL, 0, NULL, 0, &bytes) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    CHECK_ERR(control(s, FIOASYNC, &value, sizeof value, NULL, 0, &bytes) ==
                  SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close(s);
}

TEST(no_socket_has_no_controls, "G-3")
{
    u_long value = 1;
    DWORD bytes;

    CHECK_ERR(ioctlsocket(INVALID_SOCKET, FIONBIO, &value) == SOCKET_ERROR,
              WSAENOTSOCK);
    CHECK_ERR(control(INVALID_SOCKET, FIONBIO, &value, 4, NULL, 0, &bytes) ==
                  SOCKET_ERROR,
              WSAENOTSOCK);
}

TEST(FIONREAD_counts_unread_bytes, "IOC-4")
{
    SOCKET pair[2];
    char byte;

    net_pair(AF_INET, pair);
    CHECK_EQ(unread(pair[0]), 0);
    net_send(pair[1], "four");
    REQUIRE(net_readable(pair[0], SOON));
    CHECK_EQ(unread(pair[0]), 4);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    CHECK_EQ(unread(pair[0]), 3);
    net_close_pair(pair);
}

TEST(FIONREAD_of_datagrams_is_never_too_small, "IOC-4 AMB-45")
{
    SOCKET pair[2];

    net_udp_pair(AF_INET, pair);
    net_send(pair[1], "four");
    REQUIRE(net_readable(pair[0], SOON));
    CHECK(unread(pair[0]) >= 4);
    net_close_pair(pair);
}

TEST(FIONREAD_needs_room, "IOC-4 G-4")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    u_long value;
    DWORD bytes;

    CHECK_ERR(ioctlsocket(s, FIONREAD, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(control(s, FIONREAD, NULL, 0, &value, 3, &bytes) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
}

TEST(WSAIoctl_tells_unread_bytes_and_its_own_size, "IOC-4")
{
    SOCKET pair[2];
    u_long value = 0;
    DWORD bytes = 0;

    net_pair(AF_INET, pair);
    net_send(pair[1], "abc");
    REQUIRE(net_readable(pair[0], SOON));
    CHECK_EQ(control(pair[0], FIONREAD, NULL, 0, &value, sizeof value, &bytes),
             0);
    CHECK_EQ(value, 3);
    CHECK_EQ(bytes, 4);
    net_close_pair(pair);
}

TEST(FIONREAD_does_not_count_urgent_data, "IOC-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[1], "ab");
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    REQUIRE(net_exceptional(pair[0], SOON));
    CHECK_EQ(unread(pair[0]), 2);
    net_close_pair(pair);
}

static u_long
at_mark(SOCKET s)
{
    u_long value = 0xdead;

    REQUIRE_EQ(ioctlsocket(s, SIOCATMARK, &value), 0);
    return value;
}

TEST(without_urgent_data_the_mark_is_here, "IOC-5")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_EQ(at_mark(pair[0]), 1);
    net_send(pair[1], "x");
    REQUIRE(net_readable(pair[0], SOON));
    CHECK_EQ(at_mark(pair[0]), 1);
    net_close_pair(pair);
}

TEST(before_urgent_data_the_mark_is_ahead, "IOC-5")
{
    SOCKET pair[2];
    char buf[4];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    net_send(pair[1], "ab");
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    REQUIRE(net_readable(pair[0], SOON));
    while (unread(pair[0]) < 3)
        Sleep(1);
    CHECK_EQ(at_mark(pair[0]), 0);
    REQUIRE_EQ(recv(pair[0], buf, 2, 0), 2);
    WINE_DIFFERS("the mark is not told");
    CHECK_EQ(at_mark(pair[0]), 1);
    net_close_pair(pair);
}

TEST(keep_alive_times_are_taken, "IOC-8")
{
    SOCKET pair[2];
    struct tcp_keepalive values = {1, 30000, 1000};
    DWORD bytes = 0;

    net_pair(AF_INET, pair);
    CHECK_EQ(control(pair[0], SIO_KEEPALIVE_VALS, &values, sizeof values, NULL,
                     0, &bytes),
             0);
    CHECK_EQ(net_int(pair[0], SOL_SOCKET, SO_KEEPALIVE), 1);
    net_close_pair(pair);
}

TEST(short_keep_alive_times_are_a_fault, "IOC-8")
{
    SOCKET pair[2];
    struct tcp_keepalive values = {1, 30000, 1000};
    DWORD bytes = 0;

    net_pair(AF_INET, pair);
    CHECK_ERR(control(pair[0], SIO_KEEPALIVE_VALS, &values, 11, NULL, 0,
                      &bytes) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(control(pair[0], SIO_KEEPALIVE_VALS, NULL, 0, NULL, 0, &bytes) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    net_close_pair(pair);
}

TEST(a_base_socket_is_its_own_base, "IOC-6 IFS-5")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM), base = 0;
    DWORD bytes = 0;

    CHECK_EQ(control(s, SIO_BASE_HANDLE, NULL, 0, &base, sizeof base, &bytes),
             0);
    CHECK_EQ(bytes, sizeof base);
    CHECK(base == s);
    net_close(s);
}

TEST(the_ideal_backlog_needs_a_connection, "IOC-6")
{
    SOCKET pair[2], udp = net_socket(AF_INET, SOCK_DGRAM);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    ULONG value = 0;
    DWORD bytes = 0;

    net_pair(AF_INET, pair);
    CHECK_EQ(control(pair[0], 0x4004747b /* SIO_IDEAL_SEND_BACKLOG_QUERY */,
                     NULL, 0, &value, sizeof value, &bytes),
             0);
    CHECK_EQ(value, 0x10000);
    CHECK_ERR(control(s, 0x4004747b, NULL, 0, &value, sizeof value, &bytes) ==
                  SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_ERR(control(udp, 0x4004747b, NULL, 0, &value, sizeof value, &bytes) ==
                  SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close_pair(pair);
    net_close(s);
    net_close(udp);
}

TEST(an_unknown_extension_is_invalid, "EXT-1")
{
    GUID nobody = {
        0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}
    };
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    void *function = NULL;
    DWORD bytes = 0;

    CHECK_ERR(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &nobody,
                      sizeof nobody, &function, sizeof function,
                      &bytes) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK(function == NULL);
    net_close(s);
}

TEST(an_extension_request_needs_both_buffers, "EXT-1")
{
    GUID nobody = {
        0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}
    };
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    void *function = NULL;
    DWORD bytes = 0;

    WINE_DIFFERS("a NULL pointer crashes it");
    CHECK(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, NULL, 0, &function,
                  sizeof function, &bytes) == SOCKET_ERROR);
    CHECK(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &nobody, 15, &function,
                  sizeof function, &bytes) == SOCKET_ERROR);
    CHECK(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &nobody, 16, &function,
                  4, &bytes) == SOCKET_ERROR);
    CHECK_ERR(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &nobody, 16,
                      &function, sizeof function, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
}

TEST(a_short_address_list_tells_the_size, "IOC-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    char room[4096];
    DWORD needed = 0, bytes = 0;

    WINE_DIFFERS("the error is WSAEINVAL");
    CHECK_ERR(control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, room, 4, &needed) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK(needed >= 8);
    REQUIRE(needed <= sizeof room);
    CHECK_EQ(control(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, room, needed, &bytes),
             0);
    CHECK_EQ(bytes, needed);
    net_close(s);
}

TEST(registered_IO_is_not_offered, "EXT-2")
{
    /* WSAID_MULTIPLE_RIO */
    GUID id = {
        0x8509e081,
        0x96dd,
        0x4005,
        {0xb1, 0x65, 0x9e, 0x2e, 0xe8, 0xc7, 0x9e, 0x3f}
    };
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    char table[112] = {0};
    DWORD bytes = 0;

    CHECK_ERR(control(s, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, &id,
                      sizeof id, table, sizeof table, &bytes) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close(s);
}

TEST(codes_say_what_they_take_and_give, "IOC-1")
{
    static const struct {
        DWORD code, ways, family;
    } codes[] = {
        {(DWORD)FIONBIO,                     IOC_IN,    0         },
        {(DWORD)FIONREAD,                    IOC_OUT,   0         },
        {(DWORD)SIOCATMARK,                  IOC_OUT,   0         },
        {SIO_MULTICAST_SCOPE,                IOC_IN,    IOC_WS2   },
        {SIO_ADDRESS_LIST_QUERY,             IOC_OUT,   IOC_WS2   },
        {SIO_ADDRESS_LIST_CHANGE,            IOC_VOID,  IOC_WS2   },
        {SIO_ROUTING_INTERFACE_QUERY,        IOC_INOUT, IOC_WS2   },
        {SIO_GET_EXTENSION_FUNCTION_POINTER, IOC_INOUT, IOC_WS2   },
        {SIO_KEEPALIVE_VALS,                 IOC_IN,    IOC_VENDOR},
        {SIO_UDP_CONNRESET,                  IOC_IN,    IOC_VENDOR},
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        CHECK_EQ(codes[i].code & (IOC_INOUT | IOC_VOID), codes[i].ways);
        CHECK_EQ(codes[i].code & 0x18000000, codes[i].family);
    }
    CHECK_EQ(((DWORD)FIONBIO >> 16) & 0x7f, sizeof(u_long));
    CHECK_EQ(((DWORD)FIONBIO >> 8) & 0xff, 'f');
    CHECK_EQ(((DWORD)SIOCATMARK >> 8) & 0xff, 's');
}

/* ---- changes of addresses and routes ---- */

static int
ask_change(SOCKET s, WSAOVERLAPPED *ov)
{
    DWORD bytes = 0;
    int result = WSAIoctl(s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0, &bytes,
                          ov, NULL);

    return result == SOCKET_ERROR ? net_error() : 0;
}

TEST(without_a_change_nothing_ends, "IOC-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    WSAOVERLAPPED ov;

    WINE_DIFFERS("the record does not say that it pends");
    memset(&ov, 0, sizeof ov);
    ov.hEvent = WSACreateEvent();
    CHECK_EQ(ask_change(s, &ov), WSA_IO_PENDING);
    CHECK(!net_signalled(ov.hEvent, NEVER));
    CHECK_EQ(ov.Internal, 0x103);
    REQUIRE_EQ(closesocket(s), 0);
    CHECK(net_signalled(ov.hEvent, SOON));
    CHECK_EQ((DWORD)ov.Internal, 0xC0000120);
    WSACloseEvent(ov.hEvent);
}

TEST(waiting_for_a_change_can_be_cancelled, "IOC-7 IOCP-12")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    DWORD bytes, flags;
    WSAOVERLAPPED ov;

    memset(&ov, 0, sizeof ov);
    ov.hEvent = WSACreateEvent();
    CHECK_EQ(ask_change(s, &ov), WSA_IO_PENDING);
    CHECK(CancelIoEx((HANDLE)s, &ov));
    REQUIRE(net_signalled(ov.hEvent, SOON));
    CHECK_ERR(!WSAGetOverlappedResult(s, &ov, &bytes, FALSE, &flags),
              WSA_OPERATION_ABORTED);
    WSACloseEvent(ov.hEvent);
    net_close(s);
}

TEST(a_non_blocking_socket_does_not_wait_for_a_change, "IOC-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);

    net_nonblocking(s, 1);
    CHECK_EQ(ask_change(s, NULL), WSAEWOULDBLOCK);
    CHECK_EQ(ask_change(s, NULL), WSAEWOULDBLOCK);
    net_close(s);
}

static DWORD WINAPI
wait_for_change(void *s)
{
    return (DWORD)ask_change(*(SOCKET *)s, NULL);
}

TEST(closing_ends_a_wait_for_a_change, "IOC-7 CLS-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    HANDLE thread = net_thread(wait_for_change, &s);

    CHECK(!net_signalled(thread, NEVER));
    REQUIRE_EQ(closesocket(s), 0);
    net_check_closed(net_join(thread));
}

TEST(a_change_of_route_needs_a_destination, "IOC-7")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr six = net_loopback(AF_INET6, 9);
    DWORD bytes;

    WINE_DIFFERS("it has no such code");
    CHECK_ERR(control(s, SIO_ROUTING_INTERFACE_CHANGE, NULL, 0, NULL, 0,
                      &bytes) == SOCKET_ERROR,
              WSAEINVAL, WSAEFAULT);
    CHECK_ERR(control(s, SIO_ROUTING_INTERFACE_CHANGE, &six.u, (DWORD)six.len,
                      NULL, 0, &bytes) == SOCKET_ERROR,
              WSAEAFNOSUPPORT);
    net_close(s);
}

TEST(a_control_does_not_wait_for_what_pends, "IOC-3 IOC-7 OVL-5")
{
    char byte;
    WSABUF buf = {1, &byte};
    WSAOVERLAPPED in, change, ov;
    DWORD bytes = 0, flags = 0;
    u_long on = 1;
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    memset(&in, 0, sizeof in);
    memset(&change, 0, sizeof change);
    memset(&ov, 0, sizeof ov);
    in.hEvent = WSACreateEvent();
    change.hEvent = WSACreateEvent();
    ov.hEvent = WSACreateEvent();
    CHECK_ERR(WSARecv(pair[0], &buf, 1, NULL, &flags, &in, NULL) ==
                  SOCKET_ERROR,
              WSA_IO_PENDING);
    CHECK_EQ(ask_change(pair[0], &change), WSA_IO_PENDING);
    CHECK(WSAIoctl(pair[0], FIONBIO, &on, sizeof on, NULL, 0, &bytes, &ov,
                   NULL) == 0 ||
          net_error() == WSA_IO_PENDING);
    CHECK(net_signalled(ov.hEvent, SOON));
    CHECK(WSAGetOverlappedResult(pair[0], &ov, &bytes, FALSE, &flags));
    CHECK(!net_signalled(in.hEvent, 0));
    net_close_pair(pair);
    CHECK(net_signalled(in.hEvent, SOON));
    CHECK(net_signalled(change.hEvent, SOON));
    WSACloseEvent(in.hEvent);
    WSACloseEvent(change.hEvent);
    WSACloseEvent(ov.hEvent);
}
