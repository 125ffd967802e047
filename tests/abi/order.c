/* SPDX-License-Identifier: MIT */
/* Our headers in any order with libc's: OURS before or after THEIRS, which
 * run.sh chooses, in C and, included by order.cpp, in C++. The body uses what
 * both sides have: if a name were libc's, its type would not fit, and run.sh
 * looks at the symbols too.
 */
#ifndef OURS
#define OURS <winsock2.h>
#endif
#if defined(FIRST)
#include FIRST
#endif
#if defined(FIRST2)
#include FIRST2
#endif
#include OURS
#if defined(THEN)
#include THEN
#endif
#if defined(THEN2)
#include THEN2
#endif

int order(void);

int
order(void)
{
    fd_set set, *reader = &set;
    TIMEVAL now = {0, 0};
    u_long on = 1;
    char name[16];
    int(WSAAPI * host)(char *, int) = gethostname;
    int(WSAAPI * poll)(int, fd_set *, fd_set *, fd_set *,
                       const struct timeval *) = select;

    FD_ZERO(&set);
    FD_SET(socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP), &set);
    reader->fd_array[0] = set.fd_array[FD_SETSIZE - 1];
    if (select(0, &set, NULL, NULL, &now) + (host == 0) + (poll == 0))
        return ioctlsocket(set.fd_array[0], FIONBIO, &on);
    return gethostname(name, (int)sizeof(name)) +
           (int)(sizeof(u_long) + sizeof(u_short) + htons(80));
}
