/* SPDX-License-Identifier: MIT */
/* Trace points, compiled in and off by a single load. WS2_TRACE names a file,
 * or is "1" or "stderr"; each line says when, which thread, and what. */
#ifndef WS_BASE_TRACE_H
#define WS_BASE_TRACE_H

#include <stdatomic.h>

extern atomic_int ws_trace_state; /* -1 not looked up yet, 0 off, 1 on */

void ws_trace_write(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define ws_trace(...)                                                          \
    do {                                                                       \
        if (atomic_load_explicit(&ws_trace_state, memory_order_relaxed))       \
            ws_trace_write(__VA_ARGS__);                                       \
    } while (0)

#endif
