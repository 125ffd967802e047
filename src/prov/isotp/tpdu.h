/* SPDX-License-Identifier: MIT */
/* The octets of ISO transport over TCP: the packet header of RFC 1006 and the
 * TPDUs of ISO 8073 classes 0 and 2, both ways. Syntax only: what a TPDU means
 * where it arrives is machine.h, what two ends agree on is nego.h.
 * Invariant: nothing is allocated or kept; what was decoded points into the
 * octets that were given, and lives as long as they do. */
#ifndef WS_PROV_ISOTP_TPDU_H
#define WS_PROV_ISOTP_TPDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TPKT_HEAD = 4,
    TPKT_LEAST = 7,         /* a TPDU has three octets or more */
    TPDU_LI_MOST = 254,     /* header octets behind the length indicator */
    TPDU_DATA_CONNECT = 32, /* user data of CR, CC */
    TPDU_DATA_CONNECT_RDP = 248,
    TPDU_DATA_DISC = 64, /* of DR */
    TPDU_DATA_ED = 16,
    TPDU_SELECTOR = 32,    /* octets of a TSAP selector that an address holds */
    TPDU_SIZE_ANY = 65531, /* when the peer says nothing: a full packet */
    TPKT_CONTROL = TPKT_HEAD + 1 + TPDU_LI_MOST + TPDU_DATA_DISC,
};

enum ws_tpdu_code { /* the lower half octet is the credit */
                    TPDU_ED = 0x10,
                    TPDU_EA = 0x20,
                    TPDU_RJ = 0x50,
                    TPDU_AK = 0x60,
                    TPDU_ER = 0x70,
                    TPDU_DR = 0x80,
                    TPDU_DC = 0xc0,
                    TPDU_CC = 0xd0,
                    TPDU_CR = 0xe0,
                    TPDU_DT = 0xf0,
};

/* Where connect data stands: behind the header (ISO) or, opaque, in the place
 * of the parameters (RDP). */
enum ws_tpdu_profile { TPDU_STD, TPDU_RDP };

enum ws_tpdu_cause { /* of an ER */
                     CAUSE_UNSPECIFIED,
                     CAUSE_CODE,  /* parameter code */
                     CAUSE_TYPE,  /* TPDU type */
                     CAUSE_VALUE, /* parameter value */
};

enum ws_tpdu_reason { /* of a DR */
                      REASON_UNSPECIFIED = 0x00,
                      REASON_BUSY = 0x01, /* congestion at the TSAP: the backlog
                                             is full */
                      REASON_NO_ENTITY =
                          0x02, /* the TSAP is known, nobody listens */
                      REASON_NO_TSAP = 0x03, /* address unknown */
                      REASON_NORMAL = 0x80,  /* by the user */
                      REASON_CONGESTION = 0x81,
                      REASON_NEGOTIATION = 0x82,
                      REASON_DUPLICATE = 0x83,
                      REASON_MISMATCH = 0x84, /* of references */
                      REASON_PROTOCOL = 0x85,
                      REASON_REFERENCES = 0x87,
                      REASON_REFUSED = 0x88,
                      REASON_LENGTH = 0x8a,
};

#define TPDU_CLASS(option) ((option) >> 4)
#define TPDU_CLASS2 0x21        /* class 2 without explicit flow control */
#define TPDU_NO_FLOW 0x01       /* in the option octet */
#define TPDU_USE_EXPEDITED 1    /* in additional options */
#define TPDU_NONDISRUPTIVE 0x80 /* in clearing information */

/* Octets of somebody else. "at" NULL: absent; there and empty has an "at". */
struct ws_octets {
    const uint8_t *at;
    size_t len;
};

/* Which parameters there are. */
enum {
    HAS_SIZE = 1 << 0,
    HAS_PREFERRED = 1 << 1, /* preferred maximum TPDU size */
    HAS_OPTIONS = 1 << 2,   /* additional options */
    HAS_CLEARING = 1 << 3,
    HAS_THROUGHPUT = 1 << 4,
    HAS_AVERAGE = 1 << 5, /* throughput's second half; only with the first */
    HAS_DELAY = 1 << 6,
    HAS_PRIORITY = 1 << 7,
    HAS_ERRORS = 1 << 8,
    HAS_QOS =
        HAS_THROUGHPUT | HAS_AVERAGE | HAS_DELAY | HAS_PRIORITY | HAS_ERRORS,
};

/* Quality of service in the units of the wire. The index is the direction: 0
 * from the calling to the called end, 1 back. In a CC the target is what was
 * selected. */
struct ws_tpdu_qos {
    uint32_t peak[2], peak_least[2];       /* octets per second, 24 bits */
    uint32_t average[2], average_least[2]; /* likewise */
    uint16_t delay[2], delay_most[2];      /* milliseconds */
    uint16_t priority;                     /* 0 is the highest */
    uint8_t error_target, error_least;     /* powers of ten */
    uint8_t sdu;                           /* power of two */
};

struct ws_tpdu {
    uint8_t code;   /* enum ws_tpdu_code */
    uint8_t option; /* CR, CC: class and options */
    uint8_t reason; /* of a DR; cause of an ER */
    bool eot;       /* DT, ED */
    uint16_t dst, src;
    unsigned has; /* HAS_ */
    uint8_t size; /* code: 2 to the power of; 16 is 65531 */
    uint8_t options, clearing;
    uint16_t preferred; /* units of 128 octets; 511 for all from there on */
    struct ws_octets calling, called; /* TSAP selectors */
    struct ws_octets alternatives;    /* classes */
    struct ws_octets rejected;        /* ER */
    struct ws_tpdu_qos qos;
    struct ws_octets data; /* user data */
    size_t head;           /* octets of the TPDU before them */
};

/* What is wrong with a TPDU: the cause, and how many of its octets lead up to
 * the wrong one, that included. */
struct ws_tpdu_fault {
    uint8_t cause;
    size_t upto;
};

/* ---- decoding ---- */

/* The length of a packet from the octets of its header that are there: 0 as
 * long as more are needed, -1 if this is no packet. */
long ws_tpdu_packet(const uint8_t *octets, size_t have);

/* Decodes the TPDU at "octets"; "size" is where the packet ends. Of a CR or CC
 * all of it is there, of another its header (and the code in any case), or as
 * much as "size" allows.
 * "klass" (0 or 2) is that of the connection: DT and ED are unlike. A TPDU that
 * takes no user data ends with its header, "head". Returns whether it is well
 * formed: if not, "fault" is set and "out" is half filled, with the references
 * of a CR or CC if they were there. Limits of user data are not looked at. */
bool ws_tpdu_decode(const uint8_t *octets, size_t size, int klass,
                    enum ws_tpdu_profile profile, struct ws_tpdu *out,
                    struct ws_tpdu_fault *fault);

/* Octets in a size parameter's code, 0 if there is no such code. */
uint32_t ws_tpdu_size(uint8_t code);

/* ---- encoding: octets written, 0 if it does not fit ---- */

/* A whole packet with any TPDU but DT and ED. */
size_t ws_tpdu_encode(const struct ws_tpdu *t, enum ws_tpdu_profile profile,
                      uint8_t *out, size_t room);

/* Octets of a packet's head before the data of DT and ED: 7 or 9. */
#define TPDU_DT_HEAD(klass) ((klass) ? 9 : 7)

/* Packet header and header of a DT or an ED with "len" octets of data, which
 * the caller sends right behind it. "dst" is for class 2. */
size_t ws_tpdu_put_head(enum ws_tpdu_code code, int klass, uint16_t dst,
                        size_t len, bool eot, uint8_t *out, size_t room);

/* ER and DR in answer to octets. The rejected ones are cut to what fits. */
size_t ws_tpdu_put_er(uint16_t dst, const struct ws_tpdu_fault *fault,
                      const uint8_t *octets, uint8_t *out, size_t room);
size_t ws_tpdu_put_dr(uint16_t dst, uint16_t src, uint8_t reason, uint8_t *out,
                      size_t room);
size_t ws_tpdu_put_dc(uint16_t dst, uint16_t src, uint8_t *out, size_t room);

#endif
