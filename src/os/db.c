/* SPDX-License-Identifier: MIT */
/* The old data bases: hosts, services, protocols, by the C library's
 * re-entrant calls. A small system may lack the files of the last two, which
 * every Windows has, so the entries that programs ask for stand here as well.
 * Invariant: all that a result points to lies in the caller's buffer. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

/* ---- hosts ---- */

static int
host_in(int code, int trouble, const struct hostent *h, struct ws_os_host *out)
{
    if (code == ERANGE)
        return WS_ENOBUFS;
    if (!h)
        return trouble == NETDB_INTERNAL ? ws_err(WS_OP_OTHER, code)
                                         : ws_err_host(trouble);
    out->name = h->h_name;
    out->aliases = h->h_aliases;
    out->addrs = h->h_addr_list;
    out->family = ws_addr_family_in(h->h_addrtype);
    out->length = h->h_length;
    return 0;
}

int
ws_os_hostbyname(const char *name, char *buf, size_t size,
                 struct ws_os_host *out)
{
    struct hostent entry, *found = NULL;
    char self[256];
    int trouble = 0, code, err;

    if (!name || !*name) { /* the machine itself */
        err = ws_os_hostname(self, sizeof self);
        if (err)
            return err;
        name = self;
    }
    if (strnlen(name, NI_MAXHOST) == NI_MAXHOST)
        return WS_HOST_NOT_FOUND;
    code = gethostbyname2_r(name, AF_INET, &entry, buf, size, &found, &trouble);
    return host_in(code, trouble, found, out);
}

int
ws_os_hostbyaddr(const void *addr, int len, int family, char *buf, size_t size,
                 struct ws_os_host *out)
{
    struct hostent entry, *found = NULL;
    int domain = ws_addr_family_out(family);
    int need = domain == AF_INET ? 4 : 16;
    int trouble = 0, code;

    if (domain != AF_INET && domain != AF_INET6)
        return WS_EAFNOSUPPORT;
    if (!addr || len < need)
        return WS_EFAULT;
    code = gethostbyaddr_r(addr, (socklen_t)need, domain, &entry, buf, size,
                           &found, &trouble);
    return host_in(code, trouble, found, out);
}

/* ---- what every Windows knows ---- */

static const struct service {
    const char *name;
    uint16_t port;
    const char *protocol; /* NULL: both */
} services[] = {
    {"echo",     7,   NULL },
    {"discard",  9,   NULL },
    {"daytime",  13,  NULL },
    {"chargen",  19,  NULL },
    {"ftp-data", 20,  "tcp"},
    {"ftp",      21,  "tcp"},
    {"telnet",   23,  "tcp"},
    {"smtp",     25,  "tcp"},
    {"time",     37,  NULL },
    {"domain",   53,  NULL },
    {"tftp",     69,  "udp"},
    {"http",     80,  "tcp"},
    {"pop3",     110, "tcp"},
    {"nntp",     119, "tcp"},
    {"ntp",      123, "udp"},
    {"imap",     143, "tcp"},
    {"snmp",     161, "udp"},
    {"ldap",     389, "tcp"},
    {"https",    443, "tcp"},
};

static const struct protocol {
    const char *name;
    int number;
} protocols[] = {
    {"ip",        0 },
    {"icmp",      1 },
    {"ggp",       3 },
    {"tcp",       6 },
    {"egp",       8 },
    {"pup",       12},
    {"udp",       17},
    {"hmp",       20},
    {"xns-idp",   22},
    {"rdp",       27},
    {"ipv6",      41},
    {"esp",       50},
    {"ah",        51},
    {"ipv6-icmp", 58},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Takes 'text' into the buffer and moves on. */
static char *
keep(char **buf, size_t *size, const char *text)
{
    size_t len = strlen(text) + 1;
    char *kept = *buf;

    if (len > *size)
        return NULL;
    memcpy(kept, text, len);
    *buf += len;
    *size -= len;
    return kept;
}

/* An empty list at the head of the buffer. */
static char **
keep_nothing(char **buf, size_t *size)
{
    size_t skip = -(uintptr_t)*buf % sizeof(char *);
    char **list;

    if (*size < skip + sizeof *list)
        return NULL;
    list = (char **)(void *)(*buf + skip);
    *list = NULL;
    *buf += skip + sizeof *list;
    *size -= skip + sizeof *list;
    return list;
}

static int
give_service(const struct service *s, const char *protocol, char *buf,
             size_t size, struct ws_os_serv *out)
{
    struct ws_os_serv found = {.port = htons(s->port)};

    if (!protocol)
        protocol = s->protocol ? s->protocol : "tcp";
    found.aliases = keep_nothing(&buf, &size);
    found.name = keep(&buf, &size, s->name);
    found.proto = keep(&buf, &size, protocol);
    if (!found.aliases || !found.name || !found.proto)
        return WS_ENOBUFS;
    *out = found;
    return 0;
}

static int
find_service(const char *name, uint16_t port, const char *protocol, char *buf,
             size_t size, struct ws_os_serv *out)
{
    for (size_t i = 0; i < COUNT(services); i++) {
        const struct service *s = &services[i];

        if (name ? strcmp(name, s->name) != 0 : htons(s->port) != port)
            continue;
        if (!protocol || (s->protocol ? !strcmp(protocol, s->protocol)
                                      : !strcmp(protocol, "tcp") ||
                                            !strcmp(protocol, "udp")))
            return give_service(s, protocol, buf, size, out);
    }
    return WS_NO_DATA;
}

static int
find_protocol(const char *name, int number, char *buf, size_t size,
              struct ws_os_proto *out)
{
    struct ws_os_proto found;

    for (size_t i = 0; i < COUNT(protocols); i++) {
        if (name ? strcasecmp(name, protocols[i].name) != 0
                 : number != protocols[i].number)
            continue;
        found.number = protocols[i].number;
        found.aliases = keep_nothing(&buf, &size);
        found.name = keep(&buf, &size, protocols[i].name);
        if (!found.aliases || !found.name)
            return WS_ENOBUFS;
        *out = found;
        return 0;
    }
    return WS_NO_DATA;
}

/* ---- services and protocols ---- */

static void
service_in(const struct servent *s, struct ws_os_serv *out)
{
    out->name = s->s_name;
    out->aliases = s->s_aliases;
    out->proto = s->s_proto;
    out->port = (uint16_t)s->s_port;
}

int
ws_os_servbyname(const char *name, const char *proto, char *buf, size_t size,
                 struct ws_os_serv *out)
{
    struct servent entry, *found = NULL;

    if (getservbyname_r(name, proto, &entry, buf, size, &found) == ERANGE)
        return WS_ENOBUFS;
    if (!found)
        return find_service(name, 0, proto, buf, size, out);
    service_in(found, out);
    return 0;
}

int
ws_os_servbyport(uint16_t port, const char *proto, char *buf, size_t size,
                 struct ws_os_serv *out)
{
    struct servent entry, *found = NULL;

    if (getservbyport_r(port, proto, &entry, buf, size, &found) == ERANGE)
        return WS_ENOBUFS;
    if (!found)
        return find_service(NULL, port, proto, buf, size, out);
    service_in(found, out);
    return 0;
}

static void
protocol_in(const struct protoent *p, struct ws_os_proto *out)
{
    out->name = p->p_name;
    out->aliases = p->p_aliases;
    out->number = p->p_proto;
}

int
ws_os_protobyname(const char *name, char *buf, size_t size,
                  struct ws_os_proto *out)
{
    struct protoent entry, *found = NULL;

    if (getprotobyname_r(name, &entry, buf, size, &found) == ERANGE)
        return WS_ENOBUFS;
    if (!found)
        return find_protocol(name, 0, buf, size, out);
    protocol_in(found, out);
    return 0;
}

int
ws_os_protobynumber(int number, char *buf, size_t size, struct ws_os_proto *out)
{
    struct protoent entry, *found = NULL;

    if (getprotobynumber_r(number, &entry, buf, size, &found) == ERANGE)
        return WS_ENOBUFS;
    if (!found)
        return find_protocol(NULL, number, buf, size, out);
    protocol_in(found, out);
    return 0;
}
