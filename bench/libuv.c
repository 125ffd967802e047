/* SPDX-License-Identifier: MIT */
/* The echo server on libuv: what arrived is written back at once, and reading
 * goes on meanwhile. Built only where libuv is installed. Invariant: no write
 * is ever queued, since the peer waits for each message. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

struct connection {
    uv_tcp_t tcp;
    char buf[4096];
};

static void
check(int err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
    exit(1);
}

static void
give(uv_handle_t *h, size_t unused, uv_buf_t *out)
{
    struct connection *c = h->data;

    (void)unused;
    *out = uv_buf_init(c->buf, sizeof(c->buf));
}

static void
ended(uv_handle_t *h)
{
    free(h->data);
}

static void
got(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    uv_buf_t out = uv_buf_init(buf->base, n > 0 ? (unsigned)n : 0);

    if (n < 0)
        uv_close((uv_handle_t *)s, ended);
    else if (n > 0 && uv_try_write(s, &out, 1) != n)
        check(UV_EAGAIN, "uv_try_write");
}

static void
knocked(uv_stream_t *listener, int err)
{
    struct connection *c = malloc(sizeof(*c));

    check(err, "accept");
    if (!c)
        exit(1);
    uv_tcp_init(listener->loop, &c->tcp);
    c->tcp.data = c;
    check(uv_accept(listener, (uv_stream_t *)&c->tcp), "uv_accept");
    uv_tcp_nodelay(&c->tcp, 1);
    check(uv_read_start((uv_stream_t *)&c->tcp, give, got), "uv_read_start");
}

static void
raise_limit(void)
{
    struct rlimit r;

    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

int
main(void)
{
    struct sockaddr_in sin;
    int len = sizeof(sin);
    uv_tcp_t listener;

    raise_limit();
    uv_ip4_addr("127.0.0.1", 0, &sin);
    check(uv_tcp_init(uv_default_loop(), &listener), "uv_tcp_init");
    check(uv_tcp_bind(&listener, (struct sockaddr *)&sin, 0), "bind");
    check(uv_listen((uv_stream_t *)&listener, 4096, knocked), "listen");
    uv_tcp_getsockname(&listener, (struct sockaddr *)&sin, &len);
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
