/* SPDX-License-Identifier: MIT */
/* What the library above knows of the ISO provider: its start, and what the
 * provider cannot do itself because it is another's. Linked in, so not found
 * by a symbol of a library. */
#ifndef WS_PROV_ISOTP_FACE_H
#define WS_PROV_ISOTP_FACE_H

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

/* WSPStartup, for AF_ISO: "TP0/TCP" and "TP2/TCP". */
int WSPAPI ws_isotp_startup(WORD version, LPWSPDATA data,
                            LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls,
                            LPWSPPROC_TABLE table);

/* Who makes a socket of the TCP/IP provider of a descriptor: 0 and the socket,
 * or a Winsock error number, the descriptor being the caller's still. Told
 * before the provider is started. */
void ws_isotp_use_adopter(int (*adopt)(int fd, SOCKET *out));

#endif
