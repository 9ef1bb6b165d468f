#!/bin/sh
# run.sh [-n RUNS] [SECTION...]: speed beside the peers', memory, start-up.  Prints tables in Markdown.
# Sections: normalize split translit compress lines record startup memory (all of them when none is named).
#
# Corpora, made once in build/bench/corpus from Debian packages, markup of man pages removed,
# repeated up to 200 MB: "ru" (manpages-ru), "en" (manpages, manpages-dev), "mixed" (manpages-ru,
# manpages-de, manpages-fr), "zh", "ja", "vi" (manpages-zh, -ja, -vi), "ko", "el", "hi" (the messages
# of iso-codes).  Other encodings and decomposed text are made of their first 40 MB.  Slow peers get the first 40 MB.  MB is 10^6 bytes of input; for
# decompression, of output.  Speeds are MB per CPU-second (user + system), median of RUNS, all in
# one run of this script; ratios are what to look at: the machine may be busy.
# With POTOK_GOLD=FOLDER, section split also prints what its rules are worth: see split_rules.sh.
set -eu
cd "$(dirname "$0")/../.."

runs=5
while getopts n: option; do
	case $option in n) runs=$OPTARG ;; *) exit 64 ;; esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- normalize split translit compress lines record startup memory

sh pipelines/install-needs.sh build test bench
dir=build/bench
corpus=$dir/corpus
bin=$dir/bin
mkdir -p "$corpus"
{
	cmake -S . -B "$dir" -DCMAKE_BUILD_TYPE=Release
	cmake --build "$dir" -j "$(getconf _NPROCESSORS_ONLN)" --target bench
} >"$dir/build.log" 2>&1 || { tail -n 30 "$dir/build.log" >&2; exit 1; }

# plain NAME PACKAGE...: the text of all manual pages in the packages, as $corpus/NAME.
plain() {
	name=$1
	shift
	[ ! -s "$corpus/$name" ] || return 0
	work=$(mktemp -d)
	(cd "$work" && for package; do apt-get download -qq -o APT::Sandbox::User=root "$package" >/dev/null && dpkg-deb -x "$package"_*.deb .; done)
	find "$work/usr/share/man" -type f -name '*.gz' | LC_ALL=C sort | xargs zcat |
		sed -e '/^[.'"'"']/!b text' -e 's/^\.\(B\|I\|BR\|IR\|SH\|SS\|TP\) //;t text' -e d \
			-e ': text' -e 's/\\f[BIRP]//g' -e 's/\\-/-/g' -e 's/\\&//g' >"$work/text"
	while [ "$(stat -c %s "$work/all" 2>/dev/null || echo 0)" -lt 200000000 ]; do
		cat "$work/text" >>"$work/all"
	done
	mv "$work/all" "$corpus/$name"
	rm -rf "$work"
}
# messages LANGUAGE...: the messages of iso-codes, as $corpus/LANGUAGE.
messages() {
	[ ! -s "$corpus/$1" ] || return 0
	work=$(mktemp -d)
	(cd "$work" && apt-get download -qq -o APT::Sandbox::User=root iso-codes >/dev/null && dpkg-deb -x iso-codes_*.deb .)
	for language; do
		cat "$work/usr/share/locale/$language"/LC_MESSAGES/*.mo | tr '\000' '\n' |
			iconv -c -f utf-8 -t utf-8 | LC_ALL=C grep -a '[^ -~]' | tr -d '\001-\010\013-\037' >"$work/$language" || true
		while [ "$(stat -c %s "$work/all" 2>/dev/null || echo 0)" -lt 40000000 ]; do
			cat "$work/$language" >>"$work/all"
		done
		mv "$work/all" "$corpus/$language"
	done
	rm -rf "$work"
}
plain ru manpages-ru
plain en manpages manpages-dev
plain mixed manpages-ru manpages-de manpages-fr
plain zh manpages-zh
plain ja manpages-ja
plain vi manpages-vi
messages ko el hi

# part NAME: the first 40 MB of a corpus, to a whole line.
part() {
	[ -s "$corpus/$1.part" ] || head -c 40000000 "$corpus/$1" | sed '$d' >"$corpus/$1.part"
	echo "$corpus/$1.part"
}

# made NAME COMMAND...: the part of the corpus NAME (up to its first dot) through COMMAND, as $corpus/NAME.
made() {
	name=$1
	shift
	[ -s "$corpus/$name" ] || "$@" <"$(part "${name%%.*}")" >"$corpus/$name" 2>"$dir/messages" || true
	file=$corpus/$name
}

# measure ...: what bench-measure says; the messages of the command are shown only when it fails.
measure() {
	"$bin/bench-measure" "$@" 2>"$dir/messages" || {
		cat "$dir/messages" >&2
		exit 1
	}
}
# speed LABEL FILE COMMAND...: prints a row, MB per CPU-second.  The first row after `table` is ours;
# each row tells how many times faster ours is.
table() {
	printf '\n%s\n\n| | MB/s | ours is |\n|---|--:|--:|\n' "$1"
	own=
}
speed() {
	label=$1 input=$2 bytes=${bytes:-$(stat -c %s "$2")}
	shift 2
	measured=$(measure -n "$runs" "$input" "$@")
	row "$(echo "$measured" | awk -v b="$bytes" '{ print b / 1e6 / $1 }')"
}
row() {
	own=${own:-$1}
	awk -v l="$label" -v v="$1" -v o="$own" 'BEGIN { printf "| %s | %.0f | %.2f x |\n", l, v, o / v }'
	unset bytes
}
# piped LABEL FILE COMMAND...: the same by wall time, both ends being pipes.
piped() {
	label=$1 input=$2 bytes=$(stat -c %s "$2")
	shift 2
	measured=$(measure -p -n "$runs" "$input" "$@")
	row "$(echo "$measured" | awk -v b="$bytes" '{ print b / 1e6 / $2 }')"
}

# stage LABEL FILE [FROM]: prints a row, the stage normalize from memory to memory.
stage() {
	label=$1
	shift
	row "$("$bin/bench-stage" -n "$runs" "$@")"
}
section_normalize() {
	for text in en ru zh mixed; do
		table "normalize, clean UTF-8 ($text), file to /dev/null"
		speed potok-normalize "$corpus/$text" "$bin/potok-normalize"
		speed "copy loop" "$corpus/$text" "$bin/bench-copy"
		speed "iconv -f utf-8 -t utf-8" "$corpus/$text" iconv -f utf-8 -t utf-8
		speed "uconv -x any-nfc" "$(part "$text")" uconv -f utf-8 -t utf-8 -x any-nfc
		table "the same, pipe to pipe, MB per second of wall time"
		piped potok-normalize "$corpus/$text" "$bin/potok-normalize"
		piped "copy loop" "$corpus/$text" "$bin/bench-copy"
		piped cat "$corpus/$text" cat
	done
	table "normalize, clean UTF-8, memory to memory; the first row is a copy"
	label=copy
	row "$("$bin/bench-stage" -c -n "$runs" "$corpus/en")"
	for text in en ru zh mixed ja ko vi hi; do
		stage "$text, found out" "$corpus/$text"
		stage "$text, -f utf-8" "$corpus/$text" utf-8
	done
	table "normalize, CR LF and CR alone, memory to memory"
	for text in en ru; do
		made "$text.crlf" env LC_ALL=C.UTF-8 sed -E -e 's/\r//g' -e 's/.{58}/&\r\n/g' -e 's/$/\r/'
		stage "CR LF ($text)" "$file"
	done
	[ -s "$corpus/cr" ] || head -c 10000000 /dev/zero | tr '\000' '\r' >"$corpus/cr"
	stage "10 MB of CR" "$corpus/cr"
	for name in ru.windows-1251 ru.koi8-r en.utf-16le ru.utf-16le ru.utf-16be zh.utf-16le zh.gb18030 zh.big5 \
		ja.shift_jis ja.euc-jp ko.euc-kr ja.iso-2022-jp ru.koi8-t vi.tcvn; do
		encoding=${name#*.} known=${name#*.}
		# The tables of the labels, by the names of iconv and ICU.
		case $encoding in shift_jis) known=cp932 ;; euc-kr) known=cp949 ;; esac
		made "$name" iconv -c -f utf-8 -t "$known"
		table "normalize -f $encoding (${name%%.*})"
		speed potok-normalize "$file" "$bin/potok-normalize" -f "$encoding"
		speed iconv "$file" iconv -c -f "$known" -t utf-8
		case $encoding in tcvn | koi8-t) continue ;; esac
		speed "ICU's converter alone" "$file" "$bin/bench-icu-convert" "$known"
		speed uconv "$file" uconv -f "$known" -t utf-8 --callback skip
	done
	for text in ru mixed vi el ko hi; do
		made "$text.nfd" uconv -f utf-8 -t utf-8 -x any-nfd
		table "normalize, decomposed text to NFC ($text)"
		speed potok-normalize "$file" "$bin/potok-normalize"
		speed "uconv -x any-nfc" "$file" uconv -f utf-8 -t utf-8 -x any-nfc
	done
}
# paragraphs NAME: the corpus in paragraphs of 20 lines, as running text has them.
paragraphs() {
	[ -s "$corpus/$1.paragraphs" ] ||
		awk '{ printf "%s%s", $0, (NR % 20 ? " " : "\n") }' "$corpus/$1" >"$corpus/$1.paragraphs"
	head -c 2000000 "$corpus/$1.paragraphs" | sed '$d' >"$corpus/$1.paragraphs.part"
}
section_split() {
	for text in en ru; do
		paragraphs "$text"
		long=$corpus/$text.paragraphs few=$corpus/$text.paragraphs.part
		table "split, paragraphs of text ($text)"
		speed "potok-split -l $text" "$long" "$bin/potok-split" -l "$text"
		speed "potok-split -l mul" "$long" "$bin/potok-split"
		speed "potok-split --quotes=keep" "$long" "$bin/potok-split" --quotes=keep
		speed "potok-split --input=markdown" "$long" "$bin/potok-split" --input=markdown
		speed "ICU sentence iterator" "$long" "$bin/bench-icu-sentences" "$text"
		! perl -MLingua::Sentence -e 1 2>/dev/null ||
			speed Lingua::Sentence "$few" perl -MLingua::Sentence -Mopen=:std,:utf8 \
				-ne 'BEGIN { $s = Lingua::Sentence->new(shift) } chomp; print $s->split($_)' "$text"
		for package in sbd sentence-splitter; do
			node_package "$package" || continue
			speed "$package (npm)" "$few" node tests/bench/split.mjs "$dir/node" "$package"
		done
		table "split, lines of $(($(stat -c %s "$corpus/$text") / $(wc -l <"$corpus/$text"))) bytes ($text)"
		speed potok-split "$corpus/$text" "$bin/potok-split"
		speed "ICU sentence iterator" "$(part "$text")" "$bin/bench-icu-sentences" "$text"
	done
	[ -z "${POTOK_GOLD-}" ] || sh tests/bench/split_rules.sh "$bin/potok-split" "$POTOK_GOLD"
}
# node_package NAME: is it there, or can it be had?
node_package() {
	[ -d "$dir/node/node_modules/$1" ] && return 0
	command -v npm >/dev/null && npm install --silent --prefix "$dir/node" "$1" >"$dir/npm.log" 2>&1
}
section_translit() {
	table "translit, Russian, BGN/PCGN"
	speed potok-translit "$corpus/ru" "$bin/potok-translit" -s bgnpcgn-rus-1947
	speed "uconv -x Russian-Latin/BGN" "$(part ru)" uconv -f utf-8 -t utf-8 -x Russian-Latin/BGN
	for scheme in bgnpcgn-rus-1947-plain iso9-1995 alalc-russian icao-9303 gost-7.79-b wikipedia-rus; do
		speed "potok-translit -s $scheme" "$corpus/ru" "$bin/potok-translit" -s "$scheme"
	done
	speed "potok-translit, English text" "$corpus/en" "$bin/potok-translit" -s bgnpcgn-rus-1947
	speed "potok-translit --both" "$corpus/ru" "$bin/potok-translit" -s bgnpcgn-rus-1947 --both
	"$bin/potok-translit" -s iso9-1995 "$(part ru)" >"$dir/romanized" 2>"$dir/messages"
	table "translit, back to Russian by ISO 9"
	speed "potok-translit --reverse" "$dir/romanized" "$bin/potok-translit" -s iso9-1995 --reverse
	speed "uconv -x Latin-Cyrillic" "$dir/romanized" uconv -f utf-8 -t utf-8 -x Latin-Cyrillic
	table "translit, with marks"
	speed "potok-translit --reversible" "$(part ru)" "$bin/potok-translit" -s iso9-1995 --reversible
}
# size LABEL COMMAND...: prints a row, the bytes that are written of the part of "mixed".
size() {
	label=$1
	shift
	n=$("$@" <"$(part mixed)" | wc -c)
	own=${own:-$n}
	awk -v l="$label" -v n="$n" -v t="$(stat -c %s "$(part mixed)")" -v o="$own" \
		'BEGIN { printf "| %s | %.3f | %+.1f %% |\n", l, t / n, 100 * (n - o) / o }'
}
section_compress() {
	for level in 1 6; do
		table "compress, level $level, one thread"
		speed "potok-compress -j 1" "$(part mixed)" "$bin/potok-compress" -$level -j 1
		[ ! -x "$bin/bench-deflate" ] || speed "libdeflate alone" "$(part mixed)" "$bin/bench-deflate" $level
		speed bgzip "$(part mixed)" bgzip -c -l $level
		speed pigz "$(part mixed)" pigz -p 1 -c -$level
		speed gzip "$(part mixed)" gzip -c -$level
	done
	table "compress, fast, one thread"
	speed "potok-compress --fast -j 1" "$(part mixed)" "$bin/potok-compress" --fast -j 1
	for level in 0 1; do speed "igzip -$level" "$(part mixed)" igzip -$level -c; done
	printf '\nRatio of text to gzip\n\n| | ratio | larger than the first |\n|---|--:|--:|\n'
	own=
	size "gzip -6" gzip -6 -c
	size potok-compress "$bin/potok-compress"
	size "potok-compress --block=1M" "$bin/potok-compress" --block=1M
	size "bgzip -l 6" bgzip -c -l 6
	size "potok-compress -1" "$bin/potok-compress" -1
	size "bgzip -l 1" bgzip -c -l 1
	size "potok-compress --fast" "$bin/potok-compress" --fast
	size "igzip -1" igzip -1 -c
	file=$corpus/mixed
	size=$(stat -c %s "$file")
	[ -s "$file.bgz" ] || "$bin/potok-compress" <"$file" >"$file.bgz"
	[ -s "$file.gz" ] || gzip -c "$file" >"$file.gz"
	table "decompress, block gzip"
	bytes=$size speed "potok-compress -d -j 1" "$file.bgz" "$bin/potok-compress" -d -j 1
	bytes=$size speed "bgzip -d" "$file.bgz" bgzip -dc
	bytes=$size speed "gzip -d" "$file.bgz" gzip -dc
	table "decompress, ordinary gzip"
	bytes=$size speed "potok-compress -d -j 1" "$file.gz" "$bin/potok-compress" -d -j 1
	bytes=$size speed "igzip -d" "$file.gz" igzip -dc
	bytes=$size speed "pigz -d" "$file.gz" pigz -p 1 -dc
	bytes=$size speed "gzip -d" "$file.gz" gzip -dc
	printf '\nTwo threads, MB per second of wall time\n\n| | one | two | |\n|---|--:|--:|--:|\n'
	threads compress "$(part mixed)" "$(stat -c %s "$(part mixed)")" "$bin/potok-compress" -j
	threads "compress -1" "$file" "$size" "$bin/potok-compress" -1 -j
	threads "bgzip -l 6" "$(part mixed)" "$(stat -c %s "$(part mixed)")" bgzip -c -l 6 -@
	threads "decompress, block gzip" "$file.bgz" "$size" "$bin/potok-compress" -d -j
	threads "bgzip -d" "$file.bgz" "$size" bgzip -dc -@
}
# threads LABEL FILE BYTES COMMAND...: wall time with one thread and with two.
threads() {
	label=$1 input=$2 n=$3
	shift 3
	one=$(measure -n "$runs" "$input" "$@" 1 | cut -f 2)
	two=$(measure -n "$runs" "$input" "$@" 2 | cut -f 2)
	awk -v l="$label" -v n="$n" -v a="$one" -v b="$two" \
		'BEGIN { printf "| %s | %.0f | %.0f | %.2f x |\n", l, n / 1e6 / a, n / 1e6 / b, a / b }'
}
# One line of a large file, by its index: a number of gigabytes, 10 when POTOK_GIGABYTES is not set.
section_lines() {
	gz=$dir/lines.gz
	i=0
	while [ $i -lt $((${POTOK_GIGABYTES:-10} * 5)) ]; do
		cat "$corpus/mixed"
		i=$((i + 1))
	done | "$bin/potok-compress" -1 --index="$gz" >"$gz"
	"$bin/potok-compress" -l "$gz"
	line=$("$bin/potok-compress" -l --json "$gz" | jq '.lines / 2 | floor')
	printf '\nOne line in the middle, median of %s, milliseconds of wall time\n\n' $((runs * 10))
	measure -n $((runs * 10)) /dev/null "$bin/potok-compress" -d --lines="$line" "$gz" |
		awk '{ printf "%.2f\n", $2 * 1000 }'
	rm -f "$gz" "$gz.gzi" "$gz.gzl"
}
# cost LABEL FILE COMMAND...: CPU seconds without a run record and with one, in turn; medians.
cost() {
	label=$1 input=$2
	shift 2
	: >"$dir/without" >"$dir/with"
	for _ in $(seq $((runs * 2 + 1))); do
		rm -rf "$dir/records"
		mkdir "$dir/records"
		measure -n 1 "$input" "$@" >>"$dir/without"
		POTOK_RUN=$dir/records measure -n 1 "$input" "$@" >>"$dir/with"
	done
	rm -rf "$dir/records"
	paste "$dir/without" "$dir/with" | awk '{ print $1, $4, $4 / $1 }' >"$dir/pairs"
	for column in 1 2 3; do
		cut -d ' ' -f $column "$dir/pairs" | sort -n | sed -n "$((runs + 1))p"
	done | tr '\n' ' ' | awk -v l="$label" '{ printf "| %s | %.3f | %.3f | %.1f %% |\n", l, $1, $2, 100 * ($3 - 1) }'
}
# The run record, and what potok-run adds to a small file.
section_record() {
	printf '\nThe run record, CPU seconds\n\n| | without | with | cost |\n|---|--:|--:|--:|\n'
	for text in en ru; do
		cost "potok-normalize ($text)" "$corpus/$text" "$bin/potok-normalize"
		cost "potok-split ($text)" "$corpus/$text" "$bin/potok-split"
	done
	cost "potok-translit (ru)" "$corpus/ru" "$bin/potok-translit" -s bgnpcgn-rus-1947
	cost "potok-compress -6 -j 1" "$(part mixed)" "$bin/potok-compress" -j 1
	printf '\nOne file of 4 KB through normalize, split and compress, milliseconds\n\n| | wall | CPU |\n|---|--:|--:|\n'
	head -c 4096 "$corpus/en" >"$dir/small"
	pipe="$bin/potok-normalize | $bin/potok-split | $bin/potok-compress -j 1"
	small() {
		label=$1
		shift
		measure -n $((runs * 10)) "$dir/small" "$@" |
			awk -v l="$label" '{ printf "| %s | %.2f | %.2f |\n", l, $2 * 1000, $1 * 1000 }'
	}
	small "sh" sh -c "$pipe"
	small "potok-run" sh -c 'rm -f "$2" && exec "$0" -i "$1" -o "$2" -c "$3"' "$bin/potok-run" "$dir/small" "$dir/small.gz" "$pipe"
	small "potok-run, up to date" "$bin/potok-run" -i "$dir/small" -o "$dir/small.gz" -c "$pipe"
	rm -f "$dir"/small*
}
section_startup() {
	printf '\nStart-up: one line of input, median of %s, milliseconds\n\n| | wall | CPU |\n|---|--:|--:|\n' $((runs * 10))
	echo "Привет, мир." >"$dir/line"
	for command in potok-normalize potok-split "potok-translit -s iso9-1995" potok-compress "uconv -x any-nfc" cat; do
		path=$command
		[ ! -x "$bin/${command%% *}" ] || path=$bin/$command
		# shellcheck disable=SC2086  # the words of the command
		measure -n $((runs * 10)) "$dir/line" $path |
			awk -v l="$command" '{ printf "| %s | %.2f | %.2f |\n", l, $2 * 1000, $1 * 1000 }'
	done
	printf '\n700 bytes, with the encoding stated and found out, median of %s, milliseconds of CPU\n\n| | stated | found out |\n|---|--:|--:|\n' $((runs * 10))
	for name in ru.windows-1251 zh.gb18030; do
		made "$name" iconv -c -f utf-8 -t "${name#*.}"
		head -c 700 "$file" >"$dir/line"
		stated=$(measure -n $((runs * 10)) "$dir/line" "$bin/potok-normalize" -f "${name#*.}" | cut -f 1)
		measure -n $((runs * 10)) "$dir/line" "$bin/potok-normalize" |
			awk -v l="${name#*.}" -v s="$stated" '{ printf "| %s | %.2f | %.2f |\n", l, s * 1000, $1 * 1000 }'
	done
}
section_memory() {
	printf '\nLargest resident memory, MiB\n\n| | 1 GB of lines | one 1 GB line |\n|---|--:|--:|\n'
	lines=$dir/gigabyte.lines line=$dir/gigabyte.line
	[ -s "$lines" ] || cat "$corpus/mixed" "$corpus/ru" "$corpus/en" "$corpus/mixed" "$corpus/ru" | head -c 1000000000 >"$lines"
	[ -s "$line" ] || tr '\n' ' ' <"$lines" >"$line"
	for command in potok-normalize potok-split "potok-translit -s bgnpcgn-rus-1947" \
		"potok-translit -s bgnpcgn-rus-1947 --both" "potok-compress -1"; do
		printf '| %s |' "$command"
		for file in "$lines" "$line"; do
			# shellcheck disable=SC2086  # the words of the command
			measure -n 1 "$file" "$bin"/$command | awk '{ printf " %.1f |", $3 / 1024 }'
		done
		echo
	done
	rm -f "$lines" "$line"
}

for section; do
	"section_$section"
done
