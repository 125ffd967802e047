/* SPDX-License-Identifier: MIT */
/* Flow specs by name. */
#ifndef WS_KIT_QOSNAME_H
#define WS_KIT_QOSNAME_H

#include <ws2/winsock2.h>

/* WSPGetQOSByName: the flow specs of a name, or, where that is empty, the list
 * of names into its buffer. WSAEINVAL: there is no such name; WSAEFAULT. */
int ws_qosname_find(WSABUF *name, QOS *out);

#endif
