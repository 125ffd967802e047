/* SPDX-License-Identifier: MIT */
/* Options and control codes on fresh sockets, with hostile names, lengths and
 * contents. Nothing is read or written outside of what the lengths allow; a
 * call that fails leaves its results alone, one that succeeds stays within
 * them. What the options do is the unit tests' business. */
#include "fuzz.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <mswsock.h>

enum { MOST = 300, CALLS = 32 };

static const int levels[] = {SOL_SOCKET,   IPPROTO_TCP,   IPPROTO_IP,
                             IPPROTO_IPV6, IPPROTO_UDP,   IPPROTO_ICMP,
                             0x7ffffff0,   IPPROTO_ICMPV6};

/* Names of SOL_SOCKET that a byte does not reach. */
static const int names[] = {
    SO_DONTLINGER,
    SO_EXCLUSIVEADDRUSE,
    SO_SNDBUF,
    SO_RCVBUF,
    SO_SNDTIMEO,
    SO_RCVTIMEO,
    SO_ERROR,
    SO_TYPE,
    SO_GROUP_ID,
    SO_MAX_MSG_SIZE,
    SO_PROTOCOL_INFOA,
    SO_PROTOCOL_INFOW,
    SO_CONDITIONAL_ACCEPT,
    SO_CONNECT_TIME,
    SO_OPENTYPE,
    SO_LINGER,
};

static const DWORD codes[] = {
    FIONREAD,
    SIOCATMARK,
    SIO_BASE_HANDLE,
    SIO_KEEPALIVE_VALS,
    SIO_UDP_CONNRESET,
    SIO_IDEAL_SEND_BACKLOG_QUERY,
    SIO_GET_EXTENSION_FUNCTION_POINTER,
    SIO_ADDRESS_LIST_QUERY,
    SIO_GET_INTERFACE_LIST,
    SIO_ROUTING_INTERFACE_QUERY,
    FIONBIO,
    SIO_SET_QOS,
};

static int
pick_name(struct in *in, int level)
{
    unsigned b = in_byte(in);

    if (level == SOL_SOCKET && b >= 0xe0)
        return names[b & 15];
    return b == 0xdf ? (int)in_word(in) : (int)b;
}

/* Nothing but the first "len" bytes was touched. */
static void
check_rest(const struct guarded *g, size_t len)
{
    for (size_t i = len; i < g->size; i++)
        WANT(g->bytes[i] == ZONE_BYTE);
}

static void
get(SOCKET s, int level, int name, int room)
{
    struct guarded g = guarded_new(room > 0 ? (size_t)room : 0);
    int len = room;

    if (getsockopt(s, level, name, (char *)g.bytes, &len) == 0) {
        WANT(len >= 0 && len <= room);
        check_rest(&g, (size_t)len);
    } else {
        WANT(WSAGetLastError() != WSASYSCALLFAILURE);
        check_rest(&g, 0);
    }
    guarded_free(&g);
}

static void
set(SOCKET s, struct in *in, int level, int name, int len)
{
    struct guarded g = guarded_new(len > 0 ? (size_t)len : 0);

    in_bytes(in, g.bytes, g.size);
    if (setsockopt(s, level, name, (char *)g.bytes, len))
        WANT(WSAGetLastError() != WSASYSCALLFAILURE);
    guarded_free(&g);
}

/* Pointers are the caller's word: one to nowhere is his crash. What a QOS
 * points at is as hostile as the rest. */
static struct guarded
give_objects(struct in *in, const struct guarded *qos)
{
    struct guarded objects;
    QOS q;

    if (qos->size < sizeof(q))
        return guarded_new(0);
    memcpy(&q, qos->bytes, sizeof(q));
    objects = guarded_new(q.ProviderSpecific.len %= MOST);
    in_bytes(in, objects.bytes, objects.size);
    q.ProviderSpecific.buf = (char *)objects.bytes;
    memcpy(qos->bytes, &q, sizeof(q));
    return objects;
}

static void
control(SOCKET s, struct in *in, DWORD in_size, DWORD out_size)
{
    unsigned b = in_byte(in);
    DWORD code = b < 0xf0 ? codes[b % 12] : in_word(in), got = 0;
    struct guarded from = guarded_new(in_size), to = guarded_new(out_size);
    struct guarded objects;
    int err;

    if (code == (DWORD)SIO_ADDRESS_LIST_CHANGE ||
        code == (DWORD)SIO_ROUTING_INTERFACE_CHANGE)
        code = FIONREAD; /* they would wait for a change of the network */
    in_bytes(in, from.bytes, in_size);
    if (code == (DWORD)SIO_GET_EXTENSION_FUNCTION_POINTER && b & 0x10 &&
        in_size >= sizeof(GUID))
        memcpy(from.bytes, &(GUID)WSAID_WSAPOLL, sizeof(GUID));
    objects =
        code == (DWORD)SIO_SET_QOS ? give_objects(in, &from) : guarded_new(0);
    err = WSAIoctl(s, code, from.bytes, in_size, to.bytes, out_size, &got, NULL,
                   NULL);
    if (!err) {
        WANT(got <= out_size);
        check_rest(&to, got);
    } else {
        WANT(WSAGetLastError() != WSASYSCALLFAILURE);
        check_rest(&to, 0);
    }
    guarded_free(&from);
    guarded_free(&to);
    guarded_free(&objects);
}

static void
one_call(SOCKET s, struct in *in)
{
    unsigned what = in_byte(in), b = in_byte(in);
    int level = levels[b & 7], name, len;

    /* Lengths: mostly those that mean something, and some that are absurd. */
    b = in_byte(in);
    len = b < 0xe0    ? (int)(b % 32)
          : b < 0xf8  ? (int)(b - 0xe0) * 12
          : b == 0xff ? -1
                      : MOST;
    if (what % 4 == 3) {
        control(s, in, len < 0 ? 0 : (DWORD)len, in_byte(in) * 3);
        return;
    }
    name = pick_name(in, level);
    if (what % 4 == 0)
        get(s, level, name, len == MOST ? 700 : len);
    else
        set(s, in, level, name, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        int family, type;
    } kinds[] = {
        {AF_INET,  SOCK_STREAM},
        {AF_INET,  SOCK_DGRAM },
        {AF_INET6, SOCK_STREAM},
        {AF_INET6, SOCK_DGRAM },
    };
    static WSADATA wsa;
    struct in in = {data, data + size};
    unsigned kind = in_byte(&in) & 3;
    SOCKET s;

    if (!wsa.wVersion)
        WANT(WSAStartup(MAKEWORD(2, 2), &wsa) == 0);
    s = socket(kinds[kind].family, kinds[kind].type, 0);
    WANT(s != INVALID_SOCKET);
    for (int i = 0; i < CALLS && in.at < in.end; i++)
        one_call(s, &in);
    closesocket(s); /* a timed linger cannot fail: nothing was sent */
    return 0;
}
