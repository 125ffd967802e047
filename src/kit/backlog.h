/* SPDX-License-Identifier: MIT */
/* The queue of connection requests of one listener. Behind it stands a source
 * of peers, in front of it those that a condition function deferred, in order
 * of arrival. A request is taken from the head, judged with no lock held, and
 * settled: adopted, refused, or put back where it was.
 *
 * The source is the kernel's accept queue, or a transport that holds requests
 * itself and brings each one here ("held"); then nothing is asked of the
 * descriptor, and a bell is set while requests wait.
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

struct ws_event;
struct ws_gate;
struct ws_peer;
struct ws_qos;
struct ws_sock;

/* What a condition function is shown beyond the addresses, and answers. The
 * memory is the transport's and lasts as long as the peer. */
struct ws_interview {
    WSABUF caller; /* buf NULL: the protocol carries none */
    WSABUF callee; /* in: the room for a reply; out: the reply */
};

/* What a transport does with a request that it holds. NULL for the kernel's. */
struct ws_peer_ops {
    /* 0, or why the caller is there no more: WSAECONNRESET, WSAEACCES (timed
     * out). Any lock may be held. */
    int (*gone)(struct ws_peer *p);

    /* Before the condition function is asked, and when it has answered:
     * 'verdict' as ws_accept's. What is answered is kept for admit and refuse;
     * WSAEINVAL, WSAEFAULT for what cannot be. No lock. */
    void (*brief)(struct ws_peer *p, struct ws_interview *i);
    int (*note)(struct ws_peer *p, int verdict, const struct ws_interview *i);

    /* CF_ACCEPT, and plain accept: after it p->fd is the connection's. It does
     * not block: WSAEWOULDBLOCK until the handshake is over, to be asked again
     * when the listener's descriptor is readable. Any other error: the request
     * is over. The listener's lock is held. */
    int (*admit)(struct ws_sock *listener, struct ws_peer *p);

    /* 'conn' has been made for p->fd, or is given it, and takes the
     * transport's part over. The descriptor is still the peer's to close if
     * its end says that it was not adopted after all. No lock. */
    void (*adopt)(struct ws_peer *p, struct ws_sock *conn);

    /* The end of the peer, and of what it holds: adopted (verdict 0), or turned
     * away on the wire. Takes the memory. The listener's lock may be held. */
    void (*end)(struct ws_peer *p, int verdict);
};

struct ws_peer {
    struct ws_list node;
    const struct ws_peer_ops *ops;
    uint64_t order;     /* of arrival at the head */
    int fd;             /* -1: none yet, or somebody else owns it */
    bool deferred;      /* has been judged before */
    struct ws_qos *qos; /* what the caller offers, then what was agreed */
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
    struct ws_list arrived;  /* held peers that nobody has looked at yet */
    struct ws_event *bell;   /* held: set while 'arrived' is not empty */
    struct ws_gate *gate;    /* of a conditional listener; fixed */
    unsigned count, limit;   /* of 'arrived' and 'deferred' together; held */
    uint64_t next_order;
    bool silent; /* the head is deferred: no FD_ACCEPT (PQ-3) */
};

int ws_backlog_new(struct ws_backlog **out);
void ws_backlog_free(struct ws_backlog *b); /* resets who still waits; NULL */

/* From now on requests come by ws_backlog_arrive alone, at most 'limit' wait;
 * a later call changes the limit. */
int ws_backlog_hold(struct ws_backlog *b, unsigned limit);
void ws_backlog_release(struct ws_backlog *b); /* undoes it, before listening */

/* A request has come: queued and told. WSAENOBUFS: there is no room, and the
 * peer is the caller's; WSAENOTSOCK: the listener closes. No lock. */
int ws_backlog_arrive(struct ws_sock *listener, struct ws_peer *peer);

/* The listener closes: its gate is shut, and whoever waits shall look. */
void ws_backlog_close(struct ws_sock *listener);

/* Whether requests are held by a transport, and a descriptor that is readable
 * while there are. */
static inline bool
ws_backlog_held(const struct ws_sock *listener)
{
    return listener->backlog && listener->backlog->bell;
}
int ws_backlog_fd(struct ws_sock *listener, int *fd);

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

/* For a peer that was taken and is in no queue: it ends. */
void ws_backlog_lost(struct ws_peer *peer, int err);

/* 0, or why its caller is there no more. */
int ws_backlog_gone(struct ws_peer *peer);

/* One step of ws_peer_ops.admit, and all of them: the kernel's are connected
 * already. The second waits as long as a handshake takes. */
int ws_backlog_admit(struct ws_sock *listener, struct ws_peer *peer)
    WS_REQUIRES(listener->lock);
int ws_backlog_admit_waiting(struct ws_sock *listener, struct ws_peer *peer);

/* Whether a request is there for sure, without asking the kernel. */
bool ws_backlog_ready(struct ws_sock *listener);

#endif
