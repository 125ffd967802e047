/* SPDX-License-Identifier: MIT */
/* winbase.h: the Win32 slice around sockets: errors and handles, threads,
 * synchronisation, waits, time, memory, modules, strings. What is declared here
 * exists in the library; what Windows has besides is missing on purpose, so
 * that a program finds out when it is compiled. Each family starts with its
 * contract; the full one is in Microsoft's page of the same name. The error of
 * a failed call is in GetLastError; a successful call leaves it alone unless it
 * says so. */
#ifndef WS2_WINBASE_H
#define WS2_WINBASE_H

#include <stdarg.h>

#include "windef.h"
#include "winnt.h"
#include "winerror.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WS2_NORETURN __attribute__((__noreturn__))

#define INFINITE 0xFFFFFFFF
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor; /* ignored: there are no descriptors */
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

/* The caller owns it; the library does from the start of an operation until
 * 'Internal' is no longer STATUS_PENDING. */
typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _OVERLAPPED_ENTRY {
    ULONG_PTR lpCompletionKey;
    LPOVERLAPPED lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY, *LPOVERLAPPED_ENTRY;

typedef VOID(WINAPI *LPOVERLAPPED_COMPLETION_ROUTINE)(
    DWORD dwErrorCode, DWORD dwNumberOfBytesTransfered,
    LPOVERLAPPED lpOverlapped);

/* ---- errors -------------------------------------------------------------
 * One slot a thread, shared with WSAGetLastError. */
DWORD WINAPI GetLastError(VOID);
VOID WINAPI SetLastError(DWORD dwErrCode);

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF

/* The text of an error, ended by "\r\n" unless FORMAT_MESSAGE_MAX_WIDTH_MASK is
 * given. Returns the characters stored without the ending null, or 0. 'nSize'
 * is in characters. With FORMAT_MESSAGE_ALLOCATE_BUFFER 'lpBuffer' is the
 * address of a pointer, and the caller frees it with LocalFree. Inserts (%1)
 * are not carried out: FROM_STRING needs IGNORE_INSERTS. */
DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                            DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                            va_list *Arguments);
DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                            DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                            va_list *Arguments) WS2_WIDE(FormatMessageW);

/* ---- handles ------------------------------------------------------------
 * CloseHandle does not take a socket (ERROR_INVALID_HANDLE): that is
 * closesocket's. DuplicateHandle works within this process (both process
 * handles are GetCurrentProcess()), on everything that can be waited for; the
 * object lives until its last handle is closed. Get- and SetHandleInformation:
 * on sockets, whether a child process inherits the descriptor. */
#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002
#define DUPLICATE_CLOSE_SOURCE 0x00000001
#define DUPLICATE_SAME_ACCESS 0x00000002

BOOL WINAPI CloseHandle(HANDLE hObject);
BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                            HANDLE hTargetProcessHandle,
                            LPHANDLE lpTargetHandle, DWORD dwDesiredAccess,
                            BOOL bInheritHandle, DWORD dwOptions);
BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);

/* ---- threads ------------------------------------------------------------
 * A thread handle is signalled when the thread has ended, and must be closed.
 * The start routine's result, or ExitThread's, is the exit code; STILL_ACTIVE
 * before. ExitThread unwinds C++ frames, as pthread_exit does. TerminateThread
 * is not offered: nothing can end a thread that holds a lock and leave the
 * process sound. GetCurrentThread and GetCurrentProcess are constants that mean
 * the caller; DuplicateHandle makes a real thread handle of the first. */
#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define STILL_ACTIVE 259

typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;
typedef VOID(WINAPI *PAPCFUNC)(ULONG_PTR Parameter);

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes,
                           SIZE_T dwStackSize,
                           LPTHREAD_START_ROUTINE lpStartAddress,
                           LPVOID lpParameter, DWORD dwCreationFlags,
                           LPDWORD lpThreadId);
/* Starts a thread that was created suspended: 1 the first time, 0 after that,
 * (DWORD)-1 for a wrong handle. There is no SuspendThread. */
DWORD WINAPI ResumeThread(HANDLE hThread);
WS2_NORETURN VOID WINAPI ExitThread(DWORD dwExitCode);
BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);
HANDLE WINAPI GetCurrentThread(VOID);
DWORD WINAPI GetCurrentThreadId(VOID);
HANDLE WINAPI GetCurrentProcess(VOID);
DWORD WINAPI GetCurrentProcessId(VOID);
BOOL WINAPI SwitchToThread(VOID);

/* Milliseconds; INFINITE sleeps for good. SleepEx returns WAIT_IO_COMPLETION
 * when it was alertable and ran an APC, else 0. */
VOID WINAPI Sleep(DWORD dwMilliseconds);
DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);

/* 'pfnAPC' runs in the thread 'hThread', inside its next alertable wait. */
DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData);

/* ---- waits --------------------------------------------------------------
 * Milliseconds; 0 looks only. A single wait gives WAIT_OBJECT_0, or
 * WAIT_ABANDONED for a mutex whose owner died; a multiple one adds the lowest
 * index. At most 64 handles. */
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x00000080
#define WAIT_ABANDONED_0 0x00000080
#define WAIT_IO_COMPLETION 0x000000C0
#define WAIT_FAILED 0xFFFFFFFF
#ifndef WAIT_TIMEOUT
#define WAIT_TIMEOUT 258
#endif

DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds,
                                   BOOL bAlertable);
DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles,
                                    BOOL bWaitAll, DWORD dwMilliseconds);
DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles,
                                      BOOL bWaitAll, DWORD dwMilliseconds,
                                      BOOL bAlertable);

/* ---- results of overlapped operations -----------------------------------
 * An OVERLAPPED tells by itself how its operation goes; a handle is needed only
 * to wait for it, and only if 'hEvent' is NULL. GetOverlappedResult returns
 * FALSE with ERROR_IO_INCOMPLETE while the operation runs and 'bWait' is FALSE;
 * FALSE with the operation's error if it failed ('*lpNumberOfBytesTransferred'
 * is set all the same). The Ex form waits for milliseconds: 0 looks only,
 * WAIT_TIMEOUT; 'bAlertable' may end it with WAIT_IO_COMPLETION.
 * HasOverlappedIoCompleted only reads: poll it in a loop that also waits, or
 * expect some ten milliseconds more until the library looks by itself. */
#define HasOverlappedIoCompleted(lpOverlapped)                                 \
    ((DWORD)__atomic_load_n(&(lpOverlapped)->Internal, __ATOMIC_ACQUIRE) !=    \
     0x00000103)

BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                  LPDWORD lpNumberOfBytesTransferred,
                                  DWORD dwMilliseconds, BOOL bAlertable);

/* Ends operations that are in flight: all those of the handle that the calling
 * thread issued (CancelIo, TRUE even if there are none); the one of
 * 'lpOverlapped' or, with NULL, all of the handle (CancelIoEx,
 * ERROR_NOT_FOUND if there are none). Does not wait: each then completes in the
 * usual way, with ERROR_OPERATION_ABORTED, or as it would have if the cancel
 * came too late. CancelSynchronousIo ends the blocking socket call of another
 * thread; ERROR_NOT_FOUND if that is in none. */
BOOL WINAPI CancelIo(HANDLE hFile);
BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
BOOL WINAPI CancelSynchronousIo(HANDLE hThread);

/* ---- completion ports ---------------------------------------------------
 * CreateIoCompletionPort makes a port (INVALID_HANDLE_VALUE, NULL), attaches a
 * socket or an overlapped file to one, or both at once. A handle is attached
 * once for life (ERROR_INVALID_PARAMETER). 'NumberOfConcurrentThreads', 0 for
 * the number of processors, limits how many threads run at a time: one counts
 * from when it took a packet until it comes back, ends, or sleeps in a wait;
 * blocking calls and locks are not such waits here. Packets come first in,
 * first out; of waiting threads the newest gets the next one, but a thread that
 * finds a packet while it drives the I/O keeps it.
 *
 * GetQueuedCompletionStatus: TRUE for the packet of an operation that
 * succeeded. FALSE with '*lpOverlapped' not NULL: that of one that failed, with
 * its error. FALSE with NULL: there was none, nothing else is set, and the
 * error is WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0 (the port was closed meanwhile)
 * or ERROR_INVALID_HANDLE. The Ex form takes up to 'ulCount' packets and
 * returns TRUE if it got any, whatever their status; WAIT_IO_COMPLETION when it
 * was alertable and an APC ran. PostQueuedCompletionStatus appends a packet of
 * the caller's own: the three values arrive unchanged. */
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2

HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle,
                                     HANDLE ExistingCompletionPort,
                                     ULONG_PTR CompletionKey,
                                     DWORD NumberOfConcurrentThreads);
BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort,
                                      LPDWORD lpNumberOfBytesTransferred,
                                      PULONG_PTR lpCompletionKey,
                                      LPOVERLAPPED *lpOverlapped,
                                      DWORD dwMilliseconds);
BOOL WINAPI GetQueuedCompletionStatusEx(
    HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
    ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
    BOOL fAlertable);
BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort,
                                       DWORD dwNumberOfBytesTransferred,
                                       ULONG_PTR dwCompletionKey,
                                       LPOVERLAPPED lpOverlapped);

/* No packet for an operation that succeeds at once, no signal on the handle
 * itself. Modes can be added, not taken away. */
BOOL WINAPI SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags);

/* ---- the thread pool ----------------------------------------------------
 * Threads of the library wait on a port of its own and run callbacks. More are
 * started while all are inside callbacks (up to 512), idle ones end after some
 * seconds. BindIoCompletionCallback attaches a socket or an overlapped file for
 * life: 'Function' runs once for each operation, with its error. A TP_IO does
 * the same with a context, and counts: call StartThreadpoolIo before each
 * operation, and CancelThreadpoolIo if the operation then failed at once, or
 * succeeded at once under FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
 * WaitForThreadpoolIoCallbacks returns when no started operation is left, or,
 * with 'fCancelPendingCallbacks', drops those whose callback has not begun and
 * waits only for the ones that run. CloseThreadpoolIo ends the object once the
 * last started operation has been told. Private pools and environments are not
 * offered: 'pcbe' is NULL, or it is ERROR_INVALID_PARAMETER. */
typedef struct _TP_IO TP_IO, *PTP_IO;
typedef struct _TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE,
    *PTP_CALLBACK_INSTANCE;
typedef struct _TP_CALLBACK_ENVIRON_V3 TP_CALLBACK_ENVIRON,
    *PTP_CALLBACK_ENVIRON;
typedef VOID(CALLBACK *PTP_WIN32_IO_CALLBACK)(
    PTP_CALLBACK_INSTANCE Instance, PVOID Context, PVOID Overlapped,
    ULONG IoResult, ULONG_PTR NumberOfBytesTransferred, PTP_IO Io);

BOOL WINAPI BindIoCompletionCallback(HANDLE FileHandle,
                                     LPOVERLAPPED_COMPLETION_ROUTINE Function,
                                     ULONG Flags);
PTP_IO WINAPI CreateThreadpoolIo(HANDLE fl, PTP_WIN32_IO_CALLBACK pfnio,
                                 PVOID pv, PTP_CALLBACK_ENVIRON pcbe);
VOID WINAPI StartThreadpoolIo(PTP_IO pio);
VOID WINAPI CancelThreadpoolIo(PTP_IO pio);
VOID WINAPI WaitForThreadpoolIoCallbacks(PTP_IO pio,
                                         BOOL fCancelPendingCallbacks);
VOID WINAPI CloseThreadpoolIo(PTP_IO pio);

/* 'Function' runs once in a thread of the pool. The flags are hints. */
#define WT_EXECUTEDEFAULT 0x00000000
#define WT_EXECUTEINIOTHREAD 0x00000001
#define WT_EXECUTELONGFUNCTION 0x00000010
BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE Function, PVOID Context,
                              ULONG Flags);

/* 'Callback' runs in a thread of the pool whenever 'hObject' is signalled, or
 * has not been for 'dwMilliseconds' (TRUE is its second argument then), until
 * the wait is unregistered; with WT_EXECUTEONLYONCE only the first time. A
 * callback that runs meanwhile is ERROR_IO_PENDING and ends afterwards;
 * UnregisterWaitEx waits for it with INVALID_HANDLE_VALUE, or has the event
 * 'CompletionEvent' set by it. The wait's handle is good for nothing else. */
typedef VOID(CALLBACK *WAITORTIMERCALLBACK)(PVOID lpParameter,
                                            BOOLEAN TimerOrWaitFired);
#define WT_EXECUTEINWAITTHREAD 0x00000004
#define WT_EXECUTEONLYONCE 0x00000008
BOOL WINAPI RegisterWaitForSingleObject(PHANDLE phNewWaitObject, HANDLE hObject,
                                        WAITORTIMERCALLBACK Callback,
                                        PVOID Context, ULONG dwMilliseconds,
                                        ULONG dwFlags);
BOOL WINAPI UnregisterWait(HANDLE WaitHandle);
BOOL WINAPI UnregisterWaitEx(HANDLE WaitHandle, HANDLE CompletionEvent);

/* ---- events, mutexes, semaphores, timers --------------------------------
 * Each Create gives a handle to be closed, or NULL. Objects have no names here:
 * a 'lpName' other than NULL is ERROR_NOT_SUPPORTED. A mutex belongs to the
 * thread that waited for it, and counts. SetWaitableTimer takes 100 ns units:
 * negative from now, positive as FILETIME; 'lPeriod' is in milliseconds; the
 * routine runs as an APC of the thread that set the timer. */
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes,
                           BOOL bManualReset, BOOL bInitialState,
                           LPCSTR lpName);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes,
                           BOOL bManualReset, BOOL bInitialState,
                           LPCWSTR lpName) WS2_WIDE(CreateEventW);
BOOL WINAPI SetEvent(HANDLE hEvent);
BOOL WINAPI ResetEvent(HANDLE hEvent);

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                           BOOL bInitialOwner, LPCSTR lpName);
HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                           BOOL bInitialOwner, LPCWSTR lpName)
    WS2_WIDE(CreateMutexW);
BOOL WINAPI ReleaseMutex(HANDLE hMutex);

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                               LONG lInitialCount, LONG lMaximumCount,
                               LPCSTR lpName);
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                               LONG lInitialCount, LONG lMaximumCount,
                               LPCWSTR lpName) WS2_WIDE(CreateSemaphoreW);
BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount,
                             LPLONG lpPreviousCount);

typedef VOID(CALLBACK *PTIMERAPCROUTINE)(LPVOID lpArgToCompletionRoutine,
                                         DWORD dwTimerLowValue,
                                         DWORD dwTimerHighValue);

HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                   BOOL bManualReset, LPCSTR lpTimerName);
HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                   BOOL bManualReset, LPCWSTR lpTimerName)
    WS2_WIDE(CreateWaitableTimerW);
BOOL WINAPI SetWaitableTimer(HANDLE hTimer, const LARGE_INTEGER *lpDueTime,
                             LONG lPeriod,
                             PTIMERAPCROUTINE pfnCompletionRoutine,
                             LPVOID lpArgToCompletionRoutine, BOOL fResume);
BOOL WINAPI CancelWaitableTimer(HANDLE hTimer);

/* ---- locks without a handle ---------------------------------------------
 * A critical section is recursive and needs Initialize and Delete; SRW locks
 * and condition variables are all zero when free, are not recursive, and need
 * no end. None may be moved or copied. SleepConditionVariable* takes
 * milliseconds and fails with ERROR_TIMEOUT. */
#define RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO 0x01000000
#define CRITICAL_SECTION_NO_DEBUG_INFO RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO

typedef struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;
typedef CRITICAL_SECTION RTL_CRITICAL_SECTION;

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
BOOL WINAPI InitializeCriticalSectionAndSpinCount(
    LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount);
BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection,
                                        DWORD dwSpinCount, DWORD Flags);
VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} SRWLOCK, *PSRWLOCK;
typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} CONDITION_VARIABLE, *PCONDITION_VARIABLE;

#define SRWLOCK_INIT                                                           \
    {                                                                          \
        0                                                                      \
    }
#define CONDITION_VARIABLE_INIT                                                \
    {                                                                          \
        0                                                                      \
    }
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1

VOID WINAPI InitializeSRWLock(PSRWLOCK SRWLock);
VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock);
VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock);
VOID WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock);
BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock);
VOID WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock);

VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                                     PCRITICAL_SECTION CriticalSection,
                                     DWORD dwMilliseconds);
BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable,
                                      PSRWLOCK SRWLock, DWORD dwMilliseconds,
                                      ULONG Flags);
VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable);

/* Runs 'InitFn' once; who comes meanwhile waits for it. If 'InitFn' returns
 * FALSE, so does the call, and the next caller tries again. */
typedef union _RTL_RUN_ONCE {
    PVOID Ptr;
} INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;
#define INIT_ONCE_STATIC_INIT                                                  \
    {                                                                          \
        0                                                                      \
    }
typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE InitOnce, PVOID Parameter,
                                    PVOID *Context);

VOID WINAPI InitOnceInitialize(PINIT_ONCE InitOnce);
BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn,
                                PVOID Parameter, LPVOID *Context);

/* ---- thread-local storage -----------------------------------------------
 * An index is TLS_OUT_OF_INDEXES when there is none left. TlsGetValue clears
 * the last error when it succeeds, for its value may be NULL. */
#define TLS_OUT_OF_INDEXES 0xFFFFFFFF
#define TLS_MINIMUM_AVAILABLE 64

DWORD WINAPI TlsAlloc(VOID);
LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);
BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);
BOOL WINAPI TlsFree(DWORD dwTlsIndex);

/* ---- time ---------------------------------------------------------------
 * Ticks are milliseconds since the machine started; the 32-bit ones wrap after
 * 49.7 days. FILETIME counts 100 ns since 1601, UTC. */
typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;     /* 1..12 */
    WORD wDayOfWeek; /* 0 is Sunday */
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

DWORD WINAPI GetTickCount(VOID);
ULONGLONG WINAPI GetTickCount64(VOID);
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);
VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);
VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);
BOOL WINAPI FileTimeToSystemTime(const FILETIME *lpFileTime,
                                 LPSYSTEMTIME lpSystemTime);
BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *lpSystemTime,
                                 LPFILETIME lpFileTime);

/* ---- memory -------------------------------------------------------------
 * The heaps are the C heap: HeapCreate's sizes and HEAP_NO_SERIALIZE are only
 * hints, and HeapDestroy frees what is still allocated from that heap. What
 * HeapAlloc gave goes to HeapFree, with the same heap. HeapSize is the size
 * asked for, (SIZE_T)-1 on error. LocalFree and GlobalFree return NULL, or the
 * argument if it was wrong. Only fixed blocks: LMEM_MOVEABLE gives a pointer
 * too. */
#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GROWABLE 0x00000002
#define HEAP_GENERATE_EXCEPTIONS 0x00000004
#define HEAP_ZERO_MEMORY 0x00000008
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010

#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002
#define GMEM_ZEROINIT 0x0040
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)

HANDLE WINAPI GetProcessHeap(VOID);
HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize,
                         SIZE_T dwMaximumSize);
BOOL WINAPI HeapDestroy(HANDLE hHeap);
LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem,
                          SIZE_T dwBytes);
BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);
HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
HLOCAL WINAPI LocalFree(HLOCAL hMem);
HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);

/* ---- the process and the machine ----------------------------------------
 * GetComputerName's 'nSize' is in characters: on entry with, on success without
 * the ending null. The control handlers run, last one first, in a thread of
 * their own: SIGINT is CTRL_C_EVENT, SIGQUIT CTRL_BREAK_EVENT, SIGHUP
 * CTRL_CLOSE_EVENT, SIGTERM CTRL_SHUTDOWN_EVENT; if none returns TRUE the
 * process ends. */
typedef struct _SYSTEM_INFO {
    __extension__ union {
        DWORD dwOemId;
        __extension__ struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

#define PROCESSOR_ARCHITECTURE_INTEL 0
#define PROCESSOR_ARCHITECTURE_ARM 5
#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF
#define MAX_COMPUTERNAME_LENGTH 15

VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo);
BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize)
    WS2_WIDE(GetComputerNameW);
WS2_NORETURN VOID WINAPI ExitProcess(UINT uExitCode);

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD CtrlType);
BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);

/* CTRL_C_EVENT or CTRL_BREAK_EVENT for the calling process, as if typed; the
 * group is 0 or the process' own id (ERROR_INVALID_PARAMETER). */
BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId);

/* The system is told as Windows NT 6.2, which is what Windows itself tells a
 * program that does not say otherwise. 'dwOSVersionInfoSize' is the size of
 * either structure, else ERROR_INSUFFICIENT_BUFFER. */
#define VER_PLATFORM_WIN32s 0
#define VER_PLATFORM_WIN32_WINDOWS 1
#define VER_PLATFORM_WIN32_NT 2
#define VER_NT_WORKSTATION 1
#define VER_NT_DOMAIN_CONTROLLER 2
#define VER_NT_SERVER 3

#define WS2_VERSION_HEAD(type)                                                 \
    DWORD dwOSVersionInfoSize;                                                 \
    DWORD dwMajorVersion;                                                      \
    DWORD dwMinorVersion;                                                      \
    DWORD dwBuildNumber;                                                       \
    DWORD dwPlatformId;                                                        \
    type szCSDVersion[128];
#define WS2_VERSION_TAIL                                                       \
    WORD wServicePackMajor;                                                    \
    WORD wServicePackMinor;                                                    \
    WORD wSuiteMask;                                                           \
    BYTE wProductType;                                                         \
    BYTE wReserved;

typedef struct _OSVERSIONINFOA {
    WS2_VERSION_HEAD(CHAR)
} OSVERSIONINFOA, *POSVERSIONINFOA, *LPOSVERSIONINFOA;
typedef struct _OSVERSIONINFOW {
    WS2_VERSION_HEAD(WCHAR)
} OSVERSIONINFOW, *POSVERSIONINFOW, *LPOSVERSIONINFOW;
typedef struct _OSVERSIONINFOEXA {
    WS2_VERSION_HEAD(CHAR) WS2_VERSION_TAIL
} OSVERSIONINFOEXA, *POSVERSIONINFOEXA, *LPOSVERSIONINFOEXA;
typedef struct _OSVERSIONINFOEXW {
    WS2_VERSION_HEAD(WCHAR) WS2_VERSION_TAIL
} OSVERSIONINFOEXW, *POSVERSIONINFOEXW, *LPOSVERSIONINFOEXW;

BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA lpVersionInformation);
BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW lpVersionInformation)
    WS2_WIDE(GetVersionExW);

/* The environment: UTF-8, names with upper and lower case told apart.
 * GetEnvironmentVariable returns the characters without the null, or, when
 * 'nSize' is too small, the size needed with it; 0 and ERROR_ENVVAR_NOT_FOUND
 * when there is none. A NULL 'lpValue' deletes. ExpandEnvironmentStrings
 * replaces %NAME% and returns the size needed, null included. */
DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer,
                                     DWORD nSize);
DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer,
                                     DWORD nSize)
    WS2_WIDE(GetEnvironmentVariableW);
BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue)
    WS2_WIDE(SetEnvironmentVariableW);
DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR lpSrc, LPSTR lpDst, DWORD nSize);
DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR lpSrc, LPWSTR lpDst, DWORD nSize)
    WS2_WIDE(ExpandEnvironmentStringsW);

/* ---- files --------------------------------------------------------------
 * Regular files, as far as servers need them beside sockets. Paths are Linux
 * paths in UTF-8; a backslash is taken for a slash; "NUL" is the null device.
 * Sharing is not enforced: 'dwShareMode' is ignored, and so are attributes and
 * hints of caching. CreateFile returns INVALID_HANDLE_VALUE on failure;
 * CREATE_ALWAYS and OPEN_ALWAYS leave ERROR_ALREADY_EXISTS behind on success if
 * the file was there, else 0. The handle is closed with CloseHandle. */
#define FILE_READ_DATA 0x0001
#define FILE_WRITE_DATA 0x0002
#define FILE_APPEND_DATA 0x0004
#define FILE_READ_ATTRIBUTES 0x0080
#define FILE_WRITE_ATTRIBUTES 0x0100
#define FILE_GENERIC_READ 0x00120089
#define FILE_GENERIC_WRITE 0x00120116
#define FILE_SHARE_READ 0x00000001
#define FILE_SHARE_WRITE 0x00000002
#define FILE_SHARE_DELETE 0x00000004
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5
#define FILE_ATTRIBUTE_READONLY 0x00000001
#define FILE_ATTRIBUTE_HIDDEN 0x00000002
#define FILE_ATTRIBUTE_SYSTEM 0x00000004
#define FILE_ATTRIBUTE_ARCHIVE 0x00000020
#define FILE_ATTRIBUTE_NORMAL 0x00000080
#define FILE_ATTRIBUTE_TEMPORARY 0x00000100
#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_RANDOM_ACCESS 0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000
#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2
#define INVALID_FILE_SIZE ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)0xFFFFFFFF)

HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess,
                          DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess,
                          DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
    WS2_WIDE(CreateFileW);
BOOL WINAPI DeleteFileA(LPCSTR lpFileName);
BOOL WINAPI DeleteFileW(LPCWSTR lpFileName) WS2_WIDE(DeleteFileW);

/* The 32-bit forms return the low half and 0xFFFFFFFF on failure; when that is
 * the size or the position itself, the last error is NO_ERROR. */
DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh);
BOOL WINAPI GetFileSizeEx(HANDLE hFile, LARGE_INTEGER *lpFileSize);
DWORD WINAPI SetFilePointer(HANDLE hFile, LONG lDistanceToMove,
                            PLONG lpDistanceToMoveHigh, DWORD dwMoveMethod);
BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove,
                             LARGE_INTEGER *lpNewFilePointer,
                             DWORD dwMoveMethod);
BOOL WINAPI SetEndOfFile(HANDLE hFile);
BOOL WINAPI FlushFileBuffers(HANDLE hFile);

/* The directory of $TMPDIR or /tmp, ended by a slash: its length, or, if
 * 'nBufferLength' is too small, the size needed. GetTempFileName makes a name
 * of up to three letters of the prefix and 'uUnique' in hexadecimal; with 0 it
 * finds a number that is free, and makes the file. The buffer has MAX_PATH
 * characters; the number is returned, 0 on failure. */
DWORD WINAPI GetTempPathA(DWORD nBufferLength, LPSTR lpBuffer);
DWORD WINAPI GetTempPathW(DWORD nBufferLength, LPWSTR lpBuffer)
    WS2_WIDE(GetTempPathW);
UINT WINAPI GetTempFileNameA(LPCSTR lpPathName, LPCSTR lpPrefixString,
                             UINT uUnique, LPSTR lpTempFileName);
UINT WINAPI GetTempFileNameW(LPCWSTR lpPathName, LPCWSTR lpPrefixString,
                             UINT uUnique, LPWSTR lpTempFileName)
    WS2_WIDE(GetTempFileNameW);

/* ---- standard handles, reading and writing ------------------------------
 * The three standard handles are the descriptors 0, 1 and 2 and are not to be
 * closed. ReadFile and WriteFile take these, files, and connected sockets.
 *
 * Without 'lpOverlapped' they wait, and the count is needed; a file moves its
 * position; the end of a file reads 0 bytes. With it, a socket starts an
 * operation (FALSE with ERROR_IO_PENDING until it ends); a file reads and
 * writes at Offset at once, and past its end a read is ERROR_HANDLE_EOF. A file
 * opened with FILE_FLAG_OVERLAPPED has no position and needs 'lpOverlapped'
 * (ERROR_INVALID_PARAMETER). WriteConsole writes characters, and works on files
 * and pipes too. */
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
BOOL WINAPI WriteConsoleA(HANDLE hConsoleOutput, const VOID *lpBuffer,
                          DWORD nNumberOfCharsToWrite,
                          LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved);
BOOL WINAPI WriteConsoleW(HANDLE hConsoleOutput, const VOID *lpBuffer,
                          DWORD nNumberOfCharsToWrite,
                          LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved)
    WS2_WIDE(WriteConsoleW);
BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer,
                      DWORD nNumberOfBytesToWrite,
                      LPDWORD lpNumberOfBytesWritten,
                      LPOVERLAPPED lpOverlapped);
BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                     LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped);

/* ---- debugging ----------------------------------------------------------
 * OutputDebugString writes to standard error. */
VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString);
VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString)
    WS2_WIDE(OutputDebugStringW);
BOOL WINAPI IsDebuggerPresent(VOID);
VOID WINAPI DebugBreak(VOID);

/* ---- modules ------------------------------------------------------------
 * The names of the system's own libraries (ws2_32.dll, kernel32.dll,
 * mswsock.dll, wsock32.dll, user32.dll, winmm.dll, with or without .dll, any
 * case) mean this library; NULL means the program; every other name goes to
 * dlopen. GetProcAddress finds "socket", "select", ... as Windows spells them.
 */
HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName);
HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName)
    WS2_WIDE(GetModuleHandleW);
HMODULE WINAPI LoadLibraryA(LPCSTR lpLibFileName);
HMODULE WINAPI LoadLibraryW(LPCWSTR lpLibFileName) WS2_WIDE(LoadLibraryW);
FARPROC WINAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName);
BOOL WINAPI FreeLibrary(HMODULE hLibModule);
DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize)
    WS2_WIDE(GetModuleFileNameW);

/* ---- strings ------------------------------------------------------------
 * CP_ACP, CP_THREAD_ACP, CP_OEMCP and CP_UTF8 are all UTF-8; any other code
 * page is ERROR_INVALID_PARAMETER. A length of -1 means up to and with the
 * ending null; a size of 0 asks for the size needed. Sizes of wide strings are
 * in WCHARs, of either width. */
#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF7 65000
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_COMPOSITE 0x00000002
#define MB_USEGLYPHCHARS 0x00000004
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_COMPOSITECHECK 0x00000200
#define WC_DEFAULTCHAR 0x00000040
#define WC_ERR_INVALID_CHARS 0x00000080
#define WC_NO_BEST_FIT_CHARS 0x00000400

int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags,
                               LPCSTR lpMultiByteStr, int cbMultiByte,
                               LPWSTR lpWideCharStr, int cchWideChar)
    WS2_WIDE(MultiByteToWideChar);
int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags,
                               LPCWSTR lpWideCharStr, int cchWideChar,
                               LPSTR lpMultiByteStr, int cbMultiByte,
                               LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar)
    WS2_WIDE(WideCharToMultiByte);

/* A NULL string has length 0; copies and joins give NULL on a NULL argument.
 * lstrcmpi folds the case of ASCII letters only. */
int WINAPI lstrlenA(LPCSTR lpString);
int WINAPI lstrlenW(LPCWSTR lpString) WS2_WIDE(lstrlenW);
LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) WS2_WIDE(lstrcpyW);
LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength)
    WS2_WIDE(lstrcpynW);
LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) WS2_WIDE(lstrcatW);
int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) WS2_WIDE(lstrcmpW);
int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) WS2_WIDE(lstrcmpiW);

/* ---- a program's own entry ----------------------------------------------
 * Not ours to define: declared so that it has C linkage. wscc calls it. */
int WINAPI WinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance,
                   LPSTR lpCmdLine, int nShowCmd);
int WINAPI wWinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance,
                    LPWSTR lpCmdLine, int nShowCmd) WS2_WIDE(wWinMain);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define FormatMessage FormatMessageW
#define CreateEvent CreateEventW
#define CreateMutex CreateMutexW
#define CreateSemaphore CreateSemaphoreW
#define CreateWaitableTimer CreateWaitableTimerW
#define GetComputerName GetComputerNameW
#define GetVersionEx GetVersionExW
#define OSVERSIONINFO OSVERSIONINFOW
#define LPOSVERSIONINFO LPOSVERSIONINFOW
#define OSVERSIONINFOEX OSVERSIONINFOEXW
#define LPOSVERSIONINFOEX LPOSVERSIONINFOEXW
#define GetEnvironmentVariable GetEnvironmentVariableW
#define SetEnvironmentVariable SetEnvironmentVariableW
#define ExpandEnvironmentStrings ExpandEnvironmentStringsW
#define CreateFile CreateFileW
#define DeleteFile DeleteFileW
#define GetTempPath GetTempPathW
#define GetTempFileName GetTempFileNameW
#define WriteConsole WriteConsoleW
#define OutputDebugString OutputDebugStringW
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define GetModuleFileName GetModuleFileNameW
#define lstrlen lstrlenW
#define lstrcpy lstrcpyW
#define lstrcpyn lstrcpynW
#define lstrcat lstrcatW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#else
#define FormatMessage FormatMessageA
#define CreateEvent CreateEventA
#define CreateMutex CreateMutexA
#define CreateSemaphore CreateSemaphoreA
#define CreateWaitableTimer CreateWaitableTimerA
#define GetComputerName GetComputerNameA
#define GetVersionEx GetVersionExA
#define OSVERSIONINFO OSVERSIONINFOA
#define LPOSVERSIONINFO LPOSVERSIONINFOA
#define OSVERSIONINFOEX OSVERSIONINFOEXA
#define LPOSVERSIONINFOEX LPOSVERSIONINFOEXA
#define GetEnvironmentVariable GetEnvironmentVariableA
#define SetEnvironmentVariable SetEnvironmentVariableA
#define ExpandEnvironmentStrings ExpandEnvironmentStringsA
#define CreateFile CreateFileA
#define DeleteFile DeleteFileA
#define GetTempPath GetTempPathA
#define GetTempFileName GetTempFileNameA
#define WriteConsole WriteConsoleA
#define OutputDebugString OutputDebugStringA
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define GetModuleFileName GetModuleFileNameA
#define lstrlen lstrlenA
#define lstrcpy lstrcpyA
#define lstrcpyn lstrcpynA
#define lstrcat lstrcatA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#endif

#endif
