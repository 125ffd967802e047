/* SPDX-License-Identifier: MIT */
/* Alarms: moments at which an object changes by itself, in one list by time.
 * There is no thread for them: who waits for something that an alarm can bring
 * sleeps until the first at most, and then rings all that are due. Everything
 * here is guarded by the dispatcher lock. */
#include "w32/wait.h"

#include "base/clock.h"

static struct ws_list alarms = WS_LIST_INIT(alarms);

int64_t
ws_alarm_first(void)
{
    if (ws_list_empty(&alarms))
        return WS_NEVER;
    return WS_CONTAINER_OF(alarms.next, struct ws_alarm, node)->due;
}

void
ws_alarm_ring(void)
{
    int64_t now;

    if (ws_list_empty(&alarms))
        return;
    now = ws_now();
    while (ws_alarm_first() <= now) {
        struct ws_list *node = ws_list_pop(&alarms);
        struct ws_alarm *a;

        if (!node)
            break;
        a = WS_CONTAINER_OF(node, struct ws_alarm, node);
        a->ring(a);
    }
}

void
ws_alarm_init(struct ws_alarm *a, void (*ring)(struct ws_alarm *a))
{
    ws_list_init(&a->node);
    a->due = WS_NEVER;
    a->ring = ring;
}

/* An alarm that is the first now shortens the sleep of all whom it may concern.
 */
void
ws_alarm_set(struct ws_alarm *a, int64_t due)
{
    struct ws_list *at;

    ws_list_remove(&a->node);
    a->due = due;
    for (at = alarms.prev; at != &alarms; at = at->prev)
        if (WS_CONTAINER_OF(at, struct ws_alarm, node)->due <= due)
            break;
    ws_list_insert(at->next, &a->node);
    if (alarms.next != &a->node)
        return;
    ws_wait_wake_timed();
}

void
ws_alarm_cancel(struct ws_alarm *a)
{
    ws_list_remove(&a->node);
}
