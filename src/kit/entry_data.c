/* SPDX-License-Identifier: MIT */
/* Transfer: the four entries that move data, and select. What they do is in
 * kit/xfer.c and kit/oxfer.c; here arguments are checked and results stored. */
#include "kit/entry.h"

#include "kit/border.h"
#include "kit/group.h"
#include "kit/ovl.h"
#include "kit/select.h"
#include "kit/sockaddr.h"
#include "kit/xfer.h"

static int WSPAPI
entry_send(SOCKET handle, LPWSABUF bufs, DWORD count, LPDWORD sent, DWORD flags,
           LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
           LPWSATHREADID thread, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_addr group;
    int err = ws_sock_ref(handle, &s);

    (void)thread; /* the caller's own */
    if (!err)
        err = ws_xfer_send_via(s, bufs, count, flags, NULL, sent, ov, routine);
    if (err == WSAENOTCONN && ws_group_default(s, &group))
        err =
            ws_xfer_send_via(s, bufs, count, flags, &group, sent, ov, routine);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* On a stream the address is not even looked at (CLS-14). */
static int
take_destination(struct ws_sock *s, const struct sockaddr *to, int len,
                 struct ws_addr *a, const struct ws_addr **out)
{
    int err;

    *out = NULL;
    if (ws_sock_is_circuit(s) || !to)
        return 0;
    err = ws_sockaddr_take(s->family, to, len, a);
    if (!err)
        *out = a;
    return err;
}

static int WSPAPI
entry_sendto(SOCKET handle, LPWSABUF bufs, DWORD count, LPDWORD sent,
             DWORD flags, const struct sockaddr *to, int len,
             LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
             LPWSATHREADID thread, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_addr room;
    const struct ws_addr *a;
    int err = ws_sock_ref(handle, &s);

    (void)thread;
    if (!err)
        err = take_destination(s, to, len, &room, &a);
    if (!err)
        err = ws_xfer_send_via(s, bufs, count, flags, a, sent, ov, routine);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_recv(SOCKET handle, LPWSABUF bufs, DWORD count, LPDWORD got,
           LPDWORD flags, LPWSAOVERLAPPED ov,
           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
           LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)thread;
    if (!err && !flags)
        err = WSAEFAULT;
    if (!err)
        err = ws_xfer_recv_via(s, bufs, count, flags, NULL, NULL, got, ov,
                               routine);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int
check_source(struct ws_sock *s, const struct sockaddr *from, const INT *len)
{
    if (ws_sock_is_circuit(s))
        return 0;
    if (from && !len)
        return WSAEFAULT;
    return ws_sockaddr_room(s->family, from, len);
}

static int WSPAPI
entry_recvfrom(SOCKET handle, LPWSABUF bufs, DWORD count, LPDWORD got,
               LPDWORD flags, struct sockaddr *from, LPINT len,
               LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
               LPWSATHREADID thread, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)thread;
    if (!err)
        err = flags ? check_source(s, from, len) : WSAEFAULT;
    if (!err)
        err = ws_xfer_recv_via(s, bufs, count, flags, from, len, got, ov,
                               routine);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_select(int nfds, fd_set *read, fd_set *write, fd_set *except,
             const struct timeval *timeout, LPINT errp)
{
    int count = 0;
    int err = ws_select(read, write, except, timeout, &count);

    (void)nfds; /* SEL-1 */
    return err ? ws_spi_int(err, errp) : count;
}

/* CR-6. */
static BOOL WSPAPI
entry_get_overlapped_result(SOCKET handle, LPWSAOVERLAPPED ov, LPDWORD moved,
                            BOOL wait, LPDWORD flags, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && (!ov || !moved || !flags))
        err = WSAEFAULT;
    if (!err)
        err = ws_ovl_result(s, ov, wait, moved, flags);
    ws_sock_unref(s);
    return ws_spi_bool(err, errp);
}

void
ws_entry_data(WSPPROC_TABLE *t)
{
    t->lpWSPSend = entry_send;
    t->lpWSPSendTo = entry_sendto;
    t->lpWSPRecv = entry_recv;
    t->lpWSPRecvFrom = entry_recvfrom;
    t->lpWSPSelect = entry_select;
    t->lpWSPGetOverlappedResult = entry_get_overlapped_result;
}
