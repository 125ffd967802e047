/* SPDX-License-Identifier: MIT */
/* Winsock's structures over the neutral ones of os/name.c. Nothing is decided
 * here: what names mean the system says, what errors mean os/err.c. */
#include "prov/dns/nsp.h"

#include "os/os.h"

#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

/* One block: the structure, the address, the name. */
static struct addrinfo *
make_entry(const struct ws_os_ai *in, int flags)
{
    size_t name = in->canonical ? strlen(in->canonical) + 1 : 0;
    size_t addr = ((size_t)in->addr.len + 7) & ~(size_t)7;
    struct addrinfo *out = calloc(1, sizeof(*out) + addr + name);
    char *tail = (char *)(out + 1);

    if (!out)
        return NULL;
    out->ai_flags = flags;
    out->ai_family = in->family;
    out->ai_socktype = in->type;
    out->ai_protocol = in->protocol;
    out->ai_addrlen = (size_t)in->addr.len;
    out->ai_addr = (struct sockaddr *)tail;
    memcpy(tail, in->addr.bytes, out->ai_addrlen);
    if (name)
        out->ai_canonname = memcpy(tail + addr, in->canonical, name);
    return out;
}

static int
make_list(const struct ws_os_ai *in, int flags, struct addrinfo **out)
{
    struct addrinfo *first = NULL, **last = &first, *next;

    for (; in; in = in->next) {
        *last = make_entry(in, flags);
        if (!*last)
            break;
        last = &(*last)->ai_next;
    }
    if (!in) {
        *out = first;
        return 0;
    }
    for (; first; first = next) {
        next = first->ai_next;
        free(first);
    }
    return WSA_NOT_ENOUGH_MEMORY;
}

int
ws_nsp_addresses(const char *node, const char *service,
                 const struct addrinfo *hints, struct addrinfo **out)
{
    static const struct addrinfo anything;
    const struct addrinfo *h = hints ? hints : &anything;
    struct ws_os_ai *list = NULL;
    int err = ws_os_getaddrs(node, service, h->ai_flags, h->ai_family,
                             h->ai_socktype, h->ai_protocol, &list);

    if (!err) {
        err = make_list(list, h->ai_flags & AI_CANONNAME, out);
        ws_os_freeaddrs(list);
    }
    return err;
}

int
ws_nsp_name(const struct sockaddr *a, int len, char *host, size_t host_size,
            char *serv, size_t serv_size, int flags)
{
    struct ws_addr addr = {.len = ws_addr_size(a->sa_family)};

    if (!addr.len)
        return WSAEAFNOSUPPORT;
    if (len < addr.len)
        return WSAEFAULT;
    memcpy(addr.bytes, a, (size_t)addr.len);
    return ws_os_getname(&addr, host, host_size, serv, serv_size, flags);
}

/* ---- the data bases ---- */

static int
give_host(int err, const struct ws_os_host *in, struct hostent *out)
{
    if (!err)
        *out = (struct hostent){.h_name = in->name,
                                .h_aliases = in->aliases,
                                .h_addrtype = (short)in->family,
                                .h_length = (short)in->length,
                                .h_addr_list = in->addrs};
    return err;
}

int
ws_nsp_host_by_name(const char *name, char *buf, size_t size,
                    struct hostent *out)
{
    struct ws_os_host h;

    return give_host(ws_os_hostbyname(name, buf, size, &h), &h, out);
}

int
ws_nsp_host_by_addr(const char *addr, int len, int family, char *buf,
                    size_t size, struct hostent *out)
{
    struct ws_os_host h;

    return give_host(ws_os_hostbyaddr(addr, len, family, buf, size, &h), &h,
                     out);
}

static int
give_service(int err, const struct ws_os_serv *in, struct servent *out)
{
    if (!err)
        *out = (struct servent){.s_name = in->name,
                                .s_aliases = in->aliases,
                                .s_proto = in->proto,
                                .s_port = (short)in->port};
    return err;
}

int
ws_nsp_service_by_name(const char *name, const char *proto, char *buf,
                       size_t size, struct servent *out)
{
    struct ws_os_serv s;

    return give_service(ws_os_servbyname(name, proto, buf, size, &s), &s, out);
}

int
ws_nsp_service_by_port(int port, const char *proto, char *buf, size_t size,
                       struct servent *out)
{
    struct ws_os_serv s;

    return give_service(ws_os_servbyport((uint16_t)port, proto, buf, size, &s),
                        &s, out);
}

static int
give_protocol(int err, const struct ws_os_proto *in, struct protoent *out)
{
    if (!err)
        *out = (struct protoent){.p_name = in->name,
                                 .p_aliases = in->aliases,
                                 .p_proto = (short)in->number};
    return err;
}

int
ws_nsp_protocol_by_name(const char *name, char *buf, size_t size,
                        struct protoent *out)
{
    struct ws_os_proto p;

    return give_protocol(ws_os_protobyname(name, buf, size, &p), &p, out);
}

int
ws_nsp_protocol_by_number(int number, char *buf, size_t size,
                          struct protoent *out)
{
    struct ws_os_proto p;

    return give_protocol(ws_os_protobynumber(number, buf, size, &p), &p, out);
}

int
ws_nsp_own_name(char *buf, size_t size)
{
    return ws_os_hostname(buf, size);
}
