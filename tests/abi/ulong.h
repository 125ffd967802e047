/* SPDX-License-Identifier: MIT */
/* What ws2_ulong.h promises, for C (ulong.c) and C++ (cxx.cpp) alike: a 64-bit
 * variable is written whole, a 32-bit one is not overrun, NULL stays NULL, a
 * failure leaves results alone. Each call is in its own line, so that a failure
 * names it.
 */
#ifndef ABI_ULONG_H
#define ABI_ULONG_H

#include "fake.h"
#include <stdio.h>

static int ulong_bad;

#define GARBAGE 0x5555555500000007ul

/* Two long variables and two with a neighbour behind each. */
static unsigned long la, lb;
static DWORD da[2], db[2];

static void
prepare(int fails)
{
    la = lb = GARBAGE;
    da[0] = da[1] = db[0] = db[1] = 7;
    fake_fails = fails;
}

#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition)) {                                                    \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);             \
            ulong_bad = 1;                                                     \
        }                                                                      \
    } while (0)

#define LONG_OK(call) (prepare(0), (void)(call), la == FAKE_VALUE)
#define DWORD_OK(call)                                                         \
    (prepare(0), (void)(call), da[0] == FAKE_VALUE && da[1] == 7)
#define TWO(call, first, second)                                               \
    (prepare(0), (void)(call),                                                 \
     (first) == FAKE_VALUE && (second) == FAKE_VALUE && da[1] == 7 &&          \
         db[1] == 7)
#define FAILS(call) (prepare(1), (void)(call), la == GARBAGE || la == 7)

static int
ulong_test(void)
{
    SOCKET s = INVALID_SOCKET;
    WSABUF b = {0, NULL};
    CHAR text[1];
    WCHAR wide[1];

    EXPECT(LONG_OK(ioctlsocket(s, FIONBIO, &la)) && fake_seen == 7);
    EXPECT(LONG_OK(ioctlsocket(s, FIONREAD, &la)) && fake_seen == 0);
    EXPECT(DWORD_OK(ioctlsocket(s, FIONBIO, da)) && fake_seen == 7);
    EXPECT(FAILS(ioctlsocket(s, FIONBIO, &la)));
    ioctlsocket(s, FIONBIO, NULL);
    EXPECT(fake_was_null);
    ioctlsocket(s, FIONBIO, (unsigned long *)NULL);
    EXPECT(fake_was_null);

    EXPECT(LONG_OK(WSAIoctl(s, 1, NULL, 0, NULL, 0, &la, NULL, NULL)));
    EXPECT(DWORD_OK(WSAIoctl(s, 1, NULL, 0, NULL, 0, da, NULL, NULL)));
    EXPECT(FAILS(WSAIoctl(s, 1, NULL, 0, NULL, 0, &la, NULL, NULL)));

    EXPECT(LONG_OK(WSASend(s, &b, 1, &la, 0, NULL, NULL)));
    EXPECT(DWORD_OK(WSASend(s, &b, 1, da, 0, NULL, NULL)));
    WSASend(s, &b, 1, NULL, 0, NULL, NULL);
    EXPECT(fake_was_null);
    EXPECT(LONG_OK(WSASendTo(s, &b, 1, &la, 0, NULL, 0, NULL, NULL)));
    EXPECT(DWORD_OK(WSASendTo(s, &b, 1, da, 0, NULL, 0, NULL, NULL)));

    EXPECT(TWO(WSARecv(s, &b, 1, &la, &lb, NULL, NULL), la, lb));
    EXPECT(TWO(WSARecv(s, &b, 1, da, &lb, NULL, NULL), da[0], lb));
    EXPECT(TWO(WSARecv(s, &b, 1, &la, db, NULL, NULL), la, db[0]));
    EXPECT(TWO(WSARecv(s, &b, 1, da, db, NULL, NULL), da[0], db[0]));
    EXPECT(FAILS(WSARecv(s, &b, 1, &la, db, NULL, NULL)));
    EXPECT(LONG_OK(WSARecv(s, &b, 1, NULL, &la, NULL, NULL)));
    EXPECT(LONG_OK(WSARecv(s, &b, 1, &la, NULL, NULL, NULL)));
    EXPECT(DWORD_OK(WSARecv(s, &b, 1, NULL, da, NULL, NULL)));
    WSARecv(s, &b, 1, NULL, NULL, NULL, NULL);
    EXPECT(fake_was_null);

    EXPECT(TWO(WSARecvFrom(s, &b, 1, &la, &lb, 0, 0, NULL, NULL), la, lb));
    EXPECT(TWO(WSARecvFrom(s, &b, 1, da, &lb, 0, 0, NULL, NULL), da[0], lb));
    EXPECT(TWO(WSARecvFrom(s, &b, 1, &la, db, 0, 0, NULL, NULL), la, db[0]));
    EXPECT(TWO(WSARecvFrom(s, &b, 1, da, db, 0, 0, NULL, NULL), da[0], db[0]));

    EXPECT(TWO(WSAGetOverlappedResult(s, 0, &la, 0, &lb), la, lb));
    EXPECT(TWO(WSAGetOverlappedResult(s, 0, da, 0, &lb), da[0], lb));
    EXPECT(TWO(WSAGetOverlappedResult(s, 0, &la, 0, db), la, db[0]));
    EXPECT(TWO(WSAGetOverlappedResult(s, 0, da, 0, db), da[0], db[0]));

    EXPECT(LONG_OK(WSAEnumProtocolsA(NULL, NULL, &la)) && fake_seen == 7);
    EXPECT(DWORD_OK(WSAEnumProtocolsA(NULL, NULL, da)));
    EXPECT(LONG_OK(WSAEnumProtocolsW(NULL, NULL, &la)) && fake_seen == 7);
    EXPECT(LONG_OK(WSAEnumProtocols(NULL, NULL, &la)));

    EXPECT(LONG_OK(WSAAddressToStringA(NULL, 0, NULL, text, &la)));
    EXPECT(LONG_OK(WSAAddressToStringW(NULL, 0, NULL, wide, &la)));
    EXPECT(DWORD_OK(WSAAddressToStringA(NULL, 0, NULL, text, da)));
    EXPECT(DWORD_OK(WSAAddressToStringW(NULL, 0, NULL, wide, da)));
    return ulong_bad;
}

#endif
