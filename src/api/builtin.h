/* SPDX-License-Identifier: MIT */
/* The providers that are linked in. Everything else in this room and in spi
 * reaches a provider through tables only. */
#ifndef WS_API_BUILTIN_H
#define WS_API_BUILTIN_H

/* Loads the catalog and makes the providers in the tree known to spi.
 * WSAENOBUFS. */
int ws_builtin_load(void);

#endif
