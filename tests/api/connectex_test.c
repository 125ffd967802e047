/* SPDX-License-Identifier: MIT */
/* ConnectEx and DisconnectEx: connecting with and without data, what the socket
 * can do before its update, refusals and second tries; ending a connection and
 * using its socket again. */
#include "ovl.h"

/* ---- ConnectEx ---- */

static int
connect_to(SOCKET s, SOCKET listener, struct op *op)
{
    return connect_ex(s, net_name(listener), op->data, op->buf.len, &op->bytes,
                      &op->ov);
}

/* A socket that ConnectEx has connected and whose update is made. */
static SOCKET
connected(SOCKET listener)
{
    SOCKET s = net_bound(net_name(listener).u.any.sa_family, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    REQUIRE_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    REQUIRE_EQ(op_end(s, &op), 0);
    REQUIRE_EQ(update_connect(s), 0);
    op_done(&op);
    return s;
}

static SOCKET
accepted(SOCKET listener)
{
    SOCKET s;

    REQUIRE(net_readable(listener, SOON));
    s = accept(listener, NULL, NULL);
    REQUIRE_ERR(s != INVALID_SOCKET, net_error());
    return s;
}

TEST(a_connection_is_made, "CEX-1")
{
    static const int families[] = {AF_INET, AF_INET6};

    for (int i = 0; i < 2; i++) {
        SOCKET listener = net_listener(families[i]), peer;
        SOCKET s = net_bound(families[i], SOCK_STREAM);
        struct op op;

        op_init(&op, 0);
        CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
        CHECK_EQ(op_end(s, &op), 0);
        CHECK_EQ(op.bytes, 0);
        peer = accepted(listener);
        net_send(s, "ping");
        net_expect(peer, "ping");
        net_send(peer, "pong");
        net_expect(s, "pong");
        op_done(&op);
        net_close(s);
        net_close(peer);
        net_close(listener);
    }
}

TEST(data_can_go_along, "CEX-2")
{
    SOCKET listener = net_listener(AF_INET), peer;
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct op op;

    op_text(&op, "first words");
    CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    CHECK_EQ(op_end(s, &op), 0);
    CHECK_EQ(op.bytes, 11);
    peer = accepted(listener);
    net_expect(peer, "first words");
    op_done(&op);
    net_close(s);
    net_close(peer);
    net_close(listener);
}

TEST(a_connection_by_ConnectEx_gives_a_packet, "CEX-2 IOCP-2")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 4);
    struct op op;

    op_text(&op, "abc");
    CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    port_expect(port, 4, &op.ov, 0, 3);
    CHECK(port_empty(port));
    op_done(&op);
    net_close(s);
    net_close(listener);
    port_close(port);
}

TEST(it_pends_even_where_success_gives_no_packet, "CEX-1 IOCP-3")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 4);
    struct op op;

    REQUIRE(SetFileCompletionNotificationModes((HANDLE)s, 1));
    op_init(&op, 0);
    CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    port_expect(port, 4, &op.ov, 0, 0);
    op_done(&op);
    net_close(s);
    net_close(listener);
    port_close(port);
}

TEST(a_failed_call_leaves_a_pending_record, "OVL-11 CEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_DIFFERS("it clears the count");
    op_init(&op, 0);
    op.ov.Internal = 0xdead;
    op.ov.InternalHigh = 0xbeef;
    CHECK_EQ(connect_to(s, listener, &op), WSAEINVAL);
    CHECK_EQ(op.ov.Internal, STATUS_OF_PENDING);
    CHECK_EQ(op.ov.InternalHigh, 0xbeef);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(the_socket_must_be_bound, "CEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(connect_to(s, listener, &op), WSAEINVAL);
    CHECK(!net_signalled(op.ov.hEvent, 0));
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(an_overlapped_is_needed, "CEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    CHECK_EQ(connect_ex(s, net_name(listener), NULL, 0, NULL, NULL),
             ERROR_INVALID_PARAMETER);
    net_close(s);
    net_close(listener);
}

TEST(what_is_no_socket_does_not_connect, "CEX-1 G-3")
{
    SOCKET listener = net_listener(AF_INET);
    LPFN_CONNECTEX function =
        EXTENSION(listener, LPFN_CONNECTEX, WSAID_CONNECTEX);
    struct net_addr to = net_name(listener);
    struct op op;

    op_init(&op, 0);
    CHECK_ERR(
        !function(INVALID_SOCKET, &to.u.any, to.len, NULL, 0, NULL, &op.ov),
        WSAENOTSOCK);
    op_done(&op);
    net_close(listener);
}

TEST(a_listener_does_not_connect, "CEX-1")
{
    SOCKET listener = net_listener(AF_INET), other = net_listener(AF_INET);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(connect_to(other, listener, &op), WSAEINVAL);
    op_done(&op);
    net_close(other);
    net_close(listener);
}

TEST(a_connected_socket_does_not_connect_again, "CEX-1 CEX-3")
{
    SOCKET listener = net_listener(AF_INET), s = connected(listener);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(connect_to(s, listener, &op), WSAEISCONN);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_datagram_socket_does_not_connect_that_way, "CEX-1")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_DGRAM);
    struct op op;

    WINE_DIFFERS("it connects");
    op_init(&op, 0);
    CHECK_ONE_OF(connect_to(s, listener, &op), WSAEOPNOTSUPP, WSAEINVAL);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_short_address_is_refused, "CEX-1 G-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr to = net_name(listener);
    struct op op;

    WINE_DIFFERS("another error");
    op_init(&op, 0);
    to.len = 3;
    CHECK_EQ(connect_ex(s, to, NULL, 0, NULL, &op.ov), WSAEFAULT);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_refusal_comes_with_the_completion, "CEX-2 IOCP-11")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(connect_ex(s, net_nobody(AF_INET), NULL, 0, NULL, &op.ov),
             WSA_IO_PENDING);
    CHECK_EQ(op_end(s, &op), WSAECONNREFUSED);
    CHECK_EQ(op_status(&op), 0xC0000236);
    CHECK_ERR(!GetOverlappedResult((HANDLE)s, &op.ov, &op.bytes, FALSE),
              ERROR_CONNECTION_REFUSED);
    op_done(&op);
    net_close(s);
}

TEST(a_refusal_is_a_failed_packet, "CEX-2 IOCP-11 ST-2")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    HANDLE port = port_of(s, 4);
    struct op op;

    op_init(&op, 0);
    CHECK_EQ(connect_ex(s, net_nobody(AF_INET), NULL, 0, NULL, &op.ov),
             WSA_IO_PENDING);
    port_expect(port, 4, &op.ov, ERROR_CONNECTION_REFUSED, 0);
    op_done(&op);
    net_close(s);
    port_close(port);
}

TEST(after_a_refusal_it_may_be_tried_again, "CEX-2")
{
    SOCKET listener = net_listener(AF_INET), peer;
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct op op;

    WINE_HANGS("the second try fails");
    for (int i = 0; i < 2; i++) {
        op_init(&op, 0);
        CHECK_EQ(connect_ex(s, net_nobody(AF_INET), NULL, 0, NULL, &op.ov),
                 WSA_IO_PENDING);
        CHECK_EQ(op_end(s, &op), WSAECONNREFUSED);
        op_done(&op);
    }
    op_text(&op, "at last");
    CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    CHECK_EQ(op_end(s, &op), 0);
    CHECK_EQ(op.bytes, 7);
    peer = accepted(listener);
    net_expect(peer, "at last");
    op_done(&op);
    net_close(s);
    net_close(peer);
    net_close(listener);
}

TEST(there_are_no_names_before_the_update, "CEX-3")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    struct net_addr name = {{{0}}, sizeof name.u}, to = net_name(listener);
    struct op op;

    WINE_DIFFERS("the update changes nothing");
    op_init(&op, 0);
    REQUIRE_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    REQUIRE_EQ(op_end(s, &op), 0);
    CHECK_ERR(getpeername(s, &name.u.any, &name.len) == SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_ERR(shutdown(s, SD_SEND) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(connect(s, &to.u.any, to.len) == SOCKET_ERROR, WSAEINVAL);
    CHECK_EQ(update_connect(s), 0);
    CHECK(net_same(net_peer(s), to));
    CHECK_ERR(connect(s, &to.u.any, to.len) == SOCKET_ERROR, WSAEISCONN);
    CHECK_EQ(shutdown(s, SD_SEND), 0);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(an_update_before_the_connection_is_too_early, "CEX-3")
{
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("the update changes nothing");
    CHECK_ONE_OF(update_connect(s), WSAENOTCONN);
    net_close(s);
}

TEST(FD_CONNECT_is_told_too, "CEX-4")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    WSAEVENT event = WSACreateEvent();
    struct op op;

    REQUIRE_EQ(WSAEventSelect(s, event, FD_CONNECT), 0);
    op_init(&op, 0);
    CHECK_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
    CHECK_EQ(op_end(s, &op), 0);
    CHECK_EQ(net_events(s, event, FD_CONNECT, SOON), FD_CONNECT);
    WSACloseEvent(event);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(many_connections_are_made_at_once, "CEX-1")
{
    enum { N = 12 };
    static struct op ops[N];
    SOCKET listener = net_listener(AF_INET), s[N];

    for (int i = 0; i < N; i++) {
        s[i] = net_bound(AF_INET, SOCK_STREAM);
        op_text(&ops[i], "x");
        CHECK_EQ(connect_to(s[i], listener, &ops[i]), WSA_IO_PENDING);
    }
    for (int i = 0; i < N; i++) {
        SOCKET peer = accepted(listener);

        net_expect(peer, "x");
        net_close(peer);
    }
    for (int i = 0; i < N; i++) {
        CHECK_EQ(op_end(s[i], &ops[i]), 0);
        CHECK_EQ(ops[i].bytes, 1);
        op_done(&ops[i]);
        net_close(s[i]);
    }
    net_close(listener);
}

TEST(ConnectEx_meets_AcceptEx, "CEX-2 AEX-3")
{
    SOCKET listener = net_listener(AF_INET);
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);
    SOCKET peer = net_socket(AF_INET, SOCK_STREAM);
    struct op in, out;

    op_init(&in, 0);
    CHECK_EQ(accept_ex(listener, peer, in.data, 50, &in.bytes, &in.ov),
             WSA_IO_PENDING);
    op_text(&out, "nice to meet you");
    CHECK_EQ(connect_to(s, listener, &out), WSA_IO_PENDING);
    CHECK_EQ(op_end(listener, &in), 0);
    CHECK_EQ(in.bytes, 16);
    CHECK_MEM(in.data, "nice to meet you", 16);
    CHECK_EQ(op_end(s, &out), 0);
    CHECK_EQ(update_connect(s), 0);
    CHECK_EQ(update_accept(peer, listener), 0);
    CHECK(net_same(net_peer(peer), net_name(s)));
    op_done(&in);
    op_done(&out);
    net_close(s);
    net_close(peer);
    net_close(listener);
}

/* ---- DisconnectEx ---- */

TEST(without_a_connection_there_is_none_to_end, "DEX-1")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    struct op op;

    CHECK_EQ(disconnect_ex(s, NULL, 0), WSAENOTCONN);
    CHECK_EQ(disconnect_ex(s, NULL, TF_REUSE_SOCKET), WSAENOTCONN);
    op_init(&op, 0);
    CHECK_EQ(disconnect_ex(s, &op.ov, 0), WSAENOTCONN);
    op_done(&op);
    net_close(s);
}

TEST(only_one_flag_is_known, "DEX-1")
{
    SOCKET pair[2];

    WINE_DIFFERS("others are ignored");
    net_pair(AF_INET, pair);
    CHECK_EQ(disconnect_ex(pair[0], NULL, 1), WSAEINVAL);
    CHECK_EQ(disconnect_ex(pair[0], NULL, 0x8000), WSAEINVAL);
    net_send(pair[0], "still");
    net_expect(pair[1], "still");
    net_close_pair(pair);
}

TEST(the_reserved_argument_is_zero, "DEX-1")
{
    SOCKET pair[2];

    WINE_DIFFERS("it is not looked at");
    net_pair(AF_INET, pair);
    CHECK_ERR(!EXTENSION(pair[0], LPFN_DISCONNECTEX,
                         WSAID_DISCONNECTEX)(pair[0], NULL, 0, 1),
              WSAEINVAL);
    net_close_pair(pair);
}

TEST(what_is_no_socket_does_not_disconnect, "DEX-1 G-3")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    LPFN_DISCONNECTEX function =
        EXTENSION(s, LPFN_DISCONNECTEX, WSAID_DISCONNECTEX);

    CHECK_ERR(!function(INVALID_SOCKET, NULL, 0, 0), WSAENOTSOCK);
    net_close(s);
    CHECK_ERR(!function(s, NULL, 0, 0), WSAENOTSOCK);
}

TEST(ending_is_a_shutdown_of_sending, "DEX-1 DEX-2")
{
    SOCKET listener = net_listener(AF_INET), s = connected(listener);
    SOCKET peer = accepted(listener);
    struct net_addr to = net_name(listener);

    CHECK_EQ(disconnect_ex(s, NULL, 0), 0);
    net_expect_end(peer);
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAESHUTDOWN);
    net_send(peer, "last words");
    net_expect(s, "last words");
    CHECK(net_same(net_peer(s), to));
    CHECK_ERR(connect(s, &to.u.any, to.len) == SOCKET_ERROR, WSAEISCONN);
    CHECK_EQ(disconnect_ex(s, NULL, 0), 0);
    net_close(s);
    net_close(peer);
    net_close(listener);
}

TEST(ending_can_be_overlapped, "DEX-1 OVL-2")
{
    SOCKET pair[2];
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, 0);
    CHECK_ONE_OF(disconnect_ex(pair[0], &op.ov, 0), 0, WSA_IO_PENDING);
    CHECK_EQ(op_end(pair[0], &op), 0);
    net_expect_end(pair[1]);
    op_done(&op);
    net_close_pair(pair);
}

TEST(ending_gives_a_packet, "DEX-1 IOCP-3")
{
    SOCKET pair[2];
    HANDLE port;
    struct op op;

    WINE_HANGS("success at once gives none");
    net_pair(AF_INET, pair);
    port = port_of(pair[0], 4);
    REQUIRE(SetFileCompletionNotificationModes((HANDLE)pair[0], 1));
    op_init(&op, 0);
    CHECK_ONE_OF(disconnect_ex(pair[0], &op.ov, 0), 0, WSA_IO_PENDING);
    port_expect(port, 4, &op.ov, 0, 0);
    op_done(&op);
    net_close_pair(pair);
    port_close(port);
}

TEST(what_was_sent_before_the_end_arrives, "DEX-2")
{
    static char much[300000];
    SOCKET pair[2];
    size_t got = 0;
    struct op op;

    net_pair(AF_INET, pair);
    op_init(&op, sizeof much);
    op.buf.buf = much;
    CHECK_ONE_OF(op_send(pair[0], &op), 0, WSA_IO_PENDING);
    CHECK_EQ(disconnect_ex(pair[0], NULL, 0), 0);
    for (;;) {
        char buf[65536];
        int n = recv(pair[1], buf, sizeof buf, 0);

        REQUIRE_ERR(n >= 0, net_error());
        if (!n)
            break;
        got += (size_t)n;
    }
    CHECK_EQ(got, sizeof much);
    CHECK_EQ(op_end(pair[0], &op), 0);
    op_done(&op);
    net_close_pair(pair);
}

/* Ends both ways, the peer second, so that the socket is free again. */
static void
free_socket(SOCKET s, SOCKET peer)
{
    struct op op;

    op_init(&op, 0);
    CHECK_ONE_OF(disconnect_ex(s, &op.ov, TF_REUSE_SOCKET), 0, WSA_IO_PENDING);
    net_expect_end(peer);
    net_close(peer);
    CHECK_EQ(op_end(s, &op), 0);
    op_done(&op);
}

TEST(an_accepted_socket_is_accepted_into_again, "DEX-3 AEX-1")
{
    SOCKET listener = net_listener(AF_INET), client;
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    for (int i = 0; i < 3; i++) {
        struct op op;

        op_init(&op, 0);
        REQUIRE_EQ(accept_ex(listener, s, op.data, 0, &op.bytes, &op.ov),
                   WSA_IO_PENDING);
        client = net_client(listener);
        REQUIRE_EQ(op_end(listener, &op), 0);
        CHECK_EQ(update_accept(s, listener), 0);
        CHECK(net_same(net_peer(s), net_name(client)));
        net_send(client, "hello");
        net_expect(s, "hello");
        op_done(&op);
        free_socket(s, client);
    }
    net_close(s);
    net_close(listener);
}

TEST(a_connecting_socket_connects_again, "DEX-3 CEX-1")
{
    SOCKET listener = net_listener(AF_INET), peer;
    SOCKET s = net_bound(AF_INET, SOCK_STREAM);

    WINE_DIFFERS("sockets cannot be used again");
    for (int i = 0; i < 3; i++) {
        struct op op;

        op_text(&op, "hello");
        REQUIRE_EQ(connect_to(s, listener, &op), WSA_IO_PENDING);
        REQUIRE_EQ(op_end(s, &op), 0);
        CHECK_EQ(update_connect(s), 0);
        peer = accepted(listener);
        net_expect(peer, "hello");
        op_done(&op);
        free_socket(s, peer);
    }
    net_close(s);
    net_close(listener);
}

TEST(a_socket_is_free_when_the_peer_has_ended_too, "DEX-3")
{
    SOCKET listener = net_listener(AF_INET), s = connected(listener);
    SOCKET peer = accepted(listener);
    struct op op;

    WINE_DIFFERS("sockets cannot be used again");
    op_init(&op, 0);
    CHECK_EQ(disconnect_ex(s, &op.ov, TF_REUSE_SOCKET), WSA_IO_PENDING);
    net_expect_end(peer);
    CHECK(op_pending(&op));
    net_close(peer);
    CHECK_EQ(op_end(s, &op), 0);
    op_done(&op);
    net_close(s);
    net_close(listener);
}

TEST(a_socket_that_is_free_again_is_not_connected, "DEX-3")
{
    SOCKET listener = net_listener(AF_INET), s = connected(listener);
    SOCKET peer = accepted(listener);
    struct net_addr name = {{{0}}, sizeof name.u};

    WINE_DIFFERS("sockets cannot be used again");
    free_socket(s, peer);
    CHECK_ERR(send(s, "x", 1, 0) == SOCKET_ERROR, WSAENOTCONN);
    CHECK_ERR(getpeername(s, &name.u.any, &name.len) == SOCKET_ERROR,
              WSAENOTCONN);
    CHECK_EQ(disconnect_ex(s, NULL, 0), WSAENOTCONN);
    net_close(s);
    net_close(listener);
}

TEST(closing_ends_a_disconnect_that_waits, "DEX-3 IOCP-6")
{
    SOCKET listener = net_listener(AF_INET), s = connected(listener);
    SOCKET peer = accepted(listener);
    struct op op;

    WINE_DIFFERS("sockets cannot be used again");
    op_init(&op, 0);
    CHECK_EQ(disconnect_ex(s, &op.ov, TF_REUSE_SOCKET), WSA_IO_PENDING);
    net_close(s);
    CHECK(net_signalled(op.ov.hEvent, SOON));
    CHECK_EQ(op_status(&op), STATUS_OF_CANCELLED);
    op_done(&op);
    net_close(peer);
    net_close(listener);
}
