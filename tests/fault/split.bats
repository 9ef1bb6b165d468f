# potok-split called wrongly, and with lists that cannot be read.  The environment gives PROGRAM.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "wrong values name what is right" {
	run --separate-stderr -64 "$PROGRAM" -l en_GB </dev/null
	[[ "$stderr" = *"BCP 47"* ]]
	run --separate-stderr -64 "$PROGRAM" --input=warped </dev/null
	[[ "$stderr" = *"lines, wrapped, markdown"* ]]
	run --separate-stderr -64 "$PROGRAM" --quotes=kep </dev/null
	[[ "$stderr" = *"break, keep"* ]]
	run --separate-stderr -64 "$PROGRAM" --without=stopp </dev/null
	[[ "$stderr" = *"stop"* ]]
	run --separate-stderr -64 "$PROGRAM" --without=link </dev/null
	[[ "$stderr" = *"left out"* ]]
	run --separate-stderr -64 "$PROGRAM" --offsets --explain </dev/null
	[[ "$stderr" = *"two kinds of output"* ]]
	for n in 255 16777217 -1 1k ''; do
		run --separate-stderr -64 "$PROGRAM" --max-bytes="$n" </dev/null
		[[ "$stderr" = *"256 to 16777216"* ]]
	done
}

@test "a list of abbreviations that cannot be read" {
	run --separate-stderr -66 "$PROGRAM" --abbreviations=missing </dev/null
	[[ "$stderr" = *"missing: No such file"* ]]
	run --separate-stderr -66 "$PROGRAM" --abbreviations=. </dev/null
	[[ "$stderr" = *"Is a directory"* ]]
	printf 'a\0b\n' >list
	run --separate-stderr -65 "$PROGRAM" --abbreviations=list </dev/null
	[[ "$stderr" = *"NUL"* ]]
	head -c 1048577 /dev/zero | tr '\0' 'a' >list
	run --separate-stderr -65 "$PROGRAM" --abbreviations=list </dev/null
	[[ "$stderr" = *"1 MiB"* ]]
}

@test "a mistake in a list of abbreviations is named with its line" {
	printf 'dr\nnevr: mr\n' >list
	run --separate-stderr -64 "$PROGRAM" --abbreviations=list </dev/null
	[[ "$stderr" = *"line 2: 'nevr:'"* ]]
	printf 'dr\n\n\377x\n' >list
	run --separate-stderr -64 "$PROGRAM" --abbreviations=list </dev/null
	[[ "$stderr" = *"line 3:"* ]]
}

@test "an empty list of abbreviations changes nothing" {
	: >list
	[ "$(echo 'See Dr. Lee. He left.' | "$PROGRAM" --abbreviations=list)" = "See Dr. Lee.
He left." ]
}

@test "every language has a name, and each is known to -l" {
	"$PROGRAM" --list >languages
	[ "$(wc -l <languages)" -ge 60 ]
	while IFS="	" read -r tag name words; do
		[ -n "$name" ] && [ "${words% words}" -ge 0 ]
		"$PROGRAM" -l "$tag" </dev/null
	done <languages
}
