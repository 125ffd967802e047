/* SPDX-License-Identifier: MIT */
/* The ends of a connection as Winsock errors: what a DR's reason, an ER and the
 * end of the stream are to who connects, and to who is connected.
 * Invariant: WSAEDISCON is a graceful end and nothing else is. */
#include "prov/isotp/machine.h"

int
ws_isomach_end(const struct ws_isomach *m, size_t held)
{
    switch (m->state) {
    case ISOMACH_SENT: return WSAECONNREFUSED;
    case ISOMACH_OPEN:
    case ISOMACH_CLOSING: return held || m->rest ? WSAECONNRESET : WSAEDISCON;
    case ISOMACH_ENDED: return WSAEDISCON;
    default: return WSAECONNRESET;
    }
}

int
ws_isomach_error(uint8_t reason, bool by_error, bool calling, bool demanding)
{
    static const struct {
        uint8_t reason;
        int calling, open;
    } errors[] = {
        {REASON_UNSPECIFIED, WSAECONNREFUSED,  WSAEDISCON   },
        {REASON_NORMAL,      WSAECONNREFUSED,  WSAEDISCON   },
        {REASON_NO_TSAP,     WSAEADDRNOTAVAIL, WSAECONNRESET},
        {REASON_DUPLICATE,   WSAECONNABORTED,  WSAECONNRESET},
        {REASON_MISMATCH,    WSAECONNABORTED,  WSAECONNRESET},
        {REASON_PROTOCOL,    WSAECONNABORTED,  WSAECONNRESET},
        {REASON_LENGTH,      WSAECONNABORTED,  WSAECONNRESET},
    };

    if (!by_error && calling && demanding && reason == REASON_NEGOTIATION)
        return WSAEOPNOTSUPP;
    for (size_t i = 0; !by_error && i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].reason == reason)
            return calling ? errors[i].calling : errors[i].open;
    return calling ? WSAECONNREFUSED : WSAECONNRESET;
}
