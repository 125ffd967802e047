/* SPDX-License-Identifier: MIT */
/* Between the table of options (opt.c) and the values (optval.c): what a line
 * of the table is, and which kinds of values there are. Nobody else needs it.
 */
#ifndef WS_OS_OPT_H
#define WS_OS_OPT_H

#include <stdint.h>

enum ws_opt_kind {
    NONE, /* known to Windows; the kernel has nothing like it */
    INT,
    BOOL,
    BUFFER,
    TIME,
    LINGER,
    DONTLINGER,
    DONTFRAG,
    PMTUD,
    SECONDS,
    SWAPPED,
    MSGSIZE,
    IFACE,
    MREQ,
    SOURCE,
    MREQ6,
    GROUP,
    GSOURCE,
    RAWBYTES,
    WISH, /* one of two that share a switch of the kernel */
};

struct ws_option {
    int level, name;    /* Winsock's */
    unsigned char kind; /* enum ws_opt_kind */
    short min;          /* a shorter value is WSAEFAULT */
    unsigned char ret;  /* bytes that a get returns; more are not looked at */
    unsigned char types, access;
    int sys_level, sys_name;
};

/* What setsockopt and getsockopt are about. */
struct ws_opt_call {
    int fd, family;
    const struct ws_option *option;
};

/* Numbers of four bytes at most are handed over as such, anything else as
 * bytes, at least as many as the table demands. What a kind has not is NULL,
 * and the table then does not allow it. */
struct ws_opt_value {
    int (*get)(const struct ws_opt_call *c, uint32_t *value);
    int (*set)(const struct ws_opt_call *c, uint32_t value);
    int (*set_bytes)(const struct ws_opt_call *c, const void *value, int len);
    int (*get_bytes)(const struct ws_opt_call *c, void *value, int *len);
};

extern const struct ws_opt_value ws_opt_values[]; /* by kind */

#endif
