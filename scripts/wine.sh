#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the API tests with mingw and runs them under Wine: the second opinion.
# Nothing of this library takes part; where the two disagree the documents
# decide, and the test says so.  Arguments: names of test files without _test.c
# (all of them if none is given).
#
#   WINEPREFIX  where Wine keeps its files; made on first use
#   JOBS        tests at a time (2)

set -u
cd "$(dirname "$0")/.." || exit 2

cc=${MINGW_CC:-x86_64-w64-mingw32-gcc}
out=${BUILD:-build}/wine
for tool in "$cc" wine; do
    command -v "$tool" >/dev/null || {
        echo "skip: $tool is not installed"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    }
done

export WINEPREFIX="${WINEPREFIX:-${XDG_CACHE_HOME:-$HOME/.cache}/ws2-wine}"
export WINEDEBUG="${WINEDEBUG:--all}" WINEDLLOVERRIDES="mscoree,mshtml=;winedbg.exe="
unset DISPLAY
mkdir -p "$out" "$WINEPREFIX" || exit 2

common='' turn=0
headers="tests/t.h tests/api/*.h"

# newer TARGET FILE...: whether TARGET is there and no FILE is younger
newer() {
    [ -e "$1" ] && [ -z "$(find "$@" -newer "$1")" ]
}

object() { # object SOURCE TARGET
    newer "$2" "$1" $headers || "$cc" -std=gnu11 -O1 -g -Wall -Wextra \
        -DWIN32_LEAN_AND_MEAN -D_WIN32_WINNT=0x0A00 -Itests -c "$1" -o "$2"
}

program() { # program NAME: there is none if it does not build
    object "tests/api/$1.c" "$out/$1.o" || { rm -f "$out/$1.exe"; return; }
    newer "$out/$1.exe" "$out/$1.o" $common || "$cc" "$out/$1.o" $common \
        -o "$out/$1.exe" -static -lws2_32 -lmswsock
}

if [ $# -gt 0 ]; then
    names=$(printf '%s_test ' "$@")
else
    names=$(cd tests/api && ls -- *_test.c | sed 's/\.c$//')
fi

for name in t t_win32 api/net; do
    common="$common $out/${name#api/}.o"
    object "tests/$name.c" "$out/${name#api/}.o" || exit 1
done
for name in $names; do
    program "$name" &
    turn=$((turn + 1))
    [ $((turn % $(nproc))) -ne 0 ] || wait
done
wait

# The first start fills the prefix, which must not count as a test's time.
wine cmd /c exit >/dev/null 2>&1

passed=0 failed=0 skipped=0 bad=0 # bad: programs without a result
for name in $names; do
    echo "== $name"
    if [ ! -e "$out/$name.exe" ]; then
        echo "not ok $name: it does not build"
        bad=$((bad + 1))
        continue
    fi
    wine "$out/$name.exe" -j "${JOBS:-2}" 2>"$out/$name.err" | tr -d '\r' |
        tee "$out/$name.log"
    set -- $(sed -n \
        's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
        "$out/$name.log") 0 0 0
    if [ "$1$2$3" = 000 ]; then
        echo "not ok $name: it gave no result"
        cat "$out/$name.err"
        bad=$((bad + 1))
    fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
done

echo "$passed passed, $((failed + bad)) failed, $skipped skipped"
exit $((failed > 0 || bad))
