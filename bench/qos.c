/* SPDX-License-Identifier: MIT */
/* How well a sending TokenRate is kept: a connection over loopback is given
 * one, filled as fast as it takes, and timed where it is received. Prints a
 * line for each rate that is its argument: the rate, and what came of it. What
 * the first window carries at once is not counted. Plain Winsock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <windows.h>

#define BURST 1000000 /* more than a window over loopback */
#define TAIL 300000   /* more than two segments there: the last may be short */
#define STRETCH 2.0   /* seconds */

struct flow {
    SOCKET in, out;
    double all; /* bytes */
};

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, (int)GetLastError());
    exit(1);
}

static void
join(struct flow *f)
{
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int len = sizeof(sin);

    f->out = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) ||
        listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&sin, &len) ||
        connect(f->out, (struct sockaddr *)&sin, sizeof(sin)))
        die("connect");
    f->in = accept(listener, NULL, NULL);
    if (f->in == INVALID_SOCKET)
        die("accept");
    closesocket(listener);
}

static void
promise(SOCKET s, ULONG rate)
{
    DWORD bytes;
    QOS qos;

    memset(&qos, 0xff, sizeof(qos));
    memset(&qos.ProviderSpecific, 0, sizeof(qos.ProviderSpecific));
    qos.SendingFlowspec.ServiceType = SERVICETYPE_GUARANTEED;
    qos.SendingFlowspec.TokenRate = rate;
    qos.ReceivingFlowspec.ServiceType = SERVICETYPE_NOTRAFFIC;
    if (WSAIoctl(s, SIO_SET_QOS, &qos, sizeof(qos), NULL, 0, &bytes, NULL,
                 NULL))
        die("SIO_SET_QOS");
}

static DWORD WINAPI
pour(LPVOID context)
{
    static char data[16384];
    struct flow *f = context;

    for (double sent = 0; sent < f->all; sent += sizeof(data)) {
        if (send(f->out, data, sizeof(data), 0) != sizeof(data))
            die("send");
    }
    shutdown(f->out, SD_SEND);
    return 0;
}

static double
seconds(void)
{
    LARGE_INTEGER now, each;

    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&each);
    return (double)now.QuadPart / (double)each.QuadPart;
}

/* Between the end of the burst and the beginning of the tail. */
static double
rate_seen(const struct flow *f)
{
    static char data[65536];
    double got = 0, first = 0, last = 0, from = 0, to = 0;
    int n;

    while ((n = recv(f->in, data, sizeof(data), 0)) > 0) {
        got += n;
        if (!from && got > BURST) {
            from = seconds();
            first = got;
        } else if (from && got < f->all - TAIL) {
            to = seconds();
            last = got;
        }
    }
    if (n < 0 || to <= from)
        die("recv");
    return (last - first) / (to - from);
}

int
main(int argc, char **argv)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    for (int i = 1; i < argc; i++) {
        ULONG rate = (ULONG)strtoul(argv[i], NULL, 10);
        struct flow f = {.all = BURST + TAIL + STRETCH * rate};
        HANDLE thread;
        double seen;

        join(&f);
        promise(f.out, rate);
        thread = CreateThread(NULL, 0, pour, &f, 0, NULL);
        seen = rate_seen(&f);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
        closesocket(f.in);
        closesocket(f.out);
        printf("pacing %lu %.0f\n", (unsigned long)rate, seen);
        fflush(stdout);
    }
    return WSACleanup();
}
