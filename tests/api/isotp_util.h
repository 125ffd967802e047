/* SPDX-License-Identifier: MIT */
/* ISO sockets against a peer whose every octet the test says: it is a TCP
 * socket, and speaks hexadecimal. Plain Winsock; where there is no ISO
 * transport a file that includes this has one test, which is skipped.
 * Invariant: as in net.h, a helper that fails ends the test. */
#ifndef ISOTP_UTIL_H
#define ISOTP_UTIL_H

#include "net.h"

#ifdef _WIN32
TEST_BARE(iso_transport_is_tested_where_it_is)
{
    SKIP("this system has no ISO transport");
}
#else

#include <string.h>
#include <wshisotp.h>

static inline size_t
iso_hex(const char *hex, unsigned char *out, size_t room)
{
    size_t n = 0;

    for (; hex[0] && hex[1]; hex += *hex == ' ' ? 1 : 2) {
        unsigned value;

        if (*hex == ' ')
            continue;
        REQUIRE(n < room && sscanf(hex, "%2x", &value) == 1);
        out[n++] = (unsigned char)value;
    }
    return n;
}

static inline void
iso_read(SOCKET peer, unsigned char *out, size_t size)
{
    size_t n = 0;

    while (n < size) {
        int got;

        REQUIRE(net_readable(peer, SOON));
        got = recv(peer, (char *)out + n, (int)(size - n), 0);
        REQUIRE(got > 0);
        n += (size_t)got;
    }
}

/* A whole packet; its length. */
static inline size_t
iso_packet(SOCKET peer, unsigned char *out, size_t room)
{
    size_t size;

    iso_read(peer, out, 4);
    size = (size_t)(out[2] << 8 | out[3]);
    REQUIRE(out[0] == 3 && size >= 7 && size <= room);
    iso_read(peer, out + 4, size - 4);
    return size;
}

static inline void
iso_say(SOCKET peer, const char *hex)
{
    unsigned char octets[1024];
    int size = (int)iso_hex(hex, octets, sizeof octets);

    REQUIRE_EQ(send(peer, (char *)octets, size, 0), size);
}

static inline void
iso_hear(SOCKET peer, const char *hex)
{
    unsigned char want[1024], got[1024];
    size_t size = iso_hex(hex, want, sizeof want);

    iso_read(peer, got, size);
    CHECK_MEM(got, want, size);
}

static inline SOCKADDR_TP
iso_address(const char *selector, struct net_addr host)
{
    SOCKADDR_TP sa;

    REQUIRE(ISO_SET_TP_INET(&sa, selector, (int)strlen(selector), &host.u.any));
    return sa;
}

struct iso_rig {
    SOCKET listener, iso, peer; /* 'peer' once it has been accepted */
    SOCKADDR_TP to;
    unsigned char cr[512];
    size_t cr_size;
};

static inline void
iso_option(SOCKET s, int level, int name, DWORD value)
{
    REQUIRE_EQ(setsockopt(s, level, name, (char *)&value, sizeof value), 0);
}

static inline struct iso_rig
iso_rig_at(int family, int type, int protocol)
{
    struct iso_rig r = {
        .listener = net_listener(family),
        .iso = WSASocketA(AF_ISO, type, protocol, NULL, 0, WSA_FLAG_OVERLAPPED),
        .peer = INVALID_SOCKET};

    REQUIRE(r.iso != INVALID_SOCKET);
    r.to = iso_address("srv", net_name(r.listener));
    return r;
}

static inline struct iso_rig
iso_rig(void)
{
    return iso_rig_at(AF_INET, SOCK_SEQPACKET, ISOPROTO_TP0);
}

/* The peer has the CR; the attempt goes on. */
static inline void
iso_dial(struct iso_rig *r)
{
    net_nonblocking(r->iso, 1);
    REQUIRE_ERR(connect(r->iso, (struct sockaddr *)&r->to, sizeof r->to) ==
                    SOCKET_ERROR,
                WSAEWOULDBLOCK);
    REQUIRE(net_readable(r->listener, SOON));
    r->peer = accept(r->listener, NULL, NULL);
    REQUIRE(r->peer != INVALID_SOCKET);
    while (!net_readable(r->peer, 0))
        net_writable(r->iso, 10); /* drives the attempt */
    r->cr_size = iso_packet(r->peer, r->cr, sizeof r->cr);
    CHECK_EQ(r->cr[5], 0xe0);
}

/* The CC with class and options, further parameters, and data. The peer's
 * reference is 0a0b. */
static inline void
iso_confirm(struct iso_rig *r, int option, const char *parameters,
            const char *data)
{
    unsigned char cc[256] = {3,    0,        0,        0,    6,
                             0xd0, r->cr[8], r->cr[9], 0x0a, 0x0b};
    size_t size = 11;

    cc[10] = (unsigned char)option;
    size += iso_hex(parameters, cc + size, sizeof cc - size);
    cc[4] = (unsigned char)(size - 5);
    size += iso_hex(data, cc + size, sizeof cc - size);
    cc[3] = (unsigned char)size;
    REQUIRE_EQ(send(r->peer, (char *)cc, (int)size, 0), (int)size);
}

/* Connected, in class 0, blocking. */
static inline struct iso_rig
iso_open_at(int family, int type)
{
    struct iso_rig r = iso_rig_at(family, type, ISOPROTO_TP0);

    iso_dial(&r);
    iso_confirm(&r, 0, "", "");
    REQUIRE(net_writable(r.iso, SOON));
    net_nonblocking(r.iso, 0);
    return r;
}

static inline struct iso_rig
iso_open(void)
{
    return iso_open_at(AF_INET, SOCK_SEQPACKET);
}

static inline void
iso_end(struct iso_rig *r)
{
    if (r->iso != INVALID_SOCKET)
        net_close(r->iso);
    if (r->peer != INVALID_SOCKET)
        net_close(r->peer);
    net_close(r->listener);
}

/* One receive, as it is: the count, or -1; 'flags' as WSARecv gives them. */
static inline int
iso_recv(SOCKET s, void *out, size_t room, DWORD *flags)
{
    WSABUF one = {(ULONG)room, out};
    DWORD got = 0;

    if (WSARecv(s, &one, 1, &got, flags, NULL, NULL))
        return -1;
    return (int)got;
}

static inline void
iso_expect(SOCKET s, const char *text)
{
    char got[512];
    DWORD flags = 0;
    int size = iso_recv(s, got, sizeof got, &flags);

    CHECK_EQ(size, (int)strlen(text));
    CHECK_EQ(flags, 0);
    if (size == (int)strlen(text))
        CHECK_MEM(got, text, strlen(text));
}

#endif
#endif
