/* SPDX-License-Identifier: MIT */
/* Layout of the public structures against layout.inc: a failed assertion names
 * the structure. Built with our headers, with ours under -fshort-wchar, and
 * with mingw's, so the table cannot be wrong either. A new structure gets lines
 * with the sizes that "mingw -DPRINT" prints. TIMEVAL is not in the table: it
 * is libc's.
 */
#include "world.h"

#if defined(PRINT)
#include <stdio.h>
#define SIZE(type, n) printf("SIZE(%s, %u)\n", #type, (unsigned)sizeof(type));
#define AT(type, field, n)                                                     \
    printf("AT(%s, %s, %u)\n", #type, #field, (unsigned)offsetof(type, field));
#else
#define SIZE(type, n) _Static_assert(sizeof(type) == (n), #type);
#define AT(type, field, n)                                                     \
    _Static_assert(offsetof(type, field) == (n), #type "." #field);
#endif

#if __SIZEOF_WCHAR_T__ == 2
#define WSIZE SIZE
#define WAT AT
#else
#define WSIZE(type, n)
#define WAT(type, field, n)
#endif

int
main(void)
{
#include "layout.inc"
    return 0;
}
