/* SPDX-License-Identifier: MIT */
/* What all things behind a HANDLE or a SOCKET share: a table of operations, a
 * reference count, a count of handles, and the list of waits upon it.
 *
 * Who holds a reference: the handle table, one for all handles together; each
 * call that looked the object up, until it returns; each wait, until it ends;
 * each operation in flight. Closing is two acts: the last handle leaves the
 * table, and who took it out runs 'closing'; the last reference goes, and who
 * dropped it runs 'free'. */
#ifndef WS_W32_OBJECT_H
#define WS_W32_OBJECT_H

#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"

#include <ws2/winbase.h>

#include <stdbool.h>
#include <stdint.h>

enum ws_kind {
    WS_KIND_ANY,
    WS_KIND_EVENT,
    WS_KIND_MUTEX,
    WS_KIND_SEMAPHORE,
    WS_KIND_TIMER,
    WS_KIND_THREAD,
    WS_KIND_FILE,
    WS_KIND_SOCKET,
    WS_KIND_WINDOW,
    WS_KIND_PORT,
    WS_KIND_QUEUE, /* a thread's message queue; has no handle */
};

struct ws_object;
struct ws_port;
struct ws_thread;

/* The dispatcher lock: the state of every waitable object changes under it, and
 * waits are satisfied under it (wait.h). */
extern struct ws_lock ws_dispatcher;

/* A thread's own variable that hot paths read: one load, also in the shared
 * library. */
#define WS_TLS _Thread_local __attribute__((tls_model("initial-exec")))

/* Every slot but 'free' and 'kind' may be NULL, which means that the object
 * cannot do it (WaitForSingleObject and ReadFile then fail with
 * ERROR_INVALID_HANDLE) or, for 'closing', has nothing to do. */
struct ws_object_ops {
    enum ws_kind kind;

    /* Of several waits the newest is satisfied first; and what is not signalled
     * for one is not for any. */
    bool lifo;

    /* The last handle has left the table; runs once, with no lock held, in
     * the thread that closed it. Refuses new work, cancels what is in flight,
     * wakes who waits. The object stays valid: the caller drops the table's
     * reference afterwards. */
    void (*closing)(struct ws_object *o);

    /* Like closing, for a descriptor that close(2) took away behind our back
     * and whose number the kernel has reused: it is a stranger's now and must
     * not be touched. NULL: closing runs. */
    void (*orphaned)(struct ws_object *o);

    /* The last reference is gone; no lock held. */
    void (*free)(struct ws_object *o);

    /* Whether a wait by 'who' would be satisfied now; 'who' is NULL when it is
     * asked for the poll descriptor. Called under the dispatcher lock; must
     * not block, allocate or take other locks. */
    bool (*signalled)(struct ws_object *o, struct ws_thread *who);

    /* What a satisfied wait by 'who' does to the object (auto-reset, a count,
     * ownership). Same lock; it may make nothing signalled. Returns true if the
     * wait is to report "abandoned". NULL: nothing. */
    bool (*consume)(struct ws_object *o, struct ws_thread *who);

    /* ReadFile and WriteFile. With 'ov' NULL they may block; with one they
     * start an operation, ERROR_IO_PENDING if it did not end at once. No lock
     * held. 0 or an error number; '*moved' is 0 on entry. */
    int (*read)(struct ws_object *o, void *buf, uint32_t size, uint32_t *moved,
                LPOVERLAPPED ov);
    int (*write)(struct ws_object *o, const void *buf, uint32_t size,
                 uint32_t *moved, LPOVERLAPPED ov);

    /* CreateIoCompletionPort: once for life (ERROR_INVALID_PARAMETER after);
     * takes its own reference on 'port'. Packets bear 'key'. */
    int (*attach)(struct ws_object *o, struct ws_port *port, ULONG_PTR key);

    /* SetFileCompletionNotificationModes; modes add up. */
    int (*modes)(struct ws_object *o, UCHAR modes);

    /* CancelIoEx ('issuer' NULL) and CancelIo: ends what is in flight, all of
     * it or that of one OVERLAPPED, with STATUS_CANCELLED by the usual route.
     * ERROR_NOT_FOUND when there is nothing. Does not wait. */
    int (*cancel)(struct ws_object *o, LPOVERLAPPED which,
                  struct ws_thread *issuer);
};

struct ws_object {
    const struct ws_object_ops *ops;
    struct ws_ref refs;
    atomic_uint handles;
    struct ws_list waits; /* struct ws_wait_block; dispatcher lock */
    int poll_fd;          /* its descriptor + 1, 0: none; dispatcher lock */
    bool poll_set;        /* whether that is readable */
};

/* One reference, no handle. */
void ws_object_init(struct ws_object *o, const struct ws_object_ops *ops);

/* The last reference has gone. */
void ws_object_end(struct ws_object *o);

static inline void
ws_object_ref(struct ws_object *o)
{
    ws_ref_get(&o->refs);
}

static inline void
ws_object_unref(struct ws_object *o) /* NULL is taken */
{
    if (o && ws_ref_put(&o->refs))
        ws_object_end(o);
}

#endif
