/*
 * Writes nfc.h: which characters pass the cleaner unchanged whatever stands before them.  Run as
 * `gen-nfc > nfc.h`; the properties come from ICU.
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
	printf("\n};\n");
	return 0;
}
