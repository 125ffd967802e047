/* SPDX-License-Identifier: MIT */
/* Thread-local slots. A slot that is freed and allocated again must read NULL
 * in every thread, so each allocation has a number of its own, odd while the
 * slot is in use, and a thread's value counts only under the number that it
 * was stored with. */
#include "w32/tls.h"
#include "w32/error.h"
#include "w32/thread.h"

#include <ws2/winbase.h>

#include <stdlib.h>

#define SLOTS 1088 /* as Windows has */

struct value {
    void *value;
    unsigned serial;
};

static atomic_uint serials[SLOTS];
static struct ws_lock lock = WS_LOCK_INIT(WS_RANK_LEAF);
static unsigned next_slot;

/* The thread's values; made when it first stores one. */
static WS_TLS struct value *values;

void
ws_tls_end(void)
{
    free(values);
    values = NULL;
}

static unsigned
serial_of(DWORD slot)
{
    return slot < SLOTS ? atomic_load(&serials[slot]) : 0;
}

DWORD WINAPI
TlsAlloc(void)
{
    DWORD found = TLS_OUT_OF_INDEXES;

    ws_lock(&lock);
    for (unsigned i = 0; i < SLOTS && found == TLS_OUT_OF_INDEXES; i++) {
        unsigned slot = (next_slot + i) % SLOTS;

        if (atomic_load(&serials[slot]) % 2)
            continue;
        atomic_fetch_add(&serials[slot], 1);
        next_slot = slot + 1;
        found = slot;
    }
    ws_unlock(&lock);
    if (found == TLS_OUT_OF_INDEXES)
        ws_error_last = ERROR_NO_SYSTEM_RESOURCES;
    return found;
}

LPVOID WINAPI
TlsGetValue(DWORD slot)
{
    unsigned serial = serial_of(slot);

    if (serial % 2 == 0) {
        ws_error_last = ERROR_INVALID_PARAMETER;
        return NULL;
    }
    ws_error_last = ERROR_SUCCESS;
    if (!values || values[slot].serial != serial)
        return NULL;
    return values[slot].value;
}

BOOL WINAPI
TlsSetValue(DWORD slot, LPVOID value)
{
    unsigned serial = serial_of(slot);

    if (serial % 2 == 0)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    if (!values) {
        ws_thread_self(); /* whose end frees them */
        values = calloc(SLOTS, sizeof(*values));
    }
    if (!values)
        return ws_w32_bool(ERROR_NOT_ENOUGH_MEMORY);
    values[slot].value = value;
    values[slot].serial = serial;
    return TRUE;
}

BOOL WINAPI
TlsFree(DWORD slot)
{
    int err = ERROR_INVALID_PARAMETER;

    ws_lock(&lock);
    if (serial_of(slot) % 2) {
        atomic_fetch_add(&serials[slot], 1);
        err = 0;
    }
    ws_unlock(&lock);
    return ws_w32_bool(err);
}
