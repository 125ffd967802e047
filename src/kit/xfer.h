/* SPDX-License-Identifier: MIT */
/* Sending and receiving, synchronously, for WSPSend and its kin and for
 * ReadFile and WriteFile. */
#ifndef WS_KIT_XFER_H
#define WS_KIT_XFER_H

#include "kit/sock.h"

/* 'to' may be NULL and is ignored on a stream. '*sent' is set on success. */
int ws_xfer_send(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                 DWORD flags, const struct ws_addr *to, DWORD *sent);

/* '*flags' in and out. 'from' may be NULL and is not touched on a stream.
 * '*got' is set on success and with WSAEMSGSIZE, when it is what fitted. */
int ws_xfer_recv(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                 DWORD *flags, struct ws_addr *from, DWORD *got);

#endif
