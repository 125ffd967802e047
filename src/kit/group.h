/* SPDX-License-Identifier: MIT */
/* Multicast groups of a datagram socket as WSPJoinLeaf has them: a membership,
 * a destination of sends, or both. */
#ifndef WS_KIT_GROUP_H
#define WS_KIT_GROUP_H

#include "kit/sock.h"

/* 'how' is JL_SENDER_ONLY, JL_RECEIVER_ONLY or JL_BOTH. WSAEINVAL otherwise;
 * WSAEOPNOTSUPP for a socket with a connection, WSAEADDRNOTAVAIL for an address
 * that is no group's, WSAEISCONN for a member. Tells FD_CONNECT (JL-5). */
int ws_group_join(struct ws_sock *s, const struct ws_addr *group, DWORD how);

/* Where an unconnected socket that has joined with JL_BOTH sends to. */
bool ws_group_default(struct ws_sock *s, struct ws_addr *out);

#endif
