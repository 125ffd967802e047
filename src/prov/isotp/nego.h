/* SPDX-License-Identifier: MIT */
/* What two ends agree on: class, TPDU size, expedited data, quality of service
 * and its translation to FLOWSPECs. Pure functions over decoded TPDUs; the
 * octets are tpdu.h's business, the moment is machine.h's.
 * Invariant: an answer never raises what was proposed. */
#ifndef WS_PROV_ISOTP_NEGO_H
#define WS_PROV_ISOTP_NEGO_H

#include "prov/isotp/tpdu.h"

#include <ws2/winsock2.h>

enum {
    NEGO_CR_MOST = 128,        /* octets of a CR, data included (13.3) */
    NEGO_RATE_MOST = 0xffffff, /* octets per second; means "at least" */
    NEGO_DELAY_MOST = 0xffff,  /* milliseconds; means "any" */
    NEGO_PRIORITIES = 5,
};

enum ws_nego_classes { NEGO_CLASS0, NEGO_CLASS2, NEGO_CLASS2_OR_0 };

/* What the calling end proposes. The octets belong to the caller, and stay
 * until the CC has been judged. */
struct ws_nego_offer {
    enum ws_nego_classes classes;
    enum ws_tpdu_profile profile;
    uint16_t ours;  /* reference, not 0 */
    bool expedited; /* SO_EXPEDITED was set */
    uint8_t size;   /* code 7 to 13 (16: 65531), 0: say nothing */
    unsigned has;   /* HAS_QOS bits that "qos" has; class 2 only */
    struct ws_tpdu_qos qos;
    struct ws_octets calling, called, data;
};

/* What holds on a connection. */
struct ws_nego_terms {
    int klass; /* 0 or 2 */
    bool expedited;
    uint32_t size;          /* of a TPDU that we may send */
    uint32_t segment;       /* user data in a DT that we may send */
    unsigned has;           /* HAS_QOS bits of "qos" */
    struct ws_tpdu_qos qos; /* proposed, until the answer; then agreed */
};

/* What the called end allows. */
struct ws_nego_policy {
    enum ws_tpdu_profile profile;
    bool class2;    /* class 2 may be selected */
    bool expedited; /* SO_EXPEDITED was set on the listener */
    uint32_t size;  /* octets of a TPDU at most, 0: as proposed */
};

/* ---- the calling end ---- */

/* The CR for an offer, as a packet. Over the budget of 128 octets average
 * throughput goes first, then the residual error rate; then WSAEMSGSIZE, also
 * for data or selectors beyond their own limits (32 octets; rdp: 248). The
 * profile rdp sends neither parameters nor quality of service. */
int ws_nego_cr(const struct ws_nego_offer *offer, uint8_t *out, size_t room,
               size_t *len);

/* Judges a CC by the offer that it answers; 0 and the terms, or a DR reason
 * (REASON_), the connection being unusable. REASON_NEGOTIATION alone is for a
 * class 0 that was not offered: then nothing is sent, the peer is in class 0.
 */
int ws_nego_confirm(const struct ws_nego_offer *offer, const struct ws_tpdu *cc,
                    struct ws_nego_terms *out);

/* ---- the called end ---- */

/* Judges a CR by the table of ISO 8073. 0 and the terms that we would answer
 * with; or a DR reason; or -1 with "fault" set, to be answered by an ER. The
 * rate is not looked at (ws_nego_feasible). */
int ws_nego_judge(const struct ws_tpdu *cr, const uint8_t *octets,
                  const struct ws_nego_policy *policy,
                  struct ws_nego_terms *out, struct ws_tpdu_fault *fault);

/* The CC for a CR on these terms (terms->qos: what was selected), as a packet.
 * Selectors are echoed, the size parameter is answered in kind, when and only
 * when the CR had them. WSAEMSGSIZE for more data than the profile takes. */
int ws_nego_cc(const struct ws_tpdu *cr, const struct ws_nego_terms *terms,
               enum ws_tpdu_profile profile, uint16_t ours,
               struct ws_octets data, uint8_t *out, size_t room, size_t *len);

/* The DR that refuses a CR, as a packet; its source reference is 0 and nothing
 * answers it. WSAEMSGSIZE over 64 octets of data. */
int ws_nego_refusal(const struct ws_tpdu *cr, uint8_t reason,
                    struct ws_octets data, uint8_t *out, size_t room,
                    size_t *len);

/* The reason that a refusal by the application has: REASON_NORMAL, in class 0
 * REASON_UNSPECIFIED. */
uint8_t ws_nego_user_reason(const struct ws_tpdu *cr);

/* ---- quality of service ---- */

/* From the calling end's view: "sending" goes from calling to called. Which
 * parameters come of it, none for a QOS without demands, is returned (HAS_). */
unsigned ws_nego_from_spec(const FLOWSPEC *sending, const FLOWSPEC *receiving,
                           struct ws_tpdu_qos *out);

/* Back, from the view of the calling or the called end, whose sending is the
 * other's receiving. What the wire does not say is QOS_NOT_SPECIFIED; without
 * parameters both are SERVICETYPE_BESTEFFORT. */
void ws_nego_to_spec(unsigned has, const struct ws_tpdu_qos *qos, bool called,
                     FLOWSPEC *sending, FLOWSPEC *receiving);

/* What the called end selects: its wish (from its own view) held to within the
 * proposal in terms->qos, which is replaced. */
void ws_nego_select(struct ws_nego_terms *terms, const FLOWSPEC *sending,
                    const FLOWSPEC *receiving);

/* The TPDU size code to propose so that a message of the larger MaxSduSize is
 * one DT; 0 if they do not say or none is large enough. */
uint8_t ws_nego_size_for(const FLOWSPEC *sending, const FLOWSPEC *receiving);

/* Whether no minimum of the proposal exceeds "rate" octets per second. */
bool ws_nego_feasible(const struct ws_nego_terms *terms, uint32_t rate);

/* The rate that the calling or called end has agreed to send at: average, else
 * peak throughput; 0 for no limit, or no traffic. */
uint32_t ws_nego_rate(const struct ws_nego_terms *terms, bool called);

#endif
