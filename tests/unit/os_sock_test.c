/* SPDX-License-Identifier: MIT */
/* The life of a socket on loopback: what Linux does by itself, what sock.c
 * makes of it, and above all that nobody sleeps on in a socket that is being
 * closed. Each case of the latter waits until the thread really sleeps. */
#include "os_util.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

static const int families[] = {WS_AF_INET, WS_AF_INET6};

#define EACH_FAMILY(f)                                                         \
    for (int f##_i = 0, f; f##_i < 2 && (f = families[f##_i], 1); f##_i++)

/* ---- making ---- */

TEST(a_socket_is_what_was_asked_for)
{
    int family, type, protocol, fd = make(WS_AF_INET6, WS_SOCK_DGRAM, true);
    bool nonblock, listening;

    REQUIRE(
        ws_os_describe(fd, &family, &type, &protocol, &nonblock, &listening));
    CHECK_EQ(family, WS_AF_INET6);
    CHECK_EQ(type, WS_SOCK_DGRAM);
    CHECK_EQ(protocol, 17);
    CHECK(nonblock && !listening);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ws_os_close(fd);
}

TEST(what_is_no_socket_is_not_described)
{
    int family, type, protocol, fds[2];
    bool nonblock, listening;

    REQUIRE(!pipe(fds));
    CHECK(!ws_os_describe(fds[0], &family, &type, &protocol, &nonblock,
                          &listening));
    CHECK(
        !ws_os_describe(-1, &family, &type, &protocol, &nonblock, &listening));
    close(fds[0]);
    close(fds[1]);
}

TEST(an_unknown_family_or_type_makes_no_socket, "CAT-1")
{
    int fd = 77;

    CHECK_EQ(ws_os_socket(AF_INET6, 1, 0, false, false, &fd), WS_EAFNOSUPPORT);
    CHECK_EQ(ws_os_socket(WS_AF_INET, 4, 0, false, false, &fd),
             WS_ESOCKTNOSUPPORT);
    CHECK_EQ(ws_os_socket(WS_AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, false,
                          false, &fd),
             WS_ESOCKTNOSUPPORT);
    CHECK_EQ(ws_os_socket(WS_AF_INET, WS_SOCK_STREAM, 17, false, false, &fd),
             WS_EPROTONOSUPPORT);
    CHECK_EQ(fd, 77);
}

TEST(flags_of_a_descriptor_can_be_changed)
{
    int fd = make(WS_AF_INET, WS_SOCK_STREAM, false), copy = -1;

    CHECK_EQ(ws_os_nonblock(fd, true), 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    CHECK_EQ(ws_os_nonblock(fd, true), 0);
    CHECK_EQ(ws_os_nonblock(fd, false), 0);
    CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    CHECK_EQ(ws_os_inherit(fd, true), 0);
    CHECK_EQ(fcntl(fd, F_GETFD), 0);
    CHECK_EQ(ws_os_dup(fd, &copy), 0);
    CHECK_EQ(fcntl(copy, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(ws_os_nonblock(-1, true), WS_ENOTSOCK);
    ws_os_close(copy);
    ws_os_close(fd);
}

/* ---- bind, listen ---- */

TEST(binding_twice_or_to_a_taken_port_fails, "BND-2 BND-6")
{
    struct ws_addr name, stranger;
    int a = make_bound(WS_AF_INET, WS_SOCK_STREAM, false, &name);
    int b = make(WS_AF_INET, WS_SOCK_STREAM, false);

    CHECK(port_number(&name) != 0);
    CHECK_EQ(ws_os_bind(a, &name), WS_EINVAL);
    CHECK_EQ(ws_os_bind(b, &name), WS_EADDRINUSE);
    stranger = name;
    memcpy(stranger.bytes + 4, "\300\0\2\177", 4); /* 192.0.2.127 */
    CHECK_EQ(ws_os_bind(b, &stranger), WS_EADDRNOTAVAIL);
    ws_os_close(a);
    ws_os_close(b);
}

TEST(a_wrong_scope_is_refused_and_the_right_one_accepted, "BND-1")
{
    struct ws_addr name = loopback(WS_AF_INET6, 0);
    int fd = make(WS_AF_INET6, WS_SOCK_STREAM, false);
    uint32_t scope = ws_os_ifindex("lo") + 1;

    memcpy(name.bytes + 24, &scope, 4);
    CHECK_EQ(ws_os_bind(fd, &name), WS_EADDRNOTAVAIL);
    scope--;
    memcpy(name.bytes + 24, &scope, 4);
    CHECK_EQ(ws_os_bind(fd, &name), 0);
    ws_os_close(fd);
}

TEST(a_link_local_address_binds_without_its_scope, "BND-1")
{
    struct ws_os_ifaddr *list;
    size_t count, i;
    int fd;

    REQUIRE_EQ(ws_os_ifaddrs(WS_AF_INET6, &list, &count), 0);
    for (i = 0; i < count; i++)
        if (list[i].addr.bytes[8] == 0xfe &&
            (list[i].addr.bytes[9] & 0xc0) == 0x80)
            break;
    if (i < count) {
        memset(list[i].addr.bytes + 24, 0, 4);
        fd = make(WS_AF_INET6, WS_SOCK_DGRAM, false);
        CHECK_EQ(ws_os_bind(fd, &list[i].addr), 0);
        ws_os_close(fd);
    }
    free(list);
    if (i == count)
        SKIP("no interface has a link-local address");
}

TEST(listening_tells_itself_and_may_be_repeated, "LSN-6 LSN-8")
{
    struct ws_addr name, after;
    int family, type, protocol, l = make_listener(WS_AF_INET, 5, &name);
    bool nonblock, listening;

    REQUIRE(
        ws_os_describe(l, &family, &type, &protocol, &nonblock, &listening));
    CHECK(listening);
    CHECK_EQ(ws_os_listen(l, 200), 0);
    REQUIRE_EQ(ws_os_name(l, &after), 0);
    CHECK_MEM(after.bytes, name.bytes, 16);
    ws_os_close(l);
}

TEST(a_datagram_socket_cannot_listen, "LSN-1")
{
    struct ws_addr name;
    int fd = make_bound(WS_AF_INET, WS_SOCK_DGRAM, false, &name);

    CHECK_EQ(ws_os_listen(fd, 1), WS_EOPNOTSUPP);
    ws_os_close(fd);
}

TEST(a_connected_socket_is_not_hurt_by_listen, "LSN-1")
{
    int fd[2];

    make_pair(WS_AF_INET, fd);
    CHECK(ws_os_listen(fd[0], 1) != 0);
    CHECK_EQ(put(fd[0], "still here"), 0);
    CHECK(await(fd[1], WS_IO_IN) & WS_IO_IN);
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
}

/* ---- connect ---- */

/* An address where nobody listens, kept by a socket that is only bound. */
static int
make_closed(int family, struct ws_addr *name)
{
    return make_bound(family, WS_SOCK_STREAM, false, name);
}

TEST(a_refused_socket_connects_to_the_next_address, "CON-5 CON-19b")
{
    EACH_FAMILY(f)
    {
        struct ws_addr nobody, somebody;
        int n = make_closed(f, &nobody);
        int l = make_listener(f, 1, &somebody);
        int fd = make(f, WS_SOCK_STREAM, false);

        CHECK_EQ(ws_os_connect(fd, &nobody), WS_ECONNREFUSED);
        CHECK_EQ(ws_os_connect(fd, &nobody), WS_ECONNREFUSED);
        CHECK_EQ(ws_os_connect(fd, &somebody), 0);
        CHECK_EQ(ws_os_connect(fd, &somebody), WS_EISCONN);
        ws_os_close(fd);
        ws_os_close(l);
        ws_os_close(n);
    }
}

TEST(a_non_blocking_attempt_may_follow_a_failed_one, "CON-3 CON-5")
{
    struct ws_addr nobody, somebody;
    int n = make_closed(WS_AF_INET, &nobody);
    int l = make_listener(WS_AF_INET, 1, &somebody);
    int fd = make(WS_AF_INET, WS_SOCK_STREAM, true);

    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ws_os_connect(fd, &nobody), WS_EWOULDBLOCK);
        await(fd, WS_IO_OUT);
        CHECK_EQ(ws_os_take_error(fd, WS_OP_CONNECT), WS_ECONNREFUSED);
    }
    CHECK_EQ(ws_os_connect(fd, &somebody), WS_EWOULDBLOCK);
    CHECK_EQ(await(fd, WS_IO_OUT), WS_IO_OUT);
    CHECK_EQ(ws_os_take_error(fd, WS_OP_CONNECT), 0);
    ws_os_close(fd);
    ws_os_close(l);
    ws_os_close(n);
}

TEST(an_attempt_in_progress_is_not_started_again, "CON-5")
{
    struct deaf d = make_deaf(WS_AF_INET);
    int fd = make(WS_AF_INET, WS_SOCK_STREAM, true);

    CHECK_EQ(ws_os_connect(fd, &d.name), WS_EWOULDBLOCK);
    CHECK_EQ(ws_os_connect(fd, &d.name), WS_EALREADY);
    ws_os_close(fd);
    close_deaf(&d);
}

TEST(a_socket_whose_attempt_failed_may_listen_on_its_port, "LSN-9")
{
    for (int nonblock = 0; nonblock < 2; nonblock++) {
        struct ws_addr nobody, name, after;
        int n = make_closed(WS_AF_INET, &nobody), client;
        int fd = make(WS_AF_INET, WS_SOCK_STREAM, nonblock);

        name = loopback(WS_AF_INET, 0);
        memset(name.bytes + 4, 0, 4);
        REQUIRE_EQ(ws_os_bind(fd, &name), 0);
        REQUIRE_EQ(ws_os_name(fd, &name), 0);
        if (ws_os_connect(fd, &nobody) == WS_EWOULDBLOCK) {
            await(fd, WS_IO_OUT);
            CHECK_EQ(ws_os_take_error(fd, WS_OP_CONNECT), WS_ECONNREFUSED);
        }
        CHECK_EQ(ws_os_listen(fd, 1), 0);
        REQUIRE_EQ(ws_os_name(fd, &after), 0);
        CHECK_MEM(after.bytes, name.bytes, 8); /* the wildcard address, too */
        client = make(WS_AF_INET, WS_SOCK_STREAM, false);
        name = loopback(WS_AF_INET, port_number(&name));
        CHECK_EQ(ws_os_connect(client, &name), 0);
        ws_os_close(client);
        ws_os_close(fd);
        ws_os_close(n);
    }
}

TEST(a_local_port_in_use_towards_the_peer_says_so, "CON-6")
{
    struct ws_addr there, here = loopback(WS_AF_INET, 0);
    int l = make_listener(WS_AF_INET, 2, &there);
    int a = make(WS_AF_INET, WS_SOCK_STREAM, false);
    int b = make(WS_AF_INET, WS_SOCK_STREAM, false);

    REQUIRE_EQ(ws_os_reuseaddr(a, true), 0);
    REQUIRE_EQ(ws_os_reuseaddr(b, true), 0);
    REQUIRE_EQ(ws_os_bind(a, &here), 0);
    REQUIRE_EQ(ws_os_name(a, &here), 0);
    REQUIRE_EQ(ws_os_bind(b, &here), 0);
    CHECK_EQ(ws_os_connect(a, &there), 0);
    CHECK_EQ(ws_os_connect(b, &there), WS_EADDRINUSE);
    ws_os_close(a);
    ws_os_close(b);
    ws_os_close(l);
}

static int
connecting(struct sleeper *s)
{
    return ws_os_connect(s->fd, &s->to);
}

static void
nothing(int number)
{
    (void)number;
}

TEST(a_blocking_attempt_goes_on_after_a_signal, "CON-2")
{
    struct sigaction action = {.sa_handler = nothing}; /* no SA_RESTART */
    struct deaf d = make_deaf(WS_AF_INET);
    struct sleeper s = {.body = connecting, .to = d.name};
    int taken = -1;

    REQUIRE(!sigaction(SIGUSR1, &action, NULL));
    s.fd = make(WS_AF_INET, WS_SOCK_STREAM, false);
    sleeper_start(&s);
    pthread_kill(s.thread, SIGUSR1);
    CHECK_EQ(sleeper_join(&s), WS_EINTR);

    sleeper_start(&s); /* the same attempt again: waits on */
    REQUIRE_EQ(ws_os_accept(d.listener, false, &taken, NULL), 0);
    CHECK_EQ(sleeper_join(&s), 0);
    CHECK_EQ(ws_os_connect(s.fd, &d.name), WS_EISCONN);
    ws_os_close(taken);
    ws_os_close(s.fd);
    close_deaf(&d);
}

TEST(a_datagram_socket_changes_and_loses_its_peer, "CON-15 CON-16")
{
    EACH_FAMILY(f)
    {
        struct ws_addr a, b, peer;
        int to_a = make_bound(f, WS_SOCK_DGRAM, false, &a);
        int to_b = make_bound(f, WS_SOCK_DGRAM, false, &b);
        int fd = make(f, WS_SOCK_DGRAM, false);

        CHECK_EQ(ws_os_peer(fd, &peer), WS_ENOTCONN);
        CHECK_EQ(ws_os_connect(fd, &a), 0);
        CHECK_EQ(ws_os_connect(fd, &b), 0);
        CHECK_EQ(ws_os_peer(fd, &peer), 0);
        CHECK_MEM(peer.bytes, b.bytes, (size_t)b.len);
        CHECK_EQ(ws_os_disconnect(fd), 0);
        CHECK_EQ(ws_os_peer(fd, &peer), WS_ENOTCONN);
        CHECK_EQ(put(fd, "x"), WS_ENOTCONN);
        ws_os_close(fd);
        ws_os_close(to_a);
        ws_os_close(to_b);
    }
}

/* ---- accept ---- */

TEST(accepting_gives_the_peer_and_the_mode, "ACC-1 ACC-4")
{
    EACH_FAMILY(f)
    {
        struct ws_addr there, here, peer = {.len = 0};
        int l = make_listener(f, 1, &there), s = -1;
        int c = make(f, WS_SOCK_STREAM, false);

        REQUIRE_EQ(ws_os_connect(c, &there), 0);
        REQUIRE_EQ(ws_os_accept(l, true, &s, &peer), 0);
        REQUIRE_EQ(ws_os_name(c, &here), 0);
        CHECK_EQ(peer.len, ws_addr_size(f));
        CHECK_MEM(peer.bytes, here.bytes, (size_t)here.len);
        CHECK(fcntl(s, F_GETFL) & O_NONBLOCK);
        CHECK_EQ(fcntl(s, F_GETFD), FD_CLOEXEC);
        ws_os_close(s);
        ws_os_close(c);
        ws_os_close(l);
    }
}

TEST(an_empty_queue_or_no_queue_is_told, "ACC-2 ACC-8")
{
    struct ws_addr name;
    int l = make_listener(WS_AF_INET, 1, &name), s = 77;
    int idle = make(WS_AF_INET, WS_SOCK_STREAM, true);
    int u = make(WS_AF_INET, WS_SOCK_DGRAM, true);

    REQUIRE_EQ(ws_os_nonblock(l, true), 0);
    CHECK_EQ(ws_os_accept(l, true, &s, NULL), WS_EWOULDBLOCK);
    CHECK_EQ(ws_os_accept(idle, true, &s, NULL), WS_EINVAL);
    CHECK_EQ(ws_os_accept(u, true, &s, NULL), WS_EOPNOTSUPP);
    CHECK_EQ(ws_os_accept(-1, true, &s, NULL), WS_ENOTSOCK);
    CHECK_EQ(s, 77);
    ws_os_close(l);
    ws_os_close(idle);
    ws_os_close(u);
}

TEST(without_descriptors_the_request_stays_queued, "ACC-8 LSN-7")
{
    struct ws_addr name;
    struct rlimit old, none;
    int l = make_listener(WS_AF_INET, 1, &name), s = -1;
    int c = make(WS_AF_INET, WS_SOCK_STREAM, false);

    REQUIRE_EQ(ws_os_connect(c, &name), 0);
    REQUIRE(!getrlimit(RLIMIT_NOFILE, &old));
    none = old;
    none.rlim_cur = 3;
    REQUIRE(!setrlimit(RLIMIT_NOFILE, &none));
    CHECK_EQ(ws_os_accept(l, false, &s, NULL), WS_EMFILE);
    CHECK_EQ(ws_os_accept(l, false, &s, NULL), WS_EMFILE);
    REQUIRE(!setrlimit(RLIMIT_NOFILE, &old));
    CHECK_EQ(ws_os_accept(l, false, &s, NULL), 0);
    ws_os_close(s);
    ws_os_close(c);
    ws_os_close(l);
}

static int
accepted(int l)
{
    int s = -1;

    REQUIRE_EQ(ws_os_accept(l, false, &s, NULL), 0);
    return s;
}

TEST(a_request_reset_in_the_queue_is_known_as_withdrawn, "PQ-6")
{
    EACH_FAMILY(f)
    for (int with_data = 0; with_data < 2; with_data++) {
        struct ws_addr name;
        int l = make_listener(f, 1, &name), s;
        int c = make(f, WS_SOCK_STREAM, false);

        REQUIRE_EQ(ws_os_connect(c, &name), 0);
        if (with_data)
            REQUIRE_EQ(put(c, "never read"), 0);
        REQUIRE_EQ(ws_os_abortive(c), 0);
        ws_os_close(c);
        s = accepted(l);
        CHECK(ws_os_withdrawn(s));
        ws_os_close(s);
        ws_os_close(l);
    }
}

TEST(a_connection_reset_while_it_waits_for_its_verdict_is_withdrawn, "PQ-6")
{
    struct ws_addr name;
    int l = make_listener(WS_AF_INET, 1, &name), s;
    int c = make(WS_AF_INET, WS_SOCK_STREAM, false);

    REQUIRE_EQ(ws_os_connect(c, &name), 0);
    REQUIRE_EQ(put(c, "unread"), 0);
    s = accepted(l);
    CHECK(!ws_os_withdrawn(s));
    REQUIRE_EQ(ws_os_shutdown(c, WS_SD_SEND), 0);
    await(s, WS_IO_RDHUP);
    CHECK(!ws_os_withdrawn(s)); /* it only has nothing more to say */
    REQUIRE_EQ(ws_os_abortive(c), 0);
    ws_os_close(c);
    await(s, WS_IO_HUP);
    CHECK(ws_os_withdrawn(s));
    ws_os_close(s);
    ws_os_close(l);
}

/* ---- shutdown, names, errors ---- */

TEST(shutdown_judges_its_argument_and_the_state, "CLS-1 CLS-3")
{
    struct ws_addr name;
    int fd[2], idle = make(WS_AF_INET, WS_SOCK_STREAM, false);

    CHECK_EQ(ws_os_shutdown(idle, 3), WS_EINVAL);
    CHECK_EQ(ws_os_shutdown(idle, -1), WS_EINVAL);
    CHECK_EQ(ws_os_shutdown(idle, WS_SD_BOTH), WS_ENOTCONN);
    make_pair(WS_AF_INET, fd);
    CHECK_EQ(ws_os_shutdown(fd[0], WS_SD_SEND), 0);
    CHECK_EQ(ws_os_shutdown(fd[0], WS_SD_SEND), 0);
    CHECK_EQ(put(fd[0], "x"), WS_ESHUTDOWN);
    CHECK_EQ(ws_os_peer(fd[0], &name), 0);
    CHECK_EQ(ws_os_name(fd[0], &name), 0);
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
    ws_os_close(idle);
}

TEST(closed_descriptors_are_no_sockets, "G-3")
{
    struct ws_addr name = loopback(WS_AF_INET, 1);
    int fd = make(WS_AF_INET, WS_SOCK_STREAM, false);
    bool on;
    int seconds;

    ws_os_close(fd);
    CHECK_EQ(ws_os_bind(fd, &name), WS_ENOTSOCK);
    CHECK_EQ(ws_os_listen(fd, 1), WS_ENOTSOCK);
    CHECK_EQ(ws_os_connect(fd, &name), WS_ENOTSOCK);
    CHECK_EQ(ws_os_shutdown(fd, 2), WS_ENOTSOCK);
    CHECK_EQ(ws_os_name(fd, &name), WS_ENOTSOCK);
    CHECK_EQ(ws_os_peer(fd, &name), WS_ENOTSOCK);
    CHECK_EQ(ws_os_take_error(fd, WS_OP_OTHER), WS_ENOTSOCK);
    CHECK_EQ(ws_os_linger(fd, &on, &seconds), WS_ENOTSOCK);
    CHECK(!ws_os_withdrawn(fd));
    ws_os_abort_waiters(fd);
}

/* ---- nobody sleeps on ---- */

static int
accepting(struct sleeper *s)
{
    int fd;

    return ws_os_accept(s->fd, false, &fd, NULL);
}

static int
receiving(struct sleeper *s)
{
    char byte;
    struct ws_iov iov = {&byte, 1};
    int flags = 0;

    return ws_os_recv(s->fd, &iov, 1, &flags, NULL, &s->moved);
}

static int
receiving_from(struct sleeper *s)
{
    char byte;
    struct ws_iov iov = {&byte, 1};
    int flags = 0;

    return ws_os_recv(s->fd, &iov, 1, &flags, &s->to, &s->moved);
}

static int
sending(struct sleeper *s)
{
    static char much[1 << 20];
    struct ws_iov iov = {much, sizeof much};
    int err = 0;

    while (!err)
        err = ws_os_send(s->fd, &iov, 1, 0, NULL, &s->moved);
    return err;
}

static int
polling(struct sleeper *s)
{
    struct ws_os_poll p = {.fd = s->fd, .want = WS_IO_PRI};

    return ws_os_poll(&p, 1, WS_NEVER, &s->moved);
}

/* Two sleep; both wake, and whoever comes later does not fall asleep again. */
static int
abort_two(struct sleeper *s)
{
    struct sleeper twin = *s;
    int err;

    sleeper_start(s);
    sleeper_start(&twin);
    ws_os_abort_waiters(s->fd);
    err = sleeper_join(s);
    sleeper_join(&twin);
    s->body(s);
    return err;
}

TEST(abort_wakes_accept, "ACC-9 CLS-8")
{
    EACH_FAMILY(f)
    {
        struct sleeper s = {.body = accepting};
        struct ws_addr name;

        s.fd = make_listener(f, 1, &name);
        CHECK_EQ(abort_two(&s), WS_EINVAL);
        ws_os_close(s.fd);
    }
}

TEST(abort_wakes_connect_and_no_later_attempt_sleeps, "CON-21 CLS-8")
{
    EACH_FAMILY(f)
    {
        struct deaf d = make_deaf(f);
        struct sleeper s = {.body = connecting, .to = d.name};

        s.fd = make(f, WS_SOCK_STREAM, false);
        CHECK(abort_two(&s) != 0);
        ws_os_close(s.fd);

        /* The abort may also come before the attempt. */
        s.fd = make(f, WS_SOCK_STREAM, false);
        ws_os_abort_waiters(s.fd);
        CHECK(connecting(&s) != 0);
        ws_os_close(s.fd);
        close_deaf(&d);
    }
}

TEST(abort_wakes_recv_and_send_on_a_connection, "CLS-8")
{
    EACH_FAMILY(f)
    {
        struct sleeper r = {.body = receiving}, w = {.body = sending};
        int fd[2];

        make_pair(f, fd);
        r.fd = w.fd = fd[0];
        sleeper_start(&r);
        sleeper_start(&w);
        ws_os_abort_waiters(fd[0]);
        CHECK_EQ(sleeper_join(&r), 0);
        CHECK_EQ(r.moved, 0); /* the end of the stream */
        CHECK_EQ(sleeper_join(&w), WS_ESHUTDOWN);
        receiving(&r);
        ws_os_close(fd[0]);
        ws_os_close(fd[1]);
    }
}

TEST(abort_wakes_recv_on_datagram_sockets, "CLS-8")
{
    EACH_FAMILY(f)
    for (int connected = 0; connected < 2; connected++) {
        struct sleeper s = {.body = receiving}, from;
        struct ws_addr name;

        s.fd = make_bound(f, WS_SOCK_DGRAM, false, &name);
        if (connected)
            REQUIRE_EQ(ws_os_connect(s.fd, &name), 0);
        from = s;
        from.body = receiving_from;
        sleeper_start(&from);
        CHECK_EQ(abort_two(&s), 0);
        CHECK_EQ(sleeper_join(&from), 0);
        ws_os_close(s.fd);
    }
}

TEST(abort_wakes_poll_in_every_state, "CLS-8")
{
    EACH_FAMILY(f)
    {
        struct sleeper s = {.body = polling};
        struct deaf d = make_deaf(f);
        struct ws_addr name;
        int fd[2];

        s.fd = make_listener(f, 1, &name); /* listening */
        CHECK_EQ(abort_two(&s), 0);
        ws_os_close(s.fd);
        s.fd = make(f, WS_SOCK_STREAM, true); /* connecting */
        CHECK_EQ(ws_os_connect(s.fd, &d.name), WS_EWOULDBLOCK);
        CHECK_EQ(abort_two(&s), 0);
        ws_os_close(s.fd);
        close_deaf(&d);
        s.fd = make(f, WS_SOCK_DGRAM, false); /* unbound datagrams */
        CHECK_EQ(abort_two(&s), 0);
        ws_os_close(s.fd);
        make_pair(f, fd); /* connected */
        s.fd = fd[0];
        CHECK_EQ(abort_two(&s), 0);
        ws_os_close(fd[0]);
        ws_os_close(fd[1]);
    }
}

TEST(abort_before_the_call_keeps_datagrams_from_sleeping, "CLS-8")
{
    struct sleeper s = {.body = receiving};
    struct ws_addr name;

    s.fd = make_bound(WS_AF_INET, WS_SOCK_DGRAM, false, &name);
    ws_os_abort_waiters(s.fd);
    CHECK_EQ(receiving(&s), 0);
    CHECK_EQ(polling(&s), 0);
    ws_os_close(s.fd);
}

TEST(abort_of_an_abortive_connection_resets_it, "CLS-6 CLS-8")
{
    struct sleeper s = {.body = receiving};
    int fd[2];

    make_pair(WS_AF_INET, fd);
    s.fd = fd[0];
    REQUIRE_EQ(ws_os_abortive(fd[0]), 0);
    sleeper_start(&s);
    ws_os_abort_waiters(fd[0]);
    sleeper_join(&s);
    s.fd = fd[1];
    CHECK_EQ(receiving(&s), WS_ECONNRESET); /* no orderly end before it */
    ws_os_close(fd[0]);
    ws_os_close(fd[1]);
}

TEST(abort_against_call_never_leaves_a_sleeper, "CLS-8")
{
    struct deaf d = make_deaf(WS_AF_INET);

    for (int i = 0; i < 300; i++) {
        struct sleeper s = {.body = i % 2 ? connecting : accepting,
                            .to = d.name};
        struct ws_addr name;

        s.fd = i % 2 ? make(WS_AF_INET, WS_SOCK_STREAM, false)
                     : make_listener(WS_AF_INET, 1, &name);
        REQUIRE_EQ(pthread_create(&s.thread, NULL, sleeper_main, &s), 0);
        for (int spin = i % 7 * 3; spin; spin--)
            sched_yield();
        ws_os_abort_waiters(s.fd);
        CHECK(sleeper_join(&s) != 0);
        ws_os_close(s.fd);
    }
    close_deaf(&d);
}
