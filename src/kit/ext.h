/* SPDX-License-Identifier: MIT */
/* Extension functions: what a program gets by an identifier and calls without
 * passing through the API, so that they set the last error themselves. Here are
 * those that all sockets have, and what a provider needs for its own. */
#ifndef WS_KIT_EXT_H
#define WS_KIT_EXT_H

#include "kit/sock.h"

struct ws_ext {
    GUID id;
    void (*function)(void);
};

/* EXT-1, in the provider's own table and then among those that all have. 0, or
 * WSAEINVAL for one that is not offered. */
int ws_ext_find(const struct ws_ext *own, size_t count, const GUID *id,
                void (**out)(void));

/* ConnectEx, where the provider says what a name means and how it is called. */
BOOL ws_ext_connect(SOCKET handle, const struct sockaddr *name, int len,
                    const void *data, DWORD size, LPOVERLAPPED ov,
                    int (*start)(struct ws_sock *s, const struct sockaddr *name,
                                 int len, const void *data, DWORD size,
                                 LPOVERLAPPED ov));

#endif
