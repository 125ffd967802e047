/* SPDX-License-Identifier: MIT */
/* WSPIoctl of ISO sockets: one line a code, as tcpip's. Nothing here takes
 * time. A code that is not in the table is WSAEOPNOTSUPP (IOC-2). */
#include "prov/isotp/isotp.h"

#include "kit/border.h"
#include "kit/control.h"
#include "kit/ovl.h"

#include <mstcpip.h>
#include <mswsock.h>
#include <string.h>

/* ---- the socket's own ---- */

/* What a receive would give at once, of the first TPDU at least. */
static int
get_readable(struct ws_control *c)
{
    struct ws_sock *s = c->sock;
    const struct ws_circuit *o = s->circuit;
    uint32_t queued = 0, bytes = 0;
    size_t here;

    ws_lock(&s->lock);
    if (ws_sock_state(s) == SOCK_CONNECTED) {
        s->transport->sift(s, WS_IO_IN);
        ws_os_queued(s->fd, &queued);
        here = queued + (size_t)(o->ahead_end - o->ahead_at);
        bytes = (uint32_t)(o->front_left < here ? o->front_left : here);
    }
    ws_unlock(&s->lock);
    return ws_control_give(c, &bytes, sizeof(bytes));
}

static int
get_extension(struct ws_control *c)
{
    void (*function)(void);
    GUID id;
    int err;

    memcpy(&id, c->in, sizeof(id));
    err = ws_isotp_extension(&id, &function);
    return err ? err : ws_control_give(c, &function, sizeof(function));
}

/* ---- quality of service ---- */

/* What the peers have agreed on stands as long as the connection. */
static bool
is_agreed(struct ws_sock *s)
{
    bool agreed;

    ws_lock(&s->lock);
    agreed =
        ws_sock_state(s) == SOCK_CONNECTED && s->circuit->terms.has & HAS_QOS;
    ws_unlock(&s->lock);
    return agreed;
}

/* QOS-10: what the next attempt proposes, or a listener is willing to do. */
static int
set_qos(struct ws_control *c)
{
    return is_agreed(c->sock) ? WSAEOPNOTSUPP : ws_control_set_qos(c);
}

/* ---- detach ---- */

/* What was read already comes before all that the descriptor gives. */
static int
detach(struct ws_control *c)
{
    ISO_DETACHED d;
    size_t len = 0;
    int fd = -1, err;

    if (c->out_size < sizeof(d))
        return WSAEFAULT;
    memset(&d, 0, sizeof(d));
    err = ws_isotp_detach(c->sock, &fd, d.data, &len);
    if (!err)
        err = ws_isotp_adopt_tcp(fd, &d.tcp);
    if (err) {
        if (fd >= 0)
            ws_os_close(fd);
        return err;
    }
    d.octets = (ULONG)len;
    return ws_control_give(c, &d, sizeof(d));
}

_Static_assert((int)ISOTP_AHEAD <= (int)ISO_MAX_DETACHED, "it all fits");

/* ---- the table ---- */

static const struct ws_control_code codes[] = {
    {FIONREAD,                           0,            get_readable      },
    {SIO_GET_EXTENSION_FUNCTION_POINTER, sizeof(GUID), get_extension     },
    {SIO_SET_QOS,                        sizeof(QOS),  set_qos           },
    {SIO_GET_QOS,                        0,            ws_control_get_qos},
    {SIO_ISOTP_DETACH,                   0,            detach            },
};

static bool
is_detached(struct ws_sock *s)
{
    bool detached;

    ws_lock(&s->lock);
    detached = s->circuit->detached;
    ws_unlock(&s->lock);
    return detached;
}

static int
serve(DWORD code, struct ws_control *c, const struct ws_ovl_route *route,
      DWORD *returned)
{
    int err = is_detached(c->sock) ? WSAENOTCONN : 0;

    if (!err)
        err = ws_control_run(codes, WS_ARRAY_LEN(codes), code, c);
    *returned = c->returned;
    return route ? ws_control_tell(c, err, route) : err;
}

/* IOC-2: the count is asked for before anything else. NULL buffers have no
 * size, so that no entry need look at the pointers. */
int WSPAPI
ws_isotp_ioctl(SOCKET handle, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
               DWORD out_size, LPDWORD returned, LPWSAOVERLAPPED ov,
               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
               LPINT errp)
{
    struct ws_ovl_route route = {ov, routine};
    struct ws_control c = {.in = in, .out = out};
    int err = ws_sock_ref(handle, &c.sock);

    (void)thread;
    c.in_size = in ? in_size : 0;
    c.out_size = out ? out_size : 0;
    if (!err && !returned)
        err = WSAEFAULT;
    if (!err)
        err =
            serve(code, &c, ov && c.sock->overlapped ? &route : NULL, returned);
    ws_sock_unref(c.sock);
    return ws_spi_int(err, errp);
}
