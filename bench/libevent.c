/* SPDX-License-Identifier: MIT */
/* The echo server on libevent's plain events, which are cheaper than its
 * bufferevents: a read event that stays, recv and send. Built only where
 * libevent is installed. Invariant: a message costs one event, one recv and one
 * send. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

static struct event_base *base;

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void
watch(int s, event_callback_fn ready)
{
    struct event *e;

    if (s < 0)
        die("accept");
    evutil_make_socket_nonblocking(s);
    e = event_new(base, s, EV_READ | EV_PERSIST, ready, event_self_cbarg());
    if (!e || event_add(e, NULL))
        die("event_add");
}

static void
talk(evutil_socket_t s, short what, void *arg)
{
    char buf[4096];
    ssize_t n = recv(s, buf, sizeof(buf), 0);

    (void)what;
    if (n > 0 && send(s, buf, (size_t)n, MSG_NOSIGNAL) == n)
        return;
    event_free(arg);
    evutil_closesocket(s);
}

static void
knocked(evutil_socket_t s, short what, void *arg)
{
    (void)what, (void)arg;
    watch(accept(s, NULL, NULL), talk);
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
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in sin = {.sin_family = AF_INET};
    socklen_t len = sizeof(sin);

    raise_limit();
    base = event_base_new();
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (bind(s, (struct sockaddr *)&sin, sizeof(sin)) || listen(s, 4096) ||
        getsockname(s, (struct sockaddr *)&sin, &len))
        die("listen");
    watch(s, knocked);
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return event_base_dispatch(base);
}
