/* SPDX-License-Identifier: MIT */
/* The smallest Winsock program that asks the library for something. */
#include <winsock2.h>

#pragma comment(lib, "ws2_32.lib")

int
main(void)
{
    WSADATA data;
    SOCKET s;
    int bad;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    s = socket(AF_INET, SOCK_STREAM, 0);
    bad = s == INVALID_SOCKET || closesocket(s);
    return WSACleanup() || bad;
}
