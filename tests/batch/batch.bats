# potok-batch on one machine.  BIN: the folder of the programs.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p tmp in
	printf 'potok-compress -d | potok-normalize "$@" | potok-split\n' >clean.sh
	printf 'potok-normalize -f utf-8\n' >copy.sh
}

# inputs N: files of one line, compressed.
inputs() {
	local i
	for ((i = 1; i <= $1; i++)); do
		printf 'Text %d. Слово.\n' "$i" | potok-compress >"in/$i.gz"
	done
}

# expect RUN: every output that is there is what a plain pipe makes, and N of them are.
expect() {
	local n=0 file
	while IFS= read -r -d '' file; do
		sh clean.sh <"$file" | cmp - "$1/out/$file"
		n=$((n + 1))
	done < <(find in -type f -print0)
	[ "$n" = "$2" ]
}

# counts DONE BAD MISSING: of run, as status tells.
counts() {
	potok-batch status --json run >status
	grep -q "\"done\":$1,\"bad\":$2,\"missing\":$3," status || {
		cat status
		return 1
	}
}

# No temporary file is left in the run.
no_temporary() {
	[ "$(find run tmp -name '*.tmp.*' -o -name '*.in.*' -o -path 'tmp/*' | tee left)" = "" ] || {
		cat left
		return 1
	}
}

@test "names with anything in them" {
	mkdir -p 'in/sp ace' in/x.ok in/-d
	long=$(printf 'n%.0s' {1..248})
	for name in 'in/sp ace/д o c'"'"'$x".gz' $'in/new\nline' in/x in/x.ok/y in/-d/-e 'in/*' 'in/{}' 'in/%s\n' \
		"in/$long.." $'in/\xff\xfe bytes'; do
		printf 'Name %q. End.\n' "$name" | potok-compress >"$name"
	done
	run -0 --separate-stderr potok-batch -p clean.sh -o run in
	[ "$stderr" = "" ]
	expect run 10
	counts 10 0 0
	no_temporary
	# So do those of a list, and of a folder above this one.
	find "$PWD/in" -type f -print0 | potok-batch -p clean.sh -o "o{}ther \$x'" --from=- -0
	[ "$(find "o{}ther \$x'/out$PWD/in" -type f ! -name '*.potok.json' -printf x)" = xxxxxxxxxx ]
}

@test "a list of lines; links to files; the run folder among the inputs" {
	inputs 3
	ln -s 1.gz in/link
	printf 'in/2.gz\n./in//3.gz\nin/2.gz\n\nin/link\n' >list
	potok-batch -p clean.sh -o in/run --from=list
	[ "$(tr '\0' ' ' <in/run/manifest)" = 'in/2.gz in/3.gz in/link ' ]
	potok-batch -p clean.sh -o in/run in
	[ "$(tr '\0' ' ' <in/run/manifest)" = 'in/1.gz in/2.gz in/3.gz in/link ' ]
}

@test "names that cannot have a place of their own are refused" {
	inputs 1
	cp in/1.gz in/1.gz.potok.json
	run -64 --separate-stderr potok-batch -p clean.sh -o run in
	[[ $stderr == *"beside the output of another"* ]]
	run -64 --separate-stderr potok-batch -p clean.sh -o run in/../in/1.gz
	[[ $stderr == *"'..' in a name"* ]]
	run -66 potok-batch -p clean.sh -o run in/none.gz
	run -64 potok-batch -p clean.sh -o run
	run -66 potok-batch -p none.sh -o run in/1.gz
	run -66 potok-batch status in
}

@test "bad input is quarantined, the rest goes on" {
	inputs 20
	head -c 30 in/7.gz >cut
	mv cut in/7.gz
	run -1 --separate-stderr potok-batch -p clean.sh -o run in
	[[ $stderr == *"19 done, 1 bad, 0 missing"* ]]
	counts 19 1 0
	[ ! -e run/out/in/7.gz ]
	potok-batch report --json run >report
	grep -q '"name":"in/7.gz","state":"bad","exit":65,"tries":1,.*"stage":"potok-compress","messages":".*it was cut' report
	potok-batch report run | grep -q '^in/7.gz: bad, exit code 65'
	no_temporary

	# It is not tried again until it changes, or until that is wanted.
	run -1 potok-batch -p clean.sh -o run in
	[ ! -e run/todo.2 ]
	run -1 potok-batch retry --bad run
	[ "$(tr -d '\0' <run/todo.2 | wc -w)" = 4 ]
	cp in/8.gz in/7.gz
	potok-batch retry run
	rm in/8.gz
	counts 19 0 1
}

@test "what failed for a moment is tried twice more" {
	inputs 2
	cat >try.sh <<-'S'
		echo x >>"$0.tries"
		[ "$(wc -l <"$0.tries")" -gt 2 ] || kill -KILL $$
		potok-compress -d
	S
	potok-batch -p try.sh -o run in/1.gz
	counts 1 0 0
	potok-batch report --json run | grep -q '"retries":2,'
	printf 'kill -KILL $$\n' >killed.sh
	run -75 --separate-stderr potok-batch -p killed.sh -o run in/1.gz
	counts 0 0 1
	potok-batch report --json run >report
	grep -q '"state":"missing","exit":[0-9]*,"tries":3,' report
}

@test "a broken set-up stops the run, and no input is to blame" {
	inputs 12
	printf 'potok-compress -d | no-such-program\n' >broken.sh
	run -78 --separate-stderr potok-batch -p broken.sh -o run in
	[[ $stderr == *"the run was stopped"*"exit code 78"* ]]
	counts 0 0 12
	printf 'potok-compress -d | potok-split --no-such-option\n' >wrong.sh
	run -64 potok-batch -p wrong.sh -o run in
	counts 0 0 12
	[ "$(find run/status -name '*.bad')" = "" ]
	potok-batch -p clean.sh -o run in
	expect run 12
}

@test "what is done is done again only when it must be" {
	inputs 6
	cat >log.sh <<-'S'
		echo >>log
		potok-compress -d
	S
	times() {
		[ "$(cat log 2>/dev/null | wc -l)" = "$1" ] || { wc -l log; return 1; }
		rm -f log
	}
	potok-batch -p log.sh -o run in
	times 6
	potok-batch -p log.sh -o run in
	times 0
	rm run/out/in/1.gz
	: >run/out/in/2.gz
	touch -d '1 hour ago' in/3.gz
	potok-batch retry run
	times 3
	echo '# changed' >>log.sh
	potok-batch -p log.sh -o run in
	times 6
	potok-batch -p log.sh -o run --arg=x in
	times 6
	# potok-run looks again, and sees that all is as it was.
	potok-batch -p log.sh -o run --arg=x --recheck in
	times 0
}

@test "after kill -9 of all that runs, the next run completes it" {
	inputs 30
	printf 'potok-compress -d\nsleep 0.05\n' >slow.sh
	setsid potok-batch -p slow.sh -o run -j 2 in 2>/dev/null &
	leader=$!
	until [ "$(find run/status -name '*.ok' 2>/dev/null | wc -l)" -ge 5 ]; do sleep 0.05; done
	# What is begun while the list is read is not on it.
	while ps -o stat= --sid "$leader" | grep -q '^[^ZX]'; do pkill -KILL -s "$leader" || true; done
	wait "$leader" || true
	counts '[0-9]*' 0 '[1-9][0-9]*'
	cp clean.sh slow.sh
	potok-batch -p slow.sh -o run in
	potok-batch sweep run
	# GNU parallel removes the names of its own files as soon as it has made them, unless it is killed.
	rm -f tmp/par*.par
	no_temporary
	expect run 30
	counts 30 0 0
}

@test "records are kept in memory where there is a place, unless TMPDIR names another" {
	[ -w /dev/shm ] || skip "no such place here"
	inputs 2
	# shellcheck disable=SC2016  # the pipeline expands it
	printf 'echo "$POTOK_RUN" >>places\npotok-compress -d\n' >places.sh
	potok-batch -p places.sh -o run in
	(
		unset TMPDIR
		potok-batch -p places.sh -o other in
		potok-run -i in/1.gz -o out places.sh
	)
	[ "$(sed 's,/potok-run.*,,' places | sort | uniq -c | tr -s ' ')" = " 3 /dev/shm
 2 $TMPDIR" ]
	while IFS= read -r place; do [ ! -e "$place" ]; done <places
}

@test "without GNU parallel" {
	inputs 12
	head -c 30 in/7.gz >cut
	mv cut in/7.gz
	mkdir bin
	printf '#!/bin/sh\nexit 1\n' >bin/parallel
	chmod +x bin/parallel
	PATH=$PWD/bin:$PATH
	run -1 potok-batch -p clean.sh -o run -j 3 in
	counts 11 1 0
	run -78 --separate-stderr potok-batch -p clean.sh -o other --on=ssh --sshlogin=host in
	[[ $stderr == *"GNU parallel"* ]]
}

@test "verify finds what has changed, sweep removes what nobody will finish" {
	inputs 4
	potok-batch -p clean.sh -o run in
	run -0 potok-batch verify run
	sleep 0 &
	wait $!
	: >"run/out/in/1.gz.tmp.$(uname -n).$!.0"
	: >"run/out/in/1.gz.tmp.$(uname -n).$$.0"
	: >"run/out/in/1.gz.tmp.elsewhere.1.0"
	echo "$(uname -n) $! 1" >run/out/in/1.gz.potok.lock
	start=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20) || skip "no /proc"
	echo "$(uname -n) $$ $start" >run/out/in/2.gz.potok.lock
	run -0 potok-batch sweep run
	[ "$output" = "2 temporary files removed" ]
	mkdir "tmp/potok-run.$(uname -n).$!.abcdef" "tmp/potok-run.$(uname -n).$$.abcdef" tmp/potok-run.elsewhere.1.abcdef
	: >"tmp/potok-run.$(uname -n).$!.abcdef/record"
	run -0 potok-batch sweep run
	[ "$output" = "1 temporary files removed" ]
	[ ! -e "tmp/potok-run.$(uname -n).$!.abcdef" ]
	[ -e "tmp/potok-run.$(uname -n).$$.abcdef" ]
	[ -e tmp/potok-run.elsewhere.1.abcdef ]
	run -0 potok-batch sweep --all run
	[ "$output" = "3 temporary files removed" ]
	expect run 4
	touch -r run/out/in/2.gz stamp
	printf 'x' | dd of=run/out/in/2.gz conv=notrunc status=none
	touch -r stamp run/out/in/2.gz
	run -1 potok-batch verify run
}

@test "sweep removes what a process has left that is dead and not buried, or whose number is another's" {
	inputs 1
	potok-batch -p clean.sh -o run in
	sh "$BATS_TEST_DIRNAME/../run/zombie.sh" dead 3>&- &
	parent=$!
	until [ -s dead ] && grep -q '^State:[[:space:]]*Z' "/proc/$(cat dead)/status"; do sleep 0.01; done
	start=$(sed 's/.*) //' "/proc/$(cat dead)/stat" | cut -d ' ' -f 20)
	: >"run/out/in/1.gz.tmp.$(uname -n).$(cat dead).0"
	echo "$(uname -n) $(cat dead) $start" >run/out/in/1.gz.potok.lock
	echo "$(uname -n) $$ 1" >run/out/in/2.gz.potok.lock
	run potok-batch sweep run
	kill "$parent"
	[ "$output" = "3 temporary files removed" ]
	# Killed before it could sign, or while it broke another's.
	: >run/out/in/1.gz.potok.lock
	: >run/out/in/1.gz.potok.lock.break
	run -0 potok-batch sweep run
	[ "$output" = "0 temporary files removed" ]
	touch -d '2 minutes ago' run/out/in/1.gz.potok.lock run/out/in/1.gz.potok.lock.break
	run -0 potok-batch sweep run
	[ "$output" = "2 temporary files removed" ]
}

@test "a full disk stops the run, and no input is to blame" {
	unshare -rm true 2>/dev/null || skip "no namespaces here"
	inputs 30
	printf 'potok-compress -d | potok-wrap sh -c "cat; head -c 60000 /dev/zero"\n' >large.sh
	mkdir disk
	cat >on_disk <<-'S'
		mount -t tmpfs -o size=1m none disk || exit 99
		code=0
		potok-batch -p large.sh -o disk/run in || code=$?
		potok-batch status --json disk/run >status
		find disk/run -name '*.bad' >bad
		exit $code
	S
	run unshare -rm sh on_disk
	[ "$status" != 99 ] || skip "no tmpfs here"
	[ "$status" = 74 ]
	grep -q '"bad":0,"missing":[1-9]' status
	[ ! -s bad ]
}

@test "Slurm gets an array that fits it, and a last job" {
	inputs 12
	mkdir bin
	cat >bin/scontrol <<-'S'
		#!/bin/sh
		echo "MaxArraySize            = 4"
	S
	cat >bin/sbatch <<-'S'
		#!/bin/sh
		echo "$@" >>calls
		for script; do :; done
		last=0
		for word; do
			case $word in --array=0-*) last=${word#--array=0-} ;; esac
		done
		for task in $(seq 0 "$last"); do
			SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=2 sh "$script" 2>>said
		done
		wc -l <calls
	S
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
	run -0 potok-batch -p clean.sh -o run --on=slurm --tasks=100 -j 2 --slurm-args='--time=10 --comment="a b"' in
	[ "$output" = "1 2" ]
	expect run 12
	grep -q '^--parsable --array=0-3 --cpus-per-task=2 --requeue .*--signal=B:USR1@120 .*--time=10 --comment=a b .*/run/task.1.sh$' calls
	grep -q '^--parsable --dependency=afterany:1 .*/run/finish.1.sh$' calls
}

@test "a task of Slurm whose time is nearly up goes back into the queue" {
	inputs 12
	mkdir bin
	cat >bin/scontrol <<-'S'
		#!/bin/sh
		echo "$@" >>calls
		echo "MaxArraySize            = 4"
	S
	printf '#!/bin/sh\necho 7\n' >bin/sbatch
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
	printf 'potok-compress -d | potok-normalize | potok-split\nsleep 0.3\n' >slow.sh
	potok-batch -p slow.sh -o run --on=slurm --tasks=1 in
	export SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0
	sh run/task.1.sh 2>said &
	task=$!
	until [ "$(find run/status -name '*.ok' 2>/dev/null | wc -l)" -ge 2 ]; do sleep 0.05; done
	kill -USR1 $task
	wait $task
	grep -qx 'requeue 7_0' calls
	counts '[0-9]*' 0 '[1-9][0-9]*'
	sh run/task.1.sh
	sh run/finish.1.sh
	expect run 12
}
