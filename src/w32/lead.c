/* SPDX-License-Identifier: MIT */
/* Leadership: of all waiting threads one sits in the engine. It changes hands
 * under the dispatcher lock only, and who gives it up hands it to somebody who
 * sleeps. The newest sleeper is chosen, whose memory is still warm, and nobody
 * who could not take anything anyway: a port that runs as many threads as it
 * may needs no further thread in the engine; one of those will come back.
 *
 * The keeper is the background thread for when nobody waits. It stays out of
 * everybody's way: every TICK it looks whether operations are in flight and
 * nobody has led since it looked last; then it leads, until a real waiter comes
 * and makes it leave. With nothing to look after it sleeps for good: nothing in
 * flight for a while, or one and the same leader for a whole tick. */
#include "w32/lead.h"
#include "w32/port.h"

#include "base/clock.h"

#define TICK 10000000     /* ns */
#define QUIET_TICKS 10    /* so long nothing in flight: it sleeps for good */
#define FAIR_SHARE 32     /* waits satisfied at once before its turn, and */
#define FAIR_SHARE_EACH 4 /* more for each descriptor it told of */
#define KEEPER_STACK (256 * 1024)

struct ws_list ws_parked = WS_LIST_INIT(ws_parked);
struct ws_thread *ws_leader;

static const struct ws_driver *driver;
static unsigned turns;     /* changes of leadership so far */
static atomic_int pending; /* operations in flight */

static atomic_uint last_told; /* descriptors, in the engine's last round */
static atomic_uint rounds;    /* of the engine */
static _Atomic int64_t round_ended; /* when the last one did */
#define JUST_NOW 1000000            /* ns */

static struct keeper {
    struct ws_wait wait;
    struct ws_thread *thread; /* NULL until it runs */
    bool always;              /* it leads whenever nobody else does */
    bool leaving;             /* somebody waits for it to give up the lead */
    bool ticked;              /* it has slept a whole tick since 'seen' */
    unsigned seen;            /* 'turns' when it looked last */
    unsigned quiet;           /* ticks without anything in flight */
    struct ws_thread *seen_leader;
} keeper = {.wait = {.keeper = true}};

/* It sleeps for good. Read without the lock by ws_wait_pending, which adds and
 * then reads this; the keeper stores this and then reads the count. */
static atomic_bool keeper_sleeps;

static bool
busy(void) WS_REQUIRES(ws_dispatcher)
{
    return driver && driver->busy();
}

static void
set_leader(struct ws_thread *t) WS_REQUIRES(ws_dispatcher)
{
    ws_leader = t;
    turns++;
}

/* ---- the keeper, as the others see it ---- */

static void
nudge_keeper(void) WS_REQUIRES(ws_dispatcher)
{
    if (!keeper.thread)
        return; /* it looks for itself when it starts */
    atomic_store(&keeper_sleeps, false);
    ws_thread_wake(keeper.thread);
}

static void
rouse_keeper(void) WS_REQUIRES(ws_dispatcher)
{
    if (atomic_load(&keeper_sleeps) && atomic_load(&pending) > 0)
        nudge_keeper();
}

/* A real waiter has come. */
static void
evict_keeper(void) WS_REQUIRES(ws_dispatcher)
{
    if (!ws_leader || ws_leader != keeper.thread || keeper.always ||
        keeper.leaving)
        return;
    keeper.leaving = true;
    driver->wake();
}

void
ws_wait_pending(int delta)
{
    int was = atomic_fetch_add(&pending, delta);

    if (was > 0 || delta < 0 || !atomic_load(&keeper_sleeps))
        return;
    ws_lock(&ws_dispatcher);
    rouse_keeper();
    ws_unlock(&ws_dispatcher);
}

/* ---- who leads ---- */

/* An alertable wait may end by what the engine brings in any case. */
static bool
has_nothing_to_gain(const struct ws_wait *w) WS_REQUIRES(ws_dispatcher)
{
    return w->count == 1 && !w->alertable && ws_port_full(w->objects[0]);
}

/* The chosen one stays listed as parked until it wakes and looks. */
void
ws_lead_promote(void)
{
    struct ws_thread *chosen = NULL;

    if (ws_leader || !busy())
        return;
    for (struct ws_list *it = ws_parked.prev; it != &ws_parked; it = it->prev) {
        struct ws_thread *t = WS_CONTAINER_OF(it, struct ws_thread, parked);

        if (t->wait->keeper ? !keeper.always : has_nothing_to_gain(t->wait))
            continue;
        chosen = t;
        if (!t->wait->keeper)
            break;
    }
    if (!chosen)
        return;
    set_leader(chosen);
    ws_unpark(&chosen->park);
}

void
ws_lead_resign(struct ws_thread *t)
{
    if (ws_leader != t)
        return;
    set_leader(NULL);
    ws_lead_promote();
    if (!ws_leader)
        rouse_keeper();
}

bool
ws_lead(struct ws_wait *w)
{
    struct ws_thread *t = w->thread;

    if (ws_leader && ws_leader != t) {
        if (!has_nothing_to_gain(w))
            evict_keeper();
        return false;
    }
    /* Who drove in vain would be woken by each event, only to see that others
     * work on it. */
    if (!busy() || has_nothing_to_gain(w)) {
        ws_lead_resign(t);
        return false;
    }
    if (ws_leader != t)
        set_leader(t);
    atomic_store(&t->where, WS_DRIVING);
    return true;
}

/* Every round goes through here. */
void
ws_lead_drive(int64_t deadline)
{
    unsigned told = driver->drive(deadline);

    atomic_store_explicit(&last_told, told, memory_order_relaxed);
    atomic_store(&round_ended, ws_now());
    atomic_fetch_add(&rounds, 1);
}

void
ws_wait_wake_leader(struct ws_thread *t)
{
    if (t != ws_thread_current)
        driver->wake();
}

void
ws_wait_set_driver(const struct ws_driver *d)
{
    ws_lock(&ws_dispatcher);
    if (driver != d) /* another provider starts, and somebody may be driving */
        driver = d;
    ws_unlock(&ws_dispatcher);
}

void
ws_wait_elect(void)
{
    ws_lock(&ws_dispatcher);
    ws_lead_promote();
    if (!ws_leader)
        rouse_keeper();
    ws_unlock(&ws_dispatcher);
}

/* ---- looking without waiting ---- */

void
ws_wait_poll(void)
{
    struct ws_thread *t = ws_thread_self();
    bool lead;

    ws_lock(&ws_dispatcher);
    evict_keeper();
    lead = !ws_leader && busy();
    if (lead) {
        set_leader(t);
        atomic_store(&t->where, WS_DRIVING);
    }
    ws_unlock(&ws_dispatcher);
    if (!lead)
        return;
    t->undriven = 0;
    ws_lead_drive(0);
    ws_lock(&ws_dispatcher);
    atomic_store(&t->where, WS_RUNNING);
    ws_lead_resign(t);
    ws_unlock(&ws_dispatcher);
}

unsigned
ws_wait_round(void)
{
    return atomic_load(&rounds);
}

bool
ws_wait_poll_since(unsigned since)
{
    if (atomic_load(&rounds) != since &&
        ws_now() - atomic_load(&round_ended) < JUST_NOW)
        return false;
    ws_wait_poll();
    return true;
}

/* It is the engine's turn when what it brought last has been worked off and
 * more is still there: some waits that were satisfied at once, and some for
 * each descriptor, which may give a port two packets, what was received and
 * that the answer was sent. A queue to which more is added before that grows
 * until all connections are in it, and everything that a packet is about has
 * left the processor's caches when its turn comes. */
void
ws_wait_fairly(void)
{
    struct ws_thread *t = ws_thread_self();
    unsigned told = atomic_load_explicit(&last_told, memory_order_relaxed);

    if (++t->undriven < FAIR_SHARE + told * FAIR_SHARE_EACH)
        return;
    t->undriven = 0;
    ws_wait_poll();
}

/* ---- the keeper's own thread ---- */

static bool
keeper_leads(void) WS_REQUIRES(ws_dispatcher)
{
    bool mine = ws_leader == keeper.thread;

    if ((ws_leader && !mine) || !busy())
        return false;
    if (keeper.always)
        return true;
    if (atomic_load(&pending) <= 0)
        return false;
    return mine ? !keeper.leaving : keeper.ticked && keeper.seen == turns;
}

/* Whether there is nothing that it would have to look at after the next tick;
 * what changes that wakes it. */
static bool
keeper_rests(void) WS_REQUIRES(ws_dispatcher)
{
    bool unchanged = keeper.ticked && keeper.seen == turns &&
                     keeper.seen_leader == ws_leader;

    keeper.quiet = atomic_load(&pending) > 0 && busy() ? 0 : keeper.quiet + 1;
    if (keeper.quiet < QUIET_TICKS && !(ws_leader && unchanged))
        return false;
    atomic_store(&keeper_sleeps, true);
    if (ws_leader || !busy() || atomic_load(&pending) <= 0)
        return true;
    atomic_store(&keeper_sleeps, false);
    return false;
}

/* Parks; until when. */
static int64_t
keeper_parks(void) WS_REQUIRES(ws_dispatcher)
{
    struct ws_thread *t = keeper.thread;
    int64_t until = WS_NEVER;

    keeper.leaving = false;
    ws_lead_resign(t);
    if (!keeper_rests())
        until = ws_now() + TICK;
    keeper.seen = turns;
    keeper.seen_leader = ws_leader;
    if (keeper.wait.timed && ws_alarm_first() < until)
        until = ws_alarm_first();
    ws_list_append(&ws_parked, &t->parked);
    atomic_store(&t->where, WS_PARKED);
    return until;
}

static void
keep(void *arg)
{
    struct ws_thread *t = ws_thread_self();
    int64_t until;
    bool drives;

    (void)arg;
    keeper.wait.thread = t;
    for (;;) {
        ws_lock(&ws_dispatcher);
        keeper.thread = t;
        t->wait = &keeper.wait;
        atomic_store_explicit(&t->where, WS_RUNNING, memory_order_relaxed);
        ws_list_remove(&t->parked);
        if (keeper.wait.timed)
            ws_alarm_ring();
        drives = keeper_leads();
        if (drives) {
            if (ws_leader != t)
                set_leader(t);
            atomic_store(&t->where, WS_DRIVING);
            until = keeper.wait.timed ? ws_alarm_first() : WS_NEVER;
        } else {
            until = keeper_parks();
        }
        ws_unlock(&ws_dispatcher);

        if (drives)
            ws_lead_drive(until);
        else
            keeper.ticked = !ws_park(&t->park, until);
    }
}

static struct ws_once keeper_once = WS_ONCE_INIT;
static int keeper_err;

static void
start_keeper(void)
{
    keeper_err = ws_thread_start(keep, NULL, KEEPER_STACK);
}

int
ws_wait_keep(void)
{
    ws_once_run(&keeper_once, start_keeper);
    return keeper_err;
}

static int
keep_more(bool always)
{
    int err = ws_wait_keep();

    if (err)
        return err;
    ws_lock(&ws_dispatcher);
    if (!keeper.wait.timed || (always && !keeper.always)) {
        keeper.wait.timed = true;
        keeper.always |= always;
        nudge_keeper();
    }
    ws_unlock(&ws_dispatcher);
    return 0;
}

int
ws_wait_keep_alarms(void)
{
    return keep_more(false);
}

int
ws_wait_keep_driving(void)
{
    return keep_more(true);
}
