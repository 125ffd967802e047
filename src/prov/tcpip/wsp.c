/* SPDX-License-Identifier: MIT */
/* The provider's face: start and end, the proc table, and the making of
 * sockets. */
#include "prov/tcpip/tcpip.h"

#include "kit/accept.h"
#include "kit/border.h"
#include "kit/entry.h"
#include "kit/inhouse.h"
#include "kit/sockaddr.h"

#include <stdlib.h>

static struct ws_inhouse provider = {
    .name = L"Sallyport TCP/IP",
    .lock = WS_LOCK_INIT(WS_RANK_STARTUP),
};

/* ---- making sockets ---- */

#define KNOWN_FLAGS                                                            \
    (WSA_FLAG_OVERLAPPED | WSA_FLAG_MULTIPOINT_C_ROOT |                        \
     WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_ROOT |                 \
     WSA_FLAG_MULTIPOINT_D_LEAF | WSA_FLAG_NO_HANDLE_INHERIT)

/* SOC-5: IP multicast has no roots, and TCP no multipoint at all. */
static int
check_flags(DWORD flags, const WSAPROTOCOL_INFOW *info)
{
    const DWORD leaves =
        WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF;
    const DWORD roots = WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_ROOT;

    if (flags & ~(DWORD)KNOWN_FLAGS || flags & roots)
        return WSAEINVAL;
    if (!(flags & leaves))
        return 0;
    if (!(info->dwServiceFlags1 & XP1_SUPPORT_MULTIPOINT))
        return WSAEINVAL;
    return (flags & leaves) == leaves ? 0 : WSAEINVAL;
}

static int
choose(int af, int type, int protocol, const WSAPROTOCOL_INFOW *info,
       struct ws_sock_traits *t)
{
    if (!info)
        return WSAEINVAL;
    t->family = ws_inhouse_given_or(af, info->iAddressFamily);
    t->type = ws_inhouse_given_or(type, info->iSocketType);
    t->protocol = ws_inhouse_given_or(protocol, info->iProtocol);
    if (t->type != info->iSocketType && protocol <= 0)
        t->protocol = 0; /* the type's own */
    return ws_addr_size(t->family) ? 0 : WSAEAFNOSUPPORT;
}

/* The kernel's choice where no protocol was named. */
static void
name_protocol(struct ws_sock_traits *t)
{
    if (t->protocol == 0 && t->type == SOCK_STREAM)
        t->protocol = IPPROTO_TCP;
    if (t->protocol == 0 && t->type == SOCK_DGRAM)
        t->protocol = IPPROTO_UDP;
}

static int
make(int fd, const WSAPROTOCOL_INFOW *info, const struct ws_sock_traits *traits,
     struct ws_sock **out)
{
    const struct ws_proto *proto = ws_inhouse_proto(&provider, info);

    return proto ? ws_sock_new(fd, proto, traits, out) : WSAENOBUFS;
}

static int
open_socket(const WSAPROTOCOL_INFOW *info, const struct ws_sock_traits *t,
            bool inherit, SOCKET *out)
{
    struct ws_sock *s;
    int fd;
    int err =
        ws_os_socket(t->family, t->type, t->protocol, false, inherit, &fd);

    if (err)
        return err;
    if (t->family == AF_INET6 && t->type != SOCK_RAW)
        err = ws_os_v6only(fd, true); /* BND-9 */
    if (!err && t->type == SOCK_DGRAM)
        err = ws_os_udp_errors(fd, t->family, true); /* RCV-6 */
    if (!err && t->type != SOCK_STREAM)
        err = ws_os_own_groups(fd, t->family);
    if (!err)
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

    if (!err)
        err = check_flags(flags, info);
    if (!err && g > SG_CONSTRAINED_GROUP)
        err = WSAEINVAL; /* SOC-6: no group has that id */
    name_protocol(&traits);
    if (!err)
        err = open_socket(info, &traits, !(flags & WSA_FLAG_NO_HANDLE_INHERIT),
                          &s);
    return ws_spi_socket(err, s, errp);
}

int
ws_tcpip_describe(int fd, int *af, int *type, int *protocol)
{
    bool nonblocking, listening;

    return ws_os_describe(fd, af, type, protocol, &nonblocking, &listening)
               ? 0
               : WSAENOTSOCK;
}

/* What a foreign descriptor is doing is read off it. */
static int
resume_life(struct ws_sock *s, bool listening)
{
    struct ws_addr a;
    int err = 0;

    s->bound = !ws_os_name(s->fd, &a) && ws_sockaddr_port(&a);
    if (listening)
        err = ws_accept_resume(s);
    else if (!ws_os_peer(s->fd, &a)) {
        ws_sock_set_peer(s, &a);
        ws_sock_stamp(s);
        atomic_store(&s->state, SOCK_CONNECTED);
    }
    return err;
}

int
ws_tcpip_adopt(int fd, const WSAPROTOCOL_INFOW *info, SOCKET *out)
{
    struct ws_sock_traits t = {.overlapped = true};
    struct ws_sock *s;
    bool nonblocking, listening;
    int err;

    if (!ws_os_describe(fd, &t.family, &t.type, &t.protocol, &nonblocking,
                        &listening))
        return WSAENOTSOCK;
    t.nonblocking = nonblocking;
    err = make(fd, info, &t, &s);
    if (err)
        return err;
    err = resume_life(s, listening);
    if (!err)
        return ws_sock_publish(s, out);
    s->fd = -1;
    ws_sock_unref(s);
    return err;
}

/* ---- start and end ---- */

static int WSPAPI
entry_cleanup(LPINT errp)
{
    return ws_spi_int(ws_inhouse_stop(&provider, NULL), errp);
}

int WSPAPI
ws_tcpip_startup(WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info,
                 WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    int err;

    (void)info; /* SPI-4: a base provider has no use for it */
    err = ws_inhouse_start(&provider, version, data, &upcalls, table);
    if (err)
        return err;
    ws_tcpip_conn_entries(table);
    ws_entry_data(table);
    ws_entry_events(table);
    ws_tcpip_leaf_entries(table);
    ws_tcpip_text_entries(table);
    table->lpWSPSocket = entry_socket;
    table->lpWSPIoctl = ws_tcpip_ioctl;
    table->lpWSPCleanup = entry_cleanup;
    table->lpWSPCancelBlockingCall = ws_inhouse_cancel_blocking_call;
    return 0;
}
