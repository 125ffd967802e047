/* SPDX-License-Identifier: MIT */
/* Names: who may bind what beside whom. Windows lets a more specific address
 * stand beside a wildcard one, and connections of the past never stand in the
 * way; Linux needs options for both, which are set here for the moment that
 * they are needed. */
#ifndef WS_KIT_BIND_H
#define WS_KIT_BIND_H

#include "kit/sock.h"

/* Binds by name. WSAEINVAL if bound already; WSAEADDRINUSE, WSAEACCES by the
 * tables of BND-7 and BND-8; WSAEADDRNOTAVAIL. */
int ws_bind(struct ws_sock *s, const struct ws_addr *a);

/* Gives an unbound datagram socket the wildcard address and any port, as its
 * first send does (BND-11). Failure is left for the send to tell. */
void ws_bind_implicitly(struct ws_sock *s);

/* The name again, after the kernel let go of it with a connection that failed
 * or a peer that was forgotten. Nothing for a socket bound implicitly. */
void ws_bind_again(struct ws_sock *s) WS_REQUIRES(s->lock);

/* The name as it was bound, if that is the address of every connection to it:
 * not a wildcard. False otherwise, and '*out' is left alone. */
bool ws_bind_home(struct ws_sock *s, struct ws_addr *out);

/* Makes a datagram socket that is bound to one address hear the groups that it
 * joins: beneath, it becomes one of the wildcard address that takes only what
 * that address would have brought. Nothing for any other. */
int ws_bind_widen(struct ws_sock *s);

/* The name that the program knows. */
int ws_bind_name(struct ws_sock *s, struct ws_addr *out);

/* The socket's end. */
void ws_bind_forget(struct ws_sock *s);

#endif
