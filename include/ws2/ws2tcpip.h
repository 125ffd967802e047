/* SPDX-License-Identifier: MIT */
/* Name resolution for every family, and addresses as text.
 *
 * Also brings what Windows' ws2tcpip.h brings: IPv6, multicast, IP options
 * (ws2ipdef.h) and mstcpip.h. Not here: the asynchronous GetAddrInfoEx.
 * Invariant: what is declared exists in the library; a socklen_t is an int.
 */
#ifndef _WS2TCPIP_H_
#define _WS2TCPIP_H_

#include "winsock2.h"
#include "ws2ipdef.h"
#include "mstcpip.h"

/* libc's unistd.h may have typedefed another. */
#ifdef __socklen_t_defined
typedef int ws2_socklen_t;
#define socklen_t ws2_socklen_t
#else
#define __socklen_t_defined
typedef int socklen_t;
#endif

#define SS_PORT(ssp) (((PSOCKADDR_IN)(ssp))->sin_port)

/* Room for any address with scope, port and terminator. */
#define INET_ADDRSTRLEN 22
#define INET6_ADDRSTRLEN 65

#define EAI_AGAIN WSATRY_AGAIN
#define EAI_BADFLAGS WSAEINVAL
#define EAI_FAIL WSANO_RECOVERY
#define EAI_FAMILY WSAEAFNOSUPPORT
#define EAI_MEMORY WSA_NOT_ENOUGH_MEMORY
#define EAI_NODATA WSANO_DATA
#define EAI_NONAME WSAHOST_NOT_FOUND
#define EAI_SERVICE WSATYPE_NOT_FOUND
#define EAI_SOCKTYPE WSAESOCKTNOSUPPORT

WS2_BEGIN_C

/* Names to addresses (getaddrinfo, GetAddrInfoW) and back (getnameinfo): 0 or
 * an EAI_ code, which is also the last error. The list is the library's until
 * the caller gives it to freeaddrinfo or FreeAddrInfoW, each to its own. */
INT getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA *pHints,
                PADDRINFOA *ppResult) WS2_BSD(getaddrinfo);
INT GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW *pHints,
                 PADDRINFOW *ppResult) WS2_WIDE(GetAddrInfoW);
void freeaddrinfo(PADDRINFOA pAddrInfo) WS2_BSD(freeaddrinfo);
void FreeAddrInfoW(PADDRINFOW pAddrInfo) WS2_WIDE(FreeAddrInfoW);
INT getnameinfo(const SOCKADDR *pSockaddr, socklen_t SockaddrLength,
                PCHAR pNodeBuffer, DWORD NodeBufferSize, PCHAR pServiceBuffer,
                DWORD ServiceBufferSize, INT Flags) WS2_BSD(getnameinfo);
INT GetNameInfoW(const SOCKADDR *pSockaddr, socklen_t SockaddrLength,
                 PWCHAR pNodeBuffer, DWORD NodeBufferSize,
                 PWCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags)
    WS2_WIDE(GetNameInfoW);

/* Text (InetPton, InetNtop) for AF_INET and AF_INET6. To an address: 1, 0 if
 * the text is none, -1 for another family. To text: the buffer or NULL. */
INT inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf)
    WS2_BSD(inet_pton);
INT InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf)
    WS2_WIDE(InetPtonW);
PCSTR inet_ntop(INT Family, const VOID *pAddr, PSTR pStringBuf,
                size_t StringBufSize) WS2_BSD(inet_ntop);
PCWSTR InetNtopW(INT Family, const VOID *pAddr, PWSTR pStringBuf,
                 size_t StringBufSize) WS2_WIDE(InetNtopW);

WS2_END_C

#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#define GetAddrInfo WS2_AW(GetAddrInfo)
#define FreeAddrInfo WS2_AW(FreeAddrInfo)
#define GetNameInfo WS2_AW(GetNameInfo)
#define InetPton WS2_AW(InetPton)
#define InetNtop WS2_AW(InetNtop)

#if INCL_WINSOCK_API_TYPEDEFS
typedef __typeof__(getaddrinfo) *LPFN_GETADDRINFO;
typedef __typeof__(GetAddrInfoW) *LPFN_GETADDRINFOW;
typedef __typeof__(freeaddrinfo) *LPFN_FREEADDRINFO;
typedef __typeof__(FreeAddrInfoW) *LPFN_FREEADDRINFOW;
typedef __typeof__(getnameinfo) *LPFN_GETNAMEINFO;
typedef __typeof__(GetNameInfoW) *LPFN_GETNAMEINFOW;
typedef __typeof__(inet_pton) *LPFN_INET_PTONA;
typedef __typeof__(InetPtonW) *LPFN_INET_PTONW;
typedef __typeof__(inet_ntop) *LPFN_INET_NTOPA;
typedef __typeof__(InetNtopW) *LPFN_INET_NTOPW;
#endif

/* Texts of EAI_ codes, in a buffer of the thread (gai_strerror). */
#define GAI_STRERROR_BUFFER_SIZE 1024

static __inline__ char *
gai_strerrorA(int ecode)
{
    static __thread char buffer[GAI_STRERROR_BUFFER_SIZE + 1];

    FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                       FORMAT_MESSAGE_MAX_WIDTH_MASK,
                   NULL, (DWORD)ecode, 0, buffer, GAI_STRERROR_BUFFER_SIZE,
                   NULL);
    return buffer;
}

static __inline__ WCHAR *
gai_strerrorW(int ecode)
{
    static __thread WCHAR buffer[GAI_STRERROR_BUFFER_SIZE + 1];

    FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                       FORMAT_MESSAGE_MAX_WIDTH_MASK,
                   NULL, (DWORD)ecode, 0, buffer, GAI_STRERROR_BUFFER_SIZE,
                   NULL);
    return buffer;
}
#define gai_strerror WS2_AW(gai_strerror)

/* The send backlog that keeps a connection busy, in bytes, and its changes
 * (idealsendbacklogquery, idealsendbacklognotify): WSAIoctl in a suit. */
#define SIO_IDEAL_SEND_BACKLOG_QUERY 0x4004747b
#define SIO_IDEAL_SEND_BACKLOG_CHANGE 0x2004747a

static __inline__ int
idealsendbacklogquery(SOCKET s, ULONG *pISB)
{
    DWORD bytes;

    return WSAIoctl(s, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, pISB,
                    sizeof(*pISB), &bytes, NULL, NULL);
}

static __inline__ int
idealsendbacklognotify(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;

    return WSAIoctl(s, SIO_IDEAL_SEND_BACKLOG_CHANGE, NULL, 0, NULL, 0, &bytes,
                    lpOverlapped, lpCompletionRoutine);
}

/* More ioctls of the header of this name; arguments are interface structures
 * of ws2ipdef.h. */
#define SIO_GET_INTERFACE_LIST 0x4004747f
#define SIO_GET_INTERFACE_LIST_EX 0x4004747e
#define SIO_SET_MULTICAST_FILTER 0x8004747d
#define SIO_GET_MULTICAST_FILTER 0x8004747c
#define SIOCSIPMSFILTER SIO_SET_MULTICAST_FILTER
#define SIOCGIPMSFILTER SIO_GET_MULTICAST_FILTER

#endif /* _WS2TCPIP_H_ */
