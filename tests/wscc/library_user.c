/* SPDX-License-Identifier: MIT */
/* Uses the shared object of library.c. */
#include <winsock2.h>

WORD swapped(WORD port);

int
main(void)
{
    return swapped(0x1234) == htons(0x1234) ? 0 : 1;
}
