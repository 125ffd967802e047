/* SPDX-License-Identifier: MIT
 *
 * An echo server on window messages: WSAAsyncSelect posts what happens to a
 * message-only window, and an ordinary message loop hands it out.  No display
 * is needed.
 *
 *   echo-async [--port N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#define WM_SOCKET (WM_USER + 1)

static void
die(const char *what)
{
    fprintf(stderr, "%s: error %d\n", what, (int)GetLastError());
    exit(1);
}

/* Returns what it echoed, 0 when there is nothing now, -1 at the end.  A peer
 * that does not read what it is sent meets its end here. */
static int
echo(SOCKET s)
{
    char buf[4096];
    int n = recv(s, buf, sizeof buf, 0);

    if (n < 0 && WSAGetLastError() == WSAEWOULDBLOCK)
        return 0;
    if (n <= 0 || send(s, buf, n, 0) != n)
        return -1;
    return n;
}

/* FD_CLOSE may come while there are bytes to read. */
static void
finish(SOCKET s)
{
    while (echo(s) > 0)
        continue;
    closesocket(s);
}

/* Accepted sockets inherit the window, the message and the mask. */
static LRESULT CALLBACK
procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    SOCKET s = (SOCKET)wparam;

    if (message != WM_SOCKET)
        return DefWindowProcA(window, message, wparam, lparam);
    switch (WSAGETSELECTEVENT(lparam)) {
    case FD_ACCEPT: accept(s, NULL, NULL); break;
    case FD_READ:
        if (echo(s) < 0) /* one recv a message; more data, another message */
            closesocket(s);
        break;
    case FD_CLOSE: finish(s); break;
    }
    return 0;
}

static HWND
open_window(void)
{
    WNDCLASSA wc;
    HWND window;

    memset(&wc, 0, sizeof wc);
    wc.lpfnWndProc = procedure;
    wc.hInstance = GetModuleHandleA(NULL);
    wc.lpszClassName = "echo";
    if (!RegisterClassA(&wc))
        die("RegisterClass");
    window = CreateWindowExA(0, "echo", "echo", 0, 0, 0, 0, 0, HWND_MESSAGE,
                             NULL, wc.hInstance, NULL);
    if (!window)
        die("CreateWindowEx");
    return window;
}

static SOCKET
open_listener(int argc, char **argv, HWND window)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in sin;
    int len = sizeof sin;
    int port = argc == 3 && !strcmp(argv[1], "--port") ? atoi(argv[2]) : 0;

    memset(&sin, 0, sizeof sin);
    sin.sin_family = AF_INET;
    sin.sin_port = htons((u_short)port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s == INVALID_SOCKET || bind(s, (struct sockaddr *)&sin, sizeof sin) ||
        listen(s, SOMAXCONN) ||
        WSAAsyncSelect(s, window, WM_SOCKET, FD_ACCEPT | FD_READ | FD_CLOSE) ||
        getsockname(s, (struct sockaddr *)&sin, &len))
        die("cannot listen");
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return s;
}

int
main(int argc, char **argv)
{
    WSADATA data;
    MSG message;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    open_listener(argc, argv, open_window());
    while (GetMessageA(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageA(&message);
    }
    WSACleanup();
    return 0;
}
