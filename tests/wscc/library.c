/* SPDX-License-Identifier: MIT */
/* A shared object built by wscc: no start of its own, one exported function. */
#include <winsock2.h>

__declspec(dllexport) WORD swapped(WORD port);
WORD
swapped(WORD port)
{
    return htons(port);
}
