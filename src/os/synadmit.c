/* SPDX-License-Identifier: MIT */
/* What becomes of the requests of a gate: see syngate.h. A request is admitted
 * by sending its SYN to ourselves again; where a packet filter swallows that,
 * the selector is told to let the client's next SYN pass, and the gate keeps
 * to that way. Invariant: a connection is given to nobody but the request that
 * was admitted for it; any other one is reset. */
#include "os/syngate.h"

#include "os/syngate_in.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/clock.h"
#include "base/trace.h"

#include <errno.h>
#include <unistd.h>

enum { BOUT = 64 }; /* connections fetched in one go */

#define SECOND INT64_C(1000000000)

/* The kernel shakes hands for about a minute before it gives up. */
#define HANDSHAKE (70 * SECOND)

/* Times are rounded up to this, so that a flood does not make the search for
 * those whose time is up a matter of every packet. */
#define GRAIN ((INT64_C(1) << 26) - 1)

/* ---- the end of a request ---- */

static void
reset(int fd)
{
    ws_os_abortive(fd);
    ws_os_close(fd);
}

/* He is in the selector no more. If that fails he may come in unasked, and is
 * reset then. */
static void
unlet(struct ws_syngate *g, struct ws_synreq *r)
{
    if (!r->let)
        return;
    r->let = false;
    g->let--;
    ws_syngate_select(g);
}

void
ws_syngate_drop(struct ws_syngate *g, struct ws_synreq *r)
{
    unlet(g, r);
    if (r->state == WS_SYNREQ_ADMITTED) { /* he may yet come in */
        g->sweep_until = ws_now() + HANDSHAKE;
        g->tap->due = 0;
    }
    if (r->fd >= 0)
        reset(r->fd);
    ws_syntable_remove(&g->table, r);
}

/* To whom another listener answers we do not. */
static void
say_no(struct ws_syngate *g, const struct ws_synreq *r)
{
    if (r->state == WS_SYNREQ_HELD && !ws_syngate_elsewhere(g, &r->syn))
        ws_synraw_refuse(&g->tap->raw, &r->syn);
}

void
ws_syngate_abandon(struct ws_syngate *g)
{
    for (uint32_t i = 0; i < g->table.size; i++) {
        struct ws_synreq *r = &g->table.pool[i];

        say_no(g, r);
        if (r->fd >= 0 && r->state == WS_SYNREQ_READY)
            reset(r->fd);
        r->state = WS_SYNREQ_FREE;
    }
}

void
ws_syngate_refuse(struct ws_syngate *g, uint64_t id)
{
    struct ws_synreq *r = ws_syntable_by_id(&g->table, id);

    if (!r)
        return;
    say_no(g, r);
    ws_syntable_settle(&g->table, &r->syn, WS_SYNFATE_REFUSED);
    ws_syngate_drop(g, r);
}

void
ws_syngate_forget(struct ws_syngate *g, uint64_t id)
{
    struct ws_synreq *r = ws_syntable_by_id(&g->table, id);

    if (r)
        ws_syngate_drop(g, r);
}

/* ---- admission ---- */

/* With the client's next SYN. No room in the selector: with a later one. */
static void
let_pass(struct ws_syngate *g, struct ws_synreq *r)
{
    if (r->let || g->let == WS_SYNBPF_LET)
        return;
    r->let = true;
    g->let++;
    if (ws_syngate_select(g)) {
        r->let = false;
        g->let--;
    }
}

static void
let_in(struct ws_syngate *g, struct ws_synreq *r)
{
    int err = 0;

    r->state = WS_SYNREQ_ADMITTED;
    ws_syngate_await(g, r, ws_now() + HANDSHAKE);
    if (!g->eaten)
        err = ws_synraw_inject(&g->tap->raw, &r->syn);
    if (err)
        ws_trace("syngate: a SYN was not sent: %d", err);
    if (g->eaten || err)
        let_pass(g, r);
}

/* Either he could not know yet that he was admitted, and then the kernel knows
 * of him, or what we sent was swallowed. */
void
ws_syngate_asked_again(struct ws_syngate *g, struct ws_synreq *r)
{
    enum ws_syndiag_trace trace;

    if (r->state != WS_SYNREQ_ADMITTED || r->let)
        return;
    trace = ws_syndiag_look(&g->tap->diag, &r->syn);
    if (trace == WS_SYNDIAG_BEGUN ||
        (trace == WS_SYNDIAG_UNTOLD && !r->again)) {
        r->again = true;
        return;
    }
    if (!g->eaten)
        ws_trace("syngate: a packet filter swallows SYNs sent to ourselves");
    g->eaten = true;
    let_pass(g, r);
}

static struct ws_synreq *
find_admitted(struct ws_syngate *g, int fd, const struct ws_addr *peer)
{
    struct ws_synpkt p = {.v6 = false};
    struct ws_synreq *r;
    struct ws_addr name;
    uint32_t scope;

    p.local = g->name;
    p.scope = g->scope;
    if (g->any) {
        if (ws_os_name(fd, &name))
            return NULL; /* reset meanwhile */
        ws_synpkt_end(&name, &p.local, &p.scope);
    }
    ws_synpkt_end(peer, &p.remote, &scope);
    if (scope)
        p.scope = scope;
    r = ws_syntable_find(&g->table, &p);
    return r && r->state == WS_SYNREQ_ADMITTED ? r : NULL;
}

/* Fetches the connections that stand, each for its request, until that of
 * 'wanted' is among them, if that is not NULL. */
static int
collect(struct ws_syngate *g, const struct ws_synreq *wanted, bool nonblock)
{
    struct ws_synreq *r;
    struct ws_addr peer;
    int fd = -1, err = 0;

    for (int i = 0; i < BOUT; i++) {
        if (wanted && wanted->state == WS_SYNREQ_READY)
            return 0;
        err = ws_os_accept(g->fd, nonblock, &fd, &peer);
        if (err == WS_ECONNRESET)
            continue;
        if (err)
            break;
        r = find_admitted(g, fd, &peer);
        if (!r) {
            ws_trace("syngate: a connection that nobody admitted is reset");
            reset(fd);
            continue;
        }
        r->state = WS_SYNREQ_READY;
        r->fd = fd;
        r->nonblock = nonblock;
        unlet(g, r);
    }
    return err == WS_EWOULDBLOCK ? 0 : err;
}

static int
hand_over(struct ws_syngate *g, struct ws_synreq *r, bool nonblock, int *fd)
{
    int err = 0;

    if (r->nonblock != nonblock) /* fetched along with somebody else */
        err = ws_os_nonblock(r->fd, nonblock);
    if (err)
        return err;
    *fd = r->fd;
    r->fd = -1;
    ws_syntable_settle(&g->table, &r->syn, WS_SYNFATE_ADMITTED);
    ws_syntable_remove(&g->table, r);
    return 0;
}

int
ws_syngate_admit(struct ws_syngate *g, uint64_t id, bool nonblock,
                 int64_t deadline, int *fd)
{
    struct ws_synreq *r = ws_syntable_by_id(&g->table, id);
    bool lost;
    int err = 0;

    if (!r)
        return WS_ECONNRESET;
    lost = ws_syngate_elsewhere(g, &r->syn);
    if (r->state == WS_SYNREQ_HELD && !lost)
        let_in(g, r);
    if (r->state == WS_SYNREQ_ADMITTED)
        err = collect(g, r, nonblock);
    if (r->state == WS_SYNREQ_READY)
        return hand_over(g, r, nonblock, fd);
    if (err)
        return err;
    if (!lost && ws_now() < deadline)
        return WS_EWOULDBLOCK;
    ws_syngate_drop(g, r);
    return lost ? WS_ECONNRESET : WS_ETIMEDOUT;
}

/* ---- time ---- */

static void
lower(int64_t *time, int64_t to)
{
    if (to < *time)
        *time = to;
}

void
ws_syngate_await(struct ws_syngate *g, struct ws_synreq *r, int64_t until)
{
    r->until = until | GRAIN;
    lower(&g->tap->due, r->until);
    if (g->cursor) /* a search is on, and may have passed him */
        lower(&g->lowest, r->until);
}

/* Goes on where it stopped; gives the first whose time is up. */
static struct ws_synreq *
find_late(struct ws_syngate *g, int64_t now)
{
    struct ws_synreq *r;

    while (g->cursor < g->table.size) {
        r = &g->table.pool[g->cursor++];
        if (r->state == WS_SYNREQ_FREE)
            continue;
        if (r->until <= now)
            return r;
        lower(&g->lowest, r->until);
    }
    return NULL;
}

/* Connections that come in although their requests are no more. */
static void
sweep(struct ws_syngate *g, int64_t now)
{
    if (now >= g->sweep_until)
        return;
    collect(g, NULL, false);
    lower(&g->lowest, now + SECOND);
}

static int64_t
end_round(struct ws_syngate_tap *tap, int64_t now)
{
    int64_t due = WS_NEVER;

    WS_LIST_EACH (it, &tap->gates) {
        struct ws_syngate *g = WS_CONTAINER_OF(it, struct ws_syngate, node);

        sweep(g, now);
        lower(&due, g->lowest);
        g->lowest = WS_NEVER;
        g->cursor = 0;
    }
    return due;
}

int
ws_syngate_expire(struct ws_syngate_tap *tap, int64_t now,
                  struct ws_syngate_event *out, int64_t *next)
{
    if (now < tap->due) {
        *next = tap->due;
        return WS_EWOULDBLOCK;
    }
    WS_LIST_EACH (it, &tap->gates) {
        struct ws_syngate *g = WS_CONTAINER_OF(it, struct ws_syngate, node);
        struct ws_synreq *r = find_late(g, now);

        if (!r)
            continue;
        *out = (struct ws_syngate_event){
            .kind = WS_SYN_GAVE_UP,
            .gate = g,
            .owner = g->owner,
            .id = ws_syntable_id(&g->table, r),
        };
        ws_syngate_drop(g, r);
        return 0;
    }
    tap->due = end_round(tap, now);
    *next = tap->due;
    return WS_EWOULDBLOCK;
}
