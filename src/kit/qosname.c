/* SPDX-License-Identifier: MIT */
/* The templates of WSAGetQOSByName: codecs for voice and video, by the names
 * that Windows has for them. The rates are those of the codecs' own standards,
 * with the headers of RTP over UDP over IPv4 on each packet, as RFC 2210 counts
 * them. Nothing here is carried out; that is kit/qos.c's. */
#include "kit/qosname.h"

#include "base/list.h"

#include <stdbool.h>
#include <string.h>

#define HEADERS (12 + 8 + 20)

/* Voice is a constant flow of packets with 20 or 30 ms of sound in each (RFC
 * 3551). Video has a mean rate (64 kbit/s for QCIF, 384 kbit/s for CIF: p of 1
 * and 6 in H.261, levels 10 and 30 of H.263), twice that for moments, and
 * bursts of a picture. */
static const struct named {
    const char *name;
    ULONG service;
    ULONG codec;   /* bytes per second */
    ULONG payload; /* bytes per packet */
    ULONG burst;   /* packets */
    ULONG peak;    /* times the mean rate */
} templates[] = {
    {"G711",     SERVICETYPE_GUARANTEED,     8000,  160,  2,  1},
    {"G723.1",   SERVICETYPE_GUARANTEED,     800,   24,   2,  1},
    {"G729",     SERVICETYPE_GUARANTEED,     1000,  20,   2,  1},
    {"H263QCIF", SERVICETYPE_CONTROLLEDLOAD, 8000,  500,  8,  2},
    {"H263CIF",  SERVICETYPE_CONTROLLEDLOAD, 48000, 1000, 16, 2},
    {"H261QCIF", SERVICETYPE_CONTROLLEDLOAD, 8000,  500,  8,  2},
    {"H261CIF",  SERVICETYPE_CONTROLLEDLOAD, 48000, 1000, 16, 2},
    {"GSM6.10",  SERVICETYPE_GUARANTEED,     1650,  33,   2,  1},
};

static FLOWSPEC
flow_of(const struct named *t)
{
    ULONG packet = t->payload + HEADERS;
    ULONG rate = (t->codec * packet + t->payload - 1) / t->payload;

    return (FLOWSPEC){
        .TokenRate = rate,
        .TokenBucketSize = t->burst * packet,
        .PeakBandwidth = t->peak * rate,
        .Latency = QOS_NOT_SPECIFIED,
        .DelayVariation = QOS_NOT_SPECIFIED,
        .ServiceType = t->service,
        .MaxSduSize = packet,
        .MinimumPolicedSize = packet,
    };
}

/* Each name with its zero, then an empty one. */
static int
list(WSABUF *into)
{
    size_t need = 1;
    char *at = into->buf;

    for (size_t i = 0; i < WS_ARRAY_LEN(templates); i++)
        need += strlen(templates[i].name) + 1;
    if (need > into->len)
        return WSAEFAULT;
    for (size_t i = 0; i < WS_ARRAY_LEN(templates); i++) {
        size_t size = strlen(templates[i].name) + 1;

        memcpy(at, templates[i].name, size);
        at += size;
    }
    *at = '\0';
    return 0;
}

/* The length may count the zero at the end, or room behind it. */
static bool
is_called(const struct named *t, const WSABUF *name)
{
    size_t len = strnlen(name->buf, name->len);

    return strlen(t->name) == len && !memcmp(t->name, name->buf, len);
}

int
ws_qosname_find(WSABUF *name, QOS *out)
{
    if (!name || !name->buf)
        return WSAEFAULT;
    if (!name->len || !name->buf[0])
        return list(name);
    if (!out)
        return WSAEFAULT;
    for (size_t i = 0; i < WS_ARRAY_LEN(templates); i++) {
        if (!is_called(&templates[i], name))
            continue;
        *out = (QOS){.SendingFlowspec = flow_of(&templates[i]),
                     .ReceivingFlowspec = flow_of(&templates[i])};
        return 0;
    }
    return WSAEINVAL;
}
