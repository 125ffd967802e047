/* SPDX-License-Identifier: MIT */
/* Annotations of both editions vanish, and calling conventions and declspecs of
 * the usual kinds are taken. Compiled as C and as C++. */
#include <winsock2.h>
#include <specstrings.h>

#include "check.h"

static int __cdecl sum(__in_ecount(n) const int *v, __in size_t n,
                       __out int *total, __inout_opt int *more,
                       __deref_out_opt char **none)
{
    *total = more ? *more : 0;
    for (; n; n--)
        *total += *v++;
    if (none)
        *none = NULL;
    return *total;
}

_Success_(return != 0) static BOOL WINAPI
    copy(_Out_writes_z_(size) char *dst, _In_ size_t size,
         _In_z_ const char *src, _Reserved_ DWORD flags)
{
    UNREFERENCED_PARAMETER(flags);
    return strcpy_s(dst, size, src) == 0;
}

__declspec(dllexport) int __stdcall exported(void);
int __stdcall exported(void)
{
    static __declspec(thread) int calls;
    __declspec(align(16)) char buffer[16];

    buffer[0] = (char)((ULONG_PTR)buffer % 16);
    return ++calls + buffer[0];
}

static __forceinline unsigned __int64
wide(__int32 low)
{
    unsigned __int64 v = (unsigned __int64)low;

    return v << 32;
}

int
main(void)
{
    int v[3] = {1, 2, 3}, total, more = 10;
    char text[4];

    CHECK(sum(v, _countof(v), &total, &more, NULL) == 16);
    CHECK(copy(text, sizeof(text), "abc", 0));
    CHECK(!copy(text, sizeof(text), "abcd", 0));
    CHECK(exported() == 1);
    CHECK(wide(1) == 4294967296);
    CHECK(sizeof(__int64) == 8 && sizeof(LONG) == 4 && sizeof(DWORD) == 4);
    return check_failed;
}
