/* SPDX-License-Identifier: MIT */
/* Threads: the block of each, and the calls that make, start and end them. A
 * block is reached through one thread-local pointer; a key with a destructor
 * stands beside it only so that every thread, wherever it came from, ends
 * through detach().
 *
 * ExitThread ends a thread by pthread_exit and not by a jump to the start
 * routine, because it must work in threads that we did not start, too. */
#include "w32/thread.h"
#include "w32/apc.h"
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/port.h"
#include "w32/queue.h"
#include "w32/sync.h"
#include "w32/tls.h"
#include "w32/wait.h"

#include "base/clock.h"
#include "base/trace.h"

#include <ws2/winbase.h>

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

WS_TLS struct ws_thread *ws_thread_current;

static struct ws_list everybody = WS_LIST_INIT(everybody);
static struct ws_once once = WS_ONCE_INIT;
static struct ws_tls key;

static struct ws_thread *
thread_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_thread, object);
}

static void
thread_free(struct ws_object *o)
{
    free(thread_of(o)->spare);
    free(thread_of(o));
}

static bool
thread_signalled(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    return thread_of(o)->ended;
}

static const struct ws_object_ops thread_ops = {
    .kind = WS_KIND_THREAD,
    .free = thread_free,
    .signalled = thread_signalled,
};

static struct ws_thread *
thread_new(void)
{
    struct ws_thread *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    ws_object_init(&t->object, &thread_ops);
    ws_list_init(&t->everybody);
    ws_list_init(&t->apcs);
    ws_list_init(&t->parked);
    ws_list_init(&t->mutexes);
    t->exit_code = STILL_ACTIVE;
    return t;
}

/* ---- memory ---- */

void *
ws_thread_alloc(size_t size)
{
    struct ws_thread *t = ws_thread_self();
    void *block = t->spare;

    if (!block || size > WS_SPARE)
        return malloc(size < WS_SPARE ? WS_SPARE : size);
    t->spare = NULL;
    return block;
}

void
ws_thread_free(void *block, size_t size)
{
    struct ws_thread *t = ws_thread_self();

    if (t->spare || size > WS_SPARE)
        free(block);
    else
        t->spare = block;
}

/* ---- the end ---- */

static void
bury_apcs(struct ws_list *apcs)
{
    struct ws_list *node;

    while ((node = ws_list_pop(apcs))) {
        struct ws_apc *apc = WS_CONTAINER_OF(node, struct ws_apc, node);

        apc->run(apc, true);
    }
}

static void
move_list(struct ws_list *from, struct ws_list *to)
{
    struct ws_list *node;

    while ((node = ws_list_pop(from)))
        ws_list_append(to, node);
}

/* Runs in every thread that has a block, as the last that we see of it. From
 * the lock on nobody gives it anything more; who waits for it goes on. */
static void
detach(void *value)
{
    struct ws_list apcs = WS_LIST_INIT(apcs);
    struct ws_thread *t = value;

    ws_queue_end(t);
    ws_mutex_abandon(t);
    ws_port_leave(t);
    ws_lock(&ws_dispatcher);
    t->ended = true;
    if (t->exit_code == STILL_ACTIVE)
        t->exit_code = 0;
    ws_list_remove(&t->everybody);
    move_list(&t->apcs, &apcs);
    ws_wait_update(&t->object);
    ws_unlock(&ws_dispatcher);

    bury_apcs(&apcs);
    ws_tls_end();
    if (t->own)
        ws_handle_close(t->own, WS_KIND_THREAD);
    ws_thread_current = NULL;
    ws_object_unref(&t->object);
}

/* ---- the beginning ---- */

static void
make_key(void)
{
    if (ws_tls_init(&key, detach))
        abort();
}

/* Makes 't' the block of the calling thread, which owns the reference. */
static void
attach(struct ws_thread *t)
{
    ws_once_run(&once, make_key);
    if (ws_tls_set(&key, t))
        abort();
    ws_thread_current = t;
    ws_lock(&ws_dispatcher);
    ws_list_append(&everybody, &t->everybody);
    ws_unlock(&ws_dispatcher);
    atomic_store(&t->id, (unsigned)gettid());
    ws_futex_wake(&t->id, INT32_MAX);
}

struct ws_thread *
ws_thread_attach(void)
{
    struct ws_thread *t = thread_new();

    if (!t) {
        ws_trace_write("no memory for a thread's block");
        abort();
    }
    attach(t);
    return t;
}

/* The kernel's number of a thread that may not have come to life yet. */
static DWORD
id_of(struct ws_thread *t)
{
    DWORD id;

    while (!(id = atomic_load(&t->id)))
        ws_futex_wait(&t->id, 0, WS_NEVER);
    return id;
}

static bool
is_suspended(struct ws_thread *t)
{
    bool suspended;

    ws_lock(&ws_dispatcher);
    suspended = t->suspended > 0;
    ws_unlock(&ws_dispatcher);
    return suspended;
}

struct birth {
    struct ws_thread *thread;
    struct ws_thread_start start;
};

static void
body(void *arg)
{
    struct birth birth = *(struct birth *)arg;
    struct ws_thread *t = birth.thread;

    free(arg);
    attach(t);
    while (is_suspended(t))
        ws_park(&t->park, WS_NEVER);
    if (birth.start.run)
        t->exit_code = birth.start.run(birth.start.arg);
    else
        birth.start.run_void(birth.start.arg);
}

/* Starts 't', which has a handle already. */
static int
launch(struct ws_thread *t, const struct ws_thread_start *start)
{
    struct birth *birth = malloc(sizeof(*birth));
    int err;

    if (!birth)
        return ERROR_NOT_ENOUGH_MEMORY;
    birth->thread = t;
    birth->start = *start;
    err = ws_thread_start(body, birth, start->stack);
    if (err)
        free(birth);
    return err;
}

int
ws_thread_create(const struct ws_thread_start *start, DWORD *id, HANDLE *out)
{
    struct ws_thread *t = thread_new();
    HANDLE h = NULL;
    int err;

    if (!t)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_ref(&t->object); /* the thread's own; the other is ours */
    t->suspended = start->suspended;
    err = ws_handle_open(&t->object, &h);
    if (!err) {
        t->own = start->closes ? h : NULL;
        *out = h; /* the thread may need it before we are back */
        err = launch(t, start);
        if (err)
            ws_handle_close(h, WS_KIND_THREAD);
    }
    if (err)
        ws_object_unref(&t->object);
    else if (id)
        *id = id_of(t);
    ws_object_unref(&t->object);
    return err;
}

int
ws_thread_ref(HANDLE h, struct ws_thread **out)
{
    struct ws_object *o;
    int err;

    if (h == GetCurrentThread()) {
        *out = ws_thread_self();
        ws_object_ref(&(*out)->object);
        return 0;
    }
    err = ws_handle_ref(h, WS_KIND_THREAD, &o);
    if (!err)
        *out = thread_of(o);
    return err;
}

struct ws_thread *
ws_thread_find(DWORD id)
{
    WS_LIST_EACH (it, &everybody) {
        struct ws_thread *t = WS_CONTAINER_OF(it, struct ws_thread, everybody);

        if (atomic_load(&t->id) == id)
            return t;
    }
    return NULL;
}

/* ---- Win32 ---- */

HANDLE WINAPI
CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack,
             LPTHREAD_START_ROUTINE run, LPVOID arg, DWORD flags, LPDWORD id)
{
    struct ws_thread_start start = {
        .run = run,
        .arg = arg,
        .stack = stack,
        .suspended = flags & CREATE_SUSPENDED,
    };
    HANDLE h = NULL;
    int err = ERROR_INVALID_PARAMETER;

    (void)attributes;
    if (run && !(flags & ~(DWORD)(CREATE_SUSPENDED |
                                  STACK_SIZE_PARAM_IS_A_RESERVATION)))
        err = ws_thread_create(&start, id, &h);
    return ws_w32_handle(err, h);
}

DWORD WINAPI
ResumeThread(HANDLE thread)
{
    struct ws_thread *t;
    DWORD was;

    if (!ws_w32_bool(ws_thread_ref(thread, &t)))
        return (DWORD)-1;
    ws_lock(&ws_dispatcher);
    was = t->suspended;
    t->suspended = 0;
    if (was)
        ws_unpark(&t->park);
    ws_unlock(&ws_dispatcher);
    ws_object_unref(&t->object);
    return was;
}

VOID WINAPI
ExitThread(DWORD code)
{
    ws_thread_self()->exit_code = code;
    ws_thread_exit();
}

BOOL WINAPI
GetExitCodeThread(HANDLE thread, LPDWORD code)
{
    struct ws_thread *t = NULL;
    int err = code ? ws_thread_ref(thread, &t) : ERROR_INVALID_PARAMETER;

    if (err)
        return ws_w32_bool(err);
    ws_lock(&ws_dispatcher);
    *code = t->ended ? t->exit_code : STILL_ACTIVE;
    ws_unlock(&ws_dispatcher);
    ws_object_unref(&t->object);
    return TRUE;
}

HANDLE WINAPI
GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

DWORD WINAPI
GetCurrentThreadId(void)
{
    return atomic_load_explicit(&ws_thread_self()->id, memory_order_relaxed);
}

BOOL WINAPI
SwitchToThread(void)
{
    return sched_yield() == 0;
}
