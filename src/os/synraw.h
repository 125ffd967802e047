/* SPDX-License-Identifier: MIT */
/* A tap's raw sockets in use: where they come from, what they hear, reading
 * requests from them and sending packets by them. Invariant: the mark is this
 * process's secret; a packet that bears it is ours and is never heard. */
#ifndef WS_OS_SYNRAW_H
#define WS_OS_SYNRAW_H

#include "os/syngate.h"
#include "os/synpkt.h"

struct ws_synraw {
    int fd[2]; /* IPv4, IPv6; -1 */
    uint32_t mark;
    enum ws_syngate_tier tier; /* of the sockets that there are */
};

void ws_synraw_init(struct ws_synraw *raw);
void ws_synraw_close(struct ws_synraw *raw);

/* Sees to it that there is one of that family, which hears nothing or
 * everything for now. WSAEACCES: we may not, and 'why' says so, unless NULL. */
int ws_synraw_need(struct ws_synraw *raw, bool v6, char *why, size_t size);

/* To these ports from now on. */
int ws_synraw_hear(const struct ws_synraw *raw, bool v6, const uint16_t *ports,
                   size_t count);

/* WSAEWOULDBLOCK: nothing is waiting. WSAEINVAL: something that is none. */
int ws_synraw_read(const struct ws_synraw *raw, bool v6, struct ws_synpkt *out);

/* Sends 'p' to ourselves once more, marked; or refuses it. Never blocks. */
int ws_synraw_inject(const struct ws_synraw *raw, const struct ws_synpkt *p);
void ws_synraw_refuse(const struct ws_synraw *raw, const struct ws_synpkt *p);

/* Asks ws2-synd: synhelp.c. Gives both families at once, -1 for none. */
int ws_synhelp_ask(uint32_t mark, int fd[2], char *why, size_t size);

#endif
