/*
 * The fast ways of the stage normalize against ICU itself: all pairs of bytes of the East Asian
 * encodings, and marks by chance behind letters of many scripts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

/* Runs the stage over bytes; the caller frees *out. */
static bool
run(const struct potok_normalize_options *o, const void *data, size_t n, struct potok_buf *out)
{
	struct potok_normalize stage;
	struct potok_slice in = {data, n};
	enum potok_status s = potok_normalize_init(&stage, o);

	*out = (struct potok_buf){.limit = SIZE_MAX};
	if (s >= 0)
		s = potok_process(&stage.stage, &in, out, true);
	bool done = s == POTOK_DONE && potok_buf_own(out) == POTOK_MORE;
	potok_close(&stage.stage);
	return done;
}

/* The lines where two texts differ. */
static int
compare(const char *what, const struct potok_buf *got, const char *want, size_t n)
{
	size_t i = 0;

	if (got->len == n && memcmp(got->data, want, n) == 0)
		return 0;
	while (i < n && i < got->len && got->data[i] == (unsigned char)want[i])
		i++;
	printf("%s: %zu bytes, expected %zu; differ at %zu\n", what, got->len, n, i);
	for (size_t k = i > 8 ? i - 8 : 0; k < i + 8 && k < n && k < got->len; k++)
		printf(" %02X/%02X", got->data[k], (unsigned char)want[k]);
	printf("\n");
	return 1;
}

/* Text of all pairs of bytes that may be, one a line, and of some of them run together. */
static int
check_pairs(const char *label, const char *icu)
{
	enum { N = 0x60000 };
	static char in[N], want[4 * N];
	static UChar text[2 * N];
	struct potok_normalize_options options = {
	    .from = label, .form = POTOK_FORM_NONE, .keep_breaks = true};
	struct potok_buf out;
	UErrorCode e = U_ZERO_ERROR;
	int32_t made = 0;
	size_t n = 0;

	for (unsigned pair = 0x8040; pair < 0xFFFF; pair++) {
		/* Of 7F some of ICU's tables make U+001A. */
		if ((pair & 0xFF) < 0x30 || (pair & 0xFF) == 0x7F)
			continue;
		in[n++] = (char)(pair >> 8);
		in[n++] = (char)pair;
		if (pair % 7 != 0)
			in[n++] = '\n';
	}
	in[n++] = '\n';
	UConverter *c = ucnv_open(icu, &e);
	int32_t len = ucnv_toUChars(c, text, 2 * N, in, (int32_t)n, &e);
	/* ICU substitutes U+001A for single bytes; there is none in the input. */
	for (int32_t i = 0; i < len; i++)
		text[i] = text[i] == 0x1A ? POTOK_REPLACEMENT : text[i];
	u_strToUTF8(want, sizeof want, &made, text, len, &e);
	ucnv_close(c);
	if (U_FAILURE(e) || !run(&options, in, n, &out)) {
		printf("%s: %s\n", label, u_errorName(e));
		return 1;
	}
	int wrong = compare(label, &out, want, (size_t)made);
	potok_buf_free(&out);
	return wrong;
}

static uint32_t
chance(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Appends cp as UTF-16. */
static void
append(UChar *text, int32_t *n, uint32_t cp)
{
	U16_APPEND_UNSAFE(text, *n, cp);
}

/* Letters and marks that make pairs, marks that do not, and any other character now and then. */
static int
check_composing(void)
{
	enum { N = 400000 };
	static UChar in[N + 8], want[2 * N];
	static char in8[3 * N], want8[3 * N];
	static uint32_t first[2000], second[2000];
	struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
	options.repair = POTOK_REPAIR_CONTROLS;
	struct potok_buf out;
	UErrorCode e = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&e);
	uint32_t npairs = 0, seed = 11;
	int32_t n = 0, n8, nwant8;

	for (UChar32 c = 0; c < 0x10000 && npairs < 2000; c++) {
		UErrorCode e2 = U_ZERO_ERROR;
		UChar d[8];
		if ((c < 0xAC00 || c >= 0xD7A4 || c % 20 == 0) &&
		    unorm2_getRawDecomposition(nfc, c, d, 8, &e2) == 2 && !U16_IS_SURROGATE(d[0])) {
			first[npairs] = d[0];
			second[npairs++] = d[1];
		}
	}
	while (n < N) {
		unsigned k = chance(&seed) % 16;
		uint32_t p = chance(&seed) % npairs, cp = chance(&seed) % 0x110000;
		if (k < 6)
			append(in, &n, first[p]);
		else if (k < 8)
			append(in, &n, 'a' + cp % 26);
		else if (k < 13)
			append(in, &n, second[p]);
		else if (k == 13)
			append(in, &n, 0x300 + cp % 0x70);
		else if (k == 14 && chance(&seed) % 8 == 0 && U_IS_UNICODE_CHAR((UChar32)cp) &&
			 u_charType((UChar32)cp) != U_CONTROL_CHAR && cp != 0x2028 && cp != 0x2029)
			append(in, &n, cp);
		else if (k == 15)
			append(in, &n, (uint32_t[]){0x0A, 0x20, 0x09, 0x2E}[cp % 4]);
	}
	append(in, &n, '\n');
	int32_t len = unorm2_normalize(nfc, in, n, want, 2 * N, &e);
	u_strToUTF8(in8, sizeof in8, &n8, in, n, &e);
	u_strToUTF8(want8, sizeof want8, &nwant8, want, len, &e);
	if (U_FAILURE(e) || !run(&options, in8, (size_t)n8, &out)) {
		printf("composing: %s\n", u_errorName(e));
		return 1;
	}
	int wrong = compare("composing", &out, want8, (size_t)nwant8);
	potok_buf_free(&out);
	return wrong;
}

int
main(void)
{
	static const char *const encodings[][2] = {{"gb18030", "gb18030"}, {"gbk", "gb18030"},
	    {"iana:Big5", "Big5"}, {"big5", "Big5-HKSCS"}, {"shift_jis", "windows-31j"},
	    {"iana:Shift_JIS", "Shift_JIS"}, {"euc-jp", "EUC-JP"}, {"euc-kr", "windows-949"},
	    {"euc-tw", "EUC-TW"}};
	int wrong = check_composing();

	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		wrong += check_pairs(encodings[i][0], encodings[i][1]);
	return wrong > 0;
}
