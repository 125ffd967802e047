/* SPDX-License-Identifier: MIT
 *
 * A front door for a TCP service.  Callers are looked at while their request
 * waits: who is not on the list, comes at the wrong hour or too often is turned
 * away; who comes while the service sleeps wakes it, is held until it is there,
 * and goes straight through.  Nobody is let in without a connection to it.
 *
 *   doorman -p PORT -b ADDR:PORT [-s COMMAND] [-r N] [-a ADDR/BITS]... [-t H-H]
 *
 * -p 0 takes any port and says which; -s starts the service; -r lets an address
 * in N times a second; -a admits these addresses only, -t at these hours only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <winsock2.h>

static struct {
    ULONG net, mask;
} list[16]; /* who may come; everybody, if it is empty */
static int listed, rate = 1 << 30, opens, closes = 24;
static struct sockaddr_in door = {.sin_family = AF_INET}, service, held;
static const char *command;            /* starts the service */
static ULONGLONG since;                /* when 'held' came; 0: nobody waits */
static SOCKET inside = INVALID_SOCKET; /* to the service, for who comes next */

static void
tell(const struct sockaddr_in *who, const char *what, const char *why)
{
    time_t now = time(NULL);

    printf("%.8s %s:%-5d %-8s %s\n", ctime(&now) + 11, inet_ntoa(who->sin_addr),
           ntohs(who->sin_port), what, why);
}

/* Not inherited by the service, which would keep the door's port. */
static SOCKET
open_socket(void)
{
    return WSASocketA(AF_INET, SOCK_STREAM, 0, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

/* Whether the service is there; if not, it is started, every five seconds. */
static BOOL
reach_service(void)
{
    static ULONGLONG next;
    char line[1024];

    inside = open_socket();
    if (!connect(inside, (struct sockaddr *)&service, sizeof service))
        return TRUE;
    closesocket(inside);
    inside = INVALID_SOCKET;
    if (command && GetTickCount64() >= next) {
        next = GetTickCount64() + 5000;
        snprintf(line, sizeof line, "(%s) &", command);
        tell(&service, system(line) ? "failed" : "started", command);
    }
    return FALSE;
}

static const char *
objection(ULONG who)
{
    static struct page {
        time_t second;
        int count;
    } book[1024];
    struct page *page = &book[ntohl(who) % 1024]; /* some share one */
    time_t now = time(NULL);
    int i = 0, hour = localtime(&now)->tm_hour;

    while (i < listed && (who & list[i].mask) != list[i].net)
        i++;
    if (listed && i == listed)
        return "not on the list";
    if ((hour - opens + 24) % 24 > (closes - opens + 23) % 24)
        return "not at this hour";
    page->count = page->second == now ? page->count + 1 : 1;
    page->second = now;
    return page->count > rate ? "too often" : NULL;
}

/* The condition function.  Who is held has been looked at before. */
static int CALLBACK
ask(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
    LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    const struct sockaddr_in *who = (struct sockaddr_in *)caller->buf;
    BOOL waits = since && !memcmp(who, &held, sizeof held);
    const char *why = waits ? NULL : objection(who->sin_addr.s_addr);

    (void)caller_data, (void)qos, (void)group_qos, (void)callee;
    (void)callee_data, (void)group, (void)data;
    if (why) {
        tell(who, "refused", why);
        return CF_REJECT;
    }
    if (!waits)
        since = GetTickCount64();
    held = *who;
    if (reach_service())
        return CF_ACCEPT;
    if (!waits)
        tell(who, "held", "until the service is up");
    return CF_DEFER;
}

struct way {
    SOCKET from, to;
};

/* Ends with what it reads from, and passes the end on. */
static DWORD WINAPI
carry(LPVOID context)
{
    struct way *w = context;
    char data[16384];
    int n;

    while ((n = recv(w->from, data, sizeof data, 0)) > 0)
        if (send(w->to, data, n, 0) != n)
            break;
    shutdown(w->to, SD_SEND);
    return 0;
}

static DWORD WINAPI
serve(LPVOID context)
{
    struct way *in = context, out = {in->to, in->from};
    HANDLE back = CreateThread(NULL, 0, carry, &out, 0, NULL);

    carry(in);
    WaitForSingleObject(back, INFINITE);
    CloseHandle(back);
    closesocket(in->from);
    closesocket(in->to);
    free(in);
    return 0;
}

static void
let_in(SOCKET caller)
{
    struct way *in = malloc(sizeof *in);
    char why[32];

    if (!in)
        exit(1);
    snprintf(why, sizeof why, "after %d ms", (int)(GetTickCount64() - since));
    tell(&held, "let in", why);
    *in = (struct way){caller, inside};
    CloseHandle(CreateThread(NULL, 0, serve, in, 0, NULL));
}

static void
mind(SOCKET listener)
{
    SOCKET s = WSAAccept(listener, NULL, NULL, ask, 0);

    if (s != INVALID_SOCKET) {
        let_in(s);
    } else if (WSAGetLastError() == WSATRY_AGAIN) {
        Sleep(25); /* he keeps his place, and the others wait */
        return;
    } else if (since) {
        tell(&held, "gave up", "");
        closesocket(inside);
    }
    since = 0;
    inside = INVALID_SOCKET;
}

static BOOL
add_to_list(const char *text)
{
    char address[16];
    int bits = 32;

    if (sscanf(text, "%15[0-9.]/%d", address, &bits) < 1 || bits < 0 ||
        bits > 32 || listed == 16)
        return FALSE;
    list[listed].mask = htonl((ULONG)(0xffffffffull << (32 - bits)));
    list[listed].net = inet_addr(address) & list[listed].mask;
    return inet_addr(address) != INADDR_NONE && ++listed;
}

static BOOL
understand(char option, char *value)
{
    struct sockaddr *to = (struct sockaddr *)&service;
    int len = sizeof service;

    switch (option) {
    case 'p': door.sin_port = htons((u_short)atoi(value)); return TRUE;
    case 'b': return !WSAStringToAddressA(value, AF_INET, NULL, to, &len);
    case 's': command = value; return TRUE;
    case 'r': return (rate = atoi(value)) > 0;
    case 'a': return add_to_list(value);
    case 't': return sscanf(value, "%d-%d", &opens, &closes) == 2;
    default: return FALSE;
    }
}

int
main(int argc, char **argv)
{
    int len = sizeof door, on = 1, i = 1;
    SOCKET listener;
    WSADATA data;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    while (i + 1 < argc && argv[i][0] == '-' &&
           understand(argv[i][1], argv[i + 1]))
        i += 2;
    if (i < argc || !service.sin_port) {
        fprintf(stderr, "usage: doorman -p PORT -b ADDR:PORT [-s COMMAND] "
                        "[-r N] [-a ADDR/BITS]... [-t HOUR-HOUR]\n");
        return 2;
    }
    listener = open_socket();
    setsockopt(listener, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&on,
               sizeof on);
    if (bind(listener, (struct sockaddr *)&door, sizeof door) ||
        listen(listener, SOMAXCONN) ||
        getsockname(listener, (struct sockaddr *)&door, &len)) {
        fprintf(stderr, "doorman: no listening: %d\n", WSAGetLastError());
        return 1;
    }
    printf("port %d\n", ntohs(door.sin_port));
    for (;;)
        mind(listener);
}
