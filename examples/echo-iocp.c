/* SPDX-License-Identifier: MIT
 *
 * An echo server on a completion port: AcceptEx makes the connections, each has
 * one operation in flight, and as many threads as one likes take what has
 * ended. Who takes a packet owns its connection until he has begun the next
 * operation.
 *
 *   echo-iocp [--port N] [--threads N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>

#include <mswsock.h>
#include <windows.h>

#define AREA (sizeof(struct sockaddr_in) + 16)
#define ACCEPTS 4 /* in flight, so that a burst of callers waits for nobody */

enum phase { ACCEPTING, RECEIVING, SENDING };

struct conn {
    WSAOVERLAPPED ov; /* first: a packet's record is its connection */
    enum phase phase;
    SOCKET s;
    DWORD sent, len;
    char buf[4096];
};

static SOCKET listener;
static HANDLE port;

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, (int)GetLastError());
    exit(1);
}

static void
hang_up(struct conn *c)
{
    closesocket(c->s);
    free(c);
}

/* Whether the operation goes on, or has ended well: a packet comes for both. */
static int
begun(int result)
{
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
}

static void
start_accept(void)
{
    struct conn *c = calloc(1, sizeof(*c));
    DWORD got;

    if (!c)
        die("calloc");
    c->phase = ACCEPTING;
    c->s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                      WSA_FLAG_OVERLAPPED);
    if (c->s == INVALID_SOCKET)
        die("WSASocket");
    if (!begun(AcceptEx(listener, c->s, c->buf, 0, AREA, AREA, &got, &c->ov)
                   ? 0
                   : SOCKET_ERROR))
        die("AcceptEx");
}

static void
start_recv(struct conn *c)
{
    WSABUF b = {sizeof(c->buf), c->buf};
    DWORD flags = 0;

    memset(&c->ov, 0, sizeof(c->ov));
    c->phase = RECEIVING;
    if (!begun(WSARecv(c->s, &b, 1, NULL, &flags, &c->ov, NULL)))
        hang_up(c);
}

static void
start_send(struct conn *c)
{
    WSABUF b = {c->len - c->sent, c->buf + c->sent};

    memset(&c->ov, 0, sizeof(c->ov));
    c->phase = SENDING;
    if (!begun(WSASend(c->s, &b, 1, NULL, 0, &c->ov, NULL)))
        hang_up(c);
}

/* The accepted socket becomes like its listener, and joins the port. */
static void
let_in(struct conn *c)
{
    setsockopt(c->s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&listener,
               sizeof(listener));
    if (!CreateIoCompletionPort((HANDLE)c->s, port, 0, 0))
        die("CreateIoCompletionPort");
    start_recv(c);
}

static void
go_on(struct conn *c, DWORD moved)
{
    switch (c->phase) {
    case ACCEPTING:
        start_accept();
        let_in(c);
        break;
    case RECEIVING:
        c->len = moved;
        c->sent = 0;
        if (moved)
            start_send(c);
        else
            hang_up(c);
        break;
    case SENDING:
        c->sent += moved;
        if (c->sent < c->len)
            start_send(c);
        else
            start_recv(c);
        break;
    }
}

/* Whether the port still stands. */
static int
take_one(void)
{
    OVERLAPPED *ov = NULL;
    ULONG_PTR key;
    DWORD moved;
    BOOL well = GetQueuedCompletionStatus(port, &moved, &key, &ov, INFINITE);
    struct conn *c = (struct conn *)ov;

    if (!ov)
        return 0;
    if (well) {
        go_on(c, moved);
    } else {
        if (c->phase == ACCEPTING)
            start_accept();
        hang_up(c);
    }
    return 1;
}

static DWORD WINAPI
work(LPVOID unused)
{
    (void)unused;
    while (take_one())
        ;
    return 0;
}

static int
number(int argc, char **argv, const char *name, int otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], name))
            return atoi(argv[i + 1]);
    return otherwise;
}

int
main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    int threads = number(argc, argv, "--threads", 2), len = sizeof(at);
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        die("WSAStartup");
    at.sin_port = htons((u_short)number(argc, argv, "--port", 0));
    listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    port = CreateIoCompletionPort((HANDLE)listener, NULL, 0, 0);
    if (!port || bind(listener, (struct sockaddr *)&at, sizeof(at)) ||
        listen(listener, SOMAXCONN) ||
        getsockname(listener, (struct sockaddr *)&at, &len))
        die("listen");
    printf("port %d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (int i = 0; i < ACCEPTS; i++)
        start_accept();
    for (int i = 1; i < threads; i++)
        CloseHandle(CreateThread(NULL, 0, work, NULL, 0, NULL));
    return (int)work(NULL);
}
