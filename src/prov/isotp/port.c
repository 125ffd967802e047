/* SPDX-License-Identifier: MIT */
/* Names and ports: which selectors are taken at which TCP port, and the one TCP
 * listener that all of them have in common. Another process cannot share it.
 * Invariant: a port is there as long as it has a name, and takes connections
 * as soon as one of them is listened at. */
#include "prov/isotp/listen.h"

#include "base/clock.h"
#include "kit/sockaddr.h"
#include "prov/isotp/isotp.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROUND = 64,        /* connections taken before others have their turn */
    TCP_BACKLOG = 4096 /* the kernel's queue; it may clamp it */
};

#define RETRY_NS 100000000 /* when there are no descriptors */

struct ws_lock ws_isohall = WS_LOCK_INIT(WS_RANK_NAMES);
static struct ws_list ports = WS_LIST_INIT(ports);

/* All but the watch and the timer is the hall's lock's. */
struct port {
    struct ws_watch watch;    /* of the TCP listener */
    struct ws_isotimer retry; /* there was no descriptor for a connection */
    struct ws_list node;
    struct ws_list names;
    struct ws_isocrowd unheard;
    struct ws_isoaddr addr; /* without a selector */
    bool listening;
    enum ws_tpdu_profile profile;
    int64_t header;
};

struct ws_isotp_place {
    struct ws_list node;
    struct port *port;
    struct ws_isoaddr addr;
    bool listening;
    struct ws_isocallee callee;
};

static struct ws_isotp_place *
name_of(struct ws_list *node)
{
    return WS_CONTAINER_OF(node, struct ws_isotp_place, node);
}

static struct port *
port_of(struct ws_watch *w)
{
    return WS_CONTAINER_OF(w, struct port, watch);
}

/* ---- connections ---- */

/* Without a descriptor for it the connection stays with the kernel. */
static int
take_one(struct port *p)
{
    struct ws_addr from;
    int fd = -1;
    int err = ws_os_accept(p->watch.fd, false, &fd, &from);
    enum ws_tpdu_profile profile;
    int64_t header;

    if (err)
        return err;
    ws_lock(&ws_isohall);
    profile = p->profile;
    header = p->header;
    ws_unlock(&ws_isohall);
    ws_isocaller_meet(&p->unheard, fd, &from, profile, header);
    return 0;
}

/* The engine tells of the same readiness again only if it is asked anew. */
static void
ask_again(struct port *p)
{
    ws_lock(&ws_isohall);
    ws_watch_stop(&p->watch);
    if (!p->unheard.closed)
        ws_watch_start(&p->watch);
    ws_unlock(&ws_isohall);
}

static void
retry_later(struct port *p)
{
    ws_lock(&ws_isohall);
    if (!p->unheard.closed)
        ws_isotimer_set(&p->retry, ws_now() + RETRY_NS);
    ws_unlock(&ws_isohall);
}

static void
ready(struct ws_watch *w, unsigned bits)
{
    struct port *p = port_of(w);
    int err = 0;

    if (!(bits & WS_IO_IN))
        return;
    for (int i = 0; i < ROUND && !err; i++) {
        err = take_one(p);
        if (err == WSAEMFILE && ws_isocaller_evict(&p->unheard, 0))
            err = 0;
    }
    if (!err)
        ask_again(p);
    else if (err != WSAEWOULDBLOCK)
        retry_later(p);
}

static void
release(struct ws_watch *w)
{
    ws_os_close(w->fd);
    free(port_of(w));
}

static const struct ws_watch_ops watch_ops = {.ready = ready, .free = release};

static void
hold(struct ws_isotimer *t)
{
    ws_watch_ref(&WS_CONTAINER_OF(t, struct port, retry)->watch);
}

static void
ring(struct ws_isotimer *t)
{
    struct port *p = WS_CONTAINER_OF(t, struct port, retry);

    ask_again(p);
    ws_watch_unref(&p->watch);
}

static const struct ws_isotimer_ops timer_ops = {.hold = hold, .ring = ring};

/* ---- opening and closing ports ---- */

/* What is only in TIME_WAIT does not count, as with TCP: kit/bind.c. */
static int
bind_fd(int fd, const struct ws_addr *at)
{
    int err = ws_os_bind(fd, at);

    if (err != WSAEADDRINUSE)
        return err;
    ws_os_reuseaddr(fd, true);
    err = ws_os_bind(fd, at);
    ws_os_reuseaddr(fd, false);
    return err;
}

/* Any address is that of both families, if the system has both. */
static int
open_fd(struct ws_isoaddr *a, int *out)
{
    bool both = a->family == ISOADDR_ANY;
    struct ws_isoaddr where = *a;
    struct ws_addr at;
    int err, fd = -1;

    if (both)
        where.family = ISOADDR_INET6;
    err = ws_isotp_tcp_name(&where, a->port, true, &at);
    if (err)
        return err;
    err = ws_os_socket(at.family, SOCK_STREAM, IPPROTO_TCP, true, false, &fd);
    if (err && both) {
        a->family = ISOADDR_INET;
        return open_fd(a, out);
    }
    if (!err && at.family == AF_INET6)
        err = ws_os_v6only(fd, !both);
    if (!err)
        err = bind_fd(fd, &at);
    if (!err)
        err = ws_os_name(fd, &at);
    if (err && fd >= 0)
        ws_os_close(fd);
    if (err)
        return err;
    a->port = ws_sockaddr_port(&at);
    *out = fd;
    return 0;
}

static int
new_port(const struct ws_isoaddr *a, struct port **out) WS_REQUIRES(ws_isohall)
{
    struct port *p = calloc(1, sizeof(*p));
    int fd = -1;
    int err = p ? 0 : WSAENOBUFS;

    if (!err) {
        p->addr = *a;
        p->addr.tsel_len = 0;
        err = open_fd(&p->addr, &fd);
    }
    if (err) {
        free(p);
        return err;
    }
    ws_watch_init(&p->watch, &watch_ops, fd);
    ws_isotimer_init(&p->retry, &timer_ops);
    ws_list_init(&p->names);
    ws_list_init(&p->unheard.list);
    ws_list_append(&ports, &p->node);
    *out = p;
    return 0;
}

/* A wildcard address of IPv4 is within that of both families, which is how a
 * name that was asked for without an address is told. */
static bool
is_at(const struct port *p, const struct ws_isoaddr *a)
{
    static const uint8_t zero[16];
    bool wild = !memcmp(a->ip, zero, sizeof(zero));

    if (p->addr.port != a->port)
        return false;
    if (p->addr.family == ISOADDR_ANY)
        return wild;
    return p->addr.family == a->family && !memcmp(p->addr.ip, a->ip, 16);
}

static struct port *
find_port(const struct ws_isoaddr *a) WS_REQUIRES(ws_isohall)
{
    WS_LIST_EACH (it, &ports) {
        struct port *p = WS_CONTAINER_OF(it, struct port, node);

        if (a->port && is_at(p, a))
            return p;
    }
    return NULL;
}

/* The engine may be at it, and so close the descriptor a little later; but it
 * listens no more, and that is what another listener asks for. */
static void
close_port(struct port *p)
{
    ws_os_shutdown(p->watch.fd, SD_BOTH);
    ws_isocaller_dismiss(&p->unheard);
    ws_isotimer_cancel(&p->retry);
    ws_watch_stop(&p->watch);
    ws_watch_unref(&p->watch);
}

/* ---- names ---- */

static struct ws_isotp_place *
find_name(struct port *p, const uint8_t *selector, size_t len)
    WS_REQUIRES(ws_isohall)
{
    WS_LIST_EACH (it, &p->names) {
        struct ws_isotp_place *n = name_of(it);

        if (n->addr.tsel_len == len &&
            (!len || !memcmp(n->addr.tsel, selector, len)))
            return n;
    }
    return NULL;
}

static int
enter(struct ws_isotp_place *n) WS_REQUIRES(ws_isohall)
{
    struct port *p = find_port(&n->addr);
    int err = 0;

    if (!p)
        err = new_port(&n->addr, &p);
    else if (find_name(p, n->addr.tsel, n->addr.tsel_len))
        err = WSAEADDRINUSE;
    if (err)
        return err;
    n->port = p;
    n->addr.port = p->addr.port;
    n->addr.has_port = true;
    ws_list_append(&p->names, &n->node);
    return 0;
}

int
ws_isoplace_bind(const struct ws_isoaddr *a, struct ws_isotp_place **out)
{
    struct ws_isotp_place *n = calloc(1, sizeof(*n));
    int err;

    if (!n)
        return WSAENOBUFS;
    ws_list_init(&n->node);
    n->addr = *a;
    ws_lock(&ws_isohall);
    err = enter(n);
    ws_unlock(&ws_isohall);
    if (err)
        free(n);
    else
        *out = n;
    return err;
}

/* An address that says "any" has no place for the port. */
void
ws_isoplace_get(struct ws_isotp_place *n, struct ws_isoaddr *out)
{
    *out = n->addr;
    if (out->family == ISOADDR_ANY)
        out->family = ISOADDR_INET;
}

void
ws_isoplace_drop(struct ws_isotp_place *n)
{
    struct port *last = NULL;

    if (!n)
        return;
    ws_lock(&ws_isohall);
    ws_list_remove(&n->node);
    if (ws_list_empty(&n->port->names)) {
        last = n->port;
        ws_list_remove(&last->node);
    }
    ws_unlock(&ws_isohall);
    if (last)
        close_port(last);
    free(n);
}

/* ---- listening ---- */

/* The option for good, so that what has been accepted does not keep the name
 * after the listener has gone. */
static int
start_listening(struct port *p) WS_REQUIRES(ws_isohall)
{
    int err = ws_os_reuseaddr(p->watch.fd, true);

    ws_isotp_tune(p->watch.fd); /* which its connections inherit */
    if (!err)
        err = ws_os_listen(p->watch.fd, TCP_BACKLOG);
    if (!err)
        err = ws_watch_start(&p->watch);
    p->listening = !err;
    return err;
}

int
ws_isoplace_listen(struct ws_isotp_place *n, const struct ws_isocallee *callee,
                   int64_t header)
{
    struct port *p = n->port;
    int err = 0;

    ws_lock(&ws_isohall);
    if (p->listening && p->profile != callee->policy.profile)
        err = WSAEINVAL;
    if (!err) {
        p->profile = callee->policy.profile;
        p->header = header;
        if (!p->listening)
            err = start_listening(p);
    }
    if (!err) {
        n->callee = *callee;
        n->listening = true;
    }
    ws_unlock(&ws_isohall);
    return err;
}

void
ws_isoplace_header(struct ws_isotp_place *n, uint32_t ms)
{
    ws_lock(&ws_isohall);
    n->port->header = ms ? (int64_t)ms * 1000000 : WS_NEVER;
    ws_unlock(&ws_isohall);
}

/* Callers of RDP have no selector to say, so whoever listens is meant. */
static struct ws_isotp_place *
find_callee(struct port *p, const struct ws_octets *selector)
    WS_REQUIRES(ws_isohall)
{
    struct ws_isotp_place *n = NULL;

    if (selector->len <= ISO_MAX_TSEL_LENGTH)
        n = find_name(p, selector->at, selector->len);
    if (!n)
        n = find_name(p, NULL, 0);
    if (!n && p->profile == TPDU_RDP && !ws_list_empty(&p->names))
        n = name_of(p->names.next);
    return n;
}

uint8_t
ws_isoport_find(struct ws_isocaller *c, const struct ws_octets *selector,
                struct ws_isocallee *out)
{
    struct ws_isotp_place *n = NULL;
    uint8_t reason = REASON_NO_TSAP;

    ws_lock(&ws_isohall);
    if (c->crowd)
        n = find_callee(WS_CONTAINER_OF(c->crowd, struct port, unheard),
                        selector);
    if (n) {
        reason = n->listening ? 0 : REASON_NO_ENTITY;
        *out = n->callee;
    }
    ws_unlock(&ws_isohall);
    return reason;
}
