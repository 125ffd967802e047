/* SPDX-License-Identifier: MIT */
/* Quality of service of streams: flow specs set, agreed on, carried out and
 * told of; what a condition function sees of them; templates by name. Windows
 * keeps the calls and has long given up what was behind them, so that what is
 * tested here is the documents' (QOS-17). */
#include "ovl.h"

#include <qossp.h>

#include <string.h>

#ifndef IP_TOS
#define IP_TOS 3
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif

#define NOT_ON_WINDOWS WINE_DIFFERS("streams have no quality of service")

static int
control(SOCKET s, DWORD code, void *in, DWORD in_len, void *out, DWORD out_len,
        DWORD *bytes)
{
    return WSAIoctl(s, code, in, in_len, out, out_len, bytes, NULL, NULL);
}

static int
set(SOCKET s, QOS *qos)
{
    DWORD bytes = 0;

    return control(s, SIO_SET_QOS, qos, sizeof *qos, NULL, 0, &bytes);
}

static void
must_set(SOCKET s, QOS *qos)
{
    REQUIRE_ERR(set(s, qos) == 0, net_error());
}

static QOS
get(SOCKET s)
{
    DWORD bytes = 0;
    QOS qos;

    memset(&qos, 0xaa, sizeof qos);
    REQUIRE_ERR(control(s, SIO_GET_QOS, NULL, 0, &qos, sizeof qos, &bytes) == 0,
                net_error());
    CHECK_EQ(bytes, sizeof qos);
    return qos;
}

static FLOWSPEC
flow(ULONG service, ULONG rate)
{
    FLOWSPEC f;

    memset(&f, 0xff, sizeof f); /* QOS_NOT_SPECIFIED */
    f.ServiceType = service;
    f.TokenRate = rate;
    return f;
}

static QOS
both(FLOWSPEC send, FLOWSPEC receive)
{
    QOS qos;

    memset(&qos, 0, sizeof qos);
    qos.SendingFlowspec = send;
    qos.ReceivingFlowspec = receive;
    return qos;
}

/* One way. */
static QOS
sending(ULONG service, ULONG rate)
{
    return both(flow(service, rate), flow(SERVICETYPE_NOTRAFFIC, 0));
}

static void
check_flow(FLOWSPEC f, ULONG service, ULONG rate)
{
    CHECK_EQ(f.ServiceType, service);
    CHECK_EQ(f.TokenRate, rate);
    CHECK_EQ(f.Latency, QOS_NOT_SPECIFIED);
}

/* ---- what is offered, and what is not ---- */

TEST(streams_offer_quality_of_service, "QOS-17 CAT-14")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAPROTOCOL_INFOA info;
    int len = sizeof info;

    NOT_ON_WINDOWS;
    REQUIRE_EQ(
        getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOA, (char *)&info, &len), 0);
    CHECK(info.dwServiceFlags1 & XP1_QOS_SUPPORTED);
    net_close(s);
}

TEST(datagrams_have_no_flow_specs, "QOS-10 QOS-17 QOS-18")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr addr = net_name(s);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000);
    DWORD bytes = 0;

    CHECK_ERR(set(s, &qos) == SOCKET_ERROR, WSAENOPROTOOPT, WSAEOPNOTSUPP);
    CHECK_ERR(control(s, SIO_GET_QOS, NULL, 0, &qos, sizeof qos, &bytes) ==
                  SOCKET_ERROR,
              WSAENOPROTOOPT, WSAEOPNOTSUPP);
    CHECK_EQ(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, &qos, NULL), 0);
    net_close(s);
}

TEST(groups_have_no_flow_specs, "QOS-12")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000);
    DWORD bytes = 0;

    CHECK_ERR(control(s, SIO_SET_GROUP_QOS, &qos, sizeof qos, NULL, 0,
                      &bytes) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    CHECK_ERR(control(s, SIO_GET_GROUP_QOS, NULL, 0, &qos, sizeof qos,
                      &bytes) == SOCKET_ERROR,
              WSAEOPNOTSUPP);
    net_close(s);
}

static ULONG
answer_to(SOCKET s, ULONG question)
{
    ULONG answer = 0xdead;
    DWORD bytes = 0;

    CHECK_ERR(control(s, SIO_CHK_QOS, &question, sizeof question, &answer,
                      sizeof answer, &bytes) == 0,
              net_error());
    CHECK_EQ(bytes, sizeof answer);
    return answer;
}

TEST(questions_about_it_are_answered, "QOS-12")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    ULONG question = QOSSPBASE, answer;
    DWORD bytes = 0;

    NOT_ON_WINDOWS;
    CHECK_EQ(answer_to(s, ALLOWED_TO_SEND_DATA), 1);
    CHECK_EQ(answer_to(s, ABLE_TO_RECV_RSVP), 0);
    CHECK_EQ(answer_to(s, LINE_RATE), INFO_NOT_AVAILABLE);
    CHECK_EQ(answer_to(s, LOCAL_TRAFFIC_CONTROL), 1);
    CHECK_EQ(answer_to(s, LOCAL_QOSABILITY), 1);
    CHECK_EQ(answer_to(s, END_TO_END_QOSABILITY), INFO_NOT_AVAILABLE);
    CHECK_ERR(control(s, SIO_CHK_QOS, &question, sizeof question, &answer,
                      sizeof answer, &bytes) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
}

/* ---- asked for and agreed on ---- */

TEST(what_was_never_set_is_best_effort, "QOS-3 QOS-11")
{
    SOCKET pair[2];
    QOS qos;

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    qos = get(pair[0]);
    check_flow(qos.SendingFlowspec, SERVICETYPE_BESTEFFORT, QOS_NOT_SPECIFIED);
    check_flow(qos.ReceivingFlowspec, SERVICETYPE_BESTEFFORT,
               QOS_NOT_SPECIFIED);
    CHECK_EQ(qos.ProviderSpecific.len, 0);
    CHECK(qos.ProviderSpecific.buf == NULL);
    net_close_pair(pair);
}

/* TCP tells the peer nothing, so that nobody answers for what is received, nor
 * for delays. */
TEST(what_is_agreed_on_is_told, "QOS-4 QOS-10 QOS-11 CON-13")
{
    SOCKET pair[2];
    QOS qos = both(flow(SERVICETYPE_CONTROLLEDLOAD, 500000),
                   flow(SERVICETYPE_GUARANTEED, 700000));

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    qos.SendingFlowspec.Latency = 1000;
    qos.SendingFlowspec.PeakBandwidth = 900000;
    must_set(pair[0], &qos);
    qos = get(pair[0]);
    check_flow(qos.SendingFlowspec, SERVICETYPE_CONTROLLEDLOAD, 500000);
    CHECK_EQ(qos.SendingFlowspec.PeakBandwidth, 500000);
    check_flow(qos.ReceivingFlowspec, SERVICETYPE_BESTEFFORT,
               QOS_NOT_SPECIFIED);
    must_set(pair[0], &qos); /* what it gives, it takes */
    net_close_pair(pair);
}

TEST(a_direction_without_traffic_stays_without, "QOS-6")
{
    SOCKET pair[2];
    QOS qos =
        both(flow(SERVICETYPE_NOTRAFFIC, 0), flow(SERVICETYPE_NOTRAFFIC, 0));

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    must_set(pair[0], &qos);
    qos = get(pair[0]);
    CHECK_EQ(qos.SendingFlowspec.ServiceType, SERVICETYPE_NOTRAFFIC);
    CHECK_EQ(qos.ReceivingFlowspec.ServiceType, SERVICETYPE_NOTRAFFIC);
    memset(&qos, 0, sizeof qos); /* says the same */
    must_set(pair[0], &qos);
    net_close_pair(pair);
}

TEST(no_change_keeps_what_was_set, "QOS-7")
{
    SOCKET pair[2];
    QOS qos = sending(SERVICETYPE_GUARANTEED, 123456);

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    must_set(pair[0], &qos);
    qos = both(flow(SERVICETYPE_NOCHANGE, 0), flow(SERVICETYPE_BESTEFFORT, 1));
    must_set(pair[0], &qos);
    qos = get(pair[0]);
    check_flow(qos.SendingFlowspec, SERVICETYPE_GUARANTEED, 123456);
    CHECK_EQ(qos.ReceivingFlowspec.ServiceType, SERVICETYPE_BESTEFFORT);
    net_close_pair(pair);
}

TEST(what_is_not_bound_has_nothing_to_tell, "QOS-11")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_loopback(AF_INET, 0);
    DWORD bytes = 0;
    QOS qos;

    NOT_ON_WINDOWS;
    CHECK_ERR(control(s, SIO_GET_QOS, NULL, 0, &qos, sizeof qos, &bytes) ==
                  SOCKET_ERROR,
              WSAEINVAL);
    REQUIRE_EQ(bind(s, &addr.u.any, addr.len), 0);
    get(s);
    net_close(s);
}

TEST(short_buffers_are_faults, "QOS-10 QOS-11 AMB-52")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000);
    DWORD bytes = 0;

    NOT_ON_WINDOWS;
    CHECK_ERR(control(s, SIO_SET_QOS, &qos, sizeof qos - 1, NULL, 0, &bytes) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(control(s, SIO_SET_QOS, NULL, 0, NULL, 0, &bytes) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(control(s, SIO_GET_QOS, NULL, 0, &qos, sizeof qos - 1, &bytes) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(bytes, sizeof qos);
    net_close(s);
}

/* ---- wrong flow specs ---- */

static void
check_refused(QOS qos, int error)
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    CHECK_ERR(set(pair[0], &qos) == SOCKET_ERROR, error);
    qos = get(pair[0]);
    CHECK_EQ(qos.SendingFlowspec.ServiceType, SERVICETYPE_BESTEFFORT);
    net_close_pair(pair);
}

TEST(unknown_service_types_are_refused, "QOS-7")
{
    static const ULONG wrong[] = {
        7,
        8,
        0xb,
        14,
        0x10000,
        SERVICE_BESTEFFORT | 0x40000,
        0x80000003,
        SERVICETYPE_GUARANTEED | 0x20000000,
        SERVICETYPE_NETWORK_UNAVAILABLE,
        QOS_NOT_SPECIFIED,
    };

    NOT_ON_WINDOWS;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        QOS qos = both(flow(SERVICETYPE_BESTEFFORT, 1000), flow(wrong[i], 1));

        t_note("%#lx", (unsigned long)wrong[i]);
        check_refused(sending(wrong[i], 1000), WSA_QOS_ESERVICETYPE);
        check_refused(qos, WSA_QOS_ESERVICETYPE);
    }
}

TEST(a_rate_is_never_nothing, "QOS-5")
{
    NOT_ON_WINDOWS;
    check_refused(sending(SERVICETYPE_BESTEFFORT, 0), WSA_QOS_EFLOWSPEC);
    check_refused(sending(SERVICETYPE_GUARANTEED, 0), WSA_QOS_EFLOWSPEC);
    check_refused(sending(SERVICETYPE_GUARANTEED, QOS_NOT_SPECIFIED),
                  WSA_QOS_EFLOWSPEC);
    check_refused(sending(SERVICETYPE_CONTROLLEDLOAD, QOS_NOT_SPECIFIED),
                  WSA_QOS_EFLOWSPEC);
    check_refused(both(flow(SERVICETYPE_NOTRAFFIC, 0),
                       flow(SERVICETYPE_GUARANTEED, QOS_NOT_SPECIFIED)),
                  WSA_QOS_EFLOWSPEC);
}

TEST(a_receiver_may_leave_the_rate_open, "QOS-5")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    QOS qos = both(flow(SERVICETYPE_NOTRAFFIC, 0),
                   flow(SERVICETYPE_CONTROLLEDLOAD, QOS_NOT_SPECIFIED));

    NOT_ON_WINDOWS;
    must_set(s, &qos);
    net_close(s);
}

TEST(sizes_and_rates_must_agree, "QOS-4 QOS-5")
{
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000);

    NOT_ON_WINDOWS;
    qos.SendingFlowspec.MinimumPolicedSize = 0;
    check_refused(qos, WSA_QOS_EFLOWSPEC);
    qos.SendingFlowspec.MinimumPolicedSize = 1501;
    qos.SendingFlowspec.MaxSduSize = 1500;
    check_refused(qos, WSA_QOS_EFLOWSPEC);
    qos = sending(SERVICETYPE_GUARANTEED, 1000);
    qos.SendingFlowspec.PeakBandwidth = 999;
    check_refused(qos, WSA_QOS_EFLOWSPEC);
}

/* ---- provider specific objects ---- */

struct objects {
    QOS_OBJECT_HDR mode_header;
    ULONG mode;
    QOS_OBJECT_HDR rate_header;
    ULONG rate;
    QOS_OBJECT_HDR end;
};

static struct objects
objects(ULONG mode, ULONG rate)
{
    struct objects o = {
        {QOS_OBJECT_SD_MODE,      12},
        mode,
        {QOS_OBJECT_SHAPING_RATE, 12},
        rate,
        {QOS_OBJECT_END_OF_LIST,  8 }
    };

    return o;
}

static QOS
with_objects(QOS qos, void *at, size_t size)
{
    qos.ProviderSpecific.buf = at;
    qos.ProviderSpecific.len = (ULONG)size;
    return qos;
}

TEST(objects_come_back_behind_the_structure, "QOS-9 QOS-11")
{
    struct objects o = objects(TC_NONCONF_SHAPE, 4000);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    QOS qos = with_objects(sending(SERVICETYPE_GUARANTEED, 5000), &o, sizeof o);
    struct {
        QOS qos;
        struct objects o;
    } out;
    DWORD bytes = 0;

    NOT_ON_WINDOWS;
    must_set(s, &qos);
    CHECK_ERR(control(s, SIO_GET_QOS, NULL, 0, &out, sizeof out.qos, &bytes) ==
                  SOCKET_ERROR,
              WSAEFAULT);
    CHECK_EQ(bytes, sizeof qos + sizeof o);
    CHECK_EQ(control(s, SIO_GET_QOS, NULL, 0, &out, sizeof out, &bytes), 0);
    CHECK_EQ(bytes, sizeof qos + sizeof o);
    CHECK_EQ(out.qos.ProviderSpecific.len, sizeof o);
    CHECK(out.qos.ProviderSpecific.buf == (char *)&out + sizeof qos);
    CHECK_MEM(&out.o, &o, sizeof o);
    CHECK_EQ(out.qos.SendingFlowspec.TokenRate, 4000);
    net_close(s);
}

TEST(traffic_that_may_borrow_is_not_paced, "QOS-9")
{
    struct objects o = objects(TC_NONCONF_BORROW, 0);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    QOS qos = with_objects(sending(SERVICETYPE_GUARANTEED, 5000), &o, 12);
    char out[200];
    DWORD bytes = 0;

    NOT_ON_WINDOWS;
    must_set(s, &qos);
    REQUIRE_EQ(control(s, SIO_GET_QOS, NULL, 0, out, sizeof out, &bytes), 0);
    memcpy(&qos, out, sizeof qos);
    check_flow(qos.SendingFlowspec, SERVICETYPE_GUARANTEED, QOS_NOT_SPECIFIED);
    net_close(s);
}

TEST(wrong_objects_are_refused, "QOS-9 CON-13")
{
    struct objects o = objects(TC_NONCONF_SHAPE, 0);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 5000);

    NOT_ON_WINDOWS;
    check_refused(with_objects(qos, &o, sizeof o), WSA_QOS_ESHAPERATEOBJ);
    check_refused(with_objects(qos, &o, 11), WSA_QOS_EOBJLENGTH);
    check_refused(with_objects(qos, &o, 13), WSA_QOS_EOBJLENGTH);
    check_refused(with_objects(qos, NULL, 12), WSA_QOS_EPROVSPECBUF);
    o.mode = 4;
    check_refused(with_objects(qos, &o, 12), WSA_QOS_ESDMODEOBJ);
    o.mode = TC_NONCONF_DISCARD;
    check_refused(with_objects(qos, &o, 12), WSAEOPNOTSUPP);
    o.mode_header.ObjectType = 1000;
    check_refused(with_objects(qos, &o, 12), WSA_QOS_EUNKNOWNPSOBJ);
    o.mode_header.ObjectLength = 0;
    check_refused(with_objects(qos, &o, sizeof o), WSA_QOS_EOBJLENGTH);
    o.mode_header.ObjectLength = 0xffffffff;
    check_refused(with_objects(qos, &o, sizeof o), WSA_QOS_EOBJLENGTH);
}

/* ---- marks ---- */

static int
mark_of(SOCKET s, int family)
{
    return family == AF_INET6 ? net_int(s, IPPROTO_IPV6, IPV6_TCLASS)
                              : net_int(s, IPPROTO_IP, IP_TOS);
}

static const struct marking {
    ULONG service;
    int dscp;
} markings[] = {
    {SERVICETYPE_BESTEFFORT,                              0 },
    {SERVICETYPE_CONTROLLEDLOAD,                          24},
    {SERVICETYPE_GUARANTEED,                              40},
    {SERVICETYPE_NETWORK_CONTROL,                         48},
    {SERVICETYPE_QUALITATIVE,                             0 },
    {SERVICE_GUARANTEED,                                  40},
    {SERVICETYPE_GUARANTEED | SERVICE_NO_QOS_SIGNALING,   40},
    {SERVICETYPE_GUARANTEED | SERVICE_NO_TRAFFIC_CONTROL, 0 },
    {SERVICE_CONTROLLEDLOAD | SERVICE_NO_TRAFFIC_CONTROL, 0 },
    {SERVICE_CONTROLLEDLOAD,                              24},
    {SERVICETYPE_NOTRAFFIC,                               0 },
};

static void
check_marks(int family)
{
    SOCKET pair[2];

    net_pair(family, pair);
    for (size_t i = 0; i < sizeof markings / sizeof markings[0]; i++) {
        QOS qos = sending(markings[i].service, 1000000);

        t_note("%#lx", (unsigned long)markings[i].service);
        must_set(pair[0], &qos);
        CHECK_EQ(mark_of(pair[0], family), markings[i].dscp << 2);
        qos = get(pair[0]);
        CHECK_EQ(qos.SendingFlowspec.ServiceType, markings[i].service);
    }
    net_close_pair(pair);
}

TEST(service_types_mark_what_is_sent, "QOS-7 QOS-8")
{
    NOT_ON_WINDOWS;
    check_marks(AF_INET);
}

TEST(service_types_mark_what_is_sent_over_IPv6, "QOS-7 QOS-8")
{
    NOT_ON_WINDOWS;
    check_marks(AF_INET6);
}

/* A raw socket sees each packet that arrives here. */
static SOCKET
tap(int family)
{
    struct net_addr addr = net_loopback(family, 0);
    SOCKET s = socket(family, SOCK_RAW, IPPROTO_TCP);

    if (s == INVALID_SOCKET && net_error() == WSAEACCES)
        SKIP("raw sockets are not allowed");
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    REQUIRE_EQ(bind(s, &addr.u.any, addr.len), 0);
    REQUIRE_EQ(net_set(s, SOL_SOCKET, SO_RCVTIMEO, SOON), 0);
    if (family == AF_INET6)
        REQUIRE_EQ(net_set(s, IPPROTO_IPV6, IPV6_RECVTCLASS, 1), 0);
    return s;
}

static int
receive_message(SOCKET s, WSAMSG *m)
{
    LPFN_WSARECVMSG function;
    GUID id = WSAID_WSARECVMSG;
    DWORD bytes = 0;

    REQUIRE_EQ(control(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                       &function, sizeof function, &bytes),
               0);
    return function(s, m, &bytes, NULL, NULL);
}

/* The mark and the destination port of the next packet. The header of IPv4 is
 * before it, that of IPv6 is not. */
static void
next_packet(SOCKET s, int family, int *mark, int *port)
{
    unsigned char data[2048];
    ULONGLONG control_data[16];
    struct net_addr from = net_loopback(family, 0);
    WSABUF buf = {sizeof data, (char *)data};
    WSAMSG m;
    WSACMSGHDR *c;
    int head;

    memset(data, 0, sizeof data);
    memset(&m, 0, sizeof m);
    m.name = &from.u.any;
    m.namelen = from.len;
    m.lpBuffers = &buf;
    m.dwBufferCount = 1;
    m.Control.buf = (char *)control_data;
    m.Control.len = sizeof control_data;
    REQUIRE_ERR(receive_message(s, &m) == 0, net_error());
    head = family == AF_INET ? (data[0] & 15) * 4 : 0;
    *port = data[head + 2] << 8 | data[head + 3];
    *mark = data[1];
    if (family == AF_INET)
        return;
    for (c = WSA_CMSG_FIRSTHDR(&m); c; c = WSA_CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)
            memcpy(mark, WSA_CMSG_DATA(c), sizeof *mark);
}

/* The mark of the first packet towards "port". */
static int
mark_seen(SOCKET s, int family, int port)
{
    int mark, to, left = 1000;

    do
        next_packet(s, family, &mark, &to);
    while (to != port && --left);
    CHECK(left);
    return mark;
}

static void
check_wire(int family)
{
    SOCKET ear = tap(family), listener = net_listener(family);
    SOCKET s = net_socket(family, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000000);

    REQUIRE_ERR(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, &qos, NULL) ==
                    0,
                net_error());
    CHECK_EQ(mark_seen(ear, family, net_port(addr)), 40 << 2);
    net_close(s);
    net_close(listener);
    net_close(ear);
}

TEST(the_first_packet_is_marked, "QOS-10 CON-13")
{
    if (!T_NATIVE)
        SKIP("raw sockets do not see streams");
    check_wire(AF_INET);
}

TEST(the_first_packet_is_marked_over_IPv6, "QOS-10 CON-13")
{
    if (!T_NATIVE)
        SKIP("raw sockets do not see streams");
    check_wire(AF_INET6);
}

/* ---- connecting ---- */

TEST(connect_takes_flow_specs, "CON-13 QOS-10")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    QOS before = sending(SERVICETYPE_CONTROLLEDLOAD, 1000000);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 2000000);

    NOT_ON_WINDOWS;
    must_set(s, &before);
    REQUIRE_EQ(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, &qos, NULL), 0);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_GUARANTEED, 2000000);
    CHECK_EQ(mark_of(s, AF_INET), 40 << 2);
    net_close(s);
    net_close(listener);
}

TEST(what_was_set_before_is_the_default_of_connect, "QOS-10")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    QOS qos = sending(SERVICETYPE_CONTROLLEDLOAD, 1000000);

    NOT_ON_WINDOWS;
    must_set(s, &qos);
    REQUIRE_EQ(connect(s, &addr.u.any, addr.len), 0);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_CONTROLLEDLOAD, 1000000);
    net_close(s);
    net_close(listener);
}

TEST(wrong_flow_specs_prevent_the_connection, "CON-7 CON-13")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_name(listener);
    struct objects o = objects(TC_NONCONF_DISCARD, 1);
    QOS qos = sending(SERVICETYPE_GUARANTEED, 0);

    NOT_ON_WINDOWS;
    CHECK_ERR(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, &qos, NULL) ==
                  SOCKET_ERROR,
              WSA_QOS_EFLOWSPEC);
    qos = with_objects(sending(SERVICETYPE_GUARANTEED, 1), &o, sizeof o);
    CHECK_ERR(WSAConnect(s, &addr.u.any, addr.len, NULL, NULL, &qos, NULL) ==
                  SOCKET_ERROR,
              WSAEOPNOTSUPP);
    CHECK(!net_readable(listener, NEVER));
    net_close(s);
    net_close(listener);
}

TEST(a_second_connect_changes_nothing, "CON-5 CON-13")
{
    SOCKET pair[2];
    struct net_addr addr;
    QOS qos = sending(SERVICETYPE_GUARANTEED, 1000);

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    addr = net_peer(pair[1]);
    CHECK_ERR(WSAConnect(pair[1], &addr.u.any, addr.len, NULL, NULL, &qos,
                         NULL) == SOCKET_ERROR,
              WSAEISCONN);
    CHECK_EQ(get(pair[1]).SendingFlowspec.ServiceType, SERVICETYPE_BESTEFFORT);
    net_close_pair(pair);
}

TEST(a_failed_attempt_loses_no_flow_specs, "QOS-10 CON-5")
{
    struct net_addr nobody = net_nobody(AF_INET), addr;
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), listener;
    QOS qos = sending(SERVICETYPE_GUARANTEED, 2000000);

    NOT_ON_WINDOWS;
    must_set(s, &qos);
    CHECK_ERR(connect(s, &nobody.u.any, nobody.len) == SOCKET_ERROR,
              WSAECONNREFUSED);
    CHECK_EQ(mark_of(s, AF_INET), 40 << 2);
    listener = net_listener(AF_INET);
    addr = net_name(listener);
    REQUIRE_EQ(connect(s, &addr.u.any, addr.len), 0);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_GUARANTEED, 2000000);
    CHECK_EQ(mark_of(s, AF_INET), 40 << 2);
    net_close(s);
    net_close(listener);
}

/* ---- accepting ---- */

struct judge {
    int calls, shown;
    QOS seen, answer;
    char object[64];
    int change;
};

static int CALLBACK
negotiate(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
          LPWSABUF callee, LPWSABUF callee_data, GROUP *g, DWORD_PTR data)
{
    struct judge *j = (struct judge *)data;

    (void)caller, (void)caller_data, (void)callee, (void)callee_data, (void)g;
    CHECK(gqos == NULL);
    j->calls++;
    j->shown = sqos != NULL;
    if (sqos) {
        j->seen = *sqos;
        if (sqos->ProviderSpecific.len &&
            sqos->ProviderSpecific.len <= sizeof j->object)
            memcpy(j->object, sqos->ProviderSpecific.buf,
                   sqos->ProviderSpecific.len);
        if (j->change)
            *sqos = j->answer;
    }
    return CF_ACCEPT;
}

static SOCKET
judged(SOCKET listener, struct judge *j)
{
    return WSAAccept(listener, NULL, NULL, negotiate, (DWORD_PTR)j);
}

TEST(without_flow_specs_none_are_shown, "CND-5 QOS-14")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener), s;
    struct judge j;

    memset(&j, 0, sizeof j);
    s = judged(listener, &j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK_EQ(j.calls, 1);
    CHECK(!j.shown);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_listener_gives_its_connections_flow_specs, "QOS-10 QOS-14")
{
    SOCKET listener = net_listener(AF_INET), client, s;
    QOS qos = sending(SERVICETYPE_CONTROLLEDLOAD, 3000000);

    NOT_ON_WINDOWS;
    must_set(listener, &qos);
    client = net_client(listener);
    s = accept(listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_CONTROLLEDLOAD, 3000000);
    CHECK_EQ(mark_of(s, AF_INET), 24 << 2);
    CHECK_EQ(get(client).SendingFlowspec.ServiceType, SERVICETYPE_BESTEFFORT);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(what_is_set_later_counts_for_those_who_wait, "QOS-10 QOS-14")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET client = net_client(listener), s;
    QOS qos = sending(SERVICETYPE_CONTROLLEDLOAD, 3000000);

    NOT_ON_WINDOWS;
    must_set(listener, &qos);
    s = accept(listener, NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    CHECK_EQ(get(s).SendingFlowspec.TokenRate, 3000000);
    CHECK_EQ(mark_of(s, AF_INET), 24 << 2);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(the_condition_function_sees_the_flow_specs, "CND-5 QOS-14")
{
    SOCKET listener = net_listener(AF_INET), client, s;
    struct objects o = objects(TC_NONCONF_SHAPE, 2000000);
    QOS qos =
        with_objects(sending(SERVICETYPE_GUARANTEED, 3000000), &o, sizeof o);
    struct judge j;

    NOT_ON_WINDOWS;
    memset(&j, 0, sizeof j);
    must_set(listener, &qos);
    client = net_client(listener);
    s = judged(listener, &j);
    REQUIRE(s != INVALID_SOCKET);
    CHECK(j.shown);
    CHECK_MEM(&j.seen.SendingFlowspec, &qos.SendingFlowspec, sizeof(FLOWSPEC));
    CHECK_EQ(j.seen.ReceivingFlowspec.ServiceType, SERVICETYPE_NOTRAFFIC);
    CHECK_EQ(j.seen.ProviderSpecific.len, sizeof o);
    CHECK(j.seen.ProviderSpecific.buf != (char *)&o);
    CHECK_MEM(j.object, &o, sizeof o);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(the_condition_function_may_change_them, "CND-5 CND-14 QOS-14")
{
    SOCKET listener = net_listener(AF_INET), client, s;
    QOS qos = sending(SERVICETYPE_GUARANTEED, 3000000);
    struct judge j;

    NOT_ON_WINDOWS;
    memset(&j, 0, sizeof j);
    must_set(listener, &qos);
    client = net_client(listener);
    j.change = 1;
    j.answer = sending(SERVICETYPE_CONTROLLEDLOAD, 1000000);
    s = judged(listener, &j);
    REQUIRE(s != INVALID_SOCKET);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_CONTROLLEDLOAD, 1000000);
    CHECK_EQ(mark_of(s, AF_INET), 24 << 2);
    check_flow(get(listener).SendingFlowspec, SERVICETYPE_GUARANTEED, 3000000);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_wrong_answer_accepts_nobody, "CND-5 CND-14")
{
    SOCKET listener = net_listener(AF_INET), client;
    QOS qos = sending(SERVICETYPE_GUARANTEED, 3000000);
    struct judge j;

    NOT_ON_WINDOWS;
    memset(&j, 0, sizeof j);
    must_set(listener, &qos);
    client = net_client(listener);
    j.change = 1;
    j.answer = sending(SERVICETYPE_CONTROLLEDLOAD, 0);
    CHECK_ERR(judged(listener, &j) == INVALID_SOCKET, WSA_QOS_EFLOWSPEC);
    net_close(client);
    net_close(listener);
}

/* ---- FD_QOS ---- */

TEST(a_change_is_an_event, "QOS-13")
{
    SOCKET pair[2];
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS events;
    QOS qos = sending(SERVICETYPE_GUARANTEED, 3000000);

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_QOS), 0);
    CHECK(!net_signalled(event, 0));
    must_set(pair[0], &qos);
    CHECK(net_signalled(event, SOON));
    CHECK_EQ(net_enum(pair[0], event, &events), FD_QOS);
    CHECK_EQ(events.iErrorCode[FD_QOS_BIT], 0);
    net_close_pair(pair);
    WSACloseEvent(event);
}

TEST(it_comes_again_after_it_was_looked_at, "QOS-11 QOS-13")
{
    SOCKET pair[2];
    WSAEVENT event = WSACreateEvent();
    QOS qos = sending(SERVICETYPE_GUARANTEED, 3000000);

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_QOS), 0);
    must_set(pair[0], &qos);
    CHECK_EQ(net_enum(pair[0], event, NULL), FD_QOS);
    qos.SendingFlowspec.TokenRate++;
    must_set(pair[0], &qos);
    CHECK_EQ(net_enum(pair[0], event, NULL), 0);
    get(pair[0]);
    must_set(pair[0], &qos); /* is so already */
    CHECK_EQ(net_enum(pair[0], event, NULL), 0);
    qos.SendingFlowspec.TokenRate++;
    must_set(pair[0], &qos);
    CHECK_EQ(net_enum(pair[0], event, NULL), FD_QOS);
    net_close_pair(pair);
    WSACloseEvent(event);
}

TEST(a_request_is_no_change, "QOS-13")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    WSAEVENT event = WSACreateEvent();
    QOS qos = sending(SERVICETYPE_GUARANTEED, 3000000);

    NOT_ON_WINDOWS;
    REQUIRE_EQ(WSAEventSelect(s, event, FD_QOS), 0);
    must_set(s, &qos);
    CHECK_EQ(net_enum(s, event, NULL), 0);
    net_close(s);
    WSACloseEvent(event);
}

/* ---- pacing ---- */

struct flood {
    SOCKET s;
    int bytes;
};

static DWORD WINAPI
pour(LPVOID context)
{
    struct flood *f = context;
    static char data[16384];

    while (f->bytes > 0) {
        int sent = send(f->s, data, sizeof data, 0);

        if (sent <= 0)
            return 1;
        f->bytes -= sent;
    }
    shutdown(f->s, SD_SEND);
    return 0;
}

static int
drain(SOCKET s)
{
    static char data[65536];
    int got, all = 0;

    while ((got = recv(s, data, sizeof data, 0)) > 0)
        all += got;
    return all;
}

/* Only the upper bound is the pace's; a busy machine may be slower. What is in
 * the first window is not paced. */
TEST(what_is_sent_keeps_to_the_rate, "QOS-4 QOS-10")
{
    enum { RATE = 2000000, ALL = 3500000, WINDOW = 600000 };
    SOCKET pair[2];
    struct flood f;
    QOS qos = sending(SERVICETYPE_GUARANTEED, RATE);
    ULONGLONG from;
    HANDLE thread;
    int ms;

    NOT_ON_WINDOWS;
    net_pair(AF_INET, pair);
    must_set(pair[1], &qos);
    f.s = pair[1];
    f.bytes = ALL;
    from = GetTickCount64();
    thread = net_thread(pour, &f);
    CHECK(drain(pair[0]) >= ALL);
    ms = (int)(GetTickCount64() - from);
    CHECK_EQ(net_join(thread), 0);
    t_note("%d bytes in %d ms", ALL, ms);
    CHECK(ms >= (ALL - WINDOW) / (RATE / 1000 * 11 / 10));
    net_close_pair(pair);
}

/* ---- templates ---- */

static WSABUF
text(const char *name)
{
    WSABUF buf = {(ULONG)strlen(name), (char *)name};

    return buf;
}

TEST(templates_have_names, "QOS-15")
{
    static const char *const names[] = {"G711",     "G723.1",  "G729",
                                        "H263QCIF", "H263CIF", "H261QCIF",
                                        "H261CIF",  "GSM6.10"};
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    NOT_ON_WINDOWS;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        WSABUF name = text(names[i]);
        QOS qos;

        memset(&qos, 0xaa, sizeof qos);
        REQUIRE_ERR(WSAGetQOSByName(s, &name, &qos), net_error());
        CHECK(qos.SendingFlowspec.TokenRate >= 1000);
        CHECK(qos.SendingFlowspec.TokenRate < 100000);
        CHECK(qos.ProviderSpecific.buf == NULL);
        must_set(s, &qos);
        check_flow(get(s).SendingFlowspec, qos.SendingFlowspec.ServiceType,
                   qos.SendingFlowspec.TokenRate);
    }
    net_close(s);
}

TEST(voice_has_its_published_rate, "QOS-15")
{
    SOCKET s = net_socket(AF_INET6, SOCK_STREAM);
    WSABUF name = {5, "G711"}; /* the zero may be counted */
    QOS qos;

    NOT_ON_WINDOWS;
    REQUIRE_ERR(WSAGetQOSByName(s, &name, &qos), net_error());
    CHECK_EQ(qos.SendingFlowspec.TokenRate, 50 * (160 + 40));
    CHECK_EQ(qos.ReceivingFlowspec.TokenRate, 50 * (160 + 40));
    net_close(s);
}

TEST(an_empty_name_lists_the_names, "QOS-15")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    char list[256] = "", *at = list;
    WSABUF name = {sizeof list, list};
    QOS qos;
    int count = 0;

    NOT_ON_WINDOWS;
    memset(list + 1, 'x', sizeof list - 1);
    REQUIRE_ERR(WSAGetQOSByName(s, &name, NULL), net_error());
    for (; *at; at += strlen(at) + 1, count++) {
        WSABUF one = text(at);

        CHECK(WSAGetQOSByName(s, &one, &qos));
    }
    CHECK_EQ(count, 8);
    CHECK_EQ(at[1], 'x');
    list[0] = 0;
    name.len = (ULONG)(at - list);
    CHECK_ERR(!WSAGetQOSByName(s, &name, NULL), WSAEFAULT);
    CHECK_EQ(list[0], 0);
    net_close(s);
}

TEST(other_names_are_invalid, "QOS-15")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSABUF name = text("G71"), none = {4, NULL};
    QOS qos;

    NOT_ON_WINDOWS;
    CHECK_ERR(!WSAGetQOSByName(s, &name, &qos), WSAEINVAL);
    name = text("G7111");
    CHECK_ERR(!WSAGetQOSByName(s, &name, &qos), WSAEINVAL);
    name = text("G711");
    CHECK_ERR(!WSAGetQOSByName(s, &name, NULL), WSAEFAULT);
    CHECK_ERR(!WSAGetQOSByName(s, NULL, &qos), WSAEFAULT);
    CHECK_ERR(!WSAGetQOSByName(s, &none, &qos), WSAEFAULT);
    net_close(s);
    CHECK_ERR(!WSAGetQOSByName(s, &name, &qos), WSAENOTSOCK);
}

/* ---- AcceptEx ---- */

TEST(AcceptEx_gives_the_flow_specs_of_the_listener, "QOS-14 AEX-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    QOS qos = sending(SERVICETYPE_CONTROLLEDLOAD, 1000000);
    QOS own = sending(SERVICETYPE_GUARANTEED, 2000000);
    struct op op;

    NOT_ON_WINDOWS;
    must_set(s, &own);
    op_init(&op, 0);
    REQUIRE_EQ(accept_ex(listener, s, op.data, 0, &op.bytes, &op.ov),
               WSA_IO_PENDING);
    must_set(listener, &qos);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &op), 0);
    REQUIRE_EQ(update_accept(s, listener), 0);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_CONTROLLEDLOAD, 1000000);
    CHECK_EQ(mark_of(s, AF_INET), 24 << 2);
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(AcceptEx_leaves_a_socket_its_own_flow_specs, "QOS-14 AEX-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    QOS own = sending(SERVICETYPE_GUARANTEED, 2000000);
    struct op op;

    NOT_ON_WINDOWS;
    must_set(s, &own);
    op_init(&op, 0);
    REQUIRE_EQ(accept_ex(listener, s, op.data, 0, &op.bytes, &op.ov),
               WSA_IO_PENDING);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &op), 0);
    REQUIRE_EQ(update_accept(s, listener), 0);
    check_flow(get(s).SendingFlowspec, SERVICETYPE_GUARANTEED, 2000000);
    CHECK_EQ(mark_of(s, AF_INET), 40 << 2);
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}
