/* SPDX-License-Identifier: MIT */
/* libws2_main.a: the main of a program that has none by that name, but wmain,
 * WinMain, wWinMain or (renamed by wscc) a void main. As a member of an archive
 * it is linked only when main is missing. It turns the arguments into what the
 * program's function takes and calls it; a function without a result means exit
 * code 0. C++ has encoded these functions' names with their parameters, so each
 * is looked for, weakly, under every spelling. Not here: anything a library
 * needs. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

typedef int start_fn(int, void *, void *);

/* The spellings of f(), f(int, T **), f(int, T **, T **) and those with const.
 */
#define SPELLINGS(X, name, mangled, t)                                         \
    X(name##_c, #name)                                                         \
    X(name##_0, "_Z" mangled "v")                                              \
    X(name##_1, "_Z" mangled "iPP" t)                                          \
    X(name##_2, "_Z" mangled "iPPK" t)                                         \
    X(name##_3, "_Z" mangled "iPKP" t)                                         \
    X(name##_4, "_Z" mangled "iPKPK" t)                                        \
    X(name##_5, "_Z" mangled "iPP" t "S0_")                                    \
    X(name##_6, "_Z" mangled "iPPK" t "S1_")                                   \
    X(name##_7, "_Z" mangled "iPKP" t "S2_")

#define DECLARE(id, symbol)                                                    \
    extern start_fn start_##id __asm__(symbol) __attribute__((weak));
#define LIST(id, symbol) start_##id,

#define MAIN_VOID(X) SPELLINGS(X, ws2_main_void, "13ws2_main_void", "c")
#define WMAIN(X) SPELLINGS(X, wmain, "5wmain", "w")
#define WMAIN_VOID(X) SPELLINGS(X, ws2_wmain_void, "14ws2_wmain_void", "w")
#define WMAIN16(X) SPELLINGS(X, ws2_wmain16, "11ws2_wmain16", "w")
#define WMAIN16_VOID(X)                                                        \
    SPELLINGS(X, ws2_wmain16_void, "16ws2_wmain16_void", "w")

MAIN_VOID(DECLARE)
WMAIN(DECLARE)
WMAIN_VOID(DECLARE)
WMAIN16(DECLARE)
WMAIN16_VOID(DECLARE)

/* Both widths of the one function; the other header names are of one width. */
int to_wide(UINT, DWORD, const char *, int, void *,
            int) __asm__("MultiByteToWideChar");
int to_wide16(UINT, DWORD, const char *, int, void *,
              int) __asm__("ws2_16_MultiByteToWideChar");

typedef int win_fn(HINSTANCE, HINSTANCE, void *, int);
extern win_fn win_main __asm__("WinMain") __attribute__((weak));
extern win_fn win_main_w __asm__("wWinMain") __attribute__((weak));
extern win_fn win_main_16 __asm__("ws2_16_wWinMain") __attribute__((weak));

enum text { NARROW, WIDE, WIDE16 };

static void *
must(void *p)
{
    if (!p) {
        fputs("no memory for the program's arguments\n", stderr);
        exit(127);
    }
    return p;
}

/* 's' as a string of kind 't'; lives as long as the program. */
static void *
convert(enum text t, char *s)
{
    int (*fn)(UINT, DWORD, const char *, int, void *, int);
    int n;
    void *out;

    if (t == NARROW)
        return s;
    fn = t == WIDE ? to_wide : to_wide16;
    n = fn(CP_UTF8, 0, s, -1, NULL, 0);
    out = must(calloc((size_t)n + 1, t == WIDE ? 4 : 2));
    fn(CP_UTF8, 0, s, -1, out, n);
    return out;
}

static void *
convert_all(enum text t, char **v)
{
    size_t n = 0, i;
    void **out;

    while (v[n])
        n++;
    out = must(calloc(n + 1, sizeof(*out)));
    for (i = 0; i < n; i++)
        out[i] = convert(t, v[i]);
    return out;
}

/* The arguments behind the program's name in one line, with quotes where they
 * are needed to tell them apart again. */
static char *
command_line(char **argv)
{
    size_t size = 1, i;
    char *line, *end;

    for (i = 1; argv[0] && argv[i]; i++)
        size += strlen(argv[i]) + 3;
    line = end = must(calloc(size, 1));
    for (i = 1; argv[0] && argv[i]; i++) {
        const char *quote = argv[i][strcspn(argv[i], " \t")] ? "\"" : "";

        end += snprintf(end, size - (size_t)(end - line), "%s%s%s%s",
                        i > 1 ? " " : "", quote, argv[i], quote);
    }
    return line;
}

static int
run(start_fn *const *fns, size_t count, enum text t, int argc, char **argv,
    char **envp, int *code)
{
    size_t i;

    for (i = 0; i < count && !fns[i]; i++)
        continue;
    if (i == count)
        return 0;
    *code = fns[i](argc, convert_all(t, argv), convert_all(t, envp));
    return 1;
}

static int
run_win(win_fn *fn, enum text t, char **argv, int *code)
{
    if (fn)
        *code = fn(GetModuleHandleA(NULL), NULL, convert(t, command_line(argv)),
                   SW_SHOWDEFAULT);
    return fn != NULL;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int
main(int argc, char **argv, char **envp)
{
    static start_fn *const plain[] = {MAIN_VOID(LIST)};
    static start_fn *const wide[] = {WMAIN(LIST)};
    static start_fn *const wide_void[] = {WMAIN_VOID(LIST)};
    static start_fn *const wide16[] = {WMAIN16(LIST)};
    static start_fn *const wide16_void[] = {WMAIN16_VOID(LIST)};
    int code = 0;

    if (run(plain, COUNT(plain), NARROW, argc, argv, envp, &code) ||
        run(wide_void, COUNT(wide_void), WIDE, argc, argv, envp, &code) ||
        run(wide16_void, COUNT(wide16_void), WIDE16, argc, argv, envp, &code))
        return 0;
    if (run(wide, COUNT(wide), WIDE, argc, argv, envp, &code) ||
        run(wide16, COUNT(wide16), WIDE16, argc, argv, envp, &code) ||
        run_win(win_main, NARROW, argv, &code) ||
        run_win(win_main_w, WIDE, argv, &code) ||
        run_win(win_main_16, WIDE16, argv, &code))
        return code;
    fputs("the program has neither main, wmain nor WinMain\n", stderr);
    return 127;
}
