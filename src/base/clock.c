/* SPDX-License-Identifier: MIT */
/* The monotonic clock and deadlines on it. */
#include "base/clock.h"

#include <limits.h>

#define NS_PER_S 1000000000
#define NS_PER_MS 1000000

int64_t
ws_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
ws_deadline(uint32_t ms)
{
    if (ms == UINT32_MAX)
        return WS_NEVER;
    return ms ? ws_now() + (int64_t)ms * NS_PER_MS : 0;
}

int
ws_clock_ms_left(int64_t deadline)
{
    int64_t left;

    if (deadline == WS_NEVER)
        return -1;
    if (deadline <= 0)
        return 0;
    left = deadline - ws_now();
    if (left <= 0)
        return 0;
    left = (left + NS_PER_MS - 1) / NS_PER_MS;
    return left > INT_MAX ? INT_MAX : (int)left;
}

struct timespec
ws_clock_timespec(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}
