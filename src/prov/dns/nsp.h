/* SPDX-License-Identifier: MIT */
/* The name space of the system: its resolver, its hosts, services and
 * protocols, in Winsock's structures. Every function returns 0 or a Winsock
 * error and leaves its results alone on failure. */
#ifndef WS_PROV_DNS_NSP_H
#define WS_PROV_DNS_NSP_H

#include <ws2/winsock2.h>

/* An answer in blocks of malloc's, one an entry. May block. */
int ws_nsp_addresses(const char *node, const char *service,
                     const struct addrinfo *hints, struct addrinfo **out);
int ws_nsp_name(const struct sockaddr *a, int len, char *host, size_t host_size,
                char *serv, size_t serv_size, int flags);

/* Results live in 'buf', aligned for pointers; WSAENOBUFS: it is too small. */
int ws_nsp_host_by_name(const char *name, char *buf, size_t size,
                        struct hostent *out);
int ws_nsp_host_by_addr(const char *addr, int len, int family, char *buf,
                        size_t size, struct hostent *out);
int ws_nsp_service_by_name(const char *name, const char *proto, char *buf,
                           size_t size, struct servent *out);
int ws_nsp_service_by_port(int port, const char *proto, char *buf, size_t size,
                           struct servent *out);
int ws_nsp_protocol_by_name(const char *name, char *buf, size_t size,
                            struct protoent *out);
int ws_nsp_protocol_by_number(int number, char *buf, size_t size,
                              struct protoent *out);

/* The host's own name; WSAEFAULT if it does not fit. */
int ws_nsp_own_name(char *buf, size_t size);

#endif
