# What the tests of potok-run share.  BIN: the folder of the programs.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
	mkdir tmp
	export TMPDIR=$PWD/tmp
	yes 'Щука. Рыба! Где она?' | head -n 20000 >in
	printf '%s\n' 'potok-normalize | potok-split | potok-compress -1' >pipe.sh
}

teardown() {
	# Nothing stays behind, whatever happened.
	[ -z "$(ls -A tmp)" ] || { ls -A tmp; return 1; }
	[ -z "$(find . -name '*.tmp.*' -o -name '*.lock' -o -name '*.break')" ]
}

# The text of an output of pipe.sh.
text() {
	gzip -dc "$1"
}

# same OUT: it is what pipe.sh makes of in without potok-run.
same() {
	sh pipe.sh <in | gzip -dc >expected
	text "$1" | cmp expected -
}

# refuses CODE WORDS ARG...: potok-run -i in -o out ends with the code, says the words in its last line,
# and makes nothing.
refuses() {
	local code=$1 words=$2
	shift 2
	run --separate-stderr "-$code" potok-run -i in -o out "$@"
	case ${stderr_lines[-1]} in
	"potok-run: out: "*"$words"*) ;;
	*)
		printf 'said: %s\nexpected: %s\n' "$stderr" "$words"
		return 1
		;;
	esac
	[ ! -e out ] && [ ! -e out.potok.json ]
}
