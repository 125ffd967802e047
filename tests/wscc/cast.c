/* SPDX-License-Identifier: MIT */
/* The Interlocked family works in the width of the variable that it is given,
 * and records are found from their members. */
#include <windows.h>

#include "check.h"

struct record {
    int before;
    LIST_ENTRY link;
};

int
main(void)
{
    LONG n = 5;
    ULONG u = 0xffffffff;
    long wide = 4294967295;
    LONG64 big = 1;
    PVOID p = NULL;
    struct record r = {
        1, {NULL, NULL}
    };

    CHECK(InterlockedIncrement(&n) == 6 && InterlockedDecrement(&n) == 5);
    CHECK(InterlockedExchangeAdd(&n, 10) == 5 && n == 15);
    CHECK(InterlockedExchange(&n, 1) == 15);
    CHECK(InterlockedCompareExchange(&n, 9, 2) == 1 && n == 1);
    CHECK(InterlockedCompareExchange(&n, 9, 1) == 1 && n == 9);
    CHECK(InterlockedOr(&n, 2) == 9 && InterlockedAnd(&n, 3) == 11 && n == 3);
    CHECK(InterlockedIncrement(&u) == 0);
    CHECK(InterlockedIncrement(&wide) == 4294967296);
    CHECK(InterlockedAdd64(&big, 4294967296) == 4294967297);
    CHECK(InterlockedCompareExchangePointer(&p, &n, NULL) == NULL && p == &n);
    CHECK(InterlockedExchangePointer(&p, NULL) == &n);
    CHECK(CONTAINING_RECORD(&r.link, struct record, link) == &r);
    C_ASSERT(sizeof(CRITICAL_SECTION) == 40);
    C_ASSERT(sizeof(OVERLAPPED) == 32);
    C_ASSERT(sizeof(SYSTEM_INFO) == 48);
    MemoryBarrier();
    return check_failed;
}
