/* SPDX-License-Identifier: MIT */
/* The up-calls, as a provider makes them. */
#include "t.h"

#include "unit/fake.h"

#include "w32/handle.h"
#include "w32/wait.h"

#include <ws2/winuser.h>

#include <wchar.h>

static int code;

/* Fails the way a provider sees it. */
#define CHECK_CODE(cond, number)                                               \
    do {                                                                       \
        code = 0;                                                              \
        CHECK(cond);                                                           \
        CHECK_EQ(code, number);                                                \
    } while (0)

static const WSPUPCALLTABLE *
begin(void)
{
    fake_install();
    fake_open();
    return &fake.up;
}

TEST_BARE(events_of_a_provider_are_events, "SPI-17")
{
    const WSPUPCALLTABLE *up = begin();
    WSAEVENT h = up->lpWPUCreateEvent(&code);

    REQUIRE(h != WSA_INVALID_EVENT);
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CHECK(up->lpWPUSetEvent(h, &code));
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_OBJECT_0); /* manual reset */
    CHECK(up->lpWPUResetEvent(h, &code));
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CHECK(up->lpWPUCloseEvent(h, &code));
    CHECK_CODE(!up->lpWPUSetEvent(h, &code), WSA_INVALID_HANDLE);
    CHECK_CODE(!up->lpWPUResetEvent(h, &code), WSA_INVALID_HANDLE);
    CHECK_CODE(!up->lpWPUCloseEvent(h, &code), WSA_INVALID_HANDLE);
}

TEST_BARE(a_handle_is_registered_under_its_entry, "SPI-19")
{
    const WSPUPCALLTABLE *up = begin();

    CHECK_EQ(up->lpWPUModifyIFSHandle(1002, 700, &code), 700);
    CHECK_CODE(up->lpWPUModifyIFSHandle(4711, 701, &code) == INVALID_SOCKET,
               WSAEINVAL);
    CHECK_CODE(up->lpWPUModifyIFSHandle(1001, INVALID_SOCKET, &code) ==
                   INVALID_SOCKET,
               WSAEINVAL);
    CHECK_CODE(up->lpWPUCreateSocketHandle(4711, 0, &code) == INVALID_SOCKET,
               WSAEINVAL);
    CHECK_CODE(up->lpWPUCloseSocketHandle(500, &code) == SOCKET_ERROR,
               WSAENOTSOCK);
    CHECK_CODE(up->lpWPUQuerySocketHandleContext(500, NULL, &code) ==
                   SOCKET_ERROR,
               WSAEFAULT);
}

TEST_BARE(membership_in_a_set_is_looked_up, "SEL-10")
{
    const WSPUPCALLTABLE *up = begin();
    fd_set set;

    FD_ZERO(&set);
    FD_SET(500, &set);
    CHECK(up->lpWPUFDIsSet(500, &set));
    CHECK(!up->lpWPUFDIsSet(501, &set));
}

TEST_BARE(a_provider_path_is_told, "CATL-9")
{
    const WSPUPCALLTABLE *up = begin();
    GUID id = fake.info.ProviderId;
    WCHAR path[32];
    INT len = 2;

    CHECK_CODE(up->lpWPUGetProviderPath(&id, path, &len, &code) == SOCKET_ERROR,
               WSAEFAULT);
    CHECK_EQ(len, 15);
    CHECK_EQ(up->lpWPUGetProviderPath(&id, path, &len, &code), 0);
    CHECK(!wcscmp(path, L"libws2_32.so.0"));
    id.Data1++;
    CHECK_CODE(up->lpWPUGetProviderPath(&id, path, &len, &code) == SOCKET_ERROR,
               WSAEINVAL);
    CHECK_CODE(up->lpWPUGetProviderPath(NULL, path, &len, &code) ==
                   SOCKET_ERROR,
               WSAEFAULT);
}

TEST_BARE(there_is_no_blocking_callback, "HOOK-2")
{
    const WSPUPCALLTABLE *up = begin();
    LPBLOCKINGCALLBACK callback = (LPBLOCKINGCALLBACK)(void *)begin;
    DWORD_PTR context = 1;

    CHECK_EQ(up->lpWPUQueryBlockingCallback(1001, &callback, &context, &code),
             0);
    CHECK(callback == NULL);
    CHECK_CODE(up->lpWPUQueryBlockingCallback(1, &callback, &context, &code) ==
                   SOCKET_ERROR,
               WSAEINVAL);
    CHECK_CODE(up->lpWPUQueryBlockingCallback(1001, NULL, &context, &code) ==
                   SOCKET_ERROR,
               WSAEFAULT);
}

static DWORD_PTR got;

static VOID CALLBACK
note(DWORD_PTR context)
{
    got = context;
}

TEST_BARE(a_function_is_run_in_the_thread_it_was_queued_to, "SPI-21")
{
    const WSPUPCALLTABLE *up = begin();
    WSATHREADID self, copy;

    REQUIRE_EQ(up->lpWPUOpenCurrentThread(&self, &code), 0);
    CHECK_EQ(up->lpWPUQueueApc(&self, note, 42, &code), 0);
    CHECK_EQ(got, 0);
    CHECK_EQ(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(got, 42);
    copy = self;
    CHECK_EQ(up->lpWPUCloseThread(&self, &code), 0);
    CHECK_CODE(up->lpWPUQueueApc(&copy, note, 43, &code) == SOCKET_ERROR,
               WSAEFAULT);
    CHECK_CODE(up->lpWPUQueueApc(NULL, note, 43, &code) == SOCKET_ERROR,
               WSAEFAULT);
    CHECK_CODE(up->lpWPUCloseThread(&copy, &code) == SOCKET_ERROR, WSAEFAULT);
    CHECK_CODE(up->lpWPUOpenCurrentThread(NULL, &code) == SOCKET_ERROR,
               WSAEFAULT);
}

static void CALLBACK
never(DWORD error, DWORD moved, LPWSAOVERLAPPED ov, DWORD flags)
{
    (void)error, (void)moved, (void)ov, (void)flags;
}

TEST_BARE(a_completion_routine_comes_with_its_thread, "SPI-14")
{
    WSAOVERLAPPED ov = {0};
    WSABUF piece = {1, (char *)"x"};
    DWORD flags = 0, moved;
    WSATHREADID seen;

    begin();
    CHECK_EQ(WSARecv(500, &piece, 1, &moved, &flags, &ov, never), 0);
    REQUIRE(fake.arg[7] != 0);
    CHECK_EQ(fake.arg[5], (uintptr_t)&ov);
    CHECK_EQ(fake.arg[6], (uintptr_t)never);
    CHECK_EQ(fake.up.lpWPUOpenCurrentThread(&seen, &code), 0);
    CHECK_EQ(WSARecv(500, &piece, 1, &moved, &flags, &ov, NULL), 0);
    CHECK_EQ(fake.arg[7], 0);
    CHECK_EQ(WSARecv(500, &piece, 1, &moved, &flags, NULL, never), 0);
    CHECK_EQ(fake.arg[7], 0);
}

TEST_BARE(a_message_to_no_window_is_not_posted, "SPI-22")
{
    const WSPUPCALLTABLE *up = begin();

    CHECK(!up->lpWPUPostMessage((HWND)(uintptr_t)12345, WM_USER, 1, 2));
}

TEST_BARE(a_request_is_completed_on_handles_of_the_house, "SPI-18")
{
    WSAOVERLAPPED ov = {.Internal = WSS_OPERATION_IN_PROGRESS};
    SOCKET s;

    begin();
    CHECK_CODE(WPUCompleteOverlappedRequest(500, &ov, 0, 9, &code) ==
                   SOCKET_ERROR,
               WSAEINVAL);
    fake.pseudo = 1;
    s = fake_open();
    ov.hEvent = WSACreateEvent();
    CHECK_CODE(WPUCompleteOverlappedRequest(s, NULL, 0, 9, &code) ==
                   SOCKET_ERROR,
               WSAEFAULT);
    CHECK_EQ(ov.Internal, WSS_OPERATION_IN_PROGRESS);
    CHECK_EQ(WPUCompleteOverlappedRequest(s, &ov, 0, 9, &code), 0);
    CHECK_EQ(ov.Internal, 0);
    CHECK_EQ(ov.InternalHigh, 9);
    CHECK_EQ(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CHECK(WSACloseEvent(ov.hEvent));
}
