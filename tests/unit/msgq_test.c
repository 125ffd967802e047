/* SPDX-License-Identifier: MIT */
/* Messages and windows: order, filters, timers, sending between threads, the
 * life of a window. */
#include "t.h"

#include "engine.h"
#include "w32/handle.h"
#include "w32/msgq.h"
#include "w32/queue.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>
#include <ws2/ws2ext.h>

#include <string.h>

static UINT seen[64];
static unsigned seen_count;

static LRESULT CALLBACK
record(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    if (seen_count < WS_ARRAY_LEN(seen))
        seen[seen_count++] = msg;
    if (msg == WM_USER)
        return (LRESULT)wparam * 2;
    return DefWindowProcA(h, msg, wparam, lparam);
}

static HWND
window(WNDPROC proc)
{
    WNDCLASSA wc = {.lpfnWndProc = proc, .lpszClassName = "test class"};

    RegisterClassA(&wc);
    return CreateWindowExA(0, "Test Class", "x", 0, 0, 0, 0, 0, HWND_MESSAGE,
                           NULL, NULL, NULL);
}

/* ---- windows ---- */

TEST_BARE(a_window_is_told_of_its_making_and_its_end)
{
    static const UINT want[] = {WM_NCCREATE, WM_CREATE, WM_DESTROY,
                                WM_NCDESTROY};
    HWND h = window(record);

    REQUIRE(h != NULL);
    CHECK(IsWindow(h));
    CHECK(ws_msgq_is_window(h));
    CHECK(DestroyWindow(h));
    CHECK(!IsWindow(h));
    CHECK_EQ(seen_count, 4);
    CHECK_MEM(seen, want, sizeof(want));
    CHECK(!DestroyWindow(h));
    CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK_EQ(ws_handle_count(WS_KIND_WINDOW), 0);
}

static LRESULT CALLBACK
check_create(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    if (msg == WM_NCCREATE || msg == WM_CREATE) {
        const CREATESTRUCTA *cs = (const CREATESTRUCTA *)lparam;

        CHECK_EQ((ULONG_PTR)cs->lpCreateParams, 0x1234);
        CHECK_EQ(cs->x, 1);
        CHECK_EQ(cs->cy, 4);
        CHECK_STR(cs->lpszName, "a name");
        SetWindowLongPtrA(h, GWLP_USERDATA, (LONG_PTR)cs->lpCreateParams);
    }
    return msg == WM_CREATE ? 0 : DefWindowProcA(h, msg, wparam, lparam);
}

TEST_BARE(creation_carries_what_the_maker_said)
{
    WNDCLASSEXA wc = {.cbSize = sizeof(wc),
                      .lpfnWndProc = check_create,
                      .cbWndExtra = 16,
                      .lpszClassName = "c"};
    ATOM atom = RegisterClassExA(&wc);
    HWND h;

    REQUIRE(atom >= 0xC000);
    CHECK_EQ(RegisterClassExA(&wc), 0);
    CHECK_EQ(GetLastError(), ERROR_CLASS_ALREADY_EXISTS);
    h = CreateWindowExA(0, (LPCSTR)(ULONG_PTR)atom, "a name", 0, 1, 2, 3, 4,
                        NULL, NULL, NULL, (LPVOID)0x1234);
    REQUIRE(h != NULL);
    CHECK_EQ(GetWindowLongPtrA(h, GWLP_USERDATA), 0x1234);
    CHECK_EQ(SetWindowLongPtrA(h, 8, 77), 0);
    CHECK_EQ(GetWindowLongPtrA(h, 8), 77);
    SetLastError(0);
    CHECK_EQ(GetWindowLongPtrA(h, 9), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_INDEX);
    CHECK(!UnregisterClassA("c", NULL));
    CHECK_EQ(GetLastError(), ERROR_CLASS_HAS_WINDOWS);
    DestroyWindow(h);
    CHECK(UnregisterClassA("c", NULL));
    CHECK(CreateWindowExA(0, "c", "", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL) ==
          NULL);
    CHECK_EQ(GetLastError(), ERROR_CANNOT_FIND_WND_CLASS);
}

static LRESULT CALLBACK
refuse(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    record(h, msg, wparam, lparam);
    return msg == WM_CREATE ? -1 : DefWindowProcA(h, msg, wparam, lparam);
}

TEST_BARE(a_window_procedure_may_refuse_the_window)
{
    CHECK(window(refuse) == NULL);
    CHECK_EQ(seen[seen_count - 1], WM_NCDESTROY);
    CHECK_EQ(ws_handle_count(WS_KIND_WINDOW), 0);
}

TEST_BARE(known_classes_are_there_and_children_go_with_their_parent)
{
    HWND parent =
        CreateWindowExA(0, "BUTTON", "", WS_OVERLAPPEDWINDOW, CW_USEDEFAULT,
                        CW_USEDEFAULT, 0, 0, NULL, NULL, NULL, NULL);
    HWND child = CreateWindowExA(0, "static", "", WS_CHILD, 0, 0, 0, 0, parent,
                                 NULL, NULL, NULL);

    REQUIRE(parent && child);
    CHECK(!ShowWindow(parent, SW_SHOW));
    CHECK(ShowWindow(parent, SW_HIDE));
    CHECK(DestroyWindow(parent));
    CHECK(!IsWindow(child));
    CHECK(CreateWindowExA(0, "static", "", WS_CHILD, 0, 0, 0, 0, NULL, NULL,
                          NULL, NULL) == NULL);
    CHECK_EQ(GetLastError(), ERROR_TLW_WITH_WSCHILD);
}

static HWND foreign;

static DWORD
destroy_foreign(LPVOID arg)
{
    (void)arg;
    CHECK(!DestroyWindow(foreign));
    return GetLastError();
}

TEST_BARE(only_its_own_thread_may_destroy_a_window)
{
    HANDLE t;
    DWORD code;

    foreign = window(record);
    t = CreateThread(NULL, 0, destroy_foreign, NULL, 0, NULL);
    WaitForSingleObject(t, INFINITE);
    GetExitCodeThread(t, &code);
    CHECK_EQ(code, ERROR_ACCESS_DENIED);
    CHECK(IsWindow(foreign));
    CloseHandle(t);
    DestroyWindow(foreign);
}

static DWORD
leave_a_window(LPVOID arg)
{
    *(HWND *)arg = window(record);
    return 0;
}

TEST_BARE(a_thread_s_windows_end_with_it)
{
    HWND h = NULL;
    HANDLE t = CreateThread(NULL, 0, leave_a_window, &h, 0, NULL);

    WaitForSingleObject(t, INFINITE);
    CHECK(h && !IsWindow(h));
    CHECK(!PostMessageA(h, WM_USER, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CloseHandle(t);
}

/* ---- the queue ---- */

TEST_BARE(posted_messages_come_in_order_then_quit, "EVT-28")
{
    HWND h = window(record);
    MSG msg;

    PostQuitMessage(7);
    for (UINT i = 0; i < 5; i++)
        REQUIRE(PostMessageA(h, WM_APP + i, i, -(LPARAM)i));
    for (UINT i = 0; i < 5; i++) {
        CHECK_EQ(GetMessageA(&msg, NULL, 0, 0), TRUE);
        CHECK_EQ(msg.message, WM_APP + i);
        CHECK_EQ(msg.lParam, -(LPARAM)i);
        CHECK(msg.hwnd == h);
    }
    CHECK_EQ(GetMessageA(&msg, NULL, 0, 0), FALSE);
    CHECK_EQ(msg.message, WM_QUIT);
    CHECK_EQ(msg.wParam, 7);
    CHECK(!PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    DestroyWindow(h);
}

TEST_BARE(filters_choose_by_window_and_number)
{
    HWND a = window(record), b = window(record);
    MSG msg;

    PostMessageA(a, WM_APP, 1, 0);
    PostMessageA(b, WM_APP, 2, 0);
    PostMessageA(NULL, WM_APP + 1, 3, 0);
    CHECK(PeekMessageA(&msg, b, 0, 0, PM_NOREMOVE));
    CHECK_EQ(msg.wParam, 2);
    CHECK(PeekMessageA(&msg, NULL, WM_APP + 1, WM_APP + 9, PM_REMOVE));
    CHECK_EQ(msg.wParam, 3);
    CHECK(!PeekMessageA(&msg, (HWND)-1, 0, 0, PM_REMOVE));
    DestroyWindow(a);
    CHECK(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK_EQ(msg.wParam, 2);
    CHECK(!PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK_EQ(GetMessageA(&msg, a, 0, 0), -1);
    CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    DestroyWindow(b);
}

TEST_BARE(a_full_queue_refuses, "EVT-29")
{
    HWND h = window(record);

    for (int i = 0; i < WS_QUEUE_MAX; i++)
        REQUIRE(PostMessageA(h, WM_APP, 0, 0));
    CHECK(!PostMessageA(h, WM_APP, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_NOT_ENOUGH_QUOTA);
    CHECK_EQ(ws_msgq_post(h, WM_APP, 0, 0), ERROR_NOT_ENOUGH_QUOTA);
    DestroyWindow(h);
}

TEST_BARE(timers_come_after_posted_messages_and_again)
{
    HWND h = window(record);
    MSG msg;

    REQUIRE_EQ(SetTimer(h, 5, 10, NULL), 5);
    Sleep(15);
    PostMessageA(h, WM_APP, 0, 0);
    CHECK(GetMessageA(&msg, NULL, 0, 0));
    CHECK_EQ(msg.message, WM_APP);
    for (int i = 0; i < 3; i++) {
        CHECK(GetMessageA(&msg, NULL, 0, 0));
        CHECK_EQ(msg.message, WM_TIMER);
        CHECK_EQ(msg.wParam, 5);
    }
    CHECK(KillTimer(h, 5));
    CHECK(!KillTimer(h, 5));
    Sleep(15);
    CHECK(!PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    DestroyWindow(h);
}

static UINT_PTR timer_called;

static void CALLBACK
on_timer(HWND h, UINT msg, UINT_PTR id, DWORD now)
{
    (void)now;
    CHECK(!h && msg == WM_TIMER);
    timer_called = id;
}

TEST_BARE(a_timer_of_the_thread_gets_a_name_and_calls_its_procedure)
{
    UINT_PTR id = SetTimer(NULL, 99, 1, on_timer);
    MSG msg;

    REQUIRE(id != 0);
    CHECK_EQ(SetTimer(NULL, id, 2, on_timer), id);
    CHECK(GetMessageA(&msg, NULL, 0, 0));
    DispatchMessageA(&msg);
    CHECK_EQ(timer_called, id);
    CHECK(KillTimer(NULL, id));
}

/* ---- between threads ---- */

#define TURNS 2000

static DWORD
post_many(LPVOID h)
{
    for (WPARAM i = 0; i < TURNS; i++)
        while (!PostMessageA(h, WM_APP, i, 0))
            SwitchToThread();
    return 0;
}

TEST_BARE(no_posted_message_is_lost_or_overtaken)
{
    HWND h = window(record);
    HANDLE t = CreateThread(NULL, 0, post_many, h, 0, NULL);
    MSG msg;

    for (WPARAM i = 0; i < TURNS; i++) {
        REQUIRE(GetMessageA(&msg, NULL, 0, 0));
        REQUIRE_EQ(msg.wParam, i);
    }
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
    DestroyWindow(h);
}

static DWORD
send_many(LPVOID h)
{
    for (LRESULT i = 0; i < TURNS; i++)
        if (SendMessageA(h, WM_USER, (WPARAM)i, 0) != i * 2)
            return 1;
    PostMessageA(h, WM_APP, 0, 0);
    return 0;
}

TEST_BARE(a_sent_message_is_answered_in_the_window_s_thread)
{
    HWND h = window(record);
    HANDLE t = CreateThread(NULL, 0, send_many, h, 0, NULL);
    DWORD code;
    MSG msg;

    CHECK(GetMessageA(&msg, NULL, 0, 0));
    CHECK_EQ(msg.message, WM_APP);
    WaitForSingleObject(t, INFINITE);
    GetExitCodeThread(t, &code);
    CHECK_EQ(code, 0);
    CHECK_EQ(SendMessageA(h, WM_USER, 21, 0), 42);
    CloseHandle(t);
    DestroyWindow(h);
    CHECK_EQ(SendMessageA(h, WM_USER, 21, 0), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
}

/* A window whose thread ends while somebody sends to it. */
static HANDLE made;

static DWORD
make_and_end(LPVOID arg)
{
    *(HWND *)arg = window(record);
    SetEvent(made);
    for (int i = 0; i < 3; i++)
        SwitchToThread();
    return 0;
}

TEST_BARE(a_sender_is_released_by_the_end_of_the_other_thread)
{
    made = CreateEventA(NULL, FALSE, FALSE, NULL);
    for (int i = 0; i < 200; i++) {
        HWND h;
        HANDLE t = CreateThread(NULL, 0, make_and_end, &h, 0, NULL);

        WaitForSingleObject(made, INFINITE);
        CHECK_EQ(SendMessageA(h, WM_USER, 21, 0), 0);
        WaitForSingleObject(t, INFINITE);
        CloseHandle(t);
    }
    CloseHandle(made);
}

static DWORD
echo_thread(LPVOID ready)
{
    MSG msg;

    PeekMessageA(&msg, NULL, 0, 0, PM_NOREMOVE);
    SetEvent(ready);
    while (GetMessageA(&msg, NULL, 0, 0))
        PostThreadMessageA((DWORD)msg.wParam, WM_APP, (WPARAM)msg.lParam, 0);
    return (DWORD)msg.wParam;
}

TEST_BARE(threads_post_to_each_other_by_number)
{
    HANDLE ready = CreateEventA(NULL, FALSE, FALSE, NULL);
    DWORD id, code;
    HANDLE t = CreateThread(NULL, 0, echo_thread, ready, 0, &id);
    MSG msg;

    WaitForSingleObject(ready, INFINITE);
    for (LPARAM i = 0; i < 100; i++) {
        REQUIRE(PostThreadMessageA(id, WM_APP, GetCurrentThreadId(), i));
        REQUIRE(GetMessageA(&msg, NULL, 0, 0));
        CHECK_EQ(msg.wParam, i);
    }
    PostThreadMessageA(id, WM_QUIT, 5, 0);
    WaitForSingleObject(t, INFINITE);
    GetExitCodeThread(t, &code);
    CHECK_EQ(code, 5);
    CHECK(!PostThreadMessageA(id, WM_APP, 0, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_THREAD_ID);
    CloseHandle(t);
    CloseHandle(ready);
}

/* ---- with handles, engine and host ---- */

TEST_BARE(a_wait_for_handles_and_messages_tells_which_came)
{
    HANDLE e = CreateEventA(NULL, FALSE, TRUE, NULL);
    MSG msg;

    PostMessageA(NULL, WM_APP, 0, 0);
    CHECK_EQ(MsgWaitForMultipleObjects(1, &e, FALSE, INFINITE, QS_ALLINPUT), 0);
    CHECK_EQ(MsgWaitForMultipleObjects(1, &e, FALSE, INFINITE, QS_ALLINPUT), 1);
    CHECK_EQ(MsgWaitForMultipleObjects(1, &e, FALSE, 0, QS_ALLINPUT),
             WAIT_TIMEOUT); /* not new any more */
    CHECK_EQ(MsgWaitForMultipleObjectsEx(1, &e, INFINITE, QS_ALLINPUT,
                                         MWMO_INPUTAVAILABLE),
             1);
    CHECK(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK_EQ(MsgWaitForMultipleObjects(0, NULL, FALSE, 1, QS_ALLINPUT),
             WAIT_TIMEOUT);
    CloseHandle(e);
}

static void
post_job(void *h)
{
    ws_msgq_post(h, WM_APP, 1, 2);
}

TEST_BARE(messages_of_the_engine_come_by_waiting_and_by_polling)
{
    HWND h = window(record);
    MSG msg;

    engine_start();
    engine_post(post_job, h);
    CHECK(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    engine_post(post_job, h);
    CHECK(GetMessageA(&msg, NULL, 0, 0));
    CHECK_EQ(msg.lParam, 2);
    DestroyWindow(h);
}

TEST_BARE(the_queue_s_descriptor_is_readable_while_there_is_something)
{
    int fd = ws2_msgqueue_fd();
    UINT_PTR id;
    MSG msg;

    REQUIRE(fd >= 0);
    CHECK(!readable(fd, 0));
    PostMessageA(NULL, WM_APP, 0, 0);
    CHECK(readable(fd, 0));
    CHECK(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK(!readable(fd, 0));
    id = SetTimer(NULL, 0, 10, NULL);
    CHECK(readable(fd, 5000));
    CHECK(PeekMessageA(&msg, NULL, 0, 0, PM_REMOVE));
    CHECK_EQ(msg.message, WM_TIMER);
    KillTimer(NULL, id);
}
