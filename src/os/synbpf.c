/* SPDX-License-Identifier: MIT */
/* The programs of a gate: see synbpf.h. What the accumulator means where: a
 * selector runs behind the TCP header, a raw socket of IPv4 at the IP header
 * and one of IPv6 at the TCP header; counting from SKF_NET_OFF means the IP
 * header everywhere. A conditional jump reaches 255 instructions, so every
 * comparison returns on the spot. */
#include "os/synbpf.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { TRAP, REAL };

enum { DEAF, HEARD = WS_SYNPKT_HEARD };

#define NET ((uint32_t)SKF_NET_OFF)

static void
emit(struct ws_synbpf *b, unsigned code, uint32_t k, unsigned yes, unsigned no)
{
    if (b->count < WS_SYNBPF_SIZE)
        b->code[b->count++] = (struct sock_filter)BPF_JUMP(
            (uint16_t)code, k, (uint8_t)yes, (uint8_t)no);
}

static void
load(struct ws_synbpf *b, unsigned size_and_mode, uint32_t at)
{
    emit(b, BPF_LD | size_and_mode, at, 0, 0);
}

/* Goes on if the accumulator is 'k', and skips 'over' instructions if not. */
static void
if_is(struct ws_synbpf *b, uint32_t k, unsigned over)
{
    emit(b, BPF_JMP | BPF_JEQ | BPF_K, k, 0, over);
}

/* Skips 'over' instructions if the accumulator is 'k'. */
static void
jump_if(struct ws_synbpf *b, uint32_t k, unsigned over)
{
    emit(b, BPF_JMP | BPF_JEQ | BPF_K, k, over, 0);
}

static uint32_t
word(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static void
give(struct ws_synbpf *b, uint32_t value)
{
    emit(b, BPF_RET | BPF_K, value, 0, 0);
}

/* Where the headers begin, and how TCP is addressed: before it IPv4 has
 * options, so that X is added. */
struct base {
    unsigned mode;
    uint32_t ip, tcp;
};

static void
load_ihl(struct ws_synbpf *b, const struct base *at)
{
    if (at->mode == BPF_IND)
        emit(b, BPF_LDX | BPF_B | BPF_MSH, at->ip, 0, 0);
}

static void
load_flags(struct ws_synbpf *b, const struct base *at)
{
    load(b, BPF_B | at->mode, at->tcp + 13);
    emit(b, BPF_ALU | BPF_AND | BPF_K, WS_SYNPKT_KIND, 0, 0);
}

/* A marked packet ends here with 'value'. */
static void
give_marked(struct ws_synbpf *b, const struct base *at, bool v6, uint32_t mark,
            uint32_t value)
{
    load(b, BPF_H | BPF_ABS, at->ip + (v6 ? 2 : 4));
    if_is(b, mark >> 16, 3);
    load(b, BPF_H | at->mode, at->tcp + 18);
    if_is(b, mark & 0xffff, 1);
    give(b, value);
}

enum { GIVE_MARKED = 5 };

/* ---- the tap ---- */

static void
give_ports(struct ws_synbpf *b, const struct base *at, const uint16_t *ports,
           size_t count)
{
    load(b, BPF_H | at->mode, at->tcp + 2);
    for (size_t i = 0; i < count; i++) {
        if_is(b, ports[i], 1);
        give(b, HEARD);
    }
    give(b, DEAF);
}

/* Most packets are neither SYN nor RST, so that is looked at first. */
void
ws_synbpf_tap(struct ws_synbpf *b, bool v6, uint32_t mark,
              const uint16_t *ports, size_t count)
{
    static const struct base at4 = {BPF_IND, 0, 0}, at6 = {BPF_ABS, NET, 0};
    const struct base *at = v6 ? &at6 : &at4;

    b->count = 0;
    load_ihl(b, at);
    load_flags(b, at);
    jump_if(b, WS_SYNPKT_RST, 2 + GIVE_MARKED);
    jump_if(b, WS_SYNPKT_SYN, 1);
    give(b, DEAF);
    give_marked(b, at, v6, mark, DEAF);
    if (ports && count <= WS_SYNBPF_PORTS)
        give_ports(b, at, ports, count);
    else
        give(b, HEARD);
}

/* ---- the selector ---- */

static void
give_request4(struct ws_synbpf *b, const struct base *at,
              const struct ws_synpkt *p)
{
    load(b, BPF_W | BPF_ABS, at->ip + 12);
    if_is(b, word(p->remote.ip + 12), 3);
    load(b, BPF_H | at->mode, at->tcp);
    if_is(b, p->remote.port, 1);
    give(b, REAL);
}

static void
give_request6(struct ws_synbpf *b, const struct base *at,
              const struct ws_synpkt *p)
{
    for (unsigned i = 0; i < 4; i++) {
        load(b, BPF_W | BPF_ABS, at->ip + 8 + 4 * i);
        if_is(b, word(p->remote.ip + (size_t)4 * i), (3 - i) * 2 + 3);
    }
    load(b, BPF_H | at->mode, at->tcp);
    if_is(b, p->remote.port, 1);
    give(b, REAL);
}

static void
select_among(struct ws_synbpf *b, const struct base *at, bool v6, uint32_t mark,
             const struct ws_synpkt *const *let, size_t count)
{
    load_ihl(b, at);
    load_flags(b, at);
    jump_if(b, WS_SYNPKT_SYN, 1);
    give(b, REAL);
    give_marked(b, at, v6, mark, REAL);
    for (size_t i = 0; i < count && i < WS_SYNBPF_LET; i++)
        if (let[i]->v6 == v6)
            (v6 ? give_request6 : give_request4)(b, at, let[i]);
    give(b, TRAP);
}

/* IPv6 with extension headers goes to the trap unseen: it is heard by the tap,
 * and comes again without them if it is admitted. */
void
ws_synbpf_selector(struct ws_synbpf *b, uint32_t mark,
                   const struct ws_synpkt *const *let, size_t count)
{
    static const struct base at4 = {BPF_IND, NET, NET};
    static const struct base at6 = {BPF_ABS, NET, NET + 40};
    unsigned far;

    b->count = 0;
    load(b, BPF_B | BPF_ABS, NET);
    emit(b, BPF_ALU | BPF_RSH | BPF_K, 4, 0, 0);
    jump_if(b, 4, 1);
    far = b->count;
    emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
    select_among(b, &at4, false, mark, let, count);
    b->code[far].k = b->count - far - 1U;
    load(b, BPF_B | BPF_ABS, NET + 6);
    jump_if(b, 6 /* TCP */, 1);
    give(b, TRAP);
    select_among(b, &at6, true, mark, let, count);
}

int
ws_synbpf_attach(int fd, int option, const struct ws_synbpf *b)
{
    struct sock_fprog program = {b->count,
                                 (struct sock_filter *)(uintptr_t)b->code};

    if (setsockopt(fd, SOL_SOCKET, option, &program, sizeof program))
        return errno;
    return 0;
}
