/* SPDX-License-Identifier: MIT */
/* Network events as window messages: what a message says, when it is posted
 * again, and how the mode differs from event objects.
 * The windows are message-only, so no display is needed. */
#include "net.h"

#include <string.h>

enum { WM_NET = WM_USER + 1, WM_OTHER = WM_USER + 2 };

static HWND
window(void)
{
    WNDCLASSA class;
    HWND hwnd;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = DefWindowProcA;
    class.hInstance = GetModuleHandleA(NULL);
    class.lpszClassName = "net";
    RegisterClassA(&class);
    hwnd = CreateWindowExA(0, "net", "", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL,
                           class.hInstance, NULL);
    REQUIRE(hwnd != NULL);
    return hwnd;
}

/* The next message of the window: 1, or 0 if none comes in time. */
static int
next(HWND hwnd, MSG *msg, int ms)
{
    DWORD start = GetTickCount();

    for (;;) {
        DWORD spent = GetTickCount() - start;

        if (PeekMessageA(msg, hwnd, WM_USER, WM_USER + 99, PM_REMOVE))
            return 1;
        if (spent >= (DWORD)ms)
            return 0;
        MsgWaitForMultipleObjects(0, NULL, FALSE, (DWORD)ms - spent,
                                  QS_ALLINPUT);
    }
}

/* The next message is this event of this socket, with this error. */
static void
expect_error(HWND hwnd, SOCKET s, int event, int error)
{
    MSG msg;

    REQUIRE(next(hwnd, &msg, SOON));
    CHECK_EQ(msg.message, WM_NET);
    CHECK_EQ(msg.wParam, s);
    CHECK_EQ(WSAGETSELECTEVENT(msg.lParam), event);
    CHECK_EQ(WSAGETSELECTERROR(msg.lParam), error);
}

static void
expect(HWND hwnd, SOCKET s, int event)
{
    expect_error(hwnd, s, event, 0);
}

static void
expect_none(HWND hwnd)
{
    MSG msg;

    if (next(hwnd, &msg, NEVER)) {
        t_note("a message of event %d", (int)WSAGETSELECTEVENT(msg.lParam));
        CHECK(!"no message comes");
    }
}

static void
choose(SOCKET s, HWND hwnd, long mask)
{
    REQUIRE_ERR(WSAAsyncSelect(s, hwnd, WM_NET, mask) == 0, net_error());
}

static HWND
watched_pair(SOCKET pair[2], long mask)
{
    HWND hwnd = window();

    net_pair(AF_INET, pair);
    choose(pair[0], hwnd, mask);
    if (mask & FD_WRITE)
        expect(hwnd, pair[0], FD_WRITE);
    return hwnd;
}

static void
end_pair(SOCKET pair[2], HWND hwnd)
{
    net_close_pair(pair);
    REQUIRE(DestroyWindow(hwnd));
}

/* Registration */

TEST(the_registration_makes_the_socket_non_blocking, "EVT-1")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    char byte;

    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    end_pair(pair, hwnd);
}

TEST(a_registered_socket_cannot_be_made_blocking, "EVT-4 EVT-3")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    u_long off = 0, on = 1;

    CHECK_ERR(ioctlsocket(pair[0], FIONBIO, &off) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(ioctlsocket(pair[0], FIONBIO, &on), 0);
    CHECK_EQ(WSAAsyncSelect(pair[0], hwnd, 0, 0), 0);
    CHECK_EQ(ioctlsocket(pair[0], FIONBIO, &off), 0);
    end_pair(pair, hwnd);
}

TEST(a_window_that_is_none_is_refused, "EVT-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HWND hwnd = window();

    CHECK_EQ(WSAAsyncSelect(s, hwnd, WM_NET, FD_READ), 0);
    WINE_DIFFERS("it takes any window");
    DestroyWindow(hwnd);
    CHECK_ERR(WSAAsyncSelect(s, hwnd, WM_NET, FD_READ) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK_ERR(WSAAsyncSelect(s, NULL, WM_NET, FD_READ) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
}

TEST(unknown_bits_of_the_mask_are_refused, "EVT-8")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HWND hwnd = window();

    WINE_DIFFERS("it ignores unknown bits");
    CHECK_ERR(WSAAsyncSelect(s, hwnd, WM_NET, 0x400) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
    DestroyWindow(hwnd);
}

TEST(no_socket_cannot_be_registered, "G-3")
{
    HWND hwnd = window();

    CHECK_ERR(WSAAsyncSelect(INVALID_SOCKET, hwnd, WM_NET, FD_READ) ==
                  SOCKET_ERROR,
              WSAENOTSOCK);
    DestroyWindow(hwnd);
}

TEST(the_last_registration_wins, "EVT-2")
{
    SOCKET pair[2];
    HWND first = watched_pair(pair, FD_READ), second = window();
    MSG msg;

    REQUIRE_EQ(WSAAsyncSelect(pair[0], second, WM_OTHER, FD_READ | FD_CLOSE),
               0);
    net_send(pair[1], "x");
    REQUIRE(next(second, &msg, SOON));
    CHECK_EQ(msg.message, WM_OTHER);
    expect_none(first);
    DestroyWindow(second);
    end_pair(pair, first);
}

TEST(event_objects_cancel_messages, "EVT-2")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    WSAEVENT event = WSACreateEvent();

    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_READ), 0);
    net_send(pair[1], "x");
    CHECK(net_signalled(event, SOON));
    expect_none(hwnd);
    WSACloseEvent(event);
    end_pair(pair, hwnd);
}

TEST(messages_cancel_event_objects, "EVT-2")
{
    SOCKET pair[2];
    HWND hwnd = window();
    WSAEVENT event = WSACreateEvent();

    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_READ), 0);
    choose(pair[0], hwnd, FD_READ);
    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    CHECK(!net_signalled(event, 0));
    WSACloseEvent(event);
    end_pair(pair, hwnd);
}

TEST(a_cancelled_registration_posts_nothing, "EVT-3")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_CLOSE);

    choose(pair[0], hwnd, 0);
    net_send(pair[1], "x");
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(a_closed_socket_posts_nothing, "EVT-6 CLS-9 EVT-21")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_CLOSE);

    net_close(pair[0]);
    net_close(pair[1]);
    expect_none(hwnd);
    DestroyWindow(hwnd);
}

/* FD_READ */

TEST(a_message_tells_socket_event_and_error, "EVT-28")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    MSG msg;

    net_send(pair[1], "x");
    REQUIRE(next(hwnd, &msg, SOON));
    CHECK(msg.hwnd == hwnd);
    CHECK_EQ(msg.message, WM_NET);
    CHECK_EQ(msg.wParam, pair[0]);
    CHECK_EQ(msg.lParam, FD_READ);
    end_pair(pair, hwnd);
}

TEST(one_message_comes_until_something_is_received, "EVT-30 EVT-33")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    net_send(pair[1], "y");
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(a_receive_that_leaves_data_posts_again, "EVT-30 EVT-12")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    char byte;

    net_send(pair[1], "xy");
    expect(hwnd, pair[0], FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    expect(hwnd, pair[0], FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, 0), 1);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(a_peek_posts_again, "EVT-24")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    char byte;

    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    REQUIRE_EQ(recv(pair[0], &byte, 1, MSG_PEEK), 1);
    expect(hwnd, pair[0], FD_READ);
    end_pair(pair, hwnd);
}

TEST(reselecting_posts_what_still_holds, "EVT-32 AMB-32")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);

    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    choose(pair[0], hwnd, FD_READ);
    expect(hwnd, pair[0], FD_READ);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(reselecting_leaves_posted_messages, "EVT-31")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    MSG msg;

    net_send(pair[1], "x");
    REQUIRE(net_readable(pair[0], SOON));
    while (!PeekMessageA(&msg, hwnd, WM_NET, WM_NET, PM_NOREMOVE))
        MsgWaitForMultipleObjects(0, NULL, FALSE, SOON, QS_ALLINPUT);
    choose(pair[0], hwnd, 0);
    expect(hwnd, pair[0], FD_READ);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(a_failing_receive_with_nothing_there_posts_nothing, "EVT-42")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    char byte;

    CHECK_ERR(recv(pair[0], &byte, 1, 0) == SOCKET_ERROR, WSAEWOULDBLOCK);
    expect_none(hwnd);
    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    end_pair(pair, hwnd);
}

/* FD_WRITE */

TEST(selecting_a_connected_socket_posts_FD_WRITE_alone, "EVT-38 AMB-35")
{
    SOCKET pair[2];
    HWND hwnd = window();

    net_pair(AF_INET, pair);
    choose(pair[1], hwnd, FD_CONNECT | FD_WRITE | FD_READ);
    expect(hwnd, pair[1], FD_WRITE);
    expect_none(hwnd);
    choose(pair[1], hwnd, FD_CONNECT | FD_WRITE | FD_READ);
    expect(hwnd, pair[1], FD_WRITE);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

static char block[100000];

TEST(FD_WRITE_is_posted_when_there_is_room_again, "EVT-19 EVT-40")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_WRITE);
    int total = 0, n;

    while ((n = send(pair[0], block, sizeof block, 0)) > 0)
        total += n;
    CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
    expect_none(hwnd);
    while (total > 0) {
        n = recv(pair[1], block, sizeof block, 0);
        REQUIRE(n > 0);
        total -= n;
    }
    expect(hwnd, pair[0], FD_WRITE);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(an_unbound_datagram_socket_posts_FD_WRITE, "EVT-39")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    HWND hwnd = window();

    choose(s, hwnd, FD_READ | FD_WRITE);
    expect(hwnd, s, FD_WRITE);
    expect_none(hwnd);
    net_close(s);
    DestroyWindow(hwnd);
}

TEST(an_unconnected_stream_socket_posts_nothing, "EVT-39 EVT-45")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    HWND hwnd = window();

    choose(s, hwnd, FD_READ | FD_WRITE | FD_CLOSE | FD_CONNECT);
    expect_none(hwnd);
    net_close(s);
    DestroyWindow(hwnd);
}

/* FD_CONNECT */

TEST(a_connection_posts_FD_CONNECT_and_then_FD_WRITE, "EVT-22 EVT-25 EVT-28")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    HWND hwnd = window();

    choose(s, hwnd, FD_CONNECT | FD_WRITE | FD_READ);
    CHECK(connect(s, &addr.u.any, addr.len) == 0 ||
          net_error() == WSAEWOULDBLOCK);
    expect(hwnd, s, FD_CONNECT);
    expect(hwnd, s, FD_WRITE);
    expect_none(hwnd);
    net_close(s);
    net_close(listener);
    DestroyWindow(hwnd);
}

TEST(a_refusal_posts_FD_CONNECT_with_its_error, "EVT-28 CON-4")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_nobody(AF_INET);
    HWND hwnd = window();

    choose(s, hwnd, FD_CONNECT | FD_WRITE);
    CHECK_ERR(connect(s, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSAEWOULDBLOCK);
    expect_error(hwnd, s, FD_CONNECT, WSAECONNREFUSED);
    expect_none(hwnd);
    net_close(s);
    DestroyWindow(hwnd);
}

/* FD_ACCEPT */

struct gate {
    SOCKET listener;
    HWND hwnd;
};

static struct gate
gate(void)
{
    struct gate g = {net_listener(AF_INET), window()};

    choose(g.listener, g.hwnd, FD_ACCEPT);
    return g;
}

static void
close_gate(struct gate g)
{
    net_close(g.listener);
    DestroyWindow(g.hwnd);
}

static int CALLBACK
answer(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
       LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    (void)caller, (void)caller_data, (void)sqos, (void)gqos, (void)callee;
    (void)callee_data, (void)g;
    return (int)data;
}

TEST(a_request_posts_FD_ACCEPT_once, "EVT-28 EVT-30 EVT-33")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b;

    expect(g.hwnd, g.listener, FD_ACCEPT);
    b = net_client(g.listener);
    expect_none(g.hwnd);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(accept_with_more_pending_posts_again, "EVT-34")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), s;

    expect(g.hwnd, g.listener, FD_ACCEPT);
    s = accept(g.listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    expect(g.hwnd, g.listener, FD_ACCEPT);
    net_close(s);
    s = accept(g.listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    net_close(s);
    expect_none(g.hwnd);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(reselecting_posts_FD_ACCEPT_again, "EVT-32")
{
    struct gate g = gate();
    SOCKET client = net_client(g.listener);

    expect(g.hwnd, g.listener, FD_ACCEPT);
    choose(g.listener, g.hwnd, FD_ACCEPT);
    expect(g.hwnd, g.listener, FD_ACCEPT);
    expect_none(g.hwnd);
    net_close(client);
    close_gate(g);
}

TEST(a_deferral_posts_nothing, "PQ-3 PQ-4 EVT-30")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), c;

    WINE_DIFFERS("it posts for those behind the deferred request");
    expect(g.hwnd, g.listener, FD_ACCEPT);
    CHECK_ERR(WSAAccept(g.listener, NULL, NULL, answer, CF_DEFER) ==
                  INVALID_SOCKET,
              WSATRY_AGAIN);
    expect_none(g.hwnd);
    c = net_client(g.listener);
    expect_none(g.hwnd);
    net_close(a);
    net_close(b);
    net_close(c);
    close_gate(g);
}

TEST(accepting_the_deferred_head_posts_for_the_next, "PQ-3 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener), s;
    MSG msg;

    expect(g.hwnd, g.listener, FD_ACCEPT);
    CHECK_ERR(WSAAccept(g.listener, NULL, NULL, answer, CF_DEFER) ==
                  INVALID_SOCKET,
              WSATRY_AGAIN);
    while (next(g.hwnd, &msg, 0))
        continue;
    s = WSAAccept(g.listener, NULL, NULL, answer, CF_ACCEPT);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(net_same(net_peer(s), net_name(a)));
    expect(g.hwnd, g.listener, FD_ACCEPT);
    net_close(s);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(rejecting_posts_for_the_next, "PQ-10 PQ-4")
{
    struct gate g = gate();
    SOCKET a = net_client(g.listener), b = net_client(g.listener);

    expect(g.hwnd, g.listener, FD_ACCEPT);
    CHECK_ERR(WSAAccept(g.listener, NULL, NULL, answer, CF_REJECT) ==
                  INVALID_SOCKET,
              WSAECONNREFUSED);
    expect(g.hwnd, g.listener, FD_ACCEPT);
    net_close(a);
    net_close(b);
    close_gate(g);
}

TEST(the_accepted_socket_inherits_window_and_message, "INH-2 EVT-46 EVT-47")
{
    SOCKET listener = net_listener(AF_INET), client, s;
    HWND hwnd = window();

    choose(listener, hwnd, FD_ACCEPT | FD_READ | FD_CLOSE);
    client = net_client(listener);
    expect(hwnd, listener, FD_ACCEPT);
    s = accept(listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    net_send(client, "x");
    expect(hwnd, s, FD_READ);
    net_expect(s, "x");
    net_close(client);
    expect(hwnd, s, FD_CLOSE);
    net_close(s);
    net_close(listener);
    DestroyWindow(hwnd);
}

TEST(an_inherited_FD_WRITE_is_posted_at_once, "INH-3 EVT-44")
{
    SOCKET listener = net_listener(AF_INET), client, s;
    HWND hwnd = window();

    choose(listener, hwnd, FD_ACCEPT | FD_WRITE);
    client = net_client(listener);
    expect(hwnd, listener, FD_ACCEPT);
    s = accept(listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    expect(hwnd, s, FD_WRITE);
    expect_none(hwnd);
    net_close(s);
    net_close(client);
    net_close(listener);
    DestroyWindow(hwnd);
}

/* FD_CLOSE, FD_OOB */

TEST(a_graceful_end_posts_FD_CLOSE_once, "EVT-41 EVT-30")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    expect(hwnd, pair[0], FD_CLOSE);
    net_expect_end(pair[0]);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(reselecting_posts_FD_CLOSE_again, "EVT-41 EVT-32")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_CLOSE);

    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    expect(hwnd, pair[0], FD_CLOSE);
    choose(pair[0], hwnd, FD_READ | FD_CLOSE);
    expect(hwnd, pair[0], FD_CLOSE);
    end_pair(pair, hwnd);
}

TEST(an_end_behind_data_is_posted_too, "EVT-20 EVT-22 EVT-41")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_CLOSE);
    int closed = 0;
    MSG msg;

    net_send(pair[1], "last");
    net_close(pair[1]);
    expect(hwnd, pair[0], FD_READ);
    net_expect(pair[0], "last");
    while (!closed) {
        REQUIRE(next(hwnd, &msg, SOON));
        closed = WSAGETSELECTEVENT(msg.lParam) == FD_CLOSE;
    }
    net_close(pair[0]);
    DestroyWindow(hwnd);
}

TEST(a_reset_posts_FD_CLOSE_with_an_error, "EVT-27 EVT-28")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_CLOSE);
    MSG msg;

    WINE_DIFFERS("the error is 0");
    net_abort(pair[1]);
    REQUIRE(next(hwnd, &msg, SOON));
    CHECK_EQ(WSAGETSELECTEVENT(msg.lParam), FD_CLOSE);
    CHECK_ONE_OF(WSAGETSELECTERROR(msg.lParam), WSAECONNABORTED, WSAECONNRESET);
    net_close(pair[0]);
    DestroyWindow(hwnd);
}

TEST(urgent_data_post_FD_OOB, "EVT-18 EVT-28")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ | FD_OOB);
    char byte;

    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    expect(hwnd, pair[0], FD_OOB);
    CHECK_EQ(recv(pair[0], &byte, 1, MSG_OOB), 1);
    expect_none(hwnd);
    end_pair(pair, hwnd);
}

TEST(enumeration_does_not_disturb_messages, "EVT-15")
{
    SOCKET pair[2];
    HWND hwnd = watched_pair(pair, FD_READ);
    WSANETWORKEVENTS ne;

    CHECK_EQ(WSAEnumNetworkEvents(pair[0], NULL, &ne), 0);
    net_send(pair[1], "x");
    expect(hwnd, pair[0], FD_READ);
    end_pair(pair, hwnd);
}

/* A whole program: an echo server that lives in its window procedure. */

static int echoed, ended;
static SOCKET echo_listener;

static LRESULT CALLBACK
echo_proc(HWND hwnd, UINT message, WPARAM wparam, LPARAM lparam)
{
    SOCKET s = (SOCKET)wparam;
    char buf[64];
    int n;

    if (message != WM_NET)
        return DefWindowProcA(hwnd, message, wparam, lparam);
    switch (WSAGETSELECTEVENT(lparam)) {
    case FD_ACCEPT:
        s = accept(s, NULL, NULL);
        CHECK(s != INVALID_SOCKET);
        break;
    case FD_READ:
        n = recv(s, buf, sizeof buf, 0);
        if (n > 0)
            echoed += send(s, buf, n, 0);
        break;
    case FD_CLOSE:
        closesocket(s);
        if (++ended == 5)
            PostQuitMessage(7);
        break;
    }
    return 0;
}

static DWORD WINAPI
five_clients(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5; i++) {
        SOCKET client = net_client(echo_listener);

        net_send(client, "echo");
        net_expect(client, "echo");
        net_close(client);
    }
    return 0;
}

TEST(a_window_procedure_serves_clients, "EVT-28 EVT-47 INH-2")
{
    WNDCLASSA class;
    HANDLE thread;
    HWND hwnd;
    MSG msg;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = echo_proc;
    class.hInstance = GetModuleHandleA(NULL);
    class.lpszClassName = "echo";
    REQUIRE(RegisterClassA(&class) != 0);
    hwnd = CreateWindowExA(0, "echo", "", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL,
                           class.hInstance, NULL);
    REQUIRE(hwnd != NULL);
    echo_listener = net_listener(AF_INET);
    choose(echo_listener, hwnd, FD_ACCEPT | FD_READ | FD_CLOSE);
    thread = net_thread(five_clients, NULL);
    while (GetMessageA(&msg, NULL, 0, 0) > 0) {
        TranslateMessage(&msg);
        DispatchMessageA(&msg);
    }
    CHECK_EQ(msg.message, WM_QUIT);
    CHECK_EQ(msg.wParam, 7);
    CHECK_EQ(echoed, 20);
    CHECK_EQ(net_join(thread), 0);
    net_close(echo_listener);
    DestroyWindow(hwnd);
}
