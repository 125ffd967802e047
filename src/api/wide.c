/* SPDX-License-Identifier: MIT */
/* The W functions that take text. This file is compiled twice, for wide
 * characters of 32 and of 16 bits, and its symbols differ by label; so nothing
 * here but those functions may be visible outside. Each one converts and calls
 * its char twin. Malformed text becomes U+FFFD, which no name contains. */
#include "api/border.h"

#include "spi/info.h"

#include <ws2/ws2tcpip.h>

#include <stdlib.h>

#define WIDTH ((int)sizeof(WCHAR))

/* ---- converting ---- */

/* NULL becomes NULL; the result is malloc's. */
static int
narrow(const WCHAR *in, char **out)
{
    size_t len, need;

    *out = NULL;
    if (!in)
        return 0;
    len = ws_utf_wide_len(in, WIDTH) + 1;
    need = ws_utf_from_wide(in, len, WIDTH, NULL, 0, 0);
    *out = malloc(need);
    if (!*out)
        return WSA_NOT_ENOUGH_MEMORY;
    ws_utf_from_wide(in, len, WIDTH, *out, need, 0);
    return 0;
}

/* Units that 'in' needs, with the terminator. */
static size_t
wide_size(const char *in)
{
    return ws_utf_to_wide(in, strlen(in) + 1, NULL, 0, WIDTH, 0);
}

/* Into a buffer that must hold it all. */
static int
widen(const char *in, WCHAR *out, size_t room)
{
    if (wide_size(in) > room)
        return WSAEFAULT;
    ws_utf_to_wide(in, strlen(in) + 1, out, room, WIDTH, 0);
    return 0;
}

static WSAPROTOCOL_INFOA *
narrow_info(const WSAPROTOCOL_INFOW *in, WSAPROTOCOL_INFOA *room)
{
    if (!in)
        return NULL;
    ws_info_narrow(in, room);
    return room;
}

/* ---- sockets ---- */

SOCKET WSAAPI
WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW given, GROUP g,
           DWORD flags)
{
    WSAPROTOCOL_INFOA info;

    return WSASocketA(af, type, protocol, narrow_info(given, &info), g, flags);
}

BOOL WSAAPI
WSAConnectByNameW(SOCKET s, LPWSTR node, LPWSTR service, LPDWORD local_len,
                  LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                  const struct timeval *timeout, LPWSAOVERLAPPED reserved)
{
    char *n = NULL, *sv = NULL;
    BOOL done = FALSE;
    int err = narrow(node, &n);

    if (!err)
        err = narrow(service, &sv);
    if (ws_api_bool(err))
        done = WSAConnectByNameA(s, n, sv, local_len, local, remote_len, remote,
                                 timeout, reserved);
    free(n);
    free(sv);
    return done;
}

/* ---- names ---- */

/* An entry in one block: the structure, the address, the name. */
static ADDRINFOW *
widen_entry(const ADDRINFOA *in)
{
    size_t name = in->ai_canonname ? wide_size(in->ai_canonname) : 0;
    size_t addr_at = sizeof(ADDRINFOW);
    size_t name_at = (addr_at + in->ai_addrlen + 7) & ~(size_t)7;
    char *block = calloc(1, name_at + name * sizeof(WCHAR));
    ADDRINFOW *out = (ADDRINFOW *)block;

    if (!out)
        return NULL;
    out->ai_flags = in->ai_flags;
    out->ai_family = in->ai_family;
    out->ai_socktype = in->ai_socktype;
    out->ai_protocol = in->ai_protocol;
    out->ai_addrlen = in->ai_addrlen;
    if (in->ai_addr) {
        out->ai_addr = (struct sockaddr *)(block + addr_at);
        memcpy(out->ai_addr, in->ai_addr, in->ai_addrlen);
    }
    if (name) {
        out->ai_canonname = (WCHAR *)(block + name_at);
        widen(in->ai_canonname, out->ai_canonname, name);
    }
    return out;
}

static int
widen_list(const ADDRINFOA *in, ADDRINFOW **out)
{
    ADDRINFOW *first = NULL, **last = &first;

    for (; in; in = in->ai_next) {
        *last = widen_entry(in);
        if (!*last) {
            FreeAddrInfoW(first);
            return WSA_NOT_ENOUGH_MEMORY;
        }
        last = &(*last)->ai_next;
    }
    *out = first;
    return 0;
}

/* The hints have no text that counts; a stray name still has to be refused. */
static ADDRINFOA *
narrow_hints(const ADDRINFOW *in, ADDRINFOA *out)
{
    if (!in)
        return NULL;
    *out = (ADDRINFOA){
        .ai_flags = in->ai_flags,
        .ai_family = in->ai_family,
        .ai_socktype = in->ai_socktype,
        .ai_protocol = in->ai_protocol,
        .ai_addrlen = in->ai_addrlen,
        .ai_canonname = (char *)in->ai_canonname,
        .ai_addr = in->ai_addr,
        .ai_next = (ADDRINFOA *)in->ai_next,
    };
    return out;
}

INT WSAAPI
GetAddrInfoW(PCWSTR node, PCWSTR service, const ADDRINFOW *hints,
             PADDRINFOW *out)
{
    char *n = NULL, *sv = NULL;
    ADDRINFOA *list = NULL, narrowed;
    int err = out ? 0 : WSAEFAULT;

    if (!err)
        *out = NULL;
    if (!err)
        err = narrow(node, &n);
    if (!err)
        err = narrow(service, &sv);
    if (!err)
        err = getaddrinfo(n, sv, narrow_hints(hints, &narrowed), &list);
    if (!err)
        err = widen_list(list, out);
    freeaddrinfo(list);
    free(n);
    free(sv);
    ws_api_int(err);
    return err;
}

void WSAAPI
FreeAddrInfoW(PADDRINFOW list)
{
    while (list) {
        PADDRINFOW next = list->ai_next;

        free(list);
        list = next;
    }
}

INT WSAAPI
GetNameInfoW(const SOCKADDR *a, socklen_t len, PWCHAR host, DWORD host_size,
             PWCHAR serv, DWORD serv_size, INT flags)
{
    char h[NI_MAXHOST], sv[NI_MAXHOST];
    bool want_host = host && host_size, want_serv = serv && serv_size;
    int err =
        getnameinfo(a, len, want_host ? h : NULL, want_host ? sizeof(h) : 0,
                    want_serv ? sv : NULL, want_serv ? sizeof(sv) : 0, flags);

    if (!err && want_host)
        err = widen(h, host, host_size);
    if (!err && want_serv)
        err = widen(sv, serv, serv_size);
    ws_api_int(err);
    return err;
}

int WSAAPI
GetHostNameW(PWSTR name, int size)
{
    char host[NI_MAXHOST];
    int err;

    if (gethostname(host, sizeof(host)))
        return SOCKET_ERROR;
    err = name && size > 0 ? widen(host, name, (size_t)size) : WSAEFAULT;
    return ws_api_int(err);
}

/* ---- addresses as text ---- */

#define TEXT_MAX 512 /* bytes of any provider's text, see addr.c */

INT WSAAPI
WSAAddressToStringW(LPSOCKADDR a, DWORD len, LPWSAPROTOCOL_INFOW given,
                    LPWSTR out, LPDWORD size)
{
    WSAPROTOCOL_INFOA info;
    char text[TEXT_MAX * 4];
    DWORD room = sizeof(text);
    size_t need;

    if (WSAAddressToStringA(a, len, narrow_info(given, &info), text,
                            size ? &room : NULL) ||
        !size)
        return SOCKET_ERROR;
    need = wide_size(text);
    if (!out || *size < need) {
        *size = (DWORD)need;
        return ws_api_int(WSAEFAULT);
    }
    *size = (DWORD)need;
    return ws_api_int(widen(text, out, need));
}

INT WSAAPI
WSAStringToAddressW(LPWSTR text, INT af, LPWSAPROTOCOL_INFOW given,
                    LPSOCKADDR out, LPINT size)
{
    WSAPROTOCOL_INFOA info;
    char *t = NULL;
    INT result;

    if (narrow(text, &t))
        return ws_api_int(WSAENOBUFS);
    result = WSAStringToAddressA(t, af, narrow_info(given, &info), out, size);
    free(t);
    return result;
}

INT WSAAPI
InetPtonW(INT family, PCWSTR text, PVOID out)
{
    char *t = NULL;
    INT result;

    if (narrow(text, &t))
        return ws_api_int(WSAENOBUFS);
    result = inet_pton(family, t, out);
    free(t);
    return result;
}

PCWSTR WSAAPI
InetNtopW(INT family, const VOID *a, PWSTR out, size_t size)
{
    char text[INET6_ADDRSTRLEN];

    if (!inet_ntop(family, a, text, sizeof(text)))
        return NULL;
    if (!out || widen(text, out, size))
        return ws_api_pointer(WSA_INVALID_PARAMETER, NULL);
    return out;
}
