/* SPDX-License-Identifier: MIT */
/* Microsoft's extensions: WSARecvEx, the three functions that mswsock.dll
 * exports by name, and the identifiers and types of all that are asked for with
 * SIO_GET_EXTENSION_FUNCTION_POINTER. ConnectEx, DisconnectEx, TransmitPackets
 * and WSARecvMsg are had by identifier only, as on Windows.
 * Invariant: layouts are those of 64-bit Windows.
 */
#ifndef _MSWSOCK_
#define _MSWSOCK_

#include "winsock2.h"

/* ---- Options of SOL_SOCKET ------------------------------------------------
 * Connect data is for transports that carry it (XP1_CONNECT_DATA); elsewhere
 * these fail with WSAENOPROTOOPT. */

#define SO_CONNDATA 0x7000
#define SO_CONNOPT 0x7001
#define SO_DISCDATA 0x7002
#define SO_DISCOPT 0x7003
#define SO_CONNDATALEN 0x7004
#define SO_CONNOPTLEN 0x7005
#define SO_DISCDATALEN 0x7006
#define SO_DISCOPTLEN 0x7007
#define SO_OPENTYPE 0x7008
#define SO_SYNCHRONOUS_ALERT 0x10
#define SO_SYNCHRONOUS_NONALERT 0x20
#define SO_MAXDG 0x7009
#define SO_MAXPATHDG 0x700A
#define SO_UPDATE_ACCEPT_CONTEXT 0x700B
#define SO_CONNECT_TIME 0x700C /* seconds, 0xFFFFFFFF when not connected */
#define SO_UPDATE_CONNECT_CONTEXT 0x7010

#define TCP_BSDURGENT 0x7000 /* level IPPROTO_TCP */

#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#define SIO_SOCKET_CLOSE_NOTIFY _WSAIOW(IOC_VENDOR, 13)

/* ---- Functions ----------------------------------------------------------- */

WS2_BEGIN_C

/* recv whose '*flags' comes back with MSG_PARTIAL when a message did not fit
 * (WSARecvEx). */
int WSARecvEx(SOCKET s, char *buf, int len, int *flags);

WS2_END_C

/* ---- Structures and flags of the extension functions --------------------- */

#define TF_DISCONNECT 0x01
#define TF_REUSE_SOCKET 0x02
#define TF_WRITE_BEHIND 0x04
#define TF_USE_DEFAULT_WORKER 0x00
#define TF_USE_SYSTEM_THREAD 0x10
#define TF_USE_KERNEL_APC 0x20

typedef struct _TRANSMIT_FILE_BUFFERS {
    LPVOID Head;
    DWORD HeadLength; /* bytes */
    LPVOID Tail;
    DWORD TailLength;
} TRANSMIT_FILE_BUFFERS, *PTRANSMIT_FILE_BUFFERS, *LPTRANSMIT_FILE_BUFFERS;

#define TP_ELEMENT_MEMORY 1
#define TP_ELEMENT_FILE 2
#define TP_ELEMENT_EOP 4
#define TP_DISCONNECT TF_DISCONNECT
#define TP_REUSE_SOCKET TF_REUSE_SOCKET
#define TP_USE_DEFAULT_WORKER TF_USE_DEFAULT_WORKER
#define TP_USE_SYSTEM_THREAD TF_USE_SYSTEM_THREAD
#define TP_USE_KERNEL_APC TF_USE_KERNEL_APC
#define DE_REUSE_SOCKET TF_REUSE_SOCKET

typedef struct _TRANSMIT_PACKETS_ELEMENT {
    ULONG dwElFlags; /* TP_ELEMENT_* */
    ULONG cLength;   /* bytes, 0 for the rest of the file */
    __extension__ union {
        __extension__ struct {
            LARGE_INTEGER nFileOffset;
            HANDLE hFile;
        };
        PVOID pBuffer;
    };
} TRANSMIT_PACKETS_ELEMENT, *PTRANSMIT_PACKETS_ELEMENT,
    *LPTRANSMIT_PACKETS_ELEMENT;

typedef struct {
    LPWSAMSG lpMsg;
    DWORD dwFlags;
    LPDWORD lpNumberOfBytesSent;
    LPWSAOVERLAPPED lpOverlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine;
} WSASENDMSG, *LPWSASENDMSG;

/* ---- Identifiers --------------------------------------------------------- */

#define WS2_WSAID(l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                   \
    {                                                                          \
        l, w1, w2,                                                             \
        {                                                                      \
            b1, b2, b3, b4, b5, b6, b7, b8                                     \
        }                                                                      \
    }
#define WSAID_TRANSMITFILE                                                     \
    WS2_WSAID(0xb5367df0, 0xcbac, 0x11cf, 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48,  \
              0xa1, 0x92)
#define WSAID_ACCEPTEX                                                         \
    WS2_WSAID(0xb5367df1, 0xcbac, 0x11cf, 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48,  \
              0xa1, 0x92)
#define WSAID_GETACCEPTEXSOCKADDRS                                             \
    WS2_WSAID(0xb5367df2, 0xcbac, 0x11cf, 0x95, 0xca, 0x00, 0x80, 0x5f, 0x48,  \
              0xa1, 0x92)
#define WSAID_TRANSMITPACKETS                                                  \
    WS2_WSAID(0xd9689da0, 0x1f90, 0x11d3, 0x99, 0x71, 0x00, 0xc0, 0x4f, 0x68,  \
              0xc8, 0x76)
#define WSAID_CONNECTEX                                                        \
    WS2_WSAID(0x25a207b9, 0xddf3, 0x4660, 0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74,  \
              0x06, 0x3e)
#define WSAID_DISCONNECTEX                                                     \
    WS2_WSAID(0x7fda2e11, 0x8630, 0x436f, 0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee,  \
              0xc1, 0x57)
#define WSAID_WSARECVMSG                                                       \
    WS2_WSAID(0xf689d7c8, 0x6f1f, 0x436b, 0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51,  \
              0xc3, 0x22)
#define WSAID_WSASENDMSG                                                       \
    WS2_WSAID(0xa441e712, 0x754f, 0x43ca, 0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf,  \
              0x60, 0x6d)
#define WSAID_WSAPOLL                                                          \
    WS2_WSAID(0x18c76f85, 0xdc66, 0x4964, 0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38,  \
              0x31, 0x2b)
#define WSAID_MULTIPLE_RIO                                                     \
    WS2_WSAID(0x8509e081, 0x96dd, 0x4005, 0xb1, 0x65, 0x9e, 0x2e, 0xe8, 0xc7,  \
              0x9e, 0x3f)

/* ---- Types of the extension functions -------------------------------------
 * BOOL ones fail with FALSE and WSAGetLastError; ERROR_IO_PENDING means begun.
 */

typedef BOOL(WINAPI *LPFN_TRANSMITFILE)(
    SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
    DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
    LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwReserved);
typedef BOOL(WINAPI *LPFN_ACCEPTEX)(SOCKET sListenSocket, SOCKET sAcceptSocket,
                                    PVOID lpOutputBuffer,
                                    DWORD dwReceiveDataLength,
                                    DWORD dwLocalAddressLength,
                                    DWORD dwRemoteAddressLength,
                                    LPDWORD lpdwBytesReceived,
                                    LPOVERLAPPED lpOverlapped);
typedef VOID(WINAPI *LPFN_GETACCEPTEXSOCKADDRS)(
    PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, struct sockaddr **LocalSockaddr,
    LPINT LocalSockaddrLength, struct sockaddr **RemoteSockaddr,
    LPINT RemoteSockaddrLength);
typedef BOOL(WINAPI *LPFN_TRANSMITPACKETS)(
    SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray,
    DWORD nElementCount, DWORD nSendSize, LPOVERLAPPED lpOverlapped,
    DWORD dwFlags);
typedef BOOL(WINAPI *LPFN_CONNECTEX)(SOCKET s, const struct sockaddr *name,
                                     int namelen, PVOID lpSendBuffer,
                                     DWORD dwSendDataLength,
                                     LPDWORD lpdwBytesSent,
                                     LPOVERLAPPED lpOverlapped);
typedef BOOL(WINAPI *LPFN_DISCONNECTEX)(SOCKET s, LPOVERLAPPED lpOverlapped,
                                        DWORD dwFlags, DWORD dwReserved);
typedef INT(WINAPI *LPFN_WSARECVMSG)(
    SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
typedef INT(WINAPI *LPFN_WSASENDMSG)(
    SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
typedef INT(WINAPI *LPFN_WSAPOLL)(LPWSAPOLLFD fdarray, ULONG nfds, INT timeout);

/* ---- The same by name ------------------------------------------------------
 * Each looks its function up at every call, which costs a little more than the
 * pointer does. */

WS2_BEGIN_C

BOOL WINAPI AcceptEx(SOCKET sListenSocket, SOCKET sAcceptSocket,
                     PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
                     DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
                     LPDWORD lpdwBytesReceived, LPOVERLAPPED lpOverlapped);
VOID WINAPI GetAcceptExSockaddrs(
    PVOID lpOutputBuffer, DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, struct sockaddr **LocalSockaddr,
    LPINT LocalSockaddrLength, struct sockaddr **RemoteSockaddr,
    LPINT RemoteSockaddrLength);
BOOL WINAPI TransmitFile(SOCKET hSocket, HANDLE hFile,
                         DWORD nNumberOfBytesToWrite,
                         DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
                         LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers,
                         DWORD dwReserved);

WS2_END_C

#endif /* _MSWSOCK_ */
