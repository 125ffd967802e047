/* SPDX-License-Identifier: MIT */
/* SetTimer: an alarm that marks its timer as due. The message is made when the
 * owner asks for one, and only then does the next period begin, so that a
 * program that does not look is not flooded. */
#include "w32/error.h"
#include "w32/queue.h"
#include "w32/wait.h"
#include "w32/window.h"

#include "base/clock.h"

#include <ws2/winbase.h>

#include <stdlib.h>

#define NS_PER_MS 1000000

struct ws_msg_timer {
    struct ws_list node;
    struct ws_alarm alarm;
    struct ws_msgq *queue; /* whose list it is in */
    HWND window;
    UINT_PTR id;
    TIMERPROC proc;
    int64_t period;
    bool due;
};

static struct ws_msg_timer *
timer_at(struct ws_list *node)
{
    return WS_CONTAINER_OF(node, struct ws_msg_timer, node);
}

static void
ring(struct ws_alarm *a) WS_REQUIRES(ws_dispatcher)
{
    struct ws_msg_timer *t = WS_CONTAINER_OF(a, struct ws_msg_timer, alarm);

    t->due = true;
    ws_queue_raise(t->queue, QS_TIMER);
}

/* ---- the queue's side ---- */

bool
ws_msg_timer_due(const struct ws_msgq *q)
{
    WS_LIST_EACH (it, (struct ws_list *)&q->timers) {
        if (timer_at(it)->due)
            return true;
    }
    return false;
}

/* Keeps the rhythm as long as the program keeps up with it. */
static void
rearm(struct ws_msg_timer *t) WS_REQUIRES(ws_dispatcher)
{
    int64_t now = ws_now(), next = t->alarm.due + t->period;

    t->due = false;
    ws_alarm_set(&t->alarm, next > now ? next : now + t->period);
}

bool
ws_msg_timer_next(struct ws_msgq *q, const struct ws_filter *f, bool remove,
                  MSG *out)
{
    WS_LIST_EACH (it, &q->timers) {
        struct ws_msg_timer *t = timer_at(it);

        if (!t->due || !ws_filter_fits(f, t->window, WM_TIMER))
            continue;
        *out = (MSG){.hwnd = t->window,
                     .message = WM_TIMER,
                     .wParam = t->id,
                     .lParam = (LPARAM)t->proc,
                     .time = GetTickCount()};
        if (remove) {
            rearm(t);
            ws_list_remove(it); /* timers take turns */
            ws_list_append(&q->timers, it);
        }
        return true;
    }
    return false;
}

void
ws_msg_timer_drop(struct ws_msgq *q, HWND window, bool all, struct ws_list *out)
{
    WS_LIST_EACH (it, &q->timers) {
        struct ws_msg_timer *t = timer_at(it);

        if (!all && t->window != window)
            continue;
        ws_alarm_cancel(&t->alarm);
        ws_list_remove(it);
        ws_list_append(out, it);
    }
}

void
ws_msg_timer_free(struct ws_list *timers)
{
    WS_LIST_EACH (it, timers)
        free(timer_at(it));
    ws_list_init(timers);
}

/* ---- Win32 ---- */

static struct ws_msg_timer *
find(struct ws_msgq *q, HWND window, UINT_PTR id) WS_REQUIRES(ws_dispatcher)
{
    WS_LIST_EACH (it, &q->timers) {
        struct ws_msg_timer *t = timer_at(it);

        if (t->window == window && t->id == id)
            return t;
    }
    return NULL;
}

/* Arms 'spare', or the timer that has this name already; says which. A timer
 * without a window that is new is given a name. */
static struct ws_msg_timer *
arm(struct ws_msgq *q, struct ws_msg_timer *spare)
{
    struct ws_msg_timer *t;

    ws_lock(&ws_dispatcher);
    t = find(q, spare->window, spare->id);
    if (!t) {
        t = spare;
        if (!t->window)
            t->id = ++q->last_timer;
        ws_list_append(&q->timers, &t->node);
    }
    t->proc = spare->proc;
    t->period = spare->period;
    t->due = false;
    spare->id = t->id;
    ws_alarm_set(&t->alarm, ws_now() + t->period);
    ws_unlock(&ws_dispatcher);
    return t;
}

static int
set(struct ws_msgq *q, HWND window, UINT_PTR *id, UINT period, TIMERPROC proc)
{
    struct ws_msg_timer *t = calloc(1, sizeof(*t));

    if (!t)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (period < USER_TIMER_MINIMUM)
        period = USER_TIMER_MINIMUM;
    if (period > USER_TIMER_MAXIMUM)
        period = USER_TIMER_MAXIMUM;
    ws_list_init(&t->node);
    ws_alarm_init(&t->alarm, ring);
    t->queue = q;
    t->window = window;
    t->id = *id;
    t->proc = proc;
    t->period = (int64_t)period * NS_PER_MS;
    if (arm(q, t) != t) {
        *id = t->id;
        free(t);
        return 0;
    }
    *id = t->id;
    return 0;
}

/* The calling thread's queue, if 'window' is none or one of its own. */
static int
own_queue(HWND window, struct ws_msgq **out)
{
    struct ws_window *w = NULL;
    struct ws_msgq *q = NULL;
    int err = ws_queue_self(&q);

    if (!err && window)
        err = ws_window_ref(window, &w);
    if (w && w->queue != q)
        err = ERROR_ACCESS_DENIED;
    ws_window_unref(w);
    if (!err)
        *out = q;
    else
        ws_queue_unref(q);
    return err;
}

UINT_PTR WINAPI
SetTimer(HWND window, UINT_PTR id, UINT period, TIMERPROC proc)
{
    struct ws_msgq *q = NULL;
    int err = own_queue(window, &q);

    if (!err)
        err = set(q, window, &id, period, proc);
    ws_queue_unref(q);
    if (!ws_w32_bool(err))
        return 0;
    return id ? id : 1; /* a window's timer may be called 0 */
}

static struct ws_msg_timer *
disarm(struct ws_msgq *q, HWND window, UINT_PTR id)
{
    struct ws_msg_timer *t;

    ws_lock(&ws_dispatcher);
    t = find(q, window, id);
    if (t) {
        ws_alarm_cancel(&t->alarm);
        ws_list_remove(&t->node);
    }
    ws_unlock(&ws_dispatcher);
    return t;
}

BOOL WINAPI
KillTimer(HWND window, UINT_PTR id)
{
    struct ws_msg_timer *t = NULL;
    struct ws_msgq *q = NULL;
    int err = own_queue(window, &q);

    if (!err) {
        t = disarm(q, window, id);
        err = t ? 0 : ERROR_INVALID_PARAMETER;
    }
    free(t);
    ws_queue_unref(q);
    return ws_w32_bool(err);
}
