# The readers of gzip that must read what potok-compress writes, and those known to stop early.
# PROGRAM is its path.  "sh tests/run.sh --full" installs the readers; one that is not there is
# skipped.
# shellcheck disable=SC2154 # output, status and stderr are set by run
bats_require_minimum_version 1.5.0

# text: 1.5 MB in many scripts, some 30 blocks, in its middle a line longer than two blocks.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	awk 'function next_word() {
		x = (x * 75 + 74) % 65537
		return word[x % n + 1]
	}
	BEGIN {
		n = split("stream of words façade Straße łódź không поток слово предложение їжак " \
			"λόγος ποταμός հոսք ნაკადი זרם نهر नदी แม่น้ำ 文字 流れ 한글 水 𠮷野家 🌊 42 3,14 -- a I", word, " ")
		for (i = 1; i <= 16000; i++) {
			for (k = i == 8000 ? 20000 : i % 17; k > 0; k--)
				printf "%s ", next_word()
			print next_word()
			if (i % 5 == 0)
				print "Read more / Читать дальше / 続きを読む"
		}
	}' >text
	"$PROGRAM" --stats=stats <text >text.gz
	"$PROGRAM" </dev/null >empty.gz
	grep -Eq '"blocks":(2[5-9]|3[0-9]),.*"long_lines_cut":1,' stats
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cp "$BATS_FILE_TMPDIR"/text "$BATS_FILE_TMPDIR"/*.gz .
}

need() {
	command -v "$1" >/dev/null || skip "no $1"
}

# reads COMMAND...: given a file, it writes its text, all of it; of the empty one nothing.
reads() {
	"$@" text.gz >out
	cmp out text
	"$@" empty.gz >out
	[ ! -s out ]
}

# stops COMMAND...: it writes no more than the first block.
stops() {
	"$@" text.gz >out
	[ -s out ]
	[ "$(wc -c <out)" -le 65280 ]
	cmp -n "$(wc -c <out)" out text
}

@test "gzip reads it" {
	need gzip
	reads gzip -dc
	gzip -t text.gz empty.gz
}

@test "zcat reads it" {
	need zcat
	zcat <text.gz >out
	cmp out text
	zcat <empty.gz >out
	[ ! -s out ]
}

@test "pigz reads it" {
	need pigz
	reads pigz -dc
	pigz -t text.gz empty.gz
}

@test "bgzip reads it, also with threads, and finds nothing wrong" {
	need bgzip
	for threads in 1 2; do
		reads bgzip -dc -@ $threads 2>messages
		[ ! -s messages ]
	done
	bgzip -t text.gz
	bgzip -t empty.gz
}

@test "bgzip makes an index of it and reads from the middle" {
	need bgzip
	bgzip -r text.gz
	size=$(wc -c <text)
	for part in 0:1 1:65280 65279:2 65280:200000 100000:1000 "$((size / 2)):100000" "$((size - 70000)):70000"; do
		offset=${part%:*} length=${part#*:}
		bgzip -b "$offset" -s "$length" text.gz | cmp - <(tail -c +$((offset + 1)) text | head -c "$length")
	done
}

@test "igzip reads it" {
	need igzip
	reads igzip -dc
}

@test "libdeflate-gzip reads it" {
	need libdeflate-gzip
	reads libdeflate-gzip -dc
}

@test "7z reads it" {
	need 7z
	reads 7z x -so
	7z t text.gz
}

@test "bsdcat reads it" {
	need bsdcat
	reads bsdcat
}

@test "bsdtar reads an archive in it" {
	need bsdtar
	bsdtar -cf - text | "$PROGRAM" >text.tar.gz
	bsdtar -xOf text.tar.gz text >out
	cmp out text
}

@test "zstd reads it" {
	need zstd
	[[ $(zstd -vV) == *gzip* ]] || skip "zstd without gzip"
	reads zstd -dc
}

@test "busybox reads it" {
	need busybox
	busybox --list | grep -qx zcat || skip "busybox without zcat"
	reads busybox zcat
}

@test "Python reads it" {
	need python3
	reads python3 -c 'import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())'
}

need_perl() {
	need perl
	perl -MIO::Uncompress::Gunzip -e 1 2>/dev/null || skip "no IO::Uncompress::Gunzip"
}

@test "Perl reads it" {
	need_perl
	reads perl -MIO::Uncompress::Gunzip=:all -e \
		'gunzip $ARGV[0] => "-", MultiStream => 1 or die $GunzipError'
}

@test "Ruby reads it" {
	need ruby
	ruby -rzlib -e 'exit Zlib::GzipReader.respond_to?(:zcat)' || skip "no Zlib::GzipReader.zcat"
	reads ruby -rzlib -e '$stdout.binmode.write Zlib::GzipReader.zcat(File.open(ARGV[0], "rb"))'
}

@test "Node reads it, whole and as a stream" {
	need node
	reads node -e 'process.stdout.write(zlib.gunzipSync(fs.readFileSync(process.argv[1])))'
	reads node -e 'fs.createReadStream(process.argv[1]).pipe(zlib.createGunzip()).pipe(process.stdout)'
}

need_java() {
	java --list-modules 2>/dev/null | grep -q '^jdk.compiler' || skip "no java with its compiler"
}

@test "Java reads it" {
	need_java
	reads java "$BATS_TEST_DIRNAME/Gunzip.java"
}

@test "htsjdk reads it" {
	need_java
	jar=/usr/share/java/htsjdk.jar
	[ -f $jar ] || skip "no htsjdk"
	reads java -cp $jar "$BATS_TEST_DIRNAME/Htsjdk.java"
}

@test "each split of it gives its lines" {
	need python3
	for splits in 1 2 7 20 300; do
		python3 "$BATS_TEST_DIRNAME/splits.py" text.gz $splits >out
		cmp out text
		python3 "$BATS_TEST_DIRNAME/splits.py" empty.gz $splits >out
		[ ! -s out ]
	done
}

# Readers that stop at the end of the first member; the manual warns of them.

@test "Ruby's GzipReader stops early" {
	need ruby
	stops ruby -rzlib -e '$stdout.binmode.write Zlib::GzipReader.new(File.open(ARGV[0], "rb")).read'
}

@test "Perl's gunzip without MultiStream stops early" {
	need_perl
	stops perl -MIO::Uncompress::Gunzip=:all -e 'gunzip $ARGV[0] => "-" or die $GunzipError'
}

@test "Python's zlib.decompressobj stops early" {
	need python3
	stops python3 -c 'import sys, zlib
sys.stdout.buffer.write(zlib.decompressobj(31).decompress(open(sys.argv[1], "rb").read()))'
}

@test "it reads what others write" {
	for writer in "gzip -1" "gzip -9" "pigz -p 2 -c" "bgzip -c" "bgzip -l 0 -c"; do
		command -v "${writer%% *}" >/dev/null || continue
		$writer <text | "$PROGRAM" -d | cmp - text
	done
}
