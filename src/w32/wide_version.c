/* SPDX-License-Identifier: MIT */
/* GetVersionEx. The two forms differ in the type of one text alone, which is
 * always empty, so that neither can be made of the other's result; both are
 * here. This file is compiled for both widths of WCHAR; the narrow form comes
 * from the first. */
#include "w32/error.h"

#include <ws2/winbase.h>

#include <stddef.h>
#include <string.h>

#define MAJOR 6
#define MINOR 2
#define BUILD 9200

#define TELL(v, ex)                                                            \
    do {                                                                       \
        DWORD size = (v)->dwOSVersionInfoSize;                                 \
                                                                               \
        if (size != sizeof(*(v)) && size != sizeof(ex))                        \
            return ws_w32_bool(ERROR_INSUFFICIENT_BUFFER);                     \
        memset((v), 0, size);                                                  \
        (v)->dwOSVersionInfoSize = size;                                       \
        (v)->dwMajorVersion = MAJOR;                                           \
        (v)->dwMinorVersion = MINOR;                                           \
        (v)->dwBuildNumber = BUILD;                                            \
        (v)->dwPlatformId = VER_PLATFORM_WIN32_NT;                             \
        if (size == sizeof(ex))                                                \
            ((ex *)(v))->wProductType = VER_NT_WORKSTATION;                    \
        return TRUE;                                                           \
    } while (0)

#ifndef WS_SHORT_WCHAR
BOOL WINAPI
GetVersionExA(LPOSVERSIONINFOA version)
{
    TELL(version, OSVERSIONINFOEXA);
}
#endif

BOOL WINAPI
GetVersionExW(LPOSVERSIONINFOW version)
{
    TELL(version, OSVERSIONINFOEXW);
}
