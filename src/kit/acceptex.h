/* SPDX-License-Identifier: MIT */
/* AcceptEx: an operation on the listener that turns a fresh socket into the
 * accepted one and, if asked, waits for its first data. */
#ifndef WS_KIT_ACCEPTEX_H
#define WS_KIT_ACCEPTEX_H

#include "kit/ovl.h"

/* The caller's one buffer: data, then a block for each address. */
struct ws_accept_area {
    char *buffer;
    DWORD data, local, remote; /* bytes of each part */
};

/* Takes no references from the caller. WSA_IO_PENDING or an error (AEX-4). */
int ws_acceptex(struct ws_sock *listener, struct ws_sock *conn,
                const struct ws_accept_area *area, LPOVERLAPPED ov);

/* GetAcceptExSockaddrs: finds what ws_acceptex stored. */
void ws_acceptex_addresses(const struct ws_accept_area *area,
                           struct sockaddr **local, INT *local_len,
                           struct sockaddr **remote, INT *remote_len);

/* SO_UPDATE_ACCEPT_CONTEXT: AEX-8. */
int ws_acceptex_update(struct ws_sock *conn, struct ws_sock *listener);

/* 'conn' closes: the operation that awaits a connection for it ends. */
void ws_acceptex_abandon(struct ws_sock *conn);

#endif
