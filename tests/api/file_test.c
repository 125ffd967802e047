/* SPDX-License-Identifier: MIT */
/* Files as servers need them: opening, reading, writing, sizes and places,
 * temporary names; overlapped transfer with events and ports. */
#include "t.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

static char path[MAX_PATH];

static HANDLE
fresh_file(DWORD flags)
{
    char directory[MAX_PATH];
    HANDLE h;

    REQUIRE(GetTempPathA(sizeof directory, directory));
    REQUIRE(GetTempFileNameA(directory, "sally", 0, path));
    h = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                    CREATE_ALWAYS, flags, NULL);
    REQUIRE(h != INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    return h;
}

static void
drop(HANDLE h)
{
    CHECK(CloseHandle(h));
    CHECK(DeleteFileA(path));
}

static void
put(HANDLE h, const char *text)
{
    DWORD n = 0;

    CHECK(WriteFile(h, text, (DWORD)strlen(text), &n, NULL));
    CHECK_EQ(n, strlen(text));
}

TEST_BARE(a_file_is_written_and_read_back)
{
    HANDLE h = fresh_file(FILE_ATTRIBUTE_NORMAL);
    char buf[32] = "";
    DWORD n = 99;

    put(h, "hello ");
    put(h, "world");
    CHECK_EQ(SetFilePointer(h, 4, NULL, FILE_BEGIN), 4);
    CHECK(ReadFile(h, buf, sizeof buf, &n, NULL));
    CHECK_EQ(n, 7);
    CHECK_MEM(buf, "o world", 7);
    CHECK(ReadFile(h, buf, sizeof buf, &n, NULL)); /* the end is no error */
    CHECK_EQ(n, 0);
    CHECK(FlushFileBuffers(h));
    drop(h);
}

TEST_BARE(sizes_and_places)
{
    HANDLE h = fresh_file(0);
    LARGE_INTEGER at, now;
    DWORD high = 99;
    LONG up = 1;

    put(h, "0123456789");
    CHECK_EQ(GetFileSize(h, &high), 10);
    CHECK_EQ(high, 0);
    CHECK(GetFileSizeEx(h, &now));
    CHECK_EQ(now.QuadPart, 10);
    CHECK_EQ(SetFilePointer(h, -3, NULL, FILE_END), 7);
    CHECK_EQ(SetFilePointer(h, 1, NULL, FILE_CURRENT), 8);
    CHECK_EQ(SetFilePointer(h, -9, NULL, FILE_CURRENT),
             INVALID_SET_FILE_POINTER);
    CHECK_EQ(GetLastError(), ERROR_NEGATIVE_SEEK);
    CHECK_EQ(SetFilePointer(h, 2, &up, FILE_BEGIN), 2);
    CHECK_EQ(up, 1);
    at.QuadPart = 5;
    CHECK(SetFilePointerEx(h, at, &now, FILE_BEGIN));
    CHECK_EQ(now.QuadPart, 5);
    CHECK(SetEndOfFile(h));
    CHECK_EQ(GetFileSize(h, NULL), 5);
    drop(h);
    CHECK_EQ(GetFileSize(h, NULL), INVALID_FILE_SIZE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void
cannot_open(const char *name, DWORD access, DWORD disposition, DWORD error)
{
    HANDLE h = CreateFileA(name, access, 0, NULL, disposition, 0, NULL);

    CHECK_EQ(GetLastError(), error);
    CHECK(h == INVALID_HANDLE_VALUE);
}

TEST_BARE(what_cannot_be_opened_says_why)
{
    char missing[MAX_PATH + 16];
    HANDLE h = fresh_file(0);

    cannot_open(path, GENERIC_READ, CREATE_NEW, ERROR_FILE_EXISTS);
    drop(h);
    cannot_open(path, GENERIC_READ, OPEN_EXISTING, ERROR_FILE_NOT_FOUND);
    cannot_open(path, GENERIC_WRITE, TRUNCATE_EXISTING, ERROR_FILE_NOT_FOUND);
    cannot_open(path, GENERIC_READ, 9, ERROR_INVALID_PARAMETER);
    snprintf(missing, sizeof missing, "%s/x", path);
    cannot_open(missing, GENERIC_READ, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    CHECK(!DeleteFileA(path));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

TEST_BARE(opening_always_tells_whether_the_file_was_there)
{
    HANDLE h = fresh_file(0);

    put(h, "12345");
    CloseHandle(h);
    h = CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_ALWAYS, 0, NULL);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK_EQ(GetFileSize(h, NULL), 5);
    CloseHandle(h);
    h = CreateFileA(path, GENERIC_WRITE, 0, NULL, TRUNCATE_EXISTING, 0, NULL);
    CHECK_EQ(GetFileSize(h, NULL), 0);
    drop(h);
    h = CreateFileA(path, GENERIC_WRITE, 0, NULL, OPEN_ALWAYS,
                    FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CHECK_EQ(GetLastError(), 0);
    CHECK(h != INVALID_HANDLE_VALUE);
    CloseHandle(h);
    cannot_open(path, GENERIC_READ, OPEN_EXISTING, ERROR_FILE_NOT_FOUND);
}

TEST_BARE(the_rights_asked_for_are_the_rights_given)
{
    HANDLE h = fresh_file(0);
    char buf[4];
    DWORD n;

    put(h, "abc");
    CloseHandle(h);
    h = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0,
                    NULL);
    CHECK(!WriteFile(h, "x", 1, &n, NULL));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(h);
    h = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ, NULL,
                    OPEN_EXISTING, 0, NULL);
    put(h, "def");
    CHECK(!ReadFile(h, buf, 1, &n, NULL));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    CHECK_EQ(GetFileSize(h, NULL), 6);
    drop(h);
}

TEST_BARE(temporary_names)
{
    char directory[MAX_PATH], name[MAX_PATH];
    DWORD len = GetTempPathA(sizeof directory, directory);

    CHECK_EQ(len, strlen(directory));
    CHECK_EQ(GetTempPathA(2, name), len + 1);
    CHECK_EQ(GetTempFileNameA(directory, "abcdef", 0x1a2b, name), 0x1a2b);
    CHECK_STR(name + len, T_NATIVE ? "abc1A2B.tmp" : "abc1a2b.tmp");
    CHECK_EQ(GetTempFileNameA(name, "x", 0, name), 0);
}

/* ---- overlapped ---- */

/* Windows may say pending; then the result is waited for. */
static BOOL
transfer(BOOL out, HANDLE h, void *buf, DWORD size, OVERLAPPED *ov, DWORD *n)
{
    BOOL ok = out ? WriteFile(h, buf, size, NULL, ov)
                  : ReadFile(h, buf, size, NULL, ov);

    if (!ok && GetLastError() != ERROR_IO_PENDING)
        return FALSE;
    return GetOverlappedResult(h, ov, n, TRUE);
}

TEST_BARE(an_overlapped_file_is_read_at_the_place_given)
{
    HANDLE h = fresh_file(FILE_FLAG_OVERLAPPED);
    OVERLAPPED ov = {0};
    char buf[16] = "";
    DWORD n = 0;

    ov.hEvent = CreateEventA(NULL, TRUE, TRUE, NULL);
    ov.Offset = 2;
    CHECK(transfer(TRUE, h, (void *)"hello", 5, &ov, &n));
    CHECK_EQ(n, 5);
    CHECK_EQ(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CHECK(HasOverlappedIoCompleted(&ov));
    ov.Offset = 4;
    CHECK(transfer(FALSE, h, buf, sizeof buf, &ov, &n));
    CHECK_EQ(n, 3);
    CHECK_MEM(buf, "llo", 3);
    ov.Offset = 7;
    CHECK(!transfer(FALSE, h, buf, sizeof buf, &ov, &n));
    CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
    CHECK(!ReadFile(h, buf, 1, &n, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(ov.hEvent);
    drop(h);
}

TEST_BARE(nothing_in_flight_on_a_file_is_nothing_to_cancel, "IOCP-12")
{
    HANDLE h = fresh_file(FILE_FLAG_OVERLAPPED);

    WINE_DIFFERS("CancelIoEx is ERROR_INVALID_PARAMETER for a file");
    CHECK(CancelIo(h));
    CHECK(!CancelIoEx(h, NULL));
    CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
    drop(h);
    CHECK(!CancelIo(h));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

TEST_BARE(an_overlapped_on_a_plain_file_moves_its_place)
{
    HANDLE h = fresh_file(0);
    OVERLAPPED ov = {0};
    char buf[4];
    DWORD n = 0;

    put(h, "0123456789");
    ov.Offset = 3;
    CHECK(ReadFile(h, buf, 4, &n, &ov));
    CHECK_EQ(n, 4);
    CHECK_MEM(buf, "3456", 4);
    CHECK_EQ(ov.Internal, 0);
    CHECK_EQ(ov.InternalHigh, 4);
    CHECK_EQ(SetFilePointer(h, 0, NULL, FILE_CURRENT), 7);
    ov.Offset = 10;
    CHECK(!ReadFile(h, buf, 4, &n, &ov));
    CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
    drop(h);
}

TEST_BARE(a_file_tells_its_port, "IOCP-1 IOCP-2 IOCP-3")
{
    HANDLE h = fresh_file(FILE_FLAG_OVERLAPPED), port, plain;
    OVERLAPPED ov = {0}, *got = NULL;
    ULONG_PTR key = 0;
    DWORD n = 0;

    port = CreateIoCompletionPort(h, NULL, 42, 0);
    REQUIRE(port);
    CHECK(!CreateIoCompletionPort(h, port, 43, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(transfer(TRUE, h, (void *)"hello", 5, &ov, &n));
    CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 1000));
    CHECK_EQ(n, 5);
    CHECK_EQ(key, 42);
    CHECK(got == &ov);

    ov.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    ov.hEvent = (HANDLE)((ULONG_PTR)ov.hEvent | 1);
    CHECK(transfer(TRUE, h, (void *)"hello", 5, &ov, &n));
    CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
    CloseHandle((HANDLE)((ULONG_PTR)ov.hEvent & ~(ULONG_PTR)1));
    ov.hEvent = NULL;
#ifndef _WIN32 /* where the file may pend, and then tell all the same */
    CHECK(SetFileCompletionNotificationModes(
        h, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    CHECK(transfer(TRUE, h, (void *)"hello", 5, &ov, &n));
    CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
#endif
    drop(h);
    plain = fresh_file(0);
    CHECK(!CreateIoCompletionPort(plain, port, 1, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    drop(plain);
    CloseHandle(port);
}

TEST_BARE(results_are_told_by_the_overlapped_alone, "CR-6 IOCP-8")
{
    OVERLAPPED ov = {0};
    DWORD n = 0;

    ov.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    ov.Internal = 0x103;
    CHECK(!HasOverlappedIoCompleted(&ov));
    CHECK(!GetOverlappedResult(NULL, &ov, &n, FALSE));
    CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);
    ov.Internal = 0xC0000120;
    ov.InternalHigh = 5;
    CHECK(HasOverlappedIoCompleted(&ov));
    CHECK(!GetOverlappedResult(NULL, &ov, &n, TRUE));
    CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
    CHECK_EQ(n, 5);
    ov.Internal = 0;
    CHECK(GetOverlappedResult(NULL, &ov, &n, FALSE));
    CloseHandle(ov.hEvent);
}
