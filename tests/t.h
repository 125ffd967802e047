/* SPDX-License-Identifier: MIT */
/* The test runner's face: a TEST() registers itself, CHECK and REQUIRE judge.
 * It knows nothing of sockets, so that unit tests of any room can use it; what
 * every test of a program needs around it is given by t_around().
 * Invariant: each test runs in a process of its own, so a test may crash, hang,
 * exhaust its descriptors or leave threads behind without hurting another. */
#ifndef T_H
#define T_H

#include <stddef.h>

/* mingw's printf knows %z and %ll only then. */
#if defined(_WIN32) && !defined(__USE_MINGW_ANSI_STDIO)
#define __USE_MINGW_ANSI_STDIO 1
#endif

struct t_test {
    const char *name;
    const char *statements; /* what of the specification it holds */
    int line;
    int bare; /* runs without what t_around() gave */
    void (*body)(void);
    struct t_test *next;
};

#ifdef _WIN32
#define T_PRINTF __attribute__((format(gnu_printf, 1, 2)))
#else
#define T_PRINTF __attribute__((format(printf, 1, 2)))
#endif

void t_register(struct t_test *test);

/* Runs "before" ahead of each test and "after" behind it. The descriptors of
 * the process are counted around the three of them. */
void t_around(void (*before)(void), void (*after)(void));

void t_fail(const char *file, int line, const char *what);
void t_fatal(const char *file, int line, const char *what)
    __attribute__((noreturn));
int t_equal(const char *file, int line, const char *a, long long got,
            const char *b, long long want);
int t_text(const char *file, int line, const char *a, const char *got,
           const char *want);
int t_memory(const char *file, int line, const char *a, const void *got,
             const void *want, size_t size);
int t_error(const char *file, int line, const char *what, int holds, int got,
            const int *want, int count);
void t_skip(const char *reason) __attribute__((noreturn));
void t_stop(void) __attribute__((noreturn));
void t_excuse(const char *who, const char *reason);
void t_note(const char *format, ...) T_PRINTF;

/* One behaviour, named as a sentence. The second argument names statements of
 * the specification, divided by blanks; it may be left out. */
#define TEST(name, ...) T_TEST(name, 0, "" __VA_ARGS__)

/* A test that wants nothing around it, not even WSAStartup. */
#define TEST_BARE(name, ...) T_TEST(name, 1, "" __VA_ARGS__)

#define T_TEST(name, bare, statements)                                         \
    static void test_##name(void);                                             \
    static struct t_test t_##name = {#name, statements,  __LINE__,             \
                                     bare,  test_##name, NULL};                \
    __attribute__((constructor)) static void enter_##name(void)                \
    {                                                                          \
        t_register(&t_##name);                                                 \
    }                                                                          \
    static void test_##name(void)

#define CHECK(cond) ((cond) ? (void)0 : t_fail(__FILE__, __LINE__, #cond))
#define REQUIRE(cond) ((cond) ? (void)0 : t_fatal(__FILE__, __LINE__, #cond))

#define T_EQUAL(a, b)                                                          \
    t_equal(__FILE__, __LINE__, #a, (long long)(a), #b, (long long)(b))
#define CHECK_EQ(a, b) ((void)T_EQUAL(a, b))
#define REQUIRE_EQ(a, b) (T_EQUAL(a, b) ? (void)0 : t_stop())

#define CHECK_STR(a, b) ((void)t_text(__FILE__, __LINE__, #a, a, b))
#define CHECK_MEM(a, b, size)                                                  \
    ((void)t_memory(__FILE__, __LINE__, #a, a, b, size))

/* "cond" holds and leaves one of the given errors behind. */
#define T_ERROR(otherwise, cond, ...)                                          \
    do {                                                                       \
        int t_holds = (cond) ? 1 : 0;                                          \
        int t_got = (int)WSAGetLastError();                                    \
        const int t_want[] = {__VA_ARGS__};                                    \
        if (!t_error(__FILE__, __LINE__, #cond, t_holds, t_got, t_want,        \
                     (int)(sizeof t_want / sizeof t_want[0])))                 \
            otherwise;                                                         \
    } while (0)
#define CHECK_ERR(cond, ...) T_ERROR((void)0, cond, __VA_ARGS__)
#define REQUIRE_ERR(cond, ...) T_ERROR(t_stop(), cond, __VA_ARGS__)

/* An error that has been kept is one of the given. */
#define CHECK_ONE_OF(error, ...)                                               \
    do {                                                                       \
        const int t_want[] = {__VA_ARGS__};                                    \
        t_error(__FILE__, __LINE__, #error, 1, (int)(error), t_want,           \
                (int)(sizeof t_want / sizeof t_want[0]));                      \
    } while (0)

#define SKIP(reason) t_skip(reason)

/* The document says otherwise than Wine does: under Wine a failure of the test
 * is reported as skipped, for this reason. Nowhere else has it any effect. */
#define WINE_DIFFERS(reason) t_excuse("Wine", reason)

/* Not even tried under Wine, where the test would sit out its time. */
#define WINE_HANGS(reason)                                                     \
    (t_is_wine() ? t_skip("Wine differs: " reason) : (void)0)

/* As WINE_DIFFERS, for a deviation of ours that docs/deviations.md explains. */
#define DEVIATES(reason) t_excuse("Linux", reason)

/* What only a native program can arrange. */
#ifdef _WIN32
#define T_NATIVE 0
#else
#define T_NATIVE 1
#endif

/* What t_posix.c and t_win32.c give to t.c. */
struct t_child {
    const struct t_test *test; /* NULL: the slot is free */
    long long deadline;        /* milliseconds, as t_clock() */
    void *process;
    void *output;
};

long long t_clock(void);
int t_spawn(struct t_child *child);
/* Waits for one of the children, kills those that are late. Gives its index
 * and its exit code, or -1 for a death by signal or by time. */
int t_await(struct t_child *children, int count, int *code, int *late);
char *t_output(struct t_child *child); /* to be freed; ends the child */
int t_is_wine(void);
void t_platform_init(void);
int t_fd_limit(int limit); /* gives the old one, or -1 where there is none */
void t_fds_remember(void);
int t_fds_leaked(void); /* how many, after telling which */

#endif
