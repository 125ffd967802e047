/* SPDX-License-Identifier: MIT */
/* wmain gets its arguments as WCHAR text of the compiler's width. Compiled as C
 * and as C++, for either width; "argument" is a, then U+20AC. */
#include <windows.h>

int
wmain(int argc, wchar_t *argv[])
{
    if (argc != 2 || argv[2])
        return 1;
    if (argv[1][0] != 'a' || argv[1][1] != 0x20AC || argv[1][2])
        return 2;
    return sizeof(WCHAR) == 2 ? 16 : 32;
}
