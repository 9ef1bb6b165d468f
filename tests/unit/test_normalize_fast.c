/* Unit tests of the fast ways of the stage normalize: each gives what one character alone gives. */
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
#include "../../stages/normalize/mojibake_suspect.h"
#include "../../stages/normalize/plain.h"

static uint32_t
chance(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* plain_run() by the definitions alone. */
static size_t
plain_slowly(const unsigned char *p, size_t n)
{
	size_t i = 0;
	uint32_t cp;
	int len;

	while ((len = potok_utf8_decode(p + i, n - i, &cp)) > 0 && plain_character(cp))
		i += (size_t)len;
	return i;
}

/* Mostly plain text of one script or another, and sometimes what is not, anywhere. */
static size_t
make_text(unsigned char *text, size_t n, uint32_t *seed)
{
	static const struct {
		uint32_t from, n;
	} scripts[] = {{0x20, 95}, {0xA0, 0x200}, {0x410, 64}, {0x4E00, 0x5000}, {0x3041, 86},
	    {0xAC00, 11172}, {0x628, 32}, {0x905, 49}, {0x2010, 24}, {0xFF01, 94}, {0x1F600, 64},
	    {0x1EA0, 90}};
	size_t i = 0;
	unsigned script = chance(seed) % 12, second = chance(seed) % 12;
	unsigned rare = 1 + chance(seed) % 200;

	while (i + 4 <= n) {
		unsigned k = chance(seed) % 4 == 0 ? second : script;
		uint32_t cp = scripts[k].from + chance(seed) % scripts[k].n;
		if (chance(seed) % rare == 0)
			cp = chance(seed) % 0x110000;
		int len = potok_utf8_encode(cp, text + i);
		if (chance(seed) % (4 * rare) == 0)
			text[i] = (unsigned char)chance(seed);
		i += (size_t)len;
	}
	return i;
}

static void
test_plain(void **state)
{
	unsigned char text[700];
	uint32_t seed = 1;

	(void)state;
	for (int k = 0; k < 60000; k++) {
		size_t n = make_text(text, 1 + chance(&seed) % sizeof text, &seed), at = 0;
		while (at < n) {
			size_t want = plain_slowly(text + at, n - at);
			if (plain_run(text + at, n - at) != want)
				print_error("text %d, from %zu\n", k, at);
			assert_int_equal(plain_run(text + at, n - at), want);
			at += want + 1;
		}
	}
}

/* Words of one script or another with what stands at words, and sometimes what does not. */
static size_t
make_words(unsigned char *text, size_t n, uint32_t *seed)
{
	static const struct {
		uint32_t small, n, capital;
	} scripts[] = {{'a', 26, 'A'}, {0x430, 32, 0x410}, {0x4E00, 0x5000, 0x4E00},
	    {0xAC00, 11172, 0xAC00}, {0x3041, 86, 0x30A1}, {0x3B1, 25, 0x391},
	    {0x1EA0, 90, 0x1EA0}};
	static const char *const between[] = {" ", ", ", " \xE2\x80\x94 ", "\xC2\xBB ", " \xC2\xAB",
	    "\n", "\xE3\x80\x82", "\xC3\x83 ", " \xC3\xA9t\xC3\xA9 ", "\xD1\x91 ",
	    "\xE2\x80\x9D\xC2\xBB", "\xD0\x90\xC2\xAB\xD0\x90", "\xC2\xA7",
	    "\xD0\xA2\xD0\xB0\xD0\x9B "};
	unsigned any = 1 + chance(seed) % 400, script = chance(seed) % 7;
	size_t i = 0;

	while (i + 16 <= n) {
		if (chance(seed) % 20 == 0)
			script = chance(seed) % 7;
		uint32_t cp = scripts[script].small + chance(seed) % scripts[script].n;
		unsigned what = chance(seed) % 20;
		if (what < 4) {
			const char *mark = between[chance(seed) % (what == 0 ? 14 : 2)];
			memcpy(text + i, mark, strlen(mark));
			i += strlen(mark);
			cp += what == 1 ? scripts[script].capital - scripts[script].small : 0;
		}
		i += (size_t)potok_utf8_encode(cp, text + i);
		if (chance(seed) % any == 0)
			text[i++] = (unsigned char)chance(seed);
	}
	return i;
}

/* What is said to be clear is plain, and no place of mojibake begins in it. */
static void
test_clear(void **state)
{
	unsigned char text[2000];
	uint32_t seed = 1;
	size_t all = 0, clear = 0;

	(void)state;
	for (int k = 0; k < 20000; k++) {
		size_t n = make_words(text, 16 + chance(&seed) % (sizeof text - 16), &seed);
		for (size_t from = 0; from < n; from += 1 + chance(&seed) % 300) {
			while (from < n && (text[from] & 0xC0) == 0x80)
				from++;
			size_t at = clear_run(text, from, n);
			assert_true(at >= from && at <= n);
			assert_int_equal(plain_slowly(text + from, at - from), at - from);
			assert_true(mojibake_suspect_scalar(text, n, from) >= at);
			all += n - from;
			clear += at - from;
		}
	}
	/* Without SIMD nothing is. */
	assert_true(clear == 0 || clear > all / 20);
}

/* Every pair of bytes and every lead with two bytes of each kind behind it, at the vectors' ends.
 */
static void
test_plain_bytes(void **state)
{
	static const unsigned char third[] = {0x41, 0x80, 0x81, 0x8F, 0x90, 0x99, 0x9A, 0x9F, 0xA0,
	    0xA8, 0xAA, 0xAF, 0xB0, 0xBF, 0xC3};
	unsigned char text[200];

	(void)state;
	memset(text, ' ', sizeof text);
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		size_t at = 60 + pair % 71;
		for (size_t k = 0; k < sizeof third; k++) {
			memcpy(text + at,
			    (unsigned char[]){(unsigned char)(pair >> 8), (unsigned char)pair,
				third[k], third[k] == 0xC3 ? 0xA9 : ' '},
			    4);
			size_t want = plain_slowly(text, sizeof text);
			if (plain_run(text, sizeof text) != want)
				print_error("%04X %02X at %zu\n", pair, third[k], at);
			assert_int_equal(plain_run(text, sizeof text), want);
		}
		memset(text + at, ' ', 4);
	}
}

/* The same of leads behind text of one script, which makes the search expect more of it. */
static void
test_plain_leads(void **state)
{
	/* Also with the marks, and with the letters that have steps of their own. */
	static const char *const scripts[] = {"\xD0\xB0", "\xCE\xB1", "\xC3\xA9", "\xE4\xB8\xAD",
	    "\xE1\xBA\xA1", "\xEA\xB0\x80", "\xD0\xB0\xC2\xBB", "\xCE\xB1\xE2\x80\x94",
	    "\xC3\xA9\xE2\x80\x99"};
	static const unsigned char third[] = {
	    0x80, 0x8F, 0x90, 0x99, 0x9A, 0xA6, 0xA7, 0xA8, 0xAA, 0xAF, 0xB0, 0xBF, ' ', 0xC3};
	unsigned char text[320];

	(void)state;
	for (size_t script = 0; script < sizeof scripts / sizeof scripts[0]; script++) {
		size_t length = strlen(scripts[script]);
		for (unsigned pair = 0xC000; pair < 0x10000; pair++) {
			size_t at = (128 + pair % 71) / length * length;
			for (size_t i = 0; i < at; i += length)
				memcpy(text + i, scripts[script], length);
			memset(text + at, ' ', sizeof text - at);
			text[at] = (unsigned char)(pair >> 8);
			text[at + 1] = (unsigned char)pair;
			for (size_t k = pair < 0xE000 ? sizeof third - 2 : 0; k < sizeof third;
			     k++) {
				text[at + 2] = third[k];
				text[at + 3] = third[k] == 0xC3 ? 0xA9 : ' ';
				size_t want = at + plain_slowly(text + at, sizeof text - at);
				if (plain_run(text, sizeof text) != want)
					print_error("%zu %04X %02X\n", script, pair, third[k]);
				assert_int_equal(plain_run(text, sizeof text), want);
			}
		}
	}
}

/* Decodes all of in[0..n) by the decoder of the encoding, an ill-formed byte becomes '?'. */
static size_t
decode_all(const struct encoding *e, const unsigned char *in, size_t n, unsigned char *out)
{
	struct normalize_decoder *d;
	struct decoded r = {0};
	size_t i = 0, o = 0;

	assert_int_equal(decoder_open(&d, e), POTOK_MORE);
	for (;;) {
		assert_int_equal(decoder_run(d, in + i, n - i, true, out + o, &r), POTOK_MORE);
		if (r.plain > 0)
			assert_int_equal(plain_run(out + o, r.plain), r.plain);
		if (r.ill) {
			out[o++] = '?';
			i += r.bad;
			decoder_skip(d, &r);
			continue;
		}
		if (r.used == 0 && r.made == 0)
			break;
		i += r.used;
		o += r.made;
	}
	decoder_close(d);
	assert_int_equal(i, n);
	return o;
}

/* All single-byte encodings, with bytes by chance and those of text. */
static void
test_single(void **state)
{
	enum { N = 3000 };
	static unsigned char in[N], want[3 * N], got[DECODE_OUT + 3 * N];
	const char *label;
	bool alias;
	uint32_t seed = 7;
	int tables = 0;

	(void)state;
	for (size_t i = 0; (label = potok_normalize_label(i, &alias)) != NULL; i++) {
		struct encoding e;
		if (alias || !encoding_find(label, &e) || e.kind != ENCODING_SINGLE)
			continue;
		const uint16_t *upper = decode_upper_half(e.name);
		assert_non_null(upper);
		tables++;
		for (int round = 0; round < 6; round++) {
			size_t o = 0, n = N - chance(&seed) % 40;
			for (size_t k = 0; k < n; k++) {
				unsigned c = chance(&seed);
				in[k] = (unsigned char)(round == 0   ? c
							: round == 1 ? k
							: c & 0x700  ? 0xC0 | (c & 0x3F)
								     : 0x20 + c % 0x60);
				uint32_t cp = in[k] < 0x80 ? in[k] : upper[in[k] - 0x80];
				if (cp == 0xFFFF)
					want[o++] = '?';
				else
					o += (size_t)potok_utf8_encode(cp, want + o);
			}
			assert_int_equal(decode_all(&e, in, n, got), o);
			assert_memory_equal(got, want, o);
		}
	}
	assert_true(tables > 30);
}

/* UTF-16: all units, and blends of lengths. */
static void
test_units(void **state)
{
	enum { N = 0x10000 + 30000 };
	static unsigned char in[2][2 * N], want[4 * N], got[4 * N + DECODE_OUT];
	static const uint32_t most[] = {0x80, 0x800, 0x10000, 0x110000};
	struct encoding e;
	uint32_t seed = 3;
	size_t n = 0, o = 0;

	(void)state;
	for (uint32_t k = 0; n + 4 <= sizeof in[0]; k++) {
		uint32_t cp = k < 0x10000 ? k : chance(&seed) % most[(k >> 6) % 4];
		uint32_t units[2] = {cp, 0};
		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		if (cp >= 0x10000) {
			units[0] = 0xD7C0 + (cp >> 10);
			units[1] = 0xDC00 | (cp & 0x3FF);
		}
		for (int u = 0; u < (cp >= 0x10000 ? 2 : 1); u++, n += 2) {
			in[0][n] = in[1][n + 1] = (unsigned char)units[u];
			in[0][n + 1] = in[1][n] = (unsigned char)(units[u] >> 8);
		}
		o += (size_t)potok_utf8_encode(cp, want + o);
	}
	for (int big = 0; big < 2; big++) {
		assert_true(encoding_find(big ? "utf-16be" : "utf-16le", &e));
		assert_int_equal(decode_all(&e, in[big], n, got), o);
		assert_memory_equal(got, want, o);
	}
}

/* Many line breaks: each is counted, the first has its place, the text is the same cut anywhere. */
static void
test_line_breaks(void **state)
{
	enum { N = 2000 };
	unsigned char in[N], want[N + 1];
	static const char *const from[] = {"utf-8", "auto", "windows-1252"};
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 60; round++) {
		size_t o = 0, breaks = 0, first = N;
		for (size_t k = 0; k < N; k++) {
			unsigned c = chance(&seed) % (round < 30 ? 3 : 40);
			in[k] = c == 0 || round == 0 ? '\r' : c == 1 ? '\n' : 'x';
			if (k + 1 == N)
				in[k] = 'x';
			if (in[k] == '\r') {
				first = breaks++ == 0 ? k : first;
				want[o++] = '\n';
			} else if (in[k] != '\n' || k == 0 || in[k - 1] != '\r') {
				want[o++] = in[k];
			}
		}
		want[o++] = '\n'; /* the missing last one */
		struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
		struct potok_normalize n;
		struct potok_buf out = {.limit = 1 + chance(&seed) % 300};
		size_t taken = 0, given = 0, made = 0;
		options.from = from[round % 3];
		enum potok_status s = potok_normalize_init(&n, &options);
		while (s == POTOK_MORE || s == POTOK_FULL) {
			if (s == POTOK_MORE)
				given += chance(&seed) % (round % 2 ? 4 : 400);
			given = given > N ? N : given;
			struct potok_slice in_now = {in + taken, given - taken};
			s = potok_process(&n.stage, &in_now, &out, given == N);
			taken = given - in_now.len;
			struct potok_slice bytes = potok_buf_bytes(&out);
			assert_true(made + bytes.len <= o);
			assert_memory_equal(want + made, bytes.data, bytes.len);
			made += bytes.len;
			potok_buf_clear(&out);
		}
		assert_int_equal(s, POTOK_DONE);
		assert_int_equal(made, o);
		assert_int_equal(n.counts[LINE_BREAKS].n, breaks);
		assert_int_equal(n.counts[LINE_BREAKS].first, first);
		potok_close(&n.stage);
		potok_buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_clear),
	    cmocka_unit_test(test_plain_bytes),
	    cmocka_unit_test(test_plain_leads),
	    cmocka_unit_test(test_single),
	    cmocka_unit_test(test_units),
	    cmocka_unit_test(test_line_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
