#!/bin/sh
# detect.sh PROGRAM: PROGRAM finds out the encodings of detect.tsv, so that the text comes back, be it
# there once or 400 times, and that the whole text comes back by the encoding that --detect tells.
# Then the same lines follow each other in one stream, again and again: late ones, which are judged
# in a faster way, become what early ones do.
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
		case $encoding in
		UTF* | ISO-2022*) ;;
		*) cat "$work/in" >>"$work/lines" ;;
		esac
		"$program" "$work/in" >"$work/out" 2>/dev/null
		yes "$text" | head -n 400 >"$work/want-long"
		iconv -f UTF-8 -t "$encoding" <"$work/want-long" >"$work/long" || exit 1
		"$program" "$work/long" >"$work/out-long" 2>/dev/null
		name=$("$program" --detect "$work/long" | cut -f2)
		"$program" -f "$name" "$work/long" >"$work/told" 2>/dev/null
		cmp -s "$work/want" "$work/out" && cmp -s "$work/want-long" "$work/out-long" &&
			cmp -s "$work/want-long" "$work/told" && continue
		failed=$((failed + 1))
		echo "$language in $encoding: taken for $("$program" --detect "$work/in" | cut -f2), $name"
	done
done <"$dir/detect.tsv"
sed -n '/^ru/{s/.*\t//p;q;}' "$dir/detect.tsv" | iconv -f UTF-8 -t CP1251 >"$work/in"
size=$(wc -l <"$work/lines")
for i in $(seq $((300000 / $(wc -c <"$work/in")))); do cat "$work/in"; done >"$work/stream"
first=$(wc -l <"$work/stream")
for i in $(seq 12); do cat "$work/lines"; done >>"$work/stream"
"$program" "$work/stream" >"$work/out" 2>/dev/null
tail -n +$((first + 3 * size + 1)) "$work/out" | head -n "$size" >"$work/early"
tail -n "$size" "$work/out" >"$work/late"
[ -s "$work/late" ] && cmp "$work/early" "$work/late" || failed=$((failed + 1))
[ "$(wc -l <"$work/out")" = $((first + 12 * size)) ] || failed=$((failed + 1))
echo "$n cases, $failed failures"
[ "$n" -gt 100 ] && [ "$failed" = 0 ]
