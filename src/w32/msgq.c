/* SPDX-License-Identifier: MIT */
/* The calls that take messages out of a queue and carry them to a window
 * procedure. Whoever asks for a message lets the engine look, so that socket
 * messages arrive whether the program waits or polls. */
#include "w32/msgq.h"
#include "w32/error.h"
#include "w32/queue.h"
#include "w32/wait.h"
#include "w32/window.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#define ANYTHING (QS_ALLINPUT | QS_ALLPOSTMESSAGE)

static int
check(const MSG *msg, HWND window)
{
    if (!msg)
        return ERROR_NOACCESS;
    if (window && window != (HWND)-1 && !ws_msgq_is_window(window))
        return ERROR_INVALID_WINDOW_HANDLE;
    return 0;
}

/* Waits for something new in the queue; true if something came. */
static bool
await(struct ws_msgq *q, int64_t deadline)
{
    struct ws_object *const object = &q->object;
    DWORD result = WAIT_TIMEOUT;

    ws_queue_watch(q, ANYTHING, false);
    ws_wait(&object, 1, false, false, deadline, &result);
    return result == WAIT_OBJECT_0;
}

/* One look with all that is waiting to be answered, or a wait in between. */
static bool
take(struct ws_msgq *q, const struct ws_filter *f, bool remove,
     int64_t deadline, MSG *out)
{
    bool found;

    ws_queue_answer(q);
    found = ws_queue_next(q, f, remove, out);
    if (found)
        ws_wait_fairly();
    while (!found && await(q, deadline)) {
        ws_queue_answer(q);
        found = ws_queue_next(q, f, remove, out);
    }
    return found;
}

BOOL WINAPI
GetMessageA(LPMSG msg, HWND window, UINT min, UINT max)
{
    const struct ws_filter f = {window, min, max};
    struct ws_msgq *q = NULL;
    int err = check(msg, window);

    if (!err)
        err = ws_queue_self(&q);
    if (!err)
        take(q, &f, true, WS_NEVER, msg);
    ws_queue_unref(q);
    return ws_w32_bool(err) ? msg->message != WM_QUIT : -1;
}

BOOL WINAPI
GetMessageW(LPMSG msg, HWND window, UINT min, UINT max)
{
    return GetMessageA(msg, window, min, max);
}

BOOL WINAPI
PeekMessageA(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
    const struct ws_filter f = {window, min, max};
    struct ws_msgq *q = NULL;
    bool found = false;
    int err = check(msg, window);

    if (!err)
        err = ws_queue_self(&q);
    if (!err)
        found = take(q, &f, how & PM_REMOVE, 0, msg);
    ws_queue_unref(q);
    return ws_w32_bool(err) && found;
}

BOOL WINAPI
PeekMessageW(LPMSG msg, HWND window, UINT min, UINT max, UINT how)
{
    return PeekMessageA(msg, window, min, max, how);
}

BOOL WINAPI
WaitMessage(void)
{
    struct ws_msgq *q = NULL;
    int err = ws_queue_self(&q);

    if (!err)
        await(q, WS_NEVER);
    ws_queue_unref(q);
    return ws_w32_bool(err);
}

/* There are no keys to turn into characters. */
BOOL WINAPI
TranslateMessage(const MSG *msg)
{
    (void)msg;
    return FALSE;
}

LRESULT WINAPI
DispatchMessageA(const MSG *msg)
{
    struct ws_window *w;
    LRESULT result = 0;

    if (!msg)
        return 0;
    if (msg->message == WM_TIMER && msg->lParam) {
        ((TIMERPROC)msg->lParam)(msg->hwnd, WM_TIMER, msg->wParam,
                                 GetTickCount());
        return 0;
    }
    if (!msg->hwnd || !ws_w32_bool(ws_window_ref(msg->hwnd, &w)))
        return 0;
    result = ws_window_call(w, msg->message, msg->wParam, msg->lParam);
    ws_window_unref(w);
    return result;
}

LRESULT WINAPI
DispatchMessageW(const MSG *msg)
{
    return DispatchMessageA(msg);
}

VOID WINAPI
PostQuitMessage(int code)
{
    struct ws_msgq *q;

    if (ws_queue_self(&q))
        return;
    ws_lock(&ws_dispatcher);
    q->quit = true;
    q->quit_code = code;
    ws_queue_raise(q, QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
    ws_unlock(&ws_dispatcher);
    ws_queue_unref(q);
}

/* ---- handles and messages together ---- */

DWORD WINAPI
MsgWaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, DWORD timeout,
                            DWORD mask, DWORD flags)
{
    struct ws_msgq *q = NULL;
    DWORD result = 0;
    int err = count < WS_WAIT_MAX ? 0 : ERROR_INVALID_PARAMETER;

    if (!err)
        err = ws_queue_self(&q);
    if (!err) {
        ws_queue_watch(q, mask, flags & MWMO_INPUTAVAILABLE);
        err = ws_wait_handles(handles, count, &q->object, flags & MWMO_WAITALL,
                              flags & MWMO_ALERTABLE, ws_deadline(timeout),
                              &result);
    }
    ws_queue_unref(q);
    return ws_w32_bool(err) ? result : WAIT_FAILED;
}

DWORD WINAPI
MsgWaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all,
                          DWORD timeout, DWORD mask)
{
    return MsgWaitForMultipleObjectsEx(count, handles, timeout, mask,
                                       all ? MWMO_WAITALL : 0);
}
