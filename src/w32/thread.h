/* SPDX-License-Identifier: MIT */
/* The per-thread block: made with CreateThread, or on first use for a thread
 * from elsewhere. Who holds a reference: the thread itself, while it runs; the
 * handle table, while handles to it are open; whoever queued it an APC.
 *
 * A thread can be asleep in three ways, and 'where' says in which, so that an
 * APC or a signalled object knows how to wake it. */
#ifndef WS_W32_THREAD_H
#define WS_W32_THREAD_H

#include "base/lock.h"
#include "w32/object.h"

#include <ws2/windef.h>

#include <time.h>

enum ws_where {
    WS_RUNNING,
    WS_PARKED,      /* on 'park' */
    WS_DRIVING,     /* in the engine, as the leader */
    WS_BLOCKED,     /* in a system call, between ws_thread_block and _unblock */
    WS_INTERRUPTED, /* the same, and signals are on their way to it */
};

struct ws_msgq;
struct ws_port;
struct ws_take;

/* What a thread is to the port whose packet it took last. */
enum ws_working {
    WS_IDLE,    /* it has come back, or never took one */
    WS_WORKING, /* it counts as running */
    WS_RESTING, /* it sleeps in another wait and does not count */
};

struct ws_thread {
    struct ws_object object;
    atomic_uint id;           /* the kernel's; 0 until the thread has started */
    struct ws_list everybody; /* in the list of running threads */
    DWORD exit_code;
    DWORD suspended; /* it must not start yet */
    HANDLE own;      /* its own handle, where it closes that itself */
    bool ended;      /* dispatcher lock, as is all but 'id' and the atomics */
    atomic_int where;
    atomic_uint pending; /* APCs queued; may be read without the lock */
    struct ws_list apcs; /* struct ws_apc */
    timer_t repeat;      /* sends the signals of WS_INTERRUPTED */
    bool repeating;
    struct ws_park park;
    struct ws_list parked;  /* in the dispatcher's list, while WS_PARKED */
    struct ws_wait *wait;   /* the wait in progress, or NULL */
    struct ws_msgq *queue;  /* made by the first call that needs it */
    bool queue_ended;       /* and none is made any more */
    struct ws_list mutexes; /* owned ones, abandoned at the end */
    unsigned undriven; /* waits satisfied since it last let the engine look */
    struct ws_port *port;    /* with a reference; NULL before the first */
    enum ws_working working; /* for 'port' */
    struct ws_take *take;    /* the call on 'port' in progress, or NULL */
    atomic_bool cancelled;   /* its blocking call is to end: _cancelled */
    void *spare;             /* what it gave back last, or NULL: _alloc */
};

extern WS_TLS struct ws_thread *ws_thread_current;

/* Makes the block of a thread that has none. Aborts without memory. */
struct ws_thread *ws_thread_attach(void);

static inline struct ws_thread *
ws_thread_self(void)
{
    struct ws_thread *t = ws_thread_current;

    return t ? t : ws_thread_attach();
}

/* How a thread starts: with one of the two kinds of routine. */
struct ws_thread_start {
    DWORD (*run)(LPVOID arg); /* the result is the exit code */
    void (*run_void)(void *arg);
    void *arg;
    size_t stack; /* bytes, 0 = default */
    bool suspended;
    bool closes; /* the thread closes its own handle when it ends */
};
/* 'id' may be NULL, and is cheaper so. */
int ws_thread_create(const struct ws_thread_start *start, DWORD *id,
                     HANDLE *out);

/* Finds a thread by handle, the pseudo handle GetCurrentThread() included, and
 * takes a reference. ERROR_INVALID_HANDLE. */
int ws_thread_ref(HANDLE h, struct ws_thread **out);

/* Finds a running thread by the kernel's number, without a reference. */
struct ws_thread *ws_thread_find(DWORD id) WS_REQUIRES(ws_dispatcher);

/* Memory for what a thread makes and gives back in turns, as a server does with
 * operations: the last block of up to WS_SPARE bytes stays with the thread, so
 * that nothing is allocated then. Any thread may give it back. */
#define WS_SPARE 240
void *ws_thread_alloc(size_t size);
void ws_thread_free(void *block, size_t size);

/* Brackets a system call that may block, so that an APC can end it: queueing
 * one interrupts the call, which returns WSAEINTR. ws_thread_block returns
 * false, and the thread is not marked, when an APC is already waiting: then the
 * caller tries without blocking and runs it (ws_apc_run). */
bool ws_thread_block(struct ws_thread *t);
void ws_thread_unblock(struct ws_thread *t);

/* CancelSynchronousIo: interrupts the blocking call of 't' like an APC;
 * ERROR_NOT_FOUND if it is in none. After ws_thread_unblock that call asks,
 * with ws_thread_cancelled, which is true once, whether it is to end by that.
 */
int ws_thread_cancel(struct ws_thread *t);
bool ws_thread_cancelled(struct ws_thread *t);

/* Wakes 't' from whatever sleep it is in, or from none. */
void ws_thread_wake(struct ws_thread *t) WS_REQUIRES(ws_dispatcher);

#endif
