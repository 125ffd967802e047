/* SPDX-License-Identifier: MIT
 *
 * Listens for ISO transport connections, tells of each request what the caller
 * said of himself, and answers it before the connection exists.  Whoever is let
 * in gets his messages back, until he releases the connection.
 *
 *   isotp-listen [-a accept|reject|defer:MS] [-d CALLEE_DATA] [-P std|rdp]
 *                [-p PORT] [TSAP]
 *
 * The first line says "port N" (-p 0 takes any; without -p it is 102), then
 * there is a line for each request.  A TSAP or data that begin with # are
 * hexadecimal; without a TSAP, callers of any are heard.  A deferred request
 * keeps its place at the head of the queue, and those behind it wait, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <wshisotp.h>

#define MAX_DATA 512 /* more than the library takes */
#define ASK_AGAIN_MS 10

static struct {
    int verdict; /* CF_DEFER: for 'hold' ms, then accept */
    DWORD hold;
    DWORD profile;
    int port;
    char tsap[ISO_MAX_TSEL_LENGTH], data[MAX_DATA];
    int tsap_len, data_len;
} opt = {CF_ACCEPT, 0, ISO_PROFILE_STD, ISO_PORT, {0}, {0}, 0, 0};

static ULONGLONG since; /* the request at the head has been kept waiting */

static void
die(const char *what)
{
    fprintf(stderr, "isotp-listen: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void
print_escaped(const char *at, ULONG len)
{
    ULONG i;

    putchar('"');
    for (i = 0; i < len; i++)
        if (at[i] == '\r')
            printf("\\r");
        else if (at[i] == '\n')
            printf("\\n");
        else if (at[i] < ' ' || at[i] > '~' || at[i] == '"' || at[i] == '\\')
            printf("\\x%02x", (unsigned char)at[i]);
        else
            putchar(at[i]);
    putchar('"');
}

/* As text if it begins like one, else in hexadecimal. */
static void
print_octets(const char *what, const char *at, ULONG len)
{
    ULONG i;

    printf("%s ", what);
    if (!len)
        printf("none");
    else if (at[0] >= ' ' && at[0] <= '~')
        print_escaped(at, len);
    else
        for (i = 0; i < len; i++)
            printf(i ? "%02x" : "#%02x", (unsigned char)at[i]);
}

static void
print_rate(const char *what, const FLOWSPEC *f)
{
    if (f->TokenRate == QOS_NOT_SPECIFIED)
        printf("%s any", what);
    else
        printf("%s %u B/s", what, (unsigned)f->TokenRate);
}

static void
print_request(const SOCKADDR_TP *from, const WSABUF *data, const QOS *qos)
{
    print_octets("calling", (const char *)from->tp_addr, from->tp_tsel_len);
    print_octets(", data", data ? data->buf : NULL, data ? data->len : 0);
    if (qos) {
        print_rate(", QoS sending", &qos->SendingFlowspec);
        print_rate(" receiving", &qos->ReceivingFlowspec);
    } else {
        printf(", no QoS");
    }
}

static void
print_verdict(void)
{
    if (opt.verdict == CF_DEFER)
        printf(", accepted after %u ms\n", (unsigned)opt.hold);
    else
        printf(", %s\n", opt.verdict == CF_ACCEPT ? "accepted" : "rejected");
    fflush(stdout);
}

/* The condition function, called for the head of the queue. */
static int CALLBACK
judge(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
      LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    ULONG len = (ULONG)opt.data_len;

    (void)group_qos, (void)callee, (void)group, (void)data;
    if (!since) {
        since = GetTickCount64();
        print_request((const SOCKADDR_TP *)caller->buf, caller_data, qos);
        print_verdict();
    }
    if (opt.verdict == CF_DEFER && GetTickCount64() - since < opt.hold)
        return CF_DEFER;
    since = 0;
    if (len > callee_data->len)
        len = callee_data->len;
    memcpy(callee_data->buf, opt.data, len);
    callee_data->len = len;
    return opt.verdict == CF_REJECT ? CF_REJECT : CF_ACCEPT;
}

/* Message by message, each in as many pieces as the buffer makes of it: where
 * one ends is told by the flag. */
static DWORD WINAPI
echo(LPVOID arg)
{
    SOCKET s = (SOCKET)(ULONG_PTR)arg;
    char room[16384];
    WSABUF buf;
    DWORD n, sent, flags;

    for (;;) {
        buf.buf = room;
        buf.len = sizeof room;
        flags = 0;
        if (WSARecv(s, &buf, 1, &n, &flags, NULL, NULL))
            break; /* WSAEDISCON: the peer has released the connection */
        buf.len = n;
        if (WSASend(s, &buf, 1, &sent, flags & MSG_PARTIAL, NULL, NULL))
            break;
    }
    closesocket(s);
    return 0;
}

static void
serve(SOCKET s)
{
    HANDLE thread =
        CreateThread(NULL, 65536, echo, (LPVOID)(ULONG_PTR)s, 0, NULL);

    if (thread)
        CloseHandle(thread);
    else
        closesocket(s);
}

static void
take_request(SOCKET listener)
{
    SOCKET s = WSAAccept(listener, NULL, NULL, judge, 0);

    if (s != INVALID_SOCKET) {
        serve(s);
        return;
    }
    switch (WSAGetLastError()) {
    case WSATRY_AGAIN: Sleep(ASK_AGAIN_MS); break;
    case WSAECONNREFUSED: break;
    case WSAEACCES:
    case WSAECONNRESET:
        since = 0;
        fprintf(stderr, "isotp-listen: a caller has hung up\n");
        break;
    default: die("WSAAccept");
    }
}

/* Class 2 takes callers of class 0, too. */
static SOCKET
open_listener(void)
{
    struct sockaddr_in any;
    SOCKADDR_TP name;
    SOCKADDR_STORAGE inet;
    int len = sizeof name;
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP2);

    if (s == INVALID_SOCKET)
        die("socket");
    memset(&any, 0, sizeof any);
    any.sin_family = AF_INET;
    any.sin_port = htons((u_short)opt.port);
    ISO_SET_TP_INET(&name, opt.tsap, opt.tsap_len, (struct sockaddr *)&any);
    if (setsockopt(s, SOL_ISOTP, ISO_OPT_PROFILE, (char *)&opt.profile,
                   sizeof opt.profile))
        die("ISO_OPT_PROFILE");
    if (bind(s, (struct sockaddr *)&name, sizeof name))
        die("bind");
    if (listen(s, SOMAXCONN))
        die("listen");
    if (getsockname(s, (struct sockaddr *)&name, &len) ||
        !ISO_GET_TP_INET(&name, &inet))
        die("getsockname");
    printf("port %d\n", ntohs(((struct sockaddr_in *)&inet)->sin_port));
    fflush(stdout);
    return s;
}

static int
parse_octets(const char *text, char *out, size_t room)
{
    size_t len = 0;
    unsigned octet;

    if (*text != '#') {
        len = strlen(text);
        if (len > room)
            return -1;
        memcpy(out, text, len);
        return (int)len;
    }
    for (text++; *text && len < room; text += 2) {
        if (sscanf(text, "%2x", &octet) != 1 || !text[1])
            return -1;
        out[len++] = (char)octet;
    }
    return *text ? -1 : (int)len;
}

static BOOL
parse_verdict(const char *text)
{
    if (!strcmp(text, "accept"))
        opt.verdict = CF_ACCEPT;
    else if (!strcmp(text, "reject"))
        opt.verdict = CF_REJECT;
    else if (!strncmp(text, "defer:", 6))
        opt.verdict = CF_DEFER;
    else
        return FALSE;
    if (opt.verdict == CF_DEFER)
        opt.hold = (DWORD)strtoul(text + 6, NULL, 10);
    return TRUE;
}

static BOOL
parse(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (argv[i][0] != '-') {
            opt.tsap_len = parse_octets(argv[i], opt.tsap, sizeof opt.tsap);
            return opt.tsap_len >= 0 && i + 1 == argc;
        }
        if (!value)
            return FALSE;
        if (!strcmp(argv[i], "-a") && !parse_verdict(value))
            return FALSE;
        if (!strcmp(argv[i], "-d"))
            opt.data_len = parse_octets(value, opt.data, sizeof opt.data);
        if (!strcmp(argv[i], "-P"))
            opt.profile =
                !strcmp(value, "rdp") ? ISO_PROFILE_RDP : ISO_PROFILE_STD;
        if (!strcmp(argv[i], "-p"))
            opt.port = atoi(value);
        if (!strchr("adPp", argv[i][1]) || opt.data_len < 0)
            return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    WSADATA data;
    SOCKET listener;

    if (!parse(argc, argv)) {
        fprintf(stderr, "isotp-listen [-a accept|reject|defer:MS] "
                        "[-d CALLEE_DATA] [-P std|rdp] [-p PORT] [TSAP]\n");
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    listener = open_listener();
    for (;;)
        take_request(listener);
}
