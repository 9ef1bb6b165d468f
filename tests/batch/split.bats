# potok-batch --split: the joined output is that of the uncut run.  BIN: the folder of the programs.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	# Lines of all lengths, empty ones and a long one; some begin with U+FEFF, some end with CR LF.
	awk 'BEGIN {
		for (i = 1; i <= 4000; i++) {
			n = i * 7919 % 97
			line = i % 11 == 0 ? "\357\273\277" : ""
			for (k = 0; k < (i == 2000 ? 20000 : n % 13); k++)
				line = line "Слово " k ". "
			print line (i % 5 == 0 ? "\r" : "")
			for (k = n % 4; k > 2; k--)
				print ""
		}
		printf "The end, without one"
	}' >text
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
	export TMPDIR=$BATS_TEST_TMPDIR
	text=$BATS_FILE_TMPDIR/text
	printf 'potok-normalize "$@" | potok-split | potok-translit -s bgnpcgn-rus-1947 --both\n' >plain.sh
	{ cat plain.sh | tr '\n' ' '; echo '| potok-compress -1'; } >packed.sh
	{ printf 'potok-compress -d | '; cat packed.sh; } >both.sh
}

# parts RUN: of how many parts the input was.
parts() {
	echo $(($(sed 1,2d "$1"/parts/*/plan | wc -l) - 1))
}

# fits RUN NAME COMMAND...: the output, through the command, is the expected text.
fits() {
	local out=$1/out/$2
	shift 2
	"$@" <"$out" | cmp - expected
}

@test "text, by bytes" {
	cp "$text" in
	sh plain.sh -f utf-8 <in >expected
	for size in 100K 30000; do
		rm -rf run
		potok-batch -p plain.sh -o run --split=$size in
		[ "$(parts run)" -gt 3 ]
		fits run in cat
	done
	potok-batch verify run
	# No part begins with a byte order mark, and each begins a line.
	for at in $(sed 1,2d run/parts/*/plan | sed '1d;$d'); do
		[ "$(tail -c +"$at" in | head -c 1 | od -An -tx1)" = ' 0a' ]
		[ "$(tail -c +$((at + 1)) in | head -c 3 | od -An -tx1)" != ' ef bb bf' ]
	done
}

@test "to block gzip, with an index of the whole" {
	cp "$text" in
	sh plain.sh -f utf-8 <in >expected
	potok-batch -p packed.sh -o run --split=100K in
	fits run in potok-compress -d
	potok-compress -t run/out/in
	[ "$(find run/out -type f | sort | tr '\n' ' ')" = 'run/out/in run/out/in.gzi run/out/in.gzl ' ]
	sed -n 3000p expected >line
	potok-compress -d --lines=3000 run/out/in 2>said | cmp - line
	[ ! -s said ]
	# Inner end blocks are dropped.
	[ "$(LC_ALL=C grep -obUaP '\x1F\x8B\x08\x04\0{5}\xFF\x06\0BC\x02\0\x1B\0\x03\0{8}' run/out/in | wc -l)" = 1 ]
	potok-batch report --json run | grep -q '"final_lf_added":1,'
}

@test "from block gzip, small and large blocks, by blocks" {
	for block in 64K 1M; do
		for i in 1 2 3 4; do cat "$text"; echo; done | potok-compress --block=$block >in
		sh both.sh -f utf-8 <in | potok-compress -d >expected
		rm -rf run
		potok-batch -p both.sh -o run --split=20000 in
		[ "$(parts run)" -ge 3 ]
		fits run in potok-compress -d
	done
	gzip -c <"$text" >in
	run -64 --separate-stderr potok-batch -p both.sh -o run --split=20000 in
	[[ $stderr == *"not all of it in blocks"* ]]
}

@test "an encoding is found once, for all parts" {
	# The front is ASCII: a part alone would not know.
	{ yes 'Plain words.' | head -n 4000; iconv -f UTF-8 -t WINDOWS-1251 -c "$text"; } >in
	sh plain.sh -f windows-1251 <in >expected
	potok-batch -p plain.sh -o run --split=30000 in
	fits run in cat
	sed -n 2p run/parts/*/plan | grep -qx windows-1251
	potok-batch report --json run | grep -q "\"encodings\":{\"windows-1251\":$(parts run)}"
	# A pipeline that names it itself.
	printf 'potok-normalize -f windows-1251 | potok-split | potok-translit -s bgnpcgn-rus-1947 --both\n' >named.sh
	potok-batch -p named.sh -o named --split=30000 in
	fits named in cat
	# One that keeps its arguments to itself.
	printf 'potok-normalize | potok-split\n' >deaf.sh
	run -64 --separate-stderr potok-batch -p deaf.sh -o deaf --split=30000 in
	[[ $stderr == *'hand its arguments to potok-normalize'* ]]
}

@test "what is not one line after another is refused" {
	cp "$text" in
	iconv -f UTF-8 -t UTF-16 "$text" >wide
	run -64 --separate-stderr potok-batch -p plain.sh -o run --split=30000 wide
	[[ $stderr == *"cannot be cut"*"UTF-16"* ]]
	# Without state within a line, but with state between lines.
	printf 'potok-normalize -f iso-2022-jp\n' >jp.sh
	run -64 potok-batch -p jp.sh -o run --split=30000 in
	printf 'potok-normalize -f utf-8 | potok-split --offsets\n' >offsets.sh
	run -64 --separate-stderr potok-batch -p offsets.sh -o run --split=30000 in
	[[ $stderr == *"'potok-split --offsets' does not treat each line alone"* ]]
	printf 'potok-normalize -f utf-8 | potok-wrap sort\n' >sort.sh
	run -64 --separate-stderr potok-batch -p sort.sh -o run --split=30000 in
	[[ $stderr == *"--foreign-lines"* ]]
	printf 'potok-normalize -f utf-8 | potok-wrap sed s/a/b/\n' >sed.sh
	sh sed.sh <in >expected
	potok-batch -p sed.sh -o run --foreign-lines --split=30000 in
	fits run in cat
}

@test "at blank lines" {
	cp "$text" in
	printf 'potok-normalize -f utf-8 | potok-split --input=wrapped --paragraphs=blank\n' >wrapped.sh
	run -64 --separate-stderr potok-batch -p wrapped.sh -o run --split=30000 in
	[[ $stderr == *"--at=blank suffices"* ]]
	sh wrapped.sh <in >expected
	for size in 30000 90000; do
		rm -rf run
		potok-batch -p wrapped.sh -o run --at=blank --split=$size in
		[ "$(parts run)" -gt 3 ]
		fits run in cat
	done
	{ printf 'potok-compress -d |'; cat wrapped.sh; } >packed.sh
	potok-compress --records=blank <in >in.gz
	rm -rf run
	potok-batch -p packed.sh -o run --at=blank --split=5000 in.gz
	[ "$(parts run)" -gt 3 ]
	fits run in.gz cat
}

@test "a bad part makes the whole bad, and the others are not done again" {
	{ cat "$text"; printf '\nbad \377 byte\n'; cat "$text"; } >in
	printf 'potok-normalize -f utf-8 --bad=stop\n' >stop.sh
	run -1 potok-batch -p stop.sh -o run --split=30000 in
	potok-batch report --json run | grep -q '"name":"in","state":"bad","exit":65,.*"part_at":[1-9]'
	[ ! -e run/out/in ]
	run -1 potok-batch retry --bad run
	[ "$(tr -d '\0' <run/todo.2 | wc -w)" = 4 ]
}
