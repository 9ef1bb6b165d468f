# The run record: what each program writes of its work, held against the schema and against what was done.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$BIN:$PATH
	mkdir records
	printf 'Щука. Рыба!\nДом.\n' >in
	command -v python3 >/dev/null || skip "no python3"
}

# recorded COMMAND...: runs it with a record.
recorded() {
	POTOK_RUN=records "$@"
}

# the EXPRESSION...: the only end record fits the schema, and these Python expressions about it are true;
# r is the record, s its streams by role.
the() {
	python3 "$BATS_TEST_DIRNAME/validate.py" "$SCHEMA" records/*.end "$@"
}

@test "nothing is written without POTOK_RUN" {
	for empty in '' unset; do
		[ -z "$empty" ] && export POTOK_RUN= || unset POTOK_RUN
		potok-normalize <in >out
		[ "$(ls records)" = "" ]
		[ "$(ls)" = $'in\nout\nrecords' ]
	done
}

@test "a pipe: bytes, hashes, both ends, counts, the names of the files" {
	printf 'a\r\nb' >crlf
	recorded potok-normalize <crlf | cat >out
	[ "$(ls records | sed "s/^$(uname -n)-[0-9]*-[0-9]*-//")" = $'potok-normalize.begin\npotok-normalize.end' ]
	# The hashes are libxxhash's own.
	the "r['status'] == 'ok' and r['exit'] == 0 and r['counts']['line_breaks'] == 1 and r['counts']['final_lf_added'] == 1" \
		"s['stdin']['bytes'] == 4 and s['stdin']['end'] and s['stdin']['kind'] == 'file' and s['stdin']['size'] == 4" \
		"s['stdout']['bytes'] == 4 and s['stdout']['kind'] == 'pipe' and r['stdout'] == s['stdout']['id']" \
		"s['stdin']['encoding'] == 'UTF-8'"
	the "r['arguments'] == ['potok-normalize'] and r['executable']['path'].endswith('/potok-normalize')"
	[ "$(stat -c %d:%i crlf)" = "$(python3 -c 'import glob,json; print(json.load(open(glob.glob("records/*.begin")[0]))["stdin"])')" ]
	if command -v xxhsum >/dev/null; then
		want=$(xxhsum -H3 crlf | grep -oE '[0-9a-f]{16}' | head -n 1)
		the "s['stdin']['xxh3'] == '$want'"
	fi
}

@test "the end record is there before the reader sees the end" {
	for _ in 1 2 3 4 5; do
		recorded potok-normalize <in | { cat >/dev/null; ls records; } >seen
		grep -q end seen
	done
}

@test "operands: each with its name, size and time" {
	cp in $'b\xffd'
	recorded potok-split in $'b\xffd' >out
	python3 - records/*.end <<-'EOF'
		import json, os, sys
		r = json.load(open(sys.argv[1]))
		a, b, out = r['opened']
		assert a['path'] == 'in' and 'path_bytes' not in a
		assert b['path'] == 'b\ufffdd' and bytes.fromhex(b['path_bytes']) == b'b\xffd'
		st = os.stat('in')
		assert a['mtime'] == '%d.%09d' % divmod(st.st_mtime_ns, 10**9) and a['size'] == st.st_size
		assert a['id'] == f'{st.st_dev}:{st.st_ino}' and a['role'] == b['role'] == 'operand'
		assert a['xxh3'] == b['xxh3'] and out['bytes'] == os.path.getsize('out')
		assert r['folder']['path'] == os.getcwd()
	EOF
}

@test "files of options, and joined operands" {
	echo др >list
	recorded potok-split --abbreviations=list <in >out
	the "s['abbreviations']['path'] == 'list' and s['abbreviations']['way'] == 'in' and 'xxh3' not in s['abbreviations']"
	rm records/*
	echo ':: NFC;' >rules
	recorded potok-translit --icu-rules=rules <in >out
	the "s['rules']['size'] == 8"
	rm records/*
	recorded potok-compress in in >out
	the "[e['role'] for e in r['opened']] == ['operand', 'operand', 'stdout'] and all(e.get('end', True) for e in r['opened'])"
	rm records/*
	recorded potok-normalize --stats=counts <in >out
	the "s['stats']['way'] == 'out' and s['stats']['path'] == 'counts'"
}

@test "an index waits under its temporary name; one that is read is named" {
	recorded potok-compress --index=x <in >x
	[ ! -e x.gzi ] && [ ! -e x.gzl ]
	python3 - records/*.end <<-'EOF'
		import json, os, sys
		r = json.load(open(sys.argv[1]))
		sides = [e for e in r['opened'] if e['role'] == 'side']
		assert [e['path'] for e in sides] == ['x.gzi', 'x.gzl']
		for e in sides:
		    assert e['temporary']['path'] == e['path'] + '.tmp.' + r['who']
		    os.rename(e['temporary']['path'], e['path'])
	EOF
	rm records/*
	run -0 recorded potok-compress -d --lines=2 x
	[ "$output" = Дом. ]
	the "[e['role'] for e in r['opened']].count('index') == 2"
	rm records/*
	recorded potok-compress -l x >listed
	the "s['stdout']['bytes'] == $(stat -c %s listed)"
}

@test "faults: the message, the byte, the code" {
	printf 'a\nb\377' >bad
	run -65 recorded potok-normalize -f utf-8 --bad=stop bad
	the "r['status'] == 'error' and r['exit'] == 65 and r['byte'] == 3 and 'line 2, byte 3' in r['message']"
	rm records/*
	run -66 recorded potok-normalize missing
	the "r['exit'] == 66 and r['message'].startswith('missing: cannot open')"
	rm records/*
	run -74 recorded sh -c 'potok-normalize <in >/dev/full'
	the "r['exit'] == 74 and 'cannot write' in r['message'] and s['stdout']['bytes'] == 0"
	rm records/*
	run -64 recorded potok-split --nosuch
	the "r['exit'] == 64 and 'nosuch' in r['message'] and r['opened'] == []"
	rm records/*
	run -66 recorded potok-split --abbreviations=missing
	the "r['exit'] == 66"
}

@test "a reader that is gone: recorded, then the program dies by SIGPIPE" {
	yes text | head -n 500000 >long
	recorded bash -c 'potok-normalize <long | true; echo ${PIPESTATUS[0]} >code'
	[ "$(cat code)" = 141 ]
	the "r['status'] == 'reader-gone' and r['exit'] == 141 and not s['stdin']['end']"
	rm records/*
	recorded bash -c 'trap "" PIPE; potok-normalize <long 2>said | true; echo ${PIPESTATUS[0]} >code'
	[ "$(cat code)" = 74 ]
	grep -q 'cannot write: Broken pipe' said
	the "r['status'] == 'reader-gone' and r['exit'] == 74"
}

@test "one that is killed leaves a begin alone" {
	mkfifo f
	POTOK_RUN=records potok-normalize f >out & pid=$!
	exec 5>f
	for _ in $(seq 200); do
		! compgen -G 'records/*.begin' >/dev/null || break
		sleep 0.05
	done
	kill -9 $pid
	wait $pid || true
	exec 5>&-
	compgen -G 'records/*.begin'
	! compgen -G 'records/*.end'
}

@test "a folder that cannot be written" {
	run --separate-stderr -74 env POTOK_RUN=missing potok-normalize in
	[[ $stderr == *"POTOK_RUN: cannot write the record"* ]]
	[ "$output" = "" ]
}

@test "what a foreign command did" {
	printf 'b\na\n' >two
	recorded potok-wrap --in=two --out=copy sh -c 'sort - "$1" | tee "$2"' sh {1} {2} <in >out
	cmp out copy
	the "r['command'] == 'sh' and r['status'] == 'ok' and s['stdin']['end'] and s['command']['path'].endswith('/sh')" \
		"[e['bytes'] for e in r['opened'] if e['role'] == 'extra'] == [4, $(stat -c %s out)]"
	rm records/*
	recorded potok-wrap head -c 1 <in >out
	the "not s['stdin']['end'] and s['stdout']['bytes'] == 1"
	rm records/*
	run -137 recorded potok-wrap sh -c 'kill -9 $$'
	the "r['exit'] == 137 and r['message'] == 'sh was ended by signal 9'"
}

@test "bytes that pass unchanged are hashed once" {
	yes 'Щука. Рыба и дом 12.' | head -n 100000 >clean
	size=$(stat -c %s clean)
	# From a pipe the first pieces are held until the encoding is known.
	for from in file pipe slowly; do
		case $from in
		file) run -0 --separate-stderr recorded "$HASHED" <clean ;;
		pipe) run -0 --separate-stderr recorded "$HASHED" < <(cat clean) ;;
		slowly) run -0 --separate-stderr recorded "$HASHED" < <(dd if=clean bs=50001 status=none) ;;
		esac
		hashed=${stderr_lines[-1]#hashed }
		# A part of the beginning may be hashed twice, and the seams.
		[ "$hashed" -ge "$size" ] && [ "$hashed" -le $((size + size / 3)) ] || { echo "$from: $hashed of $size"; return 1; }
		the "s['stdin']['xxh3'] == s['stdout']['xxh3'] and s['stdout']['bytes'] == $size"
		rm records/*
	done
	# What is changed is not.
	tr -d '\n' <clean | head -c 1000000 >one
	run -0 --separate-stderr recorded "$HASHED" -f utf-8 one
	unset output
	the "s['operand']['xxh3'] != s['stdout']['xxh3']"
}

@test "--detect reads, and writes an answer" {
	iconv -t KOI8-R <in >old
	recorded potok-normalize --detect old in >out
	the "[e['bytes'] for e in r['opened'] if e['role'] == 'operand'] == [$(stat -c %s old), $(stat -c %s in)]" \
		"all(e['end'] for e in r['opened'] if e['role'] == 'operand')" "s['stdout']['bytes'] == $(stat -c %s out)"
	rm records/*
	run -66 recorded potok-normalize --detect missing in
	the "r['status'] == 'error' and r['exit'] == 66 and 'missing' in r['message']"
}
