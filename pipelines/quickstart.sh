#!/bin/sh
# quickstart.sh: installs what the build needs, builds the release, and shows the sample page going
# through pipelines/newspage.sh.
set -eu
cd "$(dirname "$0")/.."

sh pipelines/install-needs.sh build
log=build/quickstart.log
mkdir -p build
echo "Building Potok (release) ..."
if ! { cmake --preset release && cmake --build --preset release -j "$(getconf _NPROCESSORS_ONLN)"; } >"$log" 2>&1; then
	tail -n 30 "$log" >&2
	echo "quickstart.sh: the build failed; all of it is in $log" >&2
	exit 1
fi

PATH=$PWD/build/release/bin:$PATH
page=pipelines/sample/page.windows-1251.md
echo "The sample page, a windows-1251 file: $page"
echo "  sh pipelines/newspage.sh < $page | potok-compress -d"
echo
sh pipelines/newspage.sh <"$page" >build/quickstart.tsv.gz
potok-compress -d build/quickstart.tsv.gz
echo
echo "$(potok-compress -d build/quickstart.tsv.gz | wc -l) rows: a sentence, a TAB, the sentence romanized."
echo "The programs are in build/release/bin; each has --help. To install: cmake --install build/release"
