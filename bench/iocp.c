/* SPDX-License-Identifier: MIT */
/* The servers of bare.c on a completion port, as one writes them: AcceptEx kept
 * posted, one receive or send in flight on each connection, threads that take
 * one packet at a time. Plain Winsock, so that mingw compiles it too; only the
 * count of memory knows what it runs on. Invariant: each serves until it is
 * killed and ends at the first error it does not expect. */
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>
#ifndef _WIN32
#include <malloc.h>
#endif

#define POSTED 64 /* AcceptEx requests */
#define AREA (sizeof(struct sockaddr_in) + 16)

enum step { ACCEPTING, RECEIVING, SENDING };

struct connection {
    OVERLAPPED ov;
    enum step step;
    SOCKET s;
    DWORD got, sent;
    char buf[4096];
};

static HANDLE port;
static SOCKET listener;
static LPFN_ACCEPTEX accept_ex;
static LPFN_TRANSMITFILE transmit_file;

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, (int)GetLastError());
    exit(1);
}

static void
attach(SOCKET s)
{
    if (!CreateIoCompletionPort((HANDLE)s, port, 0, 0))
        die("CreateIoCompletionPort");
}

static SOCKET
new_socket(void)
{
    SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                          WSA_FLAG_OVERLAPPED);

    if (s == INVALID_SOCKET)
        die("WSASocket");
    return s;
}

static void
find(GUID id, void *function)
{
    DWORD got;

    if (WSAIoctl(listener, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id),
                 function, sizeof(accept_ex), &got, NULL, NULL))
        die("WSAIoctl");
}

static void
listen_on(int limit)
{
    struct sockaddr_in sin;
    int len = sizeof(sin), on = 1;

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, (DWORD)limit);
    listener = new_socket();
    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) ||
        listen(listener, SOMAXCONN) ||
        getsockname(listener, (struct sockaddr *)&sin, &len))
        die("listen");
    attach(listener);
    find((GUID)WSAID_ACCEPTEX, &accept_ex);
    find((GUID)WSAID_TRANSMITFILE, &transmit_file);
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
}

static void
check_pending(BOOL ok, const char *what)
{
    if (!ok && WSAGetLastError() != WSA_IO_PENDING)
        die(what);
}

/* ---- one operation each ---- */

static void
start_accept(struct connection *c)
{
    DWORD got;

    c->step = ACCEPTING;
    c->s = new_socket();
    check_pending(
        accept_ex(listener, c->s, c->buf, 0, AREA, AREA, &got, &c->ov),
        "AcceptEx");
}

static void
post_accepts(int count)
{
    for (int i = 0; i < count; i++) {
        struct connection *c = calloc(1, sizeof(*c));

        if (!c)
            die("calloc");
        start_accept(c);
    }
}

static void
update(SOCKET s)
{
    if (setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&listener,
                   sizeof(listener)))
        die("SO_UPDATE_ACCEPT_CONTEXT");
}

static void
start_recv(struct connection *c)
{
    WSABUF b = {sizeof(c->buf), c->buf};
    DWORD flags = 0;

    c->step = RECEIVING;
    check_pending(!WSARecv(c->s, &b, 1, NULL, &flags, &c->ov, NULL), "WSARecv");
}

static void
start_send(struct connection *c)
{
    WSABUF b = {c->got, c->buf};

    c->step = SENDING;
    check_pending(!WSASend(c->s, &b, 1, NULL, 0, &c->ov, NULL), "WSASend");
}

/* Whose operation has ended, well or not. */
static struct connection *
take(DWORD *moved)
{
    OVERLAPPED *ov = NULL;
    ULONG_PTR key;

    if (!GetQueuedCompletionStatus(port, moved, &key, &ov, INFINITE)) {
        if (!ov)
            die("GetQueuedCompletionStatus");
        *moved = 0;
    }
    return (struct connection *)ov;
}

/* ---- echo ---- */

static void
hang_up(struct connection *c)
{
    closesocket(c->s);
    free(c);
}

static void
let_in(struct connection *c)
{
    post_accepts(1);
    update(c->s);
    attach(c->s);
    start_recv(c);
}

static unsigned WINAPI
work(void *unused)
{
    (void)unused;
    for (;;) {
        DWORD moved;
        struct connection *c = take(&moved);

        if (c->step == ACCEPTING) {
            let_in(c);
        } else if (!moved) {
            hang_up(c);
        } else if (c->step == RECEIVING) {
            c->got = moved;
            start_send(c);
        } else {
            start_recv(c);
        }
    }
    return 0;
}

static void
serve_echo(const char *arg)
{
    int workers = atoi(arg);

    listen_on(0);
    post_accepts(POSTED);
    while (workers-- > 1)
        if (!_beginthreadex(NULL, 0, work, NULL, 0, NULL))
            die("_beginthreadex");
    work(NULL);
}

/* ---- accept, one byte, close ---- */

static void
serve_storm(const char *unused)
{
    DWORD moved;

    (void)unused;
    listen_on(0);
    post_accepts(POSTED);
    for (;;) {
        struct connection *c = take(&moved);

        update(c->s);
        if (send(c->s, "", 1, 0) != 1)
            die("send");
        closesocket(c->s);
        start_accept(c);
    }
}

/* ---- a file to each connection ---- */

static void
start_file(struct connection *c, HANDLE file)
{
    update(c->s);
    attach(c->s);
    c->step = SENDING;
    c->ov.Offset = c->ov.OffsetHigh = 0;
    check_pending(transmit_file(c->s, file, 0, 0, &c->ov, NULL, 0),
                  "TransmitFile");
}

static void
serve_file(const char *name)
{
    HANDLE file =
        CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                    FILE_ATTRIBUTE_NORMAL | FILE_FLAG_SEQUENTIAL_SCAN, NULL);

    if (file == INVALID_HANDLE_VALUE)
        die(name);
    listen_on(0);
    post_accepts(POSTED);
    for (;;) {
        DWORD moved;
        struct connection *c = take(&moved);

        if (c->step == ACCEPTING) {
            start_file(c, file);
        } else {
            closesocket(c->s);
            start_accept(c);
        }
    }
}

/* ---- memory ---- */

#ifdef _WIN32
static long
heap_bytes(void)
{
    return 0;
}
#else
static long
heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return (long)(m.uordblks + m.hblkhd);
}
#endif

static SOCKET
connect_to(const struct sockaddr_in *sin)
{
    SOCKET s = new_socket();

    if (connect(s, (const struct sockaddr *)sin, sizeof(*sin)))
        die("connect");
    return s;
}

/* Heap a socket that is connected, attached and waits for data. The memory of
 * the program itself is there before. */
static void
measure(const char *arg)
{
    int count = atoi(arg), len = sizeof(struct sockaddr_in);
    struct connection *c = calloc((size_t)count, sizeof(*c));
    struct sockaddr_in sin;
    long before;

    listen_on(0);
    getsockname(listener, (struct sockaddr *)&sin, &len);
    before = heap_bytes();
    for (int i = 0; c && i < count; i += 2) {
        c[i].s = connect_to(&sin);
        c[i + 1].s = accept(listener, NULL, NULL);
    }
    for (int i = 0; c && i < count; i++) {
        attach(c[i].s);
        start_recv(&c[i]);
    }
    printf("pending %.1f\n", (double)(heap_bytes() - before) / count);
}

/* ---- */

static const struct server {
    const char *name;
    void (*serve)(const char *arg);
} servers[] = {
    {"echo",   serve_echo },
    {"storm",  serve_storm},
    {"file",   serve_file },
    {"memory", measure    },
};

int
main(int argc, char **argv)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        die("WSAStartup");
    for (size_t i = 0; argc == 3 && i < sizeof(servers) / sizeof(*servers);
         i++) {
        if (!strcmp(argv[1], servers[i].name)) {
            servers[i].serve(argv[2]);
            return 0;
        }
    }
    fprintf(stderr, "usage: iocp echo WORKERS\n"
                    "       iocp storm -\n"
                    "       iocp file NAME\n"
                    "       iocp memory SOCKETS\n");
    return 2;
}
