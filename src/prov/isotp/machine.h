/* SPDX-License-Identifier: MIT */
/* The receiver of one transport connection: octets in, an event out, and with
 * it the exact octets to answer. It says who may send which TPDU when, and
 * nothing of sockets, timers or buffers.
 *
 * The caller shows the octets at the front of the stream, as many as it has.
 * The machine works on a prefix: the payload of a DT need not be there, ever.
 * No event needs more than TPKT_CONTROL octets in a buffer.
 * Invariant: an event depends on the stream and never on how it was cut. */
#ifndef WS_PROV_ISOTP_MACHINE_H
#define WS_PROV_ISOTP_MACHINE_H

#include "prov/isotp/nego.h"

enum ws_isomach_state {
    ISOMACH_WAIT_CR, /* called end */
    ISOMACH_PENDING, /* it has a CR; nothing is read until it is answered */
    ISOMACH_SENT,    /* calling end, awaiting the CC */
    ISOMACH_OPEN,
    ISOMACH_CLOSING, /* we sent a DR: a DC or DR ends it, data still arrive */
    ISOMACH_ENDED,
};

struct ws_isomach {
    enum ws_isomach_state state;
    enum ws_tpdu_profile profile;
    uint16_t ours, theirs; /* references */
    int klass;             /* 0 or 2, once open */
    bool expedited;        /* negotiated */
    size_t rest;           /* octets of the packet behind the last TPDU */
    struct ws_nego_policy policy;      /* called end */
    const struct ws_nego_offer *offer; /* calling end; the caller's */
};

enum ws_isomach_what {
    ISOMACH_NEED,      /* show "need" octets or more; nothing has changed */
    ISOMACH_CR,        /* "tpdu", "terms" proposed; the state is PENDING */
    ISOMACH_CC,        /* "tpdu", "terms" agreed; the state is OPEN */
    ISOMACH_DATA,      /* "payload" octets of a TSDU follow, "eot" */
    ISOMACH_EXPEDITED, /* "data" */
    ISOMACH_IGNORE,    /* "payload" octets are to be passed over */
    ISOMACH_DISC,      /* the peer's DR or ER: "reason", "data", "error" */
    ISOMACH_RELEASED,  /* the DC to our DR */
    ISOMACH_FAULT,     /* the stream is of no use any more: "error" */
};

/* Which fields mean something stands at the kind of event; "used", "reply" and
 * "close" always do, but for NEED. */
struct ws_isomach_event {
    enum ws_isomach_what what;
    size_t need;    /* counted from the front of what was shown */
    size_t used;    /* octets that the event takes off the front */
    size_t payload; /* octets of the stream behind those, and not shown */
    bool eot;
    bool graceful; /* DISC: the end of all data, not of the connection's luck */
    bool by_error; /* DISC: by an ER; "reason" is its cause */
    uint8_t reason; /* DISC */
    int error;      /* DISC, FAULT: what the application sees, see below */
    bool close;     /* after the reply: FIN, drain, close. State is ENDED */
    struct ws_octets data; /* CR, CC: as tpdu.data; of DISC and EXPEDITED */
    struct ws_tpdu tpdu;
    struct ws_nego_terms terms;
    size_t reply_len; /* 0: say nothing */
    uint8_t reply[TPKT_CONTROL];
};

/* The called end; "ours" is the reference a CC will have. */
void ws_isomach_listen(struct ws_isomach *m, const struct ws_nego_policy *p,
                       uint16_t ours);

/* The calling end, whose CR (ws_nego_cr) has been sent. "offer" stays until the
 * CC or the end. */
void ws_isomach_call(struct ws_isomach *m, const struct ws_nego_offer *offer);

/* PENDING to OPEN: the CC (ws_nego_cc) is on its way. */
void ws_isomach_open(struct ws_isomach *m, const struct ws_tpdu *cr,
                     const struct ws_nego_terms *terms);

/* Looks at the stream's front. Views in "ev" point into "octets". Not for
 * PENDING; after the end it is FAULT. DATA and IGNORE leave their payload to
 * the caller, who comes back with what follows it. */
void ws_isomach_feed(struct ws_isomach *m, const uint8_t *octets, size_t have,
                     struct ws_isomach_event *ev);

/* OPEN to CLOSING: writes the DR with up to 64 octets of data; class 2 says
 * whether data in flight are to arrive first. In class 0 the peer answers with
 * FIN only. After the peer's DR it may replace the DC, as if both had crossed:
 * the state stays ENDED. WSAEMSGSIZE. */
int ws_isomach_release(struct ws_isomach *m, uint8_t reason, bool graceful,
                       struct ws_octets data, uint8_t *out, size_t room,
                       size_t *len);

/* What the end of the stream means, "held" octets being shown and not used or
 * still missing from a payload: WSAEDISCON for a graceful end (in CLOSING: the
 * expected one), WSAECONNRESET within a packet or before the CR was complete,
 * WSAECONNREFUSED while a CC is awaited. */
int ws_isomach_end(const struct ws_isomach *m, size_t held);

/* The Winsock error of a DR's reason, or of any ER ("by_error"): for connect
 * ("calling"; "demanding" if quality of service had been asked for), or on an
 * open connection, where WSAEDISCON is the graceful end. A FAULT is
 * WSAECONNREFUSED to connect and WSAECONNABORTED otherwise. */
int ws_isomach_error(uint8_t reason, bool by_error, bool calling,
                     bool demanding);

#endif
