/* SPDX-License-Identifier: MIT */
/* Ending one way of a connection, or both: shutdown and all that does the same
 * under another name. */
#ifndef WS_KIT_SHUT_H
#define WS_KIT_SHUT_H

#include "kit/sock.h"

/* WSPShutdown: WSAEINVAL, WSAENOTCONN. */
int ws_shut(struct ws_sock *s, int how);

/* Our sending ends, on a socket that has a connection. */
int ws_shut_sending(struct ws_sock *s);

#endif
