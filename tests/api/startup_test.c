/* SPDX-License-Identifier: MIT */
/* Starting and ending the use of Winsock: versions, counting, what the last
 * cleanup takes away, and the thread's last error.
 * Each test starts with no WSAStartup at all. */
#include "net.h"

#include <string.h>

static int
start(int major, int minor, WSADATA *data)
{
    memset(data, 0xaa, sizeof *data);
    return WSAStartup(MAKEWORD(major, minor), data);
}

TEST_BARE(each_version_up_to_2_2_is_granted, "G-10")
{
    static const int versions[][2] = {
        {1, 0},
        {1, 1},
        {2, 0},
        {2, 1},
        {2, 2}
    };
    WSADATA data;

    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        int major = versions[i][0], minor = versions[i][1];

        CHECK_EQ(start(major, minor, &data), 0);
        CHECK_EQ(data.wVersion, MAKEWORD(major, minor));
        CHECK_EQ(data.wHighVersion, MAKEWORD(2, 2));
        CHECK_EQ(WSACleanup(), 0);
    }
}

TEST_BARE(a_version_above_2_2_is_answered_with_2_2, "G-10")
{
    static const WORD versions[] = {MAKEWORD(2, 3), MAKEWORD(3, 0),
                                    MAKEWORD(255, 255)};
    WSADATA data;

    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        CHECK_EQ(WSAStartup(versions[i], &data), 0);
        CHECK_EQ(data.wVersion, MAKEWORD(2, 2));
        CHECK_EQ(data.wHighVersion, MAKEWORD(2, 2));
        CHECK_EQ(WSACleanup(), 0);
    }
}

TEST_BARE(major_version_0_is_not_supported, "G-10")
{
    WSADATA data;

    CHECK_EQ(start(0, 0, &data), WSAVERNOTSUPPORTED);
    CHECK_EQ(start(0, 255, &data), WSAVERNOTSUPPORTED);
    CHECK_ERR(WSACleanup() == SOCKET_ERROR, WSANOTINITIALISED);
}

TEST_BARE(startup_without_a_place_for_the_answer_fails, "G-10 G-4")
{
    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), NULL), WSAEFAULT);
    CHECK_ERR(WSACleanup() == SOCKET_ERROR, WSANOTINITIALISED);
}

TEST_BARE(startup_describes_itself, "G-11")
{
    WSADATA data;

    CHECK_EQ(start(2, 2, &data), 0);
    CHECK_STR(data.szDescription, "WinSock 2.0");
    CHECK_STR(data.szSystemStatus, "Running");
    CHECK_EQ(data.iMaxSockets, 0);
    CHECK_EQ(data.iMaxUdpDg, 0);
    CHECK_EQ(WSACleanup(), 0);
}

TEST_BARE(startups_are_counted, "G-12 G-13")
{
    WSADATA data;
    SOCKET s;

    REQUIRE_EQ(start(2, 2, &data), 0);
    REQUIRE_EQ(start(2, 2, &data), 0);
    REQUIRE_EQ(WSACleanup(), 0);
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(closesocket(s), 0);
    CHECK_EQ(WSACleanup(), 0);
    CHECK_ERR(WSACleanup() == SOCKET_ERROR, WSANOTINITIALISED);
}

TEST_BARE(one_cleanup_too_many_fails_and_harms_nothing, "G-13")
{
    WSADATA data;

    CHECK_ERR(WSACleanup() == SOCKET_ERROR, WSANOTINITIALISED);
    REQUIRE_EQ(start(2, 2, &data), 0);
    net_close(net_socket(AF_INET, SOCK_STREAM));
    CHECK_EQ(WSACleanup(), 0);
}

TEST_BARE(creating_and_looking_up_before_startup_fail, "G-15 G-1")
{
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSANOTINITIALISED);
    CHECK_ERR(gethostbyname("localhost") == NULL, WSANOTINITIALISED);
}

TEST_BARE(calls_on_a_socket_before_startup_fail, "G-1")
{
    struct net_addr addr = {{{AF_INET, {0}}}, sizeof addr.u.in};
    char byte = 0;

    WINE_DIFFERS("it looks at the descriptor and not at the start-up");
    CHECK_ERR(bind(0, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSANOTINITIALISED);
    CHECK_ERR(connect(0, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSANOTINITIALISED);
    CHECK_ERR(listen(0, 1) == SOCKET_ERROR, WSANOTINITIALISED);
    CHECK_ERR(accept(0, NULL, NULL) == INVALID_SOCKET, WSANOTINITIALISED);
    CHECK_ERR(recv(0, &byte, 1, 0) == SOCKET_ERROR, WSANOTINITIALISED);
    CHECK_ERR(send(0, &byte, 1, 0) == SOCKET_ERROR, WSANOTINITIALISED);
    CHECK_ERR(closesocket(0) == SOCKET_ERROR, WSANOTINITIALISED);
}

TEST_BARE(calls_after_the_last_cleanup_fail, "G-1 G-12")
{
    WSADATA data;

    REQUIRE_EQ(start(2, 2, &data), 0);
    REQUIRE_EQ(WSACleanup(), 0);
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSANOTINITIALISED);
}

TEST_BARE(the_last_cleanup_closes_all_sockets, "G-12 G-3")
{
    WSADATA data;
    SOCKET s, pair[2];
    char byte;

    REQUIRE_EQ(start(2, 2, &data), 0);
    s = net_socket(AF_INET, SOCK_DGRAM);
    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSACleanup(), 0);
    REQUIRE_EQ(start(2, 2, &data), 0);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_ERR(send(pair[1], "x", 1, 0) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(WSACleanup(), 0);
}

static DWORD WINAPI
accept_one(void *listener)
{
    SOCKET s = accept(*(SOCKET *)listener, NULL, NULL);

    return s == INVALID_SOCKET ? (DWORD)WSAGetLastError() : 0;
}

TEST_BARE(the_last_cleanup_ends_a_blocked_call, "G-12 G-6")
{
    WSADATA data;
    SOCKET listener;
    HANDLE thread;
    DWORD error;

    REQUIRE_EQ(start(2, 2, &data), 0);
    listener = net_listener(AF_INET);
    thread = net_thread(accept_one, &listener);
    REQUIRE_EQ(WSACleanup(), 0);
    error = net_join(thread);
    /* The thread may not have reached the call before the cleanup. */
    CHECK_ONE_OF(error, WSAEINTR, WSAENOTSOCK, WSANOTINITIALISED);
}

TEST_BARE(the_last_cleanup_takes_registered_sockets_too, "G-12 EVT-6")
{
    WSADATA data;
    WSAEVENT event;
    SOCKET pair[2];

    REQUIRE_EQ(start(2, 2, &data), 0);
    event = WSACreateEvent();
    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_READ | FD_CLOSE), 0);
    REQUIRE_EQ(WSAEventSelect(pair[1], event, FD_READ | FD_CLOSE), 0);
    REQUIRE_EQ(WSACleanup(), 0);
    /* The event object belongs to the program and lives on. */
    CHECK(SetEvent(event));
    CHECK(net_signalled(event, 0));
    CHECK(CloseHandle(event));
}

TEST_BARE(winsock_can_be_started_again_after_its_end, "G-12")
{
    WSADATA data;
    SOCKET pair[2];

    for (int i = 0; i < 5; i++) {
        REQUIRE_EQ(start(2, 2, &data), 0);
        net_pair(AF_INET, pair);
        net_send(pair[0], "again");
        net_expect(pair[1], "again");
        net_close_pair(pair);
        REQUIRE_EQ(WSACleanup(), 0);
    }
}

struct receipt {
    SOCKET s;
    int total;
};

static DWORD WINAPI
drain(void *context)
{
    struct receipt *receipt = context;
    char buf[4096];
    int n;

    while ((n = recv(receipt->s, buf, sizeof buf, 0)) > 0)
        receipt->total += n;
    return n == 0 ? 0 : (DWORD)WSAGetLastError();
}

TEST(a_closed_socket_goes_on_sending_what_it_was_given, "CLS-6")
{
    static char block[30000];
    struct receipt receipt = {0, 0};
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(send(pair[0], block, sizeof block, 0), (int)sizeof block);
    net_close(pair[0]);
    receipt.s = pair[1];
    CHECK_EQ(net_join(net_thread(drain, &receipt)), 0);
    CHECK_EQ(receipt.total, sizeof block);
    net_close(pair[1]);
}

static DWORD WINAPI
own_error(void *unused)
{
    (void)unused;
    if (WSAGetLastError() != 0)
        return 1;
    WSASetLastError(WSAEMFILE);
    return WSAGetLastError() == WSAEMFILE ? 0 : 2;
}

TEST(the_last_error_belongs_to_the_thread, "G-9")
{
    WSASetLastError(WSAEINTR);
    CHECK_EQ(net_join(net_thread(own_error, NULL)), 0);
    WSASetLastError(WSAEINTR);
    CHECK_EQ(WSAGetLastError(), WSAEINTR);
}

TEST(winsock_and_win32_share_the_last_error, "G-9")
{
    SetLastError(12345);
    CHECK_EQ(WSAGetLastError(), 12345);
    WSASetLastError(WSAEDISCON);
    CHECK_EQ(GetLastError(), WSAEDISCON);
    CHECK_ERR(closesocket(INVALID_SOCKET) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(GetLastError(), WSAENOTSOCK);
}

TEST_BARE(startup_gives_its_error_as_result, "G-10")
{
    WSADATA data;

    WSASetLastError(4711);
    CHECK_EQ(start(0, 1, &data), WSAVERNOTSUPPORTED);
    CHECK_EQ(WSAGetLastError(), 4711);
}
