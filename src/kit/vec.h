/* SPDX-License-Identifier: MIT */
/* The caller's buffers in the kernel's form, and how far into them a transfer
 * has come. The array is captured, the buffers are not (OVL-6). One buffer, as
 * most calls have, is dealt with in place. */
#ifndef WS_KIT_VEC_H
#define WS_KIT_VEC_H

#include "os/os.h"

#include <ws2/winsock2.h>

struct ws_vec {
    struct ws_iov *at;
    struct ws_iov *own; /* memory for many, or NULL */
    size_t left;        /* pieces from 'at' on */
    size_t total, moved;
};

/* For any number of buffers. */
int ws_vec_init_many(struct ws_vec *v, const WSABUF *bufs, DWORD count,
                     struct ws_iov *few, size_t room);
void ws_vec_advance_many(struct ws_vec *v, size_t bytes);
void ws_vec_free_own(struct ws_vec *v);

/* Captures 'count' buffers into 'few', or into memory of its own when there
 * are more than 'room', which is one at least. WSAEINVAL for none (RCV-7),
 * WSAEFAULT, WSAENOBUFS; then there is nothing to free, but it may be. */
static inline int
ws_vec_init(struct ws_vec *v, const WSABUF *bufs, DWORD count,
            struct ws_iov *few, size_t room)
{
    v->own = NULL;
    if (__builtin_expect(count != 1 || !bufs, 0))
        return ws_vec_init_many(v, bufs, count, few, room);
    *few = (struct ws_iov){bufs->buf, bufs->len};
    v->at = few;
    v->left = 1;
    v->total = bufs->len;
    v->moved = 0;
    return 0;
}

static inline void
ws_vec_free(struct ws_vec *v)
{
    if (__builtin_expect(v->own != NULL, 0))
        ws_vec_free_own(v);
}

static inline void
ws_vec_advance(struct ws_vec *v, size_t bytes)
{
    if (__builtin_expect(v->left != 1, 0)) {
        ws_vec_advance_many(v, bytes);
        return;
    }
    v->moved += bytes;
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
