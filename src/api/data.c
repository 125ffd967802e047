/* SPDX-License-Identifier: MIT */
/* Sending and receiving. The BSD calls are the buffer-array calls with one
 * buffer and nothing overlapped (SPI-15). */
#include "api/border.h"

#include "spi/upcall.h"

#include <ws2/mswsock.h>

/* The thread that a completion routine will run in, or NULL without one. */
static int
target(LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
       WSATHREADID *id, WSATHREADID **out)
{
    *out = NULL;
    if (!ov || !routine)
        return 0;
    *out = id;
    return ws_upcall_thread(id);
}

/* The BSD calls have an int for a length. A negative one would be four thousand
 * million bytes to the provider; no buffer is that long. The socket is looked
 * at first, as everywhere (G-3). */
static inline int
check_length(SOCKET s, int len)
{
    const WSPPROC_TABLE *p;
    int err;

    if (__builtin_expect(len >= 0, 1))
        return 0;
    err = ws_route(s, &p);
    return err ? err : WSAEFAULT;
}

/* ---- sending ---- */

static inline int
send_pieces(SOCKET s, LPWSABUF pieces, DWORD count, DWORD *sent, DWORD flags,
            LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *p;
    WSATHREADID id, *thread;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err)
        err = target(ov, routine, &id, &thread);
    if (!err &&
        p->lpWSPSend(s, pieces, count, sent, flags, ov, routine, thread, &code))
        err = ws_spi_code(code);
    return err;
}

int WSAAPI
WSASend(SOCKET s, LPWSABUF pieces, DWORD count, LPDWORD sent, DWORD flags,
        LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return ws_api_int(send_pieces(s, pieces, count, sent, flags, ov, routine));
}

int WSAAPI
send(SOCKET s, const char *buf, int len, int flags)
{
    WSABUF piece = {(ULONG)len, (char *)buf};
    DWORD sent = 0;
    int err = check_length(s, len);

    if (!err)
        err = send_pieces(s, &piece, 1, &sent, (DWORD)flags, NULL, NULL);
    return ws_api_count(err, (int)sent);
}

static int
send_to(SOCKET s, LPWSABUF pieces, DWORD count, DWORD *sent, DWORD flags,
        const struct sockaddr *to, int to_len, LPWSAOVERLAPPED ov,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *p;
    WSATHREADID id, *thread;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err)
        err = target(ov, routine, &id, &thread);
    if (!err && p->lpWSPSendTo(s, pieces, count, sent, flags, to, to_len, ov,
                               routine, thread, &code))
        err = ws_spi_code(code);
    return err;
}

int WSAAPI
WSASendTo(SOCKET s, LPWSABUF pieces, DWORD count, LPDWORD sent, DWORD flags,
          const struct sockaddr *to, int to_len, LPWSAOVERLAPPED ov,
          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return ws_api_int(
        send_to(s, pieces, count, sent, flags, to, to_len, ov, routine));
}

int WSAAPI
sendto(SOCKET s, const char *buf, int len, int flags, const struct sockaddr *to,
       int to_len)
{
    WSABUF piece = {(ULONG)len, (char *)buf};
    DWORD sent = 0;
    int err = check_length(s, len);

    if (!err)
        err =
            send_to(s, &piece, 1, &sent, (DWORD)flags, to, to_len, NULL, NULL);
    return ws_api_count(err, (int)sent);
}

/* ---- receiving ---- */

static inline int
recv_pieces(SOCKET s, LPWSABUF pieces, DWORD count, DWORD *got, DWORD *flags,
            LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *p;
    WSATHREADID id, *thread;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err)
        err = target(ov, routine, &id, &thread);
    if (!err &&
        p->lpWSPRecv(s, pieces, count, got, flags, ov, routine, thread, &code))
        err = ws_spi_code(code);
    return err;
}

int WSAAPI
WSARecv(SOCKET s, LPWSABUF pieces, DWORD count, LPDWORD got, LPDWORD flags,
        LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return ws_api_int(recv_pieces(s, pieces, count, got, flags, ov, routine));
}

/* Whoever gets no flags back is told by an error that the message goes on
 * behind his full buffer; the rest comes next. */
static int
told_of_rest(int err, const WSABUF *piece, DWORD got, DWORD flags)
{
    bool cut = !err && flags & MSG_PARTIAL && got == piece->len;

    return cut ? WSAEMSGSIZE : err;
}

int WSAAPI
recv(SOCKET s, char *buf, int len, int flags)
{
    WSABUF piece = {(ULONG)len, buf};
    DWORD got = 0, in_out = (DWORD)flags;
    int err = check_length(s, len);

    if (!err)
        err = recv_pieces(s, &piece, 1, &got, &in_out, NULL, NULL);
    err = told_of_rest(err, &piece, got, in_out);
    return ws_api_count(err, (int)got);
}

/* recv whose flags come back: MSG_PARTIAL says that a message goes on. */
int WSAAPI
WSARecvEx(SOCKET s, char *buf, int len, int *flags)
{
    WSABUF piece = {(ULONG)len, buf};
    DWORD got = 0, in_out = flags ? (DWORD)*flags : 0;
    int err = check_length(s, len);

    if (!err && !flags)
        err = WSAEFAULT;
    if (!err)
        err = recv_pieces(s, &piece, 1, &got, &in_out, NULL, NULL);
    if (!err)
        *flags = (int)in_out;
    return ws_api_count(err, (int)got);
}

static int
recv_from(SOCKET s, LPWSABUF pieces, DWORD count, DWORD *got, DWORD *flags,
          struct sockaddr *from, int *from_len, LPWSAOVERLAPPED ov,
          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *p;
    WSATHREADID id, *thread;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err)
        err = target(ov, routine, &id, &thread);
    if (!err && p->lpWSPRecvFrom(s, pieces, count, got, flags, from, from_len,
                                 ov, routine, thread, &code))
        err = ws_spi_code(code);
    return err;
}

int WSAAPI
WSARecvFrom(SOCKET s, LPWSABUF pieces, DWORD count, LPDWORD got, LPDWORD flags,
            struct sockaddr *from, LPINT from_len, LPWSAOVERLAPPED ov,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return ws_api_int(
        recv_from(s, pieces, count, got, flags, from, from_len, ov, routine));
}

int WSAAPI
recvfrom(SOCKET s, char *buf, int len, int flags, struct sockaddr *from,
         int *from_len)
{
    WSABUF piece = {(ULONG)len, buf};
    DWORD got = 0, in_out = (DWORD)flags;
    int err = check_length(s, len);

    if (!err)
        err =
            recv_from(s, &piece, 1, &got, &in_out, from, from_len, NULL, NULL);
    err = told_of_rest(err, &piece, got, in_out);
    return ws_api_count(err, (int)got);
}

/* ---- results of overlapped calls ---- */

BOOL WSAAPI
WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED ov, LPDWORD moved, BOOL wait,
                       LPDWORD flags)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && !p->lpWSPGetOverlappedResult(s, ov, moved, wait, flags, &code))
        err = ws_spi_code(code);
    return ws_api_bool(err);
}
