/* SPDX-License-Identifier: MIT */
/* Extension functions by their identifiers: EXT-1. */
#ifndef WS_PROV_TCPIP_EXT_H
#define WS_PROV_TCPIP_EXT_H

#include <ws2/winsock2.h>

/* 0, or WSAEINVAL for one that is not offered. */
int ws_tcpip_extension(const GUID *id, void (**out)(void));

#endif
