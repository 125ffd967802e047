/* SPDX-License-Identifier: MIT */
/* The runner on Linux: starts children, waits for them with a deadline, reads
 * what they printed, and counts descriptors. Only the runner includes system
 * headers; tests stay plain Winsock.
 * Invariant: a child never outlives the runner's interest in it. */
#ifndef _WIN32

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "t.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_FD = 4096,
    /* The library may keep a few descriptors of its own to the end of the
     * process, an epoll instance for example; sockets never. */
    HOUSE_FDS = 4,
};

static unsigned char open_before[MAX_FD];

void
t_platform_init(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

long long
t_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int
t_is_wine(void)
{
    return 0;
}

static void
become_child(FILE *output, const char *name)
{
    sigset_t none;
    char *argv[] = {(char *)"test", (char *)"--run", (char *)name, NULL};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(fileno(output), 1);
    dup2(fileno(output), 2);
    execv("/proc/self/exe", argv);
    _exit(2);
}

int
t_spawn(struct t_child *child)
{
    FILE *output = tmpfile();
    pid_t pid;

    if (!output)
        return -1;
    fcntl(fileno(output), F_SETFD, FD_CLOEXEC);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        become_child(output, child->test->name);
    if (pid < 0) {
        fclose(output);
        return -1;
    }
    child->process = (void *)(intptr_t)pid;
    child->output = output;
    return 0;
}

static pid_t
child_pid(const struct t_child *child)
{
    return (pid_t)(intptr_t)child->process;
}

/* Looks after one child: 1 if it has ended. */
static int
ended(struct t_child *child, int *code, int *late)
{
    int status = 0;
    pid_t pid = child_pid(child);

    *late = t_clock() >= child->deadline;
    if (*late)
        kill(pid, SIGKILL);
    if (waitpid(pid, &status, *late ? 0 : WNOHANG) != pid)
        return 0;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return 1;
}

int
t_await(struct t_child *children, int count, int *code, int *late)
{
    const struct timespec tick = {0, 200 * 1000 * 1000};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (;;) {
        for (int i = 0; i < count; i++) {
            if (children[i].test && ended(&children[i], code, late))
                return i;
        }
        sigtimedwait(&set, NULL, &tick);
    }
}

char *
t_output(struct t_child *child)
{
    FILE *output = child->output;
    struct stat st;
    char *text;
    size_t size = 0;

    if (fstat(fileno(output), &st) == 0 && st.st_size > 0)
        size = (size_t)st.st_size;
    text = calloc(1, size + 1);
    rewind(output);
    if (text && size)
        size = fread(text, 1, size, output);
    fclose(output);
    return text;
}

int
t_fd_limit(int limit)
{
    struct rlimit rl;
    int old;

    if (getrlimit(RLIMIT_NOFILE, &rl))
        return -1;
    old = rl.rlim_cur > 65536 ? 65536 : (int)rl.rlim_cur;
    rl.rlim_cur = (rlim_t)limit;
    return setrlimit(RLIMIT_NOFILE, &rl) ? -1 : old;
}

/* Calls "see" for each descriptor of the process but the one that looks. */
static int
each_fd(int (*see)(int fd))
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    int sum = 0;

    if (!dir)
        return 0;
    while ((entry = readdir(dir)) != NULL) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] != '.' && fd != dirfd(dir) && fd < MAX_FD)
            sum += see(fd);
    }
    closedir(dir);
    return sum;
}

static int
remember(int fd)
{
    open_before[fd] = 1;
    return 0;
}

/* 1000 for a socket, 1 for anything else that is new. */
static int
weigh(int fd)
{
    struct stat st;

    if (open_before[fd] || fstat(fd, &st))
        return 0;
    return S_ISSOCK(st.st_mode) ? 1000 : 1;
}

static int
tell(int fd)
{
    char path[64], target[256];
    ssize_t len;

    if (open_before[fd])
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    len = readlink(path, target, sizeof target - 1);
    target[len > 0 ? len : 0] = 0;
    t_note("descriptor %d: %s", fd, target);
    return 1;
}

void
t_fds_remember(void)
{
    each_fd(remember);
}

/* Threads that are just leaving may hold a descriptor a little longer. */
int
t_fds_leaked(void)
{
    const struct timespec tick = {0, 20 * 1000 * 1000};

    for (int i = 0; i < 100; i++) {
        if (each_fd(weigh) <= HOUSE_FDS)
            return 0;
        nanosleep(&tick, NULL);
    }
    return each_fd(tell);
}

#else
typedef int t_posix_is_empty_here;
#endif
