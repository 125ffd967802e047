/* SPDX-License-Identifier: MIT */
/* The catalog as programs see it, in its char form; the wide forms are in
 * wide_catalog.c. */
#include "api/border.h"

INT WSAAPI
WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA out, LPDWORD size)
{
    const struct ws_entry *found[WS_CATALOG_MAX];
    size_t count = 0;
    int err = ws_route_started();

    if (!err && !size)
        err = WSAEFAULT;
    if (!err) {
        count = ws_catalog_list(protocols, false, found, WS_CATALOG_MAX);
        if (!out || *size < count * sizeof(*out)) {
            *size = (DWORD)(count * sizeof(*out));
            err = WSAENOBUFS;
        }
    }
    for (size_t i = 0; !err && i < count; i++)
        out[i] = found[i]->info;
    return ws_api_count(err, (int)count);
}
