/* SPDX-License-Identifier: MIT */
/* WinMain gets the arguments as one line. */
#include <windows.h>
#include <string.h>

int WINAPI
WinMain(HINSTANCE instance, HINSTANCE before, LPSTR line, int show)
{
    (void)instance;
    if (before || show != SW_SHOWDEFAULT)
        return 1;
    return strcmp(line, "one \"two three\"") ? 2 : 5;
}
