/* SPDX-License-Identifier: MIT */
/* Overlapped operations: see ovl.h. The lanes are worked off under the socket's
 * lock; what has ended is told after it has been dropped. */
#include "kit/ovl.h"

#include "kit/routine.h"
#include "w32/event.h"
#include "w32/overlap.h"
#include "w32/wait.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

#define SKIP_PORT FILE_SKIP_COMPLETION_PORT_ON_SUCCESS

static struct ws_ovl *
op_of(struct ws_list *node)
{
    return WS_CONTAINER_OF(node, struct ws_ovl, node);
}

/* ---- life ---- */

void
ws_lanes_init(struct ws_lanes *l)
{
    for (int i = 0; i < LANE_COUNT; i++)
        ws_list_init(&l->lane[i]);
}

void
ws_lanes_drop(struct ws_lanes *l)
{
    ws_port_unref(l->port);
}

static int
take_event(struct ws_ovl *op)
{
    HANDLE h = ws_overlap_event(op->user);

    return h && ws_event_ref(h, &op->event) ? WSA_INVALID_HANDLE : 0;
}

static void
take_port(struct ws_ovl *op)
{
    struct ws_lanes *l = &op->sock->lanes;

    if ((ULONG_PTR)op->user->hEvent & 1)
        return;
    op->port = l->port;
    op->packet.key = l->key;
}

static int
watch(struct ws_sock *s)
{
    int err;

    ws_lock(&s->lock);
    err = ws_sock_watch(s);
    ws_unlock(&s->lock);
    return err;
}

static int
take_route(struct ws_ovl *op)
{
    struct ws_sock *s = op->sock;
    int err = s->watched ? 0 : watch(s);

    if (err)
        return err;
    if (op->routine)
        return s->lanes.port ? WSAEINVAL : 0; /* OVL-4 */
    take_port(op);
    return take_event(op);
}

/* One by one, because a compiler clears a record by instructions that are slow
 * to begin; the union is not read before it is written. */
static void
init(struct ws_ovl *op, struct ws_sock *s, const struct ws_ovl_ops *ops,
     enum ws_lane lane, const struct ws_ovl_route *route)
{
    ws_list_init(&op->node);
    op->ops = ops;
    op->sock = s;
    op->owner = s->generation;
    op->lane = (uint8_t)lane;
    op->err = 0;
    op->moved = op->flags = 0;
    op->pended = op->eager = op->always_pends = false;
    op->user = route->user;
    op->routine = route->routine;
    op->event = NULL;
    op->port = NULL;
    op->issuer = ws_thread_self();
}

int
ws_ovl_new_raw(struct ws_sock *s, size_t size, const struct ws_ovl_ops *ops,
               enum ws_lane lane, const struct ws_ovl_route *route,
               struct ws_ovl **out)
{
    struct ws_ovl *op = ws_thread_alloc(size);
    int err;

    if (!op)
        return WSAENOBUFS;
    init(op, s, ops, lane, route);
    op->size = (unsigned)size;
    err = take_route(op);
    if (err)
        ws_thread_free(op, size); /* it has not got an event */
    else
        *out = op;
    return err;
}

int
ws_ovl_new(struct ws_sock *s, size_t size, const struct ws_ovl_ops *ops,
           enum ws_lane lane, const struct ws_ovl_route *route,
           struct ws_ovl **out)
{
    int err = ws_ovl_new_raw(s, size, ops, lane, route, out);

    if (!err)
        memset(*out + 1, 0, size - sizeof(**out));
    return err;
}

void
ws_ovl_free(struct ws_ovl *op)
{
    if (op->ops->clean)
        op->ops->clean(op);
    ws_event_unref(op->event);
    ws_thread_free(op, op->size);
}

/* From here on it may outlive the call that started it. */
static void
pend(struct ws_ovl *op)
{
    op->pended = true;
    ws_object_ref(&op->sock->object);
    ws_object_ref(&op->issuer->object);
    if (op->port)
        ws_port_ref_more(op->port);
    ws_wait_pending(1);
}

/* ---- telling ---- */

static void
release_packet(struct ws_packet *p)
{
    ws_ovl_free(WS_CONTAINER_OF(p, struct ws_ovl, packet));
}

/* The user's record is his own again, and may be memory no more. The routine
 * gets a Winsock number (CR-4). */
static void
run_routine(struct ws_apc *apc, bool dead)
{
    struct ws_ovl *op = WS_CONTAINER_OF(apc, struct ws_ovl, apc);
    struct ws_routine r;

    if (!dead) {
        if (!ws_routine_begin(&r, op->owner, apc))
            return; /* it comes again */
        op->routine((DWORD)op->err, op->moved, op->user, op->flags);
        ws_routine_end(&r);
    }
    ws_ovl_free(op);
}

static void
tell_thread(struct ws_ovl *op)
{
    op->apc.run = run_routine;
    if (ws_apc_queue(op->issuer, &op->apc))
        ws_ovl_free(op);
}

static void
tell_port(struct ws_ovl *op)
{
    op->packet.user = op->user;
    op->packet.moved = op->moved;
    op->packet.status = ws_status_of(op->err);
    op->packet.release = release_packet;
    ws_port_post(op->port, &op->packet);
}

/* Whoever receives 'op' frees it. */
static void
tell(struct ws_ovl *op, bool silent)
{
    if (op->event)
        ws_event_set(op->event);
    if (op->routine)
        tell_thread(op);
    else if (op->port && !silent)
        tell_port(op);
    else
        ws_ovl_free(op);
}

/* A socket is signalled from an operation's end to the next one's start, where
 * nothing else tells of it. */
static void
signal_socket(struct ws_sock *s, bool done)
{
    struct ws_lanes *l = &s->lanes;

    ws_lock(&ws_dispatcher);
    if (atomic_load(&l->done) != done) {
        atomic_store(&l->done, done);
        if (done)
            ws_wait_update(&s->object);
    }
    ws_unlock(&ws_dispatcher);
}

/* The store of Internal gives the record back to the application, which may
 * free it at once; from there on it is a number. */
static void
publish(const struct ws_ovl *op)
{
    op->user->Offset = op->flags;
    op->user->InternalHigh = op->moved;
    ws_overlap_publish(op->user, ws_status_of(op->err));
}

/* IOCP-4: a port may have come while the operation was in flight. */
static void
take_late_port(struct ws_ovl *op)
{
    if (op->port || op->routine)
        return;
    take_port(op);
    if (op->port)
        ws_port_ref_more(op->port);
}

/* Ends 'op', which is in no lane. It cannot fail: packet, APC and references
 * are part of it. */
static void
finish(struct ws_ovl *op)
{
    struct ws_thread *issuer = op->issuer;
    struct ws_sock *s = op->sock;
    struct ws_port *port;
    bool pended = op->pended;

    if (op->ops->ended && !op->ops->ended(op))
        return;
    if (pended)
        take_late_port(op);
    port = op->port;
    publish(op);
    if (!op->event && !port)
        signal_socket(s, true);
    op->sock = NULL;
    if (!pended) {
        tell(op, s->lanes.modes & SKIP_PORT);
        return;
    }
    ws_wait_pending(-1);
    ws_sock_unref(s);
    tell(op, false);
    ws_port_unref(port);
    ws_object_unref(&issuer->object);
}

void
ws_ovl_drop(struct ws_ovl *op)
{
    if (op->pended) {
        ws_wait_pending(-1);
        ws_port_unref(op->port);
        ws_object_unref(&op->issuer->object);
        ws_sock_unref(op->sock);
    }
    ws_ovl_free(op);
}

static void
finish_all(struct ws_list *ended)
{
    struct ws_list *node;

    while ((node = ws_list_pop(ended)))
        finish(op_of(node));
}

/* ---- starting ---- */

static void
mark_pending(struct ws_ovl *op)
{
    op->user->InternalHigh = 0;
    ws_overlap_publish(op->user, WS_STATUS_PENDING);
    if (op->event)
        ws_event_reset(op->event);
}

/* Lists it, under the socket's lock; from the unlock on it may be gone. */
static void
list(struct ws_ovl *op, struct ws_list *lane)
{
    if (!op->pended)
        pend(op);
    ws_list_append(lane, &op->node);
}

static int
begin(struct ws_ovl *op)
{
    struct ws_sock *s = op->sock;
    struct ws_list *lane = &s->lanes.lane[op->lane];
    int err = WSAEWOULDBLOCK;

    ws_lock(&s->lock);
    if (atomic_load(&s->closing))
        err = op->pended ? WSA_OPERATION_ABORTED : WSAENOTSOCK;
    else if (ws_list_empty(lane) &&
             (op->lane != LANE_RECV || op->eager || !s->lanes.dry))
        err = op->ops->attempt(op);
    if (err == WSAEWOULDBLOCK)
        list(op, lane);
    ws_unlock(&s->lock);
    return err;
}

/* A datagram that was cut has ended an operation and did not refuse one, so
 * it is told like one that pended (RCV-3). */
static bool
told_as_pending(const struct ws_ovl *op, int err)
{
    return op->always_pends || (err == WSAEMSGSIZE && op->lane == LANE_RECV);
}

int
ws_ovl_start(struct ws_ovl *op, DWORD *moved, DWORD *flags)
{
    int err;

    mark_pending(op);
    if (atomic_load(&op->sock->lanes.done))
        signal_socket(op->sock, false);
    err = begin(op);
    if (err == WSAEWOULDBLOCK) {
        ws_wait_keep();
        return WSA_IO_PENDING;
    }
    op->err = err;
    if (told_as_pending(op, err)) {
        pend(op);
        finish(op);
        return WSA_IO_PENDING;
    }
    if (err) {
        ws_ovl_free(op);
        return err;
    }
    if (moved)
        *moved = op->moved;
    if (flags)
        *flags = op->flags;
    finish(op);
    return 0;
}

void
ws_ovl_move_on(struct ws_ovl *op, struct ws_sock *s,
               const struct ws_ovl_ops *ops, enum ws_lane lane)
{
    struct ws_sock *old = op->sock;
    int err;

    ws_object_ref(&s->object);
    op->sock = s;
    op->owner = s->generation;
    op->ops = ops;
    op->lane = (uint8_t)lane;
    err = watch(s);
    if (!err)
        err = begin(op);
    if (err != WSAEWOULDBLOCK) {
        op->err = err;
        finish(op);
    }
    ws_sock_unref(old);
}

/* ---- ending ---- */

/* Tries the head of a lane, and the next if that has ended. */
static bool
work_off(struct ws_list *lane, struct ws_list *ended)
{
    bool any = !ws_list_empty(lane);

    while (!ws_list_empty(lane)) {
        struct ws_ovl *op = op_of(lane->next);

        op->err = op->ops->attempt(op);
        if (op->err == WSAEWOULDBLOCK)
            break;
        ws_list_remove(&op->node);
        ws_list_append(ended, &op->node);
    }
    return any;
}

bool
ws_ovl_ready(struct ws_sock *s, unsigned ready)
{
    const unsigned over = WS_IO_HUP | WS_IO_ERR;
    struct ws_list ended = WS_LIST_INIT(ended);
    bool used = false;

    ws_lock(&s->lock);
    if (ready & (WS_IO_RDHUP | WS_IO_PRI))
        s->brink = true;
    if (ready & (WS_IO_IN | WS_IO_PRI | WS_IO_RDHUP | over)) {
        s->lanes.dry = false;
        used = work_off(&s->lanes.lane[LANE_RECV], &ended);
    }
    if (ready & (WS_IO_OUT | over))
        used |= work_off(&s->lanes.lane[LANE_SEND], &ended);
    ws_unlock(&s->lock);
    finish_all(&ended);
    return used;
}

static void
take_matching(struct ws_list *lane,
              bool (*match)(const struct ws_ovl *op, const void *arg),
              const void *arg, struct ws_list *ended)
{
    WS_LIST_EACH (it, lane) {
        struct ws_ovl *op = op_of(it);

        if (!match(op, arg))
            continue;
        op->err = WSA_OPERATION_ABORTED;
        op->moved = 0;
        ws_list_remove(it);
        ws_list_append(ended, it);
    }
}

int
ws_ovl_cancel_if(struct ws_sock *s,
                 bool (*match)(const struct ws_ovl *op, const void *arg),
                 const void *arg)
{
    struct ws_list ended = WS_LIST_INIT(ended);
    bool none;

    ws_lock(&s->lock);
    for (int i = 0; i < LANE_COUNT; i++)
        take_matching(&s->lanes.lane[i], match, arg, &ended);
    ws_unlock(&s->lock);
    none = ws_list_empty(&ended);
    finish_all(&ended);
    return none ? ERROR_NOT_FOUND : 0;
}

struct choice {
    LPOVERLAPPED which;
    const struct ws_thread *issuer;
};

static bool
chosen(const struct ws_ovl *op, const void *arg)
{
    const struct choice *c = arg;

    return (!c->which || op->user == c->which) &&
           (!c->issuer || op->issuer == c->issuer);
}

int
ws_ovl_cancel(struct ws_sock *s, LPOVERLAPPED which, struct ws_thread *issuer)
{
    struct choice c = {which, issuer};

    return ws_ovl_cancel_if(s, chosen, &c);
}

void
ws_ovl_cancel_all(struct ws_sock *s)
{
    ws_ovl_cancel(s, NULL, NULL);
}

/* ---- results ---- */

/* Without an event the socket is waited for, which any of its operations
 * signals, so it is no answer; an event is one, whoever set it (CR-6). */
int
ws_ovl_result(struct ws_sock *s, LPWSAOVERLAPPED ov, bool wait, DWORD *moved,
              DWORD *flags)
{
    HANDLE h = (HANDLE)(intptr_t)s->fd;
    LONG status = WS_STATUS_PENDING;
    int err;

    do
        err = ws_overlap_wait(h, ov, wait ? INFINITE : 0, false, &status);
    while (!err && status == WS_STATUS_PENDING && !ws_overlap_event(ov));
    if (err)
        return err;
    *moved = (DWORD)ov->InternalHigh;
    *flags = ov->Offset;
    return status == WS_STATUS_PENDING ? 0 : ws_status_wsa(status);
}

/* ---- ports ---- */

int
ws_ovl_attach(struct ws_sock *s, struct ws_port *port, ULONG_PTR key)
{
    int err;

    ws_lock(&s->lock);
    err = ws_sock_watch(s);
    if (!err && (s->lanes.port || !s->overlapped))
        err = ERROR_INVALID_PARAMETER;
    if (!err) {
        ws_port_ref_more(port);
        s->lanes.key = key;
        s->lanes.port = port;
    }
    ws_unlock(&s->lock);
    return err;
}

int
ws_ovl_modes(struct ws_sock *s, UCHAR modes)
{
    const UCHAR known = SKIP_PORT | FILE_SKIP_SET_EVENT_ON_HANDLE;
    int err;

    if (modes & ~known || !s->overlapped)
        return ERROR_INVALID_PARAMETER;
    ws_lock(&s->lock);
    err = ws_sock_watch(s);
    if (!err)
        s->lanes.modes |= modes;
    ws_unlock(&s->lock);
    return err;
}
