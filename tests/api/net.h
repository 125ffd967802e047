/* SPDX-License-Identifier: MIT */
/* What nearly every test of the API needs: connected pairs, listeners, bounded
 * waits and threads. Plain Winsock, so that it also builds for Windows.
 * Invariant: a helper that cannot do its job ends the test as failed, so no
 * caller checks its result; no helper waits for ever. */
#ifndef NET_H
#define NET_H

#include <winsock2.h>

#include <ws2tcpip.h>

#include <mswsock.h>

#include <windows.h>

#include "../t.h"

/* What the headers of mingw lack. */
#ifndef SOMAXCONN_HINT
#define SOMAXCONN_HINT(n) (-(n))
#endif
#ifndef SO_CONDITIONAL_ACCEPT
#define SO_CONDITIONAL_ACCEPT 0x3002
#endif
#ifndef SO_CONNECT_TIME
#define SO_CONNECT_TIME 0x700c
#endif

/* Around each test of a file that includes this one. */
void net_start(void);
void net_stop(void);

#ifndef NET_ITSELF
__attribute__((constructor)) static void
net_arrange(void)
{
    t_around(net_start, net_stop);
}
#endif

/* How long to wait for what must happen, and for what must not, in ms. */
enum { SOON = 5000, NEVER = 120 };

struct net_addr {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        SOCKADDR_STORAGE storage;
    } u;
    int len;
};

/* 127.0.0.1 or ::1, and the wildcard, with a port in host order. */
struct net_addr net_loopback(int family, int port);
struct net_addr net_wildcard(int family, int port);
struct net_addr net_name(SOCKET s);
struct net_addr net_peer(SOCKET s);
int net_port(struct net_addr addr);
int net_same(struct net_addr a, struct net_addr b);

SOCKET net_socket(int family, int type);
SOCKET net_bound(int family, int type); /* to loopback, port 0 */
SOCKET net_listener(int family);        /* on loopback, backlog 16 */
SOCKET net_start_connect(SOCKET listener);
SOCKET net_client(SOCKET listener); /* connected, blocking */

/* A connected pair; [0] is the accepted end. */
void net_pair(int family, SOCKET pair[2]);
/* Datagram sockets connected to each other. */
void net_udp_pair(int family, SOCKET pair[2]);
void net_close(SOCKET s);
void net_close_pair(SOCKET pair[2]);
void net_abort(SOCKET s); /* linger 0 and close: the peer sees a reset */

void net_nonblocking(SOCKET s, int on);
int net_readable(SOCKET s, int ms);
int net_writable(SOCKET s, int ms);
int net_exceptional(SOCKET s, int ms);
int net_int(SOCKET s, int level, int option); /* getsockopt of an int */
int net_set(SOCKET s, int level, int option, int value);
int net_error(void); /* WSAGetLastError as an int */

void net_send(SOCKET s, const char *text);
/* Receives just as many bytes and compares them. */
void net_expect(SOCKET s, const char *text);
/* The peer has ended: recv gives 0. */
void net_expect_end(SOCKET s);

/* The peer has reset the connection, or does within the test's time. */
void net_expect_reset(SOCKET s);

/* A loopback address where nobody listens. */
struct net_addr net_nobody(int family);

/* What a blocking call gives when its socket is closed by another thread. */
void net_check_closed(DWORD error);

HANDLE net_thread(LPTHREAD_START_ROUTINE body, void *context);
DWORD net_join(HANDLE thread); /* its exit code */
int net_signalled(HANDLE object, int ms);

/* Event mode: waits until all bits of "mask" were enumerated (in one or more
 * steps) and gives everything that was; or until "ms" are over. */
long net_events(SOCKET s, WSAEVENT event, long mask, int ms);
/* One enumeration, now. */
long net_enum(SOCKET s, WSAEVENT event, WSANETWORKEVENTS *events);

#endif
