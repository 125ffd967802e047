#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds every fuzz/*.c with libFuzzer, ASan and UBSan against a library built
# the same way, replays what is known (fuzz/regress/NAME-*), and then looks for
# news for FUZZ_SECONDS each.  A finding is left in fuzz/regress to be kept.

set -u
cd "$(dirname "$0")/.." || exit 1
seconds=${FUZZ_SECONDS:-60}
build=build/fuzz
bad=0

make -s -j"$(nproc)" BUILD=$build FLAVOUR=asan CC=clang \
    CFLAGS=-fsanitize=fuzzer-no-link "$build/asan/lib/libws2_32.a" || exit 1
for source in fuzz/*.c; do
    [ -f "$source" ] || continue
    name=$(basename "$source" .c)
    clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=undefined -D_GNU_SOURCE= -Isrc -Iinclude \
        -Iinclude/ws2 "$source" "$build/asan/lib/libws2_32.a" -pthread -ldl \
        -o "$build/$name" || exit 1
    mkdir -p "$build/corpus/$name" fuzz/regress
    for known in fuzz/regress/"$name"-*; do
        [ ! -f "$known" ] || "$build/$name" "$known" >/dev/null 2>&1 ||
            { echo "fuzz: $known fails again"; bad=1; }
    done
    echo "fuzz: $name for $seconds s"
    "$build/$name" -max_total_time="$seconds" -timeout=10 -verbosity=0 \
        -artifact_prefix="fuzz/regress/$name-" "$build/corpus/$name" || bad=1
done
exit $bad
