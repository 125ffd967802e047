/* SPDX-License-Identifier: MIT */
/* The base provider for AF_INET and AF_INET6: TCP, UDP and raw sockets, each a
 * kernel descriptor. Its files share the entries of the proc table, which
 * wsp.c puts together. */
#ifndef WS_PROV_TCPIP_H
#define WS_PROV_TCPIP_H

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

/* WSPStartup of this provider, under a name of its own since it is linked in.
 */
int WSPAPI ws_tcpip_startup(WORD version, LPWSPDATA data,
                            LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls,
                            LPWSPPROC_TABLE table);

/* A descriptor from elsewhere: what it is, and taking it over as a socket of
 * the catalog entry 'info'. Both 0 or a Winsock error number. */
int ws_tcpip_describe(int fd, int *af, int *type, int *protocol);
int ws_tcpip_adopt(int fd, const WSAPROTOCOL_INFOW *info, SOCKET *out);

/* Puts each file's entries into the table. */
void ws_tcpip_conn_entries(WSPPROC_TABLE *t);
void ws_tcpip_leaf_entries(WSPPROC_TABLE *t);
void ws_tcpip_text_entries(WSPPROC_TABLE *t);
int WSPAPI ws_tcpip_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size,
                          LPVOID out, DWORD out_size, LPDWORD returned,
                          LPWSAOVERLAPPED ov,
                          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                          LPWSATHREADID thread, LPINT errp);

#endif
