/* SPDX-License-Identifier: MIT */
/* ws2crt.h: the part of Microsoft's C run-time that network programs lean on,
 * which on Windows is in <stdio.h>, <string.h>, <stdlib.h> and <malloc.h>: the
 * _s functions, _snprintf, _stricmp, _countof, _alloca, min and max. Compiled
 * in place; the library exports none of it. Bad arguments give the documented
 * error code, not an invalid-parameter handler; whatever is written is ended by
 * a null, even where Microsoft's function would leave it off. WS2_NO_CRT
 * switches it off. */
#ifndef WS2_WS2CRT_H
#define WS2_WS2CRT_H

#ifndef WS2_NO_CRT

#pragma GCC system_header

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "windef.h"

#define WS2_INLINE static __inline__ __attribute__((__unused__))
#define WS2_PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))

typedef int errno_t;
typedef size_t rsize_t;

#define _TRUNCATE ((size_t)-1)
#define WS2_WHOLE ((size_t)-2)
#define STRUNCATE 80
#define _MAX_PATH 260
#define _MAX_FNAME 256
#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))
#define _alloca(n) __builtin_alloca(n)
#define __assume(e) ((e) ? (void)0 : __builtin_unreachable())
#define __noop(...) ((void)0)
#define __debugbreak() __builtin_trap()
#ifndef _countof
#define _countof(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* ---- text ---------------------------------------------------------------- */
#define WS2_CH char
#define WS2_FN(narrow, wide) narrow
#include "ws2str.h"
#undef WS2_CH
#undef WS2_FN
#define WS2_CH wchar_t
#define WS2_FN(narrow, wide) wide
#include "ws2str.h"
#undef WS2_CH
#undef WS2_FN

#define stricmp _stricmp
#define strnicmp _strnicmp
#define _strcmpi _stricmp
#define strcmpi _stricmp
#define wcsicmp _wcsicmp
#define strtok_s(s, delimiters, context) strtok_r(s, delimiters, context)
#define _atoi64(s) strtol(s, NULL, 10)
#define _strtoi64(s, end, base) strtol(s, end, base)
#define _strtoui64(s, end, base) strtoul(s, end, base)

/* ---- memory -------------------------------------------------------------- */
WS2_INLINE errno_t
memmove_s(void *dst, size_t size, const void *src, size_t count)
{
    if (!count)
        return 0;
    if (!dst)
        return EINVAL;
    if (!src || count > size) {
        memset(dst, 0, size);
        return src ? ERANGE : EINVAL;
    }
    memmove(dst, src, count);
    return 0;
}
#define memcpy_s memmove_s

/* ---- printing ------------------------------------------------------------
 * The _s forms want room for everything and else leave an empty string and -1;
 * _snprintf_s with _TRUNCATE, _snprintf and _vsnprintf cut off and give -1. */
WS2_INLINE WS2_PRINTF(3, 0) int _vsnprintf(char *dst, size_t size,
                                           const char *format, va_list args)
{
    int n = vsnprintf(dst, size, format, args);

    return !size || (size_t)n < size ? n : -1;
}

WS2_INLINE WS2_PRINTF(3, 4) int _snprintf(char *dst, size_t size,
                                          const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnprintf(dst, size, format, args);
    va_end(args);
    return n;
}

WS2_INLINE WS2_PRINTF(4, 0) int _vsnprintf_s(char *dst, size_t size,
                                             size_t count, const char *format,
                                             va_list args)
{
    size_t room = count < size ? count + 1 : size;
    int n;

    if (!dst || !size || !format)
        return -1;
    n = vsnprintf(dst, room, format, args);
    if (n >= 0 && (size_t)n < room)
        return n;
    if (n < 0 || (count != _TRUNCATE && count >= size))
        dst[0] = 0;
    return -1;
}

WS2_INLINE WS2_PRINTF(4, 5) int _snprintf_s(char *dst, size_t size,
                                            size_t count, const char *format,
                                            ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = _vsnprintf_s(dst, size, count, format, args);
    va_end(args);
    return n;
}

WS2_INLINE WS2_PRINTF(3, 0) int vsprintf_s(char *dst, size_t size,
                                           const char *format, va_list args)
{
    return _vsnprintf_s(dst, size, WS2_WHOLE, format, args);
}

WS2_INLINE WS2_PRINTF(3, 4) int sprintf_s(char *dst, size_t size,
                                          const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsprintf_s(dst, size, format, args);
    va_end(args);
    return n;
}

WS2_INLINE WS2_PRINTF(1, 0) int _vscprintf(const char *format, va_list args)
{
    return vsnprintf(NULL, 0, format, args);
}

#define printf_s printf
#define fprintf_s fprintf

/* libc prints wide text in its own width only. */
#if __SIZEOF_WCHAR_T__ == 4
WS2_INLINE int
vswprintf_s(wchar_t *dst, size_t size, const wchar_t *format, va_list args)
{
    int n = dst && size ? vswprintf(dst, size, format, args) : -1;

    if (n < 0 && dst && size)
        dst[0] = 0;
    return n;
}

WS2_INLINE int
swprintf_s(wchar_t *dst, size_t size, const wchar_t *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vswprintf_s(dst, size, format, args);
    va_end(args);
    return n;
}
#define _snwprintf swprintf_s
#define _vsnwprintf vswprintf_s
#define wprintf_s wprintf
#define wcstok_s(s, delimiters, context) wcstok(s, delimiters, context)
#endif

/* ---- files, lines, time, environment ------------------------------------- */

/* A line from standard input without its newline; NULL and an empty 'dst' at
 * the end of the file, or when the line does not fit. */
WS2_INLINE char *
gets_s(char *dst, size_t size)
{
    size_t n;

    if (!dst || !size)
        return NULL;
    dst[0] = 0;
    if (!fgets(dst, (int)size, stdin))
        return NULL;
    n = strlen(dst);
    if (n && dst[n - 1] == '\n') {
        dst[n - 1] = 0;
        return dst;
    }
    if (n + 1 < size)
        return dst; /* the last line had no end */
    while ((n = (size_t)getchar()) != (size_t)EOF && n != '\n')
        continue;
    dst[0] = 0;
    return NULL;
}

WS2_INLINE errno_t
fopen_s(FILE **file, const char *name, const char *mode)
{
    if (!file)
        return EINVAL;
    *file = name && mode ? fopen(name, mode) : NULL;
    return *file ? 0 : name && mode ? errno : EINVAL;
}

WS2_INLINE errno_t
localtime_s(struct tm *result, const time_t *t)
{
    return result && t && localtime_r(t, result) ? 0 : EINVAL;
}

WS2_INLINE errno_t
gmtime_s(struct tm *result, const time_t *t)
{
    return result && t && gmtime_r(t, result) ? 0 : EINVAL;
}

WS2_INLINE errno_t
ctime_s(char *dst, size_t size, const time_t *t)
{
    struct tm tm;

    if (!dst || !size)
        return EINVAL;
    dst[0] = 0;
    if (!t || size < 26 || localtime_s(&tm, t))
        return EINVAL;
    return strftime(dst, size, "%a %b %d %H:%M:%S %Y\n", &tm) ? 0 : EINVAL;
}

WS2_INLINE errno_t
strerror_s(char *dst, size_t size, int error)
{
    return strncpy_s(dst, size, strerror(error), _TRUNCATE) == EINVAL ? EINVAL
                                                                      : 0;
}

/* 'needed' is the size with the null, 0 when there is no such variable. */
WS2_INLINE errno_t
getenv_s(size_t *needed, char *dst, size_t size, const char *name)
{
    const char *value = name ? getenv(name) : NULL;

    if (!needed || !name || (!dst && size))
        return EINVAL;
    *needed = value ? strlen(value) + 1 : 0;
    if (size)
        dst[0] = 0;
    if (!value || !size)
        return 0;
    return strcpy_s(dst, size, value);
}

#ifdef __cplusplus
extern "C++" {
template <size_t N>
inline WS2_PRINTF(2, 3) int sprintf_s(char (&dst)[N], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsprintf_s(dst, N, format, args);
    va_end(args);
    return n;
}
template <size_t N>
inline WS2_PRINTF(2, 0) int vsprintf_s(char (&dst)[N], const char *format,
                                       va_list args)
{
    return vsprintf_s(dst, N, format, args);
}
template <size_t N>
inline WS2_PRINTF(3, 4) int _snprintf_s(char (&dst)[N], size_t count,
                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = _vsnprintf_s(dst, N, count, format, args);
    va_end(args);
    return n;
}
template <size_t N>
inline char *
gets_s(char (&dst)[N])
{
    return gets_s(dst, N);
}
}
#endif

/* ---- min and max ---------------------------------------------------------
 * Macros in C. In C++ functions, which leave std::min and the members of that
 * name in peace. */
#ifndef NOMINMAX
#ifndef __cplusplus
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#elif !defined(min) && !defined(max)
extern "C++" {
#if __cplusplus >= 201402L
#define WS2_CONSTEXPR constexpr
#else
#define WS2_CONSTEXPR
#endif
#if __cplusplus >= 201103L
#define WS2_COMMON decltype(true ? A() + 0 : B() + 0)
#else
template <typename A, typename B> struct ws2_common {
    typedef __typeof__(true ? A() + 0 : B() + 0) type;
};
#define WS2_COMMON typename ws2_common<A, B>::type
#endif
template <typename A, typename B>
inline WS2_CONSTEXPR WS2_COMMON
min(const A &a, const B &b)
{
    typedef WS2_COMMON both;
    return (both)a < (both)b ? (both)a : (both)b;
}
template <typename A, typename B>
inline WS2_CONSTEXPR WS2_COMMON
max(const A &a, const B &b)
{
    typedef WS2_COMMON both;
    return (both)a > (both)b ? (both)a : (both)b;
}
#undef WS2_COMMON
#undef WS2_CONSTEXPR
}
#endif
#endif /* NOMINMAX */

#endif /* WS2_NO_CRT */
#endif
