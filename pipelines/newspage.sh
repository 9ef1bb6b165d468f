#!/bin/sh
# newspage.sh [OPTION of potok-normalize...] < PAGE > ROWS.gz
#
# A news page in any encoding -> clean UTF-8 -> one sentence a line -> rows of "sentence TAB
# romanized sentence" (BGN/PCGN 1947 for Russian, URLs and @handles untouched) -> block gzip.
# An empty line of the page stays as a row of two empty columns.
#
#   sh newspage.sh < page.html > page.tsv.gz
#   sh newspage.sh -f koi8-r < page.txt | zcat | cut -f 2
#
# A plain pipe would tell only how its last program ended.  Here each program that fails writes its
# exit code to descriptor 3, and the first fault becomes our exit code.
exec 4>&1
codes=$(
	{
		{ potok-normalize "$@" || echo $? >&3; } |
			{ potok-split || echo $? >&3; } |
			{ potok-translit -s bgnpcgn-rus-1947 --both || echo $? >&3; } |
			{ potok-compress >&4 || echo $? >&3; }
	} 3>&1
)
for code in $codes; do
	# 141: only told that its reader was gone, which is another one's fault.
	[ "$code" = 141 ] || exit "$code"
done
[ -z "$codes" ] || exit 141
