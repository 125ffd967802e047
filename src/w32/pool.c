/* SPDX-License-Identifier: MIT */
/* The thread pool: threads that wait on one completion port of the process and
 * run what its packets say. The key of a packet is the address of a job kind's
 * record, so one loop serves all. The pool grows when a packet is taken and no
 * thread is left waiting, and shrinks when one has waited for nothing; one
 * always stays. Its port lets all of them run: a callback may block in a way
 * that nobody sees, and must not hold up the others. */
#include "w32/error.h"
#include "w32/handle.h"
#include "w32/port.h"
#include "w32/status.h"

#include "base/clock.h"

#include <stdlib.h>

#define MOST_THREADS 512
#define PATIENCE 10000 /* ms that a thread waits for nothing */

/* What the key of a packet points to; in front of what the job needs. */
struct job {
    void (*run)(struct job *job, const struct ws_packet *packet);
};

static struct ws_port *port;
static atomic_uint threads, waiting;

/* ---- the threads ---- */

static void work(void *arg);

/* Counted as waiting from the start, so that a burst of packets does not start
 * one for each. */
static int
add_thread(void)
{
    int err;

    if (atomic_fetch_add(&threads, 1) >= MOST_THREADS) {
        atomic_fetch_sub(&threads, 1);
        return ERROR_MAX_THRDS_REACHED;
    }
    atomic_fetch_add(&waiting, 1);
    err = ws_thread_start(work, NULL, 0);
    if (err) {
        atomic_fetch_sub(&waiting, 1);
        atomic_fetch_sub(&threads, 1);
    }
    return err;
}

/* Whether a thread that has waited for nothing may go: not the last one that
 * waits. */
static bool
may_end(void)
{
    unsigned now = atomic_load(&waiting);

    while (now > 1)
        if (atomic_compare_exchange_weak(&waiting, &now, now - 1))
            return true;
    return false;
}

static void
run_packet(struct ws_list *node)
{
    struct ws_packet *taken = WS_CONTAINER_OF(node, struct ws_packet, node);
    struct ws_packet packet = *taken;
    struct job *job = (struct job *)packet.key;

    taken->release(taken);
    job->run(job, &packet);
}

static void
work(void *arg)
{
    struct ws_take take = {.max = 1};
    int err;

    (void)arg;
    for (;;) {
        take.count = 0;
        ws_list_init(&take.packets);
        err = ws_port_take(port, PATIENCE, false, &take);
        if (err == WAIT_TIMEOUT && may_end())
            break;
        if (err)
            continue;
        if (atomic_fetch_sub(&waiting, 1) == 1)
            add_thread(); /* if it cannot be, this one comes back */
        run_packet(ws_list_pop(&take.packets));
        atomic_fetch_add(&waiting, 1);
    }
    atomic_fetch_sub(&threads, 1);
}

static struct ws_once pool_once = WS_ONCE_INIT;

static void
make_port(void)
{
    if (ws_port_new(MOST_THREADS, &port))
        port = NULL;
}

/* There is a port, and a thread at it. */
static int
start(void)
{
    ws_once_run(&pool_once, make_port);
    if (!port)
        return ERROR_NOT_ENOUGH_MEMORY;
    return atomic_load(&threads) ? 0 : add_thread();
}

static int
attach(HANDLE file, struct job *job)
{
    struct ws_object *o;
    int err = start();

    if (!err)
        err = ws_handle_ref(file, WS_KIND_ANY, &o);
    if (err)
        return err;
    err = o->ops->attach ? o->ops->attach(o, port, (ULONG_PTR)job)
                         : ERROR_INVALID_HANDLE;
    ws_object_unref(o);
    return err;
}

/* ---- BindIoCompletionCallback ----
 * The record is never freed: the handle is attached for life, and nobody says
 * when it ends. One for each function is enough. */

struct bound {
    struct job job;
    LPOVERLAPPED_COMPLETION_ROUTINE routine;
    struct bound *next;
};

static struct ws_lock binding = WS_LOCK_INIT(WS_RANK_LEAF);
static struct bound *all_bound;

static void
run_bound(struct job *job, const struct ws_packet *packet)
{
    struct bound *b = WS_CONTAINER_OF(job, struct bound, job);

    b->routine((DWORD)ws_status_win32(packet->status), packet->moved,
               packet->user);
}

static struct bound *
bound_to(LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct bound *b, *made = calloc(1, sizeof(*made));

    ws_lock(&binding);
    for (b = all_bound; b && b->routine != routine; b = b->next)
        ;
    if (!b && made) {
        b = made;
        made = NULL;
        b->job.run = run_bound;
        b->routine = routine;
        b->next = all_bound;
        all_bound = b;
    }
    ws_unlock(&binding);
    free(made);
    return b;
}

BOOL WINAPI
BindIoCompletionCallback(HANDLE file, LPOVERLAPPED_COMPLETION_ROUTINE routine,
                         ULONG flags)
{
    struct bound *b;

    if (!routine || flags)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    b = bound_to(routine);
    return ws_w32_bool(b ? attach(file, &b->job) : ERROR_NOT_ENOUGH_MEMORY);
}

/* ---- QueueUserWorkItem ---- */

struct item {
    struct ws_packet packet;
    LPTHREAD_START_ROUTINE routine;
    PVOID context;
};

static void
run_item(struct job *job, const struct ws_packet *packet)
{
    struct item *item = (struct item *)packet->user;
    struct item it = *item;

    (void)job;
    free(item);
    it.routine(it.context);
}

/* The item lives on until it runs. */
static void
keep_item(struct ws_packet *packet)
{
    (void)packet;
}

BOOL WINAPI
QueueUserWorkItem(LPTHREAD_START_ROUTINE routine, PVOID context, ULONG flags)
{
    static struct job items = {run_item};
    struct item *item;
    int err = routine ? start() : ERROR_INVALID_PARAMETER;

    (void)flags;
    if (err)
        return ws_w32_bool(err);
    item = calloc(1, sizeof(*item));
    if (!item)
        return ws_w32_bool(ERROR_NOT_ENOUGH_MEMORY);
    item->routine = routine;
    item->context = context;
    item->packet.key = (ULONG_PTR)&items;
    item->packet.user = (LPOVERLAPPED)(void *)item;
    item->packet.release = keep_item;
    ws_port_post(port, &item->packet);
    return TRUE;
}

/* ---- TP_IO ----
 * It lives until it has been closed and nothing is left of it: no operation
 * that was started and not told, no callback that runs. An operation that was
 * given up in a wait is no longer 'started' but 'dropped' until its packet
 * comes. All of it is guarded by 'binding'. */

struct _TP_IO {
    struct job job;
    PTP_WIN32_IO_CALLBACK routine;
    PVOID context;
    unsigned started, running, dropped;
    bool closed;
};

struct _TP_CALLBACK_INSTANCE {
    struct _TP_IO *io;
};

/* Who waits for callbacks sleeps on the first; the second says if anybody
 * does. */
static atomic_uint changes, sleepers;

static bool
over(const struct _TP_IO *io) WS_REQUIRES(binding)
{
    return !io->started && !io->running;
}

/* Unlocks, and frees what nobody needs any more. */
static void
settle(struct _TP_IO *io) WS_RELEASES(binding)
{
    bool last = io->closed && over(io) && !io->dropped;

    ws_unlock(&binding);
    if (last)
        free(io);
    atomic_fetch_add(&changes, 1);
    if (atomic_load(&sleepers))
        ws_futex_wake(&changes, INT32_MAX);
}

static void
run_io(struct job *job, const struct ws_packet *packet)
{
    struct _TP_IO *io = WS_CONTAINER_OF(job, struct _TP_IO, job);
    struct _TP_CALLBACK_INSTANCE instance = {io};
    bool dropped;

    ws_lock(&binding);
    dropped = io->dropped > 0;
    if (dropped) {
        io->dropped--;
        settle(io);
        return;
    }
    if (io->started)
        io->started--;
    io->running++;
    ws_unlock(&binding);

    io->routine(&instance, io->context, packet->user,
                (ULONG)ws_status_win32(packet->status), packet->moved, io);

    ws_lock(&binding);
    io->running--;
    settle(io);
}

PTP_IO WINAPI
CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK routine, PVOID context,
                   PTP_CALLBACK_ENVIRON environment)
{
    struct _TP_IO *io = NULL;
    int err = routine && !environment ? 0 : ERROR_INVALID_PARAMETER;

    if (!err) {
        io = calloc(1, sizeof(*io));
        err = io ? 0 : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (!err) {
        io->job.run = run_io;
        io->routine = routine;
        io->context = context;
        err = attach(file, &io->job);
    }
    if (ws_w32_bool(err))
        return io;
    free(io);
    return NULL;
}

VOID WINAPI
StartThreadpoolIo(PTP_IO io)
{
    ws_lock(&binding);
    io->started++;
    ws_unlock(&binding);
}

VOID WINAPI
CancelThreadpoolIo(PTP_IO io)
{
    ws_lock(&binding);
    if (io->started)
        io->started--;
    settle(io);
}

VOID WINAPI
WaitForThreadpoolIoCallbacks(PTP_IO io, BOOL drop)
{
    bool done = false;

    atomic_fetch_add(&sleepers, 1);
    while (!done) {
        unsigned seen = atomic_load(&changes);

        ws_lock(&binding);
        if (drop) {
            io->dropped += io->started;
            io->started = 0;
        }
        done = over(io);
        ws_unlock(&binding);
        if (!done)
            ws_futex_wait(&changes, seen, WS_NEVER);
    }
    atomic_fetch_sub(&sleepers, 1);
}

VOID WINAPI
CloseThreadpoolIo(PTP_IO io)
{
    ws_lock(&binding);
    io->closed = true;
    settle(io);
}
