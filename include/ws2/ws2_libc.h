/* SPDX-License-Identifier: MIT */
/* Makes room beside libc for the names that Winsock and libc both have.
 *
 * Standard headers and ours go in any order: fd_set, select and gethostname of
 * libc step aside (sys/select.h and unistd.h in this directory), struct timeval
 * is libc's, u_long becomes 32 bits wide. Only the BSD socket headers exclude
 * us. <poll.h> and <sys/ioctl.h> may come before winsock2.h, not after it: the
 * latter would quietly change FIONBIO. Without -I on this directory, libc
 * headers that came first make fd_set, select and gethostname macros, which
 * still work but reach into struct members of those names.
 */
#ifndef WS2_LIBC_H
#define WS2_LIBC_H

#if defined(_SYS_SOCKET_H) || defined(_NETINET_IN_H) ||                        \
    defined(_ARPA_INET_H) || defined(_NETDB_H)
#error                                                                         \
    "winsock2.h cannot follow <sys/socket.h>, <netinet/in.h>, <arpa/inet.h> or <netdb.h>: AF_INET6, SOL_SOCKET and struct addrinfo differ. Use one of them in a source file; ws2ext.h has the bridges."
#endif

/* The wrappers see WS2_LIBC_H and leave the names to us from here on. */
#include "sys/select.h"
#include <sys/types.h>

#undef fd_set
#undef select
#undef gethostname
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO

#ifndef WS2_SYS_SELECT_RENAMED
#define fd_set ws2_fd_set
#define select ws2_select
#define WS2_LIBC_FD_SETSIZE
#endif
#ifdef WS2_LIBC_FD_SETSIZE
#undef FD_SETSIZE /* libc's, not one that the program chose */
#endif
#if defined(_UNISTD_H) && !defined(WS2_UNISTD_H)
#define gethostname ws2_gethostname
#endif

/* libc gives these only when asked for more than the C standard. */
#ifndef __u_char_defined
#define __u_char_defined
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
#endif
typedef unsigned int ws2_u_long;
#define u_long ws2_u_long

#endif /* WS2_LIBC_H */
