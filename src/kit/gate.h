/* SPDX-License-Identifier: MIT */
/* Conditional listeners: what SO_CONDITIONAL_ACCEPT asks for and os/syngate can
 * do becomes a queue of held requests. The gate before a listener says who
 * asks; the backlog keeps him until an accept answers; the answer goes back to
 * the gate, which lets him in, refuses him, or leaves him asking. */
#ifndef WS_KIT_GATE_H
#define WS_KIT_GATE_H

#include "kit/sock.h"

struct ws_gate;

/* In place of listening: the socket, which has its backlog already, listens
 * behind a gate. WSAEACCES, WSAEOPNOTSUPP: there can be none, and nothing has
 * changed; the kernel shakes hands first then, which is what Windows does
 * without the option and under attack (SCA-6). */
int ws_gate_open(struct ws_sock *s, struct ws_backlog *queue, int backlog)
    WS_REQUIRES(s->lock);

/* listen once more: how many are held from now on. */
int ws_gate_limit(struct ws_gate *g, unsigned backlog);

/* A WS2_CONDITIONAL_ value of ws2ext.h. */
unsigned ws_gate_tier(struct ws_gate *g);

/* The listener closes: who is held is refused now. */
void ws_gate_close(struct ws_gate *g); /* NULL is taken */
void ws_gate_free(struct ws_gate *g);  /* after the last of its peers; NULL */

#endif
