/* SPDX-License-Identifier: MIT */
/* The catalog in its wide form, for programs and for providers. Compiled twice,
 * like wide.c. */
#include "api/border.h"

#include "spi/info.h"

#include <ws2/ws2spi.h>

#define WIDTH ((int)sizeof(WCHAR))

/* As many entries as there are, or WSAENOBUFS and the bytes that they need. */
static int
enumerate(const INT *protocols, bool hidden, WSAPROTOCOL_INFOW *out,
          DWORD *size, int *count)
{
    const struct ws_entry *found[WS_CATALOG_MAX];
    size_t n;

    if (!size)
        return WSAEFAULT;
    n = ws_catalog_list(protocols, hidden, found, WS_CATALOG_MAX);
    if (!out || *size < n * sizeof(*out)) {
        *size = (DWORD)(n * sizeof(*out));
        return WSAENOBUFS;
    }
    for (size_t i = 0; i < n; i++)
        ws_info_widen(&found[i]->info, &out[i]);
    *count = (int)n;
    return 0;
}

INT WSAAPI
WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW out, LPDWORD size)
{
    int count = 0;
    int err = ws_route_started();

    if (!err)
        err = enumerate(protocols, false, out, size, &count);
    return ws_api_count(err, count);
}

INT WSPAPI
WSCEnumProtocols(LPINT protocols, LPWSAPROTOCOL_INFOW out, LPDWORD size,
                 LPINT errp)
{
    int count = 0;
    int err = ws_catalog_load();

    if (!err)
        err = enumerate(protocols, true, out, size, &count);
    return ws_upcall_int(err, errp) ? SOCKET_ERROR : count;
}

INT WSPAPI
WSCGetProviderPath(LPGUID id, WCHAR *path, LPINT len, LPINT errp)
{
    const struct ws_entry *e;
    size_t need, size;
    int err = ws_catalog_load();

    if (!err && (!id || !len))
        err = WSAEFAULT;
    if (err)
        return ws_upcall_int(err, errp);
    e = ws_catalog_by_provider(id);
    if (!e)
        return ws_upcall_int(WSAEINVAL, errp);
    size = strlen(e->path) + 1;
    need = ws_utf_to_wide(e->path, size, NULL, 0, WIDTH, 0);
    if (path && *len >= 0 && (size_t)*len >= need)
        ws_utf_to_wide(e->path, size, path, need, WIDTH, 0);
    else
        err = WSAEFAULT;
    *len = (INT)need;
    return ws_upcall_int(err, errp);
}

#ifdef WS_SHORT_WCHAR

/* The option that fills a wide structure: SO_PROTOCOL_INFOW comes from the char
 * form here, everything else is the same in both widths (CAT-10). */
int char_getsockopt(SOCKET s, int level, int name, char *value, int *len)
    WS2_BSD(getsockopt);

int WSAAPI
getsockopt(SOCKET s, int level, int name, char *value, int *len)
{
    WSAPROTOCOL_INFOA info;
    WSAPROTOCOL_INFOW wide;
    int size = sizeof(info);

    if (level != SOL_SOCKET || name != SO_PROTOCOL_INFOW)
        return char_getsockopt(s, level, name, value, len);
    if (char_getsockopt(s, level, SO_PROTOCOL_INFOA, (char *)&info, &size))
        return SOCKET_ERROR;
    if (!value || !len)
        return ws_api_int(WSAEFAULT);
    if (*len < (int)sizeof(wide)) {
        *len = sizeof(wide);
        return ws_api_int(WSAEFAULT);
    }
    ws_info_widen(&info, &wide);
    memcpy(value, &wide, sizeof(wide));
    return 0;
}

#endif
