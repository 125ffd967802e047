/* SPDX-License-Identifier: MIT */
/* Stand-ins for the functions that take counts by pointer, so that the tests of
 * ws2_ulong.h need no library. Each writes all of its DWORDs and nothing more,
 * as the library does. Names in brackets are not taken for the macros of C.
 */
#ifndef ABI_FAKE_H
#define ABI_FAKE_H

#define FAKE_VALUE 0xfeedbeefu

static int fake_fails;    /* the next calls fail */
static DWORD fake_seen;   /* what an in/out count was on entry */
static int fake_was_null; /* a count pointer was NULL */

static int
fake_give(DWORD *p)
{
    fake_was_null = !p;
    if (!p || fake_fails)
        return fake_fails ? SOCKET_ERROR : 0;
    fake_seen = *p;
    *p = FAKE_VALUE;
    return 0;
}

WS2_BEGIN_C

int(ioctlsocket)(SOCKET s, LONG cmd, u_long *argp)
{
    (void)s, (void)cmd;
    return fake_give(argp);
}

int(WSAIoctl)(SOCKET s, DWORD code, LPVOID in, DWORD insize, LPVOID out,
              DWORD outsize, LPDWORD bytes, LPWSAOVERLAPPED ov,
              LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    (void)s, (void)code, (void)in, (void)insize, (void)out, (void)outsize;
    (void)ov, (void)done;
    return fake_give(bytes);
}

int(WSASend)(SOCKET s, LPWSABUF b, DWORD n, LPDWORD bytes, DWORD flags,
             LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    (void)s, (void)b, (void)n, (void)flags, (void)ov, (void)done;
    return fake_give(bytes);
}

int(WSASendTo)(SOCKET s, LPWSABUF b, DWORD n, LPDWORD bytes, DWORD flags,
               const struct sockaddr *to, int tolen, LPWSAOVERLAPPED ov,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    (void)s, (void)b, (void)n, (void)flags, (void)to, (void)tolen;
    (void)ov, (void)done;
    return fake_give(bytes);
}

int(WSARecv)(SOCKET s, LPWSABUF b, DWORD n, LPDWORD bytes, LPDWORD flags,
             LPWSAOVERLAPPED ov, LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    (void)s, (void)b, (void)n, (void)ov, (void)done;
    fake_give(bytes);
    return fake_give(flags);
}

int(WSARecvFrom)(SOCKET s, LPWSABUF b, DWORD n, LPDWORD bytes, LPDWORD flags,
                 struct sockaddr *from, LPINT fromlen, LPWSAOVERLAPPED ov,
                 LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
    (void)s, (void)b, (void)n, (void)from, (void)fromlen, (void)ov, (void)done;
    fake_give(bytes);
    return fake_give(flags);
}

BOOL(WSAGetOverlappedResult)
(SOCKET s, LPWSAOVERLAPPED ov, LPDWORD bytes, BOOL wait, LPDWORD flags)
{
    (void)s, (void)ov, (void)wait;
    fake_give(bytes);
    return fake_give(flags) == 0;
}

int(WSAEnumProtocolsA)(LPINT ids, LPWSAPROTOCOL_INFOA buffer, LPDWORD length)
{
    (void)ids, (void)buffer;
    return fake_give(length);
}

int(WSAEnumProtocolsW)(LPINT ids, LPWSAPROTOCOL_INFOW buffer, LPDWORD length)
{
    (void)ids, (void)buffer;
    return fake_give(length);
}

INT(WSAAddressToStringA)
(LPSOCKADDR a, DWORD n, LPWSAPROTOCOL_INFOA info, LPSTR text, LPDWORD length)
{
    (void)a, (void)n, (void)info, (void)text;
    return fake_give(length);
}

INT(WSAAddressToStringW)
(LPSOCKADDR a, DWORD n, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD length)
{
    (void)a, (void)n, (void)info, (void)text;
    return fake_give(length);
}

WS2_END_C

#endif
