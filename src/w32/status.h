/* SPDX-License-Identifier: MIT */
/* How an operation ended, in three languages: Winsock's number, which the house
 * uses; NTSTATUS, which WSAOVERLAPPED.Internal holds; and the Win32 error that
 * a packet or GetOverlappedResult reports. One table a direction (spec 3.8,
 * ST-1 to ST-3). */
#ifndef WS_W32_STATUS_H
#define WS_W32_STATUS_H

#include <ws2/windef.h>

#define WS_STATUS_PENDING ((LONG)0x00000103)
#define WS_STATUS_CANCELLED ((LONG)0xC0000120)
#define WS_STATUS_BUFFER_TOO_SMALL ((LONG)0xC0000023)
#define WS_STATUS_BUFFER_OVERFLOW ((LONG)0x80000005)

LONG ws_status_of(int err);       /* 0 -> 0; a Winsock or Win32 number */
int ws_status_wsa(LONG status);   /* 0 for success and information */
int ws_status_win32(LONG status); /* ST-2 */

#endif
