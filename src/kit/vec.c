/* SPDX-License-Identifier: MIT */
/* Scattered buffers: see vec.h. */
#include "kit/vec.h"

#include <stdlib.h>

int
ws_vec_init_many(struct ws_vec *v, const WSABUF *bufs, DWORD count,
                 struct ws_iov *few, size_t room)
{
    if (count == 0)
        return WSAEINVAL;
    if (!bufs)
        return WSAEFAULT;
    v->at = few;
    if (count > room)
        v->at = v->own = calloc(count, sizeof(*v->own));
    if (!v->at)
        return WSAENOBUFS;
    v->total = v->moved = 0;
    for (DWORD i = 0; i < count; i++) {
        v->at[i] = (struct ws_iov){bufs[i].buf, bufs[i].len};
        v->total += bufs[i].len;
    }
    v->left = count;
    return 0;
}

void
ws_vec_free_own(struct ws_vec *v)
{
    free(v->own);
}

void
ws_vec_advance_many(struct ws_vec *v, size_t bytes)
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
