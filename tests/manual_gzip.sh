#!/bin/sh
# manual_gzip.sh PAGE PROGRAM: the page is clean, and its example is what PROGRAM does.
set -eu
command -v mandoc >/dev/null || { echo "no mandoc"; exit 77; }
[ "$(mandoc -T lint -W warning "$1")" = "" ]
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seq 40000 | "$2" --index="$work/n.gz" >"$work/n.gz"
od -A d -t u8 -j 48 "$work/n.gz.gzl" >"$work/made"
sed -n '/^\$ od/,/^\.Ed/p' "$1" | sed '1d;$d' | diff - "$work/made"
