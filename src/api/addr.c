/* SPDX-License-Identifier: MIT */
/* Socket addresses as text, by the provider that serves the family: only it
 * knows what its addresses look like. The SPI speaks wide characters, we UTF-8.
 */
#include "api/border.h"

#include "spi/info.h"
#include "spi/provider.h"

/* No provider's text is longer; a path of AF_UNIX has 108 bytes. */
#define TEXT_MAX 512

struct translator {
    const WSPPROC_TABLE *proc;
    WSAPROTOCOL_INFOW info;
};

/* The provider of 'given', or the first that serves the family. */
static int
find(int af, const WSAPROTOCOL_INFOA *given, struct translator *t)
{
    struct ws_entry *e;
    int err =
        given ? ws_catalog_named(given, af, &e) : ws_catalog_for_family(af, &e);

    if (err)
        return WSAEINVAL;
    ws_info_widen(&e->info, &t->info);
    return ws_provider_start(e, &t->proc);
}

/* UTF-8 with its terminator into the caller's buffer (OTH-1). */
static int
give_text(const WCHAR *wide, char *out, DWORD *size)
{
    size_t len = ws_utf_wide_len(wide, sizeof(WCHAR)) + 1;
    size_t need = ws_utf_from_wide(wide, len, sizeof(WCHAR), NULL, 0, 0);

    if (!out || *size < need) {
        *size = (DWORD)need;
        return WSAEFAULT;
    }
    ws_utf_from_wide(wide, len, sizeof(WCHAR), out, need, 0);
    *size = (DWORD)need;
    return 0;
}

INT WSAAPI
WSAAddressToStringA(LPSOCKADDR a, DWORD len, LPWSAPROTOCOL_INFOA given,
                    LPSTR out, LPDWORD size)
{
    struct translator t;
    WCHAR wide[TEXT_MAX];
    DWORD room = WS_ARRAY_LEN(wide);
    int code = 0;
    int err = ws_route_started();

    if (!err && (!a || !size || len < sizeof(a->sa_family)))
        err = WSAEFAULT;
    if (!err)
        err = find(a->sa_family, given, &t);
    if (!err &&
        t.proc->lpWSPAddressToString(a, len, &t.info, wide, &room, &code))
        err = ws_spi_code(code);
    if (!err)
        err = give_text(wide, out, size);
    return ws_api_int(err);
}

INT WSAAPI
WSAStringToAddressA(LPSTR text, INT af, LPWSAPROTOCOL_INFOA given,
                    LPSOCKADDR out, LPINT size)
{
    struct translator t;
    WCHAR wide[TEXT_MAX];
    int code = 0;
    int err = ws_route_started();

    if (!err && (!text || !out || !size))
        err = WSAEFAULT;
    if (!err && ws_utf_to_wide(text, strlen(text) + 1, wide, WS_ARRAY_LEN(wide),
                               sizeof(WCHAR), 1) > WS_ARRAY_LEN(wide))
        err = WSAEINVAL;
    if (!err)
        err = find(af, given, &t);
    if (!err &&
        t.proc->lpWSPStringToAddress(wide, af, &t.info, out, size, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}
