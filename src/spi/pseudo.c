/* SPDX-License-Identifier: MIT */
/* Objects behind the sockets of non-IFS providers. ReadFile and WriteFile on
 * such a handle become the provider's receive and send (SPI-20), without
 * overlapped; nothing else of the system knows these handles. */
#include "spi/pseudo.h"

#include "spi/border.h"
#include "w32/handle.h"

#include <stdlib.h>

struct pseudo {
    struct ws_object object;
    struct ws_entry *entry;
    DWORD_PTR context;
    _Atomic(SOCKET) handle;
};

static struct pseudo *
pseudo_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct pseudo, object);
}

static void
release(struct ws_object *o)
{
    free(pseudo_of(o));
}

static int
read_file(struct ws_object *o, void *buf, uint32_t size, uint32_t *moved,
          LPOVERLAPPED ov)
{
    struct pseudo *p = pseudo_of(o);
    const WSPPROC_TABLE *proc = atomic_load(&p->entry->proc);
    WSABUF piece = {size, buf};
    DWORD flags = 0;
    int code = 0;

    if (!proc)
        return WSAENOTSOCK;
    if (proc->lpWSPRecv(p->handle, &piece, 1, moved, &flags, ov, NULL, NULL,
                        &code))
        return ws_spi_code(code);
    return 0;
}

static int
write_file(struct ws_object *o, const void *buf, uint32_t size, uint32_t *moved,
           LPOVERLAPPED ov)
{
    struct pseudo *p = pseudo_of(o);
    const WSPPROC_TABLE *proc = atomic_load(&p->entry->proc);
    WSABUF piece = {size, (CHAR *)buf};
    int code = 0;

    if (!proc)
        return WSAENOTSOCK;
    if (proc->lpWSPSend(p->handle, &piece, 1, moved, 0, ov, NULL, NULL, &code))
        return ws_spi_code(code);
    return 0;
}

static const struct ws_object_ops ops = {
    .kind = WS_KIND_SOCKET,
    .free = release,
    .read = read_file,
    .write = write_file,
};

int
ws_pseudo_open(struct ws_entry *entry, DWORD_PTR context, SOCKET *out)
{
    struct pseudo *p = calloc(1, sizeof(*p));
    HANDLE h;
    int err;

    if (!p)
        return WSAENOBUFS;
    ws_object_init(&p->object, &ops);
    p->entry = entry;
    p->context = context;
    err = ws_handle_open(&p->object, &h) ? WSAENOBUFS : 0;
    if (!err) {
        p->handle = (SOCKET)(ULONG_PTR)h;
        *out = p->handle;
    }
    ws_object_unref(&p->object);
    return err;
}

/* With a reference. */
static int
find(SOCKET s, struct pseudo **out)
{
    struct ws_object *o;

    if (ws_handle_ref((HANDLE)(ULONG_PTR)s, WS_KIND_SOCKET, &o))
        return WSAENOTSOCK;
    if (o->ops != &ops) {
        ws_object_unref(o);
        return WSAENOTSOCK;
    }
    *out = pseudo_of(o);
    return 0;
}

int
ws_pseudo_close(SOCKET s)
{
    struct pseudo *p;
    int err = find(s, &p);

    if (!err) {
        err = ws_handle_close((HANDLE)(ULONG_PTR)s, WS_KIND_SOCKET);
        ws_object_unref(&p->object);
    }
    return err ? WSAENOTSOCK : 0;
}

int
ws_pseudo_context(SOCKET s, DWORD_PTR *context)
{
    struct pseudo *p;
    int err = find(s, &p);

    if (!err) {
        *context = p->context;
        ws_object_unref(&p->object);
    }
    return err;
}

int
ws_pseudo_entry(SOCKET s, struct ws_entry **out)
{
    struct pseudo *p;
    int err = find(s, &p);

    if (!err) {
        *out = p->entry;
        ws_object_unref(&p->object);
    }
    return err;
}
