/* SPDX-License-Identifier: MIT */
/* Microsoft's C run-time helpers keep their promises at the edges: exact fit,
 * one too many, nothing at all. Compiled as C and as C++, for either width of
 * WCHAR. */
#include <winsock2.h>

#include "check.h"

static void
copies_and_joins(void)
{
    char a[4];
    WCHAR w[4];
    char *none = NULL;

    CHECK(strcpy_s(a, 4, "abc") == 0 && !strcmp(a, "abc"));
    CHECK(strcpy_s(a, 4, "abcd") == ERANGE && a[0] == 0);
    CHECK(strcpy_s(none, 4, "abc") == EINVAL);
    CHECK(strcpy_s(a, 4, none) == EINVAL && a[0] == 0);
    CHECK(strncpy_s(a, 4, "abcdef", 3) == 0 && !strcmp(a, "abc"));
    CHECK(strncpy_s(a, 4, "abcdef", _TRUNCATE) == STRUNCATE);
    CHECK(!strcmp(a, "abc"));
    strcpy_s(a, 4, "a");
    CHECK(strcat_s(a, 4, "bc") == 0 && !strcmp(a, "abc"));
    CHECK(strcat_s(a, 4, "d") == ERANGE && a[0] == 0);
    CHECK(wcscpy_s(w, 4, L"abc") == 0 && w[2] == 'c' && w[3] == 0);
    CHECK(wcscat_s(w, 4, L"d") == ERANGE && w[0] == 0);
    CHECK(memcpy_s(a, 4, "wxyz", 4) == 0 && a[3] == 'z');
    CHECK(memcpy_s(a, 4, "vwxyz", 5) == ERANGE && a[0] == 0);
}

static void
prints(void)
{
    char a[6];

    CHECK(sprintf_s(a, 6, "%d", 12345) == 5 && !strcmp(a, "12345"));
    CHECK(sprintf_s(a, 6, "%d", 123456) == -1 && a[0] == 0);
    CHECK(_snprintf(a, 6, "%d", 123456) == -1 && !strcmp(a, "12345"));
    CHECK(_snprintf_s(a, 6, _TRUNCATE, "%d", 123456) == -1);
    CHECK(!strcmp(a, "12345"));
    CHECK(_snprintf_s(a, 6, 3, "%d", 123456) == -1 && !strcmp(a, "123"));
    CHECK(_snprintf_s(a, 6, 5, "%d", 12) == 2 && !strcmp(a, "12"));
    CHECK(_itoa_s(-10, a, 6, 10) == 0 && !strcmp(a, "-10"));
    CHECK(_itoa_s(255, a, 6, 16) == 0 && !strcmp(a, "ff"));
    CHECK(_itoa_s(123456, a, 6, 10) == ERANGE && a[0] == 0);
}

static void
compares(void)
{
    CHECK(_stricmp("WinSock", "winsock") == 0);
    CHECK(_strnicmp("WinSock", "winding", 3) == 0);
    CHECK(_strnicmp("WinSock", "winding", 4) > 0);
    CHECK(_wcsicmp(L"ABC", L"abd") < 0);
    CHECK(stricmp("a", "B") < 0);
}

static void
the_rest(void)
{
    char line[8], *context, *word, text[] = "one two";
    char *block = (char *)_alloca(16);
    int numbers[7];
    FILE *file;
    struct tm tm;
    time_t day = 86400 * 365;

    block[15] = 1;
    CHECK(_countof(numbers) == 7);
    CHECK(min(3, 4) == 3 && max(3, 4u) == 4 && min(sizeof(numbers), 3u) == 3);
    word = strtok_s(text, " ", &context);
    CHECK(!strcmp(word, "one"));
    CHECK(!strcmp(strtok_s(NULL, " ", &context), "two"));
    CHECK(fopen_s(&file, "/nonexistent/x", "r") == ENOENT && !file);
    CHECK(gmtime_s(&tm, &day) == 0 && tm.tm_year == 71);
    CHECK(gets_s(line, sizeof(line)) && !strcmp(line, "first"));
    CHECK(!gets_s(line, sizeof(line)) && line[0] == 0); /* too long a line */
    CHECK(gets_s(line, sizeof(line)) && !strcmp(line, "last"));
    CHECK(!gets_s(line, sizeof(line)));
}

int
main(void)
{
    copies_and_joins();
    prints();
    compares();
    the_rest();
    return check_failed;
}
