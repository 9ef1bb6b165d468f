# potok-batch over 2,000 files and over one of 2 GB, here, over ssh and on Slurm, with machines that
# fail: minutes, so only "sh tests/run.sh --full" asks for it, by POTOK_TESTS=full.  BIN: the folder of
# the programs.  BIG: megabytes of the large file.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

FILES=2000 POISON=20

setup_file() {
	[ "${POTOK_TESTS-}" = full ] || return 0
	cd "$BATS_FILE_TMPDIR" || return 1
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	PATH=$BIN:$PATH
	cat >clean.sh <<-'S'
		[ -z "${SEEN-}" ] || echo "$(uname -n)" >>"$SEEN"
		[ -z "${SLOW-}" ] || sleep "$SLOW"
		potok-compress -d | potok-normalize "$@" | potok-split | potok-translit -s bgnpcgn-rus-1947 |
			potok-compress
	S
	mkdir in plain
	# 250 bytes to 40 KB.
	awk -v files=$FILES 'BEGIN {
		for (i = 0; i < files; i++) {
			name = "in/" i
			for (k = 0; k <= i * 7 % 320; k++)
				print "Файл " i ", строка " k ". Москва — столица. Line " i * k % 1009 ". Ещё слово." >name
			close(name)
		}
	}'
	seq 0 $((FILES - 1)) | xargs -P 2 -I {} sh -c 'potok-compress -j 1 in/{} >in/{}.gz && rm in/{}'
	for ((i = 7; i < FILES; i += FILES / POISON)); do
		head -c 60 "in/$i.gz" >cut
		mv cut "in/$i.gz"
	done
	# What plain pipes make of them.
	seq 0 $((FILES - 1)) |
		xargs -P 2 -I {} sh -c 'sh clean.sh <in/{}.gz >plain/{}.gz 2>/dev/null'
	for ((i = 7; i < FILES; i += FILES / POISON)); do rm "plain/$i.gz"; done
	(cd plain && find . -type f -exec sha256sum {} +) | sort -k 2 >sums
	[ "$(wc -l <sums)" = $((FILES - POISON)) ]
	if [ "$(id -u)" = 0 ] && command -v slurmctld munged ip nsenter /usr/sbin/sshd >/dev/null; then
		sh "$BATS_TEST_DIRNAME/cluster.sh" up "$PWD/cluster"
	fi
}

teardown_file() {
	[ ! -e "$BATS_FILE_TMPDIR/cluster/pids" ] ||
		sh "$BATS_TEST_DIRNAME/cluster.sh" down "$BATS_FILE_TMPDIR/cluster"
}

setup() {
	[ "${POTOK_TESTS-}" = full ] || skip "only with tests/run.sh --full"
	cd "$BATS_FILE_TMPDIR" || return 1
	PATH=$BIN:$PATH
	started=$SECONDS
	rm -rf run
}

need_cluster() {
	[ -e cluster/pids ] || skip "needs root, Slurm, munge, iproute2 and sshd"
}

# The machines have their power again.
new_cluster() {
	sh "$BATS_TEST_DIRNAME/cluster.sh" down "$PWD/cluster"
	rm -rf cluster
	sh "$BATS_TEST_DIRNAME/cluster.sh" up "$PWD/cluster"
}

# Waits until at least N items of the run are settled.
until_settled() {
	until [ "$(find run/status -name '*.ok' -o -name '*.bad' 2>/dev/null | wc -l)" -ge "$1" ]; do
		sleep 0.1
	done
}

# All is as plain pipes have it, and nothing is left behind.
all_done() {
	potok-batch status --json run >status
	grep -q "\"done\":$((FILES - POISON)),\"bad\":$POISON,\"missing\":0," status || {
		cat status
		return 1
	}
	potok-batch sweep --all run
	(cd run/out/in && find . -type f ! -name '*.potok.json' -exec sha256sum {} +) |
		sort -k 2 | diff sums - >differences || {
		head differences
		return 1
	}
	potok-batch verify run
	echo "# $BATS_TEST_DESCRIPTION: $((SECONDS - started)) s" >&3
}

# Kills a process and its children at once.
kill_tree() {
	local children
	children=$(pgrep -P "$1") || true
	kill -KILL "$1" 2>/dev/null || true
	for child in $children; do kill_tree "$child"; done
}

@test "2,000 files here, the launcher killed in the middle" {
	potok-batch -p clean.sh -o run in 2>/dev/null &
	launcher=$!
	until_settled 300
	kill_tree $launcher
	wait $launcher || true
	run -1 potok-batch -p clean.sh -o run in
	all_done
}

@test "2,000 files over ssh, the launcher killed, then one machine without power" {
	need_cluster
	hosts=
	for i in 1 2 3; do hosts="$hosts,2/ssh -F $PWD/cluster/ssh.conf n$i"; done
	cluster/head potok-batch -p clean.sh -o run --on=ssh --sshlogin="${hosts#,}" in 2>/dev/null &
	launcher=$!
	until_settled 300
	kill_tree $launcher
	wait $launcher || true
	cluster/head potok-batch -p clean.sh -o run --on=ssh --sshlogin="${hosts#,}" in &
	launcher=$!
	until_settled 900
	cluster/off 2
	code=0
	wait $launcher || code=$?
	[ $code = 1 ]
	[ "$(grep -rhx 'host n2' run/status | wc -l)" -gt 50 ]
	all_done
}

@test "2,000 files on Slurm, one machine without power, one slurmd killed while its tasks go on" {
	need_cluster
	new_cluster
	: >seen
	SEEN=$PWD/seen SLOW=0.6 cluster/head potok-batch -p clean.sh -o run --on=slurm --tasks=6 in
	until_settled 100
	cluster/off 2
	kill -KILL "$(cat cluster/n3.pid)"
	until [ "$(cluster/head squeue -h | wc -l)" = 0 ]; do sleep 1; done
	# Both machines had work, and copies of the same items ran on two of them.
	grep -qx n2 seen
	grep -qx n3 seen
	[ "$(wc -l <seen)" -gt $FILES ]
	echo "# items begun: $(sort seen | uniq -c | tr -s ' \n' ' ')" >&3
	grep -q "$((FILES - POISON)) done, $POISON bad, 0 missing" run/log/*
	all_done
}

@test "a task of Slurm whose time is up goes on where it was" {
	need_cluster
	new_cluster
	SLOW=0.5 cluster/head potok-batch -p clean.sh -o run --on=slurm --tasks=6 --wait \
		--slurm-args='--time=3 --signal=B:USR1@60' in &
	launcher=$!
	code=0
	wait $launcher || code=$?
	[ $code = 1 ]
	cluster/head scontrol show job -o | grep -o 'Restarts=[0-9]*' | sort | uniq -c | sed 's/^/# /' >&3
	cluster/head scontrol show job -o | grep -q 'Restarts=[1-9]'
	all_done
}

@test "one large file in 7 parts, here and on Slurm, is that of the uncut run" {
	for ((i = 0; i < 14000; i++)); do
		echo "Строка $i. Москва — столица. A line of $((i * i % 10007)) words, e.g. this one. Ещё слово $((i % 97))."
	done >piece
	for ((i = 0; i < ${BIG:-2000} * 1000000 / $(wc -c <piece); i++)); do cat piece; done >large
	size=$(wc -c <large)
	part=$((size / 7 + 1))
	printf 'potok-normalize "$@" | potok-split | potok-translit -s bgnpcgn-rus-1947 | potok-compress -1 -j 1\n' >large.sh
	sh large.sh -f utf-8 <large | potok-compress -d | sha256sum >uncut
	echo "# $size bytes, uncut: $((SECONDS - started)) s" >&3
	started=$SECONDS
	potok-batch -p large.sh -o run --split=$part large
	[ "$(find run/parts -name '*.potok.json' | wc -l)" = 7 ]
	potok-compress -d run/out/large | sha256sum | cmp - uncut
	echo "# here: $((SECONDS - started)) s" >&3
	rm -rf run
	need_cluster
	new_cluster
	started=$SECONDS
	cluster/head potok-batch -p large.sh -o run --split=$part --on=slurm --tasks=7 --wait large
	[ "$(find run/parts -name '*.potok.json' | wc -l)" = 7 ]
	potok-compress -d run/out/large | sha256sum | cmp - uncut
	echo "# Slurm: $((SECONDS - started)) s" >&3
	rm -f large
}
