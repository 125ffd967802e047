/* SPDX-License-Identifier: MIT */
/* WSAPoll: which bits may be asked for, what comes back in each state, and what
 * is made of descriptors that are no sockets. */
#include "net.h"

#include <string.h>

/* The answer for one socket; the call must succeed. */
static int
poll_one(SOCKET s, short events, int ms)
{
    WSAPOLLFD fd = {s, events, -1};
    int count = WSAPoll(&fd, 1, ms);

    REQUIRE_ERR(count != SOCKET_ERROR, net_error());
    CHECK_EQ(count, fd.revents != 0);
    return fd.revents;
}

TEST(poll_of_nothing_is_refused, "POL-1")
{
    CHECK_ERR(WSAPoll(NULL, 0, 0) == SOCKET_ERROR, WSAEINVAL);
    CHECK_ERR(WSAPoll(NULL, 1, 0) == SOCKET_ERROR, WSAEFAULT);
}

TEST(bits_that_cannot_be_asked_for_are_invalid, "POL-2")
{
    static const short bits[] = {POLLERR, POLLHUP,    POLLNVAL,
                                 POLLPRI, POLLWRBAND, 0x800};
    SOCKET pair[2];

    WINE_DIFFERS("it takes any bits");
    net_pair(AF_INET, pair);
    for (int i = 0; i < 6; i++) {
        WSAPOLLFD fd = {pair[0], bits[i] | POLLRDNORM, -1};

        CHECK_ERR(WSAPoll(&fd, 1, 0) == SOCKET_ERROR, WSAEINVAL);
    }
    net_close_pair(pair);
}

TEST(one_invalid_entry_fails_the_call, "POL-2 POL-3")
{
    SOCKET pair[2];
    WSAPOLLFD fds[2];

    WINE_DIFFERS("it takes any bits");
    net_pair(AF_INET, pair);
    fds[0].fd = pair[0];
    fds[0].events = POLLWRNORM;
    fds[1].fd = pair[1];
    fds[1].events = POLLERR;
    CHECK_ERR(WSAPoll(fds, 2, 0) == SOCKET_ERROR, WSAEINVAL);
    net_close_pair(pair);
}

TEST(no_valid_socket_at_all_is_told, "POL-3 AMB-36")
{
    SOCKET closed = net_socket(AF_INET, SOCK_STREAM);
    WSAPOLLFD fds[2] = {
        {INVALID_SOCKET, POLLRDNORM, 0},
        {closed,         POLLRDNORM, 0}
    };

    net_close(closed);
    CHECK_ERR(WSAPoll(fds, 2, 0) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST(an_invalid_socket_beside_a_valid_one_is_marked, "POL-3 AMB-36")
{
    SOCKET pair[2];
    WSAPOLLFD fds[3];

    net_pair(AF_INET, pair);
    fds[0].fd = INVALID_SOCKET;
    fds[1].fd = pair[0];
    fds[2].fd = INVALID_SOCKET - 1;
    fds[0].events = fds[1].events = fds[2].events = POLLWRNORM;
    CHECK_EQ(WSAPoll(fds, 3, 0), 1);
    CHECK_EQ(fds[0].revents, POLLNVAL);
    CHECK_EQ(fds[1].revents, POLLWRNORM);
    CHECK_EQ(fds[2].revents, POLLNVAL);
    net_close_pair(pair);
}

TEST(poll_times_out_with_nothing, "POL-4")
{
    SOCKET pair[2];
    ULONGLONG start;

    net_pair(AF_INET, pair);
    start = GetTickCount64();
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, 40), 0);
    CHECK(GetTickCount64() - start >= 30);
    net_close_pair(pair);
}

TEST(data_are_readable, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_send(pair[1], "x");
    CHECK_EQ(poll_one(pair[0], POLLIN, SOON), POLLRDNORM);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM | POLLWRNORM, 0),
             POLLRDNORM | POLLWRNORM);
    CHECK_EQ(poll_one(pair[0], POLLWRNORM, 0), POLLWRNORM);
    CHECK_EQ(poll_one(pair[0], 0, 0), 0);
    net_close_pair(pair);
}

TEST(a_request_makes_a_listener_readable, "POL-4")
{
    SOCKET listener = net_listener(AF_INET), client;

    CHECK_EQ(poll_one(listener, POLLRDNORM | POLLWRNORM, 0), 0);
    client = net_client(listener);
    CHECK_EQ(poll_one(listener, POLLRDNORM | POLLWRNORM, SOON), POLLRDNORM);
    net_close(client);
    net_close(listener);
}

TEST(urgent_data_are_a_band, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    CHECK_EQ(poll_one(pair[0], POLLRDBAND, SOON), POLLRDBAND);
    CHECK_EQ(poll_one(pair[0], POLLIN, 0), POLLRDBAND);
    net_close_pair(pair);
}

TEST(urgent_data_inline_are_normal, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(net_set(pair[0], SOL_SOCKET, SO_OOBINLINE, 1), 0);
    REQUIRE_EQ(send(pair[1], "!", 1, MSG_OOB), 1);
    CHECK_EQ(poll_one(pair[0], POLLIN, SOON), POLLRDNORM);
    net_close_pair(pair);
}

TEST(a_closed_peer_is_a_hang_up, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_close(pair[1]);
    REQUIRE(net_readable(pair[0], SOON));
    CHECK(poll_one(pair[0], POLLRDNORM, 0) & POLLHUP);
    net_close(pair[0]);
}

TEST(the_peers_end_of_sending_is_a_hang_up, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    CHECK_EQ(poll_one(pair[0], 0, SOON), POLLHUP);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, 0), POLLHUP);
    net_close_pair(pair);
}

TEST(data_before_the_end_are_readable_and_a_hang_up, "POL-4")
{
    SOCKET pair[2];

    WINE_HANGS("it reports no hang-up");
    net_pair(AF_INET, pair);
    net_send(pair[1], "x");
    REQUIRE_EQ(shutdown(pair[1], SD_SEND), 0);
    CHECK_EQ(poll_one(pair[0], 0, SOON), POLLHUP);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, 0), POLLRDNORM | POLLHUP);
    net_close_pair(pair);
}

TEST(the_own_end_of_sending_leaves_writable, "POL-4")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    REQUIRE_EQ(shutdown(pair[0], SD_SEND), 0);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM | POLLWRNORM, 0), POLLWRNORM);
    net_close_pair(pair);
}

TEST(a_reset_is_an_error_and_a_hang_up, "POL-4 CLS-12")
{
    SOCKET pair[2];

    net_pair(AF_INET, pair);
    net_abort(pair[1]);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, SOON) & ~POLLRDNORM,
             POLLERR | POLLHUP);
    CHECK(poll_one(pair[0], POLLWRNORM, 0) & POLLHUP);
    net_close(pair[0]);
}

TEST(a_failed_connect_is_an_error_and_a_hang_up, "POL-4 AMB-25")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct net_addr addr = net_nobody(AF_INET);

    WINE_DIFFERS("it reports POLLERR alone");
    net_nonblocking(s, 1);
    CHECK_ERR(connect(s, &addr.u.any, addr.len) == SOCKET_ERROR,
              WSAEWOULDBLOCK);
    CHECK_EQ(poll_one(s, POLLWRNORM, SOON), POLLERR | POLLHUP | POLLWRNORM);
    net_close(s);
}

TEST(a_finished_connect_is_writable, "POL-4 CON-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_start_connect(listener);

    CHECK_EQ(poll_one(s, POLLWRNORM, SOON), POLLWRNORM);
    net_close(s);
    net_close(listener);
}

TEST(the_result_counts_entries, "POL-4")
{
    SOCKET a[2], b[2];
    WSAPOLLFD fds[4];

    net_pair(AF_INET, a);
    net_pair(AF_INET6, b);
    net_send(a[1], "x");
    REQUIRE(net_readable(a[0], SOON));
    for (int i = 0; i < 4; i++) {
        fds[i].fd = i < 2 ? a[i] : b[i - 2];
        fds[i].events = i % 2 ? POLLWRNORM : POLLRDNORM;
        fds[i].revents = -1;
    }
    CHECK_EQ(WSAPoll(fds, 4, 0), 3);
    CHECK_EQ(fds[0].revents, POLLRDNORM);
    CHECK_EQ(fds[1].revents, POLLWRNORM);
    CHECK_EQ(fds[2].revents, 0);
    CHECK_EQ(fds[3].revents, POLLWRNORM);
    net_close_pair(a);
    net_close_pair(b);
}

static DWORD WINAPI
send_later(void *context)
{
    SOCKET s = *(SOCKET *)context;

    net_readable(s, 30);
    return send(s, "x", 1, 0) == 1 ? 0 : 1;
}

TEST(poll_without_a_time_waits_for_ever, "POL-4")
{
    SOCKET pair[2];
    HANDLE thread;

    net_pair(AF_INET, pair);
    thread = net_thread(send_later, &pair[1]);
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, -1), POLLRDNORM);
    CHECK_EQ(net_join(thread), 0);
    net_close_pair(pair);
}

static int apcs;

static void CALLBACK
count_apc(ULONG_PTR unused)
{
    (void)unused;
    apcs++;
}

TEST(an_apc_runs_while_poll_waits, "POL-5")
{
    SOCKET pair[2];

    WINE_DIFFERS("WSAPoll is not alertable");
    net_pair(AF_INET, pair);
    REQUIRE(QueueUserAPC(count_apc, GetCurrentThread(), 0));
    CHECK_EQ(poll_one(pair[0], POLLRDNORM, 50), 0);
    CHECK_EQ(apcs, 1);
    net_close_pair(pair);
}

struct poller {
    SOCKET s;
    HANDLE ready;
    int count, revents;
};

static DWORD WINAPI
poll_long(void *context)
{
    struct poller *p = context;
    WSAPOLLFD fd = {p->s, POLLRDNORM, 0};

    SetEvent(p->ready);
    p->count = WSAPoll(&fd, 1, SOON);
    p->revents = fd.revents;
    return p->count == SOCKET_ERROR ? (DWORD)WSAGetLastError() : 0;
}

TEST(closing_a_polled_socket_ends_the_poll, "POL-5")
{
    SOCKET pair[2];
    struct poller p;
    HANDLE thread;
    DWORD error;

    net_pair(AF_INET, pair);
    p.s = pair[0];
    p.ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(poll_long, &p);
    REQUIRE(net_signalled(p.ready, SOON));
    net_signalled(thread, NEVER);
    net_close(pair[0]);
    error = net_join(thread);
    if (error != WSAENOTSOCK) { /* unless it was closed before the call */
        CHECK_EQ(p.count, 1);
        CHECK_EQ(p.revents, POLLNVAL);
    }
    net_close(pair[1]);
    CloseHandle(p.ready);
}

TEST(a_hundred_sockets_can_be_polled, "POL-4")
{
    enum { COUNT = 100 };
    WSAPOLLFD fds[COUNT];
    SOCKET sender = net_bound(AF_INET, SOCK_DGRAM);
    struct net_addr to;

    for (int i = 0; i < COUNT; i++) {
        fds[i].fd = net_bound(AF_INET, SOCK_DGRAM);
        fds[i].events = POLLRDNORM;
    }
    to = net_name(fds[77].fd);
    sendto(sender, "x", 1, 0, &to.u.any, to.len);
    CHECK_EQ(WSAPoll(fds, COUNT, SOON), 1);
    for (int i = 0; i < COUNT; i++) {
        CHECK_EQ(fds[i].revents, i == 77 ? POLLRDNORM : 0);
        net_close(fds[i].fd);
    }
    net_close(sender);
}
