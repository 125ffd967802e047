/* SPDX-License-Identifier: MIT */
/* Microsoft's additions to TCP/IP: vendor ioctls and their structures, tests of
 * IPv4 and of either family's addresses.
 *
 * A listed ioctl may still fail with WSAEOPNOTSUPP, as the documents say. Not
 * here: socket security, port reservations as calls. Invariant: INETADDR_
 * functions take any address of family AF_INET or AF_INET6.
 */
#ifndef _MSTCPIP_
#define _MSTCPIP_

#include "ws2def.h"
#include "ws2ipdef.h"

/* ---- Ioctls -------------------------------------------------------------- */

#define SIO_RCVALL _WSAIOW(IOC_VENDOR, 1)
#define SIO_RCVALL_MCAST _WSAIOW(IOC_VENDOR, 2)
#define SIO_RCVALL_IGMPMCAST _WSAIOW(IOC_VENDOR, 3)
#define SIO_KEEPALIVE_VALS _WSAIOW(IOC_VENDOR, 4)
#define SIO_ABSORB_RTRALERT _WSAIOW(IOC_VENDOR, 5)
#define SIO_UCAST_IF _WSAIOW(IOC_VENDOR, 6)
#define SIO_LIMIT_BROADCASTS _WSAIOW(IOC_VENDOR, 7)
#define SIO_INDEX_BIND _WSAIOW(IOC_VENDOR, 8)
#define SIO_INDEX_MCASTIF _WSAIOW(IOC_VENDOR, 9)
#define SIO_INDEX_ADD_MCAST _WSAIOW(IOC_VENDOR, 10)
#define SIO_INDEX_DEL_MCAST _WSAIOW(IOC_VENDOR, 11)
#define SIO_RCVALL_MCAST_IF _WSAIOW(IOC_VENDOR, 13)
#define SIO_RCVALL_IF _WSAIOW(IOC_VENDOR, 14)
#define SIO_LOOPBACK_FAST_PATH _WSAIOW(IOC_VENDOR, 16)
#define SIO_TCP_INITIAL_RTO _WSAIOW(IOC_VENDOR, 17)
#define SIO_APPLY_TRANSPORT_SETTING _WSAIOW(IOC_VENDOR, 19)
#define SIO_QUERY_TRANSPORT_SETTING _WSAIOW(IOC_VENDOR, 20)
#define SIO_TCP_SET_ICW _WSAIOW(IOC_VENDOR, 22)
#define SIO_TCP_SET_ACK_FREQUENCY _WSAIOW(IOC_VENDOR, 23)
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)
#define SIO_ACQUIRE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 100)
#define SIO_RELEASE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 101)
#define SIO_ASSOCIATE_PORT_RESERVATION _WSAIOW(IOC_VENDOR, 102)

#define SIO_GET_TX_TIMESTAMP _WSAIOW(IOC_VENDOR, 234)
#define SIO_TIMESTAMPING _WSAIOW(IOC_VENDOR, 235)

/* SIO_TIMESTAMPING: input, for datagram sockets. With TIMESTAMPING_FLAG_RX each
 * message that WSARecvMsg receives bears an SO_TIMESTAMP in its control data: a
 * UINT64 in the units of QueryPerformanceCounter. Linux begins to stamp a
 * little after the first socket of the machine has asked for it; what arrives
 * before bears the time at which it is read. Times of sending are not offered:
 * WSAEOPNOTSUPP. */
#define TIMESTAMPING_FLAG_RX 0x1
#define TIMESTAMPING_FLAG_TX 0x2
typedef struct _TIMESTAMPING_CONFIG {
    ULONG Flags;
    USHORT TxTimestampsBuffered;
} TIMESTAMPING_CONFIG, *PTIMESTAMPING_CONFIG;

/* Types of control data at SOL_SOCKET. */
#define SO_TIMESTAMP 0x300A
#define SO_TIMESTAMP_ID 0x300B

/* SIO_KEEPALIVE_VALS: input. */
struct tcp_keepalive {
    ULONG onoff;
    ULONG keepalivetime;     /* milliseconds of silence before the first */
    ULONG keepaliveinterval; /* milliseconds between two */
};

/* SIO_RCVALL and its kin: input is a ULONG with one of these. */
typedef enum {
    RCVALL_OFF = 0,
    RCVALL_ON = 1,
    RCVALL_SOCKETLEVELONLY = 2,
    RCVALL_IPLEVEL = 3
} RCVALL_VALUE,
    *PRCVALL_VALUE;

typedef struct {
    RCVALL_VALUE Mode;
    ULONG Interface;
} RCVALL_IF, *PRCVALL_IF;

/* SIO_TCP_INITIAL_RTO: input. */
typedef struct _TCP_INITIAL_RTO_PARAMETERS {
    USHORT Rtt; /* milliseconds */
    UCHAR MaxSynRetransmissions;
} TCP_INITIAL_RTO_PARAMETERS, *PTCP_INITIAL_RTO_PARAMETERS;

#define TCP_INITIAL_RTO_UNSPECIFIED_RTT ((USHORT)-1)
#define TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS ((UCHAR)-1)
#define TCP_INITIAL_RTO_DEFAULT_RTT 0
#define TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS 0
#define TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS ((UCHAR)-2)

/* ---- What an IPv4 address is ---------------------------------------------
 * Bytes are looked at one by one: no alignment and no byte order is assumed. */

#define IN4ADDR_ANY 0x00000000
#define IN4ADDR_LOOPBACK 0x0100007f
#define IN4ADDR_BROADCAST 0xffffffff
#define IN4ADDR_NONE 0xffffffff
#define IN4ADDR_LOOPBACKPREFIX_LENGTH 8
#define IN4ADDR_LINKLOCALPREFIX_LENGTH 16
#define IN4ADDR_MULTICASTPREFIX_LENGTH 4

static __inline__ BOOLEAN
IN4_ADDR_EQUAL(const IN_ADDR *a, const IN_ADDR *b)
{
    return (BOOLEAN)(a->s_addr == b->s_addr);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_UNSPECIFIED(const IN_ADDR *a)
{
    return (BOOLEAN)(a->s_addr == IN4ADDR_ANY);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_LOOPBACK(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 127);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_BROADCAST(const IN_ADDR *a)
{
    return (BOOLEAN)(a->s_addr == IN4ADDR_BROADCAST);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_MULTICAST(const IN_ADDR *a)
{
    return (BOOLEAN)((a->S_un.S_un_b.s_b1 & 0xf0) == 0xe0);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_LINKLOCAL(const IN_ADDR *a)
{
    return (BOOLEAN)(a->S_un.S_un_b.s_b1 == 169 && a->S_un.S_un_b.s_b2 == 254);
}

static __inline__ BOOLEAN
IN4_IS_ADDR_SITELOCAL(const IN_ADDR *a)
{
    (void)a;
    return FALSE;
}

static __inline__ BOOLEAN
IN4_IS_ADDR_RFC1918(const IN_ADDR *a)
{
    UCHAR first = a->S_un.S_un_b.s_b1, second = a->S_un.S_un_b.s_b2;

    return (BOOLEAN)(first == 10 || (first == 172 && (second & 0xf0) == 16) ||
                     (first == 192 && second == 168));
}

/* ---- IPv4 in IPv6 (::ffff:a.b.c.d) --------------------------------------- */

static const SCOPE_ID scopeid_unspecified
    __attribute__((__unused__)) = {{{0, 0}}};

static __inline__ void
IN6_SET_ADDR_V4MAPPED(PIN6_ADDR a6, const IN_ADDR *a4)
{
    *a6 = in6addr_any;
    a6->s6_bytes[10] = a6->s6_bytes[11] = 0xff;
    memcpy(&a6->s6_bytes[12], a4, 4);
}

/* 'port' is in network order. */
static __inline__ void
IN6ADDR_SETV4MAPPED(PSOCKADDR_IN6 a6, const IN_ADDR *a4, SCOPE_ID scope,
                    USHORT port)
{
    IN6ADDR_SETANY(a6);
    a6->sin6_port = port;
    a6->sin6_scope_id = scope.Value;
    IN6_SET_ADDR_V4MAPPED(&a6->sin6_addr, a4);
}

static __inline__ BOOLEAN
IN6ADDR_ISV4MAPPED(const SOCKADDR_IN6 *a)
{
    return (BOOLEAN)(a->sin6_family == AF_INET6 &&
                     IN6_IS_ADDR_V4MAPPED(&a->sin6_addr));
}

/* ---- Either family -------------------------------------------------------
 * The wildcard, the loopback address, the scope; ports are in network order. */

static __inline__ BOOLEAN
INETADDR_ISANY(const SOCKADDR *a)
{
    if (a->sa_family == AF_INET6)
        return (BOOLEAN)IN6_IS_ADDR_UNSPECIFIED(
            &((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr);
    return IN4_IS_ADDR_UNSPECIFIED(
        &((const SOCKADDR_IN *)(const void *)a)->sin_addr);
}

static __inline__ BOOLEAN
INETADDR_ISLOOPBACK(const SOCKADDR *a)
{
    if (a->sa_family == AF_INET6)
        return (BOOLEAN)IN6_IS_ADDR_LOOPBACK(
            &((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr);
    return IN4_IS_ADDR_LOOPBACK(
        &((const SOCKADDR_IN *)(const void *)a)->sin_addr);
}

static __inline__ BOOLEAN
INETADDR_ISV4MAPPED(const SOCKADDR *a)
{
    return (BOOLEAN)(a->sa_family == AF_INET6 &&
                     IN6_IS_ADDR_V4MAPPED(
                         &((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr));
}

static __inline__ USHORT
INETADDR_PORT(const SOCKADDR *a)
{
    return ((const SOCKADDR_IN *)(const void *)a)->sin_port;
}

static __inline__ void
INETADDR_SET_PORT(PSOCKADDR a, USHORT port)
{
    ((PSOCKADDR_IN)(void *)a)->sin_port = port;
}

static __inline__ SCOPE_ID
INETADDR_SCOPE_ID(const SOCKADDR *a)
{
    SCOPE_ID scope;

    scope.Value = 0;
    if (a->sa_family == AF_INET6)
        scope.Value = ((const SOCKADDR_IN6 *)(const void *)a)->sin6_scope_id;
    return scope;
}

/* Pointer to the 4 or 16 bytes of the address. */
static __inline__ UCHAR *
INETADDR_ADDRESS(const SOCKADDR *a)
{
    return (UCHAR *)(ULONG_PTR)a + (a->sa_family == AF_INET6 ? 8 : 4);
}

static __inline__ void
INETADDR_SET_ADDRESS(PSOCKADDR a, const UCHAR *bytes)
{
    memcpy(INETADDR_ADDRESS(a), bytes, a->sa_family == AF_INET6 ? 16 : 4);
}

/* Keeps the family, clears the rest. */
static __inline__ void
INETADDR_SETANY(PSOCKADDR a)
{
    ADDRESS_FAMILY family = a->sa_family;

    memset(a, 0,
           family == AF_INET6 ? sizeof(SOCKADDR_IN6) : sizeof(SOCKADDR_IN));
    a->sa_family = family;
}

static __inline__ void
INETADDR_SETLOOPBACK(PSOCKADDR a)
{
    static const UCHAR loopback[4] = {127, 0, 0, 1};

    INETADDR_SETANY(a);
    INETADDR_SET_ADDRESS(a, a->sa_family == AF_INET6 ? in6addr_loopback.s6_bytes
                                                     : loopback);
}

#endif /* _MSTCPIP_ */
