# What potok-compress does with threads, an index, parts of a text, damage and lists.  PROGRAM is its
# path.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

# text: 1 MB of lines of all lengths, one of them longer than a block, the last without LF.  It is
# compressed in four ways: b.gz blocks with an index, m.gz large blocks with an index, o.gz an
# ordinary member, n.gz blocks without an index; c.gz is all of them.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	awk 'BEGIN {
		for (i = 1; i <= 12000; i++) {
			printf "line %d ", i
			x = (x * 75 + 74) % 65537
			for (k = i == 5000 ? 40000 : x % 27; k > 0; k--)
				printf "слово "
			printf "%s", (i < 12000 ? "\n" : "")
		}
	}' >text
	"$PROGRAM" --index=b.gz <text >b.gz
	"$PROGRAM" --index=m.gz --block=1M <text >m.gz
	gzip -nc text >o.gz
	cp b.gz n.gz
	cat o.gz b.gz m.gz o.gz m.gz b.gz >c.gz
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cp "$BATS_FILE_TMPDIR"/* .
}

# usage MESSAGE ARG...: a wrong call.
usage() {
	local want=$1
	shift
	run -64 --separate-stderr "$PROGRAM" "$@"
	[ "$output" = "" ]
	[ "$stderr" = "potok-compress: $want; 'potok-compress --help' tells more" ] || {
		echo "$stderr"
		return 1
	}
}

# flip FILE OFFSET: changes a byte.
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 85)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# number FILE OFFSET: eight bytes of it.
number() {
	od -An -tu8 -j "$2" -N 8 "$1" | tr -d ' '
}

# only_files FILE...: there are no files but these and those of setup_file, such as temporary ones.
only_files() {
	(cd "$BATS_FILE_TMPDIR" && ls) >known
	printf '%s\n' known "$@" >>known
	ls | grep -vxFf known | grep -v '^separate-stderr-' && return 1 # which are of bats
	return 0
}

need() {
	command -v "$1" >/dev/null || skip "no $1"
}

@test "the same bytes with every number of threads" {
	for options in "" -1 --block=1M --records=blank "-9 --block=1M --records=blank"; do
		# shellcheck disable=SC2086
		"$PROGRAM" $options -j 1 text text /dev/null text >one
		for j in 2 3 8; do
			# shellcheck disable=SC2086
			"$PROGRAM" $options --jobs=$j text text /dev/null text | cmp - one
		done
		for j in 1 2 3; do "$PROGRAM" -d -j$j one | cmp - <(cat text text text); done
	done
	for j in 1 2; do "$PROGRAM" -j $j </dev/null >empty$j; done
	cmp empty1 empty2
}

@test "the same text, messages and exit code when reading" {
	for file in b.gz m.gz o.gz c.gz; do
		for damage in none cut flip tail; do
			cp $file x.gz
			size=$(wc -c <x.gz)
			case $damage in
			cut) truncate -s $((size * 3 / 5)) x.gz ;;
			flip) flip x.gz $((size * 3 / 5)) ;;
			tail) printf 'garbage' >>x.gz ;;
			esac
			"$PROGRAM" -d -j1 x.gz >one 2>one.err && code=0 || code=$?
			[ $damage = none ] || [ $code = 65 ]
			for j in 2 3 8; do
				run "-$code" sh -c '"$PROGRAM" -d -j$1 x.gz >more 2>more.err' sh $j
				cmp one more
				cmp one.err more.err
			done
		done
	done
}

@test "threads: wrong numbers" {
	for n in 0 65 x -1 ""; do usage "-j wants a number from 1 to 64" -j "$n" text; done
}

@test "what is damaged is told though the input stays open" {
	flip b.gz 100
	mkfifo pipe
	{ cat b.gz; for _ in {1..600}; do [ ! -e over ] || break; sleep 0.05; done; } >pipe 2>/dev/null 3>&- &
	run --separate-stderr timeout 20 "$PROGRAM" -d -j 2 <pipe
	: >over
	wait
	[ "$status" = 65 ]
	[[ $stderr == "potok-compress: <stdin>: byte 0: damaged: "* ]]
}

@test "a reader that leaves ends it quietly" {
	run -0 --separate-stderr bash -c '"$PROGRAM" -d -j 2 c.gz | head -n 1'
	[ "$stderr" = "" ]
	[[ $output == "line 1 "* ]]
}

@test "the index of bgzip is the same" {
	need bgzip
	cp b.gz z.gz
	bgzip -r z.gz
	cmp z.gz.gzi b.gz.gzi
}

@test "what the index says" {
	blocks=$(($("$PROGRAM" -t --stats=/dev/stdout b.gz | sed 's/.*"blocks":\([0-9]*\).*/\1/') - 1))
	[ "$(head -c 8 b.gz.gzl)" = potokgzl ]
	[ "$(number b.gz.gzl 16)" = "$(wc -c <b.gz)" ]
	[ "$(number b.gz.gzl 24)" = "$(wc -c <text)" ]
	[ "$(number b.gz.gzl 32)" = 11999 ]
	[ "$(number b.gz.gzl 40)" = $blocks ]
	[ "$(wc -c <b.gz.gzl)" = $((48 + 8 * blocks)) ]
	[ "$(number b.gz.gzi 0)" = $((blocks - 1)) ]
	second=$(number b.gz.gzi 16)
	[ "$(number b.gz.gzl 48)" = "$(head -c "$second" text | wc -l)" ]
}

@test "an index is written whole or not at all" {
	good=$(cat b.gz.gz? | cksum)
	run -66 "$PROGRAM" --index=b.gz text missing
	[ "$(cat b.gz.gz? | cksum)" = "$good" ]
	run -66 sh -c '"$PROGRAM" --index=new missing >new'
	if [ -e /dev/full ]; then
		run -74 sh -c '"$PROGRAM" --index=new text >/dev/full'
		run -74 sh -c '"$PROGRAM" -j1 --index=new text >/dev/full'
	fi
	run -74 --separate-stderr sh -c '"$PROGRAM" --index=folder/new text'
	[ "$output" = "" ]
	[[ $stderr =~ ^potok-compress:\ folder/new.gzi.*:\ cannot\ write:\ No\ such\ file ]]
	only_files new
	# What a killed run with the same number left does not matter.
	sh -c ': >new.gzi.$$.tmp; exec "$PROGRAM" --index=new text' >new
	cmp new.gzl b.gz.gzl
	only_files new new.gzi new.gzl
}

@test "lines" {
	for range in 1:1 5:9 1 12000 4999:5001 5000 :3 11990: 300:9000 12000:20000 12001: 99999; do
		a=${range%%:*} b=${range##*:}
		case $range in *:*) ;; *) b=$a ;; esac
		sed -n "${a:-1},${b:-\$}p" text >want
		# sed adds no LF, but stops at the last line
		for file in b.gz m.gz o.gz; do
			"$PROGRAM" -d --lines=$range $file 2>said | cmp - want
			[ $file = o.gz ] || [ ! -s said ]
			"$PROGRAM" --lines=$range <$file 2>/dev/null | cmp - want
			cat $file | "$PROGRAM" --lines=$range -j 1 | cmp - want
		done
	done
}

@test "without an index lines are counted, which is said" {
	run -0 --separate-stderr "$PROGRAM" --lines=7000 n.gz
	[ "$output" = "$(sed -n 7000p text)" ]
	[ "$stderr" = "potok-compress: n.gz: lines are counted from the beginning, as there is no index; --reindex makes one" ]
	rm b.gz.gzi
	run -0 --separate-stderr "$PROGRAM" --lines=7000 b.gz
	[[ $stderr == *"there is no index"* ]]
}

@test "bytes" {
	size=$(wc -c <text)
	for range in 0:1 0:0 65279:3 65280:1 100000:200000 "$((size - 5)):" "$((size - 5)):9" "$size:3" 99999999: 300000:; do
		offset=${range%%:*} length=${range##*:}
		tail -c +$((offset + 1)) text | head -c "${length:-$size}" >want
		for file in b.gz m.gz o.gz n.gz; do
			run -0 --separate-stderr sh -c '"$PROGRAM" --bytes="$1" "$2" >got' sh "$range" $file
			[ "$stderr" = "" ]
			cmp got want
			cat $file | "$PROGRAM" -d --bytes="$range" | cmp - want
		done
	done
}

@test "parts: wrong values" {
	for value in 0:1 0 9:5 x 5:x x:5 '' : 5:0 -1:3 99999999999999999999; do
		usage "--lines wants A:B, lines from 1 on, as in 5:9, 5: or 5" --lines="$value" b.gz
	done
	for value in 5 x:1 1:x '' : -1:3; do
		usage "--bytes wants OFFSET:LENGTH, as in 0:100 or 5000:" --bytes="$value" b.gz
	done
}

@test "nothing behind the part is read" {
	size=$(wc -c <n.gz)
	flip n.gz $((size - 60))
	"$PROGRAM" --lines=1:3 n.gz | cmp - <(head -n 3 text)
	run -65 "$PROGRAM" -t n.gz
}

# unfit WHY: the index of b.gz is refused, for lines and for bytes.
unfit() {
	for part in --lines=9000:9001 --bytes=500000:10; do
		run -65 --separate-stderr "$PROGRAM" $part b.gz
		[ "$output" = "" ]
		[ "$stderr" = "potok-compress: b.gz: cannot use its index: $1; make it again with --reindex" ] || {
			echo "$stderr"
			return 1
		}
	done
}

@test "an index that does not fit is refused" {
	other="the index was made of another file" damaged="the index is damaged"
	tr ' ' '\n' <text | "$PROGRAM" >b.gz
	unfit "$other"
	cp n.gz b.gz
	cat n.gz >>b.gz
	unfit "$other"
	head -c 50000 n.gz >b.gz
	unfit "$other"
	cp n.gz b.gz
	truncate -s -16 b.gz.gzi
	unfit "$damaged"
	cp "$BATS_FILE_TMPDIR"/b.gz.gzi .
	truncate -s -8 b.gz.gzl
	unfit "$damaged"
	cp "$BATS_FILE_TMPDIR"/b.gz.gzl .
	flip b.gz.gzl 2
	unfit "this is no index"
	cp m.gz.gzl b.gz.gzl
	unfit "$damaged"
	: >b.gz.gzl
	unfit "this is no index"
	"$PROGRAM" --reindex b.gz
	"$PROGRAM" --lines=9000:9001 b.gz | cmp - <(sed -n 9000,9001p text)
}

@test "the index made again is the same" {
	for file in b.gz m.gz; do
		rm $file.gzi $file.gzl
		run -0 --separate-stderr "$PROGRAM" --reindex -j 3 $file
		[ "$output$stderr" = "" ]
		cmp $file.gzi "$BATS_FILE_TMPDIR/$file.gzi"
		cmp $file.gzl "$BATS_FILE_TMPDIR/$file.gzl"
	done
	"$PROGRAM" --reindex --index=from-pipe <b.gz
	cmp from-pipe.gzl b.gz.gzl
	usage "--reindex wants a file, or --index=BASE" --reindex
	usage "--reindex wants a file, or --index=BASE" --reindex -
	usage "--index names the index of one file" --reindex --index=x b.gz m.gz
}

@test "what cannot have an index gets none" {
	run -65 --separate-stderr "$PROGRAM" --reindex o.gz
	[[ $stderr == "potok-compress: o.gz: byte 0: only block gzip can have an index"* ]]
	[ ! -e o.gz.gzi ]
	flip b.gz 50000
	run -65 "$PROGRAM" --reindex b.gz
	cmp b.gz.gzl "$BATS_FILE_TMPDIR/b.gz.gzl"
	only_files
}

@test "salvage" {
	# The second block and the fourth, where they begin by the index.
	flip b.gz $(($(number b.gz.gzi 8) + 500))
	fourth=$(number b.gz.gzi 40) fifth=$(number b.gz.gzi 56)
	flip b.gz $((fourth + 1))
	{
		head -c "$(number b.gz.gzi 16)" text
		tail -c +$(($(number b.gz.gzi 32) + 1)) text | head -c $(($(number b.gz.gzi 48) - $(number b.gz.gzi 32)))
		tail -c +$(($(number b.gz.gzi 64) + 1)) text
	} >want
	run -65 --separate-stderr sh -c '"$PROGRAM" -d --salvage=gaps b.gz >got'
	cmp got want
	[ "${#stderr_lines[@]}" = 3 ]
	[ "${stderr_lines[1]}" = "potok-compress: b.gz: byte $fourth: $((fifth - fourth)) bytes are damaged and left out" ]
	[ "$(wc -l <gaps)" = 2 ]
	text_at=$(($(number b.gz.gzi 16) + $(number b.gz.gzi 48) - $(number b.gz.gzi 32)))
	[ "$(sed -n 2p gaps)" = "{\"file\":\"b.gz\",\"from\":$fourth,\"to\":$fifth,\"text_at\":$text_at}" ]
	run -65 --separate-stderr "$PROGRAM" -t --salvage b.gz
	[ "$output" = "" ]
	[ "${#stderr_lines[@]}" = 3 ]
}

@test "salvage: a file in order, one that is cut, one with something in front" {
	run -0 --separate-stderr sh -c '"$PROGRAM" -d --salvage=gaps n.gz >got'
	[ "$stderr" = "" ]
	cmp got text
	[ ! -s gaps ]
	head -c $(($(number b.gz.gzi 24) + 100)) n.gz >cut.gz
	run -65 sh -c '"$PROGRAM" -d --salvage cut.gz >got'
	cmp got <(head -c "$(number b.gz.gzi 32)" text)
	{ printf 'HTTP/1.1 200 OK\r\n\r\n' && cat n.gz; } >front.gz
	run -65 sh -c '"$PROGRAM" -d --salvage front.gz >got'
	cmp got text
	run -65 sh -c '"$PROGRAM" -d --salvage o.gz >got'
	[ ! -s got ]
}

@test "zlib and deflate data" {
	need python3
	python3 -c 'import sys, zlib
d = open("text", "rb").read()
open("z", "wb").write(zlib.compress(d))
c = zlib.compressobj(6, zlib.DEFLATED, -15)
open("r", "wb").write(c.compress(d) + c.flush())
c = zlib.compressobj(zdict=b"line ")
open("dict", "wb").write(c.compress(d) + c.flush())'
	"$PROGRAM" -d --format=zlib z | cmp - text
	"$PROGRAM" -d --format=deflate r | cmp - text
	for format in zlib:z deflate:r; do
		file=${format#*:} format=${format%:*}
		head -c 20000 $file >cut
		run -65 --separate-stderr sh -c '"$PROGRAM" -d --format='$format' cut >got'
		[[ $stderr == *"in the middle of the compressed data"* ]]
		cmp -n "$(wc -c <got)" got text
		{ cat $file && echo; } >more
		run -65 --separate-stderr "$PROGRAM" -t --format=$format more
		[[ $stderr == *"bytes stand behind the compressed data"* ]]
	done
	flip z $(($(wc -c <z) - 1))
	run -65 --separate-stderr "$PROGRAM" -t --format=zlib z
	[[ $stderr == *checksum* ]]
	run -65 --separate-stderr "$PROGRAM" -t --format=zlib dict
	[[ $stderr == *dictionary* ]]
	run -65 --separate-stderr "$PROGRAM" -t --format=zlib text
	[[ $stderr == *"this is no zlib data"* ]]
	usage "unknown format 'gzp'; did you mean 'gzip'?" -d --format=gzp text
}

@test "lists" {
	run -0 --separate-stderr "$PROGRAM" -l b.gz m.gz o.gz c.gz n.gz
	[ "$stderr" = "" ]
	[ "${#lines[@]}" = 6 ]
	size=$(wc -c <text)
	read -r format members compressed text ratio lines state file <<<"${lines[1]}"
	[ "$format $compressed $text $lines $state $file" = "bgzf $(wc -c <b.gz) $size 11999 whole b.gz" ]
	[ "$members" -gt 10 ] && [[ $ratio =~ ^[0-9]+\.[0-9]{3}$ ]]
	[[ ${lines[2]} == "mz "*" 11999 whole   m.gz" ]]
	[[ ${lines[3]} == "gzip "*" 1 "*" - whole   o.gz" ]]
	[[ ${lines[4]} == "mixed "*" $((6 * size)) "*" - whole   c.gz" ]]
	[[ ${lines[5]} == "bgzf "*" - whole   n.gz" ]]
	head -c $(($(wc -c <n.gz) / 2)) n.gz >cut.gz
	run -65 --separate-stderr "$PROGRAM" -l cut.gz
	[[ $output == *" cut     cut.gz" ]]
	flip o.gz 30
	run -65 --separate-stderr "$PROGRAM" -l o.gz
	[[ $output == *" damaged o.gz" ]]
}

@test "lists as JSON, of any name" {
	need python3
	name=$(printf 'a "b"\n\\c\377.gz')
	cp b.gz "$name"
	"$PROGRAM" -l --json b.gz "$name" - <o.gz >list
	python3 -c 'import json, sys
b, odd, pipe = [json.loads(line) for line in open("list", encoding="utf-8")]
assert b["format"] == "bgzf" and b["lines"] == 11999 and b["state"] == "whole", b
assert odd["file"] == "a \"b\"\n\\c\ufffd.gz" and odd["lines"] is None, odd
assert pipe["file"] == "-" and pipe["format"] == "gzip" and pipe["members"] == 1, pipe'
	run -74 sh -c '"$PROGRAM" -l b.gz >/dev/full'
}

@test "records stay in one block" {
	need python3
	awk 'BEGIN {
		for (i = 1; i < 60; i++) {
			x = (x * 75 + 74) % 65537
			n = i % 10 == 0 ? 4500 : x % 4000
			for (k = 0; k < n; k++)
				print (k % 7 ? "some words" : "других слов"), k % 10
			print i % 3 ? "" : "\r"
		}
	}' >records
	"$PROGRAM" --records=blank --stats=stats records >r.gz
	"$PROGRAM" -d r.gz | cmp - records
	python3 -c 'import json, zlib
d, at, cut = open("r.gz", "rb").read(), 0, 0
while at < len(d):
    n = int.from_bytes(d[at + 16:at + 18], "little") + 1
    text = zlib.decompress(d[at:at + n], 31)
    at += n
    cut += text != b"" and not (text.endswith(b"\n\n") or text.endswith(b"\n\r\n"))
counts = json.load(open("stats"))["counts"]
# Only the nine records longer than a block are cut, each of them once or twice.
assert counts["records_cut"] == 5, counts
assert 5 <= cut <= 10, cut'
	usage "--records is blank" --records=line text
}

@test "large blocks: their bytes, their end" {
	[ "$(od -An -tx1 -N 16 m.gz | tr -d ' ')" = 1f8b08040000000000ff08004d5a0400 ]
	[ "$(tail -c 30 m.gz | od -An -v -tx1 | tr -d ' \n')" = 1f8b08040000000000ff08004d5a040002000000"$(printf '03%018d' 0)" ]
	gzip -dc m.gz | cmp - text
	head -c -30 m.gz >cut.gz
	run -65 --separate-stderr "$PROGRAM" -t cut.gz
	[[ $stderr == *"the end block is missing"* ]]
	# Other writers have no end block and another byte for the system.
	printf '\003' | dd of=cut.gz bs=1 seek=9 conv=notrunc status=none
	second=$(number m.gz.gzi 8)
	[ -n "$second" ] && printf '\003' | dd of=cut.gz bs=1 seek=$((second + 9)) conv=notrunc status=none
	"$PROGRAM" -d cut.gz | cmp - text
}

@test "fast" {
	if "$PROGRAM" --version | grep -q '^no ISA-L'; then
		usage "--fast needs ISA-L, which is not built in" --fast text
	else
		"$PROGRAM" --fast text | gzip -dc | cmp - text
		"$PROGRAM" --fast --block=1M text | "$PROGRAM" -d | cmp - text
	fi
}

@test "options that do not fit each other" {
	usage "--lines and --bytes write text: not with -t, -l or --reindex" -t --lines=1 b.gz
	usage "--salvage wants -d or -t" --salvage b.gz
	usage "--salvage reads all: not with --lines or --bytes" -d --salvage --lines=1 b.gz
	usage "--format is for reading: it wants -d or -t" --format=zlib text
	usage "zlib and deflate data are only read whole" -d --format=zlib --bytes=0:1 text
	usage "--json wants -l" -d --json b.gz
	usage "--block is 64K or 1M" --block=2M text
}
