#!/bin/sh
# single_byte.sh PROGRAM TABLES: the differences that PROGRAM finds are those of single_byte.txt.
dir=$(dirname "$0")
work=$(mktemp) || exit 1
trap 'rm -f "$work"' EXIT
"$1" "$2" >"$work" || exit 1
grep -v '^#' "$dir/single_byte.txt" | diff - "$work"
