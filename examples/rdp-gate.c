/* SPDX-License-Identifier: MIT
 *
 * A gatekeeper for RDP: it sees who calls by the cookie of the connection
 * request, refuses him, keeps him waiting, or calls the back end on his behalf
 * and joins the two, before he has got any answer.
 *
 *   rdp-gate [-p PORT] [--refuse NAME]... [--hold NAME MS]... HOST PORT
 *
 * The first line says "port N" (-p 0 takes any; without -p it is 3389), then
 * there is a line for each caller.  What the back end answers to the caller's
 * own request is what the caller gets, so that both agree on how they go on;
 * after that neither speaks ISO transport any more, and octets are passed on
 * as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <wshisotp.h>

#define MAX_RULES 16
#define ASK_AGAIN_MS 50

struct rule {
    const char *who;
    int verdict; /* CF_REJECT, or CF_DEFER until "hold" ms have passed */
    DWORD hold;
    ULONGLONG since; /* when this caller was first kept waiting, or 0 */
};

static struct rule rules[MAX_RULES];
static int rule_count;
static struct sockaddr_storage back_end;
static SOCKET answered = INVALID_SOCKET; /* the back end's, for who is let in */

static void
die(const char *what)
{
    fprintf(stderr, "rdp-gate: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

/* ---- the back end ---- */

static SOCKET
open_rdp(void)
{
    DWORD profile = ISO_PROFILE_RDP;
    SOCKET s = socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP0);

    if (s == INVALID_SOCKET)
        die("socket");
    if (setsockopt(s, SOL_ISOTP, ISO_OPT_PROFILE, (char *)&profile,
                   sizeof profile))
        die("ISO_OPT_PROFILE");
    return s;
}

/* The caller's request goes on to the back end, whose answer comes back in
 * 'callee': the room that there is, then what it said. */
static SOCKET
call_back_end(WSABUF *caller, WSABUF *callee)
{
    SOCKADDR_TP to;
    SOCKET s = open_rdp();

    ISO_SET_TP_INET(&to, NULL, 0, (struct sockaddr *)&back_end);
    if (WSAConnect(s, (struct sockaddr *)&to, sizeof to, caller, callee, NULL,
                   NULL)) {
        printf("the back end turns him away, error %d: ", WSAGetLastError());
        closesocket(s);
        return INVALID_SOCKET;
    }
    return s;
}

/* ---- judging ---- */

/* The name in "Cookie: mstshash=NAME\r\n", empty if there is none. */
static void
read_cookie(const WSABUF *request, char *name, size_t size)
{
    static const char head[] = "Cookie: mstshash=";
    size_t at = sizeof head - 1, n = 0;

    if (request && request->len >= at && !memcmp(request->buf, head, at))
        while (at < request->len && n + 1 < size && request->buf[at] > ' ')
            name[n++] = request->buf[at++];
    name[n] = 0;
}

static struct rule *
find_rule(const char *name)
{
    int i;

    for (i = 0; i < rule_count; i++)
        if (!strcmp(rules[i].who, name))
            return &rules[i];
    return NULL;
}

/* Whether he has to wait still; says so the first time. */
static BOOL
is_held(struct rule *r)
{
    ULONGLONG now = GetTickCount64();

    if (!r || r->verdict != CF_DEFER)
        return FALSE;
    if (!r->since) {
        r->since = now;
        printf("\"%s\" is kept waiting for %u ms\n", r->who, (unsigned)r->hold);
        return TRUE;
    }
    if (now - r->since < r->hold)
        return TRUE;
    r->since = 0;
    return FALSE;
}

static int CALLBACK
judge(LPWSABUF caller, LPWSABUF request, LPQOS qos, LPQOS group_qos,
      LPWSABUF callee, LPWSABUF answer, GROUP *group, DWORD_PTR data)
{
    char name[64];
    struct rule *r;

    (void)caller, (void)qos, (void)group_qos, (void)callee, (void)group,
        (void)data;
    read_cookie(request, name, sizeof name);
    r = find_rule(name);
    if (is_held(r))
        return CF_DEFER;
    if (r && r->verdict == CF_REJECT) {
        printf("\"%s\" is refused\n", name);
        answer->len = 0;
        return CF_REJECT;
    }
    answered = call_back_end(request, answer);
    printf("\"%s\" is %s\n", name,
           answered == INVALID_SOCKET ? "refused" : "let in");
    if (answered == INVALID_SOCKET)
        answer->len = 0;
    return answered == INVALID_SOCKET ? CF_REJECT : CF_ACCEPT;
}

/* ---- passing on ---- */

struct way {
    SOCKET from, to;
    ULONG first; /* octets that had been read already */
    char room[16384];
};

struct pair {
    struct way ways[2];
};

static BOOL
pass(SOCKET to, const char *at, int len)
{
    int n;

    for (; len > 0; at += n, len -= n) {
        n = send(to, at, len, 0);
        if (n < 0)
            return FALSE;
    }
    return TRUE;
}

/* One direction, to its end, which is told to the other side. */
static DWORD WINAPI
carry(LPVOID arg)
{
    struct way *w = arg;
    int n = (int)w->first;

    while (pass(w->to, w->room, n)) {
        n = recv(w->from, w->room, sizeof w->room, 0);
        if (n <= 0)
            break;
    }
    shutdown(w->to, SD_SEND);
    return 0;
}

static DWORD WINAPI
relay(LPVOID arg)
{
    struct pair *p = arg;
    HANDLE back = CreateThread(NULL, 65536, carry, &p->ways[1], 0, NULL);

    if (back) {
        carry(&p->ways[0]);
        WaitForSingleObject(back, INFINITE);
        CloseHandle(back);
    }
    closesocket(p->ways[0].from);
    closesocket(p->ways[0].to);
    free(p);
    return 0;
}

/* Takes the connection out of ISO transport. */
static BOOL
detach(SOCKET s, struct way *w)
{
    ISO_DETACHED d;
    DWORD n;
    BOOL done =
        !WSAIoctl(s, SIO_ISOTP_DETACH, NULL, 0, &d, sizeof d, &n, NULL, NULL);

    if (done) {
        w->from = d.tcp;
        w->first = d.octets;
        memcpy(w->room, d.data, d.octets);
    }
    closesocket(s);
    return done;
}

static void
join(SOCKET caller, SOCKET back)
{
    struct pair *p = calloc(1, sizeof *p);
    HANDLE thread = NULL;
    BOOL near_end = p && detach(caller, &p->ways[0]);
    BOOL far_end = p && detach(back, &p->ways[1]);

    if (near_end && far_end) {
        p->ways[0].to = p->ways[1].from;
        p->ways[1].to = p->ways[0].from;
        thread = CreateThread(NULL, 65536, relay, p, 0, NULL);
    }
    if (thread) {
        CloseHandle(thread);
        return;
    }
    if (near_end)
        closesocket(p->ways[0].from);
    if (far_end)
        closesocket(p->ways[1].from);
    free(p);
}

/* ---- the gate ---- */

static void
forget_back_end(void)
{
    if (answered != INVALID_SOCKET)
        closesocket(answered);
    answered = INVALID_SOCKET;
}

/* Only the head of the queue is ever kept waiting. */
static void
forget_waiting(void)
{
    int i;

    for (i = 0; i < rule_count; i++)
        rules[i].since = 0;
}

static void
admit(SOCKET listener)
{
    SOCKET s = WSAAccept(listener, NULL, NULL, judge, 0);

    if (s != INVALID_SOCKET) {
        join(s, answered);
        answered = INVALID_SOCKET;
        return;
    }
    switch (WSAGetLastError()) {
    case WSATRY_AGAIN: Sleep(ASK_AGAIN_MS); break;
    case WSAECONNREFUSED: break;
    case WSAEACCES:
    case WSAECONNRESET:
        printf("a caller has hung up\n");
        forget_waiting();
        break;
    default: die("WSAAccept");
    }
    forget_back_end();
}

static SOCKET
open_gate(int port)
{
    struct sockaddr_in any;
    SOCKADDR_STORAGE inet;
    SOCKADDR_TP name;
    int len = sizeof name;
    SOCKET s = open_rdp();

    memset(&any, 0, sizeof any);
    any.sin_family = AF_INET;
    any.sin_port = htons((u_short)port);
    ISO_SET_TP_INET(&name, NULL, 0, (struct sockaddr *)&any);
    if (bind(s, (struct sockaddr *)&name, sizeof name))
        die("bind");
    if (listen(s, SOMAXCONN))
        die("listen");
    if (getsockname(s, (struct sockaddr *)&name, &len) ||
        !ISO_GET_TP_INET(&name, &inet))
        die("getsockname");
    printf("port %d\n", ntohs(((struct sockaddr_in *)&inet)->sin_port));
    return s;
}

static void
find_back_end(const char *host, const char *port)
{
    struct addrinfo hints, *list;

    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &list))
        die(host);
    memcpy(&back_end, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
}

static BOOL
add_rule(const char *who, int verdict, DWORD hold)
{
    struct rule *r = &rules[rule_count];

    if (rule_count == MAX_RULES)
        return FALSE;
    rule_count++;
    r->who = who;
    r->verdict = verdict;
    r->hold = hold;
    return TRUE;
}

int
main(int argc, char **argv)
{
    int i, port = 3389;
    BOOL good = TRUE;
    WSADATA data;
    SOCKET listener;

    setvbuf(stdout, NULL, _IONBF, 0);
    for (i = 1; good && i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (!strcmp(argv[i], "-p")) {
            port = atoi(argv[i + 1]);
        } else if (!strcmp(argv[i], "--refuse")) {
            good = add_rule(argv[i + 1], CF_REJECT, 0);
        } else if (!strcmp(argv[i], "--hold") && i + 2 < argc) {
            good = add_rule(argv[i + 1], CF_DEFER, (DWORD)atoi(argv[i + 2]));
            i++;
        } else {
            good = FALSE;
        }
    }
    if (!good || argc - i != 2) {
        fprintf(stderr, "rdp-gate [-p PORT] [--refuse NAME]... "
                        "[--hold NAME MS]... HOST PORT\n");
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    find_back_end(argv[i], argv[i + 1]);
    listener = open_gate(port);
    for (;;)
        admit(listener);
}
