/* SPDX-License-Identifier: MIT */
/* Handles for providers whose sockets are nothing of the system's: a number of
 * the high range with the catalog entry and the provider's own word behind it.
 * The life of the socket is the provider's business; it opens the handle when a
 * socket is made and closes it when the socket is closed. */
#ifndef WS_SPI_PSEUDO_H
#define WS_SPI_PSEUDO_H

#include "spi/catalog.h"

/* WSAENOBUFS. */
int ws_pseudo_open(struct ws_entry *entry, DWORD_PTR context, SOCKET *out);

/* WSAENOTSOCK, also for sockets that are descriptors, here and below. */
int ws_pseudo_close(SOCKET s);
int ws_pseudo_context(SOCKET s, DWORD_PTR *context);
int ws_pseudo_entry(SOCKET s, struct ws_entry **out);

#endif
