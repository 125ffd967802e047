/* SPDX-License-Identifier: MIT */
/* Stands before libc's <sys/select.h>, which <stdlib.h> pulls in, so that
 * Winsock's fd_set, select and FD_SETSIZE have their names free.
 *
 * libc's fd_set is declared as ws2_libc_fd_set, its select as ws2_libc_select
 * (still libc's function). Until winsock2.h comes, the macro fd_set leads to
 * the former. A source that includes <sys/select.h> itself, or <sys/socket.h>,
 * or defines WS2_LIBC_SELECT, means libc's select and gets that name back too.
 * Invariant: after winsock2.h (WS2_LIBC_H) this header changes no name. Needs
 * -I on its directory; see ws2_libc.h for what happens without.
 */
#pragma GCC system_header

#ifdef WS2_SYS_SELECT_H
#include_next <sys/select.h>
#else
#define WS2_SYS_SELECT_H

#ifndef _SYS_SELECT_H
#define WS2_SYS_SELECT_RENAMED

/* A program may have chosen its FD_SETSIZE already; libc must not see it, and
 * libc's must not be taken for the program's. */
#pragma push_macro("FD_SETSIZE")
#undef FD_SETSIZE
#define fd_set ws2_libc_fd_set
#define select ws2_libc_select
#include_next <sys/select.h>
#undef select
#undef fd_set
#undef FD_SETSIZE
#pragma pop_macro("FD_SETSIZE")

#ifdef __cplusplus
extern "C" {
#endif
extern int ws2_libc_select(int, ws2_libc_fd_set *, ws2_libc_fd_set *,
                           ws2_libc_fd_set *,
                           struct timeval *) __asm__("select");
#ifdef __cplusplus
}
#endif

#ifndef WS2_LIBC_H
#define fd_set ws2_libc_fd_set
#endif
#endif /* !_SYS_SELECT_H */
#endif /* WS2_SYS_SELECT_H */

#if !defined(WS2_LIBC_H) && defined(WS2_SYS_SELECT_RENAMED) &&                 \
    (defined(WS2_LIBC_SELECT) || __INCLUDE_LEVEL__ == 1)
#undef select
#define select ws2_libc_select
#ifndef FD_SETSIZE
#define FD_SETSIZE __FD_SETSIZE
#define WS2_LIBC_FD_SETSIZE
#endif
#endif
