# What the fault tests share.  The environment names the program and what makes it a plain filter:
#   PROGRAM  path of the program        ARGS    options that leave the text of these tests as it is
#   UNDO     command that gives the text back from the output
#   WITH     path of the program made from with.c
#   LATENCY  1: a line comes out before the end of the input
#   JOINED   1: the operands are one stream, which a fault in one of them ends
#   PEAK     KiB that it may have resident; 0: not measured
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'one two\nthree four\n' >in
	printf 'five\n' >more
	name=${PROGRAM##*/}
}

# The program as a plain filter.
filter() {
	# shellcheck disable=SC2086
	"$PROGRAM" $ARGS "$@"
}

# into FILE COMMAND...: standard output goes to FILE.
into() {
	local file=$1
	shift
	"$@" >"$file"
}

# same_text OUTPUT FILE...: what the program made is the text of the files.
same_text() {
	local out=$1
	shift
	$UNDO <"$out" >text
	cat "$@" | cmp text -
}

# same_text_but_joined OUTPUT FILE...: the same after a fault in an operand.  Where operands are
# joined, the output then is not whole, and how much of it there is depends on the program.
same_text_but_joined() {
	[ "$JOINED" = 1 ] || same_text "$@"
}

# says WORDS: the messages are one line, begin with the program's name and contain WORDS.
says() {
	if [ "$(printf '%s\n' "$stderr" | wc -l)" != 1 ] || [[ $stderr != "$name: "*"$1"* ]]; then
		printf 'messages:\n%s\nexpected: %s\n' "$stderr" "$1"
		return 1
	fi
}

# json FILE EXPRESSION: FILE is one JSON object for which the jq expression is true.
json() {
	if command -v jq >/dev/null; then
		[ "$(wc -l <"$1")" = 1 ] && jq -es "length == 1 and (.[0] | $2)" "$1"
	else
		skip "no jq"
	fi
}

# until_true COMMAND...: waits until the command succeeds, ten seconds at most.
until_true() {
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}
