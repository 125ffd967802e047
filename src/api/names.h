/* SPDX-License-Identifier: MIT */
/* What the name calls want of a name space: one table, filled from the provider
 * that is linked in (builtin.c). Structures are the public ones. */
#ifndef WS_API_NAMES_H
#define WS_API_NAMES_H

#include <ws2/winsock2.h>

/* All return 0 or a Winsock error; all may block on the resolver. Results of
 * the old data bases live in 'buf', which is aligned for pointers; WSAENOBUFS
 * says that it is too small. */
struct ws_names {
    /* An answer in blocks of malloc's, one an entry: ws_name_free. */
    int (*addresses)(const char *node, const char *service,
                     const struct addrinfo *hints, struct addrinfo **out);
    int (*name)(const struct sockaddr *a, int len, char *host, size_t host_size,
                char *serv, size_t serv_size, int flags);
    int (*host_by_name)(const char *name, char *buf, size_t size,
                        struct hostent *out);
    int (*host_by_addr)(const char *addr, int len, int family, char *buf,
                        size_t size, struct hostent *out);
    int (*service_by_name)(const char *name, const char *proto, char *buf,
                           size_t size, struct servent *out);
    int (*service_by_port)(int port, const char *proto, char *buf, size_t size,
                           struct servent *out);
    int (*protocol_by_name)(const char *name, char *buf, size_t size,
                            struct protoent *out);
    int (*protocol_by_number)(int number, char *buf, size_t size,
                              struct protoent *out);
    int (*own_name)(char *buf, size_t size);
};

extern const struct ws_names ws_names;

#endif
