/* SPDX-License-Identifier: MIT */
/* Completion ports. A port is signalled while it has a packet and may let one
 * more thread run; consuming takes as many packets as the waiting call asked
 * for. All state is guarded by the dispatcher lock.
 *
 * A thread that took a packet counts as running until it comes back to a port,
 * ends, or sleeps in another wait. Invariant: as long as packets and waiters
 * are there, no fewer threads run than may. */
#include "w32/port.h"
#include "w32/handle.h"
#include "w32/system.h"
#include "w32/wait.h"

#include "base/clock.h"

#include <stdlib.h>

/* Who holds a reference: the handle table; each object attached to it; each
 * thread whose last packet came from it; each call. */
struct ws_port {
    struct ws_object object;
    struct ws_list packets; /* struct ws_packet */
    unsigned limit, running;
    bool closed;
};

static struct ws_port *
port_of(const struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_port, object);
}

/* With no lock held. */
static void
release_all(struct ws_list *packets)
{
    struct ws_list *node;

    while ((node = ws_list_pop(packets))) {
        struct ws_packet *packet =
            WS_CONTAINER_OF(node, struct ws_packet, node);

        packet->release(packet);
    }
}

static void
move_all(struct ws_list *from, struct ws_list *to)
{
    struct ws_list *node;

    while ((node = ws_list_pop(from)))
        ws_list_append(to, node);
}

/* ---- the object ---- */

static void
port_closing(struct ws_object *o)
{
    struct ws_list packets = WS_LIST_INIT(packets);
    struct ws_port *p = port_of(o);

    ws_lock(&ws_dispatcher);
    p->closed = true;
    move_all(&p->packets, &packets);
    ws_wait_update(o);
    ws_unlock(&ws_dispatcher);
    release_all(&packets);
}

static void
port_free(struct ws_object *o)
{
    release_all(&port_of(o)->packets);
    free(port_of(o));
}

/* Nobody in particular asks for the poll descriptor, which tells of packets. */
static bool
port_signalled(struct ws_object *o, struct ws_thread *who)
{
    struct ws_port *p = port_of(o);

    if (ws_list_empty(&p->packets))
        return p->closed;
    return !who || p->running < p->limit;
}

static void
fill(struct ws_port *p, struct ws_take *take) WS_REQUIRES(ws_dispatcher)
{
    struct ws_list *node;

    while (take->count < take->max && (node = ws_list_pop(&p->packets))) {
        ws_list_append(&take->packets, node);
        take->count++;
    }
}

/* A plain wait for the port takes nothing. A closed port is "abandoned". */
static bool
port_consume(struct ws_object *o, struct ws_thread *who)
    WS_REQUIRES(ws_dispatcher)
{
    struct ws_port *p = port_of(o);

    if (p->closed)
        return true;
    if (who->take && who->port == p) {
        fill(p, who->take);
        who->working = WS_WORKING;
        p->running++;
    }
    return false;
}

static const struct ws_object_ops port_ops = {
    .kind = WS_KIND_PORT,
    .lifo = true,
    .closing = port_closing,
    .free = port_free,
    .signalled = port_signalled,
    .consume = port_consume,
};

int
ws_port_new(unsigned limit, struct ws_port **out)
{
    struct ws_port *p = calloc(1, sizeof(*p));

    if (!p)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_init(&p->object, &port_ops);
    ws_list_init(&p->packets);
    p->limit = limit ? limit : ws_system_processors();
    *out = p;
    return 0;
}

int
ws_port_open(struct ws_port *p, HANDLE *out)
{
    return ws_handle_open(&p->object, out);
}

int
ws_port_ref(HANDLE h, struct ws_port **out)
{
    struct ws_object *o;
    int err = ws_handle_ref(h, WS_KIND_PORT, &o);

    if (!err)
        *out = port_of(o);
    return err;
}

void
ws_port_ref_more(struct ws_port *p)
{
    ws_object_ref(&p->object);
}

void
ws_port_unref(struct ws_port *p)
{
    if (p)
        ws_object_unref(&p->object);
}

/* ---- who runs ---- */

bool
ws_port_full(const struct ws_object *o)
{
    const struct ws_port *p;

    if (o->ops != &port_ops)
        return false;
    p = port_of(o);
    return !p->closed && p->running >= p->limit;
}

/* One thread fewer runs, so a waiter may. */
static void
stop_running(struct ws_port *p) WS_REQUIRES(ws_dispatcher)
{
    p->running--;
    if (!ws_list_empty(&p->packets) && ws_wait_watched(&p->object))
        ws_wait_update(&p->object);
}

void
ws_port_rest(struct ws_thread *t)
{
    if (t->working != WS_WORKING)
        return;
    t->working = WS_RESTING;
    stop_running(t->port);
}

/* There may be more than the limit then, until others come back. */
void
ws_port_resume(struct ws_thread *t)
{
    if (t->working != WS_RESTING)
        return;
    t->working = WS_WORKING;
    t->port->running++;
}

/* Makes 'p', which may be NULL, the port of 't'. */
static void
move_to(struct ws_thread *t, struct ws_port *p)
{
    struct ws_port *old;

    if (p)
        ws_port_ref_more(p);
    ws_lock(&ws_dispatcher);
    old = t->port;
    if (t->working == WS_WORKING)
        stop_running(old);
    t->working = WS_IDLE;
    t->port = p;
    ws_unlock(&ws_dispatcher);
    ws_port_unref(old);
}

/* A waiter who saw no use in driving may see one now. */
void
ws_port_leave(struct ws_thread *t)
{
    if (!t->port)
        return;
    move_to(t, NULL);
    ws_wait_elect();
}

/* ---- posting and taking ---- */

void
ws_port_post(struct ws_port *p, struct ws_packet *packet)
{
    bool closed;

    ws_lock(&ws_dispatcher);
    closed = p->closed;
    if (!closed) {
        ws_list_append(&p->packets, &packet->node);
        if (ws_wait_watched(&p->object))
            ws_wait_update(&p->object);
    }
    ws_unlock(&ws_dispatcher);
    if (closed)
        packet->release(packet);
}

/* What can be had without waiting. The thread has come back: it does not count
 * any more. */
static bool
take_now(struct ws_port *p, struct ws_thread *t, struct ws_take *take)
    WS_REQUIRES(ws_dispatcher)
{
    if (t->working == WS_WORKING)
        p->running--;
    t->working = WS_IDLE;
    if (ws_list_empty(&p->packets) || p->running >= p->limit)
        return false;
    fill(p, take);
    t->working = WS_WORKING;
    p->running++;
    if (p->object.poll_fd)
        ws_wait_update(&p->object);
    return true;
}

static int
wait_for(struct ws_port *p, struct ws_thread *t, DWORD ms, bool alertable,
         struct ws_take *take)
{
    struct ws_object *o = &p->object;
    DWORD result = WAIT_TIMEOUT;
    int err;

    t->take = take;
    err = ws_wait(&o, 1, false, alertable, ws_deadline(ms), &result);
    t->take = NULL;
    if (err || result == WAIT_TIMEOUT || result == WAIT_IO_COMPLETION)
        return err ? err : (int)result;
    if (result == WAIT_ABANDONED_0)
        return ERROR_ABANDONED_WAIT_0;
    if (take->count < take->max) { /* more may have come with the first one */
        ws_lock(&ws_dispatcher);
        fill(p, take);
        ws_unlock(&ws_dispatcher);
    }
    return 0;
}

/* If 'h' is the port that the thread came from, as it mostly is. */
static bool
take_at_once(HANDLE h, struct ws_thread *t, struct ws_take *take)
{
    struct ws_port *p = t->port;
    bool taken;

    if (!p || !ws_handle_names(h, &p->object))
        return false;
    ws_lock(&ws_dispatcher);
    taken = take_now(p, t, take);
    ws_unlock(&ws_dispatcher);
    if (taken)
        ws_wait_fairly();
    return taken;
}

int
ws_port_take(struct ws_port *p, DWORD ms, bool alertable, struct ws_take *take)
{
    struct ws_thread *t = ws_thread_self();
    bool taken;
    int err;

    if (t->port != p)
        move_to(t, p);
    ws_lock(&ws_dispatcher);
    taken = take_now(p, t, take);
    ws_unlock(&ws_dispatcher);
    if (taken) {
        ws_wait_fairly();
        return 0;
    }
    err = wait_for(p, t, ms, alertable, take);
    if (err == ERROR_ABANDONED_WAIT_0)
        move_to(t, NULL);
    return err;
}

int
ws_port_take_from(HANDLE h, DWORD ms, bool alertable, struct ws_take *take)
{
    struct ws_port *p;
    int err;

    if (take_at_once(h, ws_thread_self(), take))
        return 0;
    err = ws_port_ref(h, &p);
    if (err)
        return err;
    err = ws_port_take(p, ms, alertable, take);
    ws_port_unref(p);
    return err;
}
