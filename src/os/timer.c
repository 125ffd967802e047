/* SPDX-License-Identifier: MIT */
/* A moment as a descriptor, for what the engine watches: readable once it has
 * come, until another is set. */
#include "os/sys.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int
ws_os_timer(int *out)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd < 0)
        return ws_err(WS_OP_OTHER, errno);
    *out = fd;
    return 0;
}

void
ws_os_timer_set(int fd, int64_t due)
{
    struct itimerspec when = {
        .it_value = {0, 0}
    }; /* which disarms */

    if (due != WS_NEVER) {
        when.it_value.tv_sec = due / 1000000000;
        when.it_value.tv_nsec = due % 1000000000;
        if (due <= 0)
            when.it_value.tv_nsec = 1;
    }
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
}
