/* SPDX-License-Identifier: MIT */
/* A gate on a wildcard, and listeners without one beside it whose names are
 * closer: the tap hears their SYNs, too, and they are nobody's request. */
#include "gate_util.h"

/* A plain listener of the same user on the gate's port, as kit binds it. */
static int
listen_beside(const struct post *p, struct ws_addr *name)
{
    int fd = make(name->family, WS_SOCK_STREAM, false);

    name->bytes[2] = p->name.bytes[2];
    name->bytes[3] = p->name.bytes[3];
    REQUIRE_EQ(ws_os_reuseport(fd, true), 0);
    REQUIRE_EQ(ws_os_bind(fd, name), 0);
    REQUIRE_EQ(ws_os_listen(fd, 5), 0);
    return fd;
}

static struct post
make_wide_post(int family)
{
    struct ws_addr any = wildcard(family, 0);
    struct post p;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &any, false, 5);
    return p;
}

/* As if the time had passed for which an answer of the kernel is believed. */
static void
forget_homes(struct post *p)
{
    memset(p->gate->homes, 0, sizeof p->gate->homes);
}

static void
check_only_theirs(struct post *p, const struct ws_addr *name)
{
    int client = knock(name);

    CHECK_EQ(outcome(client, GATE_SOON), 0);
    CHECK_EQ(next_event(p->tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    CHECK_EQ(ws_syngate_held(p->gate), 0);
    ws_os_close(client);
}

static void
check_ours(struct post *p, const struct ws_addr *name)
{
    int client = knock(name), server = -1;

    REQUIRE_EQ(admit(p, next_request(p->tap), &server), 0);
    CHECK_EQ(outcome(client, GATE_SOON), 0);
    check_talk(client, server);
    ws_os_close(server);
    ws_os_close(client);
}

static void
check_beside(int gate, struct ws_addr name, struct ws_addr other)
{
    struct post p = make_wide_post(gate);
    int plain = listen_beside(&p, &name);

    check_only_theirs(&p, &name);
    memcpy(other.bytes + 2, name.bytes + 2, 2);
    check_ours(&p, &other);
    ws_os_close(plain);
    forget_homes(&p);
    check_ours(&p, &name);
    close_post(&p);
}

static struct ws_addr
second_loopback(void)
{
    struct ws_addr a = loopback(WS_AF_INET, 0);

    a.bytes[7] = 2;
    return a;
}

TEST(who_calls_a_listener_of_one_address_is_no_request)
{
    check_beside(WS_AF_INET, loopback(WS_AF_INET, 0), second_loopback());
    check_beside(WS_AF_INET6, loopback(WS_AF_INET6, 0), second_loopback());
    check_beside(WS_AF_INET6, loopback(WS_AF_INET, 0), second_loopback());
}

TEST(who_calls_a_listener_of_one_family_is_no_request)
{
    check_beside(WS_AF_INET6, wildcard(WS_AF_INET, 0),
                 loopback(WS_AF_INET6, 0));
}

TEST(a_listener_that_only_has_the_name_takes_nobody)
{
    struct post p = make_wide_post(WS_AF_INET);
    struct ws_addr name = loopback(WS_AF_INET, port_number(&p.name));
    int idle = make(WS_AF_INET, WS_SOCK_STREAM, false);

    REQUIRE_EQ(ws_os_reuseport(idle, true), 0);
    REQUIRE_EQ(ws_os_bind(idle, &name), 0);
    check_ours(&p, &name);
    ws_os_close(idle);
    close_post(&p);
}

/* ---- it comes while somebody is held ---- */

struct scene {
    struct post p;
    struct ws_addr name;
    int client, plain;
    uint64_t id;
};

static struct scene
hold_one_then_listen(void)
{
    struct scene s = {.p = make_wide_post(WS_AF_INET)};

    s.name = loopback(WS_AF_INET, port_number(&s.p.name));
    s.client = knock(&s.name);
    s.id = next_request(s.p.tap);
    s.plain = listen_beside(&s.p, &s.name);
    return s;
}

/* The client is none the wiser: his next SYN is answered. */
static void
check_let_in_there(struct scene *s)
{
    CHECK_EQ(outcome(s->client, GATE_SOON), 0);
    CHECK_EQ(ws_syngate_held(s->p.gate), 0);
    ws_os_close(s->client);
    ws_os_close(s->plain);
    close_post(&s->p);
}

TEST(admitting_whom_another_has_reports_a_reset)
{
    struct scene s = hold_one_then_listen();
    int fd = -1;

    forget_homes(&s.p);
    CHECK_EQ(ws_syngate_admit(s.p.gate, s.id, false, WS_NEVER, &fd),
             WS_ECONNRESET);
    CHECK_EQ(fd, -1);
    check_let_in_there(&s);
}

/* What we send reaches the other listener then, and we hear nothing of it. */
TEST(an_admission_that_came_too_late_ends_soon)
{
    struct scene s = hold_one_then_listen();
    int fd = -1;

    s.p.gate->homes[1].until = WS_NEVER; /* 127.0.0.1's: it is believed */
    CHECK_EQ(ws_syngate_admit(s.p.gate, s.id, false, WS_NEVER, &fd),
             WS_EWOULDBLOCK);
    CHECK_EQ(outcome(s.client, GATE_SOON), 0);
    forget_homes(&s.p);
    CHECK_EQ(ws_syngate_admit(s.p.gate, s.id, false, WS_NEVER, &fd),
             WS_ECONNRESET);
    check_let_in_there(&s);
}

TEST(refusing_whom_another_has_hurts_nobody)
{
    struct scene s = hold_one_then_listen();

    forget_homes(&s.p);
    ws_syngate_refuse(s.p.gate, s.id);
    check_let_in_there(&s);
}

TEST(who_is_answered_by_another_has_withdrawn)
{
    struct scene s = hold_one_then_listen();
    struct ws_syngate_event e = next_event(s.p.tap, GATE_SOON);

    CHECK_EQ(e.kind, WS_SYN_WITHDRAWN);
    CHECK_EQ(e.id, s.id);
    check_let_in_there(&s);
}

/* Who may not ask the kernel takes every SYN for his. */
TEST(without_an_answer_every_request_is_shown)
{
    struct post p = make_wide_post(WS_AF_INET);
    struct ws_addr name = loopback(WS_AF_INET, 0);
    int plain = listen_beside(&p, &name), client;

    ws_syndiag_close(&p.tap->diag);
    client = knock(&name);
    CHECK_EQ(outcome(client, GATE_SOON), 0);
    ws_syngate_refuse(p.gate, next_request(p.tap));
    close_post(&p);
    REQUIRE_EQ(put(client, "x"), 0); /* our RST was not his number */
    CHECK_EQ(outcome(client, GATE_NEVER), 0);
    ws_os_close(client);
    ws_os_close(plain);
}
