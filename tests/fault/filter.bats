# Faults that every program must meet in the same way; see filter.bash.
load filter.bash

@test "text comes out as it went in" {
	run -0 --separate-stderr into out filter in
	[ "$stderr" = "" ]
	same_text out in
}

@test "no operand: standard input" {
	run -0 into out filter <in
	same_text out in
}

@test "several operands, one after another" {
	run -0 into out filter in more in
	same_text out in more in
}

@test "- is standard input" {
	run -0 into out filter in - <more
	same_text out in more
}

@test "nothing in, no complaint" {
	run -0 --separate-stderr into out filter /dev/null
	[ "$stderr" = "" ]
	same_text out /dev/null
}

@test "full disk" {
	run -74 --separate-stderr into /dev/full filter in
	says "<stdout>: cannot write: No space left on device"
}

@test "closed standard output" {
	closed() { filter in >&-; }
	run -74 --separate-stderr closed
	says "<stdout>: cannot write"
}

@test "closed standard input" {
	closed() { filter <&-; }
	run -66 --separate-stderr into out closed
	says "<stdin>: cannot read"
}

@test "closed standard input is no matter when a file is read" {
	closed() { filter in <&-; }
	run -0 into out closed
	same_text out in
}

@test "reader gone: dies by SIGPIPE without a word" {
	seq 2000000 >big
	# shellcheck disable=SC2086
	{ "$WITH" sigpipe "$PROGRAM" $ARGS big 2>messages && echo 0 >rc || echo $? >rc; } | head -c 1 >/dev/null
	[ "$(cat rc)" = 141 ]
	[ ! -s messages ]
}

@test "reader gone and SIGPIPE ignored: a write error" {
	seq 2000000 >big
	{ (trap '' PIPE; filter big 2>messages) && echo 0 >rc || echo $? >rc; } | head -c 1 >/dev/null
	[ "$(cat rc)" = 74 ]
	stderr=$(cat messages)
	says "<stdout>: cannot write: Broken pipe"
}

@test "missing file: the rest goes on, the exit code remembers" {
	run -66 --separate-stderr into out filter in missing more
	says "missing: cannot open: No such file or directory"
	same_text_but_joined out in more
}

@test "two missing files: each is told, unless the first ends all" {
	run -66 --separate-stderr into out filter in missing more missing
	[ "${#stderr_lines[@]}" = $((2 - JOINED)) ]
	same_text_but_joined out in more
}

@test "directory as operand" {
	mkdir folder
	run -66 --separate-stderr into out filter folder in
	says "folder: cannot read: Is a directory"
	same_text_but_joined out in
}

@test "unreadable file" {
	[ "$(id -u)" != 0 ] || skip "root reads everything"
	: >secret
	chmod 000 secret
	run -66 --separate-stderr into out filter secret in
	says "secret: cannot open: Permission denied"
	same_text_but_joined out in
}

@test "file name with control characters" {
	run -66 --separate-stderr filter $'no\n\x1b[31m\xc2\x9bfile\xff'
	says 'no\x0A\x1B[31m\xC2\x9Bfile\xFF: cannot open'
}

@test "operand that is the output" {
	cp in same
	append() { timeout 20 "$@" >>same; }
	# shellcheck disable=SC2086
	run -66 --separate-stderr append "$PROGRAM" $ARGS same
	says "same: cannot read: it is also the output"
	cmp -n "$(wc -c <in)" in same
}

@test "standard input that is the output" {
	cp in same
	append() { timeout 20 "$@" <same >>same; }
	# shellcheck disable=SC2086
	run -66 --separate-stderr append "$PROGRAM" $ARGS
	says "<stdin>: cannot read: it is also the output"
}

@test "unknown long option" {
	run -64 --separate-stderr filter --no-such-option in
	says "'--no-such-option'; '$name --help' tells more"
	[ "$output" = "" ]
}

@test "unknown letters" {
	run -64 --separate-stderr filter -@ in
	says "unknown option '-@'; '$name --help' tells more"
	run -64 --separate-stderr filter $'-\x01' in
	says "unknown option '-\\x01'"
	run -64 --separate-stderr filter -я in
	says "unknown option '-\\xD1'"
}

@test "option with a value that it does not take" {
	run -64 --separate-stderr filter --help=x
	says "'--help=x'; '$name --help' tells more"
	run -64 --separate-stderr filter --capabilities=x
	says "'--capabilities=x'; '$name --help' tells more"
}

@test "help" {
	for option in -h --help; do
		run -0 --separate-stderr filter $option
		[[ $output == "usage: $name "*"examples:"* ]]
		[ "$stderr" = "" ]
		run -74 --separate-stderr into /dev/full filter $option
		says "<stdout>: cannot write: No space left on device"
	done
}

@test "version" {
	for option in -V --version; do
		run -0 --separate-stderr filter $option
		[[ ${lines[0]} =~ ^$name\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
		[ "$stderr" = "" ]
		run -74 --separate-stderr into /dev/full filter $option
		says "<stdout>: cannot write: No space left on device"
	done
}

@test "capabilities are JSON" {
	run -0 into nature filter --capabilities
	json nature ".program == \"$name\" and (.line_to_line | type) == \"boolean\"
		and (.lines_independent | type) == \"boolean\"
		and (.blank_independent | type) == \"boolean\""
	run -74 --separate-stderr into /dev/full filter --capabilities
	says "<stdout>: cannot write: No space left on device"
}

@test "stats are one JSON object on standard error" {
	filter --stats in more >out 2>stats
	json stats ".program == \"$name\" and .exit == 0 and .operands == 2
		and .bytes_in == $(cat in more | wc -c) and .bytes_out == $(wc -c <out)
		and (.counts | type) == \"object\" and ([.counts[] | type] | all(. == \"number\"))"
}

@test "stats in a file" {
	run -66 --separate-stderr into out filter --stats=stats in missing
	says "missing: cannot open"
	json stats ".exit == 66 and .operands == 2"
	same_text_but_joined out in
}

@test "stats that cannot be written: told before any work" {
	run -74 --separate-stderr filter --stats=/nonexistent/x in
	says "/nonexistent/x: cannot write: No such file or directory"
	[ "$output" = "" ]
}

@test "stats never overwrite the text" {
	cp in same
	run -64 --separate-stderr filter --stats=same same
	says "--stats=same is also the input or the output"
	cmp in same
	run -64 --separate-stderr filter --stats=same <same
	cmp in same
	: >out
	run -64 --separate-stderr into out filter --stats=out in
	[ ! -s out ]
	run -64 --separate-stderr into out filter --stats=/dev/stdout in
	echo '{"old": "longer than the new, which must not show behind it", "more": "'"$(seq 400)"'"}' >stats
	run -0 --separate-stderr into out filter --stats=stats in
	json stats ".exit == 0"
}

@test "stats that standard error does not take" {
	filter --stats in >out 2>/dev/full && rc=0 || rc=$?
	[ "$rc" = 74 ]
}

@test "an unknown letter behind an option with a value" {
	run -64 --separate-stderr filter --stats=stats -~h in
	says "unknown option '-~'"
}

@test "stats on a full disk" {
	run -74 --separate-stderr into out filter --stats=/dev/full in
	says "cannot write: No space left on device"
	same_text out in
}

@test "standard input and output that do not block" {
	seq 300000 >big
	# shellcheck disable=SC2086
	(head -c 1000 big; sleep 0.3; tail -c +1001 big) |
		{ "$WITH" nonblock "$PROGRAM" $ARGS 2>messages && echo 0 >rc || echo $? >rc; } |
		(sleep 0.5; cat) >out
	[ "$(cat rc)" = 0 ]
	[ ! -s messages ]
	same_text out big
}

@test "stopped and continued while reading" {
	mkfifo pipe
	filter <pipe >out 3>&- &
	pid=$!
	exec 4>pipe
	printf 'one ' >&4
	for _ in 1 2 3; do
		kill -STOP $pid
		sleep 0.05
		kill -CONT $pid
		sleep 0.05
	done
	printf 'two\nthree four\n' >&4
	exec 4>&-
	wait $pid
	same_text out in
}

@test "a line comes out before the end of the input" {
	[ "$LATENCY" = 1 ] || skip "it collects larger blocks"
	mkfifo pipe
	filter <pipe >out 3>&- &
	pid=$!
	exec 4>pipe
	for c in o n e ' ' t w o '\n'; do
		printf "$c" >&4
		sleep 0.01
	done
	until_true grep -qx 'one two' out
	printf 'three four\n' >&4
	until_true grep -qx 'three four' out
	exec 4>&-
	wait $pid
	same_text out in
}

@test "one long line stays within the memory" {
	[ "$PEAK" != 0 ] || skip "not with sanitizers"
	# shellcheck disable=SC2086
	head -c 100000000 /dev/zero | tr '\0' a |
		{ "$WITH" peak "$PEAK" "$PROGRAM" $ARGS 2>messages && echo 0 >rc || echo $? >rc; } |
		$UNDO | tr -d '\n' | wc -c >size
	cat messages
	[ "$(cat rc)" = 0 ]
	[ "$(cat size)" -eq 100000000 ]
}
