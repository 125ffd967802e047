#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints docs/conformance.md: which statements of the specification have a test.
# A test names its statements in TEST(name, "CAT-1 LSN-2"); a statement that is
# named nowhere, or a name that is no statement, shows here.
#
#   scripts/conformance.sh >docs/conformance.md

set -u
cd "$(dirname "$0")/.." || exit 1

# What must exist for the result to be the same everywhere.
LC_ALL=C
export LC_ALL

find tests -name '*_test.c' | sort | xargs awk '
function flush_test(    n, i, ids) {
    if (name == "" || !complete)
        return
    n = split(text, ids, /[^A-Za-z0-9-]+/)
    for (i = 1; i <= n; i++)
        if (ids[i] ~ /^[A-Z]+-[0-9]+[a-z]?$/)
            print ids[i] "\t" file "\t" name
    name = ""
}
FNR == 1 { name = ""; file = FILENAME; sub(/.*\//, "", file); sub(/_test\.c$/, "", file) }
/^TEST(_BARE)?\(/ {
    name = $0
    sub(/^TEST(_BARE)?\(/, "", name)
    sub(/[,)].*/, "", name)
    text = ""
    complete = 0
}
name != "" {
    line = $0
    while (match(line, /"[^"]*"/)) {
        text = text " " substr(line, RSTART + 1, RLENGTH - 2)
        line = substr(line, RSTART + RLENGTH)
    }
    if ($0 ~ /\)$/) { complete = 1; flush_test() }
}' >"${TMPDIR:-/tmp}/conformance.$$"
trap 'rm -f "${TMPDIR:-/tmp}/conformance.$$"' EXIT

awk -F '\t' '
NR == FNR {
    tests[$1]++
    if (!(($1, $2) in seen)) {
        seen[$1, $2] = 1
        where[$1] = where[$1] (where[$1] == "" ? "" : ", ") $2
    }
    next
}
/^#/ { next }
{
    id = $0; sub(/ .*/, "", id)
    title = $0; sub(/^[^ ]+ /, "", title)
    group = id; sub(/-.*/, "", group)
    known[id] = 1
    if (!(group in total)) groups[++ngroups] = group
    total[group]++; all++
    if (id in tests) { held[group]++; held_all++ }
    lines[group] = lines[group] sprintf("| %s | %s | %s | %s |\n", id, title,
        (id in tests) ? tests[id] : "-", where[id])
}
END {
    print "# Which statements have a test\n"
    print "Printed by `scripts/conformance.sh` from the names that tests give; do not"
    print "edit. The numbers are those of `scripts/statements.txt`. A statement without a"
    print "test is not necessarily unkept, and one with a test may be about a deviation"
    print "(see `deviations.md`). " held_all + 0 " of " all " statements are named by a test.\n"
    print "| group | statements | with a test |"
    print "|---|---:|---:|"
    for (i = 1; i <= ngroups; i++)
        printf "| %s | %d | %d |\n", groups[i], total[groups[i]], held[groups[i]]
    for (i = 1; i <= ngroups; i++) {
        printf "\n## %s\n\n| statement | about | tests | in |\n|---|---|---:|---|\n", groups[i]
        printf "%s", lines[groups[i]]
    }
    for (id in tests)
        if (!(id in known)) {
            print "no such statement: " id " in " where[id] >"/dev/stderr"
            bad = 1
        }
    exit bad
}' "${TMPDIR:-/tmp}/conformance.$$" scripts/statements.txt
