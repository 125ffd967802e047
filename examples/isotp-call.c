/* SPDX-License-Identifier: MIT
 *
 * Calls somebody by ISO transport, tells what he answered and what was agreed,
 * sends each line of its input as a message, and prints what comes back.
 *
 *   isotp-call [-d CALLER_DATA] [-q BYTES_PER_SECOND] [-P std|rdp]
 *              HOST PORT [TSAP]
 *
 * With -q it asks for that rate in both directions, guaranteed.  A TSAP or
 * data that begin with # are hexadecimal.  It exits with 1 when it was turned
 * away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <wshisotp.h>

#include <mswsock.h>

#define MAX_DATA 512     /* to try; the library says how many there may be */
#define PATIENCE_MS 5000 /* for the answer to a line */

static struct {
    const char *host, *port;
    ULONG rate; /* 0: none is asked for */
    DWORD profile;
    char tsap[ISO_MAX_TSEL_LENGTH], data[MAX_DATA];
    int tsap_len, data_len;
} opt = {NULL, NULL, 0, ISO_PROFILE_STD, {0}, {0}, 0, 0};

static void
die(const char *what)
{
    fprintf(stderr, "isotp-call: %s: error %d\n", what, WSAGetLastError());
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
    printf("\n");
}

/* ---- connecting ---- */

static void
find(SOCKADDR_TP *to)
{
    struct addrinfo hints, *list;

    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(opt.host, opt.port, &hints, &list))
        die(opt.host);
    ISO_SET_TP_INET(to, opt.tsap, opt.tsap_len, list->ai_addr);
    freeaddrinfo(list);
}

static FLOWSPEC
wish(void)
{
    FLOWSPEC f = {QOS_NOT_SPECIFIED, QOS_NOT_SPECIFIED, QOS_NOT_SPECIFIED,
                  QOS_NOT_SPECIFIED, QOS_NOT_SPECIFIED, SERVICETYPE_GUARANTEED,
                  QOS_NOT_SPECIFIED, QOS_NOT_SPECIFIED};

    f.TokenRate = opt.rate;
    return f;
}

/* Who refuses may have said why: a reason, and data. */
static int
turned_away(SOCKET s)
{
    int err = WSAGetLastError(), len;
    char room[ISO_MAX_DETACHED];
    DWORD reason;

    printf("turned away: error %d", err);
    len = sizeof reason;
    if (!getsockopt(s, SOL_SOCKET, SO_DISCOPT, (char *)&reason, &len))
        printf(", reason 0x%02x", (unsigned)reason);
    printf("\n");
    len = sizeof room;
    if (!getsockopt(s, SOL_SOCKET, SO_DISCDATA, room, &len) && len > 0)
        print_octets("refusal data", room, (ULONG)len);
    return 1;
}

static BOOL
call(SOCKET s)
{
    char room[256];
    WSABUF caller, callee;
    SOCKADDR_TP to;
    QOS qos;
    int result;

    find(&to);
    memset(&qos, 0, sizeof qos);
    qos.SendingFlowspec = qos.ReceivingFlowspec = wish();
    caller.buf = opt.data;
    caller.len = (ULONG)opt.data_len;
    callee.buf = room;
    callee.len = sizeof room;
    result = WSAConnect(s, (struct sockaddr *)&to, sizeof to,
                        opt.data_len ? &caller : NULL, &callee,
                        opt.rate ? &qos : NULL, NULL);
    if (!result)
        print_octets("callee data", callee.buf, callee.len);
    return !result;
}

/* ---- what was agreed ---- */

static DWORD
number(SOCKET s, int name)
{
    DWORD value = 0;
    int len = sizeof value;

    getsockopt(s, SOL_ISOTP, name, (char *)&value, &len);
    return value;
}

static void
print_flow(const char *what, const FLOWSPEC *f)
{
    printf(", %s ", what);
    if (f->TokenRate == QOS_NOT_SPECIFIED)
        printf("any rate");
    else
        printf("%u B/s", (unsigned)f->TokenRate);
}

static void
print_agreed(SOCKET s)
{
    char room[sizeof(QOS) + 256];
    QOS qos;
    DWORD n = 0;

    printf("agreed: class %u, TPDU size %u", (unsigned)number(s, ISO_OPT_CLASS),
           (unsigned)number(s, ISO_OPT_TPDU_SIZE));
    if (!WSAIoctl(s, SIO_GET_QOS, NULL, 0, room, sizeof room, &n, NULL, NULL)) {
        memcpy(&qos, room, sizeof qos);
        print_flow("sending", &qos.SendingFlowspec);
        print_flow("receiving", &qos.ReceivingFlowspec);
    }
    printf("\n");
}

/* ---- talking ---- */

/* One message, whatever its length; FALSE at the end. */
static BOOL
print_message(SOCKET s)
{
    char room[4096];
    WSABUF buf = {sizeof room, room};
    DWORD n, flags;

    do {
        flags = 0;
        if (WSARecv(s, &buf, 1, &n, &flags, NULL, NULL))
            return FALSE;
        fwrite(room, 1, n, stdout);
    } while (flags & MSG_PARTIAL);
    printf("\n");
    fflush(stdout);
    return TRUE;
}

static int
talk(SOCKET s)
{
    DWORD patience = PATIENCE_MS;
    static char line[65536];
    size_t len;

    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof patience);
    while (fgets(line, sizeof line, stdin)) {
        len = strlen(line);
        if (len && line[len - 1] == '\n')
            len--;
        if (send(s, line, (int)len, 0) < 0)
            die("send");
        if (!print_message(s) && WSAGetLastError() != WSAETIMEDOUT)
            die("recv");
    }
    return 0;
}

/* ---- the command line ---- */

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
parse(int argc, char **argv)
{
    int i = 1;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        const char *value = argv[i + 1];

        if (!strcmp(argv[i], "-d"))
            opt.data_len = parse_octets(value, opt.data, sizeof opt.data);
        else if (!strcmp(argv[i], "-q"))
            opt.rate = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i], "-P"))
            opt.profile =
                !strcmp(value, "rdp") ? ISO_PROFILE_RDP : ISO_PROFILE_STD;
        else
            return FALSE;
    }
    if (argc - i != 2 && argc - i != 3)
        return FALSE;
    opt.host = argv[i];
    opt.port = argv[i + 1];
    if (argc - i == 3)
        opt.tsap_len = parse_octets(argv[i + 2], opt.tsap, sizeof opt.tsap);
    return opt.tsap_len >= 0 && opt.data_len >= 0;
}

int
main(int argc, char **argv)
{
    WSADATA data;
    SOCKET s;
    int result;

    if (!parse(argc, argv)) {
        fprintf(stderr, "isotp-call [-d CALLER_DATA] [-q BYTES_PER_SECOND] "
                        "[-P std|rdp] HOST PORT [TSAP]\n");
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    s = socket(AF_ISO, SOCK_SEQPACKET, opt.rate ? ISOPROTO_TP2 : ISOPROTO_TP0);
    if (s == INVALID_SOCKET)
        die("socket");
    if (setsockopt(s, SOL_ISOTP, ISO_OPT_PROFILE, (char *)&opt.profile,
                   sizeof opt.profile))
        die("ISO_OPT_PROFILE");
    if (call(s)) {
        print_agreed(s);
        result = talk(s);
    } else {
        result = turned_away(s);
    }
    closesocket(s);
    WSACleanup();
    return result;
}
