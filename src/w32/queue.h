/* SPDX-License-Identifier: MIT */
/* The message queue of a thread: posted messages, messages sent by other
 * threads, a quit request, timers. All of it is guarded by the dispatcher lock,
 * since everything in it can end a wait. A queue outlives its thread while
 * windows of it are still referred to, and takes nothing more then.
 *
 * Who holds a reference: the thread; each window; each call in progress. */
#ifndef WS_W32_QUEUE_H
#define WS_W32_QUEUE_H

#include "w32/thread.h"

#include <ws2/winuser.h>

#define WS_QUEUE_MAX 10000

struct ws_msgq {
    struct ws_object object;
    struct ws_thread *thread; /* compared only; NULL when it has ended */
    struct ws_list posted;    /* struct ws_message_node */
    unsigned posted_count;
    struct ws_list sent;    /* struct ws_sent, not begun */
    struct ws_list running; /* struct ws_sent, in their window procedure */
    struct ws_list timers;  /* struct ws_msg_timer */
    UINT_PTR last_timer;    /* the identifier given last */
    bool quit;
    int quit_code;
    /* QS_ kinds that came since the owner last looked; what a wait on the
     * queue is about: the new ones or, with 'old_too', all that are there. */
    unsigned fresh, mask;
    bool old_too;
};

struct ws_message_node {
    struct ws_list node;
    MSG msg;
};

/* The queue of 't', made if it has none, with a reference. */
int ws_queue_of(struct ws_thread *t, struct ws_msgq **out);
int ws_queue_self(struct ws_msgq **out);
void ws_queue_unref(struct ws_msgq *q); /* NULL is taken */

/* Something of 'kinds' has come. */
void ws_queue_raise(struct ws_msgq *q, unsigned kinds)
    WS_REQUIRES(ws_dispatcher);

/* Appends a message. ERROR_NOT_ENOUGH_QUOTA, ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_INVALID_WINDOW_HANDLE when the thread has ended. */
int ws_queue_post(struct ws_msgq *q, const MSG *msg);

/* What GetMessage looks for. */
struct ws_filter {
    HWND window; /* NULL: all, -1: those of no window */
    UINT min, max;
};

/* Takes the next message, or only shows it; from here on what is there is no
 * longer new. False: there is none. */
bool ws_queue_next(struct ws_msgq *q, const struct ws_filter *f, bool remove,
                   MSG *out);
bool ws_filter_fits(const struct ws_filter *f, HWND window, UINT message)
    WS_REQUIRES(ws_dispatcher);

/* Sets what a wait on the queue is about. */
void ws_queue_watch(struct ws_msgq *q, unsigned mask, bool old_too);

/* Runs what other threads have sent; the calling thread's queue. */
void ws_queue_answer(struct ws_msgq *q);
/* Ends what is still to be answered, with 0; the thread has ended. */
void ws_queue_refuse(struct ws_msgq *q);

/* The end of a window: its messages and its timers go. */
void ws_queue_forget(struct ws_msgq *q, HWND window);

/* The end of a thread: its windows go, who waits for an answer gets 0. */
void ws_queue_end(struct ws_thread *t);

/* Timers of the queue, in msgtimer.c. */
bool ws_msg_timer_next(struct ws_msgq *q, const struct ws_filter *f,
                       bool remove, MSG *out) WS_REQUIRES(ws_dispatcher);
bool ws_msg_timer_due(const struct ws_msgq *q) WS_REQUIRES(ws_dispatcher);
/* Those of 'window', or all; they come back on 'out' to be freed. */
void ws_msg_timer_drop(struct ws_msgq *q, HWND window, bool all,
                       struct ws_list *out) WS_REQUIRES(ws_dispatcher);
void ws_msg_timer_free(struct ws_list *timers);

#endif
