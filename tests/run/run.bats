# potok-run: nothing is lost, and OUT is whole or not there.
load run

@test "a pipeline in a file, and its manifest" {
	run -0 potok-run -i in -o out pipe.sh
	[ "$output" = "" ]
	same out
	run -0 potok-run --verify out
	[ "$output" = "" ]
	python3 - <<-'EOF'
		import json
		m = json.load(open('out.potok.json'))
		assert [s['program'] for s in m['stages']] == ['potok-normalize', 'potok-split', 'potok-compress'], m
		assert m['in']['path'] == 'in' and m['out']['path'] == 'out'
	EOF
}

@test "a pipeline as text, with arguments" {
	run -0 potok-run -i in -o out -c 'potok-normalize | potok-translit -s "$1"' bgnpcgn-rus-1947
	[ "$(head -n 1 out)" = "Shchuka. Ryba! Gde ona?" ]
	[ "$(wc -l <out)" = 20000 ]
}

@test "the shell of the #! line, and its one argument" {
	printf '#!/bin/bash -e\nset -o pipefail\n[[ $1 == a ]]\npotok-normalize <&0 | cat - >/dev/null\n' >own.sh
	refuses 78 "was read by no program that keeps a record" own.sh a
	printf '#!/bin/bash -e\n[[ $1 == a ]]\npotok-normalize\n' >own.sh
	run -0 potok-run -i in -o out own.sh a
	cmp in out
}

@test "the recipe for news pages" {
	sh "$RECIPE" <"$PAGE" | gzip -dc >expected
	run -0 potok-run -i "$PAGE" -o out "$RECIPE"
	gzip -dc out | cmp expected -
}

@test "--explain tells the chain" {
	potok-run -i in -o out pipe.sh
	run -0 potok-run --explain out
	[[ $output == *"1. potok-normalize"*"2. potok-split"*"sentences: 60000"*"3. potok-compress"* ]]
}

@test "--verify finds a changed byte, a cut, a missing manifest" {
	potok-run -i in -o out -c potok-normalize
	cp -p out good
	printf 'x' | dd of=out bs=1 seek=5 conv=notrunc 2>/dev/null
	run -1 potok-run --verify out
	head -c 100 good >out
	run -1 potok-run --verify out
	rm out.potok.json
	run -66 potok-run --verify out
	run -66 potok-run --explain out
}

@test "an index appears with its output, and not without" {
	run -0 potok-run -i in -o out -c 'potok-compress --index=out'
	[ "$(potok-compress -d --lines=20000 out)" = "Щука. Рыба! Где она?" ]
	run -0 potok-run --verify out
	rm out*
	refuses 75 "exit code 3" -c 'potok-compress --index=out; exit 3'
	[ "$(echo out*)" = 'out*' ]
	potok-run -i in -o out -c 'potok-compress --index=out'
	printf x >>out.gzl
	run -1 potok-run --verify out
}

# --- up to date ---------------------------------------------------------------------------------

# made COUNT: so often the pipeline has run.
made() {
	[ "$(wc -l <log)" = "$1" ]
}

@test "what is up to date is not made again; what has changed is" {
	pipe='echo x >>log; potok-normalize | potok-split --abbreviations=rules "$@"'
	item() {
		potok-run -i in -o out -c "$pipe" -- "$@"
	}
	printf 'др\n' >rules
	item
	item
	made 1
	item -l ru
	item -l ru
	made 2
	touch in
	item -l ru
	made 3
	printf 'пр\n' >rules
	item -l ru
	item -l ru
	made 4
	rm out
	item -l ru
	made 5
	truncate -s 10 out
	item -l ru
	made 6
	rm out.potok.json
	item -l ru
	made 7
	printf '{"manifest":1}' >out.potok.json
	item -l ru
	made 8
	printf 'no JSON' >out.potok.json
	item -l ru
	made 9
	pipe="$pipe "
	item -l ru
	made 10
	mkdir own
	cp "$BIN/potok-split" own/
	PATH=$PWD/own:$PATH
	item -l ru
	item -l ru
	made 11
	potok-split --abbreviations=rules -l ru <in | cmp - out
}

@test "a lost index is made again" {
	item() {
		potok-run -i in -o out -c 'echo x >>log; potok-compress --index=out'
	}
	item
	item
	made 1
	rm out.gzi
	item
	made 2
	potok-run --verify out
}

@test "an input or pipeline that changes meanwhile is not published" {
	refuses 75 "the input has" -c 'potok-normalize; touch -d yesterday in'
	printf 'potok-normalize; echo >>own.sh' >own.sh
	refuses 75 "the pipeline has changed" own.sh
}

@test "what another published meanwhile stays" {
	# It runs longer than the other one, which has other arguments.
	run --separate-stderr -75 potok-run -i in -o out -c 'potok-normalize; potok-run -i in -o out -c "potok-normalize | potok-split"'
	[[ $stderr == *"another run has published something else"* ]]
	potok-split in | cmp - out
	potok-run --verify out
}

@test "two and ten copies at once: one wins, nothing is torn" {
	for n in 2 10; do
		rm -f out out.potok.json
		for i in $(seq "$n"); do
			potok-run -i in -o out pipe.sh 2>"err.$i" &
			eval "pid$i=\$!"
		done
		for i in $(seq "$n"); do
			eval "wait \$pid$i" || { cat "err.$i"; return 1; }
		done
		same out
		potok-run --verify out
	done
}

@test "a lock that was left is broken, one that is held is respected" {
	sleep 100 & live=$!
	start=$(sed 's/.*) //' /proc/$live/stat | cut -d ' ' -f 20) || skip "no /proc"
	host=$(uname -n)
	echo "$host $live 1" >out.potok.lock # the number is another's by now
	run -0 potok-run -i in -o out pipe.sh
	rm out
	echo "$host $live $start" >out.potok.lock
	potok-run -i in -o out pipe.sh & ours=$!
	sleep 1
	[ ! -e out ]
	kill $live
	wait $live || true
	wait $ours
	same out
	rm out
	sh "$BATS_TEST_DIRNAME/zombie.sh" dead 3>&- & live=$!
	until [ -s dead ] && grep -q '^State:[[:space:]]*Z' "/proc/$(cat dead)/status"; do sleep 0.01; done
	echo "$host $(cat dead) $(sed 's/.*) //' "/proc/$(cat dead)/stat" | cut -d ' ' -f 20)" >out.potok.lock
	run timeout 20 potok-run -i in -o out pipe.sh
	kill $live
	[ "$status" = 0 ]
	same out
	rm out
	echo "elsewhere 1 1" >out.potok.lock # another machine's, not renewed for long
	touch -d '2 minutes ago' out.potok.lock
	run -0 potok-run -i in -o out pipe.sh
	same out
}

@test "names with everything in them" {
	long=$(printf 'д%.0s' $(seq 125))
	mkdir 'd d'
	for name in 'a b' "it's" '"q"' $'line\nbreak' $'bytes\xff' -x "$long"; do
		run -0 potok-run -i in -o "d d/$name" pipe.sh
		same "d d/$name"
		run -0 potok-run --verify "d d/$name"
		run -0 potok-run -i in -o "d d/$name" pipe.sh
		cp in "./$name.in"
		for times in 1 2; do
			run -0 potok-run -i "$name.in" -o out -c 'echo x >>log; potok-normalize "$1"' "./$name.in"
		done
	done
	made 7
}

# --- what is caught -----------------------------------------------------------------------------

@test "a truncated gzip input" {
	gzip -c in >whole
	head -c 100 whole >in
	refuses 65 "potok-compress ended with exit code 65: <stdin>: byte" -c 'potok-compress -d | potok-split'
}

@test "a full disk" {
	(
		trap '' XFSZ
		ulimit -f 100
		run --separate-stderr -74 potok-run -i in -o out -c potok-normalize
		[[ $stderr == *"out: not made: potok-normalize ended with exit code 74: <stdout>: cannot write"* ]]
	)
	[ ! -e out ]
	refuses 74 "potok-split ended with exit code 74" -c 'potok-normalize | potok-split >/dev/full'
}

@test "a full disk of its own" {
	mkdir small
	run unshare -rm sh -c 'mount -t tmpfs -o size=300k none small && cd small && ! potok-run -i ../in -o out -c potok-normalize && [ "$(ls -A)" = "" ]'
	[ "$status" = 0 ] || [[ $output == *unshare* || $output == *mount* ]] || { echo "$output"; return 1; }
}

@test "a reader that has gone" {
	# More than a pipe holds: else all may be written before the reader goes.
	cat in in in >more
	mv more in
	refuses 75 "the reader of what potok-normalize wrote was gone" --allow-unaccounted -c 'potok-normalize | { exec <&-; sleep 0.1; echo; }'
	refuses 78 "was read by no program" -c 'potok-normalize | head -n 1'
}

@test "head, with --allow-early-close and without" {
	refuses 78 "potok-wrap head stopped reading after" -c 'potok-normalize | potok-wrap head -n 3'
	refuses 78 "potok-wrap head stopped reading after" -c 'potok-normalize | potok-split | potok-wrap head -n 3 | potok-compress'
	run -0 potok-run -i in -o out --allow-early-close -c 'potok-normalize | potok-wrap head -n 3'
	head -n 3 in | cmp - out
	run -0 potok-run -i in -o out --allow-early-close -c 'potok-normalize | potok-split | potok-wrap head -n 3 | potok-compress'
	[ "$(text out)" = $'Щука.\nРыба!\nГде она?' ]
	printf '#!/bin/bash\nset -o pipefail\npotok-normalize | potok-wrap head -n 3\n' >own.sh
	run -0 potok-run -i in -o out --allow-early-close own.sh
	run -0 potok-run -i in -o out --allow-early-close --allow-unaccounted -c 'potok-normalize | head -n 3'
}

@test "foreign filters: one that drops a byte, one that changes none, a stage replaced by cat" {
	refuses 78 "what potok-normalize wrote" -c 'potok-normalize | tail -c +2 | potok-split'
	refuses 78 "what potok-normalize wrote" -c 'potok-normalize | cat | potok-split'
	mkdir own && ln -s "$(command -v cat)" own/potok-split
	PATH=$PWD/own:$PATH refuses 78 "what potok-normalize wrote" -c 'potok-normalize | potok-split | potok-compress'
	PATH=$PWD/own:$PATH refuses 78 "what potok-normalize wrote" -c 'potok-normalize | potok-split'
	PATH=$PWD/own:$PATH refuses 78 "what potok-normalize read" -c 'potok-split | potok-normalize'
	run -0 potok-run -i in -o out --allow-unaccounted -c 'potok-normalize | cat'
	cmp in out
}

@test "a bit that flips between two stages" {
	refuses 75 "potok-split read something else than potok-normalize wrote" \
		-c 'potok-normalize >mid; printf x | dd of=mid bs=1 seek=99 conv=notrunc 2>/dev/null; potok-split <mid'
	run -0 potok-run -i in -o out -c 'potok-normalize >mid; potok-split <mid'
}

@test "an input that is not read to its end" {
	head -c 1500000 /dev/urandom | base64 >text
	potok-compress <text >block
	cp block in
	refuses 78 "was read to byte" -c 'potok-compress -d --lines=1'
	run -0 potok-run -i in -o out --allow-early-close -c 'potok-compress -d --lines=1'
	head -n 1 text | cmp - out
	rm out*
	refuses 78 "no program that keeps a record read the input" -c 'potok-normalize </dev/null'
	printf more >>in
	refuses 78 "read only a part of block" -c 'potok-normalize >/dev/null </dev/null; cat >/dev/null; potok-compress -d --lines=1 block'
}

@test "two empty streams" {
	: >in
	refuses 78 "what potok-normalize wrote, 0 bytes" -c 'potok-normalize | true | potok-split'
	run -0 potok-run -i in -o out -c 'potok-normalize | potok-split'
	[ -e out ]
	[ ! -s out ]
}

@test "text that a foreign command adds to the output" {
	refuses 78 "the output has" -c 'echo head; potok-normalize'
	run -0 potok-run -i in -o out -c 'potok-wrap echo head </dev/null; potok-normalize'
	(echo head && cat in) | cmp - out
	run -0 potok-run --verify out
}

@test "two programs that write to one pipe" {
	refuses 78 "their texts cannot be told apart" -c '{ potok-normalize; potok-normalize pipe.sh; } | potok-split'
	run -0 potok-run -i in -o out -c 'potok-wrap sh -c "potok-normalize; potok-normalize pipe.sh" | potok-split'
}

@test "commands that are not there, or fail" {
	refuses 78 "could not run a command (exit code 127)" -c 'potok-normalize | nosuch'
	refuses 78 "was read by no program" -c 'potok-normalize | nosuch | potok-compress'
	refuses 78 "exit code 127" -c 'potok-normalize | potok-wrap nosuch | potok-compress'
	refuses 75 "potok-wrap false ended with exit code 1" -c 'potok-normalize | potok-wrap false | potok-compress'
	refuses 64 "potok-split ended with exit code 64" -c 'potok-normalize | potok-split --nosuch | potok-compress'
	refuses 66 "potok-normalize ended with exit code 66" -c 'potok-normalize missing | potok-compress'
	refuses 75 "the pipeline ended with exit code 3" -c 'potok-normalize; exit 3'
	refuses 78 "before any program began" -c 'if'
	refuses 75 "was ended by signal 9" -c 'potok-normalize | potok-wrap sh -c "kill -9 \$\$" | potok-compress'
	run -78 potok-run -i in -o out missing.sh
	printf '#!/no/such/shell\n' >own.sh
	refuses 78 "exit code 127" own.sh
}

@test "wrong calls, inputs and outputs" {
	run -64 potok-run
	run -64 potok-run -i in -o out
	run -64 potok-run -i in -o out --timeout=0 pipe.sh
	run -64 potok-run -i in -o ./in pipe.sh
	run -66 potok-run -i missing -o out pipe.sh
	run -66 potok-run -i . -o out pipe.sh
	run -74 potok-run -i in -o missing/out pipe.sh
	run -74 potok-run -i in -o tmp pipe.sh
}

# --- waiting ------------------------------------------------------------------------------------

@test "what runs in the background is awaited" {
	run -0 potok-run -i in -o out -c '{ sleep 0.3; potok-normalize in; } & potok-split --list >/dev/null; cat >/dev/null' --allow-unaccounted
	cmp in out
}

@test "--timeout ends all of it" {
	refuses 75 "it took too long" --timeout=1 -c 'potok-normalize; sleep 98765'
	refuses 75 "it took too long" --timeout=1 -c 'trap "" TERM; sleep 98765 & potok-normalize; wait'
	! pgrep -f 'sleep 98765'
}

@test "--keep-partial keeps what there is" {
	run -75 potok-run -i in -o out --keep-partial -c 'potok-normalize; exit 3'
	[ ! -e out ]
	cmp in out.partial
}

@test "told to end it ends all, and leaves nothing" {
	potok-run -i in -o out -c 'potok-normalize; : >began; sleep 98764' & pid=$!
	for _ in $(seq 200); do
		[ ! -e began ] || break
		sleep 0.05
	done
	kill $pid
	code=0
	wait $pid || code=$?
	[ "$code" = 143 ]
	[ ! -e out ]
	! pgrep -f 'sleep 98764'
}
