/* SPDX-License-Identifier: MIT */
/* Texts: conversions, strings, messages, wsprintf, the environment, modules;
 * and the heaps and calendars beside them. */
#include "t.h"

#include "base/list.h"
#include "w32/message.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>

#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* ---- conversions ---- */

TEST_BARE(utf8_and_wide_convert_both_ways)
{
    static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
    WCHAR wide[16];
    char back[16];

    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0), 5);
    CHECK_EQ(MultiByteToWideChar(CP_ACP, 0, text, -1, wide, 16), 5);
    CHECK_EQ(wide[2], 0x20ac);
    CHECK_EQ(wide[4], 0);
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL),
             sizeof(text));
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, wide, 4, back, 16, NULL, NULL),
             sizeof(text) - 1);
    CHECK_MEM(back, text, sizeof(text) - 1);
}

TEST_BARE(conversions_refuse_what_is_documented)
{
    WCHAR wide[4];
    BOOL used;

    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "abcdef", -1, wide, 4), 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xff", 1, wide, 4),
        0);
    CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "\xff", 1, wide, 4), 1);
    CHECK_EQ(wide[0], 0xfffd);
    CHECK_EQ(MultiByteToWideChar(1252, 0, "a", 1, wide, 4), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 4), 0);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0x100, "a", 1, wide, 4), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, NULL, 0, NULL, &used), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

TEST_BARE(the_lstr_functions_take_null)
{
    char a[8] = "ab";
    WCHAR w[8] = L"ab";

    CHECK_EQ(lstrlenA(NULL), 0);
    CHECK_EQ(lstrlenW(w), 2);
    CHECK(lstrcatA(a, NULL) == NULL);
    CHECK_STR(lstrcatA(a, "cd"), "abcd");
    CHECK_STR(lstrcpynA(a, "vwxyz", 4), "vwx");
    CHECK_EQ(lstrcmpiW(lstrcatW(w, L"CD"), L"ABcd"), 0);
    CHECK_EQ(lstrlenW(lstrcpynW(w, L"vwxyz", 4)), 3);
    CHECK(lstrcmpA("a", "b") < 0 && lstrcmpA(NULL, "a") < 0);
    CHECK_EQ(lstrcmpiA("ABC", "abc"), 0);
}

TEST_BARE(wsprintf_means_windows_widths)
{
    char out[1100], want[1100];

    CHECK_EQ(wsprintfA(out, "%d %ld %lu %x", -1, (LONG)-2, (ULONG)3, 255), 10);
    CHECK_STR(out, "-1 -2 3 ff");
    wsprintfA(out, "%I64d|%5u|%-5u|%05d|%.3d|%#x", (LONGLONG)1 << 40, 7u, 7u,
              -42, 5, 16);
    CHECK_STR(out, "1099511627776|    7|7    |-0042|005|0x10");
    wsprintfA(out, "%s|%.2s|%5s|%-5s|%c|%%|%q", "text", "text", "ab", "ab",
              'x');
    CHECK_STR(out, "text|te|   ab|ab   |x|%|q");
    wsprintfA(out, "%ls %S %hs %p", L"wide", L"too", "narrow", (void *)0x1f);
    CHECK_STR(out, "wide too narrow 000000000000001F");
    memset(want, 'y', sizeof(want));
    want[1099] = 0;
    CHECK_EQ(wsprintfA(out, "%s", want), 1023);
}

/* ---- messages ---- */

TEST_BARE(the_message_table_is_in_order)
{
    for (size_t i = 1; i < ws_message_count; i++)
        if (ws_messages[i - 1].number >= ws_messages[i].number)
            t_fail(__FILE__, __LINE__, ws_messages[i].text);
}

TEST_BARE(format_message_gives_the_text_of_an_error)
{
    const DWORD how =
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    char text[256], *block = NULL;
    WCHAR wide[256];
    DWORD len;

    len = FormatMessageA(how, NULL, 10061, 0, text, sizeof(text), NULL);
    CHECK_EQ(len, strlen(text));
    CHECK(len > 2 && !strcmp(text + len - 2, "\r\n"));
    CHECK_EQ(FormatMessageA(how | FORMAT_MESSAGE_ALLOCATE_BUFFER, NULL, 10061,
                            0, (LPSTR)&block, 0, NULL),
             len);
    CHECK_STR(block, text);
    CHECK(LocalFree(block) == NULL);
    CHECK_EQ(FormatMessageW(how, NULL, 10061, 0, wide, 256, NULL), len);
    CHECK_EQ(wide[1], (WCHAR)text[1]);
    CHECK_EQ(FormatMessageA(how, NULL, 10061, 0, text, 5, NULL), 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(FormatMessageA(how, NULL, 0xabcdef, 0, text, 256, NULL), 0);
    CHECK_EQ(GetLastError(), ERROR_MR_MID_NOT_FOUND);
}

/* ---- environment and modules ---- */

TEST_BARE(the_environment_is_read_written_and_expanded)
{
    char out[64];
    WCHAR wide[64];

    CHECK(SetEnvironmentVariableA("WS2_TEST_X", "value"));
    CHECK_EQ(GetEnvironmentVariableA("WS2_TEST_X", out, sizeof(out)), 5);
    CHECK_STR(out, "value");
    CHECK_EQ(GetEnvironmentVariableA("WS2_TEST_X", out, 5), 6);
    CHECK_EQ(GetEnvironmentVariableW(L"WS2_TEST_X", wide, 64), 5);
    CHECK_EQ(ExpandEnvironmentStringsA("a%WS2_TEST_X%%b%c", out, 64), 11);
    CHECK_STR(out, "avalue%b%c");
    CHECK_EQ(ExpandEnvironmentStringsA("a%WS2_TEST_X%b", NULL, 0), 8);
    CHECK_EQ(ExpandEnvironmentStringsW(L"%WS2_TEST_X%", wide, 64), 6);
    CHECK(SetEnvironmentVariableA("WS2_TEST_X", NULL));
    CHECK_EQ(GetEnvironmentVariableA("WS2_TEST_X", out, 64), 0);
    CHECK_EQ(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
}

TEST_BARE(windows_own_modules_are_this_library)
{
    HMODULE a = LoadLibraryA("C:\\windows\\system32\\WS2_32.dll");
    HMODULE b = LoadLibraryW(L"kernel32");

    REQUIRE(a != NULL);
    CHECK(a == b && GetModuleHandleA("mswsock.DLL") == a);
    CHECK(GetProcAddress(a, "no_such_function") == NULL);
    CHECK_EQ(GetLastError(), ERROR_PROC_NOT_FOUND);
    CHECK(FreeLibrary(a));
    CHECK(LoadLibraryA("no-such-module.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK(GetModuleHandleA("no-such-module.dll") == NULL);
    CHECK(GetModuleHandleA(NULL) != NULL);
}

TEST_BARE(a_module_knows_its_file)
{
    char path[512], cut[5];
    WCHAR wide[512];
    DWORD len = GetModuleFileNameA(NULL, path, sizeof(path));

    CHECK(len > 0 && path[0] == '/' && strlen(path) == len);
    CHECK_EQ(GetModuleFileNameW(NULL, wide, 512), len);
    CHECK_EQ(GetModuleFileNameA(NULL, cut, 5), 5);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(strlen(cut), 4);
}

/* ---- heaps ---- */

TEST_BARE(a_private_heap_frees_what_is_left)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    char *p = HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);

    REQUIRE(p != NULL);
    CHECK_EQ(p[99], 0);
    CHECK_EQ(HeapSize(heap, 0, p), 100);
    p = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, 5000);
    CHECK_EQ(p[4999], 0);
    CHECK(!HeapFree(GetProcessHeap(), 0, p));
    CHECK_EQ(HeapSize(GetProcessHeap(), 0, p), (SIZE_T)-1);
    CHECK(HeapAlloc(heap, 0, 10) != NULL);
    CHECK(HeapFree(heap, 0, p));
    CHECK(HeapDestroy(heap));
    CHECK(!HeapDestroy(GetProcessHeap()));
    CHECK(HeapAlloc(GetProcessHeap(), 0, SIZE_MAX) == NULL);
    CHECK(((ULONG_PTR)(p = LocalAlloc(LPTR, 3)) & 15) == 0);
    CHECK(LocalFree(p) == NULL);
}

/* ---- calendars ---- */

TEST_BARE(calendars_and_file_times_agree)
{
    SYSTEMTIME t = {2024, 2, 4, 29, 23, 59, 58, 123}, back;
    FILETIME f;

    REQUIRE(SystemTimeToFileTime(&t, &f));
    CHECK_EQ((uint64_t)f.dwHighDateTime << 32 | f.dwLowDateTime,
             133537247981230000);
    REQUIRE(FileTimeToSystemTime(&f, &back));
    CHECK_MEM(&t, &back, sizeof(t));
    t.wMonth = 13;
    CHECK(!SystemTimeToFileTime(&t, &f));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    for (uint64_t day = 0; day < 400000; day += 97) {
        uint64_t steps = day * 864000000000;

        f = (FILETIME){(DWORD)steps, (DWORD)(steps >> 32)};
        REQUIRE(FileTimeToSystemTime(&f, &back));
        REQUIRE(SystemTimeToFileTime(&back, &f));
        REQUIRE_EQ((uint64_t)f.dwHighDateTime << 32 | f.dwLowDateTime, steps);
    }
}

TEST_BARE(clocks_go_forward)
{
    ULONGLONG a = GetTickCount64();
    LARGE_INTEGER c, d, frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&c);
    Sleep(12);
    QueryPerformanceCounter(&d);
    CHECK(GetTickCount64() - a >= 11);
    CHECK((d.QuadPart - c.QuadPart) * 1000 / frequency.QuadPart >= 11);
}

/* ---- files ---- */

TEST_BARE(only_the_standard_handles_are_files)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
    DWORD n = 7;

    REQUIRE(out && out != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(out, "", 0, &n, NULL));
    CHECK_EQ(n, 0);
    CHECK(!WriteFile(e, "x", 1, &n, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK_EQ(WaitForSingleObject(out, 0), WAIT_FAILED);
    CHECK(GetStdHandle(5) == INVALID_HANDLE_VALUE);
    CloseHandle(e);
}
