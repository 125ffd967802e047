/* SPDX-License-Identifier: MIT */
/* Addresses of ISO transport: a TSAP selector beside an IP address and a port,
 * in SOCKADDR_TP and SOCKADDR_OSITP (NSAP forms of RFC 1277 and RFC 4548), and
 * as text (RFC 1278). Numbers only: no name is ever looked up.
 * Invariant: what is given is taken again as the same address. */
#ifndef WS_PROV_ISOTP_ISOADDR_H
#define WS_PROV_ISOTP_ISOADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ws2/wshisotp.h>

enum {
    ISOADDR_PORT = 102, /* when the address does not say */
    ISOADDR_TEXT = 160, /* octets of the longest text, its zero included */
};

/* Of the network part. */
enum ws_isoaddr_family { ISOADDR_ANY, ISOADDR_INET, ISOADDR_INET6 };

enum ws_isoaddr_profile { ISOADDR_UNSAID, ISOADDR_STD, ISOADDR_RDP };

struct ws_isoaddr {
    uint8_t tsel[ISO_MAX_TSEL_LENGTH];
    uint8_t tsel_len; /* 0: the wildcard */
    uint8_t family;   /* enum ws_isoaddr_family; ANY is the wildcard address */
    uint8_t profile;  /* SOCKADDR_OSITP's option profile name */
    uint8_t ip[16];   /* 4 or 16 octets, the rest 0 */
    bool has_port;    /* the address said */
    uint16_t port;    /* host order; ISOADDR_PORT unless it did */
};

/* Takes a caller's address: SOCKADDR_OSITP if "len" is at least its size, else
 * SOCKADDR_TP, of which at least the octets in use must be there. WSAEFAULT for
 * NULL or too few, WSAEAFNOSUPPORT for another family, WSAEINVAL for lengths
 * that contradict each other or an unknown profile name, WSAEADDRNOTAVAIL for a
 * non-hierarchical address or a network address of a form we cannot reach. */
int ws_isoaddr_take(const struct sockaddr *name, int len,
                    struct ws_isoaddr *out);

/* A port that the address does not name (has_port) is left out. An ANY address
 * has no network part, and hence no port. */
void ws_isoaddr_give(const struct ws_isoaddr *a, SOCKADDR_TP *out);
void ws_isoaddr_give_osi(const struct ws_isoaddr *a, SOCKADDR_OSITP *out);

/* Reads, from the "len" octets of an NSAP address, family, ip and port.
 * WSAEADDRNOTAVAIL. Writes one: its octets, 0 for ANY. */
int ws_isoaddr_take_nsap(const uint8_t *nsap, size_t len,
                         struct ws_isoaddr *out);
size_t ws_isoaddr_give_nsap(const struct ws_isoaddr *a,
                            uint8_t nsap[ISO_MAX_INET_LENGTH]);

/* Text: selector "/" network, either of which may be missing.
 *   selector   "text"    #0102 (hexadecimal)    '0102'H
 *   network    Internet=127.0.0.1[+102[+1]]    Internet=[::1]+102    NS+5400...
 * Parsing fails with WSAEINVAL; printing gives the length without the zero. */
int ws_isoaddr_parse(const char *text, struct ws_isoaddr *out);
size_t ws_isoaddr_print(const struct ws_isoaddr *a, char out[ISOADDR_TEXT]);

#endif
