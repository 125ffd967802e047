/* SPDX-License-Identifier: MIT */
/* The string functions of the Win32 slice, A forms. Their W forms, which do
 * not go by way of these, are in wide.c. */
#include "w32/error.h"

#include <ws2/winbase.h>

#include <string.h>
#include <strings.h>

int WINAPI
lstrlenA(LPCSTR s)
{
    return s ? (int)strlen(s) : 0;
}

/* The size is the caller's promise, as in strcpy; that is its contract. */
LPSTR
WINAPI(lstrcpyA)(LPSTR to, LPCSTR from)
{
    if (!to || !from)
        return NULL;
    return memmove(to, from, strlen(from) + 1);
}

/* Stores at most 'size' - 1 characters and always a null. */
LPSTR WINAPI
lstrcpynA(LPSTR to, LPCSTR from, int size)
{
    size_t len;

    if (!to || !from || size <= 0)
        return NULL;
    len = strnlen(from, (size_t)size - 1);
    memmove(to, from, len);
    to[len] = 0;
    return to;
}

LPSTR WINAPI
lstrcatA(LPSTR to, LPCSTR from)
{
    if (!to || !from)
        return NULL;
    memmove(to + strlen(to), from, strlen(from) + 1);
    return to;
}

/* Compares, with NULL before everything. */
static int
order(LPCSTR a, LPCSTR b, int (*compare)(const char *, const char *))
{
    int difference = a && b ? compare(a, b) : !!a - !!b;

    return (difference > 0) - (difference < 0);
}

int WINAPI
lstrcmpA(LPCSTR a, LPCSTR b)
{
    return order(a, b, strcmp);
}

int WINAPI
lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return order(a, b, strcasecmp);
}
