/* SPDX-License-Identifier: MIT */
/* Which protocol socket() and WSASocket() choose, which error they choose when
 * nothing fits, and what the catalog shows of itself.
 * The table of errors is that of a catalog with IPv4 and IPv6. */
#include "net.h"

#include <string.h>

enum { BAD = 0xdead };

struct choice {
    int af, type, protocol;
    int error; /* 0: succeeds with what follows */
    int got_type, got_protocol;
};

static void
check_choice(const struct choice *c)
{
    WSAPROTOCOL_INFOA info;
    int len = sizeof info;
    SOCKET s =
        WSASocketA(c->af, c->type, c->protocol, NULL, 0, WSA_FLAG_OVERLAPPED);
    int error = s == INVALID_SOCKET ? net_error() : 0;

    if (error != c->error)
        t_note("family %d, type %d, protocol %d:", c->af, c->type, c->protocol);
    CHECK_EQ(error, c->error);
    if (s == INVALID_SOCKET)
        return;
    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&info, &len),
             0);
    if (!c->error) {
        CHECK_EQ(info.iSocketType, c->got_type);
        CHECK_EQ(info.iProtocol, c->got_protocol);
        if (c->af)
            CHECK_EQ(info.iAddressFamily, c->af);
    }
    net_close(s);
}

static void
check_choices(const struct choice *choices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_choice(&choices[i]);
}

#define CHECK_CHOICES(...)                                                     \
    do {                                                                       \
        static const struct choice choices[] = {__VA_ARGS__};                  \
        check_choices(choices, sizeof choices / sizeof choices[0]);            \
    } while (0)

TEST(an_unknown_family_is_not_supported, "CAT-11")
{
    CHECK_CHOICES({BAD, SOCK_STREAM, IPPROTO_TCP, WSAEAFNOSUPPORT, 0, 0},
                  {BAD, SOCK_STREAM, IPPROTO_UDP, WSAEAFNOSUPPORT, 0, 0});
}

TEST(an_unknown_type_is_told_first, "CAT-11")
{
    CHECK_CHOICES({AF_INET, BAD, IPPROTO_TCP, WSAESOCKTNOSUPPORT, 0, 0},
                  {BAD, BAD, IPPROTO_TCP, WSAESOCKTNOSUPPORT, 0, 0},
                  {AF_INET, BAD, BAD, WSAESOCKTNOSUPPORT, 0, 0},
                  {AF_INET, BAD, 0, WSAESOCKTNOSUPPORT, 0, 0},
                  {AF_UNSPEC, BAD, IPPROTO_UDP, WSAESOCKTNOSUPPORT, 0, 0});
}

TEST(an_unknown_protocol_is_not_supported, "CAT-11")
{
    CHECK_CHOICES({AF_INET, SOCK_STREAM, BAD, WSAEPROTONOSUPPORT, 0, 0},
                  {AF_INET, 0, BAD, WSAEPROTONOSUPPORT, 0, 0},
                  {AF_UNSPEC, SOCK_STREAM, BAD, WSAEPROTONOSUPPORT, 0, 0},
                  {AF_UNSPEC, 0, BAD, WSAEPROTONOSUPPORT, 0, 0});
}

TEST(a_protocol_of_the_other_type_is_not_supported, "CAT-11 CAT-12")
{
    CHECK_CHOICES(
        {AF_INET, SOCK_STREAM, IPPROTO_UDP, WSAEPROTONOSUPPORT, 0, 0},
        {AF_INET, SOCK_DGRAM, IPPROTO_TCP, WSAEPROTONOSUPPORT, 0, 0},
        {AF_INET6, SOCK_STREAM, IPPROTO_UDP, WSAEPROTONOSUPPORT, 0, 0},
        {AF_INET6, SOCK_DGRAM, IPPROTO_TCP, WSAEPROTONOSUPPORT, 0, 0});
}

TEST(protocol_0_takes_the_entry_that_matches_zero, "CAT-2 CAT-11")
{
    CHECK_CHOICES({AF_INET, SOCK_STREAM, 0, 0, SOCK_STREAM, IPPROTO_TCP},
                  {AF_INET, SOCK_DGRAM, 0, 0, SOCK_DGRAM, IPPROTO_UDP},
                  {AF_INET, 0, 0, 0, SOCK_STREAM, IPPROTO_TCP},
                  {AF_INET6, SOCK_STREAM, 0, 0, SOCK_STREAM, IPPROTO_TCP},
                  {AF_INET6, SOCK_DGRAM, 0, 0, SOCK_DGRAM, IPPROTO_UDP},
                  {AF_INET6, 0, 0, 0, SOCK_STREAM, IPPROTO_TCP});
}

TEST(type_0_is_found_from_the_protocol, "CAT-1 CAT-2 CAT-11")
{
    CHECK_CHOICES({AF_INET, 0, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
                  {AF_INET, 0, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP},
                  {AF_INET6, 0, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
                  {AF_INET6, 0, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP});
}

TEST(family_0_is_found_from_the_rest, "CAT-1 CAT-2 CAT-11")
{
    CHECK_CHOICES(
        {AF_UNSPEC, SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
        {AF_UNSPEC, SOCK_DGRAM, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP},
        {AF_UNSPEC, 0, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
        {AF_UNSPEC, 0, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP});
}

TEST(family_0_and_protocol_0_are_invalid, "CAT-11")
{
    CHECK_CHOICES({AF_UNSPEC, SOCK_STREAM, 0, WSAEINVAL, 0, 0},
                  {AF_UNSPEC, SOCK_DGRAM, 0, WSAEINVAL, 0, 0},
                  {AF_UNSPEC, BAD, 0, WSAEINVAL, 0, 0},
                  {AF_UNSPEC, 0, 0, WSAEINVAL, 0, 0});
}

TEST(an_unknown_family_wins_over_an_unknown_protocol, "CAT-11")
{
    SOCKET s;

    WINE_DIFFERS("it reports WSAEPROTONOSUPPORT");
    s = WSASocketA(BAD, SOCK_STREAM, BAD, NULL, 0, 0);
    CHECK_ERR(s == INVALID_SOCKET, WSAEAFNOSUPPORT);
}

TEST(socket_fails_as_WSASocket_does, "CAT-1 CAT-11")
{
    CHECK_ERR(socket(BAD, SOCK_STREAM, IPPROTO_TCP) == INVALID_SOCKET,
              WSAEAFNOSUPPORT);
    CHECK_ERR(socket(AF_INET, BAD, IPPROTO_TCP) == INVALID_SOCKET,
              WSAESOCKTNOSUPPORT);
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, BAD) == INVALID_SOCKET,
              WSAEPROTONOSUPPORT);
    CHECK_ERR(socket(AF_UNSPEC, SOCK_STREAM, 0) == INVALID_SOCKET, WSAEINVAL);
}

TEST(negative_numbers_are_nobodys, "CAT-11")
{
    CHECK_ERR(socket(-1, SOCK_STREAM, IPPROTO_TCP) == INVALID_SOCKET,
              WSAEAFNOSUPPORT, WSAEINVAL);
    CHECK_ERR(socket(AF_INET, -1, IPPROTO_TCP) == INVALID_SOCKET,
              WSAESOCKTNOSUPPORT, WSAEINVAL);
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, -1) == INVALID_SOCKET,
              WSAEPROTONOSUPPORT, WSAEINVAL);
}

/* The whole visible catalog; to be freed. */
static WSAPROTOCOL_INFOA *
all_protocols(int *count)
{
    WSAPROTOCOL_INFOA *list;
    DWORD size = 0;

    REQUIRE_ERR(WSAEnumProtocolsA(NULL, NULL, &size) == SOCKET_ERROR,
                WSAENOBUFS);
    list = (WSAPROTOCOL_INFOA *)HeapAlloc(GetProcessHeap(), 0, size);
    REQUIRE(list != NULL);
    *count = WSAEnumProtocolsA(NULL, list, &size);
    REQUIRE(*count != SOCKET_ERROR);
    return list;
}

static void
release(WSAPROTOCOL_INFOA *list)
{
    HeapFree(GetProcessHeap(), 0, list);
}

static const WSAPROTOCOL_INFOA *
find(const WSAPROTOCOL_INFOA *list, int count, int af, int type)
{
    for (int i = 0; i < count; i++) {
        if (list[i].iAddressFamily == af && list[i].iSocketType == type)
            return &list[i];
    }
    REQUIRE(!"the catalog has the entry");
    return NULL;
}

TEST(the_size_of_the_catalog_is_told_for_no_buffer, "AMB-58 CATL-8")
{
    WSAPROTOCOL_INFOA info;
    DWORD size = 0, again = sizeof info;

    CHECK_ERR(WSAEnumProtocolsA(NULL, NULL, &size) == SOCKET_ERROR, WSAENOBUFS);
    CHECK(size >= 4 * sizeof info);
    CHECK_EQ(size % sizeof info, 0);
    CHECK_ERR(WSAEnumProtocolsA(NULL, &info, &again) == SOCKET_ERROR,
              WSAENOBUFS);
    CHECK_EQ(again, size);
}

TEST(the_catalog_shows_tcp_and_udp_of_both_families, "CAT-14 CATL-8")
{
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);

    CHECK_EQ(find(list, count, AF_INET, SOCK_STREAM)->iProtocol, IPPROTO_TCP);
    CHECK_EQ(find(list, count, AF_INET, SOCK_DGRAM)->iProtocol, IPPROTO_UDP);
    CHECK_EQ(find(list, count, AF_INET6, SOCK_STREAM)->iProtocol, IPPROTO_TCP);
    CHECK_EQ(find(list, count, AF_INET6, SOCK_DGRAM)->iProtocol, IPPROTO_UDP);
    release(list);
}

TEST(the_catalog_hides_hidden_entries, "CATL-8 CAT-4")
{
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);

    for (int i = 0; i < count; i++) {
        CHECK(!(list[i].dwProviderFlags & PFL_HIDDEN));
        CHECK(list[i].ProtocolChain.ChainLen != LAYERED_PROTOCOL);
        CHECK(list[i].dwCatalogEntryId != 0);
    }
    release(list);
}

TEST(each_entry_of_the_catalog_has_its_own_number, "CATL-2 CAT-14")
{
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);

    for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++)
            CHECK(list[i].dwCatalogEntryId != list[j].dwCatalogEntryId);
    }
    release(list);
}

TEST(the_entry_of_tcp_describes_a_byte_stream, "CAT-14")
{
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);
    const WSAPROTOCOL_INFOA *tcp = find(list, count, AF_INET, SOCK_STREAM);

    /* A provider may have that or not (QOS-17). */
    CHECK_EQ(tcp->dwServiceFlags1 & ~(DWORD)XP1_QOS_SUPPORTED,
             XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER |
                 XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_IFS_HANDLES);
    CHECK(tcp->dwProviderFlags & PFL_MATCHES_PROTOCOL_ZERO);
    CHECK_EQ(tcp->ProtocolChain.ChainLen, BASE_PROTOCOL);
    CHECK_EQ(tcp->iVersion, 2);
    CHECK_EQ(tcp->iMinSockAddr, 16);
    CHECK_EQ(tcp->iMaxSockAddr, 16);
    CHECK_EQ(tcp->iProtocolMaxOffset, 0);
    CHECK_EQ(tcp->iNetworkByteOrder, BIGENDIAN);
    CHECK_EQ(tcp->iSecurityScheme, SECURITY_PROTOCOL_NONE);
    CHECK_EQ(tcp->dwMessageSize, 0);
    CHECK_EQ(tcp->dwProviderReserved, 0);
    release(list);
}

TEST(the_entry_of_udp_describes_datagrams, "CAT-14")
{
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);
    const WSAPROTOCOL_INFOA *udp = find(list, count, AF_INET6, SOCK_DGRAM);

    CHECK_EQ(udp->dwServiceFlags1,
             XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST |
                 XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES);
    CHECK(udp->dwProviderFlags & PFL_MATCHES_PROTOCOL_ZERO);
    CHECK_EQ(udp->iMaxSockAddr, 28);
    CHECK(udp->dwMessageSize == 65467 || udp->dwMessageSize == 65527);
    release(list);
}

TEST(the_providers_are_those_of_microsoft, "CAT-14")
{
    static const GUID v4 = {
        0xe70f1aa0,
        0xab8b,
        0x11cf,
        {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}
    };
    static const GUID v6 = {
        0xf9eab0c0,
        0x26d4,
        0x11d0,
        {0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4}
    };
    int count;
    WSAPROTOCOL_INFOA *list = all_protocols(&count);

    CHECK_MEM(&find(list, count, AF_INET, SOCK_STREAM)->ProviderId, &v4, 16);
    CHECK_MEM(&find(list, count, AF_INET, SOCK_DGRAM)->ProviderId, &v4, 16);
    CHECK_MEM(&find(list, count, AF_INET6, SOCK_STREAM)->ProviderId, &v6, 16);
    release(list);
}

TEST(the_catalog_can_be_filtered_by_protocol, "CATL-7 CATL-8")
{
    INT only_udp[] = {IPPROTO_UDP, 0};
    INT nothing[] = {9999, 0};
    WSAPROTOCOL_INFOA list[16];
    DWORD size = sizeof list;
    int count = WSAEnumProtocolsA(only_udp, list, &size);

    CHECK(count >= 2);
    for (int i = 0; i < count; i++)
        CHECK_EQ(list[i].iProtocol, IPPROTO_UDP);
    size = sizeof list;
    CHECK_EQ(WSAEnumProtocolsA(nothing, list, &size), 0);
}

TEST(both_forms_of_the_catalog_agree, "CATL-8")
{
    WSAPROTOCOL_INFOA narrow[16];
    WSAPROTOCOL_INFOW wide[16];
    DWORD narrow_size = sizeof narrow, wide_size = sizeof wide;
    int count = WSAEnumProtocolsA(NULL, narrow, &narrow_size);

    REQUIRE(count > 0);
    REQUIRE_EQ(WSAEnumProtocolsW(NULL, wide, &wide_size), count);
    for (int i = 0; i < count; i++) {
        CHECK_MEM(&narrow[i], &wide[i],
                  offsetof(WSAPROTOCOL_INFOA, szProtocol));
        CHECK_EQ(narrow[i].szProtocol[0], wide[i].szProtocol[0]);
    }
}

TEST(protocol_info_tells_the_entry_used, "CAT-10")
{
    int count, len = sizeof(WSAPROTOCOL_INFOA);
    WSAPROTOCOL_INFOA info, *list = all_protocols(&count);
    SOCKET s = net_socket(AF_INET6, SOCK_DGRAM);

    REQUIRE_EQ(
        getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&info, &len), 0);
    CHECK_EQ(len, sizeof info);
    CHECK_MEM(&info, find(list, count, AF_INET6, SOCK_DGRAM),
              offsetof(WSAPROTOCOL_INFOA, szProtocol));
    CHECK_STR(info.szProtocol,
              find(list, count, AF_INET6, SOCK_DGRAM)->szProtocol);
    net_close(s);
    release(list);
}

TEST(protocol_info_into_a_short_buffer_tells_the_size, "CAT-10")
{
    char buf[1000];
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    int len = sizeof(WSAPROTOCOL_INFOA) - 1;

    CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, buf, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, sizeof(WSAPROTOCOL_INFOA));
    len = sizeof(WSAPROTOCOL_INFOW) - 1;
    CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, buf, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, sizeof(WSAPROTOCOL_INFOW));
    net_close(s);
}

TEST(protocol_info_into_a_long_buffer_leaves_the_length, "CAT-10")
{
    char buf[2000];
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    int len = sizeof(WSAPROTOCOL_INFOA) + 1;

    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, buf, &len), 0);
    CHECK_EQ(len, sizeof(WSAPROTOCOL_INFOA) + 1);
    len = sizeof(WSAPROTOCOL_INFOW) + 9;
    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, buf, &len), 0);
    CHECK_EQ(len, sizeof(WSAPROTOCOL_INFOW) + 9);
    net_close(s);
}

/* The protocol info of a fresh socket. */
static WSAPROTOCOL_INFOA
info_of(int af, int type)
{
    WSAPROTOCOL_INFOA info;
    int len = sizeof info;
    SOCKET s = net_socket(af, type);

    REQUIRE_EQ(
        getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&info, &len), 0);
    net_close(s);
    return info;
}

TEST(a_protocol_info_alone_makes_a_socket, "CAT-6")
{
    WSAPROTOCOL_INFOA info = info_of(AF_INET6, SOCK_DGRAM);
    SOCKET s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
                          FROM_PROTOCOL_INFO, &info, 0, 0);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    net_close(s);
}

TEST(zeros_beside_a_protocol_info_are_taken_from_it, "CAT-7")
{
    WSAPROTOCOL_INFOA info = info_of(AF_INET, SOCK_DGRAM);
    SOCKET s = WSASocketA(0, 0, 0, &info, 0, 0);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    net_close(s);
}

TEST(explicit_values_win_over_the_protocol_info, "CAT-7")
{
    WSAPROTOCOL_INFOA info = info_of(AF_INET, SOCK_DGRAM);
    SOCKET s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, &info, 0, 0);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    net_close(s);
}

TEST(a_protocol_info_without_family_is_refused, "CAT-8")
{
    WSAPROTOCOL_INFOA info = info_of(AF_INET, SOCK_STREAM);

    info.iAddressFamily = 0;
    CHECK_ERR(WSASocketA(0, SOCK_STREAM, IPPROTO_TCP, &info, 0, 0) ==
                  INVALID_SOCKET,
              WSAEAFNOSUPPORT);
    CHECK_ERR(WSASocketA(FROM_PROTOCOL_INFO, SOCK_STREAM, IPPROTO_TCP, &info, 0,
                         0) == INVALID_SOCKET,
              WSAEAFNOSUPPORT);
}

TEST(a_raw_socket_needs_privilege_or_is_made, "CAT-13 CAT-3")
{
    SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

    if (s == INVALID_SOCKET) {
        CHECK_EQ(WSAGetLastError(), WSAEACCES);
        return;
    }
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), SOCK_RAW);
    net_close(s);
}
