/* SPDX-License-Identifier: MIT */
/* The gate, as its owner and as plain Linux clients see it, over loopback in a
 * name space of its own. What needs two hosts, a packet filter or another user
 * is in syngate_net_test.c. Each test is a process that may be killed at any
 * time: all state is in sockets. */
#include "gate_util.h"

#include <malloc.h>

static const int both[] = {WS_AF_INET, WS_AF_INET6};

/* ---- the three answers ---- */

TEST(a_client_waits_until_he_is_admitted)
{
    for (int i = 0; i < 2; i++) {
        struct post p = make_post(both[i], 5);
        int client = knock(&p.name), server = -1;
        uint64_t id = next_request(p.tap);

        CHECK_EQ(outcome(client, GATE_NEVER), -1);
        CHECK_EQ(ws_syngate_held(p.gate), 1);
        /* All of the handshake happens inside the first call. */
        CHECK_EQ(ws_syngate_admit(p.gate, id, false, WS_NEVER, &server), 0);
        CHECK_EQ(outcome(client, GATE_SOON), 0);
        check_talk(client, server);
        CHECK_EQ(ws_syngate_held(p.gate), 0);
        ws_os_close(server);
        ws_os_close(client);
        close_post(&p);
    }
}

TEST(a_refused_client_sees_connection_refused)
{
    for (int i = 0; i < 2; i++) {
        struct post p = make_post(both[i], 5);
        int client = knock(&p.name);
        uint64_t id = next_request(p.tap);

        CHECK_EQ(outcome(client, 0), -1);
        ws_syngate_refuse(p.gate, id);
        CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
        CHECK_EQ(ws_syngate_held(p.gate), 0);
        ws_os_close(client);
        close_post(&p);
    }
}

TEST(an_event_names_both_ends)
{
    struct post p = make_post(WS_AF_INET, 5);
    int client = knock(&p.name);
    struct ws_syngate_event e = next_event(p.tap, GATE_SOON);
    struct ws_addr name;

    REQUIRE_EQ(e.kind, WS_SYN_NEW);
    CHECK(e.gate == p.gate && e.id);
    CHECK(e.owner != NULL);
    REQUIRE_EQ(ws_os_name(client, &name), 0);
    CHECK_EQ(e.remote.len, name.len);
    CHECK_MEM(e.remote.bytes, name.bytes, 8);
    CHECK_MEM(e.local.bytes, p.name.bytes, 8);
    ws_os_close(client);
    close_post(&p);
}

TEST(who_asks_again_is_told_of_and_admitted_late)
{
    struct post p = make_post(WS_AF_INET, 5);
    int client = knock(&p.name), server = -1;
    uint64_t id = next_request(p.tap);

    for (int i = 0; i < 2; i++) {
        struct ws_syngate_event e = next_event(p.tap, GATE_SOON);

        REQUIRE_EQ(e.kind, WS_SYN_RETRANSMIT);
        CHECK_EQ(e.id, id);
    }
    CHECK_EQ(outcome(client, 0), -1);
    REQUIRE_EQ(admit(&p, id, &server), 0);
    CHECK_EQ(outcome(client, GATE_SOON), 0);
    check_talk(client, server);
    ws_os_close(server);
    ws_os_close(client);
    close_post(&p);
}

TEST(who_is_left_alone_times_out_by_himself)
{
    static const unsigned patience = 1500;
    struct post p = make_post(WS_AF_INET, 5);
    int client = make(WS_AF_INET, WS_SOCK_STREAM, true);

    REQUIRE_EQ(setsockopt(client, IPPROTO_TCP, 18 /* TCP_USER_TIMEOUT */,
                          &patience, sizeof patience),
               0);
    REQUIRE_EQ(ws_os_connect(client, &p.name), WS_EWOULDBLOCK);
    next_request(p.tap);
    CHECK_EQ(outcome(client, GATE_SOON), WS_ETIMEDOUT);
    ws_os_close(client);
    close_post(&p);
}

TEST(a_connection_comes_in_the_mode_that_is_asked_for)
{
    struct post p = make_post(WS_AF_INET, 5);

    for (int nonblock = 0; nonblock < 2; nonblock++) {
        int client = knock(&p.name), server = -1;

        REQUIRE_EQ(ws_syngate_admit(p.gate, next_request(p.tap), nonblock,
                                    WS_NEVER, &server),
                   0);
        CHECK_EQ(!!(fcntl(server, F_GETFL) & O_NONBLOCK), nonblock);
        CHECK_EQ(fcntl(server, F_GETFD), FD_CLOEXEC);
        ws_os_close(server);
        ws_os_close(client);
    }
    close_post(&p);
}

/* ---- names ---- */

TEST(a_dual_stack_listener_is_guarded_in_both_families)
{
    struct ws_addr any = wildcard(WS_AF_INET6, 0);
    struct ws_syngate_event e;
    struct post p;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &any, false, 5);
    for (int i = 0; i < 2; i++) {
        struct ws_addr to = loopback(both[i], port_number(&p.name)), peer;
        int client = knock(&to), server = -1;

        e = next_event(p.tap, GATE_SOON);
        REQUIRE_EQ(e.kind, WS_SYN_NEW);
        CHECK_EQ(e.remote.family, WS_AF_INET6);
        CHECK_EQ(e.remote.bytes[8 + 11], i ? 0 : 0xff);
        REQUIRE_EQ(admit(&p, e.id, &server), 0);
        CHECK_EQ(outcome(client, GATE_SOON), 0);
        REQUIRE_EQ(ws_os_peer(server, &peer), 0);
        CHECK_MEM(peer.bytes, e.remote.bytes, 28);
        REQUIRE_EQ(ws_os_name(server, &peer), 0);
        CHECK_MEM(peer.bytes, e.local.bytes, 28);
        check_talk(client, server);
        ws_os_close(server);
        ws_os_close(client);

        client = knock(&to);
        ws_syngate_refuse(p.gate, next_request(p.tap));
        CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
        ws_os_close(client);
    }
    close_post(&p);
}

TEST(one_tap_serves_several_gates)
{
    struct ws_syngate_tap *tap;
    struct post p[6];
    int client[6], server;

    REQUIRE_EQ(ws_syngate_tap_open(&tap), 0);
    for (int i = 0; i < 6; i++) {
        struct ws_addr name =
            i < 3 ? loopback(both[i % 2], 0) : wildcard(both[i % 2], 0);

        post_at(&p[i], tap, &name, true, 5);
    }
    for (int i = 0; i < 6; i++) {
        struct ws_addr to = loopback(p[i].name.family, port_number(&p[i].name));

        client[i] = knock(&to);
    }
    for (int n = 0; n < 6; n++) {
        struct ws_syngate_event e = next_event(tap, GATE_SOON);
        struct post *at = e.owner;

        REQUIRE_EQ(e.kind, WS_SYN_NEW);
        CHECK(e.gate == at->gate);
        REQUIRE_EQ(admit(at, e.id, &server), 0);
        CHECK_EQ(outcome(client[at - p], GATE_SOON), 0);
        check_talk(client[at - p], server);
        ws_os_close(server);
    }
    for (int i = 0; i < 6; i++) {
        ws_os_close(client[i]);
        close_gate(&p[i]);
    }
    ws_syngate_tap_close(tap);
}

TEST(a_plain_listener_beside_a_gate_is_not_concerned)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_addr name;
    int plain = make_listener(WS_AF_INET, 5, &name), client = knock(&name);

    CHECK_EQ(outcome(client, GATE_SOON), 0);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    ws_os_close(client);
    ws_os_close(plain);
    close_post(&p);
}

/* ---- who goes ---- */

TEST(a_client_who_gave_up_is_found_out)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_syngate_event e;
    int64_t next = 0, now = ws_now();
    uint64_t id;
    int client, fd = -1;

    CHECK_EQ(ws_syngate_expire(p.tap, now, &e, &next), WS_EWOULDBLOCK);
    CHECK_EQ(next, WS_NEVER);
    client = knock(&p.name);
    id = next_request(p.tap);
    ws_os_close(client); /* without a word, as TCP has it */
    CHECK_EQ(ws_syngate_expire(p.tap, now, &e, &next), WS_EWOULDBLOCK);
    CHECK(next > now && next < now + INT64_C(10000000000));
    CHECK_EQ(ws_syngate_expire(p.tap, next, &e, &next), 0);
    CHECK_EQ(e.kind, WS_SYN_GAVE_UP);
    CHECK(e.gate == p.gate && e.id == id);
    CHECK_EQ(ws_syngate_expire(p.tap, next, &e, &next), WS_EWOULDBLOCK);
    CHECK_EQ(next, WS_NEVER);
    CHECK_EQ(ws_syngate_held(p.gate), 0);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, WS_NEVER, &fd), WS_ECONNRESET);
    CHECK_EQ(fd, -1);
    close_post(&p);
}

TEST(who_asks_again_is_waited_for_longer)
{
    struct post p = make_post(WS_AF_INET, 5);
    int64_t first = 0, second = 0;
    struct ws_syngate_event e;
    int client = knock(&p.name);

    next_request(p.tap);
    ws_syngate_expire(p.tap, 0, &e, &first);
    REQUIRE_EQ(next_event(p.tap, GATE_SOON).kind, WS_SYN_RETRANSMIT);
    CHECK_EQ(ws_syngate_expire(p.tap, first, &e, &second), WS_EWOULDBLOCK);
    CHECK(second > first);
    ws_os_close(client);
    close_post(&p);
}

TEST(admitting_a_client_who_is_gone_reports_a_reset)
{
    for (int i = 0; i < 2; i++) {
        struct post p = make_post(both[i], 5);
        int client = knock(&p.name), fd = -1;
        uint64_t id = next_request(p.tap);
        struct ws_syngate_event e;

        ws_os_close(client);
        CHECK_EQ(ws_syngate_admit(p.gate, id, false, WS_NEVER, &fd),
                 WS_EWOULDBLOCK);
        e = next_event(p.tap, GATE_SOON);
        CHECK_EQ(e.kind, WS_SYN_WITHDRAWN);
        CHECK_EQ(e.id, id);
        CHECK_EQ(ws_syngate_admit(p.gate, id, false, WS_NEVER, &fd),
                 WS_ECONNRESET);
        CHECK_EQ(fd, -1);
        close_post(&p);
    }
}

TEST(an_admission_ends_at_its_deadline)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_synpkt syn = {.remote = {.port = 4711}};
    uint64_t id;
    int fd = -1;

    /* From an address that nobody has: there will be no answer. */
    memcpy(syn.remote.ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
    syn.local = p.gate->name;
    syn.flags = WS_SYNPKT_SYN;
    {
        struct ws_synraw other = p.tap->raw;

        other.mark = 0x00010001;
        REQUIRE_EQ(ws_synraw_inject(&other, &syn), 0);
    }
    id = next_request(p.tap);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, ws_now() + 1000000000, &fd),
             WS_EWOULDBLOCK);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, 0, &fd), WS_ETIMEDOUT);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, 0, &fd), WS_ECONNRESET);
    CHECK_EQ(ws_syngate_held(p.gate), 0);
    close_post(&p);
}

TEST(one_who_is_forgotten_is_a_new_request_when_he_asks_again)
{
    struct post p = make_post(WS_AF_INET, 5);
    int client = knock(&p.name);
    uint64_t id = next_request(p.tap), again;

    ws_syngate_forget(p.gate, id);
    CHECK_EQ(ws_syngate_held(p.gate), 0);
    again = next_request(p.tap);
    CHECK(again != id);
    ws_syngate_refuse(p.gate, again);
    ws_syngate_refuse(p.gate, again);
    CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
    ws_os_close(client);
    close_post(&p);
}

TEST(closing_a_gate_refuses_who_is_held)
{
    struct post p = make_post(WS_AF_INET, 5);
    int client[3], again;

    for (int i = 0; i < 3; i++)
        client[i] = knock(&p.name);
    for (int i = 0; i < 3; i++)
        next_request(p.tap);
    close_gate(&p);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(outcome(client[i], GATE_SOON), WS_ECONNREFUSED);
        ws_os_close(client[i]);
    }
    again = make(WS_AF_INET, WS_SOCK_STREAM, false);
    CHECK_EQ(ws_os_bind(again, &p.name), 0);
    CHECK_EQ(ws_os_listen(again, 1), 0);
    ws_os_close(again);
    ws_syngate_tap_close(p.tap);
}

TEST(a_killed_server_leaves_nothing_behind)
{
    struct ws_addr name = loopback(WS_AF_INET, 0);
    int told[2], client, free_port;
    pid_t server;
    char c;

    REQUIRE_EQ(pipe(told), 0);
    server = fork();
    if (!server) {
        struct post p = make_post(WS_AF_INET, 5);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(told[1], &p.name, sizeof p.name) < 0)
            _exit(1);
        next_request(p.tap);
        if (write(told[1], "x", 1) < 0)
            _exit(1);
        pause();
        _exit(1);
    }
    close(told[1]);
    REQUIRE_EQ(read(told[0], &name, sizeof name), sizeof name);
    client = knock(&name);
    REQUIRE_EQ(read(told[0], &c, 1), 1);
    kill(server, SIGKILL);
    REQUIRE_EQ(waitpid(server, NULL, 0), server);
    CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
    free_port = make(WS_AF_INET, WS_SOCK_STREAM, false);
    CHECK_EQ(ws_os_bind(free_port, &name), 0);
    CHECK_EQ(ws_os_listen(free_port, 1), 0);
    ws_os_close(free_port);
    ws_os_close(client);
    close(told[0]);
}

/* ---- the same two ends again ---- */

static int
admit_next(struct post *p)
{
    int server = -1;

    REQUIRE_EQ(admit(p, next_request(p->tap), &server), 0);
    return server;
}

/* The server ends first, so that it is he who is left in TIME_WAIT. */
static void
end_in_time_wait(int server, int client)
{
    ws_os_close(server);
    await(client, WS_IO_RDHUP);
    ws_os_close(client);
}

TEST(a_client_comes_again_from_the_same_port)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_addr from = loopback(WS_AF_INET, 0);
    int client = knock_from(&from, &p.name), server;

    REQUIRE_EQ(ws_os_name(client, &from), 0);
    end_in_time_wait(admit_next(&p), client);
    client = knock_from(&from, &p.name);
    server = admit_next(&p);
    CHECK_EQ(outcome(client, GATE_SOON), 0);
    check_talk(client, server);
    end_in_time_wait(server, client);
    client = knock_from(&from, &p.name);
    ws_syngate_refuse(p.gate, next_request(p.tap));
    CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
    ws_os_close(client);
    close_post(&p);
}

/* As kit binds and listens: with SO_REUSEADDR where it is needed. */
TEST(a_gate_opens_where_connections_are_in_time_wait)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_addr name = p.name;
    int client = knock(&name), fd;

    end_in_time_wait(admit_next(&p), client);
    close_post(&p);
    fd = make(WS_AF_INET, WS_SOCK_STREAM, false);
    CHECK_EQ(ws_os_bind(fd, &name), WS_EADDRINUSE);
    REQUIRE_EQ(ws_os_reuseaddr(fd, true), 0);
    REQUIRE_EQ(ws_os_bind(fd, &name), 0);
    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    p.fd = fd;
    REQUIRE_EQ(ws_syngate_open(p.tap, fd, 5, NULL, &p.gate), 0);
    client = knock(&name);
    end_in_time_wait(admit_next(&p), client);
    close_post(&p);
    fd = make(WS_AF_INET, WS_SOCK_STREAM, false);
    REQUIRE_EQ(ws_os_reuseaddr(fd, true), 0);
    CHECK_EQ(ws_os_bind(fd, &name), 0);
    CHECK_EQ(ws_os_listen(fd, 5), 0);
    ws_os_close(fd);
}

/* ---- the port is ours ---- */

TEST(nobody_else_listens_on_the_port)
{
    struct post p = make_post(WS_AF_INET, 5);
    int plain = make(WS_AF_INET, WS_SOCK_STREAM, false), client, server = -1;

    CHECK_EQ(ws_os_bind(plain, &p.name), WS_EADDRINUSE);
    /* Somebody of the same user who asks for it may stand beside us, but gets
     * nobody. */
    REQUIRE_EQ(ws_os_reuseport(plain, true), 0);
    REQUIRE_EQ(ws_os_bind(plain, &p.name), 0);
    REQUIRE_EQ(ws_os_listen(plain, 5), 0);
    for (int i = 0; i < 20; i++) {
        client = knock(&p.name);
        REQUIRE_EQ(admit(&p, next_request(p.tap), &server), 0);
        ws_os_close(server);
        ws_os_close(client);
    }
    ws_os_close(plain);
    close_post(&p);
}

TEST(a_connection_that_nobody_admitted_is_reset)
{
    struct post p = make_post(WS_AF_INET, 5);
    int stranger = knock(&p.name), client, server = -1;
    struct ws_synreq *r;
    struct ws_synpkt syn;
    uint64_t id = next_request(p.tap);
    char c;

    /* As if he had guessed the mark. */
    r = ws_syntable_by_id(&p.gate->table, id);
    REQUIRE(r != NULL);
    syn = r->syn;
    REQUIRE_EQ(ws_synraw_inject(&p.tap->raw, &syn), 0);
    CHECK_EQ(outcome(stranger, GATE_SOON), 0);
    client = knock(&p.name);
    REQUIRE_EQ(admit(&p, next_request(p.tap), &server), 0);
    check_talk(client, server);
    await(stranger, WS_IO_HUP);
    CHECK_EQ(recv(stranger, &c, 1, 0), -1);
    CHECK_EQ(errno, ECONNRESET);
    ws_os_close(stranger);
    ws_os_close(client);
    ws_os_close(server);
    close_post(&p);
}

TEST(what_cannot_have_a_gate_is_left_as_it_was)
{
    struct ws_syngate_tap *tap;
    struct ws_syngate *g = NULL;
    struct ws_addr name;
    int fd = make(WS_AF_INET, WS_SOCK_STREAM, false), on = 1;
    socklen_t len = sizeof on;

    REQUIRE_EQ(ws_syngate_tap_open(&tap), 0);
    CHECK_EQ(ws_syngate_open(tap, fd, 5, NULL, &g), WS_EINVAL);
    REQUIRE_EQ(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
    name = loopback(WS_AF_INET, 0);
    REQUIRE_EQ(ws_os_bind(fd, &name), 0);
    CHECK_EQ(ws_syngate_open(tap, fd, 5, NULL, &g), WS_EOPNOTSUPP);
    REQUIRE_EQ(getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, &len), 0);
    CHECK_EQ(on, 0);
    CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    REQUIRE_EQ(ws_os_reuseport(fd, true), 0);
    CHECK_EQ(ws_syngate_open(tap, fd, 5, NULL, &g), WS_EOPNOTSUPP);
    CHECK_EQ(ws_os_listen(fd, 5), 0);
    CHECK_EQ(ws_syngate_open(tap, fd, 5, NULL, &g), WS_EINVAL);
    CHECK_EQ(ws_syngate_open(tap, -1, 5, NULL, &g), WS_ENOTSOCK);
    CHECK(g == NULL);
    ws_os_close(fd);
    ws_syngate_close(NULL);
    ws_syngate_tap_close(tap);
    ws_syngate_tap_close(NULL);
}

/* Until the door opens. From another address, so that no caller meets himself
 * on the port. */
static void
knock_for_ever(const struct ws_addr *to)
{
    struct ws_addr from = loopback(WS_AF_INET, 0);
    int fd;

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever ends the test */
    from.bytes[7] = 2;
    while (fd = knock_from(&from, to), outcome(fd, 0) != 0)
        ws_os_close(fd);
    _exit(0);
}

/* Whoever comes while a gate opens is refused or held; nobody is left with a
 * connection that no one will ever take. */
static void
open_under_fire(const struct ws_addr *name)
{
    struct ws_addr door = loopback(WS_AF_INET, port_number(name));
    pid_t child = fork();

    if (!child)
        knock_for_ever(&door);
    for (int i = 0; i < 60; i++) {
        struct ws_syngate_event e;
        struct post p;

        REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
        post_at(&p, p.tap, name, false, 8);
        while (ws_syngate_held(p.gate) < 3)
            if (!ws_syngate_read(p.tap, &e) && e.kind == WS_SYN_NEW)
                CHECK_EQ(e.remote.bytes[name->family == WS_AF_INET ? 7 : 23],
                         2); /* and not our own call */
        CHECK_EQ(accept4(p.fd, NULL, NULL, SOCK_NONBLOCK), -1);
        close_post(&p);
    }
    CHECK_EQ(waitpid(child, NULL, WNOHANG), 0); /* he is still knocking */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

TEST(a_gate_opens_under_fire)
{
    struct ws_addr name;

    ws_os_close(make_bound(WS_AF_INET, WS_SOCK_STREAM, false, &name));
    open_under_fire(&name);
}

TEST(a_gate_of_both_families_opens_under_fire)
{
    struct ws_addr name;

    ws_os_close(make_bound(WS_AF_INET, WS_SOCK_STREAM, false, &name));
    name = wildcard(WS_AF_INET6, port_number(&name));
    open_under_fire(&name);
}

/* ---- limits ---- */

TEST(who_finds_the_queue_full_is_not_heard)
{
    struct post p = make_post(WS_AF_INET, 2);
    int client[3];
    uint64_t id[2];

    for (int i = 0; i < 3; i++)
        client[i] = knock(&p.name);
    id[0] = next_request(p.tap);
    id[1] = next_request(p.tap);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    ws_syngate_refuse(p.gate, id[0]);
    CHECK_EQ(outcome(client[0], GATE_SOON), WS_ECONNREFUSED);
    /* He asks again, and there is room now. */
    for (;;) {
        struct ws_syngate_event e = next_event(p.tap, GATE_SOON);

        if (e.kind == WS_SYN_NEW)
            break;
        REQUIRE_EQ(e.kind, WS_SYN_RETRANSMIT);
    }
    CHECK_EQ(ws_syngate_held(p.gate), 2);
    for (int i = 0; i < 3; i++)
        ws_os_close(client[i]);
    close_post(&p);
}

/* A SYN from an address of choice, as a stranger's raw socket sends it. */
static void
spoof(struct post *p, uint32_t from, uint16_t port, uint32_t isn)
{
    struct ws_synpkt syn = {.flags = WS_SYNPKT_SYN, .isn = isn, .window = 1000};
    struct ws_synraw raw = p->tap->raw;

    raw.mark = 0x00010001;
    memset(syn.remote.ip + 10, 0xff, 2);
    syn.remote.ip[12] = 198;
    syn.remote.ip[13] = 18;
    syn.remote.ip[14] = (uint8_t)(from >> 8);
    syn.remote.ip[15] = (uint8_t)from;
    syn.remote.port = port;
    syn.local = p->gate->name;
    REQUIRE_EQ(ws_synraw_inject(&raw, &syn), 0);
}

TEST(a_flood_of_spoofed_requests_takes_no_more_memory)
{
    struct post p = make_post(WS_AF_INET, 200);
    size_t before = mallinfo2().uordblks, news = 0;
    struct ws_syngate_event e;
    int64_t next;

    for (uint32_t i = 0; i < 20000; i++) {
        spoof(&p, i, (uint16_t)(1024 + i % 60000), i);
        while (!ws_syngate_read(p.tap, &e))
            news += e.kind == WS_SYN_NEW;
        REQUIRE(ws_syngate_held(p.gate) <= 200);
    }
    CHECK(news >= 200);
    CHECK_EQ(ws_syngate_held(p.gate), 200);
    CHECK_EQ(mallinfo2().uordblks, before);
    /* And when it is over, there is room again. */
    while (!ws_syngate_expire(p.tap, WS_NEVER - 1, &e, &next))
        CHECK_EQ(e.kind, WS_SYN_GAVE_UP);
    CHECK_EQ(ws_syngate_held(p.gate), 0);
    close_post(&p);
}

TEST(a_new_number_from_the_same_port_is_a_new_request)
{
    struct post p = make_post(WS_AF_INET, 1);
    struct ws_syngate_event e;
    uint64_t id, again;

    spoof(&p, 1, 1000, 77);
    id = next_request(p.tap);
    spoof(&p, 1, 1000, 77);
    e = next_event(p.tap, GATE_SOON);
    CHECK_EQ(e.kind, WS_SYN_RETRANSMIT);
    CHECK_EQ(e.id, id);
    spoof(&p, 1, 1000, 78);
    e = next_event(p.tap, GATE_SOON);
    CHECK_EQ(e.kind, WS_SYN_WITHDRAWN);
    CHECK_EQ(e.id, id);
    again = next_request(p.tap);
    CHECK(again != id);
    CHECK_EQ(ws_syngate_held(p.gate), 1);
    close_post(&p);
}

TEST(late_packets_of_a_settled_request_mean_nothing)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_addr from;
    struct ws_synraw raw;
    struct ws_synpkt syn;
    int client = knock(&p.name), server = -1;
    uint64_t id = next_request(p.tap);

    syn = ws_syntable_by_id(&p.gate->table, id)->syn;
    raw = p.tap->raw;
    raw.mark = 0x00010001;
    REQUIRE_EQ(ws_os_name(client, &from), 0);
    REQUIRE_EQ(admit(&p, id, &server), 0);
    REQUIRE_EQ(ws_synraw_inject(&raw, &syn), 0);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    check_talk(client, server);
    ws_os_close(server);
    ws_os_close(client);
    spoof(&p, 1, 1000, 5);
    ws_syngate_refuse(p.gate, next_request(p.tap));
    spoof(&p, 1, 1000, 5);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    close_post(&p);
}

TEST(many_are_admitted_at_once)
{
    enum { MANY = 64 };
    struct post p = make_post(WS_AF_INET, MANY);
    int client[MANY], server[MANY];
    uint64_t id[MANY];

    for (int i = 0; i < MANY; i++)
        client[i] = knock(&p.name);
    for (int i = 0; i < MANY; i++)
        id[i] = next_request(p.tap);
    for (int i = MANY; i-- > 0;) /* not in the order of their coming */
        REQUIRE_EQ(admit(&p, id[i], &server[i]), 0);
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(outcome(client[i], GATE_SOON), 0);
        check_talk(client[i], server[i]);
        ws_os_close(client[i]);
        ws_os_close(server[i]);
    }
    close_post(&p);
}
