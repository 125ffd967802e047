/* SPDX-License-Identifier: MIT */
/* Shutting down: see shut.h. */
#include "kit/shut.h"

#include "kit/transport.h"

static const unsigned char ways[] = {
    [SD_RECEIVE] = SOCK_SHUT_RECV,
    [SD_SEND] = SOCK_SHUT_SEND,
    [SD_BOTH] = SOCK_SHUT_RECV | SOCK_SHUT_SEND,
};

/* Ending our receiving is ours to keep: the peer is not told, and the kernel
 * would call it the peer's end (CLS-2). That the connection has gone altogether
 * is no reason to fail. */
static int
shut(struct ws_sock *s, unsigned char bits)
{
    int err = 0;

    atomic_fetch_or(&s->shut, bits);
    if (s->transport) {
        ws_lock(&s->lock);
        err = s->transport->shut(s, bits & SOCK_SHUT_SEND);
        ws_unlock(&s->lock);
    } else if (bits & SOCK_SHUT_SEND) {
        ws_os_shutdown(s->fd, SD_SEND);
    }
    return err;
}

int
ws_shut(struct ws_sock *s, int how)
{
    if (how < SD_RECEIVE || how > SD_BOTH)
        return WSAEINVAL;
    if (atomic_load(&s->context) != CONTEXT_WHOLE)
        return WSAENOTCONN; /* AEX-7 */
    if (ws_sock_is_circuit(s) && ws_sock_settle(s) != SOCK_CONNECTED)
        return WSAENOTCONN;
    return shut(s, ways[how]);
}

int
ws_shut_sending(struct ws_sock *s)
{
    return shut(s, SOCK_SHUT_SEND);
}
