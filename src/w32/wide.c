/* SPDX-License-Identifier: MIT */
/* The W functions: texts become UTF-8, the A side does the work, results become
 * wide again. This file and its sisters are compiled twice, once for each width
 * of WCHAR, and the headers give every function here a symbol by width; so what
 * is not static must have WCHAR in its signature. This one: strings and text
 * results. */
#include "w32/error.h"
#include "w32/message.h"
#include "w32/narrow.h"
#include "w32/system.h"

#include "base/utf.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <string.h>

/* ---- code pages ---- */

static bool
is_utf8(UINT page)
{
    return page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP ||
           page == CP_UTF8;
}

/* The end of both conversions: a size, or what went wrong. */
static int
converted(size_t need, int room)
{
    int err = 0;

    if (need == (size_t)-1)
        err = ERROR_NO_UNICODE_TRANSLATION;
    else if (need > INT32_MAX || (room && need > (size_t)room))
        err = ERROR_INSUFFICIENT_BUFFER;
    return ws_w32_bool(err) ? (int)need : 0;
}

static int
check(UINT page, const void *in, int len, const void *out, int room)
{
    if (!is_utf8(page) || !in || !len || len < -1 || room < 0)
        return ERROR_INVALID_PARAMETER;
    if ((room && !out) || in == out)
        return ERROR_INVALID_PARAMETER;
    return 0;
}

int WINAPI
MultiByteToWideChar(UINT page, DWORD flags, LPCSTR in, int len, LPWSTR out,
                    int room)
{
    const DWORD known =
        MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS | MB_ERR_INVALID_CHARS;
    int err = check(page, in, len, out, room);

    if (!err && flags & ~known)
        err = ERROR_INVALID_FLAGS;
    if (err)
        return ws_w32_bool(err);
    return converted(ws_utf_to_wide(in, len < 0 ? strlen(in) + 1 : (size_t)len,
                                    out, (size_t)room, sizeof(WCHAR),
                                    (flags & MB_ERR_INVALID_CHARS) != 0),
                     room);
}

/* Every character exists in UTF-8, so no default is ever used. */
int WINAPI
WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR in, int len, LPSTR out,
                    int room, LPCSTR replacement, LPBOOL used)
{
    const DWORD known = WC_COMPOSITECHECK | WC_DEFAULTCHAR |
                        WC_ERR_INVALID_CHARS | WC_NO_BEST_FIT_CHARS;
    int err = check(page, in, len, out, room);
    size_t count;

    if (!err && page == CP_UTF8 && (replacement || used))
        err = ERROR_INVALID_PARAMETER;
    if (!err && flags & ~known)
        err = ERROR_INVALID_FLAGS;
    if (err)
        return ws_w32_bool(err);
    if (used)
        *used = FALSE;
    count = len < 0 ? ws_utf_wide_len(in, sizeof(WCHAR)) + 1 : (size_t)len;
    return converted(ws_utf_from_wide(in, count, sizeof(WCHAR), out,
                                      (size_t)room,
                                      (flags & WC_ERR_INVALID_CHARS) != 0),
                     room);
}

/* ---- lstr ---- */

static size_t
length(LPCWSTR s)
{
    return ws_utf_wide_len(s, sizeof(WCHAR));
}

int WINAPI
lstrlenW(LPCWSTR s)
{
    return s ? (int)length(s) : 0;
}

LPWSTR WINAPI
lstrcpyW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from)
        return NULL;
    return memmove(to, from, (length(from) + 1) * sizeof(*to));
}

LPWSTR WINAPI
lstrcpynW(LPWSTR to, LPCWSTR from, int size)
{
    int len = 0;

    if (!to || !from || size <= 0)
        return NULL;
    while (len < size - 1 && from[len])
        len++;
    memmove(to, from, (size_t)len * sizeof(*to));
    to[len] = 0;
    return to;
}

LPWSTR WINAPI
lstrcatW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from)
        return NULL;
    memmove(to + length(to), from, (length(from) + 1) * sizeof(*to));
    return to;
}

static WCHAR
lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? (WCHAR)(c + ('a' - 'A')) : c;
}

static WCHAR
same(WCHAR c)
{
    return c;
}

static int
order(LPCWSTR a, LPCWSTR b, WCHAR (*fold)(WCHAR))
{
    if (!a || !b)
        return !!a - !!b;
    while (*a && fold(*a) == fold(*b))
        a++, b++;
    return (fold(*a) > fold(*b)) - (fold(*a) < fold(*b));
}

int WINAPI
lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return order(a, b, same);
}

int WINAPI
lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return order(a, b, lower);
}

/* ---- texts into a caller's buffer ---- */

/* As ws_system_give, in WCHARs: the length, or the size needed. */
static DWORD
give(const char *text, LPWSTR buffer, DWORD size)
{
    size_t need =
        ws_utf_to_wide(text, strlen(text) + 1, NULL, 0, sizeof(WCHAR), 0);

    if (!buffer || size < need)
        return (DWORD)need;
    ws_utf_to_wide(text, strlen(text) + 1, buffer, size, sizeof(WCHAR), 0);
    return (DWORD)need - 1;
}

BOOL WINAPI
GetComputerNameW(LPWSTR buffer, LPDWORD size)
{
    char name[256];
    DWORD len = sizeof(name), room;

    if (!size)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    if (!GetComputerNameA(name, &len))
        return FALSE;
    room = *size;
    *size = give(name, buffer, room);
    return ws_w32_bool(buffer && *size < room ? 0 : ERROR_BUFFER_OVERFLOW);
}

DWORD WINAPI
GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    char *narrow_name, *value;
    DWORD room, result = 0;

    if (!ws_w32_bool(narrow(name, &narrow_name)))
        return 0;
    room = GetEnvironmentVariableA(narrow_name, NULL, 0);
    value = room ? malloc(room) : NULL;
    if (value && GetEnvironmentVariableA(narrow_name, value, room) < room)
        result = give(value, buffer, size);
    free(value);
    free(narrow_name);
    return result;
}

BOOL WINAPI
SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    char *narrow_name = NULL, *narrow_value = NULL;
    int err = narrow(name, &narrow_name);
    BOOL ok = FALSE;

    if (!err)
        err = narrow(value, &narrow_value);
    if (ws_w32_bool(err))
        ok = SetEnvironmentVariableA(narrow_name, narrow_value);
    free(narrow_value);
    free(narrow_name);
    return ok;
}

DWORD WINAPI
ExpandEnvironmentStringsW(LPCWSTR text, LPWSTR buffer, DWORD size)
{
    char *in, *out;
    DWORD room, result = 0;

    if (!ws_w32_bool(narrow(text, &in)))
        return 0;
    room = ExpandEnvironmentStringsA(in, NULL, 0);
    out = room ? malloc(room) : NULL;
    if (out && ExpandEnvironmentStringsA(in, out, room) <= room) {
        result = give(out, buffer, size);
        result += buffer && result < size; /* counts the null in any case */
    }
    free(out);
    free(in);
    return result;
}

DWORD WINAPI
GetModuleFileNameW(HMODULE h, LPWSTR buffer, DWORD size)
{
    char *path = NULL;
    DWORD len = 0;
    int err =
        buffer && size ? ws_module_path(h, &path) : ERROR_INSUFFICIENT_BUFFER;

    if (!err) {
        len = give(path, buffer, size);
        if (len >= size) {
            ws_utf_to_wide(path, strlen(path), buffer, size - 1, sizeof(WCHAR),
                           0);
            buffer[size - 1] = 0;
            len = size;
            ws_error_last = ERROR_INSUFFICIENT_BUFFER;
        }
    }
    free(path);
    return ws_w32_bool(err) ? len : 0;
}

/* ---- messages ---- */

static int
deliver(DWORD flags, const char *text, LPWSTR buffer, DWORD size, DWORD *len)
{
    DWORD need = give(text, NULL, 0);
    LPWSTR block;

    *len = need - 1;
    if (!(flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)) {
        if (need > size)
            return ERROR_INSUFFICIENT_BUFFER;
        give(text, buffer, size);
        return 0;
    }
    if (size < need)
        size = need;
    block = LocalAlloc(LMEM_FIXED, size * sizeof(*block));
    if (!block)
        return ERROR_NOT_ENOUGH_MEMORY;
    give(text, block, size);
    memcpy(buffer, &block, sizeof(block));
    return 0;
}

DWORD WINAPI
FormatMessageW(DWORD flags, LPCVOID source, DWORD number, DWORD language,
               LPWSTR buffer, DWORD size, va_list *arguments)
{
    char *text = NULL, *string = NULL;
    int err = buffer ? 0 : ERROR_INVALID_PARAMETER;
    DWORD len = 0;

    (void)language;
    (void)arguments;
    if (!err && flags & FORMAT_MESSAGE_FROM_STRING)
        err = narrow(source, &string);
    if (!err)
        err = ws_message_format(flags, string, number, &text);
    if (!err)
        err = deliver(flags, text, buffer, size, &len);
    free(text);
    free(string);
    return ws_w32_bool(err) ? len : 0;
}
