/* SPDX-License-Identifier: MIT */
/* WSPIoctl as a table: one line a code, with the input that it needs, and one
 * function a line. A provider has a table of its own; behind it stands that of
 * the codes that mean the same on every socket. */
#ifndef WS_KIT_CONTROL_H
#define WS_KIT_CONTROL_H

#include "kit/sock.h"

/* A call's buffers; NULL ones have size 0. 'returned' is how much of 'out' was
 * filled, or would have to be there. */
struct ws_control {
    struct ws_sock *sock;
    const void *in;
    void *out;
    DWORD in_size, out_size, returned;
};

struct ws_control_code {
    DWORD code;
    DWORD in_least; /* shorter input is WSAEFAULT */
    int (*run)(struct ws_control *c);
};

/* A code in neither the provider's 'own' table nor that of all is WSAEOPNOTSUPP
 * (IOC-2). */
int ws_control_run(const struct ws_control_code *own, size_t count, DWORD code,
                   struct ws_control *c);

/* An overlapped call whose code took no time and gave 'result': it ends as it
 * begins, but is told like any other (IOC-2, IOC-3). */
struct ws_ovl_route;
int ws_control_tell(struct ws_control *c, int result,
                    const struct ws_ovl_route *route);

/* For the functions: the answer (WSAEFAULT if it does not fit), the input. */
int ws_control_give(struct ws_control *c, const void *from, size_t size);
DWORD ws_control_word(const struct ws_control *c);

/* Quality of service, for the tables of those who have it. */
int ws_control_set_qos(struct ws_control *c); /* SIO_SET_QOS */
int ws_control_get_qos(struct ws_control *c); /* SIO_GET_QOS */

#endif
