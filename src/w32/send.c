/* SPDX-License-Identifier: MIT */
/* Messages that are sent: within a thread a call; to another thread a record
 * on the sender's stack, answered by the window's thread when it looks at its
 * queue. While it waits, the sender answers what is sent to itself, so two
 * threads may send to each other. A sender never gives up: it is released by
 * the answer or by the end of the other thread. */
#include "w32/msgq.h"
#include "w32/error.h"
#include "w32/event.h"
#include "w32/queue.h"
#include "w32/wait.h"
#include "w32/window.h"

#include "base/clock.h"

#include <ws2/winbase.h>

struct ws_sent {
    struct ws_list node; /* in the queue: sent, then running */
    struct ws_window *window;
    UINT msg;
    WPARAM wparam;
    LPARAM lparam;
    LRESULT result;
    bool done; /* dispatcher lock; then the record is the sender's again */
    struct ws_event *answered;
};

/* ---- the receiver's side ---- */

/* The event is kept over the store of 'done', which may free all else. */
static void
finish(struct ws_sent *s, LRESULT result)
{
    struct ws_event *answered = s->answered;

    ws_object_ref(&answered->object);
    ws_lock(&ws_dispatcher);
    ws_list_remove(&s->node);
    s->result = result;
    s->done = true;
    ws_unlock(&ws_dispatcher);
    ws_event_set(answered);
    ws_event_unref(answered);
}

static struct ws_sent *
begin(struct ws_msgq *q)
{
    struct ws_list *node;

    ws_lock(&ws_dispatcher);
    node = ws_list_pop(&q->sent);
    if (node)
        ws_list_append(&q->running, node);
    else
        q->fresh &= ~(unsigned)QS_SENDMESSAGE;
    ws_unlock(&ws_dispatcher);
    return node ? WS_CONTAINER_OF(node, struct ws_sent, node) : NULL;
}

void
ws_queue_answer(struct ws_msgq *q)
{
    struct ws_sent *s;

    while ((s = begin(q))) {
        LRESULT result = 0;

        if (ws_msgq_is_window(s->window->handle))
            result = ws_window_call(s->window, s->msg, s->wparam, s->lparam);
        finish(s, result);
    }
}

static struct ws_sent *
any_left(struct ws_msgq *q)
{
    struct ws_list *from;

    ws_lock(&ws_dispatcher);
    from = ws_list_empty(&q->sent) ? &q->running : &q->sent;
    from = ws_list_empty(from) ? NULL : from->next;
    ws_unlock(&ws_dispatcher);
    return from ? WS_CONTAINER_OF(from, struct ws_sent, node) : NULL;
}

void
ws_queue_refuse(struct ws_msgq *q)
{
    struct ws_sent *s;

    while ((s = any_left(q)))
        finish(s, 0);
}

/* ---- the sender's side ---- */

static int
hand_over(struct ws_msgq *to, struct ws_sent *s)
{
    int err = 0;

    ws_lock(&ws_dispatcher);
    if (!to->thread) {
        err = ERROR_INVALID_WINDOW_HANDLE;
    } else {
        ws_list_append(&to->sent, &s->node);
        ws_queue_raise(to, QS_SENDMESSAGE);
    }
    ws_unlock(&ws_dispatcher);
    return err;
}

static bool
is_done(struct ws_sent *s)
{
    bool done;

    ws_lock(&ws_dispatcher);
    done = s->done;
    ws_unlock(&ws_dispatcher);
    return done;
}

static void
await(struct ws_sent *s, struct ws_msgq *own)
{
    struct ws_object *const objects[] = {&s->answered->object, &own->object};
    DWORD index;

    while (!is_done(s)) {
        ws_queue_watch(own, QS_SENDMESSAGE, true);
        ws_wait(objects, 2, false, false, WS_NEVER, &index);
        ws_queue_answer(own);
    }
}

static int
send_across(struct ws_sent *s)
{
    struct ws_msgq *own = NULL;
    int err = ws_queue_self(&own);

    if (!err)
        err = ws_event_new(true, false, &s->answered);
    if (!err) {
        err = hand_over(s->window->queue, s);
        if (!err)
            await(s, own);
        ws_event_unref(s->answered);
    }
    ws_queue_unref(own);
    return err;
}

static bool
is_mine(struct ws_window *w)
{
    bool mine;

    ws_lock(&ws_dispatcher);
    mine = w->queue->thread == ws_thread_current;
    ws_unlock(&ws_dispatcher);
    return mine;
}

static LRESULT
send_to(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    struct ws_sent s = {.msg = msg, .wparam = wparam, .lparam = lparam};
    int err = ws_window_ref(h, &s.window);

    if (err)
        return ws_w32_bool(err);
    ws_list_init(&s.node);
    ws_thread_self();
    if (is_mine(s.window))
        s.result = ws_window_call(s.window, msg, wparam, lparam);
    else
        err = send_across(&s);
    ws_window_unref(s.window);
    return ws_w32_bool(err) ? s.result : 0;
}

static bool
is_top_level(struct ws_window *w)
{
    bool top;

    ws_lock(&ws_dispatcher);
    top = !(w->style & WS_CHILD) && (HWND)w->parent != HWND_MESSAGE;
    ws_unlock(&ws_dispatcher);
    return top;
}

static void
broadcast(UINT msg, WPARAM wparam, LPARAM lparam,
          LRESULT (*tell)(HWND, UINT, WPARAM, LPARAM))
{
    struct ws_window *w;
    unsigned long serial = 0;

    while ((w = ws_window_after(serial))) {
        serial = w->serial;
        if (is_top_level(w))
            tell(w->handle, msg, wparam, lparam);
        ws_window_unref(w);
    }
}

LRESULT WINAPI
SendMessageA(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    if (h != HWND_BROADCAST)
        return send_to(h, msg, wparam, lparam);
    broadcast(msg, wparam, lparam, send_to);
    return TRUE;
}

LRESULT WINAPI
SendMessageW(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return SendMessageA(h, msg, wparam, lparam);
}

/* ---- posting ---- */

int
ws_msgq_post(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    const MSG m = {
        .hwnd = h, .message = msg, .wParam = wparam, .lParam = lparam};
    struct ws_window *w = NULL;
    int err = ws_window_ref(h, &w);

    if (!err)
        err = ws_queue_post(w->queue, &m);
    ws_window_unref(w);
    return err;
}

static LRESULT
post_to(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return ws_msgq_post(h, msg, wparam, lparam);
}

static int
post_thread(DWORD id, UINT msg, WPARAM wparam, LPARAM lparam)
{
    const MSG m = {.message = msg, .wParam = wparam, .lParam = lparam};
    struct ws_msgq *q = NULL;
    struct ws_thread *t;
    int err;

    ws_lock(&ws_dispatcher);
    t = ws_thread_find(id);
    if (t)
        ws_object_ref(&t->object);
    ws_unlock(&ws_dispatcher);
    if (!t)
        return ERROR_INVALID_THREAD_ID;
    err = ws_queue_of(t, &q);
    if (!err)
        err = ws_queue_post(q, &m);
    ws_queue_unref(q);
    ws_object_unref(&t->object);
    return err;
}

BOOL WINAPI
PostMessageA(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    if (h == HWND_BROADCAST) {
        broadcast(msg, wparam, lparam, post_to);
        return TRUE;
    }
    if (!h) {
        ws_thread_self();
        return PostThreadMessageA(GetCurrentThreadId(), msg, wparam, lparam);
    }
    return ws_w32_bool(ws_msgq_post(h, msg, wparam, lparam));
}

BOOL WINAPI
PostMessageW(HWND h, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return PostMessageA(h, msg, wparam, lparam);
}

BOOL WINAPI
PostThreadMessageA(DWORD id, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return ws_w32_bool(post_thread(id, msg, wparam, lparam));
}

BOOL WINAPI
PostThreadMessageW(DWORD id, UINT msg, WPARAM wparam, LPARAM lparam)
{
    return PostThreadMessageA(id, msg, wparam, lparam);
}
