/* SPDX-License-Identifier: MIT */
/* io.h: Microsoft's names for the descriptor calls that network programs make
 * on standard input and output. Only names. _setmode answers as it must on a
 * system where text and binary are the same: the mode before was _O_BINARY. */
#ifndef WS2_IO_H
#define WS2_IO_H

#include <fcntl.h>
#include <stdio.h>

#include "unistd.h"

#define _O_RDONLY O_RDONLY
#define _O_WRONLY O_WRONLY
#define _O_RDWR O_RDWR
#define _O_CREAT O_CREAT
#define _O_TRUNC O_TRUNC
#define _O_APPEND O_APPEND
#define _O_BINARY 0x8000
#define _O_TEXT 0x4000

#define _setmode(fd, mode) ((void)(fd), (void)(mode), _O_BINARY)
#define _fileno fileno
#define _isatty isatty
#define _read read
#define _write write
#define _close close
#define _dup dup
#define _dup2 dup2
#define _lseek lseek
#define _unlink unlink
#define _access access

#endif
