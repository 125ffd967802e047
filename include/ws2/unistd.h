/* SPDX-License-Identifier: MIT */
/* Stands before libc's <unistd.h>, which the C++ library pulls in, so that
 * Winsock's gethostname (whose length is an int) has its name free.
 *
 * libc's is declared as ws2_libc_gethostname; until winsock2.h comes, the macro
 * gethostname leads to it. Invariant: nothing else of <unistd.h> is touched.
 */
#pragma GCC system_header

#ifdef _UNISTD_H
#include_next <unistd.h>
#else
#include <features.h>
#include <stddef.h>
#ifdef __REDIRECT_NTH
#ifdef __cplusplus
extern "C" {
#endif
/* Before libc's own declaration, because a fortified build follows that with an
 * inline definition and then it is too late to choose the symbol. */
extern int __REDIRECT_NTH(ws2_libc_gethostname, (char *, size_t), gethostname);
#ifdef __cplusplus
}
#endif
#define gethostname ws2_libc_gethostname
#include_next <unistd.h>
#define WS2_UNISTD_H
#ifdef WS2_LIBC_H
#undef gethostname
#endif
#else
#include_next <unistd.h>
#endif
#endif
