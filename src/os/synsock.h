/* SPDX-License-Identifier: MIT */
/* The raw sockets of a tap, and what the library and ws2-synd say to each other
 * when the latter makes them. Also linked into ws2-synd, so that what it hands
 * out is what the library would make for itself. Functions give an errno. */
#ifndef WS_OS_SYNSOCK_H
#define WS_OS_SYNSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes a socket that hears SYNs without 'mark' and RSTs, to all ports, and
 * sends packets as they are. Nothing that came before it was so narrow is left
 * in it. Needs CAP_NET_RAW. */
int ws_synsock_open(bool v6, uint32_t mark, int *fd);

/* Narrows it down to some ports, or none. EPERM: it is locked. */
int ws_synsock_ports(int fd, bool v6, uint32_t mark, const uint16_t *ports,
                     size_t count);

/* Whether both belong to the same network name space; true on kernels that
 * cannot tell. */
bool ws_synsock_same_net(int fd, int other);

/* ---- ws2-synd ---- */

/* One message of each kind on a SOCK_SEQPACKET connection. With an error of 0
 * come two descriptors, IPv4 and IPv6, or the first alone where there is no
 * IPv6. */
#define WS_SYND_PATH "/run/ws2-synd.sock"
#define WS_SYND_MAGIC UINT32_C(0x73796e31) /* "syn1" */

struct ws_synd_request {
    uint32_t magic, mark;
};

struct ws_synd_reply {
    uint32_t magic;
    int32_t error; /* an errno */
};

#endif
