/* SPDX-License-Identifier: MIT */
/* Control codes by table, and those that mean the same on every socket: see
 * control.h. */
#include "kit/control.h"

#include "kit/ovl.h"
#include "kit/qos.h"

#include <mstcpip.h>
#include <string.h>

int
ws_control_give(struct ws_control *c, const void *from, size_t size)
{
    c->returned = (DWORD)size;
    if (c->out_size < size)
        return WSAEFAULT;
    memcpy(c->out, from, size);
    return 0;
}

DWORD
ws_control_word(const struct ws_control *c)
{
    DWORD v;

    memcpy(&v, c->in, sizeof(v));
    return v;
}

/* IOC-3, EVT-4. */
static int
blocking(struct ws_control *c)
{
    struct ws_sock *s = c->sock;
    bool nonblocking = ws_control_word(c);
    int err;

    ws_lock(&s->lock);
    if (!nonblocking && s->netev.interest)
        err = WSAEINVAL;
    else
        err = ws_sock_set_mode(s, nonblocking);
    ws_unlock(&s->lock);
    return err;
}

static int
base_handle(struct ws_control *c)
{
    SOCKET self = (SOCKET)c->sock->fd;

    return ws_control_give(c, &self, sizeof(self));
}

static int
keepalive(struct ws_control *c)
{
    struct tcp_keepalive k;

    memcpy(&k, c->in, sizeof(k));
    return ws_os_keepalive_vals(c->sock->fd, k.onoff, k.keepalivetime,
                                k.keepaliveinterval);
}

/* QOS-10. */
int
ws_control_set_qos(struct ws_control *c)
{
    struct ws_qos *q;
    QOS asked;
    int err;

    memcpy(&asked, c->in, sizeof(asked));
    err = ws_qos_ask(c->sock, &asked, &q);
    return err ? err : ws_qos_install(c->sock, q);
}

/* QOS-11. */
int
ws_control_get_qos(struct ws_control *c)
{
    struct ws_sock *s = c->sock;
    int err;

    if (!s->bound)
        return WSAEINVAL;
    ws_lock(&s->lock);
    err = ws_qos_give(s->qos, c->out, c->out_size, &c->returned);
    ws_unlock(&s->lock);
    if (!err)
        ws_netev_arm(s, FD_QOS);
    return err;
}

/* ---- the table ---- */

static const struct ws_control_code all[] = {
    {FIONBIO,               4,                            blocking   },
    {SIO_BASE_HANDLE,       0,                            base_handle},
    {SIO_BSP_HANDLE,        0,                            base_handle},
    {SIO_BSP_HANDLE_SELECT, 0,                            base_handle},
    {SIO_BSP_HANDLE_POLL,   0,                            base_handle},
    {SIO_KEEPALIVE_VALS,    sizeof(struct tcp_keepalive), keepalive  },
};

static const struct ws_control_code *
find(const struct ws_control_code *codes, size_t count, DWORD code)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

int
ws_control_run(const struct ws_control_code *own, size_t count, DWORD code,
               struct ws_control *c)
{
    const struct ws_control_code *found = find(own, count, code);

    if (!found)
        found = find(all, WS_ARRAY_LEN(all), code);
    if (!found)
        return WSAEOPNOTSUPP;
    return c->in_size < found->in_least ? WSAEFAULT : found->run(c);
}

/* ---- overlapped ---- */

/* Nothing here takes time: the operation ends as it begins, but it is told like
 * any other (IOC-2, IOC-3). */
struct ioctl_op {
    struct ws_ovl op;
    int result;
    DWORD returned;
};

static int
attempt(struct ws_ovl *op)
{
    return WS_CONTAINER_OF(op, struct ioctl_op, op)->result;
}

static bool
ended(struct ws_ovl *op)
{
    const struct ioctl_op *o = WS_CONTAINER_OF(op, struct ioctl_op, op);

    op->err = o->result;
    op->moved = o->returned;
    return true;
}

static const struct ws_ovl_ops ioctl_ops = {.attempt = attempt, .ended = ended};

static bool
is_ioctl(const struct ws_ovl *op, const void *arg)
{
    (void)arg;
    return op->ops == &ioctl_ops;
}

int
ws_control_tell(struct ws_control *c, int result,
                const struct ws_ovl_route *route)
{
    struct ioctl_op *o;
    struct ws_ovl *op;
    int err;

    if (result && result != WSAEOPNOTSUPP)
        return result;
    err = ws_ovl_new(c->sock, sizeof(struct ioctl_op), &ioctl_ops, LANE_OTHER,
                     route, &op);
    if (err)
        return err;
    o = WS_CONTAINER_OF(op, struct ioctl_op, op);
    o->result = result;
    o->returned = op->moved = c->returned;
    op->always_pends = result != 0;
    err = ws_ovl_start(op, NULL, NULL);
    if (err == WSA_IO_PENDING) /* behind one that waits for a change */
        ws_ovl_cancel_if(c->sock, is_ioctl, NULL);
    return err;
}
