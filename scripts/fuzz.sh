#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the targets fuzz/*.c with libFuzzer, ASan and UBSan against a library
# built the same way, replays what is known (fuzz/corpus/NAME, the seeds, and
# fuzz/regress/NAME, the findings of the past), and then looks for news for
# FUZZ_SECONDS each, as many at a time as there are processors.  A finding is
# left in fuzz/regress/NAME to be kept: `make check` replays that, too.
# Arguments are the names of the targets wanted.

set -u
cd "$(dirname "$0")/.." || exit 1
seconds=${FUZZ_SECONDS:-60}
build=build/fuzz
bad=0

# shellcheck disable=SC2046 # words are wanted
[ $# -gt 0 ] || set -- $(basename -s .c fuzz/*.c | grep -vx plain)
make -s -j"$(nproc)" BUILD=$build FLAVOUR=asan CC=clang \
    CFLAGS=-fsanitize=fuzzer-no-link "$build/asan/lib/libws2_32.a" || exit 1

target() { # target NAME: builds it, replays, looks
    name=$1
    clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=undefined -D_GNU_SOURCE= -Isrc -Iinclude \
        -Iinclude/ws2 "fuzz/$name.c" "$build/asan/lib/libws2_32.a" -pthread \
        -ldl -o "$build/$name" || return
    mkdir -p "$build/corpus/$name" "fuzz/regress/$name"
    for known in fuzz/corpus/"$name"/* fuzz/regress/"$name"/*; do
        [ ! -f "$known" ] || "$build/$name" "$known" >/dev/null 2>&1 ||
            { echo "fuzz: $known fails"; bad=1; }
    done
    echo "fuzz: $name for $seconds s"
    "$build/$name" -max_total_time="$seconds" -timeout=10 -verbosity=0 \
        -max_len=400 -len_control=20 -print_final_stats=1 \
        -artifact_prefix="fuzz/regress/$name/" "$build/corpus/$name" \
        "fuzz/corpus/$name" >"$build/$name.log" 2>&1 ||
        { tail -n 60 "$build/$name.log"; bad=1; }
    rmdir "fuzz/regress/$name" 2>/dev/null
    return $bad
}

running='' turn=0
join() {
    for pid in $running; do
        wait "$pid" || bad=1
    done
    running=''
}

for name; do
    target "$name" &
    running="$running $!" turn=$((turn + 1))
    [ $((turn % $(nproc))) -ne 0 ] || join
done
join
exit $bad
