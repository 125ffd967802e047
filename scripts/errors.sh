#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints docs/errors.md from the tables of src/os/err.c.  With --check, says
# instead whether the file is what would be printed.

set -eu
cd "$(dirname "$0")/.."

print() {
    awk '
    function heading(title, text, first) {
        printf "\n## %s\n\n%s\n\n| %s | code | when |\n|---|---|---|\n",
               title, text, first
    }
    BEGIN {
        print "# Error numbers of the system and of Winsock\n"
        print "Printed by scripts/errors.sh from src/os/err.c, where the" \
              " mapping is done and can be changed."
    }
    /^#define ERRORS/ {
        heading("errno", "What a system call says, unless the operation has" \
                " an exception below. A number that is in neither table is" \
                " WSASYSCALLFAILURE and leaves a trace line.", "errno")
        in_table = 1
    }
    /^#define EXCEPTIONS/ {
        heading("Exceptions", "The same number means something else in one" \
                " operation.", "operation, errno")
        in_table = 2
    }
    /^#define RESOLVER_ERRORS/ {
        heading("Resolver", "getaddrinfo and getnameinfo.", "here")
        in_table = 1
    }
    /^#define HOST_ERRORS/ {
        heading("Hosts", "gethostbyname and gethostbyaddr.", "here")
        in_table = 1
    }
    # A line of a table may be continued by pieces of its last string.
    in_table && /^ +(X\(|")/ {
        line = line $0
        sub(/[ \t]*\\$/, "", line)
        if (line !~ /"\)$/)
            next
        gsub(/"[ \t]+"/, "", line)
        match(line, /".*"/)
        why = substr(line, RSTART + 1, RLENGTH - 2)
        sub(/^ +X\(/, "", line)
        split(line, f, /, */)
        code = f[in_table + 1]
        if (code !~ /^EAI_/)
            code = "WSA" code
        printf "| %s | %s | %s |\n",
               in_table == 2 ? f[1] ", " f[2] : f[1], code, why
        line = ""
        next
    }
    /^$/ { in_table = 0 }' src/os/err.c
}

case ${1-} in
--check)
    print | cmp -s - docs/errors.md ||
        { echo "errors: docs/errors.md is not what err.c says"; exit 1; } ;;
"") print >docs/errors.md ;;
*) echo "usage: $0 [--check]"; exit 2 ;;
esac
