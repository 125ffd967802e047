/* SPDX-License-Identifier: MIT */
/* A transport above the kernel's: what a provider gives to the kit when its
 * connections are more than their descriptor. The kit keeps what all sockets
 * have (states, lanes, blocking, events, the queue of requests); the transport
 * moves messages, and knows what the octets on the descriptor mean. A socket of
 * the kernel's own TCP or UDP has none (NULL), and pays one test for it.
 *
 * Every entry is called with the socket's lock held, unless it says otherwise,
 * and never blocks. Errors are Winsock's. */
#ifndef WS_KIT_TRANSPORT_H
#define WS_KIT_TRANSPORT_H

#include "os/os.h"

#include <stdbool.h>
#include <stddef.h>

struct ws_sock;

/* The caller can wait: "not yet" may be said without asking a descriptor that
 * had no more when it was read last. */
#define WS_CARRY_WAITS 0x80000

/* With MSG_PARTIAL: the rest of the message comes from the same sender, and
 * until it has, nobody else's begins. */
#define WS_CARRY_HOLDS 0x100000

#define WS_CARRY_LENT 512

struct ws_transport {
    /* Looks how the attempt to connect fares and moves it on: WSAEWOULDBLOCK
     * while it lasts, and then '*want' is the readiness (WS_IO_*) of the
     * descriptor that it waits for; else how it ended. */
    int (*attempt)(struct ws_sock *s, unsigned *want);

    /* Sends what the descriptor takes of one message, whose rest is 'v', and
     * says in '*moved' how much that was, also with WSAEWOULDBLOCK. The caller
     * comes again with what is left, at the next room. With 'once' it will not:
     * then all is taken, of which the transport keeps what the descriptor would
     * not take, or, while there is such a rest from before, nothing
     * (WSAEWOULDBLOCK). 'flags': MSG_OOB, MSG_PARTIAL (more of the message
     * follows by other calls), WS_CARRY_HOLDS. 'sender' names the message:
     * while one is under way, others must wait (WSAEWOULDBLOCK). An empty
     * message is sent, too. */
    int (*send)(struct ws_sock *s, const void *sender, const struct ws_iov *v,
                size_t count, int flags, bool once, size_t *moved);

    /* The message of 'sender' will not go on (refused, cancelled, timed out).
     * If any of it is on its way, the connection cannot go on either. */
    void (*cut)(struct ws_sock *s, const void *sender);

    /* Receives of one message at most, as much as is there. In '*flags'
     * MSG_OOB, MSG_PEEK, WS_CARRY_WAITS; out: MSG_PARTIAL, the message goes on.
     * 0 octets without an error and without that is an empty message, or the
     * end of one that has been received, or for SOCK_STREAM the end of all; the
     * end of messages is WSAEDISCON. Where a buffer of no octets is given, 0
     * says that there is something to receive. */
    int (*recv)(struct ws_sock *s, const struct ws_iov *v, size_t count,
                int *flags, size_t *moved);

    /* A thread that waits for a message may sleep in the kernel's receive,
     * which saves the call that asks for readiness, if the transport lends it
     * the descriptor to read. 'lend' says how many octets it may read at most,
     * WS_CARRY_LENT or fewer; until 'give_back' nobody else reads. 0: not now.
     * 'give_back' takes what was read, none at the end of the stream, or the
     * error with which the receive ended. */
    size_t (*lend)(struct ws_sock *s);
    void (*give_back)(struct ws_sock *s, const void *octets, size_t count,
                      int err);

    /* What 'ready' of the descriptor, and what was read off it already, means
     * to the user: WS_IO_IN when a receive would give something, WS_IO_PRI for
     * expedited data, WS_IO_OUT, WS_IO_RDHUP when everything before the end
     * has been received, WS_IO_ERR for an end that is an error ('broken' of
     * the socket says which). May read headers, but not while others sleep on
     * the descriptor ('awaited'). With 0 it only answers for what has been read
     * before. */
    unsigned (*sift)(struct ws_sock *s, unsigned ready);

    /* shutdown: the user gives up receiving, which is the kit's to keep, or if
     * it 'ends' sending, which the peer is told. WSAENOTCONN. */
    int (*shut)(struct ws_sock *s, bool ends);

    /* DisconnectEx, when the connection has ended, and TransmitFile, when its
     * data have been taken: what is left of it goes on alone, and the socket is
     * idle again, with a fresh descriptor. Without the lock. */
    int (*renew)(struct ws_sock *s);

    /* closesocket, without the lock: ends the connection as the linger options
     * say. What has to go on after that is the transport's own. */
    void (*closing)(struct ws_sock *s);

    /* The last reference has gone, without the lock: frees what 'circuit' is.
     * The descriptor is closed afterwards by the kit. */
    void (*release)(struct ws_sock *s);
};

#endif
