/*
 * Unit tests of the stage translit.  The letters are typed from the standards: BGN/PCGN 1947, ICAO
 * Doc 9303 part 3 section 6 B, ISO 9:1995.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <potok/translit.h>
#include <potok/utf8.h>

#define BGN "bgnpcgn-rus-1947-plain"
#define ICAO "icao-9303"
#define ISO "iso9-1995"

/* Runs the stage over text; the caller frees *out and closes t. */
static void
run(struct potok_translit *t, const char *scheme, bool both, const char *text,
    struct potok_buf *out)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_slice in = {(const unsigned char *)text, strlen(text)};

	options.scheme = scheme;
	options.both = both;
	options.unknown = POTOK_UNKNOWN_PASS;
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
    {"NFD short i with a dot below", BGN, "аи\xCC\xA3\xCC\x86е", "aỵye"},
    {"NFD yi with a dot below", "kmu-55", "і\xCC\xA3\xCC\x88", "yị"},
    {"cedilla behind a titlo", ISO, "е\xD2\x83\xCC\xA7", "ȩ\xD2\x83"},
    {"cedilla behind half of a tie", ISO, "е\xEF\xB8\xA0\xCC\xA7", "ȩ\xEF\xB8\xA0"},
    {"no key goes on behind a soft hyphen with a mark", "alalc-abazin", "х\xC2\xAD\xCC\xB3",
	"kh\xC2\xAD\xCC\xB3"},
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

/* Cases with other options than those of run(). */
static const struct {
	const char *name;
	struct potok_translit_options options;
	const char *text, *want;
} option_cases[] = {
#define OPTIONS(scheme, reverse, stress, unknown, signs, keep)                                     \
	{                                                                                          \
		scheme, false, reverse, false, stress, POTOK_UNKNOWN_##unknown,                    \
		    POTOK_SIGNS_##signs, keep                                                      \
	}
#define UNKNOWN(how) OPTIONS(BGN, false, false, how, STANDARD, POTOK_KEEP_ALL)
#define SIGNS(scheme, how) OPTIONS(scheme, false, false, ISO9, how, POTOK_KEEP_ALL)
#define KEEP(what) OPTIONS(BGN, false, false, ISO9, STANDARD, what)
#define BACK(scheme) OPTIONS(scheme, true, false, ISO9, STANDARD, POTOK_KEEP_ALL)
#define PLAIN(scheme) SIGNS(scheme, STANDARD)
    {"unknown by ISO 9", UNKNOWN(ISO9), "Ѣ ѣ Қазақ", "Ě ě Ķazaķ"},
    {"unknown that ISO 9 has not", UNKNOWN(ISO9), "ҙ Ꙗ", "z\xCC\xA6 Â"},
    {"unknown dropped", UNKNOWN(DROP), "сѣно", "sno"},
    {"unknown stays", UNKNOWN(PASS), "сѣно", "sѣno"},
    {"capitals beside an unknown one", UNKNOWN(ISO9), "ЩѢ", "SHCHĚ"},
    {"signs as on a keyboard", SIGNS(BGN, ASCII), "съесть", "s\"yest'"},
    {"no signs", SIGNS(BGN, NONE), "съесть", "syest"},
    {"no signs in ISO 9", SIGNS(ISO, NONE), "съесть", "sest"},
    {"stress dropped", OPTIONS(BGN, false, true, ISO9, STANDARD, POTOK_KEEP_ALL),
	"е\xCC\x81хать во\xCC\x80ды ѐ", "yekhat’ vody ye"},
    {"stress on Latin is not dropped", OPTIONS(BGN, false, true, ISO9, STANDARD, POTOK_KEEP_ALL),
	"e\xCC\x81", "e\xCC\x81"},
    {"no links", KEEP(POTOK_KEEP_ALL & ~POTOK_KEEP_URLS), "https://щ @щ", "https://shch @щ"},
    {"no addresses", KEEP(POTOK_KEEP_ALL & ~POTOK_KEEP_EMAILS), "a@т.рф @щ", "a@t.rf @щ"},
    {"no handles", KEEP(POTOK_KEEP_ALL & ~POTOK_KEEP_MENTIONS), "a@т.рф @щ", "a@т.рф @shch"},
    {"nothing kept", KEEP(0), "a@т.рф `щ` @щ", "a@t.rf `shch` @shch"},
    {"code", KEEP(POTOK_KEEP_ALL), "щ `echo щ` щ", "shch `echo щ` shch"},
    {"code between two", KEEP(POTOK_KEEP_ALL), "щ ``щ ` щ`` щ", "shch ``щ ` щ`` shch"},
    {"a backquote alone", KEEP(POTOK_KEEP_ALL), "щ ` щ\nщ ` щ", "shch ` shch\nshch ` shch"},
    {"code beside a link", KEEP(POTOK_KEEP_ALL), "`щ` https://щ", "`щ` https://щ"},

    /* BGN/PCGN 1947, note on the middle dot. */
    {"dots", PLAIN("bgnpcgn-rus-1947"), "Вяртсиля Тыайа", "Vyart·silya Ty·ay·a"},
    {"dots in capitals", PLAIN("bgnpcgn-rus-1947"), "ТАШЧИШМА", "TASH·CHISHMA"},
    {"dot over a stress mark", PLAIN("bgnpcgn-rus-1947"), "ы\xCC\x81у", "ý·u"},

    /* Resolution 55 of 2010: its examples. */
    {"resolution 55, є", PLAIN("kmu-55"), "Єнакієве Гаєвич Короп'є", "Yenakiieve Haievych Koropie"},
    {"resolution 55, зг", PLAIN("kmu-55"), "Згорани Розгон", "Zghorany Rozghon"},
    {"resolution 55, зг in capitals", PLAIN("kmu-55"), "РОЗГОН", "ROZGHON"},
    {"resolution 55, apostrophe", PLAIN("kmu-55"), "Знам’янка 'юг'", "Znamianka 'yuh'"},
    {"resolution 55, NFD", PLAIN("kmu-55"), "Кии\xCC\x86 Киі\xCC\x88в", "Kyi Kyiv"},

    /* Bulgarian act of 2009, articles 5 and 6. */
    {"act of 2009, article 5", PLAIN("bg-law-2009"), "България", "Bulgaria"},
    {"act of 2009, article 6", PLAIN("bg-law-2009"), "София Илиян", "Sofia Iliyan"},
    {"article 6 before a hyphen", PLAIN("bg-law-2009"), "СОФИЯ-Град", "SOFIA-Grad"},
    {"article 6 and a stress mark", PLAIN("bg-law-2009"), "Мари\xCC\x81я",
	"Mar\xC3\xAD"
	"a"},

    /* GOST R 7.0.34-2014, clause 5.3 and annex B. */
    {"clause 5.3", PLAIN("gost-r-7.0.34-2014"), "ЩИТ Щит", "SHHIT Shhit"},
    {"annex B", PLAIN("gost-r-7.0.34-2014"), "объём цифра хохот", "ob\"yom cifra xoxot"},

    /* GOST 7.79-2000 B: ц is c before i, e, y, j, else cz; letters of before 1918. */
    {"GOST 7.79 B, ц", PLAIN("gost-7.79-b"), "Царь ЦИК улицы", "Czar` CIK ulicy'"},
    {"GOST 7.79 B, і", PLAIN("gost-7.79-b"), "типографіи міръ", "tipografii mi'r``"},

    {"GOST 7.79 B, table 4, Belarusian", PLAIN("gost-7.79-b-bel"), "Ўладзімір ЦЭЗІЙ",
	"U`ladzimir CE`ZIJ"},
    {"GOST 7.79 B, ц before й of two code points, within a long text", PLAIN("gost-7.79-b-bel"),
	"слова слова слова слова ци\u0306 слова слова слова слова слова слова",
	"slova slova slova slova cj slova slova slova slova slova slova"},
    {"GOST 7.79 B, table 4, Bulgarian", PLAIN("gost-7.79-b-bul"), "Щъркел", "Stha`rkel"},
    {"GOST 7.79 B, table 4, Macedonian", PLAIN("gost-7.79-b-mkd"), "Ѓорѓи Џеп Љубов",
	"G`org`i Dhep L`ubov"},

    /* DIN 1460: the hyphen parts what would be read as one letter, nothing else. */
    {"DIN 1460, hyphen", PLAIN("din-1460"), "майор йад йуз шчит", "major j-ad j-uz š-čit"},
    {"DIN 1460, ъ", PLAIN("din-1460"), "объект", "ob\"ekt"},
    {"DIN 1460, before 1918", PLAIN("din-1460"), "Ѳома вѣра", "Ḟoma věra"},

    {"ALA-LC 1997, Belarusian apostrophe", PLAIN("alalc-bel-1997"), "сям’я сям\xC2\xB4я",
	"si\xCD\xA1"
	"ami\xCD\xA1"
	"a si\xCD\xA1"
	"ami\xCD\xA1"
	"a"},
    {"ALA-LC 2013, Macedonian", PLAIN("alalc-mkd-2013"), "Ѕвезда Џеп", "Dzvezda Džep"},

    {"Instruction of 2007: ь is an acute", PLAIN("by-bel-2007"), "Гомель Друць", "Homieĺ Druć"},
    {"Wikipedia: endings", PLAIN("wikipedia-rus"), "Великий Новый Ильич", "Veliky Novy Ilyich"},
    {"ALA-LC: both letters of a tie", PLAIN("alalc-russian"), "Якутск",
	"I\xCD\xA1"
	"Akutsk"},
    {"Gaj", PLAIN("srp-gaj"), "Љубав ЊЕГОШ Џ", "Ljubav NJEGOŠ Dž"},
    {"stress on a vowel inside of a long key", PLAIN("bg-law-2009"),
	"Бълга\xCC\x81рия бъ\xC2\xADлг\xC2\xADа\xC2\xADр\xC2\xADи\xC2\xADя",
	"Bulgária bu\xC2\xADlg\xC2\xAD"
	"a\xC2\xADr\xC2\xADi\xC2\xAD"
	"a"},
    {"stress dropped there", {.scheme = "bg-law-2009", .drop_stress = true}, "Бълга\xCC\x81рия",
	"Bulgaria"},
    {"stress that composes hides no context", PLAIN("gost-7.79-b"), "ци цѝ ци\xCC\x80 ци\xCC\x81",
	"ci cì cì cí"},
    {"back, stress that composes hides no context", BACK("din-1460"), "j-u j-ú j-u\xCC\x81",
	"йу йу\xCC\x81 йу\xCC\x81"},
    {"unknown letters are dropped with their marks",
	{.scheme = "bas-rus-2017-oss", .unknown = POTOK_UNKNOWN_DROP}, "м\xD3\x93\xCC\x81т", "mt"},
    {"stress dropped behind a titlo", {.scheme = BGN, .drop_stress = true}, "и\xD2\x83\xCC\x81",
	"i\xD2\x83"},
    {"stress dropped from a letter of Church Slavonic",
	{.scheme = "alalc-church-slavonic", .drop_stress = true}, "ѡ\xCC\x81", "ō"},
    {"NFC of a stress mark behind a mark below", PLAIN("alalc-russian"), "ѡ\u0301", "ṓ\u0324"},
    {"Montenegrin letters", PLAIN("srp-gaj"), "с\xCC\x81утра", "śutra"},

    /* Back. */
    {"back, ISO 9", BACK(ISO), "Ŝuka VʺEZD alʹbom", "Щука ВЪЕЗД альбом"},
    {"back, NFD", BACK(ISO), "S\xCC\x82uka", "Щука"},
    {"back, stressed", BACK("dstu-9112-a"), "jés Ḯ", "є\xCC\x81с Ї\xCC\x81"},
    {"back, stress dropped", {.scheme = ISO, .reverse = true, .drop_stress = true},
	"í i\xCC\x81 d\xCC\x81", "и и д\xCC\x81"},
    {"back, a letter with two marks is not another one with stress inside", BACK(ISO),
	"z\xCC\xA7\xCC\x81\xCC\x8C ź\xCC\xA7\xCC\x8C", "ӡ\xCC\xA7\xCC\x8C ӡ\xCC\xA7\xCC\x8C"},
    {"back, two letters", BACK("gost-7.79-b"), "Shhuka SHHUKA", "Щука ЩУКА"},
    {"back, nj of two letters", BACK("srp-gaj"), "injekcija njega Nadživeti",
	"инјекција њега Надживети"},
    {"back, more of them", BACK("srp-gaj"), "Injektor injicira anjone, konjektura dinjici, kanjon",
	"Инјектор инјицира анјоне, конјектура дињици, кањон"},
    {"back, a word with w", BACK("srp-gaj"), "windows York taxi njega", "windows York taxi њега"},
    {"back, a word with ö", BACK("srp-gaj"), "Köln i Njemačka", "Köln и Њемачка"},
    {"back, Roman numerals", BACK("srp-gaj"), "Petar II, XIX vek, mi i MI",
	"Петар II, XIX век, ми и MI"},
    {"back, no Roman numerals", BACK("srp-gaj"), "I IIII VV MILI ILI", "И ИИИИ ВВ МИЛИ ИЛИ"},
    {"back, a letter of keys alone", BACK("gost-7.79-b"), "shh x", "щ х"},
    {"back, digraph characters", BACK("srp-gaj"), "ǉubav", "љубав"},
    {"back, yoʻ of Uzbek is й and ў", BACK("uzb-latin-1995"), "yo‘l yo'q YOʻQ Boʻyoʻ yomon",
	"йўл йўқ ЙЎҚ Бўйў ёмон"},
    {"back, apostrophes of Uzbek", BACK("uzb-latin-1995"), "O‘zbek o'zbek koʻp", "Ўзбек ўзбек кўп"},
    {"back, a link stays", BACK(ISO), "https://a.ru/b b", "https://a.ru/b б"},
    {"back, ѣ", BACK("gost-7.79-b"), "vyera Yel", "вѣра Ѣл"},
    {"back, quotation marks of DIN 1460", BACK("din-1460"), "\"ob''ekt\" 'ten'' Il'ič",
	"\"объект\" 'тенъ Ильич"},
    {"back, decomposed letter of two", BACK("alalc-serbian"),
	"Dz\xCC\x8C"
	"ep nadz\xCC\x8C",
	"Џеп наџ"},
    {"back, decomposed letter with two marks", BACK(ISO), "z\xCC\xA7\xCC\x8C z\xCC\x8C\xCC\xA7",
	"җ җ"},
    {"back, marks behind halves of ties", BACK("alalc-macedonian"),
	"d\xEF\xB8\xA0z\xCC\x8C\xEF\xB8\xA1 d\xEF\xB8\xA0z\xEF\xB8\xA1\xCC\x8C", "џ џ"},
    {"back, halves of ties", BACK("alalc-russian"),
	"i\xEF\xB8\xA0"
	"a\xEF\xB8\xA1",
	"я"},
};

static void
test_option_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof option_cases / sizeof option_cases[0]; i++) {
		struct potok_translit t;
		struct potok_buf out = {.limit = SIZE_MAX};
		const char *text = option_cases[i].text;
		struct potok_slice in = {(const unsigned char *)text, strlen(text)};
		assert_int_equal(potok_translit_init(&t, &option_cases[i].options), POTOK_MORE);
		assert_int_equal(potok_process(&t.stage, &in, &out, true), POTOK_DONE);
		assert_int_equal(potok_buf_own(&out), POTOK_MORE);
		assert_int_equal(potok_buf_add(&out, "", 1), POTOK_MORE);
		if (strcmp((const char *)out.data, option_cases[i].want) != 0)
			print_error("%s: got %s\n", option_cases[i].name, (const char *)out.data);
		assert_string_equal((const char *)out.data, option_cases[i].want);
		potok_close(&t.stage);
		potok_buf_free(&out);
	}
}

/* Runs text through the stage with these options; the caller frees *out. */
static void
convert(
    const struct potok_translit_options *options, const void *text, size_t n, struct potok_buf *out)
{
	struct potok_translit t;
	struct potok_slice in = {text, n};

	*out = (struct potok_buf){.limit = SIZE_MAX};
	assert_int_equal(potok_translit_init(&t, options), POTOK_MORE);
	assert_int_equal(potok_process(&t.stage, &in, out, true), POTOK_DONE);
	assert_int_equal(in.len, 0);
	assert_int_equal(potok_buf_own(out), POTOK_MORE);
	potok_close(&t.stage);
}

/* With marks, text comes back byte for byte. */
static void
check_comes_back(const char *scheme, const void *text, size_t n)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_buf there, back;

	options.scheme = scheme;
	options.reversible = true;
	convert(&options, text, n, &there);
	options.reversible = false;
	options.reverse = true;
	convert(&options, there.data, there.len, &back);
	bool same = back.len == n && (n == 0 || memcmp(back.data, text, n) == 0);
	if (!same)
		print_error("%s: %.*s: there %.*s, back %.*s\n", scheme, (int)n, (const char *)text,
		    (int)there.len, (char *)there.data, (int)back.len, (char *)back.data);
	assert_true(same);
	potok_buf_free(&there);
	potok_buf_free(&back);
}

/* All pairs of Russian, Ukrainian, Serbian and Latin letters, signs and marks. */
static size_t
letter_pairs(unsigned char *text)
{
	static const uint32_t others[] = {'1', '\'', '`', '"', '#', '/', '@', '.', '-', 0x2B9,
	    0x2BA, 0x2BB, 0x2BC, 0x2019, 0x201D, 0x300, 0x301, 0x306, 0x308, 0x361, 0xAD, 0x2062,
	    0x2063, 0x161, 0x463, 0xFE20};
	enum { OTHERS = sizeof others / sizeof others[0], ALL = 96 + 52 + OTHERS };
	uint32_t all[ALL];
	size_t n = 0, len = 0;

	for (uint32_t c = 0x400; c < 0x460; c++)
		all[n++] = c;
	for (uint32_t c = 'A'; c <= 'Z'; c++) {
		all[n++] = c;
		all[n++] = c + 0x20;
	}
	for (size_t i = 0; i < OTHERS; i++)
		all[n++] = others[i];
	for (size_t i = 0; i < ALL * ALL; i++) {
		len += (size_t)potok_utf8_encode(all[i / ALL], text + len);
		len += (size_t)potok_utf8_encode(all[i % ALL], text + len);
		text[len++] = i % 16 ? ' ' : '\n';
	}
	return len;
}

/* Many characters, each alone, between letters, and beside words. */
static size_t
characters(unsigned char *text)
{
	static const uint32_t ranges[][2] = {{1, 0x6FF}, {0x1C80, 0x1CBF}, {0x1E00, 0x1EFF},
	    {0x2000, 0x206F}, {0x2110, 0x211F}, {0x2DE0, 0x2DFF}, {0x3000, 0x3010},
	    {0xA640, 0xA69F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFF00, 0xFF20},
	    {0x1F600, 0x1F601}};
	size_t len = 0;

	for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
		for (uint32_t c = ranges[r][0]; c <= ranges[r][1]; c++) {
			unsigned char utf8[5] = {0};
			potok_utf8_encode(c, utf8);
			len += (size_t)sprintf((char *)text + len, "%s щ%sш%s ж%s %s\n",
			    (char *)utf8, (char *)utf8, (char *)utf8, (char *)utf8, (char *)utf8);
		}
	}
	return len;
}

static void
test_comes_back(void **state)
{
	static const char *const pairs[] = {ISO, "gost-7.79-b", "gost-7.79-b-ukr", "din-1460",
	    "din-1460-ukr", "dstu-9112-a", "dstu-9112-b", "alalc-russian", "srp-gaj"};
	static const char *const texts[] = {"", "\n", "щ", "Windows NT",
	    "Привет, Windows NT система", "Москва-city https://ya.ru/щука, @щит и a@т.рф",
	    "сх схема цг шч йа", "ЬЪ ь КОНЬ Ь", "и\xCC\x86 й е\xCC\x81хать", "\xE2\x81\xA2",
	    "\xE2\x81\xA3", "a\xE2\x81\xA2б\xE2\x81\xA2", "Ŝuka щука", "`код тут` и `", "x\ny\nщ z",
	    "ӏx ", "xӏ Ӏx", "БӏА Бӏа", "ЪӀ ӏЪ", "'ʺ`Ъ`”@g`'", "\" \xCC\x81МЬ \xCC\x81МИ"};
	static unsigned char text[200 * 200 * 8];
	struct potok_translit_scheme scheme;
	size_t n = letter_pairs(text), long_word = 0;

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		check_comes_back(pairs[i], text, n);
	for (size_t i = 0; i < 5000; i++) {
		memcpy(text + long_word, i % 7 ? "щш" : "шx", i % 7 ? 4 : 3);
		long_word += i % 7 ? 4 : 3;
	}
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		for (size_t i = 0; scheme.back && i < sizeof texts / sizeof texts[0]; i++)
			check_comes_back(scheme.name, texts[i], strlen(texts[i]));
	}
	check_comes_back(ISO, text, long_word);
	n = characters(text);
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		if (scheme.back)
			check_comes_back(scheme.name, text, n);
	}
	for (size_t i = 0; i < 5000; i++)
		memcpy(text + 4 * i, "щш", 4);
	long_word = 20000;
	check_comes_back("dstu-9112-b", text, long_word);
}

/* As few marks as needed. */
static void
test_marks(void **state)
{
	static const struct {
		const char *scheme, *text, *want;
	} rows[] = {
	    {ISO, "Щука и въезд, 1999.", "Ŝuka i vʺezd, 1999."},
	    {ISO, "в Windows NT", "v \xE2\x81\xA2Windows NT\xE2\x81\xA2"},
	    {ISO, "в NT 4\nв", "v \xE2\x81\xA2NT 4\xE2\x81\xA2\nv"},
	    {ISO, "см. https://a.ru/b", "sm. https://a.ru/b"},
	    {"dstu-9112-b", "сг", "sgh"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		struct potok_buf out;
		options.scheme = rows[i].scheme;
		options.reversible = true;
		convert(&options, rows[i].text, strlen(rows[i].text), &out);
		assert_int_equal(out.len, strlen(rows[i].want));
		assert_memory_equal(out.data, rows[i].want, out.len);
		potok_buf_free(&out);
	}
}

/* Letters, marks and parts of characters in any order, there and back: nothing is read or taken
 * beyond the end. */
static void
test_parts_of_characters(void **state)
{
	static const char bytes[] = "qs\xCD\x80\xCC\x81\xD0\xE2 ";
	enum { BYTES = sizeof bytes - 1, TEXTS = BYTES * BYTES * BYTES * BYTES };
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;

	(void)state;
	options.scheme = "gost-7.79-b"; /* which has no q */
	for (int reverse = 0; reverse < 2; reverse++) {
		options.reverse = reverse;
		for (unsigned i = 0; i < TEXTS; i++) {
			struct potok_buf out;
			unsigned char *text = test_malloc(4);
			for (unsigned k = 0, digits = i; k < 4; k++, digits /= BYTES)
				text[k] = (unsigned char)bytes[digits % BYTES];
			convert(&options, text, 4, &out);
			potok_buf_free(&out);
			test_free(text);
		}
	}
}

enum { LETTERS_ONLY = 24, WORDS_ONLY = 48, ANY_PIECES = 1000 };

/* Text of random letters, words in capitals, punctuation, marks and tokens, or only the first
 * `most` of these. */
static size_t
random_text(unsigned char *text, size_t n, size_t most, uint32_t *seed)
{
	static const char *const pieces[] = {"а", "е", "ё", "и", "й", "о", "т", "с", "ш", "ч", "щ",
	    "ъ", "ь", "я", "ю", "ж", "х", "ц", "ы", "э", "р", "н", "е", "а", "Я", "Е", "Ж", "Щ",
	    "ЩУКА", "ЖЁ", "Ю.", " ", " ", " ", "\n", ", ", ". ", "—", "«", "»", "…", "\"", "‡",
	    "\xC2\xA0", "“", "”", "’", "'", "-", "x", "az", "ZA", "Win", "7", "\xCC\x81",
	    "\xCD\x81", "\xCD\xA1", "\xCC\x86", "\xC2\xAD", "ѣ", "і", "ї", "Љ", "é", "\xE2\x80\x8D",
	    "https://щ ", "@щ ", "ЩЖhttp://x ", "`щ`", "№", "日", "зг", "ия ", "ый ",
	    "\xF0\x9F\x98\x80", "\xD0;", "\xD1", "\x90", "\xD0X", "\xD0\xD0", "\xD1\xC2\xA0",
	    "\x0E", "\x01", "КИ", "ГЕ", "ЦИ", "Ци", "ЦЬ", "Ль", "льць", "ИЯ ", "ийя", "зьё", "згія",
	    "қа", "ң", "ө", "ү", "әғ", "ұ", "һ", "ҙе", "Қ", "Ң", "ӨҮ", "Ә", "ґ", "Ґ", "ӣ", "ѳ", "ӟ",
	    "Ӂ", "ᾥ", "ꜣ", "\xDF\xBF", "ѝ", "\xD2\x83", "\xD2\x82", "и\xD2\x83\xCC\x81",
	    "е\xEF\xB8\xA0\xCC\xA7", "и\xCC\xA3\xCC\x86", "\xC2\xAD\xCC\xB3",
	    "х\xE2\x81\xA0\xCC\xB3"};
	size_t len = 0;

	while (len + 16 < n) {
		*seed = *seed * 1664525 + 1013904223;
		/* The first half, letters, twice as often. */
		size_t range = *seed >> 31 ? sizeof pieces / sizeof pieces[0] : LETTERS_ONLY;
		range = range < most ? range : most;
		const char *piece = pieces[(*seed >> 8) % range];
		memcpy(text + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return len;
}

/* Converts the text, of which up to so many bytes more come at once. */
static void
convert_parts(struct potok_translit *t, const struct potok_translit_options *options,
    const unsigned char *text, size_t n, size_t most, struct potok_buf *out)
{
	size_t taken = 0, given = 0;

	*out = (struct potok_buf){.limit = SIZE_MAX};
	assert_int_equal(potok_translit_init(t, options), POTOK_MORE);
	while (given < n) {
		given = n - given < most ? n : given + 1 + given % most;
		struct potok_slice in = {text + taken, given - taken};
		assert_true(potok_process(&t->stage, &in, out, given == n) >= 0);
		taken = given - in.len;
		assert_int_equal(potok_buf_own(out), POTOK_MORE);
	}
}

/* Whole text gives what pieces of it give, and the same counts. */
static void
check_pieces(const struct potok_translit_options *options, const unsigned char *text, size_t n)
{
	struct potok_buf whole, pieces;
	struct potok_translit t, u;

	convert_parts(&t, options, text, n, SIZE_MAX, &whole);
	convert_parts(&u, options, text, n, 30, &pieces);
	if (whole.len != pieces.len || memcmp(whole.data, pieces.data, whole.len) != 0)
		print_error("%s\n", options->scheme);
	assert_int_equal(whole.len, pieces.len);
	assert_memory_equal(whole.data, pieces.data, whole.len);
	assert_int_equal(t.stage.ncounts, u.stage.ncounts);
	for (size_t i = 0; i < t.stage.ncounts; i++) {
		if (t.counts[i].n != u.counts[i].n)
			print_error("%s: count %zu\n", options->scheme, i);
		assert_int_equal(t.counts[i].n, u.counts[i].n);
		assert_int_equal(t.counts[i].first, u.counts[i].first);
	}
	potok_close(&t.stage);
	potok_close(&u.stage);
	potok_buf_free(&whole);
	potok_buf_free(&pieces);
}

/* Pieces are too short for many tokens at once, and the first part of a text for vector code. */
static void
test_vector_code(void **state)
{
	static unsigned char text[49152];
	struct potok_translit_scheme scheme;
	uint32_t seed = 1;

	(void)state;
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		size_t n = random_text(text, sizeof text, ANY_PIECES, &seed);
		options.scheme = scheme.name;
		struct potok_buf there;
		check_pieces(&options, text, n);
		if (!scheme.back)
			continue;
		convert(&options, text, n / 12, &there);
		options.reverse = true;
		check_pieces(&options, there.data, there.len);
		potok_buf_free(&there);
		options.reverse = false;
		options.reversible = true;
		check_pieces(&options, text, n / 12);
	}
}

/* Runs the stage over text with no more vector code than of that level.  Answers the last level. */
static int
convert_by(int level, const struct potok_translit_options *options, const unsigned char *text,
    size_t n, struct potok_buf *out, struct potok_translit *t)
{
	unsigned char *alone = malloc(n); /* sanitizers see what is read behind it */
	struct potok_slice in = {alone, n};

	assert_non_null(alone);
	memcpy(alone, text, n);
	*out = (struct potok_buf){.limit = SIZE_MAX};
	assert_int_equal(potok_translit_init(t, options), POTOK_MORE);
	int last = t->simd;
	t->simd = level < last ? level : last;
	assert_int_equal(potok_process(&t->stage, &in, out, true), POTOK_DONE);
	assert_int_equal(potok_buf_own(out), POTOK_MORE);
	potok_close(&t->stage);
	free(alone);
	return last;
}

/* All levels of vector code make the same of text, and count the same. */
static void
check_levels(const struct potok_translit_options *options, const unsigned char *text, size_t n)
{
	struct potok_translit want, got;
	struct potok_buf scalar, out;
	int last = convert_by(0, options, text, n, &scalar, &want);

	for (int level = 1; level <= last; level++) {
		convert_by(level, options, text, n, &out, &got);
		if (out.len != scalar.len || memcmp(out.data, scalar.data, out.len) != 0)
			print_error("%s, level %d\n", options->scheme, level);
		assert_int_equal(out.len, scalar.len);
		assert_memory_equal(out.data, scalar.data, out.len);
		for (size_t i = 0; i < want.stage.ncounts; i++) {
			assert_int_equal(got.counts[i].n, want.counts[i].n);
			assert_int_equal(got.counts[i].first, want.counts[i].first);
		}
		potok_buf_free(&out);
	}
	potok_buf_free(&scalar);
}

static void
test_levels(void **state)
{
	static const size_t most[] = {LETTERS_ONLY, WORDS_ONLY, ANY_PIECES};
	static unsigned char text[2000];
	struct potok_translit_scheme scheme;
	uint32_t seed = 7;

	(void)state;
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		for (size_t i = 0; i < 6; i++) {
			struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
			size_t n = random_text(
			    text, i < 3 ? sizeof text : 40 + (s + i) * 7 % 200, most[i % 3], &seed);
			options.scheme = scheme.name;
			options.drop_stress = s % 2;
			options.signs = (enum potok_translit_signs)(s % 3);
			options.unknown = (enum potok_translit_unknown)(s / 3 % 3);
			options.both = i == 5;
			/* Not from where a character begins alone. */
			check_levels(&options, text + s % 3, n - s % 3);
		}
	}
}

/* Behind a capital that the scheme does not have the last letter of a word is one of a word in
 * capitals, also in a text of a length for which the tables of pairs are made. */
static void
test_behind_unknown(void **state)
{
	enum { TIMES = 10000 };
	static const char word[] = "ѢЩ и сто слов ", want[] = "ѢSHCH i sto slov ";
	const size_t n = sizeof word - 1, nwant = sizeof want - 1;
	char *text = malloc(TIMES * n + 1);
	struct potok_translit t;
	struct potok_buf out;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < TIMES; i++)
		memcpy(text + i * n, word, sizeof word);
	run(&t, BGN, false, text, &out);
	assert_int_equal(out.len, TIMES * nwant + 1);
	for (size_t i = 0; i < TIMES; i++)
		assert_memory_equal(out.data + i * nwant, want, nwant);
	potok_close(&t.stage);
	potok_buf_free(&out);
	free(text);
}

/* Words that are read back in text, which is taken word by word, become what they become alone, as
 * the first words of a text are read by the rules. */
static void
test_words_back(void **state)
{
	static const char *const pieces[] = {"a", "b", "c", "d", "e", "i", "j", "h", "k", "l", "n",
	    "o", "s", "t", "u", "y", "z", "sh", "ch", "zh", "lj", "w", "q", "B", "C", "D", "E", "I",
	    "J", "H", "L", "M", "S", "T", "V", "X", "Y", "Z", "XI", "SHH", "'", "`", "\"", "ʹ", "ʺ",
	    "č", "š", "ž", "è", "â", "Č", "Â", "nadživ", "í", "\xCC\x81", "\xCC\x8C", "\xC2\xAD",
	    "é", "Á", "ж", "—", "«", "-", "#", "7", ".", "\xE2\x80\x8D", "ḣ", "Ch\"ʹ", "á\"ʹ"};
	enum { PIECES = sizeof pieces / sizeof pieces[0], WORDS = 120 };
	struct potok_translit_scheme scheme;
	uint32_t seed = 1;

	(void)state;
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		struct potok_buf all, want = {.limit = SIZE_MAX};
		char text[WORDS * 64] = "ba ";
		options.scheme = scheme.name;
		options.reverse = true;
		options.keep = 0;
		for (int i = 0; scheme.back && i <= WORDS; i++) {
			char word[64] = "ba";
			struct potok_buf alone;
			for (int k = 0; i > 0 && k <= i % 6; k++) {
				seed = seed * 1664525 + 1013904223;
				strcpy(word + (k ? strlen(word) : 0), pieces[(seed >> 8) % PIECES]);
			}
			strcat(word, " ");
			if (i > 0)
				strcat(text, word);
			convert(&options, word, strlen(word), &alone);
			assert_int_equal(potok_buf_add(&want, alone.data, alone.len), POTOK_MORE);
			potok_buf_free(&alone);
		}
		if (!scheme.back)
			continue;
		convert(&options, text, strlen(text), &all);
		if (all.len != want.len || memcmp(all.data, want.data, want.len) != 0)
			print_error("%s: %s: in text %.*s, alone %.*s\n", scheme.name, text,
			    (int)all.len, (char *)all.data, (int)want.len, (char *)want.data);
		assert_int_equal(all.len, want.len);
		assert_memory_equal(all.data, want.data, all.len);
		potok_buf_free(&all);
		potok_buf_free(&want);
	}
}

/* The same for each character of two bytes and less, by itself and between letters: 30 of them are
 * too short a text for the table of pairs. */
static void
test_characters_back(void **state)
{
	enum { LAST = 0x300, GROUP = 30, WORD = 16 };
	static char text[LAST * WORD];
	struct potok_translit_scheme scheme;

	(void)state;
	for (size_t s = 0; potok_translit_scheme(s, &scheme); s++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		struct potok_buf all, want = {.limit = SIZE_MAX};
		size_t len = 0, start = 0;
		options.scheme = scheme.name;
		options.reverse = true;
		for (uint32_t c = 1; scheme.back && c < LAST; c++) {
			unsigned char letter[5] = {0};
			struct potok_buf some;
			letter[potok_utf8_encode(c, letter)] = 0;
			len += (size_t)sprintf(text + len, "ba %s A%sb ", letter, letter);
			if (c % GROUP != 0 && c + 1 < LAST)
				continue;
			convert(&options, text + start, len - start, &some);
			assert_int_equal(potok_buf_add(&want, some.data, some.len), POTOK_MORE);
			potok_buf_free(&some);
			start = len;
		}
		if (!scheme.back)
			continue;
		convert(&options, text, len, &all);
		if (all.len != want.len || memcmp(all.data, want.data, want.len) != 0)
			print_error("%s: in text %.*s, in parts %.*s\n", scheme.name, (int)all.len,
			    (char *)all.data, (int)want.len, (char *)want.data);
		assert_int_equal(all.len, want.len);
		assert_memory_equal(all.data, want.data, all.len);
		potok_buf_free(&all);
		potok_buf_free(&want);
	}
}

/* The stage stops at a letter that it is not to write, with all before it written. */
static void
test_stop(void **state)
{
	static const char *const texts[] = {"щит ѣ щ", "щит https://т щѣ", "щѣ"};
	static const char *const wants[] = {"shchit ", "shchit https://т shch", "shch"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		struct potok_translit t;
		struct potok_buf out = {.limit = SIZE_MAX};
		struct potok_slice in = {(const unsigned char *)texts[i], strlen(texts[i])};
		options.scheme = BGN;
		options.unknown = POTOK_UNKNOWN_STOP;
		assert_int_equal(potok_translit_init(&t, &options), POTOK_MORE);
		assert_int_equal(potok_process(&t.stage, &in, &out, true), POTOK_EINPUT);
		assert_non_null(t.stage.why);
		assert_int_equal(memcmp(in.data, "ѣ", 2), 0);
		assert_int_equal(potok_buf_own(&out), POTOK_MORE);
		assert_int_equal(out.len, strlen(wants[i]));
		assert_memory_equal(out.data, wants[i], out.len);
		potok_close(&t.stage);
		potok_buf_free(&out);
	}
}

/* Is cp a Cyrillic letter, as Unicode 15 has them in these blocks? */
static bool
cyrillic_letter(uint32_t cp)
{
	if (cp >= 0x400 && cp < 0x530)
		return cp < 0x482 || cp > 0x489;
	if (cp >= 0xA640 && cp < 0xA6A0)
		return cp < 0xA66F || (cp > 0xA673 && cp < 0xA67C) || cp > 0xA67E;
	return (cp >= 0x1C80 && cp < 0x1C89) || (cp >= 0x2DE0 && cp < 0x2E00);
}

/* Characters that some scheme writes in another way though they are no Cyrillic letters. */
static bool
other_key(uint32_t cp)
{
	return cp == 0x2116;
}

/* Every character alone in every scheme: Cyrillic letters become others, and nothing else changes.
 */
static void
check_characters(const char *scheme, const unsigned char *text, size_t n)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_translit t;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {text, n};
	const unsigned char *p = text, *q;

	options.scheme = scheme;
	assert_int_equal(potok_translit_init(&t, &options), POTOK_MORE);
	assert_int_equal(potok_process(&t.stage, &in, &out, true), POTOK_DONE);
	assert_int_equal(potok_buf_own(&out), POTOK_MORE);
	assert_int_equal(potok_utf8_valid(out.data, out.len), out.len);
	for (q = out.data; p < text + n;) {
		const unsigned char *p_end = memchr(p, '\n', (size_t)(text + n - p));
		const unsigned char *q_end = memchr(q, '\n', (size_t)(out.data + out.len - q));
		uint32_t cp, made;
		assert_non_null(q_end);
		potok_utf8_decode(p, (size_t)(p_end - p), &cp);
		bool same = p_end - p == q_end - q && memcmp(p, q, (size_t)(p_end - p)) == 0;
		if (same == cyrillic_letter(cp) && !other_key(cp))
			print_error("%s: U+%04X\n", scheme, (unsigned)cp);
		assert_true(same != cyrillic_letter(cp) || other_key(cp));
		while (q < q_end && cyrillic_letter(cp)) {
			int len = potok_utf8_decode(q, (size_t)(q_end - q), &made);
			assert_true(len > 0 && !cyrillic_letter(made));
			q += len;
		}
		p = p_end + 1;
		q = q_end + 1;
	}
	potok_close(&t.stage);
	potok_buf_free(&out);
}

static void
test_all_characters(void **state)
{
	static unsigned char text[0x3200 * 4 + 0x1000];
	struct potok_translit_scheme scheme;
	size_t n = 0;

	(void)state;
	for (uint32_t cp = 1; cp < 0xA6A0; cp++) {
		if (cp == '\n' || (cp >= 0x3000 && cp < 0xA600))
			continue;
		n += (size_t)potok_utf8_encode(cp, text + n);
		text[n++] = '\n';
	}
	for (size_t i = 0; potok_translit_scheme(i, &scheme); i++)
		check_characters(scheme.name, text, n);
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
	    {"щ oн он oнaн", "mixed_words", false, 2, 3},
	    {"ab щитx", "mixed_words", false, 1, 3},
	    {"ʝхх ххé", "mixed_words", false, 2, 0},
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

/* Transforms of ICU, whole and cut everywhere. */
static void
test_transform(void **state)
{
	static const struct {
		struct potok_transform_options options;
		const char *text, *want;
	} rows[] = {
	    {{.id = "Greek-Latin"}, "Ελλάδα\n\nΑθήνα", "Elláda\n\nAthḗna"},
	    {{.id = "any-upper"}, "straße\nx", "STRASSE\nX"},
	    {{.id = "any-upper"}, "a\xFF\xCE\n\xE2\x82", "A\xFF\xCE\n\xE2\x82"},
	    {{.rules = "а > b ;", .nrules = 8}, "ааx\nа", "bbx\nb"},
	    {{.id = "any-null"}, "", ""},
	};
	struct potok_transform t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].text);
		for (size_t step = 1; step <= n + 1; step++) {
			struct potok_transform_options options = rows[i].options;
			struct potok_buf out = {.limit = SIZE_MAX};
			size_t taken = 0;
			assert_int_equal(potok_transform_init(&t, &options), POTOK_MORE);
			for (size_t given = 0; given <= n; given += step) {
				size_t end = n - given < step ? n : given + step;
				struct potok_slice in = {
				    (const unsigned char *)rows[i].text + taken, end - taken};
				assert_true(potok_process(&t.stage, &in, &out, end == n) >= 0);
				taken = end - in.len;
				if (end == n)
					break;
			}
			assert_int_equal(out.len, strlen(rows[i].want));
			assert_true(out.len == 0 || memcmp(out.data, rows[i].want, out.len) == 0);
			potok_close(&t.stage);
			potok_buf_free(&out);
		}
	}
}

/* A line of one word that is too long for a transform is cut between characters, and counted. */
static void
test_transform_line(void **state)
{
	enum { BYTES = 3 * POTOK_TRANSFORM_LINE };
	static unsigned char text[BYTES];
	struct potok_transform_options options = {.id = "any-upper"};
	struct potok_transform t;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {text, BYTES};

	(void)state;
	for (size_t i = 0; i < BYTES; i += 3)
		memcpy(text + i, "\xE1\xB8\x81", 3); /* ḁ */
	assert_int_equal(potok_transform_init(&t, &options), POTOK_MORE);
	assert_int_equal(potok_process(&t.stage, &in, &out, true), POTOK_DONE);
	assert_int_equal(out.len, BYTES);
	for (size_t i = 0; i < BYTES; i += 3)
		assert_memory_equal(out.data + i, "\xE1\xB8\x80", 3);
	assert_int_equal(t.counts[0].n, 3);
	assert_int_equal(t.counts[0].first, POTOK_TRANSFORM_LINE - 1);
	potok_close(&t.stage);
	potok_buf_free(&out);
}

static void
test_transform_options(void **state)
{
	struct potok_transform_options neither = {.id = NULL}, unknown = {.id = "Greek-Potok"},
				       wrong = {.rules = "а >", .nrules = 4};
	struct potok_transform t;
	char id[64];

	(void)state;
	assert_int_equal(potok_transform_init(&t, &neither), POTOK_EUSAGE);
	assert_int_equal(potok_transform_init(&t, &unknown), POTOK_EUSAGE);
	assert_int_equal(potok_transform_init(&t, &wrong), POTOK_EUSAGE);
	assert_non_null(wrong.why);
	potok_close(&t.stage);
	potok_close(&t.stage);
	assert_true(potok_transform_id(0, id, sizeof id));
	assert_false(potok_transform_id(100000, id, sizeof id));
}

static void
test_options(void **state)
{
	struct potok_translit_options defaults = POTOK_TRANSLIT_DEFAULTS,
				      wrong = POTOK_TRANSLIT_DEFAULTS;
	struct potok_translit t;

	(void)state;
	assert_int_equal(potok_translit_init(&t, NULL), POTOK_EUSAGE);
	potok_close(&t.stage);
	assert_int_equal(potok_translit_init(&t, &defaults), POTOK_EUSAGE);
	wrong.scheme = "iso8";
	assert_int_equal(potok_translit_init(&t, &wrong), POTOK_EUSAGE);
	wrong.scheme = BGN;
	wrong.reverse = true;
	assert_int_equal(potok_translit_init(&t, &wrong), POTOK_EUSAGE);
	potok_close(&t.stage);
	potok_close(&t.stage);
	assert_null(potok_translit_find("iso8", NULL));
	assert_null(potok_translit_find(NULL, NULL));
	assert_string_equal(potok_translit_find("iso9", NULL), ISO);
	assert_string_equal(potok_translit_find("bgn", "uk"), "kmu-55");
	assert_string_equal(potok_translit_find("bgn", "rus"), "bgnpcgn-rus-1947");
	assert_string_equal(potok_translit_find("alalc", "kk"), "alalc-kazakh");
	assert_null(potok_translit_find("bgn", "en"));
	/* Tags of BCP 47: case does not matter, nor what is behind the language. */
	assert_string_equal(potok_translit_find("bgn", "UK"), "kmu-55");
	assert_string_equal(potok_translit_find("bgn", "uk-UA"), "kmu-55");
	assert_string_equal(potok_translit_find("alalc", "kaz-Cyrl-KZ"), "alalc-kazakh");
	assert_string_equal(potok_translit_find("srp-gaj", "sr-Cyrl"), "srp-gaj");
	assert_null(potok_translit_find("bgn", "ukrainian"));
	assert_null(potok_translit_find("bgn", "-uk"));
	assert_string_equal(potok_translit_find("bgn", "mo"), "bgnpcgn-ron-2002");
	assert_string_equal(potok_translit_find("bgn-pcgn", "mol"), "bgnpcgn-ron-2002");
	assert_string_equal(potok_translit_find("ala-lc", "mo"), "alalc-moldovan");
	/* Authorities without a language. */
	assert_string_equal(potok_translit_find("bgn-pcgn", NULL), "bgnpcgn-rus-1947");
	assert_string_equal(potok_translit_find("un", NULL), "un-rus-1987");
	assert_string_equal(potok_translit_find("un", "uk"), "kmu-55");
	assert_string_equal(potok_translit_find("din", NULL), "din-1460");
	assert_string_equal(potok_translit_find("din", "bg"), "din-1460-bul");
	assert_string_equal(potok_translit_find("ala-lc", NULL), "alalc-russian");
	assert_string_equal(potok_translit_find("ala-lc", "be"), "alalc-belarusian");
	assert_string_equal(potok_translit_find("gost", NULL), "gost-r-7.0.34-2014");
	assert_string_equal(potok_translit_find("gost", "uk"), "gost-7.79-b-ukr");
	assert_string_equal(potok_translit_find("yandex", NULL), "yandex-maps");
	assert_null(potok_translit_find("g", NULL));
}

/* One-byte reads of a long line do not look at its bytes again and again. */
static void
test_linear(void **state)
{
	enum { BYTES = 1 << 20 };
	static unsigned char line[BYTES];

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
		struct potok_translit t;
		struct potok_buf out = {.limit = SIZE_MAX};
		size_t taken = 0;
		options.scheme = ISO;
		options.both = kind >= 2;
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

/* Runs all, or those that the arguments name. */
int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_letters),
	    cmocka_unit_test(test_after),
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_option_cases),
	    cmocka_unit_test(test_comes_back),
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_parts_of_characters),
	    cmocka_unit_test(test_vector_code),
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_behind_unknown),
	    cmocka_unit_test(test_words_back),
	    cmocka_unit_test(test_characters_back),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_all_characters),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_transform),
	    cmocka_unit_test(test_transform_line),
	    cmocka_unit_test(test_transform_options),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_linear),
	};

	int failed = argc < 2 ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
	for (int i = 1; i < argc; i++) {
		cmocka_set_test_filter(argv[i]);
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	}
	return failed;
}
