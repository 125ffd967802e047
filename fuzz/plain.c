/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target, without a fuzzer, over what is known: its seeds and the
 * findings of the past, fuzz/{corpus,regress}/NAME, or the files given. Not
 * for finding anything new.
 * Invariant: each input runs in a process of its own, for a bounded time. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60, MOST = 1 << 16 };

static int failed;

static void
replay(const char *path)
{
    uint8_t *copy, *data = malloc(MOST);
    FILE *file = fopen(path, "rb");
    size_t size;

    WANT(data && file);
    size = fread(data, 1, MOST, file);
    copy = malloc(size ? size : 1); /* so that a sanitizer sees its end */
    WANT(copy);
    memcpy(copy, data, size);
    fclose(file);
    free(data);
    alarm(SECONDS);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void
run(const char *path)
{
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        replay(path);
        exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status) {
        printf("not ok %s ended with status %#x\n", path, (unsigned)status);
        failed = 1;
    } else {
        printf("ok %s\n", path);
    }
}

static void
run_all(const char *kind, const char *name)
{
    char path[PATH_MAX];
    struct dirent **files;
    int count;

    snprintf(path, sizeof(path), "fuzz/%s/%s", kind, name);
    count = scandir(path, &files, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (files[i]->d_name[0] != '.') {
            snprintf(path, sizeof(path), "fuzz/%s/%s/%s", kind, name,
                     files[i]->d_name);
            run(path);
        }
        free(files[i]);
    }
    if (count >= 0)
        free(files);
}

/* "-j N" is what test programs are called with, and not for us. */
int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *name;
    int first = argc > 2 && !strcmp(argv[1], "-j") ? 3 : 1;

    name = slash ? slash + 1 : argv[0];
    for (int i = first; i < argc; i++)
        run(argv[i]);
    if (first == argc) {
        run_all("corpus", name);
        run_all("regress", name);
    }
    return failed;
}
