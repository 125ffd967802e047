/* SPDX-License-Identifier: MIT */
/* Names of temporary files. The name is only a name until CreateFile has made
 * the file; what another process has made meanwhile is skipped. */
#include "w32/error.h"
#include "w32/system.h"

#include <ws2/winbase.h>

#include <stdio.h>
#include <string.h>

DWORD WINAPI
GetTempPathA(DWORD size, LPSTR buffer)
{
    char path[MAX_PATH + 1];
    DWORD len = GetEnvironmentVariableA("TMPDIR", path, MAX_PATH);

    if (!len || len >= MAX_PATH)
        len = (DWORD)snprintf(path, sizeof(path), "/tmp");
    if (path[len - 1] != '/')
        memcpy(path + len, "/", 2);
    return ws_system_give(path, buffer, size);
}

/* The room that a name takes besides its directory. */
#define NAME_ROOM 14

static int
name_of(LPCSTR directory, LPCSTR prefix, UINT number, LPSTR out)
{
    size_t len = strlen(directory);
    bool slash = len && strchr("/\\", directory[len - 1]);

    if (len > MAX_PATH - NAME_ROOM)
        return ERROR_BUFFER_OVERFLOW;
    snprintf(out, MAX_PATH, "%s%s%.3s%X.tmp", directory, slash ? "" : "/",
             prefix, number & 0xffff);
    return 0;
}

static int
create(LPCSTR path)
{
    HANDLE h = CreateFileA(path, GENERIC_READ, 0, NULL, CREATE_NEW,
                           FILE_ATTRIBUTE_NORMAL, NULL);

    if (h == INVALID_HANDLE_VALUE)
        return (int)GetLastError();
    CloseHandle(h);
    return 0;
}

/* Starts anywhere and tries each number once. */
static int
find(LPCSTR directory, LPCSTR prefix, UINT *number, LPSTR out)
{
    UINT first = GetTickCount() + GetCurrentProcessId() * 7919;
    int err = ERROR_FILE_EXISTS;

    for (UINT i = 0; i < 0x10000 && err == ERROR_FILE_EXISTS; i++) {
        *number = (first + i) & 0xffff;
        if (!*number)
            continue;
        err = name_of(directory, prefix, *number, out);
        if (!err)
            err = create(out);
    }
    return err == ERROR_PATH_NOT_FOUND ? ERROR_DIRECTORY : err;
}

/* The buffer may be the directory's own. */
UINT WINAPI
GetTempFileNameA(LPCSTR directory, LPCSTR prefix, UINT number, LPSTR out)
{
    DWORD before = ws_error_last;
    int err = directory && out ? 0 : ERROR_INVALID_PARAMETER;
    char name[MAX_PATH];

    if (!prefix)
        prefix = "";
    if (!err && number)
        err = name_of(directory, prefix, number, name);
    else if (!err)
        err = find(directory, prefix, &number, name);
    if (!ws_w32_bool(err))
        return 0;
    ws_error_last = before;
    memcpy(out, name, strlen(name) + 1);
    return number;
}
