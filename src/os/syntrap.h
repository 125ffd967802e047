/* SPDX-License-Identifier: MIT */
/* The trap of a gate: a second listener on the same name, which comes first in
 * the kernel's group of the two and drops every SYN that the group's program
 * sends it. And what the kernel knows of a connection that should be coming
 * into being. Invariant: the trap never answers and never accepts. */
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

enum ws_syntrap_trace {
    WS_SYNTRAP_UNTOLD,  /* the kernel does not answer such questions */
    WS_SYNTRAP_NOTHING, /* it knows of no such connection */
    WS_SYNTRAP_BEGUN,   /* it is shaking hands, or is through with it */
};
enum ws_syntrap_trace ws_syntrap_look(const struct ws_synpkt *p);

#endif
