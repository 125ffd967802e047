/* SPDX-License-Identifier: MIT */
/* Gates and their tap: see syngate.h. A gate is a pair of listeners: the trap
 * (syntrap.c) and the real one, between which a program chooses (synbpf.c).
 * What the tap hears (synraw.c) is matched to a gate, and there to a request
 * (syntable.c). What becomes of requests is in synadmit.c.
 * Invariant: while a gate is open its listener is never without the trap. */
#include "os/syngate.h"

#include "os/syngate_in.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/clock.h"
#include "base/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    BOUT = 64, /* packets in one call of ws_syngate_read */
};

#define SECOND INT64_C(1000000000)

/* Clients begin with a gap of one second, old ones with three, and double it:
 * who was heard once is waited for that long, and some more for the way. */
#define FIRST_WAIT (4 * SECOND)
#define SLACK SECOND

/* ---- what is allowed ---- */

enum ws_syngate_tier
ws_syngate_available(char *why, size_t size)
{
    struct ws_synraw raw;
    enum ws_syngate_tier tier;

    ws_synraw_init(&raw);
    ws_synraw_need(&raw, false, why, size);
    tier = raw.tier;
    ws_synraw_close(&raw);
    return tier;
}

/* ---- the tap ---- */

int
ws_syngate_tap_open(struct ws_syngate_tap **out)
{
    struct ws_syngate_tap *tap = calloc(1, sizeof *tap);

    if (!tap)
        return WS_ENOBUFS;
    ws_list_init(&tap->gates);
    ws_synraw_init(&tap->raw);
    ws_syndiag_init(&tap->diag);
    tap->seed = tap->raw.mark;
    if (getrandom(&tap->seed, sizeof tap->seed, 0) < 0)
        ws_trace("syngate: no random numbers");
    tap->due = WS_NEVER;
    *out = tap;
    return 0;
}

void
ws_syngate_tap_close(struct ws_syngate_tap *tap)
{
    if (!tap)
        return;
    ws_synraw_close(&tap->raw);
    ws_syndiag_close(&tap->diag);
    free(tap);
}

void
ws_syngate_tap_fds(const struct ws_syngate_tap *tap, int fds[2])
{
    memcpy(fds, tap->raw.fd, sizeof tap->raw.fd);
}

enum ws_syngate_tier
ws_syngate_tap_tier(const struct ws_syngate_tap *tap)
{
    return tap->raw.tier;
}

/* The tap hears the ports of all gates of a family. */
static int
tune_in(struct ws_syngate_tap *tap, bool v6)
{
    uint16_t ports[WS_SYNBPF_PORTS];
    size_t count = 0;
    bool all = false;

    WS_LIST_EACH (it, &tap->gates) {
        const struct ws_syngate *g =
            WS_CONTAINER_OF(it, struct ws_syngate, node);

        if (!(v6 ? g->hears6 : g->hears4))
            continue;
        all = all || count == WS_SYNBPF_PORTS;
        if (!all)
            ports[count++] = g->name.port;
    }
    return ws_synraw_hear(&tap->raw, v6, all ? NULL : ports, count);
}

/* ---- opening a gate ---- */

static int
ask(int fd, int level, int name)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, name, &value, &len) ? -1 : value;
}

static bool
is_any(const uint8_t ip[16])
{
    static const uint8_t any6[16], any4[16] = {[10] = 0xff, [11] = 0xff};

    return !memcmp(ip, any6, sizeof any6) || !memcmp(ip, any4, sizeof any4);
}

/* Learns what 'fd' is; WSAEOPNOTSUPP if it is not what we can stand before. */
static int
examine(struct ws_syngate *g, int fd)
{
    struct ws_addr name;
    int err = ws_os_name(fd, &name), device;

    if (err)
        return err;
    if (name.family != WS_AF_INET && name.family != WS_AF_INET6)
        return WS_EOPNOTSUPP;
    ws_synpkt_end(&name, &g->name, &g->scope);
    if (!g->name.port || ask(fd, SOL_SOCKET, SO_ACCEPTCONN) != 0)
        return WS_EINVAL;
    if (ask(fd, SOL_SOCKET, SO_REUSEPORT) != 0)
        return WS_EOPNOTSUPP; /* others of the name would be in the group */
    device = ask(fd, SOL_SOCKET, SO_BINDTOIFINDEX);
    if (device > 0 && (uint32_t)device != g->scope)
        return WS_EOPNOTSUPP; /* by its own wish, not by a link-local name */
    g->family = name.family;
    g->any = is_any(g->name.ip);
    g->hears4 = ws_synpkt_mapped(g->name.ip);
    g->hears6 = !g->hears4;
    if (g->hears6 && g->any)
        g->hears4 = ask(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
    return 0;
}

static int
need_sockets(struct ws_syngate *g, int fd)
{
    struct ws_synraw *raw = &g->tap->raw;
    char why[160] = "";
    int err = 0;

    for (int v6 = 0; v6 < 2 && !err; v6++) {
        if (!(v6 ? g->hears6 : g->hears4))
            continue;
        err = ws_synraw_need(raw, v6, why, sizeof why);
        if (!err && !ws_synsock_same_net(raw->fd[v6], fd))
            err = WS_EOPNOTSUPP;
    }
    if (*why)
        ws_trace("syngate: %s", why);
    if (!err)
        ws_syndiag_need(&g->tap->diag, fd);
    return err;
}

int
ws_syngate_select(struct ws_syngate *g)
{
    const struct ws_synpkt *let[WS_SYNBPF_LET];
    struct ws_synbpf program;
    size_t count = 0;

    for (uint32_t i = 0; i < g->table.size && count < g->let; i++)
        if (g->table.pool[i].state != WS_SYNREQ_FREE && g->table.pool[i].let)
            let[count++] = &g->table.pool[i].syn;
    ws_synbpf_selector(&program, g->tap->raw.mark, let, count);
    return ws_syntrap_select(g->trap, &program);
}

/* The trap first: it must be the first of the group, and until 'fd' listens,
 * too, nobody gets in. */
static int
set_up(struct ws_syngate *g, int fd, int backlog)
{
    struct ws_synbpf program;
    int err = ws_os_reuseport(fd, true);

    ws_synbpf_selector(&program, g->tap->raw.mark, NULL, 0);
    if (!err)
        err = ws_syntrap_open(fd, &program, &g->trap, &g->own);
    if (!err)
        err = ws_os_listen(fd, backlog);
    if (!err)
        err = ws_os_nonblock(fd, true);
    if (err)
        ws_os_reuseport(fd, false);
    return err;
}

static void
dismantle(struct ws_syngate *g)
{
    ws_list_remove(&g->node);
    for (int v6 = 0; v6 < 2; v6++)
        if (v6 ? g->hears6 : g->hears4)
            tune_in(g->tap, v6);
    if (g->trap >= 0)
        close(g->trap);
    ws_syntable_close(&g->table);
    free(g);
}

static uint32_t
legal(int backlog)
{
    if (backlog > WS_SYNGATE_MOST)
        return WS_SYNGATE_MOST;
    return backlog < 1 ? 1 : (uint32_t)backlog;
}

int
ws_syngate_open(struct ws_syngate_tap *tap, int fd, int backlog, void *owner,
                struct ws_syngate **out)
{
    struct ws_syngate *g = calloc(1, sizeof *g);
    int err;

    if (!g)
        return WS_ENOBUFS;
    g->tap = tap;
    g->fd = fd;
    g->trap = -1;
    g->owner = owner;
    g->lowest = WS_NEVER;
    ws_list_append(&tap->gates, &g->node);
    err = examine(g, fd);
    if (!err)
        err = need_sockets(g, fd);
    if (!err)
        err = ws_syntable_open(&g->table, legal(backlog), tap->seed);
    if (!err && g->hears4)
        err = tune_in(tap, false);
    if (!err && g->hears6)
        err = tune_in(tap, true);
    if (!err)
        err = set_up(g, fd, backlog);
    if (err)
        dismantle(g);
    else
        *out = g;
    return err;
}

int
ws_syngate_limit(struct ws_syngate *g, int backlog)
{
    int err = ws_syntable_limit(&g->table, legal(backlog));

    return err ? err : ws_os_listen(g->fd, backlog);
}

void
ws_syngate_close(struct ws_syngate *g)
{
    if (!g)
        return;
    ws_syngate_abandon(g);
    g->tap->queued = false;
    /* The listener goes before the trap: alone it would let everybody in. */
    shutdown(g->fd, SHUT_RD);
    dismantle(g);
}

size_t
ws_syngate_held(const struct ws_syngate *g)
{
    return g->table.used;
}

/* ---- whose SYN it is ---- */

/* Asked of the kernel once in a while, so that it costs a busy gate nothing;
 * what changes meanwhile shows before a handshake has been waited for. */
#define WHILE (SECOND / 100)

bool
ws_syngate_elsewhere(struct ws_syngate *g, const struct ws_synpkt *p)
{
    struct ws_synhome *h = &g->homes[p->local.ip[15] % WS_SYNHOMES];
    int64_t now;

    if (!g->any)
        return false; /* no name is closer */
    now = ws_now();
    if (now >= h->until || h->scope != p->scope ||
        memcmp(h->ip, p->local.ip, sizeof h->ip) != 0) {
        memcpy(h->ip, p->local.ip, sizeof h->ip);
        h->scope = p->scope;
        h->elsewhere =
            ws_syndiag_elsewhere(&g->tap->diag, p, g->family, &g->name);
        h->until = now + WHILE;
    }
    return h->elsewhere;
}

/* ---- what happens ---- */

/* How well the gate fits a packet: by address before by wildcard, and IPv4's
 * own before one of both families, as the kernel has it; 0 not at all. */
static int
fit(const struct ws_syngate *g, const struct ws_synpkt *p)
{
    if (g->name.port != p->local.port || !(p->v6 ? g->hears6 : g->hears4))
        return 0;
    if (g->any)
        return g->family == WS_AF_INET ? 2 : 1;
    if (memcmp(g->name.ip, p->local.ip, sizeof p->local.ip) != 0 ||
        (g->scope && g->scope != p->scope))
        return 0;
    return 3;
}

static struct ws_syngate *
find_gate(struct ws_syngate_tap *tap, const struct ws_synpkt *p)
{
    struct ws_syngate *best = NULL;

    WS_LIST_EACH (it, &tap->gates) {
        struct ws_syngate *g = WS_CONTAINER_OF(it, struct ws_syngate, node);

        if (fit(g, p) > (best ? fit(best, p) : 0))
            best = g;
    }
    return best;
}

static void
tell(struct ws_syngate *g, const struct ws_synreq *r, enum ws_syngate_kind kind,
     struct ws_syngate_event *out)
{
    out->kind = kind;
    out->gate = g;
    out->owner = g->owner;
    out->id = ws_syntable_id(&g->table, r);
    if (kind != WS_SYN_NEW)
        return;
    ws_synpkt_name(&r->syn.remote, r->syn.scope, g->family, &out->remote);
    ws_synpkt_name(&r->syn.local, r->syn.scope, g->family, &out->local);
}

static void
on_new(struct ws_syngate *g, const struct ws_synpkt *p,
       struct ws_syngate_event *out)
{
    struct ws_synreq *r;

    if (ws_syngate_elsewhere(g, p))
        return;
    switch (ws_syntable_fate(&g->table, p)) {
    case WS_SYNFATE_ADMITTED: return; /* sent before he heard our answer */
    case WS_SYNFATE_REFUSED: ws_synraw_refuse(&g->tap->raw, p); return;
    case WS_SYNFATE_UNKNOWN: break;
    }
    r = ws_syntable_add(&g->table, p);
    if (!r)
        return;
    r->heard = ws_now();
    ws_syngate_await(g, r, r->heard + FIRST_WAIT);
    tell(g, r, WS_SYN_NEW, out);
}

/* The latest SYN is the one to send again: its clock is the right one. Who
 * waited for a time is waited for twice as long, and some more. */
static void
on_retransmit(struct ws_syngate *g, struct ws_synreq *r,
              const struct ws_synpkt *p, struct ws_syngate_event *out)
{
    int64_t now = ws_now();
    int64_t wait = 2 * (now - r->heard) + SLACK;

    r->syn = *p;
    if (r->state == WS_SYNREQ_HELD)
        ws_syngate_await(g, r, now + (wait < FIRST_WAIT ? FIRST_WAIT : wait));
    else
        ws_syngate_asked_again(g, r);
    r->heard = now;
    tell(g, r, WS_SYN_RETRANSMIT, out);
}

/* A reset counts if it knows the number that only he and we have seen. */
static bool
credible(const struct ws_synreq *r, const struct ws_synpkt *p)
{
    return p->isn == r->syn.isn || p->isn == r->syn.isn + 1;
}

/* Who is another listener's meanwhile has gone, as far as we are concerned. */
static void
on_packet(struct ws_syngate *g, const struct ws_synpkt *p,
          struct ws_syngate_event *out)
{
    struct ws_synreq *r = ws_syntable_find(&g->table, p);
    bool syn = (p->flags & WS_SYNPKT_SYN) != 0;

    if (!r) {
        if (syn)
            on_new(g, p, out);
    } else if (syn && p->isn == r->syn.isn && !ws_syngate_elsewhere(g, p)) {
        on_retransmit(g, r, p, out);
    } else if (syn || credible(r, p)) {
        tell(g, r, WS_SYN_WITHDRAWN, out);
        ws_syngate_drop(g, r);
        g->tap->queued = syn; /* he began anew, which is the next event */
        if (syn)
            g->tap->queue = *p;
    }
}

/* Our own call of the trap is known by where it came from, until the packets
 * of that time are read. */
static bool
is_own(const struct ws_syngate *g, const struct ws_synpkt *p)
{
    return g->own.port == p->remote.port &&
           !memcmp(g->own.ip, p->remote.ip, sizeof p->remote.ip);
}

static void
drained(struct ws_syngate_tap *tap)
{
    WS_LIST_EACH (it, &tap->gates)
        WS_CONTAINER_OF(it, struct ws_syngate, node)->own.port = 0;
}

/* The families take turns, so that a flood in one leaves the other alive. */
static int
next_packet(struct ws_syngate_tap *tap, struct ws_synpkt *p)
{
    int err;

    if (tap->queued) {
        tap->queued = false;
        *p = tap->queue;
        return 0;
    }
    tap->turn = !tap->turn;
    err = ws_synraw_read(&tap->raw, tap->turn, p);
    if (err == WS_EWOULDBLOCK)
        err = ws_synraw_read(&tap->raw, !tap->turn, p);
    return err;
}

int
ws_syngate_read(struct ws_syngate_tap *tap, struct ws_syngate_event *out)
{
    struct ws_syngate_event event = {.kind = WS_SYN_NOTHING};
    struct ws_syngate *g;
    struct ws_synpkt p;
    int err;

    for (int i = 0; i < BOUT && event.kind == WS_SYN_NOTHING; i++) {
        err = next_packet(tap, &p);
        if (err == WS_EWOULDBLOCK) {
            drained(tap);
            return err;
        }
        g = err ? NULL : find_gate(tap, &p);
        if (g && !is_own(g, &p))
            on_packet(g, &p, &event);
    }
    *out = event;
    return 0;
}
