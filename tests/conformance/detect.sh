#!/bin/sh
# detect.sh PROGRAM: PROGRAM finds out the encodings of detect.tsv, so that the text comes back.
program=$1
dir=$(dirname "$0")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')
failed=0 n=0
while IFS=$tab read -r language encodings text; do
	case $language in '#'*) continue ;; esac
	printf '%s\n' "$text" >"$work/want"
	for encoding in $encodings; do
		iconv -f UTF-8 -t "$encoding" <"$work/want" >"$work/in" || exit 1
		n=$((n + 1))
		"$program" "$work/in" >"$work/out" 2>/dev/null
		cmp -s "$work/want" "$work/out" && continue
		failed=$((failed + 1))
		echo "$language in $encoding: taken for $("$program" --detect "$work/in" | cut -f2)"
	done
done <"$dir/detect.tsv"
echo "$n cases, $failed failures"
[ "$n" -gt 100 ] && [ "$failed" = 0 ]
