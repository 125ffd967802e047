/* SPDX-License-Identifier: MIT */
/* Joining multicast groups: see group.h. A sender's group is its peer as after
 * connect. A member must not be connected in the kernel, which would then hear
 * the group's address alone; where it also sends, the group stands in 'peer'
 * while the state stays idle, and a send that finds no connection asks here. */
#include "kit/group.h"

#include "kit/bind.h"

#include <string.h>

/* ---- the two halves ---- */

/* The group's interface is that of the address the socket is bound to; NULL
 * leaves it to the socket's options and the kernel. */
static const struct ws_addr *
interface_of(struct ws_sock *s, struct ws_addr *own)
{
    return ws_bind_home(s, own) && !ws_os_is_group(own) ? own : NULL;
}

static int
become_member(struct ws_sock *s, const struct ws_addr *group)
{
    struct ws_addr own;
    int err = ws_bind_widen(s);

    return err ? err : ws_os_join_group(s->fd, group, interface_of(s, &own));
}

static int
become_sender(struct ws_sock *s, const struct ws_addr *group)
    WS_REQUIRES(s->lock)
{
    struct ws_addr own;
    int err = 0;

    if (interface_of(s, &own))
        err = ws_os_group_via(s->fd, &own);
    if (!err)
        err = ws_os_connect(s->fd, group);
    if (!err) {
        s->bound = true;
        ws_sock_move(s, SOCK_CONNECTED);
    }
    return err;
}

/* ---- the call ---- */

static int
check(struct ws_sock *s, const struct ws_addr *group, DWORD how)
{
    if (ws_sock_is_circuit(s))
        return WSAEOPNOTSUPP;
    if (how != JL_SENDER_ONLY && how != JL_RECEIVER_ONLY && how != JL_BOTH)
        return WSAEINVAL;
    if (!ws_os_is_group(group))
        return WSAEADDRNOTAVAIL;
    return ws_sock_state(s) == SOCK_CONNECTED ? WSAEISCONN : 0;
}

/* It is always over at once, and told all the same. */
static int
set_peer(struct ws_sock *s, const struct ws_addr *group, DWORD how)
{
    int err = 0;

    ws_lock(&s->lock);
    if (how == JL_SENDER_ONLY)
        err = become_sender(s, group);
    if (!err) {
        if (how != JL_RECEIVER_ONLY)
            ws_sock_set_peer(s, group);
        ws_netev_attempt(s);
        ws_netev_connected(s, 0);
    }
    ws_unlock(&s->lock);
    return err;
}

int
ws_group_join(struct ws_sock *s, const struct ws_addr *group, DWORD how)
{
    int err = check(s, group, how);

    if (err)
        return err;
    ws_bind_implicitly(s); /* BND-11 */
    if (how != JL_SENDER_ONLY)
        err = become_member(s, group);
    if (!err)
        err = set_peer(s, group, how);
    if (!err)
        ws_netev_recheck(s);
    return err;
}

bool
ws_group_default(struct ws_sock *s, struct ws_addr *out)
{
    bool has;

    if (ws_sock_is_circuit(s) || ws_sock_state(s) == SOCK_CONNECTED)
        return false;
    ws_lock(&s->lock);
    has = s->peer_len > 0;
    out->len = s->peer_len;
    memcpy(out->bytes, s->peer, (size_t)s->peer_len);
    ws_unlock(&s->lock);
    return has;
}
