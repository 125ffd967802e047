/* SPDX-License-Identifier: MIT */
/* The provider's face: start and end, the proc table, the making of sockets,
 * their names, and how they part. */
#include "prov/isotp/isotp.h"

#include "kit/border.h"
#include "kit/entry.h"
#include "kit/inhouse.h"
#include "kit/shut.h"
#include "kit/sockaddr.h"
#include "prov/isotp/face.h"

#include <string.h>

static struct ws_inhouse provider = {
    .name = L"Sallyport ISO transport over TCP",
    .lock = WS_LOCK_INIT(WS_RANK_STARTUP),
};
static int (*_Atomic adopter)(int fd, SOCKET *out);

void
ws_isotp_use_adopter(int (*adopt)(int fd, SOCKET *out))
{
    atomic_store(&adopter, adopt);
}

int
ws_isotp_adopt_tcp(int fd, SOCKET *out)
{
    int (*adopt)(int, SOCKET *) = atomic_load(&adopter);

    return adopt ? adopt(fd, out) : WSAEOPNOTSUPP;
}

/* ---- making sockets ---- */

#define KNOWN_FLAGS (WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT)

static int
choose(int af, int type, int protocol, const WSAPROTOCOL_INFOW *info,
       struct ws_sock_traits *t)
{
    if (!info)
        return WSAEINVAL;
    t->family = ws_inhouse_given_or(af, info->iAddressFamily);
    t->type = ws_inhouse_given_or(type, info->iSocketType);
    t->protocol = ws_inhouse_given_or(protocol, info->iProtocol);
    if (t->family != AF_ISO)
        return WSAEAFNOSUPPORT;
    if (t->type != SOCK_SEQPACKET && t->type != SOCK_STREAM)
        return WSAESOCKTNOSUPPORT;
    return t->protocol == ISOPROTO_TP0 || t->protocol == ISOPROTO_TP2
               ? 0
               : WSAEPROTONOSUPPORT;
}

/* It never blocks, whatever the socket does. */
int
ws_isotp_socket(int family, bool inherit, int *fd)
{
    return ws_os_socket(family, SOCK_STREAM, IPPROTO_TCP, true, inherit, fd);
}

static int
make(int fd, const WSAPROTOCOL_INFOW *info, const struct ws_sock_traits *t,
     struct ws_sock **out)
{
    struct ws_circuit *c = ws_isotp_circuit_new(NULL);
    const struct ws_proto *proto = ws_inhouse_proto(&provider, info);
    int err;

    err = c && proto ? ws_sock_new(fd, proto, t, out) : WSAENOBUFS;
    if (err)
        ws_isotp_circuit_free(c);
    else
        ws_isotp_attach(*out, c);
    return err;
}

static int
open_socket(const WSAPROTOCOL_INFOW *info, const struct ws_sock_traits *t,
            bool inherit, SOCKET *out)
{
    struct ws_sock *s;
    int fd;
    int err = ws_isotp_socket(AF_INET, inherit, &fd);

    if (err)
        return err;
    err = make(fd, info, t, &s);
    if (!err)
        err = ws_sock_publish(s, out);
    if (err)
        ws_os_close(fd);
    return err;
}

static SOCKET WSPAPI
entry_socket(int af, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP g,
             DWORD flags, LPINT errp)
{
    struct ws_sock_traits traits = {.overlapped = flags & WSA_FLAG_OVERLAPPED};
    SOCKET s = INVALID_SOCKET;
    int err = choose(af, type, protocol, info, &traits);

    if (!err && (flags & ~(DWORD)KNOWN_FLAGS || g > SG_CONSTRAINED_GROUP))
        err = WSAEINVAL;
    if (!err)
        err = open_socket(info, &traits, !(flags & WSA_FLAG_NO_HANDLE_INHERIT),
                          &s);
    return ws_spi_socket(err, s, errp);
}

/* ---- names ---- */

/* The name is the socket's before it is claimed, so that nobody binds it
 * twice. */
static int
take_name(struct ws_sock *s, const struct ws_isoaddr *a)
{
    struct ws_circuit *c = s->circuit;
    int err = 0;

    ws_lock(&s->lock);
    if (s->bound || atomic_load(&s->context) != CONTEXT_WHOLE)
        err = WSAEINVAL;
    if (!err) {
        s->bound = true;
        c->own = *a;
        c->has_own = c->named = true;
        if (a->profile != ISOADDR_UNSAID)
            c->set.profile = a->profile == ISOADDR_RDP ? TPDU_RDP : TPDU_STD;
    }
    ws_unlock(&s->lock);
    return err;
}

static void
lose_name(struct ws_sock *s)
{
    ws_lock(&s->lock);
    s->bound = false;
    s->circuit->has_own = s->circuit->named = false;
    ws_unlock(&s->lock);
}

static int WSPAPI
entry_bind(SOCKET handle, const struct sockaddr *name, int len, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_isoaddr a;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = ws_isoaddr_take(name, len, &a);
    if (!err)
        err = take_name(s, &a);
    if (!err) {
        err = ws_isotp_claim(s);
        if (err)
            lose_name(s);
    }
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int
give_name(const struct ws_isoaddr *a, struct sockaddr *name, INT *len)
{
    struct ws_addr out;
    int err = ws_sockaddr_room(AF_ISO, name, len);

    if (err)
        return err;
    ws_isotp_name(a, &out);
    ws_sockaddr_give(&out, name, len);
    return 0;
}

static int WSPAPI
entry_getsockname(SOCKET handle, struct sockaddr *name, LPINT len, LPINT errp)
{
    struct ws_isoaddr a;
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && atomic_load(&s->context) == CONTEXT_ACCEPTED)
        err = WSAENOTCONN; /* AEX-7 */
    if (!err && (!name || !len))
        err = WSAEFAULT;
    if (!err) {
        ws_sock_settle(s);
        ws_lock(&s->lock);
        err = s->circuit->has_own ? 0 : WSAEINVAL;
        a = s->circuit->own;
        ws_unlock(&s->lock);
    }
    if (!err)
        err = give_name(&a, name, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int
peer_of(struct ws_sock *s, struct ws_isoaddr *out)
{
    enum ws_sock_state state = ws_sock_settle(s);
    int err;

    ws_lock(&s->lock);
    err = (state == SOCK_CONNECTED || state == SOCK_CONNECTING) &&
                  atomic_load(&s->context) == CONTEXT_WHOLE && !s->waiting &&
                  s->circuit->has_peer && !s->circuit->detached
              ? 0
              : WSAENOTCONN;
    *out = s->circuit->peer;
    ws_unlock(&s->lock);
    return err;
}

static int WSPAPI
entry_getpeername(SOCKET handle, struct sockaddr *name, LPINT len, LPINT errp)
{
    struct ws_isoaddr a;
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = peer_of(s, &a); /* before the pointers: OTH-2 */
    if (!err && (!name || !len))
        err = WSAEFAULT;
    if (!err)
        err = give_name(&a, name, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* ---- the end ---- */

static int
need_connection(struct ws_sock *s)
{
    if (atomic_load(&s->context) != CONTEXT_WHOLE) /* AEX-7 */
        return WSAENOTCONN;
    return ws_sock_settle(s) == SOCK_CONNECTED && !s->circuit->detached
               ? 0
               : WSAENOTCONN;
}

/* CDT-5. */
static int
send_disconnect(struct ws_sock *s, const WSABUF *data)
{
    int err = need_connection(s);

    if (!err && data && data->len > TPDU_DATA_DISC)
        err = WSAEMSGSIZE;
    if (!err && data && data->len && !data->buf)
        err = WSAEFAULT;
    if (err)
        return err;
    ws_lock(&s->lock);
    if (data && !s->circuit->said_last)
        err = ws_isotp_text_set(&s->circuit->disc_ours, data->buf, data->len);
    ws_unlock(&s->lock);
    return err ? err : ws_shut(s, SD_SEND);
}

static int WSPAPI
entry_send_disconnect(SOCKET handle, LPWSABUF data, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = send_disconnect(s, data);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* CDT-7, CDT-8: what is there, and nothing before the peer's disconnect. */
static int
recv_disconnect(struct ws_sock *s, WSABUF *data)
{
    struct ws_octets said;
    int err = need_connection(s);

    if (err)
        return err;
    ws_lock(&s->lock);
    ws_isotp_sift(s, WS_IO_IN);
    said = ws_isotp_text_get(s->circuit->disc_theirs);
    if (data && (data->len < said.len || (said.len && !data->buf)))
        err = WSAEFAULT;
    if (!err && data) {
        if (said.len)
            memcpy(data->buf, said.at, said.len);
        data->len = (ULONG)said.len;
    }
    if (!err)
        atomic_fetch_or(&s->shut, SOCK_SHUT_RECV);
    ws_unlock(&s->lock);
    return err;
}

static int WSPAPI
entry_recv_disconnect(SOCKET handle, LPWSABUF data, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = recv_disconnect(s, data);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static SOCKET WSPAPI
entry_join_leaf(SOCKET handle, const struct sockaddr *name, int len,
                LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group,
                DWORD flags, LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)name, (void)len, (void)caller, (void)callee;
    (void)qos, (void)group, (void)flags;
    ws_sock_unref(s);
    return ws_spi_socket(err ? err : WSAEOPNOTSUPP, INVALID_SOCKET, errp);
}

/* ---- start and end of the provider ---- */

/* What lives on when sockets are closed. */
static void
end_rest(void)
{
    ws_isotp_listen_stop();
    ws_isotp_drain_stop();
    ws_isotimer_stop();
}

static int WSPAPI
entry_cleanup(LPINT errp)
{
    return ws_spi_int(ws_inhouse_stop(&provider, end_rest), errp);
}

static void
fill_table(LPWSPPROC_TABLE t)
{
    ws_entry_connections(t);
    ws_entry_data(t);
    ws_entry_events(t);
    ws_isotp_option_entries(t);
    ws_isotp_listen_entries(t);
    ws_isotp_call_entries(t);
    ws_isotp_text_entries(t);
    t->lpWSPSocket = entry_socket;
    t->lpWSPBind = entry_bind;
    t->lpWSPGetSockName = entry_getsockname;
    t->lpWSPGetPeerName = entry_getpeername;
    t->lpWSPSendDisconnect = entry_send_disconnect;
    t->lpWSPRecvDisconnect = entry_recv_disconnect;
    t->lpWSPJoinLeaf = entry_join_leaf;
    t->lpWSPCleanup = entry_cleanup;
    t->lpWSPCancelBlockingCall = ws_inhouse_cancel_blocking_call;
}

int WSPAPI
ws_isotp_startup(WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info,
                 WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    int err;

    (void)info; /* SPI-4: a base provider has no use for it */
    err = ws_inhouse_start(&provider, version, data, &upcalls, table);
    if (err)
        return err;
    fill_table(table);
    return 0;
}
