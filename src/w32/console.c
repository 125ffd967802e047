/* SPDX-License-Identifier: MIT */
/* Console control handlers. A signal only leaves a mark and wakes a thread,
 * which runs the handlers as ordinary code; so they may do anything. The first
 * SetConsoleCtrlHandler takes the signals over, no earlier: a program without
 * handlers keeps Linux's behaviour. */
#include "w32/error.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"

#include <ws2/winbase.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
    int signal;
    DWORD event;
} kinds[] = {
    {SIGINT,  CTRL_C_EVENT       },
    {SIGQUIT, CTRL_BREAK_EVENT   },
    {SIGHUP,  CTRL_CLOSE_EVENT   },
    {SIGTERM, CTRL_SHUTDOWN_EVENT},
};

struct handler {
    struct ws_list node;
    PHANDLER_ROUTINE routine;
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static struct ws_list handlers = WS_LIST_INIT(handlers); /* last one first */
static bool ignore_c;

static atomic_uint raised; /* one bit a kind */

static void
on_signal(int signal)
{
    for (unsigned i = 0; i < WS_ARRAY_LEN(kinds); i++)
        if (kinds[i].signal == signal)
            atomic_fetch_or(&raised, 1u << i);
    ws_futex_wake(&raised, 1);
}

/* The n-th handler, or NULL; the list may change between two calls. */
static PHANDLER_ROUTINE
nth(unsigned n)
{
    PHANDLER_ROUTINE routine = NULL;

    ws_lock(&lock);
    WS_LIST_EACH (it, &handlers) {
        if (n--)
            continue;
        routine = WS_CONTAINER_OF(it, struct handler, node)->routine;
        break;
    }
    ws_unlock(&lock);
    return routine;
}

static bool
is_ignored(DWORD event)
{
    bool ignored;

    ws_lock(&lock);
    ignored = event == CTRL_C_EVENT && ignore_c;
    ws_unlock(&lock);
    return ignored;
}

/* What nobody handles ends the process as the signal would have. */
static void
handle(unsigned kind)
{
    PHANDLER_ROUTINE routine;

    if (is_ignored(kinds[kind].event))
        return;
    for (unsigned n = 0; (routine = nth(n)); n++)
        if (routine(kinds[kind].event))
            return;
    signal(kinds[kind].signal, SIG_DFL);
    kill(getpid(), kinds[kind].signal);
}

static void
watch(void *arg)
{
    (void)arg;
    for (;;) {
        unsigned now = atomic_exchange(&raised, 0);

        if (!now)
            ws_futex_wait(&raised, 0, WS_NEVER);
        for (unsigned i = 0; i < WS_ARRAY_LEN(kinds); i++)
            if (now & 1u << i)
                handle(i);
    }
}

static int start_err;

static void
start(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    start_err = ws_thread_start(watch, NULL, 0);
    if (start_err)
        return;
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < WS_ARRAY_LEN(kinds); i++)
        sigaction(kinds[i].signal, &action, NULL);
}

static int
take_over(void)
{
    static struct ws_once once = WS_ONCE_INIT;

    ws_once_run(&once, start);
    return start_err;
}

static int
add(PHANDLER_ROUTINE routine)
{
    struct handler *h = malloc(sizeof(*h));

    if (!h)
        return ERROR_NOT_ENOUGH_MEMORY;
    h->routine = routine;
    ws_lock(&lock);
    ws_list_prepend(&handlers, &h->node);
    ws_unlock(&lock);
    return 0;
}

static int
drop(PHANDLER_ROUTINE routine)
{
    struct handler *found = NULL;

    ws_lock(&lock);
    WS_LIST_EACH (it, &handlers) {
        struct handler *h = WS_CONTAINER_OF(it, struct handler, node);

        if (!found && h->routine == routine) {
            ws_list_remove(it);
            found = h;
        }
    }
    ws_unlock(&lock);
    free(found);
    return found ? 0 : ERROR_INVALID_PARAMETER;
}

static void
set_ignored(bool ignored)
{
    ws_lock(&lock);
    ignore_c = ignored;
    ws_unlock(&lock);
}

BOOL WINAPI
SetConsoleCtrlHandler(PHANDLER_ROUTINE routine, BOOL on)
{
    int err = take_over();

    if (!err && !routine)
        set_ignored(on);
    else if (!err)
        err = on ? add(routine) : drop(routine);
    return ws_w32_bool(err);
}

/* There is no console that knows its programs: group 0 is the caller alone, so
 * that the shell or the test run which started it is left in peace. */
BOOL WINAPI
GenerateConsoleCtrlEvent(DWORD event, DWORD group)
{
    bool ours = !group || group == (DWORD)getpid();

    if (!ours || (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT))
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    kill(getpid(), event == CTRL_C_EVENT ? SIGINT : SIGQUIT);
    return TRUE;
}
