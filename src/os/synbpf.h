/* SPDX-License-Identifier: MIT */
/* The two classic BPF programs of a gate: what a tap hears, and which listener
 * of a pair gets a SYN. Attaching them needs no privilege. Pure, but for the
 * attaching; also linked into ws2-synd, which hands out taps with the first
 * one locked. Invariant: a packet that a program cannot read is not heard, and
 * does not come past the trap. */
#ifndef WS_OS_SYNBPF_H
#define WS_OS_SYNBPF_H

#include "os/synpkt.h"

#include <linux/filter.h>

/* More ports than these are heard as "every port", more requests than these
 * are not let through at a time. */
enum {
    WS_SYNBPF_PORTS = 250,
    WS_SYNBPF_LET = 32,
    WS_SYNBPF_SIZE = 540,
};

struct ws_synbpf {
    uint16_t count;
    struct sock_filter code[WS_SYNBPF_SIZE];
};

/* For a raw socket of IPv4 or IPv6: SYNs without the mark and RSTs, to one of
 * the ports; NULL means to every port. */
void ws_synbpf_tap(struct ws_synbpf *b, bool v6, uint32_t mark,
                   const uint16_t *ports, size_t count);

/* For a pair of listeners: SYNs to the first, the trap; marked ones, those of
 * the requests 'let' and all that is no SYN to the second. */
void ws_synbpf_selector(struct ws_synbpf *b, uint32_t mark,
                        const struct ws_synpkt *const *let, size_t count);

/* 'option' is SO_ATTACH_FILTER or SO_ATTACH_REUSEPORT_CBPF. Gives an errno. */
int ws_synbpf_attach(int fd, int option, const struct ws_synbpf *b);

#endif
