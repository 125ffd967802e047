/* SPDX-License-Identifier: MIT */
/* A source of libc alone, compiled with our directory in front: it must get
 * libc's select and gethostname. HEADER is how it asks for them.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>
#include HEADER

int plain(void);

int
plain(void)
{
    fd_set set;
    struct timeval now = {0, 0};
    char name[16];

    FD_ZERO(&set);
    FD_SET(0, &set);
    if (sizeof(set) != FD_SETSIZE / 8)
        return -1;
    return select(1, &set, NULL, NULL, &now) + gethostname(name, sizeof(name));
}
