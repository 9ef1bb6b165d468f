#!/bin/bash
# die.sh BIN DEATHS [DIER]: SIGKILL of potok-run at random moments, until it has died so often, and with DIER, a potok-run that kills
# itself before or after its Nth rename, at those; then again: the output must be right, and what is left
# must be what potok-run(1) names as temporary.
set -u
bin=$1 deaths=$2 dier=${3-}
PATH=$bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export TMPDIR=$work/tmp
mkdir tmp
yes 'Щука, рыба и дом. Где она?' | head -n 20000 >in
pipe='potok-normalize | potok-split -l ru | potok-compress -1 -j1 --index=out'
potok-run -i in -o good -c 'potok-normalize | potok-split -l ru' || exit 1
began=${EPOCHREALTIME/./}
potok-run -i in -o out -c "$pipe" || exit 1
span=$((${EPOCHREALTIME/./} - began))
RANDOM=${SEED:-$$}
died=0 done=0 bad=0

fail() {
	bad=$((bad + 1))
	echo "round $round, rename ${at-none}: $*"
}

# check: what is there after a death is either valid and right, or not valid and so made again.
check() {
	potok-run -i in -o out -c "$pipe" 2>said || fail "again: $(cat said)"
	potok-run --verify out || fail "verify"
	gzip -dc out | cmp -s good - || fail "wrong output"
	[ "$(potok-compress -d --lines=2 out)" = "Где она?" ] || fail "wrong index"
}

for ((round = 0; died < deaths && round < 5 * deaths; round++)); do
	((round % 4 == 0)) && rm -f out*
	((round % 4 != 3)) && touch in
	potok-run -i in -o out -c "$pipe" 2>/dev/null &
	run=$!
	sleep "$(awk -v r=$RANDOM -v s="$span" 'BEGIN { print r / 32768 * s / 1e6 }')"
	kill -KILL $run 2>/dev/null
	if wait $run; then done=$((done + 1)); else died=$((died + 1)); fi 2>/dev/null
	check
done
if [ -n "$dier" ]; then
	for at in 1 2 3 4 5 6 7 8; do
		touch in
		{ DIE_AT=$at "$dier" -i in -o out -c "$pipe"; } 2>/dev/null
		check
	done
fi
# The stages of the dead may still be at work.
sleep 0.5
rm -rf tmp/potok-run.*
rm -f out.tmp.* out.gz?.tmp.* out.potok.lock out.potok.lock.break out.potok.json.tmp.*
left=$(ls -A tmp; ls -A | grep -vx -e in -e good -e 'good.potok.json' -e out -e 'out.potok.json' -e 'out.gzi' -e 'out.gzl' -e said -e tmp)
echo "$round rounds: $died died, $done over before; bad $bad"
[ "$bad" = 0 ] && [ -z "$left" ] || { echo "left: $left"; exit 1; }
