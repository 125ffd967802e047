/* SPDX-License-Identifier: MIT */
/* What a process-wide option means to others. */
#ifndef WS_API_OPT_H
#define WS_API_OPT_H

#include <ws2/winsock2.h>

/* The WSASocket flags that socket() has, as SO_OPENTYPE says. */
DWORD ws_opt_socket_flags(void);

#endif
