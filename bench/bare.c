/* SPDX-License-Identifier: MIT */
/* The yardstick: servers and a client that do by plain system calls what
 * winsock.c does through the library. Each listens on a port of loopback,
 * prints it and serves until it is killed. They are not meant to be clever:
 * invariant: a message costs the calls that its model needs and no more. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4096
#define MESSAGE 64
#define QUESTION 18 /* as long as what ISO transport asks to be let in */
#define BATCH 64
#define MANY 2048

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static int
listen_and_tell(void)
{
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in sin = {.sin_family = AF_INET};
    socklen_t len = sizeof(sin);
    int on = 1;

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (bind(s, (struct sockaddr *)&sin, sizeof(sin)) || listen(s, BACKLOG) ||
        getsockname(s, (struct sockaddr *)&sin, &len))
        die("listen");
    printf("port %d\n", ntohs(sin.sin_port));
    fflush(stdout);
    return s;
}

static int
connect_to(int port)
{
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in sin = {.sin_family = AF_INET};
    int on = 1;

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t)port);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(s, (struct sockaddr *)&sin, sizeof(sin)))
        die("connect");
    return s;
}

static int
accept_from(int listener, int flags)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);

    return accept4(listener, (struct sockaddr *)&peer, &len, flags);
}

/* What arrived goes back; -1 at the end of the connection. */
static int
echo(int s)
{
    char buf[4096];
    ssize_t n = recv(s, buf, sizeof(buf), 0);

    return n > 0 && send(s, buf, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

/* ---- servers ---- */

static void
serve_accept(void)
{
    int listener = listen_and_tell();

    for (;;) {
        int s = accept_from(listener, SOCK_CLOEXEC);

        if (s < 0)
            die("accept4");
        close(s);
    }
}

/* A refusal as it can be had without a gate: after the handshake. */
static void
serve_refuse(void)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    int listener = listen_and_tell();

    for (;;) {
        int s = accept_from(listener, SOCK_CLOEXEC);

        if (s < 0)
            die("accept4");
        setsockopt(s, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
        close(s);
    }
}

static void
serve_ping(void)
{
    int listener = listen_and_tell();

    for (;;) {
        int s = accept_from(listener, SOCK_CLOEXEC);

        while (echo(s) == 0)
            continue;
        close(s);
    }
}

static void
watch(int ep, int s)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = s};

    if (epoll_ctl(ep, EPOLL_CTL_ADD, s, &ev))
        die("epoll_ctl");
}

static void
serve_epoll(void)
{
    int listener = listen_and_tell();
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev[BATCH];

    watch(ep, listener);
    for (;;) {
        int n = epoll_wait(ep, ev, BATCH, -1);

        for (int i = 0; i < n; i++) {
            if (ev[i].data.fd == listener)
                watch(ep, accept_from(listener, SOCK_CLOEXEC | SOCK_NONBLOCK));
            else if (echo(ev[i].data.fd))
                close(ev[i].data.fd);
        }
    }
}

/* Two threads with a set each; a connection stays with who accepted it. */
static void *
serve_beside(void *arg)
{
    int listener = *(int *)arg;
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev[BATCH] = {
        {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = listener}
    };

    if (epoll_ctl(ep, EPOLL_CTL_ADD, listener, ev))
        die("epoll_ctl");
    for (;;) {
        int n = epoll_wait(ep, ev, BATCH, -1);

        for (int i = 0; i < n; i++) {
            int s = ev[i].data.fd;

            if (s == listener) {
                s = accept_from(s, SOCK_CLOEXEC | SOCK_NONBLOCK);
                if (s >= 0)
                    watch(ep, s);
            } else if (echo(s)) {
                close(s);
            }
        }
    }
    return NULL;
}

static void
serve_epoll2(void)
{
    int listener = listen_and_tell();
    pthread_t other;

    fcntl(listener, F_SETFL, O_NONBLOCK);
    if (pthread_create(&other, NULL, serve_beside, &listener))
        die("pthread_create");
    serve_beside(&listener);
}

/* Says one byte to each and closes. */
static void
serve_storm(void)
{
    int listener = listen_and_tell(), s;
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev;

    fcntl(listener, F_SETFL, O_NONBLOCK);
    watch(ep, listener);
    while (epoll_wait(ep, &ev, 1, -1) > 0) {
        while ((s = accept_from(listener, SOCK_CLOEXEC)) >= 0) {
            if (send(s, "", 1, MSG_NOSIGNAL) != 1)
                die("send");
            close(s);
        }
    }
}

/* ---- what ISO transport does, without it ---- */

static void
serve_visit(void)
{
    int listener = listen_and_tell();

    for (;;) {
        char buf[QUESTION];
        int s = accept_from(listener, SOCK_CLOEXEC);

        if (recv(s, buf, QUESTION, MSG_WAITALL) != QUESTION ||
            send(s, buf, QUESTION, MSG_NOSIGNAL) != QUESTION ||
            recv(s, buf, 1, 0) != 0)
            die("visit");
        close(s);
    }
}

static void
serve_pour(void)
{
    static char room[65536];
    int listener = listen_and_tell();

    for (;;) {
        int s = accept_from(listener, SOCK_CLOEXEC);

        while (recv(s, room, sizeof(room), 0) > 0)
            ;
        close(s);
    }
}

/* ---- a file to each connection ---- */

static void
send_file(int listener, int file, off_t size)
{
    int s = accept_from(listener, SOCK_CLOEXEC);
    off_t at = 0;

    while (at < size)
        if (sendfile(s, file, &at, (size_t)(size - at)) <= 0)
            die("sendfile");
    close(s);
}

static void
serve_file(const char *name)
{
    int file = open(name, O_RDONLY | O_CLOEXEC);
    int listener = listen_and_tell();
    struct stat st;

    if (file < 0 || fstat(file, &st))
        die(name);
    for (;;)
        send_file(listener, file, st.st_size);
}

static void
serve_poll(void)
{
    static struct pollfd fds[MANY];
    nfds_t count = 1;

    fds[0] = (struct pollfd){.fd = listen_and_tell(), .events = POLLIN};
    for (;;) {
        if (poll(fds, count, -1) < 0)
            die("poll");
        for (nfds_t i = count - 1; i > 0; i--) {
            if (fds[i].revents && echo(fds[i].fd)) {
                close(fds[i].fd);
                fds[i] = fds[--count];
            }
        }
        if (fds[0].revents && count < MANY) {
            fds[count].fd = accept_from(fds[0].fd, SOCK_NONBLOCK);
            fds[count++].events = POLLIN;
        }
    }
}

/* ---- clients ---- */

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int line, peer_port;

static void
ping(void)
{
    char buf[MESSAGE] = {0};

    if (send(line, buf, MESSAGE, MSG_NOSIGNAL) != MESSAGE ||
        recv(line, buf, MESSAGE, MSG_WAITALL) != MESSAGE)
        die("ping");
}

/* A connection, a question and its answer, and the end seen by both. */
static void
visit(void)
{
    char buf[QUESTION] = {0};
    int s = connect_to(peer_port);

    if (send(s, buf, QUESTION, MSG_NOSIGNAL) != QUESTION ||
        recv(s, buf, QUESTION, MSG_WAITALL) != QUESTION ||
        shutdown(s, SHUT_WR) || recv(s, buf, 1, 0) != 0)
        die("visit");
    close(s);
}

static void
pour(void)
{
    static char megabyte[1 << 20];

    if (send(line, megabyte, sizeof(megabyte), MSG_NOSIGNAL) !=
        sizeof(megabyte))
        die("pour");
}

/* What a client does again and again, by the end of its name: "bare-visit". */
static const struct load {
    const char *name;
    void (*once)(void);
    int batch;
} loads[] = {
    {"-visit", visit, 4 },
    {"-pour",  pour,  4 },
    {"",       ping,  16},
};

static const struct load *
load_of(const char *name)
{
    size_t i = 0;

    while (loads[i].once != ping && !strstr(name, loads[i].name))
        i++;
    return &loads[i];
}

static long
repeat(const struct load *l, double end)
{
    long count = 0;

    do {
        for (int i = 0; i < l->batch; i++, count++)
            l->once();
    } while (now() < end);
    return count;
}

/* Says when the measured stretch begins and what it held. */
static void
client(const struct load *l, double warm, double length, int port)
{
    double begin;
    long count;

    peer_port = port;
    if (l->once != visit)
        line = connect_to(port);
    repeat(l, now() + warm);
    puts("go");
    fflush(stdout);
    begin = now();
    count = repeat(l, begin + length);
    printf("done %ld %.6f\n", count, now() - begin);
    fflush(stdout);
    pause(); /* the server's CPU clock is read before the connection ends */
}

/* ---- memory and event objects ---- */

static double
heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return (double)m.uordblks + (double)m.hblkhd;
}

static double
resident_bytes(void)
{
    long size, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
        die("statm");
    fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void
connect_pairs(int listener, int *s, int count)
{
    struct sockaddr_in sin;
    socklen_t len = sizeof(sin);

    getsockname(listener, (struct sockaddr *)&sin, &len);
    for (int i = 0; i < count; i += 2) {
        s[i] = connect_to(ntohs(sin.sin_port));
        s[i + 1] = accept_from(listener, SOCK_CLOEXEC);
    }
}

/* The accepted end goes first and waits out its time in the kernel; nothing
 * of it is the process's. */
static void
close_pairs(const int *s, int count)
{
    for (int i = 0; i < count; i++)
        close(s[i ^ 1]);
}

/* Prints the bytes a socket of heap and resident memory, and what is left of a
 * second cycle. */
static void
memory(int count)
{
    int listener = listen_and_tell();
    int *s = calloc((size_t)count, sizeof(*s));
    double heap, resident, left;

    memset(s, 0xff, (size_t)count * sizeof(*s));
    heap = heap_bytes();
    resident = resident_bytes();
    connect_pairs(listener, s, count);
    heap = (heap_bytes() - heap) / count;
    resident = (resident_bytes() - resident) / count;
    close_pairs(s, count);
    left = heap_bytes();
    connect_pairs(listener, s, count);
    close_pairs(s, count);
    left = heap_bytes() - left;
    printf("memory %.1f %.1f %.0f\n", heap, resident, left);
}

/* Nanoseconds to raise and lower a flag that another thread could poll, and to
 * raise it and wait for it. */
static void
objects(void)
{
    enum { TURNS = 200000 };
    int e = eventfd(0, EFD_CLOEXEC);
    struct pollfd p = {.fd = e, .events = POLLIN};
    uint64_t v = 1;
    double begin = now(), set_reset, set_wait;

    for (int i = 0; i < TURNS; i++)
        if (write(e, &v, 8) != 8 || read(e, &v, 8) != 8)
            die("eventfd");
    set_reset = now() - begin;
    begin = now();
    for (int i = 0; i < TURNS; i++)
        if (write(e, &v, 8) != 8 || poll(&p, 1, -1) != 1 || read(e, &v, 8) != 8)
            die("eventfd");
    set_wait = now() - begin;
    printf("objects %.1f %.1f\n", set_reset / TURNS * 1e9,
           set_wait / TURNS * 1e9);
}

/* ---- */

static const struct server {
    const char *name;
    void (*serve)(void);
} servers[] = {
    {"accept",  serve_accept},
    {"refuse",  serve_refuse},
    {"ping",    serve_ping  },
    {"visit",   serve_visit },
    {"pour",    serve_pour  },
    {"epoll",   serve_epoll },
    {"epoll2",  serve_epoll2},
    {"storm",   serve_storm },
    {"poll",    serve_poll  },
    {"objects", objects     },
};

static void
raise_limit(void)
{
    struct rlimit r;

    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

int
main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    raise_limit();
    if (argc == 5 && !strcmp(name, "client"))
        client(load_of(argv[0]), atof(argv[2]), atof(argv[3]), atoi(argv[4]));
    if (argc == 3 && !strcmp(name, "memory")) {
        memory(atoi(argv[2]));
        return 0;
    }
    if (argc == 3 && !strcmp(name, "file"))
        serve_file(argv[2]);
    for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
        if (!strcmp(name, servers[i].name)) {
            servers[i].serve();
            return 0;
        }
    }
    fprintf(stderr, "usage: bare accept|refuse|ping|epoll|epoll2|storm|poll|"
                    "objects\n"
                    "       bare file NAME\n"
                    "       bare memory SOCKETS\n"
                    "       bare client WARM SECONDS PORT\n");
    return 2;
}
