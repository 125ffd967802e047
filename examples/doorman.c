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
#include <ws2tcpip.h>

#define ASK_AGAIN_MS 25
#define START_AGAIN_MS 5000

static struct {
    ULONG bits, mask; /* in host order */
} listed[16];
static int list_count, rate, opens = 0, closes = 24;
static struct sockaddr_in service;
static const char *command;
static SOCKET inside = INVALID_SOCKET; /* to the service, for who comes next */
static struct sockaddr_in held;        /* who waits */
static ULONGLONG held_since;           /* 0: nobody */

struct visit {
    SOCKET caller, service;
};

static void
die(const char *what)
{
    fprintf(stderr, "doorman: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void
tell(const struct sockaddr_in *who, const char *what, const char *why)
{
    char name[64], clock[16];
    DWORD size = sizeof name;
    time_t now = time(NULL);

    WSAAddressToStringA((struct sockaddr *)who, sizeof *who, NULL, name, &size);
    strftime(clock, sizeof clock, "%H:%M:%S", localtime(&now));
    printf("%s %-21s %-8s %s\n", clock, name, what, why);
}

/* Not inherited by the service, which would keep the door's port. */
static SOCKET
open_socket(void)
{
    SOCKET s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                          WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

    if (s == INVALID_SOCKET)
        die("socket");
    return s;
}

/* Whether the service is there; if not, it is started. */
static BOOL
reach_service(void)
{
    static ULONGLONG started;
    ULONGLONG now = GetTickCount64();
    char line[1024];

    inside = open_socket();
    if (!connect(inside, (struct sockaddr *)&service, sizeof service))
        return TRUE;
    closesocket(inside);
    inside = INVALID_SOCKET;
    if (!command || (started && now - started < START_AGAIN_MS))
        return FALSE;
    started = now;
    snprintf(line, sizeof line, "(%s) &", command);
    tell(&service, system(line) ? "failed" : "started", command);
    return FALSE;
}

/* Each address has a page for the current second; two that share one count as
 * one. */
static BOOL
comes_too_often(ULONG who, ULONGLONG second)
{
    static struct {
        ULONGLONG second;
        int count;
    } book[1024], *page;

    page = &book[who % 1024];
    if (page->second != second)
        page->count = 0;
    page->second = second;
    return rate && ++page->count > rate;
}

static const char *
objection(const struct sockaddr_in *who)
{
    ULONG bits = ntohl(who->sin_addr.s_addr);
    time_t now = time(NULL);
    int i = 0, hour = localtime(&now)->tm_hour;

    while (i < list_count && (bits & listed[i].mask) != listed[i].bits)
        i++;
    if (list_count && i == list_count)
        return "not on the list";
    if (opens < closes ? hour < opens || hour >= closes
                       : hour < opens && hour >= closes)
        return "not at this hour";
    return comes_too_often(bits, GetTickCount64() / 1000) ? "too often" : NULL;
}

/* The condition function.  Whoever is held has been looked at before. */
static int CALLBACK
ask(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos,
    LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    struct sockaddr_in *who = (struct sockaddr_in *)caller->buf;
    BOOL waits = held_since && held.sin_port == who->sin_port &&
                 held.sin_addr.s_addr == who->sin_addr.s_addr;
    const char *why = waits ? NULL : objection(who);

    (void)caller_data, (void)qos, (void)group_qos, (void)callee;
    (void)callee_data, (void)group, (void)data;
    if (why) {
        tell(who, "refused", why);
        return CF_REJECT;
    }
    if (!waits)
        held_since = GetTickCount64();
    held = *who;
    if (reach_service())
        return CF_ACCEPT;
    if (!waits)
        tell(who, "held", "until the service is up");
    return CF_DEFER;
}

/* Ends with what it reads from, and passes the end on. */
static void
carry(SOCKET from, SOCKET to)
{
    char data[16384];
    int n;

    while ((n = recv(from, data, sizeof data, 0)) > 0)
        if (send(to, data, n, 0) != n)
            break;
    shutdown(to, SD_SEND);
}

static DWORD WINAPI
carry_back(LPVOID context)
{
    struct visit *v = context;

    carry(v->service, v->caller);
    return 0;
}

static DWORD WINAPI
serve(LPVOID context)
{
    struct visit *v = context;
    HANDLE back = CreateThread(NULL, 0, carry_back, v, 0, NULL);

    if (back) {
        carry(v->caller, v->service);
        WaitForSingleObject(back, INFINITE);
        CloseHandle(back);
    }
    closesocket(v->caller);
    closesocket(v->service);
    free(v);
    return 0;
}

static void
let_in(SOCKET s)
{
    struct visit *v = malloc(sizeof *v);
    HANDLE thread;
    char why[64];

    if (!v)
        die("visit");
    v->caller = s;
    v->service = inside;
    snprintf(why, sizeof why, "after %d ms",
             (int)(GetTickCount64() - held_since));
    tell(&held, "let in", why);
    thread = CreateThread(NULL, 0, serve, v, 0, NULL);
    if (!thread)
        die("thread");
    CloseHandle(thread);
}

static void
mind_the_door(SOCKET listener)
{
    SOCKET s = WSAAccept(listener, NULL, NULL, ask, 0);
    int err = s == INVALID_SOCKET ? WSAGetLastError() : 0;

    if (err == WSATRY_AGAIN) {
        Sleep(ASK_AGAIN_MS); /* he keeps his place, and the others wait */
        return;
    }
    if (!err)
        let_in(s);
    else if (inside != INVALID_SOCKET)
        closesocket(inside);
    if (err && err != WSAECONNREFUSED && held_since)
        tell(&held, "gave up", "");
    inside = INVALID_SOCKET;
    held_since = 0;
}

static BOOL
add_to_list(const char *text)
{
    int a, b, c, d, bits = 32;

    if (sscanf(text, "%d.%d.%d.%d/%d", &a, &b, &c, &d, &bits) < 4 || bits < 0 ||
        bits > 32 || list_count == 16)
        return FALSE;
    listed[list_count].mask = bits ? 0xffffffffu << (32 - bits) : 0;
    listed[list_count].bits = ((ULONG)a << 24 | (ULONG)b << 16 | c << 8 | d) &
                              listed[list_count].mask;
    list_count++;
    return TRUE;
}

static BOOL
understand(const char *option, char *value, struct sockaddr_in *door)
{
    struct sockaddr *to = (struct sockaddr *)&service;
    int len = sizeof service;

    switch (value && option[0] == '-' ? option[1] : 0) {
    case 'p': door->sin_port = htons((u_short)atoi(value)); return TRUE;
    case 'b': return !WSAStringToAddressA(value, AF_INET, NULL, to, &len);
    case 's': command = value; return TRUE;
    case 'r': rate = atoi(value); return rate > 0;
    case 'a': return add_to_list(value);
    case 't': return sscanf(value, "%d-%d", &opens, &closes) == 2;
    default: return FALSE;
    }
}

int
main(int argc, char **argv)
{
    struct sockaddr_in door = {.sin_family = AF_INET};
    int len = sizeof door, on = 1, i = 1;
    SOCKET listener;
    WSADATA data;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    while (i < argc && understand(argv[i], argv[i + 1], &door))
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
        getsockname(listener, (struct sockaddr *)&door, &len))
        die("listen");
    printf("port %d\n", ntohs(door.sin_port));
    for (;;)
        mind_the_door(listener);
}
