/* SPDX-License-Identifier: MIT */
/* The options that have a meaning of Winsock's own. Each is a line in the
 * table: how it is read, how it is set, how short a value may be. What is not
 * in the table is the kernel's business. */
#include "kit/opt.h"

#include "base/clock.h"
#include "kit/accept.h"
#include "kit/acceptex.h"
#include "kit/backlog.h"
#include "kit/bind.h"
#include "kit/connectex.h"
#include "kit/gate.h"
#include "kit/sockaddr.h"

#include <ws2/ws2ext.h>
#include <mswsock.h>
#include <string.h>
#include <ws2tcpip.h>

enum keeper {
    OURS, /* the kernel has no part in it */
    BOTH, /* the kernel keeps it, and we take note */
};

struct own {
    int level, name;
    enum keeper keeper;
    INT least;    /* bytes that a set needs; 0: an empty value counts as 0 */
    INT returned; /* bytes that a get gives */
    int (*get)(struct ws_sock *s, DWORD *value); /* NULL with BOTH: kernel's */
    int (*set)(struct ws_sock *s, DWORD value);  /* NULL: cannot be set */
};

/* ---- reading ---- */

static int
get_error(struct ws_sock *s, DWORD *value)
{
    ws_sock_settle(s);
    *value = (DWORD)s->so_error;
    return 0;
}

static int
get_accepting(struct ws_sock *s, DWORD *value)
{
    *value = ws_sock_state(s) == SOCK_LISTENING;
    return 0;
}

static int
get_reuse(struct ws_sock *s, DWORD *value)
{
    *value = s->reuse;
    return 0;
}

static int
get_exclusive(struct ws_sock *s, DWORD *value)
{
    *value = s->exclusive;
    return 0;
}

static int
get_conditional(struct ws_sock *s, DWORD *value)
{
    *value = s->conditional;
    return s->protocol == IPPROTO_TCP ? 0 : WSAENOPROTOOPT;
}

static int
get_held(struct ws_sock *s, DWORD *value)
{
    struct ws_gate *g = s->backlog ? s->backlog->gate : NULL;

    *value = g ? ws_gate_tier(g) : WS2_CONDITIONAL_NOT_HELD;
    return ws_sock_state(s) == SOCK_LISTENING ? 0 : WSAEINVAL;
}

static int
get_debug(struct ws_sock *s, DWORD *value)
{
    *value = s->debug;
    return 0;
}

static int
get_type(struct ws_sock *s, DWORD *value)
{
    *value = s->type;
    return 0;
}

static int
get_connect_time(struct ws_sock *s, DWORD *value)
{
    *value = 0xffffffff;
    if (ws_sock_settle(s) == SOCK_CONNECTED && ws_sock_is_circuit(s))
        *value = (DWORD)(ws_now() / 1000000000) - s->since;
    return 0;
}

/* The kernel rounds times to its ticks; a program gets back what it set. */
static int
get_recv_timeout(struct ws_sock *s, DWORD *value)
{
    *value = s->recv_timeout;
    return 0;
}

static int
get_send_timeout(struct ws_sock *s, DWORD *value)
{
    *value = s->send_timeout;
    return 0;
}

/* SND-6. The kernel has a least size; a program that asked for none is told
 * none. */
static int
get_buffer(struct ws_sock *s, bool none, int name, DWORD *value)
{
    int size = 0, len = sizeof(size);
    int err = none ? 0
                   : ws_os_getopt(s->fd, ws_sock_kernel_family(s),
                                  ws_sock_kernel_type(s), SOL_SOCKET, name,
                                  &size, &len);

    *value = (DWORD)size;
    return err;
}

static int
get_send_buffer(struct ws_sock *s, DWORD *value)
{
    return get_buffer(s, s->no_send_buffer, SO_SNDBUF, value);
}

static int
get_recv_buffer(struct ws_sock *s, DWORD *value)
{
    return get_buffer(s, s->no_recv_buffer, SO_RCVBUF, value);
}

static int
get_v6only(struct ws_sock *s, DWORD *value)
{
    *value = s->v6only;
    return 0;
}

static int
get_zero(struct ws_sock *s, DWORD *value)
{
    (void)s;
    *value = 0;
    return 0;
}

/* ---- setting ---- */

static int
set_error(struct ws_sock *s, DWORD value)
{
    s->so_error = (int)value;
    return 0;
}

/* BND-7: the two contradict each other. Both are about a name that is not
 * taken yet, so they take effect in bind. */
static int
set_reuse(struct ws_sock *s, DWORD value)
{
    if (s->exclusive && value)
        return WSAEINVAL;
    s->reuse = value;
    return 0;
}

static int
set_exclusive(struct ws_sock *s, DWORD value)
{
    if ((s->reuse && value) || s->bound)
        return WSAEINVAL;
    s->exclusive = value;
    return 0;
}

/* SCA-2. Listening tries to put a gate before the handshake. */
static int
set_conditional(struct ws_sock *s, DWORD value)
{
    if (s->protocol != IPPROTO_TCP)
        return WSAENOPROTOOPT;
    if (ws_sock_state(s) == SOCK_LISTENING)
        return WSAEINVAL;
    s->conditional = value;
    return 0;
}

static int
set_debug(struct ws_sock *s, DWORD value)
{
    s->debug = value;
    return 0;
}

static int
set_type(struct ws_sock *s, DWORD value)
{
    (void)value;
    return ws_sock_is_circuit(s) ? WSAENOPROTOOPT : WSAEINVAL; /* OTH-5 */
}

/* BND-9. An IPv4 socket has the option, to no effect. */
static int
set_v6only(struct ws_sock *s, DWORD value)
{
    int err = 0;

    if (s->bound)
        return WSAEINVAL;
    if (s->family == AF_INET6)
        err = ws_os_v6only(s->fd, value);
    if (!err)
        s->v6only = value;
    return err;
}

static int
note_recv_timeout(struct ws_sock *s, DWORD value)
{
    s->recv_timeout = value;
    return 0;
}

static int
note_send_timeout(struct ws_sock *s, DWORD value)
{
    s->send_timeout = value;
    return 0;
}

static int
note_send_buffer(struct ws_sock *s, DWORD value)
{
    s->no_send_buffer = !value;
    return 0;
}

static int
note_recv_buffer(struct ws_sock *s, DWORD value)
{
    s->no_recv_buffer = !value;
    return 0;
}

static int
note_oobinline(struct ws_sock *s, DWORD value)
{
    s->oobinline = value;
    return 0;
}

/* 'value' is a struct linger: on or off in the low half, seconds above. */
static int
note_linger(struct ws_sock *s, DWORD value)
{
    s->linger_timed = value & 0xffff && value >> 16;
    return 0;
}

static int
note_dontlinger(struct ws_sock *s, DWORD value)
{
    if (value)
        s->linger_timed = false;
    return 0;
}

#define SOL SOL_SOCKET
#define IP6 IPPROTO_IPV6

static const struct own own[] = {
    {SOL, SO_ERROR,              OURS, 4, 4, get_error,        set_error        },
    {SOL, SO_ACCEPTCONN,         OURS, 4, 4, get_accepting,    NULL             },
    {SOL, SO_REUSEADDR,          OURS, 0, 4, get_reuse,        set_reuse        },
    {SOL, SO_EXCLUSIVEADDRUSE,   OURS, 0, 4, get_exclusive,    set_exclusive    },
    {SOL, SO_CONDITIONAL_ACCEPT, OURS, 4, 4, get_conditional,  set_conditional  },
    {SOL, SO_WS2_CONDITIONAL,    OURS, 4, 4, get_held,         NULL             },
    {SOL, SO_DEBUG,              OURS, 1, 4, get_debug,        set_debug        },
    {SOL, SO_TYPE,               OURS, 0, 4, get_type,         set_type         },
    {SOL, SO_CONNECT_TIME,       OURS, 4, 4, get_connect_time, NULL             },
    {SOL, SO_GROUP_ID,           OURS, 4, 4, get_zero,         NULL             },
    {SOL, SO_GROUP_PRIORITY,     OURS, 4, 4, get_zero,         NULL             },
    {SOL, SO_RCVTIMEO,           BOTH, 4, 4, get_recv_timeout, note_recv_timeout},
    {SOL, SO_SNDTIMEO,           BOTH, 4, 4, get_send_timeout, note_send_timeout},
    {SOL, SO_SNDBUF,             BOTH, 4, 4, get_send_buffer,  note_send_buffer },
    {SOL, SO_RCVBUF,             BOTH, 4, 4, get_recv_buffer,  note_recv_buffer },
    {SOL, SO_OOBINLINE,          BOTH, 0, 4, NULL,             note_oobinline   },
    {SOL, SO_LINGER,             BOTH, 4, 4, NULL,             note_linger      },
    {SOL, SO_DONTLINGER,         BOTH, 0, 4, NULL,             note_dontlinger  },
    {IP6, IPV6_V6ONLY,           OURS, 1, 1, get_v6only,       set_v6only       },
};

static const struct own *
find_own(int level, int name)
{
    for (size_t i = 0; i < WS_ARRAY_LEN(own); i++)
        if (own[i].level == level && own[i].name == name)
            return &own[i];
    return NULL;
}

/* ---- the entry that a socket was made from ---- */

static void
narrow(const WSAPROTOCOL_INFOW *wide, WSAPROTOCOL_INFOA *out)
{
    size_t i;

    memcpy(out, wide, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    for (i = 0; i < WSAPROTOCOL_LEN && wide->szProtocol[i]; i++)
        out->szProtocol[i] = (CHAR)wide->szProtocol[i];
    out->szProtocol[i] = 0;
}

/* CAT-10: too short tells the size; longer leaves the length alone. */
static int
get_protocol_info(struct ws_sock *s, int name, char *value, INT *len)
{
    WSAPROTOCOL_INFOA a;
    const void *from = &s->proto->info;
    INT size = sizeof(WSAPROTOCOL_INFOW);

    if (name == SO_PROTOCOL_INFOA) {
        narrow(&s->proto->info, &a);
        from = &a;
        size = sizeof(a);
    }
    if (*len < size) {
        *len = size;
        return WSAEFAULT;
    }
    memcpy(value, from, (size_t)size);
    return 0;
}

/* ---- the two calls ---- */

static int
get_own(const struct own *o, struct ws_sock *s, char *value, INT *len)
{
    DWORD v = 0;
    int err = *len < o->returned ? WSAEFAULT : o->get(s, &v);

    if (!err) {
        memcpy(value, &v, (size_t)o->returned);
        *len = o->returned;
    }
    return err;
}

int
ws_opt_get(struct ws_sock *s, int level, int name, char *value, INT *len)
{
    const struct own *o = find_own(level, name);

    if (!value || !len || *len <= 0)
        return WSAEFAULT;
    if (level == SOL_SOCKET &&
        (name == SO_PROTOCOL_INFOA || name == SO_PROTOCOL_INFOW))
        return get_protocol_info(s, name, value, len);
    if (o && o->get)
        return get_own(o, s, value, len);
    return ws_os_getopt(s->fd, ws_sock_kernel_family(s), ws_sock_kernel_type(s),
                        level, name, value, len);
}

static int
set_own(const struct own *o, struct ws_sock *s, const char *value, INT len)
{
    DWORD v = 0;
    int err;

    if (!o->set)
        return WSAENOPROTOOPT;
    if (len < o->least)
        return WSAEFAULT;
    memcpy(&v, value, (size_t)len < sizeof(v) ? (size_t)len : sizeof(v));
    ws_lock(&s->lock);
    err = o->set(s, v);
    ws_unlock(&s->lock);
    return err;
}

/* The names are the same at both levels. */
static bool
joins(int level, int name)
{
    return (level == IPPROTO_IP || level == IPPROTO_IPV6) &&
           (name == IP_ADD_MEMBERSHIP || name == IP_ADD_SOURCE_MEMBERSHIP ||
            name == MCAST_JOIN_GROUP || name == MCAST_JOIN_SOURCE_GROUP);
}

static int
set_kernel(struct ws_sock *s, int level, int name, const char *value, INT len)
{
    int err = joins(level, name) ? ws_bind_widen(s) : 0;

    if (!err)
        err = ws_os_setopt(s->fd, ws_sock_kernel_family(s),
                           ws_sock_kernel_type(s), level, name, value, len);
    if (!err && ws_sock_state(s) == SOCK_LISTENING)
        err = ws_accept_late_option(s, level, name, value, len);
    return err;
}

/* AEX-8: the value is the listener's handle. */
static int
update_accept(struct ws_sock *s, const char *value, INT len)
{
    struct ws_sock *listener = NULL;
    SOCKET handle;
    int err;

    if (!value || len < (INT)sizeof(handle))
        return WSAEFAULT;
    memcpy(&handle, value, sizeof(handle));
    err = ws_sock_ref(handle, &listener);
    if (!err)
        err = ws_acceptex_update(s, listener);
    ws_sock_unref(listener);
    return err;
}

int
ws_opt_set(struct ws_sock *s, int level, int name, const char *value, INT len)
{
    const struct own *o = find_own(level, name);
    int err = 0;

    if (level == SOL_SOCKET && name == SO_UPDATE_ACCEPT_CONTEXT)
        return update_accept(s, value, len);
    if (level == SOL_SOCKET && name == SO_UPDATE_CONNECT_CONTEXT)
        return ws_connectex_update(s);
    if (!value || len < 0)
        return WSAEFAULT;
    if (!o || o->keeper == BOTH)
        err = set_kernel(s, level, name, value, len);
    return !err && o ? set_own(o, s, value, len) : err;
}

int
ws_opt_open_type(bool set, char *value)
{
    const DWORD known = SO_SYNCHRONOUS_ALERT | SO_SYNCHRONOUS_NONALERT;
    static _Atomic DWORD type;
    DWORD v;

    if (!set) {
        v = atomic_load(&type);
        memcpy(value, &v, sizeof(v));
        return 0;
    }
    memcpy(&v, value, sizeof(v));
    if (v & ~known)
        return WSAEINVAL;
    atomic_store(&type, v);
    return 0;
}
