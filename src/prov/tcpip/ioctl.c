/* SPDX-License-Identifier: MIT */
/* WSPIoctl: one line a code, with the sizes it needs, and one function a line.
 * A code that is not in the table is WSAEOPNOTSUPP (IOC-2). */
#include "prov/tcpip/tcpip.h"

#include "kit/border.h"
#include "kit/change.h"
#include "kit/control.h"
#include "kit/ovl.h"
#include "prov/tcpip/ext.h"
#include "prov/tcpip/qos.h"

#include <mstcpip.h>
#include <mswsock.h>
#include <qossp.h>
#include <stdlib.h>
#include <string.h>
#include <ws2tcpip.h>

/* ---- the socket's own ---- */

static int
get_readable(struct ws_control *c)
{
    uint32_t bytes = 0;
    int err = ws_os_queued(c->sock->fd, &bytes);

    return err ? err : ws_control_give(c, &bytes, sizeof(bytes));
}

/* IOC-5: TRUE where no urgent data lies ahead. */
static int
get_at_mark(struct ws_control *c)
{
    struct ws_os_poll p = {.fd = c->sock->fd, .want = WS_IO_PRI};
    size_t count = 0;
    bool at = true;
    BOOL none;
    int err = 0;

    if (!ws_sock_is_circuit(c->sock))
        return WSAEINVAL;
    if (!ws_os_poll(&p, 1, 0, &count) && p.ready & WS_IO_PRI)
        err = ws_os_atmark(c->sock->fd, &at);
    none = at;
    return err ? err : ws_control_give(c, &none, sizeof(none));
}

/* RCV-6. The kernel can be told not to report for an unconnected socket; for a
 * connected one it always does, and 'deaf' says not to pass it on. */
static int
set_udp_reset(struct ws_control *c)
{
    bool on = ws_control_word(c);

    if (c->sock->type != SOCK_DGRAM)
        return WSAEOPNOTSUPP;
    atomic_store(&c->sock->deaf, !on);
    return ws_os_udp_errors(c->sock->fd, c->sock->family, on);
}

/* JL-7: the generic names of what both families have as an option. */
static int
set_group_option(struct ws_control *c, int name, int name6)
{
    const struct ws_sock *s = c->sock;
    bool six = s->family == AF_INET6;
    DWORD value = ws_control_word(c);

    if (ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    return ws_os_setopt(s->fd, s->family, s->type,
                        six ? IPPROTO_IPV6 : IPPROTO_IP, six ? name6 : name,
                        &value, sizeof(value));
}

static int
set_group_loopback(struct ws_control *c)
{
    return set_group_option(c, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP);
}

static int
set_group_scope(struct ws_control *c)
{
    return set_group_option(c, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS);
}

/* Times of sending would need a second queue for each socket. */
static int
set_timestamps(struct ws_control *c)
{
    TIMESTAMPING_CONFIG config;

    memcpy(&config, c->in, sizeof(config));
    if (c->sock->type != SOCK_DGRAM || config.Flags & TIMESTAMPING_FLAG_TX)
        return WSAEOPNOTSUPP;
    if (config.Flags & ~(ULONG)TIMESTAMPING_FLAG_RX)
        return WSAEINVAL;
    return ws_os_timestamps(c->sock->fd, config.Flags & TIMESTAMPING_FLAG_RX);
}

/* IOC-6: what Windows says of a fresh connection; there is no tuning here. */
static int
get_ideal_backlog(struct ws_control *c)
{
    const ULONG ideal = 0x10000;

    if (!ws_sock_is_circuit(c->sock))
        return WSAEOPNOTSUPP;
    if (ws_sock_settle(c->sock) != SOCK_CONNECTED)
        return WSAENOTCONN;
    return ws_control_give(c, &ideal, sizeof(ideal));
}

static int
get_extension(struct ws_control *c)
{
    void (*function)(void);
    GUID id;
    int err;

    memcpy(&id, c->in, sizeof(id));
    err = ws_tcpip_extension(&id, &function);
    return err ? err : ws_control_give(c, &function, sizeof(function));
}

/* ---- quality of service ---- */

/* On a listener it is what its connections begin with. */
static int
set_qos(struct ws_control *c)
{
    return ws_sock_is_circuit(c->sock) ? ws_control_set_qos(c) : WSAENOPROTOOPT;
}

static int
get_qos(struct ws_control *c)
{
    return ws_sock_is_circuit(c->sock) ? ws_control_get_qos(c) : WSAENOPROTOOPT;
}

static int
check_qos(struct ws_control *c)
{
    ULONG answer;
    int err = ws_tcpip_qos_check(c->sock, ws_control_word(c), &answer);

    return err ? err : ws_control_give(c, &answer, sizeof(answer));
}

/* ---- addresses of this host ---- */

/* A SOCKET_ADDRESS_LIST in one buffer: the list, then what it points to. */
static int
give_list(struct ws_control *c, const struct ws_os_ifaddr *all, size_t count)
{
    size_t each = (size_t)ws_addr_size(c->sock->family);
    size_t head =
        offsetof(SOCKET_ADDRESS_LIST, Address) + count * sizeof(SOCKET_ADDRESS);
    SOCKET_ADDRESS_LIST *list = c->out;

    c->returned = (DWORD)(head + count * each);
    if (c->out_size < c->returned)
        return WSAEFAULT;
    list->iAddressCount = (INT)count;
    for (size_t i = 0; i < count; i++) {
        char *at = (char *)c->out + head + i * each;

        memcpy(at, all[i].addr.bytes, each);
        list->Address[i].lpSockaddr = (LPSOCKADDR)at;
        list->Address[i].iSockaddrLength = (INT)each;
    }
    return 0;
}

static int
get_addresses(struct ws_control *c)
{
    struct ws_os_ifaddr *all;
    size_t count;
    int err = ws_os_ifaddrs(c->sock->family, &all, &count);

    if (!err) {
        err = give_list(c, all, count);
        free(all);
    }
    return err;
}

static void
fill_interface(INTERFACE_INFO *to, const struct ws_os_ifaddr *from)
{
    memset(to, 0, sizeof(*to));
    to->iiFlags = from->flags;
    memcpy(&to->iiAddress, from->addr.bytes, sizeof(SOCKADDR_IN));
    memcpy(&to->iiBroadcastAddress, from->broadcast.bytes, sizeof(SOCKADDR_IN));
    memcpy(&to->iiNetmask, from->netmask.bytes, sizeof(SOCKADDR_IN));
}

/* The structure has room for IPv4 only, whatever the socket is. */
static int
get_interfaces(struct ws_control *c)
{
    struct ws_os_ifaddr *all;
    size_t count;
    int err = ws_os_ifaddrs(AF_INET, &all, &count);

    if (err)
        return err;
    c->returned = (DWORD)(count * sizeof(INTERFACE_INFO));
    if (c->out_size < c->returned)
        err = WSAEFAULT;
    for (size_t i = 0; i < count && !err; i++)
        fill_interface((INTERFACE_INFO *)c->out + i, &all[i]);
    free(all);
    return err;
}

static int
take_remote(struct ws_control *c, struct ws_addr *to)
{
    size_t need = (size_t)ws_addr_size(c->sock->family);

    if (c->in_size < need)
        return WSAEINVAL;
    memset(to, 0, sizeof(*to));
    memcpy(to->bytes, c->in, need);
    to->len = (int)need;
    return to->family == c->sock->family ? 0 : WSAEAFNOSUPPORT;
}

static int
get_route(struct ws_control *c)
{
    struct ws_addr to, local;
    int err = take_remote(c, &to);

    if (!err)
        err = ws_os_route(&to, &local);
    return err ? err : ws_control_give(c, local.bytes, (size_t)local.len);
}

/* ---- changes of this host ---- */

static bool
is_change(DWORD code)
{
    return code == (DWORD)SIO_ADDRESS_LIST_CHANGE ||
           code == (DWORD)SIO_ROUTING_INTERFACE_CHANGE;
}

/* IOC-7. */
static int
await_change(DWORD code, struct ws_control *c, const struct ws_ovl_route *route)
{
    struct ws_addr to;
    int err;

    if (code == (DWORD)SIO_ADDRESS_LIST_CHANGE)
        return ws_change_await(c->sock, NULL, route);
    err = take_remote(c, &to);
    return err ? err : ws_change_await(c->sock, &to, route);
}

/* ---- the table ---- */

static const struct ws_control_code codes[] = {
    {FIONREAD,                           0,                           get_readable      },
    {SIOCATMARK,                         0,                           get_at_mark       },
    {SIO_UDP_CONNRESET,                  4,                           set_udp_reset     },
    {SIO_MULTIPOINT_LOOPBACK,            4,                           set_group_loopback},
    {SIO_MULTICAST_SCOPE,                4,                           set_group_scope   },
    {SIO_TIMESTAMPING,                   sizeof(TIMESTAMPING_CONFIG), set_timestamps    },
    {SIO_IDEAL_SEND_BACKLOG_QUERY,       0,                           get_ideal_backlog },
    {SIO_GET_EXTENSION_FUNCTION_POINTER, sizeof(GUID),                get_extension     },
    {SIO_ADDRESS_LIST_QUERY,             0,                           get_addresses     },
    {SIO_GET_INTERFACE_LIST,             0,                           get_interfaces    },
    {SIO_ROUTING_INTERFACE_QUERY,        0,                           get_route         },
    {SIO_SET_QOS,                        sizeof(QOS),                 set_qos           },
    {SIO_GET_QOS,                        0,                           get_qos           },
    {SIO_CHK_QOS,                        sizeof(ULONG),               check_qos         },
};

/* ---- the entry ---- */

static int
serve(DWORD code, struct ws_control *c, const struct ws_ovl_route *route,
      DWORD *returned)
{
    int err;

    *returned = 0;
    if (is_change(code))
        return await_change(code, c, route);
    err = ws_control_run(codes, WS_ARRAY_LEN(codes), code, c);
    *returned = c->returned;
    return route ? ws_control_tell(c, err, route) : err;
}

/* IOC-2: the count is asked for before anything else. NULL buffers have no
 * size, so that no entry need look at the pointers. */
int WSPAPI
ws_tcpip_ioctl(SOCKET handle, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
               DWORD out_size, LPDWORD returned, LPWSAOVERLAPPED ov,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
               LPINT errp)
{
    struct ws_ovl_route route = {ov, routine};
    struct ws_control c = {.in = in, .out = out};
    int err = ws_sock_ref(handle, &c.sock);

    (void)thread;
    c.in_size = in ? in_size : 0;
    c.out_size = out ? out_size : 0;
    if (!err && !returned)
        err = WSAEFAULT;
    if (!err)
        err =
            serve(code, &c, ov && c.sock->overlapped ? &route : NULL, returned);
    ws_sock_unref(c.sock);
    return ws_spi_int(err, errp);
}
