/* SPDX-License-Identifier: MIT */
/* Sending and receiving where a transport carries messages: its tries, which
 * never block, made into calls that do. The kernel's own sockets block in the
 * kernel (xfer.c) and do not come here. */
#ifndef WS_KIT_CARRY_H
#define WS_KIT_CARRY_H

#include "kit/block.h"
#include "kit/sock.h"
#include "kit/vec.h"

#include <stdint.h>

/* Sleeps until the descriptor is ready for 'want' (WS_IO_*). WSAEINTR: the
 * socket closes; WSAETIMEDOUT. */
int ws_carry_wait(struct ws_sock *s, struct ws_block *b, unsigned want,
                  int64_t deadline);

/* Whether a thread sleeps on the descriptor and has to be woken: what a
 * transport has handed over is not to be ended for less. */
bool ws_carry_sleeps(struct ws_sock *s);

/* Before somebody sleeps on the descriptor: nobody sleeps in a receive any more
 * (lend of struct ws_transport). Lets the lock go meanwhile. */
void ws_carry_recall(struct ws_sock *s) WS_REQUIRES(s->lock);

/* All of the message, or none on a non-blocking socket. A message that was
 * begun and does not go on ends the connection. */
int ws_carry_send(struct ws_sock *s, struct ws_vec *v, int flags);

/* As struct ws_transport's, waiting if the socket does: until there is a
 * message, and until all of it is there or the buffers are full, unless
 * MSG_PARTIAL is in '*flags'. */
int ws_carry_recv(struct ws_sock *s, struct ws_vec *v, int *flags);

/* One try each, with the lock held, for operations. */
int ws_carry_try_send(struct ws_sock *s, struct ws_vec *v, int flags)
    WS_REQUIRES(s->lock);
int ws_carry_try_recv(struct ws_sock *s, struct ws_vec *v, int *flags)
    WS_REQUIRES(s->lock);

/* The operation on 'v' will not go on. */
void ws_carry_give_up(struct ws_sock *s, const struct ws_vec *v)
    WS_REQUIRES(s->lock);

#endif
