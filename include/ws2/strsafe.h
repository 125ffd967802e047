/* SPDX-License-Identifier: MIT */
/* strsafe.h: copy, join, measure and print with a size, in characters (Cch) or
 * bytes (Cb). Compiled in place. Not here: the Ex forms and Gets. The W forms
 * of Printf use libc's wide printf and so exist only with libc's width of
 * WCHAR, where %s in a wide format means a narrow string, as libc has it. */
#ifndef WS2_STRSAFE_H
#define WS2_STRSAFE_H

#pragma GCC system_header

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "windef.h"
#include "winerror.h"
#include "specstrings.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_MAX_LENGTH (STRSAFE_MAX_CCH - 1)
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

typedef char *STRSAFE_LPSTR;
typedef const char *STRSAFE_LPCSTR;
typedef wchar_t *STRSAFE_LPWSTR;
typedef const wchar_t *STRSAFE_LPCWSTR;

#define WS2_SAFE static __inline__ __attribute__((__unused__))
#define WS2_SAFE_PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))

#define WS2_CH char
#define WS2_FN(name) name##A
#include "ws2safe.h"
#undef WS2_CH
#undef WS2_FN
#define WS2_CH wchar_t
#define WS2_FN(name) name##W
#include "ws2safe.h"
#undef WS2_CH
#undef WS2_FN

WS2_SAFE WS2_SAFE_PRINTF(3, 0) HRESULT
    StringCchVPrintfA(char *dst, size_t size, const char *format, va_list args)
{
    int n;

    if (!size || size > STRSAFE_MAX_CCH)
        return STRSAFE_E_INVALID_PARAMETER;
    n = vsnprintf(dst, size, format, args);
    return n >= 0 && (size_t)n < size ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

WS2_SAFE WS2_SAFE_PRINTF(3, 4) HRESULT
    StringCchPrintfA(char *dst, size_t size, const char *format, ...)
{
    va_list args;
    HRESULT hr;

    va_start(args, format);
    hr = StringCchVPrintfA(dst, size, format, args);
    va_end(args);
    return hr;
}

/* Bytes are characters here. */
#define StringCbVPrintfA StringCchVPrintfA
#define StringCbPrintfA StringCchPrintfA

#if __SIZEOF_WCHAR_T__ == 4
WS2_SAFE HRESULT
StringCchVPrintfW(wchar_t *dst, size_t size, const wchar_t *format,
                  va_list args)
{
    int n;

    if (!size || size > STRSAFE_MAX_CCH)
        return STRSAFE_E_INVALID_PARAMETER;
    n = vswprintf(dst, size, format, args);
    if (n < 0)
        dst[size - 1] = 0; /* vswprintf has filled what there is */
    return n >= 0 ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

WS2_SAFE HRESULT
StringCchPrintfW(wchar_t *dst, size_t size, const wchar_t *format, ...)
{
    va_list args;
    HRESULT hr;

    va_start(args, format);
    hr = StringCchVPrintfW(dst, size, format, args);
    va_end(args);
    return hr;
}

WS2_SAFE HRESULT
StringCbVPrintfW(wchar_t *dst, size_t bytes, const wchar_t *format,
                 va_list args)
{
    return StringCchVPrintfW(dst, bytes / sizeof(wchar_t), format, args);
}

WS2_SAFE HRESULT
StringCbPrintfW(wchar_t *dst, size_t bytes, const wchar_t *format, ...)
{
    va_list args;
    HRESULT hr;

    va_start(args, format);
    hr = StringCbVPrintfW(dst, bytes, format, args);
    va_end(args);
    return hr;
}
#endif

#ifdef UNICODE
#define StringCchCopy StringCchCopyW
#define StringCchCopyN StringCchCopyNW
#define StringCchCat StringCchCatW
#define StringCchCatN StringCchCatNW
#define StringCchLength StringCchLengthW
#define StringCchPrintf StringCchPrintfW
#define StringCchVPrintf StringCchVPrintfW
#define StringCbCopy StringCbCopyW
#define StringCbCopyN StringCbCopyNW
#define StringCbCat StringCbCatW
#define StringCbCatN StringCbCatNW
#define StringCbLength StringCbLengthW
#define StringCbPrintf StringCbPrintfW
#define StringCbVPrintf StringCbVPrintfW
#else
#define StringCchCopy StringCchCopyA
#define StringCchCopyN StringCchCopyNA
#define StringCchCat StringCchCatA
#define StringCchCatN StringCchCatNA
#define StringCchLength StringCchLengthA
#define StringCchPrintf StringCchPrintfA
#define StringCchVPrintf StringCchVPrintfA
#define StringCbCopy StringCbCopyA
#define StringCbCopyN StringCbCopyNA
#define StringCbCat StringCbCatA
#define StringCbCatN StringCbCatNA
#define StringCbLength StringCbLengthA
#define StringCbPrintf StringCbPrintfA
#define StringCbVPrintf StringCbVPrintfA
#endif

#endif
