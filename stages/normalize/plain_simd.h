/*
 * Which bytes may begin a character that is not plain, for the SIMD variants.  Private to
 * normalize.
 *
 * A rule is a bit.  Two bytes are suspicious when a bit is set in plain_lead of the first and in
 * plain_second of the second; three when it is set in all of plain_lead3, plain_second3 and
 * plain_third.  The index is the low six bits of the byte.  What is suspicious is looked at by
 * scalar code: the rules may say too much, never too little.  A test compares them with the
 * reference for each character.
 */
#ifndef NORMALIZE_PLAIN_SIMD_H
#define NORMALIZE_PLAIN_SIMD_H

#include "plain.h"
#include "simd.h"

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

#endif
