/* Unit tests of the stage normalize: ill-formed UTF-8, plain characters, encodings, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

#include "../../stages/normalize/clean.h"
#include "../../stages/normalize/decode.h"
#include "../../stages/normalize/detect.h"
#include "../../stages/normalize/fit_parts.h"
#include "../../stages/normalize/plain.h"

/* Runs a stage over bytes to the end; the caller frees *out. */
static enum potok_status
run(struct potok_normalize *n, const struct potok_normalize_options *o, const void *data,
    size_t len, struct potok_buf *out)
{
	struct potok_slice in = {data, len};

	*out = (struct potok_buf){.limit = SIZE_MAX};
	enum potok_status s = potok_normalize_init(n, o);
	if (s >= 0)
		s = potok_process(&n->stage, &in, out, true);
	if (s >= 0 || s == POTOK_EINPUT)
		assert_int_equal(potok_buf_own(out), POTOK_MORE);
	return s;
}

/*
 * Ill-formed sequences and how many U+FFFD they become, counted by hand after The Unicode Standard,
 * section 3.9, tables 3-8 to 3-11, and its definition of maximal subparts.
 */
static const struct {
	const char *name, *bytes;
	size_t n;
	int replacements;
} ill_formed[] = {
    {"table 3-8: non-shortest forms", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9, 8},
    /* A pair of surrogates is repaired to the character that it stands for. */
    {"table 3-9: surrogates, of which the first two are a pair",
	"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9, 2},
    {"table 3-9: surrogates, the pair parted", "\xED\xA0\x80\x41\xED\xBF\xBF\xED\xAF\x41", 10, 8},
    {"table 3-10: other", "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9, 7},
    {"table 3-11: truncated", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9, 4},
    {"E0 80 80", "\xE0\x80\x80", 3, 3},
    {"E0 9F BF", "\xE0\x9F\xBF", 3, 3},
    {"E0 A0 alone", "\xE0\xA0", 2, 1},
    {"ED A0 80", "\xED\xA0\x80", 3, 3},
    {"ED 9F alone", "\xED\x9F", 2, 1},
    {"F0 80 80 80", "\xF0\x80\x80\x80", 4, 4},
    {"F0 8F BF BF", "\xF0\x8F\xBF\xBF", 4, 4},
    {"F0 90 80 alone", "\xF0\x90\x80", 3, 1},
    {"F4 8F BF alone", "\xF4\x8F\xBF", 3, 1},
    {"F4 90 80 80", "\xF4\x90\x80\x80", 4, 4},
    {"F5 and above", "\xF5\x80\xF8\x88\xFE\xFF", 6, 6},
    {"C0 AF", "\xC0\xAF", 2, 2},
    {"C1 BF", "\xC1\xBF", 2, 2},
    {"C2 alone", "\xC2", 1, 1},
    {"C2 C2 80", "\xC2\xC2\x80", 3, 1},
    {"continuation bytes", "\x80\x81\xBF", 3, 3},
    {"cut by ASCII",
	"\xE2\x82"
	"A\xF0\x9F\x98"
	"B",
	7, 2},
    {"cut by a lead byte", "\xE2\x82\xE2\x82\xAC", 5, 1},
    {"CESU-8 pair", "\xED\xA0\xBD\xED\xB8\x80", 6, 0},
    {"five bytes of old UTF-8", "\xF8\x88\x80\x80\x80", 5, 5},
};

static void
test_ill_formed(void **state)
{
	struct potok_normalize_options options = {.from = "utf-8", .bad = POTOK_BAD_REPLACE};

	(void)state;
	for (size_t i = 0; i < sizeof ill_formed / sizeof ill_formed[0]; i++) {
		struct potok_normalize n;
		struct potok_buf out;
		int replacements = 0;
		run(&n, &options, ill_formed[i].bytes, ill_formed[i].n, &out);
		for (size_t k = 0; k + 2 < out.len; k++)
			replacements += memcmp(out.data + k, "\xEF\xBF\xBD", 3) == 0;
		if (replacements != ill_formed[i].replacements)
			print_error("%s: expected %d U+FFFD, got %d\n", ill_formed[i].name,
			    ill_formed[i].replacements, replacements);
		assert_int_equal(replacements, ill_formed[i].replacements);
		assert_int_equal(n.counts[ILL_FORMED].n, (uint64_t)replacements);
		assert_int_equal(potok_utf8_valid(out.data, out.len), out.len);
		potok_close(&n.stage);
		potok_buf_free(&out);
	}
}

/* Each character stops the run, or does not, wherever it stands among the vectors. */
static void
test_plain_run(void **state)
{
	unsigned char text[200];

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		unsigned char utf8[4];
		size_t len = (size_t)potok_utf8_encode(cp, utf8);
		size_t at = 40 + cp % 67;
		if (len == 0)
			continue;
		memset(text, 'x', sizeof text);
		memcpy(text + at, utf8, len);
		size_t want = plain_character(cp) ? sizeof text : at;
		if (plain_run(text, sizeof text) != want)
			print_error("U+%04X at %zu\n", (unsigned)cp, at);
		assert_int_equal(plain_run(text, sizeof text), want);
		assert_int_equal(plain_run(text, at + len - 1), at);
	}
}

/* One character before and one behind the vectors' ends. */
static void
test_plain_run_at_ends(void **state)
{
	unsigned char text[300];

	(void)state;
	for (size_t at = 0; at + 3 <= sizeof text; at++) {
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = i % 2 ? 0xB0 : 0xD0;
		size_t even = at & ~(size_t)1;
		memcpy(text + even, "\xCC\x81", 2);
		assert_int_equal(plain_run(text, sizeof text), even);
		memcpy(text + even, "\xD0\x0D", 2);
		text[even] = '.';
		assert_int_equal(plain_run(text, sizeof text), even + 1);
	}
}

static const struct {
	const char *label, *name; /* NULL: unknown */
} labels[] = {
    {"utf-8", "UTF-8"},
    {"UTF8", "UTF-8"},
    {"auto", "UTF-8"},
    {"cp1251", "windows-1251"},
    {"Win_1251", "windows-1251"},
    {"KOI8R", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"cp866", "IBM866"},
    {"mac-cyrillic", "x-mac-cyrillic"},
    {"latin1", "windows-1252"},
    {"iana:latin1", "iana:ISO-8859-1"},
    {"iso8859-5", "ISO-8859-5"},
    {"tis-620", "windows-874"},
    {"utf-16", "UTF-16"},
    {"Shift_JIS", "windows-31j"},
    {"iana:Shift_JIS", "Shift_JIS"},
    {"ucs-2", "UTF-16"},
    {"ISO-10646-UCS-2", "UTF-16"},
    {"unicodefeff", "UTF-16LE"},
    {"unicodefffe", "UTF-16BE"},
    {"gb2312", "GB18030"},
    {"big5", "Big5-HKSCS"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"koi8-ru", "KOI8-U"},
    {"iana:KOI8-U", "iana:KOI8-U"},
    {"dos-874", "windows-874"},
    {"replacement", NULL}, /* no encodings, though the Encoding standard has these labels */
    {"x-user-defined", NULL},
    {"KOI8-T", "KOI8-T"}, /* only iconv has these */
    {"koi8_t", "KOI8-T"},
    {"iso-8859-16", "ISO-8859-16"},
    {"tcvn", "TCVN"},
    {"iana:GB2312", "GB2312"},
    {"iana:nonsense", NULL},
    {"", NULL},
    {"nonsense", NULL},
    {"UTF-16//IGNORE", NULL},
    {"../etc/passwd", NULL},
    {"latin1,swaplfnl", NULL},
    {"a name that is much longer than the name of any encoding may be, by far", NULL},
};

static void
test_labels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		struct potok_normalize_options options = {
		    .from = labels[i].label, .bad = POTOK_BAD_REPLACE};
		struct potok_normalize n;
		enum potok_status s = potok_normalize_init(&n, &options);
		if (s != (labels[i].name ? POTOK_MORE : POTOK_EUSAGE))
			print_error("%s: %d\n", labels[i].label, s);
		assert_int_equal(s, labels[i].name ? POTOK_MORE : POTOK_EUSAGE);
		if (labels[i].name != NULL)
			assert_string_equal(potok_normalize_encoding(&n), labels[i].name);
		potok_close(&n.stage);
		potok_close(&n.stage);
	}
}

/* Every label that is listed can be used. */
static void
test_listed_labels(void **state)
{
	const char *label;
	bool alias;
	int iconv_only = 0;

	(void)state;
	for (size_t i = 0; (label = potok_normalize_label(i, &alias)) != NULL; i++) {
		struct potok_normalize_options options = {.from = label, .bad = POTOK_BAD_REPLACE};
		struct potok_normalize n;
		enum potok_status s = potok_normalize_init(&n, &options);
		if (*label == '\0') { /* one of iconv's, not here */
			assert_int_equal(s, POTOK_EUSAGE);
			continue;
		}
		if (s != POTOK_MORE)
			print_error("%s: %d\n", label, s);
		potok_close(&n.stage);
		iconv_only += strcmp(label, "KOI8-T") == 0 || strcmp(label, "ARMSCII-8") == 0;
		if (strchr(label, ',') == NULL)
			assert_int_equal(s, POTOK_MORE);
	}
	assert_int_equal(iconv_only, 2);
}

static void
test_options(void **state)
{
	struct potok_normalize n = {0};
	struct potok_normalize_options bad = {.from = NULL, .bad = (enum potok_bad)7};

	(void)state;
	potok_close(&n.stage); /* zeroed */
	assert_int_equal(potok_normalize_init(&n, &bad), POTOK_EUSAGE);
	potok_close(&n.stage);
	assert_int_equal(potok_normalize_init(&n, NULL), POTOK_MORE);
	potok_close(&n.stage);
}

/* Clean text passes without a copy. */
static void
test_zero_copy(void **state)
{
	static const char text[] = "clean text\nof two lines\n";
	struct potok_normalize n;
	struct potok_slice in = {(const unsigned char *)text, sizeof text - 1};
	struct potok_buf out = {.limit = SIZE_MAX};

	(void)state;
	assert_int_equal(potok_normalize_init(&n, NULL), POTOK_MORE);
	assert_int_equal(potok_process(&n.stage, &in, &out, false), POTOK_MORE);
	assert_int_equal(in.len, 0);
	assert_ptr_equal(out.passed.data, text);
	assert_int_equal(out.passed.len, sizeof text - 1);
	potok_close(&n.stage);
	potok_buf_free(&out);
}

/*
 * An encoding is judged by the same bytes however they come: a line of UTF-8 longer than what is
 * held, then legacy bytes, in pieces of several sizes.
 */
static void
test_long_line(void **state)
{
	enum { HEAD = 150001, TAIL = 300000 };
	static const size_t pieces[] = {SIZE_MAX, 65536, 65535, 4096, 1000, 77};
	unsigned char *text = malloc(HEAD + TAIL);
	struct potok_buf first = {0};

	(void)state;
	assert_non_null(text);
	text[0] = 'x';
	for (size_t i = 1; i < HEAD; i++)
		text[i] = i % 2 ? 0xD0 : 0xB0;
	for (size_t i = HEAD; i < HEAD + TAIL; i++)
		text[i] = (unsigned char)"\xCF\xF0\xE8\xE2\xE5\xF2 "[(i - HEAD) % 7];
	for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
		struct potok_normalize n;
		struct potok_buf out = {0};
		size_t taken = 0, given = 0;
		enum potok_status s = potok_normalize_init(&n, NULL);
		while (s == POTOK_MORE) {
			given = HEAD + TAIL - given < pieces[k] ? HEAD + TAIL : given + pieces[k];
			struct potok_slice in = {text + taken, given - taken};
			struct potok_buf piece = {.limit = SIZE_MAX};
			s = potok_process(&n.stage, &in, &piece, given == HEAD + TAIL);
			taken = given - in.len;
			struct potok_slice made = potok_buf_bytes(&piece);
			potok_buf_add(&out, made.data, made.len);
			potok_buf_free(&piece);
		}
		assert_int_equal(s, POTOK_DONE);
		assert_string_equal(potok_normalize_encoding(&n), "windows-1251");
		assert_int_equal(n.counts[DECODED_BYTES].first, 131071);
		potok_close(&n.stage);
		if (k == 0) {
			first = out;
			continue;
		}
		assert_int_equal(out.len, first.len);
		assert_memory_equal(out.data, first.data, out.len);
		potok_buf_free(&out);
	}
	potok_buf_free(&first);
	free(text);
}

/* Counts of changed characters are placed in the bytes of the input, also behind a decoder. */
static void
test_places(void **state)
{
	static const struct {
		const char *from, *bytes;
		size_t n, at;
	} cases[] = {
	    {"utf-8", "\xC3\xA9\xC3\xA9\rx", 6, 4},
	    {"koi8-r", "\xC1\xC1\rx", 4, 2},
	    {"utf-16le",
		"\x3D\xD8\x00\xDE"
		"a\0\r\0",
		8, 6},
	    {"utf-32be", "\0\1\xF6\0\0\0\0\r", 8, 4},
	    {"euc-jp",
		"\xC6\xFC\xCB\xDC"
		"a\rx",
		7, 5},
	    {"iso-2022-jp", "\x1B$BF|\x1B(B\rx", 10, 8},
	    {"koi8-t", "\xC1\xC1\rx", 4, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct potok_normalize_options options = {
		    .from = cases[i].from, .bad = POTOK_BAD_REPLACE};
		struct potok_normalize n;
		struct potok_buf out;
		run(&n, &options, cases[i].bytes, cases[i].n, &out);
		if (n.counts[LINE_BREAKS].first != cases[i].at)
			print_error("%s\n", cases[i].from);
		assert_int_equal(n.counts[LINE_BREAKS].n, 1);
		assert_int_equal(n.counts[LINE_BREAKS].first, cases[i].at);
		potok_close(&n.stage);
		potok_buf_free(&out);
	}
}

/* Bytes by chance, rich in the controls of stateful encodings. */
static void
fill(unsigned char *p, size_t n, uint32_t seed)
{
	static const unsigned char likely[] = {0x1B, '$', ')', 'C', 'B', 0x0E, 0x0F, '~', '{', '}',
	    '\n', '\r', 0x8E, 0xB0, 0xC4, 'K', '!', '+', '-'};

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned r = seed >> 16;
		p[i] = r & 1 ? likely[(r >> 1) % sizeof likely] : (unsigned char)(r >> 1);
	}
}

/* Whatever the bytes and wherever they are cut: an end, and the same text and counts. */
static void
test_any_bytes(void **state)
{
	static const char *const from[] = {"auto", "utf-16", "shift_jis", "euc-jp", "gb18030",
	    "big5", "euc-kr", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz", "utf-7", "scsu",
	    "bocu-1", "cesu-8", "x-iscii-de", "lmbcs-1", "ibm-1390", "johab", "euc-jisx0213",
	    "tcvn", "koi8-t"};

	(void)state;
	for (size_t i = 0; i < 20 * sizeof from / sizeof from[0]; i++) {
		struct potok_normalize_options options = {
		    .from = from[i / 20], .bad = POTOK_BAD_REPLACE, .pass_binary = true};
		struct potok_normalize whole, n;
		struct potok_buf want, got = {.limit = SIZE_MAX};
		unsigned char bytes[160];
		size_t taken = 0;
		fill(bytes, sizeof bytes, (uint32_t)i);
		enum potok_status s = run(&whole, &options, bytes, sizeof bytes, &want);
		assert_int_equal(s, POTOK_DONE);
		s = potok_normalize_init(&n, &options);
		for (size_t given = 1; s == POTOK_MORE; given += given <= sizeof bytes) {
			size_t end = given < sizeof bytes ? given : sizeof bytes;
			struct potok_slice in = {bytes + taken, end - taken};
			s = potok_process(&n.stage, &in, &got, given > sizeof bytes);
			taken = end - in.len;
			assert_int_equal(potok_buf_own(&got), POTOK_MORE);
		}
		if (s != POTOK_DONE || got.len != want.len)
			print_error("%s, seed %zu: %d\n", options.from, i, s);
		assert_int_equal(s, POTOK_DONE);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, want.len);
		for (size_t k = 0; k < POTOK_NORMALIZE_COUNTS; k++) {
			assert_int_equal(n.counts[k].n, whole.counts[k].n);
			assert_int_equal(n.counts[k].first, whole.counts[k].first);
		}
		potok_close(&whole.stage);
		potok_close(&n.stage);
		potok_buf_free(&want);
		potok_buf_free(&got);
	}
}

static void
test_detect_utf16(void **state)
{
	(void)state;
	assert_string_equal(detect_utf16((const unsigned char *)"h\0e\0y\0", 6), "UTF-16LE");
	assert_string_equal(detect_utf16((const unsigned char *)"\0h\0e\0y", 6), "UTF-16BE");
	assert_null(detect_utf16((const unsigned char *)"hey you", 7));
	assert_null(detect_utf16((const unsigned char *)"a\1b\2 text", 9));
	assert_null(detect_utf16((const unsigned char *)"", 0));
}

/* Encodings by what their standards say of them: state that outlives a line, and LF as 0A alone. */
static size_t
language_named(const char *name)
{
	size_t l = 0;

	while (strcmp(language_model(l)->name, name) != 0)
		l++;
	return l;
}

/* Each pair of bytes that may be a character, and each byte, costs no less than is said without
 * decoding it. */
static void
test_bytes_least(void **state)
{
	static unsigned char text[3 * 0x8000];
	static unsigned bytes[0x8000];

	(void)state;
	for (size_t m = 0; m < NMULTIBYTES; m++) {
		const struct multibyte *wide = &fit_multibytes[m];
		struct potok_normalize n;
		struct potok_normalize_options o = POTOK_NORMALIZE_DEFAULTS;
		struct potok_buf out;
		size_t len = 0, nlines = 0, l = language_named(wide->languages);
		for (unsigned a = 0x80; a < 0x100; a++) {
			bool single = within((uint8_t)a, wide->single);
			for (unsigned b = single ? 0xFF : 0x30; b < 0x100; b++) {
				if (!single && !is_pair(wide, (uint8_t)a, (uint8_t)b))
					continue;
				text[len++] = (unsigned char)a;
				if (!single)
					text[len++] = (unsigned char)b;
				text[len++] = '\n';
				bytes[nlines++] = a << 8 | (single ? 0 : b);
			}
		}
		o.from = wide->name;
		o.form = POTOK_FORM_NONE;
		o.repair = 0;
		o.keep_breaks = true;
		run(&n, &o, text, len, &out);
		const unsigned char *p = out.data;
		for (size_t i = 0; i < nlines; i++) {
			struct symbol s[4];
			size_t ns = 0;
			for (; *p != '\n' && ns < 4; ns++) {
				uint32_t c;
				p += potok_utf8_decode(p, 4, &c);
				s[ns] = language_symbol(c);
			}
			assert_int_equal(*p++, '\n');
			uint64_t cost = language_cost(l, s, ns, true);
			assert_true(language_bytes_least(m, bytes[i]) <= cost);
		}
		assert_ptr_equal(p, out.data + out.len);
		potok_close(&n.stage);
		potok_buf_free(&out);
	}
}

static void
test_lines_independent(void **state)
{
	static const char *const alone[] = {"UTF-8", "windows-1251", "KOI8-R", "ISO-8859-8",
	    "macintosh", "CESU-8", "GB18030", "Big5", "EUC-JP", "Shift_JIS", "EUC-KR", "EUC-TW",
	    "us-ascii"};
	static const char *const not_alone[] = {"auto", "UTF-16", "UTF-16LE", "UTF-32", "UTF-7",
	    "IMAP-mailbox-name", "SCSU", "BOCU-1", "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN",
	    "HZ-GB-2312", "ibm-37", "ibm-1047", "ibm-930"};
	struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
	struct potok_normalize n;

	(void)state;
	const size_t nalone = sizeof alone / sizeof alone[0];
	for (size_t i = 0; i < nalone + sizeof not_alone / sizeof not_alone[0]; i++) {
		options.from = i < nalone ? alone[i] : not_alone[i - nalone];
		if (potok_normalize_init(&n, &options) != POTOK_MORE)
			fail_msg("%s is not known", options.from);
		if (potok_normalize_lines_independent(&n) != (i < nalone))
			fail_msg("%s", options.from);
		potok_close(&n.stage);
	}
}

/* Gives the first bytes alone, then all; the output is drained each time that it has passed the
 * limit.  The caller frees *out. */
static enum potok_status
run_cut(struct potok_normalize *n, const struct potok_normalize_options *o,
    const struct potok_buf *text, size_t first, size_t limit, struct potok_buf *out)
{
	struct potok_slice in = {text->data, first};
	enum potok_status s;

	*out = (struct potok_buf){0};
	assert_int_equal(potok_normalize_init(n, o), POTOK_MORE);
	do {
		struct potok_buf piece = {.limit = limit};
		s = potok_process(
		    &n->stage, &in, &piece, in.data + in.len == text->data + text->len);
		struct potok_slice made = potok_buf_bytes(&piece);
		assert_int_equal(potok_buf_add(out, made.data, made.len), POTOK_MORE);
		potok_buf_free(&piece);
		if (s == POTOK_MORE)
			in.len = (size_t)(text->data + text->len - in.data);
	} while (s == POTOK_MORE || s == POTOK_FULL);
	potok_close(&n->stage);
	return s;
}

/* Three times a word, and it as UTF-8 that was read as ISO-8859-1. */
#define WORD "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 "
#define READ                                                                                       \
	"\xC3\x90\xC2\x9F\xC3\x91\xC2\x80\xC3\x90\xC2\xB8\xC3\x90\xC2\xB2"                         \
	"\xC3\x90\xC2\xB5\xC3\x91\xC2\x82 "
static const char words[] = WORD WORD WORD, mojibake[] = READ READ READ;

static void
add(struct potok_buf *b, const void *p, size_t n)
{
	assert_int_equal(potok_buf_add(b, p, n), POTOK_MORE);
}

static void
add_many(struct potok_buf *b, char c, size_t n)
{
	while (n-- > 0)
		add(b, &c, 1);
}

/* Compares what a text becomes in both modes, however it is cut; frees the buffers. */
static void
check_pieces(struct potok_buf *text, struct potok_buf *expected, uint64_t ill_formed_at)
{
	static const char *const from[] = {"utf-8", "auto"};
	static const size_t limits[] = {1, 4096, SIZE_MAX};
	struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;

	for (size_t i = 0; i < 2 * 3 * 5; i++) {
		struct potok_normalize n;
		struct potok_buf out;
		size_t first = i % 5 == 4 ? text->len : POTOK_NORMALIZE_LINE - 1 + i % 5;
		options.from = from[i / 15];
		assert_int_equal(
		    run_cut(&n, &options, text, first, limits[i / 5 % 3], &out), POTOK_DONE);
		assert_int_equal(out.len, expected->len);
		assert_memory_equal(out.data, expected->data, out.len);
		assert_int_equal(n.counts[MOJIBAKE].n, 1);
		assert_int_equal(n.counts[ILL_FORMED].n, ill_formed_at > 0);
		assert_int_equal(n.counts[ILL_FORMED].first, ill_formed_at);
		potok_buf_free(&out);
	}
	potok_buf_free(text);
	potok_buf_free(expected);
}

/* A character goes on behind the first piece of a long line, which therefore ends before it. */
static void
test_piece_in_character(void **state)
{
	struct potok_buf text = {0}, expected = {0};

	(void)state;
	add(&text, mojibake, sizeof mojibake - 1);
	add_many(&text, 'x', POTOK_NORMALIZE_LINE - sizeof mojibake);
	add(&text, "\xD1\x8F end\n", 7);
	add(&expected, words, sizeof words - 1);
	add_many(&expected, 'x', POTOK_NORMALIZE_LINE - sizeof mojibake);
	add(&expected, "\xD1\x8F end\n", 7);
	check_pieces(&text, &expected, 0);
}

/* The first piece ends with half a character, the second one is repaired. */
static void
test_piece_before_repair(void **state)
{
	struct potok_buf text = {0}, expected = {0};

	(void)state;
	add_many(&text, 'x', POTOK_NORMALIZE_LINE - 1);
	add(&text, "\xD0", 1);
	add(&text, mojibake, sizeof mojibake - 1);
	add(&text, "\n", 1);
	add_many(&expected, 'x', POTOK_NORMALIZE_LINE - 1);
	add(&expected, "\xEF\xBF\xBD", 3);
	add(&expected, words, sizeof words - 1);
	add(&expected, "\n", 1);
	check_pieces(&text, &expected, POTOK_NORMALIZE_LINE - 1);
}

/* What stands behind the bytes that the stage stops at is not counted, wherever the text is cut. */
static void
test_stop_before_repair(void **state)
{
	static const char before[] = "good &amp;\nbad \xFF\n&lt;";
	struct potok_normalize_options options = {
	    .from = "utf-8", .bad = POTOK_BAD_STOP, .repair = POTOK_REPAIR_MOJIBAKE};
	struct potok_buf text = {0};

	(void)state;
	add(&text, before, sizeof before - 1);
	add(&text, mojibake, sizeof mojibake - 1);
	for (size_t first = 0; first <= text.len; first++) {
		struct potok_normalize n;
		struct potok_buf out;
		options.repair ^= POTOK_REPAIR_ENTITIES;
		assert_int_equal(run_cut(&n, &options, &text, first, SIZE_MAX, &out), POTOK_EINPUT);
		assert_int_equal(n.stage.offset, 15);
		assert_int_equal(n.counts[MOJIBAKE].n, 0);
		assert_int_equal(
		    n.counts[ENTITIES].n, (options.repair & POTOK_REPAIR_ENTITIES) != 0);
		potok_buf_free(&out);
	}
	potok_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ill_formed),
	    cmocka_unit_test(test_plain_run),
	    cmocka_unit_test(test_plain_run_at_ends),
	    cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_listed_labels),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_zero_copy),
	    cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_any_bytes),
	    cmocka_unit_test(test_detect_utf16),
	    cmocka_unit_test(test_bytes_least),
	    cmocka_unit_test(test_lines_independent),
	    cmocka_unit_test(test_piece_in_character),
	    cmocka_unit_test(test_piece_before_repair),
	    cmocka_unit_test(test_stop_before_repair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
