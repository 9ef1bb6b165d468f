# The recipe for news pages, on the sample page and with broken stages.
# BIN: the folder of the programs.  JOINED: joined.c, the same pipeline in one process.

setup() {
	root=$BATS_TEST_DIRNAME/../..
	sample=$root/pipelines/sample
	recipe=$root/pipelines/newspage.sh
	work=$BATS_TEST_TMPDIR
	PATH=$BIN:$PATH
}

# rows FILE [OPTION...]: what the recipe makes of a page, compared with what was written by hand.
rows() {
	page=$1
	shift
	sh "$recipe" "$@" <"$page" >"$work/out.gz"
	gzip -dc "$work/out.gz" >"$work/out.tsv"
	diff "$BATS_TEST_DIRNAME/page.tsv" "$work/out.tsv"
}

# stand_in NAME: puts the script on standard input in the place of a program.
stand_in() {
	mkdir -p "$work/bin"
	{ echo '#!/bin/sh'; cat; } >"$work/bin/$1"
	chmod +x "$work/bin/$1"
	PATH=$work/bin:$PATH
}

@test "the sample files are one page in three encodings" {
	iconv -f WINDOWS-1251 -t UTF-8 "$sample/page.windows-1251.md" | cmp "$sample/page.md"
	iconv -f UTF-16 -t UTF-8 "$sample/page.utf-16.md" | cmp "$sample/page.md"
}

@test "page in UTF-8" { rows "$sample/page.md"; }

@test "page in windows-1251, found" { rows "$sample/page.windows-1251.md"; }

@test "page in windows-1251, named" { rows "$sample/page.windows-1251.md" -f windows-1251; }

@test "page in UTF-16, found" { rows "$sample/page.utf-16.md"; }

@test "page with CRLF" {
	sed 's/$/\r/' "$sample/page.md" >"$work/page"
	rows "$work/page"
}

@test "an empty page gives an empty gzip file" {
	run sh "$recipe" </dev/null
	[ "$status" = 0 ]
	sh "$recipe" </dev/null | gzip -dc | cmp - /dev/null
}

@test "a stage that fails in the middle makes the recipe fail with its code" {
	stand_in potok-split <<-'S'
		head -n 1
		exit 65
	S
	run sh "$recipe" <"$sample/page.md"
	[ "$status" = 65 ]
}

@test "a stage that is killed makes the recipe fail" {
	stand_in potok-translit <<-'S'
		kill -KILL $$
	S
	run sh "$recipe" <"$sample/page.md"
	[ "$status" = 137 ]
}

@test "a wrong option is the recipe's exit code" {
	run sh "$recipe" -f no-such-encoding <"$sample/page.md"
	[ "$status" = 64 ]
}

@test "a missing program makes the recipe fail" {
	mkdir "$work/some"
	for name in potok-normalize potok-split potok-translit; do ln -s "$(command -v $name)" "$work/some"; done
	PATH=$work/some:/usr/bin:/bin run sh "$recipe" <"$sample/page.md"
	[ "$status" = 127 ]
}

@test "a full disk makes the recipe fail" {
	[ -c /dev/full ] || skip "no /dev/full here"
	run sh -c 'sh "$1" <"$2" >/dev/full' - "$recipe" "$sample/page.md"
	[ "$status" = 74 ]
}

@test "joined in one process gives the same bytes as pipes" {
	for page in "$sample"/page.*; do
		sh "$recipe" <"$page" >"$work/piped.gz"
		"$JOINED" <"$page" >"$work/joined.gz"
		cmp "$work/piped.gz" "$work/joined.gz"
	done
}

@test "the user's own page" {
	page=$root/../shared/seed/000_2284b36924ec4f19.txt
	[ -f "$page" ] || skip "the page is not part of the project"
	sh "$recipe" <"$page" | gzip -dc >"$work/out.tsv"
	cut -f 1 "$work/out.tsv" | tr -d '[:space:]' >"$work/sentences"
	tr -d '[:space:]' <"$page" | cmp - "$work/sentences"
	cut -f 2 "$work/out.tsv" >"$work/roman"
	grep -qxF '[#Kreml’: Vstrecha s Il’khamom Aliyevym i Nikolom Pashinyanom](#)' "$work/roman"
	grep -qxF '<https://t.co/iNAPN3gaLX> [pic.twitter.com/VyRKPn835e](https://pic.twitter.com/VyRKPn835e)' "$work/roman"
	grep -qxF '— Prezident Rossii (@KremlinRussia) [January 11, 2021](#)' "$work/roman"
	grep -qxF '<https://www.themoscowtimes.com/2021/01/11/putin-karabakh-foes-discuss-next-steps-in-peace-process-a72572>' "$work/roman"
	grep -qxF '### **Joint working group**' "$work/roman"
	grep -qxF 'They will remain there for at least five years.' "$work/roman"
}
