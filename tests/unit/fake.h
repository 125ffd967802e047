/* SPDX-License-Identifier: MIT */
/* A provider inside the test: it notes which entry was called with what, and
 * answers what the test wants. Its sockets are numbers without anything behind
 * them. It misbehaves when told to. Included by one source of a program. */
#ifndef UNIT_FAKE_H
#define UNIT_FAKE_H

#include "spi/provider.h"

#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#define FAKE_SLOTS 30

static struct fake {
    /* how it starts */
    int start_error; /* WSPStartup's result */
    WORD version;    /* in WSPDATA; 0 for 2.2 */
    int missing;     /* a slot of the table to leave NULL, from 1 */
    void (*on_start)(void);
    void (*on_cleanup)(void);

    /* how it answers: one failing call, with 'code' */
    int fail, code;
    SOCKET next;   /* the handle of the next new socket */
    int forgetful; /* new sockets are not registered */
    int pseudo;    /* they are handles of the house, with 'context' */
    DWORD_PTR context;
    void *poll; /* what WSAID_WSAPOLL gives */

    /* what happened */
    int starts, cleanups, calls;
    WORD requested;
    WSAPROTOCOL_INFOW info;
    WSPUPCALLTABLE up;
    const char *called;
    uintptr_t arg[12];
} fake;

static pthread_mutex_t fake_mutex = PTHREAD_MUTEX_INITIALIZER;

static void
fake_note(const char *called, int count, const uintptr_t *args)
{
    fake.called = called;
    fake.calls++;
    memset(fake.arg, 0, sizeof fake.arg);
    memcpy(fake.arg, args, (size_t)count * sizeof *args);
}

#define FAKE_NOTE(name, ...)                                                   \
    do {                                                                       \
        const uintptr_t fake_args[] = {__VA_ARGS__};                           \
        fake_note(#name, (int)(sizeof fake_args / sizeof fake_args[0]),        \
                  fake_args);                                                  \
    } while (0)
#define A(x) ((uintptr_t)(x))

static int
fake_end(LPINT errp)
{
    if (!fake.fail)
        return 0;
    fake.fail = 0;
    *errp = fake.code;
    return SOCKET_ERROR;
}

static SOCKET
fake_made(DWORD id, LPINT errp)
{
    SOCKET s = fake.next++;

    if (fake_end(errp))
        return INVALID_SOCKET;
    if (fake.pseudo)
        return fake.up.lpWPUCreateSocketHandle(id, fake.context, errp);
    return fake.forgetful ? s : fake.up.lpWPUModifyIFSHandle(id, s, errp);
}

static SOCKET WSPAPI
fake_accept(SOCKET s, struct sockaddr *a, LPINT l, LPCONDITIONPROC c,
            DWORD_PTR d, LPINT errp)
{
    FAKE_NOTE(Accept, s, A(a), A(l), A(c), d);
    return fake_made(fake.info.dwCatalogEntryId, errp);
}

static INT WSPAPI
fake_address_to_string(LPSOCKADDR a, DWORD l, LPWSAPROTOCOL_INFOW i, LPWSTR out,
                       LPDWORD size, LPINT errp)
{
    static const WCHAR text[] = L"h\u00f6st:1";

    FAKE_NOTE(AddressToString, A(a), l, i->dwCatalogEntryId);
    memcpy(out, text, sizeof text);
    *size = sizeof text / sizeof text[0];
    return fake_end(errp);
}

static int WSPAPI
fake_async_select(SOCKET s, HWND w, unsigned m, LONG e, LPINT errp)
{
    FAKE_NOTE(AsyncSelect, s, A(w), m, A(e));
    return fake_end(errp);
}

static int WSPAPI
fake_bind(SOCKET s, const struct sockaddr *a, int l, LPINT errp)
{
    FAKE_NOTE(Bind, s, A(a), A(l));
    return fake_end(errp);
}

static int WSPAPI
fake_cancel(LPINT errp)
{
    FAKE_NOTE(CancelBlockingCall, 0);
    return fake_end(errp);
}

static int WSPAPI
fake_cleanup(LPINT errp)
{
    FAKE_NOTE(Cleanup, 0);
    fake.cleanups++;
    if (fake.on_cleanup)
        fake.on_cleanup();
    return fake_end(errp);
}

static int WSPAPI
fake_close(SOCKET s, LPINT errp)
{
    FAKE_NOTE(CloseSocket, s);
    if (fake_end(errp))
        return SOCKET_ERROR;
    return fake.pseudo ? fake.up.lpWPUCloseSocketHandle(s, errp) : 0;
}

static int WSPAPI
fake_connect(SOCKET s, const struct sockaddr *a, int l, LPWSABUF cr,
             LPWSABUF ce, LPQOS sq, LPQOS gq, LPINT errp)
{
    FAKE_NOTE(Connect, s, A(a), A(l), A(cr), A(ce), A(sq), A(gq));
    return fake_end(errp);
}

static int WSPAPI
fake_duplicate(SOCKET s, DWORD p, LPWSAPROTOCOL_INFOW i, LPINT errp)
{
    FAKE_NOTE(DuplicateSocket, s, p, A(i));
    return fake_end(errp);
}

static int WSPAPI
fake_enum_events(SOCKET s, WSAEVENT e, LPWSANETWORKEVENTS n, LPINT errp)
{
    FAKE_NOTE(EnumNetworkEvents, s, A(e), A(n));
    return fake_end(errp);
}

static int WSPAPI
fake_event_select(SOCKET s, WSAEVENT e, LONG n, LPINT errp)
{
    FAKE_NOTE(EventSelect, s, A(e), A(n));
    return fake_end(errp);
}

static BOOL WSPAPI
fake_overlapped_result(SOCKET s, LPWSAOVERLAPPED o, LPDWORD b, BOOL w,
                       LPDWORD f, LPINT errp)
{
    FAKE_NOTE(GetOverlappedResult, s, A(o), A(b), A(w), A(f));
    return !fake_end(errp);
}

static int WSPAPI
fake_peer_name(SOCKET s, struct sockaddr *a, LPINT l, LPINT errp)
{
    FAKE_NOTE(GetPeerName, s, A(a), A(l));
    return fake_end(errp);
}

static int WSPAPI
fake_sock_name(SOCKET s, struct sockaddr *a, LPINT l, LPINT errp)
{
    FAKE_NOTE(GetSockName, s, A(a), A(l));
    return fake_end(errp);
}

static int WSPAPI
fake_get_opt(SOCKET s, int level, int name, char *v, LPINT l, LPINT errp)
{
    FAKE_NOTE(GetSockOpt, s, A(level), A(name), A(v), A(l));
    if (level == SOL_SOCKET && name == SO_PROTOCOL_INFOW)
        memcpy(v, &fake.info, sizeof fake.info);
    return fake_end(errp);
}

static BOOL WSPAPI
fake_qos_by_name(SOCKET s, LPWSABUF n, LPQOS q, LPINT errp)
{
    FAKE_NOTE(GetQOSByName, s, A(n), A(q));
    return !fake_end(errp);
}

static int WSPAPI
fake_ioctl(SOCKET s, DWORD c, LPVOID in, DWORD in_size, LPVOID out,
           DWORD out_size, LPDWORD got, LPWSAOVERLAPPED o,
           LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT errp)
{
    FAKE_NOTE(Ioctl, s, c, A(in), in_size, A(out), out_size, A(got), A(o), A(r),
              A(t));
    if (c == SIO_GET_EXTENSION_FUNCTION_POINTER)
        memcpy(out, &fake.poll, sizeof fake.poll);
    if (c == SIO_BASE_HANDLE)
        memcpy(out, &s, sizeof s);
    return fake_end(errp);
}

static SOCKET WSPAPI
fake_join_leaf(SOCKET s, const struct sockaddr *a, int l, LPWSABUF cr,
               LPWSABUF ce, LPQOS sq, LPQOS gq, DWORD f, LPINT errp)
{
    FAKE_NOTE(JoinLeaf, s, A(a), A(l), A(cr), A(ce), A(sq), A(gq), f);
    return fake_made(fake.info.dwCatalogEntryId, errp);
}

static int WSPAPI
fake_listen(SOCKET s, int b, LPINT errp)
{
    FAKE_NOTE(Listen, s, A(b));
    return fake_end(errp);
}

static int WSPAPI
fake_recv(SOCKET s, LPWSABUF b, DWORD n, LPDWORD got, LPDWORD f,
          LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r,
          LPWSATHREADID t, LPINT errp)
{
    FAKE_NOTE(Recv, s, A(b->buf), b->len, n, *f, A(o), A(r), A(t));
    *got = 7;
    *f = MSG_PARTIAL;
    return fake_end(errp);
}

static int WSPAPI
fake_recv_disconnect(SOCKET s, LPWSABUF b, LPINT errp)
{
    FAKE_NOTE(RecvDisconnect, s, A(b));
    return fake_end(errp);
}

static int WSPAPI
fake_recv_from(SOCKET s, LPWSABUF b, DWORD n, LPDWORD got, LPDWORD f,
               struct sockaddr *a, LPINT l, LPWSAOVERLAPPED o,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t,
               LPINT errp)
{
    FAKE_NOTE(RecvFrom, s, A(b->buf), b->len, n, *f, A(a), A(l), A(o), A(r),
              A(t));
    *got = 7;
    return fake_end(errp);
}

static int WSPAPI
fake_select(int n, fd_set *r, fd_set *w, fd_set *e, const struct timeval *t,
            LPINT errp)
{
    FAKE_NOTE(Select, A(n), A(r), A(w), A(e), A(t));
    return fake_end(errp) ? SOCKET_ERROR : 3;
}

static int WSPAPI
fake_send(SOCKET s, LPWSABUF b, DWORD n, LPDWORD sent, DWORD f,
          LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r,
          LPWSATHREADID t, LPINT errp)
{
    FAKE_NOTE(Send, s, A(b->buf), b->len, n, f, A(o), A(r), A(t));
    *sent = b->len;
    return fake_end(errp);
}

static int WSPAPI
fake_send_disconnect(SOCKET s, LPWSABUF b, LPINT errp)
{
    FAKE_NOTE(SendDisconnect, s, A(b));
    return fake_end(errp);
}

static int WSPAPI
fake_send_to(SOCKET s, LPWSABUF b, DWORD n, LPDWORD sent, DWORD f,
             const struct sockaddr *a, int l, LPWSAOVERLAPPED o,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT errp)
{
    FAKE_NOTE(SendTo, s, A(b->buf), b->len, n, f, A(a), A(l), A(o), A(r), A(t));
    *sent = b->len;
    return fake_end(errp);
}

static int WSPAPI
fake_set_opt(SOCKET s, int level, int name, const char *v, int l, LPINT errp)
{
    FAKE_NOTE(SetSockOpt, s, A(level), A(name), A(v), A(l));
    return fake_end(errp);
}

static int WSPAPI
fake_shutdown(SOCKET s, int how, LPINT errp)
{
    FAKE_NOTE(Shutdown, s, A(how));
    return fake_end(errp);
}

static SOCKET WSPAPI
fake_socket(int af, int type, int proto, LPWSAPROTOCOL_INFOW i, GROUP g,
            DWORD f, LPINT errp)
{
    SOCKET s;

    pthread_mutex_lock(&fake_mutex); /* the one entry that threads share */
    FAKE_NOTE(Socket, A(af), A(type), A(proto), A(i), g, f);
    fake.info = *i;
    s = fake_made(i->dwCatalogEntryId, errp);
    pthread_mutex_unlock(&fake_mutex);
    return s;
}

static INT WSPAPI
fake_string_to_address(LPWSTR t, INT af, LPWSAPROTOCOL_INFOW i, LPSOCKADDR a,
                       LPINT l, LPINT errp)
{
    FAKE_NOTE(StringToAddress, (uintptr_t)t[0], A(af), i->dwCatalogEntryId,
              A(a), A(l));
    return fake_end(errp);
}

static const WSPPROC_TABLE fake_table = {
    fake_accept,          fake_address_to_string,
    fake_async_select,    fake_bind,
    fake_cancel,          fake_cleanup,
    fake_close,           fake_connect,
    fake_duplicate,       fake_enum_events,
    fake_event_select,    fake_overlapped_result,
    fake_peer_name,       fake_sock_name,
    fake_get_opt,         fake_qos_by_name,
    fake_ioctl,           fake_join_leaf,
    fake_listen,          fake_recv,
    fake_recv_disconnect, fake_recv_from,
    fake_select,          fake_send,
    fake_send_disconnect, fake_send_to,
    fake_set_opt,         fake_shutdown,
    fake_socket,          fake_string_to_address,
};

static int WSPAPI
fake_startup(WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info,
             WSPUPCALLTABLE up, LPWSPPROC_TABLE table)
{
    fake.starts++;
    fake.requested = version;
    fake.info = *info;
    fake.up = up;
    if (fake.on_start)
        fake.on_start();
    data->wVersion = fake.version ? fake.version : MAKEWORD(2, 2);
    data->wHighVersion = MAKEWORD(2, 2);
    *table = fake_table;
    if (fake.missing)
        memset((void **)table + fake.missing - 1, 0, sizeof(void *));
    return fake.start_error;
}

/* Winsock with the fake in the place of the provider of both families. */
static void
fake_install(void)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct ws_entry *e;
    WSADATA data;

    fake.next = 500;
    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        REQUIRE_EQ(ws_catalog_for_family(families[i], &e), 0);
        REQUIRE_EQ(ws_provider_register(&e->info.ProviderId, fake_startup), 0);
    }
}

static inline SOCKET
fake_open(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    REQUIRE(s != INVALID_SOCKET);
    return s;
}

#undef A
#endif
