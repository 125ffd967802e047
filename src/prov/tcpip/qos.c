/* SPDX-License-Identifier: MIT */
/* Quality of service of streams: the control codes, what WSAConnect is given,
 * and the templates. TCP does not carry any of it to the peer; kit/qos.c says
 * what is done about it. Datagram sockets have none, as on Windows. */
#include "prov/tcpip/qos.h"

#include "kit/border.h"
#include "kit/qos.h"
#include "kit/qosname.h"
#include "kit/sock.h"

#include <qossp.h>
#include <string.h>

static int
take(struct ws_sock *s, const QOS *asked, struct ws_qos **out)
{
    struct ws_qos before;
    bool known;

    ws_lock(&s->lock);
    known = s->qos;
    if (known)
        before = *s->qos;
    ws_unlock(&s->lock);
    return ws_qos_take(asked, known ? &before : NULL, out);
}

/* QOS-10. On a listener it is what its connections begin with. */
int
ws_tcpip_qos_set(struct ws_sock *s, const void *in)
{
    struct ws_qos *q;
    QOS asked;
    int err = ws_sock_is_circuit(s) ? 0 : WSAENOPROTOOPT;

    memcpy(&asked, in, sizeof(asked));
    if (!err)
        err = take(s, &asked, &q);
    return err ? err : ws_qos_install(s, q);
}

/* QOS-11. */
int
ws_tcpip_qos_get(struct ws_sock *s, void *out, DWORD size, DWORD *used)
{
    int err = 0;

    if (!ws_sock_is_circuit(s))
        return WSAENOPROTOOPT;
    if (!s->bound)
        return WSAEINVAL;
    ws_lock(&s->lock);
    err = ws_qos_give(s->qos, out, size, used);
    ws_unlock(&s->lock);
    if (!err)
        ws_netev_arm(s, FD_QOS);
    return err;
}

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
    err = take(s, asked, &q);
    if (err)
        return err;
    switch (ws_sock_settle(s)) {
    case SOCK_IDLE:
    case SOCK_FAILED: return ws_qos_install(s, q);
    default: ws_qos_free(q); return 0;
    }
}

static BOOL WSPAPI
entry_get_qos_by_name(SOCKET handle, LPWSABUF name, LPQOS qos, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_qosname_find(name, qos);
    ws_sock_unref(s);
    return ws_spi_bool(err, errp);
}

void
ws_tcpip_qos_entries(WSPPROC_TABLE *t)
{
    t->lpWSPGetQOSByName = entry_get_qos_by_name;
}
