/* SPDX-License-Identifier: MIT */
/* For the W files, in the width of whoever includes it: a wide text as UTF-8.
 */
#ifndef WS_W32_NARROW_H
#define WS_W32_NARROW_H

#include "base/utf.h"

#include <ws2/winbase.h>

#include <stdlib.h>

/* '*out' is to be freed; NULL for NULL. ERROR_NOT_ENOUGH_MEMORY. */
static inline int
narrow(LPCWSTR text, char **out)
{
    size_t len, size;

    *out = NULL;
    if (!text)
        return 0;
    len = ws_utf_wide_len(text, sizeof(WCHAR)) + 1;
    size = ws_utf_from_wide(text, len, sizeof(WCHAR), NULL, 0, 0);
    *out = malloc(size);
    if (!*out)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_utf_from_wide(text, len, sizeof(WCHAR), *out, size, 0);
    return 0;
}

#endif
