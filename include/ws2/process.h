/* SPDX-License-Identifier: MIT */
/* process.h: the C run-time's threads. Here they are the threads of
 * CreateThread: there is no run-time of their own to set up. The handle of
 * _beginthreadex must be closed; that of _beginthread closes itself when the
 * thread ends. On failure _beginthreadex returns 0 and _beginthread -1, and
 * GetLastError says why. Not here: _spawn and _exec. */
#ifndef WS2_PROCESS_H
#define WS2_PROCESS_H

#include <stdint.h>

#include "windef.h"
#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

uintptr_t _beginthreadex(void *security, unsigned stack_size,
                         unsigned(__stdcall *start_address)(void *),
                         void *arglist, unsigned initflag, unsigned *thrdaddr);
WS2_NORETURN void _endthreadex(unsigned retval);
uintptr_t _beginthread(void(__cdecl *start_address)(void *),
                       unsigned stack_size, void *arglist);
WS2_NORETURN void _endthread(void);

static __inline__ int
_getpid(void)
{
    return (int)GetCurrentProcessId();
}

#ifdef __cplusplus
}
#endif

#endif
