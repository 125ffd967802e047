/* SPDX-License-Identifier: MIT */
/* conio.h: one key at a time from standard input: _kbhit looks, _getch takes
 * one without echo and without waiting for Enter, _getche with echo. When
 * standard input is no terminal they work on its bytes, and give -1 at its end.
 * Function keys come as the escape sequences they are. Compiled in place; no
 * cursor or colour calls. */
#ifndef WS2_CONIO_H
#define WS2_CONIO_H

#pragma GCC system_header

#include <stdio.h>
#include <termios.h>
#include <sys/syscall.h>

#include "unistd.h"

/* Raw or ordinary input; 0 if standard input is a terminal. */
static __inline__ int
ws2_con_raw(struct termios *saved)
{
    struct termios raw;

    if (tcgetattr(0, saved))
        return -1;
    raw = *saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(0, TCSANOW, &raw);
}

static __inline__ __attribute__((__unused__)) int
_getch(void)
{
    struct termios saved;
    int terminal = !ws2_con_raw(&saved);
    unsigned char key;
    int got = (int)read(0, &key, 1);

    if (terminal)
        tcsetattr(0, TCSANOW, &saved);
    return got == 1 ? key : -1;
}

static __inline__ __attribute__((__unused__)) int
_getche(void)
{
    int key = _getch();

    if (key >= 0) {
        putchar(key);
        fflush(stdout);
    }
    return key;
}

/* <poll.h> and winsock2.h cannot meet, so the system call is made by number. */
static __inline__ __attribute__((__unused__)) int
_kbhit(void)
{
    struct {
        int fd;
        short events, revents;
    } in = {0, 1, 0};
    struct {
        long sec, nsec;
    } now = {0, 0};
    struct termios saved;
    int terminal = !ws2_con_raw(&saved);
    int ready = (int)syscall(SYS_ppoll, &in, 1, &now, (void *)0, (long)0);

    if (terminal)
        tcsetattr(0, TCSANOW, &saved);
    return ready == 1 && (in.revents & 1);
}

#define getch _getch
#define getche _getche
#define kbhit _kbhit

#endif
