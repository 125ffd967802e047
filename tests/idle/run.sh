#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Very many idle overlapped connections, by the program of the benchmark: 5,000,
# or as many as IDLE says (100,000 take the right to have as many descriptors).
# OUT is the built tree (build).  One line, "ok NAME", "not ok NAME" or "skip
# NAME", what the program said behind "#".

set -u
cd "$(dirname "$0")/../.." || exit 1
out=${OUT:-build} count=${IDLE:-5000}
name=idle_connections_stay_up_and_are_all_closed
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# shellcheck disable=SC3045 # dash and bash both have it
ulimit -n "$(ulimit -Hn)" 2>/dev/null || :
WSCC_CC=${CC:-gcc} "$out/bin/wscc" -D_GNU_SOURCE -O2 bench/idle.c \
    -o "$tmp/idle" || exit 1
timeout -k 5 120 "$tmp/idle" "$count" >"$tmp/said" 2>&1
code=$?
case $code in
0) echo "ok $name" ;;
77) echo "skip $name: $(cat "$tmp/said")" ;;
*) echo "not ok $name" ;;
esac
sed 's/^/# /' "$tmp/said"
[ $code -eq 0 ] || [ $code -eq 77 ]
