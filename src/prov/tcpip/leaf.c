/* SPDX-License-Identifier: MIT */
/* WSPJoinLeaf. IP multicast has no root in either plane: every socket is a
 * leaf, joining is being a member of the group, and the descriptor that comes
 * back is the one that was given (JL-2, JL-7). A join is never pending, so
 * there is nothing to cancel or to wait for. */
#include "prov/tcpip/tcpip.h"

#include "kit/border.h"
#include "kit/group.h"
#include "kit/sockaddr.h"

/* What IP cannot carry: user data, and the flow of a socket group. */
static int
check_extras(const WSABUF *caller, WSABUF *callee, const QOS *group)
{
    if (group)
        return WSAEINVAL;
    if (caller && caller->len)
        return WSAEPROTONOSUPPORT;
    if (callee)
        callee->len = 0;
    return 0;
}

static SOCKET WSPAPI
entry_join_leaf(SOCKET handle, const struct sockaddr *name, int len,
                LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group,
                DWORD flags, LPINT errp)
{
    struct ws_sock *s = NULL;
    struct ws_addr to;
    int err = ws_sock_ref(handle, &s);

    (void)qos; /* as in WSPConnect: QOS-18 */
    if (!err)
        err = check_extras(caller, callee, group);
    if (!err)
        err = ws_sockaddr_take(s->family, name, len, &to);
    if (!err)
        err = ws_group_join(s, &to, flags);
    ws_sock_unref(s);
    return ws_spi_socket(err, handle, errp);
}

void
ws_tcpip_leaf_entries(WSPPROC_TABLE *t)
{
    t->lpWSPJoinLeaf = entry_join_leaf;
}
