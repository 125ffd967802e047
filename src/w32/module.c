/* SPDX-License-Identifier: MIT */
/* Modules: the names of Windows' own libraries mean this library, NULL means
 * the program, everything else is the dynamic linker's. A module handle is the
 * linker's handle, but for those two, which are addresses of ours. Names that
 * libc has too are exported as ws2_NAME and asked for as NAME. */
#include "w32/error.h"
#include "w32/system.h"

#include "base/list.h"

#include <ws2/winbase.h>

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static char ourselves, program; /* their addresses are the handles */
#define OURSELVES ((HMODULE)(void *)&ourselves)
#define PROGRAM ((HMODULE)(void *)&program)

static const char *
base_name(const char *path)
{
    const char *base = path;

    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            base = path + 1;
    return base;
}

static bool
is_ours(const char *path)
{
    static const char *const known[] = {
        "ws2_32",     "mswsock", "wsock32", "kernel32",
        "kernelbase", "user32",  "winmm",
    };
    const char *name = base_name(path);
    size_t len = strlen(name);

    if (len > 4 && !strcasecmp(name + len - 4, ".dll"))
        len -= 4;
    for (size_t i = 0; i < WS_ARRAY_LEN(known); i++)
        if (strlen(known[i]) == len && !strncasecmp(known[i], name, len))
            return true;
    return false;
}

static HMODULE
load(LPCSTR name, int flags)
{
    HMODULE h;

    if (is_ours(name))
        return OURSELVES;
    h = dlopen(name, RTLD_LAZY | flags);
    return ws_w32_handle(h ? 0 : ERROR_MOD_NOT_FOUND, h);
}

HMODULE WINAPI
LoadLibraryA(LPCSTR name)
{
    if (!name || !*name)
        return ws_w32_handle(ERROR_INVALID_PARAMETER, NULL);
    return load(name, 0);
}

/* Asking does not count, so what the linker counted is given back. */
HMODULE WINAPI
GetModuleHandleA(LPCSTR name)
{
    HMODULE h = name ? load(name, RTLD_NOLOAD) : PROGRAM;

    if (h && h != OURSELVES && h != PROGRAM)
        dlclose(h);
    return h;
}

BOOL WINAPI
FreeLibrary(HMODULE h)
{
    if (h == OURSELVES || h == PROGRAM)
        return TRUE;
    return ws_w32_bool(h && !dlclose(h) ? 0 : ERROR_INVALID_HANDLE);
}

/* ---- looking names up ---- */

/* This library's own linker handle; the program's, where it is linked in. */
static void *
our_handle(Dl_info *us)
{
    void *h = NULL;

    if (!dladdr(&ourselves, us))
        return NULL;
    if (us->dli_fname && strchr(us->dli_fname, '/'))
        h = dlopen(us->dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    return h ? h : dlopen(NULL, RTLD_LAZY);
}

/* A symbol of this library itself: the linker searches what it needs too. */
static void *
own_symbol(void *handle, const Dl_info *us, const char *name)
{
    void *symbol = dlsym(handle, name);
    Dl_info where;

    if (!symbol || !dladdr(symbol, &where) || where.dli_fbase != us->dli_fbase)
        return NULL;
    return symbol;
}

static void *
our_symbol(const char *name)
{
    char labelled[128];
    void *handle, *symbol;
    Dl_info us;

    handle = our_handle(&us);
    if (!handle)
        return NULL;
    snprintf(labelled, sizeof(labelled), "ws2_%s", name);
    symbol = own_symbol(handle, &us, labelled);
    if (!symbol)
        symbol = own_symbol(handle, &us, name);
    dlclose(handle);
    return symbol;
}

static void *
program_symbol(const char *name)
{
    void *handle = dlopen(NULL, RTLD_LAZY), *symbol = NULL;

    if (handle) {
        symbol = dlsym(handle, name);
        dlclose(handle);
    }
    return symbol;
}

/* Ordinals are not known here. */
FARPROC WINAPI
GetProcAddress(HMODULE h, LPCSTR name)
{
    void *symbol = NULL;

    if (!h) {
        ws_error_last = ERROR_INVALID_HANDLE;
        return NULL;
    }
    if ((ULONG_PTR)name >> 16 == 0)
        symbol = NULL;
    else if (h == OURSELVES)
        symbol = our_symbol(name);
    else if (h == PROGRAM)
        symbol = program_symbol(name);
    else
        symbol = dlsym(h, name);
    ws_w32_bool(symbol ? 0 : ERROR_PROC_NOT_FOUND);
    return (FARPROC)symbol;
}

/* ---- where a module came from ---- */

static int
path_of(HMODULE h, char *path, size_t size)
{
    struct link_map *map = NULL;
    ssize_t len;
    Dl_info us;

    if (!h || h == PROGRAM) {
        len = readlink("/proc/self/exe", path, size - 1);
        path[len < 0 ? 0 : len] = 0;
        return len < 0 ? ERROR_MOD_NOT_FOUND : 0;
    }
    if (h == OURSELVES)
        snprintf(path, size, "%s", dladdr(&ourselves, &us) ? us.dli_fname : "");
    else if (!dlinfo(h, RTLD_DI_LINKMAP, &map))
        snprintf(path, size, "%s", map->l_name);
    else
        return ERROR_INVALID_HANDLE;
    return 0;
}

int
ws_module_path(HMODULE h, char **out)
{
    char *path = malloc(4096);
    int err = path ? path_of(h, path, 4096) : ERROR_NOT_ENOUGH_MEMORY;

    if (err)
        free(path);
    else
        *out = path;
    return err;
}

/* What does not fit is cut, with an ending null all the same. */
DWORD WINAPI
GetModuleFileNameA(HMODULE h, LPSTR buffer, DWORD size)
{
    char *path = NULL;
    size_t len = 0;
    int err =
        buffer && size ? ws_module_path(h, &path) : ERROR_INSUFFICIENT_BUFFER;

    if (!err) {
        len = strnlen(path, size);
        memcpy(buffer, path, len);
        if (len == size) {
            buffer[size - 1] = 0;
            ws_error_last = ERROR_INSUFFICIENT_BUFFER;
        } else {
            buffer[len] = 0;
        }
    }
    free(path);
    return ws_w32_bool(err) ? (DWORD)len : 0;
}
