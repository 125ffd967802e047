/* SPDX-License-Identifier: MIT */
/* The process and the machine: identity, processors, the environment, the
 * debugger's output. The environment is the program's own and is read straight
 * from it; none of its variables means anything to this library here. */
#include "w32/system.h"
#include "w32/error.h"

#include "base/lock.h"

#include <ws2/winbase.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

extern char **environ;

/* ---- identity ---- */

HANDLE WINAPI
GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

DWORD WINAPI
GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

VOID WINAPI
ExitProcess(UINT code)
{
    exit((int)code); /* NOLINT(concurrency-mt-unsafe): it is the contract */
}

static WORD
architecture(void)
{
#if defined(__x86_64__)
    return PROCESSOR_ARCHITECTURE_AMD64;
#elif defined(__aarch64__)
    return PROCESSOR_ARCHITECTURE_ARM64;
#else
    return PROCESSOR_ARCHITECTURE_UNKNOWN;
#endif
}

static unsigned allowed;

/* A container, or whoever started us, may have set some apart. */
static void
count_processors(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof(set), &set)
                 ? sysconf(_SC_NPROCESSORS_ONLN)
                 : CPU_COUNT(&set);

    allowed = n > 0 ? (unsigned)n : 1;
}

unsigned
ws_system_processors(void)
{
    static struct ws_once once = WS_ONCE_INIT;

    ws_once_run(&once, count_processors);
    return allowed;
}

VOID WINAPI
GetSystemInfo(LPSYSTEM_INFO info)
{
    unsigned processors = ws_system_processors();

    memset(info, 0, sizeof(*info));
    info->wProcessorArchitecture = architecture();
    info->dwPageSize = (DWORD)sysconf(_SC_PAGESIZE);
    info->lpMinimumApplicationAddress = (LPVOID)0x10000;
    info->lpMaximumApplicationAddress = (LPVOID)0x7ffffffeffff;
    info->dwNumberOfProcessors = processors;
    info->dwActiveProcessorMask =
        processors >= 64 ? ~(DWORD_PTR)0 : ((DWORD_PTR)1 << processors) - 1;
    info->dwAllocationGranularity = 0x10000;
}

/* ---- text into a caller's buffer ---- */

DWORD
ws_system_give(const char *text, LPSTR buffer, DWORD size)
{
    size_t len = strlen(text);

    if (!buffer || size < len + 1)
        return (DWORD)len + 1;
    memcpy(buffer, text, len + 1);
    return (DWORD)len;
}

BOOL WINAPI
GetComputerNameA(LPSTR buffer, LPDWORD size)
{
    struct utsname name;
    DWORD room, len;

    if (!size || uname(&name))
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    name.nodename[strcspn(name.nodename, ".")] = 0;
    room = *size;
    len = ws_system_give(name.nodename, buffer, room);
    *size = len;
    return ws_w32_bool(buffer && len < room ? 0 : ERROR_BUFFER_OVERFLOW);
}

/* ---- the environment ---- */

/* The value of the variable whose name is the first 'len' bytes of 'name'. */
static const char *
variable(const char *name, size_t len)
{
    for (char **e = environ; e && *e; e++)
        if (!strncmp(*e, name, len) && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

DWORD WINAPI
GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size)
{
    const char *value = name && *name ? variable(name, strlen(name)) : NULL;

    if (!value) {
        ws_error_last = ERROR_ENVVAR_NOT_FOUND;
        return 0;
    }
    return ws_system_give(value, buffer, size);
}

BOOL WINAPI
SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    int failed;

    if (!name || !*name || strchr(name, '='))
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    /* As safe as the program's own calls of these. */
    failed = value ? setenv(name, value, 1) /* NOLINT(concurrency-mt-unsafe) */
                   : unsetenv(name);        /* NOLINT(concurrency-mt-unsafe) */
    return ws_w32_bool(failed ? ERROR_NOT_ENOUGH_MEMORY : 0);
}

/* Appends 'len' bytes as far as they fit; counts all. */
struct sink {
    char *buffer;
    size_t room, need;
};

static void
pour(struct sink *s, const char *text, size_t len)
{
    size_t left = s->need < s->room ? s->room - s->need : 0;

    memcpy(s->buffer + s->need * (left > 0), text, len < left ? len : left);
    s->need += len;
}

/* One step: a %NAME% that is set, or whatever comes before the next '%'. */
static const char *
expand_next(struct sink *s, const char *at)
{
    const char *end = *at == '%' ? strchr(at + 1, '%') : NULL;
    const char *value = end ? variable(at + 1, (size_t)(end - at - 1)) : NULL;
    size_t len = 1 + strcspn(at + 1, "%");

    if (value) {
        pour(s, value, strlen(value));
        return end + 1;
    }
    pour(s, at, len);
    return at + len;
}

DWORD WINAPI
ExpandEnvironmentStringsA(LPCSTR text, LPSTR buffer, DWORD size)
{
    static char nowhere[1];
    struct sink s = {buffer ? buffer : nowhere, buffer ? size : 0, 0};

    if (!text) {
        ws_error_last = ERROR_INVALID_PARAMETER;
        return 0;
    }
    while (*text)
        text = expand_next(&s, text);
    pour(&s, "", 1);
    return (DWORD)s.need;
}

/* ---- debugging ---- */

VOID WINAPI
OutputDebugStringA(LPCSTR text)
{
    if (text && write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody listens, as without a debugger */
}

BOOL WINAPI
IsDebuggerPresent(void)
{
    return FALSE;
}

VOID WINAPI
DebugBreak(void)
{
    __builtin_trap();
}
