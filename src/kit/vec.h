/* SPDX-License-Identifier: MIT */
/* The caller's buffers in the kernel's form, and how far into them a transfer
 * has come. The array is captured, the buffers are not (OVL-6). In the header,
 * because for one buffer, as most calls have, a call takes longer than this. */
#ifndef WS_KIT_VEC_H
#define WS_KIT_VEC_H

#include "os/os.h"

#include <stdlib.h>
#include <ws2/winsock2.h>

struct ws_vec {
    struct ws_iov *at;
    struct ws_iov *own; /* memory for many, or NULL */
    size_t left;        /* pieces from 'at' on */
    size_t total, moved;
};

/* Captures 'count' buffers into 'few', or into memory of its own when there
 * are more than 'room'. WSAEINVAL for none (RCV-7), WSAEFAULT, WSAENOBUFS; then
 * there is nothing to free, but it may be. */
static inline int
ws_vec_init(struct ws_vec *v, const WSABUF *bufs, DWORD count,
            struct ws_iov *few, size_t room)
{
    v->own = NULL;
    if (count == 0)
        return WSAEINVAL;
    if (!bufs)
        return WSAEFAULT;
    v->at = few;
    if (count > room)
        v->at = v->own = calloc(count, sizeof(*v->own));
    if (!v->at)
        return WSAENOBUFS;
    v->left = count;
    v->total = v->moved = 0;
    for (DWORD i = 0; i < count; i++) {
        v->at[i] = (struct ws_iov){bufs[i].buf, bufs[i].len};
        v->total += bufs[i].len;
    }
    return 0;
}

static inline void
ws_vec_free(struct ws_vec *v)
{
    if (v->own)
        free(v->own);
}

static inline void
ws_vec_advance(struct ws_vec *v, size_t bytes)
{
    v->moved += bytes;
    while (v->left > 1 && bytes >= v->at->len) {
        bytes -= v->at->len;
        v->at++;
        v->left--;
    }
    v->at->base = (char *)v->at->base + bytes;
    v->at->len -= bytes;
}

/* The count that a call reports; more than a DWORD holds is not reported. */
static inline DWORD
ws_vec_moved(const struct ws_vec *v)
{
    return v->moved > 0xffffffff ? 0xffffffff : (DWORD)v->moved;
}

#endif
