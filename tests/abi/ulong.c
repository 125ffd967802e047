/* SPDX-License-Identifier: MIT */
/* The forms for "unsigned long *" in C: what ulong.h says, and that the macros
 * leave the functions' names to pointers and brackets.
 */
#define INCL_WINSOCK_API_TYPEDEFS 1
#include <winsock2.h>
#include "ulong.h"

int
main(void)
{
    LPFN_WSASEND take = WSASend;
    LPFN_IOCTLSOCKET control = &ioctlsocket;
    u_long on = 1;

    EXPECT(take != NULL);
    EXPECT((control)(INVALID_SOCKET, FIONBIO, &on) == 0 && on == FAKE_VALUE);
    return ulong_test();
}
