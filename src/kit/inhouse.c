/* SPDX-License-Identifier: MIT */
/* Starting and ending a provider: see inhouse.h. */
#include "kit/inhouse.h"

#include "kit/border.h"
#include "kit/drive.h"

#include <wchar.h>

static void
describe(const WCHAR *name, LPWSPDATA data)
{
    data->wVersion = MAKEWORD(2, 2);
    data->wHighVersion = MAKEWORD(2, 2);
    wmemset(data->szDescription, 0, WSPDESCRIPTION_LEN + 1);
    wmemcpy(data->szDescription, name, wcslen(name));
}

static int
count_start(struct ws_inhouse *p, const WSPUPCALLTABLE *upcalls)
{
    int err = 0;

    ws_lock(&p->lock);
    p->newest = *upcalls;
    if (p->started == 0)
        err = ws_drive_start();
    if (!err)
        p->started++;
    ws_unlock(&p->lock);
    return err;
}

int
ws_inhouse_start(struct ws_inhouse *p, WORD version, LPWSPDATA data,
                 const WSPUPCALLTABLE *upcalls, const WSPPROC_TABLE *table)
{
    int err;

    if (!data || !table)
        return WSAEFAULT;
    if (LOBYTE(version) < 2 || (LOBYTE(version) == 2 && HIBYTE(version) < 2))
        return WSAVERNOTSUPPORTED;
    err = count_start(p, upcalls);
    if (!err)
        describe(p->name, data);
    return err;
}

int
ws_inhouse_stop(struct ws_inhouse *p, void (*last)(void))
{
    bool was, ends = false;

    ws_lock(&p->lock);
    was = p->started > 0;
    if (was)
        ends = --p->started == 0;
    ws_unlock(&p->lock);
    if (ends) {
        ws_sock_close_all();
        if (last)
            last();
        ws_drive_stop();
    }
    return was ? 0 : WSANOTINITIALISED;
}

const struct ws_proto *
ws_inhouse_proto(struct ws_inhouse *p, const WSAPROTOCOL_INFOW *info)
{
    const struct ws_proto *proto;

    ws_lock(&p->lock);
    proto = ws_proto_keep(info, &p->newest);
    ws_unlock(&p->lock);
    return proto;
}

int
ws_inhouse_given_or(int given, int entry)
{
    return given == 0 || given == FROM_PROTOCOL_INFO ? entry : given;
}

int WSPAPI
ws_inhouse_cancel_blocking_call(LPINT errp)
{
    return ws_spi_int(WSAEOPNOTSUPP, errp);
}
