# Calls of potok-compress, right and wrong, files that cannot be read, and counts.  PROGRAM is its
# path.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	seq 1 40000 >text # some blocks
	"$PROGRAM" <text >text.gz
	max=9
	"$PROGRAM" --version | grep -q '^libdeflate' && max=12
	return 0
}

# usage ARG...: a wrong call; the message goes to $said.
usage() {
	run -64 --separate-stderr "$PROGRAM" "$@" text
	[ "$output" = "" ]
	said=${stderr#potok-compress: }
	said=${said%; \'potok-compress --help\' tells more}
}

# level N ARG...: with these arguments the level is N.
level() {
	"$PROGRAM" "-$1" <text >want
	shift
	"$PROGRAM" "$@" >got
	cmp want got
}

@test "levels that do not exist" {
	for wrong in -0 -13 -00 -99 -123456789123456789; do
		usage "$wrong"
		[ "$said" = "the level is a number from 1 to $max" ]
	done
}

@test "levels 10 to 12 are there with libdeflate only" {
	for n in 10 11 12; do
		if [ "$max" = 12 ]; then
			"$PROGRAM" -$n text | gzip -dc | cmp - text
		else
			usage -$n
			[ "$said" = "levels above 9 need libdeflate, which is not built in" ]
		fi
	done
}

@test "digits of one argument are one number, the last number counts" {
	level 1 -9 -1 text
	level 1 -91 -1 text
	level 9 text -1 -9
	level 2 -1c2 text
	level 3 -0 -3 text
	level 6 text
	if [ "$max" = 12 ]; then
		level 12 -12 text
		level 12 text -12
		level 12 -c12 text
		level 12 -c text -1 -12c
		level 2 -1 -2 text
		level 11 -1 -11 text
	fi
}

@test "--best is the highest level" {
	level "$max" --best text
	level 1 --best -1 text
	level "$max" -1 --best text
}

@test "letters of gzip that it does not have" {
	for letter in -a -r -n; do
		usage "$letter"
		[ "$said" = "unknown option '$letter'" ]
	done
}

@test "-d, -t and -c in all forms" {
	for d in -d --decompress -dc -cd '-d -c' '-d --stdout' -d6; do
		# shellcheck disable=SC2086
		"$PROGRAM" $d text.gz | cmp - text
	done
	for t in -t --test -td -dt -ct; do
		run -0 --separate-stderr "$PROGRAM" $t text.gz
		[ "$output$stderr" = "" ]
	done
}

@test "several files become one stream with one end block" {
	"$PROGRAM" text text >two.gz
	"$PROGRAM" --stats=stats -d two.gz | cmp - <(cat text text)
	cat text text | "$PROGRAM" | cmp - two.gz
}

# ends_at OPERAND MESSAGE: text, an operand that cannot be read, more text.
ends_at() {
	rm -f out
	run -66 --separate-stderr sh -c '"$PROGRAM" --stats=stats text "$1" text missing >>out' sh "$1"
	[ "$stderr" = "potok-compress: $1: $2" ]
	grep -q '"operands":2' stats
	run -65 --separate-stderr "$PROGRAM" -t out
	[[ $stderr == "potok-compress: out: "*"the end block is missing"* ]]
	"$PROGRAM" -d out >back 2>messages || [ $? = 65 ]
	[ -s back ]
	cmp -n "$(wc -c <back)" back text
}

@test "a file that cannot be read ends the stream: one message, no end block" {
	mkdir folder
	ends_at gone "cannot open: No such file or directory"
	ends_at folder "cannot read: Is a directory"
	ends_at out "cannot read: it is also the output"
}

@test "a file that fails while it is read ends the stream" {
	[ -r /proc/self/mem ] || skip "no file that fails"
	ends_at /proc/self/mem "cannot read: Input/output error"
}

@test "when the first file cannot be read, nothing is written" {
	run -66 --separate-stderr sh -c '"$PROGRAM" missing text >out'
	[ "$stderr" = "potok-compress: missing: cannot open: No such file or directory" ]
	[ ! -s out ]
}

@test "with -d each file is a stream: what is wrong with one does not stop the others" {
	head -c 100 text.gz >cut.gz
	run -65 --separate-stderr sh -c '"$PROGRAM" -d text.gz cut.gz text.gz >out'
	[ "$stderr" = "potok-compress: cut.gz: byte 0: the file ends in the middle of a gzip member: it was cut; get it again" ]
	cmp out <(cat text text)
}

@test "counts" {
	{ head -c 70000 /dev/zero | tr '\0' a; echo; } | "$PROGRAM" --stats=stats >long.gz
	grep -q '"counts":{"blocks":2,"stored_blocks":0,"long_lines_cut":1,"records_cut":0}' stats
	head -c 3 /dev/zero | cat long.gz - | "$PROGRAM" -t --stats=stats
	grep -q '"counts":{"members":3,"blocks":3,"padding_bytes":3}' stats
	gzip <text | "$PROGRAM" -t --stats=stats
	grep -q '"counts":{"members":1,"blocks":0,"padding_bytes":0}' stats
}

@test "a header of megabytes is read" {
	{
		printf '\037\213\010\020\000\000\000\000\000\377' # a comment follows
		head -c 20000000 /dev/zero | tr '\0' c
		printf '\000'
		gzip -nc text | tail -c +11
	} | "$PROGRAM" -d | cmp - text
}

@test "--version names zlib and libdeflate" {
	run -0 "$PROGRAM" --version
	[[ ${lines[1]} =~ ^zlib\ [0-9.]+$ ]]
	[[ ${lines[2]} =~ ^(libdeflate [0-9.]+|no libdeflate)$ ]]
}
