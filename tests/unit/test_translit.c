/*
 * Unit tests of the stage translit.  The letters are typed from the standards: BGN/PCGN 1947, ICAO
 * Doc 9303 part 3 section 6 B, ISO 9:1995.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <potok/translit.h>
#include <potok/utf8.h>

#define BGN "bgnpcgn-rus-1947"
#define ICAO "icao-9303"
#define ISO "iso9-1995"

/* Runs the stage over text; the caller frees *out and closes t. */
static void
run(struct potok_translit *t, const char *scheme, bool both, const char *text,
    struct potok_buf *out)
{
	struct potok_translit_options options = {scheme, both};
	struct potok_slice in = {(const unsigned char *)text, strlen(text)};

	*out = (struct potok_buf){.limit = SIZE_MAX};
	assert_int_equal(potok_translit_init(t, &options), POTOK_MORE);
	assert_int_equal(potok_process(&t->stage, &in, out, true), POTOK_DONE);
	assert_int_equal(potok_buf_own(out), POTOK_MORE);
	assert_int_equal(potok_buf_add(out, "", 1), POTOK_MORE);
}

static void
expect(const char *name, const char *scheme, const char *text, const char *want)
{
	struct potok_translit t;
	struct potok_buf out;

	run(&t, scheme, false, text, &out);
	if (strcmp((const char *)out.data, want) != 0)
		print_error("%s, %s: %s: expected %s, got %s\n", name, scheme, text, want,
		    (const char *)out.data);
	assert_string_equal((const char *)out.data, want);
	potok_close(&t.stage);
	potok_buf_free(&out);
}

/* Each letter alone, small and capital: what the three schemes write.  NULL: the letter passes. */
static const struct {
	const char *letter, *bgn, *icao, *iso;
} letters[] = {
    {"а", "a", "a", "a"},
    {"б", "b", "b", "b"},
    {"в", "v", "v", "v"},
    {"г", "g", "g", "g"},
    {"д", "d", "d", "d"},
    {"е", "ye", "e", "e"},
    {"ё", "yë", "e", "ë"},
    {"ж", "zh", "zh", "ž"},
    {"з", "z", "z", "z"},
    {"и", "i", "i", "i"},
    {"й", "y", "i", "j"},
    {"к", "k", "k", "k"},
    {"л", "l", "l", "l"},
    {"м", "m", "m", "m"},
    {"н", "n", "n", "n"},
    {"о", "o", "o", "o"},
    {"п", "p", "p", "p"},
    {"р", "r", "r", "r"},
    {"с", "s", "s", "s"},
    {"т", "t", "t", "t"},
    {"у", "u", "u", "u"},
    {"ф", "f", "f", "f"},
    {"х", "kh", "kh", "h"},
    {"ц", "ts", "ts", "c"},
    {"ч", "ch", "ch", "č"},
    {"ш", "sh", "sh", "š"},
    {"щ", "shch", "shch", "ŝ"},
    {"ъ", "\xE2\x80\x9D", "ie", "\xCA\xBA"},
    {"ы", "y", "y", "y"},
    {"ь", "\xE2\x80\x99", "", "\xCA\xB9"},
    {"э", "e", "e", "è"},
    {"ю", "yu", "iu", "û"},
    {"я", "ya", "ia", "â"},
    {"Е", "Ye", "E", "E"},
    {"Ё", "Yë", "E", "Ë"},
    {"Ж", "Zh", "Zh", "Ž"},
    {"Й", "Y", "I", "J"},
    {"Х", "Kh", "Kh", "H"},
    {"Ц", "Ts", "Ts", "C"},
    {"Ч", "Ch", "Ch", "Č"},
    {"Ш", "Sh", "Sh", "Š"},
    {"Щ", "Shch", "Shch", "Ŝ"},
    {"Ъ", "\xE2\x80\x9D", "Ie", "\xCA\xBA"},
    {"Ы", "Y", "Y", "Y"},
    {"Ь", "\xE2\x80\x99", "", "\xCA\xB9"},
    {"Э", "E", "E", "È"},
    {"Ю", "Yu", "Iu", "Û"},
    {"Я", "Ya", "Ia", "Â"},
    {"ґ", NULL, "g", "g\xCC\x80"},
    {"ђ", NULL, "d", "đ"},
    {"ѓ", NULL, "g", "ǵ"},
    {"є", NULL, "ie", "ê"},
    {"ѕ", NULL, "dz", "ẑ"},
    {"і", NULL, "i", "ì"},
    {"ї", NULL, "i", "ï"},
    {"ј", NULL, "j", "ǰ"},
    {"љ", NULL, "lj", "l\xCC\x82"},
    {"њ", NULL, "nj", "n\xCC\x82"},
    {"ћ", NULL, "c", "ć"},
    {"ќ", NULL, "k", "ḱ"},
    {"ў", NULL, "u", "ŭ"},
    {"џ", NULL, "dz", "d\xCC\x82"},
    {"ѣ", NULL, NULL, "ě"},
    {"ѫ", NULL, "u", "ǎ"},
    {"ѳ", NULL, NULL, "f\xCC\x80"},
    {"ѵ", NULL, "y", "ỳ"},
    {"Ґ", NULL, "G", "G\xCC\x80"},
    {"Ђ", NULL, "D", "Đ"},
    {"Ѓ", NULL, "G", "Ǵ"},
    {"Є", NULL, "Ie", "Ê"},
    {"Ѕ", NULL, "Dz", "Ẑ"},
    {"І", NULL, "I", "Ì"},
    {"Ї", NULL, "I", "Ï"},
    {"Ј", NULL, "J", "J\xCC\x8C"},
    {"Љ", NULL, "Lj", "L\xCC\x82"},
    {"Њ", NULL, "Nj", "N\xCC\x82"},
    {"Ћ", NULL, "C", "Ć"},
    {"Ќ", NULL, "K", "Ḱ"},
    {"Ў", NULL, "U", "Ŭ"},
    {"Џ", NULL, "Dz", "D\xCC\x82"},
    {"Ѣ", NULL, NULL, "Ě"},
    {"Ѳ", NULL, NULL, "F\xCC\x80"},
    {"Ѵ", NULL, "Y", "Ỳ"},
    {"ғ", NULL, NULL, "ġ"},
    {"ҕ", NULL, NULL, "ğ"},
    {"җ", NULL, NULL, "ž\xCC\xA7"},
    {"қ", NULL, NULL, "ķ"},
    {"ҝ", NULL, NULL, "k\xCC\x82"},
    {"ҟ", NULL, NULL, "k\xCC\x84"},
    {"ҡ", NULL, NULL, "ǩ"},
    {"ң", NULL, NULL, "ņ"},
    {"ҥ", NULL, NULL, "ṅ"},
    {"ҧ", NULL, NULL, "ṕ"},
    {"ҩ", NULL, NULL, "ò"},
    {"ҫ", NULL, NULL, "ş"},
    {"ҭ", NULL, NULL, "ţ"},
    {"ү", NULL, NULL, "ù"},
    {"ұ", NULL, NULL, "u\xCC\x87"},
    {"ҳ", NULL, NULL, "ḩ"},
    {"ҵ", NULL, NULL, "c\xCC\x84"},
    {"ҷ", NULL, NULL, "ç"},
    {"ҹ", NULL, NULL, "ĉ"},
    {"һ", NULL, NULL, "ḥ"},
    {"ҽ", NULL, NULL, "c\xCC\x86"},
    {"ҿ", NULL, NULL, "c\xCC\xA8\xCC\x86"},
    {"ӂ", NULL, NULL, "z\xCC\x86"},
    {"ӄ", NULL, NULL, "ḳ"},
    {"ӈ", NULL, NULL, "ň"},
    {"ӊ", NULL, NULL, "ṇ"},
    {"ӌ", NULL, NULL, "c\xCC\xA3"},
    {"ӏ", NULL, NULL, "‡"},
    {"Ӏ", NULL, NULL, "‡"},
    {"ӑ", NULL, NULL, "ă"},
    {"ӓ", NULL, NULL, "ä"},
    {"ӕ", NULL, NULL, "æ"},
    {"ӗ", NULL, NULL, "ĕ"},
    {"ә", NULL, NULL, "a\xCC\x8B"},
    {"ӛ", NULL, NULL, "à"},
    {"ӝ", NULL, NULL, "z\xCC\x84"},
    {"ӟ", NULL, NULL, "z\xCC\x88"},
    {"ӡ", NULL, NULL, "ź"},
    {"ӣ", NULL, NULL, "ī"},
    {"ӥ", NULL, NULL, "î"},
    {"ӧ", NULL, NULL, "ö"},
    {"ө", NULL, NULL, "ô"},
    {"ӫ", NULL, NULL, "ő"},
    {"ӯ", NULL, NULL, "ū"},
    {"ӱ", NULL, NULL, "ü"},
    {"ӳ", NULL, NULL, "ű"},
    {"ӵ", NULL, NULL, "c\xCC\x88"},
    {"ӹ", NULL, NULL, "ÿ"},
    {"ԋ", NULL, NULL, "ǹ"},
    {"ԏ", NULL, NULL, "t\xCC\x80"},
    {"ԛ", NULL, NULL, "q"},
    {"ԝ", NULL, NULL, "w"},
    {"ԡ", NULL, NULL, "ļ"},
    {"ԣ", NULL, NULL, "ń"},
    {"ԥ", NULL, NULL, "p\xCC\x80"},
    {"Қ", NULL, NULL, "Ķ"},
    {"Ү", NULL, NULL, "Ù"},
    {"Ӹ", NULL, NULL, "Ÿ"},
    {"Ҿ", NULL, NULL, "C\xCC\xA8\xCC\x86"},
    {"ҙ", NULL, NULL, NULL},
    {"Ҙ", NULL, NULL, NULL},
    {"ӷ", NULL, NULL, NULL},
};

static void
test_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
		const char *l = letters[i].letter;
		expect("letter", BGN, l, letters[i].bgn != NULL ? letters[i].bgn : l);
		expect("letter", ICAO, l, letters[i].icao != NULL ? letters[i].icao : l);
		expect("letter", ISO, l, letters[i].iso != NULL ? letters[i].iso : l);
	}
}

/* е and ё behind each letter of the Russian alphabet: BGN/PCGN's rule. */
static void
test_after(void **state)
{
	static const char *const soft[] = {"а", "е", "ё", "и", "о", "у", "ы", "э", "ю", "я", "й",
	    "ъ", "ь", "А", "Ю", "Й", "Ъ", "Ь"};
	static const char *const hard[] = {"б", "в", "г", "д", "ж", "з", "к", "л", "м", "н", "п",
	    "р", "с", "т", "ф", "х", "ц", "ч", "ш", "щ", "Б", "Щ", "b", "é", "Я\xCC\x81x"};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof soft / sizeof soft[0] + sizeof hard / sizeof hard[0]; i++) {
		size_t nsoft = sizeof soft / sizeof soft[0];
		bool is_soft = i < nsoft;
		struct potok_translit t;
		struct potok_buf out;
		snprintf(text, sizeof text, "б%sеё", is_soft ? soft[i] : hard[i - nsoft]);
		run(&t, BGN, false, text, &out);
		const char *want = is_soft ? "yeyë" : "eyë";
		size_t n = strlen(want), made = out.len - 1;
		assert_true(made > n);
		assert_string_equal((const char *)out.data + made - n, want);
		assert_true(is_soft || out.data[made - n - 1] != 'y');
		potok_close(&t.stage);
		potok_buf_free(&out);
	}
}

static const struct {
	const char *name, *scheme, *text, *want;
} cases[] = {
    {"capitals", BGN, "ЩУКА", "SHCHUKA"},
    {"first capital", BGN, "Щука", "Shchuka"},
    {"last capital", BGN, "ЕЩЁ", "YESHCHË"},
    {"two capitals", BGN, "ЕЁ", "YEYË"},
    {"one capital", BGN, "Я", "Ya"},
    {"initial", BGN, "Ю. А.", "Yu. A."},
    {"capitals on both sides of a hyphen", BGN, "Ж-Щ", "Zh-Shch"},
    {"capital before a digit", BGN, "Щ1", "Shch1"},
    {"capital behind a digit", BGN, "1Щ", "1Shch"},
    {"capitals with a sign between", BGN, "ЩЬ", "SHCH’"},
    {"capital behind a sign", BGN, "ЬЁ", "’YË"},
    {"capital before an unknown capital", BGN, "ЩѢ", "SHCHѢ"},
    {"capital before an unknown small letter", BGN, "Щѣ", "Shchѣ"},
    {"capital before a Latin capital with a mark", BGN, "ЩÉ", "SHCHÉ"},
    {"capital before a mark and a capital", BGN, "Ю\xCC\x81Г", "YÚG"},
    {"all capitals, ICAO", ICAO, "ПОДЪЁМ", "PODIEEM"},
    {"lj in capitals", ICAO, "ЉУБА", "LJUBA"},
    {"NFD short i", BGN, "и\xCC\x86", "y"},
    {"NFD capital short i", BGN, "И\xCC\x86", "Y"},
    {"NFD yo", BGN, "е\xCC\x88", "yë"},
    {"NFD yo behind a consonant", BGN, "те\xCC\x88", "të"},
    {"NFD short i makes ye", BGN, "аи\xCC\x86е", "ayye"},
    {"NFD yi", ISO, "і\xCC\x88", "ï"},
    {"NFD short u", ISO, "у\xCC\x86", "ŭ"},
    {"NFD gje", ISO, "г\xCC\x81", "ǵ"},
    {"NFD kje", ISO, "К\xCC\x81", "Ḱ"},
    {"NFD a with diaeresis and macron", ISO, "а\xCC\x88\xCC\x84", "ạ\xCC\x88"},
    {"stress", BGN, "е\xCC\x81хать", "yékhat’"},
    {"stress does not hide", BGN, "мо\xCC\x81е", "móye"},
    {"grave stress", BGN, "во\xCC\x80ды", "vòdy"},
    {"stressed yo", BGN, "ё\xCC\x81", "yë\xCC\x81"},
    {"stressed ya in ISO 9", ISO, "я\xCC\x81", "ấ"},
    {"stress on a sign stays", BGN, "ь\xCC\x81", "’\xCC\x81"},
    {"stress on what is dropped", ICAO, "ь\xCC\x81", "\xCC\x81"},
    {"stress on r", BGN, "р\xCC\x81", "ŕ"},
    {"stress on Latin stays as it is", BGN, "e\xCC\x81", "e\xCC\x81"},
    {"ie with grave", BGN, "аѐ", "ayè"},
    {"i with grave", ISO, "Ѝ", "Ì"},
    {"tilde", BGN, "а\xCC\x83", "ã"},
    {"enclosing mark", BGN,
	"а\xE2\x83\x9D"
	"е",
	"a\xE2\x83\x9Dye"},
    {"titlo hides nothing", BGN,
	"а\xD2\x83"
	"е",
	"a\xD2\x83ye"},
    {"soft hyphen", BGN,
	"т\xC2\xAD"
	"е",
	"t\xC2\xAD"
	"e"},
    {"zero width joiner", BGN,
	"т\xE2\x80\x8D"
	"е",
	"t\xE2\x80\x8D"
	"e"},
    {"word joiner", BGN,
	"т\xE2\x81\xA0"
	"е",
	"t\xE2\x81\xA0"
	"e"},
    {"zero width space parts", BGN,
	"т\xE2\x80\x8B"
	"е",
	"t\xE2\x80\x8Bye"},
    {"apostrophe parts", BGN, "об'ект", "ob'yekt"},
    {"quotation marks part", BGN, "т«е»е", "t«ye»ye"},
    {"no-break space parts", BGN,
	"т\xC2\xA0"
	"е",
	"t\xC2\xA0ye"},
    {"line end parts", BGN, "т\nе", "t\nye"},
    {"link", BGN, "https://т.рф/е", "https://т.рф/е"},
    {"link with scheme in capitals", BGN, "HTTP://т", "HTTP://т"},
    {"no scheme", BGN, "://т т://т", "://t t://t"},
    {"link ends at a bracket", BGN, "https://т)т", "https://т)t"},
    {"link with brackets", BGN, "https://т(т)т)т", "https://т(т)т)t"},
    {"link ends at a quotation mark", BGN, "https://т\"т", "https://т\"t"},
    {"link ends at a guillemet", BGN, "https://т»т", "https://т»t"},
    {"link ends at a space", BGN, "https://т т", "https://т t"},
    {"link goes on over ideographs", BGN, "https://日т本т", "https://日т本т"},
    {"www", BGN, "WWW.т.рф", "WWW.т.рф"},
    {"no www", BGN, "www. т www т", "www. t www t"},
    {"www inside of a word", BGN, "тwww.т", "twww.t"},
    {"domain and path", BGN, "t.co/т", "t.co/т"},
    {"domain and path in text", BGN, "(t.co/т)т", "(t.co/т)t"},
    {"Cyrillic domain and path", BGN, "т.рф/т", "т.рф/т"},
    {"Cyrillic domain without path", BGN, "т.рф", "t.rf"},
    {"no top-level domain", BGN, "т.т/т", "t.t/t"},
    {"host and port", BGN, "a.io:80/т", "a.io:80/т"},
    {"slash", BGN, "т/т", "t/t"},
    {"address", BGN, "a@т.рф", "a@т.рф"},
    {"Cyrillic address", BGN, "т.т@т.рф", "т.т@т.рф"},
    {"address and full stop", BGN, "a@т.рф. т", "a@т.рф. t"},
    {"address and comma", BGN, "a@т.рф,т", "a@т.рф,t"},
    {"address in brackets", BGN, "(т@т.рф)т", "(т@т.рф)t"},
    {"no domain", BGN, "т@т", "t@t"},
    {"handle", BGN, "@тт_т1", "@тт_т1"},
    {"handle and colon", BGN, "@т:т", "@т:t"},
    {"handle behind a bracket", BGN, "(@т)", "(@т)"},
    {"handle on a server", BGN, "@т@т.рф т", "@т@т.рф t"},
    {"lone at sign", BGN, "@ т", "@ t"},
    {"hashtag", BGN, "#Тег_т", "#Teg_t"},
    {"Markdown link", BGN, "[т](т)т", "[t](т)t"},
    {"Markdown link with brackets", BGN, "[т](т(т)т)т", "[t](т(т)т)t"},
    {"Markdown link without end", BGN, "[т](т", "[t](т"},
    {"Markdown reference", BGN, "[т][т]", "[t][t]"},
    {"empty Markdown target", BGN, "[т]()т", "[t]()t"},
    {"autolink", BGN, "<https://т>т", "<https://т>t"},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i].name, cases[i].scheme, cases[i].text, cases[i].want);
}

/* Every character of Unicode alone: only Cyrillic letters change, and what is written is UTF-8. */
static void
test_all_characters(void **state)
{
	(void)state;
	for (size_t s = 0; potok_translit_scheme(s) != NULL; s++) {
		for (uint32_t cp = 1; cp <= 0x10FFFF; cp++) {
			unsigned char utf8[5] = {0};
			int len = potok_utf8_encode(cp, utf8);
			struct potok_translit t;
			struct potok_buf out;
			if (len == 0 || (cp >= 0x3000 && cp % 101 != 0 && cp / 256 != 0xA6))
				continue;
			run(&t, potok_translit_scheme(s), false, (const char *)utf8, &out);
			bool changed = strcmp((const char *)out.data, (const char *)utf8) != 0;
			assert_true(!changed || (cp >= 0x400 && cp < 0x530));
			assert_int_equal(changed, t.counts[0].n == 1);
			assert_int_equal(potok_utf8_valid(out.data, out.len), out.len);
			potok_buf_free(&out);
		}
	}
}

/* The places of counts are bytes of the input. */
static void
test_counts(void **state)
{
	static const struct {
		const char *text;
		const char *count;
		bool both;
		uint64_t n, first;
	} rows[] = {
	    {"ab щщ", "letters", false, 2, 3},
	    {"и\xCC\x86", "letters", false, 1, 0},
	    {"щ ѣ ѣ", "unknown_letters", false, 2, 3},
	    {"@ѣ", "unknown_letters", false, 0, 0},
	    {"@щ @a щ@щ.рф", "protected_tokens", false, 2, 0},
	    {"x https://щ", "protected_tokens", false, 1, 2},
	    {"https://x", "protected_tokens", false, 0, 0},
	    {"a\tb\tc\nd\t\n", "tabs_replaced", true, 3, 1},
	    {"a\tb", "tabs_replaced", false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct potok_translit t;
		struct potok_buf out;
		run(&t, BGN, rows[i].both, rows[i].text, &out);
		for (size_t k = 0; k < t.stage.ncounts; k++) {
			if (strcmp(t.counts[k].name, rows[i].count) != 0)
				continue;
			assert_int_equal(t.counts[k].n, rows[i].n);
			assert_int_equal(t.counts[k].first, rows[i].first);
		}
		potok_close(&t.stage);
		potok_buf_free(&out);
	}
}

static void
test_options(void **state)
{
	struct potok_translit_options defaults = POTOK_TRANSLIT_DEFAULTS, wrong = {"iso9", false};
	struct potok_translit t;

	(void)state;
	assert_int_equal(potok_translit_init(&t, NULL), POTOK_EUSAGE);
	potok_close(&t.stage);
	assert_int_equal(potok_translit_init(&t, &defaults), POTOK_EUSAGE);
	assert_int_equal(potok_translit_init(&t, &wrong), POTOK_EUSAGE);
	potok_close(&t.stage);
	potok_close(&t.stage);
	assert_null(potok_translit_about("iso9"));
	assert_null(potok_translit_about(NULL));
	assert_non_null(potok_translit_about(ISO));
}

/* One-byte reads of a long line do not look at its bytes again and again. */
static void
test_linear(void **state)
{
	enum { BYTES = 1 << 20 };
	static unsigned char line[BYTES];

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct potok_translit_options options = {ISO, kind >= 2};
		struct potok_translit t;
		struct potok_buf out = {.limit = SIZE_MAX};
		size_t taken = 0;
		for (size_t i = 0; i < BYTES; i++)
			line[i] = (unsigned char)(kind % 2 ? (i % 2 ? 0xB0 : 0xD0) : 'x');
		assert_int_equal(potok_translit_init(&t, &options), POTOK_MORE);
		for (size_t given = 1; given <= BYTES; given++) {
			struct potok_slice in = {line + taken, given - taken};
			assert_true(potok_process(&t.stage, &in, &out, given == BYTES) >= 0);
			taken = given - in.len;
			assert_int_equal(potok_buf_own(&out), POTOK_MORE);
		}
		assert_int_equal(taken, BYTES);
		potok_close(&t.stage);
		potok_buf_free(&out);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_letters),
	    cmocka_unit_test(test_after),
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_all_characters),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
