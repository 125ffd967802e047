/* SPDX-License-Identifier: MIT */
/* Event objects: a word under the dispatcher lock, no descriptor, no system
 * call unless somebody waits. */
#ifndef WS_W32_EVENT_H
#define WS_W32_EVENT_H

#include "w32/object.h"

#include <ws2/windef.h>

struct ws_event {
    struct ws_object object;
    bool manual, set;
};

/* One reference, no handle. */
int ws_event_new(bool manual, bool set, struct ws_event **out);
/* Finds by handle and takes a reference: ERROR_INVALID_HANDLE. */
int ws_event_ref(HANDLE h, struct ws_event **out);
void ws_event_unref(struct ws_event *e); /* NULL is taken */
void ws_event_set(struct ws_event *e);
void ws_event_reset(struct ws_event *e);

#endif
