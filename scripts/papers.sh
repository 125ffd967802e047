#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Holds the papers against the tree: each folder under src has a README with one
# line a file; each source says its licence and what it is for; a DEVIATION in
# the sources has its row in docs/deviations.md, and the other way round; a TODO
# names an issue; links between papers lead somewhere; manual pages are clean.

set -u
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
: >"$tmp/bad"

complain() {
    echo "papers: $*" >>"$tmp/bad"
}

# A README line is "name  what it is for".
for dir in $(find src -name '*.[ch]' -exec dirname {} + | sort -u); do
    if [ ! -f "$dir/README" ]; then
        complain "$dir has no README"
        continue
    fi
    find "$dir" -maxdepth 1 -name '*.[ch]' -exec basename {} \; |
        sort >"$tmp/there"
    awk 'NF { print $1 }' "$dir/README" | sort >"$tmp/named"
    for name in $(comm -23 "$tmp/there" "$tmp/named"); do
        complain "$dir/README does not name $name"
    done
    for name in $(comm -13 "$tmp/there" "$tmp/named"); do
        complain "$dir/README names $name, which is not there"
    done
done

find src tests examples tools bench fuzz scripts include packaging .ci demo \
    check Makefile -type f \( -name '*.[ch]' -o -name '*.sh' -o ! -name '*.*' \) \
    ! -name README ! -path 'fuzz/*/*' 2>/dev/null | sort | xargs awk '
    FNR == 1 { all[FILENAME] }
    FNR <= 3 && /SPDX-License-Identifier: MIT/ { licensed[FILENAME] }
    FNR > 3 { nextfile }
    END {
        for (file in all) if (!(file in licensed))
            print "papers: " file " does not say its licence"
    }' >>"$tmp/bad"

grep -rlw -e DEVIATION -e 'docs/deviations.md' src include | sort >"$tmp/marked"
grep -o '\(src\|include\)/[a-zA-Z0-9_/]*\.[ch]' docs/deviations.md |
    sort -u >"$tmp/rowed"
for file in $(comm -23 "$tmp/marked" "$tmp/rowed"); do
    complain "$file has a DEVIATION that docs/deviations.md does not tell"
done
for file in $(comm -13 "$tmp/marked" "$tmp/rowed"); do
    complain "docs/deviations.md tells of $file, which has no DEVIATION"
done

grep -rnE '\b(TODO|FIXME|XXX)\b' src include tests examples tools bench fuzz \
    --include='*.[ch]' 2>/dev/null | grep -v 'TODO(#[0-9]\+)' |
    while read -r line; do
        complain "a TODO names an issue: $line"
    done

for paper in *.md docs/*.md; do
    grep -o '](\([^)#:]*\))' "$paper" | sed 's/](\(.*\))/\1/' |
        while read -r to; do
            [ -e "$(dirname "$paper")/$to" ] ||
                complain "$paper leads to $to, which is not there"
        done
done

# Papers that scripts print.
scripts/errors.sh --check >>"$tmp/bad" 2>&1
scripts/conformance.sh 2>/dev/null | cmp -s - docs/conformance.md ||
    complain "docs/conformance.md is not what scripts/conformance.sh prints"

if command -v mandoc >/dev/null; then
    for page in man/*.[1-9]; do
        [ -f "$page" ] || continue
        mandoc -Tlint -Wwarning "$page" >>"$tmp/bad" 2>&1
    done
fi

if [ -s "$tmp/bad" ]; then
    cat "$tmp/bad"
    exit 1
fi
echo "papers: clean"
