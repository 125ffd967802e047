/* SPDX-License-Identifier: MIT
 *
 * A client that calls from an address of its choice, says one line, and tells
 * what became of it.  With --patience it does not wait for ever: it breaks the
 * connection off when no answer has come in time.
 *
 *   caller --port N [--from ADDR] [--say TEXT] [--patience MS]
 *
 * It exits with 0 when it was answered, 1 when it was turned away, 2 when it
 * gave up waiting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

static ULONGLONG start;

static int
turned_away(const char *call)
{
    int err = WSAGetLastError();
    const char *name = err == WSAECONNRESET     ? "WSAECONNRESET"
                       : err == WSAECONNABORTED ? "WSAECONNABORTED"
                       : err == WSAECONNREFUSED ? "WSAECONNREFUSED"
                                                : "error";

    printf("turned away after %d ms: %s says %s %d\n",
           (int)(GetTickCount64() - start), call, name, err);
    return 1;
}

/* A close that lingers for no time at all resets the connection. */
static int
give_up(SOCKET s)
{
    struct linger now = {1, 0};

    setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&now, sizeof now);
    printf("no answer after %d ms, gives up\n",
           (int)(GetTickCount64() - start));
    return 2;
}

static int
talk(SOCKET s, const char *say, DWORD patience)
{
    char line[512];
    int n, len;

    len = snprintf(line, sizeof line, "%s\n", say);
    if (send(s, line, len, 0) != len)
        return turned_away("send");
    if (patience)
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience,
                   sizeof patience);
    n = recv(s, line, sizeof line - 1, 0);
    if (n < 0 && WSAGetLastError() == WSAETIMEDOUT)
        return give_up(s);
    if (n < 0)
        return turned_away("recv");
    if (n == 0) {
        printf("the line was closed without an answer\n");
        return 1;
    }
    line[n] = 0;
    line[strcspn(line, "\r\n")] = 0;
    printf("answered after %d ms: %s\n", (int)(GetTickCount64() - start), line);
    return 0;
}

static SOCKET
call(const char *from, int port)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in me, gate;

    memset(&me, 0, sizeof me);
    me.sin_family = AF_INET;
    gate = me;
    gate.sin_port = htons((u_short)port);
    gate.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (inet_pton(AF_INET, from, &me.sin_addr) == 1 &&
        !bind(s, (struct sockaddr *)&me, sizeof me) &&
        !connect(s, (struct sockaddr *)&gate, sizeof gate))
        return s;
    closesocket(s);
    return INVALID_SOCKET;
}

int
main(int argc, char **argv)
{
    const char *from = "127.0.0.1", *say = "hello";
    DWORD patience = 0;
    WSADATA data;
    int port = 0, result;
    SOCKET s;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--port"))
            port = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--from"))
            from = argv[i + 1];
        else if (!strcmp(argv[i], "--say"))
            say = argv[i + 1];
        else if (!strcmp(argv[i], "--patience"))
            patience = (DWORD)atoi(argv[i + 1]);
    }
    if (!port || WSAStartup(MAKEWORD(2, 2), &data)) {
        fprintf(stderr, "caller: --port N is needed\n");
        return 3;
    }
    start = GetTickCount64();
    s = call(from, port);
    if (s == INVALID_SOCKET) {
        result = turned_away("connect");
    } else {
        result = talk(s, say, patience);
        closesocket(s);
    }
    WSACleanup();
    return result;
}
