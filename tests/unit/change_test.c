/* SPDX-License-Identifier: MIT */
/* Changes of the host's addresses and routes, in a network of the test's own:
 * an address of the loopback interface comes and goes. Who may not make such a
 * network skips these tests. */
#include "../api/ovl.h"

#include <sys/syscall.h>
#include <unistd.h>

#define OWN_NETWORK 0x40000000 /* CLONE_NEWNET */
#define SET_ADDRESS 0x8916     /* SIOCSIFADDR */
#define SET_FLAGS 0x8914       /* SIOCSIFFLAGS */

/* The system's own calls; winsock2.h has the better known names. */
struct request { /* struct ifreq */
    char name[16];
    union {
        struct sockaddr_in address;
        short flags;
        char room[24];
    } u;
};

static void
configure(unsigned long what, struct request *r)
{
    int fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);

    REQUIRE(fd >= 0);
    REQUIRE_EQ(syscall(SYS_ioctl, fd, what, r), 0);
    syscall(SYS_close, fd);
}

static void
set_up(const char *name, int up)
{
    struct request r;

    memset(&r, 0, sizeof r);
    memcpy(r.name, name, strlen(name));
    r.u.flags = (short)(up != 0);
    configure(SET_FLAGS, &r);
}

static void
own_network(void)
{
    if (syscall(SYS_unshare, OWN_NETWORK))
        SKIP("a network of its own takes a privilege");
    set_up("lo", 1);
}

/* 10.9.8.7, beside 127.0.0.1. */
static struct net_addr
extra(void)
{
    struct net_addr a = net_loopback(AF_INET, 9);

    a.u.in.sin_addr.s_addr = htonl(0x0a090807);
    return a;
}

static void
come(void)
{
    struct request r;

    memset(&r, 0, sizeof r);
    memcpy(r.name, "lo:1", 5);
    r.u.address.sin_family = AF_INET;
    r.u.address.sin_addr = extra().u.in.sin_addr;
    configure(SET_ADDRESS, &r);
}

static void
go(void)
{
    set_up("lo:1", 0);
}

/* ---- asking ---- */

static int
ask_list(SOCKET s, WSAOVERLAPPED *ov)
{
    DWORD bytes = 0xdead;
    int err = op_error(WSAIoctl(s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0,
                                &bytes, ov, NULL));

    CHECK_EQ(bytes, 0);
    return err;
}

static int
ask_route(SOCKET s, struct net_addr to, WSAOVERLAPPED *ov)
{
    DWORD bytes;

    return op_error(WSAIoctl(s, SIO_ROUTING_INTERFACE_CHANGE, &to.u, to.len,
                             NULL, 0, &bytes, ov, NULL));
}

TEST(an_address_that_comes_ends_the_operation, "IOC-7 OVL-1")
{
    SOCKET s;
    struct op op;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    op_init(&op, 0);
    REQUIRE_EQ(ask_list(s, &op.ov), WSA_IO_PENDING);
    CHECK(op_pending(&op));
    come();
    CHECK_EQ(op_end(s, &op), 0);
    CHECK_EQ(op.bytes, 0);
    REQUIRE_EQ(ask_list(s, &op.ov), WSA_IO_PENDING);
    CHECK(op_pending(&op));
    go();
    CHECK_EQ(op_end(s, &op), 0);
    op_done(&op);
    net_close(s);
}

TEST(a_port_hears_of_a_change, "IOC-7 IOCP-2")
{
    SOCKET s;
    HANDLE port;
    WSAOVERLAPPED ov;

    own_network();
    s = net_socket(AF_INET, SOCK_STREAM);
    port = port_of(s, 7);
    memset(&ov, 0, sizeof ov);
    REQUIRE_EQ(ask_list(s, &ov), WSA_IO_PENDING);
    come();
    port_expect(port, 7, &ov, 0, 0);
    net_close(s);
    port_close(port);
}

TEST(every_socket_that_waits_is_told, "IOC-7")
{
    SOCKET s[8];
    struct op op[8];

    own_network();
    for (int i = 0; i < 8; i++) {
        s[i] = net_socket(AF_INET, SOCK_DGRAM);
        op_init(&op[i], 0);
        REQUIRE_EQ(ask_list(s[i], &op[i].ov), WSA_IO_PENDING);
    }
    come();
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(op_end(s[i], &op[i]), 0);
        op_done(&op[i]);
        net_close(s[i]);
    }
}

TEST(addresses_of_another_family_are_not_told, "IOC-7")
{
    SOCKET s, six;
    struct op op, op6;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    six = net_socket(AF_INET6, SOCK_DGRAM);
    op_init(&op, 0);
    op_init(&op6, 0);
    REQUIRE_EQ(ask_list(s, &op.ov), WSA_IO_PENDING);
    REQUIRE_EQ(ask_list(six, &op6.ov), WSA_IO_PENDING);
    come();
    CHECK_EQ(op_end(s, &op), 0);
    CHECK(op_pending(&op6));
    net_close(s);
    net_close(six);
    CHECK(net_signalled(op6.ov.hEvent, SOON));
    op_done(&op);
    op_done(&op6);
}

TEST(a_change_is_an_event_once_for_each_question, "IOC-7 EVT-12")
{
    WSAEVENT event = WSACreateEvent();
    SOCKET s;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    REQUIRE_EQ(WSAEventSelect(s, event, FD_ADDRESS_LIST_CHANGE), 0);
    come();
    CHECK(!net_signalled(event, NEVER)); /* nobody has asked */
    CHECK_EQ(ask_list(s, NULL), WSAEWOULDBLOCK);
    go();
    CHECK_EQ(net_events(s, event, FD_ADDRESS_LIST_CHANGE, SOON),
             FD_ADDRESS_LIST_CHANGE);
    come();
    CHECK(!net_signalled(event, NEVER));
    CHECK_EQ(ask_list(s, NULL), WSAEWOULDBLOCK);
    CHECK_EQ(ask_list(s, NULL), WSAEWOULDBLOCK);
    go();
    CHECK_EQ(net_events(s, event, FD_ADDRESS_LIST_CHANGE, SOON),
             FD_ADDRESS_LIST_CHANGE);
    CHECK(!net_signalled(event, NEVER));
    WSACloseEvent(event);
    net_close(s);
}

TEST(a_change_is_a_message, "IOC-7")
{
    HWND window;
    SOCKET s;
    MSG m;

    own_network();
    window = CreateWindowA("STATIC", "", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
    REQUIRE(window != NULL);
    s = net_socket(AF_INET, SOCK_DGRAM);
    REQUIRE_EQ(WSAAsyncSelect(s, window, WM_USER, FD_ADDRESS_LIST_CHANGE), 0);
    CHECK_EQ(ask_list(s, NULL), WSAEWOULDBLOCK);
    come();
    REQUIRE_EQ(MsgWaitForMultipleObjects(0, NULL, FALSE, SOON, QS_ALLINPUT),
               WAIT_OBJECT_0);
    REQUIRE(PeekMessageA(&m, window, WM_USER, WM_USER, PM_REMOVE));
    CHECK_EQ(m.wParam, s);
    CHECK_EQ(m.lParam, WSAMAKESELECTREPLY(FD_ADDRESS_LIST_CHANGE, 0));
    net_close(s);
    DestroyWindow(window);
}

static DWORD WINAPI
wait_blocking(void *arg)
{
    return (DWORD)ask_list(*(SOCKET *)arg, NULL);
}

TEST(a_blocking_socket_waits_for_a_change, "IOC-7")
{
    HANDLE thread;
    SOCKET s;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    thread = net_thread(wait_blocking, &s);
    CHECK(!net_signalled(thread, NEVER));
    come();
    CHECK_EQ(net_join(thread), 0);
    net_close(s);
}

TEST(the_way_to_a_host_changes, "IOC-7")
{
    struct net_addr to = extra();
    struct op op;
    SOCKET s;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    op_init(&op, 0);
    REQUIRE_EQ(ask_route(s, to, &op.ov), WSA_IO_PENDING);
    come();
    CHECK_EQ(op_end(s, &op), 0);
    op_done(&op);
    net_close(s);
}

TEST(the_way_to_another_host_does_not_count, "IOC-7")
{
    struct op op;
    SOCKET s;

    own_network();
    s = net_socket(AF_INET, SOCK_DGRAM);
    op_init(&op, 0);
    REQUIRE_EQ(ask_route(s, net_loopback(AF_INET, 9), &op.ov), WSA_IO_PENDING);
    come();
    CHECK(!net_signalled(op.ov.hEvent, NEVER));
    net_close(s);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    op_done(&op);
}

TEST(a_lost_way_is_an_event_with_its_error, "IOC-7")
{
    const int bit = FD_ROUTING_INTERFACE_CHANGE_BIT;
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS events;
    SOCKET s;

    own_network();
    come();
    s = net_socket(AF_INET, SOCK_DGRAM);
    REQUIRE_EQ(WSAEventSelect(s, event, FD_ROUTING_INTERFACE_CHANGE), 0);
    CHECK_EQ(ask_route(s, extra(), NULL), WSAEWOULDBLOCK);
    go();
    REQUIRE(net_signalled(event, SOON));
    REQUIRE_EQ(WSAEnumNetworkEvents(s, event, &events), 0);
    CHECK_EQ(events.lNetworkEvents, FD_ROUTING_INTERFACE_CHANGE);
    CHECK_EQ(events.iErrorCode[bit], WSAENETUNREACH);
    WSACloseEvent(event);
    net_close(s);
}

TEST(data_flow_while_a_change_is_waited_for, "IOC-7 OVL-5")
{
    struct op change, in;
    SOCKET pair[2];

    own_network();
    net_udp_pair(AF_INET, pair);
    op_init(&change, 0);
    REQUIRE_EQ(ask_list(pair[0], &change.ov), WSA_IO_PENDING);
    op_pend(pair[0], &in, 10);
    net_send(pair[1], "abc");
    op_expect(pair[0], &in, "abc");
    CHECK(op_pending(&change));
    come();
    CHECK_EQ(op_end(pair[0], &change), 0);
    op_done(&change);
    op_done(&in);
    net_close_pair(pair);
}
