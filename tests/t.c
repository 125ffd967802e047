/* SPDX-License-Identifier: MIT */
/* The runner: lists the tests of a program, starts itself once for each of
 * them, and tells how it went. Time-outs, crashes and leaked descriptors are
 * its failures to report; a test need not think of them. Invariant: what a test
 * prints is shown only if it failed. */
#include "t.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_SKIPPED = 77, MAX_JOBS = 16 };

/* Marks a line of a test's output that is meant for the runner. */
#define SKIP_MARK "\001skip "
#define EXCUSE_MARK "\001excuse "

static struct t_test *tests;
static void (*around_before)(void);
static void (*around_after)(void);
static int failures;

static const struct {
    int number;
    const char *name;
} errors[] = {
    {6,     "WSA_INVALID_HANDLE"   },
    {87,    "WSA_INVALID_PARAMETER"},
    {995,   "WSA_OPERATION_ABORTED"},
    {996,   "WSA_IO_INCOMPLETE"    },
    {997,   "WSA_IO_PENDING"       },
    {10004, "WSAEINTR"             },
    {10009, "WSAEBADF"             },
    {10013, "WSAEACCES"            },
    {10014, "WSAEFAULT"            },
    {10022, "WSAEINVAL"            },
    {10024, "WSAEMFILE"            },
    {10035, "WSAEWOULDBLOCK"       },
    {10036, "WSAEINPROGRESS"       },
    {10037, "WSAEALREADY"          },
    {10038, "WSAENOTSOCK"          },
    {10039, "WSAEDESTADDRREQ"      },
    {10040, "WSAEMSGSIZE"          },
    {10041, "WSAEPROTOTYPE"        },
    {10042, "WSAENOPROTOOPT"       },
    {10043, "WSAEPROTONOSUPPORT"   },
    {10044, "WSAESOCKTNOSUPPORT"   },
    {10045, "WSAEOPNOTSUPP"        },
    {10046, "WSAEPFNOSUPPORT"      },
    {10047, "WSAEAFNOSUPPORT"      },
    {10048, "WSAEADDRINUSE"        },
    {10049, "WSAEADDRNOTAVAIL"     },
    {10050, "WSAENETDOWN"          },
    {10051, "WSAENETUNREACH"       },
    {10052, "WSAENETRESET"         },
    {10053, "WSAECONNABORTED"      },
    {10054, "WSAECONNRESET"        },
    {10055, "WSAENOBUFS"           },
    {10056, "WSAEISCONN"           },
    {10057, "WSAENOTCONN"          },
    {10058, "WSAESHUTDOWN"         },
    {10060, "WSAETIMEDOUT"         },
    {10061, "WSAECONNREFUSED"      },
    {10065, "WSAEHOSTUNREACH"      },
    {10091, "WSASYSNOTREADY"       },
    {10092, "WSAVERNOTSUPPORTED"   },
    {10093, "WSANOTINITIALISED"    },
    {10101, "WSAEDISCON"           },
    {10107, "WSASYSCALLFAILURE"    },
    {10109, "WSATYPE_NOT_FOUND"    },
    {11001, "WSAHOST_NOT_FOUND"    },
    {11002, "WSATRY_AGAIN"         },
    {11003, "WSANO_RECOVERY"       },
    {11004, "WSANO_DATA"           },
};

static const char *
error_name(int number)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].number == number)
            return errors[i].name;
    }
    return "?";
}

/* Constructors run in any order; the order of the file is the readable one. */
void
t_register(struct t_test *test)
{
    struct t_test **at = &tests;

    while (*at && (*at)->line < test->line)
        at = &(*at)->next;
    test->next = *at;
    *at = test;
}

void
t_around(void (*before)(void), void (*after)(void))
{
    around_before = before;
    around_after = after;
}

static const char *
base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

static void
complain(const char *file, int line)
{
    __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
    printf("%s:%d: ", base_name(file), line);
}

void
t_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

void
t_fail(const char *file, int line, const char *what)
{
    complain(file, line);
    t_note("does not hold: %s", what);
}

/* The process ends here without its destructors: half of a test is no basis for
 * a leak check. */
void
t_stop(void)
{
    fflush(stdout);
    _Exit(EXIT_FAILED);
}

void
t_fatal(const char *file, int line, const char *what)
{
    t_fail(file, line, what);
    t_stop();
}

int
t_equal(const char *file, int line, const char *a, long long got, const char *b,
        long long want)
{
    if (got == want)
        return 1;
    complain(file, line);
    t_note("%s is %lld (%#llx), not %s, which is %lld (%#llx)", a, got,
           (unsigned long long)got, b, want, (unsigned long long)want);
    return 0;
}

int
t_text(const char *file, int line, const char *a, const char *got,
       const char *want)
{
    if (got && want && !strcmp(got, want))
        return 1;
    complain(file, line);
    t_note("%s is \"%s\", not \"%s\"", a, got ? got : "(null)",
           want ? want : "(null)");
    return 0;
}

int
t_memory(const char *file, int line, const char *a, const void *got,
         const void *want, size_t size)
{
    const unsigned char *g = got, *w = want;
    size_t i = 0;

    while (i < size && g[i] == w[i])
        i++;
    if (i == size)
        return 1;
    complain(file, line);
    t_note("%s differs at byte %zu of %zu: %#x, not %#x", a, i, size, g[i],
           w[i]);
    return 0;
}

int
t_error(const char *file, int line, const char *what, int holds, int got,
        const int *want, int count)
{
    for (int i = 0; holds && i < count; i++) {
        if (got == want[i])
            return 1;
    }
    complain(file, line);
    t_note("%s %s; the error is %d %s, not %d %s", what,
           holds ? "holds" : "does not hold", got, error_name(got), want[0],
           error_name(want[0]));
    return 0;
}

void
t_skip(const char *reason)
{
    t_note(SKIP_MARK "%s", reason);
    fflush(stdout);
    _Exit(EXIT_SKIPPED);
}

/* Said at once and not at the end, so that it also excuses a test that hangs.
 */
void
t_excuse(const char *who, const char *reason)
{
    if (!strcmp(who, t_is_wine() ? "Wine" : "Linux"))
        t_note(EXCUSE_MARK "%s differs: %s", who, reason);
}

/* The side of the child: one test, in this process. */
static int
run_here(const struct t_test *test)
{
    int leaked;

    t_fds_remember();
    if (around_before && !test->bare)
        around_before();
    test->body();
    if (around_after && !test->bare)
        around_after();
    leaked = t_fds_leaked();
    if (leaked) {
        complain(__FILE__, __LINE__);
        t_note("%d descriptors are left open", leaked);
    }
    fflush(stdout);
    return failures ? EXIT_FAILED : EXIT_OK;
}

struct tally {
    int passed, failed, skipped;
};

/* Prints what a test said, without the lines that were meant for us. */
static void
print_output(const char *output)
{
    for (const char *line = output; *line;) {
        size_t len = strcspn(line, "\n");

        if (*line != '\001')
            printf("    %.*s\n", (int)len, line);
        line += len;
        line += *line == '\n';
    }
}

static int
marked(const char *output, const char *mark, const char **text)
{
    const char *at = strstr(output, mark);

    if (!at)
        return 0;
    *text = at + strlen(mark);
    return 1;
}

static void
print_skip(const struct t_test *test, const char *reason)
{
    printf("skip %s: %.*s\n", test->name, (int)strcspn(reason, "\r\n"), reason);
}

static void
report(struct t_child *child, int code, int late, struct tally *tally)
{
    const struct t_test *test = child->test;
    char *output = t_output(child);
    const char *reason = "";

    if (code == EXIT_OK) {
        tally->passed++;
        printf("ok %s\n", test->name);
        if (marked(output, EXCUSE_MARK, &reason))
            printf("    (no difference was seen)\n");
    } else if ((code == EXIT_SKIPPED && marked(output, SKIP_MARK, &reason)) ||
               marked(output, EXCUSE_MARK, &reason)) {
        tally->skipped++;
        print_skip(test, reason);
    } else {
        tally->failed++;
        printf("not ok %s\n", test->name);
        if (*test->statements)
            printf("    holds %s\n", test->statements);
        print_output(output);
        if (late)
            printf("    it did not end in time\n");
        else if (code != EXIT_FAILED)
            printf("    it ended with code %d\n", code);
    }
    fflush(stdout);
    free(output);
}

static long long
time_limit(void)
{
    const char *scale = getenv("T_TIMEOUT_SCALE");
    double factor = scale ? atof(scale) : 1.0;

    return (long long)(20000 * (factor > 0 ? factor : 1.0));
}

static int
wanted(const struct t_test *test, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        if (!strcmp(names[i], test->name))
            return 1;
    }
    return count == 0;
}

/* Starts the next wanted test in a free slot. Gives the test after it. */
static struct t_test *
start_next(struct t_test *next, struct t_child *slot, char **names, int count,
           int *running)
{
    while (next && !wanted(next, names, count))
        next = next->next;
    if (!next)
        return NULL;
    slot->test = next;
    slot->deadline = t_clock() + time_limit();
    if (t_spawn(slot)) {
        fprintf(stderr, "cannot start %s\n", next->name);
        exit(2);
    }
    ++*running;
    return next->next;
}

static int
run_all(char **names, int count, int jobs)
{
    struct t_child children[MAX_JOBS] = {{0}};
    struct t_test *next = tests;
    struct tally tally = {0, 0, 0};
    int running = 0;

    do {
        int code, late, i;

        for (i = 0; i < jobs && next; i++) {
            if (!children[i].test)
                next = start_next(next, &children[i], names, count, &running);
        }
        if (running) {
            i = t_await(children, jobs, &code, &late);
            report(&children[i], code, late, &tally);
            children[i].test = NULL;
            running--;
        }
    } while (next || running);
    printf("%d passed, %d failed, %d skipped\n", tally.passed, tally.failed,
           tally.skipped);
    return tally.failed || tally.passed + tally.skipped == 0;
}

static int
list_all(void)
{
    for (struct t_test *t = tests; t; t = t->next)
        printf("%s\t%s\n", t->name, t->statements);
    return 0;
}

static int
usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [-j JOBS] [NAME...]   run tests, all or the named\n"
            "       %s --list                names and statements\n"
            "       %s --run NAME            one test, in this process\n",
            program, program, program);
    return 2;
}

int
main(int argc, char **argv)
{
    int jobs = 1;
    int arg = 1;

    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    t_platform_init();
    if (arg < argc && !strcmp(argv[arg], "--list"))
        return list_all();
    if (arg + 1 < argc && !strcmp(argv[arg], "--run")) {
        for (struct t_test *t = tests; t; t = t->next) {
            if (!strcmp(t->name, argv[arg + 1]))
                return run_here(t);
        }
        return usage(argv[0]);
    }
    if (arg < argc && !strncmp(argv[arg], "-j", 2)) {
        jobs = argv[arg][2]     ? atoi(argv[arg] + 2)
               : arg + 1 < argc ? atoi(argv[++arg])
                                : 1;
        jobs = jobs < 1 ? 1 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
        arg++;
    }
    if (arg < argc && argv[arg][0] == '-')
        return usage(argv[0]);
    return run_all(argv + arg, argc - arg, jobs);
}
