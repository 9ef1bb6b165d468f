#!/bin/bash
# kill.sh BIN ROUNDS BYTES: kills one stage after another, with SIGKILL and SIGSEGV in turn, at a random
# moment, under potok-run and in the same pipeline in plain sh.  Under potok-run the output must not
# appear, and the message must name the stage; a run that was over before must have the right output.  (A
# stage that is killed when its record is written has done its work: only of the last one the shell tells.)
# Prints how often each happened, and how often plain sh would have exited with 0.
set -u
bin=$1 rounds=$2 bytes=$3
PATH=$bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export TMPDIR=$work/tmp
mkdir tmp
yes 'Щука, рыба и дом. Где она? Река 12 км.' | head -c "$bytes" | sed '$d' >in
pipe='potok-normalize | potok-split -l ru | potok-translit -s bgnpcgn-rus-1947 | potok-compress -1 -j1'
stages=(normalize split translit compress)
began=${EPOCHREALTIME/./}
sh -c "$pipe" <in >good || exit 1
span=$((${EPOCHREALTIME/./} - began))
sum=$(gzip -dc good | cksum)
RANDOM=${SEED:-$$}
killed=0 whole=0 bad=0 lying=0 plain=0

# strike FOLDER-PATTERN STAGE SIGNAL: waits until the stage has begun, then for a random part of the time that
# the whole takes, and kills it.
strike() {
	local begin='' pid
	for _ in {1..1000}; do
		begin=$(compgen -G "$1/*-potok-$2.begin") && break
		sleep 0.01
	done
	[ -n "$begin" ] || return 1
	pid=${begin##*/}
	pid=${pid%-*-potok-*}
	pid=${pid##*-}
	sleep "$(awk -v r=$RANDOM -v s="$span" 'BEGIN { print r / 32768 * s / 1e6 }')"
	kill "-$3" "$pid" 2>/dev/null
}

for ((round = 0; round < rounds; round++)); do
	stage=${stages[round % 4]}
	signal=KILL
	((round / 4 % 2)) && signal=SEGV
	rm -f out out.potok.json
	potok-run -i in -o out -c "$pipe" 2>said &
	run=$!
	strike 'tmp/potok-run.*' "$stage" "$signal"
	wait "$run"
	code=$?
	if [ $code = 0 ]; then
		whole=$((whole + 1))
		[ "$(gzip -dc out | cksum)" = "$sum" ] || { bad=$((bad + 1)); echo "wrong output"; }
	elif [ $code != 75 ] || [ -e out ] || [ -e out.potok.json ] ||
		! grep -q -e "not made: potok-$stage (process [0-9]*) was killed" \
			-e "with exit code 1[0-9]*, though its programs ended well, potok-$stage last" said; then
		bad=$((bad + 1))
		echo "round $round, $stage, $signal, exit code $code:"
		cat said
		ls
	else
		killed=$((killed + 1))
	fi
	# The same in plain sh; the records only tell which process to kill.
	rm -rf records && mkdir records
	POTOK_RUN=$work/records sh -c "$pipe" <in >plain 2>/dev/null &
	run=$!
	strike records "$stage" "$signal"
	if wait "$run" && [ "$(gzip -dc plain 2>/dev/null | cksum)" != "$sum" ]; then
		lying=$((lying + 1))
	fi 2>/dev/null
	plain=$((plain + 1))
done
left=$(ls -A tmp; ls | grep -vx -e in -e good -e out -e 'out\.potok\.json' -e said -e plain -e records -e tmp)
echo "$rounds rounds of $bytes bytes: $killed killed, $whole over before; plain sh: exit code 0 with text lost in $lying of $plain"
[ "$bad" = 0 ] && [ -z "$left" ] || { echo "bad: $bad; left: $left"; exit 1; }
