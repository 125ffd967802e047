/* SPDX-License-Identifier: MIT */
/* WSARecvMsg and WSASendMsg: datagrams with their address and control data, in
 * one call or overlapped; what is cut, what is marked, what is refused. */
#include "ovl.h"

#include <mstcpip.h>

/* What the headers of mingw lack. */
#ifndef SIO_TIMESTAMPING
#define SIO_TIMESTAMPING _WSAIOW(IOC_VENDOR, 235)
#define TIMESTAMPING_FLAG_RX 0x1
#define TIMESTAMPING_FLAG_TX 0x2
#define SO_TIMESTAMP 0x300A
typedef struct {
    ULONG Flags;
    USHORT TxTimestampsBuffered;
} TIMESTAMPING_CONFIG;
#endif

#ifndef IP_ECN
#define IP_ECN 50
#endif
#ifndef IP_TOS
#define IP_TOS 3
#endif
#ifndef IPV6_HOPLIMIT
#define IPV6_HOPLIMIT 21
#endif

/* A message with everything that belongs to it. */
struct msg {
    WSAMSG m;
    struct net_addr name;
    WSABUF buf;
    char data[200];
    ULONGLONG control[32];
    DWORD bytes;
    WSAOVERLAPPED ov;
};

static void
msg_init(struct msg *m, ULONG len)
{
    memset(m, 0, sizeof *m);
    m->name.len = sizeof m->name.u;
    m->buf.buf = m->data;
    m->buf.len = len;
    m->m.name = &m->name.u.any;
    m->m.namelen = m->name.len;
    m->m.lpBuffers = &m->buf;
    m->m.dwBufferCount = 1;
    m->m.Control.buf = (char *)m->control;
    m->m.Control.len = sizeof m->control;
}

/* A message to somebody, without control data. */
static void
msg_text(struct msg *m, const char *text, SOCKET to)
{
    msg_init(m, (ULONG)strlen(text));
    memcpy(m->data, text, strlen(text));
    m->name = net_name(to);
    m->m.namelen = m->name.len;
    m->m.Control.buf = NULL;
    m->m.Control.len = 0;
}

static LPFN_WSARECVMSG
recvmsg_of(SOCKET s)
{
    return EXTENSION(s, LPFN_WSARECVMSG, WSAID_WSARECVMSG);
}

static int
receive(SOCKET s, struct msg *m)
{
    return op_error(recvmsg_of(s)(s, &m->m, &m->bytes, NULL, NULL));
}

static int
receive_overlapped(SOCKET s, struct msg *m)
{
    m->ov.hEvent = WSACreateEvent();
    return op_error(recvmsg_of(s)(s, &m->m, &m->bytes, &m->ov, NULL));
}

static LPFN_WSASENDMSG
sendmsg_of(SOCKET s)
{
    return EXTENSION(s, LPFN_WSASENDMSG, WSAID_WSASENDMSG);
}

static int
send_msg(SOCKET s, struct msg *m)
{
    return op_error(sendmsg_of(s)(s, &m->m, 0, &m->bytes, NULL, NULL));
}

/* Finds a message among the control data and checks that all are in order. */
static const void *
look(const struct msg *m, int level, int type, size_t size)
{
    WSAMSG *all = (WSAMSG *)&m->m;
    const void *found = NULL;

    for (WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(all); c;
         c = WSA_CMSG_NXTHDR(all, c)) {
        CHECK_EQ((ULONG_PTR)c % 8, 0);
        REQUIRE(c->cmsg_len >= sizeof *c);
        REQUIRE((char *)c + c->cmsg_len <= all->Control.buf + all->Control.len);
        if (c->cmsg_level == level && c->cmsg_type == type) {
            CHECK_EQ(c->cmsg_len, WSA_CMSG_LEN(size));
            CHECK(!found);
            found = WSA_CMSG_DATA(c);
        }
    }
    return found;
}

static long
number(const struct msg *m, int level, int type)
{
    const INT *v = look(m, level, type, sizeof *v);

    return v ? *v : -1;
}

static void
enable(SOCKET s, int level, int option)
{
    REQUIRE_ERR(net_set(s, level, option, 1) == 0, net_error());
}

/* ---- receiving ---- */

TEST(name_data_and_control_come_in_one_call, "MSG-1")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    const IN_PKTINFO *info;
    struct msg out, in;

    enable(b, IPPROTO_IP, IP_PKTINFO);
    msg_text(&out, "hello", b);
    CHECK_EQ(send_msg(a, &out), 0);
    CHECK_EQ(out.bytes, 5);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(b, &in), 0);
    CHECK_EQ(in.bytes, 5);
    CHECK_MEM(in.data, "hello", 5);
    in.name.len = in.m.namelen;
    CHECK(net_same(in.name, net_name(a)));
    info = look(&in, IPPROTO_IP, IP_PKTINFO, sizeof *info);
    REQUIRE(info != NULL);
    CHECK_EQ(info->ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
    CHECK(info->ipi_ifindex != 0);
    CHECK_EQ(in.m.Control.len, WSA_CMSG_SPACE(sizeof *info));
    net_close(a);
    net_close(b);
}

TEST(ipv6_messages_come_with_their_destination, "MSG-1")
{
    SOCKET a = net_bound(AF_INET6, SOCK_DGRAM);
    SOCKET b = net_bound(AF_INET6, SOCK_DGRAM);
    const IN6_PKTINFO *info;
    struct net_addr name;
    struct msg out, in;

    enable(b, IPPROTO_IPV6, IPV6_PKTINFO);
    msg_text(&out, "hello", b);
    CHECK_EQ(send_msg(a, &out), 0);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(b, &in), 0);
    info = look(&in, IPPROTO_IPV6, IPV6_PKTINFO, sizeof *info);
    REQUIRE(info != NULL);
    name = net_name(b);
    CHECK_MEM(&info->ipi6_addr, &name.u.in6.sin6_addr, 16);
    CHECK(info->ipi6_ifindex != 0);
    net_close(a);
    net_close(b);
}

TEST(nothing_is_told_that_was_not_asked_for, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    REQUIRE_EQ(receive(pair[1], &in), 0);
    CHECK_EQ(in.m.Control.len, 0);
    CHECK_EQ(in.m.dwFlags, 0);
    net_close_pair(pair);
}

TEST(control_data_may_be_left_out, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    in.m.Control.buf = NULL;
    in.m.Control.len = 0;
    CHECK_EQ(receive(pair[1], &in), 0);
    CHECK_EQ(in.bytes, 5);
    net_close_pair(pair);
}

TEST(data_are_scattered, "MSG-1 RCV-1")
{
    SOCKET pair[2];
    struct msg in;
    WSABUF bufs[2];

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "hello world");
    msg_init(&in, 0);
    bufs[0] = (WSABUF){6, in.data + 100};
    bufs[1] = (WSABUF){50, in.data};
    in.m.lpBuffers = bufs;
    in.m.dwBufferCount = 2;
    CHECK_EQ(receive(pair[1], &in), 0);
    CHECK_EQ(in.bytes, 11);
    CHECK_MEM(in.data + 100, "hello ", 6);
    CHECK_MEM(in.data, "world", 5);
    net_close_pair(pair);
}

TEST(a_message_too_long_is_cut_and_marked, "MSG-1 RCV-2")
{
    SOCKET pair[2];
    struct msg in;

    WINE_DIFFERS("there is no mark");
    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "too long");
    msg_init(&in, 3);
    CHECK_EQ(receive(pair[1], &in), WSAEMSGSIZE);
    CHECK(in.m.dwFlags & MSG_TRUNC);
    CHECK_MEM(in.data, "too", 4);
    net_close_pair(pair);
}

TEST(control_data_without_room_are_marked, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    enable(pair[1], IPPROTO_IP, IP_PKTINFO);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    in.m.Control.len = 1;
    CHECK_EQ(receive(pair[1], &in), WSAEMSGSIZE);
    CHECK(in.m.dwFlags & MSG_CTRUNC);
    CHECK_MEM(in.data, "hello", 5);
    net_close_pair(pair);
}

TEST(a_message_can_be_looked_at, "MSG-1 RCV-4")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    net_send(pair[0], "hello");
    for (int i = 0; i < 2; i++) {
        msg_init(&in, 100);
        in.m.dwFlags = i ? 0 : MSG_PEEK;
        CHECK_EQ(receive(pair[1], &in), 0);
        CHECK_EQ(in.bytes, 5);
    }
    net_nonblocking(pair[1], 1);
    CHECK_EQ(receive(pair[1], &in), WSAEWOULDBLOCK);
    net_close_pair(pair);
}

TEST(streams_have_no_messages, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    WINE_DIFFERS("they have");
    net_pair(AF_INET, pair);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    CHECK_ONE_OF(receive(pair[1], &in), WSAEOPNOTSUPP, WSAEINVAL);
    net_close_pair(pair);
}

TEST(a_message_needs_its_description, "MSG-1 G-4")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    DWORD bytes;

    CHECK_ONE_OF(op_error(recvmsg_of(s)(s, NULL, &bytes, NULL, NULL)),
                 WSAEFAULT);
    net_close(s);
}

TEST(time_to_live_is_told, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    enable(pair[1], IPPROTO_IP, IP_RECVTTL);
    REQUIRE_EQ(net_set(pair[0], IPPROTO_IP, IP_TTL, 33), 0);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    REQUIRE_EQ(receive(pair[1], &in), 0);
    CHECK_EQ(number(&in, IPPROTO_IP, IP_TTL), 33);
    net_close_pair(pair);
}

TEST(the_hop_limit_is_told, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET6, pair);
    enable(pair[1], IPPROTO_IPV6, IPV6_HOPLIMIT);
    REQUIRE_EQ(net_set(pair[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33), 0);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    REQUIRE_EQ(receive(pair[1], &in), 0);
    CHECK_EQ(number(&in, IPPROTO_IPV6, IPV6_HOPLIMIT), 33);
    net_close_pair(pair);
}

TEST(several_control_messages_stand_behind_each_other, "MSG-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    enable(pair[1], IPPROTO_IP, IP_PKTINFO);
    enable(pair[1], IPPROTO_IP, IP_RECVTTL);
    net_send(pair[0], "hello");
    msg_init(&in, 100);
    REQUIRE_EQ(receive(pair[1], &in), 0);
    CHECK(look(&in, IPPROTO_IP, IP_PKTINFO, sizeof(IN_PKTINFO)));
    CHECK(number(&in, IPPROTO_IP, IP_TTL) > 0);
    CHECK_EQ(in.m.Control.len, 2 * WSA_CMSG_SPACE(8));
    net_close_pair(pair);
}

/* ---- overlapped ---- */

TEST(a_message_is_waited_for, "MSG-1 OVL-2")
{
    SOCKET pair[2];
    struct msg in;
    DWORD flags = 0;

    net_udp_pair(AF_INET, pair);
    enable(pair[1], IPPROTO_IP, IP_PKTINFO);
    msg_init(&in, 100);
    CHECK_EQ(receive_overlapped(pair[1], &in), WSA_IO_PENDING);
    net_send(pair[0], "hello");
    REQUIRE(net_signalled(in.ov.hEvent, SOON));
    CHECK(WSAGetOverlappedResult(pair[1], &in.ov, &in.bytes, FALSE, &flags));
    CHECK_EQ(in.bytes, 5);
    CHECK_MEM(in.data, "hello", 5);
    in.name.len = in.m.namelen;
    CHECK(net_same(in.name, net_name(pair[0])));
    CHECK(look(&in, IPPROTO_IP, IP_PKTINFO, sizeof(IN_PKTINFO)));
    WSACloseEvent(in.ov.hEvent);
    net_close_pair(pair);
}

TEST(a_message_that_was_waited_for_can_be_cut, "MSG-1 RCV-3")
{
    SOCKET pair[2];
    struct msg in;
    DWORD flags = 0;

    WINE_DIFFERS("there is no mark");
    net_udp_pair(AF_INET, pair);
    msg_init(&in, 3);
    CHECK_EQ(receive_overlapped(pair[1], &in), WSA_IO_PENDING);
    net_send(pair[0], "too long");
    REQUIRE(net_signalled(in.ov.hEvent, SOON));
    CHECK_ERR(
        !WSAGetOverlappedResult(pair[1], &in.ov, &in.bytes, FALSE, &flags),
        WSAEMSGSIZE);
    CHECK_EQ(in.ov.Internal & 0xffffffff, 0x80000005);
    CHECK(in.m.dwFlags & MSG_TRUNC);
    WSACloseEvent(in.ov.hEvent);
    net_close_pair(pair);
}

static void CALLBACK
told_of_message(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    tell(error, bytes, ov, flags);
}

TEST(a_routine_hears_of_messages, "MSG-1 CR-1")
{
    SOCKET pair[2];
    struct msg in;

    net_udp_pair(AF_INET, pair);
    msg_init(&in, 100);
    CHECK_EQ(op_error(recvmsg_of(pair[1])(pair[1], &in.m, NULL, &in.ov,
                                          told_of_message)),
             WSA_IO_PENDING);
    net_send(pair[0], "hello");
    await_told(1);
    CHECK_EQ(told.error, 0);
    CHECK_EQ(told.bytes, 5);
    net_close_pair(pair);
}

TEST(messages_give_packets, "MSG-1 MSG-2 IOCP-2")
{
    SOCKET pair[2];
    HANDLE port;
    struct msg in, out;

    net_udp_pair(AF_INET, pair);
    port = port_of(pair[1], 8);
    msg_init(&in, 100);
    CHECK_EQ(op_error(recvmsg_of(pair[1])(pair[1], &in.m, NULL, &in.ov, NULL)),
             WSA_IO_PENDING);
    net_send(pair[0], "hello");
    port_expect(port, 8, &in.ov, 0, 5);
    msg_text(&out, "back", pair[0]);
    CHECK_ONE_OF(
        op_error(sendmsg_of(pair[1])(pair[1], &out.m, 0, NULL, &out.ov, NULL)),
        0, WSA_IO_PENDING);
    port_expect(port, 8, &out.ov, 0, 4);
    net_expect(pair[0], "back");
    net_close_pair(pair);
    port_close(port);
}

/* ---- sending ---- */

TEST(sending_a_message_binds, "MSG-2 BND-11")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM),
           to = net_bound(AF_INET, SOCK_DGRAM);
    struct msg out;

    msg_text(&out, "hello", to);
    CHECK_EQ(send_msg(s, &out), 0);
    CHECK(net_port(net_name(s)) != 0);
    CHECK_EQ(net_name(s).u.in.sin_addr.s_addr, htonl(INADDR_ANY));
    net_expect(to, "hello");
    net_close(s);
    net_close(to);
}

TEST(a_failed_call_for_want_of_a_count_binds_too, "MSG-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM),
           to = net_bound(AF_INET, SOCK_DGRAM);
    struct msg out;

    WINE_DIFFERS("nothing is bound then");
    msg_text(&out, "hello", to);
    CHECK_ERR(sendmsg_of(s)(s, &out.m, 0, NULL, NULL, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK(net_port(net_name(s)) != 0);
    net_close(s);
    net_close(to);
}

TEST(no_message_binds_nothing, "MSG-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr name = {{{0}}, sizeof name.u};
    DWORD bytes;

    CHECK_ERR(sendmsg_of(s)(s, NULL, 0, &bytes, NULL, NULL) == SOCKET_ERROR,
              WSAEFAULT);
    CHECK_ERR(getsockname(s, &name.u.any, &name.len) == SOCKET_ERROR,
              WSAEINVAL);
    net_close(s);
}

TEST(messages_do_not_go_into_streams, "MSG-2")
{
    SOCKET pair[2];
    struct msg out;

    WINE_DIFFERS("they do");
    net_pair(AF_INET, pair);
    msg_text(&out, "hello", pair[1]);
    CHECK_EQ(send_msg(pair[0], &out), WSAEINVAL);
    net_close_pair(pair);
}

TEST(a_message_goes_to_the_default_peer, "MSG-2 SND-3")
{
    SOCKET pair[2];
    struct msg out;

    net_udp_pair(AF_INET, pair);
    msg_text(&out, "hello", pair[1]);
    out.m.name = NULL;
    out.m.namelen = 0;
    CHECK_EQ(send_msg(pair[0], &out), 0);
    net_expect(pair[1], "hello");
    net_close_pair(pair);
}

TEST(a_message_can_be_sent_by_the_function_itself, "MSG-2 OVL-1")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    WSAOVERLAPPED ov;
    DWORD sent = 0, flags;
    struct msg out;

    msg_text(&out, "hello", b);
    CHECK_EQ(WSASendMsg(a, &out.m, 0, &sent, NULL, NULL), 0);
    CHECK_EQ(sent, 5);
    net_expect(b, "hello");
    memset(&ov, 0, sizeof ov);
    CHECK_EQ(WSASendMsg(a, &out.m, 0, NULL, &ov, NULL), 0);
    CHECK(WSAGetOverlappedResult(a, &ov, &sent, TRUE, &flags));
    CHECK_EQ(sent, 5);
    net_expect(b, "hello");
    CHECK_ERR(WSASendMsg(INVALID_SOCKET, &out.m, 0, &sent, NULL, NULL) ==
                  SOCKET_ERROR,
              WSAENOTSOCK);
    net_close(a);
    net_close(b);
}

TEST(a_message_to_nobody_is_refused, "MSG-2 SND-3")
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct msg out;

    WINE_DIFFERS("another error");
    msg_text(&out, "hello", s);
    out.m.name = NULL;
    out.m.namelen = 0;
    CHECK_ONE_OF(send_msg(s, &out), WSAENOTCONN, WSAEDESTADDRREQ);
    net_close(s);
}

/* Adds a control message to a message that has none. */
static void
with(struct msg *m, int level, int type, const void *data, size_t size)
{
    WSACMSGHDR *c = (WSACMSGHDR *)m->control;

    m->m.Control.buf = (char *)m->control;
    m->m.Control.len = WSA_CMSG_SPACE(size);
    c->cmsg_len = WSA_CMSG_LEN(size);
    c->cmsg_level = level;
    c->cmsg_type = type;
    memcpy(WSA_CMSG_DATA(c), data, size);
}

TEST(the_source_of_a_message_can_be_chosen, "MSG-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM),
           to = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr any = net_wildcard(AF_INET, 0);
    IN_PKTINFO info = {{{{0}}}, 0};
    struct msg out, in;

    WINE_DIFFERS("control data are not sent");
    REQUIRE_EQ(bind(s, &any.u.any, any.len), 0);
    info.ipi_addr.s_addr = htonl(INADDR_LOOPBACK + 6);
    msg_text(&out, "hello", to);
    with(&out, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    CHECK_EQ(send_msg(s, &out), 0);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(to, &in), 0);
    CHECK_EQ(in.name.u.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK + 6));
    net_close(s);
    net_close(to);
}

TEST(congestion_marks_travel_with_messages, "MSG-1 MSG-2")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    INT mark = 2;
    struct msg out, in;

    WINE_DIFFERS("there is no such option");
    enable(b, IPPROTO_IP, IP_ECN);
    msg_text(&out, "hello", b);
    with(&out, IPPROTO_IP, IP_ECN, &mark, sizeof mark);
    CHECK_EQ(send_msg(a, &out), 0);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(b, &in), 0);
    CHECK_EQ(number(&in, IPPROTO_IP, IP_ECN), 2);
    CHECK_EQ(in.m.Control.len, WSA_CMSG_SPACE(sizeof mark));
    net_close(a);
    net_close(b);
}

TEST(control_data_that_make_no_sense_are_refused, "MSG-2")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct msg out;
    INT mark = 2;

    WINE_DIFFERS("control data are not sent");
    msg_text(&out, "hello", b);
    with(&out, IPPROTO_IP, 12345, &mark, sizeof mark);
    CHECK_EQ(send_msg(a, &out), WSAEINVAL);
    with(&out, IPPROTO_IP, IP_ECN, &mark, sizeof mark);
    ((WSACMSGHDR *)out.control)->cmsg_len = 1000;
    CHECK_EQ(send_msg(a, &out), WSAEINVAL);
    CHECK(!net_readable(b, NEVER));
    net_close(a);
    net_close(b);
}

/* ---- times ---- */

static int
stamps(SOCKET s, ULONG flags)
{
    TIMESTAMPING_CONFIG config = {flags, 0};
    DWORD bytes;

    return op_error(WSAIoctl(s, SIO_TIMESTAMPING, &config, sizeof config, NULL,
                             0, &bytes, NULL, NULL));
}

static UINT64
counter(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return (UINT64)now.QuadPart;
}

/* Whether a datagram that is read 20 ms late has the time of its arrival. */
static BOOL
stamped_on_arrival(SOCKET a, SOCKET b)
{
    const UINT64 *stamp;
    UINT64 before, after;
    struct msg out, in;

    msg_text(&out, "hello", b);
    before = counter();
    CHECK_EQ(send_msg(a, &out), 0);
    after = counter();
    Sleep(20);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(b, &in), 0);
    stamp = look(&in, SOL_SOCKET, SO_TIMESTAMP, sizeof *stamp);
    REQUIRE(stamp != NULL);
    return *stamp + 10000 >= before && *stamp <= after + 10000; /* 1 ms */
}

/* Linux begins to stamp a little after the first socket has asked for it; what
 * came before bears the time at which it is read. */
TEST(the_time_of_arrival_is_told, "MSG-1 IOC-8")
{
    SOCKET a = net_bound(AF_INET, SOCK_DGRAM),
           b = net_bound(AF_INET, SOCK_DGRAM);
    struct msg out, in;
    int tries = 50;

    WINE_DIFFERS("it has no such control");
    REQUIRE_EQ(stamps(b, TIMESTAMPING_FLAG_RX), 0);
    while (!stamped_on_arrival(a, b) && --tries)
        continue;
    CHECK(tries);
    REQUIRE_EQ(stamps(b, 0), 0);
    msg_text(&out, "hello", b);
    CHECK_EQ(send_msg(a, &out), 0);
    msg_init(&in, 100);
    REQUIRE_EQ(receive(b, &in), 0);
    CHECK(!look(&in, SOL_SOCKET, SO_TIMESTAMP, sizeof(UINT64)));
    net_close(a);
    net_close(b);
}

TEST(times_are_for_datagrams_that_come, "MSG-1 IOC-8")
{
    SOCKET tcp = net_socket(AF_INET, SOCK_STREAM);
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    DWORD bytes;

    CHECK_EQ(stamps(tcp, TIMESTAMPING_FLAG_RX), WSAEOPNOTSUPP);
    CHECK_EQ(stamps(s, TIMESTAMPING_FLAG_TX), WSAEOPNOTSUPP);
    WINE_DIFFERS("it has no such control");
    CHECK_EQ(stamps(s, 4), WSAEINVAL);
    CHECK_ERR(WSAIoctl(s, SIO_TIMESTAMPING, &bytes, 4, NULL, 0, &bytes, NULL,
                       NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(tcp);
    net_close(s);
}

/* ---- groups ---- */

/* Binds to the wildcard and sends groups out by loopback. */
static SOCKET
group_socket(void)
{
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct net_addr any = net_wildcard(AF_INET, 0);

    REQUIRE_EQ(bind(s, &any.u.any, any.len), 0);
    REQUIRE_EQ(
        net_set(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(INADDR_LOOPBACK)),
        0);
    return s;
}

/* The number of the interface that a message to ourselves comes from. */
static ULONG
loopback_index(void)
{
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    const IN_PKTINFO *info;
    struct msg m;

    enable(s, IPPROTO_IP, IP_PKTINFO);
    msg_text(&m, "me", s);
    REQUIRE_EQ(send_msg(s, &m), 0);
    msg_init(&m, 100);
    REQUIRE_EQ(receive(s, &m), 0);
    info = look(&m, IPPROTO_IP, IP_PKTINFO, sizeof *info);
    REQUIRE(info != NULL);
    net_close(s);
    return info->ipi_ifindex;
}

static struct net_addr
group_of(SOCKET s)
{
    struct net_addr addr = net_name(s);

    addr.u.in.sin_addr.s_addr = inet_addr("239.7.7.7");
    return addr;
}

static void
check_group(SOCKET s)
{
    struct net_addr to = group_of(s);
    const IN_PKTINFO *info;
    struct msg in;

    enable(s, IPPROTO_IP, IP_PKTINFO);
    CHECK_EQ(sendto(s, "all", 3, 0, &to.u.any, to.len), 3);
    REQUIRE(net_readable(s, SOON));
    msg_init(&in, 100);
    REQUIRE_EQ(receive(s, &in), 0);
    CHECK_EQ(in.bytes, 3);
    CHECK(in.m.dwFlags & MSG_MCAST);
    info = look(&in, IPPROTO_IP, IP_PKTINFO, sizeof *info);
    CHECK(info && info->ipi_addr.s_addr == to.u.in.sin_addr.s_addr);
}

TEST(a_message_to_a_group_is_marked, "MSG-1")
{
    SOCKET s = group_socket();
    struct ip_mreq join;

    WINE_DIFFERS("there is no mark");
    join.imr_multiaddr = group_of(s).u.in.sin_addr;
    join.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&join,
                          sizeof join),
               0);
    check_group(s);
    CHECK_EQ(setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&join,
                        sizeof join),
             0);
    net_close(s);
}

TEST(a_group_is_joined_by_the_protocol_independent_option, "MSG-1")
{
    SOCKET s = group_socket();
    struct net_addr group = group_of(s);
    GROUP_REQ join;

    WINE_DIFFERS("there is no mark");
    memset(&join, 0, sizeof join);
    join.gr_interface = loopback_index();
    memcpy(&join.gr_group, &group.u, sizeof join.gr_group);
    REQUIRE_EQ(
        setsockopt(s, IPPROTO_IP, MCAST_JOIN_GROUP, (char *)&join, sizeof join),
        0);
    check_group(s);
    net_close(s);
}

TEST(a_message_from_a_group_can_be_waited_for, "MSG-1 OVL-2")
{
    SOCKET s = group_socket();
    struct net_addr to = group_of(s);
    struct ip_mreq join;
    struct op op;

    join.imr_multiaddr = to.u.in.sin_addr;
    join.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&join,
                          sizeof join),
               0);
    op_pend(s, &op, 10);
    CHECK_EQ(sendto(s, "all", 3, 0, &to.u.any, to.len), 3);
    op_expect(s, &op, "all");
    op_done(&op);
    net_close(s);
}
