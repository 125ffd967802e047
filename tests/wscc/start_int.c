/* SPDX-License-Identifier: MIT */
/* A start with a result keeps it, although void main( is written here, and in a
 * part that is not compiled. */
#include <winsock2.h>

#if 0
void main(void)
{
}
#endif

int
main(void)
{
    return 3;
}
