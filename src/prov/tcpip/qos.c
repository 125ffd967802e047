/* SPDX-License-Identifier: MIT */
/* Quality of service of streams: what can be asked of them, and what WSAConnect
 * is given. TCP does not carry any of it to the peer; kit/qos.c says
 * what is done about it. Datagram sockets have none, as on Windows. */
#include "prov/tcpip/qos.h"

#include "kit/qos.h"
#include "kit/sock.h"

#include <qossp.h>

/* QOS-12. What the line and the way to the peer are capable of, nobody knows.
 */
int
ws_tcpip_qos_check(struct ws_sock *s, ULONG question, ULONG *answer)
{
    static const ULONG answers[] = {
        [ALLOWED_TO_SEND_DATA - QOSSPBASE] = 1,
        [ABLE_TO_RECV_RSVP - QOSSPBASE] = 0,
        [LINE_RATE - QOSSPBASE] = INFO_NOT_AVAILABLE,
        [LOCAL_TRAFFIC_CONTROL - QOSSPBASE] = 1,
        [LOCAL_QOSABILITY - QOSSPBASE] = 1,
        [END_TO_END_QOSABILITY - QOSSPBASE] = INFO_NOT_AVAILABLE,
    };

    if (!ws_sock_is_circuit(s))
        return WSAENOPROTOOPT;
    if (question <= QOSSPBASE || question > END_TO_END_QOSABILITY)
        return WSAEINVAL;
    *answer = answers[question - QOSSPBASE];
    return 0;
}

/* CON-13, before the attempt, so that its SYN is marked. Where there will be no
 * attempt, connect itself says why. A datagram socket ignores it (QOS-18). */
int
ws_tcpip_qos_connect(struct ws_sock *s, const QOS *asked)
{
    struct ws_qos *q;
    int err;

    if (!asked || !ws_sock_is_circuit(s))
        return 0;
    err = ws_qos_ask(s, asked, &q);
    if (err)
        return err;
    switch (ws_sock_settle(s)) {
    case SOCK_IDLE:
    case SOCK_FAILED: return ws_qos_install(s, q);
    default: ws_qos_free(q); return 0;
    }
}
