#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Holds the symbols of the built library against the committed list ws2_32.abi.
# A new symbol and a lost one both fail, and so does a bare BSD name, which
# would take the place of libc's in every program that loads us.  The archive
# may define nothing global beyond the list but ws_ names.
#
#   scripts/symbols.sh             check
#   scripts/symbols.sh --update    write the list anew, to be looked at

set -u
cd "$(dirname "$0")/.." || exit 1
OUT=${OUT:-build}
so=$OUT/lib/libws2_32.so.0 archive=$OUT/lib/libws2_32.a list=ws2_32.abi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C

# name@@VERSION, without the version's own symbol
nm -D --defined-only --with-symbol-versions "$so" |
    awk '$2 != "A" { print $3 }' | sort >"$tmp/so" || exit 1
nm --defined-only --extern-only "$archive" |
    awk 'NF == 3 && $3 !~ /^ws_/ { print $3 }' | sort -u >"$tmp/archive"

if [ "${1:-}" = --update ]; then
    cp "$tmp/so" "$list"
    echo "symbols: $list has $(wc -l <"$list") names"
    exit
fi

bad=0
complain() { # complain FILE TEXT
    [ -s "$1" ] || return
    sed "s/^/symbols: $2: /" "$1"
    bad=1
}

libc=$("${CC:-gcc}" -print-file-name=libc.so.6)
nm -D --defined-only "$libc" | awk '{ print $3 }' | cut -d@ -f1 |
    sort -u >"$tmp/libc"
cut -d@ -f1 "$tmp/so" | sort -u | comm -12 - "$tmp/libc" >"$tmp/bare"
complain "$tmp/bare" 'a bare name of libc'
comm -13 "$list" "$tmp/so" >"$tmp/new"
complain "$tmp/new" 'new, and not in the list'
comm -23 "$list" "$tmp/so" >"$tmp/lost"
complain "$tmp/lost" 'lost'
cut -d@ -f1 "$tmp/so" | sort -u | comm -13 - "$tmp/archive" >"$tmp/astray"
complain "$tmp/astray" 'global in the archive only'
[ $bad -eq 0 ] || exit 1
echo "symbols: $(wc -l <"$tmp/so") as listed"
