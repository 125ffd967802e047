/* SPDX-License-Identifier: MIT
 *
 * A server that decides who comes in.  Its condition function looks at the
 * caller's address while the request waits at the head of the queue, and says
 * yes, no, or not yet; a deferred caller keeps its place, and the server asks
 * again a little later.  Whoever is let in says one line (or an HTTP request)
 * and gets one back.
 *
 *   condaccept [--port N] [--refuse ADDR]... [--hold ADDR MS]... [--guests N]
 *
 * With --guests the server ends when that many requests have met their fate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

#define MAX_RULES 16
#define MAX_GUESTS 32
#define ASK_AGAIN_MS 25

struct rule {
    struct in_addr who;
    int verdict;     /* CF_REJECT, or CF_DEFER until "hold" ms have passed */
    DWORD hold;      /* how long this caller is kept waiting */
    ULONGLONG since; /* when it was first kept waiting, or 0 */
};

struct guest {
    SOCKET s;
    char name[64];
    char text[2048];
    int len;
    BOOL answered;
};

static struct rule rules[MAX_RULES];
static int rule_count;
static struct guest guests[MAX_GUESTS];
static int let_in, refused, gave_up;

static const char *
error_name(int err)
{
    switch (err) {
    case WSAECONNREFUSED: return "WSAECONNREFUSED";
    case WSATRY_AGAIN: return "WSATRY_AGAIN";
    case WSAECONNRESET: return "WSAECONNRESET";
    case WSAECONNABORTED: return "WSAECONNABORTED";
    case WSAEACCES: return "WSAEACCES";
    default: return "error";
    }
}

static void
die(const char *what)
{
    int err = WSAGetLastError();

    fprintf(stderr, "%s: %s %d\n", what, error_name(err), err);
    exit(1);
}

static void
print_name(struct sockaddr *sa, DWORD len, char *name, DWORD size)
{
    if (WSAAddressToStringA(sa, len, NULL, name, &size))
        snprintf(name, 2, "?");
}

static struct rule *
find_rule(const struct sockaddr_in *caller)
{
    for (int i = 0; i < rule_count; i++)
        if (rules[i].who.s_addr == caller->sin_addr.s_addr)
            return &rules[i];
    return NULL;
}

/* Says nothing the second time a caller is told to wait. */
static int
judge(struct rule *rule, BOOL *quiet)
{
    ULONGLONG now = GetTickCount64();

    if (!rule)
        return CF_ACCEPT;
    if (rule->verdict == CF_REJECT)
        return CF_REJECT;
    if (!rule->since) {
        rule->since = now;
        return CF_DEFER;
    }
    if (now - rule->since >= rule->hold)
        return CF_ACCEPT;
    *quiet = TRUE;
    return CF_DEFER;
}

/* The condition function: called by WSAAccept, in the thread that called it,
 * with what the provider knows about the request at the head of the queue. */
static int CALLBACK
ask(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
    LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    static const char *const names[] = {"CF_ACCEPT", "CF_REJECT", "CF_DEFER"};
    struct sockaddr_in *from = (struct sockaddr_in *)caller->buf;
    char who[64], whom[64];
    BOOL quiet = FALSE;
    int verdict;

    (void)group_qos, (void)callee_data, (void)group, (void)data;
    verdict = judge(find_rule(from), &quiet);
    if (quiet)
        return verdict;

    print_name((struct sockaddr *)caller->buf, caller->len, who, sizeof who);
    print_name((struct sockaddr *)callee->buf, callee->len, whom, sizeof whom);
    printf("asked about %s calling %s, %s, %s: %s\n", who, whom,
           caller_data && caller_data->len ? "connect data" : "no data",
           qos ? "QoS" : "no QoS", names[verdict]);
    return verdict;
}

static void
welcome(SOCKET s, const struct sockaddr_in *from, int len)
{
    struct guest *g = guests;

    while (g < guests + MAX_GUESTS && g->s != INVALID_SOCKET)
        g++;
    if (g == guests + MAX_GUESTS) {
        closesocket(s);
        return;
    }
    memset(g, 0, sizeof *g);
    g->s = s;
    print_name((struct sockaddr *)from, (DWORD)len, g->name, sizeof g->name);
    let_in++;
}

/* Takes one request.  Returns TRUE while its head is deferred: no FD_ACCEPT
 * will come for it, so it is for us to ask again. */
static BOOL
admit(SOCKET listener)
{
    struct sockaddr_in from;
    int len = sizeof from;
    SOCKET s = WSAAccept(listener, (struct sockaddr *)&from, &len, ask, 0);
    int err;

    if (s != INVALID_SOCKET) {
        welcome(s, &from, len);
        return FALSE;
    }
    err = WSAGetLastError();
    switch (err) {
    case WSATRY_AGAIN: return TRUE;
    case WSAEWOULDBLOCK: return FALSE;
    case WSAECONNREFUSED: refused++; break;
    case WSAEACCES:
    case WSAECONNRESET:
    case WSAENOTCONN: gave_up++; break; /* the last is what Wine says */
    default: die("WSAAccept");
    }
    printf("WSAAccept failed with %s %d\n", error_name(err), err);
    return FALSE;
}

static void
answer(struct guest *g)
{
    BOOL http = !strncmp(g->text, "GET ", 4);
    char line[128], reply[512];

    if (!strstr(g->text, http ? "\r\n\r\n" : "\n"))
        return; /* not all here yet */
    snprintf(line, sizeof line, "welcome %s, you are guest %d\n", g->name,
             let_in);
    snprintf(reply, sizeof reply, "%s%s",
             http ? "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" : "",
             line);
    send(g->s, reply, (int)strlen(reply), 0);
    shutdown(g->s, SD_SEND);
    g->answered = TRUE;
}

static void
leave(struct guest *g, int err)
{
    if (!g->answered) {
        printf("%s left without a word, %s %d\n", g->name, error_name(err),
               err);
        let_in--;
        gave_up++;
    }
    closesocket(g->s);
    g->s = INVALID_SOCKET;
}

static void
serve(struct guest *g)
{
    int room = (int)sizeof g->text - 1 - g->len;
    int n = recv(g->s, g->text + g->len, room, 0);

    if (n > 0) {
        g->len += n;
        g->text[g->len] = 0;
        if (!g->answered)
            answer(g);
        else
            g->len = 0;
    } else if (n == 0 || WSAGetLastError() != WSAEWOULDBLOCK) {
        leave(g, n ? WSAGetLastError() : 0);
    }
}

/* Accepted sockets inherit the listener's event object and its mask, so that
 * one object wakes us for everything; it is reset before anyone is asked. */
static BOOL
turn(SOCKET listener, WSAEVENT event, BOOL deferred)
{
    WSANETWORKEVENTS ne;
    DWORD patience = deferred ? ASK_AGAIN_MS : 1000;

    WSAWaitForMultipleEvents(1, &event, FALSE, patience, FALSE);
    WSAResetEvent(event);
    if (WSAEnumNetworkEvents(listener, NULL, &ne))
        die("WSAEnumNetworkEvents");
    if (deferred || (ne.lNetworkEvents & FD_ACCEPT))
        deferred = admit(listener);

    for (struct guest *g = guests; g < guests + MAX_GUESTS; g++)
        if (g->s != INVALID_SOCKET && !WSAEnumNetworkEvents(g->s, NULL, &ne) &&
            (ne.lNetworkEvents & (FD_READ | FD_CLOSE)))
            serve(g);
    return deferred;
}

static BOOL
everyone_served(int limit)
{
    if (!limit || let_in + refused + gave_up < limit)
        return FALSE;
    for (int i = 0; i < MAX_GUESTS; i++)
        if (guests[i].s != INVALID_SOCKET)
            return FALSE;
    return TRUE;
}

static SOCKET
open_gate(int port, WSAEVENT event)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin;
    int len = sizeof sin;

    memset(&sin, 0, sizeof sin);
    sin.sin_family = AF_INET;
    sin.sin_port = htons((u_short)port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s == INVALID_SOCKET)
        die("socket");
    if (bind(s, (struct sockaddr *)&sin, sizeof sin))
        die("bind");
    if (listen(s, SOMAXCONN))
        die("listen");
    if (WSAEventSelect(s, event, FD_ACCEPT | FD_READ | FD_CLOSE))
        die("WSAEventSelect");
    getsockname(s, (struct sockaddr *)&sin, &len);
    printf("port %d\n", ntohs(sin.sin_port));
    return s;
}

static void
add_rule(const char *addr, int verdict, DWORD hold)
{
    struct rule *r = &rules[rule_count];

    if (rule_count == MAX_RULES || inet_pton(AF_INET, addr, &r->who) != 1) {
        fprintf(stderr, "%s: not an address, or one too many\n", addr);
        exit(2);
    }
    r->verdict = verdict;
    r->hold = hold;
    rule_count++;
}

int
main(int argc, char **argv)
{
    int port = 0, limit = 0;
    BOOL deferred = FALSE;
    WSADATA data;
    WSAEVENT event;
    SOCKET listener;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--port") && i + 1 < argc) {
            port = atoi(argv[++i]);
        } else if (!strcmp(argv[i], "--guests") && i + 1 < argc) {
            limit = atoi(argv[++i]);
        } else if (!strcmp(argv[i], "--refuse") && i + 1 < argc) {
            add_rule(argv[++i], CF_REJECT, 0);
        } else if (!strcmp(argv[i], "--hold") && i + 2 < argc) {
            add_rule(argv[i + 1], CF_DEFER, (DWORD)atoi(argv[i + 2]));
            i += 2;
        } else {
            fprintf(stderr, "condaccept: what is %s?\n", argv[i]);
            return 2;
        }
    }
    for (int i = 0; i < MAX_GUESTS; i++)
        guests[i].s = INVALID_SOCKET;

    event = WSACreateEvent();
    listener = open_gate(port, event);
    while (!everyone_served(limit))
        deferred = turn(listener, event, deferred);

    printf("%d let in, %d refused, %d gave up\n", let_in, refused, gave_up);
    closesocket(listener);
    WSACloseEvent(event);
    WSACleanup();
    return 0;
}
