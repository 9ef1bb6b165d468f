/*
 * Counts letter pairs in translated messages, for data/pairs.tsv.  Run as
 * `gen-pairs LANGUAGE FILE.mo...`; each file is a message catalogue of GNU gettext in UTF-8.
 * Counted are pairs with at least one character outside ASCII, case folded.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { LETTERS = 0x500, LEAST = 3 };

static uint32_t count[LETTERS][LETTERS];

/* The symbol that stands for a character in the table: letters for themselves, others by kind; 0
 * for what tells nothing. */
static UChar32
symbol(UChar32 c)
{
	if (c < 0x80 && !u_isalpha(c))
		return u_isdigit(c) ? '0' : c <= ' ' ? ' ' : '.';
	if (c == 0xAB || c == 0x201C || c == 0x201E || c == 0x2018)
		return 0xAB; /* what opens */
	if (c == 0xBB || c == 0x201D || c == 0x2019)
		return 0xBB; /* what closes */
	if (c == 0x2013 || c == 0x2014)
		return '-';
	if (c == 0xA0)
		return '_';
	if (c == 0x2116 || c == 0x2026 || c == 0xA9 || c == 0xB0 || c == 0xA7)
		return '#';
	c = u_tolower(c);
	return u_isalpha(c) && c < LETTERS && (c < 0x250 || c >= 0x400) ? c : 0;
}

static void
count_text(const uint8_t *s, int32_t n)
{
	UChar32 before = ' ';
	int high = 0;

	for (int32_t i = 0; i < n;) {
		UChar32 c;
		U8_NEXT(s, i, n, c);
		if (c < 0)
			return;
		UChar32 now = symbol(c);
		if (before != 0 && now != 0 && (high || c >= 0x80))
			count[before][now]++;
		before = now;
		high = c >= 0x80;
	}
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
	uint32_t messages = word(data + 8), table = word(data + 16);
	if ((uint64_t)table + 8ull * messages > n)
		return 0;
	for (uint32_t i = 0; i < messages; i++) {
		uint32_t len = word(data + table + 8 * i), at = word(data + table + 8 * i + 4);
		if ((uint64_t)at + len >= n)
			return 0;
		if (i == 0) { /* the header */
			if (strstr((char *)data + at, "charset=UTF-8") == NULL)
				return 0;
			continue;
		}
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
	for (int i = 2; i < argc; i++) {
		if (!count_catalogue(argv[i]))
			fprintf(stderr, "gen-pairs: %s: no catalogue in UTF-8\n", argv[i]);
	}
	for (UChar32 a = 0; a < LETTERS; a++) {
		for (UChar32 b = 0; b < LETTERS; b++) {
			if (count[a][b] < LEAST)
				continue;
			printf("%s\t", argv[1]);
			print_symbol(a);
			print_symbol(b);
			printf("\t%u\n", count[a][b]);
		}
	}
	return 0;
}
