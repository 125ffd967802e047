/* SPDX-License-Identifier: MIT */
/* The vocabulary of the only room that speaks BSD sockets. The types are
 * neutral: no POSIX socket header and no Winsock header is needed to use it.
 * Numbers that differ between the two worlds (families, levels, options,
 * flags, events) are Winsock's on this side; os/ holds the tables. Addresses
 * are Winsock's bytes. Every function that can fail returns 0 or a Winsock
 * error number, leaves its results untouched then, and never blocks unless its
 * comment says so; one that blocks returns WSAEINTR when a signal came. */
#ifndef WS_OS_OS_H
#define WS_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- errors: err.c ---- */

/* What was being done, since one errno can mean two things. */
enum ws_op {
    WS_OP_OTHER,
    WS_OP_SOCKET,
    WS_OP_BIND,
    WS_OP_LISTEN,
    WS_OP_ACCEPT,
    WS_OP_CONNECT,
    WS_OP_SEND,
    WS_OP_SENDTO,
    WS_OP_RECV,
    WS_OP_RECVFROM,
    WS_OP_OPTION,
    WS_OP_NAME, /* getsockname, getpeername */
};

/* The one mapping from errno: exceptions of 'op' first, then the table, then
 * WSASYSCALLFAILURE, which traces itself. 0 stays 0. */
int ws_err(enum ws_op op, int e);

/* ---- addresses: addr.c ---- */

/* A socket address in Winsock's form: family in the first two bytes (AF_INET6
 * is 23), then as in the public structs. 'len' bytes of it count. */
struct ws_addr {
    union {
        uint16_t family;
        unsigned char bytes[128];
        uint64_t align;
    };
    int len;
};

/* Bytes that an address of a Winsock family needs (16, 28, 110), 0 = unknown
 * family. */
int ws_addr_size(int family);

/* ---- sockets: sock.c, data.c, msg.c, sendfile.c ---- */

/* One piece of a scattered buffer; struct iovec's layout, asserted there. */
struct ws_iov {
    void *base;
    size_t len;
};

int ws_os_socket(int family, int type, int protocol, bool nonblock,
                 bool inherit, int *fd);
void ws_os_close(int fd); /* blocks where SO_LINGER says so */
int ws_os_nonblock(int fd, bool on);
int ws_os_inherit(int fd, bool on); /* over exec */
int ws_os_dup(int fd, int *out);

/* Makes the number 'fd' name the socket 'by', whose own number is given back.
 * To other threads there is never a moment without a socket. What 'fd' named
 * is closed, and so leaves what watched it; it keeps whether it is inherited.
 * On failure both are as they were. */
int ws_os_replace(int fd, int by);

/* True if 'fd' is an open socket of a family that we know; tells its Winsock
 * family, type and protocol and whether it is non-blocking. Adopting foreign
 * descriptors needs it. */
bool ws_os_describe(int fd, int *family, int *type, int *protocol,
                    bool *nonblock, bool *listening);

int ws_os_bind(int fd, const struct ws_addr *a);

/* Also after a failed attempt to connect, with the port it was bound to. */
int ws_os_listen(int fd, int backlog);

/* Takes the next connection; blocks if 'fd' does. 'peer' may be NULL. The new
 * descriptor is not inherited over exec. WSAEMFILE comes before the queue is
 * touched (the kernel reserves the number first): no request is lost, but it
 * comes for an empty queue, too. */
int ws_os_accept(int fd, bool nonblock, int *out, struct ws_addr *peer);

/* Starts connecting, or connects if 'fd' blocks. Non-blocking in progress is
 * WSAEWOULDBLOCK. Called again during an attempt of a blocking socket it waits
 * on; only when SO_SNDTIMEO runs out it gives up waiting, with WSAEWOULDBLOCK
 * the first time and WSAEALREADY thereafter. After a failed attempt a call
 * starts the next one; a non-blocking attempt has failed once its error was
 * taken (ws_os_take_error), a call before that is answered with that error. */
int ws_os_connect(int fd, const struct ws_addr *a);

/* Removes a datagram socket's default peer. */
int ws_os_disconnect(int fd);

/* 'how' as SD_RECEIVE 0, SD_SEND 1, SD_BOTH 2. */
int ws_os_shutdown(int fd, int how);

/* Wakes every thread that is blocked in the kernel on 'fd', for good: what
 * they were waiting for ends, and so does, after some milliseconds at most,
 * what is begun later. Works in every state, also unconnected. The connection
 * ends as SO_LINGER says: with a reset if it is on with time 0, else orderly.
 * It is the connection that ends, also for those who share it (ws_os_dup). */
void ws_os_abort_waiters(int fd);

int ws_os_name(int fd, struct ws_addr *a);
int ws_os_peer(int fd, struct ws_addr *a);

/* True if the connection of an accepted descriptor is already gone (reset by
 * the peer). A peer that only ended its sending side is alive. One cheap
 * system call. */
bool ws_os_withdrawn(int fd);

/* Transfer. 'flags' are Winsock's MSG_ bits (OOB 1, PEEK 2, DONTROUTE 4,
 * WAITALL 8; others are WSAEOPNOTSUPP) plus WS_OS_DONTWAIT; never SIGPIPE.
 * '*moved' counts bytes. With 'count' above IOV_MAX a stream takes the first
 * IOV_MAX pieces, a datagram is joined. ws_os_recv stores the sender in '*from'
 * if not NULL ('len' 0 on a connected stream), and sets WS_OS_TRUNC in '*flags'
 * when a datagram was cut (and returns 0), or clears it. WS_OS_STREAM says that
 * 'fd' is a stream and 'from' NULL, so that nothing can be cut: the fast way;
 * without it any socket is served.
 * WSAEWOULDBLOCK on a blocking descriptor means that its time-out ran out.
 * WSAESHUTDOWN from ws_os_send says only that this direction is over: where
 * the owner has not shut it down himself, the connection was reset. MSG_OOB
 * without urgent data is WSAEWOULDBLOCK, with SO_OOBINLINE WSAEINVAL. */
#define WS_OS_DONTWAIT 0x10000
#define WS_OS_TRUNC 0x20000
#define WS_OS_STREAM 0x40000
int ws_os_send(int fd, const struct ws_iov *iov, size_t count, int flags,
               const struct ws_addr *to, size_t *moved);
int ws_os_recv(int fd, const struct ws_iov *iov, size_t count, int *flags,
               struct ws_addr *from, size_t *moved);

/* One try to send a piece of an open file, from '*offset', which moves on by
 * what was sent; '*moved' is 0 at the end of the file. Blocks as little as with
 * WS_OS_DONTWAIT, whatever the descriptors are, unless others send on 'fd' at
 * the same time. Less than 'count' does not mean that there is no more room. */
int ws_os_sendfile(int fd, int file, int64_t *offset, size_t count,
                   size_t *moved);

/* A piece of an open file, for what cannot be sent from there; 0 bytes at its
 * end. */
int ws_os_read_at(int file, void *buf, size_t size, int64_t offset,
                  size_t *moved);

/* Control data beside a datagram: messages in Winsock's form (WSACMSGHDR, each
 * at a multiple of 8 bytes). Sending reads 'size' bytes, which may be anything;
 * receiving fills at most that and tells in 'used'. */
struct ws_os_control {
    void *buf;
    size_t size, used;
};

/* As ws_os_send and ws_os_recv, for datagrams. Sending WSAEINVAL: malformed or
 * unknown control data. Receiving, '*flags' comes back as the bits of WSAMSG,
 * with result 0 even if something was cut: MSG_TRUNC, MSG_CTRUNC (messages left
 * out), and MSG_MCAST or MSG_BCAST if the destination is known, which it is
 * where IP_PKTINFO is on. 'control' may be NULL: there is no room. */
int ws_os_sendmsg(int fd, const struct ws_iov *iov, size_t count, int flags,
                  const struct ws_addr *to, const struct ws_os_control *control,
                  size_t *moved);
int ws_os_recvmsg(int fd, const struct ws_iov *iov, size_t count, int *flags,
                  struct ws_addr *from, struct ws_os_control *control,
                  size_t *moved);

/* The pending error of a socket, read and cleared, as a Winsock number. */
int ws_os_take_error(int fd, enum ws_op op);

int ws_os_queued(int fd, uint32_t *bytes); /* readable at once; FIONREAD */
int ws_os_unsent(int fd, uint32_t *bytes); /* not yet acknowledged */
int ws_os_atmark(int fd, bool *at);

/* Readiness. The bits are those of poll and epoll, so that nobody has to
 * translate them. */
#define WS_IO_IN 0x01      /* data, or a request, or the end */
#define WS_IO_PRI 0x02     /* urgent data */
#define WS_IO_OUT 0x04     /* room, or a connection stands */
#define WS_IO_ERR 0x08     /* an error is pending */
#define WS_IO_HUP 0x10     /* both directions are over */
#define WS_IO_NVAL 0x20    /* no such descriptor */
#define WS_IO_RDHUP 0x2000 /* the peer will send no more */
struct ws_os_poll {
    int fd;
    uint16_t want;  /* WS_IO_* of interest. HUP and ERR are told unasked, RDHUP
                       to those who want IN */
    uint16_t ready; /* out */
};
/* Blocks until one is ready or the absolute 'deadline' (base/clock.h). Returns
 * 0 with '*ready' 0 on time-out. WSAEINTR: a signal. Negative descriptors are
 * passed over. */
int ws_os_poll(struct ws_os_poll *list, size_t count, int64_t deadline,
               size_t *ready);

/* ---- options: opt.c ---- */

/* getsockopt/setsockopt for every option that the kernel keeps, by table:
 * Winsock level and name in, value in Winsock's form (OTH-3 says which lengths
 * each option takes and returns; a get with less room gives the first bytes).
 * Options that the kernel does not keep are WSAENOPROTOOPT, levels that are
 * unknown or not this socket's WSAEINVAL; kit's own options never come here.
 * 'type' is the socket's (1 stream, 2 datagram, 3 raw): validity depends on
 * it. What the kernel rounds is read back rounded: time-outs to its clock
 * tick, buffer sizes to its limits. */
int ws_os_getopt(int fd, int family, int type, int level, int name, void *value,
                 int *len);
int ws_os_setopt(int fd, int family, int type, int level, int name,
                 const void *value, int len);

/* The few that the house sets for itself. */
int ws_os_reuseaddr(int fd, bool on);
int ws_os_reuseport(int fd, bool on);
/* Of the listeners that share a name by ws_os_reuseport, the one that was first
 * gets the connections, and the next one after it has gone. */
int ws_os_first_listener(int fd);
int ws_os_v6only(int fd, bool on);
int ws_os_linger(int fd, bool *on, int *seconds); /* reads */
int ws_os_abortive(int fd); /* closing will reset the connection */
int ws_os_keepalive_vals(int fd, bool on, uint32_t time_ms, uint32_t every_ms);
int ws_os_pacing(int fd, uint64_t bytes_per_second); /* ~0 = none */
int ws_os_dscp(int fd, int family, int dscp);
int ws_os_priority(int fd, int priority); /* 0 to 6 of the local queues */
/* Whether an earlier send's ICMP error ends up in recv (SIO_UDP_CONNRESET). A
 * new socket has it off, unlike on Windows. A socket with a default peer is
 * told in either case: whoever does not want it tries again. */
int ws_os_udp_errors(int fd, int family, bool on);
/* Whether ws_os_recvmsg tells when a datagram came: SO_TIMESTAMP, ws_now() in
 * steps of 100 ns. */
int ws_os_timestamps(int fd, bool on);

/* ---- moments: timer.c ---- */

/* A descriptor that is readable from 'due' on (monotonic ns; WS_NEVER: not at
 * all), which is set as often as wanted. */
int ws_os_timer(int *fd);
void ws_os_timer_set(int fd, int64_t due);

/* ---- multicast groups: group.c ---- */

bool ws_os_is_group(const struct ws_addr *a);
/* Joins on the interface that has the address 'via', or, if that is NULL, on
 * the one that the socket sends to groups by. WSAEISCONN: a member already. */
int ws_os_join_group(int fd, const struct ws_addr *group,
                     const struct ws_addr *via);
/* Sends to groups by the interface that has this address. */
int ws_os_group_via(int fd, const struct ws_addr *via);
/* Only the groups that the socket joins itself reach it. */
int ws_os_own_groups(int fd, int family);
/* Another socket like the datagram socket 'fd', which is bound to one address:
 * this one hears that address and its groups. What has been received and not
 * read stays behind. */
int ws_os_wider(int fd, int *out);

/* ---- interfaces and routes: net.c ---- */

struct ws_os_ifaddr {
    struct ws_addr addr, netmask, broadcast;
    uint32_t flags; /* IFF_UP 1, BROADCAST 2, LOOPBACK 4, POINTTOPOINT 8,
                       MULTICAST 16 in Winsock's numbers */
    uint32_t index;
};
/* All addresses of a Winsock family; '*out' is one malloc'ed block that the
 * caller frees. */
int ws_os_ifaddrs(int family, struct ws_os_ifaddr **out, size_t *count);
/* The local address that the kernel would use towards 'to'. */
int ws_os_route(const struct ws_addr *to, struct ws_addr *local);
/* A descriptor that becomes readable when an address, an interface or a route
 * changes. Reading takes all that is there; false: there was nothing. */
int ws_os_changes_open(int *fd);
bool ws_os_changes_read(int fd);
/* Scope ids in text form. */
uint32_t ws_os_ifindex(const char *name);

/* ---- names: name.c ---- */

/* One result of a look-up; a malloc'ed list, freed by ws_os_freeaddrs. */
struct ws_os_ai {
    struct ws_os_ai *next;
    int type, protocol, family; /* Winsock's numbers */
    struct ws_addr addr;
    char *canonical; /* first entry only, or NULL */
};
/* getaddrinfo: 'flags' are Winsock's AI_ bits, unknown ones WSAEINVAL; errors
 * are Winsock's EAI_ values, which are WSA numbers. May block on the resolver.
 */
int ws_os_getaddrs(const char *node, const char *service, int flags, int family,
                   int type, int protocol, struct ws_os_ai **out);
void ws_os_freeaddrs(struct ws_os_ai *list);
/* getnameinfo: NI_ bits of Winsock; sizes in bytes; too small is WSAEFAULT...
 */
int ws_os_getname(const struct ws_addr *a, char *host, size_t host_size,
                  char *serv, size_t serv_size, int flags);

/* The old data bases. Results live in 'buf' (which the caller keeps for the
 * thread); lists end with NULL. Not found is WSANO_DATA; WSAHOST_NOT_FOUND,
 * WSATRY_AGAIN, WSANO_RECOVERY as usual; too small is WSAENOBUFS. */
struct ws_os_host {
    char *name, **aliases, **addrs;
    int family, length;
};
struct ws_os_serv {
    char *name, **aliases, *proto;
    uint16_t port; /* network byte order */
};
struct ws_os_proto {
    char *name, **aliases;
    int number;
};
int ws_os_hostbyname(const char *name, char *buf, size_t size,
                     struct ws_os_host *out);
int ws_os_hostbyaddr(const void *addr, int len, int family, char *buf,
                     size_t size, struct ws_os_host *out);
int ws_os_servbyname(const char *name, const char *proto, char *buf,
                     size_t size, struct ws_os_serv *out);
int ws_os_servbyport(uint16_t port, const char *proto, char *buf, size_t size,
                     struct ws_os_serv *out);
int ws_os_protobyname(const char *name, char *buf, size_t size,
                      struct ws_os_proto *out);
int ws_os_protobynumber(int number, char *buf, size_t size,
                        struct ws_os_proto *out);
int ws_os_hostname(char *buf, size_t size);

#endif
