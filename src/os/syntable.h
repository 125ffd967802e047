/* SPDX-License-Identifier: MIT */
/* The requests that a gate holds, and the last ones that it is through with,
 * of which late packets may still come. Memory is taken with the limit alone:
 * a flood finds a full table and goes by. Pure. Invariant: a request's number
 * is never used for another one, and no two requests have the same two ends. */
#ifndef WS_OS_SYNTABLE_H
#define WS_OS_SYNTABLE_H

#include "os/synpkt.h"

enum ws_synstate {
    WS_SYNREQ_FREE,
    WS_SYNREQ_HELD,
    WS_SYNREQ_ADMITTED, /* the kernel is shaking hands, or will be */
    WS_SYNREQ_READY,    /* 'fd' is the connection */
};

struct ws_synreq {
    struct ws_synpkt syn; /* his latest */
    enum ws_synstate state;
    uint32_t generation;
    uint32_t next; /* in its bucket, or among the free: index + 1 */
    int fd;
    bool nonblock; /* the mode of 'fd' */
    bool let;      /* he is named in the selector: injecting does not work */
    bool again;    /* asked again after having been admitted */
    int64_t heard; /* when the latest SYN came */
    int64_t until; /* when he is taken for gone */
};

enum ws_synfate {
    WS_SYNFATE_UNKNOWN,
    WS_SYNFATE_ADMITTED,
    WS_SYNFATE_REFUSED,
};

enum { WS_SYNTABLE_PAST = 256 };

struct ws_syntable {
    struct ws_synreq *pool;
    uint32_t *bucket; /* index + 1 of the first; as many as 'mask' + 1 */
    uint32_t mask, size, free;
    uint32_t limit, used;
    uint64_t seed;
    struct {
        uint64_t key;
        enum ws_synfate fate;
    } past[WS_SYNTABLE_PAST];
    uint32_t oldest; /* of the past, to be overwritten next */
};

int ws_syntable_open(struct ws_syntable *t, uint32_t limit, uint64_t seed);
void ws_syntable_close(struct ws_syntable *t);

/* From now on; who is there stays. WSAENOBUFS: it is as before. Moves the
 * requests in memory. */
int ws_syntable_limit(struct ws_syntable *t, uint32_t limit);

/* NULL if there is none, or no room. */
struct ws_synreq *ws_syntable_find(struct ws_syntable *t,
                                   const struct ws_synpkt *p);
struct ws_synreq *ws_syntable_by_id(struct ws_syntable *t, uint64_t id);
struct ws_synreq *ws_syntable_add(struct ws_syntable *t,
                                  const struct ws_synpkt *p);
void ws_syntable_remove(struct ws_syntable *t, struct ws_synreq *r);

uint64_t ws_syntable_id(const struct ws_syntable *t, const struct ws_synreq *r);

/* What became of the request with this very SYN, if that was lately. */
void ws_syntable_settle(struct ws_syntable *t, const struct ws_synpkt *p,
                        enum ws_synfate fate);
enum ws_synfate ws_syntable_fate(const struct ws_syntable *t,
                                 const struct ws_synpkt *p);

#endif
