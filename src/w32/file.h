/* SPDX-License-Identifier: MIT */
/* File objects: a descriptor with a handle. Files live in disk.c alone, the
 * only place of this room that sees the system's own error numbers. */
#ifndef WS_W32_FILE_H
#define WS_W32_FILE_H

#include "w32/object.h"

/* A file object for 'fd', which stays the process's own: one reference, no
 * handle. ERROR_NOT_ENOUGH_MEMORY. */
int ws_file_wrap(int fd, struct ws_object **out);

/* Finds a file by handle: its descriptor, and a reference that keeps it open.
 * Reading at a place (pread, sendfile with an offset) leaves the position
 * alone; sendfile without one moves it. ERROR_INVALID_HANDLE. */
int ws_file_ref(HANDLE h, int *fd, struct ws_object **out);

#endif
