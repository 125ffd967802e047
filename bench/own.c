/* SPDX-License-Identifier: MIT */
/* What needs no second process: the memory that the library takes for an idle
 * socket and leaves behind for a closed one, and the time that event objects
 * take. Prints what bare.c prints for the same, so that the difference is the
 * library's. Invariant: only growth counts, nothing is taken from its books. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <winsock2.h>
#include <windows.h>

#include "own.h"

double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return (double)m.uordblks + (double)m.hblkhd;
}

static double
resident_bytes(void)
{
    long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
        exit(1);
    fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void
connect_pairs(SOCKET listener, SOCKET *s, int count)
{
    struct sockaddr_in sin;
    int len = sizeof(sin);

    getsockname(listener, (struct sockaddr *)&sin, &len);
    for (int i = 0; i < count; i += 2) {
        s[i] = connect_to(ntohs(sin.sin_port));
        s[i + 1] = accept_from(listener);
    }
}

static void
close_pairs(const SOCKET *s, int count)
{
    for (int i = 0; i < count; i++)
        closesocket(s[i ^ 1]);
}

static void
cycle(SOCKET listener, SOCKET *s, int count, WSAEVENT event)
{
    connect_pairs(listener, s, count);
    for (int i = 0; i < count; i++)
        if (WSAEventSelect(s[i], event, FD_READ | FD_CLOSE))
            exit(1);
}

/* Bytes a socket: heap and resident memory when it is connected, heap when it
 * is registered for events as well; and the whole heap that a second cycle of
 * opening, registering and closing adds. */
void
own_memory(int count)
{
    SOCKET listener = listen_and_tell();
    SOCKET *s = calloc((size_t)count, sizeof(*s));
    WSAEVENT event = WSACreateEvent();
    double heap, resident, before, registered, left;

    memset(s, 0xff, (size_t)count * sizeof(*s));
    before = heap_bytes();
    resident = resident_bytes();
    connect_pairs(listener, s, count);
    heap = heap_bytes() - before;
    resident = resident_bytes() - resident;
    for (int i = 0; i < count; i++)
        WSAEventSelect(s[i], event, FD_READ | FD_CLOSE);
    registered = heap_bytes() - before;
    close_pairs(s, count);
    left = heap_bytes();
    cycle(listener, s, count, event);
    close_pairs(s, count);
    left = heap_bytes() - left;
    printf("memory %.1f %.1f %.0f %.1f\n", heap / count, resident / count, left,
           registered / count);
}

/* ---- event objects, nanoseconds ---- */

enum { TURNS = 1000000, LOOKS = 50000 };

static double
set_and_reset(WSAEVENT event)
{
    double begin = now();

    for (int i = 0; i < TURNS; i++)
        if (!SetEvent(event) || !ResetEvent(event))
            exit(1);
    return (now() - begin) / TURNS * 1e9;
}

static double
set_and_wait(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    double begin = now();

    for (int i = 0; i < TURNS; i++)
        if (!SetEvent(event) ||
            WaitForSingleObject(event, INFINITE) != WAIT_OBJECT_0)
            exit(1);
    return (now() - begin) / TURNS * 1e9;
}

static double
look_at(const WSAEVENT *events)
{
    double begin = now();

    for (int i = 0; i < LOOKS; i++)
        if (WSAWaitForMultipleEvents(WSA_MAXIMUM_WAIT_EVENTS, events, FALSE, 0,
                                     FALSE) != WSA_WAIT_TIMEOUT)
            exit(1);
    return (now() - begin) / LOOKS * 1e9;
}

/* Asking sockets that have nothing to tell, after a wait that was satisfied at
 * once: what a program with one event for many sockets does. */
static double
enumerate(WSAEVENT event)
{
    enum { PAIRS = 25 };
    SOCKET s[2 * PAIRS], listener = listen_and_tell();
    WSANETWORKEVENTS ne;
    double begin;

    cycle(listener, s, 2 * PAIRS, event);
    begin = now();
    for (int i = 0; i < LOOKS; i++) {
        if (i % (2 * PAIRS) == 0) {
            WSASetEvent(event);
            WSAWaitForMultipleEvents(1, &event, FALSE, WSA_INFINITE, FALSE);
            WSAResetEvent(event);
        }
        if (WSAEnumNetworkEvents(s[i % (2 * PAIRS)], NULL, &ne) ||
            ne.lNetworkEvents)
            exit(1);
    }
    return (now() - begin) / LOOKS * 1e9;
}

/* To set and reset one; to set one and wait for it; to look at 64 of which none
 * is set; to ask a socket what happened when nothing did. */
void
own_objects(int unused)
{
    WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
    double a, b, c;

    (void)unused;
    for (int i = 0; i < WSA_MAXIMUM_WAIT_EVENTS; i++)
        events[i] = WSACreateEvent();
    a = set_and_reset(events[0]);
    b = set_and_wait();
    c = look_at(events);
    printf("objects %.1f %.1f %.1f %.1f\n", a, b, c, enumerate(events[1]));
}
