/* SPDX-License-Identifier: MIT */
/* Descriptors that show the state of an object to a host's own event loop. An
 * object has none until somebody asks, and pays nothing until then. */
#ifndef WS_W32_POLL_H
#define WS_W32_POLL_H

#include "w32/object.h"

/* Makes the descriptor agree with the state. */
void ws_poll_sync(struct ws_object *o) WS_REQUIRES(ws_dispatcher);

#endif
