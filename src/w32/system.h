/* SPDX-License-Identifier: MIT */
/* Text results, as the Win32 functions that fill a buffer give them. */
#ifndef WS_W32_SYSTEM_H
#define WS_W32_SYSTEM_H

#include <ws2/windef.h>

/* Copies 'text' and returns its length, or the size with the null that it
 * needs when 'size' is too small. */
DWORD ws_system_give(const char *text, LPSTR buffer, DWORD size);

/* The file of a module, to be freed. */
int ws_module_path(HMODULE h, char **out);

#endif
