/* SPDX-License-Identifier: MIT */
/* Stands before libc's <sys/socket.h> only to say that it and winsock2.h
 * exclude each other; <netinet/in.h>, <arpa/inet.h>, <netdb.h> and <sys/un.h>
 * come through here as well. A source without winsock2.h gets libc's header
 * unchanged, and libc's select with it.
 */
#pragma GCC system_header

#ifdef WS2_LIBC_H
#error                                                                         \
    "<sys/socket.h> and its kin cannot follow winsock2.h: AF_INET6, SOL_SOCKET and struct addrinfo differ. Use one of them in a source file; ws2ext.h has the bridges."
#else
#include_next <sys/socket.h>
#define WS2_LIBC_SELECT
#include <sys/select.h>
#endif
