#!/bin/sh
# run.sh CASES PROGRAM CUTTER...: runs PROGRAM over the golden cases in the folder CASES, then each
# CUTTER (see cut.c).  A case is a folder with
#   in or in.sh  the input, or a script that prints it (for bytes that no editor shows)
#   args         options, split as the shell does; may be absent
#   then         a command that the output goes through before it is compared; may be absent
#   out          the expected output
#   err          the expected messages, the program's name and folders left out; absent: none
#   rc           the expected exit code; absent: 0
set -u
cases=$1 program=$2
shift 2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 n=0

fail() {
	echo "FAILED $case: $1"
	bad=$((bad + 1))
}

for case in "$cases"/*/; do
	case=${case%/}
	[ -d "$case" ] || { echo "no cases in $cases"; exit 1; }
	n=$((n + 1))
	args=$(cat "$case/args" 2>/dev/null)
	want_rc=$(cat "$case/rc" 2>/dev/null || echo 0)
	if [ -f "$case/in.sh" ]; then sh "$case/in.sh" >"$work/in"; else cp "$case/in" "$work/in"; fi

	eval "\"\$program\" $args" <"$work/in" >"$work/raw" 2>"$work/messages"
	rc=$?
	if [ -f "$case/then" ]; then sh "$case/then" <"$work/raw" >"$work/out" 2>&1; else cp "$work/raw" "$work/out"; fi
	sed "s|^$(basename "$program"): ||" "$work/messages" >"$work/err"
	[ "$rc" = "$want_rc" ] || fail "exit code $rc, expected $want_rc"
	cmp "$case/out" "$work/out" || { fail "other output"; diff "$case/out" "$work/out" | head -20; }
	if [ -f "$case/err" ]; then want_err=$case/err; else want_err=/dev/null; fi
	cmp "$want_err" "$work/err" || { fail "other messages"; cat "$work/err"; }

	out=$case/out
	[ -f "$case/then" ] && out=-
	[ "$want_rc" = 0 ] || out=-
	for cutter in "$@"; do
		eval "\"\$cutter\" $args" '"$work/in"' '"$out"' || fail "$(basename "$cutter")"
	done
done
echo "$n cases, $bad failures"
[ "$bad" = 0 ]
