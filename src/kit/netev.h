/* SPDX-License-Identifier: MIT */
/* Network events: what WSAEventSelect and WSAAsyncSelect registered, what has
 * been recorded, and what may be told again. The rules of when an event is
 * raised and what re-enables it are in netev.c, in one table. */
#ifndef WS_KIT_NETEV_H
#define WS_KIT_NETEV_H

#include <ws2/winsock2.h>

#include <stdatomic.h>
#include <stdbool.h>

struct ws_sock;
struct ws_event;

/* Guarded by the socket's lock, but for the atomics. At most one of 'event' and
 * 'window' is set. */
struct ws_netev {
    atomic_long interest; /* the registered mask; 0: no registration */
    long record;          /* event mode: told, not yet enumerated */
    long armed;           /* events that may be told again */
    unsigned missed;      /* readiness that could not be told yet */
    short error[FD_MAX_EVENTS];
    struct ws_event *event; /* a reference */
    HWND window;
    unsigned message;
    atomic_uint enumerated; /* the engine's round at the last enumeration */
};

void ws_netev_init(struct ws_netev *ne);

/* WSPEventSelect and WSPAsyncSelect; mask 0 cancels. They take their own
 * reference on 'event'. */
int ws_netev_select(struct ws_sock *s, struct ws_event *event, long mask);
int ws_netev_async(struct ws_sock *s, HWND window, unsigned message, long mask);

/* Copies and clears the record, resets 'event' if not NULL (EVT-13). */
void ws_netev_enum(struct ws_sock *s, struct ws_event *event,
                   WSANETWORKEVENTS *out);

/* Drops the registration: the socket closes. */
void ws_netev_cancel(struct ws_sock *s);

/* The accepted socket gets the listener's registration (EVT-46). */
int ws_netev_inherit(struct ws_sock *conn, struct ws_sock *listener);

/* The engine's word. */
void ws_netev_ready(struct ws_sock *s, unsigned ready);

/* What calls tell afterwards, each the re-enabling function of an event:
 * a receive ('err' its outcome, 'more' when data may be left, 'oob' when it
 * read urgent data); a send that ended 'err'; an accept, which leaves the
 * listener silent if it 'deferred'. */
void ws_netev_received(struct ws_sock *s, int err, bool more, bool oob);
void ws_netev_sent(struct ws_sock *s, int err);
void ws_netev_accepted(struct ws_sock *s, bool deferred);

/* An event that readiness does not tell of: told with 'err' if it is asked for
 * and armed; and its re-enabling call. Both take the socket's lock. */
void ws_netev_tell(struct ws_sock *s, int bit, int err);
void ws_netev_arm(struct ws_sock *s, long events);

/* What readiness of the descriptor means to the user of the socket: the same
 * for the kernel's own sockets, the transport's answer for others. */
unsigned ws_netev_meaning(struct ws_sock *s, unsigned ready);

/* Looks what holds now: after a datagram socket was bound (EVT-39), and where
 * operations have used up what the engine told of (EVT-37). */
void ws_netev_recheck(struct ws_sock *s);

/* With the socket's lock held: an attempt to connect starts; it has ended. */
void ws_netev_attempt(struct ws_sock *s);
void ws_netev_connected(struct ws_sock *s, int err);

/* The cheap question before the calls above: nobody is registered. It takes no
 * lock: who registers later looks for himself what holds then. */
bool ws_netev_idle(struct ws_sock *s);

#endif
