/* SPDX-License-Identifier: MIT */
/* Quality of service, for the entries that meet it. All give 0 or a Winsock
 * error number; WSAENOPROTOOPT on sockets that are no streams. */
#ifndef WS_PROV_TCPIP_QOS_H
#define WS_PROV_TCPIP_QOS_H

#include <ws2/winsock2.h>

struct ws_sock;

/* SIO_CHK_QOS. */
int ws_tcpip_qos_check(struct ws_sock *s, ULONG question, ULONG *answer);

/* What a connect asks for, which may be NULL. */
int ws_tcpip_qos_connect(struct ws_sock *s, const QOS *asked);

#endif
