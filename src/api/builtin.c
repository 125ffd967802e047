/* SPDX-License-Identifier: MIT */
/* The one place where the library knows which providers are in it. */
#include "api/builtin.h"

#include "api/border.h"
#include "api/names.h"
#include "prov/dns/nsp.h"
#include "prov/isotp/face.h"
#include "prov/tcpip/ext.h"
#include "prov/tcpip/tcpip.h"
#include "spi/info.h"
#include "spi/provider.h"

#include <ws2/mswsock.h>
#include <ws2/ws2ext.h>

const struct ws_names ws_names = {
    .addresses = ws_nsp_addresses,
    .name = ws_nsp_name,
    .host_by_name = ws_nsp_host_by_name,
    .host_by_addr = ws_nsp_host_by_addr,
    .service_by_name = ws_nsp_service_by_name,
    .service_by_port = ws_nsp_service_by_port,
    .protocol_by_name = ws_nsp_protocol_by_name,
    .protocol_by_number = ws_nsp_protocol_by_number,
    .own_name = ws_nsp_own_name,
};

/* A descriptor that came from elsewhere becomes a socket of the entry that
 * would have made one like it. */
static int
adopt(int fd, SOCKET *out)
{
    const WSPPROC_TABLE *p;
    WSAPROTOCOL_INFOW info;
    struct ws_entry *e;
    int af, type, protocol;
    int err = ws_tcpip_describe(fd, &af, &type, &protocol);

    if (!err)
        err = ws_catalog_match(af, type, protocol, &e);
    if (!err)
        err = ws_provider_start(e, &p);
    if (err)
        return err;
    ws_info_widen(&e->info, &info);
    return ws_tcpip_adopt(fd, &info, out);
}

/* Whose families these are; their entries name the provider ids. */
static const struct {
    int family;
    LPWSPSTARTUP start;
} families[] = {
    {AF_INET,  ws_tcpip_startup},
    {AF_INET6, ws_tcpip_startup},
    {AF_ISO,   ws_isotp_startup},
};

int
ws_builtin_load(void)
{
    struct ws_entry *e;
    int err = ws_catalog_load();

    ws_isotp_use_adopter(adopt);
    for (size_t i = 0; !err && i < WS_ARRAY_LEN(families); i++) {
        err = ws_catalog_for_family(families[i].family, &e);
        if (!err)
            err = ws_provider_register(&e->info.ProviderId, families[i].start);
    }
    return err;
}

SOCKET
ws2_socket_adopt(int fd)
{
    SOCKET s = INVALID_SOCKET;
    int err = ws_route_started();

    if (!err)
        err = adopt(fd, &s);
    return ws_api_socket(err, s);
}

/* No socket tells whose block it is; all providers lay it out alike. */
VOID WINAPI
GetAcceptExSockaddrs(PVOID buffer, DWORD data, DWORD local, DWORD remote,
                     struct sockaddr **local_addr, LPINT local_len,
                     struct sockaddr **remote_addr, LPINT remote_len)
{
    static const GUID id = WSAID_GETACCEPTEXSOCKADDRS;
    void (*function)(void);

    if (!ws_tcpip_extension(&id, &function))
        ((LPFN_GETACCEPTEXSOCKADDRS)function)(buffer, data, local, remote,
                                              local_addr, local_len,
                                              remote_addr, remote_len);
}
