/* SPDX-License-Identifier: MIT */
/* What the kernel says of TCP sockets when it is asked about a packet: whether
 * there is a connection already, and which listener would get a SYN. Any user
 * may ask. Invariant: no answer is no answer, and changes nothing. */
#ifndef WS_OS_SYNDIAG_H
#define WS_OS_SYNDIAG_H

#include "os/synpkt.h"

struct ws_syndiag {
    int fd; /* -1: nobody to ask */
    uint32_t count;
};

void ws_syndiag_init(struct ws_syndiag *d);

/* Asks about the network name space of the socket 'fd' from now on. */
void ws_syndiag_need(struct ws_syndiag *d, int fd);
void ws_syndiag_close(struct ws_syndiag *d);

enum ws_syndiag_trace {
    WS_SYNDIAG_UNTOLD,  /* the kernel does not answer such questions */
    WS_SYNDIAG_NOTHING, /* it knows of no such connection */
    WS_SYNDIAG_BEGUN,   /* it is shaking hands, or is through with it */
};
enum ws_syndiag_trace ws_syndiag_look(struct ws_syndiag *d,
                                      const struct ws_synpkt *p);

/* Whether a SYN to where 'p' goes is for a listener of another name than
 * 'name', which has the Winsock family 'family'; false if nobody says so. */
bool ws_syndiag_elsewhere(struct ws_syndiag *d, const struct ws_synpkt *p,
                          int family, const struct ws_synpkt_end *name);

#endif
