/* SPDX-License-Identifier: MIT */
/* A socket's part in overlapped operations: the lanes that they wait in, and
 * the port that is told. It is part of the socket, beside what a message needs
 * of it, so that an operation touches few lines of memory; what happens in the
 * lanes is kit/ovl.c's business. Guarded by the socket's lock, but for the
 * atomics. */
#ifndef WS_KIT_LANES_H
#define WS_KIT_LANES_H

#include "base/list.h"

#include <ws2/windef.h>

#include <stdatomic.h>

struct ws_port;

/* Readiness works off the first two. */
enum ws_lane { LANE_RECV, LANE_SEND, LANE_OTHER, LANE_COUNT };

struct ws_lanes {
    ULONG_PTR key; /* written before the port, and for life, too */
    struct ws_port *_Atomic port; /* a reference, or NULL; for life */
    UCHAR modes;                  /* SetFileCompletionNotificationModes */
    bool dry;         /* nothing to receive until the engine says so */
    atomic_bool done; /* an operation has ended since the last began: then the
                         socket is signalled; set under the dispatcher lock */
    struct ws_list lane[LANE_COUNT]; /* the first two are busy */
};

void ws_lanes_init(struct ws_lanes *l);
void ws_lanes_drop(struct ws_lanes *l);

#endif
