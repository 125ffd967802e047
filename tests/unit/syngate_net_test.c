/* SPDX-License-Identifier: MIT */
/* The gate between two hosts, which are two name spaces joined by a cable: link
 * local addresses, a peer that vanishes, and the packet filters of its
 * neighbours. Needs ip, and nft for the filters. */
#include "gate_util.h"

struct site {
    int server, client; /* name spaces; the process is in the server's */
};

static void
run(const char *command)
{
    int code = system(command);

    if (code)
        t_note("%s", command);
    REQUIRE_EQ(code, 0);
}

/* Whether there is such a command. */
static void
need(const char *command, const char *reason)
{
    char line[128];

    snprintf(line, sizeof line, "%s >/dev/null 2>&1", command);
    if (system(line))
        SKIP(reason);
}

static void
go(int space)
{
    REQUIRE_EQ(setns(space, CLONE_NEWNET), 0);
}

static int
open_space(pid_t whose)
{
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)whose);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    return fd;
}

/* A process in a name space of its own, which says so and stays. */
static pid_t
settle(void)
{
    int told[2];
    pid_t child;
    char c;

    REQUIRE_EQ(pipe2(told, O_CLOEXEC), 0);
    child = fork();
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWNET) || write(told[1], "x", 1) < 0)
            _exit(1);
        pause();
        _exit(0);
    }
    close(told[1]);
    REQUIRE_EQ(read(told[0], &c, 1), 1);
    close(told[0]);
    return child;
}

/* 10.9.0.1, fd77::1 and fe80::1 here, .2 and ::2 there. */
static struct site
make_site(void)
{
    static const char *const here =
        "ip link set v0 addrgenmode none; ip link set v0 up;"
        "ip addr add 10.9.0.1/24 dev v0; ip addr add fd77::1/64 dev v0 nodad;"
        "ip addr add fe80::1/64 dev v0 nodad";
    static const char *const there =
        "ip link set lo up; ip link set v1 addrgenmode none;"
        "ip link set v1 up; ip addr add 10.9.0.2/24 dev v1;"
        "ip addr add fd77::2/64 dev v1 nodad;"
        "ip addr add fe80::2/64 dev v1 nodad";
    struct site s;
    char line[128];
    pid_t child;

    need("ip link show", "ip is not there to lay a cable");
    child = settle();
    s.server = open_space(getpid());
    s.client = open_space(child);
    snprintf(line, sizeof line,
             "ip link add v0 type veth peer name v1 netns %d", (int)child);
    run(line);
    run(here);
    go(s.client);
    run(there);
    go(s.server);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return s;
}

static void
close_site(const struct site *s)
{
    close(s->server);
    close(s->client);
}

static int
knock_from_there(const struct site *s, const struct ws_addr *to)
{
    int fd;

    go(s->client);
    fd = knock(to);
    go(s->server);
    return fd;
}

static struct ws_addr
address(const char *text, int port, const char *device)
{
    struct ws_addr a = {.bytes = {0}};
    uint32_t scope = device ? if_nametoindex(device) : 0;
    bool v6 = strchr(text, ':') != NULL;

    a.family = v6 ? WS_AF_INET6 : WS_AF_INET;
    a.len = v6 ? 28 : 16;
    a.bytes[2] = (uint8_t)(port >> 8);
    a.bytes[3] = (uint8_t)port;
    REQUIRE_EQ(inet_pton(v6 ? AF_INET6 : AF_INET, text, a.bytes + (v6 ? 8 : 4)),
               1);
    if (v6)
        memcpy(a.bytes + 24, &scope, sizeof scope);
    return a;
}

/* The listener's address, as the client calls it. */
static struct ws_addr
as_seen_there(const struct site *s, const char *text, int port)
{
    struct ws_addr a;

    go(s->client);
    a = address(text, port, strncmp(text, "fe80", 4) == 0 ? "v1" : NULL);
    go(s->server);
    return a;
}

/* One client is let in and one is not. */
static void
check_both_answers(const struct site *s, struct post *p, const char *text)
{
    struct ws_addr to = as_seen_there(s, text, port_number(&p->name));
    int client = knock_from_there(s, &to), server = -1;
    uint64_t id = next_request(p->tap);

    CHECK_EQ(outcome(client, 0), -1);
    REQUIRE_EQ(admit(p, id, &server), 0);
    CHECK_EQ(outcome(client, GATE_SOON), 0);
    check_talk(client, server);
    ws_os_close(server);
    ws_os_close(client);

    client = knock_from_there(s, &to);
    ws_syngate_refuse(p->gate, next_request(p->tap));
    CHECK_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
    ws_os_close(client);
}

static void
check_listener(const struct site *s, const char *name, const char *device,
               const char *const *called)
{
    struct ws_addr a = address(name, 0, device);
    struct post p;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &a, false, 5);
    for (; *called; called++)
        check_both_answers(s, &p, *called);
    close_post(&p);
}

TEST(a_gate_stands_between_two_hosts)
{
    static const char *const v4[] = {"10.9.0.1", NULL};
    static const char *const v6[] = {"fd77::1", NULL};
    static const char *const all[] = {"10.9.0.1", "fd77::1", "fe80::1", NULL};
    struct site s = make_site();

    write_file("/proc/sys/net/ipv4/conf/all/rp_filter", "1");
    check_listener(&s, "10.9.0.1", NULL, v4);
    check_listener(&s, "0.0.0.0", NULL, v4);
    check_listener(&s, "fd77::1", NULL, v6);
    check_listener(&s, "::", NULL, all);
    check_listener(&s, "::ffff:10.9.0.1", NULL, v4);
    close_site(&s);
}

TEST(a_gate_stands_before_a_link_local_address)
{
    static const char *const local[] = {"fe80::1", NULL};
    struct site s = make_site();
    struct ws_addr a = address("fe80::1", 0, "v0");
    struct ws_syngate_event e;
    struct post p;
    uint32_t scope;
    int client;

    check_listener(&s, "fe80::1", "v0", local);
    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &a, true, 5);
    a = as_seen_there(&s, "fe80::1", port_number(&p.name));
    client = knock_from_there(&s, &a);
    e = next_event(p.tap, GATE_SOON);
    REQUIRE_EQ(e.kind, WS_SYN_NEW);
    memcpy(&scope, e.remote.bytes + 24, sizeof scope);
    CHECK_EQ(scope, if_nametoindex("v0"));
    ws_os_close(client);
    close_post(&p);
    close_site(&s);
}

/* A wildcard listener's call of itself goes to loopback, which the filter may
 * forbid; here it is the interface that is not there. */
TEST(a_gate_opens_without_a_loopback_interface)
{
    static const char *const v4[] = {"10.9.0.1", NULL};
    struct site s = make_site();

    run("ip addr flush dev lo");
    check_listener(&s, "10.9.0.1", NULL, v4);
    check_listener(&s, "0.0.0.0", NULL, v4);
    close_site(&s);
}

TEST(a_client_whose_cable_is_cut_is_waited_for_until_the_deadline)
{
    struct site s = make_site();
    struct ws_addr a = address("10.9.0.1", 0, NULL);
    struct post p;
    int client, fd = -1;
    uint64_t id;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &a, true, 5);
    client = knock_from_there(&s, &p.name);
    id = next_request(p.tap);
    go(s.client);
    run("ip link set v1 down");
    go(s.server);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, WS_NEVER, &fd),
             WS_EWOULDBLOCK);
    CHECK_EQ(ws_syngate_admit(p.gate, id, false, ws_now(), &fd), WS_ETIMEDOUT);
    ws_os_close(client);
    close_post(&p);
    close_site(&s);
}

TEST(a_listener_in_another_name_space_gets_no_gate)
{
    struct site s = make_site();
    struct post p = make_post(WS_AF_INET, 5);
    struct ws_syngate *g = NULL;
    struct ws_addr name;
    int fd;

    go(s.client);
    fd = make_bound(WS_AF_INET, WS_SOCK_STREAM, false, &name);
    go(s.server);
    CHECK_EQ(ws_syngate_open(p.tap, fd, 5, NULL, &g), WS_EOPNOTSUPP);
    CHECK_EQ(ws_os_listen(fd, 5), 0);
    ws_os_close(fd);
    close_post(&p);
    close_site(&s);
}

/* ---- packet filters ---- */

enum { PORT = 7777 }; /* in a name space of our own everything is free */

/* What the user's filter says; 'nft' is its language. */
static struct site
make_walled_site(const char *rules)
{
    struct site s;
    FILE *f;

    need("nft list tables", "nft is not there to make packet filters");
    s = make_site();
    f = popen("nft -f -", "w");
    REQUIRE(f != NULL);
    fputs(rules, f);
    if (pclose(f))
        SKIP("this kernel lacks a part of the packet filter");
    return s;
}

static void
check_walled(const struct site *s, const char *name, const char *called)
{
    struct ws_addr a = address(name, PORT, NULL);
    struct post p;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &a, false, 5);
    check_both_answers(s, &p, called);
    check_both_answers(s, &p, called);
    close_post(&p);
}

TEST(a_usual_firewall_lets_the_gate_work)
{
    struct site s = make_walled_site(
        "table inet f { chain pre { type filter hook prerouting priority -300;"
        "  fib saddr . iif oif missing drop; }\n"
        "chain in { type filter hook input priority 0; policy drop;"
        "  iif lo accept; ct state established accept;"
        "  meta l4proto ipv6-icmp accept; tcp dport 7777 accept; }\n}\n");

    check_walled(&s, "0.0.0.0", "10.9.0.1");
    check_walled(&s, "::", "fd77::1");
    close_site(&s);
}

/* Neither can we call our own trap, nor does what we inject arrive. */
static void
check_without_loopback(const char *name, const char *called)
{
    struct site s = make_walled_site(
        "table inet f { chain in { type filter hook input priority 0;"
        "  policy drop; ct state established accept;"
        "  meta l4proto ipv6-icmp accept;"
        "  iifname v0 tcp dport 7777 accept; }\n}\n");

    check_walled(&s, name, called);
    close_site(&s);
}

TEST(a_firewall_without_loopback_lets_clients_in_at_their_next_attempt)
{
    check_without_loopback("0.0.0.0", "10.9.0.1");
}

TEST(a_firewall_without_loopback_lets_ipv6_clients_in_at_their_next_attempt)
{
    check_without_loopback("::", "fd77::1");
}

TEST(a_firewall_without_loopback_lets_ipv4_clients_in_at_an_ipv6_listener)
{
    check_without_loopback("::", "10.9.0.1");
}

TEST(a_firewall_on_the_way_out_lets_clients_in_at_their_next_attempt)
{
    struct site s = make_walled_site(
        "table inet f { chain out { type filter hook output priority 0;"
        "  policy drop; ct state established accept;"
        "  meta l4proto ipv6-icmp accept; ip daddr 127.0.0.0/8 accept;"
        "  ip6 daddr ::1 accept; }\n}\n");

    check_walled(&s, "10.9.0.1", "10.9.0.1");
    check_walled(&s, "fd77::1", "fd77::1");
    close_site(&s);
}

TEST(what_the_firewall_drops_is_never_heard)
{
    struct site s = make_walled_site(
        "table inet f { chain in { type filter hook input priority 0;"
        "  iifname v0 tcp dport 7777 drop; }\n}\n");
    struct ws_addr a = address("10.9.0.1", PORT, NULL);
    struct post p;
    int client;

    REQUIRE_EQ(ws_syngate_tap_open(&p.tap), 0);
    post_at(&p, p.tap, &a, true, 5);
    client = knock_from_there(&s, &a);
    CHECK_EQ(next_event(p.tap, 300).kind, WS_SYN_NOTHING);
    ws_os_close(client);
    close_post(&p);
    close_site(&s);
}
