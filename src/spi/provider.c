/* SPDX-License-Identifier: MIT */
/* Starts providers and ends them. No lock is held across WSPStartup or
 * WSPCleanup: one thread moves the entry to STARTING and makes the call, others
 * who want the entry sleep until it has left that state. A provider is started
 * once an entry, and ended as often (SPI-7). */
#include "spi/provider.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/trace.h"
#include "spi/info.h"
#include "spi/route.h"
#include "spi/upcall.h"
#include "w32/handle.h"
#include "w32/thread.h"

#include <limits.h>
#include <stdlib.h>

#define SPI_VERSION MAKEWORD(2, 2)

enum state { IDLE, STARTING, READY };

/* A table as a provider gave it. A call may hold on to one from an earlier
 * life, so a table is never changed nor freed. */
struct ws_table {
    struct ws_table *older;
    WSPPROC_TABLE proc;
};

static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_PROVIDER);

static struct builtin {
    GUID id;
    LPWSPSTARTUP startup;
} builtins[16];
static size_t builtin_count;

/* ---- providers that are linked in ---- */

static struct builtin *
find_builtin(const GUID *id) WS_REQUIRES(lock)
{
    for (size_t i = 0; i < builtin_count; i++) {
        if (!memcmp(&builtins[i].id, id, sizeof(*id)))
            return &builtins[i];
    }
    return NULL;
}

int
ws_provider_register(const GUID *id, LPWSPSTARTUP startup)
{
    struct builtin *b;

    ws_lock(&lock);
    b = find_builtin(id);
    if (!b && builtin_count < WS_ARRAY_LEN(builtins))
        b = &builtins[builtin_count++];
    if (b)
        *b = (struct builtin){*id, startup};
    ws_unlock(&lock);
    return b ? 0 : WSAENOBUFS;
}

static LPWSPSTARTUP
find_startup(const struct ws_entry *e)
{
    struct builtin *b;
    LPWSPSTARTUP startup;

    ws_lock(&lock);
    b = find_builtin(&e->info.ProviderId);
    startup = b ? b->startup : NULL;
    ws_unlock(&lock);
    return startup;
}

/* ---- starting ---- */

/* Nothing but pointers to functions: no NULL among them (SPI-6). */
static bool
is_complete(const WSPPROC_TABLE *t)
{
    void *slots[sizeof(*t) / sizeof(void *)];

    memcpy(slots, t, sizeof(slots));
    for (size_t i = 0; i < WS_ARRAY_LEN(slots); i++) {
        if (!slots[i])
            return false;
    }
    return true;
}

static void
end(const WSPPROC_TABLE *t)
{
    int code = 0;

    if (t->lpWSPCleanup && t->lpWSPCleanup(&code))
        ws_trace("WSPCleanup failed with %d", code);
}

/* Asks the provider for its table and judges the answer. */
static int
negotiate(const struct ws_entry *e, WSPPROC_TABLE *t)
{
    LPWSPSTARTUP startup = find_startup(e);
    WSAPROTOCOL_INFOW info;
    WSPDATA data = {0};
    int code;

    if (!startup)
        return WSAEPROVIDERFAILEDINIT;
    ws_info_widen(&e->info, &info);
    memset(t, 0, sizeof(*t));
    code = startup(SPI_VERSION, &data, &info, ws_upcalls, t);
    if (code) {
        ws_trace("WSPStartup of '%s' failed with %d", e->info.szProtocol, code);
        return WSAEPROVIDERFAILEDINIT;
    }
    if (data.wVersion == SPI_VERSION && is_complete(t))
        return 0;
    end(t);
    return data.wVersion == SPI_VERSION ? WSAEINVALIDPROCTABLE
                                        : WSAEINVALIDPROVIDER;
}

/* A lasting copy of 't': the newest one, if the provider gave the same again.
 */
static const WSPPROC_TABLE *
keep(struct ws_entry *e, const WSPPROC_TABLE *t) WS_REQUIRES(lock)
{
    struct ws_table *copy = e->tables;

    if (copy && !memcmp(&copy->proc, t, sizeof(*t)))
        return &copy->proc;
    copy = calloc(1, sizeof(*copy));
    if (!copy)
        return NULL;
    copy->proc = *t;
    copy->older = e->tables;
    e->tables = copy;
    return &copy->proc;
}

/* The last WSACleanup may have come while the provider was starting. */
static int
publish(struct ws_entry *e, const WSPPROC_TABLE *t)
{
    const WSPPROC_TABLE *kept = NULL;
    int err;

    ws_lock(&lock);
    err = ws_route_started();
    if (!err) {
        kept = keep(e, t);
        err = kept ? 0 : WSAENOBUFS;
    }
    if (!err) {
        atomic_store_explicit(&e->proc, kept, memory_order_release);
        atomic_store(&e->state, READY);
    }
    ws_unlock(&lock);
    return err;
}

/* By the one thread that moved the entry to STARTING. */
static int
start(struct ws_entry *e)
{
    WSPPROC_TABLE t;
    int err;

    atomic_store(&e->starter, ws_thread_self()->id);
    err = negotiate(e, &t);
    atomic_store(&e->starter, 0);
    if (!err) {
        err = publish(e, &t);
        if (err)
            end(&t);
    }
    if (err)
        atomic_store(&e->state, IDLE);
    ws_futex_wake(&e->state, INT_MAX);
    return err;
}

int
ws_provider_start(struct ws_entry *e, const WSPPROC_TABLE **proc)
{
    const WSPPROC_TABLE *p;
    unsigned was;
    int err = 0;

    while (!err) {
        p = atomic_load_explicit(&e->proc, memory_order_acquire);
        if (p) {
            *proc = p;
            return 0;
        }
        was = IDLE;
        if (atomic_compare_exchange_strong(&e->state, &was, STARTING)) {
            err = start(e);
        } else if (atomic_load(&e->starter) == ws_thread_self()->id) {
            err = WSAEPROVIDERFAILEDINIT; /* it wants a socket of itself */
        } else if (was == STARTING) {
            ws_futex_wait(&e->state, STARTING, WS_NEVER);
        }
    }
    return err;
}

/* ---- ending ---- */

void
ws_provider_open_all(void)
{
    ws_lock(&lock);
    atomic_store(&ws_route_open, true);
    ws_unlock(&lock);
}

/* Takes one provider out of use: its table, or NULL when none is left. */
static const WSPPROC_TABLE *
take_one(const struct ws_catalog *c)
{
    const WSPPROC_TABLE *p = NULL;

    ws_lock(&lock);
    for (size_t i = 0; !p && i < c->count; i++) {
        struct ws_entry *e = c->entries[i];

        p = atomic_exchange(&e->proc, NULL);
        if (p) {
            atomic_store(&e->poll, NULL);
            atomic_store(&e->state, IDLE);
        }
    }
    ws_unlock(&lock);
    return p;
}

void
ws_provider_close_all(void)
{
    const struct ws_catalog *c = ws_catalog_view();
    const WSPPROC_TABLE *p;

    ws_lock(&lock);
    atomic_store(&ws_route_open, false);
    ws_unlock(&lock);
    while (c && (p = take_one(c)))
        end(p);
    ws_route_clear();
    ws_handle_close_all(WS_KIND_SOCKET);
}
