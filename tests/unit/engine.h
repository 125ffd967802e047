/* SPDX-License-Identifier: MIT */
/* A stand-in for the I/O engine, for tests of the dispatcher: jobs that any
 * thread hands in are run by whoever drives. It checks what the dispatcher
 * promises, that one thread drives at a time, and counts rounds. Included by
 * one file of a test program. */
#ifndef ENGINE_H
#define ENGINE_H

#include "base/clock.h"
#include "w32/wait.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

struct job {
    void (*run)(void *arg);
    void *arg;
    struct job *next;
};

static struct {
    pthread_mutex_t lock;
    struct job *first, **last;
    int fd;
    atomic_bool busy, driving;
    atomic_uint tells; /* descriptors that a round claims to have told of */
    atomic_uint rounds, wakes, jobs; /* 'jobs' are those not yet run */
} engine = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool
engine_busy(void)
{
    return atomic_load(&engine.busy);
}

static struct job *
engine_take(void)
{
    struct job *job;

    pthread_mutex_lock(&engine.lock);
    job = engine.first;
    if (job && !(engine.first = job->next))
        engine.last = &engine.first;
    pthread_mutex_unlock(&engine.lock);
    return job;
}

static unsigned
engine_drive(int64_t deadline)
{
    struct pollfd p = {.fd = engine.fd, .events = POLLIN};
    struct job *job;
    eventfd_t n;

    CHECK(!atomic_exchange(&engine.driving, true));
    poll(&p, 1, ws_clock_ms_left(deadline));
    eventfd_read(engine.fd, &n);
    while ((job = engine_take())) {
        job->run(job->arg);
        free(job);
        atomic_fetch_sub(&engine.jobs, 1);
    }
    atomic_fetch_add(&engine.rounds, 1);
    CHECK(atomic_exchange(&engine.driving, false));
    return atomic_load(&engine.tells);
}

static void
engine_wake(void)
{
    atomic_fetch_add(&engine.wakes, 1);
    eventfd_write(engine.fd, 1);
}

static const struct ws_driver engine_driver = {
    .busy = engine_busy,
    .drive = engine_drive,
    .wake = engine_wake,
};

static inline void
engine_start(void)
{
    engine.last = &engine.first;
    engine.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    atomic_store(&engine.busy, true);
    ws_wait_set_driver(&engine_driver);
}

static inline void
engine_post(void (*run)(void *arg), void *arg)
{
    struct job *job = malloc(sizeof(*job));

    *job = (struct job){run, arg, NULL};
    atomic_fetch_add(&engine.jobs, 1);
    pthread_mutex_lock(&engine.lock);
    *engine.last = job;
    engine.last = &job->next;
    pthread_mutex_unlock(&engine.lock);
    eventfd_write(engine.fd, 1);
}

/* Here, because Winsock's POLLIN is another number. */
static inline bool
readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, ms) == 1;
}

#endif
