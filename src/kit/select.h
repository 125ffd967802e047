/* SPDX-License-Identifier: MIT */
/* select and WSAPoll: readiness of many sockets, in Winsock's sense of it. */
#ifndef WS_KIT_SELECT_H
#define WS_KIT_SELECT_H

#include <ws2/winsock2.h>

/* WSPSelect: SEL-1 to SEL-9. '*count' gets the number of entries left. */
int ws_select(fd_set *read, fd_set *write, fd_set *except,
              const struct timeval *timeout, int *count);

/* WSAPoll: POL-1 to POL-5. 'timeout' in milliseconds, negative is for ever. */
int ws_select_poll(WSAPOLLFD *fds, ULONG count, INT timeout, int *ready);

#endif
