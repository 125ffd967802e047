/* SPDX-License-Identifier: MIT */
/* The functions that take wide characters. Natively this file is compiled a
 * second time with -fshort-wchar, where the same calls must reach the functions
 * for 16-bit characters; L"" literals make both builds read the same. */
#include "net.h"

#include <string.h>

/* wcscmp of the C library knows only its own width. */
static int
same(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static size_t
length(const WCHAR *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

TEST(WCHAR_is_the_compilers_wide_character)
{
    CHECK_EQ(sizeof(WCHAR), sizeof(wchar_t));
    CHECK_EQ(sizeof(WCHAR), sizeof(L'x'));
}

TEST(numeric_names_are_looked_up, "NSP-6")
{
    ADDRINFOW hints, *list = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST | AI_CANONNAME;
    hints.ai_socktype = SOCK_STREAM;
    REQUIRE_EQ(GetAddrInfoW(L"127.0.0.1", L"80", &hints, &list), 0);
    CHECK_EQ(list->ai_family, AF_INET);
    CHECK_EQ(list->ai_addrlen, sizeof(struct sockaddr_in));
    CHECK_EQ(((struct sockaddr_in *)list->ai_addr)->sin_port, htons(80));
    REQUIRE(list->ai_canonname != NULL);
    CHECK(same(list->ai_canonname, L"127.0.0.1"));
    FreeAddrInfoW(list);
}

TEST(both_families_of_localhost_are_looked_up, "NSP-6")
{
    ADDRINFOW hints, *list = NULL;
    int v4 = 0;

    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    REQUIRE_EQ(GetAddrInfoW(L"localhost", NULL, &hints, &list), 0);
    for (ADDRINFOW *ai = list; ai; ai = ai->ai_next)
        v4 += ai->ai_family == AF_INET;
    CHECK(v4 > 0);
    FreeAddrInfoW(list);
}

TEST(an_unknown_wide_name_is_not_found, "NSP-6")
{
    ADDRINFOW hints, *list = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST;
    CHECK_EQ(GetAddrInfoW(L"\x00e4\x20ac", L"80", &hints, &list),
             WSAHOST_NOT_FOUND);
}

TEST(an_address_becomes_wide_host_and_port)
{
    struct net_addr addr = net_loopback(AF_INET6, 8080);
    WCHAR host[100], service[32];

    CHECK_EQ(GetNameInfoW(&addr.u.any, addr.len, host, 100, service, 32,
                          NI_NUMERICHOST | NI_NUMERICSERV),
             0);
    CHECK(same(host, L"::1"));
    CHECK(same(service, L"8080"));
}

TEST(wide_text_becomes_an_address)
{
    struct in_addr v4;
    struct in6_addr v6;

    CHECK_EQ(InetPtonW(AF_INET, L"127.0.0.1", &v4), 1);
    CHECK_EQ(v4.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(InetPtonW(AF_INET6, L"::1", &v6), 1);
    CHECK_EQ(v6.s6_addr[15], 1);
    CHECK_EQ(InetPtonW(AF_INET, L"127.0.0", &v4), 0);
    CHECK_EQ(InetPtonW(AF_INET, L"\x0661.2.3.4", &v4), 0);
    CHECK_ERR(InetPtonW(0xdead, L"127.0.0.1", &v4) == -1, WSAEAFNOSUPPORT);
}

TEST(an_address_becomes_wide_text)
{
    struct in_addr v4;
    WCHAR text[64];

    v4.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(InetNtopW(AF_INET, &v4, text, 64) != NULL);
    CHECK(same(text, L"127.0.0.1"));
    CHECK(InetNtopW(AF_INET, &v4, text, 9) == NULL);
    CHECK(InetNtopW(AF_INET, &v4, text, 10) != NULL);
}

TEST(an_address_becomes_a_wide_string, "OTH-1")
{
    struct net_addr addr = net_loopback(AF_INET6, 80);
    WCHAR text[64];
    DWORD len = 64;

    CHECK_EQ(WSAAddressToStringW(&addr.u.any, addr.len, NULL, text, &len), 0);
    CHECK(same(text, L"[::1]:80"));
    CHECK_EQ(len, 9);
    len = 8;
    CHECK_ERR(WSAAddressToStringW(&addr.u.any, addr.len, NULL, text, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, 9);
}

TEST(a_wide_string_becomes_an_address, "OTH-1")
{
    WCHAR good[] = L"127.0.0.1:443", bad[] = L"127.0.0.1:65536";
    struct net_addr addr = {{{0}}, sizeof addr.u};

    CHECK_EQ(WSAStringToAddressW(good, AF_INET, NULL, &addr.u.any, &addr.len),
             0);
    CHECK(net_same(addr, net_loopback(AF_INET, 443)));
    addr.len = sizeof addr.u;
    CHECK_ERR(WSAStringToAddressW(bad, AF_INET, NULL, &addr.u.any, &addr.len) ==
                  SOCKET_ERROR,
              WSAEINVAL);
}

TEST(the_wide_host_name_is_the_narrow_one)
{
    char narrow[256];
    WCHAR wide[256];

    REQUIRE_EQ(gethostname(narrow, sizeof narrow), 0);
#ifdef _WIN32
    (void)wide, (void)length;
    SKIP("mingw's library lacks the function");
#else
    REQUIRE_EQ(GetHostNameW(wide, 256), 0);
    CHECK_EQ(length(wide), strlen(narrow));
    for (size_t i = 0; narrow[i]; i++)
        CHECK_EQ(wide[i], narrow[i]);
#endif
}

TEST(the_catalog_has_wide_names, "CAT-14 CATL-8")
{
    WSAPROTOCOL_INFOW list[16];
    DWORD size = sizeof list;
    int count = WSAEnumProtocolsW(NULL, list, &size);

    REQUIRE(count > 0);
    for (int i = 0; i < count; i++) {
        CHECK(length(list[i].szProtocol) > 0);
        CHECK(length(list[i].szProtocol) < WSAPROTOCOL_LEN);
    }
}

TEST(protocol_info_has_its_wide_size, "CAT-10")
{
    WSAPROTOCOL_INFOW info;
    int len = sizeof info;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &len),
             0);
    CHECK_EQ(len, sizeof info);
    CHECK_EQ(info.iProtocol, IPPROTO_TCP);
    CHECK(length(info.szProtocol) > 3);
    net_close(s);
}

TEST(a_wide_protocol_info_makes_a_socket, "CAT-6")
{
    WSAPROTOCOL_INFOW info;
    int len = sizeof info;
    SOCKET s = net_socket(AF_INET6, SOCK_DGRAM);

    REQUIRE_EQ(
        getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &len), 0);
    net_close(s);
    s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
                   &info, 0, WSA_FLAG_OVERLAPPED);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    net_close(s);
}

TEST(wide_messages_of_errors_are_the_narrow_ones)
{
    char narrow[256];
    WCHAR wide[256];
    DWORD how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    DWORD n =
        FormatMessageA(how, NULL, ERROR_INVALID_HANDLE, 0, narrow, 256, NULL);

    REQUIRE(n > 0);
    CHECK_EQ(
        FormatMessageW(how, NULL, ERROR_INVALID_HANDLE, 0, wide, 256, NULL), n);
    for (DWORD i = 0; i <= n; i++)
        CHECK_EQ(wide[i], narrow[i]);
}

TEST(characters_beyond_16_bits_survive)
{
    /* U+1F600 in UTF-8, which is one or two WCHARs. */
    static const char smile[] = "\xf0\x9f\x98\x80";
    WCHAR wide[8];
    char back[8];
    int n = MultiByteToWideChar(CP_UTF8, 0, smile, -1, wide, 8);

    CHECK_EQ(n, sizeof(WCHAR) == 2 ? 3 : 2);
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, wide, -1, back, 8, NULL, NULL), 5);
    CHECK_STR(back, smile);
}

TEST(wide_string_helpers_count_characters)
{
    WCHAR text[16];

    CHECK_EQ(lstrlenW(L"four"), 4);
    CHECK(lstrcpyW(text, L"copy") == text);
    CHECK(same(text, L"copy"));
    CHECK_EQ(lstrcmpW(text, L"copy"), 0);
    CHECK_EQ(lstrcmpiW(text, L"COPY"), 0);
    CHECK(lstrcmpW(text, L"cop") > 0);
}

TEST(wide_event_names_are_taken)
{
    HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL);
    HANDLE mutex = CreateMutexW(NULL, FALSE, NULL);
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 1, NULL);

    CHECK(net_signalled(event, 0));
    CHECK(net_signalled(mutex, 0));
    CHECK(net_signalled(semaphore, 0));
    CHECK(ReleaseMutex(mutex));
    CloseHandle(event);
    CloseHandle(mutex);
    CloseHandle(semaphore);
}

TEST(the_version_has_its_wide_size)
{
    OSVERSIONINFOW v = {.dwOSVersionInfoSize = sizeof v};

    WINE_DIFFERS("it has a service pack");
    CHECK_EQ(sizeof v, 20 + 128 * sizeof(WCHAR));
    CHECK(GetVersionExW(&v));
    CHECK_EQ(v.dwPlatformId, VER_PLATFORM_WIN32_NT);
    CHECK_EQ(v.szCSDVersion[0], 0);
    v.dwOSVersionInfoSize = 1;
    CHECK(!GetVersionExW(&v));
}
