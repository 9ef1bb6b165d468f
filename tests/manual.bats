# The manual page of a program agrees with the program.  The environment gives PROGRAM, ARGS (as in
# fault/filter.bash), MODES, options with other counts, PAGE, the page's source,
# and DRIVER for what is no filter.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# The option letters of a synopsis on standard input, sorted.
letters() {
	grep -oE '(^|[][| ])-[A-Za-z0-9]+' | sed 's/.*-//' | grep -o . | sort -u | tr -d '\n'
}

@test "the page is there" {
	[ -s "$PAGE" ]
	grep -qx "\.Nm ${PROGRAM##*/}" "$PAGE"
}

@test "the page is clean" {
	command -v mandoc >/dev/null || skip "no mandoc"
	run -0 mandoc -T lint -W warning "$PAGE"
	[ "$output" = "" ]
}

@test "every count of --stats stands in the page, and no other" {
	command -v jq >/dev/null || skip "no jq"
	[ -z "${DRIVER-}" ] || skip "no filter"
	for mode in '' $MODES; do
		# shellcheck disable=SC2086
		"$PROGRAM" $ARGS $mode --stats=stats /dev/null >/dev/null || true
		jq -r '.counts | keys[]' stats
	done | sort >counted
	sed -n '/^\.Sh COUNTS/,/^\.Sh [^C]/s/^\.It Va //p' "$PAGE" | sort >described
	diff counted described
}

@test "synopsis and usage line have the same option letters" {
	command -v mandoc >/dev/null || skip "no mandoc"
	mandoc -T ascii "$PAGE" | col -b | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | sed '1d;$d' >synopsis
	"$PROGRAM" --help >help
	# The usage may go on in indented lines, up to the first empty one.
	sed -n '/^usage:/,/^$/p' help >usage
	[ -s synopsis ] && [ -s usage ]
	[ "$(letters <synopsis)" = "$(letters <usage)" ] || {
		echo "manual: $(letters <synopsis); usage: $(letters <usage)"
		return 1
	}
}

@test "every option of --help stands in the page" {
	command -v mandoc >/dev/null || skip "no mandoc"
	mandoc -T ascii "$PAGE" | col -b >text
	"$PROGRAM" --help | sed -n '/^examples:/q;p' >help
	bad=0
	for option in $(grep -oE '(^|[ ,[])--[a-z][a-z-]+' help | grep -oE -- '--.*' | sort -u); do
		grep -qE -- "$option($|[^a-z-])" text || {
			echo "not in the page: $option"
			bad=1
		}
	done
	return $bad
}
