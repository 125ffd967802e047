/* SPDX-License-Identifier: MIT */
/* What the Create functions of events, mutexes, semaphores and timers share,
 * and what the end of a thread means for its mutexes. */
#ifndef WS_W32_SYNC_H
#define WS_W32_SYNC_H

#include "w32/thread.h"

/* Objects have no names: 0, or ERROR_NOT_SUPPORTED for a real one. */
int ws_sync_nameless(const char *name);

/* The end of every Create: gives 'o' its handle and drops the caller's
 * reference; NULL with the last error if 'err' is one or it fails. */
HANDLE ws_sync_handle(int err, struct ws_object *o);

/* Abandons what the calling thread, which is ending, still owns. */
void ws_mutex_abandon(struct ws_thread *t);

#endif
