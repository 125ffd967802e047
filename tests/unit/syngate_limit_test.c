/* SPDX-License-Identifier: MIT */
/* The backlog of a gate that changes while requests are held: who is held
 * stays under his number, and what counts for the next one is the new limit. */
#include "gate_util.h"

enum { MOST = 200 };

struct crowd {
    int client[MOST];
    uint64_t id[MOST];
    int count;
};

static void
gather(struct post *p, struct crowd *c, int count)
{
    for (int i = c->count; i < count; i++)
        c->client[i] = knock(&p->name);
    for (; c->count < count; c->count++)
        c->id[c->count] = next_request(p->tap);
}

static void
check_admitted(struct post *p, const struct crowd *c, int i)
{
    int server = -1;

    REQUIRE_EQ(admit(p, c->id[i], &server), 0);
    CHECK_EQ(outcome(c->client[i], GATE_SOON), 0);
    check_talk(c->client[i], server);
    ws_os_close(c->client[i]);
    ws_os_close(server);
}

TEST(a_larger_backlog_hears_who_was_not_heard)
{
    struct post p = make_post(WS_AF_INET, 1);
    struct crowd c = {.count = 0};
    int late;

    gather(&p, &c, 1);
    late = knock(&p.name);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    REQUIRE_EQ(ws_syngate_limit(p.gate, 2), 0);
    while (ws_syngate_held(p.gate) < 2) /* he asks again */
        REQUIRE(next_event(p.tap, GATE_SOON).kind != WS_SYN_NOTHING);
    check_admitted(&p, &c, 0);
    ws_os_close(late);
    close_post(&p);
}

TEST(a_backlog_grows_under_those_who_are_held)
{
    struct post p = make_post(WS_AF_INET, 3);
    struct crowd c = {.count = 0};

    gather(&p, &c, 3);
    REQUIRE_EQ(ws_syngate_limit(p.gate, 20), 0);
    gather(&p, &c, 20);
    REQUIRE_EQ(ws_syngate_limit(p.gate, MOST), 0);
    gather(&p, &c, MOST);
    CHECK_EQ(ws_syngate_held(p.gate), MOST);
    for (int i = MOST; i-- > 0;)
        check_admitted(&p, &c, i);
    CHECK_EQ(ws_syngate_held(p.gate), 0);
    close_post(&p);
}

TEST(a_smaller_backlog_keeps_who_is_held_and_hears_no_more)
{
    struct post p = make_post(WS_AF_INET, 5);
    struct crowd c = {.count = 0};
    int more;

    gather(&p, &c, 3);
    REQUIRE_EQ(ws_syngate_limit(p.gate, 1), 0);
    CHECK_EQ(ws_syngate_held(p.gate), 3);
    check_admitted(&p, &c, 0);
    check_admitted(&p, &c, 1);
    more = knock(&p.name);
    CHECK_EQ(next_event(p.tap, GATE_NEVER).kind, WS_SYN_NOTHING);
    check_admitted(&p, &c, 2);
    ws_os_close(more);
    more = knock(&p.name);
    next_request(p.tap);
    ws_os_close(more);
    close_post(&p);
}

TEST(a_backlog_is_never_out_of_range)
{
    struct post p = make_post(WS_AF_INET, 5);

    REQUIRE_EQ(ws_syngate_limit(p.gate, 0), 0);
    CHECK_EQ(p.gate->table.limit, 1);
    REQUIRE_EQ(ws_syngate_limit(p.gate, 1 << 30), 0);
    CHECK_EQ(p.gate->table.limit, WS_SYNGATE_MOST);
    close_post(&p);
}
