#!/bin/sh
# split_rules.sh PROGRAM GOLD: what each rule of potok-split is worth.  GOLD is a folder of files
# LANGUAGE.NAME.jsonl, a paragraph a line: {"s": [sentences], "sep": [what stands behind each]}.
# Sentences without a final mark are left out.  Prints in Markdown: precision, recall and F1 of each
# language with -l and with mul, then for each rule the errors that there are more without it.
# A boundary is the byte behind a sentence; the ends of paragraphs do not count.
set -eu
program=$1 gold=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/sets"

for file in "$gold"/*.jsonl; do
	set=$(basename "$file" .jsonl)
	# The Armenian colon and the Greek question mark end sentences of their languages alone.
	extra=
	case $set in hy.*) extra=: ;; el.*) extra=';' ;; esac
	jq -c --arg extra "$extra" '
		([.s, .sep] | transpose | map(select(.[0] | test("[.!?…。！？｡．؟۔।॥։‼⁇⁈⁉።፧፨។៕" + $extra +
			"][\"'"'"'”’»«“„‟›‹」』）)\\]}】》〉〕］｠｣*_\\s]*$")))) |
		select(length > 0)' "$file" >"$work/$set"
	jq -j 'length as $n | to_entries | map(.value[0] + (if .key < $n - 1 then .value[1] else "\n" end)) | add' \
		"$work/$set" >"$work/$set.text"
	jq -r 'length as $n | to_entries[] | [(.value[0] | utf8bytelength), (.value[1] | utf8bytelength),
		(if .key < $n - 1 then 1 else 0 end)] | @tsv' "$work/$set" |
		awk '{ at += $1; if ($3) { print at; at += $2 } else { print at, "end"; at++ } }' >"$work/$set.gold"
	echo "$set" >>"$work/sets"
done

# compare SET OPTIONS...: LANGUAGE, true and false positives, false negatives.
compare() {
	set=$1
	shift
	"$program" --offsets "$@" <"$work/$set.text" | cut -f2 |
		awk -v l="${set%%.*}" '
			NR == FNR { if ($2 == "end") end[$1]; else gold[$1]; next }
			$1 == "" || $1 in end { next }
			$1 in gold { tp++; next }
			{ fp++ }
			END { for (g in gold) n++; print l, tp + 0, fp + 0, n - tp }' "$work/$set.gold" -
}
scores() {
	while read -r set; do
		language=${1:-${set%%.*}}
		compare "$set" -l "$language"
	done <"$work/sets" | sort | awk '
		{ tp[$1] += $2; fp[$1] += $3; fn[$1] += $4 }
		END { for (l in tp) print l, 100 * tp[l] / (tp[l] + fp[l]), 100 * tp[l] / (tp[l] + fn[l]),
			200 * tp[l] / (2 * tp[l] + fp[l] + fn[l]) }' | sort
}
scores '' >"$work/named"
scores mul >"$work/mul"
printf '\nSentence boundaries\n\n| language | precision | recall | F1 | F1 with mul |\n|---|--:|--:|--:|--:|\n'
join "$work/named" "$work/mul" | awk '
	{ printf "| %s | %.2f | %.2f | %.2f | %.2f |\n", $1, $2, $3, $4, $7; a += $4; b += $7; n++ }
	END { printf "| **macro** | | | **%.2f** | **%.2f** |\n", a / n, b / n }'

errors() {
	while read -r set; do
		compare "$set" -l "${set%%.*}" "$@"
	done <"$work/sets" | awk '{ n += $3 + $4 } END { print n }'
}
all=$(errors)
printf '\nErrors: %s.  Without a rule there are so many more:\n\n| rule | errors |\n|---|--:|\n' "$all"
"$program" --list-rules | while read -r rule; do
	"$program" --without="$rule" </dev/null 2>/dev/null || continue
	printf '| %s | %+d |\n' "$rule" $(($(errors "--without=$rule") - all))
done
