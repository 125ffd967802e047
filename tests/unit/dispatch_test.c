/* SPDX-License-Identifier: MIT */
/* Every call of the API reaches the right entry of the provider with what the
 * program gave, and brings its answer back. */
#include "t.h"

#include "unit/fake.h"

#include <ws2/mswsock.h>
#include <ws2/ws2ext.h>
#include <ws2/ws2tcpip.h>

#include <wchar.h>

#define P(x) ((uintptr_t)(x))

/* The call reached 'slot' with these first arguments. */
#define REACHED(slot, ...)                                                     \
    do {                                                                       \
        const uintptr_t t_args[] = {__VA_ARGS__};                              \
        CHECK_STR(fake.called, slot);                                          \
        for (size_t t_i = 0; t_i < sizeof t_args / sizeof t_args[0]; t_i++)    \
            CHECK_EQ(fake.arg[t_i], t_args[t_i]);                              \
    } while (0)

/* Fails as the provider says, and with a name when it says nothing. */
#define FAILS(call, failure)                                                   \
    do {                                                                       \
        fake.fail = 1;                                                         \
        fake.code = WSAENETDOWN;                                               \
        CHECK_ERR((call) == (failure), WSAENETDOWN);                           \
        fake.fail = 1;                                                         \
        fake.code = 0;                                                         \
        CHECK_ERR((call) == (failure), WSASYSCALLFAILURE);                     \
    } while (0)

static struct sockaddr_in in = {.sin_family = AF_INET};
static struct sockaddr *addr = (struct sockaddr *)&in;
static WSABUF one = {1, NULL}, two = {2, NULL};
static QOS sqos, gqos;

static SOCKET
begin(void)
{
    fake_install();
    return fake_open();
}

static int CALLBACK
condition(LPWSABUF a, LPWSABUF b, LPQOS c, LPQOS d, LPWSABUF e, LPWSABUF f,
          GROUP *g, DWORD_PTR h)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    return CF_ACCEPT;
}

TEST_BARE(making_a_socket, "CAT-1 CAT-6 SOC-1")
{
    WSAPROTOCOL_INFOA info;
    WSAPROTOCOL_INFOW wide;

    begin();
    REACHED("Socket", AF_INET, SOCK_STREAM, 0, fake.arg[3], 0,
            WSA_FLAG_OVERLAPPED);
    CHECK_EQ(fake.info.dwCatalogEntryId, 1001);
    CHECK(!wcscmp(fake.info.szProtocol, L"Tcpip [TCP/IP]"));
    FAILS(socket(AF_INET, SOCK_STREAM, 0), INVALID_SOCKET);

    info = ws_catalog_by_id(1005)->info;
    CHECK(WSASocketA(-1, -1, -1, &info, 3, 0x80) != INVALID_SOCKET);
    REACHED("Socket", P(-1), P(-1), P(-1), fake.arg[3], 3, 0x80);
    CHECK_EQ(fake.info.dwCatalogEntryId, 1005);

    info.dwProviderReserved = 99; /* of a duplicate */
    wide = (WSAPROTOCOL_INFOW){0};
    memcpy(&wide, &info, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    CHECK(WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, &wide, 0, 0) !=
          INVALID_SOCKET);
    REACHED("Socket", AF_INET, SOCK_STREAM, IPPROTO_TCP);
    CHECK_EQ(fake.info.dwCatalogEntryId, 1005);
    CHECK_EQ(fake.info.dwProviderReserved, 99);

    wide.iAddressFamily = 0;
    CHECK_ERR(WSASocketW(-1, -1, -1, &wide, 0, 0) == INVALID_SOCKET,
              WSAEAFNOSUPPORT);
    CHECK_ERR(socket(0xdead, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSAEAFNOSUPPORT);
}

TEST_BARE(the_opentype_decides_what_socket_makes, "OTH-4 SOC-1")
{
    int type = SO_SYNCHRONOUS_NONALERT, len = sizeof type;

    begin();
    CHECK_EQ(setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, (char *)&type,
                        sizeof type),
             0);
    type = 0;
    CHECK_EQ(getsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE, (char *)&type,
                        &len),
             0);
    CHECK_EQ(type, SO_SYNCHRONOUS_NONALERT);
    fake_open();
    REACHED("Socket", AF_INET, SOCK_STREAM, 0, fake.arg[3], 0, 0);
    CHECK_ERR(setsockopt(1, SOL_SOCKET, SO_OPENTYPE, (char *)&type, 3) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    len = 3;
    CHECK_ERR(getsockopt(1, SOL_SOCKET, SO_OPENTYPE, (char *)&type, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
}

TEST_BARE(naming_listening_ending, "SPI-15")
{
    SOCKET s = begin();
    int len = 16;

    CHECK_EQ(bind(s, addr, 16), 0);
    REACHED("Bind", s, P(addr), 16);
    FAILS(bind(s, addr, 16), SOCKET_ERROR);
    CHECK_EQ(getsockname(s, addr, &len), 0);
    REACHED("GetSockName", s, P(addr), P(&len));
    FAILS(getsockname(s, addr, &len), SOCKET_ERROR);
    CHECK_EQ(getpeername(s, addr, &len), 0);
    REACHED("GetPeerName", s, P(addr), P(&len));
    FAILS(getpeername(s, addr, &len), SOCKET_ERROR);
    CHECK_EQ(listen(s, -200), 0);
    REACHED("Listen", s, P(-200));
    FAILS(listen(s, 1), SOCKET_ERROR);
    CHECK_EQ(shutdown(s, SD_SEND), 0);
    REACHED("Shutdown", s, SD_SEND);
    FAILS(shutdown(s, SD_SEND), SOCKET_ERROR);
    CHECK_EQ(WSASendDisconnect(s, &one), 0);
    REACHED("SendDisconnect", s, P(&one));
    FAILS(WSASendDisconnect(s, NULL), SOCKET_ERROR);
    CHECK_EQ(WSARecvDisconnect(s, &two), 0);
    REACHED("RecvDisconnect", s, P(&two));
    FAILS(WSARecvDisconnect(s, NULL), SOCKET_ERROR);
    FAILS(closesocket(s), SOCKET_ERROR);
    CHECK_EQ(closesocket(s), 0);
    REACHED("CloseSocket", s);
}

TEST_BARE(accepting_and_connecting, "SPI-15 ACC-10")
{
    SOCKET s = begin();
    int len = 16;

    CHECK_EQ(WSAAccept(s, addr, &len, condition, 77), 501);
    REACHED("Accept", s, P(addr), P(&len), P(condition), 77);
    CHECK_EQ(accept(s, addr, &len), 502);
    REACHED("Accept", s, P(addr), P(&len), 0, 0);
    FAILS(accept(s, NULL, NULL), INVALID_SOCKET);
    CHECK_EQ(WSAConnect(s, addr, 16, &one, &two, &sqos, &gqos), 0);
    REACHED("Connect", s, P(addr), 16, P(&one), P(&two), P(&sqos), P(&gqos));
    CHECK_EQ(connect(s, addr, 16), 0);
    REACHED("Connect", s, P(addr), 16, 0, 0, 0, 0);
    FAILS(connect(s, addr, 16), SOCKET_ERROR);
    CHECK(WSAJoinLeaf(s, addr, 16, &one, &two, &sqos, &gqos, JL_BOTH) !=
          INVALID_SOCKET);
    REACHED("JoinLeaf", s, P(addr), 16, P(&one), P(&two), P(&sqos), P(&gqos),
            JL_BOTH);
    FAILS(WSAJoinLeaf(s, addr, 16, NULL, NULL, NULL, NULL, JL_BOTH),
          INVALID_SOCKET);
}

TEST_BARE(moving_data, "SPI-15")
{
    SOCKET s = begin();
    char buf[8];
    WSABUF pieces[2] = {
        {3, buf    },
        {2, buf + 3}
    };
    DWORD n = 0, flags = MSG_PEEK;
    int len = 16, in_out = 0;

    CHECK_EQ(send(s, buf, 5, MSG_OOB), 5);
    REACHED("Send", s, P(buf), 5, 1, MSG_OOB, 0, 0, 0);
    FAILS(send(s, buf, 5, 0), SOCKET_ERROR);
    CHECK_EQ(WSASend(s, pieces, 2, &n, 4, NULL, NULL), 0);
    REACHED("Send", s, P(buf), 3, 2, 4, 0, 0, 0);
    FAILS(WSASend(s, pieces, 2, &n, 4, NULL, NULL), SOCKET_ERROR);
    CHECK_EQ(sendto(s, buf, 5, 4, addr, 16), 5);
    REACHED("SendTo", s, P(buf), 5, 1, 4, P(addr), 16, 0, 0, 0);
    FAILS(sendto(s, buf, 5, 4, addr, 16), SOCKET_ERROR);
    CHECK_EQ(WSASendTo(s, pieces, 2, &n, 4, addr, 16, NULL, NULL), 0);
    REACHED("SendTo", s, P(buf), 3, 2, 4, P(addr), 16, 0, 0, 0);
    CHECK_EQ(recv(s, buf, 8, MSG_PEEK), 7);
    REACHED("Recv", s, P(buf), 8, 1, MSG_PEEK, 0, 0, 0);
    FAILS(recv(s, buf, 8, 0), SOCKET_ERROR);
    CHECK_EQ(WSARecv(s, pieces, 2, &n, &flags, NULL, NULL), 0);
    REACHED("Recv", s, P(buf), 3, 2, MSG_PEEK, 0, 0, 0);
    CHECK_EQ(n, 7);
    CHECK_EQ(flags, MSG_PARTIAL);
    CHECK_EQ(recvfrom(s, buf, 8, 0, addr, &len), 7);
    REACHED("RecvFrom", s, P(buf), 8, 1, 0, P(addr), P(&len), 0, 0, 0);
    FAILS(recvfrom(s, buf, 8, 0, NULL, NULL), SOCKET_ERROR);
    CHECK_EQ(WSARecvFrom(s, pieces, 2, &n, &flags, addr, &len, NULL, NULL), 0);
    REACHED("RecvFrom", s, P(buf), 3, 2, MSG_PARTIAL, P(addr), P(&len), 0, 0,
            0);
    CHECK_EQ(WSARecvEx(s, buf, 8, &in_out), 7);
    CHECK_EQ(in_out, MSG_PARTIAL);
    CHECK_ERR(WSARecvEx(s, buf, 8, NULL) == SOCKET_ERROR, WSAEFAULT);
}

TEST_BARE(a_negative_length_reaches_no_provider, "G-3 G-4")
{
    SOCKET s = begin();
    char buf[8];
    int flags = 0;

    fake.called = NULL;
    CHECK_ERR(send(s, buf, -1, 0) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(sendto(s, buf, -1, 0, addr, 16) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(recv(s, buf, -1, 0) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(recvfrom(s, buf, -1, 0, NULL, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(WSARecvEx(s, buf, -1, &flags) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(recv(1, buf, -1, 0) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK(fake.called == NULL);
}

TEST_BARE(results_of_overlapped_calls, "SPI-15")
{
    SOCKET s = begin();
    WSAOVERLAPPED ov = {0};
    DWORD n, flags;

    CHECK(WSAGetOverlappedResult(s, &ov, &n, TRUE, &flags));
    REACHED("GetOverlappedResult", s, P(&ov), P(&n), TRUE, P(&flags));
    FAILS(WSAGetOverlappedResult(s, &ov, &n, TRUE, &flags), FALSE);
    CHECK_ERR(!WSAGetOverlappedResult(1, &ov, &n, TRUE, &flags), WSAENOTSOCK);
}

TEST_BARE(options_and_control_codes, "SPI-15")
{
    SOCKET s = begin();
    char value[4];
    int len = 4;
    u_long on = 1;
    DWORD got = 0;

    CHECK_EQ(getsockopt(s, 1, 2, value, &len), 0);
    REACHED("GetSockOpt", s, 1, 2, P(value), P(&len));
    FAILS(getsockopt(s, 1, 2, value, &len), SOCKET_ERROR);
    CHECK_EQ(setsockopt(s, 1, 2, value, 4), 0);
    REACHED("SetSockOpt", s, 1, 2, P(value), 4);
    FAILS(setsockopt(s, 1, 2, value, 4), SOCKET_ERROR);
    CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
    REACHED("Ioctl", s, FIONBIO, P(&on), 4, P(&on), 4, fake.arg[6], 0, 0, 0);
    FAILS(ioctlsocket(s, FIONBIO, &on), SOCKET_ERROR);
    CHECK_EQ(WSAIoctl(s, 5, value, 4, &on, 4, &got, NULL, NULL), 0);
    REACHED("Ioctl", s, 5, P(value), 4, P(&on), 4, P(&got), 0, 0, 0);
    FAILS(WSAIoctl(s, 5, value, 4, &on, 4, &got, NULL, NULL), SOCKET_ERROR);
    CHECK(WSAGetQOSByName(s, &one, &sqos));
    REACHED("GetQOSByName", s, P(&one), P(&sqos));
    FAILS(WSAGetQOSByName(s, &one, &sqos), FALSE);
    CHECK_EQ(ws2_socket_fd(s), (int)s);
}

TEST_BARE(the_char_description_comes_from_the_wide_one, "CAT-10")
{
    SOCKET s = begin();
    char buf[sizeof(WSAPROTOCOL_INFOA) + 8];
    int len = sizeof buf;

    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, buf, &len), 0);
    CHECK_EQ(len, sizeof buf);
    CHECK_STR(((WSAPROTOCOL_INFOA *)buf)->szProtocol, "Tcpip [TCP/IP]");
    len = sizeof(WSAPROTOCOL_INFOA) - 1;
    CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, buf, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, sizeof(WSAPROTOCOL_INFOA));
    CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, NULL, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
}

TEST_BARE(network_events, "SPI-15")
{
    SOCKET s = begin();
    WSANETWORKEVENTS events;
    WSAEVENT h = WSACreateEvent();
    HWND window = (HWND)P(99);

    CHECK_EQ(WSAEventSelect(s, h, FD_READ), 0);
    REACHED("EventSelect", s, P(h), FD_READ);
    FAILS(WSAEventSelect(s, h, FD_READ), SOCKET_ERROR);
    CHECK_EQ(WSAEnumNetworkEvents(s, h, &events), 0);
    REACHED("EnumNetworkEvents", s, P(h), P(&events));
    FAILS(WSAEnumNetworkEvents(s, h, &events), SOCKET_ERROR);
    CHECK_EQ(WSAAsyncSelect(s, window, 1025, FD_CLOSE), 0);
    REACHED("AsyncSelect", s, P(window), 1025, FD_CLOSE);
    FAILS(WSAAsyncSelect(s, window, 1025, FD_CLOSE), SOCKET_ERROR);
    CHECK(WSACloseEvent(h));
}

TEST_BARE(select_goes_to_the_provider_of_the_first_socket, "SEL-1 SEL-3")
{
    SOCKET s = begin();
    struct timeval t = {1, 0};
    fd_set r, w, e;

    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_ZERO(&e);
    CHECK_ERR(select(0, NULL, NULL, NULL, &t) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(select(0, &r, &w, &e, &t) == SOCKET_ERROR, WSAEINVAL);
    FD_SET(s, &e);
    CHECK_EQ(select(12, &r, NULL, &e, &t), 3);
    REACHED("Select", 12, P(&r), 0, P(&e), P(&t));
    FAILS(select(12, &r, NULL, &e, &t), SOCKET_ERROR);
    FD_SET(1, &w);
    CHECK_ERR(select(0, &r, &w, &e, &t) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(w.fd_count, 1);
    CHECK(FD_ISSET(s, &e));
    CHECK(!FD_ISSET(1, &e));
}

static LPWSAPOLLFD polled;
static int poll_code;

static int WSPAPI
poll_many(LPWSAPOLLFD fds, ULONG count, INT timeout, INT *errp)
{
    polled = fds;
    if (poll_code)
        *errp = poll_code;
    return poll_code ? SOCKET_ERROR : (int)count + timeout;
}

TEST_BARE(wsapoll_is_an_extension_of_the_provider, "POL-1 POL-3")
{
    SOCKET s = begin();
    WSAPOLLFD fds[3] = {{.fd = INVALID_SOCKET}, {.fd = 1}, {.fd = s}};
    GUID id = WSAID_WSAPOLL;
    LPFN_WSAPOLL given = NULL;
    DWORD got = 0;
    int calls;

    fake.poll = (void *)poll_many;
    CHECK_ERR(WSAPoll(NULL, 0, 0) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(WSAPoll(NULL, 1, 0) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(WSAPoll(fds, 2, 0) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(WSAPoll(fds, 3, 40), 43);
    CHECK(polled == fds);
    calls = fake.calls;
    CHECK_EQ(WSAPoll(fds, 3, 40), 43);
    CHECK_EQ(fake.calls, calls); /* it was asked for once */
    poll_code = WSAEINVAL;
    CHECK_ERR(WSAPoll(fds, 3, 40) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                      &given, sizeof given, &got, NULL, NULL),
             0);
    CHECK(given == WSAPoll); /* not the provider's, which has another face */
}

TEST_BARE(a_provider_without_wsapoll_says_so)
{
    WSAPOLLFD fd = {.fd = begin()};

    FAILS(WSAPoll(&fd, 1, 0), SOCKET_ERROR);
}

TEST_BARE(addresses_as_text_come_from_the_provider, "OTH-1")
{
    char text[16];
    WCHAR wide[16];
    DWORD size = 3;
    INT len = 16;
    WSAPROTOCOL_INFOA info;

    begin();
    CHECK_ERR(WSAAddressToStringA(addr, 16, NULL, text, &size) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(size, 8);
    CHECK_EQ(WSAAddressToStringA(addr, 16, NULL, text, &size), 0);
    REACHED("AddressToString", P(addr), 16, 1001);
    CHECK_STR(text, "h\xc3\xb6st:1");
    size = 3;
    CHECK_ERR(WSAAddressToStringW(addr, 16, NULL, wide, &size) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(size, 7);
    CHECK_EQ(WSAAddressToStringW(addr, 16, NULL, wide, &size), 0);
    CHECK(!wcscmp(wide, L"h\u00f6st:1"));
    CHECK_ERR(WSAAddressToStringA(NULL, 16, NULL, text, &size) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(WSAAddressToStringA(addr, 16, NULL, text, NULL) == SOCKET_ERROR,
              WSAEFAULT);

    info = ws_catalog_by_id(1002)->info;
    CHECK_EQ(WSAStringToAddressA((char *)"1.2.3.4", AF_INET, &info, addr, &len),
             0);
    REACHED("StringToAddress", '1', AF_INET, 1002, P(addr), P(&len));
    CHECK_EQ(WSAStringToAddressW((WCHAR *)L"\u00f6", AF_INET, NULL, addr, &len),
             0);
    REACHED("StringToAddress", 0xf6, AF_INET, 1001, P(addr), P(&len));
    CHECK_ERR(WSAStringToAddressA((char *)"x", 99, NULL, addr, &len) ==
                  SOCKET_ERROR,
              WSAEINVAL);
    CHECK_ERR(WSAStringToAddressA(NULL, AF_INET, NULL, addr, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(WSAStringToAddressA((char *)"\xff", AF_INET, NULL, addr, &len) ==
                  SOCKET_ERROR,
              WSAEINVAL);
}

TEST_BARE(byte_order_by_socket)
{
    SOCKET s = begin();
    u_long l = 0;
    u_short h = 0;

    CHECK_EQ(WSAHtonl(s, 0x01020304, &l), 0);
    CHECK_EQ(l, htonl(0x01020304));
    CHECK_EQ(WSANtohl(s, l, &l), 0);
    CHECK_EQ(l, 0x01020304);
    CHECK_EQ(WSAHtons(s, 0x0102, &h), 0);
    CHECK_EQ(h, htons(0x0102));
    CHECK_EQ(WSANtohs(s, h, &h), 0);
    CHECK_EQ(h, 0x0102);
    CHECK_ERR(WSAHtonl(s, 1, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(WSAHtonl(1, 1, &l) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST_BARE(the_catalog_is_told_to_programs, "CATL-7 CATL-8 AMB-58")
{
    enum { LISTED = 8, INSTALLED = LISTED + 2 }; /* raw ones are not told */
    WSAPROTOCOL_INFOA a[16];
    WSAPROTOCOL_INFOW w[16];
    DWORD size = 1;
    int code = 0;

    CHECK_EQ(WSCEnumProtocols(NULL, NULL, &size, &code), SOCKET_ERROR);
    CHECK_EQ(code, WSAENOBUFS);
    CHECK_EQ(size, INSTALLED * sizeof w[0]);
    size = sizeof w;
    CHECK_EQ(WSCEnumProtocols(NULL, w, &size, &code), INSTALLED);
    CHECK_ERR(WSAEnumProtocolsA(NULL, a, &size) == SOCKET_ERROR,
              WSANOTINITIALISED);
    begin();
    CHECK_ERR(WSAEnumProtocolsA(NULL, NULL, &size) == SOCKET_ERROR, WSAENOBUFS);
    CHECK_EQ(size, LISTED * sizeof a[0]);
    CHECK_EQ(WSAEnumProtocolsA(NULL, a, &size), LISTED);
    CHECK_EQ(a[2].dwCatalogEntryId, 1004);
    size--;
    CHECK_ERR(WSAEnumProtocolsA(NULL, a, &size) == SOCKET_ERROR, WSAENOBUFS);
    size = sizeof w;
    CHECK_EQ(WSAEnumProtocolsW(NULL, w, &size), LISTED);
    CHECK(!wcscmp(w[3].szProtocol, L"Tcpip [UDP/IPv6]"));
    CHECK_ERR(WSAEnumProtocolsA(NULL, a, NULL) == SOCKET_ERROR, WSAEFAULT);
}

TEST_BARE(calls_of_winsock_1_1_are_gone, "HOOK-1")
{
    begin();
    CHECK_ERR(WSASetBlockingHook(NULL) == NULL, WSAEOPNOTSUPP);
    CHECK_ERR(WSAUnhookBlockingHook() == SOCKET_ERROR, WSAEOPNOTSUPP);
    CHECK_ERR(WSACancelBlockingCall() == SOCKET_ERROR, WSAEOPNOTSUPP);
    CHECK_ERR(!WSAIsBlocking(), WSAEOPNOTSUPP);
}

TEST_BARE(success_leaves_the_last_error_alone)
{
    SOCKET s = begin();

    WSASetLastError(4711);
    CHECK_EQ(listen(s, 1), 0);
    CHECK_EQ(WSAGetLastError(), 4711);
    CHECK_EQ(GetLastError(), 4711);
    SetLastError(12);
    CHECK_EQ(WSAGetLastError(), 12);
}

TEST_BARE(waits_check_their_arguments, "CR-8")
{
    WSAEVENT h[65];

    begin();
    for (size_t i = 0; i < 65; i++)
        h[i] = WSACreateEvent();
    CHECK_ERR(WSAWaitForMultipleEvents(0, h, 0, 0, 0) == WSA_WAIT_FAILED,
              WSA_INVALID_PARAMETER);
    CHECK_ERR(WSAWaitForMultipleEvents(65, h, 0, 0, 0) == WSA_WAIT_FAILED,
              WSA_INVALID_PARAMETER);
    CHECK_EQ(WSAWaitForMultipleEvents(64, h, 0, 0, 0), WSA_WAIT_TIMEOUT);
    CHECK(WSASetEvent(h[63]));
    CHECK_EQ(WSAWaitForMultipleEvents(64, h, 0, 0, 0), 63);
    CHECK(WSAResetEvent(h[63]));
    CHECK_EQ(WSAWaitForMultipleEvents(64, h, 0, 0, 0), WSA_WAIT_TIMEOUT);
    CHECK(WSACloseEvent(h[5]));
    CHECK_ERR(WSAWaitForMultipleEvents(64, h, 0, 0, 0) == WSA_WAIT_FAILED,
              WSA_INVALID_HANDLE);
    CHECK_ERR(!WSACloseEvent(h[5]), WSA_INVALID_HANDLE);
    CHECK_ERR(!WSASetEvent(h[5]), WSA_INVALID_HANDLE);
    CHECK_ERR(!WSAResetEvent(NULL), WSA_INVALID_HANDLE);
}
