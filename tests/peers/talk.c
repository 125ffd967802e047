/* SPDX-License-Identifier: MIT */
/* Both ends of ISO transport connections over loopback, for somebody who
 * listens to the wire: each part of the interface that shows in an octet is
 * used once, with values of its own, and run.sh compares. Plain Winsock.
 *
 *   talk          says "port N", waits for a line, talks, says what it was told
 *
 * Invariant: all that it prints, this end has been told by the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <wshisotp.h>

#include <mswsock.h>

#define LONG_MESSAGE 5000

static struct sockaddr_in port;
static const char *refuse; /* with these data */

static void
die(const char *what)
{
    fprintf(stderr, "talk: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void
set(SOCKET s, int level, int name, DWORD value)
{
    if (setsockopt(s, level, name, (char *)&value, sizeof value))
        die("setsockopt");
}

static SOCKADDR_TP
address(const char *tsap, int len, const struct sockaddr_in *host)
{
    SOCKADDR_TP sa;

    ISO_SET_TP_INET(&sa, tsap, len, (const struct sockaddr *)host);
    return sa;
}

static void
say(const char *what, const WSABUF *data)
{
    printf("%s %.*s\n", what, data ? (int)data->len : 0, data ? data->buf : "");
}

/* ---- the called end ---- */

static SOCKET
open_listener(void)
{
    SOCKADDR_STORAGE inet;
    SOCKADDR_TP name;
    int len = sizeof name;
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP2);

    port.sin_family = AF_INET;
    port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name = address("\1\2", 2, &port);
    if (s == INVALID_SOCKET)
        die("socket");
    set(s, SOL_SOCKET, SO_EXPEDITED, TRUE);
    if (bind(s, (struct sockaddr *)&name, sizeof name) || listen(s, 5) ||
        getsockname(s, (struct sockaddr *)&name, &len) ||
        !ISO_GET_TP_INET(&name, &inet))
        die("listen");
    port.sin_port = ((struct sockaddr_in *)&inet)->sin_port;
    printf("port %d\n", ntohs(port.sin_port));
    fflush(stdout);
    return s;
}

static int CALLBACK
judge(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
      LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR context)
{
    const SOCKADDR_TP *from = (const SOCKADDR_TP *)caller->buf;
    const char *answer = refuse ? refuse : "callee-data";

    (void)group_qos, (void)callee, (void)group, (void)context;
    printf("calling %.*s\n", from->tp_tsel_len, (const char *)from->tp_addr);
    say("caller data", caller_data);
    if (qos) {
        printf("offered %u %u\n", (unsigned)qos->SendingFlowspec.TokenRate,
               (unsigned)qos->ReceivingFlowspec.TokenRate);
        qos->ReceivingFlowspec.TokenRate = 300000; /* less */
        qos->ReceivingFlowspec.PeakBandwidth = 600000;
    }
    callee_data->len = (ULONG)strlen(answer);
    memcpy(callee_data->buf, answer, callee_data->len);
    return refuse ? CF_REJECT : CF_ACCEPT;
}

/* Takes what comes until the caller releases the connection. */
static DWORD WINAPI
serve(LPVOID listener)
{
    SOCKET s = WSAAccept((SOCKET)(ULONG_PTR)listener, NULL, NULL, judge, 0);
    char room[1024];
    WSABUF buf = {sizeof room, room};
    DWORD n, flags = 0, all = 0;

    if (s == INVALID_SOCKET) {
        printf("accept error %d\n", WSAGetLastError());
        return 0;
    }
    while (!WSARecv(s, &buf, 1, &n, &flags, NULL, NULL)) {
        all += n;
        if (!(flags & MSG_PARTIAL)) {
            printf("message %u\n", (unsigned)all);
            all = 0;
        }
        flags = 0;
    }
    printf("end %d\n", WSAGetLastError());
    n = (DWORD)recv(s, room, sizeof room, MSG_OOB);
    if (n != (DWORD)-1)
        printf("expedited %.*s\n", (int)n, room);
    if (!WSARecvDisconnect(s, &buf))
        say("released", &buf);
    closesocket(s);
    return 0;
}

/* ---- the calling end ---- */

static SOCKET
call(int protocol, const char *tsap, int len, QOS *qos)
{
    static char answer[64];
    WSABUF ours = {11, "caller-data"}, theirs = {sizeof answer, answer};
    SOCKADDR_TP own = address("calling", 7, NULL);
    SOCKADDR_TP to = address(tsap, len, &port);
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, protocol);

    if (s == INVALID_SOCKET || bind(s, (struct sockaddr *)&own, sizeof own))
        die("bind");
    set(s, SOL_SOCKET, SO_EXPEDITED, TRUE);
    set(s, SOL_ISOTP, ISO_OPT_TPDU_SIZE, 1024);
    if (WSAConnect(s, (struct sockaddr *)&to, sizeof to, &ours, &theirs, qos,
                   NULL)) {
        DWORD reason = 0;
        int size = sizeof reason;

        printf("connect error %d", WSAGetLastError());
        getsockopt(s, SOL_SOCKET, SO_DISCOPT, (char *)&reason, &size);
        printf(" reason %02x", (unsigned)reason);
        size = sizeof answer;
        if (getsockopt(s, SOL_SOCKET, SO_DISCDATA, answer, &size))
            size = 0;
        printf(" %.*s\n", size, answer);
        closesocket(s);
        return INVALID_SOCKET;
    }
    say("callee data", &theirs);
    return s;
}

static void
send_all(SOCKET s)
{
    static char text[LONG_MESSAGE];
    WSABUF bye = {3, "bye"};

    memset(text, 'x', sizeof text);
    if (send(s, text, sizeof text, 0) != sizeof text ||
        send(s, "urgent!", 7, MSG_OOB) != 7 ||
        send(s, text, 10, MSG_PARTIAL) != 10 || send(s, text, 5, 0) != 5 ||
        send(s, text, 0, 0) != 0)
        die("send");
    if (WSASendDisconnect(s, &bye))
        die("WSASendDisconnect");
    while (recv(s, text, sizeof text, 0) >= 0)
        ;
    closesocket(s);
}

static void
talk(SOCKET listener, int protocol, const char *tsap, int len, QOS *qos)
{
    HANDLE thread =
        CreateThread(NULL, 0, serve, (LPVOID)(ULONG_PTR)listener, 0, NULL);
    SOCKET s = call(protocol, tsap, len, qos);

    if (s != INVALID_SOCKET)
        send_all(s);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static QOS
wish(void)
{
    QOS q;

    memset(&q, 0xff, sizeof q);
    memset(&q.ProviderSpecific, 0, sizeof q.ProviderSpecific);
    q.SendingFlowspec.ServiceType = SERVICETYPE_CONTROLLEDLOAD;
    q.SendingFlowspec.TokenRate = 500000;
    q.SendingFlowspec.PeakBandwidth = 800000;
    q.SendingFlowspec.Latency = 20000;
    q.ReceivingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
    q.ReceivingFlowspec.TokenRate = 250000;
    return q;
}

int
main(void)
{
    WSADATA data;
    SOCKET listener;
    QOS qos = wish();

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    listener = open_listener();
    getchar();
    talk(listener, ISOPROTO_TP0, "\1\2", 2, NULL);
    talk(listener, ISOPROTO_TP2, "\1\2", 2, &qos);
    refuse = "refused-by-user";
    talk(listener, ISOPROTO_TP0, "\1\2", 2, NULL);
    call(ISOPROTO_TP0, "nobody", 6, NULL);
    closesocket(listener);
    return WSACleanup();
}
