/* SPDX-License-Identifier: MIT */
/* Byte order and numeric addresses: pure, but for the calls that ask a socket
 * for its protocol's byte order. Names are not resolved here. Texts are read
 * strictly, to their end, within the limits of their form. */
#include "api/border.h"

#include <ws2/ws2tcpip.h>

#include <stdio.h>
#include <string.h>

/* ---- byte order ---- */

static inline u_long
swap32(u_long v, bool swap)
{
    return swap ? __builtin_bswap32(v) : v;
}

static inline u_short
swap16(u_short v, bool swap)
{
    return swap ? __builtin_bswap16(v) : v;
}

#define HOST_IS_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

u_long WSAAPI
htonl(u_long v)
{
    return swap32(v, HOST_IS_LITTLE);
}

u_long WSAAPI
ntohl(u_long v)
{
    return swap32(v, HOST_IS_LITTLE);
}

u_short WSAAPI
htons(u_short v)
{
    return swap16(v, HOST_IS_LITTLE);
}

u_short WSAAPI
ntohs(u_short v)
{
    return swap16(v, HOST_IS_LITTLE);
}

/* Whether the byte order of the socket's protocol is not the host's. */
static int
find_order(SOCKET s, const void *out, bool *swap)
{
    struct ws_entry *e;
    int err = ws_route_entry(s, &e);

    if (!err && !out)
        err = WSAEFAULT;
    if (!err)
        *swap = (e->info.iNetworkByteOrder == LITTLEENDIAN) != HOST_IS_LITTLE;
    return err;
}

int WSAAPI
WSAHtonl(SOCKET s, u_long v, u_long *out)
{
    bool swap;
    int err = find_order(s, out, &swap);

    if (!err)
        *out = swap32(v, swap);
    return ws_api_int(err);
}

int WSAAPI
WSANtohl(SOCKET s, u_long v, u_long *out)
{
    return WSAHtonl(s, v, out);
}

int WSAAPI
WSAHtons(SOCKET s, u_short v, u_short *out)
{
    bool swap;
    int err = find_order(s, out, &swap);

    if (!err)
        *out = swap16(v, swap);
    return ws_api_int(err);
}

int WSAAPI
WSANtohs(SOCKET s, u_short v, u_short *out)
{
    return WSAHtons(s, v, out);
}

/* ---- IPv4, the old way ---- */

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* A number in C's notation: 10, 012, 0xa. False if there is none, or one above
 * 32 bits. */
static bool
parse_number(const char **text, u_long *out)
{
    const char *p = *text;
    unsigned base = 10;
    unsigned long long v = 0;
    bool any = false;

    if (*p == '0') {
        any = p[1] != 'x' && p[1] != 'X';
        base = any ? 8 : 16;
        p += any ? 1 : 2;
    }
    for (; (unsigned)digit(*p) < base; p++, any = true) {
        v = v * base + (unsigned)digit(*p);
        if (v > 0xffffffff)
            return false;
    }
    *text = p;
    *out = (u_long)v;
    return any;
}

static bool
ends_here(char c)
{
    return c == '\0' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* a.b.c.d, a.b.c, a.b or a, of which the last part fills what is left. */
static bool
parse_classic(const char *p, u_long *out)
{
    u_long parts[4], v = 0;
    size_t count = 0;

    do {
        if (count == 4 || !parse_number(&p, &parts[count++]))
            return false;
    } while (*p == '.' && p++);
    if (!ends_here(*p))
        return false;
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        v |= parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] > 0xffffffffu >> (8 * (count - 1)))
        return false;
    *out = htonl(v | parts[count - 1]);
    return true;
}

u_long WSAAPI
inet_addr(const char *text)
{
    u_long v;

    if (!text)
        return INADDR_NONE;
    if (!strcmp(text, "") || !strcmp(text, " ")) /* so it is documented */
        return INADDR_ANY;
    return parse_classic(text, &v) ? v : INADDR_NONE;
}

char *WSAAPI
inet_ntoa(struct in_addr in)
{
    static _Thread_local char text[16];

    return (char *)inet_ntop(AF_INET, &in, text, sizeof(text));
}

/* ---- text to address ---- */

/* Four decimal numbers without leading zeros, and nothing behind them. */
static bool
parse_v4(const char *p, unsigned char *out)
{
    unsigned char parts[4];

    for (int i = 0; i < 4; i++) {
        unsigned v = 0;
        int len = 0;

        for (; *p >= '0' && *p <= '9' && len < 4; p++, len++)
            v = v * 10 + (unsigned)(*p - '0');
        if (len == 0 || len > 3 || v > 255 || (len > 1 && p[-len] == '0'))
            return false;
        if (*p++ != (i < 3 ? '.' : '\0'))
            return false;
        parts[i] = (unsigned char)v;
    }
    memcpy(out, parts, sizeof(parts));
    return true;
}

/* One to four hexadecimal digits. */
static bool
parse_group(const char **text, unsigned *out)
{
    const char *p = *text;
    unsigned v = 0;

    for (; digit(*p) < 16 && p - *text < 4; p++)
        v = v * 16 + (unsigned)digit(*p);
    if (p == *text || digit(*p) < 16)
        return false;
    *text = p;
    *out = v;
    return true;
}

/* Eight groups, of which "::" stands for one run of zeros and an IPv4 address
 * for the last two. 'gap' is where the run belongs. */
static bool
parse_v6(const char *p, unsigned char *out)
{
    unsigned char bytes[16] = {0};
    size_t end = 0;
    size_t gap = sizeof(bytes) + 1;
    unsigned v;

    if (p[0] == ':' && *++p != ':')
        return false;
    while (*p) {
        if (*p == ':' && gap <= sizeof(bytes))
            return false;
        if (*p == ':') {
            gap = end;
            p++;
            continue;
        }
        if (end + 4 <= sizeof(bytes) && parse_v4(p, bytes + end)) {
            end += 4;
            break;
        }
        if (end == sizeof(bytes) || !parse_group(&p, &v))
            return false;
        bytes[end++] = (unsigned char)(v >> 8);
        bytes[end++] = (unsigned char)v;
        if (*p && (*p++ != ':' || !*p))
            return false;
    }
    if (gap > sizeof(bytes) ? end != sizeof(bytes) : end == sizeof(bytes))
        return false;
    memcpy(out, bytes, sizeof(bytes));
    if (gap <= sizeof(bytes)) {
        memset(out + gap, 0, sizeof(bytes) - gap);
        memcpy(out + sizeof(bytes) - (end - gap), bytes + gap, end - gap);
    }
    return true;
}

/* 1, 0 for a text that is no address, -1 with the last error. */
INT WSAAPI
inet_pton(INT family, PCSTR text, PVOID out)
{
    if (family != AF_INET && family != AF_INET6)
        return ws_api_int(WSAEAFNOSUPPORT);
    if (!text || !out)
        return ws_api_int(WSAEFAULT);
    return family == AF_INET ? parse_v4(text, out) : parse_v6(text, out);
}

/* ---- address to text ---- */

static void
format_v4(const unsigned char *a, char *out, size_t size)
{
    snprintf(out, size, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
}

/* The longest run of zero groups, the first of several; a single one is not
 * worth a "::". */
static int
longest_run(const unsigned *groups, int count, int *start)
{
    int best = 1;

    *start = -1;
    for (int i = 0, run = 0; i < count; i++) {
        run = groups[i] ? 0 : run + 1;
        if (run > best) {
            best = run;
            *start = i - run + 1;
        }
    }
    return *start < 0 ? 0 : best;
}

/* Mapped and compatible addresses end in dotted form. */
static bool
ends_in_v4(const unsigned *g)
{
    for (int i = 0; i < 5; i++) {
        if (g[i])
            return false;
    }
    return g[5] == 0xffff || (!g[5] && g[6]);
}

static void
format_v6(const unsigned char *a, char *out, size_t size)
{
    unsigned g[8];
    int count, start, run;
    size_t len = 0;

    for (size_t i = 0; i < 8; i++)
        g[i] = (unsigned)a[2 * i] << 8 | a[2 * i + 1];
    count = ends_in_v4(g) ? 6 : 8;
    run = longest_run(g, count, &start);
    out[0] = '\0';
    for (int i = 0; i < count; i++) {
        if (run && i == start) {
            len += (size_t)snprintf(out + len, size - len, "::");
            i += run - 1;
            continue;
        }
        len += (size_t)snprintf(out + len, size - len, "%s%x",
                                len && out[len - 1] != ':' ? ":" : "", g[i]);
    }
    if (count == 6) {
        if (out[len - 1] != ':')
            out[len++] = ':';
        format_v4(a + 12, out + len, size - len);
    }
}

PCSTR WSAAPI
inet_ntop(INT family, const VOID *a, PSTR out, size_t size)
{
    char text[INET6_ADDRSTRLEN];

    if (family != AF_INET && family != AF_INET6)
        return ws_api_pointer(WSAEAFNOSUPPORT, NULL);
    if (!a || !out)
        return ws_api_pointer(WSA_INVALID_PARAMETER, NULL);
    if (family == AF_INET)
        format_v4(a, text, sizeof(text));
    else
        format_v6(a, text, sizeof(text));
    if (strlen(text) >= size)
        return ws_api_pointer(WSA_INVALID_PARAMETER, NULL);
    return memcpy(out, text, strlen(text) + 1);
}
