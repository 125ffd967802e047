/* SPDX-License-Identifier: MIT */
/* Extension functions that are exported by name: AcceptEx and TransmitFile of
 * mswsock.dll (the third, GetAcceptExSockaddrs, is told no socket and so is in
 * builtin.c), and WSASendMsg of ws2_32.dll. Each asks the socket's own provider
 * for the function, every time, since a layer may have its own; a program in a
 * hurry asks once with SIO_GET_EXTENSION_FUNCTION_POINTER. */
#include "api/border.h"

#include <ws2/mswsock.h>

static int
find(SOCKET s, const GUID *id, void *function)
{
    const WSPPROC_TABLE *p;
    GUID wanted = *id;
    DWORD got = 0;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &wanted,
                              sizeof(wanted), function, sizeof(void (*)(void)),
                              &got, NULL, NULL, NULL, &code))
        err = ws_spi_code(code);
    return err;
}

BOOL WINAPI
AcceptEx(SOCKET listener, SOCKET s, PVOID buffer, DWORD data, DWORD local,
         DWORD remote, LPDWORD received, LPOVERLAPPED ov)
{
    static const GUID id = WSAID_ACCEPTEX;
    LPFN_ACCEPTEX function = NULL;
    int err = find(listener, &id, &function);

    return err ? ws_api_bool(err)
               : function(listener, s, buffer, data, local, remote, received,
                          ov);
}

BOOL WINAPI
TransmitFile(SOCKET s, HANDLE file, DWORD size, DWORD per_send, LPOVERLAPPED ov,
             LPTRANSMIT_FILE_BUFFERS ends, DWORD flags)
{
    static const GUID id = WSAID_TRANSMITFILE;
    LPFN_TRANSMITFILE function = NULL;
    int err = find(s, &id, &function);

    return err ? ws_api_bool(err)
               : function(s, file, size, per_send, ov, ends, flags);
}

int WSAAPI
WSASendMsg(SOCKET s, LPWSAMSG msg, DWORD flags, LPDWORD sent,
           LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    static const GUID id = WSAID_WSASENDMSG;
    LPFN_WSASENDMSG function = NULL;
    int err = find(s, &id, &function);

    return err ? ws_api_int(err) : function(s, msg, flags, sent, ov, routine);
}
