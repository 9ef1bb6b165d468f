#!/bin/sh
# run.sh [--full] [PRESET...]: installs what is missing, builds and runs all tests under CTest, for
# each preset named (dev by default; asan, tsan, fuzz).  With --full it also installs the readers of
# gzip of tests/readers (Java, Node, Ruby and others); without, those that are missing are skipped.
# And it installs Slurm and sshd and runs tests/batch/cluster.bats, as root, for half an hour.
set -eu
cd "$(dirname "$0")/.."

needs="build test"
if [ "${1-}" = --full ]; then
	needs="$needs readers cluster"
	export POTOK_TESTS=full
	shift
fi
[ $# -gt 0 ] || set -- dev
# shellcheck disable=SC2086  # names without spaces
sh pipelines/install-needs.sh $needs
jobs=$(getconf _NPROCESSORS_ONLN)
for preset in "$@"; do
	[ "$preset" != fuzz ] || sh pipelines/install-needs.sh fuzz
	cmake --preset "$preset"
	cmake --build --preset "$preset" -j "$jobs"
	ctest --preset "$preset" -j $((jobs + 1)) # there are always some that wait
done
