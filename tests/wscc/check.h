/* SPDX-License-Identifier: MIT */
/* CHECK for the programs that run.sh builds: says what is wrong and makes the
 * program's result non-zero. They are ordinary Winsock sources, so nothing of
 * the test runner is here, and a program is one behaviour. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int check_failed;

#define CHECK(e)                                                               \
    do {                                                                       \
        if (!(e)) {                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #e);            \
            check_failed = 1;                                                  \
        }                                                                      \
    } while (0)

#endif
