/* SPDX-License-Identifier: MIT */
/* The handle table: numbers, stale ones, reuse of descriptors behind our back,
 * closing against looking up. */
#include "t.h"

#include "w32/handle.h"

#include <ws2/winbase.h>

#include <stdlib.h>

struct thing {
    struct ws_object object;
    atomic_int closed, orphaned;
};

static atomic_int closings, freed;

static struct thing *
thing_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct thing, object);
}

static void
thing_closing(struct ws_object *o)
{
    atomic_fetch_add(&thing_of(o)->closed, 1);
    atomic_fetch_add(&closings, 1);
}

static void
thing_orphaned(struct ws_object *o)
{
    atomic_fetch_add(&thing_of(o)->orphaned, 1);
}

static void
thing_free(struct ws_object *o)
{
    atomic_fetch_add(&freed, 1);
    free(thing_of(o));
}

static const struct ws_object_ops thing_ops = {
    .kind = WS_KIND_SOCKET,
    .closing = thing_closing,
    .orphaned = thing_orphaned,
    .free = thing_free,
};

static struct thing *
thing_new(void)
{
    struct thing *t = calloc(1, sizeof(*t));

    ws_object_init(&t->object, &thing_ops);
    return t;
}

TEST_BARE(a_handle_is_positive_and_above_any_descriptor)
{
    struct thing *t = thing_new();
    HANDLE h;

    REQUIRE(!ws_handle_open(&t->object, &h));
    CHECK((LONG_PTR)h > 1 << 20 && (LONG_PTR)h <= 0x7fffffff);
    CHECK(((ULONG_PTR)h & 3) == 0);
    CHECK(!ws_handle_is_fd(h));
    CHECK(!ws_handle_close(h, WS_KIND_SOCKET));
    CHECK_EQ(t->closed, 1);
    ws_object_unref(&t->object);
    CHECK_EQ(freed, 1);
}

TEST_BARE(a_stale_handle_is_refused_even_when_its_slot_is_reused)
{
    struct thing *t = thing_new();
    struct ws_object *o;
    HANDLE first, h;

    REQUIRE(!ws_handle_open(&t->object, &first));
    REQUIRE(!ws_handle_close(first, WS_KIND_ANY));
    for (int i = 0; i < 100000; i++) {
        REQUIRE(!ws_handle_open(&t->object, &h));
        if (h == first)
            t_fail(__FILE__, __LINE__, "the number came back too soon");
        REQUIRE_EQ(ws_handle_ref(first, WS_KIND_ANY, &o), ERROR_INVALID_HANDLE);
        REQUIRE(!ws_handle_close(h, WS_KIND_ANY));
    }
    CHECK_EQ(ws_handle_close(first, WS_KIND_ANY), ERROR_INVALID_HANDLE);
    ws_object_unref(&t->object);
}

TEST_BARE(a_handle_of_another_kind_is_refused)
{
    struct thing *t = thing_new();
    struct ws_object *o;
    HANDLE h;

    REQUIRE(!ws_handle_open(&t->object, &h));
    CHECK_EQ(ws_handle_ref(h, WS_KIND_EVENT, &o), ERROR_INVALID_HANDLE);
    CHECK_EQ(ws_handle_close(h, WS_KIND_EVENT), ERROR_INVALID_HANDLE);
    CHECK_EQ(ws_handle_count(WS_KIND_SOCKET), 1);
    CHECK(!ws_handle_close(h, WS_KIND_SOCKET));
    CHECK_EQ(ws_handle_count(WS_KIND_SOCKET), 0);
    ws_object_unref(&t->object);
}

TEST_BARE(nonsense_is_no_handle)
{
    static const ULONG_PTR nonsense[] = {
        0,
        7,
        1 << 20,
        0x40000000,
        0x40000001,
        0x7ffffffc,
        0x80000000,
        (ULONG_PTR)-1,
        (ULONG_PTR)-2,
        0x140000000,
        0xdeadbeefdeadbeec,
    };
    struct ws_object *o;

    for (size_t i = 0; i < WS_ARRAY_LEN(nonsense); i++) {
        HANDLE h = (HANDLE)nonsense[i];

        CHECK_EQ(ws_handle_ref(h, WS_KIND_ANY, &o), ERROR_INVALID_HANDLE);
        CHECK_EQ(ws_handle_close(h, WS_KIND_ANY), ERROR_INVALID_HANDLE);
    }
}

TEST_BARE(closing_runs_with_the_last_of_several_handles)
{
    struct thing *t = thing_new();
    HANDLE a, b, c;

    REQUIRE(!ws_handle_bind(1000, &t->object));
    a = (HANDLE)1000;
    REQUIRE(!ws_handle_duplicate(a, &b));
    REQUIRE(!ws_handle_duplicate(b, &c));
    CHECK(!ws_handle_close(a, WS_KIND_ANY));
    CHECK(!ws_handle_close(c, WS_KIND_ANY));
    CHECK_EQ(t->closed, 0);
    CHECK(!ws_handle_close(b, WS_KIND_ANY));
    CHECK_EQ(t->closed, 1);
    CHECK_EQ(freed, 0);
    ws_object_unref(&t->object);
    CHECK_EQ(freed, 1);
}

TEST_BARE(a_reused_descriptor_throws_the_stale_object_out)
{
    struct thing *old = thing_new(), *new = thing_new();
    struct ws_object *o;

    REQUIRE(!ws_handle_bind(77, &old->object));
    REQUIRE(!ws_handle_bind(77, &new->object));
    CHECK_EQ(old->orphaned, 1);
    CHECK_EQ(old->closed, 0);
    REQUIRE(!ws_handle_ref((HANDLE)77, WS_KIND_SOCKET, &o));
    CHECK(o == &new->object);
    ws_object_unref(o);
    ws_object_unref(&old->object);
    CHECK_EQ(freed, 1);
    ws_handle_close_all(WS_KIND_SOCKET);
    CHECK_EQ(new->closed, 1);
    ws_object_unref(&new->object);
}

TEST_BARE(close_all_closes_only_its_kind)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    for (int fd = 5; fd < 3000; fd += 500) {
        struct thing *t = thing_new();

        REQUIRE(!ws_handle_bind(fd, &t->object));
        ws_object_unref(&t->object);
    }
    CHECK_EQ(ws_handle_count(WS_KIND_SOCKET), 6);
    ws_handle_close_all(WS_KIND_SOCKET);
    CHECK_EQ(ws_handle_count(WS_KIND_SOCKET), 0);
    CHECK_EQ(freed, 6);
    CHECK_EQ(ws_handle_count(WS_KIND_EVENT), 1);
    CHECK(CloseHandle(event));
}

/* ---- races ---- */

#define TURNS 20000

static atomic_uintptr_t shared;
static atomic_bool stop;

static DWORD
look_up(LPVOID arg)
{
    unsigned found = 0;

    (void)arg;
    while (!atomic_load(&stop)) {
        struct ws_object *o;

        if (ws_handle_ref((HANDLE)atomic_load(&shared), WS_KIND_SOCKET, &o))
            continue;
        found++;
        ws_object_unref(o);
    }
    return found > 0;
}

static DWORD
close_it(LPVOID arg)
{
    atomic_int *won = arg;

    while (!atomic_load(&stop))
        if (!ws_handle_close((HANDLE)atomic_load(&shared), WS_KIND_SOCKET))
            atomic_fetch_add(won, 1);
    return 0;
}

TEST_BARE(of_many_who_close_one_succeeds_and_lookups_stay_safe)
{
    static atomic_int won;
    HANDLE threads[3];

    threads[0] = CreateThread(NULL, 0, look_up, NULL, 0, NULL);
    threads[1] = CreateThread(NULL, 0, close_it, &won, 0, NULL);
    threads[2] = CreateThread(NULL, 0, close_it, &won, 0, NULL);
    for (int i = 0; i < TURNS; i++) {
        struct thing *t = thing_new();
        HANDLE h = (HANDLE)500;

        if (i % 2)
            REQUIRE(!ws_handle_open(&t->object, &h));
        else
            REQUIRE(!ws_handle_bind(500, &t->object));
        atomic_store(&shared, (uintptr_t)h);
        if (!ws_handle_close(h, WS_KIND_SOCKET))
            atomic_fetch_add(&won, 1);
        ws_object_unref(&t->object);
    }
    atomic_store(&stop, true);
    WaitForMultipleObjects(3, threads, TRUE, INFINITE);
    CHECK_EQ(won, TURNS);
    CHECK_EQ(closings, TURNS);
    CHECK_EQ(freed, TURNS);
    for (int i = 0; i < 3; i++)
        CloseHandle(threads[i]);
}
