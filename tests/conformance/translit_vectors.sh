#!/bin/sh
# translit_vectors.sh PROGRAM FOLDER: the examples that other programs and some standards give, in
# FOLDER/vectors.tsv (id, direction, language, input, expected, source), against PROGRAM.  Rows in
# FOLDER/vectors_suspect.tsv are left out; those that are known to differ, and why, stand beside this
# script in translit_vectors.tsv.  Skipped where FOLDER is not there.
program=$1 folder=$2
known=$(dirname "$0")/translit_vectors.tsv
[ -r "$folder/vectors.tsv" ] || { echo "skipped: no vectors here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

# id, direction, input, expected of the rows that count, in the order of id and direction.
awk -F'\t' 'FNR == 1 { file++; for (i = 1; i <= NF; i++) at[file, $i] = i; next }
	file == 1 { suspect[$at[1, "id"], $at[1, "input"], $at[1, "expected"]] = 1; next }
	!(($1, $4, $5) in suspect) { print $1 "\t" $2 "\t" $4 "\t" $5 }' \
	"$folder/vectors_suspect.tsv" "$folder/vectors.tsv" | sort -s -t "$tab" -k1,2 >"$work/rows"
cut -f 1,2 "$work/rows" | sort -u >"$work/groups"
while IFS=$tab read -r id direction; do
	[ "$direction" = back ] && back=--reverse || back=
	# shellcheck disable=SC2086
	awk -F'\t' -v id="$id" -v d="$direction" '$1 == id && $2 == d { print $3 }' "$work/rows" |
		"$program" -s "$id" $back 2>/dev/null || echo "refused: $id" >&2
done <"$work/groups" >"$work/got"
cut -f 4 "$work/rows" | "$program" --icu any-nfc >"$work/expected"
cut -f 1-3 "$work/rows" | paste - "$work/expected" "$work/got" |
	awk -F'\t' '$4 != $5 { print $1 "\t" $2 "\t" $3 }' | sort -u >"$work/differ"
sed '/^#/d' "$known" | cut -f 1-3 | sort -u >"$work/known"
echo "$(wc -l <"$work/rows") rows, $(wc -l <"$work/differ") differ"
diff "$work/known" "$work/differ"
