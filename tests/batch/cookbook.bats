# What potok-cookbook(7) says is tested, but for clusters, which cluster.bats has.  BIN: the folder of the programs.  PAGE: its source.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
	export TMPDIR=$BATS_TEST_TMPDIR
	mkdir corpus
	for i in 1 2 3; do printf 'Page %d. Слово.\n' $i >corpus/$i.txt; done
	cp corpus/1.txt page.txt
	for i in 1 2 3 4; do cat corpus/*; done >dump.txt
	section 'One pipe' | sed -n '/^\$ cat clean.sh/,$p' | sed 1d >clean.sh
	[ -s clean.sh ]
}

# section NAME: the literal lines of a section.
section() {
	sed -n "/^\.Ss $1\$/,/^\.Ss/p" "$PAGE" | sed -n '/^\.Bd/,/^\.Ed/p' | sed '/^\.[BE]d/d; s/\\e$/\\/'
}

# commands: those of the lines on standard input that are typed.
commands() {
	sed -n 's/^\$ //p'
}

@test "the page is clean" {
	command -v mandoc >/dev/null || skip "no mandoc"
	[ "$(mandoc -T lint -W warning "$PAGE")" = "" ]
}

@test "one pipe, one file, a corpus" {
	section 'One pipe' | commands | sh -e >out
	grep -q '^Page 1\.$' out
	section 'One file, whole or not at all' | commands | sh -e
	[ "$(potok-compress -d page.gz | tr '\n' ' ')" = 'Page 1. Слово. ' ]
	section 'A corpus on one machine' | commands | sh -e >out
	[ "$(potok-compress -d run/out/corpus/2.txt | head -n 1)" = 'Page 2.' ]
	sh clean.sh <dump.txt | potok-compress -d >expected
	potok-compress -d cut/out/dump.txt | cmp - expected
}

@test "Snakemake" {
	[ "${POTOK_TESTS-}" = full ] || skip "only with tests/run.sh --full"
	command -v snakemake >/dev/null || skip "no snakemake"
	section Snakemake >Snakefile
	snakemake --quiet -j 2
	for i in 1 2 3; do sh clean.sh <corpus/$i.txt | cmp - out/$i.gz; done
	printf 'Changed.\n' >corpus/2.txt
	snakemake --quiet -j 2
	[ "$(potok-compress -d out/2.gz)" = Changed. ]
}
