/* SPDX-License-Identifier: MIT */
/* The servers of bare.c as Winsock programs would have them, one for each model
 * of waiting, and the client of the ping-pong. Plain Winsock, nothing tuned for
 * this library: what is measured is what a recompiled program gets. Invariant:
 * each serves until it is killed and ends at the first error it does not
 * expect, so that no figure comes from a server that has failed. */
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>

#include <ws2ext.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "own.h"

#define MESSAGE 64
#define MANY 2048
#define WM_SOCKET (WM_USER + 1)

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, (int)GetLastError());
    exit(1);
}

static struct sockaddr_in
loopback(int port)
{
    struct sockaddr_in sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((u_short)port);
    return sin;
}

static SOCKET
listen_and_say(int conditional)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin = loopback(0);
    int len = sizeof(sin), on = 1;

    setsockopt(s, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&conditional,
               sizeof(conditional));
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    if (bind(s, (struct sockaddr *)&sin, sizeof(sin)) || listen(s, SOMAXCONN) ||
        getsockname(s, (struct sockaddr *)&sin, &len))
        die("listen");
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return s;
}

SOCKET
listen_and_tell(void)
{
    return listen_and_say(0);
}

/* The SYN waits for the condition function; or there is nothing to measure. */
static SOCKET
listen_and_hold(void)
{
    SOCKET s = listen_and_say(1);
    DWORD held = 0;
    int len = sizeof(held);

    if (getsockopt(s, SOL_SOCKET, SO_WS2_CONDITIONAL, (char *)&held, &len) ||
        !held)
        die("SO_CONDITIONAL_ACCEPT: nobody holds the SYN");
    return s;
}

SOCKET
connect_to(int port)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin = loopback(port);
    int on = 1;

    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    if (connect(s, (struct sockaddr *)&sin, sizeof(sin)))
        die("connect");
    return s;
}

SOCKET
accept_from(SOCKET listener)
{
    struct sockaddr_storage peer;
    int len = sizeof(peer);
    SOCKET s = accept(listener, (struct sockaddr *)&peer, &len);

    if (s == INVALID_SOCKET)
        die("accept");
    return s;
}

/* What arrived goes back; -1 at the end of the connection. Winsock may tell of
 * data that has already been read. */
static int
echo(SOCKET s)
{
    char buf[4096];
    int n = recv(s, buf, sizeof(buf), 0);

    if (n < 0 && WSAGetLastError() == WSAEWOULDBLOCK)
        return 0;
    return n > 0 && send(s, buf, n, 0) == n ? 0 : -1;
}

/* ---- blocking calls ---- */

static int CALLBACK
let_in(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR arg)
{
    (void)caller_data, (void)sqos, (void)gqos;
    (void)callee, (void)callee_data, (void)group, (void)arg;
    return caller->len >= sizeof(struct sockaddr_in) ? CF_ACCEPT : CF_REJECT;
}

static void
accept_all(SOCKET listener)
{
    for (;;) {
        struct sockaddr_storage peer;
        int len = sizeof(peer);
        SOCKET s =
            WSAAccept(listener, (struct sockaddr *)&peer, &len, let_in, 0);

        if (s == INVALID_SOCKET)
            die("WSAAccept");
        closesocket(s);
    }
}

static void
serve_accept(int unused)
{
    (void)unused;
    accept_all(listen_and_tell());
}

static void
serve_held(int unused)
{
    (void)unused;
    accept_all(listen_and_hold());
}

static int CALLBACK
send_away(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR arg)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos;
    (void)callee, (void)callee_data, (void)group, (void)arg;
    return CF_REJECT;
}

static void
serve_refuse(int unused)
{
    SOCKET listener = listen_and_hold();

    (void)unused;
    while (WSAAccept(listener, NULL, NULL, send_away, 0) == INVALID_SOCKET)
        continue;
}

static void
serve_ping(int beside_a_gate)
{
    SOCKET listener = listen_and_tell();

    if (beside_a_gate)
        listen_and_hold();
    for (;;) {
        SOCKET s = accept_from(listener);

        while (echo(s) == 0)
            continue;
        closesocket(s);
    }
}

/* ---- event objects ---- */

/* Sockets that a thread waits for; events[0] announces new ones. */
struct group {
    WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
    SOCKET sockets[WSA_MAXIMUM_WAIT_EVENTS];
    DWORD count;
};

static void
join(struct group *g, SOCKET s, long mask)
{
    if (g->count == WSA_MAXIMUM_WAIT_EVENTS)
        die("too many connections for one wait");
    g->events[g->count] = WSACreateEvent();
    if (WSAEventSelect(s, g->events[g->count], mask))
        die("WSAEventSelect");
    g->sockets[g->count++] = s;
}

static void
leave(struct group *g, DWORD i)
{
    closesocket(g->sockets[i]);
    WSACloseEvent(g->events[i]);
    g->count--;
    g->sockets[i] = g->sockets[g->count];
    g->events[i] = g->events[g->count];
}

/* Whether the connection at 'i' is still there. */
static int
talk(SOCKET s, WSAEVENT event)
{
    WSANETWORKEVENTS ne;

    if (WSAEnumNetworkEvents(s, event, &ne))
        die("WSAEnumNetworkEvents");
    if (ne.lNetworkEvents & FD_READ)
        return echo(s) == 0;
    return !(ne.lNetworkEvents & FD_CLOSE);
}

static DWORD
wait_for(const WSAEVENT *events, DWORD count)
{
    DWORD i =
        WSAWaitForMultipleEvents(count, events, FALSE, WSA_INFINITE, FALSE);

    if (i == WSA_WAIT_FAILED)
        die("WSAWaitForMultipleEvents");
    return i - WSA_WAIT_EVENT_0;
}

static void
serve_event_each(int unused)
{
    static struct group g;
    WSANETWORKEVENTS ne;

    (void)unused;
    join(&g, listen_and_tell(), FD_ACCEPT);
    for (;;) {
        DWORD i = wait_for(g.events, g.count);

        if (i == 0) {
            WSAEnumNetworkEvents(g.sockets[0], g.events[0], &ne);
            if (ne.lNetworkEvents & FD_ACCEPT)
                join(&g, accept_from(g.sockets[0]), FD_READ | FD_CLOSE);
        } else if (!talk(g.sockets[i], g.events[i])) {
            leave(&g, i);
        }
    }
}

/* One event for all connections. It does not say whose it is: the program looks
 * at the first 'look' connections each time, because it knows (here: from the
 * load generator) that the others are silent. */
static void
serve_event_one(int look)
{
    static SOCKET sockets[MANY];
    WSAEVENT events[2] = {WSACreateEvent(), WSACreateEvent()};
    SOCKET listener = listen_and_tell();
    WSANETWORKEVENTS ne;
    int count = 0;

    WSAEventSelect(listener, events[0], FD_ACCEPT);
    for (;;) {
        if (wait_for(events, 2) == 0) {
            WSAEnumNetworkEvents(listener, events[0], &ne);
            if (!(ne.lNetworkEvents & FD_ACCEPT) || count == MANY)
                continue;
            sockets[count] = accept_from(listener);
            if (WSAEventSelect(sockets[count++], events[1], FD_READ | FD_CLOSE))
                die("WSAEventSelect");
        } else {
            WSAResetEvent(events[1]);
            for (int i = 0; i < count && i < look; i++)
                if (!talk(sockets[i], NULL))
                    die("a connection has ended");
        }
    }
}

/* More connections than a wait takes: a thread for each group of them. */
static struct group groups[MANY / (WSA_MAXIMUM_WAIT_EVENTS - 1) + 1];
static SOCKET newcomer;

static unsigned WINAPI
serve_group(void *arg)
{
    struct group *g = arg;

    for (;;) {
        DWORD i = wait_for(g->events, g->count);

        if (i == 0) {
            WSAResetEvent(g->events[0]);
            join(g, newcomer, FD_READ | FD_CLOSE);
            WSASetEvent(groups[0].events[0]);
        } else if (!talk(g->sockets[i], g->events[i])) {
            leave(g, i);
        }
    }
    return 0;
}

/* groups[0] only answers that a newcomer has been taken. */
static void
serve_event_groups(int unused)
{
    SOCKET listener = listen_and_tell();
    WSAEVENT taken = groups[0].events[0] = CreateEventA(NULL, FALSE, 0, NULL);

    (void)unused;
    for (int count = 0;; count++) {
        struct group *g = &groups[1 + count / (WSA_MAXIMUM_WAIT_EVENTS - 1)];

        newcomer = accept_from(listener);
        if (count == MANY)
            die("too many connections");
        if (!g->count) {
            g->events[g->count++] = WSACreateEvent();
            if (!_beginthreadex(NULL, 0, serve_group, g, 0, NULL))
                die("_beginthreadex");
        }
        WSASetEvent(g->events[0]);
        wait_for(&taken, 1);
    }
}

/* ---- window messages ---- */

static LRESULT CALLBACK
procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    SOCKET s = (SOCKET)wparam;

    if (message != WM_SOCKET)
        return DefWindowProcA(window, message, wparam, lparam);
    switch (WSAGETSELECTEVENT(lparam)) {
    case FD_ACCEPT: accept_from(s); break; /* it inherits the selection */
    case FD_READ:
        if (echo(s))
            closesocket(s);
        break;
    case FD_CLOSE: closesocket(s); break;
    }
    return 0;
}

static HWND
open_window(void)
{
    WNDCLASSA wc;

    memset(&wc, 0, sizeof(wc));
    wc.lpfnWndProc = procedure;
    wc.hInstance = GetModuleHandleA(NULL);
    wc.lpszClassName = "bench";
    if (!RegisterClassA(&wc))
        die("RegisterClass");
    return CreateWindowExA(0, "bench", "bench", 0, 0, 0, 0, 0, HWND_MESSAGE,
                           NULL, wc.hInstance, NULL);
}

static void
serve_async(int unused)
{
    HWND window = open_window();
    SOCKET s = listen_and_tell();
    MSG msg;

    (void)unused;
    if (WSAAsyncSelect(s, window, WM_SOCKET, FD_ACCEPT | FD_READ | FD_CLOSE))
        die("WSAAsyncSelect");
    while (GetMessageA(&msg, NULL, 0, 0) > 0) {
        TranslateMessage(&msg);
        DispatchMessageA(&msg);
    }
}

/* ---- select and WSAPoll ---- */

static void
serve_poll(int unused)
{
    static WSAPOLLFD fds[MANY];
    ULONG count = 1;

    (void)unused;
    fds[0].fd = listen_and_tell();
    fds[0].events = POLLIN;
    for (;;) {
        if (WSAPoll(fds, count, -1) < 0)
            die("WSAPoll");
        for (ULONG i = count - 1; i > 0; i--) {
            if (fds[i].revents && echo(fds[i].fd)) {
                closesocket(fds[i].fd);
                fds[i] = fds[--count];
            }
        }
        if (fds[0].revents && count < MANY) {
            fds[count].fd = accept_from(fds[0].fd);
            fds[count++].events = POLLIN;
        }
    }
}

static void
serve_select(int unused)
{
    fd_set all, ready;
    SOCKET listener = listen_and_tell();

    (void)unused;
    FD_ZERO(&all);
    FD_SET(listener, &all);
    for (;;) {
        ready = all;
        if (select(0, &ready, NULL, NULL, NULL) < 0)
            die("select");
        for (u_int i = 0; i < ready.fd_count; i++) {
            SOCKET s = ready.fd_array[i];

            if (s == listener) {
                s = accept_from(listener);
                FD_SET(s, &all);
            } else if (echo(s)) {
                FD_CLR(s, &all);
                closesocket(s);
            }
        }
    }
}

/* ---- the client of the ping-pong ---- */

static long
ping_until(SOCKET s, double end)
{
    char buf[MESSAGE] = {0};
    long count = 0;

    do {
        for (int i = 0; i < 16; i++, count++)
            if (send(s, buf, MESSAGE, 0) != MESSAGE ||
                recv(s, buf, MESSAGE, MSG_WAITALL) != MESSAGE)
                die("ping");
    } while (now() < end);
    return count;
}

static void
ping(double warm, double length, int port)
{
    SOCKET s = connect_to(port);
    double begin;
    long count;

    ping_until(s, now() + warm);
    puts("go");
    fflush(stdout);
    begin = now();
    count = ping_until(s, begin + length);
    printf("done %ld %.6f\n", count, now() - begin);
    fflush(stdout);
    Sleep(INFINITE); /* until killed, see bare.c */
}

/* ---- */

static const struct server {
    const char *name;
    void (*serve)(int arg);
} servers[] = {
    {"accept",       serve_accept      },
    {"held",         serve_held        },
    {"refuse",       serve_refuse      },
    {"ping",         serve_ping        },
    {"event-each",   serve_event_each  },
    {"event-one",    serve_event_one   },
    {"event-groups", serve_event_groups},
    {"async",        serve_async       },
    {"poll",         serve_poll        },
    {"select",       serve_select      },
    {"memory",       own_memory        },
    {"objects",      own_objects       },
};

int
main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    int arg = argc > 2 ? atoi(argv[2]) : 0;
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        die("WSAStartup");
    if (argc == 5 && !strcmp(name, "client"))
        ping(atof(argv[2]), atof(argv[3]), atoi(argv[4]));
    for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
        if (!strcmp(name, servers[i].name)) {
            servers[i].serve(arg);
            return 0;
        }
    }
    fprintf(stderr, "usage: winsock accept|held|refuse|event-each|event-groups|"
                    "async|poll|select|objects\n"
                    "       winsock ping [1: beside a conditional listener]\n"
                    "       winsock event-one CONNECTIONS-TO-LOOK-AT\n"
                    "       winsock memory SOCKETS\n"
                    "       winsock client WARM SECONDS PORT\n");
    return 2;
}
