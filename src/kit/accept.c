/* SPDX-License-Identifier: MIT */
/* The way of a request, from the head of the queue to a socket: taken, judged
 * by the application with no lock held, adopted or turned away. One function
 * decides the fate of a peer for every outcome; nothing is lost by an error
 * that is not the peer's. */
#include "kit/accept.h"

#include "base/clock.h"
#include "kit/bind.h"
#include "kit/gate.h"
#include "kit/sockaddr.h"
#include "kit/backlog.h"
#include "kit/qos.h"
#include "w32/thread.h"

#include <stdlib.h>
#include <string.h>

/* A thread inside the condition function of a listener. */
struct ws_judgement {
    struct ws_list node;
    struct ws_thread *judge;
};

/* ---- listening ---- */

/* LSN-3, LSN-4: what is out of range becomes the nearest legal value, without
 * a word. The kernel clamps the upper end by net.core.somaxconn. */
static int
legal_backlog(int backlog)
{
    enum { HINT_LEAST = 200, HINT_MOST = 65535 };

    if (backlog == SOMAXCONN)
        return HINT_MOST;
    if (backlog < 0) {
        int hint = backlog < -HINT_MOST ? HINT_MOST : -backlog;

        return hint < HINT_LEAST ? HINT_LEAST : hint;
    }
    return backlog < 1 ? 1 : backlog;
}

static int
may_listen(struct ws_sock *s)
{
    if (!ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    switch (ws_sock_settle(s)) {
    case SOCK_CONNECTED: return WSAEISCONN;
    case SOCK_CONNECTING: return WSAEINVAL;
    default: return s->bound ? 0 : WSAEINVAL;
    }
}

/* Behind a gate if the program wants to decide before the handshake and this
 * system lets us; else as ever. */
static int
listen_at(struct ws_sock *s, struct ws_backlog *queue, int backlog)
    WS_REQUIRES(s->lock)
{
    int err = s->conditional ? ws_gate_open(s, queue, backlog) : WSAEACCES;

    if (err == WSAEACCES || err == WSAEOPNOTSUPP)
        err = ws_os_listen(s->fd, backlog);
    return err;
}

/* SO_REUSEADDR now, for good: so that what is in TIME_WAIT under this name does
 * not stand in the way, and what will be, not either. Who else has the name is
 * refused all the same. */
static int
start_listening(struct ws_sock *s, int backlog) WS_REQUIRES(s->lock)
{
    struct ws_backlog *queue = NULL;
    int err = ws_backlog_new(&queue);

    if (!err)
        err = ws_os_reuseaddr(s->fd, true);
    if (!err)
        err = listen_at(s, queue, backlog);
    if (err) {
        ws_backlog_free(queue);
        return err;
    }
    if (s->reuse && !queue->gate) /* refused, rightly, if set after bind */
        ws_os_first_listener(s->fd);
    s->backlog = queue;
    ws_sock_move(s, SOCK_LISTENING);
    return 0;
}

int
ws_accept_listen(struct ws_sock *s, int backlog)
{
    int err = may_listen(s);

    if (err)
        return err;
    backlog = legal_backlog(backlog);
    ws_lock(&s->lock);
    if (ws_sock_state(s) != SOCK_LISTENING)
        err = start_listening(s, backlog);
    else if (ws_backlog_held(s))
        err = ws_backlog_hold(s->backlog, (unsigned)backlog);
    else
        err = ws_os_listen(s->fd, backlog);
    ws_unlock(&s->lock);
    return err;
}

int
ws_accept_resume(struct ws_sock *s)
{
    int err = ws_backlog_new(&s->backlog);

    if (!err)
        atomic_store(&s->state, SOCK_LISTENING);
    return err;
}

/* ---- options that came too late for the kernel to clone ---- */

int
ws_accept_late_option(struct ws_sock *listener, int level, int name,
                      const void *value, int len)
{
    struct ws_late_option *o = malloc(sizeof(*o) + (size_t)len);

    if (!o)
        return WSAENOBUFS;
    o->level = level;
    o->name = name;
    o->len = len;
    memcpy(o->value, value, (size_t)len);
    ws_lock(&listener->lock);
    WS_LIST_EACH (it, &listener->backlog->options) {
        struct ws_late_option *old =
            WS_CONTAINER_OF(it, struct ws_late_option, node);

        if (old->level == level && old->name == name) {
            ws_list_remove(it);
            free(old);
        }
    }
    ws_list_append(&listener->backlog->options, &o->node);
    ws_unlock(&listener->lock);
    return 0;
}

static void
set_late_options(struct ws_sock *conn, struct ws_sock *listener)
{
    ws_lock(&listener->lock);
    WS_LIST_EACH (it, &listener->backlog->options) {
        struct ws_late_option *o =
            WS_CONTAINER_OF(it, struct ws_late_option, node);

        ws_os_setopt(conn->fd, ws_sock_kernel_family(listener),
                     ws_sock_kernel_type(listener), o->level, o->name, o->value,
                     o->len);
    }
    ws_unlock(&listener->lock);
}

/* ---- judging ---- */

static bool
is_judging(struct ws_sock *listener, struct ws_thread *who)
    WS_REQUIRES(listener->lock)
{
    WS_LIST_EACH (it, &listener->backlog->judging) {
        if (WS_CONTAINER_OF(it, struct ws_judgement, node)->judge == who)
            return true;
    }
    return false;
}

/* A nested accept on the same listener, from inside the condition function,
 * could only wait for itself (CND-12). */
static int
check_nesting(struct ws_sock *listener)
{
    bool nested;

    ws_lock(&listener->lock);
    nested = is_judging(listener, ws_thread_self());
    ws_unlock(&listener->lock);
    return nested ? WSAEINPROGRESS : 0;
}

static int
verdict_of(int answer, GROUP group)
{
    switch (answer) {
    case CF_ACCEPT: return group <= SG_CONSTRAINED_GROUP ? 0 : WSAEINVAL;
    case CF_REJECT: return WSAECONNREFUSED;
    case CF_DEFER: return WSATRY_AGAIN;
    default: return WSAEINVAL;
    }
}

/* What the application is shown of a request, in copies that it may scribble
 * over. A transport that carries data with a request, and a socket that knows
 * quality of service, have something to say here; TCP has addresses alone. */
struct exhibit {
    struct ws_addr remote, local;
    WSABUF caller, callee;
    struct ws_interview more;
    struct ws_qos_record qos;
    LPQOS offered; /* NULL: nobody spoke of quality of service */
};

static void
prepare(struct ws_peer *peer, struct exhibit *e)
{
    e->remote = peer->remote;
    e->local = peer->local;
    e->caller = (WSABUF){(ULONG)e->remote.len, (CHAR *)e->remote.bytes};
    e->callee = (WSABUF){(ULONG)e->local.len, (CHAR *)e->local.bytes};
    e->more = (struct ws_interview){
        .caller = {0, NULL}
    };
    e->offered = ws_qos_show(peer->qos, &e->qos);
    if (peer->ops)
        peer->ops->brief(peer, &e->more);
}

/* What it answers is looked at where the protocol can carry it. */
static int
note(struct ws_peer *peer, const struct exhibit *e, int verdict)
{
    int err = 0;

    if (verdict != 0 && verdict != WSAECONNREFUSED)
        return verdict;
    if (!verdict && e->offered)
        err = ws_qos_read(peer->qos, &e->qos);
    if (!err && peer->ops)
        err = peer->ops->note(peer, verdict, &e->more);
    return err ? err : verdict;
}

/* Calls the application, with no lock held: it may call back into Winsock, on
 * this very listener too. */
static int
ask_application(struct ws_peer *peer, LPCONDITIONPROC ask, DWORD_PTR data)
{
    struct exhibit e;
    GROUP group = 0;
    int answer;

    prepare(peer, &e);
    answer = ask(&e.caller, e.more.caller.buf ? &e.more.caller : NULL,
                 e.offered, NULL, &e.callee, &e.more.callee, &group, data);
    return note(peer, &e, verdict_of(answer, group));
}

/* The callee's address. Who listens on one address need not ask for it. */
static int
name_callee(struct ws_sock *listener, struct ws_peer *peer)
{
    if (peer->ops || ws_bind_home(listener, &peer->local))
        return 0;
    return ws_os_name(peer->fd, &peer->local);
}

static void
enter_judgement(struct ws_sock *listener, struct ws_judgement *here)
{
    here->judge = ws_thread_self();
    ws_lock(&listener->lock);
    ws_list_append(&listener->backlog->judging, &here->node);
    ws_unlock(&listener->lock);
}

static void
leave_judgement(struct ws_sock *listener, struct ws_judgement *here)
{
    ws_lock(&listener->lock);
    ws_list_remove(&here->node);
    ws_unlock(&listener->lock);
}

/* The caller was there before the function was asked; whether he still is
 * (CND-17) is worth a system call only if it took its time. What is quicker
 * could not have done one itself. */
#define QUICK_NS 5000

static bool
left_meanwhile(struct ws_peer *peer, int64_t asked)
{
    return ws_now() - asked > QUICK_NS && ws_backlog_gone(peer);
}

static int
judge(struct ws_sock *listener, struct ws_peer *peer, LPCONDITIONPROC ask,
      DWORD_PTR data)
{
    struct ws_judgement here;
    int64_t asked;
    int err = name_callee(listener, peer);

    if (err)
        return err;
    enter_judgement(listener, &here);
    asked = ws_now();
    err = ask_application(peer, ask, data);
    if (!err && left_meanwhile(peer, asked))
        err = WSAECONNRESET;
    leave_judgement(listener, &here);
    return atomic_load(&listener->closing) ? WSAENOTSOCK : err; /* CND-13 */
}

/* ---- adopting ---- */

void
ws_accept_inherit(struct ws_sock *conn, struct ws_sock *listener)
{
    conn->reuse = listener->reuse;
    conn->exclusive = listener->exclusive;
    conn->oobinline = listener->oobinline;
    conn->linger_timed = listener->linger_timed;
    conn->debug = listener->debug;
    conn->v6only = listener->v6only;
    conn->no_send_buffer = listener->no_send_buffer;
    conn->no_recv_buffer = listener->no_recv_buffer;
    conn->recv_timeout = listener->recv_timeout;
    conn->send_timeout = listener->send_timeout;
    set_late_options(conn, listener);
}

/* TCP carries no quality of service: what the listener asks for itself is what
 * there is to talk about. */
static int
offer_qos(struct ws_sock *listener, struct ws_peer *peer)
{
    int err = 0;

    if (listener->transport) /* it brings what the caller offers */
        return 0;
    ws_lock(&listener->lock);
    if (!peer->qos && listener->qos)
        err = ws_qos_copy(listener->qos, &peer->qos);
    ws_unlock(&listener->lock);
    return err;
}

void
ws_accept_hand_over(struct ws_sock *listener, struct ws_peer *peer,
                    struct ws_sock *conn)
{
    offer_qos(listener, peer);
    if (peer->ops)
        peer->ops->adopt(peer, conn);
    if (peer->qos)
        ws_qos_install(conn, peer->qos);
    peer->qos = NULL;
}

/* The descriptor is ours once ws_sock_new took it; the kernel gave it the
 * listener's options and accept4 its mode. */
static int
adopt(struct ws_sock *listener, struct ws_peer *peer, SOCKET *out)
{
    struct ws_sock_traits traits = {
        .family = listener->family,
        .type = listener->type,
        .protocol = listener->protocol,
        .overlapped = listener->overlapped,
        .nonblocking = atomic_load(&listener->nonblocking),
    };
    struct ws_sock *conn;
    int err = ws_sock_new(peer->fd, listener->proto, &traits, &conn);

    if (err)
        return err;
    conn->bound = true;
    ws_sock_set_peer(conn, &peer->remote);
    ws_sock_stamp(conn);
    atomic_store(&conn->state, SOCK_CONNECTED);
    ws_accept_inherit(conn, listener);
    ws_accept_hand_over(listener, peer, conn);
    if (peer->deferred ||
        peer->ops) /* the mode may have changed since accept4 */
        ws_os_nonblock(conn->fd, traits.nonblocking);
    err = ws_netev_inherit(conn, listener);
    if (!err)
        return ws_sock_publish(conn, out);
    conn->fd = -1; /* as when publishing fails, the peer keeps it */
    ws_sock_unref(conn);
    return err;
}

/* ---- WSPAccept ---- */

static int
may_accept(struct ws_sock *s)
{
    if (!ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    return ws_sock_state(s) == SOCK_LISTENING ? check_nesting(s) : WSAEINVAL;
}

int
ws_accept(struct ws_sock *listener, struct sockaddr *addr, INT *addrlen,
          LPCONDITIONPROC ask, DWORD_PTR data, SOCKET *out)
{
    struct ws_peer *peer = NULL;
    struct ws_addr remote;
    int err = may_accept(listener);

    if (!err) /* asked first, so that a short buffer loses no request */
        err = ws_sockaddr_room(listener->family, addr, addrlen);
    if (err)
        return err;
    err = ws_backlog_take(listener, &peer);
    if (!err)
        err = offer_qos(listener, peer);
    if (!err && ask)
        err = judge(listener, peer, ask, data);
    if (!err)
        err = ws_backlog_admit_waiting(listener, peer);
    if (!err) {
        remote = peer->remote;
        err = adopt(listener, peer, out);
    }
    /* The verdict is carried out now: adopted, back to the head of the queue,
     * or turned away. */
    ws_backlog_settle(listener, peer, err);
    if (!err)
        ws_sockaddr_give(&remote, addr, addrlen);
    if (!ws_netev_idle(listener))
        ws_netev_accepted(listener, err == WSATRY_AGAIN);
    return err;
}
