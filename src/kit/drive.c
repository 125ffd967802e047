/* SPDX-License-Identifier: MIT */
/* The engine's sink and the dispatcher's driver: see drive.h. */
#include "kit/drive.h"

#include "io/io.h"
#include "kit/ovl.h"
#include "kit/watch.h"
#include "w32/wait.h"

/* A cookie is a descriptor and a generation, not a pointer: what is told may
 * be about a socket that has been closed, and whose number is another's now. */
static void
ready(uint64_t cookie, unsigned bits)
{
    struct ws_sock *s = NULL;

    if (ws_watch_told(cookie, bits))
        return;
    if (ws_sock_ref((SOCKET)(uint32_t)cookie, &s))
        return;
    if (s->generation == (uint32_t)(cookie >> 32)) {
        if (ws_ovl_ready(s, bits))
            ws_netev_recheck(s); /* what is left, if anything, is looked up */
        else
            ws_netev_ready(s, bits);
    }
    ws_sock_unref(s);
}

static const struct ws_io_sink sink = {.ready = ready};

static const struct ws_driver driver = {
    .busy = ws_io_busy,
    .drive = ws_io_drive,
    .wake = ws_io_wake,
};

int
ws_drive_start(void)
{
    int err = ws_io_open(&sink);

    if (!err)
        ws_wait_set_driver(&driver);
    return err;
}

void
ws_drive_stop(void)
{
    ws_io_close();
}
