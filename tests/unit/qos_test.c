/* SPDX-License-Identifier: MIT */
/* Records of quality of service: what is taken, what is agreed on alone, what a
 * condition function's answer makes of it, and how it is given back. The
 * carrying out is tested by tests/api/qos_test.c. */
#include "t.h"

#include "kit/qos.h"
#include "kit/qosname.h"

#include <stdlib.h>
#include <string.h>

static FLOWSPEC
flow(ULONG service, ULONG rate)
{
    FLOWSPEC f;

    memset(&f, 0xff, sizeof(f));
    f.ServiceType = service;
    f.TokenRate = rate;
    return f;
}

static struct ws_qos *
take(ULONG send, ULONG recv, ULONG rate)
{
    QOS qos = {.SendingFlowspec = flow(send, rate),
               .ReceivingFlowspec = flow(recv, rate)};
    struct ws_qos *q = NULL;

    REQUIRE_EQ(ws_qos_take(&qos, NULL, &q), 0);
    return q;
}

TEST_BARE(services_are_told_from_their_bits, "QOS-7")
{
    static const struct {
        ULONG type, service;
        unsigned bits;
    } known[] = {
        {SERVICETYPE_NOTRAFFIC,                               SERVICETYPE_NOTRAFFIC,      0                                      },
        {SERVICETYPE_QUALITATIVE,                             SERVICETYPE_QUALITATIVE,    0                                      },
        {SERVICE_QUALITATIVE,                                 SERVICETYPE_QUALITATIVE,    0                                      },
        {SERVICE_BESTEFFORT,                                  SERVICETYPE_BESTEFFORT,     0                                      },
        {SERVICE_GUARANTEED | SERVICE_NO_QOS_SIGNALING,       SERVICETYPE_GUARANTEED,
         WS_QOS_NO_SIGNALING                                                                                                     },
        {SERVICETYPE_GUARANTEED | SERVICE_NO_TRAFFIC_CONTROL,
         SERVICETYPE_GUARANTEED,                                                          WS_QOS_NO_CONTROL                      },
        {SERVICE_CONTROLLEDLOAD | SERVICE_NO_TRAFFIC_CONTROL |
             SERVICE_NO_QOS_SIGNALING,               SERVICETYPE_CONTROLLEDLOAD, WS_QOS_NO_CONTROL | WS_QOS_NO_SIGNALING},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        ULONG service = 77;
        unsigned bits = 77;

        CHECK(ws_qos_service(known[i].type, &service, &bits));
        CHECK_EQ(service, known[i].service);
        CHECK_EQ(bits, known[i].bits);
    }
}

TEST_BARE(whatever_is_no_service_is_none, "QOS-7")
{
    static const ULONG wrong[] = {7,          0xe,        0x80000000,
                                  0x80000003, 0x01000003, 0x40000,
                                  0x80030000, 0x82000000, 0xffffffff};
    ULONG service;
    unsigned bits;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK(!ws_qos_service(wrong[i], &service, &bits));
}

TEST_BARE(the_ends_see_each_others_directions, "QOS-14")
{
    struct ws_qos *q = take(SERVICETYPE_GUARANTEED, SERVICETYPE_NOTRAFFIC, 77);

    ws_qos_swap(q);
    CHECK_EQ(q->asked.recv.ServiceType, SERVICETYPE_GUARANTEED);
    CHECK_EQ(q->asked.send.ServiceType, SERVICETYPE_NOTRAFFIC);
    CHECK_EQ(q->agreed.recv.TokenRate, 77);
    ws_qos_agree_alone(q);
    CHECK_EQ(q->agreed.send.ServiceType, SERVICETYPE_NOTRAFFIC);
    CHECK_EQ(q->agreed.recv.ServiceType, SERVICETYPE_BESTEFFORT);
    ws_qos_free(q);
}

TEST_BARE(only_what_is_done_is_agreed_on_alone, "QOS-4 CON-13")
{
    struct ws_qos *q = take(SERVICETYPE_GUARANTEED, SERVICETYPE_GUARANTEED, 77);

    CHECK_EQ(q->asked.recv.TokenRate, 77);
    CHECK_EQ(q->agreed.send.TokenRate, 77);
    CHECK_EQ(q->agreed.recv.TokenRate, QOS_NOT_SPECIFIED);
    CHECK_EQ(q->agreed.recv.ServiceType, SERVICETYPE_BESTEFFORT);
    ws_qos_free(q);
    q = take(SERVICETYPE_BESTEFFORT, SERVICETYPE_BESTEFFORT, 77);
    CHECK_EQ(q->agreed.send.TokenRate, QOS_NOT_SPECIFIED);
    ws_qos_free(q);
    q = take(SERVICETYPE_GUARANTEED, SERVICETYPE_NOTRAFFIC,
             POSITIVE_INFINITY_RATE);
    CHECK_EQ(q->agreed.send.TokenRate, QOS_NOT_SPECIFIED);
    ws_qos_free(q);
}

TEST_BARE(nobody_is_shown_nothing, "CND-5")
{
    struct ws_qos_record r;

    CHECK(ws_qos_show(NULL, &r) == NULL);
}

TEST_BARE(an_answer_becomes_what_is_asked, "CND-5")
{
    struct ws_qos *q = take(SERVICETYPE_GUARANTEED, SERVICETYPE_NOTRAFFIC, 77);
    struct ws_qos_record r;
    LPQOS shown = ws_qos_show(q, &r);

    REQUIRE(shown != NULL);
    CHECK(shown->ProviderSpecific.buf == NULL);
    shown->SendingFlowspec.TokenRate = 50;
    shown->ReceivingFlowspec = flow(SERVICETYPE_NOCHANGE, 0);
    CHECK_EQ(ws_qos_read(q, &r), 0);
    CHECK_EQ(q->asked.send.TokenRate, 50);
    CHECK_EQ(q->agreed.send.TokenRate, 50);
    CHECK_EQ(q->asked.recv.ServiceType, SERVICETYPE_NOTRAFFIC);
    ws_qos_free(q);
}

TEST_BARE(a_wrong_answer_leaves_all_as_it_was, "CND-5 CND-14")
{
    struct ws_qos *q = take(SERVICETYPE_GUARANTEED, SERVICETYPE_NOTRAFFIC, 77);
    struct ws_qos before = *q;
    struct ws_qos_record r;
    LPQOS shown = ws_qos_show(q, &r);

    shown->SendingFlowspec.TokenRate = 0;
    CHECK_EQ(ws_qos_read(q, &r), WSA_QOS_EFLOWSPEC);
    shown = ws_qos_show(q, &r);
    shown->ProviderSpecific.buf = (char *)r.specific;
    shown->ProviderSpecific.len = 0xffffffff;
    CHECK_EQ(ws_qos_read(q, &r), WSA_QOS_EPROVSPECBUF);
    CHECK_MEM(&q->asked, &before.asked, sizeof(before.asked));
    CHECK_EQ(q->size, 0);
    ws_qos_free(q);
}

/* The buffer is exactly as large as is said, which ASan watches. */
TEST_BARE(objects_are_not_read_beyond_their_end, "QOS-9")
{
    static const ULONG list[] = {QOS_OBJECT_SD_MODE,      12, TC_NONCONF_SHAPE,
                                 QOS_OBJECT_SHAPING_RATE, 12, 9000,
                                 QOS_OBJECT_END_OF_LIST,  8};

    for (ULONG len = 1; len <= sizeof(list); len++) {
        QOS qos = {.SendingFlowspec = flow(SERVICETYPE_BESTEFFORT, 77)};
        bool whole = len == 12 || len == 24 || len == 32;
        struct ws_qos *q = NULL;

        qos.ProviderSpecific.buf = malloc(len);
        qos.ProviderSpecific.len = len;
        memcpy(qos.ProviderSpecific.buf, list, len);
        CHECK_EQ(ws_qos_take(&qos, NULL, &q), whole ? 0 : WSA_QOS_EOBJLENGTH);
        CHECK_EQ(q != NULL, whole);
        if (whole)
            CHECK_EQ(q->agreed.send.TokenRate, len == 12 ? 77 : 9000);
        ws_qos_free(q);
        free(qos.ProviderSpecific.buf);
    }
}

TEST_BARE(too_many_objects_are_refused, "QOS-9")
{
    ULONG list[1 + WS_QOS_SPECIFIC / 4] = {QOS_OBJECT_END_OF_LIST, 8};
    QOS qos = {
        .ProviderSpecific = {sizeof(list), (char *)list}
    };
    struct ws_qos *q = NULL;

    CHECK_EQ(ws_qos_take(&qos, NULL, &q), WSA_QOS_EPROVSPECBUF);
    qos.ProviderSpecific.len = WS_QOS_SPECIFIC;
    CHECK_EQ(ws_qos_take(&qos, NULL, &q), 0);
    CHECK_EQ(q->size, WS_QOS_SPECIFIC);
    ws_qos_free(q);
}

TEST_BARE(a_list_of_names_needs_its_room, "QOS-15")
{
    char *list;
    QOS qos;
    ULONG need = 1;

    for (;; need++) {
        WSABUF name = {need, calloc(1, need)};
        int err = ws_qosname_find(&name, &qos);

        list = name.buf;
        if (!err)
            break;
        CHECK_EQ(err, WSAEFAULT);
        free(list);
        REQUIRE(need < 500);
    }
    CHECK_STR(list, "G711");
    CHECK_EQ(list[need - 1], 0);
    CHECK_EQ(list[need - 2], 0);
    free(list);
}
