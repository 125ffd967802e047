/* SPDX-License-Identifier: MIT */
/* Entries of the proc table that are alike for every provider in the tree: they
 * find the socket, check arguments, and leave the rest to the kit. A provider
 * takes the whole group and replaces what it does in its own way. */
#ifndef WS_KIT_ENTRY_H
#define WS_KIT_ENTRY_H

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

/* Accept, shutdown, close; WSPDuplicateSocket, which none offers. */
void ws_entry_connections(WSPPROC_TABLE *t);

/* Send, receive, select, the result of an operation. */
void ws_entry_data(WSPPROC_TABLE *t);

/* Network events, socket options, quality of service by name. */
void ws_entry_events(WSPPROC_TABLE *t);

#endif
