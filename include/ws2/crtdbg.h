/* SPDX-License-Identifier: MIT */
/* crtdbg.h: the assertions of Microsoft's debugging run-time, live when _DEBUG
 * is defined. The checking heap is not here: its flags are taken, and the
 * answer, 0, says that none of them is on. */
#ifndef WS2_CRTDBG_H
#define WS2_CRTDBG_H

#include <assert.h>

#ifdef _DEBUG
#define _ASSERTE(e) assert(e)
#else
#define _ASSERTE(e) ((void)0)
#endif
#define _ASSERT(e) _ASSERTE(e)

#define _CRTDBG_ALLOC_MEM_DF 0x01
#define _CRTDBG_LEAK_CHECK_DF 0x20
#define _CRTDBG_REPORT_FLAG (-1)
#define _CrtSetDbgFlag(flags) ((void)(flags), 0)

#endif
