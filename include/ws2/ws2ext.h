/* SPDX-License-Identifier: MIT */
/* Bridges between Winsock's handles and Linux descriptors, for host event loops
 * (poll, epoll, GLib, Qt, libuv) and for code that speaks BSD sockets.
 *
 * This header is ours; Windows has none of it. Every function fails with the
 * documented result and sets the thread's last error. Invariant: a descriptor
 * that a function returns belongs to the handle, never to the caller: do not
 * close it, do not read from it, and forget it when the handle is closed.
 */
#ifndef WS2_WS2EXT_H
#define WS2_WS2EXT_H

#include "winsock2.h"

WS2_BEGIN_C

/* The kernel's descriptor of socket 's', or -1 with WSAENOTSOCK. On TCP/IP it
 * has the same number. It may be polled and handed to other libraries as long
 * as the socket is open; whoever reads or writes it behind Winsock's back makes
 * network events unreliable. */
int ws2_socket_fd(SOCKET s);

/* Makes a socket of descriptor 'fd', a bound, connected, listening or fresh
 * socket of a family that a provider in the catalog has. On success the socket
 * owns 'fd' (closesocket closes it); on failure, INVALID_SOCKET, the caller
 * still does: WSAENOTSOCK if it is no socket, WSAEAFNOSUPPORT or
 * WSAESOCKTNOSUPPORT if no provider takes it, WSANOTINITIALISED. */
SOCKET ws2_socket_adopt(int fd);

/* A descriptor that polls readable while 'h' (event, thread, mutex, semaphore
 * ...) is signalled, or -1 with ERROR_INVALID_HANDLE, or WSAENOTSOCK for a
 * socket. It is made on the first call and lives as long as the handle; handles
 * that are never asked pay nothing. Readable does not mean taken: wait with
 * time 0 to take an auto-reset event, and expect that another thread was
 * faster. */
int ws2_handle_fd(HANDLE h);

/* A descriptor that polls readable while packets wait in completion port
 * 'port', or it has been closed; -1 with ERROR_INVALID_HANDLE. As for
 * ws2_handle_fd; then call GetQueuedCompletionStatus with time 0 until it finds
 * nothing. */
int ws2_port_fd(HANDLE port);

/* A descriptor that polls readable while the calling thread's message queue
 * holds a message or a timer that is due, or -1 with the reason. It belongs to
 * the thread and ends with it; then call PeekMessage until it returns FALSE. */
int ws2_msgqueue_fd(void);

/* A read-only option of listening sockets at SOL_SOCKET (DWORD): who holds a
 * caller while the condition function decides, if SO_CONDITIONAL_ACCEPT asks
 * for that. WSAEINVAL before listen. What each takes to be had, and when not to
 * want it: docs/conditional-accept.md. */
#define SO_WS2_CONDITIONAL 0x7a01
#define WS2_CONDITIONAL_NOT_HELD 0 /* nobody: the handshake comes first */
#define WS2_CONDITIONAL_HELPER 1   /* this library, by sockets of ws2-synd */
#define WS2_CONDITIONAL_OWN 2      /* this library: it has CAP_NET_RAW */

WS2_END_C

#endif /* WS2_WS2EXT_H */
