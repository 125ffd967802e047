/* SPDX-License-Identifier: MIT */
/* Two threads do to one operation what excludes each other, close, cancel,
 * complete, reset, over and over: it must be seen exactly once, with one of the
 * results that either of them explains. Each race ends after a fixed number of
 * rounds or a fraction of a second, whatever comes first.
 * Invariant: every round has an operation of its own, so that a result that is
 * told twice, or late, is noticed in the end. */
#include "ovl.h"

#include <stdlib.h>

/* RACE_MS in the environment makes it longer. */
enum { ROUNDS = 100000, BUDGET = 120 };

struct one {
    WSAOVERLAPPED ov;
    WSABUF buf;
    DWORD flags;
    volatile LONG seen;
    char data[8];
};

struct race {
    struct one *ones; /* of all rounds */
    LONG rounds;      /* so far; the last one is being run */
    SOCKET pair[2];   /* [0] has the operation */
    SOCKET listener;
    HANDLE port;
    void (*other)(struct race *r); /* what the second thread does */
    LONGLONG delay;                /* of the first thread, in ticks */
    HANDLE idle;                   /* an event that is never set */
    volatile LONG go, done;        /* the round that each has reached */
    volatile LONG data, aborted, other_ends;
};

static LONG
load(volatile LONG *p)
{
    return InterlockedCompareExchange(p, 0, 0);
}

static struct one *
current(struct race *r)
{
    return &r->ones[r->rounds - 1];
}

/* ---- the machinery ---- */

static DWORD WINAPI
second_thread(void *context)
{
    struct race *r = context;
    LONG round = 0, go;

    for (;;) {
        while ((go = load(&r->go)) == round)
            SwitchToThread();
        if (go < 0)
            return 0;
        round = go;
        r->other(r);
        InterlockedExchange(&r->done, round);
    }
}

static DWORD
budget(void)
{
    const char *ms = getenv("RACE_MS");

    return ms ? (DWORD)atoi(ms) : BUDGET;
}

static LONGLONG
ticks(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return now.QuadPart;
}

/* A wait without time lets pending work proceed. */
static void
proceed(struct race *r)
{
    CHECK_EQ(WaitForSingleObject(r->idle, 0), WAIT_TIMEOUT);
}

/* The first thread, whose act ends the operation at once, waits for just so
 * long that the second one is as often the first: then they really meet. */
static void
hesitate(struct race *r)
{
    LONGLONG start = ticks();

    while (ticks() - start < r->delay)
        proceed(r);
}

static void
adapt(struct race *r, LONG aborted_before)
{
    LARGE_INTEGER second;

    QueryPerformanceFrequency(&second);
    if (load(&r->aborted) == aborted_before)
        r->delay -= r->delay / 8 + 1;
    else
        r->delay += r->delay / 8 + 5;
    if (r->delay < 0 || r->delay > second.QuadPart / 500)
        r->delay = 0; /* the other is never the first: all times in turn */
}

/* Each round: prepare, let both act at once, clean up. */
static void
run(struct race *r, void (*prepare)(struct race *r),
    void (*act)(struct race *r), void (*clean)(struct race *r))
{
    DWORD start = GetTickCount(), ms = budget();
    HANDLE thread;

    r->ones = calloc(ROUNDS, sizeof *r->ones);
    REQUIRE(r->ones != NULL);
    r->idle = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(second_thread, r);
    while (!r->rounds || (r->rounds < ROUNDS && GetTickCount() - start < ms)) {
        LONG aborted = load(&r->aborted);
        struct one *o = &r->ones[r->rounds++];

        o->buf.buf = o->data;
        o->buf.len = 1;
        prepare(r);
        InterlockedExchange(&r->go, r->rounds);
        hesitate(r);
        act(r);
        while (load(&r->done) != r->rounds)
            SwitchToThread();
        clean(r);
        adapt(r, aborted);
    }
    InterlockedExchange(&r->go, -1);
    net_join(thread);
    CloseHandle(r->idle);
    t_note("%ld rounds: %ld with data, %ld aborted, %ld otherwise",
           (long)r->rounds, (long)r->data, (long)r->aborted,
           (long)r->other_ends);
}

/* Every operation was seen once. */
static void
finish(struct race *r)
{
    if (r->port) {
        CHECK(!port_next(r->port, 20).ov);
        port_close(r->port);
    }
    CHECK(r->rounds > 0);
    for (LONG i = 0; i < r->rounds; i++)
        REQUIRE_EQ(r->ones[i].seen, 1);
    CHECK_EQ(r->data + r->aborted + r->other_ends, r->rounds);
    free(r->ones);
}

static void
judge(struct race *r, struct one *o, DWORD error, DWORD bytes)
{
    REQUIRE(o >= r->ones && o < r->ones + r->rounds);
    InterlockedIncrement(&o->seen);
    if (!error && bytes)
        InterlockedIncrement(&r->data);
    else if (error == ERROR_OPERATION_ABORTED)
        InterlockedIncrement(&r->aborted);
    else
        InterlockedIncrement(&r->other_ends);
    if (!error && bytes == 1)
        CHECK_EQ(o->data[0], 'x');
    if (error)
        CHECK_EQ(bytes, 0);
}

/* Takes the packet of this round. */
static void
take_packet(struct race *r)
{
    struct packet p = port_next(r->port, SOON);

    REQUIRE(p.ov != NULL);
    CHECK(p.ov == &current(r)->ov);
    judge(r, (struct one *)p.ov, p.holds ? 0 : p.error, p.bytes);
}

/* ---- what is done ---- */

static void
prepare_stream(struct race *r)
{
    struct one *o = current(r);

    net_pair(AF_INET, r->pair);
    if (r->port)
        port_attach(r->port, r->pair[0], 1);
    REQUIRE_ERR(WSARecv(r->pair[0], &o->buf, 1, NULL, &o->flags, &o->ov,
                        NULL) == SOCKET_ERROR,
                WSA_IO_PENDING);
}

static void
prepare_datagram(struct race *r)
{
    struct one *o = current(r);

    net_udp_pair(AF_INET, r->pair);
    port_attach(r->port, r->pair[0], 1);
    REQUIRE_ERR(WSARecv(r->pair[0], &o->buf, 1, NULL, &o->flags, &o->ov,
                        NULL) == SOCKET_ERROR,
                WSA_IO_PENDING);
}

static void
act_send(struct race *r)
{
    send(r->pair[1], "x", 1, 0);
}

static void
act_close(struct race *r)
{
    CHECK_EQ(closesocket(r->pair[0]), 0);
    r->pair[0] = INVALID_SOCKET;
}

static void
act_cancel(struct race *r)
{
    CancelIoEx((HANDLE)r->pair[0], &current(r)->ov);
}

static void
act_cancel_all(struct race *r)
{
    CancelIoEx((HANDLE)r->pair[0], NULL);
}

static void
act_reset(struct race *r)
{
    net_abort(r->pair[1]);
    r->pair[1] = INVALID_SOCKET;
}

static void
act_end(struct race *r)
{
    shutdown(r->pair[1], SD_SEND);
}

static void
close_rest(struct race *r)
{
    for (int i = 0; i < 2; i++) {
        if (r->pair[i] != INVALID_SOCKET)
            net_close(r->pair[i]);
    }
}

static void
clean_packet(struct race *r)
{
    take_packet(r);
    close_rest(r);
}

/* ---- pairs that meet at a port ---- */

static void
race_at_port(void (*prepare)(struct race *r), void (*act)(struct race *r),
             void (*other)(struct race *r))
{
    struct race r = {0};

    r.port = port_new();
    r.other = other;
    run(&r, prepare, act, clean_packet);
    finish(&r);
}

TEST(close_and_data, "IOCP-2 IOCP-6")
{
    race_at_port(prepare_stream, act_close, act_send);
}

TEST(cancel_and_data, "IOCP-12 IOCP-13")
{
    race_at_port(prepare_stream, act_cancel, act_send);
}

TEST(cancel_all_and_data, "IOCP-12 IOCP-13")
{
    race_at_port(prepare_stream, act_cancel_all, act_send);
}

/* The number that is being closed is not given to anybody in this round. */
static void
act_cancel_copy(struct race *r)
{
    act_cancel(r);
    act_cancel(r);
}

static void
prepare_copy(struct race *r)
{
    prepare_stream(r);
    r->listener = r->pair[0];
}

static void
act_cancel_number(struct race *r)
{
    CancelIoEx((HANDLE)r->listener, &current(r)->ov);
}

TEST(cancel_and_close, "IOCP-6 IOCP-12")
{
    race_at_port(prepare_copy, act_close, act_cancel_number);
}

TEST(cancel_and_cancel, "IOCP-12")
{
    race_at_port(prepare_stream, act_cancel, act_cancel_copy);
}

TEST(close_and_reset, "IOCP-6 IOCP-11")
{
    race_at_port(prepare_stream, act_close, act_reset);
}

TEST(close_and_end, "IOCP-6 IOCP-11")
{
    race_at_port(prepare_stream, act_close, act_end);
}

TEST(cancel_and_reset, "IOCP-11 IOCP-12")
{
    race_at_port(prepare_stream, act_cancel, act_reset);
}

TEST(cancel_and_datagram, "IOCP-12 RCV-2")
{
    race_at_port(prepare_datagram, act_cancel, act_send);
}

TEST(close_and_datagram, "IOCP-6 RCV-2")
{
    race_at_port(prepare_datagram, act_close, act_send);
}

/* The socket is attached to its port while its operation ends. */
static void
prepare_unattached(struct race *r)
{
    HANDLE port = r->port;

    r->port = NULL;
    prepare_stream(r);
    r->port = port;
}

static void
act_attach(struct race *r)
{
    port_attach(r->port, r->pair[0], 1);
}

static void
clean_attached(struct race *r)
{
    struct one *o = current(r);
    struct packet p;
    DWORD start = GetTickCount();

    while (!HasOverlappedIoCompleted(&o->ov) && GetTickCount() - start < SOON)
        proceed(r);
    p = port_next(r->port, 0);
    CHECK(!p.ov || p.ov == &o->ov);
    judge(r, o, 0, (DWORD)o->ov.InternalHigh);
    close_rest(r);
}

TEST(attach_and_data, "IOCP-4")
{
    struct race r = {0};

    r.port = port_new();
    r.other = act_send;
    run(&r, prepare_unattached, act_attach, clean_attached);
    port_close(r.port);
    r.port = NULL; /* a last packet may have come late */
    finish(&r);
}

/* ---- by event ---- */

static void
prepare_event(struct race *r)
{
    current(r)->ov.hEvent = CreateEventA(NULL, FALSE, FALSE, NULL);
    prepare_stream(r);
}

/* An event that resets itself is there once. */
static void
clean_event(struct race *r)
{
    struct one *o = current(r);

    REQUIRE(net_signalled(o->ov.hEvent, SOON));
    CHECK(!net_signalled(o->ov.hEvent, 0));
    CHECK(o->ov.Internal != STATUS_OF_PENDING);
    judge(r, o,
          (DWORD)o->ov.Internal == STATUS_OF_CANCELLED ? ERROR_OPERATION_ABORTED
                                                       : (DWORD)o->ov.Internal,
          (DWORD)o->ov.InternalHigh);
    CloseHandle(o->ov.hEvent);
    close_rest(r);
}

TEST(cancel_and_data_by_event, "IOCP-12 OVL-3")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_event, act_cancel, clean_event);
    finish(&r);
}

TEST(close_and_data_by_event, "IOCP-6 OVL-3")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_event, act_close, clean_event);
    finish(&r);
}

/* Who asks while it ends sees all of it or nothing. */
static void
act_ask(struct race *r)
{
    struct one *o = current(r);
    DWORD bytes = 99, flags, start = GetTickCount();

    while (!WSAGetOverlappedResult(r->pair[0], &o->ov, &bytes, FALSE, &flags)) {
        REQUIRE_ERR(1, WSA_IO_INCOMPLETE);
        REQUIRE(GetTickCount() - start < SOON);
        proceed(r);
    }
    CHECK_EQ(bytes, 1);
    CHECK_EQ(o->data[0], 'x');
}

TEST(ask_and_data, "OVL-10 CR-6")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_event, act_ask, clean_event);
    finish(&r);
}

/* ---- by routine ---- */

static struct race *routine_race;

static void CALLBACK
routine(DWORD error, DWORD bytes, WSAOVERLAPPED *ov, DWORD flags)
{
    (void)flags;
    judge(routine_race, (struct one *)ov, error, bytes);
}

static void
prepare_routine(struct race *r)
{
    struct one *o = current(r);

    routine_race = r;
    net_pair(AF_INET, r->pair);
    REQUIRE_ERR(WSARecv(r->pair[0], &o->buf, 1, NULL, &o->flags, &o->ov,
                        routine) == SOCKET_ERROR,
                WSA_IO_PENDING);
}

static void
clean_routine(struct race *r)
{
    while (!load(&current(r)->seen))
        REQUIRE_EQ(SleepEx(SOON, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(SleepEx(0, TRUE), 0);
    close_rest(r);
}

TEST(cancel_and_data_by_routine, "IOCP-12 CR-1")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_routine, act_cancel, clean_routine);
    finish(&r);
}

TEST(close_and_data_by_routine, "IOCP-6 CR-1")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_routine, act_close, clean_routine);
    finish(&r);
}

static void
act_sleep(struct race *r)
{
    DWORD start = GetTickCount();

    while (!load(&current(r)->seen) && GetTickCount() - start < SOON)
        SleepEx(0, TRUE);
}

TEST(time_out_and_data_by_routine, "CR-1")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_routine, act_sleep, clean_routine);
    finish(&r);
}

/* ---- AcceptEx and ConnectEx ---- */

/* [0] is what becomes the accepted socket, [1] the one that connects. */
static void
prepare_accept(struct race *r)
{
    struct one *o = current(r);
    struct net_addr addr = net_loopback(AF_INET, 0);
    static char area[200];

    r->listener = net_socket(AF_INET, SOCK_STREAM);
    REQUIRE_EQ(bind(r->listener, &addr.u.any, addr.len), 0);
    REQUIRE_EQ(listen(r->listener, 5), 0);
    port_attach(r->port, r->listener, 1);
    r->pair[0] = net_socket(AF_INET, SOCK_STREAM);
    r->pair[1] = net_socket(AF_INET, SOCK_STREAM);
    net_nonblocking(r->pair[1], 1);
    REQUIRE_EQ(accept_ex(r->listener, r->pair[0], area, 0, NULL, &o->ov),
               WSA_IO_PENDING);
}

static void
act_connect(struct race *r)
{
    struct net_addr addr = net_name(r->listener);

    connect(r->pair[1], &addr.u.any, addr.len);
}

static void
act_cancel_accept(struct race *r)
{
    CancelIoEx((HANDLE)r->listener, &current(r)->ov);
}

static void
clean_accept(struct race *r)
{
    take_packet(r);
    close_rest(r);
    if (r->listener != INVALID_SOCKET)
        net_close(r->listener);
}

static void
race_accept(void (*act)(struct race *r))
{
    struct race r = {0};

    r.port = port_new();
    r.other = act_connect;
    run(&r, prepare_accept, act, clean_accept);
    finish(&r);
}

TEST(cancel_and_connection, "IOCP-12 AEX-10")
{
    race_accept(act_cancel_accept);
}

TEST(close_of_the_accept_socket_and_connection, "AEX-10")
{
    race_accept(act_close);
}

static void
prepare_accept_known(struct race *r)
{
    prepare_accept(r);
    r->pair[1] = net_start_connect(r->listener);
}

static void
act_close_listener(struct race *r)
{
    net_close(r->listener);
    r->listener = INVALID_SOCKET;
}

static void
act_send_early(struct race *r)
{
    send(r->pair[1], "x", 1, 0);
}

TEST(close_of_the_listener_and_connection, "AEX-10 IOCP-6")
{
    struct race r = {0};

    r.port = port_new();
    r.other = act_send_early;
    run(&r, prepare_accept_known, act_close_listener, clean_accept);
    finish(&r);
}

static void
prepare_connect(struct race *r)
{
    r->listener = net_listener(AF_INET);
    r->pair[0] = net_bound(AF_INET, SOCK_STREAM);
    r->pair[1] = INVALID_SOCKET;
    port_attach(r->port, r->pair[0], 1);
    REQUIRE_EQ(connect_ex(r->pair[0], net_name(r->listener), "x", 1, NULL,
                          &current(r)->ov),
               WSA_IO_PENDING);
    current(r)->data[0] = 'x';
}

static void
act_accept(struct race *r)
{
    if (net_readable(r->listener, NEVER))
        r->pair[1] = accept(r->listener, NULL, NULL);
}

TEST(cancel_and_connecting, "IOCP-12 CEX-2")
{
    struct race r = {0};

    r.port = port_new();
    r.other = act_accept;
    run(&r, prepare_connect, act_cancel, clean_accept);
    finish(&r);
}

static void
act_nothing(struct race *r)
{
    (void)r;
}

TEST(close_and_connecting, "IOCP-6 CEX-2")
{
    struct race r = {0};

    r.port = port_new();
    r.other = act_nothing;
    run(&r, prepare_connect, act_close, clean_accept);
    finish(&r);
}

/* ---- the port itself ---- */

static void
prepare_own_port(struct race *r)
{
    r->port = port_new();
    prepare_stream(r);
}

static void
act_close_port(struct race *r)
{
    port_close(r->port);
}

static void
clean_own_port(struct race *r)
{
    struct one *o = current(r);
    DWORD start = GetTickCount();

    r->port = NULL;
    while (!HasOverlappedIoCompleted(&o->ov) && GetTickCount() - start < SOON)
        proceed(r);
    CHECK(HasOverlappedIoCompleted(&o->ov));
    judge(r, o, 0, (DWORD)o->ov.InternalHigh);
    close_rest(r);
}

TEST(close_of_the_port_and_data, "IOCP-7")
{
    struct race r = {0};

    r.other = act_send;
    run(&r, prepare_own_port, act_close_port, clean_own_port);
    finish(&r);
}

/* Many threads, some of them with no time: no packet is lost or told twice. */
struct crowd {
    HANDLE port;
    DWORD ms;
    volatile LONG *seen, *left;
};

static DWORD WINAPI
take_from_crowd(void *context)
{
    struct crowd *c = context;
    DWORD start = GetTickCount();

    while (load(c->left) > 0 && GetTickCount() - start < SOON) {
        struct packet p = port_next(c->port, c->ms);

        if (!p.holds) {
            CHECK_EQ(p.error, WAIT_TIMEOUT);
            continue;
        }
        InterlockedIncrement(&c->seen[p.key]);
        InterlockedDecrement(c->left);
    }
    return 0;
}

TEST(time_out_and_packets, "IOCP-7 IOCP-10")
{
    enum { THREADS = 4, PACKETS = 20000 };
    static volatile LONG seen[PACKETS];
    volatile LONG left = PACKETS;
    struct crowd c[THREADS];
    HANDLE threads[THREADS], port = port_new();

    for (DWORD i = 0; i < THREADS; i++) {
        c[i] = (struct crowd){port, i % 3, seen, &left};
        threads[i] = net_thread(take_from_crowd, &c[i]);
    }
    for (ULONG_PTR i = 0; i < PACKETS; i++) {
        REQUIRE(PostQueuedCompletionStatus(port, 0, i, NULL));
        if (i % 500 == 0)
            Sleep(1); /* lets the time of some run out */
    }
    for (int i = 0; i < THREADS; i++)
        net_join(threads[i]);
    CHECK_EQ(load(&left), 0);
    for (int i = 0; i < PACKETS; i++)
        REQUIRE_EQ(seen[i], 1);
    port_close(port);
}

/* ---- a server under fire ---- */

enum { LINKS = 12, WORKERS = 3, QUIT = 1 };

/* One end of a connection: it receives, sends what came, and so on. */
struct end {
    struct one one;
    SOCKET s;
    int sending;
    volatile LONG pending; /* begun and not yet seen */
    volatile LONG closed;
};

static volatile LONG begun, ended;

/* Counts before it begins, since it may end in another thread at once. */
static void
begin(struct end *e, int sending)
{
    struct one *o = &e->one;
    int err;

    memset(&o->ov, 0, sizeof o->ov);
    o->buf.buf = o->data;
    o->buf.len = 1;
    o->flags = 0;
    e->sending = sending;
    InterlockedIncrement(&begun);
    InterlockedIncrement(&e->pending);
    err = op_error(
        sending ? WSASend(e->s, &o->buf, 1, NULL, 0, &o->ov, NULL)
                : WSARecv(e->s, &o->buf, 1, NULL, &o->flags, &o->ov, NULL));
    if (err && err != WSA_IO_PENDING) {
        InterlockedDecrement(&begun);
        InterlockedDecrement(&e->pending);
    }
}

/* What was cancelled is begun again; an end or another error is the last. */
static void
go_on(struct end *e, const struct packet *p)
{
    if (load(&e->closed))
        return;
    if (p->holds && p->bytes)
        begin(e, !e->sending);
    else if (!p->holds && p->error == ERROR_OPERATION_ABORTED)
        begin(e, e->sending);
}

static DWORD WINAPI
serve(void *context)
{
    HANDLE port = context;

    for (;;) {
        struct packet p = port_next(port, SOON);
        struct end *e = (struct end *)p.key;

        if (!p.ov)
            return p.key == QUIT ? 0 : 1;
        CHECK(p.ov == &e->one.ov);
        InterlockedIncrement(&ended);
        go_on(e, &p);
        InterlockedDecrement(&e->pending);
    }
}

static int
all_seen(struct end *ends)
{
    for (int i = 0; i < 2 * LINKS; i++) {
        if (load(&ends[i].pending))
            return 0;
    }
    return 1;
}

static void
fire(struct end *ends)
{
    unsigned seed = 12345;
    DWORD start = GetTickCount();

    while (GetTickCount() - start < 2 * budget()) {
        struct end *e;

        seed = seed * 1103515245 + 12345;
        e = &ends[(seed >> 8) % (2 * LINKS)];
        if ((seed >> 20) % 4)
            SwitchToThread();
        else
            CancelIoEx((HANDLE)e->s, (seed >> 22) % 2 ? &e->one.ov : NULL);
    }
    for (int i = 0; i < 2 * LINKS; i++) {
        InterlockedExchange(&ends[i].closed, 1);
        net_close(ends[i].s);
    }
}

TEST(a_server_under_fire_loses_nothing, "IOCP-2 IOCP-6 IOCP-12")
{
    static struct end ends[2 * LINKS];
    HANDLE port = port_new(), threads[WORKERS];
    DWORD start;

    for (int i = 0; i < LINKS; i++) {
        SOCKET pair[2];

        net_pair(AF_INET, pair);
        for (int k = 0; k < 2; k++) {
            struct end *e = &ends[2 * i + k];

            e->s = pair[k];
            port_attach(port, e->s, (ULONG_PTR)e);
            begin(e, k);
        }
    }
    for (int i = 0; i < WORKERS; i++)
        threads[i] = net_thread(serve, port);
    fire(ends);
    start = GetTickCount();
    while (!all_seen(ends) && GetTickCount() - start < SOON)
        SwitchToThread();
    CHECK(all_seen(ends));
    for (int i = 0; i < WORKERS; i++)
        REQUIRE(PostQueuedCompletionStatus(port, 0, QUIT, NULL));
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(net_join(threads[i]), 0);
    CHECK_EQ(load(&begun), load(&ended));
    CHECK(port_empty(port));
    t_note("%ld operations", (long)ended);
    port_close(port);
}
