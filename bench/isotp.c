/* SPDX-License-Identifier: MIT */
/* ISO transport, class 0, measured against bare TCP that does as many round
 * trips (bare.c): servers and clients of three loads, memory, and how well a
 * rate that class 2 negotiated is kept. Plain Winsock, but for the look at the
 * heap and the fork. Invariant: both ends wait for every answer that the wire
 * has, so that nothing is counted that has not arrived. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <wshisotp.h>

#define MESSAGE 64
#define TSDU (1 << 20)
#define BURST 1000000 /* more than a window over loopback */
#define TAIL 300000   /* more than two segments there: the last may be short */
#define STRETCH 2.0   /* seconds */

static struct sockaddr_in at = {.sin_family = AF_INET};
static char data[TSDU];

static void
die(const char *what)
{
    fprintf(stderr, "isotp: %s: error %d\n", what, (int)WSAGetLastError());
    exit(1);
}

static double
seconds(void)
{
    LARGE_INTEGER now, each;

    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&each);
    return (double)now.QuadPart / (double)each.QuadPart;
}

static SOCKET
open_socket(int protocol)
{
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, protocol);

    if (s == INVALID_SOCKET)
        die("socket");
    return s;
}

static SOCKET
open_listener(int protocol)
{
    SOCKET s = open_socket(protocol);
    SOCKADDR_STORAGE inet;
    SOCKADDR_TP name;
    int len = sizeof name;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ISO_SET_TP_INET(&name, "bench", 5, (struct sockaddr *)&at);
    if (bind(s, (struct sockaddr *)&name, sizeof name) ||
        listen(s, SOMAXCONN) ||
        getsockname(s, (struct sockaddr *)&name, &len) ||
        !ISO_GET_TP_INET(&name, &inet))
        die("listen");
    at.sin_port = ((struct sockaddr_in *)&inet)->sin_port;
    return s;
}

static SOCKADDR_TP
whom(void)
{
    SOCKADDR_TP name;

    ISO_SET_TP_INET(&name, "bench", 5, (struct sockaddr *)&at);
    return name;
}

static SOCKET
call(int protocol, QOS *qos)
{
    SOCKET s = open_socket(protocol);
    SOCKADDR_TP name = whom();

    if (WSAConnect(s, (struct sockaddr *)&name, sizeof name, NULL, NULL, qos,
                   NULL))
        die("WSAConnect");
    return s;
}

static int CALLBACK
let_in(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
    (void)caller, (void)caller_data, (void)qos, (void)group_qos, (void)callee;
    (void)group, (void)context;
    callee_data->len = 0;
    return CF_ACCEPT;
}

static SOCKET
admit(SOCKET listener)
{
    SOCKET s = WSAAccept(listener, NULL, NULL, let_in, 0);

    if (s == INVALID_SOCKET)
        die("WSAAccept");
    return s;
}

/* ---- servers ---- */

static SOCKET
listen_and_tell(void)
{
    SOCKET s = open_listener(ISOPROTO_TP0);

    printf("port %d\n", ntohs(at.sin_port));
    fflush(stdout);
    return s;
}

static void
serve(BOOL echo)
{
    SOCKET listener = listen_and_tell();

    for (;;) {
        SOCKET s = admit(listener);
        int n;

        while ((n = recv(s, data, 65536, 0)) >= 0 || /* the buffer was full */
               WSAGetLastError() == WSAEMSGSIZE)
            if (echo && send(s, data, n, 0) != n)
                die("send");
        closesocket(s);
    }
}

static void
serve_pour(void)
{
    serve(FALSE);
}

static void
serve_ping(void)
{
    serve(TRUE);
}

/* ---- clients: what is done again and again ---- */

static SOCKET line = INVALID_SOCKET;

static void
visit(void)
{
    SOCKET s = call(ISOPROTO_TP0, NULL);

    if (shutdown(s, SD_SEND) || recv(s, data, 1, 0) != SOCKET_ERROR ||
        WSAGetLastError() != WSAEDISCON)
        die("release");
    closesocket(s);
}

static void
ping(void)
{
    if (send(line, data, MESSAGE, 0) != MESSAGE ||
        recv(line, data, MESSAGE, 0) != MESSAGE)
        die("ping");
}

static void
pour(void)
{
    if (send(line, data, TSDU, 0) != TSDU)
        die("pour");
}

static const struct load {
    const char *name;
    void (*serve)(void);
    void (*once)(void);
    int batch;
} loads[] = {
    {"ping",  serve_ping, ping,  16},
    {"visit", serve_pour, visit, 4 },
    {"pour",  serve_pour, pour,  4 },
};

static long
repeat(const struct load *l, double end)
{
    long count = 0;

    do {
        for (int i = 0; i < l->batch; i++, count++)
            l->once();
    } while (seconds() < end);
    return count;
}

/* Says when the measured stretch begins and what it held; see bare.c. */
static void
client(const struct load *l, double warm, double length, int port)
{
    double begin;
    long count;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons((u_short)port);
    if (l->once != visit)
        line = call(ISOPROTO_TP0, NULL);
    repeat(l, seconds() + warm);
    puts("go");
    fflush(stdout);
    begin = seconds();
    count = repeat(l, begin + length);
    printf("done %ld %.6f\n", count, seconds() - begin);
    fflush(stdout);
    pause();
}

/* ---- memory ---- */

static double
heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return (double)m.uordblks + (double)m.hblkhd;
}

/* The child: its requests stay unanswered until the parent lets them in. */
static void
ask(int count, int ready)
{
    u_long on = 1;
    WSAPOLLFD *fds = calloc((size_t)count, sizeof *fds);
    SOCKADDR_TP name = whom();

    for (int i = 0; i < count; i++) {
        fds[i].fd = open_socket(ISOPROTO_TP0);
        fds[i].events = POLLOUT;
        ioctlsocket(fds[i].fd, (LONG)FIONBIO, &on);
        if (!connect(fds[i].fd, (struct sockaddr *)&name, sizeof name) ||
            WSAGetLastError() != WSAEWOULDBLOCK)
            die("connect");
        WSAPoll(fds, (ULONG)i + 1, 0);
    }
    while (WSAPoll(fds, (ULONG)count, 100) == 0)
        if (write(ready, "", 1) != 1)
            return;
    while (getppid() != 1)
        Sleep(50);
}

/* Bytes of heap: of a request that waits, of the connection it becomes. */
static void
memory(int count)
{
    SOCKET listener, *s = calloc((size_t)count, sizeof *s);
    HANDLE never = WSACreateEvent();
    double before, waiting;
    int ready[2];
    pid_t child;
    char byte;

    listener = open_listener(ISOPROTO_TP0);
    if (pipe(ready))
        exit(1);
    child = fork();
    if (child == 0) { /* as a new process */
        char number[16], fd[16], port[16];

        snprintf(number, sizeof number, "%d", count);
        snprintf(fd, sizeof fd, "%d", ready[1]);
        snprintf(port, sizeof port, "%d", ntohs(at.sin_port));
        execl("/proc/self/exe", "isotp", "ask", number, fd, port, (char *)0);
        _exit(1);
    }
    close(ready[1]);
    before = heap_bytes();
    for (int i = 0; i < 5; i++) { /* drives, and the child has asked */
        if (read(ready[0], &byte, 1) != 1)
            exit(1);
        WSAWaitForMultipleEvents(1, &never, FALSE, 300, FALSE);
    }
    waiting = (heap_bytes() - before) / count;
    for (int i = 0; i < count; i++)
        s[i] = admit(listener);
    printf("isomemory %d %.0f %.0f\n", count, waiting,
           (heap_bytes() - before) / count);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
}

/* ---- pacing ---- */

struct flow {
    SOCKET in, out;
    double all; /* bytes */
};

static QOS
wish(ULONG rate)
{
    QOS q;

    memset(&q, 0xff, sizeof q);
    memset(&q.ProviderSpecific, 0, sizeof q.ProviderSpecific);
    q.SendingFlowspec.ServiceType = SERVICETYPE_GUARANTEED;
    q.SendingFlowspec.TokenRate = rate;
    q.ReceivingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
    return q;
}

static DWORD WINAPI
answer(LPVOID context)
{
    struct flow *f = context;

    f->in = admit(f->in);
    return 0;
}

static DWORD WINAPI
fill(LPVOID context)
{
    struct flow *f = context;

    for (double sent = 0; sent < f->all; sent += 16384)
        if (send(f->out, data, 16384, 0) != 16384)
            die("send");
    shutdown(f->out, SD_SEND);
    return 0;
}

/* Between the end of the burst and the beginning of the tail. */
static double
rate_seen(const struct flow *f)
{
    double got = 0, first = 0, last = 0, from = 0, to = 0;
    int n;

    while ((n = recv(f->in, data + 65536, 65536, 0)) >= 0) {
        got += n;
        if (!from && got > BURST) {
            from = seconds();
            first = got;
        } else if (from && got < f->all - TAIL) {
            to = seconds();
            last = got;
        }
    }
    if (WSAGetLastError() != WSAEDISCON || to <= from)
        die("recv");
    return (last - first) / (to - from);
}

static void
pace(SOCKET listener, ULONG rate)
{
    struct flow f = {.in = listener, .all = BURST + TAIL + STRETCH * rate};
    HANDLE thread = CreateThread(NULL, 0, answer, &f, 0, NULL);
    QOS qos = wish(rate), agreed;
    char room[sizeof(QOS) + 256];
    DWORD n;

    f.out = call(ISOPROTO_TP2, &qos);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    if (WSAIoctl(f.out, SIO_GET_QOS, NULL, 0, room, sizeof room, &n, NULL,
                 NULL))
        die("SIO_GET_QOS");
    memcpy(&agreed, room, sizeof agreed);
    thread = CreateThread(NULL, 0, fill, &f, 0, NULL);
    printf("isopace %lu %.0f\n",
           (unsigned long)agreed.SendingFlowspec.TokenRate, rate_seen(&f));
    fflush(stdout);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    closesocket(f.in);
    closesocket(f.out);
}

/* ---- */

static void
usage(void)
{
    fputs("usage: isotp ping|pour|visit\n"
          "       isotp-ping|isotp-pour|isotp-visit client WARM SECONDS PORT\n"
          "       isotp memory REQUESTS\n"
          "       isotp pace RATE...\n",
          stderr);
    exit(2);
}

/* The load that a name ends with. */
static const struct load *
find(const char *name)
{
    const char *dash = strrchr(name, '-');

    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        if (!strcmp(dash ? dash + 1 : name, loads[i].name))
            return &loads[i];
    usage();
    return NULL;
}

static void
raise_limit(void)
{
    struct rlimit r;

    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

int
main(int argc, char **argv)
{
    WSADATA started;

    raise_limit();
    if (argc < 2 || WSAStartup(MAKEWORD(2, 2), &started))
        usage();
    if (argc == 5 && !strcmp(argv[1], "client")) {
        client(find(argv[0]), atof(argv[2]), atof(argv[3]), atoi(argv[4]));
    } else if (argc == 5 && !strcmp(argv[1], "ask")) {
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons((u_short)atoi(argv[4]));
        ask(atoi(argv[2]), atoi(argv[3]));
    } else if (argc == 3 && !strcmp(argv[1], "memory")) {
        memory(atoi(argv[2]));
    } else if (!strcmp(argv[1], "pace")) {
        SOCKET listener = open_listener(ISOPROTO_TP2);

        for (int i = 2; i < argc; i++)
            pace(listener, (ULONG)strtoul(argv[i], NULL, 10));
    } else {
        find(argv[1])->serve();
    }
    return WSACleanup();
}
