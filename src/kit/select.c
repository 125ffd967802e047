/* SPDX-License-Identifier: MIT */
/* Both calls are one: a list of questions, each a socket and what is asked of
 * it; one poll of the kernel; an answer to each question. What Winsock and the
 * kernel mean by "ready" differs in the states before a connection stands, and
 * those differences stand in ask() and answer() alone. */
#include "kit/select.h"

#include "base/clock.h"
#include "kit/backlog.h"
#include "kit/block.h"
#include "kit/carry.h"
#include "kit/sock.h"
#include "w32/wait.h"

#include <stdlib.h>
#include <string.h>

enum set { READ, WRITE, EXCEPT, POLL };

struct question {
    struct ws_sock *sock; /* a reference; NULL: no socket (WSAPoll only) */
    SOCKET handle;
    enum set set;
    short events; /* WSAPoll's, asked for; then its answer */
    bool at_once; /* the answer is known to be "ready" without asking */
    bool muted;   /* what the kernel says of it is no answer: ask no more */
    bool blind;   /* no descriptor is to be had to wait by: looked at often */
    bool awaited; /* counted among those who sleep on the descriptor */
    bool yes;
};

struct inquiry {
    size_t count;
    struct question *questions;
    struct ws_os_poll *polls; /* parallel to 'questions' */
};

#define FEW 64

/* Room for both arrays; 'few' saves the allocation for most calls. */
struct room {
    struct question questions[FEW];
    struct ws_os_poll polls[FEW];
};

static int
open_inquiry(struct inquiry *q, size_t most, struct room *few)
{
    q->count = 0;
    q->questions = few->questions;
    q->polls = few->polls;
    if (most <= FEW)
        return 0;
    q->questions = calloc(most, sizeof(*q->questions));
    q->polls = calloc(most, sizeof(*q->polls));
    if (q->questions && q->polls)
        return 0;
    free(q->questions);
    free(q->polls);
    return WSAENOBUFS;
}

static void
close_inquiry(struct inquiry *q, struct room *few)
{
    for (size_t i = 0; i < q->count; i++)
        ws_sock_unref(q->questions[i].sock);
    if (q->questions != few->questions) {
        free(q->questions);
        free(q->polls);
    }
}

/* ---- asking ---- */

static const uint16_t wants[] = {
    [READ] = WS_IO_IN,
    [WRITE] = WS_IO_OUT,
    [EXCEPT] = WS_IO_PRI,
    [POLL] = WS_IO_RDHUP, /* and what 'events' adds */
};

static uint16_t
want_of(const struct question *q)
{
    unsigned want = wants[q->set];

    if (q->events & POLLRDNORM)
        want |= WS_IO_IN;
    if (q->events & POLLRDBAND)
        want |= WS_IO_PRI;
    if (q->sock->transport && want & WS_IO_PRI)
        want |= WS_IO_IN; /* it comes among the rest */
    if (q->events & POLLWRNORM)
        want |= WS_IO_OUT;
    return (uint16_t)want;
}

static void
count_awaiting(struct question *q, bool awaited)
{
    if (q->awaited == awaited)
        return;
    q->awaited = awaited;
    ws_lock(&q->sock->lock);
    if (awaited) {
        ws_carry_recall(q->sock);
        q->sock->awaited++;
    } else {
        q->sock->awaited--;
    }
    ws_unlock(&q->sock->lock);
}

/* A transport takes off the descriptor what is no answer. */
static bool
hears_all(const struct question *q)
{
    return q->sock->transport && (q->set == READ || q->events & POLLRDNORM);
}

/* What a transport has read ahead the kernel does not tell of; from here to the
 * kernel's answer it reads no further. Behind data that nobody asks for there
 * may be what is asked for, and the kernel has no word for that: who has been
 * muted looks from time to time. */
static bool
known_ready(struct question *q, unsigned want)
{
    unsigned now;

    q->blind = q->muted;
    if (q->set == READ || q->set == POLL)
        want |= WS_IO_RDHUP | WS_IO_ERR;
    count_awaiting(q, want & WS_IO_IN && !q->muted);
    now = ws_netev_meaning(q->sock, q->muted ? WS_IO_IN : 0);
    return now & (hears_all(q) ? want : want & ~(unsigned)WS_IO_IN);
}

/* A stream that is not connected would be reported as hung up, which Winsock
 * does not say of a fresh socket: the kernel is not asked about it. */
static struct ws_os_poll
ask(struct question *q)
{
    struct ws_os_poll p = {.fd = q->sock->fd, .want = want_of(q)};
    unsigned attempt = WS_IO_OUT;

    switch (ws_sock_settle_wanting(q->sock, &attempt)) {
    case SOCK_IDLE:
        if (ws_sock_is_circuit(q->sock))
            p.fd = -1;
        break;
    case SOCK_FAILED:
        p.fd = -1;
        q->at_once = q->set == EXCEPT || q->set == POLL;
        break;
    case SOCK_CONNECTING: p.want = (uint16_t)attempt; break;
    case SOCK_LISTENING:
        q->at_once = p.want & WS_IO_IN && ws_backlog_ready(q->sock);
        q->blind = ws_backlog_held(q->sock) && ws_backlog_fd(q->sock, &p.fd);
        if (q->blind)
            p.fd = -1;
        break;
    case SOCK_CONNECTED:
        q->at_once = q->sock->transport && known_ready(q, p.want);
        break;
    }
    if (q->muted)
        p.fd = -1;
    return p;
}

static bool
closed(const struct question *q)
{
    return q->sock && atomic_load(&q->sock->closing);
}

/* When all descriptors are in use, nobody else may be driving either. */
static int64_t
look_again(int64_t until)
{
    const int64_t soon = ws_now() + 10000000;

    ws_wait_poll();
    return until < soon ? until : soon;
}

/* Asks the kernel about all, anew each round, since an attempt to connect may
 * have ended meanwhile. */
static int
one_round(struct inquiry *q, struct ws_block *b, int64_t deadline)
{
    size_t ready = 0;
    int64_t until = deadline;
    bool apc;
    int err;

    for (size_t i = 0; i < q->count; i++) {
        q->polls[i] = (struct ws_os_poll){.fd = -1};
        if (q->questions[i].sock)
            q->polls[i] = ask(&q->questions[i]);
        if (q->questions[i].at_once || closed(&q->questions[i]))
            until = 0;
        if (q->questions[i].blind)
            until = look_again(until);
    }
    do {
        apc = ws_block_enter(b);
        err = ws_os_poll(q->polls, q->count, apc ? 0 : until, &ready);
        if (!err && !ready && apc && until)
            err = WSAEWOULDBLOCK; /* nothing yet: the APC runs first */
    } while (ws_block_again(b, &err));
    for (size_t i = 0; i < q->count; i++)
        count_awaiting(&q->questions[i], false);
    return err;
}

/* ---- answering ---- */

/* What select calls ready. A socket that another thread closed reads (SEL-8);
 * a pending attempt that has ended is settled now. */
static bool
selected(struct question *q, unsigned ready, enum ws_sock_state now)
{
    unsigned over = WS_IO_RDHUP | WS_IO_HUP | WS_IO_ERR;

    if (q->at_once)
        return true;
    if (closed(q))
        return q->set == READ;
    if (now == SOCK_FAILED)
        return q->set == EXCEPT;
    if (now == SOCK_CONNECTING)
        return false;
    switch (q->set) {
    case READ: return ready & (WS_IO_IN | over);
    case WRITE: return ready & (WS_IO_OUT | WS_IO_HUP | WS_IO_ERR);
    default: return ready & WS_IO_PRI && !q->sock->oobinline;
    }
}

/* "In" at the end of a connection is only the end, unless data is left. */
static bool
has_data(struct ws_sock *s, unsigned ready)
{
    uint32_t unread = 0;

    if (!(ready & WS_IO_IN))
        return false;
    if (!(ready & (WS_IO_RDHUP | WS_IO_HUP)))
        return true;
    return !ws_os_queued(s->fd, &unread) && unread;
}

/* What WSAPoll says: POL-4. What was not asked for is not told, but the ends
 * of a connection always are. */
static bool
polled(struct question *q, unsigned ready, enum ws_sock_state now)
{
    short told = 0;

    if (closed(q))
        told = POLLNVAL;
    else if (now == SOCK_FAILED)
        told = POLLERR | POLLHUP | (q->events & POLLWRNORM);
    else if (now == SOCK_LISTENING)
        told = q->at_once || ready & WS_IO_IN ? POLLRDNORM : 0;
    else if (now != SOCK_CONNECTING) {
        if (has_data(q->sock, ready))
            told |= q->events & POLLRDNORM;
        if (ready & WS_IO_PRI)
            told |= q->events & (q->sock->oobinline ? POLLRDNORM : POLLRDBAND);
        if (ready & WS_IO_OUT)
            told |= q->events & POLLWRNORM;
        if (ready & (WS_IO_RDHUP | WS_IO_HUP))
            told |= POLLHUP;
        if (ready & WS_IO_ERR)
            told |= POLLERR | POLLHUP;
    }
    if (told)
        q->events = told;
    return told;
}

static bool
answer(struct question *q, const struct ws_os_poll *p)
{
    enum ws_sock_state before = ws_sock_state(q->sock);
    enum ws_sock_state now = p->ready ? ws_sock_settle(q->sock) : before;

    unsigned ready = p->ready;

    if (!q->at_once && !closed(q) && !ready)
        return false;
    if (now == SOCK_CONNECTED)
        ready = ws_netev_meaning(q->sock, ready);
    if (q->set == POLL)
        q->yes = polled(q, ready, now);
    else
        q->yes = selected(q, ready, now);
    q->muted = ready && !q->yes && before == now && !hears_all(q);
    return q->yes;
}

/* Waits until a question is answered with yes, or the deadline. */
static int
inquire(struct inquiry *q, int64_t deadline, int *count)
{
    struct ws_block b = ws_block_begin(NULL);
    bool lost = false;

    for (;;) {
        int err = one_round(q, &b, deadline);

        if (err)
            return err;
        *count = 0;
        for (size_t i = 0; i < q->count; i++) {
            struct question *it = &q->questions[i];

            if (it->sock && answer(it, &q->polls[i]))
                ++*count;
            lost |= !it->yes && closed(it);
        }
        if (lost && *count == 0)
            return WSAENOTSOCK;
        if (*count || (deadline != WS_NEVER && ws_now() >= deadline))
            return 0;
    }
}

/* ---- select ---- */

static int
add_set(struct inquiry *q, const fd_set *set, enum set which)
{
    for (u_int i = 0; set && i < set->fd_count; i++) {
        struct question *it = &q->questions[q->count];

        *it = (struct question){.handle = set->fd_array[i], .set = which};
        if (ws_sock_ref(it->handle, &it->sock))
            return WSAENOTSOCK;
        q->count++;
    }
    return 0;
}

static u_int
size_of(const fd_set *set)
{
    return set ? set->fd_count : 0;
}

static int
deadline_of(const struct timeval *tv, int64_t *deadline)
{
    *deadline = WS_NEVER;
    if (!tv)
        return 0;
    if (tv->tv_sec < 0 || tv->tv_usec < 0)
        return WSAEINVAL;
    *deadline = 0;
    if (tv->tv_sec || tv->tv_usec)
        *deadline = ws_now() + (int64_t)tv->tv_sec * 1000000000 +
                    (int64_t)tv->tv_usec * 1000;
    return 0;
}

/* Leaves the ready ones in their sets, in their order. */
static void
keep_ready(const struct inquiry *q, fd_set *sets[])
{
    for (int i = READ; i <= EXCEPT; i++)
        if (sets[i])
            sets[i]->fd_count = 0;
    for (size_t i = 0; i < q->count; i++) {
        fd_set *set = sets[q->questions[i].set];

        if (q->questions[i].yes)
            set->fd_array[set->fd_count++] = q->questions[i].handle;
    }
}

int
ws_select(fd_set *read, fd_set *write, fd_set *except,
          const struct timeval *timeout, int *count)
{
    fd_set *sets[] = {[READ] = read, [WRITE] = write, [EXCEPT] = except};
    size_t most = (size_t)size_of(read) + size_of(write) + size_of(except);
    struct room few;
    struct inquiry q;
    int64_t deadline;
    int err = most ? deadline_of(timeout, &deadline) : WSAEINVAL;

    if (!err)
        err = open_inquiry(&q, most, &few);
    if (err)
        return err;
    for (int i = READ; i <= EXCEPT && !err; i++)
        err = add_set(&q, sets[i], (enum set)i);
    if (!err)
        err = inquire(&q, deadline, count);
    if (!err)
        keep_ready(&q, sets);
    close_inquiry(&q, &few);
    return err;
}

/* ---- WSAPoll ---- */

/* POL-2, POL-3: bits are looked at for real sockets only, and one real socket
 * there must be. */
static int
add_polls(struct inquiry *q, WSAPOLLFD *fds, ULONG count)
{
    const short known = POLLRDNORM | POLLRDBAND | POLLWRNORM;
    bool any = false, bad = false;

    for (ULONG i = 0; i < count; i++) {
        struct question *it = &q->questions[q->count++];

        *it = (struct question){
            .handle = fds[i].fd, .set = POLL, .events = fds[i].events};
        if (ws_sock_ref(it->handle, &it->sock))
            it->sock = NULL;
        any |= it->sock != NULL;
        bad |= it->events & ~known;
    }
    if (!any)
        return WSAENOTSOCK;
    return bad ? WSAEINVAL : 0;
}

int
ws_select_poll(WSAPOLLFD *fds, ULONG count, INT timeout, int *ready)
{
    struct room few;
    struct inquiry q;
    int err;

    if (!fds)
        return count ? WSAEFAULT : WSAEINVAL;
    if (!count)
        return WSAEINVAL;
    err = open_inquiry(&q, count, &few);
    if (err)
        return err;
    err = add_polls(&q, fds, count);
    if (!err)
        err = inquire(&q, timeout < 0 ? WS_NEVER : ws_deadline((DWORD)timeout),
                      ready);
    for (size_t i = 0; i < q.count && !err; i++) {
        const struct question *it = &q.questions[i];

        fds[i].revents = !it->sock ? POLLNVAL : it->yes ? it->events : 0;
    }
    close_inquiry(&q, &few);
    return err;
}
