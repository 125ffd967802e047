/* SPDX-License-Identifier: MIT */
/* Numeric addresses as text, both ways. */
#include "t.h"

#include <ws2/winsock2.h>
#include <ws2/ws2tcpip.h>

#include <string.h>

TEST_BARE(classic_ipv4_texts_are_read)
{
    static const struct {
        const char *text;
        u_long host;
    } rows[] = {
        {"1.2.3.4",          0x01020304},
        {"0.0.0.0",          0         },
        {"255.255.255.255",  0xffffffff},
        {"1.2.3",            0x01020003},
        {"1.2.65535",        0x0102ffff},
        {"1.16777215",       0x01ffffff},
        {"4294967295",       0xffffffff},
        {"127.1",            0x7f000001},
        {"0x7f.0.0.0x1",     0x7f000001},
        {"0177.0.0.01",      0x7f000001},
        {"1.2.3.4 whatever", 0x01020304},
        {"",                 0         },
        {" ",                0         },
        {"1.2.3.256",        0xffffffff},
        {"1.256.3.4",        0xffffffff},
        {"1.2.65536",        0xffffffff},
        {"1.16777216",       0xffffffff},
        {"4294967296",       0xffffffff},
        {"1.2.3.4.5",        0xffffffff},
        {"1.2.3.4x",         0xffffffff},
        {"1..3.4",           0xffffffff},
        {"1.2.3.",           0xffffffff},
        {"08.1.1.1",         0xffffffff},
        {"0x",               0xffffffff},
        {"-1.2.3.4",         0xffffffff},
        {"localhost",        0xffffffff},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t_note("'%s'\n", rows[i].text);
        CHECK_EQ(inet_addr(rows[i].text), htonl(rows[i].host));
    }
    CHECK_EQ(inet_addr(NULL), INADDR_NONE);
}

TEST_BARE(strict_texts_are_read_and_written_back)
{
    static const struct {
        int family;
        const char *text, *back; /* NULL: the same; "-": no address */
    } rows[] = {
        {AF_INET,  "1.2.3.4",                                 NULL                 },
        {AF_INET,  "255.255.255.255",                         NULL                 },
        {AF_INET,  "0.0.0.0",                                 NULL                 },
        {AF_INET,  "01.2.3.4",                                "-"                  },
        {AF_INET,  "1.2.3",                                   "-"                  },
        {AF_INET,  "1.2.3.4 ",                                "-"                  },
        {AF_INET,  "1.2.3.256",                               "-"                  },
        {AF_INET,  "1.2.3.1111",                              "-"                  },
        {AF_INET,  "0x1.2.3.4",                               "-"                  },
        {AF_INET,  "",                                        "-"                  },
        {AF_INET,  "::1",                                     "-"                  },
        {AF_INET6, "::",                                      NULL                 },
        {AF_INET6, "::1",                                     NULL                 },
        {AF_INET6, "1::",                                     NULL                 },
        {AF_INET6, "1:2:3:4:5:6:7:8",                         NULL                 },
        {AF_INET6, "1:2:3:4:5:6:7::",                         "1:2:3:4:5:6:7:0"    },
        {AF_INET6, "::2:3:4:5:6:7:8",                         "0:2:3:4:5:6:7:8"    },
        {AF_INET6, "1:0:0:4:0:0:0:8",                         "1:0:0:4::8"         },
        {AF_INET6, "0:0:3:4:0:0:7:8",                         "::3:4:0:0:7:8"      },
        {AF_INET6, "FE80::ABCD",                              "fe80::abcd"         },
        {AF_INET6, "0001:0002::000a",                         "1:2::a"             },
        {AF_INET6, "::ffff:1.2.3.4",                          NULL                 },
        {AF_INET6, "::1.2.3.4",                               NULL                 },
        {AF_INET6, "::ffff:102:304",                          "::ffff:1.2.3.4"     },
        {AF_INET6, "1:2:3:4:5:6:1.2.3.4",                     "1:2:3:4:5:6:102:304"},
        {AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL                 },
        {AF_INET6, "1:2:3:4:5:6:7:8:9",                       "-"                  },
        {AF_INET6, "1:2:3:4:5:6:7:1.2.3.4",                   "-"                  },
        {AF_INET6, "1:2:3:4:5:6:7",                           "-"                  },
        {AF_INET6, "1::2::3",                                 "-"                  },
        {AF_INET6, "1:2:3:4:5:6:7:8::",                       "-"                  },
        {AF_INET6, "12345::",                                 "-"                  },
        {AF_INET6, ":1::2",                                   "-"                  },
        {AF_INET6, "1:",                                      "-"                  },
        {AF_INET6, ":",                                       "-"                  },
        {AF_INET6, ":::",                                     "-"                  },
        {AF_INET6, "",                                        "-"                  },
        {AF_INET6, "::1%1",                                   "-"                  },
        {AF_INET6, "::1.2.3",                                 "-"                  },
        {AF_INET6, "::1.2.3.4:5",                             "-"                  },
        {AF_INET6, "1.2.3.4",                                 "-"                  },
        {AF_INET6, "::g",                                     "-"                  },
    };
    unsigned char a[16], before[16];
    char text[INET6_ADDRSTRLEN];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *back = rows[i].back ? rows[i].back : rows[i].text;

        t_note("'%s'\n", rows[i].text);
        memset(a, 0xa5, sizeof a);
        memset(before, 0xa5, sizeof before);
        if (back[0] == '-') {
            CHECK_EQ(inet_pton(rows[i].family, rows[i].text, a), 0);
            CHECK_MEM(a, before, sizeof a);
            continue;
        }
        CHECK_EQ(inet_pton(rows[i].family, rows[i].text, a), 1);
        CHECK(inet_ntop(rows[i].family, a, text, sizeof text) == text);
        CHECK_STR(text, back);
    }
}

TEST_BARE(the_converters_check_their_arguments)
{
    unsigned char a[16] = {1, 2, 3, 4};
    char text[16];

    CHECK_ERR(inet_pton(99, "1.2.3.4", a) == -1, WSAEAFNOSUPPORT);
    CHECK_ERR(inet_pton(AF_INET, NULL, a) == -1, WSAEFAULT);
    CHECK_ERR(inet_pton(AF_INET, "1.2.3.4", NULL) == -1, WSAEFAULT);
    CHECK_ERR(inet_ntop(99, a, text, sizeof text) == NULL, WSAEAFNOSUPPORT);
    CHECK_ERR(inet_ntop(AF_INET, a, text, 7) == NULL, WSA_INVALID_PARAMETER);
    CHECK(inet_ntop(AF_INET, a, text, 8) == text);
    CHECK_ERR(inet_ntop(AF_INET, NULL, text, 8) == NULL, WSA_INVALID_PARAMETER);
    CHECK_STR(inet_ntoa(*(struct in_addr *)a), "1.2.3.4");
}

TEST_BARE(wide_texts_are_the_same)
{
    unsigned char a[16];
    WCHAR text[INET6_ADDRSTRLEN];

    CHECK_EQ(InetPtonW(AF_INET6, L"fe80::1", a), 1);
    CHECK(InetNtopW(AF_INET6, a, text, INET6_ADDRSTRLEN) == text);
    CHECK_EQ(text[0], 'f');
    CHECK_EQ(text[6], '1');
    CHECK_EQ(text[7], 0);
    CHECK_ERR(InetNtopW(AF_INET6, a, text, 7) == NULL, WSA_INVALID_PARAMETER);
    CHECK_EQ(InetPtonW(AF_INET6, L"fe80::1\u00f6", a), 0);
    CHECK_ERR(InetPtonW(AF_INET, NULL, a) == -1, WSAEFAULT);
}

TEST_BARE(network_order_is_big_endian)
{
    u_long l = htonl(0x01020304);
    u_short h = htons(0x0102);

    CHECK_MEM(&l, "\1\2\3\4", 4);
    CHECK_MEM(&h, "\1\2", 2);
    CHECK_EQ(ntohl(l), 0x01020304);
    CHECK_EQ(ntohs(h), 0x0102);
}
