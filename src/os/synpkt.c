/* SPDX-License-Identifier: MIT */
/* SYNs and RSTs as octets: see synpkt.h. Numbers are RFC 791, 8200, 9293 and
 * 7413. Offsets are looked up in packets by hand, because nothing in them is
 * aligned and nothing in them is to be believed. */
#include "os/synpkt.h"

#include "os/ws_const.h"

#include <string.h>

enum { TCP = 6, IP4 = 20, IP6 = 40, HEADER = 20, HOPS = 64 };

enum {
    OPTION_END = 0,
    OPTION_NOTHING = 1,
    OPTION_MD5 = 19,
    OPTION_AUTH = 29,
    OPTION_FAST_OPEN = 34,
    OPTION_TRIAL = 254, /* with the number of the trial: fast open's is this */
    TRIAL_FAST_OPEN = 0xf989,
};

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static unsigned
get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void
put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

/* ---- names ---- */

bool
ws_synpkt_mapped(const uint8_t ip[16])
{
    return !memcmp(ip, mapped_prefix, sizeof mapped_prefix);
}

bool
ws_synpkt_link_local(const uint8_t ip[16])
{
    return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

static void
map(const uint8_t ip4[4], uint8_t ip[16])
{
    memcpy(ip, mapped_prefix, sizeof mapped_prefix);
    memcpy(ip + sizeof mapped_prefix, ip4, 4);
}

/* Family, port, then IPv4: address at 4; IPv6: flow at 4, address at 8, scope
 * at 24, which is the only number in the order of the host. */
void
ws_synpkt_name(const struct ws_synpkt_end *end, uint32_t scope, int family,
               struct ws_addr *out)
{
    memset(out, 0, sizeof *out);
    out->family = (uint16_t)family;
    out->len = family == WS_AF_INET ? 16 : 28;
    put16(out->bytes + 2, end->port);
    if (family == WS_AF_INET) {
        memcpy(out->bytes + 4, end->ip + 12, 4);
        return;
    }
    memcpy(out->bytes + 8, end->ip, 16);
    if (ws_synpkt_link_local(end->ip))
        memcpy(out->bytes + 24, &scope, sizeof scope);
}

void
ws_synpkt_end(const struct ws_addr *a, struct ws_synpkt_end *out,
              uint32_t *scope)
{
    *scope = 0;
    out->port = (uint16_t)get16(a->bytes + 2);
    if (a->family == WS_AF_INET) {
        map(a->bytes + 4, out->ip);
        return;
    }
    memcpy(out->ip, a->bytes + 8, 16);
    if (ws_synpkt_link_local(out->ip))
        memcpy(scope, a->bytes + 24, sizeof *scope);
}

/* ---- from octets ---- */

/* An address that a connection can have: one host's. */
static bool
usable(const uint8_t ip[16])
{
    static const uint8_t none[16];

    if (ws_synpkt_mapped(ip))
        return ip[12] != 0 && ip[12] < 224;
    return ip[0] != 0xff && memcmp(ip, none, sizeof none) != 0;
}

static bool
fast_open(const uint8_t *option, size_t len)
{
    return option[0] == OPTION_FAST_OPEN ||
           (option[0] == OPTION_TRIAL && len >= 4 &&
            get16(option + 2) == TRIAL_FAST_OPEN);
}

/* Takes the options over, without fast open; from the first malformed one on
 * there are none, as the kernel has it. False if the segment is signed: a
 * signature covers what the mark changes, and so such peers get no gate. */
static bool
take_options(struct ws_synpkt *p)
{
    uint8_t *o = p->options;
    size_t i = 0, len;

    while (i < p->options_len && o[i] != OPTION_END) {
        len = o[i] == OPTION_NOTHING || i + 1 >= p->options_len ? 1 : o[i + 1];
        if (o[i] != OPTION_NOTHING && (len < 2 || i + len > p->options_len))
            break;
        if (o[i] == OPTION_MD5 || o[i] == OPTION_AUTH)
            return false;
        if (fast_open(o + i, len))
            memset(o + i, OPTION_NOTHING, len);
        i += len;
    }
    memset(o + i, OPTION_END, p->options_len - i);
    return true;
}

static bool
parse_options(const uint8_t *t, size_t size, struct ws_synpkt *p)
{
    size_t header = (size_t)(t[12] >> 4) * 4;

    if (header < HEADER || header > size)
        return false;
    p->options_len = (uint8_t)(header - HEADER);
    memcpy(p->options, t + HEADER, p->options_len);
    return take_options(p);
}

/* 'p' has the addresses and half of the mark. */
static bool
parse_tcp(const uint8_t *t, size_t size, struct ws_synpkt *p)
{
    unsigned kind;

    if (size < HEADER || !usable(p->remote.ip) || !usable(p->local.ip))
        return false;
    p->remote.port = (uint16_t)get16(t);
    p->local.port = (uint16_t)get16(t + 2);
    p->isn = get32(t + 4);
    p->reserved = t[12] & 0x0f;
    p->flags = t[13];
    p->window = (uint16_t)get16(t + 14);
    p->mark = p->mark << 16 | get16(t + 18);
    kind = p->flags & WS_SYNPKT_KIND;
    if (!p->remote.port || !p->local.port)
        return false;
    return kind == WS_SYNPKT_RST ||
           (kind == WS_SYNPKT_SYN && parse_options(t, size, p));
}

/* The headers may not reach beyond what the packet says it has, either. */
bool
ws_synpkt_parse4(const uint8_t *packet, size_t size, struct ws_synpkt *out)
{
    struct ws_synpkt p = {.v6 = false};
    size_t header, total;

    if (size < IP4 || packet[0] >> 4 != 4 || packet[9] != TCP)
        return false;
    header = (size_t)(packet[0] & 0x0f) * 4;
    total = get16(packet + 2);
    if (total < size)
        size = total;
    if (header < IP4 || header > size || get16(packet + 6) & 0x3fff)
        return false; /* a fragment is not from our kernel */
    map(packet + 12, p.remote.ip);
    map(packet + 16, p.local.ip);
    p.tos = packet[1];
    p.mark = get16(packet + 4);
    if (!parse_tcp(packet + header, size - header, &p))
        return false;
    *out = p;
    return true;
}

bool
ws_synpkt_parse6(const uint8_t *segment, size_t size, const uint8_t remote[16],
                 const uint8_t local[16], uint32_t scope, uint32_t flow,
                 struct ws_synpkt *out)
{
    struct ws_synpkt p = {.v6 = true};

    memcpy(p.remote.ip, remote, 16);
    memcpy(p.local.ip, local, 16);
    if (ws_synpkt_mapped(remote) || ws_synpkt_mapped(local))
        return false;
    if (ws_synpkt_link_local(remote) || ws_synpkt_link_local(local))
        p.scope = scope;
    p.mark = flow & 0xffff;
    if (!parse_tcp(segment, size, &p))
        return false;
    *out = p;
    return true;
}

/* ---- to octets ---- */

static uint32_t
sum(const uint8_t *p, size_t size)
{
    uint32_t s = 0;

    for (size_t i = 0; i + 1 < size; i += 2)
        s += get16(p + i);
    return size % 2 ? s + ((uint32_t)p[size - 1] << 8) : s;
}

static unsigned
fold(uint32_t s)
{
    s = (s >> 16) + (s & 0xffff);
    return ~(s + (s >> 16)) & 0xffff;
}

/* Fills in what both families need: the addresses are 'size' octets each. */
static void
seal_tcp(uint8_t *t, size_t len, const uint8_t *addresses, size_t size)
{
    put16(t + 16, 0);
    put16(t + 16,
          fold(sum(t, len) + sum(addresses, 2 * size) + TCP + (uint32_t)len));
}

static size_t
ip_size(const struct ws_synpkt *p)
{
    return p->v6 ? IP6 : IP4;
}

/* Puts the header of the network before the 'len' octets of TCP that stand at
 * out + ip_size(p). */
static size_t
wrap4(uint8_t *out, size_t len, unsigned id, unsigned tos, const uint8_t *from,
      const uint8_t *to)
{
    memset(out, 0, IP4);
    out[0] = 0x45;
    out[1] = (uint8_t)tos;
    put16(out + 2, (unsigned)(IP4 + len));
    put16(out + 4, id);
    put16(out + 6, 0x4000); /* may not be cut */
    out[8] = HOPS;
    out[9] = TCP;
    memcpy(out + 12, from + 12, 4);
    memcpy(out + 16, to + 12, 4);
    put16(out + 10, fold(sum(out, IP4)));
    seal_tcp(out + IP4, len, out + 12, 4);
    return IP4 + len;
}

static size_t
wrap6(uint8_t *out, size_t len, uint32_t flow, const uint8_t *from,
      const uint8_t *to)
{
    put32(out, UINT32_C(6) << 28 | flow);
    put16(out + 4, (unsigned)len);
    out[6] = TCP;
    out[7] = HOPS;
    memcpy(out + 8, from, 16);
    memcpy(out + 24, to, 16);
    seal_tcp(out + IP6, len, out + 8, 16);
    return IP6 + len;
}

size_t
ws_synpkt_syn(const struct ws_synpkt *p, uint32_t mark,
              uint8_t out[WS_SYNPKT_BUILT])
{
    uint8_t *t = out + ip_size(p);
    size_t len = HEADER + (size_t)p->options_len;

    put16(t, p->remote.port);
    put16(t + 2, p->local.port);
    put32(t + 4, p->isn);
    put32(t + 8, 0);
    t[12] = (uint8_t)(len / 4 << 4 | p->reserved);
    t[13] = (uint8_t)(p->flags & ~0x20U); /* an urgent pointer would count */
    put16(t + 14, p->window);
    put16(t + 18, mark & 0xffff);
    memcpy(t + HEADER, p->options, p->options_len);
    return p->v6
               ? wrap6(out, len, mark >> 16, p->remote.ip, p->local.ip)
               : wrap4(out, len, mark >> 16, p->tos, p->remote.ip, p->local.ip);
}

size_t
ws_synpkt_refusal(const struct ws_synpkt *p, uint8_t out[WS_SYNPKT_BUILT])
{
    uint8_t *t = out + ip_size(p);

    memset(t, 0, HEADER);
    put16(t, p->local.port);
    put16(t + 2, p->remote.port);
    put32(t + 8, p->isn + 1);
    t[12] = HEADER / 4 << 4;
    t[13] = WS_SYNPKT_RST | WS_SYNPKT_ACK;
    return p->v6 ? wrap6(out, HEADER, 0, p->local.ip, p->remote.ip)
                 : wrap4(out, HEADER, 0, 0, p->local.ip, p->remote.ip);
}
