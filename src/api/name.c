/* SPDX-License-Identifier: MIT */
/* Names and addresses: getaddrinfo and getnameinfo, and the data bases of old,
 * whose results live in the calling thread until its next such call. Who knows
 * the names is the name space's business (names.h); here are the checks, the
 * buffers and the border. */
#include "api/border.h"

#include "api/names.h"
#include "base/lock.h"

#include <ws2/ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

/* ---- getaddrinfo ---- */

/* Hints say what is wanted; the fields of an answer must be empty in them. */
static int
check_hints(const struct addrinfo *h, const char *node)
{
    if (!h)
        return 0;
    if (h->ai_addrlen || h->ai_canonname || h->ai_addr || h->ai_next)
        return WSANO_RECOVERY;
    if (h->ai_flags & AI_CANONNAME && !node)
        return WSAEINVAL;
    return 0;
}

INT WSAAPI
getaddrinfo(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *out)
{
    PADDRINFOA list = NULL;
    int err = ws_route_started();

    if (!err && !out)
        err = WSAEFAULT;
    if (!err)
        *out = NULL; /* also on failure: programs free what they find here */
    if (!err && !node && !service)
        err = WSAHOST_NOT_FOUND;
    if (!err)
        err = check_hints(hints, node);
    if (!err)
        err = ws_names.addresses(node, service, hints, &list);
    if (!err)
        *out = list;
    ws_api_int(err);
    return err;
}

void WSAAPI
freeaddrinfo(PADDRINFOA list)
{
    while (list) {
        PADDRINFOA next = list->ai_next;

        free(list);
        list = next;
    }
}

INT WSAAPI
getnameinfo(const SOCKADDR *a, socklen_t len, PCHAR host, DWORD host_size,
            PCHAR serv, DWORD serv_size, INT flags)
{
    int err = ws_route_started();

    if (!err && (!a || len < (socklen_t)sizeof(a->sa_family)))
        err = WSAEFAULT;
    if (!err && !(host && host_size) && !(serv && serv_size))
        err = WSAHOST_NOT_FOUND;
    if (!err)
        err = ws_names.name(a, len, host, host ? host_size : 0, serv,
                            serv ? serv_size : 0, flags);
    ws_api_int(err);
    return err;
}

int WSAAPI
gethostname(char *name, int size)
{
    int err = ws_route_started();

    if (!err && (!name || size <= 0))
        err = WSAEFAULT;
    if (!err)
        err = ws_names.own_name(name, (size_t)size);
    return ws_api_int(err);
}

/* ---- the data bases of old ---- */

#define FIRST_SIZE 2048u
#define LAST_SIZE (256u << 10)

/* What one thread was told last, of each kind. */
struct answer {
    char *buf;
    size_t size;
};

struct answers {
    struct answer hosts, services, protocols;
    struct hostent host;
    struct servent service;
    struct protoent protocol;
};

static struct ws_tls own;
static struct ws_once own_once = WS_ONCE_INIT;

static void
free_answers(void *value)
{
    struct answers *a = value;

    free(a->hosts.buf);
    free(a->services.buf);
    free(a->protocols.buf);
    free(a);
}

static void
init_own(void)
{
    if (ws_tls_init(&own, free_answers))
        abort();
}

/* The calling thread's; WSAENOBUFS. */
static int
find_answers(struct answers **out)
{
    struct answers *a;
    int err = ws_route_started();

    if (err)
        return err;
    ws_once_run(&own_once, init_own);
    a = ws_tls_get(&own);
    if (!a) {
        a = calloc(1, sizeof(*a));
        if (!a || ws_tls_set(&own, a)) {
            free(a);
            return WSAENOBUFS;
        }
    }
    *out = a;
    return 0;
}

/* Room for another try; the old answer is given up. */
static bool
grow(struct answer *a)
{
    size_t size = a->size ? a->size * 2 : FIRST_SIZE;

    if (size > LAST_SIZE)
        return false;
    free(a->buf);
    a->buf = malloc(size);
    a->size = a->buf ? size : 0;
    return a->buf != NULL;
}

/* One question to a data base; what of it is meant is the asker's business. */
struct query {
    const char *name, *proto;
    int number, family;
    int (*ask)(const struct query *q, char *buf, size_t size, void *out);
};

static int
look_up(const struct query *q, struct answer *a, void *out)
{
    int err = WSAENOBUFS;

    if (a->buf)
        err = q->ask(q, a->buf, a->size, out);
    while (err == WSAENOBUFS && grow(a))
        err = q->ask(q, a->buf, a->size, out);
    return err;
}

static int
ask_host(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.host_by_name(q->name, buf, size, out);
}

static int
ask_host_by_addr(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.host_by_addr(q->name, q->number, q->family, buf, size, out);
}

static int
ask_service(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.service_by_name(q->name, q->proto, buf, size, out);
}

static int
ask_service_by_port(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.service_by_port(q->number, q->proto, buf, size, out);
}

static int
ask_protocol(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.protocol_by_name(q->name, buf, size, out);
}

static int
ask_protocol_by_number(const struct query *q, char *buf, size_t size, void *out)
{
    return ws_names.protocol_by_number(q->number, buf, size, out);
}

/* No name means this host. */
struct hostent *WSAAPI
gethostbyname(const char *name)
{
    char self[NI_MAXHOST];
    struct query q = {.name = name, .ask = ask_host};
    struct answers *a = NULL;
    int err = find_answers(&a);

    if (!err && (!name || !*name)) {
        q.name = self;
        err = ws_names.own_name(self, sizeof(self));
    }
    if (!err)
        err = look_up(&q, &a->hosts, &a->host);
    return ws_api_pointer(err, err ? NULL : &a->host);
}

struct hostent *WSAAPI
gethostbyaddr(const char *addr, int len, int family)
{
    struct query q = {
        .name = addr, .number = len, .family = family, .ask = ask_host_by_addr};
    struct answers *a = NULL;
    int need = family == AF_INET ? 4 : 16;
    int err = find_answers(&a);

    if (!err && family != AF_INET && family != AF_INET6)
        err = WSAEAFNOSUPPORT;
    if (!err && (!addr || len < need))
        err = WSAEFAULT;
    if (!err)
        err = look_up(&q, &a->hosts, &a->host);
    return ws_api_pointer(err, err ? NULL : &a->host);
}

struct servent *WSAAPI
getservbyname(const char *name, const char *proto)
{
    struct query q = {.name = name, .proto = proto, .ask = ask_service};
    struct answers *a = NULL;
    int err = find_answers(&a);

    if (!err && !name)
        err = WSAEFAULT;
    if (!err)
        err = look_up(&q, &a->services, &a->service);
    return ws_api_pointer(err, err ? NULL : &a->service);
}

struct servent *WSAAPI
getservbyport(int port, const char *proto)
{
    struct query q = {
        .number = port, .proto = proto, .ask = ask_service_by_port};
    struct answers *a = NULL;
    int err = find_answers(&a);

    if (!err)
        err = look_up(&q, &a->services, &a->service);
    return ws_api_pointer(err, err ? NULL : &a->service);
}

struct protoent *WSAAPI
getprotobyname(const char *name)
{
    struct query q = {.name = name, .ask = ask_protocol};
    struct answers *a = NULL;
    int err = find_answers(&a);

    if (!err && !name)
        err = WSAEFAULT;
    if (!err)
        err = look_up(&q, &a->protocols, &a->protocol);
    return ws_api_pointer(err, err ? NULL : &a->protocol);
}

struct protoent *WSAAPI
getprotobynumber(int number)
{
    struct query q = {.number = number, .ask = ask_protocol_by_number};
    struct answers *a = NULL;
    int err = find_answers(&a);

    if (!err)
        err = look_up(&q, &a->protocols, &a->protocol);
    return ws_api_pointer(err, err ? NULL : &a->protocol);
}
