# Wrong calls of potok-translit, and what is too big for a golden case.  PROGRAM is its path.
# shellcheck disable=SC2154 # output and status are set by run

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "no scheme: exit 64, names --list" {
	run "$PROGRAM" </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: -s SCHEME is needed; --list has the names; 'potok-translit --help' tells more" ]
}

@test "unknown scheme: exit 64 and the nearest name" {
	run "$PROGRAM" -s bgnpcgn-rus-1974 </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: unknown scheme 'bgnpcgn-rus-1974'; did you mean 'bgnpcgn-rus-1947'?; 'potok-translit --help' tells more" ]
}

@test "unknown scheme to describe: exit 64" {
	run "$PROGRAM" --describe iso9 </dev/null
	[ "$status" = 64 ]
}

@test "--list has a name a line, each can be described and used" {
	"$PROGRAM" --list >names
	[ "$(wc -l <names)" -ge 3 ]
	while read -r name; do
		"$PROGRAM" --describe "$name" >about
		[ "$(head -n 1 about)" = "$name" ]
		grep -q '^standard  ' about
		grep -q '^status  ' about
		[ "$(echo а | "$PROGRAM" -s "$name")" = a ]
	done <names
}

@test "--describe shows the rules" {
	"$PROGRAM" --describe bgnpcgn-rus-1947 >about
	grep -q "^щ	shch$" about
	grep -q "^е	ye	at the start of a word, after а" about
	"$PROGRAM" --describe icao-9303 | grep -q "^ь	(nothing)$"
}

@test "counts" {
	printf 'щит@ \321\243 @\321\211\t\n' | "$PROGRAM" -s bgnpcgn-rus-1947 --both --stats=stats >out 2>messages
	grep -q '"counts":{"letters":3,"protected_tokens":1,"unknown_letters":1,"tabs_replaced":1,"line_cut":0,"token_cut":0}' stats
	[ "$(wc -l <messages)" = 1 ]
	grep -q 'warning: 1 Cyrillic letters that the scheme does not have' messages
}

@test "--both: a line of 1 MiB is whole" {
	head -c 1048576 /dev/zero | tr '\0' x >line
	echo >>line
	"$PROGRAM" -s iso9-1995 --both line >out 2>messages
	[ ! -s messages ]
	[ "$(wc -l <out)" = 1 ]
	[ "$(wc -c <out)" = 2097154 ]
}

@test "--both: a longer line is cut behind white space" {
	head -c 1048570 /dev/zero | tr '\0' x >line
	echo ' yy zzzzzzzz' >>line
	"$PROGRAM" -s iso9-1995 --both line >out 2>messages
	[ "$(cut -f 1 out | tail -n 1)" = zzzzzzzz ]
	[ "$(cut -f 2 out | tail -n 1)" = zzzzzzzz ]
	[ "$(wc -l <out)" = 2 ]
	[ "$(cat messages)" = "potok-translit: line: warning: 1 cuts in lines longer than 1 MiB (the first at byte 1048574)" ]
}

@test "--both: without white space it is cut between characters" {
	printf x >line
	yes щ | head -n 600000 | tr -d '\n' >>line
	"$PROGRAM" -s iso9-1995 --both --stats=stats line >out 2>messages
	grep -q '"line_cut":1' stats
	iconv -f utf-8 -t utf-8 out >/dev/null
	[ "$(head -n 1 out | cut -f 1 | wc -c)" = 1048576 ]
}
