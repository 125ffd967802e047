/* SPDX-License-Identifier: MIT */
/* select and WSAPoll. Both speak of many sockets and belong to one provider:
 * that of the first socket in them (SEL-3). The SPI has no slot for WSAPoll, so
 * a provider offers it as an extension function. */
#include "api/border.h"

#include "spi/upcall.h"

#include <ws2/mswsock.h>

/* What a provider answers to WSAID_WSAPOLL: WSAPoll with a place for the error
 * code, as all its entries have. */
typedef int(WSPAPI *LPFN_WSAPOLL_EXT)(LPWSAPOLLFD fds, ULONG count, INT timeout,
                                      INT *errp);

int WSAAPI
__WSAFDIsSet(SOCKET s, fd_set *set)
{
    return ws_upcalls.lpWPUFDIsSet(s, set);
}

/* The first socket of the three sets, in this order. */
static int
find_first(const fd_set *r, const fd_set *w, const fd_set *e, SOCKET *out)
{
    const fd_set *sets[] = {r, w, e};

    for (size_t i = 0; i < WS_ARRAY_LEN(sets); i++) {
        if (sets[i] && sets[i]->fd_count) {
            *out = sets[i]->fd_array[0];
            return 0;
        }
    }
    return WSAEINVAL;
}

int WSAAPI
select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
       const struct timeval *timeout)
{
    const WSPPROC_TABLE *p;
    SOCKET first = INVALID_SOCKET;
    int ready = 0, code = 0;
    int err = ws_route_started();

    if (!err)
        err = find_first(readfds, writefds, exceptfds, &first);
    if (!err)
        err = ws_route(first, &p);
    if (!err) {
        ready =
            p->lpWSPSelect(nfds, readfds, writefds, exceptfds, timeout, &code);
        if (ready == SOCKET_ERROR)
            err = ws_spi_code(code);
    }
    return ws_api_count(err, ready);
}

/* ---- WSAPoll ---- */

/* Asks a provider for its function, through one of its sockets. */
static int
ask(const WSPPROC_TABLE *p, SOCKET s, FARPROC *out)
{
    GUID id = WSAID_WSAPOLL;
    DWORD got = 0;
    int code = 0;

    if (p->lpWSPIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id),
                      out, sizeof(*out), &got, NULL, NULL, NULL, &code))
        return ws_spi_code(code);
    return 0;
}

/* The function that serves 's'; asked for once. */
static int
find_poll(SOCKET s, LPFN_WSAPOLL_EXT *out)
{
    const WSPPROC_TABLE *p;
    struct ws_entry *e;
    FARPROC f = NULL;
    int err = ws_route_entry(s, &e);

    if (!err)
        f = atomic_load_explicit(&e->poll, memory_order_acquire);
    if (!err && !f) {
        err = ws_route(s, &p);
        if (!err)
            err = ask(p, s, &f);
        if (!err)
            atomic_store_explicit(&e->poll, f, memory_order_release);
    }
    if (!err)
        *out = (LPFN_WSAPOLL_EXT)(void *)f;
    return err;
}

/* The function of the first entry that is a socket. */
static int
find_any_poll(const WSAPOLLFD *fds, ULONG count, LPFN_WSAPOLL_EXT *out)
{
    int err = WSAENOTSOCK;

    for (ULONG i = 0; err == WSAENOTSOCK && i < count; i++)
        err = find_poll(fds[i].fd, out);
    return err;
}

int WSAAPI
WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    LPFN_WSAPOLL_EXT poll = NULL;
    int ready = 0, code = 0;
    int err = ws_route_started();

    if (!err && !fds)
        err = count ? WSAEFAULT : WSAEINVAL;
    if (!err && !count)
        err = WSAEINVAL;
    if (!err)
        err = find_any_poll(fds, count, &poll);
    if (!err) {
        ready = poll(fds, count, timeout, &code);
        if (ready == SOCKET_ERROR)
            err = ws_spi_code(code);
    }
    return ws_api_count(err, ready);
}
