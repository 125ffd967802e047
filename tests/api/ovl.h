/* SPDX-License-Identifier: MIT */
/* What the tests of overlapped operations share: an operation with its buffer,
 * the ways to learn how it ended, ports and their packets, and extension
 * functions. Plain Winsock.
 * Invariant: every wait is bounded, and an operation is waited for before its
 * memory goes away. */
#ifndef OVL_H
#define OVL_H

#include "net.h"

#include <string.h>

#define STATUS_OF_PENDING 0x103
#define STATUS_OF_CANCELLED 0xC0000120u

struct op {
    WSAOVERLAPPED ov;
    WSABUF buf;
    DWORD bytes, flags;
    char data[4096];
};

/* Makes an operation ready to be begun, with an event of its own. */
static inline void
op_init(struct op *op, ULONG len)
{
    memset(op, 0, sizeof *op);
    op->ov.hEvent = WSACreateEvent();
    REQUIRE(op->ov.hEvent != WSA_INVALID_EVENT);
    op->buf.buf = op->data;
    op->buf.len = len;
}

static inline void
op_text(struct op *op, const char *text)
{
    op_init(op, (ULONG)strlen(text));
    memcpy(op->data, text, strlen(text));
}

static inline void
op_done(struct op *op)
{
    REQUIRE(WSACloseEvent(op->ov.hEvent));
    op->ov.hEvent = NULL;
}

/* Of a call that returns SOCKET_ERROR: 0, or the error. */
static inline int
op_error(int result)
{
    return result == SOCKET_ERROR ? net_error() : 0;
}

static inline int
op_recv(SOCKET s, struct op *op)
{
    return op_error(
        WSARecv(s, &op->buf, 1, &op->bytes, &op->flags, &op->ov, NULL));
}

static inline int
op_send(SOCKET s, struct op *op)
{
    return op_error(WSASend(s, &op->buf, 1, &op->bytes, 0, &op->ov, NULL));
}

/* Begins a receive that cannot end yet. */
static inline void
op_pend(SOCKET s, struct op *op, ULONG len)
{
    op_init(op, len);
    REQUIRE_EQ(op_recv(s, op), WSA_IO_PENDING);
}

/* How it ended, 0 or the Winsock error, without waiting; and its bytes. */
static inline int
op_result(SOCKET s, struct op *op)
{
    return WSAGetOverlappedResult(s, &op->ov, &op->bytes, FALSE, &op->flags)
               ? 0
               : net_error();
}

/* The same after waiting for the event. */
static inline int
op_end(SOCKET s, struct op *op)
{
    REQUIRE(net_signalled(op->ov.hEvent, SOON));
    return op_result(s, op);
}

/* Of a socket that has been closed meanwhile, nobody can ask. Another thread
 * may be writing it. */
static inline DWORD
op_status(const struct op *op)
{
    return (DWORD)__atomic_load_n(&op->ov.Internal, __ATOMIC_ACQUIRE);
}

static inline int
op_pending(const struct op *op)
{
    return !net_signalled(op->ov.hEvent, 0) &&
           op_status(op) == STATUS_OF_PENDING;
}

/* It ended well, with just these bytes. */
static inline void
op_expect(SOCKET s, struct op *op, const char *text)
{
    CHECK_EQ(op_end(s, op), 0);
    CHECK_EQ(op->bytes, strlen(text));
    CHECK_MEM(op->data, text, strlen(text));
}

/* ---- routines ---- */

static struct told {
    int count;
    DWORD error, bytes, flags, thread;
    WSAOVERLAPPED *ov;
} told;

static inline void CALLBACK
tell(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    told.count++;
    told.error = error;
    told.bytes = bytes;
    told.ov = ov;
    told.flags = flags;
    told.thread = GetCurrentThreadId();
}

static inline int
op_recv_told(SOCKET s, struct op *op)
{
    return op_error(
        WSARecv(s, &op->buf, 1, &op->bytes, &op->flags, &op->ov, tell));
}

/* Sleeps alertably until "count" routines have run. */
static inline void
await_told(int count)
{
    while (told.count < count)
        REQUIRE_EQ(SleepEx(SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(told.count, count);
}

/* ---- ports ---- */

struct packet {
    int holds; /* what the call returned */
    DWORD error, bytes;
    ULONG_PTR key;
    OVERLAPPED *ov;
};

static inline HANDLE
port_new(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);

    REQUIRE(port != NULL);
    return port;
}

static inline void
port_attach(HANDLE port, SOCKET s, ULONG_PTR key)
{
    REQUIRE(CreateIoCompletionPort((HANDLE)s, port, key, 0) == port);
}

static inline HANDLE
port_of(SOCKET s, ULONG_PTR key)
{
    HANDLE port = port_new();

    port_attach(port, s, key);
    return port;
}

static inline struct packet
port_next(HANDLE port, DWORD ms)
{
    struct packet p = {0, 0, 0xdead, 0xbeef, (OVERLAPPED *)0xfeed};

    SetLastError(0xcafe);
    p.holds = GetQueuedCompletionStatus(port, &p.bytes, &p.key, &p.ov, ms);
    p.error = GetLastError();
    return p;
}

static inline int
port_empty(HANDLE port)
{
    struct packet p = port_next(port, NEVER);

    return !p.holds && !p.ov && p.error == WAIT_TIMEOUT;
}

/* The next packet is that of "ov", with this error (0: it succeeded). */
static inline void
port_expect(HANDLE port, ULONG_PTR key, const void *ov, DWORD error,
            DWORD bytes)
{
    struct packet p = port_next(port, SOON);

    REQUIRE(p.ov != NULL);
    CHECK_EQ(p.holds, error == 0);
    if (error)
        CHECK_EQ(p.error, error);
    CHECK_EQ(p.key, key);
    CHECK(p.ov == ov);
    CHECK_EQ(p.bytes, bytes);
}

static inline void
port_close(HANDLE port)
{
    REQUIRE(CloseHandle(port));
}

/* ---- extension functions ---- */

/* Fetched from the socket, as the documents ask for. */
static inline void
extension(SOCKET s, GUID id, void *pointer)
{
    DWORD bytes = 0;

    REQUIRE_ERR(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                         pointer, sizeof(void *), &bytes, NULL, NULL) == 0,
                net_error());
    CHECK_EQ(bytes, sizeof(void *));
}

#define EXTENSION(s, type, id)                                                 \
    ({                                                                         \
        GUID ext_id = id;                                                      \
        type ext_pointer = NULL;                                               \
        extension(s, ext_id, &ext_pointer);                                    \
        ext_pointer;                                                           \
    })

/* Of a call that returns BOOL: 0, or the error. */
static inline int
bool_error(BOOL result)
{
    return result ? 0 : net_error();
}

static inline int
accept_ex(SOCKET listener, SOCKET s, void *buffer, DWORD data, DWORD *bytes,
          OVERLAPPED *ov)
{
    DWORD address = sizeof(struct sockaddr_in6) + 16;

    return bool_error(EXTENSION(listener, LPFN_ACCEPTEX, WSAID_ACCEPTEX)(
        listener, s, buffer, data, address, address, bytes, ov));
}

static inline int
connect_ex(SOCKET s, struct net_addr to, const void *data, DWORD size,
           DWORD *sent, OVERLAPPED *ov)
{
    return bool_error(EXTENSION(s, LPFN_CONNECTEX, WSAID_CONNECTEX)(
        s, &to.u.any, to.len, (void *)data, size, sent, ov));
}

static inline int
disconnect_ex(SOCKET s, OVERLAPPED *ov, DWORD flags)
{
    return bool_error(
        EXTENSION(s, LPFN_DISCONNECTEX, WSAID_DISCONNECTEX)(s, ov, flags, 0));
}

static inline int
update_accept(SOCKET s, SOCKET listener)
{
    return op_error(setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                               (const char *)&listener, sizeof listener));
}

static inline int
update_connect(SOCKET s)
{
    return op_error(
        setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0));
}

#endif
