/* SPDX-License-Identifier: MIT */
/* Waiting for a change of this host: of its addresses, or of the way to some
 * other host (IOC-7). */
#ifndef WS_KIT_CHANGE_H
#define WS_KIT_CHANGE_H

#include "kit/ovl.h"

/* Waits until the addresses of the socket's family have changed ('to' NULL), or
 * the local address by which 'to' is reached. With a route it is an operation;
 * else a blocking socket blocks, and a non-blocking one gets WSAEWOULDBLOCK and
 * then, once, FD_ADDRESS_LIST_CHANGE or FD_ROUTING_INTERFACE_CHANGE. */
int ws_change_await(struct ws_sock *s, const struct ws_addr *to,
                    const struct ws_ovl_route *route);

#endif
