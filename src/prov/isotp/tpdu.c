/* SPDX-License-Identifier: MIT */
/* TPKT and TPDUs to structures and back. What ISO 8073 fixes, the codes, the
 * fixed parts and where which parameter may stand, is tables here; real peers'
 * habits are in them too, where they can be met without harm. Octets are
 * big-endian on the wire.
 * Invariant: no octet behind the given ones is read, none behind the given room
 * written. */
#include "prov/isotp/tpdu.h"

#include <string.h>

/* ---- tables ---- */

static const struct kind {
    uint8_t code, credit; /* credit: the bits of the code that it takes */
    uint8_t fixed[2];     /* header octets behind LI, in class 0 and 2 */
    bool src, data;       /* has a source reference, user data */
} kinds[] = {
    {TPDU_DT, 0,    {2, 4}, false, true },
    {TPDU_ED, 0,    {2, 4}, false, true },
    {TPDU_CR, 0x0f, {6, 6}, true,  true },
    {TPDU_CC, 0x0f, {6, 6}, true,  true },
    {TPDU_DR, 0,    {6, 6}, true,  true },
    {TPDU_DC, 0,    {5, 5}, true,  false},
    {TPDU_ER, 0,    {4, 4}, false, false},
    {TPDU_EA, 0,    {4, 4}, false, false},
    {TPDU_AK, 0x0f, {4, 4}, false, false},
    {TPDU_RJ, 0x0f, {4, 4}, false, false},
};

static const struct kind *
find_kind(uint8_t octet)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if ((octet & ~kinds[i].credit) == kinds[i].code)
            return &kinds[i];
    return NULL;
}

static bool
is_connect(uint8_t code)
{
    return code == TPDU_CR || code == TPDU_CC;
}

static uint16_t
get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
get24(const uint8_t *at)
{
    return (uint32_t)at[0] << 16 | get16(at + 1);
}

/* ---- values of parameters: each says whether it is a good one ---- */

static bool
take_size(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len != 1 || !ws_tpdu_size(at[0]))
        return false;
    t->size = at[0];
    t->has |= HAS_SIZE;
    return true;
}

static bool
take_preferred(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    const uint32_t most = TPDU_SIZE_ANY / 128;
    uint32_t units = 0;

    if (len < 1 || len > 4)
        return false;
    while (len--)
        units = units << 8 | *at++;
    if (!units)
        return false;
    t->preferred = (uint16_t)(units < most ? units : most);
    t->has |= HAS_PREFERRED;
    return true;
}

static bool
take_calling(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len > TPDU_SELECTOR)
        return false;
    t->calling = (struct ws_octets){at, len};
    return true;
}

/* A CR's is taken at any length: who is called there cannot be here, and is to
 * be refused as an unknown address. */
static bool
take_called(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len > TPDU_SELECTOR && t->code != TPDU_CR)
        return false;
    t->called = (struct ws_octets){at, len};
    return true;
}

static bool
take_options(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len != 1)
        return false;
    t->options = at[0];
    t->has |= HAS_OPTIONS;
    return true;
}

static bool
take_alternatives(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    t->alternatives = (struct ws_octets){at, len};
    return true;
}

static bool
take_clearing(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    t->clearing = len ? at[0] : 0;
    t->has |= HAS_CLEARING;
    return true;
}

/* Four values of 24 bits: target and minimum, in either direction. */
static bool
take_rates(const uint8_t *at, uint32_t target[2], uint32_t least[2])
{
    for (int i = 0; i < 2; i++, at += 6) {
        target[i] = get24(at);
        least[i] = get24(at + 3);
        if (least[i] > target[i])
            return false;
    }
    return true;
}

/* The last one holds, also in having no average. */
static bool
take_throughput(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    struct ws_tpdu_qos q = t->qos;

    memset(q.average, 0, sizeof(q.average));
    memset(q.average_least, 0, sizeof(q.average_least));
    if ((len != 12 && len != 24) || !take_rates(at, q.peak, q.peak_least) ||
        (len == 24 && !take_rates(at + 12, q.average, q.average_least)))
        return false;
    t->qos = q;
    t->has &= ~(unsigned)HAS_AVERAGE;
    t->has |= HAS_THROUGHPUT | (len == 24 ? HAS_AVERAGE : 0);
    return true;
}

static bool
take_delay(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len != 8 || get16(at) > get16(at + 2) || get16(at + 4) > get16(at + 6))
        return false;
    for (int i = 0; i < 2; i++, at += 4) {
        t->qos.delay[i] = get16(at);
        t->qos.delay_most[i] = get16(at + 2);
    }
    t->has |= HAS_DELAY;
    return true;
}

static bool
take_priority(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len != 2)
        return false;
    t->qos.priority = get16(at);
    t->has |= HAS_PRIORITY;
    return true;
}

static bool
take_errors(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    if (len != 3)
        return false;
    t->qos.error_target = at[0];
    t->qos.error_least = at[1];
    t->qos.sdu = at[2];
    t->has |= HAS_ERRORS;
    return true;
}

static bool
take_nothing(struct ws_tpdu *t, const uint8_t *at, size_t len)
{
    (void)t, (void)at, (void)len;
    return true;
}

/* ---- the variable part ---- */

enum { IN_CR = 1, IN_CC0 = 2, IN_CC2 = 4, IN_DR = 8, IN_CC = IN_CC0 | IN_CC2 };

/* A parameter that is not here, or not in this TPDU, is passed over in a CR and
 * an error elsewhere (13.2.3). So is a bad value, but "strict" ones, on which
 * the rest hangs, are errors in a CR, too. */
static const struct parameter {
    uint8_t code, where;
    bool strict;
    bool (*take)(struct ws_tpdu *, const uint8_t *, size_t);
} parameters[] = {
    {0x86, IN_CR | IN_CC2, false, take_errors      },
    {0x87, IN_CR | IN_CC2, false, take_priority    },
    {0x88, IN_CR | IN_CC2, false, take_delay       },
    {0x89, IN_CR | IN_CC2, false, take_throughput  },
    {0xc0, IN_CR | IN_CC,  false, take_size        },
    {0xc1, IN_CR | IN_CC,  false, take_calling     },
    {0xc2, IN_CR | IN_CC,  false, take_called      },
    {0xc5, IN_CR | IN_CC2, false, take_nothing     }, /* protection */
    {0xc6, IN_CR | IN_CC,  true,  take_options     },
    {0xc7, IN_CR,          true,  take_alternatives},
    {0xe0, IN_DR,          false, take_clearing    },
    {0xf0, IN_CR | IN_CC,  false, take_preferred   },
};

static const struct parameter *
find_parameter(uint8_t code, unsigned where)
{
    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
        if (parameters[i].code == code && (parameters[i].where & where))
            return &parameters[i];
    return NULL;
}

static unsigned
place_of(const struct ws_tpdu *t)
{
    if (t->code == TPDU_CC)
        return TPDU_CLASS(t->option) ? IN_CC2 : IN_CC0;
    return t->code == TPDU_CR ? IN_CR : t->code == TPDU_DR ? IN_DR : 0;
}

static bool
wrong(struct ws_tpdu_fault *fault, enum ws_tpdu_cause cause, size_t upto)
{
    *fault = (struct ws_tpdu_fault){(uint8_t)cause, upto};
    return false;
}

/* Walks the octets from "at" up to "end" of the TPDU. */
static bool
take_parameters(struct ws_tpdu *t, const uint8_t *octets, size_t at, size_t end,
                struct ws_tpdu_fault *fault)
{
    unsigned where = place_of(t);

    while (at < end) {
        const struct parameter *p = find_parameter(octets[at], where);
        size_t len;

        if (!p && where != IN_CR)
            return wrong(fault, CAUSE_CODE, at + 1);
        if (at + 2 > end)
            return wrong(fault, CAUSE_VALUE, at + 1);
        len = octets[at + 1];
        if (len > end - at - 2)
            return wrong(fault, CAUSE_VALUE, at + 2);
        if (p && !p->take(t, octets + at + 2, len) &&
            (p->strict || where != IN_CR))
            return wrong(fault, CAUSE_VALUE, p->strict ? at + 2 : at + 2 + len);
        at += 2 + len;
    }
    return true;
}

/* ---- the TPDU ---- */

/* Options and class of a CR. RDP's has no parameters but its own, and so no
 * class that could need some; the class alone does no harm. */
static bool
check_option(const struct ws_tpdu *t, enum ws_tpdu_profile profile,
             struct ws_tpdu_fault *fault)
{
    int klass = TPDU_CLASS(t->option);

    if (t->code != TPDU_CR || !klass)
        return true;
    if (klass > 4 || t->option & 0x0c || (profile == TPDU_RDP && t->head > 7))
        return wrong(fault, CAUSE_VALUE, 7);
    return true;
}

static bool
decode_connect(const uint8_t *octets, size_t size, enum ws_tpdu_profile profile,
               struct ws_tpdu *t, struct ws_tpdu_fault *fault)
{
    t->option = octets[6];
    if (!check_option(t, profile, fault))
        return false;
    if (profile == TPDU_STD)
        return take_parameters(t, octets, 7, t->head, fault);
    if (size > t->head)
        return wrong(fault, CAUSE_VALUE, size);
    t->data = (struct ws_octets){octets + 7, t->head - 7};
    return true;
}

static bool
decode_fixed(const struct kind *kind, const uint8_t *octets, int klass,
             struct ws_tpdu *t)
{
    size_t fixed = kind->fixed[klass != 0];
    bool exact = kind->code == TPDU_DT || kind->code == TPDU_ED;

    t->head = (size_t)octets[0] + 1;
    if (octets[0] < fixed || (exact && octets[0] > fixed))
        return false;
    if (fixed >= 4)
        t->dst = get16(octets + 2);
    if (kind->src)
        t->src = get16(octets + 4);
    if (exact)
        t->eot = octets[fixed] & 0x80;
    if (t->code == TPDU_DR)
        t->reason = octets[6];
    if (t->code == TPDU_ER)
        t->reason = octets[4];
    return true;
}

bool
ws_tpdu_decode(const uint8_t *octets, size_t size, int klass,
               enum ws_tpdu_profile profile, struct ws_tpdu *out,
               struct ws_tpdu_fault *fault)
{
    const struct kind *kind = size >= 2 ? find_kind(octets[1]) : NULL;

    memset(out, 0, sizeof(*out));
    /* A CR that is wrong in its length is answered all the same. */
    if (kind && is_connect(kind->code) && size >= 6) {
        out->dst = get16(octets + 2);
        out->src = get16(octets + 4);
    }
    if (size < 2 || !octets[0] || octets[0] > TPDU_LI_MOST ||
        (size_t)octets[0] + 1 > size)
        return wrong(fault, CAUSE_VALUE, 1);
    if (!kind)
        return wrong(fault, CAUSE_TYPE, 2);
    out->code = kind->code;
    if (!decode_fixed(kind, octets, klass, out))
        return wrong(fault, CAUSE_VALUE, 1);
    if (kind->data)
        out->data = (struct ws_octets){octets + out->head, size - out->head};
    if (is_connect(kind->code))
        return decode_connect(octets, size, profile, out, fault);
    /* What an ER says of us is of no use, and it is never answered. */
    if (kind->code == TPDU_ER)
        return true;
    return take_parameters(out, octets, kind->fixed[klass != 0] + 1u, out->head,
                           fault);
}

long
ws_tpdu_packet(const uint8_t *octets, size_t have)
{
    if (have && octets[0] != 3)
        return -1;
    if (have < TPKT_HEAD)
        return 0;
    return get16(octets + 2) < TPKT_LEAST ? -1 : get16(octets + 2);
}

/* 8192 is the standard's most; 16 is a private value of one maker's, and means
 * no limit. */
uint32_t
ws_tpdu_size(uint8_t code)
{
    if (code == 16)
        return TPDU_SIZE_ANY;
    return code >= 7 && code <= 15 ? (uint32_t)1 << code : 0;
}
