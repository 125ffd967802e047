/* SPDX-License-Identifier: MIT */
/* Names and addresses, by the C library's resolver: getaddrinfo, getnameinfo
 * and the host's own name, with Winsock's flags, families and codes. The old
 * data bases are in db.c. Everything may block, for as long as the resolver
 * does. Invariant: a flag that is not in a table here is refused, never
 * ignored. */
#include "os/sys.h"
#include "os/ws_const.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flag {
    int ours, theirs;
};

static const struct flag ai_flags[] = {
    {WS_AI_PASSIVE,              AI_PASSIVE    },
    {WS_AI_CANONNAME,            AI_CANONNAME  },
    {WS_AI_NUMERICHOST,          AI_NUMERICHOST},
    {WS_AI_NUMERICSERV,          AI_NUMERICSERV},
    {WS_AI_ALL,                  AI_ALL        },
    {WS_AI_ADDRCONFIG,           AI_ADDRCONFIG },
    {WS_AI_V4MAPPED,             AI_V4MAPPED   },
    {WS_AI_FQDN,                 AI_CANONNAME  }, /* that is what it is here */
    {WS_AI_DISABLE_IDN_ENCODING, 0             }, /* nobody encodes here */
    {0,                          0             },
};

static const struct flag ni_flags[] = {
    {WS_NI_NOFQDN,      NI_NOFQDN     },
    {WS_NI_NUMERICHOST, NI_NUMERICHOST},
    {WS_NI_NAMEREQD,    NI_NAMEREQD   },
    {WS_NI_NUMERICSERV, NI_NUMERICSERV},
    {WS_NI_DGRAM,       NI_DGRAM      },
    {0,                 0             },
};

static int
flags_out(const struct flag *table, int flags, int *out)
{
    int theirs = 0;

    for (; table->ours; table++)
        if (flags & table->ours) {
            flags &= ~table->ours;
            theirs |= table->theirs;
        }
    if (flags)
        return WS_EAI_BADFLAGS;
    *out = theirs;
    return 0;
}

static int
hints_out(int flags, int family, int type, int protocol, struct addrinfo *h)
{
    int both = WS_AI_CANONNAME | WS_AI_FQDN;
    int err = flags_out(ai_flags, flags, &h->ai_flags);

    if (!err && (flags & both) == both)
        err = WS_EAI_BADFLAGS;
    if (err)
        return err;
    if (family != WS_AF_UNSPEC) {
        h->ai_family = ws_addr_family_out(family);
        if (h->ai_family < 0 || h->ai_family == AF_UNIX)
            return WS_EAI_FAMILY;
    }
    if (type < 0 || type > WS_SOCK_RAW)
        return WS_EAI_SOCKTYPE;
    h->ai_socktype = type;
    h->ai_protocol = protocol;
    return 0;
}

/* The C library reads a number with strtoul: blanks, signs and what exceeds 16
 * bits would go through. */
static bool
sound_service(const char *s)
{
    size_t digits = strspn(s, "0123456789");

    if (s[digits])
        return isalnum((unsigned char)s[0]);
    return digits < 6 && strtoul(s, NULL, 10) <= UINT16_MAX;
}

static bool
known_service(const char *name, int type, char port[6])
{
    static const char *const protocols[] = {NULL, "tcp", "udp", "raw"};
    struct ws_os_serv serv;
    char buf[1024];
    unsigned n;
    int i = 5;

    if (ws_os_servbyname(name, protocols[type], buf, sizeof buf, &serv))
        return false;
    n = ntohs(serv.port);
    port[i] = 0;
    do
        port[--i] = (char)('0' + n % 10);
    while (n /= 10);
    memmove(port, port + i, (size_t)(6 - i));
    return true;
}

/* getaddrinfo, also where the system has no list of services. */
static int
resolve(const char *node, const char *service, const struct addrinfo *hints,
        struct addrinfo **list)
{
    char port[6];
    int code = getaddrinfo(node, service, hints, list);

    if (code == EAI_SERVICE && known_service(service, hints->ai_socktype, port))
        code = getaddrinfo(node, port, hints, list);
    return ws_err_eai(code);
}

static bool
same_address(const struct addrinfo *a, const struct addrinfo *b)
{
    return a->ai_addrlen == b->ai_addrlen &&
           !memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen);
}

static int
import(const struct addrinfo *from, struct ws_os_ai **out)
{
    struct ws_os_ai *ai = calloc(1, sizeof *ai);
    int err = ai ? 0 : WS_EAI_MEMORY;

    if (!err)
        err = ws_addr_in(from->ai_addr, from->ai_addrlen, &ai->addr);
    if (!err && from->ai_canonname) {
        ai->canonical = strdup(from->ai_canonname);
        err = ai->canonical ? 0 : WS_EAI_MEMORY;
    }
    if (err) {
        ws_os_freeaddrs(ai);
        return err;
    }
    ai->family = ai->addr.family;
    ai->type = from->ai_socktype;
    ai->protocol = from->ai_protocol;
    *out = ai;
    return 0;
}

/* Linux lists an address once for each type that it could be used with; Windows
 * lists it once, and leaves open what it is for. */
static int
import_list(const struct addrinfo *list, bool any_type, struct ws_os_ai **out)
{
    struct ws_os_ai *first = NULL, *last = NULL, **end = &first;
    const struct addrinfo *before = NULL;
    int err = 0;

    for (; list && !err; before = list, list = list->ai_next) {
        if (any_type && before && same_address(before, list)) {
            last->type = last->protocol = 0;
            continue;
        }
        err = import(list, end);
        if (!err) {
            last = *end;
            end = &last->next;
        }
    }
    if (err)
        ws_os_freeaddrs(first);
    else
        *out = first;
    return err;
}

int
ws_os_getaddrs(const char *node, const char *service, int flags, int family,
               int type, int protocol, struct ws_os_ai **out)
{
    struct addrinfo hints = {.ai_flags = 0}, *list;
    char self[256];
    int err = hints_out(flags, family, type, protocol, &hints);

    if (!err && service && !sound_service(service))
        err = WS_EAI_SERVICE;
    if (!err && node && strnlen(node, NI_MAXHOST) == NI_MAXHOST)
        err = WS_EAI_NONAME;
    /* An empty name, and this one, are the machine itself. */
    if (!err && node && (!*node || !strcmp(node, "..localmachine"))) {
        err = ws_os_hostname(self, sizeof self);
        node = self;
    }
    if (!err)
        err = resolve(node, service, &hints, &list);
    if (err)
        return err;
    err = import_list(list, !type && !protocol, out);
    freeaddrinfo(list);
    return err;
}

void
ws_os_freeaddrs(struct ws_os_ai *list)
{
    while (list) {
        struct ws_os_ai *next = list->next;

        free(list->canonical);
        free(list);
        list = next;
    }
}

int
ws_os_getname(const struct ws_addr *a, char *host, size_t host_size, char *serv,
              size_t serv_size, int flags)
{
    union ws_sockaddr sa;
    socklen_t len;
    int theirs, err = ws_addr_out(a, &sa, &len);

    if (!host || !host_size)
        host = NULL, host_size = 0;
    if (!serv || !serv_size)
        serv = NULL, serv_size = 0;
    if (!err && sa.any.sa_family == AF_UNIX)
        err = WS_EAI_FAMILY;
    if (!err && !host && !serv)
        err = WS_EAI_NONAME;
    if (!err)
        err = flags_out(ni_flags, flags, &theirs);
    if (err)
        return err;
    return ws_err_eai(getnameinfo(&sa.any, len, host, (socklen_t)host_size,
                                  serv, (socklen_t)serv_size, theirs));
}

int
ws_os_hostname(char *buf, size_t size)
{
    char name[256] = "";
    size_t len;

    if (gethostname(name, sizeof name - 1))
        return ws_err(WS_OP_OTHER, errno);
    len = strlen(name) + 1;
    if (len > size)
        return WS_EFAULT;
    memcpy(buf, name, len);
    return 0;
}
