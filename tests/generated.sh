#!/bin/sh
# generated.sh HEADER GENERATOR ARGS...: is the committed HEADER what the generator writes?  Skipped
# where ICU is another version than the one that HEADER names.
header=$1
shift
work=$(mktemp) || exit 1
trap 'rm -f "$work"' EXIT
"$@" >"$work" || exit 1
cmp "$work" "$header" && exit 0
old=$(sed -n 's/.*\(ICU [0-9.]*[0-9]\).*/\1/p;10q' "$header")
new=$(sed -n 's/.*\(ICU [0-9.]*[0-9]\).*/\1/p;10q' "$work")
[ "$old" = "$new" ] && exit 1
echo "skipped: made with $old, here is $new"
exit 77
