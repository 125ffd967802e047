/* SPDX-License-Identifier: MIT */
/* The life of a socket: made, published, looked up, moved from state to state,
 * closed, freed. The descriptor is closed only when the last call has left, so
 * that its number cannot become another's under somebody's feet. */
#include "kit/sock.h"

#include "base/clock.h"
#include "io/io.h"
#include "kit/acceptex.h"
#include "kit/backlog.h"
#include "kit/bind.h"
#include "kit/carry.h"
#include "kit/ovl.h"
#include "kit/qos.h"
#include "kit/transport.h"
#include "kit/xfer.h"
#include "w32/event.h"
#include "w32/handle.h"
#include "w32/wait.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct ws_lock keeping = WS_LOCK_INIT(WS_RANK_PROVIDER);
static struct ws_list protos = WS_LIST_INIT(protos);
static atomic_uint generations;

static const struct ws_object_ops ops; /* at the end of the file */

static struct ws_sock *
sock_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct ws_sock, object);
}

/* ---- the engine ---- */

static uint64_t
cookie_of(const struct ws_sock *s)
{
    return (uint64_t)s->generation << 32 | (uint32_t)s->fd;
}

/* Before the descriptor is closed, or ceases to be ours. */
static void
unwatch(struct ws_sock *s)
{
    if (s->watched)
        ws_io_unwatch(s->fd, cookie_of(s));
    s->watched = false;
}

/* ---- protocols ---- */

static struct ws_proto *
find_proto(DWORD catalog_id)
{
    WS_LIST_EACH (it, &protos) {
        struct ws_proto *p = WS_CONTAINER_OF(it, struct ws_proto, node);

        if (p->info.dwCatalogEntryId == catalog_id)
            return p;
    }
    return NULL;
}

const struct ws_proto *
ws_proto_keep(const WSAPROTOCOL_INFOW *info, const WSPUPCALLTABLE *upcalls)
{
    struct ws_proto *p;

    ws_lock(&keeping);
    p = find_proto(info->dwCatalogEntryId);
    if (!p) {
        p = calloc(1, sizeof(*p));
        if (p) {
            p->info = *info;
            p->info.dwProviderReserved = 0;
            p->upcalls = *upcalls;
            ws_list_append(&protos, &p->node);
        }
    }
    ws_unlock(&keeping);
    return p;
}

/* ---- making and finding ---- */

int
ws_sock_new(int fd, const struct ws_proto *proto,
            const struct ws_sock_traits *traits, struct ws_sock **out)
{
    struct ws_sock *s = calloc(1, sizeof(*s));

    if (!s)
        return WSAENOBUFS;
    ws_object_init(&s->object, &ops);
    ws_lock_init(&s->lock, WS_RANK_SOCKET);
    ws_netev_init(&s->netev);
    ws_lanes_init(&s->lanes);
    s->fd = fd;
    s->generation = atomic_fetch_add(&generations, 1);
    s->proto = proto;
    s->family = (uint8_t)traits->family;
    s->type = (uint8_t)traits->type;
    s->protocol = traits->protocol;
    s->overlapped = traits->overlapped;
    s->v6only = true; /* BND-9; IPv4 sockets say so, too */
    atomic_init(&s->nonblocking, traits->nonblocking);
    *out = s;
    return 0;
}

/* The descriptor is the caller's again, or a stranger's already. */
static void
disown(struct ws_sock *s)
{
    unwatch(s);
    s->fd = -1;
}

int
ws_sock_publish(struct ws_sock *s, SOCKET *out)
{
    SOCKET number = (SOCKET)s->fd, given;
    int code = 0;
    int err = ws_handle_bind(s->fd, &s->object) ? WSAENOBUFS : 0;

    if (!err) {
        given = s->proto->upcalls.lpWPUModifyIFSHandle(
            s->proto->info.dwCatalogEntryId, number, &code);
        if (given == INVALID_SOCKET) {
            err = code ? code : WSASYSCALLFAILURE;
            disown(s);
            ws_handle_close((HANDLE)number, WS_KIND_SOCKET);
        }
    }
    if (err)
        disown(s);
    ws_object_unref(&s->object);
    if (!err)
        *out = given;
    return err;
}

int
ws_sock_ref(SOCKET handle, struct ws_sock **out)
{
    struct ws_object *o = ws_handle_ref_like((HANDLE)handle, &ops);

    if (!o) /* or another provider's */
        return WSAENOTSOCK;
    *out = sock_of(o);
    return 0;
}

void
ws_sock_unref(struct ws_sock *s)
{
    if (s)
        ws_object_unref(&s->object);
}

/* ---- the end ---- */

/* Whoever is inside a call on the socket holds a reference; only then the
 * connection is ended at once, to wake him. Otherwise closing the descriptor
 * is enough, and right for one that another process shares. */
static void
closing(struct ws_object *o)
{
    struct ws_sock *s = sock_of(o);

    atomic_store(&s->closing, true);
    ws_netev_cancel(s);
    ws_ovl_cancel_all(s);
    ws_acceptex_abandon(s);
    ws_backlog_close(s);
    if (s->transport)
        s->transport->closing(s);
    if (ws_ref_shared(&o->refs) && (!s->transport || ws_carry_sleeps(s)))
        ws_os_abort_waiters(s->fd);
}

/* Somebody called close(2) on the descriptor, and the kernel has given its
 * number to somebody else. */
static void
orphaned(struct ws_object *o)
{
    struct ws_sock *s = sock_of(o);

    atomic_store(&s->closing, true);
    ws_netev_cancel(s);
    ws_ovl_cancel_all(s);
    disown(s);
}

static void
release(struct ws_object *o)
{
    struct ws_sock *s = sock_of(o);

    unwatch(s);
    ws_event_unref(s->netev.event); /* of one that never got its handle */
    ws_bind_forget(s);
    ws_lanes_drop(&s->lanes);
    ws_backlog_free(s->backlog);
    ws_qos_free(s->qos);
    if (s->transport)
        s->transport->release(s);
    if (s->fd >= 0)
        ws_os_close(s->fd);
    ws_lock_destroy(&s->lock);
    free(s);
}

/* CLS-6: a timed linger on a non-blocking socket with data still to go. */
static int
may_close(struct ws_sock *s)
{
    uint32_t unsent = 0;

    if (!s->linger_timed || !atomic_load(&s->nonblocking))
        return 0;
    return !ws_os_unsent(s->fd, &unsent) && unsent ? WSAEWOULDBLOCK : 0;
}

int
ws_sock_close(SOCKET handle)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = may_close(s);
    ws_sock_unref(s); /* before closing, which looks for references */
    if (!err && ws_handle_close((HANDLE)handle, WS_KIND_SOCKET))
        err = WSAENOTSOCK;
    return err;
}

void
ws_sock_close_all(void)
{
    ws_handle_close_all(WS_KIND_SOCKET);
}

/* ---- life ---- */

#define TO(state) (1u << (state))

static const unsigned char allowed[] = {
    [SOCK_IDLE] = TO(SOCK_CONNECTING) | TO(SOCK_CONNECTED) | TO(SOCK_LISTENING),
    [SOCK_CONNECTING] = TO(SOCK_CONNECTED) | TO(SOCK_FAILED),
    [SOCK_CONNECTED] = TO(SOCK_CONNECTED) | TO(SOCK_IDLE),
    [SOCK_FAILED] = TO(SOCK_CONNECTING) | TO(SOCK_LISTENING),
    [SOCK_LISTENING] = 0,
};

void
ws_sock_move(struct ws_sock *s, enum ws_sock_state to)
{
    enum ws_sock_state from = ws_sock_state(s);

    assert(allowed[from] & TO(to));
    (void)from;
    atomic_store_explicit(&s->state, to, memory_order_release);
}

void
ws_sock_attempt_ended(struct ws_sock *s, int err)
{
    s->so_error = s->waiting ? 0 : err;
    ws_sock_stamp(s);
    ws_sock_move(s, err ? SOCK_FAILED : SOCK_CONNECTED);
    if (err) {
        s->peer_len = 0;
        ws_bind_again(s);
    }
    ws_netev_connected(s, err);
}

int
ws_sock_attempt(struct ws_sock *s, unsigned *want)
{
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_OUT};
    size_t count = 0;
    int err;

    if (s->transport)
        return s->transport->attempt(s, want);
    *want = WS_IO_OUT;
    err = ws_os_poll(&p, 1, 0, &count);
    if (!err && !count)
        return WSAEWOULDBLOCK;
    return err ? err : ws_os_take_error(s->fd, WS_OP_CONNECT);
}

enum ws_sock_state
ws_sock_settle_wanting(struct ws_sock *s, unsigned *want)
{
    int err = WSAEWOULDBLOCK;

    if (ws_sock_state(s) != SOCK_CONNECTING)
        return ws_sock_state(s);
    ws_lock(&s->lock);
    if (ws_sock_state(s) == SOCK_CONNECTING && !s->waiting)
        err = ws_sock_attempt(s, want);
    if (err != WSAEWOULDBLOCK)
        ws_sock_attempt_ended(s, err);
    ws_unlock(&s->lock);
    return ws_sock_state(s);
}

enum ws_sock_state
ws_sock_settle(struct ws_sock *s)
{
    unsigned want;

    return ws_sock_settle_wanting(s, &want);
}

void
ws_sock_stamp(struct ws_sock *s)
{
    s->since = (uint32_t)(ws_now() / 1000000000);
}

void
ws_sock_set_peer(struct ws_sock *s, const struct ws_addr *peer)
{
    s->peer_len = 0;
    if ((size_t)peer->len <= sizeof(s->peer)) {
        memcpy(s->peer, peer->bytes, (size_t)peer->len);
        s->peer_len = peer->len;
    }
}

int
ws_sock_watch(struct ws_sock *s)
{
    int err = s->watched ? 0 : ws_io_watch(s->fd, cookie_of(s));

    if (!err && !s->watched) {
        s->watched = true;
        ws_wait_elect();
    }
    return err;
}

/* The engine lets go of the old description first: it would keep it open. */
int
ws_sock_replace(struct ws_sock *s, int fd)
{
    bool was_watched = s->watched;
    int err, err_watch = 0;

    unwatch(s);
    err = ws_os_replace(s->fd, fd);
    if (was_watched)
        err_watch = ws_sock_watch(s);
    if (err)
        return err;
    s->brink = false;
    s->lanes.dry = false;
    atomic_store(&s->shut, 0);
    atomic_store(&s->broken, 0);
    ws_qos_apply(s->fd, s->family, s->qos);
    return err_watch;
}

int
ws_sock_set_mode(struct ws_sock *s, bool nonblocking)
{
    int err = 0;

    if (atomic_load(&s->nonblocking) != nonblocking && !s->unblocked)
        err = ws_os_nonblock(s->fd, nonblocking);
    if (!err)
        atomic_store(&s->nonblocking, nonblocking);
    return err;
}

/* ---- what a HANDLE can do ---- */

static bool
signalled(struct ws_object *o, struct ws_thread *who)
{
    (void)who;
    return atomic_load(&sock_of(o)->lanes.done);
}

static int
read_file(struct ws_object *o, void *buf, uint32_t size, uint32_t *moved,
          LPOVERLAPPED ov)
{
    WSABUF one = {.len = size, .buf = buf};
    DWORD flags = 0;

    return ws_xfer_recv_via(sock_of(o), &one, 1, &flags, NULL, NULL, moved, ov,
                            NULL);
}

static int
write_file(struct ws_object *o, const void *buf, uint32_t size, uint32_t *moved,
           LPOVERLAPPED ov)
{
    WSABUF one = {.len = size, .buf = (CHAR *)buf};

    return ws_xfer_send_via(sock_of(o), &one, 1, 0, NULL, moved, ov, NULL);
}

static int
attach(struct ws_object *o, struct ws_port *port, ULONG_PTR key)
{
    return ws_ovl_attach(sock_of(o), port, key);
}

static int
modes(struct ws_object *o, UCHAR bits)
{
    return ws_ovl_modes(sock_of(o), bits);
}

static int
cancel(struct ws_object *o, LPOVERLAPPED which, struct ws_thread *issuer)
{
    return ws_ovl_cancel(sock_of(o), which, issuer);
}

static const struct ws_object_ops ops = {
    .kind = WS_KIND_SOCKET,
    .closing = closing,
    .orphaned = orphaned,
    .free = release,
    .signalled = signalled,
    .read = read_file,
    .write = write_file,
    .attach = attach,
    .modes = modes,
    .cancel = cancel,
};
