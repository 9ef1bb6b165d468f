/* Unit tests of the repair "mojibake": which lines are judged, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

#include "../../stages/normalize/mojibake.h"
#include "../../stages/normalize/mojibake_suspect.h"
#include "simd.h"

static struct mojibake_work work;
static unsigned char out[2 * MOJIBAKE_LINE];

enum {
	SINGLE = 1 << 8, /* of `kinds`: another encoding, not UTF-8 */
	TEXT = 4096,
	W1252 = 1 << MOJIBAKE_WINDOWS_1252,
	W1251 = 1 << MOJIBAKE_WINDOWS_1251,
	KOI8 = 1 << MOJIBAKE_KOI8,
	I866 = 1 << MOJIBAKE_IBM866,
	ISO5 = 1 << MOJIBAKE_ISO_8859_5,
	MAC = 1 << MOJIBAKE_MAC_CYRILLIC,
	I437 = 1 << MOJIBAKE_IBM437,
};

/*
 * Text of which the parts in braces were read wrongly, in each of the ways "ENCODING>READ AS", one
 * behind the other.  The repair brings all of it back.
 */
static const struct {
	const char *name, *text, *ways;
	unsigned layers, kinds;
} repaired[] = {
    {"windows-1252, word", "{café}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, line", "{Naïve façade — “très” élégante}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, C1 controls", "{Привет, мир}", "UTF-8>CP1252", 1, W1252},
    {"ISO-8859-1, word", "{año}", "UTF-8>ISO-8859-1", 1, W1252},
    {"ISO-8859-1, line", "{Привет, как дела?}", "UTF-8>ISO-8859-1", 1, W1252},
    {"windows-1252, Polish", "{Zażółć gęślą jaźń}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, Chinese", "{中文字符测试}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, emoji", "{ok 😀}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, degrees", "{25°C}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, check mark", "{✔ done}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, quotation marks", "{“mixed” and ‘single’}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, dash", "before {—} behind", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, ellipsis", "and so on{…}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, beside a right apostrophe", "l’humanit{é}", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, field", "1\tМосква\t{café crème}\thttp://example.org/?a=b", "UTF-8>CP1252", 1,
	W1252},
    {"windows-1252, beside Chinese", "中文 {café} 中文", "UTF-8>CP1252", 1, W1252},
    {"windows-1252, between no-break spaces",
	"du type «\u00A0{é}\u00A0», «\u00A0{è}\u00A0» ou «\u00A0{ç}\u00A0»", "UTF-8>CP1252", 1,
	W1252},
    {"windows-1252 twice", "{café}", "UTF-8>CP1252 UTF-8>CP1252", 2, W1252},
    {"ISO-8859-1 four times", "{Привет}",
	"UTF-8>ISO-8859-1 UTF-8>ISO-8859-1 UTF-8>ISO-8859-1 UTF-8>ISO-8859-1", 4, W1252},
    {"windows-1251, name", "{Кремль}", "UTF-8>CP1251", 1, W1251},
    {"windows-1251, Ukrainian", "{Їжак і ґанок біля хати}", "UTF-8>CP1251", 1, W1251},
    {"windows-1251, dash", "Слово {—} слово", "UTF-8>CP1251", 1, W1251},
    {"windows-1251, French", "{une élève très sûre}", "UTF-8>CP1251", 1, W1251},
    {"windows-1251, German", "{München und Köln}", "UTF-8>CP1251", 1, W1251},
    {"windows-1251 twice", "{Привет, мир}", "UTF-8>CP1251 UTF-8>CP1251", 2, W1251},
    {"windows-1251, then windows-1252", "{Привет, мир}", "UTF-8>CP1251 UTF-8>CP1252", 2,
	W1251 | W1252},
    {"KOI8-R", "{Привет, мир}", "UTF-8>KOI8-R", 1, KOI8},
    {"KOI8-R, French", "{une élève très sûre}", "UTF-8>KOI8-R", 1, KOI8},
    {"KOI8-U", "{Їжак і ґанок біля хати}", "UTF-8>KOI8-U", 1, KOI8},
    {"IBM866", "{Привет, мир}", "UTF-8>CP866", 1, I866},
    {"IBM866, French", "{une élève très sûre}", "UTF-8>CP866", 1, I866},
    {"ISO-8859-5", "{Привет, мир}", "UTF-8>ISO-8859-5", 1, ISO5},
    {"MacCyrillic", "{Привет, мир}", "UTF-8>MAC-CYRILLIC", 1, MAC},
    {"IBM437", "{Привет, мир}", "UTF-8>CP437", 1, I437},
    {"IBM437, word", "{café}", "UTF-8>CP437", 1, I437},
    {"IBM437, Chinese", "{中文字符测试}", "UTF-8>CP437", 1, I437},
    {"windows-1251 as ISO-8859-1", "{Привет}", "CP1251>ISO-8859-1", 1, W1252 *SINGLE},
    {"windows-1251 as KOI8-R", "{Привет, как дела}", "CP1251>KOI8-R", 1, KOI8 *SINGLE},
    {"KOI8-R as windows-1251", "{Привет, как дела}", "KOI8-R>CP1251", 1, W1251 *SINGLE},
    {"KOI8-R as windows-1252", "{привет, как дела}", "KOI8-R>CP1252", 1, W1252 *SINGLE},
    {"IBM866 as windows-1251", "{Привет, как дела}", "CP866>CP1251", 1, W1251 *SINGLE},
    {"IBM866 as KOI8-R", "{Привет, как дела}", "CP866>KOI8-R", 1, KOI8 *SINGLE},
    {"KOI8-R as IBM866", "{Привет, как дела}", "KOI8-R>CP866", 1, I866 *SINGLE},
    {"windows-1251 as IBM866", "{Привет, как дела}", "CP1251>CP866", 1, I866 *SINGLE},
    {"ISO-8859-5 as windows-1251", "{Привет, как дела}", "ISO-8859-5>CP1251", 1, W1251 *SINGLE},
    {"ISO-8859-5 twice, a letter alone", "{Η γιαγιά μαγείρεψε φασολάδα}",
	"UTF-8>ISO-8859-5 UTF-8>ISO-8859-5", 2, ISO5},
    {"IBM866 as ISO-8859-5, C1 controls", "{Счёт-фактура № 48 от 12 апреля}", "CP866>ISO-8859-5", 1,
	ISO5 *SINGLE},
    {"windows-1251 as ISO-8859-5", "{Привет, простой народ}", "CP1251>ISO-8859-5", 1, ISO5 *SINGLE},
    {"KOI8-R as MacCyrillic", "{Привет, как дела}", "KOI8-R>MAC-CYRILLIC", 1, MAC *SINGLE},
    {"MacCyrillic as windows-1252", "{Привет, как дела}", "MAC-CYRILLIC>CP1252", 1, W1252 *SINGLE},
    {"KOI8-R as windows-1251, field", "17\tМосква\t{улица Ленина}\tul. Lenina", "KOI8-R>CP1251", 1,
	W1251 *SINGLE},
    {"KOI8-R as windows-1251, short words", "{с ним пришлось говорить и мне с}", "KOI8-R>CP1251", 1,
	W1251 *SINGLE},
    {"UTF-8 as windows-1251, and this as KOI8-R", "{Привет, мир}", "UTF-8>CP1251 CP1251>KOI8-R", 0,
	0},
};

/* Lines that stay. */
static const char *const clean[] = {
    "",
    "plain ASCII",
    "« L’été », dit-il… « CAFÉ » ÉLÈVE",
    "«\u00A0Liberté\u00A0», égalité\u00A0; l’été\u00A0» déjà\u00A0!",
    "SÃO PAULO, IRMÃ, MAÇÃ E ÁGUA",
    "GROSS „SPASS“ Groß “Maß”",
    "Він, Сіль, Піч, Кіт; УКРАЇНСЬКІ СІРІ ТІНІ, НІЧ У СІРІЙ ТІНІ",
    "ВСЕ ЛЮДИ РОЖДАЮТСЯ СВОБОДНЫМИ И РАВНЫМИ. СССР, ФРГ, ЦСКА, МХАТ",
    "Искључује ХФС+, АПМ, АРЦС",
    "1200 кБ 500 кБ 350 кБ, 20 °С, кВт·ч, МэВ",
    "Његова љубав и ђачки живот, ћевапчићи",
    "ääkköset, Ãland? ÄÖÜ äöüß",
    "ÁÂÃÀÇÉÊÍÓÔÕÚáâãàçéêíóôõú",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ",
    "├── файл │ имя ├─┤ ┌─┬─┐ ═╬═ ╞═╪╡ ╚═╩╝",
    "┌────────┬─────┐",
    "Dimenzije ove matrice mogu biti N\u00A0×\u00A01 ili N\u00A0×\u00A02 ili 1\u00A0×\u00A0N ili "
    "2\u00A0×\u00A0N.",
    "l’été\u00A0», la liberté\u00A0», l’idée\u00A0», déjà\u00A0», là\u00A0», né\u00A0»",
    "«\u00A0 «\u00A0 <code>condition</code>\u00A0 » n’est pas vraie.",
    "600 × 400, N × 1 ili N × 2",
    "ˈfʁɑ̃sɛ ɔ̃ ɡæð ŋuː",
    "Þetta er íslenska, æðið og óðinn",
    "中文——测试……“引号”",
    "日本語のテキスト「引用」",
    "Ελληνικά «κείμενο» Γ’",
    "עברית ו‏עוד",
    "Đường phố Việt Nam",
    "∀x ∈ ℝ: √x ≥ 0 ∧ ±∞ ≈ ÷",
};

/* What the byte is in an encoding, as UTF-8: the control of its value when it is nothing there. */
static size_t
read_byte(iconv_t from, char byte, char *to)
{
	char *in = &byte, *end = to;
	size_t n = 1, room = 8;

	iconv(from, NULL, NULL, NULL, NULL);
	if (iconv(from, &in, &n, &end, &room) != (size_t)-1)
		return (size_t)(end - to);
	to[0] = (char)0xC2;
	to[1] = byte;
	return 2;
}

/* Reads text wrongly, one way. */
static void
misread(char *text, const char *way)
{
	char encoding[32], bytes[TEXT], *in = text, *end = bytes;
	size_t n = strlen(text), room = sizeof bytes, len = 0;
	const char *as = strchr(way, '>') + 1;

	snprintf(encoding, sizeof encoding, "%.*s", (int)(as - 1 - way), way);
	iconv_t to = iconv_open(encoding, "UTF-8");
	assert_true(to != (iconv_t)-1);
	assert_true(iconv(to, &in, &n, &end, &room) != (size_t)-1);
	iconv_close(to);
	snprintf(encoding, sizeof encoding, "%.*s", (int)strcspn(as, " "), as);
	iconv_t from = iconv_open("UTF-8", encoding);
	assert_true(from != (iconv_t)-1);
	for (char *b = bytes; b < end; b++)
		len += read_byte(from, *b, text + len);
	iconv_close(from);
	text[len] = '\0';
}

/* Makes the line, and the text without braces, of a case. */
static void
make_line(const char *text, const char *ways, char *line, char *want)
{
	*line = *want = '\0';
	while (*text != '\0') {
		char part[TEXT];
		bool wrong = *text == '{';
		size_t n = strcspn(text + wrong, wrong ? "}" : "{");
		snprintf(part, sizeof part, "%.*s", (int)n, text + wrong);
		text += n + 2 * wrong;
		strcat(want, part);
		for (const char *way = ways; wrong && way != NULL; way = strchr(way, ' ')) {
			way += *way == ' ';
			misread(part, way);
		}
		strcat(line, part);
	}
}

static void
test_repaired(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof repaired / sizeof repaired[0]; i++) {
		struct mojibake what, again;
		char line[TEXT], want[TEXT];
		make_line(repaired[i].text, repaired[i].ways, line, want);
		size_t len =
		    mojibake_repair(&work, (unsigned char *)line, strlen(line), out, &what);
		bool good = len == strlen(want) && memcmp(out, want, len) == 0 && !what.deep;
		if (repaired[i].layers > 0)
			good &= what.layers == repaired[i].layers &&
				(what.utf8 | what.single * SINGLE) == repaired[i].kinds;
		if (!good)
			print_error("%s: %s: got %.*s, layers %u, UTF-8 read as %x, others as %x\n",
			    repaired[i].name, line, (int)len, (const char *)out, what.layers,
			    what.utf8, what.single);
		/* Once is enough. */
		memcpy(line, out, len);
		if (mojibake_repair(&work, (unsigned char *)line, len, out, &again) != 0) {
			print_error("%s: is repaired twice\n", repaired[i].name);
			good = false;
		}
		failed += !good;
	}
	assert_int_equal(failed, 0);
}

static void
test_clean(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof clean / sizeof clean[0]; i++) {
		struct mojibake what;
		size_t len = mojibake_repair(
		    &work, (const unsigned char *)clean[i], strlen(clean[i]), out, &what);
		if (len != 0 || what.layers != 0 || what.deep) {
			print_error("%s: became %.*s\n", clean[i], (int)len, (const char *)out);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* A layer more than are undone: the line stays, and this is told. */
static void
test_too_deep(void **state)
{
	unsigned char line[2][1024] = {"caf\xC3\xA9 \xC3\xA0 la cr\xC3\xA8me"};
	size_t n = strlen((char *)line[0]);
	struct mojibake what;

	(void)state;
	for (unsigned layers = 1; layers <= MOJIBAKE_LAYERS + 2; layers++) {
		unsigned char *from = line[layers % 2 == 0], *to = line[layers % 2];
		size_t len = 0;
		/* UTF-8 read as ISO-8859-1. */
		for (size_t i = 0; i < n; i++) {
			if (from[i] >= 0x80)
				to[len++] = (unsigned char)(0xC0 | from[i] >> 6);
			to[len++] =
			    from[i] < 0x80 ? from[i] : (unsigned char)(0x80 | (from[i] & 0x3F));
		}
		n = len;
		len = mojibake_repair(&work, to, n, out, &what);
		if (layers <= MOJIBAKE_LAYERS) {
			assert_int_equal(len, strlen("caf\xC3\xA9 \xC3\xA0 la cr\xC3\xA8me"));
			assert_int_equal(what.layers, layers);
			assert_int_equal(what.utf8, 1 << MOJIBAKE_WINDOWS_1252);
			assert_false(what.deep);
		} else {
			assert_int_equal(len, 0);
			assert_int_equal(what.layers, 0);
			assert_true(what.deep);
		}
	}
}

/* A line of the greatest length, all of it mojibake or none. */
static void
test_long_lines(void **state)
{
	static unsigned char line[MOJIBAKE_LINE];
	struct mojibake what;

	(void)state;
	for (size_t i = 0; i < sizeof line; i += 4)
		memcpy(line + i, i % 64 == 60 ? "ab c" : "\xC3\x83\xC2\xA9", 4);
	size_t len = mojibake_repair(&work, line, sizeof line, out, &what);
	assert_int_equal(len, sizeof line / 64 * (15 * 2 + 4));
	for (size_t i = 0; i < sizeof line; i += 2)
		memcpy(line + i, "\xD0\xAF", 2);
	assert_int_equal(mojibake_repair(&work, line, sizeof line, out, &what), 0);
	assert_int_equal(mojibake_repair(&work, line, 0, out, &what), 0);
}

/* All variants find the first place, wherever the search and the text begin and end; and more text
 * behind a place does not move it. */
static void
check_places(const unsigned char *p, size_t n)
{
	size_t all = mojibake_suspect_scalar(p, n, 0), next = n;

	for (size_t i = n; i-- > 0;) {
		next = mojibake_fires(p, i, n) != 0 ? i : next;
		assert_int_equal(mojibake_suspect_scalar(p, n, i), next);
		assert_int_equal(mojibake_suspect(p, n, i), next);
	}
	assert_int_equal(all, next);

	assert_int_equal(mojibake_suspect(p, n, 0), all);
#if POTOK_SIMD_X86
	if (potok_simd() >= POTOK_SIMD_AVX2)
		assert_int_equal(mojibake_suspect_avx2(p, n, 0), all);
#endif
	for (size_t cut = 0; cut < n; cut++) {
		size_t place = mojibake_suspect(p, cut, 0);
		assert_true(place == cut || place == all);
		assert_true(cut <= all || place == all || cut - all < 4);
	}
}

static void
test_places(void **state)
{
	/* The leads and last bytes that the search distinguishes, and others. */
	static const char *const characters[] = {" ", "a", "Z", "\n", "\xC2\xA0", "\xC2\xA9",
	    "\xC2\xBB", "\xC2\x82", "\xC3\x83", "\xC3\xA9", "\xC3\xA2", "\xC5\x93", "\xC6\x92",
	    "\xCB\x86", "\xCE\x93", "\xCF\x84", "\xD0\x9F", "\xD0\x82", "\xD0\x93", "\xD0\xB2",
	    "\xD0\xBE", "\xD1\x80", "\xD1\x91", "\xD1\x92", "\xD1\x96", "\xD1\x9F", "\xD2\x91",
	    "\xD5\xA1", "\xD7\x90", "\xD8\xA7", "\xE2\x80\x93", "\xE2\x80\x9C", "\xE2\x82\xAC",
	    "\xE2\x94\x80", "\xE2\x95\xA8", "\xE2\x96\x93", "\xE2\x88\x9A", "\xE4\xB8\xAD",
	    "\xE3\x81\x82", "\xF0\x9F\x98\x80"};
	enum { NCHARACTERS = sizeof characters / sizeof characters[0], ROUNDS = 3000 };
	uint32_t seed = 1;
	size_t found = 0, none = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned char buffer[512], *p = buffer + round % 64;
		size_t n = 0, length = 1 + round % 160;
		/* Long stretches of few characters, and then any. */
		unsigned few = 1 + round % 7;
		while (n < length) {
			seed = seed * 1664525u + 1013904223u;
			const char *c = characters[(seed >> 8) % (seed >> 28 ? few : NCHARACTERS)];
			memcpy(p + n, c, strlen(c));
			n += strlen(c);
		}
		check_places(p, n);
		if (mojibake_suspect(p, n, 0) < n)
			found++;
		else
			none++;
	}
	/* The last characters at each place of a block. */
	for (size_t pad = 0; pad <= 128; pad++) {
		unsigned char buffer[256];
		for (size_t a = 4; a < NCHARACTERS; a++) {
			for (size_t b = 4; b < NCHARACTERS; b++) {
				size_t n = pad;
				memset(buffer, 'a', pad);
				for (size_t k = 0; k < 2; k++) {
					const char *c = characters[k == 0 ? a : b];
					memcpy(buffer + n, c, strlen(c));
					n += strlen(c);
				}
				assert_int_equal(mojibake_suspect(buffer, n, 0),
				    mojibake_suspect_scalar(buffer, n, 0));
			}
		}
	}
	assert_true(found > ROUNDS / 20 && none > ROUNDS / 20);
	/* Rows of capitals, some of which are words that were read wrongly. */
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned char buffer[256];
		size_t n = round % 40;
		memset(buffer, ' ', n);
		while (n < 160) {
			static const char some[] = "\x90\xA0\xA1\xA2\x9F\x95\xAF\x9E";
			seed = seed * 1664525u + 1013904223u;
			unsigned any = 0x90 + (seed >> 16 & 31);
			if (seed >> 28 == 0)
				buffer[n++] = (unsigned char)" a\nZ"[seed >> 16 & 3];
			buffer[n++] = 0xD0;
			buffer[n++] = (unsigned char)(round % 2 ? some[any % 8] : (int)any);
		}
		check_places(buffer, n);
	}
	/* Short ones, between small letters, signs and what else stands at words. */
	found = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		static const char *const between[] = {" ", " ", "\n", "a", "(", "\xC2\xAB",
		    "\xC2\xBB", "\xE2\x80\x94", "\xD0\xB5", "\xD1\x82", "\xD1\x91", "\xD0\x81"};
		unsigned char buffer[256];
		size_t n = round % 70;
		memset(buffer, 'a', n);
		while (n < 200) {
			seed = seed * 1664525u + 1013904223u;
			const char *mark = between[(seed >> 8) % 12];
			memcpy(buffer + n, mark, strlen(mark));
			n += strlen(mark);
			for (unsigned letters = seed >> 24 & 7; letters > 0; letters--) {
				seed = seed * 1664525u + 1013904223u;
				buffer[n++] = 0xD0;
				buffer[n++] = (unsigned char)(0x90 + (seed >> 16 & 31));
			}
		}
		check_places(buffer, n);
		found += mojibake_suspect(buffer, n, 0) < n;
	}
	assert_true(found > ROUNDS / 20);
	for (size_t i = 0; i < sizeof clean / sizeof clean[0]; i++)
		check_places((const unsigned char *)clean[i], strlen(clean[i]));
	for (size_t i = 0; i < sizeof repaired / sizeof repaired[0]; i++) {
		char line[TEXT], want[TEXT];
		make_line(repaired[i].text, repaired[i].ways, line, want);
		check_places((const unsigned char *)line, strlen(line));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_repaired),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_too_deep),
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
