#!/bin/bash
# tidy.sh [FOLDER/…]: clang-tidy (.clang-tidy) over folders of server/ (http/), without any over all; build/ must be
# built. Some ten seconds a file and core. Ends with the counts of files.
cd "$(dirname "$0")/../.." || exit 2
[ $# = 0 ] && set -- ''
mapfile -t files < <(for folder in "$@"; do git ls-files -- "server/$folder*.cpp"; done)
export work
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
# Whether it compiles is g++'s matter: clang 14 stops at a pair with a type that is not complete yet.
# Headers that g++ has precompiled are nothing to clang, nor is what g++ is told about its own memory.
# It looks at each file by itself.
cmake --preset dev -B "$work/build" -DTRIPHAMMER_GATHER=OFF >/dev/null || exit 2
sed 's/ -include [^ ]*cmake_pch.hxx//; s/ --param=[^ ]*//g' "$work/build/compile_commands.json" >"$work/compile_commands.json"

check() { # file: one with findings leaves a mark
    clang-tidy-14 -p "$work" --quiet "$1" 2>/dev/null | grep -E '(warning|error):' | grep -v clang-diagnostic-error | sort -u | grep . || return 0
    : >"$work/failed.${1//\//_}"
}
export -f check
printf '%s\n' "${files[@]}" | xargs -P "${TRIPHAMMER_JOBS:-$(nproc)}" -I{} bash -c 'check {}'
failed=$(find "$work" -name 'failed.*' | wc -l)
echo "$((${#files[@]} - failed)) passed, $failed failed"
[ "$failed" = 0 ]
