/* SPDX-License-Identifier: MIT */
/* What a window program calls on its way and what has no window behind it:
 * icons that are not there, boxes that are printed. */
#include "w32/error.h"

#include "base/list.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>

#include <stdio.h>

HICON WINAPI
LoadIconA(HINSTANCE instance, LPCSTR name)
{
    (void)instance;
    (void)name;
    return ws_w32_handle(ERROR_RESOURCE_NAME_NOT_FOUND, NULL);
}

HCURSOR WINAPI
LoadCursorA(HINSTANCE instance, LPCSTR name)
{
    (void)instance;
    (void)name;
    return ws_w32_handle(ERROR_RESOURCE_NAME_NOT_FOUND, NULL);
}

/* The answer to a box of each MB_ type: what a program can go on with. */
int WINAPI
MessageBoxA(HWND owner, LPCSTR text, LPCSTR caption, UINT type)
{
    static const int answers[] = {IDOK, IDOK, IDABORT, IDYES, IDYES, IDCANCEL};

    (void)owner;
    if ((type & 0xf) >= WS_ARRAY_LEN(answers))
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    fprintf(stderr, "%s: %s\n", caption ? caption : "Error", text ? text : "");
    return answers[type & 0xf];
}
