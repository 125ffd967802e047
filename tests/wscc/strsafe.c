/* SPDX-License-Identifier: MIT */
/* The strsafe functions cut off, end with a null, and say so; sizes are in
 * characters or in bytes as the name tells. Compiled as C and as C++, for
 * either width of WCHAR. */
#include <windows.h>
#include <strsafe.h>

#include "check.h"

#define FULL STRSAFE_E_INSUFFICIENT_BUFFER
#define WRONG STRSAFE_E_INVALID_PARAMETER

int
main(void)
{
    char a[4];
    WCHAR w[4];
    size_t len = 99;

    CHECK(StringCchCopyA(a, 4, "abc") == S_OK && !strcmp(a, "abc"));
    CHECK(StringCchCopyA(a, 4, "abcd") == FULL && !strcmp(a, "abc"));
    CHECK(StringCchCopyA(a, 0, "abc") == WRONG);
    CHECK(StringCchCopyNA(a, 4, "abcd", 2) == S_OK && !strcmp(a, "ab"));
    CHECK(StringCchCatA(a, 4, "c") == S_OK && !strcmp(a, "abc"));
    CHECK(StringCchCatA(a, 4, "d") == FULL && !strcmp(a, "abc"));
    CHECK(StringCchLengthA("abc", 4, &len) == S_OK && len == 3);
    CHECK(StringCchLengthA("abc", 3, &len) == WRONG && len == 0);
    CHECK(StringCchPrintfA(a, 4, "%d", 123) == S_OK && !strcmp(a, "123"));
    CHECK(StringCbPrintfA(a, 4, "%d", 1234) == FULL && !strcmp(a, "123"));
    CHECK(StringCbCopyW(w, sizeof(w), L"abc") == S_OK && w[3] == 0);
    CHECK(StringCbCopyW(w, sizeof(w), L"abcd") == FULL && w[2] == 'c');
    CHECK(StringCbLengthW(w, sizeof(w), &len) == S_OK);
    CHECK(len == 3 * sizeof(WCHAR));
    CHECK(SUCCEEDED(StringCchCopyW(w, 4, L"x")) && FAILED(WRONG));
    return check_failed;
}
