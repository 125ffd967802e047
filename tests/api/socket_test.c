/* SPDX-License-Identifier: MIT */
/* What a new socket is like, and the flags and groups of WSASocket. */
#include "net.h"

#include <string.h>

TEST(a_new_socket_blocks, "SOC-2 SOC-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET client = net_client(listener);
    SOCKET server = accept(listener, NULL, NULL);
    DWORD time = 50;
    char byte;

    REQUIRE(server != INVALID_SOCKET);
    REQUIRE_EQ(
        setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof time),
        0);
    /* Were it not blocking, this would be WSAEWOULDBLOCK. */
    CHECK_ERR(recv(server, &byte, 1, 0) == SOCKET_ERROR, WSAETIMEDOUT);
    net_close(client);
    net_close(server);
    net_close(listener);
}

TEST(WSASocket_without_flags_also_blocks, "SOC-2 SOC-1")
{
    SOCKET s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, 0);
    struct net_addr addr;
    SOCKET listener = net_listener(AF_INET);

    REQUIRE(s != INVALID_SOCKET);
    addr = net_name(listener);
    CHECK_EQ(connect(s, &addr.u.any, addr.len), 0);
    net_close(s);
    net_close(listener);
}

TEST(the_wide_and_the_narrow_WSASocket_make_the_same, "SOC-1")
{
    SOCKET a = WSASocketA(AF_INET6, SOCK_DGRAM, 0, NULL, 0, 0);
    SOCKET w = WSASocketW(AF_INET6, SOCK_DGRAM, 0, NULL, 0, 0);

    REQUIRE(a != INVALID_SOCKET && w != INVALID_SOCKET);
    CHECK_EQ(net_int(a, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    CHECK_EQ(net_int(w, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
    net_close(a);
    net_close(w);
}

TEST(usual_flags_are_taken, "SOC-1 SOC-4")
{
    static const DWORD flags[] = {
        0, WSA_FLAG_OVERLAPPED, WSA_FLAG_NO_HANDLE_INHERIT,
        WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, flags[i]);

        CHECK(s != INVALID_SOCKET);
        CHECK_EQ(closesocket(s), 0);
    }
}

TEST(unknown_flags_are_invalid, "AMB-60")
{
    WINE_DIFFERS("it ignores unknown flags");
    CHECK_ERR(WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, 0, 0x40000000) ==
                  INVALID_SOCKET,
              WSAEINVAL);
}

TEST(two_roles_in_one_multipoint_plane_are_invalid, "SOC-5")
{
    WINE_DIFFERS("it ignores multipoint flags");
    CHECK_ERR(WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                         WSA_FLAG_MULTIPOINT_C_ROOT |
                             WSA_FLAG_MULTIPOINT_C_LEAF |
                             WSA_FLAG_MULTIPOINT_D_LEAF) == INVALID_SOCKET,
              WSAEINVAL);
    CHECK_ERR(WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                         WSA_FLAG_MULTIPOINT_C_LEAF |
                             WSA_FLAG_MULTIPOINT_D_ROOT |
                             WSA_FLAG_MULTIPOINT_D_LEAF) == INVALID_SOCKET,
              WSAEINVAL);
}

TEST(one_multipoint_plane_alone_is_invalid, "SOC-5")
{
    WINE_DIFFERS("it ignores multipoint flags");
    CHECK_ERR(WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                         WSA_FLAG_MULTIPOINT_C_LEAF) == INVALID_SOCKET,
              WSAEINVAL);
    CHECK_ERR(WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                         WSA_FLAG_MULTIPOINT_D_LEAF) == INVALID_SOCKET,
              WSAEINVAL);
}

TEST(a_root_is_invalid_where_the_plane_has_none, "SOC-5 JL-7")
{
    WINE_DIFFERS("it ignores multipoint flags");
    CHECK_ERR(WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                         WSA_FLAG_MULTIPOINT_C_ROOT |
                             WSA_FLAG_MULTIPOINT_D_LEAF) == INVALID_SOCKET,
              WSAEINVAL);
}

TEST(a_leaf_in_both_planes_is_a_datagram_socket, "SOC-5 JL-7")
{
    SOCKET s =
        WSASocketA(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                   WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF);

    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    net_close(s);
}

TEST(an_unknown_group_is_invalid, "SOC-6")
{
    WINE_DIFFERS("it ignores groups");
    CHECK_ERR(WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, 0x7ffffff0, 0) ==
                  INVALID_SOCKET,
              WSAEINVAL);
}

TEST(new_groups_can_be_asked_for, "SOC-6 AMB-54")
{
    SOCKET s =
        WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, SG_UNCONSTRAINED_GROUP, 0);

    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(closesocket(s), 0);
    s = WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, SG_CONSTRAINED_GROUP, 0);
    CHECK(s != INVALID_SOCKET);
    CHECK_EQ(closesocket(s), 0);
}

TEST(a_descriptor_is_reused_only_after_its_close, "CLS-10")
{
    SOCKET s[50];

    for (int i = 0; i < 50; i++)
        s[i] = net_socket(AF_INET, i % 2 ? SOCK_STREAM : SOCK_DGRAM);
    for (int i = 0; i < 50; i++) {
        for (int j = 0; j < i; j++)
            CHECK(s[i] != s[j]);
    }
    for (int i = 0; i < 50; i++)
        net_close(s[i]);
}

TEST(a_closed_socket_is_no_socket, "G-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    net_close(s);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_ERR(shutdown(s, SD_SEND) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST(no_descriptor_left_is_told, "SOC-7")
{
    SOCKET s[256];
    int made = 0, old;

    if (!T_NATIVE)
        SKIP("the number of descriptors cannot be limited here");
    old = t_fd_limit(64);
    while (made < 256 &&
           (s[made] = socket(AF_INET, SOCK_STREAM, 0)) != INVALID_SOCKET)
        made++;
    CHECK_EQ(WSAGetLastError(), WSAEMFILE);
    CHECK(made > 0 && made < 64);
    t_fd_limit(old);
    while (made > 0)
        net_close(s[--made]);
    net_close(net_socket(AF_INET, SOCK_STREAM));
}
