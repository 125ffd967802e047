/* SPDX-License-Identifier: MIT */
/* windows.h: the whole Win32 slice, with the words of Microsoft's compiler that
 * unchanged sources expect. Without WIN32_LEAN_AND_MEAN it brings winsock.h and
 * mmsystem.h too, as on Windows; here winsock.h and winsock2.h go in any order.
 * Nothing is declared in this file itself. WS2_NO_SEH, WS2_NO_CRT and NOMINMAX
 * leave out __try, the C run-time helpers, and min and max. */
#ifndef WS2_WINDOWS_H
#define WS2_WINDOWS_H

#ifndef _WINDOWS_
#define _WINDOWS_
#endif
#ifndef _INC_WINDOWS
#define _INC_WINDOWS
#endif

#include <stdarg.h>

#include "sal.h"
#include "excpt.h"
#include "windef.h"
#include "winnt.h"
#include "winerror.h"
#include "winbase.h"
#include "winuser.h"
#include "ws2crt.h"

#ifndef WIN32_LEAN_AND_MEAN
#include "mmsystem.h"
#ifndef _WINSOCKAPI_
#include "winsock.h"
#endif
#endif

#endif
