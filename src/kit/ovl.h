/* SPDX-License-Identifier: MIT */
/* Overlapped operations: begun by a call, ended exactly once, told by the one
 * route that was chosen when they began.
 *
 * An operation waits in a lane of its socket, in the order of posting; only
 * the head of a lane is tried. Whoever takes it out of the lane, under the
 * socket's lock, ends it: readiness, cancelling or closing. Nobody else can,
 * so nothing is ended twice.
 *
 * Who holds what: an operation that pends holds a reference on its socket, port
 * and thread. One that ends in the call which starts it needs none, because
 * the call has them; so every caller of a function here holds a reference on
 * the socket himself. The socket is let go before anybody is told, so that an
 * undelivered packet keeps no descriptor open. */
#ifndef WS_KIT_OVL_H
#define WS_KIT_OVL_H

#include "base/list.h"
#include "kit/sock.h"
#include "kit/vec.h"
#include "w32/apc.h"
#include "w32/port.h"

struct ws_ovl;

struct ws_ovl_ops {
    /* One try, under the socket's lock, without blocking. 0 or an error: it is
     * over. WSAEWOULDBLOCK: it is not; what was moved is kept in 'op'. */
    int (*attempt)(struct ws_ovl *op);
    /* It is over and nobody has been told; no lock. May change op->err. False:
     * it has been moved on (ws_ovl_move_on) and is not over after all. May be
     * NULL. */
    bool (*ended)(struct ws_ovl *op);
    /* Gives back what the kind owns, before the operation is freed; no lock.
     * May be NULL. */
    void (*clean)(struct ws_ovl *op);
};

struct ws_ovl {
    struct ws_list node;
    const struct ws_ovl_ops *ops;
    struct ws_sock *sock; /* until it has ended */
    uint32_t owner; /* the socket's generation, also when that is let go */
    unsigned size;  /* of it all */
    int err;
    DWORD moved, flags; /* what the result reports */
    uint8_t lane;       /* enum ws_lane */
    bool pended;        /* it holds references, and is told in any case */
    bool eager;         /* tried even when there is nothing to receive */
    bool always_pends;  /* never ends in the call that starts it */

    /* The route. */
    LPWSAOVERLAPPED user;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    struct ws_event *event;   /* a reference or NULL, from the start */
    struct ws_port *port;     /* or NULL */
    struct ws_thread *issuer; /* for CancelIo and routines */
    union {                   /* an operation with a routine has no port */
        struct ws_packet packet;
        struct ws_apc apc;
    };
};

/* How a call wants to be told. */
struct ws_ovl_route {
    LPWSAOVERLAPPED user; /* never NULL */
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
};

/* Makes an operation of 'size' bytes, which begin with a struct ws_ovl; the
 * rest is zeroed. WSAEINVAL for a routine on a socket with a port (OVL-4),
 * WSAENOBUFS. The caller fills in the rest and starts it. */
int ws_ovl_new(struct ws_sock *s, size_t size, const struct ws_ovl_ops *ops,
               enum ws_lane lane, const struct ws_ovl_route *route,
               struct ws_ovl **out);

/* The same, and the rest is as it is: not even 'clean' may be called before the
 * caller has filled it in. */
int ws_ovl_new_raw(struct ws_sock *s, size_t size, const struct ws_ovl_ops *ops,
                   enum ws_lane lane, const struct ws_ovl_route *route,
                   struct ws_ovl **out);

/* For an operation that was not started after all. */
void ws_ovl_free(struct ws_ovl *op);

/* Tries at once, if it is the only one in its lane, else lists it. Takes 'op'
 * over. 0: it has ended well, and will be or has been told; '*moved' and
 * '*flags' are what it moved (each may be NULL). WSA_IO_PENDING: it goes on.
 * Anything else: it never began. */
int ws_ovl_start(struct ws_ovl *op, DWORD *moved, DWORD *flags);

/* From ended(): it goes on as another kind of operation, on 's' (to which it
 * takes a reference). */
void ws_ovl_move_on(struct ws_ovl *op, struct ws_sock *s,
                    const struct ws_ovl_ops *ops, enum ws_lane lane);

/* From ended(), which then gives false: it is over and nobody is to know. */
void ws_ovl_drop(struct ws_ovl *op);

/* The engine's word about the descriptor. True if operations used it: what the
 * network events have to know must then be looked up anew. */
bool ws_ovl_ready(struct ws_sock *s, unsigned ready);

/* Ends those that match with WSA_OPERATION_ABORTED; ERROR_NOT_FOUND if there
 * were none. */
int ws_ovl_cancel_if(struct ws_sock *s,
                     bool (*match)(const struct ws_ovl *op, const void *arg),
                     const void *arg);

/* All, those of one user record, those of one thread. */
int ws_ovl_cancel(struct ws_sock *s, LPOVERLAPPED which,
                  struct ws_thread *issuer);

/* The socket closes. */
void ws_ovl_cancel_all(struct ws_sock *s);

/* CreateIoCompletionPort and SetFileCompletionNotificationModes. */
int ws_ovl_attach(struct ws_sock *s, struct ws_port *port, ULONG_PTR key);
int ws_ovl_modes(struct ws_sock *s, UCHAR modes);

/* WSPGetOverlappedResult: WSA_IO_INCOMPLETE while it goes on and 'wait' is not
 * wanted; else how it ended. */
int ws_ovl_result(struct ws_sock *s, LPWSAOVERLAPPED ov, bool wait,
                  DWORD *moved, DWORD *flags);

#endif
