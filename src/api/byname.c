/* SPDX-License-Identifier: MIT */
/* WSAConnectByName and WSAConnectByList: one socket, several addresses, tried
 * in turn with the calls that every program has. They always block; time is
 * looked at between attempts, and while a non-blocking socket is waited for. */
#include "api/border.h"

#include "base/clock.h"

#include <ws2/ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

/* Where the addresses of the connection go; any pointer may be NULL. */
struct ends {
    DWORD *local_len;
    struct sockaddr *local;
    DWORD *remote_len;
    struct sockaddr *remote;
};

/* One run over the addresses. */
struct run {
    SOCKET s;
    int family;
    int64_t deadline;
    int err; /* of the last attempt */
    bool tried, connected;
};

static int64_t
deadline_of(const struct timeval *t)
{
    if (!t)
        return WS_NEVER;
    return ws_now() + t->tv_sec * INT64_C(1000000000) +
           t->tv_usec * INT64_C(1000);
}

/* An unbound stream socket that can reach what it is told to (CON-22). */
static int
begin(struct run *r, SOCKET s, const struct timeval *timeout)
{
    struct sockaddr_storage name;
    int len = sizeof(name), type = 0, size = sizeof(type);
    struct ws_entry *e;
    int err = ws_route_entry(s, &e);

    if (err)
        return err;
    *r = (struct run){.s = s,
                      .family = e->info.iAddressFamily,
                      .deadline = deadline_of(timeout),
                      .err = WSAEINVAL};
    if (getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &size))
        return WSAGetLastError();
    if (type != SOCK_STREAM)
        return WSAEINVAL;
    if (!getsockname(s, (struct sockaddr *)&name, &len))
        return WSAEINVAL;
    return 0;
}

/* The attempt of a non-blocking socket goes on by itself. */
static int
await(const struct run *r)
{
    fd_set out, failed;
    struct timeval left, *limit = NULL;
    int err = 0, size = sizeof(err);
    int64_t ns;

    if (r->deadline != WS_NEVER) {
        ns = r->deadline - ws_now();
        ns = ns > 0 ? ns : 0;
        left.tv_sec = ns / 1000000000;
        left.tv_usec = ns % 1000000000 / 1000;
        limit = &left;
    }
    FD_ZERO(&out);
    FD_ZERO(&failed);
    FD_SET(r->s, &out);
    FD_SET(r->s, &failed);
    switch (select(0, NULL, &out, &failed, limit)) {
    case SOCKET_ERROR: return WSAGetLastError();
    case 0: return WSAETIMEDOUT;
    }
    if (FD_ISSET(r->s, &out))
        return 0;
    if (getsockopt(r->s, SOL_SOCKET, SO_ERROR, (char *)&err, &size))
        return WSAGetLastError();
    return ws_spi_code(err);
}

static int
attempt(const struct run *r, const struct sockaddr *a, int len)
{
    int err;

    if (!connect(r->s, a, len))
        return 0;
    err = WSAGetLastError();
    return err == WSAEWOULDBLOCK ? await(r) : err;
}

/* An IPv4 address for a socket of both families. */
static void
map(const struct sockaddr *a, struct sockaddr_in6 *out)
{
    struct sockaddr_in in;

    memcpy(&in, a, sizeof(in));
    memset(out, 0, sizeof(*out));
    out->sin6_family = AF_INET6;
    out->sin6_port = in.sin_port;
    memset(&out->sin6_addr.s6_addr[10], 0xff, 2);
    memcpy(&out->sin6_addr.s6_addr[12], &in.sin_addr, 4);
}

/* Tries one address unless the run is over. */
static void
try_one(struct run *r, const struct sockaddr *a, int len)
{
    struct sockaddr_in6 mapped;

    if (r->connected || !a || len < (int)sizeof(a->sa_family))
        return;
    if (r->tried && ws_now() >= r->deadline) {
        r->err = WSAETIMEDOUT;
        return;
    }
    if (r->family == AF_INET6 && a->sa_family == AF_INET &&
        len >= (int)sizeof(struct sockaddr_in)) {
        map(a, &mapped);
        a = (const struct sockaddr *)&mapped;
        len = sizeof(mapped);
    }
    r->tried = true;
    r->err = attempt(r, a, len);
    r->connected = r->err == 0;
}

static int
give(int (*name)(SOCKET, struct sockaddr *, int *), SOCKET s,
     struct sockaddr *out, DWORD *len)
{
    int size;

    if (!out || !len)
        return 0;
    size = (int)*len;
    if (name(s, out, &size))
        return WSAGetLastError();
    *len = (DWORD)size;
    return 0;
}

static int
finish(const struct run *r, const struct ends *e)
{
    int err = r->connected ? 0 : r->err;

    if (!err)
        err = give(getsockname, r->s, e->local, e->local_len);
    if (!err)
        err = give(getpeername, r->s, e->remote, e->remote_len);
    return err;
}

BOOL WSAAPI
WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST list, LPDWORD local_len,
                 LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                 const struct timeval *timeout, LPWSAOVERLAPPED reserved)
{
    struct ends ends = {local_len, local, remote_len, remote};
    struct run r;
    int err = begin(&r, s, timeout);

    if (!err && reserved)
        err = WSAEINVAL;
    if (!err && !list)
        err = WSAEFAULT;
    for (INT i = 0; !err && i < list->iAddressCount; i++)
        try_one(&r, list->Address[i].lpSockaddr,
                list->Address[i].iSockaddrLength);
    if (!err)
        err = finish(&r, &ends);
    return ws_api_bool(err);
}

BOOL WSAAPI
WSAConnectByNameA(SOCKET s, LPCSTR node, LPCSTR service, LPDWORD local_len,
                  LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                  const struct timeval *timeout, LPWSAOVERLAPPED reserved)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_protocol = IPPROTO_TCP};
    struct ends ends = {local_len, local, remote_len, remote};
    struct addrinfo *list = NULL;
    struct run r;
    int err = begin(&r, s, timeout);

    if (!err && (!node || !service || reserved))
        err = WSAEINVAL;
    if (!err) {
        hints.ai_family = r.family == AF_INET6 ? AF_UNSPEC : r.family;
        err = getaddrinfo(node, service, &hints, &list);
    }
    for (struct addrinfo *ai = list; !err && ai; ai = ai->ai_next)
        try_one(&r, ai->ai_addr, (int)ai->ai_addrlen);
    freeaddrinfo(list);
    if (!err)
        err = finish(&r, &ends);
    return ws_api_bool(err);
}
