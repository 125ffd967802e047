/* SPDX-License-Identifier: MIT */
/* The slots behind TlsAlloc. */
#ifndef WS_W32_TLS_H
#define WS_W32_TLS_H

/* Frees what the calling thread, which is ending, has in them. */
void ws_tls_end(void);

#endif
