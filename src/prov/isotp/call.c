/* SPDX-License-Identifier: MIT */
/* The calling end: what a call proposes, the descriptor that it is made with,
 * and the two ways to ask for it, connect and ConnectEx. The steps that follow
 * are in attempt.c. */
#include "prov/isotp/call.h"

#include "base/clock.h"
#include "kit/border.h"
#include "kit/carry.h"
#include "kit/connectex.h"
#include "kit/qos.h"
#include "os/os.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is asked for ---- */

static ULONG
service(const FLOWSPEC *f)
{
    ULONG type = 0;
    unsigned bits;

    return ws_qos_service(f->ServiceType, &type, &bits) ? type : 0;
}

/* Class 2 is proposed to who wants what only class 2 has. */
static void
offer_quality(struct ws_sock *s, struct ws_isotp_call *call)
    WS_REQUIRES(s->lock)
{
    struct ws_nego_offer *o = &call->offer;
    const struct ws_flows *asked = s->qos ? &s->qos->asked : NULL;

    o->classes = s->protocol == ISOPROTO_TP2 ? NEGO_CLASS2 : NEGO_CLASS0;
    if (!asked || o->profile == TPDU_RDP)
        return;
    o->has = ws_nego_from_spec(&asked->send, &asked->recv, &o->qos);
    if (o->has && o->classes == NEGO_CLASS0)
        o->classes = NEGO_CLASS2_OR_0;
    if (!o->size)
        o->size = ws_nego_size_for(&asked->send, &asked->recv);
    call->guaranteed = service(&asked->send) == SERVICETYPE_GUARANTEED ||
                       service(&asked->recv) == SERVICETYPE_GUARANTEED;
}

static void
make_offer(struct ws_sock *s, struct ws_isotp_call *call) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    struct ws_nego_offer *o = &call->offer;
    bool named = call->to.profile != ISOADDR_UNSAID;

    if (named)
        c->set.profile = call->to.profile == ISOADDR_RDP ? TPDU_RDP : TPDU_STD;
    o->profile = (enum ws_tpdu_profile)c->set.profile;
    o->ours = ws_isotp_reference();
    o->expedited = c->set.expedited;
    o->size = c->set.size;
    if (c->has_own && c->own.tsel_len)
        o->calling = (struct ws_octets){c->own.tsel, c->own.tsel_len};
    if (call->to.tsel_len)
        o->called = (struct ws_octets){call->to.tsel, call->to.tsel_len};
    o->data = ws_isotp_text_get(c->conn_ours);
    offer_quality(s, call);
}

/* ---- beginning ---- */

/* The descriptor that the attempt is made with is of the peer's family. Sizes
 * of buffers and the like go over to a new one. */
static void
keep_options(int from, int to)
{
    static const int names[] = {SO_SNDBUF, SO_RCVBUF, SO_LINGER, SO_KEEPALIVE};

    for (size_t i = 0; i < WS_ARRAY_LEN(names); i++) {
        char old[16], fresh[16];
        int old_len = sizeof(old), fresh_len = sizeof(fresh);

        if (!ws_os_getopt(from, AF_INET, SOCK_STREAM, SOL_SOCKET, names[i], old,
                          &old_len) &&
            !ws_os_getopt(to, AF_INET, SOCK_STREAM, SOL_SOCKET, names[i], fresh,
                          &fresh_len) &&
            (old_len != fresh_len || memcmp(old, fresh, (size_t)old_len) != 0))
            ws_os_setopt(to, AF_INET, SOCK_STREAM, SOL_SOCKET, names[i], old,
                         old_len);
    }
}

int
ws_isotp_fresh(struct ws_sock *s, int family)
{
    int fd;
    int err = ws_isotp_socket(family, false, &fd);

    if (err)
        return err;
    keep_options(s->fd, fd);
    err = ws_sock_replace(s, fd);
    if (err)
        ws_os_close(fd);
    else
        s->circuit->tcp_family = (uint8_t)family;
    return err;
}

static int
fit_family(struct ws_sock *s, int family) WS_REQUIRES(s->lock)
{
    s->circuit->blocks = false;
    return s->circuit->tcp_family == family ? ws_os_nonblock(s->fd, true)
                                            : ws_isotp_fresh(s, family);
}

/* Of the name that was bound the host counts, and not the port, which is one to
 * be called at. */
static int
bind_host(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    static const uint8_t any[16];
    struct ws_circuit *c = s->circuit;
    struct ws_addr here;

    if (!c->has_own || c->own.family == ISOADDR_ANY ||
        !memcmp(c->own.ip, any, sizeof(any)))
        return 0;
    if (c->own.family != c->call->to.family)
        return WSAEADDRNOTAVAIL;
    ws_isotp_tcp_name(&c->own, 0, true, &here);
    return ws_os_bind(s->fd, &here);
}

/* 'alone': nobody waits for the attempt who would take its steps and look at
 * the clock, so the engine does, and the keeper if nobody drives it. */
static void
start_clock(struct ws_sock *s, bool alone) WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;

    c->call->deadline =
        c->set.ts1 ? ws_now() + (int64_t)c->set.ts1 * 1000000 : WS_NEVER;
    if (!alone)
        return;
    c->call->pends = true;
    ws_wait_pending(1);
    ws_wait_keep();
    ws_sock_watch(s);
    if (c->set.ts1)
        ws_isotimer_set(&c->timer, c->call->deadline);
}

/* Takes 'call' over. 0: the attempt is under way, or over already. */
static int
dial(struct ws_sock *s, struct ws_isotp_call *call, bool alone)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    int err = fit_family(s, call->tcp.family);

    c->call = call;
    c->peer = call->to;
    c->has_peer = true;
    atomic_store(&s->broken, 0);
    atomic_store(&s->shut, 0);
    start_clock(s, alone);
    if (!err)
        err = bind_host(s);
    if (!err) {
        ws_isotp_tune(s->fd);
        err = ws_os_connect(s->fd, &call->tcp);
    }
    if (!err)
        return ws_isocall_request(s);
    return err == WSAEWOULDBLOCK ? 0 : ws_isocall_fail(s, err);
}

static int
new_call(struct ws_sock *s, const struct sockaddr *name, int len,
         struct ws_isotp_call **out)
{
    struct ws_isotp_call *call = calloc(1, sizeof(*call));
    uint16_t port;
    int err = call ? ws_isoaddr_take(name, len, &call->to) : WSAENOBUFS;

    if (!err) {
        port = call->to.has_port          ? call->to.port
               : s->circuit->set.has_port ? s->circuit->set.port
                                          : ISOADDR_PORT;
        call->to.port = port;
        err = port ? ws_isotp_tcp_name(&call->to, port, false, &call->tcp)
                   : WSAEADDRNOTAVAIL;
    }
    if (err)
        free(call);
    else
        *out = call;
    return err;
}

/* CON-5. */
static int
may_connect(struct ws_sock *s) WS_REQUIRES(s->lock)
{
    if (atomic_load(&s->context) != CONTEXT_WHOLE)
        return WSAEINVAL;
    switch (ws_sock_state(s)) {
    case SOCK_CONNECTING: return WSAEALREADY;
    case SOCK_CONNECTED: return WSAEISCONN;
    case SOCK_LISTENING: return WSAEINVAL;
    default: return 0;
    }
}

static size_t
most_caller_data(const struct ws_isotp_call *call, const struct ws_circuit *c)
{
    bool rdp = call->to.profile == ISOADDR_UNSAID
                   ? c->set.profile == TPDU_RDP
                   : call->to.profile == ISOADDR_RDP;

    return rdp ? TPDU_DATA_CONNECT_RDP : TPDU_DATA_CONNECT;
}

/* Everything that can be wrong with the call itself. */
static int
fit_call(struct ws_sock *s, struct ws_isotp_call *call, const WSABUF *caller)
    WS_REQUIRES(s->lock)
{
    struct ws_circuit *c = s->circuit;
    uint8_t cr[TPKT_CONTROL];
    size_t len;
    int err = may_connect(s);

    if (!err && caller && caller->len > most_caller_data(call, c))
        err = WSAEMSGSIZE;
    if (!err && caller)
        err = ws_isotp_text_set(&c->conn_ours, caller->buf, caller->len);
    if (!err) {
        make_offer(s, call);
        err = ws_nego_cr(&call->offer, cr, sizeof(cr), &len);
    }
    return err;
}

/* ---- connect ---- */

static int
connect_waiting(struct ws_sock *s, int64_t deadline)
{
    struct ws_block b = ws_block_begin(s);
    int err;

    do {
        unsigned want = WS_IO_OUT;

        ws_lock(&s->lock);
        err = ws_isotp_attempt(s, &want);
        ws_unlock(&s->lock);
        if (err == WSAEWOULDBLOCK)
            err = ws_carry_wait(s, &b, want, deadline);
        else
            break;
    } while (!err);
    ws_lock(&s->lock);
    if (s->circuit->call)
        ws_isocall_fail(s, err);
    ws_sock_attempt_ended(s, err);
    s->waiting = false;
    ws_unlock(&s->lock);
    return err;
}

/* An attempt that fails in the call itself raises no event. */
static int
begin(struct ws_sock *s, struct ws_isotp_call *call, bool waits)
    WS_REQUIRES(s->lock)
{
    int err;

    s->bound = true;
    s->waiting = waits;
    ws_sock_move(s, SOCK_CONNECTING);
    ws_netev_attempt(s);
    err = dial(s, call, !waits);
    if (err) {
        s->so_error = waits ? 0 : err;
        s->waiting = false;
        ws_sock_move(s, SOCK_FAILED);
    }
    return err;
}

static int
call_up(struct ws_sock *s, struct ws_isotp_call *call, const WSABUF *caller)
{
    bool waits = !atomic_load(&s->nonblocking);
    int64_t deadline = WS_NEVER;
    int err;

    ws_sock_settle(s);
    ws_lock(&s->lock);
    err = fit_call(s, call, caller);
    if (err)
        free(call);
    else
        err = begin(s, call, waits);
    if (!err)
        deadline = s->circuit->call->deadline;
    ws_unlock(&s->lock);
    if (err)
        return err;
    return waits ? connect_waiting(s, deadline) : WSAEWOULDBLOCK;
}

/* CON-13: lpSQOS stands for what was set before. */
static int
take_quality(struct ws_sock *s, const QOS *asked)
{
    struct ws_qos *q;
    int err = asked ? ws_qos_take(asked, NULL, &q) : 0;

    if (err || !asked)
        return err;
    switch (ws_sock_settle(s)) {
    case SOCK_IDLE:
    case SOCK_FAILED: return ws_qos_install(s, q);
    default: ws_qos_free(q); return 0;
    }
}

static int
check_extras(const WSABUF *caller, const WSABUF *callee, const QOS *group)
{
    if (group)
        return WSAEINVAL;
    if ((caller && caller->len && !caller->buf) ||
        (callee && callee->len && !callee->buf))
        return WSAEFAULT;
    return 0;
}

static int WSPAPI
entry_connect(SOCKET handle, const struct sockaddr *name, int len,
              LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group,
              LPINT errp)
{
    struct ws_isotp_call *call;
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = check_extras(caller, callee, group);
    if (!err)
        err = new_call(s, name, len, &call);
    if (!err) {
        err = take_quality(s, qos);
        if (err)
            free(call);
    }
    if (!err) {
        call->callee = callee;
        err = call_up(s, call, caller);
    }
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

/* ---- ConnectEx ---- */

static int
start_connectex(struct ws_sock *s, void *call)
{
    int err;

    ws_lock(&s->lock);
    err = dial(s, call, true);
    ws_unlock(&s->lock);
    return err;
}

int
ws_isotp_connectex(struct ws_sock *s, const struct sockaddr *name, int len,
                   const void *data, DWORD size, LPOVERLAPPED ov)
{
    struct ws_isotp_call *call;
    int err = new_call(s, name, len, &call);

    if (err)
        return err;
    ws_lock(&s->lock);
    make_offer(s, call);
    ws_unlock(&s->lock);
    err = ws_connectex_by(s, start_connectex, call, data, size, ov);
    if (err != WSA_IO_PENDING) /* it was not begun */
        free(call);
    return err;
}

void
ws_isotp_call_entries(WSPPROC_TABLE *t)
{
    t->lpWSPConnect = entry_connect;
}
