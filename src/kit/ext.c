/* SPDX-License-Identifier: MIT */
/* The extension functions of all sockets: see ext.h. Each finds its socket,
 * checks what it is given, and leaves the rest to its own file. */
#include "kit/ext.h"

#include "kit/acceptex.h"
#include "kit/border.h"
#include "kit/connectex.h"
#include "kit/select.h"
#include "kit/transmit.h"
#include "w32/error.h"
#include "w32/file.h"
#include "w32/overlap.h"
#include "w32/status.h"

#include <mswsock.h>
#include <stdlib.h>
#include <string.h>

/* WSAPoll has no entry in the proc table; the API asks for it here. */
static int WSPAPI
poll_many(LPWSAPOLLFD fds, ULONG count, INT timeout, LPINT errp)
{
    int ready = 0;
    int err = ws_select_poll(fds, count, timeout, &ready);

    return err ? ws_spi_int(err, errp) : ready;
}

/* OVL-11: the record says "pending" even if the call then fails at once. */
static void
begin(OVERLAPPED *ov)
{
    ws_overlap_publish(ov, WS_STATUS_PENDING);
}

/* ---- AcceptEx ---- */

static BOOL WINAPI
accept_ex(SOCKET listening, SOCKET accepting, PVOID buffer, DWORD data,
          DWORD local, DWORD remote, LPDWORD received, LPOVERLAPPED ov)
{
    struct ws_accept_area area = {buffer, data, local, remote};
    struct ws_sock *listener = NULL, *conn = NULL;
    int err = ov ? 0 : ERROR_INVALID_PARAMETER;

    (void)received; /* it never ends in the call */
    if (!err)
        err = ws_sock_ref(listening, &listener);
    if (!err)
        err = ws_sock_ref(accepting, &conn);
    if (!err)
        begin(ov);
    if (!err)
        err = ws_acceptex(listener, conn, &area, ov);
    ws_sock_unref(conn);
    ws_sock_unref(listener);
    return ws_w32_bool(err);
}

static void WINAPI
get_addresses(PVOID buffer, DWORD data, DWORD local, DWORD remote,
              struct sockaddr **local_addr, LPINT local_len,
              struct sockaddr **remote_addr, LPINT remote_len)
{
    struct ws_accept_area area = {buffer, data, local, remote};

    ws_acceptex_addresses(&area, local_addr, local_len, remote_addr,
                          remote_len);
}

/* ---- ConnectEx, DisconnectEx ---- */

BOOL
ws_ext_connect(SOCKET handle, const struct sockaddr *name, int len,
               const void *data, DWORD size, LPOVERLAPPED ov,
               int (*start)(struct ws_sock *, const struct sockaddr *, int,
                            const void *, DWORD, LPOVERLAPPED))
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && !ov)
        err = ERROR_INVALID_PARAMETER;
    if (!err)
        begin(ov);
    if (!err)
        err = start(s, name, len, data, size, ov);
    ws_sock_unref(s);
    return ws_w32_bool(err);
}

static BOOL WINAPI
disconnect_ex(SOCKET handle, LPOVERLAPPED ov, DWORD flags, DWORD reserved)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err && (reserved || flags & ~(DWORD)TF_REUSE_SOCKET))
        err = WSAEINVAL;
    if (!err)
        err = ws_disconnectex(s, ov, flags);
    ws_sock_unref(s);
    return ws_w32_bool(err);
}

/* ---- TransmitFile, TransmitPackets ---- */

#define TRANSMIT_FLAGS                                                         \
    (TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND |                       \
     TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)
#define TRANSMIT_MOST 2147483646u /* TF-1 */

static int
check_transmit(const struct ws_sock *s, DWORD flags, DWORD size)
{
    if (!ws_sock_is_circuit(s) || size > TRANSMIT_MOST ||
        flags & ~(DWORD)TRANSMIT_FLAGS)
        return WSAEINVAL;
    return flags & TF_REUSE_SOCKET && !(flags & TF_DISCONNECT) ? WSAEINVAL : 0;
}

/* Where reading starts: where the record says, else where the file stands. */
static int
file_parcel(HANDLE file, int64_t offset, uint64_t size, struct ws_parcel *p)
{
    p->left = size ? size : UINT64_MAX;
    p->offset = offset;
    return ws_file_ref(file, &p->fd, &p->file);
}

static void
memory_parcel(const void *base, DWORD size, struct ws_parcel *p)
{
    p->memory = (struct ws_iov){(void *)base, base ? size : 0};
}

static int64_t
start_of(HANDLE file, const OVERLAPPED *ov)
{
    LARGE_INTEGER here = {.QuadPart = 0}, zero = {.QuadPart = 0};

    if (ov)
        return (int64_t)ov->OffsetHigh << 32 | ov->Offset;
    SetFilePointerEx(file, zero, &here, FILE_CURRENT);
    return here.QuadPart;
}

static BOOL WINAPI
transmit_file(SOCKET handle, HANDLE file, DWORD size, DWORD per_send,
              LPOVERLAPPED ov, LPTRANSMIT_FILE_BUFFERS ends, DWORD flags)
{
    struct ws_parcel parcels[3];
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)per_send; /* the kernel knows better */
    memset(parcels, 0, sizeof(parcels));
    if (!err)
        err = check_transmit(s, flags, size);
    if (!err && file)
        err = file_parcel(file, start_of(file, ov), size, &parcels[1]);
    if (!err && ends) {
        memory_parcel(ends->Head, ends->HeadLength, &parcels[0]);
        memory_parcel(ends->Tail, ends->TailLength, &parcels[2]);
    }
    if (!err)
        err = ws_transmit(s, parcels, 3, 0, flags, ov);
    ws_sock_unref(s);
    return ws_w32_bool(err);
}

static int
element_parcel(const TRANSMIT_PACKETS_ELEMENT *e, struct ws_parcel *p)
{
    p->ends = e->dwElFlags & TP_ELEMENT_EOP;
    switch (e->dwElFlags & (TP_ELEMENT_MEMORY | TP_ELEMENT_FILE)) {
    case TP_ELEMENT_MEMORY: memory_parcel(e->pBuffer, e->cLength, p); return 0;
    case TP_ELEMENT_FILE:
        return file_parcel(e->hFile,
                           e->nFileOffset.QuadPart < 0
                               ? start_of(e->hFile, NULL)
                               : e->nFileOffset.QuadPart,
                           e->cLength, p);
    default: return WSAEINVAL;
    }
}

#define MOST_ELEMENTS 4096

/* A stream has no packets, so that sizes and their ends mean nothing to it. */
static int
transmit_elements(struct ws_sock *s, const TRANSMIT_PACKETS_ELEMENT *elements,
                  DWORD count, DWORD most, LPOVERLAPPED ov, DWORD flags)
{
    struct ws_parcel *parcels;
    DWORD made = 0;
    int err = elements || !count ? 0 : WSAEFAULT;

    if (!err && count > MOST_ELEMENTS)
        err = WSAENOBUFS;
    if (err)
        return err;
    parcels = calloc(count + 1, sizeof(*parcels));
    if (!parcels)
        return WSAENOBUFS;
    while (!err && made < count) {
        err = element_parcel(&elements[made], &parcels[made]);
        made += !err;
    }
    if (!err)
        err = ws_transmit(s, parcels, count, most, flags, ov);
    else
        while (made)
            ws_object_unref(parcels[--made].file);
    free(parcels);
    return err;
}

/* TP-1: a datagram socket has no connection that could be ended behind them. */
static int
check_packets(const struct ws_sock *s, DWORD flags)
{
    if (s->type != SOCK_DGRAM)
        return check_transmit(s, flags, 0);
    return flags & (~(DWORD)TRANSMIT_FLAGS | TF_DISCONNECT | TF_REUSE_SOCKET)
               ? WSAEINVAL
               : 0;
}

static BOOL WINAPI
transmit_packets(SOCKET handle, LPTRANSMIT_PACKETS_ELEMENT elements,
                 DWORD count, DWORD size, LPOVERLAPPED ov, DWORD flags)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = check_packets(s, flags);
    if (!err)
        err = transmit_elements(s, elements, count, size, ov, flags);
    ws_sock_unref(s);
    return ws_w32_bool(err);
}

/* ---- the table ---- */

static const struct ws_ext all[] = {
    {WSAID_WSAPOLL,              (void (*)(void))poll_many       },
    {WSAID_ACCEPTEX,             (void (*)(void))accept_ex       },
    {WSAID_GETACCEPTEXSOCKADDRS, (void (*)(void))get_addresses   },
    {WSAID_DISCONNECTEX,         (void (*)(void))disconnect_ex   },
    {WSAID_TRANSMITFILE,         (void (*)(void))transmit_file   },
    {WSAID_TRANSMITPACKETS,      (void (*)(void))transmit_packets},
};

static int
find_in(const struct ws_ext *table, size_t count, const GUID *id,
        void (**out)(void))
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(id, &table[i].id, sizeof(GUID)) == 0) {
            *out = table[i].function;
            return 0;
        }
    }
    return WSAEINVAL;
}

int
ws_ext_find(const struct ws_ext *own, size_t count, const GUID *id,
            void (**out)(void))
{
    return find_in(own, count, id, out)
               ? find_in(all, WS_ARRAY_LEN(all), id, out)
               : 0;
}
