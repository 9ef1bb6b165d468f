#!/bin/sh
# install.sh KIND SOURCE BUILD: installs BUILD into a scratch prefix, moves that, and builds users of
# it.  KIND is cmake, pkgconfig (the two ways to find the library) or shared (both ways, with a
# shared library that is built for this).  CC, CXX and CMAKE name the tools.
set -eu
kind=$1 source=$2 build=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "FAILED: $*"
	exit 1
}

if [ "$kind" = shared ]; then
	build=$work/build
	"$CMAKE" -S "$source" -B "$build" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Debug \
		-DBUILD_SHARED_LIBS=ON -DPOTOK_BUILD_TESTS=OFF >"$work/log" || { cat "$work/log"; exit 1; }
	"$CMAKE" --build "$build" --parallel 2 >"$work/log" || { cat "$work/log"; exit 1; }
fi
"$CMAKE" --install "$build" --prefix "$work/first" >"$work/log"
mkdir "$work/away"
mv "$work/first" "$work/away/prefix"
prefix=$work/away/prefix

# No file remembers where it was made, debugging information excepted.
find "$prefix" -type f >"$work/files"
while read -r file; do
	cp "$file" "$work/copy"
	objcopy --strip-debug "$work/copy" 2>/dev/null || true
	for path in "$source" "$build" "$work/first"; do
		if grep -qF "$path" "$work/copy"; then fail "${file#"$prefix/"} contains $path"; fi
	done
done <"$work/files"

# The programs run and have a manual.
for program in "$prefix"/bin/*; do
	[ -e "$program" ] || continue
	"$program" --version || fail "$program does not run"
	[ -s "$prefix/share/man/man1/${program##*/}.1" ] || fail "$program has no manual"
done

# Every public header, every public function.
(cd "$prefix/include" && for header in potok/*.h; do echo "#include <$header>"; done) >"$work/all.h"
grep -hv '^#' "$prefix"/include/potok/*.h | tr '\n' ' ' | grep -oE 'POTOK_API [^;(]*\(' |
	sed 's/(//; s/.*[ *]//' | sort -u >"$work/functions"
{
	echo '#include "all.h"'
	echo 'extern void (*const all_functions[])(void);'
	echo 'void (*const all_functions[])(void) = {'
	sed 's/.*/(void (*)(void))&,/' "$work/functions"
	echo '0};'
} >"$work/all.c"

by_cmake() {
	"$CMAKE" -S "$here" -B "$work/user" -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
		-DCMAKE_PREFIX_PATH="$prefix" -DALL="$work" >"$work/log" || { cat "$work/log"; exit 1; }
	"$CMAKE" --build "$work/user" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
	"$work/user/consumer" || fail "the C program of find_package"
	"$work/user/consumer++" || fail "the C++ program of find_package"
}

# $1 is --static or empty.
by_pkgconfig() {
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig:$(echo "$prefix"/lib/*/pkgconfig)
	export PKG_CONFIG_PATH
	flags=$(pkg-config --cflags potok)
	libs=$(pkg-config $1 --libs potok)
	warnings="-Wall -Wextra -Wpedantic -Werror"
	# shellcheck disable=SC2086
	{
		"$CC" -std=c11 $warnings $flags -I"$work" "$here/consumer.c" "$work/all.c" $libs -o "$work/c"
		"$CXX" -std=c++11 $warnings $flags -I"$work" "$here/consumer.cc" $libs -o "$work/c++"
	}
	LD_LIBRARY_PATH=$(pkg-config --variable=libdir potok)
	export LD_LIBRARY_PATH
	"$work/c" || fail "the C program of pkg-config"
	"$work/c++" || fail "the C++ program of pkg-config"
}

case $kind in
cmake) by_cmake ;;
pkgconfig) by_pkgconfig --static ;;
shared)
	# Nothing but potok_ is visible.
	find "$prefix" -name 'libpotok.so' -exec nm -D --defined-only {} \; | sed 's/.* //' |
		grep -v '^potok_' && fail "these symbols are visible"
	by_cmake
	by_pkgconfig ''
	;;
esac
