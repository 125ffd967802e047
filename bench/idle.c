/* SPDX-License-Identifier: MIT */
/* Very many connections that do nothing: each has an overlapped receive pending
 * on one completion port. Two processes, so that the memory of one end is
 * measured: the server, and its child, the clients, from as many loopback
 * addresses as their ports take. They come up, stay idle, each is written to
 * and read, all are closed; then no descriptor and no memory may be left.
 *
 *   idle [CONNECTIONS]       one line of figures, or what went wrong and 1;
 *                            77 where so many descriptors are not to be had
 *
 * Invariant: nobody waits for ever, for the end of one process ends the other.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <winsock2.h>
#include <windows.h>

#define PER_SOURCE 5000 /* connections from one address; ports get scarce */
#define BATCH 500       /* messages on their way at a time */
#define PATIENCE 60000  /* ms for a step of all connections */

struct connection {
    OVERLAPPED ov;
    SOCKET s;
    char byte;
};

static int wanted = 100000;
static int to_client[2], to_server[2]; /* pipes: port, "go"; "done" */

static void
die(const char *what)
{
    fprintf(stderr, "idle: %s: error %d\n", what, (int)WSAGetLastError());
    exit(1);
}

static void
tell(int fd, int what)
{
    if (write(fd, &what, sizeof what) != sizeof what)
        exit(1);
}

/* The other process's word. */
static int
hear(int fd)
{
    int what;

    if (read(fd, &what, sizeof what) != sizeof what)
        exit(1);
    return what;
}

static double
seconds(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart / (double)frequency.QuadPart;
}

static void
start_winsock(void)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        die("WSAStartup");
}

static SOCKET
new_socket(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (s == INVALID_SOCKET)
        die("socket");
    return s;
}

/* 127.0.0.1 for host 0, else one of 256 that no other such program has. */
static struct sockaddr_in
address(int host, int port)
{
    u_long own = (u_long)getpid() % 0xffff << 8;
    struct sockaddr_in a;

    memset(&a, 0, sizeof a);
    a.sin_family = AF_INET;
    a.sin_addr.s_addr =
        htonl(INADDR_LOOPBACK + (host ? own + (u_long)host : 0));
    a.sin_port = htons((u_short)port);
    return a;
}

/* ---- the clients ---- */

static void
connect_one(SOCKET *s, int i, int port)
{
    struct sockaddr_in from = address(1 + i / PER_SOURCE, 0),
                       to = address(0, port);

    *s = new_socket();
    if (bind(*s, (struct sockaddr *)&from, sizeof from))
        die("bind");
    if (connect(*s, (struct sockaddr *)&to, sizeof to))
        die("connect");
}

static void
speak(const SOCKET *s, int count)
{
    char byte = 0;

    for (int i = 0; i < count; i++)
        if (send(s[i], "x", 1, 0) != 1)
            die("send");
    for (int i = 0; i < count; i++)
        if (recv(s[i], &byte, 1, 0) != 1 || byte != 'x')
            die("recv");
}

static int
clients(void)
{
    SOCKET *s = calloc((size_t)wanted, sizeof *s);
    int port = hear(to_client[0]);

    if (!s)
        return 1;
    start_winsock();
    for (int i = 0; i < wanted; i++)
        connect_one(&s[i], i, port);
    hear(to_client[0]);
    for (int i = 0; i < wanted; i += BATCH)
        speak(s + i, wanted - i < BATCH ? wanted - i : BATCH);
    tell(to_server[1], 1);
    hear(to_client[0]);
    for (int i = 0; i < wanted; i++)
        if (closesocket(s[i]))
            die("closesocket");
    WSACleanup();
    return 0;
}

/* ---- the server ---- */

static HANDLE port;
static struct connection *connections;

static void
post(struct connection *c)
{
    WSABUF buf = {1, &c->byte};
    DWORD flags = 0;

    memset(&c->ov, 0, sizeof c->ov);
    if (WSARecv(c->s, &buf, 1, NULL, &flags, &c->ov, NULL) &&
        WSAGetLastError() != WSA_IO_PENDING)
        die("WSARecv");
}

static int
listen_anywhere(SOCKET *listener)
{
    struct sockaddr_in a = address(0, 0);
    int len = sizeof a;

    *listener = new_socket();
    if (bind(*listener, (struct sockaddr *)&a, sizeof a) ||
        listen(*listener, SOMAXCONN) ||
        getsockname(*listener, (struct sockaddr *)&a, &len))
        die("listen");
    return ntohs(a.sin_port);
}

static void
accept_all(SOCKET listener)
{
    for (int i = 0; i < wanted; i++) {
        WSAPOLLFD p = {.fd = listener, .events = POLLIN};
        struct connection *c = &connections[i];

        if (WSAPoll(&p, 1, PATIENCE) != 1)
            die("nobody connects");
        c->s = accept(listener, NULL, NULL);
        if (c->s == INVALID_SOCKET)
            die("accept");
        if (!CreateIoCompletionPort((HANDLE)c->s, port, 0, 0))
            die("CreateIoCompletionPort");
        post(c);
    }
}

static void
stay_idle(void)
{
    OVERLAPPED *ov = NULL;
    ULONG_PTR key;
    DWORD bytes;

    if (GetQueuedCompletionStatus(port, &bytes, &key, &ov, 1000) || ov)
        die("something happened to an idle connection");
}

static void
echo(struct connection *c)
{
    if (send(c->s, &c->byte, 1, 0) != 1)
        die("echo");
    post(c);
}

static void
let_go(struct connection *c)
{
    if (closesocket(c->s))
        die("closesocket");
}

/* Each connection gets one packet, of so many bytes. */
static void
serve(DWORD bytes, void (*then)(struct connection *c))
{
    OVERLAPPED_ENTRY entries[64];

    for (int left = wanted; left > 0;) {
        ULONG count = 0;

        if (!GetQueuedCompletionStatusEx(port, entries, 64, &count, PATIENCE,
                                         FALSE))
            die("GetQueuedCompletionStatusEx");
        for (ULONG i = 0; i < count; i++, left--) {
            if (entries[i].Internal ||
                entries[i].dwNumberOfBytesTransferred != bytes)
                die("a receive did not end as it should");
            then((struct connection *)(void *)entries[i].lpOverlapped);
        }
    }
}

static size_t
heap(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static int
descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < wanted + 100; fd++)
        count += lseek(fd, 0, SEEK_CUR) != -1 || errno != EBADF;
    return count;
}

static double
since(double *mark)
{
    double now = seconds(), passed = now - *mark;

    *mark = now;
    return passed;
}

static int
server(void)
{
    double mark = seconds(), up, talk, down;
    int before = descriptors(), left;
    size_t empty, full, after;
    SOCKET listener;

    connections = calloc((size_t)wanted, sizeof *connections);
    if (!connections)
        return 1;
    start_winsock();
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    tell(to_client[1], listen_anywhere(&listener));
    empty = heap();
    accept_all(listener);
    full = heap();
    up = since(&mark);
    stay_idle();
    since(&mark);
    tell(to_client[1], 1);
    serve(1, echo);
    hear(to_server[0]);
    talk = since(&mark);
    tell(to_client[1], 1);
    serve(0, let_go);
    down = since(&mark);
    after = heap();
    closesocket(listener);
    CloseHandle(port);
    WSACleanup();
    left = descriptors() - before;
    printf("%d idle connections: up in %.1f s, written to and read in %.1f s, "
           "closed in %.1f s; %zu bytes each; left: %d descriptors, %zu "
           "bytes\n",
           wanted, up, talk, down, (full - empty) / (size_t)wanted, left,
           after > empty ? after - empty : 0);
    return left != 0;
}

/* ---- both ---- */

static int
raise_limit(void)
{
    rlim_t need = (rlim_t)wanted + 100;
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r))
        return 0;
    if (r.rlim_cur >= need)
        return 1;
    r.rlim_cur = need;
    if (r.rlim_max < need)
        r.rlim_max = need; /* the administrator may */
    return !setrlimit(RLIMIT_NOFILE, &r);
}

int
main(int argc, char **argv)
{
    int status = 0, result;
    pid_t child;

    if (argc > 1)
        wanted = atoi(argv[1]);
    if (wanted < 1 || wanted > 250 * PER_SOURCE) {
        fprintf(stderr, "usage: idle [CONNECTIONS]\n");
        return 2;
    }
    if (!raise_limit()) {
        printf("%d connections need as many descriptors\n", wanted);
        return 77;
    }
    if (pipe(to_client) || pipe(to_server))
        return 1;
    child = fork();
    if (child < 0)
        return 1;
    close(child ? to_client[0] : to_client[1]);
    close(child ? to_server[1] : to_server[0]);
    if (!child)
        return clients();
    result = server();
    waitpid(child, &status, 0);
    return result || status;
}
