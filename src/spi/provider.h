/* SPDX-License-Identifier: MIT */
/* The life of a provider under one catalog entry: started by the first socket
 * that chooses the entry, ended by the last WSACleanup. What a provider gave us
 * stays mapped and readable for good, since calls may still be inside it. */
#ifndef WS_SPI_PROVIDER_H
#define WS_SPI_PROVIDER_H

#include "spi/catalog.h"

/* Makes known a provider that is linked in; a later one with the same id takes
 * the place of an earlier one. WSAENOBUFS. */
int ws_provider_register(const GUID *id, LPWSPSTARTUP startup);

/* The entry's table, starting its provider if need be. WSAEPROVIDERFAILEDINIT,
 * WSAEINVALIDPROVIDER, WSAEINVALIDPROCTABLE (G-7), WSANOTINITIALISED. */
int ws_provider_start(struct ws_entry *e, const WSPPROC_TABLE **proc);

/* Sockets may be made from here on, */
void ws_provider_open_all(void);
/* and no longer: ends all routes, every provider and every socket. */
void ws_provider_close_all(void);

#endif
