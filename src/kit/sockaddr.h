/* SPDX-License-Identifier: MIT */
/* Socket addresses at the border: what a caller hands in is checked and
 * copied, what he gets is cut to nothing but what he has room for. */
#ifndef WS_KIT_SOCKADDR_H
#define WS_KIT_SOCKADDR_H

#include "os/os.h"

#include <ws2/winsock2.h>

/* Takes a caller's address for a socket of 'family': WSAEFAULT for NULL or a
 * short length, WSAEAFNOSUPPORT for another family. Longer is fine. */
int ws_sockaddr_take(int family, const struct sockaddr *name, int len,
                     struct ws_addr *out);

/* Whether an address of 'family' would fit; NULL means not wanted (ACC-5). */
int ws_sockaddr_room(int family, const struct sockaddr *addr, const INT *len);

/* Stores 'a' and its length; only where there is room, which was asked. */
void ws_sockaddr_give(const struct ws_addr *a, struct sockaddr *addr, INT *len);

bool ws_sockaddr_is_wildcard(const struct ws_addr *a);
uint16_t ws_sockaddr_port(const struct ws_addr *a); /* host byte order */

#endif
