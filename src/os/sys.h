/* SPDX-License-Identifier: MIT */
/* What the files of the POSIX world share and the others must not see: socket
 * addresses in the kernel's form and the error numbers of the resolver. The
 * two forms of an address differ in the family's number alone, so converting
 * is copying; an address that is too short is refused before it is read. */
#ifndef WS_OS_SYS_H
#define WS_OS_SYS_H

#include "os/os.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

union ws_sockaddr {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
};

/* Families both ways; -1 for one that we do not know. */
int ws_addr_family_out(int family);
int ws_addr_family_in(int family);

/* To the kernel: WSAEFAULT if 'a' is too short for its family, WSAEAFNOSUPPORT
 * if that is unknown. Longer than needed is fine. */
int ws_addr_out(const struct ws_addr *a, union ws_sockaddr *sa, socklen_t *len);

/* From the kernel. */
int ws_addr_in(const struct sockaddr *sa, socklen_t len, struct ws_addr *a);

/* The same where the kernel wrote into 'a->bytes' itself. */
void ws_addr_adopt(struct ws_addr *a, socklen_t len);

/* The kernel has one switch for what Winsock has two options for, the traffic
 * class and the congestion bits in it. Which of the two was asked for is kept
 * in switches that tell of the options inside a packet, which nobody here
 * looks at and hardly a packet has. */
#define WS_WISH_TOS IP_RECVOPTS
#define WS_WISH_ECN IP_RETOPTS
#define WS_WISH_TCLASS IPV6_RECVHOPOPTS
#define WS_WISH_ECN6 IPV6_RECVDSTOPTS

/* Control data both ways: msg.c. Everything that can be sent fits. */
union ws_sys_control {
    struct cmsghdr align;
    char bytes[512];
};
int ws_control_out(int fd, const struct ws_os_control *from,
                   union ws_sys_control *room, struct msghdr *m);
/* Gives the bits of WSAMSG that control data decide. */
int ws_control_in(int fd, struct msghdr *m, struct ws_os_control *to);

/* The errors of getaddrinfo and of gethostbyname_r. */
int ws_err_eai(int code);
int ws_err_host(int code);

#endif
