/* SPDX-License-Identifier: MIT */
/* Blocking calls. They block in the kernel, which is as fast as a program
 * without us, and can be ended there in two ways: closing the socket in
 * another thread ends what the descriptor waits for; an APC interrupts the
 * call, runs, and the wait goes on (CON-2, ACC-2).
 *
 *     struct ws_block b = ws_block_begin(s, timeout is WSAETIMEDOUT?);
 *     do
 *         err = ws_os_recv(..., ws_block_enter(&b) | flags, ...);
 *     while (ws_block_again(&b, &err)); */
#ifndef WS_KIT_BLOCK_H
#define WS_KIT_BLOCK_H

#include <stdbool.h>

struct ws_sock;
struct ws_thread;

struct ws_block {
    struct ws_sock *sock; /* may be NULL: a call on several */
    struct ws_thread *self;
    bool blocking; /* the socket's mode when the call began */
    bool entered;  /* marked as blocked in the kernel */
};

struct ws_block ws_block_begin(struct ws_sock *s);

/* Says that a system call follows. Returns 0, or WS_OS_DONTWAIT when an APC
 * waits already: the call must then not block, so that what is there at once
 * is taken first (CR-5). */
int ws_block_enter(struct ws_block *b);

/* The same for calls that cannot be told not to wait: the APCs run first. */
void ws_block_enter_after_apcs(struct ws_block *b);

/* The call is over with '*err'. True: call again. False: '*err' is final, with
 * WSAEINTR for a socket that was closed meanwhile and WSAETIMEDOUT for
 * SO_RCVTIMEO and SO_SNDTIMEO. */
bool ws_block_again(struct ws_block *b, int *err);

/* Waits until the descriptor is ready for 'want' (WS_IO_*), however long that
 * takes. */
int ws_block_poll(int fd, unsigned want);

#endif
