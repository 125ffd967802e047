/* SPDX-License-Identifier: MIT */
/* WSAStartup and WSACleanup: versions and counting, and the calls of Winsock
 * 1.1 that Winsock 2 no longer has. Start-ups and clean-ups come one after the
 * other: one that arrives while the last clean-up is at work waits for it. */
#include "api/border.h"

#include "api/builtin.h"
#include "base/clock.h"
#include "spi/provider.h"

#include <limits.h>

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_STARTUP);
static unsigned count;       /* the lock's */
static atomic_uint stopping; /* the last clean-up is calling providers */

/* What we answer to a request: the version asked for if there is one, else the
 * next lower one. 0.x there never was. */
static int
negotiate(WORD requested, WORD *version)
{
    BYTE major = LOBYTE(requested), minor = HIBYTE(requested);

    if (major == 0)
        return WSAVERNOTSUPPORTED;
    if (major == 1)
        *version = MAKEWORD(1, minor ? 1 : 0);
    else
        *version = major == 2 && minor < 2 ? requested : MAKEWORD(2, 2);
    return 0;
}

/* Programs of Winsock 1.1 read limits here; later ones find nothing. */
static void
describe(WORD version, WSADATA *data)
{
    bool old = LOBYTE(version) < 2;

    *data = (WSADATA){
        .wVersion = version,
        .wHighVersion = MAKEWORD(2, 2),
        .iMaxSockets = old ? 32767 : 0,
        .iMaxUdpDg = old ? 65467 : 0,
        .szDescription = "WinSock 2.0",
        .szSystemStatus = "Running",
    };
}

/* Takes the lock at a moment when no clean-up is at work. */
static void
enter(void) WS_ACQUIRES(lock)
{
    ws_lock(&lock);
    while (atomic_load(&stopping)) {
        ws_unlock(&lock);
        ws_futex_wait(&stopping, 1, WS_NEVER);
        ws_lock(&lock);
    }
}

int WSAAPI
WSAStartup(WORD requested, LPWSADATA data)
{
    WORD version = 0;
    int err = data ? negotiate(requested, &version) : WSAEFAULT;

    if (err)
        return err;
    enter();
    if (!count)
        err = ws_builtin_load();
    if (!err && !count++)
        ws_provider_open_all();
    ws_unlock(&lock);
    if (!err)
        describe(version, data);
    return err;
}

int WSAAPI
WSACleanup(void)
{
    bool last;
    int err;

    enter();
    err = count ? 0 : WSANOTINITIALISED;
    last = !err && --count == 0;
    atomic_store(&stopping, last);
    ws_unlock(&lock);
    if (last) {
        ws_provider_close_all();
        atomic_store(&stopping, 0);
        ws_futex_wake(&stopping, INT_MAX);
    }
    return ws_api_int(err);
}

int WSAAPI
WSAGetLastError(void)
{
    return (int)ws_error_last;
}

void WSAAPI
WSASetLastError(int err)
{
    ws_error_last = (DWORD)err;
}

/* ---- blocking hooks, which ended with Winsock 1.1 (HOOK-1) ---- */

static int
not_in_winsock_2(void)
{
    int err = ws_route_started();

    return err ? err : WSAEOPNOTSUPP;
}

FARPROC WSAAPI
WSASetBlockingHook(FARPROC hook)
{
    (void)hook;
    ws_api_int(not_in_winsock_2());
    return NULL;
}

int WSAAPI
WSAUnhookBlockingHook(void)
{
    return ws_api_int(not_in_winsock_2());
}

int WSAAPI
WSACancelBlockingCall(void)
{
    return ws_api_int(not_in_winsock_2());
}

BOOL WSAAPI
WSAIsBlocking(void)
{
    return ws_api_bool(not_in_winsock_2());
}
