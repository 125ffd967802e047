/* SPDX-License-Identifier: MIT */
/* The Windows base types, as 64-bit Windows lays them out.
 *
 * LONG, ULONG and DWORD are 32 bits wide although Linux's long has 64; types
 * ending in _PTR are as wide as a pointer. WCHAR is the compiler's wchar_t.
 * Not here: SOCKET (winsock2.h), error numbers (winerror.h), TCHAR and TEXT
 * (tchar.h, winnt.h), OVERLAPPED (winbase.h), min and max (windows.h).
 * Invariant: this header pulls in no libc header but <stddef.h>, <string.h>.
 */
#ifndef WS2_WINDEF_H
#define WS2_WINDEF_H

#include <stddef.h>

#include "guiddef.h"

/* ---- How names reach the linker -------------------------------------------
 * WS2_BSD(name): a function whose name libc has too; its symbol is ws2_name.
 * WS2_WIDE(name): a function with WCHAR in its signature, or in a structure it
 * takes; under -fshort-wchar its symbol is ws2_16_name, so that one library
 * serves both widths. WS2_BSD_WIDE(name): both, for a function of libc's name
 * that may fill such a structure. All stand behind the parameter list. */
#define WS2_BSD(name) __asm__("ws2_" #name)
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#define WS2_WIDE(name) __asm__("ws2_16_" #name)
#define WS2_BSD_WIDE(name) WS2_WIDE(name)
#else
#define WS2_WIDE(name)
#define WS2_BSD_WIDE(name) WS2_BSD(name)
#endif

/* name##W or name##A, as UNICODE says. */
#ifdef UNICODE
#define WS2_AW(name) name##W
#else
#define WS2_AW(name) name##A
#endif

#ifdef __cplusplus
#define WS2_BEGIN_C extern "C" {
#define WS2_END_C }
#else
#define WS2_BEGIN_C
#define WS2_END_C
#endif

/* ---- The compiler's dialect ---------------------------------------------- */

/* There is one calling convention. */
#define WINAPI
#define WINAPIV
#define CALLBACK
#define APIENTRY
#define APIPRIVATE
#define NTAPI
#define PASCAL
#define CDECL
#define FAR
#define NEAR
#define far
#define near
#ifndef __stdcall
#define __stdcall
#endif
#ifndef _stdcall
#define _stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __pascal
#define __pascal
#endif
#ifndef __forceinline
#define __forceinline __inline__ __attribute__((__always_inline__))
#endif
#ifndef FORCEINLINE
#define FORCEINLINE static __forceinline
#endif

/* __int64 is long, not long long: "typedef unsigned __int64 uint64_t" then
 * agrees with libc. Macros, because programs write "unsigned __int64". */
#ifndef __int64
#define __int64 long
#endif
#ifndef _int64
#define _int64 long
#endif
#ifndef __int32
#define __int32 int
#endif
#ifndef __int16
#define __int16 short
#endif
#ifndef __int8
#define __int8 char
#endif

/* __declspec with the attributes that programs use; another one is an error
 * that names itself (WS2_DECLSPEC_xyz). */
#ifndef __declspec
#define __declspec(attribute) WS2_DECLSPEC_##attribute
#define WS2_DECLSPEC_dllexport __attribute__((__visibility__("default")))
#define WS2_DECLSPEC_dllimport
#define WS2_DECLSPEC_noreturn __attribute__((__noreturn__))
#define WS2_DECLSPEC_noinline __attribute__((__noinline__))
#define WS2_DECLSPEC_selectany __attribute__((__weak__))
#define WS2_DECLSPEC_deprecated __attribute__((__deprecated__))
#define WS2_DECLSPEC_nothrow __attribute__((__nothrow__))
#define WS2_DECLSPEC_novtable
#ifdef __cplusplus
#define WS2_DECLSPEC_thread __thread
#else /* may stand before "static", as __thread may not */
#define WS2_DECLSPEC_thread _Thread_local
#endif
#define WS2_DECLSPEC_align(n) __attribute__((__aligned__(n)))
#endif

#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef MAX_PATH
#define MAX_PATH 260
#endif

/* ---- Integers ------------------------------------------------------------ */

typedef char CHAR, CCHAR, *PCHAR, *PSZ;
typedef unsigned char UCHAR, *PUCHAR;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned char BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned short ATOM;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT, *LPUINT;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef int LONG, *PLONG, *LPLONG;
typedef unsigned int ULONG, *PULONG, *LPULONG;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef LONG HRESULT;
typedef DWORD COLORREF, *LPCOLORREF;
typedef DWORD LCID, *PLCID;
typedef WORD LANGID;
typedef DWORD ACCESS_MASK;

typedef signed char INT8, *PINT8;
typedef unsigned char UINT8, *PUINT8;
typedef short INT16, *PINT16;
typedef unsigned short UINT16, *PUINT16;
typedef int INT32, *PINT32;
typedef unsigned int UINT32, *PUINT32;
typedef int LONG32, *PLONG32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD32, *PDWORD32;
typedef __int64 INT64, *PINT64;
typedef unsigned __int64 UINT64, *PUINT64;
typedef __int64 LONG64, *PLONG64;
typedef unsigned __int64 ULONG64, *PULONG64;
typedef unsigned __int64 DWORD64, *PDWORD64;
typedef __int64 LONGLONG, *PLONGLONG;
typedef unsigned __int64 ULONGLONG, *PULONGLONG;
typedef unsigned __int64 DWORDLONG, *PDWORDLONG;

typedef __INTPTR_TYPE__ INT_PTR, *PINT_PTR;
typedef __UINTPTR_TYPE__ UINT_PTR, *PUINT_PTR;
typedef __INTPTR_TYPE__ LONG_PTR, *PLONG_PTR;
typedef __UINTPTR_TYPE__ ULONG_PTR, *PULONG_PTR;
typedef ULONG_PTR DWORD_PTR, *PDWORD_PTR;
typedef ULONG_PTR SIZE_T, *PSIZE_T;
typedef LONG_PTR SSIZE_T, *PSSIZE_T;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;

/* ---- Text ----------------------------------------------------------------
 * A functions take UTF-8. W functions take WCHAR: UTF-32 with Linux's usual
 * wchar_t, UTF-16 under -fshort-wchar. */

typedef wchar_t WCHAR, *PWCHAR, *LPWCH, *PWCH, *NWPSTR, *LPWSTR, *PWSTR;
typedef const WCHAR *LPCWCH, *PCWCH, *LPCWSTR, *PCWSTR;
typedef CHAR *LPCH, *PCH, *NPSTR, *LPSTR, *PSTR;
typedef const CHAR *LPCCH, *PCCH, *LPCSTR, *PCSTR;

/* ---- Pointers and handles ------------------------------------------------ */

typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID, *PCVOID;
typedef void *HANDLE;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef HANDLE HGLOBAL, HLOCAL, GLOBALHANDLE, LOCALHANDLE;
typedef void *HGDIOBJ;

#ifndef DECLARE_HANDLE
#define DECLARE_HANDLE(name)                                                   \
    struct name##__ {                                                          \
        int unused;                                                            \
    };                                                                         \
    typedef struct name##__ *name
#endif

DECLARE_HANDLE(HWND);
DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HICON);
DECLARE_HANDLE(HMENU);
DECLARE_HANDLE(HBRUSH);
DECLARE_HANDLE(HDC);
DECLARE_HANDLE(HFONT);
DECLARE_HANDLE(HBITMAP);
DECLARE_HANDLE(HHOOK);
DECLARE_HANDLE(HKEY);
typedef HINSTANCE HMODULE;
typedef HICON HCURSOR;
typedef HKEY *PHKEY;

typedef INT_PTR(WINAPI *FARPROC)(void);
typedef INT_PTR(WINAPI *PROC)(void);

/* ---- Small structures ---------------------------------------------------- */

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

/* 100 ns steps since 1601-01-01 UTC. */
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT, *PPOINT, *NPPOINT, *LPPOINT;

typedef struct tagSIZE {
    LONG cx;
    LONG cy;
} SIZE, *PSIZE, *LPSIZE;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT, *PRECT, *NPRECT, *LPRECT;
typedef const RECT *LPCRECT;

/* A counted block of bytes (the SDK has it in wtypes.h and nspapi.h). */
#ifndef _tagBLOB_DEFINED
#define _tagBLOB_DEFINED
typedef struct _BLOB {
    ULONG cbSize;
    BYTE *pBlobData;
} BLOB, *PBLOB, *LPBLOB;
#endif

/* ---- Taking words apart -------------------------------------------------- */

#define MAKEWORD(low, high)                                                    \
    ((WORD)(((BYTE)((DWORD_PTR)(low)&0xff)) |                                  \
            ((WORD)((BYTE)((DWORD_PTR)(high)&0xff))) << 8))
#define MAKELONG(low, high)                                                    \
    ((LONG)(((WORD)((DWORD_PTR)(low)&0xffff)) |                                \
            ((DWORD)((WORD)((DWORD_PTR)(high)&0xffff))) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l)&0xffff))
#define HIWORD(l) ((WORD)(((DWORD_PTR)(l) >> 16) & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w)&0xff))
#define HIBYTE(w) ((BYTE)(((DWORD_PTR)(w) >> 8) & 0xff))
#define MAKEWPARAM(low, high) ((WPARAM)(DWORD)MAKELONG(low, high))
#define MAKELPARAM(low, high) ((LPARAM)(DWORD)MAKELONG(low, high))
#define MAKELRESULT(low, high) ((LRESULT)(DWORD)MAKELONG(low, high))

#endif /* WS2_WINDEF_H */
