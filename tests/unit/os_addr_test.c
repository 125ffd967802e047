/* SPDX-License-Identifier: MIT */
/* Addresses both ways: what goes over unharmed, and what is refused. */
#include "t.h"

#include "os/sys.h"
#include "os/ws_const.h"

#include <arpa/inet.h>
#include <string.h>

static struct ws_addr
some6(void)
{
    struct ws_addr a = {.len = 28};

    for (int i = 0; i < 28; i++)
        a.bytes[i] = (unsigned char)(i + 1);
    a.family = WS_AF_INET6;
    return a;
}

TEST(sizes_are_known_for_known_families)
{
    CHECK_EQ(ws_addr_size(WS_AF_INET), 16);
    CHECK_EQ(ws_addr_size(WS_AF_INET6), 28);
    CHECK_EQ(ws_addr_size(WS_AF_UNIX), 110);
    CHECK_EQ(ws_addr_size(WS_AF_UNSPEC), 0);
    CHECK_EQ(ws_addr_size(AF_INET6), 0); /* 10 is something else there */
    CHECK_EQ(ws_addr_size(-1), 0);
}

TEST(families_translate_both_ways)
{
    CHECK_EQ(ws_addr_family_out(WS_AF_INET6), AF_INET6);
    CHECK_EQ(ws_addr_family_in(AF_INET6), WS_AF_INET6);
    CHECK_EQ(ws_addr_family_out(10), -1);
    CHECK_EQ(ws_addr_family_in(23), -1);
}

TEST(an_ipv6_address_survives_the_journey)
{
    struct ws_addr a = some6(), back = {.len = 0};
    union ws_sockaddr sa;
    socklen_t len = 0;

    REQUIRE_EQ(ws_addr_out(&a, &sa, &len), 0);
    CHECK_EQ(len, sizeof(struct sockaddr_in6));
    CHECK_EQ(sa.in6.sin6_family, AF_INET6);
    CHECK_EQ(ntohs(sa.in6.sin6_port), 0x0304);
    CHECK_MEM(&sa.in6.sin6_addr, a.bytes + 8, 16);
    REQUIRE_EQ(ws_addr_in(&sa.any, len, &back), 0);
    CHECK_EQ(back.len, 28);
    CHECK_MEM(back.bytes, a.bytes, 28);
}

TEST(a_short_address_is_refused_even_by_one_byte, "BND-1")
{
    struct ws_addr a = some6();
    union ws_sockaddr sa;
    socklen_t len;
    const int lengths[] = {-1, 0, 1, 2, 24, 27};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        a.len = lengths[i];
        CHECK_EQ(ws_addr_out(&a, &sa, &len), WS_EFAULT);
    }
    a.family = WS_AF_INET;
    a.len = 15;
    CHECK_EQ(ws_addr_out(&a, &sa, &len), WS_EFAULT);
}

TEST(a_long_address_is_accepted, "BND-1")
{
    struct ws_addr a = some6();
    union ws_sockaddr sa;
    socklen_t len = 0;

    a.len = 1000;
    CHECK_EQ(ws_addr_out(&a, &sa, &len), 0);
    CHECK_EQ(len, 28);
}

TEST(an_unknown_family_is_refused_both_ways, "BND-1")
{
    struct ws_addr a = some6(), before;
    struct sockaddr_storage sa = {.ss_family = AF_PACKET};
    union ws_sockaddr out;
    socklen_t len;

    a.family = AF_INET6; /* 10 */
    CHECK_EQ(ws_addr_out(&a, &out, &len), WS_EAFNOSUPPORT);
    a.family = 0xdead;
    CHECK_EQ(ws_addr_out(&a, &out, &len), WS_EAFNOSUPPORT);
    before = a;
    CHECK_EQ(ws_addr_in((void *)&sa, sizeof sa, &a), WS_EAFNOSUPPORT);
    CHECK_EQ(ws_addr_in((void *)&sa, 1, &a), WS_EAFNOSUPPORT);
    CHECK_MEM(&a, &before, sizeof a);
}

TEST(a_nameless_peer_has_no_length)
{
    struct ws_addr a = some6();

    ws_addr_adopt(&a, 0);
    CHECK_EQ(a.len, 0);
    CHECK_EQ(a.family, WS_AF_UNSPEC);
    ws_addr_adopt(&a, 100000);
    CHECK_EQ(a.len, sizeof a.bytes);
}
