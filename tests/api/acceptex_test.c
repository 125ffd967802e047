/* SPDX-License-Identifier: MIT */
/* AcceptEx: connections for sockets made beforehand, with and without the first
 * data; the addresses in the buffer; what the accepted socket can do before and
 * after its update; order, cancelling and closing; what is refused. */
#include "ovl.h"

enum { ADDRESS = sizeof(struct sockaddr_in6) + 16 };

/* A listener with one AcceptEx that pends. */
struct accepting {
    SOCKET listener, s;
    struct op op;
};

static void
begin(struct accepting *a, SOCKET listener, int family, DWORD data)
{
    a->listener = listener;
    a->s = net_socket(family, SOCK_STREAM);
    op_init(&a->op, 0);
    REQUIRE_EQ(
        accept_ex(listener, a->s, a->op.data, data, &a->op.bytes, &a->op.ov),
        WSA_IO_PENDING);
}

static void
end(struct accepting *a)
{
    op_done(&a->op);
    net_close(a->s);
}

/* Waits for it to succeed and takes the listener's context over. */
static void
complete(struct accepting *a, DWORD bytes)
{
    REQUIRE_EQ(op_end(a->listener, &a->op), 0);
    CHECK_EQ(a->op.bytes, bytes);
    CHECK_EQ(update_accept(a->s, a->listener), 0);
}

/* ---- connections ---- */

TEST(a_connection_completes_it, "AEX-1 AEX-3 AEX-6")
{
    static const int families[] = {AF_INET, AF_INET6};

    for (int i = 0; i < 2; i++) {
        SOCKET listener = net_listener(families[i]), client;
        struct accepting a;

        begin(&a, listener, families[i], 0);
        CHECK(op_pending(&a.op));
        client = net_client(listener);
        complete(&a, 0);
        CHECK(net_same(net_name(a.s), net_name(listener)));
        CHECK(net_same(net_peer(a.s), net_name(client)));
        net_send(client, "ping");
        net_expect(a.s, "ping");
        net_send(a.s, "pong");
        net_expect(client, "pong");
        end(&a);
        net_close(client);
        net_close(listener);
    }
}

TEST(a_connection_that_waits_already_is_taken, "AEX-6")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_ONE_OF(accept_ex(listener, s, op.data, 0, &op.bytes, &op.ov), 0,
                 WSA_IO_PENDING);
    CHECK_EQ(op_end(listener, &op), 0);
    CHECK_EQ(update_accept(s, listener), 0);
    CHECK(net_same(net_peer(s), net_name(client)));
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_non_blocking_listener_pends_too, "OVL-5")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    net_nonblocking(listener, 1);
    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    complete(&a, 0);
    net_send(client, "x");
    net_expect(a.s, "x");
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(the_exported_function_is_the_same, "EXT-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_ERR(
        !AcceptEx(listener, s, op.data, 0, ADDRESS, ADDRESS, &op.bytes, &op.ov),
        WSA_IO_PENDING);
    client = net_client(listener);
    CHECK_EQ(op_end(listener, &op), 0);
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(many_can_pend_and_are_served_in_order, "AEX-9 OVL-7")
{
    enum { N = 12 };
    static struct accepting a[N];
    SOCKET listener = net_listener(AF_INET), clients[N];

    for (int i = 0; i < N; i++)
        begin(&a[i], listener, AF_INET, 0);
    for (int i = 0; i < N; i++) {
        clients[i] = net_client(listener);
        complete(&a[i], 0);
        CHECK(net_same(net_peer(a[i].s), net_name(clients[i])));
        if (i + 1 < N)
            CHECK(op_pending(&a[i + 1].op));
    }
    for (int i = 0; i < N; i++) {
        end(&a[i]);
        net_close(clients[i]);
    }
    net_close(listener);
}

TEST(more_connections_than_operations_wait_in_the_backlog, "AEX-9")
{
    SOCKET listener = net_listener(AF_INET), first, second, taken;
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    first = net_client(listener);
    second = net_client(listener);
    complete(&a, 0);
    taken = accept(listener, NULL, NULL);
    REQUIRE(taken != INVALID_SOCKET);
    CHECK(net_same(net_peer(a.s), net_name(first)));
    CHECK(net_same(net_peer(taken), net_name(second)));
    net_close(taken);
    end(&a);
    net_close(first);
    net_close(second);
    net_close(listener);
}

struct blocked {
    SOCKET listener, got;
    HANDLE ready;
};

static DWORD WINAPI
accept_blocking(void *context)
{
    struct blocked *b = context;

    SetEvent(b->ready);
    b->got = accept(b->listener, NULL, NULL);
    return b->got == INVALID_SOCKET;
}

TEST(a_blocking_accept_comes_after_it, "AEX-9 PQ-8")
{
    SOCKET listener = net_listener(AF_INET), first, second;
    struct blocked b = {listener, INVALID_SOCKET, NULL};
    struct accepting a;
    HANDLE thread;

    begin(&a, listener, AF_INET, 0);
    b.ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = net_thread(accept_blocking, &b);
    REQUIRE(net_signalled(b.ready, SOON));
    CHECK(!net_signalled(thread, NEVER));
    first = net_client(listener);
    complete(&a, 0);
    CHECK(net_same(net_peer(a.s), net_name(first)));
    second = net_client(listener);
    CHECK_EQ(net_join(thread), 0);
    CHECK(net_same(net_peer(b.got), net_name(second)));
    CloseHandle(b.ready);
    net_close(b.got);
    end(&a);
    net_close(first);
    net_close(second);
    net_close(listener);
}

TEST(a_connection_that_it_takes_is_no_event, "EVT-37")
{
    SOCKET listener = net_listener(AF_INET), first, second;
    WSAEVENT event = WSACreateEvent();
    struct accepting a;

    REQUIRE_EQ(WSAEventSelect(listener, event, FD_ACCEPT), 0);
    begin(&a, listener, AF_INET, 0);
    first = net_client(listener);
    complete(&a, 0);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, NEVER), 0);
    second = net_client(listener);
    CHECK_EQ(net_events(listener, event, FD_ACCEPT, SOON), FD_ACCEPT);
    WSACloseEvent(event);
    end(&a);
    net_close(first);
    net_close(second);
    net_close(listener);
}

TEST(a_conditional_listener_accepts_without_a_condition, "SCA-8 AEX-11")
{
    SOCKET listener = net_bound(AF_INET, SOCK_STREAM), client;
    struct accepting a;

    WINE_DIFFERS("there is no such option");
    REQUIRE_EQ(net_set(listener, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), 0);
    REQUIRE_EQ(listen(listener, 5), 0);
    begin(&a, listener, AF_INET, 0);
    client = net_start_connect(listener);
    complete(&a, 0);
    REQUIRE(net_writable(client, SOON));
    net_send(client, "x");
    net_expect(a.s, "x");
    end(&a);
    net_close(client);
    net_close(listener);
}

/* ---- the first data ---- */

TEST(it_can_wait_for_the_first_data, "AEX-3")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    begin(&a, listener, AF_INET, 100);
    client = net_client(listener);
    CHECK(!net_signalled(a.op.ov.hEvent, NEVER));
    net_send(client, "hello");
    complete(&a, 5);
    CHECK_MEM(a.op.data, "hello", 5);
    net_send(client, "more");
    net_expect(a.s, "more");
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(the_first_data_are_cut_where_the_room_ends, "AEX-2 AEX-3")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    begin(&a, listener, AF_INET, 3);
    client = net_client(listener);
    net_send(client, "hello");
    complete(&a, 3);
    CHECK_MEM(a.op.data, "hel", 3);
    net_expect(a.s, "lo");
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(a_peer_that_ends_without_data_completes_it, "AEX-3")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    begin(&a, listener, AF_INET, 100);
    client = net_client(listener);
    REQUIRE_EQ(shutdown(client, SD_SEND), 0);
    complete(&a, 0);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(a_peer_that_says_nothing_holds_up_nobody_else, "AEX-3 AEX-9")
{
    SOCKET listener = net_listener(AF_INET), silent, client;
    struct accepting a, b;

    begin(&a, listener, AF_INET, 100);
    begin(&b, listener, AF_INET, 100);
    silent = net_client(listener);
    client = net_client(listener);
    net_send(client, "me first");
    complete(&b, 8);
    CHECK(op_pending(&a.op));
    net_send(silent, "x");
    complete(&a, 1);
    end(&a);
    end(&b);
    net_close(silent);
    net_close(client);
    net_close(listener);
}

/* ---- the addresses ---- */

/* Reads both addresses out of the buffer and compares them with the ends. */
static void
check_addresses(struct accepting *a, DWORD data, SOCKET client)
{
    LPFN_GETACCEPTEXSOCKADDRS get = EXTENSION(
        a->listener, LPFN_GETACCEPTEXSOCKADDRS, WSAID_GETACCEPTEXSOCKADDRS);
    struct sockaddr *local = NULL, *remote = NULL;
    INT local_len = 0, remote_len = 0;
    struct net_addr addr = {{{0}}, 0};

    get(a->op.data, data, ADDRESS, ADDRESS, &local, &local_len, &remote,
        &remote_len);
    REQUIRE(local != NULL && remote != NULL);
    CHECK_EQ(local_len, net_name(client).len);
    CHECK_EQ(remote_len, net_name(client).len);
    memcpy(&addr.u, local, (size_t)local_len);
    CHECK(net_same(addr, net_peer(client)));
    memcpy(&addr.u, remote, (size_t)remote_len);
    CHECK(net_same(addr, net_name(client)));
    CHECK((char *)local >= a->op.data + data);
    CHECK((char *)local + local_len <= a->op.data + data + ADDRESS);
    CHECK((char *)remote >= a->op.data + data + ADDRESS);
    CHECK((char *)remote + remote_len <= a->op.data + data + 2 * ADDRESS);
}

TEST(both_addresses_are_in_the_buffer, "AEX-2")
{
    static const int families[] = {AF_INET, AF_INET6};
    static const DWORD sizes[] = {0, 1, 10, 333};

    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 4; k++) {
            SOCKET listener = net_listener(families[i]), client;
            struct accepting a;

            begin(&a, listener, families[i], sizes[k]);
            client = net_client(listener);
            net_send(client, "x");
            complete(&a, sizes[k] ? 1 : 0);
            check_addresses(&a, sizes[k], client);
            end(&a);
            net_close(client);
            net_close(listener);
        }
    }
}

TEST(nothing_is_written_beyond_the_buffer, "AEX-2")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;
    size_t used = 10 + 2 * ADDRESS;

    begin(&a, listener, AF_INET, 10);
    memset(a.op.data, '#', sizeof a.op.data);
    client = net_client(listener);
    net_send(client, "0123456789abcdef");
    complete(&a, 10);
    for (size_t i = used; i < sizeof a.op.data; i++)
        REQUIRE_EQ(a.op.data[i], '#');
    end(&a);
    net_close(client);
    net_close(listener);
}

/* ---- what is refused ---- */

static int
refused(SOCKET listener, SOCKET s, struct op *op)
{
    int err = accept_ex(listener, s, op->data, 0, &op->bytes, &op->ov);

    CHECK(!net_signalled(op->ov.hEvent, 0));
    return err;
}

TEST(an_overlapped_is_needed, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    char buffer[200];
    DWORD bytes;

    CHECK_EQ(accept_ex(listener, s, buffer, 0, &bytes, NULL),
             ERROR_INVALID_PARAMETER);
    net_close(s);
    net_close(listener);
}

TEST(a_buffer_is_needed, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_DIFFERS("another error");
    op_init(&op, 0);
    CHECK_EQ(accept_ex(listener, s, NULL, 0, &op.bytes, &op.ov), WSAEFAULT);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(room_for_the_peers_address_is_needed, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_ERR(!AcceptEx(listener, s, op.data, 0, ADDRESS, 0, &op.bytes, &op.ov),
              WSAEFAULT);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(room_for_the_local_address_is_not_needed, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_ERR(!AcceptEx(listener, s, op.data, 0, 0, ADDRESS, &op.bytes, &op.ov),
              WSA_IO_PENDING);
    client = net_client(listener);
    CHECK_EQ(op_end(listener, &op), 0);
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(too_little_room_fails_it_when_a_connection_comes, "AEX-5")
{
    SOCKET listener = net_listener(AF_INET), client, taken;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_HANGS("it is refused at once");
    op_init(&op, 0);
    CHECK_ERR(!AcceptEx(listener, s, op.data, 0, ADDRESS, 3, &op.bytes, &op.ov),
              WSA_IO_PENDING);
    client = net_client(listener);
    REQUIRE(net_signalled(op.ov.hEvent, SOON));
    CHECK_ERR(!GetOverlappedResult((HANDLE)listener, &op.ov, &op.bytes, FALSE),
              ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(op_status(&op), 0xC0000023);
    REQUIRE(net_readable(listener, SOON));
    taken = accept(listener, NULL, NULL);
    CHECK(taken != INVALID_SOCKET);
    net_close(taken);
    op_done(&op);
    net_close(s);
    net_close(client);
    net_close(listener);
}

TEST(a_refused_call_leaves_a_pending_record, "OVL-11 AEX-4")
{
    SOCKET listener = net_listener(AF_INET), pair[2];
    struct op op;

    WINE_DIFFERS("it pends");
    net_pair(AF_INET, pair);
    op_init(&op, 0);
    op.ov.Internal = 0xdead;
    op.ov.InternalHigh = 0xbeef;
    CHECK_EQ(refused(listener, pair[0], &op), WSAEINVAL);
    CHECK_EQ(op.ov.Internal, STATUS_OF_PENDING);
    CHECK_EQ(op.ov.InternalHigh, 0xbeef);
    op_done(&op);
    net_close_pair(pair);
    net_close(listener);
}

TEST(who_does_not_listen_accepts_nothing, "AEX-4")
{
    SOCKET bound = net_bound(AF_INET, SOCK_STREAM);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_DIFFERS("it pends");
    op_init(&op, 0);
    CHECK_EQ(refused(bound, s, &op), WSAEINVAL);
    op_done(&op);
    net_close(s);
    net_close(bound);
}

TEST(what_is_no_socket_accepts_nothing, "AEX-4 G-3")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(refused(listener, (SOCKET)0xdeadbeec, &op), WSAENOTSOCK);
    CHECK_EQ(refused(listener, INVALID_SOCKET, &op), WSAENOTSOCK);
    CHECK_ERR(!AcceptEx(INVALID_SOCKET, s, op.data, 0, ADDRESS, ADDRESS,
                        &op.bytes, &op.ov),
              WSAENOTSOCK);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_bound_socket_is_not_accepted_into, "AEX-4 AEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_DIFFERS("it pends");
    op_init(&op, 0);
    CHECK_EQ(refused(listener, s, &op), WSAEINVAL);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_connected_socket_is_not_accepted_into, "AEX-4 AEX-1")
{
    SOCKET listener = net_listener(AF_INET), pair[2];
    struct op op;

    WINE_DIFFERS("it pends");
    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_EQ(refused(listener, pair[0], &op), WSAEINVAL);
    CHECK_EQ(refused(listener, pair[1], &op), WSAEINVAL);
    op_done(&op);
    net_close_pair(pair);
    net_close(listener);
}

TEST(a_datagram_socket_is_not_accepted_into, "AEX-4 AEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_DGRAM);
    struct op op;

    WINE_DIFFERS("it pends");
    op_init(&op, 0);
    CHECK_EQ(refused(listener, s, &op), WSAEINVAL);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(the_listener_is_not_accepted_into, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET);
    struct op op;

    WINE_DIFFERS("it pends");
    op_init(&op, 0);
    CHECK_EQ(refused(listener, listener, &op), WSAEINVAL);
    op_done(&op);
    net_close(listener);
}

TEST(a_socket_is_accepted_into_once, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;
    struct op op;

    WINE_DIFFERS("it pends");
    begin(&a, listener, AF_INET, 0);
    op_init(&op, 0);
    CHECK_EQ(refused(listener, a.s, &op), WSAEINVAL);
    client = net_client(listener);
    complete(&a, 0);
    CHECK_EQ(refused(listener, a.s, &op), WSAEINVAL);
    op_done(&op);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(two_listeners_do_not_share_a_socket, "AEX-4")
{
    SOCKET listener = net_listener(AF_INET), other = net_listener(AF_INET);
    struct accepting a;
    struct op op;

    begin(&a, listener, AF_INET, 0);
    op_init(&op, 0);
    CHECK_EQ(refused(other, a.s, &op), WSAEINVAL);
    op_done(&op);
    net_close(listener);
    REQUIRE(net_signalled(a.op.ov.hEvent, SOON));
    end(&a);
    net_close(other);
}

TEST(a_socket_that_is_about_to_be_accepted_does_nothing_else, "AEX-4 AEX-7")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct net_addr to = net_name(listener);
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    CHECK_ERR(connect(a.s, &to.u.any, to.len) == SOCKET_ERROR, WSAEINVAL);
    client = net_client(listener);
    complete(&a, 0);
    end(&a);
    net_close(client);
    net_close(listener);
}

/* ---- before and after the update ---- */

TEST(an_accepted_socket_transfers_at_once, "AEX-7")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;
    struct op op;

    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &a.op), 0);
    op_text(&op, "early");
    CHECK_EQ(op_send(a.s, &op), 0);
    net_expect(client, "early");
    net_send(client, "answer");
    net_expect(a.s, "answer");
    op_done(&op);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(an_accepted_socket_has_no_names_before_its_update, "AEX-7")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct net_addr name = {{{0}}, sizeof name.u};
    struct accepting a;

    WINE_DIFFERS("the update changes nothing");
    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &a.op), 0);
    CHECK_ERR(getpeername(a.s, &name.u.any, &name.len) == SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_ERR(shutdown(a.s, SD_SEND) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_EQ(update_accept(a.s, listener), 0);
    CHECK(net_same(net_peer(a.s), net_name(client)));
    CHECK_EQ(shutdown(a.s, SD_SEND), 0);
    net_expect_end(client);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(an_update_takes_the_listeners_options_over, "AEX-7 INH-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    REQUIRE_EQ(net_set(listener, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    complete(&a, 0);
    CHECK_EQ(net_int(a.s, SOL_SOCKET, SO_KEEPALIVE), 1);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(an_update_wants_the_listener, "AEX-8")
{
    SOCKET listener = net_listener(AF_INET), other = net_listener(AF_INET);
    SOCKET client;
    struct accepting a;
    char byte = 0;

    WINE_DIFFERS("the update changes nothing");
    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &a.op), 0);
    CHECK_ONE_OF(update_accept(a.s, INVALID_SOCKET), WSAENOTSOCK, WSAEINVAL);
    CHECK_ONE_OF(update_accept(a.s, other), WSAEINVAL, WSAENOTSOCK);
    CHECK_ERR(setsockopt(a.s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &byte, 1) ==
                  SOCKET_ERROR,
              WSAEFAULT, WSAEINVAL);
    CHECK_EQ(update_accept(a.s, listener), 0);
    end(&a);
    net_close(client);
    net_close(other);
    net_close(listener);
}

TEST(an_update_before_the_end_is_too_early, "AEX-8")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    WINE_DIFFERS("the update changes nothing");
    begin(&a, listener, AF_INET, 0);
    CHECK_ONE_OF(update_accept(a.s, listener), WSAENOTCONN);
    client = net_client(listener);
    complete(&a, 0);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(an_accepted_socket_can_be_attached_to_a_port, "AEX-7 IOCP-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;
    struct op op;
    HANDLE port;

    begin(&a, listener, AF_INET, 0);
    client = net_client(listener);
    complete(&a, 0);
    port = port_of(a.s, 9);
    op_pend(a.s, &op, 10);
    net_send(client, "x");
    port_expect(port, 9, &op.ov, 0, 1);
    op_done(&op);
    end(&a);
    net_close(client);
    net_close(listener);
    port_close(port);
}

TEST(a_socket_keeps_its_port_when_it_is_accepted_into, "AEX-7 IOCP-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 9);
    struct op accepted, op;

    op_init(&accepted, 0);
    REQUIRE_EQ(
        accept_ex(listener, s, accepted.data, 0, &accepted.bytes, &accepted.ov),
        WSA_IO_PENDING);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &accepted), 0);
    op_pend(s, &op, 10);
    net_send(client, "x");
    port_expect(port, 9, &op.ov, 0, 1);
    CHECK(port_empty(port));
    op_done(&op);
    op_done(&accepted);
    net_close(s);
    net_close(client);
    net_close(listener);
    port_close(port);
}

TEST(the_time_of_a_connection_can_be_asked_for, "AEX-11")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    CHECK_EQ(net_int(a.s, SOL_SOCKET, SO_CONNECT_TIME), -1);
    client = net_client(listener);
    complete(&a, 0);
    CHECK(net_int(a.s, SOL_SOCKET, SO_CONNECT_TIME) >= 0);
    CHECK(net_int(a.s, SOL_SOCKET, SO_CONNECT_TIME) < 60);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(an_idle_connection_is_found_by_its_time, "AEX-11 AEX-3")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;
    DWORD start = GetTickCount();

    begin(&a, listener, AF_INET, 10);
    client = net_client(listener);
    while (net_int(a.s, SOL_SOCKET, SO_CONNECT_TIME) < 0 &&
           GetTickCount() - start < SOON)
        SwitchToThread();
    CHECK(net_int(a.s, SOL_SOCKET, SO_CONNECT_TIME) >= 0);
    CHECK(op_pending(&a.op));
    net_close(a.s);
    CHECK(net_signalled(a.op.ov.hEvent, SOON));
    CHECK_EQ(op_status(&a.op), STATUS_OF_CANCELLED);
    op_done(&a.op);
    net_close(client);
    net_close(listener);
}

/* ---- ports ---- */

TEST(the_packet_goes_to_the_listeners_port, "IOCP-5")
{
    SOCKET listener = net_listener(AF_INET), client;
    HANDLE port = port_of(listener, 7);
    struct accepting a;

    begin(&a, listener, AF_INET, 10);
    client = net_client(listener);
    net_send(client, "abc");
    port_expect(port, 7, &a.op.ov, 0, 3);
    CHECK(port_empty(port));
    end(&a);
    net_close(client);
    net_close(listener);
    port_close(port);
}

TEST(closing_the_listener_gives_a_failed_packet, "IOCP-6 AEX-10")
{
    SOCKET listener = net_listener(AF_INET);
    HANDLE port = port_of(listener, 7);
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    net_close(listener);
    port_expect(port, 7, &a.op.ov, ERROR_OPERATION_ABORTED, 0);
    CHECK_EQ(op_status(&a.op), STATUS_OF_CANCELLED);
    end(&a);
    port_close(port);
}

TEST(closing_the_accept_socket_gives_a_failed_packet, "IOCP-6 AEX-10")
{
    SOCKET listener = net_listener(AF_INET);
    HANDLE port = port_of(listener, 7);
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    net_close(a.s);
    port_expect(port, 7, &a.op.ov, ERROR_OPERATION_ABORTED, 0);
    op_done(&a.op);
    net_close(listener);
    port_close(port);
}

/* ---- ends ---- */

TEST(closing_the_listener_ends_all, "AEX-10")
{
    enum { N = 4 };
    static struct accepting a[N];
    SOCKET listener = net_listener(AF_INET);

    for (int i = 0; i < N; i++)
        begin(&a[i], listener, AF_INET, 0);
    net_close(listener);
    for (int i = 0; i < N; i++) {
        CHECK(net_signalled(a[i].op.ov.hEvent, SOON));
        CHECK_EQ(op_status(&a[i].op), STATUS_OF_CANCELLED);
        end(&a[i]);
    }
}

TEST(closing_one_accept_socket_leaves_the_others, "AEX-10 AEX-9")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a, b;

    begin(&a, listener, AF_INET, 0);
    begin(&b, listener, AF_INET, 0);
    net_close(a.s);
    CHECK_EQ(op_end(listener, &a.op), WSA_OPERATION_ABORTED);
    CHECK(op_pending(&b.op));
    client = net_client(listener);
    complete(&b, 0);
    op_done(&a.op);
    end(&b);
    net_close(client);
    net_close(listener);
}

TEST(a_socket_whose_operation_was_cancelled_can_be_used_again, "IOCP-12 AEX-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    begin(&a, listener, AF_INET, 0);
    CHECK(CancelIoEx((HANDLE)listener, &a.op.ov));
    CHECK_EQ(op_end(listener, &a.op), WSA_OPERATION_ABORTED);
    CHECK_EQ(accept_ex(listener, a.s, a.op.data, 0, &a.op.bytes, &a.op.ov),
             WSA_IO_PENDING);
    client = net_client(listener);
    complete(&a, 0);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(cancelling_by_the_accept_socket_cancels_nothing, "IOCP-12")
{
    SOCKET listener = net_listener(AF_INET), client;
    struct accepting a;

    WINE_DIFFERS("with NULL it counts as cancelled");
    begin(&a, listener, AF_INET, 0);
    CHECK_ERR(!CancelIoEx((HANDLE)a.s, &a.op.ov), ERROR_NOT_FOUND);
    CHECK_ERR(!CancelIoEx((HANDLE)a.s, NULL), ERROR_NOT_FOUND);
    CHECK(op_pending(&a.op));
    client = net_client(listener);
    complete(&a, 0);
    end(&a);
    net_close(client);
    net_close(listener);
}

TEST(a_connection_that_was_reset_before_does_no_harm, "AEX-12")
{
    SOCKET listener = net_listener(AF_INET), client = net_client(listener);
    struct accepting a;
    int err;

    WINE_DIFFERS("another error");
    net_abort(client);
    a.listener = listener;
    a.s = net_socket(AF_INET, SOCK_STREAM);
    op_init(&a.op, 0);
    CHECK_ONE_OF(accept_ex(listener, a.s, a.op.data, 0, &a.op.bytes, &a.op.ov),
                 0, WSA_IO_PENDING, WSAECONNRESET);
    client = net_client(listener);
    REQUIRE(net_signalled(a.op.ov.hEvent, SOON));
    err = op_result(listener, &a.op);
    CHECK_ONE_OF(err, 0, WSAECONNRESET, WSAECONNABORTED);
    end(&a);
    net_close(client);
    net_close(listener);
}

/* ---- extension functions ---- */

TEST(an_unknown_function_is_invalid, "EXT-1")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    GUID id = {
        0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}
    };
    void *pointer = NULL;
    DWORD bytes = 0;

    CHECK_ERR(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                       &pointer, sizeof pointer, &bytes, NULL,
                       NULL) == SOCKET_ERROR,
              WSAEINVAL);
    CHECK(!pointer);
    net_close(s);
}

TEST(the_returned_size_is_needed, "EXT-1 IOC-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    GUID id = WSAID_ACCEPTEX;
    void *pointer = NULL;

    CHECK_ERR(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                       &pointer, sizeof pointer, NULL, NULL,
                       NULL) == SOCKET_ERROR,
              WSAEFAULT);
    net_close(s);
}

TEST(all_functions_are_found_on_all_sockets, "EXT-1")
{
    static const GUID ids[] = {
        WSAID_ACCEPTEX,     WSAID_GETACCEPTEXSOCKADDRS, WSAID_CONNECTEX,
        WSAID_DISCONNECTEX, WSAID_TRANSMITFILE,         WSAID_TRANSMITPACKETS,
        WSAID_WSARECVMSG,   WSAID_WSASENDMSG,
    };

    WINE_DIFFERS("TransmitPackets is missing");
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
            SOCKET s = net_socket(AF_INET, type);
            void *pointer = NULL;

            extension(s, ids[i], &pointer);
            CHECK(pointer != NULL);
            net_close(s);
        }
    }
}

/* ---- by name ---- */

TEST(the_functions_are_there_by_name, "AEX-1 EXT-1")
{
    SOCKET listener = net_listener(AF_INET), s, client;
    struct sockaddr *local = NULL, *remote = NULL;
    INT local_len = 0, remote_len = 0;
    struct net_addr peer;
    struct op op;

    s = net_socket(AF_INET, SOCK_STREAM);
    op_init(&op, 0);
    CHECK(!AcceptEx(listener, s, op.data, 0, ADDRESS, ADDRESS, &op.bytes,
                    &op.ov));
    REQUIRE_EQ(net_error(), WSA_IO_PENDING);
    client = net_client(listener);
    REQUIRE_EQ(op_end(listener, &op), 0);
    GetAcceptExSockaddrs(op.data, 0, ADDRESS, ADDRESS, &local, &local_len,
                         &remote, &remote_len);
    peer = net_name(client);
    REQUIRE_EQ(remote_len, peer.len);
    CHECK_MEM(remote, &peer.u.any, 8); /* family, port, address */
    CHECK_EQ(local_len, peer.len);
    CHECK(!AcceptEx(INVALID_SOCKET, s, op.data, 0, ADDRESS, ADDRESS, &op.bytes,
                    &op.ov));
    CHECK_EQ(net_error(), WSAENOTSOCK);
    CHECK(!TransmitFile(INVALID_SOCKET, NULL, 0, 0, NULL, NULL, 0));
    CHECK_EQ(net_error(), WSAENOTSOCK);
    op_done(&op);
    net_close(client);
    net_close(s);
    net_close(listener);
}
