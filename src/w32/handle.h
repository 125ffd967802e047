/* SPDX-License-Identifier: MIT */
/* The table behind every HANDLE and SOCKET. Numbers come from two ranges. Low
 * ones are kernel descriptors: a socket of an IFS provider is its descriptor.
 * High ones (bit 30 set, two zero bits at the bottom, positive in an int) hold
 * a slot and a generation: a stale one is an error, never a stranger's object;
 * freed slots go to the tail of the free list. Looking up takes no lock that
 * other handles share. */
#ifndef WS_W32_HANDLE_H
#define WS_W32_HANDLE_H

#include "w32/object.h"

#include <ws2/windef.h>

/* Makes a high-range handle. Takes a reference of its own for the table.
 * 0 or ERROR_NOT_ENOUGH_MEMORY / ERROR_NO_SYSTEM_RESOURCES. */
int ws_handle_open(struct ws_object *o, HANDLE *out);

/* Makes 'fd' the handle of 'o'; takes a reference of its own. A number that is
 * already taken was closed behind our back by close(2) and then reused by the
 * kernel: the stale object is thrown out as if it had been closed. */
int ws_handle_bind(int fd, struct ws_object *o);

/* Finds the object and takes a reference. ERROR_INVALID_HANDLE for a handle
 * that is not open or not of 'kind'. Does not take pseudo handles. */
int ws_handle_ref(HANDLE h, enum ws_kind kind, struct ws_object **out);

/* The same for an object with just these operations. NULL if it is none. */
struct ws_object *ws_handle_ref_like(HANDLE h, const struct ws_object_ops *ops);

/* Whether 'h' is open and a handle of 'o', to whom the caller has a reference.
 * Takes no lock and touches nothing that other threads write. */
bool ws_handle_names(HANDLE h, const struct ws_object *o);

/* Finds a waitable object without a reference: it stays as long as the lock is
 * held, through which every waitable one passes before it is freed. NULL for
 * anything else. */
struct ws_object *ws_handle_peek(HANDLE h) WS_REQUIRES(ws_dispatcher);

/* Takes the handle out of the table: of several callers one succeeds. Runs
 * 'closing' if it was the object's last handle and drops the table's
 * reference. ERROR_INVALID_HANDLE otherwise. */
int ws_handle_close(HANDLE h, enum ws_kind kind);

/* Another handle (high range) to the same object. */
int ws_handle_duplicate(HANDLE h, HANDLE *out);

/* Closes every handle of 'kind', as WSACleanup does with sockets. */
void ws_handle_close_all(enum ws_kind kind);

/* How many handles are open: the tests' leak check. */
unsigned ws_handle_count(enum ws_kind kind);

/* True if the number lies in the descriptor range. */
bool ws_handle_is_fd(HANDLE h);

#endif
