#!/usr/bin/env bash
# Every .c and .h is as clang-format 14 leaves it (.clang-format). Other versions differ in details, so
# they are not asked.
set -euo pipefail
cd "${SOURCE:-$(dirname "$0")/../..}"
format=$(command -v clang-format-14 || command -v clang-format || true)
major=$([ -z "$format" ] || "$format" --version | sed -E 's/.*version ([0-9]+).*/\1/')
if [ "$major" != 14 ]; then
    echo "format: skipped: clang-format is ${major:-missing}, and 14 decides"
    exit 77
fi
if printf 'int  main( void ) {return 0;}\n' | "$format" --dry-run -Werror --assume-filename=x.c 2>/dev/null; then
    echo "self-test: a badly formatted line was accepted"
    exit 1
fi
find . \( -name '.?*' -o -name build -o -name out \) -prune -o -name '*.[ch]' -print0 |
    xargs -0 "$format" --dry-run -Werror
