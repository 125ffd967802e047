/* SPDX-License-Identifier: MIT */
/* Completion ports: packets first in, first out; waiting threads last in,
 * first out; no more threads running than the port allows. A port is a
 * waitable object whose wait gives a packet, so that whoever waits on it
 * drives the engine like any other waiter. */
#ifndef WS_W32_PORT_H
#define WS_W32_PORT_H

#include "w32/object.h"
#include "w32/thread.h"

#include <ws2/winbase.h>

/* One result on its way. It is part of the operation that it tells of, so that
 * posting cannot fail; whoever takes it off the port calls 'release', with no
 * lock held, when its content has been copied out. */
struct ws_packet {
    struct ws_list node;
    ULONG_PTR key;
    LPOVERLAPPED user;
    DWORD moved;
    LONG status; /* NTSTATUS of the operation; 0 for a posted packet */
    void (*release)(struct ws_packet *p);
};

/* Finds by handle and takes a reference: ERROR_INVALID_HANDLE. */
int ws_port_ref(HANDLE h, struct ws_port **out);
void ws_port_ref_more(struct ws_port *p);
void ws_port_unref(struct ws_port *p); /* NULL is taken */

/* Appends. Any thread, under a socket's lock or none. On a port that has been
 * closed the packet is released at once. */
void ws_port_post(struct ws_port *p, struct ws_packet *packet);

/* One reference, no handle. 'limit' threads may run at a time; 0: as many as
 * the process has processors. ERROR_NOT_ENOUGH_MEMORY. */
int ws_port_new(unsigned limit, struct ws_port **out);
int ws_port_open(struct ws_port *p, HANDLE *out);

/* A call that takes up to 'max' packets, and what it has got: they are the
 * caller's to copy and to release. */
struct ws_take {
    struct ws_list packets; /* struct ws_packet */
    unsigned max, count;
};

/* Fills 'take' with one packet at least. WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0
 * when the port has been closed, or WAIT_IO_COMPLETION when an APC ran. 'ms' as
 * in Win32; the clock is read only if there is no packet. */
int ws_port_take(struct ws_port *p, DWORD ms, bool alertable,
                 struct ws_take *take);

/* The same by handle, without a reference if there are packets. Also
 * ERROR_INVALID_HANDLE. */
int ws_port_take_from(HANDLE h, DWORD ms, bool alertable, struct ws_take *take);

/* ---- for the dispatcher ---- */

/* 't' goes to sleep in a wait, and has come out of it again: meanwhile it does
 * not count as running. */
void ws_port_rest(struct ws_thread *t) WS_REQUIRES(ws_dispatcher);
void ws_port_resume(struct ws_thread *t) WS_REQUIRES(ws_dispatcher);

/* 't' ends; no lock held. */
void ws_port_leave(struct ws_thread *t);

/* Whether a waiter on the port could not be given a packet now even if there
 * were one; false for every other object. */
bool ws_port_full(const struct ws_object *o) WS_REQUIRES(ws_dispatcher);

#endif
