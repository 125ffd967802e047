/* SPDX-License-Identifier: MIT */
/* Quality of service: FLOWSPECs to the parameters of ISO 8073 and back, and the
 * comparison of what was proposed with what was selected. The units differ
 * (microseconds and milliseconds, 32 and 24 bits), so both ends are told what
 * the wire says, which is the same for both. Two RFCs leave quality of service
 * over TCP undefined; the parameters have the meaning of ISO 8073 here.
 * Invariant: a selection lies within its proposal. */
#include "prov/isotp/qos.h"

#include "prov/isotp/nego.h"

#include <string.h>

enum { PRIORITY_NONE = NEGO_PRIORITIES - 1 };

/* ---- from FLOWSPECs ---- */

/* Service types by priority, highest first; the second column is the form that
 * is made of bits. */
static const SERVICETYPE services[NEGO_PRIORITIES][2] = {
    {SERVICETYPE_NETWORK_CONTROL, SERVICETYPE_NETWORK_CONTROL},
    {SERVICETYPE_GUARANTEED,      SERVICE_GUARANTEED         },
    {SERVICETYPE_CONTROLLEDLOAD,  SERVICE_CONTROLLEDLOAD     },
    {SERVICETYPE_QUALITATIVE,     SERVICE_QUALITATIVE        },
    {SERVICETYPE_BESTEFFORT,      SERVICE_BESTEFFORT         },
};

#define FLAGS ((SERVICE_NO_TRAFFIC_CONTROL | SERVICE_NO_QOS_SIGNALING))

static SERVICETYPE
service_of(const FLOWSPEC *f)
{
    SERVICETYPE type = f->ServiceType;

    for (int i = 0; i < NEGO_PRIORITIES; i++)
        if (type == services[i][1])
            return services[i][0];
    return type & ~(SERVICETYPE)FLAGS;
}

static uint16_t
priority_of(const FLOWSPEC *f)
{
    SERVICETYPE type = service_of(f);

    for (int i = 0; i < NEGO_PRIORITIES; i++)
        if (type == services[i][0])
            return (uint16_t)i;
    return PRIORITY_NONE;
}

static bool
is_said(ULONG value)
{
    return value && value != QOS_NOT_SPECIFIED;
}

static bool
is_silent(const FLOWSPEC *f)
{
    return service_of(f) == SERVICETYPE_NOTRAFFIC;
}

static uint32_t
to_rate(ULONG value, uint32_t unsaid)
{
    if (!is_said(value))
        return unsaid;
    return value < NEGO_RATE_MOST ? value : NEGO_RATE_MOST;
}

static uint16_t
to_delay(uint64_t microseconds)
{
    uint64_t ms = (microseconds + 999) / 1000;

    return (uint16_t)(ms < NEGO_DELAY_MOST ? ms : NEGO_DELAY_MOST);
}

/* No more can be the least acceptable than is asked for. */
static uint32_t
at_most(uint32_t value, uint32_t limit)
{
    return value < limit ? value : limit;
}

/* One direction; gives whether it says anything about the rate. */
static unsigned
set_rates(const FLOWSPEC *f, int to, struct ws_tpdu_qos *q)
{
    SERVICETYPE type = service_of(f);
    uint32_t floor = to_rate(f->TokenRate, 0);
    uint32_t peak = to_rate(f->PeakBandwidth, floor ? floor : NEGO_RATE_MOST);
    uint32_t average = floor ? floor : peak;

    if (is_silent(f))
        return HAS_THROUGHPUT; /* all are 0 */
    q->peak[to] = peak;
    q->average[to] = at_most(average, peak);
    if (type == SERVICETYPE_GUARANTEED || type == SERVICETYPE_CONTROLLEDLOAD)
        q->peak_least[to] = at_most(floor, peak);
    if (type == SERVICETYPE_GUARANTEED)
        q->average_least[to] = at_most(floor, q->average[to]);
    if (!is_said(f->TokenRate) && !is_said(f->PeakBandwidth))
        return 0;
    return HAS_THROUGHPUT | (q->average[to] != peak ? HAS_AVERAGE : 0);
}

static unsigned
set_delay(const FLOWSPEC *f, int to, struct ws_tpdu_qos *q)
{
    uint64_t more =
        f->DelayVariation == QOS_NOT_SPECIFIED ? 0 : f->DelayVariation;

    q->delay[to] = q->delay_most[to] = NEGO_DELAY_MOST;
    if (is_silent(f) || f->Latency == QOS_NOT_SPECIFIED)
        return 0;
    q->delay[to] = to_delay(f->Latency);
    q->delay_most[to] = to_delay(f->Latency + more);
    return HAS_DELAY;
}

static uint32_t
largest_sdu(const FLOWSPEC *sending, const FLOWSPEC *receiving)
{
    const FLOWSPEC *both[2] = {sending, receiving};
    uint32_t most = 0;

    for (int i = 0; i < 2; i++)
        if (!is_silent(both[i]) && is_said(both[i]->MaxSduSize) &&
            both[i]->MaxSduSize > most)
            most = both[i]->MaxSduSize;
    return most;
}

/* The power of two that "value" fits in. */
static uint8_t
log_of(uint32_t value)
{
    uint8_t bits = 0;

    while (bits < 32 && ((uint64_t)1 << bits) < value)
        bits++;
    return bits;
}

/* A size of message travels with the residual error rate, whose targets of one
 * in one then ask for nothing; it is no demand by itself. */
unsigned
ws_nego_from_spec(const FLOWSPEC *sending, const FLOWSPEC *receiving,
                  struct ws_tpdu_qos *out)
{
    struct ws_tpdu_qos q = {.peak = {0}};
    uint16_t forth = priority_of(sending), back = priority_of(receiving);
    unsigned has;

    q.priority = forth < back ? forth : back;
    has = set_rates(sending, 0, &q) | set_rates(receiving, 1, &q);
    has |= set_delay(sending, 0, &q) | set_delay(receiving, 1, &q);
    if (is_silent(sending) && is_silent(receiving))
        has = 0;
    if (has || q.priority < PRIORITY_NONE)
        has |= HAS_PRIORITY;
    if (has && largest_sdu(sending, receiving)) {
        has |= HAS_ERRORS;
        q.sdu = log_of(largest_sdu(sending, receiving));
    }
    *out = q;
    return has;
}

uint8_t
ws_nego_size_for(const FLOWSPEC *sending, const FLOWSPEC *receiving)
{
    uint32_t sdu = largest_sdu(sending, receiving);
    uint8_t code;

    for (code = 7; sdu && code <= 13; code++)
        if (sdu <= ws_tpdu_size(code) - (uint32_t)TPDU_DT_HEAD(2))
            return code;
    return 0;
}

/* ---- to FLOWSPECs ---- */

static void
give_delay(const struct ws_tpdu_qos *q, int from, FLOWSPEC *f)
{
    if (q->delay[from] == NEGO_DELAY_MOST)
        return;
    f->Latency = q->delay[from] * 1000u;
    if (q->delay_most[from] != NEGO_DELAY_MOST)
        f->DelayVariation =
            (ULONG)(q->delay_most[from] - q->delay[from]) * 1000u;
}

static void
give_spec(unsigned has, const struct ws_tpdu_qos *q, int from, FLOWSPEC *f)
{
    const ULONG unsaid = QOS_NOT_SPECIFIED;
    int priority = has & HAS_PRIORITY && q->priority < NEGO_PRIORITIES
                       ? q->priority
                       : PRIORITY_NONE;

    *f = (FLOWSPEC){unsaid, unsaid, unsaid, unsaid, unsaid, 0, unsaid, unsaid};
    f->ServiceType = services[priority][0];
    if (has & HAS_THROUGHPUT && !q->peak[from]) {
        f->ServiceType = SERVICETYPE_NOTRAFFIC;
        return;
    }
    if (has & HAS_THROUGHPUT) {
        f->PeakBandwidth = q->peak[from];
        f->TokenRate = has & HAS_AVERAGE ? q->average[from] : q->peak[from];
    }
    if (has & HAS_DELAY)
        give_delay(q, from, f);
    if (has & HAS_ERRORS && q->sdu && q->sdu < 32)
        f->MaxSduSize = (ULONG)1 << q->sdu;
}

void
ws_nego_to_spec(unsigned has, const struct ws_tpdu_qos *qos, bool called,
                FLOWSPEC *sending, FLOWSPEC *receiving)
{
    give_spec(has, qos, called, sending);
    give_spec(has, qos, !called, receiving);
}

/* ---- selection ---- */

static uint32_t
hold(uint32_t wish, uint32_t low, uint32_t high)
{
    return wish < low ? low : wish > high ? high : wish;
}

/* Without an average in the proposal the peak stands for it. */
static void
select_rate(unsigned has, struct ws_tpdu_qos *q, const struct ws_tpdu_qos *wish,
            int i)
{
    if (!(has & HAS_AVERAGE)) {
        q->peak[i] = hold(at_most(wish->peak[i], wish->average[i]),
                          q->peak_least[i], q->peak[i]);
        return;
    }
    q->peak[i] = hold(wish->peak[i], q->peak_least[i], q->peak[i]);
    q->average[i] = hold(at_most(wish->average[i], q->peak[i]),
                         q->average_least[i], q->average[i]);
}

/* From the called end's view its sending is direction 1. */
void
ws_nego_select(struct ws_nego_terms *terms, const FLOWSPEC *sending,
               const FLOWSPEC *receiving)
{
    struct ws_tpdu_qos wish, *q = &terms->qos;
    unsigned said = ws_nego_from_spec(receiving, sending, &wish);

    for (int i = 0; i < 2; i++) {
        if (said & HAS_THROUGHPUT)
            select_rate(terms->has, q, &wish, i);
        if (said & HAS_DELAY && wish.delay[i] != NEGO_DELAY_MOST)
            q->delay[i] =
                (uint16_t)hold(wish.delay[i], q->delay[i], q->delay_most[i]);
    }
    if (wish.priority > q->priority)
        q->priority = wish.priority;
}

static bool
is_between(uint32_t value, uint32_t low, uint32_t high)
{
    return low <= value && value <= high;
}

static bool
is_rate_within(unsigned has, const struct ws_tpdu_qos *q,
               const struct ws_tpdu *cc, int i)
{
    bool average = has & HAS_AVERAGE;

    if (!is_between(cc->qos.peak[i], q->peak_least[i], q->peak[i]))
        return false;
    return !(cc->has & HAS_AVERAGE) ||
           is_between(cc->qos.average[i], average ? q->average_least[i] : 0,
                      average ? q->average[i] : q->peak[i]);
}

bool
ws_qos_within(unsigned has, const struct ws_tpdu_qos *q,
              const struct ws_tpdu *cc)
{
    unsigned answered = cc->has & HAS_QOS & ~(unsigned)HAS_AVERAGE;

    if (answered & ~has)
        return false;
    for (int i = 0; i < 2; i++) {
        if (answered & HAS_THROUGHPUT && !is_rate_within(has, q, cc, i))
            return false;
        if (answered & HAS_DELAY &&
            !is_between(cc->qos.delay[i], q->delay[i], q->delay_most[i]))
            return false;
    }
    return !(answered & HAS_PRIORITY) || cc->qos.priority >= q->priority;
}

bool
ws_nego_feasible(const struct ws_nego_terms *terms, uint32_t rate)
{
    const struct ws_tpdu_qos *q = &terms->qos;

    for (int i = 0; i < 2; i++) {
        if (terms->has & HAS_THROUGHPUT && q->peak_least[i] > rate)
            return false;
        if (terms->has & HAS_AVERAGE && q->average_least[i] > rate)
            return false;
    }
    return true;
}

uint32_t
ws_nego_rate(const struct ws_nego_terms *terms, bool called)
{
    uint32_t rate = 0;

    if (terms->has & HAS_THROUGHPUT)
        rate = terms->has & HAS_AVERAGE ? terms->qos.average[called]
                                        : terms->qos.peak[called];
    return rate < NEGO_RATE_MOST ? rate : 0;
}
