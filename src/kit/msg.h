/* SPDX-License-Identifier: MIT */
/* WSARecvMsg and WSASendMsg: a datagram with its addresses and control data. */
#ifndef WS_KIT_MSG_H
#define WS_KIT_MSG_H

#include "kit/sock.h"

/* Both: datagrams only; overlapped if 'ov' is given and the socket has the
 * attribute. '*moved' may be NULL only then. The results are stored in 'msg',
 * which stays the caller's and must last as long as the operation. */
int ws_msg_recv(struct ws_sock *s, LPWSAMSG msg, DWORD *moved,
                LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
int ws_msg_send(struct ws_sock *s, LPWSAMSG msg, DWORD flags, DWORD *moved,
                LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

#endif
