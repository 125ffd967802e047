/* SPDX-License-Identifier: MIT */
/* Addresses at the border: see sockaddr.h. */
#include "kit/sockaddr.h"

#include <string.h>

int
ws_sockaddr_take(int family, const struct sockaddr *name, int len,
                 struct ws_addr *out)
{
    int need = ws_addr_size(family);
    uint16_t given;

    if (!name || len < need)
        return WSAEFAULT;
    memcpy(&given, name, sizeof(given));
    if (given != family)
        return WSAEAFNOSUPPORT;
    memset(out, 0, sizeof(*out));
    memcpy(out->bytes, name, (size_t)need);
    out->len = need;
    return 0;
}

int
ws_sockaddr_room(int family, const struct sockaddr *addr, const INT *len)
{
    if (!addr || !len)
        return 0;
    return *len < ws_addr_size(family) ? WSAEFAULT : 0;
}

void
ws_sockaddr_give(const struct ws_addr *a, struct sockaddr *addr, INT *len)
{
    if (!addr || !len)
        return;
    memcpy(addr, a->bytes, (size_t)a->len);
    *len = a->len;
}

/* The part of the address that says which host. */
static const unsigned char *
host_part(const struct ws_addr *a, size_t *size)
{
    *size = a->family == AF_INET6 ? 16 : 4;
    return a->bytes + (a->family == AF_INET6 ? 8 : 4);
}

bool
ws_sockaddr_is_wildcard(const struct ws_addr *a)
{
    static const unsigned char zero[16];
    size_t size;
    const unsigned char *host = host_part(a, &size);

    return memcmp(host, zero, size) == 0;
}

uint16_t
ws_sockaddr_port(const struct ws_addr *a)
{
    return (uint16_t)(a->bytes[2] << 8 | a->bytes[3]);
}
