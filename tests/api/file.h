/* SPDX-License-Identifier: MIT */
/* What the tests of TransmitFile share: a file, one at a time, and the call.
 * Plain Winsock. */
#ifndef FILE_H
#define FILE_H

#include "ovl.h"

#include <stdlib.h>

static char path[MAX_PATH];

/* A file whose bytes tell their place, its pointer at the start. */
static inline HANDLE
file_of(DWORD size)
{
    char dir[MAX_PATH], *bytes = malloc(size + 1);
    HANDLE file;
    DWORD n = 0;

    REQUIRE(bytes != NULL);
    REQUIRE(GetTempPathA(sizeof dir, dir));
    REQUIRE(GetTempFileNameA(dir, "tf", 0, path));
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ,
                       NULL, CREATE_ALWAYS, 0, NULL);
    REQUIRE(file != INVALID_HANDLE_VALUE);
    for (DWORD i = 0; i < size; i++)
        bytes[i] = (char)(i % 251);
    REQUIRE(WriteFile(file, bytes, size, &n, NULL));
    REQUIRE_EQ(n, size);
    REQUIRE_EQ(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    free(bytes);
    return file;
}

static inline void
file_done(HANDLE file)
{
    REQUIRE(CloseHandle(file));
    REQUIRE(DeleteFileA(path));
}

static inline int
transmit(SOCKET s, HANDLE file, DWORD count, OVERLAPPED *ov,
         TRANSMIT_FILE_BUFFERS *around, DWORD flags)
{
    return bool_error(EXTENSION(s, LPFN_TRANSMITFILE, WSAID_TRANSMITFILE)(
        s, file, count, 0, ov, around, flags));
}

#endif
