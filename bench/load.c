/* SPDX-License-Identifier: MIT */
/* The load generator: starts a server on one core, loads it from another for
 * a fixed stretch, prints operations a second, the server's CPU microseconds
 * for each and how many cores other processes kept busy meanwhile, and ends the
 * server. It knows nothing of what the server is made of. Invariant: all clocks
 * cover the same stretch. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MANY 10000
#define MEGABYTE (1 << 20)
#define STRACE "/usr/bin/strace"

struct process {
    pid_t pid;
    clockid_t clock;
};

/* A measured stretch, and what it came to. */
struct lap {
    double wall, cpu;
    double all, own; /* CPU time of the machine, and of us */
    long count;
};

static double warm = 0.1, length = 0.4;
static size_t message = 64; /* bytes */
static struct process server;
static struct process client; /* or none */
static int port;
static int talking[MANY]; /* the connections that talk */

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static double
seconds(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t))
        die("clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
now(void)
{
    return seconds(CLOCK_MONOTONIC);
}

/* What all processors have worked, in steps of a tick; 0 if nobody tells. */
static double
machine(void)
{
    long v[8] = {0}; /* user nice system idle iowait irq softirq steal */
    FILE *f = fopen("/proc/stat", "r");
    int n = 0;

    if (!f)
        return 0;
    n = fscanf(f, "cpu %ld %ld %ld %ld %ld %ld %ld %ld", &v[0], &v[1], &v[2],
               &v[3], &v[4], &v[5], &v[6], &v[7]);
    fclose(f);
    if (n != 8)
        return 0;
    return (double)(v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) /
           (double)sysconf(_SC_CLK_TCK);
}

static double
own(void)
{
    return seconds(server.clock) + seconds(CLOCK_PROCESS_CPUTIME_ID) +
           (client.pid ? seconds(client.clock) : 0);
}

static void
lap_begin(struct lap *lap)
{
    lap->all -= machine();
    lap->own -= own();
    lap->cpu -= seconds(server.clock);
    lap->wall -= now();
}

static void
lap_end(struct lap *lap, long count)
{
    lap->wall += now();
    lap->cpu += seconds(server.clock);
    lap->own += own();
    lap->all += machine();
    lap->count += count;
}

/* ---- processes ---- */

/* Pins to the n-th of the cores that we may use, if there are two. */
static void
pin(int nth)
{
    static cpu_set_t may;
    cpu_set_t one;
    int seen = 0;

    if (!CPU_COUNT(&may) && sched_getaffinity(0, sizeof(may), &may))
        return;
    if (CPU_COUNT(&may) < 2)
        return;
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &may) && seen++ == nth)
            CPU_SET(i, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

/* Starts 'args' on the first core and returns its output. The child dies with
 * us, whatever ends us. */
static FILE *
start(struct process *p, char *const *args)
{
    int pipe_ends[2];

    if (pipe2(pipe_ends, O_CLOEXEC))
        die("pipe2");
    p->pid = fork();
    if (p->pid < 0)
        die("fork");
    if (p->pid == 0) {
        pin(0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(pipe_ends[1], STDOUT_FILENO);
        execv(args[0], args);
        die(args[0]);
    }
    close(pipe_ends[1]);
    if (clock_getcpuclockid(p->pid, &p->clock))
        die("clock_getcpuclockid");
    return fdopen(pipe_ends[0], "r");
}

/* Its output stays open, so that it has somewhere to go. */
static void
start_server(char *const *args)
{
    FILE *out = start(&server, args);

    if (!out || fscanf(out, "port %d", &port) != 1) {
        fprintf(stderr, "load: %s %s did not start\n", args[0], args[1]);
        exit(1);
    }
}

static void
end(struct process *p)
{
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
}

/* ---- connections ---- */

static struct sockaddr_in
server_name(void)
{
    struct sockaddr_in sin = {.sin_family = AF_INET};

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sin.sin_port = htons((uint16_t)port);
    return sin;
}

static int
connect_to_server(void)
{
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in sin = server_name();
    int on = 1;

    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(s, (struct sockaddr *)&sin, sizeof(sin)))
        die("connect");
    return s;
}

/* Waits for the server's end of the stream, then resets: neither side keeps
 * the connection in TIME_WAIT, and the port is free at once. */
static void
hang_up(int s)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    char c;

    while (recv(s, &c, 1, 0) > 0)
        continue; /* the one byte of the server that says goodbye */
    setsockopt(s, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(s);
}

/* ---- the loads ---- */

/* A ring of connections in flight; the server takes them in the same order. */
static long
knock(int *ring, int count, double until)
{
    long done = 0;

    do {
        for (int i = 0; i < count; i++, done++) {
            hang_up(ring[i]);
            ring[i] = connect_to_server();
        }
    } while (now() < until);
    return done;
}

static void
load_accept(int count, int unused, struct lap *lap)
{
    int *ring = calloc((size_t)count, sizeof(*ring));

    (void)unused;
    for (int i = 0; i < count; i++)
        ring[i] = connect_to_server();
    knock(ring, count, now() + warm);
    lap_begin(lap);
    lap_end(lap, knock(ring, count, now() + length));
}

/* Callers whom the server does not want: at the SYN, or after the handshake. */
static long
be_refused(double until)
{
    struct sockaddr_in sin = server_name();
    long done = 0;
    char c;

    do {
        int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (connect(s, (struct sockaddr *)&sin, sizeof(sin)) == 0)
            while (recv(s, &c, 1, 0) > 0)
                continue;
        else if (errno != ECONNREFUSED && errno != ECONNRESET)
            die("connect");
        close(s);
        done++;
    } while (now() < until);
    return done;
}

static void
load_refused(int unused, int unused_too, struct lap *lap)
{
    (void)unused, (void)unused_too;
    be_refused(now() + warm);
    lap_begin(lap);
    lap_end(lap, be_refused(now() + length));
}

/* Callers who do not wait for each other. Whatever is decided about one, the
 * server ends it then: he is connected and left, reset, or refused. */
static void
call(int ep)
{
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in sin = server_name();
    struct epoll_event ev = {.events = EPOLLRDHUP, .data.fd = s};

    if (connect(s, (struct sockaddr *)&sin, sizeof(sin)) &&
        errno != EINPROGRESS && errno != ECONNREFUSED)
        die("connect");
    if (epoll_ctl(ep, EPOLL_CTL_ADD, s, &ev))
        die("epoll_ctl");
}

static long
decide(int ep, double until)
{
    struct epoll_event ev[BATCH];
    long done = 0;

    do {
        int n = epoll_wait(ep, ev, BATCH, 5000);

        if (n <= 0) {
            fprintf(stderr, "load: nothing is decided any more\n");
            exit(1);
        }
        for (int i = 0; i < n; i++, done++) {
            hang_up(ev[i].data.fd);
            call(ep);
        }
    } while (now() < until);
    return done;
}

static void
load_crowd(int count, int unused, struct lap *lap)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);

    (void)unused;
    for (int i = 0; i < count; i++)
        call(ep);
    decide(ep, now() + warm);
    lap_begin(lap);
    lap_end(lap, decide(ep, now() + length));
}

/* The server is stopped while its queue fills, and then has nothing to do but
 * accept: this is its own rate, not the generator's. */
static void
burst(int *s, int count, struct lap *lap)
{
    kill(server.pid, SIGSTOP);
    waitpid(server.pid, NULL, WUNTRACED);
    for (int i = 0; i < count; i++)
        s[i] = connect_to_server();
    lap_begin(lap);
    kill(server.pid, SIGCONT);
    hang_up(s[count - 1]);
    lap_end(lap, count);
    for (int i = 0; i < count - 1; i++)
        hang_up(s[i]);
}

static void
load_burst(int count, int unused, struct lap *lap)
{
    int *s = calloc((size_t)count, sizeof(*s));
    struct lap cold = {0};
    double until;

    (void)unused;
    burst(s, count, &cold);
    until = now() + length;
    do
        burst(s, count, lap);
    while (now() < until);
}

static void
say(int s)
{
    static const char zeros[4096];

    if (send(s, zeros, message, MSG_NOSIGNAL) != (ssize_t)message)
        die("send");
}

static int
watch(int s)
{
    static int ep = -1;
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = s};

    if (ep < 0)
        ep = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ctl(ep, EPOLL_CTL_ADD, s, &ev))
        die("epoll_ctl");
    return ep;
}

static void
hear(int s)
{
    char buf[4096];

    if (recv(s, buf, message, MSG_WAITALL) != (ssize_t)message)
        die("recv");
}

/* Every message that comes back is sent again. */
static long
converse(int ep, double until)
{
    struct epoll_event ev[BATCH];
    long done = 0;

    do {
        int n = epoll_wait(ep, ev, BATCH, 5000);

        if (n <= 0) {
            fprintf(stderr, "load: the server has fallen silent\n");
            exit(1);
        }
        for (int i = 0; i < n; i++, done++) {
            hear(ev[i].data.fd);
            say(ev[i].data.fd);
        }
    } while (now() < until);
    return done;
}

/* 'count' connections, of which the first 'active' talk. */
static int
talk(int count, int active)
{
    int ep = -1;

    for (int i = 0; i < count; i++) {
        int s = connect_to_server();

        if (i >= active)
            continue;
        talking[i] = s;
        ep = watch(s);
        say(s);
    }
    return ep;
}

static void
load_echo(int count, int active, struct lap *lap)
{
    int ep = talk(count, active);

    converse(ep, now() + warm);
    lap_begin(lap);
    lap_end(lap, converse(ep, now() + length));
}

static void
load_echo4k(int count, int active, struct lap *lap)
{
    message = 4096;
    load_echo(count, active, lap);
}

/* ---- the system calls of an echo ---- */

/* Takes in what is still on its way. */
static long
fall_silent(int ep)
{
    struct epoll_event ev[BATCH];
    long done = 0;
    int n;

    while ((n = epoll_wait(ep, ev, BATCH, 200)) > 0)
        for (int i = 0; i < n; i++, done++)
            hear(ev[i].data.fd);
    return done;
}

static bool
traced(void)
{
    char name[64], line[128];
    int tracer = 0;
    FILE *f;

    snprintf(name, sizeof(name), "/proc/%d/status", (int)server.pid);
    f = fopen(name, "r");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    if (f)
        fclose(f);
    return tracer != 0;
}

/* Has strace count the server's calls into 'file'. The server is silent while
 * strace comes and goes, so that all calls belong to the messages counted. */
static void
load_calls(int count, char *file, struct lap *lap)
{
    char pid[16];
    char *args[] = {STRACE, "-qfco", file, "-p", pid, NULL};
    int ep = talk(count, count);
    struct process strace;

    fall_silent(ep);
    snprintf(pid, sizeof(pid), "%d", (int)server.pid);
    start(&strace, args);
    for (int i = 0; i < 2000 && !traced(); i++)
        usleep(1000);
    for (int i = 0; i < count; i++)
        say(talking[i]);
    lap_begin(lap);
    lap_end(lap, converse(ep, now() + length) + fall_silent(ep));
    kill(strace.pid, SIGINT);
    waitpid(strace.pid, NULL, 0);
}

/* ---- a file ---- */

/* The server sends a file on each connection; megabytes count. What arrives is
 * thrown away unread. */
static void
load_file(int unused, int unused_too, struct lap *lap)
{
    double until = now() + length;
    long bytes = 0;

    (void)unused, (void)unused_too;
    lap_begin(lap);
    do {
        int s = connect_to_server();
        ssize_t n;

        while ((n = recv(s, NULL, MEGABYTE, MSG_TRUNC)) > 0)
            bytes += n;
        hang_up(s);
    } while (now() < until);
    lap_end(lap, bytes / MEGABYTE);
}

/* ---- a client of its own, for the ping-pong ---- */

/* On the server's core: from core to core, waking the other one up takes many
 * times what the calls take, and nothing else would be seen. */
static FILE *
start_client(char *program)
{
    char begin[16], run[16], number[16];
    char *args[] = {program, "client", begin, run, number, NULL};

    snprintf(begin, sizeof(begin), "%g", warm);
    snprintf(run, sizeof(run), "%g", length);
    snprintf(number, sizeof(number), "%d", port);
    return start(&client, args);
}

static void
load_client(char *program, struct lap *lap)
{
    FILE *out = start_client(program);
    char line[64];
    double wall;
    long count;

    if (!out || !fgets(line, sizeof(line), out) || strcmp(line, "go\n"))
        die("no word from the client");
    lap_begin(lap);
    if (fscanf(out, "done %ld %lf", &count, &wall) != 2)
        die("no result from the client");
    lap_end(lap, count);
    end(&client);
}

/* ---- */

static const struct load {
    const char *name;
    void (*run)(int count, int active, struct lap *lap);
} loads[] = {
    {"accept",  load_accept },
    {"refused", load_refused},
    {"crowd",   load_crowd  },
    {"burst",   load_burst  },
    {"echo",    load_echo   },
    {"echo4k",  load_echo4k },
    {"file",    load_file   },
};

static int
usage(void)
{
    fprintf(stderr, "usage: load accept|refused|crowd|burst|echo|echo4k|file "
                    "COUNT ACTIVE SERVER...\n"
                    "       load calls COUNT STRACE-FILE SERVER...\n"
                    "       load client PROGRAM - SERVER...\n"
                    "BENCH_WARM and BENCH_SECONDS set the stretch.\n");
    return 2;
}

static int
run(char **argv, struct lap *lap)
{
    if (!strcmp(argv[1], "client")) {
        load_client(argv[2], lap);
        return 0;
    }
    if (!strcmp(argv[1], "calls")) {
        load_calls(atoi(argv[2]), argv[3], lap);
        return 0;
    }
    for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
        if (!strcmp(argv[1], loads[i].name)) {
            loads[i].run(atoi(argv[2]), atoi(argv[3]), lap);
            return 0;
        }
    }
    return usage();
}

static void
prepare(void)
{
    struct rlimit r;

    if (getenv("BENCH_WARM"))
        warm = atof(getenv("BENCH_WARM"));
    if (getenv("BENCH_SECONDS"))
        length = atof(getenv("BENCH_SECONDS"));
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

int
main(int argc, char **argv)
{
    struct lap lap = {0};
    int err;

    if (argc < 5)
        return usage();
    prepare();
    start_server(argv + 4);
    pin(1);
    err = run(argv, &lap);
    end(&server);
    if (!err && !strcmp(argv[1], "calls"))
        printf("%ld\n", lap.count);
    else if (!err)
        printf("%.1f %.3f %.2f\n", (double)lap.count / lap.wall,
               lap.cpu / (double)lap.count * 1e6,
               (lap.all - lap.own) / lap.wall);
    return err;
}
