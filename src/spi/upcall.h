/* SPDX-License-Identifier: MIT */
/* What the house offers to its providers: the table of up-calls, and the names
 * of threads that completion routines are sent to. */
#ifndef WS_SPI_UPCALL_H
#define WS_SPI_UPCALL_H

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

extern const WSPUPCALLTABLE ws_upcalls;

/* The calling thread, as WPUQueueApc takes it; valid until the thread ends.
 * WSAENOBUFS. */
int ws_upcall_thread(WSATHREADID *out);

/* A new event object, manual-reset and not signalled. WSA_NOT_ENOUGH_MEMORY. */
int ws_upcall_event(HANDLE *out);

#endif
