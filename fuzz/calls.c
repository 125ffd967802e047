/* SPDX-License-Identifier: MIT */
/* A string of bytes makes calls on a handful of non-blocking sockets that are
 * connected with each other over loopback. A model beside them knows what each
 * call may answer: which class of error, which bytes, whose request. It says
 * nothing where Winsock leaves the answer open or time decides.
 * Invariant: no request and no byte is lost, swapped or given out twice. Waits
 * are for what the kernel has done already, and bounded. */
#include "fuzz.h"

#include <winsock2.h>
#include <ws2tcpip.h>

enum { SLOTS = 7, STEPS = 96, LINKS = STEPS, SOON_S = 5 };

enum state { FREE, IDLE, CONNECTING, CONNECTED, FAILED, LISTENING };

/* A connection: [0] is the end that connected, [1] the one accepted. */
struct link {
    int slot[2];              /* -1: not there yet, or closed */
    unsigned sent[2], got[2]; /* bytes, by end */
    int ended[2];             /* that end sends no more */
    int dead;                 /* refused, reset, or about to be */
    USHORT port;              /* of end 0 */
};

struct sock {
    SOCKET s;
    enum state state;
    int udp, bound, chosen, no_send, no_recv; /* chosen: by bind */
    struct link *link;
    int end;
    struct link *queue[LINKS]; /* requests, if listening */
    int queued;
    USHORT port, target; /* own, if listening; of the attempt, in host order */
    long mask, told;     /* told: enumerated and not re-enabled since */
    int silent;          /* deferred */
};

static struct sock socks[SLOTS];
static struct link links[LINKS];
static int link_count;
static WSAEVENT events[SLOTS];

/* ---- judging ---- */

#define CODE(call) ((call) == SOCKET_ERROR ? WSAGetLastError() : 0)
#define ONE_OF(code, ...)                                                      \
    one_of(__LINE__, code, (const int[]){__VA_ARGS__},                         \
           sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void
one_of(int line, int code, const int *allowed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code == allowed[i])
            return;
    fprintf(stderr, "line %d: %d was not to be expected\n", line, code);
    abort();
}

static int
ready(SOCKET s, int write, int seconds)
{
    fd_set in, out, bad;
    struct timeval tv = {seconds, 0};

    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&bad);
    FD_SET(s, write ? &out : &in);
    if (write)
        FD_SET(s, &bad);
    WANT(select(0, &in, &out, &bad, &tv) != SOCKET_ERROR);
    return FD_ISSET(s, &in) || FD_ISSET(s, &out) ? 1
           : FD_ISSET(s, &bad)                   ? -1
                                                 : 0;
}

static struct sockaddr_in
loopback(USHORT port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static USHORT
own_port(SOCKET s)
{
    struct sockaddr_in a;
    int len = sizeof(a);

    WANT(getsockname(s, (struct sockaddr *)&a, &len) == 0);
    return ntohs(a.sin_port);
}

/* ---- the model ---- */

static struct sock *
find_free(void)
{
    for (int i = 0; i < SLOTS; i++)
        if (socks[i].state == FREE)
            return &socks[i];
    return NULL;
}

static struct sock *
find_listener(USHORT port)
{
    for (int i = 0; i < SLOTS; i++)
        if (socks[i].state == LISTENING && socks[i].port == port)
            return &socks[i];
    return NULL;
}

static unsigned
unread(const struct sock *k)
{
    return k->link ? k->link->sent[!k->end] - k->link->got[k->end] : 0;
}

static int
is_clean(const struct sock *k)
{
    return k->link && !k->link->dead;
}

static void
forget(struct sock *k)
{
    memset(k, 0, sizeof(*k));
    k->s = INVALID_SOCKET;
}

/* The attempt has succeeded, and the request is at its listener's. */
static void
connected(struct sock *k, struct sock *listener)
{
    struct link *l = &links[link_count++];

    WANT(link_count <= LINKS);
    *l = (struct link){
        .slot = {(int)(k - socks), -1}
    };
    l->port = own_port(k->s);
    k->state = CONNECTED;
    k->link = l;
    k->end = 0;
    listener->queue[listener->queued++] = l;
    WANT(ready(listener->s, 0, SOON_S) == 1);
}

static void
settle(struct sock *k)
{
    struct sock *listener;
    int how;

    if (k->state != CONNECTING || k->udp)
        return;
    listener = find_listener(k->target);
    how = ready(k->s, 1, SOON_S);
    WANT(how == (listener ? 1 : -1));
    if (listener)
        connected(k, listener);
    else
        k->state = FAILED;
}

static void
settle_others(const struct sock *but)
{
    for (int i = 0; i < SLOTS; i++)
        if (&socks[i] != but)
            settle(&socks[i]);
}

static void
kill_queue(struct sock *k)
{
    for (int i = 0; i < k->queued; i++)
        k->queue[i]->dead = 1;
    k->queued = 0;
}

/* ---- coming to be ---- */

static void
do_socket(struct sock *k, unsigned arg)
{
    u_long on = 1;

    if (k->state != FREE)
        return;
    k->udp = arg % 8 == 7;
    k->s = socket(AF_INET, k->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    WANT(k->s != INVALID_SOCKET);
    WANT(ioctlsocket(k->s, FIONBIO, &on) == 0);
    k->state = IDLE;
}

static void
do_bind(struct sock *k, unsigned arg)
{
    struct sockaddr_in a = loopback(0);
    int code = CODE(bind(k->s, (struct sockaddr *)&a, sizeof(a)));

    (void)arg;
    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->bound)
        ONE_OF(code, WSAEINVAL);
    else
        ONE_OF(code, 0);
    if (!code)
        k->bound = k->chosen = 1;
}

static void
do_listen(struct sock *k, unsigned arg)
{
    int code = CODE(listen(k->s, arg % 4 ? 200 : SOMAXCONN));

    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->udp)
        ONE_OF(code, WSAEOPNOTSUPP);
    else if (k->state == LISTENING)
        ONE_OF(code, 0);
    else if (k->state == CONNECTED)
        ONE_OF(code, WSAEISCONN);
    else if (k->state == CONNECTING)
        ONE_OF(code, WSAEINVAL, WSAEISCONN, 0, WSAEADDRINUSE);
    else if (k->state == FAILED && !k->chosen) /* the port was for that only */
        ONE_OF(code, 0, WSAEADDRINUSE);
    else
        ONE_OF(code, k->bound ? 0 : WSAEINVAL);
    if (!code) {
        k->state = LISTENING;
        k->port = own_port(k->s);
    }
}

static void
do_connect(struct sock *k, unsigned arg)
{
    struct sock *to = &socks[arg % SLOTS];
    USHORT port = to->state == LISTENING ? to->port : 1;
    struct sockaddr_in a = loopback(port);
    int code;

    if (k->state == CONNECTED || k->state == LISTENING || link_count == LINKS)
        port = 0;
    if (k->state == IDLE && link_count == LINKS)
        return;
    code = CODE(connect(k->s, (struct sockaddr *)&a, sizeof(a)));
    switch (k->state) {
    case FREE: ONE_OF(code, WSAENOTSOCK); return;
    case LISTENING: ONE_OF(code, WSAEINVAL); return;
    case CONNECTED: ONE_OF(code, k->udp ? 0 : WSAEISCONN); return;
    case CONNECTING:
        if (code == WSAEALREADY || code == WSAEISCONN)
            return;
        k->state = FAILED; /* so it had failed, and this is a new attempt */
        break;
    default: break;
    }
    if (k->udp) {
        ONE_OF(code, 0);
        k->bound = 1;
        k->state = CONNECTED;
        return;
    }
    ONE_OF(code, 0, WSAEWOULDBLOCK, port == 1 ? WSAECONNREFUSED : 0);
    k->bound = 1;
    k->target = port;
    k->told &= ~(long)(FD_CONNECT | FD_WRITE);
    k->state = code == WSAECONNREFUSED ? FAILED : CONNECTING;
    if (arg & 0x80)
        settle(k);
}

/* ---- accept ---- */

static struct {
    const struct link *link;
    USHORT callee;
    int answer, calls;
} script;

static USHORT
port_of(const WSABUF *name)
{
    struct sockaddr_in a;

    WANT(name->len >= sizeof(a));
    memcpy(&a, name->buf, sizeof(a));
    WANT(a.sin_family == AF_INET);
    return ntohs(a.sin_port);
}

static int CALLBACK
condition(LPWSABUF caller, LPWSABUF data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF reply, GROUP *group, DWORD_PTR context)
{
    (void)data, (void)sqos, (void)gqos, (void)reply, (void)group;
    WANT(context == 4711);
    WANT(script.calls++ == 0);
    WANT(script.link && port_of(caller) == script.link->port);
    WANT(port_of(callee) == script.callee);
    memset(caller->buf, 0x5a, caller->len);
    return script.answer;
}

static struct link *
pop(struct sock *k)
{
    struct link *l = k->queue[0];

    memmove(&k->queue[0], &k->queue[1],
            (size_t)--k->queued * sizeof(k->queue[0]));
    return l;
}

static void
accepted(struct sock *k, SOCKET conn, const struct sockaddr_in *from)
{
    struct sock *fresh = find_free();
    struct link *l = pop(k);

    WANT(ntohs(from->sin_port) == l->port);
    fresh->s = conn;
    fresh->state = CONNECTED;
    fresh->bound = 1;
    fresh->link = l;
    fresh->end = 1;
    fresh->mask = k->mask;
    l->slot[1] = (int)(fresh - socks);
}

static void
check_accept(struct sock *k, int code, int verdict)
{
    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->udp)
        ONE_OF(code, WSAEOPNOTSUPP);
    else if (k->state != LISTENING)
        ONE_OF(code, WSAEINVAL);
    else if (!k->queued)
        ONE_OF(code, WSAEWOULDBLOCK);
    else if (k->queue[0]->slot[0] < 0)
        ONE_OF(code, verdict, WSAECONNRESET);
    else
        ONE_OF(code, verdict);
}

/* "arg" says whether there is a condition function, and what it answers. */
static void
do_accept(struct sock *k, unsigned arg)
{
    static const struct {
        int answer, verdict;
    } answers[] = {
        {CF_ACCEPT, 0              },
        {CF_ACCEPT, 0              },
        {CF_REJECT, WSAECONNREFUSED},
        {CF_DEFER,  WSATRY_AGAIN   },
        {CF_DEFER,  WSATRY_AGAIN   },
        {77,        WSAEINVAL      },
    };
    int plain = arg % 3 == 0, verdict = plain ? 0 : answers[arg % 6].verdict;
    struct sockaddr_in from;
    int len = sizeof(from), code, waiting = k->queued;
    SOCKET conn;

    if (!find_free())
        return;
    script.link = waiting ? k->queue[0] : NULL;
    script.callee = k->port;
    script.answer = answers[arg % 6].answer;
    script.calls = 0;
    conn = WSAAccept(k->s, (struct sockaddr *)&from, &len,
                     plain ? NULL : condition, 4711);
    code = conn == INVALID_SOCKET ? WSAGetLastError() : 0;
    check_accept(k, code, verdict);
    if (k->state != LISTENING)
        return;
    k->silent = code == WSATRY_AGAIN;
    if (!k->silent)
        k->told &= ~(long)FD_ACCEPT;
    if (!code)
        accepted(k, conn, &from);
    else if (waiting && !k->silent)
        pop(k)->dead = 1;
}

/* ---- data ---- */

/* What the byte at a place of a stream is. */
static char
pattern(const struct link *l, int end, unsigned at)
{
    return (char)((unsigned)(l - links) * 31 + (unsigned)end * 101 + at * 7);
}

static void
do_send(struct sock *k, unsigned arg)
{
    int size = (int)(arg % 64) + 1, got, code;
    char data[64] = "";

    for (int i = 0; k->link && i < size; i++)
        data[i] = pattern(k->link, k->end, k->link->sent[k->end] + (unsigned)i);
    got = send(k->s, data, size, 0);
    code = got == SOCKET_ERROR ? WSAGetLastError() : 0;
    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->state == CONNECTING)
        ONE_OF(code, WSAENOTCONN, 0);
    else if (k->state != CONNECTED)
        ONE_OF(code, WSAENOTCONN);
    else if (k->no_send)
        ONE_OF(code, WSAESHUTDOWN);
    else if (k->udp)
        ONE_OF(code, 0, WSAECONNRESET);
    else if (!is_clean(k))
        ONE_OF(code, 0, WSAECONNRESET, WSAECONNABORTED);
    else
        ONE_OF(code, 0);
    if (code || k->udp)
        return;
    WANT(got == size);
    if (!k->link) { /* it was connected already, and that is settled now */
        settle(k);
        WANT(k->link);
        k->link->dead = 1; /* the bytes were not of its pattern */
    }
    k->link->sent[k->end] += (unsigned)size;
}

static void
check_bytes(struct sock *k, const char *data, int got)
{
    struct link *l = k->link;

    if (l->dead)
        return;
    WANT((unsigned)got <= unread(k));
    for (int i = 0; i < got; i++)
        WANT(data[i] == pattern(l, !k->end, l->got[k->end]++));
}

static void
check_recv(struct sock *k, int got, int code)
{
    struct link *l = k->link;

    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->udp && !k->bound)
        ONE_OF(code, WSAEINVAL);
    else if (k->udp)
        ONE_OF(code, k->no_recv ? WSAESHUTDOWN : WSAEWOULDBLOCK, WSAECONNRESET);
    else if (k->state == CONNECTING)
        ONE_OF(code, WSAENOTCONN, WSAEWOULDBLOCK);
    else if (k->state != CONNECTED)
        ONE_OF(code, WSAENOTCONN);
    else if (k->no_recv)
        ONE_OF(code, WSAESHUTDOWN);
    else if (l->dead)
        ONE_OF(code, 0, WSAECONNRESET, WSAECONNABORTED, WSAEWOULDBLOCK);
    else if (unread(k))
        WANT(!code && got > 0);
    else if (l->ended[!k->end])
        WANT(!code && got == 0);
    else
        ONE_OF(code, WSAEWOULDBLOCK);
}

static void
do_recv(struct sock *k, unsigned arg)
{
    int size = (int)(arg % 64) + 1, got, code;
    char data[64];

    if (k->state == CONNECTED && is_clean(k) && !k->no_recv &&
        (unread(k) || k->link->ended[!k->end]))
        WANT(ready(k->s, 0, SOON_S) == 1);
    got = recv(k->s, data, size, 0);
    code = got == SOCKET_ERROR ? WSAGetLastError() : 0;
    check_recv(k, got, code);
    if (!code || code == WSAEWOULDBLOCK)
        k->told &= ~(long)FD_READ;
    if (!code && k->link)
        check_bytes(k, data, got);
}

/* ---- the end ---- */

static void
do_shutdown(struct sock *k, unsigned arg)
{
    int how = (int)(arg % 4), code = CODE(shutdown(k->s, how));

    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (how == 3)
        ONE_OF(code, WSAEINVAL);
    else if (k->udp || k->state == CONNECTING)
        ONE_OF(code, 0, WSAENOTCONN);
    else
        ONE_OF(code, k->state == CONNECTED ? 0 : WSAENOTCONN);
    if (code)
        return;
    k->no_recv |= how != SD_SEND;
    k->no_send |= how != SD_RECEIVE;
    settle(k);
    if (k->link && k->no_send)
        k->link->ended[k->end] = 1;
}

static void
do_close(struct sock *k, unsigned arg)
{
    struct link *l = k->link;

    (void)arg;
    if (k->state == FREE) {
        ONE_OF(CODE(closesocket(k->s)), WSAENOTSOCK);
        return;
    }
    WANT(closesocket(k->s) == 0);
    kill_queue(k);
    if (l) {
        l->slot[k->end] = -1;
        l->ended[k->end] = 1;
        if (unread(k)) /* a reset, which overtakes data */
            l->dead = 1;
        else if (l->slot[!k->end] >= 0 || !k->end)
            l->dead |= !l->ended[!k->end]; /* what it sends now, resets */
    }
    forget(k);
}

/* ---- events, select, names ---- */

static void
do_event_select(struct sock *k, unsigned arg)
{
    static const long masks[] = {
        0,        FD_READ, FD_READ | FD_WRITE | FD_CLOSE, FD_ACCEPT,
        1L << 12, 0x3f,    FD_CONNECT | FD_WRITE,         FD_ACCEPT | FD_CLOSE,
    };
    long mask = masks[arg % 8];
    int code = CODE(WSAEventSelect(k->s, events[k - socks], mask));

    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else
        ONE_OF(code, mask >> 12 ? WSAEINVAL : 0);
    if (!code)
        k->mask = mask;
}

/* What must have been recorded by now. */
static long
owed(const struct sock *k)
{
    long all = 0;

    if (k->state == LISTENING && k->queued && !k->silent)
        all |= FD_ACCEPT;
    if (k->state == CONNECTED && is_clean(k) && !k->no_recv && unread(k))
        all |= FD_READ;
    return all & k->mask & ~k->told;
}

static void
do_enum(struct sock *k, unsigned arg)
{
    WSANETWORKEVENTS got = {0};
    long due = owed(k), seen = 0;
    int code = CODE(WSAEnumNetworkEvents(k->s, NULL, &got));

    (void)arg;
    ONE_OF(code, k->state == FREE ? WSAENOTSOCK : 0);
    if (code)
        return;
    if (due)
        WANT(ready(k->s, 0, SOON_S) == 1);
    for (int i = 0; i < 4; i++) {
        seen |= got.lNetworkEvents;
        if (!(due & ~seen))
            break;
        WANT(WSAEnumNetworkEvents(k->s, NULL, &got) == 0);
    }
    WANT(!(due & ~seen));
    WANT(!(seen & ~k->mask));
    WANT(!(seen & FD_ACCEPT) || k->state == LISTENING);
    k->told |= seen;
}

static int
surely_silent(const struct sock *k)
{
    switch (k->state) {
    case IDLE: return !k->udp;
    case LISTENING: return !k->queued;
    case CONNECTED:
        return is_clean(k) && !unread(k) && !k->link->ended[!k->end];
    default: return 0;
    }
}

static void
do_select(struct sock *k, unsigned arg)
{
    struct timeval now = {0, 0};
    fd_set in, out;
    int count = 0, got;

    (void)k, (void)arg;
    FD_ZERO(&in);
    FD_ZERO(&out);
    for (int i = 0; i < SLOTS; i++) {
        if (socks[i].state == FREE)
            continue;
        FD_SET(socks[i].s, &in);
        FD_SET(socks[i].s, &out);
        count++;
    }
    got = select(0, &in, &out, NULL, &now);
    if (!count) {
        WANT(got == SOCKET_ERROR && WSAGetLastError() == WSAEINVAL);
        return;
    }
    WANT(got == (int)(in.fd_count + out.fd_count));
    for (int i = 0; i < SLOTS; i++)
        if (socks[i].state != FREE && surely_silent(&socks[i]))
            WANT(!FD_ISSET(socks[i].s, &in));
}

static void
do_names(struct sock *k, unsigned arg)
{
    struct sockaddr_in a;
    int len = sizeof(a);
    int code = CODE(getsockname(k->s, (struct sockaddr *)&a, &len));

    (void)arg;
    ONE_OF(code, k->state == FREE ? WSAENOTSOCK : k->bound ? 0 : WSAEINVAL);
    len = sizeof(a);
    code = CODE(getpeername(k->s, (struct sockaddr *)&a, &len));
    if (k->state == FREE)
        ONE_OF(code, WSAENOTSOCK);
    else if (k->state == CONNECTING)
        ONE_OF(code, 0, WSAENOTCONN);
    else
        ONE_OF(code, k->state == CONNECTED ? 0 : WSAENOTCONN);
    if (!code && k->link && k->end)
        WANT(ntohs(a.sin_port) == k->link->port);
}

/* ---- the run ---- */

static void (*const calls[])(struct sock *k, unsigned arg) = {
    do_socket, do_bind,         do_listen, do_connect, do_connect, do_accept,
    do_accept, do_send,         do_send,   do_recv,    do_recv,    do_shutdown,
    do_close,  do_event_select, do_enum,   do_select,
};

/* An abort leaves no port behind that would have to wait. */
static void
end_all(void)
{
    struct linger abort_it = {1, 0};

    for (int i = 0; i < SLOTS; i++) {
        if (socks[i].state == FREE)
            continue;
        setsockopt(socks[i].s, SOL_SOCKET, SO_LINGER, (char *)&abort_it,
                   sizeof(abort_it));
        WANT(closesocket(socks[i].s) == 0);
    }
}

static void
start(void)
{
    static WSADATA data;

    if (!data.wVersion) {
        WANT(WSAStartup(MAKEWORD(2, 2), &data) == 0);
        for (int i = 0; i < SLOTS; i++)
            events[i] = WSACreateEvent();
    }
    link_count = 0;
    for (int i = 0; i < SLOTS; i++)
        forget(&socks[i]);
}

/* A step is two bytes: which call and which socket, and its argument. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct in in = {bytes, bytes + size};

    start();
    for (int i = 0; i < STEPS && in.at < in.end; i++) {
        unsigned what = in_byte(&in), arg = in_byte(&in);
        struct sock *k = &socks[(what >> 4) % SLOTS];

        settle_others(k);
        if (what % 16 >= 12) /* these look at all sockets */
            settle(k);
        calls[what % 16](k, arg);
        if (what % 16 == 15)
            do_names(k, arg);
    }
    end_all();
    return 0;
}
