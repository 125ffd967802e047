#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Holds the house to its plan: which room may include which (floors.txt), and
# which thing is forbidden but where (forbidden.txt).  Room headers are included as
# "room/file.h", so both are a matter of looking at lines.  The planted breaches
# of --self-test must all be found.

set -u
cd "$(dirname "$0")/.." || exit 1
rules=$PWD/scripts

look() { # look DIRECTORY
    cd "$1" || exit 1
    find . -name '*.[ch]' | sort | sed 's/^\.\///' | xargs -r awk '
    function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

    # The rules.
    FILENAME ~ /floors[.]txt$/ {
        if ($0 !~ /^#/ && NF) for (i = 1; i <= NF; i++) ok[$1, $i] = 1
        if ($0 !~ /^#/ && NF) rooms[$1] = 1
        next
    }
    FILENAME ~ /forbidden[.]txt$/ {
        if (/^# / || /^#$/ || !NF) next
        n = split($0, f, / [|] /)
        what[++things] = substr($0, 1, index($0, " | ") - 1)
        # an alternation inside the pattern has no blanks around its bar
        places[things] = " " trim(f[n - 1]) " "
        why[things] = trim(f[n])
        next
    }

    # The sources.  Neither comments nor the insides of strings breach a rule.
    FNR == 1 {
        split(FILENAME, p, "/"); room = p[1]; comment = 0
        if (!(room in rooms)) report(room " is no room of floors.txt")
    }
    {
        line = $0
        if (comment) {
            if (!(at = index(line, "*/"))) next
            line = substr(line, at + 2); comment = 0
        }
        while ((at = index(line, "/*"))) {
            rest = substr(line, at + 2); line = substr(line, 1, at - 1)
            if ((at = index(rest, "*/"))) line = line " " substr(rest, at + 2)
            else { comment = 1; break }
        }
        if (line ~ /^#include "/) {
            split(line, q, /["\/]/)
            if (line !~ /^#include "[a-z0-9]+\//)
                report("a room header is included as \"room/file.h\"")
            else if (!((room, q[2]) in ok) && !((FILENAME, q[2]) in ok))
                report(room " may not include " q[2])
        }
        gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
        line = " " line " "
        for (i = 1; i <= things; i++)
            if (line ~ what[i] || substr(line, 2) ~ "^" what[i])
                if (!allowed(places[i]))
                    report(why[i] ": " trim(line))
    }
    function allowed(list,    n, i, where) {
        n = split(list, where, " ")
        for (i = 1; i <= n; i++)
            if (FILENAME == where[i] || index(FILENAME, where[i] "/") == 1)
                return 1
        return 0
    }
    function report(text) { print "src/" FILENAME ":" FNR ": " text; bad = 1 }
    END { exit bad }' "$rules/floors.txt" "$rules/forbidden.txt"
}

self_test() {
    mock=$(mktemp -d)
    trap 'rm -rf "$mock"' EXIT
    mkdir -p "$mock/os" "$mock/kit" "$mock/api" "$mock/base"
    cat >"$mock/os/good.c" <<'END'
#include "os/os.h"
#include "base/list.h"
#include <sys/socket.h>
#include <errno.h>
int f(void) { return errno; } /* pthread_create() is not for us */
END
    echo '#include "kit/sock.h"' >"$mock/os/up.c"
    echo '#include <sys/socket.h>' >"$mock/kit/worlds.c"
    echo 'int g(void) { return errno; }' >"$mock/kit/errno.c"
    echo 'int h(void) { return pthread_self() != 0; }' >"$mock/kit/lock.c"
    echo 'const char *e(void) { return getenv("X"); }' >"$mock/api/env.c"
    echo '#include "prov/tcpip/wsp.h"' >"$mock/api/door.c"
    echo '#include <winsock2.h>' >"$mock/base/win.c"
    echo '#include "wsp.h"' >"$mock/api/bare.c"
    echo 'void c(char *a, char *b) { strcpy(a, b); }' >"$mock/base/copy.c"
    found=$(look "$mock" | cut -d: -f1 | sort -u | grep -c .)
    if [ "$found" -ne 9 ] || look "$mock" | grep -q good.c; then
        look "$mock"
        echo "floors: found $found of 9 planted breaches"
        return 1
    fi
}

(self_test) && look src || exit 1
echo "floors: clean"
