#!/bin/sh
# run.sh [PRESET...]: installs what is missing, builds and runs all tests under CTest, for each
# preset named (dev by default; asan, tsan, fuzz).
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- dev
sh pipelines/install-needs.sh build test
jobs=$(getconf _NPROCESSORS_ONLN)
for preset in "$@"; do
	[ "$preset" != fuzz ] || sh pipelines/install-needs.sh fuzz
	cmake --preset "$preset"
	cmake --build --preset "$preset" -j "$jobs"
	ctest --preset "$preset" -j "$jobs"
done
