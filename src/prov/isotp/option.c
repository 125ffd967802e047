/* SPDX-License-Identifier: MIT */
/* Socket options: those of ISO transport by table, connect and disconnect data,
 * and what is said of messages. All others are the kit's, which asks the TCP
 * descriptor beneath.
 * Invariant: what the peers have agreed on is read, never set. */
#include "prov/isotp/isotp.h"

#include "kit/border.h"
#include "kit/opt.h"
#include "prov/isotp/listen.h"

#include <mswsock.h>
#include <string.h>
#include <ws2tcpip.h>

/* When an option can be set. */
enum moment { NEVER, FRESH, UNNAMED, ALWAYS };

struct number {
    int level, name;
    enum moment moment;
    int (*get)(const struct ws_sock *s, DWORD *value);
    int (*set)(struct ws_sock *s, DWORD value);
};

static bool
is_connected(const struct ws_sock *s)
{
    return atomic_load(&s->state) == SOCK_CONNECTED;
}

/* ---- numbers ---- */

static int
get_profile(const struct ws_sock *s, DWORD *value)
{
    *value =
        s->circuit->set.profile == TPDU_RDP ? ISO_PROFILE_RDP : ISO_PROFILE_STD;
    return 0;
}

static int
set_profile(struct ws_sock *s, DWORD value)
{
    if (value != ISO_PROFILE_STD && value != ISO_PROFILE_RDP)
        return WSAEINVAL;
    s->circuit->set.profile = value == ISO_PROFILE_RDP ? TPDU_RDP : TPDU_STD;
    return 0;
}

static int
get_ts1(const struct ws_sock *s, DWORD *value)
{
    *value = s->circuit->set.ts1;
    return 0;
}

static int
set_ts1(struct ws_sock *s, DWORD value)
{
    s->circuit->set.ts1 = value;
    return 0;
}

static int
get_ts2(const struct ws_sock *s, DWORD *value)
{
    *value = s->circuit->set.ts2;
    return 0;
}

static int
set_ts2(struct ws_sock *s, DWORD value)
{
    s->circuit->set.ts2 = value;
    return 0;
}

static int
get_header(const struct ws_sock *s, DWORD *value)
{
    *value = s->circuit->set.header_ms;
    return 0;
}

static int
set_header(struct ws_sock *s, DWORD value)
{
    s->circuit->set.header_ms = value;
    if (s->circuit->place)
        ws_isoplace_header(s->circuit->place, value);
    return 0;
}

static int
get_class(const struct ws_sock *s, DWORD *value)
{
    *value = (DWORD)s->circuit->terms.klass;
    return is_connected(s) ? 0 : WSAENOTCONN;
}

static int
get_size(const struct ws_sock *s, DWORD *value)
{
    const struct ws_circuit *c = s->circuit;

    *value = is_connected(s) ? c->terms.size : ws_tpdu_size(c->set.size);
    return 0;
}

static int
set_size(struct ws_sock *s, DWORD value)
{
    enum { LEAST = 7, MOST = 13, FULL = 16 };
    uint8_t code = 0;

    if (value == TPDU_SIZE_ANY)
        code = FULL;
    for (unsigned i = LEAST; i <= MOST; i++)
        if (value == 1u << i)
            code = (uint8_t)i;
    if (value && !code)
        return WSAEINVAL;
    s->circuit->set.size = code;
    return 0;
}

static int
get_port(const struct ws_sock *s, DWORD *value)
{
    const struct ws_isotp_settings *set = &s->circuit->set;

    *value = set->has_port ? set->port : ISOADDR_PORT;
    return 0;
}

static int
set_port(struct ws_sock *s, DWORD value)
{
    if (value > 0xffff)
        return WSAEINVAL;
    s->circuit->set.port = (uint16_t)value;
    s->circuit->set.has_port = true;
    return 0;
}

static int
get_expedited(const struct ws_sock *s, DWORD *value)
{
    const struct ws_circuit *c = s->circuit;

    *value = is_connected(s) ? c->terms.expedited : c->set.expedited;
    return 0;
}

static int
set_expedited(struct ws_sock *s, DWORD value)
{
    s->circuit->set.expedited = value;
    return 0;
}

/* The peer's reason, once it has given one. */
static int
get_reason(const struct ws_sock *s, DWORD *value)
{
    *value = (DWORD)s->circuit->reason_theirs;
    return s->circuit->reason_theirs < 0 ? WSAENOTCONN : 0;
}

static int
set_reason(struct ws_sock *s, DWORD value)
{
    if (value > 0xff)
        return WSAEINVAL;
    s->circuit->reason_ours = (int)value;
    return 0;
}

/* A message has no limit; a stream has no messages (OTH-6). */
static int
get_message_size(const struct ws_sock *s, DWORD *value)
{
    *value = 0xffffffff;
    return s->type == SOCK_STREAM ? WSAENOPROTOOPT : 0;
}

/* As much room as a peer can fill is always there. */
static int
reserve(struct ws_sock *s, DWORD value)
{
    (void)s, (void)value;
    return 0;
}

static const struct number numbers[] = {
    {SOL_ISOTP,  ISO_OPT_PROFILE,        FRESH,   get_profile,      set_profile  },
    {SOL_ISOTP,  ISO_OPT_TS1,            ALWAYS,  get_ts1,          set_ts1      },
    {SOL_ISOTP,  ISO_OPT_TS2,            ALWAYS,  get_ts2,          set_ts2      },
    {SOL_ISOTP,  ISO_OPT_HEADER_TIMEOUT, ALWAYS,  get_header,       set_header   },
    {SOL_ISOTP,  ISO_OPT_CLASS,          NEVER,   get_class,        NULL         },
    {SOL_ISOTP,  ISO_OPT_TPDU_SIZE,      FRESH,   get_size,         set_size     },
    {SOL_ISOTP,  ISO_OPT_PORT,           UNNAMED, get_port,         set_port     },
    {SOL_SOCKET, SO_EXPEDITED,           FRESH,   get_expedited,    set_expedited},
    {SOL_SOCKET, SO_MAX_MSG_SIZE,        NEVER,   get_message_size, NULL         },
    {SOL_SOCKET, SO_DISCOPT,             ALWAYS,  get_reason,       set_reason   },
    {SOL_SOCKET, SO_CONNDATALEN,         ALWAYS,  NULL,             reserve      },
    {SOL_SOCKET, SO_DISCDATALEN,         ALWAYS,  NULL,             reserve      },
    {SOL_SOCKET, SO_DISCOPTLEN,          ALWAYS,  NULL,             reserve      },
};

static const struct number *
find_number(int level, int name)
{
    for (size_t i = 0; i < WS_ARRAY_LEN(numbers); i++)
        if (numbers[i].level == level && numbers[i].name == name)
            return &numbers[i];
    return NULL;
}

static bool
in_time(const struct ws_sock *s, enum moment moment)
{
    enum ws_sock_state state = atomic_load(&s->state);
    bool fresh = state == SOCK_IDLE || state == SOCK_FAILED;

    return moment == ALWAYS || (fresh && (moment == FRESH || !s->bound));
}

static int
get_number(const struct number *n, struct ws_sock *s, char *value, INT *len)
{
    DWORD v = 0;
    int err = WSAENOPROTOOPT;

    if (*len < (INT)sizeof(v))
        return WSAEFAULT;
    ws_sock_settle(s);
    ws_lock(&s->lock);
    if (n->get)
        err = n->get(s, &v);
    ws_unlock(&s->lock);
    if (!err) {
        memcpy(value, &v, sizeof(v));
        *len = (INT)sizeof(v);
    }
    return err;
}

static int
set_number(const struct number *n, struct ws_sock *s, const char *value,
           INT len)
{
    DWORD v;
    int err;

    if (!n->set)
        return WSAENOPROTOOPT;
    if (len < (INT)sizeof(v))
        return WSAEFAULT;
    memcpy(&v, value, sizeof(v));
    ws_lock(&s->lock);
    err = in_time(s, n->moment) ? n->set(s, v) : WSAEINVAL;
    ws_unlock(&s->lock);
    return err;
}

/* ---- connect and disconnect data ---- */

static bool
is_data(int level, int name)
{
    return level == SOL_SOCKET && (name == SO_CONNDATA || name == SO_DISCDATA);
}

/* CDT-2: what the peer said is read, what we will say is set. */
static int
get_data(struct ws_sock *s, int name, char *value, INT *len)
{
    struct ws_octets said;
    int err = 0;

    ws_sock_settle(s); /* an attempt that has ended may have brought some */
    ws_lock(&s->lock);
    said = ws_isotp_text_get(name == SO_CONNDATA ? s->circuit->conn_theirs
                                                 : s->circuit->disc_theirs);
    if ((size_t)*len < said.len)
        err = WSAEFAULT;
    else if (said.len)
        memcpy(value, said.at, said.len);
    if (!err)
        *len = (INT)said.len;
    ws_unlock(&s->lock);
    return err;
}

static size_t
most_of(const struct ws_circuit *c, int name)
{
    if (name == SO_DISCDATA)
        return TPDU_DATA_DISC;
    return c->set.profile == TPDU_RDP ? TPDU_DATA_CONNECT_RDP
                                      : TPDU_DATA_CONNECT;
}

static int
set_data(struct ws_sock *s, int name, const char *value, INT len)
{
    struct ws_circuit *c = s->circuit;
    int err;

    ws_lock(&s->lock);
    if ((size_t)len > most_of(c, name))
        err = WSAEINVAL;
    else if (name == SO_CONNDATA)
        err = ws_isotp_text_set(&c->conn_ours, value, (size_t)len);
    else
        err = ws_isotp_text_set(&c->disc_ours, value, (size_t)len);
    ws_unlock(&s->lock);
    return err;
}

/* ---- the kernel's, beneath ---- */

/* What is set on a listener's own descriptor, which no connection is cloned
 * from, is set again on each. */
static const struct kernel {
    int level, name;
} kernels[] = {
    {SOL_SOCKET,  SO_LINGER    },
    {SOL_SOCKET,  SO_RCVBUF    },
    {SOL_SOCKET,  SO_SNDBUF    },
    {SOL_SOCKET,  SO_KEEPALIVE },
    {IPPROTO_TCP, TCP_NODELAY  },
    {IPPROTO_TCP, TCP_KEEPALIVE},
};

/* SO_DONTLINGER is SO_LINGER by another name. */
static void
note_kernel(struct ws_sock *s, int level, int name)
{
    if (level == SOL_SOCKET && name == SO_DONTLINGER)
        name = SO_LINGER;
    ws_lock(&s->lock);
    for (size_t i = 0; i < WS_ARRAY_LEN(kernels); i++)
        if (kernels[i].level == level && kernels[i].name == name)
            s->circuit->set.kernel |= (uint8_t)(1u << i);
    ws_unlock(&s->lock);
}

void
ws_isotp_inherit(struct ws_sock *listener, int fd)
{
    for (size_t i = 0; i < WS_ARRAY_LEN(kernels); i++) {
        DWORD value = 0;
        int len = sizeof(value);

        if (!(listener->circuit->set.kernel & 1u << i))
            continue;
        if (!ws_os_getopt(listener->fd, AF_INET, SOCK_STREAM, kernels[i].level,
                          kernels[i].name, &value, &len))
            ws_os_setopt(fd, AF_INET, SOCK_STREAM, kernels[i].level,
                         kernels[i].name, &value, sizeof(value));
    }
}

/* ---- the two calls ---- */

/* Levels other than these are not an ISO socket's; expedited data is never in
 * line, and connecting has no options. */
static int
check(struct ws_sock *s, int level, int name)
{
    bool detached;

    ws_lock(&s->lock);
    detached = s->circuit->detached;
    ws_unlock(&s->lock);
    if (detached)
        return WSAENOTCONN;
    if (level != SOL_SOCKET && level != SOL_ISOTP && level != IPPROTO_TCP)
        return WSAEINVAL;
    if (level == SOL_SOCKET &&
        (name == SO_OOBINLINE || name == SO_CONNOPT || name == SO_CONNOPTLEN))
        return WSAENOPROTOOPT;
    if (level == SOL_ISOTP && !find_number(level, name))
        return WSAENOPROTOOPT;
    return 0;
}

static int
get(struct ws_sock *s, int level, int name, char *value, INT *len)
{
    const struct number *n = find_number(level, name);
    int err = check(s, level, name);

    if (!err && (!value || !len || *len <= 0))
        err = WSAEFAULT;
    if (err)
        return err;
    if (n)
        return get_number(n, s, value, len);
    if (is_data(level, name))
        return get_data(s, name, value, len);
    return ws_opt_get(s, level, name, value, len);
}

static int
set(struct ws_sock *s, int level, int name, const char *value, INT len)
{
    const struct number *n = find_number(level, name);
    int err = check(s, level, name);

    if (!err && (n || is_data(level, name)) && (len < 0 || (len && !value)))
        err = WSAEFAULT;
    if (err)
        return err;
    if (n)
        return set_number(n, s, value, len);
    if (is_data(level, name))
        return set_data(s, name, value, len);
    err = ws_opt_set(s, level, name, value, len);
    if (!err)
        note_kernel(s, level, name);
    return err;
}

static int WSPAPI
entry_get(SOCKET handle, int level, int name, char *value, LPINT len,
          LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = get(s, level, name, value, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

static int WSPAPI
entry_set(SOCKET handle, int level, int name, const char *value, int len,
          LPINT errp)
{
    struct ws_sock *s = NULL;
    int err = ws_sock_ref(handle, &s);

    if (!err)
        err = set(s, level, name, value, len);
    ws_sock_unref(s);
    return ws_spi_int(err, errp);
}

void
ws_isotp_option_entries(WSPPROC_TABLE *t)
{
    t->lpWSPGetSockOpt = entry_get;
    t->lpWSPSetSockOpt = entry_set;
    t->lpWSPIoctl = ws_isotp_ioctl;
}
