/* SPDX-License-Identifier: MIT */
/* The socket object of the providers in the tree: what it is, the states of
 * its life, its references and its end. A socket is its kernel descriptor, and
 * the kernel's O_NONBLOCK equals the Winsock mode, so that a descriptor may be
 * handed to code that knows nothing of us; but for a listener that AcceptEx
 * uses, on which the engine must not block.
 *
 * Who holds a reference: the handle table; each call that is inside, until it
 * returns; each operation that pends. There is no other. */
#ifndef WS_KIT_SOCK_H
#define WS_KIT_SOCK_H

#include "base/list.h"
#include "base/lock.h"
#include "kit/lanes.h"
#include "kit/netev.h"
#include "os/os.h"
#include "w32/object.h"

#include <stdatomic.h>
#include <ws2/winsock2.h>
#include <ws2/ws2spi.h>

/* Life. Everything else about a socket (bound, shut down, options) is an
 * attribute. A datagram socket is idle or connected; one that is idle may be
 * bound or not, like a stream. */
enum ws_sock_state {
    SOCK_IDLE,
    SOCK_CONNECTING,
    SOCK_CONNECTED,
    SOCK_FAILED, /* the last attempt to connect; a new one may be made */
    SOCK_LISTENING,
};

/* A protocol as the catalog describes it, kept once for all sockets of it. */
struct ws_proto {
    struct ws_list node;
    WSAPROTOCOL_INFOW info;
    WSPUPCALLTABLE upcalls; /* the newest table wins (SPI-7) */
};

struct ws_backlog;
struct ws_circuit;
struct ws_home;
struct ws_qos;
struct ws_transport;

/* A socket that AcceptEx or ConnectEx connected is not told its own names until
 * the program has set SO_UPDATE_ACCEPT_CONTEXT or SO_UPDATE_CONNECT_CONTEXT
 * (AEX-7, CEX-3). */
enum ws_sock_context {
    CONTEXT_WHOLE,
    CONTEXT_AWAITED, /* the socket of a pending AcceptEx */
    CONTEXT_ACCEPTED,
    CONTEXT_CONNECTED,
};

#define SOCK_SHUT_RECV 1
#define SOCK_SHUT_SEND 2

struct ws_sock {
    struct ws_object object;
    struct ws_lock lock;
    int fd;              /* -1 once it is a stranger's; see "orphaned" */
    uint32_t generation; /* tells a descriptor's users apart in cookies */
    const struct ws_transport *transport; /* NULL: the kernel's own; fixed */

    /* Read without the lock on the way of the data, changed under it. */
    atomic_uchar state; /* enum ws_sock_state */
    atomic_bool nonblocking;
    atomic_uchar shut;
    atomic_uchar context; /* enum ws_sock_context */
    atomic_bool closing;
    atomic_bool bound;
    atomic_bool oobinline;
    atomic_bool deaf;    /* to port-unreachable messages: SIO_UDP_CONNRESET */
    atomic_bool watched; /* by the engine, for the rest of its life */

    uint8_t family, type; /* Winsock's; fixed */
    bool overlapped;      /* fixed */
    bool brink; /* the engine told of the peer's end or of urgent data: behind a
                   receive that got less than it asked for, more may be there */
    atomic_int broken; /* how the connection was lost; told again and again */
    struct ws_lanes lanes;
    struct ws_netev netev;
    /* What comes before this, up to netev's first member, is what a message
     * needs: 160 bytes. */

    const struct ws_proto *proto;
    int protocol;   /* fixed */
    bool unblocked; /* a listener that AcceptEx uses: O_NONBLOCK in any mode */
    bool waiting;   /* a thread blocks in connect and owns the attempt */
    atomic_uint sleepers; /* threads in ws_carry_wait */
    unsigned awaited; /* threads that sleep until the descriptor is readable: a
                         transport reads no more of it than it gives away */
    struct ws_thread *borrower; /* who sleeps in a receive; kit/carry.c */
    atomic_bool recalled;       /* several do: there is none any more */
    bool reuse, exclusive, conditional, linger_timed, debug, v6only;
    bool no_send_buffer, no_recv_buffer; /* set to 0, which Linux has not */
    DWORD recv_timeout, send_timeout;    /* as they were set; ms */
    uint32_t since; /* when the connection was made, in seconds */
    int so_error;   /* what SO_ERROR reads (CON-8) */

    struct ws_circuit *circuit; /* the transport's part */
    struct ws_qos *qos;         /* once asked for */
    struct ws_backlog *backlog; /* once listening */
    struct ws_home *home;       /* once bound by name */
    struct ws_sock *acceptor;   /* with CONTEXT_AWAITED: a reference */
    uint32_t accepted_by;       /* with CONTEXT_ACCEPTED: its generation */
    int peer_len;
    unsigned char peer[28]; /* known even after the connection has gone */
};

static inline enum ws_sock_state
ws_sock_state(struct ws_sock *s)
{
    return (enum ws_sock_state)atomic_load_explicit(&s->state,
                                                    memory_order_acquire);
}

/* Connection-oriented: it carries a stream of octets, or of messages. */
static inline bool
ws_sock_is_circuit(const struct ws_sock *s)
{
    return s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET;
}

/* What the descriptor is to the kernel: beneath a transport there is TCP. */
static inline int
ws_sock_kernel_family(const struct ws_sock *s)
{
    return s->transport ? AF_INET : s->family;
}

static inline int
ws_sock_kernel_type(const struct ws_sock *s)
{
    return s->transport ? SOCK_STREAM : s->type;
}

/* Keeps 'info' and the newest up-call table; the result lives as long as the
 * process. NULL when there is no memory. */
const struct ws_proto *ws_proto_keep(const WSAPROTOCOL_INFOW *info,
                                     const WSPUPCALLTABLE *upcalls);

/* What a new socket starts with. */
struct ws_sock_traits {
    int family, type, protocol;
    bool overlapped, nonblocking;
};

/* Makes the socket for 'fd' and takes the descriptor over: on failure it is
 * still the caller's. It has no handle yet; the caller may go on setting it up
 * and then calls ws_sock_publish. */
int ws_sock_new(int fd, const struct ws_proto *proto,
                const struct ws_sock_traits *traits, struct ws_sock **out);

/* Gives the socket its handle, in our table and, by up-call, in the API's.
 * Takes the caller's reference over, also on failure; the descriptor is the
 * caller's again then. */
int ws_sock_publish(struct ws_sock *s, SOCKET *out);

/* Finds and takes a reference: WSAENOTSOCK. */
int ws_sock_ref(SOCKET handle, struct ws_sock **out);
void ws_sock_unref(struct ws_sock *s); /* NULL is taken */

/* closesocket, with CLS-6. */
int ws_sock_close(SOCKET handle);
void ws_sock_close_all(void);

/* The one door through which the state changes; checks the move. */
void ws_sock_move(struct ws_sock *s, enum ws_sock_state to)
    WS_REQUIRES(s->lock);

/* Finds out whether a pending attempt to connect has ended and, if so, moves
 * on and tells the network events. Returns the state. */
enum ws_sock_state ws_sock_settle(struct ws_sock *s);

/* The same; '*want' is then set to the readiness that a pending attempt of
 * ours waits for. */
enum ws_sock_state ws_sock_settle_wanting(struct ws_sock *s, unsigned *want);

/* One look at a pending attempt, whoever owns it: WSAEWOULDBLOCK while it
 * lasts, else how it ended. */
int ws_sock_attempt(struct ws_sock *s, unsigned *want) WS_REQUIRES(s->lock);

/* The same under the lock, for an outcome that is known: 0 or the error. */
void ws_sock_attempt_ended(struct ws_sock *s, int err) WS_REQUIRES(s->lock);

/* The connection stands since now; for SO_CONNECT_TIME. */
void ws_sock_stamp(struct ws_sock *s);

void ws_sock_set_peer(struct ws_sock *s, const struct ws_addr *peer);

/* The descriptor is 'fd' from now on, under its old number: a connection that
 * was accepted for it, or a fresh socket. */
int ws_sock_replace(struct ws_sock *s, int fd) WS_REQUIRES(s->lock);

/* Has the engine watch the descriptor. */
int ws_sock_watch(struct ws_sock *s) WS_REQUIRES(s->lock);

/* FIONBIO's and the registrations' way to change the mode. */
int ws_sock_set_mode(struct ws_sock *s, bool nonblocking) WS_REQUIRES(s->lock);

#endif
