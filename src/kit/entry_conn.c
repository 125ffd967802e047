/* SPDX-License-Identifier: MIT */
/* Entries of the proc table around connections that are alike for every
 * provider: see entry.h. */
#include "kit/accept.h"
#include "kit/border.h"
#include "kit/entry.h"
#include "kit/shut.h"

static SOCKET WSPAPI
entry_accept(SOCKET handle, struct sockaddr *addr, LPINT addrlen,
             LPCONDITIONPROC ask, DWORD_PTR data, LPINT errp)
{
    struct ws_sock *s = NULL;
    SOCKET conn = INVALID_SOCKET;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_accept(s, addr, addrlen, ask, data, &conn);
    ws_sock_unref(s);
    return ws_spi_socket(err, conn, errp);
}

static int WSPAPI
entry_shutdown(SOCKET handle, int how, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_shut(s, how);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_close(SOCKET handle, LPINT errp)
{
    return ws_spi_int(ws_sock_close(handle), errp);
}

static int WSPAPI
entry_duplicate(SOCKET handle, DWORD pid, LPWSAPROTOCOL_INFOW info, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)pid, (void)info;
    ws_sock_unref(s);
    return ws_spi_int(err ? err : WSAEOPNOTSUPP, errp);
}

void
ws_entry_connections(WSPPROC_TABLE *t)
{
    t->lpWSPAccept = entry_accept;
    t->lpWSPShutdown = entry_shutdown;
    t->lpWSPCloseSocket = entry_close;
    t->lpWSPDuplicateSocket = entry_duplicate;
}
