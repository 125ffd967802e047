/* SPDX-License-Identifier: MIT */
/* The called end. A name is a TSAP selector at a TCP port; the names of a port
 * share one TCP listener. A caller is a TCP connection from the moment it comes
 * in until a socket takes it over or it has left; a request is what it asked
 * for, and waits in the backlog of the socket that listens under the name.
 *
 * All that comes in is read by whoever drives the engine, one thread at a time;
 * names and callers are guarded by one lock, which nests within a socket's. */
#ifndef WS_PROV_ISOTP_LISTEN_H
#define WS_PROV_ISOTP_LISTEN_H

#include "base/lock.h"
#include "kit/watch.h"
#include "os/os.h"
#include "prov/isotp/isoaddr.h"
#include "prov/isotp/machine.h"
#include "prov/isotp/timer.h"

#include <stdatomic.h>

struct ws_isocaller;
struct ws_isotp_place;

extern struct ws_lock ws_isohall;

/* ---- names: port.c ---- */

/* Takes a name: 'a' with the port that it is to have (0: any). An ANY address
 * is that of both families. The port is bound at once, in this process for as
 * many selectors as come. WSAEADDRINUSE: the selector is taken there, or the
 * port is somebody else's; WSAEACCES, WSAEADDRNOTAVAIL. */
int ws_isoplace_bind(const struct ws_isoaddr *a, struct ws_isotp_place **out);

/* As it was taken, with the port that it got. */
void ws_isoplace_get(struct ws_isotp_place *n, struct ws_isoaddr *out);

/* Nobody is called under it any more; with the last name goes the port, and
 * who has not said what he wants. NULL is taken. */
void ws_isoplace_drop(struct ws_isotp_place *n);

/* Who listens, as the engine finds him again. */
struct ws_isocallee {
    SOCKET handle;
    uint32_t generation;
    struct ws_nego_policy policy;
};

/* Connections are taken from now on, and requests are for 'callee'. All names
 * of a port have one profile, because it must be known to read a request:
 * WSAEINVAL. Called again, what is new counts. 'header': nanoseconds from TCP's
 * accept to the end of the request, WS_NEVER for ever. */
int ws_isoplace_listen(struct ws_isotp_place *n,
                       const struct ws_isocallee *callee, int64_t header);

/* Another time for those who come from now on; milliseconds, 0: for ever. */
void ws_isoplace_header(struct ws_isotp_place *n, uint32_t ms);

/* Whom an unheard caller means by 'selector': 0, or the reason why he cannot
 * speak to him. Who is not found exactly is for the name without a selector. */
struct ws_octets;
uint8_t ws_isoport_find(struct ws_isocaller *c,
                        const struct ws_octets *selector,
                        struct ws_isocallee *out);

/* ---- callers: caller.c ---- */

/* How many a port keeps that have not said what they want; then the oldest has
 * to go. */
enum { ISO_UNHEARD_MOST = 512 };

struct ws_isocrowd {
    struct ws_list list; /* the oldest first */
    unsigned count;
    bool closed; /* nobody joins it any more */
};

enum ws_isostage {
    ISO_UNHEARD, /* its request is not complete */
    ISO_PENDING, /* it is, and belongs to a request */
    ISO_OVER,
};

/* Its maker's reference is the one of its life, which ends when it is over. */
struct ws_isocaller {
    struct ws_watch watch;
    struct ws_isotimer timer;
    struct ws_list node;       /* of the crowd; the hall's lock, as ... */
    struct ws_isocrowd *crowd; /* NULL: pending, or over */
    enum ws_isostage stage;
    atomic_bool taken;   /* the descriptor is somebody else's */
    atomic_bool left;    /* it has gone, or ended its sending */
    struct ws_addr from; /* of TCP */
    struct ws_isomach machine;
    size_t have;
    uint8_t octets[TPKT_CONTROL]; /* of the request; no more is ever read */
};

/* A connection that has come in, of which 'crowd' is told: it is heard from
 * now on. Takes the descriptor over. */
void ws_isocaller_meet(struct ws_isocrowd *crowd, int fd,
                       const struct ws_addr *from, enum ws_tpdu_profile profile,
                       int64_t header);

/* Who has waited longest goes, if there are more than 'most': whether there
 * was somebody. */
bool ws_isocaller_evict(struct ws_isocrowd *unheard, unsigned most);

/* Its request waits: no more is read. False if it is over already. */
bool ws_isocaller_hold(struct ws_isocaller *c);

/* Over, with last words, and some time for the other end to go, too. */
void ws_isocaller_leave(struct ws_isocaller *c, const uint8_t *words,
                        size_t len);

/* Over, at once. The descriptor is closed if nobody has taken it. */
void ws_isocaller_drop(struct ws_isocaller *c);

/* Everybody goes, and nobody joins: the port closes. */
void ws_isocaller_dismiss(struct ws_isocrowd *crowd);

/* ---- requests: listen.c ---- */

/* A request has been read completely: queued, or refused. */
void ws_isorequest_come(struct ws_isocaller *c,
                        const struct ws_isomach_event *ev);

#endif
