/* SPDX-License-Identifier: MIT */
/* What happens when memory runs out: each allocation of a call in turn fails,
 * until the call passes. It says WSAENOBUFS, keeps nothing, leaves its results
 * alone, and can be made again: no request and no byte is lost. The program is
 * linked so that the library's malloc, calloc and free come through here. */
#include "api/net.h"

#include <string.h>

/* ---- memory that runs out ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *p);

static int left; /* 1: the next one fails; 0 or less: none does */
static long held;

static int
fails(void)
{
    return left > 0 && --left == 0;
}

void *
__wrap_malloc(size_t size)
{
    void *p = fails() ? NULL : __real_malloc(size);

    held += p != NULL;
    return p;
}

void *
__wrap_calloc(size_t count, size_t size)
{
    void *p = fails() ? NULL : __real_calloc(count, size);

    held += p != NULL;
    return p;
}

void
__wrap_free(void *p)
{
    held -= p != NULL;
    __real_free(p);
}

/* Makes "call" with its "n"th allocation failing; 0, or its error. Gives
 * whether there was such an allocation. */
#define WITHOUT_MEMORY(n, error, call)                                         \
    (left = (n), (error) = (call) ? 0 : net_error(),                           \
     left <= 0 ? (left = 0, 1) : (left = 0, 0))

/* Runs "attempt" with n = 1, 2, ... until nothing fails any more, which it
 * tells, and then again: what is made once and kept is there by then, so that
 * nothing may be held afterwards that was not before. */
static void
sweep(int (*attempt)(int n, int *error))
{
    enum { MOST = 64 };
    int failed = 0;

    for (int round = 0; round < 2; round++) {
        long before = held;

        for (int n = 1;; n++) {
            int error = 0;
            int hit = attempt(n, &error);

            REQUIRE(n < MOST);
            if (!hit) {
                CHECK_EQ(error, 0);
                break;
            }
            failed += error != 0;
            if (error)
                CHECK_EQ(error, WSAENOBUFS);
        }
        if (round == 1)
            CHECK_EQ(held, before);
    }
    CHECK(failed > 0);
}

/* ---- sockets come to be ---- */

static int
try_socket(int n, int *error)
{
    SOCKET s = INVALID_SOCKET;
    int hit = WITHOUT_MEMORY(
        n, *error, (s = socket(AF_INET, SOCK_STREAM, 0)) != INVALID_SOCKET);

    if (s != INVALID_SOCKET)
        net_close(s);
    return hit;
}

/* A thread's own block is not what fails here: without it there is no error
 * that could be told. */
TEST(socket_without_memory_says_so)
{
    GetCurrentThreadId();
    sweep(try_socket);
}

static int
try_listen(int n, int *error)
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM), client;
    int hit = WITHOUT_MEMORY(n, *error, listen(s, 5) == 0);

    if (*error)
        CHECK_EQ(net_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    if (*error)
        REQUIRE_EQ(listen(s, 5), 0);
    client = net_client(s);
    net_close(client);
    net_close(s);
    return hit;
}

TEST(listen_without_memory_can_be_called_again)
{
    sweep(try_listen);
}

/* ---- requests ---- */

static int CALLBACK
say_yes(LPWSABUF caller, LPWSABUF data, LPQOS sqos, LPQOS gqos, LPWSABUF callee,
        LPWSABUF reply, GROUP FAR *group, DWORD_PTR context)
{
    (void)caller, (void)data, (void)sqos, (void)gqos, (void)callee;
    (void)reply, (void)group, (void)context;
    return CF_ACCEPT;
}

static LPCONDITIONPROC condition;
static WSAEVENT registered;

/* Two requests: the one that met the failure is still the first. */
static int
try_accept(int n, int *error)
{
    SOCKET listener = net_listener(AF_INET), conn = INVALID_SOCKET;
    SOCKET first, second;
    int hit;

    if (registered)
        REQUIRE_EQ(WSAEventSelect(listener, registered,
                                  FD_ACCEPT | FD_READ | FD_CLOSE),
                   0);
    first = net_client(listener);
    second = net_client(listener);
    REQUIRE(net_readable(listener, SOON));
    hit = WITHOUT_MEMORY(n, *error,
                         (conn = WSAAccept(listener, NULL, NULL, condition,
                                           0)) != INVALID_SOCKET);
    if (*error) {
        REQUIRE(net_readable(listener, 0));
        conn = WSAAccept(listener, NULL, NULL, condition, 0);
        if (conn == INVALID_SOCKET)
            t_note("n = %d, then error %d", n, net_error());
    }
    REQUIRE(conn != INVALID_SOCKET);
    CHECK(net_same(net_peer(conn), net_name(first)));
    if (registered) { /* the inherited registration works */
        net_send(first, "x");
        CHECK(net_events(conn, registered, FD_READ, SOON) & FD_READ);
    }
    net_close(conn);
    REQUIRE(net_readable(listener, SOON));
    conn = accept(listener, NULL, NULL);
    REQUIRE(conn != INVALID_SOCKET);
    CHECK(net_same(net_peer(conn), net_name(second)));
    net_close(conn);
    net_close(first);
    net_close(second);
    net_close(listener);
    return hit;
}

TEST(accept_without_memory_loses_no_request)
{
    sweep(try_accept);
}

TEST(accept_with_a_condition_without_memory_loses_no_request)
{
    condition = say_yes;
    sweep(try_accept);
}

TEST(accept_with_events_without_memory_loses_no_request)
{
    registered = WSACreateEvent();
    condition = say_yes;
    sweep(try_accept);
    WSACloseEvent(registered);
}

/* Tables grow by pages of descriptors: here the accepted socket is the first of
 * a page, which cannot be made by one table, or by the other. */
TEST(accept_of_a_socket_that_a_table_has_no_room_for_loses_no_request)
{
    enum { PAGE = 1024, PAGES = 5 };
    static SOCKET fillers[PAGE * PAGES];
    int count = 0, failed = 0;

    if (t_fd_limit(PAGE * (PAGES + 1)) < 0)
        SKIP("descriptors are limited");
    registered = WSACreateEvent();
    for (int n = 1; n <= PAGES; n++) {
        int error = 0;

        do /* the listener and both clients take the last of the page */
            fillers[count] = net_socket(AF_INET, SOCK_DGRAM);
        while ((int)fillers[count++] < PAGE * n - 4);
        try_accept(n, &error);
        if (error)
            CHECK_EQ(error, WSAENOBUFS);
        failed += error != 0;
    }
    CHECK_EQ(failed, 4); /* the request, the socket, two pages */
    while (count > 0)
        net_close(fillers[--count]);
    WSACloseEvent(registered);
}

/* An option that is set on a listener is set on what it accepts, or refused. */
static int
try_late_option(int n, int *error)
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);
    SOCKET conn;
    int ttl = 77, hit;

    hit = WITHOUT_MEMORY(n, *error,
                         setsockopt(listener, IPPROTO_IP, IP_TTL, (char *)&ttl,
                                    sizeof(ttl)) == 0);
    REQUIRE(net_readable(listener, SOON));
    conn = accept(listener, NULL, NULL);
    REQUIRE(conn != INVALID_SOCKET);
    if (!*error)
        CHECK_EQ(net_int(conn, IPPROTO_IP, IP_TTL), ttl);
    net_close(conn);
    net_close(client);
    net_close(listener);
    return hit;
}

TEST(an_option_of_a_listener_is_not_dropped_silently)
{
    sweep(try_late_option);
}

/* ---- events ---- */

static int
try_event_select(int n, int *error)
{
    WSAEVENT event = WSACreateEvent();
    SOCKET pair[2];
    int hit;

    net_pair(AF_INET, pair);
    hit =
        WITHOUT_MEMORY(n, *error, WSAEventSelect(pair[0], event, FD_READ) == 0);
    if (*error)
        REQUIRE_EQ(WSAEventSelect(pair[0], event, FD_READ), 0);
    net_send(pair[1], "x");
    CHECK(net_events(pair[0], event, FD_READ, SOON) & FD_READ);
    net_close_pair(pair);
    WSACloseEvent(event);
    return hit;
}

/* Registering needs no memory of ours at all. */
TEST(event_select_allocates_nothing)
{
    int error = 0;

    CHECK(!try_event_select(1, &error));
    CHECK_EQ(error, 0);
}

static int
try_create_event(int n)
{
    WSAEVENT event = WSA_INVALID_EVENT;
    int error, hit = WITHOUT_MEMORY(
                   n, error, (event = WSACreateEvent()) != WSA_INVALID_EVENT);

    if (hit && error)
        CHECK_EQ(error, WSA_NOT_ENOUGH_MEMORY);
    if (event != WSA_INVALID_EVENT)
        WSACloseEvent(event);
    return hit;
}

TEST(an_event_without_memory_is_refused)
{
    long before;

    for (int n = 1; try_create_event(n); n++)
        REQUIRE(n < 10);
    before = held;
    for (int n = 1; try_create_event(n); n++)
        REQUIRE(n < 10);
    CHECK_EQ(held, before);
}

/* ---- many at a time ---- */

enum { MANY = 100, PIECES = 20 };

static SOCKET many[MANY];

struct sets {
    u_int count;
    SOCKET all[MANY];
};

static int
try_select(int n, int *error)
{
    struct sets read = {.count = MANY}, want;
    struct timeval now = {0, 0};
    int got = 0, hit;

    memcpy(read.all, many, sizeof(many));
    want = read;
    hit = WITHOUT_MEMORY(n, *error,
                         (got = select(0, (fd_set *)&read, NULL, NULL, &now)) !=
                             SOCKET_ERROR);
    if (*error)
        CHECK_MEM(&read, &want, sizeof(want));
    else
        CHECK(got == 1 && read.count == 1 && read.all[0] == many[MANY / 2]);
    return hit;
}

TEST(select_without_memory_leaves_the_sets_alone)
{
    struct net_addr to;

    for (int i = 0; i < MANY; i++)
        many[i] = net_bound(AF_INET, SOCK_DGRAM);
    to = net_name(many[MANY / 2]);
    REQUIRE_EQ(sendto(many[0], "x", 1, 0, &to.u.any, to.len), 1);
    REQUIRE(net_readable(many[MANY / 2], SOON));
    sweep(try_select);
    for (int i = 0; i < MANY; i++)
        net_close(many[i]);
}

static int
try_recv(int n, int *error)
{
    char text[PIECES + 1] = "";
    WSABUF pieces[PIECES];
    DWORD got = 4711, flags = 0;
    SOCKET pair[2];
    int hit;

    for (int i = 0; i < PIECES; i++)
        pieces[i] = (WSABUF){1, &text[i]};
    net_pair(AF_INET, pair);
    net_send(pair[1], "abcdefghijklmnopqrst");
    REQUIRE(net_readable(pair[0], SOON));
    hit = WITHOUT_MEMORY(
        n, *error,
        WSARecv(pair[0], pieces, PIECES, &got, &flags, NULL, NULL) == 0);
    if (*error) {
        CHECK_EQ(got, 4711);
        net_expect(pair[0], "abcdefghijklmnopqrst");
    } else {
        CHECK_EQ(got, PIECES);
        CHECK_STR(text, "abcdefghijklmnopqrst");
    }
    net_close_pair(pair);
    return hit;
}

TEST(receiving_into_many_pieces_without_memory_loses_nothing)
{
    sweep(try_recv);
}

static int
try_send(int n, int *error)
{
    char text[] = "abcdefghijklmnopqrst";
    WSABUF pieces[PIECES];
    DWORD sent = 4711;
    SOCKET pair[2];
    int hit;

    for (int i = 0; i < PIECES; i++)
        pieces[i] = (WSABUF){1, &text[i]};
    net_pair(AF_INET, pair);
    hit = WITHOUT_MEMORY(
        n, *error, WSASend(pair[0], pieces, PIECES, &sent, 0, NULL, NULL) == 0);
    if (*error)
        CHECK_EQ(sent, 4711);
    net_send(pair[0], "!");
    net_expect(pair[1], *error ? "!" : "abcdefghijklmnopqrst!");
    net_close_pair(pair);
    return hit;
}

TEST(sending_many_pieces_without_memory_sends_nothing)
{
    sweep(try_send);
}
