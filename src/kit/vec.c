/* SPDX-License-Identifier: MIT */
/* Scattered buffers: see vec.h. */
#include "kit/vec.h"

#include <stdlib.h>

int
ws_vec_init(struct ws_vec *v, const WSABUF *bufs, DWORD count,
            struct ws_iov *few, size_t room)
{
    if (count == 0)
        return WSAEINVAL;
    if (!bufs)
        return WSAEFAULT;
    v->few = few;
    v->all = count > room ? calloc(count, sizeof(*v->all)) : few;
    if (!v->all)
        return WSAENOBUFS;
    v->total = v->moved = 0;
    for (DWORD i = 0; i < count; i++) {
        v->all[i] = (struct ws_iov){bufs[i].buf, bufs[i].len};
        v->total += bufs[i].len;
    }
    v->at = v->all;
    v->left = count;
    return 0;
}

void
ws_vec_free(struct ws_vec *v)
{
    if (v->all != v->few)
        free(v->all);
}

void
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
