/*
 * Writes mojibake_bytes.h: which byte a character is in the encodings that text is wrongly read in,
 * from single_byte.h.  Run as `gen-mojibake_bytes > mojibake_bytes.h`.
 */
#include <stdio.h>
#include <string.h>

#include "models.h"
#include "single_byte.h"

enum {
	BLOCK = 64, /* characters; those with the same bytes before the last one of UTF-8 */
	BLOCKS = 0x10000 / BLOCK,
	LANES = 8,
	UTF8_MOST = 15,
};

/* In the order of enum mojibake_kind; two encodings in a lane differ only where one of them has
 * letters for signs of the other. */
static const char *const lanes[][2] = {
    {"iana:ISO-8859-1", "windows-1252"},
    {"windows-1251"},
    {"KOI8-R", "KOI8-U"},
    {"IBM866"},
    {"ISO-8859-5"},
    {"x-mac-cyrillic"},
    {"IBM437"},
};

static unsigned char bytes[0x10000][LANES];

static int
fill(size_t lane, const char *name)
{
	for (size_t i = 0; i < sizeof single_bytes / sizeof single_bytes[0]; i++) {
		if (strcmp(single_bytes[i].name, name) != 0)
			continue;
		for (unsigned b = 0; b < 128; b++) {
			if (single_bytes[i].upper[b] != 0xFFFF)
				bytes[single_bytes[i].upper[b]][lane] = (unsigned char)(0x80 + b);
		}
		return 1;
	}
	fprintf(stderr, "gen-mojibake-bytes: no table of %s\n", name);
	return 0;
}

static int
is_empty(unsigned block)
{
	for (unsigned c = block * BLOCK; c < (block + 1) * BLOCK; c++) {
		for (unsigned lane = 0; lane < LANES; lane++) {
			if (bytes[c][lane] != 0)
				return 0;
		}
	}
	return 1;
}

/* The class of a small letter, or of a space, in a language. */
static unsigned
class_of(size_t language, unsigned c)
{
	unsigned is = model_symbol(model_symbols, model_blocks, c);
	unsigned letter = is & SYMBOL_CAPITAL ? 0 : is & SYMBOL_LETTER;

	if (letter != 0 && model_classes[language][letter - 1] >= CLASS_LETTER)
		return model_classes[language][letter - 1];
	return c == ' ' ? CLASS_SPACE : CLASS_OTHER;
}

/* What the letter b costs behind a, in the language where it costs least. */
static int
cost(unsigned a, unsigned b)
{
	static const char *const languages[] = {"ru", "uk", "be", "bg", "sr", "mk"};
	int least = 255;

	for (size_t i = 0; i < MODEL_LANGUAGES; i++) {
		for (size_t k = 0; k < sizeof languages / sizeof languages[0]; k++) {
			const struct model *m = &models[i];
			int c = m->costs[class_of(i, a) * (unsigned)m->n + class_of(i, b)];
			if (strcmp(m->name, languages[k]) == 0 && c < least)
				least = c;
		}
	}
	return least;
}

/* The small letter that the byte of a capital of one encoding is in the other. */
static unsigned
other(unsigned capital, int koi8)
{
	unsigned byte = bytes[capital][koi8 ? 2 : 1];

	for (unsigned c = 0x430; c < 0x450; c++) {
		if (bytes[c][koi8 ? 1 : 2] == byte)
			return c;
	}
	return 0x401; /* not a letter of either kind */
}

/* What a capital costs more than the small letter that its byte is in the other encoding, behind
 * another one; a == 0: a space. */
static int
gain(unsigned a, unsigned b, int koi8)
{
	return (cost(a == 0 ? ' ' : 0x42F + a, 0x430 + b) -
		   cost(a == 0 ? ' ' : other(0x40F + a, koi8), other(0x410 + b, koi8))) /
	       2;
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* The most that two capitals can add to what a row shows: the larger gain.  Three pairs that may be
 * UTF-8 read as ISO-8859-5 show it alone, whatever stands between them; a space takes nothing away.
 */
static int
most(unsigned a, unsigned b)
{
	enum { PE = 0x0F, TE = 0x12, HA = 0x15 };
	int more = larger(gain(a, b, 0), gain(a, b, 1));

	if (a >= TE + 1 && a <= HA + 1 && b <= PE)
		return larger(more, UTF8_MOST);
	return a == 0 || (a <= PE + 1 && b >= TE && b <= HA) ? larger(more, 0) : more;
}

static void
print_gains(void)
{
	printf(
	    "\n/* What capitals, U+0410 to U+042F, cost more than the small letters that their "
	    "bytes are in KOI8-R\n * when they are windows-1251, and the other way round; behind a "
	    "space, and behind each of them: from\n * models.h, in quarters of a bit, the first of "
	    "the two * 65536. */\nstatic const int32_t mojibake_gain[33][32] = {");
	for (unsigned a = 0; a < 33; a++) {
		printf("\n\t{");
		for (unsigned b = 0; b < 32; b++)
			printf(
			    "%s%d,", b % 8 ? " " : "\n\t\t", gain(a, b, 0) * 65536 + gain(a, b, 1));
		printf("\n\t},");
	}
	printf(
	    "\n};\n\n"
	    "/* The most that a pair can add to either, and a third of what shows UTF-8 that was "
	    "read as\n"
	    " * ISO-8859-5 to a pair that may be; what may stand between two such pairs takes "
	    "nothing away. */\n"
	    "enum { MOJIBAKE_UTF8_MOST = %d };\n"
	    "static const int8_t mojibake_most[33][32] = {",
	    UTF8_MOST);
	for (unsigned a = 0; a < 33; a++) {
		printf("\n\t{");
		for (unsigned b = 0; b < 32; b++)
			printf("%s%d,", b % 16 ? " " : "\n\t\t", most(a, b));
		printf("\n\t},");
	}
	printf("\n};\n");
}

int
main(void)
{
	unsigned count = 1, last = 0;

	for (size_t lane = 0; lane < sizeof lanes / sizeof lanes[0]; lane++) {
		for (size_t k = 0; k < 2 && lanes[lane][k] != NULL; k++) {
			if (!fill(lane, lanes[lane][k]))
				return 1;
		}
	}
	/* ICU has the Greek letter; others, the sign. */
	bytes[0xB5][6] = bytes[0x3BC][6];
	for (unsigned block = 0; block < BLOCKS; block++)
		last = is_empty(block) ? last : block;
	printf(
	    "/* Which byte a character is in the encodings that text is wrongly read in: the byte "
	    "of enum\n * mojibake_kind k is bits 8 k to 8 k + 7, 0 when the encoding has it not.  "
	    "Characters below 80 are\n * not there.  From single_byte.h by gen_mojibake_bytes.c; "
	    "generated, do not edit.\n */\n#include <stdint.h>\n\nenum { MOJIBAKE_BLOCKS = %u };"
	    "\n\n/* By character / 64: the row of mojibake_rows. */\n"
	    "static const uint8_t mojibake_block[MOJIBAKE_BLOCKS] = {",
	    last + 1);
	for (unsigned block = 0; block <= last; block++)
		printf("%s%u,", block % 24 ? " " : "\n\t", is_empty(block) ? 0 : count++);
	printf("\n};\n\nstatic const uint64_t mojibake_rows[][64] = {\n\t{0},\n");
	for (unsigned block = 0; block <= last; block++) {
		if (is_empty(block))
			continue;
		printf("\t/* U+%04X */\n\t{", block * BLOCK);
		for (unsigned i = 0; i < BLOCK; i++) {
			printf("%s0x", i % 4 ? " " : "\n\t\t");
			for (unsigned lane = LANES; lane-- > 0;)
				printf("%02X", bytes[block * BLOCK + i][lane]);
			printf(",");
		}
		printf("\n\t},\n");
	}
	printf("};\n");
	print_gains();
	return 0;
}
