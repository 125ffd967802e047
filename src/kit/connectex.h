/* SPDX-License-Identifier: MIT */
/* ConnectEx and DisconnectEx: connecting, with the first data, and letting go
 * of a connection, as operations. */
#ifndef WS_KIT_CONNECTEX_H
#define WS_KIT_CONNECTEX_H

#include "kit/ovl.h"

/* WSA_IO_PENDING, or an error of CEX-1. 'data' stays the caller's. */
int ws_connectex(struct ws_sock *s, const struct ws_addr *to, const void *data,
                 DWORD size, LPOVERLAPPED ov);

/* The same where a transport makes the attempt: 'start' begins it, without a
 * lock, and says at once if it failed; ws_transport.attempt goes on. */
int ws_connectex_by(struct ws_sock *s, int (*start)(struct ws_sock *, void *),
                    void *arg, const void *data, DWORD size, LPOVERLAPPED ov);

/* SO_UPDATE_CONNECT_CONTEXT. */
int ws_connectex_update(struct ws_sock *s);

/* 'flags' 0 or TF_REUSE_SOCKET; without 'ov' it waits. */
int ws_disconnectex(struct ws_sock *s, LPOVERLAPPED ov, DWORD flags);

/* DEX-3: a fresh socket under the old number; outside of any lock. */
int ws_disconnectex_recycle(struct ws_sock *s);

#endif
