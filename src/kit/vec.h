/* SPDX-License-Identifier: MIT */
/* The caller's buffers in the kernel's form, and how far into them a transfer
 * has come. The array is captured, the buffers are not (OVL-6). */
#ifndef WS_KIT_VEC_H
#define WS_KIT_VEC_H

#include "os/os.h"

#include <ws2/winsock2.h>

struct ws_vec {
    struct ws_iov *all, *at;
    struct ws_iov *few; /* the room it was given; 'all' when that was enough */
    size_t left;        /* pieces from 'at' on */
    size_t total, moved;
};

/* Captures 'count' buffers into 'few', or into memory of its own when there
 * are more than 'room'. WSAEINVAL for none (RCV-7), WSAEFAULT, WSAENOBUFS. */
int ws_vec_init(struct ws_vec *v, const WSABUF *bufs, DWORD count,
                struct ws_iov *few, size_t room);
void ws_vec_free(struct ws_vec *v);
void ws_vec_advance(struct ws_vec *v, size_t bytes);

/* The count that a call reports; more than a DWORD holds is not reported. */
static inline DWORD
ws_vec_moved(const struct ws_vec *v)
{
    return v->moved > 0xffffffff ? 0xffffffff : (DWORD)v->moved;
}

#endif
