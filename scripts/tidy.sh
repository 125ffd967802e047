#!/bin/sh
# SPDX-License-Identifier: MIT
#
# clang-tidy over the library, with the flags that the library is built with:
# the Winsock world sees include/ws2 first, the POSIX world does not.
#
#   scripts/tidy.sh [FILE...]

set -u
cd "$(dirname "$0")/.." || exit 1
command -v clang-tidy >/dev/null || { echo "tidy: no clang-tidy"; exit 1; }
[ $# -gt 0 ] || set -- src/*/*.c src/prov/*/*.c

flags='-std=gnu11 -D_GNU_SOURCE= -Isrc -Iinclude'
for file; do
    [ -f "$file" ] || continue
    case $file in
    src/base/* | src/os/* | src/io/*) echo "$file $flags" ;;
    *) echo "$file $flags -Iinclude/ws2" ;;
    esac
done | xargs -P "$(nproc)" -L 1 sh -c '
    file=$1
    shift
    clang-tidy --quiet "$file" -- "$@" 2>&1 |
        grep -v "warnings\\? generated\|^Suppressed\|^Use -header-filter" |
        grep . && exit 1
    exit 0' tidy || exit 1
echo "tidy: clean"
