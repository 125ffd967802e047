/* SPDX-License-Identifier: MIT */
/* The entries that turn addresses into text and back, wide at the border; the
 * text itself is isotext.c's. And the name of a flow spec. */
#include "prov/isotp/isotp.h"

#include "base/utf.h"
#include "kit/border.h"
#include "kit/sockaddr.h"

#include <string.h>
#include <wchar.h>

static INT WSPAPI
entry_address_to_string(LPSOCKADDR name, DWORD len, LPWSAPROTOCOL_INFOW info,
                        LPWSTR out, LPDWORD out_len, LPINT errp)
{
    char text[ISOADDR_TEXT];
    struct ws_isoaddr a;
    DWORD need;
    int err = out_len ? ws_isoaddr_take(name, (int)len, &a) : WSAEFAULT;

    (void)info; /* the text does not depend on the protocol */
    if (err)
        return ws_spi_int(err, errp);
    need = (DWORD)ws_isoaddr_print(&a, text) + 1;
    if (!out || *out_len < need)
        err = WSAEFAULT;
    else
        ws_utf_to_wide(text, need, out, need, sizeof(WCHAR), 1);
    *out_len = need;
    return ws_spi_int(err, errp);
}

static INT WSPAPI
entry_string_to_address(LPWSTR in, INT family, LPWSAPROTOCOL_INFOW info,
                        LPSOCKADDR out, LPINT out_len, LPINT errp)
{
    char text[ISOADDR_TEXT] = "";
    struct ws_isoaddr a;
    struct ws_addr name;
    size_t len;
    int err;

    (void)info;
    if (!in || !out || !out_len)
        return ws_spi_int(WSAEFAULT, errp);
    len = ws_utf_from_wide(in, wcslen(in), sizeof(WCHAR), text,
                           ISOADDR_TEXT - 1, 1);
    err = len < ISOADDR_TEXT && family == AF_ISO ? ws_isoaddr_parse(text, &a)
                                                 : WSAEINVAL;
    if (err)
        return ws_spi_int(err, errp);
    ws_isotp_name(&a, &name);
    if (*out_len < name.len)
        err = WSAEFAULT;
    else
        ws_sockaddr_give(&name, out, out_len);
    *out_len = name.len;
    return ws_spi_int(err, errp);
}

void
ws_isotp_text_entries(WSPPROC_TABLE *t)
{
    t->lpWSPAddressToString = entry_address_to_string;
    t->lpWSPStringToAddress = entry_string_to_address;
}
