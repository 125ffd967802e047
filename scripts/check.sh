#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs the test programs given, then the suites that are scripts, and adds up
# their "ok", "not ok" and "skip" lines; the sum is the last line.  A program
# that dies or hangs counts as one failure.  V=1 shows the tests that passed;
# JOBS is the number of tests of a program that run at a time: two a processor,
# for they wait more than they work, which under a sanitizer they do not.
#
#   scripts/check.sh [PROGRAM...]        (OUT and O as the Makefile exports them)

set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build/release} LIMIT=${LIMIT:-600}
export OUT="${OUT:-build}" CC="${CC:-gcc}" CXX="${CXX:-g++}"
logs=$(mktemp -d)
running=''
trap 'kill $running 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 1' INT TERM HUP
passed=0 failed=0 skipped=0

# Sanitizers are slow, and an error of theirs ends the test with its own code.
# The suites that are scripts judge headers and tools, which have no flavour.
suites=${SUITES-tests/*/run.sh}
case $O in
*/asan | */tsan)
    export T_TIMEOUT_SCALE="${T_TIMEOUT_SCALE:-4}" suites=
    JOBS=${JOBS:-$(nproc)} ;;
*) JOBS=${JOBS:-$(($(nproc) * 2))} ;;
esac
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99:detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-exitcode=99:halt_on_error=1}"

count() {
    grep -c -e "$1" "$log"
}

run() { # run NAME COMMAND...
    name=$1
    shift
    timeout -k 5 "$LIMIT" "$@" >"$logs/log" 2>&1 </dev/null
    tell "$name" $? "$logs/log"
}

# Shows how NAME went, which ended with CODE and said what is in LOG.
tell() { # tell NAME CODE LOG
    name=$1 code=$2 log=$3
    p=$(count '^ok ') f=$(count '^not ok ')
    s=$(count '^skip \|^ok .*# SKIP')
    p=$((p - $(count '^ok .*# SKIP')))
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
        echo "not ok $name ended with code $code" >>"$log"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-36s %4d passed %4d failed %4d skipped\n' "$name" "$p" "$f" "$s"
    if [ -n "${V:-}" ]; then
        cat "$log"
    elif [ "$f" -gt 0 ]; then
        grep -v '^ok ' "$log"
    elif [ "$s" -gt 0 ]; then
        grep '^skip \|# SKIP' "$log"
    fi
}

for program in "$@"; do
    run "${program#"$O"/}" "$program" -j "$JOBS"
done

# The suites that compile run beside those that talk, which run one by one: what
# one of them sends over loopback another may hear.
compile='' talk=''
for suite in $suites; do
    case $suite in
    tests/abi/* | tests/wscc/*) compile="$compile $suite" ;;
    *) [ ! -x "$suite" ] || talk="$talk $suite" ;;
    esac
done
for suite in $compile; do
    mkdir -p "$logs/${suite%/*}"
    timeout -k 5 "$LIMIT" "./$suite" >"$logs/$suite" 2>&1 </dev/null &
    running="$running $!"
done
for suite in $talk; do
    run "$suite" "./$suite"
done
# shellcheck disable=SC2086 # words are wanted
set -- $running
for suite in $compile; do
    wait "$1"
    tell "$suite" $? "$logs/$suite"
    shift
    running=$*
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
