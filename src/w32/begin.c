/* SPDX-License-Identifier: MIT */
/* The C run-time's way to make threads: other signatures, the same threads. */
#include "w32/error.h"
#include "w32/thread.h"

#include <ws2/process.h>
#include <ws2/winbase.h>

uintptr_t
_beginthreadex(void *security, unsigned stack, unsigned (*run)(void *),
               void *arg, unsigned flags, unsigned *id)
{
    return (uintptr_t)CreateThread(security, stack, run, arg, flags, id);
}

uintptr_t
_beginthread(void (*run)(void *), unsigned stack, void *arg)
{
    const struct ws_thread_start start = {
        .run_void = run, .arg = arg, .stack = stack, .closes = true};
    HANDLE h = NULL;
    int err =
        run ? ws_thread_create(&start, NULL, &h) : ERROR_INVALID_PARAMETER;

    return ws_w32_bool(err) ? (uintptr_t)h : (uintptr_t)-1;
}

void
_endthreadex(unsigned code)
{
    ExitThread(code);
}

void
_endthread(void)
{
    ExitThread(0);
}
