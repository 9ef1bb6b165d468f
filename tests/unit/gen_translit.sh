#!/bin/sh
# gen_translit.sh GENERATOR TABLE: the generator of the schemes takes TABLE, and refuses it with a
# line put at its end, or changed, that is wrong.
generator=$1 table=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# refuses WHY: $work/a.tsv is refused, with WHY in the message.
refuses() {
	if "$generator" "$work/a.tsv" >"$work/out" 2>"$work/messages"; then
		echo "taken, though: $1"
		bad=1
	elif ! grep -q "$1" "$work/messages"; then
		echo "another reason than: $1"
		cat "$work/messages"
		bad=1
	fi
}

# with LINE WHY
with() {
	{ cat "$table"; printf "$1\n"; } >"$work/a.tsv"
	refuses "$2"
}

cp "$table" "$work/a.tsv"
"$generator" "$work/a.tsv" >"$work/out" || bad=1
with 'а\ta' 'same key and context twice'
with 'ѣ\tye\tafter soft\nѣ\tyi\tafter soft\nѣ\te' 'same key and context twice'
with 'й\ty\tafter soft' 'behind the one without context'
with 'ѣ\tye\tafter soft' 'no rule without context behind'
with 'ѣ\tye\tafter hard' 'unknown context'
with 'ѣ\tye\tbefore' 'unknown context'
with 'ѣ\tye\tafter soft after soft' 'unknown context'
with 'и\314\206\tj' 'Normalization Form C'
with 'ѣ\te\314\201' 'Normalization Form C'
with 'ѣЕ\tye' 'capital inside of the key'
with '\344\270\200\tye' 'without a slot'
with 'абвгдежзи\tye' 'too long'
with 'ѣ\t' 'no result'
with 'ѣ\tabcdefghijklm' 'too long'
with 'ѣ\tye\t\tU+0079' 'code points are not those'
with 'base\tnone' 'base is not there'
sed 's/^reversible.*/reversible\tyes/' "$table" >"$work/a.tsv"
refuses 'another letter has the same result'
sed 's/^status.*/status\tperhaps/' "$table" >"$work/a.tsv"
refuses 'not official, secondary or draft'
sed '/^edition/d' "$table" >"$work/a.tsv"
refuses 'fact is missing'
exit $bad
