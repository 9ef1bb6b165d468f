# potok-wrap: foreign commands take part in the account.
load run

@test "without a record it is the command itself" {
	[ "$(printf 'b\na\n' | potok-wrap sort)" = $'a\nb' ]
	[ "$(potok-wrap --in=in head -n 1 {1})" = "Щука. Рыба! Где она?" ]
	run -3 potok-wrap sh -c 'exit 3'
	run -127 potok-wrap nosuch
	run -64 potok-wrap
}

@test "sort between two stages" {
	run -0 potok-run -i in -o out -c 'potok-normalize | potok-split | potok-wrap sort -u | potok-compress'
	[ "$(text out)" = $'Где она?\nРыба!\nЩука.' ]
	run -0 potok-run --explain out
	[[ $output == *"3. potok-wrap sort"* ]]
}

@test "another version of the command is another pipeline" {
	mkdir own
	printf '#!/bin/sh\necho x >>log\nexec sort "$@"\n' >own/mysort
	chmod +x own/mysort
	PATH=$PWD/own:$PATH
	item() {
		potok-run -i in -o out -c 'potok-normalize | potok-wrap mysort'
	}
	item
	item
	[ "$(wc -l <log)" = 1 ]
	printf '#!/bin/sh\necho x >>log\nexec sort -r "$@"\n' >own/mysort
	item
	item
	[ "$(wc -l <log)" = 2 ]
}

@test "tee into a file and on" {
	run -0 potok-run -i in -o out -c 'potok-normalize | potok-wrap --out=copy tee {1} | potok-split'
	cmp in copy
	potok-split in | cmp - out
	run -0 potok-run -i in -o out -c 'potok-normalize | potok-wrap --out=copy tee copy | potok-split | potok-compress'
	cmp in copy
}

@test "tee into process substitution, and what is lost there" {
	cat >own.sh <<-'EOF'
		#!/bin/bash
		potok-normalize | potok-wrap --out >(potok-translit -s bgnpcgn-rus-1947 >latin) tee {1} | potok-split
	EOF
	run -0 potok-run -i in -o out own.sh
	[ "$(wc -l <latin)" = 20000 ]
	sed -i 's/potok-translit.*latin/true/' own.sh
	rm out*
	run potok-run -i in -o out own.sh
	[ "$status" != 0 ]
	[ ! -e out ]
}

@test "paste of two texts through process substitution" {
	cat >own.sh <<-'EOF'
		#!/bin/bash
		potok-normalize >norm
		potok-wrap --in <(potok-translit -s bgnpcgn-rus-1947 norm) --in <(potok-translit -s iso9-1995 <norm) paste {1} {2} </dev/null
	EOF
	run -0 potok-run -i in -o out own.sh
	[ "$(sed -n 7p out)" = "Shchuka. Ryba! Gde ona?"$'\t'"Ŝuka. Ryba! Gde ona?" ]
	[ "$(wc -l <out)" = 20000 ]
}

@test "paste with FIFOs that the pipeline made" {
	run -0 potok-run -i in -o out -c 'rm -f f; mkfifo f; potok-normalize >norm; potok-split norm >f & potok-wrap --in=f paste norm f </dev/null; wait'
	[ "$(sed -n 1p out)" = "Щука. Рыба! Где она?"$'\t'"Щука." ]
	[ "$(wc -l <out)" = 60000 ]
	rm f
}

@test "a command that leaves some of its input is seen, also of an extra one" {
	refuses 78 "stopped reading after" -c 'potok-normalize | potok-wrap head -c 10'
	cp in other
	refuses 78 "potok-wrap sh read only a part of other" -c 'potok-normalize | potok-wrap --in=other sh -c "cat; head -n 1 {1}"'
	refuses 78 "potok-wrap true" -c 'potok-normalize | potok-wrap true'
}

@test "a command that never opens its extra streams" {
	cp in other
	refuses 78 "potok-wrap cat read only a part of other" -c 'potok-wrap --in=other --out=copy cat'
	run -0 potok-run -i in -o out --allow-early-close -c 'potok-wrap --in=other --out=copy cat'
	cmp in out
	[ ! -s copy ]
}

@test "a command that stops is followed where it stopped" {
	run -0 potok-run -i in -o out -c 'potok-wrap dd bs=39 count=1 status=none; potok-normalize'
	cmp in out
}

@test "a command whose reader is gone, or whose disk is full" {
	refuses 78 "potok-wrap head stopped reading" -c 'potok-normalize | potok-wrap cat | potok-wrap head -n 1'
	refuses 74 "potok-wrap cat ended with exit code 74" -c 'potok-normalize | potok-wrap cat >/dev/full'
	refuses 74 "cannot write" -c 'potok-wrap --out=/dev/full tee {1} | potok-normalize'
	refuses 66 "missing: cannot open" -c 'potok-wrap --in=missing paste - {1}'
}
