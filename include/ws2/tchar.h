/* SPDX-License-Identifier: MIT */
/* tchar.h: names for text that is char or, with _UNICODE, wchar_t: _T, _tmain,
 * the _tcs functions and the _tprintf family. Only names: each leads to a
 * function of libc or ws2crt.h. With _UNICODE they are libc's wide functions,
 * so they want libc's width of wchar_t, and %s in a wide format means a narrow
 * string. */
#ifndef WS2_TCHAR_H
#define WS2_TCHAR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <ctype.h>
#include <wctype.h>

#include "windef.h"
#include "ws2crt.h"

#ifdef _UNICODE
typedef wchar_t _TCHAR, _TXCHAR, _TSCHAR, _TUCHAR;
typedef wint_t _TINT;
#define __T(x) L##x
#define _tmain wmain
#define _tWinMain wWinMain
#define _TEOF WEOF
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _sntprintf _snwprintf
#define _stprintf_s swprintf_s
#define _vtprintf vwprintf
#define _vftprintf vfwprintf
#define _vsntprintf _vsnwprintf
#define _vstprintf_s vswprintf_s
#define _tscanf wscanf
#define _stscanf swscanf
#define _fgettc fgetwc
#define _fgetts fgetws
#define _fputtc fputwc
#define _fputts fputws
#define _gettchar getwchar
#define _puttchar putwchar
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcsncpy wcsncpy
#define _tcscat wcscat
#define _tcsncat wcsncat
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp _wcsicmp
#define _tcsnicmp _wcsnicmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcspbrk wcspbrk
#define _tcsspn wcsspn
#define _tcscspn wcscspn
#define _tcsdup _wcsdup
#define _tcslwr _wcslwr
#define _tcsupr _wcsupr
#define _tcstok_s wcstok_s
#define _tcscpy_s wcscpy_s
#define _tcsncpy_s wcsncpy_s
#define _tcscat_s wcscat_s
#define _tcsncat_s wcsncat_s
#define _tcsnlen wcsnlen_s
#define _itot _itow
#define _itot_s _itow_s
#define _tcstol wcstol
#define _tcstoul wcstoul
#define _tcstod wcstod
#define _istdigit iswdigit
#define _istalpha iswalpha
#define _istalnum iswalnum
#define _istspace iswspace
#define _istupper iswupper
#define _istlower iswlower
#define _istprint iswprint
#define _totupper towupper
#define _totlower towlower
#define _ttoi(s) ((int)wcstol(s, NULL, 10))
#define _ttol(s) ((LONG)wcstol(s, NULL, 10))
#else
typedef char _TCHAR, _TXCHAR;
typedef signed char _TSCHAR;
typedef unsigned char _TUCHAR;
typedef int _TINT;
#define __T(x) x
#define _tmain main
#define _tWinMain WinMain
#define _TEOF EOF
#define _tprintf printf
#define _ftprintf fprintf
#define _sntprintf _snprintf
#define _stprintf_s sprintf_s
#define _vtprintf vprintf
#define _vftprintf vfprintf
#define _vsntprintf _vsnprintf
#define _vstprintf_s vsprintf_s
#define _tscanf scanf
#define _stscanf sscanf
#define _fgettc fgetc
#define _fgetts fgets
#define _fputtc fputc
#define _fputts fputs
#define _gettchar getchar
#define _puttchar putchar
#define _tcslen strlen
#define _tcscpy strcpy
#define _tcsncpy strncpy
#define _tcscat strcat
#define _tcsncat strncat
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp _stricmp
#define _tcsnicmp _strnicmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcspbrk strpbrk
#define _tcsspn strspn
#define _tcscspn strcspn
#define _tcsdup _strdup
#define _tcslwr _strlwr
#define _tcsupr _strupr
#define _tcstok_s strtok_s
#define _tcscpy_s strcpy_s
#define _tcsncpy_s strncpy_s
#define _tcscat_s strcat_s
#define _tcsncat_s strncat_s
#define _tcsnlen strnlen_s
#define _itot _itoa
#define _itot_s _itoa_s
#define _tcstol strtol
#define _tcstoul strtoul
#define _tcstod strtod
#define _istdigit isdigit
#define _istalpha isalpha
#define _istalnum isalnum
#define _istspace isspace
#define _istupper isupper
#define _istlower islower
#define _istprint isprint
#define _totupper toupper
#define _totlower tolower
#define _stprintf sprintf
#define _tcstok strtok
#define _ttoi atoi
#define _ttol atoi
#define _tfopen fopen
#define _tfopen_s fopen_s
#define _tgetenv getenv
#define _tsystem system
#define _tperror perror
#define _putts puts
#endif

#define _T(x) __T(x)
#define _TEXT(x) __T(x)

#ifndef _TCHAR_DEFINED
#define _TCHAR_DEFINED
typedef _TCHAR TCHAR, *PTCHAR;
#endif

#endif
