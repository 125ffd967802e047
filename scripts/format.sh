#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Holds every C file against .clang-format; changes nothing.  To obey, run
# clang-format -i on the files named.

set -u
cd "$(dirname "$0")/.." || exit 1
FORMAT=${FORMAT:-clang-format}
command -v "$FORMAT" >/dev/null || { echo "format: no $FORMAT"; exit 1; }
find src include tests examples tools bench fuzz packaging \
    -name '*.[ch]' ! -type l 2>/dev/null | sort |
    xargs "$FORMAT" --dry-run -Werror --ferror-limit=1 2>&1 |
    sed -n 's/: error: / /p' | grep . && exit 1
echo "format: clean"
