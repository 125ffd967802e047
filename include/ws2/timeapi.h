/* SPDX-License-Identifier: MIT */
/* timeapi.h: the multimedia clock. timeGetTime is GetTickCount with a name of
 * its own, in milliseconds. The timer period is a promise about precision that
 * Linux keeps anyway: begin and end check their argument, 1 to 1,000,000, and
 * change nothing. No callbacks (timeSetEvent) here. */
#ifndef WS2_TIMEAPI_H
#define WS2_TIMEAPI_H

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef UINT MMRESULT;

#define TIMERR_NOERROR 0
#define TIMERR_NOCANDO 97

DWORD WINAPI timeGetTime(void);
MMRESULT WINAPI timeBeginPeriod(UINT uPeriod);
MMRESULT WINAPI timeEndPeriod(UINT uPeriod);

#ifdef __cplusplus
}
#endif

#endif
