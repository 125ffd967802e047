/* SPDX-License-Identifier: MIT
 *
 * An echo server on select: one thread, counted sets, blocking sockets that are
 * touched only when select says so.
 *
 *   echo-select [--port N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

static SOCKET
open_listener(int argc, char **argv)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin;
    int len = sizeof sin;
    int port = argc == 3 && !strcmp(argv[1], "--port") ? atoi(argv[2]) : 0;

    memset(&sin, 0, sizeof sin);
    sin.sin_family = AF_INET;
    sin.sin_port = htons((u_short)port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s == INVALID_SOCKET || bind(s, (struct sockaddr *)&sin, sizeof sin) ||
        listen(s, SOMAXCONN) || getsockname(s, (struct sockaddr *)&sin, &len)) {
        fprintf(stderr, "cannot listen: error %d\n", WSAGetLastError());
        exit(1);
    }
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return s;
}

/* Returns FALSE when the connection is at its end. */
static BOOL
echo(SOCKET s)
{
    char buf[4096];
    int n = recv(s, buf, sizeof buf, 0);

    for (int sent = 0, k; sent < n; sent += k) {
        k = send(s, buf + sent, n - sent, 0);
        if (k < 0)
            return FALSE;
    }
    return n > 0;
}

int
main(int argc, char **argv)
{
    WSADATA data;
    SOCKET listener, s;
    fd_set all, ready;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    listener = open_listener(argc, argv);
    FD_ZERO(&all);
    FD_SET(listener, &all);

    for (;;) {
        ready = all; /* sets are counted arrays, so they may be copied */
        if (select(0, &ready, NULL, NULL, NULL) < 0)
            break;
        for (u_int i = 0; i < ready.fd_count; i++) {
            s = ready.fd_array[i];
            if (s != listener) {
                if (echo(s))
                    continue;
                FD_CLR(s, &all);
                closesocket(s);
            } else if ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET) {
                if (all.fd_count < FD_SETSIZE)
                    FD_SET(s, &all);
                else
                    closesocket(s);
            }
        }
    }
    fprintf(stderr, "select: error %d\n", WSAGetLastError());
    WSACleanup();
    return 1;
}
