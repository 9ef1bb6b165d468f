/* Unit tests of the fast ways of the stage normalize: each gives what one character alone gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

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

/* Decodes all of in[0..n) by the decoder of the encoding, in pieces of at most `most` bytes, an
 * ill-formed byte becomes '?'.  *clear grows by what is said to be. */
static size_t
decode_all(const struct encoding *e, const unsigned char *in, size_t n, size_t most,
    unsigned char *out, size_t *clear)
{
	struct normalize_decoder *d;
	struct decoded r = {0};
	size_t i = 0, o = 0;
	uint32_t seed = (uint32_t)n;

	assert_int_equal(decoder_open(&d, e), POTOK_MORE);
	for (;;) {
		size_t piece = most < n ? most / 2 + 1 + chance(&seed) % (most - most / 2) : n;
		piece = piece < n - i ? piece : n - i;
		bool last = piece == n - i;
		assert_int_equal(decoder_run(d, in + i, piece, last, out + o, &r), POTOK_MORE);
		if (r.plain > 0)
			assert_int_equal(plain_run(out + o, r.plain), r.plain);
		assert_true(r.clear <= r.plain);
		assert_true(r.clear <= mojibake_suspect_scalar(out + o, r.made, 0));
		*clear += r.clear;
		if (r.ill) {
			out[o++] = '?';
			i += r.bad;
			decoder_skip(d, &r);
			continue;
		}
		if (r.used == 0 && r.made == 0 && last)
			break;
		i += r.used;
		o += r.made;
	}
	decoder_close(d);
	assert_int_equal(i, n);
	return o;
}

/* The n-th single-byte encoding of ours, NULL: there are no more. */
static const uint16_t *
single_bytes(size_t nth, struct encoding *e)
{
	const char *label;
	bool alias;

	for (size_t i = 0; (label = potok_normalize_label(i, &alias)) != NULL; i++) {
		if (!alias && encoding_find(label, e) && e->kind == ENCODING_SINGLE && nth-- == 0)
			return decode_upper_half(e->name);
	}
	return NULL;
}

/* Words of a few rows of the table, with what stands at words, and sometimes any byte. */
static void
make_bytes(unsigned char *in, size_t n, uint32_t *seed)
{
	static const char ascii[] = "  . , \n\t-aetoN(";
	unsigned rows[2] = {8 + chance(seed) % 8, 8 + chance(seed) % 8};
	unsigned rare = 2 + chance(seed) % 300, word = 2 + chance(seed) % 40;

	for (size_t k = 0; k < n; k++) {
		unsigned c = chance(seed);
		in[k] = (unsigned char)(rows[c & 1] << 4 | (c >> 1 & 0xF));
		if (chance(seed) % word == 0)
			in[k] = (unsigned char)ascii[c % (sizeof ascii - 1)];
		if (chance(seed) % rare == 0)
			in[k] = (unsigned char)c;
		if (chance(seed) % 64 == 0) {
			rows[0] = rows[1];
			rows[1] = 8 + c % 8;
		}
	}
}

/* What the bytes become; '?' stands for one that is no character. */
static size_t
single_slowly(const uint16_t *upper, const unsigned char *in, size_t n, unsigned char *out)
{
	size_t o = 0;

	for (size_t k = 0; k < n; k++) {
		uint32_t cp = in[k] < 0x80 ? in[k] : upper[in[k] - 0x80];
		o += (size_t)potok_utf8_encode(cp == 0xFFFF ? '?' : cp, out + o);
	}
	return o;
}

/* All single-byte encodings, with bytes by chance and those of text, cut anywhere. */
static void
test_single(void **state)
{
	enum { N = 3000, ROUNDS = 40 };
	static unsigned char in[N], want[3 * N], got[DECODE_OUT + 3 * N];
	const uint16_t *upper;
	struct encoding e;
	uint32_t seed = 7;
	size_t tables = 0, clear = 0, all = 0;

	(void)state;
	for (; (upper = single_bytes(tables, &e)) != NULL; tables++) {
		for (unsigned round = 0; round < ROUNDS; round++) {
			size_t from = chance(&seed) % 40, n = N - from;
			make_bytes(in + from, n, &seed);
			for (size_t k = from; k < N && round < 2; k++)
				in[k] = (unsigned char)(round == 0 ? chance(&seed) : k);
			size_t o = single_slowly(upper, in + from, n, want);
			size_t most = round % 2 == 0 ? SIZE_MAX : 1 + chance(&seed) % 200;
			assert_int_equal(decode_all(&e, in + from, n, most, got, &clear), o);
			assert_memory_equal(got, want, o);
			all += o;
		}
	}
	assert_true(tables > 30);
	/* Without SIMD nothing is said to be clear. */
	assert_true(clear == 0 || clear > all / 50);
}

/* Every pair of bytes behind some others: what is clear ends where the search stops at what has
 * been made of them, or where that is not plain. */
static void
test_single_clear(void **state)
{
	enum { N = 120 };
	static const char text[] = " of \"a\" (b) ";
	unsigned char in[N], want[3 * N];
	static unsigned char got[DECODE_OUT];
	const uint16_t *upper;
	struct encoding e;
	uint32_t seed = 11;
	size_t stopped = 0, clear = 0;

	(void)state;
	for (size_t table = 0; (upper = single_bytes(table, &e)) != NULL; table++) {
		struct normalize_decoder *d;
		struct decoded r;
		assert_int_equal(decoder_open(&d, &e), POTOK_MORE);
		for (unsigned pair = table % 2; pair < 0x10000; pair += 1 + chance(&seed) % 3) {
			size_t n = N - chance(&seed) % 50, at = chance(&seed) % 60;
			unsigned before = chance(&seed) % 4;
			unsigned char *p = in + at;
			if ((pair & 0xFF) < 0x80 && (pair & 0xFF) != ' ')
				continue;
			for (size_t k = 0; k < n; k++)
				in[k] = (unsigned char)text[(k + pair) % (sizeof text - 1)];
			for (unsigned k = 0; k < before; k++)
				*p++ = (unsigned char)(0x80 | chance(&seed));
			*p++ = (unsigned char)(pair >> 8);
			*p++ = (unsigned char)pair;
			for (size_t k = at; k < at + before + 2 && k < n; k++)
				in[k] =
				    in[k] >= 0x80 && upper[in[k] - 0x80] == 0xFFFF ? 'x' : in[k];
			size_t made = single_slowly(upper, in, n, want);
			assert_int_equal(decoder_run(d, in, n, true, got, &r), POTOK_MORE);
			assert_int_equal(r.made, made);
			assert_memory_equal(got, want, made);
			size_t plain = plain_slowly(want, made);
			size_t suspect = mojibake_suspect_scalar(want, made, 0);
			size_t end = plain < suspect ? plain : suspect;
			if (r.clear != end && r.clear != 0)
				print_error("%s %04X at %zu\n", e.name, pair, at);
			assert_true(r.clear == end || r.clear == 0);
			stopped += suspect < plain;
			clear += r.clear;
		}
		decoder_close(d);
	}
	assert_true(stopped > 10000);
	assert_true(clear == 0 || clear > stopped);
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
	size_t n = 0, o = 0, clear = 0;

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
		assert_int_equal(decode_all(&e, in[big], n, SIZE_MAX, got, &clear), o);
		assert_memory_equal(got, want, o);
	}
}

/* A character of Cyrillic text, or of what it is taken for when it is read wrongly. */
static uint32_t
cyrillic_or_not(uint32_t *seed)
{
	static const uint32_t signs[] = {0xA0, 0xA9, 0xAB, 0xBB, 0xC3, 0x83, 0xD1, 0xE2, 0x192,
	    0x153, 0x2C6, 0x391, 0x3C9, 0x45F, 0x490, 0x491, 0x2014, 0x201E, 0x20AC, 0x2116, 0x2122,
	    0x2550, 0x2593, 0x4E00, 0x1F600, 0x7F, 0x301, 0xFFFD};
	uint32_t c = chance(seed);

	return c % 3 == 0   ? signs[c / 3 % (sizeof signs / sizeof signs[0])]
	       : c % 3 == 1 ? 0x400 + c / 3 % 0x60
			    : 0xA0 + c / 3 % 0x360;
}

/* UTF-16: what is said to be clear is, behind text that is ASCII and Cyrillic, cut anywhere. */
static void
test_units_clear(void **state)
{
	enum { CHARS = 300 };
	static const char text[] = " of \"a\" (b)\n";
	static unsigned char in[2][4 * CHARS], want[4 * CHARS], got[4 * CHARS + DECODE_OUT];
	struct encoding e;
	uint32_t seed = 13;
	size_t clear = 0, all = 0, stopped = 0;

	(void)state;
	for (int round = 0; round < 30000; round++) {
		size_t n = 0, o = 0, chars = 1 + chance(&seed) % CHARS, odd = chance(&seed) % 3;
		size_t at = chance(&seed) % chars;
		unsigned cyrillic = 1 + chance(&seed) % 8, rare = 1 + chance(&seed) % 400;
		for (size_t k = 0; k < chars; k++) {
			uint32_t c = (unsigned char)text[(k + odd) % (sizeof text - 1)];
			if (chance(&seed) % cyrillic != 0)
				c = 0x430 + chance(&seed) % 32;
			if (chance(&seed) % rare == 0 || (k >= at && k < at + odd))
				c = cyrillic_or_not(&seed);
			uint32_t units[2] = {
			    c >= 0x10000 ? 0xD7C0 + (c >> 10) : c, 0xDC00 | (c & 0x3FF)};
			for (int u = 0; u < (c >= 0x10000 ? 2 : 1); u++, n += 2) {
				in[0][n] = in[1][n + 1] = (unsigned char)units[u];
				in[0][n + 1] = in[1][n] = (unsigned char)(units[u] >> 8);
			}
			o += (size_t)potok_utf8_encode(c, want + o);
		}
		int big = round % 2;
		size_t most = round % 3 == 0 ? 4 + chance(&seed) % 100 : SIZE_MAX;
		assert_true(encoding_find(big ? "utf-16be" : "utf-16le", &e));
		assert_int_equal(decode_all(&e, in[big], n, most, got, &clear), o);
		assert_memory_equal(got, want, o);
		all += o;
		stopped += mojibake_suspect_scalar(want, o, 0) < o;
	}
	assert_true(stopped > 1000 && stopped < 29000);
	assert_true(clear == 0 || clear > all / 4);
}

/* ICU's callback: '?' stands for what is ill-formed. */
static void
write_question(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t n,
    UConverterCallbackReason reason, UErrorCode *err)
{
	const UChar question = '?';

	(void)context;
	(void)bytes;
	(void)n;
	if (reason > UCNV_IRREGULAR)
		return;
	*err = U_ZERO_ERROR;
	ucnv_cbToUWriteUChars(args, &question, 1, 0, err);
}

/* What ICU makes of the bytes, n <= 10000. */
static size_t
decode_by_icu(UConverter *icu, const unsigned char *in, size_t n, unsigned char *out, size_t room)
{
	static UChar units[20000];
	UErrorCode err = U_ZERO_ERROR;
	int32_t made;

	int32_t nunits = ucnv_toUChars(icu, units, 20000, (const char *)in, (int32_t)n, &err);
	u_strToUTF8((char *)out, (int32_t)room, &made, units, nunits, &err);
	assert_true(U_SUCCESS(err));
	return (size_t)made;
}

/* Text of the scripts that East Asian encodings have, in one of them, of at most n bytes. */
static size_t
make_east_asian(UConverter *icu, unsigned char *in, size_t n, bool plain, uint32_t *seed)
{
	static const struct {
		uint32_t from, n;
	} scripts[] = {{0x4E00, 0x5000}, {0x4E00, 0x400}, {0x3041, 86}, {0x30A1, 86},
	    {0xAC00, 11172}, {0x20, 95}, {0x3001, 2}, /* of others some are not clear */
	    {0xFF61, 63}, {0x410, 64}, {0x391, 57}, {0x2010, 24}, {0xA1, 95}, {0x2550, 32}, {1, 31},
	    {0x1F600, 9}, {0xC3, 1}, {0x20000, 0x400}};
	static const char *const between[] = {" ", "\n", "ab, ", " (1990) ", "/ the plain text /"};
	unsigned char *p = in;
	unsigned script = chance(seed) % 7, rare = 2 + chance(seed) % 100,
		 word = 1 + chance(seed) % 9;

	while (n - (size_t)(p - in) > 32) {
		UErrorCode err = U_ZERO_ERROR;
		UChar units[20];
		int32_t len = 0;
		unsigned k = script;
		if (chance(seed) % 30 == 0)
			script = chance(seed) % 7;
		if (!plain && chance(seed) % rare == 0)
			k = chance(seed) % (sizeof scripts / sizeof scripts[0]);
		U16_APPEND_UNSAFE(units, len, scripts[k].from + chance(seed) % scripts[k].n);
		if (chance(seed) % word == 0) {
			u_uastrcpy(units + len, between[chance(seed) % 5]);
			len = u_strlen(units);
		}
		p += ucnv_fromUChars(icu, (char *)p, 32, units, len, &err);
		assert_true(U_SUCCESS(err));
	}
	return (size_t)(p - in);
}

/* The encoding of ICU that the tables for pairs are for. */
static UConverter *
open_east_asian(const char *label, struct encoding *e)
{
	UErrorCode err = U_ZERO_ERROR;

	assert_true(encoding_find(label, e));
	assert_int_equal(e->kind, ENCODING_ICU);
	UConverter *icu = ucnv_open(e->name, &err);
	ucnv_setToUCallBack(icu, write_question, NULL, NULL, NULL, &err);
	ucnv_setFromUCallBack(icu, UCNV_FROM_U_CALLBACK_SKIP, NULL, NULL, NULL, &err);
	assert_true(U_SUCCESS(err));
	return icu;
}

/* Single bytes that are not ASCII, pairs with an ASCII second byte, characters of three and of four
 * bytes, pairs above U+FFFF, bytes below 80 that are not ASCII. */
static const char *const east_asian[] = {"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr",
    "windows-949", "euc-tw", "ibm-943_P130-1999", "ibm-1129", "ibm-37", "big5-hkscs"};

/* Encodings of ICU's tables: what ICU makes of them, of text and of bytes by chance, cut
 * anywhere, and the places of characters. */
static void
test_pairs(void **state)
{
	enum { N = 3000, ROUNDS = 24 };
	static unsigned char in[N], want[12 * N], got[12 * N + DECODE_OUT];
	uint32_t seed = 17;

	(void)state;
	for (size_t k = 0; k < sizeof east_asian / sizeof east_asian[0]; k++) {
		struct encoding e;
		UConverter *icu = open_east_asian(east_asian[k], &e);
		size_t clear = 0, all = 0;
		for (unsigned round = 0; round < ROUNDS; round++) {
			size_t n = make_east_asian(icu, in, N, round % 4 == 0, &seed);
			if (round < 3)
				n = 200;
			for (size_t i = 0; i < n && round < 3; i++)
				in[i] = (unsigned char)chance(&seed);
			for (unsigned i = 0; i < round % 4; i++)
				in[chance(&seed) % n] = (unsigned char)chance(&seed);
			size_t o = decode_by_icu(icu, in, n, want, sizeof want);
			size_t most = round % 3 == 0 ? SIZE_MAX : 16 + chance(&seed) % 300;
			if (decode_all(&e, in, n, most, got, &clear) != o)
				print_error("%s, round %u\n", e.name, round);
			assert_memory_equal(got, want, o);
			all += o;

			struct normalize_decoder *d;
			struct decoded r;
			assert_int_equal(decoder_open(&d, &e), POTOK_MORE);
			assert_int_equal(decoder_run(d, in, n, true, got, &r), POTOK_MORE);
			for (size_t at = 0; at < r.made; at += 1 + chance(&seed) % 400) {
				while (at > 0 && (got[at] & 0xC0) == 0x80)
					at--;
				size_t used = decoder_where(d, in, at);
				assert_true(used < r.used);
				assert_int_equal(
				    decode_by_icu(icu, in, used, want, sizeof want), at);
			}
			decoder_close(d);
		}
		if (clear < all / 20)
			print_error("%s: %zu of %zu are clear\n", e.name, clear, all);
		assert_true(clear > all / 20);
		ucnv_close(icu);
	}
}

/* Runs the stage over in[0..n), given in parts of up to `most` bytes, some of which are empty;
 * what comes is want[0..o). */
static void
assert_cut_anywhere(struct potok_normalize *stage, const struct potok_normalize_options *options,
    const unsigned char *in, size_t n, const unsigned char *want, size_t o, size_t most,
    struct potok_buf *out, uint32_t *seed)
{
	size_t taken = 0, given = 0, made = 0;
	enum potok_status s = potok_normalize_init(stage, options);

	while (s == POTOK_MORE || s == POTOK_FULL) {
		if (s == POTOK_MORE)
			given += chance(seed) % (most + 1);
		given = given > n ? n : given;
		struct potok_slice now = {in + taken, given - taken};
		s = potok_process(&stage->stage, &now, out, given == n);
		taken = given - now.len;
		struct potok_slice bytes = potok_buf_bytes(out);
		assert_true(made + bytes.len <= o);
		assert_memory_equal(want + made, bytes.data, bytes.len);
		made += bytes.len;
		potok_buf_clear(out);
	}
	assert_int_equal(s, POTOK_DONE);
	assert_int_equal(made, o);
}

/* Lines of plain text in such encodings, of which some end with CR LF: each becomes LF, whatever
 * the pieces that the stage is given. */
static void
test_pairs_lines(void **state)
{
	enum { N = 60000, PART = 9000 };
	static unsigned char in[N + PART], want[3 * (N + PART)];
	uint32_t seed = 19;

	(void)state;
	for (unsigned round = 0; round < 16; round++) {
		struct encoding e;
		UConverter *icu = open_east_asian(east_asian[round % 8], &e);
		struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
		struct potok_normalize stage;
		struct potok_buf out = {.limit = 1 + chance(&seed) % 70000};
		size_t n = 0, o = 0, breaks = 0;
		while (n < N) {
			size_t part = make_east_asian(
			    icu, in + n, 32 + chance(&seed) % (PART - 32), true, &seed);
			o += decode_by_icu(icu, in + n, part, want + o, sizeof want - o);
			n += part;
			bool crlf = round % 3 == 0 && chance(&seed) % 4 == 0;
			breaks += crlf;
			if (crlf)
				in[n++] = '\r';
			in[n++] = want[o++] = '\n';
		}
		options.from = e.name;
		size_t most = 1 + chance(&seed) % (round % 2 ? 3000 : 100000);
		assert_cut_anywhere(&stage, &options, in, n, want, o, most, &out, &seed);
		assert_int_equal(stage.counts[LINE_BREAKS].n, breaks);
		assert_int_equal(stage.counts[DECODED_BYTES].n, n);
		potok_close(&stage.stage);
		potok_buf_free(&out);
		ucnv_close(icu);
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
		options.from = from[round % 3];
		assert_cut_anywhere(&n, &options, in, N, want, o, round % 2 ? 4 : 400, &out, &seed);
		assert_int_equal(n.counts[LINE_BREAKS].n, breaks);
		assert_int_equal(n.counts[LINE_BREAKS].first, first);
		potok_close(&n.stage);
		potok_buf_free(&out);
	}
}

/* Runs all, or those that the arguments name. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_clear),
	    cmocka_unit_test(test_plain_bytes),
	    cmocka_unit_test(test_plain_leads),
	    cmocka_unit_test(test_single),
	    cmocka_unit_test(test_single_clear),
	    cmocka_unit_test(test_units),
	    cmocka_unit_test(test_units_clear),
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_pairs_lines),
	    cmocka_unit_test(test_line_breaks),
	};

	int failed = argc < 2 ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
	for (int i = 1; i < argc; i++) {
		cmocka_set_test_filter(argv[i]);
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	}
	return failed;
}
