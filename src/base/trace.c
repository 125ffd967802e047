/* SPDX-License-Identifier: MIT */
/* Writes trace lines. A line is put together first and written by one call, so
 * that lines of several threads never mix. */
#define _GNU_SOURCE
#include "base/trace.h"
#include "base/clock.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

atomic_int ws_trace_state = -1;
static atomic_int trace_fd = STDERR_FILENO;

static int
open_trace(const char *where)
{
    if (!strcmp(where, "1") || !strcmp(where, "stderr"))
        return STDERR_FILENO;
    return open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Two threads may both look it up; both find the same answer. */
static int
look_up(void)
{
    const char *where = getenv("WS2_TRACE");
    int fd = -1;

    if (where && *where && strcmp(where, "0") != 0)
        fd = open_trace(where);
    if (fd >= 0)
        atomic_store(&trace_fd, fd);
    atomic_store(&ws_trace_state, fd >= 0);
    return fd >= 0;
}

void
ws_trace_write(const char *fmt, ...)
{
    char line[512];
    int64_t now = ws_now();
    int len, more;
    va_list ap;

    if (atomic_load(&ws_trace_state) < 0 && !look_up())
        return;
    len = snprintf(line, sizeof(line), "%lld.%06lld [%d] ",
                   (long long)(now / 1000000000),
                   (long long)(now % 1000000000 / 1000), (int)gettid());
    va_start(ap, fmt);
    more = vsnprintf(line + len, sizeof(line) - 1 - (size_t)len, fmt, ap);
    va_end(ap);
    len += more < 0 ? 0 : more;
    if ((size_t)len > sizeof(line) - 2)
        len = (int)sizeof(line) - 2;
    line[len++] = '\n';
    if (write(atomic_load(&trace_fd), line, (size_t)len) < 0)
        atomic_store(&ws_trace_state, 0); /* nobody can read it any more */
}
