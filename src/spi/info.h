/* SPDX-License-Identifier: MIT */
/* A protocol's description in its two forms, which differ in the name alone.
 * Inside the house the char form (UTF-8) is kept; the wide one is made at the
 * border. Everything here is inline, because a file that is compiled with
 * 16-bit wide characters needs the 16-bit form of it. */
#ifndef WS_SPI_INFO_H
#define WS_SPI_INFO_H

#include "base/list.h"
#include "base/utf.h"

#include <ws2/winsock2.h>

#include <string.h>

/* All that stands before the name. */
#define WS_INFO_HEAD offsetof(WSAPROTOCOL_INFOA, szProtocol)
_Static_assert(offsetof(WSAPROTOCOL_INFOW, szProtocol) == WS_INFO_HEAD,
               "the two forms differ in the name alone");

static inline void
ws_info_widen(const WSAPROTOCOL_INFOA *in, WSAPROTOCOL_INFOW *out)
{
    size_t room = WS_ARRAY_LEN(out->szProtocol) - 1;
    size_t len = strnlen(in->szProtocol, sizeof(in->szProtocol));

    memset(out, 0, sizeof(*out));
    memcpy(out, in, WS_INFO_HEAD);
    ws_utf_to_wide(in->szProtocol, len, out->szProtocol, room, sizeof(WCHAR),
                   0);
}

static inline void
ws_info_narrow(const WSAPROTOCOL_INFOW *in, WSAPROTOCOL_INFOA *out)
{
    size_t room = sizeof(out->szProtocol) - 1, len = 0;

    while (len < WS_ARRAY_LEN(in->szProtocol) && in->szProtocol[len])
        len++;
    memset(out, 0, sizeof(*out));
    memcpy(out, in, WS_INFO_HEAD);
    ws_utf_from_wide(in->szProtocol, len, sizeof(WCHAR), out->szProtocol, room,
                     0);
}

#endif
