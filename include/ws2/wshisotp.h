/* SPDX-License-Identifier: MIT */
/* ISO transport: protocols, addresses, options and the detach call of the
 * providers "TP0/TCP" and "TP2/TCP" (ISO 8073 classes 0 and 2 over TCP, RFC
 * 1006 and RFC 2126). Windows' header has the first two parts; what is ours
 * beside SOCKADDR_OSITP, which Winsock's protocol annex describes, says so.
 *
 * An address is a TSAP selector, octets that mean what the ends agree on,
 * followed by a network address, an NSAP. Over TCP the NSAP holds an IP address
 * and a port, 102 if it names none. ISO_SET_TP_INET puts one together:
 *
 *     struct sockaddr_in host = ...;      address and port, as for TCP
 *     SOCKADDR_TP sa;
 *     ISO_SET_TP_INET(&sa, "\1\2", 2, (struct sockaddr *)&host);
 *     connect(s, (struct sockaddr *)&sa, sizeof(sa));
 *
 * Invariant: lengths and the family are in the machine's order, as on Windows.
 */
#ifndef _WSHISOTP_
#define _WSHISOTP_

#include "winsock2.h"
#include "ws2tcpip.h"

#include <string.h>

/* ---- Protocols -----------------------------------------------------------
 * Of AF_ISO. Offered are ISOPROTO_TP0 and ISOPROTO_TP2. */

#define ISOPROTO_TP0 25
#define ISOPROTO_TP1 26
#define ISOPROTO_TP2 27
#define ISOPROTO_TP3 28
#define ISOPROTO_TP4 29
#define ISOPROTO_TP ISOPROTO_TP4
#define ISOPROTO_CLTP 30
#define ISOPROTO_CLNP 31
#define ISOPROTO_X25 32
#define ISOPROTO_INACT_NL 33
#define ISOPROTO_ESIS 34
#define ISOPROTO_INTRAISIS 35

/* ---- Addresses ----------------------------------------------------------- */

#define ISO_MAX_ADDR_LENGTH 64

#define ISO_HIERARCHICAL 0          /* selector, then network address */
#define ISO_NON_HIERARCHICAL 1      /* refused: WSAEADDRNOTAVAIL */
#define ISO_EXTENDED_HIERARCHICAL 2 /* SOCKADDR_OSITP */

/* From 8 octets, when all of the address is within the length given. */
typedef struct sockaddr_tp {
    u_short tp_family;    /* AF_ISO */
    u_short tp_addr_type; /* ISO_HIERARCHICAL */
    u_short tp_taddr_len; /* octets in tp_addr, the selector's included */
    u_short tp_tsel_len;  /* of those, the selector's: 32 at most */
    u_char tp_addr[ISO_MAX_ADDR_LENGTH];
} SOCKADDR_TP, *PSOCKADDR_TP, *LPSOCKADDR_TP;

#define ISO_MAX_TSEL_LENGTH 32
#define ISO_MAX_NSAP_LENGTH 20
#define ISO_MAX_SNET_LENGTH 18
#define ISO_MAX_EXT_ADDR_LENGTH 40
#define ISO_MAX_OPTNAME_LENGTH 16
#define ISO_MAX_OSI_ADDR_LENGTH 126

/* Of the annex; needs all of its 140 octets. The option profile name is "std"
 * or "rdp" or nothing and does what ISO_OPT_PROFILE does. */
typedef struct sockaddr_ositp {
    u_short tp_family;    /* AF_ISO */
    u_short tp_addr_type; /* ISO_EXTENDED_HIERARCHICAL or _HIERARCHICAL */
    u_short tp_tsel_len;  /* lengths in tp_addr, in the order of the parts */
    u_short tp_nsap_len;
    u_short tp_snet_len;     /* 0 */
    u_short tp_ext_addr_len; /* 0 */
    u_short tp_optname_len;
    u_char tp_addr[ISO_MAX_OSI_ADDR_LENGTH];
} SOCKADDR_OSITP, *PSOCKADDR_OSITP, *LPSOCKADDR_OSITP;

/* Selector and network address, as Windows' macro sets them. What does not fit
 * is left out with the lengths as given, which bind and connect refuse. */
FORCEINLINE void
ISO_SET_TP_ADDR(SOCKADDR_TP *sa, const void *tsel, int tsel_len,
                const void *node, int node_len)
{
    sa->tp_family = AF_ISO;
    sa->tp_addr_type = ISO_HIERARCHICAL;
    sa->tp_tsel_len = (u_short)tsel_len;
    sa->tp_taddr_len = (u_short)(tsel_len + node_len);
    if (tsel_len < 0 || node_len < 0 || tsel_len > ISO_MAX_ADDR_LENGTH ||
        node_len > ISO_MAX_ADDR_LENGTH - tsel_len)
        return;
    if (tsel_len)
        memcpy(sa->tp_addr, tsel, (size_t)tsel_len);
    if (node_len)
        memcpy(sa->tp_addr + tsel_len, node, (size_t)node_len);
}

/* ---- Network addresses for TCP (ours) ------------------------------------
 * IPv4 as RFC 1277 has it, in decimal digits: 54 00728722 03, twelve of the
 * address, then, if the port is named, five of it and a filler F. IPv6 as RFC
 * 4548 has it: 35 0000, the address, an octet 0. That has no place for a port:
 * here, five digits of it and the filler may follow. These octets are for the
 * two ends of an API only; on the wire there is the selector. */

#define ISO_PORT 102
#define ISO_MAX_INET_LENGTH 23

/* 'count' decimal digits of 'value' from half octet 'at' of 'to' on. */
static __inline__ __attribute__((__unused__)) void
ws2_iso_put_digits(UCHAR *to, int at, int count, ULONG value)
{
    while (count-- > 0) {
        int shift = (at + count) % 2 ? 0 : 4;
        UCHAR *octet = to + (at + count) / 2;

        *octet = (UCHAR)((*octet & (0xf0 >> shift)) | (value % 10) << shift);
        value /= 10;
    }
}

/* The other way; ~0 if they are none. */
static __inline__ __attribute__((__unused__)) ULONG
ws2_iso_get_digits(const UCHAR *from, int at, int count)
{
    ULONG value = 0;
    int i;

    for (i = at; i < at + count; i++) {
        ULONG digit = (ULONG)(from[i / 2] >> (i % 2 ? 0 : 4)) & 15;

        if (digit > 9)
            return ~(ULONG)0;
        value = value * 10 + digit;
    }
    return value;
}

/* The NSAP of an address (AF_INET, AF_INET6) and a port, in host order, NULL to
 * name none; gives its length, 0 for another family. */
static __inline__ __attribute__((__unused__)) int
ws2_iso_put_nsap(int family, const UCHAR *ip, const USHORT *port,
                 UCHAR nsap[ISO_MAX_INET_LENGTH])
{
    static const UCHAR v4[6] = {0x54, 0x00, 0x72, 0x87, 0x22, 0x03};
    int len = family == AF_INET ? 12 : family == AF_INET6 ? 20 : 0, i;

    memset(nsap, 0, ISO_MAX_INET_LENGTH);
    if (family == AF_INET) {
        memcpy(nsap, v4, sizeof(v4));
        for (i = 0; i < 4; i++)
            ws2_iso_put_digits(nsap, 12 + 3 * i, 3, ip[i]);
    } else if (family == AF_INET6) {
        nsap[0] = 0x35;
        memcpy(nsap + 3, ip, 16);
    }
    if (len && port) {
        ws2_iso_put_digits(nsap, 2 * len, 5, *port);
        nsap[len + 2] |= 0x0f;
        len += 3;
    }
    return len;
}

/* The port behind 'at' octets of an NSAP, and for IPv4 the transport set, which
 * must be TCP's; FALSE if they are malformed. */
static __inline__ __attribute__((__unused__)) BOOL
ws2_iso_get_port(const UCHAR *nsap, int at, int len, int set, USHORT *port)
{
    ULONG value = ISO_PORT;

    if (len == at + 3 && (nsap[at + 2] & 15) == 15)
        value = ws2_iso_get_digits(nsap, 2 * at, 5);
    else if (set && len == at + 5 &&
             ws2_iso_get_digits(nsap, 2 * at + 5, 5) == 1)
        value = ws2_iso_get_digits(nsap, 2 * at, 5);
    else if (len != at)
        return FALSE;
    *port = (USHORT)value;
    return value <= 0xffff;
}

/* Address and port of an NSAP: gives the family, 0 if it is of another form.
 * IPv6 may come without its last octet. */
static __inline__ __attribute__((__unused__)) int
ws2_iso_get_nsap(const UCHAR *nsap, int len, UCHAR ip[16], USHORT *port)
{
    int i;

    memset(ip, 0, 16);
    if (len >= 12 && !memcmp(nsap, "\x54\x00\x72\x87\x22\x03", 6)) {
        for (i = 0; i < 4; i++) {
            ULONG part = ws2_iso_get_digits(nsap, 12 + 3 * i, 3);

            if (part > 255)
                return 0;
            ip[i] = (UCHAR)part;
        }
        return ws2_iso_get_port(nsap, 12, len, 1, port) ? AF_INET : 0;
    }
    if (len >= 19 && !memcmp(nsap, "\x35\x00\x00", 3)) {
        memcpy(ip, nsap + 3, 16);
        return ws2_iso_get_port(nsap, len == 19 ? 19 : 20, len, 0, port)
                   ? AF_INET6
                   : 0;
    }
    return 0;
}

/* An address for bind or connect from a selector and an address and port as TCP
 * has them (AF_INET, AF_INET6; a scope identifier is lost). 'inet' NULL: any
 * local address, at the port of ISO_OPT_PORT. FALSE, and an address that is
 * refused, for another family or a selector of more than 32 octets. */
static __inline__ __attribute__((__unused__)) BOOL
ISO_SET_TP_INET(SOCKADDR_TP *sa, const void *tsel, int tsel_len,
                const struct sockaddr *inet)
{
    UCHAR nsap[ISO_MAX_INET_LENGTH];
    USHORT port = 0;
    int len = 0;

    memset(sa, 0, sizeof(*sa));
    if (tsel_len < 0 || tsel_len > ISO_MAX_TSEL_LENGTH)
        return FALSE;
    if (inet && inet->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)inet;

        port = ntohs(in->sin_port);
        len = ws2_iso_put_nsap(AF_INET, (const UCHAR *)&in->sin_addr, &port,
                               nsap);
    } else if (inet && inet->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)inet;

        /* A compiler that sees a shorter object would warn of this branch. */
        __asm__("" : "+r"(in6));
        port = ntohs(in6->sin6_port);
        len = ws2_iso_put_nsap(AF_INET6, (const UCHAR *)&in6->sin6_addr, &port,
                               nsap);
    } else if (inet) {
        return FALSE;
    }
    ISO_SET_TP_ADDR(sa, tsel, tsel_len, nsap, len);
    return TRUE;
}

/* Address and port out of an address, for instance the caller's in a condition
 * function: gives the length of what was stored in 'inet', 0 if the address has
 * none. */
static __inline__ __attribute__((__unused__)) int
ISO_GET_TP_INET(const SOCKADDR_TP *sa, SOCKADDR_STORAGE *inet)
{
    UCHAR ip[16];
    USHORT port = 0;
    int family;

    if (sa->tp_family != AF_ISO || sa->tp_tsel_len > sa->tp_taddr_len ||
        sa->tp_taddr_len > ISO_MAX_ADDR_LENGTH)
        return 0;
    family = ws2_iso_get_nsap(sa->tp_addr + sa->tp_tsel_len,
                              sa->tp_taddr_len - sa->tp_tsel_len, ip, &port);
    memset(inet, 0, sizeof(*inet));
    inet->ss_family = (ADDRESS_FAMILY)family;
    if (family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)inet;

        in->sin_port = htons(port);
        memcpy(&in->sin_addr, ip, 4);
        return (int)sizeof(*in);
    }
    if (family == AF_INET6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)inet;

        in6->sin6_port = htons(port);
        memcpy(&in6->sin6_addr, ip, 16);
        return (int)sizeof(*in6);
    }
    return 0;
}

/* ---- Options of SOL_SOCKET -----------------------------------------------
 * SO_EXPEDITED (the annex's; the number is ours): BOOL, propose or agree to
 * expedited data (MSG_OOB, 1 to 16 octets); before connect or listen. On a
 * connection it tells what was negotiated.
 * SO_CONNDATA, SO_DISCDATA and their lengths (mswsock.h) are the way of Winsock
 * 1.1 to connect and disconnect data. SO_DISCOPT: DWORD, the reason octet of a
 * disconnect: that of the peer when read, ours when set (0 to 255). */

#define SO_EXPEDITED 0x4010

#define ISO_EXP_DATA_USE 0
#define ISO_EXP_DATA_NUSE 1

/* ---- Options of SOL_ISOTP (ours) -----------------------------------------
 * All DWORD. Set: WSAEFAULT for fewer than 4 octets, WSAEINVAL for a value that
 * is not listed or too late in the socket's life, WSAENOPROTOOPT for what can
 * only be read and for other names. Accepted sockets have the listener's. */

#define SOL_ISOTP 0x4954

/* Where connect data stands: ISO_PROFILE_STD, behind the header, 32 octets at
 * most; ISO_PROFILE_RDP, within it, 248 octets (cookie, routing token and
 * negotiation request of RDP; class 0). Before connect or listen. */
#define ISO_OPT_PROFILE 1
#define ISO_PROFILE_STD 0
#define ISO_PROFILE_RDP 1

/* Milliseconds, 0 for ever. TS1: from our connection request to the answer
 * (120000; then WSAETIMEDOUT). TS2: from our disconnect to the peer's end
 * (5000; then the connection is cut). Header: on a listener, from TCP's accept
 * to a complete connection request (30000; then dropped in silence). At any
 * time; timers that run keep theirs. */
#define ISO_OPT_TS1 2
#define ISO_OPT_TS2 3
#define ISO_OPT_HEADER_TIMEOUT 4

/* Read only, of a connection: 0 or 2. WSAENOTCONN. */
#define ISO_OPT_CLASS 6

/* Octets of a TPDU: a power of two from 128 to 8192 to propose (as a listener:
 * to accept) no more, or 0 to say nothing, the default, which means 65531;
 * before connect or listen. On a connection: what was agreed. */
#define ISO_OPT_TPDU_SIZE 7

/* The TCP port (102) for an address that names none; before bind or connect. 0
 * with bind: any free port. */
#define ISO_OPT_PORT 8

/* ---- Detach (ours) -------------------------------------------------------
 * Ends ISO transport on a connection and leaves what is under it, as RDP does
 * after its connection request: WSAIoctl without input, ISO_DETACHED for
 * output. From then on 'tcp' is a socket of the TCP/IP provider and the
 * caller's to close; 'data' has the octets that had been read from it already,
 * which come before all that it receives. The ISO socket is good for
 * closesocket only, and all else fails with WSAENOTCONN.
 * WSAENOTCONN before the connection is established (or behind its end),
 * WSAEFAULT for less room than ISO_DETACHED has, WSAEINPROGRESS while data of
 * ours are still to be sent or operations are pending; nothing has changed. */

#define SIO_ISOTP_DETACH _WSAIOR(IOC_VENDOR, 0x4954)
#define ISO_MAX_DETACHED 512

typedef struct _ISO_DETACHED {
    SOCKET tcp;
    ULONG octets; /* in 'data' */
    UCHAR data[ISO_MAX_DETACHED];
} ISO_DETACHED, *PISO_DETACHED, *LPISO_DETACHED;

#endif /* _WSHISOTP_ */
