/* SPDX-License-Identifier: MIT */
/* The extension functions of which TCP and UDP have forms of their own. */
#include "prov/tcpip/ext.h"

#include "kit/connectex.h"
#include "kit/ext.h"
#include "kit/msg.h"
#include "kit/sockaddr.h"
#include "w32/error.h"

#include <mswsock.h>

/* ---- ConnectEx ---- */

static int
start_call(struct ws_sock *s, const struct sockaddr *name, int len,
           const void *data, DWORD size, LPOVERLAPPED ov)
{
    struct ws_addr to;
    int err = ws_sockaddr_take(s->family, name, len, &to);

    return err ? err : ws_connectex(s, &to, data, size, ov);
}

static BOOL WINAPI
connect_ex(SOCKET handle, const struct sockaddr *name, int len, PVOID data,
           DWORD size, LPDWORD sent, LPOVERLAPPED ov)
{
    (void)sent; /* it never ends in the call */
    return ws_ext_connect(handle, name, len, data, size, ov, start_call);
}

/* ---- WSARecvMsg, WSASendMsg ---- */

static INT WSAAPI
recv_msg(SOCKET handle, LPWSAMSG msg, LPDWORD moved, LPWSAOVERLAPPED ov,
         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_msg_recv(s, msg, moved, ov, routine);
    ws_sock_unref(s);
    return ws_w32_bool(err) ? 0 : SOCKET_ERROR;
}

static INT WSAAPI
send_msg(SOCKET handle, LPWSAMSG msg, DWORD flags, LPDWORD moved,
         LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_msg_send(s, msg, flags, moved, ov, routine);
    ws_sock_unref(s);
    return ws_w32_bool(err) ? 0 : SOCKET_ERROR;
}

/* ---- the table ---- */

static const struct ws_ext own[] = {
    {WSAID_CONNECTEX,  (void (*)(void))connect_ex},
    {WSAID_WSARECVMSG, (void (*)(void))recv_msg  },
    {WSAID_WSASENDMSG, (void (*)(void))send_msg  },
};

int
ws_tcpip_extension(const GUID *id, void (**out)(void))
{
    return ws_ext_find(own, WS_ARRAY_LEN(own), id, out);
}
