# Wrong calls and broken surroundings of potok-normalize.  PROGRAM is its path.
# shellcheck disable=SC2154 # output and status are set by run

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "unknown encoding: exit 64 and the nearest name" {
	run "$PROGRAM" -f windows1252x </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-normalize: unknown encoding 'windows1252x'; did you mean 'windows-1252'?; 'potok-normalize --help' tells more" ]
}

@test "encodings that only iconv has: listed where it has them, and suggested" {
	"$PROGRAM" --list >list
	grep -x KOI8-T list
	grep -E '^TCVN ' list
	! grep -x NEXTSTEP list || iconv -f NEXTSTEP -t UTF-8 </dev/null
	run "$PROGRAM" -f georgian-acadmy </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-normalize: unknown encoding 'georgian-acadmy'; did you mean 'GEORGIAN-ACADEMY'?; 'potok-normalize --help' tells more" ]
}

@test "names with slashes never reach iconv" {
	run "$PROGRAM" -f UTF-16//IGNORE </dev/null
	[ "$status" = 64 ]
}

@test "unknown policy: exit 64" {
	run "$PROGRAM" --bad=ignore </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-normalize: --bad: 'ignore' is none of its values; 'potok-normalize --help' tells more" ]
}

@test "unknown form, line break or repair: exit 64" {
	for option in --form=nfe --newline=crlf --repair=quots --repair= --repair=no-; do
		run "$PROGRAM" $option </dev/null
		[ "$status" = 64 ]
	done
}

@test "every reader counts the same lines" {
	# Line breaks of every kind, controls that some readers take for one, U+0085 of mojibake.
	printf 'a\r\nb\rc\vd\fe\034f\035g\036h\037i\302\205j\342\200\250k\342\200\251l\0m\303\220\302\205n' >in
	"$PROGRAM" in >out
	lines=$(wc -l <out)
	[ "$(jq -R . out | wc -l)" = "$lines" ]
	[ "$(python3 -c '
data = open("out", "rb").read().decode()
count = data.count("\n")
assert len(data.splitlines()) == count == len(list(open("out", encoding="utf-8")))
print(count)
')" = "$lines" ]
	! command -v javac >/dev/null ||
		[ "$(java "$BATS_TEST_DIRNAME/../readers/Lines.java" out)" = "$lines" ]
}

@test "line breaks become LF, controls go" {
	printf 'a\r\nb\rc\vd\fe\034f\035g\036h\037i\302\205j\342\200\250k\342\200\251l\0m\n' >in
	run "$PROGRAM" in
	[ "$status" = 0 ]
	[ "$output" = "$(printf 'a\nb\nc\nd\nefghi\nj\nk\nlm')" ]
}

@test "long lines of ASCII among lines in another encoding arrive whole" {
	line() { head -c "$1" /dev/zero | tr '\0' x; }
	for n in 65535 65536 65537 131071 131072 131073 200000; do
		for end in '' '\n' ' \317\360\350\342\345\362\n'; do
			{
				printf '\317\360\350\342\345\362, \354\350\360 \350 \342\345\361\375 \361\342\345\362\n'
				line "$n"
				printf "$end"
			} >in
			timeout 20 "$PROGRAM" in >out 2>err
			[ "$(tr -dc x <out | wc -c)" = "$n" ]
			[ "$(wc -l <out)" = 2 ]
		done
	done
}

@test "a missing file: exit 66, the others are read" {
	echo good >good
	run "$PROGRAM" missing good
	[ "$status" = 66 ]
	[ "${lines[0]}" = "potok-normalize: missing: cannot open: No such file or directory" ]
	[ "${lines[1]}" = good ]
}

@test "a directory: exit 66" {
	run "$PROGRAM" .
	[ "$status" = 66 ]
}

@test "full disk: exit 74" {
	run sh -c 'echo text | "$PROGRAM" >/dev/full'
	[ "$status" = 74 ]
}

@test "closed output: exit 74" {
	run sh -c 'echo text | "$PROGRAM" >&-'
	[ "$status" = 74 ]
}

@test "LF is added between files, each has an encoding of its own" {
	printf 'one' >a
	printf '\377\376\037\004' >b
	run "$PROGRAM" a b
	[ "$status" = 0 ]
	[ "$output" = "one
П" ]
}

@test "counts" {
	run sh -c 'printf "a\r\nb" | "$PROGRAM" --stats 2>&1 >/dev/null'
	[ "$status" = 0 ]
	case $output in
	*'"counts":{"ill_formed":0,"bom_removed":0,"line_breaks":1,"final_lf_added":1,"joiner_inserted":0,"decoded_bytes":0,"binary_bytes":0,"surrogate_pairs":0,"mojibake_left":0,"controls":0,"zero_width":0,"soft_hyphen":0,"nbsp":0,"quotes":0,"width":0,"mojibake":0,"entities":0}}') ;;
	*) false ;;
	esac
}

@test "--list has names and aliases" {
	run "$PROGRAM" --list
	[ "$status" = 0 ]
	echo "$output" | grep -q '^windows-1251 cp1251'
	echo "$output" | grep -qi '^shift_jis'
}

@test "--detect tells what the filter would read" {
	printf 'Все люди рождаются свободными.\n' | iconv -t CP1251 >a
	printf 'All human beings are born free and equal in dignity and rights.\n' >b
	printf '\n' >c
	run "$PROGRAM" --detect a b c
	[ "$status" = 0 ]
	[ "$output" = "a	windows-1251	0.99	ru
b	UTF-8	1.00	en
c	UTF-8	1.00	und" ]
	run "$PROGRAM" --detect a missing
	[ "$status" = 66 ]
	head -c 1000 /dev/zero >zeros
	run --separate-stderr "$PROGRAM" --detect zeros a
	[ "$status" = 65 ]
	[ "$output" = "zeros	binary	1.00	und
a	windows-1251	0.99	ru" ]
	# One hundred bytes by chance, and text with a few NULs.
	printf "$(awk 'BEGIN { for (x = 1; i++ < 100; x = (75 * x + 74) % 65537) printf "\\%03o", x % 256 }')" >chance
	printf 'one\000two\000three\000' >nuls
	run --separate-stderr "$PROGRAM" --detect chance nuls
	[ "$status" = 65 ]
	[ "$output" = "chance	binary	1.00	und
nuls	UTF-8	1.00	und" ]
	# What the text would lose is not lost by looking.
	printf 'Щука \xff\n' >bad
	run --separate-stderr "$PROGRAM" --detect bad
	[ "$status" = 0 ]
	[ "$stderr" = "" ]
	[ "$("$PROGRAM" --detect - <a)" = "-	windows-1251	0.99	ru" ]
}

@test "--version names Unicode, ICU and iconv" {
	run "$PROGRAM" --version
	[ "$status" = 0 ]
	case $output in *Unicode*ICU*iconv*) ;; *) false ;; esac
}

@test "operands in different encodings: each count has its own name" {
	mkdir records
	for encoding in WINDOWS-1251 KOI8-R; do
		yes 'Щука плавала в реке, и рыба была вкусная. Где она живёт?' | head -n 60 |
			iconv -f UTF-8 -t $encoding >$encoding
	done
	POTOK_RUN=records "$PROGRAM" --stats=stats WINDOWS-1251 KOI8-R KOI8-R >out 2>said
	[ "$(sort -u out)" = 'Щука плавала в реке, и рыба была вкусная. Где она живёт?' ]
	for counts in stats records/*.end; do
		[ "$(grep -o '"lines_[^,}]*' $counts)" = $'"lines_windows_1251":60\n"lines_koi8_r":120' ]
	done
}
