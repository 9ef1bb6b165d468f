/*
 * Writes nfc.h: which characters pass the cleaner unchanged whatever stands before them, and which
 * ones are composed.  Run as `gen-nfc > nfc.h`; the properties come from ICU.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uversion.h>

enum { BLOCKS = 0x110000 / 64, ROWS = BLOCKS / 64 };

/* Controls but TAB and LF, LINE SEPARATOR, PARAGRAPH SEPARATOR. */
static int
is_break_or_control(UChar32 c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) || c == 0x2028 ||
	       c == 0x2029;
}

static int
is_plain(UChar32 c)
{
	return !U_IS_SURROGATE(c) && !is_break_or_control(c) && u_getCombiningClass(c) == 0 &&
	       u_getIntPropertyValue(c, UCHAR_NFC_QUICK_CHECK) == UNORM_YES;
}

enum { BASE = 255, BACK = 254, OTHER = 0, SLOTS = 2048 };

static int
nfc_class(const UNormalizer2 *nfc, UChar32 c)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar d[32];
	int ccc = u_getCombiningClass(c), check = u_getIntPropertyValue(c, UCHAR_NFC_QUICK_CHECK);

	if (check == UNORM_NO || unorm2_getRawDecomposition(nfc, c, d, 32, &err) >= 0)
		return OTHER;
	if (ccc > 0)
		return ccc;
	return is_plain(c) ? BASE : check == UNORM_MAYBE ? BACK : OTHER;
}

static void
write_classes(const UNormalizer2 *nfc)
{
	static uint8_t blocks[1024][64];
	int nblocks = 0, block_of[1024];

	for (int b = 0; b < 1024; b++) {
		for (int i = 0; i < 64; i++)
			blocks[nblocks][i] = (uint8_t)nfc_class(nfc, b * 64 + i);
		int k = 0;
		while (memcmp(blocks[k], blocks[nblocks], 64) != 0)
			k++;
		nblocks += k == nblocks;
		block_of[b] = k;
	}
	printf("\nstatic const uint8_t nfc_classes[%d][64] = {", nblocks);
	for (int b = 0; b < nblocks; b++) {
		printf("\n\t{");
		for (int i = 0; i < 64; i++)
			printf("%s%d", i == 0 ? "" : i % 32 ? ", " : ",\n\t ", blocks[b][i]);
		printf("},");
	}
	printf("\n};\n\nstatic const uint8_t nfc_block[1024] = {");
	for (int b = 0; b < 1024; b++)
		printf("%s%d,", b % 32 ? " " : "\n\t", block_of[b]);
	printf("\n};\n");
}

/* The slot where the search for a pair begins. */
static unsigned
slot(unsigned first, unsigned second)
{
	return (first * 40503u ^ second * 30011u) >> 3 & (SLOTS - 1);
}

static void
write_pairs(const UNormalizer2 *nfc)
{
	static unsigned pairs[SLOTS][3];

	for (UChar32 c = 0; c < 0x10000; c++) {
		UErrorCode err = U_ZERO_ERROR;
		UChar d[32];
		int len = unorm2_getRawDecomposition(nfc, c, d, 32, &err);
		if (len != 2 || U_IS_SURROGATE(d[0]) || (c >= 0xAC00 && c < 0xD7A4) ||
		    unorm2_composePair(nfc, d[0], d[1]) != c)
			continue;
		unsigned i = slot(d[0], d[1]);
		while (pairs[i][2] != 0)
			i = (i + 1) % SLOTS;
		pairs[i][0] = d[0];
		pairs[i][1] = d[1];
		pairs[i][2] = (unsigned)c;
	}
	printf("\nstatic const uint16_t nfc_pairs[%d][3] = {", SLOTS);
	for (int i = 0; i < SLOTS; i++)
		printf("%s{0x%X, 0x%X, 0x%X},", i % 6 ? " " : "\n\t", pairs[i][0], pairs[i][1],
		    pairs[i][2]);
	printf("\n};\n");
}

int
main(void)
{
	static uint64_t bits[BLOCKS];
	static uint8_t rows[ROWS][64];
	uint8_t row_of[ROWS];
	int nbits = 0, nrows = 0;
	UVersionInfo unicode;
	char version[U_MAX_VERSION_STRING_LENGTH];

	for (int r = 0; r < ROWS; r++) {
		uint8_t row[64];
		for (int b = 0; b < 64; b++) {
			uint64_t set = 0;
			for (int i = 0; i < 64; i++)
				set |= (uint64_t)(is_plain((r * 64 + b) * 64 + i) != 0) << i;
			int k = 0;
			while (k < nbits && bits[k] != set)
				k++;
			if (k == nbits)
				bits[nbits++] = set;
			row[b] = (uint8_t)k;
		}
		int k = 0;
		while (k < nrows && memcmp(rows[k], row, sizeof row) != 0)
			k++;
		if (k == nrows)
			memcpy(rows[nrows++], row, sizeof row);
		row_of[r] = (uint8_t)k;
	}
	if (nbits > 256) {
		fprintf(stderr, "gen-nfc: too many different blocks\n");
		return 1;
	}
	u_getUnicodeVersion(unicode);
	u_versionToString(unicode, version);
	printf(
	    "/* Characters that the cleaner passes unchanged.  Unicode %s, by ICU %s.\n"
	    " * Made by gen_nfc.c; generated, do not edit.\n"
	    " *\n"
	    " * A bit is set for each scalar value of combining class 0 with NFC_Quick_Check=Yes\n"
	    " * that is no control but TAB and LF, nor U+2028 or U+2029.  The bit of c is bit c & "
	    "63\n"
	    " * of plain_bits[plain_block[plain_row[c >> 12]][c >> 6 & 63]].\n"
	    " *\n"
	    " * nfc_classes[nfc_block[c >> 6]][c & 63] tells of a character below U+10000: "
	    "NFC_BASE,\n"
	    " * it is such a one and has no decomposition; NFC_BACK, of combining class 0 without\n"
	    " * decomposition, it may be composed with the one before; a combining class; "
	    "NFC_OTHER.\n"
	    " *\n"
	    " * The pair of a and b, which are no Hangul, becomes c: {a, b, c} stands in nfc_pairs "
	    "at\n"
	    " * nfc_slot(a, b) or behind it, before the next c that is 0.\n"
	    " */\n"
	    "#include <stdint.h>\n\n"
	    "#define NFC_UNICODE_VERSION \"%s\"\n\n",
	    version, U_ICU_VERSION, version);
	printf("static const uint64_t plain_bits[%d] = {", nbits);
	for (int k = 0; k < nbits; k++)
		printf("%s0x%016llX,", k % 4 ? " " : "\n\t", (unsigned long long)bits[k]);
	printf("\n};\n\nstatic const uint8_t plain_block[%d][64] = {", nrows);
	for (int r = 0; r < nrows; r++) {
		printf("\n\t{");
		for (int b = 0; b < 64; b++)
			printf("%s%d", b == 0 ? "" : b % 32 ? ", " : ",\n\t ", rows[r][b]);
		printf("},");
	}
	printf("\n};\n\nstatic const uint8_t plain_row[%d] = {", ROWS);
	for (int r = 0; r < ROWS; r++)
		printf("%s%d,", r % 32 ? " " : "\n\t", row_of[r]);
	printf("\n};\n\n"
	       "enum { NFC_OTHER = 0, NFC_BACK = 254, NFC_BASE = 255, NFC_SLOTS = %d };\n\n"
	       "static inline unsigned\nnfc_slot(uint32_t a, uint32_t b)\n{\n"
	       "\treturn (a * 40503u ^ b * 30011u) >> 3 & (NFC_SLOTS - 1);\n}\n",
	    SLOTS);
	UErrorCode err = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&err);
	if (U_FAILURE(err))
		return 1;
	write_classes(nfc);
	write_pairs(nfc);
	return 0;
}
