# Faults that only potok-echo can be asked for: bad data at a chosen line, and losses.
load filter.bash

@test "bad data: file, line, byte, reason; what was made before is written" {
	run -65 --separate-stderr into out filter --fail-at=2 in
	[ "$stderr" = "potok-echo: in: line 2, byte 8: this line is refused, as --fail-at asks" ]
	[ "$(cat out)" = "one two" ]
}

@test "bad data does not stop the operands behind it" {
	run -65 --separate-stderr into out filter --fail-at=2 in more missing
	[ "${#stderr_lines[@]}" = 2 ]
	same_text out <(head -n 1 in) more
}

@test "the exit code is that of the first fault" {
	run -66 --separate-stderr into out filter --fail-at=2 missing in
	[ "${#stderr_lines[@]}" = 2 ]
}

@test "bad data and a full disk: both count, the disk is told" {
	run -74 --separate-stderr into /dev/full filter --fail-at=2 in more
	says "<stdout>: cannot write: No space left on device"
}

@test "bad data is in the stats" {
	run -65 into out filter --fail-at=2 --stats=stats in
	json stats '.exit == 65 and .counts == {lines: 1, long_lines: 0}'
}

@test "a loss is told, and is no error" {
	{ head -c 1048576 /dev/zero | tr '\0' a; printf 'b\n'; } >long
	cat in long >both
	run -0 --separate-stderr into out filter both in
	says "both: warning: 1 lines longer than 1 MiB cut (the first at byte 19)"
	same_text out both in
}

@test "counts of all operands are added" {
	run -0 into out filter --stats=stats in more in
	json stats '.counts.lines == 5 and .operands == 3'
}

@test "option without its value" {
	run -64 --separate-stderr filter --fail-at
	says "option '--fail-at' wants a value; 'potok-echo --help' tells more"
}

@test "value that is no number" {
	for value in 0 x '' -1 1x 99999999999999999999; do
		run -64 --separate-stderr filter "--fail-at=$value"
		says "--fail-at wants a number from 1"
	done
}

@test "unclear abbreviation, clear abbreviation" {
	run -64 --separate-stderr filter --h=
	says "'--h='"
	run -0 filter --fail=9 in
}
