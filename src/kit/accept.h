/* SPDX-License-Identifier: MIT */
/* Accepting: the head request, the condition function, the new socket. */
#ifndef WS_KIT_ACCEPT_H
#define WS_KIT_ACCEPT_H

#include "kit/sock.h"

/* WSPAccept on a socket that the caller holds. The verdicts are errors:
 * WSAECONNREFUSED for CF_REJECT, WSATRY_AGAIN for CF_DEFER. */
int ws_accept(struct ws_sock *listener, struct sockaddr *addr, INT *addrlen,
              LPCONDITIONPROC ask, DWORD_PTR data, SOCKET *out);

/* Turns 's' into a listener, or changes the backlog of one (LSN-*). */
int ws_accept_listen(struct ws_sock *s, int backlog);

/* 's' is new and stands for a descriptor that listens already. */
int ws_accept_resume(struct ws_sock *s);

/* Gives 'conn' the listener's options, as far as the kernel has not (INH-5). */
void ws_accept_inherit(struct ws_sock *conn, struct ws_sock *listener);

/* Gives 'conn' the transport's part of the connection, and what was agreed on
 * with its peer, or the listener's own wishes. */
struct ws_peer;
void ws_accept_hand_over(struct ws_sock *listener, struct ws_peer *peer,
                         struct ws_sock *conn);

/* Remembers an option that was set on a listener, for the connections that
 * the kernel has already cloned from it. */
int ws_accept_late_option(struct ws_sock *listener, int level, int name,
                          const void *value, int len);

#endif
