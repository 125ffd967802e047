/* SPDX-License-Identifier: MIT */
/* winnt.h: what the Win32 headers share: TCHAR and TEXT, waits' status numbers,
 * access rights, memory moves, doubly linked list heads and the Interlocked
 * operations. Not here: the base types (windef.h) and everything with a handle
 * (winbase.h). The Interlocked family is full barriers, compiled in place; it
 * works in the width of the variable that it is given, so that a "long" of 64
 * bits is never half written. */
#ifndef WS2_WINNT_H
#define WS2_WINNT_H

/* What C++98 lacks (variadic macros, empty arguments) is no news. */
#pragma GCC system_header

#include <ctype.h>
#include <string.h>

#include "windef.h"

/* ---- A and W ------------------------------------------------------------- */
#ifdef UNICODE
#define __TEXT(quote) L##quote
typedef WCHAR *LPTCH, *PTCH, *PTSTR, *LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#else
#define __TEXT(quote) quote
typedef char *LPTCH, *PTCH, *PTSTR, *LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#endif
#define TEXT(quote) __TEXT(quote)
#ifndef _TCHAR_DEFINED /* tchar.h follows _UNICODE */
#define _TCHAR_DEFINED
#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
#else
typedef char TCHAR, *PTCHAR;
#endif
#endif

/* ---- numbers ------------------------------------------------------------- */
#define MINCHAR 0x80
#define MAXCHAR 0x7f
#define MINSHORT 0x8000
#define MAXSHORT 0x7fff
#define MINLONG 0x80000000
#define MAXLONG 0x7fffffff
#define MAXBYTE 0xff
#define MAXWORD 0xffff
#define MAXDWORD 0xffffffff

#define ANYSIZE_ARRAY 1

typedef LONG NTSTATUS;
#ifndef WIN32_NO_STATUS
#define STATUS_WAIT_0 ((DWORD)0x00000000)
#define STATUS_ABANDONED_WAIT_0 ((DWORD)0x00000080)
#define STATUS_USER_APC ((DWORD)0x000000C0)
#define STATUS_TIMEOUT ((DWORD)0x00000102)
#define STATUS_PENDING ((DWORD)0x00000103)
#define STATUS_ACCESS_VIOLATION ((DWORD)0xC0000005)
#define STATUS_INVALID_HANDLE ((DWORD)0xC0000008)
#define STATUS_INVALID_PARAMETER ((DWORD)0xC000000D)
#define STATUS_NO_MEMORY ((DWORD)0xC0000017)
#define STATUS_CONTROL_C_EXIT ((DWORD)0xC000013A)
#endif

#define MAXIMUM_WAIT_OBJECTS 64

#define DELETE 0x00010000
#define READ_CONTROL 0x00020000
#define WRITE_DAC 0x00040000
#define WRITE_OWNER 0x00080000
#define SYNCHRONIZE 0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000F0000
#define STANDARD_RIGHTS_ALL 0x001F0000
#define MAXIMUM_ALLOWED 0x02000000
#define GENERIC_READ 0x80000000
#define GENERIC_WRITE 0x40000000
#define GENERIC_EXECUTE 0x20000000
#define GENERIC_ALL 0x10000000
#define EVENT_MODIFY_STATE 0x0002
#define EVENT_ALL_ACCESS 0x1F0003

#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH 2
#define DLL_THREAD_DETACH 3

#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_SYS_DEFAULT 0x02
#define SUBLANG_ENGLISH_US 0x01
#define MAKELANGID(p, s) ((WORD)(((WORD)(s) << 10) | (WORD)(p)))
#define MAKELCID(lgid, srt) ((DWORD)(((DWORD)(WORD)(srt) << 16) | (WORD)(lgid)))
#define LANG_SYSTEM_DEFAULT MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT)
#define LANG_USER_DEFAULT MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT)

/* ---- small tools --------------------------------------------------------- */
#define UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define RTL_NUMBER_OF(a) (sizeof(a) / sizeof((a)[0]))
#define ARRAYSIZE(a) RTL_NUMBER_OF(a)
#define _ARRAYSIZE(a) RTL_NUMBER_OF(a)
#define CONTAINING_RECORD(address, type, field)                                \
    ((type *)((PCHAR)(address) - (ULONG_PTR)offsetof(type, field)))
#define WS2_PASTE_(a, b) a##b
#define WS2_PASTE(a, b) WS2_PASTE_(a, b)
#define C_ASSERT(e)                                                            \
    __extension__ typedef char WS2_PASTE(                                      \
        ws2_c_assert_, __LINE__)[(e) ? 1 : -1] __attribute__((__unused__))

#define RtlEqualMemory(a, b, n) (!memcmp((a), (b), (n)))
#define RtlMoveMemory(to, from, n) memmove((to), (from), (n))
#define RtlCopyMemory(to, from, n) memcpy((to), (from), (n))
#define RtlFillMemory(to, n, byte) memset((to), (byte), (n))
#define RtlZeroMemory(to, n) memset((to), 0, (n))
#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory

/* Not dropped by the optimiser, unlike memset on memory that dies next. */
static __inline__ PVOID
RtlSecureZeroMemory(PVOID ptr, SIZE_T cnt)
{
    memset(ptr, 0, cnt);
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
    return ptr;
}
#define SecureZeroMemory RtlSecureZeroMemory

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

/* ---- exceptions: the types, for filters that mention them (excpt.h) -------
 */
#define EXCEPTION_MAXIMUM_PARAMETERS 15
#define EXCEPTION_NONCONTINUABLE 0x1
#define EXCEPTION_ACCESS_VIOLATION STATUS_ACCESS_VIOLATION
#define EXCEPTION_INVALID_HANDLE STATUS_INVALID_HANDLE

typedef struct _EXCEPTION_RECORD {
    DWORD ExceptionCode;
    DWORD ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PVOID ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS, *LPEXCEPTION_POINTERS;

/* ---- Interlocked ---------------------------------------------------------
 * Increment, Decrement give the new value; Exchange, ExchangeAdd,
 * CompareExchange, And, Or, Xor the old one. */
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__x86_64__) || defined(__i386__)
#define YieldProcessor() __builtin_ia32_pause()
#else
#define YieldProcessor() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#endif

#ifdef __cplusplus
/* Templates, so that LONG, ULONG and a 64-bit long each find their own. */
extern "C++" {
template <typename T> struct ws2_same {
    typedef T type;
};
#define WS2_ATOMIC(name, params, expr)                                         \
    template <typename T> static __inline__ T name params                      \
    {                                                                          \
        return expr;                                                           \
    }
#define WS2_T typename ws2_same<T>::type
#define WS2_ATOMICS(suffix)                                                    \
    WS2_ATOMIC(InterlockedIncrement##suffix, (T volatile * p),                 \
               __atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST))                     \
    WS2_ATOMIC(InterlockedDecrement##suffix, (T volatile * p),                 \
               __atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST))                     \
    WS2_ATOMIC(InterlockedExchange##suffix, (T volatile * p, WS2_T v),         \
               __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))                    \
    WS2_ATOMIC(InterlockedExchangeAdd##suffix, (T volatile * p, WS2_T v),      \
               __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST))                     \
    WS2_ATOMIC(InterlockedCompareExchange##suffix,                             \
               (T volatile * p, WS2_T v, WS2_T old),                           \
               __sync_val_compare_and_swap(p, old, v))                         \
    WS2_ATOMIC(InterlockedAnd##suffix, (T volatile * p, WS2_T v),              \
               __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST))                     \
    WS2_ATOMIC(InterlockedOr##suffix, (T volatile * p, WS2_T v),               \
               __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST))                      \
    WS2_ATOMIC(InterlockedXor##suffix, (T volatile * p, WS2_T v),              \
               __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST))                     \
    WS2_ATOMIC(InterlockedAdd##suffix, (T volatile * p, WS2_T v),              \
               __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST))
WS2_ATOMICS()
WS2_ATOMICS(64)

static __inline__ PVOID
InterlockedExchangePointer(PVOID volatile *p, PVOID v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
static __inline__ PVOID
InterlockedCompareExchangePointer(PVOID volatile *p, PVOID v, PVOID old)
{
    return __sync_val_compare_and_swap(p, old, v);
}
}
#undef WS2_ATOMICS
#undef WS2_ATOMIC
#undef WS2_T
#else
/* Macros over the compiler's typed operations, for the same reason. */
#define InterlockedIncrement(p) __atomic_add_fetch((p), 1, __ATOMIC_SEQ_CST)
#define InterlockedDecrement(p) __atomic_sub_fetch((p), 1, __ATOMIC_SEQ_CST)
#define InterlockedExchange(p, v)                                              \
    __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedExchangeAdd(p, v)                                           \
    __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchange(p, v, old)                                  \
    __sync_val_compare_and_swap((p), (old), (v))
#define InterlockedAnd(p, v) __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedOr(p, v) __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedXor(p, v) __atomic_fetch_xor((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedAdd(p, v) __atomic_add_fetch((p), (v), __ATOMIC_SEQ_CST)
#define InterlockedIncrement64(p) InterlockedIncrement(p)
#define InterlockedDecrement64(p) InterlockedDecrement(p)
#define InterlockedExchange64(p, v) InterlockedExchange(p, v)
#define InterlockedExchangeAdd64(p, v) InterlockedExchangeAdd(p, v)
#define InterlockedCompareExchange64(p, v, old)                                \
    InterlockedCompareExchange(p, v, old)
#define InterlockedAnd64(p, v) InterlockedAnd(p, v)
#define InterlockedOr64(p, v) InterlockedOr(p, v)
#define InterlockedXor64(p, v) InterlockedXor(p, v)
#define InterlockedAdd64(p, v) InterlockedAdd(p, v)
#define InterlockedExchangePointer(p, v)                                       \
    __atomic_exchange_n((PVOID volatile *)(p), (PVOID)(v), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchangePointer(p, v, old)                           \
    __sync_val_compare_and_swap((PVOID volatile *)(p), (PVOID)(old), (PVOID)(v))
#endif
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedCompareExchange InterlockedCompareExchange

#endif
