/* SPDX-License-Identifier: MIT */
/* IN6_ADDR, an IPv6 address: 16 bytes in network order, seen as bytes or as
 * eight 16-bit words in network order. Not here: tests and constants, which are
 * in ws2ipdef.h. Invariant: usable alone.
 */
#ifndef WS2_IN6ADDR_H
#define WS2_IN6ADDR_H

#include "windef.h"

typedef struct in6_addr {
    union {
        UCHAR Byte[16];
        USHORT Word[8];
    } u;
} IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;

#define in_addr6 in6_addr
#define _S6_un u
#define _S6_u8 Byte
#define s6_addr _S6_un._S6_u8
#define s6_bytes u.Byte
#define s6_words u.Word

#endif /* WS2_IN6ADDR_H */
