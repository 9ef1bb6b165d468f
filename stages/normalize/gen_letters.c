/*
 * Counts letters in translated messages, for data/letters.tsv.  Run as `gen-letters LANGUAGE
 * FILE.mo...`; each file is a message catalogue of GNU gettext in UTF-8.  Counted are pairs of
 * symbols, case folded; in Chinese, Japanese and Korean single characters.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum {
	SYMBOLS = 0x1200, /* code points that are counted in pairs */
	LEAST = 3,
};

static uint32_t pairs[SYMBOLS][SYMBOLS];
static uint32_t singles[0x10000];
static int ideographic, vietnamese;
static const UNormalizer2 *nfc;

/* The symbol that stands for a character: letters for themselves, others by kind. */
static UChar32
symbol(UChar32 c)
{
	switch (c) {
	case 0xAB:
	case 0x201C:
	case 0x201E:
	case 0x2018:
	case 0x201A:
		return 0xAB; /* what opens */
	case 0xBB:
	case 0x201D:
	case 0x2019:
		return 0xBB; /* what closes */
	case 0x2013:
	case 0x2014:
		return '-';
	case 0xA0:
		return '_';
	case 0x2116:
	case 0x2026:
	case 0xA9:
	case 0xB0:
	case 0xA7:
	case 0xB7:
	case 0x2022:
		return '#';
	/* Romanian in the old encodings has the letters with cedilla. */
	case 0x218:
	case 0x219:
		return 0x15F;
	case 0x21A:
	case 0x21B:
		return 0x163;
	default:
		break;
	}
	if (c < 0x80 && !u_isalpha(c))
		return u_isdigit(c) ? '0' : c <= ' ' ? ' ' : '.';
	c = u_tolower(c);
	if (c >= SYMBOLS)
		return 0;
	return u_isalpha(c) || u_charType(c) == U_NON_SPACING_MARK ? c : 0;
}

static UChar32 before;

static void
add(UChar32 c)
{
	UChar32 now = symbol(c);

	if (before != 0 && now != 0)
		pairs[before][now]++;
	before = now;
}

/* Is c a tone of Vietnamese, which windows-1258 writes behind the letter? */
static int
is_tone(UChar32 c)
{
	return c == 0x300 || c == 0x301 || c == 0x303 || c == 0x309 || c == 0x323;
}

static void
add_vietnamese(UChar32 c)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar parts[8], rest[8], done[8];
	int32_t n = unorm2_getDecomposition(nfc, c, parts, 8, &err), nrest = 0;
	UChar32 tone = 0;

	for (int32_t i = 0; i < n; i++) {
		if (is_tone(parts[i]))
			tone = parts[i];
		else
			rest[nrest++] = parts[i];
	}
	if (U_FAILURE(err) || n < 0 || tone == 0) {
		add(c);
		return;
	}
	nrest = unorm2_normalize(nfc, rest, nrest, done, 8, &err);
	for (int32_t i = 0; i < nrest; i++)
		add(done[i]);
	add(tone);
}

static void
count_text(const uint8_t *s, int32_t n)
{
	before = ' ';
	for (int32_t i = 0; i < n;) {
		UChar32 c, next = 0;
		U8_NEXT(s, i, n, c);
		if (c < 0)
			return;
		if (i < n) {
			int32_t k = i;
			U8_NEXT(s, k, n, next);
		}
		/* Marks of access keys. */
		if ((c == '_' || c == '&') && u_isalpha(next))
			continue;
		if (ideographic && c >= 0x80 && c < 0x10000)
			singles[c]++;
		if (vietnamese)
			add_vietnamese(c);
		else
			add(c);
	}
	add(' ');
}

static uint32_t
word(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The layout of a catalogue: GNU gettext manual, "The Format of GNU MO Files". */
static int
count_catalogue(const char *name)
{
	static uint8_t data[8 << 20];
	FILE *f = fopen(name, "rb");
	size_t n = f != NULL ? fread(data, 1, sizeof data, f) : 0;

	if (f != NULL)
		fclose(f);
	if (n < 28 || n == sizeof data || word(data) != 0x950412DEu)
		return 0;
	uint32_t messages = word(data + 8), originals = word(data + 12), table = word(data + 16);
	if ((uint64_t)table + 8ull * messages > n || (uint64_t)originals + 8ull * messages > n)
		return 0;
	for (uint32_t i = 0; i < messages; i++) {
		uint32_t len = word(data + table + 8 * i), at = word(data + table + 8 * i + 4);
		uint32_t from = word(data + originals + 8 * i + 4);
		if ((uint64_t)at + len >= n || from >= n)
			return 0;
		if (i == 0 && data[from] == '\0') { /* the header */
			if (strstr((char *)data + at, "charset=UTF-8") == NULL &&
			    strstr((char *)data + at, "charset=utf-8") == NULL)
				return 0;
			continue;
		}
		/* What is not translated is in another language. */
		if (strcmp((char *)data + from, (char *)data + at) != 0)
			count_text(data + at, (int32_t)len);
	}
	return 1;
}

static void
print_symbol(UChar32 c)
{
	uint8_t utf8[4];
	int32_t n = 0;

	U8_APPEND_UNSAFE(utf8, n, c);
	fwrite(utf8, 1, (size_t)n, stdout);
}

int
main(int argc, char **argv)
{
	UErrorCode err = U_ZERO_ERROR;
	uint64_t total = 0;

	if (argc < 3)
		return 1;
	nfc = unorm2_getNFCInstance(&err);
	vietnamese = strcmp(argv[1], "vi") == 0;
	ideographic = strcmp(argv[1], "ja") == 0 || strcmp(argv[1], "ko") == 0 ||
		      strncmp(argv[1], "zh", 2) == 0;
	for (int i = 2; i < argc; i++) {
		if (!count_catalogue(argv[i]))
			fprintf(stderr, "gen-letters: %s: no catalogue in UTF-8\n", argv[i]);
	}
	for (UChar32 c = 0; ideographic && c < 0x10000; c++) {
		if (singles[c] < LEAST)
			continue;
		printf("%s\t", argv[1]);
		print_symbol(c);
		printf("\t%u\n", singles[c]);
	}
	for (UChar32 a = 0; a < SYMBOLS; a++) {
		for (UChar32 b = 0; b < SYMBOLS; b++)
			total += pairs[a][b];
	}
	for (UChar32 a = 0; !ideographic && a < SYMBOLS; a++) {
		for (UChar32 b = 0; b < SYMBOLS; b++) {
			if (pairs[a][b] < LEAST || pairs[a][b] < total / 2000000)
				continue;
			printf("%s\t", argv[1]);
			print_symbol(a);
			print_symbol(b);
			printf("\t%u\n", pairs[a][b]);
		}
	}
	return 0;
}
