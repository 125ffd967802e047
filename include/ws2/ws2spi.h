/* SPDX-License-Identifier: MIT */
/* The service provider interface: what a transport provider offers (the
 * procedure table), what it may ask for (the upcall table), and the catalog.
 *
 * Rules for every slot, not repeated below. A procedure fails with
 * SOCKET_ERROR, INVALID_SOCKET or FALSE and an error number in '*lpErrno',
 * which is never NULL; it does not touch the thread's last error, and nothing
 * else on failure. It is called from any thread, for several sockets at once,
 * with no lock held, and holds none of its own when it calls up. Nobody has
 * validated anything for it: a wrong handle is WSAENOTSOCK before all else, a
 * wrong pointer or short length WSAEFAULT. Pointers are borrowed for the call
 * unless said otherwise. "Blocks" means: on a blocking socket, and until
 * WSPCloseSocket or WSPCancelBlockingCall ends it with WSAEINTR. Invariant: the
 * order of the slots is binary interface; a provider fills every slot of the
 * procedure table.
 */
#ifndef _WINSOCK2SPI_
#define _WINSOCK2SPI_

#include "winsock2.h"

#define WSPAPI WSAAPI
#define WSPDESCRIPTION_LEN 255

/* OVERLAPPED.Internal while an operation runs. */
#define WSS_OPERATION_IN_PROGRESS 0x00000103

typedef struct WSPData {
    WORD wVersion;     /* that will be used: low byte major, high byte minor */
    WORD wHighVersion; /* highest that the provider has */
    WCHAR szDescription[WSPDESCRIPTION_LEN + 1];
} WSPDATA, *LPWSPDATA;

/* The thread that a completion routine runs in. A provider copies it. */
typedef struct _WSATHREADID {
    HANDLE ThreadHandle;
    DWORD_PTR Reserved;
} WSATHREADID, *LPWSATHREADID;

/* Called over and over while a call blocks: TRUE goes on, FALSE cancels. */
typedef BOOL(CALLBACK *LPBLOCKINGCALLBACK)(DWORD_PTR dwContext);
/* Runs in the thread it was queued to, in an alertable wait. */
typedef VOID(CALLBACK *LPWSAUSERAPC)(DWORD_PTR dwContext);

/* ---- The procedure table ------------------------------------------------- */

/* WSPAccept: takes the head of the queue of connection requests. Out: the new
 * socket, the peer's address in 'addr' (both or neither of addr and addrlen may
 * be NULL; too little room is WSAEFAULT and loses no request). With
 * 'lpfnCondition' the provider asks it first, in this thread: CF_REJECT gives
 * WSAECONNREFUSED, CF_DEFER WSATRY_AGAIN with the request still at the head.
 * The new socket has the listener's attributes and event registration; it is
 * the caller's. Blocks while the queue is empty, else WSAEWOULDBLOCK. */
typedef SOCKET(WSPAPI *LPWSPACCEPT)(SOCKET s, struct sockaddr *addr,
                                    LPINT addrlen,
                                    LPCONDITIONPROC lpfnCondition,
                                    DWORD_PTR dwCallbackData, LPINT lpErrno);

/* WSPAddressToString: an address as text. In: an address of the provider's
 * family, the catalog entry or NULL. '*lpdwAddressStringLength' is characters
 * with the terminator, room in, length out; too little is WSAEFAULT and the
 * length that is needed. Needs no socket. */
typedef INT(WSPAPI *LPWSPADDRESSTOSTRING)(LPSOCKADDR lpsaAddress,
                                          DWORD dwAddressLength,
                                          LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                          LPWSTR lpszAddressString,
                                          LPDWORD lpdwAddressStringLength,
                                          LPINT lpErrno);

/* WSPAsyncSelect: from now on, network events of 'lEvent' go to 'hWnd' as
 * message 'wMsg' by WPUPostMessage; 0 ends it. Makes the socket non-blocking
 * and replaces any other registration. WSAEINVAL for unknown events or no
 * window. */
typedef int(WSPAPI *LPWSPASYNCSELECT)(SOCKET s, HWND hWnd, unsigned int wMsg,
                                      LONG lEvent, LPINT lpErrno);

/* WSPBind: gives the socket its local address. WSAEINVAL if it has one,
 * WSAEADDRINUSE, WSAEADDRNOTAVAIL, WSAEACCES. */
typedef int(WSPAPI *LPWSPBIND)(SOCKET s, const struct sockaddr *name,
                               int namelen, LPINT lpErrno);

/* WSPCancelBlockingCall: ends the blocking call that this thread is in, from
 * its blocking hook; that call fails with WSAEINTR. */
typedef int(WSPAPI *LPWSPCANCELBLOCKINGCALL)(LPINT lpErrno);

/* WSPCleanup: undoes one WSPStartup. The last one closes every socket, ends
 * operations without notice and frees all; a graceful close still sends. */
typedef int(WSPAPI *LPWSPCLEANUP)(LPINT lpErrno);

/* WSPCloseSocket: the handle is invalid at once; blocking calls on it end, and
 * overlapped ones end with WSA_OPERATION_ABORTED. Blocks only to linger;
 * WSAEWOULDBLOCK instead if it may not, and then the socket stays open. */
typedef int(WSPAPI *LPWSPCLOSESOCKET)(SOCKET s, LPINT lpErrno);

/* WSPConnect: connects, binding first if need be; for datagrams, sets the peer.
 * In: user data and QoS or NULL each. Out: the peer's user data in
 * 'lpCalleeData', room in, length out, 0 where there is none. Blocks until it
 * is decided, else WSAEWOULDBLOCK and FD_CONNECT. WSAEALREADY, WSAEISCONN,
 * WSAECONNREFUSED, WSAETIMEDOUT, WSAENETUNREACH. */
typedef int(WSPAPI *LPWSPCONNECT)(SOCKET s, const struct sockaddr *name,
                                  int namelen, LPWSABUF lpCallerData,
                                  LPWSABUF lpCalleeData, LPQOS lpSQOS,
                                  LPQOS lpGQOS, LPINT lpErrno);

/* WSPDuplicateSocket: fills '*lpProtocolInfo' so that WSPSocket in process
 * 'dwProcessId' makes another handle of the same socket, once. */
typedef int(WSPAPI *LPWSPDUPLICATESOCKET)(SOCKET s, DWORD dwProcessId,
                                          LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                          LPINT lpErrno);

/* WSPEnumNetworkEvents: takes the record of events and clears it, and resets
 * 'hEventObject' unless it is NULL, as one step. */
typedef int(WSPAPI *LPWSPENUMNETWORKEVENTS)(SOCKET s, WSAEVENT hEventObject,
                                            LPWSANETWORKEVENTS lpNetworkEvents,
                                            LPINT lpErrno);

/* WSPEventSelect: from now on, network events of 'lNetworkEvents' are recorded
 * and 'hEventObject' is set by WPUSetEvent; 0 ends it. Makes the socket
 * non-blocking and replaces any other registration. The event is the caller's
 * and outlives the registration. */
typedef int(WSPAPI *LPWSPEVENTSELECT)(SOCKET s, WSAEVENT hEventObject,
                                      LONG lNetworkEvents, LPINT lpErrno);

/* WSPGetOverlappedResult: the end of the operation behind 'lpOverlapped'. With
 * 'fWait' it blocks for that, alertably and whatever the socket's mode;
 * without, WSA_IO_INCOMPLETE while the operation runs. FALSE also reports the
 * operation's own failure. */
typedef BOOL(WSPAPI *LPWSPGETOVERLAPPEDRESULT)(SOCKET s,
                                               LPWSAOVERLAPPED lpOverlapped,
                                               LPDWORD lpcbTransfer, BOOL fWait,
                                               LPDWORD lpdwFlags,
                                               LPINT lpErrno);

/* WSPGetPeerName: the peer's address; WSAENOTCONN before the pointers are
 * looked at. 'namelen' is room in, length out. */
typedef int(WSPAPI *LPWSPGETPEERNAME)(SOCKET s, struct sockaddr *name,
                                      LPINT namelen, LPINT lpErrno);

/* WSPGetSockName: the local address; WSAEINVAL without one. */
typedef int(WSPAPI *LPWSPGETSOCKNAME)(SOCKET s, struct sockaddr *name,
                                      LPINT namelen, LPINT lpErrno);

/* WSPGetSockOpt: the value of an option. 'optlen' is room in, length out.
 * WSAENOPROTOOPT for an unknown option, WSAEINVAL for an unknown level. */
typedef int(WSPAPI *LPWSPGETSOCKOPT)(SOCKET s, int level, int optname,
                                     char *optval, LPINT optlen, LPINT lpErrno);

/* WSPGetQOSByName: fills '*lpQOS' from the template 'lpQOSName', or the buffer
 * with the names of all templates if its text is empty. */
typedef BOOL(WSPAPI *LPWSPGETQOSBYNAME)(SOCKET s, LPWSABUF lpQOSName,
                                        LPQOS lpQOS, LPINT lpErrno);

/* WSPIoctl: control code 'dwIoControlCode'; its bits say which buffers count,
 * WSAEFAULT if one is too short. Out: the bytes written. With an overlapped
 * structure, codes that wait (address list changes) go on in the background:
 * WSA_IO_PENDING; buffers, structure and routine are then the operation's until
 * it ends. Unknown codes are WSAEOPNOTSUPP. */
typedef int(WSPAPI *LPWSPIOCTL)(
    SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* WSPJoinLeaf: joins a multipoint session; arguments as WSPConnect, and JL_
 * flags. Out: a new leaf socket from a root, 's' itself from a leaf. Does not
 * fail for want of time: FD_CONNECT on 's' tells the end. WSAEOPNOTSUPP without
 * multipoint. */
typedef SOCKET(WSPAPI *LPWSPJOINLEAF)(SOCKET s, const struct sockaddr *name,
                                      int namelen, LPWSABUF lpCallerData,
                                      LPWSABUF lpCalleeData, LPQOS lpSQOS,
                                      LPQOS lpGQOS, DWORD dwFlags,
                                      LPINT lpErrno);

/* WSPListen: requests queue up from now on, at most 'backlog' of them, which is
 * moved into the provider's range without a word. Again on a listener: fine.
 * WSAEINVAL if not bound, WSAEISCONN, WSAEOPNOTSUPP for datagrams. */
typedef int(WSPAPI *LPWSPLISTEN)(SOCKET s, int backlog, LPINT lpErrno);

/* WSPRecv: data into the buffers, in order. '*lpFlags' is MSG_ bits in and out.
 * Without 'lpOverlapped', or on a non-overlapped socket, it blocks for data or
 * fails with WSAEWOULDBLOCK, and the count is in '*lpNumberOfBytesRecvd', 0 at
 * the end of a stream. With it: 0 or WSA_IO_PENDING, and the end is told by the
 * event, the port, or the routine in 'lpThreadId' by WPUQueueApc; the WSABUF
 * array is copied, the buffers and the structure are the operation's until
 * then. */
typedef int(WSPAPI *LPWSPRECV)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* WSPRecvDisconnect: ends receiving and fetches the peer's disconnect data;
 * NULL for not wanted. WSAENOPROTOOPT where there is no such data. */
typedef int(WSPAPI *LPWSPRECVDISCONNECT)(SOCKET s,
                                         LPWSABUF lpInboundDisconnectData,
                                         LPINT lpErrno);

/* WSPRecvFrom: as WSPRecv, with the sender's address; 'lpFrom' and 'lpFromlen'
 * may be NULL, are ignored on a connected stream, and are the operation's as
 * the buffers are. */
typedef int(WSPAPI *LPWSPRECVFROM)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr *lpFrom,
    LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* WSPSelect: reduces the sets to what is ready and returns how many that is.
 * Sets are counted and of any size; 'nfds' is ignored; each set may be NULL,
 * but not all. WSAENOTSOCK, sets unchanged, for a socket of somebody else.
 * Blocks for 'timeout', for ever if it is NULL, whatever the sockets' modes. */
typedef int(WSPAPI *LPWSPSELECT)(int nfds, fd_set *readfds, fd_set *writefds,
                                 fd_set *exceptfds,
                                 const struct timeval *timeout, LPINT lpErrno);

/* WSPSend: data from the buffers, in order; completion as WSPRecv. A blocking
 * send takes all; a non-blocking one what fits, or WSAEWOULDBLOCK. WSAENOTCONN,
 * WSAESHUTDOWN, WSAECONNRESET, WSAEMSGSIZE. */
typedef int(WSPAPI *LPWSPSEND)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent, DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* WSPSendDisconnect: ends sending, with disconnect data or NULL. Never blocks.
 */
typedef int(WSPAPI *LPWSPSENDDISCONNECT)(SOCKET s,
                                         LPWSABUF lpOutboundDisconnectData,
                                         LPINT lpErrno);

/* WSPSendTo: as WSPSend, to the address 'lpTo', which is copied; ignored on a
 * connected stream. */
typedef int(WSPAPI *LPWSPSENDTO)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent, DWORD dwFlags, const struct sockaddr *lpTo,
    int iTolen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* WSPSetSockOpt: sets an option; errors as WSPGetSockOpt. */
typedef int(WSPAPI *LPWSPSETSOCKOPT)(SOCKET s, int level, int optname,
                                     const char *optval, int optlen,
                                     LPINT lpErrno);

/* WSPShutdown: ends receiving, sending or both (SD_). Never blocks, closes
 * nothing. WSAENOTCONN for a stream without connection. */
typedef int(WSPAPI *LPWSPSHUTDOWN)(SOCKET s, int how, LPINT lpErrno);

/* WSPSocket: a new socket for entry 'lpProtocolInfo', which is never NULL; 0 or
 * -1 in the first three arguments means what the entry says. A provider with
 * XP1_IFS_HANDLES passes the handle through WPUModifyIFSHandle, another makes
 * it by WPUCreateSocketHandle. */
typedef SOCKET(WSPAPI *LPWSPSOCKET)(int af, int type, int protocol,
                                    LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g,
                                    DWORD dwFlags, LPINT lpErrno);

/* WSPStringToAddress: text as an address of 'AddressFamily'. 'lpAddressLength'
 * is room in, length out. WSAEINVAL if the text is no address. */
typedef INT(WSPAPI *LPWSPSTRINGTOADDRESS)(LPWSTR AddressString,
                                          INT AddressFamily,
                                          LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                          LPSOCKADDR lpAddress,
                                          LPINT lpAddressLength, LPINT lpErrno);

typedef struct _WSPPROC_TABLE {
    LPWSPACCEPT lpWSPAccept;
    LPWSPADDRESSTOSTRING lpWSPAddressToString;
    LPWSPASYNCSELECT lpWSPAsyncSelect;
    LPWSPBIND lpWSPBind;
    LPWSPCANCELBLOCKINGCALL lpWSPCancelBlockingCall;
    LPWSPCLEANUP lpWSPCleanup;
    LPWSPCLOSESOCKET lpWSPCloseSocket;
    LPWSPCONNECT lpWSPConnect;
    LPWSPDUPLICATESOCKET lpWSPDuplicateSocket;
    LPWSPENUMNETWORKEVENTS lpWSPEnumNetworkEvents;
    LPWSPEVENTSELECT lpWSPEventSelect;
    LPWSPGETOVERLAPPEDRESULT lpWSPGetOverlappedResult;
    LPWSPGETPEERNAME lpWSPGetPeerName;
    LPWSPGETSOCKNAME lpWSPGetSockName;
    LPWSPGETSOCKOPT lpWSPGetSockOpt;
    LPWSPGETQOSBYNAME lpWSPGetQOSByName;
    LPWSPIOCTL lpWSPIoctl;
    LPWSPJOINLEAF lpWSPJoinLeaf;
    LPWSPLISTEN lpWSPListen;
    LPWSPRECV lpWSPRecv;
    LPWSPRECVDISCONNECT lpWSPRecvDisconnect;
    LPWSPRECVFROM lpWSPRecvFrom;
    LPWSPSELECT lpWSPSelect;
    LPWSPSEND lpWSPSend;
    LPWSPSENDDISCONNECT lpWSPSendDisconnect;
    LPWSPSENDTO lpWSPSendTo;
    LPWSPSETSOCKOPT lpWSPSetSockOpt;
    LPWSPSHUTDOWN lpWSPShutdown;
    LPWSPSOCKET lpWSPSocket;
    LPWSPSTRINGTOADDRESS lpWSPStringToAddress;
} WSPPROC_TABLE, *LPWSPPROC_TABLE;

/* ---- The upcall table ----------------------------------------------------
 * Given by value to WSPStartup; the newest one counts. The library fills every
 * slot. An upcall may be made from any thread, during a procedure or outside,
 * and does not call back into the provider. A provider uses these and not the
 * system's calls, because a layer above may have put its own in. */

/* WPUCloseEvent: closes an event that WPUCreateEvent made. FALSE and
 * WSA_INVALID_HANDLE for another value. */
typedef BOOL(WSPAPI *LPWPUCLOSEEVENT)(WSAEVENT hEvent, LPINT lpErrno);

/* WPUCloseSocketHandle: frees a handle of WPUCreateSocketHandle, from
 * WSPCloseSocket. WSAENOTSOCK. */
typedef int(WSPAPI *LPWPUCLOSESOCKETHANDLE)(SOCKET s, LPINT lpErrno);

/* WPUCreateEvent: a manual-reset event, not signalled, the provider's until
 * WPUCloseEvent. WSA_INVALID_EVENT and WSA_NOT_ENOUGH_MEMORY on failure. */
typedef WSAEVENT(WSPAPI *LPWPUCREATEEVENT)(LPINT lpErrno);

/* WPUCreateSocketHandle: a socket handle for a provider without kernel handles;
 * 'dwContext' comes back from WPUQuerySocketHandleContext. WSAENOBUFS. */
typedef SOCKET(WSPAPI *LPWPUCREATESOCKETHANDLE)(DWORD dwCatalogEntryId,
                                                DWORD_PTR dwContext,
                                                LPINT lpErrno);

/* WPUFDIsSet: non-zero if 's' is in the set. Cannot fail. */
typedef int(WSPAPI *LPWPUFDISSET)(SOCKET s, fd_set *fdset);

/* WPUGetProviderPath: the library file of a provider, for the layer that loads
 * it. 'lpProviderDllPathLen' is characters with the terminator, room in, length
 * out: WSAEFAULT if too little; WSAEINVAL for an unknown identifier. */
typedef int(WSPAPI *LPWPUGETPROVIDERPATH)(LPGUID lpProviderId,
                                          WCHAR *lpszProviderDllPath,
                                          LPINT lpProviderDllPathLen,
                                          LPINT lpErrno);

/* WPUModifyIFSHandle: registers a kernel handle and returns the value to give
 * to the application, for each new socket, accepted ones too. The handle stays
 * the provider's to close. INVALID_SOCKET and WSAEINVAL on failure. */
typedef SOCKET(WSPAPI *LPWPUMODIFYIFSHANDLE)(DWORD dwCatalogEntryId,
                                             SOCKET ProposedHandle,
                                             LPINT lpErrno);

/* WPUPostMessage: posts a message to a window, for WSPAsyncSelect. FALSE if the
 * window is gone; no error number. Does not block. */
typedef BOOL(WSPAPI *LPWPUPOSTMESSAGE)(HWND hWnd, UINT Msg, WPARAM wParam,
                                       LPARAM lParam);

/* WPUQueryBlockingCallback: asked before a procedure blocks. '*lplpfnCallback'
 * NULL: block. Else: call it with '*lpdwContext' over and over while waiting;
 * FALSE from it ends the procedure with WSAEINTR. */
typedef int(WSPAPI *LPWPUQUERYBLOCKINGCALLBACK)(
    DWORD dwCatalogEntryId, LPBLOCKINGCALLBACK *lplpfnCallback,
    PDWORD_PTR lpdwContext, LPINT lpErrno);

/* WPUQuerySocketHandleContext: the context of a handle that
 * WPUCreateSocketHandle made. WSAENOTSOCK. */
typedef int(WSPAPI *LPWPUQUERYSOCKETHANDLECONTEXT)(SOCKET s,
                                                   PDWORD_PTR lpContext,
                                                   LPINT lpErrno);

/* WPUQueueApc: has 'lpfnUserApc' called with 'dwContext' in the thread of
 * '*lpThreadId', in its next alertable wait. The structure is copied. WSAEFAULT
 * for a thread that is gone. */
typedef int(WSPAPI *LPWPUQUEUEAPC)(LPWSATHREADID lpThreadId,
                                   LPWSAUSERAPC lpfnUserApc,
                                   DWORD_PTR dwContext, LPINT lpErrno);

/* WPUResetEvent, WPUSetEvent: any event handle, the application's too. FALSE
 * and WSA_INVALID_HANDLE if it is none. Never block. */
typedef BOOL(WSPAPI *LPWPURESETEVENT)(WSAEVENT hEvent, LPINT lpErrno);
typedef BOOL(WSPAPI *LPWPUSETEVENT)(WSAEVENT hEvent, LPINT lpErrno);

/* WPUOpenCurrentThread: fills '*lpThreadId' for the calling thread, for a layer
 * that starts overlapped operations of its own; the layer's until
 * WPUCloseThread. */
typedef int(WSPAPI *LPWPUOPENCURRENTTHREAD)(LPWSATHREADID lpThreadId,
                                            LPINT lpErrno);

/* WPUCloseThread: gives back what WPUOpenCurrentThread filled. */
typedef int(WSPAPI *LPWPUCLOSETHREAD)(LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef struct _WSPUPCALLTABLE {
    LPWPUCLOSEEVENT lpWPUCloseEvent;
    LPWPUCLOSESOCKETHANDLE lpWPUCloseSocketHandle;
    LPWPUCREATEEVENT lpWPUCreateEvent;
    LPWPUCREATESOCKETHANDLE lpWPUCreateSocketHandle;
    LPWPUFDISSET lpWPUFDIsSet;
    LPWPUGETPROVIDERPATH lpWPUGetProviderPath;
    LPWPUMODIFYIFSHANDLE lpWPUModifyIFSHandle;
    LPWPUPOSTMESSAGE lpWPUPostMessage;
    LPWPUQUERYBLOCKINGCALLBACK lpWPUQueryBlockingCallback;
    LPWPUQUERYSOCKETHANDLECONTEXT lpWPUQuerySocketHandleContext;
    LPWPUQUEUEAPC lpWPUQueueApc;
    LPWPURESETEVENT lpWPUResetEvent;
    LPWPUSETEVENT lpWPUSetEvent;
    LPWPUOPENCURRENTTHREAD lpWPUOpenCurrentThread;
    LPWPUCLOSETHREAD lpWPUCloseThread;
} WSPUPCALLTABLE, *LPWSPUPCALLTABLE;

/* ---- Start-up ------------------------------------------------------------ */

WS2_BEGIN_C

/* WSPStartup: the one name that a provider exports. In: the highest version the
 * caller can use, the catalog entry (of the chain, for layers), the upcalls by
 * value. Out: the agreed version, the table. Returns 0 or the error itself:
 * WSAVERNOTSUPPORTED, WSASYSNOTREADY, WSAEPROCLIM, WSAEFAULT. Counted; called
 * again for another entry or after the last WSPCleanup. A provider built for
 * 16-bit WCHAR exports another symbol, so that it cannot be mistaken. */
int WSPAPI WSPStartup(WORD wVersionRequested, LPWSPDATA lpWSPData,
                      LPWSAPROTOCOL_INFOW lpProtocolInfo,
                      WSPUPCALLTABLE UpcallTable, LPWSPPROC_TABLE lpProcTable)
    WS2_WIDE(WSPStartup);
typedef int(WSPAPI *LPWSPSTARTUP)(WORD wVersionRequested, LPWSPDATA lpWSPData,
                                  LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                  WSPUPCALLTABLE UpcallTable,
                                  LPWSPPROC_TABLE lpProcTable);

/* ---- What the library exports for providers ------------------------------ */

/* WPUCompleteOverlappedRequest: ends an overlapped operation on a handle of
 * WPUCreateSocketHandle: publishes result and count, sets the event or posts to
 * the port. Not for completion routines. WSAEINVAL for another handle. */
int WSPAPI WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                                        DWORD dwError, DWORD cbTransferred,
                                        LPINT lpErrno);
typedef int(WSPAPI *LPWPUCOMPLETEOVERLAPPEDREQUEST)(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, DWORD dwError, DWORD cbTransferred,
    LPINT lpErrno);

/* WSCEnumProtocols: as WSAEnumProtocols, with hidden entries and layers, and
 * before WSAStartup too; '*lpdwBufferLength' is bytes. WSAENOBUFS and the
 * length that is needed if it is too little. */
int WSPAPI WSCEnumProtocols(LPINT lpiProtocols,
                            LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                            LPDWORD lpdwBufferLength, LPINT lpErrno)
    WS2_WIDE(WSCEnumProtocols);
typedef int(WSPAPI *LPWSCENUMPROTOCOLS)(LPINT lpiProtocols,
                                        LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                                        LPDWORD lpdwBufferLength,
                                        LPINT lpErrno);

/* WSCGetProviderPath: as WPUGetProviderPath; variables are not expanded. */
int WSPAPI WSCGetProviderPath(LPGUID lpProviderId, WCHAR *lpszProviderDllPath,
                              LPINT lpProviderDllPathLen, LPINT lpErrno)
    WS2_WIDE(WSCGetProviderPath);
typedef int(WSPAPI *LPWSCGETPROVIDERPATH)(LPGUID lpProviderId,
                                          WCHAR *lpszProviderDllPath,
                                          LPINT lpProviderDllPathLen,
                                          LPINT lpErrno);

WS2_END_C

/* ---- Categories of layered providers --------------------------------------
 * What a layer does; an application with a category loads the layers whose
 * categories it permits. */

#define LSP_SYSTEM 0x80000000
#define LSP_INSPECTOR 0x00000001
#define LSP_REDIRECTOR 0x00000002
#define LSP_PROXY 0x00000004
#define LSP_FIREWALL 0x00000008
#define LSP_INBOUND_MODIFY 0x00000010
#define LSP_OUTBOUND_MODIFY 0x00000020
#define LSP_CRYPTO_COMPRESS 0x00000040
#define LSP_LOCAL_CACHE 0x00000080

#endif /* _WINSOCK2SPI_ */
