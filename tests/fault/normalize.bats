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

@test "names with slashes never reach iconv" {
	run "$PROGRAM" -f UTF-16//IGNORE </dev/null
	[ "$status" = 64 ]
}

@test "unknown policy: exit 64" {
	run "$PROGRAM" --bad=ignore </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-normalize: --bad is replace, drop or stop, not 'ignore'; 'potok-normalize --help' tells more" ]
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
	*'"counts":{"ill_formed":0,"bom_removed":0,"line_breaks":1,"final_lf_added":1,"joiner_inserted":0,"decoded_bytes":0}}') ;;
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
	printf '\317\360\350\342\345\362\n' >a
	printf 'plain\n' >b
	run "$PROGRAM" --detect a b
	[ "$status" = 0 ]
	[ "$output" = "a	windows-1251
b	UTF-8" ]
	run "$PROGRAM" --detect a missing
	[ "$status" = 66 ]
}

@test "--version names Unicode, ICU and iconv" {
	run "$PROGRAM" --version
	[ "$status" = 0 ]
	case $output in *Unicode*ICU*iconv*) ;; *) false ;; esac
}
