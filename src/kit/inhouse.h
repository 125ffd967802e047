/* SPDX-License-Identifier: MIT */
/* What every provider in the tree does alike when it is started, when it ends,
 * and when it is told by a catalog entry and three numbers what to make. */
#ifndef WS_KIT_INHOUSE_H
#define WS_KIT_INHOUSE_H

#include "base/lock.h"
#include "kit/sock.h"

struct ws_inhouse {
    const WCHAR *name;     /* for WSPDATA */
    struct ws_lock lock;   /* WS_RANK_STARTUP */
    unsigned started;      /* under the lock, as the next */
    WSPUPCALLTABLE newest; /* SPI-7 */
};

/* WSPStartup but for the proc table: the arguments, the count, the engine. */
int ws_inhouse_start(struct ws_inhouse *p, WORD version, LPWSPDATA data,
                     const WSPUPCALLTABLE *upcalls, const WSPPROC_TABLE *table);

/* WSPCleanup: WSANOTINITIALISED. The last one closes the sockets, calls 'last'
 * (NULL: nothing more to end) and lets the engine go. */
int ws_inhouse_stop(struct ws_inhouse *p, void (*last)(void));

/* NULL when there is no memory. */
const struct ws_proto *ws_inhouse_proto(struct ws_inhouse *p,
                                        const WSAPROTOCOL_INFOW *info);

/* CAT-6, CAT-7: 0 and -1 mean "as the entry says"; explicit values win. */
int ws_inhouse_given_or(int given, int entry);

/* lpWSPCancelBlockingCall, which none offers (HOOK-1). */
int WSPAPI ws_inhouse_cancel_blocking_call(LPINT errp);

#endif
