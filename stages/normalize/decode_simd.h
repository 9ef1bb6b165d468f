/* SIMD variants of the decoders.  Private to normalize. */
#ifndef NORMALIZE_DECODE_SIMD_H
#define NORMALIZE_DECODE_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode_search.h"
#include "simd.h"

enum { DECODE_SLACK = 64 }; /* bytes behind the output that are written over */

/* Shuffles that close the gaps between characters of different lengths, by vpshufb. */
struct decode_packs {
	/* Eight times two bytes, of which the first is left out where bit k of the index is 0. */
	unsigned char two[256][16];
	/* Four times four bytes, of which the last is left out, the second where bit k of the index
	 * is 0, and the first where bit 4 + k is 0. */
	unsigned char three[256][16];
};
void decode_packs_fill(struct decode_packs *);

/* What a byte of a single-byte encoding becomes; len is 0 when it is no character. */
struct decode_entry {
	unsigned char utf8[3];
	unsigned char len : 7, plain : 1;
};

/*
 * What a character may stand behind, and what it is to the one behind it, for the search of places
 * of mojibake: where the two have a bit in common, there may be one.
 */
enum {
	DECODE_SIGN = 1,   /* leads of signs, and C3: behind letters and signs */
	DECODE_LETTER = 2, /* Cyrillic: behind signs, ... */
	DECODE_MARKED = 4, /* ... and behind what stands at words as well, unless ASCII is before */
	DECODE_CAPITAL = 8, /* D0 80..AF, and letters of Serbian: behind any Cyrillic letter */
	DECODE_RARE = 16,   /* D1 90..9F: behind D0 80..AF and D1 90..9F */
	DECODE_SPACE = 32,  /* behind U+00C3 */
	DECODE_OTHER = 128, /* of rows: has to be looked at, whatever it stands behind */
};

/* A table of single bytes, and what the SIMD variant makes of it. */
struct decode_single {
	struct decode_entry entry[256];
	/* The bytes from 80 + 16 * k to 8F + 16 * k: first bytes of two, or 0 for other lengths,
	 * then second ones; those of plain characters, and of all. */
	unsigned char half[8][2][16], whole[8][2][16];
	/* Of four rows of 16 bytes that have nothing but plain characters of two bytes with these
	 * leads, none two of which are alike in the low bits of their numbers, k: 80, the low six
	 * bits of the second byte, and 40 for the second lead. */
	unsigned char letters[4][16], lead[2];
	bool by_rows; /* they have most letters of the encoding */
	/* The bits above, by byte and by row, and of the halves. */
	unsigned char to[256], from[256], to_row[16], from_row[16], marks[8][2][16];
};

/* Fills in what follows from the entries. */
void decode_single_fill(struct decode_single *);

/* The table of ASCII, and of U+0400 to U+045F as the bytes from 80 on. */
void decode_cyrillic_fill(struct decode_single *);

/* The entry of a character. */
struct decode_entry decode_entry(uint32_t cp);

/*
 * All three write what they can of the front of in[0..n), moving *out, which has room for three
 * bytes a byte or unit and DECODE_SLACK more, and answer the bytes used.  What is no character
 * stops the first, a surrogate the others.  The second, for ASCII and Cyrillic, has the table of
 * decode_cyrillic_fill(), and stops behind what makes the search `dense`; the third may leave less
 * than one step.
 */
size_t decode_single_avx2(const struct decode_packs *, const struct decode_single *,
    const unsigned char *in, size_t n, struct decode_search *, unsigned char **out);
size_t decode_text_units_avx2(const struct decode_packs *, const struct decode_single *,
    const unsigned char *in, size_t n, bool big_endian, struct decode_search *,
    unsigned char **out);
size_t decode_units_avx2(const struct decode_packs *, const unsigned char *in, size_t n,
    bool big_endian, unsigned char **out);

#endif
