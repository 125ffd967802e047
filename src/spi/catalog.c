/* SPDX-License-Identifier: MIT */
/* The built-in catalog, and how an entry is found: by id, by provider, by
 * family, type and protocol. It knows nothing of a provider's code. A view is
 * immutable once it is published. */
#include "spi/catalog.h"

#include "base/list.h"
#include "base/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ws2/wshisotp.h>

#define FIRST_ID 1001

#define PROVIDER_INET                                                          \
    {                                                                          \
        0xe70f1aa0, 0xab8b, 0x11cf,                                            \
        {                                                                      \
            0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92                     \
        }                                                                      \
    }
#define PROVIDER_INET6                                                         \
    {                                                                          \
        0xf9eab0c0, 0x26d4, 0x11d0,                                            \
        {                                                                      \
            0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4                     \
        }                                                                      \
    }

/* DEVIATION: Windows has no quality of service on streams today. */
#define STREAM_FLAGS                                                           \
    (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE |     \
     XP1_EXPEDITED_DATA | XP1_QOS_SUPPORTED | XP1_IFS_HANDLES)
#define DATAGRAM_FLAGS                                                         \
    (XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST |       \
     XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES)

/* What the entries of one provider do not share (CAT-14). A raw socket takes
 * any protocol, and is there for those who know. */
static const struct kind {
    DWORD flags, provider_flags, message_size;
    int type, protocol, max_offset;
} kinds[] = {
    {STREAM_FLAGS,   PFL_MATCHES_PROTOCOL_ZERO,              0,     SOCK_STREAM, IPPROTO_TCP, 0},
    {DATAGRAM_FLAGS, PFL_MATCHES_PROTOCOL_ZERO,              65467, SOCK_DGRAM,  IPPROTO_UDP,
     0                                                                                         },
    {DATAGRAM_FLAGS, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 32768, SOCK_RAW,    0,
     255                                                                                       },
};

static const struct family {
    int af, address_size;
    GUID provider;
    const char *names[WS_ARRAY_LEN(kinds)];
} families[] = {
    {AF_INET,
     sizeof(SOCKADDR_IN),
     PROVIDER_INET,  {"Tcpip [TCP/IP]", "Tcpip [UDP/IP]", "Tcpip [RAW/IP]"}      },
    {AF_INET6,
     sizeof(SOCKADDR_IN6),
     PROVIDER_INET6, {"Tcpip [TCP/IPv6]", "Tcpip [UDP/IPv6]", "Tcpip [RAW/IPv6]"}},
};

#define PROVIDER_ISO                                                           \
    {                                                                          \
        0x5a11f097, 0x7407, 0x4f70,                                            \
        {                                                                      \
            0x9b, 0x1c, 0x52, 0x46, 0x43, 0x10, 0x06, 0x21                     \
        }                                                                      \
    }

#define MESSAGE_FLAGS                                                          \
    (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_MESSAGE_ORIENTED |   \
     XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_CONNECT_DATA |              \
     XP1_DISCONNECT_DATA | XP1_PARTIAL_MESSAGE)

/* ISO transport over TCP, as messages and as a stream that ignores their ends.
 * Class 2 has quality of service. To read and write a descriptor of its would
 * bypass the framing, so they are no file handles. */
static const struct iso {
    DWORD flags, provider_flags;
    int type, protocol;
    const char *name;
} isos[] = {
    {MESSAGE_FLAGS,                                         PFL_MATCHES_PROTOCOL_ZERO, SOCK_SEQPACKET, ISOPROTO_TP0,
     "ISO TP0/TCP (RFC 1006)"                                                                                                                         },
    {MESSAGE_FLAGS | XP1_PSEUDO_STREAM,                     PFL_MATCHES_PROTOCOL_ZERO, SOCK_STREAM,
     ISOPROTO_TP0,                                                                                                   "ISO TP0/TCP (RFC 1006) [stream]"},
    {MESSAGE_FLAGS | XP1_QOS_SUPPORTED,                     0,                         SOCK_SEQPACKET, ISOPROTO_TP2,
     "ISO TP2/TCP (RFC 2126)"                                                                                                                         },
    {MESSAGE_FLAGS | XP1_PSEUDO_STREAM | XP1_QOS_SUPPORTED, 0,                         SOCK_STREAM,
     ISOPROTO_TP2,                                                                                                   "ISO TP2/TCP (RFC 2126) [stream]"},
};

#define KERNEL_COUNT (WS_ARRAY_LEN(families) * WS_ARRAY_LEN(kinds))
#define BUILTIN_COUNT (KERNEL_COUNT + WS_ARRAY_LEN(isos))

/* The library that these providers live in. */
static const char builtin_path[] = "libws2_32.so.0";

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_CATALOG);
static _Atomic(const struct ws_catalog *) current;

const struct ws_catalog *
ws_catalog_view(void)
{
    return atomic_load_explicit(&current, memory_order_acquire);
}

/* ---- making ---- */

static void
describe(const struct family *f, size_t kind, WSAPROTOCOL_INFOA *info)
{
    const struct kind *k = &kinds[kind];

    *info = (WSAPROTOCOL_INFOA){
        .dwServiceFlags1 = k->flags,
        .dwProviderFlags = k->provider_flags,
        .ProviderId = f->provider,
        .ProtocolChain.ChainLen = BASE_PROTOCOL,
        .iVersion = 2,
        .iAddressFamily = f->af,
        .iMaxSockAddr = f->address_size,
        .iMinSockAddr = f->address_size,
        .iSocketType = k->type,
        .iProtocol = k->protocol,
        .iProtocolMaxOffset = k->max_offset,
        .iNetworkByteOrder = BIGENDIAN,
        .iSecurityScheme = SECURITY_PROTOCOL_NONE,
        .dwMessageSize = k->message_size,
    };
    snprintf(info->szProtocol, sizeof(info->szProtocol), "%s", f->names[kind]);
}

static void
describe_iso(const struct iso *i, WSAPROTOCOL_INFOA *info)
{
    static const GUID provider = PROVIDER_ISO;

    *info = (WSAPROTOCOL_INFOA){
        .dwServiceFlags1 = i->flags,
        .dwProviderFlags = i->provider_flags,
        .ProviderId = provider,
        .ProtocolChain.ChainLen = BASE_PROTOCOL,
        .iVersion = 2,
        .iAddressFamily = AF_ISO,
        .iMaxSockAddr = sizeof(SOCKADDR_OSITP),
        .iMinSockAddr = 8,
        .iSocketType = i->type,
        .iProtocol = i->protocol,
        .iNetworkByteOrder = BIGENDIAN,
        .iSecurityScheme = SECURITY_PROTOCOL_NONE,
        .dwMessageSize = 0xffffffff,
    };
    snprintf(info->szProtocol, sizeof(info->szProtocol), "%s", i->name);
}

static void
describe_builtin(size_t i, WSAPROTOCOL_INFOA *info)
{
    if (i < KERNEL_COUNT)
        describe(&families[i / WS_ARRAY_LEN(kinds)], i % WS_ARRAY_LEN(kinds),
                 info);
    else
        describe_iso(&isos[i - KERNEL_COUNT], info);
}

static DWORD
next_id(const struct ws_catalog *c)
{
    DWORD id = FIRST_ID;

    for (size_t i = 0; c && i < c->count; i++) {
        if (c->entries[i]->info.dwCatalogEntryId >= id)
            id = c->entries[i]->info.dwCatalogEntryId + 1;
    }
    return id;
}

/* Only one that no view has shown. */
static void
free_entry(struct ws_entry *e)
{
    if (e)
        free((char *)e->path);
    free(e);
}

static struct ws_entry *
new_entry(const WSAPROTOCOL_INFOA *info, const char *path, DWORD id)
{
    struct ws_entry *e = calloc(1, sizeof(*e));
    char *copy = strdup(path);

    if (!e || !copy) {
        free(e);
        free(copy);
        return NULL;
    }
    e->info = *info;
    e->info.szProtocol[sizeof(e->info.szProtocol) - 1] = '\0';
    e->info.dwCatalogEntryId = id;
    e->path = copy;
    return e;
}

/* Publishes a view with one entry more. */
static int
append(const WSAPROTOCOL_INFOA *info, const char *path, DWORD *id)
    WS_REQUIRES(lock)
{
    const struct ws_catalog *old = ws_catalog_view();
    size_t count = old ? old->count : 0;
    struct ws_catalog *c =
        calloc(1, sizeof(*c) + (count + 1) * sizeof(struct ws_entry *));
    struct ws_entry *e = new_entry(info, path, next_id(old));

    if (!c || !e || count == WS_CATALOG_MAX) {
        free(c);
        free_entry(e);
        return WSAENOBUFS;
    }
    if (count)
        memcpy(c->entries, old->entries, count * sizeof(struct ws_entry *));
    c->entries[count] = e;
    c->count = count + 1;
    c->older = old;
    atomic_store_explicit(&current, c, memory_order_release);
    *id = e->info.dwCatalogEntryId;
    return 0;
}

int
ws_catalog_add(const WSAPROTOCOL_INFOA *info, const char *path, DWORD *id)
{
    int err;

    ws_lock(&lock);
    err = append(info, path, id);
    ws_unlock(&lock);
    return err;
}

/* How many of the built-in entries are there: none, or all unless memory ran
 * out on the way. */
static size_t
loaded(void)
{
    const struct ws_catalog *c = ws_catalog_view();

    return c ? c->count : 0;
}

int
ws_catalog_load(void)
{
    WSAPROTOCOL_INFOA info;
    DWORD id;
    int err = 0;

    ws_lock(&lock);
    for (size_t i = loaded(); !err && i < BUILTIN_COUNT; i++) {
        describe_builtin(i, &info);
        err = append(&info, builtin_path, &id);
    }
    ws_unlock(&lock);
    return err;
}

/* ---- finding ---- */

static bool
same_guid(const GUID *a, const GUID *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

struct ws_entry *
ws_catalog_by_id(DWORD id)
{
    const struct ws_catalog *c = ws_catalog_view();

    for (size_t i = 0; c && i < c->count; i++) {
        if (c->entries[i]->info.dwCatalogEntryId == id)
            return c->entries[i];
    }
    return NULL;
}

struct ws_entry *
ws_catalog_by_provider(const GUID *provider)
{
    const struct ws_catalog *c = ws_catalog_view();

    for (size_t i = 0; c && i < c->count; i++) {
        if (same_guid(&c->entries[i]->info.ProviderId, provider))
            return c->entries[i];
    }
    return NULL;
}

/* Base protocols and chains; a layer alone is nobody's choice (CAT-4). */
static bool
is_candidate(const struct ws_entry *e)
{
    return e->info.ProtocolChain.ChainLen != LAYERED_PROTOCOL;
}

static bool
serves_family(const WSAPROTOCOL_INFOA *p, int af)
{
    return af == AF_UNSPEC || p->iAddressFamily == af;
}

static bool
serves_type(const WSAPROTOCOL_INFOA *p, int type)
{
    return type == 0 || p->iSocketType == type;
}

static bool
serves_protocol(const WSAPROTOCOL_INFOA *p, int protocol)
{
    if (protocol == 0 && p->dwProviderFlags & PFL_MATCHES_PROTOCOL_ZERO)
        return true;
    return protocol >= p->iProtocol &&
           protocol - p->iProtocol <= p->iProtocolMaxOffset;
}

int
ws_catalog_for_family(int af, struct ws_entry **out)
{
    const struct ws_catalog *c = ws_catalog_view();

    for (size_t i = 0; c && i < c->count; i++) {
        if (is_candidate(c->entries[i]) &&
            c->entries[i]->info.iAddressFamily == af) {
            *out = c->entries[i];
            return 0;
        }
    }
    return WSAEAFNOSUPPORT;
}

/* Who is to blame when nothing matched: a type that nobody serves at all, then
 * a family that nobody serves, then a type that this family lacks, and else
 * the protocol. A protocol of the wrong kind for the type counts as not
 * supported (CAT-12). */
static int
blame(const struct ws_catalog *c, int af, int type)
{
    bool family = false, kind = false, both = false;

    for (size_t i = 0; i < c->count; i++) {
        const WSAPROTOCOL_INFOA *p = &c->entries[i]->info;

        if (!is_candidate(c->entries[i]))
            continue;
        family |= serves_family(p, af);
        kind |= serves_type(p, type);
        both |= serves_family(p, af) && serves_type(p, type);
    }
    if (!kind)
        return WSAESOCKTNOSUPPORT;
    if (!family)
        return WSAEAFNOSUPPORT;
    return both ? WSAEPROTONOSUPPORT : WSAESOCKTNOSUPPORT;
}

int
ws_catalog_match(int af, int type, int protocol, struct ws_entry **out)
{
    const struct ws_catalog *c = ws_catalog_view();

    /* "Any family, any protocol" would be the first entry; Windows refuses to
     * guess (AMB-28). */
    if (!c || (af == AF_UNSPEC && protocol == 0))
        return WSAEINVAL;
    for (size_t i = 0; i < c->count; i++) {
        const WSAPROTOCOL_INFOA *p = &c->entries[i]->info;

        if (is_candidate(c->entries[i]) && serves_family(p, af) &&
            serves_type(p, type) && serves_protocol(p, protocol)) {
            *out = c->entries[i];
            return 0;
        }
    }
    return blame(c, af, type);
}

int
ws_catalog_named(const WSAPROTOCOL_INFOA *info, int af, struct ws_entry **out)
{
    struct ws_entry *e;

    if (!info->iAddressFamily && (af == 0 || af == FROM_PROTOCOL_INFO))
        return WSAEAFNOSUPPORT;
    e = ws_catalog_by_id(info->dwCatalogEntryId);
    if (e && !same_guid(&e->info.ProviderId, &info->ProviderId))
        e = NULL;
    if (!e || !is_candidate(e))
        return WSAEINVAL;
    *out = e;
    return 0;
}

static bool
is_asked_for(const INT *protocols, int protocol)
{
    if (!protocols)
        return true;
    while (*protocols && *protocols != protocol)
        protocols++;
    return *protocols != 0;
}

size_t
ws_catalog_list(const INT *protocols, bool hidden, const struct ws_entry **out,
                size_t room)
{
    const struct ws_catalog *c = ws_catalog_view();
    size_t count = 0;

    for (size_t i = 0; c && i < c->count; i++) {
        const struct ws_entry *e = c->entries[i];

        if (!hidden &&
            (!is_candidate(e) || e->info.dwProviderFlags & PFL_HIDDEN))
            continue;
        if (!is_asked_for(protocols, e->info.iProtocol))
            continue;
        if (count < room)
            out[count] = e;
        count++;
    }
    return count;
}
