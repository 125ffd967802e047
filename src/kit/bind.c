/* SPDX-License-Identifier: MIT */
/* Binding streams as Windows does. The kernel decides; when it says "in use",
 * the sockets of this process that have the port are looked at, and what
 * Windows allows is asked for again with the option that makes Linux allow it:
 * SO_REUSEPORT on both for names that may stand side by side, SO_REUSEADDR for
 * what is only in TIME_WAIT. Between processes Linux's own rules hold. */
#include "kit/bind.h"

#include "kit/sockaddr.h"

#include <stdlib.h>
#include <string.h>

/* A name that was bound explicitly; on the list while the socket lives. */
struct ws_home {
    struct ws_list node;
    struct ws_sock *sock;
    struct ws_addr name;
    bool widened; /* the kernel has the wildcard instead: ws_bind_widen */
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_NAMES);
static struct ws_list homes = WS_LIST_INIT(homes);

/* ---- how two names relate ---- */

/* What an address covers, in one form for both families. */
struct cover {
    bool v4, v6;            /* of which family's callers */
    bool any;               /* all addresses of them */
    unsigned char host[16]; /* or this one; IPv4 in the first four bytes */
};

static struct cover
cover_of(const struct ws_sock *s, const struct ws_addr *a)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const unsigned char zero[16];
    const unsigned char *host = a->bytes + (a->family == AF_INET6 ? 8 : 4);
    struct cover c = {.v4 = a->family == AF_INET};

    if (a->family == AF_INET6 && !memcmp(host, mapped, sizeof(mapped))) {
        c.v4 = true;
        host += sizeof(mapped);
    }
    c.v6 = !c.v4;
    memcpy(c.host, host, c.v4 ? 4 : 16);
    c.any = memcmp(c.host, zero, sizeof(zero)) == 0;
    if (c.v6 && c.any && !s->v6only)
        c.v4 = true;
    return c;
}

static bool
overlap(const struct cover *a, const struct cover *b)
{
    if (!((a->v4 && b->v4) || (a->v6 && b->v6)))
        return false;
    return a->any || b->any || !memcmp(a->host, b->host, sizeof(a->host));
}

/* One address, one family's wildcard, both families' wildcard. */
static int
width(const struct cover *c)
{
    return !c->any ? 0 : c->v4 && c->v6 ? 2 : 1;
}

/* BND-7 and BND-8: may 'b' come beside 'a', which was there first? Only asked
 * of names that overlap. */
static int
side_by_side(const struct ws_sock *a, const struct cover *at,
             const struct ws_sock *b, const struct cover *bt)
{
    if (width(at) == width(bt)) {
        if (a->reuse && b->reuse)
            return 0;
        return b->reuse ? WSAEACCES : WSAEADDRINUSE;
    }
    if (width(bt) < width(at))
        return a->exclusive ? WSAEACCES : 0;
    return b->exclusive ? WSAEADDRINUSE : 0;
}

/* Asks all who have the port. On 0, '*shared' says that there were some, and
 * those have been made ready to share. */
static int
ask_neighbours(struct ws_sock *s, const struct ws_addr *a, bool *shared)
    WS_REQUIRES(lock)
{
    struct cover mine = cover_of(s, a);
    int err = 0;

    *shared = false;
    WS_LIST_EACH (it, &homes) {
        struct ws_home *h = WS_CONTAINER_OF(it, struct ws_home, node);
        struct cover theirs = cover_of(h->sock, &h->name);

        if (!ws_sock_is_circuit(h->sock) || !overlap(&theirs, &mine) ||
            ws_sockaddr_port(&h->name) != ws_sockaddr_port(a))
            continue;
        err = side_by_side(h->sock, &theirs, s, &mine);
        if (err)
            return err;
        *shared = true;
        ws_os_reuseport(h->sock->fd, true);
    }
    return 0;
}

/* ---- asking the kernel ---- */

static int
bind_beside(struct ws_sock *s, const struct ws_addr *a) WS_REQUIRES(lock)
{
    bool shared;
    int err = ask_neighbours(s, a, &shared);

    if (err)
        return err;
    if (shared)
        ws_os_reuseport(s->fd, true);
    ws_os_reuseaddr(s->fd, true); /* what is in TIME_WAIT does not count */
    err = ws_os_bind(s->fd, a);
    ws_os_reuseaddr(s->fd, false);
    return err;
}

/* SO_REUSEADDR of Windows is SO_REUSEPORT of Linux: both sockets must have
 * it, and both may listen. */
static int
bind_stream(struct ws_sock *s, const struct ws_addr *a) WS_REQUIRES(lock)
{
    int err = s->reuse ? ws_os_reuseport(s->fd, true) : 0;

    if (!err)
        err = ws_os_bind(s->fd, a);
    return err == WSAEADDRINUSE ? bind_beside(s, a) : err;
}

/* Datagrams: Linux's SO_REUSEADDR is Windows' own. */
static int
bind_datagram(struct ws_sock *s, const struct ws_addr *a)
{
    int err = s->reuse ? ws_os_reuseaddr(s->fd, true) : 0;

    return err ? err : ws_os_bind(s->fd, a);
}

static int
move_in(struct ws_sock *s, const struct ws_addr *a, struct ws_home *home)
    WS_REQUIRES(s->lock)
{
    int err;

    ws_lock(&lock);
    err = ws_sock_is_circuit(s) ? bind_stream(s, a) : bind_datagram(s, a);
    if (!err)
        err = ws_os_name(s->fd, &home->name); /* with the port that it got */
    if (!err) {
        home->sock = s;
        s->home = home;
        ws_list_append(&homes, &home->node);
    }
    ws_unlock(&lock);
    return err;
}

int
ws_bind(struct ws_sock *s, const struct ws_addr *a)
{
    struct ws_home *home = calloc(1, sizeof(*home));
    int err = home ? 0 : WSAENOBUFS;

    ws_lock(&s->lock);
    if (!err && s->bound)
        err = WSAEINVAL;
    if (!err)
        err = move_in(s, a, home);
    if (!err)
        s->bound = true;
    ws_unlock(&s->lock);
    if (err)
        free(home);
    return err;
}

void
ws_bind_implicitly(struct ws_sock *s)
{
    struct ws_addr any = {.family = s->family, .len = ws_addr_size(s->family)};

    ws_lock(&s->lock);
    if (!s->bound && !ws_os_bind(s->fd, &any))
        s->bound = true;
    ws_unlock(&s->lock);
}

void
ws_bind_again(struct ws_sock *s)
{
    if (s->home && !s->home->widened)
        ws_os_bind(s->fd, &s->home->name);
}

bool
ws_bind_home(struct ws_sock *s, struct ws_addr *out)
{
    if (!s->home || ws_sockaddr_is_wildcard(&s->home->name))
        return false;
    *out = s->home->name;
    return true;
}

/* ---- one address and groups ---- */

static bool
hears_groups(const struct ws_sock *s) WS_REQUIRES(s->lock)
{
    return s->type != SOCK_DGRAM || !s->home || s->home->widened ||
           ws_sockaddr_is_wildcard(&s->home->name) ||
           ws_os_is_group(&s->home->name) ||
           cover_of(s, &s->home->name).v4 != (s->family == AF_INET);
}

/* Where another has the wildcard already, the socket stays as it is, and hears
 * what the kernel lets it: docs/deviations.md. */
int
ws_bind_widen(struct ws_sock *s)
{
    int err = 0, fd;

    ws_lock(&s->lock);
    if (!hears_groups(s) && !ws_os_wider(s->fd, &fd)) {
        ws_os_nonblock(fd, atomic_load(&s->nonblocking));
        ws_os_group_via(fd, &s->home->name);
        err = ws_sock_replace(s, fd);
        s->home->widened = !err;
    }
    ws_unlock(&s->lock);
    return err;
}

int
ws_bind_name(struct ws_sock *s, struct ws_addr *out)
{
    int err = 0;

    ws_lock(&s->lock);
    if (!s->bound)
        err = WSAEINVAL;
    else if (s->home && s->home->widened)
        *out = s->home->name;
    else
        err = ws_os_name(s->fd, out);
    ws_unlock(&s->lock);
    return err;
}

void
ws_bind_forget(struct ws_sock *s)
{
    if (!s->home)
        return;
    ws_lock(&lock);
    ws_list_remove(&s->home->node);
    ws_unlock(&lock);
    free(s->home);
    s->home = NULL;
}
