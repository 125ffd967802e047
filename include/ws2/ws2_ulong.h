/* SPDX-License-Identifier: MIT */
/* "unsigned long *" where Windows has DWORD * or u_long *.
 *
 * Windows' unsigned long has 32 bits, Linux' has 64, and programs pass pointers
 * to it: ioctlsocket(s, FIONBIO, &on), WSARecv's counts. These forms go through
 * a DWORD and then write the whole variable, zero-extended. In C a macro of the
 * function's name chooses by _Generic, in C++ templates overload it. Overlapped
 * calls use such a pointer only before they return, as Windows does. A compound
 * literal with a comma cannot be an argument of these macros in C; WS2_NO_ULONG
 * turns all of this off (the library, which defines the functions, does so).
 * Invariant: no variable is written beyond its size, none on a failure that
 * leaves results alone.
 */
#ifndef WS2_ULONG_H
#define WS2_ULONG_H
#ifndef WS2_NO_ULONG

/* The pointers for the call, NULL for NULL: one starts empty, one as it is. */
static __inline__ DWORD *
ws2_ul_out(unsigned long *user, DWORD *copy)
{
    *copy = 0;
    return user ? copy : (DWORD *)0;
}

static __inline__ DWORD *
ws2_ul_inout(unsigned long *user, DWORD *copy)
{
    *copy = user ? (DWORD)*user : 0;
    return user ? copy : (DWORD *)0;
}

/* After the call. A failed call may still have told a length. */
static __inline__ void
ws2_ul_done(unsigned long *user, DWORD copy, int ok)
{
    if (user && (ok || copy))
        *user = copy;
}

/* ---- One pointer --------------------------------------------------------- */

static __inline__ int
ws2_ul_ioctlsocket(SOCKET s, LONG cmd, unsigned long *argp)
{
    DWORD value;
    int result = ioctlsocket(s, cmd,
                             ((DWORD)cmd & IOC_IN) ? ws2_ul_inout(argp, &value)
                                                   : ws2_ul_out(argp, &value));

    ws2_ul_done(argp, value, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer,
                DWORD cbInBuffer, LPVOID lpvOutBuffer, DWORD cbOutBuffer,
                unsigned long *lpcbBytesReturned, LPWSAOVERLAPPED lpOverlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;
    int result =
        WSAIoctl(s, dwIoControlCode, lpvInBuffer, cbInBuffer, lpvOutBuffer,
                 cbOutBuffer, ws2_ul_out(lpcbBytesReturned, &bytes),
                 lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpcbBytesReturned, bytes, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
               unsigned long *lpNumberOfBytesSent, DWORD dwFlags,
               LPWSAOVERLAPPED lpOverlapped,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;
    int result = WSASend(s, lpBuffers, dwBufferCount,
                         ws2_ul_out(lpNumberOfBytesSent, &bytes), dwFlags,
                         lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesSent, bytes, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                 unsigned long *lpNumberOfBytesSent, DWORD dwFlags,
                 const struct sockaddr *lpTo, int iTolen,
                 LPWSAOVERLAPPED lpOverlapped,
                 LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;
    int result = WSASendTo(s, lpBuffers, dwBufferCount,
                           ws2_ul_out(lpNumberOfBytesSent, &bytes), dwFlags,
                           lpTo, iTolen, lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesSent, bytes, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSAEnumProtocolsA(LPINT lpiProtocols,
                         LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                         unsigned long *lpdwBufferLength)
{
    DWORD length;
    int result = WSAEnumProtocolsA(lpiProtocols, lpProtocolBuffer,
                                   ws2_ul_inout(lpdwBufferLength, &length));

    ws2_ul_done(lpdwBufferLength, length, result >= 0);
    return result;
}

static __inline__ int
ws2_ul_WSAEnumProtocolsW(LPINT lpiProtocols,
                         LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                         unsigned long *lpdwBufferLength)
{
    DWORD length;
    int result = WSAEnumProtocolsW(lpiProtocols, lpProtocolBuffer,
                                   ws2_ul_inout(lpdwBufferLength, &length));

    ws2_ul_done(lpdwBufferLength, length, result >= 0);
    return result;
}

static __inline__ INT
ws2_ul_WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                           LPWSAPROTOCOL_INFOA lpProtocolInfo,
                           LPSTR lpszAddressString,
                           unsigned long *lpdwAddressStringLength)
{
    DWORD length;
    INT result = WSAAddressToStringA(
        lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString,
        ws2_ul_inout(lpdwAddressStringLength, &length));

    ws2_ul_done(lpdwAddressStringLength, length, result == 0);
    return result;
}

static __inline__ INT
ws2_ul_WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                           LPWSAPROTOCOL_INFOW lpProtocolInfo,
                           LPWSTR lpszAddressString,
                           unsigned long *lpdwAddressStringLength)
{
    DWORD length;
    INT result = WSAAddressToStringW(
        lpsaAddress, dwAddressLength, lpProtocolInfo, lpszAddressString,
        ws2_ul_inout(lpdwAddressStringLength, &length));

    ws2_ul_done(lpdwAddressStringLength, length, result == 0);
    return result;
}

/* ---- Two pointers: the first, the second, or both are long --------------- */

static __inline__ int
ws2_ul_WSARecv_1(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                 unsigned long *lpNumberOfBytesRecvd, LPDWORD lpFlags,
                 LPWSAOVERLAPPED lpOverlapped,
                 LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;
    int result = WSARecv(s, lpBuffers, dwBufferCount,
                         ws2_ul_out(lpNumberOfBytesRecvd, &bytes), lpFlags,
                         lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesRecvd, bytes, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSARecv_2(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                 LPDWORD lpNumberOfBytesRecvd, unsigned long *lpFlags,
                 LPWSAOVERLAPPED lpOverlapped,
                 LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD flags;
    int result = WSARecv(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                         ws2_ul_inout(lpFlags, &flags), lpOverlapped,
                         lpCompletionRoutine);

    ws2_ul_done(lpFlags, flags, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSARecv_12(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                  unsigned long *lpNumberOfBytesRecvd, unsigned long *lpFlags,
                  LPWSAOVERLAPPED lpOverlapped,
                  LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes, flags;
    int result = WSARecv(
        s, lpBuffers, dwBufferCount, ws2_ul_out(lpNumberOfBytesRecvd, &bytes),
        ws2_ul_inout(lpFlags, &flags), lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesRecvd, bytes, result == 0);
    ws2_ul_done(lpFlags, flags, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSARecvFrom_1(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                     unsigned long *lpNumberOfBytesRecvd, LPDWORD lpFlags,
                     struct sockaddr *lpFrom, LPINT lpFromlen,
                     LPWSAOVERLAPPED lpOverlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes;
    int result = WSARecvFrom(
        s, lpBuffers, dwBufferCount, ws2_ul_out(lpNumberOfBytesRecvd, &bytes),
        lpFlags, lpFrom, lpFromlen, lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesRecvd, bytes, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSARecvFrom_2(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                     LPDWORD lpNumberOfBytesRecvd, unsigned long *lpFlags,
                     struct sockaddr *lpFrom, LPINT lpFromlen,
                     LPWSAOVERLAPPED lpOverlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD flags;
    int result = WSARecvFrom(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                             ws2_ul_inout(lpFlags, &flags), lpFrom, lpFromlen,
                             lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpFlags, flags, result == 0);
    return result;
}

static __inline__ int
ws2_ul_WSARecvFrom_12(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                      unsigned long *lpNumberOfBytesRecvd,
                      unsigned long *lpFlags, struct sockaddr *lpFrom,
                      LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    DWORD bytes, flags;
    int result = WSARecvFrom(s, lpBuffers, dwBufferCount,
                             ws2_ul_out(lpNumberOfBytesRecvd, &bytes),
                             ws2_ul_inout(lpFlags, &flags), lpFrom, lpFromlen,
                             lpOverlapped, lpCompletionRoutine);

    ws2_ul_done(lpNumberOfBytesRecvd, bytes, result == 0);
    ws2_ul_done(lpFlags, flags, result == 0);
    return result;
}

static __inline__ BOOL
ws2_ul_WSAGetOverlappedResult_1(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                                unsigned long *lpcbTransfer, BOOL fWait,
                                LPDWORD lpdwFlags)
{
    DWORD bytes;
    BOOL result = WSAGetOverlappedResult(
        s, lpOverlapped, ws2_ul_out(lpcbTransfer, &bytes), fWait, lpdwFlags);

    ws2_ul_done(lpcbTransfer, bytes, result);
    return result;
}

static __inline__ BOOL
ws2_ul_WSAGetOverlappedResult_2(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                                LPDWORD lpcbTransfer, BOOL fWait,
                                unsigned long *lpdwFlags)
{
    DWORD flags;
    BOOL result = WSAGetOverlappedResult(s, lpOverlapped, lpcbTransfer, fWait,
                                         ws2_ul_out(lpdwFlags, &flags));

    ws2_ul_done(lpdwFlags, flags, result);
    return result;
}

static __inline__ BOOL
ws2_ul_WSAGetOverlappedResult_12(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                                 unsigned long *lpcbTransfer, BOOL fWait,
                                 unsigned long *lpdwFlags)
{
    DWORD bytes, flags;
    BOOL result = WSAGetOverlappedResult(s, lpOverlapped,
                                         ws2_ul_out(lpcbTransfer, &bytes),
                                         fWait, ws2_ul_out(lpdwFlags, &flags));

    ws2_ul_done(lpcbTransfer, bytes, result);
    ws2_ul_done(lpdwFlags, flags, result);
    return result;
}

/* ---- The choice ---------------------------------------------------------- */

#ifdef __cplusplus

/* A type for unsigned long and nothing else: no NULL gets here. */
template <class T> struct ws2_ul {
};
template <> struct ws2_ul<unsigned long> {
    typedef int yes;
};
template <class T, class U> struct ws2_ul2 {
};
template <> struct ws2_ul2<unsigned long, unsigned long> {
    typedef int yes;
};

template <class T>
static inline typename ws2_ul<T>::yes
ioctlsocket(SOCKET s, LONG cmd, T *argp)
{
    return ws2_ul_ioctlsocket(s, cmd, argp);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
         LPVOID lpvOutBuffer, DWORD cbOutBuffer, T *lpcbBytesReturned,
         LPWSAOVERLAPPED lpOverlapped,
         LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSAIoctl(s, dwIoControlCode, lpvInBuffer, cbInBuffer,
                           lpvOutBuffer, cbOutBuffer, lpcbBytesReturned,
                           lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
        T *lpNumberOfBytesSent, DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSASend(s, lpBuffers, dwBufferCount, lpNumberOfBytesSent,
                          dwFlags, lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
          T *lpNumberOfBytesSent, DWORD dwFlags, const struct sockaddr *lpTo,
          int iTolen, LPWSAOVERLAPPED lpOverlapped,
          LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSASendTo(s, lpBuffers, dwBufferCount, lpNumberOfBytesSent,
                            dwFlags, lpTo, iTolen, lpOverlapped,
                            lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                  T *lpdwBufferLength)
{
    return ws2_ul_WSAEnumProtocolsA(lpiProtocols, lpProtocolBuffer,
                                    lpdwBufferLength);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                  T *lpdwBufferLength)
{
    return ws2_ul_WSAEnumProtocolsW(lpiProtocols, lpProtocolBuffer,
                                    lpdwBufferLength);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                    LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
                    T *lpdwAddressStringLength)
{
    return ws2_ul_WSAAddressToStringA(lpsaAddress, dwAddressLength,
                                      lpProtocolInfo, lpszAddressString,
                                      lpdwAddressStringLength);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                    LPWSAPROTOCOL_INFOW lpProtocolInfo,
                    LPWSTR lpszAddressString, T *lpdwAddressStringLength)
{
    return ws2_ul_WSAAddressToStringW(lpsaAddress, dwAddressLength,
                                      lpProtocolInfo, lpszAddressString,
                                      lpdwAddressStringLength);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
        T *lpNumberOfBytesRecvd, LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecv_1(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                            lpFlags, lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
        LPDWORD lpNumberOfBytesRecvd, T *lpFlags, LPWSAOVERLAPPED lpOverlapped,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecv_2(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                            lpFlags, lpOverlapped, lpCompletionRoutine);
}

template <class T, class U>
static inline typename ws2_ul2<T, U>::yes
WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
        T *lpNumberOfBytesRecvd, U *lpFlags, LPWSAOVERLAPPED lpOverlapped,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecv_12(s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd,
                             lpFlags, lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
            T *lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr *lpFrom,
            LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecvFrom_1(s, lpBuffers, dwBufferCount,
                                lpNumberOfBytesRecvd, lpFlags, lpFrom,
                                lpFromlen, lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
            LPDWORD lpNumberOfBytesRecvd, T *lpFlags, struct sockaddr *lpFrom,
            LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecvFrom_2(s, lpBuffers, dwBufferCount,
                                lpNumberOfBytesRecvd, lpFlags, lpFrom,
                                lpFromlen, lpOverlapped, lpCompletionRoutine);
}

template <class T, class U>
static inline typename ws2_ul2<T, U>::yes
WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
            T *lpNumberOfBytesRecvd, U *lpFlags, struct sockaddr *lpFrom,
            LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    return ws2_ul_WSARecvFrom_12(s, lpBuffers, dwBufferCount,
                                 lpNumberOfBytesRecvd, lpFlags, lpFrom,
                                 lpFromlen, lpOverlapped, lpCompletionRoutine);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, T *lpcbTransfer,
                       BOOL fWait, LPDWORD lpdwFlags)
{
    return ws2_ul_WSAGetOverlappedResult_1(s, lpOverlapped, lpcbTransfer, fWait,
                                           lpdwFlags);
}

template <class T>
static inline typename ws2_ul<T>::yes
WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped,
                       LPDWORD lpcbTransfer, BOOL fWait, T *lpdwFlags)
{
    return ws2_ul_WSAGetOverlappedResult_2(s, lpOverlapped, lpcbTransfer, fWait,
                                           lpdwFlags);
}

template <class T, class U>
static inline typename ws2_ul2<T, U>::yes
WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, T *lpcbTransfer,
                       BOOL fWait, U *lpdwFlags)
{
    return ws2_ul_WSAGetOverlappedResult_12(s, lpOverlapped, lpcbTransfer,
                                            fWait, lpdwFlags);
}

#else /* C */

#define WS2_UL(p, name)                                                        \
    __extension__ _Generic((p), unsigned long * : ws2_ul_##name, default : name)
#define WS2_UL2(p, q, name)                                                    \
    __extension__ _Generic((p), unsigned long *                                \
                           : _Generic((q), unsigned long *                     \
                                      : ws2_ul_##name##_12, default            \
                                      : ws2_ul_##name##_1),                    \
                             default                                           \
                           : _Generic((q), unsigned long *                     \
                                      : ws2_ul_##name##_2, default             \
                                      : name))

#define ioctlsocket(a, b, c) WS2_UL(c, ioctlsocket)(a, b, c)
#define WSAIoctl(a, b, c, d, e, f, g, h, i)                                    \
    WS2_UL(g, WSAIoctl)(a, b, c, d, e, f, g, h, i)
#define WSASend(a, b, c, d, e, f, g) WS2_UL(d, WSASend)(a, b, c, d, e, f, g)
#define WSASendTo(a, b, c, d, e, f, g, h, i)                                   \
    WS2_UL(d, WSASendTo)(a, b, c, d, e, f, g, h, i)
#define WSAEnumProtocolsA(a, b, c) WS2_UL(c, WSAEnumProtocolsA)(a, b, c)
#define WSAEnumProtocolsW(a, b, c) WS2_UL(c, WSAEnumProtocolsW)(a, b, c)
#define WSAAddressToStringA(a, b, c, d, e)                                     \
    WS2_UL(e, WSAAddressToStringA)(a, b, c, d, e)
#define WSAAddressToStringW(a, b, c, d, e)                                     \
    WS2_UL(e, WSAAddressToStringW)(a, b, c, d, e)
#define WSARecv(a, b, c, d, e, f, g) WS2_UL2(d, e, WSARecv)(a, b, c, d, e, f, g)
#define WSARecvFrom(a, b, c, d, e, f, g, h, i)                                 \
    WS2_UL2(d, e, WSARecvFrom)(a, b, c, d, e, f, g, h, i)
#define WSAGetOverlappedResult(a, b, c, d, e)                                  \
    WS2_UL2(c, e, WSAGetOverlappedResult)(a, b, c, d, e)

#endif
#endif /* !WS2_NO_ULONG */
#endif /* WS2_ULONG_H */
