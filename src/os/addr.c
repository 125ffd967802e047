/* SPDX-License-Identifier: MIT */
/* Socket addresses between Winsock's form and the kernel's. It judges length
 * and family, nothing else: whether an address makes sense is decided above or
 * by the kernel. Invariant: no byte beyond the length that came with an
 * address is read, and what is written is whole. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <string.h>

/* ISO addresses are a transport's, the kernel never sees one. */
static const struct family {
    int ours, theirs, size;
} families[] = {
    {WS_AF_INET,  AF_INET,  sizeof(struct sockaddr_in) },
    {WS_AF_INET6, AF_INET6, sizeof(struct sockaddr_in6)},
    {WS_AF_UNIX,  AF_UNIX,  sizeof(struct sockaddr_un) },
    {WS_AF_ISO,   -1,       72                         },
};

enum { FAMILIES = sizeof families / sizeof families[0] };

_Static_assert(sizeof(struct sockaddr_in) == 16, "as on Windows");
_Static_assert(sizeof(struct sockaddr_in6) == 28, "as on Windows");
_Static_assert(sizeof(struct sockaddr_un) == 110, "as on Windows");
_Static_assert(sizeof(struct sockaddr_storage) == 128, "as on Windows");
_Static_assert(sizeof(((struct ws_addr *)0)->bytes) == 128, "holds them all");

int
ws_addr_size(int family)
{
    for (int i = 0; i < FAMILIES; i++)
        if (families[i].ours == family)
            return families[i].size;
    return 0;
}

int
ws_addr_family_out(int family)
{
    for (int i = 0; i < FAMILIES; i++)
        if (families[i].ours == family)
            return families[i].theirs;
    return -1;
}

int
ws_addr_family_in(int family)
{
    for (int i = 0; i < FAMILIES; i++)
        if (families[i].theirs == family)
            return families[i].ours;
    return -1;
}

int
ws_addr_out(const struct ws_addr *a, union ws_sockaddr *sa, socklen_t *len)
{
    int size;

    if (a->len < (int)sizeof a->family)
        return WS_EFAULT;
    size = ws_addr_size(a->family);
    if (!size || a->family == WS_AF_ISO)
        return WS_EAFNOSUPPORT;
    if (a->len < size)
        return WS_EFAULT;
    memcpy(sa, a->bytes, (size_t)size);
    sa->any.sa_family = (sa_family_t)ws_addr_family_out(a->family);
    *len = (socklen_t)size;
    return 0;
}

void
ws_addr_adopt(struct ws_addr *a, socklen_t len)
{
    /* A nameless peer has no bytes at all, or the family alone. */
    if (len > sizeof a->bytes)
        len = sizeof a->bytes;
    if (len < sizeof a->family)
        a->family = WS_AF_UNSPEC;
    else if (a->family == AF_INET6)
        a->family = WS_AF_INET6;
    a->len = (int)len;
}

int
ws_addr_in(const struct sockaddr *sa, socklen_t len, struct ws_addr *a)
{
    if (len < sizeof sa->sa_family || ws_addr_family_in(sa->sa_family) < 0)
        return WS_EAFNOSUPPORT;
    if (len > sizeof a->bytes)
        len = sizeof a->bytes;
    memcpy(a->bytes, sa, len);
    ws_addr_adopt(a, len);
    return 0;
}
