/* SPDX-License-Identifier: MIT */
/* Time inside the house: an absolute point on the monotonic clock in
 * nanoseconds, called a deadline. Time-outs, which are relative, exist only at
 * the border and are turned into deadlines there, once. */
#ifndef WS_BASE_CLOCK_H
#define WS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define WS_NEVER INT64_MAX

int64_t ws_now(void);

/* 'ms' from now; 0xffffffff (INFINITE) is WS_NEVER, 0 is "already past". */
int64_t ws_deadline(uint32_t ms);

/* Whole milliseconds until 'deadline', rounded up, for poll and epoll_wait:
 * -1 for WS_NEVER, 0 when it has passed. */
int ws_clock_ms_left(int64_t deadline);

struct timespec ws_clock_timespec(int64_t ns);

#endif
