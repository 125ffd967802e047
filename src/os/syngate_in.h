/* SPDX-License-Identifier: MIT */
/* What the two halves of the gate share: syngate.c, which hears, and
 * synadmit.c, which acts. Nobody else includes it. The caller's lock guards
 * all of it (syngate.h). */
#ifndef WS_OS_SYNGATE_IN_H
#define WS_OS_SYNGATE_IN_H

#include "os/syndiag.h"
#include "os/synraw.h"
#include "os/synsock.h"
#include "os/syntable.h"
#include "os/syntrap.h"

#include "base/list.h"

struct ws_syngate_tap {
    struct ws_list gates;
    struct ws_synraw raw;
    struct ws_syndiag diag;
    uint64_t seed;
    int64_t due; /* nobody's time is up before */
    bool turn;   /* the family that was read last */
    bool queued; /* one packet made two events, and 'queue' is the second */
    struct ws_synpkt queue;
};

/* One of the addresses of a wildcard: who has the SYNs that go there. */
struct ws_synhome {
    uint8_t ip[16];
    uint32_t scope;
    bool elsewhere;
    int64_t until; /* so long that is believed */
};

enum { WS_SYNHOMES = 8 };

struct ws_syngate {
    struct ws_list node;
    struct ws_syngate_tap *tap;
    void *owner;
    int fd, trap, family;
    struct ws_synpkt_end name, own; /* the listener; who filled the trap */
    uint32_t scope;
    bool any, hears4, hears6;
    bool eaten;          /* what we inject does not arrive */
    uint32_t let;        /* how many the selector names */
    int64_t sweep_until; /* so long may connections come that nobody wants */
    uint32_t cursor;     /* of the search for those whose time is up */
    int64_t lowest;      /* the earliest time of those it has passed */
    struct ws_syntable table;
    struct ws_synhome homes[WS_SYNHOMES]; /* by their last octet */
};

/* Puts the program in force that names all who are to be let in. */
int ws_syngate_select(struct ws_syngate *g);

/* Whether the kernel gives the SYN 'p' to a listener with a closer name than
 * the gate's. */
bool ws_syngate_elsewhere(struct ws_syngate *g, const struct ws_synpkt *p);

/* ---- synadmit.c ---- */

void ws_syngate_await(struct ws_syngate *g, struct ws_synreq *r, int64_t until);

/* The SYN of a request came again that had been admitted. */
void ws_syngate_asked_again(struct ws_syngate *g, struct ws_synreq *r);

/* Ends a request without an answer; a connection of its is reset. */
void ws_syngate_drop(struct ws_syngate *g, struct ws_synreq *r);

/* Ends all of them, with RST. */
void ws_syngate_abandon(struct ws_syngate *g);

#endif
