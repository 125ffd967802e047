/* SPDX-License-Identifier: MIT */
/* The name calls: their checks, their buffers, and their wide twins, over the
 * system's own resolver and data bases. */
#include "t.h"

#include <ws2/winsock2.h>
#include <ws2/ws2tcpip.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void
begin(void)
{
    WSADATA data;

    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
}

TEST_BARE(names_need_a_startup, "G-1 G-15")
{
    struct addrinfo *list;
    struct sockaddr_in in = {.sin_family = AF_INET};
    char name[64];

    CHECK_ERR(gethostbyname("localhost") == NULL, WSANOTINITIALISED);
    CHECK_ERR(gethostbyaddr("1234", 4, AF_INET) == NULL, WSANOTINITIALISED);
    CHECK_ERR(getservbyname("http", NULL) == NULL, WSANOTINITIALISED);
    CHECK_ERR(getservbyport(80, NULL) == NULL, WSANOTINITIALISED);
    CHECK_ERR(getprotobyname("tcp") == NULL, WSANOTINITIALISED);
    CHECK_ERR(getprotobynumber(6) == NULL, WSANOTINITIALISED);
    CHECK_ERR(gethostname(name, 64) == SOCKET_ERROR, WSANOTINITIALISED);
    CHECK_EQ(getaddrinfo("localhost", NULL, NULL, &list), WSANOTINITIALISED);
    CHECK_EQ(getnameinfo((struct sockaddr *)&in, sizeof in, name, 64, NULL, 0,
                         NI_NUMERICHOST),
             WSANOTINITIALISED);
}

TEST_BARE(an_answer_is_a_list_of_addresses)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_CANONNAME,
                             .ai_family = AF_INET,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    struct sockaddr_in *in;

    begin();
    REQUIRE_EQ(getaddrinfo("127.0.0.1", "80", &hints, &list), 0);
    CHECK_EQ(list->ai_family, AF_INET);
    CHECK_EQ(list->ai_socktype, SOCK_STREAM);
    CHECK_EQ(list->ai_addrlen, sizeof *in);
    in = (struct sockaddr_in *)list->ai_addr;
    CHECK_EQ(in->sin_family, AF_INET);
    CHECK_EQ(in->sin_port, htons(80));
    CHECK_EQ(in->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_STR(list->ai_canonname, "127.0.0.1");
    CHECK(list->ai_next == NULL);
    freeaddrinfo(list);
    freeaddrinfo(NULL);
}

TEST_BARE(questions_are_checked)
{
    struct addrinfo hints = {.ai_addrlen = 1};
    struct addrinfo *list = (void *)&hints;

    begin();
    CHECK_EQ(getaddrinfo(NULL, NULL, NULL, &list), WSAHOST_NOT_FOUND);
    CHECK_EQ(WSAGetLastError(), WSAHOST_NOT_FOUND);
    CHECK(list == NULL);
    CHECK_EQ(getaddrinfo("127.0.0.1", NULL, &hints, &list), WSANO_RECOVERY);
    hints = (struct addrinfo){.ai_flags = AI_CANONNAME};
    CHECK_EQ(getaddrinfo(NULL, "80", &hints, &list), WSAEINVAL);
    hints = (struct addrinfo){.ai_family = 99};
    CHECK_EQ(getaddrinfo("127.0.0.1", NULL, &hints, &list), WSAEAFNOSUPPORT);
    hints = (struct addrinfo){.ai_flags = AI_NUMERICHOST};
    CHECK_EQ(getaddrinfo("localhost", NULL, &hints, &list), WSAHOST_NOT_FOUND);
    CHECK_EQ(getaddrinfo("127.0.0.1", NULL, NULL, NULL), WSAEFAULT);
}

TEST_BARE(an_address_has_a_name)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(4711)};
    char host[NI_MAXHOST], serv[NI_MAXSERV];
    const int numeric = NI_NUMERICHOST | NI_NUMERICSERV;

    begin();
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host,
                         serv, sizeof serv, numeric),
             0);
    CHECK_STR(host, "127.0.0.1");
    CHECK_STR(serv, "4711");
    CHECK_EQ(getnameinfo((struct sockaddr *)&in, sizeof in - 1, host,
                         sizeof host, NULL, 0, numeric),
             WSAEFAULT);
    CHECK_EQ(getnameinfo(NULL, 16, host, sizeof host, NULL, 0, numeric),
             WSAEFAULT);
    CHECK_EQ(getnameinfo((struct sockaddr *)&in, sizeof in, NULL, 0, NULL, 0,
                         numeric),
             WSAHOST_NOT_FOUND);
    in.sin_family = 99;
    CHECK_EQ(getnameinfo((struct sockaddr *)&in, sizeof in, host, sizeof host,
                         NULL, 0, numeric),
             WSAEAFNOSUPPORT);
}

TEST_BARE(hosts_of_old_are_found)
{
    struct hostent *h;
    u_long loop = htonl(INADDR_LOOPBACK);
    char name[256];

    begin();
    h = gethostbyname("127.0.0.1");
    REQUIRE(h != NULL);
    CHECK_EQ(h->h_addrtype, AF_INET);
    CHECK_EQ(h->h_length, 4);
    REQUIRE(h->h_addr_list[0] != NULL);
    CHECK_MEM(h->h_addr_list[0], &loop, 4);
    CHECK(h->h_addr_list[1] == NULL);
    CHECK(h->h_aliases != NULL);
    CHECK(gethostbyname("127.0.0.1") == h); /* one place a thread */
    CHECK_ERR(gethostbyname("no such name") == NULL, WSAHOST_NOT_FOUND,
              WSANO_DATA, WSATRY_AGAIN, WSANO_RECOVERY);
    CHECK_ERR(gethostbyaddr((char *)&loop, 3, AF_INET) == NULL, WSAEFAULT);
    CHECK_ERR(gethostbyaddr((char *)&loop, 4, 99) == NULL, WSAEAFNOSUPPORT);
    CHECK_EQ(gethostname(name, sizeof name), 0);
    CHECK(strlen(name) > 0);
    CHECK_ERR(gethostname(name, 1) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(gethostname(NULL, 1) == SOCKET_ERROR, WSAEFAULT);
}

TEST_BARE(services_and_protocols_are_found)
{
    struct servent *s;
    struct protoent *p;

    begin();
    s = getservbyname("telnet", "tcp");
    if (!s)
        SKIP("no data base of services here");
    CHECK_EQ(s->s_port, (short)htons(23));
    CHECK_STR(s->s_proto, "tcp");
    s = getservbyport(htons(23), "tcp");
    REQUIRE(s != NULL);
    CHECK_STR(s->s_name, "telnet");
    p = getprotobyname("udp");
    REQUIRE(p != NULL);
    CHECK_EQ(p->p_proto, 17);
    p = getprotobynumber(6);
    REQUIRE(p != NULL);
    CHECK_STR(p->p_name, "tcp");
    CHECK_STR(s->s_name, "telnet"); /* kinds do not overwrite each other */
    CHECK_ERR(getservbyname("no such service", NULL) == NULL, WSANO_DATA);
    CHECK_ERR(getservbyname(NULL, NULL) == NULL, WSAEFAULT);
    CHECK_ERR(getprotobyname("no such protocol") == NULL, WSANO_DATA);
    CHECK_ERR(getprotobyname(NULL) == NULL, WSAEFAULT);
}

TEST_BARE(wide_names_are_the_same)
{
    ADDRINFOW hints = {.ai_flags = AI_NUMERICHOST | AI_CANONNAME,
                       .ai_family = AF_INET6,
                       .ai_socktype = SOCK_DGRAM};
    ADDRINFOW *list = NULL;
    struct sockaddr_in6 *in;
    WCHAR host[64], serv[32];
    char name[256];

    begin();
    REQUIRE_EQ(GetAddrInfoW(L"::1", L"53", &hints, &list), 0);
    in = (struct sockaddr_in6 *)list->ai_addr;
    CHECK_EQ(in->sin6_family, AF_INET6);
    CHECK_EQ(in->sin6_port, htons(53));
    CHECK_EQ(list->ai_addrlen, sizeof *in);
    CHECK(!wcscmp(list->ai_canonname, L"::1"));
    CHECK_EQ(GetNameInfoW(list->ai_addr, (int)list->ai_addrlen, host, 64, serv,
                          32, NI_NUMERICHOST | NI_NUMERICSERV),
             0);
    CHECK(!wcscmp(host, L"::1"));
    CHECK(!wcscmp(serv, L"53"));
    CHECK_EQ(GetNameInfoW(list->ai_addr, (int)list->ai_addrlen, host, 3, NULL,
                          0, NI_NUMERICHOST),
             WSAEFAULT);
    FreeAddrInfoW(list);
    FreeAddrInfoW(NULL);
    hints.ai_canonname = host;
    CHECK_EQ(GetAddrInfoW(L"::1", NULL, &hints, &list), WSANO_RECOVERY);
    CHECK(list == NULL);
    CHECK_EQ(GetAddrInfoW(L"\u00f6\u00f6", NULL, NULL, NULL), WSAEFAULT);
    CHECK_EQ(GetHostNameW(host, 64), 0);
    CHECK_EQ(gethostname(name, sizeof name), 0);
    CHECK_EQ(wcslen(host), strlen(name));
    CHECK_ERR(GetHostNameW(host, 1) == SOCKET_ERROR, WSAEFAULT);
    CHECK_ERR(GetHostNameW(NULL, 64) == SOCKET_ERROR, WSAEFAULT);
}

/* ---- connecting by name and by list ---- */

static SOCKET
listener(struct sockaddr_in *at)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int len = sizeof *at;

    *at = (struct sockaddr_in){.sin_family = AF_INET};
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(bind(s, (struct sockaddr *)at, len), 0);
    REQUIRE_EQ(listen(s, 5), 0);
    REQUIRE_EQ(getsockname(s, (struct sockaddr *)at, &len), 0);
    return s;
}

/* An address at which nobody listens, nor can as long as '*holder' is open. */
static struct sockaddr_in
nobody(SOCKET *holder)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    int len = sizeof at;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *holder = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE_EQ(bind(*holder, (struct sockaddr *)&at, sizeof at), 0);
    REQUIRE_EQ(getsockname(*holder, (struct sockaddr *)&at, &len), 0);
    return at;
}

TEST_BARE(a_list_is_tried_until_somebody_answers, "CON-22")
{
    struct sockaddr_in there, gone, local = {0}, remote = {0};
    DWORD local_len = sizeof local, remote_len = sizeof remote;
    struct timeval long_enough = {5, 0};
    SOCKET l, s, holder;
    struct {
        SOCKET_ADDRESS_LIST list;
        SOCKET_ADDRESS more;
    } a = {.list.iAddressCount = 2};

    begin();
    l = listener(&there);
    gone = nobody(&holder);
    a.list.Address[0] = (SOCKET_ADDRESS){(LPSOCKADDR)&gone, sizeof gone};
    a.more = (SOCKET_ADDRESS){(LPSOCKADDR)&there, sizeof there};
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(WSAConnectByList(s, &a.list, &local_len, (LPSOCKADDR)&local,
                           &remote_len, (LPSOCKADDR)&remote, &long_enough,
                           NULL));
    CHECK_EQ(remote_len, sizeof remote);
    CHECK_EQ(remote.sin_port, there.sin_port);
    CHECK_EQ(local.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK_EQ(closesocket(s), 0);
    s = socket(AF_INET, SOCK_STREAM, 0);
    a.list.iAddressCount = 1;
    CHECK_ERR(!WSAConnectByList(s, &a.list, NULL, NULL, NULL, NULL, NULL, NULL),
              WSAECONNREFUSED);
    CHECK_ERR(!WSAConnectByList(s, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              WSAEINVAL, WSAEFAULT);
    CHECK_EQ(closesocket(s), 0);
    CHECK_EQ(closesocket(holder), 0);
    CHECK_EQ(closesocket(l), 0);
}

TEST_BARE(a_name_is_connected_to_also_by_a_socket_that_does_not_block, "CON-22")
{
    struct sockaddr_in there, remote;
    DWORD len = sizeof remote;
    struct timeval long_enough = {5, 0};
    WCHAR port[8];
    char narrow[8];
    SOCKET l, s;
    u_long on = 1;

    begin();
    l = listener(&there);
    swprintf(port, 8, L"%d", ntohs(there.sin_port));
    wcstombs(narrow, port, 8);
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(WSAConnectByNameW(s, (WCHAR *)L"127.0.0.1", port, NULL, NULL, &len,
                            (LPSOCKADDR)&remote, NULL, NULL));
    CHECK_EQ(remote.sin_port, there.sin_port);
    CHECK_ERR(!WSAConnectByNameA(s, "127.0.0.1", narrow, NULL, NULL, NULL, NULL,
                                 NULL, NULL),
              WSAEINVAL); /* it is bound by now */
    CHECK_EQ(closesocket(s), 0);
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
    CHECK(WSAConnectByNameA(s, "127.0.0.1", narrow, NULL, NULL, NULL, NULL,
                            &long_enough, NULL));
    CHECK_EQ(closesocket(s), 0);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_ERR(!WSAConnectByNameA(s, "127.0.0.1", narrow, NULL, NULL, NULL, NULL,
                                 NULL, NULL),
              WSAEINVAL);
    CHECK_EQ(closesocket(s), 0);
    CHECK_EQ(closesocket(l), 0);
}
