/* SPDX-License-Identifier: MIT */
/* What the files of the ISO provider share: the circuit, which is the
 * provider's part of every ISO socket, and what they do for each other.
 *
 * An ISO socket's descriptor is a TCP socket from the start to the end: an
 * unconnected one until there is a connection, and for a listener for ever
 * (the descriptor that listens is a shared one of listen.c). All of a circuit
 * is guarded by its socket's lock, but for what is said to be fixed. */
#ifndef WS_PROV_ISOTP_H
#define WS_PROV_ISOTP_H

#include "kit/sock.h"
#include "kit/transport.h"
#include "prov/isotp/isoaddr.h"
#include "prov/isotp/machine.h"
#include "prov/isotp/timer.h"

#include <ws2/ws2spi.h>
#include <ws2/wshisotp.h>

/* ---- octets kept for the user: connect and disconnect data ---- */

struct ws_isotp_text {
    size_t len;
    uint8_t octets[];
};

/* Replaces '*t' by a copy; no octets: by NULL. WSAENOBUFS. */
int ws_isotp_text_set(struct ws_isotp_text **t, const void *octets, size_t len);

static inline struct ws_octets
ws_isotp_text_get(const struct ws_isotp_text *t)
{
    return t ? (struct ws_octets){t->octets, t->len}
             : (struct ws_octets){NULL, 0};
}

/* ---- the circuit ---- */

/* What options set; an accepted socket has the listener's. */
struct ws_isotp_settings {
    uint8_t profile;    /* enum ws_tpdu_profile */
    uint8_t size;       /* code of the TPDU size to propose, 0: none */
    bool expedited;     /* SO_EXPEDITED */
    bool has_port;      /* ISO_OPT_PORT was set */
    uint16_t port;      /* for addresses that name none */
    uint32_t ts1, ts2;  /* milliseconds; 0: for ever */
    uint32_t header_ms; /* of a listener */
    uint8_t kernel;     /* option.c's: which were set on the descriptor */
};

enum {
    ISOTP_TS1 = 120000,
    ISOTP_TS2 = 5000,
    ISOTP_HEADER = 30000,
    ISOTP_AHEAD = 512,       /* octets read ahead of the receiver at most */
    ISOTP_EXPEDITED = 16,    /* expedited TSDUs kept at most */
    ISOTP_SIGHT = 256 << 10, /* how far they are seen behind unread data */
};

struct ws_isotp_place; /* listen.c's: what bind and listen have claimed */

struct ws_isotp_expedited {
    uint8_t len, octets[TPDU_DATA_ED];
};

struct ws_circuit {
    struct ws_isotp_settings set;

    /* Names. 'own' as bound (or, accepted, as called); 'peer' once there is an
     * attempt or a connection. */
    struct ws_isoaddr own, peer;
    bool has_own, has_peer;
    bool named;                   /* by bind, which outlives a connection */
    struct ws_isotp_place *place; /* NULL: the socket has claimed none */

    /* SO_CONNDATA and WSAConnect: what we say, or answer; what the peer said.
     * SO_DISCDATA likewise, and SO_DISCOPT: -1 unless set or received. */
    struct ws_isotp_text *conn_ours, *conn_theirs;
    struct ws_isotp_text *disc_ours, *disc_theirs;
    int reason_ours, reason_theirs;

    struct ws_isomach mach;
    struct ws_nego_terms terms; /* what holds, once mach is open */
    int ended; /* of receiving: 0, WSAEDISCON, or why the connection broke */
    bool detached; /* the descriptor is a stranger's */

    uint8_t tcp_family;         /* of the descriptor before it is connected */
    struct ws_sock *sock;       /* whose it is; NULL before; fixed */
    struct ws_isotp_call *call; /* call.c's, while an attempt lasts */
    struct ws_isotimer timer;   /* of the attempt, and of the wait for a DC */
    bool awaits_dc;             /* that wait lasts */

    /* Receiving: octets of the stream that nobody has looked at, and the DT
     * at their front. */
    uint16_t ahead_at, ahead_end;
    uint8_t ahead[ISOTP_AHEAD];
    bool front;        /* a DT's header has been taken off */
    bool front_eot;    /* it is the last one of its TSDU */
    size_t front_left; /* octets of it still to come, those ahead included */
    size_t skip;       /* octets to be passed over */
    bool drained;      /* the descriptor had less than was asked of it */
    bool blocks;       /* the descriptor does, as it must to be lent */
    uint8_t ed_count;
    struct ws_isotp_expedited *ed; /* ISOTP_EXPEDITED of them, once needed */
    unsigned foreseen; /* expedited TPDUs that were kept before their turn */
    size_t scouted;    /* up to there the descriptor's octets were looked at */
    size_t scout_rest; /* of the packet that goes on there */

    /* Sending: whose message is under way, and how far its TPDU is. */
    const void *sender;
    uint8_t head[9], head_at, head_len; /* of that TPDU, not all of it sent */
    size_t tpdu_left;                   /* of its data */
    uint8_t *rest;                      /* octets that still have to go */
    size_t rest_at, rest_len;

    bool said_last;    /* our DR, or that there is none, is behind 'rest' */
    bool ends;         /* behind all that comes FIN */
    uint8_t reply_len; /* a DC, kept back for a DR of ours to take its place */
    uint8_t reply[16];
};

extern const struct ws_transport ws_isotp_transport;

/* A circuit with these settings (NULL: the defaults); NULL: no memory. */
struct ws_circuit *ws_isotp_circuit_new(const struct ws_isotp_settings *set);
void ws_isotp_circuit_free(struct ws_circuit *c); /* NULL is taken */

/* Makes 'c' the circuit of 's' and frees the one that it had. For a new socket
 * and for one that AcceptEx fills; no lock. */
void ws_isotp_attach(struct ws_sock *s, struct ws_circuit *c);

/* Of a circuit that is nobody's yet: the connection stands, 'm' being OPEN and
 * 'terms' agreed. 'unread' are octets read behind the CR (at most
 * ISOTP_AHEAD). Names and data are set by the caller. */
void ws_isotp_circuit_open(struct ws_circuit *c, const struct ws_isomach *m,
                           const struct ws_nego_terms *terms,
                           struct ws_octets unread);

/* A reference, never 0; any thread. */
uint16_t ws_isotp_reference(void);

/* What every TCP connection has: TCP_NODELAY, keep-alive. */
void ws_isotp_tune(int fd);

/* Sends the last octets (none: NULL, 0), FIN, and reads until the peer's end,
 * at most 'ms' milliseconds (0: for ever), in the background; then closes the
 * descriptor, which it takes over. Never blocks; any lock below the
 * dispatcher's may be held. */
void ws_isotp_drain(int fd, const void *last, size_t len, uint32_t ms);

/* Closes all that are still drained: the provider ends. */
void ws_isotp_drain_stop(void);

/* A Winsock address in its TCP form from an ISO one; WSAEADDRNOTAVAIL for ANY
 * with 'bind' false. The port is 'port'. */
int ws_isotp_tcp_name(const struct ws_isoaddr *a, uint16_t port, bool bind,
                      struct ws_addr *out);
/* The other way: ip, family, port (has_port set); selector and profile stay. */
void ws_isotp_from_tcp(const struct ws_addr *tcp, struct ws_isoaddr *out);

/* An ISO name as the house carries it: a SOCKADDR_TP of 72 octets. */
void ws_isotp_name(const struct ws_isoaddr *a, struct ws_addr *out);

/* ---- listen.c ---- */

/* bind, for a socket whose 'own' is set and nobody else touches; no lock. With
 * an explicit port (own.has_port or set.has_port) claims it now, else listen
 * does. Writes the port that it got into 'own' (has_port set). WSAEADDRINUSE,
 * WSAEACCES, WSAEADDRNOTAVAIL. */
int ws_isotp_claim(struct ws_sock *s);

/* The socket closes (no lock), and is freed: both let the claim go, which may
 * be NULL. Requests that wait are the backlog's business. */
void ws_isotp_unclaim(struct ws_sock *s);

/* lpWSPListen. */
void ws_isotp_listen_entries(WSPPROC_TABLE *t);

/* The provider ends: what is shared and not yet claimed by sockets goes. */
void ws_isotp_listen_stop(void);

/* ---- option.c ---- */

/* lpWSPGetSockOpt, lpWSPSetSockOpt, lpWSPIoctl. Extension functions are asked
 * of ws_isotp_extension. */
void ws_isotp_option_entries(WSPPROC_TABLE *t);
int WSPAPI ws_isotp_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size,
                          LPVOID out, DWORD out_size, LPDWORD returned,
                          LPWSAOVERLAPPED ov,
                          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                          LPWSATHREADID thread, LPINT errp);

/* What was set on the listener's descriptor, for that of a connection. */
void ws_isotp_inherit(struct ws_sock *listener, int fd)
    WS_REQUIRES(listener->lock);

/* ---- wsp.c ---- */

/* A TCP socket as every ISO socket has one before it is connected. */
int ws_isotp_socket(int family, bool inherit, int *fd);

/* The socket that the provider that is asked made of a TCP descriptor. */
int ws_isotp_adopt_tcp(int fd, SOCKET *out);

/* ---- conn.c ---- */

/* SIO_ISOTP_DETACH, the first half: checks, and takes the descriptor out of
 * the socket, which keeps a place-holder. 'unread' has room for ISOTP_AHEAD
 * octets. WSAENOTCONN, WSAEINPROGRESS, WSAEMFILE. No lock. */
int ws_isotp_detach(struct ws_sock *s, int *fd, uint8_t *unread, size_t *len);

/* Under the lock: the connection cannot go on. 'err' is what calls say from
 * now on; the peer gets a reset. */
void ws_isotp_break(struct ws_sock *s, int err) WS_REQUIRES(s->lock);

/* Graceful end of our sending with the disconnect data that is set, as
 * WSASendDisconnect and shutdown do. */
int ws_isotp_release(struct ws_sock *s) WS_REQUIRES(s->lock);

/* The wait for the DC to our DR is over; and: TS2 has run out. */
void ws_isotp_stop_waiting(struct ws_circuit *c);
void ws_isotp_overdue(struct ws_sock *s) WS_REQUIRES(s->lock);

/* ---- read.c ---- */

/* What has been read and not looked at. */
static inline size_t
ws_isotp_ahead(const struct ws_circuit *c)
{
    return (size_t)(c->ahead_end - c->ahead_at);
}

static inline const uint8_t *
ws_isotp_ahead_at(const struct ws_circuit *c)
{
    return c->ahead + c->ahead_at;
}

static inline void
ws_isotp_use_ahead(struct ws_circuit *c, size_t n)
{
    c->ahead_at = (uint16_t)(c->ahead_at + n);
    if (c->ahead_at == c->ahead_end)
        c->ahead_at = c->ahead_end = 0;
}

/* Looks for the next DT, in what there is or, if it 'reads', in what comes:
 * WSAEWOULDBLOCK until there is a front, or the end. */
int ws_isotp_look(struct ws_sock *s, bool reads) WS_REQUIRES(s->lock);

/* Reads behind what is ahead until there are 'need' octets of it, in one try.
 * And one read for somebody else, of which 'asked' octets were wanted. 0 may
 * mean that the circuit has ended. */
int ws_isotp_fill(struct ws_sock *s, size_t need) WS_REQUIRES(s->lock);
int ws_isotp_read(struct ws_sock *s, struct ws_iov *v, size_t count, int flags,
                  size_t asked, size_t *got) WS_REQUIRES(s->lock);

/* As struct ws_transport's. */
size_t ws_isotp_lend(struct ws_sock *s) WS_REQUIRES(s->lock);
void ws_isotp_give_back(struct ws_sock *s, const void *octets, size_t count,
                        int err) WS_REQUIRES(s->lock);

/* The oldest goes when nobody reads them, as TCP's urgent data does. */
int ws_isotp_keep_expedited(struct ws_circuit *c, struct ws_octets data);

/* ---- scout.c ---- */

/* Keeps the expedited data that are in the kernel's buffer behind what has not
 * been received. */
void ws_isotp_scout(struct ws_sock *s) WS_REQUIRES(s->lock);

/* ---- recv.c and send.c: what ws_transport has ---- */

int ws_isotp_send(struct ws_sock *s, const void *sender, const struct ws_iov *v,
                  size_t count, int flags, bool once, size_t *moved)
    WS_REQUIRES(s->lock);
void ws_isotp_cut(struct ws_sock *s, const void *sender) WS_REQUIRES(s->lock);
int ws_isotp_recv(struct ws_sock *s, const struct ws_iov *v, size_t count,
                  int *flags, size_t *moved) WS_REQUIRES(s->lock);
unsigned ws_isotp_sift(struct ws_sock *s, unsigned ready) WS_REQUIRES(s->lock);

/* Octets of ours between two TPDUs, behind what waits already; what waits, sent
 * as far as the descriptor takes it, and forgotten. */
int ws_isotp_say(struct ws_sock *s, const void *octets, size_t len)
    WS_REQUIRES(s->lock);
void ws_isotp_flush(struct ws_sock *s) WS_REQUIRES(s->lock);
void ws_isotp_drop_rest(struct ws_circuit *c);

/* ---- call.c ---- */

void ws_isotp_call_entries(WSPPROC_TABLE *t); /* lpWSPConnect */
int ws_isotp_attempt(struct ws_sock *s, unsigned *want) WS_REQUIRES(s->lock);
void ws_isotp_call_prepare(struct ws_circuit *c);
/* A fresh descriptor under the old number, for peers of 'family'. */
int ws_isotp_fresh(struct ws_sock *s, int family) WS_REQUIRES(s->lock);
void ws_isotp_call_forget(struct ws_circuit *c);
int ws_isotp_connectex(struct ws_sock *s, const struct sockaddr *name, int len,
                       const void *data, DWORD size, LPOVERLAPPED ov);

/* ---- text.c, ext.c ---- */

/* lpWSPAddressToString, lpWSPStringToAddress, lpWSPGetQOSByName. */
void ws_isotp_text_entries(WSPPROC_TABLE *t);

int ws_isotp_extension(const GUID *id, void (**out)(void));

#endif
