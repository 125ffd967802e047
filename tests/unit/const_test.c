/* SPDX-License-Identifier: MIT */
/* Holds the constants of the floor that must not see the public headers
 * against those headers: each line of os/ws_const.h's lists, so that none can
 * be forgotten. The comparison is the compiler's; the test only says that it
 * took place. */
#include "t.h"

#include <ws2/winsock2.h>
#include <ws2/ws2tcpip.h>
#include <ws2/mstcpip.h>

#include "os/ws_const.h"

#define SAME(name, value)                                                      \
    _Static_assert((long long)(int)(name) == (value), #name);
#define SAME_ERROR(name, value) _Static_assert(WSA##name == (value), #name);

WS_CONST_LIST(SAME)
WS_ERROR_LIST(SAME_ERROR)

TEST(constants_are_those_of_the_public_headers)
{
    CHECK_EQ(WS_AF_INET6, AF_INET6);
    CHECK_EQ(WS_EINVAL, WSAEINVAL);
}
