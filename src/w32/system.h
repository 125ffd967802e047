/* SPDX-License-Identifier: MIT */
/* The machine, and text results as the Win32 functions that fill a buffer give
 * them. */
#ifndef WS_W32_SYSTEM_H
#define WS_W32_SYSTEM_H

#include <ws2/windef.h>

/* How many processors this process may use: what it was allowed when somebody
 * asked first, because later a program may tie its threads down one by one. */
unsigned ws_system_processors(void);

/* Copies 'text' and returns its length, or the size with the null that it
 * needs when 'size' is too small. */
DWORD ws_system_give(const char *text, LPSTR buffer, DWORD size);

/* The file of a module, to be freed. */
int ws_module_path(HMODULE h, char **out);

#endif
