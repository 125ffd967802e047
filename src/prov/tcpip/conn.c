/* SPDX-License-Identifier: MIT */
/* How connections come to be and end: bind, listen, connect, accept, shutdown,
 * close, and the names of both ends. */
#include "prov/tcpip/tcpip.h"

#include "kit/accept.h"
#include "kit/bind.h"
#include "kit/block.h"
#include "kit/border.h"
#include "kit/entry.h"
#include "kit/shut.h"
#include "kit/sockaddr.h"
#include "prov/tcpip/qos.h"

#include <string.h>

/* ---- bind ---- */

static int WSPAPI
entry_bind(SOCKET handle, const struct sockaddr *name, int len, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_addr a;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_sockaddr_take(s->family, name, len, &a);
    if (!err)
        err = ws_bind(s, &a);
    if (!err && !ws_sock_is_circuit(s))
        ws_netev_recheck(s);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* ---- listen ---- */

static int WSPAPI
entry_listen(SOCKET handle, int backlog, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_accept_listen(s, backlog);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* ---- connect ---- */

/* CON-7. What TCP cannot carry is refused on a stream and ignored on a
 * datagram socket (CON-15). */
static int
check_extras(struct ws_sock *s, const WSABUF *caller, WSABUF *callee,
             const QOS *group)
{
    if (group)
        return WSAEINVAL;
    if (caller && caller->len && ws_sock_is_circuit(s))
        return WSAEPROTONOSUPPORT;
    if (callee)
        callee->len = 0;
    return 0;
}

/* CON-5, on a state that has been settled. */
static int
may_connect(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    if (atomic_load(&s->context) != CONTEXT_WHOLE)
        return WSAEINVAL;
    switch (ws_sock_state(s)) {
    case SOCK_CONNECTING: return WSAEALREADY;
    case SOCK_CONNECTED: return WSAEISCONN;
    case SOCK_LISTENING: return WSAEINVAL;
    default: return 0;
    }
}

/* A name that was bound is to be free again as soon as the connection is over,
 * although Linux keeps it in TIME_WAIT. */
static void
start_attempt(struct ws_sock *s, const struct ws_addr *to, bool waiting)
    WS_REQUIRES(s->lock)
{
    if (s->home)
        ws_os_reuseaddr(s->fd, true);
    s->bound = true;
    s->waiting = waiting;
    ws_sock_move(s, SOCK_CONNECTING);
    ws_sock_set_peer(s, to);
    ws_netev_attempt(s);
}

/* An attempt that fails in the call itself raises no event. */
static int
connect_now(struct ws_sock *s, const struct ws_addr *to) WS_REQUIRES(s->lock)
{
    int err;

    start_attempt(s, to, false);
    err = ws_os_connect(s->fd, to);
    if (!err)
        ws_sock_attempt_ended(s, 0);
    else if (err != WSAEWOULDBLOCK) {
        s->so_error = err;
        s->peer_len = 0;
        ws_sock_move(s, SOCK_FAILED);
        ws_bind_again(s);
    }
    return err;
}

/* CON-2. The state says "connecting" meanwhile, and 'waiting' that nobody else
 * is to settle the attempt. A "not now" is SO_SNDTIMEO's, which the documents
 * do not give to connect: the wait goes on. */
static int
connect_waiting(struct ws_sock *s, const struct ws_addr *to)
{
    struct ws_block b = ws_block_begin(s);
    int err;

    do {
        ws_block_enter_after_apcs(&b);
        err = ws_os_connect(s->fd, to);
        if (err == WSAEWOULDBLOCK)
            err = WSAEINTR;
    } while (ws_block_again(&b, &err));

    ws_lock(&s->lock);
    ws_sock_attempt_ended(s, err);
    s->waiting = false;
    ws_unlock(&s->lock);
    return err;
}

static int
connect_stream(struct ws_sock *s, const struct ws_addr *to)
{
    bool wait = !atomic_load(&s->nonblocking);
    int err;

    ws_sock_settle(s);
    ws_lock(&s->lock);
    err = may_connect(s);
    if (!err && (ws_sockaddr_is_wildcard(to) || !ws_sockaddr_port(to)))
        err = WSAEADDRNOTAVAIL;
    if (!err && wait)
        start_attempt(s, to, true);
    else if (!err)
        err = connect_now(s, to);
    ws_unlock(&s->lock);
    return !err && wait ? connect_waiting(s, to) : err;
}

/* CON-15: fixes the peer, at once and as often as wanted. */
static int
connect_datagram(struct ws_sock *s, const struct ws_addr *to)
{
    int err;

    ws_lock(&s->lock);
    err = ws_os_connect(s->fd, to);
    if (!err) {
        s->bound = true;
        ws_sock_move(s, SOCK_CONNECTED);
        ws_sock_set_peer(s, to);
        ws_netev_attempt(s);
        ws_netev_connected(s, 0);
    }
    ws_unlock(&s->lock);
    return err;
}

/* CON-16. */
static int
disconnect_datagram(struct ws_sock *s)
{
    int err;

    ws_lock(&s->lock);
    err = ws_os_disconnect(s->fd);
    if (!err && ws_sock_state(s) == SOCK_CONNECTED)
        ws_sock_move(s, SOCK_IDLE);
    if (!err) {
        s->peer_len = 0;
        ws_bind_again(s);
    }
    ws_unlock(&s->lock);
    return err;
}

/* AF_UNSPEC with the rest whatever, as well as an address of zeros. */
static bool
means_nobody(const struct sockaddr *name, int len)
{
    ADDRESS_FAMILY family;

    if (!name || len < (int)sizeof(family))
        return false;
    memcpy(&family, name, sizeof(family));
    return family == AF_UNSPEC;
}

static int
connect_to(struct ws_sock *s, const struct sockaddr *name, int len)
{
    struct ws_addr to;
    int err;

    if (!ws_sock_is_circuit(s) && means_nobody(name, len))
        return disconnect_datagram(s);
    err = ws_sockaddr_take(s->family, name, len, &to);
    if (err)
        return err;
    if (ws_sock_is_circuit(s))
        return connect_stream(s, &to);
    if (ws_sockaddr_is_wildcard(&to))
        return disconnect_datagram(s);
    return connect_datagram(s, &to);
}

static int WSPAPI
entry_connect(SOCKET handle, const struct sockaddr *name, int len,
              LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group,
              LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = check_extras(s, caller, callee, group);
    if (!err)
        err = ws_tcpip_qos_connect(s, qos);
    if (!err)
        err = connect_to(s, name, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* ---- the end ---- */

/* CDT-6, CDT-8: TCP carries no data with a disconnect. */
static int
disconnect(SOCKET handle, const WSABUF *data, int how)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && data)
        err = WSAENOPROTOOPT;
    if (!err)
        err = ws_shut(s, how);
    ws_sock_unref(s);
    return err;
}

static int WSPAPI
entry_send_disconnect(SOCKET handle, LPWSABUF data, LPINT errp)
{
    return ws_spi_int(disconnect(handle, data, SD_SEND), errp);
}

static int WSPAPI
entry_recv_disconnect(SOCKET handle, LPWSABUF data, LPINT errp)
{
    return ws_spi_int(disconnect(handle, data, SD_RECEIVE), errp);
}

/* ---- names ---- */

static int
own_name(struct ws_sock *s, struct sockaddr *name, INT *len)
{
    struct ws_addr a;
    int err;

    if (atomic_load(&s->context) == CONTEXT_ACCEPTED)
        return WSAENOTCONN; /* AEX-7 */
    if (!name || !len)
        return WSAEFAULT;
    err = ws_bind_name(s, &a);
    if (!err)
        err = ws_sockaddr_room(s->family, name, len);
    if (!err)
        ws_sockaddr_give(&a, name, len);
    return err;
}

/* The kernel forgets the peer when the connection ends; we do not (CLS-3). */
static int
peer_name(struct ws_sock *s, struct sockaddr *name, INT *len)
{
    struct ws_addr a = {.len = 0};
    enum ws_sock_state state = ws_sock_settle(s);
    int err = 0;

    if ((state != SOCK_CONNECTED && state != SOCK_CONNECTING) ||
        atomic_load(&s->context) != CONTEXT_WHOLE || s->waiting)
        return WSAENOTCONN; /* before the pointers: OTH-2 */
    if (!name || !len)
        return WSAEFAULT;
    ws_lock(&s->lock);
    a.len = s->peer_len;
    memcpy(a.bytes, s->peer, (size_t)s->peer_len);
    ws_unlock(&s->lock);
    if (!a.len)
        err = WSAENOTCONN;
    if (!err)
        err = ws_sockaddr_room(s->family, name, len);
    if (!err)
        ws_sockaddr_give(&a, name, len);
    return err;
}

static int WSPAPI
entry_getsockname(SOCKET handle, struct sockaddr *name, LPINT len, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = own_name(s, name, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_getpeername(SOCKET handle, struct sockaddr *name, LPINT len, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = peer_name(s, name, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

void
ws_tcpip_conn_entries(WSPPROC_TABLE *t)
{
    ws_entry_connections(t);
    t->lpWSPBind = entry_bind;
    t->lpWSPConnect = entry_connect;
    t->lpWSPGetPeerName = entry_getpeername;
    t->lpWSPGetSockName = entry_getsockname;
    t->lpWSPListen = entry_listen;
    t->lpWSPRecvDisconnect = entry_recv_disconnect;
    t->lpWSPSendDisconnect = entry_send_disconnect;
}
