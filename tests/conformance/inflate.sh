#!/bin/sh
# inflate.sh PROGRAM PROGRAM: both, made from inflate.c with different libraries, say the same.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" >"$work/one"
"$2" >"$work/two"
[ "$(grep -c '^good .*: 2 at' "$work/one")" = 42 ]
[ "$(grep -c '^flipped .*: -2 at' "$work/one")" -gt 5000 ]
cmp "$work/one" "$work/two"
