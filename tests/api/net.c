/* SPDX-License-Identifier: MIT */
/* The helpers of net.h. Starting and ending Winsock around each test is
 * arranged here too, so that the runner's count of descriptors spans it.
 * Invariant: see net.h; what fails here is reported with this file's line. */
#define NET_ITSELF
#include "net.h"

#include <string.h>

void
net_start(void)
{
    WSADATA data;

    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
}

void
net_stop(void)
{
    REQUIRE_EQ(WSACleanup(), 0);
}

int
net_error(void)
{
    return (int)WSAGetLastError();
}

struct net_addr
net_wildcard(int family, int port)
{
    struct net_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.u.any.sa_family = (unsigned short)family;
    if (family == AF_INET6) {
        addr.u.in6.sin6_port = htons((u_short)port);
        addr.len = sizeof addr.u.in6;
    } else {
        addr.u.in.sin_port = htons((u_short)port);
        addr.len = sizeof addr.u.in;
    }
    return addr;
}

struct net_addr
net_loopback(int family, int port)
{
    struct net_addr addr = net_wildcard(family, port);

    if (family == AF_INET6)
        addr.u.in6.sin6_addr.s6_addr[15] = 1;
    else
        addr.u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

struct net_addr
net_name(SOCKET s)
{
    struct net_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.len = sizeof addr.u;
    REQUIRE_ERR(getsockname(s, &addr.u.any, &addr.len) == 0, net_error());
    return addr;
}

struct net_addr
net_peer(SOCKET s)
{
    struct net_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.len = sizeof addr.u;
    REQUIRE_ERR(getpeername(s, &addr.u.any, &addr.len) == 0, net_error());
    return addr;
}

int
net_port(struct net_addr addr)
{
    return ntohs(addr.u.any.sa_family == AF_INET6 ? addr.u.in6.sin6_port
                                                  : addr.u.in.sin_port);
}

int
net_same(struct net_addr a, struct net_addr b)
{
    if (a.u.any.sa_family != b.u.any.sa_family || net_port(a) != net_port(b))
        return 0;
    if (a.u.any.sa_family == AF_INET6)
        return !memcmp(&a.u.in6.sin6_addr, &b.u.in6.sin6_addr, 16);
    return a.u.in.sin_addr.s_addr == b.u.in.sin_addr.s_addr;
}

SOCKET
net_socket(int family, int type)
{
    SOCKET s = socket(family, type, 0);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    return s;
}

SOCKET
net_bound(int family, int type)
{
    struct net_addr addr = net_loopback(family, 0);
    SOCKET s = net_socket(family, type);

    REQUIRE_ERR(bind(s, &addr.u.any, addr.len) == 0, net_error());
    return s;
}

SOCKET
net_listener(int family)
{
    SOCKET s = net_bound(family, SOCK_STREAM);

    REQUIRE_ERR(listen(s, 16) == 0, net_error());
    return s;
}

/* Where a client reaches a listener, wildcard or not. */
static struct net_addr
address_of(SOCKET listener)
{
    struct net_addr addr = net_name(listener);

    return net_loopback(addr.u.any.sa_family, net_port(addr));
}

SOCKET
net_client(SOCKET listener)
{
    struct net_addr addr = address_of(listener);
    SOCKET s = net_socket(addr.u.any.sa_family, SOCK_STREAM);

    REQUIRE_ERR(connect(s, &addr.u.any, addr.len) == 0, net_error());
    return s;
}

SOCKET
net_start_connect(SOCKET listener)
{
    struct net_addr addr = address_of(listener);
    SOCKET s = net_socket(addr.u.any.sa_family, SOCK_STREAM);

    net_nonblocking(s, 1);
    REQUIRE(connect(s, &addr.u.any, addr.len) == 0 ||
            net_error() == WSAEWOULDBLOCK);
    return s;
}

void
net_pair(int family, SOCKET pair[2])
{
    SOCKET listener = net_listener(family);

    pair[1] = net_client(listener);
    pair[0] = accept(listener, NULL, NULL);
    REQUIRE_ERR(pair[0] != INVALID_SOCKET, net_error());
    net_close(listener);
}

void
net_udp_pair(int family, SOCKET pair[2])
{
    struct net_addr a, b;

    pair[0] = net_bound(family, SOCK_DGRAM);
    pair[1] = net_bound(family, SOCK_DGRAM);
    a = net_name(pair[0]);
    b = net_name(pair[1]);
    REQUIRE_ERR(connect(pair[0], &b.u.any, b.len) == 0, net_error());
    REQUIRE_ERR(connect(pair[1], &a.u.any, a.len) == 0, net_error());
}

void
net_close(SOCKET s)
{
    REQUIRE_ERR(closesocket(s) == 0, net_error());
}

void
net_close_pair(SOCKET pair[2])
{
    net_close(pair[0]);
    net_close(pair[1]);
}

void
net_abort(SOCKET s)
{
    struct linger now = {1, 0};

    REQUIRE_EQ(
        setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&now, sizeof now),
        0);
    net_close(s);
}

void
net_nonblocking(SOCKET s, int on)
{
    u_long value = (u_long)on;

    REQUIRE_ERR(ioctlsocket(s, FIONBIO, &value) == 0, net_error());
}

/* One socket in one of the three sets of select. */
static int
selected(SOCKET s, int which, int ms)
{
    struct timeval time = {ms / 1000, ms % 1000 * 1000};
    fd_set set;
    int count;

    FD_ZERO(&set);
    FD_SET(s, &set);
    count = select(0, which == 0 ? &set : NULL, which == 1 ? &set : NULL,
                   which == 2 ? &set : NULL, &time);
    REQUIRE_ERR(count != SOCKET_ERROR, net_error());
    return count;
}

int
net_readable(SOCKET s, int ms)
{
    return selected(s, 0, ms);
}

int
net_writable(SOCKET s, int ms)
{
    return selected(s, 1, ms);
}

int
net_exceptional(SOCKET s, int ms)
{
    return selected(s, 2, ms);
}

int
net_int(SOCKET s, int level, int option)
{
    int value = 0, len = sizeof value;

    REQUIRE_ERR(getsockopt(s, level, option, (char *)&value, &len) == 0,
                net_error());
    return len == 1 ? (int)*(unsigned char *)&value : value;
}

int
net_set(SOCKET s, int level, int option, int value)
{
    return setsockopt(s, level, option, (const char *)&value, sizeof value);
}

void
net_send(SOCKET s, const char *text)
{
    int len = (int)strlen(text);

    REQUIRE_EQ(send(s, text, len, 0), len);
}

void
net_expect(SOCKET s, const char *text)
{
    char buf[4096];
    int len = (int)strlen(text), got = 0;

    while (got < len) {
        int n;

        REQUIRE(net_readable(s, SOON));
        n = recv(s, buf + got, len - got, 0);
        REQUIRE_ERR(n > 0, net_error());
        got += n;
    }
    CHECK_MEM(buf, text, (size_t)len);
}

void
net_expect_end(SOCKET s)
{
    char byte;

    REQUIRE(net_readable(s, SOON));
    CHECK_EQ(recv(s, &byte, 1, 0), 0);
}

/* A blocking receive without a look ahead: Wine's select takes the error away.
 */
void
net_expect_reset(SOCKET s)
{
    char byte;

    CHECK_ERR(recv(s, &byte, 1, 0) == SOCKET_ERROR, WSAECONNRESET,
              WSAECONNABORTED);
}

/* Bound but not listening: whoever connects is refused, and nobody else can
 * take the port meanwhile. The socket lives to the end of the process. */
struct net_addr
net_nobody(int family)
{
    return net_name(net_bound(family, SOCK_STREAM));
}

/* Wine reports the status of the cancelled operation below the call, or starts
 * the call again on what is left of the socket. */
void
net_check_closed(DWORD error)
{
    if (t_is_wine() && (error == WSA_OPERATION_ABORTED || error == WSAEINVAL))
        return;
    CHECK_ONE_OF(error, WSAEINTR, WSAENOTSOCK, WSAECONNABORTED);
}

HANDLE
net_thread(LPTHREAD_START_ROUTINE body, void *context)
{
    HANDLE thread = CreateThread(NULL, 0, body, context, 0, NULL);

    REQUIRE(thread != NULL);
    return thread;
}

DWORD
net_join(HANDLE thread)
{
    DWORD code = 0;

    REQUIRE_EQ(WaitForSingleObject(thread, 2 * SOON), WAIT_OBJECT_0);
    REQUIRE(GetExitCodeThread(thread, &code));
    REQUIRE(CloseHandle(thread));
    return code;
}

int
net_signalled(HANDLE object, int ms)
{
    DWORD result = WaitForSingleObject(object, (DWORD)ms);

    REQUIRE(result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT);
    return result == WAIT_OBJECT_0;
}

long
net_enum(SOCKET s, WSAEVENT event, WSANETWORKEVENTS *events)
{
    WSANETWORKEVENTS mine;

    if (!events)
        events = &mine;
    memset(events, 0, sizeof *events);
    REQUIRE_ERR(WSAEnumNetworkEvents(s, event, events) == 0, net_error());
    return events->lNetworkEvents;
}

long
net_events(SOCKET s, WSAEVENT event, long mask, int ms)
{
    DWORD start = GetTickCount();
    long seen = 0;

    for (;;) {
        DWORD spent = GetTickCount() - start;

        seen |= net_enum(s, event, NULL);
        if ((seen & mask) == mask || spent >= (DWORD)ms)
            return seen;
        net_signalled(event, ms - (int)spent);
    }
}
