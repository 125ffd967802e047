/* SPDX-License-Identifier: MIT */
/* The message queue as far as WSAAsyncSelect programs need it: windows that
 * only take messages, posting and sending, timers, the end of the loop, and
 * waiting for messages and objects at once. */
#include "net.h"

#include <string.h>

static UINT last_message;
static WPARAM last_wparam;
static LPARAM last_lparam;
static int destroyed, created;

static LRESULT CALLBACK
note_proc(HWND hwnd, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_DESTROY)
        destroyed++;
    if (message == WM_CREATE)
        created++;
    if (message < WM_USER && message != WM_TIMER)
        return DefWindowProcA(hwnd, message, wparam, lparam);
    last_message = message;
    last_wparam = wparam;
    last_lparam = lparam;
    return 4711;
}

static HWND
window_of(WNDPROC proc, const char *name)
{
    WNDCLASSA class;
    HWND hwnd;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = proc;
    class.hInstance = GetModuleHandleA(NULL);
    class.lpszClassName = name;
    RegisterClassA(&class);
    hwnd = CreateWindowExA(0, name, "title", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL,
                           class.hInstance, NULL);
    REQUIRE(hwnd != NULL);
    return hwnd;
}

static HWND
window(void)
{
    return window_of(note_proc, "note");
}

TEST(a_window_is_created_and_destroyed)
{
    HWND hwnd = window();

    CHECK_EQ(created, 1);
    CHECK(IsWindow(hwnd));
    CHECK(DestroyWindow(hwnd));
    CHECK_EQ(destroyed, 1);
    CHECK(!IsWindow(hwnd));
    CHECK(!DestroyWindow(hwnd));
}

TEST(a_window_needs_a_registered_class)
{
    CHECK(CreateWindowExA(0, "nobody registered this", "", 0, 0, 0, 0, 0,
                          HWND_MESSAGE, NULL, NULL, NULL) == NULL);
}

TEST(a_class_is_registered_once)
{
    WNDCLASSA class;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = note_proc;
    class.hInstance = GetModuleHandleA(NULL);
    class.lpszClassName = "once";
    CHECK(RegisterClassA(&class) != 0);
    CHECK_ERR(RegisterClassA(&class) == 0, ERROR_CLASS_ALREADY_EXISTS);
    CHECK(UnregisterClassA("once", class.hInstance));
    CHECK(RegisterClassA(&class) != 0);
    CHECK(UnregisterClassA("once", class.hInstance));
}

static LPVOID create_parameter;

static LRESULT CALLBACK
parameter_proc(HWND hwnd, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_NCCREATE)
        create_parameter = ((CREATESTRUCTA *)lparam)->lpCreateParams;
    return DefWindowProcA(hwnd, message, wparam, lparam);
}

TEST(a_window_hands_its_parameter_over)
{
    WNDCLASSA class;
    HWND hwnd;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = parameter_proc;
    class.lpszClassName = "parameter";
    RegisterClassA(&class);
    hwnd = CreateWindowExA(0, "parameter", "", 0, 0, 0, 0, 0, HWND_MESSAGE,
                           NULL, NULL, &class);
    REQUIRE(hwnd != NULL);
    CHECK(create_parameter == &class);
    DestroyWindow(hwnd);
}

TEST(a_window_keeps_a_pointer)
{
    HWND hwnd = window();

    CHECK_EQ(GetWindowLongPtrA(hwnd, GWLP_USERDATA), 0);
    SetWindowLongPtrA(hwnd, GWLP_USERDATA, (LONG_PTR)&last_message);
    CHECK(GetWindowLongPtrA(hwnd, GWLP_USERDATA) == (LONG_PTR)&last_message);
    DestroyWindow(hwnd);
}

TEST(posted_messages_come_in_order)
{
    HWND hwnd = window();
    MSG msg;

    for (WPARAM i = 0; i < 50; i++)
        REQUIRE(PostMessageA(hwnd, WM_USER, i, -(LPARAM)i));
    for (WPARAM i = 0; i < 50; i++) {
        REQUIRE(PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
        CHECK(msg.hwnd == hwnd);
        CHECK_EQ(msg.message, WM_USER);
        CHECK_EQ(msg.wParam, i);
        CHECK_EQ(msg.lParam, -(LPARAM)i);
    }
    CHECK(!PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
    DestroyWindow(hwnd);
}

TEST(peeking_may_leave_the_message)
{
    HWND hwnd = window();
    MSG msg;

    REQUIRE(PostMessageA(hwnd, WM_USER, 1, 0));
    CHECK(PeekMessageA(&msg, hwnd, 0, 0, PM_NOREMOVE));
    CHECK(PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
    CHECK(!PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
    DestroyWindow(hwnd);
}

TEST(messages_can_be_filtered)
{
    HWND a = window(), b = window();
    MSG msg;

    PostMessageA(a, WM_USER + 1, 0, 0);
    PostMessageA(b, WM_USER + 2, 0, 0);
    PostMessageA(a, WM_USER + 3, 0, 0);
    REQUIRE(PeekMessageA(&msg, b, 0, 0, PM_REMOVE));
    CHECK_EQ(msg.message, WM_USER + 2);
    REQUIRE(PeekMessageA(&msg, NULL, WM_USER + 3, WM_USER + 9, PM_REMOVE));
    CHECK_EQ(msg.message, WM_USER + 3);
    REQUIRE(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK_EQ(msg.message, WM_USER + 1);
    DestroyWindow(a);
    DestroyWindow(b);
}

TEST(dispatching_calls_the_window_procedure)
{
    HWND hwnd = window();
    MSG msg;

    PostMessageA(hwnd, WM_USER + 5, 6, 7);
    CHECK_EQ(last_message, 0);
    REQUIRE_EQ(GetMessageA(&msg, hwnd, 0, 0), 1);
    CHECK(!TranslateMessage(&msg));
    CHECK_EQ(DispatchMessageA(&msg), 4711);
    CHECK_EQ(last_message, WM_USER + 5);
    CHECK_EQ(last_wparam, 6);
    CHECK_EQ(last_lparam, 7);
    DestroyWindow(hwnd);
}

TEST(sending_within_the_thread_calls_at_once)
{
    HWND hwnd = window();
    MSG msg;

    CHECK_EQ(SendMessageA(hwnd, WM_USER + 1, 2, 3), 4711);
    CHECK_EQ(last_message, WM_USER + 1);
    CHECK(!PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
    DestroyWindow(hwnd);
}

TEST(posting_to_no_window_fails)
{
    HWND hwnd = window();

    DestroyWindow(hwnd);
    CHECK_ERR(!PostMessageA(hwnd, WM_USER, 0, 0), ERROR_INVALID_WINDOW_HANDLE);
}

TEST(messages_of_a_destroyed_window_are_gone)
{
    HWND hwnd = window();
    MSG msg;

    PostMessageA(hwnd, WM_USER, 0, 0);
    DestroyWindow(hwnd);
    CHECK(!PeekMessageA(&msg, NULL, WM_USER, WM_USER, PM_REMOVE));
}

TEST(a_posted_quit_ends_the_loop)
{
    HWND hwnd = window();
    MSG msg;

    PostQuitMessage(42);
    PostMessageA(hwnd, WM_USER, 0, 0);
    /* What was posted comes before the quit, even if it was posted later. */
    REQUIRE_EQ(GetMessageA(&msg, NULL, 0, 0), 1);
    CHECK_EQ(msg.message, WM_USER);
    CHECK_EQ(GetMessageA(&msg, NULL, 0, 0), 0);
    CHECK_EQ(msg.message, WM_QUIT);
    CHECK_EQ(msg.wParam, 42);
    CHECK(!PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    DestroyWindow(hwnd);
}

TEST(posting_to_ones_own_thread_needs_no_window)
{
    MSG msg;

    PeekMessageA(&msg, NULL, 0, 0, PM_NOREMOVE);
    CHECK(PostThreadMessageA(GetCurrentThreadId(), WM_USER + 8, 1, 2));
    REQUIRE_EQ(GetMessageA(&msg, NULL, 0, 0), 1);
    CHECK(msg.hwnd == NULL);
    CHECK_EQ(msg.message, WM_USER + 8);
    CHECK_EQ(msg.wParam, 1);
    CHECK_EQ(msg.lParam, 2);
}

struct loop {
    HANDLE ready;
    DWORD thread;
    HWND hwnd;
    int seen;
};

static DWORD WINAPI
run_loop(void *context)
{
    struct loop *loop = context;
    MSG msg;

    loop->thread = GetCurrentThreadId();
    loop->hwnd = window();
    PeekMessageA(&msg, NULL, 0, 0, PM_NOREMOVE);
    SetEvent(loop->ready);
    while (GetMessageA(&msg, NULL, 0, 0) > 0) {
        loop->seen += msg.message == WM_USER;
        DispatchMessageA(&msg);
    }
    DestroyWindow(loop->hwnd);
    return (DWORD)msg.wParam;
}

static HANDLE
start_loop(struct loop *loop)
{
    HANDLE thread;

    memset(loop, 0, sizeof *loop);
    loop->ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(run_loop, loop);
    REQUIRE(net_signalled(loop->ready, SOON));
    return thread;
}

TEST(another_threads_loop_can_be_posted_to)
{
    struct loop loop;
    HANDLE thread = start_loop(&loop);

    for (int i = 0; i < 10; i++)
        CHECK(PostThreadMessageA(loop.thread, WM_USER, 0, 0));
    for (int i = 0; i < 10; i++)
        CHECK(PostMessageA(loop.hwnd, WM_USER, 0, 0));
    CHECK(PostThreadMessageA(loop.thread, WM_QUIT, 55, 0));
    CHECK_EQ(net_join(thread), 55);
    CHECK_EQ(loop.seen, 20);
    CloseHandle(loop.ready);
}

TEST(sending_to_another_thread_waits_for_its_answer)
{
    struct loop loop;
    HANDLE thread = start_loop(&loop);

    CHECK_EQ(SendMessageA(loop.hwnd, WM_USER + 3, 1, 2), 4711);
    CHECK_EQ(last_message, WM_USER + 3);
    CHECK(PostThreadMessageA(loop.thread, WM_QUIT, 0, 0));
    CHECK_EQ(net_join(thread), 0);
    CloseHandle(loop.ready);
}

TEST(posting_to_a_thread_that_is_none_fails)
{
    WINE_DIFFERS("the error is ERROR_INVALID_PARAMETER");
    CHECK_ERR(!PostThreadMessageA(0xfffffff0, WM_USER, 0, 0),
              ERROR_INVALID_THREAD_ID);
}

TEST(a_timer_posts_its_number)
{
    HWND hwnd = window();
    MSG msg;

    CHECK_EQ(SetTimer(hwnd, 3, 20, NULL), 3);
    for (int i = 0; i < 3; i++) {
        REQUIRE_EQ(GetMessageA(&msg, hwnd, WM_TIMER, WM_TIMER), 1);
        CHECK_EQ(msg.message, WM_TIMER);
        CHECK_EQ(msg.wParam, 3);
    }
    CHECK(KillTimer(hwnd, 3));
    CHECK(!KillTimer(hwnd, 3));
    DestroyWindow(hwnd);
}

static UINT_PTR timer_seen;

static VOID CALLBACK
on_timer(HWND hwnd, UINT message, UINT_PTR id, DWORD time)
{
    (void)hwnd, (void)time;
    CHECK_EQ(message, WM_TIMER);
    timer_seen = id;
}

TEST(a_timer_without_a_window_calls_its_function)
{
    UINT_PTR id = SetTimer(NULL, 0, 15, on_timer);
    MSG msg;

    REQUIRE(id != 0);
    REQUIRE_EQ(GetMessageA(&msg, NULL, WM_TIMER, WM_TIMER), 1);
    DispatchMessageA(&msg);
    CHECK_EQ(timer_seen, id);
    CHECK(KillTimer(NULL, id));
}

TEST(timers_come_after_posted_messages)
{
    HWND hwnd = window();
    MSG msg;

    SetTimer(hwnd, 1, 10, NULL);
    Sleep(40);
    PostMessageA(hwnd, WM_USER, 0, 0);
    REQUIRE_EQ(GetMessageA(&msg, hwnd, 0, 0), 1);
    CHECK_EQ(msg.message, WM_USER);
    REQUIRE_EQ(GetMessageA(&msg, hwnd, 0, 0), 1);
    CHECK_EQ(msg.message, WM_TIMER);
    KillTimer(hwnd, 1);
    DestroyWindow(hwnd);
}

TEST(a_wait_for_messages_and_objects_ends_by_either)
{
    HWND hwnd = window();
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    MSG msg;

    CHECK_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, 20, QS_ALLINPUT),
             WAIT_TIMEOUT);
    PostMessageA(hwnd, WM_USER, 0, 0);
    CHECK_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, SOON, QS_ALLINPUT),
             WAIT_OBJECT_0 + 1);
    REQUIRE(PeekMessageA(&msg, hwnd, 0, 0, PM_REMOVE));
    SetEvent(event);
    CHECK_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, SOON, QS_ALLINPUT),
             WAIT_OBJECT_0);
    CloseHandle(event);
    DestroyWindow(hwnd);
}

TEST(a_registered_message_has_one_number)
{
    UINT a = RegisterWindowMessageA("our message");
    UINT b = RegisterWindowMessageA("our message");
    UINT c = RegisterWindowMessageA("their message");

    CHECK(a >= 0xc000 && a <= 0xffff);
    CHECK_EQ(a, b);
    CHECK(a != c);
}

TEST(the_wide_functions_reach_the_same_queue)
{
    WNDCLASSW class;
    HWND hwnd;
    MSG msg;

    memset(&class, 0, sizeof class);
    class.lpfnWndProc = note_proc;
    class.hInstance = GetModuleHandleW(NULL);
    class.lpszClassName = L"wide";
    REQUIRE(RegisterClassW(&class) != 0);
    hwnd = CreateWindowExW(0, L"wide", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL,
                           class.hInstance, NULL);
    REQUIRE(hwnd != NULL);
    CHECK(PostMessageW(hwnd, WM_USER, 8, 9));
    REQUIRE_EQ(GetMessageW(&msg, hwnd, 0, 0), 1);
    CHECK_EQ(msg.wParam, 8);
    CHECK_EQ(DispatchMessageW(&msg), 4711);
    CHECK_EQ(SendMessageW(hwnd, WM_USER + 1, 0, 0), 4711);
    CHECK(PostMessageA(hwnd, WM_USER, 1, 0));
    CHECK(PeekMessageW(&msg, hwnd, 0, 0, PM_REMOVE));
    DestroyWindow(hwnd);
}

TEST(each_thread_has_its_own_queue)
{
    struct loop loop;
    HANDLE thread = start_loop(&loop);
    MSG msg;

    PostMessageA(loop.hwnd, WM_USER, 0, 0);
    CHECK(!PeekMessageA(&msg, NULL, WM_USER, WM_USER, PM_REMOVE));
    CHECK(PostThreadMessageA(loop.thread, WM_QUIT, 0, 0));
    CHECK_EQ(net_join(thread), 0);
    CHECK_EQ(loop.seen, 1);
    CloseHandle(loop.ready);
}
