/* SPDX-License-Identifier: MIT */
/* The calling end of ISO transport: what it proposes, what it makes of each
 * answer, and how the attempt shows in every way of waiting for it. Data is in
 * isotp_data_test.c. */
#include "isotp_util.h"

#ifndef _WIN32

/* ---- making sockets ---- */

TEST(an_iso_socket_is_made_by_triple, "CAT-1")
{
    static const struct {
        int type, protocol;
    } good[] = {
        {SOCK_SEQPACKET, ISOPROTO_TP0},
        {SOCK_SEQPACKET, 0           },
        {SOCK_STREAM,    ISOPROTO_TP0},
        {SOCK_SEQPACKET, ISOPROTO_TP2},
        {SOCK_STREAM,    ISOPROTO_TP2},
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        SOCKET s = socket(AF_ISO, good[i].type, good[i].protocol);

        REQUIRE(s != INVALID_SOCKET);
        CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), good[i].type);
        net_close(s);
    }
    CHECK_ERR(socket(AF_ISO, SOCK_SEQPACKET, ISOPROTO_TP4) == INVALID_SOCKET,
              WSAEPROTONOSUPPORT);
    CHECK_ERR(socket(AF_ISO, SOCK_DGRAM, 0) == INVALID_SOCKET,
              WSAESOCKTNOSUPPORT);
}

TEST(the_catalog_lists_the_profiles_behind_tcp_and_udp, "CAT-14")
{
    INT protocols[] = {ISOPROTO_TP0, ISOPROTO_TP2, 0};
    WSAPROTOCOL_INFOA list[8];
    DWORD size = sizeof list;
    int count = WSAEnumProtocolsA(protocols, list, &size);

    REQUIRE_EQ(count, 4);
    CHECK_EQ(list[0].dwServiceFlags1, 0x401ee);
    CHECK_EQ(list[2].dwServiceFlags1, 0x421ee);
    CHECK_EQ(list[0].dwMessageSize, 0xffffffff);
    for (int i = 0; i < count; i++) {
        SOCKET s = WSASocketA(0, 0, 0, &list[i], 0, 0);

        CHECK_EQ(list[i].iAddressFamily, AF_ISO);
        REQUIRE(s != INVALID_SOCKET);
        CHECK_EQ(net_int(s, SOL_SOCKET, SO_TYPE), list[i].iSocketType);
        net_close(s);
    }
}

/* ---- what goes out ---- */

TEST(a_call_says_class_0_and_the_selectors)
{
    struct iso_rig r = iso_rig();
    SOCKADDR_TP own;

    memset(&own, 0, sizeof own);
    ISO_SET_TP_ADDR(&own, "me", 2, NULL, 0);
    REQUIRE_EQ(bind(r.iso, (struct sockaddr *)&own, sizeof own), 0);
    iso_dial(&r);
    CHECK_EQ(r.cr[6] | r.cr[7], 0);
    CHECK(r.cr[8] | r.cr[9]);
    CHECK_EQ(r.cr[10], 0);
    CHECK_EQ(r.cr_size, 11 + 4 + 5);
    CHECK_MEM(r.cr + 11, "\301\002me\302\003srv", 9);
    iso_end(&r);
}

struct call {
    struct iso_rig *r;
    WSABUF *caller, *callee;
    QOS *qos;
    int error;
};

static DWORD WINAPI
call(void *arg)
{
    struct call *c = arg;
    int failed =
        WSAConnect(c->r->iso, (struct sockaddr *)&c->r->to, sizeof c->r->to,
                   c->caller, c->callee, c->qos, NULL);

    c->error = failed ? net_error() : 0;
    return 0;
}

static void
answer_call(struct iso_rig *r)
{
    REQUIRE(net_readable(r->listener, SOON));
    r->peer = accept(r->listener, NULL, NULL);
    r->cr_size = iso_packet(r->peer, r->cr, sizeof r->cr);
}

TEST(data_goes_both_ways_with_the_connection, "CON-11 CON-12 CDT-4")
{
    struct iso_rig r = iso_rig();
    char room[32];
    WSABUF caller = {5, "hello"}, callee = {sizeof room, room};
    struct call c = {&r, &caller, &callee, NULL, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    CHECK_EQ(r.cr_size, 11 + 5 + 5);
    CHECK_MEM(r.cr + r.cr_size - 5, "hello", 5);
    iso_confirm(&r, 0, "", "77656c636f6d65");
    net_join(thread);
    CHECK_EQ(c.error, 0);
    CHECK_EQ(callee.len, 7);
    CHECK_MEM(room, "welcome", 7);
    iso_end(&r);
}

TEST(too_much_caller_data_is_refused_at_once, "CON-7")
{
    struct iso_rig r = iso_rig();
    char data[249] = "";
    WSABUF caller = {33, data};

    CHECK_ERR(WSAConnect(r.iso, (struct sockaddr *)&r.to, sizeof r.to, &caller,
                         NULL, NULL, NULL) == SOCKET_ERROR,
              WSAEMSGSIZE);
    iso_option(r.iso, SOL_ISOTP, ISO_OPT_PROFILE, ISO_PROFILE_RDP);
    caller.len = 249;
    CHECK_ERR(WSAConnect(r.iso, (struct sockaddr *)&r.to, sizeof r.to, &caller,
                         NULL, NULL, NULL) == SOCKET_ERROR,
              WSAEMSGSIZE);
    iso_end(&r);
}

TEST(the_rdp_profile_has_its_data_within_the_header)
{
    struct iso_rig r = iso_rig();
    char data[248];
    WSABUF caller = {sizeof data, data};
    struct call c = {&r, &caller, NULL, NULL, -1};
    HANDLE thread;

    memset(data, 'x', sizeof data);
    iso_option(r.iso, SOL_ISOTP, ISO_OPT_PROFILE, ISO_PROFILE_RDP);
    thread = net_thread(call, &c);
    answer_call(&r);
    CHECK_EQ(r.cr[4], 254);
    CHECK_EQ(r.cr_size, 4 + 255);
    CHECK_MEM(r.cr + 11, data, sizeof data);
    iso_say(r.peer, "03000013 0e d0 0000 1234 00 0200080001000000");
    net_join(thread);
    CHECK_EQ(c.error, 0);
    iso_end(&r);
}

/* ---- quality of service ---- */

static QOS
rate(ULONG bytes, SERVICETYPE type)
{
    QOS q;

    memset(&q, 0, sizeof q);
    memset(&q, 0xff, offsetof(QOS, ProviderSpecific));
    q.SendingFlowspec.TokenRate = bytes;
    q.SendingFlowspec.ServiceType = type;
    q.ReceivingFlowspec.ServiceType = SERVICETYPE_BESTEFFORT;
    return q;
}

TEST(quality_of_service_is_proposed_in_class_2, "CON-13")
{
    struct iso_rig r = iso_rig();
    QOS qos = rate(1000000, SERVICETYPE_CONTROLLEDLOAD);
    struct call c = {&r, NULL, NULL, &qos, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    CHECK_EQ(r.cr[10], 0x21);
    iso_confirm(&r, 0, "", "");
    net_join(thread);
    CHECK_EQ(c.error, 0);
    CHECK_EQ(net_int(r.iso, SOL_ISOTP, ISO_OPT_CLASS), 0);
    iso_end(&r);
}

TEST(guaranteed_service_is_not_given_up, "CON-7")
{
    struct iso_rig r = iso_rig();
    QOS qos = rate(1000000, SERVICETYPE_GUARANTEED);
    struct call c = {&r, NULL, NULL, &qos, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    iso_confirm(&r, 0, "", "");
    net_join(thread);
    CHECK_EQ(c.error, WSAEOPNOTSUPP);
    iso_end(&r);
}

TEST(class_2_alone_is_not_given_up)
{
    struct iso_rig r = iso_rig_at(AF_INET, SOCK_SEQPACKET, ISOPROTO_TP2);
    struct call c = {&r, NULL, NULL, NULL, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    CHECK_EQ(r.cr[10], 0x21);
    CHECK(!memchr(r.cr + 11, 0xc7, r.cr_size - 11));
    iso_confirm(&r, 0, "", "");
    net_join(thread);
    CHECK_EQ(c.error, WSAECONNREFUSED);
    iso_end(&r);
}

/* ---- the answer ---- */

static const struct answer {
    const char *hex; /* "" for the end alone, NULL for a reset */
    int error;
} answers[] = {
    {"0300000b 06 80 0000 0000 00",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 01",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 02",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 03",       WSAEADDRNOTAVAIL},
    {"0300000b 06 80 0000 0000 80",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 81",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 82",       WSAECONNREFUSED },
    {"0300000b 06 80 0000 0000 83",       WSAECONNABORTED },
    {"0300000b 06 80 0000 0000 85",       WSAECONNABORTED },
    {"0300000b 06 80 0000 0000 88",       WSAECONNREFUSED },
    {"0300000d 08 70 0000 02 c1 02 06e0", WSAECONNREFUSED },
    {"03000007 02 f0 80",                 WSAECONNREFUSED },
    {"0300000b 06 e0 0000 1234 00",       WSAECONNREFUSED },
    {"485454502f312e31",                  WSAECONNREFUSED },
    {"0300000b 06 d0",                    WSAECONNREFUSED },
    {"",                                  WSAECONNREFUSED },
    {NULL,                                WSAECONNREFUSED },
};

static void
give_answer(struct iso_rig *r, const struct answer *a)
{
    if (a->hex)
        iso_say(r->peer, a->hex);
    if (a->hex)
        shutdown(r->peer, SD_SEND);
    else
        net_abort(r->peer);
    if (!a->hex)
        r->peer = INVALID_SOCKET;
}

TEST(each_answer_has_its_error_for_who_waits, "CON-6")
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct iso_rig r = iso_rig();
        struct call c = {&r, NULL, NULL, NULL, -1};
        HANDLE thread = net_thread(call, &c);

        answer_call(&r);
        give_answer(&r, &answers[i]);
        net_join(thread);
        if (c.error != answers[i].error)
            t_note("answer %s:", answers[i].hex);
        CHECK_EQ(c.error, answers[i].error);
        iso_end(&r);
    }
}

TEST(each_answer_has_its_error_for_events, "EVT-17 CON-8")
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct iso_rig r = iso_rig();
        WSAEVENT event = WSACreateEvent();
        WSANETWORKEVENTS ne;

        REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_CONNECT | FD_CLOSE), 0);
        REQUIRE_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                        SOCKET_ERROR,
                    WSAEWOULDBLOCK);
        net_signalled(event, 50); /* lets it write the CR */
        answer_call(&r);
        give_answer(&r, &answers[i]);
        REQUIRE(net_signalled(event, SOON));
        net_enum(r.iso, event, &ne);
        CHECK_EQ(ne.lNetworkEvents, FD_CONNECT);
        CHECK_EQ(ne.iErrorCode[FD_CONNECT_BIT], answers[i].error);
        CHECK_EQ(net_int(r.iso, SOL_SOCKET, SO_ERROR), answers[i].error);
        WSACloseEvent(event);
        iso_end(&r);
    }
}

TEST(what_a_refusal_says_is_kept, "CDT-4")
{
    struct iso_rig r = iso_rig();
    char room[64];
    WSABUF callee = {sizeof room, room};
    struct call c = {&r, NULL, &callee, NULL, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    iso_say(r.peer, "03000011 06 80 0000 0000 01 737279216e6f");
    net_join(thread);
    CHECK_EQ(c.error, WSAECONNREFUSED);
    CHECK_EQ(callee.len, 6);
    CHECK_MEM(room, "sry!no", 6);
    CHECK_EQ(net_int(r.iso, SOL_SOCKET, SO_DISCOPT), 1);
    iso_end(&r);
}

TEST(after_a_refusal_another_attempt_may_be_made, "CON-5")
{
    struct iso_rig r = iso_rig();
    struct call c = {&r, NULL, NULL, NULL, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    iso_say(r.peer, "0300000b 06 80 0000 0000 80");
    net_join(thread);
    CHECK_EQ(c.error, WSAECONNREFUSED);
    net_close(r.peer);
    thread = net_thread(call, &c);
    answer_call(&r);
    iso_confirm(&r, 0, "", "");
    net_join(thread);
    CHECK_EQ(c.error, 0);
    iso_end(&r);
}

TEST(nobody_at_the_port_is_a_refusal, "CON-6")
{
    struct iso_rig r = iso_rig();
    struct net_addr nobody = net_nobody(AF_INET);

    r.to = iso_address("x", nobody);
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                  SOCKET_ERROR,
              WSAECONNREFUSED);
    net_nonblocking(r.iso, 1);
    connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to);
    CHECK(net_exceptional(r.iso, SOON));
    iso_end(&r);
}

TEST(an_answer_may_come_octet_by_octet)
{
    struct iso_rig r = iso_rig();
    unsigned char cc[] = {3, 0, 0, 11, 6, 0xd0, 0, 0, 1, 2, 0};

    iso_dial(&r);
    for (size_t i = 0; i < sizeof cc; i++) {
        CHECK(!net_writable(r.iso, 0));
        REQUIRE_EQ(send(r.peer, (char *)&cc[i], 1, 0), 1);
        CHECK(!net_exceptional(r.iso, i + 1 < sizeof cc ? 5 : 0));
    }
    CHECK(net_writable(r.iso, SOON));
    iso_end(&r);
}

TEST(data_may_come_with_the_answer)
{
    struct iso_rig r = iso_rig();

    iso_dial(&r);
    iso_say(r.peer, "0300000b 06 d0 0000 0102 00 0300000a 02f080 616263"
                    "03000009 02f080 6465");
    REQUIRE(net_writable(r.iso, SOON));
    CHECK(net_readable(r.iso, 0));
    net_nonblocking(r.iso, 0);
    iso_expect(r.iso, "abc");
    iso_expect(r.iso, "de");
    iso_end(&r);
}

/* ---- time, and other ends ---- */

TEST(a_call_that_nobody_answers_ends_in_time, "CON-6")
{
    struct iso_rig r = iso_rig();

    iso_option(r.iso, SOL_ISOTP, ISO_OPT_TS1, 100);
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                  SOCKET_ERROR,
              WSAETIMEDOUT);
    net_nonblocking(r.iso, 1);
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                  SOCKET_ERROR,
              WSAEWOULDBLOCK);
    CHECK(net_exceptional(r.iso, SOON));
    CHECK_EQ(net_int(r.iso, SOL_SOCKET, SO_ERROR), WSAETIMEDOUT);
    iso_end(&r);
}

TEST(an_unanswered_call_is_told_as_an_event)
{
    struct iso_rig r = iso_rig();
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS ne;

    iso_option(r.iso, SOL_ISOTP, ISO_OPT_TS1, 100);
    REQUIRE_EQ(WSAEventSelect(r.iso, event, FD_CONNECT), 0);
    connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to);
    REQUIRE(net_signalled(event, SOON));
    net_enum(r.iso, event, &ne);
    CHECK_EQ(ne.iErrorCode[FD_CONNECT_BIT], WSAETIMEDOUT);
    WSACloseEvent(event);
    iso_end(&r);
}

TEST(closing_ends_a_call_that_waits, "CON-2 CLS-5")
{
    struct iso_rig r = iso_rig();
    struct call c = {&r, NULL, NULL, NULL, -1};
    HANDLE thread = net_thread(call, &c);

    answer_call(&r);
    net_close(r.iso);
    net_join(thread);
    CHECK_ONE_OF(c.error, WSAEINTR, WSAENOTSOCK);
    r.iso = INVALID_SOCKET;
    iso_end(&r);
}

static void CALLBACK
count_apc(ULONG_PTR arg)
{
    InterlockedIncrement((LONG *)arg);
}

TEST(apcs_run_while_a_call_waits, "CON-2")
{
    struct iso_rig r = iso_rig();
    struct call c = {&r, NULL, NULL, NULL, -1};
    HANDLE thread = net_thread(call, &c);
    LONG ran = 0;

    answer_call(&r);
    REQUIRE(QueueUserAPC(count_apc, thread, (ULONG_PTR)&ran));
    for (int i = 0; i < 500 && !InterlockedOr(&ran, 0); i++)
        Sleep(10);
    CHECK_EQ(ran, 1);
    iso_confirm(&r, 0, "", "");
    net_join(thread);
    CHECK_EQ(c.error, 0);
    iso_end(&r);
}

TEST(names_are_known_on_both_sides_of_a_call, "CON-19")
{
    struct iso_rig r = iso_open();
    SOCKADDR_TP peer, own;
    SOCKADDR_STORAGE tcp;
    int len = sizeof peer;

    REQUIRE_EQ(getpeername(r.iso, (struct sockaddr *)&peer, &len), 0);
    CHECK_EQ(len, (int)sizeof peer);
    CHECK_MEM(&peer, &r.to, sizeof peer);
    len = sizeof own;
    REQUIRE_EQ(getsockname(r.iso, (struct sockaddr *)&own, &len), 0);
    REQUIRE(ISO_GET_TP_INET(&own, &tcp) == sizeof(struct sockaddr_in));
    CHECK_EQ(((struct sockaddr_in *)&tcp)->sin_port,
             net_peer(r.peer).u.in.sin_port);
    iso_end(&r);
}

TEST(a_call_goes_over_ipv6_too)
{
    struct iso_rig r = iso_open_at(AF_INET6, SOCK_SEQPACKET);

    iso_say(r.peer, "03000008 02f080 36");
    iso_expect(r.iso, "6");
    iso_end(&r);
}

TEST(a_second_call_is_refused, "CON-5")
{
    struct iso_rig r = iso_rig();

    iso_dial(&r);
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                  SOCKET_ERROR,
              WSAEALREADY);
    iso_confirm(&r, 0, "", "");
    REQUIRE(net_writable(r.iso, SOON));
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, sizeof r.to) ==
                  SOCKET_ERROR,
              WSAEISCONN);
    iso_end(&r);
}

TEST(addresses_that_lead_nowhere_are_refused, "CON-7")
{
    struct iso_rig r = iso_rig();
    SOCKADDR_TP to;

    CHECK_ERR(connect(r.iso, (struct sockaddr *)&r.to, 4) == SOCKET_ERROR,
              WSAEFAULT);
    memset(&to, 0, sizeof to);
    ISO_SET_TP_ADDR(&to, "x", 1, NULL, 0);
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&to, sizeof to) == SOCKET_ERROR,
              WSAEADDRNOTAVAIL);
    to.tp_family = AF_INET;
    CHECK_ERR(connect(r.iso, (struct sockaddr *)&to, sizeof to) == SOCKET_ERROR,
              WSAEAFNOSUPPORT);
    iso_end(&r);
}

/* ---- ConnectEx ---- */

static LPFN_CONNECTEX
connect_ex(SOCKET s)
{
    static const GUID id = WSAID_CONNECTEX;
    LPFN_CONNECTEX f = NULL;
    DWORD got;

    REQUIRE_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, (void *)&id,
                        sizeof id, &f, sizeof f, &got, NULL, NULL),
               0);
    return f;
}

static void
bind_somewhere(SOCKET s)
{
    SOCKADDR_TP own;

    memset(&own, 0, sizeof own);
    ISO_SET_TP_ADDR(&own, "ex", 2, NULL, 0);
    REQUIRE_EQ(bind(s, (struct sockaddr *)&own, sizeof own), 0);
}

TEST(connectex_connects_and_sends_its_data_as_a_message, "CEX-1 CEX-3")
{
    struct iso_rig r = iso_rig();
    OVERLAPPED ov = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    LPFN_CONNECTEX f = connect_ex(r.iso);
    SOCKADDR_TP peer;
    int len = sizeof peer;
    DWORD moved, flags;

    bind_somewhere(r.iso);
    REQUIRE_ERR(
        !f(r.iso, (struct sockaddr *)&r.to, sizeof r.to, "hi", 2, NULL, &ov),
        WSA_IO_PENDING);
    net_signalled(ov.hEvent, 50);
    answer_call(&r);
    iso_confirm(&r, 0, "", "");
    REQUIRE(net_signalled(ov.hEvent, SOON));
    REQUIRE(WSAGetOverlappedResult(r.iso, &ov, &moved, FALSE, &flags));
    CHECK_EQ(moved, 2);
    iso_hear(r.peer, "03000009 02f080 6869");
    CHECK_ERR(getpeername(r.iso, (struct sockaddr *)&peer, &len) != 0,
              WSAENOTCONN);
    REQUIRE_EQ(
        setsockopt(r.iso, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0), 0);
    CHECK_EQ(getpeername(r.iso, (struct sockaddr *)&peer, &len), 0);
    CloseHandle(ov.hEvent);
    iso_end(&r);
}

TEST(connectex_tells_of_a_refusal, "CEX-1")
{
    struct iso_rig r = iso_rig();
    OVERLAPPED ov = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    LPFN_CONNECTEX f = connect_ex(r.iso);
    DWORD moved, flags;

    bind_somewhere(r.iso);
    REQUIRE_ERR(
        !f(r.iso, (struct sockaddr *)&r.to, sizeof r.to, NULL, 0, NULL, &ov),
        WSA_IO_PENDING);
    net_signalled(ov.hEvent, 50);
    answer_call(&r);
    iso_say(r.peer, "0300000b 06 80 0000 0000 80");
    REQUIRE(net_signalled(ov.hEvent, SOON));
    CHECK_ERR(!WSAGetOverlappedResult(r.iso, &ov, &moved, FALSE, &flags),
              WSAECONNREFUSED);
    CloseHandle(ov.hEvent);
    iso_end(&r);
}

#endif
