/* SPDX-License-Identifier: MIT */
/* Socket options: those that the house keeps itself, by table; the kernel's go
 * down to os/opt.c. */
#ifndef WS_KIT_OPT_H
#define WS_KIT_OPT_H

#include "kit/sock.h"

int ws_opt_get(struct ws_sock *s, int level, int name, char *value, INT *len);
int ws_opt_set(struct ws_sock *s, int level, int name, const char *value,
               INT len);

/* SO_OPENTYPE belongs to no socket; 'value' is a DWORD, not aligned. */
int ws_opt_open_type(bool set, char *value);

#endif
