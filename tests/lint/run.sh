#!/bin/sh
# All lint checks that need no compiler. Ends non-zero when one has something to say.
cd "$(dirname "$0")/../.." || exit 2
status=0
python3 tests/lint/layers.py || status=1
python3 tests/lint/house.py || status=1
python3 tests/lint/proofs.py || status=1
if command -v clang-format-14 >/dev/null; then
    git ls-files -co --exclude-standard -- 'server/*.cpp' 'server/*.hpp' 'tests/*.cpp' 'tests/*.hpp' |
        while read -r file; do [ -e "$file" ] && echo "$file"; done |
        xargs -r clang-format-14 --dry-run --Werror || status=1
fi
exit $status
