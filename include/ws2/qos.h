/* SPDX-License-Identifier: MIT */
/* Quality of service: the flow specification and the provider objects.
 *
 * A QOS (winsock2.h) has one FLOWSPEC per direction and a buffer of objects,
 * each led by a QOS_OBJECT_HDR. Which of it a provider honours, the provider
 * says (XP1_QOS_SUPPORTED). Invariant: 32-bit fields in the machine's order.
 */
#ifndef __QOS_H_
#define __QOS_H_

#include "windef.h"

/* ---- Service types ------------------------------------------------------- */

typedef ULONG SERVICETYPE;

#define SERVICETYPE_NOTRAFFIC 0x00000000
#define SERVICETYPE_BESTEFFORT 0x00000001
#define SERVICETYPE_CONTROLLEDLOAD 0x00000002
#define SERVICETYPE_GUARANTEED 0x00000003
#define SERVICETYPE_NETWORK_UNAVAILABLE 0x00000004
#define SERVICETYPE_GENERAL_INFORMATION 0x00000005
#define SERVICETYPE_NOCHANGE 0x00000006
#define SERVICETYPE_NONCONFORMING 0x00000009
#define SERVICETYPE_NETWORK_CONTROL 0x0000000A
#define SERVICETYPE_QUALITATIVE 0x0000000D

/* The same as bits, and the bits that may be added. */
#define SERVICE_BESTEFFORT 0x80010000
#define SERVICE_CONTROLLEDLOAD 0x80020000
#define SERVICE_GUARANTEED 0x80040000
#define SERVICE_QUALITATIVE 0x80200000
#define SERVICE_NO_TRAFFIC_CONTROL 0x81000000
#define SERVICE_NO_QOS_SIGNALING 0x40000000

/* ---- Flow specification -------------------------------------------------- */

#define QOS_NOT_SPECIFIED 0xFFFFFFFF      /* the provider chooses */
#define POSITIVE_INFINITY_RATE 0xFFFFFFFE /* as fast as can be */

typedef struct _flowspec {
    ULONG TokenRate;          /* long-term rate, bytes per second, not 0 */
    ULONG TokenBucketSize;    /* largest burst, bytes */
    ULONG PeakBandwidth;      /* upper limit, bytes per second */
    ULONG Latency;            /* greatest acceptable delay, microseconds */
    ULONG DelayVariation;     /* longest minus shortest delay, microseconds */
    SERVICETYPE ServiceType;  /* SERVICETYPE_* */
    ULONG MaxSduSize;         /* greatest message, bytes */
    ULONG MinimumPolicedSize; /* smaller messages count as this, bytes */
} FLOWSPEC, *PFLOWSPEC, *LPFLOWSPEC;

/* ---- Objects in QOS.ProviderSpecific ------------------------------------- */

typedef struct {
    ULONG ObjectType;   /* QOS_OBJECT_* */
    ULONG ObjectLength; /* bytes, this header included */
} QOS_OBJECT_HDR, *LPQOS_OBJECT_HDR;

#define QOS_GENERAL_ID_BASE 2000
#define QOS_OBJECT_END_OF_LIST (0x00000001 + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_SD_MODE (0x00000002 + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_SHAPING_RATE (0x00000003 + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_DESTADDR (0x00000004 + QOS_GENERAL_ID_BASE)

/* What happens to traffic beyond the specification. */
typedef struct _QOS_SD_MODE {
    QOS_OBJECT_HDR ObjectHdr;
    ULONG ShapeDiscardMode; /* TC_NONCONF_* */
} QOS_SD_MODE, *LPQOS_SD_MODE;

#define TC_NONCONF_BORROW 0
#define TC_NONCONF_SHAPE 1
#define TC_NONCONF_DISCARD 2
#define TC_NONCONF_BORROW_PLUS 3

typedef struct _QOS_SHAPING_RATE {
    QOS_OBJECT_HDR ObjectHdr;
    ULONG ShapingRate; /* bytes per second */
} QOS_SHAPING_RATE, *LPQOS_SHAPING_RATE;

#endif /* __QOS_H_ */
