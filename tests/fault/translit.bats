# Wrong calls of potok-translit, and what is too big for a golden case.  PROGRAM is its path.
# shellcheck disable=SC2154 # output and status are set by run

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "no scheme: exit 64, names --list" {
	run "$PROGRAM" </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: -s SCHEME is needed; --list has the names; 'potok-translit --help' tells more" ]
}

@test "unknown scheme: exit 64 and the nearest name" {
	run "$PROGRAM" -s bgnpcgn-rus-1974 </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: unknown scheme 'bgnpcgn-rus-1974'; did you mean 'bgnpcgn-rus-1947'?; 'potok-translit --help' tells more" ]
}

@test "a misspelt scheme without its last parts: the one with the fewest of them" {
	run "$PROGRAM" -s bgnpcgn-rsu </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: unknown scheme 'bgnpcgn-rsu'; did you mean 'bgnpcgn-rus-1947'?; 'potok-translit --help' tells more" ]
}

@test "a misspelt alias: the nearest alias" {
	run "$PROGRAM" -s bng </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: unknown scheme 'bng'; did you mean 'bgn'?; 'potok-translit --help' tells more" ]
}

@test "unknown scheme to describe: exit 64" {
	run "$PROGRAM" --describe iso8 </dev/null
	[ "$status" = 64 ]
}

@test "--list has a name a line, each can be described and used" {
	"$PROGRAM" --list | cut -f 1 >names
	[ "$(wc -l <names)" -ge 170 ]
	"$PROGRAM" --list --json >json
	[ "$(wc -l <json)" = "$(wc -l <names)" ]
	[ "$(grep -c '^{"name":"[^"]*",.*"reversible":\(true\|false\)}$' json)" = "$(wc -l <names)" ]
	while read -r name; do
		"$PROGRAM" --describe "$name" >about
		[ "$(head -n 1 about)" = "$name" ]
		grep -q '^standard  ' about
		grep -q '^status  ' about
		[ "$(echo а | "$PROGRAM" -s "$name")" = a ]
	done <names
}

@test "--describe shows the rules" {
	"$PROGRAM" --describe bgnpcgn-rus-1947 >about
	grep -q "^щ	shch$" about
	grep -q "^е	ye	after (no letter) а е и" about
	"$PROGRAM" --describe icao-9303 | grep -q "^ь	(nothing)$"
}

@test "a scheme that cannot be reversed: exit 64" {
	run "$PROGRAM" -s icao-9303 --reverse </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: icao-9303 has no way back to Cyrillic; --list tells which have one; 'potok-translit --help' tells more" ]
}

@test "an authority without a table for the language: exit 64" {
	run "$PROGRAM" -s odni -l fr </dev/null
	[ "$status" = 64 ]
	run "$PROGRAM" -s kmu-55 -l ru </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: kmu-55 has no scheme for the language ru; --list has the languages; 'potok-translit --help' tells more" ]
}

@test "--reversible with options that it excludes: exit 64" {
	for option in --reverse --signs=none --stress=drop; do
		run "$PROGRAM" -s iso9 --reversible "$option" </dev/null
		[ "$status" = 64 ]
	done
	run "$PROGRAM" -s icao --reversible </dev/null
	[ "$status" = 64 ]
}

@test "--reversible and back" {
	printf 'Привет, Windows NT: ЬЪ, \320\270\314\206 https://ya.ru/щука\nan end\n' >in
	"$PROGRAM" -s alalc-russian --reversible in >there
	"$PROGRAM" -s alalc-russian --reverse there >back
	cmp in back
	"$PROGRAM" -s alalc-russian --reversible --both in | cut -f 2 | cmp - there
}

@test "values that are none: exit 64" {
	for option in --unknown=x --signs=x --stress=x --keep=x --keep=urls,x --keep= --keep=urls,; do
		run "$PROGRAM" -s iso9 "$option" </dev/null
		[ "$status" = 64 ]
		name=${option%%=*} value=${option#*=}
		[ "$output" = "potok-translit: $name: '$value' is none of its values; 'potok-translit --help' tells more" ]
	done
}

@test "--unknown=stop: what is before is written, exit 65 and the byte" {
	printf 'щ ѣ щ\n' >in
	status=0
	"$PROGRAM" -s icao-9303 --unknown=stop in >out 2>messages || status=$?
	[ "$status" = 65 ]
	[ "$(cat out)" = "shch " ]
	grep -q 'in: byte 3: a Cyrillic letter that the scheme does not have' messages
}

@test "the tweet in twelve schemes" {
	tweet='#Кремль: Встреча с Ильхамом Алиевым и Николом Пашиняном — Президент России (@KremlinRussia)'
	while IFS='|' read -r scheme want; do
		got=$(printf '%s\n' "$tweet" | "$PROGRAM" -s "$scheme")
		[ "$got" = "$want — Prezident Rossii (@KremlinRussia)" ] || { echo "$scheme: $got"; return 1; }
	done <<-'T'
	bgnpcgn-rus-1947|#Kreml’: Vstrecha s Il’khamom Aliyevym i Nikolom Pashinyanom
	bgnpcgn-rus-1947-plain|#Kreml’: Vstrecha s Il’khamom Aliyevym i Nikolom Pashinyanom
	icao-9303|#Kreml: Vstrecha s Ilkhamom Alievym i Nikolom Pashinianom
	passport|#Kreml: Vstrecha s Ilkhamom Alievym i Nikolom Pashinianom
	iso9-1995|#Kremlʹ: Vstreča s Ilʹhamom Alievym i Nikolom Pašinânom
	gost-7.79-b|#Kreml`: Vstrecha s Il`xamom Alievy'm i Nikolom Pashinyanom
	gost-r-7.0.34-2014|#Kreml': Vstrecha s Il'xamom Alievym i Nikolom Pashinyanom
	alalc-russian|#Kremlʹ: Vstrecha s Ilʹkhamom Alievym i Nikolom Pashini͡anom
	un-rus-1987|#Kreml’: Vstreča s Il’hamom Alievym i Nikolom Pašinjanom
	wikipedia-rus|#Kreml: Vstrecha s Ilkhamom Aliyevym i Nikolom Pashinyanom
	yandex-maps|#Kreml: Vstrecha s Ilkhamom Aliyevym i Nikolom Pashinyanom
	din-1460|#Kreml': Vstreča s Il'chamom Alievym i Nikolom Pašinjanom
	T
}

@test "--icu: every line comes out, whatever the length of the input" {
	for n in 4095 4096 8192 262144; do
		head -c "$n" /dev/zero | tr '\0' a | "$PROGRAM" --icu any-upper 2>/dev/null >out
		[ "$(wc -c <out)" = "$n" ]
		[ "$(tr -d A <out | wc -c)" = 0 ]
	done
}

@test "--icu: unknown transform, or beside an option of schemes: exit 64" {
	run "$PROGRAM" --icu Greek-Latim </dev/null
	[ "$status" = 64 ]
	[ "$output" = "potok-translit: unknown transform 'Greek-Latim'; did you mean 'Greek-Latin'?; 'potok-translit --help' tells more" ]
	for option in "-s iso9" "-l ru" --keep=none --signs=ascii --reverse; do
		# shellcheck disable=SC2086  # the words of the option
		run "$PROGRAM" --icu Greek-Latin $option </dev/null
		[ "$status" = 64 ]
	done
}

@test "--icu-rules: a file, one with a fault, one that is not there" {
	echo 'а > b ;' >rules
	[ "$(echo ах | "$PROGRAM" --icu-rules rules)" = bх ]
	printf 'а > b ;\nа b ;\n' >rules
	run "$PROGRAM" --icu-rules rules </dev/null
	[ "$status" = 64 ]
	case $output in "potok-translit: rules: line "*": U_MISSING_OPERATOR; "*) ;; *) return 1 ;; esac
	run "$PROGRAM" --icu-rules none </dev/null
	[ "$status" = 66 ]
}

@test "counts" {
	printf 'щит@ \321\243 @\321\211\t\n' | "$PROGRAM" -s bgnpcgn-rus-1947 --both --stats=stats >out 2>messages
	grep -q '"counts":{"letters":3,"protected_tokens":1,"unknown_letters":1,"mixed_words":0,"stress_dropped":0,"marked_tokens":0,"tabs_replaced":1,"line_cut":0,"token_cut":0}' stats
	[ "$(wc -l <messages)" = 1 ]
	grep -q 'warning: 1 Cyrillic letters that the scheme does not have' messages
}

@test "a word of 4096 bytes is not cut, one of a letter more is" {
	head -c 2048 /dev/zero | sed 's/\x00/щ/g' >word
	(cat word; echo ' x') | "$PROGRAM" -s bgnpcgn-rus-1947 --stats=stats >out 2>messages
	grep -q '"token_cut":0' stats
	[ ! -s messages ]
	(cat word; echo щ) | "$PROGRAM" -s bgnpcgn-rus-1947 --stats=stats >out 2>messages
	grep -q '"token_cut":1' stats
}

@test "--both: a line of 1 MiB is whole" {
	head -c 1048576 /dev/zero | tr '\0' x >line
	echo >>line
	"$PROGRAM" -s iso9-1995 --both line >out 2>messages
	[ ! -s messages ]
	[ "$(wc -l <out)" = 1 ]
	[ "$(wc -c <out)" = 2097154 ]
}

@test "--both: a longer line is cut behind white space" {
	head -c 1048570 /dev/zero | tr '\0' x >line
	echo ' yy zzzzzzzz' >>line
	"$PROGRAM" -s iso9-1995 --both line >out 2>messages
	[ "$(cut -f 1 out | tail -n 1)" = zzzzzzzz ]
	[ "$(cut -f 2 out | tail -n 1)" = zzzzzzzz ]
	[ "$(wc -l <out)" = 2 ]
	[ "$(cat messages)" = "potok-translit: line: warning: 1 cuts in lines longer than 1 MiB (the first at byte 1048574)" ]
}

@test "--both: without white space it is cut between characters" {
	printf x >line
	yes щ | head -n 600000 | tr -d '\n' >>line
	"$PROGRAM" -s iso9-1995 --both --stats=stats line >out 2>messages
	grep -q '"line_cut":1' stats
	iconv -f utf-8 -t utf-8 out >/dev/null
	[ "$(head -n 1 out | cut -f 1 | wc -c)" = 1048576 ]
}
