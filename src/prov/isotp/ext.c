/* SPDX-License-Identifier: MIT */
/* The extension functions of ISO sockets: what a program gets from
 * SIO_GET_EXTENSION_FUNCTION_POINTER and calls without passing through the API,
 * so that they set the last error themselves. Those that are of use to messages
 * are here; files are sent by nobody as one. */
#include "prov/isotp/isotp.h"

#include "kit/acceptex.h"
#include "kit/border.h"
#include "kit/select.h"
#include "w32/error.h"

#include <mswsock.h>
#include <string.h>

/* WSAPoll has no entry in the proc table; the API asks for it here. */
static int WSPAPI
poll_many(LPWSAPOLLFD fds, ULONG count, INT timeout, LPINT errp)
{
    int ready = 0;
    int err = ws_select_poll(fds, count, timeout, &ready);

    return err ? ws_spi_int(err, errp) : ready;
}

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

static BOOL WINAPI
connect_ex(SOCKET handle, const struct sockaddr *name, int len, PVOID data,
           DWORD size, LPDWORD sent, LPOVERLAPPED ov)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    (void)sent;
    if (!err && !ov)
        err = ERROR_INVALID_PARAMETER;
    if (!err)
        err = ws_isotp_connectex(s, name, len, data, size, ov);
    ws_sock_unref(s);
    return ws_w32_bool(err);
}

static const struct extension {
    GUID id;
    void (*function)(void);
} extensions[] = {
    {WSAID_WSAPOLL,              (void (*)(void))poll_many    },
    {WSAID_ACCEPTEX,             (void (*)(void))accept_ex    },
    {WSAID_GETACCEPTEXSOCKADDRS, (void (*)(void))get_addresses},
    {WSAID_CONNECTEX,            (void (*)(void))connect_ex   },
};

int
ws_isotp_extension(const GUID *id, void (**out)(void))
{
    for (size_t i = 0; i < WS_ARRAY_LEN(extensions); i++) {
        if (memcmp(id, &extensions[i].id, sizeof(GUID)) == 0) {
            *out = extensions[i].function;
            return 0;
        }
    }
    return WSAEINVAL;
}
