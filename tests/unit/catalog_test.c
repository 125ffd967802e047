/* SPDX-License-Identifier: MIT */
/* The catalog by itself: what is in it, what matches, and who is to blame when
 * nothing does. No provider is started here. */
#include "t.h"

#include "spi/catalog.h"
#include "spi/info.h"

#include <wchar.h>

#define BAD 0xdead

static int
match(int af, int type, int protocol, const WSAPROTOCOL_INFOA **info)
{
    struct ws_entry *e = NULL;
    int err;

    REQUIRE_EQ(ws_catalog_load(), 0);
    err = ws_catalog_match(af, type, protocol, &e);
    *info = e ? &e->info : NULL;
    return err;
}

TEST_BARE(nothing_matches_names_the_culprit, "CAT-2 CAT-11 CAT-12")
{
    static const struct {
        int af, type, protocol, err;
    } rows[] = {
        {BAD,       SOCK_STREAM, IPPROTO_TCP, WSAEAFNOSUPPORT   },
        {AF_INET,   BAD,         IPPROTO_TCP, WSAESOCKTNOSUPPORT},
        {AF_INET,   SOCK_STREAM, BAD,         WSAEPROTONOSUPPORT},
        {BAD,       BAD,         IPPROTO_TCP, WSAESOCKTNOSUPPORT},
        {BAD,       SOCK_STREAM, BAD,         WSAEAFNOSUPPORT   },
        {AF_INET,   BAD,         BAD,         WSAESOCKTNOSUPPORT},
        {BAD,       SOCK_STREAM, IPPROTO_UDP, WSAEAFNOSUPPORT   },
        {AF_INET,   BAD,         0,           WSAESOCKTNOSUPPORT},
        {AF_INET,   0,           BAD,         WSAEPROTONOSUPPORT},
        {AF_INET,   SOCK_STREAM, IPPROTO_UDP, WSAEPROTONOSUPPORT},
        {AF_INET,   SOCK_DGRAM,  IPPROTO_TCP, WSAEPROTONOSUPPORT},
        {AF_UNSPEC, SOCK_STREAM, BAD,         WSAEPROTONOSUPPORT},
        {AF_UNSPEC, 0,           BAD,         WSAEPROTONOSUPPORT},
        {AF_UNSPEC, BAD,         IPPROTO_UDP, WSAESOCKTNOSUPPORT},
        {AF_UNSPEC, SOCK_STREAM, 0,           WSAEINVAL         },
        {AF_UNSPEC, SOCK_DGRAM,  0,           WSAEINVAL         },
        {AF_UNSPEC, BAD,         0,           WSAEINVAL         },
        {AF_UNSPEC, 0,           0,           WSAEINVAL         },
        {AF_INET,   SOCK_RAW,    256,         WSAEPROTONOSUPPORT},
        {AF_INET,   SOCK_STREAM, -1,          WSAEPROTONOSUPPORT},
        {AF_INET,   SOCK_RDM,    0,           WSAESOCKTNOSUPPORT},
    };
    const WSAPROTOCOL_INFOA *info;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t_note("row %zu\n", i);
        CHECK_EQ(match(rows[i].af, rows[i].type, rows[i].protocol, &info),
                 rows[i].err);
    }
}

TEST_BARE(the_first_entry_that_matches_is_taken, "CAT-1 CAT-2 CAT-3 CAT-11")
{
    static const struct {
        int af, type, protocol;
        DWORD id;
    } rows[] = {
        {AF_INET,   SOCK_STREAM, 0,            1001},
        {AF_INET,   SOCK_STREAM, IPPROTO_TCP,  1001},
        {AF_INET,   0,           IPPROTO_TCP,  1001},
        {AF_INET,   0,           0,            1001},
        {AF_INET,   SOCK_DGRAM,  0,            1002},
        {AF_INET,   0,           IPPROTO_UDP,  1002},
        {AF_INET,   SOCK_RAW,    0,            1003},
        {AF_INET,   SOCK_RAW,    IPPROTO_ICMP, 1003},
        {AF_INET,   SOCK_RAW,    255,          1003},
        {AF_INET6,  SOCK_STREAM, 0,            1004},
        {AF_INET6,  SOCK_DGRAM,  IPPROTO_UDP,  1005},
        {AF_INET6,  SOCK_RAW,    58,           1006},
        {AF_UNSPEC, SOCK_STREAM, IPPROTO_TCP,  1001},
        {AF_UNSPEC, 0,           IPPROTO_TCP,  1001},
        {AF_UNSPEC, 0,           IPPROTO_UDP,  1002},
    };
    const WSAPROTOCOL_INFOA *info;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        REQUIRE_EQ(match(rows[i].af, rows[i].type, rows[i].protocol, &info), 0);
        CHECK_EQ(info->dwCatalogEntryId, rows[i].id);
    }
}

TEST_BARE(the_usual_catalog_is_built_in, "CAT-14")
{
    static const struct {
        int af, type, protocol, max_offset, size;
        DWORD flags, provider_flags, message;
        const char *name;
    } rows[] = {
        {2,  1, 6,  0,   16, 0x22066, 8,  0,     "Tcpip [TCP/IP]"  },
        {2,  2, 17, 0,   16, 0x20609, 8,  65467, "Tcpip [UDP/IP]"  },
        {2,  3, 0,  255, 16, 0x20609, 12, 32768, "Tcpip [RAW/IP]"  },
        {23, 1, 6,  0,   28, 0x22066, 8,  0,     "Tcpip [TCP/IPv6]"},
        {23, 2, 17, 0,   28, 0x20609, 8,  65467, "Tcpip [UDP/IPv6]"},
        {23, 3, 0,  255, 28, 0x20609, 12, 32768, "Tcpip [RAW/IPv6]"},
    };
    const struct ws_entry *found[16];

    REQUIRE_EQ(ws_catalog_load(), 0);
    REQUIRE_EQ(ws_catalog_load(), 0); /* again: nothing is added */
    REQUIRE_EQ(ws_catalog_list(NULL, true, found, 16), 10);
    for (size_t i = 0; i < 6; i++) {
        const WSAPROTOCOL_INFOA *p = &found[i]->info;

        CHECK_EQ(p->dwCatalogEntryId, 1001 + i);
        CHECK_EQ(p->iAddressFamily, rows[i].af);
        CHECK_EQ(p->iSocketType, rows[i].type);
        CHECK_EQ(p->iProtocol, rows[i].protocol);
        CHECK_EQ(p->iProtocolMaxOffset, rows[i].max_offset);
        CHECK_EQ(p->iMaxSockAddr, rows[i].size);
        CHECK_EQ(p->iMinSockAddr, rows[i].size);
        CHECK_EQ(p->dwServiceFlags1, rows[i].flags);
        CHECK_EQ(p->dwProviderFlags, rows[i].provider_flags);
        CHECK_EQ(p->dwMessageSize, rows[i].message);
        CHECK_EQ(p->ProtocolChain.ChainLen, 1);
        CHECK_EQ(p->iVersion, 2);
        CHECK_STR(p->szProtocol, rows[i].name);
    }
    CHECK_EQ(found[0]->info.ProviderId.Data1, 0xe70f1aa0);
    CHECK_EQ(found[3]->info.ProviderId.Data1, 0xf9eab0c0);
}

TEST_BARE(behind_them_stand_the_entries_of_iso_transport)
{
    static const struct {
        int type, protocol;
        DWORD flags;
    } rows[] = {
        {5, 25, 0x401ee},
        {1, 25, 0x401fe},
        {5, 27, 0x421ee},
        {1, 27, 0x421fe},
    };
    const struct ws_entry *found[16];

    REQUIRE_EQ(ws_catalog_load(), 0);
    REQUIRE_EQ(ws_catalog_list(NULL, true, found, 16), 10);
    for (size_t i = 0; i < 4; i++) {
        const WSAPROTOCOL_INFOA *p = &found[6 + i]->info;

        CHECK_EQ(p->dwCatalogEntryId, 1007 + i);
        CHECK_EQ(p->iAddressFamily, AF_ISO);
        CHECK_EQ(p->iSocketType, rows[i].type);
        CHECK_EQ(p->iProtocol, rows[i].protocol);
        CHECK_EQ(p->dwServiceFlags1, rows[i].flags);
        CHECK_EQ(p->iMinSockAddr, 8);
        CHECK_EQ(p->iMaxSockAddr, 140);
        CHECK_EQ(p->dwMessageSize, 0xffffffff);
    }
}

static DWORD
add(int chain_len, int af, int type, int protocol)
{
    WSAPROTOCOL_INFOA info = {.ProtocolChain.ChainLen = chain_len,
                              .iAddressFamily = af,
                              .iSocketType = type,
                              .iProtocol = protocol,
                              .ProviderId.Data1 = 77};
    DWORD id = 0;

    REQUIRE_EQ(ws_catalog_load(), 0);
    REQUIRE_EQ(ws_catalog_add(&info, "/lib/layer.so", &id), 0);
    return id;
}

TEST_BARE(a_layer_alone_is_never_chosen, "CAT-4 CATL-8")
{
    const WSAPROTOCOL_INFOA *info;
    const struct ws_entry *found[16];
    struct ws_entry *e;
    DWORD id = add(LAYERED_PROTOCOL, 99, SOCK_RDM, 7);

    CHECK_EQ(match(99, SOCK_RDM, 7, &info), WSAESOCKTNOSUPPORT);
    CHECK_EQ(match(99, SOCK_STREAM, 7, &info), WSAEAFNOSUPPORT);
    CHECK_EQ(ws_catalog_for_family(99, &e), WSAEAFNOSUPPORT);
    CHECK_EQ(ws_catalog_list(NULL, false, found, 16), 8);
    CHECK_EQ(ws_catalog_list(NULL, true, found, 16), 11);
    REQUIRE(ws_catalog_by_id(id) != NULL);
    CHECK_STR(ws_catalog_by_id(id)->path, "/lib/layer.so");
}

TEST_BARE(a_chain_is_a_candidate_in_its_place, "CAT-4 CATL-2 CATL-3")
{
    const WSAPROTOCOL_INFOA *info;
    DWORD id = add(2, AF_INET, SOCK_STREAM, IPPROTO_TCP);

    CHECK_EQ(id, 1011);
    REQUIRE_EQ(match(AF_INET, SOCK_STREAM, IPPROTO_TCP, &info), 0);
    CHECK_EQ(info->dwCatalogEntryId, 1001);
    id = add(2, 99, SOCK_RDM, 7);
    REQUIRE_EQ(match(99, SOCK_RDM, 7, &info), 0);
    CHECK_EQ(info->dwCatalogEntryId, id);
    CHECK_EQ(match(99, SOCK_STREAM, 7, &info), WSAESOCKTNOSUPPORT);
}

TEST_BARE(protocol_zero_needs_the_flag, "CAT-2")
{
    const WSAPROTOCOL_INFOA *info;

    add(1, 99, SOCK_RDM, 7);
    CHECK_EQ(match(99, SOCK_RDM, 0, &info), WSAEPROTONOSUPPORT);
    CHECK_EQ(match(99, SOCK_RDM, 7, &info), 0);
    CHECK_EQ(match(99, SOCK_RDM, 8, &info), WSAEPROTONOSUPPORT);
    CHECK_EQ(match(99, 0, 7, &info), 0);
}

TEST_BARE(a_description_names_its_entry, "CAT-6 CAT-8")
{
    WSAPROTOCOL_INFOA info;
    struct ws_entry *e = NULL;

    REQUIRE_EQ(ws_catalog_load(), 0);
    info = ws_catalog_by_id(1002)->info;
    CHECK_EQ(ws_catalog_named(&info, FROM_PROTOCOL_INFO, &e), 0);
    CHECK(e == ws_catalog_by_id(1002));
    info.iAddressFamily = 0;
    CHECK_EQ(ws_catalog_named(&info, FROM_PROTOCOL_INFO, &e), WSAEAFNOSUPPORT);
    CHECK_EQ(ws_catalog_named(&info, 0, &e), WSAEAFNOSUPPORT);
    CHECK_EQ(ws_catalog_named(&info, AF_INET, &e), 0);
    info.ProviderId.Data1++;
    CHECK_EQ(ws_catalog_named(&info, AF_INET, &e), WSAEINVAL);
    info.dwCatalogEntryId = 4711;
    CHECK_EQ(ws_catalog_named(&info, AF_INET, &e), WSAEINVAL);
}

TEST_BARE(a_list_can_be_asked_for_some_protocols, "CATL-7 CATL-8")
{
    const INT tcp[] = {IPPROTO_TCP, 0}, both[] = {IPPROTO_UDP, IPPROTO_TCP, 0};
    const INT none[] = {0};
    const struct ws_entry *found[8];

    REQUIRE_EQ(ws_catalog_load(), 0);
    CHECK_EQ(ws_catalog_list(tcp, false, found, 8), 2);
    CHECK_EQ(found[1]->info.dwCatalogEntryId, 1004);
    CHECK_EQ(ws_catalog_list(both, false, found, 8), 4);
    CHECK_EQ(ws_catalog_list(none, false, found, 8), 0);
    CHECK_EQ(ws_catalog_list(NULL, false, found, 1), 8);
}

TEST_BARE(a_description_survives_both_widths)
{
    WSAPROTOCOL_INFOA a = {.dwCatalogEntryId = 5, .szProtocol = "h\xc3\xb6st"};
    WSAPROTOCOL_INFOA back;
    WSAPROTOCOL_INFOW w;

    ws_info_widen(&a, &w);
    CHECK(!wcscmp(w.szProtocol, L"h\u00f6st"));
    CHECK_EQ(w.dwCatalogEntryId, 5);
    ws_info_narrow(&w, &back);
    CHECK_MEM(&back, &a, sizeof a);
}

TEST_BARE(a_name_that_is_too_long_is_cut_between_characters)
{
    WSAPROTOCOL_INFOW w = {0};
    WSAPROTOCOL_INFOA a;

    wmemset(w.szProtocol, 0xf6, WSAPROTOCOL_LEN + 1); /* and no end */
    ws_info_narrow(&w, &a);
    CHECK_EQ(strlen(a.szProtocol), 254);
}

TEST_BARE(a_catalog_is_full_at_some_point)
{
    WSAPROTOCOL_INFOA info = {.ProtocolChain.ChainLen = 1};
    size_t count = 10;
    DWORD id;

    REQUIRE_EQ(ws_catalog_load(), 0);
    while (!ws_catalog_add(&info, "x", &id) && count <= WS_CATALOG_MAX)
        count++;
    CHECK_EQ(count, WS_CATALOG_MAX);
}
