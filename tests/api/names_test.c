/* SPDX-License-Identifier: MIT */
/* Names, services and addresses as text. Nothing here asks a name server: the
 * names are numbers, "localhost", or names that cannot exist. */
#include "net.h"

#include <string.h>

static ADDRINFOA *
look_up(const char *node, const char *service, int flags, int family, int type)
{
    ADDRINFOA hints, *list = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_flags = flags;
    hints.ai_family = family;
    hints.ai_socktype = type;
    REQUIRE_EQ(getaddrinfo(node, service, &hints, &list), 0);
    REQUIRE(list != NULL);
    return list;
}

TEST(a_numeric_ipv4_name_is_its_address, "NSP-6")
{
    ADDRINFOA *list =
        look_up("127.0.0.1", "80", AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM);
    struct sockaddr_in *addr = (struct sockaddr_in *)list->ai_addr;

    CHECK_EQ(list->ai_family, AF_INET);
    CHECK_EQ(list->ai_socktype, SOCK_STREAM);
    CHECK_EQ(list->ai_addrlen, sizeof *addr);
    CHECK_EQ(addr->sin_family, AF_INET);
    CHECK_EQ(addr->sin_port, htons(80));
    CHECK_EQ(addr->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK(list->ai_next == NULL);
    freeaddrinfo(list);
}

TEST(a_numeric_ipv6_name_is_its_address, "NSP-6")
{
    ADDRINFOA *list =
        look_up("::1", "7", AI_NUMERICHOST, AF_UNSPEC, SOCK_DGRAM);
    struct sockaddr_in6 *addr = (struct sockaddr_in6 *)list->ai_addr;

    CHECK_EQ(list->ai_family, AF_INET6);
    CHECK_EQ(addr->sin6_family, AF_INET6);
    CHECK_EQ(addr->sin6_port, htons(7));
    CHECK_EQ(addr->sin6_addr.s6_addr[15], 1);
    CHECK_EQ(list->ai_addrlen, sizeof *addr);
    freeaddrinfo(list);
}

TEST(no_name_means_loopback_or_any, "NSP-6")
{
    ADDRINFOA *list = look_up(NULL, "1234", 0, AF_INET, SOCK_STREAM);
    struct sockaddr_in *addr = (struct sockaddr_in *)list->ai_addr;

    CHECK_EQ(addr->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(addr->sin_port, htons(1234));
    freeaddrinfo(list);
    list = look_up(NULL, "0", AI_PASSIVE, AF_INET, SOCK_STREAM);
    addr = (struct sockaddr_in *)list->ai_addr;
    CHECK_EQ(addr->sin_addr.s_addr, htonl(INADDR_ANY));
    freeaddrinfo(list);
}

TEST(the_passive_address_can_be_bound, "NSP-6 BND-4")
{
    ADDRINFOA *list = look_up(NULL, "0", AI_PASSIVE, AF_INET6, SOCK_STREAM);
    SOCKET s = socket(list->ai_family, list->ai_socktype, list->ai_protocol);

    REQUIRE(s != INVALID_SOCKET);
    CHECK_EQ(bind(s, list->ai_addr, (int)list->ai_addrlen), 0);
    CHECK_EQ(listen(s, 1), 0);
    net_close(s);
    freeaddrinfo(list);
}

TEST(localhost_has_an_ipv4_address, "NSP-6")
{
    ADDRINFOA *list = look_up("localhost", NULL, 0, AF_INET, SOCK_STREAM);
    struct sockaddr_in *addr = (struct sockaddr_in *)list->ai_addr;

    CHECK_EQ(ntohl(addr->sin_addr.s_addr) >> 24, 127);
    freeaddrinfo(list);
}

TEST(a_service_name_is_found, "NSP-6")
{
    ADDRINFOA *list = look_up("127.0.0.1", "http", 0, AF_INET, SOCK_STREAM);

    CHECK_EQ(((struct sockaddr_in *)list->ai_addr)->sin_port, htons(80));
    freeaddrinfo(list);
}

TEST(the_canonical_name_comes_on_request, "NSP-6")
{
    ADDRINFOA *list = look_up("127.0.0.1", NULL, AI_CANONNAME | AI_NUMERICHOST,
                              AF_INET, SOCK_STREAM);

    REQUIRE(list->ai_canonname != NULL);
    CHECK_STR(list->ai_canonname, "127.0.0.1");
    freeaddrinfo(list);
}

TEST(errors_of_getaddrinfo_are_winsock_errors, "NSP-6")
{
    ADDRINFOA hints, *list = (ADDRINFOA *)1;

    memset(&hints, 0, sizeof hints);
    CHECK_EQ(getaddrinfo(NULL, NULL, NULL, &list), EAI_NONAME);
    hints.ai_flags = AI_NUMERICHOST;
    CHECK_EQ(getaddrinfo("not.a.number", "80", &hints, &list), EAI_NONAME);
    CHECK_EQ(EAI_NONAME, WSAHOST_NOT_FOUND);
    CHECK_EQ(EAI_FAMILY, WSAEAFNOSUPPORT);
}

TEST(bad_hints_are_refused, "NSP-6")
{
    ADDRINFOA hints, *list = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = 0xdead;
    CHECK_EQ(getaddrinfo("127.0.0.1", "80", &hints, &list), EAI_FAMILY);
    hints.ai_family = AF_INET;
    hints.ai_socktype = 0xdead;
    CHECK_EQ(getaddrinfo("127.0.0.1", "80", &hints, &list), EAI_SOCKTYPE);
}

TEST(a_service_that_nobody_knows_is_not_found, "NSP-6")
{
    ADDRINFOA hints, *list = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    CHECK_EQ(getaddrinfo("127.0.0.1", "nosuchservice", &hints, &list),
             EAI_SERVICE);
}

TEST(freeing_nothing_is_allowed)
{
    freeaddrinfo(NULL);
}

TEST(an_address_becomes_host_and_port)
{
    struct net_addr v4 = net_loopback(AF_INET, 8080);
    struct net_addr v6 = net_loopback(AF_INET6, 443);
    char host[NI_MAXHOST], service[NI_MAXSERV];

    CHECK_EQ(getnameinfo(&v4.u.any, v4.len, host, sizeof host, service,
                         sizeof service, NI_NUMERICHOST | NI_NUMERICSERV),
             0);
    CHECK_STR(host, "127.0.0.1");
    CHECK_STR(service, "8080");
    CHECK_EQ(getnameinfo(&v6.u.any, v6.len, host, sizeof host, service,
                         sizeof service, NI_NUMERICHOST | NI_NUMERICSERV),
             0);
    CHECK_STR(host, "::1");
    CHECK_STR(service, "443");
}

TEST(getnameinfo_refuses_short_addresses)
{
    struct net_addr addr = net_loopback(AF_INET, 80);
    char host[NI_MAXHOST];

    WINE_DIFFERS("the error is that of an unknown family");
    CHECK_EQ(getnameinfo(&addr.u.any, 15, host, sizeof host, NULL, 0,
                         NI_NUMERICHOST),
             WSAEFAULT);
}

TEST(getnameinfo_gives_a_service_alone)
{
    struct net_addr addr = net_loopback(AF_INET, 80);
    char service[NI_MAXSERV];

    CHECK_EQ(
        getnameinfo(&addr.u.any, addr.len, NULL, 0, service, sizeof service, 0),
        0);
    CHECK_STR(service, "http");
}

/* Text to address and back */

TEST(dotted_text_is_read_strictly_by_inet_pton)
{
    static const char *const bad[] = {"1.2.3",     "1.2.3.256", "1.2.3.4.5",
                                      "1.2.3.4 ",  "",          "a.b.c.d",
                                      "0x7f.1.1.1"};
    struct in_addr addr;

    CHECK_EQ(inet_pton(AF_INET, "127.0.0.1", &addr), 1);
    CHECK_EQ(addr.s_addr, htonl(INADDR_LOOPBACK));
    for (int i = 0; i < 7; i++)
        CHECK_EQ(inet_pton(AF_INET, bad[i], &addr), 0);
    CHECK_ERR(inet_pton(0xdead, "1.2.3.4", &addr) == -1, WSAEAFNOSUPPORT);
}

TEST(ipv6_text_is_read_by_inet_pton)
{
    static const char *const bad[] = {"1::2::3", ":::", "12345::", "::1%1x",
                                      "g::"};
    struct in6_addr addr;

    CHECK_EQ(inet_pton(AF_INET6, "2001:db8::ff", &addr), 1);
    CHECK_EQ(addr.s6_addr[0], 0x20);
    CHECK_EQ(addr.s6_addr[3], 0xb8);
    CHECK_EQ(addr.s6_addr[15], 0xff);
    CHECK_EQ(inet_pton(AF_INET6, "::ffff:1.2.3.4", &addr), 1);
    CHECK_EQ(addr.s6_addr[15], 4);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(inet_pton(AF_INET6, bad[i], &addr), 0);
}

TEST(addresses_are_written_by_inet_ntop)
{
    struct in_addr v4;
    struct in6_addr v6;
    char text[64];

    v4.s_addr = htonl(0x0102fe04);
    CHECK_STR(inet_ntop(AF_INET, &v4, text, sizeof text), "1.2.254.4");
    CHECK(inet_ntop(AF_INET, &v4, text, 10) != NULL);
    CHECK(inet_ntop(AF_INET, &v4, text, 9) == NULL);
    memset(&v6, 0, sizeof v6);
    CHECK_STR(inet_ntop(AF_INET6, &v6, text, sizeof text), "::");
    v6.s6_addr[1] = 1;
    v6.s6_addr[15] = 0xab;
    CHECK_STR(inet_ntop(AF_INET6, &v6, text, sizeof text), "1::ab");
    CHECK_ERR(inet_ntop(0xdead, &v4, text, sizeof text) == NULL,
              WSAEAFNOSUPPORT);
}

TEST(inet_addr_reads_old_forms)
{
    CHECK_EQ(inet_addr("127.0.0.1"), htonl(INADDR_LOOPBACK));
    CHECK_EQ(inet_addr("127.1"), htonl(INADDR_LOOPBACK));
    CHECK_EQ(inet_addr("0x7f.0.0.1"), htonl(INADDR_LOOPBACK));
    CHECK_EQ(inet_addr("0177.0.0.01"), htonl(INADDR_LOOPBACK));
    CHECK_EQ(inet_addr("255.255.255.255"), INADDR_NONE);
    CHECK_EQ(inet_addr("1.2.3.4.5"), INADDR_NONE);
    CHECK_EQ(inet_addr("nonsense"), INADDR_NONE);
    CHECK_EQ(inet_addr(NULL), INADDR_NONE);
}

static DWORD WINAPI
write_other(void *unused)
{
    struct in_addr addr;

    (void)unused;
    addr.s_addr = htonl(0x09080706);
    CHECK_STR(inet_ntoa(addr), "9.8.7.6");
    return 0;
}

TEST(inet_ntoa_writes_into_the_threads_own_buffer)
{
    struct in_addr addr;
    const char *text;

    addr.s_addr = htonl(0x01020304);
    text = inet_ntoa(addr);
    CHECK_STR(text, "1.2.3.4");
    net_join(net_thread(write_other, NULL));
    CHECK_STR(text, "1.2.3.4");
}

TEST(byte_orders_are_changed)
{
    unsigned char *p;
    u_short s = htons(0x1234);
    u_long l = htonl(0x12345678);

    p = (unsigned char *)&s;
    CHECK(p[0] == 0x12 && p[1] == 0x34);
    p = (unsigned char *)&l;
    CHECK(p[0] == 0x12 && p[3] == 0x78);
    CHECK_EQ(ntohs(s), 0x1234);
    CHECK_EQ(ntohl(l), 0x12345678);
}

TEST(byte_orders_can_be_asked_of_a_socket)
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    u_short shorts = 0;
    u_long longs = 0;

    WINE_DIFFERS("it does not look at the socket");
    CHECK_EQ(WSAHtons(s, 0x1234, &shorts), 0);
    CHECK_EQ(shorts, htons(0x1234));
    CHECK_EQ(WSANtohs(s, shorts, &shorts), 0);
    CHECK_EQ(shorts, 0x1234);
    CHECK_EQ(WSAHtonl(s, 0x12345678, &longs), 0);
    CHECK_EQ(longs, htonl(0x12345678));
    CHECK_EQ(WSANtohl(s, longs, &longs), 0);
    CHECK_EQ(longs, 0x12345678);
    CHECK_ERR(WSAHtons(s, 1, NULL) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(WSAHtons(INVALID_SOCKET, 1, &shorts) == SOCKET_ERROR,
              WSAENOTSOCK);
    net_close(s);
}

/* The old look-ups */

TEST(gethostbyname_knows_localhost)
{
    struct hostent *host = gethostbyname("localhost");

    REQUIRE(host != NULL);
    CHECK_EQ(host->h_addrtype, AF_INET);
    CHECK_EQ(host->h_length, 4);
    REQUIRE(host->h_addr_list[0] != NULL);
    CHECK_EQ((unsigned char)host->h_addr_list[0][0], 127);
    CHECK(host->h_name != NULL && host->h_aliases != NULL);
}

TEST(gethostbyname_reads_numbers)
{
    struct hostent *host = gethostbyname("127.0.0.1");

    REQUIRE(host != NULL);
    CHECK_MEM(host->h_addr_list[0], "\177\0\0\1", 4);
    CHECK(host->h_addr_list[1] == NULL);
}

TEST(gethostname_tells_the_hosts_name)
{
    char name[256] = "";

    CHECK_EQ(gethostname(name, sizeof name), 0);
    CHECK(strlen(name) > 0);
    CHECK_ERR(gethostname(name, 0) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(gethostname(NULL, 100) == SOCKET_ERROR, WSAEFAULT);
}

TEST(services_are_found_by_name_and_port)
{
    struct servent *service = getservbyname("http", "tcp");

    REQUIRE(service != NULL);
    CHECK_EQ(service->s_port, (short)htons(80));
    CHECK_STR(service->s_proto, "tcp");
    service = getservbyport(htons(80), "tcp");
    REQUIRE(service != NULL);
    CHECK_STR(service->s_name, "http");
    CHECK_ERR(getservbyname("nosuchservice", NULL) == NULL, WSANO_DATA);
    CHECK_ERR(getservbyport(htons(1), "nosuchprotocol") == NULL, WSANO_DATA);
}

TEST(protocols_are_found_by_name_and_number)
{
    struct protoent *protocol = getprotobyname("tcp");

    REQUIRE(protocol != NULL);
    CHECK_EQ(protocol->p_proto, IPPROTO_TCP);
    protocol = getprotobynumber(IPPROTO_UDP);
    REQUIRE(protocol != NULL);
    CHECK_STR(protocol->p_name, "udp");
    CHECK_ERR(getprotobyname("nosuchprotocol") == NULL, WSANO_DATA);
}

TEST(loopback_has_a_name)
{
    struct in_addr addr;
    struct hostent *host;

    WINE_DIFFERS("the error is WSAEAFNOSUPPORT");
    addr.s_addr = htonl(INADDR_LOOPBACK);
    host = gethostbyaddr((char *)&addr, 4, AF_INET);
    REQUIRE(host != NULL);
    CHECK(strlen(host->h_name) > 0);
    CHECK_MEM(host->h_addr_list[0], &addr, 4);
    CHECK_ERR(gethostbyaddr((char *)&addr, 3, AF_INET) == NULL, WSAEFAULT);
}

/* WSAAddressToString and WSAStringToAddress */

TEST(addresses_become_strings, "OTH-1")
{
    struct net_addr v4 = net_loopback(AF_INET, 80);
    struct net_addr v6 = net_loopback(AF_INET6, 80);
    char text[100];
    DWORD len = sizeof text;

    CHECK_EQ(WSAAddressToStringA(&v4.u.any, v4.len, NULL, text, &len), 0);
    CHECK_STR(text, "127.0.0.1:80");
    CHECK_EQ(len, 13);
    v4 = net_loopback(AF_INET, 0);
    len = sizeof text;
    CHECK_EQ(WSAAddressToStringA(&v4.u.any, v4.len, NULL, text, &len), 0);
    CHECK_STR(text, "127.0.0.1");
    len = sizeof text;
    CHECK_EQ(WSAAddressToStringA(&v6.u.any, v6.len, NULL, text, &len), 0);
    CHECK_STR(text, "[::1]:80");
    v6 = net_loopback(AF_INET6, 0);
    v6.u.in6.sin6_scope_id = 5;
    len = sizeof text;
    CHECK_EQ(WSAAddressToStringA(&v6.u.any, v6.len, NULL, text, &len), 0);
    CHECK_STR(text, "::1%5");
}

TEST(a_string_without_room_tells_its_length, "OTH-1")
{
    struct net_addr addr = net_loopback(AF_INET, 80);
    char text[100];
    DWORD len = 12;

    CHECK_ERR(WSAAddressToStringA(&addr.u.any, addr.len, NULL, text, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, 13);
}

TEST(bad_addresses_do_not_become_strings, "OTH-1")
{
    struct net_addr addr = net_loopback(AF_INET, 80);
    char text[100];
    DWORD len = sizeof text;

    WINE_DIFFERS("it reads on behind the length");
    CHECK_ERR(WSAAddressToStringA(&addr.u.any, 15, NULL, text, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT, WSAEINVAL);
    addr.u.any.sa_family = 0xdead;
    CHECK_ERR(WSAAddressToStringA(&addr.u.any, addr.len, NULL, text, &len) ==
                  SOCKET_ERROR,
              WSAEINVAL, WSAEAFNOSUPPORT);
}

static int
parse(const char *text, int family, struct net_addr *addr)
{
    char copy[100];

    strcpy(copy, text);
    memset(addr, 0x55, sizeof *addr);
    addr->len = sizeof addr->u;
    return WSAStringToAddressA(copy, family, NULL, &addr->u.any, &addr->len);
}

TEST(strings_become_addresses, "OTH-1")
{
    struct net_addr addr;

    CHECK_EQ(parse("127.0.0.1:65535", AF_INET, &addr), 0);
    CHECK(net_same(addr, net_loopback(AF_INET, 65535)));
    CHECK_EQ(addr.len, sizeof addr.u.in);
    CHECK_EQ(parse("127.0.0.1", AF_INET, &addr), 0);
    CHECK(net_same(addr, net_loopback(AF_INET, 0)));
    CHECK_EQ(parse("::1", AF_INET6, &addr), 0);
    CHECK(net_same(addr, net_loopback(AF_INET6, 0)));
    CHECK_EQ(parse("[::1]:80", AF_INET6, &addr), 0);
    CHECK(net_same(addr, net_loopback(AF_INET6, 80)));
    CHECK_EQ(addr.len, sizeof addr.u.in6);
}

TEST(bad_strings_are_invalid, "OTH-1")
{
    static const char *const bad[] = {"127.0.0.1:65536", "127.127.127.127.127",
                                      "nonsense", "127.0.0.1:", "[::1]:80"};
    struct net_addr addr;

    for (int i = 0; i < 5; i++) {
        if (parse(bad[i], AF_INET, &addr) == 0)
            t_note("\"%s\" was taken", bad[i]);
        CHECK_ERR(parse(bad[i], AF_INET, &addr) == SOCKET_ERROR, WSAEINVAL);
    }
    CHECK_ERR(parse("127.0.0.1", AF_INET6, &addr) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(parse("127.0.0.1", 0xdead, &addr) == SOCKET_ERROR, WSAEINVAL,
              WSAEAFNOSUPPORT);
}

TEST(an_address_without_room_is_a_fault, "OTH-1")
{
    char text[] = "127.0.0.1:80";
    struct net_addr addr;
    int len = sizeof addr.u.in - 1;

    CHECK_ERR(WSAStringToAddressA(text, AF_INET, NULL, &addr.u.any, &len) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(len, sizeof addr.u.in);
}
