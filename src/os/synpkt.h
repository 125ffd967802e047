/* SPDX-License-Identifier: MIT */
/* The first packet of a TCP connection as octets and as a struct, and the two
 * answers that a gate has for it. Raw packets are hostile: what is not a plain
 * SYN or RST that the kernel, too, would take is refused. Pure: no sockets, no
 * memory, no state. Invariant: no octet outside the sizes given is read, and
 * what is built is whole, with its checksums. */
#ifndef WS_OS_SYNPKT_H
#define WS_OS_SYNPKT_H

#include "os/os.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ws_synpkt_flag {
    WS_SYNPKT_FIN = 0x01,
    WS_SYNPKT_SYN = 0x02,
    WS_SYNPKT_RST = 0x04,
    WS_SYNPKT_ACK = 0x10,
    WS_SYNPKT_KIND = 0x17, /* what tells a SYN and a RST from all others */
};

/* The longest that is built (IPv6), and as much as the taps let through of what
 * comes: every header, no data. */
enum {
    WS_SYNPKT_BUILT = 40 + 60,
    WS_SYNPKT_HEARD = 60 + 60,
};

/* An end of a connection; IPv4 addresses are mapped. */
struct ws_synpkt_end {
    uint8_t ip[16];
    uint16_t port; /* in host order */
};

struct ws_synpkt {
    struct ws_synpkt_end remote, local;
    uint32_t scope; /* the interface, if one of the ends is link-local */
    uint32_t isn;   /* the sequence number */
    uint32_t mark;  /* where ws_synpkt_syn puts its own */
    uint16_t window;
    bool v6;
    uint8_t flags, reserved; /* octet 13, and the low half of octet 12 */
    uint8_t tos;             /* of IPv4 */
    uint8_t options_len;
    uint8_t options[40]; /* of a SYN */
};

/* From an IPv4 packet. The rest of it may be cut off behind the headers. */
bool ws_synpkt_parse4(const uint8_t *packet, size_t size,
                      struct ws_synpkt *out);

/* From a TCP segment that came over IPv6: between 'remote' and 'local', on the
 * interface 'scope', with the flow label 'flow' (0 if it is not known). */
bool ws_synpkt_parse6(const uint8_t *segment, size_t size,
                      const uint8_t remote[16], const uint8_t local[16],
                      uint32_t scope, uint32_t flow, struct ws_synpkt *out);

/* The SYN 'p' once more, marked: half of 'mark', which must not be 0, in the
 * identification or the flow label, the other half in the urgent pointer, which
 * means nothing without URG. What cannot be said twice is left out: IP options,
 * data, and the option that announces data (fast open). Gives the size. */
size_t ws_synpkt_syn(const struct ws_synpkt *p, uint32_t mark,
                     uint8_t out[WS_SYNPKT_BUILT]);

/* The RST that refuses the SYN 'p'. */
size_t ws_synpkt_refusal(const struct ws_synpkt *p,
                         uint8_t out[WS_SYNPKT_BUILT]);

/* ---- names ---- */

bool ws_synpkt_mapped(const uint8_t ip[16]);
bool ws_synpkt_link_local(const uint8_t ip[16]);

/* In Winsock's form, for a socket of the Winsock family 'family'. */
void ws_synpkt_name(const struct ws_synpkt_end *end, uint32_t scope, int family,
                    struct ws_addr *out);

/* From Winsock's form: AF_INET or AF_INET6, whole. '*scope' is 0 unless the
 * address is link-local. */
void ws_synpkt_end(const struct ws_addr *a, struct ws_synpkt_end *out,
                   uint32_t *scope);

#endif
