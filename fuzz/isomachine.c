/* SPDX-License-Identifier: MIT */
/* The receiver of an ISO transport connection, in each of its states, fed a
 * stream at once and in pieces. Both ways give the same events, the same
 * replies and the same state; what asks for more has changed nothing, and never
 * asks for more than a buffer holds. Only what is shown is looked at. */
#include "fuzz.h"

#include "prov/isotp/machine.h"

enum { LOG = 1 << 16 };

/* What happened, as octets, so that two runs can be compared. */
struct log {
    uint8_t octets[LOG];
    size_t len;
};

static void
note(struct log *log, const void *at, size_t len)
{
    if (len > LOG - log->len)
        len = LOG - log->len;
    if (len)
        memcpy(log->octets + log->len, at, len);
    log->len += len;
}

static void
note_event(struct log *log, const struct ws_isomach_event *ev)
{
    const size_t words[] = {
        ev->what,     ev->used,   ev->payload,       ev->eot,   ev->graceful,
        ev->by_error, ev->reason, (size_t)ev->error, ev->close, ev->data.len,
    };

    note(log, words, sizeof(words));
    note(log, ev->data.at, ev->data.len);
    note(log, ev->reply, ev->reply_len);
}

/* A stream, of which the first octets have been used. */
struct stream {
    const uint8_t *at;
    size_t left;
    uint32_t dice; /* 0: all at once */
};

static size_t
throw_dice(struct stream *s)
{
    s->dice = s->dice * 1664525 + 1013904223;
    return 1 + (s->dice >> 24) % 9;
}

static void
check_event(const struct ws_isomach_event *ev)
{
    WANT(ev->reply_len <= sizeof(ev->reply));
    WANT(!ev->reply_len ||
         ws_tpdu_packet(ev->reply, ev->reply_len) == (long)ev->reply_len);
    WANT(ev->what != ISOMACH_EXPEDITED ||
         (ev->data.len >= 1 && ev->data.len <= TPDU_DATA_ED));
    WANT(ev->what != ISOMACH_DISC || ev->data.len <= TPDU_DATA_DISC);
    WANT(ev->what != ISOMACH_FAULT || (ev->close && ev->error));
}

/* Shows more and more of the stream until there is an event; 0 if it ends
 * before. The views are noted while what they look at is there. */
static int
next_event(struct ws_isomach *m, struct stream *s, struct log *log,
           struct ws_isomach_event *ev)
{
    size_t have = s->dice ? 0 : s->left;

    for (;;) {
        struct guarded g;
        struct ws_isomach before = *m;

        if (s->dice) {
            size_t more = throw_dice(s);

            have += more < s->left - have ? more : s->left - have;
        }
        g = guarded_new(have);
        memcpy(g.bytes, s->at, have);
        ws_isomach_feed(m, g.bytes, have, ev);
        if (ev->what != ISOMACH_NEED) {
            check_event(ev);
            WANT(ev->used <= have);
            note_event(log, ev);
            if (ev->what == ISOMACH_CR)
                ws_isomach_open(m, &ev->tpdu, &ev->terms);
            guarded_free(&g);
            return 1;
        }
        guarded_free(&g);
        WANT(ev->need > have && ev->need <= TPKT_CONTROL);
        WANT(!memcmp(&before, m, sizeof(before)));
        if (have == s->left)
            return 0;
    }
}

static void
run(struct ws_isomach *m, struct stream s, struct log *log)
{
    struct ws_isomach_event ev;
    size_t state[4], over;

    while (next_event(m, &s, log, &ev)) {
        s.at += ev.used;
        s.left -= ev.used;
        over = ev.payload < s.left ? ev.payload : s.left;
        s.at += over;
        s.left -= over;
        if (ev.close || over < ev.payload)
            break;
        WANT(ev.used);
    }
    state[0] = m->state;
    state[1] = m->rest;
    state[2] = m->theirs;
    state[3] = (size_t)ws_isomach_end(m, s.left);
    note(log, state, sizeof(state));
}

static struct ws_nego_offer offer;

/* In one of the states that octets arrive in. */
static void
begin(struct ws_isomach *m, unsigned flags)
{
    struct ws_nego_policy policy = {
        .profile = flags & 0x10 ? TPDU_RDP : TPDU_STD,
        .class2 = !(flags & 0x20),
        .expedited = flags & 0x40,
    };
    struct ws_nego_terms terms = {.expedited = policy.expedited};
    struct ws_tpdu peer = {.src = 0x0100};
    uint8_t out[TPKT_CONTROL];
    size_t len;
    unsigned state = flags & 7;

    memset(m, 0, sizeof(*m));
    ws_isomach_listen(m, &policy, 0x4431);
    if (state >= 1 && state <= 3) {
        offer =
            (struct ws_nego_offer){.classes = (enum ws_nego_classes)(state - 1),
                                   .profile = policy.profile,
                                   .ours = 0x4431};
        offer.expedited = policy.expedited;
        ws_isomach_call(m, &offer);
    }
    if (state >= 4) {
        terms.klass = state & 1 ? 2 : 0;
        ws_isomach_open(m, &peer, &terms);
    }
    if (state >= 6)
        WANT(!ws_isomach_release(m, 0x80, 1, (struct ws_octets){NULL, 0}, out,
                                 sizeof(out), &len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct log once, pieces;
    struct in in = {data, data + size};
    unsigned flags = in_byte(&in);
    struct ws_isomach m;
    struct stream s;

    s.dice = 0;
    once.len = pieces.len = 0;
    begin(&m, flags);
    s.at = in.at;
    s.left = (size_t)(in.end - in.at);
    run(&m, s, &once);
    s.dice = 1 + in_word(&in);
    if (!s.dice)
        s.dice = 1;
    begin(&m, flags);
    run(&m, s, &pieces);
    WANT(once.len == pieces.len);
    WANT(!memcmp(once.octets, pieces.octets, once.len));
    return 0;
}
