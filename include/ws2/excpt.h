/* SPDX-License-Identifier: MIT */
/* excpt.h: __try, __except, __finally and __leave, as far as they are control
 * flow. The guarded body runs; __leave goes to its end; then __finally's block
 * runs. Nesting and __leave out of a loop work. Not here: faults are not caught
 * (a wild pointer ends the process, the filter of __except is compiled but
 * never asked), and return, break or goto out of the body skip the __finally
 * block. Switched off by defining WS2_NO_SEH. */
#ifndef WS2_EXCPT_H
#define WS2_EXCPT_H

/* What C++98 lacks (variadic macros, empty arguments) is no news. */
#pragma GCC system_header

#include "windef.h"
#include "winnt.h"

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#ifndef WS2_NO_SEH

#undef __try
#undef __except
#undef __finally
#undef __leave

#define GetExceptionCode() ((DWORD)0)
#define GetExceptionInformation() ((PEXCEPTION_POINTERS)0)
#define _exception_code GetExceptionCode
#define _exception_info GetExceptionInformation
/* __finally is reached in the normal way or not at all. */
#define AbnormalTermination() FALSE
#define _abnormal_termination AbnormalTermination

/* The formatter knows these words as keywords and would set them apart. */
/* clang-format off */
#ifdef __cplusplus
/* In C++ the word __try belongs to the C++ library too, which writes it for
 * "try" all over its headers. So it stays what it is there, in whatever order
 * the headers come, and __leave is a throw that never leaves the function. */
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
struct ws2_seh_leave {
};
#define __try try
#define __leave throw ws2_seh_leave()
#define __finally catch (const ws2_seh_leave &) {}
#define __except(...) __finally if (0 && (__VA_ARGS__))
#else
#define __try if (true)
#define __finally
#define __except(...) if (0 && (__VA_ARGS__))
#endif
#else
/* A label that is local to the block which __try opens and __finally closes. */
#define __try { __label__ ws2_seh_end;
#define __leave goto ws2_seh_end
#define __finally ws2_seh_end: __attribute__((__unused__)); }
#define __except(...) __finally if (0 && (__VA_ARGS__))
#endif
/* clang-format on */

#define _try __try
#define _except __except
#define _finally __finally
#define _leave __leave

#endif /* WS2_NO_SEH */
#endif
