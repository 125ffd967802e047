/* SPDX-License-Identifier: MIT */
/* The queue of connection requests of one listener. Behind it stands a source
 * of peers, which for TCP is the kernel's accept queue; in front of it those
 * that a condition function deferred, in order of arrival. A request is taken
 * from the head, judged with no lock held, and settled: adopted, refused, or
 * put back where it was.
 *
 * Who owns a peer: the queue, while it waits; the thread that took it, until
 * it settles it. */
#ifndef WS_KIT_BACKLOG_H
#define WS_KIT_BACKLOG_H

#include "base/list.h"
#include "kit/sock.h"
#include "os/os.h"

#include <stdbool.h>
#include <stdint.h>

struct ws_sock;

struct ws_peer {
    struct ws_list node;
    uint64_t order; /* of arrival at the head */
    int fd;         /* -1 once somebody else owns it */
    bool deferred;  /* has been judged before */
    struct ws_addr remote, local;
};

/* An option that was set after listening began. The kernel gave a connection
 * the options of the moment of its handshake, so these are set again on it. */
struct ws_late_option {
    struct ws_list node;
    int level, name, len;
    unsigned char value[];
};

/* Guarded by the listener's lock. */
struct ws_backlog {
    struct ws_list deferred; /* peers, by 'order' */
    struct ws_list judging;  /* struct ws_judgement: one a thread inside */
    struct ws_list options;  /* struct ws_late_option */
    uint64_t next_order;
    bool silent; /* the head is deferred: no FD_ACCEPT (PQ-3) */
};

int ws_backlog_new(struct ws_backlog **out);
void ws_backlog_free(struct ws_backlog *b); /* resets who still waits; NULL */

/* Takes the head; waits for one if the listener blocks. WSAEWOULDBLOCK, and
 * the errors of accept. A request that its caller has withdrawn comes off the
 * queue and is reported: WSAECONNRESET. */
int ws_backlog_take(struct ws_sock *listener, struct ws_peer **out);

/* The same without waiting, for the engine: with the listener's lock held, the
 * descriptor being non-blocking. WSAEWOULDBLOCK when there is none; who was
 * withdrawn is passed over. */
int ws_backlog_try(struct ws_sock *listener, bool nonblocking,
                   struct ws_peer **out) WS_REQUIRES(listener->lock);

/* Back to its place in the queue, with the lock held. */
void ws_backlog_put_back(struct ws_sock *listener, struct ws_peer *peer)
    WS_REQUIRES(listener->lock);

/* Carries the verdict out: 0 the descriptor has been adopted, WSATRY_AGAIN
 * (or WSAEMFILE, WSAENOBUFS, which are not the peer's fault) back to the head,
 * else reset. Frees or keeps the peer; NULL is taken. */
void ws_backlog_settle(struct ws_sock *listener, struct ws_peer *peer,
                       int verdict);

/* Whether a request waits in front of the kernel's queue. */
bool ws_backlog_ready(struct ws_sock *listener);

#endif
