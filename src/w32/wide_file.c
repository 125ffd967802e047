/* SPDX-License-Identifier: MIT */
/* The W functions about files; see wide.c, of which this is a sister. */
#include "w32/error.h"
#include "w32/narrow.h"

#include <string.h>

HANDLE WINAPI
CreateFileW(LPCWSTR name, DWORD access, DWORD share,
            LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags,
            HANDLE template)
{
    HANDLE h = INVALID_HANDLE_VALUE;
    char *path;

    if (ws_w32_bool(narrow(name, &path)))
        h = CreateFileA(path, access, share, attributes, disposition, flags,
                        template);
    free(path);
    return h;
}

BOOL WINAPI
DeleteFileW(LPCWSTR name)
{
    BOOL ok = FALSE;
    char *path;

    if (ws_w32_bool(narrow(name, &path)))
        ok = DeleteFileA(path);
    free(path);
    return ok;
}

/* The length in WCHARs without the null; nothing is stored if it does not fit.
 */
static size_t
widen(const char *text, LPWSTR out, size_t room)
{
    size_t size = strlen(text) + 1;
    size_t need = ws_utf_to_wide(text, size, NULL, 0, sizeof(WCHAR), 0);

    if (out && need <= room)
        ws_utf_to_wide(text, size, out, room, sizeof(WCHAR), 0);
    return need - 1;
}

DWORD WINAPI
GetTempPathW(DWORD size, LPWSTR buffer)
{
    char path[MAX_PATH + 2];
    size_t len;

    GetTempPathA(sizeof(path), path);
    len = widen(path, buffer, size);
    return (DWORD)(buffer && len < size ? len : len + 1);
}

UINT WINAPI
GetTempFileNameW(LPCWSTR directory, LPCWSTR prefix, UINT number, LPWSTR out)
{
    char *path = NULL, *letters = NULL, name[MAX_PATH];
    int err = narrow(directory, &path);
    UINT result = 0;

    if (!err)
        err = narrow(prefix, &letters);
    if (!err && !out)
        err = ERROR_INVALID_PARAMETER;
    if (ws_w32_bool(err))
        result = GetTempFileNameA(path, letters, number, name);
    if (result)
        widen(name, out, MAX_PATH);
    free(letters);
    free(path);
    return result;
}
