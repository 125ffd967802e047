/* SPDX-License-Identifier: MIT */
/* Raw packets from the wire into the parser of a gate. What is accepted can be
 * built, and what was built is read again as the same; it has the right sums,
 * leaves its room alone, and goes through the table of requests. The first
 * octet chooses the family, the rest is the packet. */
#include "fuzz.h"

#include "os/synpkt.h"
#include "os/syntable.h"

enum { MARK = 0x5a5a3c3c, FEW = 4 };

static unsigned
sum_up(uint32_t s, const uint8_t *p, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        s += (uint32_t)p[i] << 8 | p[i + 1];
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}

/* From "packet", which has its header of the network in either family. */
static int
parse(const uint8_t *packet, size_t size, int v6, struct ws_synpkt *out)
{
    uint32_t flow;

    if (!v6)
        return ws_synpkt_parse4(packet, size, out);
    if (size < 40)
        return 0;
    flow = (uint32_t)packet[1] << 16 | (uint32_t)packet[2] << 8 | packet[3];
    return ws_synpkt_parse6(packet + 40, size - 40, packet + 8, packet + 24, 3,
                            flow & 0xfffff, out);
}

static void
check_sums(const uint8_t *packet, size_t size, int v6)
{
    size_t ip = v6 ? 40 : 20, addresses = v6 ? 8 : 12;
    unsigned s =
        sum_up((uint32_t)(size - ip) + 6, packet + addresses, ip - addresses);

    WANT(sum_up(s, packet + ip, size - ip) == 0xffff);
    if (!v6)
        WANT(sum_up(0, packet, ip) == 0xffff);
}

static void
check_syn(const struct ws_synpkt *p)
{
    struct guarded out = guarded_new(WS_SYNPKT_BUILT);
    struct ws_synpkt again;
    size_t size = ws_synpkt_syn(p, MARK, out.bytes);

    WANT(size <= WS_SYNPKT_BUILT);
    check_sums(out.bytes, size, p->v6);
    WANT(parse(out.bytes, size, p->v6, &again));
    WANT(again.mark == MARK);
    WANT(again.isn == p->isn && again.window == p->window);
    WANT(again.flags == (p->flags & ~0x20));
    WANT(again.options_len == p->options_len);
    WANT(!memcmp(again.options, p->options, p->options_len));
    WANT(!memcmp(&again.remote, &p->remote, sizeof p->remote));
    WANT(!memcmp(&again.local, &p->local, sizeof p->local));
    guarded_free(&out);
}

static void
check_refusal(const struct ws_synpkt *p)
{
    struct guarded out = guarded_new(WS_SYNPKT_BUILT);
    size_t size = ws_synpkt_refusal(p, out.bytes);

    WANT(size == (p->v6 ? 60U : 40U));
    check_sums(out.bytes, size, p->v6);
    guarded_free(&out);
}

static void
check_table(const struct ws_synpkt *p)
{
    struct ws_synpkt other = *p;
    struct ws_syntable t;
    struct ws_synreq *r;

    WANT(ws_syntable_open(&t, FEW, p->isn) == 0);
    for (int i = 0; i < FEW; i++) {
        other.remote.port = (uint16_t)(p->remote.port + i);
        WANT(!ws_syntable_find(&t, &other));
        WANT(ws_syntable_add(&t, &other));
    }
    r = ws_syntable_find(&t, p);
    WANT(r && ws_syntable_by_id(&t, ws_syntable_id(&t, r)) == r);
    ws_syntable_settle(&t, p, WS_SYNFATE_REFUSED);
    WANT(ws_syntable_fate(&t, p) == WS_SYNFATE_REFUSED);
    ws_syntable_remove(&t, r);
    WANT(!ws_syntable_find(&t, p));
    ws_syntable_close(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct in in = {data, data + size};
    int v6 = (int)(in_byte(&in) & 1);
    struct ws_synpkt p;

    if (!parse(in.at, (size_t)(in.end - in.at), v6, &p))
        return 0;
    WANT(p.options_len <= sizeof p.options);
    WANT(p.v6 == v6);
    if (p.flags & WS_SYNPKT_SYN) {
        check_syn(&p);
        check_refusal(&p);
    }
    check_table(&p);
    return 0;
}
