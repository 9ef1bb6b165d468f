/*
 * Which bytes may begin a character that is not plain, for the SIMD variants.  Private to
 * normalize.
 *
 * A rule is a bit.  What is suspicious is looked at by scalar code: the rules may say too much,
 * never too little.  A test compares them with the reference for each character.
 */
#ifndef NORMALIZE_PLAIN_SIMD_H
#define NORMALIZE_PLAIN_SIMD_H

#include "plain.h"
#include "utf8_simd.h"

/*
 * AVX-512: two bytes are suspicious when a bit is set in plain_lead of the first and in
 * plain_second of the second; three when it is set in all of plain_lead3, plain_second3 and
 * plain_third.  The index is the low six bits of the byte.
 */
enum {
	ANY = 1 << 0,     /* whole lead bytes */
	EARLY = 1 << 1,   /* 80 to 8A: U+0080, U+0387, U+0483, U+05C1 */
	MARKS = 1 << 2,   /* 90 to BF: Hebrew and Arabic marks */
	ARABIC = 1 << 3,  /* 8B to 9F, B0: also the rest of C1 */
	RARE2 = 1 << 4,   /* E2: 83, 8C, AB, B3 to B7 */
	RARE3 = 1 << 5,   /* EF: A4 to AD, B8 */
	RAREA = 1 << 6,   /* EA: 98 to AF */
	RARE0 = 1 << 7,   /* F0: 90 to 9E, AF */
	GENERAL = 1 << 0, /* E2 80: 80, 81, A8, A9 */
	SIGNS = 1 << 1,   /* E2 84: A6, AA, AB */
	TONES = 1 << 2,   /* E3 80: AA to AF */
	VOICED = 1 << 3,  /* E3 82: 99, 9A */
};

/* clang-format off */
static const unsigned char plain_lead[64] = {
	/* C0 */ 0, 0, EARLY | ARABIC, 0, 0, 0, 0, 0, 0, 0, 0, 0, ANY, ANY, EARLY, 0,
	/* D0 */ 0, 0, EARLY, 0, 0, 0, MARKS, EARLY, MARKS, ARABIC, MARKS, MARKS, ANY, ANY, ANY, ANY,
	/* E0 */ ANY, ANY, RARE2, 0, 0, 0, 0, 0, 0, 0, RAREA, 0, 0, 0, 0, RARE3,
	/* F0 */ RARE0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
static const unsigned char plain_second[64] = {
	/* 80 */ ANY | EARLY, ANY | EARLY, ANY | EARLY, ANY | EARLY | RARE2, ANY | EARLY, ANY | EARLY,
	/* 86 */ ANY | EARLY, ANY | EARLY, ANY | EARLY, ANY | EARLY, ANY | EARLY, ANY | ARABIC,
	/* 8C */ ANY | ARABIC | RARE2,
	/* 8D */ ANY | ARABIC, ANY | ARABIC, ANY | ARABIC,
#define MANY (ANY | MARKS | ARABIC | RARE0)
	/* 90 */ MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,
	/* 98 */ MANY | RAREA, MANY | RAREA, MANY | RAREA, MANY | RAREA, MANY | RAREA, MANY | RAREA,
	/* 9E */ MANY | RAREA, ANY | MARKS | ARABIC | RAREA,
#undef MANY
#define MANY (ANY | MARKS | RAREA)
	/* A0 */ MANY, MANY, MANY, MANY, MANY | RARE3, MANY | RARE3, MANY | RARE3, MANY | RARE3,
	/* A8 */ MANY | RARE3, MANY | RARE3, MANY | RARE3, MANY | RARE3 | RARE2, MANY | RARE3,
	/* AD */ MANY | RARE3, MANY, MANY | RARE0,
#undef MANY
#define MANY (ANY | MARKS)
	/* B0 */ MANY | ARABIC, MANY, MANY, MANY | RARE2, MANY | RARE2, MANY | RARE2, MANY | RARE2,
	/* B7 */ MANY | RARE2, MANY | RARE3, MANY, MANY, MANY, MANY, MANY, MANY, MANY,
#undef MANY
};
static const unsigned char plain_lead3[64] = {
	[0x22] = GENERAL | SIGNS, [0x23] = TONES | VOICED,
};
static const unsigned char plain_second3[64] = {
	[0x00] = GENERAL | TONES, [0x02] = VOICED, [0x04] = SIGNS,
};
static const unsigned char plain_third[64] = {
	[0x00] = GENERAL, [0x01] = GENERAL, [0x19] = VOICED, [0x1A] = VOICED, [0x26] = SIGNS,
	[0x28] = GENERAL, [0x29] = GENERAL, [0x2A] = SIGNS | TONES, [0x2B] = SIGNS | TONES,
	[0x2C] = TONES, [0x2D] = TONES, [0x2E] = TONES, [0x2F] = TONES,
};
/* clang-format on */

/*
 * AVX2: a rule is a product of four sets of nibbles, the high and the low one of a byte and those
 * of the byte behind it; bit k of entry i says that nibble i is in the set of rule k.  The rules:
 *
 *   plain_two
 *   0  a control below 10 but TAB and LF, behind anything
 *   1  a control from 10 to 1F, behind anything
 *   2  C2 90..9F: controls
 *   3  C2, C7, CE, D2, D7, DE with 80..8F: controls, U+0387, marks
 *   4  CC, CD, DC, DD with anything: marks
 *   5  D6, D8, D9, DB with 90..9F: Hebrew and Arabic marks
 *   6  D6, DB, DE, DF with A0..BF: Hebrew, Arabic, Thaana and NKo marks
 *   7  D9 with 80, 8B..8F, B0, BB..BF: Arabic vowels
 *
 *   plain_three, of which the first four need the third byte, too
 *   0  E2 80, and 80, 81, 88..8F, A0, A1, A8..AF: U+2000, U+2001, line breaks
 *   1  E3 80, and AA..AF: tone marks
 *   2  E3 82, and 99, 9A: voiced sound marks
 *   3  E2, EF with 84, 88, 8C, B4, B8, BC, and A0..AF: U+2126, U+212A, U+212B, angles, half marks
 *   4  E0, E1 with anything
 *   5  E2, EA, EF, F0 with A0..AF: compatibility ideographs, rare scripts
 *   6  EA, F0 with 90..9E: rare scripts
 *   7  E2, EF with 83, 85, 87, B3, B5, B7: marks for symbols and Coptic
 */
enum { PLAIN_BY_TWO = 0xF0 };
/* clang-format off */
static const unsigned char plain_two[4][16] = {
	{0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x1F, 0xFB, 0x03, 0x03},
	{0x03, 0x03, 0x0F, 0x03, 0x03, 0x03, 0x63, 0x0B, 0x23, 0xA3, 0x03, 0x63, 0x13, 0x13, 0x4B, 0x43},
	{0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x98, 0x34, 0x50, 0xD0, 0x00, 0x00, 0x00, 0x00},
	{0xFF, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7E, 0x7E, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
};
static const unsigned char plain_three[4][16] = {
	{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0x60},
	{0x70, 0x10, 0xA9, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x00, 0xA8},
	{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9F, 0x50, 0x30, 0x98, 0x00, 0x00, 0x00, 0x00},
	{0x73, 0x70, 0x74, 0xF0, 0x78, 0xF0, 0x70, 0xF0, 0x78, 0x70, 0x70, 0x70, 0x78, 0x70, 0x70, 0x30},
};
static const unsigned char plain_third_high[16] =
	{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x04, 0x0B, 0x00, 0x00, 0x00, 0x00, 0x00};
static const unsigned char plain_third_low[16] =
	{0x09, 0x09, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x09, 0x0D, 0x0F, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B};
/* clang-format on */

#endif
