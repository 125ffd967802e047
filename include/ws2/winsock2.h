/* SPDX-License-Identifier: MIT */
/* The Windows Sockets 2 API: types, constants and functions.
 *
 * A function returns SOCKET_ERROR, INVALID_SOCKET, WSA_INVALID_EVENT or FALSE
 * on failure unless its family says otherwise, and WSAGetLastError says why;
 * results are then untouched. Each family names the pages of Microsoft's
 * documentation that are its contract. Not here: name resolution (ws2tcpip.h),
 * extensions (mswsock.h), providers (ws2spi.h), Linux bridges (ws2ext.h).
 * Invariant: what is declared exists in the library.
 */
#ifndef _WINSOCK2API_
#define _WINSOCK2API_
#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_ /* winsock.h has nothing to add */
#endif

#include "windef.h"
#include "winbase.h"
#include "windows.h"
#include "winerror.h"
#include "sal.h"
#include "qos.h"
#include "ws2_libc.h"
#include "ws2def.h"
#include "ws2ipdef.h"

#define WSAAPI
#define WINSOCK_API_LINKAGE
#define WINSOCK_VERSION MAKEWORD(2, 2)

/* ---- Sockets ------------------------------------------------------------- */

/* Unsigned and 64 bits wide; on TCP/IP it is the kernel's descriptor. */
typedef UINT_PTR SOCKET;
typedef unsigned int GROUP;

#define INVALID_SOCKET ((SOCKET)(~0))
#define SOCKET_ERROR (-1)
#define FROM_PROTOCOL_INFO (-1)

/* Backlogs: as many as is reasonable, and "n, between 200 and 65535". */
#define SOMAXCONN 0x7fffffff
#define SOMAXCONN_HINT(n) (-(n))

#define SD_RECEIVE 0x00
#define SD_SEND 0x01
#define SD_BOTH 0x02

#define SG_UNCONSTRAINED_GROUP 0x01
#define SG_CONSTRAINED_GROUP 0x02

#define WSA_FLAG_OVERLAPPED 0x01
#define WSA_FLAG_MULTIPOINT_C_ROOT 0x02
#define WSA_FLAG_MULTIPOINT_C_LEAF 0x04
#define WSA_FLAG_MULTIPOINT_D_ROOT 0x08
#define WSA_FLAG_MULTIPOINT_D_LEAF 0x10
#define WSA_FLAG_ACCESS_SYSTEM_SECURITY 0x40
#define WSA_FLAG_NO_HANDLE_INHERIT 0x80
#define WSA_FLAG_REGISTERED_IO 0x100

#define JL_SENDER_ONLY 0x01
#define JL_RECEIVER_ONLY 0x02
#define JL_BOTH 0x04

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_WAITALL 0x8
#define MSG_INTERRUPT 0x10
#define MSG_PUSH_IMMEDIATE 0x20
#define MSG_PARTIAL 0x8000
#define MSG_MAXIOVLEN 16

/* Ioctls of ioctlsocket; 'argp' points to a u_long, four bytes. */
#undef FIONREAD
#undef FIONBIO
#undef FIOASYNC
#undef SIOCATMARK
#define FIONREAD 0x4004667f
#define FIONBIO 0x8004667e
#define FIOASYNC 0x8004667d
#define SIOCSHIWAT 0x80047300
#define SIOCGHIWAT 0x40047301
#define SIOCSLOWAT 0x80047302
#define SIOCGLOWAT 0x40047303
#define SIOCATMARK 0x40047307

#ifndef _IO
#define _IO(x, y) (IOC_VOID | ((x) << 8) | (y))
#define _IOR(x, y, t)                                                          \
    (IOC_OUT | (((LONG)sizeof(t) & IOCPARM_MASK) << 16) | ((x) << 8) | (y))
#define _IOW(x, y, t)                                                          \
    (IOC_IN | (((LONG)sizeof(t) & IOCPARM_MASK) << 16) | ((x) << 8) | (y))
#endif

struct linger {
    u_short l_onoff;
    u_short l_linger; /* seconds */
};
typedef struct linger LINGER, *PLINGER, *LPLINGER;

struct sockproto {
    u_short sp_family;
    u_short sp_protocol;
};

/* DEVIATION: the tag is libc's, 16 bytes with 64-bit members, where Windows has
 * two 32-bit ones; struct timeval has to be the same type in every header. */
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

#ifndef timerisset
#define timerisset(tvp) ((tvp)->tv_sec || (tvp)->tv_usec)
#define timercmp(tvp, uvp, cmp)                                                \
    (((tvp)->tv_sec == (uvp)->tv_sec) ? ((tvp)->tv_usec cmp(uvp)->tv_usec)     \
                                      : ((tvp)->tv_sec cmp(uvp)->tv_sec))
#define timerclear(tvp) ((tvp)->tv_sec = (tvp)->tv_usec = 0)
#endif

/* ---- Sets of sockets -----------------------------------------------------
 * A counted array, not a bit mask; define FD_SETSIZE before the first include
 * for another capacity. The library takes sets of any count. */

#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif

typedef struct fd_set {
    u_int fd_count;
    SOCKET fd_array[FD_SETSIZE];
} fd_set;
typedef struct fd_set FD_SET, *PFD_SET, *LPFD_SET;

WS2_BEGIN_C
int __WSAFDIsSet(SOCKET fd, fd_set *set);
WS2_END_C

/* Adds 'fd' if it is not in the set and the set is not full. */
static __inline__ void
ws2_fd_set_add(SOCKET fd, fd_set *set, u_int capacity)
{
    u_int i;

    for (i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == fd)
            return;
    if (i < capacity)
        set->fd_array[set->fd_count++] = fd;
}

/* Takes 'fd' out and keeps the order of the others. */
static __inline__ void
ws2_fd_set_remove(SOCKET fd, fd_set *set)
{
    u_int i = 0;

    while (i < set->fd_count && set->fd_array[i] != fd)
        i++;
    if (i == set->fd_count)
        return;
    for (set->fd_count--; i < set->fd_count; i++)
        set->fd_array[i] = set->fd_array[i + 1];
}

#define FD_SET(fd, set)                                                        \
    ws2_fd_set_add((SOCKET)(fd), (fd_set *)(set), FD_SETSIZE)
#define FD_CLR(fd, set) ws2_fd_set_remove((SOCKET)(fd), (fd_set *)(set))
#define FD_ZERO(set) ((void)(((fd_set *)(set))->fd_count = 0))
#define FD_ISSET(fd, set) __WSAFDIsSet((SOCKET)(fd), (fd_set *)(set))

/* <poll.h> may have come first: its numbers differ, its structure keeps the
 * tag. After this header <poll.h> cannot be included. */
#ifdef _SYS_POLL_H
#undef POLLIN
#undef POLLPRI
#undef POLLOUT
#undef POLLERR
#undef POLLHUP
#undef POLLNVAL
#undef POLLRDNORM
#undef POLLRDBAND
#undef POLLWRNORM
#undef POLLWRBAND
#define WS2_POLLFD ws2_pollfd
#else
#define WS2_POLLFD pollfd
#endif
#define POLLERR 0x0001
#define POLLHUP 0x0002
#define POLLNVAL 0x0004
#define POLLWRNORM 0x0010
#define POLLOUT POLLWRNORM
#define POLLWRBAND 0x0020
#define POLLRDNORM 0x0100
#define POLLRDBAND 0x0200
#define POLLIN (POLLRDNORM | POLLRDBAND)
#define POLLPRI 0x0400

typedef struct WS2_POLLFD {
    SOCKET fd;
    SHORT events;
    SHORT revents;
} WSAPOLLFD, *PWSAPOLLFD, *LPWSAPOLLFD;

/* ---- Start-up data ------------------------------------------------------- */

#define WSADESCRIPTION_LEN 256
#define WSASYS_STATUS_LEN 128

typedef struct WSAData {
    WORD wVersion; /* low byte major, high byte minor */
    WORD wHighVersion;
    unsigned short iMaxSockets;
    unsigned short iMaxUdpDg;
    char *lpVendorInfo;
    char szDescription[WSADESCRIPTION_LEN + 1];
    char szSystemStatus[WSASYS_STATUS_LEN + 1];
} WSADATA, *LPWSADATA;

/* ---- The catalog --------------------------------------------------------- */

#define MAX_PROTOCOL_CHAIN 7
#define BASE_PROTOCOL 1
#define LAYERED_PROTOCOL 0
#define WSAPROTOCOL_LEN 255

#define BIGENDIAN 0x0000
#define LITTLEENDIAN 0x0001
#define SECURITY_PROTOCOL_NONE 0x0000

#define XP1_CONNECTIONLESS 0x1
#define XP1_GUARANTEED_DELIVERY 0x2
#define XP1_GUARANTEED_ORDER 0x4
#define XP1_MESSAGE_ORIENTED 0x8
#define XP1_PSEUDO_STREAM 0x10
#define XP1_GRACEFUL_CLOSE 0x20
#define XP1_EXPEDITED_DATA 0x40
#define XP1_CONNECT_DATA 0x80
#define XP1_DISCONNECT_DATA 0x100
#define XP1_SUPPORT_BROADCAST 0x200
#define XP1_SUPPORT_MULTIPOINT 0x400
#define XP1_MULTIPOINT_CONTROL_PLANE 0x800
#define XP1_MULTIPOINT_DATA_PLANE 0x1000
#define XP1_QOS_SUPPORTED 0x2000
#define XP1_INTERRUPT 0x4000
#define XP1_UNI_SEND 0x8000
#define XP1_UNI_RECV 0x10000
#define XP1_IFS_HANDLES 0x20000
#define XP1_PARTIAL_MESSAGE 0x40000
#define XP1_SAN_SUPPORT_SDP 0x80000

#define PFL_MULTIPLE_PROTO_ENTRIES 0x1
#define PFL_RECOMMENDED_PROTO_ENTRY 0x2
#define PFL_HIDDEN 0x4
#define PFL_MATCHES_PROTOCOL_ZERO 0x8
#define PFL_NETWORKDIRECT_PROVIDER 0x10

typedef struct _WSAPROTOCOLCHAIN {
    int ChainLen; /* 0 layer, 1 base protocol, more: a chain */
    DWORD ChainEntries[MAX_PROTOCOL_CHAIN];
} WSAPROTOCOLCHAIN, *LPWSAPROTOCOLCHAIN;

/* szProtocol makes the W form as wide as WCHAR. */
#define WS2_PROTOCOL_INFO_FIELDS                                               \
    DWORD dwServiceFlags1; /* XP1_* */                                         \
    DWORD dwServiceFlags2;                                                     \
    DWORD dwServiceFlags3;                                                     \
    DWORD dwServiceFlags4;                                                     \
    DWORD dwProviderFlags; /* PFL_* */                                         \
    GUID ProviderId;                                                           \
    DWORD dwCatalogEntryId;                                                    \
    WSAPROTOCOLCHAIN ProtocolChain;                                            \
    int iVersion;                                                              \
    int iAddressFamily;                                                        \
    int iMaxSockAddr; /* bytes */                                              \
    int iMinSockAddr;                                                          \
    int iSocketType;                                                           \
    int iProtocol;                                                             \
    int iProtocolMaxOffset;                                                    \
    int iNetworkByteOrder;                                                     \
    int iSecurityScheme;                                                       \
    DWORD dwMessageSize; /* bytes; 0 stream, 1 ask SO_MAX_MSG_SIZE */          \
    DWORD dwProviderReserved

typedef struct _WSAPROTOCOL_INFOA {
    WS2_PROTOCOL_INFO_FIELDS;
    CHAR szProtocol[WSAPROTOCOL_LEN + 1];
} WSAPROTOCOL_INFOA, *LPWSAPROTOCOL_INFOA;

typedef struct _WSAPROTOCOL_INFOW {
    WS2_PROTOCOL_INFO_FIELDS;
    WCHAR szProtocol[WSAPROTOCOL_LEN + 1];
} WSAPROTOCOL_INFOW, *LPWSAPROTOCOL_INFOW;

typedef WS2_AW(WSAPROTOCOL_INFO) WSAPROTOCOL_INFO;
typedef WS2_AW(LPWSAPROTOCOL_INFO) LPWSAPROTOCOL_INFO;

/* ---- Network events ------------------------------------------------------ */

#define FD_READ_BIT 0
#define FD_WRITE_BIT 1
#define FD_OOB_BIT 2
#define FD_ACCEPT_BIT 3
#define FD_CONNECT_BIT 4
#define FD_CLOSE_BIT 5
#define FD_QOS_BIT 6
#define FD_GROUP_QOS_BIT 7
#define FD_ROUTING_INTERFACE_CHANGE_BIT 8
#define FD_ADDRESS_LIST_CHANGE_BIT 9
#define FD_MAX_EVENTS 10

#define FD_READ (1 << FD_READ_BIT)
#define FD_WRITE (1 << FD_WRITE_BIT)
#define FD_OOB (1 << FD_OOB_BIT)
#define FD_ACCEPT (1 << FD_ACCEPT_BIT)
#define FD_CONNECT (1 << FD_CONNECT_BIT)
#define FD_CLOSE (1 << FD_CLOSE_BIT)
#define FD_QOS (1 << FD_QOS_BIT)
#define FD_GROUP_QOS (1 << FD_GROUP_QOS_BIT)
#define FD_ROUTING_INTERFACE_CHANGE (1 << FD_ROUTING_INTERFACE_CHANGE_BIT)
#define FD_ADDRESS_LIST_CHANGE (1 << FD_ADDRESS_LIST_CHANGE_BIT)
#define FD_ALL_EVENTS ((1 << FD_MAX_EVENTS) - 1)

typedef struct _WSANETWORKEVENTS {
    LONG lNetworkEvents; /* FD_* */
    int iErrorCode[FD_MAX_EVENTS];
} WSANETWORKEVENTS, *LPWSANETWORKEVENTS;

/* The two halves of the lParam of a WSAAsyncSelect message. */
#define WSAMAKEASYNCREPLY(buflen, error) MAKELONG(buflen, error)
#define WSAMAKESELECTREPLY(event, error) MAKELONG(event, error)
#define WSAGETASYNCBUFLEN(lParam) LOWORD(lParam)
#define WSAGETASYNCERROR(lParam) HIWORD(lParam)
#define WSAGETSELECTEVENT(lParam) LOWORD(lParam)
#define WSAGETSELECTERROR(lParam) HIWORD(lParam)

/* ---- Event objects and overlapped structures ----------------------------- */

typedef HANDLE WSAEVENT;
typedef LPHANDLE LPWSAEVENT;
typedef OVERLAPPED WSAOVERLAPPED;
typedef struct _OVERLAPPED *LPWSAOVERLAPPED;

#define WSA_INVALID_EVENT ((WSAEVENT)0)
#define WSA_MAXIMUM_WAIT_EVENTS 64
#define WSA_WAIT_EVENT_0 ((DWORD)0)
#define WSA_WAIT_IO_COMPLETION ((DWORD)0xC0)
#define WSA_WAIT_TIMEOUT ((DWORD)0x102)
#define WSA_WAIT_FAILED ((DWORD)0xFFFFFFFF)
#define WSA_INFINITE ((DWORD)0xFFFFFFFF)

#define WSA_INVALID_HANDLE 6
#define WSA_NOT_ENOUGH_MEMORY 8
#define WSA_INVALID_PARAMETER 87
#define WSA_OPERATION_ABORTED 995
#define WSA_IO_INCOMPLETE 996
#define WSA_IO_PENDING 997

/* ---- Connection time ----------------------------------------------------- */

typedef struct _QualityOfService {
    FLOWSPEC SendingFlowspec;
    FLOWSPEC ReceivingFlowspec;
    WSABUF ProviderSpecific;
} QOS, *LPQOS;

#define CF_ACCEPT 0x0000
#define CF_REJECT 0x0001
#define CF_DEFER 0x0002

/* Called in the thread of WSAAccept. Caller and callee identifiers are socket
 * addresses; everything belongs to the library and lasts for the call. Without
 * connect data lpCallerData is NULL and lpCalleeData has length 0; the QoS
 * pointers are NULL where there is none. Returns CF_*. */
typedef int(CALLBACK *LPCONDITIONPROC)(LPWSABUF lpCallerId,
                                       LPWSABUF lpCallerData, LPQOS lpSQOS,
                                       LPQOS lpGQOS, LPWSABUF lpCalleeId,
                                       LPWSABUF lpCalleeData, GROUP *g,
                                       DWORD_PTR dwCallbackData);

/* Called in the thread that started the operation, in an alertable wait. */
typedef void(CALLBACK *LPWSAOVERLAPPED_COMPLETION_ROUTINE)(
    DWORD dwError, DWORD cbTransferred, LPWSAOVERLAPPED lpOverlapped,
    DWORD dwFlags);

/* ---- Database results ----------------------------------------------------
 * They belong to the library and last until the thread's next such call. */

struct hostent {
    char *h_name;
    char **h_aliases;
    short h_addrtype;
    short h_length;
    char **h_addr_list;
#define h_addr h_addr_list[0]
};
typedef struct hostent HOSTENT, *PHOSTENT, *LPHOSTENT;

struct netent {
    char *n_name;
    char **n_aliases;
    short n_addrtype;
    u_long n_net;
};

/* As 64-bit Windows has it: s_proto stands before s_port. */
struct servent {
    char *s_name;
    char **s_aliases;
    char *s_proto;
    short s_port;
};
typedef struct servent SERVENT, *PSERVENT, *LPSERVENT;

struct protoent {
    char *p_name;
    char **p_aliases;
    short p_proto;
};
typedef struct protoent PROTOENT, *PPROTOENT, *LPPROTOENT;

#define MAXGETHOSTSTRUCT 1024
#define h_errno WSAGetLastError()
#define HOST_NOT_FOUND WSAHOST_NOT_FOUND
#define TRY_AGAIN WSATRY_AGAIN
#define NO_RECOVERY WSANO_RECOVERY
#define NO_DATA WSANO_DATA
#define NO_ADDRESS WSANO_ADDRESS

/* ---- The functions ------------------------------------------------------- */

#include "ws2_calls.h"

#ifndef INCL_WINSOCK_API_TYPEDEFS
#define INCL_WINSOCK_API_TYPEDEFS 0
#endif
#if INCL_WINSOCK_API_TYPEDEFS
#include "ws2_lpfn.h"
#endif
#include "ws2_ulong.h"

#endif /* _WINSOCK2API_ */
