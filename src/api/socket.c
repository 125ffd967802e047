/* SPDX-License-Identifier: MIT */
/* Making and ending sockets, and what is done once in a socket's life: names,
 * listening, accepting, connecting. The provider decides everything but which
 * provider it is. */
#include "api/border.h"

#include "api/opt.h"
#include "spi/info.h"
#include "spi/provider.h"

/* ---- making ---- */

static int
choose(int af, int type, int protocol, const WSAPROTOCOL_INFOA *given,
       struct ws_entry **out)
{
    int err = ws_route_started();

    if (err)
        return err;
    return given ? ws_catalog_named(given, af, out)
                 : ws_catalog_match(af, type, protocol, out);
}

SOCKET WSAAPI
WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA given, GROUP g,
           DWORD flags)
{
    const WSPPROC_TABLE *p;
    WSAPROTOCOL_INFOW info;
    struct ws_entry *e;
    SOCKET s = INVALID_SOCKET;
    int code = 0;
    int err = choose(af, type, protocol, given, &e);

    if (!err)
        err = ws_provider_start(e, &p);
    if (!err) {
        ws_info_widen(given ? given : &e->info, &info);
        s = p->lpWSPSocket(af, type, protocol, &info, g, flags, &code);
        if (s == INVALID_SOCKET)
            err = ws_spi_code(code);
    }
    return ws_api_socket(err, s);
}

SOCKET WSAAPI
socket(int af, int type, int protocol)
{
    return WSASocketA(af, type, protocol, NULL, 0, ws_opt_socket_flags());
}

/* ---- ending ---- */

int WSAAPI
closesocket(SOCKET s)
{
    const WSPPROC_TABLE *p;
    unsigned serial = ws_route_serial(s);
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPCloseSocket(s, &code))
        err = ws_spi_code(code);
    if (!err)
        ws_route_drop(s, serial);
    return ws_api_int(err);
}

int WSAAPI
shutdown(SOCKET s, int how)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPShutdown(s, how, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

/* ---- names ---- */

int WSAAPI
bind(SOCKET s, const struct sockaddr *name, int len)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPBind(s, name, len, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
getsockname(SOCKET s, struct sockaddr *name, int *len)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPGetSockName(s, name, len, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
getpeername(SOCKET s, struct sockaddr *name, int *len)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPGetPeerName(s, name, len, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

/* ---- the passive side ---- */

int WSAAPI
listen(SOCKET s, int backlog)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPListen(s, backlog, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

SOCKET WSAAPI
WSAAccept(SOCKET s, struct sockaddr *addr, LPINT len, LPCONDITIONPROC ask,
          DWORD_PTR data)
{
    const WSPPROC_TABLE *p;
    SOCKET made = INVALID_SOCKET;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err) {
        made = p->lpWSPAccept(s, addr, len, ask, data, &code);
        if (made == INVALID_SOCKET)
            err = ws_spi_code(code);
    }
    return ws_api_socket(err, made);
}

SOCKET WSAAPI
accept(SOCKET s, struct sockaddr *addr, int *len)
{
    return WSAAccept(s, addr, len, NULL, 0);
}

/* ---- the active side ---- */

int WSAAPI
WSAConnect(SOCKET s, const struct sockaddr *name, int len, LPWSABUF caller_data,
           LPWSABUF callee_data, LPQOS sqos, LPQOS gqos)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPConnect(s, name, len, caller_data, callee_data, sqos,
                                gqos, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
connect(SOCKET s, const struct sockaddr *name, int len)
{
    return WSAConnect(s, name, len, NULL, NULL, NULL, NULL);
}

SOCKET WSAAPI
WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int len,
            LPWSABUF caller_data, LPWSABUF callee_data, LPQOS sqos, LPQOS gqos,
            DWORD flags)
{
    const WSPPROC_TABLE *p;
    SOCKET leaf = INVALID_SOCKET;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err) {
        leaf = p->lpWSPJoinLeaf(s, name, len, caller_data, callee_data, sqos,
                                gqos, flags, &code);
        if (leaf == INVALID_SOCKET)
            err = ws_spi_code(code);
    }
    return ws_api_socket(err, leaf);
}

/* ---- disconnect data ---- */

int WSAAPI
WSASendDisconnect(SOCKET s, LPWSABUF data)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPSendDisconnect(s, data, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

int WSAAPI
WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPRecvDisconnect(s, data, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}
