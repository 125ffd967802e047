/* SPDX-License-Identifier: MIT */
/* What the two halves of the Winsock program of the benchmark share: winsock.c
 * has the servers, own.c what is measured within one process. */
#ifndef BENCH_OWN_H
#define BENCH_OWN_H

#include <winsock2.h>

/* Seconds since some moment. */
double now(void);

void own_memory(int count);
void own_objects(int unused);

/* These end the program when they fail. */
SOCKET listen_and_tell(void);
SOCKET connect_to(int port);
SOCKET accept_from(SOCKET listener);

#endif
