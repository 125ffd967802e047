/* SPDX-License-Identifier: MIT */
/* The life of a provider: started by the first socket, ended by the last
 * clean-up, and refused when it misbehaves. */
#include "t.h"

#include "unit/fake.h"

#include "base/clock.h"
#include "spi/route.h"
#include "w32/handle.h"

TEST_BARE(a_provider_starts_with_its_first_socket, "SPI-3 SPI-4 SPI-8")
{
    fake_install();
    CHECK_EQ(fake.starts, 0);
    fake_open();
    CHECK_EQ(fake.starts, 1);
    CHECK_EQ(fake.requested, MAKEWORD(2, 2));
    CHECK_EQ(fake.info.dwCatalogEntryId, 1001);
    fake_open();
    CHECK_EQ(fake.starts, 1);
    CHECK_EQ(fake.cleanups, 0);
}

TEST_BARE(each_entry_starts_its_provider_and_ends_it, "SPI-7")
{
    fake_install();
    fake_open();
    REQUIRE(socket(AF_INET, SOCK_DGRAM, 0) != INVALID_SOCKET);
    REQUIRE(socket(AF_INET6, SOCK_DGRAM, 0) != INVALID_SOCKET);
    CHECK_EQ(fake.starts, 3);
    CHECK_EQ(WSACleanup(), 0);
    CHECK_EQ(fake.cleanups, 3);
}

TEST_BARE(a_provider_gets_all_upcalls, "SPI-17")
{
    fake_install();
    fake_open();
    for (size_t i = 0; i < sizeof fake.up / sizeof(void *); i++)
        CHECK(((void **)&fake.up)[i] != NULL);
    CHECK_EQ(sizeof fake.up, 15 * sizeof(void *));
}

TEST_BARE(only_the_last_cleanup_ends_providers, "G-12 SPI-7")
{
    WSADATA data;
    SOCKET s;

    fake_install();
    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    s = fake_open();
    CHECK_EQ(WSACleanup(), 0);
    CHECK_EQ(fake.cleanups, 0);
    CHECK_EQ(listen(s, 1), 0);
    CHECK_EQ(WSACleanup(), 0);
    CHECK_EQ(fake.cleanups, 1);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSANOTINITIALISED);
}

TEST_BARE(sockets_do_not_outlive_the_last_cleanup, "G-12")
{
    WSADATA data;
    SOCKET s;

    fake_install();
    s = fake_open();
    REQUIRE_EQ(WSACleanup(), 0);
    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    fake.called = NULL;
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK(fake.called == NULL);
}

TEST_BARE(a_provider_can_be_started_again, "SPI-7")
{
    fake_install();
    fake_open();
    REQUIRE_EQ(WSACleanup(), 0);
    fake_install();
    CHECK_EQ(listen(fake_open(), 1), 0);
    CHECK_EQ(fake.starts, 2);
}

TEST_BARE(a_start_that_fails_fails_the_socket, "CAT-5 G-7 SPI-5")
{
    fake_install();
    fake.start_error = WSASYSNOTREADY;
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSAEPROVIDERFAILEDINIT);
    CHECK_EQ(fake.cleanups, 0);
    fake.start_error = 0;
    fake_open(); /* the next one tries again */
    CHECK_EQ(fake.starts, 2);
}

TEST_BARE(another_version_is_no_provider_for_us, "SPI-3 G-7")
{
    static const WORD wrong[] = {MAKEWORD(1, 1), MAKEWORD(2, 1), MAKEWORD(3, 0),
                                 MAKEWORD(2, 3)};

    fake_install();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fake.version = wrong[i];
        CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
                  WSAEINVALIDPROVIDER);
        CHECK_EQ(fake.cleanups, (int)i + 1);
    }
}

TEST_BARE(a_table_with_a_hole_is_refused, "SPI-6 G-7")
{
    enum { CLEANUP = 6 };
    int cleanups = 0;

    fake_install();
    for (int i = 1; i <= FAKE_SLOTS; i++) {
        fake.missing = i;
        CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
                  WSAEINVALIDPROCTABLE);
        cleanups += i != CLEANUP;
        CHECK_EQ(fake.cleanups, cleanups);
    }
    fake.missing = 0;
    fake_open();
}

TEST_BARE(an_entry_without_code_cannot_be_started, "CAT-5 G-7")
{
    WSAPROTOCOL_INFOA info = {.ProtocolChain.ChainLen = 1,
                              .iAddressFamily = 99,
                              .iSocketType = SOCK_STREAM,
                              .iProtocol = 9,
                              .ProviderId.Data1 = 1};
    DWORD id;

    fake_install();
    REQUIRE_EQ(ws_catalog_add(&info, "none", &id), 0);
    CHECK_ERR(socket(99, SOCK_STREAM, 9) == INVALID_SOCKET,
              WSAEPROVIDERFAILEDINIT);
}

static void
want_a_socket(void)
{
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSAEPROVIDERFAILEDINIT);
}

TEST_BARE(a_provider_that_wants_itself_while_starting_does_not_hang)
{
    fake_install();
    fake.on_start = want_a_socket;
    fake_open();
    CHECK_EQ(fake.starts, 1);
}

static void
leave(void)
{
    CHECK_EQ(WSACleanup(), 0);
}

TEST_BARE(the_last_cleanup_may_come_while_a_provider_starts)
{
    fake_install();
    fake.on_start = leave;
    CHECK_ERR(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET,
              WSANOTINITIALISED);
    CHECK_EQ(fake.starts, 1);
    CHECK_EQ(fake.cleanups, 1);
}

/* ---- several threads ---- */

static struct ws_park gate, done[2];
static SOCKET made[2];

static void
wait_at_the_gate(void)
{
    ws_unpark(&done[0]); /* the first thread is inside WSPStartup */
    ws_park(&gate, WS_NEVER);
}

static void
make_one(void *arg)
{
    size_t i = (size_t)arg;

    made[i] = socket(AF_INET, SOCK_STREAM, 0);
    ws_unpark(&done[i]);
}

TEST_BARE(a_second_thread_waits_for_the_start, "SPI-8 SPI-11")
{
    fake_install();
    fake.on_start = wait_at_the_gate;
    REQUIRE_EQ(ws_thread_start(make_one, (void *)0, 0), 0);
    REQUIRE(ws_park(&done[0], ws_deadline(5000)));
    REQUIRE_EQ(ws_thread_start(make_one, (void *)1, 0), 0);
    CHECK(!ws_park(&done[1], ws_deadline(20)));
    ws_unpark(&gate);
    REQUIRE(ws_park(&done[0], ws_deadline(5000)));
    REQUIRE(ws_park(&done[1], ws_deadline(5000)));
    CHECK_EQ(fake.starts, 1);
    CHECK(made[0] != INVALID_SOCKET && made[1] != INVALID_SOCKET);
}

static struct ws_park inside, may_end, restarted;

static void
end_slowly(void)
{
    ws_unpark(&inside);
    ws_park(&may_end, WS_NEVER);
}

static void
clean_up(void *arg)
{
    (void)arg;
    CHECK_EQ(WSACleanup(), 0);
}

static void
start_up(void *arg)
{
    WSADATA data;

    (void)arg;
    CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    ws_unpark(&restarted);
}

TEST_BARE(a_startup_waits_for_the_cleanup_in_progress, "G-12")
{
    fake_install();
    fake_open();
    fake.on_cleanup = end_slowly;
    REQUIRE_EQ(ws_thread_start(clean_up, NULL, 0), 0);
    REQUIRE(ws_park(&inside, ws_deadline(5000)));
    REQUIRE_EQ(ws_thread_start(start_up, NULL, 0), 0);
    CHECK(!ws_park(&restarted, ws_deadline(20)));
    ws_unpark(&may_end);
    REQUIRE(ws_park(&restarted, ws_deadline(5000)));
    CHECK_EQ(WSACleanup(), 0);
}

/* ---- routes ---- */

TEST_BARE(an_accepted_socket_has_a_route, "ACC-10 SPI-19")
{
    SOCKET s;

    fake_install();
    s = accept(fake_open(), NULL, NULL);
    REQUIRE(s != INVALID_SOCKET);
    CHECK_EQ(listen(s, 1), 0);
}

TEST_BARE(a_socket_that_was_not_registered_is_none, "SPI-19 G-3")
{
    SOCKET s;

    fake_install();
    fake.forgetful = 1;
    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST_BARE(a_closed_socket_does_not_reach_its_provider, "G-3")
{
    SOCKET s;

    fake_install();
    s = fake_open();
    CHECK_EQ(closesocket(s), 0);
    fake.called = NULL;
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK(fake.called == NULL);
}

TEST_BARE(a_close_that_fails_keeps_the_socket)
{
    SOCKET s;

    fake_install();
    s = fake_open();
    fake.fail = 1;
    fake.code = WSAEWOULDBLOCK;
    CHECK_ERR(closesocket(s) == SOCKET_ERROR, WSAEWOULDBLOCK);
    CHECK_EQ(listen(s, 1), 0);
    CHECK_EQ(closesocket(s), 0);
}

TEST_BARE(a_late_close_does_not_cut_off_the_next_user_of_the_number)
{
    struct ws_entry *e;
    unsigned serial;

    fake_install();
    fake_open();
    e = ws_catalog_by_id(1001);
    REQUIRE_EQ(ws_route_set(600, e), 0);
    serial = ws_route_serial(600);
    REQUIRE_EQ(ws_route_set(600, e), 0); /* the kernel gave it away again */
    ws_route_drop(600, serial);
    CHECK_EQ(listen(600, 1), 0);
    ws_route_drop(600, ws_route_serial(600));
    CHECK_ERR(listen(600, 1) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST_BARE(numbers_that_are_no_sockets_are_refused, "G-3 SPI-19")
{
    static const SOCKET none[] = {0,
                                  499,
                                  WS_ROUTE_MAX - 1,
                                  WS_ROUTE_MAX,
                                  0x40000004,
                                  0x7fffffff,
                                  (SOCKET)1 << 32 | 500,
                                  INVALID_SOCKET - 1,
                                  INVALID_SOCKET};
    struct ws_entry *e;

    fake_install();
    fake_open();
    e = ws_catalog_by_id(1001);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        CHECK_ERR(listen(none[i], 1) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(ws_route_set(INVALID_SOCKET, e), WSAEINVAL);
    CHECK_EQ(ws_route_set(WS_ROUTE_MAX, e), WSAEINVAL);
    CHECK_EQ(ws_route_set(WS_ROUTE_MAX - 1, e), 0);
    CHECK_EQ(listen(WS_ROUTE_MAX - 1, 1), 0);
}

/* ---- sockets without a descriptor ---- */

TEST_BARE(a_provider_may_have_handles_of_the_house, "IFS-2 SPI-20")
{
    DWORD_PTR context = 0;
    SOCKET s;
    int code = 0;

    fake_install();
    fake.pseudo = 1;
    fake.context = 4711;
    s = fake_open();
    CHECK(!ws_handle_is_fd((HANDLE)s));
    CHECK_EQ(listen(s, 9), 0);
    CHECK_EQ(fake.arg[0], s);
    CHECK_EQ(fake.up.lpWPUQuerySocketHandleContext(s, &context, &code), 0);
    CHECK_EQ(context, 4711);
    CHECK_EQ(closesocket(s), 0);
    CHECK_ERR(listen(s, 9) == SOCKET_ERROR, WSAENOTSOCK);
    CHECK_EQ(fake.up.lpWPUQuerySocketHandleContext(s, &context, &code),
             SOCKET_ERROR);
    CHECK_EQ(code, WSAENOTSOCK);
}

TEST_BARE(handles_of_the_house_end_with_the_last_cleanup, "G-12")
{
    WSADATA data;
    SOCKET s;

    fake_install();
    fake.pseudo = 1;
    s = fake_open();
    REQUIRE_EQ(WSACleanup(), 0);
    CHECK_EQ(ws_handle_count(WS_KIND_SOCKET), 0);
    REQUIRE_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
    CHECK_ERR(listen(s, 1) == SOCKET_ERROR, WSAENOTSOCK);
}

TEST_BARE(a_file_call_on_such_a_handle_is_the_providers, "SPI-20")
{
    char buf[8];
    DWORD moved = 0;
    SOCKET s;

    fake_install();
    fake.pseudo = 1;
    s = fake_open();
    CHECK(ReadFile((HANDLE)s, buf, sizeof buf, &moved, NULL));
    CHECK_STR(fake.called, "Recv");
    CHECK_EQ(fake.arg[0], s);
    CHECK_EQ(moved, 7);
    CHECK(WriteFile((HANDLE)s, buf, 3, &moved, NULL));
    CHECK_STR(fake.called, "Send");
    CHECK_EQ(moved, 3);
}
