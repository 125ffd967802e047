/* SPDX-License-Identifier: MIT */
/* The prototypes of winsock2.h, by family; include that instead.
 *
 * WS2_BSD and WS2_WIDE (windef.h) choose the symbols, so a name here is no
 * macro and clashes with no member function. Lengths are bytes, for W functions
 * characters, times milliseconds, unless it is said. Pointers are borrowed for
 * the call. Invariant: each family is one page of the documents or several.
 */
#ifndef WS2_CALLS_H
#define WS2_CALLS_H

WS2_BEGIN_C

/* Use of the library, counted (WSAStartup, WSACleanup). WSAStartup returns the
 * error itself. The error of a call is the thread's (WSAGetLastError) and the
 * same as GetLastError. */
int WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData);
int WSACleanup(void);
int WSAGetLastError(void);
void WSASetLastError(int iError);

/* Making and ending sockets (socket, WSASocket, closesocket, shutdown). The
 * caller owns the socket until closesocket; that ends calls of other threads
 * on it. socket makes overlapped sockets, WSASocket on request. */
SOCKET socket(int af, int type, int protocol) WS2_BSD(socket);
SOCKET WSASocketA(int af, int type, int protocol,
                  LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g, DWORD dwFlags);
SOCKET WSASocketW(int af, int type, int protocol,
                  LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g, DWORD dwFlags)
    WS2_WIDE(WSASocketW);
#define WSASocket WS2_AW(WSASocket)
int closesocket(SOCKET s) WS2_BSD(closesocket);
int shutdown(SOCKET s, int how) WS2_BSD(shutdown);

/* Names of a socket (bind, getsockname, getpeername). 'namelen' is the room on
 * entry, the length on return; WSAEFAULT if it is too small. */
int bind(SOCKET s, const struct sockaddr *name, int namelen) WS2_BSD(bind);
int getsockname(SOCKET s, struct sockaddr *name, int *namelen)
    WS2_BSD(getsockname);
int getpeername(SOCKET s, struct sockaddr *name, int *namelen)
    WS2_BSD(getpeername);

/* The passive side (listen, accept, WSAAccept). The new socket is the caller's
 * and has the listener's options, mode and event registration. 'addr' and
 * 'addrlen' may be NULL. WSAAccept asks 'lpfnCondition' first: CF_REJECT ends
 * in WSAECONNREFUSED, CF_DEFER in WSATRY_AGAIN with the request still queued.
 */
int listen(SOCKET s, int backlog) WS2_BSD(listen);
SOCKET accept(SOCKET s, struct sockaddr *addr, int *addrlen) WS2_BSD(accept);
SOCKET WSAAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen,
                 LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData);

/* The active side (connect, WSAConnect, WSAJoinLeaf). Non-blocking sockets fail
 * with WSAEWOULDBLOCK and finish with FD_CONNECT, in writefds or in exceptfds.
 * Caller data and QoS may be NULL. WSAJoinLeaf fails with WSAEOPNOTSUPP where
 * the provider has no multipoint. */
int connect(SOCKET s, const struct sockaddr *name, int namelen)
    WS2_BSD(connect);
int WSAConnect(SOCKET s, const struct sockaddr *name, int namelen,
               LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
               LPQOS lpGQOS);
SOCKET WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen,
                   LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
                   LPQOS lpGQOS, DWORD dwFlags);

/* Connecting by name or list (WSAConnectByName, WSAConnectByList): every
 * address is tried in turn, at most 'timeout' altogether, NULL for no limit.
 * Address lengths are room on entry, length on return; 'Reserved' is NULL. */
BOOL WSAConnectByNameA(SOCKET s, LPCSTR nodename, LPCSTR servicename,
                       LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                       LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                       const struct timeval *timeout, LPWSAOVERLAPPED Reserved);
BOOL WSAConnectByNameW(SOCKET s, LPWSTR nodename, LPWSTR servicename,
                       LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                       LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                       const struct timeval *timeout, LPWSAOVERLAPPED Reserved)
    WS2_WIDE(WSAConnectByNameW);
#define WSAConnectByName WS2_AW(WSAConnectByName)
BOOL WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST SocketAddress,
                      LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                      LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                      const struct timeval *timeout, LPWSAOVERLAPPED Reserved);

/* Moving data (send, recv, sendto, recvfrom). The result is the number of
 * bytes moved; 0 from a stream means that the peer has finished. No call
 * raises SIGPIPE. */
int send(SOCKET s, const char *buf, int len, int flags) WS2_BSD(send);
int recv(SOCKET s, char *buf, int len, int flags) WS2_BSD(recv);
int sendto(SOCKET s, const char *buf, int len, int flags,
           const struct sockaddr *to, int tolen) WS2_BSD(sendto);
int recvfrom(SOCKET s, char *buf, int len, int flags, struct sockaddr *from,
             int *fromlen) WS2_BSD(recvfrom);

/* The same with buffer arrays (WSASend, WSARecv, WSASendTo, WSARecvFrom); 0 is
 * success and the byte count goes to '*lpNumberOf...'. On a socket without the
 * overlapped attribute the last two arguments are ignored. */
int WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
            LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
            LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
            LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
            LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
              LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
              const struct sockaddr *lpTo, int iTolen,
              LPWSAOVERLAPPED lpOverlapped,
              LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
                struct sockaddr *lpFrom, LPINT lpFromlen,
                LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
/* WSASendMsg: a datagram with control data. Its counterpart WSARecvMsg is had
 * from the socket by WSAID_WSARECVMSG (mswsock.h), as on Windows. */
int WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags,
               LPDWORD lpNumberOfBytesSent, LPWSAOVERLAPPED lpOverlapped,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
BOOL WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                            LPDWORD lpcbTransfer, BOOL fWait,
                            LPDWORD lpdwFlags);

/* Ending one direction with data (WSASendDisconnect, WSARecvDisconnect); NULL
 * for none. TCP carries none: WSAENOPROTOOPT. */
int WSASendDisconnect(SOCKET s, LPWSABUF lpOutboundDisconnectData);
int WSARecvDisconnect(SOCKET s, LPWSABUF lpInboundDisconnectData);

/* Options and control (getsockopt, setsockopt, ioctlsocket, WSAIoctl). An
 * option is as long as its type; time-outs are DWORD milliseconds. */
int getsockopt(SOCKET s, int level, int optname, char *optval, int *optlen)
    WS2_BSD_WIDE(getsockopt);
int setsockopt(SOCKET s, int level, int optname, const char *optval, int optlen)
    WS2_BSD(setsockopt);
int ioctlsocket(SOCKET s, LONG cmd, u_long *argp) WS2_BSD(ioctlsocket);
int WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer,
             DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
             LPDWORD lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
BOOL WSAGetQOSByName(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS);

/* Readiness (select, WSAPoll): the number of ready sockets, 0 on time-out.
 * 'nfds' of select is ignored, NULL 'timeout' waits for ever, the sets are
 * reduced to what is ready. WSAPoll takes milliseconds, negative for ever. */
int select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
           const struct timeval *timeout) WS2_BSD(select);
int WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout);

/* Event objects (WSACreateEvent and its kin): manual reset, not signalled at
 * first, the caller's until WSACloseEvent. The wait returns WSA_WAIT_EVENT_0
 * plus the lowest index, WSA_WAIT_TIMEOUT, WSA_WAIT_IO_COMPLETION or
 * WSA_WAIT_FAILED; at most WSA_MAXIMUM_WAIT_EVENTS. */
WSAEVENT WSACreateEvent(void);
BOOL WSASetEvent(WSAEVENT hEvent);
BOOL WSAResetEvent(WSAEVENT hEvent);
BOOL WSACloseEvent(WSAEVENT hEvent);
DWORD WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT *lphEvents,
                               BOOL fWaitAll, DWORD dwTimeout, BOOL fAlertable);

/* Network events (WSAEventSelect, WSAEnumNetworkEvents, WSAAsyncSelect). Either
 * registration makes the socket non-blocking and replaces the other; the event
 * and the window stay the caller's. WSAEnumNetworkEvents takes the record,
 * clears it and resets 'hEventObject', which may be NULL. */
int WSAEventSelect(SOCKET s, WSAEVENT hEventObject, LONG lNetworkEvents);
int WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject,
                         LPWSANETWORKEVENTS lpNetworkEvents);
int WSAAsyncSelect(SOCKET s, HWND hWnd, u_int wMsg, LONG lEvent);

/* The catalog (WSAEnumProtocols): the number of entries. NULL or too little
 * room: WSAENOBUFS, and the length that is needed. 'lpiProtocols' is a list of
 * protocols ended by 0, or NULL for all. */
int WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                      LPDWORD lpdwBufferLength);
int WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                      LPDWORD lpdwBufferLength) WS2_WIDE(WSAEnumProtocolsW);
#define WSAEnumProtocols WS2_AW(WSAEnumProtocols)

/* Addresses as text, by the provider of the family or of 'lpProtocolInfo'
 * (WSAAddressToString, WSAStringToAddress). Text lengths are characters with
 * the terminator; WSAEFAULT and the length that is needed if it is too small.
 */
INT WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                        LPWSAPROTOCOL_INFOA lpProtocolInfo,
                        LPSTR lpszAddressString,
                        LPDWORD lpdwAddressStringLength);
INT WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                        LPWSAPROTOCOL_INFOW lpProtocolInfo,
                        LPWSTR lpszAddressString,
                        LPDWORD lpdwAddressStringLength)
    WS2_WIDE(WSAAddressToStringW);
#define WSAAddressToString WS2_AW(WSAAddressToString)
INT WSAStringToAddressA(LPSTR AddressString, INT AddressFamily,
                        LPWSAPROTOCOL_INFOA lpProtocolInfo,
                        LPSOCKADDR lpAddress, LPINT lpAddressLength);
INT WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily,
                        LPWSAPROTOCOL_INFOW lpProtocolInfo,
                        LPSOCKADDR lpAddress, LPINT lpAddressLength)
    WS2_WIDE(WSAStringToAddressW);
#define WSAStringToAddress WS2_AW(WSAStringToAddress)

/* IPv4 text of old (inet_addr: INADDR_NONE on failure; inet_ntoa: a buffer of
 * the thread). */
u_long inet_addr(const char *cp) WS2_BSD(inet_addr);
char *inet_ntoa(struct in_addr in) WS2_BSD(inet_ntoa);

/* Byte order: the network's, and that of a socket's protocol (WSAHtonl). */
u_long htonl(u_long hostlong) WS2_BSD(htonl);
u_short htons(u_short hostshort) WS2_BSD(htons);
u_long ntohl(u_long netlong) WS2_BSD(ntohl);
u_short ntohs(u_short netshort) WS2_BSD(ntohs);
int WSAHtonl(SOCKET s, u_long hostlong, u_long *lpnetlong);
int WSAHtons(SOCKET s, u_short hostshort, u_short *lpnetshort);
int WSANtohl(SOCKET s, u_long netlong, u_long *lphostlong);
int WSANtohs(SOCKET s, u_short netshort, u_short *lphostshort);

/* Databases (gethostbyname and its kin): NULL on failure; the result is the
 * library's and lasts until the thread's next such call. Ports and addresses
 * are in network order. 'proto' may be NULL. */
struct hostent *gethostbyname(const char *name) WS2_BSD(gethostbyname);
struct hostent *gethostbyaddr(const char *addr, int len, int type)
    WS2_BSD(gethostbyaddr);
struct servent *getservbyname(const char *name, const char *proto)
    WS2_BSD(getservbyname);
struct servent *getservbyport(int port, const char *proto)
    WS2_BSD(getservbyport);
struct protoent *getprotobyname(const char *name) WS2_BSD(getprotobyname);
struct protoent *getprotobynumber(int number) WS2_BSD(getprotobynumber);
int gethostname(char *name, int namelen) WS2_BSD(gethostname);
int GetHostNameW(PWSTR name, int namelen) WS2_WIDE(GetHostNameW);

/* Winsock 1.1: only for programs that asked WSAStartup for it, else
 * WSAEOPNOTSUPP (WSASetBlockingHook, WSACancelBlockingCall). */
FARPROC WSASetBlockingHook(FARPROC lpBlockFunc);
int WSAUnhookBlockingHook(void);
BOOL WSAIsBlocking(void);
int WSACancelBlockingCall(void);

WS2_END_C

/* 64-bit and floating values in network order; the SDK has them from Windows 8
 * on, and so have we for programs that say so. */
#if !defined(NO_EXTRA_HTON_FUNCTIONS) &&                                       \
    (defined(INCL_EXTRA_HTON_FUNCTIONS) ||                                     \
     (defined(_WIN32_WINNT) && _WIN32_WINNT >= 0x0602))
static __inline__ unsigned __int64
htonll(unsigned __int64 Value)
{
    return ((unsigned __int64)htonl((u_long)Value) << 32) |
           htonl((u_long)(Value >> 32));
}

static __inline__ unsigned __int64
ntohll(unsigned __int64 Value)
{
    return htonll(Value);
}

static __inline__ unsigned __int32
htonf(float Value)
{
    u_long bits;

    memcpy(&bits, &Value, sizeof(bits));
    return htonl(bits);
}

static __inline__ float
ntohf(unsigned __int32 Value)
{
    u_long bits = ntohl(Value);
    float result;

    memcpy(&result, &bits, sizeof(result));
    return result;
}

static __inline__ unsigned __int64
htond(double Value)
{
    unsigned __int64 bits;

    memcpy(&bits, &Value, sizeof(bits));
    return htonll(bits);
}

static __inline__ double
ntohd(unsigned __int64 Value)
{
    unsigned __int64 bits = ntohll(Value);
    double result;

    memcpy(&result, &bits, sizeof(result));
    return result;
}
#endif

#endif /* WS2_CALLS_H */
