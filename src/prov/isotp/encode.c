/* SPDX-License-Identifier: MIT */
/* TPDUs to octets: the other half of tpdu.h. A packet is put together from the
 * front; its two lengths, of the header and of all, are filled in last.
 * Invariant: what is written here, tpdu.c reads as the same. */
#include "prov/isotp/tpdu.h"

#include <string.h>

/* Where the next octet goes; one that finds no room is counted only. */
struct pen {
    uint8_t *out;
    size_t room, len;
};

static void
put8(struct pen *pen, unsigned value)
{
    if (pen->len < pen->room)
        pen->out[pen->len] = (uint8_t)value;
    pen->len++;
}

static void
put16(struct pen *pen, unsigned value)
{
    put8(pen, value >> 8 & 0xff);
    put8(pen, value & 0xff);
}

static void
put24(struct pen *pen, uint32_t value)
{
    put8(pen, value >> 16 & 0xff);
    put16(pen, value & 0xffff);
}

static void
put_octets(struct pen *pen, const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put8(pen, at[i]);
}

/* ---- parameters ---- */

static void
put_octet(struct pen *pen, unsigned code, unsigned value)
{
    put8(pen, code);
    put8(pen, 1);
    put8(pen, value);
}

static void
put_string(struct pen *pen, unsigned code, struct ws_octets value)
{
    if (!value.at)
        return;
    put8(pen, code);
    put8(pen, (unsigned)value.len);
    put_octets(pen, value.at, value.len);
}

static void
put_preferred(struct pen *pen, unsigned units)
{
    put8(pen, 0xf0);
    put8(pen, units > 0xff ? 2 : 1);
    if (units > 0xff)
        put8(pen, units >> 8);
    put8(pen, units & 0xff);
}

static void
put_rates(struct pen *pen, const uint32_t target[2], const uint32_t least[2])
{
    for (int i = 0; i < 2; i++) {
        put24(pen, target[i]);
        put24(pen, least[i]);
    }
}

static void
put_throughput(struct pen *pen, const struct ws_tpdu *t)
{
    put8(pen, 0x89);
    put8(pen, t->has & HAS_AVERAGE ? 24 : 12);
    put_rates(pen, t->qos.peak, t->qos.peak_least);
    if (t->has & HAS_AVERAGE)
        put_rates(pen, t->qos.average, t->qos.average_least);
}

static void
put_delay(struct pen *pen, const struct ws_tpdu_qos *q)
{
    put8(pen, 0x88);
    put8(pen, 8);
    for (int i = 0; i < 2; i++) {
        put16(pen, q->delay[i]);
        put16(pen, q->delay_most[i]);
    }
}

static void
put_qos(struct pen *pen, const struct ws_tpdu *t)
{
    if (t->has & HAS_THROUGHPUT)
        put_throughput(pen, t);
    if (t->has & HAS_DELAY)
        put_delay(pen, &t->qos);
    if (t->has & HAS_PRIORITY) {
        put16(pen, 0x8702);
        put16(pen, t->qos.priority);
    }
    if (t->has & HAS_ERRORS) {
        put16(pen, 0x8603);
        put8(pen, t->qos.error_target);
        put8(pen, t->qos.error_least);
        put8(pen, t->qos.sdu);
    }
}

static void
put_connect(struct pen *pen, const struct ws_tpdu *t)
{
    if (t->has & HAS_SIZE)
        put_octet(pen, 0xc0, t->size);
    if (t->has & HAS_PREFERRED)
        put_preferred(pen, t->preferred);
    put_string(pen, 0xc1, t->calling);
    put_string(pen, 0xc2, t->called);
    if (t->has & HAS_OPTIONS)
        put_octet(pen, 0xc6, t->options);
    put_string(pen, 0xc7, t->alternatives);
    put_qos(pen, t);
}

/* ---- packets ---- */

static struct pen
begin(uint8_t *out, size_t room, unsigned code, unsigned dst)
{
    struct pen pen = {out, room, TPKT_HEAD};

    put8(&pen, 0); /* LI */
    put8(&pen, code);
    put16(&pen, dst);
    return pen;
}

/* Ends the header behind what has been written. */
static bool
end_header(struct pen *pen)
{
    size_t li = pen->len - TPKT_HEAD - 1;

    if (li > TPDU_LI_MOST || pen->len > pen->room)
        return false;
    pen->out[TPKT_HEAD] = (uint8_t)li;
    return true;
}

/* Ends the packet, of which "more" octets are elsewhere. */
static size_t
end_packet(struct pen *pen, size_t more)
{
    size_t all = pen->len + more;

    if (pen->len > pen->room || all > 0xffff)
        return 0;
    pen->out[0] = 3;
    pen->out[1] = 0;
    pen->out[2] = (uint8_t)(all >> 8);
    pen->out[3] = (uint8_t)all;
    return pen->len;
}

size_t
ws_tpdu_encode(const struct ws_tpdu *t, enum ws_tpdu_profile profile,
               uint8_t *out, size_t room)
{
    bool connect = t->code == TPDU_CR || t->code == TPDU_CC;
    bool inside = connect && profile == TPDU_RDP;
    struct pen pen = begin(out, room, t->code, t->dst);

    if (t->code == TPDU_ER) {
        put8(&pen, t->reason);
        put_string(&pen, 0xc1, t->rejected);
        return end_header(&pen) ? end_packet(&pen, 0) : 0;
    }
    put16(&pen, t->src);
    if (t->code != TPDU_DC)
        put8(&pen, connect ? t->option : t->reason);
    if (connect && !inside)
        put_connect(&pen, t);
    if (t->code == TPDU_DR && t->has & HAS_CLEARING)
        put_octet(&pen, 0xe0, t->clearing);
    if (inside)
        put_octets(&pen, t->data.at, t->data.len);
    if (!end_header(&pen))
        return 0;
    if (!inside)
        put_octets(&pen, t->data.at, t->data.len);
    return end_packet(&pen, 0);
}

size_t
ws_tpdu_put_head(enum ws_tpdu_code code, int klass, uint16_t dst, size_t len,
                 bool eot, uint8_t *out, size_t room)
{
    struct pen pen = {out, room, TPKT_HEAD};

    put8(&pen, klass ? 4 : 2);
    put8(&pen, code);
    if (klass)
        put16(&pen, dst);
    put8(&pen, eot ? 0x80 : 0);
    return len > TPDU_SIZE_ANY ? 0 : end_packet(&pen, len);
}

/* The rejected octets share the header with six others. */
size_t
ws_tpdu_put_er(uint16_t dst, const struct ws_tpdu_fault *fault,
               const uint8_t *octets, uint8_t *out, size_t room)
{
    size_t most = TPDU_LI_MOST - 6;
    struct ws_tpdu er = {.code = TPDU_ER, .dst = dst, .reason = fault->cause};

    er.rejected.at = octets;
    er.rejected.len = fault->upto < most ? fault->upto : most;
    return ws_tpdu_encode(&er, TPDU_STD, out, room);
}

size_t
ws_tpdu_put_dr(uint16_t dst, uint16_t src, uint8_t reason, uint8_t *out,
               size_t room)
{
    struct ws_tpdu dr = {
        .code = TPDU_DR, .dst = dst, .src = src, .reason = reason};

    return ws_tpdu_encode(&dr, TPDU_STD, out, room);
}

size_t
ws_tpdu_put_dc(uint16_t dst, uint16_t src, uint8_t *out, size_t room)
{
    struct ws_tpdu dc = {.code = TPDU_DC, .dst = dst, .src = src};

    return ws_tpdu_encode(&dc, TPDU_STD, out, room);
}
