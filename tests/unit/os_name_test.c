/* SPDX-License-Identifier: MIT */
/* Names, data bases, interfaces and routes, as far as loopback and the local
 * files know them; no test asks a name server. */
#include "os_util.h"

/* One look-up; gives the error. */
static int
look(const char *node, const char *service, int flags, int family, int type,
     struct ws_os_ai **list)
{
    return ws_os_getaddrs(node, service, flags, family, type, 0, list);
}

TEST(a_numeric_host_gives_its_address)
{
    struct ws_addr want = loopback(WS_AF_INET6, 8080);
    struct ws_os_ai *ai = NULL;

    REQUIRE_EQ(look("::1", "8080", WS_AI_NUMERICHOST, 0, 1, &ai), 0);
    CHECK_EQ(ai->family, WS_AF_INET6);
    CHECK_EQ(ai->type, WS_SOCK_STREAM);
    CHECK_EQ(ai->protocol, 6);
    CHECK_EQ(ai->addr.len, 28);
    CHECK_MEM(ai->addr.bytes, want.bytes, 28);
    CHECK(!ai->next && !ai->canonical);
    ws_os_freeaddrs(ai);
}

TEST(without_a_type_an_address_comes_once_and_open)
{
    struct ws_os_ai *ai = NULL;

    REQUIRE_EQ(look("127.0.0.1", "80", 0, 0, 0, &ai), 0);
    CHECK(!ai->next);
    CHECK_EQ(ai->type, 0);
    CHECK_EQ(ai->protocol, 0);
    ws_os_freeaddrs(ai);
}

TEST(passive_and_not_are_wildcard_and_loopback)
{
    struct ws_os_ai *ai = NULL;

    REQUIRE_EQ(look(NULL, "80", WS_AI_PASSIVE, WS_AF_INET, 1, &ai), 0);
    CHECK_MEM(ai->addr.bytes, "\2\0\0\120\0\0\0\0", 8);
    ws_os_freeaddrs(ai);
    REQUIRE_EQ(look(NULL, "80", 0, WS_AF_INET, 1, &ai), 0);
    CHECK_MEM(ai->addr.bytes, "\2\0\0\120\177\0\0\1", 8);
    ws_os_freeaddrs(ai);
}

TEST(services_are_found_by_name)
{
    struct ws_os_ai *ai = NULL;

    REQUIRE_EQ(look("127.0.0.1", "http", 0, 0, WS_SOCK_STREAM, &ai), 0);
    CHECK_EQ(port_number(&ai->addr), 80);
    ws_os_freeaddrs(ai);
    CHECK_EQ(look("127.0.0.1", "http", WS_AI_NUMERICSERV, 0, 1, &ai),
             WS_EAI_NONAME);
}

TEST(hostile_services_are_refused)
{
    static const char *const names[] = {
        "65536",           "-1", "+80", " 80",  "99999999999999999999",
        "no-such-service", "\n", "80 ", "%s%n",
    };
    struct ws_os_ai *ai = (void *)names;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK_EQ(look("127.0.0.1", names[i], 0, 0, 1, &ai), WS_EAI_SERVICE);
    CHECK(ai == (void *)names);
}

TEST(hostile_hosts_are_refused)
{
    static char huge[100000];
    struct ws_os_ai *ai;

    memset(huge, 'a', sizeof huge - 1);
    CHECK_EQ(look(huge, "80", 0, 0, 1, &ai), WS_EAI_NONAME);
    CHECK_EQ(look("1.2.3.4.5", "80", WS_AI_NUMERICHOST, 0, 1, &ai),
             WS_EAI_NONAME);
    CHECK_EQ(look(NULL, NULL, 0, 0, 1, &ai), WS_EAI_NONAME);
}

TEST(unknown_hints_are_refused_each_by_its_code)
{
    struct ws_os_ai *ai;

    CHECK_EQ(look("::1", "80", 0x40, 0, 1, &ai), WS_EAI_BADFLAGS);
    CHECK_EQ(look("::1", "80", WS_AI_CANONNAME | WS_AI_FQDN, 0, 1, &ai),
             WS_EAI_BADFLAGS);
    CHECK_EQ(look("::1", "80", 0, AF_INET6, 1, &ai), WS_EAI_FAMILY);
    CHECK_EQ(look("::1", "80", 0, WS_AF_UNIX, 1, &ai), WS_EAI_FAMILY);
    CHECK_EQ(look("::1", "80", 0, 0, 5, &ai), WS_EAI_SOCKTYPE);
    CHECK_EQ(look("::1", "80", 0, 0, -1, &ai), WS_EAI_SOCKTYPE);
}

TEST(a_canonical_name_stands_in_the_first_entry)
{
    struct ws_os_ai *ai = NULL;

    REQUIRE_EQ(look("127.0.0.1", NULL, WS_AI_CANONNAME, 0, 1, &ai), 0);
    CHECK_STR(ai->canonical, "127.0.0.1");
    ws_os_freeaddrs(ai);
}

TEST(an_address_has_a_numeric_name)
{
    struct ws_addr a = loopback(WS_AF_INET6, 4711);
    int numeric = WS_NI_NUMERICHOST | WS_NI_NUMERICSERV;
    char host[64], serv[16];

    CHECK_EQ(ws_os_getname(&a, host, 64, serv, 16, numeric), 0);
    CHECK_STR(host, "::1");
    CHECK_STR(serv, "4711");
    a = loopback(WS_AF_INET, 65000);
    CHECK_EQ(ws_os_getname(&a, NULL, 0, serv, 16, 0), 0);
    CHECK_STR(serv, "65000"); /* no service has it */
}

TEST(naming_an_address_judges_room_flags_and_address)
{
    struct ws_addr a = loopback(WS_AF_INET, 80);
    char host[64], serv[16];

    CHECK_EQ(ws_os_getname(&a, host, 3, NULL, 0, WS_NI_NUMERICHOST), WS_EFAULT);
    CHECK_EQ(ws_os_getname(&a, NULL, 0, serv, 1, WS_NI_NUMERICSERV), WS_EFAULT);
    CHECK_EQ(ws_os_getname(&a, NULL, 64, serv, 0, 0), WS_EAI_NONAME);
    CHECK_EQ(ws_os_getname(&a, host, 64, NULL, 0, 0x100), WS_EAI_BADFLAGS);
    a.len = 15;
    CHECK_EQ(ws_os_getname(&a, host, 64, NULL, 0, 0), WS_EFAULT);
    a.family = 99;
    CHECK_EQ(ws_os_getname(&a, host, 64, NULL, 0, 0), WS_EAI_FAMILY);
}

/* ---- the old data bases ---- */

TEST(hosts_of_old_are_ipv4)
{
    struct ws_os_host h;
    char buf[4096];

    REQUIRE_EQ(ws_os_hostbyname("127.0.0.1", buf, sizeof buf, &h), 0);
    CHECK_EQ(h.family, WS_AF_INET);
    CHECK_EQ(h.length, 4);
    CHECK_MEM(h.addrs[0], "\177\0\0\1", 4);
    CHECK(!h.addrs[1] && !h.aliases[0]);
    REQUIRE_EQ(ws_os_hostbyname("localhost", buf, sizeof buf, &h), 0);
    CHECK_MEM(h.addrs[0], "\177\0\0\1", 4);
    CHECK_EQ(ws_os_hostbyname("localhost", buf, 8, &h), WS_ENOBUFS);
}

TEST(hosts_by_address_need_a_whole_address)
{
    struct ws_os_host h;
    char buf[4096];

    CHECK_EQ(ws_os_hostbyaddr("\177\0\0\1", 4, WS_AF_INET, buf, sizeof buf, &h),
             0);
    CHECK_MEM(h.addrs[0], "\177\0\0\1", 4);
    CHECK_EQ(ws_os_hostbyaddr("\177\0\0", 3, WS_AF_INET, buf, sizeof buf, &h),
             WS_EFAULT);
    CHECK_EQ(ws_os_hostbyaddr(NULL, 4, WS_AF_INET, buf, sizeof buf, &h),
             WS_EFAULT);
    CHECK_EQ(ws_os_hostbyaddr(buf, 16, AF_INET6, buf, sizeof buf, &h),
             WS_EAFNOSUPPORT);
}

TEST(services_of_old)
{
    struct ws_os_serv s;
    char buf[1024];

    CHECK_EQ(ws_os_servbyname("telnet", "tcp", buf, sizeof buf, &s), 0);
    CHECK_EQ(ntohs(s.port), 23);
    CHECK_STR(s.proto, "tcp");
    CHECK_EQ(ws_os_servbyname("domain", NULL, buf, sizeof buf, &s), 0);
    CHECK_EQ(ntohs(s.port), 53);
    CHECK_EQ(ws_os_servbyport(htons(80), "tcp", buf, sizeof buf, &s), 0);
    CHECK_STR(s.name, "http");
    CHECK_EQ(ws_os_servbyname("no-such", NULL, buf, sizeof buf, &s),
             WS_NO_DATA);
    CHECK_EQ(ws_os_servbyname("http", "udp-lite", buf, sizeof buf, &s),
             WS_NO_DATA);
    CHECK_EQ(ws_os_servbyname("http", "tcp", buf, 4, &s), WS_ENOBUFS);
}

TEST(protocols_of_old)
{
    struct ws_os_proto p;
    char buf[1024];

    CHECK_EQ(ws_os_protobyname("tcp", buf, sizeof buf, &p), 0);
    CHECK_EQ(p.number, 6);
    CHECK_EQ(ws_os_protobyname("TCP", buf, sizeof buf, &p), 0);
    CHECK_STR(p.name, "tcp");
    CHECK_EQ(ws_os_protobynumber(17, buf, sizeof buf, &p), 0);
    CHECK_STR(p.name, "udp");
    CHECK_EQ(ws_os_protobyname("no-such", buf, sizeof buf, &p), WS_NO_DATA);
    CHECK_EQ(ws_os_protobynumber(-5, buf, sizeof buf, &p), WS_NO_DATA);
    CHECK_EQ(ws_os_protobyname("udp", buf, 4, &p), WS_ENOBUFS);
}

TEST(the_host_has_a_name)
{
    char name[256] = "";

    CHECK_EQ(ws_os_hostname(name, sizeof name), 0);
    CHECK(name[0]);
    CHECK_EQ(ws_os_hostname(name, 0), WS_EFAULT);
    CHECK_EQ(ws_os_hostname(name, strlen(name)), WS_EFAULT);
}

/* ---- interfaces ---- */

TEST(the_loopback_interface_is_listed)
{
    for (int family = WS_AF_INET;; family = WS_AF_INET6) {
        struct ws_addr want = loopback(family, 0);
        struct ws_os_ifaddr *list = NULL;
        size_t count = 0, found = 0;

        REQUIRE_EQ(ws_os_ifaddrs(family, &list, &count), 0);
        for (size_t i = 0; i < count; i++) {
            CHECK_EQ(list[i].addr.family, family);
            if (memcmp(list[i].addr.bytes + 4, want.bytes + 4,
                       (size_t)want.len - 4))
                continue;
            found++;
            CHECK(list[i].flags & WS_IFF_LOOPBACK && list[i].flags & WS_IFF_UP);
            CHECK_EQ(list[i].index, ws_os_ifindex("lo"));
            CHECK_EQ(list[i].netmask.len, want.len);
        }
        CHECK_EQ(found, 1);
        free(list);
        if (family == WS_AF_INET6)
            break;
    }
}

TEST(no_interface_has_addresses_of_other_families)
{
    struct ws_os_ifaddr *list = NULL;
    size_t count = 7;

    CHECK_EQ(ws_os_ifaddrs(WS_AF_UNSPEC, &list, &count), WS_EAFNOSUPPORT);
    CHECK_EQ(ws_os_ifaddrs(WS_AF_UNIX, &list, &count), WS_EAFNOSUPPORT);
    CHECK(!list && count == 7);
}

TEST(the_way_to_loopback_is_loopback)
{
    for (int family = WS_AF_INET;; family = WS_AF_INET6) {
        struct ws_addr to = loopback(family, 99), want = loopback(family, 0);
        struct ws_addr from = {.len = 0};

        CHECK_EQ(ws_os_route(&to, &from), 0);
        CHECK_EQ(from.len, want.len);
        CHECK_MEM(from.bytes, want.bytes, (size_t)want.len);
        to.len--;
        CHECK_EQ(ws_os_route(&to, &from), WS_EFAULT);
        if (family == WS_AF_INET6)
            break;
    }
}

TEST(interfaces_go_by_name_and_number)
{
    CHECK(ws_os_ifindex("lo") > 0);
    CHECK_EQ(ws_os_ifindex("12"), 12);
    CHECK_EQ(ws_os_ifindex("12x"), 0);
    CHECK_EQ(ws_os_ifindex("99999999999999"), 0);
    CHECK_EQ(ws_os_ifindex(""), 0);
    CHECK_EQ(ws_os_ifindex("no-such-interface-at-all"), 0);
}
