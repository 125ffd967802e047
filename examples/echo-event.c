/* SPDX-License-Identifier: MIT
 *
 * An echo server on event objects: one WSAEVENT a socket, one wait for all of
 * them, and a record that says what happened.  What could not be sent is kept
 * until FD_WRITE says that there is room again.
 *
 *   echo-event [--port N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

struct conn {
    char buf[4096];
    int len;
};

static SOCKET sockets[WSA_MAXIMUM_WAIT_EVENTS];
static WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
static struct conn conns[WSA_MAXIMUM_WAIT_EVENTS];
static DWORD count;

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void
add(SOCKET s, long mask)
{
    WSAEVENT event;

    if (count == WSA_MAXIMUM_WAIT_EVENTS) {
        closesocket(s);
        return;
    }
    event = WSACreateEvent();
    if (event == WSA_INVALID_EVENT || WSAEventSelect(s, event, mask))
        die("WSAEventSelect");
    sockets[count] = s;
    events[count] = event;
    conns[count].len = 0;
    count++;
}

static void
drop(DWORD i)
{
    closesocket(sockets[i]);
    WSACloseEvent(events[i]);
    count--;
    sockets[i] = sockets[count];
    events[i] = events[count];
    conns[i] = conns[count];
}

/* Sends what there is, receives more, until one of both must wait.  Returns
 * FALSE when the connection is at its end. */
static BOOL
echo(SOCKET s, struct conn *c)
{
    int n;

    for (;;) {
        while (c->len > 0) {
            n = send(s, c->buf, c->len, 0);
            if (n < 0)
                return WSAGetLastError() == WSAEWOULDBLOCK;
            c->len -= n;
            memmove(c->buf, c->buf + n, (size_t)c->len);
        }
        n = recv(s, c->buf, sizeof c->buf, 0);
        if (n < 0)
            return WSAGetLastError() == WSAEWOULDBLOCK;
        if (n == 0)
            return FALSE;
        c->len = n;
    }
}

static void
handle(DWORD i)
{
    WSANETWORKEVENTS ne;
    SOCKET s;

    if (WSAEnumNetworkEvents(sockets[i], events[i], &ne))
        die("WSAEnumNetworkEvents");
    if (ne.lNetworkEvents & FD_ACCEPT) {
        s = accept(sockets[i], NULL, NULL);
        if (s != INVALID_SOCKET) /* with an event object of its own */
            add(s, FD_READ | FD_WRITE | FD_CLOSE);
    } else if (ne.lNetworkEvents && !echo(sockets[i], &conns[i])) {
        drop(i);
    }
}

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
        listen(s, SOMAXCONN) || getsockname(s, (struct sockaddr *)&sin, &len))
        die("cannot listen");
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return s;
}

int
main(int argc, char **argv)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    add(open_listener(argc, argv), FD_ACCEPT);
    for (;;) {
        DWORD i =
            WSAWaitForMultipleEvents(count, events, FALSE, WSA_INFINITE, FALSE);

        if (i == WSA_WAIT_FAILED)
            die("WSAWaitForMultipleEvents");
        handle(i - WSA_WAIT_EVENT_0);
    }
}
