/* SPDX-License-Identifier: MIT */
/* The extension functions of ISO sockets: those that all sockets have, and
 * ConnectEx, whose names are ISO's. Datagrams there are none, so that nothing
 * is offered for them. */
#include "prov/isotp/isotp.h"

#include "kit/ext.h"

#include <mswsock.h>

static BOOL WINAPI
connect_ex(SOCKET handle, const struct sockaddr *name, int len, PVOID data,
           DWORD size, LPDWORD sent, LPOVERLAPPED ov)
{
    (void)sent; /* it never ends in the call */
    return ws_ext_connect(handle, name, len, data, size, ov,
                          ws_isotp_connectex);
}

static const struct ws_ext own[] = {
    {WSAID_CONNECTEX, (void (*)(void))connect_ex},
};

int
ws_isotp_extension(const GUID *id, void (**out)(void))
{
    return ws_ext_find(own, WS_ARRAY_LEN(own), id, out);
}
