/* SPDX-License-Identifier: MIT */
/* The runner on Windows and Wine: the same as t_posix.c with CreateProcess.
 * There is no leak check here; the native build makes it. Invariant: a child's
 * output goes to a file that the system deletes. */
#ifdef _WIN32

#include "t.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
t_platform_init(void)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

long long
t_clock(void)
{
    return (long long)GetTickCount64();
}

int
t_is_wine(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    return ntdll && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

static HANDLE
output_file(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    char dir[MAX_PATH], path[MAX_PATH];

    if (!GetTempPathA(sizeof dir, dir) || !GetTempFileNameA(dir, "t", 0, path))
        return INVALID_HANDLE_VALUE;
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       &inherit, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE,
                       NULL);
}

int
t_spawn(struct t_child *child)
{
    STARTUPINFOA start = {0};
    PROCESS_INFORMATION info;
    char program[MAX_PATH], line[MAX_PATH + 512];
    HANDLE output = output_file();

    if (output == INVALID_HANDLE_VALUE)
        return -1;
    GetModuleFileNameA(NULL, program, sizeof program);
    snprintf(line, sizeof line, "\"%s\" --run %s", program, child->test->name);
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdOutput = output;
    start.hStdError = output;
    if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &start,
                        &info)) {
        CloseHandle(output);
        return -1;
    }
    CloseHandle(info.hThread);
    child->process = info.hProcess;
    child->output = output;
    return 0;
}

static int
ended(struct t_child *child, int *code, int *late)
{
    DWORD status = 0;

    *late = t_clock() >= child->deadline;
    if (*late)
        TerminateProcess(child->process, 99);
    if (WaitForSingleObject(child->process, *late ? INFINITE : 0))
        return 0;
    GetExitCodeProcess(child->process, &status);
    *code = *late ? -1 : (int)status;
    CloseHandle(child->process);
    return 1;
}

int
t_await(struct t_child *children, int count, int *code, int *late)
{
    for (;;) {
        HANDLE handles[MAXIMUM_WAIT_OBJECTS];
        DWORD n = 0;

        for (int i = 0; i < count; i++) {
            if (!children[i].test)
                continue;
            if (ended(&children[i], code, late))
                return i;
            handles[n++] = children[i].process;
        }
        WaitForMultipleObjects(n, handles, FALSE, 200);
    }
}

char *
t_output(struct t_child *child)
{
    HANDLE output = child->output;
    DWORD size = GetFileSize(output, NULL), got = 0;
    char *text = calloc(1, size + 1);
    char *to = text;

    SetFilePointer(output, 0, NULL, FILE_BEGIN);
    if (text)
        ReadFile(output, text, size, &got, NULL);
    CloseHandle(output);
    for (DWORD i = 0; i < got; i++) {
        if (text[i] != '\r')
            *to++ = text[i];
    }
    if (text)
        *to = 0;
    return text;
}

int
t_fd_limit(int limit)
{
    (void)limit;
    return -1;
}

void
t_fds_remember(void)
{
}

int
t_fds_leaked(void)
{
    return 0;
}

#else
typedef int t_win32_is_empty_here;
#endif
