/* SPDX-License-Identifier: MIT */
/* An attempt to call, between call.c, which begins it and may wait for it, and
 * attempt.c, which takes its steps. */
#ifndef WS_PROV_ISOTP_CALL_H
#define WS_PROV_ISOTP_CALL_H

#include "prov/isotp/isotp.h"

struct ws_isotp_call {
    enum { CALL_TCP, CALL_ANSWER } phase;
    bool guaranteed; /* the user wants no connection without his quality */
    bool pends;      /* counted as an operation in flight */
    atomic_bool late;
    int64_t deadline;
    WSABUF *callee; /* the user's, where the answer's data goes; or NULL */
    struct ws_isoaddr to;
    struct ws_addr tcp;
    struct ws_nego_offer offer;
};

/* Over TCP the connection stands: sends the CR. */
int ws_isocall_request(struct ws_sock *s) WS_REQUIRES(s->lock);

/* The attempt has failed with 'err', which is given back; the descriptor is an
 * unconnected one again. */
int ws_isocall_fail(struct ws_sock *s, int err) WS_REQUIRES(s->lock);

#endif
