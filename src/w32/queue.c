/* SPDX-License-Identifier: MIT */
/* What is in a message queue and how it comes out again. Windows' order: what
 * was sent first (ws_queue_answer), then what was posted, then the request to
 * quit, then timers. Memory is taken before the lock and freed after it. */
#include "w32/queue.h"
#include "w32/error.h"
#include "w32/wait.h"
#include "w32/window.h"

#include <ws2/winbase.h>

#include <stdlib.h>

/* ---- the object ---- */

static struct ws_msgq *
queue_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_msgq, object);
}

static void
queue_free(struct ws_object *o)
{
    free(queue_of(o));
}

/* The QS_ kinds that are in the queue. */
static unsigned
kinds(const struct ws_msgq *q) WS_REQUIRES(ws_dispatcher)
{
    unsigned there = 0;

    if (!ws_list_empty(&q->posted) || q->quit)
        there |= QS_POSTMESSAGE | QS_ALLPOSTMESSAGE;
    if (!ws_list_empty(&q->sent))
        there |= QS_SENDMESSAGE;
    if (ws_msg_timer_due(q))
        there |= QS_TIMER;
    return there;
}

/* A host's loop wants to know what there is, a wait what is new. */
static bool
queue_signalled(struct ws_object *o, struct ws_thread *who)
    WS_REQUIRES(ws_dispatcher)
{
    struct ws_msgq *q = queue_of(o);

    if (!who)
        return kinds(q) != 0;
    return ((q->old_too ? kinds(q) : q->fresh) & q->mask) != 0;
}

static bool
queue_consume(struct ws_object *o, struct ws_thread *who)
{
    struct ws_msgq *q = queue_of(o);

    (void)who;
    q->fresh &= ~q->mask;
    return false;
}

static const struct ws_object_ops queue_ops = {
    .kind = WS_KIND_QUEUE,
    .free = queue_free,
    .signalled = queue_signalled,
    .consume = queue_consume,
};

static struct ws_msgq *
queue_new(struct ws_thread *t)
{
    struct ws_msgq *q = calloc(1, sizeof(*q));

    if (!q)
        return NULL;
    ws_object_init(&q->object, &queue_ops);
    ws_list_init(&q->posted);
    ws_list_init(&q->sent);
    ws_list_init(&q->running);
    ws_list_init(&q->timers);
    q->thread = t;
    return q;
}

/* The queue of 't', which is 'spare' if it has none yet. */
static struct ws_msgq *
adopt(struct ws_thread *t, struct ws_msgq *spare)
{
    struct ws_msgq *q;

    ws_lock(&ws_dispatcher);
    if (!t->queue && !t->queue_ended)
        t->queue = spare;
    q = t->queue;
    if (q)
        ws_object_ref(&q->object);
    ws_unlock(&ws_dispatcher);
    return q;
}

int
ws_queue_of(struct ws_thread *t, struct ws_msgq **out)
{
    struct ws_msgq *spare, *q = adopt(t, NULL);

    if (!q) {
        spare = queue_new(t);
        if (!spare)
            return ERROR_NOT_ENOUGH_MEMORY;
        q = adopt(t, spare);
        if (q != spare)
            ws_queue_unref(spare);
    }
    if (!q)
        return ERROR_INVALID_THREAD_ID;
    *out = q;
    return 0;
}

int
ws_queue_self(struct ws_msgq **out)
{
    return ws_queue_of(ws_thread_self(), out);
}

void
ws_queue_unref(struct ws_msgq *q)
{
    if (q)
        ws_object_unref(&q->object);
}

/* ---- in ---- */

void
ws_queue_raise(struct ws_msgq *q, unsigned what)
{
    q->fresh |= what;
    if (ws_wait_watched(&q->object))
        ws_wait_update(&q->object);
}

int
ws_queue_post(struct ws_msgq *q, const MSG *msg)
{
    struct ws_message_node *m = malloc(sizeof(*m));
    int err = 0;

    if (!m)
        return ERROR_NOT_ENOUGH_MEMORY;
    m->msg = *msg;
    m->msg.time = GetTickCount();
    ws_lock(&ws_dispatcher);
    if (!q->thread) {
        err = ERROR_INVALID_WINDOW_HANDLE;
    } else if (q->posted_count >= WS_QUEUE_MAX) {
        err = ERROR_NOT_ENOUGH_QUOTA;
    } else {
        ws_list_append(&q->posted, &m->node);
        q->posted_count++;
        ws_queue_raise(q, QS_POSTMESSAGE | QS_ALLPOSTMESSAGE);
    }
    ws_unlock(&ws_dispatcher);
    if (err)
        free(m);
    return err;
}

/* ---- out ---- */

bool
ws_filter_fits(const struct ws_filter *f, HWND window, UINT message)
{
    if ((f->min || f->max) && (message < f->min || message > f->max))
        return false;
    if (!f->window)
        return true;
    if (f->window == (HWND)-1)
        return !window;
    return ws_window_within(window, f->window);
}

static struct ws_message_node *
find_posted(struct ws_msgq *q, const struct ws_filter *f)
    WS_REQUIRES(ws_dispatcher)
{
    WS_LIST_EACH (it, &q->posted) {
        struct ws_message_node *m =
            WS_CONTAINER_OF(it, struct ws_message_node, node);

        if (ws_filter_fits(f, m->msg.hwnd, m->msg.message))
            return m;
    }
    return NULL;
}

static bool
take_quit(struct ws_msgq *q, bool remove, MSG *out) WS_REQUIRES(ws_dispatcher)
{
    if (!q->quit)
        return false;
    *out = (MSG){.message = WM_QUIT, .wParam = (WPARAM)q->quit_code};
    q->quit = !remove;
    return true;
}

bool
ws_queue_next(struct ws_msgq *q, const struct ws_filter *f, bool remove,
              MSG *out)
{
    struct ws_message_node *m;
    bool found = true;

    ws_lock(&ws_dispatcher);
    q->fresh &= QS_SENDMESSAGE;
    m = find_posted(q, f);
    if (m)
        *out = m->msg;
    else
        found =
            take_quit(q, remove, out) || ws_msg_timer_next(q, f, remove, out);
    if (m && remove) {
        ws_list_remove(&m->node);
        q->posted_count--;
    } else {
        m = NULL;
    }
    if (q->object.poll_fd)
        ws_wait_update(&q->object);
    ws_unlock(&ws_dispatcher);
    free(m);
    return found;
}

void
ws_queue_watch(struct ws_msgq *q, unsigned mask, bool old_too)
{
    ws_lock(&ws_dispatcher);
    q->mask = mask;
    q->old_too = old_too;
    ws_unlock(&ws_dispatcher);
}

/* ---- the end ---- */

static void
free_messages(struct ws_list *messages)
{
    WS_LIST_EACH (it, messages)
        free(WS_CONTAINER_OF(it, struct ws_message_node, node));
    ws_list_init(messages);
}

void
ws_queue_forget(struct ws_msgq *q, HWND window)
{
    struct ws_list gone = WS_LIST_INIT(gone), timers = WS_LIST_INIT(timers);

    ws_lock(&ws_dispatcher);
    WS_LIST_EACH (it, &q->posted) {
        if (WS_CONTAINER_OF(it, struct ws_message_node, node)->msg.hwnd !=
            window)
            continue;
        ws_list_remove(it);
        ws_list_append(&gone, it);
        q->posted_count--;
    }
    ws_msg_timer_drop(q, window, false, &timers);
    if (q->object.poll_fd)
        ws_wait_update(&q->object);
    ws_unlock(&ws_dispatcher);
    free_messages(&gone);
    ws_msg_timer_free(&timers);
}

void
ws_queue_end(struct ws_thread *t)
{
    struct ws_list timers = WS_LIST_INIT(timers);
    struct ws_msgq *q;

    ws_lock(&ws_dispatcher);
    q = t->queue;
    t->queue = NULL;
    t->queue_ended = true;
    if (q) {
        q->thread = NULL; /* nothing comes in from here on */
        ws_msg_timer_drop(q, NULL, true, &timers);
    }
    ws_unlock(&ws_dispatcher);
    if (!q)
        return;
    ws_window_end(q);
    ws_queue_refuse(q);
    free_messages(&q->posted);
    ws_msg_timer_free(&timers);
    ws_queue_unref(q);
}
