/* SPDX-License-Identifier: MIT */
/* Waking a thread from whatever sleep it is in. A system call is ended by a
 * signal whose handler does nothing. One signal is not enough: it may come
 * after the thread has said that it will block and before it is in the kernel,
 * and then nothing is interrupted. So a timer of the kernel's repeats it every
 * millisecond until the thread has left the call and takes the timer away.
 * Nobody waits for that, and a thread that never gets an APC in a blocking
 * call never sees a signal. */
#include "w32/thread.h"
#include "w32/wait.h"

#include <ws2/winerror.h>

#include <signal.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define REPEAT_NS 1000000

/* A real-time signal near the top, away from those that programs count up from
 * SIGRTMIN. */
static int
interrupt_signal(void)
{
    return SIGRTMAX - 3;
}

static void
do_nothing(int signal)
{
    (void)signal;
}

/* No SA_RESTART: the very point is EINTR. */
static void
prepare(void)
{
    struct sigaction action = {.sa_handler = do_nothing};

    sigemptyset(&action.sa_mask);
    sigaction(interrupt_signal(), &action, NULL);
}

static void
start_repeating(struct ws_thread *t, DWORD id) WS_REQUIRES(ws_dispatcher)
{
    const struct itimerspec every = {
        {0, REPEAT_NS},
        {0, REPEAT_NS}
    };
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID};

    event.sigev_signo = interrupt_signal();
    event.sigev_notify_thread_id = (pid_t)id;
    t->repeating = timer_create(CLOCK_MONOTONIC, &event, &t->repeat) == 0;
    if (t->repeating)
        timer_settime(t->repeat, 0, &every, NULL);
}

/* True if 't' is in a blocking call, which ends now or has been ended. */
static bool
interrupt(struct ws_thread *t) WS_REQUIRES(ws_dispatcher)
{
    static struct ws_once once = WS_ONCE_INIT;
    DWORD id = atomic_load(&t->id);
    int blocked = WS_BLOCKED;

    if (!atomic_compare_exchange_strong(&t->where, &blocked, WS_INTERRUPTED))
        return blocked == WS_INTERRUPTED;
    ws_once_run(&once, prepare);
    start_repeating(t, id);
    tgkill(getpid(), (pid_t)id, interrupt_signal());
    return true;
}

void
ws_thread_wake(struct ws_thread *t)
{
    switch (atomic_load(&t->where)) {
    case WS_PARKED: ws_unpark(&t->park); break;
    case WS_DRIVING: ws_wait_wake_leader(t); break;
    case WS_BLOCKED: interrupt(t); break;
    default: break; /* it looks for itself before it sleeps */
    }
}

/* Both stores are sequentially consistent: who queues an APC increments
 * 'pending' and then reads 'where', we do it the other way round, so one of us
 * sees the other's. */
bool
ws_thread_block(struct ws_thread *t)
{
    atomic_store_explicit(&t->cancelled, false, memory_order_relaxed);
    atomic_exchange(&t->where, WS_BLOCKED);
    if (!atomic_load(&t->pending))
        return true;
    ws_thread_unblock(t);
    return false;
}

/* Who interrupts does it under the dispatcher lock, so once we have had that,
 * the timer is complete and no further signal is sent to us. */
static void
stop_repeating(struct ws_thread *t)
{
    bool repeating;

    ws_lock(&ws_dispatcher);
    repeating = t->repeating;
    t->repeating = false;
    ws_unlock(&ws_dispatcher);
    if (repeating)
        timer_delete(t->repeat);
}

void
ws_thread_unblock(struct ws_thread *t)
{
    if (atomic_exchange(&t->where, WS_RUNNING) == WS_INTERRUPTED)
        stop_repeating(t);
}

/* Said before the interrupt, so that the call, which first waits for the lock
 * in ws_thread_unblock, finds it. */
int
ws_thread_cancel(struct ws_thread *t)
{
    bool found;

    ws_lock(&ws_dispatcher);
    atomic_store(&t->cancelled, true);
    found = interrupt(t);
    if (!found)
        atomic_store(&t->cancelled, false);
    ws_unlock(&ws_dispatcher);
    return found ? 0 : ERROR_NOT_FOUND;
}

bool
ws_thread_cancelled(struct ws_thread *t)
{
    return atomic_load(&t->cancelled) && atomic_exchange(&t->cancelled, false);
}
