#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs the test programs given, then the suites that are scripts, and adds up
# their "ok", "not ok" and "skip" lines; the sum is the last line.  A program
# that dies or hangs counts as one failure.  V=1 shows the tests that passed;
# JOBS is the number of tests of a program that run at a time.
#
#   scripts/check.sh [PROGRAM...]        (OUT and O as the Makefile exports them)

set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build/release} JOBS=${JOBS:-$(nproc)} LIMIT=${LIMIT:-600}
export OUT="${OUT:-build}" CC="${CC:-gcc}" CXX="${CXX:-g++}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# Sanitizers are slow, and an error of theirs ends the test with its own code.
# The suites that are scripts judge headers and tools, which have no flavour.
suites=${SUITES-tests/*/run.sh}
case $O in
*/asan | */tsan) export T_TIMEOUT_SCALE="${T_TIMEOUT_SCALE:-4}" suites= ;;
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
    timeout -k 5 "$LIMIT" "$@" >"$log" 2>&1 </dev/null
    code=$?
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
for suite in $suites; do
    [ ! -x "$suite" ] || run "$suite" "./$suite"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
