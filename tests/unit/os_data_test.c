/* SPDX-License-Identifier: MIT */
/* Bytes in and out on loopback: flags, pieces, datagrams that are cut, errors
 * of earlier datagrams, urgent data, and readiness. */
#include "os_util.h"

#include <limits.h>

/* One piece in, with Winsock's flags; gives the error. */
static int
get(int fd, void *buf, size_t size, int flags, size_t *moved)
{
    struct ws_iov iov = {buf, size};

    return ws_os_recv(fd, &iov, 1, &flags, NULL, moved);
}

static void
datagram_pair(int family, int fd[2])
{
    struct ws_addr a, b;

    fd[0] = make_bound(family, WS_SOCK_DGRAM, false, &a);
    fd[1] = make_bound(family, WS_SOCK_DGRAM, false, &b);
    REQUIRE_EQ(ws_os_connect(fd[0], &b), 0);
    REQUIRE_EQ(ws_os_connect(fd[1], &a), 0);
}

static void
close_pair(const int fd[2])
{
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
}

TEST(bytes_arrive_with_and_without_the_stream_hint, "RCV-1 SND-1")
{
    char buf[16];
    size_t n = 0;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(put(fd[0], "hello"), 0);
    CHECK_EQ(get(fd[1], buf, 2, WS_OS_STREAM, &n), 0);
    CHECK_EQ(n, 2);
    CHECK_EQ(get(fd[1], buf + 2, sizeof buf - 2, 0, &n), 0);
    CHECK_EQ(n, 3);
    CHECK_MEM(buf, "hello", 5);
    close_pair(fd);
}

TEST(nothing_there_is_told_at_once, "SND-1")
{
    char buf[1];
    size_t n = 99;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    CHECK_EQ(get(fd[1], buf, 1, WS_OS_DONTWAIT, &n), WS_EWOULDBLOCK);
    CHECK_EQ(get(fd[1], buf, 1, WS_OS_DONTWAIT | WS_OS_STREAM, &n),
             WS_EWOULDBLOCK);
    CHECK_EQ(n, 99);
    close_pair(fd);
}

TEST(peeking_leaves_and_waitall_collects, "RCV-1 RCV-4")
{
    char buf[8];
    size_t n = 0;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(put(fd[0], "abc"), 0);
    CHECK_EQ(get(fd[1], buf, 8, WS_MSG_PEEK, &n), 0);
    CHECK_EQ(n, 3);
    REQUIRE_EQ(put(fd[0], "defgh"), 0);
    CHECK_EQ(get(fd[1], buf, 8, WS_MSG_WAITALL | WS_OS_STREAM, &n), 0);
    CHECK_EQ(n, 8);
    CHECK_MEM(buf, "abcdefgh", 8);
    close_pair(fd);
}

static int
collecting(struct sleeper *s)
{
    char buf[6];

    return get(s->fd, buf, sizeof buf, WS_MSG_WAITALL, &s->moved);
}

TEST(waitall_waits_for_all, "RCV-1")
{
    struct sleeper s = {.body = collecting};
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(put(fd[0], "abc"), 0);
    s.fd = fd[1];
    sleeper_start(&s);
    REQUIRE_EQ(put(fd[0], "def"), 0);
    CHECK_EQ(sleeper_join(&s), 0);
    CHECK_EQ(s.moved, 6);
    close_pair(fd);
}

TEST(unknown_flags_are_refused, "SND-4")
{
    struct ws_iov iov = {(char[]){"x"}, 1};
    size_t n = 99;
    int fd[2], flags = 0x8000;

    make_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, 0x8000, NULL, &n), WS_EOPNOTSUPP);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, 0x40, NULL, &n), WS_EOPNOTSUPP);
    CHECK_EQ(ws_os_recv(fd[0], &iov, 1, &flags, NULL, &n), WS_EOPNOTSUPP);
    CHECK_EQ(n, 99);
    close_pair(fd);
}

TEST(a_dead_peer_is_an_error_and_no_signal, "CLS-12")
{
    char buf[1];
    size_t n;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(ws_os_abortive(fd[0]), 0);
    ws_os_close(fd[0]);
    await(fd[1], WS_IO_HUP);
    CHECK_EQ(get(fd[1], buf, 1, 0, &n), WS_ECONNRESET);
    CHECK_EQ(put(fd[1], "x"), WS_ESHUTDOWN); /* kit knows better */
    ws_os_close(fd[1]);
}

TEST(pieces_are_joined_and_scattered, "SND-2")
{
    char a[3], b[10];
    struct ws_iov out[] = {
        {(char[]){"ab"},  2},
        {NULL,            0},
        {(char[]){"cde"}, 3}
    };
    struct ws_iov in[] = {
        {a, sizeof a},
        {b, sizeof b}
    };
    size_t n = 0;
    int fd[2], flags = 0;

    make_pair(WS_AF_INET6, fd);
    CHECK_EQ(ws_os_send(fd[0], out, 3, 0, NULL, &n), 0);
    CHECK_EQ(n, 5);
    CHECK_EQ(ws_os_recv(fd[1], in, 2, &flags, NULL, &n), 0);
    CHECK_EQ(n, 5);
    CHECK_MEM(a, "abc", 3);
    CHECK_MEM(b, "de", 2);
    close_pair(fd);
}

enum { MANY = IOV_MAX + 500 };

TEST(a_stream_takes_the_first_pieces_of_very_many)
{
    static char bytes[MANY];
    static struct ws_iov iov[MANY];
    size_t n = 0;
    int fd[2], flags = 0;

    make_pair(WS_AF_INET, fd);
    for (int i = 0; i < MANY; i++)
        iov[i] = (struct ws_iov){bytes + i, 1};
    CHECK_EQ(ws_os_send(fd[0], iov, MANY, 0, NULL, &n), 0);
    CHECK_EQ(n, IOV_MAX);
    flags = WS_MSG_WAITALL;
    CHECK_EQ(ws_os_recv(fd[1], iov, MANY, &flags, NULL, &n), 0);
    CHECK_EQ(n, IOV_MAX);
    close_pair(fd);
}

TEST(a_datagram_of_very_many_pieces_is_one_datagram, "SND-2 RCV-2")
{
    static char bytes[MANY], back[MANY];
    static struct ws_iov out[MANY], in[MANY];
    size_t n = 0;
    int fd[2], flags = 0;

    datagram_pair(WS_AF_INET, fd);
    for (int i = 0; i < MANY; i++) {
        bytes[i] = (char)i;
        out[i] = (struct ws_iov){bytes + i, 1};
        in[i] = (struct ws_iov){back + i, 1};
    }
    CHECK_EQ(ws_os_send(fd[0], out, MANY, 0, NULL, &n), 0);
    CHECK_EQ(n, MANY);
    CHECK_EQ(ws_os_recv(fd[1], in, MANY, &flags, NULL, &n), 0);
    CHECK_EQ(n, MANY);
    CHECK_MEM(back, bytes, MANY);

    CHECK_EQ(ws_os_send(fd[0], out, MANY, 0, NULL, &n), 0);
    memset(back, 0, sizeof back);
    flags = 0;
    CHECK_EQ(ws_os_recv(fd[1], in, MANY - 1, &flags, NULL, &n), 0);
    CHECK_EQ(n, MANY - 1);
    CHECK(flags & WS_OS_TRUNC);
    CHECK_EQ(back[MANY - 1], 0);
    close_pair(fd);
}

TEST(a_datagram_that_cannot_be_sent_is_refused_whole, "SND-2")
{
    static char much[70000];
    struct ws_iov iov = {much, sizeof much};
    static struct ws_iov huge[MANY];
    size_t n = 99;
    int fd[2];

    datagram_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, 0, NULL, &n), WS_EMSGSIZE);
    for (int i = 0; i < MANY; i++)
        huge[i] = (struct ws_iov){much, SIZE_MAX / 2};
    CHECK_EQ(ws_os_send(fd[0], huge, MANY, 0, NULL, &n), WS_EMSGSIZE);
    CHECK_EQ(n, 99);
    close_pair(fd);
}

TEST(a_cut_datagram_is_marked, "RCV-2")
{
    for (int from_wanted = 0; from_wanted < 2; from_wanted++) {
        struct ws_addr from, name;
        char buf[3];
        struct ws_iov iov = {buf, sizeof buf};
        size_t n = 0;
        int fd[2], flags = WS_OS_DONTWAIT;

        datagram_pair(WS_AF_INET6, fd);
        REQUIRE_EQ(put(fd[0], "long"), 0);
        REQUIRE_EQ(put(fd[0], "fit"), 0);
        CHECK_EQ(
            ws_os_recv(fd[1], &iov, 1, &flags, from_wanted ? &from : NULL, &n),
            0);
        CHECK_EQ(n, 3);
        CHECK_EQ(flags, WS_OS_DONTWAIT | WS_OS_TRUNC);
        CHECK_EQ(
            ws_os_recv(fd[1], &iov, 1, &flags, from_wanted ? &from : NULL, &n),
            0);
        CHECK_EQ(flags, WS_OS_DONTWAIT); /* the mark is gone again */
        REQUIRE_EQ(ws_os_name(fd[0], &name), 0);
        if (from_wanted)
            CHECK_MEM(from.bytes, name.bytes, 28);
        close_pair(fd);
    }
}

TEST(an_address_overrides_the_default_peer, "SND-3")
{
    struct ws_addr third, from = {.len = 0}, name;
    struct ws_iov iov = {(char[]){"x"}, 1};
    size_t n = 0;
    int fd[2], flags = 0;
    int t = make_bound(WS_AF_INET, WS_SOCK_DGRAM, false, &third);

    datagram_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, 0, &third, &n), 0);
    CHECK_EQ(ws_os_recv(t, &iov, 1, &flags, &from, &n), 0);
    REQUIRE_EQ(ws_os_name(fd[0], &name), 0);
    CHECK_EQ(from.len, 16);
    CHECK_MEM(from.bytes, name.bytes, 16);
    from.len = 3;
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, 0, &from, &n), WS_EFAULT);
    ws_os_close(t);
    close_pair(fd);
}

TEST(an_empty_datagram_is_a_datagram, "OVL-14")
{
    char buf[4];
    size_t n = 99;
    int fd[2];

    datagram_pair(WS_AF_INET, fd);
    REQUIRE_EQ(put(fd[0], ""), 0);
    CHECK_EQ(get(fd[1], buf, sizeof buf, 0, &n), 0);
    CHECK_EQ(n, 0);
    close_pair(fd);
}

TEST(a_port_that_nobody_has_resets_the_next_receive, "RCV-6")
{
    for (int family = WS_AF_INET;; family = WS_AF_INET6) {
        struct ws_addr gone, name;
        struct ws_iov iov = {(char[]){"x"}, 1};
        size_t n = 0;
        int closed = make_bound(family, WS_SOCK_DGRAM, false, &gone);
        int fd = make_bound(family, WS_SOCK_DGRAM, true, &name);
        char buf[4];

        ws_os_close(closed);
        REQUIRE_EQ(ws_os_udp_errors(fd, family, true), 0);
        CHECK_EQ(ws_os_send(fd, &iov, 1, 0, &gone, &n), 0);
        await(fd, WS_IO_ERR);
        CHECK_EQ(get(fd, buf, sizeof buf, 0, &n), WS_ECONNRESET);

        /* Told once, it is over: the socket is not in error for ever. */
        CHECK_EQ(get(fd, buf, sizeof buf, 0, &n), WS_EWOULDBLOCK);
        CHECK_EQ(await(fd, WS_IO_OUT), WS_IO_OUT);

        REQUIRE_EQ(ws_os_udp_errors(fd, family, false), 0);
        CHECK_EQ(ws_os_send(fd, &iov, 1, 0, &gone, &n), 0);
        CHECK_EQ(await(fd, WS_IO_OUT), WS_IO_OUT);
        CHECK_EQ(get(fd, buf, sizeof buf, 0, &n), WS_EWOULDBLOCK);
        ws_os_close(fd);
        if (family == WS_AF_INET6)
            break;
    }
}

TEST(two_lost_datagrams_are_two_errors, "RCV-6")
{
    struct ws_addr gone, name;
    struct ws_iov iov = {(char[]){"x"}, 1};
    size_t n = 0;
    int closed = make_bound(WS_AF_INET, WS_SOCK_DGRAM, false, &gone);
    int fd = make_bound(WS_AF_INET, WS_SOCK_DGRAM, true, &name);
    char buf[4];

    ws_os_close(closed);
    REQUIRE_EQ(ws_os_udp_errors(fd, WS_AF_INET, true), 0);
    CHECK_EQ(ws_os_send(fd, &iov, 1, 0, &gone, &n), 0);
    await(fd, WS_IO_ERR);
    CHECK_EQ(ws_os_send(fd, &iov, 1, 0, &gone, &n), WS_ECONNRESET);
    CHECK_EQ(ws_os_send(fd, &iov, 1, 0, &gone, &n), 0);
    await(fd, WS_IO_ERR);
    CHECK_EQ(ws_os_take_error(fd, WS_OP_RECV), WS_ECONNRESET);
    CHECK_EQ(await(fd, WS_IO_OUT), WS_IO_OUT);
    CHECK_EQ(get(fd, buf, sizeof buf, 0, &n), WS_EWOULDBLOCK);
    ws_os_close(fd);
}

TEST(urgent_data_come_by_their_own_way, "RCV-4 IOC-5")
{
    struct ws_iov iov = {(char[]){"!"}, 1};
    char buf[4];
    size_t n = 0;
    bool at = true;
    int fd[2], on = 1;

    make_pair(WS_AF_INET, fd);
    CHECK_EQ(get(fd[1], buf, 1, WS_MSG_OOB, &n), WS_EWOULDBLOCK);
    REQUIRE_EQ(put(fd[0], "ab"), 0);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, WS_MSG_OOB, NULL, &n), 0);
    CHECK(await(fd[1], WS_IO_PRI) & WS_IO_PRI);
    CHECK_EQ(ws_os_atmark(fd[1], &at), 0);
    CHECK(!at);
    CHECK_EQ(get(fd[1], buf, sizeof buf, WS_MSG_OOB, &n), 0);
    CHECK_EQ(n, 1);
    CHECK_EQ(buf[0], '!');
    CHECK_EQ(get(fd[1], buf, sizeof buf, WS_OS_STREAM, &n), 0);
    CHECK_EQ(n, 2);
    CHECK_EQ(ws_os_atmark(fd[1], &at), 0);
    CHECK(at);
    CHECK_EQ(ws_os_setopt(fd[1], WS_AF_INET, WS_SOCK_STREAM, WS_SOL_SOCKET,
                          WS_SO_OOBINLINE, &on, sizeof on),
             0);
    CHECK_EQ(get(fd[1], buf, 1, WS_MSG_OOB, &n), WS_EINVAL);
    close_pair(fd);
}

TEST(datagrams_know_nothing_urgent, "RCV-4")
{
    struct ws_iov iov = {(char[]){"!"}, 1};
    size_t n;
    int fd[2];

    datagram_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_send(fd[0], &iov, 1, WS_MSG_OOB, NULL, &n), WS_EOPNOTSUPP);
    close_pair(fd);
}

TEST(a_time_out_looks_like_nothing_there, "CLS-13")
{
    uint32_t ms = 1;
    char buf[1];
    size_t n;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(ws_os_setopt(fd[0], WS_AF_INET, WS_SOCK_STREAM, WS_SOL_SOCKET,
                            WS_SO_RCVTIMEO, &ms, sizeof ms),
               0);
    CHECK_EQ(get(fd[0], buf, 1, 0, &n), WS_EWOULDBLOCK);
    close_pair(fd);
}

/* ---- counts and readiness ---- */

TEST(what_is_queued_and_unsent_can_be_counted, "IOC-4")
{
    struct ws_addr name;
    uint32_t n = 0;
    int fd[2], l;

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(put(fd[0], "seven77"), 0);
    await(fd[1], WS_IO_IN);
    CHECK_EQ(ws_os_queued(fd[1], &n), 0);
    CHECK_EQ(n, 7);
    CHECK_EQ(ws_os_unsent(fd[1], &n), 0);
    CHECK_EQ(n, 0);
    l = make_listener(WS_AF_INET, 1, &name);
    CHECK_EQ(ws_os_queued(l, &n), WS_EINVAL);
    CHECK_EQ(n, 0);
    ws_os_close(l);
    close_pair(fd);
}

TEST(poll_tells_each_its_own)
{
    struct ws_os_poll list[20] = {{.fd = 0}};
    size_t n = 99;
    int fd[2], closed;

    make_pair(WS_AF_INET, fd);
    closed = make(WS_AF_INET, WS_SOCK_STREAM, false);
    ws_os_close(closed);
    for (int i = 0; i < 20; i++)
        list[i] = (struct ws_os_poll){.fd = -1, .want = WS_IO_IN};
    list[3] = (struct ws_os_poll){.fd = fd[0], .want = WS_IO_IN | WS_IO_OUT};
    list[19].fd = closed;
    CHECK_EQ(ws_os_poll(list, 20, 0, &n), 0);
    CHECK_EQ(n, 2);
    CHECK_EQ(list[0].ready, 0);
    CHECK_EQ(list[3].ready, WS_IO_OUT);
    CHECK_EQ(list[19].ready, WS_IO_NVAL);
    close_pair(fd);
}

TEST(poll_ends_in_time_and_not_before)
{
    struct ws_os_poll p;
    int64_t start = ws_now();
    size_t n = 99;
    int fd[2];

    make_pair(WS_AF_INET, fd);
    p = (struct ws_os_poll){.fd = fd[0], .want = WS_IO_IN};
    CHECK_EQ(ws_os_poll(&p, 1, start + 3000000, &n), 0);
    CHECK_EQ(n, 0);
    CHECK_EQ(p.ready, 0);
    CHECK(ws_now() >= start + 3000000);
    CHECK_EQ(ws_os_poll(&p, 1, start, &n), 0); /* long past */
    close_pair(fd);
}

TEST(the_end_of_one_direction_is_told_to_readers_only)
{
    int fd[2];

    make_pair(WS_AF_INET, fd);
    REQUIRE_EQ(ws_os_shutdown(fd[0], WS_SD_SEND), 0);
    CHECK_EQ(await(fd[1], WS_IO_IN), WS_IO_IN | WS_IO_RDHUP);
    CHECK_EQ(await(fd[1], WS_IO_OUT), WS_IO_OUT);
    REQUIRE_EQ(ws_os_shutdown(fd[1], WS_SD_SEND), 0);
    CHECK(await(fd[1], WS_IO_PRI) & WS_IO_HUP);
    close_pair(fd);
}

static int
polling_two(struct sleeper *s)
{
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_PRI};

    return ws_os_poll(&p, 1, WS_NEVER, &s->moved);
}

static void
nothing(int number)
{
    (void)number;
}

TEST(a_signal_interrupts_poll)
{
    struct sigaction action = {.sa_handler = nothing};
    struct sleeper s = {.body = polling_two};
    int fd[2];

    REQUIRE(!sigaction(SIGUSR1, &action, NULL));
    make_pair(WS_AF_INET, fd);
    s.fd = fd[0];
    sleeper_start(&s);
    pthread_kill(s.thread, SIGUSR1);
    CHECK_EQ(sleeper_join(&s), WS_EINTR);
    close_pair(fd);
}
