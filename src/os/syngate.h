/* SPDX-License-Identifier: MIT */
/* Holding SYNs for SO_CONDITIONAL_ACCEPT. A gate stands before one listener:
 * the kernel drops every SYN that comes for it, a tap shows us a copy, and what
 * the owner decides is carried out: a SYN that is admitted is sent again, with
 * a mark that the gate lets through, and the kernel shakes hands as always; one
 * that is refused is answered with RST; one that is left alone gets no answer.
 * Not for deciding anything, and for TCP only. Invariant: all of it lives in
 * sockets, so nothing is left behind by a process that dies, and nobody gets
 * in while nobody decides.
 *
 * Locking: a tap and all its gates are guarded by one lock, the caller's; every
 * function with a 'tap' or a 'g' needs it held. None of them blocks, with one
 * exception: ws_syngate_open, which a packet filter can keep for 0.2 s. */
#ifndef WS_OS_SYNGATE_H
#define WS_OS_SYNGATE_H

#include "os/os.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ws_syngate_tap; /* what hears SYNs; one a process suffices */
struct ws_syngate;     /* one a conditional listener */

/* ---- what is allowed ---- */

/* How this process comes by raw sockets. */
enum ws_syngate_tier {
    WS_SYNGATE_NONE,   /* not at all: SYNs cannot be held */
    WS_SYNGATE_HELPER, /* ws2-synd hands them over */
    WS_SYNGATE_OWN,    /* it has CAP_NET_RAW */
};

/* Finds out by trying, for the network name space of the calling thread; takes
 * no lock. 'why' gets a sentence for the trace and for whoever asks. */
enum ws_syngate_tier ws_syngate_available(char *why, size_t size);

/* ---- the tap ---- */

/* Costs nothing until a gate opens. WSAENOBUFS. */
int ws_syngate_tap_open(struct ws_syngate_tap **out);

/* When the last of its gates is closed; NULL is taken. */
void ws_syngate_tap_close(struct ws_syngate_tap *tap);

/* The descriptors to watch for WS_IO_IN, level-triggered: IPv4 and IPv6, -1 for
 * one that no gate has needed yet. They come with ws_syngate_open and stay
 * until the tap is closed, so it is asked again after each open. */
void ws_syngate_tap_fds(const struct ws_syngate_tap *tap, int fds[2]);

/* WS_SYNGATE_NONE before the first gate. */
enum ws_syngate_tier ws_syngate_tap_tier(const struct ws_syngate_tap *tap);

/* ---- gates ---- */

/* In place of ws_os_listen: 'fd' is a TCP socket, bound without SO_REUSEPORT
 * and not listening yet. On success it listens behind the gate, it has become
 * non-blocking and has SO_REUSEPORT set, which is the gate's affair: a second
 * listener is refused as ever, since that one would have to bind first. At most
 * 'backlog' requests are held, clamped to 1..WS_SYNGATE_MOST; their memory is
 * taken here. 'owner' comes with every event. What the kernel gives to another
 * listener on the port, with one address where this one has the wildcard, is
 * no request.
 *
 * WSAEACCES: no tier. WSAEOPNOTSUPP: this listener or this system cannot have
 * a gate (bound to a device, SO_REUSEPORT on, in another name space than the
 * tap, an old kernel). After these two 'fd' is as before and may listen
 * without. WSAEINVAL: not bound, or listening. WSAEMFILE, WSAENOBUFS,
 * WSAEADDRINUSE. */
#define WS_SYNGATE_MOST 4096
int ws_syngate_open(struct ws_syngate_tap *tap, int fd, int backlog,
                    void *owner, struct ws_syngate **out);

/* Another backlog from now on. Who is held stays, also when they are more than
 * it allows. WSAENOBUFS: it is as before. */
int ws_syngate_limit(struct ws_syngate *g, int backlog);

/* Refuses everybody who is held, resets who was admitted and not fetched. 'fd'
 * listens no more then; it is still the caller's to close, afterwards (were it
 * closed before, its number could be another's). Changes nothing else at 'fd'.
 * NULL is taken. */
void ws_syngate_close(struct ws_syngate *g);

/* ---- what happens ---- */

enum ws_syngate_kind {
    WS_SYN_NOTHING,    /* there may be more: ask again */
    WS_SYN_NEW,        /* a request: 'id' names it from now on */
    WS_SYN_RETRANSMIT, /* the client of 'id' asks again: he is still there */
    WS_SYN_WITHDRAWN,  /* he reset it, began anew, or is answered by another
                        * listener; 'id' is no more */
    WS_SYN_GAVE_UP,    /* no SYN for longer than he would wait; the same */
};

struct ws_syngate_event {
    enum ws_syngate_kind kind;
    struct ws_syngate *gate;
    void *owner;
    uint64_t id; /* never 0, never used again */

    /* Of WS_SYN_NEW alone, and of the listener's family: with AF_INET6 those
     * of IPv4 are mapped. */
    struct ws_addr remote, local;
};

/* The next event from the wire, in order of arrival. WSAEWOULDBLOCK: nothing
 * is waiting. WS_SYN_NOTHING: some dozen packets were read which mean nothing,
 * and the caller may want to see to something else. A SYN that finds as many
 * requests held as the backlog allows is ignored: its client will ask again. */
int ws_syngate_read(struct ws_syngate_tap *tap, struct ws_syngate_event *out);

/* The next request whose client has given up by the time 'now'. WSAEWOULDBLOCK:
 * none; then '*next' is when to ask again at the latest (WS_NEVER: nobody is
 * held). Cheap: call it after each bout of ws_syngate_read and of admissions,
 * whose requests may have earlier times, after ws_syngate_refuse of somebody
 * who was admitted, and when told. */
int ws_syngate_expire(struct ws_syngate_tap *tap, int64_t now,
                      struct ws_syngate_event *out, int64_t *next);

/* ---- what is decided ---- */

/* Lets 'id' in and gives his connection, as ws_os_accept would. On the same
 * machine the first call does it all. WSAEWOULDBLOCK: the handshake goes on;
 * call again when the listener's descriptor is readable (WS_IO_IN), and after
 * every event of 'id' and every bout of ws_syngate_read, until 'deadline':
 * WSAETIMEDOUT then, and 'id' is no more. Where a packet filter swallows what
 * we send ourselves, the client is let in with his next SYN, a second or more
 * later: a deadline of less than some seconds makes no sense.
 * WSAECONNRESET: he withdrew meanwhile, or another listener has him; 'id' is
 * no more, or never was.
 * Other errors of accept (WSAEMFILE) leave things so that it can be called
 * again. */
int ws_syngate_admit(struct ws_syngate *g, uint64_t id, bool nonblock,
                     int64_t deadline, int *fd);

/* Sends him RST: his connect fails with ECONNREFUSED. If he was admitted and
 * the connection stands already, it is reset. 'id' is no more; his SYNs that
 * are still on the way get the same answer. An unknown 'id' does nothing. */
void ws_syngate_refuse(struct ws_syngate *g, uint64_t id);

/* Lets 'id' go without an answer. If he asks again, it is a new request. */
void ws_syngate_forget(struct ws_syngate *g, uint64_t id);

/* How many are held, with those who are admitted and not fetched yet. */
size_t ws_syngate_held(const struct ws_syngate *g);

#endif
