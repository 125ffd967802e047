/* SPDX-License-Identifier: MIT */
/* Options and control codes. They are the provider's, but for three:
 * SO_OPENTYPE is of the process, SO_PROTOCOL_INFOA is the wide one in other
 * clothes, and the extension function for WSAPoll is ours to give. */
#include "api/border.h"

#include "api/opt.h"
#include "spi/info.h"
#include "spi/upcall.h"

#include <ws2/mswsock.h>

/* ---- SO_OPENTYPE ---- */

static atomic_int opentype;

DWORD
ws_opt_socket_flags(void)
{
    return atomic_load(&opentype) ? 0 : WSA_FLAG_OVERLAPPED;
}

static bool
is_opentype(int level, int name)
{
    return level == SOL_SOCKET && name == SO_OPENTYPE;
}

static int
get_opentype(char *value, int *len)
{
    int type = atomic_load(&opentype);
    int err = ws_route_started();

    if (!err && (!value || !len || *len < (int)sizeof(type)))
        err = WSAEFAULT;
    if (!err) {
        memcpy(value, &type, sizeof(type));
        *len = sizeof(type);
    }
    return err;
}

static int
set_opentype(const char *value, int len)
{
    int type;
    int err = ws_route_started();

    if (!err && (!value || len < (int)sizeof(type)))
        err = WSAEFAULT;
    if (!err) {
        memcpy(&type, value, sizeof(type));
        atomic_store(&opentype, type);
    }
    return err;
}

/* ---- options ---- */

static int
get_option(SOCKET s, int level, int name, char *value, int *len)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPGetSockOpt(s, level, name, value, len, &code))
        err = ws_spi_code(code);
    return err;
}

/* The char form, from the provider's wide one (CAT-10). */
static int
get_info(SOCKET s, char *value, int *len)
{
    WSAPROTOCOL_INFOW wide;
    WSAPROTOCOL_INFOA info;
    int size = sizeof(wide);
    int err =
        get_option(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&wide, &size);

    if (!err && (!value || !len))
        return WSAEFAULT;
    if (!err && *len < (int)sizeof(info)) {
        *len = sizeof(info);
        return WSAEFAULT;
    }
    if (!err) {
        ws_info_narrow(&wide, &info);
        memcpy(value, &info, sizeof(info));
    }
    return err;
}

int WSAAPI
getsockopt(SOCKET s, int level, int name, char *value, int *len)
{
    if (is_opentype(level, name))
        return ws_api_int(get_opentype(value, len));
    if (level == SOL_SOCKET && name == SO_PROTOCOL_INFOA)
        return ws_api_int(get_info(s, value, len));
    return ws_api_int(get_option(s, level, name, value, len));
}

int WSAAPI
setsockopt(SOCKET s, int level, int name, const char *value, int len)
{
    const WSPPROC_TABLE *p;
    int code = 0, err;

    if (is_opentype(level, name))
        return ws_api_int(set_opentype(value, len));
    err = ws_route(s, &p);
    if (!err && p->lpWSPSetSockOpt(s, level, name, value, len, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

/* ---- control codes ---- */

int WSAAPI
ioctlsocket(SOCKET s, LONG cmd, u_long *arg)
{
    const WSPPROC_TABLE *p;
    DWORD got = 0;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && p->lpWSPIoctl(s, (DWORD)cmd, arg, sizeof(*arg), arg,
                              sizeof(*arg), &got, NULL, NULL, NULL, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

/* Whether a program asks for WSAPoll by its identifier: the provider's function
 * has a parameter more and is not for programs. */
static bool
asks_for_poll(DWORD control, const void *in, DWORD in_size)
{
    static const GUID poll = WSAID_WSAPOLL;

    return control == SIO_GET_EXTENSION_FUNCTION_POINTER && in &&
           in_size >= sizeof(poll) && !memcmp(in, &poll, sizeof(poll));
}

static int
give_poll(void *out, DWORD out_size, DWORD *got)
{
    LPFN_WSAPOLL poll = WSAPoll;

    if (!out || !got || out_size < sizeof(poll))
        return WSAEFAULT;
    memcpy(out, &poll, sizeof(poll));
    *got = sizeof(poll);
    return 0;
}

int WSAAPI
WSAIoctl(SOCKET s, DWORD control, LPVOID in, DWORD in_size, LPVOID out,
         DWORD out_size, LPDWORD got, LPWSAOVERLAPPED ov,
         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *p = NULL;
    WSATHREADID id, *thread = NULL;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && asks_for_poll(control, in, in_size))
        return ws_api_int(give_poll(out, out_size, got));
    if (!err && ov && routine) {
        thread = &id;
        err = ws_upcall_thread(&id);
    }
    if (!err && p->lpWSPIoctl(s, control, in, in_size, out, out_size, got, ov,
                              routine, thread, &code))
        err = ws_spi_code(code);
    return ws_api_int(err);
}

BOOL WSAAPI
WSAGetQOSByName(SOCKET s, LPWSABUF name, LPQOS qos)
{
    const WSPPROC_TABLE *p;
    int code = 0;
    int err = ws_route(s, &p);

    if (!err && !p->lpWSPGetQOSByName(s, name, qos, &code))
        err = ws_spi_code(code);
    return ws_api_bool(err);
}
