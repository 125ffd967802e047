/* SPDX-License-Identifier: MIT */
/* Flow specs judged, agreed on and carried out. TCP has no way to tell the peer
 * of them, so what is agreed on alone is what this machine does itself: it
 * paces what is sent to the TokenRate and marks it by its service type. All
 * else of a flow spec comes back as "not specified": nobody sees to it. What is
 * read from a program is judged whole before any of it counts. */
#include "kit/qos.h"

#include "kit/sock.h"

#include <stdlib.h>
#include <string.h>

/* ---- service types ---- */

/* The marks are those of Windows' packet scheduler. A priority above 6 would
 * need a privilege; 4 and 6 are the interactive bands of Linux' queues. */
static const struct service {
    ULONG type, bit; /* qos.h has most of them in two forms */
    int dscp, priority;
    bool paced;                /* unless the objects say otherwise */
    bool send_rate, recv_rate; /* a TokenRate has to be specified */
} services[] = {
    {SERVICETYPE_NOTRAFFIC,           0,        0,  0, false, false, false},
    {SERVICETYPE_BESTEFFORT,          0x010000, 0,  0, false, false, false},
    {SERVICETYPE_CONTROLLEDLOAD,      0x020000, 24, 4, true,  true,  false},
    {SERVICETYPE_GUARANTEED,          0x040000, 40, 6, true,  true,  true },
    {SERVICETYPE_NETWORK_UNAVAILABLE, 0,        0,  0, false, false, false},
    {SERVICETYPE_GENERAL_INFORMATION, 0,        0,  0, true,  false, false},
    {SERVICETYPE_NOCHANGE,            0,        0,  0, false, false, false},
    {SERVICETYPE_NONCONFORMING,       0,        0,  1, false, false, false},
    {SERVICETYPE_NETWORK_CONTROL,     0,        48, 6, true,  true,  false},
    {SERVICETYPE_QUALITATIVE,         0x200000, 0,  4, true,  false, false},
};

#define WIDE 0x80000000 /* marks the form in bits */
#define NO_SIGNALING ((ULONG)SERVICE_NO_QOS_SIGNALING)

static bool
is_uncontrolled(ULONG type)
{
    return (type & SERVICE_NO_TRAFFIC_CONTROL) == SERVICE_NO_TRAFFIC_CONTROL;
}

/* NULL: there is none such. */
static const struct service *
service_of(ULONG type)
{
    ULONG core = type & ~NO_SIGNALING;
    bool wide = core & WIDE;

    if (is_uncontrolled(core))
        core &= ~(ULONG)SERVICE_NO_TRAFFIC_CONTROL;
    else if (wide)
        core &= ~WIDE;
    for (size_t i = 0; i < WS_ARRAY_LEN(services); i++) {
        const struct service *s = &services[i];

        if (wide && s->bit && core == s->bit)
            return s;
        if (core == s->type && (!wide || is_uncontrolled(type)))
            return s;
    }
    return NULL;
}

bool
ws_qos_service(ULONG type, ULONG *service, unsigned *bits)
{
    const struct service *s = service_of(type);

    if (!s)
        return false;
    *service = s->type;
    *bits = (is_uncontrolled(type) ? WS_QOS_NO_CONTROL : 0) |
            (type & NO_SIGNALING ? WS_QOS_NO_SIGNALING : 0);
    return true;
}

static bool
is_service(const FLOWSPEC *f, ULONG type)
{
    const struct service *s = service_of(f->ServiceType);

    return s && s->type == type;
}

/* ---- flow specs ---- */

static const FLOWSPEC plain = {
    .TokenRate = QOS_NOT_SPECIFIED,
    .TokenBucketSize = QOS_NOT_SPECIFIED,
    .PeakBandwidth = QOS_NOT_SPECIFIED,
    .Latency = QOS_NOT_SPECIFIED,
    .DelayVariation = QOS_NOT_SPECIFIED,
    .ServiceType = SERVICETYPE_BESTEFFORT,
    .MaxSduSize = QOS_NOT_SPECIFIED,
    .MinimumPolicedSize = QOS_NOT_SPECIFIED,
};

/* QOS_NOT_SPECIFIED and POSITIVE_INFINITY_RATE are the two greatest values, so
 * that a bound which is one of them is kept by every number. */
static bool
is_number(ULONG value)
{
    return value < POSITIVE_INFINITY_RATE;
}

static bool
is_beyond(ULONG value, ULONG bound)
{
    return is_number(value) && value > bound;
}

/* QOS-5. Where there is no traffic, the rest says nothing. */
static int
judge_flow(const FLOWSPEC *f, bool sending)
{
    const struct service *s = service_of(f->ServiceType);
    bool rate;

    if (!s || s->type == SERVICETYPE_NETWORK_UNAVAILABLE)
        return WSA_QOS_ESERVICETYPE;
    if (s->type == SERVICETYPE_NOTRAFFIC || s->type == SERVICETYPE_NOCHANGE)
        return 0;
    rate = sending ? s->send_rate : s->recv_rate;
    if (!f->TokenRate || (rate && f->TokenRate == QOS_NOT_SPECIFIED))
        return WSA_QOS_EFLOWSPEC;
    if (is_beyond(f->TokenRate, f->PeakBandwidth))
        return WSA_QOS_EFLOWSPEC;
    if (!f->MinimumPolicedSize ||
        is_beyond(f->MinimumPolicedSize, f->MaxSduSize))
        return WSA_QOS_EFLOWSPEC;
    return 0;
}

/* ---- objects of ProviderSpecific (QOS-9) ---- */

/* What they say of the sending. */
struct shaping {
    bool given, on;
    ULONG rate; /* 0: the TokenRate */
};

static int
judge_mode(ULONG mode, struct shaping *out)
{
    if (mode > TC_NONCONF_BORROW_PLUS)
        return WSA_QOS_ESDMODEOBJ;
    if (mode != TC_NONCONF_BORROW && mode != TC_NONCONF_SHAPE)
        return WSAEOPNOTSUPP;
    out->given = true;
    out->on = mode == TC_NONCONF_SHAPE;
    return 0;
}

static int
judge_rate(ULONG rate, struct shaping *out)
{
    if (!rate)
        return WSA_QOS_ESHAPERATEOBJ;
    out->given = out->on = true;
    out->rate = rate;
    return 0;
}

static const struct object {
    ULONG type;
    int (*judge)(ULONG value, struct shaping *out);
} objects[] = {
    {QOS_OBJECT_SD_MODE,      judge_mode},
    {QOS_OBJECT_SHAPING_RATE, judge_rate},
};

/* Each that is known is its header and one number. */
static int
judge_object(const QOS_OBJECT_HDR *h, const unsigned char *at,
             struct shaping *out)
{
    ULONG value;

    for (size_t i = 0; i < WS_ARRAY_LEN(objects); i++) {
        if (objects[i].type != h->ObjectType)
            continue;
        if (h->ObjectLength != sizeof(*h) + sizeof(value))
            return WSA_QOS_EOBJLENGTH;
        memcpy(&value, at + sizeof(*h), sizeof(value));
        return objects[i].judge(value, out);
    }
    return WSA_QOS_EUNKNOWNPSOBJ;
}

/* The list ends where it says so, or with its memory. */
static int
judge_objects(const unsigned char *at, size_t left, struct shaping *out)
{
    QOS_OBJECT_HDR h;
    int err = 0;

    for (; left && !err; at += h.ObjectLength, left -= h.ObjectLength) {
        if (left < sizeof(h))
            return WSA_QOS_EOBJLENGTH;
        memcpy(&h, at, sizeof(h));
        if (h.ObjectLength < sizeof(h) || h.ObjectLength > left)
            return WSA_QOS_EOBJLENGTH;
        if (h.ObjectType == QOS_OBJECT_END_OF_LIST)
            break;
        err = judge_object(&h, at, out);
    }
    return err;
}

static int
take_objects(struct ws_qos *q, const WSABUF *from)
{
    struct shaping unused = {0};

    q->size = 0;
    if (!from->len)
        return 0;
    if (!from->buf || from->len > sizeof(q->specific))
        return WSA_QOS_EPROVSPECBUF;
    memcpy(q->specific, from->buf, from->len);
    q->size = from->len;
    return judge_objects(q->specific, q->size, &unused);
}

/* ---- records ---- */

static void
keep_unchanged(FLOWSPEC *f, const FLOWSPEC *before)
{
    if (is_service(f, SERVICETYPE_NOCHANGE))
        *f = *before;
}

static int
fill(struct ws_qos *q, const QOS *from, const struct ws_flows *before)
{
    int err;

    q->asked.send = from->SendingFlowspec;
    q->asked.recv = from->ReceivingFlowspec;
    err = judge_flow(&q->asked.send, true);
    if (!err)
        err = judge_flow(&q->asked.recv, false);
    if (!err)
        err = take_objects(q, &from->ProviderSpecific);
    if (err)
        return err;
    keep_unchanged(&q->asked.send, &before->send);
    keep_unchanged(&q->asked.recv, &before->recv);
    ws_qos_agree_alone(q);
    return 0;
}

int
ws_qos_take(const QOS *from, const struct ws_qos *before, struct ws_qos **out)
{
    const struct ws_flows nothing = {plain, plain};
    struct ws_qos *q = malloc(sizeof(*q));
    int err = q ? 0 : WSAENOBUFS;

    if (!err)
        err = fill(q, from, before ? &before->asked : &nothing);
    if (err)
        free(q);
    else
        *out = q;
    return err;
}

int
ws_qos_ask(struct ws_sock *s, const QOS *from, struct ws_qos **out)
{
    struct ws_qos before;
    bool known;

    ws_lock(&s->lock);
    known = s->qos;
    if (known)
        before = *s->qos;
    ws_unlock(&s->lock);
    return ws_qos_take(from, known ? &before : NULL, out);
}

int
ws_qos_copy(const struct ws_qos *from, struct ws_qos **out)
{
    struct ws_qos *q = malloc(sizeof(*q));

    if (!q)
        return WSAENOBUFS;
    *q = *from;
    *out = q;
    return 0;
}

void
ws_qos_free(struct ws_qos *q)
{
    free(q);
}

static void
swap(struct ws_flows *f)
{
    FLOWSPEC send = f->send;

    f->send = f->recv;
    f->recv = send;
}

void
ws_qos_swap(struct ws_qos *q)
{
    swap(&q->asked);
    swap(&q->agreed);
}

/* ---- what this end can do alone ---- */

static ULONG
pace_of(const FLOWSPEC *f, const struct service *s, const struct shaping *sh)
{
    ULONG rate = sh->rate ? sh->rate : f->TokenRate;
    bool paced = sh->given ? sh->on : s->paced;

    return paced && is_number(rate) ? rate : QOS_NOT_SPECIFIED;
}

void
ws_qos_agree_alone(struct ws_qos *q)
{
    const struct service *s = service_of(q->asked.send.ServiceType);
    struct shaping sh = {0};

    judge_objects(q->specific, q->size, &sh);
    q->agreed = (struct ws_flows){plain, plain};
    q->agreed.send.ServiceType = q->asked.send.ServiceType;
    if (s->type != SERVICETYPE_NOTRAFFIC) {
        q->agreed.send.TokenRate = pace_of(&q->asked.send, s, &sh);
        q->agreed.send.PeakBandwidth = q->agreed.send.TokenRate;
    }
    if (is_service(&q->asked.recv, SERVICETYPE_NOTRAFFIC))
        q->agreed.recv.ServiceType = SERVICETYPE_NOTRAFFIC;
}

/* What the kernel is to do for each octet that is sent. */
struct treatment {
    uint64_t pace;
    int dscp, priority;
};

static struct treatment
treatment_of(const FLOWSPEC *f)
{
    const struct service *s = service_of(f->ServiceType);
    struct treatment t = {.pace = UINT64_MAX};

    if (!s || is_uncontrolled(f->ServiceType))
        return t;
    if (s->type != SERVICETYPE_NOTRAFFIC && is_number(f->TokenRate))
        t.pace = f->TokenRate;
    t.dscp = s->dscp;
    t.priority = s->priority;
    return t;
}

/* The mark first: the kernel derives a priority of its own from it. */
int
ws_qos_apply(int fd, int family, const struct ws_qos *q)
{
    struct treatment t;
    int err;

    if (!q)
        return 0;
    t = treatment_of(&q->agreed.send);
    err = ws_os_pacing(fd, t.pace);
    if (!err)
        err = ws_os_dscp(fd, family, t.dscp);
    return err ? err : ws_os_priority(fd, t.priority);
}

static bool
is_new(const struct ws_qos *old, const struct ws_qos *q)
{
    const struct ws_flows nothing = {plain, plain};

    return memcmp(old ? &old->agreed : &nothing, &q->agreed,
                  sizeof(q->agreed)) != 0;
}

int
ws_qos_install(struct ws_sock *s, struct ws_qos *q)
{
    struct ws_qos *old;
    bool changed;
    int err;

    ws_lock(&s->lock);
    old = s->qos;
    changed = is_new(old, q) && ws_sock_state(s) == SOCK_CONNECTED;
    err = ws_qos_apply(s->fd, s->family, q);
    if (err)
        ws_qos_apply(s->fd, s->family, old);
    else
        s->qos = q;
    ws_unlock(&s->lock);
    ws_qos_free(err ? q : old);
    if (!err && changed)
        ws_netev_tell(s, FD_QOS_BIT, 0);
    return err;
}

/* ---- records for programs ---- */

LPQOS
ws_qos_show(const struct ws_qos *q, struct ws_qos_record *r)
{
    if (!q)
        return NULL;
    memset(r, 0, sizeof(*r));
    memcpy(r->specific, q->specific, q->size);
    r->qos.SendingFlowspec = q->asked.send;
    r->qos.ReceivingFlowspec = q->asked.recv;
    r->qos.ProviderSpecific.len = q->size;
    if (q->size)
        r->qos.ProviderSpecific.buf = (CHAR *)r->specific;
    return &r->qos;
}

int
ws_qos_read(struct ws_qos *q, const struct ws_qos_record *r)
{
    struct ws_qos answer;
    int err = fill(&answer, &r->qos, &q->asked);

    if (!err)
        *q = answer;
    return err;
}

int
ws_qos_give(const struct ws_qos *q, void *buf, DWORD size, DWORD *used)
{
    DWORD objects_size = q ? q->size : 0;
    char *behind = (char *)buf + sizeof(QOS);
    QOS out = {.SendingFlowspec = q ? q->agreed.send : plain,
               .ReceivingFlowspec = q ? q->agreed.recv : plain};

    *used = (DWORD)sizeof(out) + objects_size;
    if (size < *used)
        return WSAEFAULT;
    if (objects_size) {
        out.ProviderSpecific = (WSABUF){objects_size, behind};
        memcpy(behind, q->specific, objects_size);
    }
    memcpy(buf, &out, sizeof(out));
    return 0;
}
