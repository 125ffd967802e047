/* SPDX-License-Identifier: MIT */
/* The trap of a gate: a second listener on the same name, which comes first in
 * the kernel's group of the two and drops every SYN that the group's program
 * sends it. Invariant: the trap never answers and never accepts. */
#ifndef WS_OS_SYNTRAP_H
#define WS_OS_SYNTRAP_H

#include "os/synbpf.h"
#include "os/synpkt.h"

/* Makes a trap beside 'fd', which is bound, does not listen and has
 * SO_REUSEPORT on; 'fd' is to listen afterwards. Its number is above 'fd', so
 * that of a process that dies the listener goes first. May wait for 0.2 s.
 * '*own' is whom we were ourselves: a SYN from there means nothing.
 * WSAEOPNOTSUPP: this kernel drops nothing. */
int ws_syntrap_open(int fd, const struct ws_synbpf *selector, int *trap,
                    struct ws_synpkt_end *own);
int ws_syntrap_select(int trap, const struct ws_synbpf *selector);

#endif
