/* SPDX-License-Identifier: MIT */
/* TransmitFile and TransmitPackets: a sequence of parcels, each memory or a
 * piece of a file, sent in order as one operation. */
#ifndef WS_KIT_TRANSMIT_H
#define WS_KIT_TRANSMIT_H

#include "kit/ovl.h"

struct ws_object;

struct ws_parcel {
    struct ws_iov memory;   /* where 'file' is NULL */
    struct ws_object *file; /* a reference, taken over */
    int fd;                 /* of the file */
    int64_t offset;         /* in it; advances */
    uint64_t left;          /* bytes of it; UINT64_MAX: to its end */
    bool ends;              /* a message, if the socket has them */
};

/* Sends 'count' parcels (copied; the references are taken over, also on
 * failure), then does what TF_DISCONNECT and TF_REUSE_SOCKET in 'flags' ask.
 * A datagram socket sends those up to one that 'ends' in one datagram, or in
 * several of 'most' bytes; 0: no more than one (WSAEMSGSIZE). Where a transport
 * carries messages, those are one of it, however long. Without 'ov' it waits.
 */
int ws_transmit(struct ws_sock *s, const struct ws_parcel *parcels,
                size_t count, DWORD most, DWORD flags, LPOVERLAPPED ov);

#endif
