/* SPDX-License-Identifier: MIT */
/* Addresses to text and back: OTH-1. The text is "a.b.c.d[:port]" or
 * "[addr%scope]:port"; inside it is ASCII, wide only at the border. */
#include "prov/tcpip/tcpip.h"

#include "base/utf.h"
#include "kit/border.h"
#include "kit/sockaddr.h"

#include <stdio.h>
#include <string.h>
#include <ws2tcpip.h>

/* Longest: "[", 39 of address, "%", 10 of scope, "]:", 5 of port. */
#define LONGEST 96

/* ---- to text ---- */

static int
print_v4(const struct sockaddr_in *a, char *text)
{
    const unsigned char *b = (const unsigned char *)&a->sin_addr;
    int n = snprintf(text, LONGEST, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);

    if (a->sin_port)
        n += snprintf(text + n, (size_t)(LONGEST - n), ":%u",
                      ntohs(a->sin_port));
    return n;
}

static int
print_v6(const struct sockaddr_in6 *a, char *text)
{
    char host[INET6_ADDRSTRLEN], scope[16] = "";

    if (!inet_ntop(AF_INET6, &a->sin6_addr, host, sizeof(host)))
        return 0;
    if (a->sin6_scope_id)
        snprintf(scope, sizeof(scope), "%%%u", (unsigned)a->sin6_scope_id);
    if (a->sin6_port)
        return snprintf(text, LONGEST, "[%s%s]:%u", host, scope,
                        ntohs(a->sin6_port));
    return snprintf(text, LONGEST, "%s%s", host, scope);
}

static int
print(const struct sockaddr *name, DWORD len, char *text)
{
    struct ws_addr a;
    ADDRESS_FAMILY family;
    int err;

    if (!name || len < sizeof(family))
        return WSAEFAULT;
    memcpy(&family, name, sizeof(family));
    if (family != AF_INET && family != AF_INET6)
        return WSAEINVAL;
    err = ws_sockaddr_take(family, name, (int)len, &a);
    if (err)
        return err;
    if (family == AF_INET)
        print_v4((const struct sockaddr_in *)a.bytes, text);
    else
        print_v6((const struct sockaddr_in6 *)a.bytes, text);
    return 0;
}

static INT WSPAPI
entry_address_to_string(LPSOCKADDR name, DWORD len, LPWSAPROTOCOL_INFOW info,
                        LPWSTR out, LPDWORD out_len, LPINT errp)
{
    char text[LONGEST];
    DWORD need;
    int err;

    (void)info; /* the text does not depend on the protocol */
    if (!out_len)
        return ws_spi_int(WSAEFAULT, errp);
    err = print(name, len, text);
    if (err)
        return ws_spi_int(err, errp);
    need = (DWORD)strlen(text) + 1;
    if (!out || *out_len < need)
        err = WSAEFAULT;
    else
        ws_utf_to_wide(text, need, out, need, sizeof(WCHAR), 1);
    *out_len = need;
    return ws_spi_int(err, errp);
}

/* ---- from text ---- */

/* A decimal number up to 'most' that fills the whole string. */
static int
parse_number(const char *text, unsigned long most, unsigned long *out)
{
    unsigned long v = 0;

    if (!*text)
        return WSAEINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return WSAEINVAL;
        v = v * 10 + (unsigned long)(*text - '0');
        if (v > most)
            return WSAEINVAL;
    }
    *out = v;
    return 0;
}

/* Cuts "text" at the last 'mark' and gives what follows, or NULL. */
static char *
cut(char *text, char mark)
{
    char *at = strrchr(text, mark);

    if (!at)
        return NULL;
    *at = '\0';
    return at + 1;
}

static int
parse_port(const char *text, USHORT *port)
{
    unsigned long v = 0;
    int err = text ? parse_number(text, 65535, &v) : 0;

    if (!err)
        *port = htons((USHORT)v);
    return err;
}

static int
parse_v4(char *text, struct sockaddr_in *a)
{
    int err = parse_port(cut(text, ':'), &a->sin_port);

    a->sin_family = AF_INET;
    if (!err && inet_pton(AF_INET, text, &a->sin_addr) != 1)
        err = WSAEINVAL;
    return err;
}

/* A scope is a number or the name of an interface. */
static int
parse_scope(const char *text, ULONG *scope)
{
    unsigned long v = 0;

    if (!text)
        return 0;
    if (parse_number(text, 0xffffffff, &v))
        v = ws_os_ifindex(text);
    *scope = (ULONG)v;
    return v ? 0 : WSAEINVAL;
}

static int
parse_v6(char *text, struct sockaddr_in6 *a)
{
    char *port = NULL, *end;
    int err;

    if (*text == '[') {
        end = cut(++text, ']');
        if (!end || (*end && *end != ':'))
            return WSAEINVAL;
        port = *end ? end + 1 : NULL;
    }
    a->sin6_family = AF_INET6;
    err = parse_port(port, &a->sin6_port);
    if (!err)
        err = parse_scope(cut(text, '%'), &a->sin6_scope_id);
    if (!err && inet_pton(AF_INET6, text, &a->sin6_addr) != 1)
        err = WSAEINVAL;
    return err;
}

static int
parse(char *text, INT family, struct ws_addr *a)
{
    memset(a, 0, sizeof(*a));
    a->len = ws_addr_size(family);
    switch (family) {
    case AF_INET: return parse_v4(text, (struct sockaddr_in *)a->bytes);
    case AF_INET6: return parse_v6(text, (struct sockaddr_in6 *)a->bytes);
    default: return WSAEINVAL;
    }
}

static INT WSPAPI
entry_string_to_address(LPWSTR in, INT family, LPWSAPROTOCOL_INFOW info,
                        LPSOCKADDR out, LPINT out_len, LPINT errp)
{
    char text[LONGEST] = "";
    struct ws_addr a;
    size_t len;
    int err;

    (void)info;
    if (!in || !out || !out_len)
        return ws_spi_int(WSAEFAULT, errp);
    len = ws_utf_from_wide(in, wcslen(in), sizeof(WCHAR), text, LONGEST - 1, 1);
    err = len < LONGEST ? parse(text, family, &a) : WSAEINVAL;
    if (!err && *out_len < a.len) {
        *out_len = a.len;
        err = WSAEFAULT;
    }
    if (!err)
        ws_sockaddr_give(&a, out, out_len);
    return ws_spi_int(err, errp);
}

void
ws_tcpip_text_entries(WSPPROC_TABLE *t)
{
    t->lpWSPAddressToString = entry_address_to_string;
    t->lpWSPStringToAddress = entry_string_to_address;
}
