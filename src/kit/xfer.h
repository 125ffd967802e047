/* SPDX-License-Identifier: MIT */
/* Sending and receiving, for WSPSend and its kin and for ReadFile and
 * WriteFile: at once or blocking in xfer.c, overlapped in oxfer.c. */
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

/* The same, overlapped if 'ov' is given and the socket has the attribute. 0, or
 * WSA_IO_PENDING, or an error. 'from' and 'from_len' are filled in when the
 * operation ends. */
int ws_xfer_send_via(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                     DWORD flags, const struct ws_addr *to, DWORD *sent,
                     LPWSAOVERLAPPED ov,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
int ws_xfer_recv_via(struct ws_sock *s, const WSABUF *bufs, DWORD count,
                     DWORD *flags, struct sockaddr *from, INT *from_len,
                     DWORD *got, LPWSAOVERLAPPED ov,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

/* What both ways share: whether the call may be made now, and what a failure
 * is called. */
int ws_xfer_may_send(struct ws_sock *s, DWORD flags, const struct ws_addr *to);
int ws_xfer_may_recv(struct ws_sock *s, DWORD flags, bool overlapped);
int ws_xfer_lost(struct ws_sock *s, int err, unsigned our_end);
bool ws_xfer_unheard(struct ws_sock *s, int err);

#endif
